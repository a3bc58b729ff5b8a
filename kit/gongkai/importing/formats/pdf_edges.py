"""Remove running titles and page numbers, which belong to no paragraph, from a PDF's pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from gongkai.importing.blocks import Doubt
from gongkai.importing.formats.pdf_page import Line, Page
from gongkai.importing.labels import key
from gongkai.importing.lines import is_page_number, shortened
from gongkai.importing.texts.particulars import title_of
from gongkai.report.places import Place

_DIGITS = re.compile(r"[0-9]+")
_NO_LETTER = re.compile(r"[\W\d_]+")
# What is left of 第3页 共6页, 3/6 and page 3 of 6 without digits and signs.
_COUNTS = frozenset({"", "页", "第页", "共页", "第页共页", "第共页", "page", "pageof"})
_SAME = 6.0  # points by which the height of a running title may vary


def without_edges(pages: Sequence[Page]) -> Iterator[Doubt]:
    """Remove text repeated at the edges of the pages; yield a doubt for each such text.

    Text that a tagged PDF marks as an artifact is a doubt if the document's text lacks it.
    """
    for lines in _repeated(pages):
        kept = _only_title(lines, pages)
        for line in lines:
            if line is not kept:
                page = next(page for page in pages if page.number == line.place.page)
                page.items = [item for item in page.items if item is not line]
        if not _is_count(lines[0].text):
            place = Place(page=lines[0].place.page)
            yield Doubt("import-page-edge", place, text=shortened(lines[0].text))
    yield from _artifacts(pages)


def _is_count(text: str) -> bool:
    return _NO_LETTER.sub("", text).lower() in _COUNTS


def _repeated(pages: Sequence[Page]) -> Iterator[list[Line]]:
    """Yield groups of lines at the edges with the same text, size and height on several pages."""
    alike: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for page in pages:
        for item in page.items:
            if isinstance(item, Line) and not item.level and page.is_edge(item.top):
                words = _DIGITS.sub("#", item.text.strip())
                alike[words, round(item.size)].append(item)
    for lines in alike.values():
        same = [line for line in lines if abs(line.top - lines[0].top) < _SAME]
        if len({line.place.page for line in same}) > 1:
            yield same


def _only_title(lines: Sequence[Line], pages: Sequence[Page]) -> Line | None:
    """Return the first of some repeated lines if only they have the report's title."""
    if title_of({0: lines[0].text.strip()}) is None:
        return None
    others = [item for page in pages for item in page.items if isinstance(item, Line)]
    rest = {number: one.text for number, one in enumerate(others) if one not in lines}
    return None if title_of(rest) else lines[0]


def _artifacts(pages: Sequence[Page]) -> Iterator[Doubt]:
    """Yield a doubt for each artifact whose words the document's text lacks.

    A number away from the edge is not a page number: it may have been typed over another.
    """
    marked = [(text, edge, page.number) for page in pages for text, edge in page.artifacts]
    if not marked:
        return
    known = key("".join(page.text for page in pages))
    seen = set()
    for text, edge, number in marked:
        counts = _is_count(text) or is_page_number(text)
        words = _DIGITS.sub("#", text.strip()) if edge else text.strip()
        if words in seen or (counts and edge):
            continue
        seen.add(words)
        if counts or key(text) not in known:
            kind = "import-page-edge" if edge else "import-artifact"
            yield Doubt(kind, Place(page=number), text=shortened(text))
