"""`gongkai notebook`: the template as a file of the project, for papermill or to be changed."""

from __future__ import annotations

import click

from gongkai.cli.options import FAILED, MISUSED, end, language_option
from gongkai.cli.printing import echo
from gongkai.errors import KitError, Problem, say, write_problem


@click.command()
@language_option
def notebook() -> None:
    """Write the template into the project."""
    from gongkai.project import TEMPLATE, packaged_template

    data = packaged_template().read_bytes()
    try:
        TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
        with TEMPLATE.open("xb") as file:
            file.write(data)
    except FileExistsError:
        end(KitError(Problem("new-exists", TEMPLATE.as_posix())), MISUSED)
    except OSError as error:
        end(KitError(write_problem(TEMPLATE.parent, error)), FAILED)
    echo(say("new-written", file=TEMPLATE.as_posix()))
