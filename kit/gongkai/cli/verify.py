"""`gongkai verify`: whether what is published still comes out of its parameters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from gongkai.cli.build import Work, working_options
from gongkai.cli.export import table_sources
from gongkai.cli.list_ import say_unread, say_unread_outputs, unread_outputs
from gongkai.cli.options import (
    FAILED,
    MISUSED,
    chosen_targets,
    end,
    folder_options,
    named_browser,
    targets_argument,
)
from gongkai.cli.printing import echo
from gongkai.cli.progress import Progress
from gongkai.cli.summary import FEW, summed_up
from gongkai.errors import KitError, Problem, say
from gongkai.kinds import CSV, KINDS, PAPER
from gongkai.project import METADATA, PACKAGE, PUBLIC, TABLE

if TYPE_CHECKING:
    from pathlib import Path

    from gongkai.pipeline.verify import Verified
    from gongkai.project import Project, Target
    from gongkai.show.printer import Printer

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_APART = dict.fromkeys(map(ord, " \t\n\u3000-"))  # between the groups of its digits
LIKE_A_PAGE = (".html", ".htm", ".xhtml", ".pdf")


@click.command()
@targets_argument
@click.option("--signed")
@working_options
@folder_options
def verify(project: Project, targets: tuple[str, ...], signed: str | None, **options: Any) -> None:
    """Verify reports."""
    from gongkai.pipeline.verify import verify as verify_all

    how = Work(**options)
    chosen = chosen_targets(project, targets, how.shard)
    digits = _digits_of(signed, len(chosen)) if signed is not None else ""
    plan = how.plan(len(chosen))
    causes: list[tuple[str, str]] = []
    differing = 0
    with Progress(len(chosen), "verify-running") as progress:

        def on_result(verified: Verified) -> None:
            nonlocal differing
            differing += bool(verified.differences)
            causes.extend((str(verified.target), _cause(it)) for it in verified.differences)
            status = "verify-report-differs" if verified.differences else "verify-equal"
            line = say(status, target=str(verified.target))
            progress.advance(lambda: [line], failed=bool(verified.differences))
            if differing <= FEW:
                for problem in verified.differences:
                    progress.print(str(problem))

        verify_all(project, chosen, plan, on_result, progress.refresh)
    if differing > FEW:
        echo(*summed_up(causes, "verify-cause"), err=True)
    others = [*_copies(project, chosen), *_prints(project, chosen), *_pages(project, chosen)]
    if digits:
        others += _signed(project, chosen[0], digits)
    if not targets and how.shard is None:
        others += [*_strays(project), *_table(project, chosen)]
    alike = [(problem.where, _cause(problem)) for problem in others]
    many = len(others) > FEW
    echo(*(summed_up(alike, "verify-cause", "summary-files") if many else others), err=True)
    unread = say_unread(project, targets) | bool(unread_outputs(project))
    counts = {"equal": len(chosen) - differing, "differing": differing}
    echo(say("verify-summary-others" if others else "verify-summary", **counts, count=len(others)))
    if differing or others or unread:
        raise SystemExit(FAILED)


def _cause(problem: Problem) -> str:
    """Return what is wrong with a report in words that others like it share."""
    if problem.id == "verify-differs":
        return say("verify-differs-alike")
    named = {"target": say("verify-target")} if "target" in problem.details else {}
    return Problem(problem.id, **{**problem.details, **named}).text()


def _digits_of(signed: str, reports: int) -> str:
    """Return the digits of a fingerprint as a person copies it from paper, in groups or not."""
    digits = signed.translate(_APART).casefold()
    if reports != 1:
        end(Problem("verify-signed-one", count=reports), MISUSED)
    if not _FINGERPRINT.fullmatch(digits):
        end(Problem("verify-signed-digits", word=signed), MISUSED)
    return digits


def _signed(project: Project, target: Target, digits: str) -> Iterator[Problem]:
    """Yield that a public page is not the one that was signed; say where it is."""
    from gongkai.disk import read_file
    from gongkai.manifest import fingerprint_of

    page = project.output(target, PUBLIC)
    try:
        there = fingerprint_of(read_file(page).decode())
    except (OSError, ValueError):
        there = "—"
    if there == digits:
        echo(say("verify-signed", file=page.as_posix()), err=True)
    else:
        yield Problem("verify-not-signed", page.as_posix(), here=there)


def _pages(project: Project, chosen: Iterable[Target]) -> Iterator[Problem]:
    """Yield each page of reports that is there and is not what the manifests give."""
    from gongkai.disk import read_file
    from gongkai.project import all_targets
    from gongkai.show.index import INDEX, fresh_pages

    if not project.outputs.is_dir() or say_unread_outputs(project):
        return  # what the manifests give cannot be known
    wanted = {INDEX, *(f"{target.slug}/{INDEX}" for target in chosen)}
    for page, text in fresh_pages(project.outputs, all_targets(project.params)):
        path = project.outputs / page
        if page in wanted and os.path.exists(path):
            try:
                same = read_file(path) == text.encode()
            except OSError:
                same = False
            if not same:
                yield Problem("verify-page", path.as_posix())


def _copies(project: Project, chosen: Iterable[Target]) -> Iterator[Problem]:
    """Yield each copy for office and other programs that is not made of its page."""
    from gongkai.office.copies import LibraryMissing

    for target in chosen:
        for kind in (kind for kind in KINDS.values() if kind.maker):
            page, copy = project.output(target, PUBLIC), project.output(target, kind.suffix)
            if not os.path.lexists(copy):
                continue
            details = {"target": str(target), "kind": kind.name}
            try:
                if not os.path.exists(page):
                    yield Problem("verify-unexpected", copy.as_posix())
                elif not _is_copy(kind.name, copy, page):
                    yield Problem("verify-copy", copy.as_posix(), **details)
            except LibraryMissing as error:
                echo(
                    say("verify-copy-not", file=copy.as_posix(), reason=error.problems[0]), err=True
                )


def _table(project: Project, chosen: Iterable[Target]) -> Iterator[Problem]:
    """Yield each file of the table of all reports that is not what the pages' figures give."""
    from gongkai.disk import scratch
    from gongkai.report.provenance import packages_of

    there = [name for name in (TABLE, PACKAGE, METADATA) if (project.outputs / name).exists()]
    if not there:
        return
    try:
        from gongkai.office.dataset import write_dataset
    except ModuleNotFoundError:
        reason = Problem("office-extra-missing", packages=packages_of("office"))
        file = (project.outputs / there[0]).as_posix()
        echo(say("verify-copy-not", file=file, reason=reason), err=True)
        return
    public = [target for target in chosen if project.output(target, PUBLIC).exists()]
    figures = {target: project.output(target, CSV.suffix) for target in public}
    with scratch() as aside:
        with suppress(OSError, ValueError, TypeError):  # figures that somebody has damaged
            files = {target: file for target, file in figures.items() if file.exists()}
            write_dataset(aside, table_sources(project, files))
        for name in there:
            if not _same(project.outputs / name, aside / name):
                yield Problem("verify-table", (project.outputs / name).as_posix())


