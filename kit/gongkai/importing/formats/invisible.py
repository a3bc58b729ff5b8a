"""Detect text that is invisible (too small, or in the colour of its background) or reversed."""

from __future__ import annotations

import re

SMALLEST = 3.0  # points; smaller letters cannot be read
PAPER = "ffffff"
OVERRIDE = "\u202e"  # stands for an element whose text, digits too, is shown from right to left
UNKNOWN = ""  # a colour that only the displaying program knows
_CLOSE = 16  # of 255: colours that differ by less look the same
_HEX = re.compile(r"[0-9a-f]{6}", re.IGNORECASE)


def is_close(colour: str, ground: str) -> bool:
    """Whether two colours of six hexadecimal digits look the same; False if either is not one."""
    if not (_HEX.fullmatch(colour) and _HEX.fullmatch(ground)):
        return False
    pairs = zip(bytes.fromhex(colour), bytes.fromhex(ground), strict=True)
    return all(abs(one - other) < _CLOSE for one, other in pairs)
