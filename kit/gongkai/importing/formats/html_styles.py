"""The style of each element of a web page, from the page's style sheets and the element.

The home of cssselect2 and tinycss2. Style sheets in other files are not available.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import cssselect2
import tinycss2
from tinycss2.color4 import parse_color

from gongkai.importing.formats.invisible import PAPER, SMALLEST, UNKNOWN, is_close

_TRANSPARENT = "transparent"
_NO_GROUND = {_TRANSPARENT, "none", "initial", "inherit", "unset"}
_ON_A_SCREEN = {"", "all", "screen"}
_SIZE = re.compile(r"(?<![\w.])(\d*\.?\d+)(px|pt|r?em|%)?(?![\w.])")
_POINTS = {"px": 0.75, "pt": 1.0, "em": 12.0, "rem": 12.0, "%": 0.12, None: 12.0}
_OFF_SCREEN = re.compile(r"-\d{3}")
_NOTHING = re.compile(r"(?:0+(?:\.0*)?|\.0+)%?")
# What is scaled to nothing: transform: rotate(9deg) scale(1, 0); scale: 0.
_SCALED = re.compile(
    rf"(?:transform: .*scale(?:x|y|3d)?\(\s*(?:[^,()]*,\s*)?{_NOTHING.pattern}\s*[,)]"
    rf"|scale: {_NOTHING.pattern}$)"
)
_NARROW = re.compile(r"[01](?:\.0+)?(?:px)?")  # the size of visually hidden text for screen readers
_CLIPPED = re.compile(r"rect\((?:[\s,]*[01](?:px)?){4}\s*\)|inset\((?:50|100)%\)")
_SHORT = {
    "font": "font-size",
    "background": "background-color",
    "text-decoration-line": "text-decoration",
}
_KEPT = {
    "display", "visibility", "opacity", "left", "top", "text-indent", "font-size", "color",
    "background-color", "background-image", "text-decoration", "vertical-align", "clip",
    "clip-path", "overflow", "width", "height", "max-height", "direction", "unicode-bidi",
}  # fmt: skip

LARGEST = 2_000_000  # characters of a page's style sheets; a large framework has 200,000
MOST = 20_000  # selectors
MOST_TESTS = 2_000_000  # pairs of a selector and an element; some seconds
# Raised by the CSS parsers, for deep nesting, or a number of thousands of digits.
_TOO_MUCH = (RecursionError, MemoryError, SyntaxError, ValueError)

Style = Mapping[str, str]  # the value of each declared property, in lower case
_Declaration = tuple[str, str, bool]  # property, value, whether it is !important
_Declared = tuple[Any, list[_Declaration]]  # by a selector, or for an element


class Styles:
    """The declared styles of the elements of a page; inheritance is left to the caller."""

    def __init__(self, page: Any, sheets: Iterable[Any]) -> None:
        self.unread = False  # whether some CSS was too large or too deeply nested
        self._by_sheets: dict[Any, list[_Declaration]] = {}
        self._styles: dict[Any, Style] = {}
        self._has_text: dict[Any, bool] = {}
        # A class may be styled by a style sheet in another file, or by one that was not saved.
        linked = any("stylesheet" in (link.get("rel") or "") for link in page.iter("link"))
        try:
            selectors = list(_selectors_of(sheets))
            self._by_sheets = dict(_matched(page, selectors))
        except _TOO_MUCH:
            self.unread = True
        self.elsewhere = linked or self.unread or not selectors

    def of(self, element: Any) -> Style:
        """Return the declared style of an element; `!important` overrides the rest."""
        if element not in self._styles:
            said = [*self._by_sheets.get(element, ()), *self._own(element)]
            style: dict[str, str] = {}
            for important in (False, True):
                style |= {name: value for name, value, much in said if much is important}
            if colour := element.get("color"):
                style.setdefault("color", colour.strip().lower())
            self._styles[element] = style
        return self._styles[element]

    def _own(self, element: Any) -> list[_Declaration]:
        """Return the declarations of an element's `style` attribute."""
        try:
            return list(_declared(tinycss2.parse_blocks_contents(element.get("style") or "")))
        except _TOO_MUCH:
            self.unread = True
            return []

    def is_displayed(self, element: Any) -> bool:
        """Whether an element is laid out; a table cell that is not leaves no gap."""
        return element.get("hidden") is None and self.of(element).get("display") != "none"

    def is_struck(self, element: Any) -> bool:
        """Whether the text of an element is struck through."""
        return "line-through" in self.of(element).get("text-decoration", "")

    def is_turned(self, element: Any) -> bool:
        """Whether the text of an element, digits too, is shown from right to left."""
        style = self.of(element)
        turns = element.tag == "bdo" or "override" in style.get("unicode-bidi", "")
        side = style.get("direction") or (element.get("dir") or "").lower()
        return turns and side == "rtl"

    def is_off_line(self, element: Any) -> bool:
        """Whether an element is superscript, or subscript after a digit (not as in CO₂)."""
        alignment = self.of(element).get("vertical-align", "")
        if element.tag == "sup" or alignment == "super":
            return True
        before = element.getprevious()
        text = element.getparent().text if before is None else before.tail
        is_low = element.tag == "sub" or alignment == "sub"
        return is_low and (text or "").rstrip()[-1:].isdecimal()

    def added(self, element: Any) -> str:
        """Return the generated content that adds digits to an element's text, '' for none."""
        return self.of(element).get("content", "")

    def is_invisible(self, element: Any) -> bool:
        """Whether an element is laid out, but its text cannot be seen.

        False if something in it has its own style, or only another file has the background colour.
        """
        style = self.of(element)
        if not style or not (_is_hidden(style) or self._is_too_faint(element, style)):
            return False
        return not any(
            self.of(inner) or (self.elsewhere and inner.get("class"))
            for inner in element.iterdescendants()
        )

    def _is_too_faint(self, element: Any, style: Style) -> bool:
        size = _SIZE.search(style.get("font-size", ""))
        if size and float(size[1]) * _POINTS[size[2]] < SMALLEST:
            return True
        colour = _colour(style.get("color", ""))
        return colour == _TRANSPARENT or (
            colour != UNKNOWN and is_close(colour, self._background(element))
        )

    def _background(self, element: Any) -> str:
        """Return the background colour of an element or its closest ancestor, else the paper's.

        UNKNOWN if there is a picture, or a class may set another colour, unless text is in the
        same line, since the page's own text is visible on its background.
        """
        classes = False
        for around in (element, *element.iterancestors()):
            style = self.of(around)
            if style.get("background-image", "none") != "none" or around.get("background"):
                return UNKNOWN
            said = style.get("background-color") or around.get("bgcolor") or _TRANSPARENT
            if said not in _NO_GROUND and _colour(said) != _TRANSPARENT:
                return _colour(said)
            classes = classes or bool(around.get("class"))
        return (
            PAPER if not (classes and self.elsewhere) or self._is_among_text(element) else UNKNOWN
        )

    def _is_among_text(self, element: Any) -> bool:
        """Whether there is other text in the same line; cached by parent."""
        parent = element.getparent()
        if parent is not None and parent not in self._has_text:
            texts = (parent.text, *(child.tail for child in parent))
            self._has_text[parent] = any(text and text.strip() for text in texts)
        return parent is not None and self._has_text[parent]


