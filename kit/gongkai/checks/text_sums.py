"""Find lists in the text whose parts do not add up to their total."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.reading.adding import Sum
from gongkai.reading.matching import figure_of
from gongkai.reading.mentions import agree_together, by_place
from gongkai.reading.sums import wrong_sums
from gongkai.report.model import Report
from gongkai.text.numbers import plain
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import sentences
from gongkai.text.span import Span

_BESIDES = re.compile(r"\s{0,3}(?:此外|同时|另)")


def narrative_sums(report: Report, _: Context) -> Iterator[Finding]:
    """Find lists whose parts do not add up to their total in any reading."""
    for part in report.sections:
        filled = report.filled(part)
        for wrong in wrong_sums(filled.text):
            whole = wrong.whole.quantity
            numbers = [whole, *(count.quantity for count in wrong.parts)]
            typed = any(filled.is_typed(item.start, item.end) for item in numbers)
            if not typed or _as_in_table(report, part, numbers):
                continue
            if wrong.reason != "more" and _is_closed_beside(filled.text, wrong):
                continue
            parts = " + ".join(plain(count.quantity.value) for count in wrong.parts)
            partial = wrong.reason == "little" and wrong.total + 1 < whole.value
            yield text_finding(
                report,
                "narrative-sum",
                Span(part, whole.start, whole.end),
                severity="note" if partial else "warning",
                total=plain(whole.value),
                unit=whole.unit,
                parts=parts,
                sum=plain(wrong.total),
            )


def _is_closed_beside(text: str, wrong: Sum) -> bool:
    """Whether the next sentence adds what a list lacks: 此外，通过门户网站公开325条."""
    known = sentences(text)
    place = bisect_right(known, wrong.parts[-1].quantity.end, key=lambda item: item.start)
    if place == len(known) or not _BESIDES.match(known[place].text):
        return False
    short = wrong.whole.quantity.value - wrong.total
    return any(item.quantity.value == short for item in known[place].counts)


def _as_in_table(report: Report, part: str, numbers: list[Quantity]) -> bool:
    """Whether every number of a list is the table's, which may count one item twice.

    Where the table's own figures do not add up, such as those of channels, a number that differs
    from its figure is reported by another check.
    """
    known = by_place(report)
    found = [item for it in numbers if (item := known.get((part, it.start)))]
    if not all(item.measures for item in found):
        return False
    if agree_together(found, report):
        return True
    whole, *parts = (figure_of(report, item.measures[0], item.quantity) or 0 for item in found)
    return len(found) == len(numbers) and whole != sum(parts)
