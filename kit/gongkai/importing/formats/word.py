"""Read Word files: paragraphs with their automatic numbers, tables with merged cells.

The home of python-docx.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

from docx.opc.exceptions import OpcError
from docx.opc.part import PartFactory
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml import etree

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import (
    LOST,
    MOST_CELLS,
    MOST_SPAN,
    Block,
    Cell,
    Doubt,
    Grid,
    Paragraph,
    Picture,
    Source,
)
from gongkai.importing.formats.word_apart import Apart
from gongkai.importing.formats.word_numbering import Numbering
from gongkai.importing.formats.word_runs import left_out, mark_unseen, text_of
from gongkai.importing.formats.word_xml import (
    all_text,
    boxes,
    contains,
    inside,
    number_of,
    path_of,
    value_of,
)
from gongkai.importing.labels import bare, without_radicals
from gongkai.importing.lines import is_page_number, shortened, split_item, without_page
from gongkai.importing.texts.particulars import date_of
from gongkai.report.places import Place

_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*+([1-9])")
_CONTENTS_STYLE = re.compile(r"(?:toc|目录)(?:\s|$)")
_CAPTION_STYLES = ("caption", "题注")
_CHART_STYLE = "chart"
# Styles of documents the kit wrote: list markers are text, and long names have line breaks.
_KIT_STYLE = "annex title"  # a document that the kit wrote has it
_ITEM_STYLE, _SIGNATURE_STYLE = "list", "signature"
_DAMAGED = (OpcError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError, OSError)
_TABLE = qn("w:tbl")
_PICTURES = (qn("w:drawing"), qn("w:pict"), qn("w:object"))
_EMBEDDED = (qn("w:altChunk"), qn("w:subDoc"))  # another document in the place of text
# A pending tracked change: to text (ECMA-376-1, 17.13.5), to a row, to a cell.
_TRACKED = tuple(
    qn(f"w:{name}")
    for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge")
)
# Documents with macros, and templates, which python-docx does not accept as Word files.
_OTHER_KINDS = (
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
PartFactory.part_type_for |= dict.fromkeys(_OTHER_KINDS, DocumentPart)
_NARROW = 60  # twentieths of a point: a millimetre


def read_word(data: bytes) -> Source:
    """Return the blocks of a docx. Raises KitError if the data is not a docx, or is damaged."""
    with _opened(data) as document:
        _mark_entities(document.element.body)
        mark_unseen(document)
        reader = _Reader(document)
        reader.read(document.element.body)
        reader.say_edges()
    return Source("docx", tuple(reader.blocks), tuple(reader.doubts), derived=reader.derived)


def texts_beside(data: bytes) -> list[tuple[str, Place]]:
    """Return the texts outside the official tables of a docx that the kit wrote, without its TOC.

    These are all its paragraphs, and the text of charts laid out as tables. Raises KitError.
    """
    with _opened(data) as document:
        _mark_entities(document.element.body)
        reader = _Reader(document)
    found: list[tuple[str, Place]] = []
    paragraphs = 0
    for element in document.element.body.iter(qn("w:p")):
        table = next(element.iterancestors(_TABLE), None)
        paragraphs += table is None
        if _CONTENTS_STYLE.match(reader.style(element)):
            continue
        if table is None or reader.is_chart(table):
            text = " ".join(text_of(element).split())
            found += [(text, Place(paragraph=paragraphs))] if text else []
    return found


def links_and_pictures(data: bytes) -> list[str]:
    """Return where the links of a docx lead, and a digest of each of its pictures, in order.

    Raises KitError.
    """
    with _opened(data) as document:
        parts = document.part.rels
        found = []
        for element in document.element.body.iter(qn("w:hyperlink"), qn("a:blip")):
            is_link = element.tag == qn("w:hyperlink")
            part = parts.get(element.get(qn("r:id" if is_link else "r:embed")))
            if part is not None:
                found.append(part.target_ref if is_link else _digest_of(part))
    return found


def _digest_of(picture: Any) -> str:
    return "" if picture.is_external else hashlib.sha256(picture.target_part.blob).hexdigest()


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    """Yield a document of python-docx; convert the errors of a damaged one to KitError."""
    try:
        part = Package.open(io.BytesIO(data)).main_document_part
        if not isinstance(part, DocumentPart):
            raise OpcError(part.content_type)
        yield part.document
    except _DAMAGED:
        raise KitError(Problem("import-damaged")) from None


def _mark_entities(body: Any) -> None:
    """Replace each entity, which is not resolved, with LOST, and remove comments.

    Otherwise the text after it, which lxml keeps as its tail, would be lost.
    """
    etree.strip_tags(body, etree.Comment, etree.ProcessingInstruction)
    for entity in list(body.iter(etree.Entity)):
        text = f"{LOST}{entity.tail or ''}"
        before, parent = entity.getprevious(), entity.getparent()
        parent.remove(entity)
        if before is None:
            parent.text = f"{parent.text or ''}{text}"
        else:
            before.tail = f"{before.tail or ''}{text}"


class _Reader:
    """Reads the body of a document, block by block."""

    def __init__(self, document: Any) -> None:
        self.blocks: list[Block] = []
        self.doubts: list[Doubt] = []
        self.body = document.element.body
        self.numbering = Numbering(document)
        self.apart = Apart(document)
        self.styles = {style.style_id: (style.name or "").lower() for style in document.styles}
        self.headings = {
            style: int(found[1])
            for style, name in self.styles.items()
            if (found := _HEADING_STYLE.fullmatch(name))
        }
        self.paragraphs = 0
        self.tables = 0
        self.changed = False
        self.derived = False  # whether a chart was left out

    def read(self, parent: Any) -> None:
        """Read the paragraphs and tables of a body, or of a frame in it."""
        for element in parent:
            if element.tag == qn("w:p"):
                if self.repeats(element):
                    self.say_contents(element)
                else:
                    self.paragraph(element)
            elif element.tag == _TABLE:
                self.table(element)
            elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
                self.read(element)
            elif element.tag in _EMBEDDED:
                self.doubts.append(Doubt("import-embedded", Place(paragraph=self.paragraphs)))

    def repeats(self, element: Any) -> bool:
        """Whether a paragraph is a line of contents, or a caption that the kit wrote.

        Anybody else may have typed anything in the style of a caption.
        """
        style = self.style(element)
        if style not in _CAPTION_STYLES or not self.is_of_kit:
            return bool(_CONTENTS_STYLE.match(style))
        beside = [it for it in (element.getnext(), element.getprevious()) if it is not None]
        return any(item.tag == _TABLE or contains(item, *_PICTURES) for item in beside)

    @property
    def is_of_kit(self) -> bool:
        """Whether the kit wrote the document, which somebody may have edited."""
        return _KIT_STYLE in self.styles.values()

    def say_contents(self, element: Any) -> None:
        """Add a doubt for a line in a style of contents that no heading or paragraph says."""
        text = text_of(element).strip()
        is_contents = _CONTENTS_STYLE.match(self.style(element)) and not self.is_of_kit
        if is_contents and bare(without_page(text)) not in self.words:
            place = Place(paragraph=self.paragraphs)
            self.doubts.append(Doubt("import-contents-left-out", place, text=shortened(text)))

    @cached_property
    def words(self) -> set[str]:
        """The paragraphs outside the table of contents, without their numbering."""
        found = {"", bare("目录")}
        for element in self.body.iter(qn("w:p")):
            if not _CONTENTS_STYLE.match(self.style(element)):
                found.add(bare(text_of(element)))
        return found

    def style(self, element: Any) -> str:
        """Return the name of a paragraph's style in lower case, or '' if it has none."""
        return self.styles.get(value_of(element, "w:pPr/w:pStyle"), "")

    def say_edges(self) -> None:
        """Add a doubt for headers and footers with text that is not in the blocks."""
        texts = [block.text for block in self.blocks if isinstance(block, Paragraph)]
        texts += [
            cell.text for block in self.blocks if isinstance(block, Grid) for cell in block.cells
        ]
        self.doubts += self.apart.edges("".join(texts))

    def paragraph(self, element: Any) -> None:
        """Read a paragraph; a forced break begins another one, text boxes are read separately."""
        self.paragraphs += 1
        place = Place(paragraph=self.paragraphs)
        self.say_changes(place, element)
        self.say_left_out(element, place)
        level = self.headings.get(value_of(element, "w:pPr/w:pStyle"), 0)
        text = text_of(element)
        text = self.numbering.number(element, text.strip()) + text
        style = self.style(element)
        is_item = style == _ITEM_STYLE
        if style == _SIGNATURE_STYLE and not any(map(date_of, text.split("\n"))):
            text = text.replace("\n", "")
        for line in text.split("\n"):
            shown = without_radicals(line).replace("\xa0", " ").strip()
            if shown and not is_page_number(shown):
                marker, words = split_item(shown) if is_item else ("", shown)
                self.blocks.append(Paragraph(words, place, level, marker))
        self.read_apart(element, place)

    def say_changes(self, place: Place, *elements: Any) -> None:
        """Add a doubt for a document with pending tracked changes in these elements."""
        if not self.changed and any(it.tag in _TRACKED for item in elements for it in item.iter()):
            self.changed = True
            self.doubts.append(Doubt("import-tracked-changes", place))

    def table(self, element: Any) -> None:
        """Read a table: cells with their spans; vertically merged cells become one.

        A table with fewer cells than the tables nested in it is only layout: they are read instead.
        """
        if self.is_chart(element):
            self.derived = True
            return  # the kit's own: it repeats figures of the official tables
        own = [tc for row in _rows(element) for tc in _cells(row)]
        if len(own) < sum(1 for tc in own for _ in inside(tc, _TABLE) for _ in tc.iter(qn("w:tc"))):
            for tc in own:
                self.read(tc)
            return
        self.tables += 1
        place = Place(table=self.tables)
        self.say_changes(place, *element.iter(qn("w:trPr"), qn("w:tcPr")))  # also of deleted rows
        cells: dict[tuple[int, int], Cell] = {}
        begun: dict[int, tuple[int, int]] = {}  # the last cell that begins in each column
        for tc, row, column, width in _placed(element):
            at = place._replace(row=row + 1, column=column + 1)
            self.say_changes(at, tc)
            text = "\n".join(map(text_of, inside(tc, qn("w:p"))))
            if column in begun and _goes_on(tc):
                above = cells[begun[column]]
                cells[begun[column]] = replace(above, rows=row - above.row + 1)
                self.say_merged_away(text, at)
            else:
                cells[row, column] = Cell(row, column, without_radicals(text), at, 1, width)
                begun[column] = (row, column)
                self.say_left_out(tc, at)
                self.read_apart(tc, at)
            if len(cells) > MOST_CELLS:
                raise KitError(Problem("import-table-too-large", limit=MOST_CELLS))
        self.blocks.append(Grid(tuple(cells.values()), place))

    def is_chart(self, table: Any) -> bool:
        """Whether a table draws a chart in a document that the kit wrote."""
        return self.styles.get(value_of(table, "w:tblPr/w:tblStyle")) == _CHART_STYLE

    def say_left_out(self, element: Any, place: Place) -> None:
        """Add doubts for struck-through or hidden text, raised references and other documents."""
        if contains(element, *_EMBEDDED):
            self.doubts.append(Doubt("import-embedded", place))
        about = {"whole": shortened(text_of(element))}
        for run in inside(element, qn("w:r")):
            text = all_text(run).strip()
            if text and (kind := left_out(run)):
                self.doubts.append(Doubt(kind, place, text=shortened(text), **about))

    def say_merged_away(self, text: str, place: Place) -> None:
        """Add a doubt for text in a cell that is merged with the one above it.

        Word shows the text of the first of them alone; templates leave others in.
        """
        if text.strip():
            about = {"text": shortened(text), "whole": shortened(text)}
            self.doubts.append(Doubt("import-struck-through", place, **about))

    def read_apart(self, element: Any, place: Place) -> None:
        """Add doubts for notes and text boxes, which are read outside of tables; add a picture."""
        self.doubts += self.apart.notes(element, place)
        found = boxes(element)
        for box in found:
            if text := shortened(text_of(box)):
                kind = "import-text-box-in-cell" if place.table else "import-text-box"
                self.doubts.append(Doubt(kind, place, text=text))
            if not place.table:
                self.read(box)
        if not found and contains(element, *_PICTURES):
            self.blocks.append(Picture(place))


