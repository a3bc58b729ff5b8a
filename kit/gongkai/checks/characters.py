"""Find invisible characters, and addresses with letters that look like others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.errors import Problem, Severity
from gongkai.report.model import CLOSING, INTRODUCTION, Report
from gongkai.text.characters import HiddenCharacters, foreign_letters, name_of
from gongkai.text.span import Span

# An address in a text: the host of a web page, or a mailbox.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s/?#，。；、（）()<>\[\]“”\"']{1,200}+"
    r"|(?<![\w.+-])[\w.+-]{1,64}+@[\w.-]{1,200}+"
)
TEXTS = (("sections",), ("highlights",), ("charts",))
_PARTS = {"basis": INTRODUCTION, "signatures": CLOSING}


def invisible_characters(report: Report, _: Context) -> Iterator[Finding]:
    """Find invisible characters; one that can change how a number reads is an error."""
    for hidden in report.hidden:
        codes = tuple(str(code) for code in hidden.key[:1] if code in report.values)
        part = _part(hidden, report)
        severity: Severity = "error" if hidden.grave else "warning"
        yield Finding(severity, hidden.problem, codes, part, _spans(hidden, part, report))


def _spans(hidden: HiddenCharacters, part: str, report: Report) -> tuple[Span, ...]:
    """Return the line of the part's text with a character; () if it is not in a text."""
    if hidden.key[:1] not in TEXTS or not report.is_written(part):
        return ()
    return (Span(part, *report.filled(part).line_span(hidden.problem.line)),)


def _part(hidden: HiddenCharacters, report: Report) -> str:
    """Return the part that shows a value of a YAML file; '' where none does, or many do."""
    if hidden.problem.file == report.file("agency"):
        return INTRODUCTION
    if hidden.problem.file != report.file("year"):
        return ""
    match hidden.key:
        case ("sections" | "highlights" | "charts") as kind, name, *_:
            part = str(name) if kind == "sections" else f"{kind}.{name}"
            return part if part in report.sections else ""
        case "breakdowns", int(index), *_:
            return report.breakdowns[index].part
        case first, *_:
            return _PARTS.get(str(first), "")
    return ""


def mixed_addresses(report: Report, _: Context) -> Iterator[Finding]:
    """Find addresses with look-alikes of Latin letters, which lead elsewhere."""
    for key in ("website", "email"):
        yield from _mixed(getattr(report.agency, key), report.file("agency"), 0, INTRODUCTION)
    for part in report.sections:
        filled = report.filled(part)
        for found in _ADDRESS.finditer(filled.text):
            line, span = filled.line_at(found.start()), Span(part, *found.span())
            yield from _mixed(found.group(), report.file("year"), line, part, span)


def _mixed(address: str, file: str, line: int, part: str, *spans: Span) -> Iterator[Finding]:
    letters = [name_of(char) for char in foreign_letters(address)]
    if letters:
        details = {"address": address, "characters": letters, "quote": address}
        problem = Problem("mixed-script-address", file, line, **details)
        yield Finding("warning", problem, part=part, spans=spans)
