"""A year's official tables as a workbook to fill in: the grid as printed, and what checks itself.

What a clerk types in is unlocked and accepts only figures; sums stand beside the typed totals, last
year's figures beside all. `kit/gongkai/importing/entry_form.py` reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from gongkai.forms.tables import Code, Table
from gongkai.office.line_ends import BREAK, ended, line_ends
from gongkai.office.marked import HEADING_SIZE, marked
from gongkai.office.printed import Box, Label, Printed, laid_out
from gongkai.office.sheets import DAY_ONE, lines_of, print_on_a4
from gongkai.office.sums import (
    Condition,
    Rule,
    cell,
    differ,
    exceeds,
    in_words,
    number_in,
    numbering,
    rules_of,
    sum_of,
    unlike_last_year,
)
from gongkai.report.entry_form import AGENCY, EDITION, TITLE, YEAR, EntryForm, carried_over, name_of
from gongkai.text.numbers import plain
from gongkai.text.templates import plain_text
from gongkai.text.whole_words import whole

FONT = "宋体"  # as the official form is printed
HINTS = "填写说明"
TOP = 3  # the row in which a table begins, from 0: below the title, its heading and the verdict
SHOULD, MARK, UNITS = "自动合计", "核对", "单位"
LIST_WIDTHS, STUB_WIDTHS = (60, 8, 12), {0: (16,), 1: (28,), 3: (10, 10, 34)}
WIDE, FEW = 7, 3  # columns: with more than FEW they are narrow
HINTS_WIDTH = 70
LETTER, LINE, TITLE_LINE = 10.5, 15.5, 22.0  # points
YELLOW, GREY, RED, ORANGE = "#FFF8DC", "#EDEDED", "#F4B6B6", "#F8D7A8"
LARGEST = 10**14
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")  # of sheets


def as_entry_form(content: EntryForm) -> bytes:
    """Return a form to fill in as a workbook, the same bytes each time."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        title = f"{content.agency}{content.year}年政府信息公开工作年度报告"
        properties = {"title": f"{title}统计表", "author": content.agency, "created": DAY_ONE}
        book.set_properties(properties)
        book.formats[0].set_font_name(FONT)
        looks = Looks(book)
        _write_hints(book, looks, content, title)
        for table in content.form.tables:
            _Sheet(book, looks, content, table).write(title)
        first = book.worksheets()[1].name
        book.define_name(TITLE, f"='{first}'!$A$1")
        of = {AGENCY: content.slug, YEAR: content.year, EDITION: content.form.edition}
        for name, value in of.items():
            book.define_name(name, f'="{value}"')
    return marked(made.getvalue())


class Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def __call__(self, **look: object) -> Any:
        """Return a format: the usual one with some changes."""
        whole = {
            "font_name": FONT,
            "font_size": LETTER,
            "text_wrap": True,
            "valign": "vcenter",
            **look,
        }
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]


def _write_hints(book: Any, looks: Looks, content: EntryForm, title: str) -> None:
    """Write the sheet of hints: how to fill in, what the words mean, what has to be equal."""
    form = content.form
    kinds = {found.kind for found in form.cells.values()}
    carried = carried_over(form, content.last)
    hints = plain_text(
        "office/hints.txt.j2",
        form=form,
        slug=content.slug,
        year=content.year,
        has_amounts="amount" in kinds,
        has_signed="signed" in kinds,
        has_last=bool(content.last),
        carried=bool(carried),
        filled_in=all(content.figures.get(code) == text for code, text in carried.items()),
        rules=[in_words(form, identity) for identity in form.identities],
    )
    sheet = book.add_worksheet(HINTS)
    sheet.set_column(0, 0, HINTS_WIDTH)
    heading = f"{title}　{HINTS}"
    sheet.write_string(0, 0, heading, looks(bold=True, font_size=HEADING_SIZE))
    sheet.set_row(0, _title_height(heading, HINTS_WIDTH))
    for row, line in enumerate(filter(None, hints.split("\n")), start=1):
        head, text = line.startswith("# "), line.removeprefix("# ")
        sheet.write_string(row, 0, text, looks(bold=True) if head else looks())
        sheet.set_row(row, LINE * (lines_of(text, HINTS_WIDTH) + head * 0.5))
    sheet.protect()
    _print_on_a4(sheet, pages=1)


