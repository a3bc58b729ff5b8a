"""`gongkai import`: existing documents become parameters, or are compared with them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongkai.cli.against import Asked, compare_with
from gongkai.cli.district import bodies_of
from gongkai.cli.options import FAILED, MISUSED, PATH, YearType, cores, end, folder_options
from gongkai.cli.printing import echo, lines_of_doubts
from gongkai.cli.progress import Progress
from gongkai.cli.reading import Task, in_order, read_all
from gongkai.errors import KitError, Problem, first_of_each_file, unreadable, write_problem
from gongkai.messages import say
from gongkai.project import REVIEW_WORD, Project

if TYPE_CHECKING:
    from gongkai.importing.run import Imported

ENDINGS = (
    ".docx", ".docm", ".doc", ".wps", ".rtf", ".odt", ".xlsx", ".xlsm", ".xls", ".et", ".ods",
    ".pdf", ".html", ".htm", ".txt", ".csv",
)  # fmt: skip


@click.command("import")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=PATH,
)
@click.option("--agency", default="")
@click.option("--name", default="")
@click.option("--year", type=YearType())
@click.option("--column", default="")
@click.option("--fill", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--force", is_flag=True)
@click.option("--against", metavar="AGENCY/YEAR")
@click.option("--apply", is_flag=True)
@click.option("--jobs", type=click.IntRange(min=1))
@folder_options
def import_(  # noqa: PLR0913, PLR0917 - one per option
    project: Project,
    files: tuple[Path, ...],
    agency: str,
    name: str,
    year: int | None,
    column: str,
    fill: bool,
    dry_run: bool,
    force: bool,
    against: str | None,
    apply: bool,
    jobs: int | None,
) -> None:
    """Import documents."""
    from gongkai.importing.run import Options

    if apply and not against:
        end(Problem("import-apply-alone"), MISUSED)
    found, problems = _documents(files)
    echo(*problems, err=True)
    if against is not None:  # an empty AGENCY/YEAR is an error, not a missing option
        given = {"--agency": agency, "--name": name, "--year": year, "--fill": fill, "--jobs": jobs}
        given |= {"--dry-run": dry_run and not apply, "--force": force}
        compare_with(project, Asked(found, against, column, given, apply, dry_run))
        return
    if not agency:
        _check_bodies(project)
    options = Options(agency, name, year or 0, column, project.forms)
    tasks = [Task(number, path, project.params, options, fill) for number, path in enumerate(found)]
    taken: dict[str, Path] = {}
    written, doubts, failed = 0, 0, len(problems)
    with Progress(len(tasks), "import-progress") as progress:
        for task, read in in_order(read_all(tasks, jobs or cores())):
            result = _once(task, read, taken)
            *lines, last = _keep(task, result, dry_run=dry_run, force=force)
            lines += filter(None, [last])
            doubts += len(getattr(result, "doubts", ()))
            written, failed = written + bool(last), failed + (not last)
            progress.advance(lambda shown=lines: shown, failed=not last, quiet=False)  # type: ignore[misc]
    _sum_up(written, doubts, failed, dry_run=dry_run)


def _sum_up(written: int, doubts: int, failed: int, *, dry_run: bool) -> None:
    """Print a summary of all documents; exit with status 1 if one failed."""
    summary = "import-summary-dry" if dry_run else "import-summary"
    echo(say(summary, written=written, doubts=doubts, failed=failed))
    if failed:
        raise SystemExit(FAILED)


def _check_bodies(project: Project) -> None:
    """End the command if the list of bodies, which assigns documents to agencies, is wrong."""
    from gongkai.text.agency_names import BODIES

    if (project.params / BODIES).exists():
        bodies_of(project)


def _once(task: Task, result: Imported | KitError, taken: dict[str, Path]) -> Imported | KitError:
    """Return the result, or an error if an earlier document was of the same report."""
    if isinstance(result, KitError):
        return result
    target = f"{result.slug}/{result.year}"
    other = taken.setdefault(target, task.path)
    if other == task.path:
        return result
    about = {"other": other.as_posix(), "target": target}
    return KitError(Problem("import-taken", task.path.as_posix(), **about))


def _documents(files: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
    """Return the files, the documents found in folders, and the problems of unreadable folders.

    Ends the command if there is neither.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    for path in files:
        if not os.path.isdir(path):  # Path.is_dir raises if a folder cannot be searched
            found.append(path)
            continue
        inside = []
        for folder, names, here in os.walk(path, onerror=lambda e: problems.append(unreadable(e))):
            names[:] = [name for name in names if not name.startswith(".")]
            inside += [Path(folder, name) for name in here if _is_document(name)]
        found += sorted(inside)
    if not found and not problems:
        end(Problem("import-nothing", folder=files[0].as_posix()), MISUSED)
    each = {os.path.realpath(path): path for path in reversed(found)}  # each file once
    return list(reversed(each.values())), problems


def _is_document(name: str) -> bool:
    """Whether a file is, by its name, a document that the kit has not made."""
    made = name.endswith((".review.html", REVIEW_WORD)) or name == "index.html"
    return name.lower().endswith(ENDINGS) and not name.startswith((".", "~$")) and not made


def _keep(task: Task, result: Imported | KitError, *, dry_run: bool, force: bool) -> Iterator[str]:
    """Write a report's files; yield the lines to print, the last one '' if it was not written."""
    from gongkai.importing.write import files_to_write, write_files

    if isinstance(result, KitError):
        yield from map(str, first_of_each_file(result.problems))
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
    yield from lines_of_doubts(result.doubts, task.path)
    if result.unplaced:
        yield say("import-unplaced", count=len(result.unplaced), file=f"{result.year}.source.yaml")
    folder = task.params / result.slug
    try:
        if dry_run:
            names = list(files_to_write(folder, result.files, result.kept, force=force))
            yield say("import-would-write", folder=folder.as_posix(), files=names)
            return
        written = write_files(folder, result.files, result.kept, force=force)
    except KitError as error:
        yield from map(str, error.problems)
        yield ""
        return
    except OSError as error:
        yield str(write_problem(folder, error))
        yield ""
        return
    yield from (say("new-written", file=path.as_posix()) for path in written)
    if folder / f"{result.year}.yaml" not in written:
        yield say("import-kept", file=(folder / f"{result.year}.yaml").as_posix())
    yield say("import-next" if result.doubts else "import-next-sure", **about)
