"""`gongkai import --against`: what was published beside what was approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gongkai.cli.options import FAILED, MISUSED, end
from gongkai.cli.printing import echo
from gongkai.cli.reading import Task, read_all
from gongkai.errors import KitError, Problem, say

if TYPE_CHECKING:
    from gongkai.compare.reports import Comparison
    from gongkai.importing.run import Imported
    from gongkai.project import Project, Target
    from gongkai.report.model import Report

UNPRINTED = ("basis", "facts", "breakdowns", "accepted", "period", "year_on_year")


def compare_with(
    project: Project, files: Sequence[Path], against: str, column: str, useless: Sequence[str]
) -> None:
    """Print what differs between a document and a report of params/, and end with 0 or 1.

    `useless` are the options that were given and have no effect here.
    """
    from gongkai.cli.diff_output import ComparedPair, lines_of
    from gongkai.importing.run import Options
    from gongkai.project import Target

    slug, _, year = against.partition("/")
    if len(files) != 1 or not year.isdecimal():
        end(KitError(Problem("import-against", details={"against": against})), MISUSED)
    if useless:
        echo(say("import-no-effect", options=list(useless)), err=True)
    options = Options(slug, "", int(year), column, project.forms)
    [(_, result)] = read_all([Task(0, files[0], project.params, options, fill=False)], 1)
    try:
        if isinstance(result, KitError):
            raise result
        found = _compared(project, Target(slug, int(year)), result)
    except KitError as error:
        end(error, FAILED)
    for doubt in result.doubts:
        about = {"place": doubt.details["place"], "text": doubt.text(), "id": doubt.id}
        echo(say("import-doubt", **about), err=True)
    item = ComparedPair(against, files[0].as_posix(), "compared", found)
    echo(*lines_of(item, "text"))
    echo(say("diff-summary", same=int(not item.differs), differ=int(item.differs)), err=True)
    if item.differs:
        raise SystemExit(FAILED)


def _compared(project: Project, target: Target, imported: Imported) -> Comparison:
    """Return what differs between a report and a document, each checked as `gongkai check` does.

    The findings about a document that says the same are not compared: they differ only because
    its numbers are typed, and not filled in.
    """
    from gongkai.checks import check_in_context
    from gongkai.compare.reports import compare, content_of
    from gongkai.importing.write import written_aside
    from gongkai.report.reader import load_past, load_report
    from gongkai.text.agency_names import agency_names

    ours = load_report(*target, project.params, project.forms)
    with written_aside(target.slug, imported.files, project.params) as folder:
        theirs = _with_unprinted(load_report(*target, folder, project.forms), ours)
        past, names = load_past(ours), agency_names(project.params)
        approved, published = (
            content_of(item, check_in_context(item, past, names)) for item in (ours, theirs)
        )
    same = replace(published, findings=approved.findings)
    found = compare(approved, same)
    return compare(approved, published) if found.differs else found


def _with_unprinted(theirs: Report, ours: Report) -> Report:
    """Return a document's report with what no page prints taken from the approved one."""
    kept = {name: getattr(ours.parameters, name) for name in UNPRINTED}
    return replace(
        theirs,
        parameters=theirs.parameters.model_copy(update=kept),
        breakdowns=tuple(
            replace(item, total=theirs.values[item.code].number)
            for item in ours.breakdowns
            if item.code in theirs.values
        ),
    )
