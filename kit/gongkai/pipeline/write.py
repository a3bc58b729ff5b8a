"""Write the outputs of one report whole or not at all, withdraw its page, and keep a failed run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gongkai.disk import replace_whole, staging_folder, write_whole
from gongkai.errors import KitError, Problem, writing_to
from gongkai.locks import locked
from gongkai.manifest import Manifest
from gongkai.office.seal import remove_copy
from gongkai.pipeline import hashes
from gongkai.pipeline.execute import folder_of
from gongkai.pipeline.made import problem_of_others, refuse_others
from gongkai.project import (
    COPIES,
    FAILED_NOTEBOOK,
    MANIFEST,
    OUTPUTS_LOCK,
    PUBLIC,
    Project,
    Target,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode


def withdraw(project: Project, target: Target) -> tuple[bool, list[str]]:
    """Remove a public page that findings now forbid, and its copies.

    This comes before anything is written: a full disk must not keep a page that is wrong. Returns
    whether it was there, and where the copies are kept that somebody has saved since. Raises
    KitError if somebody else put it there.
    """
    is_there = os.path.exists(project.output(target, PUBLIC))
    refuse_others(project, target)
    if is_there or any(os.path.exists(project.output(target, suffix)) for suffix in COPIES):
        with writing_to(project.outputs), locked(project.outputs / OUTPUTS_LOCK):
            project.output(target, MANIFEST).unlink(missing_ok=True)
            return is_there, _remove_page(project, target)
    return is_there, []


def _remove_page(project: Project, target: Target) -> list[str]:
    """Remove a public page and its copies; return where those are kept that somebody has saved.

    One that is open in a program cannot be removed everywhere; the page is withdrawn nevertheless.
    """
    project.output(target, PUBLIC).unlink(missing_ok=True)
    kept: list[Path | None] = []
    for path in (project.output(target, suffix) for suffix in COPIES):
        try:
            kept.append(remove_copy(path))
        except OSError:
            kept.append(path)
    return [path.as_posix() for path in kept if path]


def move_into_place(
    project: Project, target: Target, outputs: Mapping[str, str], manifest: Manifest
) -> hashes.Seen:
    """Write everything to a staging folder, then move it into place.

    The old manifest is deleted first and the new one is moved last. While there is none, the
    report counts as never built, so a half-moved report is never used. Builders on one folder
    take turns. Returns what is to be remembered of the files; raises KitError where there is no
    room, where somebody else's pages are, or another builder takes too long.
    """
    folder = project.outputs / target.slug
    with writing_to(project.outputs), staging_folder(project.outputs) as aside:
        folder.mkdir(exist_ok=True)
        _refuse_shared(folder)
        for suffix, text in {**outputs, MANIFEST: manifest.written()}.items():
            (aside / f"{target.year}{suffix}").write_bytes(text.encode())
        with locked(project.outputs / OUTPUTS_LOCK):
            refuse_others(project, target)
            project.output(target, MANIFEST).unlink(missing_ok=True)
            if PUBLIC not in outputs:
                _remove_page(project, target)  # another builder may have put one there
            _remove_failed(project.output(target, FAILED_NOTEBOOK))
            for suffix in (*outputs, MANIFEST):
                path = project.output(target, suffix)
                replace_whole(aside / path.name, path)
            seen: hashes.Seen = {}
            for name, digest in manifest.outputs.items():
                seen |= hashes.seen(folder / name, digest)
            return seen


def _refuse_shared(folder: Path) -> None:
    """Raise KitError if an agency's folder links to another's: one would overwrite the other."""
    real = folder.resolve()
    if real.parent == folder.parent.resolve() and real.name != folder.name:
        raise KitError(Problem("folder-shared", folder.as_posix(), other=real.name))


def leave_failed(project: Project, target: Target, ran: NotebookNode | None) -> None:
    """Save what had run of a failed report; if no cell failed, remove any earlier such notebook.

    That is given up if the notebook cannot be written, or another builder holds the lock for too
    long: the report's own problem is reported in any case.
    """
    from gongkai.engine import run

    path = project.output(target, FAILED_NOTEBOOK)
    with suppress(OSError, KitError):
        if ran is None and not path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(project.outputs / OUTPUTS_LOCK):
            if ran is None:
                _remove_failed(path)
            elif not problem_of_others(path):
                write_whole(path, run.text_of(ran, folder_of(project)), project.outputs)


def remove_failed_notebook(project: Project, target: Target) -> None:
    """Remove what an earlier failure left of a report that is up to date again."""
    with suppress(OSError):
        _remove_failed(project.output(target, FAILED_NOTEBOOK))


def _remove_failed(path: Path) -> None:
    if not problem_of_others(path):
        path.unlink(missing_ok=True)
