"""The figures of a document's tables, aligned to the form: every cell, and every doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell, Doubt, Grid
from gongkai.importing.labels import bare, key
from gongkai.importing.tables.align import Alignment, How, align
from gongkai.importing.tables.columns import Match, match_columns
from gongkai.importing.tables.figures import read_figure
from gongkai.importing.tables.layout import UNIT, VALUE, Entry, Layout, Slot
from gongkai.importing.tables.rows import Header, Row, rows_of
from gongkai.report.places import Place

_ROW_DOUBTS = {
    "near": "import-row-near",
    "position": "import-row-by-position",
    "order": "import-row-out-of-order",
    "ambiguous": "import-row-ambiguous",
}


_UNIT = re.compile(r"[（(]\s*(?:单位\s*[:：]?)?\s*((?:[百千]?万|亿)?元)\s*[）)]")
_FIGURE = re.compile(r"[0-9０-９.,，\s]+")
_FEWEST = 3  # labels that two tables have to share before one counts as the other once more
_OF_COLUMNS = {"import-column-near", "import-column-by-position", "import-cell-missing"}


class Found(NamedTuple):
    """A cell of the form: the text that is written down, as it was printed, and where."""

    text: str
    printed: str
    place: Place


@dataclass
class Reading:
    """What was read of one table: its cells by code, its doubts, and rows that the form lacks."""

    cells: dict[Code, Found] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    extra: list[tuple[str, tuple[str, ...], Place]] = field(default_factory=list)

    def doubt(self, id: str, place: Place, codes: Sequence[Code], **details: object) -> None:
        """Note a doubt about some cells; of columns once a table, however many rows there are."""
        for number, other in enumerate(self.doubts):
            if id in _OF_COLUMNS and (other.id, other.details) == (id, details):
                self.doubts[number] = replace(other, codes=(*other.codes, *codes))
                return
        self.doubts.append(Doubt(id, place, tuple(codes), details))


def read_table(layout: Layout, grids: Sequence[Grid], column: str = "") -> Reading:
    """Return what some tables of a document say for one table of the form.

    `column` names the column of figures where a list has several. Raises KitError where it
    has several and none was named.
    """
    reading = Reading()
    rows = _with_cut_rows_joined(list(rows_of(grids, layout)), layout)
    columns = _columns_of_figures(layout, rows, column) if layout.is_list else {}
    pairs = _pairs(layout, rows, reading)
    for entry, row, how in pairs:
        if row is None:
            _say_missing(entry, layout, grids, reading)
            continue
        if entry.has_figures and how in _ROW_DOUBTS:
            about = {"label": row.label.strip() or "—", "expected": entry.label}
            reading.doubt(_ROW_DOUBTS[how], row.place, layout.codes(entry), **about)
        if layout.is_list:
            _read_line(entry, row, columns[row.header], reading)
        elif entry.has_figures:
            _read_row(layout, entry, row, reading)
    return reading


class Copies(NamedTuple):
    """Tables that are there once more: with figures of their own, and without any."""

    filled: list[Grid]
    blank: list[Grid]


def apart_from_copies(layout: Layout, grids: Sequence[Grid]) -> tuple[list[Grid], Copies]:
    """Return the tables, and apart from them those that have the rows of others once more.

    A table with figures is taken before a blank one, else the first one.
    """
    labels = layout.known or layout.headers
    seen: set[str] = set()
    copies = Copies([], [])

    def is_known(own: set[str]) -> bool:
        return len(own) >= _FEWEST and 5 * len(own & seen) >= 4 * len(own)

    for grid, own in ((grid, _labels(grid) & labels) for grid in grids if _has_figures(grid)):
        if is_known(own):
            copies.filled.append(grid)
        else:
            seen |= own
    for grid in grids:
        # Headers alone may begin a table that goes on with them on the next page.
        if layout.known and not _has_figures(grid) and is_known(_labels(grid) & labels):
            copies.blank.append(grid)
    again = [id(grid) for grid in (*copies.filled, *copies.blank)]
    return [grid for grid in grids if id(grid) not in again], copies


def _labels(grid: Grid) -> set[str]:
    return {form_of(cell.text) for cell in grid.cells for form_of in (key, bare)}


def _has_figures(grid: Grid) -> bool:
    return any(_FIGURE.fullmatch(cell.text.strip()) for cell in grid.cells)


# --- rows -------------------------------------------------------------------------


def _with_cut_rows_joined(rows: list[Row], layout: Layout) -> list[Row]:
    """Return the rows, those in one piece again that a page or a table has cut in two."""
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last is not None and row.broken and _is_one(last, row, layout):
            joined[-1] = last.joined(row)
        else:
            joined.append(row)
    return joined


def _is_one(first: Row, second: Row, layout: Layout) -> bool:
    """Whether two rows are one: neither label is of the form, both together are."""
    if len(first.cells) != len(second.cells) or (first.values and second.values):
        return False
    label = first.label + second.label
    together = {key(label), bare(label)} & layout.known
    return bool(together and second.label) and not set(first.keys) & layout.known


def _pairs(
    layout: Layout, rows: list[Row], reading: Reading
) -> list[tuple[Entry, Row | None, How]]:
    """Return the document's row for each row of the form."""
    entries = layout.entries
    if not layout.known:  # a single row without a label
        return [_only_row(entries[0], rows, layout, reading)]
    aligned = align(entries, rows)
    for number, index in aligned.twice:
        entry, row, read = entries[index], rows[number], rows[aligned.rows[index][0]]
        about = {"label": entry.label, "first": read.place.said()}
        reading.doubt("import-row-twice", row.place, layout.codes(entry), **about)
    for number in aligned.extra:
        row = rows[number]
        values = tuple(cell.text.strip() for cell in row.values)
        label = row.label.strip()
        reading.extra.append((label, values, row.place))
        reading.doubt(
            "import-row-extra",
            row.place,
            _blank_beside(number, aligned, rows, layout) if values else (),
            label=label or "—",
            values=values or "—",
        )
    nothing: tuple[int, How] = (-1, "exact")
    found = [aligned.rows.get(index, nothing) for index in range(len(entries))]
    return [
        (entry, rows[number] if number >= 0 else None, how)
        for entry, (number, how) in zip(entries, found, strict=True)
    ]


