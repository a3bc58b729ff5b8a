"""Markdown as tokens in which every number knows its position in the text.

The home of markdown-it-py.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token
from markupsafe import Markup

from gongkai.messages import say
from gongkai.text.unshown import cells_beyond, is_content, left_out

_ALLOWED_LINK = re.compile(r"https?://|mailto:|#")  # as the check of what a page may hold
_SPECIAL_CHARACTERS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&=])")
_ENDS_A_WORD = re.compile(r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~]")  # where an inline rule may begin
# A number; in A4, 5G or U+2066 the digit belongs to a name.
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9０-９])(?<!U\+)[0-9０-９]+(?:[.,．][0-9０-９]+)*[%％]?(?![A-Za-z0-9０-９])"
)
_CLAUSE_END = re.compile(r"[，。；！？、：;\n（）()“”]|(?<![0-9]),|,(?![0-9])")
_LONGEST_CLAUSE = 200  # characters on each side of a number; its clause ends there at the latest
# Parsed in place of each filled-in value. It is a letter, so that what the value
# begins or ends with does not decide whether ** beside it makes bold text.
_STAND_IN = "x"
_TOP = 3  # level of the highest heading in a text: those above it are the page's
_SOURCE = "source"  # key of the parser's environment: the _Source that is parsed
# How a line ends or begins that is a whole paragraph, as every line pasted from Word is.
_ENDS = re.compile(r"[。！？；][”’）)》]*[ \t]*$")
_NUMBERED = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[）)、][^。；，,;\n]{1,40}$")
_ITEM = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]")
_BLOCK = re.compile(r" {0,3}(?:[-*+>|#=]|[0-9]{1,9}[.)][ \t]|$)| {4}|\t|[ \t]*$| {2,3}\S")
_NO_ADDRESS = re.compile(r"\[[^\[\]\n]{0,200}\]\(\s{0,20}\)")
_BLOCKS = ("inline", "fence", "code_block")  # tokens with words
_BETWEEN = 3  # characters: a sign, and one on each side


class Piece(NamedTuple):
    """A stretch of a text: typed by hand, or filled in where a placeholder stood."""

    text: str
    filled: bool = False


class Number(NamedTuple):
    """A number of a text, or whatever fills a placeholder.

    `start` and `end` are its position in the filled-in text; `piece` is the index of
    the piece that filled it in, or None if it was typed by hand. `clause` is the text
    around it, up to the next comma or stop.
    """

    text: str
    start: int
    end: int
    piece: int | None
    in_link: bool = False
    clause: str = ""


class Picture(NamedTuple):
    """A picture in a text: its file name and its alternative text."""

    name: str
    alt: str


Around = Callable[[Number], tuple[str, str]]  # HTML to put before a number and after it


class MarkdownText:
    """A parsed Markdown text: no raw HTML, links only to web pages and mail.

    Pictures are files beside the text, by their names.
    """

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.pieces = tuple(pieces)
        self._source = _Source(self.pieces, frozenset())
        self._tokens = self._source.parsed()
        shown = {number.piece for number in self.numbers()}
        # A value inside a URL or code yields no token, so it is filled in before parsing.
        hidden = frozenset(
            index for index, piece in enumerate(self.pieces) if piece.filled and index not in shown
        )
        if hidden:
            self._source = _Source(self.pieces, hidden)
            self._tokens = self._source.parsed()

    def numbers(self) -> Iterator[Number]:
        """Yield each number that is shown, in the order of the text."""
        for token in self._tokens:
            for child in token.children or ():
                if child.type == "number":
                    yield child.meta["number"]

    def pictures(self) -> Iterator[Picture]:
        """Yield each picture, in the order of the text."""
        for token in (child for block in self._tokens for child in block.children or ()):
            if token.type == "image":
                yield Picture(unquote(str(token.attrs["src"])), _words(token))

    def html(
        self,
        around: Around | None = None,
        notes: Sequence[tuple[int, Markup]] = (),
        pictures: Mapping[str, str] = {},
    ) -> Markup:
        """Return the text as HTML; its highest heading becomes `<h3>`, the rest follow.

        `around` gives what is put before and after each number. Each note is put at the end
        of the paragraph that contains its position in the filled-in text; one in no paragraph
        comes last. `pictures` maps file names to URLs; for a picture
        that is not in it, the alternative text is shown.
        """
        tokens, unplaced = self._with_notes(notes)
        headings = [token for token in tokens if token.type.startswith("heading_")]
        highest = min((int(token.tag[1:]) for token in headings), default=1)
        tags = {id(token): f"h{min(int(token.tag[1:]) - highest + _TOP, 6)}" for token in headings}
        levelled = [
            token.copy(tag=tags[id(token)]) if id(token) in tags else token for token in tokens
        ]
        parser = _parser()
        html = parser.renderer.render(
            levelled, parser.options, {"around": around, "pictures": pictures}
        )
        return Markup(html + "".join(unplaced))  # noqa: S704 - html is off

    def _with_notes(self, notes: Iterable[tuple[int, Markup]]) -> tuple[list[Token], list[Markup]]:
        """Return the tokens with each note in its paragraph, and the notes that are in none."""
        tokens, unplaced = list(self._tokens), []
        for position, note in notes:
            line = self._source.line_at(position)
            for index, token in enumerate(tokens):
                first, end = token.map or (0, 0)
                if token.type == "inline" and first <= line < end:
                    mark = Token("html_inline", "", 0, content=note)
                    tokens[index] = token.copy(children=[*(token.children or ()), mark])
                    break
            else:
                unplaced.append(note)
        return tokens, unplaced

    def blocks(self) -> list[str]:
        """Return the words of each paragraph, heading, item or cell."""
        return [_words(token) for token in self._tokens if token.type in _BLOCKS]

    def lines(self) -> list[str]:
        """Return the words of the text, one line per paragraph, heading, item or cell."""
        return [line for text in self.blocks() for line in text.split("\n")]

    def prose_lines(self) -> list[str]:
        """Return the words of the text, as `lines` does, without its tables and pictures."""
        return [line for token in _of_prose(self._tokens) for line in _words(token).split("\n")]

    def count_beside_prose(self) -> int:
        """Return how many tables and pictures the text has."""
        tables = sum(token.type == "table_open" for token in self._tokens)
        return tables + len(tuple(self.pictures()))

    def links(self) -> list[str]:
        """Return where the links of the text lead, in order."""
        children = (child for token in self._tokens for child in token.children or ())
        return [str(child.attrs["href"]) for child in children if child.type == "link_open"]

    def unshown(self) -> Iterator[str]:
        """Yield the characters of the text that are not shown, in order, signs by themselves last.

        Such are the cells of a row beyond the columns of a table's head, the words behind the
        opening of a block of code, and the title of a link.
        """
        typed = "".join(piece.text for piece in self.pieces)
        yield from left_out(typed, self._tokens)
        cells = cells_beyond(self._source.lines, self._tokens)
        yield from (cell for cell in cells if not any(map(is_content, cell)))  # - or /

    @property
    def is_prose(self) -> bool:
        """Whether there are only words: no table, no code, no rule and no picture."""
        others = ("table_open", "fence", "code_block", "hr")
        return not any(token.type in others for token in self._tokens) and not any(self.pictures())


def escaped(text: str) -> str:
    """Escape a text so that Markdown renders it verbatim."""
    return _SPECIAL_CHARACTERS.sub(r"\\\1", text)


def _words(token: Token) -> str:
    """Return the words of a block, or the alternative text of a picture."""
    return "".join(map(_shown, token.children)) if token.children else token.content


def _of_prose(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the blocks that are not in tables, without their pictures."""
    in_table = False
    for token in tokens:
        in_table = token.type == "table_open" or (in_table and token.type != "table_close")
        words = [child for child in token.children or () if child.type != "image"]
        if token.type in _BLOCKS and not in_table and (words or not token.children):
            yield token.copy(children=words)


