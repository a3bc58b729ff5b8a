"""Write the sheet of a table to fill in: printed grid, input cells, last year's figures."""

from __future__ import annotations

import re
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from gongkai.forms.tables import Code
from gongkai.office.entry_checks import Checks
from gongkai.office.entry_plan import FEW, TOP, WIDE, Plan
from gongkai.office.line_ends import BREAK, ended, line_ends
from gongkai.office.printed import Box, Label
from gongkai.office.sheets import HEADING_SIZE, Canvas, Formats, print_on_a4, set_widths
from gongkai.office.sums import address
from gongkai.report.entry_form import last_year_of, name_of
from gongkai.text.numbers import plain
from gongkai.text.whole_words import whole

_YELLOW = "#FFF8DC"
_LARGEST = 10**14
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")  # characters that sheet names cannot have
_LABELS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "bg_color": "#DCE6F2"},
    "head": {"align": "center", "bold": True},
    "heading": {"bold": True},
    "dash": {"align": "center"},
    "row": {},
}


def write_sheet(book: Any, formats: Formats, plan: Plan, title: str) -> None:
    """Write the sheet of a table, below a title; it is named after the table."""
    name = _NOT_IN_NAMES.sub("／", plan.table.caption)[:31]
    canvas = Canvas(book, formats, name)
    checks = Checks(canvas, plan)
    _write_labels(canvas, plan)
    _write_last_year(canvas, plan)
    checks.write()
    _write_cells(canvas, plan)
    _write_headings(canvas, plan, title)
    checks.verdict(Box(TOP - 1, 0, 1, plan.printed.right))
    checks.heads()
    _set_up(canvas.sheet, plan, title, checks.below)


def _write_labels(canvas: Canvas, plan: Plan) -> None:
    for label in plan.printed.labels:
        indent = max(label.level - 1, 0) if plan.table.lines else 0
        cell_format = canvas.formats(border=1, indent=indent, **_LABELS[label.kind])
        canvas.text(label.box, _broken(label, plan.width_of(label.box)), cell_format)


def _broken(label: Label, width: float) -> str:
    """Return a label with line breaks: a head's between words, a row group's after the number."""
    if label.kind == "head":
        words = str(whole(label.text)).replace("<wbr>", BREAK)
        return ended(words, line_ends(words, (width - 1) / 2))
    number, bracket, words = label.text.partition("）")
    is_group = label.box.rows > 1 and bracket and words and label.kind == "row"
    return f"{number}{bracket}\n{words}" if is_group else label.text


def _write_last_year(canvas: Canvas, plan: Plan) -> None:
    """Write last year's figures in grey, under separate headers."""
    if not plan.last:
        return
    grey = {"align": "center", "font_color": "#6E6E6E", "border": 1, "border_color": "#BFBFBF"}
    cell_format = canvas.formats(**grey)
    for code, box in plan.last.items():
        canvas.figure(box, plan.numbers.get(box), plan.content.last[code], cell_format)
    text, printed = last_year_of(plan.content.year), plan.printed
    if plan.is_single_row:
        canvas.text(Box(printed.below, 0), text, cell_format)
        return
    for label in printed.labels:
        box = label.box
        if label.kind == "head" and box.column >= printed.first and not plan.table.lines:
            canvas.text(box._replace(column=box.column + plan.shift), label.text, cell_format)
    row, width = TOP if plan.table.lines else TOP - 1, printed.right - printed.first
    canvas.text(Box(row, printed.first + plan.shift, 1, width), text, cell_format)


# --- input cells ------------------------------------------------------------------


