"""Keep the page of all reports and a page per agency up to date, from the manifests alone.

Every build ends here, so this never imports pandas, matplotlib, papermill or nbconvert, and
the templates of the pages are loaded only when a page has to be drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import Stamp, read_file, read_json, stamp_of, write_whole
from gongkai.errors import KitError, Problem
from gongkai.locks import locked
from gongkai.project import INDEX, Target
from gongkai.report import provenance
from gongkai.show.index_entries import (
    IndexEntry,
    entry_of,
    has_page,
    has_report,
    is_of,
    manifests,
)
from gongkai.text.agency_names import SLUG
from gongkai.text.models import Invalid, Model

INDEX_LOCK = ".index.lock"
OWN = (
    "manifest.py",
    "show/index.py",
    "show/index_entries.py",
    "show/index_pages.py",
    "report/trend.py",
    "report/history.py",
    "report/series.yaml",
    "templates/site/*",
    "templates/page.css",
)
SIGNED = b'<meta name="generator" content="gongkai-kit">'
LARGEST = 500_000_000  # bytes of the cache: 500 per report
CACHE_FILE = ".index.json"  # the entry and the stamp of each manifest; not a result


class Written(NamedTuple):
    """The numbers of reports in the index, and of pages that had to be written."""

    reports: int
    pages: int


class _Cache(Model):
    """The cache of the last call: the manifests read and the pages written, by path."""

    kit: str
    manifests: dict[str, tuple[Stamp, IndexEntry]]
    pages: dict[str, Stamp]
    unbuilt: list[str]


def write_index(outputs: Path, known: Iterable[Target] = (), *, trusting: bool = True) -> Written:
    """Write `index.html` and each agency's page, unless they are up to date.

    Reports with a manifest are shown, and `known` reports without one, as never built. A manifest
    whose times, size and inode are those of the
    last call is not read again, and unchanged pages are not written. Unless `trusting` the cache
    of the last call, every manifest is read, and every page is compared with
    what it should be. Raises OSError if a page cannot be written, and KitError, once all others
    are, if somebody else's page is in the place of one.
    """
    with locked(outputs / INDEX_LOCK):  # if two builds end together, the later one wins
        past = _cached(outputs) if trusting else _new_cache(outputs)
        return _written(outputs, past, known)


def _written(outputs: Path, past: _Cache, known: Iterable[Target]) -> Written:
    read, stale = _read(outputs, past)
    entries = _with_unbuilt((entry for _, entry in read.values()), known)
    unbuilt = [f"{entry.slug}/{entry.year}" for entry in entries if not entry.built]
    stale |= {name.partition("/")[0] for name in {*unbuilt} ^ {*past.unbuilt}}
    pages: dict[str, Stamp] = {}
    others: list[Problem] = []
    written = 0
    for page, shown in (*_agencies(entries), (INDEX, entries)):
        path = outputs / page
        is_stale = stale if page == INDEX else shown[0].slug in stale
        if is_stale or stamp_of(path) != past.pages.get(page):
            if page not in past.pages and _is_of_others(path):
                others.append(Problem("output-of-others", path.as_posix()))
                continue
            written += _draw(outputs, page, shown)
        pages[page] = stamp_of(path)
    for page in past.pages.keys() - pages.keys() - {INDEX}:
        if _is_signed(outputs / page):  # the cache may name somebody else's page
            (outputs / page).unlink(missing_ok=True)
    now = _Cache(kit=past.kit, manifests=read, pages=pages, unbuilt=unbuilt)
    if now != past:
        write_whole(outputs / CACHE_FILE, now.model_dump_json(exclude_defaults=True))
    if others:
        raise KitError(*others)
    return Written(len(read), written)


def _with_unbuilt(entries: Iterable[IndexEntry], known: Iterable[Target]) -> list[IndexEntry]:
    """Return entries in order, with one added for each known report that has none."""
    found = {(entry.slug, entry.year): entry for entry in entries}
    missing = (
        IndexEntry(slug=slug, year=year, readable=False, built=False)
        for slug, year in known
        if SLUG.fullmatch(slug)  # any other folder belongs to no agency
    )
    found = {(entry.slug, entry.year): entry for entry in missing} | found
    return [found[place] for place in sorted(found)]


def _agencies(entries: list[IndexEntry]) -> Iterator[tuple[str, list[IndexEntry]]]:
    """Yield the page of each agency that has one, with its reports."""
    for slug, group in groupby(entries, key=lambda entry: entry.slug):
        years = list(group)
        if has_page(years):
            yield f"{slug}/{INDEX}", years


def _draw(outputs: Path, page: str, entries: list[IndexEntry]) -> bool:
    """Write an agency's page, or the page of all; return whether it has changed."""
    text = _drawn(page, entries)
    with suppress(OSError):
        if read_file(outputs / page) == text.encode():
            return False
    write_whole(outputs / page, text, outputs)
    return True


