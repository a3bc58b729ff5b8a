"""Find the reports that changed since a git revision: those with a changed input."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gongkai.compare.revisions import revision_problem, write_forms
from gongkai.compare.versions import find_version
from gongkai.disk import read_file
from gongkai.errors import KitError
from gongkai.project import Project, Target, all_targets, workbooks_of
from gongkai.report import provenance
from gongkai.report.outdated import listed_below
from gongkai.report.rollup import text_digest
from gongkai.text.agency_names import BODIES, Names, agency_names


class Since(NamedTuple):
    """The changes to the reports of a project since a git revision.

    `before` is the earlier project, `changed` the present reports that may now read
    differently, `removed` those that no longer exist. `sums` are reports that did not change
    themselves, but whose figures below, or list of bodies, did.
    """

    before: Project
    revision: str
    changed: list[Target]
    removed: list[Target]
    sums: list[Target]


def since(project: Project, revision: str, wanted: Iterable[Target], scratch: Path) -> Since:
    """Return the changes to some reports since a git revision.

    A report has changed if any of the inputs of a build has: the report's own files, those
    of earlier years, the files next to them, local rules, forms of the project's own, and the
    names of other agencies in the text.
    Raises KitError if there is no such revision, or no repository.
    """
    params = _params_at(revision, project.params, scratch)
    before = replace(project, params=params, forms=_forms_at(revision, project, scratch))
    then, now = _inputs(before), _inputs(project)
    targets = list(wanted)
    known = set(all_targets(before.params))
    changed = [it for it in targets if it not in known or then(it) != now(it)]
    removed = sorted(known - set(all_targets(project.params)))
    others = [it for it in targets if it not in set(changed)]
    sums = [it for it in others if _has_changed_below(it, before, project)]
    return Since(before, revision, changed, removed, sums)


def _params_at(revision: str, params: Path, scratch: Path) -> Path:
    """Return the parameters as they were, or an empty folder if there were none yet.

    A list of bodies that could not be read then is left out: it has been fixed since.
    """
    if not revision:  # an unset variable
        raise KitError(revision_problem("diff-revision", "“”", params))
    try:
        folder = find_version(f"{revision}:", params, scratch).folder
    except KitError as error:
        if error.problems[0].id != "diff-no-params":
            raise
    else:
        try:
            agency_names(folder)
        except KitError:
            (folder / BODIES).unlink(missing_ok=True)
        return folder
    none = scratch / params.resolve().name
    none.mkdir(exist_ok=True)
    return none


def _forms_at(revision: str, project: Project, scratch: Path) -> Path | None:
    """Return the project's own forms as they were; as they are, if they are not in its git."""
    if project.forms is None:
        return None
    folder = scratch / "of-forms" / project.forms.resolve().name
    written = write_forms(revision, project.forms, project.params, folder)
    return folder if written else project.forms


def _inputs(project: Project) -> Callable[[Target], dict[str, str]]:
    """Return a function from a report to its inputs; each file is read once."""
    names: Names = agency_names(project.params)
    digest_of = cache(_digest_of)

    def ask(target: Target) -> dict[str, str]:
        found = provenance.inputs(project.params, *target, names, digest_of, project.forms)
        csv = project.params / target.slug / f"{target.year}.csv"
        # Not inputs of a build, but compared with the CSV by `check`.
        return found | {path.name: digest_of(path) for path in workbooks_of(csv)}

    return ask


def _has_changed_below(target: Target, before: Project, project: Project) -> bool:
    """Whether a report is a sum, and its figures or the list of bodies have changed."""
    listed = listed_below(project.params / target.slug, target.year)
    if listed is None:
        return False
    paths = (BODIES, *(f"{body.key}/{target.year}.csv" for body in listed.bodies))
    pairs = ((before.params / path, project.params / path) for path in paths)
    return any(_digest_of(then) != _digest_of(now) for then, now in pairs)


def _digest_of(path: str | Path) -> str:
    """Return the hash of a text file; '' if it cannot be read."""
    try:
        return text_digest(read_file(path))
    except OSError:
        return ""
