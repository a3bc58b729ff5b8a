"""The layout of a sheet of an entry form, before it is written: positions and sizes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from gongkai.forms.tables import Code, Table
from gongkai.office.printed import Box, laid_out
from gongkai.office.sheets import FORM_LETTER, HEADING_SIZE, lines_of
from gongkai.office.sums import Rule, number_in, rules_of
from gongkai.report.entry_form import EntryForm

TOP = 3  # the row in which a table begins, from 0: below the title, its heading and the verdict
WIDE, FEW = 7, 3  # numbers of columns of figures, by which their width is chosen
LINE, TITLE_LINE = 15.5, 22.0  # points
_LIST_WIDTHS, _STUB_WIDTHS = (60, 8, 12), {0: (16,), 1: (28,), 3: (10, 10, 34)}
_GAP = 3  # columns between the table and last year's figures: the sums, the marks, an empty one


class Plan:
    """The layout of a table of an entry form: the table as printed, surrounded by its checks.

    `kinds` are those of its cells, `last` the places of last year's figures, `numbers` the numbers
    of all cells that have one, `rules` the checks. `below` is the first row after the table
    and last year's figures.
    """

    def __init__(self, content: EntryForm, table: Table) -> None:
        self.content, self.table = content, table
        self.printed = laid_out(table, TOP)
        self.kinds = {code: content.form.cells[code].kind for code in self.printed.cells}
        # A single row has last year's figures below it, any other table to the right.
        self.is_single_row = not any("".join(it) for it in self.printed.row_labels.values())
        self.shift = self.printed.right + _GAP - self.printed.first
        self.last = {
            code: self._place_of_last_year(box)
            for code, box in self.printed.cells.items()
            if code in content.last
        }
        numbers = {box: number_in(text, self.kinds[code]) for code, box, text in self._figures()}
        self.numbers = {box: number for box, number in numbers.items() if number is not None}
        self.rules = list(rules_of(content.form, self.printed, self.last))
        self.below = self.printed.below + bool(self.last and self.is_single_row)

    def _place_of_last_year(self, box: Box) -> Box:
        if self.is_single_row:
            return box._replace(row=self.printed.below)
        return Box(box.row, box.column + self.shift, 1, box.columns)

    def _figures(self) -> Iterable[tuple[Code, Box, str]]:
        """Yield each cell of this year and of last year, with its figure as printed."""
        for code, box in self.printed.cells.items():
            yield code, box, self.content.figures.get(code, "")
        for code, box in self.last.items():
            yield code, box, self.content.last[code]

    # --- next to the rows ---------------------------------------------------------

    @property
    def sums_column(self) -> int:
        """The column of the sums next to the totals; the column after it marks errors in a row."""
        return self.printed.right

    def is_by_row(self, rule: Rule) -> bool:
        """Whether a rule is about the last figure in a row, so that its sum is next to that."""
        if rule.previous or len(rule.left) != 1 or self.is_single_row:
            return False
        is_last = rule.left[0].right == self.printed.right
        in_row = {box.row for box in rule.right} == {rule.left[0].row}
        return is_last and (bool(self.table.lines) or in_row)

    @cached_property
    def has_sums(self) -> bool:
        """Whether any row has a sum next to it."""
        return any(map(self.is_by_row, self.rules))

    @cached_property
    def has_marks(self) -> bool:
        """Whether errors in a row are marked next to it."""
        return self.has_sums or any(rule.previous for rule in self.rules)

    @cached_property
    def units(self) -> dict[int, str]:
        """The units of each row of a grid with several units: the official grid prints none."""
        units: dict[int, list[str]] = {}
        for code, box in self.printed.cells.items():
            units.setdefault(box.row, []).append(self.content.form.cells[code].unit)
        if self.table.lines or len({unit for row in units.values() for unit in row}) == 1:
            return {}
        return {
            row: found[0] if len(set(found)) == 1 else "、".join(found)
            for row, found in units.items()
        }

    # --- sizes --------------------------------------------------------------------

    @cached_property
    def widths(self) -> list[float]:
        """The widths of the columns, in characters half as wide as a Chinese one."""
        if self.table.lines:
            return [*_LIST_WIDTHS, 10, 16, 2, 12]
        leaves = self.printed.right - self.printed.first
        figures = [20.0 if leaves <= FEW else 9.5 if leaves <= WIDE else 8.5] * leaves
        widths = [*_STUB_WIDTHS[0 if self.is_single_row else self.printed.first], *figures]
        if self.is_single_row:
            return widths
        beside = [10.0 if self.has_sums or self.units else 2.0, 12.0 if self.has_marks else 2.0, 2]
        last = [max(width * 0.7, 8) for width in figures] if self.last else []
        return [*widths, *beside, *last]

    def heights(self, title: str, below: int) -> dict[int, float]:
        """Return the heights that the texts need in all rows above `below`, in points.

        No program adjusts the height to the text of merged cells.
        """
        heights: dict[int, float] = dict.fromkeys(range(below), LINE + 3)
        heights |= {0: title_height(title, sum(self.widths[: self.printed.right])), 1: 20}
        texts = [(label.box, label.text) for label in self.printed.labels]
        texts += [(box, text) for _, box, text in self._figures()]  # with remarks they are long
        for box, text in texts:
            needed = LINE * lines_of(text, self.width_of(box)) + 3
            for row in range(box.row, box.row + box.rows):
                heights[row] = max(heights[row], needed / box.rows)
        return heights

    def width_of(self, box: Box) -> float:
        """Return the width of a cell or of merged cells."""
        return sum(self.widths[box.column : box.right])


def title_height(title: str, width: float) -> float:
    """Return the height of a row with a title, in points."""
    return TITLE_LINE * lines_of(title, width * FORM_LETTER / HEADING_SIZE)
