"""Write the blank files that a clerk fills in, and the files of a new project."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.editions import edition_for, load_form
from gongkai.forms.form import Form
from gongkai.forms.local import with_extra_lines
from gongkai.forms.tables import Code
from gongkai.project import WORKBOOK, Project, Target, refuse_link_out, workbooks_of
from gongkai.report.csv_file import csv_of_cells
from gongkai.report.entry_form import EntryForm, carried_over, last_figures
from gongkai.report.model import INTRODUCTION, Report
from gongkai.report.parameters import Agency
from gongkai.text.agency_names import can_be_folder
from gongkai.text.models import read_model
from gongkai.text.templates import TEMPLATES, render_text

LONGEST_NAME = 200  # characters, as agency.yaml takes them
INIT = TEMPLATES / "init"
# What `gongkai init` writes, and the packaged file it is copied from; "" for an empty file.
PROJECT_FILES: Mapping[str, str] = {
    "README.md": "README.md",
    ".gitignore": "gitignore",
    "params/.gitkeep": "",
    "notebooks/README.md": "notebooks.md",
    ".github/workflows/reports.yml": "github.yml",
    ".gitlab-ci.yml": "gitlab.yml",
    ".workflow/reports.yml": "gitee.yml",
}
VERSION = "0.0.0"  # placeholder in these files for the kit's version


class Start(NamedTuple):
    """What a new report starts from: the agency's name, an edition, what is known of last year.

    `last` is the agency's report of last year: its text and its basis become comments to write
    over, and what it carried over is filled in. `texts` by part, `basis` and `figures` are those
    of a document in its place. `write_form` makes a workbook to fill in, which then takes the
    place of the CSV, with last year's figures beside its cells.
    """

    name: str = ""
    edition: str = ""
    figures: Mapping[Code, str] = {}
    texts: Mapping[str, str] = {}
    basis: Sequence[str] = ()
    write_form: Callable[[EntryForm], bytes] | None = None
    last: Report | None = None

    @property
    def with_last(self) -> Start:
        """The same, with the text and the basis of last year's report if there are no others."""
        if self.last is None or self.texts or self.basis:
            return self
        known = self.last.parameters
        return self._replace(texts=known.sections, basis=known.basis)


def new_report(project: Project, target: Target, start: Start) -> list[Path]:
    """Write a year's two files, and agency.yaml where there is none; return what was written.

    All figures are blank except those already known. Existing files are left untouched.

    Raises KitError, and writes nothing, if all files exist, the slug is invalid, no form is known
    for the year, a new agency has no name or a known one a different name, or the folder is
    a link that leads out of the parameters.
    """
    (slug, year), params = target, project.params
    name, edition = start.name, start.edition
    form = load_form(edition, project.forms) if edition else edition_for(year, project.forms)
    agency = params / slug / "agency.yaml"
    known = read_model(agency, Agency)[0] if agency.exists() else None
    if known:
        form, _ = with_extra_lines(form, known.extra_lines, year)
    files = _texts(params / slug, form, year, start.with_last)
    indicators = params / slug / f"{year}.csv"
    tables = [path for path in (indicators, *workbooks_of(indicators)) if path.exists()]
    there = [*(path for path in files if path.exists()), *tables]
    files = {path: content for path, content in files.items() if path not in there}
    if not tables:
        suffix, table = _table(target, form, known.name if known else name, start)
        files[params / slug / f"{year}{suffix}"] = table
    problems = []
    if not files:
        problems += [Problem("new-exists", path.as_posix()) for path in there if path != agency]
    if not can_be_folder(slug):
        problems = [Problem("agency-slug", agency=slug)]
    if known and name not in ("", known.name):
        problems.append(Problem("new-renamed", agency.as_posix(), name=name, known=known.name))
    if not known and not (name.strip() and name.isprintable() and len(name) <= LONGEST_NAME):
        problems.append(Problem("new-name", agency.as_posix()))
    if problems:
        raise KitError(*problems)
    refuse_link_out(params / slug, params)
    (params / slug).mkdir(parents=True, exist_ok=True)
    _write_all(files)
    return list(files)


def _write_all(files: Mapping[Path, bytes]) -> None:
    """Write new files of one folder, all or none. Raises OSError where one cannot be written."""
    begun: list[Path] = []
    try:
        for path, content in files.items():
            with path.open("xb") as file:
                begun.append(path)
                file.write(content)
    except OSError:
        for path in begun:
            path.unlink(missing_ok=True)
        raise


def _table(target: Target, form: Form, agency: str, start: Start) -> tuple[str, bytes]:
    """Return the suffix and the content of the file that the figures are typed into."""
    last = last_figures(form, start.last)
    figures = {**carried_over(form, last), **start.figures}
    if start.write_form:
        content = EntryForm(*target, agency, form, figures, last)
        return WORKBOOK, start.write_form(content)
    return ".csv", csv_of_cells(form.cells.values(), figures).encode()


def _texts(folder: Path, form: Form, year: int, start: Start) -> dict[Path, bytes]:
    quoted = json.dumps(start.name, ensure_ascii=False)  # a JSON string is a YAML string
    channels = [cell for cell in form.cells.values() if cell.channel]
    website = next((cell for cell in channels if "网站" in cell.name), None)
    received = form.meanings.codes({"object": "application", "act": "received"})
    first = form.cells[received[0]] if received else next(iter(form.cells.values()))
    parts = (INTRODUCTION, *(part.id for part in form.parts))
    texts = {part: start.texts.get(part, "").split("\n") for part in parts}
    context = {
        "form": form,
        "year": year,
        "total": website or first,
        "of_channel": website is not None,
        "edition": start.edition,
        "basis": [" ".join(name.split()) for name in start.basis],
        "last": {part: [it.rstrip() for it in text if it.strip()] for part, text in texts.items()},
    }
    return {
        folder / "agency.yaml": render_text("new/agency.yaml.j2", name=quoted).encode(),
        folder / f"{year}.yaml": render_text("new/year.yaml.j2", **context).encode(),
    }


# --- a project --------------------------------------------------------------------


def new_project(folder: Path) -> tuple[list[Path], list[Path]]:
    """Write the initial files of a project; return the files written, and those already there.

    What is there stays as it is. Raises OSError where the folder cannot be written to, and
    KitError where a link leads out of it.
    """
    written, kept = [], []
    for name, source in PROJECT_FILES.items():
        path = folder / name
        refuse_link_out(path, folder)
        if os.path.lexists(path):
            kept.append(path)
            continue
        text = (INIT / source).read_text("utf-8") if source else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text.replace(VERSION, version("gongkai-kit")))
        except FileExistsError:
            raise
        except OSError:  # a full disk: half a file would be kept the next time
            path.unlink(missing_ok=True)
            raise
        written.append(path)
    return written, kept
