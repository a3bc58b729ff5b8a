"""Whether the changes that the text states are those of the two years."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.forms.form import Measure
from gongkai.reading.matching import figure_of, measures_of
from gongkai.reading.mentions import Mention, by_sentence, change_cells
from gongkai.reading.phrases import Phrase
from gongkai.report.model import Report, Span
from gongkai.text.numbers import plain, rounded
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence, sentences

ZERO = Decimal(0)


_BY = (
    r"(?:同比|环比|[比较与][^,;。0-9]{0,6}?(?:上年|去年|上一年|20[0-9]{2}年)(?:度|同期)?(?:相比)?)"
    r"[^0-9,;。]{0,6}?,?\s?"
)
_GROWTH = re.compile(
    rf"{_BY}(增长|上升|增加|提高|提升|上涨|增幅|增速|下降|减少|降低|降幅)率?(?:了|为|达到?)?约?(?:近)?\s?$"
)
_OF_SHARE = re.compile(rf"(?:占比|比例|比重|(?<!长)率|满意度){_BY}[^0-9,;。]{{2,6}}$")
_FAR = 40  # characters that it can find
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
    for (part, _start), found in by_sentence(report).items():
        numbers = _Numbers(found)
        yield from _changes(numbers, report, previous)
        if previous:
            yield from _unnumbered(found, report, previous)
        filled = report.filled(part)
        for item in found[0].sentence.others:
            words = found[0].sentence.text[: item.start - found[0].sentence.start]
            if _OF_SHARE.search(words[-_FAR:]):
                continue  # 予以公开的占比较上年提高6%: of the share, and not of a number
            if item.kind in ("percent", "ratio") and filled.is_typed(item.start, item.end):
                yield from _grown(numbers, item, report, previous)
    if previous:
        yield from _without_numbers(report, previous)


class _Numbers:
    """The numbers of one sentence, and what stands before each: looked up, not searched again."""

    def __init__(self, found: list[Mention]) -> None:
        self.found = found
        self.ends = [mention.quantity.end for mention in found]
        # Before each number, the last one that is no change, those in deeper brackets left out;
        # and at the end the last one in no bracket, before each and at the end of the sentence.
        self.levels: list[Mention | None] = []
        self.outer: list[Mention | None] = [None]
        self.last_years: list[Mention | None] = [None]  # the last one said to be last year's
        levels: list[Mention] = []  # by depth, which rises
        for mention in found:
            depth = mention.counted.depth
            place = bisect_right(levels, depth, key=_depth)
            self.levels.append(levels[place - 1] if place else None)
            if not mention.change and not mention.other_year:
                del levels[bisect_left(levels, depth, key=_depth) :]
                levels.append(mention)
            self.outer.append(levels[0] if levels and not _depth(levels[0]) else None)
            self.last_years.append(mention if _of_last_year(mention) else self.last_years[-1])

    @cached_property
    def pair(self) -> int | None:
        """The place of the first of two numbers such as 由100条增至150条; None for no such pair."""
        before = [mention.counted.before for mention in self.found]
        pairs = enumerate(pairwise(before))
        return next((n for n, (a, b) in pairs if _FROM_TO.search(a) and _TO.search(b)), None)


def _depth(mention: Mention) -> int:
    return mention.counted.depth


def _changes(numbers: _Numbers, report: Report, previous: Report | None) -> Iterator[Finding]:
    """Yield where the numbers of items more or fewer in a sentence are not what they should be."""
    for place, mention in enumerate(numbers.found):
        if not (mention.change and mention.typed) or _other_base(
            mention.counted.before, report.year
        ):
            continue
        base, stated = numbers.levels[place], numbers.last_years[place]
        before = numbers.found[max(0, place - 2) : place]
        if stated is base and len(before) == 2 and before[1] is stated:
            base = before[0]  # 600条，上年为480条，增加120条
        if base is None:
            yield from _changed_alone(mention, report, previous)
        elif stated and base.quantity.start < stated.quantity.start:
            yield from _between(base, stated, mention, report)
        elif len(before) == 2 and _of_two_years(*before) and not stated:
            yield from _between(before[1], before[0], mention, report)
        elif previous and not stated:
            yield from _changed(base, mention, report, previous)


_OF_LAST = re.compile(
    r"(?:上年|去年|上一年|上年度)(?:[^0-9,;]{0,4}的|(?:度|同期)?(?:仅|只)?(?:为|是|有))$"
)


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
    if exact and change != stated:
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
    numbers: _Numbers, item: Quantity, report: Report, previous: Report | None
) -> Iterator[Finding]:
    """Yield where a percentage or a ratio is not that of the two years."""
    before = bisect_right(numbers.ends, item.start)  # so many numbers are before it
    yield from _grown_to(numbers, item, before, report)
    if not before or item.start - numbers.ends[before - 1] > _FAR:
        return
    last, sentence = numbers.found[before - 1], numbers.found[before - 1].sentence
    words = sentence.text[last.quantity.end - sentence.start : item.start - sentence.start]
    factor = _factor(words, item)
    now, base, changes = _two_years(numbers, before, words, previous)
    if factor is None or not changes or "其中" in words or _other_base(words, report.year):
        return
    if not any(_fits(now / number * 100 - 100, factor, item) for _, number in changes):
        measure, number = changes[0]
        expected = f"{rounded((now - number) / number * 100, 1):+}%"
        mention = base._replace(counted=base.counted._replace(quantity=item))
        yield _growth(mention, measure, f"{plain(factor[0])}%", expected, number, report)


def _grown_to(numbers: _Numbers, item: Quantity, before: int, report: Report) -> Iterator[Finding]:
    """Yield where a change stands before both numbers, and is not theirs: 翻一番，从10条到15条."""
    pair = numbers.found[before : before + 2]
    sentence = numbers.found[0].sentence
    if numbers.pair != before or not _JOINS_PAIR.fullmatch(pair[0].counted.before[-_LONGEST_PAIR:]):
        return
    words = sentence.text[: item.start - sentence.start]
    was, now = (mention.quantity for mention in pair)
    factor = _factor(words[-_FAR:], item) if item.unit != "番" else (item.value * 100 - 100, _HALF)
    if factor is None or not (was.value and was.exact and now.exact and was.like(now)):
        return
    change = (now.value - was.value) / was.value * 100
    if not _fits(change, factor, item):
        expected = f"{rounded(change, 1):+}%"
        mention = pair[1]._replace(counted=pair[1].counted._replace(quantity=item))
        yield _growth(mention, None, f"{plain(factor[0])}%", expected, was.value, report)


_JOINS_PAIR = re.compile(r".{0,12}[%倍番],(?:由|从)(?:上年|去年|20[0-9]{2}年)?的?", re.DOTALL)
_LONGEST_PAIR = 30  # characters that it can find
_HALF = Decimal(50)  # 翻了一番 is said of 2.1 times, not of 2.5
_FAR = 400  # characters after a number, beyond which nothing is said of it any more


def _other_base(words: str, year: int) -> bool:
    """Whether words compare with a year that is not the one before the report's."""
    years = _BASE.findall(words)
    return bool(years) and int(years[-1]) != year - 1


