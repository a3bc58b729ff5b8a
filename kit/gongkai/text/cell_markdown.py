"""Convert Markdown of an analyst's own cells to HTML, which is still to be sanitised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from markdown_it import MarkdownIt

# JupyterLab would draw a formula; a page could only print its source.
_FORMULA = re.compile(r"\$\$[^$]+\$\$|(?<![\\$])\$(?=[^\s$])[^$\n]*(?<=[^\s\\])\$(?![0-9$])")
_ATTACHMENT = "attachment:"


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def markdown_html(text: str, attachments: Mapping[str, str]) -> str:
    """Render Markdown as HTML; HTML in it is passed through unchanged.

    `attachments` are the pictures that were dropped into the cell, as data URLs by their names.
    """
    tokens = _parser().parse(text)
    for token in (child for block in tokens for child in block.children or ()):
        source = str(token.attrs.get("src", ""))
        if token.type == "image" and source.startswith(_ATTACHMENT):
            token.attrs["src"] = attachments.get(source.removeprefix(_ATTACHMENT), source)
    return str(_parser().renderer.render(tokens, _parser().options, {}))


def formula_in(text: str) -> str:
    """Return the first formula of a Markdown text between dollar signs; '' where there is none."""
    for block in _parser().parse(text):
        words = (child.content for child in block.children or () if child.type == "text")
        found = _FORMULA.search("".join(words))
        if found:
            return found[0]
    return ""
