"""Read documents of every format, recognised by content, into blocks, within size limits."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gongkai import disk
from gongkai.errors import KitError, Problem
from gongkai.extras import needing
from gongkai.importing.blocks import LOST, Doubt, Paragraph, Picture, Source
from gongkai.importing.formats.plain import read_csv, read_plain
from gongkai.importing.formats.workbook_published import restored
from gongkai.importing.lines import shortened
from gongkai.report.places import Place
from gongkai.text.files import read_bytes

LARGEST = 60_000_000  # bytes of a document; a report with many pictures has a tenth of it
LARGEST_INSIDE = 120_000_000  # bytes of all files in a compressed document, unpacked
LARGEST_TEXT = 20_000_000  # bytes of a page or of plain text
MOST_FILES = 3_000  # inside a compressed document
_WHOLE = 50  # non-ASCII characters per lost one; with fewer, the encoding is wrong
PATIENCE = 180  # seconds for LibreOffice
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STRICT, LARGEST_LINKS = b"http://purl.oclc.org/ooxml/", 100_000
# Raised for a file in a damaged or encrypted archive.
_UNREADABLE = (KeyError, RuntimeError, ValueError, OSError, EOFError, zipfile.error, zlib.error)
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_PAGE = re.compile(
    r"<\s*(?:!doctype\s+html|html|head|body|table|div|p|meta|title)\b", re.IGNORECASE
)
_WEB_ARCHIVE = re.compile(
    r"\s*(?:MIME-Version:|From:|Content-Type:\s*multipart/|Snapshot-Content-Location:)",
    re.IGNORECASE,
)
_LINE_ENDS = str.maketrans("\r\f", "\n\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


class Document(NamedTuple):
    """The content of a document, and the SHA-256 of its file."""

    source: Source
    digest: str


def read_document(path: Path) -> Document:
    """Return the content of a file. Raises KitError if it cannot be read as a report at all."""
    file = path.as_posix()
    data = read_bytes(path, LARGEST)
    if not data.strip():
        raise KitError(Problem("file-empty", file))
    try:
        source = _reader(data, path)(data)
    except KitError as error:
        raise error.at(file) from None
    except RecursionError:
        raise KitError(Problem("import-too-deep", file)) from None
    source = restored(source)
    if not source.blocks:
        raise KitError(Problem("import-no-text", file))
    source = replace(source, doubts=(*source.doubts, *_macros(data), *_lost(source)))
    return Document(source, hashlib.sha256(data).hexdigest())


def _macros(data: bytes) -> Iterator[Doubt]:
    """Yield a doubt if a document has macros: they are not run, and could change its content."""
    if data.startswith(b"PK\x03\x04"):
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        if any(name.endswith("vbaProject.bin") for name in names):
            yield Doubt("import-macros", Place())


def _lost(source: Source) -> Iterator[Doubt]:
    """Yield a doubt for each paragraph and cell in which a character was lost."""
    for block in source.blocks:
        if isinstance(block, Picture):
            continue
        for text in (block,) if isinstance(block, Paragraph) else block.cells:
            if LOST in text.text:
                yield Doubt("import-unreadable-characters", text.place, text=shortened(text.text))


Reader = Callable[[bytes], Source]


def _reader(data: bytes, path: Path) -> Reader:
    """Return the reader for some content. Raises KitError if there is none."""
    if b"%PDF-" in data[:1024]:
        with needing("import"):
            from gongkai.importing.formats.pdf import read_pdf
        return read_pdf
    if data.startswith(b"PK\x03\x04"):
        return _zip_reader(data, path)
    if data.startswith(_OLE):
        return _ole_reader(data, path)
    if data.startswith(_PICTURES):
        raise KitError(Problem("import-picture"))
    if data.startswith(b"{\\rtf"):
        return _converter(path, "rtf")
    return _text_reader(data, path)


def _text_reader(data: bytes, path: Path) -> Reader:
    """Return the reader of a page, a CSV or plain text."""
    if len(data) > LARGEST_TEXT:
        raise KitError(Problem("file-too-large", limit=LARGEST_TEXT // 10**6))
    if _WEB_ARCHIVE.match(data[:64].decode("latin-1")):
        raise KitError(Problem("import-web-archive"))
    if _PAGE.search(_head(data)):
        return _html
    read = read_csv if path.suffix.lower() == ".csv" else read_plain
    return lambda data: read(_decoded(data).replace("\r\n", "\n").translate(_LINE_ENDS))


def _zip_reader(data: bytes, path: Path) -> Reader:
    """Return the reader of a compressed document. Raises KitError if it unpacks to too much."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        files = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise KitError(Problem("import-damaged")) from None
    if len(files) > MOST_FILES or sum(file.file_size for file in files) > LARGEST_INSIDE:
        raise KitError(Problem("import-unpacks", limit=LARGEST_INSIDE // 10**6))
    names = {file.filename for file in files}
    if _is_strict(archive):
        raise KitError(Problem("import-strict"))
    if "word/document.xml" in names:
        with needing("import"):
            from gongkai.importing.formats.word import read_word
        return read_word
    if names & {"xl/workbook.xml", "xl/workbook.bin"} or b"opendocument.spreadsheet" in data[:200]:
        return _excel_reader()
    if b"opendocument.text" in data[:200]:
        return _converter(path, "odt")
    raise KitError(Problem("import-format"))


def _is_strict(archive: zipfile.ZipFile) -> bool:
    """Whether a file is Strict Open XML, whose names for everything are others."""
    try:
        with archive.open("_rels/.rels") as file:
            return _STRICT in file.read(LARGEST_LINKS)
    except _UNREADABLE:
        return False


def _ole_reader(data: bytes, path: Path) -> Reader:
    """Return the reader of a file of the older Office programs, by the names of its streams."""
    if _has_stream(data, "EncryptedPackage"):
        raise KitError(Problem("import-encrypted"))
    if _has_stream(data, "WordDocument"):
        return _converter(path, "doc")
    if _has_stream(data, "Workbook") or _has_stream(data, "Book"):
        return _excel_reader()
    raise KitError(Problem("import-format"))


def _has_stream(data: bytes, name: str) -> bool:
    """Whether a file has a stream with a name, by the entry in its directory."""
    # An entry has 64 bytes for a name, with NULs after it ([MS-CFB] 2.6.1).
    return name.encode("utf-16-le").ljust(64, b"\0") in data


def _excel_reader() -> Reader:
    with needing("import"):
        from gongkai.importing.formats.workbook import read_excel
    return read_excel


def _html(data: bytes) -> Source:
    with needing("import"):
        from gongkai.importing.formats.html import read_html
    named = _CHARSET.search(_head(data))
    return read_html(_decoded(data, named[1] if named else ""))


def _head(data: bytes) -> str:
    """Return the beginning of a text, of which only the ASCII characters are reliable."""
    return data[:4096].decode(_utf16(data) or "latin-1", "replace")


def _utf16(data: bytes) -> str:
    """Return the UTF-16 variant of a text, by its mark or the zero bytes of its ASCII, or ''."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = data[:4096]
    first, second = head[::2].count(0), head[1::2].count(0)
    if max(first, second) < max(len(head) // 50, 10 * min(first, second), 1):
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


def _decoded(data: bytes, named: str = "") -> str:
    """Return the text of a file; a few bytes may be damaged, and become U+FFFD.

    `named` is the encoding that a page declares. Raises KitError if none fits.
    """
    if not _utf16(data) and b"\x00" in data:
        raise KitError(Problem("import-format"))
    usual = [("utf-8-sig", "strict"), (named, "strict"), ("utf-8-sig", "replace")]
    usual += [("gb18030", "strict"), ("gb18030", "replace")]
    for encoding, errors in [(_utf16(data), "strict")] if _utf16(data) else usual:
        wider = "gb18030" if encoding.lower() in ("gbk", "gb2312") else encoding
        try:
            text = data.decode(wider, errors)
        except (UnicodeError, LookupError):
            continue
        if _WHOLE * text.count(LOST) <= sum(character > "\x7f" for character in text):
            return text
    raise KitError(Problem("file-encoding"))


def find_libreoffice() -> str:
    """Return the path of LibreOffice, which reads older formats, or '' if it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def _converter(path: Path, kind: str) -> Reader:
    """Return a reader that first has LibreOffice convert a file to docx."""
    program = find_libreoffice()
    if not program:
        raise KitError(Problem("import-needs-libreoffice", kind=kind))

    def converted(data: bytes) -> Source:
        with disk.scratch() as folder:
            document = folder / f"document.{kind}"
            document.write_bytes(data)
            profile = (folder / "profile").as_uri()
            words = [program, f"-env:UserInstallation={profile}", "--headless"]
            words += ["--convert-to", "docx", "--outdir", str(folder), str(document)]
            try:
                subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603
                made = disk.read_file(document.with_suffix(".docx"), LARGEST)
            except (OSError, subprocess.SubprocessError):
                raise KitError(Problem("import-libreoffice-failed")) from None
        return _zip_reader(made, path)(made)

    return converted
