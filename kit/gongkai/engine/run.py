"""Run the notebook as papermill does, in a kernel or a forked process, without timestamps."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines, strip_transient
from papermill.engines import NotebookExecutionManager
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG as MARKER
from papermill.execute import raise_for_execution_errors, remove_error_markers
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from papermill.translators import PythonTranslator
from papermill.utils import chdir, find_first_tagged_cell_index

from gongkai.engine import failed, forked, kernel, record
from gongkai.engine.failed import NotebookFailed
from gongkai.engine.forked import Client, ReplayedCells, refuse_other_languages
from gongkai.engine.template import notebook_text
from gongkai.errors import KitError, Problem, first_line
from gongkai.opened_files import Record
from gongkai.spelling import nearest
from gongkai.text.models import indented_json

EngineName = Literal["forked", "kernel"]
# Why a kernel died is reported once, in the reader's language, and not by papermill as well.
logging.getLogger("papermill").addHandler(logging.NullHandler())
INJECTED = "injected-parameters"


class Ran(NamedTuple):
    """An executed notebook, and the record of what its own cells have read."""

    notebook: NotebookNode
    read: Record


def execute(
    notebook: Path,
    parameters: Mapping[str, str | int],
    folder: Path,
    *,
    engine: EngineName = "kernel",
    timeout: float | None = None,
) -> Ran:
    """Run a notebook with parameters in a folder.

    `timeout` is the seconds that a cell may take. Raises KitError where a parameter is unknown
    to the notebook, and NotebookFailed where a cell fails or the process of the cells dies.
    """
    _refuse_unknown(notebook, parameters)
    prepared = _prepared(notebook, parameters)
    try:
        executed = _executed(prepared, folder, engine, timeout)
    except PapermillExecutionError as error:
        record.take_cell(prepared)
        raise _failure(notebook, prepared, error) from None
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        record.take_cell(prepared)
        raise _death(notebook, prepared, error, timeout) from None
    read = record.take_cell(executed)
    index = failed.left_early(executed)
    if index >= 0:
        details = {"cell": cell_number(notebook, index)}
        raise _ended(executed, index, Problem("notebook-left", notebook.as_posix(), **details))
    return Ran(_without_clock(executed), read)


def interrupted(
    notebook: Path, parameters: Mapping[str, str | int], notes: Iterable[object], problem: Problem
) -> NotebookNode | None:
    """Return what ran of a notebook whose process died, from the messages that it had sent.

    None where every cell had ended. Raises KitError where the notebook cannot be read.
    """
    prepared = _prepared(notebook, parameters)
    manager = NotebookExecutionManager(prepared, progress_bar=False)
    manager.notebook_start()
    try:
        Client(manager, ReplayedCells(notes)).execute()
    except DeadKernelError:
        record.take_cell(prepared)
        return _ended(prepared, failed.last_begun(prepared), problem).notebook
    return None


def _failure(notebook: Path, ran: NotebookNode, error: PapermillExecutionError) -> NotebookFailed:
    """Return the error that stopped a notebook, with what had run; the kit's own are sentences."""
    reason = f"{error.ename}: {error.evalue}".removesuffix(": ")
    if error.ename == "KitError":
        reason = error.evalue
    elif error.ename == "CellExecutionError":  # papermill's name for an error without a traceback
        reason = failed.last_line(failed.own_cells(ran)[error.cell_index]) or reason
    details = {"cell": cell_number(notebook, error.cell_index), "reason": reason}
    problem = Problem("notebook-failed", notebook.as_posix(), **details)
    failed.mark(_without_clock(ran), error.cell_index)
    return NotebookFailed(problem, ran)


def _death(notebook: Path, ran: NotebookNode, error: Exception, timeout: float | None) -> KitError:
    """Return how a notebook's process died, with what had run of it."""
    place, index = notebook.as_posix(), failed.last_begun(ran)
    if index < 0:
        reason = first_line(error)
        return KitError(Problem("notebook-died", place, reason=reason))
    details = {"cell": cell_number(notebook, index), "detail": f"{timeout or 0:g}"}
    how = "died-hung" if isinstance(error, CellTimeoutError) else "died-kernel"
    return _ended(ran, index, Problem(how, place, **details))


def _ended(ran: NotebookNode, index: int, problem: Problem) -> NotebookFailed:
    """Return what had run of a notebook whose process died in a cell, and note there how."""
    failed.mark(_without_clock(ran), index)
    failed.add_sentence(ran, index, problem)
    return NotebookFailed(problem, ran)


def cell_number(notebook: Path, index: int) -> int:
    """Return the number, from 1, of an executed cell in the notebook's file.

    papermill inserts a cell after the one tagged `parameters`, or at the top. If the
    file no longer exists, the inserted cell is counted too.
    """
    try:
        tags = [cell.metadata.get("tags", []) for cell in _template(notebook).content.cells]
    except KitError:
        return index + 1
    if any(INJECTED in found for found in tags):  # papermill replaces the existing one
        return index + 1
    own = next((place + 1 for place, found in enumerate(tags) if "parameters" in found), 0)
    return index + (index < own)


