"""Add up reports: what each adds to which cell, and the files that record it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.forms.editions import load_form
from gongkai.forms.form import Form
from gongkai.forms.local import (
    ExtraLine,
    collapsed,
    collapsible,
    printed_as_one_row,
    with_extra_lines,
)
from gongkai.forms.tables import Code
from gongkai.report.once import once
from gongkai.report.parameters import YearParameters
from gongkai.report.provenance import ROLLUP, ROLLUP_FIGURES, digest
from gongkai.text.formulas import guarded, unguarded
from gongkai.text.models import Field, Model, Name, Short, read_model
from gongkai.text.numbers import plain

Numbers = Mapping[Code, Decimal | None]
LACKING = ("missing", "unreadable")  # states of bodies whose reports should be in a sum
LARGEST = 10_000_000  # bytes of the list; the figures have the limit of any output
ABOVE = "# 由 gongkai rollup 写成：本年数据由哪些报告相加而成。请勿手工修改，需要时重新汇总。\n"


class ReportFigures(NamedTuple):
    """The figures of a report by the codes of its form or of extra lines; None for a blank.

    `lines` has the name and the unit of each cell that only the report's own form has.
    """

    form: Form
    numbers: Numbers
    lines: Mapping[Code, tuple[str, str]] = {}

    def known(self, code: Code) -> Decimal | None:
        """Return a cell's number, or the sum of its parts if it is a total left blank."""
        return known_of(code, self.numbers.get, self.form)

    def figure(self, codes: Sequence[Code]) -> Decimal | None:
        """Return the sum of some cells; None if none of them has a number."""
        return total_of(map(self.known, codes))


