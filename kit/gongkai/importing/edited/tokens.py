"""Split a text into tokens: numbers, Latin words, other characters, beginnings of paragraphs.

A token of a report's text has its place in the typed Markdown with placeholders, a token
of a document has the number of its paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from gongkai.importing.blocks import Paragraph
from gongkai.importing.texts.markdown import is_subheading
from gongkai.text.markdown import MarkdownText, Piece
from gongkai.text.placeholders import Segment, TypedText, parse_text, places

Says = Callable[[Segment], str]
Span = tuple[int, int]  # of tokens: the first, and one past the last

BREAK, SUBHEADING, ITEM = "\n", "\n#", "\n-"  # the beginning of a paragraph, by its kind
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[A-Za-z]+|\S")
# What Markdown reads as headings, lists and quotations at the start of a line.
_PREFIX = re.compile(r"(?:\s|#{1,6}\s|[-*+]\s|[0-9]{1,9}[.)]\s|>)*")
_PARAGRAPH = re.compile(r"(?:^|(?<=\n))[^\S\n]*\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_LINE_END = re.compile(r"\n")
_BRACES = str.maketrans("｛｝", "{}")
_STOPS = set("。！？；")
_CLOSING = set("”’』」）)")


class NotPlaced(Exception):
    """The words of a text cannot be found again in its Markdown."""


class Token(NamedTuple):
    """A token: its text and place, and the number of the placeholder that filled it in, or -1.

    `start` and `end` are a place in the Markdown; for a document, one in the paragraph with the
    number `paragraph`.
    """

    text: str
    start: int
    end: int
    placeholder: int = -1
    paragraph: int = -1

    @property
    def is_break(self) -> bool:
        """Whether a paragraph begins here."""
        return self.text.startswith(BREAK)


class MarkdownTokens:
    """The tokens of a text of Markdown with placeholders, each with its place there."""

    def __init__(self, source: str, says: Says) -> None:
        self.source, self.says = source, says
        segments, problems = parse_text(source, "", 1)
        spans = places(source)
        if problems or len(spans) != len(segments):
            raise NotPlaced
        self.segments, self.spans = segments, spans
        self._text = ""
        self._origin: list[tuple[int, int, int]] = []  # of each character: start, end, placeholder
        self.blank: list[int] = []  # the placeholders that are filled in with nothing
        for number, (segment, (start, end)) in enumerate(zip(segments, spans, strict=True)):
            words = says(segment)
            if isinstance(segment, TypedText):
                self._origin += [(place, place + 1, -1) for place in range(start, end)]
            else:
                self._origin += [(start, end, number)] * len(words)
                self.blank += [] if words else [number]
            self._text += words
        self.tokens: list[Token] = []
        self.end = 0  # of the last paragraph, in the source
        for first, last in self._paragraphs():
            self._add(first, last)

    def _paragraphs(self) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each paragraph of prose in the filled-in text."""
        for group in _PARAGRAPH.finditer(self._text):
            if not self._markdown(*group.span()).is_prose:
                continue
            begin = group.start()
            for line in _LINE_END.finditer(group[0]):
                place = group.start() + line.start()
                following = self._text.find("\n", place + 1, group.end())
                end = group.end() if following < 0 else following
                if len(self._markdown(begin, end).blocks()) > 1:
                    yield begin, place
                    begin = place + 1
            yield begin, group.end()

    def _markdown(self, first: int, last: int) -> MarkdownText:
        placed = zip(self._text[first:last], self._origin[first:last], strict=True)
        groups = groupby(placed, key=lambda item: item[1][2])  # by the placeholder
        return MarkdownText(
            Piece("".join(char for char, _ in group), number >= 0) for number, group in groups
        )

    def _add(self, first: int, last: int) -> None:
        """Add the tokens of a paragraph, without the characters that mark its kind."""
        words = "".join(self._markdown(first, last).blocks())
        prefix = _PREFIX.match(self._text, first, last)
        place = prefix.end() if prefix else first
        chars: list[tuple[str, int]] = []
        for char in "".join(words.split()):
            place = self._text.find(char, place, last)
            if place < 0:
                raise NotPlaced
            chars.append((char, place))
            place += 1
        if not chars:
            return
        kind = _kind(self._text[first : chars[0][1]])
        self.tokens.append(Token(kind, self.end, self._origin[chars[0][1]][0]))
        self.tokens += self._grouped(chars)
        self.end = self._origin[last - 1][1]

    def _grouped(self, chars: Sequence[tuple[str, int]]) -> Iterator[Token]:
        """Group characters into tokens; no token is partly typed and partly filled in."""
        start = 0
        while start < len(chars):
            number = self._origin[chars[start][1]][2]
            end = start
            stretch = ""
            while end < len(chars) and self._origin[chars[end][1]][2] == number:
                apart = end > start and chars[end][1] > chars[end - 1][1] + 1
                stretch += (" " if apart and number < 0 else "") + chars[end][0]
                end += 1
            for found in _TOKEN.finditer(stretch):
                size = len(found[0])
                first, last = chars[start][1], chars[start + size - 1][1]
                yield Token(found[0], self._origin[first][0], self._origin[last][1], number)
                start += size

    def filled(self, number: int) -> Span:
        """Return the span of tokens that a placeholder fills in; an empty one if there are none."""
        found = [at for at, token in enumerate(self.tokens) if token.placeholder == number]
        return (found[0], found[-1] + 1) if found else (0, 0)


