"""Read the text of a cell as a figure for the CSV, or as a doubt."""

from __future__ import annotations

import re
from typing import NamedTuple

from gongkai.importing.labels import characters
from gongkai.text.characters import without_hidden
from gongkai.text.numbers import parse_number, without_remark

_DASHES = {"-", "--", "－", "–", "―", "─", "一"}  # the last is typed by mistake for a dash
_UNITS = re.compile(r"(?<!\s)\s*+(?:件|条|次|篇|个|人次|人|项|万元)$")
_OVERRIDE = "\u202e"  # the following text is displayed from right to left, including digits
_BLANKS = re.compile(r"\s+")


class Figure(NamedTuple):
    """A cell's text as it is written to the CSV, and the id of the doubt about it or ''."""

    text: str
    doubt: str = ""


def read_figure(text: str, kind: str) -> Figure:
    """Return a cell's text as typed if it is a figure, `/` or blank.

    Spaces inside a number and a unit after it are removed, with a doubt; anything else becomes
    blank, with a doubt. So does a figure with an override character, which shows 12 as 21.
    """
    if _OVERRIDE in text:
        return Figure("", "import-not-a-figure")
    typed = characters(without_hidden(text.replace("\xa0", " "))).strip()
    if typed in _DASHES:
        return Figure("—", "import-dash-like" if typed == "一" else "")
    if _is_figure(typed, kind) and not _BLANKS.search(without_remark(typed)[0]):
        return Figure(typed)
    bare = _UNITS.sub("", typed)
    if bare != typed and _is_figure(bare, kind):
        return Figure(bare, "import-unit-in-cell")
    joined = _BLANKS.sub("", bare)
    if _is_figure(joined, kind):
        return Figure(joined, "import-spaces-in-figure")
    return Figure("", "import-not-a-figure")


def _is_figure(text: str, kind: str) -> bool:
    number, _ = without_remark(text)
    return not parse_number(number, kind)[2]
