"""Pictures of pixels: which kinds a page shows, known by how their bytes begin."""

from __future__ import annotations

import re
from base64 import b64encode

# How a file of each kind begins; a WebP has its length between the two.
KINDS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
# A name is what shows nothing: what an editor gives where it was not written what a picture shows.
_FILE_NAME = re.compile(r"\S{1,250}\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?)", re.IGNORECASE)
_TARGET = re.compile(
    r"(!\[[^\]\[\n]{0,500}+\]\()"
    r"((?:<[^<>\n]{0,250}+>|[^()\s]{0,250}+(?:\([^()\s]{0,250}+\)[^()\s]{0,250}+)?)"
    r"(?:[ \t]{1,9}(?:\"[^\"\n]{0,250}+\"|'[^'\n]{0,250}+'))?)(?=\))"
)


def without_targets(text: str) -> str:
    """Return a text of Markdown in which blanks stand for the file names of its pictures.

    Each character keeps its place; 2024 in a name is no year of the text.
    """
    return _TARGET.sub(lambda found: found[1] + " " * len(found[2]), text)


def data_url(data: bytes) -> str:
    """Return a picture as an address that holds it."""
    return f"data:{picture_kind(data)};base64,{b64encode(data).decode()}"


def picture_kind(data: bytes) -> str:
    """Return the MIME type of a picture, '' where it is none that a page shows."""
    kind = next((kind for kind, starts in KINDS.items() if data.startswith(starts)), "")
    return "" if kind == "image/webp" and data[8:12] != b"WEBP" else kind


def is_alternative(text: str) -> bool:
    """Whether a text can stand for a picture: it says something, and not only a file's name."""
    return bool(text.strip()) and not _FILE_NAME.fullmatch(text.strip())
