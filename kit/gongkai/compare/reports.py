"""Find the differences between two versions: figures, findings, text and everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from gongkai.compare.content import Amount, VersionContent
from gongkai.forms.tables import Code
from gongkai.manifest import FindingRow, PartWords
from gongkai.report import history
from gongkai.text import sentence_diff

Kind = Literal["new", "removed", "changed", "same"]  # removed: only in the older of the two


class FigureChange(NamedTuple):
    """A figure that differs between the two sides.

    `change` and `percent` are as printed, '' where one side has no number or nothing changed.
    """

    code: Code
    name: str
    unit: str
    before: str
    after: str
    change: str
    percent: str


class Uncompared(NamedTuple):
    """A figure that only one side has, or that belongs to no series that both sides have."""

    code: Code
    name: str
    unit: str
    before: str
    after: str


class FindingChange(NamedTuple):
    """A finding before and after; one of the two is None where only one side has it."""

    kind: Kind
    before: FindingRow | None
    after: FindingRow | None

    @property
    def row(self) -> FindingRow:
        """The finding as it is now, or as it was."""
        row = self.after or self.before
        assert row is not None
        return row


class TextChange(NamedTuple):
    """A sentence of a part that was added, removed or reworded."""

    part: str
    heading: str
    kind: Kind
    before: str
    after: str


class Difference(NamedTuple):
    """Anything else that differs: its name, its value before and after."""

    name: str
    before: str
    after: str

    @property
    def kind(self) -> Kind:
        """Whether it was added, removed or changed."""
        return "changed" if self.before and self.after else "new" if self.after else "removed"


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions of a report.

    Where the editions differ, `figures` are series, for nothing else can be compared.
    `comparable` is how many figures or series were compared. `uncompared` are the others by the
    side that has them: `left`, `right` or `both`.
    """

    titles: tuple[str, str]
    editions: tuple[str, str]
    comparable: int
    figures: tuple[FigureChange, ...]
    uncompared: Mapping[str, tuple[Uncompared, ...]]
    findings: tuple[FindingChange, ...]
    text: tuple[TextChange, ...]
    particulars: tuple[Difference, ...]
    files: tuple[Difference, ...]

    @property
    def same_form(self) -> bool:
        """Whether both sides use one edition of the form."""
        return self.editions[0] == self.editions[1]

    @property
    def unchanged(self) -> int:
        """How many of the figures that can be compared are the same."""
        return self.comparable - len(self.figures)

    @property
    def differs(self) -> bool:
        """Whether anything differs at all."""
        return bool(
            not self.same_form
            or self.figures
            or any(self.uncompared.values())
            or any(finding.kind != "same" for finding in self.findings)
            or self.text
            or self.particulars
            or self.files
        )

    def count(self, kind: Kind) -> int:
        """Return how many findings were added, removed or changed, or are the same."""
        return sum(finding.kind == kind for finding in self.findings)


def compare(left: VersionContent, right: VersionContent) -> Comparison:
    """Return what differs between two versions of a report, or between two reports."""
    pairs = _comparable(left, right)
    compared = _compared_codes(left, right)
    return Comparison(
        titles=(left.title, right.title),
        editions=(left.edition, right.edition),
        comparable=len(pairs),
        figures=tuple(_figure_change(key, *pair) for key, pair in pairs.items() if _differ(*pair)),
        uncompared=_uncompared(left, right, compared),
        findings=tuple(finding_changes(left.findings, right.findings)),
        text=tuple(_text_changes(left.parts, right.parts)),
        particulars=tuple(_differences(left.particulars, right.particulars)),
        files=tuple(_differences(left.files, right.files)),
    )


def _comparable(left: VersionContent, right: VersionContent) -> dict[str, tuple[Amount, Amount]]:
    """Return what can be compared: every figure of one edition, the series across editions."""
    if left.edition == right.edition:
        before, after = left.figures, right.figures
    else:
        before, after = (
            {key: amount for key, (_, amount) in side.series.items()} for side in (left, right)
        )
    return {key: (before[key], after[key]) for key in before if key in after}


def _compared_codes(left: VersionContent, right: VersionContent) -> tuple[set[Code], set[Code]]:
    """Return the codes of each side that are compared, by themselves or within a series."""
    if left.edition == right.edition:
        common = left.figures.keys() & right.figures.keys()
        return common, common
    keys = left.series.keys() & right.series.keys()
    before, after = (
        {code for key in keys for code in side.series[key][0]} for side in (left, right)
    )
    return before, after


