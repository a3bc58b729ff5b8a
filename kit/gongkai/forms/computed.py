"""The syntax of sentences that a form has computed from a report's figures.

What is in braces is filled in. What is in brackets is left out if one of its figures is blank
or cannot be compared; if it has several choices, separated by |, the first one that is possible
is used:

    办结{办结申请}[，其中无法提供{无法提供}[（{无法提供/办结申请}）]]
    行政复议{行政复议}[、行政诉讼{行政诉讼}|、直接起诉{直接起诉}]

`{name}` is a measure's figure with its unit, `{part/whole}` a share of another one,
`{name:change}` the change since last year, `{name:called}` the name of the measure, and
`{name:positive}` the figure if it is more than 0; a 0 is left out like a blank. The name
`largest` is the listed measure with the largest figure; if the sentence has already mentioned
that one, `rest` is the largest of those that it has not.
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
    """A placeholder: a measure, and which of its figure, share, change or name to fill in."""

    name: str
    whole: str = ""
    ask: str = ""


class Clause(NamedTuple):
    """A clause in brackets: the first choice whose figures are all known; if none, nothing."""

    choices: tuple[Pieces, ...]


Pieces = tuple["str | Slot | Clause", ...]
_Choices = list[list[str | Slot | Clause]]


@cache
def parsed(text: str) -> Pieces:
    """Parse a sentence. Raises ValueError for misplaced braces, brackets or vertical bars."""
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
    """Begin or end an optional clause, or begin its next choice. Raises ValueError outside one."""
    if mark == "[":
        stack.append([[]])
        return
    if len(stack) == 1:
        raise ValueError(mark)
    if mark == "|":
        stack[-1].append([])
    else:
        choices = tuple(map(tuple, stack.pop()))
        stack[-1][-1].append(Clause(choices))


def names_in(text: str) -> Iterator[str]:
    """Yield each measure that a sentence names, except `largest` and `rest`."""
    yield from (name for name in _names(parsed(text)) if name not in CHOSEN)


def _names(pieces: Pieces) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, Slot):
            yield piece.name
            if piece.whole:
                yield piece.whole
        elif isinstance(piece, Clause):
            for choice in piece.choices:
                yield from _names(choice)