def _shown(child: Token) -> str:
    """Return the text that a reader gets for a token inside a block."""
    if child.type in ("softbreak", "hardbreak"):
        return "\n"
    return say("picture", "zh", alt=_words(child)) if child.type == "image" else child.content


# --- positions of tokens in the text ----------------------------------------------


class _Source:
    """The Markdown that is parsed for a text, and how positions in the two correspond.

    A letter replaces each filled-in value, and line breaks are added. A
    `place` is a position in the text as it reads filled in; `here` is one in what is parsed.
    """

    def __init__(self, pieces: tuple[Piece, ...], as_text: frozenset[int]) -> None:
        self._text = ""
        self._numbers: dict[int, tuple[Number, int]] = {}  # by `here`, with its length there
        self._starts: list[tuple[int, int]] = []  # of each piece: `place` and `here`
        place = 0
        for index, piece in enumerate(pieces):
            here = len(self._text)
            self._starts.append((place, here))
            if not piece.filled:
                self._add_typed(piece.text, place, here)
                self._text += piece.text
            elif index in as_text:
                self._text += escaped(piece.text)
            else:
                number = Number(piece.text, place, place + len(piece.text), index)
                self._numbers[here] = number, len(_STAND_IN)
                self._text += _STAND_IN
            place += len(piece.text)
        self._end_paragraphs()

    def _add_typed(self, text: str, place: int, here: int) -> None:
        for found in _NUMBER.finditer(text):
            start, end = found.span()
            number = Number(found.group(), place + start, place + end, None)
            self._numbers[here + start] = number, end - start

    def _end_paragraphs(self) -> None:
        """Let each line that ends a sentence end a paragraph, as in the document it is pasted from.

        Markdown would run such lines together, and take the line after an item for a part of it.
        """
        ends = [end for end, after in _line_ends(self._text) if after]
        if not ends:
            return
        self._numbers = {here + bisect_right(ends, here): it for here, it in self._numbers.items()}
        self._starts = [(place, here + bisect_right(ends, here)) for place, here in self._starts]
        stops = [0, *ends, len(self._text)]
        self._text = "\n".join(self._text[first:last] for first, last in pairwise(stops))

    def parsed(self) -> list[Token]:
        """Return the tokens of the text; each number is one, with its `Number`."""
        return _parser().parse(self._text, {_SOURCE: self})

    @property
    def lines(self) -> list[str]:
        """The lines of the parsed Markdown."""
        return self._text.split("\n")

    def line_at(self, place: int) -> int:
        """Return the line of the parsed Markdown, counted from 0, for a position in the text."""
        index = bisect_right(self._starts, (place, len(self._text))) - 1
        if index < 0:
            return 0
        start, here = self._starts[index]
        return self._text.count("\n", 0, here + place - start)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(end for end, character in enumerate(self._text, start=1) if character == "\n")]

    def numbers_of(self, token: Token, after: int | None) -> _Found:
        """Return the numbers of an inline token, by their positions in its content.

        A token does not say at which column it begins. The content of a paragraph or a heading
        ends where its line ends; that of a cell comes after the cell before it, which ended at
        `after` (None outside of tables).
        """
        numbers: dict[int, tuple[Number, int]] = {}
        done, end, (first, _) = 0, after, token.map or (0, 0)
        for offset, line in enumerate(token.content.split("\n")):
            places = self._places(first + offset, line, end)
            for index, place in enumerate(places):
                if place in self._numbers:
                    numbers[done + index] = self._numbers[place]
            end = places[-1] + 1 if places and end is not None else end
            done += len(line) + 1
        return _Found(numbers, end)

    def _places(self, line: int, text: str, after: int | None) -> Sequence[int]:
        """Return the position of each character of a token's line; empty if it is not found."""
        start = self._line_starts[line]
        end = self._text.find("\n", start)
        bounds = (max(start, after or 0), end if end >= 0 else len(self._text))
        find = self._text.rfind if after is None else self._text.find
        begin = find(text, *bounds)
        if begin >= 0:
            return range(begin, begin + len(text))
        raw = text.replace("|", "\\|")  # in the source of a cell a | is escaped
        begin = find(raw, *bounds)
        return [
            begin + index
            for index in range(len(raw) if begin >= 0 else 0)
            if not raw.startswith("\\|", index)
        ]


