"""Check statements without numbers: that something did not happen, or applies to all cases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.forms.tables import Code
from gongkai.messages import first_few
from gongkai.reading.claims import Statement
from gongkai.reading.denied import denied, under_heading
from gongkai.reading.existing import existing
from gongkai.reading.of_all import of_all
from gongkai.report.model import Report
from gongkai.text.sentences import Sentence, sentences
from gongkai.text.span import Span

# 2021年提起复议6件，均获维持；2022年9件…
_BEGINS_WITH_YEAR = re.compile(r"(?:^|;)\s?(20[0-9]{2})年[^;]*$")
_OF_LAST_YEAR = re.compile(
    r"(?:^|[,;])\s?(?:上年|去年|上一年|前年|前几年|往年|以往)度?$"
)  # 上年均为自然人提出
_SHOWN = 4  # cells named in a message; twenty cells may contradict 均予以公开


def claims(report: Report, _: Context) -> Iterator[Finding]:
    """Compare statements about no case, about some or about all with the table."""
    for part in report.sections:
        found_in = sentences(report.filled(part).text)
        for before, sentence in zip((None, *found_in), found_in, strict=False):
            of_heading = under_heading(report.form, before, sentence)
            stated = (*denied(report, sentence), *of_all(report.form, sentence), *of_heading)
            own = [claim for claim in stated if not _of_earlier_year(claim, sentence, report.year)]
            contrary = [[code for code in claim.zero if report.figure((code,))] for claim in own]
            for place in _distinct(contrary):
                span = Span(part, own[place].start, own[place].end)
                yield _claim(report, span, contrary[place])
            for claim in existing(report.form, sentence):
                lacks = all(report.figure((code,)) == 0 for code in claim.zero)
                if lacks and not _of_earlier_year(claim, sentence, report.year):
                    yield _claim(report, Span(part, claim.start, claim.end), list(claim.zero))


def _distinct(contrary: Sequence[Sequence[Code]]) -> Iterator[int]:
    """Yield the indices of statements that no other one includes: 全部维持，无一被纠正."""
    sets = [frozenset(codes) for codes in contrary]
    for place, codes in enumerate(sets):
        more = any(codes < other for other in sets)
        if codes and not more and codes not in sets[:place]:
            yield place


def _of_earlier_year(found: Statement, sentence: Sentence, year: int) -> bool:
    """Whether a statement belongs to a clause about a year before the report's."""
    before = sentence.text[: found.start - sentence.start]
    if "结转" in sentence.text[found.start - sentence.start : found.end - sentence.start]:
        return False  # 上年度没有结转的申请
    named = _BEGINS_WITH_YEAR.search(before)
    return _OF_LAST_YEAR.search(before) is not None or (named is not None and int(named[1]) < year)


def _claim(report: Report, span: Span, contrary: list[Code]) -> Finding:
    numbers = [report.printed((code,)) for code in contrary]
    figures = [
        f"{report.form.cells[code].name} {code} = {number}"
        for code, number in zip(contrary, numbers, strict=True)
    ]
    words = " ".join(report.filled(span.part).text[span.start : span.end].split())
    return text_finding(
        report,
        "narrative-claim",
        span,
        codes=tuple(contrary),
        quote=words,
        figures=first_few(figures, _SHOWN),
        numbers=numbers,
    )
