"""Find the files of a project that its notebook's code cells name: inputs of its reports."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from gongkai.disk import stamp_of
from gongkai.engine.template import notebook_text
from gongkai.errors import KitError
from gongkai.project import Project

# A string in quotes, or the file after %run and its options.
_WORD = re.compile(
    r"""(["'])([^"'\\\n{}]{1,200})\1|%run\s{1,9}(?:-\S{1,20}\s{1,9}){0,9}([^\s"'-][^\s"']{0,200})"""
)


def files_named_in(project: Project) -> dict[str, Path]:
    """Return the files that a project's notebook names, by their paths from the project's folder.

    A folder stands for the Python files below it, as after `sys.path.append("helpers")`; the
    project's own folder, ".", for those in it and in the folders right below, except `params`;
    one outside of the project for those right in it.
    Outputs are made from the inputs, and so are none. Returns {} if the notebook cannot be read.
    """
    folder, outputs = os.path.abspath(project.params.parent), os.path.abspath(project.outputs)
    found: dict[str, Path] = {}
    for word in _words_in(project.notebook, tuple(stamp_of(project.notebook))):
        with suppress(OSError):  # most words are no paths, and some cannot be one: too long
            for path in _files_of(Path(os.path.normpath(os.path.join(folder, word))), project):
                if path.is_file() and not path.is_relative_to(outputs):
                    found[Path(os.path.relpath(path, folder)).as_posix()] = path
    return dict(sorted(found.items()))


def _files_of(named: Path, project: Project) -> Iterator[Path]:
    """Yield the paths that a word may stand for. Raises OSError if a folder cannot be read."""
    params = Path(os.path.abspath(project.params))
    folder = params.parent
    if named == folder:
        beside = (it for it in folder.iterdir() if it.is_dir() and it != params)
        for place in (folder, *beside):
            yield from _visible(place, place.glob("*.py"))
    elif named.is_dir():
        found = named.rglob("*.py") if named.is_relative_to(folder) else named.glob("*.py")
        yield from _visible(named, found) if named != params else ()
    else:
        yield from (named, named.with_name(f"{named.name}.py"))


def _visible(folder: Path, paths: Iterator[Path]) -> Iterator[Path]:
    """Leave out what editors keep in a folder: locks, checkpoints, other hidden files."""
    for path in paths:
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


@lru_cache(8)
def _words_in(notebook: Path, _: tuple[int, ...]) -> frozenset[str]:
    """Return what the code cells of a notebook may name as a path below a folder.

    Its stamp is a part of the key, so that one notebook is read once for all its reports.
    """
    try:
        cells = json.loads(notebook_text(notebook))["cells"]
        code = "\n".join("".join(it["source"]) for it in cells if it["cell_type"] == "code")
    except (KitError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()  # running it reports that
    return frozenset(found[2] or found[3] for found in _WORD.finditer(code))
