"""A table of the page as a table of Word: widths, merged cells, heads that repeat."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple

from gongkai.office.content import BREAK, Cell, Run, Runs, Table, words_of
from gongkai.office.styles import CHART, WIDTH, element

# Points: of a grid with many columns, of another one, of a list of indicators and what is no form.
SIZES = {"wide": 9.0, "grid": 10.0, "list": 10.5, "data": 10.5, "chart": 10.5}
DRAWN = 4750  # a column with drawings of 65 mm and their numbers
# What stays on the page of what follows: all of a table that a page has room for; of a list, which
# has not, its last rows, so that the foot is not alone.
_WHOLE = "./w:tr[position() < last()]//w:pPr"
KEPT = {"grid": _WHOLE, "chart": _WHOLE, "list": "./w:tr[position() > last() - 2]//w:pPr"}
CHART_FIGURES = "ChartFigures"
MANY = 7  # columns of figures
PADDING = 50  # at each side of a cell
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
FIGURES = 0.55  # of the width, for the columns of figures together
NARROWEST, WIDEST = 580, 1500  # a column of figures
NARROW = 8  # characters: a column in which the labels of a group are broken between words
# Between words, and after a number or a clause.
_SEAM = re.compile(f"{BREAK}|(?<=[），、；：])(?![），、；：]|$)")
INDENT = 1.5  # characters a level of a list of indicators


class Setting(NamedTuple):
    """The size of a table's letters in points, and the style of its figures."""

    size: float
    figures: str


Fill = Callable[[Any, Runs, float], None]
Slots = list[list[tuple[Cell, bool] | None]]  # a cell for each place, and whether it begins there


def table_of(table: Table, fill: Fill) -> Any:
    """Return a table of Word; `fill` puts words of a size in points into a paragraph.

    Its columns have the widths that WPS reads (gridCol), rows do not split, and the rows of
    heads are repeated on each page.
    """
    slots = _slots(table)
    setting = Setting(_size(table), CHART_FIGURES if table.kind == "chart" else "TableFigures")
    widths = _widths(table, slots, setting.size)
    made = element("tbl")
    made.append(_properties(table))
    grid = element("tblGrid")
    for width in widths:
        grid.append(element("gridCol", w=width))
    made.append(grid)
    for number, row in enumerate(slots):
        made.append(_row(row, widths, is_head=number < table.heads, setting=setting, fill=fill))
    kept = KEPT.get(table.kind)
    for paragraph in made.xpath(kept) if kept else ():
        paragraph.insert(1, element("keepNext"))
    return made


def _slots(table: Table) -> Slots:
    """Return which cell covers each place of the grid."""
    slots: Slots = [[None] * table.width for _ in table.rows]
    for number, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while column < table.width and slots[number][column] is not None:
                column += 1
            for down in range(number, min(number + cell.rows, len(slots))):
                for right in range(column, min(column + cell.columns, table.width)):
                    slots[down][right] = (cell, down == number)
            column += cell.columns
    return slots


def _size(table: Table) -> float:
    figures = max((sum(cell.is_number for cell in row) for row in table.rows), default=0)
    return SIZES["wide" if table.kind == "grid" and figures >= MANY else table.kind]


def _widths(table: Table, slots: Slots, size: float) -> list[int]:
    """Return the widths of the columns: of figures first, the longest labels have the rest."""
    columns = [[slot[0] for row in slots if (slot := row[at])] for at in range(table.width)]
    labels = [at for at, cells in enumerate(columns) if not any(map(_is_figure, cells))]
    count = table.width - len(labels)
    if not labels:
        return _shared(WIDTH, count)
    figure = max(NARROWEST, min(WIDEST, int(WIDTH * FIGURES / count))) if count else 0
    widths = [figure] * table.width
    needs = {at: max((_need(cell) for cell in columns[at]), default=1.0) for at in labels}
    for at in labels:
        widths[at] = _least(needs[at], int(size * 20))
    longest = max(labels, key=lambda at: needs[at])
    drawn = [at for at, cells in enumerate(columns) if any(map(_is_drawn, cells))]
    for at in drawn:
        widths[at] = DRAWN
    widths[longest] += WIDTH - sum(widths)
    return widths


def _is_drawn(cell: Cell) -> bool:
    return any(run.svg for run in cell.runs)


def _is_figure(cell: Cell) -> bool:
    return cell.is_number and cell.columns == 1


def _need(cell: Cell) -> float:
    """Return how many characters of a label come to a line, if it may use all its rows.

    Where it has several, they are no fewer than those of its longest word.
    """
    if cell.columns > 1 or cell.is_header:
        return 0.0
    words = "".join(run.text for run in cell.runs)
    longest = max(map(_letters, _SEAM.split(words))) if cell.rows > 1 else 0.0
    return max(len(words_of(cell.runs)) / cell.rows, longest)


def _least(need: float, letter: int) -> int:
    """Return the width of a column for labels that need so many characters in a line."""
    return ceil(max(2, min(8, need + 1))) * letter + 2 * PADDING


