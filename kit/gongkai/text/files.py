"""Read files saved by a person: their bytes, their text, and what a message quotes of it."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from pathlib import Path

from gongkai.disk import FileTooLarge, NotARegularFile, read_file
from gongkai.errors import KitError, Problem, reason_of
from gongkai.text.characters import without_noncharacters
from gongkai.text.encoding import decoded

MAX_BYTES = 1_000_000
SHOWN = 80  # characters of a value quoted in a message
# Conflict markers that git and similar tools leave in a file that two people have changed.
_UNMERGED = re.compile(r"[ \t]*(?:(?:<{7}|>{7}|\|{7})(?: .*)?|={7}[ \t]*)")


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """Return the text of a file saved by a person, at most `limit` bytes of it.

    Raises KitError if there is no such file, no text in it, or an unfinished merge.
    """
    data = read_bytes(path, limit)
    if data.startswith(b"PK\x03\x04"):
        is_csv = path.suffix.lower() == ".csv" and b"word/" not in data
        packed = "file-is-a-workbook" if is_csv else "file-is-packed"
        raise KitError(Problem(packed, path.as_posix()))
    text = decoded(data)
    if text is None:
        raise KitError(Problem("file-encoding", path.as_posix()))
    if not text.strip():
        raise KitError(Problem("file-empty", path.as_posix()))
    text = without_noncharacters(text.replace("\r\n", "\n").replace("\r", "\n"))
    _refuse_unmerged(text, path.as_posix())
    return text


def _refuse_unmerged(text: str, file: str) -> None:
    """Raise KitError if a file has conflict markers."""
    problems = [
        Problem("file-unmerged", file, line, mark=words.strip()[:7])
        for line, words in enumerate(text.split("\n"), 1)
        if _UNMERGED.fullmatch(words)
    ]
    if problems:
        raise KitError(*problems)


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file, at most `limit` of them, a whole number of megabytes.

    Raises KitError if there is no such file, or it cannot be read.
    """
    try:
        return read_file(path, limit)
    except FileTooLarge:
        problem = Problem("file-too-large", path.as_posix(), limit=limit // 10**6)
    except NotARegularFile:
        problem = Problem("file-not-regular", path.as_posix())
    except FileNotFoundError:
        is_link = os.path.islink(path)
        problem = Problem("link-broken" if is_link else "file-missing", path.as_posix())
    except IsADirectoryError:
        problem = Problem("file-is-a-folder", path.as_posix())
    except OSError as error:
        reason = reason_of(error)
        problem = Problem("file-unreadable", path.as_posix(), reason=reason)
    raise KitError(problem)


def list_yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder, in order, except hidden ones, left by editors or macOS.

    Raises OSError if it cannot be read; a missing folder has none.
    """
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return [folder / name for name in sorted(names) if fnmatchcase(name, "[!.]*.yaml")]


def shortened(value: object) -> str:
    """Return a value for use in a message: short, and on one line."""
    text = " ".join(str(value)[: 2 * SHOWN].split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def brief_problem(id: str, file: str, line: int, /, **details: object) -> Problem:
    """Return a problem in which the texts that it quotes are cut short."""
    quoted = {
        key: shortened(value) if isinstance(value, str) else value for key, value in details.items()
    }
    return Problem(id, file, line, **quoted)
