"""The tree of bodies: who reports to whom, in which years, who is exempt, and when it is due."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.errors import KitError, Problem, nearest
from gongkai.text.agency_names import BODIES, LARGEST_LIST, SLUG, agency_names, district_of
from gongkai.text.models import (
    Field,
    Model,
    MonthDay,
    Name,
    Short,
    Year,
    day_after,
    read_model,
    says_nothing,
)
from gongkai.text.yaml_files import Document

DEADLINES = Path(__file__).with_name("deadlines.yaml")
FIRST, LAST = 1000, 9999  # years, where a body's own are not given
MEANT = 20  # unknown names for which a known one is proposed; each is compared with all bodies
GOVERNMENT, DEPARTMENT = "government", "department"
PEOPLES_GOVERNMENT = "人民政府"  # what the name of one ends with


class Years(Model):
    """The report years that something holds for, both included; without one there is no bound."""

    first: Year = Field(FIRST, alias="from")
    last: Year = Field(LAST, alias="to")

    def holds_in(self, year: int) -> bool:
        """Whether it holds for a report year."""
        return self.first <= year <= self.last


class Deadline(Years):
    """The day of the following year by which bodies of a kind report, and where that is said."""

    kind: Name
    day: MonthDay
    source: Name


class Body(Years):
    """A body, in the years in which it is so: `key` is the name of its folder.

    `covers` says whether its report speaks for itself or for all bodies below it; `exempt` why it
    need not report, '' where it must; `into` what it was merged into, or renamed to.
    """

    key: Name
    name: Name
    parent: Short = ""
    kind: Short = ""
    district: Short = ""
    covers: Literal["own", "area"] = "own"
    exempt: Short = ""
    into: Short = ""
    contact: Short = ""
    telephone: Short = ""

    @property
    def sort(self) -> str:
        """Its kind; where none is given, what its name says."""
        return self.kind or (GOVERNMENT if self.name.endswith(PEOPLES_GOVERNMENT) else DEPARTMENT)

    @property
    def place(self) -> str:
        """The district that it is of: the one given, else the one that its name begins with."""
        return self.district or district_of(self.name)


class _File(Model):
    deadlines: tuple[Deadline, ...] = ()
    bodies: tuple[Body, ...] = Field(min_length=1)


class _Deadlines(Model):
    deadlines: tuple[Deadline, ...]


class Tree:
    """The bodies of one year, in the order of the file; raises KeyError for a key of none."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        self.bodies: Mapping[str, Body] = {body.key: body for body in bodies}

    @cached_property
    def _children(self) -> Mapping[str, Sequence[Body]]:
        found: dict[str, list[Body]] = {}
        for body in self.bodies.values():
            found.setdefault(body.parent, []).append(body)
        return found

    def children(self, key: str) -> Sequence[Body]:
        """Return the bodies that report to one; of '' those that report to none."""
        return self._children.get(key, ())

    def below(self, key: str) -> Iterator[Body]:
        """Yield every body below one, each before those below it; of '' every body."""
        waiting = list(reversed(self.children(key)))
        while waiting:
            body = waiting.pop()
            yield body
            waiting.extend(reversed(self.children(body.key)))


class Bodies(NamedTuple):
    """All bodies of a project, and the deadlines that hold for them, its own first."""

    entries: tuple[Body, ...]
    deadlines: tuple[Deadline, ...]

    def in_year(self, year: int) -> Tree:
        """Return the tree of a report year."""
        return Tree(body for body in self.entries if body.holds_in(year))

    def ended(self, year: int) -> tuple[Body, ...]:
        """Return what existed in an earlier year and has no entry for this one."""
        now = self.in_year(year).bodies
        return tuple(
            body for body in self.entries if body.last < year and body.key not in now and body.into
        )

    def successors(self, year: int) -> Mapping[str, str]:
        """Return the key of what each body that has ended goes on in by then, by its key.

        What it was merged into may have been merged itself. '' where it goes on in nothing.
        """
        now = self.in_year(year).bodies
        by_end = sorted(self.entries, key=lambda body: body.last)
        into = {body.key: body.into for body in by_end if body.last < year}
        found = {}
        for key in into.keys() - now.keys():
            found[key] = into[key]
            while found[key] not in now and found[key] in into:  # each of them ended later
                found[key] = into[found[key]]
        return found

    def due(self, body: Body, year: int) -> datetime.date | None:
        """Return the last day on which a body's report of a year is in time; None for no rule."""
        for deadline in self.deadlines:
            if deadline.kind == body.sort and deadline.holds_in(year):
                return day_after(year, deadline.day)
        return None


def load_bodies(params: Path) -> Bodies:
    """Return the bodies of `bodies.yaml`; without one, every agency, without a parent.

    Raises KitError with every problem of the file.
    """
    common = read_model(DEADLINES, _Deadlines)[0].deadlines
    path = params / BODIES
    if not path.exists():
        names = agency_names(params).called.items()
        bodies = (Body(key=slug, name=(*called, slug)[0]) for slug, called in names)
        return Bodies(tuple(bodies), common)
    file, document = read_model(path, _File, LARGEST_LIST)
    problems = list(_Checker(file.bodies, document).problems())
    if problems:
        raise KitError(*sorted(problems, key=lambda problem: problem.line))
    return Bodies(file.bodies, (*file.deadlines, *common))


# --- what can be wrong ------------------------------------------------------------


