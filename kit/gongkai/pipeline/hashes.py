"""The hash of each file, remembered beside its state on the disk: what is the same is not read.

The remembered hashes are no result: without them, every file is read once.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from gongkai.disk import Stamp, is_stamp, read_file, stamp_of, write_whole
from gongkai.manifest import read_json

CACHE_FILE = ".hashes.json"
LARGEST = 500_000_000  # bytes of the memory: 150 a file
DIGEST = 64  # characters of a SHA-256
MTIME_GRACE_NS = (
    2_000_000_000  # nanoseconds: a file may be written twice before its time is another
)

Seen = dict[str, tuple[Stamp, str]]  # by the file's path, as it was asked for


class Hashes:
    """What files hash to, as far as a folder remembers it; at the end it remembers the rest."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CACHE_FILE
        self._seen = _cached(self._path)
        self._changed = False

    def __enter__(self) -> Hashes:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()

    def of(self, path: str | Path) -> str:
        """Return the SHA-256 of a file, '' where it cannot be read."""
        try:
            name, stamp = str(path), stamp_of(path)
            known = self._seen.get(name)
            if known and known[0] == stamp:
                return str(known[1])
            digest = hashlib.sha256(read_file(path)).hexdigest()
        except OSError:
            return ""
        if stamp and time.time_ns() - stamp[2] > MTIME_GRACE_NS:
            self._record(name, stamp, digest)
        return digest

    def record(self, seen: Seen) -> None:
        """Take over what another process has seen of files that it put in place."""
        for name, (stamp, digest) in seen.items():
            self._record(name, stamp, digest)

    def _record(self, name: str, stamp: Stamp, digest: str) -> None:
        self._seen[name] = (stamp, digest)
        self._changed = True

    def _write(self) -> None:
        """Remember it all; where the disk is full, the next build reads the files again."""
        if self._changed:
            with suppress(OSError):
                write_whole(self._path, json.dumps(self._seen, separators=(",", ":")))
            self._changed = False


def seen(path: Path, digest: str) -> Seen:
    """Return what is to be remembered of a file of which the hash is known."""
    return {str(path): (stamp_of(path), digest)}


def _cached(path: Path) -> dict[str, Any]:
    """Return the memory; nothing where there is none, or none of ours."""
    content = read_json(path, LARGEST, shown=False)
    if isinstance(content, dict) and all(map(_is_seen, content.values())):
        return content
    return {}


def _is_seen(found: object) -> bool:
    match found:
        case [stamp, str(digest)]:
            return bool(stamp) and is_stamp(stamp) and len(digest) == DIGEST
    return False
