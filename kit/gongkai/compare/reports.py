"""Two versions of a report side by side: figures, findings, text, and everything else it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from gongkai.checks.findings import Finding
from gongkai.forms.tables import Code
from gongkai.manifest import FindingRow, PartWords
from gongkai.report import history
from gongkai.report.model import INTRODUCTION, Report
from gongkai.text import sentence_diff
from gongkai.text.markdown import MarkdownText, Piece

Kind = Literal["new", "gone", "changed", "same"]


# --- what a version says ----------------------------------------------------------


class Amount(NamedTuple):
    """A figure: what it is called, its unit, its number, and how it is printed."""

    name: str
    unit: str
    number: Decimal | None
    printed: str


@dataclass(frozen=True)
class Content:
    """What one version of a report says, ready to be compared.

    `series` holds the codes that each series is the sum of, and what it comes to. `files` are
    the inputs and outputs of a build, by name and hash; there are none where nothing was built.
    """

    title: str
    edition: str
    figures: Mapping[Code, Amount]
    series: Mapping[str, tuple[tuple[Code, ...], Amount]]
    findings: tuple[FindingRow, ...]
    parts: Mapping[str, PartWords]
    particulars: Mapping[str, str]
    files: Mapping[str, str]


def content_of(report: Report, findings: Iterable[Finding]) -> Content:
    """Return what a report says, as it was read from its parameters."""
    cells = report.form.cells
    return Content(
        title=report.title,
        edition=report.form.edition,
        figures={
            code: Amount(cells[code].full_name, cells[code].unit, value.number, value.as_printed)
            for code, value in report.values.items()
        },
        series={
            key: (codes, _series_amount(report, key, codes))
            for key in history.crosswalk()
            if (codes := report.form.expanded(report.form.series.get(key, ())))
        },
        findings=tuple(finding.row() for finding in findings),
        parts=_parts(report),
        particulars={key: text for key, text in _particulars(report) if text},
        files={},
    )


def _series_amount(report: Report, key: str, codes: tuple[Code, ...]) -> Amount:
    named = history.crosswalk()[key]
    stated = history.series_figures(report)[key]  # as the manifest of a built report has it
    return Amount(named.label, named.unit, report.exact(codes), stated)


def _parts(report: Report) -> dict[str, PartWords]:
    texts = {INTRODUCTION: report.filled(INTRODUCTION).text}
    for part in report.headings:
        written = report.filled(part).text
        texts[part] = written if written.strip() else report.standard_sentence(part)
    headings = {INTRODUCTION: "引言", **report.headings}
    return {
        part: PartWords(heading=headings[part], sentences=tuple(_sentences(text)))
        for part, text in texts.items()
    }


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text of Markdown, as a reader meets them."""
    for line in MarkdownText([Piece(text)]).lines():
        yield from sentence_diff.sentences(line)


