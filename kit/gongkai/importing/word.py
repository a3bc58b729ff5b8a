"""Word's files: paragraphs with their automatic numbers, tables with what is merged in them.

The home of python-docx.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Block, Cell, Doubt, Grid, Paragraph, Picture, Place, Source
from gongkai.importing.labels import characters
from gongkai.importing.lines import is_page_number, is_reference, shortened

_LEVEL = re.compile(r"%([1-9])")  # of a list, in the text of its numbers
_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*+([1-9])")
_DAMAGED = (OpcError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError, OSError)
_DIGITS = "零一二三四五六七八九"
_PICTURES = (qn("w:drawing"), qn("w:pict"), qn("w:object"))
MOST_CELLS = 200_000


def read_word(data: bytes) -> Source:
    """Return the blocks of a docx. Raises KitError where it is none, or damaged."""
    try:
        document = docx.Document(io.BytesIO(data))
        reader = _Reader(document)
        reader.read(document.element.body)
    except _DAMAGED:
        raise KitError(Problem("import-damaged")) from None
    return Source("docx", tuple(reader.blocks), tuple(reader.doubts))


class _Reader:
    """Reads the body of a document, block by block."""

    def __init__(self, document: Any) -> None:
        self.blocks: list[Block] = []
        self.doubts: list[Doubt] = []
        self.numbering = _Numbering(document)
        self.headings = {
            style.style_id: int(found[1])
            for style in document.styles
            if (found := _HEADING_STYLE.fullmatch((style.name or "").lower()))
        }
        self.paragraphs = 0
        self.tables = 0
        self.changed = False

    def read(self, parent: Any) -> None:
        """Read the paragraphs and tables of a body, or of a frame in it."""
        for element in parent:
            if element.tag == qn("w:p"):
                self.paragraph(element)
            elif element.tag == qn("w:tbl"):
                self.tables += 1
                self.table(element)
            elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
                self.read(element)

    def paragraph(self, element: Any) -> None:
        """Take in a paragraph; a forced break begins another, a box has text of its own."""
        self.paragraphs += 1
        place = Place(paragraph=self.paragraphs)
        self.say_changes(element, place)
        self.say_left_out(element, place)
        level = self.headings.get(_value(element, "w:pPr/w:pStyle"), 0)
        text = self.numbering.number(element) + _text(element)
        for line in text.split("\n"):
            shown = characters(line).replace("\xa0", " ").strip()
            if shown and not is_page_number(shown):
                self.blocks.append(Paragraph(shown, place, level))
        if any(child.tag in _PICTURES for child in element.iter()):
            boxes = list(element.iter(qn("w:txbxContent")))
            if boxes:
                self.read(boxes[0])
            else:
                self.blocks.append(Picture(place))

    def say_changes(self, element: Any, place: Place) -> None:
        """Doubt a document in which changes wait to be accepted or refused."""
        tracked = (qn("w:ins"), qn("w:del"), qn("w:moveFrom"), qn("w:moveTo"))
        if not self.changed and any(child.tag in tracked for child in element.iter()):
            self.changed = True
            self.doubts.append(Doubt("import-tracked-changes", place))

    def table(self, element: Any) -> None:
        """Take in a table: cells with what they span, those merged downwards as one."""
        place = Place(table=self.tables)
        cells: dict[tuple[int, int], Cell] = {}
        open_: dict[int, tuple[int, int]] = {}
        for number, row in enumerate(_rows(element)):
            column = _number(row, "w:trPr/w:gridBefore", 0)
            for tc in _cells(row):
                width = min(max(_number(tc, "w:tcPr/w:gridSpan", 1), 1), 200)
                merged = tc.find("/".join(map(qn, ("w:tcPr", "w:vMerge"))))
                goes_on = merged is not None and merged.get(qn("w:val"), "continue") == "continue"
                at = place._replace(row=number + 1, column=column + 1)
                self.say_changes(tc, at)
                text = "\n".join(map(_text, tc.iter(qn("w:p"))))
                begun = open_.get(column)
                if goes_on and begun in cells and not text.strip():
                    cells[begun] = replace(cells[begun], rows=number - begun[0] + 1)
                else:
                    cells[number, column] = Cell(number, column, characters(text), at, 1, width)
                    open_[column] = (number, column)
                    self.say_left_out(tc, at)
                    self.picture(tc, at)
                column += width
                if len(cells) > MOST_CELLS:
                    raise KitError(Problem("import-table-too-large", details={"limit": MOST_CELLS}))
        self.blocks.append(Grid(tuple(cells.values()), place))

    def say_left_out(self, element: Any, place: Place) -> None:
        """Doubt what is struck through or hidden, and a raised character that refers to a note."""
        about = {"whole": shortened(_text(element))}
        for run in element.iter(qn("w:r")):
            text = "".join(item.text or "" for item in run.iter(qn("w:t"))).strip()
            if text and (kind := _left_out(run)):
                self.doubts.append(Doubt(kind, place, (), {"text": shortened(text), **about}))

    def picture(self, element: Any, place: Place) -> None:
        """Take in that a cell shows a picture, once however many there are."""
        if any(True for _ in element.iter(*_PICTURES)):
            self.blocks.append(Picture(place))


def _left_out(run: Any) -> str:
    """Return the id of the doubt about a run that is not read as text, or ''."""
    look = run.find(qn("w:rPr"))
    if look is None:
        return ""
    found = [look.find(qn(name)) for name in ("w:strike", "w:dstrike", "w:vanish")]
    off = ("0", "false", "off")
    if any(item is not None and item.get(qn("w:val")) not in off for item in found):
        return "import-struck-through"
    raised = _value(run, "w:rPr/w:vertAlign") == "superscript"
    text = "".join(item.text or "" for item in run.iter(qn("w:t")))
    return "import-raised" if raised and is_reference(text) else ""


def _rows(table: Any) -> Iterator[Any]:
    for element in table:
        if element.tag == qn("w:tr"):
            yield element
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            yield from _rows(element)


def _cells(row: Any) -> Iterator[Any]:
    for element in row:
        if element.tag == qn("w:tc"):
            yield element
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent")):
            yield from _cells(element)


def _text(element: Any) -> str:
    """Return the text of an element as it is shown; that of a box is left out."""
    pieces: list[str] = []
    _gather(element, pieces)
    return "".join(pieces)


_APART = (qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def _gather(element: Any, pieces: list[str]) -> None:
    for child in element:
        if child.tag in _APART or child.tag == _FALLBACK:
            continue
        if child.tag == qn("w:t"):
            pieces.append(child.text or "")
        elif child.tag == qn("w:tab"):
            pieces.append(" ")
        elif child.tag in (qn("w:br"), qn("w:cr")):
            pieces.append("\n")
        elif child.tag == qn("w:noBreakHyphen"):
            pieces.append("-")
        elif child.tag != qn("w:r") or not _left_out(child):
            _gather(child, pieces)


def _value(element: Any, path: str) -> str:
    found = element.find("/".join(map(qn, path.split("/"))))
    return found.get(qn("w:val"), "") if found is not None else ""


def _number(element: Any, path: str, usual: int) -> int:
    text = _value(element, path)
    return int(text) if text.isdecimal() else usual


class _Numbering:
    """The numbers that Word writes before paragraphs by itself: 一、 （一） 1."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.counts: dict[tuple[str, int], int] = {}
        self.styles = {
            style.style_id: style.element for style in document.styles if style.element is not None
        }
        try:
            root = document.part.numbering_part.element
        except (NotImplementedError, KeyError, AttributeError):
            return
        abstract = {
            item.get(qn("w:abstractNumId")): item for item in root.iter(qn("w:abstractNum"))
        }
        for item in root.iter(qn("w:num")):
            levels = abstract.get(_value(item, "w:abstractNumId"))
            for level in levels.iter(qn("w:lvl")) if levels is not None else ():
                key = (item.get(qn("w:numId")), int(level.get(qn("w:ilvl"), "0")))
                form = (_value(level, "w:lvlText"), _value(level, "w:numFmt"))
                self.levels[key] = (*form, _number(level, "w:start", 1))

    def number(self, paragraph: Any) -> str:
        """Return what is written before a paragraph, or ''."""
        numbered = paragraph.find("/".join(map(qn, ("w:pPr", "w:numPr"))))
        if numbered is None:
            style = self.styles.get(_value(paragraph, "w:pPr/w:pStyle"))
            numbered = (
                style.find("/".join(map(qn, ("w:pPr", "w:numPr")))) if style is not None else None
            )
        if numbered is None or not _text(paragraph).strip():
            return ""
        key = (_value(numbered, "w:numId"), _number(numbered, "w:ilvl", 0))
        if key not in self.levels:
            return ""
        text, form, start = self.levels[key]
        self.counts[key] = self.counts.get(key, start - 1) + 1
        for other in [item for item in self.counts if item[0] == key[0] and item[1] > key[1]]:
            del self.counts[other]
        if form == "bullet":
            return ""
        return _LEVEL.sub(lambda found: self.count(key[0], int(found[1]) - 1), text)

    def count(self, number: str, level: int) -> str:
        """Return a count as the level writes it."""
        count = self.counts.get((number, level), 1)
        form = self.levels.get((number, level), ("", "", 1))[1]
        return _chinese(count) if "hinese" in form or "japanese" in form else str(count)


def _chinese(number: int) -> str:
    """Return a number below 100 in Chinese: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    start = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return start + (_DIGITS[ones] if ones else "")
