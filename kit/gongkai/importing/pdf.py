"""PDFs: ruled tables to cells, the rest to lines and paragraphs, page by page.

The home of pdfplumber.
"""

from __future__ import annotations

import io
import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfplumber.utils.exceptions import PdfminerException
from pdfplumber.utils.text import extract_text, extract_words

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Block, Cell, Doubt, Grid, Paragraph, Picture, Place, Source
from gongkai.importing.labels import characters, key
from gongkai.importing.layout import titles
from gongkai.importing.lines import (
    BEGINS,
    ENDS,
    is_page_number,
    is_reference,
    mended,
    together,
)
from gongkai.importing.tagged import ARTIFACT, NestedMarks, TaggedCell, Tags, tags_of

# What it warns of, such as a font without a box, is nothing that a reader could mend.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

MOST_PAGES = 300
MOST_OBJECTS = 150_000  # characters and lines of one page
_NEAR = 4.0  # points by which the same ruling line may differ from page to page
_INDENT = 40  # points: two characters and a little
_FULL = 0.8  # of a page's width: where a full line ends at the least
_MARGIN = 0.12  # of a page's height, that may have its number


def read_pdf(data: bytes) -> Source:
    """Return the blocks of a PDF. Raises KitError where it is encrypted, damaged or a scan."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                about = {"count": len(pdf.pages), "limit": MOST_PAGES}
                raise KitError(Problem("import-too-many-pages", details=about))
            tags = _tags(pdf)
            pages = [_read_page(page, tags) for page in _closing(pdf.pages)]
    except PdfminerException as error:
        cause = error.args[0] if error.args else None
        encrypted = isinstance(cause, PDFEncryptionError | PDFPasswordIncorrect)
        raise KitError(Problem("import-encrypted" if encrypted else "import-damaged")) from None
    except (KitError, MemoryError):
        raise
    except Exception:
        raise KitError(Problem("import-damaged")) from None
    if not any(page.letters for page in pages):
        raise KitError(Problem("import-scanned", details={"count": len(pages)}))
    _place_tagged(pages, tags)
    doubts = tuple(doubt for page in pages for doubt in page.doubts)
    return Source("pdf", tuple(_blocks(pages)), doubts, lines=True)


def _tags(pdf: Any) -> Tags:
    """Return what a PDF marks; nothing where its structure is damaged or there is none."""
    try:
        return tags_of(pdf.doc, {page.page_obj.pageid: page.page_number for page in pdf.pages})
    except Exception:
        return Tags()


def _closing(pages: Sequence[Any]) -> Iterator[Any]:
    """Yield the pages, laid out, and let go of what was kept of each."""
    for page in pages:
        device = NestedMarks(page.pdf.rsrcmgr, pageno=page.page_number, laparams=page.pdf.laparams)
        PDFPageInterpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
        page._layout = device.get_result()  # what pdfplumber would make with its own device
        yield page
        page.close()


@dataclass(frozen=True)
class _Line:
    """A line of text: where it begins and ends, its size, its level as a heading."""

    text: str
    left: float
    right: float
    top: float
    size: float
    level: int
    place: Place


@dataclass(frozen=True)
class _Ruled:
    """A ruled table of one page: its cells as boxes with their texts."""

    boxes: tuple[tuple[float, float, float, float], ...]
    texts: tuple[str, ...]
    page: int
    number: int
    top: float

    @property
    def left(self) -> float:
        """Where it begins."""
        return min(box[0] for box in self.boxes)

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(box[2] for box in self.boxes)


@dataclass(frozen=True)
class _Tagged:
    """A tagged table, and the height of its first cell."""

    grid: Grid
    top: float


@dataclass
class _Page:
    """What is on one page, from top to bottom; `letters` counts the characters.

    `levels` are those of headings, by the marks of a tagged PDF, and `marked` the characters of
    tagged cells by theirs.
    """

    number: int
    height: float
    width: float
    letters: int
    levels: Mapping[int, int]
    doubts: list[Doubt] = field(default_factory=list)
    marked: dict[int, list[Any]] = field(default_factory=dict)
    items: list[_Line | _Ruled | _Tagged | Picture] = field(default_factory=list)

    def cells(self, chars: list[Any], tagged: set[int]) -> list[Any]:
        """Keep the characters of tagged cells by their marks; return the others."""
        loose = []
        for char in chars:
            if char.get("mcid") in tagged:
                self.marked.setdefault(char["mcid"], []).append(char)
            else:
                loose.append(char)
        left = []
        for char in loose:  # a reference to a note, which a style sheet has added
            beside = [found for found in self.marked.values() if _is_beside(found[-1], char)]
            if len(beside) == 1:
                beside[0].append(char)
            else:
                left.append(char)
        return left

    def tables(self, page: Any) -> list[Any]:
        """Take in the ruled tables; return the characters outside of them."""
        left = list(page.chars)
        number = 0
        for found in page.find_tables():
            boxes = _without_frames(
                sorted(set(found.cells), key=lambda box: (box[1], box[0])), left
            )
            if len({round(box[0]) for box in boxes}) < 2:
                continue  # a frame around text
            number += 1
            inside = [_box_of(char, boxes) for char in left]
            raised: set[int] = set()
            for index in range(len(boxes)):
                cell = [char for char, at in zip(left, inside, strict=True) if at == index]
                raised |= set(map(id, self.raised(cell, Place(self.number, number))))
            left = [char for char in left if id(char) not in raised]
            inside = [_box_of(char, boxes) for char in left]
            texts = tuple(
                _text([char for char, at in zip(left, inside, strict=True) if at == index])
                for index in range(len(boxes))
            )
            self.say_cut(left, inside, number)
            left = [char for char, at in zip(left, inside, strict=True) if at is None]
            self.items.append(_Ruled(tuple(boxes), texts, self.number, number, boxes[0][1]))
        return left

    def raised(self, chars: list[Any], place: Place) -> list[Any]:
        """Return the small raised characters of a cell that refer to a note, with a doubt."""
        sizes = Counter(round(char["size"], 1) for char in chars)
        usual = max(sizes, default=0.0)
        large = [char for char in chars if char["size"] > 0.9 * usual]
        small = [char for char in chars if char["size"] <= 0.9 * usual]
        raised = [
            char
            for char in small
            if any(
                abs(float(char["x0"]) - float(one["x1"])) < usual
                and one["top"] - 0.4 * usual < char["top"] < one["bottom"]
                and char["bottom"] < one["bottom"] - 0.1 * usual
                for one in large
            )
        ]
        text = "".join(char["text"] for char in raised)
        if not raised or not is_reference(text):
            return []
        about = {"text": text, "whole": _text([char for char in chars if char not in raised])}
        self.doubts.append(Doubt("import-raised", place, (), about))
        return raised

    def say_cut(self, chars: list[Any], inside: list[int | None], number: int) -> None:
        """Doubt a word with figures that a ruling line goes through."""
        places = {id(char): at for char, at in zip(chars, inside, strict=True)}
        near = [char for char, at in zip(chars, inside, strict=True) if at is not None]
        for word in extract_words(near, x_tolerance=0.5, return_chars=True):
            cut = {places[id(char)] for char in word["chars"] if id(char) in places}
            if len(cut) > 1 and any(character.isdecimal() for character in word["text"]):
                place = Place(page=self.number, table=number)
                self.doubts.append(Doubt("import-figure-cut", place, (), {"text": word["text"]}))

    def lines(self, chars: list[Any]) -> None:
        """Take in the lines outside of tables, without the page's number."""
        words = extract_words(chars, return_chars=True, x_tolerance=2, use_text_flow=False)
        rows: list[list[Any]] = []
        for word in sorted(
            words, key=lambda word: ((word["top"] + word["bottom"]) / 2, word["x0"])
        ):
            middle = (word["top"] + word["bottom"]) / 2
            if rows and rows[-1][0]["top"] <= middle <= rows[-1][0]["bottom"]:
                rows[-1].append(word)
            else:
                rows.append([word])
        for count, row in enumerate(rows, start=1):
            row.sort(key=lambda word: word["x0"])
            self.line(row, count)

    def line(self, row: list[Any], count: int) -> None:
        """Take in one line."""
        text = characters(" ".join(word["text"] for word in row))
        top = min(word["top"] for word in row)
        at_edge = not _MARGIN * self.height < top < (1 - _MARGIN) * self.height
        if is_page_number(text) or (at_edge and text.strip().isdecimal()):
            return
        place = Place(page=self.number, line=count)
        if "(cid:" in text:
            self.doubts.append(
                Doubt("import-unreadable-characters", place, (), {"text": text[:40]})
            )
        chars = [char for word in row for char in word["chars"]]
        levels = {self.levels.get(char.get("mcid"), 0) for char in chars}
        size = Counter(round(char["size"], 1) for char in chars).most_common(1)[0][0]
        ends = (row[0]["x0"], row[-1]["x1"])
        level = levels.pop() if len(levels) == 1 else 0
        self.items.append(_Line(text, *ends, top, size, level, place))


