"""Charts of a report: bars that are read by their numbers, as SVG with text as text.

The home of matplotlib. Imports: errors, markup, form, report, history, frames.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Ellipse

from kit import frames, history
from kit.errors import KitError, Problem
from kit.form import ChartSpec
from kit.markup import Markup, render
from kit.report import Breakdown, Report

STYLE = Path(__file__).with_name("report.mplstyle")
WIDTH = 4.7  # inches: text of 10.5 points stays readable on a telephone, and fits a column
ROW = 0.27  # inches
SPACE = 0.4  # rows between panels
TREND_ROWS = 3.2  # how many rows a panel of the trend is high
TREND = "历年变化"
BREAK = "（虚线处表式改版，前后口径不同，不相连）"
NO_TREND = "历年可比的数据均为0，图略。"
LONGEST_NAME = 14  # characters; the data table has the whole name
INK, BARS, AXIS = "#111111", "#222222", "#333333"
# Colours are chosen where the page is read: by its style sheet, in light and in dark.
PALETTE = {INK: "currentColor", BARS: "var(--chart-bar)", AXIS: "var(--chart-axis)"}


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

    A sentence stands for a chart in which all is 0.
    """
    for number, breakdown in enumerate(report.breakdowns, start=1):
        if breakdown.part == part:
            yield _figure(breakdown_chart(f"breakdown-{number}", breakdown))
    for spec in report.form.charts:
        if spec.part == part:
            yield from _form_chart_or_sentence(spec, report)
    if part == report.form.trend and past:
        chart = trend_chart((*past, report))
        yield _figure(chart) if chart else render("page/no_chart.html.j2", sentence=NO_TREND)


def _form_chart_or_sentence(spec: ChartSpec, report: Report) -> Iterator[Markup]:
    """Yield the chart; the sentence where all is 0; nothing where a blank might be any number."""
    chart = form_chart(spec, report)
    names = [name for panel in spec.panels for name in panel.lines]
    if chart:
        yield _figure(chart)
    elif all(report.figure(report.form.measure(name).codes) == 0 for name in names):
        yield render("page/no_chart.html.j2", sentence=spec.zero)


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
    changed = data.loc[data["edition"] != "", "edition"].nunique() > 1
    caption = TREND + (BREAK if changed else "")
    return Chart(
        "trend", caption, _drawn(data, _trend_panel, TREND_ROWS), _alt(caption, data), data
    )


def _chart(id: str, caption: str, data: pd.DataFrame) -> Chart:
    return Chart(id, caption, _drawn(data, _bar_panel, None), _alt(caption, data), data)


def _figure(chart: Chart) -> Markup:
    rows = chart.data.to_dict("records")
    return render("page/chart.html.j2", chart=chart, rows=rows)


def _alt(caption: str, data: pd.DataFrame) -> str:
    """Return what the chart shows, in words: every figure of every panel."""
    panels = [
        f"{panel}：" + "，".join(f"{bar.name}{bar.printed}{bar.unit}" for bar in bars)
        for panel, bars in _panels(data)
    ]
    return f"{caption}。" + "；".join(panels) + "。"


class Bar(NamedTuple):
    """One figure of a panel: what it counts, as printed, its size, and the form it is from."""

    name: str
    printed: str
    unit: str
    value: float
    edition: str = ""


def _panels(data: pd.DataFrame) -> list[tuple[str, list[Bar]]]:
    """Return the figures of each panel, in order; a cell without a number is called blank."""
    return [
        (str(title), [_bar(row) for row in bars.to_dict("records")])
        for title, bars in data.groupby("panel", sort=False)
    ]


def _bar(row: Mapping[Hashable, Any]) -> Bar:
    printed = row["printed"] or "（空白）"
    return Bar(row["name"], printed, row["unit"], row["value"], row.get("edition", ""))


def warm() -> None:
    """Load the font, and what matplotlib loads with its first drawing."""
    breakdown_chart("", Breakdown("一", "", "一", "", Decimal(1), {"一": Decimal(1)}, 0))


# --- drawing ----------------------------------------------------------------------


@cache
def _font() -> FontProperties:
    """Return the font that text is measured with: Noto Sans SC, OFL, shipped by zhplot."""
    spec = find_spec("zhplot")
    folder = Path((spec.submodule_search_locations or [""])[0] if spec else "")
    path = folder / "fonts" / "NotoSansSC-Regular.ttf"
    fontManager.addfont(path)
    return FontProperties(fname=path)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(str(_font().get_file())).get_charmap())


def _hold_glyphs(texts: Iterable[str]) -> None:
    """Refuse text that would be measured, and perhaps shown, as empty boxes."""
    problems = []
    for text in texts:
        lost = sorted({sign for sign in text if ord(sign) not in _glyphs()})
        if lost:
            problems.append(Problem("chart-glyph", details={"label": text, "glyphs": lost}))
    if problems:
        raise KitError(*problems)


_DrawPanel = Callable[[Axes, list[Bar], float, float, float], None]


