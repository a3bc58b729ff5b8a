"""Whether the changes that the text states are those of the two years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from gongkai.checks.findings import Context, Finding
from gongkai.checks.mentions import (
    Mention,
    Said,
    change_cells,
    figure_of,
    measures_of,
    mentions,
)
from gongkai.checks.text_findings import text_finding
from gongkai.forms.form import Measure
from gongkai.report.model import Report, Span
from gongkai.text.numbers import plain, rounded
from gongkai.text.quantities import Quantity, half_width
from gongkai.text.sentences import Sentence, sentences

ZERO = Decimal(0)


_BY = (
    r"(?:同比|环比|[比较与][^,;。0-9]{0,6}?(?:上年|去年|上一年|20[0-9]{2}年)(?:度|同期)?(?:相比)?)"
    r"[^0-9,;。]{0,6}?,?\s?"
)
_GROWTH = re.compile(
    rf"{_BY}(增长|上升|增加|提高|提升|上涨|增幅|增速|下降|减少|降低|降幅)率?(?:了|为|达到?)?约?(?:近)?\s?$"
)
_FROM_TO = re.compile(r"(?:由|从)(?:20[0-9]{2}年)?[^,;。0-9]{0,16}$")
_TO = re.compile(
    r"(?:增加|增长|上升|提高|减少|下降|降低|增|升|降|减)[至到为]|(?:到|至)[^,;。0-9]{0,10}$"
)
_FALLS = ("下降", "减少", "降低", "降幅")
_LAST_YEAR = re.compile(r"同比|环比|上年|去年|上一年|20[0-9]{2}年")
_RATIO = re.compile(
    r"(增幅|增速|增长率|降幅)[达为约近到了]{0,3}\s?$|"
    r"(增长|上升|增加|提高|下降|减少|降低)了?(?:近|约)?\s?$|是[^,;。]{0,8}的\s?$|为[^,;。]{0,8}的\s?$"
)


def narrative_growth(report: Report, context: Context) -> Iterator[Finding]:
    """Compare the changes typed after a number with last year's figures, or the two numbers.

    A sentence that states both years (由100条增至150条) is compared with itself.
    """
    previous = context.comparable(report)
    by_sentence: dict[tuple[str, int], list[Mention]] = {}
    for mention in mentions(report):
        by_sentence.setdefault((mention.part, mention.sentence.start), []).append(mention)
    for (part, _start), found in by_sentence.items():
        yield from _changes(found, report, previous)
        if previous:
            yield from _unnumbered(found, report, previous)
        filled = report.filled(part)
        for item in found[0].sentence.others:
            if item.kind in ("percent", "ratio") and filled.is_typed(item.start, item.end):
                yield from _grown(found, item, report, previous)
    if previous:
        yield from _without_numbers(report, previous)


def _changes(found: list[Mention], report: Report, previous: Report | None) -> Iterator[Finding]:
    """Yield where the numbers of items more or fewer in a sentence are not what they should be."""
    for place, mention in enumerate(found):
        base = _level_before(found[:place], mention.counted.depth)
        if not (mention.change and mention.typed) or _other_base(
            mention.counted.before, report.year
        ):
            continue
        if base is None:
            yield from _changed_alone(mention, report, previous)
            continue
        stated = [item for item in found[:place] if _of_last_year(item)]
        if stated:
            yield from _between(base, stated[-1], mention, report)
        elif previous:
            yield from _changed(base, mention, report, previous)


def _level_before(found: list[Mention], depth: int) -> Mention | None:
    """Return the last number that is no change, those in deeper brackets left out."""
    levels = [item for item in found if not item.change and not item.other_year]
    outer = [item for item in levels if item.counted.depth <= depth]
    return outer[-1] if outer else None


_OF_LAST = re.compile(r"(?:上年|去年|上一年|上年度)[^0-9,;]{0,4}的$")


def _changed_alone(mention: Mention, report: Report, previous: Report | None) -> Iterator[Finding]:
    """Yield where the figures of both years differ by another number than the one stated."""
    stated = mention.quantity.value * mention.change
    changes = [
        (measure, report.figure(measure.codes) or ZERO, before)
        for measure in mention.measures
        if previous and (before := figure_of(previous, measure, mention.quantity)) is not None
    ]
    exact = mention.quantity.exact and mention.quantity.kind == "count"
    if changes and exact and all(now - before != stated for _, now, before in changes):
        measure, now, before = changes[0]
        yield _growth(mention, measure, f"{stated:+}", f"{now - before:+}", before, report)


def _of_last_year(mention: Mention) -> bool:
    """Whether a number is said to be last year's: 上年的112条, 2021年的10件."""
    clause = mention.counted.clause
    return not mention.change and (
        (mention.other_year and clause.endswith("的")) or _OF_LAST.search(clause) is not None
    )


