"""A finding, and the context in which a report is checked.

An error stops the public page; a warning does so under `--strict`, unless somebody accepted
it; a note never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gongkai.checks.rules import SourcedRule
from gongkai.errors import SEVERITIES, Problem, Severity
from gongkai.forms.tables import Code
from gongkai.manifest import Acceptance, FindingRow
from gongkai.messages import catalogue, say
from gongkai.report.model import Report
from gongkai.report.parameters import Accepted
from gongkai.report.provenance import digest
from gongkai.text.agency_names import Names
from gongkai.text.span import Span

MOST_STATED = 20  # values that an entry of `accepted:` lists
FEW = 10  # smaller figures agree or jump by chance


class Comparison(NamedTuple):
    """Which arguments of a finding's message are two values that disagree, and how they do."""

    left: str
    relation: str
    right: str


COMPARISONS: Mapping[str, Comparison] = {
    "identity-sum": Comparison("left", "≠", "right"),
    "identity-at-most": Comparison("left", ">", "right"),
    "identity-carried": Comparison("left", "≠", "carried"),
    "identity-stock": Comparison("left", "≠", "right"),
    "rollup-more": Comparison("sum", ">", "area"),
    "rollup-less": Comparison("sum", "<", "area"),
    "breakdown-sum": Comparison("sum", "≠", "total"),
    "narrative-contradicts-table": Comparison("number", "≠", "expected"),
    "placeholder-of-another-figure": Comparison("number", "≠", "expected"),
    "leftover-number": Comparison("number", "≠", "current"),
    "narrative-share": Comparison("share", "≠", "expected"),
    "narrative-growth": Comparison("growth", "≠", "expected"),
    "narrative-shares": Comparison("sum", "≠", "whole"),
    "narrative-sum": Comparison("total", "≠", "sum"),
    "narrative-twice": Comparison("one", "≠", "other"),
    "narrative-count": Comparison("stated", "≠", "counted"),
    "narrative-period": Comparison("stated", "≠", "expected"),
    "document-number": Comparison("quote", "≠", "expected"),
    "jump": Comparison("before", "→", "now"),
    "signed-early": Comparison("signed", "≤", "last"),
    "local-too-short": Comparison("count", "<", "least"),
    "local-too-long": Comparison("count", ">", "most"),
    "local-repeated": Comparison("percent", ">", "most"),
    "local-late": Comparison("signed", ">", "last"),
}

# A finding that quotes no words becomes a different one when this argument changes: an entry that
# accepts it has to state the value that was seen. A list is whole here, even if the message
# names only the first few.
REQUIRED_VALUES: Mapping[str, str] = {
    "blank-cells": "cells",
    "blank-parameters": "keys",
    "channel-not-in-narrative": "number",
    "channels-do-not-overlap": "left_said",
    "csv-left-out": "what",
    "csv-number-rewritten": "value",
    "local-missing": "words",
    "local-number": "names",
    "local-order": "found",
    "mixed-script-address": "address",
    "name-of-another": "name",
    "narrative-blank-figure": "codes",
    "narrative-claim": "numbers",
    "narrative-share-of-nothing": "codes",
    "odd-amount": "number",
    "other-period": "days",
    "other-short-name": "short",
    "previous-errors": "year",
    "previous-unreadable": "seen",
    "repeated-table": "count",
    "repeated-text": "percent",
    "rollup-blanks": "all",
    "rollup-bodies-differ": "all",
    "rollup-edition": "all",
    "rollup-errors": "all",
    "rollup-facts": "stated",
    "rollup-incomplete": "all",
    "rollup-local-lines": "all",
    "rollup-period": "all",
    "rollup-repeated": "all",
    "signed-late": "signed",
    "source-damaged": "lines",
    "superseded-form": "edition",
    "yaml-indented": "count",
}


class Side(NamedTuple):
    """One of two values that disagree, with its label."""

    name: str
    value: str


@dataclass(frozen=True)
class Finding:
    """One thing that a check found, how severe it is, and where.

    `problem` has the kind, the arguments of its message, and the place in a file. `codes` are
    the cells it is about; `spans` the stretches of the narrative, the one that is wrong first;
    `part` a part's id, INTRODUCTION or CLOSING. `source` is where the form states the rule.
    """

    severity: Severity
    problem: Problem
    codes: tuple[Code, ...] = ()
    part: str = ""
    spans: tuple[Span, ...] = ()
    source: str = ""
    accepted: Accepted | None = None

    @property
    def id(self) -> str:
        """The stable id of the kind of finding."""
        return self.problem.id

    @property
    def rank(self) -> tuple[bool, int]:
        """The sort key: unaccepted findings first, the most severe of them first."""
        return self.accepted is not None, SEVERITIES.index(self.severity)

    @property
    def values(self) -> tuple[str, ...]:
        """The two values that disagree, or those an acceptance must state; () for none."""
        details = self.problem.details
        if self.id in REQUIRED_VALUES:
            required = details[REQUIRED_VALUES[self.id]]
            return _stated(required) if isinstance(required, list) else (str(required),)
        compared = COMPARISONS.get(self.id)
        return (str(details[compared.left]), str(details[compared.right])) if compared else ()

    @property
    def relation(self) -> str:
        """The sign between the two values, such as ≠ or >."""
        return COMPARISONS[self.id].relation

    def text(self, lang: str | None = None) -> str:
        """Return the sentence, without the place."""
        return self.problem.text(lang)

    def rule(self, lang: str | None = None) -> str:
        """Return the rule that was broken, in a sentence."""
        return say(f"rule-{self.id}", lang)

    def sides(self, lang: str | None = None) -> tuple[Side, ...]:
        """Return the two values that disagree, each with its name."""
        names = (
            say(name, lang, **self.problem.details)
            for name in (f"left-{self.id}", f"right-{self.id}")
            if name in catalogue("en")
        )
        return tuple(Side(name, value) for name, value in zip(names, self.values, strict=False))

    def row(self) -> FindingRow:
        """Return the finding as plain data, in both languages."""
        accepted = self.accepted
        return FindingRow(
            id=self.id,
            severity=self.severity,
            accepted=Acceptance(reason=accepted.reason, by=accepted.by) if accepted else None,
            file=self.problem.file,
            line=self.problem.line,
            codes=self.codes,
            part=self.part,
            spans=self.spans,
            values=self.values,
            zh=self.text("zh"),
            en=self.text("en"),
        )


def _stated(required: list[object]) -> tuple[str, ...]:
    """Return values for an entry of `accepted:`; of many, their number and a digest."""
    texts = tuple(map(str, required))
    if len(texts) <= MOST_STATED:
        return texts
    return str(len(texts)), digest("\n".join(texts).encode())[:8]


class Context(NamedTuple):
    """What a report is checked against: last year's, the other agencies' names, local rules."""

    previous: Report | None = None
    names: Names = Names({})
    rules: tuple[SourcedRule, ...] = ()

    def comparable(self, report: Report) -> Report | None:
        """Return last year's report where it is on the same form as this one."""
        previous = self.previous
        return previous if previous and report.is_on_form_of(previous) else None