def _differ(before: Amount, after: Amount) -> bool:
    """Whether number or printed form differ: 0 is not a blank, and 5 is not 5（注1）."""
    return (before.number, before.printed) != (after.number, after.printed)


def _figure_change(key: str, before: Amount, after: Amount) -> FigureChange:
    change = percent = ""
    if before.number is not None and after.number is not None and before.number != after.number:
        made = history.change(after.name, after.unit, before.number, after.number)
        change, percent = made.change, made.percent
    return FigureChange(key, after.name, after.unit, before.printed, after.printed, change, percent)


def _uncompared(
    left: VersionContent, right: VersionContent, compared: tuple[set[Code], set[Code]]
) -> dict[str, tuple[Uncompared, ...]]:
    """Return the figures that are compared with nothing, by the side that has them."""
    before = [code for code in left.figures if code not in compared[0]]
    after = [code for code in right.figures if code not in compared[1]]
    both = set(before) & set(after)
    return {
        "left": tuple(_uncompared_figure(code, left, None) for code in before if code not in both),
        "right": tuple(_uncompared_figure(code, None, right) for code in after if code not in both),
        "both": tuple(_uncompared_figure(code, left, right) for code in after if code in both),
    }


def _uncompared_figure(
    code: Code, left: VersionContent | None, right: VersionContent | None
) -> Uncompared:
    before, after = (side.figures[code] if side else None for side in (left, right))
    shown = after or before or Amount("", "", None, "")
    printed = [amount.printed if amount else "" for amount in (before, after)]
    return Uncompared(code, shown.name, shown.unit, *printed)


def finding_changes(
    before: Iterable[FindingRow], after: Iterable[FindingRow]
) -> Iterator[FindingChange]:
    """Yield the findings after, in their order, then those that only the left side has.

    Findings are the same if their wording is; the line in the file does not matter.
    """
    unmatched = list(before)
    now = list(after)
    earlier: dict[int, FindingRow] = {}  # by the index in `now`
    for identity in (_words, _subject):  # what says the same first, then what is about the same
        for index, row in enumerate(now):
            if index in earlier:
                continue
            found = next((item for item in unmatched if identity(item) == identity(row)), None)
            if found is not None:
                earlier[index] = found
                unmatched.remove(found)
    for index, row in enumerate(now):
        past = earlier.get(index)
        is_same = past is not None and _words(past) == _words(row)
        kind: Kind = "same" if is_same else "changed" if past else "new"
        yield FindingChange(kind, past, row)
    for row in unmatched:
        yield FindingChange("removed", row, None)


def _words(row: FindingRow) -> tuple[Any, ...]:
    """Return a key that is equal for findings with the same wording."""
    return (*_subject(row), row.severity, row.zh)


def _subject(row: FindingRow) -> tuple[Any, ...]:
    """Return a key that is equal for findings of one kind about the same thing."""
    return (row.id, row.codes, row.part)


def _text_changes(
    before: Mapping[str, PartWords], after: Mapping[str, PartWords]
) -> Iterator[TextChange]:
    """Yield the sentences that are not the same, in the order of the parts."""
    nothing = PartWords(heading="", sentences=())
    for part in _in_order(list(before), list(after)):
        old, new = before.get(part, nothing), after.get(part, nothing)
        heading = new.heading or old.heading
        for pair in _sentence_changes(old.sentences, new.sentences):
            kind: Kind = "changed" if all(pair) else "new" if pair[1] else "removed"
            yield TextChange(part, heading, kind, *pair)


def _in_order(before: list[str], after: list[str]) -> list[str]:
    """Return the parts of the right side, with those only on the left after the same neighbour."""
    order, index = list(after), 0
    for part in before:
        if part in order:
            index = order.index(part) + 1
        else:
            order.insert(index, part)
            index += 1
    return order


def _sentence_changes(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield pairs of sentences, '' on the side that has none."""
    for passage in sentence_diff.aligned(old, new):
        if passage.kind != "same":
            yield passage.side("removed"), passage.side("new")


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    """Yield what differs, in the order of `after`; a missing value is ''."""
    for name in (*after, *(name for name in before if name not in after)):
        if before.get(name, "") != after.get(name, ""):
            yield Difference(name, before.get(name, ""), after.get(name, ""))


def marked(before: str, after: str) -> tuple[list[tuple[bool, str]], list[tuple[bool, str]]]:
    """Return both sentences in pieces, each with whether it differs; no number is cut."""
    pieces = list(sentence_diff.pieces(before, after))
    old = [(piece.kind != "same", piece.text) for piece in pieces if piece.kind != "new"]
    new = [(piece.kind != "same", piece.text) for piece in pieces if piece.kind != "removed"]
    return old, new
