"""Files that several processes write: one at a time, and whole or not at all.

The home of filelock. Imports nothing of the kit.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time do what is done inside, on this machine and on shared folders."""
    from filelock import FileLock

    with FileLock(path, poll_interval=0.005):
        yield


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file whole or not at all: aside first, then moved into its place.

    Raises OSError where it cannot be written.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    # By number and by lot: on a shared folder, processes of two machines can have one number.
    aside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        aside.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
