"""Record the files and folders that a notebook's own cells read: inputs that nothing else names.

The record is made where Python opens them, whatever library asks for it, with their contents at
that moment. What another program opens, or a library by itself (pyarrow), is not seen.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import threading
from contextlib import suppress
from functools import cache
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType

from gongkai.disk import FileTooLarge, read_file

LISTED = "/"  # at the end of the name of a folder whose listing was read
_EVENTS = ("open", "os.listdir", "os.scandir", "sqlite3.connect")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_PACKAGE = __name__.partition(".")[0]
_MACHINERY = ("ipykernel", "IPython", "zmq", "tornado", "traitlets", "jupyter_client")
_IMPORTER = "_frozen_importlib_external"
_SYSTEM = ("/proc", "/dev", "/sys", "/etc", "/usr", "/System", "/Library", "C:\\Windows")


class OpenedFiles:
    """What the cells of this process have read, with each digest that it had."""

    def __init__(self) -> None:
        self._own = threading.local()  # whether a thread is reading for this record
        self.begin()

    def begin(self) -> None:
        """Forget what was read before: a notebook begins, in the folder of its project."""
        self._folder = os.getcwd()  # cells may change directory
        self._digests: dict[str, list[str]] = {}  # by absolute path
        self._written: set[str] = set()  # by the cells themselves: reading them tells nothing

    def named(self, path: str | Path) -> str:
        """Return a path as seen from the project's folder."""
        return Path(os.path.relpath(path, self._folder)).as_posix()

    def digests(self) -> dict[str, str]:
        """Return the digests by path; of a file that changed meanwhile, all that it had."""
        return {
            self.named(path) + LISTED * os.path.isdir(path): " ".join(digests)
            for path, digests in sorted(self._digests.items())
        }

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """Record what Python opens or lists, if a cell asks for it. Never raises."""
        if event not in _EVENTS or getattr(self._own, "reads", False):
            return
        self._own.reads = True
        try:
            with suppress(Exception):  # it must never fail what a cell does
                self._record(event, arguments)
        finally:
            self._own.reads = False

    def _record(self, event: str, arguments: tuple[object, ...]) -> None:
        named = arguments[0] if arguments and arguments[0] is not None else "."
        if not isinstance(named, str | bytes | os.PathLike):
            return  # a descriptor
        frame = sys._getframe(2)  # what Python runs
        is_listing = event in ("os.listdir", "os.scandir")
        if not _is_from_a_cell(frame) or (is_listing and _is_import(frame)):
            return
        path = os.path.abspath(_source_of(os.fsdecode(named)))
        if event == "open" and _is_written(arguments):
            self._written.add(path)
        elif self._is_somebodys(path) and path not in self._written:
            digest = digest_of_listing(path) if is_listing else digest_of_file(path)
            if digest and digest not in self._digests.setdefault(path, []):
                self._digests[path].append(digest)

    def _is_somebodys(self, path: str) -> bool:
        """Whether a path is neither the system's, nor an installed package's, nor hidden."""
        if path.startswith(_installed()) or not os.path.exists(path):
            return False
        return not any(map(_is_hidden, Path(self.named(path)).parts))


@cache  # a hook cannot be removed
def opened_files() -> OpenedFiles:
    """Return the record of this process, which begins with the first call."""
    record = OpenedFiles()
    sys.addaudithook(record.audit)
    return record


def digest_of_file(path: str) -> str:
    """Return the hash of a file, or its size and time if it is very large; '' if unreadable."""
    try:
        return hashlib.sha256(read_file(path)).hexdigest()
    except FileTooLarge:
        state = os.stat(path)
        return f"{state.st_size} {state.st_mtime_ns}"
    except OSError:
        return ""


def digest_of_listing(path: str) -> str:
    """Return the hash of the names in a folder, without hidden ones, '' if it cannot be read."""
    try:
        names = sorted(name for name in os.listdir(path) if not _is_hidden(name))
    except OSError:
        return ""
    return hashlib.sha256(os.fsencode("\n".join(names))).hexdigest()


def _source_of(path: str) -> str:
    """Return the source of a compiled module, which alone is read if it is up to date."""
    return source_from_cache(path) if path.endswith(".pyc") else path


def _is_written(arguments: tuple[object, ...]) -> bool:
    """Whether a file is opened to be written, by its mode or its flags."""
    mode, flags = (*arguments[1:3], None, None)[:2]
    by_mode = isinstance(mode, str) and any(letter in mode for letter in "wax+")
    return by_mode or (isinstance(flags, int) and bool(flags & _WRITES))


def _is_from_a_cell(frame: FrameType | None) -> bool:
    """Whether a cell is the reason for what happens, and not the kit or the kernel.

    A thread that a cell has started has no cell among its callers.
    """
    machinery = False
    while frame is not None:
        names = frame.f_globals
        module = str(names.get("__name__", ""))
        if module == "__main__" and "get_ipython" in names:
            return True
        package = module.partition(".")[0]
        if package == _PACKAGE:
            return False
        machinery = machinery or package in _MACHINERY
        frame = frame.f_back
    return not machinery and threading.current_thread() is not threading.main_thread()


def _is_import(frame: FrameType) -> bool:
    """Whether a folder is listed to find a module."""
    return frame.f_globals.get("__name__") == _IMPORTER


def _is_hidden(name: str) -> bool:
    return (name.startswith(".") and name not in (".", "..")) or name == "__pycache__"


@cache
def _installed() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {*map(sysconfig.get_path, names), str(Path(__file__).parent), *_SYSTEM}
    return tuple(folder + os.sep for folder in sorted(folders))
