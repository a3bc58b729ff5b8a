"""Find what was to be filled in: the signs of a template, and measure words without a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.report.model import Filled
from gongkai.text.quantities import half_width

_CONTACTS = "邮编|邮政编码|联系电话|电话|传真|电子邮箱|联系地址|办公地址|地址"
# 地址：地址：… is a word that was typed twice, and no blank.
_SAME_CONTACT = (
    r"(?<=电话:)(?:联系)?电话|(?<=地址:)(?:联系|办公)?地址|(?<=邮编:)邮编|(?<=编码:)邮政编码"
)
_END = r"(?=[,;。、)])"
_PLACEHOLDER = re.compile(
    "|".join(
        (
            # Signs in the place of letters and digits.
            r"[X×]{2,}(?:[-—][X×]{2,})?",
            r"[□○]{2,}",
            r"某某",
            r"20[X×]{2}",
            r"_{3,}",
            r"_{2,}(?=[条件份篇次个项人名])",
            r"\?{1,3}(?=人次|[条件份篇])",
            r"(?<![A-Za-z0-9])[NXn×](?=人次|[条件份篇次个项人名年月日]|万元|元)",
            rf"(?<![A-Za-z0-9第])[NX×](?=[期场]{_END})",
            r"(?<=[\u4e00-\u9fff])\*(?=(?:人次|[条件份篇次期场])(?:[,;。、)]|$))",
            r"(?<=年)[*]{1,2}(?=月)",
            r"(?<=月)[*]{1,2}(?=日)",
            # Empty brackets.
            rf"\(\s{{0,6}}\)(?=人次|[条件份篇处个次场期名人家]{_END})",
            r"(?<=[\u4e00-\u9fff])\(\s{0,6}\)(?=[,;。、)\n]|$)",
            # What is still to be done: 待补充, [请填写单位名称], （请补充数字）.
            r"(?<![有等期])待(?:补充|填写?|定|统计)(?![完期])",
            r"TODO",
            r"待核实后?(?:填写|补充)",
            r"(?<![“‘\"])请在此处(?:填写|输入|填入)",
            r"\((?:此处|在此)(?:填写|输入|填入|补充)[^)]{0,30}\)",
            r"[【\[](?:请|此处|填)[^】\]\n]{0,40}+[】\]](?!\()",
            r"[【\[]待[核定补填查][^】\]\n]{0,8}[】\]]",
            r"\([^()\n]{0,12}待[^()\n]{0,12}(?:补充|填写|报送|核实)[^()\n]{0,6}\)",
            r"\(请[^()\n]{0,20}(?:补充|填写|核实|填报)[^()\n]{0,20}\)",
            r"\(待(?:核实|核定|统计|确认|完善)\)",
            r"\((?:具体|详细)?(?:网址|网站地址|网站名称|链接地址|具体地址|联系地址)"
            r"(?:[,、](?:联系)?(?:电话|地址|方式)){0,3}\)",
            rf"(?:{_CONTACTS})(?:号码)?:"
            rf"(?=\s?(?:[,;。)、]|(?!{_SAME_CONTACT})(?:{_CONTACTS})(?:号码)?:))",
            # Left by Word and Excel: broken references, formula errors, comments as text.
            r"错误!\s?(?:未找到|未定义)",
            r"(?:单击|点击)(?:或点击)?此处(?:输入|添加)",
            r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)",
            r"(?<![A-Za-z])(?:NaN|None|null)(?=[条件份篇%,。]|$)",
            r"\ufffd",
            r"批注\s?\[[^\[\]\n]{0,12}\]\s?:|\[批注[^\[\]\n:]{0,12}:",
            r"(?:Commented|Comment)\s?\[[^\[\]\n]{0,12}\]\s?:|带格式的:",
            r"\((?:内部资料|内部文件|仅供内部使用)[^()\n]{0,12}\)",
            r"\((?:领导|局长|主任|办公室)(?:意见|批示):",
            r"(?:绝密|机密|秘密)★",
        )
    )
)
# Asterisks typed instead of a number, as in **件; in Markdown they also mark bold text.
_STARS = re.compile(r"\*\*+")
_MEASURE_WORD = re.compile(r"(?:人次|[条件份篇封次个项人名元])(?=[,;。、)]|$)")
_LINE = re.compile(r"[^\n]+")
_MISSING_NUMBER = re.compile(
    "|".join(
        (
            # Space left for a number: 经费支出    万元; one blank only at the end of a clause.
            r"(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]{2}[ \u3000]{2,12}"
            r"(?:万?人次|万元|%|[条件份篇次场期名处家人个项])(?=[,;。、)]|$)",
            r"(?<=[\u4e00-\u9fff])(?<![第每本上下各按到]) (?:人次|[条件份篇期场])(?=[,;。])",
            # A measure word right after what is counted, or after a verb: 发布信息条, 共计件.
            rf"(?:信息|动态|文章|稿件|公告|公示|消息|留言|来信|咨询|意见|解读)\s{{0,6}}(?:条|篇|次|份){_END}",
            rf"(?:公开|申请|受理|办结|答复)\s{{1,6}}(?:件|条){_END}",
            rf"(?<!逐)(?:公开|发布|推送)(?:条|篇){_END}",
            rf"(?:建议|提案)(?:办理)?(?:结果|答复)?件{_END}",
            rf"(?:未收到|没有收到)[^,;。0-9]{{0,12}}信息件{_END}",
            rf"(?:共计|合计|总计|[共达为])(?:人次|[条件篇份]){_END}",
            r"(?:督查|检查|抽查|培训|会议|例会|调研|座谈会)\s{0,6}次(?=[,;。)])",
            r"(?:经费|资金|费用)\s{0,6}万?元(?=[,;。)])",
            r"(?:达到|达|为|占比?)(?:万元|%)(?=[,;。、)]|$)",
            # Years, periods and numbers of documents.
            r"(?<=[\u4e00-\u9fff])(?<![本全今当上去前往每逐度多百几半周])年政府信息公开(?:工作)?年度报告",
            r"统计期限[^。\n]{0,24}(?:自|起?至)(?=[,;。\n]|$)",
            r"统计期限[^,。\n0-9]{0,6}自\s{0,6}至\s{0,6}止",
            r"(?<=日)\s{0,4}至\s{1,6}止",
            r"[〔\[](?:19|20)[0-9]{2}[〕\]](?:\s{0,6}|第\s{0,6})号",
        )
    )
)


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
