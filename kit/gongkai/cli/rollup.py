"""`gongkai rollup`: add up the reports below a body into one."""

from __future__ import annotations

import click

from gongkai.cli.check_formats import Checked, PrintedFinding, writer_of
from gongkai.cli.district import bodies_of, body_called, collecting, say_not_listed, say_outdated
from gongkai.cli.options import FAILED, MISUSED, YearType, as_misuse, end, folder_options
from gongkai.cli.printing import echo
from gongkai.cli.workbooks import say_workbooks
from gongkai.errors import Problem, writing_to
from gongkai.messages import say
from gongkai.pipeline.intake import Collector
from gongkai.pipeline.rolling import Rolled, findings, roll_up, write
from gongkai.project import Project, Target
from gongkai.text.agency_names import BODIES


@click.command()
@click.argument("parent")
@click.argument("year", type=YearType())
@click.option("--into", default="")
@click.option("--dry-run", is_flag=True)
@click.option("--force", is_flag=True)
@folder_options
def rollup(project: Project, parent: str, year: int, into: str, dry_run: bool, force: bool) -> None:
    """Add reports up."""
    if not (project.params / BODIES).exists():
        end(Problem("rollup-no-tree", (project.params / BODIES).as_posix()), MISUSED)
    bodies = bodies_of(project)
    with collecting(project, bodies, year) as collector:
        with as_misuse():
            rolled = roll_up(collector, body_called(bodies, parent), into, force=force)
        _print_summary(collector, rolled)
        terms = [Target(body.key, year) for body in rolled.roll_up.listed.bodies]
        say_workbooks(project, terms, strict=False, quiet=True)
        say_not_listed(project, bodies)
        if not dry_run:
            with writing_to(project.params):
                write(rolled)
        for path in rolled.files:
            message = "rollup-would-write" if dry_run else "rollup-written"
            echo(say(message, file=path.as_posix()))
        failed = _check(collector, rolled, dry_run=dry_run)
    if rolled.roll_up.made and not dry_run:
        text = project.params / rolled.target.slug / f"{rolled.target.year}.yaml"
        message = "rollup-again" if text in rolled.kept else "rollup-next"
        echo(say(message, target=str(rolled.target), file=text.as_posix()))
    if failed:
        raise SystemExit(FAILED)


def _print_summary(collector: Collector, rolled: Rolled) -> None:
    summed = rolled.roll_up
    states = [body.state for body in summed.listed.bodies]
    name = collector.tree.bodies[summed.listed.parent].name
    counted = {"reports": len(summed.figures), "lacking": len(summed.lacking)}
    exempt = states.count("exempt")
    echo(say("rollup-added", name=name, year=rolled.target.year, exempt=exempt, **counted))
    if not summed.made:
        echo(say("rollup-compared", target=str(rolled.target)))
    parent = summed.listed.parent
    below = {parent, *(body.key for body in collector.tree.below(parent))}
    for body in collector.not_counted():
        if body.parent in below:
            echo(say("not-counted", name=body.name, key=body.key, year=collector.year))
    for body in collector.tree.below(parent):
        say_outdated(collector, body, body.key)
    echo(*(say("rollup-kept", file=path.as_posix()) for path in rolled.kept))


def _check(collector: Collector, rolled: Rolled, *, dry_run: bool) -> bool:
    """Print what the checks find in the sums; return whether there is an error."""
    found = findings(collector, rolled, dry_run=dry_run)
    rows: list[PrintedFinding] = [(finding.row(), {}) for finding in found]
    writer_of("text", strict=False).add(Checked(str(rolled.target), rows))
    return any(finding.severity == "error" for finding in found)
