"""The common model of all formats: paragraphs and tables of cells, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gongkai.errors import Problem
from gongkai.report.places import Place

MOST_CELLS = 200_000  # of a table
MOST_SPAN = 200  # rows or columns of one cell
LOST = "\ufffd"  # what becomes of a character that cannot be read


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
        width = self.width  # computed from every cell
        found: list[list[Cell | None]] = [[None] * width for _ in range(self.height)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rows):
                for column in range(cell.column, cell.column + cell.columns):
                    found[row][column] = cell
        return found

    def part(self, first: int, last: int) -> Grid:
        """Return a range of rows as a separate table; places still refer to the whole table."""
        cells = tuple(
            replace(cell, row=cell.row - first, rows=min(cell.rows, last - cell.row))
            for cell in self.cells
            if first <= cell.row < last
        )
        breaks = frozenset(row - first for row in self.breaks if first <= row < last)
        begins = cells[0].place.cell if self.place.cell and cells else self.place.cell
        return replace(self, cells=cells, breaks=breaks, place=self.place._replace(cell=begins))


def with_text(cells: Iterable[Cell | None]) -> list[Cell]:
    """Return the cells of a row or column that have a text; one that spans several places once."""
    return list(dict.fromkeys(cell for cell in cells if cell and cell.text.strip()))


@dataclass(frozen=True)
class Picture:
    """A picture: what it shows cannot be read."""

    place: Place
    path: tuple[int, ...] = ()


Block = Paragraph | Grid | Picture


@dataclass(frozen=True, init=False)
class Doubt:
    """Something that may have been read wrongly: a message's id, its place, the cells concerned."""

    id: str
    place: Place
    codes: tuple[str, ...]
    details: Mapping[str, object]

    def __init__(
        self, id: str, place: Place, codes: tuple[str, ...] = (), /, **details: object
    ) -> None:
        """Make a doubt; keyword arguments are the details of its message."""
        vars(self).update(id=id, place=place, codes=codes, details=details)

    def about(self, codes: tuple[str, ...]) -> Doubt:
        """Return the same doubt, about other cells."""
        return Doubt(self.id, self.place, codes, **self.details)

    def problem(self, file: str = "") -> Problem:
        """Return the doubt as a Problem: the file, the place, what is doubtful."""
        return Problem(self.id, file, **{"place": self.place.said(), **self.details})


Names = Mapping[str, str]  # of a workbook: each with its text, or its cell as Sheet1!E12


@dataclass(frozen=True)
class Source:
    """A document as it was read: its format, its blocks in order, and what was doubtful.

    `names` are those that a workbook defines; `names_again` are those that a sheet defines for
    another cell, as a copied sheet does. `derived` says that numbers were left out that the kit
    itself derived from the others: key figures, highlights, charts. `published_by` is the body
    that a cover names.
    """

    format: str
    blocks: tuple[Block, ...]
    doubts: tuple[Doubt, ...] = ()
    names: Names = field(default_factory=dict)
    names_again: tuple[tuple[str, str], ...] = ()
    derived: bool = False
    published_by: str = ""

    @property
    def grids(self) -> list[Grid]:
        """The tables."""
        return [block for block in self.blocks if isinstance(block, Grid)]
