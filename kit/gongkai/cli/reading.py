"""Documents that commands read: each in a process of its own, within bounds."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from gongkai.errors import KitError, Problem

if TYPE_CHECKING:
    from gongkai.importing.edited.changes import Read
    from gongkai.importing.run import Imported, Options
    from gongkai.project import Project, Target
    from gongkai.report.parameters import Agency

SECONDS, MEMORY = 180.0, 2_000_000_000  # that a document may take; a report needs a tenth of it


class Task(NamedTuple):
    """A document to be read."""

    number: int
    path: Path
    params: Path
    options: Options
    fill: bool


Result = tuple[Task, "Imported | KitError"]
Found = TypeVar("Found")


class _Alone(NamedTuple, Generic[Found]):
    """A document, and the function that reads it."""

    path: Path
    read: Callable[[Path], Found]


_Any = TypeVar("_Any", Task, _Alone[Any])


def read_all(tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Yield what became of each document; each is read in a process of its own where there can be.

    So a document that takes all memory or never ends is named, and the others are read.
    """
    _load()
    yield from _within_bounds(tasks, _work, jobs)


def read_alone(path: Path, read: Callable[[Path], Found]) -> Found:
    """Return what a function reads of one document, in a process of its own likewise.

    Raises KitError, also where a library broke, or the document took too much.
    """
    [(_, result)] = _within_bounds([_Alone(path, read)], _read, 1)
    if isinstance(result, KitError):
        raise result
    found: Found = result
    return found


def _within_bounds(
    tasks: Sequence[_Any], work: Callable[[_Any], Any], jobs: int
) -> Iterator[tuple[_Any, Any]]:
    """Yield what became of each task: what `work` returned, or a KitError."""
    from gongkai.engine import pool

    if sys.platform != "linux":
        for task in tasks:
            yield task, _attempted(task, work)
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


def _attempted(task: _Any, work: Callable[[_Any], Any]) -> object:
    """Return what became of a task where there is no process of its own for it."""
    try:
        return work(task)
    except Exception as error:
        details = {"reason": f"{type(error).__name__}: {error}"}
        return KitError(Problem("import-internal", task.path.as_posix(), **details))


def _load() -> None:
    """Load once what every child needs."""
    from gongkai.forms import editions
    from gongkai.importing import run

    for edition in editions.editions():
        editions.load_form(edition)
    del run


def _work(task: Task) -> Imported | KitError:
    """Return what a document says, or why it cannot be read."""
    from gongkai.importing.filling import filled
    from gongkai.importing.run import import_document

    _silence_libraries()
    try:
        imported = import_document(task.path, task.params, task.options)
        return filled(imported, task.params, task.options.forms) if task.fill else imported
    except KitError as error:
        return error


def _read(alone: _Alone[Any]) -> object:
    """Return what a function reads of a document, or why it cannot be read."""
    _silence_libraries()
    try:
        return alone.read(alone.path)
    except KitError as error:
        return error


def _silence_libraries() -> None:
    """In a child, drop what libraries print when they break: the parent says what happened."""
    from gongkai.engine import child

    if child.is_child():
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def read_document(
    project: Project, target: Target, file: Path, column: str = "", called: Agency | None = None
) -> Read:
    """Return what a document says, as a report too. Raises KitError where it is unreadable.

    `called` is the agency as it was called in the year.
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
    """Yield what became of the documents in the order of the command line."""
    early: dict[int, Result] = {}
    following = 0
    for task, result in results:
        early[task.number] = (task, result)
        while following in early:
            yield early.pop(following)
            following += 1
