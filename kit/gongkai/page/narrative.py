"""The parts' text as HTML: Markdown with its figures filled in, and where each came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from gongkai.errors import say
from gongkai.manifest import PartWords
from gongkai.page.anchors import heading_of
from gongkai.report.model import INTRODUCTION, Report, Span, chinese_date
from gongkai.text.markdown import MarkdownText, Number, Piece
from gongkai.text.placeholders import Fact, Figure, Literal, Segment, Share
from gongkai.text.plain_text import lines_of
from gongkai.text.sentence_diff import sentences
from gongkai.text.templates import Markup, mark, render

Notes = Sequence[tuple[int, Markup]]  # what is put after a paragraph, by a place in its text


class Typed(NamedTuple):
    """A number that was typed by hand: where it stands, its clause, and the anchor of its mark."""

    span: Span
    clause: str
    anchor: str


class PartText:
    """The text of a part, or the introduction, of a report."""

    def __init__(self, report: Report, part: str) -> None:
        self.report = report
        self.part = part
        self._written = report.is_written(part)
        self._segments = report.sections.get(part, ()) if self._written else ()
        self._text = MarkdownText(
            Piece(report.says(segment), not isinstance(segment, Literal))
            for segment in self._segments
        )

    def marked(
        self, notes: Notes = (), differs: Callable[[Span], bool] = lambda _: False
    ) -> Markup:
        """Return the text with what the review copy adds: where each number is from, and notes.

        Where none was written it is the standard sentence, or a gap: an empty element, which
        only the review copy's style sheet makes visible.

        `differs` says whether the checks found a typed number to contradict the table.
        """
        if not self._written:
            return self._standard + Markup("").join(note for _, note in notes)
        anchors = {typed.span: typed.anchor for typed in self.typed}

        def around(number: Number) -> tuple[str, str]:
            if number.piece is None:
                span = self._span(number)
                return _around_typed(anchors[span], differs=differs(span))
            return self._around_filled(number, self._segments[number.piece])

        return self._text.html(around=around, notes=notes)

    @cached_property
    def typed(self) -> tuple[Typed, ...]:
        """Each number that was typed by hand, in the order of the text."""
        numbers = (number for number in self._text.numbers() if number.piece is None)
        return tuple(
            Typed(self._span(number), number.clause, f"typed-{self.part}-{place}")
            for place, number in enumerate(numbers, start=1)
        )

    @property
    def origins(self) -> Counter[type[Segment]]:
        """How many numbers were filled in, by the kind of their placeholders."""
        places = (number.piece for number in self._text.numbers())
        return Counter(type(self._segments[place]) for place in places if place is not None)

    def words(self) -> PartWords:
        """Return the heading and the sentences as they are printed."""
        heading = heading_of(self.report, self.part)
        said = (sentence for line in self.lines() for sentence in sentences(line))
        return PartWords(heading=heading, sentences=tuple(said))

    def lines(self) -> list[str]:
        """Return the words of the text, a line a paragraph."""
        return self._text.lines() if self._written else lines_of(self._standard).split("\n")

    def _span(self, number: Number) -> Span:
        return Span(self.part, number.start, number.end)

    @property
    def _standard(self) -> Markup:
        if self.part == INTRODUCTION:
            return _introduction(self.report)
        if self.report.form.tables_of(self.part):
            return Markup("")
        sentence = self.report.standard_sentence(self.part)
        return render("page/standard.html.j2", sentence=sentence)

    def _around_filled(self, number: Number, segment: Segment) -> tuple[str, str]:
        """Return what goes around something filled in: a link to its cell, or a stop for Tab."""
        kind, tip = self._origin(segment)
        cells = self.report.form.expanded(getattr(segment, "codes", ()))
        tag, rest = "span", ' tabindex="0"'
        if cells:
            tag, rest = "a", Markup(' href="#c-{}"').format(cells[0])
        if number.in_link:
            tag, rest = "span", ""
        shown = "" if number.text else say("mark-blank", "zh")
        after = Markup('{}<span class="tip">{}</span></{}>').format(shown, tip, tag)
        return mark(f'<{tag} class="from {kind}"{rest}>'), mark(after)

    def _origin(self, segment: Segment) -> tuple[str, str]:
        """Return where something filled in comes from: a class, and the words for it."""
        report = self.report
        match segment:
            case Share(codes=codes, of=of):
                sides = (" + ".join(self._called(codes)), *self._called((of,)))
                return "share", say("mark-share", "zh", part=sides[0], whole=sides[1])
            case Fact(name=name):
                place = f"{report.files['year'].name}:{report.line(f'facts.{name}')}"
                return "fact", say("mark-fact", "zh", name=name, place=place)
            case Figure(codes=(code,)):
                cell = report.form.cells.get(code)
                return "figure", f"{code} {cell.name}" if cell else code
            case Figure(codes=codes):
                return "figure", " + ".join(self._called(codes))
        return "", ""

    def _called(self, codes: tuple[str, ...]) -> Iterator[str]:
        """Yield each code with its name and its figure."""
        for code in codes:
            cell = self.report.form.cells.get(code)
            name = f"{code} {cell.name}" if cell else code
            yield f"{name} {self.report.printed((code,))}"


def _around_typed(anchor: str, *, differs: bool) -> tuple[str, str]:
    """Return what goes around a number that was typed by hand."""
    tip = say("mark-typed-differs" if differs else "mark-typed", "zh")
    kind = "typed differs" if differs else "typed"
    before = Markup('<span class="from {}" id="{}">').format(kind, anchor)
    return mark(before), mark(Markup('<span class="tip">{}</span></span>').format(tip))


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
