"""Write the parameters of a git revision into a folder."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.project import RULES, rules_folder
from gongkai.report.beside import LARGEST_FILE
from gongkai.text.agency_names import BODIES, SLUG
from gongkai.text.files import MAX_BYTES

_PARAMETERS = re.compile(r"([a-z0-9-]+)/(agency\.yaml|[0-9]{4}\.(?:yaml|csv))")
# Including pictures and data that a year's YAML may name, and the list of bodies.
_FILES = re.compile(rf"[a-z0-9-]+/[^/.~][^/]*|{re.escape(BODIES)}")
_YAML = re.compile(r"[^/]{1,250}\.yaml")


def write_revision(revision: str, params: Path, folder: Path) -> list[str]:
    """Write the parameters of a revision into a folder, and the local rules next to it.

    Returns the links among the parameters: their targets are not in git. Raises KitError if there
    is no such folder, revision or repository, or git cannot read it completely.
    """
    if not params.is_dir():
        raise KitError(Problem("params-not-here", folder=params.as_posix()))
    outside, unknown, empty, damaged = (
        revision_problem(name, revision, params)
        for name in ("diff-no-repository", "diff-revision", "diff-no-params", "diff-damaged")
    )
    top, path = _place(params, outside)
    commit = _commit(params, revision, unknown)
    tree = f"{commit}:{path}"
    links = _write_files(top, tree, folder, empty, damaged)
    beside = posixpath.join(posixpath.dirname(path), RULES)
    _write_yaml(top, f"{commit}:{beside}", rules_folder(folder), damaged)
    return links


def write_forms(revision: str, forms: Path, params: Path, folder: Path) -> bool:
    """Write the forms of a revision into a folder; return False if git does not have their folder.

    Raises KitError if git cannot read them completely.
    """
    outside, unknown, damaged = (
        revision_problem(name, revision, forms)
        for name in ("diff-no-repository", "diff-revision", "diff-damaged")
    )
    try:
        top, path = _place(forms, outside)
        if top != _place(params, outside)[0]:
            return False
    except KitError:  # in no repository
        return False
    commit = _commit(params, revision, unknown)
    folder.mkdir(parents=True)
    _write_yaml(top, f"{commit}:{path}", folder, damaged)
    return True


def _place(folder: Path, outside: Problem) -> tuple[Path, str]:
    """Return the top of the repository that a folder is in, and its path there."""
    top, prefix = (
        os.fsdecode(_git(folder, outside, "rev-parse", question))
        for question in ("--show-toplevel", "--show-prefix")
    )
    return Path(top.rstrip("\r\n")), prefix.strip().removesuffix("/")


def _commit(folder: Path, revision: str, unknown: Problem) -> str:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return _git(folder, unknown, *words).decode().strip()


def revision_problem(id: str, revision: str, params: Path) -> Problem:
    """Return a problem with the parameters at a revision."""
    return Problem(id, revision=revision, folder=params.as_posix())


def _git(folder: Path, refused: Problem, *words: str) -> bytes:
    """Return the output of git. Raises KitError if git is missing, or fails."""
    try:
        ran = subprocess.run(  # noqa: S603 - fixed words, and a revision that is not an option
            ["git", *words],  # noqa: S607 - the user's own git
            cwd=folder,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise KitError(Problem("diff-no-git")) from None
    if b"safe.directory" in ran.stderr:  # named by git in every language
        raise KitError(Problem("diff-not-own", folder=folder.as_posix()))
    if ran.returncode:
        raise KitError(refused)
    return ran.stdout


class _Blob(NamedTuple):
    """A file of parameters at a revision: its path in the folder, its object and its size."""

    path: str
    object: bytes
    size: int


def _entries(listed: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the path of each entry that `git ls-tree -rlz` lists, and its mode, object, size."""
    for entry in listed.split(b"\0"):
        about, _, path = entry.partition(b"\t")
        yield os.fsdecode(path), about


def _blobs(listed: bytes, wanted: re.Pattern[str], damaged: Problem) -> Iterator[_Blob]:
    """Yield the files that git lists with a matching path, without links.

    Raises KitError if git lacks the object of one of them.
    """
    for name, about in _entries(listed):
        if about.startswith(b"100") and wanted.fullmatch(name):
            _, _, identity, size = about.split()
            if not size.isdigit():  # BAD
                raise KitError(damaged)
            yield _Blob(name, identity, int(size))


def _is_parameters(name: str) -> bool:
    """Whether a path in the folder is a file that reports are read from."""
    return name == BODIES or _PARAMETERS.fullmatch(name) is not None


def _links(listed: bytes) -> list[str]:
    """Return the links that git lists instead of an agency's folder, or of a file in it."""
    linked = (name for name, about in _entries(listed) if about.startswith(b"120000"))
    return [name for name in linked if SLUG.fullmatch(name) or _PARAMETERS.fullmatch(name)]


def _write_files(
    top: Path, tree: str, folder: Path, refused: Problem, damaged: Problem
) -> list[str]:
    """Write the parameter files of a tree as they were committed, one at a time.

    A file too large to be read is replaced by empty bytes, just too many for the reader.
    Returns the links among the parameters: their targets are not in git. Raises KitError if
    there is no such tree, or git cannot read it completely.
    """
    listed = _git(top, refused, "ls-tree", "-rlz", "--full-tree", tree)
    blobs = [
        blob
        for blob in _blobs(listed, _FILES, damaged)
        if _is_parameters(blob.path) or blob.size <= LARGEST_FILE
    ]
    with subprocess.Popen(
        ["git", "cat-file", "--batch"],  # noqa: S607 - the user's own git
        cwd=top,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as batch:
        for blob in blobs:
            path = folder / blob.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                if blob.size > MAX_BYTES and _is_parameters(blob.path):
                    file.truncate(MAX_BYTES + 1)
                else:
                    file.write(_content(batch, blob, damaged))
    return _links(listed)


def _write_yaml(top: Path, tree: str, folder: Path, damaged: Problem) -> None:
    """Write the YAML files of a tree, such as the local rules, into a folder, if there are any.

    Raises KitError if git cannot read them: without them, reports would seem to have changed.
    """
    commit, _, path = tree.partition(":")
    entry = _git(top, damaged, "ls-tree", "-z", "--full-tree", commit, "--", path)
    if path and not entry.startswith(b"040000"):  # there was no such folder
        return
    folder.mkdir(exist_ok=True)
    listed = _git(top, damaged, "ls-tree", "-lz", "--full-tree", tree)
    for blob in _blobs(listed, _YAML, damaged):
        if blob.size <= MAX_BYTES:
            data = _git(top, damaged, "cat-file", "blob", blob.object.decode())
            (folder / blob.path).write_bytes(data)


def _content(batch: subprocess.Popen[bytes], blob: _Blob, damaged: Problem) -> bytes:
    """Return a file as it is in git, without conversions by gitattributes."""
    if batch.stdin is None or batch.stdout is None:
        raise KitError(damaged)
    try:
        batch.stdin.write(blob.object + b"\n")
        batch.stdin.flush()
    except OSError:  # git has ended
        with suppress(OSError):  # closing flushes what git has not read
            batch.stdin.close()
        raise KitError(damaged) from None
    if not batch.stdout.readline().endswith(b" blob %d\n" % blob.size):
        raise KitError(damaged)
    data = batch.stdout.read(blob.size)
    if len(data) < blob.size:  # git ends in the middle of a damaged object
        raise KitError(damaged)
    batch.stdout.read(1)  # the line feed after it
    return data
