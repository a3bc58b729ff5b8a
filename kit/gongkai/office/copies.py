"""The copies of a public page for office and other programs: what they are made of, and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from gongkai.disk import locked, read_file, write_whole
from gongkai.errors import KitError, Problem
from gongkai.kinds import EXCEL, JSON, KINDS, WORD
from gongkai.manifest import FindingRow
from gongkai.office.seal import member, version_and_seal
from gongkai.project import LOCK
from gongkai.report import provenance
from gongkai.report.entry_form import EntryForm


class LibraryMissing(KitError):
    """No copy of a kind can be made: a library of the extra `office` is not installed."""


_IDENTIFIER = re.compile(r"<dc:identifier>([0-9a-f]{64})</dc:identifier>")


def copy_of(kind: str, page: bytes) -> bytes:
    """Return a copy of a public page, the same bytes each time.

    Raises LibraryMissing, and KitError where none can be made of it: it has a picture that
    cannot be shown, or is no page that the kit has made. MemoryError is the system's.
    """
    return copy_and_left_out(kind, page)[0]


def copy_and_left_out(kind: str, page: bytes) -> tuple[bytes, int]:
    """Return a copy of a public page, and how many of its tables a reader of it misses.

    Raises as `copy_of` does.
    """
    with in_sentences():
        content = import_module("gongkai.office.page_blocks").content_of(page.decode())
        module, _, name = KINDS[kind].maker.partition(":")
        make: Callable[..., bytes] = getattr(import_module(module), name)
        tables = [block for block in content.blocks if getattr(block, "kind", "") == "data"]
        left_out = len(tables) if kind in _WITHOUT_OTHER_TABLES else 0
        return make(content, provenance.digest(page)), left_out


_WITHOUT_OTHER_TABLES = (EXCEL.name, JSON.name)  # have official tables and text; CSV has no text


@contextmanager
def in_sentences() -> Iterator[None]:
    """Raise KitError for whatever a page makes the libraries trip over, and where one is missing.

    Whoever may write among the results can put any page there.
    """
    try:
        yield
    except ModuleNotFoundError:
        raise LibraryMissing(provenance.missing_extra("office")) from None
    except (KitError, MemoryError):
        raise
    except Exception as error:
        details = {"reason": f"{type(error).__name__}: {error}"}
        raise KitError(Problem("export-unmade", **details)) from None


def put_beside(page: Path, data: bytes, file: Path, made: bytes) -> None:
    """Write a copy beside the page of these bytes, whole or not at all.

    Raises KitError where that page was withdrawn or built anew in the meantime, and OSError where
    nothing can be written.
    """
    outputs = page.parents[1]
    with locked(outputs / LOCK):
        try:
            is_there = read_file(page) == data
        except OSError:
            is_there = False
        if not is_there:
            raise KitError(Problem("export-page-moved", page.as_posix()))
        write_whole(file, made, outputs)


def entry_form(content: EntryForm) -> bytes:
    """Return a form to fill in as a workbook. Raises LibraryMissing."""
    try:
        from gongkai.office.entry_form import as_entry_form
    except ModuleNotFoundError:
        raise LibraryMissing(provenance.missing_extra("office")) from None
    return as_entry_form(content)


def review_of(page: str, marked: str, findings: Sequence[FindingRow]) -> bytes:
    """Return the Word document of a page with its findings as comments, the same bytes each time.

    `marked` is the page with the marks of the findings. Raises as `copy_of` does.
    """
    with in_sentences():
        content = import_module("gongkai.office.page_blocks").content_of(marked)
        made: bytes = import_module("gongkai.office.word").as_word(
            content, provenance.digest(page.encode()), findings
        )
    return made


def is_copy(file: Path) -> bool:
    """Whether a file says that the kit made it of a page; by its name it is one of the copies."""
    try:
        data = read_file(file)
    except OSError:
        return False
    return any(
        kind.mark in (member(data, kind.member) if kind.member else data)
        for kind in KINDS.values()
        if file.name.endswith(kind.suffix)
    )


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
    properties = member(document, WORD.member).decode("utf-8", "replace")
    identifier = _IDENTIFIER.search(properties)
    return identifier[1] if identifier else "", version_and_seal(document)[0]
