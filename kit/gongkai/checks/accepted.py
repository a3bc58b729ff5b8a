"""Match findings with the entries of `accepted:` in the year's YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gongkai.checks.findings import REQUIRED_VALUES, Finding
from gongkai.errors import Problem
from gongkai.messages import first_few
from gongkai.report.model import Report
from gongkai.report.parameters import Accepted

SHOWN = 3  # findings listed that an entry might mean


def with_accepted(report: Report, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield a finding for each entry that accepts nothing, then all findings, marked if accepted.

    An entry accepts one finding and its exact repetitions. An entry that matches no finding,
    several different ones, or an error accepts nothing, and is reported, so that an open matter
    is not mistaken for accepted.
    """
    found = list(findings)
    for index, entry in enumerate(report.parameters.accepted):
        fitting = [
            number
            for number, item in enumerate(found)
            if item.accepted is None and _fits(entry, item)
        ]
        meant = {_identity(found[number]) for number in fitting}
        if len(meant) == 1 and found[fitting[0]].severity != "error":
            for number in fitting:
                found[number] = replace(found[number], accepted=entry)
        else:
            yield _unmatched(report, index, found)
    yield from found


def entry_for(finding: Finding, findings: Iterable[Finding]) -> str:
    """Return the `accepted:` entry that accepts a finding and no other, as lines of YAML.

    Reason and name are left blank for whoever accepts it; without them the file is refused.
    Returns '' for an error, for a finding already accepted, and if no entry could tell the
    finding from another one.
    """
    if finding.severity == "error" or finding.accepted:
        return ""
    alike = [
        item
        for item in findings
        if item.id == finding.id and item.values == finding.values and item.accepted is None
    ]
    own = _identity(finding)
    for place in ("", *_places(finding), *_quoted(finding)):
        entry = Accepted.model_construct(
            finding=finding.id, place=place, values=finding.values, reason="", by=""
        )
        fitting = [item for item in alike if _fits(entry, item)]
        if finding in fitting and all(_identity(item) == own for item in fitting):
            return _as_yaml(entry)
    return ""


def _as_yaml(entry: Accepted) -> str:
    lines = [f"  - finding: {entry.finding}"]
    if entry.place:
        lines.append(f"    place: {json.dumps(entry.place, ensure_ascii=False)}")
    if entry.values:
        lines.append(f"    values: {json.dumps(entry.values, ensure_ascii=False)}")
    return "\n".join((*lines, "    reason:", "    by:"))


def _identity(finding: Finding) -> tuple[str, str]:
    """Return the part and the message of a finding; findings that share both count as one."""
    return finding.part, finding.text("zh")


def _fits(entry: Accepted, finding: Finding) -> bool:
    """Whether an entry matches a finding: its id, its place, and what was seen then.

    What was seen are the finding's values or words that it quotes. An entry without either would
    also accept the next finding of that kind.
    """
    if not _is_about(entry, finding):
        return False
    if entry.values:
        return entry.values == finding.values
    quotes = entry.place != "" and _quotes(finding, entry.place)
    return finding.id not in REQUIRED_VALUES and quotes


def _is_about(entry: Accepted, finding: Finding) -> bool:
    """Whether an entry names a finding's id, and its place or none."""
    at_place = entry.place in ("", *_places(finding)) or _quotes(finding, entry.place)
    return entry.finding == finding.id and at_place


def _places(finding: Finding) -> tuple[str, ...]:
    return (*finding.codes, *([finding.part] if finding.part else []))


def _quotes(finding: Finding, words: str) -> bool:
    return any(words in quoted for quoted in _quoted(finding))


def _quoted(finding: Finding) -> tuple[str, ...]:
    details = finding.problem.details
    return tuple(str(details[name]) for name in ("quote", "heading", "title") if name in details)


def _unmatched(report: Report, index: int, found: list[Finding]) -> Finding:
    """Return the finding that an entry matches nothing, several findings, or an error."""
    entry = report.parameters.accepted[index]
    alike = [item for item in found if item.id == entry.finding and item.accepted is None]
    about = [item for item in alike if _is_about(entry, item) and entry.values in ((), item.values)]
    count = len({_identity(item) for item in about})
    message = "accepted-several" if count > 1 else "accepted-values"
    if not about:
        message = "accepted-elsewhere" if alike else "accepted-obsolete"
    elif count == 1 and about[0].severity == "error":
        message = "accepted-error"
    now = first_few(map(_reference, alike), SHOWN)
    details: dict[str, object] = {"finding": entry.finding, "count": count, "now": now}
    line = report.line(f"accepted.{index}.finding")
    return Finding("warning", Problem(message, report.file("year"), line, **details))


def _reference(finding: Finding) -> str:
    """Return how an entry can refer to a finding: its quote, or else its place, and its values."""
    place = str(finding.problem.details.get("quote", "")) or next(iter(_places(finding)), "")
    values = " / ".join(finding.values)
    return f"{place} ({values})" if values else place or finding.problem.where
