"""Render the pages of a site that list its reports, and its machine-readable files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlsplit

from gongkai.errors import KitError, Problem
from gongkai.project import INDEX, PUBLIC
from gongkai.report.bodies import Bodies, Tree
from gongkai.show.site_reports import SiteEntry
from gongkai.show.site_tree import Published, directory, tree_of
from gongkai.text.templates import TEMPLATES, render, style_sheet

FEED, MAP, ROBOTS, STYLE, SEARCH = "feed.xml", "sitemap.xml", "robots.txt", "site.css", "search.js"
IN_FEED = 100  # reports, the newest
IN_MAP = 50_000  # addresses: sitemaps.org allows no more in a file
STYLES = ("page.css", "site/site.css", "site/public.css")

Draw = Callable[[], str]
_NO_ADDRESS = frozenset(" \"'<>\\^`{|}")  # RFC 3986, but for letters; ' ends an attribute


class ListedBody(NamedTuple):
    """An agency, by the name that its newest report has; its reports, the newest first."""

    slug: str
    name: str
    district: str
    reports: tuple[SiteEntry, ...]


def pages(
    entries: Sequence[SiteEntry], listed: Bodies | None, url: str, *, has_table: bool
) -> dict[str, Draw]:
    """Return a function that renders each file of the site except the reports, by its path.

    `entries` are in the order of agencies and years; `listed` says who reports to whom. With
    `url`, what names whole addresses is among them; with `has_table`, the first page leads to the
    table of all figures. Nothing is drawn before it is asked for.
    """
    bodies = [_body(list(group)) for _, group in groupby(entries, key=lambda entry: entry.slug)]
    years = sorted({entry.year for entry in entries}, reverse=True)
    drawn: dict[str, Draw] = {
        INDEX: partial(
            _index,
            bodies,
            listed,
            years,
            has_feed=bool(url) and _has_dates(entries),
            has_table=has_table,
        ),
        STYLE: partial(str, style_sheet(*STYLES)),
        SEARCH: partial((TEMPLATES / "site" / "search.js").read_text, "utf-8"),
        ROBOTS: partial(_robots, url),
    }
    drawn |= {f"{year}{PUBLIC}": partial(_year, bodies, listed, year) for year in years}
    drawn |= _agencies(bodies, listed)
    return drawn | (_addresses(entries, drawn, url) if url else {})


def _body(entries: list[SiteEntry]) -> ListedBody:
    newest = entries[-1]
    return ListedBody(newest.slug, newest.name, newest.district, tuple(reversed(entries)))


def _tree(bodies: Iterable[ListedBody], listed: Bodies | None) -> Tree:
    """Return the tree of agencies, each where the newest of its reports puts it."""
    published = {
        body.slug: Published(body.name, body.district, body.reports[0].year) for body in bodies
    }
    return tree_of(listed, published)


def _listing(bodies: Sequence[ListedBody], listed: Bodies | None) -> dict[str, object]:
    """Return the template context of a list of agencies: the places, and each agency's reports."""
    of = {body.slug: body for body in bodies}
    return {"places": directory(of.keys(), _tree(bodies, listed)), "of": of}


def _index(
    bodies: Sequence[ListedBody],
    listed: Bodies | None,
    years: Sequence[int],
    *,
    has_feed: bool,
    has_table: bool,
) -> str:
    counts = Counter(it.year for body in bodies for it in body.reports)
    return render(
        "site/directory.html.j2",
        **_listing(bodies, listed),
        years={year: counts[year] for year in years},
        bodies=len(bodies),
        has_feed=has_feed,
        has_table=has_table,
    )


def _has_dates(entries: Iterable[SiteEntry]) -> bool:
    return any(entry.date for entry in entries)


def _year(bodies: Sequence[ListedBody], listed: Bodies | None, year: int) -> str:
    of_year = (
        body._replace(reports=tuple(it for it in body.reports if it.year == year))
        for body in bodies
    )
    there = [body for body in of_year if body.reports]
    return render("site/year.html.j2", **_listing(there, listed), year=year, count=len(there))


def _agencies(bodies: Sequence[ListedBody], listed: Bodies | None) -> dict[str, Draw]:
    """Return a function for each agency's page, which leads to its parent and those below it."""
    tree = _tree(bodies, listed)
    of = {body.slug: body for body in bodies}
    return {
        f"{key}/{INDEX}": partial(
            render,
            "site/body.html.j2",
            body=body,
            parent=of.get(tree.bodies[key].parent),
            below=[of[child.key] for child in tree.children(key) if child.key in of],
        )
        for key, body in of.items()
    }


def _robots(url: str) -> str:
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {url}{MAP}\n" if url else "")


# --- whole addresses --------------------------------------------------------------


def address(text: str) -> str:
    """Return a site's address with a trailing slash. Raises KitError if it is not valid."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname)
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
    except ValueError:
        is_one = plain = False
    if not (is_one and plain) or not text.isprintable() or _NO_ADDRESS.intersection(text):
        raise KitError(Problem("site-url", url=text))
    return text.rstrip("/") + "/"


def _addresses(
    entries: Sequence[SiteEntry], drawn: Mapping[str, Draw], url: str
) -> dict[str, Draw]:
    """Return functions that render the feed and the sitemap, which is split if it is large."""
    lists = [(path.removesuffix(INDEX), "") for path in drawn if path.endswith(PUBLIC)]
    places = lists + [(entry.page, entry.date) for entry in entries]
    parts = [places[start : start + IN_MAP] for start in range(0, len(places), IN_MAP)]
    feed: dict[str, Draw] = {FEED: partial(_feed, entries, url)} if _has_dates(entries) else {}
    maps = [partial(render, "site/sitemap.xml.j2", places=part, url=url) for part in parts]
    if len(maps) == 1:
        return feed | {MAP: maps[0]}
    names = [MAP.replace(".", f"-{number}.") for number in range(1, len(maps) + 1)]
    index = partial(render, "site/sitemaps.xml.j2", names=names, url=url)
    return feed | dict(zip(names, maps, strict=True)) | {MAP: index}


def _feed(entries: Sequence[SiteEntry], url: str) -> str:
    """Return an Atom feed of the newest reports, by the days on which they were signed.

    Atom requires a date for each entry, so a report without one is left out.
    """
    dated = sorted((entry for entry in entries if entry.date), key=lambda it: (it.date, it.target))
    return render("site/feed.xml.j2", entries=dated[: -IN_FEED - 1 : -1], url=url)
