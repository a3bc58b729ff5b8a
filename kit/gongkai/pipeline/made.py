"""Recognise the outputs that the kit made by what they contain, and keep all others."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from gongkai.disk import NotARegularFile, read_file
from gongkai.errors import KitError, Problem, unreadable
from gongkai.project import FAILED_NOTEBOOK, MANIFEST, NOTEBOOK, PUBLIC, REVIEW, Project, Target

# What outputs of the kit contain, by the ends of their names.
_MADE = {
    PUBLIC: re.compile(rb'<body class="gongkai">|<meta name="generator" content="gongkai-kit">'),
    NOTEBOOK: re.compile(rb"gongkai"),
    MANIFEST: re.compile(rb'"gongkai-kit": ?"'),
}


def is_made(path: Path, data: bytes) -> bool:
    """Whether a page, a notebook or a manifest with these contents was made by the kit."""
    mark = _MADE.get(path.suffix)
    return mark is not None and mark.search(data) is not None


def problem_of_others(path: Path) -> Problem | None:
    """Return why nothing may be written in the place of a file: others put it there, or may have.

    None where there is none, or an empty one, or a pipe.
    """
    try:
        data = read_file(path)
    except (FileNotFoundError, NotARegularFile):
        return None
    except OSError as error:
        return unreadable(error)
    if not data or is_made(path, data):
        return None
    return Problem("output-of-others", path.as_posix())


def refuse_others(project: Project, target: Target) -> None:
    """Raise KitError for each file of others in the place of an output of a report never built.

    They would be lost: a folder with other pages was named as the outputs. Where the manifest is
    the kit's, the report was built, and they are damaged outputs. One that cannot be recognised
    is a damaged manifest of the kit only if the kit made one of the other files. Raises OSError
    if the folder cannot be searched.
    """
    manifest = project.output(target, MANIFEST)
    with suppress(FileNotFoundError):
        os.lstat(manifest)
    if is_of_kit(manifest):
        return
    made = [project.output(target, suffix) for suffix in (PUBLIC, REVIEW, NOTEBOOK)]
    places = [*made, project.output(target, FAILED_NOTEBOOK)]
    if not any(map(is_of_kit, made)):
        places.append(manifest)
    problems = list(filter(None, map(problem_of_others, places)))
    if problems:
        raise KitError(*problems)


def is_of_kit(path: Path) -> bool:
    """Whether there is a page, a notebook or a manifest that the kit made."""
    try:
        return is_made(path, read_file(path))
    except OSError:
        return False
