"""Plain text of a piece of a page, for notebook viewers that cannot show HTML."""

from __future__ import annotations

import re
from html import unescape

_UNREAD = re.compile(r"<(/?)(?:style|svg|details)\b[^<>]*+>")
_PICTURE = re.compile(
    r'<div class="[a-z]+"(?: id="[^"]*")? role="img" aria-label="([^"]*)"[^<>]*+>'
)
_IMAGE = re.compile(r'<img src="[^"]*" alt="([^"]*)">')
_LINE_END = re.compile(r"</(?:p|h[1-6]|li|tr|caption|dd|figcaption|summary)>|<br ?/?>")
_CELL_END = re.compile(r"</(?:t[dh]|dt|span)>")
_TAG = re.compile(r"<[^<>]*+>")


def html_as_text(html: str) -> str:
    """Return HTML as plain text: one line per paragraph or row, with two spaces between cells.

    Pictures become their alternative text; styles and collapsed details are left out.
    """
    html = _PICTURE.sub(r"\1<br>", _without_unread(html.replace("\n", " ")))
    html = _IMAGE.sub(r"\1", html)
    text = unescape(_TAG.sub("", _LINE_END.sub("\n", _CELL_END.sub("\t", html))))
    lines = ([" ".join(cell.split()) for cell in line.split("\t")] for line in text.split("\n"))
    return "\n".join(filter(None, ("  ".join(filter(None, cells)) for cells in lines)))


def _without_unread(html: str) -> str:
    """Return HTML without the elements that are left out of plain text."""
    kept, depth, begin = [], 0, 0
    for tag in _UNREAD.finditer(html):
        if depth == 0:
            kept.append(html[begin : tag.start()])
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        begin = tag.end()
    return "".join([*kept, html[begin:]]) if depth == 0 else "".join(kept)
