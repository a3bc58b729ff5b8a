"""Charts of a report: a headline, and bars with their figures, shares and last year's figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from gongkai.forms.form import ChartSpec, Panel
from gongkai.page.bars import Strip, strips
from gongkai.page.downloads import csv_file
from gongkai.report import history
from gongkai.report.csv_file import csv_of
from gongkai.report.highlights import Word, Words, computed, largest
from gongkai.report.history import last_years_figure, share_of
from gongkai.report.model import CHART, Breakdown, Past, Report
from gongkai.report.trend import render_trend, trend_of
from gongkai.text.numbers import plain
from gongkai.text.templates import Markup, render

MOST_BARS = 10  # of a breakdown; the rest is folded into one bar
LONGEST_LABEL = 10  # characters beside a bar; longer labels go above it
NEARLY_ALL = Decimal("0.9")  # share of a panel in one bar, at which a sentence says as much
BLANK = "未填报"
COLUMNS = ("类别", "项目", "单位", "数量", "占比", "上年")

# What the page has for a chart, by its id: the text of the year's YAML, or the review's marks.
ForChart = Callable[[str], Markup]


class Bar(NamedTuple):
    """A figure of a chart: its label, as printed, its size, its share, last year's figure.

    A blank has no size, and is printed as ''.
    """

    label: str
    printed: str
    value: Decimal | None
    share: str = ""
    before: Decimal | None = None
    largest: bool = False

    @property
    def last(self) -> str:
        """Last year's figure, '' where there is none to compare with."""
        return "" if self.before is None else plain(self.before)