def _shared(whole: int, count: int) -> list[int]:
    """Divide a width, the remainder to the first columns."""
    return [whole // count + (at < whole % count) for at in range(count)]


def _properties(table: Table) -> Any:
    made = element("tblPr")
    if table.kind == "chart":
        made.append(element("tblStyle", val=CHART))
    made.append(element("tblW", w=WIDTH, type="dxa"))
    made.append(element("jc", val="center"))
    borders = element("tblBorders")
    for side in ("top", "bottom") if table.kind == "chart" else SIDES:
        borders.append(element(side, val="single", sz=4, space=0, color="000000"))
    made.append(borders)
    made.append(element("tblLayout", type="fixed"))
    margins = element("tblCellMar")
    above = 0 if table.kind == "list" else 10  # a list of 58 rows has two pages, and its foot too
    for side, width in (("top", above), ("left", PADDING), ("bottom", above), ("right", PADDING)):
        margins.append(element(side, w=width, type="dxa"))
    made.append(margins)
    made.append(element("tblLook", val="0420", firstRow=1, noHBand=0, noVBand=1))
    caption = words_of(table.caption)
    if caption:
        made.append(element("tblCaption", val=caption))
        made.append(element("tblDescription", val=_description(table, caption)))
    return made


def _description(table: Table, caption: str) -> str:
    return f"{caption}：{len(table.rows) - table.heads}行，{table.width}列"


def _row(
    row: list[tuple[Cell, bool] | None],
    widths: list[int],
    *,
    is_head: bool,
    setting: Setting,
    fill: Fill,
) -> Any:
    made = element("tr")
    properties = element("trPr")
    properties.append(element("cantSplit"))
    if is_head:
        properties.append(element("tblHeader"))
    made.append(properties)
    at = 0
    while at < len(row):
        slot = row[at]
        cell, begins = slot or (Cell(()), True)
        made.append(_cell(cell, widths[at : at + cell.columns], begins, setting, fill))
        at += cell.columns
    return made


def _cell(cell: Cell, widths: list[int], begins: bool, setting: Setting, fill: Fill) -> Any:
    made = element("tc")
    properties = element("tcPr")
    properties.append(element("tcW", w=sum(widths), type="dxa"))
    if cell.columns > 1:
        properties.append(element("gridSpan", val=cell.columns))
    if cell.rows > 1:
        properties.append(
            element("vMerge", **({"val": "restart"} if begins else {"val": "continue"}))
        )
    properties.append(element("vAlign", val="center"))
    made.append(properties)
    paragraph = element("p")
    body = setting.figures if cell.is_number else "TableLabels"
    style = "TableHeads" if cell.is_header else body
    look = element("pPr")
    look.append(element("pStyle", val=style))
    if cell.level > 1:
        indent = (cell.level - 1) * INDENT
        look.append(
            element("ind", leftChars=int(indent * 100), left=int(indent * setting.size * 20))
        )
    width = sum(widths) - 2 * PADDING
    runs = _broken(cell.runs, width, setting.size, is_header=cell.is_header)
    if style == CHART_FIGURES:  # all bars begin at the left, all figures end at the right
        tabs = element("tabs")
        tabs.append(element("tab", val="right", pos=width))
        look.append(tabs)
        bars = tuple(run for run in runs if run.svg)
        runs = (*bars, Run("\t"), *runs[len(bars) :])
    paragraph.append(look)
    if begins:
        fill(paragraph, runs, setting.size)
    made.append(paragraph)
    return made


def _broken(runs: Runs, width: int, size: float, *, is_header: bool) -> Runs:
    """Return words whose lines end between words, where Word would end them anywhere.

    A label in a wide column is left to Word: whoever edits it would find the ends in its midst.
    """
    words = "".join(run.text for run in runs)
    letters = width / (size * 20)
    ends = _line_ends(words, letters) if is_header or letters <= NARROW else set()
    begin, broken = 0, []
    for run in runs:
        marked = ("\n" * (at in ends) + letter for at, letter in enumerate(run.text, begin))
        broken.append(run._replace(text="".join(marked).replace(BREAK, "")))
        begin += len(run.text)
    return tuple(broken)


def _line_ends(words: str, letters: float) -> set[int]:
    """Return where lines of so many letters begin: as few as can be, and equally long."""
    seams = [found.end() for found in _SEAM.finditer(words)]
    pieces = [words[begin:end] for begin, end in pairwise([0, *seams, len(words)])]
    longest = max(map(_letters, pieces))
    if _letters(words) <= letters or longest > letters:
        return set()
    fewest = len(_filled(pieces, letters))
    while longest <= letters - 0.5 and len(_filled(pieces, letters - 0.5)) == fewest:
        letters -= 0.5
    return _filled(pieces, letters)


def _filled(pieces: list[str], letters: float) -> set[int]:
    """Return where lines begin that take in pieces as long as there is room."""
    begins, at, line = set(), 0, 0.0
    for piece in pieces:
        line += _letters(piece)
        if line > letters and at:
            begins.add(at)
            line = _letters(piece)
        at += len(piece)
    return begins


def _letters(text: str) -> float:
    """Return how many Chinese characters a text is as wide as: a digit is half of one."""
    return sum(0.5 if character.isascii() else 1 for character in text if character != BREAK)
