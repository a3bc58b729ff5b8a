"""Workbooks: the cells of every sheet as they were last saved, with what is merged in them.

The home of python-calamine.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import python_calamine as calamine
from lxml import etree

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Cell, Doubt, Grid, Place, Source
from gongkai.importing.labels import characters

MOST_CELLS = 200_000
_VISIBLE = calamine.SheetVisibleEnum.Visible
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_excel(data: bytes) -> Source:
    """Return the sheets of a workbook. Raises KitError where it is none, encrypted or damaged."""
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        sheets = [
            (one.name, book.get_sheet_by_name(one.name), one.visible == _VISIBLE)
            for one in book.sheets_metadata
            if "WorkSheet" in str(one.typ)
        ]
        grids = [
            (name, _grid(name, sheet, number), visible)
            for number, (name, sheet, visible) in enumerate(sheets, start=1)
        ]
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
    doubts += _formulas(data, shown)
    return Source("xlsx", shown, tuple(doubts))


def _grid(name: str, sheet: Any, number: int) -> Grid:
    """Return a sheet as a table; an empty one has no cells."""
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise KitError(Problem("import-table-too-large", details={"limit": MOST_CELLS}))
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
    return Grid(tuple(cells) if written else (), Place(cell=f"{name}!A1", table=number))


def column_name(column: int) -> str:
    """Return a column's letters: A, B, …, Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _shown(value: object) -> str:
    """Return a value as a sheet shows it where nothing else is asked for."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%Y-%m-%d}"
    return characters(str(value))


def _formulas(data: bytes, grids: tuple[Grid, ...]) -> list[Doubt]:
    """Return a doubt for each cell with a formula: its value is that of the last saving."""
    if not data.startswith(b"PK"):
        return []
    doubts: list[Doubt] = []
    texts = {cell.place.cell: cell.text for grid in grids for cell in grid.cells}
    try:
        for name, part in _sheets(zipfile.ZipFile(io.BytesIO(data))):
            for _, element in etree.iterparse(
                part, tag=f"{_SPREADSHEET}c", resolve_entities=False, no_network=True
            ):
                place = f"{name}!{element.get('r')}"
                if element.find(f"{_SPREADSHEET}f") is not None and place in texts:
                    about = {"text": texts[place] or "—"}
                    doubts.append(Doubt("import-formula", Place(cell=place), (), about))
                element.clear()
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile, OSError):
        return doubts
    return doubts


def _sheets(book: zipfile.ZipFile) -> list[tuple[str, Any]]:
    """Return each sheet's name and its file inside a workbook."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    if "xl/workbook.xml" not in book.namelist():
        return []
    relations = etree.fromstring(book.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {item.get("Id"): item.get("Target") for item in relations}
    root = etree.fromstring(book.read("xl/workbook.xml"), parser)
    link = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    found = [
        (sheet.get("name") or "", str(targets.get(sheet.get(link)) or "").lstrip("/"))
        for sheet in root.iter(f"{_SPREADSHEET}sheet")
    ]
    paths = [(name, path if path.startswith("xl/") else f"xl/{path}") for name, path in found]
    return [(name, book.open(path)) for name, path in paths if path in book.namelist()]
