"""What a public page says, block by block, as an office file has it.

`kit/gongkai/office/page_blocks.py` reads a page as such blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gongkai.office.line_ends import BREAK


class Run(NamedTuple):
    """A stretch of a paragraph in one style; `address` is where a link leads.

    `is_small` is said of what is set smaller than the words before it. `svg` is a drawing in the
    line: the bar of a chart; the text is then what it shows, `width` how wide it is drawn, in
    twentieths of a point. `findings` are the numbers of those that a page with marks has here.
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
    """A heading; the title of the document has level 1, that of an annex begins a page."""

    level: int
    runs: Runs
    is_annex: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` is text, contact, item, quote, code, remark or foot.

    `marker` stands before an item of a list.
    """

    runs: Runs
    kind: str = "text"
    marker: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: how many columns and rows it covers, and what it is.

    `is_break` says that the form is another from its column on.
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
    """A table: its rows, of which the first `heads` repeat on each page, and its caption.

    `kind` is grid or list for the official ones, chart for those that draw, data for any other.
    """

    rows: tuple[tuple[Cell, ...], ...]
    heads: int
    caption: Runs
    unit: str = ""
    kind: str = "data"

    @property
    def width(self) -> int:
        """How many columns it has: no cell reaches into its first row from above."""
        return sum(cell.columns for cell in self.rows[0]) if self.rows else 0


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG, or a picture as the bytes of its file; what it shows, in words."""

    description: str
    svg: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Signature:
    """Who signs, and when: a line each."""

    lines: tuple[Runs, ...]


Block = Heading | Paragraph | Table | Picture | Signature


class Figure(NamedTuple):
    """A figure of an official table as it is printed: its code, label and unit."""

    code: str
    label: str
    unit: str
    printed: str


@dataclass(frozen=True)
class Content:
    """A public page: its title, who publishes it, its blocks in order, and each table's figures."""

    title: str
    author: str
    blocks: tuple[Block, ...]
    figures: Mapping[str, tuple[Figure, ...]]


def words_of(runs: Runs) -> str:
    """Return the words alone."""
    return "".join(run.text for run in runs).replace(BREAK, "")
