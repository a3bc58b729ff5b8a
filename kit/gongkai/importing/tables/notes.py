"""Move notes below a table (注1：其中修订16件) into the cells that refer to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gongkai.importing.blocks import Paragraph
from gongkai.importing.tables.assign import Assigned, Item

_NOTE = re.compile(r"注\s*([0-9]{1,2})\s*[:：]\s*(.+)")
_REFERS = re.compile(r"(.*?[0-9])\s*注\s*([0-9]{1,2})", re.DOTALL)


def with_notes(items: Sequence[Item]) -> list[Item]:
    """Return the items with each note moved into the cells that refer to it, if there are any."""
    found: list[Item] = []
    for item in items:
        note = _NOTE.fullmatch(item.text.strip()) if isinstance(item, Paragraph) else None
        table = _last_table(found) if note else None
        if note and table is not None and _refers(found[table], note[1]):
            found[table] = _annotated(found[table], note[1], note[2])
        else:
            found.append(item)
    return found


def _last_table(items: list[Item]) -> int | None:
    """Return the index of the last table if only notes follow it, else None."""
    for number in range(len(items) - 1, -1, -1):
        if isinstance(items[number], Assigned):
            return number
        item = items[number]
        if not (isinstance(item, Paragraph) and _NOTE.fullmatch(item.text.strip())):
            return None
    return None


def _refers(item: Item, number: str) -> bool:
    return isinstance(item, Assigned) and any(
        (found := _REFERS.fullmatch(cell.text.strip())) and found[2] == number
        for cell in item.grid.cells
    )


def _annotated(item: Item, number: str, words: str) -> Item:
    if not isinstance(item, Assigned):
        return item
    cells = tuple(
        replace(cell, text=f"{found[1]}（{words.strip()}）")
        if (found := _REFERS.fullmatch(cell.text.strip())) and found[2] == number
        else cell
        for cell in item.grid.cells
    )
    return item._replace(grid=replace(item.grid, cells=cells))
