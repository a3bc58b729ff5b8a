"""Track which reports of a district have come in for a year: their state and figures.

A report with an up-to-date build is not read again: its manifest has everything needed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from gongkai import checks
from gongkai.errors import KitError, Problem, unreadable
from gongkai.forms.editions import load_form
from gongkai.manifest import FindingRow, Manifest
from gongkai.pipeline.stale import DigestOf, state_of
from gongkai.project import Project, Target, all_targets
from gongkai.report.bodies import Bodies, Body, Tree
from gongkai.report.model import Report
from gongkai.report.parameters import Agency, YearParameters
from gongkai.report.reader import load_past, load_report
from gongkai.report.rollup import ReportFigures, as_printed
from gongkai.text.agency_names import Names
from gongkai.text.files import read_text
from gongkai.text.models import read_model

IntakeState = Literal["in", "missing", "unreadable", "exempt"]


@dataclass(frozen=True)
class Intake:
    """The state of one body's report for one year, and its data if it has come in.

    `problems` say why it is unreadable; `wrong` are the findings that stop its public page, even
    if it was not built. A report that was only begun is missing, and `wrong` has that finding.
    `signed` is the day that the report states, `digest` the hash of its CSV.
    """

    body: Body
    year: int
    state: IntakeState
    due: datetime.date | None = None
    signed: datetime.date | None = None
    problems: tuple[Problem, ...] = ()
    digest: str = ""
    edition: str = ""
    wrong: tuple[FindingRow, ...] = ()
    _counted: Callable[[], ReportFigures] | None = field(default=None, repr=False)

    @property
    def errors(self) -> int:
        """The number of findings that stop its public page."""
        return len(self.wrong)

    @property
    def late(self) -> bool:
        """Whether the report states a day of signature after it was due."""
        return bool(self.state == "in" and self.due and self.signed and self.signed > self.due)

    def overdue(self, today: datetime.date) -> int:
        """Return how many days overdue a report is that has not come in; 0 for others."""
        lacking = self.state in ("missing", "unreadable")
        return max(0, (today - self.due).days) if lacking and self.due else 0

    @property
    def counted(self) -> ReportFigures:
        """The figures of a report that is in. Raises LookupError for any other."""
        if self._counted is None:
            raise LookupError(self.body.key)
        return self._counted()


class Collector:
    """Determines the state of each report of a year on demand."""

    def __init__(
        self, project: Project, bodies: Bodies, year: int, names: Names, digest_of: DigestOf
    ) -> None:
        self.project = project
        self.bodies = bodies
        self.year = year
        self.tree: Tree = bodies.in_year(year)
        self.digest_of = digest_of
        self._names = names
        self._seen: dict[str, Intake] = {}

    @cached_property
    def _keys_of_names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for body in self.bodies.entries:
            found.setdefault(body.name, []).append(body.key)
        return found

    @cached_property
    def _names_of_keys(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for body in self.bodies.entries:
            found.setdefault(body.key, set()).add(body.name)
        return found

    def of(self, body: Body) -> Intake:
        """Return the state of a body's report; one that is exempt and in counts as in."""
        if body.key not in self._seen:
            self._seen[body.key] = self._look(body)
        return self._seen[body.key]

    def all_below(self, key: str) -> Iterator[Intake]:
        """Yield a body's own state, then that of every body below it; for '', of every body."""
        if key:
            yield self.of(self.tree.bodies[key])
        yield from map(self.of, self.tree.below(key))

    def is_added_up(self, body: Body) -> bool:
        """Whether a body's report is that of the whole tree, added up from those below it."""
        whole = body.covers == "area" and not body.parent
        return whole and bool(self.tree.children(body.key))

    def csv_of(self, body: Body) -> Path:
        """Return the path of the CSV of a body's report."""
        return self.project.params / body.key / f"{self.year}.csv"

    def not_counted(self) -> tuple[Body, ...]:
        """Return the bodies that have a report of the year but are not listed for it.

        Folders that cannot be searched are skipped.
        """
        others = [body for body in self.bodies.entries if body.key not in self.tree.bodies]
        found = {}
        for body in others:
            with suppress(OSError):
                if self._has_files(body):
                    found[body.key] = body
        return tuple(found.values())

    def other_names(self, body: Body) -> set[str]:
        """Return the names that a body has in other years."""
        return self._names_of_keys[body.key] - {body.name}

    def misnamed(self) -> Iterator[tuple[Body, str]]:
        """Yield the bodies whose reports of the year have a different name, and that name.

        Unreadable reports are skipped: `of` reports them.
        """
        for body in self.tree.bodies.values():
            named = self._names.called.get(body.key, ())
            renamed = self.other_names(body) or body.name not in named
            renamed = renamed or self._has_own_name(body)
            if renamed and self.of(body).state == "in":
                agency, _ = read_model(self.csv_of(body).with_name("agency.yaml"), Agency)
                path = self.csv_of(body).with_suffix(".yaml")
                called = agency.in_year(read_model(path, YearParameters)[0]).name
                if called != body.name:
                    yield body, called

    def _has_own_name(self, body: Body) -> bool:
        """Whether a body's file of the year sets its own name."""
        with suppress(KitError):
            return "\nname:" in "\n" + read_text(self.csv_of(body).with_suffix(".yaml"))
        return False

    def _has_files(self, body: Body) -> bool:
        """Whether a body has a report of the year. Raises OSError if that cannot be determined."""
        path = self.csv_of(body)
        return path.exists() or path.with_suffix(".yaml").exists()

    def _look(self, body: Body) -> Intake:
        due = self.bodies.due(body, self.year)
        try:
            has_files = self._has_files(body)
        except OSError as error:  # a folder that cannot be searched
            problems = (unreadable(error),)
            return Intake(body, self.year, "unreadable", due, problems=problems)
        if not has_files:
            return Intake(body, self.year, "exempt" if body.exempt else "missing", due)
        if problem := self._of_another(body):
            return Intake(body, self.year, "unreadable", due, problems=(problem,))
        target = Target(body.key, self.year)
        # Before anything is read: a file that is saved meanwhile then counts as changed.
        digest = self.digest_of(str(self.csv_of(body)))
        found = Intake(body, self.year, "in", due, digest=digest)
        state = state_of(self.project, target, self._names, digest_of=self.digest_of)
        if state.manifest is not None and not state.execute:
            return self._built(found, state.manifest)
        try:
            report = load_report(*target, self.project.params, self.project.forms)
        except KitError as error:
            return Intake(body, self.year, "unreadable", due, problems=error.problems)
        return self._read(found, report)

    def _of_another(self, body: Body) -> Problem | None:
        """Return the problem of a body's folder that has the report of another body, or None.

        If it were counted as this body's, the other's figures would be in the sums twice.
        """
        called, *_ = *self._names.called.get(body.key, ()), ""
        keys = self._keys_of_names.get(called, ())
        if not keys or body.key in keys:
            return None
        file = self.project.params / body.key / "agency.yaml"
        details = {"name": called, "other": keys[0], "body": body.name}
        return Problem("intake-of-another", file.as_posix(), **details)

    def _built(self, found: Intake, manifest: Manifest) -> Intake:
        """Return a report as its manifest has it."""

        def counted() -> ReportFigures:
            # Figures that move into other parameters come from parameters, not from outputs.
            target = Target(found.body.key, self.year)
            return self._counted(load_report(*target, self.project.params, self.project.forms))

        wrong = tuple(item for item in manifest.standing if item.severity == "error")
        return _unless_begun(
            replace(
                found,
                signed=manifest.signed,
                edition=manifest.edition,
                wrong=wrong,
                _counted=counted,
            )
        )

    def _read(self, found: Intake, report: Report) -> Intake:
        """Return a report as it was read from its parameters."""
        last_year = load_past(report).last_year(report)
        wrong = tuple(item.row() for item in checks.errors(report, last_year))
        counted = self._counted(report)
        return _unless_begun(
            replace(
                found,
                signed=report.parameters.signed,
                edition=report.form.edition,
                wrong=wrong,
                _counted=lambda: counted,
            )
        )

    def _counted(self, report: Report) -> ReportFigures:
        numbers = {code: value.number for code, value in report.values.items()}
        form = load_form(report.form.edition, self.project.forms)
        lines = {
            code: (cell.full_name, cell.unit)
            for code, cell in report.form.cells.items()
            if code not in form.cells
        }
        return ReportFigures(as_printed(form, numbers), numbers, lines)


def _unless_begun(found: Intake) -> Intake:
    """Return the state of a report that could be read; one that was only begun is not in."""
    if not any(item.id == "draft" for item in found.wrong):
        return found
    state: IntakeState = "exempt" if found.body.exempt else "missing"
    return Intake(found.body, found.year, state, found.due, wrong=found.wrong)


def newest_year(project: Project, keys: set[str], today: datetime.date) -> int | None:
    """Return the newest year that has ended by a day, of the years with a report by these bodies.

    A later year may be mistyped. If none has ended, it is the first; None if there is no report.
    """
    years = {year for slug, year in all_targets(project.params) if slug in keys}
    ended = (year for year in years if year < today.year)
    return max(ended, default=min(years, default=None))
