"""The official tables as semantic HTML, with their title block and their foot.

Imports: errors, markup, form, report.
"""

from __future__ import annotations

from kit.form import Table
from kit.markup import Markup, render
from kit.report import Report, chinese_date

HEADING = "——"


def official_table(report: Report, table: Table) -> Markup:
    """Return a table of the form with the report's figures, in print order.

    Every line is a row with a row header; a heading prints —— for its unit and its figure.
    """
    rows = [
        {
            "code": row.line.code,
            "label": row.line.label,
            "level": row.level,
            "unit": HEADING if row.line.is_heading else row.line.unit,
            "printed": HEADING if row.line.is_heading else report.values[row.line.code].printed,
            "heading": row.line.is_heading,
        }
        for row in table.rows
    ]
    signatures = report.parameters.signatures
    foot = {
        "单位负责人": signatures.head,
        "审核人": signatures.reviewer,
        "填报人": signatures.compiler,
        "联系电话": signatures.telephone,
        "填报日期": chinese_date(signatures.date),
    }
    return render("tables/list.html.j2", table=table, rows=rows, year=report.year, foot=foot)
