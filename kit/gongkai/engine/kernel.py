"""Run cells in a kernel of this interpreter, through papermill's own engine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine
from traitlets.config import Config

from gongkai.disk import scratch

KERNEL = "python3"
LONGEST_SOCKET = 100  # bytes: the systems allow a few more; a kernel with longer ones gets ports
ERRORS = "kernel.err"  # what the kernel writes about itself, in the folder of its sockets
# What a kernel does first: record what its cells read. It leaves no name among theirs.
_RECORD = "__import__('gongkai.opened_files').opened_files.opened_files().begin()"
_HOME = "IPYTHONDIR"


def execute(notebook: NotebookNode, timeout: float | None) -> NotebookNode:
    """Run a notebook's cells in a kernel; raises what papermill raises."""
    with scratch() as sockets, _without_home(str(sockets)), _with_last_words(sockets / ERRORS):
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
                f"--InteractiveShellApp.exec_lines={_RECORD}",
            ],
            config=_connection(sockets),
        )
        return executed


class _OwnInterpreter(AsyncKernelManager):
    """Starts the kernel of this very interpreter, whatever kernels are installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """Return how to start the kernel without the current folder on its module path."""
        words = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=words, display_name=KERNEL, language="python")

    async def start_kernel(self, **how: Any) -> None:  # type: ignore[override]  # async in fact
        """Start the kernel, with what it writes about itself in a file beside its connection file.

        Cells write elsewhere; a kernel that is shut down may write a traceback of its sockets.
        """
        with Path(self.connection_file).with_name(ERRORS).open("ab") as errors:
            await super().start_kernel(**how, stderr=errors)


@contextmanager
def _with_last_words(errors: Path) -> Iterator[None]:
    """Add the last line that a kernel wrote to why it did not start: it died, or was too slow.

    That line may be a warning, so it never takes the place of the reason. One that died later
    has run a cell, which is named instead.
    """
    try:
        yield
    except DeadKernelError:
        raise
    except RuntimeError as error:
        lines: list[str] = []
        with suppress(OSError):  # it was never started
            lines = errors.read_text("utf-8", "replace").strip().splitlines()
        raise RuntimeError(": ".join([str(error), *lines[-1:]])) from None


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


def _connection(folder: Path) -> Config:
    """Connect to the kernel through Unix sockets where available: no port, no clash.

    All that is written for it is in the folder, which is removed even after a kill.
    """
    settings = {"connection_file": str(folder / "kernel.json")}
    if os.name != "nt" and len(os.fsencode(folder / "kernel-1")) <= LONGEST_SOCKET:
        settings |= {"transport": "ipc", "ip": str(folder / "kernel")}
    return Config({"ConnectionFileMixin": settings})
