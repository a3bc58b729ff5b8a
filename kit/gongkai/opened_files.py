"""Record what a notebook's own cells read: inputs of its report that nothing else names.

The record is made where Python opens files and lists folders, whatever library asks for it, with
their contents at that moment. What another process reads, or a library without Python (pyarrow),
is not seen; nor is that somebody only asked whether a file exists.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import tempfile
import threading
from contextlib import ExitStack, suppress
from functools import cache
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import TypedDict
from urllib.parse import unquote, urlsplit

from gongkai.disk import FileTooLarge, is_unicode, read_file
from gongkai.errors import KitError
from gongkai.locks import NoLocks, locked

LISTED = "/"  # at the end of the name of a folder whose listing was read
DATABASE = "sqlite3.connect"
ABSENT = ""  # the digest of what is not there
_EVENTS = ("open", "os.listdir", "os.scandir", DATABASE)
_PACKAGE = __name__.partition(".")[0]
# Modules of the kit that only pass on what a cell does.
_PASSING_ON = ("gongkai.page.displays", "gongkai.page.lacking_letters", "gongkai.engine")
_MACHINERY = ("ipykernel", "IPython", "zmq", "tornado", "traitlets", "jupyter_client", "debugpy")
_IMPORTERS = ("_frozen_importlib_external", "importlib._bootstrap_external")
_SYSTEM = ("/proc/", "/dev/", "/sys/", "/etc/", "/usr/", "/System/", "/Library/", "C:\\Windows\\")
_WRITTEN_WHOLE = os.O_TRUNC | os.O_EXCL


class Record(TypedDict):
    """What cells have read: files and folders by path, reports by folder and year, databases.

    Each has the digests that it had, several if it changed meanwhile. `unnamed` are paths that are
    not UTF-8.
    """

    files: dict[str, str]
    reports: dict[str, str]
    databases: list[str]
    unnamed: list[str]


class OpenedFiles:
    """The record of this process, which runs one notebook at a time."""

    def __init__(self) -> None:
        self._thread = threading.local()  # whether it is reading for this record
        self._writing = ExitStack()
        self._is_build = False  # or somebody runs the notebook, whose kernel may stay for days
        self._forget()

    def begin(self) -> None:
        """Forget what was read before: a build runs a notebook, in the folder of its project."""
        self._forget()
        self._is_build = True

    def _forget(self) -> None:
        self._folder = os.getcwd()  # cells may change directory
        self._digests: dict[str, list[str]] = {}  # by absolute path
        self._reports: dict[str, list[str]] = {}
        self._written: set[str] = set()  # whole, by the cells themselves
        self._is_alone = False  # whether this report alone writes into the project
        self._databases: set[str] = set()
        self._writing.close()

    def add_report(self, agency: Path, year: int, inputs: str) -> None:
        """Record a report that was opened for its figures, with a fingerprint of its inputs."""
        found = self._reports.setdefault(self._named(agency / str(year)), [])
        if inputs not in found:
            found.append(inputs)

    def record(self) -> Record:
        """Return what was read until now."""
        files = {self._listed(path): " ".join(them) for path, them in sorted(self._digests.items())}
        unnamed = [name for name in files if not is_unicode(name)]
        return {
            "files": {name: digests for name, digests in files.items() if name not in unnamed},
            "reports": {name: " ".join(them) for name, them in sorted(self._reports.items())},
            "databases": sorted(map(self._named, self._databases)),
            "unnamed": [name.encode("utf-8", "backslashreplace").decode() for name in unnamed],
        }

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """Record what Python opens or lists, if a cell asks for it.

        Raises KitError where another report's cells write into the project for too long.
        """
        if event not in _EVENTS or getattr(self._thread, "reads", False):
            return
        self._thread.reads = True
        try:
            self._audit(event, arguments)
        except KitError:
            raise
        except Exception:  # noqa: S110 - it must never fail what a cell does
            pass
        finally:
            self._thread.reads = False

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        named = arguments[0] if arguments and arguments[0] is not None else "."
        if not isinstance(named, str | bytes | os.PathLike):
            return  # a descriptor
        frame = sys._getframe(2)  # what Python runs
        if not _is_from_a_cell(frame):
            return
        name = os.fsdecode(named)
        path = os.path.abspath(_database(name) if event == DATABASE else _source_of(name))
        if not self._is_somebodys(path):
            return
        if event == "open" and _is_written_whole(arguments):
            self._write_alone(path)
        elif event in ("open", DATABASE) and path not in self._written and not os.path.isdir(path):
            self._note(path, digest_of_file(path))
            self._databases |= {path} if event == DATABASE else set()
        elif event not in ("open", DATABASE) and not _is_import(frame):
            self._note(path, digest_of_listing(path))

    def _note(self, path: str, digest: str) -> None:
        found = self._digests.setdefault(path, [])
        if digest not in found:
            found.append(digest)

    def _write_alone(self, path: str) -> None:
        """Let one report's cells at a time write into the project: names may be the same."""
        if self._is_build and self._is_inside(path) and not self._is_alone:
            self._is_alone = True
            name = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:16]
            lock = Path(tempfile.gettempdir(), f"gongkai-cells-{name}.lock")
            with suppress(OSError, NoLocks):
                self._writing.enter_context(locked(lock))
        self._written.add(path)

    def _named(self, path: str | Path) -> str:
        """Return a path as seen from the project's folder."""
        return Path(os.path.relpath(path, self._folder)).as_posix()

    def _listed(self, path: str) -> str:
        return self._named(path) + LISTED * os.path.isdir(path)

    def _is_inside(self, path: str) -> bool:
        return path.startswith(self._folder + os.sep)

    def _is_somebodys(self, path: str) -> bool:
        """Whether a path is neither an installed package's, nor the system's, nor hidden."""
        inside, temporary = self._is_inside(path), _temporary()
        if path.startswith(temporary) and not (inside and self._folder.startswith(temporary)):
            return False
        if path.startswith(installed_folders()) or (path.startswith(_SYSTEM) and not inside):
            return False
        return not any(map(_is_hidden, Path(self._named(path)).parts))


