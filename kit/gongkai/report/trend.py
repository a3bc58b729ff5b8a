"""Show figures over the years in a small table: the last years, a line of all, the change.

It is used for the report and the page of an agency, and needs only the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from gongkai.report.history import Point, Series, change
from gongkai.text.templates import Markup, render

STEP, HEIGHT = 16, 26  # units of the drawing: from year to year, and its height
TOP, FLOOR = 4, 22  # where the largest figure and 0 are drawn
FEWEST = 3  # figures; with two, a line shows no more than the change
MOST_YEARS = 5  # years with a column; the line has all
ROOM = 24  # digits in a row
COUNTED = "历年主要数据"
PARTLY = "*"  # after a sum with an unknown part
NAMED = 2  # unknown parts named in the note below the title


class Year(NamedTuple):
    """A column: its year, whether it is the report's own, and whether a different form begins."""

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
    """The table: its title, columns and rows, and whether it has lines and changes.

    `partly` states what is left out of the marked sums.
    """

    title: str
    years: tuple[Year, ...]
    rows: tuple[Row, ...]
    lines: bool
    changes: bool
    breaks: bool
    partly: tuple[str, ...] = ()


def trend_of(series: tuple[Series, ...], *, comparable: bool) -> Trend | None:
    """Return the table of some series; None if fewer than two years have a report.

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
    headline = f"{first.label}{first.printed[-1]}{first.unit}，{_of_last_year(first)}"
    return Trend(
        title=headline if first.change else COUNTED,
        years=tuple(_years(columns)),
        rows=rows,
        lines=any(row.line for row in rows),
        changes=any(row.change for row in rows),
        breaks=len({point.edition for point in reported}) > 1,
        partly=tuple(_partly(series, shown)),
    )


def render_trend(trend: Trend, own: Markup) -> Markup:
    """Return the table as HTML; `own` is a title to use instead of its own, if not ''."""
    counted = "" if trend.title == COUNTED and not own else COUNTED
    note = f"虚线处表式改版{'，线不相连' if trend.lines else ''}" if trend.breaks else ""
    notes = "；".join(text for text in (counted, note, *trend.partly) if text)
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
    printed = tuple(
        point.printed + (PARTLY if point.without else "") for point in points if point.year in shown
    )
    changed = _in_words(*points[-2:]) if comparable else ""
    return Row(item.label, item.unit, printed, sparkline(points), changed)


def _partly(series: tuple[Series, ...], shown: set[int]) -> Iterator[str]:
    """Yield a note on what is left out of each incomplete sum."""
    for item in series:
        for point in item.points:
            if point.without and point.year in shown:
                names = "、".join(point.without[:NAMED])
                count = len(point.without)
                rest = f"等{count}项" if count > NAMED else ""
                yield f"{PARTLY}{point.year}年{item.label}不含未填报的{names}{rest}"


def _is_joint(before: Point, now: Point) -> bool:
    """Whether a line may join two years: both have a figure, and the form is the same."""
    return before.edition == now.edition != "" and None not in (before.number, now.number)


def _in_words(before: Point, now: Point) -> str:
    """Return the change in words for the table; '' if the two years cannot be compared."""
    if before.number is None or now.number is None or not _is_joint(before, now):
        return ""
    changed = change("", "", before.number, now.number).change
    if now.number == before.number:
        return "持平"
    return f"增加{changed[1:]}" if changed.startswith("+") else f"减少{changed.lstrip('-')}"


# --- the line ---------------------------------------------------------------------


def sparkline(points: Sequence[Point]) -> Markup:
    """Return the drawing of a figure over the years: one point per year, without text.

    Consecutive years of one form are joined. '' if all figures are 0, if no
    two years can be joined, or if there are fewer than three figures.
    """
    numbers = [point.number for point in points if point.number is not None]
    joined = any(_is_joint(before, now) for before, now in pairwise(points))
    if len(numbers) < FEWEST or not any(numbers) or not joined:
        return Markup("")
    svg = Markup('<svg viewBox="0 0 {} {}" aria-hidden="true">').format(STEP * len(points), HEIGHT)
    return Markup("").join((svg, *_shapes(points), Markup("</svg>")))


def _shapes(points: Sequence[Point]) -> Iterator[Markup]:
    largest = max((float(point.number or 0) for point in points), default=0.0) or 1.0
    xs = [STEP * (place + 0.5) for place in range(len(points))]
    ys = [FLOOR - (FLOOR - TOP) * float(point.number or 0) / largest for point in points]
    yield _path("axis", f"M0 {FLOOR}H{STEP * len(points)}")
    yield from (_path("break", f"M{place * STEP} 1V{FLOOR}") for place in _breaks(points))
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


def _breaks(points: Sequence[Point]) -> Iterator[int]:
    """Yield the place of each year in which a different form begins."""
    edition = ""
    for place, point in enumerate(points):
        if point.edition and edition and point.edition != edition:
            yield place
        edition = point.edition or edition


def _path(kind: str, outline: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, outline)


def _rounded(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
