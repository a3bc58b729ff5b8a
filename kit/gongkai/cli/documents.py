"""Read documents for commands, each in a separate process with limits on time and memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from gongkai.engine import child, pool
from gongkai.errors import KitError, Problem
from gongkai.forms import editions
from gongkai.importing.edited.changes import Read
from gongkai.importing.filling import filled
from gongkai.importing.run import Imported, Options, import_document
from gongkai.importing.write import written_aside
from gongkai.project import Project, Target
from gongkai.report.parameters import Agency
from gongkai.report.reader import load_report

SECONDS, MEMORY = 180.0, 2_000_000_000  # limits for one document; a report needs a tenth of them

Found = TypeVar("Found")


def import_each(
    paths: Sequence[Path], params: Path, options: Options, *, fill: bool = False, jobs: int = 1
) -> Iterator[Imported | KitError]:
    """Yield what each document is as parameters, in order, or why it cannot be read."""
    for edition in editions.editions():  # loaded once for all processes
        editions.load_form(edition)

    def read(path: Path) -> Imported:
        imported = import_document(path, params, options)
        return filled(imported, params, options.forms) if fill else imported

    yield from read_each(paths, read, jobs)


def import_one(path: Path, params: Path, options: Options) -> Imported:
    """Return what a document is as parameters. Raises KitError if it is unreadable."""
    return the_only(import_each([path], params, options))


def read_document(
    project: Project, target: Target, file: Path, column: str = "", called: Agency | None = None
) -> Read:
    """Read a document, also as a report. Raises KitError if it is unreadable.

    `called` is the agency under its name of that year.
    """
    options = Options(target.slug, "", target.year, column, project.forms, called)
    imported = import_one(file, project.params, options)
    with written_aside(target.slug, imported.files, project.params) as folder:
        return Read(load_report(*target, folder, project.forms), imported)


def read_one(path: Path, read: Callable[[Path], Found]) -> Found:
    """Return what a function reads from a document.

    Raises KitError, also if a library failed, or the document exceeded a limit.
    """
    return the_only(read_each([path], read, 1))


def the_only(results: Iterator[Found | KitError]) -> Found:
    """Return the one result. Raises KitError if it is one."""
    [result] = results
    if isinstance(result, KitError):
        raise result
    return result


# --- processes --------------------------------------------------------------------


def read_each(
    paths: Sequence[Path], read: Callable[[Path], Found], jobs: int
) -> Iterator[Found | KitError]:
    """Yield what a function reads from each document, in order, or why it could not.

    Each is read in a separate process if the system allows. So a document that needs too much
    memory or time is reported, and the others are still read.
    """
    if sys.platform != "linux":
        yield from (_read_here(path, read) for path in paths)
        return
    yield from _in_order(_read_apart(paths, read, jobs))


def _read_here(path: Path, read: Callable[[Path], Found]) -> Found | KitError:
    try:
        return read(path)
    except KitError as error:
        return error
    except Exception as error:
        return _internal(path, f"{type(error).__name__}: {error}")


def _read_apart(
    paths: Sequence[Path], read: Callable[[Path], Found], jobs: int
) -> Iterator[tuple[int, Found | KitError]]:
    """Yield the result of each document, with its place in the sequence, as it comes."""

    def work(task: tuple[int, Path]) -> Found | KitError:
        _silence_libraries()
        try:
            return read(task[1])
        except KitError as error:
            return error

    limits = pool.Limits(seconds=SECONDS, memory=MEMORY)
    for outcome in pool.run(enumerate(paths), work, min(jobs, len(paths)), limits):
        number, path = outcome.task
        yield number, _failure(path, outcome.died) if outcome.died else outcome.value


def _silence_libraries() -> None:
    """In a child, discard what failing libraries print: the parent reports the failure."""
    if child.is_child():
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def _failure(path: Path, died: pool.Died) -> KitError:
    """Return the error of a document whose process gave no result."""
    if died.how == "raised" and "MemoryError" not in died.detail:
        return _internal(path, died.detail)
    kind = "import-took-too-long" if died.how == "hung" else "import-too-much-memory"
    limits = {"seconds": f"{SECONDS:g}", "megabytes": MEMORY // 10**6}
    return KitError(Problem(kind, path.as_posix(), **limits))


def _internal(path: Path, reason: str) -> KitError:
    return KitError(Problem("import-internal", path.as_posix(), reason=reason))


def _in_order(results: Iterable[tuple[int, Found]]) -> Iterator[Found]:
    """Yield numbered results, which come in any order, in the order of their numbers."""
    early: dict[int, Found] = {}
    following = 0
    for number, result in results:
        early[number] = result
        while following in early:
            yield early.pop(following)
            following += 1
