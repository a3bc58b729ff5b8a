"""One year's report of one agency: its parameters, figures and texts, read against the form."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import Problem
from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.report.parameters import Agency, Order, YearParameters
from gongkai.report.rollup import RollUp, known_of, total_of
from gongkai.text.characters import HiddenCharacters
from gongkai.text.numbers import plain, rounded
from gongkai.text.pictures import without_targets
from gongkai.text.placeholders import Fact, Figure, Literal, Segment, Share

COLUMNS = ("code", "indicator", "unit", "value")
INTRODUCTION = "introduction"
CLOSING = "closing"  # who signs, and when: after the parts
# What the year's YAML says in the place of a computed sentence, as a part of its own.
HIGHLIGHT, CHART = "highlights.", "charts."
_LINE_END = re.compile("\n")


@dataclass(frozen=True)
class Value:
    """A cell: its number (None for a blank, `/` or `—`), as printed, its line, a remark."""

    number: Decimal | None
    printed: str
    line: int
    remark: str = ""

    @property
    def as_printed(self) -> str:
        """What stands in the cell, with its remark."""
        return f"{self.printed}（{self.remark}）" if self.remark else self.printed


@dataclass(frozen=True)
class Breakdown:
    """A stated total and its parts, as numbers; the total is None where its cell is blank."""

    title: str
    part: str
    unit: str
    code: Code
    total: Decimal | None
    items: Mapping[str, Decimal]
    line: int
    order: Order = "size"


class Span(NamedTuple):
    """A stretch of a part's text as it reads filled in: characters, `end` not included."""

    part: str
    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether another stretch is a part of this one."""
        return self.part == other.part and self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Filled:
    """A text with its figures filled in, and the stretches that come from the table."""

    text: str
    from_table: tuple[tuple[int, int, Figure | Share], ...]
    line: int

    def line_at(self, offset: int) -> int:
        """Return the line of the file that a character stands on."""
        return self.line + bisect_left(self._line_ends, offset)

    @cached_property
    def _line_ends(self) -> list[int]:
        return [found.start() for found in _LINE_END.finditer(self.text)]

    def line_span(self, line: int) -> tuple[int, int]:
        """Return where a line of the file begins and ends in the text; (0, 0) for another."""
        start = 0
        for number, text in enumerate(self.text.splitlines(keepends=True), start=self.line):
            if number == line:
                return start, start + len(text.rstrip())
            start += len(text)
        return 0, 0

    def is_typed(self, start: int, end: int) -> bool:
        """Whether a stretch of the text was typed by hand, in the text or as a fact."""
        return self.placeholder(start, end) is None

    def placeholder(self, start: int, end: int) -> Figure | Share | None:
        """Return the placeholder by which the table fills in a stretch, or the first part of it."""
        place = bisect_right(self._filled_ends, start)
        if place == len(self.from_table) or end <= self.from_table[place][0]:
            return None
        return self.from_table[place][2]

    @cached_property
    def _filled_ends(self) -> list[int]:
        return [end for _, end, _ in self.from_table]


@dataclass(frozen=True, eq=False)  # one read again is another one
class Report:
    """Everything that a report says, complete and read against its form."""

    slug: str
    year: int
    agency: Agency
    parameters: YearParameters
    form: Form
    values: Mapping[Code, Value]
    sections: Mapping[str, tuple[Segment, ...]]
    breakdowns: tuple[Breakdown, ...]
    rewritten: tuple[Problem, ...]
    files: Mapping[str, Path]
    params: Path
    forms: Path | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    hidden: tuple[HiddenCharacters, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    roll_up: RollUp | None = None

    @property
    def title(self) -> str:
        """The report's title."""
        return f"{self.agency.called}{self.year}年政府信息公开工作年度报告"

    @property
    def period(self) -> tuple[datetime.date, datetime.date]:
        """The first and the last day that the statistics count."""
        stated = self.parameters.period
        first = stated.first if stated else None
        last = stated.last if stated else None
        return (
            first or datetime.date(self.year, 1, 1),
            last or datetime.date(self.year, 12, 31),
        )

    @property
    def counts_a_year(self) -> bool:
        """Whether the statistics count the whole year, as those of other years do."""
        year = self.year
        return self.period == (datetime.date(year, 1, 1), datetime.date(year, 12, 31))

    @cached_property
    def headings(self) -> dict[str, str]:
        """The heading of each part, by the part's id, in order."""
        return {part.id: part.titled(self.year) for part in self.form.parts}

    def is_on_form_of(self, other: Report) -> bool:
        """Whether both reports use one edition of the form, so that every figure compares."""
        return self.form.edition == other.form.edition

    @property
    def not_added(self) -> frozenset[Code]:
        """The cells that are blank because the reports below could not be added up."""
        return self.roll_up.not_added if self.roll_up else frozenset()

    def number(self, code: Code) -> Decimal:
        """Return a figure for a sum: a blank, `/` and `—` count as 0."""
        return self.values[code].number or Decimal(0)

    def total(self, codes: tuple[Code, ...]) -> Decimal:
        """Return the sum of the figures of several codes; blanks count as 0.

        A total left blank counts as what its parts come to.
        """
        return sum((self.known(code) or Decimal(0) for code in codes), Decimal(0))

    def figure(self, codes: tuple[Code, ...]) -> Decimal | None:
        """Return what cells, or groups of rows, come to; None where none of them has a number.

        A total left blank is the sum of its parts, where the form says what these are.
        """
        return total_of(self.known(code) for code in self.form.expanded(codes))

    def exact(self, codes: tuple[Code, ...]) -> Decimal | None:
        """Return what cells, or groups of rows, come to; None where one of them is not known.

        A blank is known where the sums of the form leave it one number only.
        """
        numbers = [self._settled.get(code) for code in self.form.expanded(codes)]
        known = [number for number in numbers if number is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(numbers) else None

    def known(self, code: Code) -> Decimal | None:
        """Return a cell's number, or what its parts come to where it is a total left blank."""
        number = self.values[code].number
        if number is not None:  # as nearly all are
            return number
        return known_of(code, lambda part: self.values[part].number, self.form)

    @cached_property
    def _settled(self) -> Mapping[Code, Decimal]:
        """Every figure that is stated, and those that the sums of the form leave no choice about.

        Where a total is stated, and the parts that are known come to it, the others are 0. Where
        all parts of a blank total are known, it is their sum; but that nothing happened is not
        concluded from a total left blank. One such figure may settle others.
        """
        stated = ((code, value.number) for code, value in self.values.items())
        settled = {code: number for code, number in stated if number is not None}
        found = -1
        while found < len(settled):
            found = len(settled)
            for total, parts in self.form.sums:
                blank = [part for part in parts if part not in settled]
                known = sum((settled[part] for part in parts if part in settled), Decimal(0))
                if known and not blank and self.form.totals[total] == parts:
                    settled.setdefault(total, known)
                elif settled.get(total) == known:
                    settled |= dict.fromkeys(blank, Decimal(0))
        return settled

    def printed(self, codes: tuple[Code, ...]) -> str:
        """Return a figure as it is printed, or the sum of several; '' where there is none."""
        cells = self.form.expanded(codes)
        if len(cells) == 1 and self.values[cells[0]].number is not None:
            return self.values[cells[0]].printed
        number = self.figure(codes)
        return "" if number is None else plain(number)

    def share(self, codes: tuple[Code, ...], of: Code) -> str:
        """Return a percentage with two decimals; '' where there is nothing to divide by."""
        part, whole = self.figure(codes), self.figure((of,))
        if part is None or not whole:
            return ""
        return f"{rounded(part / whole * 100, 2)}%"

    def says(self, segment: Segment) -> str:
        """Return what a segment of the narrative reads once it is filled in."""
        match segment:
            case Figure(codes=codes):
                return self.printed(codes)
            case Fact(name=name):
                return self.parameters.facts[name]
            case Share(codes=codes, of=of):
                return self.share(codes, of)
            case Literal(text=text):
                return text

    def filled(self, part: str) -> Filled:
        """Return a part's text with its figures filled in; empty where none was written."""
        if part not in self._filled:
            self._filled[part] = self._fill(part)
        return self._filled[part]

    @cached_property
    def _filled(self) -> dict[str, Filled]:
        return {}

    def _fill(self, part: str) -> Filled:
        text = ""
        from_table = []
        for segment in self.sections.get(part, ()):
            words = self.says(segment)
            if isinstance(segment, Figure | Share):
                from_table.append((len(text), len(text) + len(words), segment))
            text += words
        return Filled(without_targets(text), tuple(from_table), self.line_of(part))

    def line_of(self, part: str) -> int:
        """Return the line of the year's YAML on which the text of a part begins."""
        return self.line(part if part.startswith((HIGHLIGHT, CHART)) else f"sections.{part}")

    def is_written(self, part: str) -> bool:
        """Whether somebody wrote a text for a part."""
        return bool(self.filled(part).text.strip())

    def standard_sentence(self, part: str) -> str:
        """Return the sentence that the figures justify for an empty part, or ''.

        A blank cell justifies nothing: it may mean any number.
        """
        for standard in self.form.part(part).standard:
            if all(self.values[code].number == 0 for code in standard.zero):
                return standard.sentence
        return ""

    def file(self, kind: str) -> str:
        """Return the path of the `agency`, `year` or `indicators` file, for a message."""
        return self.files[kind].as_posix()

    def line(self, key: str) -> int:
        """Return the line of a key of the year's YAML, or of the key above it."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key, 0)


class Past(NamedTuple):
    """The agency's earlier reports, the oldest first, and what could not be read of them."""

    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()

    def last_year(self, report: Report) -> Report | None:
        """Return the report of the year before, where there is one."""
        return next((item for item in self.reports if item.year == report.year - 1), None)
