"""`gongkai list`, and what `build --dry-run` says: the state of each report, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import click

from gongkai.cli.options import FAILED, chosen_targets, folder_options, targets_argument
from gongkai.cli.printing import echo
from gongkai.errors import Problem, say

if TYPE_CHECKING:
    from gongkai.pipeline.stale import State
    from gongkai.project import Project, Target
    from gongkai.text.agency_names import Names


@click.command(name="list")
@targets_argument
@folder_options
def list_reports(project: Project, targets: tuple[str, ...]) -> None:
    """List reports."""
    from gongkai.pipeline.hashes import Hashes
    from gongkai.pipeline.stale import state_of

    chosen = chosen_targets(project, targets, removed=True)
    hash_of = Hashes(project.outputs).of
    print_states(
        project, chosen, lambda one, names: state_of(project, one, names, digest_of=hash_of)
    )
    print_orphans(project, targets)
    if say_unread(project, targets) | say_unread_outputs(project):
        raise SystemExit(FAILED)


def say_unread_outputs(project: Project) -> bool:
    """Say which folders of results could not be read; return whether there are any."""
    problems = unread_outputs(project)
    echo(*problems, err=True)
    return bool(problems)


def unread_outputs(project: Project) -> list[Problem]:
    """Return which folders of results could not be read."""
    from gongkai.project import MADE, survey

    found = survey(project.outputs, MADE)
    closed = {(project.outputs / slug).as_posix() for slug in found.unread}
    return [problem for problem in found.problems if problem.file in closed]


def say_unread(project: Project, targets: Collection[str]) -> bool:
    """Say what of the parameters could not be read; return whether there is anything."""
    from gongkai.project import unread_parameters

    problems = unread_parameters(project.params, targets)
    echo(*problems, err=True)
    return bool(problems)


def print_states(
    project: Project, targets: list[Target], state_of: Callable[[Target, Names], State]
) -> None:
    """Print a line a report: what state it is in, and why."""
    from gongkai.text.agency_names import kept_names

    with kept_names(project.params) as names:
        for target in targets:
            echo(f"{target}: {described(state_of(target, names))}")


def described(state: State) -> str:
    """Return in what state a report is, and why."""
    if not state.reasons:
        return say("list-blocked" if state.is_blocked else "list-fresh")
    said = [say(reason.id, name=reason.name) for reason in state.reasons]
    if state.reasons[0].id == "list-never":
        return said[0]
    return say("list-stale" if state.execute else "list-stale-export", reasons=said)


def print_orphans(project: Project, targets: Collection[str]) -> None:
    """Print a line for each report in the outputs that belongs to no parameters.

    And, where nothing was named, for each agency's page that shows no report.
    """
    from gongkai.project import orphans
    from gongkai.show.index import stray_pages

    gone = say("list-orphan")
    echo(*(f"{target}: {gone}" for target in orphans(project, targets)))
    stray, pages = say("list-stray-page"), [] if targets else stray_pages(project.outputs)
    echo(*(f"{page.as_posix()}: {stray}" for page in pages))
