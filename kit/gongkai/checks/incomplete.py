"""Find numbers without their measure word, and shares without the number they refer to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.report.model import Report
from gongkai.text.sentences import Counted, sentences
from gongkai.text.span import Span

_PUBLISHED_OF = re.compile(
    r"(?:公开|发布|推送)(?:各类|[^,;。0-9]{2,40}等|[^,;。、0-9]{2,8}类)?(?:政府|政务)?信息\s?$"
)
# Each, and the group that is incomplete.
_ALONE = (
    # 2018年1月日起, 2018年月日
    (re.compile(r"(?<=[0-9]年)(?:\s{0,3}月\s{0,3}|[0-9]{1,2}月\s{0,3})日(?![均常益报])"), 0),
    # 决策信息2条占；废止文件0件，现行有效的规范性文件。
    (re.compile(r"(?<=[条件份个次篇人])占(?=[,;。、)，；、）])"), 0),
    (
        re.compile(r"(?<=[0-9][件份个][,、，])(?:现行|继续)有效的?(?:行政)?规范性文件(?=[。;；])"),
        0,
    ),
    # 2025，我局…
    (re.compile(r"(?:^|[。\n])[ \u3000]{0,6}(20[0-9]{2})[,，](?=[\u4e00-\u9fff])"), 1),
    # 举办公众开放日活动3，邀请代表
    (
        re.compile(
            r"(?:举办|召开|开展|组织)[^,;。，；0-9]{2,30}(?:活动|培训|会议|班|会|演练|讲座|宣讲|论坛|沙龙|检查|督导|调研)([0-9]{1,3})(?=[,;。，；])"
        ),
        1,
    ),
)
_ALL_YEAR = re.compile("全年|累计|共")
_COUNTABLE = ("信息", "类", "动态", "公告", "文件", "稿件", "文章", "资料", "手册", "传单")
# 媒体刊发75，其中省级刊发24篇: the next number has a measure word.
_GOES_ON = re.compile(r"\s?[,、][^,、;。0-9]{1,16}")
# 答复群众咨询326，满意率98%
_WITH_RATE = re.compile(
    r"\s?[,(](?:满意|办结|答复|回复|(?:按[期时]|及时)(?:办结|答复|回复))率|,均(?:已|在|予|由|得到|及时|按)"
)
_COUNTED = re.compile(
    r"(?:刊发|发布|公开|推送|编发|报送|采用|制度|公告|公示|动态|解读|文章|稿件|咨询|来电|来访|来信|投诉)\s?$"
)
# 政策类信息2条，占18%；规划类信息，占9%.
_SHARE_OF_COUNT = re.compile(r"类信息\s?[0-9]{1,6}\s?[条件],\s?占")
_SHARE_ALONE = re.compile(r"类信息,\s?(?=占[^,;。0-9]{0,10}[0-9.]{1,8}%)")
_ONE_WITHOUT = Counter([""])


def incomplete_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Find numbers without their measure word, and shares without the number they refer to."""
    for part in report.sections:
        filled = report.filled(part)
        for start, end in _half_numbers(filled.text):
            if filled.is_typed(start, end):
                yield text_finding(report, "incomplete-number", Span(part, start, end))


def _half_numbers(text: str) -> Iterator[tuple[int, int]]:
    for pattern, group in _ALONE:
        yield from (found.span(group) for found in pattern.finditer(text))
    for sentence in sentences(text):
        units = Counter(item.quantity.unit for item in sentence.counts)
        for item in sentence.counts:
            last = item is sentence.counts[-1]
            if not item.quantity.unit and _loses_unit(item, units - _ONE_WITHOUT, last=last):
                yield item.quantity.start, item.quantity.end
        if _SHARE_OF_COUNT.search(sentence.text):
            for found in _SHARE_ALONE.finditer(sentence.text):
                yield sentence.start + found.start(), sentence.start + found.end() - 1


def _loses_unit(item: Counted, others: Counter[str], *, last: bool) -> bool:
    """Whether a number ends its clause without a measure word: 政府信息260余; or ends a list so.

    `others` counts the measure words of the other numbers in its sentence.
    """
    if item.following.strip():
        return False
    goes_on = _WITH_RATE.match(item.after) or (any(others) and _GOES_ON.fullmatch(item.after))
    # 部分公开67，占4.61%；不予公开81件，占5.57%
    has_share = item.share and others and "" not in others
    if has_share or (goes_on and _COUNTED.search(item.clause)):
        return True
    if not item.clause.rstrip().endswith(_COUNTABLE):
        return False
    if not item.quantity.exact:
        return not item.quantity.spelt
    if _PUBLISHED_OF.search(item.clause) and (any(others) or _ALL_YEAR.search(item.clause)):
        return True
    alone = last and others.total() > 2 and len(others) == 1 and "" not in others
    return alone and not item.after.strip()
