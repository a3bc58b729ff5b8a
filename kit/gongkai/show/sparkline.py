"""A small drawing of one figure over the years, as SVG that the page's style sheet colours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gongkai.report.history import labelled_figures, labelled_years
from gongkai.text.templates import Markup

WIDTH, HEIGHT = 300, 104  # units of the drawing
TOP, FLOOR = 26, 80  # where the largest figure and 0 stand


class Mark(NamedTuple):
    """A year: its figure and as it is written; no figure where there is none."""

    year: int
    value: float | None
    written: str
    edition: str


def sparkline(marks: list[Mark]) -> Markup:
    """Return the drawing: a point a year, joined where the form is the same and no year lacks."""
    return Markup("").join(
        (
            Markup('<svg viewBox="0 0 {} {}" aria-hidden="true">').format(WIDTH, HEIGHT),
            *_shapes(marks),
            Markup("</svg>"),
        )
    )


def _shapes(marks: list[Mark]) -> Iterator[Markup]:
    step = WIDTH / len(marks)
    largest = max((mark.value or 0 for mark in marks), default=0) or 1
    xs = [step * (place + 0.5) for place in range(len(marks))]
    ys = [FLOOR - (FLOOR - TOP) * (mark.value or 0) / largest for mark in marks]
    yield Markup('<path class="axis" d="M0 {}H{}"/>').format(FLOOR, WIDTH)
    yield from _breaks(marks, step)
    for place, (before, now) in enumerate(pairwise(marks)):
        known = before.value is not None and now.value is not None
        if known and before.edition == now.edition:
            ends = [_rounded(item) for item in (*xs[place : place + 2], *ys[place : place + 2])]
            yield Markup('<path class="line" d="M{0} {2}L{1} {3}"/>').format(*ends)
    labelled = labelled_figures([mark.value for mark in marks])
    for place, mark in enumerate(marks):
        x, y = _rounded(xs[place]), _rounded(ys[place])
        if mark.value is not None:
            yield Markup('<circle cx="{}" cy="{}" r="3.5"/>').format(x, y)
        if place in labelled:
            lifted = _rounded(ys[place] - 9)
            yield Markup('<text class="value" x="{}" y="{}">{}</text>').format(
                x, lifted, mark.written
            )
    for place in labelled_years(len(marks)):
        x = _rounded(xs[place])
        yield Markup('<text x="{}" y="{}">{}</text>').format(x, HEIGHT - 6, marks[place].year)


def _breaks(marks: list[Mark], step: float) -> Iterator[Markup]:
    """Yield a dashed line before each year from which another form is used."""
    edition = ""
    for place, mark in enumerate(marks):
        if mark.edition and edition and mark.edition != edition:
            x = _rounded(place * step)
            yield Markup('<path class="break" d="M{} 4V{}"/>').format(x, FLOOR)
        edition = mark.edition or edition


def _rounded(number: float) -> str:
    return f"{number:.1f}"
