"""The text of the parts as HTML: Markdown with figures filled in, and their sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from gongkai.manifest import PartWords
from gongkai.messages import say
from gongkai.report.model import CHART, CLOSING, HIGHLIGHT, INTRODUCTION, Report
from gongkai.report.parameters import chinese_date
from gongkai.text.markdown import MarkdownText, Number
from gongkai.text.pictures import data_url
from gongkai.text.placeholders import Fact, Figure, Segment, Share
from gongkai.text.plain_text import html_as_text
from gongkai.text.sentence_diff import split_sentences
from gongkai.text.span import Span
from gongkai.text.templates import Markup, mark, render

Notes = Sequence[tuple[int, Markup]]  # HTML to insert after a paragraph, by a position in its text


class Box(NamedTuple):
    """The marks in the review copy for a typed number that findings say is wrong.

    `findings` are their numbers, `kind` the class of the first. `inside` follows the
    number inside its link to that finding, `after` follows the link.
    """

    findings: tuple[int, ...]
    kind: str
    inside: Markup
    after: Markup


class Typed(NamedTuple):
    """A number that was typed by hand: its span, its clause, and the anchor of its mark."""

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
        self._text = report.markdown(part) if self._written else MarkdownText(())

    def marked(self, notes: Notes = (), boxes: Mapping[Span, Box] = {}) -> Markup:
        """Return the text with the marks of the review copy: the sources of numbers, and notes.

        Without a written text it is the standard sentence, or an empty element, which only the
        review copy's style sheet makes visible. `boxes` are the typed numbers that the
        checks found to be wrong.
        """
        if not self._written:
            return self._standard + Markup("").join(note for _, note in notes)
        anchors = {typed.span: typed.anchor for typed in self.typed}

        def around(number: Number) -> tuple[str, str]:
            if number.piece is None:
                span = self._span(number)
                return _around_typed(number, anchors[span], boxes.get(span))
            return self._around_filled(number, self._segments[number.piece])

        pictures = {name: data_url(data) for name, data in self.report.pictures.items()}
        return self._text.html(around=around, notes=notes, pictures=pictures)

    @cached_property
    def typed(self) -> tuple[Typed, ...]:
        """All numbers that were typed by hand, in the order of the text."""
        numbers = (number for number in self._text.numbers() if number.piece is None)
        return tuple(
            Typed(self._span(number), number.clause, f"typed-{self.part}-{place}")
            for place, number in enumerate(numbers, start=1)
        )

    @property
    def origins(self) -> Counter[type[Segment]]:
        """The number of filled-in numbers by the kind of placeholder."""
        places = (number.piece for number in self._text.numbers())
        return Counter(type(self._segments[place]) for place in places if place is not None)

    def words(self) -> PartWords:
        """Return the heading and the sentences as printed."""
        heading = heading_of(self.report, self.part)
        said = (sentence for line in self.lines() for sentence in split_sentences(line))
        return PartWords(heading=heading, sentences=tuple(said))

    def lines(self) -> list[str]:
        """Return the plain text, one line per paragraph."""
        return self._text.lines() if self._written else html_as_text(self._standard).split("\n")

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
        """Return the tags around something filled in: a link to its cell, or a focusable span."""
        kind, words, codes = self._origin(segment)
        cells = self.report.form.expanded(getattr(segment, "codes", ()))
        tag, rest = "span", ' tabindex="0"'
        if cells:
            tag, rest = "a", Markup(' href="#c-{}"').format(cells[0])
        if number.in_link:
            tag, rest = "span", ""
        shown = "" if number.text else say("mark-blank", "zh")
        after = Markup("{}{}</{}>").format(shown, tip(words, codes), tag)
        return mark(f'<{tag} class="from {kind}"{rest}>'), mark(after)

    def _origin(self, segment: Segment) -> tuple[str, str, str]:
        """Return the source of something filled in: a class, its description, and the codes."""
        report = self.report
        match segment:
            case Share(codes=codes, of=of):
                sides = (" + ".join(self._called(codes)), *self._called((of,)))
                said = say("mark-share", "zh", part=sides[0], whole=sides[1])
                return "share", said, f"{' + '.join(codes)} ÷ {of}"
            case Fact(name=name):
                place = f"{report.files['year'].name}:{report.line(f'facts.{name}')}"
                return "fact", say("mark-fact", "zh"), f"{name} {place}"
            case Figure(codes=(code,)):
                return "figure", self._name(code), code
            case Figure(codes=codes):
                return "figure", " + ".join(self._called(codes)), " + ".join(codes)
        return "", "", ""

    def _name(self, code: str) -> str:
        cell = self.report.form.cells.get(code)
        return cell.name if cell else ""

    def _called(self, codes: tuple[str, ...]) -> Iterator[str]:
        """Yield the name of each code with its figure."""
        return (f"{self._name(code)} {self.report.printed((code,))}".strip() for code in codes)


def tip(words: str, codes: str = "") -> Markup:
    """Return the tooltip of a marked number: the description, then the codes in small print."""
    small = Markup(" <small>{}</small>").format(codes) if codes else ""
    return Markup('<span class="tip">{}{}</span>').format(words, small)


def _around_typed(number: Number, anchor: str, box: Box | None) -> tuple[str, str]:
    """Return the tags around a number that was typed by hand: a link if it is wrong.

    All are focusable by keyboard, except inside another link.
    """
    tag, rest = "span", Markup(' tabindex="0"')
    kind, inside, after = "typed", tip(say("mark-typed", "zh")), Markup("")
    if box:
        tag, rest = "a", Markup(' href="#finding-{}"').format(box.findings[0])
        kind, inside, after = f"typed differs {box.kind}", box.inside, box.after
    if number.in_link:
        tag, rest = "span", Markup("")
    before = Markup('<{} class="from {}" id="{}"{}>').format(tag, kind, anchor, rest)
    return mark(before), mark(Markup("{}</{}>{}").format(inside, tag, after))


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


def heading_of(report: Report, part: str) -> str:
    """Return the name of a part: its heading, or a word for places outside the parts."""
    if part in report.headings:
        return report.headings[part]
    outside = {
        INTRODUCTION: "place-introduction",
        CLOSING: "place-closing",
        HIGHLIGHT: "place-highlights",
        CHART: "place-chart",
    }
    return say(outside.get(part) or outside[f"{part.partition('.')[0]}."], "zh")
