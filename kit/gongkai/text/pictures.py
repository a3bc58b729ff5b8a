"""Pictures of pixels: which kinds a page shows, told by how their bytes begin."""

from __future__ import annotations

import re

KINDS = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF....WEBP",
}
# A name is what shows nothing: what an editor gives where nobody wrote what a picture shows.
_FILE_NAME = re.compile(r"\s*\S+\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?)\s*", re.IGNORECASE)


def picture_kind(data: bytes) -> str:
    """Return the MIME type of a picture, '' where it is none that a page shows."""
    found = (kind for kind, start in KINDS.items() if re.match(start, data, re.DOTALL))
    return next(found, "")


def is_alternative(text: str) -> bool:
    """Whether a text can stand for a picture: it says something, and not only a file's name."""
    return bool(text.strip()) and not _FILE_NAME.fullmatch(text)