def total_of(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of the numbers that are not None; None if all are."""
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if known else None


NumberOf = Callable[[Code], Decimal | None]


def known_of(
    code: Code, number_of: NumberOf, form: Form, above: tuple[Code, ...] = ()
) -> Decimal | None:
    """Return a cell's number, or what its parts come to where it is a total left blank.

    A part may itself be a total left blank. `above` are the totals that the cell is a part of: in a
    custom form, two totals may be parts of each other.
    """
    stated = number_of(code)
    if stated is not None or code not in form.totals or code in above:
        return stated
    parts = form.totals[code]
    return total_of(known_of(part, number_of, form, (*above, code)) for part in parts)


def as_printed(form: Form, codes: Iterable[Code]) -> Form:
    """Return a form, with the groups collapsed that have cells of their own among some codes."""
    return with_one_row(form, printed_as_one_row(form, codes))


def with_one_row(form: Form, groups: Iterable[Code]) -> Form:
    """Return a form with some groups of rows collapsed to one row each."""
    for group in groups:
        known = _collapsed(form)
        if group not in known:
            known[group] = collapsed(form, group)
        form = known[group]
    return form


@once
def _collapsed(_: Form) -> dict[Code, Form]:
    """Return the cache of `with_one_row`: each form with one more group collapsed."""
    return {}


def common_form(form: Form, reports: Iterable[ReportFigures]) -> Form:
    """Return a form, with each group collapsed that at least one report prints as one row."""
    edition, groups = form.edition, collapsible(form)
    of_it = {id(item.form): item.form for item in reports if item.form.edition == edition}
    single = {group for one in of_it.values() for group in groups if group not in collapsible(one)}
    return with_one_row(form, (group for group in groups if group in single))


# --- the contribution of a report -------------------------------------------------


class Added(NamedTuple):
    """A report's contribution to each cell; cells without a counterpart; extra lines left out."""

    numbers: Numbers
    unknown: frozenset[Code] = frozenset()
    left_out: tuple[Code, ...] = ()


def added(report: ReportFigures, form: Form) -> Added:
    """Return the contribution of a report to the cells of a form.

    Within an edition, a collapsed group has the sum of its rows. Across editions, only series that
    are a single cell of the form are added, by the `series:` of both forms.
    """
    if report.form.edition != form.edition:
        return _through_series(report, form)
    numbers = {}
    others = _named_otherwise(report, form)
    for code in (code for code in form.cells if code not in others):
        if code in report.numbers:
            numbers[code] = report.known(code)
        else:
            numbers[code] = report.figure(report.form.expanded((code,)))
    rows = {row for group in collapsible(report.form).values() for row in group}
    left_out = tuple(
        code
        for code, number in report.numbers.items()
        if number
        and (code in others or code not in form.cells)
        and code.rpartition(".")[0] not in rows
    )
    return Added(numbers, frozenset(), left_out)


def _named_otherwise(report: ReportFigures, form: Form) -> set[Code]:
    """Return the codes that a report uses for another extra line than the form does."""
    return {
        code
        for code, line in report.lines.items()
        if code in form.cells and line != (form.cells[code].full_name, form.cells[code].unit)
    }


def _through_series(report: ReportFigures, form: Form) -> Added:
    numbers: dict[Code, Decimal | None] = {}
    for series, codes in form.series.items():
        cells = form.expanded(codes)
        if len(cells) == 1 and series in report.form.series:
            theirs = report.form.expanded(report.form.series[series])
            numbers[cells[0]] = report.figure(theirs)
    extra = tuple(code for code in report.lines if report.numbers.get(code))
    return Added(numbers, frozenset(form.cells.keys() - numbers.keys()), extra)


def add_up(form: Form, terms: Iterable[Added]) -> Added:
    """Return the sum of contributions: a cell that is unknown in any of them has no sum."""
    numbers: dict[Code, Decimal | None] = dict.fromkeys(form.cells)
    unknown: set[Code] = set()
    left_out: dict[Code, None] = {}
    for term in terms:
        unknown |= term.unknown
        left_out.update(dict.fromkeys(term.left_out))
        for code, number in term.numbers.items():
            if number is not None:
                known = numbers[code]
                numbers[code] = number if known is None else known + number
    numbers.update(dict.fromkeys(unknown))
    return Added(numbers, frozenset(unknown), tuple(left_out))


# --- the files next to a report ---------------------------------------------------


class Source(Model):
    """A body whose report was added up, or is missing from the sum.

    `own`: it has other bodies below it, and reports only on itself. `errors` are those of
    the report itself; `sha256` is the hash of the CSV that was read. `period` is what it states to
    cover, '' for the whole year. `formerly` has the keys of ended bodies that went into it.

    If the report is a sum itself, `added` and `lacking` have the names of the bodies in it, and of
    those that it lacks, at every level below; `partial` those that cover another period, with that.
    """

    key: Name
    name: Name
    state: Literal["in", "missing", "unreadable", "exempt"]
    edition: Short = ""
    own: bool = False
    errors: int = 0
    sha256: Short = ""
    period: Short = ""
    partial: tuple[Name, ...] = ()
    formerly: tuple[Name, ...] = ()
    added: tuple[Name, ...] = ()
    lacking: tuple[Name, ...] = ()


def stated_period(year: YearParameters) -> str:
    """Return the period that a year's file states, '' for the whole year."""
    return f"{year.period.first}–{year.period.last}" if year.period else ""


class RollUpList(Model):
    """`<year>.rollup.yaml`: which reports were added up, and how.

    `one_row` are the groups that the sums have as one row, `left_blank` the cells without a
    sum, `left_out` the extra lines that were not added. `written` has the hash of each file that
    `gongkai rollup` wrote next to it, without the report's own files if somebody else wrote them.
    `replacing` has those of the files that they replace, and only while they are being written.
    """

    parent: Name
    edition: Name
    one_row: tuple[Code, ...] = ()
    left_blank: tuple[Code, ...] = ()
    left_out: tuple[Code, ...] = ()
    written: dict[str, Name]
    replacing: dict[str, Name] = {}
    bodies: tuple[Source, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class RollUp:
    """The reports that a report's figures were added up from, or are compared with."""

    listed: RollUpList
    form: Form
    figures: Mapping[str, Numbers]
    file: str = ""
    made: bool = True  # the report itself is the sum

    @cached_property
    def sums(self) -> Numbers:
        """The sum of each cell; None if there is none."""
        terms = (Added(numbers) for numbers in self.figures.values())
        blank = Added({}, frozenset(self.listed.left_blank))
        return add_up(self.form, (blank, *terms)).numbers

    @property
    def not_added(self) -> frozenset[Code]:
        """The cells of the report that are blank because they could not be added."""
        return frozenset(self.listed.left_blank if self.made else ())

    @property
    def lacking(self) -> tuple[Source, ...]:
        """The bodies that should have reported, but whose report could not be added."""
        return tuple(body for body in self.listed.bodies if body.state in LACKING)

    @cached_property
    def _named(self) -> Mapping[str, Source]:
        return {body.key: body for body in self.listed.bodies}

    def apart(self, code: Code) -> list[tuple[Source, Decimal]]:
        """Return the contributing bodies with their figures, the largest first, without zeros."""
        found = [(self._named[key], numbers.get(code)) for key, numbers in self.figures.items()]
        parts = [(body, number) for body, number in found if number]
        return sorted(parts, key=lambda part: (-abs(part[1]), part[0].key))

    def shares(self, code: Code) -> tuple[Decimal, Decimal]:
        """Return the contributions to a cell of bodies with others below them, and of the rest."""
        parts = self.apart(code)
        first = sum((number for body, number in parts if body.own), Decimal(0))
        return first, sum((number for _, number in parts), Decimal(0)) - first


def text_digest(data: bytes) -> str:
    """Return the hash of a text, regardless of its line ends, which git may change on checkout."""
    return digest(data.replace(b"\r\n", b"\n"))


def with_hashes(year: int, roll_up: RollUp, written: Mapping[str, bytes]) -> RollUp:
    """Return a roll-up whose list has the hashes of its figures and of other files written."""
    hashes = {name: text_digest(data) for name, data in written.items()}
    hashes[f"{year}{ROLLUP_FIGURES}"] = text_digest(_figures_text(roll_up).encode())
    return replace(roll_up, listed=roll_up.listed.model_copy(update={"written": hashes}))


def rollup_files(year: int, roll_up: RollUp) -> dict[str, bytes]:
    """Return the figures and the list by file name; the list has hashes, see `with_hashes`."""
    return {
        f"{year}{ROLLUP_FIGURES}": _figures_text(roll_up).encode(),
        f"{year}{ROLLUP}": list_text(roll_up.listed),
    }


def list_text(listed: RollUpList) -> bytes:
    """Return a list as the text of its file."""
    data = listed.model_dump(mode="json", exclude_defaults=True)
    bodies = data.pop("bodies")
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
    rows = [f"  - {json.dumps(body, ensure_ascii=False)}" for body in bodies]
    return (ABOVE + "\n".join((*lines, "bodies:", *rows)) + "\n").encode()


def _figures_text(roll_up: RollUp) -> str:
    """Return a CSV with a row for each body and a column for each cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    cells = roll_up.form.cells
    names = {body.key: body.name for body in roll_up.listed.bodies}
    writer.writerow(("key", "name", *cells))
    writer.writerow(("", "指标", *(guarded(cell.full_name) for cell in cells.values())))
    for key, numbers in roll_up.figures.items():
        found = (numbers.get(code) for code in cells)
        texts = ("" if number is None else plain(number) for number in found)
        writer.writerow((key, guarded(names[key]), *texts))
    return "\ufeff" + stream.getvalue()


def load_roll_up(
    folder: Path, year: int, extra: Iterable[ExtraLine], forms: Path | None
) -> RollUp | None:
    """Return what a report's figures were added up from; None if it has no list.

    `extra` are the extra lines of its agency. Raises KitError if the files were changed or
    damaged, or have other lines.
    """
    path, figures = folder / f"{year}{ROLLUP}", folder / f"{year}{ROLLUP_FIGURES}"
    if not path.exists():
        if figures.exists():  # without the list, they would no longer be compared
            raise KitError(Problem("rollup-list-missing", path.as_posix(), file=figures.name))
        return None
    listed, _ = read_model(path, RollUpList, LARGEST)
    try:
        data = read_file(figures)
        if text_digest(data) != listed.written.get(figures.name):
            raise ValueError(figures)
        form = with_one_row(load_form(listed.edition, forms), listed.one_row)
        form, _ = with_extra_lines(form, extra, year)
        numbers = dict(_rows(data.decode("utf-8-sig"), list(form.cells)))
        if not numbers.keys() <= {body.key for body in listed.bodies}:
            raise ValueError(figures)
    except (OSError, ValueError, KeyError, InvalidOperation, csv.Error):
        raise KitError(Problem("rollup-damaged", figures.as_posix())) from None
    made = f"{year}.csv" in listed.written
    return RollUp(listed, form, numbers, path.as_posix(), made)


def _rows(text: str, codes: list[Code]) -> Iterator[tuple[str, Numbers]]:
    """Yield each body's key and figures. Raises ValueError if the columns differ."""
    rows = csv.reader(io.StringIO(text), strict=True)
    if next(rows)[2:] != codes:
        raise ValueError(codes)
    next(rows)
    for key, _, *cells in rows:
        numbers = (Decimal(unguarded(cell)) if cell else None for cell in cells)
        yield key, dict(zip(codes, numbers, strict=True))
