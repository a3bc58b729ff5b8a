"""Recognise the outputs that the kit made by what they contain, and keep all others."""

from __future__ import annotations

import re
from pathlib import Path

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem, unreadable
from gongkai.project import MANIFEST, NOTEBOOK, PUBLIC, REVIEW, Project, Target

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


def refuse_others(project: Project, target: Target) -> None:
    """Raise KitError for each page and notebook of a report never built that others put there.

    They would be lost: a folder with other pages was named as the outputs. An empty file is none;
    where there is a manifest, the report was built, and they are damaged outputs.
    """
    if project.output(target, MANIFEST).exists():
        return
    problems = []
    for path in (project.output(target, suffix) for suffix in (PUBLIC, REVIEW, NOTEBOOK)):
        try:
            data = read_file(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(unreadable(error))
            continue
        if data and not is_made(path, data):
            problems.append(Problem("output-of-others", path.as_posix()))
    if problems:
        raise KitError(*problems)
