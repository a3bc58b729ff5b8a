"""Read the source file of an imported report: where each figure was printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.tables import Code
from gongkai.report.model import Report
from gongkai.report.places import parse_place
from gongkai.report.provenance import SOURCE
from gongkai.text.characters import without_hidden
from gongkai.text.files import read_text, shortened

_ROW = re.compile(r'  (?:-|"?([\w.-]+)"?:) (\{.*\})')


class Printed(NamedTuple):
    """Where a figure was printed in the imported document, and the doubts about reading it.

    The doubts are sentences in Chinese. `edited`: the cell has another value now.
    `name` is the name of the cell in messages.
    """

    place: str
    name: str
    doubts: tuple[str, ...] = ()
    edited: bool = False

    def said(self) -> Problem | str:
        """Return the place for a message, in the user's language."""
        return parse_place(self.place).said()


def printed_cells(report: Report) -> dict[Code, Printed]:
    """Return where the figures of an imported report were printed, by the codes of the cells.

    Blanks are left out, except those that were filled in since. The result is empty if the
    report was not imported, or its source file, which is only an aid, cannot be read.
    """
    try:
        text = _text_of(report)
    except KitError:
        return {}
    doubts: dict[str, list[str]] = {}
    for _, row in _rows(text, "doubts"):
        codes = row.get("codes")
        for code in codes if isinstance(codes, list) else ():
            doubts.setdefault(str(code), []).append(shortened(row.get("zh", "")))
    found = {}
    for code, row in _rows(text, "cells"):
        now = report.cell_texts.get(code, "")
        edited = now != row.get("value", "")
        if now or edited:
            place = shortened(row.get("place", ""))
            cell = report.form.cells.get(code)
            name = cell.called if cell else code
            found[code] = Printed(place, name, tuple(doubts.get(code, ())), edited)
    return found


def damaged_lines(report: Report) -> list[int]:
    """Return the damaged lines in the sections of the source file that are read.

    [0] if the file cannot be read, or has no cells; [] if it is not damaged, or the
    report was not imported.
    """
    if not report.files["year"].with_suffix(SOURCE).exists():
        return []
    try:
        text = _text_of(report)
    except KitError as error:
        return [error.problems[0].line]
    if "\ncells:\n" not in text:
        return [0]
    lines = []
    for section in ("cells", "doubts"):
        before, rows = _section(text, section)
        numbered = enumerate(rows, start=before.count("\n") + 3)
        lines += [number for number, row in numbered if row and _parsed(row) is None]
    return lines


def printed_of(codes: Iterable[Code], printed: Mapping[Code, Printed]) -> dict[Code, Printed]:
    """Return where the figures of a finding were printed; {} if any was edited since."""
    found = {code: printed[code] for code in codes if code in printed}
    return {} if any(cell.edited for cell in found.values()) else found


def _text_of(report: Report) -> str:
    """Return the text of the source file. Raises KitError if it cannot be read."""
    return without_hidden(read_text(report.files["year"].with_suffix(SOURCE)))


def _rows(text: str, section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each row of a section, with its key or ''; damaged lines are skipped."""
    yield from filter(None, map(_parsed, _section(text, section)[1]))


def _section(text: str, section: str) -> tuple[str, list[str]]:
    """Return the text before a section, and the lines of the section."""
    before, _, after = text.partition(f"\n{section}:\n")
    return before, after.partition("\n\n")[0].split("\n")


def _parsed(line: str) -> tuple[str, dict[str, Any]] | None:
    """Return a row, which an import writes as one line of JSON, and its key or ''; or None."""
    found = _ROW.fullmatch(line)
    try:
        row = json.loads(found[2]) if found else None
    except (ValueError, RecursionError):
        return None
    return (found[1] or "", row) if found and isinstance(row, dict) else None
