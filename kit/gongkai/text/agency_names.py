"""The names of the agencies in a folder, and which of them a text mentions."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import FileTooLarge, read_file
from gongkai.errors import KitError, Problem
from gongkai.text.characters import has_hidden
from gongkai.text.encoding import decoded
from gongkai.text.yaml_files import read_yaml

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")  # the name of an agency's folder
_LIKE_BODIES = re.compile(r"bodies[^/]{0,40}\.ya?ml[^/]{0,20}", re.IGNORECASE)
_DEVICES = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")  # Windows has no such folders
KEYS = ("name", "short_name")
BODIES = "bodies.yaml"  # in the folder of parameters: who reports to whom
LARGEST_LIST = 10_000_000  # bytes, for about 50,000 bodies
OWN_NOTEBOOK = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,190}\.ipynb")
LONGEST = 200  # characters of a name, as for `Short` in kit/gongkai/text/models.py
_FIGURE = re.compile("[0-9.,%/—+-]")
_BLANK = re.compile(r"\s")
_SMALL = 65_536  # bytes; a larger file is parsed as YAML
_KEY = 2  # first characters of a name, by which names are looked up
# Lines that a regular expression reads as YAML does: `key: words`, without quotes or blocks.
_BREAKS = r"\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
_PLAIN = re.compile(
    rf"(?:(?:#[^{_BREAKS}]*+|[a-z_]++:(?:[ ]++\w[^{_BREAKS}:#]*+(?::(?=\S)[^{_BREAKS}:#]*+)*)?"
    rf"(?:[ ]++#[^{_BREAKS}]*+)?[ ]*+)?\n)*"
)
_PLACEHOLDER = re.compile(r"\{\{\s*+(v|share)?[^{}]*+\}\}")
# The district at the beginning of a name: 西夏区, 沭阳县, 延边朝鲜族自治州.
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,15}?(?:省|自治[区州县旗]|[市县区旗盟])")
_STRIPS = re.compile(r"\{\{[-+]|[-+]\}\}")  # Jinja's marks for stripping blanks
_LINE = re.compile(r"^((?:short_)?name|notebook):[ ]*([^#\n]*)", re.MULTILINE)


def can_be_folder(slug: str) -> bool:
    """Whether a name is valid for an agency's folder, on every operating system."""
    return bool(SLUG.fullmatch(slug)) and not _DEVICES.fullmatch(slug)


def district_of(name: str) -> str:
    """Return the province, city, county or district that an agency's name begins with, or ''."""
    found = _DISTRICT.match(name)
    return found[0] if found else ""


def abbreviates(short: str, name: str) -> bool:
    """Whether a name contains the characters of a short form in order."""
    rest = iter(name)
    return all(character in rest for character in short)


