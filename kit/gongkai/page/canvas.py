"""What a chart is drawn on: texts, bars, points and lines, as SVG with text as text.

The home of matplotlib.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from unicodedata import east_asian_width
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from gongkai.errors import KitError, Problem
from gongkai.text.templates import Markup

STYLE = Path(__file__).with_name("report.mplstyle")
USED = ("figure.", "font.", "lines.", "patch.", "path.", "savefig.", "svg.", "text.")
WIDTH = 4.7  # inches: text of 10.5 points stays readable on a telephone, and fits a column
ROW = 0.27  # inches
SIZE = 10.5  # points
MIDDLE = 0.36  # of a size: from the line that letters stand on to the middle of a 汉字
THICK = 0.62  # rows: a bar
INK, BARS, AXIS = "#111111", "#222222", "#333333"
# Colours are chosen where the page is read: by its style sheet, in light and in dark.
PALETTE = {INK: "currentColor", BARS: "var(--chart-bar)", AXIS: "var(--chart-axis)"}

Spot = tuple[float, float]


@cache
def _font() -> FontProperties:
    """Return the font that text is measured with: Noto Sans SC, OFL, shipped by zhplot."""
    spec = find_spec("zhplot")
    folder = Path((spec.submodule_search_locations or [""])[0] if spec else "")
    path = folder / "fonts" / "NotoSansSC-Regular.ttf"
    fontManager.addfont(path)
    return FontProperties(fname=path, size=SIZE)


@cache
def _face() -> FT2Font:
    # From memory: forked processes would share the place at which an open file is read.
    face = FT2Font(io.BytesIO(Path(str(_font().get_file())).read_bytes()))
    face.set_size(SIZE, 72)
    return face


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(_face().get_charmap())


def refuse_lost_glyphs(texts: Iterable[str]) -> None:
    """Refuse text that would be measured, and perhaps shown, as empty boxes."""
    problems = []
    for text in texts:
        lost = sorted({char for char in text if ord(char) not in _glyphs()})
        if lost:
            problems.append(Problem("chart-glyph", details={"label": text, "glyphs": lost}))
    if problems:
        raise KitError(*problems)


_Align = Literal["left", "center", "right"]


class _Label(Text):
    """A text that the SVG leaves to the reader's font: its anchor is all there is to lay out.

    All labels of a size stand on the same line, whatever glyphs they have.
    """

    def draw(self, renderer: Any) -> None:
        """Draw the text from its anchor, its middle at half the height of a character."""
        pen = renderer.new_gc()
        pen.set_foreground(self.get_color())
        x, y = self.get_transform().transform(self.get_position())
        y = renderer.height - y + renderer.points_to_pixels(self.get_fontsize()) * MIDDLE
        renderer.draw_text(pen, x, y, self.get_text(), self.get_fontproperties(), 0, mtext=self)
        pen.restore()


class Sheet:
    """What a chart is drawn on: a share of the width across, and rows from the top down."""

    def __init__(self, rows: float) -> None:
        self._figure = Figure(figsize=(WIDTH, ROW * rows), facecolor="none")
        self._place = Affine2D().scale(1, -1 / rows).translate(0, 1) + self._figure.transFigure

    def text(self, x: float, y: float, text: str, align: _Align = "left") -> None:
        """Write a text whose middle is at a height."""
        label = _Label(x, y, text, color=INK, fontproperties=_font(), horizontalalignment=align)
        self._add(label)

    def bar(self, x: float, y: float, width: float) -> None:
        """Draw a bar whose middle is at a height."""
        self._add(Rectangle((x, y - THICK / 2), width, THICK, color=BARS, linewidth=0))

    def dot(self, x: float, y: float) -> None:
        """Draw a point of a trend."""
        self._add(Ellipse((x, y), 0.016, 0.016 * WIDTH / ROW, color=BARS, linewidth=0))

    def line(self, start: Spot, end: Spot, color: str = AXIS, **style: Any) -> None:
        """Draw a line between two places."""
        ends = zip(start, end, strict=True)
        self._add(Line2D(*ends, color=color, **{"linewidth": 0.8, **style}))

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self._place)
        self._figure.add_artist(artist)

    def svg(self) -> Markup:
        """Return the drawing, for the inside of a page."""
        stream = io.StringIO()
        FigureCanvasSVG(self._figure).print_svg(stream, metadata={"Date": None})  # type: ignore[no-untyped-call]
        return Markup(_inline(stream.getvalue()))


def own_settings(more: Mapping[str, Any] = {}) -> AbstractContextManager[None]:
    """Let what is drawn inside not depend on what a machine or a user has set."""
    return mpl.rc_context(_settings() | more)


def font_name() -> str:
    """Return the name of the font that text is measured with; matplotlib knows it from now on."""
    return _font().get_name()


@cache
def _settings() -> Any:
    """Return matplotlib's own settings with ours, whatever a machine or a user has set."""
    default: Any = mpl.rcParamsDefault
    ours: Any = mpl.rc_params_from_file(STYLE, use_default_template=False)
    return {key: default[key] for key in default if key.startswith(USED)} | dict(ours)


def width_of(text: str) -> float:
    """Return the width of a text as a share of the drawing's."""
    return sum(map(_advance, text)) * SIZE / (WIDTH * 72)


@cache
def _advance(char: str) -> float:
    """Return how far a character takes the pen, in its own height."""
    if east_asian_width(char) in "WF":
        return 1.0  # by definition, and without the time that an outline takes to load
    glyph = _face().load_char(ord(char), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / SIZE


_SVG = "{http://www.w3.org/2000/svg}"
_NUMBERS = re.compile(r"-?(?<![0-9])[0-9]++\.[0-9]+")


def _inline(svg: str) -> str:
    """Return the SVG for the inside of a page: no ids, its fonts and colours the page's."""
    drawing = ElementTree.fromstring(svg)  # noqa: S314 - matplotlib wrote it a moment ago
    root = ElementTree.Element("svg", viewBox=drawing.attrib["viewBox"])
    root.extend(_shapes(drawing))
    return ElementTree.tostring(root, encoding="unicode")


def _shapes(drawing: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield what is seen of a drawing, its groups and its empty outlines left out."""
    for element in drawing.iter():
        tag = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
        style = element.attrib.get("style", "")
        if tag == "path" and style and style != "fill: none":
            outline = " ".join(_rounded(element.attrib["d"]).split())
            yield ElementTree.Element("path", d=outline, style=_style(style))
        if tag == "text":
            place = {axis: _rounded(element.attrib[axis]) for axis in ("x", "y")}
            text = ElementTree.Element("text", place, style=_style(style))
            text.text = element.text
            yield text


def _rounded(numbers: str) -> str:
    return _NUMBERS.sub(lambda found: f"{float(found.group()):.1f}", numbers)


def _style(style: str) -> str:
    """Return a style with the page's colours, and without what the page sets itself."""
    kept = [
        rule for rule in style.split("; ") if not rule.startswith(("font-family", "stroke-line"))
    ]
    rules = (rule.split(": ", 1) for rule in kept)
    return ";".join(f"{name}:{PALETTE.get(value, value)}" for name, value in rules)
