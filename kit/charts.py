"""Charts of a report: bars that are read by their numbers, as SVG with text as text.

The home of matplotlib. Imports: errors, markup, form, report, frames.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font

from kit import frames
from kit.errors import KitError, Problem
from kit.form import ChartSpec
from kit.markup import Markup, render
from kit.report import Breakdown, Report

STYLE = Path(__file__).with_name("report.mplstyle")
WIDTH = 4.7  # inches: text of 10.5 points stays readable on a telephone, and fits a column
ROW = 0.27  # inches
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


def charts_of(report: Report, part: str) -> Iterator[Markup]:
    """Yield the charts of a part, those of its breakdowns first; a sentence where all is 0."""
    for number, breakdown in enumerate(report.breakdowns, start=1):
        if breakdown.part == part:
            yield _figure(breakdown_chart(f"breakdown-{number}", breakdown))
    for spec in report.form.charts:
        if spec.part == part:
            chart = form_chart(spec, report)
            yield _figure(chart) if chart else render("page/no_chart.html.j2", sentence=spec.zero)


def form_chart(spec: ChartSpec, report: Report) -> Chart | None:
    """Return a chart that the form asks for, or None where every figure is 0."""
    data = frames.figures(report, {panel.title: panel.lines for panel in spec.panels})
    return _chart(spec.id, spec.caption, data) if data["value"].any() else None


def breakdown_chart(id: str, breakdown: Breakdown) -> Chart:
    """Return the chart of a stated breakdown: the parts as they were given, largest first."""
    data = frames.parts(breakdown).sort_values("value", ascending=False, kind="stable")
    return _chart(id, breakdown.title, data)


def _chart(id: str, caption: str, data: pd.DataFrame) -> Chart:
    return Chart(id, caption, _svg(data), _alt(caption, data), data)


def _figure(chart: Chart) -> Markup:
    rows = chart.data.to_dict("records")
    return render("page/chart.html.j2", chart=chart, rows=rows)


def _alt(caption: str, data: pd.DataFrame) -> str:
    """Return what the chart shows, in words: every figure of every panel."""
    panels = [
        f"{panel}：" + "，".join(f"{bar.name}{bar.printed}{bar.unit}" for bar in bars)
        for panel, bars in _panels(data)
    ]
    return f"条形图：{caption}。" + "；".join(panels) + "。"


class Bar(NamedTuple):
    """One bar: what it counts, its figure as printed, and its length."""

    name: str
    printed: str
    unit: str
    value: float


def _panels(data: pd.DataFrame) -> list[tuple[str, list[Bar]]]:
    """Return the bars of each panel, in order; a cell without a number is called blank."""
    return [
        (
            str(title),
            [
                Bar(
                    str(row["name"]),
                    str(row["printed"]) or "（空白）",
                    str(row["unit"]),
                    row["value"],
                )
                for row in bars.to_dict("records")
            ],
        )
        for title, bars in data.groupby("panel", sort=False)
    ]


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


def _svg(data: pd.DataFrame) -> Markup:
    """Draw horizontal bars, a panel under the other; bars of one unit share a scale."""
    panels = _panels(data)
    _hold_glyphs(text for title, bars in panels for text in (title, *(bar.name for bar in bars)))
    longest = data.groupby("unit")["value"].max()
    rows = sum(len(bars) + 1.4 for _, bars in panels) - 0.4
    with mpl.rc_context(fname=str(STYLE)):
        mpl.rcParams["font.family"] = [_font().get_name()]
        figure = Figure(figsize=(WIDTH, ROW * rows))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        left = max(_width(figure, _shortened(bar.name)) for _, bars in panels for bar in bars)
        top = 0.0
        for title, bars in panels:
            lengths = [bar.value / (longest[bar.unit] or 1.0) for bar in bars]
            _panel(axes, title, bars, lengths, left, top)
            top += len(bars) + 1.4
        axes.set_xlim(0, 1)
        axes.set_ylim(rows, 0)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return Markup(_inline(stream.getvalue()))


def _panel(
    axes: Axes, title: str, bars: list[Bar], lengths: list[float], left: float, top: float
) -> None:
    """Draw a panel: its title, and below it a bar a row between the names and the figures."""
    room = 1 - left - 0.16
    axes.text(0, top + 0.5, title, va="center", color=INK)
    for row, (bar, length) in enumerate(zip(bars, lengths, strict=True), start=1):
        middle = top + row + 0.5
        axes.text(left, middle, _shortened(bar.name), ha="right", va="center", color=INK)
        axes.barh(middle, room * length, 0.62, left=left + 0.02, color=BARS, clip_on=False)
        axes.text(left + 0.035 + room * length, middle, bar.printed, va="center", color=INK)
    axes.vlines(left + 0.02, top + 1, top + 1 + len(bars), colors=AXIS, linewidth=0.8)


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
