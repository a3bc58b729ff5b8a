"""Apply a Word file's styles to its runs, and find the runs that are invisible.

Styles inherit as in ECMA-376-1, 17.7.2: a run's own look, its character style, the paragraph's
style, the table's, the document's defaults. Looks that a table's style has only for some of its
cells are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from docx.oxml.ns import qn

from gongkai.importing.formats.invisible import PAPER, SMALLEST, UNKNOWN, is_close
from gongkai.importing.formats.word_xml import BOX, number_of, path_of, value_of

_STYLED = {"r": "rStyle", "p": "pStyle", "tc": "", "tbl": "tblStyle"}
_TAGS = {qn(f"w:{tag}"): tag for tag in _STYLED}
_INHERITED = tuple(
    qn(f"w:{name}")
    for name in ("vanish", "strike", "dstrike", "vertAlign", "position", "sz", "w", "color")
)
_NARROWEST = 20  # per cent of a letter's width; narrower text cannot be read
_MOST_STYLES = 20  # in a chain of styles based on one another, which may be circular

Properties = Mapping[str, Any]  # elements such as w:sz, by their tags


def mark_unseen(document: Any) -> None:
    """Copy the properties of styles into each run, and mark invisible runs as hidden text."""
    styles = _Styles(document)
    for run in document.element.body.iter(qn("w:r")):
        own = run.find(qn("w:rPr"))
        own_tags = {child.tag for child in own} if own is not None else set()
        missing = [item for tag, item in styles.properties_of(run).items() if tag not in own_tags]
        if missing:
            own = run.get_or_add_rPr()
            own.extend(map(deepcopy, missing))
        if own is None:
            continue
        size = number_of(run, "w:rPr/w:sz", 24)  # half points
        colour = value_of(run, "w:rPr/w:color")
        narrow = number_of(run, "w:rPr/w:w", 100) < _NARROWEST
        if size < 2 * SMALLEST or narrow or (colour and is_close(colour, styles.background(run))):
            own.append(own.makeelement(qn("w:vanish")))


class _Styles:
    """The styles of a document, by their ids."""

    def __init__(self, document: Any) -> None:
        elements = [style.element for style in document.styles]
        self.styles = {element.get(qn("w:styleId")): element for element in elements}
        self.shaded = {
            name
            for name, element in self.styles.items()
            if next(element.iter(qn("w:shd")), None) is not None
        }
        self.usual = {
            element.get(qn("w:type")): element.get(qn("w:styleId"))
            for element in elements
            if element.get(qn("w:default")) in ("1", "true", "on")
        }
        defaults = document.styles.element.find(path_of("w:docDefaults/w:rPrDefault/w:rPr"))
        self.defaults = _inherited(defaults)
        self.properties: dict[tuple[str, ...], Properties] = {}

    def properties_of(self, run: Any) -> Properties:
        """Return the properties that a run has from its styles."""
        paragraph = next(run.iterancestors(qn("w:p")), None)
        table = next(run.iterancestors(qn("w:tbl")), None)
        names = (
            value_of(table, "w:tblPr/w:tblStyle") if table is not None else "",
            value_of(paragraph, "w:pPr/w:pStyle") if paragraph is not None else "",
            value_of(run, "w:rPr/w:rStyle"),
        )
        if names not in self.properties:
            paragraph_style = names[1] or self.usual.get("paragraph", "")
            chains = [self.chain(name) for name in (names[0], paragraph_style, names[2])]
            found: dict[str, Any] = dict(self.defaults)
            for element in (element for chain in chains for element in chain):
                found |= _inherited(element.find(qn("w:rPr")))
            self.properties[names] = found
        return self.properties[names]

    def chain(self, name: str) -> list[Any]:
        """Return a style and those that it is based on, the most general one first."""
        found: list[Any] = []
        while name in self.styles and len(found) < _MOST_STYLES:
            found.insert(0, self.styles[name])
            name = value_of(found[0], "w:basedOn")
        return found

    def background(self, run: Any) -> str:
        """Return the colour of the innermost shading around a run, else the paper's."""
        if value_of(run, "w:rPr/w:highlight") not in ("", "none"):
            return UNKNOWN
        for element in (run, *run.iterancestors()):
            if element.tag == BOX:
                return UNKNOWN
            if tag := _TAGS.get(element.tag):
                shade = element.find(path_of(f"w:{tag}Pr/w:shd"))
                if shade is not None and shade.get(qn("w:val")) not in ("clear", "nil"):
                    return UNKNOWN
                if shade is not None and shade.get(qn("w:fill"), "auto") != "auto":
                    return str(shade.get(qn("w:fill")))
                style = _STYLED[tag]
                if style and value_of(element, f"w:{tag}Pr/w:{style}") in self.shaded:
                    return UNKNOWN
        return PAPER


def _inherited(properties: Any) -> dict[str, Any]:
    """Return the properties that may make a run invisible, or set it apart from a figure."""
    found: Iterator[Any] = iter(properties if properties is not None else ())
    return {item.tag: item for item in found if item.tag in _INHERITED}
