"""Find names in texts, also in texts that still have placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

_FIGURE = re.compile("[0-9.,%/—+-]")
_BLANK = re.compile(r"\s")
_KEY = 2  # first characters of a name, by which names are looked up
_PLACEHOLDER = re.compile(r"\{\{\s*+(v|share)?[^{}]*+\}\}")
_STRIPS = re.compile(r"\{\{[-+]|[-+]\}\}")  # Jinja's marks for stripping blanks


class NameIndex:
    """Names that are looked up in texts."""

    def __init__(self, names: Iterable[str]) -> None:
        self._places = {name: place for place, name in enumerate(dict.fromkeys(names))}

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        lengths: dict[str, set[int]] = {}
        for name in self._places:
            lengths.setdefault(name[:_KEY], set()).add(len(name))
        return {key: sorted(found) for key, found in lengths.items()}

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        """A pattern for the first characters of names."""
        characters = {name[0] for name in self._places}
        return re.compile(f"[{re.escape(''.join(sorted(characters)))}]" if characters else "(?!)")

    def mentioned(self, text: str) -> list[str]:
        """Return the names that a text contains, in the order in which they were given.

        Takes one lookup per position in the text, however many names there are.
        """
        places, lengths = self._places, self._lengths
        found = set()
        for start in (beginning.start() for beginning in self._beginnings.finditer(text)):
            for length in lengths.get(text[start : start + _KEY], ()):
                name = text[start : start + length]
                longer = name.endswith("部") and text.startswith("门", start + length)
                if name in places and not longer:  # 水利部门 does not mean 水利部
                    found.add(name)
        return sorted(found, key=places.__getitem__)

    def may_be_filled_in(self, text: str) -> bool:
        """Whether filled-in text could form a name together with the words next to it.

        `text` still has its placeholders. Figures have no characters of names, but may be blank.
        """
        found = list(_PLACEHOLDER.finditer(text))
        if not len(found) == text.count("{{") == text.count("}}") or _STRIPS.search(text):
            return True
        if not found:
            return False
        ends = [following.start() for following in found[1:]] + [len(text)]
        return any(
            self._touches_figure(text, *here.span())
            if here[1]
            else self._touches_fact(text, *here.span(), end)
            for here, end in zip(found, ends, strict=True)
        )

    def _touches_figure(self, text: str, start: int, end: int) -> bool:
        """Whether the words around a figure could form a name if the figure is blank."""
        if self.figured or text.startswith("{{", end):
            return True
        after = text[end : end + 1]
        return after in self._characters and self._begins(
            text[max(0, start - self._longest) : start], after
        )

    def _touches_fact(self, text: str, start: int, end: int, following: int) -> bool:
        """Whether a name could begin before a fact, end after it, or extend to the next one."""
        if text[start - 1 : start] in self._characters and self._begins(
            text[max(0, start - self._longest) : start]
        ):
            return True
        if text[end : end + 1] not in self._characters:
            return text.startswith("{{", end)
        after = text[end : end + self._longest]
        if any(after[:size] in self._pieces.ends for size in range(1, len(after) + 1)):
            return True
        return following - end <= self._longest and text[end:following] in self._pieces.all

    def _begins(self, before: str, after: str = "") -> bool:
        """Whether the end of `before`, followed by `after`, is the beginning of a name."""
        sizes = range(1, min(self._longest, len(before)) + 1)
        return any(before[-size:] + after in self._pieces.beginnings for size in sizes)

    @cached_property
    def _characters(self) -> set[str]:
        return {char for name in self._places for char in name}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._places), default=0)

    @cached_property
    def figured(self) -> bool:
        """Whether a name has a character that can occur in a figure."""
        return any(_FIGURE.search(name) for name in self._places)

    @cached_property
    def has_blanks(self) -> bool:
        """Whether a name has a blank, which YAML can make from the end of a line."""
        return any(_BLANK.search(name) for name in self._places)

    @cached_property
    def _pieces(self) -> _Pieces:
        names = self._places
        return _Pieces(
            {name[:size] for name in names for size in range(1, len(name) + 1)},
            {name[-size:] for name in names for size in range(1, len(name) + 1)},
            "\n".join(names),
        )


class _Pieces(NamedTuple):
    """All beginnings and ends of names, including whole names, and all names in one text."""

    beginnings: set[str]
    ends: set[str]
    all: str
