"""Print problems of a whole project: unreadable files, equal names, missing agencies."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gongkai.cli.printing import echo
from gongkai.errors import Problem
from gongkai.messages import first_few
from gongkai.project import (
    Project,
    Target,
    all_targets,
    rules_folder,
    unread_outputs,
    unread_parameters,
)
from gongkai.report.outdated import Sums
from gongkai.text.agency_names import agency_names, can_be_folder, shared_names

SHOWN = 10  # folders named in a message


def say_any(problems: Collection[Problem]) -> bool:
    """Print problems; return whether there are any."""
    echo(*problems, err=True)
    return bool(problems)


def say_unread_outputs(project: Project) -> bool:
    """Print which output folders could not be read; return whether there are any."""
    return say_any(unread_outputs(project.outputs))


def say_unread(project: Project, targets: Collection[str]) -> bool:
    """Print which parameters could not be read; return whether there are any."""
    return say_any(unread_parameters(project.params, targets))


def say_invalid_folders(project: Project) -> bool:
    """Print which folders no agency can have, by their names; return whether there are any."""
    slugs = sorted({slug for slug, _ in all_targets(project.params)})
    wrong = [slug for slug in slugs if not can_be_folder(slug)]
    return say_any([Problem("agency-slug", agency=slug) for slug in wrong])


def say_outdated_sums(project: Project, targets: Iterable[Target]) -> bool:
    """Print which reports add up what has changed since; return whether there are any."""
    sums = Sums(project.params)
    # By place, because a sum that is added up in another is out of date for both.
    problems = {it.where: it for target in targets for it in sums.outdated(target)}
    return say_any(problems.values())


def say_same_names(project: Project, agencies: Collection[str] = ()) -> bool:
    """Print which agencies, bodies of bodies.yaml or reports of a year share a name.

    Given agencies, only those that share a name with them. Returns whether there are any.
    """
    shared = list(shared_names(project.params, agencies))
    for name, slugs in shared:
        echo(Problem("agency-name-twice", name=name, slugs=first_few(slugs, SHOWN)), err=True)
    return bool(shared)


def say_unread_names(project: Project, but: Collection[str] = ()) -> bool:
    """Print which agencies' names, except `but`, are unreadable; return whether there are any."""
    nameless = [slug for slug in agency_names(project.params).nameless if slug not in but]
    if nameless:
        about = {"count": len(nameless), "slugs": first_few(nameless, SHOWN)}
        echo(Problem("names-unread", project.params.as_posix(), **about), err=True)
    return bool(nameless)


def say_missing_agencies(project: Project, *, every: bool) -> bool:
    """Print which rules name missing agencies; return whether one applies to no agency at all.

    The name may be mistyped or outdated. Without `every`, print only those that apply to none.
    """
    from gongkai.checks.rules import load_rules, without_agency

    folder = rules_folder(project.params).as_posix()
    idle = False
    for rule, missing in without_agency(load_rules(project.params, project.forms), project.params):
        none = len(missing) == len(rule.agencies)
        idle |= none
        if every or none:
            agencies = first_few(missing, SHOWN)
            echo(Problem("local-agencies", folder, name=rule.name, agencies=agencies), err=True)
    return idle
