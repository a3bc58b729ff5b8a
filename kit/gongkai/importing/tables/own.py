"""Read tables with the columns of the kit's own CSV: code, indicator, unit, value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell, Doubt, Grid, with_text
from gongkai.importing.labels import key
from gongkai.importing.lines import shortened
from gongkai.importing.tables.figures import Reading

_YEAR = re.compile(r"20[0-9]{2}")
_COLUMNS = 4

Cells = list[Cell | None]  # of a row


def read_own(grids: Sequence[Grid], form: Form, year: int) -> Reading:
    """Read the table whose sheet is named after the year, or the first one; doubt all others."""
    chosen = next((grid for grid in grids if str(year) in grid.place.cell), grids[0])
    reading = _read(chosen, form)
    named = _YEAR.findall(chosen.place.cell)
    if named and str(year) not in named:
        reading.doubt("import-year-differs", chosen.place, (), stated=named[0], year=year)
    for other in (grid for grid in grids if grid is not chosen):
        again = _read(other, form).cells
        codes = [code for code, found in again.items() if found.text != reading.cells[code].text]
        about = {"caption": other.place.said(), "first": chosen.place.said(), "count": len(codes)}
        reading.doubt("import-table-twice", other.place, codes, **about)
    return reading


def _read(grid: Grid, form: Form) -> Reading:
    """Read the rows of a table by their codes; of two with the same code, the first."""
    reading = Reading()
    rows: dict[Code, Cells] = {}
    for row in grid.matrix()[1:]:
        first = row[0]
        code = first.text.strip() if first else ""
        if first and code in rows:
            said = {"label": code, "values": _values(row)}
            reading.doubt("import-code-twice", first.place, (code,), **said)
        elif code:
            rows[code] = row
            reading.doubts += _names(code, row, form)
    for code in form.cells:
        _read_cell(code, rows.get(code, []), grid, form, reading)
    for code, row in rows.items():
        if code not in form.cells and row[0]:
            reading.doubt("import-row-extra", row[0].place, (), label=code, values=_values(row))
    return reading


def _read_cell(code: Code, row: Cells, grid: Grid, form: Form, reading: Reading) -> None:
    cell = form.cells[code]
    found = row[_COLUMNS - 1] if len(row) >= _COLUMNS else None
    if found is None:
        label = f"{code} {cell.name}"
        reading.leave_blank("import-row-missing", grid.place, (code,), label=label)
        return
    reading.read(code, found, cell.kind)
    headers = [cell.column for cell in grid.cells if cell.row == 0 and cell.text.strip()]
    reading.doubt_divided(code, row[max(headers) + 1 :])
    beside = with_text(row[_COLUMNS : max(headers) + 1])
    if beside:
        texts = [shortened(it.text) for it in beside]
        reading.doubt("import-beside", beside[0].place, (code,), texts=texts)


def _names(code: Code, row: Cells, form: Form) -> Iterator[Doubt]:
    """Yield a doubt if the label or the unit of a row is not the form's."""
    official = form.entries.get(code)
    if official is None or len(row) < _COLUMNS or row[0] is None:
        return
    for kind, cell, expected in (
        ("import-own-label", row[1], official.label),
        ("import-own-unit", row[2], official.unit),
    ):
        if cell and key(cell.text) not in ("", key(expected)):
            said = {"label": code, "found": cell.text.strip(), "expected": expected}
            yield Doubt(kind, row[0].place, (code,), **said)


def _values(row: Cells) -> str:
    return "、".join(cell.text.strip() for cell in row[1:] if cell) or "—"
