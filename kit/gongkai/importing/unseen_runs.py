"""Invisible runs of a Word file: too small, or in the colour of their ground."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

from gongkai.importing.apart import BOX
from gongkai.importing.invisible import PAPER, SMALLEST, UNKNOWN, is_close
from gongkai.importing.numbering import number_of, value_of

_STYLED = {"r": "rStyle", "p": "pStyle", "tc": "", "tbl": "tblStyle"}
_TAGS = {qn(f"w:{tag}"): tag for tag in _STYLED}


def mark_unseen(document: Any) -> None:
    """Mark invisible runs as hidden text, as Word marks what was hidden."""
    shaded = {
        style.style_id
        for style in document.styles
        if next(style.element.iter(qn("w:shd")), None) is not None
    }
    for run in document.element.body.iter(qn("w:r")):
        size = number_of(run, "w:rPr/w:sz", 24)  # half points
        colour = value_of(run, "w:rPr/w:color")
        if size < 2 * SMALLEST or (colour and is_close(colour, _ground(run, shaded))):
            look = run.find(qn("w:rPr"))
            look.append(look.makeelement(qn("w:vanish")))


def _ground(run: Any, shaded: set[str]) -> str:
    """Return the colour behind a run: that of what shades it most closely, else the paper's."""
    if value_of(run, "w:rPr/w:highlight") not in ("", "none"):
        return UNKNOWN
    for element in (run, *run.iterancestors()):
        if element.tag == BOX:
            return UNKNOWN
        if tag := _TAGS.get(element.tag):
            shade = element.find("/".join(map(qn, (f"w:{tag}Pr", "w:shd"))))
            if shade is not None and shade.get(qn("w:val")) not in ("clear", "nil"):
                return UNKNOWN
            if shade is not None and shade.get(qn("w:fill"), "auto") != "auto":
                return str(shade.get(qn("w:fill")))
            style = _STYLED[tag]
            if style and value_of(element, f"w:{tag}Pr/w:{style}") in shaded:
                return UNKNOWN
    return PAPER
