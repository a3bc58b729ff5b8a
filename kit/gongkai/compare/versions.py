"""The two sides of a comparison: a report or a folder, as it is or at a git revision."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.project import MANIFEST, RULES, Survey, Target, rules_folder, survey
from gongkai.report.beside import LARGEST_FILE
from gongkai.spelling import nearest
from gongkai.text.agency_names import BODIES, SLUG, Names, agency_names
from gongkai.text.files import MAX_BYTES

_PARAMETERS = re.compile(r"([a-z0-9-]+)/(agency\.yaml|[0-9]{4}\.(?:yaml|csv))")
# Including pictures and data that a year's YAML may name, and the list of bodies.
_FILES = re.compile(rf"[a-z0-9-]+/[^/.~][^/]*|{re.escape(BODIES)}")
_RULES = re.compile(r"[^/]+\.yaml")
_REPORT = re.compile(r"(?:(.+)[/\\])?([a-z0-9-]+)[/\\]([0-9]{4})")
_REVISION = re.compile(r"([^:]+):(.*)", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True)
class Version:
    """One side: a folder of parameters, or of results if `built`; one report, or all."""

    word: str
    folder: Path
    built: bool = False
    target: Target | None = None
    shown: str = ""
    links: tuple[Problem, ...] = ()

    def label(self, target: Target) -> str:
        """Return the name for a report of this side."""
        return f"{self.shown}{target}"

    def named(self, error: KitError) -> KitError:
        """Return an error with file names as the user gave them."""
        inside = f"{self.folder.as_posix()}/"
        shown = self.shown or inside
        return KitError(
            *(
                problem.at(problem.file.replace(inside, shown), problem.line)
                for problem in error.problems
            )
        )

    @cached_property
    def names(self) -> Names:
        """The names of each agency of this side, by its slug."""
        return agency_names(self.folder)

    @cached_property
    def _survey(self) -> Survey:
        return survey(self.folder, (MANIFEST,)) if self.built else survey(self.folder)

    def targets(self) -> list[Target]:
        """Return all reports of this side that could be read, in order."""
        return self._survey.targets

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read: on this side, or of its one report."""
        return self.unread(self.target) if self.target else (*self._survey.problems, *self.links)

    def unread(self, target: Target) -> tuple[Problem, ...]:
        """Return what could not be read of one report: its agency's folder, or a link."""
        folder = (self.folder / target.slug).as_posix()
        found = [problem for problem in self._survey.problems if problem.file == folder]
        return (*found, *(link for link in self.links if _belongs_to(link, target)))


def find_version(word: str, params: Path, scratch: Path) -> Version:
    """Return the side that a word names: `[REV:][FOLDER/]AGENCY/YEAR`, `REV:` or `FOLDER`.

    The files of a git revision are written below `scratch`. Raises KitError if there is no
    such report, folder, revision or repository.
    """
    report, here = _REPORT.fullmatch(word), Version(word, params)
    if report and not report[1]:
        target = Target(report[2], int(report[3]))
        if target in here.targets() or here.unread(target):
            return _one(here, report[2], report[3])
    if os.path.isdir(word):  # Path.is_dir may raise, as for a very long word
        return _whole(word, Path(word), "")
    if report and report[1] and os.path.isdir(report[1]):
        return _one(_whole(word, Path(report[1]), f"{report[1]}/"), report[2], report[3])
    revision = None if _DRIVE.match(word) else _REVISION.fullmatch(word)
    if revision:
        return _at_revision(word, revision[1], revision[2], params, scratch)
    known = [str(target) for target in here.targets()]
    meant = nearest(word, known)
    message = "diff-meant" if meant else "diff-unknown"
    raise KitError(Problem(message, word=word, meant=meant))


