"""The official tables as semantic HTML, with their title block, their foot and their figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from gongkai.forms.tables import (
    HEADING,
    Block,
    Code,
    Column,
    ColumnHead,
    Row,
    Table,
    all_rows,
    cells_of,
    printed_lines,
)
from gongkai.page.downloads import Download, csv_file
from gongkai.report.csv_file import csv_of_cells
from gongkai.report.model import Report, Value
from gongkai.report.parameters import SIGNATORIES
from gongkai.text.templates import Markup, render

Marks = Mapping[Code, Markup]  # what the review copy shows after a figure
TOTAL = "总计"
FEW_LEAVES = 4  # columns; a telephone has room for more only where figures are short
MOST_DIGITS = 4
HUGE = 7  # digits: more need smaller type even on a desk
LARGE = 100  # figures; embedded twice, a table would be as large as the rest of the page


def official_table(report: Report, table: Table, marks: Marks) -> Markup:
    """Return a table of the form with the report's figures, in print order.

    Every figure refers to its row and column headers; remarks are printed below as notes.
    """
    return (_list if table.lines else _grid)(report, table, marks)


def _notes(report: Report, codes: list[str]) -> tuple[dict[str, int], list[str]]:
    """Return the number of the note of each cell that has a remark, and the notes in order."""
    remarks = {
        code: report.values[code].remark
        for code in codes
        if code in report.values and report.values[code].remark
    }
    notes = list(dict.fromkeys(remarks.values()))
    return {code: notes.index(remark) + 1 for code, remark in remarks.items()}, notes


# --- what is taken along ----------------------------------------------------------


def table_csv(report: Report, table: Table) -> str:
    """Return a table's figures in the shape that the kit reads them in, remarks included."""
    cells = (cell for cell in cells_of(table) if cell.kind != "heading")
    return csv_of_cells(cells, report.cell_texts)


def whole_csv(report: Report) -> Download:
    """Return all figures of a report as a file that the kit reads again."""
    text = csv_of_cells(report.form.cells.values(), report.cell_texts)
    return csv_file(f"{report.title}全部数据", text)


def _download(report: Report, table: Table) -> Download | None:
    """Return a table as a file; None for a large one, which is nearly all of the whole file."""
    if sum(cell.kind != "heading" for cell in cells_of(table)) > LARGE:
        return None
    name = f"{report.agency.called}{report.year}年{table.caption}"
    return csv_file(name, table_csv(report, table))


# --- lists ------------------------------------------------------------------------


def _list(report: Report, table: Table, marks: Marks) -> Markup:
    """Return a list with a row per line; a heading prints —— for its unit and figure."""
    lines = list(printed_lines(table.lines))
    notes, remarks = _notes(report, [line.code for line, _ in lines])
    signatures = report.parameters.signatures
    return render(
        "tables/list.html.j2",
        table=table,
        lines=lines,
        printed={code: value.printed for code, value in report.values.items()},
        dash=HEADING,
        notes=notes,
        marks=marks,
        year=report.year,
        agency=report.agency.name,
        foot={label: signatures.printed(name) for name, label in SIGNATORIES.items()},
        remarks=remarks,
        download=_download(report, table),
    )


# --- grids ------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A figure: its code and value, the ids of its headers, and its label on a phone."""

    code: str
    value: Value
    headers: str
    name: str
    total: bool


