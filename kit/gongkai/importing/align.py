"""Which row of a document is which row of the form: by its label, in the form's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from gongkai.importing.labels import NEAR, bare, key, likeness
from gongkai.importing.layout import Entry
from gongkai.importing.rows import Row

How = Literal["exact", "near", "position", "order", "ambiguous"]
_EXACT, _BARE, _NEAR = 100.0, 90.0, 40.0


class Alignment(NamedTuple):
    """The row of the document for each row of the form, by number, and what is left.

    `twice` are rows that stand there once more, with the row of the form; `extra` are of none.
    """

    rows: Mapping[int, tuple[int, How]]
    twice: tuple[tuple[int, int], ...]
    extra: tuple[int, ...]


def align(entries: Sequence[Entry], rows: Sequence[Row]) -> Alignment:
    """Return which row is which: exactly, then nearly, then by position between exact ones."""
    found = _in_order(entries, rows)
    found |= _out_of_order(entries, rows, found)
    found |= _by_position(entries, rows, found)
    found |= _ambiguous(entries, rows, found)
    taken = {row for row, _ in found.values()}
    left = [number for number in range(len(rows)) if number not in taken]
    twice = [(number, index) for number in left for index in _same(entries, rows[number])[:1]]
    again = {number for number, _ in twice}
    extra = [number for number in left if number not in again and _says_something(rows[number])]
    return Alignment(found, tuple(twice), tuple(extra))


def _says_something(row: Row) -> bool:
    return bool(row.label.strip() or row.values)


def _same(entries: Sequence[Entry], row: Row) -> list[int]:
    return [index for index, entry in enumerate(entries) if _score(entry, row) >= _BARE]


def _score(entry: Entry, row: Row) -> float:
    """Return how well a row's label fits a row of the form; 0 where it does not."""
    if not row.label.strip():
        return 0.0
    if row.keys[0] == key(entry.label):
        return _EXACT
    if row.keys[1] == bare(entry.label):
        return _BARE
    near = likeness(row.keys[1], bare(entry.label))
    return _NEAR * near if near >= NEAR else 0.0


def _in_order(entries: Sequence[Entry], rows: Sequence[Row]) -> dict[int, tuple[int, How]]:
    """Return the pairs, in the order of both sides, that fit best together."""
    scores = [[_score(entry, row) for row in rows] for entry in entries]
    best = [[0.0] * (len(rows) + 1) for _ in range(len(entries) + 1)]
    for one in range(len(entries) - 1, -1, -1):
        for two in range(len(rows) - 1, -1, -1):
            best[one][two] = max(best[one + 1][two], best[one][two + 1])
            if scores[one][two]:
                best[one][two] = max(best[one][two], best[one + 1][two + 1] + scores[one][two])
    found: dict[int, tuple[int, How]] = {}
    one = two = 0
    while one < len(entries) and two < len(rows):
        score = scores[one][two]
        if score and best[one][two] == best[one + 1][two + 1] + score:
            found[one] = (two, "exact" if score >= _BARE else "near")
            one, two = one + 1, two + 1
        elif best[one][two] == best[one + 1][two]:
            one += 1
        else:
            two += 1
    return found


def _out_of_order(
    entries: Sequence[Entry], rows: Sequence[Row], found: Mapping[int, tuple[int, How]]
) -> dict[int, tuple[int, How]]:
    """Return rows whose label stands in another place than in the form."""
    taken = {row for row, _ in found.values()}
    moved: dict[int, tuple[int, How]] = {}
    for number, row in enumerate(rows):
        same = [index for index in _same(entries, row) if index not in found and index not in moved]
        if number not in taken and len(same) == 1:
            moved[same[0]] = (number, "order")
    return moved


def _by_position(
    entries: Sequence[Entry], rows: Sequence[Row], found: Mapping[int, tuple[int, How]]
) -> dict[int, tuple[int, How]]:
    """Return rows that stand alone between exact neighbours, as many as the form has there."""
    placed: dict[int, tuple[int, How]] = {}
    taken = {row for row, _ in found.values()}
    index = 0
    while index < len(entries):
        if index in found:
            index += 1
            continue
        end = next((other for other in range(index, len(entries)) if other in found), len(entries))
        before, behind = found.get(index - 1, (-1, "exact")), found.get(end, (len(rows), "exact"))
        between = [row for row in range(before[0] + 1, behind[0]) if row not in taken]
        exact = before[1] == behind[1] == "exact"
        same = [row for row in between if not _same(entries, rows[row])]
        if exact and between == same and len(between) == end - index:
            for offset, row in enumerate(between):
                placed[index + offset] = (row, "position")
        index = end
    return placed


def _ambiguous(
    entries: Sequence[Entry], rows: Sequence[Row], found: Mapping[int, tuple[int, How]]
) -> dict[int, tuple[int, How]]:
    """Return the rows of a label that stands elsewhere in the form too, but not as often here."""
    labels = [bare(entry.label) for entry in entries]
    printed = [row.keys[1] for row in rows]
    return {
        index: (row, "ambiguous")
        for index, (row, how) in found.items()
        if how == "exact"
        and labels.count(labels[index]) > 1
        and labels.count(labels[index]) != printed.count(labels[index])
    }
