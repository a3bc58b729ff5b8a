"""Lay out a page of a PDF: within limits, in the order of painting, with what is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from math import inf
from typing import Any, NamedTuple

from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import PDFObjRef, resolve1, stream_value
from pdfminer.psparser import literal_name
from pdfminer.utils import apply_matrix_pt, mult_matrix

from gongkai.errors import KitError, Problem
from gongkai.importing.formats.pdf_characters import Box
from gongkai.importing.formats.pdf_page import MOST_OBJECTS
from gongkai.importing.formats.pdf_tags import NestedMarks
from gongkai.importing.formats.pdf_visible import UNPAINTED

_UNPAINTED = (3, 7)  # the modes of text that only find or cut (ISO 32000-1, 9.3.6)
_NORMAL = {"Normal", "Compatible"}  # the blend modes that cover what is below (11.3.5)
_OPAQUE = 0.95  # alpha from which nothing can be seen through
_TRANSPARENT = 0.05  # alpha up to which nothing can be seen
_MASKS = ("SMask", "Mask", "ImageMask")  # of a picture that is not a full rectangle


class _Paint(NamedTuple):
    """How things are painted: the alpha of fills, whether they are blended or have a soft mask.

    `unseen` is what is drawn in a hidden layer, or as part of something that cannot be seen.
    Nothing is shown outside the box `clip`: left, foot, right and top.
    """

    alpha: float = 1.0
    blended: bool = False
    masked: bool = False
    unseen: bool = False
    clip: Box = (-inf, -inf, inf, inf)

    @property
    def covers(self) -> bool:
        """Whether nothing of what is below can be seen."""
        return self.alpha >= _OPAQUE and not (self.blended or self.masked or self.unseen)

    @property
    def shows(self) -> bool:
        """Whether anything can be seen; what a soft mask leaves is not computed."""
        return self.alpha > _TRANSPARENT and not (self.masked or self.unseen)

    def clipped(self, box: Box) -> _Paint:
        """Return the same within a box only."""
        pairs = zip(self.clip, box, (max, max, min, min), strict=True)
        left, foot, right, top = (choose(one, other) for one, other, choose in pairs)
        return self._replace(clip=(left, foot, right, top))

    def cuts_off(self, char: Any) -> bool:
        """Whether most of a character is outside at a side, or all of it above or below."""
        left, foot, right, top = self.clip
        across = left <= (char.x0 + char.x1) / 2 <= right
        return not across or char.y1 <= foot or char.y0 >= top


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
        self.layers = _Layers(pdf.doc)

    def begin_page(self, page: Any, ctm: Any) -> None:
        """Begin a page, of which only the crop box is shown."""
        super().begin_page(page, ctm)
        box = _box_around([page.cropbox[:2], page.cropbox[2:]], ctm)
        if box[0] < box[2] and box[1] < box[3]:
            self.paint = _Paint(clip=box)

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
        char: Any = self.cur_item._objs[-1]
        if not (self.painted and self.paint.shows) or self.paint.cuts_off(char):
            char.graphicstate = copy(char.graphicstate)
            char.graphicstate.ncolor = UNPAINTED
        return width


class Interpreter(PDFPageInterpreter):
    """Reads the instructions of a page, and of the forms that it draws, each time again.

    Unlike its base it follows the transparency of fills (ISO 32000-1, 11.6.4.4), hidden layers
    (8.11.3) and clipping paths, of which it takes the boxes (8.5.4).
    """

    device: Device

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._saved: list[_Paint] = []
        self._outside: list[bool] = []  # of each open mark, whether all was unseen around it

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

    def do_W(self) -> None:  # noqa: N802 - the name in the base
        """Clip to the path that was drawn."""
        points = [
            (float(x), float(y))
            for _, *numbers in self.curpath
            for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        if points:
            self.device.paint = self.device.paint.clipped(_box_around(points, self.ctm))

    do_W_a = do_W  # noqa: N815 - the name in the base

    def do_BMC(self, tag: Any) -> None:  # noqa: N802 - the name in the base
        """Open a mark."""
        self._outside.append(self.device.paint.unseen)
        super().do_BMC(tag)

    def do_BDC(self, tag: Any, props: Any) -> None:  # noqa: N802 - the name in the base
        """Open a mark, perhaps of a layer."""
        self._outside.append(self.device.paint.unseen)
        named = _dictionary(self.resources.get("Properties"))
        if literal_name(tag) == "OC" and named:
            self._hide(self.device.layers.hide(named.get(literal_name(props))))
        super().do_BDC(tag, props)

    def do_EMC(self) -> None:  # noqa: N802 - the name in the base
        """Close the innermost mark."""
        if self._outside:
            unseen = self._outside.pop()
            self.device.paint = self.device.paint._replace(unseen=unseen)
        super().do_EMC()

    def _hide(self, unseen: bool) -> None:
        paint = self.device.paint
        self.device.paint = paint._replace(unseen=paint.unseen or unseen)

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802 - the name in the base
        """Draw a picture or a form, whose own transparency ends with it."""
        paint = self.device.paint
        drawn = stream_value(self.xobjmap.get(literal_name(xobjid_arg)))
        self._hide(self.device.layers.hide(drawn.get("OC")))
        if drawn.get("Group") is not None:  # it is painted as a whole, with this transparency
            self._hide(not paint.shows)
        box, matrix = _numbers(drawn.get("BBox"), 4), _numbers(drawn.get("Matrix"), 6)
        if box:
            ctm = mult_matrix(matrix, self.ctm) if matrix else self.ctm
            corners = [(x, y) for x in box[::2] for y in box[1::2]]
            self.device.paint = self.device.paint.clipped(_box_around(corners, ctm))
        super().do_Do(xobjid_arg)
        self.device.paint = paint

    def do_gs(self, name: Any) -> None:
        """Take over the transparency that a graphics state of the resources sets."""
        states = _dictionary(self.resources.get("ExtGState"))
        state = _dictionary(states.get(literal_name(name))) if states else {}
        alpha, mode = resolve1(state.get("ca")), resolve1(state.get("BM"))
        paint = self.device.paint
        if isinstance(alpha, int | float):
            paint = paint._replace(alpha=float(alpha))
        if mode is not None:
            first = mode[0] if isinstance(mode, list) and mode else mode
            paint = paint._replace(blended=literal_name(first) not in _NORMAL)
        if "SMask" in state:
            paint = paint._replace(masked=isinstance(resolve1(state["SMask"]), dict))
        self.device.paint = paint


class _Layers:
    """The layers of a document that are hidden when it is opened (ISO 32000-1, 8.11).

    There they are called optional content groups.
    """

    def __init__(self, document: Any) -> None:
        properties = _dictionary(document.catalog.get("OCProperties"))
        default = _dictionary(properties.get("D"))
        are_off = _name(default.get("BaseState")) == "OFF"
        off = _ids(properties.get("OCGs")) if are_off else set()
        self._off = off - _ids(default.get("ON")) | _ids(default.get("OFF"))

    def hide(self, content: Any) -> bool:
        """Whether content of this layer, or of these layers together, is hidden."""
        if isinstance(content, PDFObjRef) and content.objid in self._off:
            return True
        found = _dictionary(content) if self._off else {}
        off = [layer in self._off for layer in _ids(found.get("OCGs"))]
        shown = {"AllOn": not any(off), "AnyOff": any(off), "AllOff": all(off)}
        return bool(off) and not shown.get(_name(found.get("P")), not all(off))


def _dictionary(value: Any) -> dict[str, Any]:
    found = resolve1(value)
    return found if isinstance(found, dict) else {}


def _name(value: Any) -> str:
    found = resolve1(value)
    return "" if found is None else str(literal_name(found))


def _ids(value: Any) -> set[int]:
    """Return the object numbers of one reference, or of those in a list."""
    found = resolve1(value)
    items = found if isinstance(found, list) else [value]
    return {item.objid for item in items if isinstance(item, PDFObjRef)}


def _numbers(value: Any, count: int) -> tuple[Any, ...]:
    """Return the numbers of a list with so many, or ()."""
    found = resolve1(value)
    numbers = [resolve1(item) for item in found] if isinstance(found, list) else []
    whole = len(numbers) == count and all(isinstance(item, int | float) for item in numbers)
    return tuple(map(float, numbers)) if whole else ()


def _box_around(points: Sequence[tuple[float, float]], ctm: Any) -> Box:
    """Return the box around some points of the current coordinates, as a box of the page."""
    moved = [apply_matrix_pt(ctm, point) for point in points]
    across, up = zip(*moved, strict=True)
    return (min(across), min(up), max(across), max(up))
