"""`gongkai verify`: check that the parameters still produce the published files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import click

from gongkai.cli.build import Work, working_options
from gongkai.cli.options import (
    FAILED,
    MISUSED,
    chosen_targets,
    end,
    folder_options,
    named_browser,
    targets_argument,
)
from gongkai.cli.printing import echo
from gongkai.cli.progress import Progress
from gongkai.cli.project_problems import say_unread, say_unread_outputs
from gongkai.cli.summary import FEW, summed_up
from gongkai.disk import read_file
from gongkai.errors import Problem
from gongkai.manifest import fingerprint_of
from gongkai.messages import say
from gongkai.pipeline.verify import Verified
from gongkai.pipeline.verify import verify as verify_all
from gongkai.project import PUBLIC, Project, Target
from gongkai.show.other_files import remarks

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_SEPARATORS = dict.fromkeys(map(ord, " \t\n\u3000-"))  # separators between groups of digits


@click.command()
@targets_argument
@click.option("--signed")
@working_options
@folder_options
def verify(project: Project, targets: tuple[str, ...], signed: str | None, **options: Any) -> None:
    """Verify reports."""
    how = Work(**options)
    chosen = chosen_targets(project, targets, how.shard)
    digits = _digits_of(signed, len(chosen)) if signed is not None else ""
    plan = how.plan(len(chosen))
    differing: dict[Target, tuple[Problem, ...]] = {}
    with Progress(len(chosen), "verify-running") as progress:

        def on_result(verified: Verified) -> None:
            if verified.differences:
                differing[verified.target] = verified.differences
            status = "verify-report-differs" if verified.differences else "verify-equal"
            line = say(status, target=str(verified.target))
            progress.advance([line], failed=bool(verified.differences))
            if len(differing) <= FEW:
                for problem in verified.differences:
                    progress.print(str(problem))

        verify_all(project, chosen, plan, on_result, progress.refresh)
    if len(differing) > FEW:
        causes = [(str(target), _cause(it)) for target, found in differing.items() for it in found]
        echo(*summed_up(causes, "verify-cause"), err=True)
    others = _wrong(project, chosen, on_all=not targets and how.shard is None)
    if digits:
        others += _signed(project, chosen[0], digits)
    alike = [(problem.where, _cause(problem)) for problem in others]
    many = len(others) > FEW
    echo(*(summed_up(alike, "verify-cause", "summary-files") if many else others), err=True)
    unread = say_unread(project, targets) | say_unread_outputs(project)
    counts = {"equal": len(chosen) - len(differing), "differing": len(differing)}
    echo(say("verify-summary-others" if others else "verify-summary", **counts, count=len(others)))
    if differing or others or unread:
        raise SystemExit(FAILED)


def _wrong(project: Project, chosen: Collection[Target], *, on_all: bool) -> list[Problem]:
    """Return what is wrong outside the files of builds; print what was not verified."""
    wrong = []
    for remark in remarks(project, chosen, named_browser(), on_all=on_all):
        if remark.is_wrong:
            wrong.append(remark.problem)
        else:
            echo(remark.problem, err=True)
    return wrong


def _cause(problem: Problem) -> str:
    """Return a problem without the name of the report, so that equal ones can be grouped."""
    if problem.id == "verify-differs":
        return say("verify-differs-alike")
    named = {"target": say("verify-target")} if "target" in problem.details else {}
    return Problem(problem.id, **{**problem.details, **named}).text()


def _digits_of(signed: str, reports: int) -> str:
    """Return the digits of a fingerprint copied from paper, with or without separators."""
    digits = signed.translate(_SEPARATORS).casefold()
    if reports != 1:
        end(Problem("verify-signed-one", count=reports), MISUSED)
    if not _FINGERPRINT.fullmatch(digits):
        end(Problem("verify-signed-digits", word=signed), MISUSED)
    return digits


def _signed(project: Project, target: Target, digits: str) -> Iterator[Problem]:
    """Yield a problem if the public page is not the one that was signed; print it if it is."""
    page = project.output(target, PUBLIC)
    try:
        there = fingerprint_of(read_file(page).decode())
    except (OSError, ValueError):
        there = "—"
    if there == digits:
        echo(say("verify-signed", file=page.as_posix()), err=True)
    else:
        yield Problem("verify-not-signed", page.as_posix(), here=there)
