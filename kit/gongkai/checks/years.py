"""Check that the years in titles, in what was done and in what is planned are the report's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.periods import ends_year, is_first_day, is_school_year
from gongkai.checks.text_findings import sentences_of, text_finding, texts
from gongkai.errors import Problem
from gongkai.report.model import Report
from gongkai.text.around import Around, around, ending
from gongkai.text.quantities import Quantity, half_width
from gongkai.text.sentences import Sentence, sentences
from gongkai.text.span import Span

_REPORT = re.compile(
    r"(?:政府)?信息公开(?:工作)?(?:年度)?报告|(?:政府)?信息公开(?:工作)?(?:开展)?情况(?:报告|汇报|公布)如下(?=[:。,\n]|$)"
)
# Words for what had not happened yet when the text was written.
NOT_YET = re.compile(r"将|拟|计划|预计|力争|争取|目标|打算|要")
_TITLE_YEAR = re.compile(r"(20[0-9]{2})年(?!以[来前后上下]|[至到、和及])")
# A year with a digit too many or too few, or without 年: 202020年12月31日, 202年1月1日.
_MISTYPED = re.compile(
    r"(?<![0-9.])(?:20[0-9]{3,4}年|20[0-9]年(?=[0-9]))(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?"
    r"|(?<![0-9.])20[0-9]{2}(?![年度至到起])[\u4e00-\u9fff]{1,2}(?<![年度至到起])[0-9]{1,2}月[0-9]{1,2}日"
)
# A year of two digits in a day, or in the name of a report: 22年1月1日, 22年度政府信息公开….
_SHORT = re.compile(
    r"(?<![0-9.])(([0-9]{2})年度?)(?:[0-9]{1,2}月[0-9]{1,2}日|(?:政府)?信息公开(?:工作)?(?:年度)?报告)"
)
# 2020—2021学年，学校…; but a sentence with figures of two school years compares them
_SCHOOL_YEARS = re.compile(
    r"(?:^|(?<=[。\n]))(20[0-9]{2})[-—–~至]{1,2}(20[0-9]{2})学年"
    r"(?=,(?![^。\n]*学年[^,。\n]{0,12}[0-9]))"
)
# The first day of a year, where a period begins: 2022年1月1日起.
_BEGINS = re.compile(
    r"\s?(?:起(?![我本]|正式|全面|开始|开展|实施|施行|执行|运行|启动|推行)|至|到|—|-)"
)
_CARRIED_TO = re.compile(
    r"(?:(?P<not>未|无|没有))?(?:结转|转结|顺延|延期|延|转)(?:到|至|入|下)?\s?$"
)
# Marks what was carried over into this year: 由上年结转至2022年.
_CARRIED_FROM = re.compile(r"上一?年|由|从|20[0-9]{2}年度?(?=结转|转结|转入)")
# The last day of a year, to which the figures are counted: 截至2022年底; 到2022年底，.
_AS_OF = around(r"截[至止](?:到|日期|时间)?[为是:]?\s?")
_UP_TO = around(r"(?:^|[,;。\n])[到至]\s?", r"年?[底末]?,")
_SINCE = re.compile(r"[自从由][^。;\n自从由]{0,60}$")
# What gives a year as the report's own.
_OF_THIS_REPORT = (
    # 结合2022年工作实际编制
    around(
        r"(?:结合|根据|依据|按照|总结)[^,。;《》0-9]{0,16}",
        r"度?[^,。;《》]{0,16}(?:实际|情况|数据|资料),?[^,。;《》]{0,8}(?:编制|编写|撰写|形成)",
    ),
    around(r"本(?:年度)?报告[^,;。《》0-9]{0,8}(?:反映|总结|涵盖|回顾)了?(?:[我本]局)?"),
    around(
        r"报告[^。;]{0,30}(?:反映|介绍|总结)了?[我本]?[^,。;0-9]{0,4}|回顾|盘点",
        r"(?!以[来前后]|[至到、和及])度?[^,。;]{0,12}工作(?!中)",
    ),
    # 现公布2022年度报告
    around(
        r"(?:^|[,。;])\s{0,4}现(?:将|把|公布|发布|公开|编制)(?:[我本][^,。;0-9]{1,8})?",
        r"度?(?:工作)?(?:年度)?(?:报告|年报)(?:[。:,]|公布|发布|公开|如下)",
    ),
)
# 下一步，我局将认真落实2022年政务公开工作要点, in the report of 2023
_TO_FOLLOW = around(
    r"(?:下一步|今后|接下来)[^。]{0,12}将[^。0-9]{0,6}(?:落实|贯彻|推进)",
    r"度?(?:全[市县区省])?(?:政务公开|政府信息公开)(?:重点)?工作",
)
# What is planned for next year, and so not for the report's: 下一步，将在2024年抓好….
_PLANNED = (
    around(
        r"(?:下一步|新的一年|明年|来年|下一年)[^。]{0,24}将[^。针对总结]{0,8}(?:在|紧扣|围绕|按照|推进|抓好|做好|开展|谋划|制定)"
        r"|(?:新的一年|明年|来年|下一年)[,(]即?|(?:^|[。\n,;])展望"
    ),
    # 针对上述不足，2020年我委将…, in the report of 2020
    around(r"针对(?:上述|以上|存在的?)[^,。;]{0,8},", r"年?度?,?[^,。;]{0,6}(?:将|拟|计划)"),
)
# 下一步，针对2024年存在的问题
_OF_THE_PAST = re.compile(r"度?[^,。;]{0,14}(?:问题|不足|短板|基础|经验|情况|成果|成效)")
# Which report this is: 现发布《某局2021年政府信息公开工作年度报告》.
_PRESENTED = re.compile(
    r"(?:^|[,。;\n])\s{0,4}(?:现|特)[^,。;《》]{0,8}(?:公布|发布|公开)《?[^《》,。;]{0,40}$"
)
# Last year's report: in a list of publications (指南1条、2022年政府信息公开工作年度报告、…), or by
# its shortcomings, or because it came out.
_OF_LAST_REPORT = (
    around(
        r"、|》[、和及与]?《[^《》]{0,40}|(?:公开|公布|发布|更新)了[^。;]{4,86}(?:以?及|和|与)"
        r"|[决预]算(?:以?及|和|与)"
    ),
    around(after=r"、|》[、和及与]?《"),
    around(
        after=r"》?(?:中|里)?,?(?:所?(?:反映|提出|指出|列出|查摆|存在)的?|的)[^,。;]{0,8}(?:问题|不足|短板)"
        r"|》?,?\s?[0-9一]{1,2}\s?[条份个篇件](?=[,;、。)]|$)"
        r"|》的?(?:整改|反馈|评估|审核)(?:意见|要求|结果|情况)"
    ),
    around(after=r"》?\s?已?[于在][^,。;]{0,30}(?:公布|发布|公开|报送|编制)"),
)
_TITLE_PUBLISHED = re.compile(
    r"(?:发布|公布|公开|编制|编发|报送|制作)[^。;《》]{0,12}《[^《》]{0,60}$"
)
_WAS_PUBLISHED = re.compile(
    r"(?:公布|发布|公开|编制|编发|编写|撰写|报送|制作|完成)了[^,。;]{0,16}$"
    r"|(?<!现)(?:公布|发布|公开|编制|编发|报送|制作|完成)[^,。;]{0,6}(?:局|委|办|厅|院|街道|镇|乡|单位|机关)$"
    r"|(?:按时|及时|如期|按期|按要求|月(?:底|末|份|[0-9]{1,2}日)?(?:前)?,?)[^,。;]{0,16}(?:公布|发布|公开|编制|编发|报送)[^,。;]{0,16}$"
)
# The plan that was followed, or was issued in the year.
_PLAN = r"(?:全[市县区省])?(?:政务公开|政府信息公开)[^《》]{0,6}(?:要点|任务|工作安排|分工方案)"
_BY_A_PLAN = around(
    r"(?:按照|根据|依据|落实|贯彻|对照|围绕)[^,。;《》]{0,20}《[^《》]{0,60}", _PLAN
)
_ISSUED_PLAN = around(r"(?:印发|制定|出台)了?《[^《》]{0,60}", _PLAN)


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
    later = NOT_YET.search(sentence.text) is not None
    carried_from = _CARRIED_FROM.search(sentence.text)
    since = sentence.start + carried_from.end() if carried_from else len(text) + 1
    for item in named:
        stated = int(item.value)
        title = _REPORT.match(text, item.end)
        if title and stated != year:
            if not (stated == year - 1 and _is_of_last_report(item, title, text)):
                yield item.start, title.end()
        elif _is_misplaced(item, year, text):
            yield item.start, item.end
        elif ends_year(item, text) and _is_as_of(item, text) and stated != year:
            if not of_this_year and not (stated > year and later):
                yield item.start, item.end
        elif stated <= year and _is_carried(item, text) and item.start < since:
            yield item.start, item.end


def _is_carried(item: Quantity, text: str) -> bool:
    """Whether something was carried over to a year: 结转至, not 未结转至."""
    found = ending(_CARRIED_TO, text, item.start)
    return found is not None and not found["not"]


def _is_misplaced(item: Quantity, year: int, text: str) -> bool:
    """Whether a year is wrong in its place, whatever else the sentence says."""
    if item.value == year:
        past = _OF_THE_PAST.match(text, item.end)
        return not item.titled and not past and _is_any(_PLANNED, item, text)
    if item.value < year and _TO_FOLLOW.fits(text, item.start, item.end):
        return True
    begins = is_first_day(item, text) and _BEGINS.match(text, item.end)
    return bool(begins) or (not item.titled and _is_any(_OF_THIS_REPORT, item, text))


def _is_any(places: tuple[Around, ...], item: Quantity, text: str) -> bool:
    return any(place.fits(text, item.start, item.end) for place in places)


def _is_of_last_report(item: Quantity, title: re.Match[str], text: str) -> bool:
    """Whether last year's report is meant: it was published, or its shortcomings are discussed."""
    if ending(_PRESENTED, text, item.start):
        return False
    published = _TITLE_PUBLISHED if item.titled else _WAS_PUBLISHED
    return ending(published, text, item.start) is not None or any(
        place.fits(text, item.start, title.end()) for place in _OF_LAST_REPORT
    )


def _is_as_of(item: Quantity, text: str) -> bool:
    """Whether figures are stated as of a day: 截至2022年底; 到2022年底, followed by a comma."""
    up_to = _is_any((_UP_TO,), item, text) and not ending(_SINCE, text, item.start)
    return up_to or _is_any((_AS_OF,), item, text)


def earlier_plans(report: Report, _: Context) -> Iterator[Finding]:
    """Find work that followed an earlier year's plan: 按照《2020年政务公开要点》."""
    for part, text, sentence in sentences_of(report):
        this_year = any(item.value == report.year for item in sentence.others)
        followed = (_BY_A_PLAN, _ISSUED_PLAN) if this_year else (_BY_A_PLAN,)
        for item in sentence.others:
            earlier = item.titled and item.kind == "year" and 0 < item.value < report.year
            if earlier and _is_any(followed, item, text):
                span = Span(part, item.start, item.end)
                yield text_finding(report, "leftover-year", span, year=report.year)
