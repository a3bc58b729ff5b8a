"""Rebuild reports elsewhere, and report where the outputs on disk differ."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import read_file, scratch
from gongkai.errors import Problem, reason_of
from gongkai.manifest import read_manifest
from gongkai.pipeline import batch
from gongkai.project import MANIFEST, OUTPUTS, Project, Target

LONGEST = 80  # characters of a line that is quoted


class Verified(NamedTuple):
    """A report that was built again: where it differs; nothing where it reproduces."""

    target: Target
    differences: tuple[Problem, ...]


def verify(
    project: Project,
    targets: list[Target],
    plan: batch.Plan,
    on_result: Callable[[Verified], object],
    idle: Callable[[], object] = lambda: None,
) -> None:
    """Rebuild reports elsewhere, with the same strictness; `on_result` gets each comparison.

    Each runs in its own process, however it was built, to show whether that matters.
    """
    with scratch() as folder:
        again = replace(project, outputs=folder)

        def compare(done: batch.BuildRecord) -> None:
            target, problems = done.result.target, done.result.problems
            on_result(Verified(target, problems or tuple(differences(project, again, target))))
            for suffix in OUTPUTS:
                again.output(target, suffix).unlink(missing_ok=True)

        for strict in (False, True):
            some = [target for target in targets if _is_strict(project, target) == strict]
            options = replace(plan.options, strict=strict)
            batch.run(again, some, replace(plan, options=options, isolate=True), compare, idle)


def _is_strict(project: Project, target: Target) -> bool:
    manifest = read_manifest(project.outputs, target)
    return manifest is not None and manifest.export.strict


def differences(left: Project, right: Project, target: Target) -> Iterator[Problem]:
    """Yield each output that is missing, or not equal, with the first line that differs.

    If its inputs have changed since it was built, only that is reported.
    """
    changed = _changed_inputs(left, right, target)
    if changed:
        yield Problem("verify-stale", left.output(target, MANIFEST).as_posix(), **changed)
        return
    for suffix in OUTPUTS:
        ours, theirs = left.output(target, suffix), right.output(target, suffix)
        built = read_file(theirs) if os.path.exists(theirs) else None
        yield from compared(ours, built)


def compared(path: Path, built: bytes | None) -> Iterator[Problem]:
    """Yield how a file differs from `built`, which is None if nothing was built."""
    try:
        there = read_file(path)
    except FileNotFoundError:
        if built is not None:
            yield Problem("verify-missing", path.as_posix())
        return
    except OSError as error:
        yield Problem("verify-unreadable", path.as_posix(), reason=reason_of(error))
        return
    if built is None:
        yield Problem("verify-unexpected", path.as_posix())
    elif there != built:
        yield _first_difference(path, there, built)


def _changed_inputs(left: Project, right: Project, target: Target) -> dict[str, object]:
    """Return the details of the inputs in which two manifests differ, or {} if they agree."""
    ours, theirs = (read_manifest(side.outputs, target) for side in (left, right))
    if ours is None or theirs is None:
        return {}
    before, now = set(ours.execute.items()), set(theirs.execute.items())
    names = [left.from_here(name) for name in sorted({name for name, _ in before ^ now})]
    return {"names": names, "target": str(target)} if names else {}


def _first_difference(path: Path, ours: bytes, theirs: bytes) -> Problem:
    lines = [data.decode("utf-8", errors="replace").splitlines() for data in (ours, theirs)]
    for number, (here, there) in enumerate(zip_longest(*lines, fillvalue=""), start=1):
        if here != there:
            start = max(_common(here, there) - 20, 0)
            quotes = {"here": _quoted(here, start), "built": _quoted(there, start)}
            return Problem("verify-differs", path.as_posix(), number, **quotes)
    return Problem("verify-line-ends", path.as_posix())


def _common(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(left), len(right)))


def _quoted(line: str, start: int) -> str:
    piece = line[start : start + LONGEST]
    return ("…" if start else "") + piece + ("…" if len(line) > start + LONGEST else "")
