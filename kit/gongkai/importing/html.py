"""Web pages: their paragraphs, headings, lists and tables, without what is never shown.

The home of lxml, with the reader of Word's files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Block, Cell, Doubt, Grid, Paragraph, Picture, Place, Source
from gongkai.importing.invisible import is_invisible
from gongkai.importing.labels import characters
from gongkai.importing.lines import is_reference, shortened

_UNSHOWN = {
    "script", "style", "noscript", "template", "head", "select", "textarea", "button", "svg",
    "math", "iframe", "object", "input", "map", "audio", "video", "canvas",
}  # fmt: skip
_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "form",
    "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "blockquote", "pre", "hr", "figure",
    "figcaption", "address", "center", "details", "summary", "body",
}  # fmt: skip
_STRUCK = {"del", "s", "strike"}
_PICTURES = ("img", "svg", "canvas", "object", "iframe", "video")  # what may show a figure
_APART = ("br", "p", "div", "li", "table", "tr", "td", "th")  # what begins a line in a cell
_FIELDS = ("input", "select", "textarea")
_RULE = re.compile(r"(?<![^{}])([^{}]{1,2000}+)\{([^{}]*+)\}")
_SIMPLE = re.compile(r"[a-z0-9]{0,20}([.#])([\w-]+)", re.IGNORECASE)  # td.hidden, #menu
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# What the kit's own pages derive from the figures and headings that stand there anyway.
_DERIVED = {
    "contents",
    "key",
    "tools",
    "skip",
    "anchor",
    "remark",
    "rail",
    "chart",
    "in-words",
    "terms",
}
MOST_CELLS = 200_000
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MOST_SPAN = 200


def read_html(text: str) -> Source:
    """Return the blocks of a page. Raises KitError where it has none, or tables without end."""
    # A tree that is too deep is refused below; without huge_tree, its rest would just be missing.
    parser = lxml_html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        page = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise KitError(Problem("import-damaged")) from None
    if any("depth" in error.message for error in parser.error_log):
        raise KitError(Problem("import-too-deep"))
    body = page.find("body")
    styles = " ".join(item.text or "" for item in page.iter("style"))
    walker = _Walker(page if body is None else body, _hidden_by(styles))
    return Source("html", tuple(walker.blocks), tuple(walker.doubts))


def _hidden_by(styles: str) -> frozenset[tuple[str, str]]:
    """Return the classes and ids, with `.` or `#` first, that a style sheet hides on a screen."""
    found = set()
    for selectors, look in _RULE.findall(_outside_media(styles)):
        if _HIDDEN.search(look):
            names = map(_SIMPLE.fullmatch, (name.strip() for name in selectors.split(",")))
            found |= {(name[1], name[2]) for name in names if name}
    return frozenset(found)


def _outside_media(styles: str) -> str:
    """Return a style sheet without the rules for print or for some screens alone."""
    kept, *conditional = styles.split("@media")
    for piece in conditional:
        depth = 0
        for at, character in enumerate(piece):
            depth += (character == "{") - (character == "}")
            if character == "}" and depth <= 0:
                kept += piece[at + 1 :]
                break
    return kept


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


class _Walker:
    """Walks a page from top to bottom; text gathers until an element ends it."""

    def __init__(self, body: Any, hidden: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.blocks: list[Block] = []
        self.doubts: list[Doubt] = []
        self.hidden = hidden
        self.own = "gongkai" in _classes(body)
        self.body = body
        self.text: list[str] = []
        self.level = 0
        self.marker = ""
        self.term = ""
        self.paragraphs = 0
        self.tables = 0
        self.cells = 0
        self.at = Place()  # the cell that is being read
        self.path: tuple[int, ...] = ()
        self.visit(body, ())
        self.flush()

    def flush(self) -> None:
        """End the paragraph."""
        text = " ".join(characters("".join(self.text)).replace("\xa0", " ").split())
        self.text = []
        if text.strip("\u3000 "):
            self.paragraphs += 1
            place = Place(paragraph=self.paragraphs)
            text = text.strip("\u3000 ")
            self.blocks.append(Paragraph(text, place, self.level, self.marker, self.path))
            self.marker = ""

    def is_shown(self, element: Any) -> bool:
        """Whether a reader sees an element, and it is no repetition of ours."""
        if not isinstance(element.tag, str) or element.tag in _UNSHOWN:
            return False
        hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
        if hidden or is_invisible(element):
            if self.at.table or not hidden:  # a page has many menus that are not opened
                self.doubt("import-invisible", element)
            return False
        if self.own:
            return not (element.tag == "figure" or _classes(element) & _DERIVED)
        return not self.is_left_out(element)

    def is_left_out(self, element: Any) -> bool:
        """Whether an element is struck through, raised as a reference or hidden; it is doubted."""
        names = {(".", name) for name in _classes(element)} | {("#", element.get("id"))}
        kind = ""
        if element.tag in _STRUCK:
            kind = "import-struck-through"
        elif element.tag == "sup" and is_reference(element.text_content()):
            kind = "import-raised"
        elif names & self.hidden:
            kind = "import-hidden"
        if kind:
            self.doubt(kind, element)
        return bool(kind)

    def doubt(self, kind: str, element: Any) -> None:
        """Doubt the text of an element that is left out; a blank one is none."""
        if text := shortened(element.text_content()):
            parent = element.getparent()
            place = self.at if self.at.table else Place(paragraph=self.paragraphs)
            about = {"text": text, "whole": shortened(parent.text_content())}
            if (doubt := Doubt(kind, place, (), about)) not in self.doubts:
                self.doubts.append(doubt)

    def visit(self, element: Any, path: tuple[int, ...]) -> None:
        """Take in an element and what is in it."""
        if not self.is_shown(element):
            return
        tag = element.tag
        if tag == "br":
            self.flush()
        elif tag == "img":
            self.blocks.append(Picture(Place(paragraph=self.paragraphs), path))
        elif tag == "table" and _is_of_data(element):
            self.flush()
            self.tables += 1
            self.add_table(element, path)
            self.at = Place()
        elif tag == "dt":
            self.flush()
            self.term = _words(element, self)
        elif tag == "dd":
            self.text.append(f"{self.term}：" if self.term else "")
            self.inside(element, path)
            self.term = ""
        else:
            self.inside(element, path)

    def inside(self, element: Any, path: tuple[int, ...]) -> None:
        """Take in the texts and elements of an element."""
        tag = element.tag
        block = tag in _BLOCKS
        if block:
            if tag != "dd":
                self.flush()
            self.path = path
            if tag in HEADINGS:
                self.level = int(tag[1])
            if tag == "li":
                parent = element.getparent()
                self.marker = "1." if parent is not None and parent.tag == "ol" else "-"
        self.text.append(element.text or "")
        for number, child in enumerate(element):
            self.visit(child, (*path, number))
            if block:
                self.path = path
            self.text.append(child.tail or "")
        if block:
            self.flush()
            self.level = 0
            self.marker = ""

    def add_table(self, table: Any, path: tuple[int, ...]) -> None:
        """Take in a table of cells."""
        place = Place(table=self.tables)
        cells: list[Cell] = []
        taken: set[tuple[int, int]] = set()
        self.at = place
        rows = [row for row in _rows(table) if self.is_shown(row)]
        for number, row in enumerate(rows):
            column = 0
            for cell in row:
                self.at = place._replace(row=number + 1, column=column + 1)
                if not self.is_shown(cell) or cell.tag not in ("td", "th"):
                    continue
                while (number, column) in taken:
                    column += 1
                height, width = _span(cell, "rowspan"), _span(cell, "colspan")
                height = min(height or len(rows), len(rows) - number)
                self.cells += height * width
                if self.cells > MOST_CELLS:
                    raise KitError(Problem("import-table-too-large", details={"limit": MOST_CELLS}))
                taken |= {(number + y, column + x) for y in range(height) for x in range(width)}
                self.at = place._replace(row=number + 1, column=column + 1)
                words = _words(cell, self) + self.remark_of(cell)
                cells.append(Cell(number, column, words, self.at, height, width))
                self.say_unread(cell, path)
                column += width
        self.blocks.append(Grid(tuple(cells), place, path=path))

    def say_unread(self, cell: Any, path: tuple[int, ...]) -> None:
        """Take in a picture in a cell as such; doubt a field to fill in and an equation."""
        if any(True for _ in cell.iter(*_PICTURES)):
            self.blocks.append(Picture(self.at, path))
        for field in cell.iter(*_FIELDS):
            if (field.get("type") or "").lower() != "hidden":
                text = shortened(field.get("value") or field.text_content()) or "—"
                self.doubts.append(Doubt("import-field", self.at, (), {"text": text}))
        for equation in cell.iter("math"):
            text = shortened(equation.text_content()) or "—"
            self.doubts.append(Doubt("import-equation", self.at, (), {"text": text}))

    def remark_of(self, cell: Any) -> str:
        """Return the remark that one of our own pages prints below the table."""
        note = cell.get("aria-describedby") if self.own else None
        found = self.body.xpath("//*[@id=$id]", id=note) if note else []
        return f"（{_words(found[0], None).partition('：')[2]}）" if found else ""


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(int(text[:6]), MOST_SPAN) if text.isdecimal() else 1


def _words(element: Any, walker: _Walker | None) -> str:
    """Return the text of an element; a break is the end of a line."""
    pieces = [element.text or ""]
    for child in element:
        if walker is None or walker.is_shown(child):
            if child.tag in _APART:
                pieces.append("\n")
            pieces.append(_words(child, walker))
        pieces.append(child.tail or "")
    lines = "".join(pieces).replace("\xa0", " ").split("\n")
    return characters("\n".join(" ".join(line.split()) for line in lines)).strip()


def _is_of_data(table: Any) -> bool:
    """Whether a table is one of cells, not one that only arranges a page or other tables."""
    rows = list(_rows(table))
    inner = sum(1 for row in rows for cell in row for _ in cell.iter("td", "th")) - sum(
        len(row) for row in rows
    )
    most = max((len(row) for row in rows), default=0)
    return most > 1 and inner < sum(len(row) for row in rows)


def _rows(table: Any) -> Iterator[Any]:
    """Yield the rows of a table, without those of tables in its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from _rows(child)
