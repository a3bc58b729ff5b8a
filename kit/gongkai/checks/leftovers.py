"""Text that is left over from a template or another agency, and blanks that were not filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding, texts
from gongkai.errors import Problem
from gongkai.report.model import INTRODUCTION, Filled, Report, Span
from gongkai.text.agency_names import Names, abbreviates, district_of
from gongkai.text.quantities import half_width
from gongkai.text.sentences import Counted, sentences

_CONTACTS = "邮编|邮政编码|联系电话|电话|传真|电子邮箱|联系地址|办公地址|地址"
_PLACEHOLDER = re.compile(
    r"[X×]{2,}|某某|20[X×]{2}|_{3,}|(?<![有等期])待(?:补充|填写?|定)(?![完期])|TODO"
    r"|待核实后?(?:填写|补充)|(?<![“‘\"])请在此处(?:填写|输入|填入)|\((?:此处|在此)(?:填写|输入|填入|补充)[^)]{0,30}\)"
    r"|[【\[](?:请|此处|填)[^】\]\n]{0,40}+[】\]](?!\()"
    r"|_{2,}(?=[条件份篇次个项人名])|\?{1,3}(?=人次|[条件份篇])|\(\s{0,6}\)(?=人次|[条件份篇处个次场期名人家](?=[,;。、)]))"
    r"|(?<![A-Za-z0-9])[NXn×](?=人次|[条件份篇次个项人名年月日]|万元|元)|(?<![A-Za-z0-9第])[NX×](?=[期场](?=[,;。、)]))"
    r"|\(待(?:核实|核定|统计|确认|完善)\)"
    rf"|(?:{_CONTACTS})(?:号码)?:(?=\s?(?:[,;。)、]|(?:{_CONTACTS})(?:号码)?:))"
)
# Asterisks typed in the place of a number, as in **件; Markdown uses the same ones for bold text.
_STARS = re.compile(r"\*\*+")
_MEASURE_WORD = re.compile(r"(?:人次|[条件份篇次个项人名元])(?=[,;。、)]|$)")
# A measure word whose number is missing: 发布信息条, 共计件.
_MISSING_NUMBER = re.compile(
    # 经费支出    万元: room that was left for a number
    r"(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]{2}[ \u3000]{2,12}"
    r"(?:人次|万元|[条件份篇次场期名处家])(?=[,;。、)]|$)"
    r"|(?:信息|动态|文章|稿件|公告|消息|留言|来信|咨询|意见|解读)\s{0,6}(?:条|篇|次|份)(?=[,;。、)])|(?:公开|申请|受理|办结|答复)\s{1,6}(?:件|条)(?=[,;。、)])"
    r"|(?:共计|合计|总计|[共达为])(?:人次|[条件篇份])(?=[,;。、)])"
    r"|(?:督查|检查|抽查|培训|会议|调研|座谈会)\s{0,6}次(?=[,;。)])|(?:经费|资金|费用)\s{0,6}万?元(?=[,;。)])"
)
# A placeholder that was mistyped, so that it was not filled in: {v("3.1")}, ｛{fact("x")}}.
_BROKEN_PLACEHOLDER = re.compile(
    r"(?:[{｛]++\s*+)?\b(?:v|fact|share)\s{0,9}[(（]"
    r"(?:[^()（）\n]|[(（][^()（）\n]*+[)）])*[)）](?:\s*+[}｝]++)?"
    r"|[{｛]{2,}|[}｝]{2,}|｛|｝"
)
# Two lines or more with tabs, as a word processor pastes a table; the page would run them together.
_TABBED = re.compile(r"(?:^[^\n\t]*+\t[^\n]*+(?:\n|\Z)){2,}", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ ]++\S.*$", re.MULTILINE)
# A line that is typed as a heading: （三）政府信息管理情况; others with numbers are of a list.
_TYPED_HEADING = re.compile(
    r"^[ \u3000]{0,9}[(（][一二三四五六七八九十]{1,2}[)）]([^\s。，；：,;:]{2,24})[ \u3000]{0,9}$",
    re.MULTILINE,
)
_NAMES_A_TOPIC = re.compile(r"(?:情况|方面|主动公开|依申请公开|信息管理|平台建设|监督保障)$")
# How a body of some kind speaks of itself (我局, 本镇); 根本, 标本 and 本市局 are other words.
_OWN_KIND = re.compile(
    r"(?:我|(?<![基根日标样文原资脚成])本)(局|委(?![托派员])|镇(?!级)|乡(?!级|村)|街道(?!级)|院(?!士|校)|厅)(?![市县区省长])"
)
_TOWNSHIP_OFFICE = re.compile(
    r"[与向和][\u4e00-\u9fff]{0,16}?([\u4e00-\u9fff]{2}(?:镇|乡|街道))(?:党政|综合)[\u4e00-\u9fff]{0,6}办(?:公室)?[\u4e00-\u9fff]{0,6}联系"
)
_CONTACT = re.compile(
    r"[与向和]([\u4e00-\u9fff]{2,20}?(?:局|委员会|委|街道办事处|办事处|镇政府|乡政府|镇人民政府|乡人民政府))"
    r"[\u4e00-\u9fff]{0,12}联系"
)


def leftovers(report: Report, context: Context) -> Iterator[Finding]:
    """Find blanks of a template, and the names of other agencies, text by text."""
    for part, filled in texts(report):
        yield from _template_blanks(report, part, filled)
        yield from _other_agencies(report, part, filled, context.names)


def _template_blanks(report: Report, part: str, filled: Filled) -> Iterator[Finding]:
    for start, end in _blanks(filled):
        quote = filled.text[start:end]
        yield text_finding(
            report, "placeholder", Span(part, start, end), filled=filled, quote=quote
        )


def _other_agencies(report: Report, part: str, filled: Filled, names: Names) -> Iterator[Finding]:
    own = report.agency.name + report.agency.short_name
    for name in names.mentioned(filled.text):
        if name not in own:
            start = filled.text.index(name)
            span = Span(part, start, start + len(name))
            yield text_finding(
                report, "leftover-agency", span, filled=filled, name=name, quote=name
            )


def _blanks(filled: Filled) -> Iterator[tuple[int, int]]:
    """Yield the stretches that were to be filled in: a blank's characters, or no number at all.

    A number that is missing because a figure of the table is blank is another check's finding.
    """
    text = half_width(filled.text)
    yield from (found.span() for found in _PLACEHOLDER.finditer(text))
    missing = (found.span() for found in _MISSING_NUMBER.finditer(text))
    yield from (span for span in missing if filled.is_typed(*span))
    yield from _asterisks(text)


def incomplete_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Find numbers without their measure word, and shares without the number they are of."""
    for part in report.sections:
        filled = report.filled(part)
        for start, end in _half_numbers(filled.text):
            if filled.is_typed(start, end):
                yield text_finding(report, "incomplete-number", Span(part, start, end))


