"""Convert a table of the page to a Word table: widths, merged cells, repeated headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Any, NamedTuple

from gongkai.forms.editions import editions, load_form
from gongkai.forms.tables import Block
from gongkai.office.content import Cell, Run, Runs, Table, words_of
from gongkai.office.line_ends import SEAM, ended, letters, line_ends
from gongkai.office.styles import CHART, SMALL, TABLE, WIDTH, element

# Rows kept on the same page as the next one: all rows of a table that fits on a page; of a list,
# which does not, the last rows, so that the foot is not alone.
_WHOLE = "./w:tr[position() < last()]//w:pPr"
KEPT = {"grid": _WHOLE, "chart": _WHOLE, "list": "./w:tr[position() > last() - 2]//w:pPr"}
# A drawing in a line of a table: its minimum width, and the space after it.
BAR, AFTER_BAR = 3686, 150
BAR_HEIGHT = 3.25  # mm, so that it fits in the line
CHART_FIGURES = "ChartFigures"
MANY = 7  # columns of figures
PADDING = {"grid": 40, "list": 50, "data": 80, "chart": 90}  # on each side of a cell
ABOVE = {"list": 0}  # and below; so a list of 58 rows fits on two pages with its foot
USUALLY_ABOVE = 20
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
FIGURES, MOST = 0.55, 0.75  # of the width, for all columns of figures together
NARROWEST = 580  # minimum for a column of figures
WIDEST = {"grid": 1500, "data": 1500, "list": 1000, "chart": 1300}
NARROW = 8  # characters; in such a column, the labels of a group are broken between words
INDENT = 1.5  # characters per level of a list of indicators
RAISED = 0.65  # of the size of regular text


class Setting(NamedTuple):
    """The kind of a table, its font size in points, and its columns of figures.

    `bar` is the width of its drawings.
    """

    kind: str
    size: float
    figures: frozenset[int]
    bar: int = BAR

    @property
    def padding(self) -> int:
        """The padding of a cell on both sides together."""
        return 2 * PADDING[self.kind]


Fill = Callable[[Any, Runs], None]
Slots = list[list[tuple[Cell, bool] | None]]  # the cell at each place; whether it begins here


def table_of(table: Table, fill: Fill) -> Any:
    """Return a Word table; `fill` writes text into a paragraph.

    Its columns have the widths that WPS reads (gridCol), rows do not split across pages, and the
    header rows are repeated on each page.
    """
    slots = _slots(table)
    columns = [[slot[0] for row in slots if (slot := row[at])] for at in range(table.width)]
    figures = frozenset(at for at, cells in enumerate(columns) if any(map(_is_figure, cells)))
    setting = Setting(table.kind, SMALL if _is_wide(table) else TABLE, figures)
    widths = _widths(columns, setting)
    if table.kind == "chart":
        setting = setting._replace(bar=BAR + _widen_bars(widths, columns, setting))
    grid = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    rows = [_row(row, widths, setting, fill) for row in slots]
    for row in rows[: table.heads]:
        row[0].append(element("tblHeader"))
    made = element("tbl", _properties(table), grid, *rows)
    kept = KEPT.get(table.kind)
    for paragraph in made.xpath(kept) if kept else ():
        paragraph.insert(1, element("keepNext"))
    return made


def _slots(table: Table) -> Slots:
    """Return the cell that covers each place of the grid."""
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


def _is_wide(table: Table) -> bool:
    figures = max((sum(cell.is_number for cell in row) for row in table.rows), default=0)
    return table.kind == "grid" and figures >= MANY


def _widths(columns: list[list[Cell]], setting: Setting) -> list[int]:
    """Return the column widths: figures first; the column with the longest labels has the rest."""
    count = len(setting.figures)
    rooms = {at: _room(columns[at], setting) for at in setting.figures}
    if sum(rooms.values()) > WIDTH * MOST and count < len(columns):
        rooms = {}
    if count == len(columns):
        return _shared(WIDTH, [rooms[at] for at in range(count)])
    least = min(NARROWEST, int(WIDTH * MOST / max(count, 1)))
    usual = max(least, min(WIDEST[setting.kind], int(WIDTH * FIGURES / max(count, 1))))
    needs = {
        at: max(map(_need, cells), default=1.0)
        for at, cells in enumerate(columns)
        if at not in setting.figures
    }
    widths = [
        _least(needs[at], setting) if at in needs else max(usual, rooms.get(at, 0))
        for at in range(len(columns))
    ]
    widths[max(needs, key=lambda at: needs[at])] += WIDTH - sum(widths)
    return widths


def _room(cells: list[Cell], setting: Setting) -> int:
    """Return the width in which no figure of a column wraps, including its bar if it has one."""
    widest = max((_figure_letters(cell) for cell in cells if _is_figure(cell)), default=0.0)
    drawn = (BAR + AFTER_BAR) * _has_bars(cells)
    return ceil(widest * setting.size * 21) + setting.padding + drawn


def _widen_bars(widths: list[int], columns: list[list[Cell]], setting: Setting) -> int:
    """Give the width that the longest label of a chart does not need to its bars.

    Changes `widths`, and returns the width gained.
    """
    drawn = [at for at, cells in enumerate(columns) if _has_bars(cells)]
    if not drawn:
        return 0
    longest = max(letters(words_of(cell.runs)) + _indent(cell) for cell in columns[0])
    needed = ceil((longest + 1) * setting.size * 20) + setting.padding
    spare = max(widths[0] - needed, 0)
    widths[0] -= spare
    widths[drawn[0]] += spare
    return spare


def _has_bars(cells: list[Cell]) -> bool:
    return any(run.svg for cell in cells for run in cell.runs)


def _indent(cell: Cell) -> float:
    """Return the indentation of a label of a lower level, in characters."""
    return max(cell.level - 1, 0) * INDENT


def _figure_letters(cell: Cell) -> float:
    return sum(
        letters(run.text) * (RAISED if run.raised else 1) for run in cell.runs if not run.svg
    )


def _is_figure(cell: Cell) -> bool:
    return cell.is_number and cell.columns == 1


def _need(cell: Cell) -> float:
    """Return the characters per line of a label that may use the height of all its rows.

    If it has several rows, they are at least those of its longest word.
    """
    if cell.columns > 1 or cell.is_header:
        return 0.0
    words = "".join(run.text for run in cell.runs)
    longest = max(map(letters, SEAM.split(words))) if cell.rows > 1 else 0.0
    return max(letters(words) / cell.rows, longest)


def _least(need: float, setting: Setting) -> int:
    """Return the width of a column for labels that need `need` characters per line."""
    return int(ceil(max(2, min(NARROW, need + 1))) * setting.size * 20) + setting.padding


def _shared(whole: int, needs: list[int]) -> list[int]:
    """Divide a width equally, except for columns that need more; the first get the remainder."""
    if sum(needs) >= whole:
        needs = [0] * len(needs)
    rest, equal = whole, list(range(len(needs)))
    while wide := [at for at in equal if needs[at] * len(equal) > rest]:
        rest -= sum(needs[at] for at in wide)
        equal = [at for at in equal if at not in wide]
    shares = {at: rest // len(equal) + (i < rest % len(equal)) for i, at in enumerate(equal)}
    return [shares.get(at, need) for at, need in enumerate(needs)]


def _properties(table: Table) -> Any:
    sides = ("top", "bottom") if table.kind == "chart" else SIDES
    line = {"val": "single", "sz": 4, "space": 0, "color": "000000"}
    above, beside = ABOVE.get(table.kind, USUALLY_ABOVE), PADDING[table.kind]
    margins = {"top": above, "left": beside, "bottom": above, "right": beside}
    made = element(
        "tblPr",
        element("tblW", w=WIDTH, type="dxa"),
        element("jc", val="center"),
        element("tblBorders", *(element(side, **line) for side in sides)),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *(element(it, w=margins[it], type="dxa") for it in margins)),
        element("tblLook", val="0420", firstRow=1, noHBand=0, noVBand=1),
    )
    if table.kind == "chart":
        made.insert(0, element("tblStyle", val=CHART))
    if caption := words_of(table.caption):
        size = f"{len(table.rows) - table.heads}行，{table.width}列"
        made.append(element("tblCaption", val=caption))
        made.append(element("tblDescription", val=f"{caption}：{size}"))
    return made


def _row(
    row: list[tuple[Cell, bool] | None], widths: list[int], setting: Setting, fill: Fill
) -> Any:
    made = element("tr", element("trPr", element("cantSplit")))
    at = 0
    while at < len(row):
        cell, begins = row[at] or (Cell(()), True)
        width = sum(widths[at : at + cell.columns])
        room = width - setting.padding
        paragraph = _paragraph(cell, room, _style(cell, at, setting), setting.size)
        made.append(_cell(cell, width, begins, paragraph))
        if begins:
            fill(paragraph, _content(cell, room, setting))
        at += cell.columns
    return made


def _cell(cell: Cell, width: int, begins: bool, paragraph: Any) -> Any:
    properties = element("tcPr", element("tcW", w=width, type="dxa"))
    if cell.columns > 1:
        properties.append(element("gridSpan", val=cell.columns))
    if cell.rows > 1:
        properties.append(element("vMerge", val="restart" if begins else "continue"))
    if cell.is_break:
        line = element("left", val="dashed", sz=4, space=0, color="000000")
        properties.append(element("tcBorders", line))
    properties.append(element("vAlign", val="center"))
    return element("tc", properties, paragraph)


def _paragraph(cell: Cell, width: int, style: str, size: float) -> Any:
    """Return an empty paragraph for a cell; the figure after a bar is right-aligned by a tab."""
    look = element("pPr", element("pStyle", val=style))
    if style == CHART_FIGURES:
        look.append(element("tabs", element("tab", val="right", pos=width)))
    if indent := _indent(cell):
        look.append(element("ind", leftChars=int(indent * 100), left=int(indent * size * 20)))
    return element("p", look)


def _content(cell: Cell, width: int, setting: Setting) -> Runs:
    """Return the runs of a cell, with a tab between a bar and its figure."""
    runs = _broken(cell, width, setting.size)
    bars = tuple(run._replace(width=setting.bar) for run in runs if run.svg)
    return (*bars, Run("\t"), *runs[len(bars) :]) if bars else runs


def _style(cell: Cell, at: int, setting: Setting) -> str:
    """Return the id of the style of a cell's paragraph; `at` is its first column."""
    if setting.kind in ("grid", "list"):
        name = "Heads" if cell.is_header else "Figures" if cell.is_number else "Labels"
        return f"Table{name}{'Small' if setting.size == SMALL else ''}"
    if cell.is_header:
        return "DataHeads" if at in setting.figures else "TableLabels"
    drawn = any(run.svg for run in cell.runs)
    return CHART_FIGURES if drawn else "DataFigures" if cell.is_number else "TableLabels"


