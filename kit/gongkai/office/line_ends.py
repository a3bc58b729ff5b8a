"""Where the lines of a title, a head or a narrow label end: between words, equally long."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import pairwise

BREAK = "\u200b"  # where a line may end that is too long: a zero-width space
# Between words, and after a number or a clause.
SEAM = re.compile(f"{BREAK}|(?<=[），、；：])(?![），、；：]|$)")
STEP = 0.5  # characters


def line_ends(words: str, width: float) -> set[int]:
    """Return where lines of at most so many Chinese characters begin: as few as can be.

    There is none where the words have room in one line, and where one of them has none.
    """
    seams = [found.end() for found in SEAM.finditer(words)]
    pieces = [words[begin:end] for begin, end in pairwise([0, *seams, len(words)])]
    longest = max(map(letters, pieces))
    if letters(words) <= width or longest > width:
        return set()
    fewest = len(_filled(pieces, width))
    while longest <= width - STEP and len(_filled(pieces, width - STEP)) == fewest:
        width -= STEP
    return _filled(pieces, width)


def ended(words: str, ends: Container[int], begin: int = 0) -> str:
    """Return words with a line end before each of these places, and no seams.

    `begin` is the place of the first character.
    """
    marked = ("\n" * (at in ends) + letter for at, letter in enumerate(words, begin))
    return "".join(marked).replace(BREAK, "")


def letters(text: str) -> float:
    """Return how many Chinese characters a text is as wide as: a digit is half of one."""
    return sum(0.5 if letter.isascii() else 1 for letter in text if letter != BREAK)


def _filled(pieces: list[str], width: float) -> set[int]:
    """Return where lines begin that take in pieces as long as there is room."""
    begins, at, line = set(), 0, 0.0
    for piece in pieces:
        line += letters(piece)
        if line > width and at:
            begins.add(at)
            line = letters(piece)
        at += len(piece)
    return begins