def _read_page(page: Any, tags: Tags) -> _Page:
    """Return what is on a page. Raises KitError where it is made of too many pieces."""
    number = page.page_number
    if sum(len(objects) for objects in page.objects.values()) > MOST_OBJECTS:
        raise KitError(Problem("import-page-too-full", details={"page": number}))
    levels = {mark: level for (at, mark), level in tags.levels.items() if at == number}
    found = _Page(number, float(page.height), float(page.width), len(page.chars), levels)
    shown = _without_pictures(page, tags).dedupe_chars()
    marks = (mark for table in tags.tables for cell in table for mark in cell.marks)
    tagged = {mark for at, mark in marks if at == number}
    if tagged or (tags.tables and not tags.unclear):
        chars = found.cells(shown.chars, tagged)
    else:
        chars = found.tables(shown)
    found.lines(chars)
    found.items.sort(key=lambda item: getattr(item, "top", found.height))
    area = sum(float(image["width"]) * float(image["height"]) for image in page.images)
    if area > 0.05 * found.width * found.height:
        found.items.append(Picture(Place(page=number)))
    return found


def _without_pictures(page: Any, tags: Tags) -> Any:
    """Return a page without what is marked as a picture, or as no text of the document.

    Ruling lines stay: they may be marked as no text, too.
    """
    apart = {mark for at, mark in tags.pictures if at == page.page_number}
    apart |= {ARTIFACT} if tags.levels or tags.tables else set()
    if not apart:
        return page
    return page.filter(
        lambda item: (
            item.get("mcid") not in apart
            or (item["object_type"] != "char" and item.get("mcid") == ARTIFACT)
        )
    )


