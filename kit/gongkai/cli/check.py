"""`gongkai check`: every finding as a line, for a person, a program or GitHub.

Imports: errors, project, text, report, importing, checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongkai.cli.options import FAILED, chosen_targets, folder_options, targets_argument
from gongkai.cli.printing import echo, echo_command, echo_json
from gongkai.cli.states import say_unread
from gongkai.errors import KitError, Problem, say

if TYPE_CHECKING:
    from gongkai.project import Project, Target
    from gongkai.report.model import Report

FEW = 6  # places of a finding's figures are named in a line; JSON has all of them


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
    _say_workbooks(project.params, chosen)
    for target in chosen:
        try:
            report = load_report(target.slug, target.year, project.params)
        except KitError as error:
            unreadable += 1
            tally["error"] += len(error.problems)
            for problem in error.problems:
                place = (project.params / target.slug).as_posix()
                _print(_problem_row(problem, str(target), place), problem.text(), style)
            continue
        printed = _printed(report, project.params)
        for finding in check_in_context(report, load_past(report), names):
            if finding.accepted:
                accepted += 1
            else:
                tally[finding.severity] += 1
            row = {"report": str(target), **finding.row()}
            _print({**row, **_where_printed(row, printed)}, finding.text(), style)
    counted = {f"{severity}s": number for severity, number in tally.items()}
    echo(say("check-summary", reports=len(chosen), failed=unreadable, **counted), err=True)
    if accepted:
        echo(say("check-accepted", count=accepted), err=True)
    if say_unread(project, targets) or unreadable or tally["error"]:
        raise SystemExit(FAILED)


def _say_workbooks(params: Path, targets: Iterable[Target]) -> None:
    """Say which workbooks stand beside the parameters as if they were some: none is read."""
    for target in targets:
        path = params / target.slug / f"{target.year}.xlsx"
        if path.exists():
            about = {"file": path.as_posix(), "target": str(target)}
            echo(say("check-workbook", **about), err=True)


def _printed(report: Report, params: Path) -> dict[str, str]:
    """Return where each cell of an imported report was printed; an edited one is left out."""
    from gongkai.importing.origin import printed_cells

    found = printed_cells(params, report.slug, report.year)
    return {
        code: cell.place
        for code, cell in found.items()
        if code in report.values and report.values[code].as_printed == cell.value and cell.value
    }


def _where_printed(row: Mapping[str, Any], printed: Mapping[str, str]) -> dict[str, Any]:
    """Return the places that a finding's figures have in the document, where there is one."""
    places = {code: printed[code] for code in row["codes"] if code in printed}
    return {"printed": places} if places else {}


def _problem_row(problem: Problem, target: str, place: str) -> dict[str, Any]:
    """Return a problem as a finding is said; one that names no file is about the folder."""
    return {
        "report": target,
        "id": problem.id,
        "severity": "error",
        "accepted": None,
        "file": problem.file or place,
        "line": problem.line,
        "codes": [],
        "part": "",
        "values": [],
        "zh": problem.text("zh"),
        "en": problem.text("en"),
    }


def _print(row: dict[str, Any], text: str, style: str) -> None:
    """Print one finding as a line: for a person, for a program, or for GitHub."""
    if style == "json":
        echo_json(row)
        return
    if "printed" in row:
        from gongkai.importing.origin import said_place

        places = [f"{code}: {_in_words(said_place(at))}" for code, at in row["printed"].items()]
        text += say("check-printed", places=places[:FEW])
    accepted = say("finding-accepted", **row["accepted"]) if row["accepted"] else ""
    if style == "github":
        level = {"note": "notice"}.get(row["severity"], row["severity"])
        if accepted:
            level, text = "notice", f"{text} ({accepted})"
        place = f"file={_property(row['file'])},line={row['line'] or 1}"
        echo_command(f"::{level} {place},title={_property(row['id'])}::{_data(text)}")
        return
    place = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
    severity = say(f"severity-{row['severity']}")
    if accepted:
        text += f" ({accepted})"
    echo(f"{place or row['report']}: {severity}: {text} [{row['id']}]")


def _in_words(place: Problem | str) -> str:
    return place.text() if isinstance(place, Problem) else place


def _data(text: str) -> str:
    """Escape a message as GitHub's workflow commands ask."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
