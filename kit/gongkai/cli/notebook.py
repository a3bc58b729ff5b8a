"""`gongkai notebook`: write the template into the project, to be changed or for papermill."""

from __future__ import annotations

from pathlib import Path

import click

from gongkai.cli.options import MISUSED, PATH, chosen_targets, end, folder_options
from gongkai.cli.printing import echo
from gongkai.disk import read_file, write_whole
from gongkai.errors import KitError, Problem, writing_to
from gongkai.messages import say
from gongkai.project import TEMPLATE, Project, packaged_template


@click.command()
@click.argument("agency", required=False)
@click.option("--from", "source", type=PATH)
@click.option("--force", is_flag=True)
@folder_options
def notebook(project: Project, agency: str | None, source: Path | None, force: bool) -> None:
    """Write the template into the project, or an agency's own notebook."""
    if agency is None:
        path = project.params.parent / TEMPLATE
        _write(source or packaged_template(), path, {}, force=force)
        return
    target = chosen_targets(project, [agency])[-1]
    if target.slug != agency:
        end(Problem("notebook-agency", target=agency), MISUSED)
    path = project.params.parent / TEMPLATE.parent / f"{agency}.ipynb"
    values: dict[str, str | int] = {"agency": agency, "year": target.year}
    values["params"] = project.params.resolve().name
    _write(source or project.notebook, path, values, force=force)
    _name_it(project.params / agency / "agency.yaml", path.name)


def _write(source: Path, path: Path, values: dict[str, str | int], *, force: bool) -> None:
    """Write a notebook without its outputs; an existing one is replaced only if forced."""
    from gongkai.show.lab import kept_copy

    if path.exists() and not force:
        end(Problem("new-exists", path.as_posix()), MISUSED)
    text = kept_copy(source, values)
    with writing_to(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    echo(say("new-written", file=path.as_posix()))


def _name_it(path: Path, name: str) -> None:
    """Name the notebook in `agency.yaml`; if appending a line fails, say what to write there."""
    from gongkai.text.agency_names import notebook_in

    if notebook_in(path) == name:
        return
    with writing_to(path.parent):
        before = read_file(path)
        write_whole(path, before.rstrip() + f"\nnotebook: {name}\n".encode())
        if notebook_in(path) == name:
            echo(say("new-written", file=path.as_posix()))
            return
        write_whole(path, before)
    raise KitError(Problem("notebook-name-it", path.as_posix(), notebook=name))
