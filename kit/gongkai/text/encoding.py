"""The encoding that a file was saved in, by its bytes."""

from __future__ import annotations


def decoded(data: bytes) -> str | None:
    """Return the text of a file; None where it is in none of the encodings that are read.

    These are UTF-8 with or without a byte order mark, UTF-16 with one (Excel's "Unicode text")
    and GB18030 (Excel's CSV in a Chinese Windows).
    """
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
