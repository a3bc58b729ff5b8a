"""Find what cell values do not show: formulas, hidden rows, notes, pictures, formatting."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from string import ascii_uppercase, digits
from typing import Any

from lxml import etree

from gongkai.importing.blocks import Doubt, Grid
from gongkai.importing.formats.workbook_formats import MAIN, CellFormats, look_of
from gongkai.importing.lines import shortened
from gongkai.report.places import Place

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK = "xl/workbook.xml"
_DAMAGED = (KeyError, ValueError, etree.XMLSyntaxError, zipfile.BadZipFile, OSError)
_TEXT_NAMED = re.compile(r'=?"((?:[^"]|"")*)"')
_CELL_NAMED = re.compile(r"=?(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_LEAST = 0.5  # row height in points, column width in characters; less counts as hidden
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def _column_number(letters: str) -> int:
    """Return the number of a column, from 1, for its letters."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def column_name(column: int) -> str:
    """Return the letters of a column for its number, from 0: A, B, …, Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


class Package:
    """The files inside an xlsx. A workbook of another format in a zip archive has none of them."""

    def __init__(self, data: bytes) -> None:
        self.file = zipfile.ZipFile(io.BytesIO(data))
        self.names = set(self.file.namelist())

    def largest_extent(self) -> int:
        """Return how many cells the largest sheet spans from A1 to its last values.

        0 for a damaged workbook, which its reader will report.
        """
        try:
            return max((self.extent(path) for _, path in self.sheets()), default=0)
        except _DAMAGED:
            return 0

    def unseen(self, grids: Iterable[Grid]) -> list[Doubt]:
        """Return the doubts about the sheets that the values of its cells do not show.

        A damaged part is itself a doubt, because the other doubts are unknown then.
        """
        if _WORKBOOK not in self.names:
            return [Doubt("import-sheet-looks-unread", Place())]
        doubts: list[Doubt] = []
        texts = {cell.place.cell: cell.text for grid in grids for cell in grid.cells}
        try:
            for name, path in self.sheets():
                shown = {at: text for at, text in texts.items() if at.startswith(f"{name}!")}
                if shown:
                    doubts += self.of_cells(name, path, shown)
                    doubts += self.of_drawings(name, path)
                    doubts += self.of_notes(name, path)
        except _DAMAGED:
            doubts.append(Doubt("import-sheet-damaged", Place()))
        return doubts

    def defined_names(self) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
        """Return the names that are defined for a text or a cell, and those defined again.

        A sheet that was copied defines the names of its original for its own cells, before or
        after those of the workbook, depending on the program; the workbook's are preferred.
        """
        try:
            found = list(self.names_of_cells())
        except _DAMAGED:
            return {}, ()
        names: dict[str, str] = {}
        for name, meant in found:
            names.setdefault(name, meant)
        return names, tuple((name, meant) for name, meant in found if meant != names[name])

    @cached_property
    def formats(self) -> CellFormats:
        """The formats that the cells refer to."""
        return CellFormats(self.parsed("xl/styles.xml"))

    @cached_property
    def marked(self) -> dict[str, Doubt]:
        """The shared strings that are partly struck out or raised, by number, with the doubt."""
        strings = self.parsed("xl/sharedStrings.xml").iter(f"{MAIN}si")
        return {
            str(number): doubt
            for number, item in enumerate(strings)
            for doubt in _doubts_of_runs(item, Place())
        }

    def parsed(self, path: str) -> Any:
        """Return a part, parsed; an empty element if there is no such part."""
        data = self.file.read(path) if path in self.names else b"<none/>"
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))

    def links(self, path: str, kind: str = "") -> dict[str, str]:
        """Return the parts that a part refers to, by the ID of the relationship; of one kind only.

        Programs give parts any names: openpyxl has comments/comment1.xml for comments1.xml.
        """
        folder, _, name = path.rpartition("/")
        found = {
            item.get("Id"): posixpath.join("/", folder, item.get("Target") or "")
            for item in self.parsed(f"{folder}/_rels/{name}.rels")
            if (item.get("Type") or "").endswith(kind)
        }
        return {link: posixpath.normpath(path).lstrip("/") for link, path in found.items()}

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Yield each sheet's name and its part."""
        links = self.links(_WORKBOOK)
        for sheet in self.parsed(_WORKBOOK).iter(f"{MAIN}sheet"):
            path = links.get(sheet.get(_LINK), "")
            if path in self.names:
                yield sheet.get("name") or "", path

    def names_of_cells(self) -> Iterator[tuple[str, str]]:
        """Yield each defined name with its text or its one cell; those of a sheet alone last."""
        found = self.parsed(_WORKBOOK).iter(f"{MAIN}definedName")
        for item in sorted(found, key=lambda item: item.get("localSheetId") is not None):
            name, text = item.get("name") or "", item.text or ""
            if said := _TEXT_NAMED.fullmatch(text):
                yield name, said[1].replace('""', '"')
            elif cell := _CELL_NAMED.fullmatch(text):
                sheet = (cell[1] or cell[2]).replace("''", "'")
                yield name, f"{sheet}!{cell[3]}{cell[4]}"

    def extent(self, path: str) -> int:
        """Return how many cells a sheet spans, including any far from all others."""
        row = column = rows = columns = 0
        for event, element in etree.iterparse(
            self.file.open(path),
            events=("start", "end"),
            tag=[f"{MAIN}row", f"{MAIN}c"],
            resolve_entities=False,
            no_network=True,
        ):
            if event == "start" and element.tag.endswith("row"):
                row, column = int(element.get("r") or row + 1), 0
            elif event == "end" and element.tag.endswith("row"):
                element.clear()
            elif event == "end":
                named = _REFERENCE.fullmatch(element.get("r") or "")
                column = _column_number(named[1]) if named else column + 1
                if len(element):  # a cell without a value only has a format
                    rows, columns = max(rows, int(named[2]) if named else row), max(columns, column)
        return rows * columns

    def of_cells(self, name: str, path: str, texts: Mapping[str, str]) -> Iterator[Doubt]:
        """Yield the doubts about a sheet, and about its cells, rows and columns."""
        cell, view = f"{MAIN}c", f"{MAIN}sheetView"
        tags = [cell, view, f"{MAIN}row", f"{MAIN}col"]
        part = self.file.open(path)
        found = etree.iterparse(part, tag=tags, resolve_entities=False, no_network=True)
        for _, element in found:
            if element.tag == cell:  # cleared with its row
                yield from self.of_cell(element, f"{name}!{element.get('r')}", texts)
                continue
            if element.tag == view:
                if element.get("showZeros") in ("0", "false") and "0" in texts.values():
                    yield Doubt("import-zeros-hidden", Place(cell=name))
            elif _is_hidden(element):
                yield from _hidden(element, name, texts)
            element.clear()

    def of_cell(self, element: Any, place: str, texts: Mapping[str, str]) -> Iterator[Doubt]:
        """Yield the doubts about a cell: a formula's saved value, an error, the formatting."""
        if place not in texts:
            return
        text, kind = texts[place], element.get("t", "n")
        value = element.findtext(f"{MAIN}v") or ""
        if element.find(f"{MAIN}f") is not None:
            known = "import-formula" if text else "import-formula-without-value"
            yield Doubt(known, Place(cell=place), text=text)
        if kind == "e":
            yield Doubt("import-error-value", Place(cell=place), text=shortened(value or "—"))
        is_number = kind == "n" and bool(value)
        shown = value if is_number else text
        if known := self.formats.doubt(element.get("s") or "0", shown, is_number=is_number):
            yield Doubt(known, Place(cell=place), text=shortened(text), whole=shortened(text))
        shared = self.marked.get(value) if kind == "s" else None
        if shared:
            yield Doubt(shared.id, Place(cell=place), **shared.details)
        for inline in element.iter(f"{MAIN}is"):
            yield from _doubts_of_runs(inline, Place(cell=place))

    def of_drawings(self, name: str, path: str) -> Iterator[Doubt]:
        """Yield a doubt for each picture and text box of a sheet, with the cell that it is on."""
        for part in self.names.intersection(self.links(path, "/drawing").values()):
            for corner in self.parsed(part).iter(f"{_DRAWING}from"):
                row = int(corner.findtext(f"{_DRAWING}row") or 0)
                column = int(corner.findtext(f"{_DRAWING}col") or 0)
                place = Place(cell=f"{name}!{column_name(column)}{row + 1}")
                text = "".join(item.text or "" for item in corner.getparent().iter(_TEXT))
                doubt = "import-text-box-in-cell" if text else "import-picture-in-cell"
                yield Doubt(doubt, place, **({"text": shortened(text)} if text else {}))

    def of_notes(self, name: str, path: str) -> Iterator[Doubt]:
        """Yield a doubt for each comment on a cell of a sheet."""
        for part in self.names.intersection(self.links(path, "/comments").values()):
            for note in self.parsed(part).iter(f"{MAIN}comment"):
                text = "".join(item.text or "" for item in note.iter(f"{MAIN}t"))
                place = Place(cell=f"{name}!{note.get('ref')}")
                yield Doubt("import-note", place, text=shortened(text))


