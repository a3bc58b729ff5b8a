"""Collect problems, notes and hidden characters while the files of a report are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gongkai.errors import Problem
from gongkai.text.characters import HiddenCharacters, Origin, reveal_hidden
from gongkai.text.files import brief_problem

MOST_ALIKE = 20  # problems of one kind and file that are listed; more are only counted


@dataclass
class Diagnostics:
    """The problems of a report's files, and notes on what was read differently than written."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    hidden: list[HiddenCharacters] = field(default_factory=list)

    def refuse(self, kind: str, file: Path, line: int, **details: object) -> None:
        """Add a problem; what it quotes is cut short."""
        self.problems.append(brief_problem(kind, file.as_posix(), line, **details))

    def note(self, kind: str, file: Path, line: int, **details: object) -> None:
        """Add a note on something that was read differently than it was written."""
        self.notes.append(Problem(kind, file.as_posix(), line, **{"code": "", **details}))

    def reveal(
        self, text: str, file: Path, line: int, key: tuple[str | int, ...], *, alone: bool = False
    ) -> str:
        """Return a text without invisible characters, and record which these were.

        `alone` is for a cell, which has no words around it.
        """
        clean, hidden = reveal_hidden(text, Origin(file.as_posix(), line, key), alone=alone)
        if hidden:
            self.hidden.append(hidden)
        return clean

    def summed_up(self) -> Iterator[Problem]:
        """Yield the first problems of each kind in each file, then how many more there are."""
        seen: Counter[tuple[str, str]] = Counter()
        for problem in self.problems:
            seen[problem.id, problem.file] += 1
            if seen[problem.id, problem.file] <= MOST_ALIKE:
                yield problem
        for (kind, file), count in seen.items():
            if count > MOST_ALIKE:
                yield Problem("problems-more", file, count=count - MOST_ALIKE, kind=kind)
