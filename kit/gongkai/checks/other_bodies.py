"""Find other bodies than the agency that the text has as its speaker, contact or author."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

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
_CLAUSE = r"(?:^|(?<=[。,，;；\n]))"
# What an agency, by its name, does not say of its own place.
_NOT_OF_OWN = tuple(
    (re.compile(agency), re.compile(words))
    for agency, words in (
        (r"^[^县]*(?:区人民政府|(?<!自治)市[^县区]{2,14}(?:局|委员会))$", "我县(?!级)"),
        ("县人民政府$", f"{_CLAUSE}区(?:人民)?政府办公室"),
        ("(?:局|委员会|厅)$", f"{_CLAUSE}全[镇乡](?![级镇])"),
        # What a city or county does for all its bodies.
        (_TOWNSHIP.pattern, "(?:推进|推动|做好)了?全[省市县区州]的?政府信息公开工作"),
        (_TOWNSHIP.pattern, "全[省市县区州]政府信息(?:主动)?公开工作(?:取得|稳步|不断|进展)"),
    )
)
_GOVERNMENT = re.compile(r"(?:政府|政府办公室|街道办事处|管理委员会|管委会)$")
_IN_CHARGE = re.compile(r"政务|审批|数据")  # the bureaus that publish for a whole government
_LONG_NAME = 7  # characters; a shorter name without one of them may be an ordinary word
_PLACES = frozenset("省市县区镇乡州旗街道")
_BEFORE_NAMES = frozenset("年月日由是与向和在到对为及经受按将把被请")
_PLACE = "(?:省|市|县|区|旗|镇|乡|街道)"
_FULL_NAME = (
    rf"(?P<body>[\u4e00-\u9fff]{{1,8}}?{_PLACE}[\u4e00-\u9fff]{{0,12}}?"
    r"(?:局|委员会|办公室|厅|人民政府|办事处))"
)
_SHORT_NAME = (
    rf"(?P<body>[\u4e00-\u9fff]{{0,6}}{_PLACE}[\u4e00-\u9fff]{{0,10}}?"
    r"(?:局|委员会|厅|人民政府|办事处))"
)
# 青河镇, 县卫生健康委; but not 全县, 我市
_PLACE_NAME = (
    r"(?![全我本各该])(?P<place>[\u4e00-\u9fff]{2,3}(?:县|镇|乡|街道|区|市)"
    r"|[省市县区][\u4e00-\u9fff]{2,6}委)"
)
_BEGIN, _YEAR = r"(?:^|[。\n])", "20[0-9]{2}年"
_FIRST = rf"{_BEGIN}(?:{_YEAR}度?[,，])?"
_WITH_CARE = "(?:认真|深入|全面|严格)(?:贯彻|落实|执行)|高度重视"
# What another body does for the author: 市司法局将继续指导我局….
_NOT_FOR_US = r"(?![^。\n]{0,120}(?:[我本](?:局|委|办|镇|乡|街道|机关|单位)|指导))"
# Who wrote the report, whose it is, and of whose work it speaks; of several at one place the first.
_ROLES = tuple(
    (role, re.compile(words))
    for role, words in (
        ("author", f"本(?:年度)?报告由{_FULL_NAME}(?:负责)?(?:编制|编写|解释)"),
        ("author", f"{_BEGIN}{_FULL_NAME}负责本(?:年度)?报告的?(?:编制|编写|解释)"),
        ("office", f"(?:要求|规定)[,，]由{_FULL_NAME}(?:负责)?编制"),
        ("title", f"(?:现公布|现将){_FULL_NAME}(?={_YEAR})"),
        ("title", rf"{_BEGIN}(?=[^,，。\n]{{4,50}}报告由){_FULL_NAME}(?={_YEAR})"),
        (
            "author",
            r"(?:在|从|登录)(?P<body>[\u4e00-\u9fff]{2,8}?[市县区旗]人民政府)"
            "(?=(?:门户)?网站[^。]{0,24}(?:查阅|下载|查询))",
        ),
        ("office", f"{_BEGIN}{_FULL_NAME}(?=(?:政务公开|政府信息公开)(?:工作)?领导小组)"),
        (
            "subject",
            rf"{_FIRST}{_FULL_NAME}(?=(?:{_YEAR})?(?:全年)?(?:累计)?"
            rf"(?:{_WITH_CARE}|(?:认真|深入|全面|严格)按照|坚持(?:以|把|将)|扎实推进|持续推进|不断完善|积极推进"
            r"|共?(?:主动)?公开(?:各类)?(?:政府)?信息\s?[0-9]|共?(?:收到|受理)[^,;。\n]{0,14}申请\s?[0-9]))"
            + _NOT_FOR_US,
        ),
        (
            "subject",
            rf"{_FIRST}(?P<body>[市县区旗][\u4e00-\u9fff]{{2,12}}?(?:局|委员会))"
            rf"(?={_WITH_CARE}|坚持(?:以|把|将))" + _NOT_FOR_US,
        ),
        ("subject", f"{_BEGIN}{_FULL_NAME}(?=将(?:继续|进一步|不断|持续)){_NOT_FOR_US}"),
        ("office", f"{_FULL_NAME}(?:{_YEAR}度?)?(?:未|没有)收取"),
        # 今后，市教育局将…
        (
            "planner",
            f"{_BEGIN}(?:今后|下一步|接下来|新的一年|{_YEAR})[,，](?:{_SHORT_NAME}|{_PLACE_NAME})"
            "(?=(?:将|要|会)(?!同))",
        ),
    )
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
# Under whose lead: 在清河县委、县政府的领导下
_LED_BY = re.compile(
    r"在(?P<place>[\u4e00-\u9fff]{2,3}[市县区旗])委、[市县区旗](?:人民)?政府[^,。，]{0,8}领导下"
)
# 某区政府某街道办事处 means 某区某街道办事处.
_GOVERNMENT_OF = re.compile(r"(?<=[省市县区旗])(?:人民)?政府(?=[\u4e00-\u9fff]{2})")
# 云陵市公安局河西分局 is 河西公安分局, too.
_BRANCH = re.compile(r"^(.*?[省市县区旗州])?(.{2,12})局([\u4e00-\u9fff]{2,4})分局$")
_BUREAUS = ("局", "厅", "会")  # last characters of 水利局, 水利厅, 卫生健康委员会
_SEAT = re.compile(r"([\u4e00-\u9fff]{2,8}[市县区旗州])人民政府(?:办公室)?$")


def other_bodies(report: Report, _: Context) -> Iterator[Finding]:
    """Find text that speaks as another kind of body, or gives another body as the contact."""
    names = [name for name in (report.agency.name, report.agency.short_name) if name]
    names += [turned for name in names if (turned := _BRANCH.sub(r"\1\3\2分局", name)) != name]
    for part in report.sections:
        text = report.filled(part).text
        for start, end in _other_bodies(text, names):
            quote = text[start:end]
            yield text_finding(
                report, "other-body", Span(part, start, end), quote=quote, name=names[0]
            )


def _other_bodies(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans where another body is the speaker, contact, author or subject."""
    yield from islice(_other_kinds(text, names), 1)
    yield from _not_of_own(text, names[0])
    yield from _misspelt(text, names[0])
    yield from other_contacts(text, names)
    yield from _other_authors(text, names)
    yield from _of_a_government(text, names[0])


