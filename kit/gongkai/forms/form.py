"""The official forms: their tables, parts and identities, as data with a source.

An edition is one YAML file; `kit/gongkai/forms/editions.py` finds and reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from gongkai.errors import Severity
from gongkai.forms.vocabulary import Lexicon, Word, vocabulary
from gongkai.text.models import Field, Model

HEADING = "——"
DETAILS = {"ground", "organisation", "route"}  # features whose cells add up to the one without
NEXT_YEAR = "{next_year}"  # the one placeholder of a heading

Code = str
Kind = Literal["heading", "count", "amount", "signed"]


# --- what a file holds ------------------------------------------------------------


class Source(Model):
    """The document that prescribes a form."""

    document: str
    number: str = ""
    articles: str = ""


class Line(Model):
    """One printed line of a list, with the lines that stand below it.

    `kind` is `heading` (prints —— and has no figure), `count` (a whole number ≥ 0),
    `amount` (may be decimal) or `signed`. A figure over `odd_above` is worth a note.
    `means` are its marks in the language of narratives (forms/language/words.yaml): its object,
    act, outcome, channel.
    """

    code: Code
    label: str
    unit: str = HEADING
    kind: Kind = "count"
    short: str = ""
    means: dict[str, str] = {}
    odd_above: int = 0
    channel: bool = False
    lines: tuple[Line, ...] = ()


class Column(Model):
    """A column of a grid, or a header over several; a leaf has an `id`."""

    label: str
    id: str = ""
    unit: str = ""
    kind: Kind = "count"
    means: dict[str, str] = {}
    odd_above: int = 0
    columns: tuple[Column, ...] = ()


class Row(Model):
    """A row of a grid, or a group of rows; its code and a column's id make a cell's code.

    A `collapsible` group may be printed as one row, with cells of its own. `broken` is the label in
    the pieces that a narrow column may break it into.
    """

    code: Code
    label: str = ""
    broken: tuple[str, ...] = ()
    collapsible: bool = False
    means: dict[str, str] = {}
    rows: tuple[Row, ...] = ()


class Block(Model):
    """A grid of rows and columns; a table may be made of several, each with its title.

    `banner` is what official documents print across all columns, and the page leaves out.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    stub: str = ""
    corner: str = ""
    banner: str = ""
    unit: str = "件"


class Table(Model):
    """An official table: a list of nested lines, or blocks of rows and columns.

    It stands inside the part it names; without one it is annexed.
    """

    id: str
    caption: str
    part: str = ""
    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()


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
    """Figures of which several bodies may count the same thing, and why: their sum may be too much.

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

    `mentions` are the words of which a text must have one, `also` the headings without numbers
    that reports print in the place of this one. `terms` explain what its tables count.
    """

    id: str
    heading: str
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
    """A sentence computed from the figures, as `kit/gongkai/forms/computed.py` has it written.

    `largest` are the measures of which `{largest}` is one: the one whose figure is larger than
    all others, where it is not `covered` by what the sentence has said before.
    """

    says: str
    largest: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()


class Highlight(Computed):
    """A sentence at the top of the page; `zero` instead where all of `total` is 0.

    Where that is so in every one, the `zero` of all make one sentence.
    """

    id: str
    total: tuple[str, ...]
    zero: str = ""


class Panel(Model):
    """Bars that share a unit and a scale: codes of cells, or names of measures.

    `labels` call them in the chart, where the title has said half of their name. `whole` is the
    measure of which they are all the parts; without one there are no shares.
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

    What `largest` lists are the bars of the first panel, unless it says otherwise.
    """

    id: str
    part: str
    statistic: str
    panels: tuple[Panel, ...]


