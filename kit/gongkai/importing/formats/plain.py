"""Plain text, and the text of a PDF as somebody copied it: lines, and the list of 2014 in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from gongkai.importing.blocks import Block, Cell, Grid, Paragraph, Source
from gongkai.importing.labels import key
from gongkai.importing.lines import is_page_number, joined, mended
from gongkai.importing.texts.particulars import SIGNATORY
from gongkai.report.places import Place

_UNITS = "条|件|次|篇|个|人次|人|万元|元|项"
_FIGURE = r"[0-9０-９][0-9０-９.,，]*(?:[（(][^（()）]*[）)])?|/|／"
# A line of the list: what it has of the label, the unit, the figure.
_LINE = re.compile(rf"(?P<label>.*?)(?<!\S)(?P<unit>{_UNITS})\s++(?P<value>{_FIGURE})\s*+")
_BLANK = re.compile(rf"(?P<label>.*?\S)\s+(?P<unit>{_UNITS})\s*(?P<value>)")
_HEADING = re.compile(r"(?P<label>.+?)(?P<unit>——|—)\s*+(?P<value>——|—)?\s*+")
_ALONE = re.compile(rf"\s*+(?:{_FIGURE})\s*+")
_FOOT = re.compile(rf"\s*(?:{SIGNATORY}|（注|注[:：0-9])")
_HEADS = ("统计指标", "单位", "统计数")


def read_plain(text: str) -> Source:
    """Return the paragraphs and tables of a plain text, each with its line."""
    lines = [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), start=1)]
    lines = [(number, line) for number, line in lines if line.strip()]
    lines = [(number, line) for number, line in lines if not is_page_number(line)]
    blocks: list[Block] = []
    waiting: list[Paragraph] = []
    position = 0
    while position < len(lines):
        grid, after = _table(lines, position)
        if grid is None:
            number, line = lines[position]
            text = line.strip() if _FOOT.match(line) else mended(line)
            waiting.append(Paragraph(text, Place(line=number)))
            position += 1
            continue
        blocks += [*joined(waiting), grid]
        waiting = []
        position = after
    blocks += joined(waiting)
    return Source("txt", tuple(blocks), lines=True)


def read_csv(text: str) -> Source:
    """Return the one table of a CSV."""
    rows = list(csv.reader(io.StringIO(text)))
    cells = tuple(
        Cell(row, column, value, Place(table=1, row=row + 1, column=column + 1))
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    )
    return Source("csv", (Grid(cells, Place(table=1)),))


Lines = Sequence[tuple[int, str]]


def _table(lines: Lines, position: int) -> tuple[Grid | None, int]:
    """Return the table that begins at a line, and the line after it; None where none does."""
    if _is_header(lines[position][1]):
        return _list(lines, position)
    end = position
    while end < len(lines) and lines[end][1].count("\t") >= 1:
        end += 1
    if end - position >= 2:
        return _tabbed(lines[position:end]), end
    return None, position


def _is_header(line: str) -> bool:
    """Whether a line has at least two headers of the list, and nothing else."""
    text = key(line)
    found = [head for head in _HEADS if head in text]
    return len(found) >= 2 and len(text) == sum(map(len, found))


def _tabbed(lines: Lines) -> Grid:
    """Return lines whose cells are parted by tabs, as a table copied from a page is."""
    cells = tuple(
        Cell(row, column, text, Place(line=line, column=column + 1))
        for row, (line, whole) in enumerate(lines)
        for column, text in enumerate(whole.split("\t"))
    )
    return Grid(cells, Place(line=lines[0][0]))


def _list(lines: Lines, position: int) -> tuple[Grid, int]:
    """Return the list of 2014: a label, which may go over several lines, a unit, a figure."""
    heads = lines[position][1].split()
    place = Place(line=lines[position][0])
    names = ["统计指标", "单位", "统计数"] if len(heads) != 3 else heads
    cells = [Cell(0, column, name, place) for column, name in enumerate(names)]
    row, end = 1, position + 1
    for found in _rows(lines, position + 1):
        line, texts, end = found
        cells += [Cell(row, column, text, Place(line=line)) for column, text in enumerate(texts)]
        row += 1
    return Grid(tuple(cells), place), end


def _rows(lines: Lines, position: int) -> Iterator[tuple[int, tuple[str, str, str], int]]:
    """Yield each row: the line of its figure, its texts, and the position after it."""
    label: list[str] = []
    while position < len(lines) and not _FOOT.match(lines[position][1]):
        number, text = lines[position]
        position += 1
        found = _LINE.fullmatch(text) or _HEADING.fullmatch(text)
        found = found or _blank(text, lines[position : position + 1])
        if found is None:
            label.append(text.strip())
            continue
        whole = "".join([*label, found["label"].strip()])
        yield number, (whole, found["unit"], found["value"] or ""), position
        label = []


def _blank(text: str, following: Lines) -> re.Match[str] | None:
    """Return a line whose figure is blank: its unit ends it, and the next is no figure alone."""
    found = _BLANK.fullmatch(text)
    alone = following and _ALONE.fullmatch(following[0][1])
    return found if found and not alone else None
