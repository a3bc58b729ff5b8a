"""The words of a piece of a page, for readers of notebooks that show no HTML.

Imports nothing of the kit.
"""

from __future__ import annotations

import re
from html import unescape

_UNREAD = re.compile(
    r"<(style|svg|details)\b(?:(?!<(?:style|svg|details)\b|</\1>).)*+</\1>", re.DOTALL
)
_PICTURE = re.compile(r'<div class="drawing" role="img" aria-label="([^"]*)">')
_LINE_END = re.compile(r"\s*(?:</(?:p|h[1-6]|li|tr|caption|dd|figcaption|summary)>|<br ?/?>)\s*")
_CELL_END = re.compile(r"\s*</(?:t[dh]|dt|span)>\s*")
_TAG = re.compile(r"<[^>]*>")
_GAP = re.compile(r"[ \t]*\n\s*")


def lines_of(html: str) -> str:
    """Return the words of HTML: a line a paragraph and a line a row, cells two spaces apart.

    Pictures are their alternative text; styles and what is folded away are left out.
    """
    html = _PICTURE.sub(r"\1<br>", _UNREAD.sub("", html))
    text = _TAG.sub("", _LINE_END.sub("\n", _CELL_END.sub("  ", html)))
    return _GAP.sub("\n", unescape(text)).strip()
