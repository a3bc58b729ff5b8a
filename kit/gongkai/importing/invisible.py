"""Invisible text of a page: too small, moved away, or in the colour of its ground."""

from __future__ import annotations

import re
from typing import Any

SMALLEST = 3.0  # points; smaller letters cannot be read
PAPER = "ffffff"
UNKNOWN = ""  # a colour that only a browser could tell
_TRANSPARENT = "transparent"
_CLOSE = 16  # of 255: colours that differ by less look the same
_HEX = re.compile(r"[0-9a-f]{6}", re.IGNORECASE)
_AWAY = re.compile(
    r"(?<![\w-])(?:opacity\s*:\s*0*\.?0+(?![\d.])|(?:left|top|text-indent)\s*:\s*-\d{3})"
)
_SIZE = re.compile(r"(?<![\w-])font(?:-size)?\s*:\s*(\d*\.?\d+)\s*(px|pt|r?em|%)?(?![\w.])")
_POINTS = {"px": 0.75, "pt": 1.0, "em": 12.0, "rem": 12.0, "%": 0.12, None: 12.0}
_COLOUR = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)")
_GROUND = re.compile(r"(?<![\w-])background(?:-color)?\s*:\s*([^;!]+)")
_NAMES = {"white": PAPER, "snow": "fffafa", "ivory": "fffff0", "black": "000000"}
_NUMBERS = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,/]*(0?\.?\d*)%?\s*\)")


def is_close(colour: str, ground: str) -> bool:
    """Whether two colours, six hexadecimal digits each, look the same; not where one is none."""
    if not (_HEX.fullmatch(colour) and _HEX.fullmatch(ground)):
        return False
    pairs = zip(bytes.fromhex(colour), bytes.fromhex(ground), strict=True)
    return all(abs(one - other) < _CLOSE for one, other in pairs)


def is_invisible(element: Any) -> bool:
    """Whether the text of an element of a page is invisible, by what the element says itself.

    Not where something in it has a look of its own, or a style sheet may colour the ground.
    """
    look = (element.get("style") or "").lower()
    if not look and not element.get("color"):
        return False
    size = _SIZE.search(look)
    unseen = bool(_AWAY.search(look)) or (
        size is not None and float(size[1]) * _POINTS[size[2]] < SMALLEST
    )
    if not unseen:
        said = _COLOUR.search(look)
        colour = _colour(said[1] if said else element.get("color") or "")
        unseen = colour == _TRANSPARENT or (
            colour != UNKNOWN and is_close(colour, _ground(element))
        )
    return unseen and not any(
        inner.get("style") or inner.get("class") or inner.get("color")
        for inner in element.iterdescendants()
    )


def _colour(said: str) -> str:
    """Return a colour of CSS as six digits, `transparent`, or UNKNOWN."""
    word = said.strip().lower()
    if numbers := _NUMBERS.fullmatch(word):
        digits = "".join(f"{min(int(part), 255):02x}" for part in numbers.groups()[:3])
        return _TRANSPARENT if numbers[4] and float(f"0{numbers[4]}0") == 0 else digits
    if word[:1] == "#" and len(word) in (4, 5):
        word = "#" + "".join(2 * digit for digit in word[1:])
    if word[:1] == "#" and len(word) in (7, 9):
        return _TRANSPARENT if word[7:] == "00" else word[1:7]
    return word if word == _TRANSPARENT else _NAMES.get(word, UNKNOWN)


def _ground(element: Any) -> str:
    """Return the colour behind an element: what is said closest to it, else the paper's.

    UNKNOWN where a class may say another, unless other text of the same line stands there.
    """
    classes = False
    for around in (element, *element.iterancestors()):
        said = _GROUND.search((around.get("style") or "").lower())
        if said or around.get("bgcolor"):
            colour = _colour(said[1] if said else around.get("bgcolor"))
            if colour != _TRANSPARENT:
                return colour
        classes = classes or bool(around.get("class"))
    return PAPER if not classes or _is_among_text(element) else UNKNOWN


def _is_among_text(element: Any) -> bool:
    """Whether other text, in whichever colour the page has, stands beside an element."""
    parent = element.getparent()
    beside = [parent.text, *(child.tail for child in parent)] if parent is not None else []
    return any(text and text.strip() for text in beside)
