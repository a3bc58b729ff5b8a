"""Write the site: all that a project may publish, and nothing else, in a separate folder.

A record in that folder names every file that was written there, with its hash: only these are
replaced and removed, as long as they were not changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.disk import (
    read_file,
    remove_abandoned_staging,
    scratch,
    uninterrupted,
    write_whole,
    writing_whole,
)
from gongkai.errors import KitError, Problem
from gongkai.locks import locked
from gongkai.pipeline.hashes import Hashes
from gongkai.project import (
    COPIES,
    PUBLIC,
    TABLE_FILES,
    TEMPLATE,
    Project,
    refuse_link_out,
    survey,
)
from gongkai.report import provenance
from gongkai.report.bodies import load_bodies
from gongkai.show import site_pages, site_table
from gongkai.show.site_reports import Found, SiteEntry, Status, found_of, is_path
from gongkai.text.agency_names import BODIES, can_be_folder, kept_names
from gongkai.text.models import Invalid, Model

RECORD = ".gongkai-site.json"  # in the site
SITE_LOCK = ".site.lock"  # in outputs/, as it names a machine
LARGEST = 500_000_000  # bytes of the record: 2,000 per report


class Record(Model):
    """The files of a site: hashes by path, files being written, and the reports.

    `table` is the key of the table of all figures, see `site_table.key_of`; '' for none.
    """

    schema_number: Literal[1] = 1
    files: dict[str, str] = {}
    writing: dict[str, str] = {}
    reports: dict[str, SiteEntry] = {}
    table: str = ""

    def is_ours(self, path: str, digest: str) -> bool:
        """Whether a file is as it was written, or was being written when a run was stopped."""
        return digest in (self.files.get(path), self.writing.get(path))


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


def write_site(project: Project, folder: Path, url: str) -> Outcome:
    """Write the site of a project's reports to a folder, and remove what it no longer has.

    A report that is not up to date is left out, or stays as the site has it; one that is withdrawn,
    by findings or by removal from the parameters, is removed. With `url`, the future address of the
    folder, a sitemap and a feed are written. Raises KitError if the folder
    cannot be the site of these reports, and OSError if it cannot be written to.
    """
    _refuse(project, folder)
    with locked(project.outputs / SITE_LOCK), locked(_lock_of(folder)), scratch() as aside:
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
        if tables and not _has_table(folder, record, state.table):
            site_table.write_table(project, folder, tables, kept, aside)
        listed = load_bodies(project.params) if (project.params / BODIES).exists() else None
        entries = _in_order(published.values())
        ours = site_pages.pages(entries, listed, url, has_table=bool(tables))
        made = _Sources(project.outputs, aside, ours)
        withheld = [path for it in found if str(it.target) not in published for path in _paths(it)]
        written, removed, foreign = _bring_up_to_date(folder, record, state, made, withheld)
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


def _refuse(project: Project, folder: Path) -> None:
    """Raise KitError if a folder contains or is in a private one, or if params/ is missing."""
    if not project.params.is_dir():
        details = {"folder": project.params.as_posix()}
        raise KitError(Problem("params-not-here", **details))
    site = folder.resolve()
    notebooks = project.params.parent / TEMPLATE.parent  # there may be none yet
    for private in (project.params, project.outputs, project.notebook.parent, notebooks):
        other = private.resolve()
        if site.is_relative_to(other) or other.is_relative_to(site):
            details = {"folder": folder.as_posix(), "other": private.as_posix()}
            raise KitError(Problem("site-folder", **details))


def read_record(folder: Path) -> Record:
    """Return the record of a site's folder. Raises KitError if it cannot be read."""
    path = folder / RECORD
    try:
        record = Record.model_validate_json(read_file(path, LARGEST))
    except FileNotFoundError:
        return Record()
    except (OSError, Invalid):
        raise KitError(Problem("site-record", path.as_posix())) from None
    if not all(map(is_path, (*record.files, *record.writing))):
        raise KitError(Problem("site-record", path.as_posix()))
    return record


# --- which reports ----------------------------------------------------------------


def _found(project: Project, record: Record) -> list[Found]:
    """Return what may be published of each report that exists, or that the site has.

    Raises KitError if the site belongs to other parameters.
    """
    there = survey(project.params)
    known = {str(target) for target in there.targets}
    if record.reports and not there.problems and not known & record.reports.keys():
        raise KitError(Problem("site-other", params=project.params.as_posix()))
    # A folder with an invalid name may hold a report that only seems to be removed.
    misnamed = not all(can_be_folder(target.slug) for target in there.targets)
    hashes = Hashes(project.outputs)
    with kept_names(project.params) as names:
        found = [
            found_of(project, target, names, hashes.of, record.reports.get(str(target)))
            for target in there.targets
        ]
    for name, entry in record.reports.items():
        if name not in known:
            folder = (project.params / entry.slug / "").as_posix() + "/"
            named_wrongly = any(it.file.startswith(folder) for it in there.problems)
            unread = misnamed or named_wrongly or entry.slug in there.unread
            problem = Problem("site-unread" if unread else "site-no-parameters")
            status: Status = "unready" if unread else "withdrawn"
            found.append(Found(entry.target, status, problems=(problem,)))
    return found


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
            it._replace(status="unready", entry=None, problems=(_leads_nowhere(links),))
            if links
            else it
            for it, links in zip(found, missing, strict=True)
        ]


