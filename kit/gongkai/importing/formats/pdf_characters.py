"""The text of characters on a page of a PDF, and the boxes that they are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pdfplumber.utils.text import extract_text

from gongkai.importing.labels import without_radicals

Box = tuple[float, float, float, float]  # left, top, right and bottom, in points


def text_of(chars: list[Any]) -> str:
    """Return the text of a cell's characters, line by line; '' if there are none."""
    if not chars:
        return ""
    upright = [char for char in chars if char["upright"]] or chars
    return without_radicals(str(extract_text(upright, x_tolerance=2)))


def lines_of(chars: list[Any]) -> list[str]:
    """Return the lines of some characters as text."""
    return without_radicals(str(extract_text(chars, x_tolerance=2))).split("\n") if chars else []


def middle_of(item: Any) -> float:
    """Return the height of the middle of a character or a word."""
    return float(item["top"] + item["bottom"]) / 2


def in_boxes(chars: list[Any], boxes: Sequence[Box]) -> list[tuple[Any, int]]:
    """Return the characters whose middle is in a box, each with the index of its box."""
    found = ((char, box_of(char, boxes)) for char in chars)
    return [(char, index) for char, index in found if index is not None]


def by_box(inside: Iterable[tuple[Any, int]], boxes: Sequence[Box]) -> list[list[Any]]:
    """Return the characters of each box, in the order given."""
    found: list[list[Any]] = [[] for _ in boxes]
    for char, index in inside:
        found[index].append(char)
    return found


def box_of(item: Any, boxes: Sequence[Box]) -> int | None:
    """Return the index of the box that contains the middle of a character or a picture."""
    return box_at((item["x0"] + item["x1"]) / 2, middle_of(item), boxes)


def box_at(x: float, y: float, boxes: Sequence[Box]) -> int | None:
    """Return the index of the box that contains a point; None where none does."""
    for index, (left, top, right, bottom) in enumerate(boxes):
        if left <= x < right and top <= y < bottom:
            return index
    return None
