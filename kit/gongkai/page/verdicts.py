"""How the checks judged each number that was typed by hand."""

from __future__ import annotations

from typing import NamedTuple

from gongkai.checks.comparisons import ComparedNumber
from gongkai.checks.numbers import compared_numbers
from gongkai.checks.shares import ComparedShare, compared_shares
from gongkai.messages import say
from gongkai.report.model import Report
from gongkai.text.span import Span

# What is said of a typed number that agrees with the table, and of one that differs.
NUMBER_SAID = ("mark-agrees", "mark-differs")
SHARE_SAID = ("mark-agrees-share", "mark-differs-share")


class Verdict(NamedTuple):
    """Whether a typed number differs from the table or agrees; neither where none was compared.

    `said` names the figure it was compared with, `codes` its cells.
    """

    differs: bool = False
    agrees: bool = False
    said: str = ""
    codes: str = ""


class Verdicts:
    """What the checks compared a report's numbers with, asked for one by one."""

    def __init__(self, report: Report) -> None:
        self._compared: list[tuple[tuple[str, str], ComparedNumber | ComparedShare]] = [
            *((NUMBER_SAID, item) for item in compared_numbers(report)),
            *((SHARE_SAID, item) for item in compared_shares(report)),
        ]

    def of(self, span: Span) -> Verdict:
        """Return what the checks compared a typed number with, and the result.

        The phrase that was compared contains the number, with its unit and its bounds.
        """
        for messages, item in self._compared:
            if item.measure and item.span.holds(span):
                details = {"name": item.measure.name, "expected": item.expected}
                said = say(messages[not item.holds], "zh", **details)
                return Verdict(not item.holds, item.holds, said, " + ".join(item.codes))
        return Verdict()
