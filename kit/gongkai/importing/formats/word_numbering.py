"""Word's automatic paragraph numbers, and the values of its XML elements."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

_LEVEL = re.compile(r"%([1-9])")  # stands for a level of a list in the text of its numbers
_DIGITS = "零一二三四五六七八九"


def value_of(element: Any, path: str) -> str:
    """Return the value of an element below another, or ''."""
    found = element.find("/".join(map(qn, path.split("/"))))
    return found.get(qn("w:val"), "") if found is not None else ""


def number_of(element: Any, path: str, usual: int) -> int:
    """Return the value of an element below another as a number, or `usual`."""
    text = value_of(element, path)
    return int(text) if text.isdecimal() else usual


class Numbering:
    """Word's automatic paragraph numbers: 一、 （一） 1."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.counts: dict[tuple[str, int], int] = {}
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
            levels = abstract.get(value_of(item, "w:abstractNumId"))
            for level in levels.iter(qn("w:lvl")) if levels is not None else ():
                key = (item.get(qn("w:numId")), int(level.get(qn("w:ilvl"), "0")))
                form = (value_of(level, "w:lvlText"), value_of(level, "w:numFmt"))
                self.levels[key] = (*form, number_of(level, "w:start", 1))

    def number(self, paragraph: Any, shown: str) -> str:
        """Return the number of a paragraph that shows a text, or ''."""
        numbered = paragraph.find("/".join(map(qn, ("w:pPr", "w:numPr"))))
        if numbered is None:
            style = self.styles.get(value_of(paragraph, "w:pPr/w:pStyle"))
            numbered = (
                style.find("/".join(map(qn, ("w:pPr", "w:numPr")))) if style is not None else None
            )
        if numbered is None or not shown.strip():
            return ""
        key = (value_of(numbered, "w:numId"), number_of(numbered, "w:ilvl", 0))
        if key not in self.levels:
            return ""
        text, form, start = self.levels[key]
        self.counts[key] = self.counts.get(key, start - 1) + 1
        for other in [item for item in self.counts if item[0] == key[0] and item[1] > key[1]]:
            del self.counts[other]
        if form == "bullet":
            return ""
        return _LEVEL.sub(lambda found: self.count(key[0], int(found[1]) - 1), text)

    def count(self, number: str, level: int) -> str:
        """Return the current count of a level, in the format of the level."""
        _, form, start = self.levels.get((number, level), ("", "", 1))
        count = self.counts.get((number, level), start)
        return _chinese(count) if "hinese" in form or "japanese" in form else str(count)


def _chinese(number: int) -> str:
    """Return a number below 100 in Chinese: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    start = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return start + (_DIGITS[ones] if ones else "")
