"""`gongkai status`: whose report of a year is in, missing, unreadable, wrong, exempt or late."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from gongkai.cli.district import bodies_of, body_called, collecting, say_not_listed, say_outdated
from gongkai.cli.options import (
    FAILED,
    MISUSED,
    PATH,
    as_misuse,
    end,
    folder_options,
    format_option,
    refuse_parameters,
)
from gongkai.cli.printing import echo, echo_json
from gongkai.cli.project_problems import say_invalid_folders, say_unread
from gongkai.disk import write_whole
from gongkai.errors import KitError, Problem, writing_to
from gongkai.kinds import EXCEL
from gongkai.messages import first_few, language, say
from gongkai.office.reminders import TITLE, Line, as_workbook, is_untouched
from gongkai.pipeline.intake import Collector, Intake, IntakeState, newest_year
from gongkai.pipeline.rolling import AREA
from gongkai.project import YEAR, Project, Target, all_targets
from gongkai.report.bodies import Bodies
from gongkai.report.parameters import Agency
from gongkai.text.agency_names import BODIES
from gongkai.text.models import read_model

DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 5  # keys or reports in a message
# Reports that are in are listed if they have errors or are late.
ORDER: tuple[IntakeState, ...] = ("missing", "unreadable", "in", "exempt")


@click.command()
@click.argument("words", metavar="[PARENT] [YEAR]", nargs=-1)
@click.option("--on", type=DAY, default=lambda: datetime.date.today().isoformat())
@format_option()
@click.option("--to", "file", type=PATH)
@click.option("--force", is_flag=True)
@folder_options
def status(
    project: Project,
    words: tuple[str, ...],
    on: datetime.datetime,
    style: str,
    file: Path | None,
    force: bool,
) -> None:
    """Say who has reported."""
    if file is not None:
        _refuse(file, project.params, force=force)
    bodies = bodies_of(project)
    parent, year = _asked(project, bodies, words, on.date())
    with collecting(project, bodies, year) as collector:
        found = list(_chosen(collector, parent))
        lines = [_BodyStatus(collector, item, on.date()) for item in found]
        if style == "json":
            for line in lines:
                echo_json(line.row())
        else:
            _print(lines, collector, parent)
            _print_others(collector, parent)
    if file is not None:
        _write(file, lines, f"{_name(collector, parent, 'zh')}{year}年", on.date())
    _say_not_ended(project, on.date())
    problems = not parent and any([say_unread(project, ()), say_invalid_folders(project)])
    if problems or any(line.is_wanting for line in lines):
        raise SystemExit(FAILED)


def _refuse(file: Path, params: Path, *, force: bool) -> None:
    """End the command if a file must not be written: parameters, no workbook, or not ours."""
    refuse_parameters(file, params)
    if file.suffix.lower() != EXCEL.suffix:
        end(Problem("status-no-workbook", file.as_posix()), MISUSED)
    if not force and os.path.lexists(file) and not is_untouched(file):
        end(Problem("status-exists", file.as_posix()), MISUSED)


def _asked(
    project: Project, bodies: Bodies, words: Sequence[str], today: datetime.date
) -> tuple[str, int]:
    """Return the parent, '' for all bodies, and the year, by default the newest that has ended."""
    years = [word for word in words if YEAR.fullmatch(word)]
    names = [word for word in words if word not in years]
    if len(years) > 1 or len(names) > 1:
        raise click.UsageError(say("status-words", words=list(words)))
    keys = {body.key for body in bodies.entries}
    year = int(years[0]) if years else newest_year(project, keys, today)
    if year is None or not keys:
        end(Problem("status-no-year"), MISUSED)
    return body_called(bodies, names[0]) if names else "", year


def _chosen(collector: Collector, parent: str) -> Iterator[Intake]:
    """Yield the state of each requested body; end the command if the parent is unknown."""
    if parent and parent not in collector.tree.bodies:
        end(Problem("status-no-body", key=parent, year=collector.year), MISUSED)
    yield from collector.all_below(parent)


def _name(collector: Collector, parent: str, lang: str | None = None) -> str:
    return collector.tree.bodies[parent].name if parent else say("status-all", lang)


class _BodyStatus:
    """The status of one body, for the terminal, JSON and the workbook."""

    def __init__(self, collector: Collector, item: Intake, today: datetime.date) -> None:
        self.item = item
        self._project = collector.project
        self._is_added_up = collector.is_added_up(item.body)
        self.days = item.overdue(today)
        self.errors = item.errors if item.state == "in" else 0

    @property
    def is_wanting(self) -> bool:
        """Whether the report is missing, unreadable, or has errors."""
        return self.item.state in ("missing", "unreadable") or bool(self.errors)

    @property
    def is_reminded(self) -> bool:
        """Whether somebody has to be reminded; not for a sum, which the user makes."""
        return self.is_wanting and not self._is_added_up

    def sentence(self, lang: str | None = None) -> str:
        """Return the status as a sentence; '' for a report that is in, without errors, in time."""
        item, body = self.item, self.item.body
        if item.state == "missing":
            missing = self._missing(lang)
            return say("status-begun", lang, missing=missing) if item.wrong else missing
        if item.state == "unreadable":
            return say("status-unreadable", lang, problem=item.problems[0])
        if self.errors:
            return self._wrong(lang)
        if item.state == "exempt":
            return say("status-exempt", lang, reason=body.exempt)
        return say("status-late", lang, signed=item.signed, due=item.due) if item.late else ""

    def _wrong(self, lang: str | None) -> str:
        item = self.item
        first = item.wrong[0].sentence(lang or language())
        target = f"{item.body.key}/{item.year}"
        return say("status-errors", lang, count=self.errors, first=first, target=target)

    def _missing(self, lang: str | None) -> str:
        due = self.item.due
        if self._is_added_up:
            parent, year = self.item.body.key, self.item.year
            return say("status-to-add-up", lang, due=due, parent=parent, year=year)
        if due is None:
            return say("status-missing-no-day", lang, kind=self.item.body.effective_kind)
        message = "status-missing" if self.days else "status-missing-due"
        return say(message, lang, due=due, days=self.days)

    def contact(self) -> tuple[str, str]:
        """Return the contact for the report and the telephone number, as far as they are known."""
        body = self.item.body
        try:
            agency, _ = read_model(self._project.params / body.key / "agency.yaml", Agency)
        except KitError:
            return body.contact, body.telephone
        return body.contact or agency.office, body.telephone or agency.telephone

    def row(self) -> dict[str, object]:
        """Return the status as JSON-compatible data."""
        item, body = self.item, self.item.body
        contact, telephone = self.contact()
        return {
            "body": body.key,
            "name": body.name,
            "parent": body.parent,
            "kind": body.effective_kind,
            "district": body.place,
            "year": item.year,
            "state": item.state,
            "errors": self.errors,
            "late": item.late,
            "signed": item.signed.isoformat() if item.signed else None,
            "due": item.due.isoformat() if item.due else None,
            "days_overdue": self.days,
            "exempt": body.exempt,
            "contact": contact,
            "telephone": telephone,
            "problems": [problem.row() for problem in item.problems],
        }

    def line(self) -> Line:
        """Return the status as a row of the workbook."""
        item, body = self.item, self.item.body
        due = item.due.isoformat() if item.due else ""
        contact = self.contact()
        names = (body.name, body.key, body.place)
        state = "errors" if self.errors else "late" if item.late else item.state
        return Line(*names, state, due, self.days, *contact, self.sentence("zh"), self.is_reminded)


# --- printing ---------------------------------------------------------------------


def _print(lines: Sequence[_BodyStatus], collector: Collector, parent: str) -> None:
    states = [line.item.state for line in lines]
    echo(
        say(
            "status-summary",
            name=_name(collector, parent),
            year=collector.year,
            bodies=len(lines),
            there=states.count("in"),
            missing=states.count("missing"),
            unreadable=states.count("unreadable"),
            exempt=states.count("exempt"),
            errors=sum(bool(line.errors) for line in lines),
            late=sum(line.item.late for line in lines),
        )
    )
    for state in ORDER:
        for line in lines:
            if line.item.state == state and line.sentence():
                echo(f"  {_called(line)}: {line.sentence()}")
    silent = [line for line in lines if line.is_reminded and not line.contact()[1]]
    if silent:
        echo(say("status-no-telephone", count=len(silent)))


def _called(line: _BodyStatus) -> str:
    """Return a body's name and key, and if it has to be reminded also whom to call."""
    body = line.item.body
    contact, telephone = line.contact() if line.is_reminded else ("", "")
    office = contact.removeprefix(body.name)
    return " ".join(text for text in (body.name, f"({body.key})", office, telephone) if text)


