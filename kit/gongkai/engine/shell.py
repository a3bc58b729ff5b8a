"""Run cells in this process, in a real IPython kernel: only its sockets are left out."""

from __future__ import annotations

import asyncio
import codecs
import inspect
import io
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn

from ipykernel import eventloops
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import UsageError
from jupyter_client.session import Session, json_packer, json_unpacker
from tornado.ioloop import IOLoop
from traitlets.config import Config

from gongkai.errors import KitError, Problem

COLUMNS = 20  # pandas.options.display.max_columns in a notebook
INLINE = "module://matplotlib_inline.backend_inline"
QUIET = "PYDEVD_DISABLE_FILE_VALIDATION"  # or the debugger, once imported, prints a warning
SOCKET_MAGICS = ("connect_info", "qtconsole", "subshell")
# What a kernel and its client log of themselves would stand in the cells' own outputs.
SILENT = logging.Logger("kernel")
SILENT.addHandler(logging.NullHandler())
SEND = inspect.signature(Session.send)
Message = dict[str, Any]


class ShellExited(Exception):
    """A cell asked the kernel to end, with `exit` or `quit`."""


class _Collector(Session):
    """A session that hands each message on, where a kernel would write it to its socket."""

    _request = ""
    _handler: Callable[[Message], object] | None = None

    def expect(
        self, request: Message | None, handler: Callable[[Message], object] | None = None
    ) -> None:
        """Hand on what answers a request; what is sent while no cell runs belongs to no output."""
        self._request, self._handler = (request["msg_id"] if request else ""), handler

    def send(self, *given: Any, **named: Any) -> Message:
        """Hand a message on, and return it; it is given as to any session."""
        call = SEND.bind(self, *given, **named).arguments
        message: Message | str = call["msg_or_type"]
        if isinstance(message, str):
            parts = {name: call.get(name) for name in ("content", "parent", "header", "metadata")}
            message = self.msg(message, **parts)
        # A kernel sends JSON: what cannot be written as such fails in the cell that shows it.
        for part in ("content", "metadata"):
            message[part] = json_unpacker(json_packer(message[part]))
        message["buffers"] = [bytes(buffer) for buffer in call.get("buffers") or []]
        if self._handler and message["parent_header"].get("msg_id") == self._request:
            self._handler(message)
        return message


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
        self._process = os.getpid()
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
        """Keep a text until the next flush, after what came past Python before it.

        Raises TypeError for what is no text, as every stream does.
        """
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self._past.closed:
            return len(text)
        self._held += [self._written_past(), text] if os.getpid() == self._process else [text]
        return len(text)

    def flush(self) -> None:
        """Send what was written; every display does so first, so that order is kept."""
        if self._past.closed:
            return
        if os.getpid() != self._process:  # of a cell's own: it has no part in the messages
            os.write(self._descriptor, "".join(self._held).encode("utf-8", "replace"))
            self._held = []
            return
        text, self._held = "".join([*self._held, self._written_past()]), []
        if text:
            whole = text.encode("utf-8", "replace").decode()  # half a character is written as ?
            content = {"name": self.name, "text": whole}
            self._session.send(None, "stream", content, parent=self._parent)

    def end(self) -> None:
        """Close the file of what is written past Python; what comes now is lost."""
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), self._descriptor)
        self._past.close()

    def _written_past(self) -> str:
        end = os.fstat(self._past.fileno()).st_size
        data = (
            os.pread(self._past.fileno(), end - self._read, self._read) if self._read < end else b""
        )
        self._read = end
        return self._decoder.decode(data)


