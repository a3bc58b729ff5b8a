"""The page of all reports, and a page an agency, drawn from what the manifests say."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from gongkai.errors import SEVERITIES
from gongkai.report import history
from gongkai.show.index_entries import Entry
from gongkai.show.sparkline import Mark, sparkline
from gongkai.text.templates import TEMPLATES, Markup, render

ON_A_PAGE = 50  # rows: the page shows so many at a time


def _style() -> Markup:
    names = ("page.css", "site/site.css")
    return Markup("".join((TEMPLATES / name).read_text("utf-8") for name in names))


def index_page(entries: list[Entry]) -> str:
    """Return the page of all reports: by agency, the newest year first."""
    ordered = sorted(entries, key=lambda entry: (entry.slug, -entry.year))
    shown = {key: named for key, named in history.crosswalk().items() if named.overview}
    return render(
        "site/index.html.j2",
        style=_style(),
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


class Trend(NamedTuple):
    """A series of one agency: what it is called, its drawing, and the same in words."""

    named: history.Named
    drawing: Markup
    alt: str


def agency_page(years: list[Entry]) -> str:
    """Return the page of one agency: its years side by side, and its figures over the years."""
    return render(
        "site/agency.html.j2",
        style=_style(),
        name=years[-1].name,
        years=years,
        series=history.crosswalk(),
        trends=_trends(years),
        editions=len({entry.edition for entry in years}),
    )


def _trends(years: list[Entry]) -> list[Trend]:
    """Return a trend for each series with a figure other than 0, where two years can be joined."""
    by_year = {entry.year: entry for entry in years}
    span = range(years[0].year, years[-1].year + 1) if len(years) > 1 else range(0)
    found = []
    for key, named in history.crosswalk().items():
        marks = [_mark(by_year.get(year), year, key) for year in span]
        joined = any(
            before.edition == now.edition != "" and None not in (before.value, now.value)
            for before, now in pairwise(marks)
        )
        if joined and any(mark.value for mark in marks):
            said = "，".join(f"{mark.year}年{mark.written or '没有数字'}" for mark in marks)
            alt = f"{named.label}（{named.unit}）：{said}。"
            found.append(Trend(named, sparkline(marks), alt))
    return found


def _mark(entry: Entry | None, year: int, key: str) -> Mark:
    text = entry.figures.get(key, "") if entry else ""
    return Mark(year, float(text) if text else None, text, entry.edition if entry else "")
