"""What the kit's workbooks have in common: sizes, page layout, formats, sheets written by boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from gongkai.office.printed import Box

A4 = 9  # the code for this paper size in a workbook
DAY_ONE = datetime(2000, 1, 1)  # fixed, so that the bytes are reproducible
LINE = 15.0  # points
HEADING_SIZE = 14  # points; only titles have this size
FORM_FONT = "宋体"  # as the official form is printed
FORM_LETTER = 10.5  # points


def lines_of(text: str, width: float) -> int:
    """Return the number of lines of a text in a column; a Chinese character counts as two."""
    taken = sum(2 if character > "\u2e7f" else 1 for character in text)
    return max(1, -(-taken // max(int(width) - 1, 1)))


def set_widths(sheet: Any, widths: Iterable[float]) -> None:
    """Set the widths of the columns, from the first on."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def set_height(sheet: Any, row: int, texts: Sequence[str], widths: Sequence[int]) -> None:
    """Set the height of a row to fit its texts: LibreOffice does not adjust it."""
    sheet.set_row(row, LINE * max(map(lines_of, texts, widths)))


def print_on_a4(sheet: Any, *, landscape: bool = False, pages: int = 0) -> None:
    """Fit a sheet to the width of a page, and to a number of pages; 0 for as many as needed."""
    sheet.set_paper(A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, pages)


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def __call__(self, **properties: object) -> Any:
        """Return a format: the usual one with some changes."""
        usual = {
            "font_name": FORM_FONT,
            "font_size": FORM_LETTER,
            "text_wrap": True,
            "valign": "vcenter",
        }
        whole = {**usual, **properties}
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]


class Canvas:
    """A sheet, and the formats of its workbook."""

    def __init__(self, book: Any, formats: Formats, name: str) -> None:
        self.book, self.formats = book, formats
        self.sheet = book.add_worksheet(name)

    def text(self, box: Box, text: str, cell_format: Any) -> None:
        """Write a text."""
        if box.rows > 1 or box.columns > 1:
            last = (box.row + box.rows - 1, box.right - 1)
            self.sheet.merge_range(box.row, box.column, *last, text, cell_format)
        else:
            self.sheet.write_string(box.row, box.column, text, cell_format)

    def figure(self, box: Box, number: Decimal | None, text: str, cell_format: Any) -> None:
        """Write a figure as a number, or as text if it is not one."""
        if box.columns > 1:
            self.sheet.merge_range(box.row, box.column, box.row, box.right - 1, "", cell_format)
        if number is not None:
            self.sheet.write_number(box.row, box.column, float(number), cell_format)
        elif text:
            self.sheet.write_string(box.row, box.column, text, cell_format)
        else:
            self.sheet.write_blank(box.row, box.column, None, cell_format)

    def formula(self, box: Box, formula: str, cell_format: Any, value: Decimal | str) -> None:
        """Write a formula with its value; a whole number is written as an integer."""
        written: float | str
        if isinstance(value, str):
            written = value
        else:
            written = int(value) if value == value.to_integral_value() else float(value)
        self.sheet.write_formula(box.row, box.column, formula, cell_format, written)

    def change_when(self, box: Box, formula: str, **properties: object) -> None:
        """Format the cells of a row differently while a formula is true."""
        look = self.book.add_format(properties)
        options = {"type": "formula", "criteria": formula, "format": look}
        self.sheet.conditional_format(box.row, box.column, box.row, box.right - 1, options)
