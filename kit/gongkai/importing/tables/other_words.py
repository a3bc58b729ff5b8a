"""Doubt labels of groups and headers in other words than the form's: 不予处理（含撤回3件）."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gongkai.importing.blocks import Cell, Grid
from gongkai.importing.labels import NEAR, bare, key, likeness
from gongkai.importing.tables.figures import Reading
from gongkai.importing.tables.layout import Layout
from gongkai.importing.tables.rows import label_columns

_SHORT = 3  # characters of a label that many others contain: only words in a bracket count
_BRACKETS = ("（", "(", "【", "[")


def doubt_other_words(layout: Layout, grids: Iterable[Grid], reading: Reading) -> None:
    """Record the labels of groups, and headers, that are not quite the form's: 上半年办理结果.

    Labels of rows and of single columns, which are matched by likeness, have doubts of their own.
    """
    official = layout.known | layout.headers
    said = {key(text) for doubt in reading.doubts for text in _texts(doubt.details.values())}
    for cell in dict.fromkeys(cell for grid in grids for cell in _labels(grid, layout)):
        words, names = "".join(cell.text.split()), (key(cell.text), bare(cell.text))
        if not names[1] or names[0] in said or not official.isdisjoint(names):
            continue
        alike, expected = max((likeness(name, names[1]), name) for name in official)
        short = len(expected) <= _SHORT and not any(sign in words for sign in _BRACKETS)
        is_piece = len(names[1]) < len(expected)  # of a label that a page cuts in two
        if alike >= NEAR and not (short or is_piece or names[1].isdecimal()):
            said.add(names[0])
            reading.doubt("import-label-other", cell.place, (), label=words, expected=expected)


def _labels(grid: Grid, layout: Layout) -> Iterator[Cell]:
    """Yield the cells to the left of the figures, and those above more than one column."""
    first = label_columns(grid, layout)
    for cell in grid.cells:
        if layout.is_list or cell.column < first or cell.columns > 1:
            yield cell


def _texts(details: Iterable[object]) -> Iterator[str]:
    for value in details:
        yield from value if isinstance(value, list) else [str(value)]