def _between(base: Mention, before: Mention, mention: Mention, report: Report) -> Iterator[Finding]:
    """Yield where a change is not the difference of two numbers of its sentence."""
    change = base.quantity.value - before.quantity.value
    stated = mention.quantity.value * mention.change
    exact = base.quantity.exact and before.quantity.exact and mention.quantity.exact
    if exact and base.quantity.start < before.quantity.start and change != stated:
        expected, known = f"{change:+}", before.quantity.value
        yield _growth(mention, None, f"{stated:+}", expected, known, report)


def _changed(
    base: Mention, mention: Mention, report: Report, previous: Report
) -> Iterator[Finding]:
    """Yield where a number of items more or fewer is not what the two years' figures differ by."""
    if change_cells(mention, report):
        return
    stated = mention.quantity.value * mention.change
    changes = [
        (measure, base.quantity.value - before)
        for measure in base.measures
        if (before := figure_of(previous, measure, base.quantity)) is not None
    ]
    if changes and mention.quantity.exact and all(change != stated for _, change in changes):
        measure, change = changes[0]
        before = base.quantity.value - change
        yield _growth(mention, measure, f"{stated:+}", f"{change:+}", before, report)


def _grown(
    found: list[Mention], item: Quantity, report: Report, previous: Report | None
) -> Iterator[Finding]:
    """Yield where a percentage or a ratio is not that of the two years."""
    before = [mention for mention in found if mention.quantity.end <= item.start]
    if not before:
        return
    last, sentence = before[-1], before[-1].sentence
    words = sentence.text[last.quantity.end - sentence.start : item.start - sentence.start]
    factor = _factor(words, item)
    now, base, changes = _two_years(before, words, previous)
    if factor is None or not changes or "其中" in words or _other_base(words, report.year):
        return
    if not any(_fits(now / number * 100 - 100, factor, item) for _, number in changes):
        measure, number = changes[0]
        expected = f"{rounded((now - number) / number * 100, 1):+}%"
        mention = base._replace(counted=base.counted._replace(quantity=item))
        yield _growth(mention, measure, f"{plain(factor[0])}%", expected, number, report)


def _other_base(words: str, year: int) -> bool:
    """Whether words compare with a year that is not the one before the report's."""
    years = _BASE.findall(words)
    return bool(years) and int(years[-1]) != year - 1


_BASE = re.compile(r"[比较与](20[0-9]{2})年")


def _two_years(
    before: list[Mention], words: str, previous: Report | None
) -> tuple[Decimal, Mention, list[tuple[Measure | None, Decimal]]]:
    """Return a number, its mention, and what it may have been the year before; 0 is left out."""
    pair = _stated_pair(before) or _both_years(before)
    if pair:
        return pair[1], before[-1], [(None, pair[0])] if pair[0] else []
    level = _level_before(before, 0)
    base = level or before[-1]
    changes: list[tuple[Measure | None, Decimal]] = []
    if previous and level and _LAST_YEAR.search(words):
        for measure in base.measures:
            number = figure_of(previous, measure, base.quantity)
            changes += [(measure, number)] if number else []
    return base.quantity.value, base, changes


def _factor(words: str, item: Quantity) -> tuple[Decimal, Decimal] | None:
    """Return by how many percent something grew: as stated, and how far that may be off."""
    grown = _GROWTH.search(words) or _RATIO.search(words)
    if grown is None:
        return None
    direction = grown[1] or (grown[2] if grown.re is _RATIO else None)
    if item.kind == "percent":
        falls = direction in _FALLS
        return (-item.value if falls else item.value), Decimal(1).scaleb(-item.places)
    times = item.value * 100
    if not direction or item.unit == "番":
        times -= 100
    # 2倍 is said of 2.1, not of 2.5
    return times, Decimal(100).scaleb(-item.places) if item.places or not item.exact else Decimal(
        50
    )


def _fits(change: Decimal, factor: tuple[Decimal, Decimal], item: Quantity) -> bool:
    stated, step = factor
    slack = step if item.exact else max(step, abs(stated) / 10)
    return abs(change - stated) <= slack / 2 or (
        0 <= abs(change) - abs(stated) < slack and change * stated >= 0
    )


def _stated_pair(before: list[Mention]) -> tuple[Decimal, Decimal] | None:
    """Return the two numbers of 由100条增至150条; None where a sentence has no such pair."""
    for first, second in pairwise(before):
        if _FROM_TO.search(first.counted.before) and _TO.search(second.counted.before):
            return first.quantity.value, second.quantity.value
    return None