def _is_beside(last: Any, char: Any) -> bool:
    """Whether a character is right after another, perhaps a little raised."""
    apart = float(char["x0"]) - float(last["x1"])
    middles = [(one["top"] + one["bottom"]) / 2 for one in (last, char)]
    return -1 <= apart <= 4 and abs(middles[0] - middles[1]) < 8


_Box = tuple[float, float, float, float]


def _without_frames(boxes: list[_Box], chars: list[Any]) -> list[_Box]:
    """Return the cells of a table without the lines of text that are framed above and below it.

    Such a box is as wide as the table and no title of one: a page may have a frame around each
    line.
    """
    left, right = (min(box[0] for box in boxes), max(box[2] for box in boxes)) if boxes else (0, 0)
    wide = [box for box in boxes if box[0] <= left + _NEAR and box[2] >= right - _NEAR]
    if not wide or len(wide) == len(boxes):
        return [] if wide else boxes
    inside = [_box_of(char, wide) for char in chars]
    framed = set()
    known = titles()
    for index, box in enumerate(wide):
        text = _text([char for char, at in zip(chars, inside, strict=True) if at == index])
        if text.strip() and not any(title in key(text) for title in known):
            framed.add(box)
    return [box for box in boxes if box not in framed]


def _box_of(char: Any, boxes: Sequence[tuple[float, float, float, float]]) -> int | None:
    """Return the number of the cell that contains the middle of a character."""
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    for index, (left, top, right, bottom) in enumerate(boxes):
        if left <= x < right and top <= y < bottom:
            return index
    return None


def _text(chars: list[Any]) -> str:
    if not chars:
        return ""
    upright = [char for char in chars if char["upright"]] or chars
    return characters(str(extract_text(upright, x_tolerance=2)))


# --- tagged tables ----------------------------------------------------------------


def _place_tagged(pages: Sequence[_Page], tags: Tags) -> None:
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
        first.items.append(_Tagged(grid, min(letters)))
        first.items.sort(key=lambda item: getattr(item, "top", first.height))


def _tagged_cell(cell: TaggedCell, pages: dict[int, _Page], counted: Counter[int]) -> Cell:
    """Return a cell with its text; a header that is printed again on the next page counts once."""
    numbers = list(dict.fromkeys(at for at, _ in cell.marks if at in pages))
    texts = []
    for number in numbers:
        marks = [mark for at, mark in cell.marks if at == number]
        chars = [char for mark in marks for char in pages[number].marked.get(mark, ())]
        place = Place(number, counted[number], cell.row + 1, cell.column + 1)
        raised = set(map(id, pages[number].raised(chars, place)))
        text = _text([char for char in chars if id(char) not in raised])
        texts += [text] if text not in texts else []
    page = numbers[0] if numbers else max(counted)
    place = Place(page, max(counted[page], 1), cell.row + 1, cell.column + 1)
    return Cell(cell.row, cell.column, "\n".join(texts), place, cell.rows, cell.columns)


# --- pages together ---------------------------------------------------------------


