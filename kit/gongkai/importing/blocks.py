"""What every format is read into: paragraphs and tables of cells, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import ascii_uppercase
from typing import NamedTuple

from gongkai.errors import Problem

LOST = "\ufffd"  # what becomes of a character that cannot be read


class Place(NamedTuple):
    """Where something is in a document; what a format does not count is 0 or ''.

    `page`, `table`, `row`, `column`, `line` and `paragraph` are counted from 1; `cell` is a
    spreadsheet's own name for a place, such as `Sheet1!E12`.
    """

    page: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    line: int = 0
    paragraph: int = 0
    cell: str = ""

    def __str__(self) -> str:
        """Return the place as a source file stores it: `p. 4, table 1, row 7, column 6`."""
        if self.cell:
            return self.cell
        steps = [f"p. {self.page}"] if self.page else []
        for name in ("table", "row", "column", "line", "paragraph"):
            number = getattr(self, name)
            steps += [f"{name} {number}"] if number else []
        return ", ".join(steps) or "document"

    def covers(self, other: Place) -> bool:
        """Whether another place is this cell, or in the row or column that this one is."""
        if not self.cell:
            return bool(self.row) and self == (other if self.column else other._replace(column=0))
        sheet, _, name = self.cell.rpartition("!")
        first, _, last = name.partition(":")
        if first != last:
            return self == other
        of, _, cell = other.cell.rpartition("!")
        return sheet == of and first in (cell.rstrip("0123456789"), cell.lstrip(ascii_uppercase))

    def said(self) -> Problem | str:
        """Return the place for a message, which says it in the reader's language."""
        if self.cell:
            return self.cell
        return Problem(self._kind(), details=self._asdict())

    def _kind(self) -> str:
        """Return the message that says the place."""
        if self.table and self.page:
            return "at-page-table-cell" if self.row else "at-page-table"
        if self.table:
            return "at-table-cell" if self.row else "at-table"
        if self.line:
            return "at-page-line" if self.page else "at-line"
        if self.paragraph:
            return "at-paragraph"
        return "at-page" if self.page else "at-document"


def parse_place(text: str) -> Place:
    """Return the place that `str(place)` wrote; what is none of these is a spreadsheet's cell."""
    if text == "document":
        return Place()
    steps: dict[str, int] = {}
    for step in text.split(", "):
        name, _, number = step.rpartition(" ")
        if not number.isdecimal() or (name != "p." and name not in Place._fields):
            return Place(cell=text)
        steps["page" if name == "p." else name] = int(number)
    return Place(**steps)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `level` is that of a heading where the document marks it as one.

    `path` is the element of a web page that contains it; `marker` is that of a list item.
    """

    text: str
    place: Place
    level: int = 0
    marker: str = ""
    path: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A cell of a table: where it begins, counted from 0, and how far it spans."""

    row: int
    column: int
    text: str
    place: Place
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Grid:
    """A table. `breaks` are the rows that begin a new page."""

    cells: tuple[Cell, ...]
    place: Place
    breaks: frozenset[int] = frozenset()
    path: tuple[int, ...] = ()

    @property
    def height(self) -> int:
        """How many rows there are."""
        return max((cell.row + cell.rows for cell in self.cells), default=0)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return max((cell.column + cell.columns for cell in self.cells), default=0)

    def matrix(self) -> list[list[Cell | None]]:
        """Return the cell at each row and column; one that spans several is in each."""
        width = self.width  # asks every cell
        found: list[list[Cell | None]] = [[None] * width for _ in range(self.height)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rows):
                for column in range(cell.column, cell.column + cell.columns):
                    found[row][column] = cell
        return found

    def part(self, first: int, last: int) -> Grid:
        """Return some rows as a table of its own; places stay those of the whole."""
        cells = tuple(
            replace(cell, row=cell.row - first, rows=min(cell.rows, last - cell.row))
            for cell in self.cells
            if first <= cell.row < last
        )
        breaks = frozenset(row - first for row in self.breaks if first <= row < last)
        begins = cells[0].place.cell if self.place.cell and cells else self.place.cell
        return replace(self, cells=cells, breaks=breaks, place=self.place._replace(cell=begins))


@dataclass(frozen=True)
class Picture:
    """A picture: what it shows cannot be read."""

    place: Place
    path: tuple[int, ...] = ()


Block = Paragraph | Grid | Picture


@dataclass(frozen=True)
class Doubt:
    """Something that may have been read wrongly: a message's id, its place, the cells concerned."""

    id: str
    place: Place
    codes: tuple[str, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)

    def problem(self, file: str = "") -> Problem:
        """Return the doubt as the command says it: the file, the place, what is doubtful."""
        details = {"place": self.place.said(), **self.details}
        return Problem(self.id, file, 0, details)


Names = Mapping[str, str]  # of a workbook: each with its text, or its cell as Sheet1!E12


@dataclass(frozen=True)
class Source:
    """A document as it was read: its format, its blocks in order, and what was doubtful.

    `lines` says that the paragraphs are lines as they were broken for the page; `names` are those
    that a workbook defines.
    """

    format: str
    blocks: tuple[Block, ...]
    doubts: tuple[Doubt, ...] = ()
    lines: bool = False
    names: Names = field(default_factory=dict)
