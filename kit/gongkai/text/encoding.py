"""The encoding that a file was saved in, by its bytes."""

from __future__ import annotations


def encodings_of(data: bytes) -> tuple[str, ...]:
    """Return the encodings that a file may have, the likeliest first.

    UTF-8 with or without a byte order mark, UTF-16 with one (Excel's "Unicode text")
    and GB18030 (Excel's CSV in a Chinese Windows).
    """
    return ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")


def decoded(data: bytes) -> str | None:
    """Return the text of a file; None where it is in none of these encodings."""
    for encoding in encodings_of(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
