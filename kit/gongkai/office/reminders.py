"""Write a workbook of the bodies of a district that are to be reminded of their report."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.disk import read_file
from gongkai.extras import needing
from gongkai.office.seal import PROPERTIES, is_saved_since, member, sealed
from gongkai.office.sheets import DAY_ONE, print_on_a4, set_height, set_widths

REMIND, ALL = "催报", "全部"  # the two sheets
HEADERS = ("机关", "文件夹", "地区", "状态", "期限", "逾期天数", "联系部门", "电话", "说明")
WIDTHS = (36, 26, 14, 10, 12, 10, 24, 18, 70)
HEADER_ROW = 2  # from 0: below the title and the number of bodies
DAYS_COLUMN = HEADERS.index("逾期天数")
STATES = {
    "missing": "缺报",
    "unreadable": "无法读取",
    "errors": "有错误",
    "late": "迟报",
    "exempt": "免报",
    "in": "已报",
}
NOTHING = "[无]"  # an empty cell could have been forgotten
TITLE = "政府信息公开工作年度报告报送情况"


class Line(NamedTuple):
    """A body of a district, as a row of the workbook.

    `state` is a key of STATES, `due` a date in ISO format or '', `days` the days overdue,
    `remark` a sentence about its report; `wanting` is whether to remind it.
    """

    name: str
    key: str
    district: str
    state: str
    due: str
    days: int
    contact: str
    telephone: str
    remark: str
    wanting: bool


def as_workbook(lines: Sequence[Line], title: str, today: datetime.date) -> bytes:
    """Return a workbook with a sheet of the bodies to remind and a sheet of all bodies.

    The same lines on the same day give the same bytes. Raises LibraryMissing.
    """
    with needing("office"):
        import xlsxwriter
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": DAY_ONE})
        wanting = [line for line in lines if line.wanting]
        for name, shown in ((REMIND, wanting), (ALL, lines)):
            _sheet(book, name, f"{title}（{name}，{today.isoformat()}）", shown)
    return sealed(made.getvalue())


def is_untouched(path: Path) -> bool:
    """Whether a file is a workbook of reminders that nobody has saved since it was written."""
    try:
        data = read_file(path)
    except OSError:
        return False
    return TITLE in member(data, PROPERTIES).decode("utf-8", "replace") and not is_saved_since(data)


def _sheet(book: Any, name: str, title: str, lines: Sequence[Line]) -> None:
    """Write a sheet: a title, the number of lines, and a table of them if there are any."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    days = book.add_format({"valign": "top", "align": "center"})
    sheet = book.add_worksheet(name)
    set_widths(sheet, WIDTHS)
    print_on_a4(sheet, landscape=True)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, f"共{len(lines)}个机关。")
    if not lines:
        return
    for row, line in enumerate(lines, start=HEADER_ROW + 1):
        texts = _texts(line)
        set_height(sheet, row, texts, WIDTHS)
        for column, text in enumerate(texts):
            if column == DAYS_COLUMN:
                sheet.write_number(row, column, line.days, days)
            else:
                sheet.write_string(row, column, text or NOTHING, wrapped)
    options = {
        "name": "reminders" if name == REMIND else "bodies",
        "columns": [{"header": head} for head in HEADERS],
        "style": "Table Style Light 1",
    }
    sheet.add_table(HEADER_ROW, 0, HEADER_ROW + len(lines), len(HEADERS) - 1, options)
    sheet.repeat_rows(HEADER_ROW)
    sheet.freeze_panes(HEADER_ROW + 1, 1)


def _texts(line: Line) -> tuple[str, ...]:
    """Return the texts of a line's cells in the order of HEADERS, with '' in DAYS_COLUMN."""
    state = STATES[line.state]
    names = (line.name, line.key, line.district)
    return (*names, state, line.due, "", line.contact, line.telephone, line.remark)
