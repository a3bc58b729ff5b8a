"""Functions shared by `status` and `rollup`: read the tree of bodies, and which reports are in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gongkai.cli.options import MISUSED, as_misuse, end, key_called
from gongkai.cli.printing import echo
from gongkai.errors import Problem
from gongkai.messages import first_few, say
from gongkai.pipeline.hashes import Hashes
from gongkai.pipeline.intake import Collector
from gongkai.pipeline.rolling import AREA, outdated
from gongkai.project import Project, Target, all_targets
from gongkai.report.bodies import PEOPLES_GOVERNMENT, Bodies, Body, load_bodies
from gongkai.text.agency_names import can_be_folder, kept_names

SHOWN = 5  # names in a sentence


def bodies_of(project: Project) -> Bodies:
    """Return the bodies of a project; ends the command where they cannot be read."""
    if not project.params.is_dir():
        end(Problem("params-not-here", folder=project.params.as_posix()), MISUSED)
    with as_misuse():
        return load_bodies(project.params)


def body_called(bodies: Bodies, word: str) -> str:
    """Return the key of the body that a word names; ends the command if it names several.

    The bare name of a place means its government.
    """
    if word.isascii():
        return word
    governments = {body.key for body in bodies.entries if body.name == word + PEOPLES_GOVERNMENT}
    if len(governments) == 1:
        return governments.pop()
    return key_called(word, {body.key: (body.name,) for body in bodies.entries})


@contextmanager
def collecting(project: Project, bodies: Bodies, year: int) -> Iterator[Collector]:
    """Look at the reports of a year; hashes of unchanged files are remembered."""
    with kept_names(project.params) as names:
        yield Collector(project, bodies, year, names, Hashes(project.outputs).of)


def say_outdated(collector: Collector, body: Body, slug: str) -> None:
    """Say where the sum of the reports below a body, in the folder `slug`, is out of date."""
    target = Target(slug, collector.year)
    changed = [source.name for source in outdated(collector, target)]
    if changed:
        about = {"target": str(target), "parent": body.key, "year": collector.year}
        names = first_few(changed, SHOWN)
        echo("  " + say("status-outdated", **about, names=names, count=len(changed)))


def say_not_listed(project: Project, bodies: Bodies) -> None:
    """Say which agencies have a folder, but are not in the list of bodies."""
    listed = {body.key for body in bodies.entries}
    listed |= {key + AREA for key in listed}
    slugs = {slug for slug, _ in all_targets(project.params) if can_be_folder(slug)}
    others = sorted(slugs - listed)
    if others:
        about = {"count": len(others), "folder": project.params.as_posix()}
        echo(say("status-not-listed", slugs=first_few(others, SHOWN), **about), err=True)
