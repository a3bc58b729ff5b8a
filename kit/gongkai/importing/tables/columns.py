"""Match the columns of a document's table to those of the form, by their headers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from gongkai.importing.labels import NEAR, key, likeness
from gongkai.importing.pairs import gaps, grouped
from gongkai.importing.tables.layout import Slot
from gongkai.importing.tables.rows import Header

How = Literal["exact", "near", "position"]
Group = tuple[int, ...]  # columns of a document that count as one


class Match(NamedTuple):
    """Where a column of the form was found: the document's columns, and how they were matched."""

    columns: Group
    how: How


Matches = dict[int, Match]  # by the index of the column of the form


def match_columns(slots: Sequence[Slot], header: Header, spans: Sequence[object]) -> Matches:
    """Return where each column of the form was found, by its index.

    `spans` has a value per column that is equal for columns under one header cell, or
    of one cell. What is found neither by its words nor between neighbours is left out.
    """
    groups = _groups(header, spans)
    found = _exact(slots, header, groups)
    if len(found) < len(slots) and _in_order(slots, header, groups):
        return {index: Match(group, "exact") for index, group in enumerate(groups)}
    found |= _near(slots, header, groups, found)
    return found | _between(slots, groups, found)


def _groups(header: Header, spans: Sequence[object]) -> list[Group]:
    """Return the columns to the right of the labels; those that look like one are grouped."""

    def goes_on(_: list[int], column: int) -> bool:
        same = spans[column] is not None and spans[column] == spans[column - 1]
        return same and header.paths[column] == header.paths[column - 1]

    columns = range(header.first, len(header.paths))
    return [tuple(group) for group in grouped(columns, goes_on)]


def _exact(slots: Sequence[Slot], header: Header, groups: Sequence[Group]) -> Matches:
    leaves = [slot.leaf for slot in slots]
    found = {}
    for index, slot in enumerate(slots):
        like = [group for group in groups if header.leaf(group[0]) == slot.leaf]
        if leaves.count(slot.leaf) > 1:
            like = [group for group in like if slot.group in header.paths[group[0]]]
        if len(like) == 1:
            found[index] = Match(like[0], "exact")
    return found


def _in_order(slots: Sequence[Slot], header: Header, groups: Sequence[Group]) -> bool:
    """Whether the columns' own headers are the form's, in order, and no group contradicts.

    This happens if a group's header cell no longer spans its columns.
    """
    if [header.leaf(group[0]) for group in groups] != [slot.leaf for slot in slots]:
        return False
    known = {key(label) for slot in slots for label in slot.labels[:-1]}
    for slot, group in zip(slots, groups, strict=True):
        above = set(header.paths[group[0]][:-1]) & known
        if not above <= {key(label) for label in slot.labels[:-1]}:
            return False
    return True


def _near(
    slots: Sequence[Slot], header: Header, groups: Sequence[Group], found: Matches
) -> Matches:
    """Return the columns with nearly the form's header, where no other free column has one."""
    taken = {match.columns for match in found.values()}
    free = [group for group in groups if group not in taken]
    near: Matches = {}
    for index, slot in enumerate(slots):
        if index in found:
            continue
        alike = [group for group in free if likeness(slot.leaf, header.leaf(group[0])) >= NEAR]
        if len(alike) == 1 and alike[0] not in [match.columns for match in near.values()]:
            near[index] = Match(alike[0], "near")
    return near


def _between(slots: Sequence[Slot], groups: Sequence[Group], found: Matches) -> Matches:
    """Return, by position, the columns between neighbours that were found, or at an end."""
    pairs = {index: groups.index(match.columns) for index, match in found.items()}
    placed: Matches = {}
    for missing, beside in gaps(pairs, len(slots), len(groups)):
        if len(beside) == len(missing) and not set(beside) & set(pairs.values()):
            placed |= {
                index: Match(groups[column], "position")
                for index, column in zip(missing, beside, strict=True)
            }
    return placed
