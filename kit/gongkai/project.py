"""The files of a project: which reports there are, and where inputs and outputs are kept."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem, reason_of
from gongkai.kinds import KINDS
from gongkai.spelling import nearest

MANIFEST = ".json"
NOTEBOOK = ".ipynb"
PUBLIC = ".html"
REVIEW = ".review.html"
# The part of a failed report that ran; the next successful build removes it.
FAILED_NOTEBOOK = ".failed.ipynb"
# Made from the public page on request; withdrawn with it.
COPIES = tuple(kind.suffix for kind in KINDS.values())
REVIEW_WORD = ".review.docx"  # made from the review copy: never public
# The figures of all reports, and the files that describe them.
TABLE, PACKAGE, METADATA = "data.csv", "datapackage.json", "data.csv-metadata.json"
TABLE_FILES = (TABLE, PACKAGE, METADATA)
INDEX = "index.html"  # of all reports, and of those of an agency
SITE_RECORD = ".gongkai-site.json"  # in a site that gongkai has written
OUTPUTS_LOCK = ".lock"  # of the outputs: held while files are moved there
OUTPUTS = (PUBLIC, REVIEW, NOTEBOOK, MANIFEST)
TEMPLATE = Path("notebooks", "annual_report.ipynb")  # the project's own template, if any
# Every output that may be made for a report.
MADE = (MANIFEST, PUBLIC, REVIEW, NOTEBOOK, *COPIES, REVIEW_WORD, FAILED_NOTEBOOK)
PARAMETERS = (".yaml", ".csv")
# Figures to be imported, next to the CSV or instead of it; the first kind is the kit's own.
WORKBOOK = ".xlsx"
WORKBOOKS = (WORKBOOK, ".xlsm", ".xls", ".et", ".ods")
RULES = "rules"  # the folder of local rules, next to that of the parameters
YEAR = re.compile(r"[1-9][0-9]{3}")
_OF_A_YEAR = re.compile(r"([0-9]{4})(\..+)")
# Files of a year with the wrong name: 2026年.yaml, ２０２６.csv, 2026.yaml.txt, 2026(1).yaml,
# 2026.YAML, 复件 2026.csv. A YAML file of any name with a year is one; a CSV may be data of a cell.
# So is what a sync program, an editor or an archiver leaves in its place: .2026.yaml.icloud.
_LIKE_A_YEARS = re.compile(
    r"(?![0-9]{4}\.(?:source|rollup)\.yaml)[^/0-9０-９]{0,99}([0-9０-９]{4})(?![0-9０-９])[^/]{0,99}"
    r"\.ya?ml(?:\.[a-z]{3,4})?|"
    r"(?:复件|副本|拷贝)?[ _-]?([0-9０-９]{4})[ _-]{0,3}(?:年度?|年报|报告){0,3}[ _-]{0,3}"
    r"(?:[(（][0-9]{1,2}[)）]|v[0-9]|副本|复件|拷贝|copy|[终定初]稿|最终版?|最新版?|修改[稿版]?|新|final){0,2}"
    r"\.(?:ya?ml|csv)(?:\.[a-z]{3,4})?|"
    r"[^0-9A-Za-z\u4e00-\u9fff]{0,3}(?:lock\.)?([0-9]{4})\.(?:ya?ml|csv)(?!-metadata)[^/]{0,60}",
    re.IGNORECASE,
)


class Target(NamedTuple):
    """A report: the agency's folder name and the year."""

    slug: str
    year: int

    def __str__(self) -> str:
        return f"{self.slug}/{self.year}"


class Shard(NamedTuple):
    """The `number`-th of `parts` equal parts of the work, from 1."""

    number: int
    parts: int


@dataclass(frozen=True)
class Project:
    """Where a project keeps its parameters, outputs, template, and its own editions of the form."""

    params: Path
    outputs: Path
    notebook: Path
    forms: Path | None = None

    def for_agency(self, notebook: str) -> Project:
        """Return the project with an agency's own notebook in notebooks/; unchanged for ''."""
        if not notebook:
            return self
        return replace(self, notebook=self.params.parent / TEMPLATE.parent / notebook)

    def output(self, target: Target, suffix: str) -> Path:
        """Return the path of one of a report's outputs; the path is its identity."""
        return self.outputs / target.slug / f"{target.year}{suffix}"

    def from_here(self, text: str) -> str:
        """Return a text in which the paths of parameter files can be opened from here.

        Outputs name these files from the folder above the parameters, wherever that is.
        """
        named, here = f"{self.params.name}/", f"{self.params.as_posix()}/"
        found, *rest = text.split(named)
        for piece in rest:
            within = found[-1:].isalnum() or found.endswith(("_", ".", "/", "-"))
            found += (named if within else here) + piece
        return found


