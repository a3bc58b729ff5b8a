"""Decide whether a report is up to date, by comparing its manifest with its current inputs.

A report is made in two stages, each with its own inputs. Those that affect the cells' outputs
(figures, text, form, notebook, versions) are checked first; if only a template or a style
changed, the executed notebook on disk is exported again, and no cell runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.manifest import ExportInputs, Manifest, read_manifest
from gongkai.opened_files import LISTED, Record, digest_of_file, digest_of_listing
from gongkai.project import MANIFEST, NOTEBOOK, Project, Target
from gongkai.report import provenance
from gongkai.text.agency_names import Names, agency_names

DigestOf = Callable[[str | Path], str]


class Reason(NamedTuple):
    """Why a report is not up to date: the id of a message, and the input or output it is about."""

    id: str
    name: str = ""


NEVER = Reason("list-never")
# After the names of inputs that only own cells read.
_REPORT, _FILE = " (report read in notebook)", " (read in notebook)"


class State(NamedTuple):
    """The reasons to execute a report again, or only to export it again; and its manifest."""

    execute: tuple[Reason, ...] = ()
    export: tuple[Reason, ...] = ()
    manifest: Manifest | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All reasons; empty if the report is up to date."""
        return self.execute + self.export

    @property
    def is_never_built(self) -> bool:
        """Whether nothing was ever built of the report."""
        return self.execute == (NEVER,)

    @property
    def is_blocked(self) -> bool:
        """Whether the report was built without a public page."""
        return self.manifest is not None and self.manifest.is_blocked


class _Comparison(NamedTuple):
    """The subject of the questions: a report, its manifest, and its current inputs."""

    project: Project
    target: Target
    manifest: Manifest
    execute: Mapping[str, str]
    export: ExportInputs
    digest_of: DigestOf


def execute_inputs(
    project: Project, target: Target, names: Names, digest_of: DigestOf
) -> dict[str, str]:
    """Return all inputs of the executed notebook, as name and hash or version."""
    project = project.for_agency(names.notebooks.get(target.slug, ""))
    notebook = project.notebook
    read = provenance.inputs(project.params, *target, names, digest_of, project.forms)
    return {
        **read,
        # Without a slash it cannot be a file of the parameters, and with a space not a package: a
        # notebook may be called `kit` or `pandas`.
        f"{notebook.name} (notebook)": digest_of(notebook),
        "kit": provenance.kit_digest(),
        **provenance.versions(),
    }


def read_by_cells(
    record: Record, project: Project, target: Target, known: Iterable[str]
) -> dict[str, str]:
    """Return what own cells of a notebook have read beside the known inputs.

    Other reports with the fingerprint of their inputs, files and folders with hashes. Raises
    KitError for a path that is not UTF-8, which no manifest could hold.
    """
    if record["unnamed"]:
        raise KitError(*(Problem("name-encoding", name) for name in record["unnamed"]))
    own = {f"{project.params.resolve().name}/{target}", *known}
    reports = {f"{name}{_REPORT}": it for name, it in record["reports"].items() if name not in own}
    return reports | {
        f"{name}{_FILE}": it for name, it in record["files"].items() if name not in own
    }


def databases_in(record: Record) -> list[str]:
    """Return the names of inputs that are databases, which the cells may also have written."""
    return [f"{name}{_FILE}" for name in record["databases"]]


def read_by_cells_now(
    project: Project, before: Iterable[str], names: Names, digest_of: DigestOf
) -> dict[str, str]:
    """Return the inputs of a build before that its cells had read, as these are now."""
    folder, found = project.params.resolve().parent, {}
    for name in before:
        if name.endswith(_REPORT):
            agency = folder / name.removesuffix(_REPORT)
            found[name] = _fingerprint(agency.parent, int(agency.name), project, names, digest_of)
        elif name.endswith(_FILE):
            path = os.path.join(folder, name.removesuffix(_FILE))
            is_folder = path.endswith(LISTED)
            found[name] = (
                digest_of_listing(path) if is_folder else digest_of(path) or digest_of_file(path)
            )
    return found


def paths_read_by_cells(project: Project, inputs: Iterable[str]) -> Iterator[Path]:
    """Yield the files and folders among the inputs of a build that its cells had read."""
    folder = project.params.resolve().parent
    names = (name.removesuffix(_FILE) for name in inputs if name.endswith(_FILE))
    yield from (path for name in names if (path := folder / name).exists())


def _fingerprint(
    agency: Path, year: int, project: Project, names: Names, digest_of: DigestOf
) -> str:
    """Return the fingerprint of the inputs of a report, which may be one of another project."""
    params = agency.parent
    if params.resolve() != project.params.resolve():
        names = agency_names(params)
    return provenance.fingerprint(
        provenance.inputs(params, agency.name, year, names, digest_of, project.forms)
    )


def warm() -> None:
    """Compute the hash of the package and the versions, once for all reports."""
    provenance.kit_digest()
    provenance.versions()
    export_inputs(strict=False)


def export_inputs(*, strict: bool) -> ExportInputs:
    """Return the inputs of the pages besides the executed notebook."""
    return ExportInputs(templates=provenance.export_digest(), strict=strict)


def state_of(
    project: Project,
    target: Target,
    names: Names,
    *,
    strict: bool | None = None,
    digest_of: DigestOf = provenance.digest_of,
) -> State:
    """Return why a report is out of date, if it is.

    `strict` is how it would be built; None means as it was built before. `digest_of` hashes
    a file, or returns its cached hash.
    """
    manifest = read_manifest(project.outputs, target)
    if manifest is None:
        there = os.path.lexists(project.output(target, MANIFEST))
        return State((Reason("reason-manifest") if there else NEVER,))
    if strict is None:
        strict = manifest.export.strict
    try:
        execute = execute_inputs(project, target, names, digest_of)
        execute |= read_by_cells_now(project, manifest.execute, names, digest_of)
    except (OSError, ValueError):  # only the build of this report reports the cause
        return State((Reason("reason-inputs"),))
    export = export_inputs(strict=strict)
    case = _Comparison(project, target, manifest, execute, export, digest_of)
    return State(tuple(_execute_reasons(case)), tuple(_export_reasons(case)), manifest)


# --- the reasons ------------------------------------------------------------------


def _execute_reasons(case: _Comparison) -> Iterator[Reason]:
    """Yield why the notebook has to run again."""
    before, now = case.manifest.execute, case.execute
    yield from _changed(before, now)
    yield from (Reason("reason-new-input", name) for name in sorted(now.keys() - before.keys()))
    yield from (Reason("reason-lost-input", name) for name in sorted(before.keys() - now.keys()))
    yield from _lost(case, executed=True)


def _export_reasons(case: _Comparison) -> Iterator[Reason]:
    """Yield why the pages have to be made again from the executed notebook."""
    yield from _changed(case.manifest.export.named(), case.export.named())
    yield from _lost(case, executed=False)


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Reason]:
    for name in sorted(before.keys() & now.keys()):
        if before[name] != now[name]:
            yield Reason("reason-input", name)


def _lost(case: _Comparison, *, executed: bool) -> Iterator[Reason]:
    folder = os.path.join(case.project.outputs, case.target.slug)
    for name, digest in case.manifest.outputs.items():
        if name.endswith(NOTEBOOK) != executed:
            continue
        if case.digest_of(os.path.join(folder, name)) != digest:
            yield Reason("reason-output", name)
