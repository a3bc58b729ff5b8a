"""Read the figures of a report: each line of its CSV, checked against the form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from gongkai.forms import editions
from gongkai.forms.form import Form
from gongkai.forms.local import collapsible
from gongkai.forms.tables import Cell, Code
from gongkai.report.csv_file import CsvRow, read_rows
from gongkai.report.diagnostics import MOST_ALIKE, Diagnostics
from gongkai.report.model import COLUMNS, Value
from gongkai.report.rollup import as_printed
from gongkai.spelling import nearest
from gongkai.text.characters import has_hidden
from gongkai.text.files import shortened
from gongkai.text.formulas import unguarded
from gongkai.text.numbers import NO_NUMBER, parse_number, without_remark
from gongkai.text.quantities import half_width

_DIGITS = re.compile(r"0|[1-9][0-9]{0,14}")
FEW_CODES = 5  # up to this many missing codes are listed with their names
LONGEST_CELL = 1_000  # characters; the longest label of a form has 54


def read_indicators(
    path: Path, form: Form, diagnostics: Diagnostics, forms: Path | None
) -> tuple[Form, dict[Code, Value]]:
    """Return the form as this report prints it, and the value of each of its cells.

    Raises KitError if the file cannot be read; all other problems are collected.
    """
    rows = _revealed(list(read_rows(path, diagnostics)), path, diagnostics)
    codes = {row.cells[0] for row in rows}
    form = as_printed(form, codes)
    other = _other_edition(form, codes, forms)
    if other:
        diagnostics.refuse("csv-other-edition", path, 0, edition=form.edition, other=other)
        return form, {}
    indicators = _Indicators(path, form, diagnostics)
    if indicators.are_misread(rows):
        return form, {}
    for row in rows:
        indicators.read(row)
    indicators.refuse_missing()
    return form, indicators.values


def _revealed(rows: Sequence[CsvRow], path: Path, diagnostics: Diagnostics) -> list[CsvRow]:
    """Return the lines without hidden characters and without guards against formulas."""

    def revealed(row: CsvRow) -> list[str]:
        key = (row.cells[0],)
        return [diagnostics.reveal(cell, path, row.line, key, alone=True) for cell in row.cells]

    # The whole text is searched once, because hardly any file has them.
    text = "\n".join(cell for row in rows for cell in row.cells)
    any_hidden = has_hidden(text)
    if not any_hidden and "'" not in text:  # nothing is guarded either
        return [*rows]
    found = ((row.line, revealed(row) if any_hidden else row.cells) for row in rows)
    return [CsvRow(line, [*map(unguarded, cells[:-1]), *cells[-1:]]) for line, cells in found]


class _Indicators:
    """Reads the lines of one CSV in their order."""

    def __init__(self, path: Path, form: Form, diagnostics: Diagnostics) -> None:
        self.values: dict[Code, Value] = {}
        self._path = path
        self._form = form
        self._diagnostics = diagnostics
        self._malformed: set[str] = set()

    def _refuse(self, kind: str, line: int, **details: object) -> None:
        self._diagnostics.refuse(kind, self._path, line, **details)

    def are_misread(self, rows: Sequence[CsvRow]) -> bool:
        """Refuse labels unlike the form's; return whether most are, so that the rest is noise."""
        entries = self._form.entries
        whole = [row for row in rows if len(row.cells) == len(COLUMNS)]
        labels = [(row.line, row.cells[0], row.cells[1]) for row in whole]
        known = [item for item in labels if item[1] in entries]
        differ = [item for item in known if not _alike(item[2], entries[item[1]].label)]
        misread = len(differ) > max(len(known) // 2, FEW_CODES)
        for line, code, label in differ[:1] if misread else differ:
            expected = entries[code].label
            details = {"code": code, "found": label, "expected": expected, "count": len(differ)}
            self._refuse("csv-labels" if misread else "csv-label", line, **details)
        return misread

    def read(self, row: CsvRow) -> None:
        """Read a line; an incomplete one is refused, but its code does not count as missing."""
        if not self._is_whole(row):
            self._malformed.add(row.cells[0])
            return
        code, _, unit, text = row.cells
        official = self._form.entries.get(code)
        if official is None:
            self._refuse_code(row.line, code)
            return
        if unit != official.unit:
            self._refuse("csv-unit", row.line, code=code, found=unit, expected=official.unit)
        if official.kind == "heading":
            if text not in ("", "—", "——"):
                self._refuse("csv-heading-value", row.line, code=code, value=text)
        elif code in self.values:
            self._refuse("csv-code-twice", row.line, code=code, first=self.values[code].line)
        else:
            self.values[code] = self._value(row.line, official, text)

    def _is_whole(self, row: CsvRow) -> bool:
        """Refuse a line with too few or too many cells, or with a cell that is too long."""
        if len(row.cells) != len(COLUMNS):
            self._refuse("csv-columns", row.line, expected=len(COLUMNS), found=len(row.cells))
        elif max(map(len, row.cells)) > LONGEST_CELL:
            self._refuse("csv-cell-too-long", row.line, limit=LONGEST_CELL)
        else:
            return True
        return False

    def _refuse_code(self, line: int, code: str) -> None:
        few = len(self._diagnostics.problems) < MOST_ALIKE  # with more, a guess is not worthwhile
        meant = nearest(shortened(code), self._form.cells) if few else ""
        problem = "csv-code-meant" if meant else "csv-code-unknown"
        if code.rpartition(".")[0] in collapsible(self._form):
            problem = "csv-group-twice"
        self._refuse(problem, line, code=code, edition=self._form.edition, meant=meant)

    def _value(self, line: int, official: Cell, text: str) -> Value:
        if _DIGITS.fullmatch(text):  # true of nearly all: nothing to rewrite, nothing to refuse
            return Value(Decimal(text), text, line, "")
        units = self._form.same_unit(official.unit)
        text, remark = without_remark(text, units)
        number, printed, problem = parse_number(text, official.kind, official.unit, units)
        details: dict[str, object] = {"code": official.code, "value": shortened(text)}
        if problem:
            self._refuse(problem, line, unit=official.unit, **details)
        elif printed != text and text not in NO_NUMBER:
            self._diagnostics.note(
                "csv-number-rewritten", self._path, line, number=printed, **details
            )
        return Value(number, printed, line, remark)

    def refuse_missing(self) -> None:
        """Refuse a table that lacks cells of the form."""
        form = self._form
        found = self.values.keys() | self._malformed
        missing = [code for code in form.cells if code not in found]
        if missing:
            named = [f"{code} {form.cells[code].name}" for code in missing]
            codes = named if len(missing) <= FEW_CODES else missing
            details = {"codes": codes, "count": len(missing), "edition": form.edition}
            self._refuse("csv-codes-missing", 0, **details)


def _alike(label: str, official: str) -> bool:
    """Whether a label is the official one, in full or half width."""
    return label == official or _bare(label) == _bare(official)


def _bare(label: str) -> str:
    return half_width(label).replace(" ", "").replace('"', "“").replace("”", "“")


def _other_edition(form: Form, codes: set[str], forms: Path | None) -> str:
    """Return the other edition whose codes a CSV has, or ''."""
    if codes >= form.cells.keys():
        return ""
    for edition in editions.editions(forms):
        if edition != form.edition and codes == editions.load_form(edition, forms).cells.keys():
            return edition
    return ""
