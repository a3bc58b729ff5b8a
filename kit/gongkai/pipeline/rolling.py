"""Add up the reports below a body, and write the report of the sums."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gongkai.checks import check_in_context
from gongkai.checks.findings import Finding
from gongkai.disk import read_file, write_whole
from gongkai.errors import KitError, Problem
from gongkai.forms.editions import edition_for, load_form
from gongkai.forms.form import Form
from gongkai.forms.local import ExtraLine, collapsible, with_extra_lines
from gongkai.forms.tables import Code
from gongkai.pipeline.intake import Collector, Intake
from gongkai.project import PARAMETERS, Target, refuse_link_out
from gongkai.report.bodies import Body
from gongkai.report.csv_file import csv_of
from gongkai.report.model import Report
from gongkai.report.parameters import Agency, YearParameters
from gongkai.report.provenance import ROLLUP
from gongkai.report.reader import load_past, load_report
from gongkai.report.rollup import (
    LACKING,
    LARGEST,
    ReportFigures,
    RollUp,
    RollUpList,
    Source,
    add_up,
    added,
    as_printed,
    common_form,
    list_text,
    rollup_files,
    stated_period,
    text_digest,
    with_hashes,
)
from gongkai.text.agency_names import agency_names, can_be_folder
from gongkai.text.models import read_model
from gongkai.text.numbers import plain
from gongkai.text.templates import render_text

UNSIGNED = "unsigned-sum"
ADDED_UP = "（汇总）"  # added to the name of a body whose folder has its own report
AREA = "-area"  # added to the key of a body whose folder has its own report


class Rolled(NamedTuple):
    """A roll-up ready to be written: the files by path, and those that stay as they are.

    `kept` are files that somebody wrote or changed.
    """

    target: Target
    roll_up: RollUp
    files: Mapping[Path, bytes]
    kept: tuple[Path, ...]


def roll_up(collector: Collector, parent: str, into: str = "", *, force: bool = False) -> Rolled:
    """Return the sum of the reports below a body, and of its own if that covers the body alone.

    `into` is the folder of the new report; the default is the body's own, or, if that has the
    body's own report, one with AREA added. Raises KitError if there is no such body, nothing to
    add up, or if a form or a file cannot be read.
    """
    body = _body(collector, parent)
    chosen = into or (parent if body.covers == "area" else parent + AREA)
    if not can_be_folder(chosen):
        raise KitError(Problem("agency-slug", agency=chosen))
    if chosen != parent and _is_of_another(collector, body, chosen):
        raise KitError(Problem("rollup-into", agency=chosen))
    target = Target(chosen, collector.year)
    found = list(_sources(collector, body))
    if not any(item.state == "in" for item, _ in found):
        raise KitError(Problem("rollup-nothing", name=body.name, year=collector.year))
    writer = _Writer(collector, target, body, force=force)
    summed = _summed(collector, parent, found, writer.theirs, writer.extra_lines)
    return writer.files(summed)


def _is_of_another(collector: Collector, body: Body, chosen: str) -> bool:
    """Whether a folder is that of a body in any year, or has an agency with another name."""
    if any(chosen == other.key for other in collector.bodies.entries):
        return True
    path = collector.project.params / chosen / "agency.yaml"
    names = {body.name, *collector.other_names(body)}
    own = names | {f"{name}{ADDED_UP}" for name in names}
    return path.exists() and read_model(path, Agency)[0].name not in own


def _body(collector: Collector, parent: str) -> Body:
    body = collector.tree.bodies.get(parent)
    details = {"key": parent, "year": collector.year}
    if body is None:
        raise KitError(Problem("rollup-no-body", **details))
    if not collector.tree.children(parent):
        raise KitError(Problem("rollup-no-children", **details, name=body.name))
    return body


def _sources(collector: Collector, parent: Body) -> Iterator[tuple[Intake, bool]]:
    """Yield each report to add up, and whether it covers its body alone, with others below."""

    def is_in(body: Body) -> bool:
        return collector.of(body).state == "in"

    for body, own in collector.tree.terms(parent, is_in):
        yield collector.of(body), own


def _summed(
    collector: Collector,
    parent: str,
    found: list[tuple[Intake, bool]],
    theirs: ReportFigures | None,
    extra: tuple[ExtraLine, ...],
) -> RollUp:
    """Return the sum of the reports that are in, on the form of the report to compare it with.

    If there is none, it is on the one form that all of them used, else on the one in force.
    """
    reports = {item.body.key: item.counted for item, _ in found if item.state == "in"}
    editions = {report.form.edition for report in reports.values()}
    forms = collector.project.forms
    if theirs is not None:
        form = load_form(theirs.form.edition, forms)
    elif len(editions) == 1:
        form = load_form(next(iter(editions)), forms)
    else:
        form = edition_for(collector.year, forms)
    form = common_form(form, (*reports.values(), *((theirs,) if theirs else ())))
    one_row = _one_row(load_form(form.edition, forms), form)
    form, _ = with_extra_lines(form, extra, collector.year)
    terms = {key: added(report, form) for key, report in reports.items()}
    total = add_up(form, terms.values())
    listed = RollUpList(
        parent=parent,
        edition=form.edition,
        one_row=one_row,
        left_blank=tuple(code for code in form.cells if code in total.unknown),
        left_out=total.left_out,
        written={},
        bodies=tuple(_source(collector, item, own=own) for item, own in found),
    )
    return RollUp(listed, form, {key: term.numbers for key, term in terms.items()})


def _one_row(whole: Form, form: Form) -> tuple[Code, ...]:
    return tuple(group for group in collapsible(whole) if group not in collapsible(form))


def _source(collector: Collector, item: Intake, *, own: bool) -> Source:
    path = collector.csv_of(item.body)
    period, below = "", None
    if item.state == "in":
        period = stated_period(read_model(path.with_suffix(".yaml"), YearParameters)[0])
        below = _list_of(path.with_suffix(ROLLUP))
    bodies = below.bodies if below else ()
    successors = collector.bodies.successors(collector.year)
    return Source(
        key=item.body.key,
        name=item.body.name,
        state=item.state,
        edition=item.edition,
        own=own,
        errors=item.errors,
        sha256=item.digest,
        period=period,
        partial=tuple(
            name
            for it in bodies
            for name in (*((f"{it.name}（{it.period}）",) if it.period else ()), *it.partial)
        ),
        formerly=tuple(key for key, into in successors.items() if into == item.body.key),
        added=tuple(name for it in bodies if it.state == "in" for name in (it.name, *it.added)),
        lacking=tuple(
            name
            for it in bodies
            for name in (*((it.name,) if it.state in LACKING else ()), *it.lacking)
        ),
    )


def _list_of(path: Path) -> RollUpList | None:
    """Return what a report was added up from; None if it is no sum, or was written by somebody."""
    if not path.exists():
        return None
    listed, _ = read_model(path, RollUpList, LARGEST)
    return listed if path.name.replace(ROLLUP, ".csv") in listed.written else None


# --- writing ----------------------------------------------------------------------


class _Writer:
    """Decides which files of a report are written, and which are somebody's work."""

    def __init__(self, collector: Collector, target: Target, body: Body, *, force: bool) -> None:
        self._collector = collector
        self._target = target
        self._body = body
        self._force = force
        self._folder = collector.project.params / target.slug
        refuse_link_out(self._folder, collector.project.params)
        self._written, self._replaced = self._written_before()
        self._report = self._others_report()

    @property
    def theirs(self) -> ReportFigures | None:
        """The figures of a report that somebody else wrote; None if it is ours to write."""
        if self._report is None:
            return None
        numbers = {code: value.number for code, value in self._report.values.items()}
        form = load_form(self._report.form.edition, self._collector.project.forms)
        return ReportFigures(as_printed(form, numbers), numbers)

    @property
    def extra_lines(self) -> tuple[ExtraLine, ...]:
        """The extra lines of the report's agency."""
        path = self._folder / "agency.yaml"
        return read_model(path, Agency)[0].extra_lines if path.exists() else ()

    def _written_before(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the hashes of what was written, and of what an interrupted roll-up replaces."""
        path = self._folder / f"{self._target.year}{ROLLUP}"
        if not path.exists():
            return {}, {}
        listed, _ = read_model(path, RollUpList, LARGEST)
        return listed.written, listed.replacing

    def _others_report(self) -> Report | None:
        """Return the existing report, unless `rollup` wrote it, or it is to be replaced."""
        names = [f"{self._target.year}{suffix}" for suffix in PARAMETERS]
        there = any((self._folder / name).exists() for name in names)
        if self._force or names[1] in self._written or not there:
            return None
        project = self._collector.project
        return load_report(*self._target, project.params, project.forms)

    def files(self, summed: RollUp) -> Rolled:
        """Return the files to write. Raises KitError if the figures were edited since."""
        file = self._folder / f"{self._target.year}{ROLLUP}"
        summed = replace(summed, file=file.as_posix(), made=self._report is None)
        own: dict[str, bytes] = {}
        if self._report is None:
            own = self._own_files(summed)
        new = {name: data for name, data in own.items() if self._is_ours(name)}
        kept = tuple(self._folder / name for name in own if name not in new)
        for path in kept:
            if path.suffix == ".csv":
                raise KitError(Problem("rollup-edited", path.as_posix()))
        hashed = {name: data for name, data in new.items() if name != "agency.yaml"}
        summed = with_hashes(self._target.year, summed, hashed)
        new |= rollup_files(self._target.year, summed)
        paths = {self._folder / name: data for name, data in new.items()}
        return Rolled(
            self._target, summed, paths, tuple(path for path in kept if path.stem.isdigit())
        )

    def _is_ours(self, name: str) -> bool:
        """Whether a file may be written: figures also by force, but no text that was edited."""
        path = self._folder / name
        if not path.exists():
            return True
        if name == "agency.yaml":
            return False
        forced = self._force and path.suffix == ".csv"
        ours = (self._written.get(name), self._replaced.get(name))
        return forced or text_digest(read_file(path)) in ours

    def _titled(self, name: str) -> str:
        """Return the name of a body as the report of the sums has it."""
        return name if self._target.slug == self._body.key else f"{name}{ADDED_UP}"

    def _has_name_of_another_year(self) -> bool:
        """Whether `agency.yaml` has a name that the body has in other years."""
        path = self._folder / "agency.yaml"
        if not path.exists():
            return False
        others = self._collector.other_names(self._body)
        return read_model(path, Agency)[0].name in {self._titled(name) for name in others}

    def _own_files(self, summed: RollUp) -> dict[str, bytes]:
        year, form = self._target.year, summed.form
        in_force = edition_for(year, self._collector.project.forms).edition
        rows = (
            (code, cell.label, cell.unit, _printed(summed, code))
            for code, cell in form.cells.items()
        )
        text = render_text(
            "new/rollup.yaml.j2",
            form=form,
            year=year,
            name=_quoted(self._titled(self._body.name)) if self._has_name_of_another_year() else "",
            edition="" if form.edition == in_force else form.edition,
            reports=len(summed.figures),
            lacking=len(summed.lacking),
        )
        agency = render_text("new/agency.yaml.j2", name=_quoted(self._titled(self._body.name)))
        return {
            "agency.yaml": agency.encode(),
            f"{year}.yaml": text.encode(),
            f"{year}.csv": csv_of(rows).encode(),
        }


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _printed(summed: RollUp, code: Code) -> str:
    number = summed.sums.get(code)
    return "" if number is None else plain(number)


def write(rolled: Rolled) -> None:
    """Write the new and changed files of a roll-up. Raises OSError.

    The list comes first, with the hashes of what is replaced: if this is interrupted, the figures
    do not pass for somebody's report, and the same roll-up can be repeated. It is completed last.
    """
    changed = {
        path: data
        for path, data in rolled.files.items()
        if not path.exists() or read_file(path) != data
    }
    if not changed:
        return
    file = Path(rolled.roll_up.file)
    replaced = {path.name: text_digest(read_file(path)) for path in changed if path.exists()}
    replaced.pop(file.name, None)
    begun = rolled.roll_up.listed.model_copy(update={"replacing": replaced})
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, list_text(begun))
    for path, data in changed.items():
        if path != file:
            write_whole(path, data)
    write_whole(file, rolled.files[file])


def outdated(collector: Collector, target: Target) -> list[Source]:
    """Return the bodies whose reports have changed since a report was added up from them."""
    path = collector.project.params / target.slug / f"{target.year}{ROLLUP}"
    if not path.exists():
        return []
    listed = read_model(path, RollUpList, LARGEST)[0]
    parent = collector.tree.bodies.get(listed.parent)
    found = _sources(collector, parent) if parent else ()
    now = {item.body.key: _source(collector, item, own=own) for item, own in found}
    before = {source.key: source for source in listed.bodies}
    both = {**before, **now}
    return [both[key] for key in both if before.get(key) != now.get(key)]


def findings(collector: Collector, rolled: Rolled, *, dry_run: bool) -> tuple[Finding, ...]:
    """Return the findings about the sums, and every error in the report.

    That a new sum is not signed yet is left out. With `dry_run`, a report made by the roll-up
    does not exist, so there is nothing to check. Raises KitError if it cannot be read.
    """
    if dry_run and rolled.roll_up.made:
        return ()
    project = collector.project
    report = load_report(*rolled.target, project.params, project.forms)
    report = replace(report, roll_up=rolled.roll_up)
    found = check_in_context(report, load_past(report), agency_names(project.params))
    return tuple(
        item
        for item in found
        if item.id.startswith("rollup-") or (item.severity == "error" and item.id != UNSIGNED)
    )
