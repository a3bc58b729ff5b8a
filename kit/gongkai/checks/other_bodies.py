"""Find other bodies than the agency that the text has as its speaker, contact or author."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.errors import Problem
from gongkai.report.model import INTRODUCTION, Report
from gongkai.text.agency_names import abbreviates, district_of
from gongkai.text.span import Span

# How a kind of body refers to itself (我局, 本镇), but not 根本, 标本 or 本市局.
_OWN_KIND = re.compile(
    r"(?:我|(?<![基根日标样文原资脚成])本)(局|委(?![托派员])|镇(?!级)|乡(?!级|村)|街道(?!级)|院(?!士|校)|厅)(?![市县区省长])"
)
_OUR_COUNTY = re.compile(r"我县(?!级)")
# What a city or county does for all its bodies; a town or subdistrict does not say so of itself.
_WHOLE_AREA = re.compile(
    r"(?:推进|推动|做好)了?全[省市县区州]的?政府信息公开工作"
    r"|全[省市县区州]政府信息(?:主动)?公开工作(?:取得|稳步|不断|进展)"
)
_TOWNSHIP_OFFICE = re.compile(
    r"[与向和][\u4e00-\u9fff]{0,16}?([\u4e00-\u9fff]{2}(?:镇|乡|街道))(?:党政|综合)[\u4e00-\u9fff]{0,6}办(?:公室)?[\u4e00-\u9fff]{0,6}联系"
)
_CONTACT = re.compile(
    r"[与向和]([\u4e00-\u9fff]{2,20}?(?:(?<=[市县区旗])人民政府办公室|局|委员会|委|街道办事处|办事处|镇政府|乡政府|镇人民政府|乡人民政府))"
    r"[\u4e00-\u9fff]{0,12}联系"
)
# What a body says of itself alone in such a report.
_REPORTS = re.compile(r"[^。\n]{0,60}(?:新收|收到|受理)[^,，;；。\n]{0,14}申请\s?[0-9]")
_FAR = 100  # characters
_OFFICE = re.compile(r"(?<=街道)办事处$|(?<=[镇乡])(?:人民)?政府$")
_OF_A_PLACE = re.compile(r"(?:政府|街道办事处|管理委员会|管委会)$")
_TOWNSHIP = re.compile(r"(?:镇|乡|街道)(?:人民政府|办事处)$")
# By the name of the agency: what it does not say of its own place.
_PLACES_OF_OTHERS = (
    (re.compile(r"^[^县]*(?:区人民政府|(?<!自治)市[^县区]{2,14}(?:局|委员会))$"), _OUR_COUNTY),
    (re.compile(r"县人民政府$"), re.compile(r"(?:^|(?<=[。,，;；\n]))区(?:人民)?政府办公室")),
    (_TOWNSHIP, _WHOLE_AREA),
    (re.compile(r"(?:局|委员会|厅)$"), re.compile(r"(?:^|(?<=[。,，;；\n]))全[镇乡](?![级镇])")),
)
_GOVERNMENT = re.compile(r"(?:政府|政府办公室|街道办事处|管理委员会|管委会)$")
_IN_CHARGE = re.compile(r"政务|审批|数据")  # the bureaus that publish for a whole government
_LONG_NAME = 7  # characters; a shorter name without one of them may be an ordinary word
_PLACES = frozenset("省市县区镇乡州旗街道")
_BEFORE_NAMES = frozenset("年月日由是与向和在到对为及经受按将把被请")
_FULL_NAME = (
    r"[\u4e00-\u9fff]{1,8}?(?:省|市|县|区|旗|镇|乡|街道)[\u4e00-\u9fff]{0,12}?"
    r"(?:局|委员会|办公室|厅|人民政府|办事处)"
)
_SHORT_NAME = (
    r"[\u4e00-\u9fff]{0,6}(?:省|市|县|区|旗|镇|乡|街道)[\u4e00-\u9fff]{0,10}?"
    r"(?:局|委员会|厅|人民政府|办事处)"
)
# What another body does for the author: 市司法局将继续指导我局….
_ADDRESSES_US = r"[^。\n]{0,120}(?:[我本](?:局|委|办|镇|乡|街道|机关|单位)|指导)"
_AUTHOR = re.compile(
    rf"本(?:年度)?报告由(?P<author>{_FULL_NAME})(?:负责)?(?:编制|编写|解释)"
    rf"|(?:^|[。\n])(?P<maker>{_FULL_NAME})负责本(?:年度)?报告的?(?:编制|编写|解释)"
    rf"|(?:要求|规定)[,，]由(?P<by>{_FULL_NAME})(?:负责)?编制"
    rf"|(?:现公布|现将|(?:^|[。\n])(?=[^,，。\n]{{4,50}}报告由))(?P<title>{_FULL_NAME})(?=20[0-9]{{2}}年)"
    r"|(?:在|从|登录)(?P<site>[\u4e00-\u9fff]{2,8}?[市县区旗]人民政府)(?=(?:门户)?网站[^。]{0,24}(?:查阅|下载|查询))"
    rf"|(?:^|[。\n])(?P<group>{_FULL_NAME})(?=政务公开(?:工作)?领导小组|政府信息公开(?:工作)?领导小组)"
    rf"|(?:^|[。\n])(?:20[0-9]{{2}}年度?[,，])?(?P<subject>{_FULL_NAME})"
    r"(?=(?:20[0-9]{2}年)?(?:全年)?(?:累计)?"
    r"(?:(?:认真|深入|全面|严格)(?:贯彻|落实|按照|执行)|高度重视|坚持(?:以|把|将)|扎实推进|持续推进|不断完善|积极推进"
    r"|共?(?:主动)?公开(?:各类)?(?:政府)?信息\s?[0-9]|共?(?:收到|受理)[^,;。\n]{0,14}申请\s?[0-9]))"
    rf"(?!{_ADDRESSES_US})"
    r"|(?:^|[。\n])(?:20[0-9]{2}年度?[,，])?(?P<short>[市县区旗][\u4e00-\u9fff]{2,12}?(?:局|委员会))"
    rf"(?=(?:认真|深入|全面|严格)(?:贯彻|落实|执行)|高度重视)(?!{_ADDRESSES_US})"
    rf"|(?:^|[。\n])(?P<goes_on>{_FULL_NAME})(?=将(?:继续|进一步|不断|持续))"
    rf"(?!{_ADDRESSES_US})"
    rf"|(?P<fees>{_FULL_NAME})(?:20[0-9]{{2}}年度?)?(?:未|没有)收取"
    # Whose plans these are: 今后，市教育局将…
    rf"|(?:^|[。\n])(?:今后|下一步|接下来|新的一年|20[0-9]{{2}}年)[,，](?P<next>{_SHORT_NAME})(?=(?:将|要|会)(?!同))"
)
# Who was applied to, and whose report is presented.
_APPLIED_TO = re.compile(
    r"向(?P<level>[省市县区])(?:人民)?政府[^,;。，；\n]{0,12}提出的[^,;。，；\n]{0,8}申请"
)
_REPORT_OF = re.compile(
    r"现(?:向社会)?(?:公布|发布|将)《?(?P<place>[\u4e00-\u9fff]{2,8}[市县区旗州])(?=20[0-9]{2}年(?:度)?政府信息公开)"
)
# Whose openness is worked on: 做好清河县政府信息公开各项工作. 县市区 and 开发区 name no place.
_WORK_OF = re.compile(
    r"(?:做好|抓好|推进|推动|加强|促进)了?(?P<place>(?![全我本各该]|[省市县区旗州辖]{3})"
    r"[\u4e00-\u9fff]{2,3}(?:[市旗州]|(?<!试点)县|(?<!开发|示范|高新|试验)区))政府信息(?:主动)?公开"
)
# 某区政府某街道办事处 means 某区某街道办事处.
_GOVERNMENT_OF = re.compile(r"(?<=[省市县区旗])(?:人民)?政府(?=[\u4e00-\u9fff]{2})")
_SEAT = re.compile(r"([\u4e00-\u9fff]{2,8}[市县区旗州])人民政府(?:办公室)?$")


def other_bodies(report: Report, _: Context) -> Iterator[Finding]:
    """Find text that speaks as another kind of body, or gives another body as the contact."""
    names = [name for name in (report.agency.name, report.agency.short_name) if name]
    # An example agency (某市某局) may be of any kind: 本局, 本镇 and the like all refer to it.
    is_example = names[0].count("某") > 1
    for part in report.sections:
        filled = report.filled(part)
        for found in _OWN_KIND.finditer(filled.text):
            is_own = is_example and found[0].startswith("本")
            if not is_own and not any(found[1] in name for name in names):
                span = Span(part, *found.span())
                yield text_finding(report, "other-body", span, quote=found[0], name=names[0])
                break
        for kind, of_others in () if is_example else _PLACES_OF_OTHERS:
            found_place = of_others.search(filled.text) if kind.search(names[0]) else None
            if found_place:
                span = Span(part, *found_place.span())
                yield text_finding(report, "other-body", span, quote=found_place[0], name=names[0])
        for start, end in _other_bodies(filled.text, names):
            span = Span(part, start, end)
            yield text_finding(
                report, "other-body", span, quote=filled.text[start:end], name=names[0]
            )


def _other_bodies(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans where another body is the contact, author or subject of the report."""
    yield from _misspelt(text, names[0])
    yield from other_contacts(text, names)
    yield from _other_authors(text, names)
    yield from _of_a_government(text, names[0])


