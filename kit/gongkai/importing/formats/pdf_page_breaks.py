"""Join the pages of a PDF: a table or paragraph that a page break cuts becomes one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial, reduce
from itertools import groupby

from gongkai.importing.blocks import Block, Cell, Doubt, Grid, Paragraph, Picture
from gongkai.importing.formats.pdf_characters import Box
from gongkai.importing.formats.pdf_page import NEAR, Line, Page, Ruled, Tagged
from gongkai.importing.lines import BEGINS, ENDS, mended, shortened, together
from gongkai.importing.pairs import grouped
from gongkai.report.places import Place

_INDENT = 40  # points: two characters and a little
_FULL = 0.8  # of a page's width: a full line ends there or beyond


def blocks_of(pages: Sequence[Page]) -> Iterator[Block | Doubt]:
    """Yield the blocks, with tables and paragraphs joined across page breaks.

    Before a table, yield the doubts about the fields to fill in that are in its cells.
    """
    lines = [item for page in pages for item in page.items if isinstance(item, Line)]
    margins = _margins(lines, max(page.width for page in pages))
    items = (item for page in pages for item in page.items)
    for _, group in groupby(items, key=type):
        alike = list(group)
        yield from _paragraphs([item for item in alike if isinstance(item, Line)], margins)
        for pieces in grouped((item for item in alike if isinstance(item, Ruled)), _goes_on):
            yield from _table(pieces)
        yield from (item.grid for item in alike if isinstance(item, Tagged))
        yield from (item for item in alike if isinstance(item, Picture))


def _margins(lines: Iterable[Line], width: float) -> tuple[float, float]:
    """Return where full lines begin and end; they end near the right edge of the paper."""
    long = [line for line in lines if line.right - line.left > 200]
    if not long:
        return 0.0, 10_000.0
    lefts = Counter(round(line.left) for line in long)
    rights = sorted(line.right for line in long)
    usual = lefts.most_common(1)[0][0]  # with paragraphs of one line, the indented one
    left = min(left for left in lefts if left >= usual - _INDENT)
    return float(left), max(rights[-1 - len(rights) // 20], _FULL * width)


def _paragraphs(lines: Iterable[Line], margins: tuple[float, float]) -> Iterator[Paragraph]:
    for group in grouped(lines, partial(_continues, margins=margins)):
        text = reduce(together, (mended(line.text) for line in group))
        yield Paragraph(text, group[0].place, group[0].level)


def _continues(paragraph: Sequence[Line], line: Line, margins: tuple[float, float]) -> bool:
    """Whether a line continues a paragraph, whose last line is full, while it is not indented.

    The last line may also be shorter, if it ends within a sentence and the first is indented.
    """
    left, right = margins
    first, last = paragraph[0], paragraph[-1]
    is_full = last.right >= right - 2 * last.size
    is_half = last.right - left > 0.4 * (right - left)
    heads = bool(BEGINS.match(last.text)) and not is_half
    ended = last.text.rstrip().endswith(ENDS) or heads or last.level > 0
    outdented = line.left < first.left - 0.8 * line.size
    goes_on = is_full or (is_half and not ended and outdented)
    indented = line.left > left + 0.8 * line.size
    begins = ended and bool(BEGINS.match(mended(line.text)))
    return goes_on and not indented and not begins and line.level == last.level


def _goes_on(pieces: Sequence[Ruled], table: Ruled) -> bool:
    """Whether a table continues one on the previous page, with the same left and right edges."""
    last = pieces[-1]
    same = abs(last.left - table.left) < 12 and abs(last.right - table.right) < 12
    return table.page == last.page + 1 and same


def _table(pieces: Sequence[Ruled]) -> Iterator[Grid | Picture | Doubt]:
    """Yield the pictures and fields in a table, then its pieces as one.

    The ruled lines give the columns.
    """
    first = pieces[0]
    moved = [_aligned(piece, first) for piece in pieces]
    columns = _edges(x for boxes in moved for box in boxes for x in (box[0], box[2]))
    cells: list[Cell] = []
    breaks = set()
    start = 0
    for piece, boxes in zip(pieces, moved, strict=True):
        rows = _rows(boxes, piece)
        breaks |= {start} if start else set()
        for index, (box, text) in enumerate(zip(boxes, piece.texts, strict=True)):
            left, right = _nearest(columns, box[0]), _nearest(columns, box[2])
            top, bottom = _nearest(rows, box[1]), bisect_left(rows, box[3] - NEAR)
            place = Place(piece.page, piece.number, top + 1, left + 1)
            if index in piece.fields:
                yield Doubt("import-field", place, text=shortened(piece.fields[index]))
            if not text.strip() and abs(rows[top] - box[1]) > NEAR:
                continue  # the rest of a cell that a page break cuts, next to a whole row
            if index in piece.pictured:
                yield Picture(place)
            cells.append(
                Cell(start + top, left, text, place, max(bottom - top, 1), max(right - left, 1))
            )
        start += len(rows) - 1
    yield Grid(tuple(cells), Place(first.page, first.number), frozenset(breaks))


def _rows(boxes: Sequence[Box], piece: Ruled) -> list[float]:
    """Return the edges of a piece's rows: those of the cells that are not blank."""
    every = _edges(y for box in boxes for y in (box[1], box[3]))
    kept = {0, len(every) - 1}
    for index, (box, text) in enumerate(zip(boxes, piece.texts, strict=True)):
        if text.strip() or index in piece.pictured or index in piece.fields:
            kept |= {_nearest(every, box[1]), _nearest(every, box[3])}
    return [every[number] for number in sorted(kept)]


def _aligned(piece: Ruled, first: Ruled) -> list[Box]:
    """Return the boxes of a piece, moved and scaled to the width of the first piece."""
    scale = (first.right - first.left) / ((piece.right - piece.left) or 1)

    def moved(x: float) -> float:
        return first.left + (x - piece.left) * scale

    return [(moved(left), top, moved(right), foot) for left, top, right, foot in piece.boxes]


def _edges(positions: Iterable[float]) -> list[float]:
    """Return the positions of ruled lines, with those that nearly coincide as one."""
    edges: list[float] = []
    for position in sorted(positions):
        if not edges or position - edges[-1] > NEAR:
            edges.append(position)
    return edges


def _nearest(edges: list[float], position: float) -> int:
    index = bisect_left(edges, position)
    near = [number for number in (index - 1, index) if 0 <= number < len(edges)]
    return min(near, key=lambda number: abs(edges[number] - position))