def _selectors_of(sheets: Iterable[Any]) -> Iterator[_Declared]:
    """Yield the selectors of the style sheets for screens, each with its declarations.

    Raises ValueError if there are too many.
    """
    texts = [
        sheet.text or ""
        for sheet in sheets
        if (sheet.get("media") or "").strip().lower() in _ON_A_SCREEN
    ]
    if sum(map(len, texts)) > LARGEST:
        raise ValueError("too large a style sheet")
    parsed = (
        tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True) for text in texts
    )
    for number, found in enumerate(chain.from_iterable(map(_rules, parsed))):
        if number >= MOST:
            raise ValueError("too many selectors")
        yield found


def _rules(rules: Iterable[Any], outer: str = "") -> Iterator[_Declared]:
    """Yield the selectors of rules, including those in rules for screens, layers and the like.

    `outer` are the selectors of the rule that these are nested in.
    """
    for rule in rules:
        if rule.type == "at-rule" and rule.content:
            if _applies(rule):
                yield from _rules(tinycss2.parse_rule_list(rule.content), outer)
        elif rule.type == "qualified-rule":
            prelude = _nested(tinycss2.serialize(rule.prelude), outer)
            declared = tinycss2.parse_blocks_contents(rule.content)
            said, added = list(_declared(declared)), list(_added(declared))
            for selector in _selectors(prelude) if said or added else ():
                own = added if selector.pseudo_element else said
                if own:
                    yield selector, own
            if not outer:  # deeper ones are rare, and cost much
                inner = [it for it in declared if it.type in ("qualified-rule", "at-rule")]
                yield from _rules(inner, prelude)


