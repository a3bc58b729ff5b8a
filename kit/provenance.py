"""What a report was made from: the hash of each input, and the versions that matter.

Imports nothing of the kit.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parent
# The distributions that decide what stands in a page; the kit itself comes first.
DISTRIBUTIONS = (
    "gongkai-kit",
    "ipykernel",
    "ipython",
    "jinja2",
    "markdown-it-py",
    "matplotlib",
    "nbconvert",
    "pandas",
    "papermill",
    "pydantic",
    "pyyaml",
    "zhplot",
)


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def inputs(
    params: Path, slug: str, year: int, names: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Return the hash of each input that a report reads, by its path from the project.

    These are the agency's and the year's files, those of all earlier years, which the report
    is compared with, the forms of a folder of one's own, and the agencies' names, which its
    text is searched for.
    """
    folder, home = params / slug, params.resolve().name
    years = [path for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].*")) if path.is_file()]
    files = [path for path in years if path.suffix in (".yaml", ".csv") and int(path.stem) <= year]
    agency = folder / "agency.yaml"
    hashes = {
        f"{home}/{slug}/{path.name}": _digest_of(path)
        for path in (*([agency] if agency.is_file() else []), *files)
    }
    own = os.environ.get("GONGKAI_FORMS", "")
    for path in sorted(Path(own).glob("*.yaml")) if own else ():
        hashes[f"{Path(own).name}/{path.name}"] = digest(path.read_bytes())
    listed = "\n".join(f"{slug} {'/'.join(called)}" for slug, called in sorted(names.items()))
    hashes[f"{home}/*/agency.yaml (names)"] = digest(listed.encode())
    return hashes


def _digest_of(path: Path) -> str:
    """Return the hash of a file, '' where it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


@cache
def versions() -> dict[str, str]:
    """Return the installed version of each distribution that matters."""
    return {name: version(name) for name in DISTRIBUTIONS}


@cache
def kit_digest() -> str:
    """Return one hash of the package's own code, forms, templates and messages."""
    return digest("\n".join(_lines(_package_files())).encode())


def _package_files() -> Iterable[Path]:
    return sorted(
        path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


def _lines(paths: Iterable[Path]) -> Iterable[str]:
    for path in paths:
        yield f"{path.relative_to(PACKAGE).as_posix()} {digest(path.read_bytes())}"
