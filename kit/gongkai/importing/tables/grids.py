"""Read the rows of a grid: which cell is below which header of the form, and its figure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell
from gongkai.importing.tables.columns import Match, Matches, match_columns
from gongkai.importing.tables.figures import Reading
from gongkai.importing.tables.layout import Entry, Layout, Slot
from gongkai.importing.tables.rows import DocumentRow

_UNIT = re.compile(r"[（(]\s*(?:单位\s*[:：]?)?\s*((?:[百千]?万|亿)?元)\s*[）)]")


def read_row(layout: Layout, entry: Entry, row: DocumentRow, reading: Reading) -> None:
    """Read the figures in a row of a grid, each by the headers above it."""
    slots = layout.slots[entry.block]
    first = row.header.first
    matched = match_columns(slots, row.header, [None] * first + list(row.cells[first:]))
    for index, slot in enumerate(slots):
        code = layout.code(entry, slot)
        cell = _cell_at(row, matched[index]) if index in matched else None
        if cell is not None:
            reading.keep(code, cell, slot.kind, row)
        else:
            label = "/".join(slot.labels)
            reading.leave_blank("import-cell-missing", row.place, (code,), label=label)
    _doubt_columns(layout, entry, row, matched, reading)
    used = {column for match in matched.values() for column in match.columns}
    _doubt_unplaced(row, used, layout.codes(entry), reading)


def _cell_at(row: DocumentRow, match: Match) -> Cell | None:
    """Return the cell below a header; of several, the only one with text, else None."""
    cells = list(dict.fromkeys(cell for column in match.columns if (cell := row.cells[column])))
    saying = [cell for cell in cells if cell.text.strip()]
    if len(saying) > 1:
        return None
    return next(iter(saying or cells), None)


def _doubt_columns(
    layout: Layout, entry: Entry, row: DocumentRow, matched: Matches, reading: Reading
) -> None:
    """Doubt columns that were found by a similar header, or only by their position.

    A header with another unit than the form's is a separate doubt.
    """
    slots: Sequence[Slot] = layout.slots[entry.block]
    kinds = {"near": "import-column-near", "position": "import-column-by-position"}
    for how, doubt in kinds.items():
        few: list[tuple[Slot, str]] = []
        for index, match in matched.items():
            slot, found = slots[index], row.header.printed[match.columns[0]]
            unit, expected = _unit_in(found), _unit_in(slot.labels[-1])
            if match.how == how and unit and expected and unit != expected:
                codes = [layout.code(entry, slot)]
                reading.doubt("import-unit-differs", row.place, codes, unit=unit, expected=expected)
            elif match.how == how:
                few.append((slot, found))
        if few:
            codes = [layout.code(entry, slot) for slot, _ in few]
            label = ["/".join(slot.labels) for slot, _ in few]
            headers = list(dict.fromkeys(found or "—" for _, found in few))
            reading.doubt(doubt, row.place, codes, label=label, found=headers)


def _unit_in(header: str) -> str:
    """Return the unit in brackets in a header, or ''."""
    found = _UNIT.search(header)
    return found[1] if found else ""


def _doubt_unplaced(
    row: DocumentRow, used: set[int], codes: Sequence[Code], reading: Reading
) -> None:
    """Doubt the figures in a row that are not below any of the form's headers."""
    for cell in row.values:
        columns = range(cell.column, cell.column + cell.columns)
        if used.isdisjoint(columns) and any(map(str.isdecimal, cell.text)):
            reading.doubt("import-figure-unplaced", cell.place, codes, text=cell.text.strip())