def _blank_beside(
    number: int, aligned: Alignment, rows: list[Row], layout: Layout
) -> tuple[Code, ...]:
    """Return the cells of the rows beside one that have no figure: it may hold theirs."""
    saying = [row for row in range(len(rows)) if rows[row].label.strip() or rows[row].values]
    at = saying.index(number)
    near = {row for row in saying[max(at - 1, 0) : at + 2] if not rows[row].values}
    beside = sorted(index for index, (row, _) in aligned.rows.items() if row in near)
    return tuple(code for index in beside for code in layout.codes(layout.entries[index]))


def _only_row(
    entry: Entry, rows: list[Row], layout: Layout, reading: Reading
) -> tuple[Entry, Row | None, How]:
    """Return the first row that says anything; a second one that does is a doubt."""
    saying = [row for row in rows if row.values]
    for row in saying[1:]:
        label = "、".join(cell.text.strip() for cell in row.values)
        about = {"label": label, "first": saying[0].place.said()}
        reading.doubt("import-row-twice", row.place, layout.codes(entry), **about)
    chosen = saying or rows
    return entry, chosen[0] if chosen else None, "exact"


def _say_missing(entry: Entry, layout: Layout, grids: Sequence[Grid], reading: Reading) -> None:
    """Leave the cells of a row blank that the document does not have."""
    codes = layout.codes(entry)
    place = grids[0].place if grids else Place()
    for code in codes:
        reading.cells[code] = Found("", "", place)
    if codes:
        label = entry.label or layout.table.caption
        reading.doubt("import-row-missing", place, codes, label=label)


# --- lists ------------------------------------------------------------------------


def _columns_of_figures(
    layout: Layout, rows: list[Row], chosen: str
) -> dict[Header, tuple[int, ...]]:
    """Return the columns that hold the figures of a list, by the headers above them."""
    units = {entry.unit for entry in layout.entries}
    headers = dict.fromkeys(row.header for row in rows)
    return {
        header: _value_columns([row for row in rows if row.header == header], units, chosen)
        for header in headers
    }


def _value_columns(rows: list[Row], units: set[str], chosen: str) -> tuple[int, ...]:
    """Return the columns that may hold the figures of a list.

    Raises KitError where there are several and none was named, or the named one is not there.
    """
    if not rows:
        return ()
    header = rows[-1].header
    saying = [
        column
        for column in range(header.first, len(header.paths))
        if header.leaf(column) != key(UNIT) and not _is_of_units(rows, column, units)
    ]
    saying = [column for column in saying if _says_figures(rows, column)] or saying[-1:]
    if chosen:
        named = [column for column in saying if key(chosen) in header.paths[column]]
        if len(named) != 1:
            raise KitError(_choice(rows, saying, chosen))
        return tuple(named)
    headed = [column for column in saying if key(VALUE) in header.paths[column]]
    found = headed if len(headed) == 1 else saying
    if len(found) > 1:
        raise KitError(_choice(rows, found, ""))
    return tuple(found)


def _choice(rows: list[Row], columns: list[int], chosen: str) -> Problem:
    paths = rows[-1].header.paths
    known = ["/".join(paths[column]) or str(column + 1) for column in columns]
    problem = "import-column-unknown" if chosen else "import-columns"
    return Problem(
        problem, details={"column": chosen, "known": known, "place": rows[0].place.said()}
    )


def _is_of_units(rows: list[Row], column: int, units: set[str]) -> bool:
    texts = [cell.text.strip() for row in rows if (cell := row.cells[column])]
    return 2 * sum(text in units for text in texts) > len(texts)


def _says_figures(rows: list[Row], column: int) -> bool:
    cells = [row.cells[column] for row in rows]
    return any(cell and any(character.isdecimal() for character in cell.text) for cell in cells)


