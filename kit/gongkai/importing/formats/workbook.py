"""Read workbooks: the cells of every sheet as last saved, with merged ranges.

The home of python-calamine.
"""

from __future__ import annotations

import datetime
import io
from typing import Any

import python_calamine as calamine

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import MOST_CELLS, Cell, Doubt, Grid, Source
from gongkai.importing.formats.workbook_sheets import Package, column_name
from gongkai.importing.labels import without_radicals
from gongkai.report.places import Place

_VISIBLE = calamine.SheetVisibleEnum.Visible


def read_excel(data: bytes) -> Source:
    """Return the sheets of a workbook. Raises KitError if it is too large, encrypted or damaged."""
    package = Package(data) if data.startswith(b"PK") else None  # the older format has no parts
    # Before calamine allocates memory for each cell.
    if package and package.largest_extent() > MOST_CELLS:
        raise KitError(Problem("import-table-too-large", limit=MOST_CELLS))
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        sheets = [
            (one.name, book.get_sheet_by_name(one.name), one.visible == _VISIBLE)
            for one in book.sheets_metadata
            if "WorkSheet" in str(one.typ)
        ]
        grids = [(name, _grid(name, sheet), visible) for name, sheet, visible in sheets]
    except calamine.PasswordError:
        raise KitError(Problem("import-encrypted")) from None
    except (calamine.CalamineError, OSError, ValueError, OverflowError):
        raise KitError(Problem("import-damaged")) from None
    doubts = [
        Doubt("import-hidden-sheet", Place(cell=name))
        for name, grid, visible in grids
        if grid.cells and not visible
    ]
    shown = tuple(grid for _, grid, visible in grids if grid.cells and visible)
    doubts += package.unseen(shown) if package else [Doubt("import-sheet-looks-unread", Place())]
    names, again = package.defined_names() if package else ({}, ())
    return Source("xlsx", shown, tuple(doubts), names, again)


def _grid(name: str, sheet: Any) -> Grid:
    """Return a sheet as a table; an empty one has no cells."""
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise KitError(Problem("import-table-too-large", limit=MOST_CELLS))
    rows = sheet.to_python(skip_empty_area=False)
    merged = dict(sheet.merged_cell_ranges or ())
    covered = {
        (row, column)
        for (top, left), (bottom, right) in merged.items()
        for row in range(top, min(bottom, sheet.total_height) + 1)
        for column in range(left, min(right, sheet.total_width) + 1)
    }
    cells = []
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            end = merged.get((row, column))
            if end is None and (row, column) in covered:
                continue
            height, width = (end[0] - row + 1, end[1] - column + 1) if end else (1, 1)
            place = Place(cell=f"{name}!{column_name(column)}{row + 1}")
            height = min(height, len(rows) - row)
            width = min(width, len(values) - column)
            cells.append(Cell(row, column, _shown(value), place, height, width))
    written = any(cell.text.strip() for cell in cells)
    return Grid(tuple(cells) if written else (), Place(cell=f"{name}!A1"))


def _shown(value: object) -> str:
    """Return a value as a sheet shows it in the general number format."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%Y-%m-%d}"
    return without_radicals(str(value))
