"""`gongkai build`: build what is stale, show the progress, and report the results."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from gongkai.cli.list_ import print_orphans, print_states
from gongkai.cli.options import (
    FAILED,
    MISUSED,
    ShardType,
    chosen_targets,
    cores,
    end,
    folder_options,
    format_option,
    targets_argument,
)
from gongkai.cli.printing import echo, echo_json
from gongkai.cli.progress import Progress
from gongkai.cli.project_problems import (
    say_missing_agencies,
    say_outdated_sums,
    say_same_names,
    say_unread,
    say_unread_names,
)
from gongkai.cli.summary import EXAMPLES, GROUPS, by_cause
from gongkai.cli.workbooks import say_workbooks
from gongkai.engine.pool import POSSIBLE
from gongkai.errors import KitError, first_of_each_file, writing_to
from gongkai.extras import needing
from gongkai.messages import first_few, language, say
from gongkai.pipeline import batch
from gongkai.pipeline.batch import BuildRecord, Plan
from gongkai.pipeline.build import BuildOptions, Result
from gongkai.pipeline.hashes import Hashes
from gongkai.pipeline.made import is_of_kit
from gongkai.project import (
    FAILED_NOTEBOOK,
    MANIFEST,
    PUBLIC,
    REVIEW,
    TABLE,
    Project,
    Shard,
    Target,
    all_targets,
    orphans,
)
from gongkai.show.index import write_index

if TYPE_CHECKING:
    from gongkai.engine.run import EngineName

# On other systems, forking a process that has loaded system libraries may be unsafe.
ENGINES = ("forked", "kernel") if POSSIBLE else ("kernel",)
ENGINE = "forked" if sys.platform == "linux" else "kernel"
MOST_MEMORY = 1_000_000_000  # megabytes; in bytes, much more would overflow what systems accept


@dataclass(frozen=True)
class Work:
    """How reports are processed; see `working_options`."""

    jobs: int
    engine: EngineName
    timeout: int
    memory: int | None
    shard: Shard | None

    def plan(
        self, reports: int, *, strict: bool = False, force: bool = False, isolate: bool = False
    ) -> Plan:
        """Return how a number of reports is built."""
        options = BuildOptions(strict, self.timeout, self.engine)
        return Plan(options, min(self.jobs, reports or 1), self.memory, force, isolate)


@dataclass(frozen=True)
class BuildWork(Work):
    """The options of `gongkai build`; see its help."""

    force: bool
    strict: bool
    isolate: bool
    dry_run: bool
    prune: bool
    no_index: bool
    style: str
    scheduler: str | None


def working_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for processing reports to a command."""
    for option in (
        click.option("--shard", type=ShardType()),
        click.option("--memory", type=click.IntRange(256, MOST_MEMORY)),
        click.option("--timeout", type=click.IntRange(min=1), default=600, show_default=True),
        click.option("--engine", type=click.Choice(ENGINES), default=ENGINE, show_default=True),
        click.option("--jobs", type=click.IntRange(min=1), default=cores()),
    ):
        command = option(command)
    return command


