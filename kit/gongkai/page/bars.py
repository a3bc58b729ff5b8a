"""The bars of a chart, as SVG: one strip per row, stretched by the page next to its label.

Words and figures are text of the page, which can wrap, be searched and
read out, and has the reader's font size.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from gongkai.page.drawing import own_settings
from gongkai.text.templates import Markup

WIDTH, HEIGHT = 400, 20  # points of a strip; the page stretches it
THICK = 0.62  # the thickness of a bar, as a share of the strip
BARS, MOST, MARK, AROUND = "#222222", "#333333", "#444444", "#555555"
# The style sheet of the page sets the actual colours, for light and dark.
PALETTE = {
    BARS: "var(--chart-bar)",
    MOST: "var(--chart-most)",
    MARK: "var(--chart-mark)",
    AROUND: "var(--paper)",
}
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBERS = re.compile(r"-?(?<![0-9])[0-9]++\.[0-9]+")


class Strip(NamedTuple):
    """A row: its bar as a share of the width, whether it is emphasised, and last year's value."""

    length: float
    emphasised: bool = False
    before: float | None = None


def strips(rows: Sequence[Strip]) -> list[Markup]:
    """Return the drawing of each row as inline SVG; '' for an empty row."""
    figure = Figure(figsize=(WIDTH / 72, HEIGHT * len(rows) / 72), facecolor="none")
    place = Affine2D().scale(1, -1 / len(rows)).translate(0, 1) + figure.transFigure
    for number, row in enumerate(rows):
        for artist in _artists(row, number):
            artist.set_gid(f"row-{number}")
            artist.set_transform(place)
            figure.add_artist(artist)
    stream = io.StringIO()
    with own_settings():
        FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None})  # type: ignore[no-untyped-call]
    drawing = ElementTree.fromstring(stream.getvalue())  # noqa: S314 - written by matplotlib above
    return [_inline(drawing, number) for number in range(len(rows))]


def _artists(row: Strip, number: int) -> Iterator[Artist]:
    """Yield the shapes of a row."""
    middle = number + 0.5
    if row.length:
        color = MOST if row.emphasised else BARS
        yield Rectangle((0, middle - THICK / 2), row.length, THICK, color=color, linewidth=0)
    if row.before is not None:
        ends = ((row.before, row.before), (number + 0.04, number + 0.96))
        if row.before < row.length:  # an outline separates it from its bar
            yield Line2D(*ends, color=AROUND, linewidth=5, solid_capstyle="butt")
        yield Line2D(*ends, color=MARK, linewidth=2, solid_capstyle="butt")


def _inline(drawing: ElementTree.Element, number: int) -> Markup:
    """Return a row as inline SVG, without ids, and with the page's colours."""
    shapes = [
        f'<path d="{outline}" style="{style}"/>'
        for group in drawing.iter(f"{_SVG}g")
        if group.get("id") == f"row-{number}"
        for outline, style in _outlines(group)
    ]
    if not shapes:
        return Markup("")
    box = f"0 {number * HEIGHT} {WIDTH} {HEIGHT}"
    svg = f'<svg viewBox="{box}" preserveAspectRatio="none" aria-hidden="true">'
    return Markup(f"{svg}{''.join(shapes)}</svg>")


def _outlines(group: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for path in group.iter(f"{_SVG}path"):
        outline = " ".join(_NUMBERS.sub(_shortest, path.attrib["d"]).split())
        yield outline, _style(path.attrib["style"])


def _shortest(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")


def _style(style: str) -> str:
    """Return a style with the page's colours, and without properties that the page sets."""
    rules = (
        rule.split(": ", 1) for rule in style.split("; ") if not rule.startswith("stroke-line")
    )
    return ";".join(f"{name}:{PALETTE.get(value, value)}" for name, value in rules)
