"""What was approved, and what is compared with it: each thing by its name and a digest.

A line of a file in `tests/approved/` is a thing that was looked at. Whoever changes one wants to:
look at what is named, then `make approve` writes down that it is as it should be.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from conftest import ROOT, elsewhere

APPROVED = ROOT / "tests" / "approved"
TO_APPROVE = "GONGKAI_APPROVE" in os.environ
SHOWN = 20  # of the things that differ
WATER = "yunxiu-water"  # the invented bureau of tests/specimen/


def _locked() -> bool:
    """Whether the libraries that make pages are those of the lock file."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pinned = dict(line.split(" ")[0].split("==") for line in lines if "==" in line)
    return all(
        version(name) == pinned[name]
        for name in ("matplotlib", "markdown-it-py", "jinja2", "pandas")
    )


where_bytes_are_the_same = pytest.mark.skipif(
    not _locked() or sys.platform != "linux",
    reason="other libraries than those of the lock file, or another system: nothing was compared",
)


def approve(group: str, things: Mapping[str, bytes]) -> None:
    """Fail where things differ from those that were approved, by name; or write these down."""
    path = APPROVED / f"{group}.txt"
    now = {name: hashlib.sha256(data).hexdigest()[:16] for name, data in things.items()}
    if TO_APPROVE:
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{digest}  {name}\n" for name, digest in now.items()), "utf-8")
    lines = path.read_text("utf-8").splitlines()
    before = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    other = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    assert other == [], f"{len(other)} differ from what was approved: {other[:SHOWN]}"


def content_of(path: Path) -> bytes:
    """Return the bytes of a file; of an archive what is in it, however well it was packed."""
    data = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


def files_in(folder: Path, *suffixes: str) -> dict[str, bytes]:
    """Return the files below a folder that end so, by their paths."""
    paths = sorted(path for path in folder.rglob("*") if path.name.endswith(suffixes))
    return {path.relative_to(folder).as_posix(): content_of(path) for path in paths}


def printed(folder: Path, commands: Iterable[str]) -> dict[str, bytes]:
    """Return what commands print and how they end, by the words that are typed."""
    found = {}
    for command in commands:
        ran = elsewhere(folder, "gongkai", *command.split(), GONGKAI_LANG="en")
        said = f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        found[f"gongkai {command}"] = said.replace(str(folder), "").encode()
    return found