def _blocks(pages: Sequence[_Page]) -> Iterator[Block]:
    """Yield the blocks; a table or a paragraph that a page cuts is one."""
    lines = [item for page in pages for item in page.items if isinstance(item, _Line)]
    margins = _margins(lines, max(page.width for page in pages))
    open_lines: list[_Line] = []
    open_tables: list[_Ruled] = []
    for item in (item for page in pages for item in page.items):
        if isinstance(item, _Line):
            yield from _tables(open_tables)
            open_lines.append(item)
            continue
        yield from _paragraphs(open_lines, margins)
        if isinstance(item, _Ruled):
            if open_tables and not _goes_on(open_tables[-1], item):
                yield from _tables(open_tables)
            open_tables.append(item)
        else:
            yield from _tables(open_tables)
            yield item.grid if isinstance(item, _Tagged) else item
    yield from _tables(open_tables)
    yield from _paragraphs(open_lines, margins)


def _margins(lines: Iterable[_Line], width: float) -> tuple[float, float]:
    """Return where full lines begin and end; none ends far from the edge of the paper."""
    lefts = Counter(round(line.left) for line in lines if line.right - line.left > 200)
    rights = sorted(line.right for line in lines if line.right - line.left > 200)
    if not lefts:
        return 0.0, 10_000.0
    usual = lefts.most_common(1)[0][0]  # of paragraphs of one line, the usual one is indented
    return float(min(left for left in lefts if left >= usual - _INDENT)), max(
        rights[-1 - len(rights) // 20], _FULL * width
    )


def _paragraphs(lines: list[_Line], margins: tuple[float, float]) -> Iterator[Paragraph]:
    """Yield the paragraphs of lines, and forget the lines.

    A line goes on the one before it where that is full and this one is not indented.
    """
    left, right = margins
    open_: Paragraph | None = None
    full = stops = ended = False
    first = left
    for line in lines:
        text = mended(line.text)
        outdented = line.left < first - 0.8 * line.size
        goes_on = (full or (stops and outdented)) and line.left <= left + 0.8 * line.size
        begins = BEGINS.match(text) and ended
        if open_ is not None and goes_on and not begins and line.level == open_.level:
            open_ = replace(open_, text=together(open_.text, text))
        else:
            if open_ is not None:
                yield open_
            open_ = Paragraph(text, line.place, line.level)
            first = line.left
        half = line.right - left > 0.4 * (right - left)
        heads = bool(BEGINS.match(line.text)) and half is False
        ended = line.text.rstrip().endswith(ENDS) or heads or line.level > 0
        stops = half and not ended
        full = line.right >= right - 2 * line.size
    if open_ is not None:
        yield open_
    lines.clear()


def _goes_on(first: _Ruled, second: _Ruled) -> bool:
    """Whether a table is the rest of one on the page before: as wide, and in its place."""
    same = abs(first.left - second.left) < 12 and abs(first.right - second.right) < 12
    return second.page == first.page + 1 and same


def _tables(pieces: list[_Ruled]) -> Iterator[Grid]:
    """Yield the pieces of a table as one, and forget them; columns are where lines are ruled."""
    if not pieces:
        return
    first = pieces[0]
    moved = [_moved(piece, first) for piece in pieces]
    columns = _edges(x for boxes in moved for box in boxes for x in (box[0], box[2]))
    cells: list[Cell] = []
    breaks = set()
    start = 0
    for piece, boxes in zip(pieces, moved, strict=True):
        rows = _edges(y for box in boxes for y in (box[1], box[3]))
        breaks |= {start} if start else set()
        for box, text in zip(boxes, piece.texts, strict=True):
            left, right = _nearest(columns, box[0]), _nearest(columns, box[2])
            top, bottom = _nearest(rows, box[1]), _nearest(rows, box[3])
            place = Place(piece.page, piece.number, top + 1, left + 1)
            cells.append(
                Cell(start + top, left, text, place, max(bottom - top, 1), max(right - left, 1))
            )
        start += len(rows) - 1
    yield Grid(tuple(cells), Place(first.page, first.number), frozenset(breaks))
    pieces.clear()


def _moved(piece: _Ruled, first: _Ruled) -> list[tuple[float, float, float, float]]:
    """Return the boxes of a piece as if it were as wide as the first, and in its place."""
    scale = (first.right - first.left) / ((piece.right - piece.left) or 1)
    return [
        (
            first.left + (box[0] - piece.left) * scale,
            box[1],
            first.left + (box[2] - piece.left) * scale,
            box[3],
        )
        for box in piece.boxes
    ]


def _edges(positions: Iterable[float]) -> list[float]:
    """Return where lines are ruled, those together that are nearly in one place."""
    edges: list[float] = []
    for position in sorted(positions):
        if not edges or position - edges[-1] > _NEAR:
            edges.append(position)
    return edges


def _nearest(edges: list[float], position: float) -> int:
    index = bisect_left(edges, position)
    near = [number for number in (index - 1, index) if 0 <= number < len(edges)]
    return min(near, key=lambda number: abs(edges[number] - position))
