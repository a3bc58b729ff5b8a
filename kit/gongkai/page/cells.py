"""The interface for the notebook's cells: each part of the report, ready to display."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import chdir
from functools import cached_property
from pathlib import Path

import pandas as pd
from IPython.display import display

from gongkai.checks import check_in_context, may_be_public
from gongkai.checks.findings import Finding
from gongkai.errors import KitError, Problem
from gongkai.forms.tables import Code, Table
from gongkai.manifest import Facts
from gongkai.opened_files import opened_files
from gongkai.outputs import Audience, digest_of, kit_version
from gongkai.page import charts, metadata, review, tables
from gongkai.page.anchors import Places
from gongkai.page.displays import watch_displays
from gongkai.page.drawing import use_defaults
from gongkai.page.fragment import Fragment
from gongkai.page.narrative import PartText
from gongkai.page.parameters import find_folder, forms_folder, refuse_unknown, whole_year
from gongkai.page.verdicts import Verdicts
from gongkai.report import frames, history, provenance
from gongkai.report.beside import read_beside
from gongkai.report.highlights import Sentence, highlights, is_nil, on_last_year
from gongkai.report.model import CHART, CLOSING, HIGHLIGHT, INTRODUCTION, Past, Report
from gongkai.report.parameters import chinese_date
from gongkai.report.reader import load_past, load_report
from gongkai.report.source_file import printed_cells
from gongkai.text.agency_names import agency_names, district_of
from gongkai.text.templates import Markup, breakable, render, style_sheet

MOST_YEARS = 10  # of earlier reports that a page links to
MOST_PARTS = 9  # of any edition
# The styles of the cells in JupyterLab.
STYLES = ("page.css", "lab.css", "review.css")


class Page:
    """A report that the cells of a notebook display piece by piece."""

    def __init__(
        self,
        report: Report,
        past: Past,
        findings: tuple[Finding, ...],
        inputs: Mapping[str, str],
    ) -> None:
        self._folder = report.files["year"].parent.resolve()  # cells may change directory
        self._report = report
        self._past = past
        self._findings = findings
        self._inputs = inputs
        self._shown: set[str] = set()
        self._places = Places(report, findings, printed_cells(report))
        self._tally = review.tally_of(findings)

    @cached_property
    def _public_past(self) -> Past:
        """The earlier reports without errors: what the public page shows of the past."""
        return self._past._replace(reports=tuple(filter(may_be_public, self._past.reports)))

    @cached_property
    def _texts(self) -> dict[str, PartText]:
        """The text of the introduction and of each part."""
        stated = (part for part in self._report.sections if part.startswith((HIGHLIGHT, CHART)))
        replaced = (part for part in stated if self._report.is_written(part))
        parts = (INTRODUCTION, *replaced, *self._report.headings)
        return {part: PartText(self._report, part) for part in parts}

    def _text(self, part: str) -> Markup:
        """Return a part's text with its marks."""
        text = self._texts[part]
        boxes = self._places.boxes(typed.span for typed in text.typed)
        boxed = {number for box in boxes.values() for number in box.findings}
        return self._places.beside(part) + text.marked(self._places.notes(part, boxed), boxes)

    def _own(self, part: str) -> Markup:
        """Return the text in the year's YAML that replaces a computed sentence, or ''."""
        return self._text(part) if self._report.is_written(part) else Markup("")

    @cached_property
    def _cell_marks(self) -> dict[Code, Markup]:
        return self._places.of_cells()

    @cached_property
    def _facts(self) -> Facts:
        return Facts(
            version=kit_version(),
            title=self._report.title,
            edition=self._report.form.edition,
            name=self._report.agency.name,
            district=self._report.agency.district or district_of(self._report.agency.name),
            signed=self._report.parameters.signed,
            figures=history.series_figures(self._report),
            cells=self._report.cell_texts,
            sentences={part: text.words() for part, text in self._texts.items()},
            findings=tuple(finding.row() for finding in self._findings),
            fingerprint=provenance.fingerprint(self._inputs),
            start=f"part-{self._report.form.parts[0].id}",
            anchors=tuple(self._anchors()),
            meta=tuple(metadata.meta_elements(self._report)),
            linked_data=metadata.linked_data(self._report),
        )

    @cached_property
    def digest(self) -> str:
        """The digest of all that the report says and was read from."""
        return digest_of(self._facts)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the files that the report was read from."""
        return self._facts.fingerprint

    def _piece(self, html: Markup, audience: Audience = "public") -> Fragment:
        return Fragment(html, self.digest, audience)

    def status(self) -> Fragment:
        """Return the style of the page, and one line on what was read and found.

        The exporters read the title and the findings from its metadata.
        """
        html = render(
            "page/status.html.j2",
            report=self._report,
            tally=self._tally,
            style=style_sheet(*STYLES),
        )
        return Fragment(html, self.digest, "notebook", self._facts)

    def _anchors(self) -> list[str]:
        """Return the anchors that every page of this report has, in order."""
        parts = [f"part-{part}" for part in (INTRODUCTION, *self._report.headings)]
        return [*parts, *(_annex(number) for number, _ in enumerate(self._report.form.annexed, 1))]

    def findings(self) -> Fragment:
        """Return the findings: each with its rule, both sides, and a link to its place."""
        return self._piece(review.findings(self._places, self._tally), "review")

    def numbers(self) -> Fragment:
        """Return how many numbers in the text come from which source, and those typed by hand."""
        return self._piece(review.numbers(self._texts.values(), Verdicts(self._report)), "review")

    def changes(self) -> Fragment:
        """Return the changes since last year in figures and text, for the review."""
        return self._piece(review.changes(self._report, self._past), "review")

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that the year's YAML has under `files:`."""
        return self._report.parameters.files

    def file(self, name: str) -> io.BytesIO:
        """Open a file next to the year's YAML: `pandas.read_csv(page.file("a.csv"))`.

        Raises KitError if the YAML does not name it under `files:`: it would be an input
        whose changes do not make the report stale.
        """
        if name not in self.files:
            details = {
                "name": name,
                "known": self.files or "—",
                "file": f"{self._report.year}.yaml",
            }
            raise KitError(Problem("page-file", **details))
        return io.BytesIO(read_beside(self._folder, name))

    def indicators(self) -> pd.DataFrame:
        """Return the indicators as a data frame, for display and calculation."""
        return frames.indicators(self._report)

    def title(self) -> Fragment:
        """Return the title, the key figures, and the introduction: the period, the contact."""
        report, previous = self._report, self._public_past.last_year(self._report)
        full_name = report.agency.name if report.agency.short_name else ""
        byline = [full_name, chinese_date(report.parameters.signed)]
        html = render(
            "page/title.html.j2",
            same_text=review.SAME_TEXT,
            report=report,
            name=report.agency.called,
            byline=[item for item in byline if item],
            highlights=self._highlights(previous),
            figures=_key_figures(report, previous),
            previous=previous,
            on_last_year=on_last_year,
            introduction=self._places.heading(INTRODUCTION) + self._text(INTRODUCTION),
        )
        return self._piece(html)

    def _highlights(self, previous: Report | None) -> list[tuple[str, Markup | Sentence]]:
        """Return the highlights of the year, a sentence each: computed, or from the YAML."""
        stated = self._report.parameters.highlights
        found = {item.id: item for item in highlights(self._report, previous)}
        if not stated:
            return list(found.items())
        names = [item.id for item in self._report.form.highlights]
        said = {
            name: self._own(HIGHLIGHT + name) if name in stated else found.get(name)
            for name in names
        }
        return [(name, item) for name, item in said.items() if item]

    def contents(self) -> Fragment:
        """Return the table of contents: the parts, and the annexes."""
        entries = [(f"part-{part}", text) for part, text in self._report.headings.items()]
        for number, table in enumerate(self._report.form.annexed, start=1):
            entries.append((_annex(number), f"附件　{table.caption}"))
        first = review.entries(review.BEFORE)
        last = review.entries(review.names_after(self._report))
        html = render(
            "page/contents.html.j2", entries=entries, first=first, last=last, about=self._about()
        )
        return self._piece(html)

    def _about(self) -> Markup:
        """Return the box with facts about the document, and links to related ones."""
        report = self._report
        signed = report.parameters.signed or report.parameters.signatures.date
        earlier = [item.year for item in self._public_past.reports]
        return render(
            "page/about.html.j2",
            report=report,
            signed=chinese_date(signed),
            period=[chinese_date(day) for day in report.period],
            download=tables.whole_csv(report),
            earlier=sorted(earlier, reverse=True)[:MOST_YEARS],
        )

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
            text=self._text(part),
            tables=[self._table(table) for table in inside],
            terms=self._report.form.part(part).terms,
            charts=list(
                charts.charts_of(
                    self._report, self._public_past, part, self._own, self._places.chart
                )
            ),
        )
        return self._piece(html)

    def closing(self) -> Fragment:
        """Return who signs and when, and the annexed tables.

        Raises KitError if the notebook has left out a part of the outline.
        """
        headings = list(self._report.headings)
        lost = [number for number, part in enumerate(headings, 1) if part not in self._shown]
        if lost:
            details = {"shown": len(self._shown), "count": len(headings), "next": lost[0]}
            raise KitError(Problem("page-part-missing", **details))
        html = render(
            "page/closing.html.j2",
            name=breakable(self._report.agency.name) + self._places.heading(CLOSING),
            signed=chinese_date(self._report.parameters.signed),
            tables=[
                {"caption": table.caption, "html": self._table(table)}
                for table in self._report.form.annexed
            ],
        )
        return self._piece(html)

    def _table(self, table: Table) -> Markup:
        return tables.official_table(self._report, table, self._cell_marks)

    def year_on_year(self) -> Fragment | None:
        """Return this year's figures next to last year's, if the year's YAML asks for it."""
        previous = self._public_past.last_year(self._report)
        if previous is None or not self._report.parameters.year_on_year:
            return None
        return self._piece(review.figures_beside(self._report, previous))

    def provenance(self) -> Fragment:
        """Return the hash of each input, the form and the versions."""
        return self._piece(review.provenance(self._report, self._inputs), "review")

    def sign_off(self) -> Fragment:
        """Return the lines to sign on the printed copy, with the version that is signed."""
        return self._piece(review.sign_off(self._report, self._tally), "review")