def _rows(table: Any) -> Iterator[Any]:
    for element in table:
        if element.tag == qn("w:tr"):
            if element.find(path_of("w:trPr/w:del")) is None:
                yield element
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            yield from _rows(element)


def _cells(row: Any) -> Iterator[Any]:
    for element in row:
        if element.tag == qn("w:tc"):
            if element.find(path_of("w:tcPr/w:cellDel")) is None:
                yield element
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent")):
            yield from _cells(element)


def _spans(row: Any) -> Iterator[tuple[Any, int, int]]:
    """Yield each cell of a row, the column of the table's grid where it begins, and its end."""
    start = number_of(row, "w:trPr/w:gridBefore", 0)
    for tc in _cells(row):
        end = start + min(max(number_of(tc, "w:tcPr/w:gridSpan", 1), 1), MOST_SPAN)
        yield tc, start, end
        start = end


def _goes_on(tc: Any) -> bool:
    """Whether a cell is merged with the one above it."""
    merged = tc.find(path_of("w:tcPr/w:vMerge"))
    return merged is not None and merged.get(qn("w:val"), "continue") == "continue"


def _placed(table: Any) -> Iterator[tuple[Any, int, int, int]]:
    """Yield each cell of a table with its row, its column and its width in columns."""
    begins = _begins(table)
    for number, row in enumerate(_rows(table)):
        for tc, start, end in _spans(row):
            first, after = (begins[start], begins[end]) if end < len(begins) else (start, end)
            yield tc, number, first, after - first


def _begins(table: Any) -> list[int]:
    """Return the column that begins at each line of a table's grid.

    A strip too narrow for a letter, which other programs leave when rounding, is not a column
    unless a cell consists of it alone.
    """
    begins = [0]
    for column in table.iterfind(path_of("w:tblGrid/w:gridCol")):
        width = column.get(qn("w:w"), "")
        narrow = width.isdecimal() and int(width) < _NARROW
        begins.append(begins[-1] + (not narrow))
    spans = [(start, end) for row in _rows(table) for _, start, end in _spans(row)]
    alone = any(begins[start] == begins[end] for start, end in spans if end < len(begins))
    outside = any(end >= len(begins) for _, end in spans)
    return [] if alone or outside else begins
