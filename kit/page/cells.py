"""What the notebook's cells call: each part of the report as something to look at.

The home of IPython. Imports: errors, text, report, checks.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from IPython.core.getipython import get_ipython
from IPython.display import display

from kit.checks import check_in_context
from kit.checks.findings import SEVERITIES, Finding
from kit.checks.mentions import Mention, mentions
from kit.errors import KitError, Problem, nearest, say
from kit.page import charts, metadata, narrative, tables
from kit.page.narrative import Numbers, Typed
from kit.page.places import Places
from kit.report import frames, history, provenance
from kit.report.model import CLOSING, INTRODUCTION, Past, Report, chinese_date
from kit.report.reader import load_past, load_report
from kit.text.markup import TEMPLATES, Markup, mark, render, taken_apart, text_of
from kit.text.names import Names, agency_names
from kit.text.numbers import plain
from kit.text.wording import Passage, compared

PARAMETERS = ("agency", "year", "params")
INJECTED = "# Parameters"
# What is said of a typed number that agrees with the table, and of one that differs.
NUMBER_SAID = ("mark-agrees", "mark-differs")
SHARE_SAID = ("mark-agrees-share", "mark-differs-share")
MOST_PARTS = 9  # of any edition
# What the review copy has before the report and behind it.
REVIEW_PARTS = (
    {"findings": "校验发现", "since": "与上一年比较", "numbers": "正文中的数"},
    {"provenance": "来源", "sign-off": "签署"},
)
# What the cells look like in JupyterLab.
STYLES = ("page.css", "lab.css")


@dataclass(frozen=True)
class Fragment:
    """A piece of the page, as HTML; `facts` travel in the output's metadata.

    So do the marks, which only the review copy puts back in their places.
    """

    html: Markup
    name: str
    facts: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        """Show the piece in a notebook: IPython asks for this."""
        html, marks = taken_apart(f'<div class="gongkai">\n{self.html}\n</div>')
        facts = {**self.facts, **({"marks": marks} if marks else {})}
        metadata = {"gongkai": facts} if facts else {}
        return {"text/html": html, "text/plain": f"<{self.name}>"}, metadata


class Held(NamedTuple):
    """Whether a typed number differs from the table or agrees; neither where nothing was held."""

    differs: bool = False
    agrees: bool = False
    said: str = ""


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
        self._places = Places(report, findings)

    @cached_property
    def _texts(self) -> dict[str, tuple[Markup, Numbers]]:
        """The text of each part and of the introduction, with marks, and its numbers."""
        return {
            part: narrative.marked_text(
                self._report,
                part,
                self._places.notes(part),
                lambda typed: self._held(typed).differs,
            )
            for part in (INTRODUCTION, *self._report.headings)
        }

    @cached_property
    def _marked(self) -> Report:
        return self._places.marked_report()

    def status(self) -> Fragment:
        """Return the style of the page, and in one line what was read and found.

        The exporters read the title and the findings from its metadata.
        """
        style = "".join((TEMPLATES / name).read_text("utf-8") for name in STYLES)
        html = render(
            "page/status.html.j2",
            report=self._report,
            tally=self._tally(),
            style=Markup(style),
        )
        facts = {
            "title": self._report.title,
            "edition": self._report.form.edition,
            "name": self._report.agency.name,
            "figures": history.series_figures(self._report),
            "cells": {code: value.as_printed for code, value in self._report.values.items()},
            "findings": [finding.row() for finding in self._findings],
            "start": f"part-{self._report.form.parts[0].id}",
            "meta": metadata.meta_elements(self._report),
            "linked_data": metadata.linked_data(self._report),
        }
        return Fragment(html, "status", facts)

    def findings(self) -> Fragment:
        """Return what the checks found: the rule, both sides, and the way to its place."""
        html = render(
            "page/findings.html.j2",
            findings=self._places.numbered,
            tally=self._tally(),
            names=_severities(),
            places=self._places,
        )
        return Fragment(html, "findings")

    def _tally(self) -> str:
        """Return how many findings of each severity stand, and how many were accepted."""
        standing = [item.severity for item in self._findings if not item.accepted]
        accepted = len(self._findings) - len(standing)
        counted = {f"{severity}s": standing.count(severity) for severity in SEVERITIES}
        message = "tally-accepted" if accepted else "tally"
        return say(message, "zh", **counted, accepted=accepted)

    def numbers(self) -> Fragment:
        """Return how many numbers of the text come from where, and those typed by hand."""
        total = sum((numbers for _, numbers in self._texts.values()), Numbers())
        typed = [(item, self._held(item)) for item in total.typed]
        return Fragment(render("page/numbers.html.j2", numbers=total, typed=typed), "numbers")

    @cached_property
    def _mentions(self) -> list[Mention]:
        """The numbers of the text that stand next to a word for a figure of the table."""
        return [item for item in mentions(self._report) if item.measures]

    def _held(self, typed: Typed) -> Held:
        """Return what a typed number was held against by the checks, and how that came out."""
        number = typed.number.replace(",", "")
        for mention in self._mentions:
            if mention.part != typed.part:
                continue
            found = {item.id for item in self._findings if _quotes(item, mention)}
            whole = next((item.share_of for item in mention.measures if item.share_of), ())
            if whole and number == f"{mention.share}%":
                return _outcome(SHARE_SAID, whole, differs="narrative-share" in found)
            if typed.clause in mention.quote and number == plain(mention.number):
                wrong = found & {"narrative-contradicts-table", "leftover-number"}
                return _outcome(NUMBER_SAID, mention.measures[0].codes, differs=bool(wrong))
        return Held()

    def indicators(self) -> pd.DataFrame:
        """Return the indicators as a data frame, to look at and to reckon with."""
        return frames.indicators(self._report)

    def title(self) -> Fragment:
        """Return the title, the key figures, and the introduction: the period, the contact."""
        report, previous = self._report, self._past.last_year(self._report)
        full_name = report.agency.name if report.agency.short_name else ""
        byline = [full_name, chinese_date(report.parameters.signed)]
        html = render(
            "page/title.html.j2",
            report=report,
            byline=[item for item in byline if item],
            figures=history.key_figures(report, previous),
            previous=previous,
            change=_in_words,
            introduction=self._places.heading(INTRODUCTION) + self._texts[INTRODUCTION][0],
        )
        return Fragment(html, "title")

    def contents(self) -> Fragment:
        """Return the table of contents: the parts, and what is annexed."""
        entries = [(f"part-{part}", text) for part, text in self._report.headings.items()]
        for number, table in enumerate(self._report.form.annexed, start=1):
            anchor = "annex" if number == 1 else f"annex-{number}"
            entries.append((anchor, f"附件　{table.caption}"))
        first, last = (_review_entries(places) for places in REVIEW_PARTS)
        html = render("page/contents.html.j2", entries=entries, first=first, last=last)
        return Fragment(html, "contents")

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
            marks=self._places.heading(part),
            text=self._texts[part][0],
            tables=[tables.official_table(self._marked, table) for table in inside],
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
            name=Markup.escape(self._report.agency.name) + self._places.heading(CLOSING),
            signed=chinese_date(self._report.parameters.signed),
            tables=[
                {"caption": table.caption, "html": tables.official_table(self._marked, table)}
                for table in self._report.form.annexed
            ],
        )
        return Fragment(html, "closing")

    def year_on_year(self) -> Fragment | None:
        """Return this year beside the last, where the year's YAML asks for it in public."""
        previous = self._past.last_year(self._report)
        if previous is None or not self._report.parameters.year_on_year:
            return None
        return Fragment(self._figures_beside(previous), "year on year")

    def changes(self) -> Fragment:
        """Return for the review what changed since last year: the figures, and the text.

        The figures only where the public page does not have them.
        """
        previous = self._past.last_year(self._report)
        public = self._report.parameters.year_on_year
        parts = self._wording(previous) if previous else []
        html = render(
            "page/since.html.j2",
            before=self._report.year - 1,
            previous=previous,
            figures=self._figures_beside(previous, changed=True) if previous and not public else "",
            same_form=previous and previous.form.edition == self._report.form.edition,
            parts=parts,
            unchanged=[heading for heading, passages in parts if _all_same(passages)],
            alone=self._parts_of_one_year(previous) if previous else (),
        )
        return Fragment(html, "changes")

    def _figures_beside(self, previous: Report, *, changed: bool = False) -> Markup:
        """Return this year beside the last: all figures, or those that changed."""
        rows = history.changes(self._report, previous)
        shown = [row for row in rows if not changed or row.before != row.now]
        return render(
            "page/changes.html.j2",
            changes=shown,
            unchanged=len(rows) - len(shown),
            before=previous.year,
            now=self._report.year,
            same_form=previous.form.edition == self._report.form.edition,
        )

    def _wording(self, previous: Report) -> list[tuple[str, tuple[Passage, ...]]]:
        """Return what of each part's text changed, for the parts that both forms have."""
        return [
            (heading, compared(_words(previous, part), _words(self._report, part)))
            for part, heading in self._report.headings.items()
            if part in previous.headings
        ]

    def _parts_of_one_year(self, previous: Report) -> list[str]:
        """Return the headings of the parts that only one of two forms has."""
        pair = (
            (previous.headings, self._report.headings),
            (self._report.headings, previous.headings),
        )
        return [text for own, other in pair for part, text in own.items() if part not in other]

    def provenance(self) -> Fragment:
        """Return the hash of each input, the form and the versions."""
        report = self._report
        params = report.files["year"].parent.parent
        html = render(
            "page/provenance.html.j2",
            inputs=provenance.inputs(params, report.slug, report.year, self._names),
            form=report.form,
            versions=provenance.versions(),
            nothing=provenance.digest(b""),
        )
        return Fragment(html, "provenance")

    def sign_off(self) -> Fragment:
        """Return the lines to sign once it is printed, and which version is signed."""
        report = self._report
        params = report.files["year"].parent.parent
        read = provenance.inputs(params, report.slug, report.year, self._names)
        listed = "\n".join(f"{name} {digest}" for name, digest in read.items())
        html = render(
            "page/sign_off.html.j2",
            title=report.title,
            tally=self._tally(),
            fingerprint=provenance.digest(listed.encode())[:16],
        )
        return Fragment(html, "sign-off")