def _annex(number: int) -> str:
    """Return the anchor of an annexed table, counted from 1."""
    return "annex" if number == 1 else f"annex-{number}"


def pieces(page: Page) -> Iterator[Fragment]:
    """Yield every piece of a page, in the order of the notebook."""
    before = (page.status, page.findings, page.changes, page.numbers, page.title, page.contents)
    after = (page.year_on_year, page.closing, page.sign_off, page.provenance)
    shown: list[Fragment | None] = [show() for show in before]
    shown += [page.part(number) for number in range(1, MOST_PARTS + 1)]
    yield from (piece for piece in (*shown, *(show() for show in after)) if piece)


def page_of(agency: str, year: int, params: Path, forms: Path | None = None) -> Page:
    """Read and check a report, and return its page. Raises KitError if it cannot be read."""
    report = load_report(agency, year, params, forms)
    names = agency_names(params)
    past = load_past(report)
    inputs = provenance.inputs(params, agency, year, names, forms=forms)
    return Page(report, past, check_in_context(report, past, names), inputs)


def open_report(agency: str, year: int, params: str = "params") -> Page:
    """Read and check a report, show its status, and return its page.

    Files are named from the folder above params/, whichever folder the notebook runs in. The
    environment variable GONGKAI_FORMS may name a folder of further forms.
    Raises KitError, which a notebook shows as one sentence per problem.
    """
    refuse_unknown()
    use_defaults()
    # The texts and lists in data frames of own cells would be cut, and the page lack the rest.
    pd.set_option("display.max_colwidth", None, "display.max_seq_items", None)
    folder = find_folder(Path(params))
    with chdir(folder.parent):
        page = page_of(str(agency), whole_year(year), Path(folder.name), forms_folder())
    opened_files().add_report(folder / str(agency), year, page.fingerprint)
    watch_displays(f"{folder}/{agency}/{year}", page.digest)
    display(page.status())  # type: ignore[no-untyped-call]
    return page


def _key_figures(report: Report, previous: Report | None) -> tuple[history.KeyFigure, ...]:
    """Return the figures that are shown first; none if a sentence says that all are 0."""
    figures = history.key_figures(report, previous)
    return () if is_nil(report) and all(item.printed == "0" for item in figures) else figures
