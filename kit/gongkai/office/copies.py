"""Copies of a public page for office and other programs: making, writing, recognising them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.extras import needing
from gongkai.kinds import KINDS, WORD, Kind
from gongkai.locks import locked
from gongkai.manifest import FindingRow
from gongkai.office.content import Table
from gongkai.office.seal import member, version_and_seal, write_copy
from gongkai.project import OUTPUTS_LOCK
from gongkai.report import provenance
from gongkai.report.entry_form import EntryForm

_IDENTIFIER = re.compile(r"<dc:identifier>([0-9a-f]{64})</dc:identifier>")


def copy_of(kind: str, page: bytes) -> bytes:
    """Return a copy of a public page; the bytes are reproducible.

    Raises LibraryMissing, and KitError if no copy can be made: the page has a picture that
    cannot be shown, or was not made by the kit. A MemoryError is not converted.
    """
    return copy_and_left_out(kind, page)[0]


def copy_and_left_out(kind: str, page: bytes) -> tuple[bytes, int]:
    """Return a copy of a public page, and the number of tables that it lacks.

    Raises as `copy_of` does.
    """
    with in_sentences():
        from gongkai.office.page_blocks import parse_page

        content = parse_page(page.decode())
        module, _, name = KINDS[kind].maker.partition(":")
        make: Callable[..., bytes] = getattr(import_module(module), name)
        others = [it for it in content.blocks if isinstance(it, Table) and it.kind == "data"]
        left_out = len(others) if KINDS[kind].only_official_tables else 0
        return make(content, provenance.digest(page)), left_out


@contextmanager
def in_sentences() -> Iterator[None]:
    """Convert errors that a page causes in libraries, or a missing library, to KitError.

    Anyone with write access to the outputs can put any page there.
    """
    try:
        with needing("office"):
            yield
    except (KitError, MemoryError):
        raise
    except Exception as error:
        details = {"reason": f"{type(error).__name__}: {error}"}
        raise KitError(Problem("export-unmade", **details)) from None


def put_beside(page: Path, data: bytes, file: Path, made: bytes) -> None:
    """Write a copy next to the page that has these bytes, whole or not at all.

    Raises KitError if that page was withdrawn or rebuilt in the meantime, and OSError if
    nothing can be written.
    """
    outputs = page.parents[1]
    with locked(outputs / OUTPUTS_LOCK):
        try:
            is_there = read_file(page) == data
        except OSError:
            is_there = False
        if not is_there:
            raise KitError(Problem("export-page-moved", page.as_posix()))
        write_copy(file, made, outputs)


def entry_form(content: EntryForm) -> bytes:
    """Return an entry form as a workbook. Raises LibraryMissing."""
    with needing("office"):
        from gongkai.office.entry_form import as_entry_form
    return as_entry_form(content)


def review_of(page: str, marked: str, findings: Sequence[FindingRow]) -> bytes:
    """Return the Word document of a page with findings as comments; the bytes are reproducible.

    `marked` is the page with the marks of the findings. Raises as `copy_of` does.
    """
    with in_sentences():
        from gongkai.office.page_blocks import parse_page
        from gongkai.office.word import as_word

        return as_word(parse_page(marked), provenance.digest(page.encode()), findings)


def is_copy(file: Path) -> bool:
    """Whether a file has the mark of a copy made by the kit, of the kind that its name has."""
    return any(has_mark(file, kind) for kind in KINDS.values() if file.name.endswith(kind.suffix))


def has_mark(file: Path, kind: Kind) -> bool:
    """Whether a file has the mark of a copy of this kind, whatever its name."""
    try:
        data = read_file(file)
    except OSError:
        return False
    return kind.mark in (member(data, kind.member) if kind.member else data)


def page_of(document: bytes) -> str:
    """Return the SHA-256 of the page recorded in a Word document, or ''."""
    return _stated(document)[0]


def is_made_from(file: Path, page: bytes) -> bool:
    """Whether a Word document records this page and this version of the kit as its origin.

    Making one takes half a second; any other copy is made faster than checked.
    """
    try:
        stated = _stated(read_file(file))
    except OSError:
        return False
    return stated == (provenance.digest(page), provenance.maker())


def _stated(document: bytes) -> tuple[str, str]:
    """Return the digest of the page, and the version of the kit, recorded in a Word document."""
    properties = member(document, WORD.member).decode("utf-8", "replace")
    identifier = _IDENTIFIER.search(properties)
    return identifier[1] if identifier else "", version_and_seal(document)[0]
