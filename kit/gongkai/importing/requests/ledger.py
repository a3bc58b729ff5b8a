"""Read an office's own list of requests: find its columns, and the requests in its rows.

Requests have only the columns needed for counting. No cell is ever quoted: a column that was
identified wrongly may contain names of persons.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms import vocabulary
from gongkai.forms.vocabulary import Word
from gongkai.importing.blocks import Cell, Doubt, Grid, with_text
from gongkai.importing.formats.documents import read_document
from gongkai.importing.labels import key
from gongkai.importing.texts.particulars import date_of
from gongkai.messages import first_few
from gongkai.report.places import Place
from gongkai.text.models import Model, Short, read_model
from gongkai.text.quantities import half_width

LEDGER = Path(vocabulary.__file__).parent / "language" / "ledger.yaml"
REQUIRED = ("received", "applicant", "outcome", "replied")
DISPUTES = ("reconsideration", "litigation")
MOST = 40  # rows listed in a doubt
# Doubts with which nothing is written: requests may be missing, or be counted twice.
_OF_FILE = (  # doubts that are passed on, as no cell is quoted in their text
    "import-tracked-changes",
    "import-sheet-damaged",
    "import-looks-unread",
    "import-text-layer",
)
UNSURE = (
    "count-rows-above",
    "count-rows-again",
    "count-rows-marked",
    "count-rows-merged",
    "count-rows-numbered",
    "count-part-unseen",
    "count-sheet-unread",
    *_OF_FILE,
)
HEADER_WITHIN = 12  # rows: there may be titles above the headers
# The time of day that may follow a date.
_TIME = re.compile(r"(?:[ T][0-9]{1,2}[:：时点][0-9:：.,+Z时点分秒 ]*)?")
_SEVERAL = re.compile(r"[0-9]{1,3}\s?[-—–~至到、,]+\s?[0-9]{1,3}")  # 1-3, but 2025-3
_FEWEST = 2  # headers that a row must have before the missing ones are reported
_UNSAVED = "import-formula-without-value"
# Also passed on, but figures are written all the same: such a list is not known to be wrong.
_SAID = ("import-hidden-sheet", "import-sheet-looks-unread")
# Doubts about a row as a whole, in whichever of its cells they are: it may have been withdrawn.
_MARKED = (
    "import-hidden-row",
    "import-struck-in-sheet",
    "import-unseen-in-sheet",
    "import-struck-through",
    "import-hidden",
    "import-invisible",
)
# Doubts about what was read in a cell, which matter in the columns that are counted by.
_MISREAD = (
    "import-error-value",
    "import-shown-otherwise",
    "import-added-by-style",
    "import-field",
    "import-text-box-in-cell",
    "import-picture-in-cell",
    "import-computed-field",
    "import-unreadable-characters",
)


Cells = Sequence[Cell | None]  # of a row


class Known(Model):
    """The vocabulary of request lists: column headers, and the words used in the columns."""

    columns: dict[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    pending: tuple[str, ...]
    unclear: tuple[str, ...]
    words: tuple[Word, ...]


class ColumnsOf(Model):
    """The column headers of a list, where they differ from the usual ones."""

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
    """The file of `--columns`: the meanings of an office's own headers and words.

    `applicants` maps a word to the id of a column of the form, `outcomes` to the code of a row or
    to `pending`.
    """

    columns: ColumnsOf = ColumnsOf()
    applicants: dict[Short, Short] = {}
    outcomes: dict[Short, Short] = {}


class Request(NamedTuple):
    """A row of a list: its row number as shown in the file, and the texts of the columns found.

    `unsaved` are the columns in which this row has a formula without a saved value.
    """

    place: str
    texts: Mapping[str, str]
    unsaved: frozenset[str] = frozenset()

    def text(self, column: str) -> str:
        """Return the text of a column, '' if blank or missing."""
        return self.texts.get(column, "")

    def day(self, column: str) -> datetime.date | None:
        """Return the date in a column. Raises ValueError if the text is not a date."""
        text = self.text(column)
        day = text.split(" ")[0].split("T")[0]
        rest = text.removeprefix(day)
        found = date_of(text) or (date_of(day) if _TIME.fullmatch(rest) else None)
        if text and found is None:
            raise ValueError(column)
        return found


class Ledger(NamedTuple):
    """A list of requests as read: its requests, the headers of its columns, and doubts."""

    requests: tuple[Request, ...]
    headers: Mapping[str, str]
    doubts: tuple[Doubt, ...]


@cache
def known() -> Known:
    """Return the vocabulary of request lists. Raises KitError if the file is invalid."""
    return read_model(LEDGER, Known)[0]


def read_ledger(path: Path, own: ColumnsOf, *, disputes: bool = False) -> Ledger:
    """Return the rows of every sheet that is a list of requests.

    `own` has headers that differ from the usual ones. Raises KitError if no sheet has the required
    columns; with `disputes`, a column for reconsideration or litigation is required too.
    """
    source = read_document(path).source
    headers = _Headers(path, own)
    sheets = list(map(headers.sheet, source.grids))
    lists = [sheet for sheet in sheets if all(name in sheet.columns for name in REQUIRED)]
    if not lists:
        raise KitError(headers.missing(sheets))
    if disputes and not any(name in sheet.columns for sheet in lists for name in DISPUTES):
        about = {"columns": [headers.of[name][0] for name in DISPUTES]}
        raise KitError(Problem("count-no-disputes", path.as_posix(), **about))
    unsaved = {doubt.place.cell for doubt in source.doubts if doubt.id == _UNSAVED}
    several = len(lists) > 1
    requests = [found for sheet in lists for found in _requests(sheet, unsaved, named=several)]
    found_headers = {
        name: column.header for sheet in reversed(lists) for name, column in sheet.columns.items()
    }
    doubts = [doubt for doubt in source.doubts if doubt.id in (*_SAID, *_OF_FILE)]
    doubts += [doubt for sheet in lists for doubt in _marked(sheet, source.doubts)]
    doubts += _unseen(source.doubts)
    doubts += [doubt for sheet in lists for doubt in _above(sheet, headers)]
    doubts += [doubt for sheet in lists for doubt in _merged(sheet, disputes=disputes)]
    doubts += [doubt for sheet in lists for doubt in _not_of_one(sheet)]
    doubts += [doubt for sheet in lists for doubt in _repeated_rows(sheet)]
    doubts += [*_rows_again(lists), *_left_out(sheets, lists, headers)]
    return Ledger(tuple(requests), found_headers, tuple(doubts))


class _Column(NamedTuple):
    """A column found in a sheet: its number, counted from 0, and its header."""

    number: int
    header: str


class _Sheet(NamedTuple):
    """A sheet, its columns by name, and the index of the first row below the headers."""

    grid: Grid
    columns: Mapping[str, _Column]
    first: int

    @property
    def rows(self) -> Iterator[tuple[int, Cells]]:
        """The rows below the headers, each with its row number, counted from 1."""
        yield from enumerate(self.grid.matrix()[self.first :], start=self.first + 1)

    @property
    def texts(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The texts of the rows below the headers, each with its row number."""
        for number, cells in self.rows:
            yield number, tuple(cell.text.strip() if cell else "" for cell in cells)

    def has_other_text(self, texts: Sequence[str]) -> bool:
        """Whether a row has a text outside the columns that are counted by."""
        counted_by = {column.number for column in self.columns.values()}
        return any(text for place, text in enumerate(texts) if place not in counted_by)

    @property
    def numbers(self) -> list[int]:
        """The columns of the requests' own numbers."""
        headers = set(map(key, known().numbers))
        return [
            place
            for place, cell in enumerate(self.grid.matrix()[self.first - 1])
            if cell and key(cell.text) in headers
        ]

    @property
    def name(self) -> str:
        return self.grid.place.cell.rpartition("!")[0]

    @property
    def place(self) -> Place:
        """The sheet, or the table in a document without sheets."""
        return Place(cell=self.name) if self.name else self.grid.place

    @property
    def label(self) -> str:
        """The name of the sheet, or which table it is in a document without sheets."""
        return self.name or str(self.grid.place)