class Group(NamedTuple):
    """Bars that are drawn together: their title and unit, and the total that the shares are of."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    whole: str = ""

    @property
    def sizes(self) -> list[Decimal]:
        """The figures that are more than 0."""
        return [bar.value for bar in self.bars if bar.value]

    @property
    def compares(self) -> bool:
        """Whether a drawing shows more than one bar, or one bar that is nearly everything."""
        return len(self.sizes) > 1 and max(self.sizes) < NEARLY_ALL * sum(self.sizes)


class Chart(NamedTuple):
    """A chart's headline, statistic and bars; `folded` are the parts combined into the last bar."""

    id: str
    says: Words
    statistic: str
    groups: tuple[Group, ...]
    folded: tuple[Bar, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether the page has it, drawn or in words."""
        return any(len(group.sizes) > 1 for group in self.groups)


def charts_of(
    report: Report, past: Past, part: str, own: ForChart, marks: ForChart
) -> Iterator[Markup]:
    """Yield the charts of a part: its breakdowns, the form's, the trend over the years.

    A chart that shows no more than a sentence becomes one; if all is 0 or blank, it is left out.
    """
    previous = past.last_year(report)
    charts = [
        *(breakdown_chart(name, item) for name, item in breakdowns_of(report) if item.part == part),
        *(form_chart(spec, report, previous) for spec in report.form.charts if spec.part == part),
    ]
    for chart in charts:
        yield from _shown(chart, report, own, marks(chart.id))
    if part == report.form.trend and past.reports:
        yield from _trend(report, past, own)


def breakdowns_of(report: Report) -> Iterator[tuple[str, Breakdown]]:
    """Yield the stated breakdowns, each with the id of its chart."""
    for number, breakdown in enumerate(report.breakdowns, start=1):
        yield f"breakdown-{number}", breakdown


def _shown(chart: Chart, report: Report, own: ForChart, marks: Markup) -> Iterator[Markup]:
    """Yield a chart, or the sentence that says as much."""
    if any(group.compares for group in chart.groups):
        yield _drawn(chart, report, own(CHART + chart.id), marks)
    elif chart.is_shown:
        words = in_words(chart.groups)
        yield render("page/words.html.j2", chart=chart, words=words, marks=marks)


def form_chart(spec: ChartSpec, report: Report, previous: Report | None) -> Chart:
    """Return a chart that the form asks for."""
    if not spec.largest:
        spec = spec.model_copy(update={"largest": spec.panels[0].lines})
    groups = tuple(_group(panel, report, previous) for panel in spec.panels)
    return Chart(spec.id, computed(spec, report, previous), spec.statistic, groups)


def _group(panel: Panel, report: Report, previous: Report | None) -> Group:
    measures = [(report.form.measure(name), label) for name, label in panel.called]
    whole = report.form.measure(panel.whole) if panel.whole else None
    total = report.exact(whole.codes) if whole else None
    most = largest(panel.lines, report)
    bars = []
    for measure, label in measures:
        exact = report.exact(measure.codes)
        size = report.figure(measure.codes) if exact is None else exact
        printed = report.printed(measure.codes) or ("" if size is None else plain(size))
        share, before = share_of(exact, total), last_years_figure(measure.codes, report, previous)
        bars.append(Bar(label or measure.name, printed, size, share, before, measure == most))
    return Group(panel.title, measures[0][0].unit, tuple(bars), whole.name if whole else "")


def breakdown_chart(id: str, breakdown: Breakdown) -> Chart:
    """Return the chart of a stated breakdown, the largest part first unless its order is given.

    Shares are of the stated total, if the parts add up to it.
    """
    items = list(breakdown.items.items())
    if breakdown.order == "size":
        items.sort(key=lambda item: item[1], reverse=True)
    shown, rest = _folded(items) if breakdown.order == "size" else (items, [])
    whole = breakdown.total if sum(breakdown.items.values()) == breakdown.total else None
    sizes = [size for _, size in items]
    alone = sizes.count(max(sizes)) == 1 and len([size for size in sizes if size]) > 1

    def bar(name: str, size: Decimal, *, most: bool = False) -> Bar:
        return Bar(name, plain(size), size, share_of(size, whole), None, most)

    bars = [bar(name, size, most=alone and size == max(sizes)) for name, size in shown]
    if rest:
        bars.append(bar(f"其余{len(rest)}类", sum((size for _, size in rest), Decimal(0))))
    group = Group("", breakdown.unit, tuple(bars), "总数" if whole else "")
    says = tuple(_of_breakdown(breakdown, whole, next((b for b in bars if b.largest), None)))
    return Chart(id, says, breakdown.title, (group,), tuple(bar(*item) for item in rest))


_Items = list[tuple[str, Decimal]]


def _folded(items: _Items) -> tuple[_Items, _Items]:
    """Return the items shown individually, and the rest; a rest of one is shown too."""
    if len(items) <= MOST_BARS + 1:
        return items, []
    return items[:MOST_BARS], items[MOST_BARS:]


def _of_breakdown(breakdown: Breakdown, whole: Decimal | None, most: Bar | None) -> Iterator[Word]:
    """Yield what a breakdown says: its total, and the largest part of it."""
    if whole is not None:
        yield from (Word("共"), Word(plain(whole), figure=True, unit=breakdown.unit))
    if most is not None:
        yield Word(f"{'，' if whole is not None else ''}“{most.label}”最多，")
        if most.share:
            yield Word(f"占{most.share}")
        else:
            yield Word(most.printed, figure=True, unit=breakdown.unit)


# --- what is shown ----------------------------------------------------------------


def _drawn(chart: Chart, report: Report, own: Markup, marks: Markup) -> Markup:
    """Return a chart as HTML: a table with a row per bar; groups of only 0 are left out."""
    groups = [group for group in chart.groups if group.sizes]
    bars = [bar for group in groups for bar in group.bars]
    drawings = iter(strips([strip for group in groups for strip in _strips(group, groups)]))
    shares = any(bar.share for bar in bars)
    befores = any(bar.before is not None for bar in bars)
    wholes = list(dict.fromkeys(group.whole for group in groups if group.whole))
    return render(
        "page/chart.html.j2",
        chart=chart,
        own=own,
        marks=marks,
        groups=[(group, [(bar, next(drawings)) for bar in group.bars]) for group in groups],
        units=list(dict.fromkeys(group.unit for group in groups)),
        share=f"占{'、'.join(wholes)}的比重" if shares else "",
        before=report.year - 1 if befores else 0,
        long=any(len(bar.label) > LONGEST_LABEL for bar in bars),
        digits=max(len(bar.printed or BLANK * 2) for bar in bars),
        blank=BLANK,
        rest=in_words([Group("", groups[0].unit, chart.folded)]) if chart.folded else "",
        download=csv_file(f"{report.agency.called}{report.year}年{chart.statistic}", _csv(chart)),
    )


def _strips(group: Group, groups: Iterable[Group]) -> Iterator[Strip]:
    """Yield the drawing of each bar; groups with the same unit share a scale."""
    alike = [bar for other in groups if other.unit == group.unit for bar in other.bars]
    scale = max(max(bar.value or 0, bar.before or 0) for bar in alike)
    for bar in group.bars:
        length = max(float((bar.value or 0) / scale), 0.0)
        before = None if bar.before is None else float(bar.before / scale)
        yield Strip(length, bar.largest, before)


def in_words(groups: Iterable[Group]) -> str:
    """Return groups as a sentence: each figure but 0 with its share; a blank is named."""
    said = []
    for group in groups:
        if group.sizes:
            words = "，".join(
                _bar_in_words(bar, group.unit) for bar in group.bars if bar.value != 0
            )
            rest = "，其余为0" if any(bar.value == 0 for bar in group.bars) else ""
            said.append(f"{group.title}：{words}{rest}" if group.title else words + rest)
    return "；".join(said) + "。"


def _bar_in_words(bar: Bar, unit: str) -> str:
    if bar.value is None:
        return bar.label + BLANK
    return f"{bar.label}{bar.printed}{unit}" + (f"（{bar.share}）" if bar.share else "")


def _csv(chart: Chart) -> str:
    """Return the figures of a chart; what was folded has its own lines."""
    lines = [
        (
            group.title,
            bar.label,
            group.unit,
            bar.printed,
            bar.share,
            bar.last,
        )
        for group in chart.groups
        for bar in (*group.bars[: len(group.bars) - bool(chart.folded)], *chart.folded)
    ]
    return csv_of(lines, COLUMNS)


# --- over the years ---------------------------------------------------------------


def _trend(report: Report, past: Past, own: ForChart) -> Iterator[Markup]:
    """Yield the figures over the years, where there is one other than 0."""
    series = history.series((*past.reports, report))
    previous = past.last_year(report)
    comparable = previous is not None and report.compares_with(previous)
    trend = trend_of(series, comparable=comparable)
    if trend:
        table = render_trend(trend, own(f"{CHART}trend"))
        yield render("page/trend.html.j2", table=table, name=trend.title)