def _line_ends(text: str) -> Iterator[tuple[int, bool]]:
    """Yield where each line but the last ends, and whether a paragraph ends there too."""
    lines, place = text.split("\n"), -1
    for line, following in pairwise(lines):
        place += len(line) + 1
        ends = _ENDS.search(line) or _NUMBERED.match(line.strip()) or _ITEM.match(line)
        yield place, bool(ends and line.strip() and not _BLOCK.match(following))


class _Found(NamedTuple):
    """The numbers of an inline token, each with its length there; and where a cell ends."""

    numbers: dict[int, tuple[Number, int]]
    end: int | None


# --- the parser -------------------------------------------------------------------


@cache
def _parser() -> MarkdownIt:
    """Return a parser for the kinds of blocks and of inline text that a page can have."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable("table")
    # A definition of a link ("[1]: …") would be missing from the page, and nothing would say so.
    parser.disable(["html_block", "html_inline", "code", "reference"])
    parser.validateLink = _is_allowed_link  # type: ignore[method-assign]
    parser.core.ruler.at("inline", _parse_inline)
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.before("text", "number", _number)
    parser.inline.ruler.at("link", _link)
    parser.inline.ruler.at("image", _image)
    parser.inline.ruler.before("emphasis", "times", _times)
    parser.add_render_rule("number", _render_number)
    parser.add_render_rule("image", _render_picture)
    return parser


def _link(state: StateInline, silent: bool) -> bool:
    """Tokenise a link. One without an address is printed as it was typed."""
    return not _NO_ADDRESS.match(state.src, state.pos) and link(state, silent)


def _is_allowed_link(url: str) -> bool:
    return bool(_ALLOWED_LINK.match(url))


def _image(state: StateInline, silent: bool) -> bool:
    """Tokenise a picture, whatever its address.

    Links are restricted to the web and to mail; the address of a picture is the name of a file,
    which never gets into a page: the renderer puts the picture itself there.
    """
    numbers, stops = state.env["numbers"], state.env["stops"]
    state.env.update(numbers={}, stops=[])  # the alt text has its own positions
    state.md.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    try:
        return image(state, silent)
    finally:
        state.md.validateLink = _is_allowed_link  # type: ignore[method-assign]
        state.env.update(numbers=numbers, stops=stops)


def _parse_inline(state: StateCore) -> None:
    """Parse the inline content of each block, telling the rules where its numbers are."""
    source: _Source = state.env[_SOURCE]
    end: int | None = None
    for before, token in pairwise(state.tokens):
        if before.type in ("tr_open", "tr_close", "table_close"):
            end = 0 if before.type == "tr_open" else None
        if token.type == "inline":
            found = source.numbers_of(token, end)
            end = found.end
            state.env.update(numbers=found.numbers, stops=sorted(found.numbers))
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)
            _add_surroundings(token)


def _add_surroundings(block: Token) -> None:
    """Add to each number of a block its clause, and whether it is inside a link."""
    words, place, in_link = _words(block), 0, False
    for token in block.children or ():
        in_link = token.type == "link_open" or (in_link and token.type != "link_close")
        end = place + len(_shown(token))
        if token.type == "number":
            before = _CLAUSE_END.split(words[max(0, place - _LONGEST_CLAUSE) : place])[-1]
            after = _CLAUSE_END.split(words[end : end + _LONGEST_CLAUSE])[0]
            clause = f"{before.lstrip()}{token.content}{after.rstrip()}"
            number = token.meta["number"]
            token.meta["number"] = number._replace(in_link=in_link, clause=clause)
        place = end


def _number(state: StateInline, silent: bool) -> bool:
    """Inline rule: tokenise the number that begins here."""
    found = state.env["numbers"].get(state.pos)
    if found is None:
        return False
    number, length = found
    if not silent:
        token = state.push("number", "", 0)
        token.content = number.text
        token.meta["number"] = number
    state.pos += length
    return True


def _times(state: StateInline, silent: bool) -> bool:
    """Inline rule: keep a * between two words or numbers as a literal: 7*24小时, 长*宽*高.

    CommonMark would make the words between two of them italic, and 724小时 of 7*24小时.
    """
    around = state.src[max(0, state.pos - 1) : state.pos + 2]
    if len(around) != _BETWEEN or around[1] != "*" or not (around[0] + around[2]).isalnum():
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


def _text(state: StateInline, silent: bool) -> bool:
    """Inline rule: consume text up to the next number or possible markup character."""
    special = _ENDS_A_WORD.search(state.src, state.pos, state.posMax)
    end = special.start() if special else state.posMax
    stops: list[int] = state.env["stops"]
    index = bisect_right(stops, state.pos)
    if index < len(stops):
        end = min(end, stops[index])
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _render_picture(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, env: Mapping[str, Any]
) -> str:
    token = tokens[index]
    url = env["pictures"].get(unquote(str(token.attrs["src"])))
    if url is None:
        return escapeHtml(_shown(token))
    return f'<img src="{escapeHtml(url)}" alt="{escapeHtml(_words(token))}">'


def _render_number(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, env: Mapping[str, Any]
) -> str:
    token = tokens[index]
    around: Around | None = env["around"]
    before, after = around(token.meta["number"]) if around else ("", "")
    return f"{before}{escapeHtml(token.content)}{after}"
