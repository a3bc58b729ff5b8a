"""Write the checks in the sheet of an entry form: sums, marks, colours, and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gongkai.office.entry_plan import TOP, Plan
from gongkai.office.printed import Box
from gongkai.office.sheets import Canvas
from gongkai.office.sums import (
    Condition,
    Rule,
    address,
    differ,
    exceeds,
    numbering,
    sum_of,
    unlike_last_year,
)
from gongkai.report.entry_form import MARK, PLUS, RIGHT, SUM, TOTAL, UNIT, WRONG

GREY, RED, ORANGE = "#EDEDED", "#F4B6B6", "#F8D7A8"
_DARK = {RED: "#7A0000", ORANGE: "#6B3F00"}  # the colour of text on it


class Checks:
    """Writes the checks of a sheet; `below` is the first row after them."""

    def __init__(self, canvas: Canvas, plan: Plan) -> None:
        self._canvas, self._plan = canvas, plan
        self._marks: list[Box] = []  # cells that show what is wrong
        self._wrong = 0
        self.below = plan.below

    def write(self) -> None:
        """Write the checks beside the rows and below the columns."""
        conditions: dict[int, list[Condition]] = {}
        for rule in self._plan.rules:
            condition = self._beside_row(rule)
            if condition:
                conditions.setdefault(rule.left[0].row, []).append(condition)
                self._colour(rule.left[0], condition)
        for row, found in conditions.items():
            self._mark(Box(row, self._plan.sums_column + 1), found)
        self._below_columns()

    def _beside_row(self, rule: Rule) -> Condition | None:
        """Return when a total, a part of a whole, or a figure equal to last year's is wrong."""
        if rule.previous:
            return unlike_last_year(rule, self._plan.numbers)
        if not self._plan.is_by_row(rule):
            return None
        if rule.relation == "=":
            return self._sum(Box(rule.left[0].row, self._plan.sums_column), rule)
        return exceeds(rule, self._plan.numbers)

    def _sum(self, box: Box, rule: Rule) -> Condition:
        """Write the sum of a total's parts; return when it differs from what was typed."""
        total, found = rule.left[0], self._write_sum(box, rule.right)
        typed = self._plan.numbers.get(total)
        return differ(address(total), address(box), typed, found, rule.severity)

    def _write_sum(self, box: Box, parts: Sequence[Box]) -> Decimal | str:
        formula, value = sum_of(parts, self._plan.numbers)
        cell_format = self._canvas.formats(align="center", bg_color=GREY, border=1)
        self._canvas.formula(box, formula, cell_format, value)
        return value

    def _colour(self, box: Box, condition: Condition) -> None:
        """Make a cell turn red, or orange if it only needs checking."""
        colour = RED if condition.severity == "error" else ORANGE
        properties = {"bg_color": colour, "bold": True, "font_color": _DARK[colour]}
        self._canvas.change_when(box, f"={condition.formula}", **properties)

    def _mark(self, box: Box, conditions: Sequence[Condition]) -> None:
        """Write a formula that shows what is wrong if a condition holds, errors first."""
        texts: dict[str, list[Condition]] = {}
        for condition in sorted(conditions, key=lambda item: item.severity != "error"):
            texts.setdefault(condition.text, []).append(condition)
        formula, value = '""', ""
        for text, alike in reversed(texts.items()):
            when = ",".join(item.formula for item in alike)
            formula = f'IF(OR({when}),"{text}",{formula})'
            value = text if any(item.holds for item in alike) else value
        cell_format = self._canvas.formats(font_color="#B00000", font_size=9, align="center")
        self._canvas.formula(box, f"={formula}", cell_format, value)
        self._marks.append(box)
        self._wrong += bool(value)

    # --- below the table ----------------------------------------------------------

    def _below_columns(self) -> None:
        """Write the checks of sums in each column below the table."""
        rows: dict[tuple[str, ...], list[Rule]] = {}
        for rule in self._plan.rules:
            if rule.relation == "=" and not rule.previous and not self._plan.is_by_row(rule):
                rows.setdefault(self._row_names(rule), []).append(rule)
        for names, rules in rows.items():
            for row, name in enumerate((*names, MARK), start=self.below):
                box = Box(row, 0, 1, self._plan.printed.first)
                self._canvas.text(box, name, self._canvas.formats(bg_color=GREY, border=1))
            mark = self.below + len(names)
            for rule in rules:
                self._mark(Box(mark, rule.left[0].column), [self._check_column(rule, self.below)])
            self.below = mark + 1

    def _row_names(self, rule: Rule) -> tuple[str, ...]:
        """Return the labels of the rows below the table: one for each side that is a sum."""
        labels = self._plan.printed.row_labels
        if len(rule.left) == 1:
            return (f"{numbering(labels[rule.left[0].row])}{TOTAL}{SUM}",)
        return tuple(
            PLUS.join(numbering(labels[box.row]) for box in side)
            for side in (rule.left, rule.right)
        )

    def _check_column(self, rule: Rule, row: int) -> Condition:
        """Write the sums of a rule below its column; return when its sides differ."""
        column = rule.left[0].column
        if len(rule.left) == 1:
            condition = self._sum(Box(row, column), rule)
            self._colour(rule.left[0], condition)
            return condition
        boxes = [Box(row, column), Box(row + 1, column)]
        left, right = map(self._write_sum, boxes, (rule.left, rule.right))
        condition = differ(address(boxes[0]), address(boxes[1]), left, right, rule.severity)
        for box in boxes:
            self._colour(box, condition)
        return condition

    # --- above the table ----------------------------------------------------------

    def verdict(self, box: Box) -> None:
        """Write how many cells are wrong, in words, as not everybody sees red."""
        units = {self._plan.content.form.cells[code].unit for code in self._plan.kinds}
        unit = f"{UNIT}：{units.pop()}。" if len(units) == 1 else ""
        cell_format = self._canvas.formats(font_color="#404040")
        if not self._marks:
            self._canvas.text(box, unit, cell_format)
            return
        none, some, places = f"{unit}{RIGHT}", f"{unit}{WRONG[0]}", WRONG[1]
        counted = "+".join(f'({address(mark)}<>"")' for mark in self._marks)
        formula = f'=IF({counted}=0,"{none}","{some}"&({counted})&"{places}")'
        value = f"{some}{self._wrong}{places}" if self._wrong else none
        self._canvas.text(box, "", cell_format)
        self._canvas.formula(box, formula, cell_format, value)
        self._canvas.change_when(box, f"=({counted})>0", bold=True, font_color="#B00000")

    def heads(self) -> None:
        """Write the headers of the sums and the marks, and the units of the rows."""
        plan, canvas = self._plan, self._canvas
        cell_format = canvas.formats(align="center", bg_color=GREY, border=1)
        rows = plan.printed.body - TOP
        if plan.has_sums or plan.units:
            head = SUM if plan.has_sums else UNIT
            canvas.text(Box(TOP, plan.sums_column, rows), head, cell_format)
        if plan.has_marks:
            canvas.text(Box(TOP, plan.sums_column + 1, rows), MARK, cell_format)
        for row, units in plan.units.items():
            small = canvas.formats(font_size=9, align="center")
            canvas.text(Box(row, plan.sums_column), units, small)
