"""Make the copies of public pages that are not up to date, in several processes.

Each process that prints runs its own Chromium.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import partial
from multiprocessing.util import Finalize
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import read_file
from gongkai.engine.child import end_with_parent
from gongkai.errors import KitError, Problem, problems_of
from gongkai.extras import LibraryMissing, needing
from gongkai.kinds import KINDS, PAPER, WORD, Kind
from gongkai.locks import locked
from gongkai.manifest import read_manifest
from gongkai.office.copies import (
    copy_and_left_out,
    copy_of,
    in_sentences,
    is_made_from,
    put_beside,
    review_of,
)
from gongkai.office.seal import is_copy_edited, is_edited, remove_copy
from gongkai.project import NOTEBOOK, OUTPUTS_LOCK, PUBLIC, REVIEW_WORD, Project, Target
from gongkai.report import provenance
from gongkai.show.pdf import Sheets, read_sheets
from gongkai.show.printer import BrowserMissing, Printer


class Wish(NamedTuple):
    """The kinds of copies wanted, whether unchanged ones are made again, and how to make them.

    `browser` is the path of the Chromium that prints, "" to find one. With `review`
    the documents have the findings as comments, and are not copies of the public page.
    """

    kinds: tuple[str, ...]
    force: bool = False
    jobs: int = 1
    browser: str = ""
    review: bool = False


class Copy(NamedTuple):
    """The outcome for one copy: its kind, file and status, its fonts and pages, any problems.

    The status is written, fresh, missing, blocked, edited (somebody has saved it since) or failed.
    """

    kind: str
    file: str
    status: str
    fonts: tuple[str, ...] = ()
    pages: int = 0
    problems: tuple[Problem, ...] = ()
    notice: Problem | None = None  # a notice about the browser

    @property
    def is_there(self) -> bool:
        """Whether there is a copy of the current page."""
        return self.status in ("written", "fresh")


Say = Callable[[Problem], None]


def made(
    project: Project, chosen: Sequence[Target], wish: Wish, say: Say
) -> Iterator[tuple[Target, list[Copy]]]:
    """Make the copies of each report, and yield their outcomes in order.

    `say` is called with notices about the whole run. Raises KitError if no copies can be made:
    a library or the browser is missing.
    """
    kinds = sorted(wish.kinds, key=lambda kind: kind == PAPER.name)
    with ExitStack() as stack:
        run = _runner(stack, min(wish.jobs, len(chosen)))
        make = partial(_copies, project, wish._replace(kinds=tuple(kinds)))
        notices: dict[str, Problem] = {}

        def say_notices() -> None:
            for notice in notices.values():
                say(notice)

        stack.callback(say_notices)
        try:
            for target, copies in zip(chosen, run(make, chosen), strict=True):
                notices |= {str(copy.notice): copy.notice for copy in copies if copy.notice}
                yield target, copies
        except BrokenProcessPool:  # the system has killed one of the processes
            raise KitError(Problem("out-of-memory")) from None


def _runner(stack: ExitStack, jobs: int) -> Callable[..., Iterable[list[Copy]]]:
    """Return a `map` that uses `jobs` processes."""
    if jobs <= 1:
        stack.callback(_close_printers)
        return map
    workers = ProcessPoolExecutor(jobs, initializer=_begin)
    stack.callback(partial(workers.shutdown, cancel_futures=True))
    return workers.map


def _begin() -> None:
    """Begin a process that makes copies; only the command handles Ctrl-C, and ends the others."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Finalize(None, _close_printers, exitpriority=1)


def refuse_other(project: Project, target: Target, kind: Kind, page: bytes, copy: bytes) -> None:
    """Raise KitError if a copy is not that of its page, or if that cannot be found out."""
    file = project.output(target, kind.suffix).as_posix()
    if kind.maker:
        if copy != copy_of(kind.name, page):
            raise KitError(Problem("verify-copy", file, target=str(target), kind=kind.name))
        return
    with needing("pdf", file):
        if read_sheets(project.output(target, PUBLIC), Path(file)) is None:
            raise KitError(Problem("verify-pdf-page", file, target=str(target)))


class _Document(NamedTuple):
    """A document that is made in this process: its kind and suffix, and what it is made of.

    `source` is the suffix of an output of the build. `make` returns the document of its bytes, and
    the number of tables that the document lacks.
    """

    kind: str
    suffix: str
    source: str
    make: Callable[[bytes], tuple[bytes, int]]