class Form(Model):
    """An edition of the official form, and the report years that it is in force for.

    `key_figures` are what a reader looks for first: codes of cells, or names of measures; behind
    a stroke, the one of which it is a share. `highlights` say in sentences what the year was.
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
        """The tables that stand after the parts."""
        return tuple(table for table in self.tables if not table.part)

    def tables_of(self, part: str) -> tuple[Table, ...]:
        """Return the tables that stand inside a part."""
        return tuple(table for table in self.tables if table.part == part)

    def part(self, id: str) -> Part:
        """Return the part of an id."""
        return next(part for part in self.parts if part.id == id)

    def measure(self, name: str) -> Measure:
        """Return the measure of a name, or of a cell's code."""
        if name in self.measured:
            return self.measured[name]
        cell = self.cells[name]
        return Measure(name=cell.name, codes=(name,), unit=cell.unit)

    @property
    def first(self) -> tuple[tuple[Measure, Measure | None], ...]:
        """The key figures, each with the measure of which it is a share where there is one."""
        named = (name.partition("/") for name in self.key_figures)
        return tuple(
            (self.measure(part), self.measure(whole) if whole else None) for part, _, whole in named
        )

    @cached_property
    def _sums(self) -> dict[Code, tuple[Code, ...]]:
        """What is no cell but the sum of some: a group of rows in one column."""
        return {
            f"{group}.{path[-1].id}": tuple(f"{row}.{path[-1].id}" for row in rows)
            for table in self.tables
            for block in table.blocks
            for group, rows in row_groups(block.rows)
            for path in column_paths(block.columns)
            if rows != (group,)
        }

    def expanded(self, codes: tuple[Code, ...]) -> tuple[Code, ...]:
        """Return codes of cells for codes that may be of groups; the unknown are left out."""
        found = [(code,) if code in self.cells else self._sums.get(code, ()) for code in codes]
        return tuple(code for some in found for code in some)

    # what a narrative speaks of

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of a narrative: those of the form, and those of all editions."""
        shared = vocabulary()
        return Lexicon((*self.words, *shared.words, Word(words=shared.carrying)))

    def meant(self, features: Mapping[str, str]) -> tuple[Code, ...]:
        """Return the cells that some features single out; () where there are none.

        A cell that has just these is the one. Otherwise those are summed that add the same
        details, as a refusal is the sum of its grounds.
        """
        wanted = frozenset(features.items())
        if wanted not in self._meant:
            found: dict[frozenset[str], list[Code]] = {}
            for cell in self.cells.values():
                more = frozenset(cell.means.keys() - features.keys())
                if cell.means and wanted <= cell.means.items() and more <= DETAILS:
                    found.setdefault(more, []).append(cell.code)
            self._meant[wanted] = tuple(found[min(found, key=len)]) if found else ()
        return self._meant[wanted]

    @cached_property
    def _meant(self) -> dict[frozenset[tuple[str, str]], tuple[Code, ...]]:
        """What was asked for before: a narrative asks for few things, many times."""
        return {}

    @cached_property
    def acts(self) -> dict[str, tuple[str, ...]]:
        """The acts that the cells of each object tell apart."""
        found: dict[str, dict[str, None]] = {}
        for cell in self.cells.values():
            if "act" in cell.means:
                found.setdefault(cell.means.get("object", ""), {}).setdefault(cell.means["act"])
        return {item: tuple(acts) for item, acts in found.items()}

    def called(self, codes: tuple[Code, ...]) -> Measure:
        """Return cells as one figure with a name: a measure's, a group's, or their own names."""
        if codes not in self._called:
            self._called[codes] = self._named(codes)
        return self._called[codes]

    @cached_property
    def _called(self) -> dict[tuple[Code, ...], Measure]:
        """What was asked for before."""
        return {}

    def counted_in(self, unit: str) -> tuple[Measure, ...]:
        """Return the figures that a measure word may count, details of the table left out."""
        if unit not in self._counted:
            self._counted[unit] = tuple(
                self.called((cell.code,))
                for cell in self.cells.values()
                if unit in self.same_unit(cell.unit)
                if cell.means and not cell.means.keys() & {"ground", "organisation", "applicant"}
            )
        return self._counted[unit]

    @cached_property
    def _counted(self) -> dict[str, tuple[Measure, ...]]:
        """What was asked for before."""
        return {}

    def _named(self, codes: tuple[Code, ...]) -> Measure:
        for measure in self.measures:
            if self.expanded(measure.codes) == codes:
                return measure
        cells = [self.cells[code] for code in codes]
        name = " + ".join(cell.name for cell in cells)
        return Measure(name=name, codes=codes, unit=cells[0].unit if cells else "")

    def same_unit(self, unit: str) -> tuple[str, ...]:
        """Return the measure words that a text may use for a unit, the unit itself first."""
        return (unit, *self.units.get(unit, ()))


# --- what it means ----------------------------------------------------------------


class Cell(NamedTuple):
    """One figure of a form, or a heading: its official label and unit, and how it is called.

    `within` is the label of the rows that a grid puts it among: "（六）其他处理" of "3.其他".
    """

    code: Code
    label: str
    unit: str
    kind: Kind
    name: str
    means: Mapping[str, str] = {}
    channel: bool = False
    odd_above: int = 0
    within: str = ""

    @property
    def full_name(self) -> str:
        """How it is called where its table is not to be seen: "（六）其他处理 / 3.其他 / 总计"."""
        return f"{self.within} / {self.name}" if self.within else self.name


class Printed(NamedTuple):
    """A line of a list in print order, with its depth: 1 for the outermost."""

    line: Line
    level: int


def printed_lines(lines: tuple[Line, ...], level: int = 1) -> Iterator[Printed]:
    """Yield every line of a list in print order."""
    for line in lines:
        yield Printed(line, level)
        yield from printed_lines(line.lines, level + 1)


def column_paths(
    columns: tuple[Column, ...], above: tuple[Column, ...] = ()
) -> Iterator[tuple[Column, ...]]:
    """Yield each column of a grid from left to right, below the headers that span it."""
    for column in columns:
        if column.columns:
            yield from column_paths(column.columns, (*above, column))
        else:
            yield (*above, column)


def row_paths(rows: tuple[Row, ...], above: tuple[Row, ...] = ()) -> Iterator[tuple[Row, ...]]:
    """Yield each row of a grid from top to bottom, after the groups that span it."""
    for row in rows:
        if row.rows:
            yield from row_paths(row.rows, (*above, row))
        else:
            yield (*above, row)


def all_rows(rows: tuple[Row, ...]) -> Iterator[Row]:
    """Yield each row and each group of rows."""
    for row in rows:
        yield row
        yield from all_rows(row.rows)


def row_groups(rows: tuple[Row, ...]) -> Iterator[tuple[Code, tuple[Code, ...]]]:
    """Yield each row's and each group's code with the codes of the rows in it."""
    for row in all_rows(rows):
        yield row.code, tuple(path[-1].code for path in row_paths((row,)))


def cells_of(table: Table) -> Iterator[Cell]:
    """Yield everything of a table that has a code of its own, in print order."""
    for line, _ in printed_lines(table.lines):
        name = line.short or line.label
        yield Cell(
            line.code,
            line.label,
            line.unit,
            line.kind,
            name,
            line.means,
            line.channel,
            line.odd_above,
        )
    for block in table.blocks:
        for path in row_paths(block.rows):
            for columns in column_paths(block.columns):
                yield _grid_cell(block, path, columns)


def _grid_cell(block: Block, rows: tuple[Row, ...], path: tuple[Column, ...]) -> Cell:
    """Return a cell of a grid; a single row without a label is named by the headers above."""
    row, column = rows[-1], path[-1]
    if row.label:
        label = f"{row.label} / {'/'.join(step.label for step in path)}"
    else:
        label = " / ".join(step.label for step in path[-2:])
    unit = column.unit or block.unit
    marks = (*(step.means for step in rows), *(step.means for step in path))
    means = {name: value for mark in marks for name, value in mark.items()}
    code = f"{row.code}.{column.id}"
    odd, within = column.odd_above, rows[-2].label if len(rows) > 1 else ""
    return Cell(code, label, unit, column.kind, label, means, odd_above=odd, within=within)


def written_out(identity: Identity, tables: tuple[Table, ...]) -> Iterator[Identity]:
    """Yield a rule in codes of cells: once for each row or each column that it holds in."""
    blocks = [block for table in tables if table.id == identity.table for block in table.blocks]
    if not identity.each:
        yield identity
    for block in blocks:
        columns = [path[-1].id for path in column_paths(block.columns)]
        if identity.each == "row":
            for path in row_paths(block.rows):
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
    return identity.model_copy(update={**sides, "table": "", "each": ""})
