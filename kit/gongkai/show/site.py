"""The page of all reports and a page an agency are kept up to date, from the manifests alone.

Every build ends here, so nothing in it imports pandas, matplotlib, papermill or nbconvert, and
the templates of the pages are loaded only when a page has to be drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import locked, read_file, write_whole
from gongkai.manifest import read_json
from gongkai.report import provenance
from gongkai.show.manifests import (
    Entry,
    Stamp,
    entry_from,
    entry_of,
    is_stamp,
    manifests,
    stamp_of,
)
from gongkai.text.names import SLUG

INDEX = "index.html"
LOCK = ".index.lock"
OWN = (
    "manifest.py",
    "show/site.py",
    "show/manifests.py",
    "show/pages.py",
    "show/sparkline.py",
    "report/history.py",
    "report/series.yaml",
    "templates/site/*",
    "templates/page.css",
)
SIGNED = b'<meta name="generator" content="gongkai-kit">'
LARGEST = 500_000_000  # bytes of the memory: 500 a report
MEMORY = ".index.json"  # what was read of each manifest, and of which; not a result


class Written(NamedTuple):
    """How many reports the index has, and how many pages had to be written."""

    reports: int
    pages: int


@dataclass
class _Memory:
    """What the last call read and wrote: manifests and pages by their paths."""

    kit: str
    manifests: dict[str, tuple[Stamp, Entry | None]]
    pages: dict[str, Stamp]


def write_index(outputs: Path) -> Written:
    """Write `index.html` and each agency's page, as far as they are not up to date.

    Only what has a manifest is shown. A manifest whose time, size and number are those of the
    last call is not read again; pages that nothing changed are not touched. Raises OSError
    where a page cannot be written.
    """
    with locked(outputs / LOCK):  # of two builds that end together, the later has the last word
        return _written(outputs)


def _written(outputs: Path) -> Written:
    past = _remembered(outputs)
    now = _Memory(past.kit, {}, {})
    stale = _read(outputs, past, now)
    entries = sorted(entry for _, entry in now.manifests.values() if entry)
    written = 0
    for slug, group in groupby(entries, key=lambda entry: entry.slug):
        years = list(group)
        page = f"{slug}/{INDEX}"
        if slug in stale or stamp_of(outputs / page) != past.pages.get(page):
            _draw(outputs, page, years)
            written += 1
        now.pages[page] = stamp_of(outputs / page)
    for page in past.pages.keys() - now.pages.keys() - {INDEX}:
        (outputs / page).unlink(missing_ok=True)
    if stale or stamp_of(outputs / INDEX) != past.pages.get(INDEX):
        _draw(outputs, INDEX, entries)
        written += 1
    now.pages[INDEX] = stamp_of(outputs / INDEX)
    if now != past:
        _remember(outputs, now)
    return Written(len(entries), written)


def _draw(outputs: Path, page: str, entries: list[Entry]) -> None:
    """Write the page of an agency's reports, or of the whole."""
    write_whole(outputs / page, _drawn(page, entries), outputs)


def _drawn(page: str, entries: list[Entry]) -> str:
    from gongkai.show import pages

    return (pages.index_page if page == INDEX else pages.agency_page)(entries)


def fresh_pages(outputs: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each page, from the manifests alone: no memory is asked."""
    read = (entry_of(outputs, slug, year) for _, slug, year, _ in manifests(outputs))
    entries = sorted(entry for entry in read if entry)
    for slug, group in groupby(entries, key=lambda entry: entry.slug):
        page = f"{slug}/{INDEX}"
        yield page, _drawn(page, list(group))
    yield INDEX, _drawn(INDEX, entries)


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


def _remembered(outputs: Path) -> _Memory:
    """Return what the last call left; nothing where it was another kit's, or is no more."""
    kit = provenance.package_digest(*OWN)
    stored = read_json(outputs / MEMORY, LARGEST)
    try:
        if stored["kit"] == kit:
            manifests = {
                path: (_stamp(stamp), entry_from(path, fields))
                for path, (stamp, fields) in stored["manifests"].items()
            }
            pages = {
                page: _stamp(stamp) for page, stamp in stored["pages"].items() if _is_page(page)
            }
            return _Memory(kit, manifests, pages)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    return _Memory(kit, {}, {page: [] for page in _pages_there(outputs)})


def _stamp(found: Stamp) -> Stamp:
    if not is_stamp(found):
        raise ValueError(found)
    return found


def _is_page(name: str) -> bool:
    slug, _, page = name.rpartition("/")
    return page == INDEX and (not slug or bool(SLUG.fullmatch(slug)))


def _pages_there(outputs: Path) -> Iterator[str]:
    """Yield the pages that an earlier call wrote, by what they say of themselves."""
    for path in outputs.glob(f"*/{INDEX}"):
        with suppress(OSError):
            if SLUG.fullmatch(path.parent.name) and SIGNED in read_file(path)[:1024]:
                yield f"{path.parent.name}/{INDEX}"


def _remember(outputs: Path, memory: _Memory) -> None:
    stored = {"kit": memory.kit, "manifests": memory.manifests, "pages": memory.pages}
    write_whole(outputs / MEMORY, json.dumps(stored, ensure_ascii=False, separators=(",", ":")))
