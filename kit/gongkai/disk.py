"""Read files with a size limit, and write them whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

LARGEST_OUTPUT = 100_000_000  # bytes; our pages, notebooks and state files are far smaller
# Flags of a file that is opened: a pipe would wait for its writer.
WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # a link could lead to another user's file
# A file's device, inode, mtime, ctime and size.
Stamp = list[int]
STAGING = ".building-"
SCRATCH = "gongkai-"
LONG_AGO = 24 * 60 * 60  # seconds; writing one report never takes this long


class NotARegularFile(OSError):
    """A pipe, a device or a socket was found where a file was expected."""


class FileTooLarge(OSError):
    """A file has more bytes than its reader accepts."""


def read_file(path: str | Path, limit: int = LARGEST_OUTPUT) -> bytes:
    """Return the bytes of a regular file, at most `limit` of them; never wait for a writer.

    Raises OSError if that is impossible: NotARegularFile for a pipe or a device, FileTooLarge,
    or the system's error. A path with a NUL counts as not found.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | WITHOUT_WAITING)
    except ValueError:  # an embedded NUL, a lone surrogate
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None
    try:
        state = os.fstat(descriptor)
        if stat.S_ISDIR(state.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(state.st_mode):
            raise NotARegularFile(errno.EINVAL, "not a regular file", str(path))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(min(state.st_size, limit) + 1)
            if len(data) > state.st_size:  # it has grown, or has no known size
                data += file.read(limit + 1 - len(data))
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise FileTooLarge(errno.EFBIG, f"larger than {limit} bytes", str(path))
    return data


def is_unicode(name: str) -> bool:
    """Whether a file name can be written as UTF-8: Linux allows any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_json(path: Path, limit: int, *, shown: bool = True) -> Any:
    """Return what a file of JSON holds; None where there is no such file, or it is damaged.

    With `shown`, a lone surrogate, which no page could hold, counts as damage too.
    """
    try:
        data = read_file(path, limit)
        found = json.loads(data)
        if shown and b"\\u" in data:
            json.dumps(found, ensure_ascii=False).encode()
    except (OSError, ValueError, RecursionError):
        return None
    return found


# --- staging ----------------------------------------------------------------------


def staging_name(prefix: str = STAGING) -> str:
    """Return a name for an unfinished file or folder, from which its owner can be told.

    It has a random part too: on a shared folder, processes of two machines can have the same id.
    """
    return f"{prefix}{machine()}-{os.getpid()}-{secrets.token_hex(4)}"


@cache
def machine() -> str:
    """Return an id of the host, and on Linux of the container, within which a process id is unique.

    It has eight hex digits: a kernel has a socket in a folder of this name, and on some systems
    the path of a socket may have at most 104 bytes.
    """
    try:
        container = os.readlink("/proc/self/ns/pid")
    except OSError:
        container = ""
    return hashlib.sha256((socket.gethostname() + container).encode()).hexdigest()[:8]


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a private folder for drafts among the system's temporary files.

    Folders left behind by killed processes are removed first.
    """
    temporary = Path(tempfile.gettempdir())
    remove_abandoned_staging(temporary, SCRATCH)
    with staging_folder(temporary, SCRATCH, 0o700) as folder:
        yield folder


@contextmanager
def staging_folder(parent: Path, prefix: str = STAGING, mode: int = 0o777) -> Iterator[Path]:
    """Yield a folder for unfinished files; its name tells its owner, should it be left behind."""
    folder = parent / staging_name(prefix)
    folder.mkdir(mode, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM until the body has finished.

    Has no effect if the system cannot block signals, as on Windows.
    """
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


def remove_abandoned_staging(folder: Path, prefix: str = STAGING) -> None:
    """Remove the folders and files that killed processes left in a folder.

    Those of this machine are removed once their process has ended, whatever their age; those of
    other machines or removed containers after a day. On Windows, where checking for a process
    would send it Ctrl-C, all are removed after a day.
    """
    for path in folder.glob(f"{prefix}*"):
        host, _, process = path.name.removeprefix(prefix).rpartition("-")[0].rpartition("-")
        if not host or not process.isdecimal():  # not one of our names
            continue
        here = host == machine() and os.name != "nt"
        if not is_alive(process) if here else _is_old(path):
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):  # an unfinished index is a file
                path.unlink(missing_ok=True)


def is_alive(process: str) -> bool:
    """Whether a process with this id runs on this machine; must not be called on Windows.

    A zombie does not count as running. In many containers, zombies remain, because the
    first process never waits for its children.
    """
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except OSError:  # a process of another user
        return True
    try:
        state = Path("/proc", process, "stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):  # not Linux
        return True
    return state not in (b"Z", b"X")


def _is_old(path: Path) -> bool:
    """Whether something is older than LONG_AGO."""
    try:
        return time.time() - path.lstat().st_mtime > LONG_AGO
    except OSError:  # another builder has removed it already
        return False


def stamp_of(file: str | Path | os.DirEntry[str]) -> Stamp:
    """Return a stamp that changes when a file does, unique to the file; [] if there is no file."""
    try:
        state = file.stat() if isinstance(file, os.DirEntry) else os.stat(file)
    except OSError:
        return []
    times = (state.st_mtime_ns, state.st_ctime_ns)
    return [state.st_dev, state.st_ino, *times, state.st_size]


def is_stamp(found: object) -> bool:
    """Whether a value from JSON is a stamp."""
    match found:
        case [] | [int(), int(), int(), int(), int()]:
            return True
    return False


def append_line(path: Path, line: bytes) -> None:
    """Append a line to a file; first end an unfinished line that a killed process left.

    Raises OSError if it cannot be written, or is not a regular file.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | WITHOUT_WAITING | NO_LINK
    descriptor = os.open(path, flags, 0o666)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotARegularFile(errno.EINVAL, "not a regular file", str(path))
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else b"\n" + line
        os.write(descriptor, line + b"\n")


def refuse_other_than_file(path: Path) -> None:
    """Raise OSError if there is a folder or a device at `path`, which a file would replace."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        raise NotARegularFile(errno.EINVAL, "not a regular file", str(path))


@contextmanager
def writing_whole(path: Path, folder: Path | None = None) -> Iterator[BinaryIO]:
    """Yield a staging file, which replaces the file at `path` when the body has finished.

    It is in `folder`, by default next to the file. Raises OSError
    if it cannot be written, or if `path` is a folder or a device.
    """
    refuse_other_than_file(path)
    aside = (folder or path.parent) / staging_name()
    try:
        with aside.open("wb") as file:
            yield file
        replace_whole(aside, path)
    except UnicodeEncodeError:  # a name that the system's encoding cannot represent
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), str(path)) from None
    finally:
        aside.unlink(missing_ok=True)


def replace_whole(aside: Path, path: Path) -> None:
    """Replace a file by a finished one at once, even where that is on another disk.

    An agency's folder may be a link to another disk than the folder around it.
    """
    try:
        os.replace(aside, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = path.parent / staging_name()
        try:
            shutil.copyfile(aside, beside)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)


def write_whole(path: Path, data: str | bytes, folder: Path | None = None) -> None:
    """Write a file whole or not at all; see `writing_whole`."""
    with writing_whole(path, folder) as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def home_folder() -> Path | None:
    """Return the user's home folder; None if there is none, as for some users of containers."""
    try:
        return Path.home()
    except RuntimeError:
        return None
