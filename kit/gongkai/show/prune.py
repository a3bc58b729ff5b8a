"""Find outputs that belong to no parameters, and remove those that the kit made."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.locks import locked
from gongkai.manifest import read_manifest
from gongkai.office.copies import is_copy
from gongkai.office.seal import RECORD, is_copy_edited
from gongkai.pipeline.made import is_made
from gongkai.project import (
    MANIFEST,
    OUTPUTS_LOCK,
    Project,
    Survey,
    Target,
    orphans,
    outputs_of,
    survey,
)
from gongkai.report.provenance import digest
from gongkai.report.reader import load_report
from gongkai.show.index import stray_pages
from gongkai.text.agency_names import can_be_folder


class OfOtherParameters(KitError):
    """Most outputs do not belong to these parameters: they probably belong to others."""


class Leftovers(NamedTuple):
    """Reports without parameters, with their files: those the kit made, and all others."""

    reports: tuple[Target, ...]
    ours: tuple[Path, ...]
    foreign: tuple[Path, ...]


def leftovers(project: Project, targets: Sequence[str]) -> Leftovers:
    """Return what belongs to no parameters, of the targets or of all reports.

    Raises KitError if that cannot be known: some parameters could not be read, a folder is not
    named like an agency, or another report of the agency cannot be read, so that its reports only
    seem removed. Raises OfOtherParameters if no target was named, and more reports would be removed
    than kept: the outputs of another project may have some reports under the same names.
    """
    found = survey(project.params)
    reports = tuple(orphans(project, targets))
    require_all_read(project, found, reports)
    files = list(_files(project, targets))
    digests = _digests(project, reports)
    ours = [path for path in files if _is_as_made(path, digests)]
    if not targets:
        _require_more_kept(project, found.targets, reports, set(ours))
    return Leftovers(reports, tuple(ours), tuple(path for path in files if path not in ours))


def require_all_read(project: Project, found: Survey, reports: Iterable[Target]) -> None:
    """Raise KitError if reports that have no parameters may only seem to be removed.

    They may be in a folder or file that could not be read or has the wrong name. One whose files
    were renamed states another year inside, so it cannot be read.
    """
    unread = Problem("prune-unread", params=project.params.as_posix())
    if found.problems or not all(can_be_folder(target.slug) for target in found.targets):
        raise KitError(unread)
    agencies = {target.slug for target in reports}
    for target in found.targets:
        if target.slug in agencies:
            try:
                load_report(*target, project.params, project.forms)
            except KitError as error:
                raise KitError(*error.problems, unread) from None


def _require_more_kept(
    project: Project, known: Iterable[Target], reports: Iterable[Target], ours: Collection[Path]
) -> None:
    """Raise OfOtherParameters if more reports would be removed than kept."""
    removed = sum(any(path in ours for path in outputs_of(project, it)) for it in reports)
    kept = sum(os.path.exists(project.output(target, MANIFEST)) for target in known)
    if removed > kept:
        details = {"outputs": project.outputs.as_posix(), "params": project.params.as_posix()}
        raise OfOtherParameters(Problem("prune-all", **details, count=removed, kept=kept))


def _digests(project: Project, reports: Iterable[Target]) -> dict[Path, str]:
    """Return the hashes of outputs as they were built, as far as manifests have them."""
    found = ((target, read_manifest(project.outputs, target)) for target in reports)
    return {
        project.outputs / target.slug / name: digest
        for target, manifest in found
        if manifest
        for name, digest in manifest.outputs.items()
    }


def _is_as_made(path: Path, digests: Mapping[Path, str]) -> bool:
    """Whether the kit made a file, and it has not been changed since, as far as that is known."""
    if is_copy(path):
        return not is_copy_edited(path)
    try:
        data = read_file(path)
    except OSError:
        return False
    return is_made(path, data) and digests.get(path) in (None, digest(data))


def remove(project: Project, targets: Sequence[str], found: Leftovers) -> list[Target]:
    """Remove the files that the kit made; return the reports of which nothing is left."""
    with locked(project.outputs / OUTPUTS_LOCK):  # another builder may be moving files
        # It may have taken a while to get the lock: parameters may be there again.
        for path in set(found.ours) & set(_files(project, targets)):
            path.unlink(missing_ok=True)
        _remove_folders(project, {target.slug for target in found.reports})
    return [target for target in found.reports if not outputs_of(project, target)]


def _files(project: Project, targets: Sequence[str]) -> Iterator[Path]:
    """Yield the files of reports without parameters; none if these cannot all be read."""
    if survey(project.params).problems:
        return
    for target in orphans(project, targets):
        yield from outputs_of(project, target)
    if not targets:
        yield from stray_pages(project.outputs)


def _remove_folders(project: Project, slugs: Iterable[str]) -> None:
    """Remove the pages of agencies whose reports are all removed, and their folders if empty."""
    for page in stray_pages(project.outputs):
        if page.parent.name in slugs:
            page.unlink(missing_ok=True)
    for slug in slugs:
        folder = project.outputs / slug
        with suppress(OSError):  # somebody has put a file there
            if os.listdir(folder) == [RECORD]:
                (folder / RECORD).unlink()
            folder.rmdir()
