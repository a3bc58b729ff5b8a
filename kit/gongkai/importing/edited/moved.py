"""Pair sentences that were removed with those typed elsewhere that are nearly the same."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from difflib import SequenceMatcher
from typing import TypeVar

_FIGURE = re.compile(r"[0-9][0-9.,]*+")
_ALIKE = 0.8  # of the words without figures, from 0 to 1

Key = TypeVar("Key", bound=Hashable)


def moved_pairs(removed: Mapping[Key, str], typed: Mapping[Key, str]) -> list[tuple[Key, Key]]:
    """Return the pairs of removed and typed sentences that differ in figures and little else.

    Both are given by their words. Each sentence is in one pair at most, with the most similar.
    """
    free = {key: _FIGURE.sub("0", words) for key, words in typed.items()}
    pairs = []
    for key, words in removed.items():
        bare = _FIGURE.sub("0", words)
        likeness = {other: _likeness(bare, there) for other, there in free.items()}
        best = max(likeness, key=likeness.__getitem__, default=None)
        if best is not None and likeness[best] >= _ALIKE:
            pairs.append((key, best))
            del free[best]
    return pairs


def _likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1; 0 if they cannot be alike enough."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()
