"""From text to HTML: figures to fill in, Markdown, and the templates of the package.

The home of Jinja2 and of markdown-it-py. Imports: errors.

Text written by a person is only ever *parsed* as Jinja, never run: what comes out is a
list of segments, so there is no attribute, loop or filter that could be reached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, nodes
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from gongkai.errors import Problem

__all__ = [
    "Fact",
    "Figure",
    "Literal",
    "Marked",
    "Markup",
    "Segment",
    "Share",
    "escape_markdown",
    "filled_in",
    "mark",
    "markdown",
    "parse_text",
    "plain_text",
    "render",
    "taken_apart",
    "text_of",
    "with_numbers_marked",
    "without_marks",
]

TEMPLATES = Path(__file__).parents[1] / "templates"


# --- text with figures to fill in -------------------------------------------------


@dataclass(frozen=True)
class Literal:
    """Words as they were typed."""

    text: str
    line: int


@dataclass(frozen=True)
class Figure:
    """`{{ v("1.2.2") }}`: the figure of a code, or the sum of several."""

    codes: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Fact:
    """`{{ fact("wechat_followers") }}`: a fact of the year's YAML."""

    name: str
    line: int


@dataclass(frozen=True)
class Share:
    """`{{ share("3.3.1.total", of="3.3.7.total") }}`: a percentage with two decimals."""

    codes: tuple[str, ...]
    of: str
    line: int


Segment = Literal | Figure | Fact | Share

# A comment would vanish without a word: nothing that can be typed begins one.
_SYNTAX = Environment(  # noqa: S701 - it parses, and renders nothing
    keep_trailing_newline=True, comment_start_string="\ufdd0", comment_end_string="\ufdd1"
)


_LONGEST_REASON = 120  # characters: Jinja quotes what it met, however long it is


class _NotAllowed(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


def parse_text(source: str, file: str, line: int) -> tuple[tuple[Segment, ...], list[Problem]]:
    """Split a text into what was typed and what is to be filled in.

    `line` is the line of the file on which the text begins. A text that cannot be read
    gives no segment and one problem.
    """
    try:
        template = _SYNTAX.parse(source)
        return tuple(_segments(template, line - 1)), []
    except TemplateSyntaxError as error:
        reason = (error.message or "")[:_LONGEST_REASON]
        return (), [Problem("text-syntax", file, line - 1 + error.lineno, {"reason": reason})]
    except _NotAllowed as error:
        return (), [Problem("text-not-allowed", file, error.line)]
    except (RecursionError, ValueError):  # endless nesting, a number of thousands of digits
        return (), [Problem("text-not-allowed", file, line)]


def _segments(template: nodes.Template, offset: int) -> Iterator[Segment]:
    for output in template.body:
        if not isinstance(output, nodes.Output):
            raise _NotAllowed(offset + output.lineno)
        for node in output.nodes:
            line = offset + node.lineno
            if isinstance(node, nodes.TemplateData):
                yield Literal(node.data, line)
            else:
                yield _placeholder(node, line)


def _placeholder(node: nodes.Expr, line: int) -> Segment:
    """Return what `v`, `fact` or `share` asks for; nothing else is allowed."""
    match node:
        case nodes.Call(
            node=nodes.Name(name=name), args=args, kwargs=named, dyn_args=None, dyn_kwargs=None
        ):
            values = _constants(args, line)
            match name, values, named:
                case "v", (_, *_), []:
                    return Figure(values, line)
                case "fact", (only,), []:
                    return Fact(only, line)
                case "share", (_, *_), [nodes.Keyword(key="of", value=nodes.Const(value=whole))]:
                    return Share(values, str(whole), line)
    raise _NotAllowed(line)


def _constants(args: list[nodes.Expr], line: int) -> tuple[str, ...]:
    if not all(isinstance(arg, nodes.Const) for arg in args):
        raise _NotAllowed(line)
    values = tuple(str(arg.value) for arg in args if isinstance(arg, nodes.Const))
    if not all(value.isprintable() for value in values):
        raise _NotAllowed(line)
    return values


# --- Markdown ---------------------------------------------------------------------

_ALLOWED_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&=])")


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows letter by letter."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)


