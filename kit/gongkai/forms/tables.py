"""The official tables as data: what they print, in which order, and what each cell is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from gongkai.text.models import Model

HEADING = "——"

Code = str
Kind = Literal["heading", "count", "amount", "signed"]


# --- what a file holds ------------------------------------------------------------


class Line(Model):
    """One printed line of a list, with the lines that stand below it.

    `kind` is `heading` (prints —— and has no figure), `count` (a whole number ≥ 0),
    `amount` (may be decimal) or `signed`. A figure over `odd_above` is worth a note.
    `means` are its marks in the language of narratives (forms/language/words.yaml): its object,
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
    """A column of a grid, or a header over several; a leaf has an `id`."""

    label: str
    id: str = ""
    unit: str = ""
    kind: Kind = "count"
    means: dict[str, str] = {}
    odd_above: int = 0
    columns: tuple[Column, ...] = ()


class Row(Model):
    """A row of a grid, or a group of rows; its code and a column's id make a cell's code.

    A `collapsible` group may be printed as one row, with cells of its own. `broken` is the label in
    the pieces that a narrow column may break it into.
    """

    code: Code
    label: str = ""
    broken: tuple[str, ...] = ()
    collapsible: bool = False
    means: dict[str, str] = {}
    rows: tuple[Row, ...] = ()


class Block(Model):
    """A grid of rows and columns; a table may be made of several, each with its title.

    `banner` is what official documents print across all columns: Word documents and forms to fill
    in have it, the page leaves it out.
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
        """Each column from left to right, below the headers that span it."""
        return tuple(_column_paths(self.columns))

    @cached_property
    def row_paths(self) -> tuple[tuple[Row, ...], ...]:
        """Each row from top to bottom, after the groups that span it."""
        return tuple(row_paths(self.rows))

    def column_heads(self, width: int) -> list[ColumnHead]:
        """Return the headers of the columns, row by row, the outermost first.

        `width` is the number of columns of the table: the last one takes what is left.
        """
        heads = _column_heads(self.columns, max(map(len, self.column_paths)), width)
        return sorted(heads, key=lambda head: (head.level, head.first))

    def row_heads(self, width: int) -> list[RowHead]:
        """Return the headers of the rows that print a label, a group before its rows.

        `width` is the number of columns that the table has for them.
        """
        return [head for head in _row_heads(self.rows, width) if head.row.label]

    @property
    def stub_columns(self) -> int:
        """How many columns the headers of the rows take; 0 for a single row without a label."""
        return max((len(path) for path in self.row_paths if path[-1].label), default=0)


class Table(Model):
    """An official table: a list of nested lines, or blocks of rows and columns.

    It stands inside the part it names; without one it is annexed.
    """

    id: str
    caption: str
    part: str = ""
    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def stub_columns(self) -> int:
        """How many columns its row headers take: as many as those of the block with the most."""
        return max(block.stub_columns for block in self.blocks)

    @property
    def figure_columns(self) -> int:
        """How many columns of figures it has; a block with fewer widens its last one."""
        return max(len(block.column_paths) for block in self.blocks)


# --- what it prints ---------------------------------------------------------------


class Cell(NamedTuple):
    """One figure of a form, or a heading: its official label and unit, and how it is called.

    `within` is the label of the rows that a grid puts it among: "（六）其他处理" of "3.其他".
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
        """How it is called where its table is not to be seen: "（六）其他处理 / 3.其他 / 总计"."""
        return f"{self.within} / {self.name}" if self.within else self.name

    @property
    def called(self) -> str:
        """What a sentence calls it: the number that the form prints, else its name.

        A code with letters is the kit's own, and says nothing to a reader.
        """
        return self.full_name if has_letters(self.code) else self.code


def has_letters(code: Code) -> bool:
    """Whether a code is none of the numbers that a form prints, but the kit's own."""
    return any(map(str.islower, code))


class Printed(NamedTuple):
    """A line of a list in print order, with its depth: 1 for the outermost."""

    line: Line
    level: int


def printed_lines(lines: tuple[Line, ...], level: int = 1) -> Iterator[Printed]:
    """Yield every line of a list in print order."""
    for line in lines:
        yield Printed(line, level)
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
    """A header of a grid: the headers down to it, the first column it spans, and its spans.

    `first` counts from 0; `level` is its row among the headers.
    """

    path: tuple[Column, ...]
    first: int
    columns: int
    rows: int

    @property
    def column(self) -> Column:
        """What it is the header of."""
        return self.path[-1]

    @property
    def level(self) -> int:
        """Its row among the headers, from 0."""
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
    """Yield headers down to the last row of `depth`, up to the column `right`."""
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
    """Yield headers that take `width` columns from `level` on."""
    first = 0
    for row in rows:
        spanned = len(list(row_paths((row,))))
        yield RowHead(row, level, first, spanned, 1 if row.rows else width)
        for head in _row_heads(row.rows, width - 1, level + 1):
            yield head._replace(first=first + head.first)
        first += spanned


def all_rows(rows: tuple[Row, ...]) -> Iterator[Row]:
    """Yield each row and each group of rows."""
    for row in rows:
        yield row
        yield from all_rows(row.rows)


def row_groups(rows: tuple[Row, ...]) -> Iterator[tuple[Code, tuple[Code, ...]]]:
    """Yield each row's and each group's code with the codes of the rows in it."""
    for row in all_rows(rows):
        yield row.code, tuple(path[-1].code for path in row_paths((row,)))


def blocks_of(tables: Iterable[Table], id: str | None = None) -> tuple[Block, ...]:
    """Return the blocks of rows and columns of some tables; with `id`, of the one that has it."""
    return tuple(block for table in tables if id in (None, table.id) for block in table.blocks)


def cells_of(table: Table) -> Iterator[Cell]:
    """Yield everything of a table that has a code of its own, in print order."""
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
    """Return a cell of a grid; a single row without a label is named by the headers above."""
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
