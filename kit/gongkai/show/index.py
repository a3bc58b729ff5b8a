"""The page of all reports and a page an agency are kept up to date, from the manifests alone.

Every build ends here, so nothing in it imports pandas, matplotlib, papermill or nbconvert, and
the templates of the pages are loaded only when a page has to be drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import Stamp, is_stamp, locked, read_file, stamp_of, write_whole
from gongkai.manifest import read_json
from gongkai.project import Target
from gongkai.report import provenance
from gongkai.show.index_entries import (
    Entry,
    entry_from,
    entry_of,
    has_page,
    has_report,
    manifests,
)
from gongkai.text.agency_names import SLUG

INDEX = "index.html"
LOCK = ".index.lock"
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
LARGEST = 500_000_000  # bytes of the memory: 500 a report
CACHE_FILE = ".index.json"  # what was read of each manifest, and of which; not a result


class Written(NamedTuple):
    """How many reports the index has, and how many pages had to be written."""

    reports: int
    pages: int


@dataclass
class _Memory:
    """What the last call read and wrote: manifests and pages by their paths."""

    kit: str
    manifests: dict[str, tuple[Stamp, Entry]]
    pages: dict[str, Stamp]
    unbuilt: list[str] = field(default_factory=list)


def write_index(outputs: Path, known: Iterable[Target] = (), *, trusting: bool = True) -> Written:
    """Write `index.html` and each agency's page, as far as they are not up to date.

    What has a manifest is shown, and of the reports that are `known` those that have none: they
    were never built. A manifest whose time, size and number are those of the
    last call is not read again; pages that nothing changed are not touched. Where the memory of
    the last call is not to be trusted, every manifest is read and every page is compared with
    what it should be. Raises OSError where a page cannot be written.
    """
    with locked(outputs / LOCK):  # of two builds that end together, the later has the last word
        past = _cached(outputs) if trusting else _nothing_but(outputs)
        return _written(outputs, past, known)


def _written(outputs: Path, past: _Memory, known: Iterable[Target]) -> Written:
    now = _Memory(past.kit, {}, {})
    stale = _read(outputs, past, now)
    entries = _with_unbuilt((entry for _, entry in now.manifests.values()), known)
    now.unbuilt = [f"{entry.slug}/{entry.year}" for entry in entries if not entry.built]
    stale |= {name.partition("/")[0] for name in {*now.unbuilt} ^ {*past.unbuilt}}
    written = 0
    for page, years in _agencies(entries):
        slug = years[0].slug
        if slug in stale or stamp_of(outputs / page) != past.pages.get(page):
            written += _draw(outputs, page, years)
        now.pages[page] = stamp_of(outputs / page)
    for page in past.pages.keys() - now.pages.keys() - {INDEX}:
        if _is_signed(outputs / page):  # the memory may name a page of somebody else
            (outputs / page).unlink(missing_ok=True)
    if stale or stamp_of(outputs / INDEX) != past.pages.get(INDEX):
        written += _draw(outputs, INDEX, entries)
    now.pages[INDEX] = stamp_of(outputs / INDEX)
    if now != past:
        _remember(outputs, now)
    return Written(len(now.manifests), written)


def _with_unbuilt(entries: Iterable[Entry], known: Iterable[Target]) -> list[Entry]:
    """Return entries in order, with one for each report that is known and has none."""
    found = {(entry.slug, entry.year): entry for entry in entries}
    missing = (
        Entry(slug=slug, year=year, readable=False, built=False)
        for slug, year in known
        if SLUG.fullmatch(slug)  # any other folder belongs to no agency
    )
    found = {(entry.slug, entry.year): entry for entry in missing} | found
    return [found[place] for place in sorted(found)]


def _agencies(entries: list[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Yield the page of each agency that has one, with its reports."""
    for slug, group in groupby(entries, key=lambda entry: entry.slug):
        years = list(group)
        if has_page(years):
            yield f"{slug}/{INDEX}", years


