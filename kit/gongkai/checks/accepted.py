"""Match findings with the entries of `accepted:` in the year's YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gongkai.checks.findings import Finding
from gongkai.errors import Problem
from gongkai.messages import first_few
from gongkai.report.model import Report
from gongkai.report.parameters import Accepted

QUOTING = ("quote", "heading", "title")  # arguments of a message that are words of the report
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
    alike = (
        item
        for item in findings
        if item.id == finding.id and item.accepted is None and _stated(item) == _stated(finding)
    )
    if {_identity(item) for item in alike} - {_identity(finding)}:
        return ""
    lines = (f"    {line}" for line in (*_stated(finding), "reason:", "by:"))
    return "\n".join((f"  - finding: {finding.id}", *lines))


def _stated(finding: Finding) -> tuple[str, ...]:
    """Return the place and the values that an entry has to state, each as a line of YAML."""
    place = _required(finding)
    stated = {"place": place[0] if len(place) == 1 else place, "values": finding.values}
    return tuple(
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in stated.items() if value
    )


def _identity(finding: Finding) -> tuple[str, str]:
    """Return the part and the message of a finding; findings that share both count as one."""
    return finding.part, finding.text("zh")


def _fits(entry: Accepted, finding: Finding) -> bool:
    """Whether an entry states all that was seen: where a finding is, and its values.

    With less, it would also accept the same values elsewhere, or other values in the same place.
    """
    stated = entry.values == finding.values and set(_required(finding)) <= set(entry.place)
    return stated and _is_about(entry, finding)


def _is_about(entry: Accepted, finding: Finding) -> bool:
    """Whether nothing that an entry states contradicts a finding."""
    at_place = set(entry.place) <= set(_places(finding))
    return entry.finding == finding.id and at_place and entry.values in ((), finding.values)


def _required(finding: Finding) -> tuple[str, ...]:
    """Return what an entry has to name as the place, unless its values name it already."""
    place = (*_part_and_words(finding), *finding.codes[:1])
    return tuple(name for name in place if name not in finding.values)


def _places(finding: Finding) -> tuple[str, ...]:
    """Return all that an entry may name as the place."""
    return (*_part_and_words(finding), *finding.codes)


def _part_and_words(finding: Finding) -> tuple[str, ...]:
    """Return a finding's part and the words it quotes, without blanks around, as YAML is read."""
    details = finding.problem.details
    quoted = (str(details[name]).strip() for name in QUOTING if name in details)
    return tuple(filter(None, (finding.part, *quoted)))


def _unmatched(report: Report, index: int, found: list[Finding]) -> Finding:
    """Return the finding that an entry matches nothing, several findings, or an error."""
    entry = report.parameters.accepted[index]
    alike = [item for item in found if item.id == entry.finding and item.accepted is None]
    about = [item for item in alike if _is_about(entry, item)]
    count = len({_identity(item) for item in about})
    message = "accepted-several" if count > 1 else "accepted-values"
    if not about:
        message = "accepted-elsewhere" if alike else "accepted-obsolete"
    elif count == 1 and about[0].severity == "error":
        message = "accepted-error"
    each = dict.fromkeys(f"{{{', '.join(_stated(item))}}}" for item in about or alike)
    now = first_few(each, SHOWN)
    details: dict[str, object] = {"finding": entry.finding, "count": count, "now": now}
    line = report.line(f"accepted.{index}.finding")
    return Finding("warning", Problem(message, report.file("year"), line, **details))
