"""Find sums that are out of date: their list no longer fits the reports, or the list of bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from gongkai.errors import KitError, Problem
from gongkai.messages import first_few
from gongkai.project import Target
from gongkai.report.bodies import Bodies, Body, Tree, load_bodies
from gongkai.report.parameters import YearParameters
from gongkai.report.provenance import ROLLUP, digest_of
from gongkai.report.reader import load_report
from gongkai.report.rollup import LARGEST, RollUpList, Source, stated_period
from gongkai.text.agency_names import names_in
from gongkai.text.models import read_model

SHOWN = 3  # names in a message


def listed_below(folder: Path, year: int) -> RollUpList | None:
    """Return the list of reports that a report was added up from; None if there is none."""
    path = folder / f"{year}{ROLLUP}"
    try:
        return read_model(path, RollUpList, LARGEST)[0] if path.exists() else None
    except KitError:
        return None


def added_up(params: Path, target: Target) -> Iterator[Target]:
    """Yield the reports that a report was added up from, and those that they were in turn."""
    waiting, seen = [target.slug], {target.slug}
    while waiting:
        listed = listed_below(params / waiting.pop(), target.year)
        below = [body.key for body in listed.bodies if body.state == "in"] if listed else []
        for key in (key for key in below if key not in seen):
            seen.add(key)
            waiting.append(key)
            yield Target(key, target.year)


class Sums:
    """The sums in a folder of parameters; its list of bodies is read once, when it is needed."""

    def __init__(self, params: Path) -> None:
        self._params = params

    @cached_property
    def _bodies(self) -> Bodies:
        return load_bodies(self._params)

    def outdated(self, target: Target) -> Iterator[Problem]:
        """Yield a problem for each sum that is out of date: a report's own, and those in it.

        A list of bodies that cannot be read yields its own problems instead.
        """
        waiting, seen = [target.slug], {target.slug}
        while waiting:
            folder = self._params / waiting.pop()
            listed = listed_below(folder, target.year)
            if not listed:
                continue
            below = [body.key for body in listed.bodies if body.state == "in"]
            waiting += [key for key in below if key not in seen]
            seen.update(below)
            try:
                changed = changed_below(listed, self._params, target.year, self._bodies)
            except KitError as error:
                yield from error.problems
                return
            if changed:
                about = {"parent": listed.parent, "year": target.year, "count": len(changed)}
                file = (folder / f"{target.year}{ROLLUP}").as_posix()
                yield Problem("rollup-outdated", file, **about, names=first_few(changed, SHOWN))


def changed_below(listed: RollUpList, params: Path, year: int, bodies: Bodies) -> tuple[str, ...]:
    """Return the names of the bodies that are not what they were when they were added up.

    Their figures have changed, or the list of bodies has. A report that can no longer be read has
    changed, and so has one that can be read now and could not be then.
    """
    now = _terms(listed, bodies.in_year(year))
    then = {source.key: source for source in listed.bodies}
    changed = [
        source.name
        for key, source in then.items()
        if now.get(key) != (source.name, source.own, source.state == "exempt")
        or _has_new_figures(source, params, year)
    ]
    return (*changed, *(name for key, (name, *_) in now.items() if key not in then))


# A body's name, whether its report is about itself alone, and whether it is said to be exempt.
_Term = tuple[str, bool, bool]


def _terms(listed: RollUpList, tree: Tree) -> Mapping[str, _Term]:
    """Return the bodies that would be added up now, if the same reports came in as then."""
    states = {source.key: source.state for source in listed.bodies}

    def is_in(body: Body) -> bool:
        return states.get(body.key) == "in"

    parent = tree.bodies.get(listed.parent)
    terms = tree.terms(parent, is_in) if parent else ()
    return {body.key: (body.name, own, _is_exempt(body, states)) for body, own in terms}


def _is_exempt(body: Body, states: Mapping[str, str]) -> bool:
    """Whether a body need not report; that does not matter if its report is there."""
    return bool(body.exempt) and states.get(body.key) not in ("in", "unreadable")


def _has_new_figures(source: Source, params: Path, year: int) -> bool:
    """Whether a body's figures, its form or its period are others than when they were added."""
    if source.state == "unreadable":
        return _is_readable(source, params, year)
    folder = params / source.key
    is_half = not (folder / f"{year}.yaml").exists() or not names_in(folder / "agency.yaml")
    if digest_of(str(folder / f"{year}.csv")) != source.sha256:
        return True
    return source.state == "in" and (is_half or _states_otherwise(source, folder, year))


def _states_otherwise(source: Source, folder: Path, year: int) -> bool:
    """Whether a body's file of the year states another form or period than was added."""
    try:
        stated = read_model(folder / f"{year}.yaml", YearParameters)[0]
    except KitError:
        return True
    edition = stated.edition not in ("", source.edition)
    return edition or stated_period(stated) != source.period


def _is_readable(source: Source, params: Path, year: int) -> bool:
    """Whether a body's report can be read now, and is its own."""
    try:
        return load_report(source.key, year, params).agency.name == source.name
    except KitError:
        return False
