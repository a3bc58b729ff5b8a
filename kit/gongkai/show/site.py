"""Write the site: all that a project may publish, and nothing else, in a separate folder.

A record in that folder names every file that was written there, with its hash: only these are
replaced and removed, as long as they were not changed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import scratch
from gongkai.errors import KitError, Problem
from gongkai.locks import locked
from gongkai.pipeline.hashes import Hashes
from gongkai.project import COPIES, PUBLIC, TEMPLATE, Project, Survey, Target, survey
from gongkai.report import provenance
from gongkai.report.bodies import load_bodies
from gongkai.show import site_pages, site_table
from gongkai.show.prune import require_all_read
from gongkai.show.site_files import (
    Record,
    Sources,
    bring_up_to_date,
    digest_in,
    has_table,
    read_record,
)
from gongkai.show.site_reports import Found, SiteEntry, found_of
from gongkai.text.agency_names import BODIES, kept_names

SITE_LOCK = ".site.lock"  # in outputs/, as it names a machine


class Outcome(NamedTuple):
    """The outcome of writing a site: numbers of its reports, files written and files removed.

    `unpublished` are the reports that are not in it as they are now, each with its outcome:
    `kept`, `removed` or `left-out`. `incomplete` lack a copy. `foreign` names files that
    somebody else made or changed, and that were left alone.
    """

    reports: int
    written: int
    removed: int
    unpublished: tuple[tuple[Found, str], ...]
    incomplete: tuple[Found, ...]
    foreign: tuple[Problem, ...]

    @property
    def unread(self) -> bool:
        """Whether a report stays only because its parameters may be among those not read."""
        return any(it.id == "site-unread" for found, _ in self.unpublished for it in found.problems)


def write_site(project: Project, folder: Path, url: str) -> Outcome:
    """Write the site of a project's reports to a folder, and remove what it no longer has.

    A report that is not up to date is left out, or stays as the site has it; one that is withdrawn,
    by findings or by removal from the parameters, is removed. With `url`, the future address of the
    folder, a sitemap and a feed are written. Raises KitError if the folder
    cannot be the site of these reports, and OSError if it cannot be written to.
    """
    _refuse(project, folder)
    with _lock_of_outputs(project), locked(_lock_of(folder)), scratch() as aside:
        record = read_record(folder)
        found = _whole(_found(project, record), record)
        kept = _kept(folder, found, record)
        published = kept | {str(it.target): it.entry for it in found if it.entry}
        tables = site_table.with_figures(published.values())
        state = record.model_copy(
            update={
                "reports": published,
                "table": site_table.key_of(tables) if tables else "",
                "writing": {},
            }
        )
        if tables and not has_table(folder, record, state.table):
            site_table.write_table(project, folder, tables, kept, aside)
        listed = load_bodies(project.params) if (project.params / BODIES).exists() else None
        entries = sorted(published.values(), key=lambda entry: entry.target)
        ours = site_pages.pages(entries, listed, url, has_table=bool(tables))
        made = Sources(project.outputs, aside, ours)
        withheld = [
            f"{it.target}{suffix}"  # whether the site has it or not
            for it in found
            if str(it.target) not in published
            for suffix in (PUBLIC, *COPIES)
        ]
        written, removed, foreign = bring_up_to_date(folder, record, state, made, withheld)
    before = dict.fromkeys(record.reports, "removed") | dict.fromkeys(kept, "kept")
    others = [it for it in found if not it.entry]
    return Outcome(
        len(published),
        written,
        removed,
        tuple((it, before.get(str(it.target), "left-out")) for it in others),
        tuple(it for it in found if it.entry and it.problems),
        foreign,
    )


def _lock_of(folder: Path) -> Path:
    """Return the lock for a site's folder that all projects on this machine share.

    It is not in the folder, which is public: a lock names a machine.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    digest = provenance.digest(os.fsencode(f"{user} {folder.resolve()}"))
    return Path(tempfile.gettempdir()) / f"gongkai-site-{digest[:16]}.lock"


