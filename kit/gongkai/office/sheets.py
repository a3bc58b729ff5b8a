"""Common settings of the kit's workbooks: row heights, page layout, a fixed date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

A4 = 9  # the code for this paper size in a workbook
DAY_ONE = datetime(2000, 1, 1)  # fixed, so that the bytes are reproducible
LINE = 15.0  # points
HEADING_SIZE = 14  # points; only titles have this size


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
