"""The page of all reports and a page an agency, made from the manifests alone.

Imports: disk, text, report. None of them
loads pandas, matplotlib, papermill or nbconvert: every build ends here.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from kit.disk import locked, write_whole
from kit.report import history, provenance
from kit.report.model import SLUG
from kit.show.sparkline import Mark, sparkline
from kit.text.markup import TEMPLATES, Markup, render

INDEX = "index.html"
LOCK = ".index.lock"
OWN = (
    "show/site.py",
    "show/sparkline.py",
    "report/history.py",
    "report/series.yaml",
    "templates/site/*",
    "templates/page.css",
)
MEMORY = ".index.json"  # what was read of each manifest, and of which; not a result
ON_A_PAGE = 50  # rows: the page shows so many at a time
SEVERITIES = ("error", "warning", "note")
_YEAR = re.compile(r"([0-9]{4})\.json")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")

Stamp = list[int]  # a file's time, size and number: where they are the same, so is the file


class Entry(NamedTuple):
    """What the index says of one report."""

    slug: str
    year: int
    name: str
    edition: str
    outputs: list[str]
    counts: list[int]
    figures: dict[str, str]

    @property
    def public(self) -> bool:
        """Whether there is a public copy."""
        return ".html" in self.outputs

    @property
    def district(self) -> str:
        """The beginning of the agency's folder name: the only grouping that there is."""
        return self.slug.partition("-")[0]


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
        if slug in stale or _stamp(outputs / page) != past.pages.get(page):
            write_whole(outputs / page, _agency_page(years))
            written += 1
        now.pages[page] = _stamp(outputs / page)
    for page in past.pages.keys() - now.pages.keys() - {INDEX}:
        (outputs / page).unlink(missing_ok=True)
    if stale or _stamp(outputs / INDEX) != past.pages.get(INDEX):
        write_whole(outputs / INDEX, _index_page(entries))
        written += 1
    now.pages[INDEX] = _stamp(outputs / INDEX)
    if now != past:
        _remember(outputs, now)
    return Written(len(entries), written)


# --- manifests --------------------------------------------------------------------


def _read(outputs: Path, past: _Memory, now: _Memory) -> set[str]:
    """Read every manifest that is new; return the agencies of which something changed."""
    stale = set()
    for path, slug, year, stamp in _manifests(outputs):
        known = past.manifests.get(path)
        if known and known[0] == stamp:
            now.manifests[path] = known
            continue
        entry = _entry(outputs / path, slug, year)
        now.manifests[path] = (stamp, entry)
        if not known or known[1] != entry:
            stale.add(slug)
    gone = past.manifests.keys() - now.manifests.keys()
    return stale | {path.partition("/")[0] for path in gone}


def _manifests(outputs: Path) -> Iterable[tuple[str, str, int, Stamp]]:
    """Yield each manifest's path below the results, its agency, its year and its stamp."""
    with os.scandir(outputs) as folders:
        slugs = sorted(item.name for item in folders if SLUG.fullmatch(item.name) and item.is_dir())
    for slug in slugs:
        with os.scandir(outputs / slug) as files:
            found = sorted((item.name, item) for item in files if _YEAR.fullmatch(item.name))
        for name, item in found:
            stamp = _stamp(item)
            if stamp:
                yield f"{slug}/{name}", slug, int(name[:4]), stamp


def _stamp(file: os.DirEntry[str] | Path) -> Stamp:
    """Return what changes when a file does; nothing where there is none."""
    try:
        state = file.stat()
    except OSError:  # another build is just replacing it, and will come here at its own end
        return []
    return [state.st_mtime_ns, state.st_size, state.st_ino]


def _entry(path: Path, slug: str, year: int) -> Entry | None:
    """Return what a manifest says, None where it is no manifest of this report."""
    try:
        manifest = json.loads(path.read_bytes())
        standing = (finding for finding in manifest["findings"] if not finding.get("accepted"))
        severities = Counter(finding["severity"] for finding in standing)
        stated = manifest.get("figures", {})
        figures = {key: stated.get(key, "") for key in history.crosswalk()}
        name = str(manifest.get("name") or slug)
        kept = {f"{year}{suffix}": suffix for suffix in (".html", ".review.html")}
        outputs = [kept[file] for file in manifest["outputs"] if file in kept]
        edition = str(manifest["edition"])
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None
    numbers = {
        key: text
        for key, text in figures.items()
        if isinstance(text, str) and (not text or _NUMBER.fullmatch(text))
    }
    return Entry(slug, year, name, edition, outputs, [severities[s] for s in SEVERITIES], numbers)


def _remembered(outputs: Path) -> _Memory:
    """Return what the last call left; nothing where it was another kit's, or is no more."""
    kit = provenance.package_digest(*OWN)
    try:
        stored = json.loads((outputs / MEMORY).read_bytes())
        if stored["kit"] == kit:
            manifests = {
                path: (stamp, Entry(*fields) if fields else None)
                for path, (stamp, fields) in stored["manifests"].items()
            }
            pages = {page: stamp for page, stamp in stored["pages"].items() if _is_page(page)}
            return _Memory(kit, manifests, pages)
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        pass
    return _Memory(kit, {}, {})


def _is_page(name: str) -> bool:
    slug, _, page = name.rpartition("/")
    return page == INDEX and (not slug or bool(SLUG.fullmatch(slug)))


def _remember(outputs: Path, memory: _Memory) -> None:
    stored = {"kit": memory.kit, "manifests": memory.manifests, "pages": memory.pages}
    write_whole(outputs / MEMORY, json.dumps(stored, ensure_ascii=False, separators=(",", ":")))


# --- pages ------------------------------------------------------------------------


def _style() -> Markup:
    names = ("page.css", "site/site.css")
    return Markup("".join((TEMPLATES / name).read_text("utf-8") for name in names))


def _index_page(entries: list[Entry]) -> str:
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


def _agency_page(years: list[Entry]) -> str:
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
