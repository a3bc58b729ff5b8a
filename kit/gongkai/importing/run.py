"""Import one document as a report's files: read, identify, render, and check by loading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.tables import Code
from gongkai.importing.blocks import Doubt, Paragraph, Source
from gongkai.importing.draft import Draft, read_draft, stated_by
from gongkai.importing.entry_form import (
    has_lost_names,
    is_entry_form,
    printed_title,
    read_entry_form,
    refuse_other,
    refuse_other_edition,
    without_text,
)
from gongkai.importing.formats.documents import read_document
from gongkai.importing.labels import key
from gongkai.importing.texts.prose import Prose
from gongkai.importing.write import KEPT, Origin, report_files, written_aside
from gongkai.messages import printable
from gongkai.project import Target
from gongkai.report.bodies import Bodies, load_bodies
from gongkai.report.entry_form import AGENCY, YEAR
from gongkai.report.parameters import Agency
from gongkai.report.places import Place
from gongkai.report.reader import load_report
from gongkai.text.agency_names import BODIES, SLUG, agency_names, can_be_folder
from gongkai.text.models import read_model

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")  # in the name of a file
_YEAR_ALONE = re.compile(r"[12][0-9]{3}")
_COMMON = {"report", "index", "annual", "year", "outputs", "params", "downloads", "tmp", "desktop"}


_Read = tuple[Target, Draft, Agency | None]  # the report it is, its content, its agency.yaml


class Options(NamedTuple):
    """The options of the command; '' and 0 leave a value to the document.

    `called` is the agency under its name of that year, if known, or as it is written with another
    document.
    """

    agency: str = ""
    name: str = ""
    year: int = 0
    column: str = ""
    forms: Path | None = None
    called: Agency | None = None


class Imported(NamedTuple):
    """A report ready to be written: its files by name, and the doubts.

    `agency` is the agency.yaml among them, None if there already was one.
    `figures` counts the cells that are not blank; `unplaced` has the lines of text that belong to
    no part. `paragraphs` are the texts of each part, `places` locates each cell in the document;
    `doubtful` are the cells with doubts. `has_text` is False if the document has only figures,
    `derived` True if it was made by the kit and has numbers that were not read.
    """

    slug: str
    year: int
    files: Mapping[str, str]
    agency: Agency | None
    doubts: tuple[Problem, ...]
    figures: int
    cells: int
    unplaced: tuple[str, ...]
    paragraphs: Mapping[str, tuple[Paragraph, ...]]
    places: Mapping[Code, Place]
    doubtful: frozenset[Code]
    has_text: bool
    derived: bool

    @property
    def kept(self) -> tuple[str, ...]:
        """The files not to overwrite if they exist; without text, the year's YAML is among them."""
        return KEPT if self.has_text else (*KEPT, f"{self.year}.yaml")


def import_document(path: Path, params: Path, options: Options) -> Imported:
    """Return a document as a report's files; nothing is written below `params`.

    Raises KitError if it cannot be read, or names no agency or year.
    """
    document = read_document(path)
    read = _entry_form if is_entry_form(document.source.names) else _report
    target, draft, agency = read(path, document.source, params, options)
    _refuse_other_place(path, params, target, options)
    particulars = _particulars(draft.prose, options, agency, path)
    fields: dict[str, Any] = {**particulars}
    new = Agency.model_construct(**fields) if agency is None else None
    known = options.called or agency or (new if options.name else None)
    if known:
        draft.doubts += differences(draft.prose, known, options.name)
    else:
        draft.doubts += _two_names(draft.prose, particulars["name"])
    if new:
        draft.doubts += _listed_otherwise(new.name, target, params)
    origin = Origin(printable(path.name), document.digest, document.source.format)
    files = report_files(draft, particulars, origin)
    _read_back(target, files, params, path, options.forms)
    return Imported(
        slug=target.slug,
        year=target.year,
        files=files,
        agency=new,
        doubts=tuple(doubt.problem(path.as_posix()) for doubt in draft.doubts),
        figures=sum(bool(found.text) for found in draft.cells.values()),
        cells=len(draft.form.cells),
        unplaced=tuple(text.text for text in draft.prose.unplaced),
        paragraphs={part: tuple(texts) for part, texts in draft.prose.parts.items()},
        places={code: found.place for code, found in draft.cells.items()},
        doubtful=frozenset(code for doubt in draft.doubts for code in doubt.codes),
        has_text=draft.prose.has_text or any(draft.prose.signatories.values()),
        derived=document.source.derived,
    )