def _drawn(data: pd.DataFrame, draw: _DrawPanel, height: float | None) -> Markup:
    """Draw panels one below the other, each `height` rows high, or as many as it has bars.

    Panels of one unit share a scale, unless each has an axis of its own.
    """
    panels = _panels(data)
    _hold_glyphs(text for title, bars in panels for text in (title, *(bar.name for bar in bars)))
    longest = data.groupby("unit")["value"].max() if height is None else None
    heights = [(height or len(bars)) + 1 for _, bars in panels]
    rows = sum(heights) + SPACE * (len(panels) - 1)
    with mpl.rc_context(fname=str(STYLE)):
        mpl.rcParams["font.family"] = [_font().get_name()]
        figure = Figure(figsize=(WIDTH, ROW * rows))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        left = max(_width(figure, _shortened(bar.name)) for _, bars in panels for bar in bars)
        top = 0.0
        for (title, bars), panel_height in zip(panels, heights, strict=True):
            scale = longest[bars[0].unit] if longest is not None else _largest(bars)
            axes.text(0, top + 0.5, title, va="center", color=INK)
            draw(axes, bars, scale or 1.0, left, top + 1)
            top += panel_height + SPACE
        axes.set_xlim(0, 1)
        axes.set_ylim(rows, 0)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return Markup(_inline(stream.getvalue()))


def _largest(bars: list[Bar]) -> float:
    return max((bar.value for bar in bars if bar.value == bar.value), default=0.0)


def _bar_panel(axes: Axes, bars: list[Bar], scale: float, left: float, top: float) -> None:
    """Draw a bar a row between the names and the figures."""
    room = 1 - left - 0.16
    for row, bar in enumerate(bars):
        middle, length = top + row + 0.5, bar.value / scale
        axes.text(left, middle, _shortened(bar.name), ha="right", va="center", color=INK)
        axes.barh(middle, room * length, 0.62, left=left + 0.02, color=BARS, clip_on=False)
        axes.text(left + 0.035 + room * length, middle, bar.printed, va="center", color=INK)
    axes.vlines(left + 0.02, top, top + len(bars), colors=AXIS, linewidth=0.8)


def _trend_panel(axes: Axes, bars: list[Bar], scale: float, _: float, top: float) -> None:
    """Draw a point a year, joined where the form is the same and no year is missing."""
    step = 1 / len(bars)
    floor, room = top + TREND_ROWS - 1, TREND_ROWS - 1.9
    spots = [
        (step * (place + 0.5), floor - room * bar.value / scale) for place, bar in enumerate(bars)
    ]
    axes.hlines(floor, 0, 1, colors=AXIS, linewidth=0.8)
    for (x, y), bar in zip(spots, bars, strict=True):
        axes.text(x, floor + 0.55, bar.name, ha="center", va="center", color=INK)
        if bar.value == bar.value:
            axes.add_patch(Ellipse((x, y), 0.016, 0.016 * WIDTH / ROW, color=BARS, clip_on=False))
            axes.text(x, y - 0.55, bar.printed, ha="center", va="center", color=INK)
    for place, (before, now) in enumerate(pairwise(bars)):
        if before.edition == now.edition != "":
            ends = zip(spots[place], spots[place + 1], strict=True)
            axes.plot(*ends, color=BARS, linewidth=1.4, clip_on=False)
    for edge in _breaks(bars):
        axes.plot([edge * step] * 2, [top, floor], color=AXIS, linewidth=0.8, linestyle=(0, (3, 3)))


def _breaks(bars: list[Bar]) -> Iterator[int]:
    """Yield the places before which the form changed: between reports, wherever gaps are."""
    edition = ""
    for place, bar in enumerate(bars):
        if bar.edition and edition and bar.edition != edition:
            yield place
        edition = bar.edition or edition


def _width(figure: Figure, text: str) -> float:
    """Return the width of a text as a share of the figure's."""
    shown = figure.text(0, 0, text)
    width = shown.get_window_extent().width / figure.bbox.width
    shown.remove()
    return float(width)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


_SVG = "{http://www.w3.org/2000/svg}"
_NUMBERS = re.compile(r"-?[0-9]+\.[0-9]+")


def _inline(svg: str) -> str:
    """Return the SVG for the inside of a page: no ids, its fonts and colours the page's."""
    drawing = ElementTree.fromstring(svg)  # noqa: S314 - matplotlib wrote it a moment ago
    root = ElementTree.Element("svg", viewBox=drawing.attrib["viewBox"])
    root.extend(_shapes(drawing))
    return ElementTree.tostring(root, encoding="unicode")


def _shapes(drawing: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield what is seen of a drawing, its groups and its empty outlines left out."""
    for element in drawing.iter():
        tag = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
        style = element.attrib.get("style", "")
        if tag == "path" and style and style != "fill: none":
            outline = " ".join(_rounded(element.attrib["d"]).split())
            yield ElementTree.Element("path", d=outline, style=_style(style))
        if tag == "text":
            place = {axis: _rounded(element.attrib[axis]) for axis in ("x", "y")}
            text = ElementTree.Element("text", place, style=_style(style))
            text.text = element.text
            yield text


def _rounded(numbers: str) -> str:
    return _NUMBERS.sub(lambda found: f"{float(found.group()):.1f}", numbers)


def _style(style: str) -> str:
    """Return a style with the page's colours, and without what the page sets itself."""
    kept = [
        rule for rule in style.split("; ") if not rule.startswith(("font-family", "stroke-line"))
    ]
    rules = (rule.split(": ", 1) for rule in kept)
    return ";".join(f"{name}:{PALETTE.get(value, value)}" for name, value in rules)
