"""Lay out an official table on a sheet as it is printed: the places of labels and figures.

Rows and columns are counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gongkai.forms.tables import HEADING, Block, Code, Table, printed_lines


class Box(NamedTuple):
    """A cell or merged cells: the first cell, and the numbers of rows and columns."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def right(self) -> int:
        """The column after the box."""
        return self.column + self.columns


class Label(NamedTuple):
    """A printed text; `kind` is title, head, row, heading or dash, `level` a row's indentation."""

    text: str
    box: Box
    kind: str
    level: int = 0


@dataclass(frozen=True)
class Printed:
    """A table on a sheet: its labels, the place of each figure, and the official grid's edges.

    `first` is the first column of figures, `body` the first row below the first headers, `below`
    the row after the last; `row_labels` has the names of each row.
    """

    labels: tuple[Label, ...]
    cells: Mapping[Code, Box]
    first: int
    right: int
    body: int
    below: int
    row_labels: Mapping[int, tuple[str, ...]]


def laid_out(table: Table, top: int) -> Printed:
    """Return a table as it is printed, starting at row `top`."""
    return _list(table, top) if table.lines else _grid(table, top)


def _list(table: Table, top: int) -> Printed:
    labels = [Label(text, Box(top, column), "head") for column, text in enumerate(table.columns)]
    cells = {}
    names = {}
    row = top + 1
    for line, level in printed_lines(table.lines):
        heading = line.kind == "heading"
        labels.append(Label(line.label, Box(row, 0), "heading" if heading else "row", level))
        labels.append(Label(line.unit, Box(row, 1), "dash"))
        if heading:
            labels.append(Label(HEADING, Box(row, 2), "dash"))
        else:
            cells[line.code] = Box(row, 2)
        names[row] = (line.short or line.label,)
        row += 1
    return Printed(tuple(labels), cells, 2, 3, top + 1, row, names)


def _grid(table: Table, top: int) -> Printed:
    """Lay out blocks of rows and columns; without row labels, the first column stays empty."""
    stub = table.stub_columns
    first = stub or 1
    right = first + table.figure_columns
    labels: list[Label] = []
    cells: dict[Code, Box] = {}
    names: dict[int, tuple[str, ...]] = {}
    row, body = top, 0
    for block in table.blocks:
        heads = list(_heads(block, row, stub, first, right))
        labels += heads
        row = max(head.box.row + head.box.rows for head in heads)
        body = body or row
        for side in block.row_heads(stub):
            text = "\n".join(side.row.broken) or side.row.label
            box = Box(row + side.first, side.level, side.rows, side.columns)
            labels.append(Label(text, box, "row", side.level))
        *ids, last = (path[-1].id for path in block.column_paths)
        rest = first + len(ids)  # the last column fills the rest of the width
        for path in block.row_paths:
            code, names[row] = path[-1].code, tuple(step.label for step in path)
            cells |= {f"{code}.{name}": Box(row, at) for at, name in enumerate(ids, first)}
            cells[f"{code}.{last}"] = Box(row, rest, 1, right - rest)
            row += 1
    return Printed(tuple(labels), cells, first, right, body, row, names)


def _heads(block: Block, row: int, stub: int, first: int, right: int) -> Iterator[Label]:
    """Yield a block's title, corner, banner and column headers."""
    if block.title:
        yield Label(block.title, Box(row, 0, 1, right), "title")
        row += 1
    heads = block.column_heads(right - first)
    depth = max(head.level + head.rows for head in heads)
    if stub:
        corner = block.corner or block.stub
        yield Label(corner, Box(row, 0, depth + bool(block.banner), stub), "head")
    if block.banner:
        yield Label(block.banner, Box(row, first, 1, right - first), "head")
        row += 1
    for head in heads:
        box = Box(row + head.level, first + head.first, head.rows, head.columns)
        yield Label(head.column.label, box, "head")
