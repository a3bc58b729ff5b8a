"""Read a workbook that the kit published: each figure by its code, each line by its kind.

`kit/gongkai/office/workbook.py` writes them, `kit/gongkai/report/published.py` has the words
that both modules use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongkai.importing.blocks import Block, Cell, Doubt, Grid, Paragraph, Source, with_text
from gongkai.importing.labels import key
from gongkai.importing.lines import shortened, split_item
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
    wrong = [doubt for row in rows for doubt in _doubts(row)]
    cover = [cell for grid in source.grids if _sheet(grid) == known.COVER for cell in grid.cells]
    return replace(
        source,
        blocks=(*blocks, whole),
        doubts=(*source.doubts, *wrong, *_other_title(cover, blocks)),
        derived=any(map(_is_guide, source.blocks)),
        published_by="".join(
            cell.text.removeprefix(known.PUBLISHER)
            for cell in cover
            if cell.text.startswith(known.PUBLISHER)
        ),
    )


def _other_title(cover: Sequence[Cell], blocks: Sequence[Block]) -> Iterator[Doubt]:
    """Yield a doubt if the title, the first line of the cover, is not that of the text."""
    titles = [it.text for it in blocks if isinstance(it, Paragraph) and it.level == 1]
    if cover and titles and key(cover[0].text) != key(titles[0]):
        yield Doubt("import-cover-differs", cover[0].place, cover=cover[0].text, title=titles[0])


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
    return _sheet(block) in (known.COVER, known.CONTENTS, known.NOTES)


def _sheet(block: Block) -> str:
    return block.place.cell.partition("!")[0]


def _paragraph(row: list[Cell]) -> Paragraph:
    kind, text = row[0].text, row[1].text
    if kind in known.LEVELS:
        return Paragraph(text, row[1].place, known.LEVELS.index(kind) + 1)
    marker, words = split_item(text) if kind == known.ITEM else ("", text)
    return Paragraph(words, row[1].place, 0, marker)


def _doubts(row: list[Cell]) -> Iterator[Doubt]:
    """Yield a doubt if the figure's cell spans others, or text is behind the last column."""
    value, others = row[_VALUE], with_text(row[len(known.HEADS) :])
    if _spans(value) and value.text.strip():
        yield Doubt("import-cell-spans", value.place, (row[0].text,), text=value.text)
    if others:
        texts = [shortened(cell.text) for cell in others]
        yield Doubt("import-beside", others[0].place, (row[0].text,), texts=texts)


def _spans(cell: Cell) -> bool:
    return cell.rows > 1 or cell.columns > 1


def _coded(rows: list[list[Cell]]) -> Iterator[Cell]:
    """Yield the cells of a table like a report's CSV, with remarks appended to the figures."""
    yield from (Cell(0, column, text, Place()) for column, text in enumerate(COLUMNS))
    for number, row in enumerate(rows, start=1):
        value, remark = row[_VALUE], row[_REMARK].text
        figure = "" if value.text == known.BLANK or _spans(value) else value.text
        remark = known.NO_REMARK if row[_REMARK] is value else remark
        figure += "" if remark == known.NO_REMARK else f"（{remark}）"
        texts = (*(cell.text for cell in row[:_VALUE]), figure)
        yield from (Cell(number, column, text, value.place) for column, text in enumerate(texts))
