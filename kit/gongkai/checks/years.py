"""Whether the years, days and documents of a text belong to the report's own year."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from gongkai.checks.findings import Context, Finding
from gongkai.checks.previous_year import own_sentences
from gongkai.checks.text_findings import text_finding, texts
from gongkai.errors import Problem
from gongkai.forms.editions import editions, load_form
from gongkai.forms.form import Source
from gongkai.forms.vocabulary import vocabulary
from gongkai.report.model import CLOSING, INTRODUCTION, Filled, Report, Span
from gongkai.text.quantities import Quantity, half_width, quantities
from gongkai.text.sentences import Sentence, excerpt, sentences

_REPORT = re.compile(
    r"(?:政府)?信息公开(?:工作)?(?:年度)?报告|(?:政府)?信息公开(?:工作)?(?:开展)?情况(?:报告|汇报|公布)如下(?=[:。,\n]|$)"
)
_FIRST_DAY = re.compile(r"年\s?0?1\s?月\s?0?1\s?日|[-./]0?1[-./]0?1$")
_LAST_DAY = re.compile(r"12\s?月\s?31\s?日|[-./]12[-./]31$")
_UNTIL = re.compile(r"\s?(?:起|开始|零时)?\s?,?\s?(?:至|到|截至|[-—~]{1,2})\s?$")
_BEGINS = re.compile(r"\s?(?:起|至|到|—|-)")
_PERIOD = re.compile(r"统计|期限|时限|数据")
_LONGEST_COVERS = 310  # characters that _COVERS can find
_COVERS = re.compile(r"(?:报告|年报)[^。;]{0,300}涵盖\s?$")  # 本报告涵盖1月1日至12月21日的情况
_YEAR_END = re.compile(r"年?[底末]")
_AS_OF = re.compile(r"截[至止](?:到|日期|时间)?[为是:]?\s?$")
# A day up to which the figures are counted: 统计期限截至…, 所列数据截止日期为….
_COUNTED_TO = re.compile(r"(?:数据|统计)[^,;。0-9]{0,12}截[至止](?:到|日期|时间)?[为是:]?\s?$")
_TO_A_DAY = re.compile(r"\s?起?\s?[至到—~-]{1,2}\s?[0-9]")  # begins a period, which is read as such
_LONGEST_COUNTED_TO = 30  # characters that it can find
_LAST_MONTH = re.compile(r"12\s?月(?:份|\s?31\s?日)?$|[-./]12[-./]31$")
_CARRIED_TO = re.compile(r"(?:结转|转结|顺延|延期|延|转)(?:到|至|入|下)?\s?$")
_PUBLISHED = re.compile(r"(?:发布|公布|公开|编制|编发|报送|制作)[^。;《》]{0,12}《[^《》]{0,60}$")
# A sentence that begins with a year speaks of what was done in it: 2016年，…; 2016年我局…
_NUMBERED = re.compile(r"\s{0,9}[（(]?\w{0,3}[）)、.]?\s{0,9}")
# A heading in the line of its text: （三）政府信息管理情况：2021年，…
_HEADED = re.compile(
    r"\s{0,9}[（(]?[一二三四五六七八九十0-9]{1,3}[）)、.]\s{0,3}[\u4e00-\u9fff]{2,16}(?:\s{0,3}:\s{0,3}|\s{1,3}|(?<=情况)|(?<=方面))"
)
_SPEAKS_OF = re.compile(
    r"(?<=年度)(?:共|累计)?(?:主动公开|收到|受理|办理|办结)[^,;。0-9]{0,12}[0-9]"
    r"|(?:度|全年)?(?:,|[我本](?:局|委|办|机关|单位|部门|院|所|中心|[省市县区镇乡]|街道)|全[局委系省市县区])"
)
_NEXT = re.compile(r"下一步(?:工作)?(?:中|打算|计划)?[,:]\s?")
_BESIDES = re.compile(r"(?:此外|另外|同时),(?=20)")
_PAST = re.compile(
    r"(?:度|全年)?,?[我本全][^;。]{0,20}(?:共|累计|全年|通过[^;。]{0,12}(?:公开|发布))[^;。将拟]{0,16}[0-9]"
)
_NOT_YET = re.compile(r"将|拟|计划|预计|力争|争取|目标|打算|要")
_PLANS = re.compile(r",?[^,;。]{0,10}将(?:继续|进一步|着力|重点|不断|持续|坚持|围绕|从|在)")
_CLAUSE = re.compile(r"[^\s。；！？][^。；！？\n]*")  # from its first sign on
_STOP = re.compile(r"[。\n]")


# A year with a digit too many or too few, or without 年: 202020年12月31日, 202年1月1日.
_MISTYPED = re.compile(
    r"(?<![0-9.])(?:20[0-9]{3,4}|20[0-9])年[0-9]{1,2}月(?:[0-9]{1,2}日)?"
    r"|(?<![0-9.])20[0-9]{2}(?![年度至到起])[\u4e00-\u9fff]{1,2}(?<![年度至到起])[0-9]{1,2}月[0-9]{1,2}日"
)


def other_years(report: Report, _: Context) -> Iterator[Finding]:
    """Find the titles, periods and days of another year."""
    for part, filled in texts(report):
        text = half_width(filled.text)
        if "年" not in text and "20" not in text:
            continue
        mistyped = (found.span() for found in _MISTYPED.finditer(text))
        others = (
            span
            for sentence in sentences(filled.text)
            for span in _other_years(sentence, text, report.year)
        )
        for start, end in (*mistyped, *others):
            yield text_finding(
                report,
                "leftover-year",
                Span(part, start, end),
                filled=filled,
                quote=filled.text[start:end],
                year=report.year,
            )


def _other_years(sentence: Sentence, text: str, year: int) -> Iterator[tuple[int, int]]:
    """Yield where a sentence names a year that cannot be meant."""
    named = [item for item in sentence.others if item.kind in ("year", "date") and item.value]
    of_this_year = any(item.value == year for item in named)
    carried_from = _CARRIED_FROM.search(sentence.text)
    since = sentence.start + carried_from.end() if carried_from else len(text) + 1
    for item in named:
        stated = int(item.value)
        title = _REPORT.match(text, item.end)
        before = text[max(0, item.start - 90) : item.start]
        if title and stated != year:
            if not (stated == year - 1 and _of_last_report(item, title, text)):
                yield item.start, title.end()
        elif stated != year and _begins_period(item, text):
            yield item.start, item.end
        elif _is_last(item, text) and _as_of(before, item, text) and stated != year:
            later = stated > year + 1 or _NOT_YET.search(sentence.text) is not None
            if not of_this_year and not (stated > year and later):
                yield item.start, item.end
        elif stated <= year and _CARRIED_TO.search(before) and item.start < since:
            yield item.start, item.end


def _of_last_report(item: Quantity, title: re.Match[str], text: str) -> bool:
    """Whether last year's report is spoken of as such: it was published, or had its faults."""
    before = text[max(0, item.start - 90) : item.start]
    if _ITS_FAULTS.match(text, title.end()):
        return True
    return (_PUBLISHED if item.titled else _WAS_PUBLISHED).search(before) is not None


