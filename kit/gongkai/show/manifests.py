"""What the manifests of built reports say, as far as the pages of all reports show it.

Imports: project, text, report.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from gongkai.project import PUBLIC, REVIEW
from gongkai.text.names import SLUG

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
        return PUBLIC in self.outputs

    @property
    def district(self) -> str:
        """The beginning of the agency's folder name: the only grouping that there is."""
        return self.slug.partition("-")[0]


def manifests(outputs: Path) -> Iterable[tuple[str, str, int, Stamp]]:
    """Yield each manifest's path below the results, its agency, its year and its stamp."""
    with os.scandir(outputs) as folders:
        slugs = sorted(item.name for item in folders if SLUG.fullmatch(item.name) and item.is_dir())
    for slug in slugs:
        with os.scandir(outputs / slug) as files:
            found = sorted((item.name, item) for item in files if _YEAR.fullmatch(item.name))
        for name, item in found:
            stamp = stamp_of(item)
            if stamp:
                yield f"{slug}/{name}", slug, int(name[:4]), stamp


def stamp_of(file: os.DirEntry[str] | Path) -> Stamp:
    """Return what changes when a file does; nothing where there is none."""
    try:
        state = file.stat()
    except OSError:  # another build is just replacing it, and will come here at its own end
        return []
    return [state.st_mtime_ns, state.st_size, state.st_ino]


def entry_of(path: Path, slug: str, year: int) -> Entry | None:
    """Return what a manifest says, None where it is no manifest of this report."""
    from gongkai.report import history  # a build with nothing to do asks for no manifest

    try:
        manifest = json.loads(path.read_bytes())
        standing = (finding for finding in manifest["findings"] if not finding.get("accepted"))
        severities = Counter(finding["severity"] for finding in standing)
        stated = manifest.get("figures", {})
        figures = {key: stated.get(key, "") for key in history.crosswalk()}
        name = str(manifest.get("name") or slug)
        kept = {f"{year}{suffix}": suffix for suffix in (PUBLIC, REVIEW)}
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
