"""Build many reports: the stale ones, in separate processes, with a line each in the log."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.disk import append_line, read_file, remove_abandoned_staging
from gongkai.engine import pool
from gongkai.errors import Problem, problem_of_row
from gongkai.locks import NotLocked, locked
from gongkai.manifest import FindingRow, LeftOutRow
from gongkai.messages import json_line
from gongkai.pipeline import build, stale, write
from gongkai.pipeline.build import BuildOptions, Result
from gongkai.pipeline.hashes import Hashes
from gongkai.pipeline.stale import State
from gongkai.project import OUTPUTS_LOCK, Project, Target, packaged_template
from gongkai.text.agency_names import Names, kept_names

LOG = "build.log.jsonl"
LONGEST_LOG = 50_000_000  # bytes; a longer one is renamed when the next build begins
FEW = 10  # reports; fewer are not worth a rehearsal
SHARE = 0.8  # of the machine's memory, for all children together
MEGABYTE = 1 << 20
LEAST = 1 << 30  # bytes that a report may always take, however many are built at once


@dataclass(frozen=True)
class Plan:
    """The options of a batch; `memory` is the limit per report in megabytes."""

    options: BuildOptions = BuildOptions()
    jobs: int = 1
    memory: int | None = None
    force: bool = False
    isolate: bool = False  # a separate process for each report, whatever its notebook


class BuildRecord(NamedTuple):
    """A finished report: its result, why it was built, and the time and memory it took."""

    result: Result
    reasons: tuple[stale.Reason, ...] = ()
    seconds: float = 0.0
    peak: int = 0  # bytes of memory
    worker: int = 0


class _Task(NamedTuple):
    target: Target
    state: State


def run(
    project: Project,
    targets: Iterable[Target],
    plan: Plan,
    on_result: Callable[[BuildRecord], object],
    idle: Callable[[], object] = lambda: None,
) -> None:
    """Build the targets that are out of date; `on_result` is called for each as it ends.

    Targets are checked one by one, as processes become free. Results come in any order,
    and are written to the log. `idle` is called about ten times a second. Raises KitError before
    anything is built if rules cannot be read: each report would fail with that.
    """
    remove_abandoned_staging(project.outputs)
    log = Log(project.outputs)
    with kept_names(project.params) as names, Hashes(project.outputs) as hashes:

        def log_and_report(done: BuildRecord) -> None:
            hashes.record(done.result.seen)
            log.write(done)
            on_result(done)

        states = _states(project, targets, names, plan, hashes)
        tasks = _stale(project, states, log_and_report)
        some = list(islice(tasks, FEW))
        if some:
            refuse_unread_rules(project)
            many, every = len(some) == FEW, chain(some, tasks)
            try:
                with closing(_built(project, names, plan, every, idle, many=many)) as worked:
                    for done in worked:
                        log_and_report(done)
            finally:
                remove_abandoned_staging(project.outputs)  # of a report that was interrupted


def refuse_unread_rules(project: Project) -> None:
    """Raise KitError with every problem of the local rules."""
    from gongkai.checks.rules import load_rules  # loads every check

    load_rules(project.params, project.forms)


def stale_targets(
    project: Project,
    targets: Iterable[Target],
    plan: Plan,
    on_result: Callable[[BuildRecord], object],
) -> list[Target]:
    """Return the targets that are out of date; `on_result` is called for each of the others."""
    with kept_names(project.params) as names, Hashes(project.outputs) as hashes:
        states = _states(project, targets, names, plan, hashes)
        return [task.target for task in _stale(project, states, on_result)]


def _states(
    project: Project, targets: Iterable[Target], names: Names, plan: Plan, hashes: Hashes
) -> Iterator[_Task]:
    """Yield each target with its state, which is determined when its turn comes."""
    for target in targets:
        yield _Task(target, state_of(project, target, names, plan, hashes))


def _stale(
    project: Project, tasks: Iterable[_Task], on_result: Callable[[BuildRecord], object]
) -> Iterator[_Task]:
    """Yield the tasks that are out of date; `on_result` is called for each of the others."""
    for task in tasks:
        if task.state.reasons:
            yield task
        else:
            write.remove_failed_notebook(project, task.target)
            on_result(BuildRecord(build.as_built(task.target, task.state)))


def state_of(project: Project, target: Target, names: Names, plan: Plan, hashes: Hashes) -> State:
    """Return which parts of a report this plan would build, and why."""
    strict = plan.options.strict
    state = stale.state_of(project, target, names, strict=strict, digest_of=hashes.of)
    if plan.force and not state.execute:
        return State((stale.Reason("reason-force"),), state.export)
    return state


def _built(
    project: Project,
    names: Names,
    plan: Plan,
    tasks: Iterable[_Task],
    idle: Callable[[], object],
    *,
    many: bool,
) -> Generator[BuildRecord, None, None]:
    """Yield each finished report; they are built in separate processes if the system has fork."""

    def work(task: _Task) -> Result:
        return build.build(project, task.target, names, plan.options, task.state)

    if not pool.POSSIBLE:
        for task in tasks:
            begun = time.monotonic()
            result = work(task)
            yield BuildRecord(result, task.state.reasons, time.monotonic() - begun)
            idle()
        return
    pool.bound_threads()
    sharing, seconds = pool.ALONE, None
    if plan.options.engine == "forked":
        sharing = _sharing(project, names, plan)
        seconds = plan.options.timeout  # a kernel times each cell itself
        shells = pool.MOST_TASKS if many and sharing is not pool.ALONE else 1
        build.warm(project.notebook, rehearse=many, shells=shells)
    limits = pool.Limits(seconds, _memory(plan))
    running = pool.run(tasks, work, plan.jobs, limits, sharing, idle)
    with closing(running) as outcomes:
        for outcome in outcomes:
            own = names.notebooks.get(outcome.task.target.slug, "")
            yield _done(project.for_agency(own), plan, outcome)


def _sharing(project: Project, names: Names, plan: Plan) -> pool.Sharing:
    """Return which reports may be built one after the other in one process.

    Those of the packaged notebook, whose cells call nothing but the kit. What a custom notebook
    leaves behind must not affect the next report.
    """
    if plan.isolate or not _is_packaged(project.notebook):
        return pool.ALONE
    own = names.notebooks
    return pool.Sharing(
        may=lambda task: task.target.slug not in own,
        is_good=lambda result: result.status != "failed",
    )


def _is_packaged(notebook: Path) -> bool:
    """Whether a notebook is identical to the template that comes with the kit."""
    try:
        return read_file(notebook) == read_file(packaged_template())
    except OSError:  # every report will fail with this
        return False


def _memory(plan: Plan) -> int:
    """Return the memory limit of a report in bytes: the one asked for, or a fair share."""
    if plan.memory is not None:
        return plan.memory * MEGABYTE
    return fair_share(plan.jobs)


def fair_share(jobs: int) -> int:
    """Return the bytes of memory that each of `jobs` reports at once may take."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(int(machine * SHARE / jobs), LEAST)


