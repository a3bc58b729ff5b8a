"""Bring a site's folder up to date with a record of what was written there, with hashes.

Only files of the record are replaced and removed, as long as they were not changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.disk import (
    read_file,
    remove_abandoned_staging,
    uninterrupted,
    write_whole,
    writing_whole,
)
from gongkai.errors import KitError, Problem
from gongkai.project import SITE_RECORD, TABLE_FILES, refuse_link_out
from gongkai.report import provenance
from gongkai.show.site_reports import SiteEntry, is_path
from gongkai.text.models import Invalid, Model

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


def read_record(folder: Path) -> Record:
    """Return the record of a site's folder. Raises KitError if it cannot be read."""
    path = folder / SITE_RECORD
    try:
        record = Record.model_validate_json(read_file(path, LARGEST))
    except FileNotFoundError:
        return Record()
    except (OSError, Invalid):
        raise KitError(Problem("site-record", path.as_posix())) from None
    if not all(map(is_path, (*record.files, *record.writing))):
        raise KitError(Problem("site-record", path.as_posix()))
    return record


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


class Sources(NamedTuple):
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


def has_table(folder: Path, record: Record, key: str) -> bool:
    """Whether the table of all figures exists and is up to date."""
    same = all(digest_in(folder, it) == record.files.get(it) for it in TABLE_FILES)
    return key == record.table and same


def _wanted(record: Record, state: Record, made: Sources) -> dict[str, str]:
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


def bring_up_to_date(
    folder: Path, record: Record, state: Record, made: Sources, withheld: Iterable[str]
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
        for path in plan.remove:  # first: a full disk must not keep a page that was withdrawn
            _remove(folder, path)
        writing = {**record.writing, **{path: wanted[path] for path in plan.write}}
        write_record(folder, record.model_copy(update={"writing": writing}))
        for path in plan.write:
            made.copy(path, wanted[path], folder)
        write_record(folder, final)
    foreign = tuple(
        Problem(
            "site-foreign" if path in wanted else "site-foreign-left", (folder / path).as_posix()
        )
        for path in plan.foreign
    )
    return len(plan.write), len(plan.remove), foreign


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


def write_record(folder: Path, record: Record) -> None:
    """Write the record of a site's folder, whole or not at all."""
    data = json.dumps(record.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    with uninterrupted():
        write_whole(folder / SITE_RECORD, data + "\n")
