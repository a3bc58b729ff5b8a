"""Read the names of the agencies in a folder of parameters."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from gongkai.disk import FileTooLarge, read_file
from gongkai.errors import KitError, Problem
from gongkai.text.characters import has_hidden
from gongkai.text.encoding import decoded
from gongkai.text.name_index import NameIndex
from gongkai.text.yaml_files import read_yaml

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")  # the name of an agency's folder
_LIKE_BODIES = re.compile(r"bodies[^/]{0,40}\.ya?ml[^/]{0,20}", re.IGNORECASE)
_DEVICES = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")  # Windows has no such folders
KEYS = ("name", "short_name")
BODIES = "bodies.yaml"  # in the folder of parameters: who reports to whom
LARGEST_LIST = 10_000_000  # bytes, for about 50,000 bodies
OWN_NOTEBOOK = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,190}\.ipynb")
LONGEST = 200  # characters of a name, as for `Short` in kit/gongkai/text/models.py
_SMALL = 65_536  # bytes; a larger file is parsed as YAML
# Lines that a regular expression reads as YAML does: `key: words`, without quotes or blocks.
_BREAKS = r"\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
_PLAIN = re.compile(
    rf"(?:(?:#[^{_BREAKS}]*+|[a-z_]++:(?:[ ]++\w[^{_BREAKS}:#]*+(?::(?=\S)[^{_BREAKS}:#]*+)*)?"
    rf"(?:[ ]++#[^{_BREAKS}]*+)?[ ]*+)?\n)*"
)
# The district at the beginning of a name: 西夏区, 沭阳县, 延边朝鲜族自治州.
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,15}?(?:省|自治[区州县旗]|[市县区旗盟])")
_LINE = re.compile(r"^((?:short_)?name|notebook):[ ]*([^#\n]*)", re.MULTILINE)

_NAMED = re.compile(r"\bname\b")  # not short_name


def can_be_folder(slug: str) -> bool:
    """Whether a name is valid for an agency's folder, on every operating system."""
    return bool(SLUG.fullmatch(slug)) and not _DEVICES.fullmatch(slug)


def district_of(name: str) -> str:
    """Return the province, city, county or district that an agency's name begins with, or ''."""
    found = _DISTRICT.match(name)
    return found[0] if found else ""


def comparable(name: str) -> str:
    """Return a name without blanks, its characters as Unicode normalises them.

    Radicals and wide letters look like the characters of the same name typed elsewhere.
    """
    return "".join(unicodedata.normalize("NFKC", name).split())


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
    def index(self) -> NameIndex:
        """The names, to be found in texts."""
        return NameIndex(name for called in self.called.values() for name in called)


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


def shared_names(params: Path, agencies: Collection[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Yield each name that several agencies have, or reports of one year, and whose it is.

    Given agencies, only names of theirs. Short names may be equal: several cities have a 鼓楼区.
    """
    called = {slug: names[0] for slug, names in agency_names(params).called.items() if names}
    renamed = _renamed(params, sorted(agencies or called))
    if agencies and renamed:
        renamed |= _renamed(params, called)
    whose: dict[tuple[str, str], dict[str, str]] = {}  # by name and year, '' for any
    for slug, name in called.items():
        whose.setdefault((comparable(name), ""), {})[slug] = name
    for (slug, year), name in renamed.items():
        same = whose.setdefault((comparable(name), year), {})
        same[f"{slug}/{year}"] = name
        for other in whose.get((comparable(name), ""), ()):
            if (other, year) not in renamed and (params / other / f"{year}.yaml").exists():
                same[f"{other}/{year}"] = name
    for same in whose.values():
        its = {label.partition("/")[0] for label in same}
        if len(its) > 1 and (not agencies or not its.isdisjoint(agencies)):
            yield next(iter(same.values())), list(same)


def _renamed(params: Path, slugs: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return the names in the files of years, by agency and year; most have none."""
    found = {}
    for slug in slugs:
        for path in sorted((params / slug).glob("[0-9][0-9][0-9][0-9].yaml")):
            with suppress(OSError, FileTooLarge):
                text = decoded(read_file(path)) or ""
                name = _by_yaml(path).get("name", "").strip() if _NAMED.search(text) else ""
                if name:
                    found[slug, path.stem] = name
    return found


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