class _Headers:
    """The accepted headers of each column of a list; one in `own` replaces the usual ones."""

    def __init__(self, path: Path, own: ColumnsOf) -> None:
        self.path = path
        given = own.model_dump()
        self.of = {
            name: (given[name],) if given[name] else usual
            for name, usual in known().columns.items()
        }

    def sheet(self, grid: Grid) -> _Sheet:
        """Return a sheet with its columns; the header row is the early row with most of them."""
        rows = enumerate(grid.matrix()[:HEADER_WITHIN], start=1)
        found = [_Sheet(grid, self.columns(cells), below) for below, cells in rows]
        return max(found, key=lambda sheet: len(sheet.columns), default=_Sheet(grid, {}, 1))

    def columns(self, cells: Cells) -> dict[str, _Column]:
        """Return the columns in a header row. Raises KitError if two headers mean the same one."""
        texts = [key(cell.text) if cell else "" for cell in cells]
        columns = {}
        for name, headers in self.of.items():
            keys = {key(header): header for header in headers}
            places = [place for place, text in enumerate(texts) if text in keys]
            places = [at for at in places if cells[at] is not cells[at - 1] or not at]
            if len(places) > 1:
                about = {"column": name, "headers": [keys[texts[place]] for place in places]}
                raise KitError(Problem("count-column-twice", self.path.as_posix(), **about))
            if places:
                columns[name] = _Column(places[0], keys[texts[places[0]]])
        return columns

    def missing(self, sheets: Sequence[_Sheet]) -> Problem:
        """Return the problem that the best-matching sheet lacks required columns."""
        nearest = max((sheet.columns for sheet in sheets), key=len, default={})
        near = nearest if len(nearest) >= _FEWEST else {}
        lacking = [f"{it} ({'/'.join(self.of[it][:3])})" for it in REQUIRED if it not in near]
        return Problem("count-columns-missing", self.path.as_posix(), columns=lacking)


