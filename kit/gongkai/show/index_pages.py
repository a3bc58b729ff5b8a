"""Render the page of all reports and the page of each agency from the manifests."""

from __future__ import annotations

from itertools import groupby
from typing import Literal, NamedTuple

from gongkai.report import history
from gongkai.report.trend import sparkline
from gongkai.show.index_entries import IndexEntry, has_page
from gongkai.text.numbers import parse_number
from gongkai.text.templates import TEMPLATES, Markup, render, style_sheet

ON_A_PAGE = 50  # rows that the page shows at a time
FEW_YEARS = 3  # columns that fit on a phone
MOST_YEARS = 10  # columns that are shown, as many as fit in a window
NAMED = 3  # agencies of each kind in the sentence above the list
STYLES = ("page.css", "site/site.css")

# The status of a report, in the order of the words: public without or with warnings, without a
# public page, with a damaged manifest, not built, missing, or before the agency's first report.
Kind = Literal["clear", "warning", "error", "unreadable", "unbuilt", "missing", "before"]
# The worst first; a year before an agency's first report needs no action.
RANKS: tuple[Kind, ...] = (
    "error", "unreadable", "unbuilt", "missing", "warning", "clear", "before",
)  # fmt: skip


class State(NamedTuple):
    """The status of an agency's report of a year; `amount` is the number of errors or warnings."""

    kind: Kind
    year: int
    entry: IndexEntry | None = None
    amount: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """The sort key: the worst status first, then the most findings."""
        return RANKS.index(self.kind), -self.amount


class Agency(NamedTuple):
    """A row of the page of all reports, with the states in the order of its columns.

    `has_page`: the agency has its own page, because at least one of its manifests can be read.
    """

    slug: str
    name: str
    district: str
    states: tuple[State, ...]
    has_page: bool

    @property
    def rank(self) -> tuple[tuple[int, int], ...]:
        """The sort key: the status of the newest year, then of the year before, and so on."""
        return tuple(state.rank for state in self.states)


def index_page(entries: list[IndexEntry]) -> str:
    """Return the page of all reports: a row per agency, a column per year, the worst first.

    Years before the latest MOST_YEARS are in the rows for the filters, but their columns are not
    shown; each is a link instead.
    """
    years = sorted({entry.year for entry in entries}, reverse=True)
    groups = groupby(entries, key=lambda entry: entry.slug)
    found = [_agency(slug, {entry.year: entry for entry in own}, years) for slug, own in groups]
    agencies = sorted(found, key=lambda agency: (agency.rank, agency.slug))
    shown = {key: named for key, named in history.crosswalk().items() if named.overview}
    states = [state for agency in agencies for state in agency.states]
    return render(
        "site/index.html.j2",
        style=style_sheet(*STYLES),
        script=Markup((TEMPLATES / "site" / "index.js").read_text("utf-8")),
        agencies=agencies,
        first=agencies[:ON_A_PAGE],
        rest=agencies[ON_A_PAGE:],
        on_a_page=ON_A_PAGE,
        few=FEW_YEARS,
        room=24 + 9 * min(len(years), MOST_YEARS) // 2,  # em that so many columns take
        latest=_latest(agencies),
        shown=NAMED,
        series=shown,
        units="、".join(dict.fromkeys(named.unit for named in shown.values())),
        years=years,
        most=MOST_YEARS,
        districts=sorted({agency.district for agency in agencies if agency.district}),
        reports=sum(entry.built for entry in entries),
        kinds={kind: sum(state.kind == kind for state in states) for kind in RANKS},
        warned=sum(bool(entry.counts[1]) for entry in entries),
    )


def _latest(agencies: list[Agency]) -> list[tuple[str, Kind, list[str]]]:
    """Return the outstanding reports of the newest year: a word, the kind, the agencies' names."""
    labels: dict[Kind, str] = {"missing": "缺报", "unbuilt": "未生成"}
    labels |= {"error": "无公开本", "unreadable": "无法读取"}
    found = {
        kind: [agency.name for agency in agencies if agency.states[0].kind == kind]
        for kind in labels
    }
    return [(labels[kind], kind, names) for kind, names in found.items() if names]


def _agency(slug: str, by_year: dict[int, IndexEntry], years: list[int]) -> Agency:
    newest_first = [by_year[year] for year in sorted(by_year, reverse=True)]
    named = next((entry for entry in newest_first if entry.name), newest_first[0])
    states = tuple(_state(year, by_year.get(year), min(by_year)) for year in years)
    return Agency(slug, named.name or slug, named.district, states, has_page(by_year.values()))


def _state(year: int, entry: IndexEntry | None, first: int) -> State:
    """Return the status of a report; from an agency's first one on, every year should have one."""
    if entry is None:
        return State("before" if year < first else "missing", year)
    if not entry.readable:
        return State("unreadable" if entry.built else "unbuilt", year, entry)
    errors, warnings, _ = entry.counts
    if errors or not entry.public:
        return State("error", year, entry, errors or warnings)
    return State("warning" if warnings else "clear", year, entry, warnings)


class Row(NamedTuple):
    """A series of one agency: its name, its figure in each year, and its chart.

    `change` is the change from the previous year to the newest one, None if they
    cannot be compared.
    """

    named: history.SeriesName
    figures: tuple[str, ...]
    change: history.Change | None
    drawing: Markup


def agency_page(entries: list[IndexEntry]) -> str:
    """Return the page of one agency: its years side by side, and its figures over the years."""
    years = sorted({entry.year for entry in entries}, reverse=True)
    by_year = {entry.year: entry for entry in entries}
    span = list(range(years[0], years[-1] - 1, -1))
    agency = _agency(entries[0].slug, by_year, span)
    rows = [_row(key, named, by_year, span) for key, named in history.crosswalk().items()]
    return render(
        "site/agency.html.j2",
        style=style_sheet(*STYLES),
        agency=agency,
        states=agency.states,
        rows=rows,
        changes=any(row.change for row in rows),
        drawings=any(row.drawing for row in rows),
        editions=len({entry.edition for entry in entries if entry.edition}),
    )


def _row(
    key: str, named: history.SeriesName, by_year: dict[int, IndexEntry], span: list[int]
) -> Row:
    points = [_point(by_year.get(year), year, key) for year in reversed(span)]
    figures = tuple(point.printed for point in reversed(points))
    return Row(named, figures, _change(named, points), sparkline(points))


def _change(named: history.SeriesName, points: list[history.Point]) -> history.Change | None:
    """Return the change from the previous year to the newest, if both use the same edition."""
    if len(points) < 2:
        return None
    before, now = points[-2:]
    if before.edition != now.edition or before.number is None or now.number is None:
        return None
    return history.change(named.label, named.unit, before.number, now.number)


def _point(entry: IndexEntry | None, year: int, key: str) -> history.Point:
    text = entry.figures.get(key, "") if entry else ""
    number, _, _ = parse_number(text, "signed")
    return history.Point(year, number, text, entry.edition if entry else "")