def _doubts_of_runs(item: Any, place: Place) -> Iterator[Doubt]:
    """Yield a doubt for each part of a text with a format of its own that changes what it says."""
    whole = "".join(text.text or "" for text in item.iter(f"{MAIN}t"))
    for run in item.iter(f"{MAIN}r"):
        text = "".join(piece.text or "" for piece in run.iter(f"{MAIN}t"))
        if doubt := look_of(run.find(f"{MAIN}rPr"), None).doubt(text):
            yield Doubt(doubt, place, text=shortened(text), whole=shortened(whole))


def _is_hidden(element: Any) -> bool:
    """Whether a row or some columns are hidden, or too small to be seen."""
    size = element.get("ht") or element.get("width") or "1"
    return element.get("hidden") in ("1", "true") or float(size) < _LEAST


def _hidden(element: Any, name: str, texts: Mapping[str, str]) -> Iterator[Doubt]:
    """Yield a doubt for a hidden row, or for each of some hidden columns, that has a text."""
    if element.tag.endswith("row"):
        rows = [element.get("r") or ""]
    else:
        first, last = int(element.get("min") or 1), int(element.get("max") or 1)
        rows = [column_name(column) for column in range(first - 1, min(last, first + 99))]
    said = [place.rpartition("!")[2] for place, text in texts.items() if text.strip()]
    filled = {at.rstrip(digits) for at in said} | {at.lstrip(ascii_uppercase) for at in said}
    for row in rows:
        if row in filled:
            doubt = "import-hidden-row" if row.isdecimal() else "import-hidden-column"
            yield Doubt(doubt, Place(cell=f"{name}!{row}:{row}"))
