"""Changes since last year, as stated in the text and as computed from the figures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from gongkai.checks.findings import Finding
from gongkai.checks.text_findings import text_finding
from gongkai.forms.form import Measure
from gongkai.reading.matching import figure_of
from gongkai.report.model import Report
from gongkai.text.around import ending
from gongkai.text.numbers import plain, rounded
from gongkai.text.quantities import Quantity
from gongkai.text.span import Span

FAR = 400  # characters after a number, beyond which the text no longer refers to it
FALLS = ("下降", "减少", "压减", "缩减", "降低", "降幅", "回落", "跌幅")
HALF = Decimal(48)  # percent: 翻了一番 and 2倍 may describe 1.8 or 2.2 times as much, but not 1.75

_BY = (
    r"(?:同比|环比|同样|[比较与][^,;。0-9]{0,6}?(?:上年|去年|上一年|20[0-9]{2}年)(?:度|同期)?(?:相比)?)"
    r"[^0-9,;。]{0,6}?,?\s?"
)
GROWTH = re.compile(
    rf"{_BY}(增长|上升|增加|提高|提升|上涨|增幅|增速|升幅|下降|减少|压减|缩减|降低|降幅)率?(?:了|为|达到?)?约?(?:近)?\s?$"
)
_OF_SHARE = re.compile(rf"(?:占比|比例|比重|(?<!长)率|满意度){_BY}[^0-9,;。]{{2,6}}$")
_RATIO = re.compile(
    r"(增幅|增速|升幅|涨幅|增长率|降幅|跌幅)[达为约近到了]{0,3}\s?$|"
    r"(增长|上升|上涨|增加|提高|下降|减少|压减|缩减|降低)了?(?:近|约)?\s?$|是[^,;。]{0,8}的\s?$|为[^,;。]{0,8}的\s?$|实现了?\s?$"
)
_BASE = re.compile(r"[比较与](20[0-9]{2})年")


class Change(NamedTuple):
    """A figure last year and now; `measure` is None if both numbers are from the text."""

    measure: Measure | None
    before: Decimal
    now: Decimal

    @property
    def difference(self) -> Decimal:
        """The increase since last year."""
        return self.now - self.before

    @property
    def percent(self) -> Decimal:
        """The increase in percent of last year's number, which must not be 0."""
        return self.difference / self.before * 100


class Growth(NamedTuple):
    """A growth rate in percent as a text states it, and the precision of the statement."""

    percent: Decimal
    step: Decimal
    exact: bool

    def fits(self, change: Change) -> bool:
        """Whether the change, rounded or truncated, agrees with this statement."""
        stated, actual = self.percent, change.percent
        slack = self.step if self.exact else max(self.step, abs(stated) / 10)
        return abs(actual - stated) <= slack / 2 or (
            0 <= abs(actual) - abs(stated) < slack and actual * stated >= 0
        )

    def contradicted_by(self, changes: Iterable[Change]) -> Change | None:
        """Return the first of the changes if none fits; a rate says nothing of one from 0."""
        known = [change for change in changes if change.before > 0]
        return known[0] if known and not any(map(self.fits, known)) else None


def stated_growth(words: str, item: Quantity) -> Growth | None:
    """Return the growth that a percentage or a ratio states, by the words before it."""
    if ending(_OF_SHARE, words, len(words)):
        return None  # 予以公开的占比较上年提高6%: growth of a share, not of a number
    if item.unit == "番":
        return times(item)
    grown = GROWTH.search(words) or _RATIO.search(words)
    if grown is None:
        return None
    direction = grown[1] or grown[2]
    if item.kind == "percent":
        falls = direction in FALLS
        step = Decimal(1).scaleb(-item.places)
        return Growth(-item.value if falls else item.value, step, item.exact)
    return times(item)._replace(percent=item.value * 100) if direction else times(item)


def times(item: Quantity) -> Growth:
    """Return the growth to a multiple, such as 2倍."""
    finer = item.places or not item.exact
    step = Decimal(100).scaleb(-item.places) if finer else HALF
    return Growth(item.value * 100 - 100, step, item.exact)


def has_other_base(words: str, year: int) -> bool:
    """Whether words compare with a year other than the one before the report's."""
    years = _BASE.findall(words)
    return bool(years) and int(years[-1]) != year - 1


def since_last_year(
    previous: Report | None,
    measures: Iterable[Measure],
    quantity: Quantity,
    to: Report | None = None,
) -> list[Change]:
    """Return the change from each of last year's figures to a number, or to the figure in `to`.

    A figure that is blank in either year has no change: a blank is not 0; nor has one that the
    form of 2019 asks of the year before itself, such as 上一年项目数量.
    """
    if previous is None:
        return []
    changes = []
    cells = previous.form.cells
    for measure in measures:
        own = (cells[code].means.get("act") for code in measure.codes if code in cells)
        if "previous" in own:
            continue
        before = figure_of(previous, measure, quantity)
        now = figure_of(to, measure, quantity) if to else quantity.value
        if before is not None and now is not None:
            changes.append(Change(measure, before, now))
    return changes


def wrong_growth(report: Report, span: Span, growth: Growth, change: Change) -> Finding:
    """Return the finding that a percentage does not match the figures of the two years."""
    expected = f"{rounded(change.percent, 1):+}%"
    return _wrong(report, span, f"{plain(growth.percent)}%", expected, change)


def wrong_difference(report: Report, span: Span, stated: str, change: Change) -> Finding:
    """Return the finding that a change is not the difference between the two years."""
    return _wrong(report, span, stated, f"{change.difference:+f}", change)


def _wrong(report: Report, span: Span, stated: str, expected: str, change: Change) -> Finding:
    return text_finding(
        report,
        "narrative-growth",
        span,
        codes=change.measure.codes if change.measure else (),
        growth=stated,
        before=plain(change.before),
        expected=expected,
    )
