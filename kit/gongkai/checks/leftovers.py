"""Find placeholders that were not filled in, and names of other agencies, left over in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.blanks import blanks
from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import occurrences, text_finding, texts
from gongkai.report.model import Filled, Report
from gongkai.text.agency_names import Names
from gongkai.text.span import Span

# A placeholder that was mistyped, so that it was not filled in: {v("3.1")}, ｛{fact("x")}}.
_BROKEN_PLACEHOLDER = re.compile(
    r"(?:[{｛]++\s*+)?(?<![A-Za-z0-9_])(?:v|fact|share)\s{0,9}[(（]"
    r"(?:[^()（）\n]|[(（][^()（）\n]*+[)）])*[)）](?:\s*+[}｝]++)?"
    r"|[{｛]{2,}|[}｝]{2,}|｛|｝|(?<=[0-9%])\}|\{(?=[0-9])"
)
_OWN_OFFICE = re.compile(r"办公[室厅]")  # the reporting government's own office
_NAMES_A_SITE = re.compile(r"(?:政务)?(?:门户)?(?:网站|网[^络格]|官网|公报|信箱)")
_NEAR = 10  # characters
_ISSUES = re.compile("关于|印发|转发")  # 《某市某局关于…的通知》: who issued it
_GIVEN_BY = re.compile(
    r"(?:按照|根据|依据|落实|贯彻|遵照|参照|执行)[^,;。《》]{2,40}$"
)  # 根据某市某局《…》
# Superior bodies, as in 结合自然资源部重点领域目录; bodies of the same level do not count.
_ABOVE = ("部", "总局", "署", "厅", "人民政府")
_FOLLOWS = re.compile(
    r"(?:结合|按照|根据|依据|落实|贯彻|遵照|参照|执行)[\u4e00-\u9fff]{1,12}"
    rf"(?:{'|'.join(_ABOVE)})$"
)


def leftovers(report: Report, context: Context) -> Iterator[Finding]:
    """Find blanks of a template, and the names of other agencies, text by text."""
    for part, filled in texts(report):
        yield from _template_blanks(report, part, filled)
        yield from _other_agencies(report, part, filled, context.names)


def _template_blanks(report: Report, part: str, filled: Filled) -> Iterator[Finding]:
    for start, end in blanks(filled):
        quote = filled.text[start:end]
        yield text_finding(
            report, "placeholder", Span(part, start, end), filled=filled, quote=quote
        )


def _other_agencies(report: Report, part: str, filled: Filled, names: Names) -> Iterator[Finding]:
    agency, text = report.agency, filled.text
    for name in names.index.mentioned(text):
        if name in agency.name or name in agency.short_name:
            continue
        if _OWN_OFFICE.fullmatch(name.removeprefix(agency.name)):
            continue
        spans = occurrences(text, name)
        other = next((span for span in spans if not _is_a_source(text, *span)), None)
        if other:
            span = Span(part, *other)
            yield text_finding(
                report, "leftover-agency", span, filled=filled, name=name, quote=name
            )


def _is_a_source(text: str, start: int, end: int) -> bool:
    """Whether a name is a website's, or that of a superior body whose document is cited."""
    before, after = text[max(0, start - _NEAR) : end], text[end : end + _NEAR]
    if _NAMES_A_SITE.match(after) or _FOLLOWS.search(before):
        return True
    _, opened, issuer = before.rpartition("《")
    if opened and issuer.isalpha() and _ISSUES.match(after):
        return True
    is_given = before.endswith(_ABOVE) or _GIVEN_BY.search(before) is not None
    return after.startswith("《") and is_given


def broken_placeholders(report: Report, _: Context) -> Iterator[Finding]:
    """Find placeholders that would be printed literally: mistyped, or where none are filled in."""
    for part, filled in texts(report):
        for found in _BROKEN_PLACEHOLDER.finditer(filled.text):
            if filled.is_typed(*found.span()):
                yield text_finding(
                    report,
                    "broken-placeholder",
                    Span(part, *found.span()),
                    severity="error",
                    filled=filled,
                    quote=found[0],
                )
