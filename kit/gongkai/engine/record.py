"""Take the record of what its cells have read out of the process that runs a notebook.

A last cell displays it, in a kernel and in a forked process alike; it never reaches a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import cast

from IPython.display import display
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from gongkai.engine.template import notebook_text
from gongkai.opened_files import Record, opened_files
from gongkai.project import packaged_template

INJECTED = "injected-parameters"  # papermill's own cell

_MIME = "application/vnd.gongkai.read+json"
_SOURCE = "__import__('gongkai.engine.record').engine.record.show()"
NOTHING: Record = {"files": {}, "reports": {}, "databases": [], "unnamed": []}


def show() -> None:
    """Display the record of this process."""
    display({_MIME: opened_files().record()}, raw=True)  # type: ignore[no-untyped-call]


def add_cell(notebook: NotebookNode) -> None:
    """Append the cell that displays the record, if a notebook has cells of somebody's own."""
    if all(map(_is_of_template, notebook.cells)):
        return
    notebook.cells.append(new_code_cell(_SOURCE, id="gongkai-record"))  # type: ignore[no-untyped-call]


def _is_of_template(cell: NotebookNode) -> bool:
    """Whether a cell is one of the template's, or papermill's; a malformed one is neither."""
    source, metadata = cell.get("source"), cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    is_injected = isinstance(tags, list) and INJECTED in tags
    return is_injected or (isinstance(source, str) and source in _template_cells())


@cache
def _template_cells() -> frozenset[str]:
    """Return the sources of the cells of the package's own template."""
    cells = json.loads(notebook_text(packaged_template()))["cells"]
    return frozenset("".join(cell["source"]) for cell in cells)


def take_cell(notebook: NotebookNode) -> Record:
    """Remove that cell, and return the record; NOTHING if it did not run."""
    found = [cell for cell in notebook.cells if cell.get("source") == _SOURCE]
    notebook.cells = [cell for cell in notebook.cells if cell.get("source") != _SOURCE]
    outputs = (output for cell in found for output in cell.get("outputs", ()))
    shown = (output.data[_MIME] for output in outputs if _MIME in output.get("data", {}))
    return cast("Record", next(shown, NOTHING))
