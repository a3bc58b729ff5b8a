"""Where on the page a finding has its place, and the mark there that leads back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gongkai.checks.findings import Finding
from gongkai.errors import say
from gongkai.forms.form import Code
from gongkai.importing.source_file import Printed, printed_of
from gongkai.report.model import CHART, CLOSING, HIGHLIGHT, INTRODUCTION, Report
from gongkai.text.templates import Markup, mark

BLANKS = "blank-cells"  # the one finding that is about many cells: its mark is the word itself
TEXT = ("repeated-text", "previous-unreadable")  # about the text as a whole, beside last year's
FEW_CELLS = 4  # so many cells of a finding are linked by name; all of them are marked


class Place(NamedTuple):
    """A link to where a finding has its place, and what is to be seen there."""

    anchor: str
    name: str


class Places:
    """The places of a report's findings, which are numbered from 1 in the order given."""

    def __init__(
        self,
        report: Report,
        findings: tuple[Finding, ...],
        printed: Mapping[Code, Printed] | None = None,
    ) -> None:
        self.report = report
        self.printed = printed or {}
        self.numbered = tuple(enumerate(findings, start=1))

    def of(self, number: int) -> list[Place]:
        """Return the places of a finding: its paragraph or part, then its cells."""
        finding = self.numbered[number - 1][1]
        cells = list(self._cells(finding))[: 1 if finding.id == BLANKS else FEW_CELLS]
        places = [Place(f"c-{code}", self._called(code)) for code in cells]
        if finding.id in TEXT:
            return [Place("wording", say("place-changes", "zh"))]
        if finding.spans or finding.part == CLOSING:
            return [Place(f"at-{number}", self._heading(finding.part)), *places]
        if finding.part:
            return [Place(f"part-{finding.part}", self._heading(finding.part)), *places]
        return places

    def original(self, number: int) -> str:
        """Return where the imported document has a finding's figures, and whether to doubt them.

        A contradiction that was printed is the document's; one of a doubtful cell may be that of
        the reading. '' where none of the figures was imported.
        """
        finding = self.numbered[number - 1][1]
        found = printed_of(finding.codes, self.printed)
        if not found:
            return ""
        places = [
            say("original-cell", "zh", code=code, place=cell.said())
            for code, cell in list(found.items())[:FEW_CELLS]
        ]
        places += ["…"] if len(found) > FEW_CELLS else []
        doubts = list(dict.fromkeys(doubt for cell in found.values() for doubt in cell.doubts))
        message = "original-doubted" if doubts else "original-printed"
        return say(message, "zh", places=places, doubts=doubts[:FEW_CELLS])

    def more(self, number: int) -> int:
        """Return how many cells a finding is about beyond those that are linked by name."""
        finding = self.numbered[number - 1][1]
        return 0 if finding.id == BLANKS else max(len(list(self._cells(finding))) - FEW_CELLS, 0)

    def notes(self, part: str) -> list[tuple[int, Markup]]:
        """Return the marks of a part's paragraphs, each with a place in its text."""
        return [
            (finding.spans[0].start, _mark(number, finding, anchored=True))
            for number, finding in self.numbered
            if finding.spans and finding.spans[0].part == part
        ]

    def heading(self, part: str) -> Markup:
        """Return the marks of a part as a whole."""
        return Markup("").join(
            _mark(number, finding, anchored=part == CLOSING)
            for number, finding in self.numbered
            if finding.part == part and finding.id not in TEXT and not finding.spans
        )

    def of_cells(self) -> dict[Code, Markup]:
        """Return the marks after each figure that a finding is about."""
        marks: dict[Code, Markup] = {}
        for number, finding in self.numbered:
            for code in self._cells(finding):
                word = say("mark-blank-cell", "zh") if finding.id == BLANKS else ""
                marks[code] = marks.get(code, Markup("")) + _mark(number, finding, word)
        return marks

    def _cells(self, finding: Finding) -> Iterator[Code]:
        return (code for code in finding.codes if code in self.report.values)

    def _called(self, code: Code) -> str:
        return f"{code} {self.report.form.cells[code].name}"

    def _heading(self, part: str) -> str:
        return heading_of(self.report, part)


def heading_of(report: Report, part: str) -> str:
    """Return what a part is called: its heading, or a word for what stands around the parts."""
    if part in report.headings:
        return report.headings[part]
    outside = {
        INTRODUCTION: "place-introduction",
        CLOSING: "place-closing",
        HIGHLIGHT: "place-highlights",
        CHART: "place-chart",
    }
    return say(outside.get(part) or outside[f"{part.partition('.')[0]}."], "zh")


def _mark(number: int, finding: Finding, word: str = "", *, anchored: bool = False) -> Markup:
    """Return the mark of a finding: its number, or a word, as a link back to it."""
    kind = ("accepted" if finding.accepted else finding.severity) + (" word" if word else "")
    return mark(
        Markup('<a class="mark {}"{} href="#finding-{}" aria-label="{}">{}</a>').format(
            kind,
            Markup(' id="at-{}"').format(number) if anchored else "",
            number,
            say("mark-finding", "zh", number=number),
            word or f"※{number}",
        )
    )
