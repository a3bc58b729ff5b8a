"""Check the numbers in the text against the table, and against last year's figures."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from operator import itemgetter

from gongkai.checks.comparisons import ComparedNumber
from gongkai.checks.findings import FEW, Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.forms.form import Measure
from gongkai.forms.tables import Code
from gongkai.forms.vocabulary import vocabulary
from gongkai.reading.lists import opened
from gongkai.reading.matching import figure_of, measures_of
from gongkai.reading.mentions import (
    Mention,
    agreeing,
    agrees,
    by_sentence,
    change_cells,
    mentions,
)
from gongkai.reading.phrases import Phrase
from gongkai.report.model import Report
from gongkai.report.once import once
from gongkai.text.numbers import are_exchanged, plain
from gongkai.text.placeholders import Figure, Share

ZERO = Decimal(0)
_MOST_PARTS = 3  # numbers after a whole among which to look for the applications carried over
_MOST_KINDS, _FEWEST_KINDS = 6, 3  # parts of the number received, in the text's own words
_AT_PLACES = {"staff", "course", "meeting", "reading_point", "interview", "press_conference"}
_SEVERAL_PLACES = 2
# The act of the whole that is stated before its part from new applications, by the part's act.
_OF_WHICH: dict[tuple[str, ...], str] = {
    ("finished",): "received",
    ("answered",): "received",
    ("received",): "answered",
}
MOST_BESIDE = 20  # numbers on each side; a sentence with more is a pasted table
_SHARED_FEATURES = ("object", "act", "outcome", "applicant", "organisation", "channel")
# 比上年的30件; 其余16件 is what is left of the sentence's own numbers.
_DECIDED = {"licence", "penalty", "coercive_measure"}  # objects of decisions
_OF_LAST_YEAR = re.compile("上年|去年|上一年")
_ENFORCERS = re.compile(r"[^,;。0-9]{0,24}执法(?:[总支大中]?队伍?|机构|部门|局|(?=共))")
_DECISION = re.compile("许可|处罚|强制")
_LARGE = 20  # a smaller number may be last year's by chance
_SAID_LAST_YEARS = re.compile(
    r"[比较与和同](?:上年|去年|上一年)(?:度|同期)?的$|^\s?(?:其余|余下|剩余)的?$|合计$"
)


def narrative_numbers(report: Report, context: Context) -> Iterator[Finding]:
    """Compare the numbers in the text with the table, and typed ones also with last year's.

    A number filled in by a placeholder is wrong if the placeholder has the code of a figure
    other than the one that the words around it mean.
    """
    previous = context.comparable(report)
    wrong = {item.span: item for item in compared_numbers(report) if not item.holds}
    for mention in mentions(report):
        item = wrong.get(mention.span)
        if mention.placeholder:
            if item:
                yield _of_another_figure(mention.placeholder, item, report)
            continue
        if mention.other_year or mention.part_of_year:
            continue
        own = mention.comparable and not mention.change
        stale = _stale_figure(mention, report, previous) if own else None
        if stale:
            yield _differs("leftover-number", mention, stale, report)
        elif item:
            yield _differs("narrative-contradicts-table", mention, item.measure, report)
        elif not mention.measures:
            yield from _of_one_field(mention, report, previous)


def _of_one_field(mention: Mention, report: Report, previous: Report | None) -> Iterator[Finding]:
    """Yield a number of decisions in a field that is last year's figure, or the figure mistyped.

    办理涉农行政许可1364件: the field may be all that a bureau decides on, or a part of it. So
    only last year's figure, or this year's with two digits exchanged, is no chance.
    """
    clause = _ENFORCERS.sub("", mention.counted.clause)
    small = mention.quantity.value < _LARGE or mention.quantity.unit == "条"
    if mention.change or small or not _DECISION.search(clause):
        return
    named = Phrase(report.form, clause).features.get("object", ())
    if not named or not {*named} <= _DECIDED:
        return
    for measure in measures_of(
        report.form, {"object": named, "act": ("decided",)}, mention.quantity
    ):
        figure = report.figure(measure.codes)
        before = previous.figure(measure.codes) if previous else None
        if figure is None or figure == mention.quantity.value:
            return
        if before == mention.quantity.value and not _OF_LAST_YEAR.search(mention.counted.clause):
            yield _differs("leftover-number", mention, measure, report)
        elif are_exchanged(figure, mention.quantity.value):
            yield _differs("narrative-contradicts-table", mention, measure, report)
        return


def compared_numbers(report: Report) -> Iterator[ComparedNumber]:
    """Yield each number in the text that refers to a figure of this year, in order."""
    for mention in mentions(report):
        if not mention.comparable:
            continue
        if mention.change:
            yield from _stated_change(mention, report)
        elif _speaks_of_table(mention, report):
            equal = agreeing(mention, report)
            readings = (read(mention, report) for read in _OTHER_READINGS)
            measure = equal or next(filter(None, readings), None)
            meant = measure or _meant(mention, report)
            if {*report.form.expanded(meant.codes)} <= _blank_tables(report):
                continue  # a blank table is reported by another check
            expected = report.printed(meant.codes)
            about = (mention, mention.span, meant, expected, measure is not None, equal is not None)
            yield ComparedNumber("number", *about)


@once
def _blank_tables(report: Report) -> frozenset[Code]:
    """Return the cells of the tables that have no number at all."""
    return frozenset(
        code
        for codes in report.form.by_table
        if all(report.values[code].number is None for code in codes)
        for code in codes
    )


def _in_sentence(mention: Mention, report: Report) -> tuple[list[Mention], int]:
    """Return the numbers of a number's sentence, and its place among them."""
    near = by_sentence(report)[mention.part, mention.sentence.start]
    return near, bisect_left(near, mention.quantity.start, key=lambda item: item.quantity.start)


