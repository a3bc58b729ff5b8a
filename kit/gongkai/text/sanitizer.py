"""Sanitise HTML that is not the kit's own, so that it may be put in a page.

The home of nh3.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from html.parser import HTMLParser
from typing import NamedTuple

import nh3

from gongkai.text.picture_metadata import without_metadata
from gongkai.text.pictures import data_url, is_alternative

_TEXT = """a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl
dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp
section small span strong style sub summary sup table tbody td tfoot th thead time tr u ul var
wbr"""
_DRAWING = """svg g path rect circle ellipse line polyline polygon text tspan title desc defs
clipPath linearGradient radialGradient stop use symbol marker image"""
_OF_TEXT = """class id style title lang dir role align valign border width height headers scope
colspan rowspan halign span scoped start reversed value type open datetime cite alt href src"""
_OF_DRAWING = """viewBox preserveAspectRatio xmlns version d x y x1 x2 y1 y2 cx cy r rx ry dx dy
points transform fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray
stroke-linecap stroke-linejoin opacity clip-path clip-rule offset stop-color stop-opacity
gradientUnits gradientTransform markerWidth markerHeight orient refX refY text-anchor
dominant-baseline font-family font-size font-weight letter-spacing marker-end marker-start
marker-mid"""
ELEMENTS = {*_TEXT.split(), *_DRAWING.split()}
ATTRIBUTES = {*_OF_TEXT.split(), *_OF_DRAWING.split()}
SCHEMES = {"http", "https", "mailto", "data"}
WORDS = {"title", "alt", "class", "id"}  # their values are never addresses
SHOWN = 40  # characters quoted of what was refused
_INSIDE = re.compile("#")
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_DRAWN = re.compile(r"data:image/svg\+xml[;,]", re.IGNORECASE)
_PIXELS = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)
# What lets a style load something, disguise that, or leave its place on the page; `url(#…)`
# refers to a part of the drawing itself.
_UNFIT = re.compile(
    r"url\s*\((?!\s*[\"']?#)|image-set\s*\(|@|expression\s*\(|\\|<"
    r"|position\s*:\s*(?:fixed|absolute|sticky|var\s*\()",
    re.IGNORECASE,
)
# The anchors of the kit's own pages.
_PLACE_OF_THE_KIT = re.compile(
    r"(?:part|chart|finding|at|annex|c)-|annex|t[0-9]|findings|accepted|since|wording|numbers"
    r"|provenance|sign-off|left-out|contents"
)
_COMMENT = re.compile(r"/\*[^*]*+\*++(?:[^*/][^*]*+\*++)*/")
_QUOTE = re.compile("[\"']")
_STRING = re.compile(r"\"[^\"\n{}]*+\"|'[^'\n{}]*+'")
_BESIDE = re.compile(r"[~+|]")
_ARGUMENTS = re.compile(r"\([^()]*+\)")  # nth-child(2n+1)
_SELECTOR = re.compile(r"\s*(?:#([\w-]++)|\.dataframe\b)")
_OWN = re.compile(
    r"""class\s{0,9}=\s{0,9}["']?[^"'>]{0,200}\bgongkai\b|data-audience""", re.IGNORECASE
)


class Cleaned(NamedTuple):
    """HTML that is safe in a page, and what was removed: elements, attributes, addresses.

    `lacks_alt` means that a picture in it has no alternative text, or only a file name.
    """

    html: str
    removed: tuple[str, ...]
    lacks_alt: bool = False


def cleaned(html: str) -> Cleaned:
    """Return HTML that runs nothing, and loads nothing from anywhere.

    One list of elements and attributes serves all HTML that the kit did not make itself.
    """
    refused: list[str] = []
    html = html.encode("utf-8", "replace").decode()  # a lone surrogate cannot be written to a file

    def allowed(tag: str, name: str, value: str) -> str | None:
        fit = _fit(tag, name, value)
        if fit is None:
            refused.append(f"{name}={value[:SHOWN]}")
        return fit

    clean = nh3.clean(
        html,
        tags=ELEMENTS,
        clean_content_tags={"script"},
        attributes={"*": ATTRIBUTES, "a": {"rel"}},
        attribute_filter=allowed,
        generic_attribute_prefixes={"aria-"},
        url_schemes=SCHEMES,
        link_rel=None,
    )
    before, after = _Counted(html), _Counted(clean)
    unfit = (sheet for sheet in after.styles if not _is_confined(sheet, after.ids))
    styles = [f"<style> {' '.join(sheet.split())[:SHOWN]}" for sheet in unfit]
    lost = [*(before.elements - after.elements), *(before.attributes - after.attributes)]
    named = [name for name in lost if not any(item.startswith(f"{name}=") for item in refused)]
    removed = tuple(dict.fromkeys([*sorted(named), *refused, *styles]))
    return Cleaned(clean, removed, bool(after.unnamed))


