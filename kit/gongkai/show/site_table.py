"""The figures of all reports of a site as one table, with its descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from gongkai.errors import KitError, Problem
from gongkai.project import METADATA, PACKAGE, TABLE, Project
from gongkai.report import provenance
from gongkai.show.site_reports import Entry, Suffix

DATA_CSV: Suffix = ".data.csv"
FILES = (TABLE, PACKAGE, METADATA)


def with_figures(entries: Iterable[Entry]) -> list[Entry]:
    """Return the reports of which the site has the figures as a file, in order."""
    return sorted(
        (entry for entry in entries if DATA_CSV in entry.files), key=lambda entry: entry.target
    )


def key_of(entries: Iterable[Entry]) -> str:
    """Return a hash of what the table is made of: it is made again where that changes."""
    code = provenance.package_digest("office/dataset.py", "office/data.py", "office/content.py")
    said = [[str(it.target), it.name, it.edition, it.files[DATA_CSV].digest] for it in entries]
    return provenance.digest(json.dumps([code, provenance.maker(), said]).encode())


def write_table(
    project: Project, folder: Path, entries: Iterable[Entry], kept: Mapping[str, Entry], aside: Path
) -> None:
    """Write the table and its descriptions to a folder aside.

    The figures of what is `kept` are those that the site's folder has. Raises KitError where a
    library of the extra `office` is not installed.
    """
    try:
        from gongkai.office.dataset import Source, write_dataset
    except ModuleNotFoundError:
        details = {"packages": provenance.packages_of("office")}
        raise KitError(Problem("office-extra-missing", details=details)) from None
    write_dataset(
        aside,
        (
            Source(
                entry.slug,
                entry.name,
                entry.year,
                entry.edition,
                (folder if str(entry.target) in kept else project.outputs) / entry.path(DATA_CSV),
            )
            for entry in entries
        ),
    )
