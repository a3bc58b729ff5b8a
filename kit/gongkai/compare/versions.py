"""The two sides of a comparison: a report or a folder, as it is or at a git revision."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from gongkai.compare.revisions import revision_problem, write_revision
from gongkai.errors import KitError, Problem
from gongkai.project import MANIFEST, Survey, Target, survey
from gongkai.spelling import nearest
from gongkai.text.agency_names import Names, agency_names

_REPORT = re.compile(r"(?:(.+)[/\\])?([a-z0-9-]+)[/\\]([0-9]{4})")
_REVISION = re.compile(r"([^:]+):(.*)", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True)
class Version:
    """One side: a folder of parameters, or of outputs if `built`; one report, or all."""

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
    raise _unknown(here, word)


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
    """Return a folder of parameters or of outputs. Raises KitError if it is neither."""
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
    if target not in version.targets():
        raise _unknown(version, str(target))
    return replace(version, target=target)


def _unknown(version: Version, name: str) -> KitError:
    """Return the error that a side has no report of a name, with the one probably meant."""
    meant = nearest(name, map(str, version.targets()))
    message = "diff-meant" if meant else "diff-unknown"
    return KitError(Problem(message, word=version.word, meant=f"{version.shown}{meant}"))


def _at_revision(word: str, revision: str, rest: str, params: Path, scratch: Path) -> Version:
    """Return the parameters, or one report, as they were at a revision."""
    named = _REPORT.fullmatch(rest)
    if rest and (not named or named[1]):
        raise KitError(Problem("diff-unknown", word=word, meant=""))
    folder = scratch / params.resolve().name
    links = [
        Problem("diff-link", f"{revision}:{link}")
        for link in write_revision(revision, params, folder)
    ]
    version = Version(word, folder, shown=f"{revision}:", links=tuple(links))
    if not version.targets() and not links:
        raise KitError(revision_problem("diff-no-params", revision, params))
    return _one(version, named[2], named[3]) if named else version


def _belongs_to(link: Problem, target: Target) -> bool:
    """Whether a link at a revision is a report's file, `agency.yaml`, or the agency's folder."""
    slug, _, name = link.file.partition(":")[2].partition("/")
    of_it = name in ("", "agency.yaml") or name.startswith(f"{target.year}.")
    return slug == target.slug and of_it
