"""Doubt a table beside which another year or another unit is printed than the form's.

A year may mean that it is last year's; a unit, as 单位：万件, that its figures count otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from gongkai.forms.form import Form
from gongkai.importing.blocks import Cell, Doubt, Grid, Paragraph
from gongkai.importing.lines import shortened
from gongkai.importing.tables.assign import Assigned, Item
from gongkai.importing.texts.prose import titled_years
from gongkai.report.places import Place

_STATED_UNIT = re.compile(
    r"\s{0,9}[（(]?\s{0,9}(?:计量|数据|金额|数量|统计)?单位\s{0,9}[:：]\s{0,9}"
    r"(?P<unit>[百千万亿]{0,2}(?:[元件条个次份页人篇]|人次)?)\s{0,9}[）)]?\s{0,9}"
)
_LONGEST = 60  # characters of a caption, or of what is printed next to it
_NEAREST = 3  # paragraphs above a table that may belong to it
_SENTENCE = re.compile(r".*[。；，：:;,]\s*")
_PERIOD = re.compile(r"(20[0-9]{2})\s*年[0-9]+月[0-9]+日\s*[至到—-]+\s*(20[0-9]{2})\s*年")
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})\s*年(?!\s*[0-9]{1,2}\s*月)")  # not of a date
# In a cell, the year that its row, column or table is of; others may be part of a remark.
_OF_CELL = re.compile(r"\s*20[0-9]{2}\s*年|.*[（(]\s*20[0-9]{2}\s*年?度?\s*[）)]\s*")
_IN_BRACKETS = re.compile(r"[（(]\s*(20[0-9]{2})\s*[）)]")


def doubt_years(items: Sequence[Item], year: int) -> Iterator[Doubt]:
    """Yield a doubt for each table of the form with only other years in it, or above it."""
    for number, item in enumerate(items):
        if isinstance(item, Assigned):
            beside = [*_above(items, number), *_inside(item)]
            stated = {found: (text, place) for text, place in beside for found in _years(text)}
            if stated and year not in stated:
                text, place = next(iter(stated.values()))
                about = {"text": shortened(text), "stated": min(stated), "year": year}
                entries = item.layout.entries
                codes = tuple(code for entry in entries for code in item.layout.codes(entry))
                yield Doubt("import-table-year-differs", place, codes, **about)


def _above(items: Sequence[Item], number: int) -> Iterator[tuple[str, Place]]:
    """Yield the texts directly above a table that are no sentences and no title of a report."""
    for item in reversed(items[max(number - _NEAREST, 0) : number]):
        if not isinstance(item, Paragraph):
            return
        is_short = len(item.text) <= _LONGEST and not _SENTENCE.fullmatch(item.text)
        if is_short and not titled_years([item]):
            yield item.text, item.place


def _inside(table: Assigned) -> Iterator[tuple[str, Place]]:
    for cell in table.grid.cells:
        if len(cell.text) <= _LONGEST and _OF_CELL.fullmatch(" ".join(cell.text.split())):
            yield cell.text, cell.place


def _years(text: str) -> Iterator[int]:
    plain = unicodedata.normalize("NFKC", text)
    for pattern in (_PERIOD, _YEAR, _IN_BRACKETS):
        for found in pattern.finditer(plain):
            yield from map(int, found.groups())


def doubt_units(items: Sequence[Item], form: Form) -> Iterator[Doubt]:
    """Yield a doubt for each line or cell that states a unit which the form does not have."""
    known = {cell.unit for cell in form.cells.values()} - {""}
    for line in _lines(items):
        found = _STATED_UNIT.fullmatch(line.text)
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