_BASE = re.compile(r"[比较与](20[0-9]{2})年")


def _two_years(
    numbers: _Numbers, before: int, words: str, previous: Report | None
) -> tuple[Decimal, Mention, list[tuple[Measure | None, Decimal]]]:
    """Return a number, its mention, and what it may have been the year before; 0 is left out.

    It is one of the first `before` numbers of a sentence.
    """
    last = numbers.found[before - 1]
    near = [item for item in numbers.found[max(0, before - 3) : before] if not item.change]
    pair = _stated_pair(numbers, before) or _both_years(near[-2:])
    if pair:
        return pair[1], last, [(None, pair[0])] if pair[0] else []
    level = numbers.outer[before]
    base = level or last
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


def _stated_pair(numbers: _Numbers, before: int) -> tuple[Decimal, Decimal] | None:
    """Return the two numbers of 由100条增至150条; None where the first `before` have none."""
    place = numbers.pair
    if place is None or place + 2 > before:
        return None
    first, second = numbers.found[place : place + 2]
    return first.quantity.value, second.quantity.value


def _both_years(before: list[Mention]) -> tuple[Decimal, Decimal] | None:
    """Return last year's number and this year's where two numbers are these.

    新收12件，比上年的10件增长20%; 上年80条，本年100条，同比增长25%; 9600人，较年初8000人增长20%.
    Rounded numbers are left out.
    """
    if len(before) < 2:
        return None
    first, second = before
    if not (first.quantity.like(second.quantity) and not first.change and not second.change):
        return None
    if _of_two_years(first, second):
        now, base = second.quantity, first.quantity
    elif (_of_last_year(second) or _is_base(second)) and not _LAST_STATED.search(
        first.counted.clause
    ):
        now, base = first.quantity, second.quantity
    elif _LAST_STATED.search(first.counted.clause) and _THIS.search(second.counted.clause):
        now, base = second.quantity, first.quantity
    else:
        return None
    return (base.value, now.value) if now.exact and base.exact else None


