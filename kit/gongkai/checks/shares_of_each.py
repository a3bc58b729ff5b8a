"""Check percentages that follow all parts of a list together: 分别占25%、45%、30%."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from gongkai.checks.findings import Context, Finding
from gongkai.checks.rates import percents
from gongkai.checks.shares import ComparedShare, compared, compared_shares, wrong_shares
from gongkai.checks.wholes import Whole, wholes_of
from gongkai.reading.lists import opened
from gongkai.reading.mentions import Mention, by_sentence
from gongkai.report.model import Report
from gongkai.text.around import ending
from gongkai.text.numerals import numeral
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence

_EACH_OF = re.compile(r"(?:分别占[^0-9,;。各]{0,8}|占比(?:分别|依次)?(?:为|达到?)?)(?=[0-9])")
# 两项合计占办结总数的63.3%, 占办结总数30件的63.3%
_TOGETHER = re.compile(
    r"([两二三四])[者项类](?:合计|共计|共)?约?占[^,;。0-9]{0,14}(?:[0-9]{1,6}\s?[件条次人]的)?$"
)
_NEARLY = Decimal("0.5")  # percent that a share may be rounded by
_NEXT_SHARE = re.compile(r"[、,和及与]{1,2}")


def shares_of_each(report: Report, _: Context) -> Iterator[Finding]:
    """Find wrong percentages that follow all parts of a list together: 分别占25%、45%、30%."""
    items = (item for found in by_sentence(report).values() for item in _each_of(found))
    return wrong_shares(report, (item for item in items if item.typed))


def shares_of_some(report: Report, _: Context) -> Iterator[Finding]:
    """Find wrong percentages of several numbers: 公开15件、部分公开4件，两项合计占63.3%."""
    items = (item for found in by_sentence(report).values() for item in _of_some(found, report))
    return wrong_shares(report, (item for item in items if item.typed))


def _of_some(found: list[Mention], report: Report) -> Iterator[ComparedShare]:
    """Yield each share of the sum of the last numbers before it, as many as the text says."""
    sentence = found[0].sentence
    items = [item for item in found if item.quantity.unit not in ("项", "类", "者")]
    ends = [item.quantity.end for item in items]
    for share in percents(sentence) if "占" in sentence.text else ():
        stated = ending(_TOGETHER, sentence.text, share.start - sentence.start)
        number = int(numeral(stated[1]) or 0) if stated else 0
        before = bisect_right(ends, sentence.start + stated.start() if stated else share.start)
        parts = items[max(0, before - number) : before]
        if not number or len(parts) < number or len({it.quantity.unit for it in parts}) > 1:
            continue
        total = sum((item.quantity.value for item in parts), Decimal(0))
        last = parts[-1]
        counted = last.counted._replace(
            quantity=last.quantity._replace(value=total, low=total, high=total), share=share
        )
        together = last._replace(counted=counted, before=parts[0].before)
        yield from compared(together, share, wholes_of(together, share, report))


def shares_of_sums(report: Report, _: Context) -> Iterator[Finding]:
    """Find a wrong percentage among parts without a stated whole, if the others fit their sum."""
    wrong = [item for found in by_sentence(report).values() for item in _of_their_sum(found)]
    known = {item.span for item in compared_shares(report)} if wrong else set()
    return wrong_shares(report, (it for it in wrong if it.typed and it.span not in known))


def _each_of(found: list[Mention]) -> Iterator[ComparedShare]:
    """Yield each share after 分别占 with the part of the preceding list that it belongs to."""
    sentence = found[0].sentence
    words = _EACH_OF.search(sentence.text)
    if not words:
        return
    at = sentence.start + words.end()
    shares = percents(sentence, at)
    before = [mention for mention in found if mention.quantity.end <= at]
    parts = before[len(before) - len(shares) :]
    if len(shares) < 2 or len(parts) < len(shares) or not are_joined(sentence, shares):
        return
    total = _whole_of(before, parts, shares)
    alike = all(mention.quantity.like(parts[0].quantity) for mention in parts)
    if alike and total and sum(mention.quantity.value for mention in parts) <= total:
        for mention, share in zip(parts, shares, strict=True):
            yield from compared(mention, share, [Whole(total, None)])


def _whole_of(before: list[Mention], parts: list[Mention], shares: list[Quantity]) -> Decimal:
    """Return what parts are shares of: the whole before them, or their sum; 0 if unknown."""
    if len(before) > len(parts) and opened(parts[0].counted):
        whole = before[len(before) - len(parts) - 1].quantity
        return whole.value if whole.like(parts[0].quantity) else Decimal(0)
    # 自然人提出20件，企业提出5件，占比分别为80%和20%
    percent = sum((share.value for share in shares), Decimal(0))
    of_all = abs(percent - 100) <= len(shares) * _NEARLY
    return sum((item.quantity.value for item in parts), Decimal(0)) if of_all else Decimal(0)


def _of_their_sum(found: list[Mention]) -> Iterator[ComparedShare]:
    """Yield the only share that does not fit the sum: 网站2条占4.5%，现场42条占93.5%."""
    parts = [(mention, mention.counted.share) for mention in found]
    alike = all(mention.quantity.like(found[0].quantity) for mention in found)
    total = sum(mention.quantity.value for mention in found)
    if len(parts) < 2 or not (alike and total) or not all(share for _, share in parts):
        return
    items = [
        item
        for mention, share in parts
        if share
        for item in compared(mention, share, [Whole(total, None)])
    ]
    wrong = [item for item in items if not item.holds]
    if len(wrong) == 1 and len(items) == len(parts):
        yield wrong[0]


def are_joined(sentence: Sentence, shares: list[Quantity]) -> bool:
    """Whether some shares of a sentence are one list: 25%、45%和30%."""
    at = sentence.start
    between = (sentence.text[one.end - at : other.start - at] for one, other in pairwise(shares))
    return all(_NEXT_SHARE.fullmatch(words) for words in between)
