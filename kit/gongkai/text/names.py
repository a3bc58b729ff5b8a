"""What the agencies of a folder are called, and which of these names a text holds.

Imports nothing of the kit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from gongkai.text.encoding import decoded_somehow

SLUG = re.compile(r"[a-z0-9-]+")  # the name of an agency's folder
_NAMES = re.compile(r"^(?:short_)?name:[ \t]*([^#\r\n]+)", re.MULTILINE)
_KEY = 2  # characters: names are looked up by how they begin
_BEGINNING = 4096  # bytes: names stand at the top of a file


class Names:
    """The names and short names of agencies, by slug; a province has thousands of them."""

    def __init__(self, called: Mapping[str, tuple[str, ...]]) -> None:
        self.called = dict(called)

    @cached_property
    def digest(self) -> str:
        """One hash of all names: equal where nobody came, went or was renamed."""
        listed = "\n".join(f"{slug} {'/'.join(called)}" for slug, called in self.called.items())
        return hashlib.sha256(listed.encode()).hexdigest()

    @cached_property
    def _places(self) -> dict[str, int]:
        names = (name for called in self.called.values() for name in called)
        return {name: place for place, name in enumerate(dict.fromkeys(names))}

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        lengths: dict[str, set[int]] = {}
        for name in self._places:
            lengths.setdefault(name[:_KEY], set()).add(len(name))
        return {key: sorted(found) for key, found in lengths.items()}

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        """What finds each place where a name may begin, at the speed of a search."""
        signs = {name[0] for name in self._places}
        return re.compile(f"[{re.escape(''.join(sorted(signs)))}]" if signs else "(?!)")

    def mentioned(self, text: str) -> list[str]:
        """Return the names that a text holds, in the order of their agencies.

        A look at each place of the text, however many names there are.
        """
        places, lengths = self._places, self._lengths
        found = set()
        for start in (beginning.start() for beginning in self._beginnings.finditer(text)):
            for length in lengths.get(text[start : start + _KEY], ()):
                name = text[start : start + length]
                if name in places:
                    found.add(name)
        return sorted(found, key=places.__getitem__)


_kept: dict[Path, Names] = {}


def agency_names(params: Path) -> Names:
    """Return the name and the short name of every agency of a folder.

    Only these two lines are read: there may be thousands of these files.
    """
    kept = _kept.get(params.resolve()) if _kept else None
    return kept or _read(params)


@contextmanager
def kept_names(params: Path) -> Iterator[Names]:
    """Read the names once for all the reports of a run, also in the processes that it forks."""
    names = _read(params)
    _kept[params.resolve()] = names
    try:
        yield names
    finally:
        _kept.clear()


def _read(params: Path) -> Names:
    called = {}
    for path in sorted(params.glob("[!.]*/agency.yaml")):
        found = (name.strip("\"' ") for name in _NAMES.findall(_beginning(path)))
        called[path.parent.name] = tuple(name for name in found if name and name[0] not in "|>")
    return Names(called)


def _beginning(path: Path) -> str:
    """Return the beginning of a file, '' where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_BEGINNING)
    except OSError:
        return ""
    whole = data[: data.rfind(b"\n")] if len(data) == _BEGINNING else data
    return decoded_somehow(whole)
