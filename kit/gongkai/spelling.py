"""Guess which of the known names a misspelt one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that `name` was probably meant to be, or ''.

    Among equally similar names, the one with more letters in the right position.
    """
    close = get_close_matches(name, [str(item) for item in known])
    return max(close, key=lambda item: _likeness(name, item), default="")


def _likeness(name: str, item: str) -> tuple[float, int]:
    in_place = sum(one == other for one, other in zip(name, item, strict=False))
    return SequenceMatcher(None, item, name).ratio(), in_place
