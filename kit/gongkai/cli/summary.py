"""Many lines that say the same of many reports, as a few: what is alike is said once."""

from __future__ import annotations

from collections.abc import Iterable

from gongkai.errors import first_few, say

FEW = 20  # lines, up to which each report has its own
GROUPS = 10  # causes that a summary names
EXAMPLES = 3  # reports that it names of each


def summed_up(
    causes: Iterable[tuple[str, str]], message: str, counted: str = "summary-reports"
) -> list[str]:
    """Return what is said of reports, each a name with a cause: a line a report, or a cause.

    `message` has `{target}` and `{reason}`. Of many reports, a line names how many have the same
    cause, the most frequent first, in the words of `counted`.
    """
    listed = list(causes)
    if len(listed) <= FEW:
        return [say(message, target=target, reason=reason) for target, reason in listed]
    groups: dict[str, list[str]] = {}
    for target, reason in listed:
        groups.setdefault(reason, []).append(target)
    common = sorted(groups.items(), key=lambda item: -len(item[1]))
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
