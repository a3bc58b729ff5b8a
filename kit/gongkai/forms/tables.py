"""The official tables as data: their content in print order, and the names of the cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from gongkai.text.models import Model

HEADING = "——"

Code = str
Kind = Literal["heading", "count", "amount", "signed"]


# --- the content of a file --------------------------------------------------------


class Line(Model):
    """One printed line of a list, with the lines nested below it.

    `kind` is `heading` (printed as ——, without a figure), `count` (a whole number ≥ 0),
    `amount` (may be decimal) or `signed`. A figure above `odd_above` gets a note.
    `means` is its meaning in the vocabulary of narratives (forms/language/words.yaml): object,
    act, outcome, channel.
    """

    code: Code
    label: str
    unit: str = HEADING
    kind: Kind = "count"
    short: str = ""
    means: dict[str, str] = {}
    odd_above: int = 0
    channel: bool = False
    lines: tuple[Line, ...] = ()


class Column(Model):
    """A column of a grid, or a header above several; a leaf has an `id`."""

    label: str
    id: str = ""
    unit: str = ""
    kind: Kind = "count"
    means: dict[str, str] = {}
    odd_above: int = 0
    columns: tuple[Column, ...] = ()


class Row(Model):
    """A row of a grid, or a group of rows; a cell's code consists of the row's and the column's.

    A `collapsible` group may be printed as one row with its own cells. `broken` is the label in
    the pieces that a narrow column may break it into.
    """

    code: Code
    label: str = ""
    broken: tuple[str, ...] = ()
    collapsible: bool = False
    means: dict[str, str] = {}
    rows: tuple[Row, ...] = ()


class Block(Model):
    """A grid of rows and columns; a table may consist of several, each with its title.

    `banner` is a line that official documents print across all columns: Word documents and entry
    forms have it, the page leaves it out.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    stub: str = ""
    corner: str = ""
    banner: str = ""
    unit: str = "件"

    @cached_property
    def column_paths(self) -> tuple[tuple[Column, ...], ...]:
        """Each column from left to right, preceded by the headers that span it."""
        return tuple(_column_paths(self.columns))

    @cached_property
    def row_paths(self) -> tuple[tuple[Row, ...], ...]:
        """Each row from top to bottom, after the groups that span it."""
        return tuple(row_paths(self.rows))

    def column_heads(self, width: int) -> list[ColumnHead]:
        """Return the column headers, row by row, the outermost first.

        `width` is the number of columns of the table: the last header takes the remaining ones.
        """
        heads = _column_heads(self.columns, max(map(len, self.column_paths)), width)
        return sorted(heads, key=lambda head: (head.level, head.first))

    def row_heads(self, width: int) -> list[RowHead]:
        """Return the row headers that have a label, a group before its rows.

        `width` is the number of header columns in the table.
        """
        return [head for head in _row_heads(self.rows, width) if head.row.label]

    @property
    def stub_columns(self) -> int:
        """The number of columns for the row headers; 0 for a single row without a label."""
        return max((len(path) for path in self.row_paths if path[-1].label), default=0)


class Table(Model):
    """An official table: a list of nested lines, or blocks of rows and columns.

    It is printed inside the part that it names, or without one as an annex.
    """

    id: str
    caption: str
    part: str = ""
    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def stub_columns(self) -> int:
        """The number of columns for the row headers: the maximum over the blocks."""
        return max(block.stub_columns for block in self.blocks)

    @property
    def figure_columns(self) -> int:
        """The number of columns of figures; a block with fewer widens its last one."""
        return max(len(block.column_paths) for block in self.blocks)


# --- as printed -------------------------------------------------------------------


class Cell(NamedTuple):
    """One figure of a form, or a heading: its official label and unit, and its short name.

    `within` is the label of its group of rows in a grid: "（六）其他处理" for "3.其他".
    """

    code: Code
    label: str
    unit: str
    kind: Kind
    name: str
    means: Mapping[str, str] = {}
    channel: bool = False
    odd_above: int = 0
    within: str = ""

    @property
    def full_name(self) -> str:
        """The name for use outside its table: "（六）其他处理 / 3.其他 / 总计"."""
        return f"{self.within} / {self.name}" if self.within else self.name

    @property
    def called(self) -> str:
        """The name in a message: the number printed on the form, or else the full name.

        A code with letters is the kit's own, and meaningless to a reader.
        """
        return self.full_name if has_letters(self.code) else self.code


def has_letters(code: Code) -> bool:
    """Whether a code is the kit's own, and not a number printed on a form."""
    return any(map(str.islower, code))


class PrintedLine(NamedTuple):
    """A line of a list in print order, with its depth: 1 for the outermost."""

    line: Line
    level: int


