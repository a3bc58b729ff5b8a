"""Text with placeholders: split it into what was typed by hand and what is filled in.

A text is only ever *parsed* as Jinja, never run: the result is a list of segments, so there
is no access to attributes, loops or filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes

from gongkai.errors import Problem

# A Jinja comment would vanish silently, so its delimiters are characters that no file contains.
_SYNTAX = Environment(  # noqa: S701 - it only parses, and never renders
    keep_trailing_newline=True, comment_start_string="\ufdd0", comment_end_string="\ufdd1"
)
_LONGEST_REASON = 120  # characters; Jinja quotes the text in full, however long
_TEXTS = r'"[^"\\{}\x00-\x1f]+"'
_USUAL = re.compile(
    rf"\{{\{{ (?:v\((?P<codes>{_TEXTS}(?:, {_TEXTS})*)\)|fact\((?P<fact>{_TEXTS})\)"
    rf"|share\((?P<parts>{_TEXTS}(?:, {_TEXTS})*), of=(?P<of>{_TEXTS})\)) \}}\}}"
)


@dataclass(frozen=True)
class TypedText:
    """Text as it was typed."""

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


Segment = TypedText | Figure | Fact | Share


class _NotAllowed(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


def parse_text(source: str, file: str, line: int) -> tuple[tuple[Segment, ...], list[Problem]]:
    """Split a text into what was typed and what has to be filled in.

    `line` is the line of the file on which the text begins. A text that cannot be parsed
    gives no segments and one problem.
    """
    plain = _plain_segments(source, line)
    if plain is not None:
        return plain, []
    return _parsed(source, file, line)


def _plain_segments(source: str, line: int) -> tuple[Segment, ...] | None:
    """Return the segments of a text with only regularly spelt placeholders; otherwise None.

    The result is that of Jinja's parser, which takes twenty times as long.
    """
    if not source or any(sign in source for sign in "\r\ufdd0"):
        return None
    found: list[Segment] = []
    place = 0
    for placeholder in _USUAL.finditer(source):
        typed = source[place : placeholder.start()]
        if "{" in typed or not placeholder[0].isprintable():
            return None
        if typed:
            found.append(TypedText(typed, line))
        line += typed.count("\n")
        found.append(_usual(placeholder, line))
        place = placeholder.end()
    rest = source[place:]
    if rest:
        found.append(TypedText(rest, line))
    return tuple(found) if "{" not in rest else None


def _usual(found: re.Match[str], line: int) -> Segment:
    if found["codes"]:
        return Figure(tuple(found["codes"][1:-1].split('", "')), line)
    if found["fact"]:
        return Fact(found["fact"][1:-1], line)
    return Share(tuple(found["parts"][1:-1].split('", "')), found["of"][1:-1], line)


def _parsed(source: str, file: str, line: int) -> tuple[tuple[Segment, ...], list[Problem]]:
    """Split a text as `parse_text` does, by Jinja's parser."""
    try:
        template = _SYNTAX.parse(source)
        return tuple(_segments(template, line - 1)), []
    except TemplateSyntaxError as error:
        reason = (error.message or "")[:_LONGEST_REASON]
        return (), [Problem("text-syntax", file, line - 1 + error.lineno, reason=reason)]
    except _NotAllowed as error:
        return (), [Problem("text-not-allowed", file, error.line)]
    except (RecursionError, ValueError):  # deep nesting, or a number of thousands of digits
        return (), [Problem("text-not-allowed", file, line)]


def places(source: str) -> list[tuple[int, int]]:
    """Return the start and end of each segment in a valid text, in order.

    Returns [] if a placeholder strips the blanks next to it, since its neighbours then differ from
    the typed text.
    """
    found: list[tuple[int, int]] = []
    place = 0
    for _, kind, words in _SYNTAX.lex(source):
        if kind in ("data", "variable_begin"):
            found.append((place, place))
        place += len(words)
        if found:
            found[-1] = (found[-1][0], place)
    return found if place == len(source) else []


def _segments(template: nodes.Template, offset: int) -> Iterator[Segment]:
    for output in template.body:
        if not isinstance(output, nodes.Output):
            raise _NotAllowed(offset + output.lineno)
        for node in output.nodes:
            line = offset + node.lineno
            if isinstance(node, nodes.TemplateData):
                yield TypedText(node.data, line)
            else:
                yield _placeholder(node, line)


def _placeholder(node: nodes.Expr, line: int) -> Segment:
    """Return the segment for `v`, `fact` or `share`. Raises _NotAllowed for anything else."""
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
