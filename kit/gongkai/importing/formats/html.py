"""Read web pages: paragraphs, headings, lists and tables, without what is never shown.

It uses lxml, like the readers of Word files and workbooks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import (
    MOST_CELLS,
    MOST_SPAN,
    Block,
    Cell,
    Doubt,
    Grid,
    Paragraph,
    Picture,
    Source,
)
from gongkai.importing.formats.html_styles import Styles
from gongkai.importing.formats.invisible import OVERRIDE
from gongkai.importing.labels import without_radicals
from gongkai.importing.lines import is_reference, shortened
from gongkai.report.places import Place

_UNSHOWN = {
    "script", "style", "noscript", "template", "head", "select", "textarea", "button", "svg",
    "math", "iframe", "object", "input", "map", "audio", "video", "canvas", "rp",
}  # fmt: skip
_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "form",
    "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "blockquote", "pre", "hr", "figure",
    "figcaption", "address", "center", "details", "summary", "body",
}  # fmt: skip
_STRUCK = {"del", "s", "strike"}
_GUIDES = {"rt", "rtc"}  # the small text of <ruby>, above the words
_PICTURES = ("img", "svg", "canvas", "object", "iframe", "video")  # what may show a figure
_APART = ("br", "p", "div", "li", "table", "tr", "td", "th")  # these begin a line in a cell
_GROUPS = ("tbody", "thead", "tfoot")  # of rows
_FIELDS = ("input", "select", "textarea")
# Classes of what the kit's own pages derive from figures and headings on the same page.
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
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def read_html(text: str) -> Source:
    """Return the blocks of a page. Raises KitError if it is damaged, too large or a review copy."""
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
    body = page if body is None else body
    own = "gongkai" in _classes(body)
    if own and body.find(".//header[@class='review']") is not None:
        raise KitError(Problem("import-review-copy"))
    if not own:
        _hide_folded(body)
    # What the kit's own style sheet hides is repeated elsewhere on its pages.
    walker = _Walker(body, Styles(page, () if own else page.iter("style")), own=own)
    walker.visit(body, ())
    walker.end_paragraph()
    if walker.styles.unread:
        walker.doubts.append(Doubt("import-looks-unread", Place()))
    return Source("html", tuple(walker.blocks), tuple(walker.doubts), derived=walker.derived)


def _hide_folded(body: Any) -> None:
    """Hide what a closed <details> in a cell shows only after a click, as a remark on a figure.

    Where it has sentences or a table, it may be a part of the report, in a table for the layout.
    """
    for details in body.xpath(".//td//details[not(@open)][summary][not(.//table)]"):
        if "。" not in details.text_content():
            summary = details.find("summary")
            hidden = details.makeelement("span", {"hidden": ""})
            hidden.text, summary.tail = summary.tail, None
            hidden.extend(child for child in details if child is not summary)
            details.append(hidden)


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


class _Walker:
    """Walks a page from top to bottom, collecting text until an element ends the paragraph."""

    def __init__(self, body: Any, styles: Styles, *, own: bool) -> None:
        self.blocks: list[Block] = []
        self.doubts: list[Doubt] = []
        self.doubted: set[tuple[object, ...]] = set()  # the doubts raised so far
        self.texts: dict[Any, str] = {}
        self.styles = styles
        self.own = own  # whether the kit made the page
        self.derived = False  # whether derived numbers were left out
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

    def end_paragraph(self) -> None:
        text = " ".join(without_radicals("".join(self.text)).replace("\xa0", " ").split())
        self.text = []
        if text := text.strip("\u3000 "):
            self.paragraphs += 1
            place = Place(paragraph=self.paragraphs)
            self.blocks.append(Paragraph(text, place, self.level, self.marker, self.path))
            self.marker = ""

    def is_shown(self, element: Any) -> bool:
        """Whether an element is visible, and not a repetition on one of the kit's own pages."""
        if not isinstance(element.tag, str) or element.tag in _UNSHOWN:
            return False
        if kind := self.why_left_out(element):
            self.doubt(kind, element)
            return False
        if not self.own and (added := self.styles.added(element)) and self.at.table:
            about = {"text": shortened(added), "whole": shortened(element.text_content())}
            self.doubts.append(Doubt("import-added-by-style", self.at, **about))
        is_derived = self.own and (element.tag == "figure" or bool(_classes(element) & _DERIVED))
        if is_derived and any(map(str.isdecimal, element.text_content())):
            self.derived = True
        return not is_derived

    def beginning(self, element: Any) -> str:
        """Return the text before an element's first child, marked if it is shown right to left."""
        return (OVERRIDE if self.styles.is_turned(element) else "") + (element.text or "")

    def why_left_out(self, element: Any) -> str:
        """Return the id of the doubt about an element, or '' for what is read."""
        if not self.styles.is_displayed(element):
            return "import-hidden"
        if self.styles.is_invisible(element):
            return "import-invisible"
        if element.tag in _GUIDES:
            return "import-guide"
        if element.tag in _STRUCK or self.styles.is_struck(element):
            return "import-struck-through"
        is_beside = self.styles.is_off_line(element) and is_reference(element.text_content())
        return "import-raised" if is_beside else ""

    def doubt(self, kind: str, element: Any) -> None:
        """Add a doubt about the text of an element that is left out, unless it is blank.

        Hidden text outside tables counts only if it has a sentence: pages have many menus.
        """
        text = shortened(element.text_content())
        if kind == "import-hidden" and not self.at.table and "。" not in element.text_content():
            return
        if text:
            place = self.at if self.at.table else Place(paragraph=self.paragraphs)
            about = {"text": text, "whole": self.shortened_text(element.getparent())}
            if (doubted := (kind, place, *about.values())) not in self.doubted:
                self.doubted.add(doubted)
                self.doubts.append(Doubt(kind, place, **about))

    def shortened_text(self, element: Any) -> str:
        """Return the text of an element, shortened; cached, as many children may need it."""
        if element not in self.texts:
            self.texts[element] = shortened(element.text_content())
        return self.texts[element]

    def visit(self, element: Any, path: tuple[int, ...]) -> None:
        if not self.is_shown(element):
            return
        tag = element.tag
        if tag == "br":
            self.end_paragraph()
        elif tag == "img":
            self.blocks.append(Picture(Place(paragraph=self.paragraphs), path))
        elif tag == "table" and _is_of_data(element):
            self.end_paragraph()
            self.tables += 1
            self.add_table(element, path)
            self.at = Place()
        elif tag == "dt":
            self.end_paragraph()
            self.term = _words(element, self)
        elif tag == "dd":
            self.text.append(f"{self.term}：" if self.term else "")
            self.inside(element, path)
            self.term = ""
        else:
            self.inside(element, path)

    def inside(self, element: Any, path: tuple[int, ...]) -> None:
        tag = element.tag
        block = tag in _BLOCKS
        if block:
            if tag != "dd":
                self.end_paragraph()
            self.path = path
            if tag in _HEADINGS:
                self.level = int(tag[1])
            if tag == "li":
                parent = element.getparent()
                self.marker = "1." if parent is not None and parent.tag == "ol" else "-"
        self.text.append(self.beginning(element))
        for number, child in enumerate(element):
            self.visit(child, (*path, number))
            if block:
                self.path = path
            self.text.append(child.tail or "")
        if block:
            self.end_paragraph()
            self.level = 0
            self.marker = ""

    def add_table(self, table: Any, path: tuple[int, ...]) -> None:
        place = Place(table=self.tables)
        cells: list[Cell] = []
        taken: set[tuple[int, int]] = set()
        self.at = place
        rows = list(self.rows(table))
        for number, (row, seen) in enumerate(rows):
            column = 0
            for cell in row:
                self.at = place._replace(row=number + 1, column=column + 1)
                shown = seen and self.is_shown(cell)
                if cell.tag not in ("td", "th") or not (shown or self.is_blank(cell)):
                    continue
                while (number, column) in taken:
                    column += 1
                height, width = _span(cell, "rowspan"), _span(cell, "colspan") or 1
                height = min(height or len(rows), len(rows) - number)
                self.cells += height * width
                if self.cells > MOST_CELLS:
                    raise KitError(Problem("import-table-too-large", limit=MOST_CELLS))
                taken |= {(number + y, column + x) for y in range(height) for x in range(width)}
                self.at = place._replace(row=number + 1, column=column + 1)
                words = _words(cell, self) + self.remark_of(cell) if shown else ""
                cells.append(Cell(number, column, words, self.at, height, width))
                self.say_unread(cell, path)
                column += width
        self.blocks.append(Grid(tuple(cells), place, path=path))

    def rows(self, table: Any, *, seen: bool = True) -> Iterator[tuple[Any, bool]]:
        """Yield the rows of a table that take up space on the page, and whether each is visible."""
        for child in table:
            if child.tag in ("tr", *_GROUPS):
                shown = self.is_shown(child)
                if not shown and not self.is_blank(child):
                    continue
                if child.tag == "tr":
                    yield child, seen and shown
                else:
                    yield from self.rows(child, seen=seen and shown)

    def is_blank(self, element: Any) -> bool:
        """Whether a row or cell that is not shown still takes up space in its table."""
        return not self.own and self.styles.is_displayed(element)

    def say_unread(self, cell: Any, path: tuple[int, ...]) -> None:
        """Record a picture in a cell, and add doubts about its input fields and equations."""
        if any(True for _ in cell.iter(*_PICTURES)):
            self.blocks.append(Picture(self.at, path))
        for field in cell.iter(*_FIELDS):
            if (field.get("type") or "").lower() != "hidden":
                text = shortened(field.get("value") or field.text_content()) or "—"
                self.doubts.append(Doubt("import-field", self.at, text=text))
        for equation in cell.iter("math"):
            text = shortened(equation.text_content()) or "—"
            self.doubts.append(Doubt("import-equation", self.at, text=text))

    def remark_of(self, cell: Any) -> str:
        """Return the remark that one of our own pages prints below the table."""
        note = cell.get("aria-describedby") if self.own else None
        found = self.body.xpath("//*[@id=$id]", id=note) if note else []
        return f"（{_words(found[0], None).partition('：')[2]}）" if found else ""


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(int(text[:6]), MOST_SPAN) if text.isdecimal() else 1


def _words(element: Any, walker: _Walker | None) -> str:
    """Return the text of an element, with a newline for each break."""
    pieces = [walker.beginning(element) if walker else element.text or ""]
    for child in element:
        if walker is None or walker.is_shown(child):
            if child.tag in _APART:
                pieces.append("\n")
            pieces.append(_words(child, walker))
        pieces.append(child.tail or "")
    lines = "".join(pieces).replace("\xa0", " ").split("\n")
    return without_radicals("\n".join(" ".join(line.split()) for line in lines)).strip()


def _is_of_data(table: Any) -> bool:
    """Whether a table holds data, and does not only lay out a page or other tables."""
    rows = list(_rows(table))
    own = sum(map(len, rows))
    nested = sum(1 for row in rows for _ in row.iter("td", "th")) - own
    return max(map(len, rows), default=0) > 1 and nested < own


def _rows(table: Any) -> Iterator[Any]:
    """Yield the rows of a table, without those of nested tables."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in _GROUPS:
            yield from _rows(child)