def printed_lines(lines: tuple[Line, ...], level: int = 1) -> Iterator[PrintedLine]:
    """Yield every line of a list in print order."""
    for line in lines:
        yield PrintedLine(line, level)
        yield from printed_lines(line.lines, level + 1)


def _column_paths(
    columns: tuple[Column, ...], above: tuple[Column, ...] = ()
) -> Iterator[tuple[Column, ...]]:
    for column in columns:
        if column.columns:
            yield from _column_paths(column.columns, (*above, column))
        else:
            yield (*above, column)


def row_paths(rows: tuple[Row, ...], above: tuple[Row, ...] = ()) -> Iterator[tuple[Row, ...]]:
    """Yield each row from top to bottom, after the groups that span it."""
    for row in rows:
        if row.rows:
            yield from row_paths(row.rows, (*above, row))
        else:
            yield (*above, row)


class ColumnHead(NamedTuple):
    """A header of a grid: the path of headers to it, the first column it spans, and its spans.

    `first` counts from 0; `level` is its row among the headers.
    """

    path: tuple[Column, ...]
    first: int
    columns: int
    rows: int

    @property
    def column(self) -> Column:
        """The column or group of columns below the header."""
        return self.path[-1]

    @property
    def level(self) -> int:
        """The row of the header, from 0."""
        return len(self.path) - 1


class RowHead(NamedTuple):
    """A header of a row or a group of rows: the first row it spans, from 0, and its spans."""

    row: Row
    level: int
    first: int
    rows: int
    columns: int


def _column_heads(
    columns: tuple[Column, ...], depth: int, right: int, above: tuple[Column, ...] = ()
) -> Iterator[ColumnHead]:
    """Yield headers that fill `depth` rows and `right` columns."""
    first = 0
    for column in columns:
        spanned = len(list(_column_paths((column,))))
        width = right - first if column is columns[-1] else spanned
        rows = 1 if column.columns else depth
        yield ColumnHead((*above, column), first, width, rows)
        for head in _column_heads(column.columns, depth - 1, width, (*above, column)):
            yield head._replace(first=first + head.first)
        first += spanned


def _row_heads(rows: tuple[Row, ...], width: int, level: int = 0) -> Iterator[RowHead]:
    """Yield headers that fill `width` columns from `level` on."""
    first = 0
    for row in rows:
        spanned = len(list(row_paths((row,))))
        yield RowHead(row, level, first, spanned, 1 if row.rows else width)
        for head in _row_heads(row.rows, width - 1, level + 1):
            yield head._replace(first=first + head.first)
        first += spanned


def all_rows(rows: tuple[Row, ...]) -> Iterator[Row]:
    """Yield all rows and groups of rows, a group before its rows."""
    for row in rows:
        yield row
        yield from all_rows(row.rows)


def row_groups(rows: tuple[Row, ...]) -> Iterator[tuple[Code, tuple[Code, ...]]]:
    """Yield the code of each row and group, with the codes of the rows in it."""
    for row in all_rows(rows):
        yield row.code, tuple(path[-1].code for path in row_paths((row,)))


def blocks_of(tables: Iterable[Table], id: str | None = None) -> tuple[Block, ...]:
    """Return the blocks of some tables; with `id`, only of the table with that id."""
    return tuple(block for table in tables if id in (None, table.id) for block in table.blocks)


def cells_of(table: Table) -> Iterator[Cell]:
    """Yield everything in a table that has a code, in print order."""
    for line, _ in printed_lines(table.lines):
        name = line.short or line.label
        yield Cell(
            line.code,
            line.label,
            line.unit,
            line.kind,
            name,
            line.means,
            line.channel,
            line.odd_above,
        )
    for block in table.blocks:
        for path in block.row_paths:
            for columns in block.column_paths:
                yield _grid_cell(block, path, columns)


def _grid_cell(block: Block, rows: tuple[Row, ...], path: tuple[Column, ...]) -> Cell:
    """Return a cell of a grid; if the row has no label, it is named by the column headers."""
    row, column = rows[-1], path[-1]
    if row.label:
        label = f"{row.label} / {'/'.join(step.label for step in path)}"
    else:
        label = " / ".join(step.label for step in path[-2:])
    unit = column.unit or block.unit
    marks = (*(step.means for step in rows), *(step.means for step in path))
    means = {name: value for mark in marks for name, value in mark.items()}
    code = f"{row.code}.{column.id}"
    odd, within = column.odd_above, rows[-2].label if len(rows) > 1 else ""
    return Cell(code, label, unit, column.kind, label, means, odd_above=odd, within=within)
