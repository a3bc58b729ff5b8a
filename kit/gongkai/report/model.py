"""One year's report of one agency: its parameters, figures and texts, read by the form."""

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
from gongkai.text.markdown import MarkdownText, Piece
from gongkai.text.numbers import plain, rounded
from gongkai.text.pictures import without_targets
from gongkai.text.placeholders import Fact, Figure, Segment, Share, TypedText

COLUMNS = ("code", "indicator", "unit", "value")
INTRODUCTION = "introduction"
CLOSING = "closing"  # the signature and date after the parts
# Prefixes of texts in the year's YAML that replace computed sentences; they count as parts.
HIGHLIGHT, CHART = "highlights.", "charts."
_LINE_END = re.compile("\n")


@dataclass(frozen=True)
class Value:
    """A cell: its number (None for a blank, `/` or `—`), text as printed, line and remark."""

    number: Decimal | None
    printed: str
    line: int
    remark: str = ""

    @property
    def as_printed(self) -> str:
        """The text of the cell, with its remark."""
        return f"{self.printed}（{self.remark}）" if self.remark else self.printed


@dataclass(frozen=True)
class Breakdown:
    """A stated total and its parts, as numbers; the total is None if its cell is blank."""

    title: str
    part: str
    unit: str
    code: Code
    total: Decimal | None
    items: Mapping[str, Decimal]
    line: int
    order: Order = "size"


@dataclass(frozen=True)
class Filled:
    """A text with its figures filled in, and the ranges that come from the table.

    It begins on `line` of the `year`, `indicators` or `agency` file, as `file` says.
    """

    text: str
    from_table: tuple[tuple[int, int, Figure | Share], ...]
    line: int
    file: str = "year"

    def line_at(self, offset: int) -> int:
        """Return the line in the file of a character."""
        return self.line + bisect_left(self._line_ends, offset)

    @cached_property
    def _line_ends(self) -> list[int]:
        return [found.start() for found in _LINE_END.finditer(self.text)]

    def line_span(self, line: int) -> tuple[int, int]:
        """Return the start and end of a line of the file in the text; (0, 0) if it is elsewhere."""
        number = line - self.line
        ends = [*self._line_ends, len(self.text)]
        if not 0 <= number < len(ends):
            return 0, 0
        start = ends[number - 1] + 1 if number else 0
        return start, start + len(self.text[start : ends[number]].rstrip())

    def is_typed(self, start: int, end: int) -> bool:
        """Whether a range of the text was typed by hand, in the text or as a fact."""
        return self.placeholder(start, end) is None

    def placeholder(self, start: int, end: int) -> Figure | Share | None:
        """Return the first placeholder for figures that overlaps a range; None if there is none."""
        place = bisect_right(self._filled_ends, start)
        if place == len(self.from_table) or end <= self.from_table[place][0]:
            return None
        return self.from_table[place][2]

    @cached_property
    def _filled_ends(self) -> list[int]:
        return [end for _, end, _ in self.from_table]