def _requests(sheet: _Sheet, unsaved: Set[str], *, named: bool) -> Iterator[Request]:
    """Yield a request for each row below the headers that is not blank in the columns found."""
    for number, cells in sheet.rows:
        place = f"{sheet.label}!{number}" if named else str(number)
        request = _request(sheet, place, cells, unsaved)
        if any(request.texts.values()) or request.unsaved:
            yield request


def _request(sheet: _Sheet, place: str, cells: Cells, unsaved: Set[str] = frozenset()) -> Request:
    found = {name: cell for name, it in sheet.columns.items() if (cell := cells[it.number])}
    texts = {name: cell.text.strip() for name, cell in found.items()}
    lost = frozenset(name for name, cell in found.items() if cell.place.cell in unsaved)
    return Request(place, texts, lost)


def _marked(sheet: _Sheet, doubts: Sequence[Doubt]) -> Iterator[Doubt]:
    """Yield a doubt about the rows that are struck out, hidden, or not read as they are shown."""
    of_row = {doubt.place for doubt in doubts if doubt.id in _MARKED}
    of_cell = {doubt.place for doubt in doubts if doubt.id in _MISREAD}
    counted_by = {column.number for column in sheet.columns.values()}
    rows = []
    for number, cells in sheet.rows:
        places = {cell.place for cell in cells if cell}
        if sheet.name:
            places.add(Place(cell=f"{sheet.name}!{number}:{number}"))
        read = {cell.place for column in counted_by if (cell := cells[column])}
        if any(cells) and (places & of_row or read & of_cell):
            rows.append(number)
    yield from _of_rows("count-rows-marked", sheet.place, rows)


def _of_rows(id: str, place: Place, rows: Sequence[int], **about: object) -> Iterator[Doubt]:
    """Yield a doubt about some rows of a sheet if there are any."""
    if rows:
        yield Doubt(id, place, **about, rows=first_few(rows, MOST))


def _unseen(doubts: Iterable[Doubt]) -> Iterator[Doubt]:
    """Yield a doubt for each table and page with hidden text that is in no cell.

    Rows that a page hides are not read at all.
    """
    places = (doubt.place for doubt in doubts if doubt.id in _MARKED and not doubt.place.cell)
    for place in dict.fromkeys(place for place in places if not place.row):
        if place.table or place.page:
            yield Doubt("count-part-unseen", place)


def _above(sheet: _Sheet, headers: _Headers) -> Iterator[Doubt]:
    """Yield a doubt about the rows above the headers that may be requests, which are not counted.

    They are below other headers, or have what a request has; a title has neither.
    """
    matrix = sheet.grid.matrix()
    repeated = set(with_text(matrix[sheet.first - 1]))
    rows, below_others = [], False
    for number, cells in enumerate(matrix[: sheet.first - 1], start=1):
        own = [cell for cell in with_text(cells) if cell not in repeated]
        if len(headers.columns(cells)) >= _FEWEST:
            below_others = True
        elif (below_others and len(own) >= _FEWEST) or _looks_counted(sheet, number, cells):
            rows.append(number)
    yield from _of_rows("count-rows-above", sheet.place, rows, header=sheet.first)