def _drawn(page: str, entries: list[IndexEntry]) -> str:
    from gongkai.show import index_pages

    return (index_pages.index_page if page == INDEX else index_pages.agency_page)(entries)


def fresh_pages(outputs: Path, known: Iterable[Target] = ()) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each page, from the manifests alone, without the cache."""
    read = (entry_of(outputs, slug, year) for _, slug, year, _ in manifests(outputs))
    entries = _with_unbuilt(read, known)
    for page, years in _agencies(entries):
        yield page, _drawn(page, years)
    yield INDEX, _drawn(INDEX, entries)


def stray_pages(outputs: Path) -> list[Path]:
    """Return the pages that the kit wrote for agencies that no longer have a report."""
    return [outputs / page for page in sorted(_pages_there(outputs)) if not is_shown(outputs, page)]


def is_shown(outputs: Path, page: str) -> bool:
    """Whether a path below the outputs is that of a page that the kit writes there."""
    slug = page.rpartition("/")[0]
    return page == INDEX or (_is_page(page) and has_report(outputs, slug))


# --- manifests --------------------------------------------------------------------


def _read(outputs: Path, past: _Cache) -> tuple[dict[str, tuple[Stamp, IndexEntry]], set[str]]:
    """Return all manifests, of which only those new or changed are read; the agencies of these."""
    now, stale = {}, set()
    for path, slug, year, stamp in manifests(outputs):
        known = past.manifests.get(path)
        if known and known[0] == stamp:
            now[path] = known
            continue
        now[path] = stamp, entry_of(outputs, slug, year)
        if not known or known[1] != now[path][1]:
            stale.add(slug)
    return now, stale | {path.partition("/")[0] for path in past.manifests.keys() - now.keys()}


def _cached(outputs: Path) -> _Cache:
    """Return the saved cache; a new one if it is missing, damaged, or another version's."""
    try:
        found = _Cache.model_validate(read_json(outputs / CACHE_FILE, LARGEST))
    except Invalid:
        return _new_cache(outputs)
    is_sound = all(map(_is_page, found.pages)) and all(
        is_of(path, entry) for path, (_, entry) in found.manifests.items()
    )
    same = found.kit == provenance.package_digest(*OWN)
    return found if same and is_sound else _new_cache(outputs)


def _new_cache(outputs: Path) -> _Cache:
    """Return a cache of nothing but the existing pages that the kit wrote."""
    kit = provenance.package_digest(*OWN)
    pages: dict[str, Stamp] = {page: [] for page in _pages_there(outputs)}
    return _Cache(kit=kit, manifests={}, pages=pages, unbuilt=[])


def _is_page(name: str) -> bool:
    slug, _, page = name.rpartition("/")
    return page == INDEX and (not slug or bool(SLUG.fullmatch(slug)))


def _pages_there(outputs: Path) -> Iterator[str]:
    """Yield the agencies' pages that an earlier call wrote, recognized by their meta element."""
    for path in outputs.glob(f"*/{INDEX}"):
        if SLUG.fullmatch(path.parent.name) and _is_signed(path):
            yield f"{path.parent.name}/{INDEX}"


def _is_of_others(path: Path) -> bool:
    """Whether somebody else put a page there; an empty file is none."""
    return path.exists() and path.stat().st_size > 0 and not _is_signed(path)


def _is_signed(path: Path) -> bool:
    """Whether a page states that the kit made it; False if it cannot be read."""
    try:
        return SIGNED in read_file(path)[:1024]
    except OSError:
        return False