def _same(here: Path, built: Path) -> bool:
    """Whether two files can be read and say the same."""
    from gongkai.disk import read_file

    try:
        return read_file(here) == read_file(built)
    except OSError:
        return False


def _is_copy(kind: str, copy: Path, page: Path) -> bool:
    """Whether a file is what the page gives. Raises LibraryMissing."""
    from gongkai.disk import read_file
    from gongkai.office.copies import LibraryMissing, copy_of

    try:
        return read_file(copy) == copy_of(kind, read_file(page))
    except LibraryMissing:
        raise
    except (KitError, OSError):
        return False


def _prints(project: Project, chosen: Iterable[Target]) -> Iterator[Problem]:
    """Yield each PDF that is not the print of its page; say where none could be printed here."""
    there = [target for target in chosen if os.path.exists(project.output(target, PAPER.suffix))]
    papers = [target for target in there if os.path.exists(project.output(target, PUBLIC))]
    for target in there:
        if target not in papers:
            yield Problem("verify-unexpected", project.output(target, PAPER.suffix).as_posix())
    if not papers:
        return
    try:
        yield from _printed_again(project, papers)
    except KitError as error:  # no browser, or no library to drive it
        echo(say("verify-pdf-not", count=len(papers), reason=error.problems[0]), err=True)


def _printed_again(project: Project, papers: Iterable[Target]) -> Iterator[Problem]:
    """Yield what is wrong with each PDF. Raises KitError where nothing can be printed."""
    from gongkai.show.printer import BrowserMissing, Printer

    with Printer(named_browser()) as printer:
        for target in papers:
            try:
                yield from _compared(printer, project, target)
            except BrowserMissing:
                raise
            except KitError as error:  # this page cannot be printed
                yield from error.problems
        if printer.sandbox_off:
            echo(printer.sandbox_off, err=True)


def _compared(printer: Printer, project: Project, target: Target) -> Iterator[Problem]:
    from gongkai.disk import read_file
    from gongkai.show.pdf import read_sheets

    page, paper = project.output(target, PUBLIC), project.output(target, PAPER.suffix)
    details = {"target": str(target)}
    if read_sheets(page, paper) is None:
        yield Problem("verify-pdf-page", paper.as_posix(), **details)
    elif printer.printed(page) != read_file(paper):
        yield Problem("verify-pdf", paper.as_posix(), **details)


def _strays(project: Project) -> Iterator[Problem]:
    """Yield what looks published and belongs to no parameters; name what others put there."""
    from gongkai.project import orphans, outputs_of
    from gongkai.show.index import stray_pages

    for target in orphans(project):
        files = [path.as_posix() for path in outputs_of(project, target)]
        yield Problem("verify-orphan", target=str(target), files=files)
    strays = stray_pages(project.outputs)
    for page in strays:
        yield Problem("verify-stray-page", page.as_posix())
    for path in _foreign(project):
        if path not in strays:
            echo(say("verify-foreign", file=path.as_posix()), err=True)


def _foreign(project: Project) -> Iterator[Path]:
    """Yield each page and PDF below the outputs that is neither a report's nor shows reports."""
    from gongkai.project import MADE, survey
    from gongkai.show.index import is_shown

    outputs = project.outputs
    known = {project.output(it, suffix) for it in survey(outputs, MADE).targets for suffix in MADE}
    for path in sorted([*outputs.glob("[!.]*"), *outputs.glob("[!.]*/[!.]*")]):
        shown = path in known or is_shown(outputs, path.relative_to(outputs).as_posix())
        if path.suffix.lower() in LIKE_A_PAGE and not shown:
            yield path
