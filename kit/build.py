"""The plan and its work: what is stale and why, execute, export, move into place.

Imports: errors, provenance, report, checks; engine and export only when something is built.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from kit import provenance
from kit.errors import KitError, Problem, nearest
from kit.reader import agency_names, load_report
from kit.report import Names

MANIFEST = ".json"
PUBLIC = ".html"
Status = Literal["built", "fresh", "blocked", "failed"]


class Target(NamedTuple):
    """A report: the agency's folder name and the year."""

    slug: str
    year: int

    def __str__(self) -> str:
        return f"{self.slug}/{self.year}"


@dataclass(frozen=True)
class Project:
    """Where a project keeps its parameters, its template and its results."""

    params: Path
    outputs: Path
    notebook: Path

    def output(self, target: Target, suffix: str) -> Path:
        """Return the path of one of a report's outputs; the path is its identity."""
        return self.outputs / target.slug / f"{target.year}{suffix}"


class Result(NamedTuple):
    """What became of a report: its status, the severities found, and what stopped it."""

    target: Target
    status: Status
    severities: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Reason(NamedTuple):
    """Why a report is not up to date: a message's id and what it is about."""

    id: str
    name: str = ""


# --- which reports ----------------------------------------------------------------


def all_targets(params: Path) -> list[Target]:
    """Return every report that there is a year's file of, in order."""
    stems = {
        (path.parent.name, path.stem)
        for suffix in (".yaml", ".csv")
        for path in params.glob(f"*/[0-9][0-9][0-9][0-9]{suffix}")
    }
    return [Target(slug, int(year)) for slug, year in sorted(stems)]


def choose_targets(params: Path, wanted: Iterable[str]) -> list[Target]:
    """Return the reports of `agency`, `agency/year` or year targets; all for no target.

    Raises KitError where a target names no report, or there is none at all.
    """
    if not params.is_dir():
        raise KitError(Problem("params-missing", details={"folder": params.as_posix()}))
    known = all_targets(params)
    if not known:
        raise KitError(Problem("targets-none", details={"folder": params.as_posix()}))
    chosen: set[Target] = set()
    problems = []
    for text in wanted:
        found = [target for target in known if text in _names(target)]
        if not found:
            problems.append(_unknown(text, known))
        chosen.update(found)
    if problems:
        raise KitError(*problems)
    return sorted(chosen or known)


def _names(target: Target) -> tuple[str, str, str]:
    return (target.slug, str(target.year), str(target))


def _unknown(text: str, known: list[Target]) -> Problem:
    meant = nearest(text, [name for target in known for name in _names(target)])
    message = "target-meant" if meant else "target-unknown"
    return Problem(message, details={"target": text, "meant": meant})


# --- what is stale ----------------------------------------------------------------


def inputs(project: Project, target: Target, names: Names) -> dict[str, str]:
    """Return everything that a report's bytes depend on, as name and hash or version."""
    notebook = project.notebook
    return {
        **provenance.inputs(project.params, target.slug, target.year, names),
        notebook.name: provenance.digest(notebook.read_bytes()) if notebook.is_file() else "",
        "kit": provenance.kit_digest(),
        **provenance.versions(),
    }


def why_stale(
    project: Project, target: Target, names: Names, *, strict: bool | None = None
) -> list[Reason]:
    """Return the reasons to build a report; none where its outputs are up to date.

    `strict` is how it would be built; None asks about it as it was built.
    """
    path = project.output(target, MANIFEST)
    if not path.is_file():
        return [Reason("list-never")]
    manifest = _read_manifest(path)
    if manifest is None:
        return [Reason("reason-manifest")]
    asked = manifest["inputs"].get("--strict", "") if strict is None else str(strict)
    now = {**inputs(project, target, names), "--strict": asked}
    return [*_changed(manifest["inputs"], now), *_lost(path.parent, manifest["outputs"])]


