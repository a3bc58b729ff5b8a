"""Check the percentages that the text states for its numbers against their wholes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.forms.form import Measure
from gongkai.forms.tables import Code
from gongkai.reading.lists import opened
from gongkai.reading.matching import measures_of
from gongkai.reading.mentions import Mention, by_sentence, mentions
from gongkai.reading.phrases import Features, Phrase
from gongkai.report.model import Report
from gongkai.text.numbers import plain, rounded
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, Sentence
from gongkai.text.span import Span

_ZERO = Decimal(0)
_OF_PUBLISHED = re.compile(
    r"公开[^,;。0-9]{0,6}信息[^,;。0-9]{0,6}(?:类别|分类)[^,;。0-9]{0,4}:|公开的(?:政府)?信息中,"
)
_OF_ALL = re.compile(r"\s?[,(]?约?占(?:总体|总数|总量|全部)")
_PUBLISHED = {"object": "information", "act": "proactive"}
_MOST_WHOLES = 100  # a sentence that names more is a pasted table
_OF_STATED = re.compile(r"^[,(]?\s?([^,;:。0-9占]{0,12})约?占[^,;。0-9]{0,16}$")
_SUBJECT = re.compile(r"[,;]\s?([\u4e00-\u9fff]{2,10}?)(?:约?占比?(?:为|达到?|约)?)$")
_OF = re.compile(r"[^,;:。0-9]{0,10}的(?:近|约|比例为)?")
_LONGEST_OF = 14  # characters of the longest match of _OF
_OF_LIST = re.compile(r"其中|包括|包含|:|\(|;|^[^,;。]{0,8}[中里],?")
_RATE = re.compile(
    r"\s?[,(]?([^0-9,;。()占]{0,6})(?:率|比例|比重)[为达到是]{0,2}(?:超过?|逾|近|不足)?\s?$"
)
# 对20项进行了公告，公告率达80%
_RATE_OF_ACT = re.compile(
    r"[^0-9,;。()]{0,10}?([\u4e00-\u9fff]{2})[^0-9,;。()]{0,4}[,(]\s?\1(?:率|比例)[为达到是]{0,2}(?:超过?|逾|近|不足)?\s?$"
)
_BARE = re.compile(r"[,(]?\s?约?占比?(?:为|达到?|约)?")
_FEW_ALIKE = 2
_DENIED = re.compile(r"(?:不予|未予|不|未|无法)(?:公开|提供|采纳|受理|答复|办结)$")
_WITHIN = re.compile(r"按时|按期|及时|如期|限时|[日时限]内")
_IN_TIME = ("按时", "按期", "及时", "如期", "限时")
_NOT_AT_ALL = re.compile("[不未][\u4e00-\u9fff]{2}$")  # 不合格42批次，合格率97%
_ITS_SHARE = re.compile(r"^\s?[,、(]?\s?(?:约?占|超过?|不到|不足)")
_ABOVE, _BELOW = re.compile(r"\s?,?超过?"), re.compile(r"\s?,?不[到足]")  # 超过总数的六成
_LONGEST_SUBJECT = 20  # characters of the longest match of _SUBJECT


class Whole(NamedTuple):
    """A whole that a number may be a share of, with its figure if it is in the table."""

    number: Decimal
    measure: Measure | None


class ComparedShare(NamedTuple):
    """A percentage in the text, and the whole that it was compared with.

    `mention` is the number that it belongs to. `measure` is None if the whole is a number in
    the sentence; `expected` is the correct percentage.
    """

    mention: Mention
    share: Quantity
    measure: Measure | None
    whole: Decimal
    expected: str
    holds: bool

    @property
    def span(self) -> Span:
        """The place of the percentage in its part."""
        return Span(self.mention.part, self.share.start, self.share.end)

    @property
    def codes(self) -> tuple[Code, ...]:
        """The cells of the whole; () if it is not in the table."""
        return self.measure.codes if self.measure else ()


def narrative_shares(report: Report, _: Context) -> Iterator[Finding]:
    """Find percentages typed after a number that are not its share of any possible whole."""
    for item in (*compared_shares(report), *_of_subjects(report)):
        if not item.holds:
            yield wrong_share(report, item)


def wrong_share(report: Report, item: ComparedShare) -> Finding:
    """Return the finding that a percentage is not the right share."""
    return text_finding(
        report,
        "narrative-share",
        item.span,
        codes=item.codes,
        quote=item.mention.quote,
        share=f"{plain(item.share.value)}%",
        whole=plain(item.whole),
        expected=item.expected,
    )


def compared_shares(report: Report) -> Iterator[ComparedShare]:
    """Yield each typed percentage after a number, with the whole of that share, in order.

    A share is right if it fits any whole that may be meant: a number before it in its
    sentence, the figure of the table that the number is a part of, or the whole of an earlier
    share (甲12件，占总量的60%；乙3件，占15%). If the whole of the earlier share is not known,
    neither is that of the later one.
    """
    named: list[Whole] = []
    known = True
    last: Sentence | None = None
    before: Mention | None = None
    usual: Decimal | None = None  # the whole that an earlier share in the sentence fitted
    earlier: dict[Decimal, Mention] = {}  # the first mention of every number so far
    for mention in mentions(report):
        if mention.sentence is not last:
            named, known, last, before = [], True, mention.sentence, None
            usual = None
            yield from _of_no_total(mention, earlier, report)
        earlier.setdefault(mention.quantity.value, mention)
        if before:
            yield from _of_stated_whole(before, mention, report)
        before = mention
        share = mention.counted.share
        if share is None or mention.change or _of_something_else(mention, share, report):
            continue
        if not known and not _named_whole(mention, report):
            continue
        named = _distinct([*wholes_of(mention, report), *named])[:_MOST_WHOLES]
        known = any(whole.number for whole in named)
        for item in compared(mention, share, named, usual):
            usual = item.whole if item.holds else usual
            yield item


def _of_no_total(
    mention: Mention, earlier: dict[Decimal, Mention], report: Report
) -> Iterator[ComparedShare]:
    """Yield a sentence's first share of all published information, if it fits no number before.

    共公开信息10条。公开的类别：公告类4条，占总体的4.2%. It may be a share of any number that
    the text has stated, or of the figure in the table.
    """
    share = mention.counted.share
    if share is None or not _OF_PUBLISHED.search(mention.sentence.text) or mention.before:
        return
    if not _OF_ALL.match(_words_between(mention, share)):
        return
    if _of_something_else(mention, share, report):
        return
    form = report.form
    own = form.called(codes) if (codes := form.meanings.codes(_PUBLISHED)) else None
    wholes = [Whole(report.figure(own.codes) or _ZERO, own)] if own else []
    wholes += [
        Whole(number, None)
        for number, item in earlier.items()
        if item.quantity.like(mention.quantity) and item.quantity.exact
    ]
    for item in compared(mention, share, wholes):
        if not item.holds:
            yield item


def _distinct(wholes: list[Whole]) -> list[Whole]:
    """Return the first whole of each number."""
    by_number: dict[Decimal, Whole] = {}
    for whole in wholes:
        by_number.setdefault(whole.number, whole)
    return list(by_number.values())


def _of_stated_whole(part: Mention, whole: Mention, report: Report) -> Iterator[ComparedShare]:
    """Yield a share whose whole is named between it and its number: 30条，占总量120条的三成."""
    named = _OF_STATED.search(whole.counted.before)
    if not (named and named[1] in part.counted.clause and part.quantity.like(whole.quantity)):
        return
    others, end = part.sentence.others, whole.quantity.end
    for share in others[bisect_left(others, end, key=_start) :]:
        if share.start - end > _LONGEST_OF:
            return
        between = whole.sentence.text[
            end - whole.sentence.start : share.start - whole.sentence.start
        ]
        exact = part.quantity.exact and whole.quantity.exact
        typed = report.filled(part.part).is_typed(share.start, share.end)
        if share.kind == "percent" and _OF.fullmatch(between) and exact and typed:
            stated = part._replace(counted=part.counted._replace(share=share))
            yield from compared(stated, share, [Whole(whole.quantity.value, None)])


def _start(item: Quantity) -> int:
    return item.start


def _of_something_else(mention: Mention, share: Quantity, report: Report) -> bool:
    """Whether a percentage is the rate of something else: 按时办结率, 满意率."""
    rate = _RATE.match(_words_between(mention, share))
    of_all = rate and any(rate[1][-2:] in item.clause for item in _counts_before(mention))
    in_time = rate is not None and rate[1].startswith(_IN_TIME)
    if rate and in_time and not _WITHIN.search(mention.counted.clause):
        return True  # 答复2件，按时答复率100%: a share of the answered ones
    alike = (
        rate and sum(rate[1][-2:] in item.clause for item in mention.sentence.counts) > _FEW_ALIKE
    )
    if rate and alike:
        return True  # 文字解读51件、图表解读29件、视频解读11件，解读比例100%: of them all
    if rate and of_all and not mention.counted.clause.endswith(rate[1]):
        return True  # 公开信息43条，其中公文2条，主动公开率100%: of all that must be published
    if rate and mention.sentence.text.count(f"{rate[1]}率") > 1 and not _names_base(mention):
        return True  # 其中建议公开19件，公开率11%；提案公开19件，公开率13%: each of its own kind
    clause = mention.counted.clause  # 部分公开2件，公开率: includes what was granted in full
    if rate and _DENIED.search(clause) and not rate[1].startswith(("不", "未")):
        return True  # 公开11件、不予公开2件，公开率85%
    named = rate is not None and (
        rate[1][-2:] in _NOT_AT_ALL.sub("", clause.replace("部分公开", ""))
        or (rate[1].startswith(("不", "未")) and rate[1] in clause)
        or _is_called(mention, rate[1], report)
    )
    return rate is not None and not named


def _names_base(mention: Mention) -> bool:
    """Whether the sentence has a possible base for a rate since the last percentage."""
    first = mention.quantity.start
    last = max((it.end for it in mention.sentence.others if it.end < first), default=0)
    return any(last <= item.quantity.start < first for item in mention.sentence.counts)


def _is_called(mention: Mention, rate: str, report: Report) -> bool:
    """Whether a rate's name means what a number counts: 被纠正2件，纠错率."""
    phrase = Phrase(report.form, rate)
    kinds = {name: phrase.features.get(name) for name in ("outcome", "channel")}
    own = mention.features
    return any(value and value == own.get(name) for name, value in kinds.items())


