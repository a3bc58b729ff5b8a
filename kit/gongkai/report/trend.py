"""Figures over the years as one small table: the last years, a line of all, and the change.

It serves the report and the page of an agency, and needs nothing but the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gongkai.report.history import Point, Series, change
from gongkai.text.templates import Markup, render

WIDTH, HEIGHT = 160, 32  # units of the drawing
TOP, FLOOR = 5, 28  # where the largest figure and 0 are drawn
MOST_YEARS = 5  # so many years have a column; the line has all
ROOM = 24  # digits in a row
COUNTED = "历年主要数据"


class Year(NamedTuple):
    """A column: its year, whether it is the report's own, and whether another form begins there."""

    year: int
    current: bool
    breaks: bool


class Row(NamedTuple):
    """A series: its name and unit, its figures in the columns, its line, the change in words."""

    label: str
    unit: str
    printed: tuple[str, ...]
    line: Markup
    change: str


class Trend(NamedTuple):
    """The table: what it says, its columns and rows, and whether there are lines and changes."""

    title: str
    years: tuple[Year, ...]
    rows: tuple[Row, ...]
    lines: bool
    changes: bool
    breaks: bool


def trend_of(series: tuple[Series, ...], *, comparable: bool = True) -> Trend | None:
    """Return the table of some series; None where there are no two years with a report.

    `comparable` says whether the last year may be compared with the one before.
    """
    points = series[0].points if series else ()
    reported = [point for point in points if point.edition]
    if len(reported) < 2:
        return None
    digits = max((len(point.printed) for item in series for point in item.points), default=1)
    columns = reported[-max(2, min(MOST_YEARS, ROOM // (digits or 1))) :]
    shown = {point.year for point in columns}
    rows = tuple(_row(item, shown, comparable=comparable) for item in series)
    first = rows[0]
    said = f"{first.label}{first.printed[-1]}{first.unit}，{_of_last_year(first)}"
    return Trend(
        title=said if first.change else COUNTED,
        years=tuple(_years(columns)),
        rows=rows,
        lines=any(row.line for row in rows),
        changes=any(row.change for row in rows),
        breaks=len({point.edition for point in reported}) > 1,
    )


def render_trend(trend: Trend, own: Markup | None = None) -> Markup:
    """Return the table as HTML, with its own title or another one."""
    counted = "" if trend.title == COUNTED and not own else COUNTED
    note = f"虚线处表式改版{'，线不相连' if trend.lines else ''}" if trend.breaks else ""
    notes = "；".join(text for text in (counted, note) if text)
    return render("trend.html.j2", trend=trend, own=own, note=notes)


def _of_last_year(row: Row) -> str:
    return "与上年持平" if row.change == "持平" else f"比上年{row.change}{row.unit}"


def _years(columns: list[Point]) -> Iterator[Year]:
    edition = columns[0].edition
    for point in columns:
        yield Year(point.year, point is columns[-1], point.edition != edition)
        edition = point.edition


def _row(item: Series, shown: set[int], *, comparable: bool) -> Row:
    points = item.points
    known = sum(point.number is not None for point in points)
    printed = tuple(point.printed for point in points if point.year in shown)
    line = _line(points) if _is_joined(points) and known > 2 else Markup("")
    changed = _in_words(*points[-2:]) if comparable else ""
    return Row(item.label, item.unit, printed, line, changed)


def _is_joined(points: tuple[Point, ...]) -> bool:
    return any(_is_joint(before, now) for before, now in pairwise(points))


def _is_joint(before: Point, now: Point) -> bool:
    """Whether a line may join two years: both have a figure, and the form is the same."""
    return before.edition == now.edition != "" and None not in (before.number, now.number)


def _in_words(before: Point, now: Point) -> str:
    """Return the change as a table says it; '' where a year has no figure."""
    if before.number is None or now.number is None:
        return ""
    changed = change("", "", before.number, now.number).change
    if now.number == before.number:
        return "持平"
    return f"增加{changed[1:]}" if changed.startswith("+") else f"减少{changed.lstrip('-')}"


# --- the line ---------------------------------------------------------------------


def _line(points: tuple[Point, ...]) -> Markup:
    """Return the drawing: a point a year, joined where the form is the same and none is missing."""
    return Markup("").join(
        (
            Markup('<svg viewBox="0 0 {} {}" aria-hidden="true">').format(WIDTH, HEIGHT),
            *_shapes(points),
            Markup("</svg>"),
        )
    )


def _shapes(points: tuple[Point, ...]) -> Iterator[Markup]:
    step = WIDTH / len(points)
    largest = max((float(point.number or 0) for point in points), default=0.0) or 1.0
    xs = [step * (place + 0.5) for place in range(len(points))]
    ys = [FLOOR - (FLOOR - TOP) * float(point.number or 0) / largest for point in points]
    yield _path("axis", f"M0 {FLOOR}H{WIDTH}")
    yield from (_path("break", f"M{_rounded(place * step)} 1V{FLOOR}") for place in _breaks(points))
    spots = [f"{_rounded(x)} {_rounded(y)}" for x, y in zip(xs, ys, strict=True)]
    joined = (
        f"M{spots[place]}L{spots[place + 1]}"
        for place, pair in enumerate(pairwise(points))
        if _is_joint(*pair)
    )
    yield _path("line", "".join(joined))
    for place, point in enumerate(points):
        if point.number is not None:
            kind = "last" if place == len(points) - 1 else "dot"
            yield _path(kind, f"M{spots[place]}h0")


def _breaks(points: tuple[Point, ...]) -> Iterator[int]:
    """Yield the place of each year from which another form is used."""
    edition = ""
    for place, point in enumerate(points):
        if point.edition and edition and point.edition != edition:
            yield place
        edition = point.edition or edition


def _path(kind: str, outline: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, outline)


def _rounded(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
