"""`gongkai list`, and what `build --dry-run` says: the state of each report, and why.

Imports: errors, reader, build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kit.cli.options import chosen_targets, folder_options, targets_argument
from kit.errors import say

if TYPE_CHECKING:
    from kit.build import Project, Target


@click.command(name="list")
@targets_argument
@folder_options
def list_reports(project: Project, targets: tuple[str, ...]) -> None:
    """List reports."""
    print_states(project, chosen_targets(project, targets), strict=None, force=False)


def print_states(
    project: Project, targets: list[Target], *, strict: bool | None, force: bool
) -> None:
    """Print a line a report: what state it is in, and why."""
    from kit import build as work
    from kit.reader import agency_names

    names = agency_names(project.params)
    for target in targets:
        reasons = work.why_stale(project, target, names, strict=strict)
        if force and not reasons:
            reasons = [work.Reason("reason-force")]
        click.echo(f"{target}: {_state(reasons, blocked=work.is_blocked(project, target))}")


def _state(reasons: list[Any], *, blocked: bool) -> str:
    if not reasons:
        return say("list-blocked" if blocked else "list-fresh")
    said = [say(reason.id, name=reason.name) for reason in reasons]
    return said[0] if reasons[0].id == "list-never" else say("list-stale", reasons=said)
