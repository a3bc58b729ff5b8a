"""Read the content of a built report back from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gongkai.compare.reports import Amount, Content
from gongkai.errors import KitError, Problem
from gongkai.forms.editions import load_form
from gongkai.forms.form import Form
from gongkai.forms.tables import Cell, Code
from gongkai.manifest import Manifest, PartWords, read_manifest
from gongkai.project import MANIFEST, Target
from gongkai.report import history
from gongkai.report.model import INTRODUCTION
from gongkai.text.numbers import parse_number, without_remark


def built_content(folder: Path, target: Target, forms: Path | None = None) -> Content:
    """Return the content of a built report; `forms` is a folder of further editions of the form.

    Raises KitError if its manifest is missing or damaged.
    """
    manifest = read_manifest(folder, target)
    if manifest is None:
        path = folder / f"{target}{MANIFEST}"
        raise KitError(Problem("diff-built-unreadable", path.as_posix()))
    try:
        form = load_form(manifest.edition, forms)
    except KitError:  # an edition that is not known here
        form = None
    return _content(manifest, form)


def _content(manifest: Manifest, form: Form | None) -> Content:
    known: Mapping[Code, Cell] = form.cells if form else {}
    stated = manifest.cells  # not in the order of the form
    codes = [
        *(code for code in known if code in stated),
        *(code for code in stated if code not in known),
    ]
    return Content(
        title=manifest.title,
        edition=manifest.edition,
        figures={code: _amount(known.get(code), code, stated[code]) for code in codes},
        series=_series(form, manifest.figures) if form else {},
        findings=manifest.findings,
        parts=_in_order(manifest, form),
        particulars={"title": manifest.title},
        files={**manifest.execute, **manifest.export, **manifest.outputs},
    )


def _in_order(manifest: Manifest, form: Form | None) -> dict[str, PartWords]:
    """Return the text of each part, in the order of the form if that is known."""
    order = [INTRODUCTION, *(part.id for part in form.parts)] if form else []
    texts = manifest.sentences
    return {
        part: texts[part]
        for part in (*order, *(part for part in texts if part not in order))
        if part in texts
    }


def _amount(cell: Cell | None, code: Code, text: str) -> Amount:
    """Return a figure as it was printed; an extra line of the agency is named by its code."""
    stated, _ = without_remark(text)
    number, _, _ = parse_number(stated, cell.kind if cell else "amount")
    return Amount(cell.full_name if cell else code, cell.unit if cell else "", number, text)


def _series(form: Form, figures: Mapping[str, str]) -> dict[str, tuple[tuple[Code, ...], Amount]]:
    """Return the series for which a form has the codes."""
    found = {}
    for key, named in history.crosswalk().items():
        codes = form.expanded(form.series.get(key, ()))
        if codes:
            text = figures.get(key, "")
            number, _, _ = parse_number(text, "signed")
            found[key] = (codes, Amount(named.label, named.unit, number, text))
    return found
