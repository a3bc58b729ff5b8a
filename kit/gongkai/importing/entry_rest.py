"""Find what was written beside the cells of an entry form, which an import does not take over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

from gongkai.forms.form import Form
from gongkai.forms.tables import HEADING, Code
from gongkai.importing.blocks import Cell, Doubt, Grid, Source
from gongkai.importing.labels import key
from gongkai.importing.lines import shortened
from gongkai.importing.tables.layout import layouts
from gongkai.report.entry_form import HINTS, MARK, RIGHT, SUM, TITLE, UNIT, WRONG, last_year_of

_FORMULAS = ("import-formula", "import-formula-without-value")
_SUMS = re.compile(r"[一二三四五六七八九十0-9（）()＋]*")  # the numbers of the rows that are added


def written_beside(
    source: Source, form: Form, year: int, codes: Mapping[str, Code]
) -> Iterator[Doubt]:
    """Yield a doubt for each row with texts or figures that the kit does not write there.

    It is about the figures of the row, given by their places: they may be called otherwise, or be
    corrected beside.
    """
    grids = source.grids
    own = {*source.names.values(), *(place for _, place in source.names_again)}
    title = source.names.get(TITLE, "")
    titles = (cell.text for grid in grids for cell in grid.cells if cell.place.cell == title)
    printed = _printed(form, year) | set(map(key, titles))
    formulas = {doubt.place.cell for doubt in source.doubts if doubt.id in _FORMULAS}
    for grid in grids:
        own |= formulas & _computed(grid)
        others: dict[int, list[Cell]] = {}
        last = _last_year(grid, own, year)
        for cell in grid.cells:
            if not (cell.place.cell in own or cell in last or _is_printed(cell, grid, printed)):
                others.setdefault(cell.row, []).append(cell)
        for row, cells in others.items():
            places = (cell.place.cell for cell in grid.cells if cell.row == row)
            about = tuple(codes[place] for place in places if place in codes)
            texts = [shortened(cell.text) for cell in cells]
            yield Doubt("import-form-beside", cells[0].place, about, texts=texts)


def _computed(grid: Grid) -> set[str]:
    """Return the places of a sheet where the kit writes formulas: sums, marks, what they say."""
    rows = {cell.row for cell in grid.cells if not cell.column and _is_computed(cell.text)}
    columns = {cell.column for cell in grid.cells if cell.column and _is_computed(cell.text)}
    return {
        cell.place.cell
        for cell in grid.cells
        if cell.row in rows
        or cell.column in columns
        or any(said in cell.text for said in (RIGHT, WRONG[0]))
    }


def _is_computed(head: str) -> bool:
    """Whether the head of a row or column is that of sums or marks: 自动合计, 核对, 一＋二."""
    return head.endswith(SUM) or head == MARK or ("＋" in head and bool(_SUMS.fullmatch(head)))


def _printed(form: Form, year: int) -> set[str]:
    """Return the keys of the texts that a form prints, apart from those that are computed."""
    texts = [HEADING, SUM, MARK, UNIT, last_year_of(year)]
    texts += [text for table in form.tables for text in (table.caption, *table.columns)]
    texts += [part.titled(year) for part in form.parts]
    units = {cell.unit for cell in form.cells.values()}
    texts += [*units, *(f"{UNIT}{unit}" for unit in units)]
    labels = (label for layout in layouts(form) for label in layout.known | layout.headers)
    return {"", *map(key, texts), *labels}


def _is_printed(cell: Cell, grid: Grid, printed: Set[str]) -> bool:
    """Whether a text is one that a form prints, or is of its hints."""
    if key(cell.text) in printed or (cell.column == 0 and grid.cells[0].text.endswith(HINTS)):
        return True
    if cell.text.endswith(SUM) or "＋" in cell.text:
        return bool(_SUMS.fullmatch(cell.text.removesuffix(SUM).removesuffix("总计：")))
    return all(key(unit) in printed for unit in cell.text.split("、"))


def _last_year(grid: Grid, own: Set[str], year: int) -> set[Cell]:
    """Return the cells with last year's figures: below their header, or beside it in one row."""
    end = max((cell.row for cell in grid.cells if cell.place.cell in own), default=0)
    found: set[Cell] = set()
    for head in (cell for cell in grid.cells if cell.text == last_year_of(year)):
        columns = range(head.column, head.column + head.columns)
        for cell in grid.cells:
            below = cell.column in columns and head.row < cell.row <= end
            if below if head.column else cell.row == head.row:
                found.add(cell)
    return found
