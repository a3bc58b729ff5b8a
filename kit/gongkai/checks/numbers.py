"""Whether the numbers of the text agree with the table, with last year, and with one another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from gongkai.checks.findings import FEW, Context, Finding
from gongkai.checks.mentions import Features, Mention, Said, figure_of, measures_of, mentions
from gongkai.checks.spoken import spoken
from gongkai.forms.form import Measure
from gongkai.forms.vocabulary import vocabulary
from gongkai.report.model import Report, Span
from gongkai.text.lists import wrong_sums
from gongkai.text.numbers import plain, rounded
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence, sentences

ZERO = Decimal(0)


def narrative_numbers(report: Report, context: Context) -> Iterator[Finding]:
    """Compare the numbers typed into the text with the table, and with last year's."""
    previous = _comparable(report, context)
    for mention in mentions(report):
        if not mention.typed or mention.other_year:
            continue
        if mention.change:
            yield from _stated_change(mention, report)
            continue
        stale = _last_years(mention, report, previous)
        if stale:
            yield _differs("leftover-number", mention, stale, report)
        elif _compared(mention, report) and not _agrees(mention, report):
            yield _differs("narrative-contradicts-table", mention, mention.measures[0], report)


def _compared(mention: Mention, report: Report) -> bool:
    """Whether a number speaks of the table: what is published need not have been issued."""
    loose = "act" not in mention.features and set(vocabulary().loosely) & {
        *mention.features.get("object", ())
    }
    none = not any(report.figure(measure.codes) for measure in mention.measures)
    return bool(mention.measures) and not (loose and (none or mention.quantity.unit == "条"))


def _stated_change(mention: Mention, report: Report) -> Iterator[Finding]:
    """Yield where a change is not the one that the table itself states."""
    codes = _change_cells(mention, report)
    stated = mention.quantity.value * mention.change
    actual = report.figure(codes) if codes else None
    if actual is not None and mention.quantity.exact and actual != stated:
        yield _differs("narrative-contradicts-table", mention, report.form.called(codes), report)


def _comparable(report: Report, context: Context) -> Report | None:
    """Return last year's report where it is on the same form."""
    previous = context.previous
    return previous if previous and previous.form.edition == report.form.edition else None


def _agrees(mention: Mention, report: Report) -> bool:
    """Whether a number can stand for one of the figures that it may be meant as."""
    return any(
        mention.quantity.may_be(figure_of(report, measure, mention.quantity) or ZERO)
        for measure in mention.measures
    )


def _last_years(mention: Mention, report: Report, previous: Report | None) -> Measure | None:
    """Return the figure of last year, and of nothing this year, that was typed.

    A number of which the words say what it counts is compared with that figure alone. Any other
    is only taken for last year's from 10 up, where it is no matter of another kind: small numbers
    agree by chance.
    """
    number = mention.quantity.value
    if previous is None or not number or not mention.quantity.exact:
        return None
    if mention.measures:
        found = mention.measures[:0] if _agrees(mention, report) else mention.measures
    elif (
        mention.foreign
        or number < FEW
        or number in _known(report)
        or mention.quantity.kind != "count"
    ):
        return None
    else:
        found = _like(mention, report)
    for measure in found:
        before = figure_of(previous, measure, mention.quantity)
        if before == number != figure_of(report, measure, mention.quantity):
            return measure
    return None


def _known(report: Report) -> set[Decimal]:
    """Return the numbers that this year has somewhere."""
    known = {report.number(code) for code in report.form.cells}
    return known | {number for item in report.breakdowns for number in item.items.values()}


def _like(mention: Mention, report: Report) -> tuple[Measure, ...]:
    """Return the figures that a measure word may count, details of the table left out."""
    form = report.form
    return tuple(
        form.called((cell.code,))
        for cell in form.cells.values()
        if mention.quantity.unit in form.same_unit(cell.unit)
        if cell.means and not cell.means.keys() & {"ground", "organisation", "applicant"}
    )


def _differs(id: str, mention: Mention, measure: Measure, report: Report) -> Finding:
    number = plain(mention.quantity.value)
    expected = report.printed(measure.codes) or "—"
    if mention.quantity.kind == "money":
        typed = report.filled(mention.part).text[mention.quantity.start : mention.quantity.end]
        if typed.endswith(measure.unit):
            number = plain(mention.quantity.value / (10_000 if measure.unit == "万元" else 1))
        else:
            number, expected = f"{number}元", expected + measure.unit
    return spoken(
        report,
        id,
        _span(mention),
        codes=measure.codes,
        quote=mention.quote,
        name=measure.name,
        code=" + ".join(measure.codes),
        number=number,
        expected=expected,
        current=expected,
    )


def _span(mention: Mention) -> Span:
    return Span(mention.part, mention.quantity.start, mention.quantity.end)


