"""Read PDFs: their pages, with the order and the tables that tags mark.

The home of pdfplumber.
"""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Cell, Doubt, Grid, Source
from gongkai.importing.formats.pdf_annotations import notes_of
from gongkai.importing.formats.pdf_characters import text_of
from gongkai.importing.formats.pdf_drawing import Device, Interpreter
from gongkai.importing.formats.pdf_edges import without_edges
from gongkai.importing.formats.pdf_page import Page, Tagged, read_page
from gongkai.importing.formats.pdf_page_breaks import blocks_of
from gongkai.importing.formats.pdf_tags import TaggedCell, Tags, tags_of
from gongkai.report.places import Place

# Its warnings, such as about a font without a bounding box, are nothing that a user could fix.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

MOST_PAGES = 300
MOST_INSTRUCTIONS = 10_000_000  # bytes in a document; a report with a map has a tenth of it


def read_pdf(data: bytes) -> Source:
    """Return the blocks of a PDF. Raises KitError if it is encrypted, damaged or a scan."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                about = {"count": len(pdf.pages), "limit": MOST_PAGES}
                raise KitError(Problem("import-too-many-pages", **about))
            tags = _tags(pdf)
            pages = [read_page(page, tags) for page in _laid_out(pdf.pages)]
            marks = [doubt for page in pdf.pages for doubt in notes_of(page)]
    except PdfminerException as error:
        cause = error.args[0] if error.args else None
        encrypted = isinstance(cause, PDFEncryptionError | PDFPasswordIncorrect)
        raise KitError(Problem("import-encrypted" if encrypted else "import-damaged")) from None
    except (KitError, MemoryError):
        raise
    except Exception:
        raise KitError(Problem("import-damaged")) from None
    if not any(page.letters for page in pages):
        raise KitError(Problem("import-scanned", count=len(pages)))
    _place_tagged(pages, tags)
    edges = list(without_edges(pages))
    found = list(blocks_of(pages))
    blocks = tuple(item for item in found if not isinstance(item, Doubt))
    doubts = [doubt for page in pages for doubt in page.doubts]
    doubts += [item for item in found if isinstance(item, Doubt)]
    return Source("pdf", blocks, (*doubts, *marks, *edges))


def _tags(pdf: Any) -> Tags:
    """Return the tags of a PDF; none if its structure is damaged or missing."""
    try:
        numbers = {page.page_obj.pageid: page.page_number for page in pdf.pages}
        own = str((pdf.metadata or {}).get("Creator", "")).startswith("gongkai-kit")
        return tags_of(pdf.doc, numbers, own=own)
    except Exception:
        return Tags()


def _laid_out(pages: Sequence[Any]) -> Iterator[Any]:
    """Yield each page laid out, and release its data afterwards."""
    left = MOST_INSTRUCTIONS
    for page in pages:
        device = Device(page, left)
        Interpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
        left = device.left
        page._layout = device.get_result()  # what pdfplumber would make with its own device
        yield page
        page.close()


def _place_tagged(pages: Sequence[Page], tags: Tags) -> None:
    """Put each tagged table where its first character is."""
    by_number = {page.number: page for page in pages}
    counted: Counter[int] = Counter()
    for table in tags.tables:
        marks = [mark for cell in table for mark in cell.marks if mark[0] in by_number]
        shown = [mark for mark in marks if by_number[mark[0]].marked.get(mark[1])]
        if not shown:
            continue
        first = by_number[min(shown)[0]]
        counted[first.number] += 1
        cells = [_tagged_cell(cell, by_number, counted) for cell in table]
        letters = [
            char["top"] for at, mark in shown if at == first.number for char in first.marked[mark]
        ]
        grid = Grid(tuple(cells), Place(first.number, counted[first.number]))
        first.items.append(Tagged(grid, min(letters)))
        first.items.sort(key=lambda item: getattr(item, "top", first.height))


def _tagged_cell(cell: TaggedCell, pages: dict[int, Page], counted: Counter[int]) -> Cell:
    """Return a cell with its text; a header repeated on the next page counts once."""
    numbers = list(dict.fromkeys(at for at, _ in cell.marks if at in pages))
    texts = []
    for number in numbers:
        marks = [mark for at, mark in cell.marks if at == number]
        chars = [char for mark in marks for char in pages[number].marked.get(mark, ())]
        place = Place(number, counted[number], cell.row + 1, cell.column + 1)
        raised = set(map(id, pages[number].note_references(chars, place)))
        text = text_of([char for char in chars if id(char) not in raised])
        texts += [text] if text not in texts else []
    page = numbers[0] if numbers else max(counted)
    place = Place(page, max(counted[page], 1), cell.row + 1, cell.column + 1)
    return Cell(cell.row, cell.column, "\n".join(texts), place, cell.rows, cell.columns)