def _particulars(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what is neither a figure of the form nor text, by its key in the YAML files."""
    stated = {
        **report.agency.model_dump(mode="json"),
        **report.parameters.model_dump(mode="json", exclude={"sections", "edition", "year"}),
    }
    yield from _flat("", stated)


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield each value of nested lists and mappings, by its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat(f"{key}.{name}" if key else str(name), item)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, start=1):
            yield from _flat(f"{key}.{number}", item)
    else:
        yield key, "" if value is None else str(value)


# --- what differs -----------------------------------------------------------------


class FigureChange(NamedTuple):
    """A figure that is not the same on both sides; `percent` is '' where there is none."""

    code: Code
    name: str
    unit: str
    before: str
    after: str
    change: str
    percent: str


class Uncompared(NamedTuple):
    """A figure that stands on one side alone, or that no series joins with the other side."""

    code: Code
    name: str
    unit: str
    before: str
    after: str


class FindingChange(NamedTuple):
    """A finding of either side; None where there is none, never on both sides."""

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
    """Something else that is not the same on both sides: its name, before and after."""

    name: str
    before: str
    after: str

    @property
    def kind(self) -> Kind:
        """Whether it was added, removed or changed."""
        return "changed" if self.before and self.after else "new" if self.after else "gone"


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions of a report.

    Across editions `figures` are series, for nothing else can be compared; `uncompared` says by
    side (`left`, `right`, `both`) which figures are not.
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
        """Whether anything at all is not the same."""
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


def compare(left: Content, right: Content) -> Comparison:
    """Return what differs between two versions of a report, or between two reports."""
    pairs = _pairs(left, right)
    joined = _joined(left, right)
    return Comparison(
        titles=(left.title, right.title),
        editions=(left.edition, right.edition),
        comparable=len(pairs),
        figures=tuple(_figure_change(key, *pair) for key, pair in pairs.items() if _differ(*pair)),
        uncompared=_uncompared(left, right, joined),
        findings=tuple(finding_changes(left.findings, right.findings)),
        text=tuple(_text_changes(left.parts, right.parts)),
        particulars=tuple(_differences(left.particulars, right.particulars)),
        files=tuple(_differences(left.files, right.files)),
    )


def _pairs(left: Content, right: Content) -> dict[str, tuple[Amount, Amount]]:
    """Return what can be compared: every figure of one edition, the series across editions."""
    if left.edition == right.edition:
        ours, theirs = left.figures, right.figures
    else:
        ours, theirs = (
            {key: amount for key, (_, amount) in side.series.items()} for side in (left, right)
        )
    return {key: (ours[key], theirs[key]) for key in ours if key in theirs}


def _joined(left: Content, right: Content) -> tuple[set[Code], set[Code]]:
    """Return the codes of each side that are compared, by themselves or within a series."""
    if left.edition == right.edition:
        common = left.figures.keys() & right.figures.keys()
        return common, common
    keys = left.series.keys() & right.series.keys()
    ours, theirs = (
        {code for key in keys for code in side.series[key][0]} for side in (left, right)
    )
    return ours, theirs


def _differ(before: Amount, after: Amount) -> bool:
    return (before.number, before.printed) != (after.number, after.printed)


def _figure_change(key: str, before: Amount, after: Amount) -> FigureChange:
    change = percent = ""
    if before.number is not None and after.number is not None and before.number != after.number:
        said = history.change(after.name, after.unit, before.number, after.number)
        change, percent = said.change, said.percent
    return FigureChange(key, after.name, after.unit, before.printed, after.printed, change, percent)


def _uncompared(
    left: Content, right: Content, joined: tuple[set[Code], set[Code]]
) -> dict[str, tuple[Uncompared, ...]]:
    """Return the figures that nothing is compared with, by the side they stand on."""
    ours = [code for code in left.figures if code not in joined[0]]
    theirs = [code for code in right.figures if code not in joined[1]]
    both = set(ours) & set(theirs)
    return {
        "left": tuple(_alone(code, left, None) for code in ours if code not in both),
        "right": tuple(_alone(code, None, right) for code in theirs if code not in both),
        "both": tuple(_alone(code, left, right) for code in theirs if code in both),
    }


def _alone(code: Code, left: Content | None, right: Content | None) -> Uncompared:
    before, after = (side.figures[code] if side else None for side in (left, right))
    shown = after or before or Amount("", "", None, "")
    printed = [amount.printed if amount else "" for amount in (before, after)]
    return Uncompared(code, shown.name, shown.unit, *printed)


def finding_changes(
    before: Iterable[FindingRow], after: Iterable[FindingRow]
) -> Iterator[FindingChange]:
    """Yield the findings of both sides; where each stands in its file is no difference."""
    old = list(before)
    pairs: dict[int, FindingRow] = {}
    now = list(after)
    for alike in (_sentence, _place):  # the same words first, then the same kind and place
        for index, row in enumerate(now):
            found = next((item for item in old if alike(item) == alike(row)), None)
            if index not in pairs and found is not None:
                pairs[index] = found
                old.remove(found)
    for index, row in enumerate(now):
        past = pairs.get(index)
        worded = past is not None and _sentence(past) == _sentence(row)
        kind: Kind = "same" if worded else "changed" if past else "new"
        yield FindingChange(kind, past, row)
    for row in old:
        yield FindingChange("gone", row, None)


def _sentence(row: FindingRow) -> tuple[Any, ...]:
    return (*_place(row), row.severity, row.zh)


def _place(row: FindingRow) -> tuple[Any, ...]:
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
            kind: Kind = "changed" if all(pair) else "new" if pair[1] else "gone"
            yield TextChange(part, heading, kind, *pair)


def _in_order(before: list[str], after: list[str]) -> list[str]:
    """Return the right side's parts; one that only the left has stands after what it follows."""
    order, place = list(after), 0
    for part in before:
        if part in order:
            place = order.index(part) + 1
        else:
            order.insert(place, part)
            place += 1
    return order


def _sentence_changes(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield pairs of sentences, '' on the side that has none."""
    for passage in sentence_diff.aligned(old, new):
        if passage.kind != "same":
            yield passage.side("gone"), passage.side("new")


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in (*after, *(name for name in before if name not in after)):
        if before.get(name, "") != after.get(name, ""):
            yield Difference(name, before.get(name, ""), after.get(name, ""))


def marked(before: str, after: str) -> tuple[list[tuple[bool, str]], list[tuple[bool, str]]]:
    """Return both sentences in pieces, each with whether it differs; a number stays whole."""
    pieces = list(sentence_diff.pieces(before, after))
    was = [(piece.kind != "same", piece.text) for piece in pieces if piece.kind != "new"]
    now = [(piece.kind != "same", piece.text) for piece in pieces if piece.kind != "gone"]
    return was, now
