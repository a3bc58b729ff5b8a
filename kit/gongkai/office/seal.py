"""Detect whether a copy written by the kit was saved by somebody since; it is then kept.

Each document contains its own digest; that of data, which has no place for one, is recorded next
to it. A date of saving would not do: an archiver or a script that changes a workbook may leave it
as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from itertools import count
from pathlib import Path

from gongkai.disk import FileTooLarge, read_file, read_json, write_whole
from gongkai.kinds import KINDS, Kind
from gongkai.report.provenance import digest, maker

LARGEST_MEMBER = 10_000_000  # bytes, of a file in an archive
PROPERTIES = "docProps/core.xml"
_PROPERTIES_END = "</cp:coreProperties>"
_DIGITS = 16  # of the digest of an archive
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the earliest date that an archive can hold
_VERSION = re.compile(r"<cp:version>([^<]*)</cp:version>")
_STATED = re.compile(_VERSION.pattern.encode())
_MAKER = "gongkai-kit "
# The SHA-256 of the PDF itself, computed with zeros for these digits: a file that any program
# has changed after it was printed no longer matches it.
OWN_DIGEST = "/SHA256"
_OWN_DIGEST = re.compile(rb"(/SHA256 \()([0-9a-f]{64})(\))")
_PDF, _PDF_END, _ARCHIVE = b"%PDF", b"%%EOF", b"PK"
# Raised for a damaged archive, and RuntimeError for one that is encrypted.
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, RuntimeError)
_SEALED = tuple(kind.suffix for kind in KINDS.values() if kind.sealed)
# In an agency's folder of outputs: the digests of the copies that do not contain their own.
RECORD = ".copies.json"
_LARGEST_RECORD = 1_000_000  # bytes


def is_edited(file: Path) -> bool:
    """Whether a document, workbook or PDF exists and is not as the kit wrote it, or may not be."""
    return file.suffix in _SEALED and _is_changed(file, is_saved_since)


def is_copy_edited(file: Path) -> bool:
    """Whether a copy of any kind, next to its page, is not as the kit wrote it, or may not be.

    Data of which nothing is recorded may be somebody else's.
    """
    kind = _kind_of(file)
    if kind is None or kind.sealed:
        return is_edited(file)
    recorded = _recorded(file).get(file.name)
    return _is_changed(file, lambda data: bool(data) and digest(data) != recorded)


def _is_changed(file: Path, is_change: Callable[[bytes], bool]) -> bool:
    try:
        return is_change(read_file(file))
    except (FileTooLarge, PermissionError):
        return True
    except OSError:
        return False


def write_copy(file: Path, data: bytes, outputs: Path) -> None:
    """Write a copy whole or not at all, so that a change can be detected later.

    The lock of the outputs must be held. Raises OSError.
    """
    write_whole(file, data, outputs)
    kind = _kind_of(file)
    if kind is not None and not kind.sealed:
        record = {**_recorded(file), file.name: digest(data)}
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        write_whole(file.with_name(RECORD), text, outputs)


def _kind_of(file: Path) -> Kind | None:
    return next((kind for kind in KINDS.values() if file.name.endswith(kind.suffix)), None)


def _recorded(file: Path) -> dict[str, object]:
    """Return the digests that are recorded next to a file, by name."""
    found = read_json(file.with_name(RECORD), _LARGEST_RECORD)
    return found if isinstance(found, dict) else {}


def remove_copy(file: Path) -> Path | None:
    """Remove a copy. If somebody has saved it since, rename it instead, and return the new path.

    2017.docx becomes 2017.edited.docx, which is not mistaken for a copy of the page.
    """
    if not is_copy_edited(file):
        file.unlink(missing_ok=True)
        return None
    kind = _kind_of(file)
    suffix = kind.suffix if kind else file.suffix
    stem = file.name.removesuffix(suffix)
    names = (f"{stem}.edited{number or ''}{suffix}" for number in count())
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


def sealed(document: bytes, changes: Mapping[str, Callable[[bytes], bytes]] = {}) -> bytes:
    """Return a document or workbook whose properties state the kit's version and its digest.

    All its files have the same date, so that the bytes are reproducible; some are changed first.
    """
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as archive, zipfile.ZipFile(made, "w") as copy:
        entries = {name: archive.read(name) for name in archive.namelist()}
        entries |= {name: change(entries[name]) for name, change in changes.items()}
        stated = f"<cp:version>{maker()} {_seal_of(entries.items())}</cp:version>{_PROPERTIES_END}"
        properties = entries[PROPERTIES].replace(_PROPERTIES_END.encode(), stated.encode())
        for name, data in {**entries, PROPERTIES: properties}.items():
            entry = zipfile.ZipInfo(name, _DAY_ONE)
            copy.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _seal_of(entries: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest of the files of an archive, without the version that states it."""
    digest = hashlib.sha256()
    for name, data in entries:
        content = _STATED.sub(b"", data) if name == PROPERTIES else data
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:_DIGITS]


def version_and_seal(document: bytes) -> tuple[str, str]:
    """Return the version of the kit and the digest recorded in a document; '' for none."""
    found = _VERSION.search(member(document, PROPERTIES).decode("utf-8", "replace"))
    stated = found[1] if found else ""
    version, _, seal = stated.rpartition(" ")
    return (version, seal) if len(seal) == _DIGITS else (stated, "")


def is_saved_since(data: bytes) -> bool:
    """Whether the bytes of a document, workbook or PDF are not as the kit wrote them.

    A file with a password, for example, is neither an archive nor a PDF. One that begins as the
    kit's do, but was cut off, does not count: no program can open it.
    """
    if data.startswith(_PDF):
        return _is_pdf_saved_since(data)
    if not zipfile.is_zipfile(BytesIO(data)):
        return bool(data) and not data.startswith(_ARCHIVE)
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
            return _seal_of((name, _read(archive, name)) for name in archive.namelist())
    except _UNREADABLE:
        return ""
