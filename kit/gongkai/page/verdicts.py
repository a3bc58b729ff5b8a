"""What the checks made of each number that was typed by hand."""

from __future__ import annotations

from typing import NamedTuple

from gongkai.checks.numbers import compared_numbers
from gongkai.checks.shares import compared_shares
from gongkai.errors import say
from gongkai.report.model import Report, Span

# What is said of a typed number that agrees with the table, and of one that differs.
NUMBER_SAID = ("mark-agrees", "mark-differs")
SHARE_SAID = ("mark-agrees-share", "mark-differs-share")


class Verdict(NamedTuple):
    """Whether a typed number differs from the table or agrees; neither where none was compared."""

    differs: bool = False
    agrees: bool = False
    said: str = ""


class Verdicts:
    """What the checks compared a report's numbers with, asked for one by one."""

    def __init__(self, report: Report) -> None:
        self._compared = [
            *(
                (item.span, NUMBER_SAID, item.codes, item.holds)
                for item in compared_numbers(report)
            ),
            *((item.span, SHARE_SAID, item.codes, item.holds) for item in compared_shares(report)),
        ]

    def of(self, span: Span) -> Verdict:
        """Return what a typed number was compared with by the checks, and how that came out.

        The number phrase that was compared has the number in it, with its unit and its bounds.
        """
        for phrase, messages, codes, holds in self._compared:
            if codes and phrase.holds(span):
                said = say(messages[not holds], "zh", codes=" + ".join(codes))
                return Verdict(not holds, holds, said)
        return Verdict()
