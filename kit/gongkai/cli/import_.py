"""`gongkai import`: existing documents become parameters, or are compared with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from gongkai.cli.options import FAILED, MISUSED, YearType, end, folder_options
from gongkai.cli.printing import echo
from gongkai.cli.progress import Progress
from gongkai.errors import KitError, Problem, say, write_problem

if TYPE_CHECKING:
    from gongkai.compare.reports import Content
    from gongkai.importing.run import Imported, Options
    from gongkai.project import Project

SECONDS, MEMORY = 180.0, 2_000_000_000  # that a document may take; a report needs a tenth of it
ENDINGS = {
    ".docx", ".doc", ".wps", ".rtf", ".xlsx", ".xls", ".et", ".ods", ".pdf", ".html", ".htm",
    ".txt", ".csv",
}  # fmt: skip


class _Task(NamedTuple):
    """A document to be read."""

    number: int
    path: Path
    params: Path
    options: Options
    fill: bool


_Result = tuple[_Task, "Imported | KitError"]


@click.command("import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--agency", default="")
@click.option("--name", default="")
@click.option("--year", type=YearType(1000, 9999))
@click.option("--column", default="")
@click.option("--fill", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--force", is_flag=True)
@click.option("--against", default="", metavar="AGENCY/YEAR")
@click.option("--jobs", type=click.IntRange(min=1))
@folder_options
def import_(  # noqa: PLR0913, PLR0917 - an option each
    project: Project,
    files: tuple[Path, ...],
    agency: str,
    name: str,
    year: int | None,
    column: str,
    fill: bool,
    dry_run: bool,
    force: bool,
    against: str,
    jobs: int | None,
) -> None:
    """Import documents."""
    from gongkai.importing.run import Options

    found = list(_documents(files))
    if against:
        _compare(project, found, against, column)
        return
    if not found:
        end(KitError(Problem("import-nothing", details={"folder": files[0].as_posix()})), MISUSED)
    options = Options(agency, name, year or 0, column)
    tasks = [
        _Task(number, path, project.params, options, fill) for number, path in enumerate(found)
    ]
    taken: dict[str, Path] = {}
    written = failed = doubts = 0
    with Progress(len(tasks), "import-progress") as progress:
        for task, read in _in_order(_read(tasks, jobs or os.cpu_count() or 1)):
            result = _once(task, read, taken)
            lines = list(_keep(task, result, dry_run=dry_run, force=force))
            good = not isinstance(result, KitError) and lines[-1] != ""
            written += good
            failed += not good
            doubts += len(result.doubts) if not isinstance(result, KitError) else 0
            shown = [line for line in lines if line]
            progress.advance(lambda shown=shown: shown, failed=not good, quiet=False)  # type: ignore[misc]
    echo(say("import-summary", written=written, doubts=doubts, failed=failed))
    if failed:
        raise SystemExit(FAILED)


def _in_order(results: Iterable[_Result]) -> Iterator[_Result]:
    """Yield what became of the documents in the order of the command line."""
    early: dict[int, _Result] = {}
    following = 0
    for task, result in results:
        early[task.number] = (task, result)
        while following in early:
            yield early.pop(following)
            following += 1


def _once(task: _Task, result: Imported | KitError, taken: dict[str, Path]) -> Imported | KitError:
    """Return a result; of two documents of one report, only the first one counts."""
    if isinstance(result, KitError):
        return result
    target = f"{result.slug}/{result.year}"
    other = taken.setdefault(target, task.path)
    if other == task.path:
        return result
    about = {"other": other.as_posix(), "target": target}
    return KitError(Problem("import-taken", task.path.as_posix(), details=about))


def _documents(files: Iterable[Path]) -> Iterator[Path]:
    """Yield the files, and those of the folders that end as documents do, in order."""
    for path in files:
        if not path.is_dir():
            yield path
            continue
        for item in sorted(path.rglob("*")):
            hidden = any(part.startswith((".", "~$")) for part in item.relative_to(path).parts)
            made = item.name.endswith(".review.html") or item.name == "index.html"
            if item.suffix.lower() in ENDINGS and not hidden and not made and item.is_file():
                yield item


def _read(tasks: Sequence[_Task], jobs: int) -> Iterator[_Result]:
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


def _work(task: _Task) -> Imported | KitError:
    """Return what a document says, or why it cannot be read."""
    from gongkai.importing.filling import filled
    from gongkai.importing.run import import_document

    try:
        imported = import_document(task.path, task.params, task.options)
        return filled(imported, task.params) if task.fill else imported
    except KitError as error:
        return error


def _keep(task: _Task, result: Imported | KitError, *, dry_run: bool, force: bool) -> Iterator[str]:
    """Write a report's files; yield what is said of it, and last '' where it was not written."""
    from gongkai.importing.write import write_files

    if isinstance(result, KitError):
        yield from map(str, result.problems)
        yield ""
        return
    about = {"file": task.path.as_posix(), "target": f"{result.slug}/{result.year}"}
    yield say(
        "import-read",
        **about,
        figures=result.figures,
        cells=result.cells,
        doubts=len(result.doubts),
    )
    for doubt in result.doubts:
        place = doubt.details["place"]
        yield say("import-doubt", place=place, text=doubt.text(), id=doubt.id)
    if result.unplaced:
        yield say("import-unplaced", count=result.unplaced, file=f"{result.year}.source.yaml")
    folder = task.params / result.slug
    if dry_run:
        yield say("import-would-write", folder=folder.as_posix(), files=list(result.files))
        return
    try:
        written = write_files(folder, result.files, force=force)
    except KitError as error:
        yield from map(str, error.problems)
        yield ""
        return
    except OSError as error:
        yield str(write_problem(folder, error))
        yield ""
        return
    yield from (say("new-written", file=path.as_posix()) for path in written)
    yield say("import-next", **about)


