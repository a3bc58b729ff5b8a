"""Export a public page's figures as an Excel workbook that assistive programs can read.

Follows the checklist "Making spreadsheets accessible" of the UK's Government Analysis Function: a
cover, contents and notes; one marked table per sheet, starting in column A under a title and a
description; no merged or blank cells in the data, and nothing shown by colour alone.

The home of XlsxWriter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from gongkai.errors import KitError, Problem
from gongkai.office.accessible import accessible
from gongkai.office.content import Figure, Heading, PageContent, Paragraph, Signature, words_of
from gongkai.office.data import number_of
from gongkai.office.sheets import (
    DAY_ONE,
    HEADING_SIZE,
    lines_of,
    print_on_a4,
    set_height,
    set_widths,
)
from gongkai.report.provenance import maker
from gongkai.report.published import (
    BLANK,
    CONTENTS,
    COVER,
    HEADS,
    ITEM,
    LEVELS,
    NO_REMARK,
    NOTES,
    PARAGRAPH,
    PUBLISHER,
    SIGNATURE,
    TEXT,
    TEXT_HEADS,
)
from gongkai.text.numbers import without_remark

WIDTHS = (62, 8, 14, 34)  # after the column of codes, which is as wide as they are
PAIR_WIDTHS, COVER_WIDTH = (26, 56), 75
TITLE_LINE = 20.0  # points
# Row where a table begins, from 0: below title and description; a link back may come between.
PAIRS_ROW, FIRST_ROW = 2, 3
_OF_TABLES = ("caption", "remark")  # kinds of paragraphs
LONGEST_TEXT = 32_767  # characters in a cell, by Excel's specification
_QUOTED = 20  # characters quoted of a line that is too long
_NOT_IN_NAMES = re.compile(r"\W")  # of tables
FONT = "黑体"  # without serifs, which are harder to read
SIGN_HEADS = ("符号或指标", "含义")


def as_workbook(content: PageContent, identifier: str) -> bytes:
    """Return the figures of a page as a workbook, the same bytes each time.

    `identifier` is the page's SHA-256, which the cover states.
    """
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"title": content.title, "author": content.author, "created": DAY_ONE})
        book.formats[0].set_font_name(FONT)
        writer = _Writer(book)
        names = [f"表{number}" for number in range(1, len(content.figures) + 1)]
        writer.lines(COVER, content.title, _cover(content, identifier))
        writer.contents(list(zip(names, content.figures, strict=True)))
        writer.pairs(NOTES, SIGN_HEADS, _notes(content))
        writer.pairs(TEXT, TEXT_HEADS, list(_text(content)), widths=(12, 90))
        for name, (caption, figures) in zip(names, content.figures.items(), strict=True):
            writer.table(name, caption, figures)
    return accessible(made.getvalue())


class _Writer:
    """Writes the sheets of a workbook in order."""

    def __init__(self, book: Any) -> None:
        self._book = book
        look = {"font_name": FONT, "text_wrap": True, "valign": "top"}
        self._title = book.add_format({"font_name": FONT, "bold": True, "font_size": HEADING_SIZE})
        self._long_title = book.add_format({**look, "bold": True, "font_size": HEADING_SIZE})
        self._text = book.add_format(look)
        self._whole = book.add_format({**look, "num_format": "0", "align": "right"})
        self._right = book.add_format({**look, "align": "right"})
        self._remark = book.add_format({**look, "indent": 1})
        self._head = book.add_format({**look, "bold": True})
        self._heads = {
            "数值": book.add_format({**look, "bold": True, "align": "right"}),
            "备注": book.add_format({**look, "bold": True, "indent": 1}),
        }

    def lines(self, name: str, title: str, lines: Iterable[str]) -> None:

        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, COVER_WIDTH)
        sheet.write_string(0, 0, title, self._long_title)
        sheet.set_row(0, TITLE_LINE * lines_of(title, COVER_WIDTH * 11 / HEADING_SIZE))
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line, self._text)
            set_height(sheet, row, (line,), (COVER_WIDTH,))
        print_on_a4(sheet)

    def contents(self, tables: Sequence[tuple[str, str]]) -> None:
        """Write the sheet that links to each of the others."""
        lines = [(NOTES, "符号和备注"), (TEXT, "报告全文，不含表和图"), *tables]
        sheet = self.pairs(CONTENTS, ("工作表", "内容"), lines)
        for row, (name, _) in enumerate(lines, start=PAIRS_ROW + 1):
            sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)

    def pairs(
        self,
        name: str,
        heads: tuple[str, str],
        lines: Sequence[tuple[str, str]],
        widths: tuple[int, int] = PAIR_WIDTHS,
    ) -> Any:
        """Write a sheet of terms and explanations as a marked table; return it."""
        sheet = self._sheet(name, name, len(lines), widths)
        for row, (first, second) in enumerate(lines, start=PAIRS_ROW + 1):
            sheet.write_string(row, 0, first, self._text)
            sheet.write_string(row, 1, second, self._text)
            set_height(sheet, row, (first, second), widths)
        self._mark(sheet, PAIRS_ROW, len(lines), heads, name)
        return sheet

    def _sheet(self, name: str, title: str, rows: int, widths: Sequence[int]) -> Any:
        """Add a sheet for a table of some rows, with its title and description."""
        sheet = self._book.add_worksheet(name)
        set_widths(sheet, widths)
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, f"本工作表有一个表，共{rows}行、{len(widths)}列。")
        return sheet

    def _mark(self, sheet: Any, row: int, length: int, heads: Sequence[str], caption: str) -> None:
        """Mark some rows, with their header row, as a named table."""
        options = {
            "name": _NOT_IN_NAMES.sub("_", caption),
            "columns": [
                {"header": head, "header_format": self._heads.get(head, self._head)}
                for head in heads
            ],
            "autofilter": False,
            "banded_rows": False,
            "style": "Table Style Light 1",
        }
        sheet.add_table(row, 0, row + length, len(heads) - 1, options)
        sheet.repeat_rows(row)
        print_on_a4(sheet, landscape=len(heads) == len(HEADS))

    def table(self, name: str, caption: str, figures: Sequence[Figure]) -> None:

        widths = (max(map(len, ["编号", *(figure.code for figure in figures)])) + 3, *WIDTHS)
        sheet = self._sheet(name, f"{name}　{caption}", len(figures), widths)
        sheet.write_url(2, 0, f"internal:'{CONTENTS}'!A1", string=f"返回{CONTENTS}")
        for row, figure in enumerate(figures, start=FIRST_ROW + 1):
            self._row(sheet, row, figure, widths)
        self._mark(sheet, FIRST_ROW, len(figures), HEADS, f"{name}_{caption}")

    def _row(self, sheet: Any, row: int, figure: Figure, widths: Sequence[int]) -> None:
        printed, remark = without_remark(figure.printed)
        set_height(sheet, row, (*figure[:3], printed, remark), widths)
        for column, text in enumerate(figure[:3]):
            sheet.write_string(row, column, text, self._text)
        number = number_of(figure)
        if number is None:
            sheet.write_string(row, 3, printed or BLANK, self._right)
        else:
            whole = self._whole if "." not in number else self._right
            sheet.write_number(row, 3, float(number), whole)
        sheet.write_string(row, 4, remark or NO_REMARK, self._remark)


def _cover(content: PageContent, identifier: str) -> list[str]:
    return [
        f"{PUBLISHER}{content.author}",
        "本工作簿载有该报告的文字和各官方统计表的全部数据，与公开本一致。",
        f"工作表：{COVER}、{CONTENTS}、{NOTES}、{TEXT}，其后每表一页。",
        f"公开本的SHA-256：{identifier}",
        f"制作：{maker()}",
    ]


def _text(content: PageContent) -> Iterator[tuple[str, str]]:
    """Yield each line of the text with its kind; tables, charts and pictures are left out.

    Raises KitError if a line is longer than a cell of Excel can hold.
    """
    for kind, words in _lines(content):
        if len(words) > LONGEST_TEXT:
            about = {"text": words[:_QUOTED], "length": len(words), "limit": LONGEST_TEXT}
            raise KitError(Problem("export-line-too-long", **about))
        yield kind, words


def _lines(content: PageContent) -> Iterator[tuple[str, str]]:
    for block in content.blocks:
        if isinstance(block, Heading):
            yield LEVELS[block.level - 1], words_of(block.runs)
        elif isinstance(block, Paragraph) and block.kind not in _OF_TABLES:
            kind = ITEM if block.kind == "item" else PARAGRAPH
            yield kind, f"{block.marker} {words_of(block.runs)}".strip()
        elif isinstance(block, Signature):
            yield from ((SIGNATURE, words_of(line)) for line in block.lines)


def _notes(content: PageContent) -> list[tuple[str, str]]:
    """Return the meanings of the signs, and every remark with its cell."""
    signs = [
        (BLANK, "报告中该单元格空白。"),
        ("/ 或 —", "报告中印有该符号，没有数值。"),
        (NO_REMARK, "该数值没有备注。"),
    ]
    figures = [figure for table in content.figures.values() for figure in table]
    remarks = [(figure.label, without_remark(figure.printed)[1]) for figure in figures]
    return signs + [(label, remark) for label, remark in remarks if remark]
