"""The source file of an imported report, read back: where each cell was printed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import parse_place
from gongkai.importing.write import SOURCE
from gongkai.text.documents import read_text

_CELL = re.compile(r'  "?([\w.-]+)"?: (\{.*\})')


class Printed(NamedTuple):
    """Where a cell was in the document that was imported, and what was written for it."""

    place: str
    value: str


def printed_cells(params: Path, slug: str, year: int) -> Mapping[str, Printed]:
    """Return what the source file of a report says of its cells, by code.

    Empty where the report was not imported, or the file is damaged: it is an aid to the reader,
    and no input of the report.
    """
    try:
        text = read_text(params / slug / f"{year}{SOURCE}")
    except KitError:
        return {}
    cells = text.partition("\ncells:\n")[2].partition("\n\n")[0]
    found = {}
    for line in cells.split("\n"):
        match = _CELL.fullmatch(line)
        if match:
            try:
                fields = json.loads(match[2])
                found[match[1]] = Printed(str(fields["place"]), str(fields["value"]))
            except (ValueError, KeyError, TypeError):
                continue
    return found


def said_place(place: str) -> Problem | str:
    """Return a place of the source file for a message."""
    return parse_place(place).said()
