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

from gongkai.manifest import ExportInputs, Manifest, read_manifest
from gongkai.pipeline.named_files import files_named_in
from gongkai.project import MANIFEST, NOTEBOOK, Project, Target
from gongkai.report import provenance
from gongkai.text.agency_names import Names

DigestOf = Callable[[str | Path], str]


class Reason(NamedTuple):
    """Why a report is not up to date: the id of a message, and the input or output it is about."""

    id: str
    name: str = ""


NEVER = Reason("list-never")
_OPENED = " (opened in notebook)"  # after the name of an input that is another report


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
        **{
            f"{name} (named in notebook)": digest_of(path)
            for name, path in files_named_in(project).items()
            if name not in read
        },
        # Without a slash it cannot be a file of the parameters, and with a space not a package: a
        # notebook may be called `kit` or `pandas`.
        f"{notebook.name} (notebook)": digest_of(notebook),
        "kit": provenance.kit_digest(),
        **provenance.versions(),
    }


def opened_inputs(read: Mapping[str, str], target: Target) -> dict[str, str]:
    """Return the other reports that cells have read, as inputs: names with the fingerprints."""
    others = {name: inputs for name, inputs in read.items() if name != str(target)}
    return {f"{name}{_OPENED}": inputs for name, inputs in others.items()}


def _opened_now(
    project: Project, before: Iterable[str], names: Names, digest_of: DigestOf
) -> dict[str, str]:
    """Return the inputs of the build before that are other reports, as these are now."""
    opened = [name.removesuffix(_OPENED) for name in before if name.endswith(_OPENED)]
    found = {}
    for name in opened:
        slug, _, year = name.rpartition("/")
        read = provenance.inputs(project.params, slug, int(year), names, digest_of, project.forms)
        found[f"{name}{_OPENED}"] = provenance.fingerprint(read)
    return found


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
        execute |= _opened_now(project, manifest.execute, names, digest_of)
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
