"""Run cells in this process, in the shell of a real kernel: only its socket is left out.

Imports nothing of the kit.
"""

from __future__ import annotations

import builtins
import codecs
import getpass
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config

COLUMNS = 20  # pandas.options.display.max_columns in a notebook
INLINE = "module://matplotlib_inline.backend_inline"
Message = dict[str, Any]


class ShellExited(Exception):
    """A cell asked the kernel to end, with `exit` or `quit`."""


class _Collector(Session):
    """A session that hands each message on, where a kernel would write it to its socket."""

    handler: Callable[[Message], object] | None = None

    def send(
        self,
        stream: object,
        msg_or_type: Message | str,
        content: Message | None = None,
        *rest: Any,
        **kw: Any,
    ) -> None:
        """Hand a message on; what is sent while no cell runs is nobody's output."""
        del stream
        if isinstance(msg_or_type, str):
            parent = rest[0] if rest else kw.get("parent")
            message = self.msg(msg_or_type, content, parent=parent, metadata=kw.get("metadata"))
        else:
            message = msg_or_type
        if self.handler:
            self.handler(message)


class _Stream(io.TextIOBase):
    """Standard output or error of the shell: what was written is one message a flush.

    What a cell's own processes and C libraries write past Python, to the descriptor, goes
    to a file without a name, and is read from there.
    """

    encoding = "UTF-8"

    def __init__(self, session: Session, name: str, descriptor: int) -> None:
        self._session, self.name, self._descriptor = session, name, descriptor
        self._held: list[str] = []
        self._parent: Message = {}
        self._past = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._read = 0  # bytes of it; the position of the file is the writers'
        os.dup2(self._past.fileno(), descriptor)

    def set_parent(self, parent: Message) -> None:
        """Remember which cell is running: the shell says so."""
        self._parent = parent

    def fileno(self) -> int:
        """Return the process's own number."""
        return self._descriptor

    def writable(self) -> bool:
        """Return True, as for every output."""
        return True

    def write(self, text: str) -> int:
        """Keep a text until the next flush, behind what came past Python before it."""
        self._held += [self._written_past(), text]
        return len(text)

    def flush(self) -> None:
        """Send what was written; every display does so first, so that order is kept."""
        text, self._held = "".join([*self._held, self._written_past()]), []
        if text:
            content = {"name": self.name, "text": text}
            self._session.send(None, "stream", content, parent=self._parent)

    def _written_past(self) -> str:
        end = os.fstat(self._past.fileno()).st_size
        data = (
            os.pread(self._past.fileno(), end - self._read, self._read) if self._read < end else b""
        )
        self._read = end
        return self._decoder.decode(data)


class Shell:
    """A fresh shell, the one of an IPython kernel, for the cells of one notebook.

    A shell may be made in one process and entered in a copy of it. It then changes its
    process (streams, `__main__`, the environment) as a kernel does: a process has one, and
    ends with it.
    """

    language = IPythonKernel.language_info

    def __init__(self) -> None:
        self._session = _Collector()
        config = {"HistoryManager": {"enabled": False}, "StoreMagics": {"autorestore": False}}
        with _process_kept():
            self._shell = ZMQInteractiveShell(  # type: ignore[no-untyped-call]
                config=Config(config),
                user_ns={},
                kernel=SimpleNamespace(eventloop=None),
                compiler_class=IPythonKernel.compiler_class.default_value,
            )
            self._environment = {"MPLBACKEND": INLINE, **os.environ}
        for part in (self._shell.displayhook, self._shell.display_pub):
            part.session = self._session  # type: ignore[union-attr]

    def enter(self) -> None:
        """Take this process over."""
        os.environ.update(self._environment)
        sys.modules["__main__"] = self._shell.user_module
        for kind in ZMQInteractiveShell._walk_mro():
            kind._instance = self._shell  # type: ignore[assignment]
        sys.stdout, sys.stderr = (
            _Stream(self._session, name, number) for number, name in ((1, "stdout"), (2, "stderr"))
        )
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        _tell_libraries()
        _refuse_questions()

    def run(self, source: str, handler: Callable[[Message], object]) -> Message:
        """Run a cell, hand on each message that it sends, and return the kernel's reply.

        Raises ShellExited where the cell asked the kernel to end.
        """
        parent = self._session.msg("execute_request", {"code": source})
        self._shell.set_parent(parent)  # type: ignore[no-untyped-call]
        self._session.handler = handler
        try:
            result = self._shell.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            self._session.handler = None
        if self._shell.exit_now:
            raise ShellExited
        error = result.error_before_exec or result.error_in_exec
        content: Message = {"status": "ok", "execution_count": self._shell.execution_count - 1}
        if error is not None:
            trace = self._shell._last_traceback or []
            content |= {"status": "error", "ename": type(error).__name__}
            content |= {"evalue": str(error), "traceback": trace}
        return {**parent, "content": content}


@contextmanager
def _process_kept() -> Iterator[None]:
    """Undo what the making of a shell changes in its process."""
    main, environment = sys.modules["__main__"], dict(os.environ)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        os.environ.clear()
        os.environ.update(environment)


def _refuse_questions() -> None:
    """Let `input` and `getpass` say that nobody is there to answer, in the kernel's words."""
    nobody = SimpleNamespace(_allow_stdin=False)
    builtins.input = partial(IPythonKernel.raw_input, nobody)  # type: ignore[arg-type]
    getpass.getpass = partial(IPythonKernel.getpass, nobody)  # type: ignore[arg-type]


def _tell_libraries() -> None:
    """Say to what was imported before that it is now in a notebook: it asks only once.

    pyplot's figures become outputs, and pandas prints as many columns as it does there.
    """
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        pandas.set_option("display.max_columns", COLUMNS)
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None and "matplotlib.pyplot" not in sys.modules:
        matplotlib.rcParams["backend"] = INLINE


def _know_backend() -> None:
    """Let matplotlib, where it is loaded, look once for all backends that are installed."""
    registry = sys.modules.get("matplotlib.backends.registry")
    if registry is not None:
        registry.backend_registry.is_valid_backend(INLINE)


_made: list[Shell] = []


def make_ready() -> None:
    """Make the shell that the next processes begin with, and load what its first cell would."""
    import bdb  # noqa: F401

    from IPython.core import application, completerlib, crashhandler, logger, oinspect  # noqa: F401

    _know_backend()
    _made[:] = [Shell()]


def entered() -> Shell:
    """Return a shell that has taken over this process: the one made ready, or a new one."""
    shell = _made.pop() if _made else Shell()
    shell.enter()
    return shell
