"""Find text left over from a template or another agency, and blanks that were not filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import occurrences, text_finding, texts
from gongkai.report.model import Filled, Report
from gongkai.text.agency_names import Names
from gongkai.text.quantities import half_width
from gongkai.text.span import Span

_CONTACTS = "邮编|邮政编码|联系电话|电话|传真|电子邮箱|联系地址|办公地址|地址"
# 地址：地址：… is a word that was typed twice, and no blank.
_SAME_CONTACT = (
    r"(?<=电话:)(?:联系)?电话|(?<=地址:)(?:联系|办公)?地址|(?<=邮编:)邮编|(?<=编码:)邮政编码"
)
_PLACEHOLDER = re.compile(
    r"[X×]{2,}(?:[-—][X×]{2,})?|[□○]{2,}|某某|20[X×]{2}|_{3,}|(?<![有等期])待(?:补充|填写?|定|统计)(?![完期])|TODO"
    r"|待核实后?(?:填写|补充)|(?<![“‘\"])请在此处(?:填写|输入|填入)|\((?:此处|在此)(?:填写|输入|填入|补充)[^)]{0,30}\)"
    r"|[【\[](?:请|此处|填)[^】\]\n]{0,40}+[】\]](?!\()"
    r"|_{2,}(?=[条件份篇次个项人名])|\?{1,3}(?=人次|[条件份篇])|\(\s{0,6}\)(?=人次|[条件份篇处个次场期名人家](?=[,;。、)]))"
    r"|(?<=[\u4e00-\u9fff])\(\s{0,6}\)(?=[,;。、)\n]|$)"
    r"|(?<![A-Za-z0-9])[NXn×](?=人次|[条件份篇次个项人名年月日]|万元|元)|(?<![A-Za-z0-9第])[NX×](?=[期场](?=[,;。、)]))"
    r"|\([^()\n]{0,12}待[^()\n]{0,12}(?:补充|填写|报送|核实)[^()\n]{0,6}\)"
    r"|(?<=[\u4e00-\u9fff])\*(?=(?:人次|[条件份篇次期场])(?:[,;。、)]|$))"
    r"|(?<=年)[*]{1,2}(?=月)|(?<=月)[*]{1,2}(?=日)"
    r"|\(请[^()\n]{0,20}(?:补充|填写|核实|填报)[^()\n]{0,20}\)"
    r"|\((?:具体|详细)?(?:网址|网站地址|网站名称|链接地址|具体地址|联系地址)(?:[,、](?:联系)?(?:电话|地址|方式)){0,3}\)"
    # Left by Word and Excel: broken references, formula errors, comments as text.
    r"|错误!\s?(?:未找到|未定义)|(?:单击|点击)(?:或点击)?此处(?:输入|添加)|#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)"
    r"|(?<![A-Za-z])(?:NaN|None|null)(?=[条件份篇%,。]|$)|\ufffd|\[批注[0-9]{0,3}:"
    r"|\((?:领导|局长|主任|办公室)(?:意见|批示):|(?:绝密|机密|秘密)★"
    r"|[【\[]待[核定补填查][^】\]\n]{0,8}[】\]]"
    r"|\(待(?:核实|核定|统计|确认|完善)\)"
    rf"|(?:{_CONTACTS})(?:号码)?:(?=\s?(?:[,;。)、]|(?!{_SAME_CONTACT})(?:{_CONTACTS})(?:号码)?:))"
)
# Asterisks typed instead of a number, as in **件; in Markdown they also mark bold text.
_STARS = re.compile(r"\*\*+")
_MEASURE_WORD = re.compile(r"(?:人次|[条件份篇封次个项人名元])(?=[,;。、)]|$)")
# A measure word whose number is missing: 发布信息条, 共计件.
_MISSING_NUMBER = re.compile(
    # 经费支出    万元: space left for a number
    r"(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]{2}[ \u3000]{2,12}"
    r"(?:万?人次|万元|%|[条件份篇次场期名处家人个项])(?=[,;。、)]|$)"
    # 全年更新内容 期，: one blank, where no such word can end a clause
    r"|(?<=[\u4e00-\u9fff])(?<![第每本上下各按到]) (?:人次|[条件份篇期场])(?=[,;。])"
    r"|(?<=[\u4e00-\u9fff])(?:达到|达|为)[ \u3000]{2,12}[个件条份篇次场期名](?=[,;。、)]|$)"
    r"|(?<=[\u4e00-\u9fff])(?<![本全今当上去前往每逐度多百几半周])年政府信息公开(?:工作)?年度报告"
    r"|统计期限[^。\n]{0,24}(?:自|起?至)(?=[,;。\n]|$)"
    r"|(?:达到|达|为|占)(?:万元|%)(?=[,;。、)]|$)"
    r"|统计期限[^,。\n0-9]{0,6}自\s{0,6}至\s{0,6}止|(?<=日)\s{0,4}至\s{1,6}止"
    r"|(?<!逐)(?:公开|发布|推送)(?:条|篇)(?=[,;。、)])|(?:建议|提案)(?:办理)?(?:结果|答复)?件(?=[,;。、)])"
    r"|[〔\[](?:19|20)[0-9]{2}[〕\]](?:\s{0,6}|第\s{0,6})号"
    r"|(?:未收到|没有收到)[^,;。0-9]{0,12}信息件(?=[,;。、)])"
    r"|(?:信息|动态|文章|稿件|公告|公示|消息|留言|来信|咨询|意见|解读)\s{0,6}(?:条|篇|次|份)(?=[,;。、)])|(?:公开|申请|受理|办结|答复)\s{1,6}(?:件|条)(?=[,;。、)])"
    r"|(?:共计|合计|总计|[共达为])(?:人次|[条件篇份])(?=[,;。、)])"
    r"|(?:督查|检查|抽查|培训|会议|例会|调研|座谈会)\s{0,6}次(?=[,;。)])|(?:经费|资金|费用)\s{0,6}万?元(?=[,;。)])"
)
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
_LINE = re.compile(r"[^\n]+")


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


def blanks(filled: Filled) -> Iterator[tuple[int, int]]:
    """Yield the spans that were to be filled in: a blank's characters, or a missing number.

    A number missing because a figure of the table is blank is reported by another check.
    """
    text = half_width(filled.text)
    yield from (found.span() for found in _PLACEHOLDER.finditer(text))
    missing = (found.span() for found in _MISSING_NUMBER.finditer(text))
    yield from (span for span in missing if filled.is_typed(*span))
    yield from _asterisks(text)


def _asterisks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the asterisks before a measure word that do not end bold text (**5**件)."""
    for paragraph in _LINE.finditer(text):
        stars = list(_STARS.finditer(text, *paragraph.span()))
        for index, found in enumerate(stars):
            unit = _MEASURE_WORD.match(text, found.end())
            # Every second pair closes the one before it, unless that is a blank by itself.
            ends_bold = index % 2 and not _MEASURE_WORD.match(text, stars[index - 1].end())
            if unit and not ends_bold and not text[found.start() - 1 : found.start()].isdigit():
                yield found.start(), unit.end()


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
