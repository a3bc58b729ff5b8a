"""Files on the disk: read with a bound, written whole or not at all, one writer at a time.

The home of filelock.
"""

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gongkai.errors import KitError, Problem, printable

if TYPE_CHECKING:
    from filelock import BaseFileLock

LARGEST_OUTPUT = 100_000_000  # bytes; no page, notebook or state file of ours comes near it
LARGEST_TEMPLATE = 20_000_000  # bytes of a notebook to be run; ours has some 7,000
# A file's device and number, its times of writing and of being put in place, and its size.
Stamp = list[int]


class NotARegularFile(OSError):
    """A pipe, a device or a socket stands where a file was expected."""


class FileTooLarge(OSError):
    """A file has more bytes than its reader takes."""


def read_file(path: str | Path, limit: int = LARGEST_OUTPUT) -> bytes:
    """Return the bytes of a regular file, at most `limit` of them; never wait for a writer.

    Raises OSError where there is none: NotARegularFile for a pipe or a device, FileTooLarge,
    or what the system says. A path with a NUL in it is no file either.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _WITHOUT_WAITING)
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
            if len(data) > state.st_size:  # it has grown, or the system knows no size for it
                data += file.read(limit + 1 - len(data))
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise FileTooLarge(errno.EFBIG, f"larger than {limit} bytes", str(path))
    return data


def notebook_text(path: Path) -> str:
    """Return the text of a notebook that is to be run, at most LARGEST_TEMPLATE bytes of it.

    Raises KitError where there is no such file, or no text in it.
    """
    try:
        text = read_file(path, LARGEST_TEMPLATE).decode()
        if not _has_half_characters(text):
            return text
        problem = Problem("notebook-half-character", path.as_posix())
    except FileTooLarge:
        limit = LARGEST_TEMPLATE // 10**6
        problem = Problem("file-too-large", path.as_posix(), limit=limit)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        problem = Problem("notebook-unreadable", path.as_posix(), reason=reason)
    raise KitError(problem)


def _has_half_characters(text: str) -> bool:
    """Whether a text of JSON has an escape for half a character, which no file could hold."""
    if "\\u" not in text:
        return False
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):  # no JSON: whoever parses it says so
        return False
    return False


_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # a link could lead to a file of somebody else


# --- one writer at a time ---------------------------------------------------------

SOON = 1.0  # seconds after which it is said that somebody is waiting
PATIENCE = 600.0  # seconds after which whoever waits gives up
LONGEST_HOLDER = 1000  # bytes


class LockHeld(KitError):
    """Another process has held a lock for longer than anybody waits."""


def _say_nothing(_: Problem) -> None:
    pass


# Called with a sentence when this process has waited for a lock for a moment; the command
# prints it.
when_waiting: Callable[[Problem], object] = _say_nothing


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time do what is done inside, on this machine and on shared folders.

    Who waits longer than a moment says for whom. Raises LockHeld after PATIENCE seconds, and
    OSError at once where there can be no lock, such as in a folder that is not there.
    """
    from filelock import FileLock

    _make_lock(path)
    lock = FileLock(path)
    _acquire(lock, path)
    try:
        _sign(path)
        yield
    finally:
        lock.release()


def _make_lock(path: Path) -> None:
    """Make the file of a lock, which only those may open who may write here.

    Whoever can open a lock's file can hold it. So of those whom the umask lets read, only they
    get it whom it lets write: in a folder that a group shares (umask 002) that is the group.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileExistsError:
        return
    try:
        if os.name != "nt":
            writers = os.fstat(descriptor).st_mode & 0o222
            os.fchmod(descriptor, writers | writers << 1)
    finally:
        os.close(descriptor)


def _acquire(lock: BaseFileLock, path: Path) -> None:
    from filelock import Timeout

    try:
        lock.acquire(timeout=min(SOON, PATIENCE), poll_interval=0.005)
        return
    except Timeout:
        when_waiting(Problem("lock-waiting", path.as_posix(), holder=_holder(path)))
    try:
        lock.acquire(timeout=max(PATIENCE - SOON, 0), poll_interval=0.05)
    except Timeout:
        details = {"holder": _holder(path), "seconds": f"{PATIENCE:g}"}
        raise LockHeld(Problem("lock-held", path.as_posix(), **details)) from None


def _sign(path: Path) -> None:
    """Write into a lock's file who holds it; where that fails, the lock has no holder."""
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    flags = os.O_WRONLY | os.O_TRUNC | _WITHOUT_WAITING | _NO_LINK
    with suppress(OSError):
        descriptor = os.open(path, flags)
        try:
            os.write(descriptor, f"{socket.gethostname()}\n{os.getpid()}\n{since}\n".encode())
        finally:
            os.close(descriptor)


