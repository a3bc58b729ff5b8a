"""The page of all reports, and a page an agency, drawn from what the manifests say."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from gongkai.errors import SEVERITIES
from gongkai.report import history
from gongkai.report.trend import render_trend, trend_of
from gongkai.show.index_entries import Entry
from gongkai.text.templates import TEMPLATES, Markup, render, style_sheet

ON_A_PAGE = 50  # rows: the page shows so many at a time
STYLES = ("page.css", "site/site.css")


def index_page(entries: list[Entry]) -> str:
    """Return the page of all reports: by agency, the newest year first."""
    ordered = sorted(entries, key=lambda entry: (entry.slug, -entry.year))
    shown = {key: named for key, named in history.crosswalk().items() if named.overview}
    return render(
        "site/index.html.j2",
        style=style_sheet(*STYLES),
        script=Markup((TEMPLATES / "site" / "index.js").read_text("utf-8")),
        entries=ordered,
        first=ordered[:ON_A_PAGE],
        rest=ordered[ON_A_PAGE:],
        on_a_page=ON_A_PAGE,
        series=shown,
        units="、".join(dict.fromkeys(named.unit for named in shown.values())),
        agencies=len({entry.slug for entry in entries}),
        years=sorted({entry.year for entry in entries}, reverse=True),
        districts=sorted(Counter(entry.district for entry in entries).items()),
        published=sum(entry.public for entry in entries),
        counts=[sum(entry.counts[place] for entry in entries) for place in range(len(SEVERITIES))],
    )


def agency_page(years: list[Entry]) -> str:
    """Return the page of one agency: its years side by side, and its figures over the years."""
    return render(
        "site/agency.html.j2",
        style=style_sheet(*STYLES),
        name=years[-1].name,
        years=years,
        trend=_trend(years),
    )


def _trend(years: list[Entry]) -> Markup:
    """Return the figures over the years, the series that have one; '' for one year."""
    by_year = {entry.year: entry for entry in years}
    span = range(years[0].year, years[-1].year + 1)
    series = (
        history.Series(
            key, named.label, named.unit, tuple(_point(by_year, year, key) for year in span)
        )
        for key, named in history.crosswalk().items()
    )
    known = (item for item in series if any(point.number is not None for point in item.points))
    trend = trend_of(tuple(known))
    return render_trend(trend) if trend else Markup("")


def _point(by_year: dict[int, Entry], year: int, key: str) -> history.Point:
    entry = by_year.get(year)
    text = entry.figures.get(key, "") if entry else ""
    return history.Point(
        year, Decimal(text) if text else None, text, entry.edition if entry else ""
    )
