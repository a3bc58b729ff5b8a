"""Tell a rate of something else from the share that a number has: 办结45件，满意率95%."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.reading.lists import opened
from gongkai.reading.mentions import Mention
from gongkai.reading.phrases import Phrase
from gongkai.report.model import Report
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, Sentence

_RATE = re.compile(
    r"\s?[,(]?([^0-9,;。()占]{0,8})(?:率|比例|比重)[为达到是]{0,2}(?:超过?|逾|近|不足)?\s?$"
)
# 对20项进行了公告，公告率达80%
_RATE_OF_ACT = re.compile(
    r"[^0-9,;。()]{0,10}?([\u4e00-\u9fff]{2})[^0-9,;。()]{0,4}[,(]\s?\1(?:率|比例)[为达到是]{0,2}(?:超过?|逾|近|不足)?\s?$"
)
_FEW_ALIKE = 2
_DENIED = re.compile(r"(?:不予|未予|不|未|无法)(?:公开|提供|采纳|受理|答复|办结)$")
_WITHIN = re.compile(r"按时|按期|及时|如期|限时|[日时限]内")
_IN_TIME = ("按时", "按期", "及时", "如期", "限时")
_NOT_AT_ALL = re.compile("[不未][\u4e00-\u9fff]{2}$")  # 不合格42批次，合格率97%


def is_rate(words: str) -> bool:
    """Whether the words introduce the rate of something done: 办结45件，办结率95%."""
    return _RATE.match(words) is not None or _RATE_OF_ACT.fullmatch(words) is not None


def of_something_else(mention: Mention, share: Quantity, report: Report) -> bool:
    """Whether a percentage is the rate of something else: 按时办结率, 满意率."""
    found = _RATE.match(words_between(mention, share))
    if found is None:
        return False
    rate, clause, sentence = found[1], mention.counted.clause, mention.sentence
    act, negative = rate[-2:], rate.startswith(("不", "未"))
    in_time = rate.startswith(_IN_TIME)
    alike = sum(act in item.clause for item in sentence.counts)
    of_whole = any(act in item.clause for item in _counts_before(mention))
    if (
        # 答复2件，按时答复率100%: a share of the answered ones
        (in_time and not _WITHIN.search(clause))
        # 文字解读51件、图表解读29件、视频解读11件，解读比例100%: of them all
        or (alike > _FEW_ALIKE and not (in_time and clause.endswith(rate)))
        # 公开信息43条，其中公文2条，主动公开率100%: of all that must be published
        or (of_whole and not clause.endswith(rate))
        # 其中建议公开19件，公开率11%；提案公开19件，公开率13%: each of its own kind
        or sentence.text.count(f"{rate}率") > 1
        # 公开11件、不予公开2件，公开率85%
        or (_DENIED.search(clause) and not negative)
    ):
        return True
    done = _NOT_AT_ALL.sub(
        "", clause.replace("部分公开", "")
    )  # 公开率 includes what was granted in full
    named = any(words in done for words in (act, rate[:-3:-1]))  # 收回360份，回收率90%
    return not (named or (negative and rate in clause) or _is_called(mention, rate, report))


def _is_called(mention: Mention, rate: str, report: Report) -> bool:
    """Whether a rate's name means what a number counts: 被纠正2件，纠错率."""
    phrase = Phrase(report.form, rate)
    kinds = {name: phrase.features.get(name) for name in ("outcome", "channel")}
    own = mention.features
    return any(value and value == own.get(name) for name, value in kinds.items())


def _counts_before(mention: Mention) -> Iterator[Counted]:
    """Yield the earlier numbers in the sentence of a number that is a part of one of them."""
    if opened(mention.counted):
        yield from (
            item for item in mention.sentence.counts if item.quantity.end <= mention.quantity.start
        )


def percents(sentence: Sentence, first: int = 0) -> list[Quantity]:
    """Return the percentages of a sentence that begin at a place of the text, or later."""
    return [it for it in sentence.others if it.kind == "percent" and it.start >= first]


def words_between(mention: Mention, share: Quantity) -> str:
    """Return the words between a number and its percentage."""
    first = mention.quantity.end - mention.sentence.start
    return mention.sentence.text[first : share.start - mention.sentence.start]
