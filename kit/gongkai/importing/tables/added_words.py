"""Doubt words that a document adds to a header or a label of the form: 不予处理（含撤回3件）."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gongkai.importing.blocks import Grid
from gongkai.importing.labels import bare, key
from gongkai.importing.tables.figures import Reading
from gongkai.importing.tables.layout import Layout

_ADDED = re.compile(r"[（(\[【][^（(\[【]{2,}$|[0-9]")  # in a bracket at the end, or with a number
_SHORTEST = 4  # characters of a label that is sought at the beginning of a cell


def doubt_added_words(layout: Layout, grids: Iterable[Grid], reading: Reading) -> None:
    """Record what labels of groups and headers of several columns have beyond the form's words.

    Labels of rows and of single columns, which are matched by likeness, have doubts of their own.
    """
    official = layout.known | layout.headers
    said = {key(text) for doubt in reading.doubts for text in _texts(doubt.details.values())}
    for cell in dict.fromkeys(cell for grid in grids for cell in grid.cells):
        words, names = "".join(cell.text.split()), (key(cell.text), bare(cell.text))
        if names[0] in said or not official.isdisjoint(names) or not _ADDED.search(words):
            continue
        begins = (name for name in official if any(it.startswith(name) for it in names))
        expected = max(begins, key=len, default="")
        if len(expected) >= _SHORTEST:
            said.add(names[0])
            reading.doubt("import-label-added", cell.place, (), label=words, expected=expected)


def _texts(details: Iterable[object]) -> Iterator[str]:
    for value in details:
        yield from value if isinstance(value, list) else [str(value)]