def _read_line(entry: Entry, row: Row, columns: tuple[int, ...], reading: Reading) -> None:
    """Read the figure of a line of a list, and compare its unit with the form's."""
    width = len(row.cells)
    inside = [column for column in columns if column < width]
    cell = row.cells[inside[0]] if inside else None
    if not entry.has_figures:
        if cell and any(character.isdecimal() for character in cell.text):
            about = {"label": entry.label, "text": cell.text.strip()}
            reading.doubt("import-figure-in-heading", cell.place, (), **about)
        return
    if cell is None:
        reading.cells[entry.code] = Found("", "", row.place)
        reading.doubt("import-cell-missing", row.place, (entry.code,), label=entry.label)
        return
    _keep(entry.code, cell, entry.kind, row, reading)
    if key(VALUE) not in row.header.paths[inside[0]]:
        about = {"label": VALUE, "found": row.header.above(inside[0]) or "—"}
        reading.doubt("import-column-by-position", cell.place, (entry.code,), **about)
    units = [key(one.text) for one in row.cells[row.header.first : inside[0]] if one]
    if units and units[-1] and units[-1] != key(entry.unit):
        about = {"unit": units[-1], "expected": entry.unit}
        reading.doubt("import-unit-differs", cell.place, (entry.code,), **about)


# --- grids ------------------------------------------------------------------------


def _read_row(layout: Layout, entry: Entry, row: Row, reading: Reading) -> None:
    """Read the figures of a row of a grid, each by the headers above it."""
    slots = layout.slots[entry.block]
    first = row.header.first
    matched = match_columns(slots, row.header, [None] * first + list(row.cells[first:]))
    used: set[int] = set()
    for index, slot in enumerate(slots):
        match = matched.get(index)
        code = layout.code(entry, slot)
        used |= set(match.columns) if match else set()
        cell = _cell_at(row, match) if match else None
        if cell is None:
            reading.cells[code] = Found("", "", row.place)
            label = "/".join(slot.labels)
            reading.doubt("import-cell-missing", row.place, (code,), label=label)
            continue
        _keep(code, cell, slot.kind, row, reading)
    _say_columns(layout, entry, row, matched, reading)
    _say_unplaced(row, used, layout.codes(entry), reading)


def _cell_at(row: Row, match: Match) -> Cell | None:
    """Return the cell below a header; of several the only one that has a text."""
    cells = list(dict.fromkeys(cell for column in match.columns if (cell := row.cells[column])))
    saying = [cell for cell in cells if cell.text.strip()]
    if len(saying) > 1:
        return None
    return next(iter(saying or cells), None)


def _keep(code: Code, cell: Cell, kind: str, row: Row, reading: Reading) -> None:
    """Keep a cell's figure; one that belongs to several rows or columns is left out, and said."""
    printed = cell.text.strip()
    shared = cell.rows > 1 or _is_over_others(cell, row)
    if printed and shared:
        reading.cells[code] = Found("", printed, cell.place)
        reading.doubt("import-cell-spans", cell.place, (code,), text=printed)
        return
    text, doubt = read_figure(cell.text, kind)
    reading.cells[code] = Found(text, printed, cell.place)
    if doubt:
        reading.doubt(doubt, cell.place, (code,), text=printed, read=text or "—")


def _is_over_others(cell: Cell, row: Row) -> bool:
    """Whether a cell is below several headers."""
    paths = row.header.paths[cell.column : cell.column + cell.columns]
    return len(set(paths)) > 1


def _say_columns(
    layout: Layout, entry: Entry, row: Row, matched: dict[int, Match], reading: Reading
) -> None:
    """Note which columns were found by nearly their header, or by their position alone.

    A header with another unit than the form's is a doubt of its own.
    """
    slots: Sequence[Slot] = layout.slots[entry.block]
    kinds = {"near": "import-column-near", "position": "import-column-by-position"}
    for how, doubt in kinds.items():
        few: list[tuple[Slot, str]] = []
        for index, match in matched.items():
            slot, found = slots[index], row.header.above(match.columns[0])
            unit, expected = _unit_in(found), _unit_in(slot.labels[-1])
            if match.how == how and unit and expected and unit != expected:
                about = {"unit": unit, "expected": expected}
                codes = [layout.code(entry, slot)]
                reading.doubt("import-unit-differs", row.place, codes, **about)
            elif match.how == how:
                few.append((slot, found))
        if few:
            codes = [layout.code(entry, slot) for slot, _ in few]
            label = ["/".join(slot.labels) for slot, _ in few]
            headers = list(dict.fromkeys(found or "—" for _, found in few))
            reading.doubt(doubt, row.place, codes, label=label, found=headers)


def _unit_in(header: str) -> str:
    """Return the unit that a header names in brackets, or ''."""
    found = _UNIT.search(header)
    return found[1] if found else ""


def _say_unplaced(row: Row, used: set[int], codes: Sequence[Code], reading: Reading) -> None:
    """Note the figures of a row that are below none of the form's headers."""
    for cell in _outside(row, used):
        reading.doubt("import-figure-unplaced", cell.place, codes, text=cell.text.strip())


def _outside(row: Row, used: set[int]) -> Iterator[Cell]:
    for cell in row.values:
        columns = set(range(cell.column, cell.column + cell.columns))
        if not columns & used and any(character.isdecimal() for character in cell.text):
            yield cell