class _Checker:
    """Finds what is wrong with a tree, each with its line."""

    def __init__(self, bodies: Sequence[Body], document: Document) -> None:
        self._bodies = bodies
        self._document = document
        self._places: dict[str, list[int]] = {}
        for place, body in enumerate(bodies):
            self._places.setdefault(body.key, []).append(place)
        self._by_year = cache(self._sorted_places)
        self._guesses: dict[str, str] = {}
        self._called: dict[str, set[str]] = {}  # the keys of bodies of a name
        for body in bodies:
            self._called.setdefault(body.name, set()).add(body.key)

    def _sorted_places(self, key: str) -> list[int]:
        return sorted(self._places.get(key, ()), key=lambda place: self._bodies[place].first)

    def problems(self) -> Iterator[Problem]:
        """Yield every problem."""
        for place, body in enumerate(self._bodies):
            yield from self._of_one(place, body)
            yield from self._of_parent(place, body)
        for key in self._places:
            yield from self._overlaps(self._by_year(key))
        yield from self._circles()

    def _line(self, place: int, key: str = "key") -> int:
        return self._document.line(("bodies", place, key))

    def _problem(self, id: str, place: int, at: str = "key", **details: object) -> Problem:
        details = {"key": self._bodies[place].key, **details}
        return Problem(id, self._document.path, self._line(place, at), **details)

    def _of_one(self, place: int, body: Body) -> Iterator[Problem]:
        if not SLUG.fullmatch(body.key):
            yield self._problem("body-key", place)
        if body.first > body.last:
            yield self._problem("body-years", place, "from", first=body.first, last=body.last)
        if body.exempt and says_nothing(body.exempt):
            yield self._problem("body-exempt", place, "exempt", found=body.exempt)
        if body.into and body.last == LAST:
            yield self._problem("body-into", place, "into", other=body.into)
        elif body.into in self._places and not self._is_there(body.into, body.last + 1):
            about = {"other": body.into, "year": body.last + 1}
            yield self._problem("body-into-ended", place, "into", **about)

    def _is_there(self, key: str, year: int) -> bool:
        return any(self._bodies[place].holds_in(year) for place in self._places[key])

    def _of_parent(self, place: int, body: Body) -> Iterator[Problem]:
        for role, other in (("parent", body.parent), ("into", body.into)):
            if other and other not in self._places:
                meant = self._meant(other)
                message = "body-meant" if meant else "body-unknown"
                yield self._problem(message, place, role, role=role, other=other, meant=meant)
        parents = [self._bodies[number] for number in self._by_year(body.parent)]
        if parents and not _covered(body, parents):
            yield self._problem("body-parent-years", place, "parent", other=body.parent)

    def _meant(self, unknown: str) -> str:
        """Return the key that an unknown one was probably meant to be, '' for none.

        It may be the name of one body, or of the place that it governs. Of many unknown ones the
        first are compared with all keys.
        """
        keys = self._called.get(unknown) or self._called.get(unknown + PEOPLES_GOVERNMENT, set())
        if len(keys) == 1:
            return next(iter(keys))
        if unknown not in self._guesses and len(self._guesses) < MEANT:
            self._guesses[unknown] = nearest(unknown, self._places)
        return self._guesses.get(unknown, "")

    def _overlaps(self, places: Sequence[int]) -> Iterator[Problem]:
        """Yield each entry of a key, of those by their first year, that begins while one lasts."""
        lasting, *later = places
        for place in later:
            if self._bodies[place].first <= self._bodies[lasting].last:
                one, other = sorted((lasting, place))
                bounded = {"first", "last"} & self._bodies[other].model_fields_set
                message = "body-years-overlap" if bounded else "body-twice"
                yield self._problem(message, other, first=self._line(one))
            lasting = max(lasting, place, key=lambda place: self._bodies[place].last)

    def _circles(self) -> Iterator[Problem]:
        """Yield the circles of parents, whatever years they are in; each body is in one of them.

        A circle closes in the year in which the last of its entries begins.
        """
        if not self._may_circle():
            return
        begun = sorted(self._bodies, key=lambda body: body.first)
        now: dict[str, Body] = {}
        known: set[str] = set()
        for year, group in groupby(begun, key=lambda body: body.first):
            new = list(group)
            now.update((body.key, body) for body in new)
            done = set(known)
            for body in new:
                circle = _circle_from(body.key, year, now, done)
                if circle:
                    known.update(circle)
                    yield self._circle(circle, year)

    def _may_circle(self) -> bool:
        """Whether there is a circle where no entry ever ends, without which there is none."""
        ways: dict[str, list[str]] = {}
        for body in self._bodies:
            ways.setdefault(body.key, []).append(body.parent)
        try:
            TopologicalSorter(ways).prepare()
        except CycleError:
            return True
        return False

    def _circle(self, keys: Sequence[str], year: int) -> Problem:
        places = [
            place
            for key in keys
            for place in self._places[key]
            if self._bodies[place].holds_in(year)
        ]
        details = {"circle": " → ".join((*keys, keys[0]))}
        line = min(map(self._line, places))
        return Problem("body-circle", self._document.path, line, **details)


def _covered(body: Body, parents: Sequence[Body]) -> bool:
    """Whether a body has its parent in each of its own years, as far as these are given.

    The parents' entries are in the order of their first years.
    """
    first = body.first if body.first > FIRST else parents[0].first
    for parent in parents:
        if parent.first <= first <= parent.last:
            first = parent.last + 1
    return first > body.last


def _circle_from(key: str, year: int, now: Mapping[str, Body], done: set[str]) -> list[str]:
    """Return the keys of the circle that a way upwards runs into, [] where it ends.

    `now` has the entries that have begun, of which some have ended before the year. What was
    walked before is `done`, and is not walked again.
    """
    way: dict[str, None] = {}
    while key in now and now[key].holds_in(year) and key not in done and key not in way:
        way[key] = None
        key = now[key].parent
    done.update(way)
    steps = list(way)
    return steps[steps.index(key) :] if key in way else []
