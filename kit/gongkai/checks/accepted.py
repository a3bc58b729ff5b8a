"""Whether what was found was looked at already, and let stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gongkai.checks.findings import REQUIRED_VALUES, Finding
from gongkai.errors import Problem
from gongkai.report.model import Accepted, Report

SHOWN = 3  # of the findings that an entry might mean


def with_accepted(report: Report, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, marked where the year's YAML accepts them; then entries that match none.

    An entry accepts one finding, and others that say the very same. One that fits none, several,
    or an error accepts nothing, and is a finding itself: nobody is to believe that something
    was settled which was not.
    """
    found = list(findings)
    for index, entry in enumerate(report.parameters.accepted):
        fitting = [
            number
            for number, item in enumerate(found)
            if item.accepted is None and _fits(entry, item)
        ]
        meant = {_said(found[number]) for number in fitting}
        if len(meant) == 1 and found[fitting[0]].severity != "error":
            for number in fitting:
                found[number] = replace(found[number], accepted=entry)
        else:
            yield _unmatched(report, index, found, len(meant))
    yield from found


def _said(finding: Finding) -> tuple[str, str]:
    """Return what a finding says, wherever it stands: the same twice is one matter."""
    return finding.part, finding.text("zh")


def _fits(entry: Accepted, finding: Finding) -> bool:
    """Whether an entry speaks of a finding: its id, its place, and its values where given."""
    if entry.finding != finding.id:
        return False
    if entry.values != finding.values and (entry.values or finding.id in REQUIRED_VALUES):
        return False
    return not entry.place or entry.place in _places(finding) or _quotes(finding, entry.place)


def _places(finding: Finding) -> tuple[str, ...]:
    return (*finding.codes, *([finding.part] if finding.part else []))


def _quotes(finding: Finding, words: str) -> bool:
    details = finding.problem.details
    return any(words in str(details.get(name, "")) for name in ("quote", "heading", "title"))


def _unmatched(report: Report, index: int, found: list[Finding], fitting: int) -> Finding:
    """Return the finding that an entry accepts nothing: there is none, several, or an error."""
    entry = report.parameters.accepted[index]
    alike = [item for item in found if item.id == entry.finding and item.accepted is None]
    details: dict[str, object] = {"finding": entry.finding, "count": fitting}
    message = "accepted-several" if fitting > 1 else "accepted-error"
    if not fitting:
        unsaid = entry.finding in REQUIRED_VALUES and not entry.values
        message = "accepted-values" if unsaid else "accepted-elsewhere"
        message = message if alike else "accepted-gone"
    details["now"] = [*map(_called, alike[:SHOWN]), *(["…"] if len(alike) > SHOWN else [])]
    line = report.line(f"accepted.{index}.finding")
    return Finding("warning", Problem(message, report.file("year"), line, details))


def _called(finding: Finding) -> str:
    """Return how an entry can name a finding: its quote, else its place, and its values."""
    place = str(finding.problem.details.get("quote", "")) or next(iter(_places(finding)), "")
    values = " / ".join(finding.values)
    return f"{place} ({values})" if values else place or finding.problem.where