def _copies(project: Project, wish: Wish, target: Target) -> list[Copy]:
    if wish.review:
        review = _Document(REVIEW_WORD.removeprefix("."), REVIEW_WORD, NOTEBOOK, _review)
        return [_office_copy(project, target, review, force=wish.force)]
    return [
        _paper(project, target, wish)
        if kind == PAPER.name
        else _office_copy(project, target, _of_page(KINDS[kind]), force=wish.force)
        for kind in wish.kinds
    ]


def _of_page(kind: Kind) -> _Document:
    return _Document(kind.name, kind.suffix, PUBLIC, partial(copy_and_left_out, kind.name))


def _review(notebook: bytes) -> tuple[bytes, int]:
    """Return the review document of an executed notebook, as findings may have withdrawn the page.

    Raises as `copy_and_left_out` does.
    """
    from gongkai.export.pages import page_with_marks

    with in_sentences():
        found = page_with_marks(json.loads(notebook))
    return review_of(found.page, found.marked, found.findings), 0


def _office_copy(project: Project, target: Target, document: _Document, *, force: bool) -> Copy:
    """Write a document if it is not up to date. Raises LibraryMissing."""
    file = project.output(target, document.suffix)
    copy = partial(Copy, document.kind, file.as_posix())
    try:
        if withheld := _withheld(project, target, document):
            return withheld
        source = as_built(project, target, document.source)
        edited = not force and is_copy_edited(file)
        if not (force or edited) and document.kind == WORD.name and is_made_from(file, source):
            return copy("fresh")
        data, left_out = document.make(source)
        lacks = (Problem("export-tables-left-out", count=left_out),) if left_out else ()
        is_equal = not force and _has_bytes(file, data)
        if edited and not is_equal:
            return copy("edited")
        if is_equal and not edited:  # otherwise only its digest is not recorded
            return copy("fresh", problems=lacks)
        put_beside(project.output(target, document.source), source, file, data)
    except LibraryMissing:
        raise
    except (KitError, OSError, MemoryError) as error:
        return copy("failed", problems=problems_of(error))
    return copy("written", problems=lacks)


def _has_bytes(file: Path, data: bytes) -> bool:
    try:
        return read_file(file) == data
    except OSError:
        return False


def as_built(project: Project, target: Target, suffix: str) -> bytes:
    """Return an output of a build. Raises KitError if it is not the one that was built."""
    file = project.output(target, suffix)
    data, manifest = read_file(file), read_manifest(project.outputs, target)
    if manifest is None or manifest.outputs.get(file.name) != provenance.digest(data):
        raise KitError(Problem("export-page-changed", file.as_posix(), target=str(target)))
    return data


def _withheld(project: Project, target: Target, document: _Document) -> Copy | None:
    """Return why there may be no document, or None; a copy is removed with its page."""
    file = project.output(target, document.suffix)
    copy = partial(Copy, document.kind, file.as_posix())
    manifest = read_manifest(project.outputs, target) if document.source == PUBLIC else None
    if manifest is not None and manifest.is_blocked:
        with locked(project.outputs / OUTPUTS_LOCK):
            kept = remove_copy(file)  # a withdrawn copy must not be signed
        problems = (Problem("build-copy-kept", file=kept.as_posix()),) if kept else ()
        return copy("blocked", problems=problems)
    return None if os.path.isfile(project.output(target, document.source)) else copy("missing")


_printers: dict[str, Printer] = {}  # of this process, by the browser asked for


def _printer(browser: str) -> Printer:
    """Return the printer of this process. Raises KitError if the libraries are missing."""
    if browser not in _printers:
        _printers[browser] = Printer(browser).__enter__()
    return _printers[browser]


def _close_printers() -> None:
    while _printers:
        _printers.popitem()[1].__exit__()


def _paper(project: Project, target: Target, wish: Wish) -> Copy:
    """Print a report if its PDF is not up to date. Raises BrowserMissing."""
    printer = _printer(wish.browser)
    page, paper = project.output(target, PUBLIC), project.output(target, PAPER.suffix)
    copy = partial(Copy, PAPER.name, paper.as_posix())
    try:
        if withheld := _withheld(project, target, _of_page(PAPER)):
            return withheld
        there = None if wish.force else read_sheets(page, paper)
        if there:
            return copy("fresh", there.fonts, there.pages)
        if not wish.force and is_edited(paper):
            return copy("edited")
        printer.print_page(page, paper)
    except BrowserMissing:
        raise
    except (KitError, OSError) as error:
        return copy("failed", problems=problems_of(error), notice=printer.sandbox_off)
    sheets = read_sheets(page, paper) or Sheets(0, ())
    return copy("written", sheets.fonts, sheets.pages, notice=printer.sandbox_off)
