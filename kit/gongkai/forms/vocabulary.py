"""The meaning of words in a narrative: read from YAML, and found in a text.

`kit/gongkai/forms/language/words.yaml` holds the words of every edition; a form may add its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from gongkai.text.models import Model, read_model

_LONG = 4  # characters of a phrase that are exchanged or typed twice by mistake alone
WORDS = Path(__file__).parent / "language" / "words.yaml"
PHRASES = WORDS.with_name("phrases.yaml")
FOREIGN = "foreign"  # an object that the form does not cover

Features = Mapping[str, str]


class Word(Model):
    """Words with one meaning. `{a,b,}` in them stands for each of the alternatives.

    `means` and `implies` give values to dimensions (object, act, outcome …); an implied value
    applies only if no other word sets it. A `weak` word means nothing directly after a word that
    is not in the vocabulary; one with `within`, only where the text is about one of these objects
    and has no such word at all. `source` is the document, or the reason.
    """

    means: dict[str, str] = {}
    implies: dict[str, str] = {}
    words: tuple[str, ...]
    weak: bool = False
    within: tuple[str, ...] = ()
    source: str = ""


class Negations(Model):
    """Words that say that something is 0, anywhere or only directly before it; some also after."""

    anywhere: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


class Replaced(Model):
    """A regulation that was replaced; reports from the year `since` on cite the new one."""

    document: str
    by: str
    since: int
    source: str


class Slip(Model):
    """A typing error, and the intended text."""

    typed: str
    meant: str


class Kinds(Model):
    """The words that make a sentence a list of kinds, with their units and possible objects."""

    said: tuple[str, ...]
    units: tuple[str, ...]
    objects: tuple[str, ...]


class Channels(Model):
    """Channels of publication that no form has, and words for channels of any kind."""

    unlisted: tuple[str, ...]
    of_any_kind: tuple[str, ...]


class Vocabulary(Model):
    """The vocabulary of the reports: words, readings of acts, connecting words, negations."""

    words: tuple[Word, ...]
    readings: dict[str, dict[str, tuple[tuple[str, ...], ...]]]
    loosely: tuple[str, ...]
    in_part: tuple[str, ...]
    kinds: Kinds
    carrying: tuple[str, ...]
    channels: Channels
    parts: tuple[str, ...]
    negations: Negations
    denied: dict[str, str]
    limiting: tuple[str, ...]
    replaced: tuple[Replaced, ...] = ()
    slips: tuple[Slip, ...] = ()


class SetPhrases(Model):
    """Set phrases, words and titles, and groups of characters that are typed for one another.

    `words` are words of two characters that no dictionary has, `alone` characters that are words by
    themselves, so that one of them beside another character is no slip.
    """

    phrases: tuple[str, ...]
    alike: tuple[str, ...]
    words: tuple[str, ...]
    alone: str
    titles: tuple[str, ...]

    def misspelt(self) -> Iterator[Slip]:
        """Yield the slips of typing in each phrase, except those that are phrases themselves.

        A character like its own in look or sound, two exchanged, or one typed twice.
        """
        known = frozenset(self.phrases)
        for phrase in self.phrases:
            long = _exchanged_or_doubled(phrase) if len(phrase) >= _LONG else ()
            right = (typed for typed in long if known.isdisjoint(_pieces(typed)))
            for typed in (*self._with_others(phrase), *right):
                if typed not in known:
                    yield Slip(typed=typed, meant=phrase)

    def _with_others(self, phrase: str) -> Iterator[str]:
        for place, meant in enumerate(phrase):
            others = {char for group in self.alike if meant in group for char in group}
            for char in others - {meant}:
                yield phrase[:place] + char + phrase[place + 1 :]


def _exchanged_or_doubled(phrase: str) -> Iterator[str]:
    """Yield a phrase with two neighbours exchanged, or with a character inside it twice.

    The first and the last may belong to the words around it: 进行行政许可, 依法依规规范.
    """
    for place in range(len(phrase) - 1):
        turned = phrase[place + 1] + phrase[place]
        if turned != phrase[place : place + 2]:
            yield phrase[:place] + turned + phrase[place + 2 :]
    for place in range(1, len(phrase) - 1):
        yield phrase[: place + 1] + phrase[place:]


def _pieces(text: str) -> Iterator[str]:
    """Yield the stretches of a text that may be a phrase of their own: 财政预算 in 财政预算决."""
    for end in range(_LONG, len(text) + 1):
        yield from (text[start:end] for start in range(end - _LONG + 1))


class Hit(NamedTuple):
    """A word found in a text; one that only connects a phrase has an empty meaning."""

    start: int
    end: int
    word: Word


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary shared by all editions. Raises KitError if its file is invalid."""
    return read_model(WORDS, Vocabulary)[0]


@cache
def set_phrases() -> SetPhrases:
    """Return the set phrases of the reports. Raises KitError if their file is invalid."""
    return read_model(PHRASES, SetPhrases)[0]


@cache
def slips() -> Lexicon:
    """Return what is typed by mistake; each word has what was meant under `meant`."""
    known = (*vocabulary().slips, *set_phrases().misspelt())
    return Lexicon(tuple(Word(words=(it.typed,), means={"meant": it.meant}) for it in known))


class Lexicon:
    """Finds words in a text by the longest match, without overlaps."""

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
        """Yield the words of a text in order."""
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
    """Return all spellings of a pattern; a pattern without braces is its only spelling."""
    pieces: list[tuple[str, ...]] = []
    rest = pattern
    while rest:
        plain, _, rest = rest.partition("{")
        inside, _, rest = rest.partition("}") if rest else ("", "", "")
        pieces.append((plain,))
        pieces.append(tuple(inside.split(",")) if inside else ("",))
    return tuple(spelling for spelling in map("".join, product(*pieces)) if spelling)
