"""The result of reading a table: the figure of each cell of the form, and all doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell, Doubt
from gongkai.importing.tables.figures import read_figure
from gongkai.importing.tables.rows import Row
from gongkai.report.places import Place

# Doubts about a column: recorded once, not for every row.
_OF_COLUMNS = {"import-column-near", "import-column-by-position", "import-cell-missing"}


class Found(NamedTuple):
    """A cell of the form: the text for the CSV, the text as printed, and its place."""

    text: str
    printed: str
    place: Place


@dataclass
class Reading:
    """The content of one table: its cells by code, doubts, and rows that the form lacks."""

    cells: dict[Code, Found] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    extra: list[tuple[str, tuple[str, ...], Place]] = field(default_factory=list)

    def doubt(self, id: str, place: Place, codes: Sequence[Code], **details: object) -> None:
        """Record a doubt about some cells; one about a column only once for the whole table."""
        for number, other in enumerate(self.doubts):
            if id in _OF_COLUMNS and (other.id, other.details) == (id, details):
                self.doubts[number] = other.about((*other.codes, *codes))
                return
        self.doubts.append(Doubt(id, place, tuple(codes), **details))

    def keep(self, code: Code, cell: Cell, kind: str, row: Row) -> None:
        """Record a cell's figure; a cell that spans several rows or columns counts as blank."""
        printed = cell.text.strip()
        shared = cell.rows > 1 or _is_over_others(cell, row)
        if printed and shared:
            self.cells[code] = Found("", printed, cell.place)
            self.doubt("import-cell-spans", cell.place, (code,), text=printed)
            return
        text, doubt = read_figure(cell.text, kind)
        self.cells[code] = Found(text, printed, cell.place)
        if doubt:
            self.doubt(doubt, cell.place, (code,), text=printed, read=text or "—")


def _is_over_others(cell: Cell, row: Row) -> bool:
    """Whether a cell spans columns with different headers."""
    paths = row.header.paths[cell.column : cell.column + cell.columns]
    return len(set(paths)) > 1
