"""Find what a text has and its Markdown tokens do not show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from markdown_it.common.normalize_url import normalizeLinkText
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

_ALIKE = 6  # letters in a row that two texts have in common after a difference


def is_content(character: str) -> bool:
    """Whether a character is never a sign of Markdown or a blank: a letter, a digit, √, ★, ——.

    U+FFFD is what `unquote` makes of a percentage such as %80, and what a NUL is shown as.
    """
    other = character > "\x7f" and character != "\ufffd" and not character.isspace()
    return other or character.isalnum()


def left_out(text: str, tokens: Iterable[Token]) -> Iterator[str]:
    """Yield the letters, digits and signs of a text that none of its tokens shows, in order.

    Both sides are compared without entities, also in code, where they are shown as typed, and
    without %20 and the like, which Markdown makes of the characters of an address.
    """
    read = unescapeAll(text), "".join(_all_shown(tokens))
    typed, shown = ("".join(filter(is_content, unquote(it))) for it in read)
    at = there = 0
    while typed[at:] != shown[there:]:
        pairs = zip(typed[at:], shown[there:], strict=False)
        fewer = min(len(typed) - at, len(shown) - there)
        same = next((number for number, (a, b) in enumerate(pairs) if a != b), fewer)
        at, there = at + same, there + same
        again = typed.find(shown[there : there + _ALIKE], at) if there < len(shown) else len(typed)
        more = shown.find(typed[at : at + _ALIKE], there) if at < len(typed) else len(shown)
        if again < 0 and more < 0:
            again, more = len(typed), len(shown)
        if again < 0 or 0 <= more - there < again - at:
            there = more  # typed otherwise
            continue
        yield typed[at:again]
        at = again


def cells_beyond(lines: Sequence[str], tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the cells that a row has beyond the columns of the head of its table."""
    columns = 0
    for token in tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and columns and token.map:
            row = escapedSplit(lines[token.map[0]].lstrip("> \t").strip())
            yield from filter(None, map(str.strip, row[columns + (not row[0]) :]))


def _all_shown(tokens: Iterable[Token]) -> Iterator[str]:
    """Yield what is shown of a text, in order: words, the numbers of lists, and addresses."""
    for token in tokens:
        yield token.info if token.type == "list_item_open" else ""
        yield unescapeAll(token.content) if token.type in ("fence", "code_block") else ""
        address = ""
        for child in token.children or ():
            if child.type == "link_open":  # the words of <https://…> are its address
                address = (
                    ""
                    if child.markup == "autolink"
                    else normalizeLinkText(str(child.attrs["href"]))
                )
            elif child.type == "link_close":
                yield address
            elif child.type == "image":
                yield f"{_alt(child)} {child.attrs['src']}"
            else:
                yield unescapeAll(child.content) if child.type == "code_inline" else child.content


def _alt(picture: Token) -> str:
    return "".join(child.content for child in picture.children or ())