def _report(path: Path, source: Source, params: Path, options: Options) -> _Read:
    """Return the content of a report. Raises KitError if it names no agency or year."""
    name, stated = stated_by(source)
    in_file = _YEAR.findall(path.stem)
    year = options.year or stated or (int(in_file[-1]) if in_file else 0)
    if not year:
        raise KitError(Problem("import-no-year", path.as_posix()))
    known = _known(name, params, year) or _folder(path, params)
    if not (options.agency or known):
        _refuse_several(path, name, params, year)
    agency = _agency(params, options.agency or known)
    draft = read_draft(source, year, agency, options.column, options.forms)
    if has_lost_names(source):
        without_text(draft)
    slug = options.agency or known or _known(draft.prose.signed_by, params, year)
    slug = slug or _proposed(path, params)
    # Another document of the same agency may have been written since its name was looked up.
    slug = slug or _known(name, params, year) or _known(draft.prose.signed_by, params, year)
    if not slug:
        raise KitError(Problem("import-no-agency", path.as_posix(), name=name or "—"))
    if not can_be_folder(slug):
        raise KitError(Problem("agency-slug", agency=slug))
    draft.doubts += _under_another_name(name, known, slug)
    if not options.year and not stated:
        draft.doubts.append(Doubt("import-year-of-file", Place(), year=year))
    return Target(slug, year), draft, agency or _agency(params, slug)


def _entry_form(path: Path, source: Source, params: Path, options: Options) -> _Read:
    """Return the figures of a filled-in form, which names its own agency and year."""
    title = printed_title(source)
    target = Target(source.names[AGENCY], int(source.names[YEAR]))
    given = Target(options.agency or target.slug, options.year or target.year)
    wanted = _place(path, params, options) or given
    refuse_other(path, source.names, title[1], wanted, params)
    if not can_be_folder(target.slug):
        raise KitError(Problem("agency-slug", agency=target.slug))
    agency = _agency(params, target.slug)
    try:
        draft = read_entry_form(source, title, agency, options.forms)
    except KitError as error:
        raise error.at(path.as_posix()) from None
    year_file = params / target.slug / f"{target.year}.yaml"
    refuse_other_edition(path, draft, year_file, options.forms)
    known = _known(title[0], params, target.year)
    draft.doubts += _under_another_name(title[0], known, target.slug)
    return target, draft, agency


def _under_another_name(name: str, known: str, slug: str) -> Iterator[Doubt]:
    """Yield a doubt if an agency is known by another folder name than its report is written to."""
    if known not in ("", slug):
        yield Doubt("import-known-as", Place(), name=name, known=known, given=slug)


# --- its agency -------------------------------------------------------------------


def _known(name: str, params: Path, year: int) -> str:
    """Return the one agency or body that has a name; or ''."""
    found = _called(name, params, year)
    return found[0] if len(found) == 1 else ""


def _called(name: str, params: Path, year: int) -> list[str]:
    """Return the agencies of params/, or else bodies of bodies.yaml, that have a name, in order."""
    if not name or not params.is_dir():
        return []
    called = agency_names(params).called
    found = {slug for slug, names in called.items() if key(name) in map(key, names)}
    return sorted(found or {it for it, body in _bodies(params, year) if key(body) == key(name)})


def _refuse_several(path: Path, name: str, params: Path, year: int) -> None:
    """Raise KitError if a name is that of several agencies: a document says no more than that."""
    found = _called(name, params, year)
    if found:
        raise KitError(Problem("import-several", path.as_posix(), name=name, slugs=found))


def _bodies(params: Path, year: int) -> Iterator[tuple[str, str]]:
    """Yield the folder and the name of each body of a year, if there is a bodies.yaml."""
    if (params / BODIES).exists():
        for body in _listed(params, (params / BODIES).stat().st_mtime_ns).entries:
            if body.holds_in(year):
                yield body.key, body.name


@lru_cache(maxsize=1)
def _listed(params: Path, _: int) -> Bodies:
    """Return the bodies of bodies.yaml, read again only when it was changed."""
    return load_bodies(params)


def _folder(path: Path, params: Path) -> str:
    """Return the agency whose folder in params/ contains a document, or ''."""
    folder = path.resolve().parent
    return folder.name if folder.parent == params.resolve() else ""