def rules_folder(params: Path) -> Path:
    """Return the folder of the rules of a city or province: `rules` next to `params`."""
    # `.`, `..` and `params/x/..` do not say what the folder is called; links are not followed.
    named = params if params.name not in ("", "..") else Path(os.path.abspath(params))
    return named.parent / RULES


def template() -> Path:
    """Return the notebook of the project in the working directory, or else the kit's own."""
    return TEMPLATE if os.path.lexists(TEMPLATE) else packaged_template()


def packaged_template() -> Path:
    """Return the template that comes with the kit: inside the package, or in the checkout."""
    package = Path(__file__).parent
    installed = package / TEMPLATE.name
    return installed if installed.is_file() else package.parents[1] / TEMPLATE


class Survey(NamedTuple):
    """The reports below a folder, and the problems with what could not be read.

    `unread` are the names of agencies' folders that could not be read, or link to another's, and of
    files: git checks out a link to a folder as a file where the system has no links.
    """

    targets: list[Target]
    problems: tuple[Problem, ...] = ()
    unread: frozenset[str] = frozenset()


def all_targets(params: Path) -> list[Target]:
    """Return every report with a year's file, in order, as far as folders can be read."""
    return survey(params).targets


def survey(folder: Path, suffixes: Collection[str] = PARAMETERS) -> Survey:
    """Return the reports with a file in a folder, in order, and what could not be read.

    Hidden folders belong to no agency: one of them may be the staging folder of a build.
    Raises OSError if the folder itself cannot be read; a missing one has no reports.
    """
    found: set[Target] = set()
    problems: list[Problem] = []
    slugs = _slugs_in(folder)
    shared = _shared(folder, slugs)
    unread = {*shared}
    for slug in slugs:
        place = (folder / slug).as_posix()
        if slug in shared:
            problems.append(Problem("folder-shared", place, other=shared[slug]))
            continue
        try:
            files = _files_in(os.path.join(folder, slug))
        except OSError as error:
            if not _is_no_folder(error):
                problems.append(Problem("folder-unreadable", place, reason=reason_of(error)))
                unread.add(slug)
            elif isinstance(error, NotADirectoryError) and "." not in slug:
                unread.add(slug)  # perhaps a link, as git writes it
            continue
        problems += _misnamed(folder / slug, files, suffixes)
        years = _years_of(files, suffixes)
        found |= {Target(slug, int(year)) for year, _ in years if YEAR.fullmatch(year)}
        wrong = (f"{place}/{name}" for year, name in years if not YEAR.fullmatch(year))
        problems += (Problem("year-of-file", file) for file in wrong)
    return Survey(sorted(found), tuple(problems), frozenset(unread))


def _years_of(files: Iterable[str], suffixes: Collection[str]) -> list[tuple[str, str]]:
    """Return the years in the names of an agency's files, each with the name."""
    years = (_OF_A_YEAR.fullmatch(name) for name in files)
    return [(found[1], found[0]) for found in years if found and found[2] in suffixes]


def workbooks_of(indicators: Path) -> list[Path]:
    """Return the workbooks next to a year's CSV or in place of it, the kit's own kind first.

    A suffix in capitals counts as the same kind.
    """
    kinds = [suffix for kind in WORKBOOKS for suffix in (kind, kind.upper())]
    found = [path for kind in kinds if (path := indicators.with_suffix(kind)).exists()]
    return [
        path for number, path in enumerate(found) if not any(map(path.samefile, found[:number]))
    ]


def _misnamed(folder: Path, files: Collection[str], suffixes: Collection[str]) -> Iterator[Problem]:
    """Yield problems of a folder: nested agencies, and years that only other files seem to have.

    These are misnamed files, and workbooks without the other files of their year.
    """
    if suffixes != PARAMETERS:
        return
    for name in sorted(files) if "agency.yaml" not in files else ():
        if (folder / name / "agency.yaml").exists():
            yield Problem("folder-too-deep", (folder / name).as_posix())
    for name in sorted(files):
        file = (folder / name).as_posix()
        stem, kind = os.path.splitext(name)
        found = _LIKE_A_YEARS.fullmatch(name)
        if YEAR.fullmatch(stem) and kind.lower() in WORKBOOKS and not _has_year(files, int(stem)):
            yield Problem("workbook-alone", file, workbook=file)
        elif found and not _has_year(files, year := int(found[1] or found[2] or found[3])):
            yield Problem("year-file-name", file, year=year)


def _has_year(files: Collection[str], year: int) -> bool:
    return any(f"{year}{suffix}" in files for suffix in PARAMETERS)


def _slugs_in(folder: Path) -> dict[str, bool]:
    """Return the names in a folder that are not hidden, in order, and whether each is a link."""
    try:
        with os.scandir(folder) as entries:
            found = [(item.name, item.is_symlink()) for item in entries if item.name[0] != "."]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return dict(sorted(found))


