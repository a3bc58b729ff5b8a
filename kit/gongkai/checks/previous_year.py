"""Find figures that jumped since last year, and tables and texts that did not change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.findings import FEW, Context, Finding
from gongkai.errors import Problem
from gongkai.report.model import Report
from gongkai.text.numbers import plain

JUMP = 5
VARIOUS = 4  # different figures other than 0; so many are hardly repeated by chance
# The sentences that every year has (basis, period, contact, no fees) are up to a third of a short
# report; if more is repeated, it is last year's text.
NOTICED = 1 / 3
_SENTENCE_END = re.compile(r"[。；！？\n]")
_WORDS_OF_ONES_OWN = 10  # characters; shorter sentences are alike by chance


def jumps(report: Report, context: Context) -> Iterator[Finding]:
    """Find figures over five times or under a fifth of last year's, if that was 10 or more."""
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
            problem = Problem("jump", report.file("indicators"), value.line, **details)
            yield Finding("warning", problem, (code,))


def repeated_table(report: Report, context: Context) -> Iterator[Finding]:
    """Find a table in which every figure is last year's, with several different figures.

    A small body may have one application in both years, and nothing else.
    """
    previous = context.previous
    if previous is None or previous.form.edition != report.form.edition:
        return
    numbers = {code: value.number for code, value in report.values.items()}
    before = {code: value.number for code, value in previous.values.items()}
    if numbers == before and len(set(filter(None, numbers.values()))) >= VARIOUS:
        details = {"year": previous.year, "count": sum(map(bool, numbers.values()))}
        yield Finding("warning", Problem("repeated-table", report.file("indicators"), **details))


def own_sentences(report: Report) -> list[str]:
    """Return the sentences of the narrative that are too long to be alike by chance."""
    text = "\n".join(report.filled(part).text for part in report.headings)
    found = (sentence.strip() for sentence in _SENTENCE_END.split(text))
    own = (sentence for sentence in found if not sentence.startswith("#"))  # no headings
    return [sentence for sentence in own if len(sentence) >= _WORDS_OF_ONES_OWN]


def repeated_share(report: Report, previous: Report) -> float:
    """Return the share of the narrative, from 0 to 1, that repeats last year's word for word."""
    before = set(own_sentences(previous))
    sentences = own_sentences(report)
    repeated = sum(len(sentence) for sentence in sentences if sentence in before)
    return repeated / (sum(map(len, sentences)) or 1)


def repeated_text(report: Report, context: Context) -> Iterator[Finding]:
    """Find a narrative of which more than a third repeats last year's word for word."""
    if context.previous is None:
        return
    share = repeated_share(report, context.previous)
    if share > NOTICED:
        details = {"percent": round(100 * share), "year": context.previous.year}
        problem = Problem("repeated-text", report.file("year"), report.line("sections"), **details)
        yield Finding("note", problem)
