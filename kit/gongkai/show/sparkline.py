"""A small drawing of one figure over the years, as SVG that the page's style sheet colours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gongkai.text.templates import Markup

STEP, HEIGHT = 16, 26  # units of the drawing: from year to year, and its height
TOP, FLOOR = 4, 22  # where the largest figure and 0 stand


class Mark(NamedTuple):
    """A year: its figure and as it is written; no figure where there is none."""

    year: int
    value: float | None
    written: str
    edition: str


def sparkline(marks: list[Mark]) -> Markup:
    """Return the drawing: a point a year, joined where the form is the same and no year lacks.

    It has no words: the figures stand beside it in the table.
    """
    return Markup("").join(
        (
            Markup('<svg viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">').format(
                STEP * len(marks), HEIGHT, STEP * len(marks), HEIGHT
            ),
            *_shapes(marks),
            Markup("</svg>"),
        )
    )


def _shapes(marks: list[Mark]) -> Iterator[Markup]:
    largest = max((mark.value or 0 for mark in marks), default=0) or 1
    xs = [STEP * (place + 0.5) for place in range(len(marks))]
    ys = [FLOOR - (FLOOR - TOP) * (mark.value or 0) / largest for mark in marks]
    yield Markup('<path class="axis" d="M0 {}H{}"/>').format(FLOOR, STEP * len(marks))
    yield from _breaks(marks)
    for place, (before, now) in enumerate(pairwise(marks)):
        known = before.value is not None and now.value is not None
        if known and before.edition == now.edition:
            ends = [_rounded(item) for item in (*xs[place : place + 2], *ys[place : place + 2])]
            yield Markup('<path class="line" d="M{0} {2}L{1} {3}"/>').format(*ends)
    for mark, x, y in zip(marks, xs, ys, strict=True):
        if mark.value is not None:
            yield Markup('<circle cx="{}" cy="{}" r="2.2"/>').format(_rounded(x), _rounded(y))


def _breaks(marks: list[Mark]) -> Iterator[Markup]:
    """Yield a dashed line before each year from which another form is used."""
    edition = ""
    for place, mark in enumerate(marks):
        if mark.edition and edition and mark.edition != edition:
            yield Markup('<path class="break" d="M{} 1V{}"/>').format(place * STEP, FLOOR)
        edition = mark.edition or edition


def _rounded(number: float) -> str:
    return f"{number:.1f}"
