"""Files on the disk: read with a bound, written whole or not at all, one writer at a time.

The home of filelock. Imports nothing of the kit.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

LARGEST_OUTPUT = 100_000_000  # bytes; no page, notebook or state file of ours comes near it


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
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise NotARegularFile(errno.EINVAL, "not a regular file", str(path))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise FileTooLarge(errno.EFBIG, f"larger than {limit} bytes", str(path))
    return data


_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time do what is done inside, on this machine and on shared folders."""
    from filelock import FileLock

    with FileLock(path, poll_interval=0.005):
        yield


ASIDE = ".building-"


def aside_name() -> str:
    """Return a name for what is not finished; it says whose it is, should it be left behind.

    By number and by lot: on a shared folder, processes of two machines can have one number.
    """
    return f"{ASIDE}{machine()}-{os.getpid()}-{secrets.token_hex(4)}"


@cache
def machine() -> str:
    """Return where a process's number means something: this host, and on Linux this container."""
    try:
        container = os.readlink("/proc/self/ns/pid")
    except OSError:
        container = ""
    return socket.gethostname() + "".join(sign for sign in container if sign.isdigit())


def write_whole(path: Path, data: str | bytes, folder: Path | None = None) -> None:
    """Write a file whole or not at all: aside first, then moved into its place.

    Aside is in `folder`, which must be on the same disk, otherwise beside the file. Raises
    OSError where it cannot be written.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    aside = (folder or path.parent) / aside_name()
    try:
        aside.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