def _done(project: Project, plan: Plan, outcome: pool.Outcome[_Task]) -> BuildRecord:
    target, state = outcome.task
    result: Result = outcome.value
    if outcome.died is not None:
        problem = _problem(project, outcome.died, outcome.step)
        if plan.options.engine == "forked":  # nothing is known of a kernel, another process
            build.leave_interrupted(project, target, outcome.notes, problem)
        result = Result(target, "failed", problems=(problem,))
    return BuildRecord(result, state.reasons, outcome.seconds, outcome.peak, outcome.worker)


def _problem(project: Project, died: pool.Died, step: int) -> Problem:
    """Return the problem of a process that ended without a result, with the cell it was in."""
    from gongkai.engine.run import cell_number

    details = {"cell": cell_number(project.notebook, step), "detail": died.detail}
    return Problem(f"died-{died.how}", project.notebook.as_posix(), **details)


# --- the log ----------------------------------------------------------------------


class Log:
    """Writes one JSON line per report; a full disk is ignored, as the reports matter more."""

    def __init__(self, outputs: Path) -> None:
        self._path = outputs / LOG
        self._run = datetime.now(UTC).isoformat(timespec="seconds")
        with suppress(OSError, NotLocked):
            if self._path.stat().st_size > LONGEST_LOG:
                self._put_aside()

    def _put_aside(self) -> None:
        with locked(self._path.parent / OUTPUTS_LOCK):
            if self._path.stat().st_size > LONGEST_LOG:  # another build may have put it aside
                os.replace(self._path, self._path.with_suffix(".old"))

    def write(self, done: BuildRecord) -> None:
        """Append the outcome of a report, unless it was up to date.

        Lines of several builds may be interleaved.
        """
        if done.result.status != "failed" and not done.reasons:  # it was up to date
            return
        line = json_line({"run": self._run, **row(done)}).encode()
        with suppress(OSError, NotLocked):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # On a shared folder, appending alone could mix up the lines of several machines.
            with locked(self._path.parent / OUTPUTS_LOCK):
                append_line(self._path, line)


def row(done: BuildRecord) -> dict[str, Any]:
    """Return the outcome of a report as JSON-compatible data; `record_of_row` is the inverse.

    What is `seen` of the files is left out: it holds only on the machine that wrote them.
    """
    result = done.result
    return {
        "report": str(result.target),
        "status": result.status,
        "reasons": [list(reason) for reason in done.reasons],
        "severities": list(result.severities),
        "withdrawn": result.withdrawn,
        "kept": list(result.kept),
        "renamed": list(result.renamed),
        "errors": [finding.model_dump(mode="json") for finding in result.errors],
        "left_out": [item.model_dump(mode="json") for item in result.left_out],
        "problems": [problem.row() for problem in result.problems],
        "seconds": round(done.seconds, 4),
        "stages": dict(result.stages),
        "peak": done.peak,
        "worker": done.worker,
    }


def record_of_row(data: Mapping[str, Any]) -> BuildRecord:
    """Return the outcome of a report that `row` made into data."""
    slug, _, year = data["report"].partition("/")
    problems = tuple(map(problem_of_row, data["problems"]))
    result = Result(
        Target(slug, int(year)),
        data["status"],
        tuple(data["severities"]),
        problems,
        data["stages"],
        withdrawn=data["withdrawn"],
        kept=tuple(data["kept"]),
        left_out=tuple(LeftOutRow(**item) for item in data["left_out"]),
        errors=tuple(FindingRow(**item) for item in data["errors"]),
        renamed=tuple(data["renamed"]),
    )
    reasons = tuple(stale.Reason(*reason) for reason in data["reasons"])
    return BuildRecord(result, reasons, data["seconds"], data["peak"], data["worker"])
