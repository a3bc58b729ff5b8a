"""Run cells in this process with a real IPython kernel, without its sockets."""

from __future__ import annotations

import asyncio
import atexit
import codecs
import importlib
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
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

from ipykernel import eventloops
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import UsageError
from jupyter_client.session import Session, json_packer, json_unpacker
from tornado.ioloop import IOLoop
from traitlets.config import Config

from gongkai.errors import KitError, Problem
from gongkai.opened_files import installed_folders, opened_files

COLUMNS = 20  # pandas.options.display.max_columns in a notebook
INLINE = "module://matplotlib_inline.backend_inline"
QUIET = "PYDEVD_DISABLE_FILE_VALIDATION"  # otherwise the debugger prints a warning once imported
SOCKET_MAGICS = ("connect_info", "qtconsole", "subshell")
# Log messages of a kernel and its client would appear among the outputs of the cells.
SILENT = logging.Logger("kernel", logging.CRITICAL + 1)
SILENT.addHandler(logging.NullHandler())
SEND = inspect.signature(Session.send)  # it is called with positional and keyword arguments
Message = dict[str, Any]


class ShellExited(Exception):
    """A cell asked the kernel to end, with `exit` or `quit`."""


class _Collector(Session):
    """A session that passes each message to a handler, where a kernel writes it to a socket."""

    _request = ""
    _handler: Callable[[Message], object] | None = None

    def expect(
        self, request: Message | None, handler: Callable[[Message], object] | None = None
    ) -> None:
        """Pass replies to this request to the handler; None drops what no cell has sent."""
        self._request, self._handler = (request["msg_id"] if request else ""), handler

    def send(self, *args: Any, **kwargs: Any) -> Message:
        """Pass a message to the handler, and return it. Has the parameters of `Session.send`."""
        call = SEND.bind(self, *args, **kwargs).arguments
        message: Message | str = call["msg_or_type"]
        if isinstance(message, str):
            parts = {name: call.get(name) for name in ("content", "parent", "header", "metadata")}
            message = self.msg(message, **parts)
        # A kernel sends JSON: a value that is not serialisable fails in the cell that shows it.
        for part in ("content", "metadata"):
            message[part] = json_unpacker(json_packer(message[part]))
        message["buffers"] = [bytes(buffer) for buffer in call.get("buffers") or []]
        if self._handler and message["parent_header"].get("msg_id") == self._request:
            self._handler(message)
        return message


class _Stream(io.TextIOBase):
    """Standard output or error of the shell; a flush sends everything written as one message.

    Processes that a cell starts, and C libraries, write to the file descriptor and not to Python's
    stream. Here the descriptor leads to a temporary file, which is read at each write and flush.
    """

    encoding = "UTF-8"

    def __init__(self, session: Session, name: str, descriptor: int) -> None:
        self._session, self.name, self._descriptor = session, name, descriptor
        self._buffer: list[str] = []
        self._parent: Message = {}
        self._process = os.getpid()  # a process forked by a cell inherits the stream
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._done = 0  # bytes read; the file position belongs to the writers
        os.dup2(self._file.fileno(), descriptor)

    def set_parent(self, parent: Message) -> None:
        """Remember the request that is running. Called by the shell."""
        self._parent = parent

    def fileno(self) -> int:
        """Return the descriptor that this stream replaces."""
        return self._descriptor

    def writable(self) -> bool:
        """Return True, as for every output."""
        return True

    def write(self, text: str) -> int:
        """Buffer a text until the next flush, after anything written to the descriptor before.

        Raises TypeError for anything but a string, as every text stream does.
        """
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self._file.closed:
            return len(text)
        self._buffer += [self._new_in_file(), text] if os.getpid() == self._process else [text]
        return len(text)

    def flush(self) -> None:
        """Send the buffered text. Each display calls it first, so that outputs keep their order."""
        if self._file.closed:
            return
        if os.getpid() != self._process:  # forked by a cell; only the original may send
            os.write(self._descriptor, "".join(self._buffer).encode("utf-8", "replace"))
            self._buffer = []
            return
        text, self._buffer = "".join([*self._buffer, self._new_in_file()]), []
        if text:
            whole = text.encode("utf-8", "replace").decode()  # a lone surrogate becomes ?
            content = {"name": self.name, "text": whole}
            self._session.send(None, "stream", content, parent=self._parent)

    def end(self) -> None:
        """Close the temporary file; anything written to the descriptor from now on is lost."""
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), self._descriptor)
        self._file.close()

    def _new_in_file(self) -> str:
        """Return what was written to the descriptor since the last call."""
        end = os.fstat(self._file.fileno()).st_size
        data = (
            os.pread(self._file.fileno(), end - self._done, self._done) if self._done < end else b""
        )
        self._done = end
        return self._decoder.decode(data)