class Shell:
    """A fresh IPython kernel without sockets, for the cells of one notebook.

    It may be made in one process and entered in a copy of it. It then changes its process
    (streams, `__main__`, the environment) as a kernel does: a process has one, and ends with it.
    """

    language = IPythonKernel.language_info

    def __init__(self) -> None:
        self.session = _Collector()
        self._waiting: list[Message] = []
        with _process_kept():
            config = {"HistoryManager": {"enabled": False}, "StoreMagics": {"autorestore": False}}
            how: Any = {"config": Config(config), "session": self.session, "log": SILENT}
            self._kernel: Any = IPythonKernel(user_ns={}, **how)  # type: ignore[no-untyped-call]
            del os.environ[QUIET]
            self._environment = {"MPLBACKEND": INLINE, **os.environ}
        self._shell: Any = self._kernel.shell
        shell: Any = self._shell
        shell.enable_gui = self._enable_gui
        for name in SOCKET_MAGICS:
            shell.register_magic_function(partial(_refuse, f"%{name}"), "line", name)

    def enter(self) -> None:
        """Take this process over."""
        os.environ.update(self._environment)
        sys.modules["__main__"] = self._shell.user_module
        for kind, instance in ((IPythonKernel, self._kernel), (ZMQInteractiveShell, self._shell)):
            for parent in kind._walk_mro():
                parent._instance = instance
        self._streams = [
            _Stream(self.session, name, number) for number, name in ((1, "stdout"), (2, "stderr"))
        ]
        self._before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        signal.signal(signal.SIGTERM, _end_with_what_was_printed)
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        # Where a kernel has a thread for its socket, it asks whether a cell runs in another.
        self._kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self._configure_libraries()

    def leave(self) -> None:
        """Give back what the shell opened; the next one takes the process over in its turn."""
        self._loop.close()
        sys.stdout, sys.stderr = self._before
        for stream in self._streams:
            stream.end()

    def run(self, source: str, handler: Callable[[Message], object]) -> Message:
        """Run a cell, hand on each message that it sends, and return the kernel's reply.

        Raises ShellExited where the cell asked the kernel to end.
        """
        request = self.session.msg("execute_request", {"code": source})
        self.session.expect(request, handler)
        try:
            content = self._loop.run_until_complete(self._executed(request))
        finally:
            self.session.expect(None)
        if self._shell.exit_now:
            raise ShellExited
        return {**request, "msg_type": "execute_reply", "content": content}

    async def _executed(self, request: Message) -> Message:
        """Run a cell where a kernel runs it: in a loop, after what the last one left to do."""
        self._kernel.io_loop = IOLoop.current()
        await asyncio.sleep(0)
        while self._waiting:
            self._receive(self._waiting.pop(0))
        self._kernel.set_parent([], request)
        content = await self._kernel.do_execute(request["content"]["code"], silent=False)
        for stream in self._streams:  # a cell may have put others in their place
            stream.flush()
        return dict(content)

    def send(self, message: Message) -> None:
        """Take a message of the frontend; a kernel reads it when the cell has ended."""
        self._waiting.append(message)

    def _receive(self, message: Message) -> None:
        self._kernel.set_parent([], message)
        self._kernel.shell_handlers[message["msg_type"]](None, [], message)

    def _enable_gui(self, gui: str | None = None) -> None:
        """Do what `%gui` and `%matplotlib` ask for, as far as it needs no window."""
        if eventloops.loop_map.get(gui) and gui != "asyncio":
            _refuse(f"%gui {gui}")
        try:
            eventloops.enable_gui(gui, kernel=self._kernel)  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise UsageError(str(error)) from None
        self._shell.active_eventloop = gui

    def _configure_libraries(self) -> None:
        """Say to what was imported before that it is now in a notebook: it asks only once.

        pyplot's figures become outputs, and pandas prints as many columns as it does there.
        """
        pandas = sys.modules.get("pandas")
        if pandas is not None:
            pandas.set_option("display.max_columns", COLUMNS)
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")
            for name in [name for name in sys.modules if name.startswith("matplotlib_inline.")]:
                del sys.modules[name]  # it may know the shell of another notebook
            self._shell.enable_matplotlib("inline")
        elif "matplotlib" in sys.modules:
            sys.modules["matplotlib"].rcParams["backend"] = INLINE


def _end_with_what_was_printed(*_: object) -> None:
    """Send what was printed, then end as if nothing had been done about the signal."""
    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)


def _refuse(what: str, _: str = "") -> NoReturn:
    """Refuse what needs a kernel's sockets or a window. Always raises KitError."""
    raise KitError(Problem("engine-kernel-only", details={"what": what}))


@contextmanager
def _process_kept() -> Iterator[None]:
    """Undo what the making of a kernel changes in its process, which may have one already."""
    main, environment = sys.modules["__main__"], dict(os.environ)
    kinds = {*IPythonKernel._walk_mro(), *ZMQInteractiveShell._walk_mro()}
    instances = {kind: kind._instance for kind in kinds}
    try:
        for kind in kinds:
            kind._instance = None
        os.environ[QUIET] = "1"
        yield
    finally:
        sys.modules["__main__"] = main
        os.environ.clear()
        os.environ.update(environment)
        for kind, instance in instances.items():
            kind._instance = instance


def _know_backend() -> None:
    """Let matplotlib, where it is loaded, look once for all backends that are installed."""
    registry = sys.modules.get("matplotlib.backends.registry")
    if registry is not None:
        registry.backend_registry.is_valid_backend(INLINE)


_made: list[Shell] = []
_entered: list[Shell] = []  # none, or the one whose cells run


def is_entered() -> bool:
    """Whether this process has been taken over: it runs a notebook's cells, and can no others."""
    return bool(_entered)


def make_ready(count: int = 1) -> None:
    """Make the shells that the next processes begin with, and load what their first cells would.

    A process needs `count` of them, one for each notebook that it runs.
    """
    import bdb  # noqa: F401

    from IPython.core import application, completerlib, crashhandler, logger, oinspect  # noqa: F401

    _know_backend()
    _made[:] = [Shell() for _ in range(count)]


def acquire_shell() -> Shell:
    """Return a shell that has taken over this process: one made ready, or a new one."""
    shell = _made.pop() if _made else Shell()
    shell.enter()
    _entered.append(shell)
    return shell


def release_shell() -> None:
    """Let this process run another notebook, in a shell of its own."""
    _entered.pop().leave()