def _both_years(before: list[Mention]) -> tuple[Decimal, Decimal] | None:
    """Return last year's number and this year's where the last two numbers are these.

    新收12件，比上年的10件增长20%; 上年80条，本年100条，同比增长25%. Rounded numbers are left out.
    """
    if len(before) < 2:
        return None
    first, second = before[-2], before[-1]
    if not (first.quantity.like(second.quantity) and not first.change and not second.change):
        return None
    if _of_last_year(second) and not _LAST_STATED.search(first.counted.clause):
        now, base = first.quantity, second.quantity
    elif _LAST_STATED.search(first.counted.clause) and _THIS.search(second.counted.clause):
        now, base = second.quantity, first.quantity
    else:
        return None
    return (base.value, now.value) if now.exact and base.exact else None


_LAST_STATED = re.compile(r"(?<![比较与和同])(?:上年|去年|上一年)(?!度?(?:结转|转))")
_THIS = re.compile(r"本年|今年|当年")


# --- without a number of the change -----------------------------------------------


def _unnumbered(found: list[Mention], report: Report, previous: Report) -> Iterator[Finding]:
    """Yield where a figure is said to be as last year's, to be more or to be less, and is not."""
    for mention in found:
        after = mention.quantity.end - mention.sentence.start
        said = _COMPARED.match(mention.sentence.text, after)
        if not said or mention.change or not (mention.typed and mention.comparable):
            continue
        changes = [
            (measure, mention.quantity.value - before)
            for measure in mention.measures
            if (before := figure_of(previous, measure, mention.quantity)) is not None
        ]
        stated = 0 if said["same"] else (-1 if said["way"] in _FALLS else 1)
        if (
            changes
            and mention.quantity.exact
            and not any(_sign(change) == stated for _, change in changes)
        ):
            measure, change = changes[0]
            before = mention.quantity.value - change
            words = said["same"] or said["way"]
            yield _growth(mention, measure, words, f"{change:+}", before, report)


_COMPARED = re.compile(
    r"[,(]?\s?[与和同较比](?:上年|去年|上一年)度?(?:同期)?(?:相比)?"
    r"(?:(?P<same>持平|相同|一致)|(?:有所|略有|明显|大幅)?(?P<way>增加|增长|上升|减少|下降|降低))"
    r"\s?(?=[,;。)]|$)"
)


def _sign(number: Decimal) -> int:
    return (number > 0) - (number < 0)


def _without_numbers(report: Report, previous: Report) -> Iterator[Finding]:
    """Yield the wrong percentages of the sentences that state no number."""
    for part in report.sections:
        for sentence in sentences(report.filled(part).text):
            if not sentence.counts and "%" in half_width(sentence.text):
                yield from _without_number(sentence, part, report, previous)


def _without_number(
    sentence: Sentence, part: str, report: Report, previous: Report
) -> Iterator[Finding]:
    """Yield where a figure that is only named is said to have grown by a wrong percentage."""
    for item in sentence.others:
        if item.kind != "percent" or not report.filled(part).is_typed(item.start, item.end):
            continue
        clause = _CLAUSE.split(sentence.text[: item.start - sentence.start])[-1]
        grown = _GROWTH.search(clause)
        named = Said(report.form, clause[: grown.start()]) if grown else None
        factor = _factor(clause, item)
        if not grown or not named or named.unknown or not factor or not named.features:
            continue
        if _other_base(clause, report.year) or _SHORTER.search(sentence.text):
            continue
        bare = item._replace(kind="count", unit="")
        pairs = [
            (measure, report.figure(measure.codes), previous.figure(measure.codes))
            for measure in measures_of(report.form, named.features, bare)
        ]
        known = [(measure, now, was) for measure, now, was in pairs if now is not None and was]
        if known and not any(_fits(now / was * 100 - 100, factor, item) for _, now, was in known):
            measure, now, was = known[0]
            yield text_finding(
                report,
                "narrative-growth",
                Span(part, item.start, item.end),
                codes=measure.codes,
                growth=f"{plain(factor[0])}%",
                before=plain(was),
                expected=f"{rounded((now - was) / was * 100, 1):+}%",
            )


_CLAUSE = re.compile(r"[,;:。()]")
_SHORTER = re.compile(r"季度|半年|月|全[市县区省]|系统")


def _growth(
    mention: Mention,
    measure: Measure | None,
    stated: str,
    expected: str,
    before: Decimal,
    report: Report,
) -> Finding:
    return text_finding(
        report,
        "narrative-growth",
        mention.span,
        codes=measure.codes if measure else (),
        quote=mention.quote,
        growth=stated,
        before=plain(before),
        expected=expected,
    )
