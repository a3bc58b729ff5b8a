"""Build one report: execute its notebook, export the pages, and write them.

The pages, the engine and the exporters are imported only once there is something to build.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gongkai.disk import read_file, scratch
from gongkai.engine import child
from gongkai.errors import KitError, Problem, system_problem
from gongkai.locks import locked
from gongkai.manifest import Facts, FindingRow, LeftOutRow, Manifest, ReportContents
from gongkai.pipeline import execute, hashes, stale, write
from gongkai.project import NOTEBOOK, OUTPUTS_LOCK, PUBLIC, REVIEW, Project, Target, all_targets
from gongkai.report import provenance
from gongkai.text.agency_names import Names, agency_names

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from gongkai.engine.run import EngineName

REHEARSAL = 8  # reports: two agencies, with forms of every edition
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

    with scratch() as folder, locked(folder / OUTPUTS_LOCK):
        params = write_demo(REHEARSAL, folder)
        for target in all_targets(params):
            page = page_of(*target, params)
            list(pieces(page))
            page.indicators()._repr_html_()  # type: ignore[operator]


def as_built(target: Target, state: stale.State) -> Result:
    """Return the result of the earlier build of a report that is up to date."""
    found = _found(state.manifest) if state.manifest else {}
    return Result(target, "blocked" if state.is_blocked else "fresh", **found)


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
            withdrawn, kept = write.withdraw(project, target)
            result = result._replace(withdrawn=withdrawn, kept=tuple(kept))
        seen = write.move_into_place(project, target, outputs, manifest)
    except KitError as error:
        child.untimed()
        write.leave_failed(project, target, getattr(error, "notebook", None))
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
    before, notebook = kept or execute.executed(
        project, target, names, options.engine, options.timeout
    )
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
    # No package, and no file or report that only the notebook reads.
    read = {
        name: digest
        for name, digest in inputs.items()
        if "/" in name and not name.endswith("in notebook)")
    }
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


def leave_interrupted(
    project: Project, target: Target, notes: Iterable[object], problem: Problem
) -> None:
    """Save what had run of a report whose process died, from the messages it had sent."""
    from gongkai.engine import run

    with suppress(KitError):  # the template no longer exists
        parameters = execute.parameters_of(project, target)
        ran = run.interrupted(project.notebook, parameters, notes, problem)
        write.leave_failed(project, target, ran)
