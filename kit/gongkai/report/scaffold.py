"""The files that a clerk fills in, written blank from the form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from gongkai.errors import KitError, Problem
from gongkai.forms.editions import edition_for, load_form
from gongkai.forms.form import Form
from gongkai.forms.local import parents, with_extra_line
from gongkai.report.model import COLUMNS, Agency
from gongkai.text.files import read_model
from gongkai.text.formulas import guarded
from gongkai.text.names import SLUG
from gongkai.text.templates import plain_text

LONGEST_NAME = 200  # characters, as agency.yaml takes them


def new_report(params: Path, slug: str, year: int, name: str = "", edition: str = "") -> list[Path]:
    """Write a year's two files, and agency.yaml where there is none; return what was written.

    Raises KitError, and writes nothing, where a file is there already, the slug is none, no
    form is known for the year, or a new agency is given no name.
    """
    form = load_form(edition) if edition else edition_for(year)
    form = _with_local_lines(form, params / slug / "agency.yaml", year)
    files = _texts(params / slug, form, year, name, edition)
    problems = [
        Problem("new-exists", path.as_posix())
        for path in files
        if path.exists() and path.name != "agency.yaml"
    ]
    if not SLUG.fullmatch(slug):
        problems = [Problem("agency-slug", details={"agency": slug})]
    agency = params / slug / "agency.yaml"
    if agency.exists():
        del files[agency]
    elif not (name.strip() and name.isprintable() and len(name) <= LONGEST_NAME):
        problems.append(Problem("new-name", agency.as_posix()))
    if problems:
        raise KitError(*problems)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    return list(files)


def _with_local_lines(form: Form, agency: Path, year: int) -> Form:
    """Return the form with the local lines of an agency that there is already."""
    if agency.exists():
        for extra in read_model(agency, Agency)[0].extra_lines:
            if extra.holds_for(form, year) and extra.parent in parents(form):
                form = with_extra_line(form, extra)
    return form


def _texts(folder: Path, form: Form, year: int, name: str, edition: str) -> dict[Path, str]:
    quoted = json.dumps(name, ensure_ascii=False)  # a JSON string is a YAML string
    channels = [cell for cell in form.cells.values() if cell.channel]
    website = next(
        (cell for cell in channels if "网站" in cell.name), next(iter(form.cells.values()))
    )
    context = {"form": form, "year": year, "total": website, "edition": edition}
    return {
        folder / "agency.yaml": plain_text("new/agency.yaml.j2", name=quoted),
        folder / f"{year}.yaml": plain_text("new/year.yaml.j2", **context),
        folder / f"{year}.csv": _blank_csv(form),
    }


def _blank_csv(form: Form) -> str:
    """Return the indicators without values. The byte order mark is for Excel."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for code, line in form.cells.items():
        writer.writerow([guarded(code), guarded(line.label), guarded(line.unit), ""])
    return "\ufeff" + stream.getvalue()
