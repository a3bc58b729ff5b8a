"""Read the tags of a PDF: which text is a heading, a picture, or a cell of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pdfminer.pdftypes import resolve1
from pdfminer.psparser import literal_name
from pdfplumber.page import PDFPageAggregatorWithMarkedContent

from gongkai.importing.blocks import MOST_SPAN

Mark = tuple[int, int]  # a page, and the number of marked content on it
MOST_NODES = 200_000  # a report of six pages has some thousands
ARTIFACT = -1  # the mark of content that is not part of the document's text


class TaggedCell(NamedTuple):
    """A cell: its row and column, what it spans, the marks of its text."""

    row: int
    column: int
    rows: int
    columns: int
    marks: tuple[Mark, ...]


@dataclass
class Tags:
    """What is marked in a document; `unclear` means that a table could not be read."""

    pictures: set[Mark] = field(default_factory=set)
    levels: dict[Mark, int] = field(default_factory=dict)
    tables: list[list[TaggedCell]] = field(default_factory=list)
    unclear: bool = False


class NestedMarks(PDFPageAggregatorWithMarkedContent):
    """Records the mark that contains each character, even inside a mark without a number.

    Chromium opens such a mark for each run of characters in another font.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open: list[int | None] = []

    def begin_tag(self, tag: Any, props: Any = None) -> None:
        """Open a mark; one without a number keeps that of the mark around it."""
        self._open.append(self.cur_mcid)
        around = self.cur_mcid
        super().begin_tag(tag, props)
        if self.cur_tag == "Artifact":
            self.cur_mcid = ARTIFACT
        elif self.cur_mcid is None or around == ARTIFACT:
            self.cur_mcid = around

    def end_tag(self) -> None:
        """Close the innermost mark."""
        super().end_tag()
        self.cur_mcid = self._open.pop() if self._open else None


def tags_of(document: Any, pages: Mapping[Any, int], *, own: bool) -> Tags:
    """Return the tags in a document's structure; `pages` has page numbers by object id.

    `own` means that the kit printed it: the tables of its charts, repeating figures, are skipped.
    Raises ValueError for a structure that is too large, and pdfminer's errors for a damaged one.
    """
    tags = Tags()
    root = resolve1(document.catalog.get("StructTreeRoot"))
    if not isinstance(root, dict):
        return tags
    waiting = [(node, "") for node in reversed(_tree(root, pages).children)]
    while waiting:
        node, around = waiting.pop()
        inside = "Figure" if own and _is_chart(node) else _inside(node, around)
        if node.kind == "Table" and inside != "Figure" and around != "Table":
            cells = _cells(node)
            tags.tables += [cells] if cells else []
            tags.unclear = tags.unclear or not cells
        if inside == "Figure":
            tags.pictures.update(node.marks)
        elif inside[:1] == "H":
            tags.levels |= dict.fromkeys(node.marks, int(inside[1:]))
        waiting += [(child, inside) for child in reversed(node.children)]
    return tags


def _is_chart(node: _Node) -> bool:
    """Whether a table is one of the kit's charts, whose captions are paragraphs."""
    return node.kind == "Table" and any(child.kind == "P" for child in node.children)


def _inside(node: _Node, around: str) -> str:
    """Return what an element's content is: a picture, table or heading, or as around it."""
    if "Figure" in (node.kind, around):
        return "Figure"
    heading = node.kind[:1] == "H" and node.kind[1:].isdecimal()
    return node.kind if heading or node.kind == "Table" else around


@dataclass
class _Node:
    """An element of the structure: its kind, its dictionary, and what is right below it."""

    kind: str
    element: Mapping[str, Any]
    marks: list[Mark] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)


