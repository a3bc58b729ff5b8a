"""The source file of an imported report, read back: where each figure was printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.form import Code
from gongkai.importing.blocks import parse_place
from gongkai.report.model import Report
from gongkai.report.provenance import SOURCE
from gongkai.text.documents import read_text, shown
from gongkai.text.signs import without_unseen

_ROW = re.compile(r'  (?:-|"?([\w.-]+)"?:) (\{.*\})')


class Printed(NamedTuple):
    """Where a figure was printed in the imported document, and the doubts about reading it.

    The doubts are sentences in Chinese.
    """

    place: str
    doubts: tuple[str, ...] = ()

    def said(self) -> Problem | str:
        """Return the place for a message, which says it in the reader's language."""
        return parse_place(self.place).said()


def printed_cells(report: Report) -> dict[Code, Printed]:
    """Return where the figures of an imported report were printed, by the codes of their cells.

    Blanks and figures that were edited since are left out. There are none where the report was
    not imported, or its source file cannot be read: that file is an aid to the reader.
    """
    try:
        text = without_unseen(read_text(report.files["year"].with_suffix(SOURCE)))
    except KitError:
        return {}
    doubts: dict[str, list[str]] = {}
    for _, row in _rows(text, "doubts"):
        codes = row.get("codes")
        for code in codes if isinstance(codes, list) else ():
            doubts.setdefault(str(code), []).append(shown(row.get("zh", "")))
    return {
        code: Printed(shown(row.get("place", "")), tuple(doubts.get(code, ())))
        for code, row in _rows(text, "cells")
        if code in report.values and row.get("value") and _is_unchanged(report, code, row)
    }


def _is_unchanged(report: Report, code: Code, row: Mapping[str, Any]) -> bool:
    return bool(report.values[code].as_printed == row["value"])


def _rows(text: str, section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each row of a section, with its key or ''; what an import cannot have written is none.

    An import writes each row as JSON on a line of its own.
    """
    rows = text.partition(f"\n{section}:\n")[2].partition("\n\n")[0]
    for found in map(_ROW.fullmatch, rows.split("\n")):
        try:
            row = json.loads(found[2]) if found else None
        except (ValueError, RecursionError):
            continue
        if found and isinstance(row, dict):
            yield found[1] or "", row