def _half_numbers(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in _NO_DAY.finditer(text))
    for sentence in sentences(text):
        *others, last = sentence.counts or (None,)
        for item in sentence.counts:
            beside = others if item is last else [*others, last]
            lost = not item.quantity.unit and _loses_unit(item, last=item is last, of=beside)
            if lost:
                yield item.quantity.start, item.quantity.end
        if "类信息" in sentence.text and _SHARE_OF_COUNT.search(sentence.text):
            for found in _SHARE_ALONE.finditer(sentence.text):
                yield sentence.start + found.start(), sentence.start + found.end() - 1


def _loses_unit(item: Counted, *, last: bool, of: Sequence[Counted | None]) -> bool:
    """Whether a number ends its clause without a measure word: 政府信息260余; or ends a list so."""
    if item.following.strip():
        return False
    units = {other.quantity.unit for other in of if other and other is not item}
    if item.share and units and "" not in units:  # 部分公开67，占4.61%；不予公开81件，占5.57%
        return True
    if not item.clause.rstrip().endswith(_COUNTABLE):
        return False
    if not item.quantity.exact:
        return not item.quantity.spelt
    if _PUBLISHED_OF.search(item.clause) and any(other and other.quantity.unit for other in of):
        return True
    alone = last and len(of) > _TWO and len(units) == 1 and "" not in units
    return alone and not item.after.strip()


_TWO = 2
_PUBLISHED_OF = re.compile(r"(?:公开|发布|推送)(?:各类)?(?:政府|政务)?信息\s?$")
# 2018年1月日起, 2018年月日
_NO_DAY = re.compile(r"(?<=[0-9]年)(?:\s{0,3}月\s{0,3}|[0-9]{1,2}月\s{0,3})日(?![均常益报])")
_COUNTABLE = ("信息", "类", "动态", "公告", "文件", "稿件", "文章")
# 政策类信息2条，占18%；规划类信息，占9%.
_SHARE_OF_COUNT = re.compile(r"类信息\s?[0-9]{1,6}\s?[条件],\s?占")
_SHARE_ALONE = re.compile(r"类信息,\s?(?=占[^,;。0-9]{0,10}[0-9.]{1,8}%)")