def _applies(rule: Any) -> bool:
    """Whether the rules inside an at-rule apply on a screen of today."""
    if rule.lower_at_keyword == "media":
        return tinycss2.serialize(rule.prelude).strip().lower() in _ON_A_SCREEN
    return rule.lower_at_keyword in ("layer", "supports", "container", "scope")


def _nested(prelude: str, outer: str) -> str:
    """Return the selectors of a nested rule: & stands for the outer one's."""
    if not outer:
        return prelude
    return prelude.replace("&", f":is({outer})") if "&" in prelude else f":is({outer}) {prelude}"


def _selectors(prelude: str) -> list[Any]:
    """Return selectors, of pseudo-elements only ::before and ::after; [] if they are invalid."""
    try:
        found = cssselect2.compile_selector_list(prelude)
    except cssselect2.SelectorError:
        return []
    return [selector for selector in found if selector.pseudo_element in (None, "before", "after")]


def _matched(page: Any, selectors: Iterable[_Declared]) -> Iterator[_Declared]:
    """Yield the matched elements, each with its declarations, the more specific ones later.

    Raises ValueError if matching would take too long.
    """
    matcher = cssselect2.Matcher()
    for selector, said in selectors:
        matcher.add_selector(selector, said)
    if not matcher.order:
        return
    elements = list(cssselect2.ElementWrapper.from_html_root(page).iter_subtree())
    if _pair_count(elements, [selector for selector, _ in selectors]) > MOST_TESTS:
        raise ValueError("too many selectors")
    for element in elements:
        try:
            found = matcher.match(element)
        except RecursionError:  # `a ~ b` among a thousand siblings
            continue
        if found:
            yield element.etree_element, [said for *_, declared in found for said in declared]


def _pair_count(elements: Iterable[Any], selectors: Iterable[Any]) -> int:
    """Return the number of pairs of an element and a selector that have to be compared.

    A selector that ends with an id, a class or a tag name is only compared with such elements.
    """
    kinds = Counter(
        selector.id or selector.class_name or selector.lower_local_name or ""
        for selector in selectors
    )
    return sum(
        kinds[""]
        + kinds[element.id or ""] * bool(element.id)
        + kinds[element.local_name.lower()]
        + sum(kinds[name] for name in element.classes)
        for element in elements
    )


def _declared(declarations: Any) -> Iterator[_Declaration]:
    """Yield the properties that may make a text invisible, with shorthands split up."""
    for item in declarations:
        if item.type != "declaration":
            continue
        value = tinycss2.serialize(item.value).strip().lower()
        name = _SHORT.get(item.lower_name, item.lower_name)
        if item.lower_name == "background":
            if "url(" in value or "gradient(" in value:
                yield "background-image", value, item.important
            colours = [part for part in item.value if parse_color(part) is not None]
            value = tinycss2.serialize(colours[:1]).lower() or _TRANSPARENT
        if _SCALED.match(f"{name}: {value}"):
            name, value = "opacity", "0"  # it is seen as little
        if name in _KEPT:
            yield name, value, item.important


def _added(declarations: Any) -> Iterator[_Declaration]:
    """Yield generated content with digits: `content: "9"`."""
    for item in declarations:
        if item.type == "declaration" and item.lower_name == "content":
            text = "".join(part.value for part in item.value if part.type == "string")
            if any(map(str.isdecimal, text)):
                yield "content", text, item.important


def _is_hidden(style: Style) -> bool:
    """Whether text is hidden, moved off the page, or clipped."""
    narrow = (_NARROW.fullmatch(style.get(name, "")) for name in ("width", "height", "max-height"))
    return (
        style.get("visibility") in ("hidden", "collapse")
        or bool(_NOTHING.fullmatch(style.get("opacity", "")))
        or any(_OFF_SCREEN.match(style.get(name, "")) for name in ("left", "top", "text-indent"))
        or any(_CLIPPED.fullmatch(style.get(name, "")) for name in ("clip", "clip-path"))
        or (style.get("overflow") == "hidden" and any(narrow))
    )


def _colour(said: str) -> str:
    """Return a colour as six hexadecimal digits, `transparent`, or UNKNOWN."""
    found = parse_color(said) if said else None
    if found is None or isinstance(found, str):
        return UNKNOWN
    if found.alpha == 0:
        return _TRANSPARENT
    try:
        levels = found.to("srgb").coordinates
    except NotImplementedError:
        return UNKNOWN
    return "".join(f"{round(255 * min(max(level, 0), 1)):02x}" for level in levels)
