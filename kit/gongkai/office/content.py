"""What a public page says, block by block, as an office file has it."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import NamedTuple

from lxml import html

from gongkai.errors import KitError, Problem
from gongkai.office.line_ends import BREAK
from gongkai.text.formulas import unguarded

# What a sheet of paper leaves out too (kit/gongkai/templates/print.css): ways through the page,
# what it says twice, and what only a screen can do.
LEFT_OUT = {
    "anchor", "byline", "filled", "in-words", "key", "margin-note", "rail", "same-text", "skip",
    "terms", "tip", "tools",
}  # fmt: skip
CHARTS = {"bars", "trend"}
SILENT = {"hr", "nav", "script", "style"}
_FINDING = re.compile(r"#finding-([0-9]+)")  # where the mark of a finding leads
DRAWING = "data-svg"  # the attribute that keeps a drawing while the page is read
_SVG = re.compile(r"<(/?)svg\b[^<>]*+>")
_NUMBER = re.compile(r"[-+−]?[0-9][0-9,. ]*%?")  # in a table of an author's own
_BLANKS = re.compile(r"[ \t\n\r\f]+")
FOOT = 3  # signatories in a line below the table, as the official form has them
BOLD, ITALIC = ("strong", "b"), ("em", "i")


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


def content_of(page: str) -> Content:
    """Return what a public page of the kit says.

    Raises KitError where its elements are nested so deeply that the rest would be missing.
    """
    root = _root(_with_drawings_kept(page))
    title = str(root.xpath("string(//title)")).strip()
    author = str(root.xpath("string(//meta[@name='ContentSource']/@content)"))
    return Content(title, author, tuple(_blocks(root.find(".//main"))), dict(_figures(root)))


def _root(page: str) -> html.HtmlElement:
    parser = html.HTMLParser(huge_tree=True)
    root = html.document_fromstring(page, parser=parser)
    for entry in parser.error_log:  # beyond its limits, lxml leaves out what follows
        if entry.level_name == "FATAL":
            raise KitError(Problem("export-unmade", details={"reason": entry.message}))
    return root


def _figures(root: html.HtmlElement) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    """Yield each official table's caption with its figures, from the CSV that the page offers."""
    links = root.xpath("//*[@id='about']//a[@download][starts-with(@href, 'data:text/csv')]")
    if not links:
        return
    data = b64decode(links[0].get("href").partition(",")[2]).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(data)))[1:]
    figures = [Figure._make([*map(unguarded, line[:3]), *line[3:]]) for line in lines]
    for table in root.find_class("official"):
        places = {str(place) for place in table.xpath(".//@id")}
        own = tuple(figure for figure in figures if f"c-{figure.code}" in places)
        yield _words(table.find(".//caption")), own


def _blocks(element: html.HtmlElement) -> Iterator[Block]:
    """Yield the blocks of an element; words of one that is not known are paragraphs, never lost."""
    classes = _classes(element)
    if not isinstance(element.tag, str) or classes & LEFT_OUT or element.tag in SILENT:
        return
    if _finding_of(element):  # between paragraphs: it is of no one of them
        return
    if element.get("role") == "img":
        yield from _drawings(element)
        return
    named = (_READERS.get(f"{element.tag}.{name}") for name in sorted(classes))
    reader = next(filter(None, named), None) or _READERS.get(element.tag, _children)
    yield from reader(element)
    if reader not in _CONTAINERS:
        for image in element.iterdescendants("img"):  # in a line of text, or in a cell
            yield from _image(image)


def _heading(element: html.HtmlElement) -> Iterator[Block]:
    annexed = any("annex" in _classes(parent) for parent in element.iterancestors())
    yield Heading(int(element.tag[1:]), _runs(element), annexed and element.tag == "h2")


def _paragraph(element: html.HtmlElement, kind: str = "text") -> Iterator[Block]:
    runs = _runs(element)
    if runs:  # a paragraph may hold a picture and nothing else
        yield Paragraph(runs, kind)


def _lines_of_code(element: html.HtmlElement) -> Iterator[Block]:
    for line in element.text_content().rstrip("\n").split("\n"):
        yield Paragraph((Run(line),), "code")


def _quote(element: html.HtmlElement) -> Iterator[Block]:
    for block in _children(element):
        yield Paragraph(block.runs, "quote") if isinstance(block, Paragraph) else block


def _signature(element: html.HtmlElement) -> Iterator[Block]:
    yield Signature(tuple(map(_runs, element.iter("p"))))


