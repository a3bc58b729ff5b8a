"""Which reports there are, and where a project keeps what it reads and writes.

Imports: errors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem, nearest

MANIFEST = ".json"
NOTEBOOK = ".ipynb"
PUBLIC = ".html"
REVIEW = ".review.html"
FAILED = ".failed.ipynb"  # what ran of a report that failed; the next good build removes it
PAPER = ".pdf"  # printed from the public copy, when somebody asks for it
LOCK = ".lock"  # of the outputs: who holds it moves files there
OUTPUTS = (PUBLIC, REVIEW, NOTEBOOK, MANIFEST)
_YEAR = "[0-9][0-9][0-9][0-9]"


class Target(NamedTuple):
    """A report: the agency's folder name and the year."""

    slug: str
    year: int

    def __str__(self) -> str:
        return f"{self.slug}/{self.year}"


class Shard(NamedTuple):
    """The `number`-th of `parts` equal parts of the work, from 1."""

    number: int
    parts: int


@dataclass(frozen=True)
class Project:
    """Where a project keeps its parameters, its template and its results."""

    params: Path
    outputs: Path
    notebook: Path

    def output(self, target: Target, suffix: str) -> Path:
        """Return the path of one of a report's outputs; the path is its identity."""
        return self.outputs / target.slug / f"{target.year}{suffix}"


def all_targets(params: Path) -> list[Target]:
    """Return every report that there is a year's file of, in order."""
    return sorted(set(_named(params, (".yaml", ".csv"))))


def _named(folder: Path, suffixes: Iterable[str]) -> Iterator[Target]:
    """Yield a target for each file of a year below a folder.

    Hidden folders are nobody's: in one of them a builder may be writing a report aside.
    """
    for suffix in suffixes:
        for path in folder.glob(f"[!.]*/{_YEAR}{suffix}"):
            yield Target(path.parent.name, int(path.name[:4]))


def choose_targets(
    params: Path,
    wanted: Iterable[str],
    shard: Shard = Shard(1, 1),
    gone: Collection[Target] = (),
) -> list[Target]:
    """Return the reports of `agency`, `agency/year` or year targets; all for no target.

    Of these, a shard takes every n-th: all shards together have each report once. Raises
    KitError where a target names no report, or there is none at all; what is `gone` may be
    named, and is not returned.
    """
    if not params.is_dir():
        raise KitError(Problem("params-not-here", details={"folder": params.as_posix()}))
    known = all_targets(params)
    if not known and not gone:
        raise KitError(Problem("targets-none", details={"folder": params.as_posix()}))
    by_name: dict[str, list[Target]] = {}
    for target in known:
        for name in _names(target):
            by_name.setdefault(name, []).append(target)
    wanted, lost = list(wanted), {name for target in gone for name in _names(target)}
    problems = [_unknown(text, by_name) for text in wanted if text not in by_name.keys() | lost]
    if problems:
        raise KitError(*problems)
    named = {target for text in wanted for target in by_name.get(text, ())}
    chosen = named if wanted else known
    return sorted(chosen)[shard.number - 1 :: shard.parts]


def _names(target: Target) -> tuple[str, str, str]:
    return (target.slug, str(target.year), str(target))


def _unknown(text: str, known: Iterable[str]) -> Problem:
    meant = nearest(text, known)
    message = "target-meant" if meant else "target-unknown"
    return Problem(message, details={"target": text, "meant": meant})


def orphans(project: Project, wanted: Iterable[str] = ()) -> list[Target]:
    """Return the reports that were built once, or failed, and whose parameters are gone."""
    built = set(_named(project.outputs, [MANIFEST, FAILED])) - set(all_targets(project.params))
    names = set(wanted)
    return sorted(target for target in built if not names or names & set(_names(target)))


def are_of(project: Project) -> bool:
    """Whether any of the results was made of these parameters."""
    return any(project.output(target, MANIFEST).exists() for target in all_targets(project.params))


def outputs_of(project: Project, target: Target) -> list[Path]:
    """Return the files that were made of a report, the manifest first, and no other file."""
    suffixes = (MANIFEST, PUBLIC, REVIEW, NOTEBOOK, PAPER, FAILED)
    made = (project.output(target, suffix) for suffix in suffixes)
    return [path for path in made if path.is_file()]