def _shared(folder: Path, slugs: Mapping[str, bool]) -> dict[str, str]:
    """Return the folders that link to another agency's, with the name of that agency.

    A report would be built twice, under two names, and removing one would remove the other.
    """
    home = os.path.realpath(folder)
    links = [slug for slug, is_link in slugs.items() if is_link]
    links = [slug for slug in links if os.path.isdir(os.path.join(home, slug))]
    owners = {os.path.join(home, slug): slug for slug, is_link in slugs.items() if not is_link}
    found = {}
    for slug in links:
        owner = owners.setdefault(os.path.realpath(os.path.join(home, slug)), slug)
        if owner != slug:
            found[slug] = owner
    return found


def _files_in(folder: str) -> list[str]:
    """Return the names in a folder. Raises OSError also if the folder cannot be searched."""
    names = os.listdir(folder)
    os.stat(os.path.join(folder, os.curdir))  # a folder can be listable (r) but not searchable (x)
    return names


def refuse_link_out(path: Path, folder: Path) -> None:
    """Raise KitError if a link makes a path below a folder lead out of it."""
    inside = os.path.join(os.path.realpath(folder), "")
    if not os.path.join(os.path.realpath(path), "").startswith(inside):
        raise KitError(Problem("file-leads-out", path.as_posix(), folder=folder.as_posix()))


def _is_no_folder(error: OSError) -> bool:
    """Whether it is a file, or was removed meanwhile, rather than a folder that cannot be read.

    A link that leads nowhere may be to a drive that is not mounted.
    """
    if error.errno == errno.ELOOP:
        return False
    is_missing = isinstance(error, FileNotFoundError) and not os.path.islink(error.filename or "")
    return is_missing or isinstance(error, NotADirectoryError)


def unread_parameters(params: Path, wanted: Collection[str] = ()) -> tuple[Problem, ...]:
    """Return the unreadable parameters that may belong to the requested reports."""
    found = survey(params)
    asked = {text.partition("/")[0] for text in wanted}
    if not asked or any(YEAR.fullmatch(text) for text in wanted):
        return found.problems
    return tuple(problem for problem in found.problems if _slug_of(problem, params) in asked)


def unread_outputs(outputs: Path) -> list[Problem]:
    """Return the problems of output folders that could not be read."""
    found = survey(outputs, MADE)
    closed = {(outputs / slug).as_posix() for slug in found.unread}
    return [problem for problem in found.problems if problem.file in closed]


def _slug_of(problem: Problem, params: Path) -> str:
    return Path(problem.file).relative_to(params.as_posix()).parts[0]


def choose_targets(
    params: Path,
    wanted: Iterable[str],
    shard: Shard | None,
    removed: Collection[Target],
) -> list[Target]:
    """Return the reports of `agency`, `agency/year` or year targets; all for no target.

    Of these, a shard takes every n-th, so that all shards together have each report once. Raises
    KitError if a target names no report, or there are none at all. A report that was `removed`, or
    is in an unreadable folder, may be named, but is not returned.
    """
    if not params.is_dir():
        raise KitError(Problem("params-not-here", folder=params.as_posix()))
    found = survey(params)
    if not found.targets and not removed and not found.problems:
        raise KitError(Problem("targets-none", folder=params.as_posix()))
    by_name: dict[str, list[Target]] = {}
    for target in found.targets:
        for name in _names(target):
            by_name.setdefault(name, []).append(target)
    wanted = list(wanted)
    known = by_name.keys() | {name for target in removed for name in _names(target)}
    problems = [
        _unknown(text, by_name)
        for text in wanted
        if text not in known and text.partition("/")[0] not in found.unread
    ]
    if problems:
        raise KitError(*problems)
    named = {target for text in wanted for target in by_name.get(text, ())}
    chosen = sorted(named if wanted else found.targets)
    return chosen[shard.number - 1 :: shard.parts] if shard else chosen


def _names(target: Target) -> tuple[str, str, str]:
    return (target.slug, str(target.year), str(target))


def _unknown(text: str, known: Iterable[str]) -> Problem:
    meant = nearest(text, known)
    message = "target-meant" if meant else "target-unknown"
    return Problem(message, target=text, meant=meant)


def orphans(project: Project, wanted: Iterable[str] = ()) -> list[Target]:
    """Return the reports that have outputs but no parameters.

    They were removed, or there never were any. Unreadable folders have no orphans.
    """
    found, names = survey(project.params), set(wanted)
    built = set(survey(project.outputs, MADE).targets) - set(found.targets)
    return sorted(
        target
        for target in built
        if target.slug not in found.unread and (not names or names & set(_names(target)))
    )


def outputs_of(project: Project, target: Target) -> list[Path]:
    """Return the files with the names of a report's outputs, the manifest first."""
    made = (project.output(target, suffix) for suffix in MADE)
    return [path for path in made if os.path.isfile(path)]  # Path.is_file may raise
