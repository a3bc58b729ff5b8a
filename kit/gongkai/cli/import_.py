"""`gongkai import`: convert documents to parameters, or compare them with existing ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

from gongkai.cli.against import Asked, compare_with
from gongkai.cli.district import bodies_of
from gongkai.cli.documents import import_each, the_only
from gongkai.cli.options import FAILED, MISUSED, PATH, WORDS, YearType, cores, end, folder_options
from gongkai.cli.printing import echo, lines_of_doubts
from gongkai.cli.progress import Progress
from gongkai.errors import KitError, Problem, first_of_each_file, unreadable, writing_to
from gongkai.importing.run import Imported, Options
from gongkai.importing.write import files_to_write, write_files
from gongkai.messages import first_few, say
from gongkai.project import INDEX, REVIEW, REVIEW_WORD, Project
from gongkai.report.csv_file import CsvRow, overwritten, read_rows
from gongkai.report.diagnostics import Diagnostics
from gongkai.report.parameters import Agency
from gongkai.text.agency_names import BODIES, comparable

# Read documents, all of them as reports of an agency and its folder, if these are given.
Read = Callable[[Sequence[Path], Agency | None, str], Iterator[Imported | KitError]]


ENDINGS = (
    ".docx", ".docm", ".doc", ".wps", ".rtf", ".odt", ".xlsx", ".xlsm", ".xls", ".et", ".ods",
    ".pdf", ".html", ".htm", ".txt", ".csv",
)  # fmt: skip
# Files of a project, which are no documents, and what systems leave in folders.
OTHERS = (".yaml", ".json", ".ipynb", ".db", ".ini")
SHOWN = 10  # names of files that were skipped


@click.command("import")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=PATH,
)
@click.option("--agency", default="")
@click.option("--name", type=WORDS, default="")
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
    if apply and not against:
        end(Problem("import-apply-alone"), MISUSED)
    found, problems = _documents(files)
    echo(*problems, err=True)
    if against is not None:  # an empty AGENCY/YEAR is an error, not a missing option
        given = {"--agency": agency, "--name": name, "--year": year, "--fill": fill, "--jobs": jobs}
        given |= {"--dry-run": dry_run and not apply, "--force": force and not apply}
        compare_with(project, Asked(found, against, column, given, apply, dry_run, force))
        return
    if not agency:
        _check_bodies(project)
    options = Options(agency, name, year or 0, column, project.forms)

    def read(
        paths: Sequence[Path], called: Agency | None, slug: str
    ) -> Iterator[Imported | KitError]:
        wanted = options._replace(called=called, agency=slug or agency)
        return import_each(paths, project.params, wanted, fill=fill, jobs=jobs or cores())

    written, doubts = _keep_all(project.params, found, read, dry_run=dry_run, force=force)
    failed = len(problems) + len(found) - written
    summary = "import-summary-dry" if dry_run else "import-summary"
    echo(say(summary, written=written, doubts=doubts, failed=failed))
    if failed:
        raise SystemExit(FAILED)


def _keep_all(
    params: Path,
    paths: Sequence[Path],
    read: Read,
    *,
    dry_run: bool,
    force: bool,
) -> tuple[int, int]:
    """Read each document, write its report; return the numbers of reports and of doubts."""
    taken: dict[str, Path] = {}
    agencies: dict[str, Agency] = {}
    written = doubts = 0
    with Progress(len(paths), "import-progress") as progress:
        for path, first in zip(paths, read(paths, None, ""), strict=True):
            lines: list[str] = []
            failed = True
            try:
                result = _compared(path, _imported(first), agencies, read)
                _refuse_second(path, result, taken)
                doubts += len(result.doubts)
                lines += _described(path, result)
                with writing_to(params / result.slug):
                    lines += _written(params, path, result, dry_run=dry_run, force=force)
                if result.agency:
                    agencies.setdefault(result.slug, result.agency)
                written += 1
                failed = False
            except KitError as error:
                lines += map(str, first_of_each_file(error.problems))
            progress.advance(lines, failed=failed, quiet=False)
    return written, doubts


def _compared(path: Path, result: Imported, agencies: Mapping[str, Agency], read: Read) -> Imported:
    """Return the result, read again if its agency.yaml came from another document meanwhile.

    Documents are read at the same time, so their names have not been compared with that one. Its
    folder may have another name, as each may be proposed by the name of a document.
    """
    if result.agency is None:
        return result
    called = {comparable(agency.name): slug for slug, agency in agencies.items()}
    slug = called.get(comparable(result.agency.name), result.slug)
    written = agencies.get(slug, result.agency)
    if (slug, written) == (result.slug, result.agency):
        return result
    return the_only(read([path], written, slug))


def _check_bodies(project: Project) -> None:
    """End the command if the list of bodies, which assigns documents to agencies, is wrong."""
    if (project.params / BODIES).exists():
        bodies_of(project)


def _imported(result: Imported | KitError) -> Imported:
    if isinstance(result, KitError):
        raise result
    return result


def _refuse_second(path: Path, result: Imported, taken: dict[str, Path]) -> None:
    """Raise KitError if an earlier document was of the same report."""
    target = f"{result.slug}/{result.year}"
    other = taken.setdefault(target, path).as_posix()
    if other != path.as_posix():
        raise KitError(Problem("import-taken", path.as_posix(), other=other, target=target))


def _documents(files: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
    """Return the files, the documents found in folders, and the problems of unreadable folders.

    Ends the command if there is neither.
    """
    found: list[Path] = []
    skipped: list[str] = []
    problems: list[Problem] = []
    for path in files:
        if not os.path.isdir(path):  # Path.is_dir raises if a folder cannot be searched
            found.append(path)
            continue
        inside = []
        for folder, names, here in os.walk(path, onerror=lambda e: problems.append(unreadable(e))):
            names[:] = [name for name in names if not name.startswith(".")]
            inside += [Path(folder, name) for name in here if _is_document(name)]
            skipped += [Path(folder, name).as_posix() for name in here if _is_of_other_kind(name)]
        found += sorted(inside)
    if skipped:
        shown = first_few(sorted(skipped), SHOWN)
        echo(say("import-skipped", count=len(skipped), files=shown), err=True)
    if not found and not problems:
        end(Problem("import-nothing", folder=files[0].as_posix()), MISUSED)
    each = {os.path.realpath(path): path for path in reversed(found)}  # each file once
    return list(reversed(each.values())), problems


def _is_document(name: str) -> bool:
    """Whether a file is, by its name, a document that the kit has not made."""
    made = name.endswith((REVIEW, REVIEW_WORD)) or name == INDEX
    return name.lower().endswith(ENDINGS) and not name.startswith((".", "~$")) and not made


def _is_of_other_kind(name: str) -> bool:
    """Whether a file may be somebody's document, but of a kind that cannot be imported."""
    known = (*ENDINGS, *OTHERS)
    return not name.lower().endswith(known) and not name.startswith((".", "~$"))


