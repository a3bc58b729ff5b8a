"""`gongkai doctor`: print what this machine has, and what built the project's reports."""

from __future__ import annotations

from itertools import chain

import click

from gongkai.cli.options import folder_options, format_option, named_browser
from gongkai.cli.printing import echo, echo_json
from gongkai.messages import say
from gongkai.project import Project
from gongkai.show.surroundings import built_otherwise, forms_in_force, surroundings


@click.command()
@format_option()
@folder_options
def doctor(project: Project, style: str) -> None:
    """Print the state of the installation and of the project."""
    everything = (surroundings(named_browser()), forms_in_force(project), built_otherwise(project))
    for mark, problem in chain.from_iterable(everything):
        if style == "json":
            echo_json({"mark": mark, "id": problem.id, "text": problem.text()})
        else:
            echo(say("doctor-line", mark="✓" if mark == "ok" else "–", text=problem.text()))
