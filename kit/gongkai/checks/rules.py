"""Rules of a city or province, as data: files `rules/*.yaml` beside the parameters.

The official form and the checks of the kit hold everywhere; how long 总体情况 should be, or by
which day a report is signed, is asked for in one place and not in another.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.errors import KitError, Problem, unreadable
from gongkai.forms.editions import editions, load_form
from gongkai.forms.tables import Code
from gongkai.project import rules_folder
from gongkai.report.model import Report
from gongkai.text.models import Field, Model, MonthDay, Name, Short, read_model
from gongkai.text.yaml_files import Document, list_yaml_files

MOST = 100  # rules of a file, and items of one
KINDS = ("characters", "numbers", "order", "repeated_at_most", "signed_by")


class Characters(Model):
    """How many characters a text has, blanks not counted."""

    least: int = Field(0, ge=0)
    most: int | None = Field(None, ge=1)


class Rule(Model):
    """What one rule asks for: one of the last five keys.

    `part` is the part of the report that it is about, '' for the whole text. It holds for the
    report years from `first_year` to `last_year`, of all agencies or of those that are named.
    `numbers` are codes of figures that the text says, `order` words in the order in which the
    text has them, `repeated_at_most` a percentage of last year's text, `signed_by` a day of the
    year after the report's.
    """

    name: Name
    article: Short = ""
    severity: Literal["warning", "note"] = "warning"
    first_year: int | None = None
    last_year: int | None = None
    agencies: tuple[Name, ...] = Field((), max_length=10_000)
    part: Short = ""
    characters: Characters | None = None
    numbers: tuple[Code, ...] = Field((), max_length=MOST)
    order: tuple[Name, ...] = Field((), max_length=MOST)
    repeated_at_most: int | None = Field(None, ge=0, le=100)
    signed_by: MonthDay = ""

    @property
    def kinds(self) -> list[str]:
        """The keys that say what it asks for."""
        return [key for key in KINDS if getattr(self, key) not in (None, (), "")]

    def holds_for(self, report: Report) -> bool:
        """Whether a report has to keep the rule."""
        first, last = self.first_year or report.year, self.last_year or report.year
        named = not self.agencies or report.slug in self.agencies
        has_part = not self.part or self.part in report.headings
        return named and has_part and first <= report.year <= last


class RuleFile(Model):
    """`rules/*.yaml`: the document that the rules are from, and the rules."""

    source: Name
    rules: tuple[Rule, ...] = Field(max_length=MOST)


class Sourced(NamedTuple):
    """A rule, and where it is from: the document, and the article in it."""

    rule: Rule
    source: str


def load_rules(params: Path, forms: Path | None = None) -> tuple[Sourced, ...]:
    """Return the rules of the project that has these parameters; none where it has none.

    Raises KitError with every problem of every file, each with its line.
    """
    found, problems = [], []
    try:
        paths = list_yaml_files(rules_folder(params))
    except OSError as error:
        raise KitError(unreadable(error)) from None
    for path in paths:
        try:
            stat = path.stat()
            found += _read(path, forms, stat.st_mtime_ns, stat.st_size)
        except OSError as error:
            problems.append(unreadable(error))
        except KitError as error:
            problems += error.problems
    if problems:
        raise KitError(*problems)
    return tuple(found)


@cache
def _read(path: Path, forms: Path | None, *_: int) -> list[Sourced]:
    """Return the rules of a file, read once for each time that it was written."""
    found, document = read_model(path, RuleFile)
    problems = list(_problems(found, document, forms))
    if problems:
        raise KitError(*problems)
    return [
        Sourced(rule, "，".join(filter(None, (found.source, rule.article)))) for rule in found.rules
    ]


def _problems(found: RuleFile, document: Document, forms: Path | None) -> Iterator[Problem]:
    """Yield rules that ask for nothing, or for two things, and names that no form has."""
    known = [load_form(edition, forms) for edition in editions(forms)]
    parts = {part.id: "" for form in known for part in form.parts}
    names = [rule.name for rule in found.rules]
    for index, rule in enumerate(found.rules):
        at, line = ("rules", index), document.line(("rules", index, "name"))
        if len(rule.kinds) != 1:
            details = {"name": rule.name, "known": KINDS, "found": rule.kinds or "—"}
            yield Problem("local-kinds", document.path, line, details)
        if names.index(rule.name) != index:
            yield Problem("local-twice", document.path, line, {"name": rule.name})
        if rule.part and rule.part not in parts:
            details = {"part": rule.part, "known": list(parts)}
            yield Problem("local-part", document.path, document.line((*at, "part")), details)
        for code in rule.numbers:
            if not any(form.expanded((code,)) for form in known):
                line = document.line((*at, "numbers"))
                yield Problem("local-code", document.path, line, {"code": code})
