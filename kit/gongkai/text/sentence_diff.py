"""Find the sentences of a text that were added, removed or reworded since last year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "new", "removed", "reworded"]
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；]+[”’』」）)]*|[^。！？；\n]+")
_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)*[%％]?|[A-Za-z]+|.")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_CLAUSE = re.compile(r"[^，、；：。（）()]+")
ALIKE = 0.6  # similarity; two sentences at least this similar are one that was reworded
SHORTEST = 5  # characters of a clause that is enough to tell what is counted
MOST_SENTENCES = 400  # with more, the order is ignored, so that pasted text is cheap
MOST_PAIRS = 64
LONGEST = 400


class Piece(NamedTuple):
    """A stretch of a sentence: the same in both years, added, or removed."""

    kind: Kind
    text: str


class Passage(NamedTuple):
    """A sentence that was added, removed or reworded, or several consecutive unchanged ones."""

    kind: Kind
    pieces: tuple[Piece, ...]

    def side(self, kind: Kind) -> str:
        """Return the sentence as it was (`removed`) or is (`new`), or ''."""
        return "".join(piece.text for piece in self.pieces if piece.kind in ("same", kind))


def compared(before: str, now: str) -> tuple[Passage, ...]:
    """Compare the sentences of two texts, in reading order."""
    return aligned(split_sentences(before), split_sentences(now))


def aligned(old: Sequence[str], new: Sequence[str]) -> tuple[Passage, ...]:
    """Compare two lists of sentences, in reading order."""
    if max(len(old), len(new)) > MOST_SENTENCES:
        before, now = set(old), set(new)
        removed = [text for text in old if text not in now]
        came = [text for text in new if text not in before]
        return (*_each("removed", removed), *_each("new", came))
    passages: list[Passage] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            passages.append(Passage("same", tuple(Piece("same", text) for text in new[j1:j2])))
        else:
            passages += _changed(old[i1:i2], new[j1:j2])
    return tuple(passages)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, headings among them, with their stops."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Passage]:
    """Yield the changes between two stretches; similar sentences are one that was reworded."""
    waiting, came = list(old), list[str]()
    for text in new:
        alike = _nearest(text, waiting) if len(old) * len(new) <= MOST_PAIRS else None
        if alike is None:
            came.append(text)
            continue
        yield from _each("removed", waiting[:alike])
        yield from _each("new", came)
        yield Passage("reworded", tuple(pieces(waiting[alike], text)))
        waiting, came = waiting[alike + 1 :], []
    yield from _each("removed", waiting)
    yield from _each("new", came)


def _each(kind: Kind, found: Sequence[str]) -> Iterator[Passage]:
    """Yield the sentences that only one year has."""
    return (Passage(kind, (Piece(kind, text),)) for text in found)


def _nearest(text: str, others: list[str]) -> int | None:
    """Return the place of the sentence most similar to `text`, or None if none is similar enough.

    Numbers are ignored: 859 applications in one year and 1295 in the next are
    two years of one figure. Two sentences that count the same thing in a clause count as equal.
    """
    masked, counted = _masked(text), _counted(text)
    best: tuple[float, int] | None = None
    for place, other in enumerate(others):
        if max(len(text), len(other)) > LONGEST:
            continue
        alike = 1.0 if counted & _counted(other) else _likeness(_masked(other), masked)
        if alike >= ALIKE and (best is None or alike > best[0]):
            best = alike, place
    return best[1] if best else None


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _masked(text: str) -> str:
    return _NUMBER.sub("0", text)


def _counted(text: str) -> set[str]:
    """Return the clauses that count something, with 0 for every number: "全年新收申请0件"."""
    clauses = (clause.strip() for clause in _CLAUSE.findall(_masked(text)))
    return {clause for clause in clauses if "0" in clause and len(clause) >= SHORTEST}


def pieces(old: str, new: str) -> Iterator[Piece]:
    """Yield the stretches of a sentence; no number is split, and no lone character stays "same"."""
    before, now = _WORD.findall(old), _WORD.findall(new)
    removed, came = "", ""
    opcodes = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        between = 0 < place < len(opcodes) - 1
        if tag == "equal" and not (between and i2 - i1 == 1):
            yield from _both(removed, came)
            yield Piece("same", "".join(now[j1:j2]))
            removed, came = "", ""
        else:
            removed, came = removed + "".join(before[i1:i2]), came + "".join(now[j1:j2])
    yield from _both(removed, came)


def _both(removed: str, came: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if came:
        yield Piece("new", came)
