"""A chart's SVG as a picture that every office program shows. The home of resvg."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import resvg_py

DOTS = 300  # an inch
# The colours of print.css: a picture knows no style sheet.
COLOURS = {"--chart-bar": "#555555", "--chart-axis": "#777777"}
INK = "#000000"
SVG = "http://www.w3.org/2000/svg"
_VARIABLE = re.compile(r"var\((--[a-z-]+)\)")


def png(svg: str, width: float) -> bytes:
    """Return a chart as PNG, `width` inches wide, in the font that its text was measured with."""
    drawn = _VARIABLE.sub(lambda found: COLOURS.get(found[1], INK), svg)
    drawn = drawn.replace("<svg ", f'<svg xmlns="{SVG}" ', 1)  # which a page leaves out
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawn.replace("currentColor", INK),
            background="#ffffff",
            width=round(width * DOTS),
            skip_system_fonts=True,
            font_files=[_font()],
            font_family="Noto Sans SC",
            sans_serif_family="Noto Sans SC",
        )
    )


@cache
def _font() -> str:
    """Return the file of Noto Sans SC, OFL, shipped by zhplot."""
    spec = find_spec("zhplot")
    folder = Path((spec.submodule_search_locations or [""])[0] if spec else "")
    return str(folder / "fonts" / "NotoSansSC-Regular.ttf")
