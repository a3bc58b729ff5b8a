"""Charts of a report: bars that are read by their numbers, each with its words and its data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import isnan
from typing import NamedTuple

import pandas as pd

from gongkai.forms.form import ChartSpec
from gongkai.page.canvas import BARS, SIZE, Sheet, Spot, own_settings, refuse_lost_glyphs, width_of
from gongkai.report import frames, history
from gongkai.report.model import Breakdown, Report
from gongkai.text.templates import Markup, render

PHONE = 12  # points: the style sheet sets labels so large where the screen is narrow
SPACE = 0.4  # rows between panels
TREND_ROWS = 3.2  # how many rows a panel of the trend is high
TREND = "历年变化"
BREAK = "（虚线处表式改版，前后口径不同，不相连）"
NO_TREND = "历年可比的数据均为0，图略。"
LONGEST_NAME = 14  # characters; the data table has the whole name


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its SVG, and what says the same in words and in a table.

    `data` has a row a bar, with the columns of `frames.figures`.
    """

    id: str
    caption: str
    svg: Markup
    alt: str
    data: pd.DataFrame


def charts_of(report: Report, past: tuple[Report, ...], part: str) -> Iterator[Markup]:
    """Yield the charts of a part: its breakdowns, the form's, the trend over the years.

    A sentence takes the place of a chart in which all is 0; nothing for one of blanks.
    """
    for number, breakdown in enumerate(report.breakdowns, start=1):
        if breakdown.part == part:
            yield _figure(breakdown_chart(f"breakdown-{number}", breakdown))
    for spec in report.form.charts:
        if spec.part == part:
            yield from _form_chart_or_sentence(spec, report)
    if part == report.form.trend and past:
        yield from _trend((*past, report))


def _trend(reports: tuple[Report, ...]) -> Iterator[Markup]:
    """Yield the trend; a table where no two years can be joined; a sentence where all is 0."""
    series = history.series(reports)
    chart = trend_chart(reports) if history.is_joined(series) else None
    if chart:
        yield _figure(chart)
    elif series:
        years = [(report.year, report.form.edition) for report in reports]
        yield render("page/trend_table.html.j2", caption=TREND, years=years, series=series)
    elif history.is_nil(reports):
        yield render("page/no_chart.html.j2", sentence=NO_TREND)


def _form_chart_or_sentence(spec: ChartSpec, report: Report) -> Iterator[Markup]:
    """Yield the chart, or its words where no two bars compare; the sentence where all is 0.

    Nothing where a blank might be any number.
    """
    chart = form_chart(spec, report)
    names = [name for panel in spec.panels for name in panel.lines]
    if chart and _compares(chart):
        yield _figure(chart)
    elif chart:  # a lone bar is as long as any: words say as much
        words = "；".join(_words(bars) for _, bars in _panels(chart.data)) + "。"
        yield render("page/words.html.j2", chart=chart, words=words)
    elif all(report.figure(report.form.measure(name).codes) == 0 for name in names):
        yield render("page/no_chart.html.j2", sentence=spec.zero)


def _compares(chart: Chart) -> bool:
    """Whether there are two bars of one unit that can be compared."""
    drawn = chart.data[chart.data["value"] != 0]
    return bool(drawn.groupby("unit").size().max() > 1)


def form_chart(spec: ChartSpec, report: Report) -> Chart | None:
    """Return a chart that the form asks for, or None where every figure is 0."""
    data = frames.figures(report, {panel.title: panel.lines for panel in spec.panels})
    return _chart(spec.id, spec.caption, data) if data["value"].any() else None


def breakdown_chart(id: str, breakdown: Breakdown) -> Chart:
    """Return the chart of a stated breakdown: the parts as they were given, largest first."""
    data = frames.parts(breakdown).sort_values("value", ascending=False, kind="stable")
    return _chart(id, breakdown.title, data)


def trend_chart(reports: tuple[Report, ...]) -> Chart | None:
    """Return the chart of the series over the years, or None where every figure is 0."""
    series = history.series(reports)
    if not series:
        return None
    data = frames.trend(series)
    changed = frozenset(_changed_in(*pair) for pair in pairwise(reports)) - {""}
    caption = TREND + (BREAK if changed else "")
    panels = _panels(data)
    drawing = _drawn(panels, partial(_trend_panel, changed=changed), TREND_ROWS)
    return Chart("trend", caption, drawing, _alt(caption, panels), data)


def _changed_in(before: Report, now: Report) -> str:
    """Return the year from which another form was in force, '' where it is the same."""
    if now.is_on_form_of(before):
        return ""
    year = max(before.year + 1, min(now.form.first_year, now.year))
    return f"{year}年"


def _chart(id: str, caption: str, data: pd.DataFrame) -> Chart:
    panels = _panels(data)
    return Chart(id, caption, _drawn(panels, _bar_panel, None), _alt(caption, panels), data)


def _figure(chart: Chart) -> Markup:
    rows = chart.data.to_dict("records")
    return render("page/chart.html.j2", chart=chart, rows=rows)


