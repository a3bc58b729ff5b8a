"""Detect whether a document written by the kit was saved by somebody since; it is then kept.

A Word document and a PDF contain their own digest. A workbook has the date of saving: Excel,
WPS and LibreOffice all record it.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO
from itertools import count
from pathlib import Path

from gongkai.disk import FileTooLarge, read_file
from gongkai.kinds import KINDS
from gongkai.office.sheets import DAY_ONE

LARGEST_MEMBER = 10_000_000  # bytes, of a file in an archive
PROPERTIES = "docProps/core.xml"
BLANK = "0" * 16  # placeholder for the digest in the properties
_VERSION = re.compile(r"<cp:version>([^<]*)</cp:version>")
_MAKER = "gongkai-kit "
# The SHA-256 of the PDF itself, computed with zeros for these digits: a file that any program
# has changed after it was printed no longer matches it.
OWN_DIGEST = "/SHA256"
_OWN_DIGEST = re.compile(rb"(/SHA256 \()([0-9a-f]{64})(\))")
_PDF, _PDF_END, _ARCHIVE = b"%PDF", b"%%EOF", b"PK"
# Raised for a damaged archive, and RuntimeError for one that is encrypted.
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, RuntimeError)
_EDITABLE = tuple(kind.suffix for kind in KINDS.values() if kind.editable)


def is_edited(file: Path) -> bool:
    """Whether a document, workbook or PDF exists and is not as the kit wrote it, or may not be."""
    try:
        return file.suffix in _EDITABLE and is_saved_since(read_file(file))
    except (FileTooLarge, PermissionError):
        return True
    except OSError:
        return False


def remove_copy(file: Path) -> Path | None:
    """Remove a copy. If somebody has saved it since, rename it instead, and return the new path.

    2017.docx becomes 2017.edited.docx, which is not mistaken for a copy of the page.
    """
    if not is_edited(file):
        file.unlink(missing_ok=True)
        return None
    names = (f"{file.stem}.edited{number or ''}{file.suffix}" for number in count())
    kept = next(path for name in names if not os.path.lexists(path := file.with_name(name)))
    os.replace(file, kept)
    return kept


def with_own_digest(data: bytes) -> bytes:
    """Return a PDF with its own hash filled in. Raises ValueError if it has no place for it."""
    blank, places = _OWN_DIGEST.subn(rb"\g<1>" + b"0" * 64 + rb"\g<3>", data)
    if places != 1:
        raise ValueError(OWN_DIGEST)
    digest = hashlib.sha256(blank).hexdigest().encode()
    return _OWN_DIGEST.sub(rb"\g<1>" + digest + rb"\g<3>", data)


def member(data: bytes, name: str) -> bytes:
    """Return a file of an archive, at most LARGEST_MEMBER bytes of it; b'' if there is none."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive, name)
    except _UNREADABLE:
        return b""


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(LARGEST_MEMBER)


def seal_of(entries: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest, in 16 digits, of the files of an archive except its properties."""
    digest = hashlib.sha256()
    for name, data in entries:
        if name != PROPERTIES:
            digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.hexdigest()[: len(BLANK)]


def version_and_seal(document: bytes) -> tuple[str, str]:
    """Return the version of the kit and the digest recorded in a Word document; '' for none."""
    found = _VERSION.search(member(document, PROPERTIES).decode("utf-8", "replace"))
    stated = found[1] if found else ""
    version, _, seal = stated.rpartition(" ")
    return (version, seal) if len(seal) == len(BLANK) else (stated, "")


def is_saved_since(data: bytes) -> bool:
    """Whether the bytes of a document, workbook or PDF are not as the kit wrote them.

    A file with a password, for example, is neither an archive nor a PDF. One that begins as the
    kit's do, but was cut off, does not count: nobody could open it.
    """
    if data.startswith(_PDF):
        return _is_pdf_saved_since(data)
    if not zipfile.is_zipfile(BytesIO(data)):
        return bool(data) and not data.startswith(_ARCHIVE)
    properties = member(data, PROPERTIES).decode("utf-8", "replace")
    if f">{DAY_ONE.isoformat()}Z</dcterms:created>" in properties:
        return f">{DAY_ONE.isoformat()}Z</dcterms:modified>" not in properties
    version, seal = version_and_seal(data)
    return not version.startswith(_MAKER) or seal != _seal_in(data)


def _is_pdf_saved_since(data: bytes) -> bool:
    try:
        own = with_own_digest(data) == data
    except ValueError:
        own = False  # rewritten by another program, without a place for the digest, or with two
    return not own and _PDF_END in data


def _seal_in(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return seal_of((name, _read(archive, name)) for name in archive.namelist())
    except _UNREADABLE:
        return ""