def _place(path: Path, params: Path, options: Options) -> Target | None:
    """Return the report whose workbook a document would be, by its folder and name.

    Last year's form, filled in again and saved under this year's name, would replace last year's
    figures. None where it has no such place, or the options name the report.
    """
    slug, named = _folder(path, params), options.agency and options.year
    is_year = _YEAR_ALONE.fullmatch(path.stem)
    return Target(slug, int(path.stem)) if slug and is_year and not named else None


def _refuse_other_place(path: Path, params: Path, target: Target, options: Options) -> None:
    """Raise KitError for a document in the place of another report's workbook."""
    place = _place(path, params, options)
    if place not in (None, target):
        about = {"place": str(place), "stated": str(target)}
        raise KitError(Problem("import-other-place", path.as_posix(), **about))


def _agency(params: Path, slug: str) -> Agency | None:
    """Return the agency.yaml of an agency, if there is one. Raises KitError if it is invalid."""
    path = params / slug / "agency.yaml"
    return read_model(path, Agency)[0] if slug and SLUG.fullmatch(slug) and path.exists() else None


def _proposed(path: Path, params: Path) -> str:
    """Return a folder name for the agency, from the document's file or folder name; or ''.

    A website address would not do: it belongs to a whole county.
    """
    stem = _YEAR.sub("", path.stem).lower().strip("-_. ")
    name = stem or path.resolve().parent.name.lower()
    is_name = can_be_folder(name) and any(map(str.isalpha, name)) and name not in _COMMON
    return name if is_name and not (params / name / "agency.yaml").exists() else ""


def _particulars(
    prose: Prose, options: Options, agency: Agency | None, path: Path
) -> dict[str, str]:
    """Return the fields of agency.yaml. Raises KitError if nothing names the agency."""
    if agency is not None:
        return {"name": agency.name}
    name = options.name or prose.signed_by or prose.published_by or prose.name
    if not name:
        raise KitError(Problem("import-no-name", path.as_posix()))
    title = prose.name
    short = title if title and title != name and key(title) in key(name) else ""
    return {"name": name, "short_name": short, **prose.contact}


def _two_names(prose: Prose, name: str) -> Iterator[Doubt]:
    """Yield a doubt if title and signature name two agencies; one may abbreviate the other.

    A cover has the full name.
    """
    title, signature = key(prose.name), key(prose.signed_by)
    if title and signature and title not in signature and signature not in title:
        about = {"title": prose.name, "signature": prose.signed_by, "name": name}
        yield Doubt("import-two-names", Place(), **about)
    if prose.published_by and key(prose.published_by) != key(name):
        yield Doubt("import-name-differs", Place(), stated=prose.published_by, known=name)


def _listed_otherwise(name: str, target: Target, params: Path) -> Iterator[Doubt]:
    """Yield a doubt if bodies.yaml lists the agency by another name than is written."""
    for slug, listed in _bodies(params, target.year):
        if slug == target.slug and key(listed) != key(name):
            yield Doubt("import-listed-otherwise", Place(), name=name, listed=listed)


def differences(prose: Prose, agency: Agency, given: str = "") -> Iterator[Doubt]:
    """Yield a doubt for each name or contact detail that differs from the agency's own.

    Also for a name `given` with the command, which does not replace an existing one.
    """
    names = {key(agency.name), key(agency.short_name)}
    if given and key(given) not in names:
        yield Doubt("import-name-given", Place(), given=given, known=agency.name)
    for stated in dict.fromkeys((prose.name, prose.signed_by, prose.published_by)):
        if stated and key(stated) not in names:
            yield Doubt("import-name-differs", Place(), stated=stated, known=agency.name)
    for name, stated in prose.contact.items():
        there = getattr(agency, name)
        if there and key(there) != key(stated):
            yield Doubt("import-agency-differs", Place(), key=name, stated=stated, known=there)


def _read_back(
    target: Target, files: Mapping[str, str], params: Path, path: Path, forms: Path | None
) -> None:
    """Raise KitError if the files to be written cannot be loaded as a report."""
    with written_aside(target.slug, files, params) as folder:
        try:
            load_report(*target, folder, forms)
        except KitError as error:
            prefix = f"{(folder / target.slug).as_posix()}/"
            raise KitError(
                *(_not_readable(item, prefix, path) for item in error.problems)
            ) from None


def _not_readable(problem: Problem, prefix: str, path: Path) -> Problem:
    details = {
        "file": problem.file.removeprefix(prefix),
        "line": problem.line,
        "problem": problem.text(),
    }
    return Problem("import-not-readable", path.as_posix(), **details)
