"""Build one report: execute, export, write aside, move into place, and never half of it.

Imports: errors, disk, project, text, report, page, engine, export. The last three are loaded
once something is to be built.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gongkai.disk import ASIDE, aside_name, locked, machine, write_whole
from gongkai.errors import KitError, Problem, write_problem
from gongkai.pipeline import hashes, stale
from gongkai.project import (
    FAILED,
    LOCK,
    MANIFEST,
    NOTEBOOK,
    PAPER,
    PUBLIC,
    REVIEW,
    Project,
    Target,
    all_targets,
)
from gongkai.report import provenance
from gongkai.text.names import Names

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from gongkai.engine.run import EngineName

REHEARSAL = 8  # reports: two agencies, with forms of every edition
LONG_AGO = 24 * 60 * 60  # seconds: nobody writes one report for so long
Status = Literal["built", "fresh", "blocked", "failed"]


@dataclass(frozen=True)
class Options:
    """How reports are built; `timeout` is the seconds that a cell may take."""

    strict: bool = False
    timeout: float | None = None
    engine: EngineName = "kernel"


class Result(NamedTuple):
    """What became of a report: its status, the severities found, and what stopped it.

    `stages` gives the seconds of each: execute, export, write. `seen` is what to remember of
    the files. `withdrawn` says that a public copy was there, and findings now forbid it.
    """

    target: Target
    status: Status
    severities: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    stages: Mapping[str, float] = {}
    seen: hashes.Seen = {}
    withdrawn: bool = False


@dataclass
class _Clock:
    """How long each stage took; it goes into the log, never into an output."""

    stages: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def stage(self, name: str) -> None:
        """Say that a stage has ended."""
        now = time.perf_counter()
        self.stages[name] = round(now - self.last, 4)
        self.last = now


def warm(notebook: Path, *, rehearse: bool) -> None:
    """Import and load what every report needs, so that forked processes begin with it.

    To rehearse costs half a second, and saves a twentieth of one for each report.
    """
    from gongkai import export
    from gongkai.engine import run
    from gongkai.page import cells  # noqa: F401
    from gongkai.text import markup

    markup.warm()
    export.warm()
    stale.warm()
    if rehearse:
        with suppress(Exception):  # it is for speed alone; a form of one's own may not allow it
            _rehearse()
    run.warm(notebook)


def _rehearse() -> None:
    """Make the pieces of invented reports, and lock once: forked processes find it all loaded."""
    from gongkai.page.cells import page_of, pieces
    from gongkai.report.demo import write_demo

    with tempfile.TemporaryDirectory(prefix="gongkai-") as folder, locked(Path(folder) / LOCK):
        params = write_demo(REHEARSAL, Path(folder))
        for target in all_targets(params):
            page = page_of(*target, params)
            list(pieces(page))
            page.indicators()._repr_html_()  # type: ignore[operator]


def as_built(target: Target, manifest: Mapping[str, Any]) -> Result:
    """Return what became of a report when it was built; it is up to date."""
    status: Status = "blocked" if stale.is_blocked(manifest, target) else "fresh"
    return Result(target, status, _severities(manifest))


def build(
    project: Project,
    target: Target,
    names: Names,
    options: Options = Options(),
    state: stale.State | None = None,
) -> Result:
    """Build one report: never raises for a report's own faults, whatever they are.

    Where `state` says that only the export is out of date, no cell is run.
    """
    clock = _Clock()
    try:
        outputs, manifest = _made(project, target, names, options, state, clock)
        withdrawn = PUBLIC not in outputs and project.output(target, PUBLIC).exists()
        try:
            seen = _move_into_place(project, target, outputs, manifest)
        except OSError as error:
            raise KitError(write_problem(project.outputs, error)) from None
        clock.stage("write")
    except KitError as error:
        _leave_failed(project, target, getattr(error, "notebook", None))
        return Result(target, "failed", problems=error.problems, stages=clock.stages)
    except Exception as error:  # a fault of ours or of a library must not stop the others
        details = {"reason": f"{type(error).__name__}: {error}"}
        problem = Problem("build-internal", details=details)
        return Result(target, "failed", problems=(problem,), stages=clock.stages)
    status: Status = "built" if PUBLIC in outputs else "blocked"
    severities = _severities(manifest)
    return Result(target, status, severities, stages=clock.stages, seen=seen, withdrawn=withdrawn)


def _severities(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the severity of each finding that still stands; what was accepted does not."""
    findings = manifest.get("findings", [])
    return tuple(row.get("severity", "") for row in findings if not row.get("accepted"))


