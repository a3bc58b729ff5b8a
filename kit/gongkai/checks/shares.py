"""Whether the percentages of the text are those of their wholes, and come to no more than all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.findings import Context, Finding
from gongkai.checks.mentions import Features, Mention, Said, measures_of, mentions
from gongkai.checks.spoken import spoken
from gongkai.forms.form import Measure
from gongkai.report.model import Report, Span
from gongkai.text.numbers import plain, rounded
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence, sentences

ZERO = Decimal(0)


def narrative_shares(report: Report, _: Context) -> Iterator[Finding]:
    """Compare the percentages typed behind a number with what it is a share of.

    A share is right where it is one of any whole that may be meant: a number before it in its
    sentence, or the figure of the table that the number is a part of.
    """
    for mention in mentions(report):
        share = mention.counted.share
        if share is None or not report.filled(mention.part).is_typed(share.start, share.end):
            continue
        rate = _RATE.match(_words_between(mention, share))
        if rate and rate[1][-2:] not in mention.counted.clause:
            continue  # 按时办结率, 满意率: of something else
        wholes = _wholes(mention, report, rate=rate is not None)
        shares = [mention.quantity.value / whole * 100 for whole, _ in wholes if whole]
        if wholes and not any(_may_round(found, share) for found in shares):
            whole, measure = wholes[0]
            yield spoken(
                report,
                "narrative-share",
                Span(mention.part, share.start, share.end),
                codes=measure.codes if measure else (),
                quote=mention.quote,
                share=f"{plain(share.value)}%",
                whole=plain(whole),
                expected=f"{rounded(mention.quantity.value / whole * 100, 2)}%"
                if whole
                else "0.00%",
            )


def _wholes(
    mention: Mention, report: Report, *, rate: bool
) -> list[tuple[Decimal, Measure | None]]:
    """Return what a number may be a share of: by the table first, then by its sentence."""
    form, features = report.form, mention.features
    found: list[tuple[Decimal, Measure | None]] = []
    if mention.measures and not mention.foreign:
        for left_out in ("outcome", "applicant", "channel"):
            whole = {name: values[0] for name, values in features.items() if name != left_out}
            whole.pop("ground", None)
            codes = form.meant(whole) if left_out in features else ()
            if codes:
                found.append((report.figure(codes) or ZERO, form.called(codes)))
    named = measures_of(form, _of_what(mention, report), mention.quantity)
    found += [(report.figure(measure.codes) or ZERO, measure) for measure in named]
    before = [item for item in mention.before if item.like(mention.quantity)]
    of_list = _OF_LIST.search(mention.counted.before) or rate
    if before and (found or of_list or len(before) > 1):
        found += [(item.value, None) for item in before if item.value >= mention.quantity.value]
    return found


_OF_LIST = re.compile(r"其中|包括|包含|:|\(|;")
_RATE = re.compile(r"\s?[,(]?([^0-9,;。()]{0,6})率[为达到是]{0,2}\s?$")


def _words_between(mention: Mention, share: Quantity) -> str:
    """Return the words between a number and its percentage."""
    first = mention.quantity.end - mention.sentence.start
    return mention.sentence.text[first : share.start - mention.sentence.start]


def _of_what(mention: Mention, report: Report) -> Features:
    """Return what the words between a number and its percentage name as the whole."""
    share = mention.counted.share
    words = _words_between(mention, share) if share else ""
    said = Said(report.form, words)
    return {} if said.unknown.strip("占比例的为总体其中") else said.features


def _may_round(share: Decimal, stated: Quantity) -> bool:
    """Whether a percentage was rounded, or cut, as it was typed."""
    step = Decimal(1).scaleb(-stated.places)
    return stated.low - step / 2 <= share < stated.high + step or share == stated.value


def shares_of_all(report: Report, _: Context) -> Iterator[Finding]:
    """Find lists of shares without numbers that should come to 100 % and do not."""
    for part in report.sections:
        for sentence in sentences(report.filled(part).text):
            shares = [item for item in sentence.others if item.kind == "percent"]
            if len(shares) < 2 or any(count.share for count in sentence.counts):
                continue  # those are compared one by one
            if not all(_is_share(sentence, item) for item in shares):
                continue
            total = _beyond_hundred(shares)
            rest = _REST.search(sentence.text) is not None
            if total > 100 or (rest and total):
                span = Span(part, shares[0].start, shares[-1].end)
                stated = " + ".join(f"{plain(item.value)}%" for item in shares)
                yield spoken(
                    report,
                    "narrative-shares",
                    span,
                    shares=stated,
                    sum=f"{plain(total)}%",
                    whole="100%",
                )


_SHARE_OF = re.compile(r"占(?:比|全部|总数|总量)?[^0-9,;]{0,6}$")
_REST = re.compile(r"(?:其他|其它|其余)[^,;。]{0,8}占")


def _is_share(sentence: Sentence, item: Quantity) -> bool:
    """Whether a percentage is a share, of which no number is stated."""
    before = sentence.text[: item.start - sentence.start]
    clause = _last_clause(before)
    return _SHARE_OF.search(before) is not None and not any(sign.isdigit() for sign in clause)


def _last_clause(text: str) -> str:
    return _COMMA.split(text)[-1]


_COMMA = re.compile(r"[,;:、]")


def _beyond_hundred(shares: list[Quantity]) -> Decimal:
    """Return what shares come to that do not come to 100; 0 where they do, perhaps twice."""
    total = Decimal(0)
    for share in shares:
        total += share.value
        slack = len(shares) * Decimal(1).scaleb(-share.places) / 2
        if abs(total - 100) <= slack:
            total = Decimal(0)
    return total