def _evidence(element: html.HtmlElement) -> Iterator[Block]:
    """Yield official tables before the charts of them, as on paper."""
    official = [child for child in element if "official" in _classes(child)]
    for child in sorted(element, key=lambda child: child not in official):
        yield from _blocks(child)


def _drawings(element: html.HtmlElement) -> Iterator[Picture]:
    for svg in element.iter("svg"):
        yield Picture(element.get("aria-label") or "", svg.get(DRAWING))


def _with_drawings_kept(page: str) -> str:
    """Return a page in which each drawing is an attribute: HTML would lose its capital letters."""
    pieces, depth, done = [], 0, 0
    for tag in _SVG.finditer(page):
        if not tag[1] and depth == 0:
            pieces.append(page[done : tag.start()])
            done = tag.start()
        depth += -1 if tag[1] else 1
        if depth == 0:
            pieces.append(f'<svg {DRAWING}="{escape(page[done : tag.end()])}"></svg>')
            done = tag.end()
    return "".join([*pieces, page[done:]])


def _image(element: html.HtmlElement) -> Iterator[Picture]:
    """Yield a picture whose file stands in its address, as every picture of a page does."""
    data = b64decode((element.get("src") or "").partition(";base64,")[2])
    yield Picture(element.get("alt") or "", data=data)


def _children(element: html.HtmlElement) -> Iterator[Block]:
    """Yield the blocks inside an element, and its own words as paragraphs."""
    if (element.text or "").strip():
        yield Paragraph((Run(_plain(element.text)),))
    for child in element:
        yield from _blocks(child)
        if (child.tail or "").strip():
            yield Paragraph((Run(_plain(child.tail)),))


def _items(element: html.HtmlElement, depth: int = 0) -> Iterator[Paragraph]:
    """Yield the items of a list, those of lists inside them after their own."""
    start = int(element.get("start") or 1)
    for number, item in enumerate(element.iterchildren("li"), start):
        marker = f"{number}." if element.tag == "ol" else "•"
        inner = [child for child in item if child.tag in ("ul", "ol")]
        for child in inner:
            item.remove(child)
        yield Paragraph(_runs(item), "item", "　" * depth + marker)
        for child in inner:
            yield from _items(child, depth + 1)


def _details(element: html.HtmlElement) -> Iterator[Block]:
    """Yield what can be unfolded, but for the rest of a chart: paper has no room for it."""
    if "chart" not in _classes(element.getparent()):
        yield from _children(element)


def _pairs(
    element: html.HtmlElement, kind: str = "contact", a_line: int = 1
) -> Iterator[Paragraph]:
    """Yield the terms of a list with what is said of each, so many in a line."""
    pairs = [
        f"{_words(term)}：{_words(term.getnext())}"
        for term in element.iter("dt")
        if term.getnext() is not None
    ]
    for start in range(0, len(pairs), a_line):
        yield Paragraph((Run("　　".join(pairs[start : start + a_line])),), kind)


def _table(element: html.HtmlElement) -> Iterator[Table]:
    """Yield a table of HTML."""
    caption = element.find("caption")
    unit = "" if caption is None else str(caption.xpath("string(.//*[@class='table-unit'])"))
    for part in [] if caption is None else caption.xpath(".//*[@class='table-unit']"):
        part.drop_tree()
    heads = len(element.xpath("./thead/tr"))
    classes = _classes(element)
    kind = next((name for name in ("grid", "list") if name in classes), "data")
    kind = "chart" if classes & CHARTS else kind
    rows = [tuple(_cell(cell, row, kind) for cell in row) for row in element.iter("tr")]
    yield Table(tuple(rows), heads, () if caption is None else _caption(caption), unit, kind)


def _caption(caption: html.HtmlElement) -> Runs:
    """Return a caption in one style; the statistic that a chart shows is a small line of its own.

    Bold figures among characters that are not would look like a slip.
    """
    title, *others = [_runs(part) for part in caption.xpath("./div | ./p")] or [_runs(caption)]
    small = [run._replace(is_small=True) for runs in others for run in (Run("\n"), *runs)]
    return _joined(run._replace(bold=False) for run in (*title, *small))


def _cell(cell: html.HtmlElement, row: html.HtmlElement, kind: str) -> Cell:
    classes = _classes(row)
    level = _chart_level(row) if kind == "chart" else _list_level(classes)
    is_header = row.getparent().tag == "thead" or "title" in classes
    is_header = is_header or cell.get("scope") in ("col", "colgroup")
    note = cell.get("data-note")  # a style sheet shows it
    said = "，".join(filter(None, map(_words, row)))
    drawn = [Run(said, svg=svg.get(DRAWING)) for svg in cell.iter("svg")]
    return Cell(
        (
            *drawn,
            *_runs(cell),
            *([Run(f"注{note}", raised=True)] if note else []),
        ),
        int(cell.get("colspan") or 1),
        int(cell.get("rowspan") or 1),
        is_header,
        cell.tag == "td" and (kind != "data" or bool(_NUMBER.fullmatch(_words(cell)))),
        level if cell.tag == "th" else 0,
        "breaks" in _classes(cell),
    )


