"""Problems with their places, and the exception that carries them."""

from __future__ import annotations

import errno
import os
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from gongkai.messages import Worded, in_words, language, printable, say

# An error stops the public page; a warning does so under --strict; a note never does.
Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
MOST = 100  # messages printed for one file; one slip can cause thousands
# Too many open files: the file named in the error is not to blame.
_NO_FILES = (errno.EMFILE, errno.ENFILE)


@dataclass(frozen=True, init=False)
class Problem(Worded):
    """One thing that is wrong, and where: a file and a line (0: the whole file).

    `id` is the message's in the catalogues, `details` are what its sentence names.
    """

    id: str
    file: str
    line: int
    details: Mapping[str, object]

    def __init__(self, id: str, file: str = "", line: int = 0, /, **details: object) -> None:
        """Make a problem; keyword arguments are the details, whatever their names."""
        vars(self).update(id=id, file=file, line=line, details=details)

    def at(self, file: str, line: int = 0) -> Problem:
        """Return the same problem at another place."""
        return Problem(self.id, file, line, **self.details)

    @property
    def where(self) -> str:
        """Return `file:line`, as much of it as is known."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def text(self, lang: str | None = None) -> str:
        """Return the sentence, without the place."""
        return say(self.id, lang, **self.details)

    def in_language(self, lang: str) -> str:
        """Return the sentence after its place, as a detail of another message."""
        return f"{self.where}: {self.text(lang)}" if self.where else self.text(lang)

    def row(self) -> dict[str, Any]:
        """Return the problem as JSON-compatible data; `problem_of_row` is the inverse."""
        details = {key: in_words(value, language()) for key, value in self.details.items()}
        plain = {
            key: value if isinstance(value, int | float) else str(value)
            for key, value in details.items()
        }
        return {"id": self.id, "file": self.file, "line": self.line, "details": plain}

    def __str__(self) -> str:
        return printable(self.in_language(language()))


def problem_of_row(row: Mapping[str, Any]) -> Problem:
    """Return the problem that `Problem.row` made into a row."""
    return Problem(row["id"], row["file"], row["line"], **row["details"])


def first_of_each_file(lines: Iterable[object], file: str | None = None) -> Iterator[object]:
    """Yield at most a hundred messages per file, then how many more there are.

    A Problem belongs to the file that it names, any other line to `file`; without it, such lines
    are all yielded.
    """
    found: Counter[str] = Counter()
    for line in lines:
        its_file = line.file if isinstance(line, Problem) else file
        if its_file is not None:
            found[its_file] += 1
        if its_file is None or found[its_file] <= MOST:
            yield line
    for name, count in found.items():
        if count > MOST:
            yield Problem("check-more", name, count=count - MOST)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its type if it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def reason_of(error: OSError) -> str:
    """Return the operating system's reason for an error."""
    return error.strerror or str(error)


def problems_of(error: KitError | OSError | MemoryError) -> tuple[Problem, ...]:
    """Return what went wrong: the input's problems, or what the system refused."""
    return error.problems if isinstance(error, KitError) else (system_problem(error),)


def write_problem(folder: Path, error: OSError) -> Problem:
    """Return the problem of a folder or a file that cannot be written to.

    What exists in the folder, and what the system refused elsewhere, is named itself.
    """
    named = os.fsdecode(error.filename2 or error.filename or "")  # where something was moved to
    path, whole = Path(os.path.abspath(named)), Path(os.path.abspath(folder))
    is_elsewhere = not (path.is_relative_to(whole) or path.parent == whole.parent)
    place = Path(named) if named and (is_elsewhere or os.path.lexists(named)) else folder
    return Problem("build-write", folder=place.as_posix(), reason=reason_of(error))


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Raise KitError if the body cannot write to a folder, or to a file in it."""
    try:
        yield
    except OSError as error:
        raise KitError(write_problem(folder, error)) from None


def unreadable(error: OSError) -> Problem:
    """Return a problem that says which file cannot be read, and why."""
    place = Path(os.fsdecode(error.filename or "")).as_posix()
    return Problem("file-unreadable", place, reason=reason_of(error))


def system_problem(error: OSError | MemoryError) -> Problem:
    """Return in a sentence what the system refused, and of which file where it says so."""
    if isinstance(error, MemoryError) or error.errno == errno.ENOMEM:
        return Problem("out-of-memory")
    place = "" if error.errno in _NO_FILES else Path(os.fsdecode(error.filename or "")).as_posix()
    return Problem("system-refused", place if place != "." else "", reason=reason_of(error))


def fault(error: Exception, place: str = "") -> Problem:
    """Return the problem of an unexpected exception in the kit, with its place in the code."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    detail = f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"
    return Problem("died-raised", place, detail=detail)


class KitError(Exception):
    """Invalid input: carries every problem that was found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def at(self, file: str) -> KitError:
        """Return the same error with `file` added to every problem that names no file."""
        return KitError(
            *(item if item.file else item.at(file, item.line) for item in self.problems)
        )

    def __str__(self) -> str:
        return "\n".join(map(str, first_of_each_file(self.problems)))

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: IPython asks an exception for this."""
        return [str(self)]
