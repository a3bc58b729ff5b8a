"""Adding reports up: what each adds to which cell, and the files that say what was added up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.forms.editions import load_form
from gongkai.forms.form import Form
from gongkai.forms.local import ExtraLine, collapsed, collapsible, with_extra_lines
from gongkai.forms.tables import Code
from gongkai.report.provenance import ROLLUP, ROLLUP_FIGURES, digest, digest_of
from gongkai.text.agency_names import names_in
from gongkai.text.formulas import guarded, unguarded
from gongkai.text.models import Field, Model, Name, Short, read_model
from gongkai.text.numbers import parse_number, plain, without_remark

Numbers = Mapping[Code, Decimal | None]
LARGEST = 10_000_000  # bytes of the list; its figures may have as many as any output
ABOVE = "# 由 gongkai rollup 写成：本年数据由哪些报告相加而成。请勿手工修改，需要时重新汇总。\n"


class Counted(NamedTuple):
    """The figures of a report, by the codes of its form, or of local lines; None for a blank."""

    form: Form
    numbers: Numbers

    def known(self, code: Code) -> Decimal | None:
        """Return a cell's number, or what its parts come to where it is a total left blank."""
        return known_of(code, self.numbers.get, self.form)

    def figure(self, codes: Sequence[Code]) -> Decimal | None:
        """Return what some cells come to; None where none of them has a number."""
        return total_of(map(self.known, codes))


