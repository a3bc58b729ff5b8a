"""What the checks made of each number that was typed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gongkai.checks.findings import COMPARISONS, Finding
from gongkai.checks.mentions import Mention, mentions
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
        self._wrong = {
            span for finding in findings if finding.id in COMPARISONS for span in finding.spans
        }
        self._compared = list(_compared(report))

    def of(self, span: Span) -> Verdict:
        """Return what a typed number was compared with by the checks, and how that came out.

        The number phrase that was compared has the number in it, with its unit and its bounds.
        """
        for phrase, messages, codes in self._compared:
            if phrase.holds(span):
                differs = any(wrong.holds(span) for wrong in self._wrong)
                said = say(messages[differs], "zh", codes=" + ".join(codes))
                return Verdict(differs, not differs, said)
        return Verdict()


_Compared = tuple[Span, tuple[str, str], tuple[str, ...]]


def _compared(report: Report) -> Iterator[_Compared]:
    """Yield each number phrase that was compared, what is said of it, and the cells."""
    for mention in mentions(report):
        if not mention.measures:
            continue
        quantity, share = mention.quantity, mention.counted.share
        phrase = Span(mention.part, quantity.start, quantity.end)
        yield phrase, NUMBER_SAID, mention.measures[0].codes
        whole = _whole(report, mention)
        if share and whole:
            yield Span(mention.part, share.start, share.end), SHARE_SAID, whole


def _whole(report: Report, mention: Mention) -> tuple[str, ...]:
    """Return the cells that a number with an outcome is a share of."""
    features = {name: values[0] for name, values in mention.features.items()}
    if "outcome" not in features:
        return ()
    rest = {name: value for name, value in features.items() if name not in ("outcome", "ground")}
    return report.form.meant(rest)
