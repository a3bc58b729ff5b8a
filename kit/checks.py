"""What a careful reader would find: checks that yield findings and never raise.

Imports: errors, markup, form, report, mentions.

An error stops the public copy; a warning does so under `--strict`; a note never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kit.errors import Problem
from kit.form import Code, Identity, Measure, Severity
from kit.markup import Literal
from kit.mentions import Mention, mentions
from kit.report import Filled, Past, Report, plain

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
FEW = 10  # below it, figures agree and jump, and sentences repeat, by chance
JUMP = 5
CONTACT = ("office", "address", "telephone", "website")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: a problem, how bad, and the codes and part it is about."""

    severity: Severity
    problem: Problem
    codes: tuple[Code, ...] = ()
    part: str = ""

    @property
    def id(self) -> str:
        """The stable id of the kind of finding."""
        return self.problem.id

    def text(self, lang: str | None = None) -> str:
        """Return the sentence, without the place."""
        return self.problem.text(lang)

    def row(self) -> dict[str, object]:
        """Return the finding as plain data, in both languages."""
        return {
            "id": self.id,
            "severity": self.severity,
            "file": self.problem.file,
            "line": self.problem.line,
            "codes": list(self.codes),
            "part": self.part,
            "zh": self.text("zh"),
            "en": self.text("en"),
        }


class Context(NamedTuple):
    """What a report is read beside: last year's report, and the other agencies' names."""

    previous: Report | None = None
    others: Mapping[str, tuple[str, ...]] = {}


Check = Callable[[Report, Context], Iterator[Finding]]


