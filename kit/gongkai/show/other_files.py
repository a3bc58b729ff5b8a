"""Verify the files in outputs/ other than those of a build against their reports.

These are copies for office programs, PDFs, the pages and the table of all reports, and anything
else that could be mistaken for a published file.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import read_file, scratch
from gongkai.errors import KitError, Problem
from gongkai.extras import LibraryMissing, needing
from gongkai.kinds import CSV, KINDS, PAPER
from gongkai.project import (
    INDEX,
    MADE,
    PUBLIC,
    TABLE_FILES,
    Project,
    Target,
    all_targets,
    orphans,
    outputs_of,
    survey,
    unread_outputs,
)
from gongkai.show.copies import refuse_other
from gongkai.show.index import fresh_pages, is_shown, stray_pages
from gongkai.show.pdf import read_sheets
from gongkai.show.printer import BrowserMissing, Printer

LIKE_A_PAGE = (".html", ".htm", ".xhtml", ".shtml", ".mhtml", ".mht", ".pdf")


class Remark(NamedTuple):
    """A remark on a file: that it is wrong, or that it was not verified."""

    problem: Problem
    is_wrong: bool = True


def remarks(
    project: Project, chosen: Collection[Target], browser: str, *, on_all: bool
) -> Iterator[Remark]:
    """Yield remarks on the files other than those of a build.

    `browser` is the command that prints pages, '' for any. With `on_all`, the files that belong
    to no report, and those of all reports together, are checked as well.
    """
    yield from _copies(project, chosen)
    yield from _prints(project, chosen, browser)
    yield from _pages(project, chosen)
    if on_all:
        yield from _strays(project)
        yield from _table(project, chosen)


# --- of one report ----------------------------------------------------------------


def _copies(project: Project, chosen: Iterable[Target]) -> Iterator[Remark]:
    """Yield each copy for office and other programs that was not made from its page."""
    for target in chosen:
        for kind in (kind for kind in KINDS.values() if kind.maker):
            page, copy = project.output(target, PUBLIC), project.output(target, kind.suffix)
            if not os.path.lexists(copy):
                continue
            file = copy.as_posix()
            try:
                if os.path.exists(page):
                    refuse_other(project, target, kind, read_file(page), read_file(copy))
                else:
                    yield Remark(Problem("verify-unexpected", file))
            except LibraryMissing as error:
                yield _not_verified(file, error.problems[0])
            except (KitError, OSError):  # a page that gives no copy at all has not given this one
                yield Remark(Problem("verify-copy", file, target=str(target), kind=kind.name))


def _not_verified(file: str, reason: Problem) -> Remark:
    return Remark(Problem("verify-copy-not", file=file, reason=reason), is_wrong=False)


def _prints(project: Project, chosen: Iterable[Target], browser: str) -> Iterator[Remark]:
    """Yield each PDF that is not the print of its page, or that nothing can be printed here."""
    there = [target for target in chosen if os.path.exists(project.output(target, PAPER.suffix))]
    papers = [target for target in there if os.path.exists(project.output(target, PUBLIC))]
    for target in there:
        if target not in papers:
            file = project.output(target, PAPER.suffix).as_posix()
            yield Remark(Problem("verify-unexpected", file))
    if not papers:
        return
    try:
        yield from _printed_again(project, papers, browser)
    except KitError as error:  # no browser, or no library to drive it
        reason = error.problems[0]
        yield Remark(Problem("verify-pdf-not", count=len(papers), reason=reason), is_wrong=False)


def _printed_again(project: Project, papers: Iterable[Target], browser: str) -> Iterator[Remark]:
    """Yield the problems of each PDF. Raises KitError if nothing can be printed."""
    with Printer(browser) as printer:
        for target in papers:
            try:
                yield from map(Remark, _compared(printer, project, target))
            except BrowserMissing:
                raise
            except KitError as error:  # this page cannot be printed
                yield from map(Remark, error.problems)
        if printer.sandbox_off:
            yield Remark(printer.sandbox_off, is_wrong=False)


def _compared(printer: Printer, project: Project, target: Target) -> Iterator[Problem]:
    page, paper = project.output(target, PUBLIC), project.output(target, PAPER.suffix)
    if read_sheets(page, paper) is None:
        yield Problem("verify-pdf-page", paper.as_posix(), target=str(target))
    elif printer.printed(page) != read_file(paper):
        yield Problem("verify-pdf", paper.as_posix(), target=str(target))


# --- of all reports ---------------------------------------------------------------


def _pages(project: Project, chosen: Iterable[Target]) -> Iterator[Remark]:
    """Yield each existing page of reports that is not what the manifests give."""
    if not project.outputs.is_dir() or unread_outputs(project.outputs):
        return  # what the manifests give cannot be known
    wanted = {INDEX, *(f"{target.slug}/{INDEX}" for target in chosen)}
    for page, text in fresh_pages(project.outputs, all_targets(project.params)):
        path = project.outputs / page
        if page in wanted and os.path.exists(path) and _bytes_of(path) != text.encode():
            yield Remark(Problem("verify-page", path.as_posix()))


def _table(project: Project, chosen: Iterable[Target]) -> Iterator[Remark]:
    """Yield each file of the table of all reports that is not what the pages' figures give."""
    there = [name for name in TABLE_FILES if (project.outputs / name).exists()]
    if not there:
        return
    try:
        with needing("office"):
            from gongkai.office.dataset import sources_of, write_dataset
    except LibraryMissing as error:
        yield _not_verified((project.outputs / there[0]).as_posix(), error.problems[0])
        return
    public = [target for target in chosen if project.output(target, PUBLIC).exists()]
    figures = {target: project.output(target, CSV.suffix) for target in public}
    with scratch() as aside:
        with suppress(OSError, ValueError, TypeError):  # figures that somebody has damaged
            files = {target: file for target, file in figures.items() if file.exists()}
            write_dataset(aside, sources_of(project, files))
        for name in there:
            here, built = _bytes_of(project.outputs / name), _bytes_of(aside / name)
            if here is None or here != built:
                yield Remark(Problem("verify-table", (project.outputs / name).as_posix()))


