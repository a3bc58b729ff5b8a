"""Read a public page as blocks: headings, paragraphs, tables, drawings, a signature."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import partial
from html import escape

from lxml import html

from gongkai.errors import KitError, Problem
from gongkai.office.content import (
    Block,
    Cell,
    Figure,
    Heading,
    PageContent,
    Paragraph,
    Picture,
    Run,
    Runs,
    Signature,
    Table,
)
from gongkai.office.page_words import (
    LEFT_OUT,
    classes_of,
    finding_of,
    joined,
    plain,
    runs_of,
    words_in,
)
from gongkai.text.formulas import unguarded

CHARTS = {"bars", "trend"}
SILENT = {"hr", "nav", "script", "style"}
DRAWING = "data-svg"  # the attribute that preserves a drawing while the page is parsed
FOOT = 3  # signatories per line below the table, as on the official form
_SVG = re.compile(r"<(/?)svg\b[^<>]*+>")
_NUMBER = re.compile(r"[-+−]?[0-9][0-9,. ]*%?")  # in a table by an author


def parse_page(page: str) -> PageContent:
    """Return the content of a public page of the kit.

    Raises KitError if its elements are nested so deeply that the rest would be missing.
    """
    root = _root(_with_drawings_kept(page))
    title = str(root.xpath("string(//title)")).strip()
    author = str(root.xpath("string(//meta[@name='ContentSource']/@content)"))
    return PageContent(title, author, tuple(_blocks(root.find(".//main"))), dict(_figures(root)))


def _root(page: str) -> html.HtmlElement:
    parser = html.HTMLParser(huge_tree=True)
    root = html.document_fromstring(page, parser=parser)
    for entry in parser.error_log:  # beyond its limits, lxml omits the rest
        if entry.level_name == "FATAL":
            raise KitError(Problem("export-unmade", reason=entry.message))
    return root


def _figures(root: html.HtmlElement) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    """Yield the caption of each official table with its figures, from the CSV on the page."""
    links = root.xpath("//*[@id='about']//a[@download][starts-with(@href, 'data:text/csv')]")
    if not links:
        return
    data = b64decode(links[0].get("href").partition(",")[2]).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(data)))[1:]
    figures = [Figure._make([*map(unguarded, line[:3]), *line[3:]]) for line in lines]
    for table in root.find_class("official"):
        places = {str(place) for place in table.xpath(".//@id")}
        own = tuple(figure for figure in figures if f"c-{figure.code}" in places)
        yield words_in(table.find(".//caption")), own


def _blocks(element: html.HtmlElement) -> Iterator[Block]:
    """Yield the blocks of an element; the text of an unknown element becomes paragraphs."""
    classes = classes_of(element)
    if not isinstance(element.tag, str) or classes & LEFT_OUT or element.tag in SILENT:
        return
    if finding_of(element):  # between paragraphs, so it belongs to none of them
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
    annexed = any("annex" in classes_of(parent) for parent in element.iterancestors())
    yield Heading(int(element.tag[1:]), runs_of(element), annexed and element.tag == "h2")


def _paragraph(element: html.HtmlElement, kind: str = "text") -> Iterator[Block]:
    runs = runs_of(element)
    if runs:  # a paragraph may contain only a picture
        yield Paragraph(runs, kind)


def _lines_of_code(element: html.HtmlElement) -> Iterator[Block]:
    for line in element.text_content().rstrip("\n").split("\n"):
        yield Paragraph((Run(line),), "code")


def _quote(element: html.HtmlElement) -> Iterator[Block]:
    for block in _children(element):
        yield Paragraph(block.runs, "quote") if isinstance(block, Paragraph) else block


def _signature(element: html.HtmlElement) -> Iterator[Block]:
    yield Signature(tuple(map(runs_of, element.iter("p"))))


def _evidence(element: html.HtmlElement) -> Iterator[Block]:
    """Yield official tables before their charts, as on paper."""
    official = [child for child in element if "official" in classes_of(child)]
    for child in sorted(element, key=lambda child: child not in official):
        yield from _blocks(child)


def _drawings(element: html.HtmlElement) -> Iterator[Picture]:
    for svg in element.iter("svg"):
        yield Picture(element.get("aria-label") or "", svg.get(DRAWING))


def _with_drawings_kept(page: str) -> str:
    """Return a page with each drawing moved to an attribute: HTML would lose its capitals."""
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
    """Yield a picture embedded as a data URL, as all pictures of a page are."""
    data = b64decode((element.get("src") or "").partition(";base64,")[2])
    yield Picture(element.get("alt") or "", data=data)


def _children(element: html.HtmlElement) -> Iterator[Block]:
    """Yield the blocks inside an element, and its own text as paragraphs."""
    if (element.text or "").strip():
        yield Paragraph((Run(plain(element.text)),))
    for child in element:
        yield from _blocks(child)
        if (child.tail or "").strip():
            yield Paragraph((Run(plain(child.tail)),))


def _items(element: html.HtmlElement, depth: int = 0) -> Iterator[Paragraph]:
    """Yield the items of a list, those of nested lists after the item that contains them."""
    start = int(element.get("start") or 1)
    for number, item in enumerate(element.iterchildren("li"), start):
        marker = f"{number}." if element.tag == "ol" else "•"
        inner = [child for child in item if child.tag in ("ul", "ol")]
        for child in inner:
            item.remove(child)
        yield Paragraph(runs_of(item), "item", "　" * depth + marker)
        for child in inner:
            yield from _items(child, depth + 1)


def _details(element: html.HtmlElement) -> Iterator[Block]:
    """Yield the content of a details element, except for the rest of a chart: there is no room."""
    if "chart" not in classes_of(element.getparent()):
        yield from _children(element)


def _pairs(
    element: html.HtmlElement, kind: str = "contact", a_line: int = 1
) -> Iterator[Paragraph]:
    """Yield the terms of a list with their descriptions, `a_line` of them per line."""
    pairs = [
        f"{words_in(term)}：{words_in(term.getnext())}"
        for term in element.iter("dt")
        if term.getnext() is not None
    ]
    for start in range(0, len(pairs), a_line):
        yield Paragraph((Run("　　".join(pairs[start : start + a_line])),), kind)


def _table(element: html.HtmlElement) -> Iterator[Table]:
    units = element.xpath("./caption//*[@class='table-unit']")
    unit = units[0].text_content() if units else ""
    for part in units:
        part.drop_tree()
    caption = element.find("caption")
    heads = len(element.xpath("./thead/tr"))
    classes = classes_of(element)
    kind = next((name for name in ("grid", "list") if name in classes), "data")
    kind = "chart" if classes & CHARTS else kind
    rows = [tuple(_cell(cell, row, kind) for cell in row) for row in element.iter("tr")]
    yield Table(tuple(rows), heads, () if caption is None else _caption(caption), unit, kind)


def _caption(caption: html.HtmlElement) -> Runs:
    """Return a caption in one style; the statistic that a chart shows is a separate small line.

    Bold figures among regular characters would look like a mistake.
    """
    title, *others = [runs_of(part) for part in caption.xpath("./div | ./p")] or [runs_of(caption)]
    small = [run._replace(is_small=True) for runs in others for run in (Run("\n"), *runs)]
    return joined(run._replace(bold=False) for run in (*title, *small))


def _cell(cell: html.HtmlElement, row: html.HtmlElement, kind: str) -> Cell:
    classes = classes_of(row)
    levels = (int(name.removeprefix("level-")) for name in classes if name.startswith("level-"))
    level = _chart_level(row) if kind == "chart" else next(levels, 0)
    is_header = row.getparent().tag == "thead" or "title" in classes
    is_header = is_header or cell.get("scope") in ("col", "colgroup")
    note = cell.get("data-note")  # displayed by the style sheet
    row_text = "，".join(filter(None, map(words_in, row)))
    drawn = [Run(row_text, svg=svg.get(DRAWING)) for svg in cell.iter("svg")]
    noted = [Run(f"注{note}", raised=True)] if note else []
    return Cell(
        (*drawn, *runs_of(cell), *noted),
        int(cell.get("colspan") or 1),
        int(cell.get("rowspan") or 1),
        is_header,
        cell.tag == "td" and (kind != "data" or bool(_NUMBER.fullmatch(words_in(cell)))),
        level if cell.tag == "th" else 0,
        "breaks" in classes_of(cell),
    )


def _chart_level(row: html.HtmlElement) -> int:
    """Return 2 for a bar in a group, whose name is in a row above it; otherwise 1."""
    above = row.itersiblings("tr", preceding=True)
    return 1 + ("group" not in classes_of(row) and any("group" in classes_of(tr) for tr in above))


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
# Readers that yield the blocks inside an element.
_CONTAINERS = (_children, _details, _evidence, _quote)