# --- shares -----------------------------------------------------------------------


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


# --- last year --------------------------------------------------------------------

_BY = (
    r"(?:同比|环比|[比较与][^,;。0-9]{0,6}?(?:上年|去年|上一年|20[0-9]{2}年)(?:度|同期)?(?:相比)?)"
    r"[^0-9,;。]{0,6}?,?\s?"
)
_GROWTH = re.compile(
    rf"{_BY}(增长|上升|增加|提高|提升|上涨|增幅|增速|下降|减少|降低|降幅)率?(?:了|为|达到?)?约?(?:近)?\s?$"
)
_FROM_TO = re.compile(r"(?:由|从)[^,;。0-9]{0,16}$")
_TO = re.compile(
    r"(?:增加|增长|上升|提高|减少|下降|降低|增|升|降|减)[至到为]|(?:到|至)[^,;。0-9]{0,10}$"
)
_FALLS = ("下降", "减少", "降低", "降幅")
_LAST_YEAR = re.compile(r"同比|环比|上年|去年|上一年|20[0-9]{2}年")
_RATIO = re.compile(
    r"(增长|上升|增加|提高|下降|减少|降低)了?(?:近|约)?\s?$|是[^,;。]{0,8}的\s?$|为[^,;。]{0,8}的\s?$"
)


def narrative_growth(report: Report, context: Context) -> Iterator[Finding]:
    """Compare the changes typed behind a number with last year's figures, or the two numbers.

    A sentence that states both years (由100条增至150条) is compared with itself.
    """
    previous = _comparable(report, context)
    by_sentence: dict[tuple[str, int], list[Mention]] = {}
    for mention in mentions(report):
        by_sentence.setdefault((mention.part, mention.sentence.start), []).append(mention)
    for (part, _start), found in by_sentence.items():
        yield from _changes(found, report, previous)
        filled = report.filled(part)
        for item in found[0].sentence.others:
            if item.kind in ("percent", "ratio") and filled.is_typed(item.start, item.end):
                yield from _grown(found, item, report, previous)


def _changes(found: list[Mention], report: Report, previous: Report | None) -> Iterator[Finding]:
    """Yield where the numbers of items more or fewer in a sentence are not what they should be."""
    for place, mention in enumerate(found):
        base = _level_before(found[:place], mention.counted.depth)
        if not (mention.change and mention.typed):
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
    if _change_cells(mention, report):
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


def _change_cells(mention: Mention, report: Report) -> tuple[str, ...]:
    """Return the cell in which a form itself states a change."""
    objects = mention.features.get("object", ())
    codes = report.form.meant({"object": objects[0], "act": "change"}) if objects else ()
    units = {report.form.cells[code].unit for code in codes}
    return codes if units <= {mention.quantity.unit} else ()


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
    if factor is None or not changes:
        return
    if not any(_fits(now / number * 100 - 100, factor, item) for _, number in changes):
        measure, number = changes[0]
        expected = f"{rounded((now - number) / number * 100, 1):+}%"
        mention = base._replace(counted=base.counted._replace(quantity=item))
        yield _growth(mention, measure, f"{plain(factor[0])}%", expected, number, report)


def _two_years(
    before: list[Mention], words: str, previous: Report | None
) -> tuple[Decimal, Mention, list[tuple[Measure | None, Decimal]]]:
    """Return a number, its mention, and what it may have been the year before; 0 is left out."""
    pair = _stated_pair(before)
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
    if item.kind == "percent":
        falls = grown[1] in _FALLS if grown[1] else False
        return (-item.value if falls else item.value), Decimal(1).scaleb(-item.places)
    times = item.value * 100
    if not grown[1] or item.unit == "番":
        times -= 100
    return times, Decimal(100).scaleb(-item.places)


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


def _growth(
    mention: Mention,
    measure: Measure | None,
    stated: str,
    expected: str,
    before: Decimal,
    report: Report,
) -> Finding:
    return spoken(
        report,
        "narrative-growth",
        _span(mention),
        codes=measure.codes if measure else (),
        quote=mention.quote,
        growth=stated,
        before=plain(before),
        expected=expected,
    )


# --- the text with itself ---------------------------------------------------------


def narrative_sums(report: Report, _: Context) -> Iterator[Finding]:
    """Find lists whose parts do not come to their whole in any reading."""
    for part in report.sections:
        filled = report.filled(part)
        for wrong in wrong_sums(filled.text):
            whole = wrong.whole.quantity
            numbers = [whole, *(count.quantity for count in wrong.parts)]
            typed = any(filled.is_typed(item.start, item.end) for item in numbers)
            if not typed or _as_in_table(report, part, numbers):
                continue
            parts = " + ".join(plain(count.quantity.value) for count in wrong.parts)
            yield spoken(
                report,
                "narrative-sum",
                Span(part, whole.start, whole.end),
                severity="note"
                if wrong.reason == "little" and wrong.total + 1 < whole.value
                else "warning",
                total=plain(whole.value),
                unit=whole.unit,
                parts=parts,
                sum=plain(wrong.total),
            )