def compared(
    mention: Mention, share: Quantity, wholes: list[Whole], usual: Decimal | None = None
) -> Iterator[ComparedShare]:
    """Yield a share with the whole that it fits, or else with the usual or the likeliest one."""
    wholes = [item for item in wholes if item.number]
    if not wholes:
        return  # a share of nothing: the number itself is wrong
    words = _words_between(mention, share)
    fits = (item for item in wholes if _fits(_rate_of(mention, item), share, words))
    if usual is not None and _BARE.fullmatch(words):  # 占37.6%；无法提供99件，占25.9%
        fits = (item for item in fits if item.number == usual or item.measure is None)
    found = next(fits, None)
    same = next((item for item in wholes if item.number == usual), None)
    meant = found or same or _likeliest(mention, share, wholes)
    expected = f"{rounded(_rate_of(mention, meant), 2)}%"
    yield ComparedShare(mention, share, meant.measure, meant.number, expected, found is not None)


def _likeliest(mention: Mention, share: Quantity, wholes: list[Whole]) -> Whole:
    """Return the first whole if it is in the table, otherwise the one that fits the share best."""
    if wholes[0].measure is not None:
        return wholes[0]
    stated = [item for item in wholes if item.measure is None]
    return min(stated, key=lambda item: abs(_rate_of(mention, item) - share.value))


