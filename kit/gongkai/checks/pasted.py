"""Find pasted text: the title, headings and signature of the page, YAML, repeated paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.report.model import INTRODUCTION, Report
from gongkai.report.parameters import YearParameters
from gongkai.text.span import Span

_LINE = re.compile(r"[^\n]+")
_MARKUP = re.compile(r"[\s#*_>]+|[：:。]$")
_NUMBER = re.compile(r"^[一二三四五六七八九十]{1,2}、")
_DATE = re.compile(r"20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日")
_LAST = 2  # lines at the end of a text that may be its signature
_LONG = 20  # characters; a shorter paragraph, such as 没有此类情况。, may be repeated on purpose
# A key at the beginning of a line, perhaps with the sign that a text follows; and a comment of YAML
# after some words.
_BLANK = r"[^\S\n]"
_KEY = re.compile(
    rf"^{_BLANK}*([A-Za-z_]\w*){_BLANK}*[:：](?:{_BLANK}*([|>])[-+0-9]*{_BLANK}*$|(?=\s|$))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"(?<=[^\s0-9A-Za-z])[ \t]{1,20}(#[ \t]{0,9}[\u4e00-\u9fff][^\n]*)")


def printed_already(report: Report, _: Context) -> Iterator[Finding]:
    """Find lines that repeat the title, a heading, the name or the date that the page prints."""
    names = {report.agency.name, report.agency.short_name, ""}
    titles = {_bare(f"{name}{report.year}年政府信息公开工作年度报告") for name in names}
    headings = {part: _bare(heading) for part, heading in report.headings.items()}
    last = [part for part in report.sections if report.is_written(part)][-1:]
    for part in report.sections:
        lines = list(_LINE.finditer(report.filled(part).text))
        for place, line in enumerate(lines):
            bare = _bare(line[0])
            heading = _NUMBER.sub("", headings.get(part, "")) if not place else ""
            at_end = part in last and place >= len(lines) - _LAST
            signature = at_end and (bare in names or _DATE.fullmatch(bare))
            if bare and (bare in {*titles, *headings.values(), heading} or signature):
                span = Span(part, *line.span())
                yield text_finding(report, "printed-already", span, quote=line[0].strip())


def _bare(line: str) -> str:
    """Return the words of a line, without spaces and markup."""
    return _MARKUP.sub("", line)


def paragraph_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find a paragraph that repeats an earlier one of its part word for word."""
    for part in report.headings:
        known: set[str] = set()
        for line in _LINE.finditer(report.filled(part).text):
            words = line[0].strip()
            if len(words) >= _LONG and words in known:
                yield text_finding(report, "paragraph-twice", Span(part, *line.span()))
            known.add(words)


def yaml_in_text(report: Report, _: Context) -> Iterator[Finding]:
    """Find lines of YAML that are part of a text through indentation, and YAML comments in it."""
    known = {*YearParameters.model_fields, INTRODUCTION, *(part.id for part in report.form.parts)}
    for part in report.sections:
        text = report.filled(part).text
        for found in _KEY.finditer(text):
            if found[1] not in known and not found[2]:
                continue
            span = Span(part, *found.span())
            yield text_finding(
                report, "yaml-in-text", span, severity="error", quote=found[0].strip()
            )
        for found in _COMMENT.finditer(text):
            line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            if line.lstrip().startswith("#"):  # a heading
                continue
            span = Span(part, *found.span(1))
            yield text_finding(report, "yaml-in-text", span, quote=found[1])
