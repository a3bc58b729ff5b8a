"""The official tables as semantic HTML, with their title block and their foot.

Imports: errors, markup, form, report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.form import HEADING, Block, Column, Row, Table, column_paths, printed_lines, row_paths
from kit.markup import Markup, render
from kit.report import Report, Value, chinese_date


def official_table(report: Report, table: Table) -> Markup:
    """Return a table of the form with the report's figures, in print order.

    Every figure has its row's and its column's headers; remarks stand below as notes.
    """
    return _list(report, table) if table.lines else _grid(report, table)


def _notes(report: Report, codes: list[str]) -> tuple[dict[str, int], list[str]]:
    """Return the number of the note of each cell that has a remark, and the notes in order."""
    remarks = {
        code: report.values[code].remark
        for code in codes
        if code in report.values and report.values[code].remark
    }
    notes = list(dict.fromkeys(remarks.values()))
    return {code: notes.index(remark) + 1 for code, remark in remarks.items()}, notes


# --- lists ------------------------------------------------------------------------


def _list(report: Report, table: Table) -> Markup:
    """Return a list: a row a line; a heading prints —— for its unit and its figure."""
    lines = list(printed_lines(table.lines))
    notes, remarks = _notes(report, [line.code for line, _ in lines])
    rows = [
        {
            "line": line,
            "level": level,
            "heading": line.kind == "heading",
            "unit": line.unit,
            "printed": HEADING if line.kind == "heading" else report.values[line.code].printed,
            "note": notes.get(line.code),
        }
        for line, level in lines
    ]
    signatures = report.parameters.signatures
    foot = {
        "单位负责人": signatures.head,
        "审核人": signatures.reviewer,
        "填报人": signatures.compiler,
        "联系电话": signatures.telephone,
        "填报日期": chinese_date(signatures.date),
    }
    context = {"table": table, "rows": rows, "year": report.year, "foot": foot}
    return render("tables/list.html.j2", **context, remarks=remarks)


# --- grids ------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """A header cell: its label and id, what it spans, and where a telephone places it."""

    label: str
    id: str
    columns: int = 1
    rows: int = 1
    start: int = 1
    group: bool = False
    code: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure: its code and value, the ids of its headers, its name, and its note's number."""

    code: str
    value: Value
    headers: str
    name: str
    note: int | None


def _grid(report: Report, table: Table) -> Markup:
    """Return blocks of rows and columns; ids and `headers` say what spans leave open."""
    codes = [
        f"{path[-1].code}.{columns[-1].id}"
        for block in table.blocks
        for path in row_paths(block.rows)
        for columns in column_paths(block.columns)
    ]
    notes, remarks = _notes(report, codes)
    stub = max(_depth(block) for block in table.blocks)
    leaves = max(len(list(column_paths(block.columns))) for block in table.blocks)
    blocks = [
        {
            "title": Head(block.title, f"{table.id}-{number}", columns=stub + leaves),
            "corner": block.corner or block.stub,
            "stub": stub,
            "heads": list(_head_rows(block, f"{table.id}-{number}", leaves)),
            "rows": list(_body_rows(report, block, f"{table.id}-{number}", stub, notes)),
            "last": 1 + leaves - len(list(column_paths(block.columns))),
        }
        for number, block in enumerate(table.blocks, start=1)
    ]
    context = {"table": table, "blocks": blocks, "leaves": leaves, "remarks": remarks}
    return render("tables/grid.html.j2", **context)


def _depth(block: Block) -> int:
    """Return how many columns the row headers take; none for a single row without a name."""
    depths = [len(path) for path in row_paths(block.rows) if path[-1].label]
    return max(depths, default=0)


def _column_id(prefix: str, path: tuple[Column, ...]) -> str:
    return "-".join([prefix, "col", *(step.id or step.label for step in path)])


def _head_rows(block: Block, prefix: str, leaves: int) -> Iterator[list[Head]]:
    """Yield the rows of column headers, the outermost first; the last column takes the rest."""
    paths = list(column_paths(block.columns))
    depth = max(map(len, paths))
    for level in range(depth):
        row: dict[str, Head] = {}
        for place, path in enumerate(paths, start=1):
            if len(path) <= level:
                continue
            above = path[: level + 1]
            anchor = _column_id(prefix, above)
            spanned = sum(other[: level + 1] == above for other in paths)
            if path is paths[-1]:
                spanned += leaves - len(paths)
            rows = depth - level if len(path) == level + 1 else 1
            if anchor not in row:
                group = len(path) > level + 1
                row[anchor] = Head(path[level].label, anchor, spanned, rows, place, group)
        yield list(row.values())


def _body_rows(
    report: Report, block: Block, prefix: str, stub: int, notes: dict[str, int]
) -> Iterator[dict[str, object]]:
    """Yield the rows of figures, each with the row headers that begin on it."""
    begun: set[str] = set()
    paths = list(row_paths(block.rows))
    for path in paths:
        heads = []
        for level, row in enumerate(path):
            if row.label and row.code not in begun:
                begun.add(row.code)
                heads.append(_row_head(prefix, path, level, paths, stub))
        ids = [_row_id(prefix, row) for row in path if row.label]
        figures = [
            _figure(report, path[-1], columns, ids, prefix, notes)
            for columns in column_paths(block.columns)
        ]
        yield {"heads": heads, "figures": figures}


def _row_id(prefix: str, row: Row) -> str:
    return f"{prefix}-row-{row.code}"


def _row_head(
    prefix: str, path: tuple[Row, ...], level: int, paths: list[tuple[Row, ...]], stub: int
) -> Head:
    row, last = path[level], level == len(path) - 1
    spanned = sum(row in other for other in paths)
    columns = stub - level if last else 1
    return Head(row.label, _row_id(prefix, row), columns, spanned, group=not last, code=row.code)


def _figure(
    report: Report,
    row: Row,
    columns: tuple[Column, ...],
    row_ids: list[str],
    prefix: str,
    notes: dict[str, int],
) -> Figure:
    code = f"{row.code}.{columns[-1].id}"
    ids = [_column_id(prefix, columns[: level + 1]) for level in range(len(columns))]
    name = " ".join(step.label for step in columns[-2:])
    return Figure(code, report.values[code], " ".join([*row_ids, *ids]), name, notes.get(code))
