"""Find what is laid over a page of a PDF: notes of its readers, and fields to fill in.

Neither is part of the page's text (ISO 32000-1, 12.5.6 and 12.7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pdfminer.pdftypes import resolve1
from pdfminer.utils import decode_text

from gongkai.importing.blocks import Doubt
from gongkai.report.places import Place
from gongkai.text.files import shortened

# Annotations by a reader; links belong to the page itself.
_NOTES = {
    "Text", "FreeText", "StrikeOut", "Highlight", "Underline", "Squiggly", "Caret", "Ink", "Stamp",
    "Line", "Square", "Circle", "Polygon", "PolyLine", "Redact",
}  # fmt: skip
_MOST_NOTES, _MOST_FIELDS = 50, 1_000  # reported per page
_DEEPEST = 20  # groups of fields within each other, which may be circular
_UNSEEN = 2 | 32  # flags of an annotation: hidden, not shown on the screen
_FILLED_IN = ("Tx", "Ch")  # kinds of fields that hold a text: typed, or chosen from a list


class Field(NamedTuple):
    """A field with a value, and its middle on the page, in points from the left and the top."""

    text: str
    x: float
    y: float


def notes_of(page: Any) -> Iterator[Doubt]:
    """Yield a doubt for each note on a page: it does not change what is read."""
    notes = [item for item in _annotations(page) if _name(item["data"].get("Subtype")) in _NOTES]
    for item in notes[:_MOST_NOTES]:
        text = shortened(item["contents"] or _name(item["data"].get("Subtype")))
        yield Doubt("import-note", Place(page=page.page_number), text=text)


def fields_of(page: Any) -> list[Field]:
    """Return the fields on a page that can be seen and have a value."""
    fields = [item for item in _annotations(page) if _is_shown_field(item["data"])]
    found = [
        Field(
            _text(_inherited(item["data"], "V")).strip(),
            (item["x0"] + item["x1"]) / 2,
            (item["top"] + item["bottom"]) / 2,
        )
        for item in fields[:_MOST_FIELDS]
    ]
    return [field for field in found if field.text]


def _annotations(page: Any) -> list[Any]:
    """Return the annotations of a page; damaged ones do not affect the page."""
    try:
        return list(page.annots)
    except Exception:
        return []


def _is_shown_field(data: Mapping[str, Any]) -> bool:
    flags = resolve1(data.get("F"))
    is_unseen = isinstance(flags, int) and bool(flags & _UNSEEN)
    is_field = _name(data.get("Subtype")) == "Widget"
    return is_field and not is_unseen and _name(_inherited(data, "FT")) in _FILLED_IN


def _inherited(field: Mapping[str, Any], key: str) -> Any:
    """Return an entry of a field, or that of the group of fields that it belongs to."""
    for _ in range(_DEEPEST):
        if key in field:
            return resolve1(field[key])
        parent = resolve1(field.get("Parent"))
        if not isinstance(parent, dict):
            break
        field = parent
    return None


def _name(value: Any) -> str:
    return str(getattr(resolve1(value), "name", ""))


def _text(value: Any) -> str:
    return decode_text(value) if isinstance(value, bytes) else ""
