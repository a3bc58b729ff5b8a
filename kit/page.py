"""What the notebook's cells call: each part of the report as something to look at.

The home of IPython. Imports every rung below, but for engine and export.
"""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.core.getipython import get_ipython
from IPython.display import display

from kit import charts, frames, history, narrative, provenance, tables
from kit.checks import check_in_context
from kit.errors import KitError, Problem, nearest, say
from kit.findings import SEVERITIES, Finding
from kit.markup import TEMPLATES, Markup, render
from kit.reader import agency_names, load_past, load_report
from kit.report import Names, Past, Report, chinese_date

PARAMETERS = ("agency", "year", "params")
INJECTED = "# Parameters"
# What the cells look like in JupyterLab.
STYLES = ("page.css", "lab.css")


@dataclass(frozen=True)
class Fragment:
    """A piece of the page, as HTML; `facts` travel in the output's metadata."""

    html: Markup
    name: str
    facts: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        """Show the piece in a notebook: IPython asks for this."""
        html = f'<div class="gongkai">\n{self.html}\n</div>'
        metadata = {"gongkai": self.facts} if self.facts else {}
        return {"text/html": html, "text/plain": f"<{self.name}>"}, metadata


class Page:
    """A report that is being shown, piece by piece, by the cells of a notebook."""

    def __init__(
        self,
        report: Report,
        past: Past,
        findings: tuple[Finding, ...],
        names: Names,
    ) -> None:
        self._report = report
        self._past = past
        self._findings = findings
        self._names = names
        self._shown: set[str] = set()

    def status(self) -> Fragment:
        """Return the style of the page, and in one line what was read and found.

        The exporters read the title and the findings from its metadata.
        """
        style = "".join((TEMPLATES / name).read_text("utf-8") for name in STYLES)
        html = render(
            "page/status.html.j2",
            report=self._report,
            findings=self._findings,
            names=_severities(),
            style=Markup(style),
        )
        facts = {
            "title": self._report.title,
            "edition": self._report.form.edition,
            "findings": [finding.row() for finding in self._findings],
        }
        return Fragment(html, "status", facts)

    def findings(self) -> Fragment:
        """Return what the checks found, each finding linked to its place."""
        html = render(
            "page/findings.html.j2", findings=self._findings, names=_severities(), place=_place
        )
        return Fragment(html, "findings")

    def indicators(self) -> pd.DataFrame:
        """Return the indicators as a data frame, to look at and to reckon with."""
        return frames.indicators(self._report)

    def title(self) -> Fragment:
        """Return the title, and the introduction with the period and the contact."""
        html = render(
            "page/title.html.j2",
            report=self._report,
            introduction=narrative.introduction(self._report),
        )
        return Fragment(html, "title")

    def contents(self) -> Fragment:
        """Return the table of contents: the parts, and what is annexed."""
        entries = [(f"part-{part}", text) for part, text in self._report.headings.items()]
        for number, table in enumerate(self._report.form.annexed, start=1):
            anchor = "annex" if number == 1 else f"annex-{number}"
            entries.append((anchor, f"附件　{table.caption}"))
        return Fragment(render("page/contents.html.j2", entries=entries), "contents")

    def part(self, number: int) -> Fragment | None:
        """Return a part of the official outline, from 1; None past the form's last one."""
        headings = list(self._report.headings.items())
        if number > len(headings):
            return None
        part, heading = headings[number - 1]
        self._shown.add(part)
        inside = self._report.form.tables_of(part)
        html = render(
            "page/part.html.j2",
            id=part,
            heading=heading,
            text=narrative.part_text(self._report, part),
            tables=[tables.official_table(self._report, table) for table in inside],
            charts=list(charts.charts_of(self._report, self._past.reports, part)),
        )
        return Fragment(html, f"part {number}")

    def closing(self) -> Fragment:
        """Return who signs and when, and the annexed tables.

        Raises KitError where the notebook has left out a part of the outline.
        """
        headings = list(self._report.headings)
        lost = [number for number, part in enumerate(headings, 1) if part not in self._shown]
        if lost:
            details = {"shown": len(self._shown), "count": len(headings), "next": lost[0]}
            raise KitError(Problem("page-part-missing", details=details))
        html = render(
            "page/closing.html.j2",
            name=self._report.agency.name,
            signed=chinese_date(self._report.parameters.signed),
            tables=[
                {"caption": table.caption, "html": tables.official_table(self._report, table)}
                for table in self._report.form.annexed
            ],
        )
        return Fragment(html, "closing")

    def year_on_year(self) -> Fragment | None:
        """Return this year beside the last, where the year's YAML asks for it in public."""
        return self._changes() if self._report.parameters.year_on_year else None

    def changes(self) -> Fragment | None:
        """Return this year beside the last for the review, where the public page has it not."""
        return None if self._report.parameters.year_on_year else self._changes()

    def _changes(self) -> Fragment | None:
        previous = self._past.last_year(self._report)
        if previous is None:
            return None
        html = render(
            "page/changes.html.j2",
            changes=history.changes(self._report, previous),
            before=previous.year,
            now=self._report.year,
            same_form=previous.form.edition == self._report.form.edition,
        )
        return Fragment(html, "year on year")

    def provenance(self) -> Fragment:
        """Return the hash of each input, the form and the versions."""
        report = self._report
        params = report.files["year"].parent.parent
        html = render(
            "page/provenance.html.j2",
            inputs=provenance.inputs(params, report.slug, report.year, self._names),
            form=report.form,
            versions=provenance.versions(),
        )
        return Fragment(html, "provenance")


def open_report(agency: str, year: int, params: str = "params") -> Page:
    """Read and check a report, show its status, and return its page.

    Raises KitError, which a notebook shows as one sentence a problem.
    """
    _refuse_unknown_parameters()
    folder = _find(Path(params))
    report = load_report(str(agency), _whole_year(year), folder)
    names = agency_names(folder)
    past = load_past(report)
    page = Page(report, past, check_in_context(report, past, names), names)
    display(page.status())  # type: ignore[no-untyped-call]
    return page


def _whole_year(year: object) -> int:
    try:
        return int(str(year))
    except ValueError:
        raise KitError(Problem("parameter-year", details={"value": year})) from None


def _find(folder: Path) -> Path:
    """Return a folder named from here or, when a notebook runs in its own folder, from above."""
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / folder).is_dir():
            return Path(os.path.relpath(above / folder, here))
    raise KitError(Problem("params-missing", details={"folder": folder.as_posix()}))


def _refuse_unknown_parameters() -> None:
    """Refuse names that papermill injected and the notebook does not know.

    papermill itself only logs a warning, and a misspelt `-p yaer 2018` would quietly give
    the report of the default year.
    """
    shell = get_ipython()
    cells = shell.user_ns.get("In", []) if shell else []
    injected = [cell for cell in cells if cell.startswith(INJECTED)]
    problems = [
        _unknown(target.id)
        for cell in injected
        for statement in ast.parse(cell).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id not in PARAMETERS
    ]
    if problems:
        raise KitError(*problems)


def _unknown(name: str) -> Problem:
    meant = nearest(name, PARAMETERS)
    message = "parameter-meant" if meant else "parameter-unknown"
    return Problem(message, details={"name": name, "known": list(PARAMETERS), "meant": meant})


def _severities() -> dict[str, str]:
    return {severity: say(f"severity-{severity}", "zh") for severity in SEVERITIES}


def _place(finding: Finding) -> str:
    """Return the anchor of what a finding speaks of."""
    if finding.part:
        return f"part-{finding.part}"
    return f"c-{finding.codes[0]}" if finding.codes else "provenance"
