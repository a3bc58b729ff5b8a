"""What the manifests of built reports say, as far as the pages of all reports show it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from gongkai.manifest import read_manifest
from gongkai.project import PUBLIC, REVIEW, YEAR, Target
from gongkai.text.agency_names import SLUG
from gongkai.text.models import Field, Model

_MANIFEST = re.compile(rf"{YEAR.pattern}\.json")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")

Stamp = list[int]  # a file's time, size and number: where they are the same, so is the file


class Entry(Model):
    """What the index says of one report; `counts` are its findings by severity."""

    slug: str = Field(pattern=rf"^{SLUG.pattern}$")
    year: int
    name: str
    edition: str
    outputs: tuple[str, ...]
    counts: tuple[int, int, int]
    figures: dict[str, Annotated[str, Field(pattern=rf"^({_NUMBER.pattern})?$")]]

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
            found = sorted((item.name, item) for item in files if _MANIFEST.fullmatch(item.name))
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


def entry_of(outputs: Path, slug: str, year: int) -> Entry | None:
    """Return what a manifest says, None where it is no manifest of this report."""
    from gongkai.report import history  # a build with nothing to do asks for no manifest

    manifest = read_manifest(outputs, Target(slug, year))
    if manifest is None:
        return None
    counted = Counter(finding.severity for finding in manifest.standing)
    stated = {key: manifest.figures.get(key, "") for key in history.crosswalk()}
    kept = {f"{year}{suffix}": suffix for suffix in (PUBLIC, REVIEW)}
    return Entry(
        slug=slug,
        year=year,
        name=manifest.name or slug,
        edition=manifest.edition,
        outputs=tuple(kept[file] for file in manifest.outputs if file in kept),
        counts=(counted["error"], counted["warning"], counted["note"]),
        figures={key: text for key, text in stated.items() if _is_figure(text)},
    )


def has_report(outputs: Path, slug: str) -> bool:
    """Whether an agency has a manifest, which the pages show; a damaged one is made again."""
    return any((outputs / slug).glob("[1-9][0-9][0-9][0-9].json"))


def _is_figure(text: str) -> bool:
    return not text or bool(_NUMBER.fullmatch(text))


def entry_from(path: str, fields: Any) -> Entry | None:
    """Return an entry as it was remembered. Raises ValueError where it is none of this path."""
    if fields is None:
        return None
    entry = Entry.model_validate(fields)
    if path != f"{entry.slug}/{entry.year}.json":
        raise ValueError(path)
    return entry


def is_stamp(found: object) -> bool:
    """Whether something is the stamp of a file, or of none."""
    match found:
        case [] | [int(), int(), int()]:
            return True
    return False
