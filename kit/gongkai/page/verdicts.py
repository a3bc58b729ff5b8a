"""What the checks made of each number that was typed by hand.

Imports: errors, text, report, checks.
"""

from __future__ import annotations

from typing import NamedTuple

from gongkai.checks.findings import Finding
from gongkai.checks.mentions import Mention, mentions
from gongkai.errors import say
from gongkai.page.narrative import Typed
from gongkai.report.model import Report
from gongkai.text.numbers import plain

# What is said of a typed number that agrees with the table, and of one that differs.
NUMBER_SAID = ("mark-agrees", "mark-differs")
SHARE_SAID = ("mark-agrees-share", "mark-differs-share")


class Verdict(NamedTuple):
    """Whether a typed number differs from the table or agrees; neither if it was not compared."""

    differs: bool = False
    agrees: bool = False
    said: str = ""


class Verdicts:
    """What the findings say of a report's numbers, one by one."""

    def __init__(self, report: Report, findings: tuple[Finding, ...]) -> None:
        self._form = report.form
        self._findings = findings
        self._mentions = [item for item in mentions(report) if item.measures]

    def of(self, typed: Typed) -> Verdict:
        """Return what a typed number was compared with by the checks, and how that came out."""
        number = typed.number.replace(",", "")
        for mention in self._mentions:
            if mention.part != typed.part:
                continue
            found = {item.id for item in self._findings if _quotes(item, mention)}
            share = mention.counted.share
            whole = self._whole(mention)
            if share and whole and number == f"{plain(share.value)}%":
                return _outcome(SHARE_SAID, whole, differs="narrative-share" in found)
            if typed.clause in mention.quote and number == plain(mention.quantity.value):
                wrong = found & {"narrative-contradicts-table", "leftover-number"}
                return _outcome(NUMBER_SAID, mention.measures[0].codes, differs=bool(wrong))
        return Verdict()

    def _whole(self, mention: Mention) -> tuple[str, ...]:
        """Return the cells that a number with an outcome is a share of."""
        features = {name: values[0] for name, values in mention.features.items()}
        if not features.keys() & {"outcome"}:
            return ()
        kept = {
            name: value for name, value in features.items() if name not in ("outcome", "ground")
        }
        return self._form.meant(kept)


def _outcome(messages: tuple[str, str], codes: tuple[str, ...], *, differs: bool) -> Verdict:
    said = say(messages[differs], "zh", codes=" + ".join(codes))
    return Verdict(differs, not differs, said)


def _quotes(finding: Finding, mention: Mention) -> bool:
    """Whether a finding is about a number of the text."""
    return (finding.part, finding.problem.details.get("quote")) == (mention.part, mention.quote)
