"""Check that the titles, periods and days that a text names belong to the report's year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding, texts
from gongkai.errors import Problem
from gongkai.report.model import CLOSING, INTRODUCTION, Report
from gongkai.text.quantities import Quantity, half_width
from gongkai.text.sentences import Sentence, sentences
from gongkai.text.span import Span

_REPORT = re.compile(
    r"(?:政府)?信息公开(?:工作)?(?:年度)?报告|(?:政府)?信息公开(?:工作)?(?:开展)?情况(?:报告|汇报|公布)如下(?=[:。,\n]|$)"
)
_FIRST_DAY = re.compile(r"年\s?0?1\s?月\s?0?1\s?日|[-./]0?1[-./]0?1$")
_LAST_DAY = re.compile(r"12\s?月\s?31\s?日|[-./]12[-./]31$")
_UNTIL = re.compile(r"\s?(?:起|开始|零时)?\s?,?\s?(?:至|到|截[至止]|[-—~]{1,2})\s?$")
_BEGINS = re.compile(
    r"\s?(?:起(?![我本]|正式|全面|开始|开展|实施|施行|执行|运行|启动|推行)|至|到|—|-)"
)
_PERIOD = re.compile(r"统计|期限|时限|数据")
_LONGEST_COVERS = 310  # characters of the longest match of _COVERS
_COVERS = re.compile(r"(?:报告|年报)[^。;]{0,300}涵盖\s?$")  # 本报告涵盖1月1日至12月21日的情况
_YEAR_END = re.compile(r"年?[底末]")
_AS_OF = re.compile(r"截[至止](?:到|日期|时间)?[为是:]?\s?$")
# A day up to which the figures are counted: 统计期限截至…, 所列数据截止日期为….
_COUNTED_TO = re.compile(r"(?:数据|统计)[^,;。0-9]{0,12}截[至止](?:到|日期|时间)?[为是:]?\s?$")
_TO_A_DAY = re.compile(r"\s?起?\s?[至到—~-]{1,2}\s?[0-9]")  # begins a period, checked as one
_LONGEST_COUNTED_TO = 30  # characters of the longest match of _COUNTED_TO
_LAST_MONTH = re.compile(r"12\s?月(?:份|\s?31\s?日)?$|[-./]12[-./]31$")
_CARRIED_TO = re.compile(
    r"(?:(?P<not>未|无|没有))?(?:结转|转结|顺延|延期|延|转)(?:到|至|入|下)?\s?$"
)
_PUBLISHED = re.compile(r"(?:发布|公布|公开|编制|编发|报送|制作)[^。;《》]{0,12}《[^《》]{0,60}$")
# Words for what had not happened yet when the text was written.
NOT_YET = re.compile(r"将|拟|计划|预计|力争|争取|目标|打算|要")
_ITS_FAULTS = re.compile(
    r"》?(?:中|里)?,?(?:所?(?:反映|提出|指出|列出|查摆|存在)的?|的)[^,。;]{0,8}(?:问题|不足|短板)"
    r"|》?,?\s?[0-9一]{1,2}\s?[条份个篇件](?=[,;、。)]|$)"
    r"|》的?(?:整改|反馈|评估|审核)(?:意见|要求|结果|情况)"
)
# Which report this is: 现发布《某局2021年政府信息公开工作年度报告》.
_IS_PRESENTED = re.compile(
    r"(?:^|[,。;\n])\s{0,4}(?:现|特)[^,。;《》]{0,8}(?:公布|发布|公开)《?[^《》,。;]{0,40}$"
)
_CAME_OUT = re.compile(r"》?\s?已?[于在][^,。;]{0,30}(?:公布|发布|公开|报送|编制)")
_WAS_PUBLISHED = re.compile(
    r"(?:公布|发布|公开|编制|编发|编写|撰写|报送|制作|完成)了[^,。;]{0,16}$"
    r"|(?<!现)(?:公布|发布|公开|编制|编发|报送|制作|完成)[^,。;]{0,6}(?:局|委|办|厅|院|街道|镇|乡|单位|机关)$"
    r"|(?:按时|及时|如期|按期|按要求|月(?:底|末|份|[0-9]{1,2}日)?(?:前)?,?)[^,。;]{0,16}(?:公布|发布|公开|编制|编发|报送)[^,。;]{0,16}$"
)
_SINCE = re.compile(r"[自从由][^。;\n自从由]{0,60}$")
_UP_TO = re.compile(r"(?:^|[,;。\n])[到至]\s?$")
_THEN = re.compile(r"年?[底末]?,")
# Marks what was carried over into this year: 由上年结转至2022年.
_CARRIED_FROM = re.compile(r"上一?年|由|从|20[0-9]{2}年度?(?=结转)")
# A year with a digit too many or too few, or without 年: 202020年12月31日, 202年1月1日.
_MISTYPED = re.compile(
    r"(?<![0-9.])(?:20[0-9]{3,4}年|20[0-9]年(?=[0-9]))(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?"
    r"|(?<![0-9.])20[0-9]{2}(?![年度至到起])[\u4e00-\u9fff]{1,2}(?<![年度至到起])[0-9]{1,2}月[0-9]{1,2}日"
)
# A year of two digits in a day, or in the name of a report: 22年1月1日, 22年度政府信息公开….
_SHORT = re.compile(
    r"(?<![0-9.])(([0-9]{2})年度?)(?:[0-9]{1,2}月[0-9]{1,2}日|(?:政府)?信息公开(?:工作)?(?:年度)?报告)"
)
# What a report is compiled from, and how it is presented.
_COMPILED_FROM = re.compile(r"(?:结合|根据|依据|按照|总结)[^,。;《》0-9]{0,16}$")
_OWN_WORK = re.compile(
    r"度?[^,。;《》]{0,6}(?:政务公开|信息公开)?[^,。;《》]{0,6}(?:实际|情况|数据|资料),?[^,。;《》]{0,8}"
    r"(?:编制|编写|撰写|形成)(?:了|本|[0-9]{4}年|此)?(?:度|年度)?(?:政府信息公开)?(?:工作)?(?:年度)?(?:报告|年报)?"
)
_THIS_REPORT = re.compile(
    r"本(?:年度)?报告[^,;。《》0-9]{0,8}(?:反映|总结|涵盖|回顾)了?(?:[我本]局)?$"
)
_REFLECTS = re.compile(r"报告[^。;]{0,30}(?:反映|介绍|总结)了?[我本]?[^,。;0-9]{0,4}$")
_LOOKS_BACK = re.compile(r"(?:回顾|盘点)$")
_WORK = re.compile(r"(?!以[来前后]|[至到、和及])度?(?:的|全年)?[^,。;]{0,10}工作(?!中)")
_PRESENTED = re.compile(
    r"(?:^|[,。;])\s{0,4}现(?:将|把|公布|发布|公开|编制)(?:[我本][^,。;0-9]{1,8})?$"
)
_PRESENTS = re.compile(r"度?(?:工作)?(?:年度)?(?:报告|年报)(?:[。:,]|公布|发布|公开|如下)")
_TITLE_YEAR = re.compile(r"(20[0-9]{2})年(?!以[来前后上下]|[至到、和及])")
_BY_A_PLAN = re.compile(r"(?:按照|根据|依据|落实|贯彻|对照|围绕)[^,。;《》]{0,20}《[^《》]{0,60}$")
_ISSUED = re.compile(r"(?:印发|制定|出台)了?《[^《》]{0,60}$")
_PLAN = re.compile(
    r"(?:全[市县区省])?(?:政务公开|政府信息公开)[^《》]{0,6}(?:要点|任务|工作安排|分工方案)"
)
_PLANNED = re.compile(
    r"(?:下一步|新的一年|明年|来年|下一年)[^。]{0,24}将[^。针对总结]{0,8}(?:在|紧扣|围绕|按照|推进|抓好|做好|开展|谋划|制定)$"
    r"|(?:新的一年|明年|来年|下一年)[,(]即?$|(?:^|[\n,;])展望$"
)
# 下一步，我局将认真落实2022年政务公开工作要点, in the report of 2023
_WILL_FOLLOW = re.compile(r"(?:下一步|今后|接下来)[^。]{0,12}将[^。0-9]{0,6}(?:落实|贯彻|推进)$")
_OPENNESS = re.compile(r"度?(?:全[市县区省])?(?:政务公开|政府信息公开)(?:重点)?工作")
# 针对上述不足，2020年我委将…, in the report of 2020
_SHORTCOMINGS = re.compile(r"针对(?:上述|以上|存在的?)[^,。;]{0,8},$")
_WILL = re.compile(r"年?度?[^,。;]{0,6}(?:将|拟|计划)")
_OF_THE_PAST = re.compile(r"度?[^,。;]{0,14}(?:问题|不足|短板|基础|经验|情况|成果|成效)")
_IN_A_LIST = re.compile(
    r"》[、和及与]?《[^《》]{0,40}$|(?:公开|公布|发布|更新)了[^。;]{4,90}(?:以?及|和|与)$"
    r"|[决预]算(?:以?及|和|与)$"
)
_GOES_ON = re.compile(r"、|》[、和及与]?《")
_SCHOOL = re.compile(r"(?:大学|学院|学校)$")
_NUMBER = re.compile(r"[0-9]+")
# 2020—2021学年，学校…; but a sentence with figures of two school years compares them
_SCHOOL_YEARS = re.compile(
    r"(?:^|(?<=[。\n]))(20[0-9]{2})[-—–~至]{1,2}(20[0-9]{2})学年"
    r"(?=,(?![^。\n]*学年[^,。\n]{0,12}[0-9]))"
)


def titles_of_other_years(report: Report, _: Context) -> Iterator[Finding]:
    """Find the titles of breakdowns that begin with another year: 2016年公开信息的分类."""
    for number, breakdown in enumerate(report.breakdowns):
        stated = _TITLE_YEAR.match(breakdown.title)
        if stated and int(stated[1]) != report.year:
            line = report.line(f"breakdowns.{number}.title")
            details = {"quote": breakdown.title, "year": report.year}
            problem = Problem("leftover-year", report.file("year"), line, **details)
            yield Finding("warning", problem, part=breakdown.part)


def other_years(report: Report, _: Context) -> Iterator[Finding]:
    """Find the titles, periods and days of another year."""
    for part, filled in texts(report):
        text = half_width(filled.text)
        if "年" not in text and "20" not in text:
            continue
        mistyped = (found.span() for found in _MISTYPED.finditer(text))
        short = (it.span(1) for it in _SHORT.finditer(text) if int(it[2]) != report.year % 100)
        others = (
            span
            for sentence in sentences(filled.text)
            for span in _other_years(sentence, text, report.year)
        )
        own = is_school_year(report) and tuple(str(day.year) for day in report.period)
        school = (it.span() for it in _SCHOOL_YEARS.finditer(text) if own and it.groups() != own)
        for start, end in (*mistyped, *short, *others, *school):
            yield text_finding(
                report,
                "leftover-year",
                Span(part, start, end),
                filled=filled,
                quote=filled.text[start:end],
                year=report.year,
            )


def _other_years(sentence: Sentence, text: str, year: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the years in a sentence that cannot be meant."""
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
        elif _is_misplaced(item, year, before, text):
            yield item.start, item.end
        elif _is_last(item, text) and _as_of(before, item, text) and stated != year:
            later = NOT_YET.search(sentence.text) is not None
            if not of_this_year and not (stated > year and later):
                yield item.start, item.end
        elif stated <= year and _is_carried(before) and item.start < since:
            yield item.start, item.end


