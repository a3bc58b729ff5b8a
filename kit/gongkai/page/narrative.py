"""The sections' text as HTML: Markdown with its figures filled in, and where each came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from gongkai.errors import say
from gongkai.report.model import INTRODUCTION, Report, chinese_date
from gongkai.text.markup import (
    Fact,
    Figure,
    Literal,
    Markup,
    Segment,
    Share,
    escape_markdown,
    filled_in,
    markdown,
    render,
    with_numbers_marked,
    without_marks,
)

Notes = Mapping[int, Markup]  # what is put at the end of a paragraph, by a line of the YAML


@dataclass(frozen=True)
class Typed:
    """A number that was typed by hand: its part, its clause, and the anchor of its mark."""

    part: str
    number: str
    clause: str
    anchor: str


@dataclass
class Numbers:
    """How many numbers of a text come from where; those typed by hand one by one."""

    figures: int = 0
    facts: int = 0
    shares: int = 0
    typed: list[Typed] = field(default_factory=list)

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(
            self.figures + other.figures,
            self.facts + other.facts,
            self.shares + other.shares,
            [*self.typed, *other.typed],
        )


def part_text(report: Report, part: str) -> Markup:
    """Return a part's text; where none was written, its standard sentence, or a gap.

    The gap is an empty element: only the review copy's style sheet makes it visible.
    """
    return without_marks(marked_text(report, part)[0])


def marked_text(
    report: Report,
    part: str,
    notes: Notes | None = None,
    differs: Callable[[Typed], bool] = lambda _: False,
) -> tuple[Markup, Numbers]:
    """Return a part's text or the introduction with marks, and its numbers.

    The marks are what the review copy adds: where each number comes from, and the notes.
    `differs` says of a typed number whether the checks found it to contradict the table.
    """
    if not report.is_written(part):
        left = Markup("").join((notes or {}).values())
        unwritten = _introduction(report) if part == INTRODUCTION else _standard(report, part)
        return unwritten + left, Numbers()
    first = report.line(f"sections.{part}")
    html = markdown(
        _source(report, part), notes={line - first: note for line, note in (notes or {}).items()}
    )
    marker = _Marker(report, part, differs)
    return with_numbers_marked(html, marker.filled, marker.typed), marker.numbers


def _standard(report: Report, part: str) -> Markup:
    if report.form.tables_of(part):
        return Markup("")
    return render("page/standard.html.j2", sentence=report.standard_sentence(part))


def _introduction(report: Report) -> Markup:
    first, last = report.period
    return render(
        "page/introduction.html.j2",
        agency=report.agency,
        basis=[
            report.form.basis,
            *(f"《{name.strip('《》')}》" for name in report.parameters.basis),
        ],
        first=chinese_date(first),
        last=chinese_date(last),
        parts=len(report.form.parts),
        annexed=bool(report.form.annexed),
    )


def _source(report: Report, part: str) -> str:
    """Return a part's Markdown; what is filled in is shown letter by letter."""
    return "".join(
        segment.text
        if isinstance(segment, Literal)
        else filled_in(number, escape_markdown(report.says(segment)))
        for number, segment in enumerate(report.sections[part])
    )


class _Marker:
    """Says where each number of a part comes from, and counts."""

    def __init__(self, report: Report, part: str, differs: Callable[[Typed], bool]) -> None:
        self.report = report
        self.part = part
        self.differs = differs
        self.numbers = Numbers()

    def filled(self, number: int, text: str, inside_link: bool) -> tuple[str, str]:
        """Return what goes around something filled in: a link to its cell, or a stop for Tab."""
        segment = self.report.sections[self.part][number]
        kind, tip = self._origin(segment)
        cells = self.report.form.expanded(getattr(segment, "codes", ()))
        tag, rest = "span", ' tabindex="0"'
        if cells:
            tag, rest = "a", Markup(' href="#c-{}"').format(cells[0])
        if inside_link:
            tag, rest = "span", ""
        shown = "" if text else say("mark-blank", "zh")
        behind = Markup('{}<span class="tip">{}</span></{}>').format(shown, tip, tag)
        return f'<{tag} class="from {kind}"{rest}>', behind

    def typed(self, text: str, clause: str) -> tuple[str, str]:
        """Return what goes around a number that was typed by hand."""
        anchor = f"typed-{self.part}-{len(self.numbers.typed) + 1}"
        typed = Typed(self.part, text, clause, anchor)
        self.numbers.typed.append(typed)
        differs = self.differs(typed)
        tip = say("mark-typed-differs" if differs else "mark-typed", "zh")
        kind = "typed differs" if differs else "typed"
        return f'<span class="from {kind}" id="{anchor}">', f'<span class="tip">{tip}</span></span>'

    def _origin(self, segment: Segment) -> tuple[str, str]:
        """Return where something filled in comes from: a class, and the words for it."""
        report = self.report
        match segment:
            case Share(codes=codes, of=of):
                self.numbers.shares += 1
                sides = (" + ".join(self._called(codes)), *self._called((of,)))
                return "share", say("mark-share", "zh", part=sides[0], whole=sides[1])
            case Fact(name=name):
                self.numbers.facts += 1
                line = report.line(f"facts.{name}")
                place = f"{report.files['year'].name}:{line}"
                return "fact", say("mark-fact", "zh", name=name, place=place)
            case Figure(codes=codes):
                self.numbers.figures += 1
                if len(codes) == 1:
                    cell = report.form.cells.get(codes[0])
                    return "figure", f"{codes[0]} {cell.name}" if cell else codes[0]
                return "figure", " + ".join(self._called(codes))
        return "", ""

    def _called(self, codes: tuple[str, ...]) -> Iterator[str]:
        """Yield each code with its name and its figure."""
        for code in codes:
            cell = self.report.form.cells.get(code)
            name = f"{code} {cell.name}" if cell else code
            yield f"{name} {self.report.printed((code,))}"
