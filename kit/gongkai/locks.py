"""File locks: one writer at a time, on this machine and on shared folders.

The home of filelock.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gongkai.disk import NO_LINK, WITHOUT_WAITING, is_alive, read_file
from gongkai.errors import KitError, Problem, reason_of
from gongkai.messages import printable

if TYPE_CHECKING:
    from filelock import BaseFileLock

SOON = 1.0  # seconds until a message says that this process is waiting
PATIENCE = 600.0  # seconds until a waiting process gives up
LONGEST_HOLDER = 1000  # bytes
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP)


class NotLocked(KitError):
    """A lock could not be taken."""


class LockHeld(NotLocked):
    """Another process has held a lock for longer than PATIENCE."""


class NoLocks(NotLocked):
    """The file system of a lock file has no locks, as some network drives have none."""


def _say_nothing(_: Problem) -> None:
    pass


# Called with a message when this process has waited SOON seconds for a lock; the command
# sets it to print the message.
when_waiting: Callable[[Problem], object] = _say_nothing


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Run the body in one process at a time, on this machine and on shared folders.

    After SOON seconds, `when_waiting` reports the holder. Raises LockHeld after PATIENCE seconds;
    and at once NoLocks, or OSError if the file cannot be made, such as in a missing folder.
    """
    from filelock import FileLock

    _make_lock(path)
    # The file is there already, which a lock without flock would take for a lock that is held.
    lock = FileLock(path, fallback_to_soft=False)
    try:
        _acquire(lock, path)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        problem = Problem("lock-impossible", path.as_posix(), reason=reason_of(error))
        raise NoLocks(problem) from None
    try:
        _sign(path)
        yield
    finally:
        lock.release()


def _make_lock(path: Path) -> None:
    """Create a lock file that only users who may write here can open.

    Anyone who can open a lock file can hold the lock. So read permission is granted only along
    with write permission, as the umask allows: with umask 002, to the group that shares a folder.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileExistsError:
        return
    try:
        if os.name != "nt":
            writers = os.fstat(descriptor).st_mode & 0o222
            with suppress(OSError):  # on a file system without permissions
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
    """Write the holder into a lock file; if that fails, the holder is unknown."""
    flags = os.O_WRONLY | os.O_TRUNC | WITHOUT_WAITING | NO_LINK
    with suppress(OSError, ValueError):  # no such time zone: TZ=x+99
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        descriptor = os.open(path, flags)
        try:
            os.write(descriptor, f"{socket.gethostname()}\n{os.getpid()}\n{since}\n".encode())
        finally:
            os.close(descriptor)


def _holder(path: Path) -> Problem:
    """Return a description of the holder of a lock."""
    try:
        host, process, since = read_file(path, LONGEST_HOLDER).decode().split("\n")[:3]
    except (OSError, ValueError):
        return Problem("lock-holder-unknown")
    if host == socket.gethostname() and os.name != "nt" and not is_alive(process):
        return Problem("lock-holder-unknown")  # a process that only opened the file holds it
    details = {"host": printable(host), "process": printable(process), "since": printable(since)}
    return Problem("lock-holder", **details)
