"""Read the figures in the cells of a table, and record every doubt about them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell, Doubt, with_text
from gongkai.importing.labels import without_radicals
from gongkai.importing.tables.rows import DocumentRow
from gongkai.report.places import Place
from gongkai.text.characters import without_hidden
from gongkai.text.numbers import parse_number, without_remark

_DASHES = {"-", "--", "－", "–", "―", "─", "一"}  # the last is typed by mistake for a dash
_UNITS = re.compile(r"(?<!\s)\s*+(?:件|条|次|篇|个|人次|人|项|万元)$")
_OVERRIDE = "\u202e"  # the following text is displayed from right to left, including digits
_BLANKS = re.compile(r"\s+")
# Doubts about a column: recorded once, not for every row.
_OF_COLUMNS = {"import-column-near", "import-column-by-position", "import-cell-missing"}


def read_figure(text: str, kind: str) -> tuple[str, str]:
    """Return a cell's text as typed if it is a figure, `/` or blank; the id of a doubt, or ''.

    Spaces inside a number and a unit after it are removed, with a doubt; anything else becomes
    blank, with a doubt. So does a figure with an override character, which shows 12 as 21.
    """
    if _OVERRIDE in text:
        return "", "import-not-a-figure"
    typed = without_radicals(without_hidden(text.replace("\xa0", " "))).strip()
    if typed in _DASHES:
        return "—", "import-dash-like" if typed == "一" else ""
    if _is_figure(typed, kind) and not _BLANKS.search(without_remark(typed)[0]):
        return typed, ""
    bare = _UNITS.sub("", typed)
    if bare != typed and _is_figure(bare, kind):
        return bare, "import-unit-in-cell"
    joined = _BLANKS.sub("", bare)
    if _is_figure(joined, kind):
        return joined, "import-spaces-in-figure"
    return "", "import-not-a-figure"


def _is_figure(text: str, kind: str) -> bool:
    number, _ = without_remark(text)
    return not parse_number(number, kind)[2]


class Found(NamedTuple):
    """A cell of the form: the text for the CSV, the text as printed, and its place."""

    text: str
    printed: str
    place: Place


class ExtraRow(NamedTuple):
    """A row that the form does not have: its label, and its other texts."""

    label: str
    values: tuple[str, ...]
    place: Place


@dataclass
class Reading:
    """The content of one table: its cells by code, doubts, and rows that the form lacks."""

    cells: dict[Code, Found] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    extra: list[ExtraRow] = field(default_factory=list)

    def doubt(self, id: str, place: Place, codes: Sequence[Code], **details: object) -> None:
        """Record a doubt about some cells; one about a column only once for the whole table."""
        for number, other in enumerate(self.doubts):
            if id in _OF_COLUMNS and (other.id, other.details) == (id, details):
                self.doubts[number] = other.about((*other.codes, *codes))
                return
        self.doubts.append(Doubt(id, place, tuple(codes), **details))

    def leave_blank(self, id: str, place: Place, codes: Sequence[Code], **details: object) -> None:
        """Record that some cells are not in the document, with a doubt."""
        self.cells |= dict.fromkeys(codes, Found("", "", place))
        self.doubt(id, place, codes, **details)

    def keep(self, code: Code, cell: Cell, kind: str, row: DocumentRow) -> None:
        """Record a cell's figure; one that spans several rows or headers counts as blank."""
        printed = cell.text.strip()
        above = row.header.paths[cell.column : cell.column + cell.columns]
        if printed and (cell.rows > 1 or len(set(above)) > 1):
            self.cells[code] = Found("", printed, cell.place)
            self.doubt("import-cell-spans", cell.place, (code,), text=printed)
            return
        self.read(code, cell, kind)

    def read(self, code: Code, cell: Cell, kind: str) -> None:
        """Record a cell's figure, with a doubt if it is not one as typed."""
        printed = cell.text.strip()
        text, doubt = read_figure(cell.text, kind)
        self.cells[code] = Found(text, printed, cell.place)
        if doubt:
            self.doubt(doubt, cell.place, (code,), text=printed, read=text or "—")

    def doubt_divided(self, code: Code, beyond: Sequence[Cell | None]) -> None:
        """Leave a figure blank if there are digits beyond the last header: it may end there.

        As in a CSV in which the comma of 1,259 separates two cells.
        """
        rest = [cell.text.strip() for cell in with_text(beyond)]
        found = self.cells[code]
        if found.printed and any(map(str.isdecimal, "".join(rest))):
            self.cells[code] = found._replace(text="")
            self.doubt("import-figure-divided", found.place, (code,), text=found.printed, rest=rest)