def _list_level(classes: set[str]) -> int:
    return next((int(name[6:]) for name in classes if name.startswith("level-")), 0)


def _chart_level(row: html.HtmlElement) -> int:
    """Return 2 for a bar of a group, whose name is a row above it; otherwise 1."""
    above = row.itersiblings("tr", preceding=True)
    return 1 + ("group" not in _classes(row) and any("group" in _classes(tr) for tr in above))


def _runs(element: html.HtmlElement) -> Runs:
    """Return the words of an element in their styles, blanks at both ends left out."""
    runs = [run for run in _stretches(element, Run("")) if run.text or run.findings]
    if runs:
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip(" "))
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip(" "))
    return _joined(run for run in runs if run.text or run.findings)


def _joined(runs: Iterable[Run]) -> Runs:
    """Return runs of which no two beside each other look alike.

    The finding of a mark belongs to the words before it.
    """
    found: list[Run] = []
    for run in runs:
        if not run.text and found:
            found[-1] = found[-1]._replace(findings=(*found[-1].findings, *run.findings))
        elif found and run._replace(text=found[-1].text) == found[-1]:
            found[-1] = found[-1]._replace(text=found[-1].text + run.text)
        else:
            found.append(run)
    return tuple(found)


def _finding_of(element: html.HtmlElement) -> tuple[int, ...]:
    """Return the number of the finding that a mark, or the box around a number, leads to."""
    classes = _classes(element)
    leads = _FINDING.fullmatch(element.get("href") or "") if classes & {"mark", "differs"} else None
    return (int(leads[1]),) if leads else ()


def _stretches(element: html.HtmlElement, look: Run) -> Iterator[Run]:
    yield look._replace(text=_plain(element.text))
    for child in element:
        classes = _classes(child)
        if "mark" in classes and _finding_of(child):
            yield look._replace(text="", findings=_finding_of(child))
        elif _is_shown(child):
            if child.tag == "br":
                yield look._replace(text="\n")
            elif child.tag == "wbr" or "whole" in classes:
                yield look._replace(text=BREAK)
            yield from _stretches(child, _look_of(child, look))
        yield look._replace(text=_plain(child.tail))


def _is_shown(element: html.HtmlElement) -> bool:
    """Whether an element in a line has words of the report; the number of a finding is none."""
    number = element.tag == "sup" and (element.get("id") or "").startswith("at-")
    known = isinstance(element.tag, str) and element.tag != "svg"
    return known and not number and not _classes(element) & LEFT_OUT


def _look_of(element: html.HtmlElement, look: Run) -> Run:
    """Return the style inside an element."""
    address = element.get("href") or ""
    return Run(
        "",
        look.bold or element.tag in BOLD,
        look.italic or element.tag in ITALIC,
        look.raised or element.tag == "sup",
        address=look.address if address.startswith("#") else address or look.address,
        findings=_finding_of(element) or look.findings,
    )


def _plain(text: str | None) -> str:
    """Return a text with each run of blanks as one; the full-width blank (U+3000) stays."""
    return _BLANKS.sub(" ", text or "")


def words_of(runs: Runs) -> str:
    """Return the words alone."""
    return "".join(run.text for run in runs).replace(BREAK, "")


def _words(element: html.HtmlElement) -> str:
    return words_of(_runs(element))


def _classes(element: html.HtmlElement) -> set[str]:
    return set((element.get("class") or "").split())


_Reader = Callable[[html.HtmlElement], Iterator[Block]]
_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("p", "dt", "dd"), _paragraph),
    **dict.fromkeys(("ul", "ol"), _items),
    "p.remark": partial(_paragraph, kind="remark"),
    "figcaption": partial(_paragraph, kind="caption"),
    "pre": _lines_of_code,
    "blockquote": _quote,
    "dl": _pairs,
    "dl.foot": partial(_pairs, kind="foot", a_line=FOOT),
    "img": _image,
    "svg": _drawings,
    "details": _details,
    "div.evidence": _evidence,
    "footer.signature": _signature,
    "table": _table,
}
_CONTAINERS = (
    _children,
    _details,
    _evidence,
    _quote,
)  # which go through what is inside, block by block