_ITS_FAULTS = re.compile(
    r"》?(?:中|里)?,?(?:所?(?:反映|提出|指出|列出|查摆|存在)的?|的)[^,。;]{0,8}(?:问题|不足|短板)"
    r"|》?,?\s?[0-9一]{1,2}\s?[条份个篇件](?=[,;、。)]|$)"
    r"|》的?(?:整改|反馈|评估|审核)(?:意见|要求|结果|情况)"
)
_WAS_PUBLISHED = re.compile(
    r"(?:公布|发布|公开|编制|编发|报送|制作|完成)了[^,。;]{0,16}$"
    r"|(?:按时|及时|如期|按期|按要求|月(?:底|末|份|[0-9]{1,2}日)?(?:前)?,?)[^,。;]{0,16}(?:公布|发布|公开|编制|编发|报送)[^,。;]{0,16}$"
)


def _as_of(before: str, item: Quantity, text: str) -> bool:
    """Whether figures are said to be as of a day: 截至2022年底; 到2022年底, with a comma after."""
    since = _SINCE.search(before) is not None
    up_to = _UP_TO.search(before) is not None and _THEN.match(text, item.end) is not None
    return (up_to and not since) or _AS_OF.search(before) is not None


_SINCE = re.compile(r"[自从由][^。;\n自从由]{0,60}$")
_UP_TO = re.compile(r"(?:^|[,;。\n])[到至]\s?$")
_THEN = re.compile(r"年?[底末]?,")


