"""A finding, and what a report is read beside when it is checked.

An error stops the public copy; a warning does so under `--strict`, unless somebody accepted
it; a note never does. Imports: errors, text, forms, report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gongkai.errors import Problem, catalogue, say
from gongkai.forms.form import Code, Severity
from gongkai.report.model import Accepted, Report
from gongkai.text.names import Names

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
FEW = 10  # below it, figures agree and jump by chance

# The two values that disagree, by the names of a message's details, and how they stand.
SIDES: Mapping[str, tuple[str, str, str]] = {
    "identity-sum": ("left", "≠", "right"),
    "identity-at-most": ("left", ">", "right"),
    "identity-carried": ("left", "≠", "carried"),
    "identity-stock": ("left", "≠", "right"),
    "breakdown-sum": ("sum", "≠", "total"),
    "narrative-contradicts-table": ("number", "≠", "expected"),
    "leftover-number": ("number", "≠", "current"),
    "narrative-share": ("share", "≠", "expected"),
    "narrative-growth": ("growth", "≠", "expected"),
    "narrative-shares": ("sum", "≠", "whole"),
    "narrative-sum": ("total", "≠", "sum"),
    "narrative-twice": ("one", "≠", "other"),
    "narrative-count": ("stated", "≠", "counted"),
    "narrative-period": ("stated", "≠", "expected"),
    "jump": ("before", "→", "now"),
    "signed-early": ("signed", "≤", "last"),
}

# What else a finding is bound to: one that speaks of many things at once is another one when
# these change, and an entry that accepts it has to say which it saw.
BOUND: Mapping[str, str] = {
    "blank-cells": "count",
    "blank-parameters": "keys",
    "narrative-claim": "numbers",
}


class Side(NamedTuple):
    """One of two values that disagree: what it is the value of, and the value."""

    name: str
    value: str


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: a problem, how bad, and the codes and part it is about.

    `part` is a part's id, INTRODUCTION or CLOSING. `source` is where the form states the rule.
    """

    severity: Severity
    problem: Problem
    codes: tuple[Code, ...] = ()
    part: str = ""
    source: str = ""
    accepted: Accepted | None = None

    @property
    def id(self) -> str:
        """The stable id of the kind of finding."""
        return self.problem.id

    @property
    def rank(self) -> tuple[bool, int]:
        """What it is sorted by: what still stands first, and of that the gravest."""
        return self.accepted is not None, SEVERITIES.index(self.severity)

    @property
    def values(self) -> tuple[str, ...]:
        """The two values that disagree, or what it is bound to; () where there are none."""
        details = self.problem.details
        if self.id in BOUND:
            bound = details[BOUND[self.id]]
            return tuple(map(str, bound)) if isinstance(bound, list) else (str(bound),)
        left, _, right = SIDES.get(self.id, ("", "", ""))
        return tuple(str(details[name]) for name in (left, right) if name)

    @property
    def relation(self) -> str:
        """How the two values stand to each other."""
        return SIDES[self.id][1]

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

    def row(self) -> dict[str, object]:
        """Return the finding as plain data, in both languages."""
        return {
            "id": self.id,
            "severity": self.severity,
            "accepted": self.accepted and {"reason": self.accepted.reason, "by": self.accepted.by},
            "file": self.problem.file,
            "line": self.problem.line,
            "codes": list(self.codes),
            "part": self.part,
            "values": list(self.values),
            "zh": self.text("zh"),
            "en": self.text("en"),
        }


class Context(NamedTuple):
    """What a report is read beside: last year's report, and the other agencies' names."""

    previous: Report | None = None
    names: Names = Names({})
