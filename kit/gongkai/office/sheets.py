"""What every workbook of the kit needs: heights for its texts, a page to print on, no date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

A4 = 9  # in the numbers that a workbook has for sizes of paper
DAY_ONE = datetime(2000, 1, 1)  # the file does not say when it was made
LINE = 15.0  # points


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of a width: a character of ours counts two."""
    taken = sum(2 if character > "\u2e7f" else 1 for character in text)
    return max(1, -(-taken // max(int(width) - 1, 1)))


def set_height(sheet: Any, row: int, texts: Sequence[str], widths: Sequence[int]) -> None:
    """Give a row the height that its texts need: LibreOffice does not look for it."""
    sheet.set_row(row, LINE * max(map(lines_of, texts, widths)))


def print_on_a4(sheet: Any, *, landscape: bool = False, pages: int = 0) -> None:
    """Let a sheet be as wide as a page, on so many of them; 0 for as many as it takes."""
    sheet.set_paper(A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, pages)
