"""Describe the tables of a form for matching them with a document: their rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from gongkai.forms import editions
from gongkai.forms.form import Form
from gongkai.forms.tables import Block, Code, Kind, Table, all_rows, blocks_of, printed_lines
from gongkai.importing.labels import bare, key

VALUE, UNIT = "统计数", "单位"  # the last two columns of a list, by their usual headers


class Slot(NamedTuple):
    """A column that holds figures: its id, and its headers from the outermost to its own."""

    id: str
    labels: tuple[str, ...]
    kind: Kind

    @property
    def leaf(self) -> str:
        """The key of the column's own header."""
        return key(self.labels[-1])

    @property
    def group(self) -> str:
        """The key of the header above it, or ''."""
        return key(self.labels[-2]) if len(self.labels) > 1 else ""


class Entry(NamedTuple):
    """A row of the form; a heading in a list has no figures."""

    code: Code
    label: str
    block: int
    unit: str = ""
    kind: Kind = "count"

    @property
    def has_figures(self) -> bool:
        """Whether the row has figures at all."""
        return self.kind != "heading"


@dataclass(frozen=True)
class Layout:
    """A table of the form, prepared for matching."""

    table: Table

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The rows in print order."""
        lines = [
            Entry(line.code, line.label, 0, line.unit, line.kind)
            for line, _ in printed_lines(self.table.lines)
        ]
        rows = [
            Entry(path[-1].code, path[-1].label, number)
            for number, block in enumerate(self.table.blocks)
            for path in block.row_paths
        ]
        return (*lines, *rows)

    @property
    def is_list(self) -> bool:
        """Whether it is a list of lines with a unit and one figure each."""
        return bool(self.table.lines)

    @cached_property
    def slots(self) -> tuple[tuple[Slot, ...], ...]:
        """The columns of each block; a list has one."""
        if self.is_list:
            return ((Slot("", (VALUE,), "count"),),)
        return tuple(
            tuple(
                Slot(path[-1].id, tuple(step.label for step in path), path[-1].kind)
                for path in block.column_paths
            )
            for block in self.table.blocks
        )

    @cached_property
    def headers(self) -> frozenset[str]:
        """The keys of all headers: columns, groups, stubs, corners, banners, titles."""
        if self.is_list:
            return frozenset(map(key, (*self.table.columns, VALUE, UNIT)))
        found = {key(label) for block in self.table.blocks for label in _header_labels(block)}
        return frozenset(found - {""})

    @cached_property
    def known(self) -> frozenset[str]:
        """The keys of the rows and of the groups of rows, with their numbers and without."""
        groups = [row.label for block in self.table.blocks for row in all_rows(block.rows)]
        labels = [entry.label for entry in self.entries] + groups
        found = {form(label) for label in labels for form in (key, bare)}
        return frozenset(found - {""} - self.headers)

    def has_row(self, label: str) -> bool:
        """Whether a label is that of a row or of a group of rows, with its number or without."""
        return key(label) in self.known or bare(label) in self.known

    def code(self, entry: Entry, slot: Slot) -> Code:
        """Return the code of a cell."""
        return f"{entry.code}.{slot.id}" if slot.id else entry.code

    def codes(self, entry: Entry) -> tuple[Code, ...]:
        """Return the codes of all cells of a row."""
        if not entry.has_figures:
            return ()
        return tuple(self.code(entry, slot) for slot in self.slots[entry.block])


def _header_labels(block: Block) -> Iterator[str]:
    yield from (block.title, block.stub, block.corner, block.banner)
    for path in block.column_paths:
        yield from (step.label for step in path)


def titles() -> frozenset[str]:
    """Return the keys of the texts that may span a table, in any edition of the package."""
    found = set()
    for edition in editions.editions():
        for block in blocks_of(editions.load_form(edition).tables):
            found |= {key(text) for text in (block.title, block.banner) if text}
            found |= {key(column.label) for column in block.columns if column.columns}
    return frozenset(found)


def layouts(form: Form) -> tuple[Layout, ...]:
    """Return every table of a form."""
    return tuple(Layout(table) for table in form.tables)
