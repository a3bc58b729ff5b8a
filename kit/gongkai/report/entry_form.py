"""A year's official tables as a workbook to fill in: its contents, and its defined names.

Each input cell has a defined name made of its code. Excel, WPS and LibreOffice keep these names
on saving, whatever is moved or translated, so a form that is sent back is read without guessing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gongkai.forms.form import Form
from gongkai.forms.tables import HEADING, Code
from gongkai.report.model import Report

# The defined names of the agency's folder, the year and the edition, and of the cell that
# prints the agency and the year.
AGENCY, YEAR, EDITION = "gongkai.agency", "gongkai.year", "gongkai.edition"
TITLE = "gongkai.title"
HINTS = "填写说明"  # the sheet that says how to fill the form in
RIGHT = "核对：没有不符的地方。"  # above a table whose sums are right, or with so many wrong cells
WRONG = ("核对：有", "处不符，见变色的格。")
SUM, MARK, UNIT = "自动合计", "核对", "单位"  # above the sums, the marks and the units of the rows
TOTAL, PLUS = "总计：", "＋"  # below a column: 三（七）总计：自动合计, or 一＋二
CELL = "_"  # begins the name of an input cell, as a name may not begin with a digit
_OTHER = re.compile(r"[^\w.]")


@dataclass(frozen=True)
class EntryForm:
    """A form to fill in: its agency and year, the figures typed so far, and last year's.

    `figures` and `last` are texts as they are printed, by this form's codes.
    """

    slug: str
    year: int
    agency: str
    form: Form
    figures: Mapping[Code, str] = field(default_factory=dict)
    last: Mapping[Code, str] = field(default_factory=dict)


def name_of(code: Code) -> str:
    """Return the defined name of a cell: `_3.1.total` for 3.1.total."""
    return CELL + _OTHER.sub(lambda found: f"_{ord(found[0]):x}_", code)


def last_year_of(year: int) -> str:
    """Return what is above last year's figures."""
    return f"上年（{year - 1}年）"


def texts_beside(form: Form, year: int) -> list[str]:
    """Return the texts that a form prints beside the labels of its tables, except for sums."""
    texts = [HEADING, SUM, MARK, UNIT, last_year_of(year)]
    texts += [text for table in form.tables for text in (table.caption, *table.columns)]
    texts += [part.titled(year) for part in form.parts]
    units = {cell.unit for cell in form.cells.values()}
    return [*texts, *units, *(f"{UNIT}{unit}" for unit in units)]


def last_figures(form: Form, last: Report | None) -> dict[Code, str]:
    """Return last year's figures as printed, by the codes of this year's form.

    Cells whose label or unit differs between the two editions are left out.
    """
    if last is None:
        return {}
    cells = last.form.cells
    return {
        code: last.cell_texts[code]
        for code, cell in form.cells.items()
        if code in cells and (cells[code].label, cells[code].unit) == (cell.label, cell.unit)
    }


def form_of(report: Report, last: Report | None) -> EntryForm:
    """Return a report's figures as a form to fill in, with those of last year's report."""
    known, name = last_figures(report.form, last), report.agency.name
    return EntryForm(report.slug, report.year, name, report.form, report.cell_texts, known)


def carried_over(form: Form, last: Mapping[Code, str]) -> dict[Code, str]:
    """Return the figures of this year that the form equates with one of last year's (上年结转)."""
    return {
        rule.left[0]: last[rule.previous[0]]
        for rule in form.rules
        if rule.relation == "=" and not rule.right and len(rule.left) == len(rule.previous) == 1
        if rule.previous[0] in last
    }
