"""Numbers without their measure word, and shares without the number that they are of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.report.model import Report, Span
from gongkai.text.sentences import Counted, sentences

_TWO = 2
_PUBLISHED_OF = re.compile(r"(?:公开|发布|推送)(?:各类)?(?:政府|政务)?信息\s?$")
# 2018年1月日起, 2018年月日
_NO_DAY = re.compile(r"(?<=[0-9]年)(?:\s{0,3}月\s{0,3}|[0-9]{1,2}月\s{0,3})日(?![均常益报])")
_COUNTABLE = ("信息", "类", "动态", "公告", "文件", "稿件", "文章")
# 政策类信息2条，占18%；规划类信息，占9%.
_SHARE_OF_COUNT = re.compile(r"类信息\s?[0-9]{1,6}\s?[条件],\s?占")
_SHARE_ALONE = re.compile(r"类信息,\s?(?=占[^,;。0-9]{0,10}[0-9.]{1,8}%)")


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