def _title_height(title: str, width: float) -> float:
    """Return the height of a row with a title, in points."""
    return TITLE_LINE * lines_of(title, width * LETTER / HEADING_SIZE)


def _print_on_a4(sheet: Any, *, landscape: bool = False, pages: int = 0) -> None:
    print_on_a4(sheet, landscape=landscape, pages=pages)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)


class _Sheet:
    """Writes the sheet of one table."""

    def __init__(self, book: Any, looks: Looks, content: EntryForm, table: Table) -> None:
        self.book, self.looks, self.content, self.table = book, looks, content, table
        self.sheet = book.add_worksheet(_NOT_IN_NAMES.sub("／", table.caption)[:31])
        self.printed: Printed = laid_out(table, TOP)
        self.kinds = {code: content.form.cells[code].kind for code in self.printed.cells}
        self.numbers: dict[Box, Decimal] = {}
        self.conditions: dict[int, list[Condition]] = {}  # by the row that says them
        self.below = self.printed.below  # the next row for what is checked by columns
        self.marks: list[Box] = []  # cells that say what is wrong
        self.wrong = 0
        self.last = self._places_of_last_year()
        self.rules = list(rules_of(content.form, self.printed, self.last))

    def write(self, title: str) -> None:
        """Write the table, its sums, last year's figures and the verdict on top."""
        self._note_numbers()
        self._labels()
        self._last_year()
        for rule in self.rules:
            self._check_by_row(rule)
        self._marks_of_rows()
        self._checks_by_column()
        self._cells()
        self._heads(title)
        self._set_up(title)

    # --- where things are ---------------------------------------------------------

    @property
    def is_single_row(self) -> bool:
        """Whether the table is one row without a label: last year's then stands below it."""
        return all(not "".join(names) for names in self.printed.row_labels.values())

    @property
    def should(self) -> int:
        """The column of the sums beside the totals."""
        return self.printed.right

    @property
    def has_sums(self) -> bool:
        """Whether a row has a sum beside it."""
        return any(self._is_by_row(rule) for rule in self.rules)

    def _places_of_last_year(self) -> dict[Code, Box]:
        """Return where last year's figures are: to the right, or below a single row."""
        known = {code: box for code, box in self.printed.cells.items() if code in self.content.last}
        if self.is_single_row:
            return {code: box._replace(row=self.printed.below) for code, box in known.items()}
        to_the_right = self.printed.right + 3 - self.printed.first  # after the sums and a gap
        return {
            code: Box(box.row, box.column + to_the_right, 1, box.columns)
            for code, box in known.items()
        }

    def _note_numbers(self) -> None:
        form = self.content.form
        for places, texts in (
            (self.printed.cells, self.content.figures),
            (self.last, self.content.last),
        ):
            for code, box in places.items():
                number = number_in(texts.get(code, ""), form.cells[code].kind)
                if number is not None:
                    self.numbers[box] = number

    # --- what is printed ----------------------------------------------------------

    def _text(self, box: Box, text: str, look: Any) -> None:
        if box.rows > 1 or box.columns > 1:
            last = (box.row + box.rows - 1, box.column + box.columns - 1)
            self.sheet.merge_range(box.row, box.column, *last, text, look)
        else:
            self.sheet.write_string(box.row, box.column, text, look)

    def _labels(self) -> None:
        looks: dict[str, dict[str, object]] = {
            "title": {"bold": True, "bg_color": "#DCE6F2"},
            "head": {"align": "center", "bold": True},
            "heading": {"bold": True},
            "dash": {"align": "center"},
            "row": {},
        }
        widths = self._widths()
        for label in self.printed.labels:
            indent = max(label.level - 1, 0) if self.table.lines else 0
            look = self.looks(border=1, indent=indent, **looks[label.kind])
            width = sum(widths[label.box.column : label.box.right])
            self._text(label.box, _broken(label, width), look)

    def _cells(self) -> None:
        """Write what is typed in: unlocked, named, and accepting figures alone."""
        messages: dict[tuple[str, str], list[Box]] = {}
        said = self._said_of_cells()
        for code, box in self.printed.cells.items():
            self._figure(box, self.content.figures.get(code, ""), self._typed_look(code))
            place = f"${cell(box).rstrip('0123456789')}${box.row + 1}"
            self.book.define_name(name_of(code), f"='{self.sheet.name}'!{place}")
            messages.setdefault((self.kinds[code], said.get(box, "")), []).append(box)
        for (kind, words), boxes in messages.items():
            ranges = " ".join(map(cell, boxes))
            first = boxes[0]
            options = {**_accepted(kind), **_shown(words), "multi_range": ranges}
            self.sheet.data_validation(first.row, first.column, first.row, first.column, options)

    def _typed_look(self, code: Code) -> Any:
        whole = {} if self.kinds[code] == "amount" else {"num_format": "0"}
        return self.looks(border=1, locked=False, align="center", bg_color=YELLOW, **whole)

    def _figure(self, box: Box, text: str, look: Any) -> None:
        """Write a figure as a number, what is none as the text that it is."""
        number = self.numbers.get(box)
        if box.columns > 1:
            self.sheet.merge_range(box.row, box.column, box.row, box.right - 1, "", look)
        if number is not None:
            self.sheet.write_number(box.row, box.column, float(number), look)
        elif text:
            self.sheet.write_string(box.row, box.column, text, look)
        else:
            self.sheet.write_blank(box.row, box.column, None, look)

    def _said_of_cells(self) -> dict[Box, str]:
        """Return what a cell says when it is chosen: its unit where it is unusual, its rules."""
        said: dict[Box, list[str]] = {}
        for code, box in self.printed.cells.items():
            unit = self.content.form.cells[code].unit
            if self.kinds[code] == "amount":
                said.setdefault(box, []).append(f"单位：{unit}，可以有小数。")
            elif self.kinds[code] == "signed":
                said.setdefault(box, []).append(f"单位：{unit}，减少的填负数，例如-3。")
            elif not self.table.lines and unit != "件":
                said.setdefault(box, []).append(f"单位：{unit}。")
        for rule in self.rules:
            if rule.relation == "=" and (len(rule.left) == 1 or rule.previous):
                said.setdefault(rule.left[0], []).append(rule.words)
            if len(rule.left) == len(rule.previous) == 1 and not rule.right:
                number = self.numbers.get(rule.previous[0])
                said[rule.left[0]].append("" if number is None else f"上年报告为{plain(number)}。")
        return {box: "".join(words) for box, words in said.items()}

    # --- last year ----------------------------------------------------------------

    def _last_year(self) -> None:
        """Write last year's figures in grey, under headers of their own."""
        if not self.last:
            return
        look = self.looks(align="center", font_color="#6E6E6E", border=1, border_color="#BFBFBF")
        for code, box in self.last.items():
            self._figure(box, self.content.last[code], look)
        said = f"上年（{self.content.year - 1}年）"
        if self.is_single_row:
            self._text(Box(self.printed.below, 0), said, look)
            self.below += 1
            return
        shift = self.printed.right + 3 - self.printed.first
        for label in self.printed.labels:
            box = label.box
            if label.kind == "head" and box.column >= self.printed.first and not self.table.lines:
                self._text(box._replace(column=box.column + shift), label.text, look)
        first = self.printed.first + shift
        width = self.printed.right - self.printed.first
        row = TOP if self.table.lines else TOP - 1
        self._text(Box(row, first, 1, width), said, look)

    # --- sums ---------------------------------------------------------------------

    def _is_by_row(self, rule: Rule) -> bool:
        """Whether a rule is about the last figure of a row: its sum stands beside it."""
        if rule.previous or len(rule.left) != 1 or self.is_single_row:
            return False
        last = rule.left[0].right == self.printed.right
        return last and (
            bool(self.table.lines) or {box.row for box in rule.right} == {rule.left[0].row}
        )

    def _check_by_row(self, rule: Rule) -> None:
        """Check what is said beside the row: a total, a part and its whole, last year's figure."""
        total = rule.left[0]
        if rule.previous:
            condition = unlike_last_year(rule, self.numbers)
        elif not self._is_by_row(rule):
            return
        elif rule.relation == "=":
            condition = self._sum(Box(total.row, self.should), total, rule)
        else:
            condition = exceeds(rule, self.numbers)
        self.conditions.setdefault(total.row, []).append(condition)
        self._colour(total, condition)

    def _sum(self, box: Box, total: Box, rule: Rule) -> Condition:
        """Write the sum of a total's parts; return when it differs from what was typed."""
        found = self._write_sum(box, rule.right)
        return differ(cell(total), cell(box), self.numbers.get(total), found, rule.severity)

    def _write_sum(self, box: Box, parts: Sequence[Box]) -> Decimal | str:
        found = sum_of(parts, self.numbers)
        look = self.looks(align="center", bg_color=GREY, border=1)
        self.sheet.write_formula(box.row, box.column, found.formula, look, _as_value(found.value))
        return found.value

    def _colour(self, box: Box, condition: Condition) -> None:
        """Let a cell turn red, or orange where it only needs a look."""
        colour = RED if condition.severity == "error" else ORANGE
        look = self.book.add_format(
            {
                "bg_color": colour,
                "bold": True,
                "font_color": "#7A0000" if colour == RED else "#6B3F00",
            }
        )
        options = {"type": "formula", "criteria": f"={condition.formula}", "format": look}
        self.sheet.conditional_format(box.row, box.column, box.row, box.right - 1, options)

    def _marks_of_rows(self) -> None:
        """Say beside each row what is wrong in it."""
        for row, conditions in self.conditions.items():
            self._mark(Box(row, self.should + 1), conditions)

    def _mark(self, box: Box, conditions: Sequence[Condition]) -> None:
        """Write what is wrong where one of some conditions holds, errors first."""
        texts: dict[str, list[Condition]] = {}
        for condition in sorted(conditions, key=lambda item: item.severity != "error"):
            texts.setdefault(condition.text, []).append(condition)
        formula, value = '""', ""
        for text, alike in reversed(texts.items()):
            when = ",".join(item.formula for item in alike)
            formula = f'IF(OR({when}),"{text}",{formula})'
            value = text if any(item.holds for item in alike) else value
        look = self.looks(font_color="#B00000", font_size=9, align="center")
        self.sheet.write_formula(box.row, box.column, f"={formula}", look, value)
        self.marks.append(box)
        self.wrong += bool(value)

    def _checks_by_column(self) -> None:
        """Write below the table what has to be equal in each column."""
        rows: dict[tuple[str, ...], list[Rule]] = {}
        for rule in self.rules:
            if rule.relation == "=" and not rule.previous and not self._is_by_row(rule):
                rows.setdefault(self._row_names(rule), []).append(rule)
        for names, rules in rows.items():
            mark = self.below + len(names)
            for place, name in enumerate((*names, MARK)):
                look = self.looks(bg_color=GREY, border=1)
                self._text(Box(self.below + place, 0, 1, self.printed.first), name, look)
            for rule in rules:
                self._mark(Box(mark, rule.left[0].column), [self._check_column(rule, self.below)])
            self.below = mark + 1

    def _row_names(self, rule: Rule) -> tuple[str, ...]:
        """Return what the rows below the table are called: one for each side that is a sum."""
        sides = [rule.right] if len(rule.left) == 1 else [rule.left, rule.right]
        if len(sides) == 1:
            labels = self.printed.row_labels[rule.left[0].row]
            return (f"{numbering(labels)}总计：{SHOULD}",)
        return tuple(
            "＋".join(numbering(self.printed.row_labels[box.row]) for box in side) for side in sides
        )

    def _check_column(self, rule: Rule, row: int) -> Condition:
        """Write the sums of a rule below its column; return when its sides differ."""
        column = rule.left[0].column
        if len(rule.left) == 1:
            condition = self._sum(Box(row, column), rule.left[0], rule)
            self._colour(rule.left[0], condition)
            return condition
        boxes = [Box(row, column), Box(row + 1, column)]
        values = [
            self._write_sum(box, side)
            for box, side in zip(boxes, (rule.left, rule.right), strict=True)
        ]
        condition = differ(cell(boxes[0]), cell(boxes[1]), values[0], values[1], rule.severity)
        for box in boxes:
            self._colour(box, condition)
        return condition

    # --- the sheet ----------------------------------------------------------------

    def _heads(self, title: str) -> None:
        """Write the title, the table's heading, the verdict, and the heads of the sums."""
        right = self.printed.right
        part = next((part for part in self.content.form.parts if part.id == self.table.part), None)
        heading = part.titled(self.content.year) if part else self.table.caption
        self._text(
            Box(0, 0, 1, right),
            title,
            self.looks(bold=True, font_size=HEADING_SIZE, align="center"),
        )
        self._text(Box(1, 0, 1, right), heading, self.looks(bold=True, font_size=12))
        self._verdict()
        look = self.looks(align="center", bg_color=GREY, border=1)
        rows = self.printed.body - TOP
        if self.has_sums or self._units():
            name = SHOULD if self.has_sums else UNITS
            self._text(Box(TOP, self.should, rows), name, look)
        if self.conditions:
            self._text(Box(TOP, self.should + 1, rows), MARK, look)
        for row, units in self._units().items():
            self._text(Box(row, self.should), units, self.looks(font_size=9, align="center"))

    def _units(self) -> dict[int, str]:
        """Return the units of each row of a grid that has several: the official one prints none."""
        units: dict[int, list[str]] = {}
        for code, box in self.printed.cells.items():
            units.setdefault(box.row, []).append(self.content.form.cells[code].unit)
        if self.table.lines or len({unit for row in units.values() for unit in row}) == 1:
            return {}
        alike = ((row, sorted(set(found), key=found.index)) for row, found in units.items())
        return {row: found[0] if len(found) == 1 else "、".join(units[row]) for row, found in alike}

    def _verdict(self) -> None:
        """Say on top how many places are wrong: in words, as not everybody sees red."""
        units = {self.content.form.cells[code].unit for code in self.kinds}
        unit = f"单位：{units.pop()}。" if len(units) == 1 else ""
        texts = [f"{unit}核对：没有不符的地方。", f"{unit}核对：有", "处不符，见变色的格。"]
        counted = "+".join(f'({cell(box)}<>"")' for box in self.marks)
        box = Box(2, 0, 1, self.printed.right)
        look = self.looks(font_color="#404040")
        if not self.marks:
            self._text(box, unit, look)
            return
        formula = f'=IF({counted}=0,"{texts[0]}","{texts[1]}"&({counted})&"{texts[2]}")'
        value = f"{texts[1]}{self.wrong}{texts[2]}" if self.wrong else texts[0]
        self._text(box, "", look)
        self.sheet.write_formula(box.row, box.column, formula, look, value)
        criteria = f"=({counted})>0"
        red = self.book.add_format({"bold": True, "font_color": "#B00000"})
        options = {"type": "formula", "criteria": criteria, "format": red}
        self.sheet.conditional_format(box.row, 0, box.row, box.right - 1, options)

    def _set_up(self, title: str) -> None:
        widths = self._widths()
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        for row, height in self._heights(widths, title).items():
            self.sheet.set_row(row, height)
        self.sheet.freeze_panes(self.printed.body if len(self.printed.cells) > WIDE else 0, 0)
        self.sheet.protect()
        self.sheet.hide_gridlines(2)
        self.sheet.center_horizontally()
        self.sheet.repeat_rows(TOP, self.printed.body - 1)
        landscape = len(widths) > 2 * FEW + 2
        _print_on_a4(self.sheet, landscape=landscape, pages=int(landscape))

    def _widths(self) -> list[float]:
        if self.table.lines:
            return [*LIST_WIDTHS, 10, 16, 2, 12]
        leaves = self.printed.right - self.printed.first
        stub = STUB_WIDTHS[0 if self.is_single_row else self.printed.first]
        figures = [20.0 if leaves <= FEW else 9.5 if leaves <= WIDE else 8.5] * leaves
        widths = [*stub, *figures]
        if self.is_single_row:
            return widths
        sums = [10.0 if self.has_sums or self._units() else 2.0, 12.0 if self.conditions else 2.0]
        return [
            *widths,
            *sums,
            2,
            *([max(width * 0.7, 8) for width in figures] if self.last else []),
        ]

    def _heights(self, widths: Sequence[float], title: str) -> dict[int, float]:
        """Return the heights that texts need: no program finds those of merged cells."""
        heights: dict[int, float] = dict.fromkeys(range(self.below), LINE + 3)
        heights |= {0: _title_height(title, sum(widths[: self.printed.right])), 1: 20}
        texts = [(label.box, label.text) for label in self.printed.labels]
        for places, figures in (
            (self.printed.cells, self.content.figures),
            (self.last, self.content.last),
        ):  # with remarks they are long
            texts += [(box, figures.get(code, "")) for code, box in places.items()]
        for box, text in texts:
            width = sum(widths[box.column : box.right])
            needed = LINE * lines_of(text, width) + 3
            for row in range(box.row, box.row + box.rows):
                heights[row] = max(heights[row], needed / box.rows)
        return heights


