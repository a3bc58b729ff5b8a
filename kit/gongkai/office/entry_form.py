"""Write a year's official tables as a workbook to fill in: the printed grid, with live checks.

Cells for input are unlocked and accept only figures; sums are next to the typed totals, last
year's figures next to all. `kit/gongkai/importing/entry_form.py` reads the workbook back.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

from gongkai.office.accessible import accessible
from gongkai.office.entry_plan import LINE, Plan, title_height
from gongkai.office.entry_sheet import print_form, write_sheet
from gongkai.office.sheets import DAY_ONE, FORM_FONT, HEADING_SIZE, Formats, lines_of
from gongkai.office.sums import in_words
from gongkai.report.entry_form import AGENCY, EDITION, HINTS, TITLE, YEAR, EntryForm, carried_over
from gongkai.text.templates import render_text

HINTS_WIDTH = 70


def as_entry_form(content: EntryForm) -> bytes:
    """Return an entry form as a workbook, the same bytes each time."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        title = f"{content.agency}{content.year}年政府信息公开工作年度报告"
        properties = {"title": f"{title}统计表", "author": content.agency, "created": DAY_ONE}
        book.set_properties(properties)
        book.formats[0].set_font_name(FORM_FONT)
        formats = Formats(book)
        _write_hints(book, formats, content, title)
        for table in content.form.tables:
            write_sheet(book, formats, Plan(content, table), title)
        first = book.worksheets()[1].name
        book.define_name(TITLE, f"='{first}'!$A$1")
        of = {AGENCY: content.slug, YEAR: content.year, EDITION: content.form.edition}
        for name, value in of.items():
            book.define_name(name, f'="{value}"')
    return accessible(made.getvalue())


def _write_hints(book: Any, formats: Formats, content: EntryForm, title: str) -> None:
    """Write the sheet of hints: how to fill in the form, what terms mean, what must be equal."""
    form = content.form
    kinds = {found.kind for found in form.cells.values()}
    carried = carried_over(form, content.last)
    hints = render_text(
        "office/hints.txt.j2",
        form=form,
        slug=content.slug,
        year=content.year,
        has_amounts="amount" in kinds,
        has_signed="signed" in kinds,
        has_last=bool(content.last),
        carried=bool(carried),
        filled_in=all(content.figures.get(code) == text for code, text in carried.items()),
        rules=[in_words(form, identity) for identity in form.identities],
    )
    sheet = book.add_worksheet(HINTS)
    sheet.set_column(0, 0, HINTS_WIDTH)
    heading = f"{title}　{HINTS}"
    sheet.write_string(0, 0, heading, formats(bold=True, font_size=HEADING_SIZE))
    sheet.set_row(0, title_height(heading, HINTS_WIDTH))
    for row, line in enumerate(filter(None, hints.split("\n")), start=1):
        head, text = line.startswith("# "), line.removeprefix("# ")
        sheet.write_string(row, 0, text, formats(bold=True) if head else formats())
        sheet.set_row(row, LINE * (lines_of(text, HINTS_WIDTH) + head * 0.5))
    sheet.protect()
    print_form(sheet, pages=1)
