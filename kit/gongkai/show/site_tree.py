"""Build the directory of a site: its places, the kinds of bodies in each, and their tree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from gongkai.pipeline.rolling import AREA
from gongkai.report.bodies import DEPARTMENT, GOVERNMENT, Bodies, Body, Tree

KIND_NAMES = {GOVERNMENT: "人民政府", DEPARTMENT: "部门"}  # any other kind is its own name
ELSEWHERE = "其他"  # bodies without a place, if others have one


class Published(NamedTuple):
    """A body of the site: its name, its place or '', and the year of its newest report."""

    name: str
    district: str
    year: int


class Row(NamedTuple):
    """A body in a list, and its level: how many others of the list are above it.

    A body without a report is listed for the sake of those below it.
    """

    key: str
    name: str
    level: int
    has_report: bool


class Group(NamedTuple):
    """The bodies of one kind; `name` is '' if a place has only one kind."""

    name: str
    rows: Sequence[Row]


class Place(NamedTuple):
    """The bodies of one place; `name` is '' if no body has a known place."""

    name: str
    groups: Sequence[Group]


def tree_of(listed: Bodies | None, published: Mapping[str, Published]) -> Tree:
    """Return the tree of the bodies of a site, and of the other bodies that are listed.

    A body is placed as of its newest report, others as of their last entry. Without a
    list, and for bodies not in it, no body is above another; but a sum is below the body that
    it is the sum of.
    """
    known: dict[str, Body] = {}
    for body in listed.entries if listed else ():
        newest = published.get(body.key)
        if body.key not in known or newest is None or body.holds_in(newest.year):
            known[body.key] = body
    for key, found in published.items():
        base = key.removesuffix(AREA)
        body = known.get(key) or Body(key=key, name=key, parent=base if base in known else "")
        district = body.district or found.district
        known[key] = body.model_copy(update={"name": found.name, "district": district})
    return Tree(known.values())


def directory(keys: Collection[str], tree: Tree) -> list[Place]:
    """Return some bodies by their places and kinds, each followed by those below it.

    The bodies of a place are not put below its government, as nearly all are. Places,
    kinds and bodies are in the order of the tree; bodies of no place come last.
    """
    arranged = _Arrangement(tree)
    for body in tree.below(""):
        arranged.add(body, body.parent)
    for key, body in tree.bodies.items():  # in a cycle of entries of different years
        if key not in arranged.seen:
            arranged.add(body, "")
    return list(_needed_places(arranged.rows(keys)))


class _Seen(NamedTuple):
    place: str
    kind: str
    level: int


class _Arrangement:
    """Arranges bodies by place, one after the other."""

    def __init__(self, tree: Tree) -> None:
        self.seen: dict[str, _Seen] = {}
        self._tree = tree
        self._first_bodies: dict[str, str] = {}  # the first body of each place

    def add(self, body: Body, parent: str) -> None:
        """Put a body into its place, below its parent if that is in the same place."""
        self._first_bodies.setdefault(body.place, body.key)
        above = self.seen.get(parent)
        if above and above.place == body.place and not self._is_its_government(parent, body.place):
            self.seen[body.key] = above._replace(level=above.level + 1)
        else:
            self.seen[body.key] = _Seen(body.place, body.effective_kind, 0)

    def _is_its_government(self, key: str, place: str) -> bool:
        return (
            key == self._first_bodies[place] and self._tree.bodies[key].effective_kind == GOVERNMENT
        )

    def rows(self, keys: Collection[str]) -> dict[str, dict[str, list[Row]]]:
        """Return the rows by place and kind."""
        found: dict[str, dict[str, list[Row]]] = {}
        for key, (place, kind, level) in self.seen.items():
            row = Row(key, self._tree.bodies[key].name, level, key in keys)
            found.setdefault(place, {}).setdefault(kind, []).append(row)
        return found


def _needed_places(rows: Mapping[str, Mapping[str, list[Row]]]) -> Iterator[Place]:
    """Yield the places that have a report, bodies without a place last."""
    kept = {place: list(_needed_groups(kinds)) for place, kinds in rows.items()}
    there = sorted((place for place, groups in kept.items() if groups), key=lambda place: not place)
    for place in there:
        yield Place(place or (ELSEWHERE if len(there) > 1 else ""), kept[place])


def _needed_groups(kinds: Mapping[str, list[Row]]) -> Iterator[Group]:
    kept = {kind: _needed(rows) for kind, rows in kinds.items()}
    filled = {kind: rows for kind, rows in kept.items() if rows}
    for kind, rows in filled.items():
        yield Group(KIND_NAMES.get(kind, kind) if len(filled) > 1 else "", rows)


def _needed(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of bodies that have a report, or have one below them."""
    return [row for at, row in enumerate(rows) if row.has_report or _any_below(rows, at)]


def _any_below(rows: Sequence[Row], at: int) -> bool:
    below = takewhile(lambda row: row.level > rows[at].level, rows[at + 1 :])
    return any(row.has_report for row in below)
