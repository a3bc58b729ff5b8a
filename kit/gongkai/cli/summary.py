"""Summarise lines about many reports: reports with the same cause share one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from gongkai.messages import first_few, say

FEW = 20  # reports; up to this many, each has its own line
GROUPS = 10  # causes named in a summary
EXAMPLES = 3  # reports named for each cause

Named = TypeVar("Named")


def by_cause(causes: Iterable[tuple[Named, str]]) -> list[tuple[str, list[Named]]]:
    """Return each cause with what it was the cause for, the most frequent cause first."""
    groups: dict[str, list[Named]] = {}
    for named, cause in causes:
        groups.setdefault(cause, []).append(named)
    return sorted(groups.items(), key=lambda item: -len(item[1]))


def summed_up(
    causes: Iterable[tuple[str, str]], message: str, counted: str = "summary-reports"
) -> list[str]:
    """Return lines about reports and their causes: one per report, or per cause if there are many.

    `message` has `{target}` and `{reason}`. For many reports, a line states how many share a
    cause, in the words of `counted`, the most frequent cause first.
    """
    listed = list(causes)
    if len(listed) <= FEW:
        return [say(message, target=target, reason=reason) for target, reason in listed]
    common = by_cause(listed)
    lines = [
        say(
            message,
            target=say(counted, count=len(names), names=first_few(names, EXAMPLES)),
            reason=reason,
        )
        for reason, names in common[:GROUPS]
    ]
    if len(common) > GROUPS:
        rest = sum(len(names) for _, names in common[GROUPS:])
        lines.append(say("summary-more", causes=len(common) - GROUPS, count=rest))
    return lines