def _read_manifest(path: Path) -> dict[str, Any] | None:
    """Return a manifest, or None where it is no manifest of ours."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(manifest, dict) and all(
        isinstance(manifest.get(key), dict) for key in ("inputs", "outputs")
    )
    ours = ours and all(isinstance(item, dict) for item in manifest.get("findings", [None]))
    return manifest if ours else None


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Reason]:
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            yield Reason("reason-new-input", name)
        elif name not in now:
            yield Reason("reason-lost-input", name)
        elif before[name] != now[name]:
            yield Reason("reason-input", name)


def _lost(folder: Path, outputs: Mapping[str, str]) -> Iterator[Reason]:
    for name, digest in outputs.items():
        path = folder / name
        if not path.is_file() or provenance.digest(path.read_bytes()) != digest:
            yield Reason("reason-output", name)


def is_blocked(project: Project, target: Target) -> bool:
    """Whether a report was built without a public copy."""
    manifest = _read_manifest(project.output(target, MANIFEST))
    return manifest is not None and f"{target.year}{PUBLIC}" not in manifest["outputs"]


def as_built(project: Project, target: Target) -> Result:
    """Return what became of a report when it was built; it is up to date."""
    manifest = _read_manifest(project.output(target, MANIFEST)) or {}
    severities = tuple(finding.get("severity", "") for finding in manifest.get("findings", []))
    return Result(target, "blocked" if is_blocked(project, target) else "fresh", severities)


# --- building ---------------------------------------------------------------------


def build(
    project: Project, target: Target, *, strict: bool = False, timeout: int | None = None
) -> Result:
    """Build one report: never raises for a report's own faults, whatever they are."""
    try:
        names = agency_names(project.params)
        load_report(target.slug, target.year, project.params)
        outputs, manifest = _made(project, target, names, strict, timeout)
        _move_into_place(project, target, outputs, manifest)
    except KitError as error:
        return Result(target, "failed", problems=error.problems)
    except OSError as error:
        details = {"folder": project.outputs.as_posix(), "reason": error.strerror or str(error)}
        return Result(target, "failed", problems=(Problem("build-write", details=details),))
    except Exception as error:  # a fault of ours or of a library must not stop the others
        details = {"reason": f"{type(error).__name__}: {error}"}
        return Result(target, "failed", problems=(Problem("build-internal", details=details),))
    severities = tuple(finding["severity"] for finding in manifest["findings"])
    return Result(target, "built" if PUBLIC in outputs else "blocked", severities)


def _made(
    project: Project,
    target: Target,
    names: Names,
    strict: bool,
    timeout: int | None,
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the text of each output by its suffix, and the manifest, all of it in memory.

    The notebook runs in the folder above params/, so that no path of a machine gets into it.
    """
    from kit import engine, export

    before = inputs(project, target, names)
    params = project.params.resolve()
    parameters: dict[str, str | int] = {
        "agency": target.slug,
        "year": target.year,
        "params": params.name,
    }
    notebook = engine.execute(project.notebook, parameters, params.parent, timeout)
    outputs = {".review.html": export.review_copy(notebook), ".ipynb": engine.text_of(notebook)}
    with suppress(export.PageRefused):
        outputs[PUBLIC] = export.public_page(notebook, strict=strict)
    facts = export.facts_of(notebook)
    manifest = {
        "report": str(target),
        "title": facts["title"],
        "edition": facts["edition"],
        "name": facts["name"],
        "figures": facts["figures"],
        "findings": facts["findings"],
        "inputs": {**before, "--strict": str(strict)},
        "outputs": {
            f"{target.year}{suffix}": provenance.digest(text.encode())
            for suffix, text in sorted(outputs.items())
        },
    }
    return outputs, manifest


def _move_into_place(
    project: Project, target: Target, outputs: Mapping[str, str], manifest: Mapping[str, Any]
) -> None:
    """Write everything aside, then move it; the manifest goes first and comes last.

    While it is missing, the report counts as never built: nobody takes a mixture for whole.
    A public copy that findings now forbid does not stay.
    """
    folder = project.outputs / target.slug
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=project.outputs))
    try:
        for suffix, text in outputs.items():
            (aside / f"{target.year}{suffix}").write_bytes(text.encode())
        written = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (aside / f"{target.year}{MANIFEST}").write_bytes(written.encode())
        project.output(target, MANIFEST).unlink(missing_ok=True)
        if PUBLIC not in outputs:
            project.output(target, PUBLIC).unlink(missing_ok=True)
        for suffix in (*outputs, MANIFEST):
            os.replace(aside / f"{target.year}{suffix}", project.output(target, suffix))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
