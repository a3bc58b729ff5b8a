"""Build one report: execute, export, write to a staging folder, and move it into place whole.

The pages, the engine and the exporters are imported only once there is something to build.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gongkai.disk import Stamp, read_file, scratch, staging_name, stamp_of, write_whole
from gongkai.engine import child
from gongkai.errors import KitError, Problem, system_problem, writing_to
from gongkai.locks import locked
from gongkai.manifest import Facts, FindingRow, LeftOutRow, Manifest, ReportContents
from gongkai.office.seal import remove_copy
from gongkai.pipeline import hashes, stale
from gongkai.project import (
    COPIES,
    FAILED_NOTEBOOK,
    LOCK,
    MANIFEST,
    NOTEBOOK,
    PUBLIC,
    REVIEW,
    Project,
    Target,
    all_targets,
)
from gongkai.report import provenance
from gongkai.text.agency_names import Names, agency_names

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from gongkai.engine.run import EngineName

REHEARSAL = 8  # reports: two agencies, with forms of every edition
TRIES = 3  # attempts at a report whose inputs change while it is being built
Status = Literal["built", "fresh", "blocked", "failed"]


@dataclass(frozen=True)
class BuildOptions:
    """How reports are built; `timeout` is the seconds that a cell may take."""

    strict: bool = False
    timeout: float | None = None
    engine: EngineName = "kernel"


class Result(NamedTuple):
    """The outcome of building a report: its status, the severities found, and what stopped it.

    `stages` has the seconds taken by execute, export and write; `seen` is what to remember about
    the files. `withdrawn`: there was a public page, and findings now forbid it. `kept` are
    the copies that were not removed with it, because somebody has saved them since.
    `left_out` has a row for each output of the notebook that no page takes in, as the manifest
    has it: its sentence in each language. `renamed` has the agency's name before and now where
    the report that was there had another.
    """

    target: Target
    status: Status
    severities: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    stages: Mapping[str, float] = {}
    seen: hashes.Seen = {}
    withdrawn: bool = False
    kept: tuple[str, ...] = ()
    left_out: tuple[LeftOutRow, ...] = ()
    errors: tuple[FindingRow, ...] = ()
    renamed: tuple[str, ...] = ()


@dataclass
class _Clock:
    """How long each stage took; it goes into the log, never into an output."""

    stages: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def stage(self, name: str) -> None:
        """Record the end of a stage."""
        now = time.perf_counter()
        self.stages[name] = round(now - self.last, 4)
        self.last = now


def warm(notebook: Path, *, rehearse: bool, shells: int = 1) -> None:
    """Import and load what every report needs, so that forked processes begin with it.

    A rehearsal costs half a second, and saves 50 ms for each report. `shells` is how
    many reports a process makes.
    """
    from gongkai.engine import run
    from gongkai.export import pages
    from gongkai.page import cells  # noqa: F401
    from gongkai.text import templates

    templates.warm()
    pages.warm()
    stale.warm()
    if rehearse:
        with suppress(Exception):  # it only saves time, and may fail with a custom form
            _rehearse()
    run.warm(notebook, shells)


@cache  # a process that has it all loaded need not load it again
def _rehearse() -> None:
    """Render made-up reports and take a lock once, so that forked processes inherit it loaded."""
    from gongkai.page.cells import page_of, pieces
    from gongkai.report.demo import write_demo

    with scratch() as folder, locked(folder / LOCK):
        params = write_demo(REHEARSAL, folder)
        for target in all_targets(params):
            page = page_of(*target, params)
            list(pieces(page))
            page.indicators()._repr_html_()  # type: ignore[operator]


def as_built(target: Target, state: stale.State) -> Result:
    """Return the result of the earlier build of a report that is up to date."""
    found = _found(state.manifest) if state.manifest else {}
    return Result(target, "blocked" if state.is_blocked else "fresh", **found)


def remove_failed_notebook(project: Project, target: Target) -> None:
    """Remove what an earlier failure left of a report that is up to date again."""
    with suppress(OSError):
        project.output(target, FAILED_NOTEBOOK).unlink(missing_ok=True)


def build(
    project: Project,
    target: Target,
    names: Names,
    options: BuildOptions = BuildOptions(),
    state: stale.State | None = None,
) -> Result:
    """Build one report; never raises, whatever is wrong with the report.

    Where `state` says that only the export is out of date, no cell is run.
    """
    project = project.for_agency(names.notebooks.get(target.slug, ""))
    clock = _Clock()
    result = Result(target, "failed", stages=clock.stages)
    try:
        outputs, manifest = _made(project, target, names, options, state, clock)
        result = result._replace(**_found(manifest))
        child.untimed()  # from here on it may have to wait for other builders
        if PUBLIC not in outputs:
            withdrawn, kept = _withdraw(project, target)
            result = result._replace(withdrawn=withdrawn, kept=tuple(kept))
        seen = _move_into_place(project, target, outputs, manifest)
    except KitError as error:
        _leave_failed(project, target, getattr(error, "notebook", None))
        return result._replace(problems=error.problems)
    except (OSError, MemoryError) as error:  # refused by the operating system: not a bug of ours
        return result._replace(problems=(system_problem(error),))
    except Exception as error:  # a bug in the kit or a library must not stop the others
        reason = f"{type(error).__name__}: {error}"
        return result._replace(problems=(Problem("build-internal", reason=reason),))
    clock.stage("write")
    status: Status = "built" if PUBLIC in outputs else "blocked"
    return result._replace(status=status, seen=seen, renamed=_renamed(state, manifest))


def _renamed(state: stale.State | None, manifest: Manifest) -> tuple[str, ...]:
    """Return the agency's previous and current name, or () if it has not changed."""
    before = state.manifest.name if state and state.manifest else manifest.name
    return (before, manifest.name) if before != manifest.name else ()


