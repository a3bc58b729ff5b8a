"""Convert Markdown of an analyst's own cells to HTML, which is still to be sanitised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gongkai.text.unshown import cells_beyond

# JupyterLab would draw a formula; a page could only print its source.
_FORMULA = re.compile(r"\$\$[^$]+\$\$|(?<![\\$])\$(?=[^\s$])[^$\n]*(?<=[^\s\\])\$(?![0-9$])")
_ATTACHMENT = "attachment:"
_LINE_END = re.compile(r"\r\n?|\n")
_WORDS = re.compile(r"[^\x00-\x7f]")  # behind the opening of a block of code; `python` is no words


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
            name = source.removeprefix(_ATTACHMENT)  # perhaps with %20 for a blank
            token.attrs["src"] = attachments.get(name) or attachments.get(unquote(name), source)
    return str(_parser().renderer.render(tokens, _parser().options, {}))


def formula_in(text: str) -> str:
    """Return the first formula of a Markdown text between dollar signs; '' where there is none."""
    for block in _parser().parse(text):
        words = (child.content for child in block.children or () if child.type == "text")
        found = _FORMULA.search("".join(words))
        if found:
            return found[0]
    return ""


def unshown_in(text: str) -> str:
    """Return the first words of a Markdown text that its HTML would not show; '' if there are none.

    They are cells beyond the columns of a table's head, words behind the opening of a block of
    code, or a line that is read as the definition of a link and that no link refers to.
    """
    defined: dict[str, Any] = {}
    tokens = _parser().parse(text, defined)
    lines = _LINE_END.split(text)
    codes = (token.info.strip() for token in tokens if token.type == "fence")
    words = (info for info in codes if _WORDS.search(info))
    return next(chain(cells_beyond(lines, tokens), words, _unused(lines, defined, tokens)), "")


def _unused(
    lines: Sequence[str], defined: Mapping[str, Any], tokens: Sequence[Token]
) -> Iterator[str]:
    """Yield the definitions of links that are not the address of any link or picture."""
    inline = [child for token in tokens for child in token.children or ()]
    used = {child.attrs.get("href") or child.attrs.get("src") for child in inline}
    found = (*defined.get("references", {}).values(), *defined.get("duplicate_refs", ()))
    for definition in found:
        if definition["href"] not in used:
            yield lines[definition["map"][0]].strip()
