"""An analyst's own figure: drawn with matplotlib in the page's style, with a text alternative."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from IPython.display import display
from matplotlib.font_manager import FontProperties, fontManager

from gongkai.errors import KitError, Problem
from gongkai.page.drawing import own_settings
from gongkai.text.font import drawing_font
from gongkai.text.pictures import is_alternative
from gongkai.text.templates import Markup, render

# Inches: text of 10.5 points stays readable on a phone, and fits a column.
WIDTH, HEIGHT = 4.7, 2.7
SIZE = 10.5  # points
INK, BARS, AXIS = "#111111", "#222222", "#333333"
# More colours for lines and bars: with a contrast of at least 3:1 on the light and dark page.
OTHERS = ("#b5691c", "#3f8a5f", "#8c62a8", "#b2506a", "#6d7480")
# Colours set by the style sheet of the page; a notebook uses the fallback value.
COLOURS = {
    INK: "currentColor",
    BARS: "var(--chart-bar, #3f6f9f)",
    AXIS: "var(--chart-axis, #98a2af)",
}
# The groups of matplotlib's settings that affect the appearance of a figure.
DRAWN = {
    *("axes", "axes3d", "boxplot", "contour", "date", "errorbar", "grid", "hatch", "hist"),
    *("image", "legend", "markers", "mathtext", "pcolor", "pcolormesh", "polaraxes", "scatter"),
    *("xaxis", "xtick", "yaxis", "ytick"),
}
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_LEFT_OUT = ("metadata", "style")


@contextmanager
def figure(alt: str, caption: str = "") -> Iterator[None]:
    """Show what the body draws with matplotlib.pyplot as one figure in the page's style.

    `alt` describes the figure for readers who cannot see it; `caption` is the title above it.
    Fonts and colours are those of the page, in light, in dark and on paper, and the same drawing
    gives the same bytes. Raises KitError for a blank `alt`, and unless exactly one figure is drawn.
    """
    from matplotlib import pyplot

    if not is_alternative(alt):
        raise KitError(Problem("figure-alt"))
    # The first figure activates the notebook's backend; inside, that would be undone at the end.
    pyplot.close(pyplot.figure())
    before = set(pyplot.get_fignums())
    drawn: list[int] = []
    try:
        with own_settings(_style()):
            yield
            drawn = [number for number in pyplot.get_fignums() if number not in before]
            if len(drawn) != 1:
                raise KitError(Problem("figure-one", count=len(drawn)))
            svg = _drawing(pyplot.figure(drawn[0]))
    finally:
        for number in set(pyplot.get_fignums()) - before:
            pyplot.close(number)
    html = render("page/own_figure.html.j2", alt=alt, caption=caption, svg=svg)
    display({"text/html": str(html), "text/plain": alt}, raw=True)  # type: ignore[no-untyped-call]


@cache
def _font_name() -> str:
    """Register the font that text is measured with in matplotlib, and return its name."""
    fontManager.addfont(drawing_font())
    return FontProperties(fname=drawing_font()).get_name()


def _style() -> dict[str, Any]:
    """Return matplotlib's settings for a figure in the page's style."""
    default: Any = mpl.rcParamsDefault
    inks = ("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor")
    axes = ("axes.edgecolor", "xtick.color", "ytick.color", "grid.color")
    faces = ("figure.facecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor")
    return {
        **{key: default[key] for key in default if key.partition(".")[0] in DRAWN},
        **dict.fromkeys(inks, INK),
        **dict.fromkeys(axes, AXIS),
        **dict.fromkeys(faces, "none"),
        "font.family": [_font_name()],
        "font.size": SIZE,
        "axes.titlesize": SIZE,
        "figure.figsize": (WIDTH, HEIGHT),
        "figure.constrained_layout.use": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": False,
        "axes.prop_cycle": f"cycler(color={[BARS, *OTHERS]})",
        "legend.frameon": False,
    }


def _drawing(shown: Any) -> Markup:
    """Return a figure as inline SVG, with ids that are unique on the page."""
    stream = io.StringIO()
    shown.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    place = f"own-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
    root = ElementTree.fromstring(text)  # noqa: S314 - written by matplotlib above
    inside = _without(root)
    inside.attrib = {"viewBox": root.attrib["viewBox"], "stroke-linejoin": "round"}
    _rename(inside, place)
    return Markup(ElementTree.tostring(inside, encoding="unicode"))


def _without(element: ElementTree.Element) -> ElementTree.Element:
    """Return an element with the names of HTML, without metadata and style sheets."""
    tag = element.tag.removeprefix(_SVG)
    attributes = {("href" if key == _LINK else key): _paged(it) for key, it in element.items()}
    found = ElementTree.Element(tag, attributes)
    found.text = element.text if tag == "text" else None
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(_SVG) not in _LEFT_OUT:
            found.append(_without(child))
    return found


def _paged(value: str) -> str:
    """Return the value of an attribute with the page's colours and fonts."""
    for colour, shown in COLOURS.items():
        value = value.replace(colour, shown)
    return value.replace(f"'{_font_name()}'", "var(--sans, sans-serif)")


def _rename(root: ElementTree.Element, place: str) -> None:
    """Prefix all ids that are referred to with `place`, and remove the others."""
    text = ElementTree.tostring(root, encoding="unicode")
    for element in root.iter():
        name = element.attrib.pop("id", "")
        if name and f"#{name}" in text:
            element.set("id", f"{place}-{name}")
        for key, value in element.items():
            if key == "href" and value.startswith("#"):
                element.set(key, f"#{place}-{value[1:]}")
            elif value.startswith("url(#"):
                element.set(key, f"url(#{place}-{value[5:]}")
