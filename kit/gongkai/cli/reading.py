"""Documents that `gongkai import` reads: each in a process of its own, within bounds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gongkai.errors import KitError, Problem

if TYPE_CHECKING:
    from gongkai.importing.edited.changes import Read
    from gongkai.importing.run import Imported, Options
    from gongkai.project import Project, Target

SECONDS, MEMORY = 180.0, 2_000_000_000  # that a document may take; a report needs a tenth of it


class Task(NamedTuple):
    """A document to be read."""

    number: int
    path: Path
    params: Path
    options: Options
    fill: bool


Result = tuple[Task, "Imported | KitError"]


def read_all(tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Yield what became of each document; each is read in a process of its own where there can be.

    So a document that takes all memory or never ends is named, and the others are read.
    """
    from gongkai.engine import pool

    if sys.platform != "linux":
        for task in tasks:
            yield task, _work(task)
        return
    _load()
    limits = pool.Limits(seconds=SECONDS, memory=MEMORY)
    for outcome in pool.run(tasks, _work, jobs=min(jobs, len(tasks)), limits=limits):
        task = outcome.task
        if outcome.died is None:
            yield task, outcome.value
            continue
        hung = outcome.died.how == "hung"
        details = {"seconds": f"{SECONDS:g}", "megabytes": MEMORY // 10**6}
        kind = "import-took-too-long" if hung else "import-too-much-memory"
        if outcome.died.how == "raised" and "MemoryError" not in outcome.died.detail:
            kind, details = "import-internal", {"reason": outcome.died.detail}
        yield task, KitError(Problem(kind, task.path.as_posix(), details=details))


def _load() -> None:
    """Load once what every child needs."""
    from gongkai.forms import editions
    from gongkai.importing import run

    for edition in editions.editions():
        editions.load_form(edition)
    del run


def _work(task: Task) -> Imported | KitError:
    """Return what a document says, or why it cannot be read.

    In a child, what libraries print when they break goes nowhere: the parent says what happened.
    """
    from gongkai.engine import child
    from gongkai.importing.filling import filled
    from gongkai.importing.run import import_document

    if child.is_child():
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    try:
        imported = import_document(task.path, task.params, task.options)
        return filled(imported, task.params, task.options.forms) if task.fill else imported
    except KitError as error:
        return error


def read_document(project: Project, target: Target, file: Path, column: str = "") -> Read:
    """Return what a document says, as a report too. Raises KitError where it is unreadable."""
    from gongkai.importing.edited.changes import Read
    from gongkai.importing.run import Options
    from gongkai.importing.write import written_aside
    from gongkai.report.reader import load_report

    options = Options(target.slug, "", target.year, column, project.forms)
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