def _as_in_table(report: Report, part: str, numbers: list[Quantity]) -> bool:
    """Whether every number of a list is the table's own, which may count one item twice."""
    stands = {item.start for item in numbers}
    found = [
        item for item in mentions(report) if item.part == part and item.quantity.start in stands
    ]
    return all(item.measures and _agrees(item, report) for item in found)


def narrative_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find one thing of which the text states two numbers."""
    seen: dict[tuple[str, str], Mention] = {}
    for mention in mentions(report):
        key = _thing(mention)
        if not key:
            continue
        first = seen.setdefault((key, mention.quantity.unit), mention)
        if first is not mention and not _overlap(first.quantity, mention.quantity):
            yield spoken(
                report,
                "narrative-twice",
                _span(mention),
                quote=mention.quote,
                first=first.quote,
                one=plain(first.quantity.value),
                other=plain(mention.quantity.value),
            )


_COLUMN = re.compile(r"([\u4e00-\u9fff]{2,12}?)(?:栏目|专栏|板块|子栏目|模块)")


def _thing(mention: Mention) -> str:
    """Return what a number counts where that has a name of its own: the column of a website.

    Parts of a list, changes and other years' numbers are no statement of their own.
    """
    alone = len(mention.sentence.counts) == 1 and not mention.change and not mention.other_year
    if alone and not mention.measures and mention.features.keys() == {"object", "channel"}:
        return "+".join((*mention.features["object"], *mention.features["channel"])).strip("+")
    named = _COLUMN.search(mention.counted.clause)
    if not named or mention.change or mention.other_year or len(mention.sentence.counts) > 1:
        return ""
    return _INTRODUCED.sub("", named[1])


_INTRODUCED = re.compile(r"^.*(?:通过|在)")


def _overlap(first: Quantity, second: Quantity) -> bool:
    return first.low <= second.high and second.low <= first.high


def counted_things(report: Report, _: Context) -> Iterator[Finding]:
    """Find an announced number of things, such as parts, that is not the number of those named."""
    for part in report.sections:
        text = report.filled(part).text
        for sentence in sentences(text):
            for count in sentence.counts:
                before = sentence.text[: count.quantity.start - sentence.start]
                named = _named_before(before, count.quantity)
                named = named or _named_behind(sentence, count.quantity)
                if named and count.quantity.value not in named:
                    yield spoken(
                        report,
                        "narrative-count",
                        Span(part, count.quantity.start, count.quantity.end),
                        severity="note",
                        stated=plain(count.quantity.value),
                        counted=str(max(named)),
                    )


_PARTS = re.compile(r"(?:由|包括|包含|分为|涵盖|分)(.{8,400})$")
_FIRST = re.compile(r"一是")
_ORDER = "一二三四五六七八九十"


def _named_before(words: str, quantity: Quantity) -> set[Decimal]:
    """Return how many things a list before its number may name: 由甲、乙、丙3个部分组成."""
    if quantity.unit not in ("个部分", "部分"):
        return set()
    found = _PARTS.search(words)
    return _how_many(found[1]) if found else set()


def _how_many(named: str) -> set[Decimal]:
    """Return how many things words may name: commas or points between them, 和 in them."""
    commas, points = named.count(","), named.count("、")
    if not commas + points or named.rstrip(",、和及与共").endswith("等"):
        return set()
    fewest = (commas or points) + 1 - named.count("复议、")
    most = commas + points + 1 + len(_AND.findall(named))
    return {Decimal(number) for number in range(fewest, most + 1)}


_AND = re.compile(r"以及|[和及与]")


def _named_behind(sentence: Sentence, quantity: Quantity) -> set[Decimal]:
    """Return how many things are numbered behind their number: 三项工作：一是…二是…."""
    behind = sentence.text[quantity.end - sentence.start :]
    listed = _LISTED.match(behind) if quantity.unit in ("个部分", "部分") else None
    if listed:
        return _how_many(listed[1])
    if quantity.unit not in ("项", "个", "个部分", "方面", "类", "点") or not _HEADS.match(behind):
        return set()
    number = 0
    while number < len(_ORDER) and f"{_ORDER[number]}是" in behind:
        number += 1
    return {Decimal(number)} if number > 1 else set()


_LISTED = re.compile(r"[^,;。:0-9]{0,6}:([^;。]{8,400})$")
_HEADS = re.compile(r"[^,;。:0-9]{0,10}[:,]\s?一是")