def keys_called(word: str, called: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the keys of names equal to a word; or else of those that end with it or contain it.

    People leave out the district at the beginning of a name.
    """
    for fits in (str.__eq__, str.endswith, str.__contains__):
        keys = [key for key, names in called.items() if any(fits(name, word) for name in names)]
        if keys:
            return keys
    return []


class Names:
    """The names and short names of agencies, by slug; a province has thousands of agencies.

    Bodies in `bodies.yaml` that have no folder yet are included, by their keys.
    `notebooks` are the files below `notebooks/` that some agencies use for their reports,
    `nameless` the slugs of those whose names could not be read.
    """

    def __init__(
        self,
        called: Mapping[str, tuple[str, ...]],
        notebooks: Mapping[str, str] = {},
        nameless: Sequence[str] = (),
    ) -> None:
        self.called = dict(called)
        self.notebooks = dict(notebooks)
        self.nameless = tuple(nameless)

    @cached_property
    def digest(self) -> str:
        """A hash of all names, which changes if an agency is added, removed or renamed."""
        listed = "\n".join(f"{slug} {'/'.join(called)}" for slug, called in self.called.items())
        return hashlib.sha256(os.fsencode(listed)).hexdigest()

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
        """A pattern for the first characters of names."""
        characters = {name[0] for name in self._places}
        return re.compile(f"[{re.escape(''.join(sorted(characters)))}]" if characters else "(?!)")

    def mentioned(self, text: str) -> list[str]:
        """Return the names that a text contains, in the order of the agencies.

        Takes one lookup per position in the text, however many names there are.
        """
        places, lengths = self._places, self._lengths
        found = set()
        for start in (beginning.start() for beginning in self._beginnings.finditer(text)):
            for length in lengths.get(text[start : start + _KEY], ()):
                name = text[start : start + length]
                longer = name.endswith("部") and text.startswith("门", start + length)
                if name in places and not longer:  # 水利部门 does not mean 水利部
                    found.add(name)
        return sorted(found, key=places.__getitem__)

    def may_be_filled_in(self, text: str) -> bool:
        """Whether filled-in text could form a name together with the words next to it.

        `text` still has its placeholders. Figures have no characters of names, but may be blank.
        """
        found = list(_PLACEHOLDER.finditer(text))
        if not len(found) == text.count("{{") == text.count("}}") or _STRIPS.search(text):
            return True
        if not found:
            return False
        ends = [following.start() for following in found[1:]] + [len(text)]
        return any(
            self._touches_figure(text, *here.span())
            if here[1]
            else self._touches_fact(text, *here.span(), end)
            for here, end in zip(found, ends, strict=True)
        )

    def _touches_figure(self, text: str, start: int, end: int) -> bool:
        """Whether the words around a figure could form a name if the figure is blank."""
        if self.figured or text.startswith("{{", end):
            return True
        after = text[end : end + 1]
        return after in self._characters and self._begins(
            text[max(0, start - self._longest) : start], after
        )

    def _touches_fact(self, text: str, start: int, end: int, following: int) -> bool:
        """Whether a name could begin before a fact, end after it, or extend to the next one."""
        if text[start - 1 : start] in self._characters and self._begins(
            text[max(0, start - self._longest) : start]
        ):
            return True
        if text[end : end + 1] not in self._characters:
            return text.startswith("{{", end)
        after = text[end : end + self._longest]
        if any(after[:size] in self._pieces.ends for size in range(1, len(after) + 1)):
            return True
        return following - end <= self._longest and text[end:following] in self._pieces.all

    def _begins(self, before: str, after: str = "") -> bool:
        """Whether the end of `before`, followed by `after`, is the beginning of a name."""
        sizes = range(1, min(self._longest, len(before)) + 1)
        return any(before[-size:] + after in self._pieces.beginnings for size in sizes)

    @cached_property
    def _characters(self) -> set[str]:
        return {char for name in self._places for char in name}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._places), default=0)

    @cached_property
    def figured(self) -> bool:
        """Whether a name has a character that can occur in a figure."""
        return any(_FIGURE.search(name) for name in self._places)

    @cached_property
    def has_blanks(self) -> bool:
        """Whether a name has a blank, which YAML can make from the end of a line."""
        return any(_BLANK.search(name) for name in self._places)

    @cached_property
    def _pieces(self) -> _Pieces:
        names = self._places
        return _Pieces(
            {name[:size] for name in names for size in range(1, len(name) + 1)},
            {name[-size:] for name in names for size in range(1, len(name) + 1)},
            "\n".join(names),
        )


class _Pieces(NamedTuple):
    """All beginnings and ends of names, including whole names, and all names in one text."""

    beginnings: set[str]
    ends: set[str]
    all: str


_kept: dict[Path, Names] = {}


def agency_names(params: Path) -> Names:
    """Return the name and the short name of every agency in a folder, as YAML reads them."""
    kept = _kept.get(params.resolve()) if _kept else None
    return kept or _read(params)


@contextmanager
def kept_names(params: Path) -> Iterator[Names]:
    """Read the names once for all reports of a run, and for the processes that it forks."""
    names = _read(params)
    _kept[params.resolve()] = names
    try:
        yield names
    finally:
        _kept.clear()


def _read(params: Path) -> Names:
    paths = sorted(params.glob("[!.]*/agency.yaml"))
    found = {path.parent.name: _values_in(path) for path in paths}
    notebooks = ((slug, _notebook_of(values)) for slug, values in found.items())
    listed = _listed(params / BODIES)
    called = {slug: _names_of(values) or listed.get(slug, ()) for slug, values in found.items()}
    nameless = [slug for slug, names in called.items() if not names]
    return Names(
        {**listed, **called},
        {slug: notebook for slug, notebook in notebooks if notebook},
        (*nameless, *(slug for slug in _without_file(params, found) if slug not in listed)),
    )


def _without_file(params: Path, found: Container[str]) -> list[str]:
    """Return the folders that have a report but no `agency.yaml`."""
    with suppress(OSError):
        folders = [it.name for it in os.scandir(params) if it.is_dir() and it.name not in found]
        return sorted(
            name
            for name in folders
            if not name.startswith(".") and any((params / name).glob("[0-9][0-9][0-9][0-9].*"))
        )
    return []


def _listed(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the names in a list of bodies, by key; {} if there is no list.

    Raises KitError if it cannot be read: without a name, fewer findings would be reported.
    """
    if not os.path.lexists(path):
        alike = [it.as_posix() for it in path.parent.glob("*") if _LIKE_BODIES.fullmatch(it.name)]
        if alike:
            raise KitError(Problem("bodies-file-name", sorted(alike)[0]))
        return {}
    document = read_yaml(path, LARGEST_LIST)
    if document.problems:
        raise KitError(*document.problems)
    names: dict[str, tuple[str, ...]] = {}
    entries = document.data.get("bodies") if isinstance(document.data, dict) else None
    for place, entry in enumerate(entries if isinstance(entries, list) and entries else [None]):
        named = entry if isinstance(entry, dict) else {}
        key, name = named.get("key"), named.get("name")
        if not (isinstance(key, str) and isinstance(name, str) and 0 < len(name) <= LONGEST):
            line = document.line(("bodies", place))
            raise KitError(Problem("body-nameless", document.path, line))
        names[key] = (*names.get(key, ()), name)
    return names


def names_in(path: Path) -> tuple[str, ...]:
    """Return the names in an `agency.yaml`; () if it cannot be read."""
    return _names_of(_values_in(path))


def notebook_in(path: Path) -> str:
    """Return the notebook named in an `agency.yaml`, '' for none."""
    return _notebook_of(_values_in(path))


def _names_of(values: Mapping[str, str]) -> tuple[str, ...]:
    names = (values.get(key, "").strip() for key in KEYS)
    return tuple(name for name in names if 0 < len(name) <= LONGEST)


def _notebook_of(values: Mapping[str, str]) -> str:
    name = values.get("notebook", "").strip()
    return name if OWN_NOTEBOOK.fullmatch(name) else ""


def _values_in(path: Path) -> dict[str, str]:
    """Return the names and the notebook in an `agency.yaml`; {} if it cannot be read."""
    try:
        text = decoded(read_file(path, _SMALL)) or ""
    except FileTooLarge:
        found = None
    except OSError:
        return {}
    else:
        found = _plainly(text.replace("\r\n", "\n").rstrip("\n") + "\n")
    return _by_yaml(path) if found is None else found


def _plainly(text: str) -> dict[str, str] | None:
    """Return the values in a file of plain lines, as most are; None if it has anything else."""
    if not _PLAIN.fullmatch(text) or has_hidden(text):
        return None
    lines = _LINE.findall(text)
    return dict(lines) if len(dict(lines)) == len(lines) else None


def _by_yaml(path: Path) -> dict[str, str]:
    try:
        document = read_yaml(path)
    except KitError:
        return {}
    values = document.data if not document.problems else {}
    return {key: values[key] for key in (*KEYS, "notebook") if isinstance(values.get(key), str)}
