"""`gongkai check`: every finding as a line, for a person, a program or GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gongkai.cli.options import FAILED, chosen_targets, folder_options, targets_argument
from gongkai.cli.printing import echo, echo_command, echo_json
from gongkai.cli.states import say_unread
from gongkai.errors import KitError, Problem, language, say

if TYPE_CHECKING:
    from gongkai.manifest import FindingRow
    from gongkai.project import Project


@click.command()
@targets_argument
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text")
@folder_options
def check(project: Project, targets: tuple[str, ...], style: str) -> None:
    """Check reports."""
    from gongkai.checks import check_in_context
    from gongkai.checks.findings import SEVERITIES
    from gongkai.report.reader import load_past, load_report
    from gongkai.text.names import Names, agency_names

    names = agency_names(project.params) if project.params.is_dir() else Names({})
    tally = dict.fromkeys(SEVERITIES, 0)
    chosen = chosen_targets(project, targets)
    unreadable = accepted = 0
    for target in chosen:
        try:
            report = load_report(target.slug, target.year, project.params)
        except KitError as error:
            unreadable += 1
            tally["error"] += len(error.problems)
            for problem in error.problems:
                place = (project.params / target.slug).as_posix()
                _print(str(target), _problem_row(problem, place), style)
            continue
        for finding in check_in_context(report, load_past(report), names):
            if finding.accepted:
                accepted += 1
            else:
                tally[finding.severity] += 1
            _print(str(target), finding.row(), style)
    counted = {f"{severity}s": number for severity, number in tally.items()}
    echo(say("check-summary", reports=len(chosen), failed=unreadable, **counted), err=True)
    if accepted:
        echo(say("check-accepted", count=accepted), err=True)
    if say_unread(project, targets) or unreadable or tally["error"]:
        raise SystemExit(FAILED)


def _problem_row(problem: Problem, place: str) -> FindingRow:
    """Return a problem as a finding is said; one that names no file is about the folder."""
    from gongkai.manifest import FindingRow

    return FindingRow(
        id=problem.id,
        severity="error",
        file=problem.file or place,
        line=problem.line,
        zh=problem.text("zh"),
        en=problem.text("en"),
    )


def _print(report: str, row: FindingRow, style: str) -> None:
    """Print one finding as a line: for a person, for a program, or for GitHub."""
    if style == "json":
        echo_json({"report": report, **row.model_dump(mode="json")})
        return
    text = row.sentence(language())
    accepted = say("finding-accepted", **row.accepted.model_dump()) if row.accepted else ""
    if style == "github":
        level = {"note": "notice"}.get(row.severity, row.severity)
        if accepted:
            level, text = "notice", f"{text} ({accepted})"
        place = f"file={_property(row.file)},line={row.line or 1}"
        echo_command(f"::{level} {place},title={_property(row.id)}::{_data(text)}")
        return
    severity = say(f"severity-{row.severity}")
    if accepted:
        text += f" ({accepted})"
    echo(f"{row.place or report}: {severity}: {text} [{row.id}]")


def _data(text: str) -> str:
    """Escape a message as GitHub's workflow commands ask."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
