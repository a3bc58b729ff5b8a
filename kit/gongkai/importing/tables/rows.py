"""The rows of a document's table: their labels, and the headers above their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from gongkai.importing.blocks import Cell, Grid, with_text
from gongkai.importing.labels import bare, key
from gongkai.importing.tables.layout import Layout
from gongkai.report.places import Place

_FIGURE = re.compile(r"[0-9０-９][0-9０-９.,，\s]*")


@dataclass(frozen=True)
class Header:
    """The headers above each column, as keys from top to bottom.

    `first` is the first column after the labels, `printed` are the columns' own headers as printed,
    or ''.
    """

    paths: tuple[tuple[str, ...], ...]
    first: int
    printed: tuple[str, ...]

    def leaf(self, column: int) -> str:
        """Return the key of a column's own header, or ''."""
        return self.paths[column][-1] if self.paths[column] else ""


@dataclass(frozen=True)
class DocumentRow:
    """A row of figures: its label, its cells by column, and the headers above them.

    `broken`: it is the first row of a page or a table.
    """

    label: str
    cells: tuple[Cell | None, ...]
    header: Header
    place: Place
    broken: bool

    @cached_property
    def keys(self) -> tuple[str, str]:
        """The label's key, with and without its number."""
        return key(self.label), bare(self.label)

    @property
    def values(self) -> list[Cell]:
        """The cells to the right of the labels that have a text, without repetitions."""
        return with_text(self.cells[self.header.first :])

    def joined(self, other: DocumentRow) -> DocumentRow:
        """Join a row that a page break has split; each cell is taken from the piece with text."""
        pairs = zip(self.cells, other.cells, strict=True)
        cells = tuple(
            two if two and two.text.strip() and not (one and one.text.strip()) else one
            for one, two in pairs
        )
        return replace(self, label=self.label + other.label, cells=cells)


def label_columns(grid: Grid, layout: Layout) -> int:
    """Return the number of columns on the left that contain labels of the form's rows."""
    columns = (cell.column for cell in grid.cells if layout.has_row(cell.text))
    return max(columns, default=-1) + 1


def rows_of(grids: Iterable[Grid], layout: Layout) -> Iterator[DocumentRow]:
    """Yield the rows with figures of tables that belong together, in order.

    A table without headers continues the one before it, if it has as many columns.
    """
    header: Header | None = None
    for grid in grids:
        kept = header if header and len(header.paths) == grid.width else None
        for row in _rows_of_one(grid, layout, kept):
            header = row.header
            yield row


def _rows_of_one(grid: Grid, layout: Layout, header: Header | None) -> Iterator[DocumentRow]:
    matrix = grid.matrix()
    first = max(label_columns(grid, layout), header.first if header else 0)
    above: list[list[Cell | None]] = []
    begun = header is not None
    header = header or Header(((),) * grid.width, first, ("",) * grid.width)
    for number, cells in enumerate(matrix):
        label = _label(cells, number, first)
        if _is_header(cells, number, label, layout):
            above.append(cells)
            continue
        if above:
            header, above, begun = _header(above, first), [], True
        begun = begun or layout.has_row(label) or (not layout.known and number == 0)
        if begun:
            place = next((cell.place for cell in cells if cell and cell.row == number), grid.place)
            broken = number in grid.breaks or number == 0
            yield DocumentRow(label, tuple(cells), header, place, broken)


def _label(cells: list[Cell | None], number: int, first: int) -> str:
    """Return the innermost label that begins in a row, without line breaks."""
    labels = [
        "".join(cell.text.split("\n"))
        for cell in dict.fromkeys(cells[:first])
        if cell and cell.row == number and cell.text.strip()
    ]
    return labels[-1] if labels else ""


def _is_header(cells: list[Cell | None], number: int, label: str, layout: Layout) -> bool:
    """Whether a row consists of headers: it has some of the form's, and no label of its rows."""
    if layout.has_row(label):
        return False
    texts = {cell.text for cell in cells if cell and cell.row == number and cell.text.strip()}
    if any(_FIGURE.fullmatch(text.strip()) for text in texts):
        return False
    here = set(map(key, texts))
    return bool(here & layout.headers) or (bool(here) and _resembles(here, layout))


def _resembles(here: set[str], layout: Layout) -> bool:
    """Whether most texts in a row without figures contain a header or are part of one."""
    near = sum(
        any(text in header or header in text for header in layout.headers if len(text) > 1)
        for text in here
    )
    return 2 * near > len(here)


def _header(above: list[list[Cell | None]], first: int) -> Header:
    columns = [with_text(column) for column in zip(*above, strict=True)]
    paths = tuple(tuple(key(cell.text) for cell in column) for column in columns)
    printed = tuple("".join(column[-1].text.split()) if column else "" for column in columns)
    return Header(paths, first, printed)