def _alt(caption: str, panels: Panels) -> str:
    """Return what the chart shows, in words: every figure of every panel."""
    said = [f"{title}：{_words(bars)}" for title, bars in panels]
    return f"{caption}。" + "；".join(said) + "。"


def _words(bars: Iterable[Bar]) -> str:
    return "，".join(f"{bar.name}{bar.printed}{bar.unit}" for bar in bars)


class Bar(NamedTuple):
    """One figure of a panel: what it counts, as printed, its size, and the form it is from."""

    name: str
    printed: str
    unit: str
    value: float
    edition: str = ""


Panels = list[tuple[str, list[Bar]]]


def _panels(data: pd.DataFrame) -> Panels:
    """Return the figures of each panel, in order; a cell without a number is called blank."""
    columns = [data[name].tolist() for name in ("panel", "name", "printed", "unit", "value")]
    editions = data["edition"].tolist() if "edition" in data else [""] * len(data)
    panels: dict[str, list[Bar]] = {}
    for title, name, printed, unit, value, edition in zip(*columns, editions, strict=True):
        bar = Bar(name, printed or "（空白）", unit, value, edition)
        panels.setdefault(str(title), []).append(bar)
    return list(panels.items())


# --- panels ----------------------------------------------------------------------


_DrawPanel = Callable[[Sheet, list[Bar], float, float, float], None]


def _drawn(panels: Panels, draw: _DrawPanel, height: float | None) -> Markup:
    """Draw panels one below the other, each `height` rows high, or as many as it has bars.

    Panels of one unit share a scale, unless each has an axis of its own.
    """
    refuse_lost_glyphs(
        text for title, bars in panels for text in (title, *(bar.name for bar in bars))
    )
    every = [bar for _, bars in panels for bar in bars]
    heights = [(height or len(bars)) + 1 for _, bars in panels]
    with own_settings():
        return _sheet_of(panels, every, heights, draw, height).svg()


def _sheet_of(
    panels: Panels, every: list[Bar], heights: list[float], draw: _DrawPanel, height: float | None
) -> Sheet:
    sheet = Sheet(sum(heights) + SPACE * (len(panels) - 1))
    left = max(width_of(_shortened(bar.name)) for bar in every) * PHONE / SIZE
    top = 0.0
    for (title, bars), panel_height in zip(panels, heights, strict=True):
        alike = bars if height else [bar for bar in every if bar.unit == bars[0].unit]
        sheet.text(0, top + 0.5, title)
        draw(sheet, bars, _largest(alike) or 1.0, left, top + 1)
        top += panel_height + SPACE
    return sheet


def _largest(bars: list[Bar]) -> float:
    return max((bar.value for bar in bars if bar.value == bar.value), default=0.0)


def _bar_panel(sheet: Sheet, bars: list[Bar], scale: float, left: float, top: float) -> None:
    """Draw a bar a row between the names and the figures."""
    room = 1 - left - 0.16
    for row, bar in enumerate(bars):
        middle, length = top + row + 0.5, room * bar.value / scale if bar.value > 0 else 0.0
        sheet.text(left, middle, _shortened(bar.name), "right")
        if length:
            sheet.bar(left + 0.02, middle, length)
        sheet.text(left + 0.035 + length, middle, bar.printed)
    sheet.line((left + 0.02, top), (left + 0.02, top + len(bars)))


def _trend_panel(
    sheet: Sheet,
    bars: list[Bar],
    scale: float,
    _: float,
    top: float,
    *,
    changed: frozenset[str],
) -> None:
    """Draw a point a year, joined where the form is the same and no year is missing."""
    step = 1 / len(bars)
    floor, room = top + TREND_ROWS - 1, TREND_ROWS - 1.9
    spots = [
        (step * (place + 0.5), floor - room * bar.value / scale) for place, bar in enumerate(bars)
    ]
    sheet.line((0, floor), (1, floor))
    for place in history.labelled_years(len(bars)):
        sheet.text(spots[place][0], floor + 0.55, bars[place].name, "center")
    _points(sheet, bars, spots)
    for place, (before, now) in enumerate(pairwise(bars)):
        if before.edition == now.edition != "":
            sheet.line(spots[place], spots[place + 1], BARS, linewidth=1.4)
    for edge, bar in enumerate(bars):
        if bar.name in changed:
            sheet.line((edge * step, top), (edge * step, floor), linestyle=(0, (3, 3)))


def _points(sheet: Sheet, bars: list[Bar], spots: list[Spot]) -> None:
    """Draw a point for each figure, and write as many of them as there is room for."""
    figures = [None if isnan(bar.value) else bar.value for bar in bars]
    labelled = history.labelled_figures(figures)
    for place, (x, y) in enumerate(spots):
        if figures[place] is not None:
            sheet.dot(x, y)
        if place in labelled:
            sheet.text(x, y - 0.55, bars[place].printed, "center")


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
