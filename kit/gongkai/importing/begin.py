"""Begin a year's files from the document of the year before."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.editions import edition_for, load_form
from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.importing.draft import Draft, read_draft, stated_by
from gongkai.importing.formats.documents import read_document
from gongkai.importing.run import differences
from gongkai.importing.write import scalar
from gongkai.project import Project, Target
from gongkai.report.entry_form import carried_over
from gongkai.report.parameters import Agency
from gongkai.report.scaffold import Start, new_report
from gongkai.text.files import read_text
from gongkai.text.models import read_model


class Begun(NamedTuple):
    """The files written, and the doubts about last year's document."""

    files: list[Path]
    doubts: tuple[Problem, ...]


class LastYear(NamedTuple):
    """Last year's report as read from a document, and the agency named in its title, or ''."""

    draft: Draft
    titled: str


def read_last_year(document: Path, year: int, forms: Path | None = None) -> LastYear:
    """Read a document that should be the report of a year.

    Raises KitError if it cannot be read, or is another year's.
    """
    source = read_document(document).source
    titled, stated = stated_by(source)
    if stated and stated != year:
        about = {"stated": stated, "expected": year}
        raise KitError(Problem("import-not-last-year", document.as_posix(), **about))
    return LastYear(read_draft(source, year, forms=forms), titled)


def begin_report(
    project: Project, target: Target, document: Path, last: LastYear, start: Start
) -> Begun:
    """Write a year's files as `gongkai new` does, with the content of last year's document.

    Its agency data go into agency.yaml if there is none, its text is put before each part as
    comments to write over, and cells that the form equates with one of last year's, such as
    上年结转, are filled in. Returns the files
    written, and the doubts. Raises KitError if `gongkai new` would refuse.
    """
    (slug, year), params = target, project.params
    name, edition = start.name, start.edition
    draft, titled = last
    form = load_form(edition, project.forms) if edition else edition_for(year, project.forms)
    new_agency = not (params / slug / "agency.yaml").exists()
    known = name or (new_agency and (draft.prose.signed_by or titled)) or ""
    start = start._replace(
        name=known, figures=_carried(draft, form), texts=draft.texts, basis=draft.prose.basis
    )
    files = new_report(project, target, start)
    agency, _ = read_model(params / slug / "agency.yaml", Agency)
    doubts = [*draft.doubts, *([] if new_agency else differences(draft.prose, agency))]
    for path in files:
        if path.name == "agency.yaml" and new_agency:
            path.write_bytes(_agency(path, draft).encode())
    return Begun(files, tuple(doubt.problem(document.as_posix()) for doubt in doubts))


def _agency(path: Path, draft: Draft) -> str:
    """Return agency.yaml, with its blanks filled in from the document."""
    known = draft.prose.contact
    lines = read_text(path).split("\n")
    for number, line in enumerate(lines):
        field, _, rest = line.partition(":")
        if known.get(field) and not rest.partition("#")[0].strip():
            lines[number] = f"{field}: {scalar(known[field])}"
    return "\n".join(lines)


def _carried(draft: Draft, form: Form) -> dict[Code, str]:
    """Return the figures of this year that the form's rules equate with one of last year's."""
    cells = draft.form.cells
    last = {
        code: draft.cells[code].text
        for code, cell in form.cells.items()
        if code in cells and cells[code].name == cell.name
    }
    return carried_over(form, last)
