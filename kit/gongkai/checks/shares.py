"""Check the percentages that the text states for its numbers against their wholes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from gongkai.checks.findings import Context, Finding
from gongkai.checks.rates import of_something_else, percents, words_between
from gongkai.checks.text_findings import text_finding
from gongkai.checks.wholes import BARE, ZERO, Whole, named_whole, wholes_of
from gongkai.forms.form import Measure
from gongkai.forms.tables import Code
from gongkai.reading.mentions import Mention, by_sentence, mentions
from gongkai.report.model import Report
from gongkai.text.around import ending
from gongkai.text.numbers import plain, rounded
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence
from gongkai.text.span import Span

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
_ABOVE, _BELOW = re.compile(r"\s?,?超过?"), re.compile(r"\s?,?不[到足]")  # 超过总数的六成


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
    def typed(self) -> bool:
        """Whether the percentage was typed by hand."""
        return self.mention.filled.is_typed(self.share.start, self.share.end)

    @property
    def codes(self) -> tuple[Code, ...]:
        """The cells of the whole; () if it is not in the table."""
        return self.measure.codes if self.measure else ()


def narrative_shares(report: Report, _: Context) -> Iterator[Finding]:
    """Find percentages typed after a number that are not its share of any possible whole."""
    return wrong_shares(report, (*compared_shares(report), *_of_subjects(report)))


def wrong_shares(report: Report, items: Iterable[ComparedShare]) -> Iterator[Finding]:
    """Yield a finding for each percentage that is not the right share."""
    for item in items:
        if not item.holds:
            yield text_finding(
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
        if share is None or mention.change or of_something_else(mention, share, report):
            continue
        if not known and not named_whole(mention, share, report):
            continue
        named = _distinct([*wholes_of(mention, share, report), *named])[:_MOST_WHOLES]
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
    if not _OF_ALL.match(words_between(mention, share)):
        return
    form = report.form
    own = form.called(codes) if (codes := form.meanings.codes(_PUBLISHED)) else None
    wholes = [Whole(report.figure(own.codes) or ZERO, own)] if own else []
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
        between = words_between(whole, share)
        exact = part.quantity.exact and whole.quantity.exact
        typed = report.filled(part.part).is_typed(share.start, share.end)
        if share.kind == "percent" and _OF.fullmatch(between) and exact and typed:
            stated = part._replace(counted=part.counted._replace(share=share))
            yield from compared(stated, share, [Whole(whole.quantity.value, None)])


def _start(item: Quantity) -> int:
    return item.start


def compared(
    mention: Mention, share: Quantity, wholes: list[Whole], usual: Decimal | None = None
) -> Iterator[ComparedShare]:
    """Yield a share with the whole that it fits, or else with the usual or the likeliest one."""
    wholes = [item for item in wholes if item.number]
    if not wholes:
        return  # a share of nothing: the number itself is wrong
    words = words_between(mention, share)
    fits = (item for item in wholes if _fits(_rate_of(mention, item), share, words))
    if usual is not None and BARE.fullmatch(words):  # 占37.6%；无法提供99件，占25.9%
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
        for share in percents(sentence):
            if share in known or not filled.is_typed(share.start, share.end):
                continue
            subject = ending(_SUBJECT, sentence.text, share.start - sentence.start)
            before = [item for item in found if item.quantity.end < share.start]
            own = [item for item in before if subject and subject[1] in item.counted.clause]
            if len(own) == 1:
                wholes = [item for item in own[0].before if item.like(own[0].quantity)]
                yield from compared(own[0], share, [Whole(item.value, None) for item in wholes])
