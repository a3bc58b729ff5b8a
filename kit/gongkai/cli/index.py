"""`gongkai index`: a page of all reports and one for each agency, from the manifests."""

from __future__ import annotations

import click

from gongkai.cli.options import MISUSED, end, folder_options
from gongkai.cli.printing import echo
from gongkai.errors import Problem, writing_to
from gongkai.messages import say
from gongkai.project import INDEX, Project, all_targets
from gongkai.show.index import write_index


@click.command(name="index")
@folder_options
def index(project: Project) -> None:
    """Write the index."""
    outputs = project.outputs
    if not outputs.is_dir():
        end(Problem("index-no-outputs", folder=outputs.as_posix()), MISUSED)
    known = all_targets(project.params)
    with writing_to(outputs):
        written = write_index(outputs, known, trusting=False)
    file = (outputs / INDEX).as_posix()
    message = "index-written" if written.pages else "index-fresh"
    echo(say(message, file=file, reports=written.reports, pages=written.pages))