def _found(manifest: Manifest) -> dict[str, Any]:
    """Return the fields of a Result that describe findings and omitted outputs."""
    standing = manifest.standing
    return {
        "severities": tuple(finding.severity for finding in standing),
        "errors": tuple(finding for finding in standing if finding.severity == "error"),
        "left_out": manifest.left_out,
    }


def _made(
    project: Project,
    target: Target,
    names: Names,
    options: BuildOptions,
    state: stale.State | None,
    clock: _Clock,
) -> tuple[dict[str, str], Manifest]:
    """Return the text of each output by its suffix, and the manifest, all of it in memory."""
    from gongkai.engine import run
    from gongkai.export import pages

    # The inputs as they were then: the next build notices anything that has changed since.
    kept = _kept(project, target, state) if state and not state.execute else None
    before, notebook = kept or _run(project, target, names, options)
    clock.stage("execute")
    pages.use_current_style(notebook)
    copies = pages.Copies(notebook)
    _refuse_another(project, target, before, copies.facts)
    outputs = {REVIEW: copies.review_copy(), NOTEBOOK: run.text_of(notebook)}
    with suppress(pages.PageRefused):
        outputs[PUBLIC] = copies.public_page(strict=options.strict)
    clock.stage("export")
    facts = copies.facts
    manifest = Manifest(
        **{name: getattr(facts, name) for name in ReportContents.model_fields},
        report=str(target),
        left_out=tuple(item.row() for item in copies.left_out),
        execute=before,
        export=stale.export_inputs(strict=options.strict),
        page=copies.fingerprint,
        outputs={
            f"{target.year}{suffix}": provenance.digest(text.encode())
            for suffix, text in sorted(outputs.items())
        },
    )
    return outputs, manifest


def _refuse_another(
    project: Project, target: Target, inputs: Mapping[str, str], facts: Facts
) -> None:
    """Raise KitError where a notebook shows another report than the one it was run for.

    A later cell that assigns `agency`, `year` or `params` overrides the injected parameters.
    """
    read = {name: digest for name, digest in inputs.items() if "/" in name}  # no package
    if facts.fingerprint == provenance.fingerprint(read):
        return
    names = agency_names(project.params)  # another agency may have been renamed meanwhile
    now = provenance.inputs(project.params, *target, names, forms=project.forms)
    if facts.fingerprint != provenance.fingerprint(now):
        details = {"target": str(target), "title": facts.title}
        raise KitError(Problem("notebook-other-report", project.notebook.as_posix(), **details))


def _kept(
    project: Project, target: Target, state: stale.State
) -> tuple[dict[str, str], NotebookNode] | None:
    """Return the executed notebook on disk, and what it was made from.

    None if it is not the one described by the manifest: another build may have come first.
    """
    from gongkai.engine import run

    try:
        data = read_file(project.output(target, NOTEBOOK))
    except OSError:
        return None
    manifest = state.manifest
    expected = manifest and manifest.outputs.get(f"{target.year}{NOTEBOOK}")
    if manifest is None or provenance.digest(data) != expected:
        return None
    try:
        return manifest.execute, run.parsed(data.decode())
    except Exception:  # forged files can make nbformat raise anything
        return None


