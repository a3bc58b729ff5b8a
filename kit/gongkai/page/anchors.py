"""Link findings with their places on the page, and mark these with a link back."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from gongkai.checks.findings import Finding
from gongkai.forms.tables import Code, has_letters
from gongkai.messages import first_few, say
from gongkai.page.charts import breakdown_chart, breakdowns_of
from gongkai.page.narrative import Box, heading_of, tip
from gongkai.report.model import CLOSING, Report
from gongkai.report.source_file import Printed, printed_of
from gongkai.text.span import Span
from gongkai.text.templates import Markup, mark

BLANKS = "blank-cells"  # a finding about many cells, each of which is marked with a word
BREAKDOWN = "breakdown-sum"
TEXT = ("repeated-text", "previous-unreadable")  # about the whole text and last year's
FEW_CELLS = 4  # cells of a finding that are linked by name; all of them are marked
# A code in a finding's sentence: "3.3.1.total" always, "3.1" only if it is one of its codes.
_CODE = re.compile(r"(?<![A-Za-z0-9_.])[0-9]+(?:\.[0-9a-z_]+)+(?![A-Za-z0-9_.%％])")


class PageLink(NamedTuple):
    """A link to a place of a finding: the anchor, the name of the place, and its code, if any."""

    anchor: str
    name: str
    code: str = ""


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
        shown = {
            breakdown.line: name
            for name, breakdown in breakdowns_of(report)
            if breakdown_chart(name, breakdown).is_shown
        }
        # The chart of each finding about a breakdown that has one on the page.
        self._charts = {
            number: shown[finding.problem.line]
            for number, finding in self.numbered
            if finding.id == BREAKDOWN and finding.problem.line in shown
        }

    def sums(self, finding: Finding) -> list[Code]:
        """Return the first cells of a finding that the review copy breaks down by body."""
        roll_up = self.report.roll_up
        if roll_up is None:
            return []
        return [code for code in finding.codes if roll_up.apart(code)][:FEW_CELLS]

    def of(self, number: int, finding: Finding) -> list[PageLink]:
        """Return the places of a finding: its paragraph or part, then its cells."""
        cells = list(self._cells(finding))[: 1 if finding.id == BLANKS else FEW_CELLS]
        names = self.report.form.cells
        places = [PageLink(f"c-{code}", names[code].full_name, code) for code in cells]
        if finding.id in TEXT:
            return [PageLink("wording", say("place-changes", "zh"))]
        if finding.spans or finding.part == CLOSING:
            return [PageLink(f"at-{number}", heading_of(self.report, finding.part)), *places]
        if number in self._charts:
            return [PageLink(f"at-{number}", str(finding.problem.details["title"])), *places]
        if finding.part:
            return [
                PageLink(f"part-{finding.part}", heading_of(self.report, finding.part)),
                *places,
            ]
        return places

    def original(self, finding: Finding) -> str:
        """Return a sentence on where the imported document has a finding's figures, with doubts.

        If the printed figures contradict, the document is wrong; if a cell is doubtful, the
        reading may be. '' if none of the figures was imported.
        """
        found = printed_of(finding.codes, self.printed)
        if not found:
            return ""
        places = (
            say("original-cell", "zh", name=cell.name, place=cell.said()) for cell in found.values()
        )
        doubts = list(dict.fromkeys(doubt for cell in found.values() for doubt in cell.doubts))
        message = "original-doubted" if doubts else "original-printed"
        return say(message, "zh", places=first_few(places, FEW_CELLS), doubts=doubts[:FEW_CELLS])

    def more(self, finding: Finding) -> int:
        """Return the number of a finding's cells beyond those that are linked by name."""
        return 0 if finding.id == BLANKS else max(len(list(self._cells(finding))) - FEW_CELLS, 0)

    def boxes(self, typed: Iterable[Span]) -> dict[Span, Box]:
        """Return the box around each typed number that a finding contradicts."""
        found: dict[Span, list[tuple[int, Finding]]] = {}
        numbers = list(typed)
        for number, finding in self.numbered:
            for span in numbers if finding.sides("zh") else ():
                if finding.spans and finding.spans[0].holds(span):
                    found.setdefault(span, []).append((number, finding))
                    break
        return {span: self._box(boxed) for span, boxed in found.items()}

    def _box(self, findings: list[tuple[int, Finding]]) -> Box:
        first, about = findings[0]
        said = "；".join(_disagreement(finding) for _, finding in findings)
        sign = Markup('<sup id="at-{}">※{}</sup>').format(first, first)
        others = (_link(*item, anchored=True) for item in findings[1:])
        notes = (self._beside(*item) for item in findings)
        return Box(
            findings=tuple(number for number, _ in findings),
            kind=_kind(about),
            inside=sign + tip(said, " + ".join(about.codes)),
            after=Markup("").join((*others, *notes)),
        )

    def notes(self, part: str, boxed: Container[int] = ()) -> list[tuple[int, Markup]]:
        """Return the marks of a part's paragraphs, each with its offset in the text.

        Findings in `boxed` are left out: the box of their number has the mark.
        """
        return [
            (
                finding.spans[0].start,
                mark(_link(number, finding, anchored=True) + self._beside(number, finding)),
            )
            for number, finding in self.numbered
            if finding.spans and finding.spans[0].part == part and number not in boxed
        ]

    def heading(self, part: str) -> Markup:
        """Return the marks of the findings about a part as a whole."""
        return Markup("").join(
            mark(_link(number, finding, anchored=part == CLOSING))
            for number, finding in self._of_whole(part)
        )

    def chart(self, id: str) -> Markup:
        """Return the marks of a chart."""
        return Markup("").join(
            mark(_link(number, finding, anchored=True))
            for number, finding in self.numbered
            if self._charts.get(number) == id
        )

    def beside(self, part: str) -> Markup:
        """Return the margin notes of the findings about a part as a whole."""
        notes = Markup("").join(self._beside(*item) for item in self._of_whole(part))
        return mark(notes) if notes else notes

    def _of_whole(self, part: str) -> Iterator[tuple[int, Finding]]:
        for number, finding in self.numbered:
            if (
                finding.part == part
                and finding.id not in TEXT
                and not (finding.spans or number in self._charts)
            ):
                yield number, finding

    def _beside(self, number: int, finding: Finding) -> Markup:
        """Return the note on a finding in the margin, which is shown if there is room.

        It repeats the list of findings, and is therefore hidden from screen readers.
        """
        name = say(f"severity-{finding.severity}", "zh")
        said = _disagreement(finding) or self.said(finding)
        note = Markup('<span class="margin-note {}" aria-hidden="true"><b>※{} {}</b> {}</span>')
        return note.format(_kind(finding), number, name, said)

    def said(self, finding: Finding) -> Markup:
        """Return a finding's sentence with the name of the cell before each code.

        Inside brackets no name is added: it is before the bracket.
        """
        text = finding.text("zh")
        pieces, done = [], 0
        for found in _CODE.finditer(text):
            code = found[0]
            cell = self.report.form.cells.get(code)
            if not (code in finding.codes or has_letters(code)):
                continue
            before = text[: found.start()]
            named = not cell or before.rstrip(" ：").endswith(cell.name)
            bracketed = before.count("（") > before.count("）")
            name = "" if named or bracketed or cell is None else f"{cell.full_name} "
            pieces += [
                Markup.escape(text[done : found.start()] + name),
                Markup('<code class="code">{}</code>').format(code),
            ]
            done = found.end()
        return Markup("").join((*pieces, Markup.escape(text[done:])))

    def of_cells(self) -> dict[Code, Markup]:
        """Return the marks after each figure that a finding is about."""
        marks: dict[Code, Markup] = {}
        for number, finding in self.numbered:
            for code in self._cells(finding):
                word = say("mark-blank-cell", "zh") if finding.id == BLANKS else ""
                marks[code] = marks.get(code, Markup("")) + mark(_link(number, finding, word))
        return marks

    def _cells(self, finding: Finding) -> Iterator[Code]:
        return (code for code in finding.codes if code in self.report.values)


def _kind(finding: Finding) -> str:
    return "accepted" if finding.accepted else finding.severity


def _disagreement(finding: Finding) -> str:
    """Return the two values that disagree: "正文258，表中275"; '' if there are none."""
    return "，".join(f"{side.name}{side.value}" for side in finding.sides("zh"))


def _link(number: int, finding: Finding, word: str = "", *, anchored: bool = False) -> Markup:
    """Return a finding's number, or a word, as a link to the finding."""
    kind = _kind(finding) + (" word" if word else "")
    return Markup('<a class="mark {}"{} href="#finding-{}" aria-label="{}">{}</a>').format(
        kind,
        Markup(' id="at-{}"').format(number) if anchored else "",
        number,
        say("mark-finding", "zh", number=number),
        word or f"※{number}",
    )