def _of_a_government(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that only the government of a place, or one of its bodies, can say."""
    for found in _APPLIED_TO.finditer(text):
        if not any(found["level"] + end in name for end in ("人民政府", "政府")):
            yield found.span()
    for found in _WORK_OF.finditer(text):
        own = found["place"] in name or found["place"][-1] not in name
        if not own:
            yield found.span("place")
    for found in _REPORT_OF.finditer(text):
        of_place = any(found["place"] + end in name for end in ("人民政府", "政府", "管"))
        if not of_place and not _IN_CHARGE.search(name):
            yield found.span("place")


def _misspelt(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield the spans where the agency's name lacks one character, but not 市, 县 or the like.

    The end of another name does not count: 耒阳市人民政府 without 耒 is in 衡阳市人民政府.
    """
    others = text.replace(name, " " * len(name))
    for place, lost in enumerate(name[:-1] if len(name) >= _LONG_NAME else ""):
        typed = name[:place] + name[place + 1 :]
        start = others.find(typed)
        before = others[max(start - 1, 0) : start]
        is_ending = place == 0 and before.isalpha() and before not in _BEFORE_NAMES
        if start >= 0 and lost not in _PLACES and not is_ending:
            yield start, start + len(typed)


def other_contacts(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans where a text gives a contact that is not the agency, by any of its names."""
    for found in _CONTACT.finditer(text):
        if _OF_A_PLACE.search(names[0]) and _is_office_in(names[0], found[1]):
            continue
        if found[1].endswith("人民政府办公室") and district_of(found[1]) in names[0]:
            continue
        body = _GOVERNMENT_OF.sub("", found[1].lstrip("本我"))
        if not any(abbreviates(_without_office(body), name) for name in names):
            yield found.span(1)
    for found in _TOWNSHIP_OFFICE.finditer(text):
        if not any(found[1] in name for name in names):
            yield found.span(1)


def _is_office_in(government: str, body: str) -> bool:
    """Whether a body may be the contact of its place's government: 龙华区政务服务局."""
    district = district_of(body)
    is_within = district in government or abbreviates(district, government)  # 科右前旗
    return is_within and _IN_CHARGE.search(body) is not None


def _other_authors(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    speaks_for_a_place = _OF_A_PLACE.search(names[0])
    for found in _AUTHOR.finditer(text):
        subject = found["subject"] or found["short"] or found["goes_on"] or found["next"]
        body = (
            found["author"]
            or found["maker"]
            or found["by"]
            or found["fees"]
            or found["title"]
            or found["group"]
            or found["site"]
            or subject
        )
        body = body.rpartition("了")[2]  # 调整充实了县教育局政府信息公开领导小组
        own = any(abbreviates(_without_office(body), name) or name in body for name in names)
        reports = _REPORTS.search(text, found.end(), found.end() + _FAR) is not None
        another = subject is not None and body[-1] != names[0][-1] and not reports
        own = own or (another and not found["next"])
        # A government may name its offices; a township's may not name another township.
        of_its_own = speaks_for_a_place and not (
            _TOWNSHIP.search(names[0]) and (_TOWNSHIP.search(body) or found["title"])
        )
        named = (
            found["author"] or found["maker"] or subject or found["title"] or found["site"] or ""
        )
        of_its_own = of_its_own and not _is_other_government(named, names[0])
        above = not speaks_for_a_place and _GOVERNMENT.search(body)
        if not own and not of_its_own and not above:
            start = text.index(body, found.start())
            yield start, start + len(body)


def _is_other_government(body: str, own: str) -> bool:
    """Whether the author named is the government of another place."""
    seat, own_seat = _SEAT.search(body), _SEAT.search(own)
    if not (seat and own_seat):
        return False
    return seat[1] not in own and own_seat[1] not in body


def _without_office(body: str) -> str:
    """Return a body's name without the office or government of a place: 街道办事处 as 街道."""
    return _OFFICE.sub("", body)


def name_of_another(report: Report, context: Context) -> Iterator[Finding]:
    """Find a name in the year's file that is another agency's, as after copying a folder."""
    name, own = report.parameters.name, context.names.called.get(report.slug, ())
    if name and name not in own and name in context.names.index.mentioned(name):
        problem = Problem("name-of-another", report.file("year"), report.line("name"), name=name)
        yield Finding("warning", problem, part=INTRODUCTION)


def other_short_name(report: Report, _: Context) -> Iterator[Finding]:
    """Find a short name that does not abbreviate the name, as happens after copying a folder."""
    if not abbreviates(report.agency.short_name, report.agency.name):
        details = {"short": report.agency.short_name, "name": report.agency.name}
        problem = Problem("other-short-name", report.file("agency"), **details)
        yield Finding("warning", problem, part=INTRODUCTION)
