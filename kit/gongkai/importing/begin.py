"""A year's files, begun from the document of the year before."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from gongkai.errors import KitError, Problem
from gongkai.forms.editions import edition_for, load_form
from gongkai.forms.form import Form
from gongkai.importing.draft import Draft, read_draft, stated_by
from gongkai.importing.formats import read_document
from gongkai.importing.prose import written
from gongkai.importing.write import AGENCY_KEYS, scalar
from gongkai.report.scaffold import new_report
from gongkai.text.documents import read_text

CARRIED_OUT, CARRIED_IN = "3.4", "3.2"  # 结转下年度继续办理, 上年结转 of the forms from 2019 on


def begin_report(
    params: Path, slug: str, year: int, document: Path, edition: str = ""
) -> list[Path]:
    """Write a year's files as `gongkai new` does, with what last year's document says.

    Its agency data go into agency.yaml where there is none, its text is put before each part as
    comments to write over, and what was carried over is filled in as 上年结转. Returns what was
    written. Raises KitError where the document cannot be read, is not last year's, or where
    `gongkai new` would refuse.
    """
    source = read_document(document).source
    name, stated = stated_by(source)
    if stated and stated != year - 1:
        about = {"stated": stated, "expected": year - 1}
        raise KitError(Problem("import-not-last-year", document.as_posix(), details=about))
    draft = read_draft(source, year - 1)
    form = load_form(edition) if edition else edition_for(year)
    new_agency = not (params / slug / "agency.yaml").exists()
    files = new_report(params, slug, year, draft.prose.signed_by or name, edition)
    for path in files:
        if path.name == "agency.yaml" and new_agency:
            path.write_bytes(_agency(path, draft).encode())
        elif path.suffix == ".yaml":
            path.write_bytes(_with_comments(read_text(path), draft, form).encode())
        elif path.suffix == ".csv":
            path.write_bytes(_with_carried(path, draft).encode())
    return files


def _agency(path: Path, draft: Draft) -> str:
    """Return agency.yaml with what the document says in the place of its blanks."""
    known = {name: draft.prose.contact.get(name, "") for name in AGENCY_KEYS}
    lines = read_text(path).split("\n")
    for number, line in enumerate(lines):
        key, _, rest = line.partition(":")
        if known.get(key) and not rest.partition("#")[0].strip():
            lines[number] = f"{key}: {scalar(known[key])}"
    return "\n".join(lines)


def _with_comments(text: str, draft: Draft, form: Form) -> str:
    """Return the year's file with last year's text of each part as comments before it."""
    for part in form.parts:
        said = written(draft.prose.sections.get(part.id, []), [])
        if said:
            lines = [f"  #   {line}".rstrip() for line in said.split("\n") if line.strip()]
            begin = f"  {part.id}: |\n"
            text = text.replace(begin, "\n".join(lines) + "\n" + begin, 1)
    return text


def _with_carried(path: Path, draft: Draft) -> str:
    """Return the CSV with what was carried over last year as what is carried in this year."""
    rows = list(csv.reader(io.StringIO(read_text(path))))
    for row in rows:
        group, _, column = row[0].removeprefix("\ufeff").rpartition(".")
        found = draft.cells.get(f"{CARRIED_OUT}.{column}")
        if group == CARRIED_IN and found is not None and "3.3.7.total" in draft.form.cells:
            row[3] = found.text
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return "\ufeff" + stream.getvalue().removeprefix("\ufeff")
