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
    last = 0  # the index of the last item that is not a note
    for item in items:
        note = _NOTE.fullmatch(item.text.strip()) if isinstance(item, Paragraph) else None
        table = found[last] if note and found else None
        annotated = _annotated(table, note) if note and isinstance(table, Assigned) else None
        if annotated:
            found[last] = annotated
            continue
        if not note:
            last = len(found)
        found.append(item)
    return found


def _annotated(table: Assigned, note: re.Match[str]) -> Assigned | None:
    """Return a table with a note in the cells that refer to it; None if there are none."""
    number, words = note.groups()
    cells = tuple(
        replace(cell, text=f"{found[1]}（{words.strip()}）")
        if (found := _REFERS.fullmatch(cell.text.strip())) and found[2] == number
        else cell
        for cell in table.grid.cells
    )
    grid = replace(table.grid, cells=cells)
    return table._replace(grid=grid) if grid != table.grid else None
