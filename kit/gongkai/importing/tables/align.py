"""Match the rows of a document to those of the form, by label, in the form's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from gongkai.importing.labels import NEAR, bare, key, likeness
from gongkai.importing.pairs import best_pairs, gaps
from gongkai.importing.tables.layout import Entry
from gongkai.importing.tables.rows import DocumentRow

How = Literal["exact", "near", "position", "order", "ambiguous"]
Matches = dict[int, tuple[int, How]]  # a row of the document for a row of the form, and how
_EXACT, _BARE, _NEAR = 100.0, 90.0, 40.0


class Alignment(NamedTuple):
    """The row of the document for each row of the form, by index, and the remaining rows.

    `twice` are repeated rows, each with its row of the form; `extra` match no row of the form.
    """

    rows: Matches
    twice: tuple[tuple[int, int], ...]
    extra: tuple[int, ...]


def align(entries: Sequence[Entry], rows: Sequence[DocumentRow]) -> Alignment:
    """Match rows: by equal, then by similar labels, then by position between exact matches."""
    scores = [[_score(entry, row) for row in rows] for entry in entries]
    numbers = range(len(rows))
    same = [[i for i, of in enumerate(scores) if of[number] >= _BARE] for number in numbers]
    found: Matches = {
        index: (number, "exact" if index in same[number] else "near")
        for index, number in best_pairs(scores).items()
    }
    found |= _out_of_order(same, found)
    found |= _by_position(len(entries), same, found)
    found |= _ambiguous(entries, rows, found)
    taken = {row for row, _ in found.values()}
    left = [number for number in numbers if number not in taken]
    again = {number: [index for index in same[number] if index in found] for number in left}
    twice = tuple((number, index) for number in left for index in again[number][:1])
    others = [number for number in left if not again[number]]
    extra = tuple(number for number in others if rows[number].label.strip() or rows[number].values)
    return Alignment(found, twice, extra)


def _score(entry: Entry, row: DocumentRow) -> float:
    """Return how well a row's label fits a row of the form; 0 if it does not."""
    if not row.label.strip():
        return 0.0
    if row.keys[0] == key(entry.label):
        return _EXACT
    if row.keys[1] == bare(entry.label):
        return _BARE
    near = likeness(row.keys[1], bare(entry.label))
    return _NEAR * near if near >= NEAR else 0.0


def _out_of_order(same: Sequence[Sequence[int]], found: Matches) -> Matches:
    """Return the rows whose label is elsewhere than in the form.

    `same` has the rows of the form with the label of each row of the document.
    """
    taken = {row for row, _ in found.values()}
    moved: Matches = {}
    for number, entries in enumerate(same):
        free = [index for index in entries if index not in found and index not in moved]
        if number not in taken and len(free) == 1:
            moved[free[0]] = (number, "order")
    return moved


def _by_position(height: int, same: Sequence[Sequence[int]], found: Matches) -> Matches:
    """Return the unmatched rows between exact matches, if the form has as many there."""
    placed: Matches = {}
    pairs = {index: row for index, (row, _) in found.items()}
    taken = set(pairs.values())
    for missing, beside in gaps(pairs, height, len(same)):
        neighbours = [found[i][1] for i in (missing.start - 1, missing.stop) if i in found]
        free = [row for row in beside if row not in taken]
        unknown = not any(same[row] for row in free)
        if set(neighbours) <= {"exact"} and unknown and len(free) == len(missing):
            placed |= {index: (row, "position") for index, row in zip(missing, free, strict=True)}
    return placed


def _ambiguous(entries: Sequence[Entry], rows: Sequence[DocumentRow], found: Matches) -> Matches:
    """Return the rows whose label occurs several times in the form, but not as often here."""
    labels = [bare(entry.label) for entry in entries]
    printed = [row.keys[1] for row in rows]
    return {
        index: (row, "ambiguous")
        for index, (row, how) in found.items()
        if how == "exact"
        and labels.count(labels[index]) > 1
        and labels.count(labels[index]) != printed.count(labels[index])
    }
