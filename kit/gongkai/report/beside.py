"""Read an agency's files next to a year's YAML: pictures in the text, data for cells."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from gongkai.disk import FileTooLarge, read_file
from gongkai.errors import KitError, Problem, reason_of
from gongkai.text.picture_metadata import without_metadata
from gongkai.text.pictures import is_alternative, picture_kind

MEGABYTE = 10**6
LARGEST_PICTURE, LARGEST_FILE = 1 * MEGABYTE, 20 * MEGABYTE  # bytes
MOST_PICTURES = 40  # per report: its page is one file
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"  # instead of a file, where not fetched
# A plain name in the same folder; names beginning with a dot or ~ belong to editors.
_NAME = re.compile(r"[^./\\~\x00-\x1f\x7f:][^/\\\x00-\x1f\x7f:]{0,190}")


def read_beside(folder: Path, name: str, limit: int = LARGEST_FILE) -> bytes:
    """Return the bytes of a file in an agency's folder.

    Raises KitError if the name is not a plain name, if a link leads out of the folder,
    or if the file is missing, unreadable, too large, or a pointer of Git LFS.
    """
    path = folder / name
    if not _NAME.fullmatch(name):
        raise KitError(Problem("beside-name", name=name))
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(folder), "")):
        raise KitError(Problem("beside-leads-out", name=name))
    try:
        data = read_file(path, limit)
        if not data.startswith(_LFS_POINTER):
            return data
        problem = Problem("beside-lfs", name=name)
    except FileNotFoundError:
        problem = Problem("beside-missing", name=name)
    except FileTooLarge:
        problem = Problem("beside-too-large", name=name, limit=limit // MEGABYTE)
    except OSError as error:
        problem = Problem("beside-unreadable", name=name, reason=reason_of(error))
    raise KitError(problem)


def read_picture(folder: Path, name: str, alt: str) -> bytes:
    """Return a picture in a text, without metadata. Raises KitError if no page could show it."""
    if not is_alternative(alt):
        raise KitError(Problem("picture-alt", name=name))
    data = read_beside(folder, name, LARGEST_PICTURE)
    if not picture_kind(data):
        raise KitError(Problem("picture-kind", name=name))
    try:
        return without_metadata(data)
    except ValueError:
        raise KitError(Problem("picture-damaged", name=name)) from None


def named_in(text: str, names: Iterable[str]) -> list[str]:
    """Return the file names that occur in a text, in order."""
    text = unicodedata.normalize("NFC", text)
    return sorted(
        name
        for name in names
        if _NAME.fullmatch(name) and unicodedata.normalize("NFC", name) in text
    )