def _write_cells(canvas: Canvas, plan: Plan) -> None:
    """Write the input cells: unlocked, named, and accepting only figures."""
    messages: dict[tuple[str, str], list[Box]] = {}
    hints = _hints(plan)
    typed = {"border": 1, "locked": False, "align": "center", "bg_color": _YELLOW}
    for code, box in plan.printed.cells.items():
        whole_number = {} if plan.kinds[code] == "amount" else {"num_format": "0"}
        cell_format = canvas.formats(**typed, **whole_number)
        figure = plan.content.figures.get(code, "")
        canvas.figure(box, plan.numbers.get(box), figure, cell_format)
        place = xl_rowcol_to_cell(box.row, box.column, row_abs=True, col_abs=True)
        canvas.book.define_name(name_of(code), f"='{canvas.sheet.name}'!{place}")
        messages.setdefault((plan.kinds[code], hints[box]), []).append(box)
    for (kind, words), boxes in messages.items():
        first = boxes[0].row, boxes[0].column
        options = {**_accepted(kind), **_shown(words), "multi_range": " ".join(map(address, boxes))}
        canvas.sheet.data_validation(*first, *first, options)


def _hints(plan: Plan) -> dict[Box, str]:
    """Return the hint of each cell, which may be blank: an unusual unit, and the rules for it."""
    hints = {box: _unit_hint(plan, code) for code, box in plan.printed.cells.items()}
    for rule in plan.rules:
        total = rule.left[0]
        if rule.relation == "=" and (len(rule.left) == 1 or rule.previous):
            hints[total] += rule.words
        if len(rule.left) == len(rule.previous) == 1 and not rule.right:
            number = plan.numbers.get(rule.previous[0])
            hints[total] += "" if number is None else f"上年报告为{plain(number)}。"
    return hints


def _unit_hint(plan: Plan, code: Code) -> str:
    unit = plan.content.form.cells[code].unit
    more = {"amount": "，可以有小数", "signed": "，减少的填负数，例如-3"}.get(plan.kinds[code], "")
    is_usual = not more and (plan.table.lines or unit == "件")
    return "" if is_usual else f"单位：{unit}{more}。"


def _accepted(kind: str) -> dict[str, object]:
    """Return the validation of a cell: the figures accepted, and the message for others."""
    limits: dict[str, object] = {"validate": "integer", "criteria": ">=", "value": 0}
    text = "这里只能填不小于0的整数，不要带单位。没有数的留空白。"
    if kind == "amount":
        limits["validate"] = "decimal"
        text = "这里只能填不小于0的数，可以有小数，不要带单位。"
    elif kind == "signed":
        between = {"criteria": "between", "minimum": -_LARGEST, "maximum": _LARGEST}
        limits = {"validate": "integer", **between}
        text = "这里只能填整数，减少的填负数，不要带单位。"
    return {**limits, "error_title": "不是可以填的数", "error_message": text}


def _shown(words: str) -> dict[str, str]:
    """Return the message for a selected cell, cut to the 255 characters that Excel allows."""
    return {"input_title": "填写提示", "input_message": words[:255]} if words else {}


# --- around the table -------------------------------------------------------------


def _write_headings(canvas: Canvas, plan: Plan, title: str) -> None:
    """Write the title of the form and the heading of the table's part."""
    content, right = plan.content, plan.printed.right
    part = plan.table.part
    heading = content.form.part(part).titled(content.year) if part else plan.table.caption
    centred = canvas.formats(bold=True, font_size=HEADING_SIZE, align="center")
    canvas.text(Box(0, 0, 1, right), title, centred)
    canvas.text(Box(1, 0, 1, right), heading, canvas.formats(bold=True, font_size=12))


def _set_up(sheet: Any, plan: Plan, title: str, below: int) -> None:
    """Set column and row sizes, lock all but the input cells, and fit the sheet to paper."""
    set_widths(sheet, plan.widths)
    for row, height in plan.heights(title, below).items():
        sheet.set_row(row, height)
    sheet.freeze_panes(plan.printed.body if len(plan.printed.cells) > WIDE else 0, 0)
    sheet.protect()
    sheet.hide_gridlines(2)
    sheet.center_horizontally()
    sheet.repeat_rows(TOP, plan.printed.body - 1)
    landscape = len(plan.widths) > 2 * FEW + 2
    print_form(sheet, landscape=landscape, pages=int(landscape))


def print_form(sheet: Any, *, landscape: bool = False, pages: int) -> None:
    """Fit a sheet to the width of a page, with narrow margins; see `print_on_a4`."""
    print_on_a4(sheet, landscape=landscape, pages=pages)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