def _rate_of(mention: Mention, whole: Whole) -> Decimal:
    return mention.quantity.value / whole.number * 100


def wholes_of(mention: Mention, report: Report) -> list[Whole]:
    """Return the possible wholes of a number: those of the table first, then of its sentence."""
    form, features = report.form, mention.features
    share = mention.counted.share
    rate = share is not None and _is_rate(_words_between(mention, share))
    found: list[Whole] = []
    of_what = _named_whole(mention, report)
    named_itself = of_what.get("act") == ("received",)  # 占新收申请的75%: a share of nothing else
    if mention.measures and not (mention.foreign or named_itself):
        for left_out in ("outcome", "applicant", "channel", "timing"):
            if left_out not in features:
                continue
            apart = {"ground", left_out, "organisation" if left_out == "applicant" else ""}
            whole = {name: values for name, values in features.items() if name not in apart}
            of_all = measures_of(form, whole, mention.quantity)
            if left_out == "outcome" and not of_what:  # 占总数的10%: of all, perhaps
                whole.pop("act", None)
                of_all += measures_of(form, whole, mention.quantity)
            known = [Whole(report.figure(item.codes) or _ZERO, item) for item in of_all]
            # A number that exceeds its whole is itself wrong, and its share of no interest.
            found += [item for item in known if item.number >= mention.quantity.value]
    before = [item for item in mention.before if item.like(mention.quantity)]
    bare = share is not None and _BARE.fullmatch(_words_between(mention, share))
    if of_what or bare or "outcome" not in features:  # 新收的25件中，自然人20件，占80%: of these 25
        stated = {item.value for item in before}
        found = [item for item in found if item.number in stated] or found
    named = measures_of(form, of_what, mention.quantity)
    found += [Whole(report.figure(measure.codes) or _ZERO, measure) for measure in named]
    of_list = _OF_LIST.search(mention.counted.before) or rate
    if before and (found or of_list or len(before) > 1):
        found += [
            Whole(item.value, None) for item in before if item.value >= mention.quantity.value
        ]
    return found