def _kind(prefix: str) -> str:
    """Return the token that begins a paragraph, by the Markdown before its first word."""
    match prefix.strip()[:1]:
        case "#":
            return SUBHEADING
        case "" | ">":
            return BREAK
    return ITEM


def tokens_of(paragraphs: Sequence[Paragraph]) -> list[Token]:
    """Return the tokens of a document's paragraphs; empty ones are left out."""
    found: list[Token] = []
    for number, paragraph in enumerate(paragraphs):
        if not paragraph.text.strip():
            continue
        heading = paragraph.level or is_subheading(paragraph.text)
        kind = SUBHEADING if heading else ITEM if paragraph.marker else BREAK
        found.append(Token(kind, 0, 0, -1, number))
        found += [
            Token(item[0], item.start(), item.end(), -1, number)
            for item in _TOKEN.finditer(paragraph.text)
        ]
    return found


def paragraph_spans(tokens: Sequence[Token], span: Span) -> Iterator[Span]:
    """Yield the paragraphs of some tokens, each with its beginning."""
    starts = [at for at in range(*span) if tokens[at].is_break]
    yield from pairwise([*starts, span[1]])


def sentence_spans(tokens: Sequence[Token], span: Span) -> Iterator[Span]:
    """Yield the sentences with their stops; the beginning of a paragraph is a span by itself."""
    start = span[0]
    for at in range(*span):
        following = tokens[at + 1].text if at + 1 < span[1] else BREAK
        ends = tokens[at].text in _STOPS | _CLOSING and _STOPS & {
            token.text for token in tokens[max(start, at - 2) : at + 1]
        }
        closes = ends and following not in _STOPS | _CLOSING
        if tokens[at].is_break or closes or following.startswith(BREAK) or at + 1 == span[1]:
            yield start, at + 1
            start = at + 1


def words_of(tokens: Sequence[Token], span: Span) -> str:
    """Return the words of a stretch; BREAK if it is only the beginning of a paragraph."""
    words = "".join(token.text for token in tokens[slice(*span)] if not token.is_break)
    return words or (BREAK if span[0] < span[1] else "")


def texts_of(tokens: Iterable[Token]) -> list[str]:
    """Return the text of each token."""
    return [token.text for token in tokens]


def signature_of(tokens: Iterable[Token]) -> str:
    """Return the text of some tokens for comparison, with full-width braces as ASCII ones."""
    words = "".join(BREAK if token.is_break else token.text for token in tokens)
    return words.translate(_BRACES)
