"""From text to HTML: figures to fill in, Markdown, and the templates of the package.

The home of Jinja2 and of markdown-it-py. Imports: errors.

Text written by a person is only ever *parsed* as Jinja, never run: what comes out is a
list of segments, so there is no attribute, loop or filter that could be reached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, nodes
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from kit.errors import Problem

__all__ = [
    "Fact",
    "Figure",
    "Literal",
    "Markup",
    "Segment",
    "Share",
    "escape_markdown",
    "markdown",
    "parse_text",
    "plain_text",
    "render",
]

TEMPLATES = Path(__file__).parent / "templates"


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
        reason = error.message or ""
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
    return parser


def markdown(text: str, top: int = 3) -> Markup:
    """Return Markdown as HTML; its highest heading becomes `<h{top}>`, the rest follow."""
    parser = _markdown()
    tokens = parser.parse(text)
    headings = [token for token in tokens if token.type.startswith("heading_")]
    highest = min((_level(token) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(_level(token) - highest + top, 6)}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - html is off


def _level(heading: Token) -> int:
    return int(heading.tag[1:])


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
        if not name.startswith("gongkai"):  # these are the exporters' own
            _template(name)
