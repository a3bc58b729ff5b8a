"""When text is invisible: too small, or in the colour of what is behind it."""

from __future__ import annotations

import re

SMALLEST = 3.0  # points; smaller letters cannot be read
PAPER = "ffffff"
UNKNOWN = ""  # a colour that only the program that shows it could tell
_CLOSE = 16  # of 255: colours that differ by less look the same
_HEX = re.compile(r"[0-9a-f]{6}", re.IGNORECASE)


def is_close(colour: str, ground: str) -> bool:
    """Whether two colours, six hexadecimal digits each, look the same; not where one is none."""
    if not (_HEX.fullmatch(colour) and _HEX.fullmatch(ground)):
        return False
    pairs = zip(bytes.fromhex(colour), bytes.fromhex(ground), strict=True)
    return all(abs(one - other) < _CLOSE for one, other in pairs)