@cache  # a hook cannot be removed
def opened_files() -> OpenedFiles:
    """Return the record of this process, which begins with the first call."""
    record = OpenedFiles()
    sys.addaudithook(record.audit)
    return record


def digest_of_file(path: str) -> str:
    """Return the hash of a file, or its size and time if it is very large; ABSENT if unreadable."""
    try:
        return hashlib.sha256(read_file(path)).hexdigest()
    except FileTooLarge:
        state = os.stat(path)
        return f"{state.st_size} {state.st_mtime_ns}"
    except OSError:
        return ABSENT


def digest_of_listing(path: str) -> str:
    """Return the hash of the names in a folder, without hidden ones; ABSENT if unreadable."""
    try:
        names = sorted(name for name in os.listdir(path) if not _is_hidden(name))
    except OSError:
        return ABSENT
    return hashlib.sha256(os.fsencode("\n".join(names))).hexdigest()


def _source_of(path: str) -> str:
    """Return the source of a compiled module, which alone is read if it is up to date."""
    with suppress(ValueError):  # compiled, and not in a cache: there is no source
        return source_from_cache(path) if path.endswith(".pyc") else path
    return path


def _is_written_whole(arguments: tuple[object, ...]) -> bool:
    """Whether a file's contents are replaced, by the mode or the flags that it is opened with."""
    mode, flags = (*arguments[1:3], None, None)[:2]
    if isinstance(mode, str):
        return "w" in mode or "x" in mode
    return isinstance(flags, int) and bool(flags & _WRITTEN_WHOLE)


def _is_from_a_cell(frame: FrameType | None) -> bool:
    """Whether a cell is the reason for what happens, and not the kit or the kernel.

    A thread that a cell has started, or a task, has no cell among its callers, but may have a
    module of somebody's own.
    """
    machinery = own = False
    while frame is not None:
        names = frame.f_globals
        module = str(names.get("__name__", ""))
        if module == "__main__" and "get_ipython" in names:
            return True
        package = module.partition(".")[0]
        if package == _PACKAGE and not module.startswith((*_PASSING_ON, __name__)):
            return False
        machinery = machinery or package in (*_MACHINERY, _PACKAGE)
        own = own or _is_own_module(names)
        frame = frame.f_back
    return own or (not machinery and threading.current_thread() is not threading.main_thread())


def _is_own_module(names: dict[str, object]) -> bool:
    """Whether the names are those of a module that is not installed, as of a helper's."""
    file = names.get("__file__")
    if not isinstance(file, str) or names.get("__name__") == "__main__":
        return False
    return not file.startswith((*installed_folders(), *_SYSTEM))


def _is_import(frame: FrameType) -> bool:
    """Whether a folder is listed to find a module."""
    return frame.f_globals.get("__name__") in _IMPORTERS


def _is_hidden(name: str) -> bool:
    return (name.startswith(".") and name not in (".", "..")) or name == "__pycache__"


@cache
def installed_folders() -> tuple[str, ...]:
    """Return the folders of Python, its packages and the kit, each with a closing separator."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {*map(sysconfig.get_path, names), str(Path(__file__).parent)}
    return tuple(folder + os.sep for folder in sorted(folders))


def _temporary() -> str:
    """Return the folder of temporary files, whose names are random."""
    return os.path.realpath(tempfile.gettempdir()) + os.sep


def _database(name: str) -> str:
    """Return the path of an SQLite database, which may be given by a URI; a device for none."""
    if name == ":memory:" or not name:
        return os.devnull
    return unquote(urlsplit(name).path) if name.startswith("file:") else name
