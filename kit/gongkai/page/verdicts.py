"""What the checks made of each number that was typed by hand."""

from __future__ import annotations

from typing import NamedTuple

from gongkai.checks.findings import Finding
from gongkai.checks.mentions import mentions
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
    """What the findings say of a report's numbers, one by one."""

    def __init__(self, report: Report, findings: tuple[Finding, ...]) -> None:
        self._wrong = {span for finding in findings for span in finding.spans}
        self._compared: dict[Span, tuple[tuple[str, str], tuple[str, ...]]] = {}
        for mention in mentions(report):
            if mention.measures:
                self._compared[mention.span] = NUMBER_SAID, mention.measures[0].codes
                whole = next((item.share_of for item in mention.measures if item.share_of), ())
                if whole and mention.share_span:
                    self._compared[mention.share_span] = SHARE_SAID, whole

    def of(self, span: Span) -> Verdict:
        """Return what a typed number was compared with by the checks, and how that came out."""
        if span not in self._compared:
            return Verdict()
        messages, codes = self._compared[span]
        differs = span in self._wrong
        said = say(messages[differs], "zh", codes=" + ".join(codes))
        return Verdict(differs, not differs, said)