def _asterisks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the asterisks before a measure word that do not end bold text (**5**件)."""
    for paragraph in _LINE.finditer(text):
        stars = list(_STARS.finditer(text, *paragraph.span()))
        for index, found in enumerate(stars):
            unit = _MEASURE_WORD.match(text, found.end())
            # Each second pair ends what the first began, unless that one is a blank by itself.
            ends_bold = index % 2 and not _MEASURE_WORD.match(text, stars[index - 1].end())
            if unit and not ends_bold and not text[found.start() - 1 : found.start()].isdigit():
                yield found.start(), unit.end()


_LINE = re.compile(r"[^\n]+")


def other_bodies(report: Report, _: Context) -> Iterator[Finding]:
    """Find where the text speaks as another kind of body, or gives another one as the contact."""
    names = [name for name in (report.agency.name, report.agency.short_name) if name]
    # The agency of an example (某市某局) is of no kind: 本局, 本镇 and the like are all its own.
    is_example = names[0].count("某") > 1
    for part in report.sections:
        filled = report.filled(part)
        for found in _OWN_KIND.finditer(filled.text):
            is_own = is_example and found[0].startswith("本")
            if not is_own and not any(found[1] in name for name in names):
                span = Span(part, *found.span())
                yield text_finding(report, "other-body", span, quote=found[0], name=names[0])
                break
        for start, end in _other_bodies(filled.text, names):
            span = Span(part, start, end)
            yield text_finding(
                report, "other-body", span, quote=filled.text[start:end], name=names[0]
            )


def _other_bodies(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where another body is the contact, the author or the subject of the report."""
    yield from _misspelt(text, names[0])
    yield from _other_contacts(text, names)
    yield from _other_authors(text, names)