def _is_carried(before: str) -> bool:
    """Whether something was carried over to the year after these words: 结转至, not 未结转至."""
    found = _CARRIED_TO.search(before)
    return found is not None and not found["not"]


def _is_misplaced(item: Quantity, year: int, before: str, text: str) -> bool:
    """Whether a year is wrong in its place, whatever else the sentence says."""
    if int(item.value) == year:
        return _is_of_next_year(item, before, text)
    if item.value < year and _WILL_FOLLOW.search(before) and _OPENNESS.match(text, item.end):
        return True
    return _begins_period(item, text) or _is_of_report(item, before, text)


def _is_of_report(item: Quantity, before: str, text: str) -> bool:
    """Whether a year is given as the report's: 结合2022年工作实际编制, 现公布2022年度报告."""
    if item.titled:
        return False
    compiled = _COMPILED_FROM.search(before) and _OWN_WORK.match(text, item.end)
    compiled = compiled or _THIS_REPORT.search(before)
    looks_back = _REFLECTS.search(before) or _LOOKS_BACK.search(before)
    compiled = compiled or (looks_back and _WORK.match(text, item.end))
    return bool(compiled or (_PRESENTED.search(before) and _PRESENTS.match(text, item.end)))


def _is_of_next_year(item: Quantity, before: str, text: str) -> bool:
    """Whether a plan for next year names this year: 下一步，将在2024年抓好….

    Fixing this year's shortcomings next year is fine: 下一步，针对2024年存在的问题….
    """
    planned = _PLANNED.search(before.rpartition("。")[2]) is not None
    planned = planned or bool(_SHORTCOMINGS.search(before) and _WILL.match(text, item.end))
    return planned and not item.titled and not _OF_THE_PAST.match(text, item.end)


