"""`gongkai list`, and the output of `build --dry-run`: the state of each report, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection

import click

from gongkai.cli.options import (
    FAILED,
    chosen_targets,
    folder_options,
    format_option,
    targets_argument,
)
from gongkai.cli.printing import echo, echo_json
from gongkai.cli.project_problems import say_outdated_sums, say_unread, say_unread_outputs
from gongkai.errors import KitError
from gongkai.messages import say
from gongkai.pipeline.hashes import Hashes
from gongkai.pipeline.stale import State, state_of
from gongkai.project import Project, Target, orphans
from gongkai.report.reader import load_report
from gongkai.show.index import stray_pages
from gongkai.text.agency_names import Names, kept_names


@click.command(name="list")
@targets_argument
@format_option()
@folder_options
def list_(project: Project, targets: tuple[str, ...], style: str) -> None:
    """List reports."""
    chosen = chosen_targets(project, targets, removed=True)
    hash_of = Hashes(project.outputs).of
    print_states(
        project, chosen, lambda one, names: state_of(project, one, names, digest_of=hash_of), style
    )
    print_orphans(project, targets, style)
    say_outdated_sums(project, chosen)
    if say_unread(project, targets) | say_unread_outputs(project):
        raise SystemExit(FAILED)


def print_states(
    project: Project,
    targets: list[Target],
    state_of: Callable[[Target, Names], State],
    style: str = "text",
) -> None:
    """Print one line per report: its state, and why."""
    with kept_names(project.params) as names:
        for target in targets:
            state = state_of(target, names)
            unread = unread_report(project, target) if state.execute else None
            if style == "json":
                echo_json(_row(target, state, unread))
            else:
                echo(f"{target}: {project.from_here(described(state, unread))}")


def unread_report(project: Project, target: Target) -> KitError | None:
    """Return why a report that is to be built cannot be read; None if it can."""
    try:
        load_report(*target, project.params, project.forms)
    except KitError as error:
        return error
    return None


def described(state: State, unread: KitError | None = None) -> str:
    """Return a sentence with the state of a report, and why."""
    if unread is not None:
        return say("list-unreadable", problem=unread.problems[0], count=len(unread.problems))
    if not state.reasons:
        return say("list-blocked" if state.is_blocked else "list-fresh")
    if state.is_never_built:
        return say("list-never")
    return say("list-stale" if state.execute else "list-stale-export", reasons=_reasons(state))


def _reasons(state: State) -> list[str]:
    return [say(reason.id, name=reason.name) for reason in state.reasons]


def _word(state: State) -> str:
    if state.is_never_built:
        return "never-built"
    if state.execute:
        return "stale"
    return "stale-pages" if state.export else "fresh"


def _row(target: Target, state: State, unread: KitError | None) -> dict[str, object]:
    """Return the state of a report as plain data."""
    return {
        "report": str(target),
        "state": "unreadable" if unread else _word(state),
        "public": None if state.manifest is None else not state.is_blocked,
        "reasons": _reasons(state),
        "problems": [problem.row() for problem in unread.problems] if unread else [],
    }


def print_orphans(project: Project, targets: Collection[str], style: str = "text") -> None:
    """Print a line for each report in the outputs that has no parameters.

    Without targets, also print one for each agency's page that shows no report.
    """
    lost = [str(target) for target in orphans(project, targets)]
    if style == "json":
        for name in lost:
            echo_json({"report": name, "state": "orphan", "public": None})
        return
    orphan = say("list-orphan")
    echo(*(f"{name}: {orphan}" for name in lost))
    stray, pages = say("list-stray-page"), [] if targets else stray_pages(project.outputs)
    echo(*(f"{page.as_posix()}: {stray}" for page in pages))
