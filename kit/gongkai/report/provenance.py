"""Record what a report was made from: the hash of each input, and the versions that matter."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import version
from pathlib import Path

from gongkai.disk import read_file
from gongkai.errors import KitError
from gongkai.project import RULES, rules_folder
from gongkai.report.beside import named_in
from gongkai.text.agency_names import Names
from gongkai.text.characters import has_hidden, without_entities, without_hidden
from gongkai.text.encoding import decoded
from gongkai.text.files import MAX_BYTES, list_yaml_files
from gongkai.text.yaml_files import read_yaml

PACKAGE = Path(__file__).parents[1]
# The distributions that affect the content of a page; the kit itself comes first.
DISTRIBUTIONS = (
    "gongkai-kit",
    "ipykernel",
    "ipython",
    "jinja2",
    "markdown-it-py",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "pandas",
    "papermill",
    "pydantic",
    "pyyaml",
    "zhplot",
)

# The package's files that turn an executed notebook into pages, and (below) those that affect
# neither. All others count as inputs of the notebook, so a new one is safe by default.
EXPORT_FILES = (
    "export/*",
    "text/sanitizer.py",
    "text/cell_markdown.py",
    "templates/page.css",
    "templates/print.css",
    "templates/own.css",
    "templates/lab.css",
    "templates/review.css",
    "templates/gongkai/*",
)
MACHINERY_FILES = (
    "py.typed",
    "annual_report.ipynb",  # the template: a separate input, whichever copy of it is used
    "cli/*",
    "pipeline/*",
    "compare/*",
    "importing/*",
    "office/*",
    "show/*",
    "disk.py",
    "extras.py",
    "locks.py",
    "kinds.py",
    "project.py",
    "engine/pool.py",
    "report/bodies.py",
    "report/deadlines.yaml",
    "report/demo*",
    "report/outdated.py",
    "report/scaffold.py",
    "templates/new/*",
    "templates/init/*",
    "templates/site/*",
    "templates/diff/*",
)

# Placeholders as people write them; the value of any other is known only to a build.
_FACT = re.compile(r"""\{\{\s*+fact\s*+\(\s*+(["'])([^"'\\{}\n]{0,200})\1\s*+\)\s*+\}\}""")
_FIGURE = re.compile(r"\{\{\s*+(?:v|share)\s*+\([^{}\\]*+\}\}")
_BRACES = re.compile(r"\{[{%]|[%}]\}")
_YEARS_FILE = re.compile(r"([1-9][0-9]{3})\.(?:yaml|csv)")
_OF_PARAMETERS = re.compile(r"agency\.yaml|[0-9]{4}\.(?:(?:rollup\.)?(?:yaml|csv)|source\.yaml)")
SOURCE = ".source.yaml"  # after the year: where an import found each cell
# After the year: which bodies a report was added up from, and their figures.
ROLLUP, ROLLUP_FIGURES = ".rollup.yaml", ".rollup.csv"


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest_of(path: str | Path) -> str:
    """Return the hash of a file, or '' if it cannot be read."""
    try:
        return digest(read_file(path))
    except OSError:
        return ""


def inputs(
    params: Path,
    slug: str,
    year: int,
    names: Names,
    digest_of: Callable[[str | Path], str] = digest_of,
    forms: Path | None = None,
) -> dict[str, str]:
    """Return the hash of each input that a report reads, by its path from the project.

    These are the agency's and the year's files, the files next to them that the year's YAML names,
    those of all earlier years, which the report is compared with, the local rules, the forms in
    a folder of further editions, and the names of other agencies that occur in the year's text.
    """
    folder, home = os.path.join(params, slug), os.path.basename(os.path.realpath(params))
    hashes = {
        f"{home}/{slug}/{name}": digest_of(os.path.join(folder, name))
        for name in ("agency.yaml", *_years(folder, year), *_beside(folder, year))
    }
    for path in list_yaml_files(rules_folder(params)):
        hashes[f"{RULES}/{path.name}"] = digest_of(path)
    for path in list_yaml_files(forms) if forms else ():
        hashes[f"{path.resolve().parent.name}/{path.name}"] = digest_of(path)
    hashes[f"{home}/*/agency.yaml (names)"] = _names_in(
        os.path.join(folder, f"{year}.yaml"), slug, names
    )
    return hashes


def _years(folder: str, year: int) -> list[str]:
    """Return the names of the files of a year and all earlier ones, in order.

    The source file of an import, and the files of a roll-up, are read for this year only.
    """
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found = (_YEARS_FILE.fullmatch(name) for name in names)
    files = [name[0] for name in found if name and int(name[1]) <= year]
    alone = {f"{year}{suffix}" for suffix in (SOURCE, ROLLUP, ROLLUP_FIGURES)}
    return sorted(files + [name for name in names if name in alone])


def _beside(folder: str, year: int) -> list[str]:
    """Return the names of the files of a folder that a year's YAML names, in order.

    The reader of the report refuses a file that the YAML does not name exactly.
    """
    try:
        others = [name for name in os.listdir(folder) if not _OF_PARAMETERS.fullmatch(name)]
        text = others and decoded(read_file(os.path.join(folder, f"{year}.yaml"), MAX_BYTES))
    except OSError:
        return []
    return named_in(text or "", others)


def _names_in(path: str, slug: str, names: Names) -> str:
    """Return one hash of the names of other agencies that occur in a year's text.

    If the text is in the file unchanged, the file itself is searched: it may have more names
    than the text, in comments, but never fewer.
    """
    try:
        text = decoded(read_file(path, MAX_BYTES)) or ""
    except OSError:
        return ""
    if _is_read_otherwise(text, names):
        said = _said(Path(path), names)
        if said is None:
            return names.digest
        text = said
    own = names.called.get(slug, ())
    found = [name for name in names.index.mentioned(text) if name not in own]
    return digest("\n".join(found).encode())


def _is_read_otherwise(text: str, names: Names) -> bool:
    """Whether the text may have names that are not in the file, through YAML or placeholders."""
    if "\\" in text or "''" in text or names.index.has_blanks or has_hidden(text):
        return True
    return names.index.may_be_filled_in(text) or ("&" in text and without_entities(text) != text)


def _said(path: Path, names: Names) -> str | None:
    """Return the texts of a year's YAML with facts filled in; None if only a build knows them.

    Figures are filled in once as a character that no name has, and once as blanks.
    """
    try:
        document = read_yaml(path)
    except KitError:
        return None
    values = list(_texts_of(document.data))
    facts = document.data.get("facts") if isinstance(document.data, dict) else None
    if document.problems or names.index.figured or not isinstance(facts, dict | None):
        return None
    filled = _FACT.sub(lambda found: str((facts or {}).get(found[2], "")), "\n".join(values))
    filled = without_hidden(without_entities(filled))
    said = [_FIGURE.sub(figure, filled) for figure in ("\ufdd0", "")]
    return None if _BRACES.search(said[0]) else "\n".join(said)


def _texts_of(value: object) -> Iterator[str]:
    """Yield each text of a YAML file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts_of(item)


def fingerprint(inputs: Mapping[str, str]) -> str:
    """Return the first 16 hexadecimal digits of a hash over the inputs' names and hashes."""
    listed = "\n".join(f"{name} {digest}" for name, digest in inputs.items())
    return digest(listed.encode())[:16]


@cache
def versions() -> dict[str, str]:
    """Return the installed version of each distribution that matters."""
    return {name: version(name) for name in DISTRIBUTIONS}


def maker() -> str:
    """Return the name and version of the kit, for the files that it makes."""
    return f"gongkai-kit {versions()['gongkai-kit']}"


@cache
def kit_digest() -> str:
    """Return one hash of the package's files that affect the outputs of cells."""
    others = (*EXPORT_FILES, *MACHINERY_FILES)
    return _listed(path for path in _package_files() if not _is_one_of(path, others))


@cache
def package_digest(*patterns: str) -> str:
    """Return one hash of some of the package's files."""
    return _listed(path for path in _package_files() if _is_one_of(path, patterns))


def export_digest() -> str:
    """Return one hash of the files that turn an executed notebook into pages."""
    return package_digest(*EXPORT_FILES)


def _package_files() -> list[Path]:
    """Return the package's files, without those that an editor or a file manager leaves behind."""
    files = (path for path in PACKAGE.rglob("*") if path.is_file())
    return sorted(
        path
        for path in files
        if "__pycache__" not in path.parts
        and not path.name.startswith(".")
        and path.name[-1] != "~"
    )


def _is_one_of(path: Path, patterns: tuple[str, ...]) -> bool:
    name = path.relative_to(PACKAGE).as_posix()
    return any(fnmatch(name, pattern) for pattern in patterns)


def _listed(paths: Iterable[Path]) -> str:
    lines = (
        f"{path.relative_to(PACKAGE).as_posix()} {digest(path.read_bytes())}" for path in paths
    )
    return digest("\n".join(lines).encode())
