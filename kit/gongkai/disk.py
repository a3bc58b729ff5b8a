"""Files that several processes write: one at a time, and whole or not at all.

The home of filelock. Imports nothing of the kit.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path


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
