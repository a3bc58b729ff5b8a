"""Run the notebook: papermill, a kernel or a forked process, and a result that holds no clock.

Imports: errors. papermill itself loads the forked engine, by its entry point.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import nbformat
import papermill as pm
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import raise_for_execution_errors
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from papermill.utils import chdir
from traitlets.config import Config

from gongkai.errors import KitError, Problem, nearest

EngineName = Literal["forked", "kernel"]
REGISTERED = "gongkai"
INJECTED = "injected-parameters"
BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
WITH_IDS = 5  # the minor version of nbformat 4 since which cells have ids


def execute(
    notebook: Path,
    parameters: Mapping[str, str | int],
    folder: Path,
    *,
    engine: EngineName = "kernel",
    timeout: float | None = None,
) -> NotebookNode:
    """Run a notebook with parameters in a folder, and return it with its outputs.

    `timeout` is the seconds that a cell may take. Raises KitError where a parameter is
    unknown to the notebook, where a cell fails, or where the process of the cells dies.
    """
    _refuse_unknown(notebook, parameters)
    try:
        executed = _executed(_template(notebook), parameters, folder, engine, timeout)
    except PapermillExecutionError as error:
        ours = error.ename == "KitError"
        reason = error.evalue if ours else f"{error.ename}: {error.evalue}".removesuffix(": ")
        details = {"cell": cell_number(notebook, error.cell_index), "reason": reason}
        raise KitError(Problem("notebook-failed", notebook.as_posix(), details=details)) from None
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        problem = Problem("notebook-died", notebook.as_posix(), details={"reason": reason})
        raise KitError(problem) from None
    return _without_clock(executed)


def cell_number(notebook: Path, index: int) -> int:
    """Return which cell of a notebook's file one is that was run, from 1.

    papermill puts a cell of its own behind the one of the parameters, or at the top. Where the
    file is gone meanwhile, that one is counted too.
    """
    try:
        tags = [cell.metadata.get("tags", []) for cell in _template(notebook).cells]
    except KitError:
        return index + 1
    if any(INJECTED in found for found in tags):  # it has one, and papermill takes its place
        return index + 1
    own = next((place + 1 for place, found in enumerate(tags) if "parameters" in found), 0)
    return index + (index < own)


def _executed(
    template: NotebookNode,
    parameters: Mapping[str, str | int],
    folder: Path,
    engine: EngineName,
    timeout: float | None,
) -> NotebookNode:
    """Take papermill's own steps, but for the reading and writing of files around them."""
    # papermill writes into the notebook that it is given, and the next report needs it as it was.
    notebook = parameterize_notebook(deepcopy(template), dict(parameters))
    run = partial(papermill_engines.execute_notebook_with_engine, nb=notebook, progress_bar=False)
    run = partial(run, kernel_name=papermill_engines.nb_kernel_name(None, notebook))
    with chdir(folder):
        if engine == "forked":
            executed: NotebookNode = run(REGISTERED, execution_timeout=timeout)
        else:
            executed = _with_kernel(run, timeout)
    raise_for_execution_errors(executed, None)
    return executed


def _with_kernel(run: Callable[..., NotebookNode], timeout: float | None) -> NotebookNode:
    with tempfile.TemporaryDirectory(prefix="gongkai-") as sockets:
        return run(
            None,
            execution_timeout=timeout,
            # What a kernel logs of its own life is no message for whoever builds a report.
            # Nor may what somebody's profile sets up or runs decide what a report says.
            extra_arguments=["--log-level=50", f"--ipython-dir={sockets}"],
            config=_connection(Path(sockets)),
        )


def _connection(folder: Path) -> Config:
    """Let the kernel be spoken to through files where there are such: no port, no clash."""
    if os.name == "nt":
        return Config()
    return Config({"ConnectionFileMixin": {"transport": "ipc", "ip": str(folder / "kernel")}})


def _refuse_unknown(notebook: Path, parameters: Mapping[str, object]) -> None:
    """Refuse parameters that the notebook does not know; papermill would only warn."""
    known = _known_parameters(notebook)
    problems = []
    for name in parameters:
        if name not in known:
            meant = nearest(name, known)
            details = {"name": name, "known": known or "—", "meant": meant}
            message = "parameter-meant" if meant else "parameter-unknown"
            problems.append(Problem(message, notebook.as_posix(), details=details))
    if problems:
        raise KitError(*problems)


def _template(notebook: Path) -> NotebookNode:
    """Return the notebook that is to be run. Raises KitError where it cannot be read."""
    if not notebook.is_file():
        raise KitError(Problem("notebook-missing", details={"notebook": notebook.as_posix()}))
    return _read_once(notebook, notebook.stat().st_mtime_ns)[0]


def _known_parameters(notebook: Path) -> list[str]:
    _template(notebook)
    return _read_once(notebook, notebook.stat().st_mtime_ns)[1]


@lru_cache(1)
def _read_once(notebook: Path, _: int) -> tuple[NotebookNode, list[str]]:
    """Read a notebook and its parameters once for each time that it was written."""
    try:
        template = load_notebook_node(str(notebook))
        if nbformat.read(notebook, nbformat.NO_CONVERT).nbformat_minor < WITH_IDS:  # type: ignore[no-untyped-call]
            for number, cell in enumerate(template.cells):  # or each reading would draw new ones
                cell.id = f"cell-{number}"
        return template, list(pm.inspect_notebook(str(notebook)))
    except (*BROKEN, nbformat.ValidationError) as error:
        details = {"reason": (str(error).strip() or type(error).__name__).splitlines()[0]}
        problem = Problem("notebook-unreadable", notebook.as_posix(), details=details)
        raise KitError(problem) from None


def _without_clock(notebook: NotebookNode) -> NotebookNode:
    """Take out what differs from run to run: times, paths, random ids, Python's version."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if INJECTED in cell.metadata.get("tags", []):
            cell.id = f"{INJECTED}-{number}"
    return notebook


def parsed(text: str) -> NotebookNode:
    """Return a notebook that was executed before, from the text that was written of it."""
    notebook: NotebookNode = nbformat.reads(text, nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return notebook


def warm(notebook: Path) -> None:
    """Make ready what the forked engine needs, and read the notebook that it will run."""
    from gongkai.engine.shell import make_ready

    make_ready()
    with suppress(KitError):  # every report will say so
        _template(notebook)


def text_of(notebook: NotebookNode) -> str:
    """Return a notebook as it is written to a file."""
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]