def _begins_period(item: Quantity, text: str) -> bool:
    words = text[item.start : item.end]
    return bool(_FIRST_DAY.search(words) and _BEGINS.match(text, item.end))


def _is_last(item: Quantity, text: str) -> bool:
    return (
        bool(_LAST_DAY.search(text[item.start : item.end]))
        or _YEAR_END.match(text, item.end) is not None
    )


# What is carried over was carried into this year: 由上年结转至2022年.
_CARRIED_FROM = re.compile(r"上一?年|由|从|20[0-9]{2}年度?(?=结转)")


def stated_periods(report: Report, _: Context) -> Iterator[Finding]:
    """Find a period of the statistics that is not the whole of the year."""
    for part in report.sections:
        text = half_width(report.filled(part).text)
        for sentence in sentences(report.filled(part).text):
            dates = [item for item in sentence.others if item.kind == "date"]
            of_figures = len(dates) > 1 and _PERIOD.search(sentence.text) is not None
            stated = False  # 统计期限为1月1日至12月31日，财政数据截至11月30日
            for first, last in pairwise(dates):
                if not _UNTIL.fullmatch(text[first.end : last.start]):
                    continue
                whole = _is_first(first, text) and bool(
                    _LAST_DAY.search(text[last.start : last.end])
                )
                whole = whole and int(last.value or first.value) == report.year
                stated = stated or whole
                begins = max(sentence.start, first.start - _LONGEST_COVERS)
                covered = _is_first(first, text) and _COVERS.search(text, begins, first.start)
                counts = (of_figures or covered) and int(first.value) == report.year
                if counts and not whole:
                    yield _period(report, Span(part, first.start, last.end))
            for day in dates:
                begins = max(sentence.start, day.start - _LONGEST_COUNTED_TO)
                counted = _COUNTED_TO.search(text, begins, day.start)
                begins_period = _TO_A_DAY.match(text, day.end)
                early = not begins_period and not _LAST_MONTH.search(text[day.start : day.end])
                if counted and not stated and early and day.value == report.year:
                    yield _period(report, Span(part, day.start, day.end))


def _period(report: Report, span: Span) -> Finding:
    words = report.filled(span.part).text[span.start : span.end]
    expected = f"{report.year}年1月1日至{report.year}年12月31日"
    return text_finding(
        report, "narrative-period", span, quote=words, stated=words, expected=expected
    )


