"""Raster pictures: the kinds that a page shows, recognised by their first bytes."""

from __future__ import annotations

import re
from base64 import b64encode

# The first bytes of each kind; in a WebP, its length and b"WEBP" follow.
KINDS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
# A file name describes nothing: editors insert it if no description was written.
_FILE_NAME = re.compile(r"\S{1,250}\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?)", re.IGNORECASE)
_TARGET = re.compile(
    r"(!\[[^\]\[\n]{0,500}+\]\()"
    r"((?:<[^<>\n]{0,250}+>|[^()\s]{0,250}+(?:\([^()\s]{0,250}+\)[^()\s]{0,250}+)?)"
    r"(?:[ \t]{1,9}(?:\"[^\"\n]{0,250}+\"|'[^'\n]{0,250}+'))?)(?=\))"
)


def without_targets(text: str) -> str:
    """Return a Markdown text with the file names of its pictures replaced by spaces.

    Each character keeps its place; 2024 in a file name is not a year in the text.
    """
    return _TARGET.sub(lambda found: found[1] + " " * len(found[2]), text)


def data_url(data: bytes) -> str:
    """Return a picture as a data URL."""
    return f"data:{picture_kind(data)};base64,{b64encode(data).decode()}"


def picture_kind(data: bytes) -> str:
    """Return the MIME type of a picture, or '' if it is not of a kind that a page shows."""
    kind = next((kind for kind, starts in KINDS.items() if data.startswith(starts)), "")
    return "" if kind == "image/webp" and data[8:12] != b"WEBP" else kind


def is_alternative(text: str) -> bool:
    """Whether a text can be a picture's alternative: not blank, and not only a file name."""
    return bool(text.strip()) and not _FILE_NAME.fullmatch(text.strip())
