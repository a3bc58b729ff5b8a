"""Lay out a page of a PDF: within limits, with the order in which things were painted."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple

from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import resolve1, stream_value
from pdfminer.psparser import literal_name

from gongkai.errors import KitError, Problem
from gongkai.importing.formats.pdf_page import MOST_OBJECTS, UNPAINTED
from gongkai.importing.formats.pdf_tags import NestedMarks

_UNPAINTED = (3, 7)  # the modes of text that only find or cut (ISO 32000-1, 9.3.6)
_NORMAL = {"Normal", "Compatible"}  # the blend modes that cover what is below (11.3.5)
_OPAQUE = 0.95  # alpha from which nothing can be seen through
_MASKS = ("SMask", "Mask", "ImageMask")  # of a picture that is not a full rectangle


class _Paint(NamedTuple):
    """How areas and pictures are painted: the alpha of fills, and whether they are blended."""

    alpha: float = 1.0
    blended: bool = False

    @property
    def covers(self) -> bool:
        """Whether nothing of what is below can be seen."""
        return self.alpha >= _OPAQUE and not self.blended


class Device(NestedMarks):
    """Lays out a page. Raises KitError if there is more on it than on a page of any report.

    `left` is how many bytes of instructions may follow in the document. The `tag` of an object
    that was painted is its number, in the order of painting; 0 for what one can see through.
    """

    def __init__(self, page: Any, left: int) -> None:
        pdf = page.pdf
        super().__init__(pdf.rsrcmgr, pageno=page.page_number, laparams=pdf.laparams)
        self.left, self.objects = left, 0
        self.painted, self.covers = True, True
        self.paint = _Paint()

    def count(self, instructions: int = 0, objects: int = 0) -> None:
        """Count what is drawn. Raises KitError if it is too much."""
        self.left -= instructions
        self.objects += objects
        if self.left < 0 or self.objects > MOST_OBJECTS:
            raise KitError(Problem("import-page-too-full", page=self.pageno))

    def tag_cur_item(self) -> None:
        """Record the mark of what was drawn last, and when it was painted."""
        super().tag_cur_item()
        if self.cur_item._objs:
            drawn: Any = self.cur_item._objs[-1]
            # pdfplumber passes on no attribute that it does not know.
            drawn.tag = self.objects if self.covers else 0

    def paint_path(self, *args: Any, **kwargs: Any) -> None:
        """Draw a line or an area."""
        self.count(objects=1)
        self.covers = self.paint.covers
        super().paint_path(*args, **kwargs)

    def render_image(self, name: str, stream: Any) -> None:
        """Draw a picture."""
        self.count(objects=1)
        self.covers = self.paint.covers and not any(map(stream.get, _MASKS))
        super().render_image(name, stream)

    def render_string(self, textstate: Any, *args: Any, **kwargs: Any) -> None:
        """Draw some characters."""
        self.painted = textstate.render not in _UNPAINTED
        super().render_string(textstate, *args, **kwargs)

    def render_char(self, *args: Any, **kwargs: Any) -> float:
        """Draw a character; one that is not painted has UNPAINTED as its colour."""
        self.count(objects=1)
        self.covers = True
        width = super().render_char(*args, **kwargs)
        if not self.painted:
            char: Any = self.cur_item._objs[-1]
            char.graphicstate = copy(char.graphicstate)
            char.graphicstate.ncolor = UNPAINTED
        return width


class Interpreter(PDFPageInterpreter):
    """Reads the instructions of a page, and of the forms that it draws, each time again.

    Unlike its base it follows the transparency of fills (ISO 32000-1, 11.6.4.4).
    """

    device: Device

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._saved: list[_Paint] = []

    def execute(self, streams: Sequence[object]) -> None:
        """Execute some streams. Raises KitError if it is too much."""
        self.device.count(sum(len(stream_value(stream).get_data()) for stream in streams))
        super().execute(streams)

    def do_q(self) -> None:
        """Save the graphics state."""
        self._saved.append(self.device.paint)
        super().do_q()

    def do_Q(self) -> None:  # noqa: N802 - the name in the base
        """Restore the graphics state."""
        if self._saved:
            self.device.paint = self._saved.pop()
        super().do_Q()

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802 - the name in the base
        """Draw a picture or a form, whose own transparency ends with it."""
        paint = self.device.paint
        super().do_Do(xobjid_arg)
        self.device.paint = paint

    def do_gs(self, name: Any) -> None:
        """Take over the transparency that a graphics state of the resources sets."""
        states = resolve1(self.resources.get("ExtGState"))
        state = resolve1(states.get(literal_name(name))) if isinstance(states, dict) else None
        if not isinstance(state, dict):
            return
        alpha, mode = resolve1(state.get("ca")), resolve1(state.get("BM"))
        paint = self.device.paint
        if isinstance(alpha, int | float):
            paint = paint._replace(alpha=float(alpha))
        if mode is not None:
            first = mode[0] if isinstance(mode, list) and mode else mode
            paint = paint._replace(blended=literal_name(first) not in _NORMAL)
        self.device.paint = paint
