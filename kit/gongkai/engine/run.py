"""Run the notebook with papermill, in a kernel or a forked process, without timestamps.

papermill itself loads the forked engine, by its entry point.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines, strip_transient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG as MARKER
from papermill.execute import raise_for_execution_errors, remove_error_markers
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from papermill.translators import PythonTranslator
from papermill.utils import chdir, find_first_tagged_cell_index
from traitlets.config import Config

from gongkai.disk import scratch
from gongkai.engine import failed, forked
from gongkai.engine.failed import NotebookFailed
from gongkai.engine.forked import Client, ReplayedCells, refuse_other_languages
from gongkai.engine.template import notebook_text
from gongkai.errors import KitError, Problem, first_line
from gongkai.spelling import nearest
from gongkai.text.models import indented_json

EngineName = Literal["forked", "kernel"]
KERNEL = "python3"
# Why a kernel died is reported once, in the reader's language, and not by papermill as well.
logging.getLogger("papermill").addHandler(logging.NullHandler())
LONGEST_SOCKET = 100  # bytes: the systems allow a few more; a kernel with longer ones gets ports
INJECTED = "injected-parameters"


def execute(
    notebook: Path,
    parameters: Mapping[str, str | int],
    folder: Path,
    *,
    engine: EngineName = "kernel",
    timeout: float | None = None,
) -> NotebookNode:
    """Run a notebook with parameters in a folder, and return it with its outputs.

    `timeout` is the seconds that a cell may take. Raises KitError where a parameter is unknown
    to the notebook, and NotebookFailed where a cell fails or the process of the cells dies.
    """
    _refuse_unknown(notebook, parameters)
    prepared = _prepared(notebook, parameters)
    try:
        executed = _executed(prepared, folder, engine, timeout)
    except PapermillExecutionError as error:
        raise _failure(notebook, prepared, error) from None
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        raise _death(notebook, prepared, error, timeout) from None
    index = failed.left_early(executed)
    if index >= 0:
        details = {"cell": cell_number(notebook, index)}
        raise _ended(executed, index, Problem("notebook-left", notebook.as_posix(), **details))
    return _without_clock(executed)


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
        tags = [cell.metadata.get("tags", []) for cell in _template(notebook).cells]
    except KitError:
        return index + 1
    if any(INJECTED in found for found in tags):  # papermill replaces the existing one
        return index + 1
    own = next((place + 1 for place, found in enumerate(tags) if "parameters" in found), 0)
    return index + (index < own)


def _prepared(notebook: Path, parameters: Mapping[str, str | int]) -> NotebookNode:
    """Return the notebook with its parameters, to be run; papermill writes into it."""
    template = remove_error_markers(deepcopy(_template(notebook)))
    values = dict(parameters)
    # A kernel's name may be that of another machine: the notebook is run by this interpreter.
    prepared: NotebookNode = parameterize_notebook(
        template, values, kernel_name=KERNEL, language="python"
    )
    return prepared


def _executed(
    notebook: NotebookNode, folder: Path, engine: EngineName, timeout: float | None
) -> NotebookNode:
    """Do what papermill does, except for reading and writing files."""
    with chdir(folder):
        if engine == "forked":
            executed = forked.execute(notebook, timeout)
        else:
            executed = _with_kernel(notebook, timeout)
    raise_for_execution_errors(executed, None)
    return executed


class _OwnInterpreter(AsyncKernelManager):
    """Starts the kernel of this very interpreter, whatever kernels are installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """Return how to start the kernel without the current folder on its module path."""
        words = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=words, display_name=KERNEL, language="python")


def _with_kernel(notebook: NotebookNode, timeout: float | None) -> NotebookNode:
    with scratch() as sockets, _without_home(str(sockets)):
        executed: NotebookNode = NBClientEngine.execute_notebook(
            notebook,
            KERNEL,
            progress_bar=False,
            execution_timeout=timeout,
            kernel_manager_class=_OwnInterpreter,
            # A kernel's own log is of no use to whoever builds a report.
            # Nor may a profile, a start-up file or the current folder decide what a report says.
            extra_arguments=[
                "--log-level=50",
                f"--ipython-dir={sockets}",
                "--InteractiveShellApp.ignore_cwd=True",
                "--InteractiveShellApp.exec_PYTHONSTARTUP=False",
            ],
            config=_connection(sockets),
        )
        return executed


@contextmanager
def _without_home(folder: str) -> Iterator[None]:
    """Let a kernel keep its profile in a folder: it asks for one before it reads its options."""
    before = os.environ.get(_HOME)
    os.environ[_HOME] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ[_HOME]
        else:
            os.environ[_HOME] = before


_HOME = "IPYTHONDIR"


def _connection(folder: Path) -> Config:
    """Connect to the kernel through Unix sockets where available: no port, no clash.

    All that is written for it is in the folder, which is removed even after a kill.
    """
    settings = {"connection_file": str(folder / "kernel.json")}
    if os.name != "nt" and len(os.fsencode(folder / "kernel-1")) <= LONGEST_SOCKET:
        settings |= {"transport": "ipc", "ip": str(folder / "kernel")}
    return Config({"ConnectionFileMixin": settings})


def _refuse_unknown(notebook: Path, parameters: Mapping[str, object]) -> None:
    """Refuse parameters that the notebook does not know; papermill would only warn."""
    known = _known_parameters(notebook)
    problems = []
    for name in parameters:
        if name not in known:
            meant = nearest(name, known)
            details = {"name": name, "known": known or "—", "meant": meant}
            message = "parameter-meant" if meant else "parameter-unknown"
            problems.append(Problem(message, notebook.as_posix(), **details))
    if problems:
        raise KitError(*problems)


def _template(notebook: Path) -> NotebookNode:
    """Return the notebook that is to be run. Raises KitError where it cannot be read."""
    if not notebook.is_file():
        raise KitError(Problem("notebook-missing", notebook=notebook.as_posix()))
    return _read_once(notebook, notebook.stat().st_mtime_ns)[0]


def _known_parameters(notebook: Path) -> list[str]:
    _template(notebook)
    return _read_once(notebook, notebook.stat().st_mtime_ns)[1]


@lru_cache(8)  # agencies may have notebooks of their own
def _read_once(notebook: Path, _: int) -> tuple[NotebookNode, list[str]]:
    """Read a notebook and its parameters once for each time that it was written."""
    text = notebook_text(notebook)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a cell without an id, or with that of another
            written = parsed(text)
        template = load_notebook_node(written)  # papermill takes what was read, too
        ids = [cell.get("id") for cell in json.loads(text)["cells"]]
        for number, cell in enumerate(template.cells):
            if ids[number] in (None, *ids[:number]):  # otherwise each read would generate a new one
                cell.id = f"cell-{number}"
        place = find_first_tagged_cell_index(template, "parameters")
        named = PythonTranslator.inspect(template.cells[place]) if place >= 0 else []
        refuse_other_languages(template, notebook.as_posix())
        return template, [parameter.name for parameter in named]
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
    """Make ready what the forked engine needs, and read the notebook that it will run.

    `shells` is how many notebooks a process runs, one after the other.
    """
    from gongkai.engine.shell import make_ready

    make_ready(shells)
    with suppress(KitError):  # every report will say so
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
