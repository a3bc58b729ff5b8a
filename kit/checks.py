"""What a careful reader would find: checks that yield findings and never raise.

Imports: errors, form, report.

An error stops the public copy; a warning does so under `--strict`; a note never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kit.errors import KitError, Problem
from kit.form import Code, Identity, Severity
from kit.report import Filled, Report, load_previous, plain

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


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
    others: Mapping[str, str] = {}


Check = Callable[[Report, Context], Iterator[Finding]]


def check(report: Report, context: Context | None = None) -> tuple[Finding, ...]:
    """Return everything that the checks find in a report, the gravest first."""
    beside = context or Context()
    found = [finding for run in CHECKS for finding in run(report, beside)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def check_in_context(report: Report, names: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what the checks find in a report beside last year's and the other agencies."""
    others = {slug: name for slug, name in names.items() if slug != report.slug}
    try:
        return check(report, Context(load_previous(report), others))
    except KitError as error:
        reason = str(error.problems[0])
        problem = Problem("previous-unreadable", report.file("year"), 0, {"reason": reason})
        return (*check(report, Context(None, others)), Finding("warning", problem))


def count(findings: tuple[Finding, ...], severity: Severity) -> int:
    """Return how many findings there are of a severity."""
    return sum(finding.severity == severity for finding in findings)


# --- the table --------------------------------------------------------------------


def rewritten_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Say which figures were read although they were written in another way."""
    for problem in report.accepted:
        yield Finding("note", problem, (str(problem.details["code"]),))


def identities(report: Report, _: Context) -> Iterator[Finding]:
    """Hold the sums of the form (勾稽关系) against each other."""
    for identity in report.form.identities:
        left, right = report.total(identity.left), report.total(identity.right)
        holds = left == right if identity.relation == "=" else left <= right
        if not holds:
            problem = "identity-sum" if identity.relation == "=" else "identity-at-most"
            yield _about(report, identity, identity.severity, problem)
        elif identity.when_equal and left == right and _several(report, identity.right):
            yield _about(report, identity, "note", identity.when_equal)


def _several(report: Report, codes: tuple[Code, ...]) -> bool:
    """Whether more than one figure is not 0: an equation of one figure says nothing."""
    return sum(report.number(code) != 0 for code in codes) > 1


def _about(report: Report, identity: Identity, severity: Severity, message: str) -> Finding:
    details = {
        "left_codes": " + ".join(identity.left),
        "right_codes": " + ".join(identity.right),
        "left": plain(report.total(identity.left)),
        "right": plain(report.total(identity.right)),
    }
    line = report.values[identity.left[0]].line
    problem = Problem(message, report.file("indicators"), line, details)
    return Finding(severity, problem, (*identity.left, *identity.right))


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
    signatures = report.parameters.signatures
    year = {f"signatures.{key}": value for key, value in signatures}
    agency = {
        key: getattr(report.agency, key) for key in ("office", "address", "telephone", "website")
    }
    for kind, values in (
        ("year", {"signed": report.parameters.signed, **year}),
        ("agency", agency),
    ):
        blank = [key for key, value in values.items() if not value]
        if blank:
            line = report.line(blank[0]) if kind == "year" else 0
            problem = Problem("blank-parameters", report.file(kind), line, {"keys": blank})
            yield Finding("warning", problem)


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
        if not report.is_written(part) and not report.standard_sentence(part):
            line = report.line(f"sections.{part}")
            problem = Problem("empty-part", report.file("year"), line, {"heading": heading})
            yield Finding("warning", problem, part=part)


def blank_figures(report: Report, _: Context) -> Iterator[Finding]:
    """Find the places where the text asks for a figure that is blank."""
    for part, segments in report.sections.items():
        for segment in segments:
            codes = getattr(segment, "codes", ())
            blank = [code for code in codes if report.values[code].number is None]
            if blank:
                details = {"codes": blank}
                problem = Problem(
                    "narrative-blank-figure", report.file("year"), segment.line, details
                )
                yield Finding("warning", problem, tuple(blank), part)


class Mention(NamedTuple):
    """A number with its unit that was typed by hand, and the code it speaks of, or ''."""

    part: str
    line: int
    quote: str
    number: Decimal
    codes: tuple[Code, ...]
    like_unit: tuple[Code, ...]


_CLAUSE = re.compile(r"[^，。；！？、\n（）()]+")
_NUMBER = r"(?<![0-9.])([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?"
_FAR = 14
_OF_WHICH = re.compile(r"其中|比|增|减|近|约|超|平均|每")


def mentions(report: Report) -> Iterator[Mention]:
    """Yield each number with a unit of the form that somebody typed into the narrative."""
    units = _units(report)
    if not units:
        return
    longest_first = sorted(units, key=len, reverse=True)
    pattern = re.compile(rf"{_NUMBER}\s*({'|'.join(map(re.escape, longest_first))})")
    for part in report.sections:
        filled = report.filled(part)
        for clause in _CLAUSE.finditer(filled.text):
            yield from _mentions_in(clause, part, filled, pattern, units, report)


def _units(report: Report) -> dict[str, tuple[Code, ...]]:
    """Return, by each measure word that a text may use, the codes that it may count."""
    units: dict[str, tuple[Code, ...]] = {}
    for code, line in report.form.cells.items():
        for unit in report.form.same_unit(line.unit):
            units[unit] = (*units.get(unit, ()), code)
    return units


def _mentions_in(
    clause: re.Match[str],
    part: str,
    filled: Filled,
    pattern: re.Pattern[str],
    units: Mapping[str, tuple[Code, ...]],
    report: Report,
) -> Iterator[Mention]:
    text = clause.group()
    after_last = 0
    for found in pattern.finditer(text):
        start = clause.start() + found.start()
        before, behind = text[after_last : found.start()], text[found.end() :]
        after_last = found.end()
        if not filled.is_typed(start, clause.start() + found.end()):
            continue
        codes = _spoken_of(before, behind, units[found.group(3)], report)
        number = Decimal((found.group(1) + (found.group(2) or "")).replace(",", ""))
        quote = text.strip()[:40]
        yield Mention(part, filled.line_at(start), quote, number, codes, units[found.group(3)])


def _spoken_of(
    before: str, behind: str, codes: tuple[Code, ...], report: Report
) -> tuple[Code, ...]:
    """Return the codes whose words stand next to a number: before it, or else behind it."""
    if _OF_WHICH.search(before[-_FAR:]):
        return ()
    until_next = re.split("[0-9]", behind[:_FAR])[0]
    for text, from_end in ((before[-_FAR - 10 :], True), (until_next, False)):
        near = [
            (_distance(text, word, from_end=from_end), -len(word), code)
            for code in codes
            for word in report.form.cells[code].words
            if word in text
        ]
        near = [item for item in near if item[0] <= _FAR]
        if near:
            nearest = min(near)[:2]
            return tuple(item[2] for item in near if item[:2] == nearest)
    return ()


def _distance(text: str, word: str, *, from_end: bool) -> int:
    if from_end:
        return len(text) - text.rindex(word) - len(word)
    return text.index(word)


def narrative_numbers(report: Report, context: Context) -> Iterator[Finding]:
    """Hold the numbers typed into the text against the table, and against last year's."""
    for mention in mentions(report):
        figures = [report.number(code) for code in mention.codes]
        stale = _last_years(mention, report, context.previous)
        if stale:
            yield _finding("leftover-number", mention, stale, report)
        elif figures and mention.number not in figures:
            yield _finding("narrative-contradicts-table", mention, mention.codes[0], report)


