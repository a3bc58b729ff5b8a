"""Words of Chinese, and of reports; which characters are typed for one another.

`make words` writes the three lists of `language/*.txt`; what people add is in `phrases.yaml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from gongkai.forms.vocabulary import set_phrases

_FOLDER = Path(__file__).parent / "language"


class WordLists(NamedTuple):
    """Words of two characters, and characters that are typed for one another.

    `seconds` has the second characters of the words of Chinese by the first one. `of_reports` are
    the words of reports; of these, `last` has the second characters by the first one, `first` the
    first by the second. `pairs` has the character that is missing in two words of reports that go
    together, by the rest of them (信?公开).
    """

    seconds: Mapping[str, str]
    of_reports: frozenset[str]
    last: Mapping[str, str]
    first: Mapping[str, str]
    pairs: Mapping[str, str]
    readings: Mapping[str, str]
    shapes: Mapping[str, str]
    alone: str

    def are_words(self, text: str) -> list[bool]:
        """Return of each character but the last whether it and the next one are a word."""
        return [two in self.seconds.get(one, "") for one, two in pairwise(text)]

    def are_alike(self, typed: str, meant: str) -> bool:
        """Whether one of two characters may have been typed for the other.

        A character that is a word by itself (的, 在) is never taken for another one.
        """
        if typed == meant or typed in self.alone:
            return False
        reading = self.readings.get(typed)
        sound = reading is not None and reading == self.readings.get(meant)
        return sound or meant in self.shapes.get(typed, "")


@cache
def word_lists() -> WordLists:
    """Return the lists of the package."""
    lines = [line.split(" ") for line in _lines("word_pairs.txt")]
    added = set_phrases()
    words = frozenset((*(word for word, *_ in lines), *added.words))
    pairs = {word + after for word, *others in lines for after in others}
    pairs.update(it for it in added.phrases if len(it) == 2 + 2)
    return WordLists(
        seconds=_joined((it[0], it[1:]) for it in (*_lines("dictionary.txt"), *words)),
        of_reports=words,
        last=_joined((word[0], word[1]) for word in words),
        first=_joined((word[1], word[0]) for word in words),
        pairs=_joined((with_gap(it, at), it[at]) for it in pairs for at in range(len(it))),
        readings={
            char: reading
            for reading, chars in (line.split(" ") for line in _lines("readings.txt"))
            for char in chars
        },
        shapes=_joined((char, group) for group in added.alike for char in group),
        alone=added.alone,
    )


def with_gap(text: str, at: int) -> str:
    """Return a text with a mark in the place of one character."""
    return f"{text[:at]}?{text[at + 1 :]}"


def _lines(name: str) -> Iterator[str]:
    text = _FOLDER.joinpath(name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if not line.startswith("#"))


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the values of each key, joined in the order of characters."""
    groups: dict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        groups[key].update(value)
    return {key: "".join(sorted(values)) for key, values in groups.items()}
