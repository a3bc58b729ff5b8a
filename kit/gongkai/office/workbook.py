"""A public page's figures as an Excel workbook that assistive programs can read.

After the checklist "Releasing statistics in spreadsheets" of the UK's Government Analysis
Function: a cover, contents and notes; one marked table a sheet, which begins in column A under
a title and a description; no merged or blank cells in the data, and nothing said by colour alone.

The home of XlsxWriter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from gongkai.office.content import Content, Figure
from gongkai.office.data import number_of
from gongkai.report.provenance import maker
from gongkai.text.numbers import without_remark

COVER, CONTENTS, NOTES = "封面", "目录", "说明"
HEADS = ("编号", "指标", "单位", "数值", "备注")
WIDTHS = (34, 62, 8, 14, 34)
BLANK = "[空白]"  # a cell that holds no figure is not left empty
NO_REMARK = "[无]"
FIRST_ROW = 3  # of a table, from 0: below its title, its description and the way back
DAY_ONE = datetime(2000, 1, 1)  # the file does not say when it was made
FONT = "宋体"


def as_workbook(content: Content, identifier: str) -> bytes:
    """Return the figures of a page as a workbook, the same bytes each time.

    `identifier` is the page's SHA-256; the cover says it.
    """
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"title": content.title, "author": content.author, "created": DAY_ONE})
        book.formats[0].set_font_name(FONT)
        writer = _Writer(book)
        names = [f"表{number}" for number in range(1, len(content.figures) + 1)]
        writer.lines(COVER, content.title, _cover(content, identifier))
        writer.contents(list(zip(names, content.figures, strict=True)))
        writer.lines(NOTES, NOTES, _notes(content))
        for name, (caption, figures) in zip(names, content.figures.items(), strict=True):
            writer.table(name, caption, figures)
    return made.getvalue()


class _Writer:
    """Writes the sheets of a workbook in order."""

    def __init__(self, book: Any) -> None:
        self._book = book
        look = {"font_name": FONT, "text_wrap": True, "valign": "top"}
        self._title = book.add_format({"font_name": FONT, "bold": True, "font_size": 14})
        self._text = book.add_format(look)
        self._whole = book.add_format({**look, "num_format": "0", "align": "right"})
        self._right = book.add_format({**look, "align": "right"})
        self._head = book.add_format({**look, "bold": True})

    def lines(self, name: str, title: str, lines: Iterable[str]) -> None:
        """Write a sheet of sentences below a title."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 90)
        sheet.write_string(0, 0, title, self._title)
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line, self._text)

    def contents(self, tables: Sequence[tuple[str, str]]) -> None:
        """Write the sheet that leads to each of the others."""
        sheet = self._book.add_worksheet(CONTENTS)
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, 1, 70)
        sheet.write_string(0, 0, CONTENTS, self._title)
        sheet.write_row(1, 0, ("工作表", "内容"), self._head)
        for row, (name, said) in enumerate([(NOTES, "符号和备注"), *tables], start=2):
            sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
            sheet.write_string(row, 1, said, self._text)

    def table(self, name: str, caption: str, figures: Sequence[Figure]) -> None:
        """Write a table of figures as a marked one."""
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, f"{name}　{caption}", self._title)
        sheet.write_string(1, 0, f"本工作表有一个表，共{len(figures)}行、{len(HEADS)}列。")
        sheet.write_url(2, 0, f"internal:'{CONTENTS}'!A1", string=f"返回{CONTENTS}")
        for row, figure in enumerate(figures, start=FIRST_ROW + 1):
            self._row(sheet, row, figure)
        options = {
            "name": f"figures_{name[1:]}",
            "columns": [{"header": head, "header_format": self._head} for head in HEADS],
            "autofilter": False,
            "style": "Table Style Light 1",
        }
        sheet.add_table(FIRST_ROW, 0, FIRST_ROW + len(figures), len(HEADS) - 1, options)

    def _row(self, sheet: Any, row: int, figure: Figure) -> None:
        printed, remark = without_remark(figure.printed)
        for column, text in enumerate(figure[:3]):
            sheet.write_string(row, column, text, self._text)
        number = number_of(figure)
        if number is None:
            sheet.write_string(row, 3, printed or BLANK, self._right)
        else:
            whole = self._whole if "." not in number else self._right
            sheet.write_number(row, 3, float(number), whole)
        sheet.write_string(row, 4, remark or NO_REMARK, self._text)


def _cover(content: Content, identifier: str) -> list[str]:
    return [
        f"发布机构：{content.author}",
        "本工作簿载有该报告各官方统计表的全部数据，与公开本一致。",
        f"工作表：{COVER}、{CONTENTS}、{NOTES}，其后每表一页。",
        f"公开本的SHA-256：{identifier}",
        f"制作：{maker()}",
    ]


def _notes(content: Content) -> list[str]:
    """Return what the signs mean, and every remark with its cell."""
    signs = [
        f"{BLANK}：报告中该单元格空白。",
        "/ 或 —：报告中印有该符号，没有数值。",
        f"{NO_REMARK}：该数值没有备注。",
    ]
    figures = [figure for table in content.figures.values() for figure in table]
    remarks = [(figure.label, without_remark(figure.printed)[1]) for figure in figures]
    return signs + [f"{label}：{remark}" for label, remark in remarks if remark]
