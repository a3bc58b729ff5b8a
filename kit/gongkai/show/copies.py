"""Copies of public pages: made where they are not up to date, by several processes.

What an office program opens is made in processes of its own; paper by one Chromium.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem, system_problem
from gongkai.manifest import read_manifest
from gongkai.office.copies import COPIES, LibraryMissing, copy_of, is_made_from, put_beside
from gongkai.project import PAPER, PUBLIC, WORD
from gongkai.report import provenance

if TYPE_CHECKING:
    from gongkai.project import Project, Target
    from gongkai.show.printer import Printer

PDF = "pdf"
KINDS = ("docx", "xlsx", PDF, "csv", "json")


class Wish(NamedTuple):
    """Which kinds of copies are wanted, whether even of pages that did not change, and how.

    `browser` is the file of the Chromium that prints, "" for one that is found.
    """

    kinds: tuple[str, ...]
    force: bool = False
    jobs: int = 1
    browser: str = ""


class Copy(NamedTuple):
    """What became of one copy: its kind, file and status, its fonts and pages, what stopped it.

    The status is written, fresh, missing, blocked or failed.
    """

    kind: str
    file: str
    status: str
    fonts: tuple[str, ...] = ()
    pages: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the copy of today's page is there."""
        return self.status in ("written", "fresh")


Say = Callable[[Problem], None]


def made(
    project: Project, chosen: Sequence[Target], wish: Wish, say: Say
) -> Iterator[tuple[Target, list[Copy]]]:
    """Yield what became of each report's copies, in order.

    `say` is handed what should be known of the whole. Raises KitError where none can be made:
    a library or the browser is missing.
    """
    office = tuple(kind for kind in wish.kinds if kind != PDF)
    with ExitStack() as stack:
        run = _runner(stack, min(wish.jobs, len(chosen)) if office else 1)
        written = iter(run(partial(_office_copies, project, wish._replace(kinds=office)), chosen))
        printed = _printing(stack, project, wish, say) if PDF in wish.kinds else None
        for target in chosen:
            try:
                copies = next(written)
            except BrokenProcessPool:  # the system has killed one of the processes
                raise KitError(Problem("out-of-memory")) from None
            yield target, [*copies, *([printed(target)] if printed else [])]


def _runner(stack: ExitStack, jobs: int) -> Callable[..., Iterable[list[Copy]]]:
    """Return a `map` that uses so many processes."""
    if jobs <= 1:
        return map
    workers = ProcessPoolExecutor(jobs, initializer=_leave_interrupts)
    stack.callback(partial(workers.shutdown, cancel_futures=True))
    return workers.map


def _leave_interrupts() -> None:
    """Let the command alone answer Ctrl-C: it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _office_copies(project: Project, wish: Wish, target: Target) -> list[Copy]:
    return [_office_copy(project, target, kind, force=wish.force) for kind in wish.kinds]


def _office_copy(project: Project, target: Target, kind: str, *, force: bool) -> Copy:
    """Write a copy where it is not up to date. Raises KitError where a library is missing."""
    file = project.output(target, COPIES[kind].suffix)
    copy = partial(Copy, kind, file.as_posix())
    try:
        refused = _refused(project, target, file)
        if refused:
            return copy(refused)
        page = page_as_built(project, target)
        if not force and file.suffix == WORD and is_made_from(file, page):
            return copy("fresh")
        data = copy_of(kind, page)
        if not force and file.is_file() and read_file(file) == data:
            return copy("fresh")
        put_beside(project.output(target, PUBLIC), page, file, data)
    except LibraryMissing:
        raise
    except (KitError, OSError, MemoryError) as error:
        return copy("failed", problems=_problems(error))
    return copy("written")


def _problems(error: KitError | OSError | MemoryError) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, KitError) else (system_problem(error),)


def page_as_built(project: Project, target: Target) -> bytes:
    """Return the public page. Raises KitError where it is not the one that was built."""
    file = project.output(target, PUBLIC)
    page, manifest = read_file(file), read_manifest(project.outputs, target)
    if manifest is None or manifest.outputs.get(file.name) != provenance.digest(page):
        details = {"target": str(target)}
        raise KitError(Problem("export-page-changed", file.as_posix(), details=details))
    return page


def _refused(project: Project, target: Target, file: Path) -> str:
    """Return why a report has no copies, or nothing; those that findings withdraw are removed."""
    manifest = read_manifest(project.outputs, target)
    if manifest is not None and manifest.is_blocked:
        file.unlink(missing_ok=True)  # what findings have withdrawn is not to be signed
        return "blocked"
    return "" if os.path.isfile(project.output(target, PUBLIC)) else "missing"


def _printing(stack: ExitStack, project: Project, wish: Wish, say: Say) -> Callable[[Target], Copy]:
    """Return what prints a report. Raises KitError where the libraries are missing."""
    from gongkai.show.printer import Printer

    printer = stack.enter_context(Printer(wish.browser))
    stack.callback(lambda: say(printer.sandbox_off) if printer.sandbox_off else None)
    return partial(_paper, printer, project, force=wish.force)


def _paper(printer: Printer, project: Project, target: Target, *, force: bool) -> Copy:
    """Print a report where its PDF is not up to date. Raises BrowserMissing."""
    from gongkai.show.pdf import read_sheets
    from gongkai.show.printer import BrowserMissing

    page, paper = project.output(target, PUBLIC), project.output(target, PAPER)
    copy = partial(Copy, PDF, paper.as_posix())
    try:
        refused = _refused(project, target, paper)
        if refused:
            return copy(refused)
        there = None if force else read_sheets(page, paper)
        if there:
            return copy("fresh", there.fonts, there.pages)
        printer.print_page(page, paper)
    except BrowserMissing:
        raise
    except (KitError, OSError) as error:
        return copy("failed", problems=_problems(error))
    sheets = read_sheets(page, paper)
    return copy("written", *((sheets.fonts, sheets.pages) if sheets else ()))
