"""What was left standing from another year, another agency, or a template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding, in_text
from gongkai.checks.mentions import sentences_of
from gongkai.errors import Problem
from gongkai.report.model import CLOSING, INTRODUCTION, Filled, Report, Span

_OTHER_YEAR = re.compile(
    r"(20[0-9]{2})年度?(?:政府)?信息公开(?:工作)?(?:年度)?报告|(20[0-9]{2})年1月1日(?=起|至|到|—|-)"
)
# A sentence that begins with a year speaks of what was done in it: 2016年，…; 2016年我局…
_SPEAKS_OF = re.compile(
    r"[（(]?[一二三四五六七八九十\d]{0,3}[）)、.．]?\s{0,9}(20[0-9]{2})年"
    r"(?:度|全年)?(?:[，,]|[我本](?:局|委|办|机关|单位|部门|院|所|中心|[省市县区镇乡]|街道)|全[局委系省市县区])"
)
_STOP = re.compile(r"[。\n]")
QUOTED = 40  # characters of a sentence
_CLAUSE = re.compile(r"[^\s。；！？][^。；！？\n]*")  # from its first sign on
_PLACEHOLDER = re.compile(
    r"[ＸX×]{2,}|某某|20[ＸX×]{2}|_{3,}|(?<![有等期])待(?:补充|填写?|定)(?![完期])|TODO"
    r"|[【\[](?:请|此处|填)[^】\]\n]{0,40}+[】\]](?!\()"
)
_BROKEN = re.compile(
    r"(?:[{｛]++\s*+)?\b(?:v|fact|share)\s{0,9}[(（]"
    r"(?:[^()（）\n]|[(（][^()（）\n]*+[)）])*[)）](?:\s*+[}｝]++)?"
    r"|[{｛]{2,}|[}｝]{2,}|｛|｝"
)


def leftovers(report: Report, context: Context) -> Iterator[Finding]:
    """Find what was left standing from another year, another agency, or a blank template."""
    own = report.agency.name + report.agency.short_name
    for part, filled in _texts(report):
        for found in _OTHER_YEAR.finditer(filled.text):
            year = found.group(1) or found.group(2)
            if int(year) != report.year:
                yield _left("leftover-year", part, filled, found.span(), report, year=report.year)
        for found in _PLACEHOLDER.finditer(filled.text):
            yield _left("placeholder", part, filled, found.span(), report)
        for name in context.names.mentioned(filled.text):
            if name not in own:
                start = filled.text.index(name)
                place = start, start + len(name)
                yield _left("leftover-agency", part, filled, place, report, name=name)


def _texts(report: Report) -> Iterator[tuple[str, Filled]]:
    """Yield the texts of a year: its parts, and the documents that it names as its basis."""
    for part in report.sections:
        yield part, report.filled(part)
    for number, name in enumerate(report.parameters.basis):
        yield INTRODUCTION, Filled(name, (), report.line(f"basis.{number}"))
    for key, value in report.parameters.signatures:
        yield CLOSING, Filled(str(value or ""), (), report.line(f"signatures.{key}"))


def broken_placeholders(report: Report, _: Context) -> Iterator[Finding]:
    """Find placeholders that were mistyped, and would be printed as they stand."""
    for part in report.sections:
        filled = report.filled(part)
        for found in _BROKEN.finditer(filled.text):
            if filled.is_typed(*found.span()):
                span = Span(part, *found.span())
                quote = found.group()
                yield in_text(report, "broken-placeholder", "error", span, {"quote": quote})


def copied_dates(report: Report, _: Context) -> Iterator[Finding]:
    """Find a period or a day of signature that belongs to another year."""
    first, last = report.period
    if first > last or (first.year, last.year) != (report.year, report.year):
        details = {"first": first.isoformat(), "last": last.isoformat(), "year": report.year}
        line = report.line("period.from")
        problem = Problem("other-period", report.file("year"), line, details)
        yield Finding("warning", problem, part=INTRODUCTION)
    dates = {
        "signed": report.parameters.signed,
        "signatures.date": report.parameters.signatures.date,
    }
    for key, date in dates.items():
        if date and not report.year <= date.year <= report.year + 1:
            details = {"signed": date.isoformat(), "year": report.year, "quote": key}
            problem = Problem("signed-late", report.file("year"), report.line(key), details)
            yield Finding("warning", problem, part=CLOSING)


def copied_years(report: Report, context: Context) -> Iterator[Finding]:
    """Find sentences of an earlier year: last year's own, and those that begin with its number.

    A sentence that names this year too compares the two.
    """
    before = set(sentences_of(context.previous)) if context.previous else set()
    for part in report.headings:
        filled = report.filled(part)
        others = _SpokenYears(filled.text, report.year)
        for found in _CLAUSE.finditer(filled.text):
            sentence, start = found.group().rstrip(), found.start()
            copied = sentence in before and f"{report.year - 1}年" in sentence
            if copied or others.is_earlier(start):
                place = start, start + len(sentence[:QUOTED])
                yield _left("leftover-year", part, filled, place, report, year=report.year)


class _SpokenYears:
    """Which sentences of a text speak of an earlier year; they are asked for in their order."""

    def __init__(self, text: str, year: int) -> None:
        self._text = text
        self._year = year
        self._stop = -1  # of the last sentence asked for: none is read twice
        self._last = -1  # where it names this year for the last time

    def is_earlier(self, start: int) -> bool:
        """Whether a sentence names an earlier year alone, what follows a semicolon included."""
        found = _SPEAKS_OF.match(self._text, start)
        if found is None or int(found[1]) >= self._year:
            return False
        if start >= self._stop:
            stop = _STOP.search(self._text, start)
            self._stop = stop.start() if stop else len(self._text)
            self._last = self._text.rfind(f"{self._year}年", start, self._stop)
        return self._last < start


def other_short_name(report: Report, _: Context) -> Iterator[Finding]:
    """Find a short name that does not shorten the name, as one copied with a folder does not."""
    rest = iter(report.agency.name)
    if not all(sign in rest for sign in report.agency.short_name):
        details = {"short": report.agency.short_name, "name": report.agency.name}
        problem = Problem("other-short-name", report.file("agency"), 0, details)
        yield Finding("warning", problem, part=INTRODUCTION)


def _left(
    kind: str,
    part: str,
    filled: Filled,
    place: tuple[int, int],
    report: Report,
    **arguments: object,
) -> Finding:
    """Return a finding about words of a part, or of a value that the page shows there."""
    arguments["quote"] = filled.text[slice(*place)]
    problem = Problem(kind, report.file("year"), filled.line_at(place[0]), arguments)
    spans = (Span(part, *place),) if filled is report.filled(part) else ()
    return Finding("warning", problem, part=part, spans=spans)
