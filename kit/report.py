"""One year's report of one agency: its parameters and indicators, read against the form.

Imports: errors, files, markup, form.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from kit import editions
from kit.errors import KitError, Problem, nearest
from kit.files import Date, Document, Field, Model, ModelT, Prose, Short, read_model, read_text
from kit.form import Cell, Code, Form
from kit.local import ExtraLine, collapsed, collapsible, parents, with_extra_line
from kit.markup import Fact, Figure, Literal, Segment, Share, parse_text

COLUMNS = ("code", "indicator", "unit", "value")
INTRODUCTION = "introduction"
FEW_CODES = 5  # so many are named when they are missing; more are only counted off by code
SLUG = re.compile(r"[a-z0-9-]+")


# --- parameters -------------------------------------------------------------------


class Agency(Model):
    """`agency.yaml`: what stays the same from year to year."""

    name: Short
    short_name: Short = ""
    office: Short = ""
    address: Short = ""
    postcode: Short = ""
    telephone: Short = ""
    email: Short = ""
    website: Short = ""
    website_name: Short = ""
    extra_lines: tuple[ExtraLine, ...] = ()

    @property
    def called(self) -> str:
        """The name as the report's title has it."""
        return self.short_name or self.name


class Period(Model):
    """The days that the statistics count, both included."""

    first: Date = Field(alias="from")
    last: Date = Field(alias="to")


class Signatures(Model):
    """The foot of the table: who answers for it."""

    head: Short = ""
    reviewer: Short = ""
    compiler: Short = ""
    telephone: Short = ""
    date: Date = None


class BreakdownParameters(Model):
    """A total stated in the narrative, and its parts: `total` is a code or a fact's name."""

    total: Short
    title: Short
    part: Short
    unit: Short = ""
    parts: dict[Short, Short]


class YearParameters(Model):
    """`<year>.yaml`: that year's parameters."""

    year: int
    edition: Short = ""
    signed: Date = None
    period: Period | None = None
    basis: tuple[Short, ...] = ()
    signatures: Signatures = Signatures()
    facts: dict[Short, Short] = {}
    breakdowns: tuple[BreakdownParameters, ...] = ()
    year_on_year: bool = False
    sections: dict[Short, Prose] = {}


# --- the report -------------------------------------------------------------------


@dataclass(frozen=True)
class Value:
    """A cell: its number (None for a blank, `/` or `—`), as printed, its line, a remark."""

    number: Decimal | None
    printed: str
    line: int
    remark: str = ""


@dataclass(frozen=True)
class Breakdown:
    """A stated total and its parts, as numbers."""

    title: str
    part: str
    unit: str
    code: Code
    total: Decimal
    items: Mapping[str, Decimal]
    line: int


@dataclass(frozen=True)
class Filled:
    """A text with its figures filled in, and the spans that were."""

    text: str
    spans: tuple[tuple[int, int], ...]
    line: int

    def line_at(self, offset: int) -> int:
        """Return the line of the file that a character stands on."""
        return self.line + self.text.count("\n", 0, offset)

    def is_typed(self, start: int, end: int) -> bool:
        """Whether a stretch of the text was typed by hand, no part of it filled in."""
        return all(end <= first or start >= last for first, last in self.spans)


