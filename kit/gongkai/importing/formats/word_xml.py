"""Find elements in the XML of a Word file, and their values and texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BOX = qn("w:txbxContent")


def path_of(names: str) -> str:
    """Return a path of qualified names, such as w:pPr/w:numPr, as lxml takes it."""
    return "/".join(map(qn, names.split("/")))


def value_of(element: Any, path: str) -> str:
    """Return the value of an element below another, or ''."""
    found = element.find(path_of(path))
    return found.get(qn("w:val"), "") if found is not None else ""


def number_of(element: Any, path: str, usual: int) -> int:
    """Return the value of an element below another as a number, or `usual`."""
    text = value_of(element, path)
    return int(text) if text.isdecimal() else usual


def all_text(element: Any) -> str:
    """Return the text of all runs in an element, shown or not."""
    return "".join(item.text or "" for item in element.iter(qn("w:t")))


def inside(element: Any, *tags: str) -> Iterator[Any]:
    """Yield the elements with these tags inside one, except those in its text boxes."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag not in (BOX, FALLBACK):
            yield from inside(child, *tags)


def contains(element: Any, *tags: str) -> bool:
    """Whether an element has any with these tags inside, apart from those in its text boxes."""
    return next(inside(element, *tags), None) is not None


def boxes(element: Any) -> list[Any]:
    """Return the outermost text boxes of an element, each once."""
    found = []
    for child in element:
        if child.tag == BOX:
            found.append(child)
        elif child.tag != FALLBACK:
            found += boxes(child)
    return found
