"""What the index pages show of the manifests of built reports."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from gongkai.disk import Stamp, stamp_of
from gongkai.manifest import read_manifest
from gongkai.project import FAILED_NOTEBOOK, MANIFEST, PUBLIC, REVIEW, YEAR, Target
from gongkai.text.agency_names import SLUG
from gongkai.text.models import Field, Model

_MANIFEST = re.compile(rf"({YEAR.pattern})(?:{re.escape(MANIFEST)}|{re.escape(FAILED_NOTEBOOK)})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


class IndexEntry(Model):
    """What the index says of one report; `counts` are its findings by severity.

    `readable` is False if its manifest is damaged, or its build was never completed, and
    `built` is False where there are only its parameters: then slug and year are all there is.
    """

    slug: str = Field(pattern=rf"^{SLUG.pattern}$")
    year: int
    name: str = ""
    district: str = ""
    edition: str = ""
    outputs: tuple[str, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)
    figures: dict[str, Annotated[str, Field(pattern=rf"^({_NUMBER.pattern})?$")]] = {}
    readable: bool = True
    built: bool = True

    @property
    def public(self) -> bool:
        """Whether there is a public page."""
        return PUBLIC in self.outputs


def manifests(outputs: Path) -> Iterable[tuple[str, str, int, Stamp]]:
    """Yield each manifest's path below the outputs, its agency, its year and its stamp.

    For a year without a manifest, the notebook of a failed build takes its place.
    """
    with os.scandir(outputs) as folders:
        slugs = sorted(item.name for item in folders if SLUG.fullmatch(item.name) and item.is_dir())
    for slug in slugs:
        with os.scandir(outputs / slug) as files:
            there = {item.name: item for item in files if _MANIFEST.fullmatch(item.name)}
        for name in sorted(there):
            failed = name.endswith(FAILED_NOTEBOOK)
            stamp = stamp_of(there[name])  # [] while another build is just replacing it
            if stamp and not (failed and f"{name[:4]}{MANIFEST}" in there):
                yield f"{slug}/{name}", slug, int(name[:4]), stamp


def entry_of(outputs: Path, slug: str, year: int) -> IndexEntry:
    """Return what a manifest says, or an unreadable entry if it is not this report's."""
    from gongkai.report import history  # a build with nothing to do reads no manifest

    manifest = read_manifest(outputs, Target(slug, year))
    if manifest is None:
        return IndexEntry(slug=slug, year=year, readable=False)
    counted = Counter(finding.severity for finding in manifest.standing)
    stated = {key: manifest.figures.get(key, "") for key in history.crosswalk()}
    kept = {f"{year}{suffix}": suffix for suffix in (PUBLIC, REVIEW)}
    return IndexEntry(
        slug=slug,
        year=year,
        name=manifest.name,
        district=manifest.district,
        edition=manifest.edition,
        outputs=tuple(kept[file] for file in manifest.outputs if file in kept),
        counts=(counted["error"], counted["warning"], counted["note"]),
        figures={key: it for key, it in stated.items() if not it or _NUMBER.fullmatch(it)},
    )


def has_page(entries: Iterable[IndexEntry]) -> bool:
    """Whether an agency gets its own page: not if nothing in its folder can be read."""
    return any(entry.readable for entry in entries)


def has_report(outputs: Path, slug: str) -> bool:
    """Whether an agency has a manifest, or what is left of a report that failed."""
    return any(_MANIFEST.fullmatch(path.name) for path in (outputs / slug).glob("[1-9]*"))


def is_of(path: str, entry: IndexEntry) -> bool:
    """Whether a path is that of an entry's manifest, or of the notebook in its place."""
    report = f"{entry.slug}/{entry.year}"
    return path in (f"{report}{MANIFEST}", f"{report}{FAILED_NOTEBOOK}")
