"""Whether the narrative says what must be said, and agrees with the table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.findings import FEW, Context, Finding, in_text
from gongkai.checks.mentions import Mention, mentions
from gongkai.errors import Problem
from gongkai.forms.form import Code, Measure
from gongkai.report.model import Report, Span
from gongkai.text.numbers import plain, rounded
from gongkai.text.placeholders import Literal


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
        place = 0
        for segment in segments:
            said = report.says(segment)
            if not isinstance(segment, Literal) and not said:
                asked = getattr(segment, "codes", ()) or (getattr(segment, "name", ""),)
                whole = getattr(segment, "of", "")
                details = {"codes": asked, "of": whole, "quote": asked[0]}
                kind = "narrative-share-of-nothing" if whole else "narrative-blank-figure"
                codes = report.form.expanded(getattr(segment, "codes", ()))
                span = Span(part, place, place)
                yield in_text(report, kind, "warning", span, details, codes)
            place += len(said)


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
    if mention.number in [report.figure(measure.codes) for measure in mention.measures]:
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
    codes = report.form.expanded(measure.codes)
    return in_text(report, message, "warning", mention.span, details, codes)


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
                "expected": f"{rounded(share, 2)}%",
            }
            codes = report.form.expanded(measure.share_of)
            span = mention.share_span or mention.span
            yield in_text(report, "narrative-share", "warning", span, details, codes)


def _share(number: Decimal, whole: Decimal | None) -> Decimal:
    return number / whole * 100 if whole else Decimal(0)


def _rounds_to(share: Decimal, typed: str) -> bool:
    """Whether a percentage was rounded as it was typed, up or down at the half."""
    step = Decimal(1).scaleb(-len(typed.partition(".")[2]))
    return abs(share - Decimal(typed)) <= step / 2


def narrative_growth(report: Report, context: Context) -> Iterator[Finding]:
    """Hold the changes on last year, typed behind a number, against last year's figures."""
    if context.previous is None or context.previous.form.edition != report.form.edition:
        return
    for mention in mentions(report):
        before = [context.previous.figure(measure.codes) for measure in mention.measures]
        changes = [(mention.number - item) / item * 100 for item in before if item]
        if mention.growth and changes and not any(_rounds_to(c, mention.growth) for c in changes):
            details = {
                "quote": mention.quote,
                "growth": f"{mention.growth}%",
                "before": plain(next(item for item in before if item)),
                "expected": f"{rounded(changes[0], 1):+}%",
            }
            codes = mention.measures[0].codes
            yield in_text(report, "narrative-growth", "warning", mention.span, details, codes)


def claims(report: Report, _: Context) -> Iterator[Finding]:
    """Hold words that speak of no case, or of one outcome alone, against the table."""
    for part in report.sections:
        filled = report.filled(part)
        for claim in report.form.claims:
            contrary = [code for code in claim.zero if report.figure((code,))]
            for word in claim.words:
                if contrary and word in filled.text:
                    start = filled.text.index(word)
                    numbers = [report.printed((code,)) for code in contrary]
                    figures = [
                        f"{report.form.cells[code].name} {code} = {number}"
                        for code, number in zip(contrary, numbers, strict=True)
                    ]
                    details = {"quote": word, "figures": figures, "numbers": numbers}
                    span = Span(part, start, start + len(word))
                    codes = tuple(contrary)
                    yield in_text(report, "narrative-claim", "warning", span, details, codes)
                    break


def missing_mentions(report: Report, _: Context) -> Iterator[Finding]:
    """Find the parts that do not say what the form asks them to say, 0 or not."""
    for part in report.form.parts:
        text = report.filled(part.id).text
        heading = report.headings[part.id]
        if part.mentions and text.strip() and not any(word in text for word in part.mentions):
            details = {"heading": heading, "words": part.mentions}
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
