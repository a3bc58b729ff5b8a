"""A list of requests as an office keeps it: which columns say what, and what each row says.

Only the columns that are counted by are looked at. No cell is quoted anywhere: a column that was
mistaken for another one may hold names of persons.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem, first_few
from gongkai.forms import vocabulary
from gongkai.forms.vocabulary import Word
from gongkai.importing.blocks import Cell, Doubt, Grid
from gongkai.importing.formats.documents import read_document
from gongkai.importing.labels import key
from gongkai.importing.texts.particulars import date_of
from gongkai.report.places import Place
from gongkai.text.models import Model, Short, read_model

LEDGER = Path(vocabulary.__file__).parent / "language" / "ledger.yaml"
REQUIRED = ("received", "applicant", "outcome", "replied")
DISPUTES = ("reconsideration", "litigation")
MOST = 40  # rows that are named
HEADER_WITHIN = 12  # rows: titles stand above the headers
# What may stand beside a day: the time of it.
_TIME = re.compile(r"(?:[ T][0-9]{1,2}[:：时点][0-9:：.,+Z时点分秒 ]*)?")
_FEWEST = 2  # headers that a row must have before what it lacks is said
_UNSAVED = "import-formula-without-value"
_SAID = "import-hidden-sheet"  # a doubt about the list that quotes no cell
_MARKED = ("import-hidden-row", "import-struck-in-sheet", "import-unseen-in-sheet")
_ROW = re.compile("(?<![0-9])[0-9]+$")  # of a cell, or of a row as 5:5


class Known(Model):
    """How lists name their columns, and what the words in these mean."""

    columns: dict[str, tuple[str, ...]]
    pending: tuple[str, ...]
    unclear: tuple[str, ...]
    words: tuple[Word, ...]


class ColumnsOf(Model):
    """The headers of a list's columns where they are not the usual ones."""

    received: Short = ""
    applicant: Short = ""
    outcome: Short = ""
    ground: Short = ""
    replied: Short = ""
    reconsideration: Short = ""
    reconsideration_filed: Short = ""
    reconsideration_decided: Short = ""
    litigation: Short = ""
    litigation_filed: Short = ""
    litigation_decided: Short = ""


class Meanings(Model):
    """`--columns`: what an office's own headers and words mean.

    `applicants` leads to the id of a column of the form, `outcomes` to the code of a row, or to
    `pending`.
    """

    columns: ColumnsOf = ColumnsOf()
    applicants: dict[Short, Short] = {}
    outcomes: dict[Short, Short] = {}


class Entry(NamedTuple):
    """A row of a list: its number as the reader sees it, and the texts of the columns found.

    `unsaved` are the columns that have a formula here whose value was not saved.
    """

    place: str
    said: Mapping[str, str]
    unsaved: frozenset[str] = frozenset()

    def text(self, column: str) -> str:
        """Return what a column says, '' where it is blank or not there."""
        return self.said.get(column, "")

    def day(self, column: str) -> datetime.date | None:
        """Return the day in a column. Raises ValueError where a text is none."""
        text = self.text(column)
        day = text.split(" ")[0].split("T")[0]
        rest = text.removeprefix(day)
        found = date_of(text) or (date_of(day) if _TIME.fullmatch(rest) else None)
        if text and found is None:
            raise ValueError(column)
        return found


class Ledger(NamedTuple):
    """A list that was read: its rows, the headers of its columns, and what was passed over."""

    entries: tuple[Entry, ...]
    headers: Mapping[str, str]
    doubts: tuple[Doubt, ...]


@cache
def known() -> Known:
    """Return how lists name things. Raises KitError where the file is wrong."""
    return read_model(LEDGER, Known)[0]


def read_ledger(path: Path, own: ColumnsOf, *, disputes: bool = False) -> Ledger:
    """Return the rows of every sheet that is a list of requests.

    `own` are headers that are not the usual ones. Raises KitError where no sheet has the columns
    that are needed; with `disputes` also those of a reconsideration or a litigation.
    """
    source = read_document(path).source
    wanted = _wanted(own)
    sheets = [_sheet(block, wanted, path) for block in source.blocks if isinstance(block, Grid)]
    lists = [sheet for sheet in sheets if all(name in sheet.columns for name in REQUIRED)]
    if not lists:
        raise KitError(_no_columns(path, sheets, wanted))
    if disputes and not any(name in sheet.columns for sheet in lists for name in DISPUTES):
        about = {"columns": [wanted[name][0] for name in DISPUTES]}
        raise KitError(Problem("count-no-disputes", path.as_posix(), **about))
    unsaved = {doubt.place.cell for doubt in source.doubts if doubt.id == _UNSAVED}
    several = len(lists) > 1
    entries = [entry for sheet in lists for entry in _entries(sheet, unsaved, named=several)]
    headers = {
        name: column.header for sheet in reversed(lists) for name, column in sheet.columns.items()
    }
    doubts = [doubt for doubt in source.doubts if doubt.id == _SAID]
    doubts += [doubt for sheet in lists for doubt in _marked(sheet, source.doubts)]
    doubts += [doubt for sheet in lists for doubt in _twice(sheet)]
    return Ledger(tuple(entries), headers, tuple(doubts))