def _made(
    project: Project,
    target: Target,
    names: Names,
    options: Options,
    state: stale.State | None,
    clock: _Clock,
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the text of each output by its suffix, and the manifest, all of it in memory."""
    from gongkai import export
    from gongkai.engine import run

    kept = _kept(project, target, state) if state and not state.execute else None
    if kept is None:
        before = stale.execute_inputs(project, target, names)
        notebook = _executed(project, target, options)
    else:  # what it was made from then; whatever has changed since is seen by the next build
        before, notebook = kept
    clock.stage("execute")
    notebook = export.restyled(notebook)
    outputs = {REVIEW: export.review_copy(notebook), NOTEBOOK: run.text_of(notebook)}
    with suppress(export.PageRefused):
        outputs[PUBLIC] = export.public_page(notebook, strict=options.strict)
    clock.stage("export")
    facts = export.facts_of(notebook)
    manifest = {
        "report": str(target),
        "title": facts["title"],
        "edition": facts["edition"],
        "name": facts["name"],
        "figures": facts["figures"],
        "findings": facts["findings"],
        "execute": before,
        "export": stale.export_inputs(strict=options.strict),
        "outputs": {
            f"{target.year}{suffix}": provenance.digest(text.encode())
            for suffix, text in sorted(outputs.items())
        },
    }
    return outputs, manifest


def _kept(
    project: Project, target: Target, state: stale.State
) -> tuple[dict[str, str], NotebookNode] | None:
    """Return the executed notebook on disk, and what it was made from.

    None where it is not the one that the manifest speaks of: another build may have come first.
    """
    from gongkai.engine import run

    try:
        data = project.output(target, NOTEBOOK).read_bytes()
    except OSError:
        return None
    if provenance.digest(data) != state.manifest["outputs"].get(f"{target.year}{NOTEBOOK}"):
        return None
    return dict(state.manifest["execute"]), run.parsed(data.decode())


def _executed(project: Project, target: Target, options: Options) -> NotebookNode:
    """Run the notebook for a report; what its files have wrong is said with file and line.

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
        load_report(target.slug, target.year, project.params)
        raise


def _parameters(project: Project, target: Target) -> dict[str, str | int]:
    """Return what the notebook is run with."""
    params = project.params.resolve().name
    return {"agency": target.slug, "year": target.year, "params": params}


def _folder(project: Project) -> Path:
    """Return the folder that the notebook is run in."""
    return project.params.resolve().parent


# --- writing ----------------------------------------------------------------------


def _move_into_place(
    project: Project, target: Target, outputs: Mapping[str, str], manifest: Mapping[str, Any]
) -> hashes.Seen:
    """Write everything aside, then move it; the manifest goes first and comes last.

    While it is missing, the report counts as never built: nobody takes a mixture for whole.
    A public copy that findings now forbid does not stay, nor what was printed of it.
    Builders on one folder take turns. Returns what is to be remembered of the files.
    """
    folder = project.outputs / target.slug
    folder.mkdir(parents=True, exist_ok=True)
    # Sorted, for what is read back from a notebook has lost the order in which it was said.
    written = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    with _aside(project.outputs) as aside:
        for suffix, text in {**outputs, MANIFEST: written}.items():
            (aside / f"{target.year}{suffix}").write_bytes(text.encode())
        with locked(project.outputs / LOCK):
            project.output(target, MANIFEST).unlink(missing_ok=True)
            if PUBLIC not in outputs:
                for suffix in (PUBLIC, PAPER):
                    project.output(target, suffix).unlink(missing_ok=True)
            project.output(target, FAILED).unlink(missing_ok=True)
            for suffix in (*outputs, MANIFEST):
                os.replace(aside / f"{target.year}{suffix}", project.output(target, suffix))
            seen: hashes.Seen = {}
            for name, digest in manifest["outputs"].items():
                seen |= hashes.seen(folder / name, digest)
            return seen


def leave_interrupted(
    project: Project, target: Target, notes: Iterable[object], problem: Problem
) -> None:
    """Leave what ran of a report whose process died, by what it had told until then."""
    from gongkai.engine import run

    with suppress(KitError):  # the template is gone meanwhile
        parameters = _parameters(project, target)
        ran = run.interrupted(project.notebook, parameters, notes, problem)
        _leave_failed(project, target, ran)


def _leave_failed(project: Project, target: Target, ran: NotebookNode | None) -> None:
    """Leave what ran of a report that failed; where no cell failed, nothing of an earlier time."""
    from gongkai.engine import run

    path = project.output(target, FAILED)
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
def _aside(outputs: Path) -> Iterator[Path]:
    """Give a folder beside the outputs; its name says whose it is, should it be left behind."""
    folder = outputs / aside_name()
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(outputs: Path) -> None:
    """Remove the folders and files that builders left behind when they were killed.

    Those of this machine at once; those of others, or of a container that is no more, after a day.
    """
    for folder in outputs.glob(f"{ASIDE}*"):
        host, _, process = folder.name.removeprefix(ASIDE).rpartition("-")[0].rpartition("-")
        ours = host == machine() and process.isdigit()
        # On Windows, to ask for a process is to send it Ctrl-C.
        gone = ours and os.name != "nt" and not _is_alive(int(process))
        if gone or _is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):  # an index that was being written is a file
                folder.unlink(missing_ok=True)


def _is_old(folder: Path) -> bool:
    """Whether a folder has been there for longer than anybody writes one report."""
    try:
        return time.time() - folder.stat().st_mtime > LONG_AGO
    except OSError:  # another builder was faster
        return False


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True
