"""Read a workbook that the kit published: each figure by its code, each line by its kind.

`kit/gongkai/office/workbook.py` writes them, `kit/gongkai/report/published.py` has the words
that both modules use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gongkai.importing.blocks import Block, Cell, Grid, Paragraph, Source
from gongkai.importing.lines import split_item
from gongkai.report import published as known
from gongkai.report.model import COLUMNS
from gongkai.report.places import Place

_VALUE, _REMARK = 3, 4  # columns of a sheet of figures


def restored(source: Source) -> Source:
    """Return a published workbook as a document of paragraphs and one table with codes.

    Any other document is returned unchanged. A sheet that the kit does not know remains a table.
    """
    sheets = [(block, _below(block, known.HEADS)) for block in source.blocks]
    rows = [row for _, found in sheets for row in found or ()]
    if not rows:
        return source
    blocks: list[Block] = []
    for block, figures in sheets:
        text = _below(block, known.TEXT_HEADS)
        if text is not None:
            blocks += map(_paragraph, text)
        elif figures is None and not _is_guide(block):
            blocks.append(block)
    whole = Grid(tuple(_coded(rows)), rows[0][0].place)
    return replace(source, blocks=(*blocks, whole), derived=any(map(_is_guide, source.blocks)))


def _below(block: Block, heads: tuple[str, ...]) -> list[list[Cell]] | None:
    """Return the rows below the given headers; None if a block has no such headers."""
    if not isinstance(block, Grid):
        return None
    matrix = block.matrix()
    for number, row in enumerate(matrix):
        if tuple(cell.text if cell else "" for cell in row[: len(heads)]) == heads:
            below = ([cell for cell in line if cell] for line in matrix[number + 1 :])
            return [line for line in below if len(line) >= len(heads) and line[0].text]
    return None


def _is_guide(block: Block) -> bool:
    """Whether a block is a sheet about the other sheets: cover, contents or notes."""
    sheet = block.place.cell.partition("!")[0]
    return sheet in (known.COVER, known.CONTENTS, known.NOTES)


def _paragraph(row: list[Cell]) -> Paragraph:
    kind, text = row[0].text, row[1].text
    if kind in known.LEVELS:
        return Paragraph(text, row[1].place, known.LEVELS.index(kind) + 1)
    marker, words = split_item(text) if kind == known.ITEM else ("", text)
    return Paragraph(words, row[1].place, 0, marker)


def _coded(rows: list[list[Cell]]) -> Iterator[Cell]:
    """Yield the cells of a table like a report's CSV, with remarks appended to the figures."""
    yield from (Cell(0, column, text, Place()) for column, text in enumerate(COLUMNS))
    for number, row in enumerate(rows, start=1):
        value, remark = row[_VALUE], row[_REMARK].text
        figure = "" if value.text == known.BLANK else value.text
        figure += "" if remark == known.NO_REMARK else f"（{remark}）"
        texts = (*(cell.text for cell in row[:_VALUE]), figure)
        yield from (Cell(number, column, text, value.place) for column, text in enumerate(texts))
