"""Render the package's templates; what only the review copy shows is wrapped as a mark."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from gongkai.text.whole_words import whole

__all__ = [
    "TEMPLATES",
    "Marked",
    "Markup",
    "grouped",
    "mark",
    "render",
    "render_text",
    "split_marks",
    "style_sheet",
    "warm",
]

TEMPLATES = Path(__file__).parents[1] / "templates"
_LONG = re.compile(r"(?<![0-9.])[0-9]{5,}")
# A name may be broken after these; 市场, 市政 and 城市 are different words.
_SEAMS = re.compile(
    r"(自治[区州县旗]|省|(?<!城)市(?![场政容])|县|(?<!自治)区(?!域)|旗|盟)(?=[\w（])|(?=（)"
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"\s++")
_INSIDE = re.compile(r" (?=\{)|(?<=[{;]) |(?<=[a-z]:) ")  # spaces in a rule
_REPORT_TEMPLATES = ("gongkai/", "page/", "tables/", "trend")
# A mark passes through the templates as a special element, which no text can contain: what a
# person typed is escaped. The public page has neither the element nor its content.
_BEGIN, _END = "<review-mark>", "</review-mark>"


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2", "xml.j2")),
        auto_reload=False,  # they do not change while a command runs
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"grouped": grouped, "breakable": breakable, "whole": whole}
    return found


def grouped(text: str) -> Markup:
    """Return a text with each number of more than four digits in groups of three.

    GB/T 15835—2011, 5.1: a quarter of a character apart. The style sheet makes the space, so a
    copied number has none.
    """
    return Markup(_LONG.sub(_groups, str(escape(text))))  # noqa: S704 - escaped


def _groups(found: re.Match[str]) -> str:
    digits = found.group()
    first = len(digits) % 3 or 3
    groups = (digits[place : place + 3] for place in range(first, len(digits), 3))
    return digits[:first] + "".join(f'<span class="k">{group}</span>' for group in groups)


def breakable(name: str) -> Markup:
    """Return an agency's name with `<wbr>` where a Chinese reader would break it."""
    return Markup(_SEAMS.sub(r"\1<wbr>", str(escape(name))))  # noqa: S704 - escaped


@cache
def style_sheet(*names: str) -> Markup:
    """Return style sheets of the package as one, without comments and superfluous spaces."""
    sheets = "".join((TEMPLATES / name).read_text("utf-8") for name in names)
    lines = _BLANKS.sub(_line_end, _COMMENT.sub("", sheets)).strip()
    return Markup(_INSIDE.sub("", lines) + "\n")  # noqa: S704 - ours


def render(name: str, /, **context: object) -> Markup:
    """Return a template of HTML or XML, filled in; every value is escaped."""
    return Markup(render_text(name, **context))  # noqa: S704 - the environment escapes


def render_text(name: str, /, **context: object) -> str:
    """Return a template of the package, filled in; only HTML and XML are escaped."""
    return _environment().get_template(name).render(**context)


def warm() -> None:
    """Compile the templates of a report's pages in advance."""
    for name in _environment().list_templates(extensions=["j2"]):
        if name.startswith(_REPORT_TEMPLATES):
            _environment().get_template(name)


# --- marks ------------------------------------------------------------------------


class Marked(NamedTuple):
    """HTML as the public page has it, and each mark with the place where it is inserted."""

    html: str
    marks: list[tuple[int, str]]


def mark(html: str) -> Markup:
    """Return trusted HTML that only the review copy shows."""
    return Markup(f"{_BEGIN}{html}{_END}")  # noqa: S704 - the callers escape


def split_marks(html: str) -> Marked:
    """Return HTML without its marks, and the marks with their places in it."""
    first, *rest = html.split(_BEGIN)
    pieces, marks, place = [first], [], len(first)
    for piece in rest:
        marked, _, after = piece.partition(_END)
        marks.append((place, marked))
        pieces.append(after)
        place += len(after)
    return Marked("".join(pieces), marks)


def _line_end(blanks: re.Match[str]) -> str:
    """Return spaces with a line end as just the line end, other spaces unchanged."""
    return "\n" if "\n" in blanks[0] else blanks[0]