def total_of(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of what is no blank; None where all are blank."""
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if known else None


NumberOf = Callable[[Code], Decimal | None]


def known_of(
    code: Code, number_of: NumberOf, form: Form, above: tuple[Code, ...] = ()
) -> Decimal | None:
    """Return a cell's number, or what its parts come to where it is a total left blank.

    A part may be a total left blank, too. `above` are the totals whose part the cell is: a form
    of one's own may have two that are each other's.
    """
    stated = number_of(code)
    if stated is not None or code not in form.totals or code in above:
        return stated
    parts = form.totals[code]
    return total_of(known_of(part, number_of, form, (*above, code)) for part in parts)


def read_cells(form: Form, cells: Mapping[Code, str]) -> Counted:
    """Return the figures of cells as they are printed; what is no figure counts as blank."""
    numbers: dict[Code, Decimal | None] = {}
    for code, text in cells.items():
        if text.isdecimal() and text.isascii():
            numbers[code] = Decimal(text)
            continue
        cell = form.cells.get(code)
        kind, unit = (cell.kind, cell.unit) if cell else ("count", "")
        figure, _ = without_remark(text, form.same_unit(unit))
        numbers[code] = parse_number(figure, kind, unit, form.same_unit(unit))[0]
    return Counted(as_printed(form, numbers), numbers)


def as_printed(form: Form, codes: Iterable[Code]) -> Form:
    """Return a form with those groups as one row that some codes have as one row."""
    groups = {code.rpartition(".")[0] for code in codes}
    return with_one_row(form, (group for group in collapsible(form) if group in groups))


def with_one_row(form: Form, groups: Iterable[Code]) -> Form:
    """Return a form with some groups of rows printed as one row."""
    for group in groups:
        key = (id(form), group)
        if key not in _collapsed:
            _collapsed[key] = (form, collapsed(form, group))
        form = _collapsed[key][1]
    return form


# The form of each key is kept, so that no other form can get its id.
_collapsed: dict[tuple[int, Code], tuple[Form, Form]] = {}


def common_form(form: Form, reports: Iterable[Counted]) -> Form:
    """Return a form with the groups as one row that one of some reports on it has as one row."""
    edition, groups = form.edition, collapsible(form)
    of_it = {id(item.form): item.form for item in reports if item.form.edition == edition}
    single = {group for one in of_it.values() for group in groups if group not in collapsible(one)}
    return with_one_row(form, (group for group in groups if group in single))


# --- what a report adds -----------------------------------------------------------


class Added(NamedTuple):
    """What a report adds to each cell; cells that it cannot be added to; local lines left out."""

    numbers: Numbers
    unknown: frozenset[Code] = frozenset()
    left_out: tuple[Code, ...] = ()


def added(report: Counted, form: Form) -> Added:
    """Return what a report adds to the cells of a form.

    Within an edition, a group as one row has the sum of its rows. Across editions only a series
    that is a single cell of the form is joined, after `series:` of both.
    """
    if report.form.edition != form.edition:
        return _through_series(report, form)
    numbers = {}
    for code in form.cells:
        if code in report.numbers:
            numbers[code] = report.known(code)
        else:
            numbers[code] = report.figure(report.form.expanded((code,)))
    rows = {row for group in collapsible(report.form).values() for row in group}
    left_out = tuple(
        code
        for code, number in report.numbers.items()
        if number and code not in form.cells and code.rpartition(".")[0] not in rows
    )
    return Added(numbers, frozenset(), left_out)


def _through_series(report: Counted, form: Form) -> Added:
    numbers: dict[Code, Decimal | None] = {}
    for series, codes in form.series.items():
        cells = form.expanded(codes)
        if len(cells) == 1 and series in report.form.series:
            theirs = report.form.expanded(report.form.series[series])
            numbers[cells[0]] = report.figure(theirs)
    return Added(numbers, frozenset(form.cells.keys() - numbers.keys()))


def add_up(form: Form, terms: Iterable[Added]) -> Added:
    """Return the sum of what reports add: a cell that one of them cannot be added to has none."""
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


# --- the files beside a report ----------------------------------------------------


class Source(Model):
    """A body whose report was added up, or that had none to add.

    `own` says that it speaks for itself alone while others are below it. `errors` are those of
    the report itself; `sha256` is the hash of the CSV that was read.
    """

    key: Name
    name: Name
    state: Literal["in", "missing", "unreadable", "exempt"]
    edition: Short = ""
    own: bool = False
    errors: int = 0
    sha256: Short = ""


class RollUpList(Model):
    """`<year>.rollup.yaml`: what was added up, and how.

    `one_row` are the groups that the sums have as one row, `left_blank` the cells that have no
    sum, `left_out` the local lines that were not added. `written` has the hash of each file that
    `gongkai rollup` wrote beside it: none of the report itself where somebody else wrote that.
    """

    parent: Name
    edition: Name
    one_row: tuple[Code, ...] = ()
    left_blank: tuple[Code, ...] = ()
    left_out: tuple[Code, ...] = ()
    written: dict[str, Name]
    bodies: tuple[Source, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class RollUp:
    """What the figures of a report were added up from, or are compared with."""

    listed: RollUpList
    form: Form
    figures: Mapping[str, Numbers]
    file: str = ""
    made: bool = True  # the report itself is the sum

    @cached_property
    def sums(self) -> Numbers:
        """The sum of each cell; None where there is none."""
        terms = (Added(numbers) for numbers in self.figures.values())
        blank = Added({}, frozenset(self.listed.left_blank))
        return add_up(self.form, (blank, *terms)).numbers

    @property
    def not_added(self) -> frozenset[Code]:
        """The cells of the report that are blank because they could not be added."""
        return frozenset(self.listed.left_blank if self.made else ())

    @property
    def lacking(self) -> tuple[Source, ...]:
        """The bodies that should have reported, and whose report could not be added."""
        return tuple(body for body in self.listed.bodies if body.state in ("missing", "unreadable"))

    @cached_property
    def _named(self) -> Mapping[str, Source]:
        return {body.key: body for body in self.listed.bodies}

    def apart(self, code: Code) -> list[tuple[Source, Decimal]]:
        """Return the bodies whose figures make a sum, the largest first; those of 0 left out."""
        found = [(self._named[key], numbers.get(code)) for key, numbers in self.figures.items()]
        parts = [(body, number) for body, number in found if number]
        return sorted(parts, key=lambda part: (-abs(part[1]), part[0].key))

    def shares(self, code: Code) -> tuple[Decimal, Decimal]:
        """Return what bodies with others below them add to a cell, and what all others add."""
        parts = self.apart(code)
        first = sum((number for body, number in parts if body.own), Decimal(0))
        return first, sum((number for _, number in parts), Decimal(0)) - first


def text_digest(data: bytes) -> str:
    """Return the hash of a text, however its lines end: git may change that on a checkout."""
    return digest(data.replace(b"\r\n", b"\n"))


def rollup_files(year: int, roll_up: RollUp, written: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the list and the figures by their files' names, after what else was written."""
    figures = _figures_text(roll_up).encode()
    hashes = {name: text_digest(data) for name, data in written.items()}
    hashes[f"{year}{ROLLUP_FIGURES}"] = text_digest(figures)
    listed = roll_up.listed.model_copy(update={"written": hashes})
    return {
        f"{year}{ROLLUP_FIGURES}": figures,
        f"{year}{ROLLUP}": _list_text(listed).encode(),
    }


def _list_text(listed: RollUpList) -> str:
    data = listed.model_dump(mode="json", exclude_defaults=True)
    bodies = data.pop("bodies")
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
    rows = [f"  - {json.dumps(body, ensure_ascii=False)}" for body in bodies]
    return ABOVE + "\n".join((*lines, "bodies:", *rows)) + "\n"


def _figures_text(roll_up: RollUp) -> str:
    """Return a row a body and a column a cell, below the codes and names of the cells."""
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


def listed_below(folder: Path, year: int) -> RollUpList | None:
    """Return the list of what a report was added up from; None where there is none to be read."""
    path = folder / f"{year}{ROLLUP}"
    try:
        return read_model(path, RollUpList, LARGEST)[0] if path.exists() else None
    except KitError:
        return None


def changed_below(listed: RollUpList, params: Path, year: int) -> tuple[Source, ...]:
    """Return the bodies whose figures are others now than those that were added up.

    Nor is a report the same that cannot be read any more. What could not be read then is left
    out: what it was is not known.
    """
    return tuple(
        body
        for body in listed.bodies
        if body.state != "unreadable" and _is_changed(body, params / body.key, year)
    )


def _is_changed(body: Source, folder: Path, year: int) -> bool:
    is_half = not (folder / f"{year}.yaml").exists() or not names_in(folder / "agency.yaml")
    changed = digest_of(str(folder / f"{year}.csv")) != body.sha256
    return changed or (body.state == "in" and is_half)


def load_roll_up(
    folder: Path, year: int, extra: Iterable[ExtraLine], forms: Path | None
) -> RollUp | None:
    """Return what a report's figures were added up from; None where nothing says it.

    `extra` are the local lines of its agency. Raises KitError where the files were changed or
    damaged, or are of other lines.
    """
    path, figures = folder / f"{year}{ROLLUP}", folder / f"{year}{ROLLUP_FIGURES}"
    if not path.exists():
        if figures.exists():  # what is compared with them would not be any more
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
    """Yield each body's key and figures. Raises ValueError where the columns are others."""
    rows = csv.reader(io.StringIO(text), strict=True)
    if next(rows)[2:] != codes:
        raise ValueError(codes)
    next(rows)
    for key, _, *cells in rows:
        numbers = (Decimal(unguarded(cell)) if cell else None for cell in cells)
        yield key, dict(zip(codes, numbers, strict=True))