def _run(
    project: Project, target: Target, names: Names, options: BuildOptions
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
        notebook = _executed(project, target, options)
        there = stale.execute_inputs(project, target, names, lambda _: "")
        moved = sorted([*read.changed(), *(there.keys() ^ inputs.keys())])
        if not moved:
            return inputs, notebook
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
    names = [name for name in inputs if not _is_unicode(name)]
    if names:
        raise KitError(*(Problem("name-encoding", name) for name in names))


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _executed(project: Project, target: Target, options: BuildOptions) -> NotebookNode:
    """Run the notebook for a report; problems in its files are reported with file and line.

    It runs in the folder above params/, so that no path of a machine gets into it.
    """
    from gongkai.engine import run
    from gongkai.report.reader import load_report

    try:
        return run.execute(
            project.notebook,
            _parameters(project, target),
            _folder(project),
            engine=options.engine,
            timeout=options.timeout,
        )
    except KitError:
        load_report(*target, project.params, project.forms)
        raise


def _parameters(project: Project, target: Target) -> dict[str, str | int]:
    """Return what the notebook is run with."""
    params = project.params.resolve().name
    return {"agency": target.slug, "year": target.year, "params": params}


def _folder(project: Project) -> Path:
    """Return the folder that the notebook is run in."""
    return project.params.resolve().parent


# --- writing ----------------------------------------------------------------------


def _withdraw(project: Project, target: Target) -> tuple[bool, list[str]]:
    """Remove a public page that findings now forbid, and its copies.

    This comes before anything is written: a full disk must not keep a page that is wrong. Returns
    whether it was there, and where the copies are kept that somebody has saved since.
    """
    is_there = os.path.exists(project.output(target, PUBLIC))
    if is_there or any(os.path.exists(project.output(target, suffix)) for suffix in COPIES):
        with writing_to(project.outputs), locked(project.outputs / LOCK):
            project.output(target, MANIFEST).unlink(missing_ok=True)
            return is_there, _remove_page(project, target)
    return is_there, []


def _remove_page(project: Project, target: Target) -> list[str]:
    """Remove a public page and its copies; return where those are kept that somebody has saved."""
    project.output(target, PUBLIC).unlink(missing_ok=True)
    kept = [remove_copy(project.output(target, suffix)) for suffix in COPIES]
    return [path.as_posix() for path in kept if path]


def _move_into_place(
    project: Project, target: Target, outputs: Mapping[str, str], manifest: Manifest
) -> hashes.Seen:
    """Write everything to a staging folder, then move it; the manifest goes first, and comes last.

    While it is missing, the report counts as never built, so a half-moved report is never used.
    Builders on one folder take turns. Returns what is to be remembered of the files; raises
    KitError where there is no room, or another builder takes too long.
    """
    folder = project.outputs / target.slug
    with writing_to(project.outputs), _staging_folder(project.outputs) as aside:
        folder.mkdir(exist_ok=True)
        _refuse_shared(folder)
        for suffix, text in {**outputs, MANIFEST: manifest.written()}.items():
            (aside / f"{target.year}{suffix}").write_bytes(text.encode())
        with locked(project.outputs / LOCK):
            project.output(target, MANIFEST).unlink(missing_ok=True)
            if PUBLIC not in outputs:
                _remove_page(project, target)  # one that somebody has made since it was withdrawn
            project.output(target, FAILED_NOTEBOOK).unlink(missing_ok=True)
            for suffix in (*outputs, MANIFEST):
                os.replace(aside / f"{target.year}{suffix}", project.output(target, suffix))
            seen: hashes.Seen = {}
            for name, digest in manifest.outputs.items():
                seen |= hashes.seen(folder / name, digest)
            return seen


def _refuse_shared(folder: Path) -> None:
    """Raise KitError if an agency's folder links to another's: one would overwrite the other."""
    real = folder.resolve()
    if real.parent == folder.parent.resolve() and real.name != folder.name:
        raise KitError(Problem("folder-shared", folder.as_posix(), other=real.name))


def leave_interrupted(
    project: Project, target: Target, notes: Iterable[object], problem: Problem
) -> None:
    """Save what had run of a report whose process died, from the messages it had sent."""
    from gongkai.engine import run

    with suppress(KitError):  # the template no longer exists
        parameters = _parameters(project, target)
        ran = run.interrupted(project.notebook, parameters, notes, problem)
        _leave_failed(project, target, ran)


def _leave_failed(project: Project, target: Target, ran: NotebookNode | None) -> None:
    """Save what had run of a failed report; if no cell failed, remove any earlier such notebook."""
    from gongkai.engine import run

    path = project.output(target, FAILED_NOTEBOOK)
    with suppress(OSError):  # why the report failed is said in any case
        if ran is None and not path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(project.outputs / LOCK):
            if ran is None:
                path.unlink(missing_ok=True)
            else:
                write_whole(path, run.text_of(ran, _folder(project)), project.outputs)


@contextmanager
def _staging_folder(outputs: Path) -> Iterator[Path]:
    """Yield a folder inside the outputs; its name tells its owner, should it be left behind."""
    folder = outputs / staging_name()
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