def check(report: Report, context: Context | None = None) -> tuple[Finding, ...]:
    """Return everything that the checks find in a report, the gravest first."""
    beside = context or Context()
    found = [finding for run in CHECKS for finding in run(report, beside)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def check_in_context(
    report: Report, past: Past, names: Mapping[str, tuple[str, ...]]
) -> tuple[Finding, ...]:
    """Return what the checks find in a report beside its past and the other agencies."""
    others = {slug: name for slug, name in names.items() if slug != report.slug}
    unread = tuple(
        Finding(
            "warning",
            Problem("previous-unreadable", report.file("year"), 0, {"reason": str(problem)}),
        )
        for problem in past.problems
    )
    return (*check(report, Context(past.last_year(report), others)), *unread)


def count(findings: tuple[Finding, ...], severity: Severity) -> int:
    """Return how many findings there are of a severity."""
    return sum(finding.severity == severity for finding in findings)


# --- the table --------------------------------------------------------------------


def rewritten_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Say which figures were read although they were written in another way."""
    for problem in report.accepted:
        yield Finding("note", problem, (str(problem.details["code"]),))


def identities(report: Report, context: Context) -> Iterator[Finding]:
    """Hold the sums of the form (勾稽关系) against each other, within a year and across two."""
    for rule in report.form.rules:
        if not _is_stated(rule, report, context.previous):
            continue
        left, right = report.total(rule.left), _right(rule, report, context.previous)
        holds = left == right if rule.relation == "=" else left <= right
        if not holds:
            message = "identity-sum" if rule.relation == "=" else "identity-at-most"
            if rule.previous:
                message = "identity-stock" if rule.right else "identity-carried"
            yield _about(report, rule, rule.severity, message, right)
        elif rule.when_equal and left == right and _several(report, rule.right):
            yield _about(report, rule, "note", rule.when_equal, right)


def _is_stated(rule: Identity, report: Report, previous: Report | None) -> bool:
    """Whether both sides of a rule say something.

    A total left blank states nothing, and parts that are all blank are no sum. A rule across
    years needs last year's figures, from a form that has them.
    """
    sides = [[report.values[code].number for code in rule.left]]
    if rule.right and not rule.previous:
        sides.append([report.values[code].number for code in rule.right])
    if rule.previous:
        if previous is None or any(code not in previous.values for code in rule.previous):
            return False
        sides.append([previous.values[code].number for code in rule.previous])
    return all(any(number is not None for number in side) for side in sides)


def _right(rule: Identity, report: Report, previous: Report | None) -> Decimal:
    carried = previous.total(rule.previous) if previous and rule.previous else Decimal(0)
    return report.total(rule.right) + carried


def _several(report: Report, codes: tuple[Code, ...]) -> bool:
    """Whether more than one figure is not 0: an equation of one figure says nothing."""
    return sum(report.number(code) != 0 for code in codes) > 1


def _about(
    report: Report, rule: Identity, severity: Severity, message: str, right: Decimal
) -> Finding:
    details = {
        "left_codes": " + ".join(f"{report.form.cells[code].name} {code}" for code in rule.left),
        "right_codes": " + ".join(rule.right),
        "previous_codes": " + ".join(rule.previous),
        "left": plain(report.total(rule.left)),
        "right": plain(right),
        "own": plain(report.total(rule.right)),
        "carried": plain(right - report.total(rule.right)),
    }
    line = report.values[rule.left[0]].line
    problem = Problem(message, report.file("indicators"), line, details)
    return Finding(severity, problem, (*rule.left, *rule.right))


def blank_cells(report: Report, _: Context) -> Iterator[Finding]:
    """Name the cells without a number, once for them all."""
    codes = tuple(code for code, value in report.values.items() if value.number is None)
    if codes:
        line = report.values[codes[0]].line
        details = {"count": len(codes), "codes": codes}
        problem = Problem("blank-cells", report.file("indicators"), line, details)
        yield Finding("warning", problem, codes)


# --- the parameters ---------------------------------------------------------------


def blank_parameters(report: Report, _: Context) -> Iterator[Finding]:
    """Name what the page needs and nobody has filled in, file by file."""
    needed = {
        "year": {"signed": report.parameters.signed, **_signatures(report)},
        "agency": {key: getattr(report.agency, key) for key in CONTACT},
    }
    for kind, values in needed.items():
        blank = [key for key, value in values.items() if not value]
        if blank:
            line = report.line(blank[0]) if kind == "year" else 0
            problem = Problem("blank-parameters", report.file(kind), line, {"keys": blank})
            yield Finding("warning", problem)


def _signatures(report: Report) -> dict[str, object]:
    """Return what stands at the foot of an annexed table; other forms have no foot."""
    if not report.form.annexed:
        return {}
    return {f"signatures.{key}": value for key, value in report.parameters.signatures}


def signed_early(report: Report, _: Context) -> Iterator[Finding]:
    """Find a report signed before the year that it counts was over."""
    signed, last = report.parameters.signed, report.period[1]
    if signed and signed <= last:
        details = {"signed": signed.isoformat(), "last": last.isoformat()}
        problem = Problem("signed-early", report.file("year"), report.line("signed"), details)
        yield Finding("warning", problem)


def breakdowns(report: Report, _: Context) -> Iterator[Finding]:
    """Hold each stated breakdown against its stated total."""
    for breakdown in report.breakdowns:
        total = sum(breakdown.items.values(), Decimal(0))
        if total != breakdown.total:
            details = {
                "title": breakdown.title,
                "sum": plain(total),
                "total_name": breakdown.code,
                "total": plain(breakdown.total),
            }
            problem = Problem("breakdown-sum", report.file("year"), breakdown.line, details)
            codes = (breakdown.code,) if breakdown.code in report.form.cells else ()
            yield Finding("warning", problem, codes, breakdown.part)


# --- the narrative ----------------------------------------------------------------


def empty_parts(report: Report, _: Context) -> Iterator[Finding]:
    """Find the parts that nobody wrote and that no standard sentence may stand for."""
    for part, heading in report.headings.items():
        if report.is_written(part) or report.standard_sentence(part):
            continue
        if not report.form.tables_of(part):
            line = report.line(f"sections.{part}")
            problem = Problem("empty-part", report.file("year"), line, {"heading": heading})
            yield Finding("warning", problem, part=part)


def blank_figures(report: Report, _: Context) -> Iterator[Finding]:
    """Find the places where the text asks for a figure that there is none of."""
    for part, segments in report.sections.items():
        for segment in segments:
            if not isinstance(segment, Literal) and not report.says(segment):
                asked = getattr(segment, "codes", ()) or (getattr(segment, "name", ""),)
                details = {"codes": asked}
                file = report.file("year")
                problem = Problem("narrative-blank-figure", file, segment.line, details)
                codes = report.form.expanded(getattr(segment, "codes", ()))
                yield Finding("warning", problem, codes, part)


def narrative_numbers(report: Report, context: Context) -> Iterator[Finding]:
    """Hold the numbers typed into the text against the table, and against last year's."""
    for mention in mentions(report):
        if not mention.typed:
            continue
        figures = [report.figure(measure.codes) or Decimal(0) for measure in mention.measures]
        stale = _last_years(mention, report, context.previous)
        if stale:
            yield _finding("leftover-number", mention, stale, report)
        elif figures and mention.number not in figures:
            yield _finding("narrative-contradicts-table", mention, mention.measures[0], report)


def _last_years(mention: Mention, report: Report, previous: Report | None) -> Measure | None:
    """Return the measure whose figure of last year, and of nothing this year, was typed.

    A number that stands next to a word of the form is compared with that figure alone. Any
    other number is only taken for last year's from 10 up: small ones agree by chance.
    """
    if previous is None or previous.form.edition != report.form.edition:
        return None
    known = {report.number(code) for code in report.form.cells}
    known |= {number for item in report.breakdowns for number in item.items.values()}
    if not mention.measures and (mention.number in known or mention.number < FEW):
        return None
    for measure in mention.measures or mention.like_unit:
        if previous.figure(measure.codes) == mention.number != report.figure(measure.codes):
            return measure
    return None


def _finding(message: str, mention: Mention, measure: Measure, report: Report) -> Finding:
    expected = report.printed(measure.codes) or "—"
    details = {
        "quote": mention.quote,
        "name": measure.name,
        "code": " + ".join(measure.codes),
        "number": plain(mention.number),
        "expected": expected,
        "current": expected,
    }
    problem = Problem(message, report.file("year"), mention.line, details)
    return Finding("warning", problem, report.form.expanded(measure.codes), mention.part)


def narrative_shares(report: Report, _: Context) -> Iterator[Finding]:
    """Hold the percentages typed behind a number against the shares that the table gives."""
    for mention in mentions(report):
        shares = [
            (measure, _share(mention.number, report.figure(measure.share_of)))
            for measure in mention.measures
            if measure.share_of
        ]
        if not mention.share or not shares:
            continue
        if not any(_rounds_to(share, mention.share) for _, share in shares):
            measure, share = shares[0]
            details = {
                "quote": mention.quote,
                "share": f"{mention.share}%",
                "whole": plain(report.figure(measure.share_of) or Decimal(0)),
                "expected": f"{share:.2f}%",
            }
            problem = Problem("narrative-share", report.file("year"), mention.line, details)
            codes = report.form.expanded(measure.share_of)
            yield Finding("warning", problem, codes, mention.part)


def _share(number: Decimal, whole: Decimal | None) -> Decimal:
    return number / whole * 100 if whole else Decimal(0)


def _rounds_to(share: Decimal, typed: str) -> bool:
    """Whether a percentage was rounded as it was typed, up or down at the half."""
    step = Decimal(1).scaleb(-len(typed.partition(".")[2]))
    return abs(share - Decimal(typed)) <= step / 2


def claims(report: Report, _: Context) -> Iterator[Finding]:
    """Hold words that speak of no case, or of one outcome alone, against the table."""
    for part in report.sections:
        filled = report.filled(part)
        for claim in report.form.claims:
            contrary = [code for code in claim.zero if report.figure((code,))]
            for word in claim.words:
                if contrary and word in filled.text:
                    line = filled.line_at(filled.text.index(word))
                    figures = [f"{code} = {report.printed((code,))}" for code in contrary]
                    details = {"quote": word, "figures": figures}
                    problem = Problem("narrative-claim", report.file("year"), line, details)
                    yield Finding("warning", problem, tuple(contrary), part)
                    break


def missing_mentions(report: Report, _: Context) -> Iterator[Finding]:
    """Find the parts that do not say what the form asks them to say, 0 or not."""
    for part in report.form.parts:
        text = report.filled(part.id).text
        if part.mentions and text.strip() and not any(word in text for word in part.mentions):
            details = {"heading": part.heading, "words": part.mentions}
            line = report.line(f"sections.{part.id}")
            problem = Problem("part-does-not-mention", report.file("year"), line, details)
            yield Finding("warning", problem, part=part.id)


def silent_channels(report: Report, _: Context) -> Iterator[Finding]:
    """Find the channels with a figure that the narrative never mentions."""
    used = {code for segments in report.sections.values() for code in _codes(segments)}
    typed = [mention for mention in mentions(report) if mention.typed]
    for code, cell in report.form.cells.items():
        number = report.number(code)
        if not (cell.channel and number) or code in used:
            continue
        if any(_speaks_of(mention, code, number) for mention in typed):
            continue
        details = {"name": cell.name, "code": code, "number": plain(number), "unit": cell.unit}
        place = report.values[code].line
        problem = Problem("channel-not-in-narrative", report.file("indicators"), place, details)
        yield Finding("note", problem, (code,))


def _speaks_of(mention: Mention, code: Code, number: Decimal) -> bool:
    """Whether a typed number is this figure, or stands beside the words for it."""
    beside = (code,) in [measure.codes for measure in mention.measures]
    counted = (code,) in [measure.codes for measure in mention.like_unit]
    return beside or (counted and mention.number == number)


def _codes(segments: tuple[object, ...]) -> Iterator[Code]:
    for segment in segments:
        yield from getattr(segment, "codes", ())


# --- the past ---------------------------------------------------------------------


def jumps(report: Report, context: Context) -> Iterator[Finding]:
    """Find figures over five times, or under a fifth of, last year's, where that was 10 or more."""
    previous = context.previous
    if previous is None or previous.form.edition != report.form.edition:
        return
    for code, value in report.values.items():
        before = previous.number(code) if code in previous.values else Decimal(0)
        if value.number is None or before < FEW:
            continue
        if value.number > before * JUMP or value.number * JUMP < before:
            details = {
                "name": report.form.cells[code].name,
                "code": code,
                "now": plain(value.number),
                "before": plain(before),
            }
            problem = Problem("jump", report.file("indicators"), value.line, details)
            yield Finding("warning", problem, (code,))


_SENTENCE = re.compile(r"[。；！？\n]")


def repeated_text(report: Report, context: Context) -> Iterator[Finding]:
    """Say how much of the narrative stands in last year's word for word."""
    if context.previous is None:
        return
    before = set(_sentences(context.previous))
    sentences = _sentences(report)
    length = sum(map(len, sentences))
    repeated = sum(len(sentence) for sentence in sentences if sentence in before)
    if repeated:
        details = {"percent": round(100 * repeated / length), "year": context.previous.year}
        problem = Problem("repeated-text", report.file("year"), report.line("sections"), details)
        yield Finding("note", problem)


def _sentences(report: Report) -> list[str]:
    """Return the sentences of the narrative that are long enough to be somebody's words."""
    text = "\n".join(report.filled(part).text for part in report.headings)
    found = (sentence.strip() for sentence in _SENTENCE.split(text))
    return [sentence for sentence in found if len(sentence) >= FEW]


# --- what was left standing -------------------------------------------------------

_OTHER_YEAR = re.compile(
    r"(20[0-9]{2})年度?(?:政府)?信息公开(?:工作)?(?:年度)?报告|自(20[0-9]{2})年1月1日"
)
_PLACEHOLDER = re.compile(
    r"[ＸX×]{2,}|某某|20[ＸX×]{2}|_{3,}|待(?:补充|填写?|定)|TODO|[【\[](?:请|此处|填)[^】\]]*[】\]]",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"\{\{|\}\}|｛|｝|\b(?:v|fact|share)\s*[(（]\s*[\"“”'‘’][^)）]*[)）]")


def leftovers(report: Report, context: Context) -> Iterator[Finding]:
    """Find what was left standing from another year, another agency, or a blank template."""
    own = report.agency.name + report.agency.short_name
    others = [name for called in context.others.values() for name in called if name not in own]
    for part, filled in _texts(report):
        for found in _OTHER_YEAR.finditer(filled.text):
            year = found.group(1) or found.group(2)
            if int(year) != report.year:
                details = {"quote": found.group(), "year": report.year}
                yield _left("leftover-year", part, filled, found.start(), report, details)
        for found in _PLACEHOLDER.finditer(filled.text):
            details = {"quote": found.group()}
            yield _left("placeholder", part, filled, found.start(), report, details)
        for name in dict.fromkeys(others):
            if name in filled.text:
                start = filled.text.index(name)
                yield _left("leftover-agency", part, filled, start, report, {"name": name})


def _texts(report: Report) -> Iterator[tuple[str, Filled]]:
    """Yield the texts of a year: its parts, and the documents that it names as its basis."""
    for part in report.sections:
        yield part, report.filled(part)
    for number, name in enumerate(report.parameters.basis):
        yield "", Filled(name, (), report.line(f"basis.{number}"))


def broken_placeholders(report: Report, _: Context) -> Iterator[Finding]:
    """Find placeholders that were mistyped, and would be printed as they stand."""
    for part in report.sections:
        filled = report.filled(part)
        for found in _BROKEN.finditer(filled.text):
            if filled.is_typed(*found.span()):
                line = filled.line_at(found.start())
                details = {"quote": found.group()}
                problem = Problem("broken-placeholder", report.file("year"), line, details)
                yield Finding("error", problem, part=part)


def copied_years(report: Report, context: Context) -> Iterator[Finding]:
    """Find dates of another year: a period, a signature, a sentence that last year had too."""
    first, last = report.period
    if (first.year, last.year) != (report.year, report.year):
        details = {"first": first.isoformat(), "last": last.isoformat(), "year": report.year}
        line = report.line("period.from")
        yield Finding("warning", Problem("other-period", report.file("year"), line, details))
    signed = report.parameters.signed
    if signed and signed.year > report.year + 1:
        details = {"signed": signed.isoformat(), "year": report.year}
        line = report.line("signed")
        yield Finding("warning", Problem("signed-late", report.file("year"), line, details))
    before = set(_sentences(context.previous)) if context.previous else set()
    for part in report.headings:
        filled = report.filled(part)
        for sentence in (text.strip() for text in _SENTENCE.split(filled.text)):
            if sentence in before and f"{report.year - 1}年" in sentence:
                details = {"quote": sentence[:40], "year": report.year}
                start = filled.text.index(sentence)
                yield _left("leftover-year", part, filled, start, report, details)


def other_short_name(report: Report, _: Context) -> Iterator[Finding]:
    """Find a short name that does not shorten the name, as one copied with a folder does not."""
    rest = iter(report.agency.name)
    if not all(sign in rest for sign in report.agency.short_name):
        details = {"short": report.agency.short_name, "name": report.agency.name}
        problem = Problem("other-short-name", report.file("agency"), 0, details)
        yield Finding("warning", problem)


def _left(
    message: str, part: str, filled: Filled, start: int, report: Report, details: dict[str, object]
) -> Finding:
    line = filled.line_at(start)
    return Finding("warning", Problem(message, report.file("year"), line, details), part=part)


CHECKS: tuple[Check, ...] = (
    identities,
    breakdowns,
    blank_cells,
    rewritten_numbers,
    narrative_numbers,
    narrative_shares,
    claims,
    missing_mentions,
    leftovers,
    broken_placeholders,
    copied_years,
    other_short_name,
    empty_parts,
    blank_figures,
    blank_parameters,
    signed_early,
    jumps,
    silent_channels,
    repeated_text,
)
