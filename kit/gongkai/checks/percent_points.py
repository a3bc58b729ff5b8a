"""Compare differences in percentage points with the two percentages that a text states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.changes import Change, wrong_difference
from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import typed_matches
from gongkai.report.model import Report
from gongkai.text.span import Span

_NUMBER = r"[0-9]{1,3}(?:\.[0-9]{1,4})?"
_WORDS = "[^,;。0-9%]{0,12}?"
_BY = (
    rf"{_WORDS}(?:(?P<up>提高|提升|上升|增长|增加|升)|下降|降低|减少|降)了?"
    rf"(?P<by>{_NUMBER})个百分点"
)
_DIFFERENCES = (
    # 由95.2%提高到98.6%，提高3.4个百分点
    re.compile(
        rf"[由从](?:20[0-9]{{2}}年)?{_WORDS}(?P<last>{_NUMBER})%"
        rf"{_WORDS}[到至为](?:20[0-9]{{2}}年的)?(?P<this>{_NUMBER})%,{_BY}"
    ),
    # 97.3%，较上年的95.8%上升1.5个百分点
    re.compile(
        rf"(?P<this>{_NUMBER})%,[较比](?:上年|去年|上一年|20[0-9]{{2}}年)度?(?:同期)?的?"
        rf"(?P<last>{_NUMBER})%{_BY}"
    ),
)


def wrong_points(report: Report, _: Context) -> Iterator[Finding]:
    """Find differences in percentage points that two percentages do not have, however rounded."""
    for pattern in _DIFFERENCES:
        for span, found in typed_matches(report, pattern, half=True):
            last, this, by = (Decimal(found[name]) for name in ("last", "this", "by"))
            stated = by if found["up"] else -by
            rounded = sum(_half_a_step(number) for number in (last, this, by))
            if abs(this - last - stated) > rounded:
                place = Span(span.part, *found.span("by"))
                yield wrong_difference(report, place, f"{stated:+f}", Change(None, last, this))


def _half_a_step(number: Decimal) -> Decimal:
    """Return by how much a number may differ from what it was rounded from: 0.05 for 95.2."""
    places = number.as_tuple().exponent
    return Decimal(5).scaleb(int(places) - 1)
