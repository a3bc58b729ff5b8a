"""Check that everything that the page needs is filled in and consistent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.findings import Context, Finding
from gongkai.errors import Problem
from gongkai.messages import Key
from gongkai.report.model import CLOSING, INTRODUCTION, Report
from gongkai.text.numbers import plain

CONTACT = ("office", "address", "telephone", "website")


# Up to these limits, a report counts as the files that `gongkai new` wrote. Published
# reports leave columns blank or parts empty, but never nearly all of both.
DRAFT_CELLS = Decimal("0.1")  # share of the form's cells that have a number
DRAFT_PARTS = 1  # parts that have a text


def draft(report: Report, _: Context) -> Iterator[Finding]:
    """Find a report in which nothing, or next to nothing, has been filled in."""
    filled = sum(value.number is not None for value in report.values.values())
    written = sum(report.is_written(part) for part in report.headings)
    cells = len(report.values) - len(report.not_added)
    if filled <= DRAFT_CELLS * cells and written <= DRAFT_PARTS:
        details = {"filled": filled, "cells": cells, "written": written}
        problem = Problem("draft", report.file("indicators"), **details)
        yield Finding("error", problem, part=INTRODUCTION)


def blank_parameters(report: Report, _: Context) -> Iterator[Finding]:
    """Find blank parameters that the page needs, file by file."""
    needed = {
        "year": {"signed": report.parameters.signed or _is_sum(report), **_signatures(report)},
        "agency": {key: getattr(report.agency, key) for key in CONTACT},
    }
    for kind, values in needed.items():
        blank = [Key(key) for key, value in values.items() if not value]
        if blank:
            line = report.line(blank[0]) if kind == "year" else 0
            problem = Problem("blank-parameters", report.file(kind), line, keys=blank)
            yield Finding("warning", problem, part=CLOSING if kind == "year" else INTRODUCTION)


def _is_sum(report: Report) -> bool:
    """Whether a report is a sum of others; a separate check finds that it is not signed."""
    return report.roll_up is not None and report.roll_up.made


def _signatures(report: Report) -> dict[str, object]:
    """Return the signatures at the foot of an annexed table; other forms have none."""
    if not report.form.annexed:
        return {}
    return {f"signatures.{key}": value for key, value in report.parameters.signatures}


def signed_early(report: Report, _: Context) -> Iterator[Finding]:
    """Find a report signed within the period that it covers."""
    last = report.period[1]
    for key, signed in report.parameters.days_signed.items():
        if signed and report.year <= signed.year and signed <= last:
            days = {"signed": signed.isoformat(), "last": last.isoformat()}
            file, line = report.file("year"), report.line(key)
            problem = Problem("signed-early", file, line, quote=key, **days)
            yield Finding("warning", problem, part=CLOSING)


def breakdowns(report: Report, _: Context) -> Iterator[Finding]:
    """Compare the sum of each breakdown with its stated total; a blank cell states none."""
    for breakdown in report.breakdowns:
        stated = breakdown.total
        if breakdown.code in report.form.cells:
            stated = report.known(breakdown.code)
        total = sum(breakdown.items.values(), Decimal(0))
        if stated is not None and total != stated:
            details = {
                "title": breakdown.title,
                "sum": plain(total),
                "total_name": breakdown.code,
                "total": plain(stated),
            }
            problem = Problem("breakdown-sum", report.file("year"), breakdown.line, **details)
            codes = (breakdown.code,) if breakdown.code in report.form.cells else ()
            yield Finding("warning", problem, codes, breakdown.part)