def _is_first(item: Quantity, text: str) -> bool:
    return bool(_FIRST_DAY.search(text[item.start : item.end]))


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

    A sentence that names this year too compares the two. One that begins with this year and says
    what will be done was last year's outlook.
    """
    before = set(own_sentences(context.previous)) if context.previous else set()
    for part in report.headings:
        filled = report.filled(part)
        others = _SpokenYears(filled, report.year)
        for found in _CLAUSE.finditer(filled.text):
            sentence, start = found.group().rstrip(), found.start()
            copied = sentence in before and f"{report.year - 1}年" in sentence
            plans = others.is_outlook(start) or others.is_too_late(start, sentence)
            if copied or others.is_earlier(start) or plans:
                yield text_finding(
                    report,
                    "leftover-year",
                    Span(part, start, start + len(sentence)),
                    quote=excerpt(sentence, 0, min(len(sentence), 30)),
                    year=report.year,
                )


_ALREADY = re.compile(r"(?:20[0-9]{2}年度?,)?[^,;。\n]{0,16}(?:就|即|便)(?!业|将|时|可)")
_LINE_END = re.compile(r"\n")


class _SpokenYears:
    """Which sentences of a text speak of another year; they are asked for in their order."""

    def __init__(self, filled: Filled, year: int) -> None:
        self._text = half_width(filled.text)
        self._year = year
        found = quantities(self._text)
        years = [item for item in found if item.kind == "year"]
        # where a sentence begins with this year, and where paragraphs end
        self._this = [
            item.start
            for item in years
            if item.value == year and self._text[item.start - 1 : item.start] in ("。", " ", "")
        ]
        self._ends = [found.start() for found in _LINE_END.finditer(self._text)]
        self._counts = [item.start for item in found if item.counts]
        self._years = {item.start: item for item in years}
        self._stop = -1  # of the last sentence asked for: none is read twice
        self._last = -1  # where it names this year for the last time

    def _first(self, start: int) -> Quantity | None:
        """Return the year that a sentence begins with, whatever number it has itself."""
        numbered = (
            _BESIDES.match(self._text, start)
            or _NEXT.match(self._text, start)
            or _HEADED.match(self._text, start)
            or _NUMBERED.match(self._text, start)
        )
        ends = (start, numbered.end() if numbered else start)
        return next((self._years[end] for end in ends if end in self._years), None)

    def is_earlier(self, start: int) -> bool:
        """Whether a sentence names an earlier year alone, what follows a semicolon included."""
        first = self._first(start)
        if (
            first is None
            or first.value >= self._year
            or not _SPEAKS_OF.match(self._text, first.end)
        ):
            return False
        if start >= self._stop:
            stop = _STOP.search(self._text, start)
            self._stop = stop.start() if stop else len(self._text)
            self._last = self._text.rfind(f"{self._year}年", start, self._stop)
        return self._last < start and not self._looks_back(start)

    def _looks_back(self, start: int) -> bool:
        """Whether a sentence without numbers is of the past, and a later one of this year.

        2021年，我局被评为优秀单位。2022年，我局…: the second says which year the report is of.
        2008年，我局就成立了领导小组: since then there is one.
        """
        if bisect_left(self._counts, start) != bisect_left(self._counts, self._stop):
            return False
        if _ALREADY.match(self._text, start):
            return True
        following = self._first(self._stop + 1)
        if following is not None and following.value == self._year:
            return True
        later = bisect_left(self._this, self._stop)
        end = bisect_left(self._ends, self._stop)
        ends = self._ends[end] if end < len(self._ends) else len(self._text)
        return later < len(self._this) and self._this[later] < ends

    def is_outlook(self, start: int) -> bool:
        """Whether a sentence says of this year what will be done in it."""
        first = self._first(start)
        following = _NEXT.match(self._text, start)
        if first is None or (following and not _SPEAKS_OF.match(self._text, first.end)):
            return False  # 下一步，2022年印发的制度将继续执行
        return first.value == self._year and _PLANS.match(self._text, first.end) is not None

    def is_too_late(self, start: int, sentence: str) -> bool:
        """Whether a sentence says of the next year what was done in it."""
        first = self._first(start)
        return (
            first is not None
            and first.value == self._year + 1
            and _PAST.match(self._text, first.end) is not None
            and not _NOT_YET.search(sentence)
        )


def superseded(report: Report, _: Context) -> Iterator[Finding]:
    """Find the document of another edition cited as the basis, and a form used after its years."""
    form = report.form
    forms = [load_form(name, report.forms) for name in editions(report.forms)]
    numbers = {item.source.number: item.source for item in forms if item.source.number}
    for part, filled in texts(report):
        text = half_width(filled.text)
        for number, source in numbers.items():
            cited = _cited(number).search(text)
            if cited and number != form.source.number:
                if _cited_beside(form.source.number, cited):
                    continue
                yield text_finding(
                    report,
                    "superseded-document",
                    Span(part, *cited.span()),
                    filled=filled,
                    quote=filled.text[cited.start() : cited.end()],
                    current=form.source.number,
                    year=report.year,
                )
            elif cited and (wrong := _wrongly_cited(cited, source, numbers)):
                yield text_finding(
                    report,
                    "document-number",
                    Span(part, wrong.start, cited.end()),
                    filled=filled,
                    severity="note",
                    quote=filled.text[wrong.start : cited.end()],
                    expected=wrong.expected,
                )
    yield from _replaced(report)
    if form.last_year and report.year > form.last_year + 1:  # in the first year many still use it
        details = {"edition": form.edition, "last": form.last_year, "year": report.year}
        line = report.line("edition")
        yield Finding("warning", Problem("superseded-form", report.file("year"), line, details))


def _cited_beside(number: str, cited: re.Match[str]) -> bool:
    """Whether the sentence of a citation cites another document too, by its number."""
    text = cited.string
    first = max(text.rfind(stop, 0, cited.start()) for stop in "。\n") + 1
    ends = [at for stop in "。\n" if (at := text.find(stop, cited.end())) >= 0]
    return (
        number != ""
        and _cited(number).search(text, first, min(ends, default=len(text))) is not None
    )


@lru_cache(maxsize=8)
def _cited(number: str) -> re.Pattern[str]:
    """Return what finds the number of a document, also where a character of it is mistyped.

    Of 国办公开办函〔2021〕30号 one character of the name may be missing, the last may be another
    of its shape, and brackets may be round, square or left out.
    """
    name, year, rest = re.split(r"[〔〕]", number)
    names = {name}
    if len(name) >= _LONG_NAME:  # 国发 is another series of documents than 国办发
        names |= {name[:place] + name[place + 1 :] for place in range(1, len(name) - 1)}
        names.add(name[:-1] + "涵")
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?:{either})\s?[〔\[(【]?\s?{year}\s?[〕\])】]?\s?第?{rest}")


_LONG_NAME = 5
_BRACKETS = str.maketrans("[]()【】", "〔〕〔〕〔〕")


class _Citation(NamedTuple):
    """A citation that is not right: where it begins, and how it should be."""

    start: int
    expected: str


def _wrongly_cited(
    cited: re.Match[str], source: Source, known: Mapping[str, Source]
) -> _Citation | None:
    """Return how a number, or the title before it, should be; None where both are right."""
    if not _same_number(cited[0], source.number):
        return _Citation(cited.start(), source.number)
    before = cited.string[max(0, cited.start() - _LONGEST_TITLE) : cited.start()]
    for other in known.values():
        title = other.document.rpartition("关于")[2]
        at = before.rfind(title)
        if other is not source and at >= 0 and not before[at + len(title) :].strip("》( "):
            start = cited.start() - len(before) + at
            return _Citation(start, f"{source.document}（{source.number}）")
    return None


_LONGEST_TITLE = 80  # characters from where a title is looked for before its number


def _same_number(cited: str, number: str) -> bool:
    """Whether a number is written as it should be, whatever its brackets look like."""
    return "".join(cited.replace("第", "").split()).translate(_BRACKETS) == number


def _replaced(report: Report) -> Iterator[Finding]:
    """Find a regulation cited as the basis that another one had replaced by the report's year."""
    for part, filled in texts(report):
        for old in vocabulary().replaced:
            if report.year < old.since or old.by in filled.text:
                continue
            at = filled.text.find(old.document)
            if at >= 0:
                yield text_finding(
                    report,
                    "superseded-document",
                    Span(part, at, at + len(old.document)),
                    filled=filled,
                    quote=old.document,
                    current=old.by,
                    year=report.year,
                )
