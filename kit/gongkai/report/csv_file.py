"""Write and read the CSV of indicators, with its columns in any order."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.tables import Cell, Code
from gongkai.messages import say
from gongkai.report.diagnostics import Diagnostics
from gongkai.report.model import COLUMNS
from gongkai.report.parameters import SIGNATORIES
from gongkai.text.characters import Origin, reveal_hidden
from gongkai.text.files import SHOWN, read_text, shortened
from gongkai.text.formulas import guarded
from gongkai.text.quantities import half_width

MOST_ABOVE = 5  # lines that may contain the header: there may be a title above it
SEPARATORS = ",;\t"
_CELLS = {  # finds the cells of a row as typed, each with the separator after it
    separator: re.compile(rf'("[^"]*(?:""[^"]*)*"|[^{separator}]*)(?:{separator}|$)')
    for separator in SEPARATORS
}
LARGEST_CELL = 131_072  # characters: Python's default, whatever limit a library has set
# The names that each column may have, in the order of COLUMNS.
_NAMES = (
    ("code", "代码", "编码", "指标代码"),
    ("indicator", "指标", "指标名称", "统计指标", "项目", "信息内容"),
    ("unit", "单位", "计量单位"),
    ("value", "数量", "数值", "统计数", "数据", "值"),
)
# The names of other columns, which are not read.
_IGNORED_COLUMNS = ("", "备注", "序号", "说明", "注")
_DIGIT = re.compile("[0-9]")
_SEPARATORS = re.compile(r"\s|(?<=[0-9]),(?=[0-9]{3})")
_FOOTER = re.compile(
    rf"(?:{'|'.join(SIGNATORIES.values())}|负责人|填表人|制表人|填报单位|注[:：]|备注[:：]|说明[:：])"
)
_DEFAULT_POSITIONS = (0, 1, 2, 3)  # the positions of the four columns in a file that the kit wrote


class CsvRow(NamedTuple):
    """A line below the header: its number, and its cells, four if it is complete."""

    line: int
    cells: list[str]


def csv_of(lines: Iterable[tuple[str, ...]], header: tuple[str, ...] = COLUMNS) -> str:
    """Return a CSV, by default of indicators: each line is a code, a label, a unit and a figure.

    Text that a spreadsheet would run as a formula is guarded; figures, from column 4 on, are not.
    The byte order mark is for Excel, which would otherwise read the file as GB18030.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    for line in lines:
        writer.writerow([*map(guarded, line[:3]), *line[3:]])
    return "\ufeff" + stream.getvalue()


def csv_of_cells(cells: Iterable[Cell], texts: Mapping[Code, str]) -> str:
    """Return a CSV of indicators: some cells with their texts, blank where there is none."""
    return csv_of((cell.code, cell.label, cell.unit, texts.get(cell.code, "")) for cell in cells)