def _meant(mention: Mention, report: Report) -> Measure:
    """Return the figure that a number most likely means; it agrees with none.

    If the applications carried over are named as a part of it (受理26件，其中上年结转3件), it is
    a sum that includes them; otherwise it is the simplest candidate.
    """
    near, at = _in_sentence(mention, report)
    parts = near[at + 1 : at + 1 + _MOST_PARTS]
    carried = [item for item in parts if "carried_in" in item.features.get("act", ())]
    if carried and opened(parts[0].counted) and carried[0].measures:
        codes = {*carried[0].measures[0].codes}
        with_it = (item for item in mention.measures if codes < {*item.codes})
        return next(with_it, mention.measures[0])
    return mention.measures[0]


def _part_of_new(mention: Mention, report: Report) -> Measure | None:
    """Return the figure whose part from new applications is the number: 新收23件办结21件.

    The new applications finished are all that were received, less those carried over to next
    year. It is read like that only if the number received, or finished (办结23件，其中新收
    21件), is stated before it and agrees with the table.
    """
    of_which = _OF_WHICH.get(mention.features.get("act", ()))
    if of_which is None or "outcome" in mention.features:
        return None
    received, left = (_figure_with(report, act) for act in ("received", "carried_out"))
    if not received or not left or not mention.quantity.may_be(received - left):
        return None
    whole = _figure_with(report, of_which)
    stated = any(item.value == whole for item in mention.before)
    return mention.measures[0] if stated else None


def _of_partition(mention: Mention, report: Report) -> Measure | None:
    """Return the figure of a number that is a part of a whole, in categories the form lacks.

    受理12件，答复7件，不予受理4件，不明确1件: fewer were answered than finished, and the parts add
    up to the number received.
    """
    if mention.features.get("act") != ("answered",) or "outcome" in mention.features:
        return None
    near, at = _in_sentence(mention, report)
    whole = near[at - 1] if at else mention
    parts = [item.quantity for item in near[at : at + _MOST_KINDS]]
    sums = accumulate(item.value for item in parts)
    adds = any(total == whole.quantity.value for total in list(sums)[_FEWEST_KINDS - 1 :])
    return mention.measures[0] if adds and agrees(whole, report) else None


def _at_several_places(mention: Mention, report: Report) -> Measure | None:
    """Return the figure that the staff, or interviews, named in several places of a part add up to.

    受理点配备1名兼职人员…服务大厅配备3名兼职人员: four in all. `_AT_PLACES` has the objects.
    """
    if not {*mention.features.get("object", ())} <= _AT_PLACES:
        return None
    alike = [
        item.quantity.value
        for item in mentions(report)
        if item.part == mention.part and item.features == mention.features
    ]
    if len(alike) < _SEVERAL_PLACES:
        return None
    figures = ((figure_of(report, it, mention.quantity), it) for it in mention.measures)
    return next((measure for figure, measure in figures if figure == sum(alike)), None)


def _figure_with(report: Report, act: str) -> Decimal | None:
    """Return the number of applications with an act; None if the table does not have it."""
    return report.figure(report.form.meanings.codes({"object": "application", "act": act}))


def _sum_with_neighbours(mention: Mention, report: Report) -> Measure | None:
    """Return the figure that a number and its neighbours add up to: 废止2件，宣布失效1件."""
    near, at = _in_sentence(mention, report)
    near = near[max(0, at - MOST_BESIDE) : at + MOST_BESIDE + 1]
    beside = [item for item in near if _alike(item, mention)]
    place = next(n for n, item in enumerate(beside) if item is mention)
    figures = ((figure_of(report, it, mention.quantity), it) for it in mention.measures)
    known = [(figure, measure) for figure, measure in figures if figure is not None]
    return _run_of(known, [item.quantity.value for item in beside], place)


def _run_of(
    figures: list[tuple[Decimal, Measure]], numbers: list[Decimal], place: int
) -> Measure | None:
    """Return the figure that two or more consecutive numbers, with that at `place`, add up to."""
    sums = list(accumulate(numbers, initial=ZERO))
    ends = {sums[last + 1]: last for last in reversed(range(place, len(numbers)))}
    for first in range(place + 1):
        found = [
            (ends[sums[first] + figure], measure)
            for figure, measure in figures
            if ends.get(sums[first] + figure, first) > first
        ]
        if found:
            return min(found, key=itemgetter(0))[1]
    return None


