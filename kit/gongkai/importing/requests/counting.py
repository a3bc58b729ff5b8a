"""Count a list of requests into the official table, and keep the rows behind each cell.

What a row means is looked up, never guessed: a row with anything unclear is reported, and
not counted.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path

from gongkai.errors import KitError, Problem
from gongkai.forms.form import Form
from gongkai.forms.tables import Block, Code, Column, Row, blocks_of
from gongkai.forms.vocabulary import Word, expanded, vocabulary
from gongkai.importing.labels import bare, key
from gongkai.importing.requests.ledger import DISPUTES, REQUIRED, Ledger, Meanings, Request, known

PENDING = "pending"
Features = Mapping[str, str]
Period = tuple[datetime.date, datetime.date]  # its first and last day
_PARTS = re.compile(r"[（）()\[\]【】:：/／|>＞—－\-,，;；。]+")
_NEUTRAL = "、,。.;:·・•'\"/|>√✓✔"  # dashes, brackets and quotation marks are, too
_WHO, _HOW = ("applicant", "organisation"), ("outcome", "ground")


class Unclear(Exception):
    """A row cannot be counted: the id of a message, and the column that it is about."""

    def __init__(self, reason: str, column: str) -> None:
        super().__init__(reason, column)
        self.reason, self.column = reason, column


@dataclass
class Count:
    """The result of counting a list: the rows of each cell, the unclear rows, and those left out.

    `cells` has every cell that is counted, even without rows; `unclear` has the rows by reason
    and column; `before` and `after` are rows of earlier and later years.
    """

    cells: dict[Code, list[str]]
    unclear: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def add(self, codes: Iterable[Code], place: str) -> None:
        """Count a row in some cells."""
        for code in codes:
            self.cells[code].append(place)

    def note_unclear(self, reason: str, column: str, ledger: Ledger, request: Request) -> None:
        """Note why a row cannot be counted, by the header of the column that it is about."""
        why = (reason, ledger.headers.get(column, column))
        self.unclear.setdefault(why, []).append(request.place)

    def figures(self) -> dict[Code, str]:
        """Return each cell's number."""
        return {code: str(len(rows)) for code, rows in self.cells.items()}


def counted(ledger: Ledger, table: RequestTable, period: Period, *, disputes: bool) -> Count:
    """Count the rows of a list in a period, including its first and last day."""
    kept = [*table.request_cells, *(table.dispute_cells if disputes else ())]
    count = Count({code: [] for code in kept})
    asked_for = {*REQUIRED, "ground"}
    steps = [_count_request, _count_disputes] if disputes else [_count_request]
    for request in ledger.requests:
        unsaved = sorted(request.unsaved if disputes else request.unsaved & asked_for)
        if unsaved:
            count.note_unclear("count-row-formula", unsaved[0], ledger, request)
            continue
        for step in steps:
            try:
                step(request, table, period, count)
            except Unclear as error:
                count.note_unclear(error.reason, error.column, ledger, request)
    return count


def _count_request(request: Request, table: RequestTable, period: Period, count: Count) -> None:
    """Count a request in its cells, or among those of earlier or later years. Raises Unclear."""
    when, codes = table.cells_of_request(request, period)
    if when == "before":
        count.before.append(request.place)
    elif when == "after":
        count.after.append(request.place)
    count.add(codes, request.place)


def _count_disputes(request: Request, table: RequestTable, period: Period, count: Count) -> None:
    """Count the disputes about a request, those before an unclear one too. Raises Unclear."""
    for codes in table.cells_of_disputes(request, period):
        count.add(codes, request.place)


def status(begun: datetime.date | None, ended: datetime.date | None, period: Period) -> str:
    """Return the status of a case in a period: before, after, closed or open.

    `ended` is None while it is open.
    """
    first, last = period
    if ended and ended < first:
        return "before"
    if begun and begun > last:
        return "after"
    return "closed" if ended and ended <= last else "open"


