"""Write the parameters of a git revision into a folder."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
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
    repository = _Repository(params, revision)
    links = repository.write_files(folder)
    beside = posixpath.join(posixpath.dirname(repository.path), RULES)
    repository.write_yaml(beside, rules_folder(folder))
    return links


def write_forms(revision: str, forms: Path, params: Path, folder: Path) -> bool:
    """Write the forms of a revision into a folder; return False if git does not have their folder.

    Raises KitError if git cannot read them completely.
    """
    try:
        repository = _Repository(forms, revision)
        if repository.top != _Repository(params, revision).top:
            return False
    except KitError:  # in no repository
        return False
    folder.mkdir(parents=True)
    repository.write_yaml(repository.path, folder)
    return True


def revision_problem(id: str, revision: str, params: Path) -> Problem:
    """Return a problem with the parameters at a revision."""
    return Problem(id, revision=revision, folder=params.as_posix())


class _Blob(NamedTuple):
    """A file of parameters at a revision: its path in the folder, its object and its size."""

    path: str
    object: bytes
    size: int


class _Repository:
    """The repository that a folder is in, at a revision. Each method raises KitError if git fails.

    `top` is its folder, `path` that of the other folder in it.
    """

    def __init__(self, folder: Path, revision: str) -> None:
        self._folder = folder
        self._revision = revision
        self.top = folder  # until git says which it is
        top, prefix = (
            os.fsdecode(self._git("diff-no-repository", "rev-parse", question))
            for question in ("--show-toplevel", "--show-prefix")
        )
        self.top = Path(top.rstrip("\r\n"))
        self.path = prefix.strip().removesuffix("/")

    @cached_property
    def _commit(self) -> str:
        commit = f"{self._revision}^{{commit}}"
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", commit)
        return self._git("diff-revision", *words).decode().strip()

    def _refused(self, id: str) -> KitError:
        return KitError(revision_problem(id, self._revision, self._folder))

    def _git(self, refused: str, *words: str) -> bytes:
        """Return the output of git; `refused` is the problem if it fails."""
        try:
            ran = subprocess.run(  # noqa: S603 - fixed words, and a revision that is not an option
                ["git", *words],  # noqa: S607 - the user's own git
                cwd=self.top,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise KitError(Problem("diff-no-git")) from None
        if b"safe.directory" in ran.stderr:  # named by git in every language
            raise KitError(Problem("diff-not-own", folder=self.top.as_posix()))
        if ran.returncode:
            raise self._refused(refused)
        return ran.stdout

    def _blobs(self, listed: bytes, wanted: re.Pattern[str]) -> Iterator[_Blob]:
        """Yield the files that git lists with a matching path, without links."""
        for name, about in _entries(listed):
            if about.startswith(b"100") and wanted.fullmatch(name):
                _, _, identity, size = about.split()
                if not size.isdigit():  # BAD: git lacks the object
                    raise self._refused("diff-damaged")
                yield _Blob(name, identity, int(size))

    def write_files(self, folder: Path) -> list[str]:
        """Write the parameter files as they were committed, one at a time.

        A file too large to be read is replaced by empty bytes, just too many for the reader.
        Returns the links among the parameters: their targets are not in git.
        """
        tree = f"{self._commit}:{self.path}"
        self._git("diff-no-params", "ls-tree", "-z", "--full-tree", tree)  # without their sizes
        listed = self._git("diff-damaged", "ls-tree", "-rlz", "--full-tree", tree)
        blobs = [
            blob
            for blob in self._blobs(listed, _FILES)
            if _is_parameters(blob.path) or blob.size <= LARGEST_FILE
        ]
        with subprocess.Popen(
            ["git", "cat-file", "--batch"],  # noqa: S607 - the user's own git
            cwd=self.top,
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
                        file.write(self._content(batch, blob))
        return _links(listed)

    def write_yaml(self, path: str, folder: Path) -> None:
        """Write the YAML files of a folder, such as the local rules, into another, if it is there.

        They are not left out where git cannot read them: reports would seem to have changed.
        """
        entry = self._git("diff-damaged", "ls-tree", "-z", "--full-tree", self._commit, "--", path)
        if path and not entry.startswith(b"040000"):  # there was no such folder
            return
        folder.mkdir(exist_ok=True)
        tree = f"{self._commit}:{path}"
        listed = self._git("diff-damaged", "ls-tree", "-lz", "--full-tree", tree)
        for blob in self._blobs(listed, _YAML):
            if blob.size <= MAX_BYTES:
                data = self._git("diff-damaged", "cat-file", "blob", blob.object.decode())
                (folder / blob.path).write_bytes(data)

    def _content(self, batch: subprocess.Popen[bytes], blob: _Blob) -> bytes:
        """Return a file as it is in git, without conversions by gitattributes."""
        if batch.stdin is None or batch.stdout is None:
            raise self._refused("diff-damaged")
        try:
            batch.stdin.write(blob.object + b"\n")
            batch.stdin.flush()
        except OSError:  # git has ended
            with suppress(OSError):  # closing flushes what git has not read
                batch.stdin.close()
            raise self._refused("diff-damaged") from None
        if not batch.stdout.readline().endswith(b" blob %d\n" % blob.size):
            raise self._refused("diff-damaged")
        data = batch.stdout.read(blob.size)
        if len(data) < blob.size:  # git ends in the middle of a damaged object
            raise self._refused("diff-damaged")
        batch.stdout.read(1)  # the line feed after it
        return data


def _entries(listed: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the path of each entry that `git ls-tree -rlz` lists, and its mode, object, size."""
    for entry in listed.split(b"\0"):
        about, _, path = entry.partition(b"\t")
        yield os.fsdecode(path), about


def _is_parameters(name: str) -> bool:
    """Whether a path in the folder is a file that reports are read from."""
    return name == BODIES or _PARAMETERS.fullmatch(name) is not None


def _links(listed: bytes) -> list[str]:
    """Return the links that git lists instead of an agency's folder, or of a file in it."""
    linked = (name for name, about in _entries(listed) if about.startswith(b"120000"))
    return [name for name in linked if SLUG.fullmatch(name) or _PARAMETERS.fullmatch(name)]
