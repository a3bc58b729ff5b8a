"""The copies of a public page for office and other programs: what they are made of, and when."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.manifest import FindingRow
from gongkai.project import DATA_CSV, DATA_JSON, EXCEL, WORD
from gongkai.report import provenance
from gongkai.report.entry_form import EntryForm

EXTRA = "office"


class LibraryMissing(KitError):
    """No copy of a kind can be made: a library of the extra `office` is not installed."""


class Maker(NamedTuple):
    """The ending of a copy beside its page, and the function that makes it of a page's content."""

    suffix: str
    module: str
    function: str

    def __call__(self, page: bytes) -> bytes:
        """Return the copy of a page, the same bytes each time. Raises ModuleNotFoundError."""
        content = import_module("gongkai.office.content").content_of(page.decode())
        function: Callable[..., bytes] = getattr(import_module(self.module), self.function)
        return function(content, provenance.digest(page))


COPIES: Mapping[str, Maker] = {
    "docx": Maker(WORD, "gongkai.office.word", "as_word"),
    "xlsx": Maker(EXCEL, "gongkai.office.workbook", "as_workbook"),
    "csv": Maker(DATA_CSV, "gongkai.office.data", "as_csv"),
    "json": Maker(DATA_JSON, "gongkai.office.data", "as_json"),
}
_IDENTIFIER = re.compile(r"<dc:identifier>([0-9a-f]{64})</dc:identifier>")
_VERSION = re.compile(r"<cp:version>([^<]*)</cp:version>")


def copy_of(kind: str, page: bytes) -> bytes:
    """Return a copy of a public page.

    Raises LibraryMissing, and KitError where the page has a picture that cannot be shown.
    """
    try:
        return COPIES[kind](page)
    except ModuleNotFoundError:
        raise _library_missing() from None


def _library_missing() -> LibraryMissing:
    details = {"packages": provenance.packages_of(EXTRA)}
    return LibraryMissing(Problem("office-extra-missing", details=details))


def entry_form(content: EntryForm) -> bytes:
    """Return a form to fill in as a workbook. Raises LibraryMissing."""
    try:
        from gongkai.office.entry_form import as_entry_form
    except ModuleNotFoundError:
        raise _library_missing() from None
    return as_entry_form(content)


def review_of(page: str, marked: str, findings: Sequence[FindingRow]) -> bytes:
    """Return the Word document of a page with its findings as comments, the same bytes each time.

    `marked` is the page with the marks of the findings. Raises as `copy_of` does.
    """
    try:
        content = import_module("gongkai.office.content").content_of(marked)
        made: bytes = import_module("gongkai.office.word").as_word(
            content, provenance.digest(page.encode()), findings
        )
    except ModuleNotFoundError:
        details = {"packages": provenance.packages_of(EXTRA)}
        raise LibraryMissing(Problem("office-extra-missing", details=details)) from None
    return made


def page_of(document: bytes) -> str:
    """Return the SHA-256 of the page that a Word document says it was made from, or ''."""
    return _stated(document)[0]


def is_made_from(file: Path, page: bytes) -> bool:
    """Whether a Word document says that this version made it from this page.

    It takes half a second to make one; every other copy is quicker made than asked.
    """
    try:
        stated = _stated(read_file(file))
    except OSError:
        return False
    return stated == (provenance.digest(page), provenance.maker())


def _stated(document: bytes) -> tuple[str, str]:
    """Return the page and the version that a Word document says it was made from and by."""
    try:
        with zipfile.ZipFile(BytesIO(document)) as archive:
            properties = archive.read("docProps/core.xml").decode()
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        return "", ""
    identifier, version = _IDENTIFIER.search(properties), _VERSION.search(properties)
    return identifier[1] if identifier else "", version[1] if version else ""