def _holder(path: Path) -> Problem:
    """Return in words who holds a lock."""
    try:
        host, process, since = read_file(path, LONGEST_HOLDER).decode().split("\n")[:3]
    except (OSError, ValueError):
        return Problem("lock-holder-unknown")
    if host == socket.gethostname() and os.name != "nt" and not is_alive(process):
        return Problem("lock-holder-unknown")  # somebody who only opened the file
    said = {"host": printable(host), "process": printable(process), "since": printable(since)}
    return Problem("lock-holder", **said)


def is_alive(process: str) -> bool:
    """Whether a process of this number runs on this machine; not to be asked on Windows.

    One that has ended does not, even if its parent has not asked how: in many containers the
    first process never does.
    """
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except OSError:  # another user's
        return True
    try:
        state = Path("/proc", process, "stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):  # no Linux
        return True
    return state not in (b"Z", b"X")


# --- aside ------------------------------------------------------------------------

STAGING = ".building-"
SCRATCH = "gongkai-"
LONG_AGO = 24 * 60 * 60  # seconds: nobody writes one report for so long


def staging_name(prefix: str = STAGING) -> str:
    """Return a name for what is not finished; it says whose it is, should it be left behind.

    By number and by lot: on a shared folder, processes of two machines can have one number.
    """
    return f"{prefix}{machine()}-{os.getpid()}-{secrets.token_hex(4)}"


@cache
def machine() -> str:
    """Return where a process's number means something: this host, and on Linux this container.

    As eight letters: the path of a socket, which a kernel has in a folder of this name, may have
    104 bytes on some systems.
    """
    try:
        container = os.readlink("/proc/self/ns/pid")
    except OSError:
        container = ""
    return hashlib.sha256((socket.gethostname() + container).encode()).hexdigest()[:8]


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder for drafts, among the system's temporary files; nobody else may read it.

    What processes left there that were killed is removed first.
    """
    temporary = Path(tempfile.gettempdir())
    remove_abandoned_staging(temporary, SCRATCH)
    folder = temporary / staging_name(SCRATCH)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and a request to end wait until what is done inside is done.

    Only where the system can make signals wait, which Windows cannot.
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
    """Remove what processes left in a folder when they were killed: folders and files.

    That of this machine once its process has ended, whatever the clock says; that of other
    machines, or of a container that was removed, after a day. On Windows, to ask for a process is
    to send it Ctrl-C: there all waits for a day.
    """
    for path in folder.glob(f"{prefix}*"):
        host, _, process = path.name.removeprefix(prefix).rpartition("-")[0].rpartition("-")
        if not host or not process.isdecimal():  # a name that is not ours
            continue
        here = host == machine() and os.name != "nt"
        if not is_alive(process) if here else _is_old(path):
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):  # an index that was being written is a file
                path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    """Whether something has been there for longer than anybody writes one report."""
    try:
        return time.time() - path.lstat().st_mtime > LONG_AGO
    except OSError:  # another builder was faster
        return False


def stamp_of(file: str | Path | os.DirEntry[str]) -> Stamp:
    """Return what changes when a file does, another for each file; [] where there is none."""
    try:
        state = file.stat() if isinstance(file, os.DirEntry) else os.stat(file)
    except OSError:
        return []
    times = (state.st_mtime_ns, state.st_ctime_ns)
    return [state.st_dev, state.st_ino, *times, state.st_size]


def is_stamp(found: object) -> bool:
    """Whether something that was read is a stamp."""
    match found:
        case [] | [int(), int(), int(), int(), int()]:
            return True
    return False


def append_line(path: Path, line: bytes) -> None:
    """Append a line to a file, after whatever half a line a killed process left at its end.

    Raises OSError where it cannot be written, or where the file is none.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _WITHOUT_WAITING | _NO_LINK
    descriptor = os.open(path, flags, 0o666)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotARegularFile(errno.EINVAL, "not a regular file", str(path))
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else b"\n" + line
        os.write(descriptor, line + b"\n")


@contextmanager
def writing_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that takes its place whole, once what is done inside is done.

    Raises OSError where it cannot be written.
    """
    aside = path.parent / staging_name()
    try:
        with aside.open("wb") as file:
            yield file
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_whole(path: Path, data: str | bytes, folder: Path | None = None) -> None:
    """Write a file whole or not at all: aside first, then moved into its place.

    Aside is in `folder`, which must be on the same disk, otherwise beside the file. Raises
    OSError where it cannot be written.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():  # a device would be replaced by a file
        raise NotARegularFile(errno.EINVAL, "not a regular file", str(path))
    aside = (folder or path.parent) / staging_name()
    data = data if isinstance(data, bytes) else data.encode()
    try:
        aside.write_bytes(data)
        os.replace(aside, path)
    except UnicodeEncodeError:  # a name that the system's encoding does not have
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), str(path)) from None
    finally:
        aside.unlink(missing_ok=True)