def _is_example(name: str) -> bool:
    """Whether an agency is invented, and so of any kind: 某市某局 may say 本局 and 本镇."""
    return name.count("某") > 1


def _other_kinds(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans where another kind of body speaks of itself."""
    for found in _OWN_KIND.finditer(text):
        is_own = _is_example(names[0]) and found[0].startswith("本")
        if not is_own and not any(found[1] in name for name in names):
            yield found.span()


def _not_of_own(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield the first span of each kind that an agency with this name does not say of its place."""
    for agency, words in _NOT_OF_OWN if not _is_example(name) else ():
        found = words.search(text) if agency.search(name) else None
        if found:
            yield found.span()


def _of_a_government(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that only the government of a place, or one of its bodies, can say."""
    for found in _APPLIED_TO.finditer(text):
        if not any(found["level"] + end in name for end in ("人民政府", "政府")):
            yield found.span()
    for found in (*_WORK_OF.finditer(text), *_LED_BY.finditer(text)):
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
    """Yield the spans of bodies that the text gives a role that only the agency can have."""
    own = names[0]
    for role, found in _with_roles(text):
        group = "body" if found["body"] else "place"
        body = found[group].rpartition("了")[2]  # 调整充实了县教育局政府信息公开领导小组
        called_so = body.startswith(("我", "本")) or any(
            abbreviates(_without_office(body), it) or it in body for it in names
        )
        may_name = group == "body" and (_may_name(role, body, own) or _is_aside(role, found, own))
        if not called_so and not may_name:
            end = found.end(group)
            yield end - len(body), end


def _with_roles(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the bodies with a role, and the roles, in the order of the text."""
    found = [(role, it) for role, words in _ROLES for it in words.finditer(text)]
    last = 0
    for role, item in sorted(found, key=lambda pair: pair[1].start()):
        if item.start() >= last:
            last = item.end()
            yield role, item


def _may_name(role: str, body: str, own: str) -> bool:
    """Whether an agency may name a body in a role: a government its offices, others theirs.

    A government may not name that of another place, nor that of a township another township.
    """
    if not _OF_A_PLACE.search(own):
        return _GOVERNMENT.search(body) is not None
    if role != "office" and _is_other_government(body, own):
        return False
    return not (_TOWNSHIP.search(own) and (_TOWNSHIP.search(body) or role == "title"))


def _is_aside(role: str, found: re.Match[str], own: str) -> bool:
    """Whether a subject is another kind of body, and the text does not report its figures."""
    body = found["body"]
    townships = _TOWNSHIP.search(body) and _TOWNSHIP.search(own)
    bureaus = body[-1] in _BUREAUS and own[-1] in _BUREAUS
    if role != "subject" or townships or bureaus or body[-1] == own[-1]:
        return False
    end = found.end("body")
    return _REPORTS.search(found.string, end, end + _FAR) is None


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
