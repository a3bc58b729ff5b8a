"""Local rules of a city or province, in the files `rules/*.yaml` next to the parameters.

The official form and the kit's checks apply everywhere; the length of 总体情况, or the last
day for signing a report, is regulated in some places only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.errors import KitError, Problem, unreadable
from gongkai.forms.editions import editions, load_form
from gongkai.forms.tables import Code
from gongkai.project import RULES, rules_folder
from gongkai.report.model import Report
from gongkai.text.files import list_yaml_files
from gongkai.text.models import Field, Model, MonthDay, Name, Short, Year, read_model
from gongkai.text.yaml_files import Document

MOST = 100  # rules in a file, and items in a list of one rule
# The possible requirements: each rule has exactly one of these keys.
KINDS = ("characters", "numbers", "order", "repeated_at_most", "signed_by")


class Characters(Model):
    """Bounds on the number of characters in a text, not counting blanks."""

    least: int = Field(0, ge=0)
    most: int | None = Field(None, ge=1)


class Rule(Model):
    """A rule: the agencies and years that it applies to, and a requirement, a key in KINDS.

    `part` is the part of the report that it is about, '' for the whole text. It applies to the
    report years from `first_year` to `last_year`, for all agencies or those in `agencies`.

    `characters` bounds the length of the text. `numbers` are codes of figures that the text must
    state, `order` words that it must contain in this order. `repeated_at_most` is the share, in
    %, of the text that may be last year's, `signed_by` the last day, in the following year,
    on which it may be signed.
    """

    name: Name
    article: Short = ""
    severity: Literal["warning", "note"] = "warning"
    first_year: Year | None = None
    last_year: Year | None = None
    agencies: tuple[Name, ...] = Field((), max_length=10_000)
    part: Short = ""
    characters: Characters | None = None
    numbers: tuple[Code, ...] = Field((), max_length=MOST)
    order: tuple[Name, ...] = Field((), max_length=MOST)
    repeated_at_most: int | None = Field(None, ge=0, le=100)
    signed_by: MonthDay = ""

    @property
    def kinds(self) -> list[str]:
        """The keys in KINDS that are set; a valid rule has exactly one."""
        return [key for key in KINDS if getattr(self, key) not in (None, (), "", Characters())]

    @property
    def bounds(self) -> Iterator[tuple[str, int | None, str, int | None]]:
        """Yield each pair of keys that bound something from below and above, with their values."""
        yield "first_year", self.first_year, "last_year", self.last_year
        if self.characters:
            yield "least", self.characters.least, "most", self.characters.most

    def applies_to(self, report: Report) -> bool:
        """Whether the rule applies to a report."""
        first, last = self.first_year or report.year, self.last_year or report.year
        named = not self.agencies or report.slug in self.agencies
        has_part = not self.part or self.part in report.headings
        return named and has_part and first <= report.year <= last


class RuleFile(Model):
    """`rules/*.yaml`: the source document, and the rules."""

    source: Name
    rules: tuple[Rule, ...] = Field(max_length=MOST)


class SourcedRule(NamedTuple):
    """A rule and its source: the document, and the article in it."""

    rule: Rule
    source: str


def load_rules(params: Path, forms: Path | None = None) -> tuple[SourcedRule, ...]:
    """Return the rules in the folder `rules` next to the parameters; () if there are none.

    Raises KitError with every problem of every file, each with its line.
    """
    found: list[SourcedRule] = []
    problems: list[Problem] = []
    folder = rules_folder(params)
    if folder.is_symlink() and not folder.exists():  # a network share that is not mounted
        raise KitError(Problem("file-missing", folder.as_posix()))
    try:
        paths = list_yaml_files(folder)
        problems += _unread(folder, paths)
        problems += (Problem("local-place", path.as_posix()) for path in _misplaced(params, folder))
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


def without_agency(rules: Iterable[SourcedRule], params: Path) -> Iterator[tuple[Rule, list[str]]]:
    """Yield each rule that names agencies without parameters, with their names.

    A name may be mistyped, or belong to an agency of another project.
    """
    there = {path.name for path in params.iterdir() if path.is_dir()}  # names, and no paths
    for rule, _ in rules:
        missing = [agency for agency in rule.agencies if agency not in there]
        if missing:
            yield rule, missing


def _unread(folder: Path, paths: list[Path]) -> Iterator[Problem]:
    """Yield problems of rule files whose name has a wrong ending, and of subfolders with rules.

    city.yml, city.yaml.txt, 2025/city.yaml.
    """
    for path in _listed(folder):
        if path.is_dir() and not path.name.startswith(".") and list_yaml_files(path):
            yield Problem("local-folder", path.as_posix())
        is_yaml = ".yml" in path.name.lower() or ".yaml" in path.name.lower()
        if is_yaml and path not in paths and not path.name.startswith((".", "~")):
            yield Problem("local-file-name", path.as_posix())


def _misplaced(params: Path, folder: Path) -> Iterator[Path]:
    """Yield files and folders of rules that are not in the folder `rules` next to `params`.

    Rules/, rules.yaml, params/rules/, and `rules` next to the folder that `params` links to.
    """
    beside = folder.parent
    alike = {RULES, "rule", f"{RULES}.yaml", f"{RULES}.yml"}
    found = [
        *(path for path in _listed(beside) if path.name.casefold() in alike),
        *(params / name for name in (RULES, f"{RULES}.yaml", f"{RULES}.yml")),
        Path(os.path.realpath(params)).parent / RULES,
    ]
    for path in dict.fromkeys(found):
        is_read = folder.exists() and path.exists() and path.samefile(folder)
        is_agency = (path / "agency.yaml").exists()
        if not is_read and not is_agency and (path.is_file() or list_yaml_files(path)):
            yield path


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


@cache
def _read(path: Path, forms: Path | None, *_stamp: int) -> list[SourcedRule]:
    """Return the rules of a file. Raises KitError with every problem of the file.

    Its time and size are only part of the cache key, so that a changed file is read again.
    """
    found, document = read_model(path, RuleFile)
    problems = list(_problems(found, document, forms))
    if problems:
        raise KitError(*problems)
    return [
        SourcedRule(rule, "，".join(filter(None, (found.source, rule.article))))
        for rule in found.rules
    ]


def _problems(found: RuleFile, document: Document, forms: Path | None) -> Iterator[Problem]:
    """Yield problems of rules: contradictions, repeated names, unknown parts and codes."""
    known = [load_form(edition, forms) for edition in editions(forms)]
    parts = list(dict.fromkeys(part.id for form in known for part in form.parts))
    names = [rule.name for rule in found.rules]
    for index, rule in enumerate(found.rules):
        at, line = ("rules", index), document.line(("rules", index, "name"))
        yield from _contradictions(rule, document.path, line)
        if names.index(rule.name) != index:
            yield Problem("local-twice", document.path, line, name=rule.name)
        if rule.part and rule.part not in parts:
            details = {"part": rule.part, "known": parts}
            yield Problem("local-part", document.path, document.line((*at, "part")), **details)
        for code in rule.numbers:
            if not any(form.expanded((code,)) for form in known):
                line = document.line((*at, "numbers"))
                yield Problem("local-code", document.path, line, code=code)


def _contradictions(rule: Rule, path: str, line: int) -> Iterator[Problem]:
    """Yield problems of a rule without exactly one requirement, or with crossed bounds."""
    if len(rule.kinds) != 1:
        found = rule.kinds or "—"
        yield Problem("local-kinds", path, line, name=rule.name, known=KINDS, found=found)
    for lower, least, upper, most in rule.bounds:
        if least is not None and most is not None and least > most:
            details: dict[str, object] = {"name": rule.name, "least": least, "most": most}
            yield Problem("local-bounds", path, line, lower=lower, upper=upper, **details)