def _broken(cell: Cell, width: int, size: float) -> Runs:
    """Return text with line breaks between words, where Word would break anywhere.

    A label in a wide column is left to Word: fixed breaks would be in the way of editing it.
    """
    room = width / (size * 20)
    words = "".join(run.text for run in cell.runs)
    ends = line_ends(words, room) if cell.is_header or room <= NARROW else set()
    return with_ends(cell.runs, ends)


def with_ends(runs: Runs, ends: set[int]) -> Runs:
    """Return runs with a line break at each position in `ends`, and without seams."""
    begin, made = 0, []
    for run in runs:
        made.append(run._replace(text=ended(run.text, ends, begin)))
        begin += len(run.text)
    return tuple(made)


# --- the header that official documents print, and a page omits -------------------


def with_banner(table: Table) -> Table:
    """Return a table as officially printed: with the header that spans all its columns.

    It comes from the edition whose table has the same caption and columns; any other table
    is returned as it is. Source: 国办公开办函〔2021〕30号, table of part three (申请人情况).
    """
    banner = _banner_of(table) if table.kind == "grid" and table.heads else ""
    if not banner:
        return table
    corner, *heads = table.rows[0]
    across = Cell((Run(banner),), table.width - corner.columns, is_header=True)
    rows = ((replace(corner, rows=corner.rows + 1), across), tuple(heads), *table.rows[1:])
    return replace(table, rows=rows, heads=table.heads + 1)


def _banner_of(table: Table) -> str:
    caption = words_of(table.caption)
    heads = [words_of(cell.runs) for row in table.rows[: table.heads] for cell in row]
    for edition in editions():
        for own in load_form(edition).tables:
            if own.caption == caption and len(own.blocks) == 1:
                block = own.blocks[0]
                if block.banner and heads == _heads(block):
                    return block.banner
    return ""


def _heads(block: Block) -> list[str]:
    width = len(block.column_paths)
    return [block.corner or block.stub, *(head.column.label for head in block.column_heads(width))]
