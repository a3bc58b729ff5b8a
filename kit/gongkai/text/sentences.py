"""A text as sentences, and the counts of a sentence with the words around each.

Imports nothing of the kit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gongkai.text.quantities import Quantity, half_width, quantities

_STOP = re.compile(r"[。!?\n]")
_CLAUSE = re.compile(r"[,;:。!?\n()]")
# A sentence that begins so goes on with the list of the one before.
CONTINUES = re.compile(r"\s*(?:其中|包括|分别|具体|在[^,;:。]{0,12}(?:信息|申请|件|条)中?,|在[^,;:。]{1,12}中)")
_PERCENT_OF = re.compile(r"[\s,(]*(?:分别)?(?:约|各)?(?:占[^0-9,;。]{0,16}|比例[为是]?|[^0-9,;。()]{0,8}率[为达到是]{0,2})?\s?$")


class Count(NamedTuple):
    """A number that says how many, or how much money, and where it stands in its sentence.

    `before` is the text from the number in front of it, or from the beginning of the sentence;
    `behind` goes on to the next number, or the end. `depth` counts the brackets around it. The
    percentage that is said of it is its `share`.
    """

    quantity: Quantity
    before: str
    behind: str
    depth: int
    share: Quantity | None = None

    @property
    def clause(self) -> str:
        """The words of its own clause before it."""
        return _CLAUSE.split(self.before)[-1]

    @property
    def following(self) -> str:
        """The words of its own clause behind it."""
        return _CLAUSE.split(self.behind, maxsplit=1)[0]


class Sentence(NamedTuple):
    """A sentence: its place in the text, its words, and its counts in their order.

    `continues` means that it goes on with the list of the sentence before it.
    """

    start: int
    text: str
    counts: tuple[Count, ...]
    others: tuple[Quantity, ...]
    continues: bool

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.start + len(self.text)


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text as typed; places are those of the text as typed."""
    read = half_width(text)
    found = quantities(read)
    starts = [item.start for item in found]
    result = []
    for start, end in _spans(read, found):
        inside = found[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
        words = read[start:end]
        counts = tuple(_counts(read, start, end, inside))
        others = tuple(item for item in inside if not item.counts)
        result.append(Sentence(start, words, counts, others, bool(CONTINUES.match(words))))
    return tuple(result)


def _spans(text: str, found: tuple[Quantity, ...]) -> Iterator[tuple[int, int]]:
    """Yield where each sentence begins and ends, its stop excluded."""
    start = 0
    for stop in _STOP.finditer(text):
        if text[start : stop.start()].strip():
            yield start, stop.start()
        start = stop.end()
    if text[start:].strip():
        yield start, len(text)


def _counts(
    text: str, start: int, end: int, inside: tuple[Quantity, ...]
) -> Iterator[Count]:
    counting = [item for item in inside if item.counts and not item.titled]
    shares = [item for item in inside if item.kind == "percent"]
    depth, at, share_at = 0, start, 0
    for place, item in enumerate(counting):
        last = counting[place - 1].end if place else start
        following = counting[place + 1].start if place + 1 < len(counting) else end
        depth += text.count("(", at, item.start) - text.count(")", at, item.start)
        at = item.start
        while share_at < len(shares) and shares[share_at].start < item.end:
            share_at += 1
        share = shares[share_at] if share_at < len(shares) else None
        if share and (share.start > following or not _PERCENT_OF.match(text[item.end : share.start])):
            share = None
        yield Count(item, text[last : item.start], text[item.end : following], max(depth, 0), share)
