"""Recognise slips in typed YAML: text without its indent, tabs for spaces, ： for a colon."""

from __future__ import annotations

import re

# A key whose text begins on the next line, and a line that can only be another key.
_BLOCK_KEY = re.compile(r"( {0,8})[A-Za-z_][A-Za-z0-9_]*:[ \t]*[|>][-+0-9]*[ \t]*(?:#.*)?")
_KEY = re.compile(
    r"( {0,8})(?:[A-Za-z_][A-Za-z0-9_]*:(?:[ \t]|$)|#|- |---"
    # A heading typed instead of the key of a part: 五、政策解读情况: |
    r"|[^\s:：|>-][^:：|>\n]{0,60}[:：][ \t]*[|>][-+0-9]*[ \t]*$)"
)
_NO_BLANK = re.compile(r"([ \t]*[A-Za-z_][A-Za-z0-9_]*)(?:：[ \t]*|:(?=[^\s/:]))")
# What looks like an indent but is not one in YAML: tabs, no-break and full-width spaces.
_AS_BLANKS = {ord("\t"): "  ", ord("\u00a0"): " ", ord("\u3000"): "  "}
_AS_SIGNS = {ord("\t"): "→", ord("\u00a0"): "°", ord("\u3000"): "□"}  # as word processors show them


def with_indent(text: str) -> tuple[str, list[int]]:
    """Return YAML with each line of its texts indented, and the lines that were not.

    Below `key: |`, a line with no more leading spaces than the key, which is not a key
    itself, can only be pasted text. Full-width spaces do not indent YAML; they are the
    first-line indent in print.
    """
    lines = text.split("\n")
    mended: list[int] = []
    depth = -1  # of the key whose text is being read, or -1
    for place, line in enumerate(lines):
        key = _KEY.match(line)
        if depth >= 0 and line.strip() and not (key and len(key[1]) <= depth):
            words = line.lstrip(" \u3000\u00a0")
            if len(line) - len(line.lstrip(" ")) <= depth:
                lines[place] = " " * (depth + 2) + words
                mended.append(place + 1)
            continue
        if not line.strip():
            continue
        begins = _BLOCK_KEY.fullmatch(line)
        depth = len(begins[1]) if begins else -1
    return ("\n".join(lines), mended) if mended else (text, [])


def looks_indented(line: str) -> bool:
    """Whether a line begins with what looks like an indent but is not one in YAML."""
    return any(sign in line[: _indent_of(line)] for sign in "\t\u00a0\u3000")


def _indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" \t\u00a0\u3000"))


def without_slips(line: str) -> str:
    """Return a line of YAML without common slips: ： or no space after a key, a tab."""
    blanks = _indent_of(line)
    indented = line[:blanks].translate(_AS_BLANKS) + line[blanks:]
    found = _NO_BLANK.match(indented)
    return f"{found[1]}: {indented[found.end() :]}".rstrip() if found else indented


def with_visible_indent(line: str) -> str:
    """Return a line with signs for what looks like an indent but is not one; others unchanged."""
    return line.translate(_AS_SIGNS) if looks_indented(line) else line
