"""`gongkai new`: the files to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongkai.cli.options import FAILED, MISUSED, YearType, end, folder_options
from gongkai.cli.printing import echo
from gongkai.errors import KitError, say, write_problem

if TYPE_CHECKING:
    from gongkai.project import Project


@click.command()
@click.argument("agency")
@click.argument("year", type=YearType(1000, 9999))
@click.option("--name", default="")
@click.option("--edition", default="")
@click.option("--from", "document", type=click.Path(path_type=Path))
@folder_options
def new(
    project: Project, agency: str, year: int, name: str, edition: str, document: Path | None
) -> None:
    """Begin a report."""
    from gongkai.project import Target
    from gongkai.report.scaffold import new_report

    target = Target(agency, year)
    try:
        if document is None:
            written = new_report(project, target, name, edition)
        else:
            from gongkai.importing.begin import begin_report

            begun = begin_report(project, target, document, edition, name)
            written = begun.files
            for doubt in begun.doubts:
                place = doubt.details["place"]
                echo(say("import-doubt", place=place, text=doubt.text(), id=doubt.id))
    except KitError as error:
        end(error, MISUSED)
    except OSError as error:
        end(KitError(write_problem(project.params, error)), FAILED)
    for path in written:
        echo(say("new-written", file=path.as_posix()))
    echo(say("new-next", target=str(target)))
