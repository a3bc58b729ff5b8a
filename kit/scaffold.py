"""The files that a clerk fills in, written blank from the form.

Imports: errors, editions, form, markup, report.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from kit.editions import edition_for
from kit.errors import KitError, Problem
from kit.form import Form
from kit.markup import plain_text
from kit.report import COLUMNS, SLUG


def new_report(params: Path, slug: str, year: int, name: str) -> list[Path]:
    """Write a year's two files, and agency.yaml where there is none; return what was written.

    Raises KitError, and writes nothing, where a file is there already, the slug is none, no
    form is known for the year, or a new agency is given no name.
    """
    form = edition_for(year)
    files = _texts(params / slug, form, year, name)
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
    elif not name.strip():
        problems.append(Problem("new-name", agency.as_posix()))
    if problems:
        raise KitError(*problems)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    return list(files)


def _texts(folder: Path, form: Form, year: int, name: str) -> dict[Path, str]:
    quoted = json.dumps(name, ensure_ascii=False)  # a JSON string is a YAML string
    channels = [cell for cell in form.cells.values() if cell.channel]
    website = next(
        (cell for cell in channels if "网站" in cell.name), next(iter(form.cells.values()))
    )
    context = {"form": form, "year": year, "total": website}
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
        writer.writerow([code, line.label, line.unit, ""])
    return "\ufeff" + stream.getvalue()