class RequestTable:
    """A form's table of requests, with what the words of a list mean in it.

    `rows` and `columns` are the labels of its rows by their codes and of its columns by their ids,
    in print order; requests are counted in `request_cells`, reconsiderations and litigations in
    `dispute_cells`.
    """

    def __init__(self, form: Form, meanings: Meanings, file: Path | None = None) -> None:
        """Raise KitError if the form has no such table, or lacks one of the meanings."""
        self._form, self._own = form, meanings
        blocks = blocks_of(form.tables)
        rows = [path for block in blocks for path in block.row_paths]
        columns = [path for block in blocks for path in block.column_paths]
        # The rows and the columns of the table, with what they mean; {} for the total.
        self._rows = {
            path[-1].code: means
            for path in rows
            if (means := _means_of(path)).get("object") == "application"
        }
        self._columns = _columns_by_applicant(blocks)
        self._outcomes = {code: has for code, has in self._rows.items() if "outcome" in has}
        self._totals = [
            code for code in self._rows_of_act("answered") if code not in self._outcomes
        ]
        acts = [self._rows_of_act(act) for act in ("received", "carried_in", "carried_out")]
        if any(len(found) != 1 for found in acts) or not self._columns:
            raise KitError(Problem("count-no-table", edition=form.edition))
        (self._received,), (self._carried_in,), (self._carried_out,) = acts
        self._refuse_unknown(file)
        labels = {path[-1].id: path[-1].label for path in columns}
        self.columns = {name: labels[name] for name in self._columns}
        self.rows = {path[-1].code: path[-1].label for path in rows if path[-1].code in self._rows}
        self.request_cells = [f"{row}.{column}" for row in self._rows for column in self._columns]
        cells = form.cells.items()
        self.dispute_cells = [code for code, it in cells if it.means.get("object") in DISPUTES]
        self._applicants, self._answers = self._words(rows, columns)

    def _rows_of_act(self, act: str) -> list[Code]:
        return [code for code, means in self._rows.items() if means.get("act") == act]

    def _refuse_unknown(self, file: Path | None) -> None:
        """Raise KitError if an office's own words are mapped to anything not in the form."""
        columns = [name for name, means in self._columns.items() if means]
        rows = [*self._outcomes, PENDING]
        place = file.as_posix() if file else ""
        problems = [
            Problem("count-meaning-unknown", place, meant=meant, known=names)
            for given, names in ((self._own.applicants, columns), (self._own.outcomes, rows))
            for meant in dict.fromkeys(given.values())
            if meant not in names
        ]
        if problems:
            raise KitError(*problems)

    # --- what words mean ----------------------------------------------------------

    def _words(
        self, rows: Iterable[tuple[Row, ...]], columns: Iterable[tuple[Column, ...]]
    ) -> tuple[dict[str, Features], dict[str, Features]]:
        """Return what texts say of an applicant, and what they say of an outcome, by their keys."""
        words: tuple[Word, ...] = (*vocabulary().words, *known().words)
        kit = {
            key(spelling): word.means
            for word in words
            for pattern in word.words
            for spelling in expanded(pattern)
        }
        who = {text: _only(means, _WHO) for text, means in kit.items()}
        how = {text: _only(means, _HOW) for text, means in kit.items()}
        for heads in columns:
            for level, head in enumerate(heads, start=1):
                who[key(head.label)] = _only(_means_of(heads[:level]), _WHO)
        for path in rows:
            for level, row in enumerate(path, start=1):
                means = _only(_means_of(path[:level]), _HOW)
                how |= {key(row.label): means, bare(row.label): means}
        who |= {key(text): self._columns[name] for text, name in self._own.applicants.items()}
        return (
            {text: means for text, means in who.items() if means},
            {text: means for text, means in how.items() if text and means},
        )

    def _column_of(self, request: Request) -> str:
        """Return the column that an applicant is counted in. Raises Unclear."""
        means = _meant(_plain(request, "applicant", self._own.applicants), self._applicants)
        named = means.items()
        columns = [name for name, has in self._columns.items() if means and named <= has.items()]
        if len(columns) != 1:
            raise Unclear("count-row-applicant", "applicant")
        return columns[0]

    def _row_of(self, request: Request) -> Code:
        """Return the row that an outcome is counted in, or '' while it is open. Raises Unclear."""
        outcome, ground = (
            _plain(request, name, self._own.outcomes) for name in ("outcome", "ground")
        )
        own = {key(text): meant for text, meant in self._own.outcomes.items()}
        for text in filter(None, map(key, (outcome + ground, ground, outcome))):
            if text in own:
                return "" if own[text] == PENDING else own[text]
        if not outcome or key(outcome) in map(key, known().pending):
            return ""
        if not ground and key(outcome) in map(key, known().unclear):
            raise Unclear("count-row-outcome", "outcome")
        means = _meant(outcome, self._answers)
        if means and ground:
            means = _agreeing(means, _meant(ground, self._answers))
        named = means.items()
        rows = [code for code, has in self._outcomes.items() if means and named <= has.items()]
        if len(rows) != 1:
            raise Unclear("count-row-ground" if rows else "count-row-outcome", "outcome")
        return rows[0]

    # --- rows ---------------------------------------------------------------------

    def cells_of_request(self, request: Request, period: Period) -> tuple[str, list[Code]]:
        """Return the status of a request in a period, and its cells. Raises Unclear."""
        received, replied = _days(request, "received", "replied")
        if received is None:
            raise Unclear("count-row-no-date", "received")
        when = status(received, replied, period)
        if when in ("before", "after"):
            return when, []
        row = self._row_of(request) if replied is None or when == "closed" else ""
        if replied is None and row:
            raise Unclear("count-row-no-reply", "replied")
        if when == "closed" and not row:
            raise Unclear("count-row-no-outcome", "outcome")
        rows = [self._received if received >= period[0] else self._carried_in]
        rows += [row, *self._totals] if when == "closed" else [self._carried_out]
        columns = [
            self._column_of(request),
            *(name for name, has in self._columns.items() if not has),
        ]
        return when, [f"{row}.{column}" for row in rows for column in columns]

    def cells_of_disputes(self, request: Request, period: Period) -> Iterator[list[Code]]:
        """Yield the cells that each dispute about a request counts in. Raises Unclear."""
        has_first = any(request.text(name) for name in ("reconsideration", "reconsideration_filed"))
        for name in DISPUTES:
            filed, decided = _days(request, f"{name}_filed", f"{name}_decided")
            text = _plain(request, name)
            if not (text or filed or decided):
                continue
            if filed is None and decided is None:
                raise Unclear("count-row-no-date", f"{name}_decided")
            when = status(filed, decided, period)
            if when in ("before", "after"):
                continue
            stated = {"outcome": "pending"} if when == "open" else _meant(text, self._answers)
            means = {"object": name, "outcome": stated.get("outcome", "")}
            if name == "litigation":
                means["route"] = "after_reconsideration" if has_first else "direct"
            yield self._cells_of_dispute(means, name)

    def _cells_of_dispute(self, means: Features, column: str) -> list[Code]:
        """Return the cell of an outcome and its total. Raises Unclear if there is no such cell."""
        total = {name: value for name, value in means.items() if name != "outcome"}
        cells = {code: self._form.cells[code].means for code in self.dispute_cells}
        found = [code for code, has in cells.items() if has == means]
        totals = [code for code, has in cells.items() if has == total]
        if not found or not means["outcome"]:
            raise Unclear("count-row-outcome", column)
        return [*found, *totals]


