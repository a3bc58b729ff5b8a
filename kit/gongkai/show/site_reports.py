"""Find what may be published of a report: its page as built, and the copies of that page."""

from __future__ import annotations

import html
import os
import posixpath
import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Annotated, Literal, NamedTuple

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem, problems_of
from gongkai.kinds import KINDS, Kind
from gongkai.manifest import Manifest, read_manifest
from gongkai.pipeline.stale import DigestOf, State, state_of
from gongkai.project import COPIES, INDEX, PUBLIC, YEAR, Project, Target
from gongkai.report import provenance
from gongkai.show.copies import as_built, refuse_other
from gongkai.text.agency_names import SLUG, Names
from gongkai.text.models import Field, Model

_META = re.compile(r'<meta name="([A-Za-z]+)" content="([^"]*)">')
_HEAD = 20_000  # characters of a page that contain its meta elements
_HREF = re.compile(r'<a\b[^<]*?\shref="([^"<]*)"')  # our pages escape < in attributes
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//?")

# Of the page, and of its copies.
_SUFFIX = "|".join(map(re.escape, (PUBLIC, *COPIES)))
Suffix = Annotated[str, Field(pattern=f"^({_SUFFIX})$")]
# ready: may be published as it is. unready: may not, as it is. withdrawn: must not be public.
Status = Literal["ready", "unready", "withdrawn"]
_FILE = re.compile(
    rf"{YEAR.pattern}({_SUFFIX})"
    r"|[a-z]+(-[0-9]+)?\.[a-z]+|data\.csv-metadata\.json"
)


class File(Model):
    """A file of a report in the site: its SHA-256, and its size in bytes."""

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)

    def said(self) -> str:
        """Return the size in words."""
        size = self.size
        return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size, 1000) / 1000:.0f} KB"


class SiteEntry(Model):
    """The files of one report in the site, and the data for the site's lists.

    `files` are by suffix, `links` are the paths of the site's other files that the page links
    to; `date` is the day on which the report was signed, from its page, or ''.
    `maker` is the version of the code that the copies were compared with.
    """

    slug: str = Field(pattern=rf"^{SLUG.pattern}$")
    year: int = Field(ge=1000, le=9999)
    name: str
    district: str
    title: str
    edition: str
    date: str = Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")
    description: str
    files: dict[Suffix, File]
    links: tuple[str, ...]
    maker: str

    @property
    def target(self) -> Target:
        """The report."""
        return Target(self.slug, self.year)

    @property
    def page(self) -> str:
        """The path of its page in the site."""
        return self.path(PUBLIC)

    @property
    def copies(self) -> list[tuple[str, str, str]]:
        """The copies of its page: the kind, the path in the site and the size of each."""
        return [
            (kind.title, self.path(kind.suffix), self.files[kind.suffix].said())
            for kind in KINDS.values()
            if kind.suffix in self.files
        ]

    def path(self, suffix: str) -> str:
        """Return the path of one of its files in the site."""
        return f"{self.slug}/{self.year}{suffix}"

    def paths(self) -> tuple[str, ...]:
        """Return the paths of its files in the site."""
        return tuple(map(self.path, self.files))

    def missing(self, paths: Collection[str]) -> list[str]:
        """Return the page's links to neither one of these paths nor one of the site's lists."""
        lists = (INDEX, f"{self.slug}/{INDEX}")
        return [link for link in self.links if link not in paths and link not in lists]


class Found(NamedTuple):
    """What may now be published of a report, or why nothing may.

    `entry` is set if the status is `ready`, `state` if the report is not up to date;
    `problems` state what is left out.
    """

    target: Target
    status: Status
    entry: SiteEntry | None = None
    problems: tuple[Problem, ...] = ()
    state: State | None = None


def found_of(
    project: Project, target: Target, names: Names, digest_of: DigestOf, before: SiteEntry | None
) -> Found:
    """Return what may be published of a report; `before` is what the site has of it."""
    manifest = read_manifest(project.outputs, target)
    if manifest is not None and manifest.is_blocked:
        return Found(target, "withdrawn", problems=(Problem("site-withdrawn"),))
    state = state_of(project, target, names, digest_of=digest_of)
    if state.reasons or state.manifest is None:
        return Found(target, "unready", state=state)
    try:
        page = as_built(project, target, PUBLIC)
    except (KitError, OSError) as error:
        return Found(target, "unready", problems=problems_of(error))
    files: dict[Suffix, File] = {PUBLIC: _file(page)}
    problems: list[Problem] = []
    for kind in KINDS.values():
        try:
            data = _copy(project, target, kind, page, before)
            if data is not None:
                files[kind.suffix] = _file(data)
        except (KitError, OSError) as error:
            problems += problems_of(error)
    entry = _entry(state.manifest, target, page.decode(), files)
    return Found(target, "ready", entry, tuple(problems))


def _file(data: bytes) -> File:
    return File(digest=provenance.digest(data), size=len(data))


def _copy(
    project: Project, target: Target, kind: Kind, page: bytes, before: SiteEntry | None
) -> bytes | None:
    """Return a copy, or None if there is none. Raises KitError if it was not made from the page."""
    path = project.output(target, kind.suffix)
    if not os.path.lexists(path):
        return None
    data = read_file(path)
    if not (before and _is_known(before, kind.suffix, page, data)):
        refuse_other(project, target, kind, page, data)
    return data


def _is_known(before: SiteEntry, suffix: str, page: bytes, data: bytes) -> bool:
    """Whether this copy was compared with this page before, by the same code."""
    compared = {PUBLIC: page, suffix: data}
    same = (before.files.get(ending) == _file(held) for ending, held in compared.items())
    return before.maker == _maker() and all(same)


@cache
def _maker() -> str:
    """Return one hash of the code that makes copies."""
    return provenance.package_digest("office/*", "text/*", "show/pdf.py", "report/provenance.py")


def _entry(manifest: Manifest, target: Target, page: str, files: dict[Suffix, File]) -> SiteEntry:
    meta = {name: html.unescape(content) for name, content in _META.findall(page[:_HEAD])}
    return SiteEntry(
        slug=target.slug,
        year=target.year,
        name=manifest.name,
        district=manifest.district,
        title=manifest.title,
        edition=manifest.edition,
        date=meta.get("PubDate", ""),
        description=meta.get("Description", ""),
        files=files,
        links=tuple(sorted(set(_links(page, target.slug)))),
        maker=_maker(),
    )


def _links(page: str, slug: str) -> Iterator[str]:
    """Yield the path in the site of each file that a page of an agency links to."""
    for written in _HREF.findall(page):
        address = html.unescape(written)
        path = address.partition("#")[0].partition("?")[0]
        if path and not _SCHEME.match(address):
            yield posixpath.normpath(posixpath.join(slug, path))


def is_path(name: str) -> bool:
    """Whether the site can have this path: a file, or a file in an agency's folder."""
    folder, _, file = name.rpartition("/")
    return bool(_FILE.fullmatch(file)) and (not folder or bool(SLUG.fullmatch(folder)))
