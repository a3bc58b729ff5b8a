"""A list of requests as an office keeps it: which columns say what, and what each row says.

Only the columns that are counted by are looked at. No cell is quoted anywhere: one that was taken
for another column may hold a person's name.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
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
_SAID = ("import-hidden-sheet", "import-hidden-row")  # doubts about the list that quote no cell


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
    grids = [block for block in source.blocks if isinstance(block, Grid)]
    wanted = _wanted(own)
    found = [(grid, *_header(grid, wanted, path)) for grid in grids]
    lists = [item for item in found if all(name in item[2] for name in REQUIRED)]
    if not lists:
        raise KitError(_no_columns(path, [columns for _, _, columns in found], wanted))
    if disputes and not any(name in columns for _, _, columns in lists for name in DISPUTES):
        about = {"columns": [wanted[name][0] for name in DISPUTES]}
        raise KitError(Problem("count-no-disputes", path.as_posix(), details=about))
    unsaved = {doubt.place.cell for doubt in source.doubts if doubt.id == _UNSAVED}
    entries = [
        entry
        for grid, row, columns in lists
        for entry in _entries(grid, row, columns, unsaved, named=len(lists) > 1)
    ]
    headers = {
        name: text for _, _, columns in reversed(lists) for name, (_, text) in columns.items()
    }
    doubts = [doubt for doubt in source.doubts if doubt.id in _SAID]
    doubts += [doubt for grid, row, columns in lists for doubt in _twice(grid, row, columns)]
    return Ledger(tuple(entries), headers, tuple(doubts))


_Columns = Mapping[str, tuple[int, str]]  # by what they say: which column, and its header


def _wanted(own: ColumnsOf) -> dict[str, tuple[str, ...]]:
    """Return the headers that each column may have; the office's own comes alone."""
    given = own.model_dump()
    return {
        name: (given[name],) if given[name] else usual for name, usual in known().columns.items()
    }


def _header(grid: Grid, wanted: Mapping[str, Sequence[str]], path: Path) -> tuple[int, _Columns]:
    """Return the row of the headers and the columns found in it: of the first rows, the best."""
    rows = grid.matrix()[:HEADER_WITHIN]
    found = [(number, _columns(cells, wanted, path)) for number, cells in enumerate(rows)]
    return max(found, key=lambda item: len(item[1]), default=(0, {}))


def _columns(
    cells: Sequence[Cell | None], wanted: Mapping[str, Sequence[str]], path: Path
) -> dict[str, tuple[int, str]]:
    """Return the columns of a row of headers. Raises KitError where two say the same."""
    texts = [key(cell.text) if cell else "" for cell in cells]
    columns = {}
    for name, headers in wanted.items():
        keys = {key(header): header for header in headers}
        places = [place for place, text in enumerate(texts) if text in keys]
        places = [place for place in places if cells[place] is not cells[place - 1] or not place]
        if len(places) > 1:
            about = {"column": name, "headers": [keys[texts[place]] for place in places]}
            raise KitError(Problem("count-column-twice", path.as_posix(), details=about))
        if places:
            columns[name] = (places[0], keys[texts[places[0]]])
    return columns


def _no_columns(
    path: Path, found: Sequence[_Columns], wanted: Mapping[str, Sequence[str]]
) -> Problem:
    """Return which of the columns that are needed are not there."""
    nearest = max(found, key=len, default={})
    near = nearest if len(nearest) >= _FEWEST else {}
    lacking = [f"{name} ({'/'.join(wanted[name][:3])})" for name in REQUIRED if name not in near]
    return Problem("count-columns-missing", path.as_posix(), details={"columns": lacking})


def _entries(
    grid: Grid, header: int, columns: _Columns, unsaved: Set[str], *, named: bool
) -> Iterator[Entry]:
    """Yield the rows below the headers that say something in the columns found."""
    for number, cells in enumerate(grid.matrix()[header + 1 :], start=header + 2):
        found = {name: cell for name, (place, _) in columns.items() if (cell := cells[place])}
        said = {name: cell.text.strip() for name, cell in found.items()}
        lost = frozenset(name for name, cell in found.items() if cell.place.cell in unsaved)
        if any(said.values()) or lost:
            sheet = grid.place.cell.rpartition("!")[0]
            yield Entry(f"{sheet}!{number}" if named and sheet else str(number), said, lost)


def _twice(grid: Grid, header: int, columns: _Columns) -> Iterator[Doubt]:
    """Yield a doubt about the rows that say in every cell what an earlier one says.

    Where a row has nothing beside the columns that are counted by, such as a number or a name,
    there may be several of it.
    """
    counted_by = {place for place, _ in columns.values()}
    seen: set[tuple[str, ...]] = set()
    same = []
    for number, cells in enumerate(grid.matrix()[header + 1 :], start=header + 2):
        row = tuple(cell.text.strip() if cell else "" for cell in cells)
        if any(text for place, text in enumerate(row) if place not in counted_by):
            if row in seen:
                same.append(number)
            seen.add(row)
    if same:
        place = Place(cell=grid.place.cell.rpartition("!")[0])
        about = {"rows": [*same[:MOST], *(["…"] if len(same) > MOST else [])]}
        yield Doubt("count-rows-same", place, (), about)