class Shell:
    """A fresh IPython kernel without sockets, for the cells of one notebook.

    It may be made in one process and entered in a fork of it. It then changes its process
    (streams, `__main__`, the environment) as a kernel does, so only one is entered at a time.
    """

    language = IPythonKernel.language_info

    def __init__(self) -> None:
        self.session = _Collector()
        self._incoming: list[Message] = []
        with _process_restored():
            config = {"HistoryManager": {"enabled": False}, "StoreMagics": {"autorestore": False}}
            how: Any = {"config": Config(config), "session": self.session, "log": SILENT}
            self._kernel: Any = IPythonKernel(user_ns={}, **how)  # type: ignore[no-untyped-call]
            del os.environ[QUIET]
            self._environment = {**os.environ, "MPLBACKEND": INLINE}
        self._shell: Any = self._kernel.shell
        shell: Any = self._shell
        # At exit, the shell would clear its namespace with a full garbage collection, for a tenth
        # of a second for each shell that was prepared.
        atexit.unregister(shell.atexit_operations)
        shell.enable_gui = self._enable_gui
        for name in SOCKET_MAGICS:
            shell.register_magic_function(partial(_refuse, f"%{name}"), "line", name)

    def enter(self) -> None:
        """Set up this process for the kernel: environment, `__main__`, streams, signals, loop."""
        os.environ.update(self._environment)
        opened_files().begin()
        sys.modules["__main__"] = self._shell.user_module
        for kind, instance in ((IPythonKernel, self._kernel), (ZMQInteractiveShell, self._shell)):
            for parent in kind._walk_mro():
                parent._instance = instance
        self._streams = [
            _Stream(self.session, name, number) for number, name in ((1, "stdout"), (2, "stderr"))
        ]
        self._modules = set(sys.modules)
        self._before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        signal.signal(signal.SIGTERM, _end_with_what_was_printed)
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        # A kernel with a thread for its socket checks whether a cell runs in another thread.
        self._kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self._configure_libraries()

    def leave(self) -> None:
        """Close what the shell opened and restore the streams, so that another one can enter.

        The next one imports the modules of an analyst's own again: they may have changed.
        """
        self._loop.close()
        sys.stdout, sys.stderr = self._before
        for name in sys.modules.keys() - self._modules:
            if not _is_installed(sys.modules[name]):
                del sys.modules[name]
        importlib.invalidate_caches()
        for stream in self._streams:
            stream.end()

    def run(self, source: str, handler: Callable[[Message], object]) -> Message:
        """Run a cell, pass each message it sends to the handler, and return the kernel's reply.

        Raises ShellExited if the cell asked the kernel to end.
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
        """Run a cell as a kernel does: inside the loop, after messages that arrived meanwhile."""
        self._kernel.io_loop = IOLoop.current()
        await asyncio.sleep(0)
        while self._incoming:
            self._receive(self._incoming.pop(0))
        self._kernel.set_parent([], request)
        content = await self._kernel.do_execute(request["content"]["code"], silent=False)
        for stream in self._streams:  # not sys.stdout: a cell may have replaced it
            stream.flush()
        return dict(content)

    def send(self, message: Message) -> None:
        """Keep a message of the frontend until the running cell has ended, as a kernel does."""
        self._incoming.append(message)

    def _receive(self, message: Message) -> None:
        self._kernel.set_parent([], message)
        self._kernel.shell_handlers[message["msg_type"]](None, [], message)

    def _enable_gui(self, gui: str | None = None) -> None:
        """Carry out `%gui` and `%matplotlib` if that needs no window; otherwise refuse."""
        if eventloops.loop_map.get(gui) and gui != "asyncio":
            _refuse(f"%gui {gui}")
        try:
            eventloops.enable_gui(gui, kernel=self._kernel)  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise UsageError(str(error)) from None
        self._shell.active_eventloop = gui

    def _configure_libraries(self) -> None:
        """Set up libraries that are already imported: they look for a notebook only on import.

        pyplot's figures become outputs, and pandas prints as many columns as in a notebook.
        """
        pandas = sys.modules.get("pandas")
        if pandas is not None:
            pandas.set_option("display.max_columns", COLUMNS)
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")
            for name in [name for name in sys.modules if name.startswith("matplotlib_inline.")]:
                del sys.modules[name]  # it may refer to the shell of another notebook
            self._shell.enable_matplotlib("inline")
        elif "matplotlib" in sys.modules:
            sys.modules["matplotlib"].rcParams["backend"] = INLINE


def _is_installed(module: ModuleType) -> bool:
    """Whether a module belongs to the kit, Python or a package: none changes during a build."""
    file = getattr(module, "__file__", None)
    return file is None or file.startswith(installed_folders())


def _end_with_what_was_printed(*_: object) -> None:
    """Handle SIGTERM: send what was printed, then let the signal end the process."""
    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)


def _refuse(magic: str, _line: str = "") -> NoReturn:
    """Raise KitError for a magic command that needs a kernel's sockets or a window."""
    raise KitError(Problem("engine-kernel-only", what=magic))


@contextmanager
def _process_restored() -> Iterator[None]:
    """Undo the changes that creating a kernel makes to a process, which may already have one."""
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


def _load_backends() -> None:
    """Make matplotlib, if it is loaded, find its backends now instead of in each process."""
    registry = sys.modules.get("matplotlib.backends.registry")
    if registry is not None:
        registry.backend_registry.is_valid_backend(INLINE)


_ready: list[Shell] = []  # made before this process was forked
_entered: list[Shell] = []  # empty, or the one whose cells run


def is_entered() -> bool:
    """Whether a notebook is running in this process; a second one cannot at the same time."""
    return bool(_entered)


def make_ready(count: int) -> None:
    """Prepare shells for the next processes, and import what their first cells would import.

    A process needs `count` of them, one for each notebook that it runs.
    """
    import bdb  # noqa: F401

    from IPython.core import application, completerlib, crashhandler, logger, oinspect  # noqa: F401

    _load_backends()
    _ready[:] = [Shell() for _ in range(count)]


def acquire_shell() -> Shell:
    """Return a shell that has entered this process: a prepared one, or a new one."""
    shell = _ready.pop() if _ready else Shell()
    shell.enter()
    _entered.append(shell)
    return shell


def release_shell() -> None:
    """Leave the shell that was acquired, so that this process can run another notebook."""
    _entered.pop().leave()
