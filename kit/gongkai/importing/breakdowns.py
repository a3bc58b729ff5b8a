"""A total and its parts that a text states, as the checks can add them up.

Imports: forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gongkai.forms.form import Code, Form
from gongkai.importing.blocks import Paragraph
from gongkai.importing.table import Found

_UNIT = "条|件|次|篇|个|人次|人|份|项|场"
_STATED = re.compile(
    rf"(?P<lead>[^。；！？，,0-9]*[^。；！？0-9]{{0,60}}?)(?P<total>[0-9]{{1,9}})\s*(?P<unit>{_UNIT})[，,：:]?"
    rf"(?:其中|包括)[:：，,]?(?P<parts>(?:[^，。；、0-9]{{2,24}}[0-9]{{1,9}}\s*(?:{_UNIT})[，、；和]?){{3,40}})(?=。|；|$)"
)
_PART = re.compile(
    rf"(?P<label>[^，。；、0-9和]{{2,24}}?)(?P<number>[0-9]{{1,9}})\s*(?P<unit>{_UNIT})"
)
_CLOSE = 0.05  # parts that come to less of their total are examples of it, not all of it


class Stated(NamedTuple):
    """A total and its parts: the code of its cell where it is one, otherwise ''."""

    part: str
    code: Code
    title: str
    unit: str
    total: str
    items: Mapping[str, str]


def stated_breakdowns(
    sections: Mapping[str, Sequence[Paragraph]], form: Form, cells: Mapping[Code, Found]
) -> Iterator[Stated]:
    """Yield the totals with at least three parts that come to nearly the total."""
    for part, texts in sections.items():
        for text in texts:
            for found in _STATED.finditer(text.text):
                stated = _stated(found, part, form, cells)
                if stated:
                    yield stated


def _stated(
    found: re.Match[str], part: str, form: Form, cells: Mapping[Code, Found]
) -> Stated | None:
    pieces = list(_PART.finditer(found["parts"]))
    items = {piece["label"]: piece["number"] for piece in pieces}
    total, added = int(found["total"]), sum(map(int, items.values()))
    alike = all(piece["unit"] == found["unit"] for piece in pieces)
    if not alike or len(items) < max(len(pieces), 3) or abs(total - added) > max(_CLOSE * total, 1):
        return None
    code, name = _cell_of(found, form, cells)
    title = f"{name}的分类" if name else "正文所列数量的分类"
    return Stated(part, code, title, found["unit"], found["total"], items)


def _cell_of(found: re.Match[str], form: Form, cells: Mapping[Code, Found]) -> tuple[Code, str]:
    """Return the cell whose words stand before a total, where its figure is the same."""
    for measure in form.spoken:
        if len(measure.codes) != 1 or measure.codes[0] not in cells:
            continue
        same = cells[measure.codes[0]].text == found["total"]
        if same and any(word in found["lead"] for word in measure.words):
            return measure.codes[0], measure.name
    return "", ""