def _tree(root: Mapping[str, Any], pages: Mapping[Any, int]) -> _Node:
    """Return the elements of a structure. Raises ValueError if they are more than MOST_NODES."""
    roles: Mapping[str, Any] = resolve1(root.get("RoleMap")) or {}
    budget = iter(range(MOST_NODES))

    def read(kind: str, element: Mapping[str, Any], page: int) -> _Node:
        node = _Node(kind, element)
        kids = resolve1(element.get("K"))
        listed = kids if isinstance(kids, list) else [] if kids is None else [kids]
        for item in map(resolve1, listed):
            if next(budget, None) is None:
                raise ValueError("a structure without end")
            found = item if isinstance(item, dict) else {"MCID": item}
            at = pages.get(getattr(found.get("Pg"), "objid", None), page)
            mark = resolve1(found.get("MCID"))
            if isinstance(mark, int):
                node.marks.append((at, mark))
            elif "S" in found:
                node.children.append(read(_kind(found["S"], roles), found, at))
        return node

    return read("", root, 0)


def _kind(name: Any, roles: Mapping[str, Any]) -> str:
    """Return the type of an element: the standard's, if the document maps its own to one."""
    own = literal_name(resolve1(name))
    role = roles.get(own)
    return literal_name(resolve1(role)) if role is not None else str(own)


def _cells(table: _Node) -> list[TaggedCell]:
    """Return the cells of a table; none if their columns cannot be determined.

    Chromium leaves blank cells out: the others of such a row are placed by the headers that
    they name.
    """
    rows = [
        [child for child in row.children if child.kind in ("TH", "TD")]
        for row in _find(table, "TR")
    ]
    taken: set[tuple[int, int]] = set()
    heads: dict[object, tuple[int, int]] = {}
    cells: list[TaggedCell] = []
    for number, row in enumerate(rows):
        column = 0
        for child in row:
            while (number, column) in taken:
                column += 1
            height, width = _span(child, "RowSpan"), _span(child, "ColSpan")
            height = min(height, len(rows) - number)
            column = _named_column(child, heads, number, column)
            slots = {(number + y, column + x) for y in range(height) for x in range(width)}
            if slots & taken:
                return []
            taken |= slots
            if all(other.kind == "TH" for other in row):
                heads[_bytes(child.element.get("ID"))] = (number, column)
            cells.append(TaggedCell(number, column, height, width, tuple(_marks(child))))
            column += width
    return _filled(cells, taken, len(rows), bool(heads.keys() - {None}))


def _named_column(
    cell: _Node, heads: Mapping[object, tuple[int, int]], row: int, usual: int
) -> int:
    """Return the column of the nearest header that a cell refers to, or the next free column."""
    if cell.kind != "TD":
        return usual
    named = [heads[name] for name in _headers(cell) if name in heads]
    above = [place for place in named if place[0] < row and place[1] > 0]
    nearest = max((place[0] for place in above), default=-1)
    columns = {column for number, column in above if number == nearest}
    return columns.pop() if len(columns) == 1 else usual


def _headers(cell: _Node) -> list[object]:
    return [
        _bytes(name) for item in _attributes(cell) for name in resolve1(item.get("Headers")) or ()
    ]


def _bytes(name: object) -> object:
    found = resolve1(name)
    return bytes(found) if isinstance(found, bytes | bytearray) else found


def _filled(
    cells: list[TaggedCell], taken: set[tuple[int, int]], height: int, named: bool
) -> list[TaggedCell]:
    """Return the cells and the missing blank ones; none if these cannot be placed by headers."""
    columns = max((column for _, column in taken), default=-1) + 1
    missing = [
        (row, column)
        for row in range(height)
        for column in range(columns)
        if (row, column) not in taken
    ]
    if columns < 2 or (missing and not named):
        return []
    return cells + [TaggedCell(row, column, 1, 1, ()) for row, column in missing]


def _find(node: _Node, kind: str) -> Iterator[_Node]:
    for child in node.children:
        if child.kind == kind:
            yield child
        else:
            yield from _find(child, kind)


def _marks(node: _Node) -> Iterator[Mark]:
    yield from node.marks
    for child in node.children:
        yield from _marks(child)


def _attributes(node: _Node) -> list[Mapping[str, Any]]:
    attributes = resolve1(node.element.get("A"))
    listed = attributes if isinstance(attributes, list) else [attributes]
    return [item for item in map(resolve1, listed) if isinstance(item, dict)]


def _span(node: _Node, name: str) -> int:
    for item in _attributes(node):
        span = resolve1(item.get(name))
        if isinstance(span, int):
            return max(1, min(span, MOST_SPAN))
    return 1
