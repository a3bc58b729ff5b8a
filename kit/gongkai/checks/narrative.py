"""Check that the narrative contains everything that it must."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from gongkai.checks.findings import Context, Finding
from gongkai.errors import Problem
from gongkai.forms.tables import Code
from gongkai.reading.mentions import Mention, mentions
from gongkai.report.model import Report
from gongkai.text.numbers import plain
from gongkai.text.placeholders import Fact, Figure, Segment, Share, TypedText
from gongkai.text.span import Span


def empty_parts(report: Report, _: Context) -> Iterator[Finding]:
    """Find empty parts for which the figures do not allow a standard sentence."""
    for part, heading in report.headings.items():
        if report.is_written(part) or report.standard_sentence(part):
            continue
        if not report.form.tables_of(part):
            line = report.line(f"sections.{part}")
            problem = Problem("empty-part", report.file("year"), line, heading=heading)
            yield Finding("warning", problem, part=part)


def blank_figures(report: Report, _: Context) -> Iterator[Finding]:
    """Find placeholders whose figure is blank, or whose share is of a total of 0."""
    for part, segments in report.sections.items():
        place = 0
        for segment in segments:
            filled_in = report.says(segment)
            if not isinstance(segment, TypedText) and not filled_in:
                asked = (segment.name,) if isinstance(segment, Fact) else segment.codes
                whole = segment.of if isinstance(segment, Share) else ""
                details = {"codes": asked, "of": whole, "quote": asked[0]}
                kind = "narrative-share-of-nothing" if whole else "narrative-blank-figure"
                problem = Problem(kind, report.file("year"), segment.line, **details)
                codes = report.form.expanded(tuple(codes_of([segment])))
                span = Span(part, place, place)
                yield Finding("warning", problem, codes, part, (span,))
            place += len(filled_in)


def missing_mentions(report: Report, _: Context) -> Iterator[Finding]:
    """Find parts that do not mention what the form asks for, even if it is 0."""
    for part in report.form.parts:
        text = report.filled(part.id).text
        heading = report.headings[part.id]
        if part.mentions and text.strip() and not any(word in text for word in part.mentions):
            details = {"heading": heading, "words": part.mentions}
            line = report.line(f"sections.{part.id}")
            problem = Problem("part-does-not-mention", report.file("year"), line, **details)
            yield Finding("warning", problem, part=part.id)


def silent_channels(report: Report, _: Context) -> Iterator[Finding]:
    """Find channels that have a figure but are not mentioned in the narrative."""
    used = {code for segments in report.sections.values() for code in codes_of(segments)}
    typed = [mention for mention in mentions(report) if mention.typed]
    for code, cell in report.form.cells.items():
        number = report.number(code)
        if not (cell.channel and number) or code in used:
            continue
        if any(speaks_of(mention, code, number, report) for mention in typed):
            continue
        details = {"name": cell.name, "code": code, "number": plain(number), "unit": cell.unit}
        place = report.values[code].line
        problem = Problem("channel-not-in-narrative", report.file("indicators"), place, **details)
        yield Finding("note", problem, (code,))


def speaks_of(mention: Mention, code: Code, number: Decimal, report: Report) -> bool:
    """Whether a typed number is this figure, by the words around it or by its value and unit."""
    cell = report.form.cells[code]
    meant = (code,) in [measure.codes for measure in mention.measures]
    same_unit = mention.quantity.unit in report.form.same_unit(cell.unit)
    named = cell.name in mention.sentence.text  # 政府公报2期
    return meant or (mention.quantity.value == number and (same_unit or named))


def codes_of(segments: Iterable[Segment]) -> Iterator[Code]:
    """Yield the codes of the figures that a text has placeholders for."""
    for segment in segments:
        if isinstance(segment, Figure | Share):
            yield from segment.codes
