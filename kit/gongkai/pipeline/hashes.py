"""Cache the hash of each file with its stamp, so that unchanged files are not read again.

The cache is not a result: without it, every file is read once.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from gongkai.disk import Stamp, is_stamp, read_file, read_json, stamp_of, write_whole

CACHE_FILE = ".hashes.json"
LARGEST = 500_000_000  # bytes of the cache: 150 per file
DIGEST = 64  # characters of a SHA-256
MTIME_GRACE_NS = 2_000_000_000  # a file may be written twice within one tick of its clock

Seen = dict[str, tuple[Stamp, str]]  # by path, as passed to Hashes.of


class Hashes:
    """The hashes of files, cached in a folder; the cache is saved on exit."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CACHE_FILE
        self._seen = _cached(self._path)
        self._changed = False

    def __enter__(self) -> Hashes:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()

    def of(self, path: str | Path) -> str:
        """Return the SHA-256 of a file, '' if it cannot be read."""
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
        """Add the hashes of files that another process put in place."""
        for name, (stamp, digest) in seen.items():
            self._record(name, stamp, digest)

    def _record(self, name: str, stamp: Stamp, digest: str) -> None:
        self._seen[name] = (stamp, digest)
        self._changed = True

    def _write(self) -> None:
        """Save the cache; if the disk is full, the next build reads the files again."""
        if self._changed:
            with suppress(OSError):
                write_whole(self._path, json.dumps(self._seen, separators=(",", ":")))
            self._changed = False


def seen(path: Path, digest: str) -> Seen:
    """Return the cache entry of a file whose hash is known."""
    return {str(path): (stamp_of(path), digest)}


def _cached(path: Path) -> dict[str, Any]:
    """Return the saved cache; an empty one if there is none, or if it is invalid."""
    content = read_json(path, LARGEST, shown=False)
    if isinstance(content, dict) and all(map(_is_seen, content.values())):
        return content
    return {}


def _is_seen(found: object) -> bool:
    match found:
        case [stamp, str(digest)]:
            return bool(stamp) and is_stamp(stamp) and len(digest) == DIGEST
    return False