def _fit(tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute as it may be in a page, or None if it may not."""
    if name == "src" or (tag, name) == ("image", "href"):
        return _picture_alone(value.strip())
    fits: object
    if name == "href":  # a drawing may refer only to itself
        fits = (_LINK if tag == "a" else _INSIDE).match(value.strip())
    elif name == "id":
        fits = not _PLACE_OF_THE_KIT.match(value)
    else:
        fits = name in WORDS or not (_UNFIT.search(value) or (name == "style" and "/*" in value))
    return value if fits else None


def _picture_alone(url: str) -> str | None:
    """Return a picture's data URL, without the picture's metadata; None for any other address."""
    pixels = _PIXELS.match(url)
    if not pixels:
        return url if _DRAWN.match(url) else None
    try:
        return data_url(without_metadata(b64decode(url[pixels.end() :])))
    except ValueError:
        return None


def _is_confined(sheet: str, ids: set[str]) -> bool:
    """Whether a style sheet loads nothing, and applies only to elements of the same HTML.

    A sheet in which a browser could see other comments, strings or rules than this function is
    refused: comments beside strings, braces in strings, strings that do not end.
    """
    if ("/*" in sheet and _QUOTE.search(sheet)) or _UNFIT.search(sheet):
        return False
    sheet = _STRING.sub("''", _COMMENT.sub(" ", sheet))
    *rules, rest = sheet.split("}")
    if _UNFIT.search(sheet) or _QUOTE.search(sheet.replace("''", "")) or rest.strip():
        return False
    for rule in rules:
        names, brace, body = rule.partition("{")
        if not brace or "{" in body:
            return False
        if not all(_is_own_selector(selector, ids) for selector in names.split(",")):
            return False
    return True


def _is_own_selector(selector: str, ids: set[str]) -> bool:
    """Whether a selector matches only elements with one of some ids, data frames, or within them.

    What comes beside an element (~, +) may be anything on the page.
    """
    found = _SELECTOR.match(selector)
    if not found or (found[1] is not None and found[1] not in ids):
        return False
    return not _BESIDE.search(_ARGUMENTS.sub("", selector[found.end() :]))


def is_of_the_kit(html: str) -> bool:
    """Whether the kit made the HTML; its metadata then has the audience, unless it was lost."""
    return bool(_OWN.search(html))


class _Counted(HTMLParser):
    """Counts the elements and attributes of HTML, and keeps its ids and style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.styles: list[str] = []
        self.ids: set[str] = set()
        self._in_style = False
        self.unnamed = 0  # pictures without alternative text
        self._is_named = False  # a box around the drawing has the text
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element and its attributes, except for xmlns…, which load nothing."""
        self.elements[f"<{tag}>"] += 1
        names = [name.lower() for name, _ in attrs]
        self.attributes.update(name for name in names if not name.startswith("xmlns"))
        self.ids.update(value or "" for name, value in attrs if name == "id")
        self._in_style = tag == "style"
        self._count_unnamed(tag, {name: value or "" for name, value in attrs})

    def _count_unnamed(self, tag: str, by_name: dict[str, str]) -> None:
        """Count a picture without alternative text; a drawing may have it on a box or as title."""
        words = is_alternative(by_name.get("alt" if tag == "img" else "aria-label", ""))
        self._is_named |= by_name.get("role") == "img" and words
        if tag == "title":
            self.unnamed = max(self.unnamed - 1, 0)
        elif tag == "img" or (tag == "svg" and not self._is_named):
            self.unnamed += not words

    def handle_endtag(self, tag: str) -> None:
        """Leave a style sheet."""
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        """Keep the text of a style sheet."""
        if self._in_style:
            self.styles.append(data)
