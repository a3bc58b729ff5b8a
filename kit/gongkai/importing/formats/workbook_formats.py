"""Find values that a workbook's formats hide, strike out, or show as another number.

Number formats are those of ECMA-376-1, 18.8.30: up to four sections for positive and negative
numbers, 0 and text.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gongkai.importing.formats.invisible import PAPER, SMALLEST, UNKNOWN, is_close
from gongkai.importing.lines import is_reference

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_THEME = {"0": PAPER, "1": "000000"}  # in the themes that programs use by default
_INDEXED = {"1": PAPER, "9": PAPER, "0": "000000", "8": "000000", "64": "000000", "65": PAPER}
_ROUNDED = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"}
_LITERAL = re.compile(r'"[^"]*"|[\\!_*].|\[[^\]]*\]')
_COUNTS = re.compile(r"[\d%〇零一二三四五六七八九十百千万亿]")  # number-like literals
_ADDED = "\0"  # replaces such a literal
_SCALED = re.compile(r"[0#?.],+(?![0#?])|%")
_DECIMALS = re.compile(r"\.([0#?]+)")
_PLACES = re.compile(r"[0#?.,\s+\-()]+")
_ZERO = ('"0"', r"\0", "!0")
_OTHERWISE = "import-shown-otherwise"
_UNSEEN = "import-unseen-in-sheet"


class Look(NamedTuple):
    """A font on a background: the doubt about any text in it or '', if it is raised or lowered."""

    unlike: str
    raised: bool

    def doubt(self, text: str) -> str:
        """Return the id of the doubt about a text, or ''; a blank one has none."""
        if not text.strip():
            return ""
        is_apart = self.raised and is_reference(text)
        return self.unlike or ("import-raised-in-sheet" if is_apart else "")


class CellFormats:
    """The formats that the cells of a workbook refer to by number."""

    def __init__(self, styles: Any) -> None:
        self.formats: list[tuple[Look, tuple[str, ...]]] = []  # with the sections of its code
        codes = _ROUNDED | {
            item.get("numFmtId"): item.get("formatCode") or ""
            for item in styles.iter(f"{MAIN}numFmt")
        }
        fonts, fills = (list(_children(styles, name)) for name in ("fonts", "fills"))
        for item in _children(styles, "cellXfs"):
            font, fill = _numbered(fonts, item.get("fontId")), _numbered(fills, item.get("fillId"))
            code = codes.get(item.get("numFmtId") or "", "")
            self.formats.append(
                (look_of(font, fill), tuple(map(_without_literals, code.split(";"))))
            )

    def doubt(self, number: str, text: str, *, is_number: bool) -> str:
        """Return the id of the doubt about a cell of a format, or ''; a blank cell has none."""
        found = _numbered(self.formats, number)
        if found is None or not text.strip():
            return ""
        look, sections = found
        return look.doubt(text) or _doubt_of_value(text, sections, is_number=is_number)


def _without_literals(section: str) -> str:
    """Return a section without the text that it shows next to a number.

    Text that reads as part of the number leaves `_ADDED`; a literal 0 alone counts as a digit.
    """

    def added(literal: re.Match[str]) -> str:
        # Colours, conditions and languages are in brackets; _ is followed by the width of a blank.
        return _ADDED if literal[0][0] not in "[_" and _COUNTS.search(literal[0]) else ""

    return "0" if section.strip() in _ZERO else _LITERAL.sub(added, section)


def _children(styles: Any, name: str) -> Any:
    found = styles.find(f"{MAIN}{name}")
    return found if found is not None else ()


def _numbered(items: Any, number: str | None) -> Any:
    """Return the item at an index, by default the first, or None."""
    at = int(number) if number and number.isdecimal() else 0
    return items[at] if at < len(items) else None


def _value(element: Any, name: str, attribute: str) -> str:
    found = element.find(f"{MAIN}{name}") if element is not None else None
    return (found.get(attribute) or "") if found is not None else ""


def look_of(font: Any, fill: Any) -> Look:
    """Return how a font looks on a background; either may be missing."""
    raised = _value(font, "vertAlign", "val") in ("superscript", "subscript")
    return Look(_unlike(font, fill), raised)


def _unlike(font: Any, fill: Any) -> str:
    """Return the doubt about any text in a font on a background, or ''."""
    if font is None:
        return ""
    struck = font.find(f"{MAIN}strike")
    if struck is not None and struck.get("val") not in ("0", "false"):
        return "import-struck-in-sheet"
    size = _value(font, "sz", "val")
    colour = _colour(font.find(f"{MAIN}color"))
    unseen = (size and float(size) < SMALLEST) or is_close(colour, _background(fill))
    return _UNSEEN if unseen else ""


def _background(fill: Any) -> str:
    """Return the colour of a cell's background, or UNKNOWN."""
    pattern = fill.find(f"{MAIN}patternFill") if fill is not None else None
    kind = pattern.get("patternType") or "none" if pattern is not None else "none"
    if fill is not None and fill.find(f"{MAIN}gradientFill") is not None:
        return UNKNOWN
    if kind == "none" or pattern is None:
        return PAPER
    return _colour(pattern.find(f"{MAIN}fgColor")) if kind == "solid" else UNKNOWN


def _colour(element: Any) -> str:
    """Return a colour as six hexadecimal digits, or UNKNOWN."""
    if element is None or element.get("tint"):
        return UNKNOWN
    if rgb := element.get("rgb"):
        return str(rgb)[-6:]
    if theme := element.get("theme"):
        return _THEME.get(theme, UNKNOWN)
    return _INDEXED.get(element.get("indexed") or "", UNKNOWN)


def _doubt_of_value(text: str, sections: tuple[str, ...], *, is_number: bool) -> str:
    """Return the doubt about a value that is shown as nothing, or as another number; or ''."""
    if not is_number:
        return _UNSEEN if len(sections) == 4 and not sections[3].strip() else ""
    value = float(text)
    which = 0 if value > 0 else 1 if value < 0 else 2
    section = sections[which] if which < len(sections) else sections[0]
    if (len(sections) > 1 and not section.strip()) or (
        not value and set(section) in ({"#"}, {"#", ","})
    ):
        return _UNSEEN
    if _ADDED in section or _SCALED.search(section):
        return _OTHERWISE
    if not section.strip() or not _PLACES.fullmatch(section):
        return ""  # as General shows it, a date, or a fraction
    decimals = _DECIMALS.search(section)
    shown = round(value, len(decimals[1]) if decimals else 0)
    return _OTHERWISE if abs(shown - value) > 1e-9 * max(abs(value), 1) else ""