def _misspelt(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield where the agency's own name lacks one character, other than that of a kind of place."""
    others = text.replace(name, " " * len(name))
    for place, lost in enumerate(name[:-1] if len(name) >= _LONG_NAME else ""):
        typed = name[:place] + name[place + 1 :]
        start = others.find(typed)
        if start >= 0 and lost not in _PLACES:
            yield start, start + len(typed)


_LONG_NAME = 7  # characters; a shorter one without one of them may be a word
_PLACES = frozenset("省市县区镇乡州旗街道")


def _other_contacts(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    for found in _CONTACT.finditer(text):
        if _OF_A_PLACE.search(names[0]) and _is_office_in(names[0], found[1]):
            continue
        if not any(abbreviates(_without_office(found[1].lstrip("本我")), name) for name in names):
            yield found.span(1)
    for found in _TOWNSHIP_OFFICE.finditer(text):
        if not any(found[1] in name for name in names):
            yield found.span(1)


def _is_office_in(government: str, body: str) -> bool:
    """Whether a body may answer for the government of its place: 龙华区政务服务局."""
    district = district_of(body)
    return bool(district) and district in government and _IN_CHARGE.search(body) is not None


_IN_CHARGE = re.compile(r"政务|审批|数据")  # the bureaus that publish for a whole government


def _other_authors(text: str, names: list[str]) -> Iterator[tuple[int, int]]:
    speaks_for_a_place = _OF_A_PLACE.search(names[0])
    for found in _AUTHOR.finditer(text):
        body = found["author"] or found["title"] or found["group"] or found["subject"]
        body = body.rpartition("了")[2]  # 调整充实了县教育局政府信息公开领导小组
        own = any(abbreviates(_without_office(body), name) or name in body for name in names)
        own = own or (found["subject"] is not None and body[-1] != names[0][-1])
        # A government may speak of its offices; that of a township names no other township.
        of_its_own = speaks_for_a_place and not (
            _TOWNSHIP.search(body) and _TOWNSHIP.search(names[0])
        )
        above = not speaks_for_a_place and _GOVERNMENT.search(body)
        if not own and not of_its_own and not above:
            start = text.index(body, found.start())
            yield start, start + len(body)


def _without_office(body: str) -> str:
    """Return a body's name without the office or government of a place: 街道办事处 as 街道."""
    return _OFFICE.sub("", body)


_OFFICE = re.compile(r"(?<=街道)办事处$|(?<=[镇乡])(?:人民)?政府$")
_OF_A_PLACE = re.compile(r"(?:政府|街道办事处|管理委员会|管委会)$")
_TOWNSHIP = re.compile(r"(?:镇|乡|街道)(?:人民政府|办事处)$")
_GOVERNMENT = re.compile(r"(?:政府|政府办公室|街道办事处|管理委员会|管委会)$")
_FULL_NAME = (
    r"[\u4e00-\u9fff]{1,8}?(?:省|市|县|区|旗|镇|乡|街道)[\u4e00-\u9fff]{0,12}?"
    r"(?:局|委员会|办公室|厅|人民政府|办事处)"
)
_AUTHOR = re.compile(
    rf"本(?:年度)?报告由(?P<author>{_FULL_NAME})(?:负责)?编制"
    rf"|(?:现公布|现将)(?P<title>{_FULL_NAME})(?=20[0-9]{{2}}年)"
    rf"|(?:^|[。\n])(?P<group>{_FULL_NAME})(?=政务公开(?:工作)?领导小组|政府信息公开(?:工作)?领导小组)"
    rf"|(?:^|[。\n])(?:20[0-9]{{2}}年度?[,，])?(?P<subject>{_FULL_NAME})"
    r"(?=(?:认真|深入|全面|严格)(?:贯彻|落实|按照|执行)|高度重视|共?(?:主动)?公开(?:各类)?(?:政府)?信息\s?[0-9]"
    r"|共?(?:收到|受理)[^,;。\n]{0,14}申请\s?[0-9])"
    r"(?![^。\n]{0,120}(?:[我本](?:局|委|办|镇|乡|街道|机关|单位)|指导))"
)


def unfinished_text(report: Report, _: Context) -> Iterator[Finding]:
    """Find headings with nothing below them, and tables that were pasted with tabs."""
    for part in report.sections:
        text = report.filled(part).text
        for found in (*_empty_headings(text), *_empty_typed_headings(text)):
            quote = found[0].strip("# ") if found.re is _HEADING else found[0].strip()
            yield text_finding(report, "empty-heading", Span(part, *found.span()), quote=quote)
        for found in _TABBED.finditer(text):
            quote = " | ".join(found[0].partition("\n")[0].split("\t"))[:40]
            yield text_finding(report, "text-table", Span(part, *found.span()), quote=quote)


def _empty_headings(text: str) -> Iterator[re.Match[str]]:
    """Yield the headings of Markdown with nothing below them, not even a deeper heading."""
    headings = list(_HEADING.finditer(text))
    for found, following in zip_longest(headings, headings[1:]):
        below = text[found.end() : following.start() if following else len(text)]
        deeper = following is not None and len(following[1]) > len(found[1])
        if not below.strip() and not deeper:
            yield found


def _empty_typed_headings(text: str) -> Iterator[re.Match[str]]:
    """Yield typed headings with nothing below them, where both neighbours have something.

    Where several in a row have nothing, they are a list of topics and no headings.
    """
    found = list(_TYPED_HEADING.finditer(text))
    ends = [*(item.start() for item in found[1:]), len(text)][: len(found)]
    below = [text[item.end() : end].strip() for item, end in zip(found, ends, strict=True)]
    for index, item in enumerate(found):
        beside = [*below[max(0, index - 1) : index], *below[index + 1 : index + 2]]
        if not below[index] and beside and all(beside) and _NAMES_A_TOPIC.search(item[1]):
            yield item


def broken_placeholders(report: Report, _: Context) -> Iterator[Finding]:
    """Find placeholders that were mistyped, and would be printed as they stand."""
    for part in report.sections:
        filled = report.filled(part)
        for found in _BROKEN_PLACEHOLDER.finditer(filled.text):
            if filled.is_typed(*found.span()):
                span = Span(part, *found.span())
                yield text_finding(
                    report, "broken-placeholder", span, severity="error", quote=found.group()
                )


def other_short_name(report: Report, _: Context) -> Iterator[Finding]:
    """Find a short name that does not abbreviate the name, as after a folder was copied."""
    if not abbreviates(report.agency.short_name, report.agency.name):
        details = {"short": report.agency.short_name, "name": report.agency.name}
        problem = Problem("other-short-name", report.file("agency"), **details)
        yield Finding("warning", problem, part=INTRODUCTION)