# --- what was published against what was approved ---------------------------------


def _compare(project: Project, files: list[Path], against: str, column: str) -> None:
    """Print what differs between a document and a report of params/, and end with 0 or 1."""
    from gongkai.cli.diff_output import ComparedPair, lines_of
    from gongkai.compare.reports import compare
    from gongkai.importing.run import Options
    from gongkai.importing.write import written_aside

    slug, _, year = against.partition("/")
    if len(files) != 1 or not year.isdecimal():
        end(KitError(Problem("import-against", details={"against": against})), MISUSED)
    task = _Task(0, files[0], project.params, Options(slug, "", int(year), column), fill=False)
    [(_, result)] = _read([task], 1)
    try:
        if isinstance(result, KitError):
            raise result
        ours = _content(slug, int(year), project.params)
        with written_aside(slug, result.files, project.params) as folder:
            theirs = _content(slug, int(year), folder)
    except KitError as error:
        end(error, MISUSED)
    for doubt in result.doubts:
        echo(
            say("import-doubt", place=doubt.details["place"], text=doubt.text(), id=doubt.id),
            err=True,
        )
    found = compare(ours, _as_stated(ours, theirs))
    item = ComparedPair(against, files[0].as_posix(), "compared", found)
    echo(*lines_of(item, "text"))
    echo(say("diff-summary", same=int(not item.differs), differ=int(item.differs)), err=True)
    if item.differs:
        raise SystemExit(FAILED)


def _content(slug: str, year: int, params: Path) -> Content:
    """Return what a report says, and what the checks find in it."""
    from gongkai.checks import check_in_context
    from gongkai.compare.reports import content_of
    from gongkai.report.model import Past
    from gongkai.report.reader import load_report
    from gongkai.text.agency_names import Names

    report = load_report(slug, year, params)
    return content_of(report, check_in_context(report, Past(), Names({})))


def _as_stated(ours: Content, theirs: Content) -> Content:
    """Return what a document says, in all that a document can say.

    What is nowhere printed, such as breakdowns and accepted findings, is no difference; nor are
    the findings that follow from it.
    """
    from dataclasses import replace

    printed = ("signed", "signatures.")
    particulars = {
        key: text for key, text in ours.particulars.items() if not key.startswith(printed)
    }
    stated = {key: text for key, text in theirs.particulars.items() if key.startswith(printed)}
    return replace(theirs, particulars=particulars | stated, findings=ours.findings)
