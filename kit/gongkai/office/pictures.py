"""Drawings and pictures as files that every office program shows. The home of resvg and Pillow."""

from __future__ import annotations

import re
from io import BytesIO
from typing import NamedTuple

import resvg_py
from PIL import Image

from gongkai.errors import KitError, Problem
from gongkai.text.font import drawing_font

DOTS = 300  # an inch
# The colours of print.css: a picture knows no style sheet.
COLOURS = {"--chart-bar": "#555555", "--chart-axis": "#777777"}
INK = "#000000"
SVG = "http://www.w3.org/2000/svg"
_VARIABLE = re.compile(r"var\((--[a-z-]+)\)")


class Raster(NamedTuple):
    """The file of a picture, PNG, JPEG or GIF, and its size in pixels."""

    data: bytes
    width: int
    height: int


def png(svg: str, width: float, description: str) -> bytes:
    """Return a drawing as PNG, `width` inches wide, in the font that its text was measured with.

    Raises KitError, with the drawing's `description`, where it cannot be drawn.
    """
    drawn = _VARIABLE.sub(lambda found: COLOURS.get(found[1], INK), svg)
    drawn = drawn.replace("currentColor", INK).replace("&nbsp;", "\u00a0")
    if "xmlns=" not in drawn.partition(">")[0]:  # which a page may leave out
        drawn = drawn.replace("<svg ", f'<svg xmlns="{SVG}" ', 1)
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=drawn,
                background="#ffffff",
                width=round(width * DOTS),
                skip_system_fonts=True,
                font_files=[str(drawing_font())],
                font_family="Noto Sans SC",
                sans_serif_family="Noto Sans SC",
            )
        )
    except ValueError as error:
        raise _unshown(description, error) from None


def raster(data: bytes, description: str) -> Raster:
    """Return a picture as it is, one that Word does not know as PNG.

    Raises KitError, with the picture's `description`, where its file cannot be read.
    """
    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.format in ("PNG", "JPEG", "GIF"):
                return Raster(data, *picture.size)
            made = BytesIO()
            picture.save(made, "PNG")
            return Raster(made.getvalue(), *picture.size)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _unshown(description, error) from None


def _unshown(description: str, error: Exception) -> KitError:
    return KitError(Problem("export-picture", details={"alt": description, "reason": str(error)}))
