"""What the words of a narrative mean: read from YAML, and found in a text.

`kit/gongkai/forms/language/words.yaml` holds the words of every edition; a form may add its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from gongkai.text.models import Model, read_model

WORDS = Path(__file__).parent / "language" / "words.yaml"
FOREIGN = "foreign"  # an object that is no matter of the form

Features = Mapping[str, str]


class Word(Model):
    """Words of one meaning. `{a,b,}` in them means each of its alternatives.

    `means` and `implies` give a value to dimensions (object, act, outcome …); what is implied
    holds only where nothing else says it. A `weak` word means nothing right after a word that
    the vocabulary does not have. `source` is the document, or the reason.
    """

    means: dict[str, str] = {}
    implies: dict[str, str] = {}
    words: tuple[str, ...]
    weak: bool = False
    source: str = ""


class Negations(Model):
    """Words that say that something is 0, and those that do so only right before it."""

    anywhere: tuple[str, ...]
    before: tuple[str, ...]


class Replaced(Model):
    """A regulation that another one replaced; reports since that year cite the new one."""

    document: str
    by: str
    since: int
    source: str


class Slip(Model):
    """A slip of typing, and what is meant by it."""

    typed: str
    meant: str


class Kinds(Model):
    """What makes a sentence one of kinds of information, and which objects they may be of."""

    said: tuple[str, ...]
    units: tuple[str, ...]
    objects: tuple[str, ...]


class Vocabulary(Model):
    """The language of the reports: words, readings of acts, carrying words, negations."""

    words: tuple[Word, ...]
    readings: dict[str, dict[str, tuple[tuple[str, ...], ...]]]
    loosely: tuple[str, ...]
    in_part: tuple[str, ...]
    kinds: Kinds
    carrying: tuple[str, ...]
    negations: Negations
    limiting: tuple[str, ...]
    replaced: tuple[Replaced, ...] = ()
    slips: tuple[Slip, ...] = ()


class Hit(NamedTuple):
    """A word found in a text; one that only carries a phrase along has an empty meaning."""

    start: int
    end: int
    word: Word


@cache
def vocabulary() -> Vocabulary:
    """Return the language that all editions share. Raises KitError where its file is wrong."""
    return read_model(WORDS, Vocabulary)[0]


class Lexicon:
    """Finds words in a text, the longest first, each character in one word only."""

    def __init__(self, words: tuple[Word, ...]) -> None:
        found: dict[str, Word] = {}
        for word in words:
            for pattern in word.words:
                for spelling in expanded(pattern):
                    found.setdefault(spelling, word)
        self._words = found
        lengths: dict[str, set[int]] = {}
        for spelling in found:
            lengths.setdefault(spelling[:1], set()).add(len(spelling))
        self._lengths = {char: sorted(known, reverse=True) for char, known in lengths.items()}

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield the words of a text in their order."""
        at, last = 0, len(text)
        words, lengths = self._words, self._lengths
        while at < last:
            step = 1
            for length in lengths.get(text[at], ()):
                word = words.get(text[at : at + length]) if at + length <= last else None
                if word is not None:
                    yield Hit(at, at + length, word)
                    step = length
                    break
            at += step


@cache
def expanded(pattern: str) -> tuple[str, ...]:
    """Return every spelling that a pattern means; one without braces is itself."""
    pieces: list[tuple[str, ...]] = []
    rest = pattern
    while rest:
        plain, _, rest = rest.partition("{")
        inside, _, rest = rest.partition("}") if rest else ("", "", "")
        pieces.append((plain,))
        pieces.append(tuple(inside.split(",")) if inside else ("",))
    return tuple(spelling for spelling in map("".join, product(*pieces)) if spelling)
