"""HTML from the templates of the package; what only the review copy shows is wrapped as a mark."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["TEMPLATES", "Marked", "Markup", "mark", "plain_text", "render", "split_marks", "warm"]

TEMPLATES = Path(__file__).parents[1] / "templates"


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


# --- marks ------------------------------------------------------------------------

# A mark travels through the templates as an element of its own, which no text can hold: what a
# person typed is escaped. The public page has neither the element nor what is in it.
_BEGIN, _END = "<review-mark>", "</review-mark>"


class Marked(NamedTuple):
    """HTML as the public page has it, and each mark with the place where it is put in."""

    html: str
    marks: list[tuple[int, str]]


def mark(html: str) -> Markup:
    """Return trusted HTML that the review copy alone shows."""
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
