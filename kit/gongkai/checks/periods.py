"""Check that the periods and days that a report states are those of its year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import sentences_of, text_finding
from gongkai.errors import Problem
from gongkai.report.model import CLOSING, INTRODUCTION, Report
from gongkai.text.around import ending
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence
from gongkai.text.span import Span

_FIRST_DAY = re.compile(r"年\s?0?1\s?月\s?0?1\s?日|[-./]0?1[-./]0?1$")
_LAST_DAY = re.compile(r"12\s?月\s?31\s?日|[-./]12[-./]31$")
_LAST_MONTH = re.compile(rf"12\s?月份?$|{_LAST_DAY.pattern}")
_YEAR_END = re.compile(r"年?[底末]")
_UNTIL = re.compile(r"\s?(?:起|开始|零时)?\s?,?\s?(?:至|到|截[至止]|[-—~]{1,2})\s?$")
_OF_FIGURES = re.compile(r"统计|期限|时限|数据")
_COVERS = re.compile(r"(?:报告|年报)[^。;]{0,300}涵盖\s?$")  # 本报告涵盖1月1日至12月21日的情况
# A day up to which the figures are counted: 统计期限截至…, 所列数据截止日期为….
_COUNTED_TO = re.compile(r"(?:数据|统计)[^,;。0-9]{0,12}截[至止](?:到|日期|时间)?[为是:]?\s?$")
_TO_A_DAY = re.compile(r"\s?起?\s?[至到—~-]{1,2}\s?[0-9]")  # begins a period, checked as one
_SCHOOL = re.compile(r"(?:大学|学院|学校)$")
_NUMBER = re.compile(r"[0-9]+")


def is_first_day(item: Quantity, text: str) -> bool:
    """Whether a date is the first day of a year."""
    return _FIRST_DAY.search(text[item.start : item.end]) is not None


def ends_year(item: Quantity, text: str) -> bool:
    """Whether a date is the last day of a year, or 年底 or 年末 follows a year."""
    last = _LAST_DAY.search(text[item.start : item.end])
    return bool(last or _YEAR_END.match(text, item.end))


def stated_periods(report: Report, _: Context) -> Iterator[Finding]:
    """Find a stated period of the statistics that is not the whole year."""
    expected = "至".join(f"{it.year}年{it.month}月{it.day}日" for it in _whole(report))
    for part, text, sentence in sentences_of(report):
        for start, end in _wrong_periods(sentence, text, report):
            span, words = Span(part, start, end), report.filled(part).text[start:end]
            yield text_finding(
                report, "narrative-period", span, quote=words, stated=words, expected=expected
            )


def _wrong_periods(sentence: Sentence, text: str, report: Report) -> Iterator[tuple[int, int]]:
    """Yield the spans of the periods of a sentence, and of the days on which one ends."""
    dates = [item for item in sentence.others if item.kind == "date"]
    periods = [it for it in pairwise(dates) if _UNTIL.fullmatch(text[it[0].end : it[1].start])]
    of_figures = _OF_FIGURES.search(sentence.text) is not None
    years = {day.year for day in _whole(report)}
    stated = False  # 统计期限为1月1日至12月31日，财政数据截至11月30日
    for first, last in periods:
        begins = is_first_day(first, text)
        covered = begins and ending(_COVERS, text, first.start, first=sentence.start)
        own = first.value in years or (last.value in years and not begins)
        whole = _is_whole(first, last, text, report)
        stated = stated or whole
        if (of_figures or covered) and own and not whole:
            yield first.start, last.end
    for day in dates if not stated else ():
        counted = ending(_COUNTED_TO, text, day.start, first=sentence.start)
        early = not _LAST_MONTH.search(text[day.start : day.end])
        if counted and early and day.value == report.year and not _TO_A_DAY.match(text, day.end):
            yield day.start, day.end


def _whole(report: Report) -> tuple[date, date]:
    """Return the period that the statistics must cover: the year, or the school year."""
    if is_school_year(report):
        return report.period
    return date(report.year, 1, 1), date(report.year, 12, 31)


def _is_whole(first: Quantity, last: Quantity, text: str, report: Report) -> bool:
    """Whether two dates are the ends of the period that the statistics must cover."""
    years = int(first.value), int(last.value or first.value)
    if is_school_year(report):
        stated = [_NUMBER.findall(text[item.start : item.end])[-2:] for item in (first, last)]
        days = [(it.year, [it.month, it.day]) for it in report.period]
        return days == [(year, [*map(int, day)]) for year, day in zip(years, stated, strict=True)]
    ends = _LAST_DAY.search(text[last.start : last.end])
    return is_first_day(first, text) and bool(ends) and years[1] == report.year


def is_school_year(report: Report) -> bool:
    """Whether a university reports on a school year, from September to August.

    Source: 《高等学校信息公开办法》（2010年教育部令第29号）.
    """
    first, last = report.period
    is_one = (first.month, first.day, last.month, last.day) == (9, 1, 8, 31)
    one_year = last.year == first.year + 1 and report.year in (first.year, last.year)
    return is_one and one_year and _SCHOOL.search(report.agency.name) is not None


def copied_dates(report: Report, _: Context) -> Iterator[Finding]:
    """Find a period or a day of signature that belongs to another year."""
    first, last = report.period
    other = first > last or (first.year, last.year) != (report.year, report.year)
    if other and not is_school_year(report):
        days = [first.isoformat(), last.isoformat()]
        details = {"first": days[0], "last": days[1], "year": report.year, "days": days}
        line = report.line("period.from")
        problem = Problem("other-period", report.file("year"), line, **details)
        yield Finding("warning", problem, part=INTRODUCTION)
    for key, day in report.parameters.days_signed.items():
        if day and not report.year <= day.year <= report.year + 1:
            details = {"signed": day.isoformat(), "year": report.year, "quote": key}
            problem = Problem("signed-late", report.file("year"), report.line(key), **details)
            yield Finding("warning", problem, part=CLOSING)
