"""Detect repeated tables, such as a blank form in an annex."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gongkai.importing.blocks import Grid
from gongkai.importing.labels import bare, key
from gongkai.importing.tables.layout import Layout

_FIGURE = re.compile(r"[0-9０-９.,，\s]+")
_FEWEST = 3  # labels that two tables have to share before one counts as a copy of the other


class Copies(NamedTuple):
    """Tables that repeat others: those with figures of their own, and blank ones."""

    filled: list[Grid]
    blank: list[Grid]


def apart_from_copies(layout: Layout, grids: Sequence[Grid]) -> tuple[list[Grid], Copies]:
    """Return the tables, and separately those that repeat the rows of others.

    A table with figures is preferred to a blank one, and otherwise the first one.
    """
    labels = layout.known or layout.headers
    seen: set[str] = set()
    filled = []
    for grid in filter(_has_figures, grids):
        own = _labels(grid) & labels
        if _is_copy(own, seen):
            filled.append(grid)
        else:
            seen |= own
    blank = [
        grid
        for grid in grids
        # Headers alone may begin a table that continues, and repeats them, on the next page.
        if layout.known and not _has_figures(grid) and _is_copy(_labels(grid) & labels, seen)
    ]
    again = {id(grid) for grid in (*filled, *blank)}
    return [grid for grid in grids if id(grid) not in again], Copies(filled, blank)


def _is_copy(own: set[str], seen: set[str]) -> bool:
    """Whether most labels of a table are among those of the tables before it."""
    return len(own) >= _FEWEST and 5 * len(own & seen) >= 4 * len(own)


def _labels(grid: Grid) -> set[str]:
    return {form_of(cell.text) for cell in grid.cells for form_of in (key, bare)}


def _has_figures(grid: Grid) -> bool:
    return any(_FIGURE.fullmatch(cell.text.strip()) for cell in grid.cells)