def _looks_counted(sheet: _Sheet, number: int, cells: Cells) -> bool:
    """Whether a row has a date of receipt, an applicant and an outcome in the sheet's columns."""
    request = _request(sheet, str(number), cells)
    try:
        received = request.day("received")
    except ValueError:
        return False
    return bool(received and request.text("applicant") and request.text("outcome"))


def _merged(sheet: _Sheet, *, disputes: bool) -> Iterator[Doubt]:
    """Yield a doubt about the rows that share a cell with the row above them.

    Two outcomes of one request share its date of receipt or its number; requests that were answered
    on one day, or made by one person, share other cells. A list in which nothing is merged
    repeats both of them.
    """
    begun = DISPUTES if disputes else ()
    columns = [sheet.columns["received"].number, *sheet.numbers]
    columns += [it.number for name, it in sheet.columns.items() if name.startswith(begun)]
    shared = {
        number
        for number, cells in sheet.rows
        if any(cell.row < number - 1 for cell in with_text(cells[it] for it in columns))
    }
    rows = sorted(shared.union(_numbered_again(sheet)))
    yield from _of_rows("count-rows-merged", sheet.place, rows)


def _numbered_again(sheet: _Sheet) -> Iterator[int]:
    """Yield the rows that have the number and the date of receipt of an earlier, different one.

    Running numbers alone may begin again in each block of a list.
    """
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    columns = sheet.numbers
    for number, texts in sheet.texts:
        numbers = tuple(texts[it] for it in columns)
        shared = (texts[sheet.columns["received"].number], *numbers)
        if shared[0] and any(numbers) and seen.setdefault(shared, texts) != texts:
            yield number


def _not_of_one(sheet: _Sheet) -> Iterator[Doubt]:
    """Yield a doubt about the rows whose number is 0, or of several requests: 1-3, 4、5.

    Where most numbers have such a shape, it is that of one: the first of January is 1-1.
    """
    rows: set[int] = set()
    for column in sheet.numbers:
        numbers = {number: half_width(texts[column]) for number, texts in sheet.texts}
        several = {number for number, text in numbers.items() if _SEVERAL.fullmatch(text)}
        if len(several) <= max(1, sum(text.isdecimal() for text in numbers.values())):
            rows |= several
        rows |= {number for number, text in numbers.items() if text and not text.strip("0")}
    yield from _of_rows("count-rows-numbered", sheet.place, sorted(rows))


def _repeated_rows(sheet: _Sheet) -> Iterator[Doubt]:
    """Yield a doubt about the rows that are identical to an earlier one.

    Rows with text in the counted columns alone, so without a number or a name, may well be
    identical.
    """
    seen: dict[tuple[str, ...], int] = {}
    rows = ((number, texts) for number, texts in sheet.texts if sheet.has_other_text(texts))
    same = [number for number, texts in rows if seen.setdefault(texts, number) != number]
    yield from _of_rows("count-rows-same", Place(cell=sheet.name), same)


def _rows_again(lists: Sequence[_Sheet]) -> Iterator[Doubt]:
    """Yield a doubt about the rows of a sheet that another sheet has too, as a total list does.

    Running numbers may differ between the sheets.
    """
    seen: dict[tuple[str, ...], int] = {}
    for place, sheet in enumerate(lists):
        again = []
        for number, row in sheet.texts:
            texts = tuple("" if text.isdecimal() else text for text in row)
            if sheet.has_other_text(texts) and seen.setdefault(texts, place) != place:
                again.append(number)
        yield from _of_rows("count-rows-again", Place(cell=sheet.label), again)


def _left_out(
    sheets: Sequence[_Sheet], lists: Sequence[_Sheet], headers: _Headers
) -> Iterator[Doubt]:
    """Yield a doubt about each sheet or table that is not counted, though it has rows.

    One that is wide enough for a list, or has some of its headers, may be the rest of one.
    """
    for sheet in sheets:
        filled = (
            sum(1 for cell in row if cell and cell.text.strip()) for row in sheet.grid.matrix()
        )
        if sheet in lists or not any(count >= _FEWEST for count in filled):
            continue
        place = Place(cell=sheet.label)
        if len(sheet.columns) >= _FEWEST or sheet.grid.width >= len(REQUIRED):
            lacking = [headers.of[it][0] for it in REQUIRED if it not in sheet.columns]
            yield Doubt("count-sheet-unread", place, columns=lacking)
        else:
            yield Doubt("count-sheet-left-out", place)
