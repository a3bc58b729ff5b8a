"""`gongkai check`: all findings of all reports, or of those that changed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import chain, groupby
from multiprocessing import get_context

import click

from gongkai.checks import check_in_context
from gongkai.checks.rules import load_rules
from gongkai.cli.check_formats import STYLES, Checked, PrintedFinding, Writer, writer_of
from gongkai.cli.check_summary import Summary
from gongkai.cli.options import (
    FAILED,
    as_misuse,
    chosen_targets,
    cores,
    folder_options,
    format_option,
    targets_argument,
)
from gongkai.cli.printing import echo
from gongkai.cli.project_problems import (
    say_missing_agencies,
    say_same_names,
    say_unread,
    say_unread_names,
)
from gongkai.cli.workbooks import say_workbooks
from gongkai.compare.since import Since, since
from gongkai.disk import scratch
from gongkai.engine.child import end_with_parent
from gongkai.errors import SEVERITIES, KitError, Problem, fault
from gongkai.manifest import FindingRow
from gongkai.messages import first_few, say
from gongkai.project import Project, Target, all_targets
from gongkai.report.outdated import Sums
from gongkai.report.reader import Kept, load_kept, load_past
from gongkai.report.source_file import printed_cells, printed_of
from gongkai.text.agency_names import Names, agency_names, kept_names

MANY = 16  # agencies; from this number on, further processes are worth starting
SHOWN = 3  # names in a sentence
FORMATS = [*STYLES, "junit", "markdown"]
GC_THRESHOLD = 20_000  # allocations between two searches for reference cycles: a report leaves few


@click.command()
@targets_argument
@click.option("--strict", is_flag=True)
@click.option("--since", "revision", metavar="REVISION")
@format_option(FORMATS)
@folder_options
def check(
    project: Project, targets: tuple[str, ...], strict: bool, revision: str | None, style: str
) -> None:
    """Check reports."""
    chosen = chosen_targets(project, targets)
    load_rules(project.params, project.forms)  # so that problems in them are reported once
    with kept_names(project.params), ExitStack() as stack:
        changed = None if revision is None else _since(stack, project, chosen, revision)
        chosen = changed.changed if changed else chosen
        writer = (
            _summary(project, changed) if style == "markdown" else writer_of(style, strict=strict)
        )
        contradicted = say_workbooks(project, chosen, strict=strict)
        sums = changed.sums if changed else ()
        failed = _check(project, chosen, sums, writer, strict=strict)
        if changed and changed.removed and style != "markdown":
            names = first_few(changed.removed, SHOWN)
            echo(say("markdown-removed", count=len(changed.removed), names=names), err=True)
        agencies = {target.slug for target in chosen}
        failed |= say_unread_names(project, agencies) and strict
        failed |= say_same_names(project, agencies if targets else ()) and strict
        failed |= say_missing_agencies(project, every=not targets) and strict
    if say_unread(project, targets) or failed or contradicted:
        raise SystemExit(FAILED)


def _since(stack: ExitStack, project: Project, chosen: Sequence[Target], revision: str) -> Since:
    """Return what changed since a revision; end the command if there is no such revision."""
    with as_misuse():
        return since(project, revision, chosen, stack.enter_context(scratch()))


def _summary(project: Project, changed: Since | None) -> Writer:
    """Return the writer of a summary, compared with earlier findings on the same reports."""
    if changed is None:
        return Summary()

    known = set(all_targets(changed.before.params))
    both = [target for target in changed.changed if target in known]
    here, there = (f"{it.params.as_posix()}/" for it in (project, changed.before))
    before = [_relocated(checked, there, here) for checked in _every(changed.before, both)]
    before += _sums(changed.before, changed.sums)
    return Summary(changed.revision, before, [str(target) for target in changed.removed])


def _relocated(checked: Checked, there: str, here: str) -> Checked:
    """Return findings from a copy of the parameters with the paths of the original folder."""
    rows: list[PrintedFinding] = [
        (
            row.model_copy(
                update={key: getattr(row, key).replace(there, here) for key in ("file", "zh", "en")}
            ),
            printed,
        )
        for row, printed in checked.rows
    ]
    return checked._replace(rows=rows)


def _check(
    project: Project,
    chosen: Sequence[Target],
    sums: Sequence[Target],
    writer: Writer,
    *,
    strict: bool,
) -> bool:
    """Check reports, print all findings and their number; return whether the check failed.

    For `sums`, print only which are out of date.
    """
    tally = dict.fromkeys(SEVERITIES, 0)
    unreadable = accepted = 0
    for checked in chain(_every(project, chosen), _sums(project, sums)):
        unreadable += checked.unreadable
        for row, _ in checked.rows:
            if row.accepted:
                accepted += 1
            else:
                tally[row.severity] += 1
        writer.add(checked)
    writer.end()
    counted = {f"{severity}s": number for severity, number in tally.items()}
    echo(say("check-summary", reports=len(chosen), failed=unreadable, **counted), err=True)
    if accepted:
        echo(say("check-accepted", count=accepted), err=True)
    return bool(unreadable or tally["error"] or (strict and tally["warning"]))


def _every(project: Project, chosen: Sequence[Target]) -> Iterator[Checked]:
    """Yield the findings of each report, in the given order; an agency's reports are read once.

    If there are many agencies, and processes can be forked, all cores are used.
    """
    names = agency_names(project.params)
    agencies = [list(found) for _, found in groupby(chosen, key=lambda target: target.slug)]
    workers = cores() if sys.platform == "linux" and len(agencies) >= MANY else 1
    work = partial(_agency, project)
    if workers == 1:
        _start(project, names)
        for found in agencies:
            yield from work(found)
        return
    context = get_context("fork")
    with ProcessPoolExecutor(workers, context, _begin, (project, names)) as pool:
        for checked in pool.map(work, agencies, chunksize=4):
            yield from checked


# The names of agencies and the sums of the project, set once in each process that checks.
_shared: list[tuple[Names, Sums]] = []


def _start(project: Project, names: Names) -> None:
    _shared[:] = [(names, Sums(project.params))]


def _begin(project: Project, names: Names) -> None:
    """Initialise a process that checks."""
    end_with_parent()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    _start(project, names)


def _agency(project: Project, targets: list[Target]) -> list[Checked]:
    """Return the findings of some reports of one agency."""
    kept: Kept = {}
    return [_checked(project, target, kept) for target in targets]


def _checked(project: Project, target: Target, kept: Kept) -> Checked:
    """Return the findings of a report, or why it cannot be checked; `kept` has what was read."""
    names, sums = _shared[0]
    place = (project.params / target.slug).as_posix()
    report = load_kept(*target, project.params, kept, project.forms)
    if isinstance(report, KitError):
        return _unreadable(target, report.problems, place)
    try:
        findings = check_in_context(report, load_past(report, kept), names)
    except Exception as error:  # a bug in a check must not stop the other reports
        return _unreadable(target, [fault(error, place)], place)
    printed = printed_cells(report)
    rows: list[PrintedFinding] = [(it.row(), printed_of(it.codes, printed)) for it in findings]
    return Checked(str(target), rows + _outdated(sums, target))


def _unreadable(target: Target, problems: Iterable[Problem], place: str) -> Checked:
    rows: list[PrintedFinding] = [(_problem_row(problem, place), {}) for problem in problems]
    return Checked(str(target), rows, unreadable=True)


def _sums(project: Project, targets: Iterable[Target]) -> Iterator[Checked]:
    """Yield the sums that are out of date, with only the warnings about that."""
    below = Sums(project.params)
    found = ((str(target), _outdated(below, target)) for target in targets)
    yield from (Checked(report, rows) for report, rows in found if rows)


def _outdated(sums: Sums, target: Target) -> list[PrintedFinding]:
    """Return warnings that a report adds up what has changed since.

    This includes sums that were added up in it. A build does not report them, because the files
    of other bodies are not inputs of a report.
    """
    rows = (_problem_row(problem, problem.file) for problem in sums.outdated(target))
    return [(row.model_copy(update={"severity": "warning"}), {}) for row in rows]


def _problem_row(problem: Problem, place: str) -> FindingRow:
    """Return a problem in the form of a finding; without a file, it is about the folder."""
    return FindingRow(
        id=problem.id,
        severity="error",
        file=problem.file or place,
        line=problem.line,
        zh=problem.text("zh"),
        en=problem.text("en"),
    )
