"""Read the text of a notebook that is to be run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath

from gongkai.disk import FileTooLarge, read_file
from gongkai.errors import KitError, Problem

LARGEST = 20_000_000  # bytes; our template has about 7,000
_WORD = re.compile(
    r"""(["'])([^"'\\\n{}]{1,200})\1|%run\s{1,9}(?:-\S{1,20}\s{1,9}){0,9}([^\s"'-][^\s"']{0,200})"""
)


def notebook_text(path: Path) -> str:
    """Return the text of a notebook that is to be run, of at most LARGEST bytes.

    Raises KitError if there is no such file, or it is not text.
    """
    try:
        text = read_file(path, LARGEST).decode()
        if not _has_lone_surrogates(text):
            return text
        problem = Problem("notebook-half-character", path.as_posix())
    except FileTooLarge:
        limit = LARGEST // 10**6
        problem = Problem("file-too-large", path.as_posix(), limit=limit)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        problem = Problem("notebook-unreadable", path.as_posix(), reason=reason)
    raise KitError(problem)


def _has_lone_surrogates(text: str) -> bool:
    """Whether a JSON text has an escape for a lone surrogate, which UTF-8 cannot encode."""
    if "\\u" not in text:
        return False
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):  # not JSON: the parser reports that
        return False
    return False


def files_named_in(notebook: Path, folder: Path, params: Path, outputs: Path) -> dict[str, Path]:
    """Return the files below a folder that the code cells of a notebook name, by their paths.

    A named folder stands for the Python files below it, as after `sys.path.append("helpers")`; the
    folder itself, ".", for those in it and in the folders right below, except `params`. What is
    below `outputs` is made from the inputs. Returns {} if the notebook cannot be read.
    """
    try:
        words = _words_in(notebook, notebook.stat().st_mtime_ns)
    except OSError:
        return {}
    found: dict[str, Path] = {}
    for word in words:
        with suppress(OSError):  # most words are no paths, and may not be possible as one
            inner = _modules_in(folder / word, folder, params)
            found |= {
                path.relative_to(folder).as_posix(): path
                for path in inner
                if not path.is_relative_to(outputs)
            }
    return dict(sorted(found.items()))


def _modules_in(named: Path, folder: Path, params: Path) -> Iterator[Path]:
    """Yield the files that a path stands for. Raises OSError if that cannot be determined."""
    if named == folder:
        beside = (it for it in folder.iterdir() if it.is_dir() and it != params)
        for place in (folder, *beside):
            yield from place.glob("*.py")
    elif named.is_dir():
        yield from named.rglob("*.py") if named != params else ()
    else:
        yield from filter(Path.is_file, (named, named.with_name(f"{named.name}.py")))


@lru_cache(8)
def _words_in(notebook: Path, _: int) -> frozenset[str]:
    """Return what the code cells of a notebook may name as a path below a folder."""
    try:
        cells = json.loads(notebook_text(notebook))["cells"]
        code = "\n".join("".join(it["source"]) for it in cells if it["cell_type"] == "code")
    except (KitError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()  # running it reports that
    paths = (PurePosixPath(found[2] or found[3]) for found in _WORD.finditer(code))
    return frozenset(
        str(path) for path in paths if not path.is_absolute() and ".." not in path.parts
    )