def find_pair(left: str, right: str, params: Path, scratch: Path) -> tuple[Version, Version]:
    """Return both sides. Raises KitError with all problems, or if they cannot be compared."""
    found = []
    problems: list[Problem] = []
    for word, name in ((left, "left"), (right, "right")):
        try:
            found.append(find_version(word, params, scratch / name))
        except KitError as error:
            problems += error.problems
    if problems:
        raise KitError(*problems)
    ours, theirs = found
    if ours.built != theirs.built:
        raise KitError(Problem("diff-kinds", left=left, right=right))
    if (ours.target is None) != (theirs.target is None):
        raise KitError(Problem("diff-whole", left=left, right=right))
    return ours, theirs


def _whole(word: str, folder: Path, shown: str) -> Version:
    """Return a folder of parameters or of results. Raises KitError if it is neither."""
    versions = [Version(word, folder, built, shown=shown) for built in (False, True)]
    for version in versions:
        if version.targets():
            return version
    unread = versions[0].problems
    raise KitError(*unread or [Problem("diff-folder", folder=folder.as_posix())])


def _one(version: Version, slug: str, year: str) -> Version:
    """Return one report of a folder. Raises KitError if it is missing or unreadable."""
    target = Target(slug, int(year))
    if version.unread(target):
        raise KitError(*version.unread(target))
    known = version.targets()
    if target not in known:
        meant = nearest(str(target), [str(item) for item in known])
        message = "diff-meant" if meant else "diff-unknown"
        raise KitError(Problem(message, word=version.word, meant=f"{version.shown}{meant}"))
    return replace(version, target=target)


# --- git --------------------------------------------------------------------------


def _at_revision(word: str, revision: str, rest: str, params: Path, scratch: Path) -> Version:
    """Return the parameters, or one report, as they were at a revision."""
    named = _REPORT.fullmatch(rest)
    if rest and (not named or named[1]):
        raise KitError(Problem("diff-unknown", word=word, meant=""))
    if not params.is_dir():
        raise KitError(Problem("params-not-here", folder=params.as_posix()))
    details = {"revision": revision, "folder": params.as_posix()}
    outside = Problem("diff-no-repository", **details)
    commit = f"{revision}^{{commit}}"
    top, prefix = (
        os.fsdecode(_git(params, outside, "rev-parse", question))
        for question in ("--show-toplevel", "--show-prefix")
    )
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", commit)
    found = _git(params, Problem("diff-revision", **details), *words).decode().strip()
    refused, damaged = (Problem(name, **details) for name in ("diff-no-params", "diff-damaged"))
    tree = f"{found}:{prefix.strip()}".removesuffix("/")
    folder = scratch / params.resolve().name
    at = Path(top.rstrip("\r\n"))
    links = _write_files(at, tree, folder, refused, damaged)
    _write_rules(at, tree, rules_folder(folder), damaged)
    named_links = tuple(Problem("diff-link", f"{revision}:{link}") for link in links)
    version = Version(word, folder, shown=f"{revision}:", links=named_links)
    if not version.targets() and not links:
        raise KitError(refused)
    return _one(version, named[2], named[3]) if named else version


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


def _belongs_to(link: Problem, target: Target) -> bool:
    """Whether a link at a revision is a report's file, `agency.yaml`, or the agency's folder."""
    slug, _, name = link.file.partition(":")[2].partition("/")
    of_it = name in ("", "agency.yaml") or name.startswith(f"{target.year}.")
    return slug == target.slug and of_it


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


def _write_rules(top: Path, tree: str, folder: Path, damaged: Problem) -> None:
    """Write the local rules next to the parameters of a tree, if there are any.

    Raises KitError if git cannot read them: without them, reports would seem to have changed.
    """
    commit, _, params = tree.partition(":")
    beside = posixpath.join(posixpath.dirname(params), RULES)
    entry = _git(top, damaged, "ls-tree", "-z", "--full-tree", commit, "--", beside)
    if not entry.startswith(b"040000"):  # the project had no rules
        return
    folder.mkdir(exist_ok=True)
    listed = _git(top, damaged, "ls-tree", "-lz", "--full-tree", f"{commit}:{beside}")
    for blob in _blobs(listed, _RULES, damaged):
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