def _grid(report: Report, table: Table, marks: Marks) -> Markup:
    """Return blocks of rows and columns; ids and `headers` resolve what spans leave ambiguous."""
    codes = [
        f"{path[-1].code}.{columns[-1].id}"
        for block in table.blocks
        for path in block.row_paths
        for columns in block.column_paths
    ]
    notes, remarks = _notes(report, codes)
    stub = table.stub_columns
    leaves = table.figure_columns
    place = report.form.tables.index(table) + 1
    digits = max(len(report.values[code].printed) for code in codes)
    long = leaves > FEW_LEAVES and digits > MOST_DIGITS
    anchors = [f"t{place}.{number}" for number, _ in enumerate(table.blocks, start=1)]
    blocks = [
        {
            "id": anchor,
            "title": block.title,
            "corner": block.corner or block.stub,
            "again": _of_groups(block, stub),
            "heads": list(_head_rows(block, _column_ids(anchor, block), leaves)),
            "rows": list(_body_rows(report, block, anchor, stub)),
            "last": 1 + leaves - len(block.column_paths),
        }
        for anchor, block in zip(anchors, table.blocks, strict=True)
    ]
    return render(
        "tables/grid.html.j2",
        table=table,
        blocks=blocks,
        stub=stub,
        leaves=leaves,
        long=long,
        huge=long and digits > HUGE,
        notes=notes,
        marks=marks,
        remarks=remarks,
        download=_download(report, table),
    )


def _of_groups(block: Block, stub: int) -> str:
    """Return what a group of groups is called, '' where there is none: a sheet begins within it."""
    named = (head.row for head in block.row_heads(stub) if head.level == 0)
    return next((row.label for row in named if any(part.rows for part in row.rows)), "")


_ColumnIds = Mapping[tuple[str, ...], str]


def _named(path: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(step.id or step.label for step in path)


def _column_ids(prefix: str, block: Block) -> _ColumnIds:
    """Return the id of each column header, by the names down to it.

    Every figure repeats the ids of its headers: short ones make a page a quarter smaller.
    """
    ids: dict[tuple[str, ...], str] = {}
    for path in block.column_paths:
        for level in range(len(path)):
            ids.setdefault(_named(path[: level + 1]), f"{prefix}c{len(ids) + 1}")
    return ids


def _head_rows(
    block: Block, ids: _ColumnIds, leaves: int
) -> Iterator[list[tuple[str, ColumnHead]]]:
    """Yield the rows of column headers with their ids, the outermost first.

    The last column spans the rest.
    """
    for _, heads in groupby(block.column_heads(leaves), key=lambda head: head.level):
        yield [(ids[_named(head.path)], head) for head in heads]


def _body_rows(report: Report, block: Block, prefix: str, stub: int) -> Iterator[dict[str, object]]:
    """Yield the rows of figures, each with the row headers that begin on it.

    Its `kind` says whether it begins a group, whether that is a top-level one (`opens`), and
    whether it is a total.
    """
    depth = 0
    column_ids = _column_ids(prefix, block)
    row_ids = {row.code: f"{prefix}r{place}" for place, row in enumerate(all_rows(block.rows), 1)}
    row_heads = block.row_heads(stub)
    for number, path in enumerate(block.row_paths):
        heads = [head for head in row_heads if head.first == number]
        ids = [row_ids[row.code] for row in path if row.label]
        figures = [
            _figure(report, path[-1], columns, ids, column_ids) for columns in block.column_paths
        ]
        kinds = {
            "begins": len(path) < depth or any(head.row.rows for head in heads),
            "opens": any(head.row.rows and not head.level for head in heads),
            "total": path[-1].label.endswith(TOTAL),
        }
        yield {
            "heads": [(row_ids[head.row.code], head) for head in heads],
            "figures": figures,
            "kind": " ".join(name for name, is_so in kinds.items() if is_so),
        }
        depth = len(path)


def _figure(
    report: Report,
    row: Row,
    columns: tuple[Column, ...],
    row_ids: list[str],
    column_ids: _ColumnIds,
) -> Figure:
    code = f"{row.code}.{columns[-1].id}"
    ids = [column_ids[_named(columns[: level + 1])] for level in range(len(columns))]
    steps = columns[-1:] if row.label else columns[-2:]
    name = " ".join(step.label for step in steps)
    headers = " ".join([*row_ids, *ids])
    total = columns[-1].label == TOTAL
    return Figure(code, report.values[code], headers, name, total)
