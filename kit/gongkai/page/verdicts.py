"""Look up how the checks judged each number that was typed by hand."""

from __future__ import annotations

from typing import NamedTuple

from gongkai.checks.comparisons import ComparedNumber
from gongkai.checks.numbers import compared_numbers
from gongkai.checks.shares import ComparedShare, compared_shares
from gongkai.messages import say
from gongkai.report.model import Report
from gongkai.text.span import Span


class Verdict(NamedTuple):
    """Whether a typed number differs from the table or agrees.

    It does neither if it was not compared, or is a part of a figure in the text's own division.
    `said` names the figure it was compared with, `codes` its cells.
    """

    differs: bool = False
    agrees: bool = False
    said: str = ""
    codes: str = ""


class Verdicts:
    """Looks up the result of the comparison for each number."""

    def __init__(self, report: Report) -> None:
        self._compared: list[ComparedNumber | ComparedShare] = [
            *compared_numbers(report),
            *compared_shares(report),
        ]

    def of(self, span: Span) -> Verdict:
        """Return what the checks compared a typed number with, and the result.

        The phrase that was compared contains the number, with its unit and its bounds.
        """
        for item in self._compared:
            if item.measure and item.span.holds(span):
                said = say(_message_of(item), "zh", name=item.measure.name, expected=item.expected)
                equal = item.equal if isinstance(item, ComparedNumber) else item.holds
                return Verdict(not item.holds, equal, said, " + ".join(item.codes))
        return Verdict()


def _message_of(item: ComparedNumber | ComparedShare) -> str:
    if isinstance(item, ComparedShare):
        return "mark-agrees-share" if item.holds else "mark-differs-share"
    if item.equal:
        return "mark-agrees"
    return "mark-part" if item.holds else "mark-differs"
