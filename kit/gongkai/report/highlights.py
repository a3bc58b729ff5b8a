"""The year in sentences computed from the figures, as the form words them.

Blanks, meaningless shares and changes between incomparable figures are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from gongkai.forms.computed import LARGEST, REST, Clause, Pieces, Slot, parsed
from gongkai.forms.form import Computed, Highlight, Measure
from gongkai.report.history import FEW, Change, change, last_years_figure, share_of
from gongkai.report.model import Report
from gongkai.text.numbers import plain


class Word(NamedTuple):
    """A stretch of a sentence; a figure is emphasised, and stays on one line with its unit.

    The unit of a figure that has its share behind it includes that: 件（47.4%）.
    """

    text: str
    figure: bool = False
    unit: str = ""


Words = tuple[Word, ...]


class Sentence(NamedTuple):
    """A sentence, and the id of its highlight; '' if it stands for all of them."""

    id: str
    words: Words

    @property
    def text(self) -> str:
        """The sentence as plain text."""
        return "".join(word.text + word.unit for word in self.words)


def highlights(report: Report, previous: Report | None) -> tuple[Sentence, ...]:
    """Return the sentences that the form puts at the top of the page.

    A sentence is left out if its figures are blank; a year in which all is 0 has a single one.
    """
    form = report.form
    if is_nil(report):
        zeros = [item.zero for item in form.highlights if item.zero]
        return (Sentence("", (Word(f"本年度{'，'.join(zeros)}。"),)),) if zeros else ()
    found = ((item.id, _said_of(item, report, previous)) for item in form.highlights)
    return tuple(Sentence(name, (*words, Word("。"))) for name, words in found if words)


def is_nil(report: Report) -> bool:
    """Whether every total that the highlights speak of is 0, and none is blank."""
    items = report.form.highlights
    return bool(items) and all(_is_zero(item, report) for item in items)


def _is_zero(item: Highlight, report: Report) -> bool:
    return all(report.exact(report.form.measure(name).codes) == 0 for name in item.total)


def _said_of(item: Highlight, report: Report, previous: Report | None) -> Words:
    if _is_zero(item, report):
        return (Word(f"本年度{item.zero}"),) if item.zero else ()
    return computed(item, report, previous)


def computed(sentence: Computed, report: Report, previous: Report | None) -> Words:
    """Return a computed sentence; () if a figure it needs is missing."""
    return _with_shares(_Speaker(sentence, report, previous).said(parsed(sentence.says)) or ())


def _with_shares(words: Words) -> Words:
    """Attach each share in brackets to the figure before it."""
    found: list[Word] = []
    for word in words:
        before = found[-1] if found else Word("")
        if before.figure and (
            word.text == "（" or before.unit.count("（") > before.unit.count("）")
        ):
            found[-1] = before._replace(unit=before.unit + word.text)
        else:
            found.append(word)
    return tuple(found)


class _Speaker:
    """Fills in one sentence."""

    def __init__(self, sentence: Computed, report: Report, previous: Report | None) -> None:
        self._report = report
        self._previous = previous
        self._chosen: dict[str, Measure | None] = {LARGEST: largest(sentence.largest, report)}
        self._chosen[REST] = None
        most, covered = self._chosen[LARGEST], self._called(sentence.covered)
        if most and most.name in covered:
            rest = (name for name in sentence.largest if self._called([name]).isdisjoint(covered))
            self._chosen = {LARGEST: None, REST: largest(rest, report)}

    def said(self, pieces: Pieces) -> Words | None:
        """Fill in pieces; None if a required one cannot be filled."""
        words: list[Word] = []
        for piece in pieces:
            if isinstance(piece, str):
                words.append(Word(piece))
            elif isinstance(piece, Clause):
                choices = filter(None, map(self.said, piece.choices))
                words.extend(next(choices, ()))
            else:
                filled = self._filled(piece)
                if filled is None:
                    return None
                words.extend(filled)
        return tuple(words)

    def _called(self, names: Iterable[str]) -> set[str]:
        return {self._report.form.measure(name).name for name in names}

    def _filled(self, slot: Slot) -> Words | None:
        measure = self._measure(slot.name)
        now = self._report.exact(measure.codes) if measure else None
        if measure is None or now is None or (slot.ask == "positive" and now <= 0):
            return None
        if slot.whole:
            whole = self._report.exact(self._report.form.measure(slot.whole).codes)
            share = share_of(now, whole)
            return (Word(share),) if share else None
        if slot.ask == "called":
            return (Word(measure.name),)
        if slot.ask == "change":
            before = last_years_figure(measure.codes, self._report, self._previous)
            if before is None:
                return None
            return (Word(on_last_year(change(measure.name, measure.unit, before, now))),)
        printed = self._report.printed(measure.codes) or plain(now)
        return (Word(printed, figure=True, unit=measure.unit),)

    def _measure(self, name: str) -> Measure | None:
        return self._chosen[name] if name in self._chosen else self._report.form.measure(name)


def largest(names: Iterable[str], report: Report) -> Measure | None:
    """Return the measure with the largest figure, or None.

    None if a figure is blank, two are equally large, or all the others are 0.
    """
    measures = [report.form.measure(name) for name in names]
    figures = [report.exact(measure.codes) for measure in measures]
    known = [figure for figure in figures if figure is not None]
    top = max(known, default=0)
    if len(known) < len(figures) or known.count(top) != 1 or top == sum(known):  # type: ignore[arg-type]
        return None
    return measures[figures.index(top)]  # type: ignore[arg-type]


def on_last_year(changed: Change) -> str:
    """Return a change as a sentence says it: 比上年增加13件（6.5%）; 与上年持平 for none."""
    if changed.now == changed.before:
        return "与上年持平"
    verb = "增加" if changed.change.startswith("+") else "减少"
    said = changed.percent and Decimal(changed.before) >= FEW
    rate = f"（{changed.percent.lstrip('+-')}）" if said else ""
    return f"比上年{verb}{changed.change.lstrip('+-')}{changed.unit}{rate}"
