"""Assign each row of a document's tables to a table of the form; text rows become paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from gongkai.forms import editions
from gongkai.forms.form import Form
from gongkai.importing.blocks import Block, Cell, Grid, Paragraph, with_text
from gongkai.importing.labels import key
from gongkai.importing.tables.layout import Layout, layouts
from gongkai.importing.texts.particulars import SIGNATORY
from gongkai.report.model import COLUMNS

_LETTER = re.compile(r"[^\W\d_]")
_FEWEST = 2  # labels of the form that a table must have to be one of its tables
_FOOT = re.compile(rf"{SIGNATORY}|填报单位")
_LONG = 30  # characters; a longer text alone in its row is not a row label
_PART = re.compile(r"\s*[一二三四五六七八九十]{1,3}[、.．]")


class Assigned(NamedTuple):
    """A table of a document, or some of its rows, with the matching table of the form."""

    layout: Layout
    grid: Grid


Item = Block | Assigned


def edition_of(blocks: Iterable[Block], usual: str, forms: Path | None) -> str:
    """Return the edition with the most labels in the tables; `usual` if it is among the best.

    Returns '' if the tables have too few labels of every edition.
    """
    texts = {key(cell.text) for block in blocks if isinstance(block, Grid) for cell in block.cells}
    scores = {}
    for edition in editions.editions(forms):
        form = editions.load_form(edition, forms)
        labels = {label for layout in layouts(form) for label in layout.known | layout.headers}
        scores[edition] = len(labels & texts)
    most = max(scores.values(), default=0)
    best = [edition for edition, score in scores.items() if score == most >= _FEWEST]
    return usual if usual in best else (best or [""])[-1]


def assigned(blocks: Sequence[Block], form: Form) -> list[Item]:
    """Return the blocks, with tables of the form as Assigned and text rows as paragraphs."""
    known = layouts(form)
    items: list[Item] = []
    for block in blocks:
        if isinstance(block, Grid) and not has_codes(block):
            last = items[-1] if items else None
            items.extend(_split(block, known, last if isinstance(last, Assigned) else None))
        else:
            items.append(block)
    return items


def has_codes(grid: Grid) -> bool:
    """Whether a table is one that the kit writes: code, label, unit and figure in each row."""
    first = [cell.text.strip() for cell in grid.cells if cell.row == 0]
    return first[: len(COLUMNS)] == list(COLUMNS)


def _split(grid: Grid, known: Sequence[Layout], last: Assigned | None) -> Iterator[Item]:
    """Yield the pieces of a table: a sheet may hold several tables of the form, and text.

    `last` is the table right before it, which a table without labels may continue.
    """
    matrix = grid.matrix()
    owners = [_owner(cells, number, known) for number, cells in enumerate(matrix)]
    if not any(owners):
        yield from _unknown(grid, matrix, known, last)
        return
    rows = list(map(with_text, matrix))
    texts = _text_rows(rows, owners, grid.width)
    found = _smoothed(owners)
    numbers = range(len(rows))
    for _, group in groupby(numbers, key=lambda number: (number in texts, id(found[number]))):
        first, *others = group
        if first in texts:
            for number in (first, *others):
                yield from _paragraphs(rows[number], grid.path)
        else:
            yield Assigned(found[first], grid.part(first, first + len(others) + 1))


def _owner(cells: list[Cell | None], number: int, known: Sequence[Layout]) -> Layout | None:
    """Return the table of the form that has the most labels of a row, None if undecided."""
    texts = {key(cell.text) for cell in cells if cell and cell.row == number} - {""}
    scores = [len(texts & (layout.known | layout.headers)) for layout in known]
    most = max(scores, default=0)
    return known[scores.index(most)] if most and scores.count(most) == 1 else None


def _smoothed(owners: list[Layout | None]) -> list[Layout]:
    """Return the table for each row; a row without labels belongs to the rows before it.

    A single row that matches another table does not change tables: both have a 总计.
    """
    current = next(filter(None, owners))
    found = []
    for number, owner in enumerate(owners):
        following = next(filter(None, owners[number + 1 :]), None)
        if owner and following is not current:
            current = owner
        found.append(current)
    return found


def _text_rows(rows: list[list[Cell]], owners: list[Layout | None], width: int) -> set[int]:
    """Return the rows that are text rather than rows of a table: a frame, a heading, a signature.

    `rows` has the cells with text of each row, `owners` the table whose labels are in it.
    """
    labelled = [number for number, owner in enumerate(owners) if owner]
    inside = range(labelled[0], labelled[-1])
    return {
        number
        for number, (cells, owner) in enumerate(zip(rows, owners, strict=True))
        if cells and not owner and _is_text(cells, width, number not in inside)
    }


def _is_text(cells: list[Cell], width: int, is_outside: bool) -> bool:
    text = " ".join(cell.text for cell in cells)
    if _FOOT.search(text):
        return True
    if len(cells) > 1 or _is_figure(text):
        return False
    is_whole = cells[0].columns == width and width > 1
    is_prose = len(text) > _LONG or text.rstrip().endswith("。")
    return is_whole or is_outside or is_prose or bool(_PART.match(text))


def _is_figure(text: str) -> bool:
    return not _LETTER.search(text)


def _paragraphs(cells: list[Cell], path: tuple[int, ...]) -> Iterator[Paragraph]:
    """Yield the lines of a row of cells that have a text."""
    text = "　".join(cell.text.strip() for cell in cells)
    for line in text.split("\n"):
        if line.strip():
            yield Paragraph(line.strip(), cells[0].place, path=path)


def _unknown(
    grid: Grid, matrix: list[list[Cell | None]], known: Sequence[Layout], last: Assigned | None
) -> Iterator[Item]:
    """Yield a table without labels: as a continuation, an unlabelled table, text, or itself."""
    figures = any(_is_figure(cell.text) and cell.text.strip() for cell in grid.cells)
    if last and last.grid.width == grid.width and figures:
        yield Assigned(last.layout, grid)
        return
    unlabelled = [
        layout for layout in known if not layout.known and len(layout.slots[0]) == grid.width
    ]
    if unlabelled and figures and grid.height <= 2:
        yield Assigned(unlabelled[0], grid)
        return
    alone = [len([cell for cell in dict.fromkeys(cells) if cell]) <= 1 for cells in matrix]
    if all(alone) or any(_FOOT.search(cell.text) for cell in grid.cells):
        for cells in matrix:
            yield from _paragraphs(with_text(cells), grid.path)
        return
    yield grid
