"""Run the notebook: papermill, a kernel or a forked process, and a result that holds no clock.

Imports: errors; papermill itself loads the forked engine, by its entry point.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import nbformat
import papermill as pm
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from kit.errors import KitError, Problem, nearest

EngineName = Literal["forked", "kernel"]
REGISTERED = "gongkai"
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

    `timeout` is the seconds that a cell may take. Raises KitError where a parameter is
    unknown to the notebook, where a cell fails, or where the process of the cells dies.
    """
    _hold_parameters(notebook, parameters)
    try:
        with tempfile.TemporaryDirectory(prefix="gongkai-") as sockets:
            executed = pm.execute_notebook(
                notebook,
                None,
                dict(parameters),
                cwd=folder,
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=timeout,
                **_settings(engine, Path(sockets)),
            )
    except PapermillExecutionError as error:
        reason = error.evalue if error.ename == "KitError" else f"{error.ename}: {error.evalue}"
        details = {"cell": error.cell_index + 1, "reason": reason}
        raise KitError(Problem("notebook-failed", notebook.as_posix(), details=details)) from None
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        problem = Problem("notebook-died", notebook.as_posix(), details={"reason": reason})
        raise KitError(problem) from None
    return _without_clock(executed)


def _settings(engine: EngineName, sockets: Path) -> dict[str, Any]:
    """Return what papermill is told of an engine."""
    if engine == "forked":
        return {"engine_name": REGISTERED}
    # What a kernel logs of its own life is no message for whoever builds a report.
    return {"extra_arguments": ["--log-level=50"], "config": _connection(sockets)}


def _connection(folder: Path) -> Config:
    """Let the kernel be spoken to through files where there are such: no port, no clash."""
    if os.name == "nt":
        return Config()
    return Config({"ConnectionFileMixin": {"transport": "ipc", "ip": str(folder / "kernel")}})


def _hold_parameters(notebook: Path, parameters: Mapping[str, object]) -> None:
    """Refuse parameters that the notebook does not know; papermill would only warn."""
    known = known_parameters(notebook)
    problems = []
    for name in parameters:
        if name not in known:
            meant = nearest(name, known)
            details = {"name": name, "known": known or "—", "meant": meant}
            message = "parameter-meant" if meant else "parameter-unknown"
            problems.append(Problem(message, notebook.as_posix(), details=details))
    if problems:
        raise KitError(*problems)


def known_parameters(notebook: Path) -> list[str]:
    """Return the parameters of a notebook. Raises KitError where it cannot be read."""
    if not notebook.is_file():
        raise KitError(Problem("notebook-missing", details={"notebook": notebook.as_posix()}))
    return _parameters_of(notebook, notebook.stat().st_mtime_ns)


@lru_cache(1)
def _parameters_of(notebook: Path, _: int) -> list[str]:
    """Read them once for each time that the notebook was written."""
    try:
        return list(pm.inspect_notebook(str(notebook)))
    except (ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        details = {"reason": str(error)}
        raise KitError(
            Problem("notebook-unreadable", notebook.as_posix(), details=details)
        ) from None


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


def read(path: Path) -> NotebookNode:
    """Return a notebook that was executed before, as it is on disk."""
    notebook: NotebookNode = nbformat.read(path, nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return notebook


def warm(notebook: Path) -> None:
    """Import what the forked engine needs, and look at the notebook that it will run."""
    from kit.engine import shell  # noqa: F401

    with suppress(KitError):  # every report will say so
        known_parameters(notebook)


def text_of(notebook: NotebookNode) -> str:
    """Return a notebook as it is written to a file."""
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]
