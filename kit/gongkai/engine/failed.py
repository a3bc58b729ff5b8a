"""The notebook of a failed run: everything that ran, without times and local paths."""

from __future__ import annotations

import json
import os
import re
import sysconfig
import tempfile
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.execute import ERROR_MARKER_TAG as MARKER

from gongkai.disk import home_folder
from gongkai.errors import KitError, Problem

SOURCES = Path(__file__).parents[2]
PROCESS = re.compile(r"ipykernel_[0-9]+")  # in the names that a kernel gives to cells
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailed(KitError):
    """A cell failed, or its process ended: what ran until then is in `notebook`."""

    def __init__(self, problem: Problem, notebook: NotebookNode) -> None:
        super().__init__(problem)
        self.notebook = notebook


def own_cells(ran: NotebookNode) -> list[NotebookNode]:
    """Return the notebook's own cells, without those that papermill adds around a failed one."""
    return [cell for cell in ran.cells if MARKER not in cell.metadata.get("tags", [])]


def last_begun(ran: NotebookNode) -> int:
    """Return the index of the last cell that papermill began, -1 if it began none."""
    begun = [cell.metadata.get("papermill", {}).get("start_time") for cell in ran.cells]
    return max((index for index, time in enumerate(begun) if time), default=-1)


def left_early(ran: NotebookNode) -> int:
    """Return the index of a cell that called `exit()` before the notebook's end, -1 if none did.

    papermill takes that for a success.
    """
    begun = last_begun(ran)
    has_left = begun >= 0 and any(
        output.get("ename") == "SystemExit" for output in ran.cells[begun].get("outputs", ())
    )
    rest = (cell for cell in ran.cells[begun + 1 :] if cell.cell_type == "code")
    return begun if has_left and any(cell.source.strip() for cell in rest) else -1


def last_line(cell: NotebookNode) -> str:
    """Return the last line that a cell wrote to standard error, '' if there is none.

    Errors that are not Python exceptions, such as an unknown magic, are reported there.
    """
    texts = [output.text for output in cell.outputs if output.get("name") == "stderr"]
    lines = COLOURS.sub("", "".join(texts)).strip().splitlines()
    return lines[-1] if lines else ""


def mark(ran: NotebookNode, index: int) -> None:
    """Set papermill's status of each cell, given the index of the one that failed."""
    for number, cell in enumerate(own_cells(ran)):
        status = "completed" if number < index else "pending"
        status = "failed" if number == index else status
        cell.metadata["papermill"] = {"exception": number == index, "status": status}
    ran.metadata["papermill"] = {"exception": True}


def add_sentence(ran: NotebookNode, index: int, problem: Problem) -> None:
    """Add an error output to a cell whose process ended without a traceback."""
    sentence = problem.text()
    error = new_output("error", ename=problem.id, evalue=sentence, traceback=[sentence])  # type: ignore[no-untyped-call]
    own_cells(ran)[index].outputs.append(error)


def without_paths(text: str, folder: Path) -> str:
    """Return a notebook's text without the paths of this machine.

    Paths below `folder` become relative to it, those of modules to where they are imported from,
    and others below the home folder begin with `~`.
    """
    paths = sysconfig.get_paths()
    modules = [Path(paths[name]) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    short = dict.fromkeys([*modules, SOURCES, folder, Path(tempfile.gettempdir())], "")
    if home := home_folder():
        short |= {Path("~", path.relative_to(home)): "" for path in short if home in path.parents}
        short |= {home: f"~{os.sep}"}
    text = PROCESS.sub("ipykernel", text)
    for path in sorted(short, key=lambda path: len(str(path)), reverse=True):
        if len(path.parts) > 1:  # never the root folder
            text = text.replace(_quoted(f"{path}{os.sep}"), _quoted(short[path]))
    return text


def _quoted(path: str) -> str:
    return json.dumps(path, ensure_ascii=False)[1:-1]
