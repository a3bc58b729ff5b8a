"""What was read of a table of a document: the figure of each cell of the form, and every doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell, Doubt
from gongkai.importing.tables.figures import read_figure
from gongkai.importing.tables.rows import Row
from gongkai.report.places import Place

# Doubts about a column: the same one in every row is noted once.
_OF_COLUMNS = {"import-column-near", "import-column-by-position", "import-cell-missing"}


class Found(NamedTuple):
    """A cell of the form: the text that is written down, as it was printed, and where."""

    text: str
    printed: str
    place: Place


@dataclass
class Reading:
    """What was read of one table: its cells by code, its doubts, and rows that the form lacks."""

    cells: dict[Code, Found] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    extra: list[tuple[str, tuple[str, ...], Place]] = field(default_factory=list)

    def doubt(self, id: str, place: Place, codes: Sequence[Code], **details: object) -> None:
        """Note a doubt about some cells; of columns once a table, however many rows there are."""
        for number, other in enumerate(self.doubts):
            if id in _OF_COLUMNS and (other.id, other.details) == (id, details):
                self.doubts[number] = other.about((*other.codes, *codes))
                return
        self.doubts.append(Doubt(id, place, tuple(codes), **details))

    def keep(self, code: Code, cell: Cell, kind: str, row: Row) -> None:
        """Keep a cell's figure; that of a cell across several rows or columns is left out."""
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
    """Whether a cell is below several headers."""
    paths = row.header.paths[cell.column : cell.column + cell.columns]
    return len(set(paths)) > 1