def _is_rate(words: str) -> bool:
    """Whether the words introduce the rate of something done: 办结45件，办结率95%."""
    return _RATE.match(words) is not None or _RATE_OF_ACT.fullmatch(words) is not None


def _counts_before(mention: Mention) -> Iterator[Counted]:
    """Yield the earlier numbers in the sentence of a number that is a part of one of them."""
    if opened(mention.counted):
        yield from (
            item for item in mention.sentence.counts if item.quantity.end <= mention.quantity.start
        )


def _words_between(mention: Mention, share: Quantity) -> str:
    """Return the words between a number and its percentage."""
    first = mention.quantity.end - mention.sentence.start
    return mention.sentence.text[first : share.start - mention.sentence.start]


def _named_whole(mention: Mention, report: Report) -> Features:
    """Return the features of the whole that is named between a number and its percentage."""
    share = mention.counted.share
    words = _ITS_SHARE.sub("", _words_between(mention, share)) if share else ""
    phrase = Phrase(report.form, words)
    if phrase.unknown.strip("占比例的为总体其中量在"):
        return {}
    if "outcome" in phrase.features and "object" not in phrase.features:  # 占无法提供总数的84.2%
        return {name: (value,) for name, value in phrase.implied.items()} | phrase.features
    of_applications = phrase.features.get("act", ("",))[0] in ("received", "answered", "finished")
    return {"object": ("application",), **phrase.features} if of_applications else phrase.features


def _fits(share: Decimal, stated: Quantity, words: str) -> bool:
    """Whether a share fits the stated percentage, or exceeds or falls short of it as stated."""
    if _ABOVE.match(words):
        return share >= stated.value
    if _BELOW.match(words):
        return share < stated.value
    return _may_round(share, stated)


def _may_round(share: Decimal, stated: Quantity) -> bool:
    """Whether a share, rounded or truncated, is the stated percentage."""
    step = Decimal(1).scaleb(-stated.places)
    twice = rounded(share, stated.places + 1)  # 12.348 by way of 12.35 is 12.4
    return any(
        stated.low - step / 2 <= value < stated.high + step or value == stated.value
        for value in (share, twice)
    )


def _of_subjects(report: Report) -> Iterator[ComparedShare]:
    """Yield the shares that repeat the name of their number: 动漫7个，覆盖各类文件，动漫占比30%."""
    for (part, _start), found in by_sentence(report).items():
        sentence, filled = found[0].sentence, report.filled(part)
        known = {mention.counted.share for mention in found}
        for share in sentence.others:
            if (
                share.kind != "percent"
                or share in known
                or not filled.is_typed(share.start, share.end)
            ):
                continue
            at = share.start - sentence.start
            subject = _SUBJECT.search(sentence.text, max(0, at - _LONGEST_SUBJECT), at)
            before = [item for item in found if item.quantity.end < share.start]
            own = [item for item in before if subject and subject[1] in item.counted.clause]
            if len(own) == 1:
                wholes = [item for item in own[0].before if item.like(own[0].quantity)]
                yield from compared(own[0], share, [Whole(item.value, None) for item in wholes])
