"""Doubt a unit that stands above a table, as 单位：万件, where the form has another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.forms.form import Form
from gongkai.importing.blocks import Cell, Doubt, Grid, Paragraph
from gongkai.importing.tables.assign import Assigned, Item

_STATED = re.compile(
    r"\s{0,9}[（(]?\s{0,9}(?:计量|数据|金额|数量|统计)?单位\s{0,9}[:：]\s{0,9}"
    r"(?P<unit>[百千万亿]{0,2}(?:[元件条个次份页人篇]|人次)?)\s{0,9}[）)]?\s{0,9}"
)


def doubt_units(items: Sequence[Item], form: Form) -> Iterator[Doubt]:
    """Yield a doubt for each line or cell that states a unit which the form does not have."""
    known = {cell.unit for cell in form.cells.values()} - {""}
    for line in _lines(items):
        found = _STATED.fullmatch(line.text)
        if found and found["unit"] and found["unit"] not in known:
            about = {"unit": found["unit"], "expected": "、".join(sorted(known))}
            yield Doubt("import-unit-differs", line.place, **about)


def _lines(items: Sequence[Item]) -> Iterator[Paragraph | Cell]:
    for item in items:
        block = item.grid if isinstance(item, Assigned) else item
        if isinstance(block, Grid):
            yield from block.cells
        elif isinstance(block, Paragraph):
            yield block
