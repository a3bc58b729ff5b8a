"""Write the paragraphs of a document as Markdown that renders each of them literally."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.importing.blocks import Doubt, Paragraph
from gongkai.text.markdown import MarkdownText, Piece, escaped

_SUBHEADING = re.compile(
    r"[（(][一二三四五六七八九十]{1,3}[）)][^。；！？]{1,40}(?<![。；：，！？])"
)
_PLACEHOLDER = re.compile(r"\{(?=[{%#])|(?<=[}%#])\}")


def markdown_of(paragraphs: Sequence[Paragraph]) -> tuple[str, list[Doubt]]:
    """Return paragraphs as Markdown that renders each of them literally, and its doubts.

    The braces of a placeholder are written in full width, with a doubt.
    """
    pieces: list[str] = []
    doubts: list[Doubt] = []
    listed = False
    for paragraph in paragraphs:
        printed = " ".join(paragraph.text.split())
        text = without_placeholders(printed)
        if text != printed:
            doubts.append(Doubt("import-placeholder", paragraph.place, text=printed[:40]))
        words = literal_markdown(text)
        if paragraph.level or is_subheading(text):
            words = heading_marker(paragraph.level) + words
        elif paragraph.marker:
            words = f"{paragraph.marker} {words}"
        separator = "\n" if listed and paragraph.marker else "\n\n"
        pieces += [separator if pieces else "", words]
        listed = bool(paragraph.marker)
    return "".join(pieces), doubts


def heading_marker(level: int) -> str:
    """Return the Markdown before a heading inside a part, which begins at the third level."""
    return "#" * min(max(level, 3), 6) + " "


def is_subheading(text: str) -> bool:
    """Whether a paragraph can only be a heading inside a part: （一）组织领导."""
    return bool(_SUBHEADING.fullmatch(text.strip()))


def without_placeholders(text: str) -> str:
    """Return a text with full-width braces, if it contains braces of a placeholder."""
    if not _PLACEHOLDER.search(text):
        return text
    return text.replace("{", "｛").replace("}", "｝")


def literal_markdown(text: str) -> str:
    """Return a text as Markdown, escaped if Markdown would not render it literally."""
    parsed = MarkdownText([Piece(text)])
    html = parsed.html()
    plain = html.startswith("<p>") and html.count("<") == 2
    return text if plain and " ".join(" ".join(parsed.lines()).split()) == text else escaped(text)
