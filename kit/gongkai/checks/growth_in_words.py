"""Check changes that the text puts in words, or states for figures that it does not give."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.changes import (
    FALLS,
    FAR,
    GROWTH,
    Change,
    has_other_base,
    since_last_year,
    stated_growth,
    wrong_difference,
    wrong_growth,
)
from gongkai.checks.findings import Finding
from gongkai.checks.text_findings import sentences_of
from gongkai.reading.matching import measures_of
from gongkai.reading.mentions import Mention
from gongkai.reading.phrases import Phrase
from gongkai.report.model import Report
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence
from gongkai.text.span import Span

_COMPARED = re.compile(
    r"[,(]?\s?(?:同比|[与和同较比](?:上年|去年|上一年|(?P<year>20[0-9]{2})年)度?(?:同期)?(?:相比)?)"
    r"(?:(?P<nearly>(?:基本|大致|大体)(?:持平|相当))|(?P<same>持平|相同|一致|一样多|一样|相当)|(?:有所|略有|明显|大幅)?(?P<way>增加|增长|上升|减少|下降|降低))"
    r"\s?(?=[,;。)]|$)"
)
_WITHOUT = re.compile(
    r"(?:同比|[与和同较比](?:上年|去年|上一年)度?(?:同期)?(?:相比)?)"
    r"(?:有所|略有|明显|大幅|稳步)?(?P<way>增加|增长|上升|攀升|减少|下降|降低|回落)(?=[,;。)]|$)"
)
_CLAUSE = re.compile(r"[,;:。()]")
_SHORTER = re.compile(r"季度|半年|月|全[市县区省]|系统")
_ZERO = Decimal(0)
_RATES = ("percent", "ratio")  # 增长20%, 增长2倍
_A_NUMBER = Quantity("count", 0, 0, _ZERO, _ZERO, _ZERO)  # stands in for a missing number
_SEVERAL = Decimal(3)


def compared_in_words(
    found: list[Mention], report: Report, previous: Report | None
) -> Iterator[Finding]:
    """Yield figures that are wrongly called the same as last year's, more or less."""
    for mention in found:
        after = mention.quantity.end - mention.sentence.start
        match = _COMPARED.match(mention.sentence.text, after)
        if match and match["year"] and int(match["year"]) != report.year - 1:
            continue
        if not match or mention.change or not (mention.typed and mention.comparable):
            continue
        changes = since_last_year(previous, mention.measures, mention.quantity)
        if mention.quantity.exact and _is_contradicted(match, changes):
            words = match["nearly"] or match["same"] or match["way"]
            yield wrong_difference(report, mention.span, words, changes[0])


def _is_contradicted(match: re.Match[str], changes: list[Change]) -> bool:
    """Whether there are possible changes, and none goes in the stated direction."""
    if match.groupdict().get("nearly"):
        return bool(changes) and all(_is_far(change) for change in changes)
    same = match.groupdict().get("same")
    stated = 0 if same else (-1 if match["way"] in FALLS else 1)
    signs = [(change.difference > 0) - (change.difference < 0) for change in changes]
    return bool(changes) and stated not in signs


def _is_far(change: Change) -> bool:
    """Whether a figure changed too much for 基本持平: by more than a fifth, and more than 3."""
    return abs(change.difference) > max(change.before / 5, _SEVERAL)


def named_without_number(report: Report, previous: Report) -> Iterator[Finding]:
    """Yield wrong changes of figures that a sentence names without their numbers."""
    for part, _, sentence in sentences_of(report):
        rates = any(item.kind in _RATES for item in sentence.others)
        if not sentence.counts and not _SHORTER.search(sentence.text):
            check = _growth_rates if rates else _direction
            yield from check(sentence, part, report, previous)


def _growth_rates(
    sentence: Sentence, part: str, report: Report, previous: Report
) -> Iterator[Finding]:
    """Yield wrong growth rates of figures that are named without their numbers."""
    ends = [found.end() for found in _CLAUSE.finditer(sentence.text)]
    for item in sentence.others:
        if item.kind not in _RATES or not report.filled(part).is_typed(item.start, item.end):
            continue
        at = item.start - sentence.start
        place = bisect_right(ends, at)
        clause = sentence.text[max(ends[place - 1] if place else 0, at - FAR) : at]
        named, growth = GROWTH.search(clause), stated_growth(clause, item)
        if not named or not growth or has_other_base(clause, report.year):
            continue
        phrase = Phrase(report.form, clause[: named.start()])
        bare = item._replace(kind="count", unit="")
        if wrong := growth.contradicted_by(named_changes(phrase, bare, report, previous)):
            yield wrong_growth(report, Span(part, item.start, item.end), growth, wrong)


def _direction(
    sentence: Sentence, part: str, report: Report, previous: Report
) -> Iterator[Finding]:
    """Yield figures, named without their numbers, with a wrong direction: 申请数较上年下降."""
    found = _WITHOUT.search(sentence.text)
    if not found:
        return
    phrase = Phrase(report.form, _CLAUSE.split(sentence.text[: found.start()])[-1])
    changes = named_changes(phrase, _A_NUMBER, report, previous)
    if _is_contradicted(found, changes):
        start, end = (sentence.start + place for place in found.span("way"))
        yield wrong_difference(report, Span(part, start, end), found["way"], changes[0])


def named_changes(
    phrase: Phrase, quantity: Quantity, report: Report, previous: Report | None
) -> list[Change]:
    """Return the changes of the figures that a phrase names, if it means nothing else."""
    if phrase.unknown:
        return []
    measures = measures_of(report.form, phrase.features, quantity)
    return since_last_year(previous, measures, quantity, report)
