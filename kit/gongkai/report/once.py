"""Compute something of a report or a form once, and keep it on the object itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Owner = TypeVar("Owner")
Found = TypeVar("Found")


def once(read: Callable[[Owner], Found]) -> Callable[[Owner], Found]:
    """Wrap a function that would be a `cached_property` if its object were of this layer."""
    name = f"{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def kept(owner: Owner) -> Found:
        known = vars(owner)
        if name not in known:
            known[name] = read(owner)
        found: Found = known[name]
        return found

    return kept
