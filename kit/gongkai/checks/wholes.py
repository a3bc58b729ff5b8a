"""Find the wholes that a number may be a share of: figures of the table, numbers before it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from gongkai.checks.rates import is_rate, words_between
from gongkai.forms.form import Measure
from gongkai.reading.matching import measures_of
from gongkai.reading.mentions import Mention, all_agreeing
from gongkai.reading.phrases import Features, Phrase
from gongkai.report.model import Report
from gongkai.text.quantities import Quantity

ZERO = Decimal(0)
# What a number may be divided by, each with what more is left out of its whole.
_DIVIDED_BY = {"outcome": "", "applicant": "organisation", "channel": "", "timing": ""}
BARE = re.compile(r"[,(]?\s?约?占比?(?:为|达到?|约)?")
_OF_LIST = re.compile(r"其中|包括|包含|:|\(|;|^[^,;。]{0,8}[中里],?")
_ITS_SHARE = re.compile(r"^\s?[,、(]?\s?(?:约?占|超过?|不到|不足)")


class Whole(NamedTuple):
    """A whole that a number may be a share of, with its figure if it is in the table."""

    number: Decimal
    measure: Measure | None


def wholes_of(mention: Mention, share: Quantity, report: Report) -> list[Whole]:
    """Return the possible wholes of a number: those of the table first, then of its sentence."""
    of_what = named_whole(mention, share, report)
    found = _of_table(mention, of_what, report)
    before = [item for item in mention.before if item.like(mention.quantity)]
    words = words_between(mention, share)
    if (
        of_what or BARE.fullmatch(words) or "outcome" not in mention.features
    ):  # 新收的25件中，自然人20件，占80%
        stated = {item.value for item in before}
        found = [item for item in found if item.number in stated] or found
    named = measures_of(report.form, of_what, mention.quantity)
    found += [Whole(report.figure(measure.codes) or ZERO, measure) for measure in named]
    of_list = _OF_LIST.search(mention.counted.before) or is_rate(words)
    if before and (found or of_list or len(before) > 1):
        found += [
            Whole(item.value, None) for item in before if item.value >= mention.quantity.value
        ]
    return found


def _of_table(mention: Mention, of_what: Features, report: Report) -> list[Whole]:
    """Return the figures that a number may be a part of, by outcome, applicant or channel."""
    if not mention.measures or mention.foreign or of_what.get("act") == ("received",):
        return []  # 占新收申请的75%: a share of nothing else
    found: list[Whole] = []
    for divided, more in _DIVIDED_BY.items():
        if divided not in mention.features:
            continue
        apart = {"ground", divided, more}
        whole = {name: it for name, it in mention.features.items() if name not in apart}
        of_all = measures_of(report.form, whole, mention.quantity)
        if divided == "outcome" and not of_what:  # 占总数的10%: of all, perhaps
            whole.pop("act", None)
            of_all += measures_of(report.form, whole, mention.quantity)
        if divided == "applicant":
            of_all = _of_same_act(of_all, mention, report)
        known = [Whole(report.figure(item.codes) or ZERO, item) for item in of_all]
        # A number that exceeds its whole is itself wrong, and its share of no interest.
        found += [item for item in known if item.number >= mention.quantity.value]
    return found


def _of_same_act(
    wholes: tuple[Measure, ...], mention: Mention, report: Report
) -> tuple[Measure, ...]:
    """Return the wholes of the act of which the table has the number, all if it has it nowhere.

    商业企业11件 is what came in, and no share of what was finished.
    """
    acts = {act for item in all_agreeing(mention, report) for act in _acts(item, report)}
    return tuple(item for item in wholes if not acts or _acts(item, report) & acts)


def _acts(measure: Measure, report: Report) -> set[str]:
    cells, codes = report.form.cells, report.form.expanded(measure.codes)
    return {cells[code].means.get("act", "") for code in codes}


def named_whole(mention: Mention, share: Quantity, report: Report) -> Features:
    """Return the features of the whole that is named between a number and its percentage."""
    phrase = Phrase(report.form, _ITS_SHARE.sub("", words_between(mention, share)))
    if phrase.unknown.strip("占比例的为总体其中量在"):
        return {}
    if "outcome" in phrase.features and "object" not in phrase.features:  # 占无法提供总数的84.2%
        return {name: (value,) for name, value in phrase.implied.items()} | phrase.features
    of_applications = phrase.features.get("act", ("",))[0] in ("received", "answered", "finished")
    return {"object": ("application",), **phrase.features} if of_applications else phrase.features
