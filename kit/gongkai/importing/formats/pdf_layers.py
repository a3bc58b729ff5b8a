"""Find out which layers of a PDF are hidden when it is opened (ISO 32000-1, 8.11)."""

from __future__ import annotations

from typing import Any

from pdfminer.pdftypes import PDFObjRef, resolve1
from pdfminer.psparser import literal_name


class Layers:
    """The layers of a document, called optional content groups there."""

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
