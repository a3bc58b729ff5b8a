"""Read documents for commands, each in a separate process with limits on time and memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from gongkai.errors import KitError, Problem
from gongkai.project import Project, Target

if TYPE_CHECKING:
    from gongkai.importing.edited.changes import Read
    from gongkai.importing.run import Imported, Options
    from gongkai.report.parameters import Agency

SECONDS, MEMORY = 180.0, 2_000_000_000  # limits for one document; a report needs a tenth of them


class Task(NamedTuple):
    """A document to be read."""

    number: int
    path: Path
    params: Path
    options: Options
    fill: bool


Result = tuple[Task, "Imported | KitError"]
Found = TypeVar("Found")


class _ReadTask(NamedTuple, Generic[Found]):
    """A document, and the function that reads it."""

    path: Path
    read: Callable[[Path], Found]


_AnyTask = TypeVar("_AnyTask", Task, _ReadTask[Any])


def read_all(tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Yield each document's result; each is read in a separate process if the system allows.

    So a document that needs too much memory or time is reported, and the others are still read.
    """
    _load()
    yield from _within_bounds(tasks, _work, jobs)


def read_alone(path: Path, read: Callable[[Path], Found]) -> Found:
    """Return what a function reads from one document, also in a separate process.

    Raises KitError, also if a library failed, or the document exceeded a limit.
    """
    [(_, result)] = _within_bounds([_ReadTask(path, read)], _read, 1)
    if isinstance(result, KitError):
        raise result
    found: Found = result
    return found


def _within_bounds(
    tasks: Sequence[_AnyTask], work: Callable[[_AnyTask], Any], jobs: int
) -> Iterator[tuple[_AnyTask, Any]]:
    """Yield each task with its result: what `work` returned, or a KitError."""
    from gongkai.engine import pool

    if sys.platform != "linux":
        for task in tasks:
            yield task, _run_here(task, work)
        return
    limits = pool.Limits(seconds=SECONDS, memory=MEMORY)
    for outcome in pool.run(tasks, work, jobs=min(jobs, len(tasks)), limits=limits):
        task = outcome.task
        if outcome.died is None:
            yield task, outcome.value
            continue
        hung = outcome.died.how == "hung"
        details = {"seconds": f"{SECONDS:g}", "megabytes": MEMORY // 10**6}
        kind = "import-took-too-long" if hung else "import-too-much-memory"
        if outcome.died.how == "raised" and "MemoryError" not in outcome.died.detail:
            kind, details = "import-internal", {"reason": outcome.died.detail}
        yield task, KitError(Problem(kind, task.path.as_posix(), **details))


def _run_here(task: _AnyTask, work: Callable[[_AnyTask], Any]) -> object:
    """Run a task in this process; return its result, or a KitError if it failed."""
    try:
        return work(task)
    except Exception as error:
        details = {"reason": f"{type(error).__name__}: {error}"}
        return KitError(Problem("import-internal", task.path.as_posix(), **details))


def _load() -> None:
    """Load what every child process needs, so that they inherit it."""
    from gongkai.forms import editions
    from gongkai.importing import run

    for edition in editions.editions():
        editions.load_form(edition)
    del run


def _work(task: Task) -> Imported | KitError:
    """Return the content of a document, or the error that prevents reading it."""
    from gongkai.importing.filling import filled
    from gongkai.importing.run import import_document

    _silence_libraries()
    try:
        imported = import_document(task.path, task.params, task.options)
        return filled(imported, task.params, task.options.forms) if task.fill else imported
    except KitError as error:
        return error


def _read(alone: _ReadTask[Any]) -> object:
    """Return what the function reads from a document, or the error that prevents it."""
    _silence_libraries()
    try:
        return alone.read(alone.path)
    except KitError as error:
        return error


def _silence_libraries() -> None:
    """In a child, discard what failing libraries print: the parent reports the failure."""
    from gongkai.engine import child

    if child.is_child():
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def read_document(
    project: Project, target: Target, file: Path, column: str = "", called: Agency | None = None
) -> Read:
    """Read a document, also as a report. Raises KitError if it is unreadable.

    `called` is the agency under its name of that year.
    """
    from gongkai.importing.edited.changes import Read
    from gongkai.importing.run import Options
    from gongkai.importing.write import written_aside
    from gongkai.report.reader import load_report

    options = Options(target.slug, "", target.year, column, project.forms, called)
    [(_, result)] = read_all([Task(0, file, project.params, options, fill=False)], 1)
    if isinstance(result, KitError):
        raise result
    with written_aside(target.slug, result.files, project.params) as folder:
        return Read(load_report(*target, folder, project.forms), result)


def in_order(results: Iterable[Result]) -> Iterator[Result]:
    """Yield the results of documents in the order of the command line."""
    early: dict[int, Result] = {}
    following = 0
    for task, result in results:
        early[task.number] = (task, result)
        while following in early:
            yield early.pop(following)
            following += 1
