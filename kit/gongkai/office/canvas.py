"""Write a sheet of a workbook box by box, with merged cells and formats that are made once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gongkai.office.printed import Box

FONT = "宋体"  # as the official form is printed
LETTER = 10.5  # points


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def __call__(self, **properties: object) -> Any:
        """Return a format: the usual one with some changes."""
        usual = {"font_name": FONT, "font_size": LETTER, "text_wrap": True, "valign": "vcenter"}
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
        options = {
            "type": "formula",
            "criteria": formula,
            "format": self.book.add_format(properties),
        }
        self.sheet.conditional_format(box.row, box.column, box.row, box.right - 1, options)