def _draw(outputs: Path, page: str, entries: list[Entry]) -> bool:
    """Write the page of an agency's reports, or of the whole; return whether it was another."""
    text = _drawn(page, entries)
    with suppress(OSError):
        if read_file(outputs / page) == text.encode():
            return False
    write_whole(outputs / page, text, outputs)
    return True


def _drawn(page: str, entries: list[Entry]) -> str:
    from gongkai.show import index_pages

    return (index_pages.index_page if page == INDEX else index_pages.agency_page)(entries)


def fresh_pages(outputs: Path, known: Iterable[Target] = ()) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each page, from the manifests alone: no memory is asked."""
    read = (entry_of(outputs, slug, year) for _, slug, year, _ in manifests(outputs))
    entries = _with_unbuilt(read, known)
    for page, years in _agencies(entries):
        yield page, _drawn(page, years)
    yield INDEX, _drawn(INDEX, entries)


def stray_pages(outputs: Path) -> list[Path]:
    """Return the agencies' pages that bear the kit's name, of agencies that have no report."""
    return [outputs / page for page in sorted(_pages_there(outputs)) if not is_shown(outputs, page)]


def is_shown(outputs: Path, page: str) -> bool:
    """Whether a path below the outputs is that of a page that the kit draws there."""
    slug = page.rpartition("/")[0]
    return page == INDEX or (_is_page(page) and has_report(outputs, slug))


# --- manifests --------------------------------------------------------------------


def _read(outputs: Path, past: _Memory, now: _Memory) -> set[str]:
    """Read every manifest that is new; return the agencies of which something changed."""
    stale = set()
    for path, slug, year, stamp in manifests(outputs):
        known = past.manifests.get(path)
        if known and known[0] == stamp:
            now.manifests[path] = known
            continue
        entry = entry_of(outputs, slug, year)
        now.manifests[path] = (stamp, entry)
        if not known or known[1] != entry:
            stale.add(slug)
    gone = past.manifests.keys() - now.manifests.keys()
    return stale | {path.partition("/")[0] for path in gone}


def _cached(outputs: Path) -> _Memory:
    """Return what the last call left; nothing where it was another kit's, or is no more."""
    kit = provenance.package_digest(*OWN)
    stored = read_json(outputs / CACHE_FILE, LARGEST)
    try:
        if stored["kit"] == kit:
            manifests = {
                path: (_stamp(stamp), entry_from(path, fields))
                for path, (stamp, fields) in stored["manifests"].items()
            }
            pages = {
                page: _stamp(stamp) for page, stamp in stored["pages"].items() if _is_page(page)
            }
            return _Memory(kit, manifests, pages, [str(name) for name in stored["unbuilt"]])
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    return _nothing_but(outputs)


def _nothing_but(outputs: Path) -> _Memory:
    """Return a memory of nothing but the pages that bear the kit's name."""
    kit = provenance.package_digest(*OWN)
    return _Memory(kit, {}, {page: [] for page in _pages_there(outputs)})


def _stamp(found: Stamp) -> Stamp:
    if not is_stamp(found):
        raise ValueError(found)
    return found


def _is_page(name: str) -> bool:
    slug, _, page = name.rpartition("/")
    return page == INDEX and (not slug or bool(SLUG.fullmatch(slug)))


def _pages_there(outputs: Path) -> Iterator[str]:
    """Yield the agencies' pages that an earlier call wrote, by what they say of themselves."""
    for path in outputs.glob(f"*/{INDEX}"):
        if SLUG.fullmatch(path.parent.name) and _is_signed(path):
            yield f"{path.parent.name}/{INDEX}"


def _is_signed(path: Path) -> bool:
    """Whether a page says that the kit made it; not where it cannot be read."""
    try:
        return SIGNED in read_file(path)[:1024]
    except OSError:
        return False


def _remember(outputs: Path, memory: _Memory) -> None:
    read = {
        path: (stamp, entry.model_dump(exclude_defaults=True))
        for path, (stamp, entry) in memory.manifests.items()
    }
    stored = {"kit": memory.kit, "manifests": read, "pages": memory.pages}
    stored["unbuilt"] = memory.unbuilt
    write_whole(outputs / CACHE_FILE, json.dumps(stored, ensure_ascii=False, separators=(",", ":")))
