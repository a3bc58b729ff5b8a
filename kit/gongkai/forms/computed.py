"""Sentences that a form has computed from a report's figures: how they are written.

In braces stands what is filled in, and what stands in brackets is left out where one of its
figures is blank or cannot be compared; of several choices, with | between them, the first is said
that can be:

    办结{办结申请}[，其中无法提供{无法提供}[（{无法提供/办结申请}）]]
    行政复议{行政复议}[、行政诉讼{行政诉讼}|、直接起诉{直接起诉}]

`{name}` is a measure's figure with its unit, `{part/whole}` a share of another one,
`{name:change}` the change on last year, `{name:called}` what the measure is called, and
`{name:positive}` the figure where it is more than 0; a 0 is left out as a blank is. The name
`largest` is the measure with the largest figure of those that are listed; where the sentence has
already covered that one, `rest` is the largest of those that it has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

LARGEST, REST = CHOSEN = ("largest", "rest")
_PIECE = re.compile(
    r"\{([^{}\[\]/:]+)(?:/([^{}\[\]/:]+)|:(change|called|positive))?\}|([\[|\]])|([^{}\[|\]]+)"
)


class Slot(NamedTuple):
    """What is filled in: a measure, and of it the figure, a share, the change or the name."""

    name: str
    whole: str = ""
    ask: str = ""


class Optional(NamedTuple):
    """What is left out where one of its figures cannot be said; or the first of its choices."""

    choices: tuple[Pieces, ...]


Pieces = tuple["str | Slot | Optional", ...]
_Choices = list[list[str | Slot | Optional]]


@cache
def parsed(text: str) -> Pieces:
    """Return a sentence in its pieces. Raises ValueError for braces, brackets or strokes astray."""
    stack: list[_Choices] = [[[]]]
    place = 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if not found:
            raise ValueError(text[place:])
        name, whole, ask, mark, words = found.groups()
        if mark:
            _nest(stack, mark)
        else:
            stack[-1][-1].append(words or Slot(name, whole or "", ask or ""))
        place = found.end()
    if len(stack) > 1:
        raise ValueError(text)
    return tuple(stack[0][0])


def _nest(stack: list[_Choices], mark: str) -> None:
    """Begin what is optional, another choice of it, or end it. Raises ValueError outside it."""
    if mark == "[":
        stack.append([[]])
        return
    if len(stack) == 1:
        raise ValueError(mark)
    if mark == "|":
        stack[-1].append([])
    else:
        choices = tuple(map(tuple, stack.pop()))
        stack[-1][-1].append(Optional(choices))


def names_in(text: str) -> Iterator[str]:
    """Yield each measure that a sentence names, `largest` and `rest` left out."""
    yield from (name for name in _names(parsed(text)) if name not in CHOSEN)


def _names(pieces: Pieces) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, Slot):
            yield piece.name
            if piece.whole:
                yield piece.whole
        elif isinstance(piece, Optional):
            for choice in piece.choices:
                yield from _names(choice)