def pieces(page: Page) -> Iterator[Fragment]:
    """Yield every piece of a page, in the order of the notebook."""
    before = (page.status, page.findings, page.changes, page.numbers, page.title, page.contents)
    after = (page.year_on_year, page.closing, page.provenance, page.sign_off)
    shown: list[Fragment | None] = [show() for show in before]
    shown += [page.part(number) for number in range(1, MOST_PARTS + 1)]
    yield from (piece for piece in (*shown, *(show() for show in after)) if piece)


def page_of(agency: str, year: int, params: Path) -> Page:
    """Read and check a report, and return its page. Raises KitError where it cannot be read."""
    report = load_report(agency, year, params)
    names = agency_names(params)
    past = load_past(report)
    return Page(report, past, check_in_context(report, past, names), names)


def _review_entries(parts: Mapping[str, str]) -> Markup:
    """Return a mark that adds the review's own parts to the contents."""
    entry = Markup('<li class="review"><a href="#{}">{}</a></li>\n')
    return mark(Markup("").join(entry.format(place, name) for place, name in parts.items()))


def _outcome(messages: tuple[str, str], codes: tuple[str, ...], *, differs: bool) -> Held:
    said = say(messages[differs], "zh", codes=" + ".join(codes))
    return Held(differs, not differs, said)


def _in_words(change: history.Change) -> str:
    """Return a change as a sentence says it: 增加13件; 持平 where there is none."""
    if change.now == change.before:
        return "持平"
    verb = "增加" if change.change.startswith("+") else "减少"
    return f"{verb}{change.change.lstrip('+-')}{change.unit}"


def open_report(agency: str, year: int, params: str = "params") -> Page:
    """Read and check a report, show its status, and return its page.

    Raises KitError, which a notebook shows as one sentence a problem.
    """
    _refuse_unknown_parameters()
    folder = _find(Path(params))
    page = page_of(str(agency), _whole_year(year), folder)
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


def _quotes(finding: Finding, mention: Mention) -> bool:
    """Whether a finding is about a number of the text."""
    return (finding.part, finding.problem.details.get("quote")) == (mention.part, mention.quote)


def _all_same(passages: tuple[Passage, ...]) -> bool:
    return all(passage.kind == "same" for passage in passages)


def _words(report: Report, part: str) -> str:
    """Return a part's text as it is read, a line a paragraph."""
    return text_of(narrative.part_text(report, part))
