"""Find the sentences that differ between two texts, each paired with its replacement."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from gongkai.importing.edited.tokens import (
    Span,
    Token,
    paragraph_spans,
    sentence_spans,
    texts_of,
    words_of,
)
from gongkai.importing.pairs import best_pairs

ALIKE = 0.5  # from 0 to 1; two sentences at least this similar are one that was reworded
MOVED_ALIKE = 0.8  # of a moved one, without its figures
MOST_PAIRS = 10_000
_FIGURE = re.compile(r"[0-9][0-9.,]*+")
Key = TypeVar("Key", bound=Hashable)
Split = Callable[[Sequence[Token], Span], Iterator[Span]]
Sides = tuple[Sequence[Token], Sequence[Token]]
Pair = tuple[Span, Span]  # of ours and of theirs


def differing_sentences(
    ours: Sequence[Token], theirs: Sequence[Token], same: Callable[[str], str]
) -> Iterator[Pair]:
    """Yield each sentence that is not on both sides, paired with the one in its place.

    One of the two is empty if a sentence was added or removed. `same` returns our words for
    theirs if a document has the same sentence with other figures.
    """
    whole = ((0, len(ours)), (0, len(theirs)))
    for paragraphs in _differing((ours, theirs), whole, paragraph_spans, same):
        for sentences in _differing((ours, theirs), paragraphs, sentence_spans, same):
            left, right = (
                list(sentence_spans(side, span))
                for side, span in zip((ours, theirs), sentences, strict=True)
            )
            scores = [[_likeness(ours, one, theirs, other) for other in right] for one in left]
            few = len(left) * len(right) <= MOST_PAIRS
            pairs = best_pairs(scores) if scores and few else {}
            yield from _beside(left, right, pairs, sentences)


def _differing(
    sides: Sides, spans: Pair, split: Split, same: Callable[[str], str]
) -> Iterator[Pair]:
    """Yield the differing stretches of two texts, split into sentences or paragraphs."""
    parts = [list(split(side, span)) for side, span in zip(sides, spans, strict=True)]
    left = [words_of(sides[0], span) for span in parts[0]]
    right = [same(words_of(sides[1], span)) for span in parts[1]]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _cover(parts[0], i1, i2, spans[0]), _cover(parts[1], j1, j2, spans[1])


def _cover(parts: Sequence[Span], first: int, last: int, whole: Span) -> Span:
    start = parts[first][0] if first < len(parts) else whole[1]
    return start, parts[last - 1][1] if last > first else start


def _beside(
    left: Sequence[Span], right: Sequence[Span], pairs: Mapping[int, int], whole: Pair
) -> Iterator[Pair]:
    """Yield pairs of sentences; one without a partner is paired with nothing, removed first."""
    done_left = done_right = 0
    for one, other in (*sorted(pairs.items()), (len(left), len(right))):
        ours, theirs = _cover(left, one, one, whole[0]), _cover(right, done_right, other, whole[1])
        for removed in left[done_left:one]:
            yield removed, (theirs[0], theirs[0])
        if theirs[0] < theirs[1]:
            yield ours, theirs
        if one < len(left):
            yield left[one], right[other]
        done_left, done_right = one + 1, other + 1


def _likeness(ours: Sequence[Token], one: Span, theirs: Sequence[Token], other: Span) -> float:
    left, right = ours[slice(*one)], theirs[slice(*other)]
    if left[0].is_break or right[0].is_break:
        return float(left[0].is_break and right[0].is_break)
    return _similarity(texts_of(left), texts_of(right), ALIKE)


def moved_pairs(removed: Mapping[Key, str], typed: Mapping[Key, str]) -> list[tuple[Key, Key]]:
    """Return the pairs of removed and typed sentences that differ in figures and little else.

    Both are given by their words. Each sentence is in one pair at most, with the most similar.
    """
    free = {key: _FIGURE.sub("0", words) for key, words in typed.items()}
    pairs = []
    for key, words in removed.items():
        bare = _FIGURE.sub("0", words)
        alike = {other: _similarity(bare, there, MOVED_ALIKE) for other, there in free.items()}
        best = max(alike, key=alike.__getitem__, default=None)
        if best is not None and alike[best]:
            pairs.append((key, best))
            del free[best]
    return pairs


def _similarity(one: Sequence[str], other: Sequence[str], least: float) -> float:
    """Return how similar two sequences are, from 0 to 1; 0 for less than `least`."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:  # upper bounds
        return 0.0
    return matcher.ratio() if matcher.ratio() >= least else 0.0
