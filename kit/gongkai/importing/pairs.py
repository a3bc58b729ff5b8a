"""Match two sequences: the pairs with the best score, and the gaps between pairs; group one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def grouped(items: Iterable[Item], goes_on: Callable[[list[Item], Item], bool]) -> list[list[Item]]:
    """Return items in groups: each with those right after it that go on with the group."""
    groups: list[list[Item]] = []
    for item in items:
        if groups and goes_on(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def best_pairs(scores: Sequence[Sequence[float]]) -> dict[int, int]:
    """Return the pairs, in the order of both sequences, with the highest sum of scores.

    `scores` has a row for each item of the first sequence and a column for each of the second;
    a score of 0 rules a pair out. Of equally good pairs, the first is taken.
    """
    height, width = len(scores), len(scores[0]) if scores else 0
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for one in range(height - 1, -1, -1):
        for two in range(width - 1, -1, -1):
            best[one][two] = max(best[one + 1][two], best[one][two + 1])
            if scores[one][two]:
                best[one][two] = max(best[one][two], best[one + 1][two + 1] + scores[one][two])
    found: dict[int, int] = {}
    one = two = 0
    while one < height and two < width:
        score = scores[one][two]
        if score and best[one][two] == best[one + 1][two + 1] + score:
            found[one] = two
            one, two = one + 1, two + 1
        elif best[one][two] == best[one + 1][two]:
            one += 1
        else:
            two += 1
    return found


def last_best_pairs(scores: Sequence[Sequence[float]]) -> dict[int, int]:
    """Return the pairs as `best_pairs` does, but of equally good ones, take the last."""
    height, width = len(scores), len(scores[0]) if scores else 0
    backwards = best_pairs([row[::-1] for row in scores[::-1]])
    return {height - 1 - one: width - 1 - two for one, two in backwards.items()}


def gaps(pairs: Mapping[int, int], height: int, width: int) -> Iterator[tuple[range, range]]:
    """Yield each run of unpaired items of the first sequence, and the corresponding positions.

    These are the positions of the second sequence between the partners of the run's neighbours;
    there are none if the partners are in reverse order. `height` and `width` are the
    lengths of the sequences.
    """
    start = 0
    for end in (*sorted(pairs), height):
        if start < end:
            yield range(start, end), range(pairs.get(start - 1, -1) + 1, pairs.get(end, width))
        start = end + 1