@dataclass(frozen=True)
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
    accepted: tuple[Problem, ...]
    files: Mapping[str, Path]
    lines: Mapping[str, int] = field(default_factory=dict)

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

    @cached_property
    def headings(self) -> dict[str, str]:
        """The heading of each part, by the part's id, in order."""
        return {part.id: part.heading.format(next_year=self.year + 1) for part in self.form.parts}

    def number(self, code: Code) -> Decimal:
        """Return a figure for a sum: a blank, `/` and `—` count as 0."""
        return self.values[code].number or Decimal(0)

    def total(self, codes: tuple[Code, ...]) -> Decimal:
        """Return the sum of the figures of several codes; blanks count as 0."""
        return sum((self.number(code) for code in codes), Decimal(0))

    def figure(self, codes: tuple[Code, ...]) -> Decimal | None:
        """Return what cells, or groups of rows, come to; None where none of them has a number.

        A total left blank is the sum of its parts, where the form says what these are.
        """
        found = [self._known(code) for code in self.form.expanded(codes)]
        numbers = [number for number in found if number is not None]
        return sum(numbers, Decimal(0)) if numbers else None

    def _known(self, code: Code) -> Decimal | None:
        stated = self.values[code].number
        if stated is not None or code not in self._parts:
            return stated
        parts = [self.values[part].number for part in self._parts[code]]
        known = [number for number in parts if number is not None]
        return sum(known, Decimal(0)) if known else None

    @cached_property
    def _parts(self) -> dict[Code, tuple[Code, ...]]:
        """What each total is the sum of; a rule inside one row comes before others."""
        sums = [rule for rule in self.form.rules if rule.relation == "=" and not rule.previous]
        return {rule.left[0]: rule.right for rule in reversed(sums) if len(rule.left) == 1}

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
        return f"{(part / whole * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"

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
        text = ""
        spans = []
        for segment in self.sections.get(part, ()):
            words = self.says(segment)
            if not isinstance(segment, Literal):
                spans.append((len(text), len(text) + len(words)))
            text += words
        return Filled(text, tuple(spans), self.line(f"sections.{part}"))

    def is_written(self, part: str) -> bool:
        """Whether somebody wrote a text for a part."""
        return bool(self.filled(part).text.strip())

    def standard_sentence(self, part: str) -> str:
        """Return the sentence that the figures justify for an empty part, or ''.

        A blank cell justifies nothing: it may stand for any number.
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


def plain(number: Decimal) -> str:
    """Return a number as people write it: no exponent, no trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def chinese_date(date: datetime.date | None) -> str:
    """Return a date as a document prints it: 2018年1月4日; nothing for no date."""
    return f"{date.year}年{date.month}月{date.day}日" if date else ""


# --- reading ----------------------------------------------------------------------


def load_report(slug: str, year: int, params: Path) -> Report:
    """Read a report's three files against the form that is in force.

    Raises KitError with every problem of all three files at once.
    """
    return _Reader(slug, year, params).read()


class Past(NamedTuple):
    """The agency's earlier reports, the oldest first, and what could not be read of them."""

    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()

    def last_year(self, report: Report) -> Report | None:
        """Return the report of the year before, where there is one."""
        return next((item for item in self.reports if item.year == report.year - 1), None)


def load_past(report: Report) -> Past:
    """Read every earlier report of the same agency; one that cannot be read is a gap."""
    params = report.files["year"].parent.parent
    reports = []
    problems = []
    for year in earlier_years(params, report.slug, report.year):
        try:
            reports.append(load_report(report.slug, year, params))
        except KitError as error:
            problems.append(error.problems[0])
    return Past(tuple(reports), tuple(problems))


def earlier_years(params: Path, slug: str, year: int) -> list[int]:
    """Return the years before `year` that an agency has parameters of."""
    stems = [path.stem for path in (params / slug).glob("[0-9][0-9][0-9][0-9].yaml")]
    return sorted(int(stem) for stem in stems if int(stem) < year)


def agency_names(params: Path) -> dict[str, tuple[str, ...]]:
    """Return the name and the short name of every agency of a folder by its slug.

    Only these two lines are read: there may be thousands of these files.
    """
    names = {}
    for path in sorted(params.glob("*/agency.yaml")):
        lines = _NAMES.findall(path.read_bytes()[:4096]) if path.is_file() else []
        found = (line.decode("utf-8", "replace").strip("\"' ") for line in lines)
        names[path.parent.name] = tuple(name for name in found if name)
    return names


_NAMES = re.compile(rb"^(?:short_)?name:[ \t]*([^#\r\n]+)", re.MULTILINE)


