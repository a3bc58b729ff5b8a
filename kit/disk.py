"""Files that several processes write: one at a time, and whole or not at all.

The home of filelock. Imports nothing of the kit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time do what is done inside, on this machine and on shared folders."""
    from filelock import FileLock

    with FileLock(path, poll_interval=0.005):
        yield


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: aside first, then moved into its place.

    Raises OSError where it cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(text.encode())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