def _plain(request: Request, column: str, own: Collection[str] = ()) -> str:
    """Return the text of a cell. Raises Unclear if it has a mark that may change what it means.

    Such as 予以公开？ or 予以公开×; unless it is one of the office's own words.
    """
    text = request.text(column)
    if text not in own and any(map(_is_mark, unicodedata.normalize("NFKC", text))):
        raise Unclear("count-row-mark", column)
    return text


def _is_mark(character: str) -> bool:
    """Whether a character is neither a letter or digit nor a sign that only divides or confirms."""
    kind = unicodedata.category(character)
    return kind in ("Po", "Sc", "Sk", "Sm", "So") and character not in _NEUTRAL


def _days(
    request: Request, begun: str, ended: str
) -> tuple[datetime.date | None, datetime.date | None]:
    """Return the days on which something began and ended. Raises Unclear."""
    days = []
    for column in (begun, ended):
        try:
            days.append(request.day(column))
        except ValueError:
            raise Unclear("count-row-no-day", column) from None
    if days[0] and days[1] and days[1] < days[0]:
        raise Unclear("count-row-order", ended)
    return days[0], days[1]


def _means_of(path: Sequence[Row] | Sequence[Column]) -> Features:
    """Return what a row or a column means together with the groups or headers that span it."""
    return {name: value for step in path for name, value in step.means.items()}


def _columns_by_applicant(blocks: Iterable[Block]) -> dict[str, Features]:
    """Return the columns of the first block with applicants, from the first of them on."""
    for block in blocks:
        paths = dropwhile(lambda path: "applicant" not in _means_of(path), block.column_paths)
        if found := {path[-1].id: _means_of(path) for path in paths}:
            return found
    return {}


def _only(means: Features, names: Iterable[str]) -> Features:
    return {name: means[name] for name in names if name in means}


def _meant(text: str, words: Mapping[str, Features]) -> Features:
    """Return the features of a text, or of all its parts combined; {} if a part is unknown.

    A part may be `不予公开` of `不予公开（属于国家秘密）`. Parts that contradict each other mean
    nothing.
    """
    whole = words.get(key(text)) or words.get(bare(text))
    if whole:
        return whole
    means: Features = {}
    for part in filter(key, _PARTS.split(text)):
        found = words.get(key(part)) or words.get(bare(part))
        means = _agreeing(means, found) if found else {}
        if not means:
            return {}
    return means


def _agreeing(one: Features, other: Features) -> dict[str, str]:
    """Return the combined features of two texts; {} if the second has none, or they contradict."""
    same = all(one[name] == other[name] for name in one.keys() & other.keys())
    return {**one, **other} if other and same else {}
