"""What is painted over on a page of a PDF: corrections by an editor that covers and types anew."""

from __future__ import annotations

from bisect import bisect
from typing import Any

from gongkai.errors import KitError, Problem

_BACKGROUND = 0.4  # of a page's area: what is larger is a background, or can be seen through
_MOST_PAIRS = 5_000_000  # of characters and areas at their height; a report's page has some hundred


def covered(page: Any) -> set[int]:
    """Return the ids of the characters that a filled area or a picture was painted over.

    `Device` has tagged each object with its place in the order of painting. Raises KitError if
    there are too many.
    """
    chars = sorted(page.chars, key=_middle)
    heights = [_middle(char) for char in chars]
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


def _middle(char: Any) -> float:
    return float(char["top"] + char["bottom"]) / 2


def _opaque(page: Any, first: int) -> list[Any]:
    """Return the areas painted after the first character; none as large as a background."""
    most = _BACKGROUND * float(page.width) * float(page.height)
    filled = [*(item for item in page.rects if item.get("fill")), *page.images]
    later = [item for item in filled if item["tag"] > first]
    return [item for item in later if float(item["width"]) * float(item["height"]) < most]