def _stays(found: Found, record: Record) -> tuple[str, ...]:
    """Return the files that the site keeps of a report that is not published as it is now."""
    before = record.reports.get(str(found.target))
    return before.paths() if before and found.status == "unready" else ()


def _paths(found: Found) -> list[str]:
    """Return the files that a site may have of a report, whether it has them or not."""
    return [f"{found.target.slug}/{found.target.year}{suffix}" for suffix in (PUBLIC, *COPIES)]


def _leads_nowhere(links: Iterable[str]) -> Problem:
    return Problem("site-link", links=list(links))


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


def _in_order(entries: Iterable[SiteEntry]) -> list[SiteEntry]:
    return sorted(entries, key=lambda entry: entry.target)


# --- the folder -------------------------------------------------------------------


class _Plan(NamedTuple):
    """The changes to a folder: the files to write, to remove, and to leave to others."""

    write: list[str]
    remove: list[str]
    foreign: list[str]


def _plan(
    folder: Path, record: Record, wanted: Mapping[str, str], withheld: Iterable[str]
) -> _Plan:
    known = wanted.keys() | record.files.keys() | record.writing.keys()
    # An older record, as from a branch of git, does not have what was written after it.
    known |= {path for path in withheld if os.path.lexists(folder / path)}
    there = {path: digest_in(folder, path) for path in sorted(known)}
    ours = {path for path, digest in there.items() if not digest or record.is_ours(path, digest)}
    return _Plan(
        [path for path in wanted if path in ours and there[path] != wanted[path]],
        [path for path in there if path in ours and there[path] and path not in wanted],
        [path for path in there if path not in ours and there[path] != wanted.get(path)],
    )


class _Sources(NamedTuple):
    """The sources of what is written: outputs/, a scratch folder, and functions for the pages."""

    outputs: Path
    aside: Path
    pages: Mapping[str, Callable[[], str]]

    def copy(self, path: str, digest: str, folder: Path) -> None:
        """Put a file into its place in the site. Raises KitError if it has changed meanwhile."""
        (folder / path).parent.mkdir(exist_ok=True)
        if path in self.pages:
            write_whole(folder / path, self.pages[path](), folder)
            return
        source = (self.aside if path in TABLE_FILES else self.outputs) / path
        if _digest_of(source) != digest:
            raise KitError(Problem("site-moved", source.as_posix()))
        with source.open("rb") as read, writing_whole(folder / path) as file:
            shutil.copyfileobj(read, file)


def _has_table(folder: Path, record: Record, key: str) -> bool:
    """Whether the table of all figures exists and is up to date."""
    same = all(digest_in(folder, it) == record.files.get(it) for it in TABLE_FILES)
    return key == record.table and same


def _wanted(record: Record, state: Record, made: _Sources) -> dict[str, str]:
    """Return the hash of each file that the site will have, by its path."""
    wanted = {
        entry.path(suffix): file.digest
        for entry in state.reports.values()
        for suffix, file in entry.files.items()
    }
    for path in TABLE_FILES if state.table else ():
        there = (made.aside / path).exists()
        wanted[path] = _digest_of(made.aside / path) if there else record.files[path]
    return wanted | {path: provenance.digest(draw().encode()) for path, draw in made.pages.items()}


def _bring_up_to_date(
    folder: Path, record: Record, state: Record, made: _Sources, withheld: Iterable[str]
) -> tuple[int, int, tuple[Problem, ...]]:
    """Update a folder; return how many files were written and removed, and which are not ours.

    Those that are not ours include the existing ones of `withheld`, which the site must not have.
    """
    wanted = _wanted(record, state, made)
    plan = _plan(folder, record, wanted, withheld)
    files = {path: digest for path, digest in wanted.items() if path not in plan.foreign}
    files |= {path: record.files[path] for path in plan.foreign if path in record.files}
    final = state.model_copy(update={"files": files})
    if final != record or plan.write or plan.remove:
        folder.mkdir(parents=True, exist_ok=True)
        remove_abandoned_staging(folder)
        writing = {**record.writing, **{path: wanted[path] for path in plan.write}}
        _write_record(folder, record.model_copy(update={"writing": writing}))
        for path in plan.write:
            made.copy(path, wanted[path], folder)
        for path in plan.remove:
            _remove(folder, path)
        _write_record(folder, final)
    foreign = (_foreign(folder, path, path in wanted) for path in plan.foreign)
    return len(plan.write), len(plan.remove), tuple(foreign)


def digest_in(folder: Path, path: str) -> str:
    """Return the hash of a file of a site, '' if there is none.

    Raises KitError if a link leads out of the site.
    """
    refuse_link_out(folder / path, folder)
    if not os.path.lexists(folder / path):
        return ""
    return _digest_of(folder / path) or "unreadable"


def _digest_of(path: Path) -> str:
    """Return the hash of a file, '' if it cannot be read; the table may be large."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        pass
    return ""


def _remove(folder: Path, path: str) -> None:
    (folder / path).unlink(missing_ok=True)
    if "/" in path:
        with suppress(OSError):  # other files are there
            (folder / path).parent.rmdir()


def _write_record(folder: Path, record: Record) -> None:
    data = json.dumps(record.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    with uninterrupted():
        write_whole(folder / RECORD, data + "\n")


def _foreign(folder: Path, path: str, wanted: bool) -> Problem:
    return Problem("site-foreign" if wanted else "site-foreign-left", (folder / path).as_posix())
