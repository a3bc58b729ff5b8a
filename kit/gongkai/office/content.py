"""The blocks of a public page, as an office file needs them.

`kit/gongkai/office/page_blocks.py` reads a page into such blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gongkai.office.line_ends import BREAK


class Run(NamedTuple):
    """A stretch of a paragraph in one style; `address` is where a link leads.

    `is_small` marks text set smaller than the words before it. `svg` is an inline drawing,
    the bar of a chart; the text is then what it shows, and `width` its width in
    twentieths of a point. `findings` are the numbers of the findings marked here, if any.
    """

    text: str
    bold: bool = False
    italic: bool = False
    raised: bool = False
    is_small: bool = False
    address: str = ""
    svg: str = ""
    width: int = 0
    findings: tuple[int, ...] = ()


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; the document's title has level 1, and that of an annex begins a page."""

    level: int
    runs: Runs
    is_annex: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` is text, contact, item, quote, code, remark or foot.

    `marker` precedes an item of a list.
    """

    runs: Runs
    kind: str = "text"
    marker: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table, with the number of columns and rows that it covers, and its kind.

    `is_break` means that a different form begins with its column.
    """

    runs: Runs
    columns: int = 1
    rows: int = 1
    is_header: bool = False
    is_number: bool = False
    level: int = 0
    is_break: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption; the first `heads` rows are repeated on each page.

    `kind` is grid or list for the official ones, chart for drawings, data for all others.
    """

    rows: tuple[tuple[Cell, ...], ...]
    heads: int
    caption: Runs
    unit: str = ""
    kind: str = "data"

    @property
    def width(self) -> int:
        """The number of columns: no cell reaches into the first row from above."""
        return sum(cell.columns for cell in self.rows[0]) if self.rows else 0


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG, or a picture as the bytes of its file, with a description."""

    description: str
    svg: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Signature:
    """Who signs, and when: one line each."""

    lines: tuple[Runs, ...]


Block = Heading | Paragraph | Table | Picture | Signature


class Figure(NamedTuple):
    """A figure of an official table as printed, with its code, label and unit."""

    code: str
    label: str
    unit: str
    printed: str


@dataclass(frozen=True)
class PageContent:
    """A public page: its title, its publisher, its blocks in order, and each table's figures."""

    title: str
    author: str
    blocks: tuple[Block, ...]
    figures: Mapping[str, tuple[Figure, ...]]


def words_of(runs: Runs) -> str:
    """Return the words without their styles."""
    return "".join(run.text for run in runs).replace(BREAK, "")