class _Reader:
    """Reads the files of one report and keeps every problem that it meets."""

    def __init__(self, slug: str, year: int, params: Path) -> None:
        self.slug = slug
        self.year = year
        self.params = params
        folder = params / slug
        self.files = {
            "agency": folder / "agency.yaml",
            "year": folder / f"{year}.yaml",
            "indicators": folder / f"{year}.csv",
        }
        self.problems: list[Problem] = []
        self.accepted: list[Problem] = []
        self.document = Document(str(self.files["year"]))
        self.agency_document = Document(str(self.files["agency"]))

    def read(self) -> Report:
        self._find()
        agency = self._model("agency", Agency)
        parameters = self._model("year", YearParameters)
        form = self._form(parameters)
        if form and agency:
            form = self._with_local_lines(form, agency)
        form, values = self._indicators(form) if form else (None, {})
        sections = self._sections(parameters, form) if parameters and form else {}
        breakdowns = self._breakdowns(parameters, form, values) if parameters and form else ()
        if self.problems or not (agency and parameters and form):
            raise KitError(*self.problems)
        return Report(
            slug=self.slug,
            year=self.year,
            agency=agency,
            parameters=parameters,
            form=form,
            values=values,
            sections=sections,
            breakdowns=breakdowns,
            accepted=tuple(self.accepted),
            files=self.files,
            lines=self._lines(),
        )

    def _find(self) -> None:
        """Refuse a slug that is none, and an agency or a year that there is nothing of."""
        if not SLUG.fullmatch(self.slug):
            raise KitError(Problem("agency-slug", details={"agency": self.slug}))
        folder = self.params / self.slug
        if not folder.is_dir():
            known = sorted(path.parent.name for path in self.params.glob("*/agency.yaml"))
            details: dict[str, object] = {
                "agency": self.slug,
                "folder": self.params.as_posix(),
                "known": known[:20] or "—",
            }
            meant = nearest(self.slug, known)
            problem = "agency-meant" if meant else "agency-unknown"
            raise KitError(Problem(problem, details={**details, "meant": meant}))
        if not (self.files["year"].exists() or self.files["indicators"].exists()):
            years = sorted(path.stem for path in folder.glob("[0-9][0-9][0-9][0-9].yaml"))
            asked = {"agency": self.slug, "year": self.year, "known": years or "—"}
            raise KitError(Problem("year-unknown", folder.as_posix(), details=asked))

    def _refuse(self, problem: str, kind: str, line: int, **details: object) -> None:
        self.problems.append(Problem(problem, self.files[kind].as_posix(), line, details))

    def _model(self, kind: str, model: type[ModelT]) -> ModelT | None:
        try:
            found, document = read_model(self.files[kind], model)
        except KitError as error:
            self.problems.extend(error.problems)
            return None
        if kind == "year":
            self.document = document
        else:
            self.agency_document = document
        return found

    def _form(self, parameters: YearParameters | None) -> Form | None:
        """Return the form in force; an edition that the year's YAML names comes first."""
        if parameters and parameters.year != self.year:
            line = self.document.line(("year",))
            self._refuse("year-differs", "year", line, stated=parameters.year, expected=self.year)
        try:
            if parameters and parameters.edition:
                return editions.load_form(parameters.edition)
            return editions.edition_for(self.year)
        except KitError as error:
            line = self.document.line(("edition",))
            for problem in error.problems:
                place = problem.file or self.files["year"].as_posix()
                self.problems.append(
                    Problem(problem.id, place, problem.line or line, problem.details)
                )
            return None

    def _with_local_lines(self, form: Form, agency: Agency) -> Form:
        """Return the form with the agency's local lines of this edition."""
        for number, extra in enumerate(agency.extra_lines):
            if extra.edition != form.edition:
                continue
            line = self.agency_document.line(("extra_lines", number))
            details = {"code": extra.code, "parent": extra.parent, "edition": form.edition}
            if extra.parent not in parents(form):
                self._refuse("extra-line-parent", "agency", line, **details)
            elif extra.code in (*parents(form), *form.entries):
                self._refuse("extra-line-code", "agency", line, **details)
            else:
                form = with_extra_line(form, extra)
        return form

    def _lines(self) -> dict[str, int]:
        return {".".join(map(str, key)): line for key, line in self.document.lines.items()}

    # the narrative

    def _sections(self, parameters: YearParameters, form: Form) -> dict[str, tuple[Segment, ...]]:
        known = [INTRODUCTION, *(part.id for part in form.parts)]
        sections = {}
        for name, text in parameters.sections.items():
            line = self.document.line(("sections", name))
            if name not in known:
                details = {"name": name, "known": known, "edition": form.edition}
                self._refuse("section-unknown", "year", line, **details)
                continue
            segments, problems = parse_text(text, self.files["year"].as_posix(), line)
            self.problems.extend(problems)
            self.problems.extend(self._unknown_figures(segments, parameters, form))
            sections[name] = segments
        return sections

    def _unknown_figures(
        self, segments: tuple[Segment, ...], parameters: YearParameters, form: Form
    ) -> Iterator[Problem]:
        file = self.files["year"].as_posix()
        for segment in segments:
            match segment:
                case Figure(codes=codes, line=line) | Share(codes=codes, line=line):
                    of = (segment.of,) if isinstance(segment, Share) else ()
                    for code in (*codes, *of):
                        if not form.expanded((code,)):
                            details = {"code": code, "edition": form.edition}
                            yield Problem("text-no-such-code", file, line, details)
                case Fact(name=name, line=line) if name not in parameters.facts:
                    known = list(parameters.facts) or "—"
                    yield Problem("text-no-such-fact", file, line, {"name": name, "known": known})

    def _breakdowns(
        self, parameters: YearParameters, form: Form, values: Mapping[Code, Value]
    ) -> tuple[Breakdown, ...]:
        found = []
        for index, stated in enumerate(parameters.breakdowns):
            key = ("breakdowns", index)
            line = self.document.line((*key, "total"))
            if stated.part not in [part.id for part in form.parts]:
                details = {
                    "name": stated.part,
                    "known": [part.id for part in form.parts],
                    "edition": form.edition,
                }
                self._refuse(
                    "section-unknown", "year", self.document.line((*key, "part")), **details
                )
            total = self._stated_total(stated, parameters, form, values, line)
            items = {
                label: self._stated_number(text, self.document.line((*key, "parts", label)))
                for label, text in stated.parts.items()
            }
            unit = stated.unit
            if stated.total in form.cells:
                unit = unit or form.cells[stated.total].unit
            found.append(
                Breakdown(stated.title, stated.part, unit, stated.total, total, items, line)
            )
        return tuple(found)

    def _stated_total(
        self,
        stated: BreakdownParameters,
        parameters: YearParameters,
        form: Form,
        values: Mapping[Code, Value],
        line: int,
    ) -> Decimal:
        if stated.total in form.cells:
            value = values.get(stated.total)
            return (value.number if value else None) or Decimal(0)
        if stated.total in parameters.facts:
            fact_line = self.document.line(("facts", stated.total))
            return self._stated_number(parameters.facts[stated.total], fact_line)
        self._refuse("breakdown-total", "year", line, total=stated.total, edition=form.edition)
        return Decimal(0)

    def _stated_number(self, text: str, line: int) -> Decimal:
        """Return a number of the year's YAML, read by the rules of the CSV."""
        number, _, problem = parse_number(text, "amount")
        if number is None or problem:
            self._refuse("yaml-number", "year", line, value=text)
        return number or Decimal(0)

    # the indicators

    def _indicators(self, form: Form) -> tuple[Form, dict[Code, Value]]:
        """Return the form as this report prints it, and its values."""
        values: dict[Code, Value] = {}
        malformed: set[str] = set()
        try:
            rows = list(self._rows())
        except KitError as error:
            self.problems.extend(error.problems)
            return form, {}
        form = _as_printed(form, {cells[0] for _, cells in rows})
        for line, cells in rows:
            if len(cells) == len(COLUMNS):
                self._row(line, cells, form, values)
            else:
                details = {"expected": len(COLUMNS), "found": len(cells)}
                self._refuse("csv-columns", "indicators", line, **details)
                malformed.add(cells[0])
        missing = [code for code in form.cells if code not in values and code not in malformed]
        if missing:
            if len(missing) <= FEW_CODES:
                missing = [f"{code} {form.cells[code].name}" for code in missing]
            about = {"codes": missing, "count": len(missing), "edition": form.edition}
            self._refuse("csv-codes-missing", "indicators", 0, **about)
        return form, values

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each line below the header with its number, its cells stripped."""
        path = self.files["indicators"]
        text = read_text(path)
        header = text.split("\n", 1)[0]
        separator = max(",;\t", key=header.count)
        reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        line = 1
        try:
            for row in reader:
                cells = _without_empty_tail([cell.strip() for cell in row])
                if line == 1 and tuple(cells) != COLUMNS:
                    details = {"expected": ",".join(COLUMNS), "found": header[:80]}
                    raise KitError(Problem("csv-header", path.as_posix(), 1, details))
                if line > 1 and any(cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            details = {"reason": str(error)}
            raise KitError(Problem("csv-syntax", path.as_posix(), line, details)) from None

    def _row(self, line: int, cells: list[str], form: Form, values: dict[Code, Value]) -> None:
        code, label, unit, text = cells
        official = form.entries.get(code)
        if official is None:
            meant = nearest(code, form.cells)
            details = {"code": code, "edition": form.edition, "meant": meant}
            problem = "csv-code-meant" if meant else "csv-code-unknown"
            self._refuse(problem, "indicators", line, **details)
            return
        self._compare("csv-label", line, code, label, official.label)
        self._compare("csv-unit", line, code, unit, official.unit)
        if official.kind == "heading":
            if text not in ("", "—", "——"):
                self._refuse("csv-heading-value", "indicators", line, code=code, value=text)
            return
        if code in values:
            first = values[code].line
            self._refuse("csv-code-twice", "indicators", line, code=code, first=first)
            return
        values[code] = self._value(line, official, text)

    def _compare(self, problem: str, line: int, code: Code, found: str, expected: str) -> None:
        if found != expected:
            details = {"code": code, "found": found, "expected": expected}
            self._refuse(problem, "indicators", line, **details)

    def _value(self, line: int, official: Cell, text: str) -> Value:
        text, remark = _without_remark(text)
        number, printed, problem = parse_number(text, official.kind)
        if problem:
            details = {"code": official.code, "value": text[:40], "unit": official.unit}
            self._refuse(problem, "indicators", line, **details)
        elif number is not None and printed != text:
            details = {"code": official.code, "value": text, "number": printed}
            file = self.files["indicators"].as_posix()
            self.accepted.append(Problem("csv-number-rewritten", file, line, details))
        return Value(number, printed, line, remark)


def _as_printed(form: Form, codes: set[str]) -> Form:
    """Return the form with those groups as one row that a report prints as one row."""
    for group, rows in collapsible(form).items():
        alone = {code for code in codes if code.rpartition(".")[0] == group}
        inside = {code for code in codes if code.rpartition(".")[0] in rows}
        if alone - inside and not inside:
            form = collapsed(form, group)
    return form


_REMARK = re.compile(r"([^（(]*[0-9０-９][^（(]*)[（(](.+)[）)]")


def _without_remark(text: str) -> tuple[str, str]:
    """Split 22（其中修订16件） into the figure and the remark."""
    found = _REMARK.fullmatch(text)
    return (found.group(1).strip(), found.group(2).strip()) if found else (text, "")


def _without_empty_tail(cells: list[str]) -> list[str]:
    """Return a row without the empty columns that Excel may leave behind its last one."""
    while len(cells) > len(COLUMNS) and not cells[-1]:
        cells = cells[:-1]
    return cells


_NO_NUMBER = {"": "", "/": "/", "／": "/", "—": "—", "——": "——"}
_HALF_WIDTH = str.maketrans("０１２３４５６７８９，．", "0123456789,.")
_MAX_DIGITS = 15
_SIGNS = {"+": "+", "＋": "+", "-": "-", "−": "-", "－": "-", "﹣": "-"}


def parse_number(text: str, kind: str) -> tuple[Decimal | None, str, str]:
    """Read a figure: return its number, how it is printed, and a problem's id or ''.

    Accepted: 12, １２, 1,234 and, where `kind` is `amount`, 0.5; a blank, `/` and `—` are
    no number. Where `kind` is `signed`, a sign may stand before it and is printed. Everything
    else is refused: no other figure of the forms can be negative.
    """
    text = text.strip()
    if text in _NO_NUMBER:
        return None, _NO_NUMBER[text], ""
    plain_text = text.translate(_HALF_WIDTH)
    sign = ""
    if kind == "signed" and plain_text[0] in _SIGNS:
        sign, plain_text = _SIGNS[plain_text[0]], plain_text[1:]
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", plain_text):
        plain_text = plain_text.replace(",", "")
    if re.fullmatch(r"[-−﹣－][0-9.]+", plain_text):
        return None, text, "csv-negative"
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain_text):
        return None, text, "csv-not-a-number"
    if len(plain_text) > _MAX_DIGITS:
        return None, text, "csv-too-many-digits"
    if kind != "amount":
        plain_text = re.sub(r"\.0+$", "", plain_text)
        if "." in plain_text:
            return None, text, "csv-not-whole"
    number = Decimal(sign + plain_text)
    return number, plain_text if kind == "amount" else sign + plain(abs(number)), ""