# How else a number that is not the table's own may agree with it.
_OTHER_READINGS = (_sum_with_neighbours, _part_of_new, _of_partition, _at_several_places)


def _alike(one: Mention, other: Mention) -> bool:
    """Whether two numbers count the same kind of thing, whatever their details."""
    same = all(one.features.get(name) == other.features.get(name) for name in _SHARED_FEATURES)
    return same and not one.change and one.quantity.like(other.quantity)


def _speaks_of_table(mention: Mention, report: Report) -> bool:
    """Whether a number refers to the table: published documents need not be those issued."""
    if set(mention.features.get("act", ())) & {*vocabulary().in_part}:
        return False
    loose = "act" not in mention.features and set(vocabulary().loosely) & {
        *mention.features.get("object", ())
    }
    none = not any(report.figure(measure.codes) for measure in mention.measures)
    # 规范性文件11条 are items of information, except where the form counts documents so
    items = mention.quantity.unit == "条" and all(it.unit != "条" for it in mention.measures)
    return bool(mention.measures) and not (loose and (none or items))


def _stated_change(mention: Mention, report: Report) -> Iterator[ComparedNumber]:
    """Yield a stated change, compared with the one that the table itself states."""
    codes = change_cells(mention, report)
    stated = mention.quantity.value * mention.change
    actual = report.figure(codes) if codes else None
    if actual is not None and mention.quantity.exact:
        measure, expected = report.form.called(codes), report.printed(codes)
        same = actual == stated
        yield ComparedNumber("change", mention, mention.span, measure, expected, same, same)


def _stale_figure(mention: Mention, report: Report, previous: Report | None) -> Measure | None:
    """Return the figure whose value of last year was typed, if it is different this year.

    If the words say what a number counts, it is compared with that figure alone. Any other number
    is compared only from 10 up, and if it does not count something else: small numbers agree
    by chance.
    """
    number = mention.quantity.value
    if previous is None or not number or not mention.quantity.exact:
        return None
    found = mention.measures
    if not found and _may_be_of_last_year(mention, report):
        found = _of_named_object(mention, report)
    elif found and agrees(mention, report):
        return None
    for measure in found:
        before = figure_of(previous, measure, mention.quantity)
        if before == number != figure_of(report, measure, mention.quantity):
            return measure
    return None


def _may_be_of_last_year(mention: Mention, report: Report) -> bool:
    """Whether a number whose figure is unknown may be last year's, and not so by chance."""
    return not (
        mention.foreign
        or _SAID_LAST_YEARS.search(mention.counted.clause)
        or not _may_be_of_form(mention, report)
        or _is_part_of_other(mention, report)
        or mention.quantity.value < FEW
        or mention.quantity.value in _known(report)
        or mention.quantity.kind != "count"
        or "channel" in mention.features  # 网络申请54件, where the form has no channels: a part
    )


def _of_named_object(mention: Mention, report: Report) -> tuple[Measure, ...]:
    """Return the figures with a number's measure word; only those of its object, if it has one."""
    counted = report.form.counted_in(mention.quantity.unit)
    objects = {*mention.features.get("object", ())} - {""}
    if not objects:
        return counted
    cells = report.form.cells
    return tuple(
        measure
        for measure in counted
        if {cells[code].means.get("object", "") for code in measure.codes} <= objects
    )


def _may_be_of_form(mention: Mention, report: Report) -> bool:
    """Whether the form counts the object of a number, or the text names none: 政策解读54件."""
    named = [item for item in mention.features.get("object", ()) if item]
    return all(report.form.meanings.counts(item) for item in named)


def _is_part_of_other(mention: Mention, report: Report) -> bool:
    """Whether a number without a name of its own follows one that the form does not count."""
    first = _in_sentence(mention, report)[0][0]
    return first is not mention and first.foreign and not any(mention.features.get("object", ()))


@once
def _known(report: Report) -> set[Decimal]:
    """Return every number in this year's table and breakdowns."""
    known = {report.number(code) for code in report.form.cells}
    return known | {number for item in report.breakdowns for number in item.items.values()}


def _of_another_figure(
    placeholder: Figure | Share, item: ComparedNumber, report: Report
) -> Finding:
    """Return the finding that a placeholder has the code of a figure that its words do not mean."""
    filled_in = report.form.called(placeholder.codes)
    return text_finding(
        report,
        "placeholder-of-another-figure",
        item.span,
        codes=item.codes,
        quote=item.mention.quote,
        filled_in=filled_in.name,
        filled_code=" + ".join(filled_in.codes),
        name=item.measure.name,
        code=" + ".join(item.codes),
        number=plain(item.mention.quantity.value),
        expected=item.expected or "—",
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
    return text_finding(
        report,
        id,
        mention.span,
        codes=measure.codes,
        quote=mention.quote,
        name=measure.name,
        code=" + ".join(measure.codes),
        number=number,
        expected=expected,
        current=expected,
    )