def _broken(label: Label, width: float) -> str:
    """Return a label; a head in lines that end between words, that of a group of rows in two."""
    if label.kind == "head":
        words = str(whole(label.text)).replace("<wbr>", BREAK)
        return ended(words, line_ends(words, (width - 1) / 2))
    number, bracket, words = label.text.partition("）")
    is_group = label.box.rows > 1 and bracket and words and label.kind == "row"
    return f"{number}{bracket}\n{words}" if is_group else label.text


def _as_value(number: Decimal | str) -> float | str:
    """Return a number as a formula's value is written: whole where it is whole."""
    if isinstance(number, str):
        return number
    return int(number) if number == number.to_integral_value() else float(number)


def _accepted(kind: str) -> dict[str, object]:
    """Return which figures a cell accepts, and what is said of others."""
    if kind == "amount":
        limits: dict[str, object] = {"validate": "decimal", "criteria": ">=", "value": 0}
        said = "这里只能填不小于0的数，可以有小数，不要带单位。"
    elif kind == "signed":
        limits = {
            "validate": "integer",
            "criteria": "between",
            "minimum": -LARGEST,
            "maximum": LARGEST,
        }
        said = "这里只能填整数，减少的填负数，不要带单位。"
    else:
        limits = {"validate": "integer", "criteria": ">=", "value": 0}
        said = "这里只能填不小于0的整数，不要带单位。没有数的留空白。"
    return {**limits, "error_title": "不是可以填的数", "error_message": said}


def _shown(words: str) -> dict[str, str]:
    """Return what is shown when a cell is chosen; Excel takes 255 characters."""
    return {"input_title": "填写提示", "input_message": words[:255]} if words else {}
