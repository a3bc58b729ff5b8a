"""Guard texts that a spreadsheet would run as formulas, and undo that on reading."""

from __future__ import annotations

import re

_FORMULA = re.compile("'*[=+\\-@＝＋－＠\t\r\n]")
_GUARDED = re.compile(f"'(?={_FORMULA.pattern})")


def guarded(text: str) -> str:
    """Return a cell's text, with an apostrophe before it if it would begin a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