def _print_others(collector: Collector, parent: str) -> None:
    """Print which bodies no longer report or are not listed, and what is out of date."""
    project, bodies, year = collector.project, collector.bodies, collector.year
    ended = bodies.ended(year) if not parent else ()
    successors = bodies.successors(year) if ended else {}
    for body in ended:
        into = successors[body.key] or body.into
        entered = collector.tree.bodies.get(into)
        named = {"name": body.name, "key": body.key, "last": body.last, "into": into}
        echo("  " + say("status-ended", successor=entered.name if entered else into, **named))
    for body in collector.not_counted() if not parent else ():
        echo("  " + say("not-counted", name=body.name, key=body.key, year=year))
    for body, called in collector.misnamed():
        target = Target(body.key, year)
        about = {"target": str(target), "called": called, "name": body.name, "year": year}
        file = collector.csv_of(body).with_suffix(".yaml").as_posix()
        message = "status-name" if called in collector.other_names(body) else "status-named"
        echo("  " + say(message, file=file, **about))
    for body in collector.tree.bodies.values():
        for slug in (body.key, body.key + AREA):
            say_outdated(collector, body, slug)
    if not parent and len(bodies.entries) > 1 and not (project.params / BODIES).exists():
        echo(say("status-no-tree", file=(project.params / BODIES).as_posix()), err=True)
    say_not_listed(project, bodies)


def _say_not_ended(project: Project, today: datetime.date) -> None:
    """Say which reports are of a year that has not ended: it may be mistyped."""
    found = [target for target in all_targets(project.params) if target.year >= today.year]
    if found:
        names = first_few(found, SHOWN)
        echo(say("status-not-ended", count=len(found), day=today, names=names), err=True)


def _write(file: Path, lines: Sequence[_BodyStatus], whose: str, today: datetime.date) -> None:
    with as_misuse():  # the library that writes it may be missing
        data = as_workbook([line.line() for line in lines], whose + TITLE, today)
    with writing_to(file.parent):
        write_whole(file, data)
    echo(say("status-written", file=file.as_posix(), count=sum(line.is_reminded for line in lines)))