def _last_years(mention: Mention, report: Report, previous: Report | None) -> Code:
    """Return the code whose figure of last year, and of no code this year, was typed.

    A number that stands next to a word of the form is compared with that figure alone. Any
    other number is only taken for last year's from 10 up: small ones agree by chance.
    """
    if previous is None or previous.form is not report.form:
        return ""
    known = {report.number(code) for code in report.form.cells}
    known |= {number for item in report.breakdowns for number in item.items.values()}
    if not mention.codes and (mention.number in known or mention.number < 10):
        return ""
    for code in mention.codes or mention.like_unit:
        if previous.number(code) == mention.number != report.number(code):
            return code
    return ""


def _finding(message: str, mention: Mention, code: Code, report: Report) -> Finding:
    details = {
        "quote": mention.quote,
        "name": report.form.cells[code].name,
        "code": code,
        "number": plain(mention.number),
        "expected": report.printed((code,)) or "—",
        "current": report.printed((code,)) or "—",
    }
    problem = Problem(message, report.file("year"), mention.line, details)
    return Finding("warning", problem, (code,), mention.part)


def silent_channels(report: Report, _: Context) -> Iterator[Finding]:
    """Find the channels with a figure that the narrative never mentions."""
    used = {code for segments in report.sections.values() for code in _codes(segments)}
    typed = [(mention.number, mention.like_unit) for mention in mentions(report)]
    for code, line in report.form.cells.items():
        number = report.number(code)
        if not (line.channel and number) or code in used:
            continue
        if any(number == written and code in codes for written, codes in typed):
            continue
        details = {"name": line.name, "code": code, "number": plain(number), "unit": line.unit}
        place = report.values[code].line
        problem = Problem("channel-not-in-narrative", report.file("indicators"), place, details)
        yield Finding("note", problem, (code,))


def _codes(segments: tuple[object, ...]) -> Iterator[Code]:
    for segment in segments:
        yield from getattr(segment, "codes", ())


_OTHER_YEAR = re.compile(
    r"(20[0-9]{2})年度?(?:政府)?信息公开(?:工作)?(?:年度)?报告|自(20[0-9]{2})年1月1日"
)
_PLACEHOLDER = re.compile(
    r"[ＸX×]{2,}|某某|20[ＸX×]{2}|_{3,}|待(?:补充|填写?|定)|TODO|[【\[](?:请|此处|填)[^】\]]*[】\]]",
    re.IGNORECASE,
)


def leftovers(report: Report, context: Context) -> Iterator[Finding]:
    """Find what was left standing from another year, another agency, or a blank template."""
    names = [
        name
        for name in context.others.values()
        if name and name not in (report.agency.name + report.agency.short_name)
    ]
    for part in report.sections:
        filled = report.filled(part)
        for found in _OTHER_YEAR.finditer(filled.text):
            year = found.group(1) or found.group(2)
            if int(year) != report.year:
                details = {"quote": found.group(), "year": report.year}
                yield _left("leftover-year", part, filled, found.start(), report, details)
        for found in _PLACEHOLDER.finditer(filled.text):
            details = {"quote": found.group()}
            yield _left("placeholder", part, filled, found.start(), report, details)
        for name in names:
            if name in filled.text:
                start = filled.text.index(name)
                yield _left("leftover-agency", part, filled, start, report, {"name": name})


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
    leftovers,
    empty_parts,
    blank_figures,
    blank_parameters,
    signed_early,
    silent_channels,
)
