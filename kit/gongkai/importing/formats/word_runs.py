"""Read the text of a Word file's runs, and find those that are left out, and why.

Styles inherit as in ECMA-376-1, 17.7.2: a run's own look, its character style, the paragraph's
style, the table's, the document's defaults. Looks that a table's style has only for some of its
cells are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import takewhile
from typing import Any

from docx.oxml.ns import qn

from gongkai.importing.formats.invisible import OVERRIDE, PAPER, SMALLEST, UNKNOWN, is_close
from gongkai.importing.formats.word_xml import (
    BOX,
    FALLBACK,
    all_text,
    number_of,
    path_of,
    value_of,
)
from gongkai.importing.lines import is_reference

_STYLED = {"r": "rStyle", "p": "pStyle", "tc": "", "tbl": "tblStyle"}
_TAGS = {qn(f"w:{tag}"): tag for tag in _STYLED}
_INHERITED = tuple(
    qn(f"w:{name}")
    for name in ("vanish", "strike", "dstrike", "vertAlign", "position", "sz", "w", "color")
)
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,6}")
_APART = (BOX, FALLBACK, qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rt"))
_SHOWN_AS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
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


def left_out(run: Any) -> str:
    """Return the id of the doubt about a run that is not read as text, or ''."""
    look = run.find(qn("w:rPr"))
    if look is None:
        return ""
    found = [look.find(qn(name)) for name in ("w:strike", "w:dstrike", "w:vanish")]
    off = ("0", "false", "off")
    if any(item is not None and item.get(qn("w:val")) not in off for item in found):
        return "import-struck-through"
    return "import-raised" if _is_off_line(run) and is_reference(_words_off_line(run)) else ""


def _is_off_line(run: Any) -> bool:
    """Whether a run is a superscript, or a subscript after a digit (so not the 2 of CO₂)."""
    if _is_raised(run):
        return True
    is_low = value_of(run, "w:rPr/w:vertAlign") == "subscript" or _half_points_up(run) < 0
    before = next(run.itersiblings(qn("w:r"), preceding=True), None) if is_low else None
    return before is not None and all_text(before)[-1:].isdecimal()


def _is_raised(run: Any) -> bool:
    """Whether a run is set higher than its line, by its kind or by some half points."""
    return run.tag == qn("w:r") and (
        value_of(run, "w:rPr/w:vertAlign") == "superscript" or _half_points_up(run) > 0
    )


def _half_points_up(run: Any) -> int:
    """Return how far a run is raised, in half points; less than 0 if it is lowered."""
    text = value_of(run, "w:rPr/w:position")
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else 0


def _words_off_line(run: Any) -> str:
    """Return a whole superscript: programs split its runs where the script changes (注, 1)."""
    before = list(takewhile(_is_raised, run.itersiblings(preceding=True)))
    runs = [*reversed(before), run, *takewhile(_is_raised, run.itersiblings())]
    return "".join(map(all_text, runs))


def text_of(element: Any) -> str:
    """Return the text of an element as it is shown; that of a box is left out."""
    pieces: list[str] = []
    _gather(element, pieces)
    return "".join(pieces)


def _gather(element: Any, pieces: list[str]) -> None:
    if element.tag == qn("w:bdo") and element.get(qn("w:val")) == "rtl":
        pieces.append(OVERRIDE)
    for child in element:
        if child.tag in _APART:
            continue
        if child.tag == qn("w:t"):
            pieces.append(child.text or "")
        elif child.tag in _SHOWN_AS:
            pieces.append(_SHOWN_AS[child.tag])
        elif child.tag != qn("w:r") or not left_out(child):
            _gather(child, pieces)
