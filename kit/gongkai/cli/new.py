"""`gongkai new`: write the files of a report, to be filled in."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from gongkai.cli.forms import last_year
from gongkai.cli.options import PATH, WORDS, YearType, as_misuse, folder_options
from gongkai.cli.printing import echo, lines_of_doubts
from gongkai.cli.project_problems import say_same_names
from gongkai.errors import Problem, writing_to
from gongkai.messages import say
from gongkai.office.copies import entry_form
from gongkai.project import PARAMETERS, WORKBOOK, Project, Target, workbooks_of
from gongkai.report.scaffold import Start, new_report


@click.command()
@click.argument("agency")
@click.argument("year", type=YearType())
@click.option("--name", type=WORDS, default="")
@click.option("--edition", default="")
@click.option("--from", "document", type=PATH)
@click.option("--xlsx", is_flag=True)
@folder_options
def new(  # noqa: PLR0913, PLR0917 - an option each
    project: Project,
    agency: str,
    year: int,
    name: str,
    edition: str,
    document: Path | None,
    xlsx: bool,
) -> None:
    """Begin a report."""
    target = Target(agency, year)
    start = Start(name, edition)
    with writing_to(project.params), as_misuse():
        if xlsx or document is None:
            start = _with_last_year(start, target, project, xlsx=xlsx)
        if document is None:
            written = new_report(project, target, start)
        else:
            from gongkai.cli.documents import read_one
            from gongkai.importing.begin import begin_report, read_last_year

            read = partial(read_last_year, year=year - 1, forms=project.forms)
            begun = begin_report(project, target, document, read_one(document, read), start)
            written = begun.files
            echo(*lines_of_doubts(begun.doubts, document))
    for path in written:
        echo(say("new-written", file=path.as_posix()))
    if start.last:
        echo(say("new-with-last-year", year=start.last.year))
    echo(*_existing(project.params / agency, year, written))
    say_same_names(project, [agency])
    if year > datetime.date.today().year:
        echo(say("new-not-begun", year=year), err=True)
    filled_in = {"target": str(target), "file": written[-1].as_posix()}
    echo(say("new-next-form" if written[-1].suffix == WORKBOOK else "new-next", **filled_in))


def _existing(folder: Path, year: int, written: Sequence[Path]) -> Iterator[Problem]:
    """Yield a problem for each of the year's files that existed already."""
    files = [folder / f"{year}{suffix}" for suffix in PARAMETERS]
    for path in (*files, *workbooks_of(files[-1])):
        if path.exists() and path not in written:
            yield Problem("new-exists", path.as_posix())


def _with_last_year(start: Start, target: Target, project: Project, *, xlsx: bool) -> Start:
    """Return `start` with the agency's report of last year, and a workbook to fill in if asked."""
    start = start._replace(last=last_year(project, target))
    if not xlsx:
        return start

    return start._replace(write_form=entry_form)
