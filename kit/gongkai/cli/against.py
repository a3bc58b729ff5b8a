"""`gongkai import --against`: compare what was published with what was approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gongkai.cli.apply import OF_ANOTHER, Applying, apply_edits
from gongkai.cli.diff_output import ComparedPair, lines_of
from gongkai.cli.documents import read_document
from gongkai.cli.options import FAILED, MISUSED, end, targets_of
from gongkai.cli.printing import echo, lines_of_doubts
from gongkai.compare.content import as_prose, checked_content, count_beside_prose, links_of
from gongkai.compare.reports import Comparison, compare
from gongkai.errors import Problem
from gongkai.importing.edited.changes import hashes_of
from gongkai.messages import first_few, say
from gongkai.project import Project, Target
from gongkai.report.model import Report, Value
from gongkai.report.reader import load_past, load_report
from gongkai.text.agency_names import agency_names
from gongkai.text.files import shortened

UNPRINTED = ("basis", "facts", "breakdowns", "accepted", "period", "year_on_year")
SHOWN = 3  # lines that were not compared
NAMES = ("name", "short_name")  # of the year; reading a document with another name raises a doubt


# Doubts about what a page prints but the comparison of two reports does not cover.
PRINTED_OTHERWISE = ("import-agency-differs", "import-heading-near")


class Asked(NamedTuple):
    """The arguments: the document, AGENCY/YEAR, a column, and options that have no effect here.

    With `apply`, the document's differences are written; with `dry_run`, only printed; with
    `force`, also those of a document that was exported from an earlier page.
    """

    files: Sequence[Path]
    against: str
    column: str
    others: Mapping[str, object]
    apply: bool = False
    dry_run: bool = False
    force: bool = False


def compare_with(project: Project, asked: Asked) -> None:
    """Print what differs between a document and a report of params/; exit with status 0 or 1."""
    slug, _, year = next(targets_of(project.params, (asked.against,))).partition("/")
    if len(asked.files) != 1 or not year.isdecimal():
        end(Problem("import-against", against=asked.against, count=len(asked.files)), MISUSED)
    useless = [word for word, value in asked.others.items() if value]
    if useless:
        echo(say("import-no-effect", options=useless), err=True)
    target, file = Target(slug, int(year)), asked.files[0]
    hashes = hashes_of(project.params / slug, target.year)
    ours = load_report(*target, project.params, project.forms)
    document = read_document(project, target, file, asked.column, ours.agency)
    document = document._replace(report=_with_unprinted(document.report, ours))
    found = None if asked.apply else _compared(project, ours, document.report)
    echo(*lines_of_doubts(document.imported.doubts, file), err=True)
    unplaced = document.imported.unplaced
    if unplaced:
        shown = first_few(map(shortened, unplaced), SHOWN)
        echo(say("import-not-compared", count=len(unplaced), lines=shown), err=True)
    if document.imported.derived and not asked.apply:
        echo(say("import-derived-not-compared"), err=True)
    if found is None:
        how = Applying(asked.dry_run, asked.force)
        apply_edits(project, ours, document, file, hashes=hashes, how=how)
    else:
        _say_left_out(ours)
        differing = (*OF_ANOTHER, *PRINTED_OTHERWISE)
        other = any(doubt.id in differing for doubt in document.imported.doubts)
        other = other or any(line.strip().isdecimal() for line in unplaced)  # next to its cell
        _say(ComparedPair(asked.against, file.as_posix(), "compared", found), other=other)


def _say_left_out(ours: Report) -> None:
    """Print how much of the report's text no document that is imported keeps."""
    if beside := count_beside_prose(ours):
        echo(say("import-tables-not-compared", count=beside), err=True)
    if links := sum(map(len, links_of(ours).values())):
        echo(say("import-links-not-compared", count=links), err=True)


def _say(item: ComparedPair, *, other: bool) -> None:
    """Print the differences and exit; `other` means that a doubt was a difference."""
    differs = item.differs or other
    echo(*lines_of(item, "text"))
    echo(say("diff-summary", same=int(not differs), differ=int(differs)), err=True)
    if differs:
        raise SystemExit(FAILED)


def _compared(project: Project, ours: Report, theirs: Report) -> Comparison:
    """Compare a report with a document, both checked as by `gongkai check`.

    If the document has the same content, findings are not compared: they differ only because
    its numbers are typed instead of filled in.
    """
    past, names = load_past(ours), agency_names(project.params)
    approved, published = (
        as_prose(checked_content(item, past, names), item) for item in (ours, theirs)
    )
    same = replace(published, findings=approved.findings)
    found = compare(approved, same)
    return compare(approved, published) if found.differs else found


def _is_same(one: Value, other: Value) -> bool:
    """Whether two figures have the same number and remark, however they are spelt."""
    return one.number is not None and (one.number, one.remark) == (other.number, other.remark)


def _with_unprinted(theirs: Report, ours: Report) -> Report:
    """Return a document's report, with the fields that no page prints from the approved one.

    So are figures that differ in their spelling alone: a workbook has 12.5 for 12.50.
    """
    same = {
        code: value
        for code, value in ours.values.items()
        if code in theirs.values and _is_same(value, theirs.values[code])
    }
    kept = {name: getattr(ours.parameters, name) for name in UNPRINTED + NAMES}
    return replace(
        theirs,
        values={**theirs.values, **same},
        agency=theirs.agency.in_year(ours.parameters),
        parameters=theirs.parameters.model_copy(update=kept),
        breakdowns=tuple(
            replace(item, total=theirs.values[item.code].number)
            for item in ours.breakdowns
            if item.code in theirs.values
        ),
    )