def _of_last_report(item: Quantity, title: re.Match[str], text: str) -> bool:
    """Whether last year's report is meant: it was published, or its shortcomings are discussed."""
    before = text[max(0, item.start - 90) : item.start]
    if _IS_PRESENTED.search(before):
        return False
    if before.endswith("、") or _IN_A_LIST.search(before) or _GOES_ON.match(text, title.end()):
        return True  # an item in a list of publications: 指南1条、2022年政府信息公开工作年度报告、…
    if _ITS_FAULTS.match(text, title.end()) or _CAME_OUT.match(text, title.end()):
        return True
    return (_PUBLISHED if item.titled else _WAS_PUBLISHED).search(before) is not None


def _as_of(before: str, item: Quantity, text: str) -> bool:
    """Whether figures are stated as of a day: 截至2022年底; 到2022年底, followed by a comma."""
    since = _SINCE.search(before) is not None
    up_to = _UP_TO.search(before) is not None and _THEN.match(text, item.end) is not None
    return (up_to and not since) or _AS_OF.search(before) is not None


def _begins_period(item: Quantity, text: str) -> bool:
    words = text[item.start : item.end]
    return bool(_FIRST_DAY.search(words) and _BEGINS.match(text, item.end))


def _is_last(item: Quantity, text: str) -> bool:
    return (
        bool(_LAST_DAY.search(text[item.start : item.end]))
        or _YEAR_END.match(text, item.end) is not None
    )


