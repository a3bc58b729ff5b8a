"""Check a report against the rules of its city or province."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gongkai.checks.findings import Context, Finding
from gongkai.checks.narrative import codes_of, speaks_of
from gongkai.checks.previous_year import repeated_share
from gongkai.checks.rules import Characters, Rule
from gongkai.errors import Problem
from gongkai.reading.mentions import mentions
from gongkai.report.model import CLOSING, Report
from gongkai.text.models import day_after
from gongkai.text.numbers import plain


def local_rules(report: Report, context: Context) -> Iterator[Finding]:
    """Find the rules of its city or province that a report breaks."""
    for rule, source in context.rules:
        if rule.applies_to(report):
            for kind in rule.kinds:
                yield from _KINDS[kind](report, context, rule, source)


def _finding(report: Report, rule: Rule, source: str, id: str, **details: object) -> Finding:
    """Return the finding that a rule is broken, with the name and source of the rule."""
    part = "" if id == "local-repeated" else rule.part
    named = {"title": rule.name, "source": source, **details}
    problem = Problem(id, report.file("year"), report.line(f"sections.{part}"), **named)
    return Finding(rule.severity, problem, part=part, source=source)


def _text(report: Report, rule: Rule) -> str:
    parts = [rule.part] if rule.part else list(report.headings)
    return "\n".join(report.filled(part).text for part in parts)


def _characters(report: Report, _: Context, rule: Rule, source: str) -> Iterator[Finding]:
    count = sum(not char.isspace() for char in _text(report, rule))
    asked = rule.characters or Characters()
    details = {"count": count, "least": asked.least, "most": asked.most or ""}
    if count < asked.least:
        yield _finding(report, rule, source, "local-too-short", **details)
    if asked.most is not None and count > asked.most:
        yield _finding(report, rule, source, "local-too-long", **details)


def _numbers(report: Report, _: Context, rule: Rule, source: str) -> Iterator[Finding]:
    parts = [rule.part] if rule.part else list(report.sections)
    used = {code for part in parts for code in codes_of(report.sections.get(part, ()))}
    typed = [mention for mention in mentions(report) if mention.typed and mention.part in parts]
    lacking = []
    for code in rule.numbers:
        number = report.figure((code,)) if report.form.expanded((code,)) else None
        if number is None or code in used:
            continue
        if not any(speaks_of(mention, code, number, report) for mention in typed):
            lacking.append(f"{report.form.called((code,)).name} {code} = {plain(number)}")
    if lacking:
        yield _finding(report, rule, source, "local-number", names=lacking)


def _order(report: Report, _: Context, rule: Rule, source: str) -> Iterator[Finding]:
    text = _text(report, rule)
    places = {word: text.find(word) for word in rule.order}
    lacking = [word for word, place in places.items() if place < 0]
    found = sorted((word for word in rule.order if word not in lacking), key=places.__getitem__)
    if lacking:
        yield _finding(report, rule, source, "local-missing", words=lacking)
    if found != [word for word in rule.order if word not in lacking]:
        yield _finding(report, rule, source, "local-order", found=found, words=rule.order)


def _repeated(report: Report, context: Context, rule: Rule, source: str) -> Iterator[Finding]:
    share = repeated_share(report, context.previous) if context.previous else 0.0
    most = rule.repeated_at_most or 0
    if share * 100 > most:
        details = {"percent": round(share * 100), "most": most}
        yield _finding(report, rule, source, "local-repeated", **details)


def _deadline(report: Report, _: Context, rule: Rule, source: str) -> Iterator[Finding]:
    signed = report.parameters.signed
    last = day_after(report.year, rule.signed_by)
    if signed and signed > last:
        details = {"signed": signed.isoformat(), "last": last.isoformat()}
        named = {"title": rule.name, "source": source, **details}
        problem = Problem("local-late", report.file("year"), report.line("signed"), **named)
        yield Finding(rule.severity, problem, part=CLOSING, source=source)


_Kind = Callable[[Report, Context, Rule, str], Iterator[Finding]]
_KINDS: Mapping[str, _Kind] = {
    "characters": _characters,
    "numbers": _numbers,
    "order": _order,
    "repeated_at_most": _repeated,
    "signed_by": _deadline,
}
