"""Places in documents that reports were imported from."""

from __future__ import annotations

from string import ascii_uppercase
from typing import NamedTuple

from gongkai.errors import Problem


class Place(NamedTuple):
    """Where something is in a document; fields that do not apply to a format are 0 or ''.

    `page`, `table`, `row`, `column`, `line` and `paragraph` are counted from 1; `cell` is the
    address in a spreadsheet, such as `Sheet1!E12`.
    """

    page: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    line: int = 0
    paragraph: int = 0
    cell: str = ""

    def __str__(self) -> str:
        """Return the place as stored in a source file: `p. 4, table 1, row 7, column 6`."""
        if self.cell:
            return self.cell
        steps = [f"p. {self.page}"] if self.page else []
        for name in ("table", "row", "column", "line", "paragraph"):
            number = getattr(self, name)
            steps += [f"{name} {number}"] if number else []
        return ", ".join(steps) or "document"

    def covers(self, other: Place) -> bool:
        """Whether another place equals this cell, or is in this row or column."""
        if not self.cell:
            return bool(self.row) and self == (other if self.column else other._replace(column=0))
        sheet, _, name = self.cell.rpartition("!")
        first, _, last = name.partition(":")
        if first != last:
            return self == other
        of, _, cell = other.cell.rpartition("!")
        return sheet == of and first in (cell.rstrip("0123456789"), cell.lstrip(ascii_uppercase))

    def said(self) -> Problem | str:
        """Return the place for a message, in the user's language."""
        if self.cell:
            return self.cell
        return Problem(self._kind(), **self._asdict())

    def _kind(self) -> str:
        """Return the id of the message for the place."""
        if self.table and self.page:
            return "at-page-table-cell" if self.row else "at-page-table"
        if self.table:
            return "at-table-cell" if self.row else "at-table"
        if self.line:
            return "at-page-line" if self.page else "at-line"
        if self.paragraph:
            return "at-paragraph"
        return "at-page" if self.page else "at-document"


def parse_place(text: str) -> Place:
    """Return the place written by `str(place)`; anything else is an address in a spreadsheet."""
    if text == "document":
        return Place()
    steps: dict[str, int] = {}
    for step in text.split(", "):
        name, _, number = step.rpartition(" ")
        if not number.isdecimal() or (name != "p." and name not in Place._fields):
            return Place(cell=text)
        steps["page" if name == "p." else name] = int(number)
    return Place(**steps)  # type: ignore[arg-type]
