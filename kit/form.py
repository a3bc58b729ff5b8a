"""The official forms: their tables, parts and identities, as data with a source.

An edition is one YAML file in `kit/forms/`. Imports: errors, files.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from kit.errors import KitError, Problem, nearest
from kit.files import Document, Field, Key, Model, read_model

FORMS = Path(__file__).parent / "forms"

Code = str
Severity = Literal["error", "warning", "note"]


class Source(Model):
    """The document that prescribes a form."""

    document: str
    number: str = ""
    articles: str = ""


class Line(Model):
    """One printed line of a table, with the lines that stand below it.

    `kind` is `heading` (prints —— and has no figure), `count` (a whole number ≥ 0) or
    `amount` (may be decimal). `words` are what a narrative calls this figure.
    """

    code: Code
    label: str
    unit: str = "——"
    kind: Literal["heading", "count", "amount"] = "count"
    short: str = ""
    words: tuple[str, ...] = ()
    channel: bool = False
    lines: tuple[Line, ...] = ()

    @property
    def is_heading(self) -> bool:
        """Whether the line prints —— instead of a figure."""
        return self.kind == "heading"

    @property
    def name(self) -> str:
        """The short name where there is one: for charts and messages."""
        return self.short or self.label


class Row(NamedTuple):
    """A line in print order, with its depth: 1 for the outermost."""

    line: Line
    level: int


class Table(Model):
    """An official table, its lines nested as printed."""

    id: str
    caption: str
    columns: tuple[str, str, str]
    lines: tuple[Line, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every line in print order."""
        return tuple(_rows(self.lines, 1))


def _rows(lines: tuple[Line, ...], level: int) -> Iterator[Row]:
    for line in lines:
        yield Row(line, level)
        yield from _rows(line.lines, level + 1)


class Identity(Model):
    """A rule between sums of codes: the figures of `left` `is` those of `right`.

    `when_equal` names the note to give where an inequality holds as an equation.
    """

    left: tuple[Code, ...]
    relation: Literal["=", "<="] = Field(alias="is")
    right: tuple[Code, ...]
    severity: Severity
    when_equal: str = ""


class StandardSentence(Model):
    """The sentence that an empty part may be given where all of `zero` is 0."""

    zero: tuple[Code, ...]
    sentence: str


class Part(Model):
    """A part of the report. `{next_year}` in a heading is the year after the report's."""

    id: str
    heading: str
    guidance: str
    standard: tuple[StandardSentence, ...] = ()


class Panel(Model):
    """Bars that share a unit and a scale."""

    title: str
    lines: tuple[Code, ...]


class ChartSpec(Model):
    """A chart of a part: its panels, and the sentence instead where all is zero."""

    id: str
    part: str
    caption: str
    panels: tuple[Panel, ...]
    zero: str


class Form(Model):
    """An edition of the official form, and the report years that it is in force for."""

    edition: str
    first_year: int
    last_year: int | None = None
    source: Source
    basis: str
    parts: tuple[Part, ...]
    annexed: bool
    tables: tuple[Table, ...]
    identities: tuple[Identity, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    units: dict[str, tuple[str, ...]] = {}

    @cached_property
    def lines(self) -> dict[Code, Line]:
        """Every line of every table by its code, in print order."""
        return {row.line.code: row.line for table in self.tables for row in table.rows}

    @cached_property
    def cells(self) -> dict[Code, Line]:
        """The lines that carry a figure: what an indicator CSV holds, in print order."""
        return {code: line for code, line in self.lines.items() if not line.is_heading}

    def part(self, id: str) -> Part:
        """Return the part of an id."""
        return next(part for part in self.parts if part.id == id)

    def same_unit(self, unit: str) -> tuple[str, ...]:
        """Return the measure words that a text may use for a unit, the unit itself first."""
        return (unit, *self.units.get(unit, ()))


@cache
def load_form(edition: str, folder: Path = FORMS) -> Form:
    """Return the form of an edition. Raises KitError with every problem of its file."""
    path = folder / f"{edition}.yaml"
    if edition not in editions(folder):
        known = list(editions(folder))
        meant = nearest(edition, known)
        raise KitError(
            Problem("form-unknown", details={"edition": edition, "known": known, "meant": meant})
        )
    form, document = read_model(path, Form)
    problems = list(_problems(form, document))
    if problems:
        raise KitError(*problems)
    return form


@cache
def editions(folder: Path = FORMS) -> tuple[str, ...]:
    """Return the editions there are, the oldest first."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def edition_for(year: int, folder: Path = FORMS) -> Form:
    """Return the form that is in force for a report year. Raises KitError if none is."""
    for edition in editions(folder):
        form = load_form(edition, folder)
        if form.first_year <= year <= (form.last_year or year):
            return form
    raise KitError(Problem("form-none-in-force", details={"year": year}))


def _problems(form: Form, document: Document) -> Iterator[Problem]:
    """Yield codes that stand twice, and references to codes or parts that there are none of."""
    codes = [row.line.code for table in form.tables for row in table.rows]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Problem("form-code-twice", document.path, 0, {"code": code})
    for key, code in _references(form):
        if code not in form.cells:
            yield Problem("form-no-such-code", document.path, document.line(key), {"code": code})
    parts = {part.id for part in form.parts}
    for index, chart in enumerate(form.charts):
        if chart.part not in parts:
            line = document.line(("charts", index, "part"))
            yield Problem("form-no-such-part", document.path, line, {"part": chart.part})


def _references(form: Form) -> Iterator[tuple[Key, Code]]:
    """Yield every code that a rule, a sentence or a chart speaks of, with its key."""
    for key, codes in _code_lists(form):
        for code in codes:
            yield key, code


def _code_lists(form: Form) -> Iterator[tuple[Key, tuple[Code, ...]]]:
    for index, identity in enumerate(form.identities):
        yield ("identities", index, "left"), identity.left
        yield ("identities", index, "right"), identity.right
    for index, part in enumerate(form.parts):
        for number, standard in enumerate(part.standard):
            yield ("parts", index, "standard", number), standard.zero
    for index, chart in enumerate(form.charts):
        for number, panel in enumerate(chart.panels):
            yield ("charts", index, "panels", number), panel.lines
