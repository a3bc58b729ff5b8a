"""Determine which of the NHS's levels of reproducible analytical pipelines a project reaches."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.project import Project
from gongkai.text.models import Field, Model, Name, Short, read_model
from gongkai.text.yaml_files import read_yaml

ITEMS = Path(__file__).with_name("rap.yaml")
DECLARED = "rap.yaml"  # in the project's folder
LARGEST = 1_000_000  # bytes of a file that is searched for a word

Level = Literal["baseline", "silver", "gold"]
LEVELS: tuple[Level, ...] = ("baseline", "silver", "gold")


class Evidence(Model):
    """A kind of evidence: files containing a word, a query to git, or the kit itself."""

    files: tuple[Name, ...] = ()
    holds: Short = ""
    git: Literal["", "commits", "tags"] = ""
    kit: Short = ""


class Item(Model):
    """An item of a level, and what counts as evidence of it in a project."""

    id: Name
    level: Level
    zh: Name
    en: Name
    evidence: tuple[Evidence, ...] = ()


class Declaration(Model):
    """Why an item without evidence is met, or need not be, and who says so."""

    reason: Name
    by: Name


class Declarations(Model):
    """`rap.yaml` of a project."""

    declared: dict[str, Declaration] = Field({}, max_length=50)


class Answer(NamedTuple):
    """An item, its evidence ('' if there is none), and what was declared instead."""

    item: Item
    evidence: str
    declared: Declaration | None

    @property
    def is_met(self) -> bool:
        """Whether there is evidence, or a declared reason."""
        return bool(self.evidence or self.declared)


def answers(project: Project) -> list[Answer]:
    """Return an answer to each of the 18 items.

    Raises KitError with every problem of the project's `rap.yaml`.
    """
    home = project.params.absolute().parent
    items = [Item.model_validate(item) for item in read_yaml(ITEMS).data]
    declared = _declared(home, [item.id for item in items])
    return [
        Answer(item, next(_evidence(item, project, home), ""), declared.get(item.id))
        for item in items
    ]


def level_of(found: Sequence[Answer]) -> Level | None:
    """Return the highest level of which every item, and every one below, is met."""
    reached: Level | None = None
    for level in LEVELS:
        if not all(answer.is_met for answer in found if answer.item.level == level):
            break
        reached = level
    return reached


def _declared(home: Path, known: Sequence[str]) -> dict[str, Declaration]:
    path = home / DECLARED
    if not path.exists():
        return {}
    found, document = read_model(path, Declarations)
    problems = [
        Problem(
            "rap-unknown", DECLARED, document.line(("declared", name)), name=name, known=list(known)
        )
        for name in found.declared
        if name not in known
    ]
    if problems:
        raise KitError(*problems)
    return found.declared


def _evidence(item: Item, project: Project, home: Path) -> Iterator[str]:
    """Yield the evidence of an item: a file, what git says, or what the kit provides."""
    for one in item.evidence:
        for pattern in one.files:
            yield from _files(pattern, one.holds, project, home)
        if one.git:
            count = _git(home, one.git)
            if count:
                yield f"git: {count} {one.git}"
        if one.kit:
            yield f"gongkai-kit: {one.kit}"


def _files(pattern: str, holds: str, project: Project, home: Path) -> Iterator[str]:
    """Yield the files of a project that match a pattern and contain a word."""
    folders = {"{params}": project.params, "{outputs}": project.outputs}
    first, _, rest = pattern.partition("/")
    base, rest = (folders[first], rest) if first in folders else (home, pattern)
    for path in sorted(base.glob(rest)):
        if path.is_file() and (not holds or _holds(path, holds)):
            yield path.relative_to(base).as_posix() if base == home else path.as_posix()


def _holds(path: Path, word: str) -> bool:
    try:
        return word.encode() in read_file(path, LARGEST)
    except OSError:
        return False


def _git(home: Path, question: Literal["commits", "tags"]) -> int:
    """Return how many commits or tags there are; 0 where there is no git, or no repository."""
    words = {"commits": ["rev-list", "--count", "HEAD"], "tags": ["tag", "--list"]}[question]
    try:
        ran = subprocess.run(["git", *words], cwd=home, capture_output=True, check=True)  # noqa: S603, S607 - fixed words
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(ran.stdout) if question == "commits" else len(ran.stdout.splitlines())