@contextmanager
def _lock_of_outputs(project: Project) -> Iterator[None]:
    """Let one site at a time be written from the outputs, also on other machines.

    Whoever may only read them, as the account of a web server, is not kept from publishing.
    """
    with ExitStack() as lock:
        if os.access(project.outputs, os.W_OK):
            lock.enter_context(locked(project.outputs / SITE_LOCK))
        yield


def _refuse(project: Project, folder: Path) -> None:
    """Raise KitError if a folder contains or is in a private one, or if params/ is missing."""
    if not project.params.is_dir():
        raise KitError(Problem("params-not-here", folder=project.params.as_posix()))
    site = folder.resolve()
    notebooks = project.params.parent / TEMPLATE.parent  # there may be none yet
    for private in (project.params, project.outputs, project.notebook.parent, notebooks):
        other = private.resolve()
        if site.is_relative_to(other) or other.is_relative_to(site):
            details = {"folder": folder.as_posix(), "other": private.as_posix()}
            raise KitError(Problem("site-folder", **details))


# --- which reports ----------------------------------------------------------------


def _found(project: Project, record: Record) -> list[Found]:
    """Return what may be published of each report that exists, or that the site has.

    Raises KitError if the site belongs to other parameters.
    """
    there = survey(project.params)
    known = {str(target) for target in there.targets}
    absent = [entry.target for name, entry in record.reports.items() if name not in known]
    removed = _removed(project, there, absent)
    kept = len(record.reports) - len(removed)
    if len(removed) > kept:  # the site of another project may have some reports of the same names
        details = {"params": project.params.as_posix(), "count": len(removed), "kept": kept}
        raise KitError(Problem("site-other", **details))
    hashes = Hashes(project.outputs)
    with kept_names(project.params) as names:
        found = [
            found_of(project, target, names, hashes.of, record.reports.get(str(target)))
            for target in there.targets
        ]
    return found + [_without_parameters(project, it, removed) for it in absent]


def _removed(project: Project, there: Survey, absent: Collection[Target]) -> set[Target]:
    """Return the reports without parameters that were removed from them, as far as is certain."""
    try:
        require_all_read(project, there, absent)
    except KitError:
        return set()
    return {target for target in absent if target.slug not in there.unread}


def _without_parameters(project: Project, target: Target, removed: Collection[Target]) -> Found:
    if target in removed:
        return Found(target, "withdrawn", problems=(Problem("site-no-parameters"),))
    problem = Problem("site-unread", params=project.params.as_posix())
    return Found(target, "unready", problems=(problem,))


def _whole(found: list[Found], record: Record) -> list[Found]:
    """Return the reports without the pages that link to a file that the site will not have.

    If such a page is left out, others may link to it, so this is repeated.
    """
    while True:
        paths = {path for it in found if it.entry for path in it.entry.paths()}
        paths |= {path for it in found for path in _stays(it, record)}
        missing = [it.entry.missing(paths) if it.entry else [] for it in found]
        if not any(missing):
            return found
        found = [
            it._replace(status="unready", entry=None, problems=(Problem("site-link", links=links),))
            if links
            else it
            for it, links in zip(found, missing, strict=True)
        ]


def _stays(found: Found, record: Record) -> tuple[str, ...]:
    """Return the files that the site keeps of a report that is not published as it is now."""
    before = record.reports.get(str(found.target))
    return before.paths() if before and found.status == "unready" else ()


def _kept(folder: Path, found: Iterable[Found], record: Record) -> dict[str, SiteEntry]:
    """Return the entries that stay as they are: not up to date, but with all files intact."""
    names = [str(it.target) for it in found if it.status == "unready"]
    before = {name: record.reports[name] for name in names if name in record.reports}
    return {
        name: entry
        for name, entry in before.items()
        if all(
            digest_in(folder, entry.path(suffix)) == file.digest
            for suffix, file in entry.files.items()
        )
    }
