"""Run the notebook of one report, from exactly the files whose hashes its manifest has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gongkai.disk import Stamp, is_unicode, read_file, stamp_of
from gongkai.errors import KitError, Problem
from gongkai.pipeline import stale
from gongkai.project import Project, Target
from gongkai.report import provenance
from gongkai.text.agency_names import Names

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from gongkai.engine.run import EngineName, Ran

TRIES = 3  # attempts at a report whose inputs change while it is being built


def executed(
    project: Project, target: Target, names: Names, engine: EngineName, timeout: float | None
) -> tuple[dict[str, str], NotebookNode]:
    """Return the inputs of a report, and the notebook executed from exactly these inputs.

    If a file is saved during the run, even if it is restored at once, the notebook is run again.
    Raises KitError if that keeps happening.
    """
    moved: list[str] = []
    for _ in range(TRIES):
        read = _Read(_folders_read(project, target))
        inputs = stale.execute_inputs(project, target, names, read.digest_of)
        _refuse_names(inputs)
        notebook, read_by_cells = _run_notebook(project, target, engine, timeout)
        there = stale.execute_inputs(project, target, names, lambda _: "")
        found = stale.read_by_cells(read_by_cells, project, target, inputs)
        now = stale.read_by_cells_now(project, found, names, provenance.digest_of)
        # A file that was read and then deleted, such as a temporary one, is not an input.
        kept = {name: it for name, it in found.items() if now[name] or not it}
        # Whoever reads a database may change its file, too.
        kept |= {name: now[name] for name in stale.databases_in(read_by_cells) if name in kept}
        changed = (name for name, digest in kept.items() if now[name] != digest)
        moved = sorted([*read.changed(), *(there.keys() ^ inputs.keys()), *changed])
        if not moved:
            return inputs | kept, notebook
    raise KitError(Problem("inputs-moved", names=moved))


def _folders_read(project: Project, target: Target) -> list[Path]:
    """Return the folders whose listing decides what is read: earlier years, other agencies.

    Folders that outputs are written to are left out: they change while other reports are built.
    """
    results = (project.outputs, project.outputs / target.slug)
    written = {os.path.realpath(folder) for folder in results}
    folders = (project.params, project.params / target.slug)
    return [folder for folder in folders if os.path.realpath(folder) not in written]


class _Read:
    """The folders that were listed and the files that were hashed, with the stamp of each.

    Moving a folder away and back does not change its files' stamps, only the folder's own.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._stamps: dict[str, Stamp] = {str(folder): stamp_of(folder) for folder in folders}

    def digest_of(self, path: str | Path) -> str:
        """Return the hash of a file, '' where it cannot be read."""
        self._stamps[str(path)] = stamp_of(path)
        try:
            return provenance.digest(read_file(path))
        except OSError:
            return ""

    def changed(self) -> list[str]:
        """Return the paths that have changed since, even if they were changed back."""
        return [path for path, stamp in self._stamps.items() if stamp_of(path) != stamp]


def _refuse_names(inputs: Mapping[str, str]) -> None:
    """Raise KitError where a name is not UTF-8: no page and no manifest could hold it."""
    names = [name for name in inputs if not is_unicode(name)]
    if names:
        raise KitError(*(Problem("name-encoding", name) for name in names))


def _run_notebook(
    project: Project, target: Target, engine: EngineName, timeout: float | None
) -> Ran:
    """Run the notebook for a report; problems in its files are reported with file and line.

    It runs in the folder above params/, so that no path of a machine gets into it.
    """
    from gongkai.engine import run
    from gongkai.report.reader import load_report

    try:
        return run.execute(
            project.notebook,
            parameters_of(project, target),
            folder_of(project),
            engine=engine,
            timeout=timeout,
        )
    except KitError:
        load_report(*target, project.params, project.forms)
        raise


def parameters_of(project: Project, target: Target) -> dict[str, str | int]:
    """Return what the notebook is run with."""
    params = project.params.resolve().name
    return {"agency": target.slug, "year": target.year, "params": params}


def folder_of(project: Project) -> Path:
    """Return the folder that the notebook is run in."""
    return project.params.resolve().parent