def earlier_plans(report: Report, _: Context) -> Iterator[Finding]:
    """Find work that followed an earlier year's plan: 按照《2020年政务公开要点》."""
    for part in report.sections:
        text = half_width(report.filled(part).text)
        for sentence in sentences(report.filled(part).text):
            this_year = any(item.value == report.year for item in sentence.others)
            for item in sentence.others:
                earlier = item.titled and item.kind == "year" and item.value < report.year
                if earlier and item.value and _is_of_plan(item, text, issued=this_year):
                    yield text_finding(
                        report, "leftover-year", Span(part, item.start, item.end), year=report.year
                    )


def _is_of_plan(item: Quantity, text: str, *, issued: bool) -> bool:
    """Whether a year is in the title of the plan that was followed, or `issued` this year."""
    before = text[max(0, item.start - 90) : item.start]
    named = _BY_A_PLAN.search(before) or (issued and _ISSUED.search(before))
    return bool(named) and _PLAN.match(text, item.end) is not None


def stated_periods(report: Report, _: Context) -> Iterator[Finding]:
    """Find a stated period of the statistics that is not the whole year."""
    for part in report.sections:
        text = half_width(report.filled(part).text)
        for sentence in sentences(report.filled(part).text):
            dates = [item for item in sentence.others if item.kind == "date"]
            of_figures = len(dates) > 1 and _PERIOD.search(sentence.text) is not None
            stated = False  # 统计期限为1月1日至12月31日，财政数据截至11月30日
            for first, last in pairwise(dates):
                if not _UNTIL.fullmatch(text[first.end : last.start]):
                    continue
                whole = _is_whole_year(first, last, text, report)
                stated = stated or whole
                begins = max(sentence.start, first.start - _LONGEST_COVERS)
                covered = _is_first(first, text) and _COVERS.search(text, begins, first.start)
                years = {day.year for day in _period_of(report)}
                ends_in_it = int(last.value) in years and not _is_first(first, text)
                counts = (of_figures or covered) and (int(first.value) in years or ends_in_it)
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
    expected = "至".join(f"{it.year}年{it.month}月{it.day}日" for it in _period_of(report))
    return text_finding(
        report, "narrative-period", span, quote=words, stated=words, expected=expected
    )


def _period_of(report: Report) -> tuple[date, date]:
    """Return the period that the statistics must cover: the year, or the school year."""
    if is_school_year(report):
        return report.period
    return date(report.year, 1, 1), date(report.year, 12, 31)


def is_school_year(report: Report) -> bool:
    """Whether a university reports on a school year, from September to August.

    Source: 《高等学校信息公开办法》（2010年教育部令第29号）.
    """
    first, last = report.period
    is_one = (first.month, first.day, last.month, last.day) == (9, 1, 8, 31)
    one_year = last.year == first.year + 1 and report.year in (first.year, last.year)
    return is_one and one_year and _SCHOOL.search(report.agency.name) is not None


def _is_whole_year(first: Quantity, last: Quantity, text: str, report: Report) -> bool:
    """Whether two dates are the ends of the period that the statistics must cover."""
    if is_school_year(report):
        stated = [_month_and_day(text[item.start : item.end]) for item in (first, last)]
        years = (int(first.value), int(last.value or first.value))
        own = [(it.month, it.day) for it in report.period]
        return stated == own and years == tuple(it.year for it in report.period)
    ends = bool(_LAST_DAY.search(text[last.start : last.end]))
    return _is_first(first, text) and ends and int(last.value or first.value) == report.year


def _month_and_day(words: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(words)[-2:])


def _is_first(item: Quantity, text: str) -> bool:
    return bool(_FIRST_DAY.search(text[item.start : item.end]))


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
