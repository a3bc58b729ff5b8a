"""The official forms: their parts, tables and identities, as data with a source.

An edition is one YAML file; `kit/gongkai/forms/editions.py` finds and reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from gongkai.errors import Severity
from gongkai.forms.meanings import Meanings
from gongkai.forms.tables import Cell, Code, Table, blocks_of, cells_of, row_groups
from gongkai.forms.vocabulary import Word
from gongkai.text.models import Field, Model, Template

NEXT_YEAR = "{next_year}"  # the one placeholder of a heading


class Source(Model):
    """The document that prescribes a form."""

    document: str
    number: str = ""
    articles: str = ""


class Identity(Model):
    """A rule between sums of codes: `left` is (`=`, `<=`) `right` plus last year's `previous`.

    With `each: row` the codes are ids of columns, and the rule holds in every row of `table`;
    with `each: column` they are codes of rows or groups, and it holds in every column.
    `when_equal` names the note to give where an inequality holds as an equation. `source` is
    where the form itself states the rule, in its words.
    """

    left: tuple[Code, ...]
    relation: Literal["=", "<="] = Field(alias="is")
    right: tuple[Code, ...] = ()
    previous: tuple[Code, ...] = ()
    severity: Severity
    when_equal: str = ""
    source: str = ""
    table: str = ""
    each: Literal["", "row", "column"] = ""


class MayRepeat(Model):
    """Figures in which several bodies may count the same thing, and why (sums may be too high).

    A code speaks for all cells below it.
    """

    codes: tuple[Code, ...]
    reason: str


class StandardSentence(Model):
    """The sentence that an empty part may be given where all of `zero` is 0."""

    zero: tuple[Code, ...]
    sentence: str


class Part(Model):
    """A part of the report. `{next_year}` in a heading is the year after the report's.

    A text must have one of the words in `mentions`; `also` are the headings without numbers
    that reports print in the place of this one. `terms` explain what its tables count.
    """

    id: str
    heading: Template = Field(min_length=1)
    also: tuple[str, ...] = ()
    guidance: str
    standard: tuple[StandardSentence, ...] = ()
    mentions: tuple[str, ...] = ()
    terms: dict[str, str] = {}

    def titled(self, year: int) -> str:
        """Return the heading as the report of a year prints it."""
        return self.heading.replace(NEXT_YEAR, str(year + 1))


class Measure(Model):
    """A figure with a name of its own: one cell, or the sum of several."""

    name: str
    codes: tuple[Code, ...]
    unit: str = "件"


class Computed(Model):
    """A sentence computed from the figures; `kit/gongkai/forms/computed.py` has its syntax.

    `largest` are the candidates for `{largest}`: it is the measure whose figure is larger than
    all others, where it is not `covered` by what the sentence has said before.
    """

    says: str
    largest: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()


class Highlight(Computed):
    """A sentence at the top of the page; `zero` instead where all of `total` is 0.

    If that is true of every highlight, their `zero` texts form one sentence.
    """

    id: str
    total: tuple[str, ...]
    zero: str = ""


class Panel(Model):
    """Bars that share a unit and a scale: codes of cells, or names of measures.

    `labels` name them in the chart, where the title has half of their name already. `whole` is the
    measure that they are all the parts of; without one, no shares are shown.
    """

    lines: tuple[str, ...]
    title: str = ""
    labels: tuple[str, ...] = ()
    whole: str = ""

    @property
    def called(self) -> tuple[tuple[str, str], ...]:
        """Each code or measure with its label; '' where its own name is its label."""
        return tuple(zip(self.lines, self.labels or ("",) * len(self.lines), strict=True))


class ChartSpec(Computed):
    """A chart of a part: what it says, what it counts and how (`statistic`), and its panels.

    `largest` defaults to the bars of the first panel.
    """

    id: str
    part: str
    statistic: str
    panels: tuple[Panel, ...]


class Form(Model):
    """An edition of the official form, and the report years that it is in force for.

    `key_figures` are what a reader looks for first: codes of cells, or names of measures; after
    a slash, the measure that it is a share of. `highlights` sum up the year in sentences.
    """

    edition: str
    first_year: int
    last_year: int | None = None
    source: Source
    basis: str
    parts: tuple[Part, ...]
    tables: tuple[Table, ...]
    identities: tuple[Identity, ...] = ()
    measures: tuple[Measure, ...] = ()
    words: tuple[Word, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    trend: str = ""
    key_figures: tuple[str, ...] = Field((), max_length=5)
    highlights: tuple[Highlight, ...] = Field((), max_length=5)
    series: dict[str, tuple[Code, ...]] = {}
    may_repeat: tuple[MayRepeat, ...] = ()
    units: dict[str, tuple[str, ...]] = {}

    @cached_property
    def entries(self) -> dict[Code, Cell]:
        """Everything that has a code of its own and is printed, headings too, in print order."""
        return {cell.code: cell for table in self.tables for cell in cells_of(table)}

    @cached_property
    def cells(self) -> dict[Code, Cell]:
        """What carries a figure: what an indicator CSV holds, in print order."""
        return {code: cell for code, cell in self.entries.items() if cell.kind != "heading"}

    @cached_property
    def by_table(self) -> tuple[tuple[Code, ...], ...]:
        """The codes of what carries a figure, table by table."""
        codes = ([cell.code for cell in cells_of(table)] for table in self.tables)
        return tuple(tuple(code for code in table if code in self.cells) for table in codes)

    @cached_property
    def rules(self) -> tuple[Identity, ...]:
        """The identities in codes of cells: those of each row and column written out."""
        return tuple(
            rule for identity in self.identities for rule in written_out(identity, self.tables)
        )

    @cached_property
    def sums(self) -> tuple[tuple[Code, tuple[Code, ...]], ...]:
        """Each total with its parts; it may be the sum of a row and of a column."""
        sums = (rule for rule in self.rules if rule.relation == "=" and not rule.previous)
        return tuple((rule.left[0], rule.right) for rule in sums if len(rule.left) == 1)

    @cached_property
    def totals(self) -> dict[Code, tuple[Code, ...]]:
        """What each total is the sum of; a rule inside one row comes before others."""
        return dict(reversed(self.sums))

    @cached_property
    def repeatable(self) -> dict[Code, str]:
        """Why a sum over several bodies may be too much, by the codes of the cells."""
        return {
            code: item.reason
            for item in self.may_repeat
            for code in self.cells
            if any(f"{code}.".startswith(f"{above}.") for above in item.codes)
        }

    @cached_property
    def measured(self) -> dict[str, Measure]:
        """The measures by name."""
        return {measure.name: measure for measure in self.measures}

    @property
    def annexed(self) -> tuple[Table, ...]:
        """The tables printed after the parts."""
        return tuple(table for table in self.tables if not table.part)

    def tables_of(self, part: str) -> tuple[Table, ...]:
        """Return the tables printed inside a part."""
        return tuple(table for table in self.tables if table.part == part)

    def part(self, id: str) -> Part:
        """Return the part with an id."""
        return next(part for part in self.parts if part.id == id)

    def measure(self, name: str) -> Measure:
        """Return the measure with a name, or that of a cell's code."""
        if name in self.measured:
            return self.measured[name]
        cell = self.cells[name]
        return Measure(name=cell.name, codes=(name,), unit=cell.unit)

    @property
    def key_measures(self) -> tuple[tuple[Measure, Measure | None], ...]:
        """The key figures, each with the measure of which it is a share where there is one."""
        named = (name.partition("/") for name in self.key_figures)
        return tuple(
            (self.measure(part), self.measure(whole) if whole else None) for part, _, whole in named
        )

    @cached_property
    def _row_groups(self) -> dict[Code, tuple[Code, ...]]:
        """Codes that are not cells but sums of cells: a group of rows in one column."""
        return {
            f"{group}.{path[-1].id}": tuple(f"{row}.{path[-1].id}" for row in rows)
            for block in blocks_of(self.tables)
            for group, rows in row_groups(block.rows)
            for path in block.column_paths
            if rows != (group,)
        }

    def expanded(self, codes: tuple[Code, ...]) -> tuple[Code, ...]:
        """Return the codes of cells for codes that may name groups; unknown codes are left out."""
        found = [
            (code,) if code in self.cells else self._row_groups.get(code, ()) for code in codes
        ]
        return tuple(code for some in found for code in some)

    @cached_property
    def meanings(self) -> Meanings:
        """What its cells mean in the language of narratives."""
        return Meanings(self.cells, self.words)

    def called(self, codes: tuple[Code, ...]) -> Measure:
        """Return cells as one figure with a name: a measure's, a group's, or their own names."""
        if codes not in self._called:
            self._called[codes] = self._named(codes)
        return self._called[codes]

    @cached_property
    def _called(self) -> dict[tuple[Code, ...], Measure]:
        """The cache of `called`."""
        return {}

    def _named(self, codes: tuple[Code, ...]) -> Measure:
        for measure in self.measures:
            if self.expanded(measure.codes) == codes:
                return measure
        cells = [self.cells[code] for code in codes]
        name = " + ".join(cell.name for cell in cells)
        return Measure(name=name, codes=codes, unit=cells[0].unit if cells else "")

    def counted_in(self, unit: str) -> tuple[Measure, ...]:
        """Return the figures that a measure word may count, details of the table left out."""
        codes = self.meanings.undetailed
        counted = (code for code in codes if unit in self.same_unit(self.cells[code].unit))
        return tuple(self.called((code,)) for code in counted)

    def same_unit(self, unit: str) -> tuple[str, ...]:
        """Return the measure words that a text may use for a unit, the unit itself first."""
        return (unit, *self.units.get(unit, ()))


def written_out(identity: Identity, tables: tuple[Table, ...]) -> Iterator[Identity]:
    """Yield a rule in codes of cells: once for each row or each column that it holds in."""
    blocks = blocks_of(tables, identity.table)
    if not identity.each:
        yield identity
    for block in blocks:
        columns = [path[-1].id for path in block.column_paths]
        if identity.each == "row":
            for path in block.row_paths:
                row = path[-1].code
                yield _placed(identity, {column: (f"{row}.{column}",) for column in columns})
        else:
            groups = dict(row_groups(block.rows))
            for column in columns:
                yield _placed(identity, _in_column(groups, column))


def _in_column(
    groups: Mapping[Code, tuple[Code, ...]], column: str
) -> dict[Code, tuple[Code, ...]]:
    """Return the cells of each row and each group of rows in one column."""
    return {code: tuple(f"{row}.{column}" for row in rows) for code, rows in groups.items()}


def _placed(identity: Identity, places: Mapping[Code, tuple[Code, ...]]) -> Identity:
    """Return a rule with its codes put into their places."""
    sides = {
        side: tuple(code for item in getattr(identity, side) for code in places[item])
        for side in ("left", "right", "previous")
    }
    return identity.changed(**sides, table="", each="")
