"""What can be wrong, said in Chinese and in English."""

from __future__ import annotations

import errno
import json
import locale
import os
import re
import string
import tomllib
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, Literal, get_args

LANGUAGES = ("zh", "en")
# An error stops the public page; a warning does so under --strict; a note never does.
Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
# Control characters, line separators, bidirectional controls and lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_BYTE = 0xDC00  # Python's surrogateescape offset, for bytes of a name that are not UTF-8


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every message of a language, by its stable id."""
    source = resources.files("gongkai").joinpath("messages", f"{language}.toml")
    return tomllib.loads(source.read_text("utf-8"))


@cache
def rules() -> tuple[str, ...]:
    """Return the kinds of finding: the ids for which the catalogue states a rule."""
    return tuple(name.removeprefix("rule-") for name in catalogue("en") if name[:5] == "rule-")


def language() -> str:
    """Return the reader's language: GONGKAI_LANG, then the locale, then English."""
    chosen = os.environ.get("GONGKAI_LANG", "")
    if chosen in LANGUAGES:
        return chosen
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), "") or _system_locale()
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def _system_locale() -> str:
    """Return the locale that Windows keeps outside the environment."""
    if os.name != "nt":
        return ""
    locale.setlocale(locale.LC_CTYPE, "")
    return locale.getlocale(locale.LC_CTYPE)[0] or ""


def say(message: str, lang: str | None = None, /, **details: object) -> str:
    """Return the text of a message in the reader's language, or in `lang`."""
    chosen = lang or language()
    words = {key: _spoken(value, chosen) for key, value in details.items()}
    return _SENTENCE.vformat(catalogue(chosen)[message], (), words)


class _Sentence(string.Formatter):
    """Formats a message; `{count:report|reports}` is a count with its noun in the right form."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the value; with two forms, followed by the singular or the plural."""
        if "|" not in format_spec:
            return format(value, format_spec)
        one, many = format_spec.split("|")
        return f"{value} {one if value == 1 else many}"


_SENTENCE = _Sentence()


def printable(text: object) -> str:
    r"""Return a text as one line for a terminal or a log, with control characters escaped.

    An escape character is `\x1b`, the end of a line `\n`, a byte of a name that is not UTF-8
    `\xd2`. A text that was written out already stays as it is.
    """
    return _UNPRINTABLE.sub(_written_out, str(text))


def _written_out(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char) - _BYTE if 0x80 <= ord(char) - _BYTE <= 0xFF else ord(char)
    return _SHORT.get(char) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")


def json_line(row: object) -> str:
    """Return a value as one line of JSON that any terminal shows and any file holds.

    What `printable` writes out is escaped as JSON does it, so that a reader gets it back.
    """
    # GitHub would take what follows `##[` in a log for a command.
    text = json.dumps(row, ensure_ascii=False).replace("##[", "\\u0023#[")
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Key(str):
    """A key of a parameter file: messages add what it means."""

    __slots__ = ()


def _spoken(value: object, lang: str) -> object:
    """Return a value as it is put into a sentence: a sequence as a list of words."""
    if isinstance(value, Key):
        return catalogue(lang)[f"key-{value}"]
    if isinstance(value, Problem):
        return f"{value.where}: {value.text(lang)}" if value.where else value.text(lang)
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(str(_spoken(item, lang)) for item in value)
    return value


def first_few(items: Iterable[object], most: int) -> list[str]:
    """Return the first items as a message lists them, and … where there are more."""
    names = [str(item) for item in islice(items, most + 1)]
    return [*names[:most], "…"] if len(names) > most else names


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that `name` was probably meant to be, or ''.

    Among equally similar names, the one with more letters in the right position.
    """
    close = get_close_matches(name, [str(item) for item in known])
    return max(close, key=lambda item: _likeness(name, item), default="")


def _likeness(name: str, item: str) -> tuple[float, int]:
    in_place = sum(one == other for one, other in zip(name, item, strict=False))
    return SequenceMatcher(None, item, name).ratio(), in_place


@dataclass(frozen=True, init=False)
class Problem:
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

    def row(self) -> dict[str, Any]:
        """Return the problem as JSON-compatible data; `problem_of_row` is the inverse."""
        details = {key: _spoken(value, language()) for key, value in self.details.items()}
        plain = {
            key: value if isinstance(value, int | float) else str(value)
            for key, value in details.items()
        }
        return {"id": self.id, "file": self.file, "line": self.line, "details": plain}

    def __str__(self) -> str:
        return printable(f"{self.where}: {self.text()}" if self.where else self.text())


def problem_of_row(row: Mapping[str, Any]) -> Problem:
    """Return the problem that `Problem.row` made into a row."""
    return Problem(row["id"], row["file"], row["line"], **row["details"])


MOST = 100  # messages printed for one file; one slip can cause thousands


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
    """Return the problem of a folder, or a file in it, that cannot be written to."""
    file = Path(os.fsdecode(error.filename or ""))
    place = file if file.is_relative_to(folder) and os.path.lexists(file) else folder
    return Problem("build-write", folder=place.as_posix(), reason=reason_of(error))


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


# Too many open files: the file named in the error is not to blame.
_NO_FILES = (errno.EMFILE, errno.ENFILE)


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
