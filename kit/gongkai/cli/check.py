"""`gongkai check`: every finding as a line, for a person, a program or GitHub."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

import click

from gongkai.cli.list_ import say_unread
from gongkai.cli.options import FAILED, chosen_targets, cores, folder_options, targets_argument
from gongkai.cli.printing import echo, echo_command, echo_json
from gongkai.cli.workbooks import say_workbooks
from gongkai.errors import SEVERITIES, KitError, Problem, language, say

if TYPE_CHECKING:
    from gongkai.importing.source_file import Printed
    from gongkai.manifest import FindingRow
    from gongkai.project import Project, Target
    from gongkai.text.agency_names import Names

    _Row = tuple[FindingRow, Mapping[str, Printed]]


FEW = 6  # places of a finding's figures are named in a line; JSON has all of them
MANY = 16  # agencies from which on processes beside this one are worth starting


class _Checked(NamedTuple):
    """What is said of one report, and whether it could not be read.

    Beside each finding is where a document printed its figures, by their codes.
    """

    report: str
    rows: Sequence[_Row]
    unreadable: bool = False


@click.command()
@targets_argument
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text")
@folder_options
def check(project: Project, targets: tuple[str, ...], style: str) -> None:
    """Check reports."""
    chosen = chosen_targets(project, targets)
    contradicted = say_workbooks(project.params, chosen)
    tally = dict.fromkeys(SEVERITIES, 0)
    unreadable = accepted = 0
    for checked in _every(project, chosen):
        unreadable += checked.unreadable
        for row, printed in checked.rows:
            if row.accepted:
                accepted += 1
            else:
                tally[row.severity] += 1
            print_finding(checked.report, row, printed, style)
    counted = {f"{severity}s": number for severity, number in tally.items()}
    echo(say("check-summary", reports=len(chosen), failed=unreadable, **counted), err=True)
    if accepted:
        echo(say("check-accepted", count=accepted), err=True)
    if say_unread(project, targets) or unreadable or tally["error"] or contradicted:
        raise SystemExit(FAILED)


def _every(project: Project, chosen: Sequence[Target]) -> Iterator[_Checked]:
    """Yield what is said of each report, in their order; an agency's reports are read once.

    Where there are many, and a process can be forked, all cores are used.
    """
    from gongkai.text.agency_names import Names, agency_names

    names = agency_names(project.params) if project.params.is_dir() else Names({})
    agencies = [list(found) for _, found in groupby(chosen, key=lambda target: target.slug)]
    workers = cores() if sys.platform == "linux" and len(agencies) >= MANY else 1
    work = partial(_agency, project)
    if workers == 1:
        _start(names)
        for found in agencies:
            yield from work(found)
        return
    context = get_context("fork")
    with ProcessPoolExecutor(workers, context, _start, (names,)) as pool:
        for checked in pool.map(work, agencies, chunksize=4):
            yield from checked


_names: list[Names] = []  # of the agencies, in each process that checks


def _start(names: Names) -> None:
    _names[:] = [names]


def _agency(project: Project, targets: list[Target]) -> list[_Checked]:
    """Return what is said of some reports of one agency."""
    from gongkai.checks import check_in_context
    from gongkai.importing.source_file import printed_cells, printed_of
    from gongkai.report.reader import Kept, load_kept, load_past

    kept: Kept = {}
    found = []
    for target in targets:
        report = load_kept(*target, project.params, kept, project.forms)
        if isinstance(report, KitError):
            place = (project.params / target.slug).as_posix()
            unread: list[_Row] = [(_problem_row(item, place), {}) for item in report.problems]
            found.append(_Checked(str(target), unread, unreadable=True))
        else:
            findings = check_in_context(report, load_past(report, kept), _names[0])
            printed = printed_cells(report)
            rows = [(item.row(), printed_of(item.codes, printed)) for item in findings]
            found.append(_Checked(str(target), rows))
    return found


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


def print_finding(
    report: str, row: FindingRow, printed: Mapping[str, Printed] = {}, style: str = "text"
) -> None:
    """Print one finding as a line: for a person, for a program, or for GitHub."""
    if style == "json":
        places = {code: cell.place for code, cell in printed.items()}
        more = {"printed": places} if places else {}
        echo_json({"report": report, **row.model_dump(mode="json"), **more})
        return
    text = row.sentence(language())
    if printed:
        words = [f"{code}: {_in_words(cell.said())}" for code, cell in printed.items()]
        doubted = any(cell.doubts for cell in printed.values())
        rest = [say("check-more", count=len(words) - FEW)] if len(words) > FEW else []
        text += say("check-doubted" if doubted else "check-printed", places=words[:FEW] + rest)
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


def _in_words(place: Problem | str) -> str:
    return place.text() if isinstance(place, Problem) else place


def _data(text: str) -> str:
    """Escape a message as GitHub's workflow commands ask."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
