"""`gongkai pdf`: print each public page that changed, say what became of it and in which fonts."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from gongkai.cli.list_ import say_unread
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
from gongkai.errors import KitError, Problem, say
from gongkai.project import PAPER, PUBLIC

if TYPE_CHECKING:
    from gongkai.project import Project, Target
    from gongkai.show.printer import Printer
    from gongkai.text.agency_names import Names


class Outcome(NamedTuple):
    """What became of a report's print: a status, its fonts, and what stopped it."""

    status: str
    fonts: tuple[str, ...] = ()
    pages: int = 0
    problems: tuple[Problem, ...] = ()


@click.command()
@targets_argument
@click.option("--force", is_flag=True)
@folder_options
def pdf(project: Project, targets: tuple[str, ...], force: bool) -> None:
    """Print reports."""
    from gongkai.show.printer import Printer
    from gongkai.text.agency_names import kept_names

    chosen = chosen_targets(project, targets)
    outcomes = []
    total = len(chosen)
    try:
        with (
            kept_names(project.params) as names,
            Printer(named_browser()) as printer,
            Progress(total, "pdf-running") as progress,
        ):
            for target in chosen:
                outcome = _print_one(printer, project, target, force=force)
                outcomes.append(outcome)
                well = outcome.status in ("printed", "fresh")
                described = partial(_described, project, target, names, outcome)
                progress.advance(described, failed=not well)
    except KitError as error:  # nothing can be printed: no browser, or no library to drive it
        end(error, MISUSED)
    if printer.sandbox_off:
        echo(printer.sandbox_off, err=True)
    unread = say_unread(project, targets)
    if _summarise(outcomes) or unread:
        raise SystemExit(FAILED)


def _print_one(printer: Printer, project: Project, target: Target, *, force: bool) -> Outcome:
    """Print a report where its PDF is not up to date. Raises BrowserMissing."""
    from gongkai.manifest import read_manifest
    from gongkai.show.pdf import read_sheets
    from gongkai.show.printer import BrowserMissing

    page, paper = project.output(target, PUBLIC), project.output(target, PAPER)
    manifest = read_manifest(project.outputs, target)
    if manifest is not None and manifest.is_blocked:
        paper.unlink(missing_ok=True)  # nobody signs what findings have withdrawn
        return Outcome("blocked")
    if not os.path.isfile(page):  # Path.is_file may raise
        return Outcome("missing")
    there = None if force else read_sheets(page, paper)
    if there:
        return Outcome("fresh", there.fonts, there.pages)
    try:
        printer.print_page(page, paper)
    except BrowserMissing:
        raise
    except KitError as error:
        return Outcome("failed", problems=error.problems)
    made = read_sheets(page, paper)
    return Outcome("printed", *((made.fonts, made.pages) if made else ()))


def _described(project: Project, target: Target, names: Names, outcome: Outcome) -> list[str]:
    """Return a report's line, and below it what should be known before it is signed."""
    from gongkai.pipeline.stale import state_of

    file, name = project.output(target, PAPER).as_posix(), str(target)
    line = say(f"pdf-{outcome.status}", target=name, file=file, pages=outcome.pages)
    lines = [line, *(f"  {problem}" for problem in outcome.problems)]
    if outcome.pages and state_of(project, target, names).reasons:
        lines.append("  " + say("pdf-page-stale", target=name))
    return lines


def _summarise(outcomes: list[Outcome]) -> bool:
    """Say what became of all; return whether something was not printed."""
    from gongkai.show.pdf import has_fangsong

    statuses = [outcome.status for outcome in outcomes]
    counted = {name: statuses.count(name) for name in ("printed", "fresh", "failed")}
    without = statuses.count("missing") + statuses.count("blocked")
    echo(say("pdf-summary", missing=without, **counted))
    fonts = tuple(sorted({name for outcome in outcomes for name in outcome.fonts}))
    if fonts:
        echo(say("pdf-fonts" if has_fangsong(fonts) else "pdf-substitutes", fonts=fonts))
    return bool(without or counted["failed"])
