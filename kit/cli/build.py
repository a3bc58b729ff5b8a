"""`gongkai build`: build what is stale, show how far it is, say what became of it.

Imports: errors, reader, build.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kit.cli.options import FAILED, chosen_targets, folder_options, targets_argument
from kit.cli.states import print_states
from kit.errors import say

if TYPE_CHECKING:
    from kit.build import Project, Result


@click.command()
@targets_argument
@click.option("--force", is_flag=True)
@click.option("--strict", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--timeout", type=click.IntRange(min=1), default=600, show_default=True)
@folder_options
def build(
    project: Project,
    targets: tuple[str, ...],
    force: bool,
    strict: bool,
    dry_run: bool,
    timeout: int,
) -> None:
    """Build reports."""
    from kit import build as work
    from kit.reader import agency_names

    chosen = chosen_targets(project, targets)
    if dry_run:
        print_states(project, chosen, strict=strict, force=force)
        return
    names = agency_names(project.params)
    results = []
    with _progress(len(chosen)) as advance:
        for target in chosen:
            if force or work.why_stale(project, target, names, strict=strict):
                result = work.build(project, target, strict=strict, timeout=timeout)
            else:
                result = work.as_built(project, target)
            results.append(result)
            advance(_described(project, result))
    _summarise(results)


def _described(project: Project, result: Result) -> str:
    """Return a report's line, and below it each problem that stopped it."""
    target = str(result.target)
    review = project.output(result.target, ".review.html").as_posix()
    public = project.output(result.target, ".html").as_posix()
    counted = {f"{name}s": result.severities.count(name) for name in ("error", "warning", "note")}
    line = say(f"build-{result.status}", target=target, files=public, review=review, **counted)
    lines = [line, *(f"  {problem}" for problem in result.problems)]
    if result.status == "failed" and project.output(result.target, ".json").exists():
        lines.append("  " + say("build-kept"))
    return "\n".join(lines)


def _summarise(results: list[Result]) -> None:
    statuses: list[str] = [result.status for result in results]
    counted = {name: statuses.count(name) for name in ("built", "fresh", "blocked", "failed")}
    click.echo(say("build-summary", **counted))
    if counted["blocked"] or counted["failed"]:
        raise SystemExit(FAILED)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal, and a plain line a report everywhere; all on standard error."""
    if not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(say("build-running"), total=total)

        def advance(line: str) -> None:
            progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)

        yield advance
