"""Find painted-over text on a page of a PDF: some editors cover text and type it again."""

from __future__ import annotations

from bisect import bisect
from typing import Any

from gongkai.errors import KitError, Problem

_BACKGROUND = 0.4  # of a page's area: anything larger is a background, or transparent
_MOST_PAIRS = 5_000_000  # of characters and areas at one height; a report's page has hundreds


def covered(page: Any) -> set[int]:
    """Return the ids of characters covered by a filled area or a picture that was painted later.

    `Device` has tagged each object with its index in the order of painting. Raises KitError if
    there are too many pairs.
    """
    chars = sorted(page.chars, key=middle_of)
    heights = [middle_of(char) for char in chars]
    first = min((char["tag"] for char in chars), default=0)
    left = _MOST_PAIRS
    hidden = set()
    for area in _opaque(page, first):
        below = chars[bisect(heights, area["top"]) : bisect(heights, area["bottom"])]
        left -= len(below)
        if left < 0:
            raise KitError(Problem("import-page-too-full", page=page.page_number))
        for char in below:
            across = area["x0"] < (char["x0"] + char["x1"]) / 2 < area["x1"]
            if across and char["tag"] < area["tag"]:
                hidden.add(id(char))
    return hidden


def middle_of(item: Any) -> float:
    """Return the height of the middle of a character or a word."""
    return float(item["top"] + item["bottom"]) / 2


def _opaque(page: Any, first: int) -> list[Any]:
    """Return the areas painted after the first character, without backgrounds."""
    most = _BACKGROUND * float(page.width) * float(page.height)
    filled = [*(item for item in page.rects if item.get("fill")), *page.images]
    later = [item for item in filled if item["tag"] > first]
    return [item for item in later if float(item["width"]) * float(item["height"]) < most]
