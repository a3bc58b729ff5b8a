"""Read the text of a notebook that is to be run."""

from __future__ import annotations

import json
from pathlib import Path

from gongkai.disk import FileTooLarge, read_file
from gongkai.errors import KitError, Problem

LARGEST = 20_000_000  # bytes; our template has about 7,000


def notebook_text(path: Path) -> str:
    """Return the text of a notebook that is to be run, of at most LARGEST bytes.

    Raises KitError if there is no such file, or it is not text.
    """
    try:
        text = read_file(path, LARGEST).decode()
        if not _has_lone_surrogates(text):
            return text
        problem = Problem("notebook-half-character", path.as_posix())
    except FileTooLarge:
        limit = LARGEST // 10**6
        problem = Problem("file-too-large", path.as_posix(), limit=limit)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        problem = Problem("notebook-unreadable", path.as_posix(), reason=reason)
    raise KitError(problem)


def _has_lone_surrogates(text: str) -> bool:
    """Whether a JSON text has an escape for a lone surrogate, which UTF-8 cannot encode."""
    if "\\u" not in text:
        return False
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):  # not JSON: the parser reports that
        return False
    return False
