"""Convert drawings and pictures to formats that every office program shows.

The home of resvg and Pillow.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from io import BytesIO
from typing import NamedTuple

import resvg_py
from docx.image.image import Image as WordImage
from PIL import Image, UnidentifiedImageError

from gongkai.errors import KitError, Problem
from gongkai.text.font import drawing_font
from gongkai.text.templates import style_sheet

DOTS = 300  # per inch
INK = "#000000"
SVG = "http://www.w3.org/2000/svg"
_VARIABLE = re.compile(r"var\((--[a-z-]+)\)")
_COLOUR = re.compile(r"(--chart-[a-z]+):(#[0-9a-f]+)")


class Raster(NamedTuple):
    """The file of a picture and its size in pixels."""

    data: bytes
    width: int
    height: int


def png(svg: str, width: float, description: str) -> bytes:
    """Return a drawing as PNG, `width` inches wide, in the font that its text was measured with.

    Raises KitError, with the drawing's `description`, if it cannot be drawn.
    """
    drawn = _VARIABLE.sub(lambda found: _colours().get(found[1], INK), svg)
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
        raise _unshown(description, str(error)) from None


@cache
def _colours() -> dict[str, str]:
    """Return the colours that drawings have on paper: a picture has no style sheet."""
    return dict(_COLOUR.findall(style_sheet("print.css")))


def raster(data: bytes, description: str) -> Raster:
    """Return a picture unchanged, or as PNG if python-docx cannot place it.

    It recognises a JPEG only by a JFIF or Exif header, and fails on odd resolutions.

    Raises KitError, with the picture's `description`, if its file cannot be read, or if it
    has more pixels than Pillow's limit for decompression bombs.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data)) as picture:
                if _can_be_placed(data):
                    return Raster(data, *picture.size)
                made = BytesIO()
                mode = "RGBA" if picture.has_transparency_data else "RGB"
                picture.convert(mode).save(made, "PNG")
                return Raster(made.getvalue(), *picture.size)
    except UnidentifiedImageError:  # its message has the address of an object
        raise _unshown(description, "not a readable picture") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise _unshown(description, str(error)) from None


def _can_be_placed(data: bytes) -> bool:
    """Whether python-docx reads the size of a picture."""
    try:
        picture = WordImage.from_blob(data)
        return bool(picture.width and picture.height)
    except Exception:  # struct.error, ZeroDivisionError and others, besides its own
        return False


def _unshown(description: str, reason: str) -> KitError:
    return KitError(Problem("export-picture", alt=description, reason=reason))