def _described(path: Path, result: Imported) -> Iterator[str]:
    """Yield lines that say what was read from a document, and every doubt about it."""
    yield say(
        "import-read",
        file=path.as_posix(),
        target=f"{result.slug}/{result.year}",
        figures=result.figures,
        cells=result.cells,
        doubts=len(result.doubts),
    )
    yield from lines_of_doubts(result.doubts, path)
    if result.unplaced:
        yield say("import-unplaced", count=len(result.unplaced), file=f"{result.year}.source.yaml")


def _written(
    params: Path, path: Path, result: Imported, *, dry_run: bool, force: bool
) -> Iterator[str]:
    """Write the files of a report, unless `dry_run`; yield lines that name them."""
    folder = params / result.slug
    table = folder / f"{result.year}.csv"
    lost = list(_replaced(table, result.files[table.name]))
    if dry_run:
        names = list(files_to_write(folder, result.files, result.kept, force=force))
        yield say("import-would-write", folder=folder.as_posix(), files=names)
        yield from map(str, lost)
        return
    written = write_files(folder, result.files, result.kept, force=force)
    yield from (say("new-written", file=file.as_posix()) for file in written)
    yield from map(str, lost)
    text = folder / f"{result.year}.yaml"
    if text not in written:
        yield say("import-kept", file=text.as_posix())
    about = {"file": path.as_posix(), "target": f"{result.slug}/{result.year}"}
    yield say("import-next" if result.doubts else "import-next-sure", **about)


def _replaced(table: Path, text: str) -> Iterator[Problem]:
    """Yield what a CSV has that the text to replace it lacks.

    Figures that are blank, or others, in the document, and what is beside the figures: lines
    above or below them, other columns.
    """
    diagnostics = Diagnostics()
    rows: list[CsvRow] = []
    with suppress(KitError):  # there is none, or it cannot be read
        rows = list(read_rows(table, diagnostics))
    blanked, changed = overwritten(rows, text)
    for message, figures in (("import-csv-blanked", blanked), ("import-csv-changed", changed)):
        if figures:
            yield Problem(message, table.as_posix(), count=len(figures), figures=figures)
    what = [note.details["what"] for note in diagnostics.notes if note.id == "csv-left-out"]
    if what:
        yield Problem("import-csv-lost", table.as_posix(), what=what)
