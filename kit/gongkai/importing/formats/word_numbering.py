"""Compute Word's automatic paragraph numbers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from docx.oxml.ns import qn

from gongkai.importing.formats.word_xml import number_of, path_of, value_of

_LEVEL = re.compile(r"%([1-9])")  # stands for a level of a list in the text of its numbers
_NUMBERED = path_of("w:pPr/w:numPr")
_DIGITS = "零一二三四五六七八九"


class _Level(NamedTuple):
    """A level of a list: the list that counts it, the text and format of its numbers, its start.

    `restart` is the number at which one use of the list begins anew, or None to continue.
    """

    counter: str
    text: str
    form: str
    start: int
    restart: int | None


class Numbering:
    """Word's automatic paragraph numbers: 一、 （一） 1.

    Lists that share a definition continue each other's numbers (ECMA-376-1, 17.9.15), unless one
    overrides the start (17.9.27).
    """

    def __init__(self, document: Any) -> None:
        self.levels: dict[tuple[str, int], _Level] = {}
        self.counts: dict[tuple[str, int], int] = {}
        self.begun: set[tuple[str, int]] = set()
        self.styles = {
            style.style_id: style.element for style in document.styles if style.element is not None
        }
        try:
            root = document.part.numbering_part.element
        except (NotImplementedError, KeyError, AttributeError):
            return
        abstract = {
            item.get(qn("w:abstractNumId")): item for item in root.iter(qn("w:abstractNum"))
        }
        for item in root.iter(qn("w:num")):
            counter = value_of(item, "w:abstractNumId")
            levels = abstract.get(counter)
            for level in levels.iter(qn("w:lvl")) if levels is not None else ():
                depth = int(level.get(qn("w:ilvl"), "0"))
                self.levels[item.get(qn("w:numId")), depth] = _Level(
                    counter,
                    value_of(level, "w:lvlText"),
                    value_of(level, "w:numFmt"),
                    number_of(level, "w:start", 1),
                    _override(item, depth),
                )

    def number(self, paragraph: Any, shown: str) -> str:
        """Return the number of a paragraph that shows a text, or ''."""
        numbered = paragraph.find(_NUMBERED)
        if numbered is None:
            style = self.styles.get(value_of(paragraph, "w:pPr/w:pStyle"))
            numbered = style.find(_NUMBERED) if style is not None else None
        if numbered is None or not shown.strip():
            return ""
        key = (value_of(numbered, "w:numId"), number_of(numbered, "w:ilvl", 0))
        if key not in self.levels:
            return ""
        level = self.levels[key]
        self._advance(key, level)
        if level.form == "bullet":
            return ""
        return _LEVEL.sub(lambda found: self.count(key[0], int(found[1]) - 1), level.text)

    def _advance(self, key: tuple[str, int], level: _Level) -> None:
        """Count one more item, and forget the counts of the deeper levels."""
        place = (level.counter, key[1])
        if level.restart is not None and key not in self.begun:
            self.counts[place] = level.restart - 1
        self.begun.add(key)
        self.counts[place] = self.counts.get(place, level.start - 1) + 1
        for other in [item for item in self.counts if item[0] == place[0] and item[1] > place[1]]:
            del self.counts[other]

    def count(self, number: str, depth: int) -> str:
        """Return the current count of a level, in the format of the level."""
        level = self.levels.get((number, depth))
        if level is None:
            return "1"
        count = self.counts.get((level.counter, depth), level.start)
        chinese = "hinese" in level.form or "japanese" in level.form
        return _chinese(count) if chinese else str(count)


def _override(item: Any, depth: int) -> int | None:
    """Return the number at which a use of a list restarts a level, or None."""
    for override in item.iter(qn("w:lvlOverride")):
        if override.get(qn("w:ilvl"), "0") == str(depth):
            start = value_of(override, "w:startOverride")
            return int(start) if start.isdecimal() else None
    return None


def _chinese(number: int) -> str:
    """Return a number below 100 in Chinese: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    start = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return start + (_DIGITS[ones] if ones else "")
