"""The narrative of a report: the texts, breakdowns and acceptances of the year's YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.messages import first_few, rules
from gongkai.report.beside import MOST_PICTURES, named_in, read_beside, read_picture
from gongkai.report.diagnostics import MOST_ALIKE, Diagnostics
from gongkai.report.model import CHART, HIGHLIGHT, INTRODUCTION, Breakdown, Value
from gongkai.report.parameters import BreakdownParameters, YearParameters
from gongkai.spelling import nearest
from gongkai.text.characters import without_entities
from gongkai.text.encoding import decoded
from gongkai.text.files import MAX_BYTES, shortened
from gongkai.text.markdown import MarkdownText, Piece
from gongkai.text.numbers import parse_number
from gongkai.text.placeholders import Fact, Figure, Segment, Share, TypedText, parse_text
from gongkai.text.yaml_files import Document


class NarrativeReader:
    """Reads the texts of a year's YAML, checks them against the form, and collects problems."""

    def __init__(
        self, parameters: YearParameters, document: Document, form: Form, diagnostics: Diagnostics
    ) -> None:
        self._parameters = parameters
        self._document = document
        self._path = Path(document.path)
        self._form = form
        self._parts = [part.id for part in form.parts]
        self._diagnostics = diagnostics

    def _refuse(self, kind: str, line: int, **details: object) -> None:
        self._diagnostics.refuse(kind, self._path, line, **details)

    def sections(self) -> dict[str, tuple[Segment, ...]]:
        """Return the text of each part as segments: typed by hand, or to be filled in."""
        known = [INTRODUCTION, *self._parts]
        found = {}
        for name, typed in self._parameters.sections.items():
            key = ("sections", name)
            if name in known:
                found[name] = self._segments(typed, key)
            else:
                details = {"name": name, "known": known, "edition": self._form.edition}
                self._refuse("section-unknown", self._document.line(key), **details)
        return found

    def replaced(self) -> dict[str, tuple[Segment, ...]]:
        """Return the texts that replace computed sentences, as separate parts."""
        form, stated = self._form, self._parameters
        breakdowns = [f"breakdown-{place}" for place in range(1, len(stated.breakdowns) + 1)]
        charts = [*(chart.id for chart in form.charts), *breakdowns, "trend"]
        found = {}
        for prefix, texts, known in (
            (HIGHLIGHT, stated.highlights, [item.id for item in form.highlights]),
            (CHART, stated.charts, charts),
        ):
            for name, typed in texts.items():
                key = (prefix[:-1], name)
                if name in known:
                    found[prefix + name] = self._segments(typed, key)
                else:
                    details = {"key": prefix[:-1], "known": known, "edition": form.edition}
                    line = self._document.line(key)
                    self._refuse("sentence-unknown", line, name=shortened(name), **details)
        return found

    def _segments(self, typed: str, key: tuple[str, str]) -> tuple[Segment, ...]:
        """Return the text of a key as segments; its problems are collected."""
        line = self._document.line(key)
        text = self._diagnostics.reveal(without_entities(typed), self._path, line, key)
        segments, problems = parse_text(text, self._path.as_posix(), line)
        self._diagnostics.problems.extend(problems)
        for segment in segments:
            self._refuse_unknown(segment)
        return segments

    def pictures(self, sections: Mapping[str, tuple[Segment, ...]]) -> dict[str, bytes]:
        """Return the pictures of the texts, by the names of their files."""
        found: dict[str, bytes] = {}
        for part, segments in sections.items():
            if not any(
                isinstance(segment, TypedText) and "![" in segment.text for segment in segments
            ):
                continue
            text = MarkdownText(
                Piece(segment.text) if isinstance(segment, TypedText) else Piece("0", filled=True)
                for segment in segments
            )
            for picture in text.pictures():
                line = self._line_of(segments, picture.name) or self._document.line(
                    ("sections", part)
                )
                with self._problems_at(line):
                    self._refuse_unnamed(picture.name)
                    found[picture.name] = read_picture(self._path.parent, *picture)
            if len(found) > MOST_PICTURES:
                self._refuse(
                    "picture-many", self._document.line(("sections", part)), limit=MOST_PICTURES
                )
                break
        return found

    def files(self) -> None:
        """Refuse each file of `files:` that is missing, or that no cell could read."""
        for index, name in enumerate(self._parameters.files):
            with self._problems_at(self._document.line(("files", index))):
                self._refuse_unnamed(name)
                read_beside(self._path.parent, name)

    @contextmanager
    def _problems_at(self, line: int) -> Iterator[None]:
        """Collect the problems of a file next to the YAML, with a line of the YAML."""
        try:
            yield
        except KitError as error:
            for problem in error.problems:
                self._refuse(problem.id, line, **problem.details)

    def _refuse_unnamed(self, name: str) -> None:
        """Raise KitError for a name that does not occur in the YAML letter by letter.

        Inputs are found by searching the YAML for file names, without parsing it.
        """
        if not named_in(self._raw, [name]) and "/" not in name:
            raise KitError(Problem("beside-letters", name=name))

    @cached_property
    def _raw(self) -> str:
        return decoded(read_file(self._path, MAX_BYTES)) or ""

    def _line_of(self, segments: tuple[Segment, ...], name: str) -> int:
        """Return the line of a text that contains the name of a file; 0 if it is not found."""
        for segment in segments:
            place = segment.text.find(name) if isinstance(segment, TypedText) else -1
            if isinstance(segment, TypedText) and place >= 0:
                return segment.line + segment.text.count("\n", 0, place)
        return 0

    def _refuse_unknown(self, segment: Segment) -> None:
        """Refuse a placeholder for an unknown code or fact."""
        match segment:
            case Figure(codes=codes, line=line) | Share(codes=codes, line=line):
                of = (segment.of,) if isinstance(segment, Share) else ()
                for code in (*codes, *of):
                    if not self._form.expanded((code,)):
                        edition = self._form.edition
                        self._refuse("text-no-such-code", line, code=code, edition=edition)
            case Fact(name=name, line=line) if name not in self._parameters.facts:
                known = first_few(map(shortened, self._parameters.facts), MOST_ALIKE) or "—"
                self._refuse("text-no-such-fact", line, name=name, known=known)

    def breakdowns(self, values: Mapping[Code, Value]) -> tuple[Breakdown, ...]:
        """Return each stated breakdown with its total, and its items as numbers."""
        found = []
        for index, stated in enumerate(self._parameters.breakdowns):
            key = ("breakdowns", index)
            line = self._document.line((*key, "total"))
            if stated.part not in self._parts:
                details = {"known": self._parts, "edition": self._form.edition}
                place = self._document.line((*key, "part"))
                self._refuse("section-unknown", place, name=stated.part, **details)
            total = self._total(stated, values, line)
            items = {
                label: self._number(text, self._document.line((*key, "parts", label)))
                for label, text in stated.parts.items()
            }
            cell = self._form.cells.get(stated.total)
            unit = stated.unit or (cell.unit if cell else "")
            found.append(
                Breakdown(
                    stated.title,
                    stated.part,
                    unit,
                    stated.total,
                    total,
                    items,
                    line,
                    stated.order,
                )
            )
        return tuple(found)

    def _total(
        self, stated: BreakdownParameters, values: Mapping[Code, Value], line: int
    ) -> Decimal | None:
        """Return a stated total: a cell's figure, None if it is blank, or a fact."""
        if stated.total in self._form.cells:
            value = values.get(stated.total)
            return value.number if value else None
        facts = self._parameters.facts
        if stated.total in facts:
            return self._number(facts[stated.total], self._document.line(("facts", stated.total)))
        self._refuse("breakdown-total", line, total=stated.total, edition=self._form.edition)
        return Decimal(0)

    def _number(self, text: str, line: int) -> Decimal:
        """Return a number of the year's YAML, read by the rules of the CSV."""
        number, _, problem = parse_number(text, "amount")
        if number is None or problem:
            self._refuse("yaml-number", line, value=text)
        return number or Decimal(0)


def refuse_unknown_acceptances(
    parameters: YearParameters, document: Document, diagnostics: Diagnostics
) -> None:
    """Refuse to accept a kind of finding that does not exist."""
    for index, entry in enumerate(parameters.accepted):
        if entry.finding not in rules():
            line = document.line(("accepted", index, "finding"))
            meant = nearest(entry.finding, rules())
            problem = "accepted-meant" if meant else "accepted-unknown"
            details = {"finding": entry.finding, "meant": meant}
            diagnostics.refuse(problem, Path(document.path), line, **details)
