"""Workbooks next to the CSVs of reports: compared with the CSVs, never built from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gongkai.cli.printing import echo
from gongkai.errors import KitError, Problem
from gongkai.messages import first_few, say
from gongkai.project import Project, Target, workbooks_of
from gongkai.report.outdated import added_up
from gongkai.report.reader import load_report

if TYPE_CHECKING:
    from gongkai.importing.run import Imported


MOST = 6  # codes named in a message


def say_workbooks(
    project: Project, targets: Iterable[Target], *, strict: bool, quiet: bool = False
) -> bool:
    """Print which workbooks are next to CSVs of reports; return whether one contradicts its CSV.

    The reports that a sum was added up from count as well: its figures are theirs.
    One that agrees is printed too, unless `quiet`, since only the CSV is read. With `strict`, one
    that cannot be compared counts as a contradiction.
    """
    failed = False
    chosen = list(targets)
    below = (term for target in chosen for term in added_up(project.params, target))
    for target in dict.fromkeys((*chosen, *below)):
        indicators = project.params / target.slug / f"{target.year}.csv"
        for path in workbooks_of(indicators) if indicators.exists() else ():
            failed |= _say_workbook(path, target, project, strict=strict, quiet=quiet)
    return failed


def _say_workbook(
    path: Path, target: Target, project: Project, *, strict: bool, quiet: bool
) -> bool:
    """Print how a workbook compares with its CSV; return whether that is an error."""
    about = {"file": path.as_posix(), "target": str(target)}
    try:
        codes = _differing(path, target, project)
    except KitError as error:
        echo(*error.problems, err=True)
        codes = None
    if codes is None:
        echo(say("check-workbook", **about), err=True)
        return strict
    if codes:
        counted = {"count": len(codes), "codes": first_few(codes, MOST)}
        echo(Problem("check-workbook-differs", path.as_posix(), **about, **counted), err=True)
        return True
    if not quiet:
        echo(say("check-workbook-same", **about), err=True)
    return False


def _differing(path: Path, target: Target, project: Project) -> list[str] | None:
    """Return the codes of the cells in which a workbook and its CSV differ.

    None for a workbook without any figure, such as a blank form. Raises KitError
    if either cannot be read.
    """
    from gongkai.cli.documents import import_one
    from gongkai.importing.run import Options

    options = Options(target.slug, "", target.year, forms=project.forms)
    imported = import_one(path, project.params, options)
    return list(_codes(imported, target, project)) if imported.figures else None


def _codes(imported: Imported, target: Target, project: Project) -> Iterator[str]:
    from gongkai.importing.write import written_aside

    ours = load_report(*target, project.params, project.forms)
    with written_aside(target.slug, imported.files, project.params) as folder:
        theirs = load_report(*target, folder, project.forms)
    for code in dict.fromkeys((*ours.values, *theirs.values)):
        one, other = ours.values.get(code), theirs.values.get(code)
        contents = [value and (value.number, value.remark) for value in (one, other)]
        if contents[0] != contents[1]:
            yield code
