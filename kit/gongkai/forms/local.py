"""Changes that a report may make to its form: extra lines, and groups printed as one row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from gongkai.forms.form import Form, Identity
from gongkai.forms.tables import (
    Code,
    Line,
    Row,
    Table,
    all_rows,
    blocks_of,
    printed_lines,
    row_groups,
    row_paths,
)
from gongkai.text.models import Model, Name, Short

Branch = TypeVar("Branch", Line, Row)


class ExtraLine(Model):
    """An extra line that the form does not have, below a line or in a group of rows.

    If it is `counted`, the totals of its parent include it. Reports of the years before
    `first_year` do not have it.
    """

    edition: Short
    code: Name
    label: Name
    parent: Short
    unit: Short = "件"
    counted: bool = False
    first_year: int = 0

    def holds_for(self, form: Form, year: int) -> bool:
        """Whether a year's report on a form has the line."""
        return self.edition == form.edition and year >= self.first_year


def with_extra_line(form: Form, extra: ExtraLine) -> Form:
    """Return the form with an extra line after the children of its parent."""
    tables = tuple(_table_with(table, extra) for table in form.tables)
    identities = form.identities
    if extra.counted:
        identities = tuple(_counting(identity, extra) for identity in identities)
    else:
        identities = tuple(_not_counting(form, identity, extra) for identity in identities)
    return form.changed(tables=tables, identities=identities)


class Refused(NamedTuple):
    """An extra line that does not fit a form: its number, why, and the possible parents.

    `problem` is the id of a message.
    """

    number: int
    problem: str
    extra: ExtraLine
    known: tuple[Code, ...]


def with_extra_lines(
    form: Form, lines: Iterable[ExtraLine], year: int
) -> tuple[Form, tuple[Refused, ...]]:
    """Return the form with the extra lines of its edition and a year, and those that do not fit."""
    refused = []
    for number, extra in enumerate(lines):
        if not extra.holds_for(form, year):
            continue
        known = parents(form)
        if extra.parent not in known:
            refused.append(Refused(number, "extra-line-parent", extra, known))
        elif extra.code in {*known, *form.entries, *_rows(form)}:
            refused.append(Refused(number, "extra-line-code", extra, known))
        else:
            form = with_extra_line(form, extra)
    return form, tuple(refused)


def _rows(form: Form) -> Iterator[Code]:
    """Yield the codes of the rows of grids; their cells have longer ones."""
    for block in blocks_of(form.tables):
        for row in all_rows(block.rows):
            yield row.code


def parents(form: Form) -> tuple[Code, ...]:
    """Return the codes of the possible parents of an extra line."""
    lines = [line.code for table in form.tables for line, _ in printed_lines(table.lines)]
    groups = [
        code
        for block in blocks_of(form.tables)
        for code, rows in row_groups(block.rows)
        if rows != (code,)
    ]
    return (*lines, *groups)


def collapsible(form: Form) -> dict[Code, tuple[Code, ...]]:
    """Return each group of rows that may be printed as one row, with its rows."""
    return {
        row.code: tuple(path[-1].code for path in row_paths(row.rows))
        for block in blocks_of(form.tables)
        for row in all_rows(block.rows)
        if row.collapsible and row.rows
    }


def printed_as_one_row(form: Form, codes: Iterable[Code]) -> list[Code]:
    """Return the groups of rows that have cells of their own among some codes, and none inside."""
    rows = {code.rpartition(".")[0] for code in codes}
    return [
        group
        for group, inside in collapsible(form).items()
        if group in rows and rows.isdisjoint(inside)
    ]


def collapsed(form: Form, group: Code) -> Form:
    """Return the form with a group of rows printed as one row."""
    return form.changed(tables=tuple(_table_collapsed(table, group) for table in form.tables))


def _table_with(table: Table, extra: ExtraLine) -> Table:
    line = Line(code=extra.code, label=extra.label, unit=extra.unit)
    row = Row(code=extra.code, label=extra.label, means={"ground": extra.code})
    blocks = tuple(
        block.changed(rows=_with_one_below(block.rows, extra.parent, row)) for block in table.blocks
    )
    return table.changed(lines=_with_one_below(table.lines, extra.parent, line), blocks=blocks)


def _with_one_below(items: tuple[Branch, ...], parent: Code, added: Branch) -> tuple[Branch, ...]:
    """Return lines or rows with one more below the one of a code.

    Unchanged ones are not copied, which matters with a hundred extra lines.
    """
    key = "lines" if isinstance(added, Line) else "rows"

    def changed(item: Branch) -> Branch:
        before: tuple[Branch, ...] = getattr(item, key)
        below = _with_one_below(before, parent, added)
        below += (added,) if item.code == parent else ()
        return item if below == before else item.changed(**{key: below})

    return tuple(map(changed, items))


def _table_collapsed(table: Table, group: Code) -> Table:
    def without(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(
            row.changed(rows=() if row.code == group else without(row.rows)) for row in rows
        )

    blocks = tuple(block.changed(rows=without(block.rows)) for block in table.blocks)
    return table.changed(blocks=blocks)


def _counting(identity: Identity, extra: ExtraLine) -> Identity:
    """Add the line to the total of its parent in a list; a group adds its rows by itself."""
    if identity.left == (extra.parent,) and identity.relation == "=" and not identity.each:
        return identity.changed(right=(*identity.right, extra.code))
    return identity


def _not_counting(form: Form, identity: Identity, extra: ExtraLine) -> Identity:
    """Name a group's official rows instead of the group, so that the new one stays out."""
    if identity.each != "column":
        return identity
    rows = {
        code: leaves
        for table in form.tables
        for block in table.blocks
        for code, leaves in row_groups(block.rows)
    }
    sides = {
        side: tuple(
            leaf
            for code in getattr(identity, side)
            for leaf in (rows[code] if code == extra.parent else (code,))
        )
        for side in ("left", "right", "previous")
    }
    return identity.changed(**sides)
