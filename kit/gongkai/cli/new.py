"""`gongkai new`: the files to fill in."""

from __future__ import annotations

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
@folder_options
def new(project: Project, agency: str, year: int, name: str, edition: str) -> None:
    """Begin a report."""
    from gongkai.report.scaffold import new_report

    try:
        written = new_report(project.params, agency, year, name, edition)
    except KitError as error:
        end(error, MISUSED)
    except OSError as error:
        end(KitError(write_problem(project.params, error)), FAILED)
    for path in written:
        echo(say("new-written", file=path.as_posix()))
    echo(say("new-next", target=f"{agency}/{year}"))