@click.command()
@targets_argument
@click.option("--force", is_flag=True)
@click.option("--strict", is_flag=True)
@click.option("--isolate", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--prune", is_flag=True)
@click.option("--no-index", is_flag=True)
@format_option()
@click.option("--scheduler", metavar="ADDRESS")
@working_options
@folder_options
def build(project: Project, targets: tuple[str, ...], **options: Any) -> None:
    """Build reports."""
    how = BuildWork(**options)
    chosen = chosen_targets(project, targets, how.shard, removed=how.dry_run or how.prune)
    plan = how.plan(len(chosen), strict=how.strict, force=how.force, isolate=how.isolate)
    if how.prune:
        _prune(project, targets, really=not how.dry_run)
    if how.dry_run:
        _print_plan(project, chosen, plan, how.style)
        print_orphans(project, targets, how.style)
        failed = say_unread(project, targets)
    elif how.strict and _is_unsafe(project, chosen):
        echo(say("build-unsafe"), err=True)
        failed = True
    else:
        failed = _build(project, targets, chosen, plan, how)
    if failed:
        raise SystemExit(FAILED)


def _build(
    project: Project, targets: tuple[str, ...], chosen: list[Target], plan: Plan, how: BuildWork
) -> bool:
    """Build reports, and print what they have in common; return whether anything failed."""
    tally = _Tally()
    lost = _work(project, chosen, plan, tally, how)
    if lost and not tally.statuses:
        end(lost, MISUSED)
    unwritten = not how.no_index and not _write_index(project)
    tally.print_summary(err=how.style == "json")
    _say_table(project, tally.withdrawn)
    if tally.statuses["built"] and how.shard is None:
        say_same_names(project, {target.slug for target in chosen} if targets else ())
    if not targets and how.shard is None and not how.prune:  # which named what it left
        _say_orphans(project)
    outdated = say_outdated_sums(project, chosen)
    unread = say_unread(project, targets)
    if lost:  # a cluster may be lost halfway
        end(lost, MISUSED)
    failed = bool(tally.statuses["blocked"] or tally.statuses["failed"])
    return failed or unread or unwritten or (how.strict and outdated)


def _is_unsafe(project: Project, targets: Collection[Target]) -> bool:
    """Print what makes findings unreliable; return whether there is anything.

    A workbook beside a CSV with other figures is one of these: either may be the right one.
    """
    unread = say_unread_names(project)
    idle = say_missing_agencies(project, every=False)
    contradicted = say_workbooks(project, targets, strict=True, quiet=True)
    slugs = {target.slug for target in targets}
    return say_same_names(project, slugs) or unread or idle or contradicted


def _work(
    project: Project, targets: list[Target], plan: Plan, tally: _Tally, how: BuildWork
) -> KitError | None:
    """Build here or on a cluster, showing progress; return why it could not continue, if so."""
    with Progress(len(targets), "build-running") as progress:

        def on_result(done: BuildRecord) -> None:
            tally.add(done.result)
            progress.advance(
                _described(project, done.result),
                failed=done.result.status not in ("built", "fresh"),
                quiet=not done.result.left_out,
                idle=done.result.status == "fresh",
            )
            if how.style == "json":
                echo_json(batch.row(done))

        if how.scheduler:
            return _send(project, targets, plan, how.scheduler, on_result)
        batch.run(project, targets, plan, on_result, progress.refresh)
        return None


def _print_plan(project: Project, targets: list[Target], plan: Plan, style: str) -> None:
    """Print what would be built, and why."""
    hashes = Hashes(project.outputs)
    print_states(
        project,
        targets,
        lambda one, names: batch.state_of(project, one, names, plan, hashes),
        style,
    )


def _write_index(project: Project) -> bool:
    """Update the page of all reports; on failure, print why and return False."""
    known = all_targets(project.params)
    try:
        with writing_to(project.outputs):
            write_index(project.outputs, known)
    except KitError as error:
        echo(*error.problems, err=True)
        return False
    return True


def _send(
    project: Project,
    targets: list[Target],
    plan: Plan,
    address: str,
    on_result: Callable[[BuildRecord], object],
) -> KitError | None:
    """Build on a cluster; return why it did not, or not all: no extra, no cluster, no worker."""
    batch.refuse_unread_rules(project)
    try:
        with needing("cluster"):
            from gongkai.pipeline import cluster
        cluster.run(project, targets, plan, address, on_result)
    except KitError as error:
        return error
    return None


def _prune(project: Project, targets: tuple[str, ...], *, really: bool) -> None:
    """Print which files belong to no parameters, and remove those made by the kit."""
    from gongkai.show.prune import OfOtherParameters, leftovers, remove

    try:
        found = leftovers(project, targets)
    except OfOtherParameters as error:
        end(error, MISUSED)
    except KitError as error:
        echo(*error.problems, err=True)
        return
    echo(*(say("prune-file", file=path.as_posix()) for path in found.ours), err=True)
    echo(*(say("prune-foreign", file=path.as_posix()) for path in found.foreign), err=True)
    if found.ours and really:
        pruned = remove(project, targets, found)
        echo(*(say("build-pruned", target=str(target)) for target in pruned), err=True)
        _say_table(project, bool(pruned))


def _say_table(project: Project, removed: bool) -> None:
    """Warn that the table of all reports still has figures of a report without a public page."""
    table = project.outputs / TABLE
    if removed and table.exists():
        echo(say("build-table", file=table.as_posix()), err=True)


def _say_orphans(project: Project) -> None:
    """Name the reports in the outputs that belong to no parameters: the index may have them."""
    removed = orphans(project)
    if removed:
        echo(say("build-orphans", count=len(removed), names=first_few(removed, EXAMPLES)), err=True)


def _described(project: Project, result: Result) -> Iterator[str]:
    """Yield a report's line, and below it each problem that stopped it."""
    target = str(result.target)
    review = project.output(result.target, REVIEW).as_posix()
    public = project.output(result.target, PUBLIC).as_posix()
    counted = {f"{name}s": result.severities.count(name) for name in ("error", "warning", "note")}
    yield say(f"build-{result.status}", target=target, files=public, review=review, **counted)
    found: list[object] = [*result.problems]
    found += [f"{error.place}: {error.sentence(language())}" for error in result.errors]
    found += [row.sentence(language()) for row in result.left_out]
    for problem in first_of_each_file(found, target):
        yield f"  {project.from_here(str(problem))}"
    left = project.output(result.target, FAILED_NOTEBOOK)
    if result.status == "failed" and is_of_kit(left):
        yield "  " + say("build-left", file=left.as_posix())
    if result.withdrawn:
        yield "  " + say("build-withdrawn", files=public)
        yield from ("  " + say("build-copy-kept", file=file) for file in result.kept)
    if result.renamed:
        before, now = result.renamed
        file = (project.params / result.target.slug / f"{result.target.year}.yaml").as_posix()
        yield "  " + say("build-renamed", before=before, now=now, file=file)
    if result.status == "failed" and is_of_kit(project.output(result.target, MANIFEST)):
        yield "  " + say("build-kept")


@dataclass
class _Tally:
    """The number of results by status, and why reports failed; whether a page was withdrawn."""

    statuses: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[Target, str]] = field(default_factory=list)
    withdrawn: bool = False

    def add(self, result: Result) -> None:
        """Count a report."""
        self.statuses[result.status] += 1
        self.withdrawn |= result.withdrawn
        causes = dict.fromkeys(problem.text() for problem in result.problems)
        self.failures += [(result.target, cause) for cause in causes]

    def print_summary(self, *, err: bool) -> None:
        """Print the counts and the most common failures."""
        common = by_cause(self.failures)
        if any(len(targets) > 1 for _, targets in common):
            for cause, targets in common[:GROUPS]:
                some = first_few(sorted(targets), EXAMPLES)
                echo(say("build-group", count=len(targets), problem=cause, names=some), err=True)
            if len(common) > GROUPS:
                echo(say("build-more-groups", count=len(common) - GROUPS), err=True)
        names = ("built", "fresh", "blocked", "failed")
        counted = {name: self.statuses[name] for name in names}
        echo(say("build-summary", **counted), err=err)