def _prepared(notebook: Path, parameters: Mapping[str, str | int]) -> NotebookNode:
    """Return the notebook with its parameters, to be run; papermill writes into it."""
    template = remove_error_markers(deepcopy(_template(notebook).content))
    values = dict(parameters)
    # A kernel's name may be that of another machine: the notebook is run by this interpreter.
    prepared: NotebookNode = parameterize_notebook(
        template, values, kernel_name=kernel.KERNEL, language="python"
    )
    record.add_cell(prepared)
    return prepared


def _executed(
    notebook: NotebookNode, folder: Path, engine: EngineName, timeout: float | None
) -> NotebookNode:
    """Do what papermill does, except for reading and writing files."""
    with chdir(folder):
        execute_cells = forked.execute if engine == "forked" else kernel.execute
        executed = execute_cells(notebook, timeout)
    raise_for_execution_errors(executed, None)
    return executed


def _refuse_unknown(notebook: Path, parameters: Mapping[str, object]) -> None:
    """Refuse parameters that the notebook does not know; papermill would only warn."""
    known = _template(notebook).parameters
    problems = []
    for name in parameters:
        if name not in known:
            meant = nearest(name, known)
            details = {"name": name, "known": known or "—", "meant": meant}
            message = "parameter-meant" if meant else "parameter-unknown"
            problems.append(Problem(message, notebook.as_posix(), **details))
    if problems:
        raise KitError(*problems)


class _Template(NamedTuple):
    """A notebook to be run, and the names of its parameters."""

    content: NotebookNode
    parameters: list[str]


def _template(notebook: Path) -> _Template:
    """Return the notebook that is to be run. Raises KitError where it cannot be read."""
    if not notebook.is_file():
        raise KitError(Problem("notebook-missing", notebook=notebook.as_posix()))
    return _read_once(notebook, notebook.stat().st_mtime_ns)


@lru_cache(8)  # agencies may have notebooks of their own
def _read_once(notebook: Path, _: int) -> _Template:
    """Read a notebook and its parameters once for each time that it was written."""
    text = notebook_text(notebook)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a cell without an id, or with that of another
            written = parsed(text)
        content = load_notebook_node(written)  # papermill takes what was read, too
        ids = [cell.get("id") for cell in json.loads(text)["cells"]]
        for number, cell in enumerate(content.cells):
            if ids[number] in (None, *ids[:number]):  # otherwise each read would generate a new one
                cell.id = f"cell-{number}"
        place = find_first_tagged_cell_index(content, "parameters")
        named = PythonTranslator.inspect(content.cells[place]) if place >= 0 else []
        refuse_other_languages(content, notebook.as_posix())
        return _Template(content, [parameter.name for parameter in named])
    except (KitError, MemoryError):
        raise
    except Exception as error:  # nbformat can raise anything on malformed input
        details = {"reason": first_line(error)}
        problem = Problem("notebook-unreadable", notebook.as_posix(), **details)
        raise KitError(problem) from None


def _without_clock(notebook: NotebookNode) -> NotebookNode:
    """Take out what differs from run to run: times, paths, random ids, Python's version."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        for tag in (INJECTED, MARKER):
            if tag in cell.metadata.get("tags", []):
                cell.id = f"{tag}-{number}"
    return notebook


def parsed(text: str) -> NotebookNode:
    """Parse the text of an executed notebook."""
    notebook: NotebookNode = nbformat.reads(text, nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return notebook


def warm(notebook: Path, shells: int = 1) -> None:
    """Prepare the forked engine, and read the notebook that it will run.

    `shells` is how many notebooks a process runs, one after the other.
    """
    from gongkai.engine.shell import make_ready

    make_ready(shells)
    with suppress(KitError):  # each report's build raises it again
        _template(notebook)


def text_of(notebook: NotebookNode, failed_in: Path | None = None) -> str:
    """Return a notebook as it is written to a file.

    For a notebook that failed in the folder `failed_in`, this machine's paths are removed.
    """
    lines = strip_transient(split_lines(_containers(notebook)))  # type: ignore[no-untyped-call]
    text = indented_json(lines)
    return failed.without_paths(text, failed_in) if failed_in else text


def _containers(value: Any) -> Any:
    """Return a copy of a notebook's nodes and lists; what they hold is not copied."""
    if isinstance(value, dict):
        copied = {key: _containers(item) for key, item in value.items()}
        return NotebookNode(copied)  # type: ignore[no-untyped-call]
    if isinstance(value, list):
        return [_containers(item) for item in value]
    return value
