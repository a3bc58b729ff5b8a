"""`gongkai init`: a folder in which everything else runs."""

from __future__ import annotations

from pathlib import Path

import click

from gongkai.cli.options import FAILED, MISUSED, PATH, end, language_option
from gongkai.cli.printing import echo
from gongkai.errors import KitError, Problem, say, write_problem


@click.command()
@click.argument("folder", type=PATH)
@language_option
def init(folder: Path) -> None:
    """Begin a project."""
    from gongkai.report.scaffold import new_project

    try:
        written, kept = new_project(folder)
    except KitError as error:
        end(error, MISUSED)
    except OSError as error:
        end(write_problem(folder, error), FAILED)
    echo(*(Problem("new-exists", path.as_posix()) for path in kept), err=True)
    echo(*(say("new-written", file=path.as_posix()) for path in written))
    echo(say("init-next", folder=folder.as_posix()))
