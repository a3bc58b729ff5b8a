"""What a build left of itself on the disk, read and checked: one reader for all who ask.

Nothing on the disk is trusted: whoever can write there can write anything. What is damaged counts
as missing, and the next build makes it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict, cast

from gongkai.disk import read_file
from gongkai.project import MANIFEST, NOTEBOOK, PUBLIC, REVIEW, Target

LARGEST = 20_000_000  # bytes of a manifest; those of real reports have less than a thousandth
SEVERITIES = ("error", "warning", "note")
MARK = b"gongkai"  # stands in everything that the kit makes
_ALWAYS = (REVIEW, NOTEBOOK)  # a public copy is there only where nothing forbids it


class Row(TypedDict):
    """A finding, as a manifest has it."""

    id: str
    severity: str
    accepted: dict[str, str] | None
    file: str
    line: int
    codes: list[str]
    part: str
    values: list[str]
    zh: str
    en: str


class Manifest(TypedDict):
    """What was made of a report, and from what: hashes by the names of inputs and outputs."""

    report: str
    title: str
    edition: str
    name: str
    figures: dict[str, str]
    findings: list[Row]
    left_out: list[dict[str, Any]]  # cell (int), types (list of str), zh, en
    execute: dict[str, str]
    export: dict[str, str]
    outputs: dict[str, str]


def read_manifest(outputs: Path, target: Target) -> Manifest | None:
    """Return the manifest of a report; None where there is none, or where it is damaged."""
    found = read_json(outputs / target.slug / f"{target.year}{MANIFEST}", LARGEST)
    return cast("Manifest", found) if _is_manifest(found, target) else None


def read_json(path: Path, limit: int, *, shown: bool = True) -> Any:
    """Return what a file of JSON holds; None where there is no such file, or it is damaged.

    Where it is to be shown, half a character, which no page could hold, is damage too.
    """
    try:
        data = read_file(path, limit)
        found = json.loads(data)
        if shown and b"\\u" in data:
            json.dumps(found, ensure_ascii=False).encode()
    except (OSError, ValueError, RecursionError):
        return None
    return found


def is_ours(path: Path) -> bool:
    """Whether a file bears the mark of the kit; not where it cannot be read."""
    try:
        return MARK in read_file(path)
    except OSError:
        return False


# --- what is one ------------------------------------------------------------------


def is_text_by_name(found: object) -> bool:
    """Whether something is a mapping of texts to texts."""
    return isinstance(found, dict) and all(
        isinstance(key, str) and isinstance(value, str) for key, value in found.items()
    )


def is_text_list(found: object) -> bool:
    """Whether something is a list of texts."""
    return isinstance(found, list) and all(isinstance(item, str) for item in found)


def _is_text(found: object) -> bool:
    return isinstance(found, str)


def _is_line(found: object) -> bool:
    return type(found) is int and found >= 0


def _is_acceptance(found: object) -> bool:
    return found is None or is_text_by_name(found)


_Check = Callable[[object], bool]
_ROW: Mapping[str, _Check] = {
    "id": _is_text,
    "severity": lambda found: found in SEVERITIES,
    "accepted": _is_acceptance,
    "file": _is_text,
    "line": _is_line,
    "codes": is_text_list,
    "part": _is_text,
    "values": is_text_list,
    "zh": _is_text,
    "en": _is_text,
}
_LEFT_OUT: Mapping[str, _Check] = {
    "cell": _is_line,
    "types": is_text_list,
    "zh": _is_text,
    "en": _is_text,
}
_MANIFEST: Mapping[str, _Check] = {
    "title": _is_text,
    "edition": _is_text,
    "name": _is_text,
    "figures": is_text_by_name,
    "findings": lambda found: _are_rows(found, _ROW),
    "left_out": lambda found: _are_rows(found, _LEFT_OUT),
    "execute": is_text_by_name,
    "export": is_text_by_name,
    "outputs": is_text_by_name,
}


def _fits(found: object, checks: Mapping[str, _Check]) -> bool:
    return isinstance(found, dict) and all(
        name in found and check(found[name]) for name, check in checks.items()
    )


def _are_rows(found: object, checks: Mapping[str, _Check]) -> bool:
    return isinstance(found, list) and all(_fits(row, checks) for row in found)


def _is_manifest(found: Any, target: Target) -> bool:
    """Whether something is the manifest of a report: its outputs are the report's own files."""
    if not _fits(found, _MANIFEST) or found.get("report") != str(target):
        return False
    names = found["outputs"].keys()
    always = {f"{target.year}{suffix}" for suffix in _ALWAYS}
    return bool(always <= names <= always | {f"{target.year}{PUBLIC}"})
