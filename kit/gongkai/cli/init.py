"""`gongkai init`: a new project folder."""

from __future__ import annotations

from pathlib import Path

import click

from gongkai.cli.options import PATH, as_misuse, language_option
from gongkai.cli.printing import echo
from gongkai.errors import Problem, writing_to
from gongkai.messages import say
from gongkai.report.scaffold import new_project


@click.command()
@click.argument("folder", type=PATH)
@language_option
def init(folder: Path) -> None:
    """Begin a project."""
    with writing_to(folder), as_misuse():
        written, kept = new_project(folder)
    echo(*(Problem("new-exists", path.as_posix()) for path in kept), err=True)
    echo(*(say("new-written", file=path.as_posix()) for path in written))
    echo(say("init-next", folder=folder.as_posix()))
