"""Find what can be seen on a page of a PDF: letters may be white, tiny, unpainted or covered.

Some editors paint over text and type it again.
"""

from __future__ import annotations

from bisect import bisect
from typing import Any

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Doubt
from gongkai.importing.formats.invisible import SMALLEST
from gongkai.importing.formats.pdf_characters import Box, box_of, lines_of, middle_of
from gongkai.importing.lines import shortened
from gongkai.report.places import Place

UNPAINTED = "unpainted"  # the colour of letters that are there to be searched, not to be seen
# If a larger share of the letters is not painted, they are the text layer of a scan (OCR).
_TEXT_LAYER = 0.5
_PALE = 0.06  # of full brightness: colours that differ by less look the same
_BACKGROUND = 0.4  # of a page's area: anything larger is a background, or transparent
_MOST_PAIRS = 5_000_000  # of characters and areas at one height; a report's page has hundreds


def visible_of(page: Any) -> tuple[list[Any], list[Doubt]]:
    """Return the characters of a page that can be seen, and doubts about the others.

    Where most are not painted, the page is a picture with a layer of recognised text: all
    are kept, with one doubt.
    """
    place = Place(page=page.page_number)
    hidden = _covered(page)
    over = [char for char in page.chars if id(char) in hidden]
    # Characters printed repeatedly for bold type count once, covered ones not at all.
    shown = page.filter(lambda item: id(item) not in hidden).dedupe_chars().chars
    chars: list[Any] = [*over, *shown]
    unpainted = [char for char in chars if char["non_stroking_color"] == (UNPAINTED,)]
    if unpainted and len(unpainted) > _TEXT_LAYER * len(chars):
        return chars, [Doubt("import-text-layer", place)]
    unseen = hidden | {id(char) for char in unpainted}
    unseen |= {id(char) for char in chars if char["size"] < SMALLEST}
    white = [char for char in chars if _is_white(char["non_stroking_color"])]
    dark = _dark_areas(page) if white else []
    unseen |= {id(char) for char in white if box_of(char, dark) is None}
    invisible = [char for char in chars if id(char) in unseen and char["text"].strip()]
    visible = [char for char in chars if id(char) not in unseen]
    doubts = []
    for words in lines_of(invisible):
        whole = _line_beside(words, invisible, visible)
        about = {"text": shortened(words), "whole": shortened(whole)}
        doubts.append(Doubt("import-invisible", place, **about))
    return visible, doubts


def _covered(page: Any) -> set[int]:
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


def _opaque(page: Any, first: int) -> list[Any]:
    """Return the areas painted after the first character, without backgrounds."""
    most = _BACKGROUND * float(page.width) * float(page.height)
    filled = [*(item for item in page.rects if item.get("fill")), *page.images]
    later = [item for item in filled if item["tag"] > first]
    return [item for item in later if float(item["width"]) * float(item["height"]) < most]


def _is_white(colour: Any) -> bool:
    """Whether a colour is that of paper; in grey and RGB 1 is white, in CMYK it is 0."""
    levels = [level for level in colour or () if isinstance(level, int | float)]
    if len(levels) == 4:
        return max(levels) < _PALE
    return bool(levels) and min(levels) > 1 - _PALE


def _dark_areas(page: Any) -> list[Box]:
    """Return the areas of a page on which white letters can be seen."""
    filled = [item for item in (*page.rects, *page.curves) if item.get("fill")]
    dark = [item for item in filled if not _is_white(item["non_stroking_color"])]
    return [(item["x0"], item["top"], item["x1"], item["bottom"]) for item in [*dark, *page.images]]


def _line_beside(words: str, invisible: list[Any], visible: list[Any]) -> str:
    """Return the visible text on the line of some invisible words, or the words themselves."""
    start = words.strip()[0]  # of a ligature, or of a radical that is another character now
    first = next((char for char in invisible if start in char["text"]), invisible[0])
    middle = middle_of(first)
    line = [char for char in visible if char["top"] <= middle <= char["bottom"]]
    return "".join(lines_of(line)) or words