def overwritten(rows: Iterable[CsvRow], text: str) -> tuple[list[str], list[str]]:
    """Return the figures that are blank in the text of another CSV, and those that differ in it.

    Each is a code and its value, and the new value if it differs. `csv_of` made the text. A code
    that it lacks may be a heading, which has a dash. A remark is a part of its figure; the
    spelling is not.
    """
    texts = {row[0]: row[3] for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")))}
    blanked, changed = [], []
    for row in rows:
        code, value = row.cells[0], row.cells[-1]
        new = texts.get(code, "")
        if len(row.cells) < len(COLUMNS) or not value:
            continue
        if not new and (code in texts or _DIGIT.search(value)):
            blanked.append(f"{code} = {value}")
        elif new and len(row.cells) == len(COLUMNS) and _bare(new) != _bare(value):
            changed.append(f"{code} = {value} → {new}")
    return blanked, changed


def _bare(value: str) -> str:
    """Return a figure in half width, without blanks and thousands separators."""
    return _SEPARATORS.sub("", half_width(value))


def with_values(text: str, changes: Mapping[int, str]) -> str:
    """Return the text of a CSV of indicators with the figures on some lines replaced.

    Only their cells are changed: separators, quotes and other columns stay as they are.
    """
    separator = separator_of(text)
    lines = text.split("\n")
    place, columns = 1, None
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    spans: list[tuple[int, int]] = []  # the rows to change, as indices of lines
    for cells in reader:
        columns = columns or _columns([cell.strip() for cell in cells])
        if place in changes:
            spans.append((place - 1, reader.line_num))
        place = reader.line_num + 1
    for first, end in reversed(spans):
        row = "\n".join(lines[first:end])
        changed = _with_cell(row, separator, (columns or range(4))[3], changes[first + 1])
        lines[first:end] = changed.split("\n")
    return "\n".join(lines)


def _with_cell(row: str, separator: str, column: int, value: str) -> str:
    """Return a row, as typed, with one cell replaced; a quoted cell stays quoted."""
    found = list(_CELLS[separator].finditer(row))[column]
    if found[1].startswith('"') or set(value) & {separator, '"', "\n"}:
        value = '"' + value.replace('"', '""') + '"'
    return row[: found.start(1)] + value + row[found.end(1) :]


def read_rows(path: Path, diagnostics: Diagnostics) -> Iterator[CsvRow]:
    """Yield each line below the header: its number, and the cells of the four columns, stripped.

    Raises KitError if the file cannot be read, or has no known header.
    """
    rows = _all_rows(read_text(path), path)
    header, columns = _header(rows, path)
    width = len(_without_empty_tail(header.cells))
    _note_layout(header, columns, path, diagnostics)
    for row in rows:
        if any(row.cells) and not _is_footer(row, path, diagnostics):
            yield CsvRow(row.line, _in_order(row.cells, columns, width))


def _all_rows(text: str, path: Path) -> Iterator[CsvRow]:
    """Yield every row with all its cells, stripped. Raises KitError for invalid CSV."""
    reader = csv.reader(io.StringIO(text), delimiter=separator_of(text), strict=True)
    line = 1
    try:
        for cells in of_bounded_cells(reader, text):
            yield CsvRow(line, [cell.strip() for cell in cells])
            line = reader.line_num + 1
    except csv.Error as error:
        raise KitError(Problem("csv-syntax", path.as_posix(), line, reason=str(error))) from None


def _header(rows: Iterator[CsvRow], path: Path) -> tuple[CsvRow, tuple[int, ...]]:
    """Return the header, and the positions of the four columns.

    Raises KitError if none of the first lines names the columns.
    """
    first: list[str] = []
    for row in rows:
        columns = _columns(row.cells)
        if columns is not None:
            return row, columns
        first = first or _without_empty_tail(row.cells)
        if row.line >= MOST_ABOVE:
            break
    raise KitError(_header_problem(first, path))


def of_bounded_cells(rows: Iterable[list[str]], text: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV's text; a cell that is too large raises csv.Error.

    Such a cell is the rest of the file after an unclosed quotation mark.
    """
    may_be_large = len(text) > LARGEST_CELL
    for row in rows:
        if may_be_large and max(map(len, row), default=0) > LARGEST_CELL:
            raise csv.Error(f"field larger than field limit ({LARGEST_CELL})")
        yield row


def separator_of(text: str) -> str:
    """Return the separator of the columns: the most frequent of the three in the first lines."""
    above = "\n".join(text.split("\n", MOST_ABOVE)[:MOST_ABOVE])
    return max(SEPARATORS, key=above.count)


def _note_layout(
    header: CsvRow, columns: tuple[int, ...], path: Path, diagnostics: Diagnostics
) -> None:
    """Note the lines above the header and the other columns, which are not read."""
    beside = [name for place, name in enumerate(header.cells) if place not in columns and name]
    if header.line > 1:
        diagnostics.note("csv-left-out", path, 1, what=say("csv-above-header"))
    if beside:
        diagnostics.note("csv-left-out", path, header.line, what="、".join(map(shortened, beside)))


def _is_footer(row: CsvRow, path: Path, diagnostics: Diagnostics) -> bool:
    """Whether a line is a signature or an explanation without a figure; if so, it is noted."""
    cells = row.cells
    if cells[0] and cells[0][0].isascii():  # a code, with which nearly all lines begin
        return False
    text = "".join(cells)
    if not _FOOTER.match(text) or any(cell.isdigit() for cell in cells[1:]):
        return False
    diagnostics.note("csv-left-out", path, row.line, what=shortened(text))
    return True


def _header_problem(cells: list[str], path: Path) -> Problem:
    """Return the problem of a first line that is no header; without a similar name, no quote."""
    place = Origin(path.as_posix(), 1, ())
    found = [reveal_hidden(cell[:SHOWN], place)[0] for cell in cells]
    details = {"expected": ",".join(COLUMNS), "found": shortened(",".join(found[:SHOWN]))}
    if not any(name in cell for cell in found for name in COLUMNS):
        return Problem("csv-header-other", place.file, 1, **{**details, "found": len(cells)})
    return Problem("csv-header", place.file, 1, **details)


def _columns(header: list[str]) -> tuple[int, ...] | None:
    """Return the positions of the four columns; None if a line does not name just these."""
    names = [half_width(name).replace(" ", "") for name in header]
    places = [[place for place, name in enumerate(names) if name in called] for called in _NAMES]
    if any(len(found) != 1 for found in places):
        return None
    columns = tuple(found[0] for found in places)
    others = [name for place, name in enumerate(names) if place not in columns]
    return columns if all(name in _IGNORED_COLUMNS for name in others) else None


def _in_order(cells: list[str], columns: tuple[int, ...], width: int) -> list[str]:
    """Return the cells of the four columns; a line longer or shorter than the header as it is."""
    if len(cells) == width == len(COLUMNS) and columns == _DEFAULT_POSITIONS:
        return cells
    if any(cells[width:]):
        return _without_empty_tail(cells)
    if len(cells) <= max(columns):
        return cells[: len(COLUMNS) - 1]
    return [cells[place] for place in columns]


def _without_empty_tail(cells: list[str]) -> list[str]:
    """Return a row without the empty columns that Excel may leave after its last one."""
    while len(cells) > len(COLUMNS) and not cells[-1]:
        cells = cells[:-1]
    return cells
