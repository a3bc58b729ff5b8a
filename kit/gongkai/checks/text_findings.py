"""Build findings about a place in the narrative, for all checks of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Finding
from gongkai.errors import Problem, Severity
from gongkai.forms.tables import Code
from gongkai.report.model import CLOSING, INTRODUCTION, Filled, Report
from gongkai.text.quantities import half_width
from gongkai.text.sentences import Sentence, excerpt, sentences
from gongkai.text.span import Span

# What a page prints of the agency, as keys of agency.yaml; the year's YAML may have the names.
_PRINTED = (
    "name",
    "short_name",
    "office",
    "address",
    "postcode",
    "telephone",
    "email",
    "website",
    "website_name",
    "site_id_code",
)


def agency_texts(report: Report) -> dict[str, Filled]:
    """Return what a page prints of the agency itself, by its keys."""
    found = {}
    for key in _PRINTED:
        value = getattr(report.agency, key)
        if getattr(report.parameters, key, ""):
            found[key] = Filled(value, (), report.line(key))
        else:
            found[key] = Filled(value, (), report.line(f"agency.{key}"), "agency")
    return found


def texts(report: Report) -> list[tuple[str, Filled]]:
    """Return the texts that a page prints.

    Parts, basis, signatures, names in breakdowns, remarks of figures, labels of extra lines.
    """
    year = report.parameters
    return [
        *((part, report.filled(part)) for part in report.sections),
        *(
            (INTRODUCTION, Filled(name, (), report.line(f"basis.{number}")))
            for number, name in enumerate(year.basis)
        ),
        *(
            (CLOSING, Filled(str(value or ""), (), report.line(f"signatures.{key}")))
            for key, value in year.signatures
        ),
        *(
            (item.part, Filled(words, (), report.line(f"breakdowns.{number}.{key}")))
            for number, item in enumerate(report.breakdowns)
            for key, words in (("title", item.title), *((f"parts.{it}", it) for it in item.items))
        ),
        *(
            (CLOSING, Filled(f"（{value.remark}）", (), value.line, "indicators"))
            for value in report.values.values()
            if value.remark
        ),
        *(
            (
                CLOSING,
                Filled(it.label, (), report.line(f"agency.extra_lines.{number}.label"), "agency"),
            )
            for number, it in enumerate(report.agency.extra_lines)
            if it.holds_for(report.form, report.year)
        ),
    ]


def sentences_of(report: Report) -> Iterator[tuple[str, str, Sentence]]:
    """Yield each sentence of a report, with its part and the part's text in half width."""
    for part in report.sections:
        text = report.filled(part).text
        yield from ((part, half_width(text), sentence) for sentence in sentences(text))


def occurrences(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each occurrence of some words in a text."""
    start = text.find(words)
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + len(words))


def typed_matches(
    report: Report, pattern: re.Pattern[str], *, half: bool = False
) -> Iterator[tuple[Span, re.Match[str]]]:
    """Yield each match of a pattern in what was typed of a part; with `half`, in half width."""
    for part in report.sections:
        filled = report.filled(part)
        for found in pattern.finditer(half_width(filled.text) if half else filled.text):
            if filled.is_typed(*found.span()):
                yield Span(part, *found.span()), found


def text_finding(
    report: Report,
    id: str,
    span: Span,
    *,
    severity: Severity = "warning",
    codes: tuple[Code, ...] = (),
    filled: Filled | None = None,
    **details: object,
) -> Finding:
    """Return a finding about a place; without a `quote`, the words at the place are quoted.

    `filled` is the text, if it is not that of the part.
    """
    own = report.filled(span.part)
    filled = filled or own
    details.setdefault("quote", excerpt(filled.text, span.start, span.end))
    problem = Problem(id, report.file(filled.file), filled.line_at(span.start), **details)
    spans = (span,) if filled is own else ()
    return Finding(severity, problem, report.form.expanded(codes), span.part, spans)
