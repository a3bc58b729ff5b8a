"""`gongkai export --to xlsx --form`: write forms to fill in, from the parameters."""

from __future__ import annotations

from pathlib import Path

from gongkai.cli.options import FAILED, MISUSED, chosen_targets, end
from gongkai.cli.printing import echo
from gongkai.disk import read_file, write_whole
from gongkai.errors import KitError, Problem, writing_to
from gongkai.extras import LibraryMissing
from gongkai.kinds import EXCEL
from gongkai.messages import say
from gongkai.office.copies import entry_form
from gongkai.project import WORKBOOK, Project, Target
from gongkai.report.entry_form import form_of
from gongkai.report.model import Report
from gongkai.report.reader import load_last_year, load_report

SAID = {"written": "export-written-form", "fresh": "export-fresh-form"}


def write_forms(
    project: Project, targets: tuple[str, ...], into: Path | None, pattern: str, *, force: bool
) -> None:
    """Write a form for each report, next to its CSV or into a folder, and print a summary.

    An existing form with different contents is replaced only if forced: somebody may
    have filled it in.
    """
    counted = {"written": 0, "fresh": 0, "failed": 0}
    taken: dict[Path, Target] = {}
    for target in chosen_targets(project, targets):
        try:
            report, content = _form(project, target)
            file = _place(project, report, into, pattern)
            if taken.setdefault(file, target) != target:
                about = {"name": file.name, "files": [str(taken[file]), str(target)]}
                raise KitError(Problem("export-name-twice", **about))
            status = _write(file, content, force=force)
            echo(say(SAID[status], target=str(target), file=file.as_posix()))
        except LibraryMissing as error:
            end(error, MISUSED)
        except KitError as error:
            echo(*error.problems, err=True)
            status = "failed"
        counted[status] += 1
    echo(say("export-summary-forms", **counted))
    if counted["failed"]:
        raise SystemExit(FAILED)


def _form(project: Project, target: Target) -> tuple[Report, bytes]:
    """Return a report and its form. Raises KitError if the report cannot be read."""
    report = load_report(*target, project.params, project.forms)
    return report, entry_form(form_of(report, last_year(project, target)))


def last_year(project: Project, target: Target) -> Report | None:
    """Return the agency's report of the previous year; print why if it cannot be read."""
    last = load_last_year(*target, project.params, project.forms)
    if not isinstance(last, KitError):
        return last
    echo(say("new-without-last-year", year=target.year - 1), *last.problems, err=True)
    return None


def _place(project: Project, report: Report, into: Path | None, pattern: str) -> Path:
    """Return the path of a form: next to the CSV, or in a folder, named after the pattern."""
    if into is None:
        return project.params / report.slug / f"{report.year}{WORKBOOK}"
    name = report.agency.called.replace("/", "／")
    return into / pattern.format(name=name, year=report.year, slug=report.slug, ext=EXCEL.name)


def _write(file: Path, content: bytes, *, force: bool) -> str:
    """Write a form, and return its status. Raises KitError if a different one exists."""
    with writing_to(file):
        if file.exists():
            if read_file(file) == content:
                return "fresh"
            if not force:
                raise KitError(Problem("export-form-exists", file.as_posix()))
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
    return "written"
