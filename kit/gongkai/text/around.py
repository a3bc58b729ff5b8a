"""Recognise what stands at a place of a text by the words right before and right after it."""

from __future__ import annotations

import re
from typing import NamedTuple

FAR = 420  # characters before a place in which words that end there are looked for


def ending(
    pattern: re.Pattern[str], text: str, at: int, *, first: int = 0, far: int = FAR
) -> re.Match[str] | None:
    """Return what a pattern that ends with `$` matches right before a place, from `first` on."""
    return pattern.search(text, max(first, at - far), at)


class Around(NamedTuple):
    """What has to stand right before, and right after, a place."""

    before: re.Pattern[str]
    after: re.Pattern[str]

    def fits(self, text: str, start: int, end: int) -> bool:
        """Whether the words around a stretch of a text are these."""
        return bool(ending(self.before, text, start) and self.after.match(text, end))


def around(before: str = "", after: str = "") -> Around:
    """Return what has to stand around a place; without `before` or `after`, anything may."""
    return Around(re.compile(f"(?:{before})$"), re.compile(after))


def blanked(found: re.Match[str]) -> str:
    """Return as many blanks as a match has characters, to put in its place."""
    return " " * len(found[0])
