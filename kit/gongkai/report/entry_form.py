"""A year's official tables as a workbook to fill in: what it holds, and what its names mean.

A cell to type in has a defined name made of its code. Excel, WPS and LibreOffice keep these names
when they save, whatever is moved or translated: so a form that comes back is read without guessing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.report.model import Report

# The names of what the form is of: the agency's folder, the year, the edition; and of the cell that
# prints the agency and the year.
AGENCY, YEAR, EDITION = "gongkai.agency", "gongkai.year", "gongkai.edition"
TITLE = "gongkai.title"
CELL = "_"  # begins the name of a cell to type in: a name may not begin with a digit
_OTHER = re.compile(r"[^\w.]")


@dataclass(frozen=True)
class EntryForm:
    """A form to fill in: of whom and of which year, the figures typed so far, and last year's.

    `figures` and `last` are texts as they are printed, by this form's codes.
    """

    slug: str
    year: int
    agency: str
    form: Form
    figures: Mapping[Code, str] = field(default_factory=dict)
    last: Mapping[Code, str] = field(default_factory=dict)


def name_of(code: Code) -> str:
    """Return the defined name of a cell: `_3.1.total` of 3.1.total."""
    return CELL + _OTHER.sub(lambda found: f"_{ord(found[0]):x}_", code)


def last_figures(form: Form, last: Report | None) -> dict[Code, str]:
    """Return last year's figures as printed, by the codes of this year's form.

    A cell that the two editions call differently has none.
    """
    if last is None:
        return {}
    cells = last.form.cells
    return {
        code: last.values[code].as_printed
        for code, cell in form.cells.items()
        if code in cells and (cells[code].label, cells[code].unit) == (cell.label, cell.unit)
    }


def form_of(report: Report, last: Report | None) -> EntryForm:
    """Return a report's figures as a form to fill in, beside those of last year's report."""
    figures = {code: value.as_printed for code, value in report.values.items()}
    known = last_figures(report.form, last)
    return EntryForm(report.slug, report.year, report.agency.name, report.form, figures, known)


def carried_over(form: Form, last: Mapping[Code, str]) -> dict[Code, str]:
    """Return the figures of this year that the form equates with one of last year's (上年结转)."""
    return {
        rule.left[0]: last[rule.previous[0]]
        for rule in form.rules
        if rule.relation == "=" and not rule.right and len(rule.left) == len(rule.previous) == 1
        if rule.previous[0] in last
    }
