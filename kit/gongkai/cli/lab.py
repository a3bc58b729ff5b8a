"""`gongkai lab`: open a report's notebook in JupyterLab."""

from __future__ import annotations

from pathlib import Path

import click

from gongkai.cli.options import as_misuse, chosen_target, folder_options
from gongkai.cli.printing import echo
from gongkai.errors import writing_to
from gongkai.messages import say
from gongkai.project import Project


@click.command()
@click.argument("agency")
@click.argument("year", type=int)
@click.option("--no-open", is_flag=True)
@folder_options
def lab(project: Project, agency: str, year: int, no_open: bool) -> None:
    """Open a report in JupyterLab."""
    from gongkai.show import lab as work
    from gongkai.text.agency_names import notebook_in

    target = chosen_target(project, f"{agency}/{year}")
    project = project.for_agency(notebook_in(project.params / target.slug / "agency.yaml"))
    copy = project.outputs.resolve() / "lab" / f"{target.slug}-{target.year}.ipynb"
    parameters: dict[str, str | int] = {
        "agency": target.slug,
        "year": target.year,
        "params": _params_from(copy.parent, project.params.resolve()),
    }
    with as_misuse():
        work.require_jupyterlab()
    with writing_to(copy.parent):
        kept = work.write_copy(project.notebook, parameters, copy)
    if kept:
        echo(say("lab-kept", file=_short(kept)), err=True)
    echo(say("lab-opening", file=_short(copy)), err=True)
    folder = project.params.resolve().parent
    inside = copy.is_relative_to(folder)

    def started(address: str) -> None:
        echo(say("lab-started", address=address), err=True)

    work.serve(copy, folder if inside else copy.parent, started, open_browser=not no_open)
    echo(say("lab-ended", notebook=project.notebook.as_posix()), err=True)


def _params_from(folder: Path, params: Path) -> str:
    """Return the params folder for the notebook: its name if found from above, else its path."""
    for above in folder.parents:
        if (above / params.name).is_dir():
            return params.name if above / params.name == params else params.as_posix()
    return params.as_posix()


def _short(path: Path) -> str:
    """Return a path relative to the current folder, if it is below it."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
