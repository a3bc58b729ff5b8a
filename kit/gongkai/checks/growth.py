"""Compare the changes that the text states in numbers with the figures of the two years."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.both_years import MOST_LISTED, TOTAL, Numbers, between, change_of_both
from gongkai.checks.changes import (
    FAR,
    Change,
    Growth,
    has_other_base,
    since_last_year,
    stated_growth,
    times,
    wrong_difference,
    wrong_growth,
)
from gongkai.checks.findings import Context, Finding
from gongkai.checks.growth_in_words import (
    compared_in_words,
    named_changes,
    named_without_number,
)
from gongkai.reading.features import OF_ALL_CASES
from gongkai.reading.lists import opened
from gongkai.reading.matching import figure_of
from gongkai.reading.mentions import Mention, by_sentence, change_cells
from gongkai.reading.phrases import Phrase
from gongkai.report.model import Report
from gongkai.text.quantities import Quantity
from gongkai.text.span import Span

_LAST_YEAR = re.compile(r"同比|环比|同样|上年|去年|上一年|20[0-9]{2}年")
# 与2024年相比，新收申请增长24%；行政复议30件，增长20%: all of a sentence
_ALL_COMPARED = re.compile(
    r"(?:与|同|较|比)(?:上年|去年|上一年|20[0-9]{2}年)度?(?:同期)?(?:相比|比较)?,"
)
_IS_LAST_YEARS = re.compile(r"(?:是|为|达到?)(?:上年|去年|上一年)度?(?:同期)?的?$")
# What a rate names as its own: ，其中政务微信公开数是上年的3倍
_OWN_NAME = re.compile(
    r"^(?:[,;]|而|但)(?:其中)?(?P<name>[^,;。0-9]{2,16}?)(?:总?数量?|总?量)?(?:则|也)?"
    r"(?:是|为|[比较与同]|环比|下降|上升|增长|增加|减少)"
)
_RATES = re.compile("(?:[0-9.]{1,9}%[、和及与]){1,9}$")
_ONE_OF_TWO = re.compile("前者|后者")
_PUBLISHED = {"object": ("information",)}  # 发布量是上年的3倍: of what was counted before
_JOINS_PAIR = re.compile(r".{0,12}[%倍番],(?:由|从)(?:上年|去年|20[0-9]{2}年)?的?", re.DOTALL)
_LONGEST_PAIR = 30  # the most characters that it can match


def narrative_growth(report: Report, context: Context) -> Iterator[Finding]:
    """Compare the changes stated after a number with last year's figures, or with both numbers.

    A sentence that states both years (由100条增至150条) is compared with itself.
    """
    previous = context.comparable(report)
    for (part, _start), found in by_sentence(report).items():
        numbers = Numbers(found)
        yield from _differences(numbers, report, previous)
        yield from compared_in_words(found, report, previous)
        filled = report.filled(part)
        for item in numbers.sentence.others:
            if item.kind in ("percent", "ratio") and filled.is_typed(item.start, item.end):
                yield from _wrong_rates_before_pair(numbers, item, report)
                yield from _wrong_rates(numbers, item, report, previous)
    if previous:
        yield from named_without_number(report, previous)


def _differences(numbers: Numbers, report: Report, previous: Report | None) -> Iterator[Finding]:
    """Yield findings about stated differences, such as 增加18条, that are wrong."""
    for place, mention in enumerate(numbers.found):
        if not (mention.change and mention.typed and mention.quantity.exact):
            continue
        if has_other_base(mention.counted.before, report.year):
            continue
        stated = mention.quantity.value * mention.change
        changes = _possible_changes(numbers, place, report, previous)
        if changes and stated not in [change.difference for change in changes]:
            yield wrong_difference(report, mention.span, f"{stated:+f}", changes[0])


def _possible_changes(
    numbers: Numbers, place: int, report: Report, previous: Report | None
) -> list[Change]:
    """Return the changes that a stated difference may be about."""
    mention, base, stated = numbers.found[place], numbers.level_of(place), numbers.last_years[place]
    near = numbers.found[max(0, place - 2) : place]  # two, if a pair precedes it
    before = [item for item in near if not item.change]
    if stated is base and len(before) == 2 and before[1] is stated:
        base = before[0]  # 600条，上年为480条，增加120条
    if base is None or _is_named(mention, report):
        return _changes_of_figures(mention, report, previous)
    if stated and base.quantity.start < stated.quantity.start:
        return _exact_change(stated, base)
    of_pair = numbers.pair is not None and numbers.pair + 2 == place
    if of_pair or stated:
        change = mention.quantity.value * mention.change
        return _rounded_change(before, change) if of_pair else []
    of_both = change_of_both(*before) if len(before) == 2 else None
    if of_both:
        return [of_both]
    if change_cells(mention, report):
        return []
    return _of_any(_may_have_changed(numbers, base), report, previous)


def _is_named(mention: Mention, report: Report) -> bool:
    """Whether the clause of a difference names its figure: 网络申请减少7件，信函申请减少2件."""
    if mention.measures and OF_ALL_CASES.search(mention.counted.clause):
        return True
    named = _OWN_NAME.match(f",{mention.counted.name}")
    phrase = Phrase(report.form, named["name"]) if named else None
    return phrase is not None and bool(phrase.features) and bool(mention.measures)


def _may_have_changed(numbers: Numbers, base: Mention) -> list[Mention]:
    """Return the numbers that a difference may be about: after a list, the whole or any part.

    工作人员11人，其中专职3人、兼职8人，比上年增加1人. If its base is the whole itself, no part may
    have changed instead: 11人（其中专职3人、兼职8人），比上年增加1人.
    """
    before = numbers.found[: numbers.found.index(base) + 1][-MOST_LISTED:]
    if not base.measures or not any(opened(item.counted) for item in before):
        return [base]
    unit = base.quantity.unit
    return [base, *(it for it in before if it is not base and it.quantity.unit == unit)]


def _rounded_change(pair: list[Mention], stated: Decimal) -> list[Change]:
    """Return the change between two numbers; none if their rounding allows the stated one."""
    last, this = pair
    one, other = last.quantity, this.quantity
    fits = other.low - one.high <= stated <= other.high - one.low
    return [] if fits else _exact_change(last, this)


def _exact_change(last: Mention, this: Mention) -> list[Change]:
    return [between(last, this)] if last.quantity.exact and this.quantity.exact else []


def _changes_of_figures(mention: Mention, report: Report, previous: Report | None) -> list[Change]:
    """Return the changes of the figures that a difference without a base may be about."""
    if change_cells(mention, report):
        return []  # the table states the change itself
    return since_last_year(previous, mention.measures, mention.quantity, report)


def _wrong_rates(
    numbers: Numbers, item: Quantity, report: Report, previous: Report | None
) -> Iterator[Finding]:
    """Yield a finding if a percentage or ratio after a number is not that of the two years."""
    before = bisect_right(numbers.ends, item.start)  # the count of numbers before it
    if not before or item.start - numbers.ends[before - 1] > FAR:
        return
    start = numbers.sentence.start
    words = numbers.sentence.text[numbers.ends[before - 1] - start : item.start - start]
    growth = _growth(numbers.found[before - 1], _RATES.sub("", words), item)
    if _ONE_OF_TWO.search(words):
        return  # 许可5230件、处罚468件，前者增长4.6%，后者下降10%
    if growth is None or has_other_base(_base(numbers, words), report.year):
        return
    named = _OWN_NAME.search(words[max(words.rfind(","), words.rfind(";"), 0) :])
    phrase = Phrase(report.form, named["name"]) if named else None
    if (
        phrase and phrase.features and phrase.features != _PUBLISHED
    ):  # 行政强制312件，增长两成；行政处罚下降两成
        bare = item._replace(kind="count", unit="")
        changes = named_changes(phrase, bare, report, previous)
    elif "其中" in words:
        return
    elif each := numbers.of_each(item.start):
        changes = _of_any([each], report, previous)
    else:
        changes = _changes_before(numbers, before, words, report, previous)
    wrong = growth.contradicted_by(changes)
    if wrong and not _rounding_allows(numbers, before - 1, growth):
        yield wrong_growth(report, Span(numbers.part, item.start, item.end), growth, wrong)


def _base(numbers: Numbers, words: str) -> str:
    """Return words before a rate, with those at the head of the sentence that say the base."""
    compared = _ALL_COMPARED.match(numbers.sentence.text)
    return f"{compared[0]}{words}" if compared else words


def _growth(last: Mention, words: str, item: Quantity) -> Growth | None:
    """Return the growth that a percentage or a ratio states, by the number and words before it."""
    if item.kind == "ratio" and words == "的" and _IS_LAST_YEARS.search(last.counted.before):
        return times(item)  # 公开164条，是上年41条的4倍
    return stated_growth(words, item)


def _changes_before(
    numbers: Numbers, before: int, words: str, report: Report, previous: Report | None
) -> list[Change]:
    """Return the changes that the first `before` numbers may state."""
    level, changes = numbers.outer[before], numbers.both_years(before)
    level = numbers.whole(before) if TOTAL.search(words) else level
    last = numbers.found[before - 1]
    # 予以公开8件；新收申请减少3件，下降10%
    apart = last.change and ";" in last.counted.before and _is_named(last, report)
    difference = None if changes or apart else _of_difference(numbers, before - 1)
    if difference:
        changes = [difference]
    elif apart or (last.change and level is None):
        changes = _changes_of_figures(last, report, previous)
        changes = changes or _of_difference_alone(last, report)
    elif level and not changes and _LAST_YEAR.search(_base(numbers, words)):
        changes = _of_any(_may_have_changed(numbers, level), report, previous)
    return changes


def _of_any(numbers: list[Mention], report: Report, previous: Report | None) -> list[Change]:
    """Return the changes to any of some numbers; to the table's own figure, if one is rounded.

    收费近22万元，较上年增长25%; 许可决定900余件，较上年增加111件.
    """
    return [
        change
        for item in numbers
        for change in (
            since_last_year(previous, item.measures, item.quantity)
            if item.quantity.exact
            else _changes_of_figures(item, report, previous)
        )
    ]


def _of_difference(numbers: Numbers, place: int) -> Change | None:
    """Return the change given by a number and a difference: 175条，比上年增加18条，增长12%."""
    difference, level = numbers.found[place], numbers.level_of(place)
    if not difference.change or level is None or numbers.last_years[place]:
        return None
    one, other = level.quantity, difference.quantity
    if not (one.like(other) and one.exact and other.exact):
        return None
    return Change(None, one.value - other.value * difference.change, one.value)


def _rounding_allows(numbers: Numbers, place: int, growth: Growth) -> bool:
    """Whether a rate fits a number and a difference if these are rounded: 增加59.4万元，增长20%."""
    difference, level = numbers.found[place], numbers.level_of(place)
    if level is None or _of_difference(numbers, place) is None:
        return False
    one, other = level.quantity, difference.quantity
    changes = [
        Change(None, now - by * difference.change, now)
        for now in (one.low, one.high)
        for by in (other.low, other.high)
    ]
    percents = [change.percent for change in changes if change.before > 0]
    return bool(percents) and (
        min(percents) - growth.step <= growth.percent <= max(percents) + growth.step
    )


def _of_difference_alone(difference: Mention, report: Report) -> list[Change]:
    """Return the changes that a difference makes of the table's figures: 新收比上年增加15件."""
    if not difference.quantity.exact or change_cells(difference, report):
        return []
    change = difference.quantity.value * difference.change
    known = ((it, figure_of(report, it, difference.quantity)) for it in difference.measures)
    return [Change(measure, now - change, now) for measure, now in known if now is not None]


def _wrong_rates_before_pair(numbers: Numbers, item: Quantity, report: Report) -> Iterator[Finding]:
    """Yield a finding if a change before its two numbers is wrong: 翻一番，从10条到15条."""
    before = bisect_right(numbers.ends, item.start)
    if numbers.pair != before:
        return
    last, this = numbers.found[before : before + 2]
    if not _JOINS_PAIR.fullmatch(last.counted.before[-_LONGEST_PAIR:]):
        return
    words = numbers.sentence.text[: item.start - numbers.sentence.start]
    growth = stated_growth(words[-FAR:], item)
    if growth is None or not last.quantity.like(this.quantity):
        return
    if wrong := growth.contradicted_by(_exact_change(last, this)):
        yield wrong_growth(report, Span(numbers.part, item.start, item.end), growth, wrong)
