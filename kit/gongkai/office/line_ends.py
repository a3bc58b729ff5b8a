"""Break the lines of a title, a header or a narrow label: between words, at similar lengths."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import pairwise

BREAK = "\u200b"  # zero-width space, where a long line may break
# Between words, and after a number or a clause.
SEAM = re.compile(f"{BREAK}|(?<=[），、；：])(?![），、；：]|$)")
STEP = 0.5  # characters


def line_ends(words: str, width: float) -> set[int]:
    """Return where lines of at most `width` Chinese characters begin, as few as possible.

    There are none if the words fit in one line, or a single one of them does not fit.
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
    """Return words with a line break at each position in `ends`, and without seams.

    `begin` is the position of the first character.
    """
    marked = ("\n" * (at in ends) + letter for at, letter in enumerate(words, begin))
    return "".join(marked).replace(BREAK, "")


def letters(text: str) -> float:
    """Return the width of a text in Chinese characters; an ASCII character counts half."""
    return sum(0.5 if letter.isascii() else 1 for letter in text if letter != BREAK)


def _filled(pieces: list[str], width: float) -> set[int]:
    """Return where lines begin if each is filled with as many pieces as fit."""
    begins, at, line = set(), 0, 0.0
    for piece in pieces:
        line += letters(piece)
        if line > width and at:
            begins.add(at)
            line = letters(piece)
        at += len(piece)
    return begins