@dataclass(frozen=True, eq=False)  # compared by identity
class Report:
    """The complete content of a report, read by its form."""

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
        """The first and the last day covered by the statistics."""
        stated = self.parameters.period
        first = stated.first if stated else None
        last = stated.last if stated else None
        return (
            first or datetime.date(self.year, 1, 1),
            last or datetime.date(self.year, 12, 31),
        )

    def compares_with(self, other: Report) -> bool:
        """Whether both reports cover a whole year that begins on the same day.

        That is 1 January, or 1 September for a university.
        """
        start = self._start_of_whole_year()
        return start is not None and start == other._start_of_whole_year()

    def _start_of_whole_year(self) -> tuple[int, int, int] | None:
        """Return when the period begins, with its year counted from the report's."""
        first, last = self.period
        after = last + datetime.timedelta(days=1)
        is_whole = (after.year - 1, after.month, after.day) == (first.year, first.month, first.day)
        return (first.year - self.year, first.month, first.day) if is_whole else None

    @cached_property
    def headings(self) -> dict[str, str]:
        """The headings of the parts in order, by the parts' ids."""
        return {part.id: part.titled(self.year) for part in self.form.parts}

    def is_on_form_of(self, other: Report) -> bool:
        """Whether both reports use the same edition of the form, so that all figures compare."""
        return self.form.edition == other.form.edition

    @property
    def not_added(self) -> frozenset[Code]:
        """The cells that are blank because the reports below could not be added up."""
        return self.roll_up.not_added if self.roll_up else frozenset()

    @cached_property
    def cell_texts(self) -> dict[Code, str]:
        """What each cell prints, remarks included, by its code."""
        return {code: value.as_printed for code, value in self.values.items()}

    def number(self, code: Code) -> Decimal:
        """Return a figure as a term of a sum: a blank, `/` and `—` count as 0."""
        return self.values[code].number or Decimal(0)

    def total(self, codes: tuple[Code, ...]) -> Decimal:
        """Return the sum of the figures of several codes; blanks count as 0.

        A total left blank counts as the sum of its parts.
        """
        return sum((self.known(code) or Decimal(0) for code in codes), Decimal(0))

    def figure(self, codes: tuple[Code, ...]) -> Decimal | None:
        """Return the sum of cells, or groups of rows; None if none of them has a number.

        A total left blank is the sum of its parts, if the form defines them.
        """
        return total_of(self.known(code) for code in self.form.expanded(codes))

    def exact(self, codes: tuple[Code, ...]) -> Decimal | None:
        """Return the sum of cells, or groups of rows; None if any of them is unknown.

        A blank is known if the sums of the form allow only one number for it.
        """
        numbers = [self._settled.get(code) for code in self.form.expanded(codes)]
        known = [number for number in numbers if number is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(numbers) else None

    def known(self, code: Code) -> Decimal | None:
        """Return a cell's number, or the sum of its parts if it is a total left blank."""
        number = self.values[code].number
        if number is not None:  # the usual case, without a function call
            return number
        return known_of(code, lambda part: self.values[part].number, self.form)

    @cached_property
    def _settled(self) -> Mapping[Code, Decimal]:
        """All stated figures, and those that the sums of the form determine.

        If a total is stated, and its known parts add up to it, the others are 0. If all parts
        of a blank total are known, it is their sum; but a blank total is not taken to be 0, even if
        all its parts are. Each figure found may determine others.
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
        """Return a figure as printed, or the sum of several; '' if there is none."""
        cells = self.form.expanded(codes)
        if len(cells) == 1 and self.values[cells[0]].number is not None:
            return self.values[cells[0]].printed
        number = self.figure(codes)
        return "" if number is None else plain(number)

    def share(self, codes: tuple[Code, ...], of: Code) -> str:
        """Return a percentage with two decimals; '' if the part is unknown, or the whole 0."""
        part, whole = self.figure(codes), self.figure((of,))
        if part is None or not whole:
            return ""
        return f"{rounded(part / whole * 100, 2)}%"

    def says(self, segment: Segment) -> str:
        """Return the text of a segment of the narrative, filled in."""
        match segment:
            case Figure(codes=codes):
                return self.printed(codes)
            case Fact(name=name):
                return self.parameters.facts[name]
            case Share(codes=codes, of=of):
                return self.share(codes, of)
            case TypedText(text=text):
                return text

    def markdown(self, part: str) -> MarkdownText:
        """Return a part's text as Markdown, with its figures and facts filled in."""
        return MarkdownText(
            Piece(self.says(segment), not isinstance(segment, TypedText))
            for segment in self.sections.get(part, ())
        )

    def filled(self, part: str) -> Filled:
        """Return a part's text with its figures filled in; empty if none was written."""
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
        """Whether a text was written for a part."""
        return bool(self.filled(part).text.strip())

    def standard_sentence(self, part: str) -> str:
        """Return the standard sentence that the figures justify for an empty part, or ''.

        A blank cell justifies none: it may mean any number.
        """
        for standard in self.form.part(part).standard:
            if all(self.values[code].number == 0 for code in standard.zero):
                return standard.sentence
        return ""

    def file(self, kind: str) -> str:
        """Return the path of the `agency`, `year` or `indicators` file, for messages."""
        return self.files[kind].as_posix()

    def line(self, key: str) -> int:
        """Return the line of a key in the year's YAML, or else of the closest key above it."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key, 0)


class Past(NamedTuple):
    """The agency's earlier reports, the oldest first, and the problems in reading them."""

    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()

    def last_year(self, report: Report) -> Report | None:
        """Return the report of the previous year, if there is one."""
        return next((item for item in self.reports if item.year == report.year - 1), None)
