"""Whether a document that the kit wrote was saved by somebody since.

A Word document bears a digest of its own content in its properties. A workbook says when it was
saved: Excel, WPS and LibreOffice all put the day into it.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO

from gongkai.office.sheets import DAY_ONE

LARGEST_MEMBER = 10_000_000  # bytes of a file in an archive
PROPERTIES = "docProps/core.xml"
BLANK = "0" * 16  # in the properties, in the place of the digest, until that is known
_VERSION = re.compile(r"<cp:version>([^<]*)</cp:version>")
_MAKER = "gongkai-kit "


def member(data: bytes, name: str) -> bytes:
    """Return a file of an archive, as far as it is not larger than any of ours; b'' for none."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, archive.open(name) as file:
            return file.read(LARGEST_MEMBER)
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, RuntimeError):
        return b""  # RuntimeError: it is encrypted


def seal_of(entries: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest of the files of an archive but for its properties: 16 digits."""
    digest = hashlib.sha256()
    for name, data in entries:
        if name != PROPERTIES:
            digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.hexdigest()[: len(BLANK)]


def version_and_seal(document: bytes) -> tuple[str, str]:
    """Return the version that a Word document says it was made by, and its digest; '' for none."""
    found = _VERSION.search(member(document, PROPERTIES).decode("utf-8", "replace"))
    version, _, seal = (found[1] if found else "").rpartition(" ")
    return (version, seal) if len(seal) == len(BLANK) else (found[1] if found else "", "")


def is_saved_since(data: bytes) -> bool:
    """Whether a Word document or a workbook is not as the kit wrote it; one that is damaged is."""
    if not zipfile.is_zipfile(BytesIO(data)):
        return False
    properties = member(data, PROPERTIES).decode("utf-8", "replace")
    if f">{DAY_ONE.isoformat()}Z</dcterms:created>" in properties:
        return f">{DAY_ONE.isoformat()}Z</dcterms:modified>" not in properties
    version, seal = version_and_seal(data)
    if not version.startswith(_MAKER):
        return True
    return bool(seal) and seal != _seal_in(data)


def _seal_in(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            return seal_of((name, member(data, name)) for name in names)
    except (OSError, zipfile.BadZipFile, ValueError):
        return ""