def _bytes_of(path: Path) -> bytes | None:
    """Return the bytes of a file; None if it cannot be read."""
    try:
        return read_file(path)
    except OSError:
        return None


# --- of no report -----------------------------------------------------------------


def _strays(project: Project) -> Iterator[Remark]:
    """Yield published files without parameters, and, as not verified, files put there by others."""
    for target in orphans(project):
        files = [path.as_posix() for path in outputs_of(project, target)]
        yield Remark(Problem("verify-orphan", target=str(target), files=files))
    strays = stray_pages(project.outputs)
    for page in strays:
        yield Remark(Problem("verify-stray-page", page.as_posix()))
    for path in _foreign(project):
        if path not in strays:
            problem = Problem("verify-foreign", file=path.as_posix())
            yield Remark(problem, is_wrong=False)


def _foreign(project: Project) -> Iterator[Path]:
    """Yield each page and PDF below the outputs that belongs to no report and lists no reports."""
    outputs = project.outputs
    known = {project.output(it, suffix) for it in survey(outputs, MADE).targets for suffix in MADE}
    for path in sorted(_files_below(outputs)):
        shown = path in known or is_shown(outputs, path.relative_to(outputs).as_posix())
        if path.suffix.lower() in LIKE_A_PAGE and not shown:
            yield path


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, except hidden ones.

    Right below it, a folder may be a link, as an agency's may; deeper ones are not followed.
    """
    for path in folder.glob("[!.]*"):
        if not path.is_dir():
            yield path
            continue
        for place, folders, names in os.walk(path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from (Path(place, name) for name in names if not name.startswith("."))
