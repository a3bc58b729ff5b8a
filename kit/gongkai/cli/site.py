"""`gongkai site`: write everything that may be published into a separate folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import click

from gongkai.checks.rules import load_rules
from gongkai.cli.list_ import described, unread_report
from gongkai.cli.options import FAILED, MISUSED, PATH, as_misuse, end, folder_options
from gongkai.cli.printing import echo
from gongkai.cli.project_problems import say_outdated_sums, say_unread, say_unread_outputs
from gongkai.cli.summary import FEW, summed_up
from gongkai.errors import Problem, writing_to
from gongkai.messages import say
from gongkai.project import Project, Target, all_targets
from gongkai.show.site import Outcome, write_site
from gongkai.show.site_pages import address
from gongkai.show.site_reports import Found
from gongkai.text.agency_names import agency_names


@click.command()
@click.argument("folder", type=PATH)
@click.option("--url", default="")
@click.option("--strict", is_flag=True)
@folder_options
def site(project: Project, folder: Path, url: str, strict: bool) -> None:
    """Write the site."""
    if not project.outputs.is_dir():
        end(Problem("index-no-outputs", folder=project.outputs.as_posix()), MISUSED)
    if not os.access(project.outputs, os.R_OK | os.X_OK):  # nothing would seem to be built
        reason = os.strerror(errno.EACCES)
        end(Problem("folder-unreadable", project.outputs.as_posix(), reason=reason), FAILED)
    load_rules(project.params, project.forms)  # each report would only seem to be stale
    with writing_to(folder), as_misuse():
        outcome = write_site(project, folder, address(url) if url else "")
    _say(project, outcome, folder)
    unread = any([outcome.unread, say_unread(project, ()), say_unread_outputs(project)])
    outdated = say_outdated_sums(project, all_targets(project.params))
    incomplete = outcome.unpublished or outcome.incomplete or outdated
    if outcome.foreign or unread or (strict and incomplete):
        raise SystemExit(FAILED)


def _say(project: Project, outcome: Outcome, folder: Path) -> None:
    """Print which reports the site lacks or has only in an older version, and what was done."""
    names = agency_names(project.params).called
    few = len(outcome.unpublished) <= FEW  # reading many reports again takes a while
    for became in ("removed", "kept", "left-out"):
        reasons = [
            (_called(found.target, names), reason)
            for found, what in outcome.unpublished
            if what == became
            for reason in _reasons(project, found, read=few)
        ]
        echo(*summed_up(reasons, f"site-{became}"), err=True)
    missing = [
        (str(it.target), str(problem)) for it in outcome.incomplete for problem in it.problems
    ]
    echo(*summed_up(missing, "site-incomplete"), err=True)
    echo(*outcome.foreign, err=True)
    changed = {"written": outcome.written, "removed": outcome.removed}
    message = "site-written" if any(changed.values()) else "site-fresh"
    echo(say(message, folder=folder.as_posix(), reports=outcome.reports, **changed))


def _called(target: Target, names: Mapping[str, tuple[str, ...]]) -> str:
    """Return a report's key, followed by the agency's name if it is known."""
    name = next(iter(names.get(target.slug, ())), "")
    return f"{target} {name}" if name else str(target)


def _reasons(project: Project, found: Found, *, read: bool) -> list[str]:
    """Return why a report's current version is not published; `read`: see if it is readable."""
    if found.problems:
        return [str(problem) for problem in found.problems]
    if found.state is None:
        return []
    asked = read and found.state.execute
    unread = unread_report(project, found.target) if asked else None
    return [project.from_here(described(found.state, unread))]
