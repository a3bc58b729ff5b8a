"""The tree of bodies: who reports to whom, in which years, who is exempt, and when it is due."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.spelling import nearest
from gongkai.text.agency_names import (
    BODIES,
    LARGEST_LIST,
    SLUG,
    agency_names,
    can_be_folder,
    district_of,
)
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
FIRST, LAST = 1000, 9999  # the years of a body that states none
MEANT = 20  # unknown keys for which a known one is suggested; each is compared with all bodies
GOVERNMENT, DEPARTMENT = "government", "department"
PEOPLES_GOVERNMENT = "人民政府"  # the end of a government's name


class Years(Model):
    """A range of report years, both ends included; an end that is not given is open."""

    first: Year = Field(FIRST, alias="from")
    last: Year = Field(LAST, alias="to")

    def holds_in(self, year: int) -> bool:
        """Whether it holds for a report year."""
        return self.first <= year <= self.last


class Deadline(Years):
    """The day of the following year by which bodies of a kind report, and the source of it."""

    kind: Name
    day: MonthDay
    source: Name


class Body(Years):
    """A body as it is in a range of years; `key` is the name of its folder.

    `covers` says whether its report is about itself or about all bodies below it; `exempt` why it
    need not report, '' if it must; `into` what it was merged into, or renamed to.
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
    def effective_kind(self) -> str:
        """Its kind; if none is given, the one that its name implies."""
        return self.kind or (GOVERNMENT if self.name.endswith(PEOPLES_GOVERNMENT) else DEPARTMENT)

    @property
    def place(self) -> str:
        """Its district: the one given, else the one that its name begins with."""
        return self.district or district_of(self.name)


class _File(Model):
    deadlines: tuple[Deadline, ...] = ()
    bodies: tuple[Body, ...] = Field(min_length=1)


class _Deadlines(Model):
    deadlines: tuple[Deadline, ...]


class Tree:
    """The bodies of one year, in the order of the file."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        self.bodies: Mapping[str, Body] = {body.key: body for body in bodies}

    @cached_property
    def _children(self) -> Mapping[str, Sequence[Body]]:
        found: dict[str, list[Body]] = {}
        for body in self.bodies.values():
            found.setdefault(body.parent, []).append(body)
        return found

    def children(self, key: str) -> Sequence[Body]:
        """Return the bodies that report to a body; for '', those that report to none."""
        return self._children.get(key, ())

    def below(self, key: str) -> Iterator[Body]:
        """Yield every body below a body, each before those below it; for '', every body."""
        waiting = list(reversed(self.children(key)))
        while waiting:
            body = waiting.pop()
            yield body
            waiting.extend(reversed(self.children(body.key)))

    def terms(self, parent: Body, is_in: Callable[[Body], bool]) -> Iterator[tuple[Body, bool]]:
        """Yield each body whose report is to be added up for a parent.

        With each, whether its report covers it alone although there are others below it. The
        report of an area replaces those of the bodies below it; if it has not come in, as `is_in`
        says, they are added up instead.
        """
        waiting = [parent]
        while waiting:
            body = waiting.pop()
            children = self.children(body.key)
            whole = body.covers == "area"
            if body is not parent or not whole:
                yield body, bool(children) and not whole
                if whole and is_in(body):
                    continue
            waiting.extend(reversed(children))


class Bodies(NamedTuple):
    """All bodies of a project, and the deadlines that hold for them, its own first."""

    entries: tuple[Body, ...]
    deadlines: tuple[Deadline, ...]

    def in_year(self, year: int) -> Tree:
        """Return the tree of a report year."""
        return Tree(body for body in self.entries if body.holds_in(year))

    def ended(self, year: int) -> tuple[Body, ...]:
        """Return the bodies that ended before a year, and were merged or renamed."""
        now = self.in_year(year).bodies
        return tuple(
            body for body in self.entries if body.last < year and body.key not in now and body.into
        )

    def successors(self, year: int) -> Mapping[str, str]:
        """Return the key of the successor of each body that has ended by a year, by its key.

        A successor may have been merged in turn. '' if there is no successor.
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
        """Return the last day on which a body's report of a year is on time; None for no rule."""
        for deadline in self.deadlines:
            if deadline.kind == body.effective_kind and deadline.holds_in(year):
                return day_after(year, deadline.day)
        return None


def load_bodies(params: Path) -> Bodies:
    """Return the bodies of `bodies.yaml`; without that file, every agency, without a parent.

    A folder whose name no agency can have is none.
    Raises KitError with every problem of the file.
    """
    common = read_model(DEADLINES, _Deadlines)[0].deadlines
    path = params / BODIES
    if not path.exists():
        names = agency_names(params).called.items()
        return Bodies(
            tuple(Body(key=it, name=(*called, it)[0]) for it, called in names if can_be_folder(it)),
            common,
        )
    file, document = read_model(path, _File, LARGEST_LIST)
    problems = list(_Checker(file.bodies, document).problems())
    for place, its in enumerate(file.deadlines):
        if its.first > its.last:
            line = document.line(("deadlines", place, "from"))
            about = {"key": its.kind, "first": its.first, "last": its.last}
            problems.append(Problem("body-years", document.path, line, **about))
    if problems:
        raise KitError(*sorted(problems, key=lambda problem: problem.line))
    return Bodies(file.bodies, (*file.deadlines, *common))


