"""Write the figures of all reports of a site as one table, with its descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from gongkai.kinds import CSV
from gongkai.office.dataset import Source, write_dataset
from gongkai.project import Project
from gongkai.report import provenance
from gongkai.show.site_reports import SiteEntry


def with_figures(entries: Iterable[SiteEntry]) -> list[SiteEntry]:
    """Return the reports whose figures the site has as a file, in order."""
    return sorted(
        (entry for entry in entries if CSV.suffix in entry.files), key=lambda entry: entry.target
    )


def key_of(entries: Iterable[SiteEntry]) -> str:
    """Return a hash of the table's inputs; if they change, the table is made again."""
    code = provenance.package_digest("office/dataset.py", "office/data.py", "office/content.py")
    inputs = [[str(it.target), it.name, it.edition, it.files[CSV.suffix].digest] for it in entries]
    return provenance.digest(json.dumps([code, provenance.maker(), inputs]).encode())


def write_table(
    project: Project,
    folder: Path,
    entries: Iterable[SiteEntry],
    kept: Mapping[str, SiteEntry],
    aside: Path,
) -> None:
    """Write the table and its descriptions to a scratch folder.

    The figures of the reports in `kept` are read from the site's folder.
    """

    def source_of(entry: SiteEntry) -> Source:
        home = folder if str(entry.target) in kept else project.outputs
        figures = home / entry.path(CSV.suffix)
        return Source(entry.slug, entry.name, entry.year, entry.edition, figures)

    write_dataset(aside, map(source_of, entries))
