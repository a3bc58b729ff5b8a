"""A finding, and what a report is read beside when it is checked.

An error stops the public copy; a warning does so under `--strict`; a note never does.
Imports: errors, form, report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kit.errors import Problem
from kit.form import Code, Severity
from kit.names import Names
from kit.report import Report

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
FEW = 10  # below it, figures agree and jump by chance


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
    names: Names = Names({})