# --- validation -------------------------------------------------------------------


class _Checker:
    """Finds the problems of a tree, each with its line."""

    def __init__(self, bodies: Sequence[Body], document: Document) -> None:
        self._bodies = bodies
        self._document = document
        # The entries of each key, as indices of `bodies`, in the order of their first years.
        self._places: dict[str, list[int]] = {}
        for place, body in enumerate(bodies):
            self._places.setdefault(body.key, []).append(place)
        for places in self._places.values():
            places.sort(key=lambda place: bodies[place].first)
        self._guesses: dict[str, str] = {}
        self._by_name: dict[str, set[str]] = {}  # the keys of the bodies with a name
        for body in bodies:
            self._by_name.setdefault(body.name, set()).add(body.key)

    def problems(self) -> Iterator[Problem]:
        """Yield every problem."""
        for place, body in enumerate(self._bodies):
            yield from self._of_one(place, body)
            yield from self._of_parent(place, body)
        for places in self._places.values():
            yield from self._overlaps(places)
        yield from self._cycles()

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
        parents = [self._bodies[number] for number in self._places.get(body.parent, ())]
        if parents and not _covered(body, parents):
            yield self._problem("body-parent-years", place, "parent", other=body.parent)

    def _meant(self, unknown: str) -> str:
        """Return the known key that an unknown one was probably meant to be, or ''.

        It may be the name of one body, or of the place that it governs. Only the first MEANT
        unknown keys are compared with all keys.
        """
        keys = self._by_name.get(unknown) or self._by_name.get(unknown + PEOPLES_GOVERNMENT, set())
        if len(keys) == 1:
            return next(iter(keys))
        if unknown not in self._guesses and len(self._guesses) < MEANT:
            self._guesses[unknown] = nearest(unknown, self._places)
        return self._guesses.get(unknown, "")

    def _overlaps(self, places: Sequence[int]) -> Iterator[Problem]:
        """Yield a problem for each entry whose years overlap an earlier entry of the same key."""
        lasting, *later = places
        for place in later:
            if self._bodies[place].first <= self._bodies[lasting].last:
                one, other = sorted((lasting, place))
                bounded = {"first", "last"} & self._bodies[other].model_fields_set
                message = "body-years-overlap" if bounded else "body-twice"
                yield self._problem(message, other, first=self._line(one))
            lasting = max(lasting, place, key=lambda place: self._bodies[place].last)

    def _cycles(self) -> Iterator[Problem]:
        """Yield the cycles of parents in any year; each body is reported in one of them at most.

        A cycle closes in the year in which the last of its entries begins.
        """
        if not self._has_cycle_in_any_years():
            return
        begun = sorted(self._bodies, key=lambda body: body.first)
        now: dict[str, Body] = {}
        known: set[str] = set()
        for year, group in groupby(begun, key=lambda body: body.first):
            new = list(group)
            now.update((body.key, body) for body in new)
            done = set(known)
            for body in new:
                circle = _cycle_from(body.key, year, now, done)
                if circle:
                    known.update(circle)
                    yield self._cycle_problem(circle, year)

    def _has_cycle_in_any_years(self) -> bool:
        """Whether there is a cycle if years are ignored; if not, there is none in any year."""
        parents_of: dict[str, list[str]] = {}
        for body in self._bodies:
            parents_of.setdefault(body.key, []).append(body.parent)
        try:
            TopologicalSorter(parents_of).prepare()
        except CycleError:
            return True
        return False

    def _cycle_problem(self, keys: Sequence[str], year: int) -> Problem:
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
    """Whether a body's parent exists in each year of the body, as far as these are given.

    The parents' entries are in the order of their first years.
    """
    first = body.first if body.first > FIRST else parents[0].first
    for parent in parents:
        if parent.first <= first <= parent.last:
            first = parent.last + 1
    return first > body.last


def _cycle_from(key: str, year: int, now: Mapping[str, Body], done: set[str]) -> list[str]:
    """Return the keys of the cycle that is reached by going from parent to parent, or [].

    `now` has the entries that have begun, some of which have ended before the year. Keys in
    `done` were visited before, and are not visited again.
    """
    path_up: dict[str, None] = {}
    while key in now and now[key].holds_in(year) and key not in done and key not in path_up:
        path_up[key] = None
        key = now[key].parent
    done.update(path_up)
    steps = list(path_up)
    return steps[steps.index(key) :] if key in path_up else []
