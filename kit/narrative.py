"""The sections' text as HTML: Markdown with its figures filled in.

Imports: errors, markup, form, report.
"""

from __future__ import annotations

from kit.markup import Literal, Markup, escape_markdown, markdown, render
from kit.report import INTRODUCTION, Report, chinese_date


def part_text(report: Report, part: str) -> Markup:
    """Return a part's text; where none was written, its standard sentence, or a gap.

    The gap is an empty element: only the review copy's style sheet makes it visible.
    """
    if report.is_written(part):
        return markdown(_source(report, part))
    if report.form.tables_of(part):
        return Markup("")
    sentence = report.standard_sentence(part)
    return render("page/standard.html.j2", sentence=sentence)


def introduction(report: Report) -> Markup:
    """Return the text above the parts: the legal basis, the period, and whom to ask.

    It is made from the parameters, unless the year's YAML has one of its own.
    """
    if report.is_written(INTRODUCTION):
        return markdown(_source(report, INTRODUCTION))
    first, last = report.period
    return render(
        "page/introduction.html.j2",
        agency=report.agency,
        basis=[
            report.form.basis,
            *(f"《{name.strip('《》')}》" for name in report.parameters.basis),
        ],
        first=chinese_date(first),
        last=chinese_date(last),
        parts=len(report.form.parts),
        annexed=bool(report.form.annexed),
    )


def _source(report: Report, part: str) -> str:
    """Return a part's Markdown; what is filled in is shown letter by letter."""
    return "".join(
        segment.text if isinstance(segment, Literal) else escape_markdown(report.says(segment))
        for segment in report.sections[part]
    )
