"""Read plain text, also as copied from a PDF: its lines, and the table of 2014, a list."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Block, Cell, Grid, Paragraph, Source
from gongkai.importing.labels import key
from gongkai.importing.lines import is_page_number, joined, mended
from gongkai.importing.texts.particulars import SIGNATORY
from gongkai.report.csv_file import of_bounded_cells, separator_of
from gongkai.report.places import Place
from gongkai.text.characters import HIDDEN

_UNITS = "条|件|次|篇|个|人次|人|万元|元|项"
# Invisible characters and no-break spaces in a figure are kept: tables/figures.py decides on them.
_REMARK = rf"(?:[（(][^（()）]*[）)][{HIDDEN}]*+)?"
_FIGURE = rf"[{HIDDEN}]*+[0-9０-９][0-9０-９.,，\u00a0{HIDDEN}]*+{_REMARK}|/|／"
# A line of the list: the end of its label, its unit, its figure.
_ROW = re.compile(rf"(?P<label>.*?)(?<!\S)(?P<unit>{_UNITS})\s++(?P<value>{_FIGURE})\s*+")
# The same without a figure.
_ROW_WITHOUT_FIGURE = re.compile(rf"(?P<label>.*?\S)\s+(?P<unit>{_UNITS})\s*(?P<value>)")
# A heading in the list, which has dashes instead of a unit and a figure.
_HEADING = re.compile(r"(?P<label>.+?)(?P<unit>——|—)\s*+(?P<value>——|—)?\s*+")
_FEWEST = 2  # separators of a line that may be a row
_FIGURE_ALONE = re.compile(rf"\s*+(?:{_FIGURE})\s*+")
# What comes after the list: signatures and notes.
_FOOT = re.compile(rf"\s*(?:{SIGNATORY}|（注|注[:：0-9])")
# Between cells, as a browser copies a table and as Markdown has it; the fewest in a line.
_SEPARATORS = {"\t": 1, "|": 2}
_RULE_SIGNS = re.compile(r"[\s|:-]+")
_HEADING_MARK = re.compile(r"^ {0,3}#{1,6}\s+")
_BOLD = re.compile(r"\s*\*\*([^*]+)\*\*\s*")
_HEADERS = ("统计指标", "单位", "统计数")


def read_plain(text: str) -> Source:
    """Return the paragraphs and tables of a plain text, each with its line."""
    lines = [
        (number, _without_marks(line.rstrip()))
        for number, line in enumerate(text.split("\n"), start=1)
    ]
    lines = [(at, line) for at, line in lines if line.strip() and not is_page_number(line)]
    blocks: list[Block] = []
    paragraphs: list[Paragraph] = []  # since the last table
    position = 0
    while position < len(lines):
        grid, after = _table(lines, position)
        if grid is None:
            number, line = lines[position]
            text = line.strip() if _FOOT.match(line) else mended(line)
            paragraphs.append(Paragraph(text, Place(line=number)))
            position += 1
            continue
        blocks += [*joined(paragraphs), grid]
        paragraphs = []
        position = after
    blocks += joined(paragraphs)
    return Source("txt", tuple(blocks))


def _without_marks(line: str) -> str:
    """Return a line without the marks that Markdown has for a heading, or for a bold line."""
    bold = _BOLD.fullmatch(line)
    return bold[1] if bold else _HEADING_MARK.sub("", line)


def read_csv(text: str) -> Source:
    """Return a CSV as one table. Raises KitError if a quotation mark in it is not closed."""
    separator = separator_of(text)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    rows: list[list[str]] = []
    line, columns = 1, 0
    try:
        for row in of_bounded_cells(reader, text):
            if _has_rows_in_a_cell(row, separator, columns):
                raise KitError(Problem("csv-quote", "", line, last=reader.line_num))
            rows.append(row)
            columns = max(columns, len(row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise KitError(Problem("csv-syntax", "", line, reason=str(error))) from None
    cells = tuple(
        Cell(row, column, value, Place(table=1, row=row + 1, column=column + 1))
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    )
    return Source("csv", (Grid(cells, Place(table=1)),))


def _has_rows_in_a_cell(row: Sequence[str], separator: str, columns: int) -> bool:
    """Whether a cell has whole rows in it: its quotation mark is not closed where it should be."""
    below = (line for value in row for line in value.split("\n")[1:])
    return any(line.count(separator) >= max(columns - 2, _FEWEST) for line in below)


Lines = Sequence[tuple[int, str]]  # each with its number in the file, from 1


def _table(lines: Lines, position: int) -> tuple[Grid | None, int]:
    """Return the table that begins at a position, and the position after it; None if none does."""
    if _is_list_header(lines[position][1]):
        return _list_of_2014(lines, position)
    for sign, least in _SEPARATORS.items():
        end = position
        while end < len(lines) and lines[end][1].count(sign) >= least:
            end += 1
        if end - position >= 2:
            return _separated(lines[position:end], sign), end
    return None, position


def _is_list_header(line: str) -> bool:
    """Whether a line has at least two headers of the list, and nothing else."""
    text = key(line)
    found = [header for header in _HEADERS if header in text]
    return len(found) >= 2 and len(text) == sum(map(len, found))


def _separated(lines: Lines, sign: str) -> Grid:
    """Return a table whose cells are separated by a sign."""
    rows = [(line, whole) for line, whole in lines if not _is_rule(whole)]
    cells = tuple(
        Cell(
            row,
            column,
            text.strip(" ") if sign == "|" else text,
            Place(line=line, column=column + 1),
        )
        for row, (line, whole) in enumerate(rows)
        for column, text in enumerate(_unframed(whole).split(sign))
    )
    return Grid(cells, Place(line=lines[0][0]))


def _is_rule(line: str) -> bool:
    """Whether a line is the rule below the head of a Markdown table."""
    return "-" in line and _RULE_SIGNS.fullmatch(line) is not None


def _unframed(line: str) -> str:
    """Return a row of a Markdown table without the signs at its ends."""
    bare = line.strip()
    return bare[1:-1] if bare[:1] == bare[-1:] == "|" else line


def _list_of_2014(lines: Lines, position: int) -> tuple[Grid, int]:
    """Return the list that begins with its headers at a position, and the position after it.

    Its columns are a label, which may span several lines, a unit and a figure.
    """
    headers = lines[position][1].split()
    place = Place(line=lines[position][0])
    names = headers if len(headers) == len(_HEADERS) else _HEADERS
    cells = [Cell(0, column, name, place) for column, name in enumerate(names)]
    end = position + 1
    for row, (line, texts, after) in enumerate(_rows(lines, position + 1), start=1):
        cells += [Cell(row, column, text, Place(line=line)) for column, text in enumerate(texts)]
        end = after
    return Grid(tuple(cells), place), end


def _rows(lines: Lines, position: int) -> Iterator[tuple[int, tuple[str, str, str], int]]:
    """Yield each row: the number of its last line, its three texts, and the position after it."""
    label: list[str] = []
    while position < len(lines) and not _FOOT.match(lines[position][1]):
        number, text = lines[position]
        position += 1
        found = _ROW.fullmatch(text) or _HEADING.fullmatch(text)
        found = found or _without_figure(text, lines[position : position + 1])
        if found is None:
            label.append(text.strip())
            continue
        whole = "".join([*label, found["label"].strip()])
        yield number, (whole, found["unit"], found["value"] or ""), position
        label = []


def _without_figure(text: str, following: Lines) -> re.Match[str] | None:
    """Return the match of a row that has no figure; None if the next line is only a figure."""
    found = _ROW_WITHOUT_FIGURE.fullmatch(text)
    alone = following and _FIGURE_ALONE.fullmatch(following[0][1])
    return found if found and not alone else None