class _Column(NamedTuple):
    """A column that was found: its number from 0, and its header."""

    number: int
    header: str


class _Sheet(NamedTuple):
    """A sheet, the columns found in it by what they say, and the number of the first row below."""

    grid: Grid
    columns: Mapping[str, _Column]
    first: int

    @property
    def rows(self) -> Iterator[tuple[int, Sequence[Cell | None]]]:
        """The rows below the headers, each with its number as the reader sees it."""
        yield from enumerate(self.grid.matrix()[self.first :], start=self.first + 1)

    @property
    def name(self) -> str:
        """What the sheet is called."""
        return self.grid.place.cell.rpartition("!")[0]


def _wanted(own: ColumnsOf) -> dict[str, tuple[str, ...]]:
    """Return the headers that each column may have; the office's own comes alone."""
    given = own.model_dump()
    return {
        name: (given[name],) if given[name] else usual for name, usual in known().columns.items()
    }


def _sheet(grid: Grid, wanted: Mapping[str, Sequence[str]], path: Path) -> _Sheet:
    """Return a sheet with the columns of its headers: of the first rows, the one with most."""
    rows = enumerate(grid.matrix()[:HEADER_WITHIN], start=1)
    found = [_Sheet(grid, _columns(cells, wanted, path), below) for below, cells in rows]
    return max(found, key=lambda sheet: len(sheet.columns), default=_Sheet(grid, {}, 1))


def _columns(
    cells: Sequence[Cell | None], wanted: Mapping[str, Sequence[str]], path: Path
) -> dict[str, _Column]:
    """Return the columns of a row of headers. Raises KitError where two say the same."""
    texts = [key(cell.text) if cell else "" for cell in cells]
    columns = {}
    for name, headers in wanted.items():
        keys = {key(header): header for header in headers}
        places = [place for place, text in enumerate(texts) if text in keys]
        places = [place for place in places if cells[place] is not cells[place - 1] or not place]
        if len(places) > 1:
            about = {"column": name, "headers": [keys[texts[place]] for place in places]}
            raise KitError(Problem("count-column-twice", path.as_posix(), **about))
        if places:
            columns[name] = _Column(places[0], keys[texts[places[0]]])
    return columns


def _no_columns(
    path: Path, sheets: Sequence[_Sheet], wanted: Mapping[str, Sequence[str]]
) -> Problem:
    """Return which of the required columns are missing, in the sheet that comes nearest."""
    nearest = max((sheet.columns for sheet in sheets), key=len, default={})
    near = nearest if len(nearest) >= _FEWEST else {}
    lacking = [f"{name} ({'/'.join(wanted[name][:3])})" for name in REQUIRED if name not in near]
    return Problem("count-columns-missing", path.as_posix(), columns=lacking)


def _entries(sheet: _Sheet, unsaved: Set[str], *, named: bool) -> Iterator[Entry]:
    """Yield the rows below the headers that say something in the columns found."""
    for number, cells in sheet.rows:
        found = {name: cell for name, it in sheet.columns.items() if (cell := cells[it.number])}
        said = {name: cell.text.strip() for name, cell in found.items()}
        lost = frozenset(name for name, cell in found.items() if cell.place.cell in unsaved)
        if any(said.values()) or lost:
            place = f"{sheet.name}!{number}" if named and sheet.name else str(number)
            yield Entry(place, said, lost)


def _marked(sheet: _Sheet, doubts: Iterable[Doubt]) -> Iterator[Doubt]:
    """Yield a doubt about the rows that are crossed out in the sheet, or are not seen in it."""
    places = [doubt.place.cell for doubt in doubts if doubt.id in _MARKED]
    found = [_ROW.search(place) for place in places if place.rpartition("!")[0] == sheet.name]
    marked = {int(row[0]) for row in found if row}
    rows = [number for number, cells in sheet.rows if number in marked and any(cells)]
    if rows:
        yield Doubt("count-rows-marked", Place(cell=sheet.name), rows=first_few(rows, MOST))


def _twice(sheet: _Sheet) -> Iterator[Doubt]:
    """Yield a doubt about the rows that repeat an earlier one in every cell.

    Rows with nothing but the columns that are counted by, so without a number or a name, may well
    be alike.
    """
    counted_by = {column.number for column in sheet.columns.values()}
    seen: set[tuple[str, ...]] = set()
    same = []
    for number, cells in sheet.rows:
        row = tuple(cell.text.strip() if cell else "" for cell in cells)
        if any(text for place, text in enumerate(row) if place not in counted_by):
            if row in seen:
                same.append(number)
            seen.add(row)
    if same:
        place = Place(cell=sheet.name)
        yield Doubt("count-rows-same", place, rows=first_few(same, MOST))
