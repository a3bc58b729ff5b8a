"""Detect the encoding of a file from its bytes."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import suppress


def decoded(data: bytes) -> str | None:
    """Return the text of a file, or None if it is in none of the supported encodings.

    These are UTF-8 with or without a byte order mark, UTF-16 with one (Excel's "Unicode text")
    and GB18030 (Excel's CSV in a Chinese Windows).
    """
    return next((text for text, _ in _readings(data)), None)


def encoded_as(text: str, before: bytes) -> bytes:
    """Encode a text with the encoding and the line ends of the file that it replaces.

    Raises UnicodeEncodeError if that encoding lacks one of its characters.
    """
    old, encoding = next(_readings(before), ("", "utf-8"))
    if encoding == "utf-8-sig" and not before.startswith(BOM_UTF8):
        encoding = "utf-8"
    ends = "\r\n" if "\r\n" in old else "\n"
    return text.replace("\n", ends).encode(encoding)


def _readings(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the text of a file in each possible encoding, with the encoding."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            yield data.decode(encoding), encoding
