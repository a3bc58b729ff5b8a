"""`gongkai count`: count a list of requests into the official table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from rich.cells import cell_len

from gongkai.cli.apply import read_with
from gongkai.cli.documents import read_one
from gongkai.cli.options import (
    FAILED,
    MISUSED,
    PATH,
    YearType,
    end,
    folder_options,
    targets_of,
)
from gongkai.cli.printing import echo
from gongkai.disk import write_whole
from gongkai.errors import KitError, Problem, writing_to
from gongkai.forms.tables import Code
from gongkai.importing.edited.changes import Edited, files_with, hashes_of, refuse_changed
from gongkai.importing.requests.counting import Count, RequestTable, counted
from gongkai.importing.requests.ledger import UNSURE, read_ledger
from gongkai.importing.requests.own_words import read_own_words
from gongkai.messages import say
from gongkai.project import Project
from gongkai.report.model import Report
from gongkai.report.reader import load_report
from gongkai.spelling import nearest

MOST = 40  # row numbers listed in a message; it only counts the rest


@click.command()
@click.argument("ledger", type=PATH)
@click.argument("agency")
@click.argument("year", type=YearType())
@click.option("--columns", "meanings", type=PATH)
@click.option("--disputes", is_flag=True)
@click.option("--explain", "codes", multiple=True)
@click.option("--write", is_flag=True)
@folder_options
def count(  # noqa: PLR0913, PLR0917 - one per option
    project: Project,
    ledger: Path,
    agency: str,
    year: int,
    meanings: Path | None,
    disputes: bool,
    codes: tuple[str, ...],
    write: bool,
) -> None:
    """Count a list of requests."""
    if codes and write:
        raise click.UsageError(say("count-explain-write"))
    agency = next(targets_of(project.params, (agency,)))
    hashes = hashes_of(project.params / agency, year)
    report = load_report(agency, year, project.params, project.forms)
    table, found, sure = _counted(ledger, report, meanings, disputes=disputes)
    if codes:
        echo(*_explained(codes, found))
        return
    echo(*_grid(table, found), *_others(report, found))
    differing = list(_differences(report, found))
    echo(*differing, *_summary(report, found))
    echo(*_unclear(ledger, found), err=True)
    if write:
        _refuse_doubtful(report, found, ledger, sure=sure)
        _write(project, report, _other_figures(report, found), hashes)
    if found.unclear or not sure or (differing and not write):
        raise SystemExit(FAILED)


def _counted(
    ledger: Path, report: Report, meanings: Path | None, *, disputes: bool
) -> tuple[RequestTable, Count, bool]:
    """Return the table and the counts of a list, and whether all of it was counted once.

    Raises KitError if it cannot be counted.
    """
    own = read_own_words(meanings)
    table = RequestTable(report.form, own.meanings, meanings)
    read = read_one(ledger, partial(read_ledger, own=own.meanings.columns, disputes=disputes))
    own.refuse_missing(read)
    echo(*(doubt.problem(ledger.as_posix()) for doubt in read.doubts), err=True)
    sure = not any(doubt.id in UNSURE for doubt in read.doubts)
    return table, counted(read, table, report.period, disputes=disputes), sure


# --- what is printed --------------------------------------------------------------


def _explained(codes: Sequence[str], found: Count) -> Iterator[str]:
    """Yield the rows of each requested cell; end the command if a code is unknown."""
    for code in codes:
        if code not in found.cells:
            meant = nearest(code, found.cells)
            end(Problem("count-cell-unknown", code=code, meant=meant or "—"), MISUSED)
        rows = found.cells[code]
        yield say("count-cell", code=code, count=len(rows), rows=rows or "—")


def _grid(table: RequestTable, found: Count) -> Iterator[str]:
    """Yield the lines of the table: the figures under their columns, then the row's label."""
    figures = found.figures()
    widths = {name: max(cell_len(label), 6) + 2 for name, label in table.columns.items()}
    yield _line(table.columns, widths)
    for row, label in table.rows.items():
        cells = {name: figures[f"{row}.{name}"] for name in table.columns}
        yield f"{_line(cells, widths)}  {label}"


def _line(cells: Mapping[str, str], widths: Mapping[str, int]) -> str:
    return "".join(" " * (widths[name] - cell_len(text)) + text for name, text in cells.items())


def _others(report: Report, found: Count) -> Iterator[str]:
    """Yield the counted cells outside the table: those of disputes."""
    for code, rows in found.cells.items():
        cell = report.form.cells[code]
        if cell.means.get("object") != "application":
            yield f"{len(rows):>8}  {cell.label}"


def _differences(report: Report, found: Count) -> Iterator[str]:
    """Yield each cell that has a different number in the CSV; blank cells are skipped."""
    for code, text in _other_figures(report, found).items():
        stated = report.values[code]
        if stated.number is not None:
            about = {"code": code, "name": report.form.cells[code].full_name, "counted": text}
            yield say("count-differs", stated=stated.as_printed, **about)


def _other_figures(report: Report, found: Count) -> dict[Code, str]:
    """Return the counted figures that the CSV does not have."""
    figures = found.figures().items()
    return {code: text for code, text in figures if report.values[code].number != int(text)}


def _summary(report: Report, found: Count) -> Iterator[str]:
    unclear = {place for rows in found.unclear.values() for place in rows}
    blank = sum(report.values[code].number is None for code in found.cells)
    rows = {place for places in found.cells.values() for place in places} - unclear
    about = {"before": len(found.before), "after": len(found.after), "unclear": len(unclear)}
    yield say("count-summary", counted=len(rows), **about)
    if blank:
        yield say("count-blank", count=blank, file=report.file("indicators"))


def _unclear(ledger: Path, found: Count) -> Iterator[Problem]:
    """Yield why rows were not counted, with row numbers and column but no cell contents."""
    for (reason, column), rows in found.unclear.items():
        more = [say("check-more", count=len(rows) - MOST)] if len(rows) > MOST else []
        yield Problem(reason, ledger.as_posix(), column=column, rows=rows[:MOST] + more)


# --- what is written --------------------------------------------------------------


def _refuse_doubtful(report: Report, found: Count, ledger: Path, *, sure: bool) -> None:
    """Raise KitError if rows are unclear, or there are none, though the report has figures."""
    if found.unclear or not sure:
        raise KitError(Problem("count-not-written", ledger.as_posix()))
    if not any(found.cells.values()) and any(report.number(code) for code in found.figures()):
        raise KitError(Problem("count-no-rows", ledger.as_posix()))


def _write(
    project: Project, report: Report, figures: Mapping[Code, str], hashes: Mapping[Path, str]
) -> None:
    """Write figures into the CSV; the remarks in their cells stay.

    `hashes` are those of the report's files before it was read. Raises KitError, and writes
    nothing, if one of these was changed since.
    """
    path = report.files["indicators"]
    if not figures:
        echo(say("count-same", file=path.as_posix()))
        return
    refuse_changed(hashes)
    there = report.values
    texts = {code: replace(there[code], printed=text).as_printed for code, text in figures.items()}
    changed = files_with(Edited(texts, {}, ()), report)
    with read_with(report, changed, project) as new:
        if {code: new.values[code].as_printed for code in texts} != texts:
            raise KitError(Problem("import-apply-by-hand", path.as_posix(), part="—"))
    refuse_changed(hashes)
    with writing_to(path.parent):
        write_whole(path, changed[path.name])
    echo(say("new-written", file=path.as_posix()))
    for value in map(there.__getitem__, figures):
        if value.remark:
            about = {"remark": value.remark}
            echo(Problem("count-remark", path.as_posix(), value.line, **about), err=True)