def _of_two_years(first: Mention, second: Mention) -> bool:
    """Whether two numbers are said to be of one year and the next: 2021年250条，2022年300条."""
    named = [_OF_YEAR.search(item.counted.clause) for item in (first, second)]
    years = [int(found[1]) for found in named if found]
    alike = first.quantity.like(second.quantity) and not (first.change or second.change)
    return alike and len(years) == 2 and years[1] - years[0] == 1


_OF_YEAR = re.compile(r"(20[0-9]{2})年")


def _is_base(mention: Mention) -> bool:
    """Whether a number is what another one is compared with: 较年初8000人增长1600人."""
    compared = _BASE_OF.fullmatch(mention.counted.clause.strip()) is not None
    return compared and _CHANGES.match(mention.counted.following) is not None


_BASE_OF = re.compile(r"[较比](?:年初|上年末|上年底|去年底|去年末)的?")
_CHANGES = re.compile(r"\s?(?:净?增|上升|提高|减|下降|降)")
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
            if not sentence.counts and "%" in sentence.text:
                yield from _without_number(sentence, part, report, previous)
            elif not sentence.counts:
                yield from _only_said(sentence, part, report, previous)


def _without_number(
    sentence: Sentence, part: str, report: Report, previous: Report
) -> Iterator[Finding]:
    """Yield where a figure that is only named is said to have grown by a wrong percentage."""
    if _SHORTER.search(sentence.text):
        return
    ends = [found.end() for found in _CLAUSE.finditer(sentence.text)]
    for item in sentence.others:
        if item.kind != "percent" or not report.filled(part).is_typed(item.start, item.end):
            continue
        at = item.start - sentence.start
        place = bisect_right(ends, at)
        clause = sentence.text[max(ends[place - 1] if place else 0, at - _FAR) : at]
        grown = _GROWTH.search(clause)
        named = Phrase(report.form, clause[: grown.start()]) if grown else None
        factor = _factor(clause, item)
        if not grown or not named or named.unknown or not factor or not named.features:
            continue
        if _other_base(clause, report.year):
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


def _only_said(
    sentence: Sentence, part: str, report: Report, previous: Report
) -> Iterator[Finding]:
    """Yield where a figure that is only named is said to have risen, and fell: 申请数较上年下降."""
    found = _WITHOUT.search(sentence.text)
    if not found or _SHORTER.search(sentence.text) or _other_base(found[0], report.year):
        return
    named = Phrase(report.form, _CLAUSE.split(sentence.text[: found.start()])[-1])
    if named.unknown or "object" not in named.features:
        return
    bare = Quantity("count", 0, 0, ZERO, ZERO, ZERO)
    pairs = [
        (measure, report.figure(measure.codes), previous.figure(measure.codes))
        for measure in measures_of(report.form, named.features, bare)
    ]
    known = [(measure, now, was) for measure, now, was in pairs if None not in (now, was)]
    stated = -1 if found["way"] in _FALLS else 1
    changes = [(now or ZERO) - (was or ZERO) for _, now, was in known]
    if changes and not any(_sign(change) == stated for change in changes):
        measure, _, was = known[0]
        yield text_finding(
            report,
            "narrative-growth",
            Span(part, sentence.start + found.start("way"), sentence.start + found.end("way")),
            codes=measure.codes,
            growth=found["way"],
            before=plain(was or ZERO),
            expected=f"{changes[0]:+}",
        )


_WITHOUT = re.compile(
    r"(?:同比|[与和同较比](?:上年|去年|上一年)度?(?:同期)?(?:相比)?)"
    r"(?:有所|略有|明显|大幅|稳步)?(?P<way>增加|增长|上升|减少|下降|降低)(?=[,;。)]|$)"
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