@cache
def _markdown() -> MarkdownIt:
    """Return the parser: no raw HTML, no images, links to web pages and mail only."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable("table")
    parser.disable(["image", "html_block", "html_inline", "code"])
    parser.validateLink = lambda url: bool(_ALLOWED_LINK.match(url))  # type: ignore[method-assign]
    normalised = parser.normalizeLink
    parser.normalizeLink = (  # type: ignore[method-assign]
        lambda url: normalised(_FILLED.sub(r"\2", url))
    )
    return parser


def markdown(text: str, top: int = 3, notes: Mapping[int, Markup] | None = None) -> Markup:
    """Return Markdown as HTML; its highest heading becomes `<h{top}>`, the rest follow.

    `notes` are put at the end of the paragraph in which a line stands, counted from 0; those
    of a line in no paragraph come last. What `filled_in` put into the text is still wrapped.
    """
    parser = _markdown()
    text, lines = _paragraphs(text)
    tokens = parser.parse(text)
    left = dict(notes or {})
    for token in tokens:
        first, end = (lines[line] for line in token.map or (0, 0))
        for line in [line for line in left if token.children is not None and first <= line < end]:
            note = Token("html_inline", "", 0, content=left.pop(line))
            token.children = [*(token.children or ()), note]
    headings = [token for token in tokens if token.type.startswith("heading_")]
    highest = min((_level(token) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(_level(token) - highest + top, 6)}"
    html = parser.renderer.render(tokens, parser.options, {}) + "".join(left.values())
    return Markup(html)  # noqa: S704 - html is off


# How a line ends or begins that is a paragraph of its own, as Word's are.
_ENDS = re.compile(r"[。！？；][”’）)》]*[ \t]*$")
_NUMBERED = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[）)、][^。；，,;\n]{1,40}$")
_ITEM = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]")
_BLOCK = re.compile(r" {0,3}(?:[-*+>|#=]|[0-9]{1,9}[.)][ \t]|$)| {4}|\t|[ \t]*$| {2,3}\S")


def _paragraphs(text: str) -> tuple[str, list[int]]:
    """Return a text in which each line that ends a sentence ends a paragraph, and old lines.

    A text pasted from Word has a paragraph a line; Markdown would run them together, and would
    take the line behind an item for a part of it. The list gives, for each line of the text
    returned, the line that it was.
    """
    found: list[str] = []
    places: list[int] = []
    typed = text.split("\n")
    for place, line in enumerate(typed):
        found.append(line)
        places.append(place)
        following = typed[place + 1] if place + 1 < len(typed) else ""
        ends = _ENDS.search(line) or _NUMBERED.match(line.strip()) or _ITEM.match(line)
        if ends and line.strip() and not _BLOCK.match(following):
            found.append("")
            places.append(place + 1)
    return "\n".join(found), [*places, len(typed)]


def _level(heading: Token) -> int:
    return int(heading.tag[1:])


# --- marks: what only the review copy shows ---------------------------------------

# A mark is HTML between two signs. The public page has neither the signs nor what stands
# between them; the review copy has the public page, and the marks in their places. No text
# has such signs: `kit/gongkai/text/files.py` reads none.
_BEGIN, _END = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*+){_END}")
_OPEN, _THEN, _CLOSE = "\ufdd2", "\ufdd3", "\ufdd4"
_FILLED = re.compile(f"{_OPEN}([0-9]++){_THEN}([^{_OPEN}{_CLOSE}]*+){_CLOSE}")
_SIGNS = re.compile("[\ufdd0-\ufdd4]")
_NEAR = 200  # so many characters of HTML are searched for the clause of a number
_STOP = re.compile(r"[，。；！？、：;\n（）()“”]|(?<![0-9]),|,(?![0-9])")
_CUT_TAG = re.compile(r"\A[^<>]*+>")
_ENDS_BLOCK = re.compile(r"</(?:p|h[1-6]|li|t[dh]|blockquote|pre)>|<[hb]r ?/?>")
_TAG = re.compile(r"<[^<>]*+>")
_PIECE = re.compile(
    rf"(?P<tag>{_TAG.pattern})|(?P<mark>{_MARK.pattern})|(?P<filled>{_FILLED.pattern})"
    # a number; in A4, 5G or U+2066 the digit belongs to a name
    r"|(?P<typed>(?<![A-Za-z0-9０-９])(?<!U\+)"
    r"[0-9０-９]+(?:[.,．][0-9０-９]+)*[%％]?(?![A-Za-z0-9０-９]))"
)


class Marked(NamedTuple):
    """HTML as the public page has it, and each mark with the place where it is put in."""

    html: str
    marks: list[tuple[int, str]]


def mark(html: str) -> Markup:
    """Return trusted HTML as a mark."""
    return Markup(f"{_BEGIN}{html}{_END}")  # noqa: S704 - the callers escape


def filled_in(number: int, text: str) -> str:
    """Return what fills the placeholder of a number, wrapped so that it is found again."""
    return f"{_OPEN}{number}{_THEN}{text}{_CLOSE}"


def without_marks(html: str) -> Markup:
    """Return HTML as the public page has it."""
    return Markup(_FILLED.sub(r"\2", _MARK.sub("", html)))  # noqa: S704 - it was HTML before


def taken_apart(html: str) -> Marked:
    """Return HTML without its marks, and the marks."""
    pieces, marks, place = [], [], 0
    for number, piece in enumerate(_MARK.split(html)):
        if number % 2:
            marks.append((place, piece))
        else:
            pieces.append(piece)
            place += len(piece)
    return Marked("".join(pieces), marks)


Around = tuple[str, str]  # what a mark puts before a number and behind it


def with_numbers_marked(
    html: str,
    filled: Callable[[int, str, bool], Around],
    typed: Callable[[str, str], Around],
) -> Markup:
    """Return HTML in which each number of the text stands between marks.

    `filled` is asked for what was filled in, by its number, its text, and whether it stands in
    a link; `typed` for each other number, by itself and in its clause. What stands inside a tag
    is no text.
    """
    inside_link = False

    def marked(found: re.Match[str]) -> str:
        nonlocal inside_link
        piece = found.group()
        if found["tag"]:
            inside_link = piece.startswith("<a ") or (inside_link and piece != "</a>")
            return _FILLED.sub(r"\2", piece)
        if found["filled"]:
            number, text = _FILLED.fullmatch(piece).groups()  # type: ignore[union-attr]
            before, behind = filled(int(number), text, inside_link)
            return f"{mark(before)}{text}{mark(behind)}"
        if found["typed"]:
            before, behind = typed(piece, _clause(html, *found.span()))
            return f"{mark(before)}{piece}{mark(behind)}"
        return piece

    return Markup(_PIECE.sub(marked, html))  # noqa: S704 - it was HTML before


def _clause(html: str, start: int, end: int) -> str:
    """Return the words around a number, up to the next commas or stops."""
    before = html[max(0, html.rfind("\n", 0, start) + 1, start - _NEAR) : start]
    if _CUT_TAG.match(before):
        before = before[before.index(">") + 1 :]
    after = html[end : end + _NEAR].partition("\n")[0].rpartition("<")
    words = (_SIGNS.sub("", text_of(text)) for text in (before, after[0] or after[2]))
    left, right = (_STOP.split(text) for text in words)
    return f"{left[-1].strip()}{html[start:end]}{right[0].strip()}"


def text_of(html: str) -> str:
    """Return the words of HTML, a line a paragraph, without marks and tags."""
    lines = _ENDS_BLOCK.sub("\n", without_marks(html))
    return unescape(_TAG.sub("", lines))


# --- templates --------------------------------------------------------------------


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _template(name: str) -> Callable[..., str]:
    return _environment().get_template(name).render


def render(name: str, /, **context: object) -> Markup:
    """Return a template of the package, filled in; every value is escaped."""
    return Markup(_template(name)(**context))  # noqa: S704 - the environment escapes


def plain_text(name: str, /, **context: object) -> str:
    """Return a template of the package that is no HTML, filled in."""
    return _environment().overlay(autoescape=False).get_template(name).render(**context)


def warm() -> None:
    """Compile every template, as the first report would."""
    for name in _environment().list_templates(extensions=["j2"]):
        _template(name)
