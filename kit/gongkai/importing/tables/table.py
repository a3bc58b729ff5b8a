"""Align a document's tables to the form: every figure, and every doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell, Grid
from gongkai.importing.labels import NEAR, bare, key, likeness
from gongkai.importing.tables.align import Alignment, How, align
from gongkai.importing.tables.figures import ExtraRow, Reading
from gongkai.importing.tables.grids import read_row
from gongkai.importing.tables.layout import Entry, Layout
from gongkai.importing.tables.lists import columns_of_figures, doubt_other_columns, read_line
from gongkai.importing.tables.rows import DocumentRow, label_columns, rows_of

_ROW_DOUBTS = {
    "near": "import-row-near",
    "position": "import-row-by-position",
    "order": "import-row-out-of-order",
    "ambiguous": "import-row-ambiguous",
}
_SHORT = 3  # characters of a label that many others contain: only words in a bracket count
_BRACKETS = ("（", "(", "【", "[")
_NO_ROW: tuple[DocumentRow | None, How] = (None, "exact")
Pair = tuple[Entry, DocumentRow | None, How]  # a row of the form, the document's, and how found


def read_table(layout: Layout, grids: Sequence[Grid], column: str) -> Reading:
    """Read one table of the form from some tables of a document.

    `column` names the column of figures if a list has several. Raises KitError if it
    has several and none was named.
    """
    reading = Reading()
    rows = _with_cut_rows_joined(list(rows_of(grids, layout)), layout)
    columns = columns_of_figures(layout, rows, column) if layout.is_list else {}
    if not column:
        doubt_other_columns(rows, columns, reading)
    for entry, row, how in _pairs(layout, rows, reading):
        if row is None:
            label = _called(entry, layout) or layout.table.caption
            if codes := layout.codes(entry):
                reading.leave_blank("import-row-missing", grids[0].place, codes, label=label)
            continue
        if entry.has_figures and how in _ROW_DOUBTS:
            about = {"label": row.label.strip() or "—", "expected": _called(entry, layout)}
            reading.doubt(_ROW_DOUBTS[how], row.place, layout.codes(entry), **about)
        if layout.is_list:
            read_line(entry, row, columns[row.header], reading)
        elif entry.has_figures:
            read_row(layout, entry, row, reading)
    _doubt_other_words(layout, grids, reading)
    return reading


def _called(entry: Entry, layout: Layout) -> str:
    """Return the label of a row of the form, with its code if several rows have that label."""
    same = [other for other in layout.entries if other.label == entry.label]
    return entry.label if len(same) == 1 else f"{entry.code} {entry.label}"


def _with_cut_rows_joined(rows: list[DocumentRow], layout: Layout) -> list[DocumentRow]:
    """Return the rows, with those joined that the end of a page or table has cut in two."""
    joined: list[DocumentRow] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last is not None and row.broken and _is_one(last, row, layout):
            joined[-1] = last.joined(row)
        else:
            joined.append(row)
    return joined


def _is_one(first: DocumentRow, second: DocumentRow, layout: Layout) -> bool:
    """Whether two rows are one: the form has their joined label, but not the first one."""
    if len(first.cells) != len(second.cells) or (first.values and second.values):
        return False
    is_known = bool(second.label) and layout.has_row(first.label + second.label)
    return is_known and not layout.has_row(first.label)


def _pairs(layout: Layout, rows: list[DocumentRow], reading: Reading) -> list[Pair]:
    """Return the document's row for each row of the form."""
    entries = layout.entries
    if not layout.known:  # a single row without a label
        return [_only_row(entries[0], rows, layout, reading)]
    aligned = align(entries, rows)
    for number, index in aligned.twice:
        entry, row, read = entries[index], rows[number], rows[aligned.rows[index][0]]
        about = {"label": _called(entry, layout), "first": read.place.said()}
        reading.doubt("import-row-twice", row.place, layout.codes(entry), **about)
    for number in aligned.extra:
        row = rows[number]
        values = tuple(cell.text.strip() for cell in row.values)
        label = row.label.strip()
        reading.extra.append(ExtraRow(label, values, row.place))
        codes = _adjacent_blanks(number, aligned, rows, layout) if values else ()
        said = values or "—"
        reading.doubt("import-row-extra", row.place, codes, label=label or "—", values=said)
    found = {index: (rows[number], how) for index, (number, how) in aligned.rows.items()}
    return [(entry, *found.get(index, _NO_ROW)) for index, entry in enumerate(entries)]


def _adjacent_blanks(
    number: int, aligned: Alignment, rows: list[DocumentRow], layout: Layout
) -> tuple[Code, ...]:
    """Return the cells of adjacent rows without figures: an extra row may hold theirs."""
    saying = [row for row in range(len(rows)) if rows[row].label.strip() or rows[row].values]
    at = saying.index(number)
    near = {row for row in saying[max(at - 1, 0) : at + 2] if not rows[row].values}
    beside = sorted(index for index, (row, _) in aligned.rows.items() if row in near)
    return tuple(code for index in beside for code in layout.codes(layout.entries[index]))


def _only_row(entry: Entry, rows: list[DocumentRow], layout: Layout, reading: Reading) -> Pair:
    """Return the first row with values; any other one is a doubt."""
    saying = [row for row in rows if row.values]
    for row in saying[1:]:
        label = "、".join(cell.text.strip() for cell in row.values)
        about = {"label": label, "first": saying[0].place.said()}
        reading.doubt("import-row-twice", row.place, layout.codes(entry), **about)
    chosen = saying or rows
    return entry, chosen[0] if chosen else None, "exact"


def _doubt_other_words(layout: Layout, grids: Iterable[Grid], reading: Reading) -> None:
    """Record the labels of groups, and headers, that are not quite the form's: 上半年办理结果.

    Labels of rows and of single columns, which are matched by likeness, have doubts of their own.
    """
    official = layout.known | layout.headers
    said = {key(text) for doubt in reading.doubts for text in _texts(doubt.details.values())}
    for cell in dict.fromkeys(cell for grid in grids for cell in _labels(grid, layout)):
        words, names = "".join(cell.text.split()), (key(cell.text), bare(cell.text))
        if not names[1] or names[0] in said or not official.isdisjoint(names):
            continue
        alike, expected = max((likeness(name, names[1]), name) for name in official)
        short = len(expected) <= _SHORT and not any(sign in words for sign in _BRACKETS)
        is_piece = len(names[1]) < len(expected)  # of a label that a page cuts in two
        if alike >= NEAR and not (short or is_piece or names[1].isdecimal()):
            said.add(names[0])
            reading.doubt("import-label-other", cell.place, (), label=words, expected=expected)


def _labels(grid: Grid, layout: Layout) -> Iterator[Cell]:
    """Yield the cells to the left of the figures, and those above more than one column."""
    first = label_columns(grid, layout)
    for cell in grid.cells:
        if layout.is_list or cell.column < first or cell.columns > 1:
            yield cell


def _texts(details: Iterable[object]) -> Iterator[str]:
    for value in details:
        yield from value if isinstance(value, list) else [str(value)]
