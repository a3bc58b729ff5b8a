"""Read the lines of a list: find the column of the figures, then each line's figure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gongkai.errors import KitError, Problem
from gongkai.importing.labels import key
from gongkai.importing.tables.figures import Reading
from gongkai.importing.tables.layout import UNIT, VALUE, Entry, Layout
from gongkai.importing.tables.rows import DocumentRow, Header

_OF_LAST_YEAR = re.compile("上年|去年|上一年|同比|增减|增长|备注|序号")


def columns_of_figures(
    layout: Layout, rows: list[DocumentRow], chosen: str
) -> dict[Header, int | None]:
    """Return the column that holds the figures of a list, by the header above it."""
    units = {entry.unit for entry in layout.entries}
    headers = dict.fromkeys(row.header for row in rows)
    return {
        header: _column_of_figures([row for row in rows if row.header == header], units, chosen)
        for header in headers
    }


def _column_of_figures(rows: list[DocumentRow], units: set[str], chosen: str) -> int | None:
    """Return the column that holds the figures below a header, None if there is none.

    Raises KitError if there are several and none was named, or the named one is missing.
    """
    header = rows[0].header
    candidates = [
        column
        for column in range(header.first, len(header.paths))
        if header.leaf(column) != key(UNIT) and not _is_of_units(rows, column, units)
    ]
    candidates = [column for column in candidates if _has_figures(rows, column)] or candidates[-1:]
    if chosen:
        named = [column for column in candidates if key(chosen) in header.paths[column]]
        if len(named) != 1:
            raise KitError(_column_problem(rows, candidates, chosen))
        return named[0]
    headed = [column for column in candidates if key(VALUE) in header.paths[column]]
    found = headed if len(headed) == 1 else candidates
    if len(found) > 1:
        raise KitError(_column_problem(rows, found, ""))
    return found[0] if found else None


def doubt_other_columns(
    rows: list[DocumentRow], columns: Mapping[Header, int | None], reading: Reading
) -> None:
    """Doubt a list for each column of figures beside that of its figures: 更正后, 其中：下半年.

    Columns of last year, and of changes since then, are those of another report.
    """
    for header, column in columns.items():
        own = [row for row in rows if row.header == header]
        later = range((column if column is not None else len(header.paths)) + 1, len(header.paths))
        for other in later:
            found = header.printed[other]
            if found and not _OF_LAST_YEAR.search(found) and _has_figures(own, other):
                reading.doubt("import-column-left-out", own[0].place, (), found=found)


def _column_problem(rows: list[DocumentRow], columns: list[int], chosen: str) -> Problem:
    paths = rows[0].header.paths
    known = ["/".join(paths[column]) or str(column + 1) for column in columns]
    problem = "import-column-unknown" if chosen else "import-columns"
    return Problem(problem, column=chosen, known=known, place=rows[0].place.said())


def _is_of_units(rows: list[DocumentRow], column: int, units: set[str]) -> bool:
    texts = [cell.text.strip() for row in rows if (cell := row.cells[column])]
    return 2 * sum(text in units for text in texts) > len(texts)


def _has_figures(rows: list[DocumentRow], column: int) -> bool:
    cells = [row.cells[column] for row in rows]
    return any(cell and any(map(str.isdecimal, cell.text)) for cell in cells)


def read_line(entry: Entry, row: DocumentRow, column: int | None, reading: Reading) -> None:
    """Read the figure of a line of a list, and compare its unit with the form's."""
    cell = row.cells[column] if column is not None else None
    if not entry.has_figures:
        own = row.cells[row.header.first : column + 1] if column is not None else ()
        for it in dict.fromkeys(it for it in own if it and key(it.text)):  # more than a dash
            about = {"label": entry.label, "text": it.text.strip()}
            reading.doubt("import-figure-in-heading", it.place, (), **about)
        return
    if column is None or cell is None:
        reading.leave_blank("import-cell-missing", row.place, (entry.code,), label=entry.label)
        return
    reading.keep(entry.code, cell, entry.kind, row)
    headed = [place for place, path in enumerate(row.header.paths) if path]
    reading.doubt_divided(entry.code, row.cells[max(headed, default=len(row.cells)) + 1 :])
    if key(VALUE) not in row.header.paths[column]:
        about = {"label": VALUE, "found": row.header.printed[column] or "—"}
        reading.doubt("import-column-by-position", cell.place, (entry.code,), **about)
    units = [key(one.text) for one in row.cells[row.header.first : column] if one]
    if units and units[-1] and units[-1] != key(entry.unit):
        about = {"unit": units[-1], "expected": entry.unit}
        reading.doubt("import-unit-differs", cell.place, (entry.code,), **about)
