"""Reports that exist as documents come in: every figure right or doubted, every doubt with a place."""

from __future__ import annotations

import dataclasses
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import docx
import pdfplumber
import pikepdf
import pytest
import xlsxwriter
import yaml
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from pypdf import PdfWriter

from commands import run_command
from conftest import BIN, ROOT, Ran, Sandbox
from documents import (
    FORMATS,
    Box,
    Piece,
    Table,
    as_excel,
    as_html,
    as_pdf,
    as_text,
    as_word,
    bomb,
    figures,
    pieces,
    size,
    table_of,
    unmerged,
)
from gongkai.errors import KitError
from gongkai.forms import editions
from gongkai.importing.blocks import Grid, Picture
from gongkai.importing.draft import Draft, read_draft
from gongkai.importing.formats.documents import read_document
from gongkai.importing.labels import without_radicals
from gongkai.importing.run import Imported, Options, import_document
from gongkai.messages import LANGUAGES
from gongkai.report.places import Place, parse_place
from gongkai.report.reader import load_report

SHARED = ROOT.parent / "shared" / "published"
published = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the published documents are not on this machine"
)
NAME = "云岫县司法局"
YEARS = {"2014": 2016, "2019": 2020, "2021": 2023}
logging.getLogger("pdfminer").setLevel(logging.ERROR)


def report(edition: str) -> tuple[list[Piece], dict[str, str]]:
    """Return an official report of an edition, and its figures."""
    form = editions.load_form(edition)
    values = figures(form, Random(7))  # noqa: S311
    return pieces(form, values, NAME, YEARS[edition]), values


def drafted(folder: Path, name: str, data: bytes, year: int) -> Draft:
    """Return what a document of these bytes says."""
    path = folder / name
    path.write_bytes(data)
    draft = read_draft(read_document(path).source, year)
    for doubt in draft.doubts:  # each can be said, in either language
        assert all(map(doubt.problem().text, LANGUAGES))
    return draft


def texts(draft: Draft) -> dict[str, str]:
    """Return the figures of a draft by their codes."""
    return {code: found.text for code, found in draft.cells.items()}


def doubts(draft: Draft) -> list[tuple[str, str]]:
    """Return the doubts of a draft, each with its place."""
    return [(doubt.id, str(doubt.place)) for doubt in draft.doubts]


def change(content: list[Piece], old: str, new: str) -> list[Piece]:
    """Return a report with another text in the cells that hold one."""
    return [
        Table(
            [
                [Box(new, b.rows, b.columns) if b.text == old else b for b in row]
                for row in item.rows
            ]
        )
        if isinstance(item, Table)
        else item
        for item in content
    ]


# --- every format, every edition --------------------------------------------------


@pytest.mark.parametrize("edition", YEARS)
@pytest.mark.parametrize("kind", FORMATS)
def test_an_official_report_comes_in_whole_from_every_format(
    tmp_path: Path, kind: str, edition: str
) -> None:
    """All figures, all parts, the date; nothing doubted."""
    content, values = report(edition)
    draft = drafted(tmp_path, f"x.{kind}", FORMATS[kind](content), YEARS[edition])
    assert texts(draft) == values
    assert [len(text) for text in draft.prose.sections.values()] == [1] * len(draft.form.parts)
    assert str(draft.prose.signed) == f"{YEARS[edition] + 1}-01-20"
    assert doubts(draft) == []


def test_each_figure_has_the_place_where_it_was_printed(tmp_path: Path) -> None:
    """A cell of a sheet, a row and column of a table, a page of a PDF."""
    content, _ = report("2021")
    for kind, place in {
        "xlsx": "Sheet1!D26",
        "docx": "table 2, row 3, column 4",
        "html": "table 2, row 3, column 4",
    }.items():
        draft = drafted(tmp_path, f"x.{kind}", FORMATS[kind](content), 2023)
        assert str(draft.cells["3.1.natural_person"].place) == place
    draft = drafted(tmp_path, "x.pdf", as_pdf(content), 2023)
    assert str(draft.cells["3.1.natural_person"].place).startswith("p. ")


@pytest.mark.parametrize(
    "place",
    [Place(page=4, table=1, row=7, column=6), Place(line=812), Place(cell="Sheet1!E12"), Place(paragraph=3), Place()],
)  # fmt: skip
def test_a_place_that_was_written_down_is_read_back(place: Place) -> None:
    """The source file says places in one form."""
    assert parse_place(str(place)) == place


@pytest.mark.parametrize(
    "said",
    ["p. 4, table 1, row 7, column 6", "p. 4, table 1", "table 2, row 7, column 6", "table 2", "p. 4, line 12", "line 12", "paragraph 3", "p. 4", "Sheet1!E12"],
)  # fmt: skip
def test_a_place_is_said_as_far_as_its_format_counts(said: str) -> None:
    """A line of a PDF is one of a page."""
    place = parse_place(said).said()
    assert (place if isinstance(place, str) else place.text("en")) == said


# --- what documents do to tables --------------------------------------------------


def test_what_is_blank_stays_blank_and_a_slash_stays_a_slash(tmp_path: Path) -> None:
    """Nothing becomes 0; a remark stays with its figure."""
    content, values = report("2021")
    content = change(content, values["3.1.natural_person"], "/")
    content = change(content, values["3.1.total"], "")
    content = change(content, values["2.rules.issued"], "22（其中修订16件）")
    found = texts(drafted(tmp_path, "x.docx", as_word(content), 2023))
    assert found["3.1.natural_person"] == "/"
    assert found["3.1.total"] == ""
    assert found["2.rules.issued"] == "22（其中修订16件）"


@pytest.mark.parametrize(
    ("below", "figure"),
    [
        (["注1：其中修订16件"], "22（其中修订16件）"),
        (["注2：含废止", "注1：其中修订16件"], "22（其中修订16件）"),
        (["另有说明如下。", "注1：其中修订16件"], ""),
    ],
)
def test_a_note_directly_below_a_table_is_the_remark_of_the_figure_that_refers_to_it(
    tmp_path: Path, below: list[str], figure: str
) -> None:
    """Further down in the text there may be notes of the text, which are numbered from 1, too."""
    content, values = report("2021")
    content = change(content, values["2.rules.issued"], "22注1")
    table = next(i for i, item in enumerate(content) if isinstance(item, Table))
    draft = drafted(
        tmp_path, "x.docx", as_word([*content[: table + 1], *below, *content[table + 1 :]]), 2023
    )
    assert texts(draft)["2.rules.issued"] == figure


def test_a_stroke_that_may_be_a_dash_or_the_numeral_one_is_doubted(tmp_path: Path) -> None:
    """一 is typed for either; it is read as a dash, which is no 1."""
    content, values = report("2021")
    content = change(content, values["3.1.natural_person"], "一")
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert texts(draft)["3.1.natural_person"] == "—"
    assert [(item.id, item.codes) for item in draft.doubts] == [
        ("import-dash-like", ("3.1.natural_person",))
    ]


def test_a_label_that_is_only_like_the_forms_is_read_and_doubted(tmp_path: Path) -> None:
    """Letters that extraction has lost: the figures are kept, and the reader is told where."""
    content, values = report("2021")
    content = change(content, "2.其他法律行政法规禁止公开", "2.其他法律行政止公开")
    draft = drafted(tmp_path, "x.html", as_html(content), 2023)
    assert texts(draft) == values
    assert doubts(draft) == [("import-row-near", "table 2, row 8, column 3")]
    assert "3.3.3.2.total" in draft.doubts[0].codes


@pytest.mark.parametrize(("lost", "left"), [("4.2", "5.2"), ("5.2", "4.2")])
def test_of_two_rows_with_one_label_the_one_that_is_left_is_doubted(
    tmp_path: Path, lost: str, left: str
) -> None:
    """行政复议 and 行政诉讼 both have （二）被依法纠错数: which of them is missing is said by its code."""
    content, values = report("2014")
    table = next(item for item in content if isinstance(item, Table))
    table.rows.remove(next(row for row in table.rows if row[2].text == values[lost]))
    draft = drafted(tmp_path, "x.docx", as_word(content), 2016)
    assert texts(draft) == values | {lost: ""}
    assert {item.id: item.codes for item in draft.doubts} == {
        "import-row-missing": (lost,),
        "import-row-ambiguous": (left,),
    }
    said = {item.id: item.problem().text("en") for item in draft.doubts}
    assert f"the row “{lost} （二）被依法纠错数” was not found" in said["import-row-missing"]
    assert f"matched to “{left} （二）被依法纠错数”" in said["import-row-ambiguous"]


def test_a_row_in_another_place_than_the_forms_is_read_and_doubted(tmp_path: Path) -> None:
    """Its label says which it is; whoever moved it may have left its figures behind."""
    content, values = report("2014")
    rows = next(item for item in content if isinstance(item, Table)).rows
    rows[10], rows[12] = rows[12], rows[10]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2016)
    assert texts(draft) == values
    assert [(item.id, item.codes) for item in draft.doubts] == [
        ("import-row-out-of-order", ("1.2.5",))
    ]


def test_other_handling_may_be_one_row(tmp_path: Path) -> None:
    """（六）其他处理 without its three rows has cells of its own, and no doubt."""
    form = editions.load_form("2021")
    content, values = report("2021")
    index = next(
        i for i, item in enumerate(content) if isinstance(item, Table) and len(item.rows) > 20
    )
    table = content[index]
    assert isinstance(table, Table)
    start = next(i for i, row in enumerate(table.rows) if row[0].text == "（六）其他处理")
    kept = [Box("（六）其他处理", 1, 2), *table.rows[start + 2][1:]]
    rows = [*table.rows[:start], kept, *table.rows[start + 3 :]]
    top = next(row for row in rows if row[0].text == "三、本年度办理结果")
    top[0] = Box(top[0].text, top[0].rows - 2)
    content[index] = Table(rows)
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert texts(draft)["3.3.6.total"] == values["3.3.6.3.total"]
    assert not set(texts(draft)) & {code for code in form.cells if code.startswith("3.3.6.")}
    assert doubts(draft) == []


def test_a_row_that_the_form_does_not_have_is_named_and_left_out(tmp_path: Path) -> None:
    """It stands in the source file, to be declared in agency.yaml."""
    content, values = report("2014")
    table = next(item for item in content if isinstance(item, Table))
    table.rows.insert(8, [Box("6.区级平台公开政府信息数"), Box("条"), Box("77")])
    draft = drafted(tmp_path, "x.docx", as_word(content), 2016)
    assert texts(draft) == values
    assert doubts(draft) == [("import-row-extra", "table 1, row 9, column 1")]
    assert draft.extra[0][:2] == ("6.区级平台公开政府信息数", ("条", "77"))


@pytest.mark.parametrize("other", ["", "5"])
def test_a_table_that_appears_twice_is_said_once_with_both_places(
    tmp_path: Path, other: str
) -> None:
    """And the cells that have another figure there."""
    content, values = report("2021")
    at = next(
        i for i, item in enumerate(content) if isinstance(item, Table) and len(item.rows) > 20
    )
    again = content[at : at + 1]
    again = change(again, values["3.1.total"], other) if other else again
    content[at + 1 : at + 1] = again
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert texts(draft) == values
    [doubt] = draft.doubts
    assert (doubt.id, str(doubt.place), doubt.codes) == (
        "import-table-twice",
        "table 3",
        ("3.1.total",) if other else (),
    )
    assert "the one at table 2 was read" in doubt.problem().text("en")


def test_a_document_with_the_reports_of_two_years_says_which_other_year_it_names(
    tmp_path: Path,
) -> None:
    """The tables that are read are the first ones, the title and the texts the last ones."""
    form = editions.load_form("2021")
    first, last = (figures(form, Random(number)) for number in (1, 2))  # noqa: S311
    content = [*pieces(form, first, NAME, 2023), *pieces(form, last, NAME, 2022)]
    draft = drafted(tmp_path, "x.html", as_html(content), 2022)
    [doubt] = [doubt for doubt in draft.doubts if doubt.id == "import-year-differs"]
    assert doubt.problem().text("en") == "the title says 2023, but the report was imported as 2022"


@pytest.mark.parametrize(
    "beside",
    [
        "（2022年度）",
        "2022年政府信息公开工作年度统计表",
        "统计时间：2022年1月1日至2022年12月31日",
        "填报单位：云岫县司法局　２０２２年度",
        "in a cell",
    ],
)
@pytest.mark.parametrize("write", [as_html, as_word])
def test_another_year_at_a_table_is_doubted(
    tmp_path: Path, beside: str, write: Callable[[list[Piece]], bytes]
) -> None:
    """Last year's table below this year's title; only the table says which year it is of."""
    content, _ = report("2021")
    number = next(number for number, piece in enumerate(content) if isinstance(piece, Table))
    table = content[number]
    assert isinstance(table, Table)
    if beside == "in a cell":
        first = table.rows[0][0]
        row = [dataclasses.replace(first, text=f"{first.text}（2022年）"), *table.rows[0][1:]]
        content[number] = dataclasses.replace(table, rows=[row, *table.rows[1:]])
    else:
        content.insert(number, beside)
    draft = drafted(tmp_path, "a", write(content), 2023)
    [doubt] = [doubt for doubt in draft.doubts if doubt.id == "import-table-year-differs"]
    assert doubt.details["stated"] == 2022
    assert "2.rules.valid" in doubt.codes
    assert "3.1.total" not in doubt.codes


@pytest.mark.parametrize(
    "beside", ["（2023年度）", "2022年以来的情况见下表。", "2024年1月20日", "表1"]
)
def test_a_table_of_the_reports_own_year_is_not_doubted(tmp_path: Path, beside: str) -> None:
    """A sentence may be about another year, and a signature is of the next."""
    content, _ = report("2021")
    number = next(number for number, piece in enumerate(content) if isinstance(piece, Table))
    draft = drafted(tmp_path, "a", as_html([*content[:number], beside, *content[number:]]), 2023)
    assert "import-table-year-differs" not in [doubt.id for doubt in draft.doubts]


@pytest.mark.parametrize("edition", ["2014", "2021"])
@pytest.mark.parametrize("first", [True, False])
def test_a_blank_form_on_another_sheet_is_said_and_left_out(
    tmp_path: Path, edition: str, first: bool
) -> None:
    """Wherever it stands, the table with figures is read; one doubt a table names both."""
    content, values = report(edition)
    form = pieces(editions.load_form(edition), dict.fromkeys(values, ""), NAME, YEARS[edition])
    blank = tuple(item for item in form if isinstance(item, Table))[:2]
    whole: list[Piece] = [*blank, *content] if first else [*content, *blank]
    data = as_excel(whole, sheets=True)
    draft = drafted(tmp_path, "x.xlsx", data, YEARS[edition])
    assert texts(draft) == values
    assert {item.id for item in draft.doubts} == {"import-table-blank"}
    assert len(draft.doubts) == len(blank)
    places = {str(place).partition("!")[0] for _, place in doubts(draft)}
    others = {re.findall(r"Sheet\d+", item.problem().text("en"))[0] for item in draft.doubts}
    assert not places & others


def test_another_unit_in_a_header_is_a_doubt_of_its_own(tmp_path: Path) -> None:
    """元 for 万元; another header is quoted beside the form's."""
    content, _ = report("2021")
    old = "本年收费金额（单位：万元）"
    draft = drafted(
        tmp_path, "x.docx", as_word(change(content, old, "本年收费金额（单位：元）")), 2023
    )
    assert [(item.id, item.codes) for item in draft.doubts] == [
        ("import-unit-differs", ("2.fees.amount",))
    ]
    assert "the unit is “元” here, but “万元”" in draft.doubts[0].problem().text("en")
    draft = drafted(tmp_path, "x.docx", as_word(change(content, old, "本年收费数额")), 2023)
    assert "below the header “本年收费数额”" in draft.doubts[0].problem().text("en")


def test_a_header_in_other_words_does_not_take_the_figures_of_one_that_resembles_it(
    tmp_path: Path,
) -> None:
    """本年废止件数 is nearer to 本年制发件数 than 新出台数, but it has a column of its own."""
    content, values = report("2021")
    content = change(content, "本年制发件数", "新出台数")
    draft = drafted(tmp_path, "x.html", as_html(content), 2023)
    assert texts(draft) == values
    assert [kind for kind, _ in doubts(draft)] == ["import-column-by-position"]


def test_of_several_columns_of_figures_one_has_to_be_chosen(tmp_path: Path) -> None:
    """区政府, 区直, 乡镇: nobody guesses which."""
    content, values = report("2014")
    table = next(item for item in content if isinstance(item, Table))
    for number, row in enumerate(table.rows):
        row.append(Box("乡镇" if not number else "5" if row[2].text.isdecimal() else "——"))
    table.rows[0][2] = Box("区政府")
    path = tmp_path / "x.docx"
    path.write_bytes(as_word(content))
    source = read_document(path).source
    with pytest.raises(KitError, match="several columns of figures"):
        read_draft(source, 2016)
    with pytest.raises(KitError, match="there is no column 街道; known columns: 区政府, 乡镇"):
        read_draft(source, 2016, column="街道")
    assert texts(read_draft(source, 2016, column="区政府")) == values


def test_of_several_columns_of_figures_the_one_with_the_forms_header_is_read(
    tmp_path: Path,
) -> None:
    """统计数 beside last year's is read without --column."""
    content, values = report("2014")
    table = next(item for item in content if isinstance(item, Table))
    for number, row in enumerate(table.rows):
        row.append(Box("5" if number else "上年数"))
    draft = drafted(tmp_path, "x.docx", as_word(content), 2016)
    assert (texts(draft), doubts(draft)) == (values, [])


def test_a_list_goes_on_below_a_header_with_another_column(tmp_path: Path) -> None:
    """Each half has its figures below its own 统计数."""
    content, values = report("2014")
    at = next(index for index, item in enumerate(content) if isinstance(item, Table))
    table = content[at]
    assert isinstance(table, Table)
    head, *rows = table.rows
    rest = [[*row[:2], Box("备注" if row is head else ""), row[2]] for row in (head, *rows[30:])]
    content[at : at + 1] = [Table([head, *rows[:30]]), Table(rest)]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2016)
    assert (texts(draft), doubts(draft)) == (values, [])


def test_a_row_that_is_called_like_a_column_is_no_header(tmp_path: Path) -> None:
    """其他 is the name of both: what has figures is a row, and here one too many."""
    content, values = report("2021")
    table = [item for item in content if isinstance(item, Table)][1]
    at = next(n for n, row in enumerate(table.rows) if row[0].text.startswith("四、结转"))
    figures_ = [Box("7") for _ in table.rows[at][1:]]
    table.rows.insert(at, [Box("其他", 1, table.rows[at][0].columns), *figures_])
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert texts(draft) == values
    assert doubts(draft) == [("import-row-twice", f"table 2, row {at + 1}, column 1")]


def test_an_older_form_in_a_later_year_is_said(tmp_path: Path) -> None:
    """Bodies that used it exist; the year's file names the edition."""
    form = editions.load_form("2019")
    content = pieces(form, figures(form, Random(1)), NAME, 2023)  # noqa: S311
    draft = drafted(tmp_path, "x.html", as_html(content), 2023)
    assert (draft.edition, doubts(draft)[0][0]) == ("2019", "import-edition-differs")


def test_a_figure_over_two_columns_is_nobodys_guess(tmp_path: Path) -> None:
    """Both cells stay blank, and both are doubted."""
    content, values = report("2021")
    table = [item for item in content if isinstance(item, Table)][1]
    row = next(row for row in table.rows if row[0].text == "四、结转下年度继续办理")
    row[1:3] = [Box(row[1].text, 1, 2)]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    lost = {code for code, text in texts(draft).items() if text != values[code]}
    assert lost == {"3.4.natural_person", "3.4.commercial_enterprise"}
    assert all(texts(draft)[code] == "" for code in lost)
    assert [(doubt.id, set(doubt.codes) <= lost) for doubt in draft.doubts] == [
        ("import-cell-spans", True), ("import-cell-spans", True),
    ]  # fmt: skip


def test_a_picture_in_the_place_of_a_table_is_said(tmp_path: Path) -> None:
    """Its cells are blank, and all of them doubted."""
    content, _ = report("2021")
    tables = [item for item in content if isinstance(item, Table)]
    content.remove(tables[1])
    page = as_html(content).replace("<p>四、".encode(), '<p><img src="x.png"></p><p>四、'.encode())
    draft = drafted(tmp_path, "x.html", page, 2023)
    assert [doubt[0] for doubt in doubts(draft)] == ["import-table-picture"]
    assert len(draft.doubts[0].codes) == 25 * 7


def test_text_in_a_frame_is_read_to_its_last_line(tmp_path: Path) -> None:
    """A table of nothing but text is text of its part."""
    content, values = report("2021")
    lines = ["本机关没有收费。", "本机关没有被投诉。"]
    at = content.index("六、其他需要报告的事项") + 1
    content.insert(at, Table([[Box(line)] for line in lines]))
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert [item.text for item in draft.prose.sections["other"]][:2] == lines
    assert (texts(draft), doubts(draft)) == (values, [])


def test_a_text_framed_above_a_table_of_a_pdf_stays_one_paragraph(tmp_path: Path) -> None:
    """Its frame touches the table, whose first row it is not."""
    content, values = report("2021")
    text = "申请都在期限内答复" * 9 + "。"
    table = [item for item in content if isinstance(item, Table)][1]
    table.rows.insert(0, [Box(text, 1, size(table)[1])])
    draft = drafted(tmp_path, "x.pdf", as_pdf(content), 2023)
    assert draft.prose.sections["on_request"][-1].text == text
    assert (texts(draft), doubts(draft)) == (values, [])


def test_a_formula_is_doubted(tmp_path: Path) -> None:
    """Its value is only that of the last time the workbook was saved."""
    import xlsxwriter

    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        table = table_of(editions.load_form("2014"), "statistics", report("2014")[1])
        for row, boxes in enumerate(table.rows):
            sheet.write_row(row, 0, [box.text for box in boxes])
        sheet.write_formula("C3", "=SUM(C6:C10)", value=12)
    draft = read_draft(read_document(path).source, 2016)
    assert texts(draft)["1.1"] == "12"
    assert ("import-formula", "Sheet1!C3") in doubts(draft)


def test_a_table_that_a_page_cuts_between_any_two_rows_is_one(tmp_path: Path) -> None:
    """A break at each row of table three."""
    content, values = report("2021")
    for row in range(14, 40, 3):
        draft = drafted(tmp_path, "x.pdf", as_pdf(content, breaks=(row,)), 2023)
        got = texts(draft)
        wrong = {code for code, value in values.items() if got[code] != value}
        assert not wrong - {code for doubt in draft.doubts for code in doubt.codes}
        assert not wrong, row


def test_a_row_is_one_beside_the_rest_of_a_cell_that_a_page_cuts(tmp_path: Path) -> None:
    """That cell may end a little above the row: browsers part the borders of cells."""
    content, values = report("2021")
    table = [item for item in content if isinstance(item, Table)][1]
    row = next(n for n, row in enumerate(table.rows) if row[0].text.startswith("3.补正后"))
    first = sum(
        size(item)[0] for item in content[: content.index(table)] if isinstance(item, Table)
    )
    left, step = f"{51 + 490 / 10:.2f}", 490 / 10
    moved: list[str] = []

    def drawn(item: str) -> str:
        found = re.fullmatch(rf"{left} ([0-9.]+) m {51 + 2 * step:.2f} ([0-9.]+) l S", item)
        if found and not moved and float(found[1]) > 700 and found[1] == found[2]:
            moved.append(item)
            return item.replace(found[1], f"{float(found[1]) + 6:.2f}")
        return item

    data = as_pdf(content, breaks=(first + row,), edit=drawn)
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert moved
    assert (texts(draft), doubts(draft)) == (values, [])


def test_a_label_that_a_page_cuts_in_two_is_one(tmp_path: Path) -> None:
    """Its figure stands on the page before, and nothing but the rest of the label after it."""
    content, values = report("2014")
    table = next(item for item in content if isinstance(item, Table))
    label, *others = table.rows[5]
    table.rows[5:6] = [[Box(label.text[:5]), *others], [Box(label.text[5:]), Box(""), Box("")]]
    draft = drafted(tmp_path, "x.pdf", as_pdf(content, breaks=(6,)), 2016)
    assert (texts(draft), doubts(draft)) == (values, [])


def test_a_table_over_three_pages_is_one(tmp_path: Path) -> None:
    """Where a page lies within a cell that began before it and ends after it, too."""
    content, values = report("2021")
    for breaks in ((22, 36), (24, 37), (20, 30, 40)):
        draft = drafted(tmp_path, "x.pdf", as_pdf(content, breaks=breaks), 2023)
        assert (texts(draft), doubts(draft)) == (values, []), breaks


# --- text -------------------------------------------------------------------------


def test_a_web_page_is_read_without_what_the_site_has_around_it(tmp_path: Path) -> None:
    """Navigation, 索引号 and the foot of the page are listed, and in no part."""
    content, values = report("2021")
    head = '<div class="nav"><a>首页</a><a>政务公开</a></div><table><tr><td>索引号</td><td>000014349/2024-00001</td></tr></table>'
    foot = '<div class="foot"><p>主办单位：某某县人民政府</p><p>扫一扫在手机打开当前页</p></div>'
    draft = drafted(tmp_path, "x.html", as_html(content, head=head, foot=foot), 2023)
    assert texts(draft) == values
    assert all(len(text) == 1 for text in draft.prose.sections.values())
    left = [text.text for text in draft.prose.unplaced]
    assert "主办单位：某某县人民政府" in left


def test_a_part_that_is_missing_or_has_another_number_is_said(tmp_path: Path) -> None:
    """Found by its words, then by its number."""
    content, _ = report("2021")
    content = [item for item in content if item != "五、存在的主要问题及改进情况"]
    content[content.index("六、其他需要报告的事项")] = "五、其他需要报告的事项"
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert {doubt[0] for doubt in doubts(draft)} == {"import-part-missing", "import-heading-number"}


def test_a_heading_that_the_form_lacks_is_said_and_its_text_is_kept(tmp_path: Path) -> None:
    """In the part before it."""
    content, _ = report("2021")
    at = content.index("三、收到和处理政府信息公开申请情况")
    content[at:at] = ["三、重点领域信息公开情况", "公开重点领域信息5条。"]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    found = {part.id: len(draft.prose.sections[part.id]) for part in draft.form.parts}
    assert found == {part.id: 3 if part.id == "proactive" else 1 for part in draft.form.parts}
    assert [kind for kind, _ in doubts(draft)] == ["import-heading-extra"]


def test_of_two_headings_of_one_part_the_last_begins_it_and_the_first_is_a_doubt(
    tmp_path: Path,
) -> None:
    """One doubt: it is a heading of the form. What stands below the first is kept, in the part before it."""
    content, _ = report("2021")
    at = next(i for i, item in enumerate(content) if str(item).startswith("五、"))
    content[at:at] = [content[at], "先写的一段。"]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert doubts(draft) == [("import-heading-twice", "paragraph 11")]
    assert draft.doubts[0].details["heading"] == content[at]
    *_, fourth, fifth, _ = ([item.text for item in text] for text in draft.prose.sections.values())
    assert fourth[1:] == [content[at], "先写的一段。"]
    assert len(fifth) == 1


def test_a_heading_with_more_words_than_the_forms_is_doubted(tmp_path: Path) -> None:
    """It heads the part that it names, and the page will print the form's words."""
    content, _ = report("2021")
    content[content.index("一、总体情况")] = "一、本年度总体情况"
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert len(draft.prose.sections["overview"]) == 1
    assert [kind for kind, _ in doubts(draft)] == ["import-heading-near"]


@pytest.mark.parametrize("before", ["第{}部分　", "第{}部分：", "{}. "])
def test_headings_are_known_however_they_are_numbered(tmp_path: Path, before: str) -> None:
    """第一部分 and 1. for 一、; such a number inside a part heads none."""
    content, _ = report("2021")
    lines = [item for item in content if isinstance(item, str)]
    for digit, numeral in enumerate("一二三四五六", start=1):
        number = before.format(digit if before == "{}. " else numeral)
        lines = [re.sub(f"^{numeral}、", number, line) for line in lines]
    at = next(number for number, line in enumerate(lines) if "总体情况" in line)
    lines[at + 1 : at + 1] = ["1.加强组织领导", "（一）主动公开"]
    draft = drafted(tmp_path, "x.txt", "\n".join(lines).encode(), 2023)
    found = {part: len(text) for part, text in draft.prose.sections.items()}
    assert found == {part.id: 3 if part.id == "overview" else 1 for part in draft.form.parts}
    assert {kind for kind, _ in doubts(draft)} == {"import-table-missing"}


def test_typed_contents_and_a_menu_are_no_text_of_the_report(tmp_path: Path) -> None:
    """Nor is 续表, or a row's name again, between the halves of a table; the block with the 索引号 is listed, not doubted."""
    content, values = report("2021")
    heads = [
        item for item in content if isinstance(item, str) and re.match("[一二三四五六]、", item)
    ]
    contents: list[Piece] = [
        "目　录",
        *(f"{head}{'…' * 9}{at}" for at, head in enumerate(heads, 2)),
    ]
    at = next(
        i for i, item in enumerate(content) if isinstance(item, Table) and len(item.rows) > 20
    )
    table = content[at]
    assert isinstance(table, Table)
    rows = unmerged(table, repeated=False).rows
    again = ["续表", "三、本年度办理结果（续）", "（三）不予公开（续）"]
    halves: list[Piece] = [Table(rows[:12]), *again, Table(rows[:2] + rows[12:])]
    whole = [content[0], *contents, *content[1:at], *halves, *content[at + 1 :]]
    menu = "<ul><li>法定主动公开内容</li><li>政府信息公开年报</li></ul>"
    block = "<table><tr><td>索 引 号</td><td>01</td></tr><tr><td>文号</td><td>无</td></tr></table>"
    draft = drafted(tmp_path, "x.html", as_html(whole, head=menu + block), 2023)
    assert (texts(draft), doubts(draft), draft.prose.name) == (values, [], NAME)
    assert len(draft.prose.introduction) == 1
    assert [len(text) for text in draft.prose.sections.values()] == [1] * len(draft.form.parts)
    assert "索 引 号 01 文号 无" in [text.text for text in draft.prose.unplaced]


@pytest.mark.parametrize(
    "head",
    [
        [f"{NAME}2016年政府信息公开情况统计表"],
        ["政府信息公开情况统计表", f"填报单位（盖章）：{NAME}　　2016年度"],
    ],
)
def test_a_statistics_table_alone_says_whose_and_of_which_year_it_is(
    tmp_path: Path, head: list[str]
) -> None:
    """With one doubt, that there is no text."""
    content, values = report("2014")
    tables = [item for item in content if isinstance(item, Table)]
    path = tmp_path / "x.xlsx"
    path.write_bytes(as_excel([*head, *tables]))
    imported = import_document(path, tmp_path / "params", Options("yunxiu-justice"))
    assert (imported.year, imported.figures) == (2016, len(values))
    assert f"name: {NAME}" in imported.files["agency.yaml"]
    assert [doubt.id for doubt in imported.doubts] == ["import-parts-missing"]


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_subheading_with_the_words_of_a_table_stays(tmp_path: Path, kind: str) -> None:
    """Only right above the table are they its caption."""
    content, _ = report("2021")
    at = content.index("一、总体情况") + 1
    content[at:at] = ["（二）主动公开政府信息情况", "主动公开政府信息情况"]
    at = next(index for index, item in enumerate(content) if isinstance(item, Table))
    content[at:at] = ["主动公开政府信息情况", "（单位：件）"]
    draft = drafted(tmp_path, f"x.{kind}", FORMATS[kind](content), 2023)
    assert [item.text for item in draft.prose.sections["overview"]][:2] == [
        "（二）主动公开政府信息情况",
        "主动公开政府信息情况",
    ]
    assert [len(draft.prose.sections[part]) for part in ("overview", "proactive")] == [3, 1]
    assert doubts(draft) == []


def test_older_headings_are_read_as_the_parts_that_they_stand_for(tmp_path: Path) -> None:
    """概述 and its like, from before the form named the parts; each is doubted."""
    content, _ = report("2014")
    named = {
        "一、总体工作情况": "一、概述",
        "三、主动公开政府信息的情况": "二、政府信息主动公开情况",
    }
    named["四、依申请公开和不予公开情况"] = "三、依申请公开政府信息情况"
    content = [
        named.get(item, item) if isinstance(item, str) else item
        for item in content
        if item
        not in (
            "二、推进重点领域政府信息公开情况",
            "这是第2部分的文字，说明本机关在这一年里做了什么。",
        )
    ]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2016)
    found = {part: len(texts) for part, texts in draft.prose.sections.items()}
    assert found == dict.fromkeys(
        (part.id for part in draft.form.parts if part.id != "key_areas"), 1
    )
    assert [doubt.id for doubt in draft.doubts].count("import-heading-near") == 3


@pytest.mark.parametrize(
    "title",
    [
        f"{NAME}2023年度政府信息公开工作报告",
        f"{NAME}2023年政府信息公开年报",
        f"2023年{NAME}政府信息公开工作情况报告",
        f"{NAME}关于2023年政府信息公开工作的报告",
        f"{NAME}政府信息公开工作年度报告（2023年）",
        f"{NAME}政府信息公开工作2023年度报告",
    ],
)
def test_titles_are_known_in_their_usual_wordings(tmp_path: Path, title: str) -> None:
    """The agency and the year, and nothing of the title in the text."""
    text = f"{title}\n一、总体情况\n公开5条。\n"
    prose = drafted(tmp_path, "x.txt", text.encode(), 2023).prose
    assert (prose.name, prose.stated_year, prose.introduction) == (NAME, 2023, [])


def test_what_markdown_would_take_for_its_own_is_shown_as_it_was(tmp_path: Path) -> None:
    """Stars, number signs and braces of a text stay what they are."""
    content, _ = report("2021")
    content[content.index("一、总体情况") + 1] = '# 第1项*重点*工作 <b>公开</b> {{ v("x") }}。'
    path = tmp_path / "x.html"
    path.write_bytes(as_html(content))
    imported = imported_into(tmp_path, path)
    found = load_report(imported.slug, imported.year, tmp_path / "params")
    from gongkai.page.narrative import PartText

    shown = "\n".join(PartText(found, "overview").lines())
    assert shown == '# 第1项*重点*工作 <b>公开</b> ｛｛ v("x") ｝｝。'
    assert "import-placeholder" in [doubt.id for doubt in imported.doubts]


def imported_into(folder: Path, path: Path, **options: str) -> Imported:
    """Import a document into the params of a folder, and write its files there."""
    from gongkai.importing.write import write_files

    chosen = {"agency": "yunxiu-justice", **options}
    imported = import_document(path, folder / "params", Options(**chosen))  # type: ignore[arg-type]
    write_files(folder / "params" / imported.slug, imported.files)
    return imported


# --- the command ------------------------------------------------------------------


@pytest.fixture
def document(project: Sandbox) -> Path:
    """A Word file of an agency that the project does not know."""
    path = project.folder / "report.docx"
    path.write_bytes(as_word(report("2021")[0]))
    return path


def test_a_word_file_becomes_a_report_that_builds(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Four files, and the page of it."""
    ran = gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    assert (ran.status, ran.out) == (0, "1 imported with 0 doubts, 0 not imported\n")
    folder = project.params / "yunxiu-justice"
    assert sorted(path.name for path in folder.iterdir()) == [
        "2023.csv",
        "2023.source.yaml",
        "2023.yaml",
        "agency.yaml",
    ]
    source = yaml.safe_load((folder / "2023.source.yaml").read_text("utf-8"))
    assert source["cells"]["3.1.total"]["place"] == "table 2, row 3, column 10"
    assert len(source["sha256"]) == 64
    assert source["doubts"] == []
    assert gongkai("list", "yunxiu-justice").lines == ["yunxiu-justice/2023: never built"]


def test_a_single_line_that_belongs_to_no_part_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With the file that has it, for somebody to put where it should be."""
    page = as_html(report("2021")[0], foot="<p>主办单位：某某县人民政府</p>")
    (project.folder / "x.html").write_bytes(page)
    ran = gongkai("import", "x.html", "--agency", "yunxiu-justice")
    assert "  1 line of text belongs to no part; see 2023.source.yaml" in ran.err.splitlines()


def test_files_that_are_there_are_left_as_they_are(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Unless --force is given; --dry-run writes nothing at all."""
    words = ("import", "report.docx", "--agency", "yunxiu-justice")
    assert gongkai(*words, "--dry-run").status == 0
    assert not (project.params / "yunxiu-justice").exists()
    gongkai(*words)
    path = project.params / "yunxiu-justice" / "2023.yaml"
    path.write_text("mine", "utf-8")
    ran = gongkai(*words)
    assert ran.status == 1
    assert "params/yunxiu-justice/2023.yaml: already exists" in ran.err
    tried = gongkai(*words, "--dry-run")
    assert (tried.status, tried.out) == (
        1,
        "0 would be imported with 0 doubts, 1 would not; nothing was written\n",
    )
    assert "would be written" not in tried.err
    assert path.read_text("utf-8") == "mine"
    assert gongkai(*words, "--force").status == 0
    assert path.read_text("utf-8") != "mine"


def test_nothing_is_written_through_a_link_that_leads_out_of_the_parameters(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path, tmp_path: Path
) -> None:
    """Neither by an import with --force nor by the files to fill in."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project.params / "linked").symlink_to(elsewhere)
    said = "params/linked: this link points outside params; put the file itself there"
    for words in (
        ("import", "report.docx", "--agency", "linked", "--force"),
        ("import", "report.docx", "--agency", "linked", "--dry-run"),
        ("new", "linked", "2018", "--name", NAME),
    ):
        ran = gongkai(*words)
        assert ran.status in (1, 2)
        assert said in ran.err.splitlines()
        assert "written" not in ran.err.replace("nothing was written", "")
    assert list(elsewhere.iterdir()) == []


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    """Without a clock, in whatever folder."""
    path = tmp_path / "x.docx"
    path.write_bytes(as_word(report("2019")[0]))
    first = import_document(path, tmp_path / "a", Options("yunxiu"))
    assert first.files == import_document(path, tmp_path / "b", Options("yunxiu")).files


def test_another_year_of_the_same_agency_may_be_written_at_the_same_time(
    tmp_path: Path, all_built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document belongs to the agency that was not there when its name was looked up."""
    page = all_built / "shuyang-county" / "2025.html"
    agency = ROOT / "params" / "shuyang-county" / "agency.yaml"

    def write_meanwhile(*_: object) -> str:
        (tmp_path / "params" / "shuyang").mkdir(parents=True)
        shutil.copy(agency, tmp_path / "params" / "shuyang")
        return ""

    monkeypatch.setattr("gongkai.importing.run._proposed", write_meanwhile)
    document = tmp_path / "x2025.html"
    shutil.copy(page, document)
    assert import_document(document, tmp_path / "params", Options()).slug == "shuyang"


def test_a_body_that_is_listed_is_known_by_its_name(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Sixty bureaus send files with Chinese names; the list of bodies says whose folder is whose."""
    document = project.folder / "年报.docx"
    document.write_bytes(as_word(report("2021")[0]))
    name = f"“{NAME}” is not an agency in params/; list it in bodies.yaml, or give its folder"
    assert name in gongkai("import", "年报.docx").err  # and not the name of the county's website
    tree = project.params / "bodies.yaml"
    tree.write_text(f"bodies:\n  - {{key: of-the-list, name: {NAME}, parent: a}}\n", "utf-8")
    shutil.copy(document, project.folder / "又一份.docx")
    ran = gongkai("import", "年报.docx", "又一份.docx")  # the list is wrong once, not twice
    assert (ran.status, ran.err.count("params/bodies.yaml:2: ")) == (2, 1)
    tree.write_text(f"bodies:\n  - {{key: of-the-list, name: {NAME}}}\n", "utf-8")
    assert gongkai("import", "年报.docx").out == "1 imported with 0 doubts, 0 not imported\n"
    assert (project.params / "of-the-list" / "2023.csv").exists()
    ran = gongkai("import", "年报.docx", "--agency", "another")
    assert f"“{NAME}” is already of-the-list; as another it will be there twice" in ran.err


def test_a_document_that_names_two_bodies_is_doubted_with_both_names(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A text that was copied from another body has its name left in the title."""
    content, _ = report("2021")
    content[content.index(NAME)] = "云岫县水务局"
    (project.folder / "x.docx").write_bytes(as_word(content))
    ran = gongkai("import", "x.docx", "--agency", "yunxiu-water")
    said = (
        "the title names “云岫县司法局”, the signature “云岫县水务局”; “云岫县水务局” was written"
    )
    assert f"  the whole document: {said} [import-two-names]" in ran.err.splitlines()
    agency = yaml.safe_load((project.params / "yunxiu-water" / "agency.yaml").read_text("utf-8"))
    assert agency["name"] == "云岫县水务局"


def test_a_document_without_a_year_is_imported_with_the_one_that_is_given(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nothing is guessed from the day on which it was signed."""
    title, _, *rest = report("2021")[0]
    content = [str(title).replace("2023年", ""), *rest]
    (project.folder / "x.docx").write_bytes(as_word(content))
    words = ("import", "x.docx", "--agency", "yunxiu-justice")
    ran = gongkai(*words)
    said = "neither the title nor the file name states which year the report covers; give it with --year"
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"x.docx: {said}")
    assert not (project.params / "yunxiu-justice").exists()
    assert gongkai(*words, "--year", "2023").status == 0
    assert (project.params / "yunxiu-justice" / "2023.csv").exists()


def test_a_document_that_names_nobody_is_imported_with_the_name_that_is_given(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A folder's name alone is no agency's."""
    tables = [item for item in report("2021")[0] if isinstance(item, Table)]
    (project.folder / "x.docx").write_bytes(as_word(tables))
    words = ("import", "x.docx", "--agency", "yunxiu-justice", "--year", "2023")
    ran = gongkai(*words)
    said = "the document does not state whose report it is; give the agency's full name with --name"
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"x.docx: {said}")
    assert not (project.params / "yunxiu-justice").exists()
    assert gongkai(*words, "--name", NAME).status == 0
    assert f"name: {NAME}" in (project.params / "yunxiu-justice/agency.yaml").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="documents are read without bounds elsewhere")
@pytest.mark.parametrize(
    ("bound", "value", "said"),
    [
        ("SECONDS", 0.01, "took longer than 0.01 s and was stopped"),
        ("MEMORY", 20_000_000, "took more than 20 MB of memory and was stopped"),
    ],
)
def test_a_document_that_takes_too_much_is_named_and_nothing_is_written(
    project: Sandbox,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    value: float,
    said: str,
) -> None:
    """Here with bounds that are those of no machine; as large as that, a file gets memory of its own."""
    monkeypatch.setattr(f"gongkai.cli.documents.{bound}", value)
    (project.folder / "x.pdf").write_bytes(as_pdf(report("2021")[0]) + b" " * 40_000_000)
    ran = gongkai("import", "x.pdf", "--agency", "yunxiu-justice")
    assert ran.status == 1
    assert ran.err.startswith(f"x.pdf: reading it {said}")
    assert not (project.params / "yunxiu-justice").exists()


def test_many_documents_are_read_and_those_that_cannot_be_are_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One summary; nothing half written; the folder's name is proposed from the file's."""
    folder = project.folder / "in"
    folder.mkdir()
    for edition, year in YEARS.items():
        (folder / f"yunxiu-justice-{year}.docx").write_bytes(as_word(report(edition)[0]))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing")
    ran = gongkai("import", "in")
    assert (ran.status, ran.out) == (1, "3 imported with 0 doubts, 1 not imported\n")
    assert "in/broken.pdf: " in ran.err
    found = sorted(path.name for path in (project.params / "yunxiu-justice").glob("*.csv"))
    assert found == ["2016.csv", "2020.csv", "2023.csv"]


def test_files_of_other_kinds_in_a_folder_are_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """An official document in OFD would otherwise be missing without a word."""
    folder = project.folder / "in"
    folder.mkdir()
    (folder / "yunxiu-justice-2023.docx").write_bytes(as_word(report("2021")[0]))
    for name in ("2022.ofd", "2021.pages", ".hidden", "~$x.docx", "2020.yaml", "Thumbs.db"):
        (folder / name).write_bytes(b"x")
    ran = gongkai("import", "in")
    assert (ran.status, ran.out) == (0, "1 imported with 0 doubts, 0 not imported\n")
    assert "2 files of other kinds were not read: in/2021.pages, in/2022.ofd\n" in ran.err
    (folder / "yunxiu-justice-2023.docx").unlink()
    ran = gongkai("import", "in")
    assert (ran.status, "in/2022.ofd" in ran.err) == (2, True)


def test_a_folder_without_a_document_is_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A picture, what Word leaves beside an open document and our own review copies are none."""
    folder = project.folder / "in"
    folder.mkdir()
    for name in ("扫描.jpg", "~$报告.docx", ".报告.docx", "2017.review.html", "index.html"):
        (folder / name).write_bytes(b"x")
    ran = gongkai("import", "in")
    said = "1 file of another kind was not read: in/扫描.jpg\n"
    said += "in contains no document that could be a report\n"
    assert (ran.status, ran.out, ran.err) == (2, "", said)


def test_a_terminal_shows_how_many_of_the_documents_are_read(project: Sandbox) -> None:
    """A bar with their count, in a real terminal."""
    (project.folder / "in").mkdir()
    for edition, year in YEARS.items():
        (project.folder / "in" / f"{year}.html").write_bytes(as_html(report(edition)[0]))
    ran = subprocess.run(
        ["script", "-qec", "stty cols 120; gongkai import in --agency yunxiu-justice", "/dev/null"],
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "TERM": "xterm"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 imported" in ran.stdout
    counts = dict.fromkeys(re.findall(r"importing .*?m([0-9]+/[0-9]+)\x1b", ran.stdout))
    assert [*counts][:2] == ["0/3", "1/3"]


def test_a_published_page_is_compared_with_what_was_approved(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """0 where it is the same, 1 where a figure is another; said what was not compared."""
    apart = "  key figures, highlights, charts and whatever else the kit derived from the figures"
    assert gongkai("build", "xixia-justice").status == 0
    page = project.output(".html")
    words = ("import", str(page), "--against", "xixia-justice/2017")
    ran = gongkai(*words)
    same = "1 the same, 0 different\n"
    assert (ran.status, ran.err) == (0, f"{apart} were not compared\n{same}")
    project.set_value("1.2.4", "115")
    ran = gongkai(*words)
    assert (ran.status, ran.err.splitlines()[1]) == (1, "0 the same, 1 different")
    assert "1.2.4 政务微信: 115 → 114 条 (-1, -0.9%)" in ran.out
    assert gongkai("export", "--to", "docx,xlsx", "xixia-justice").status == 0
    for kind in (".docx", ".xlsx"):
        ran = gongkai("import", str(project.output(kind)), "--against", "xixia-justice/2017")
        assert apart in ran.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("银川市西夏区司法局", "银川市西夏区民政局"),
        ("<wbr>2017年<wbr>", "<wbr>2016年<wbr>"),
        ("贺兰山路480号", "贺兰山路408号"),
        ("六、回应<wbr>社会<wbr>关切<wbr>情况", "六、回应<wbr>关切<wbr>情况"),
    ],
)
def test_a_document_of_another_name_year_address_or_heading_is_not_the_same(
    built: Sandbox, project: Sandbox, gongkai: Callable[..., Ran], old: str, new: str
) -> None:
    """What was approved was not published under it, whatever its figures and sentences are."""
    page = project.folder / "page.html"
    words = ("import", "page.html", "--against", "xixia-justice/2017")
    text = built.output(".html").read_text("utf-8")
    page.write_text(text, "utf-8")
    assert gongkai(*words).status == 0
    assert old in text
    page.write_text(text.replace(old, new), "utf-8")
    ran = gongkai(*words)
    assert (ran.status, "0 the same, 1 different" in ran.err) == (1, True), ran.err


@pytest.mark.parametrize(("line", "status"), [("您的位置：首页", 0), ("999", 1)])
def test_lines_that_were_not_compared_are_said(
    built: Sandbox, project: Sandbox, gongkai: Callable[..., Ran], line: str, status: int
) -> None:
    """A site's own words differ in nothing; a number alone may stand in a cell that is blank."""
    text = built.output(".html").read_text("utf-8")
    (project.folder / "page.html").write_text(text.replace("<h1", f"<p>{line}</p><h1", 1), "utf-8")
    ran = gongkai("import", "page.html", "--against", "xixia-justice/2017")
    said = f"1 line of text that belongs to no part, not compared: {line}"
    assert (ran.status, said in ran.err) == (status, True), ran.err


def test_a_comparison_with_nothing_writes_nothing(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """As a script asks for it whose variable is empty: it is no import."""
    (project.folder / "a.txt").write_text("某某局2017年政府信息公开工作年度报告", "utf-8")
    ran = gongkai("import", "a.txt", "--agency", "new", "--against", "")
    assert (ran.status, ran.out) == (2, "")
    assert "--against takes one document and AGENCY/YEAR" in ran.err
    assert not (project.params / "new").exists()


def test_what_the_checks_find_in_a_published_page_is_said_beside_the_approved_report(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A figure of the page that no longer adds up; options that change nothing are named."""
    assert gongkai("build", "xixia-justice").status == 0
    page = project.output(".html")
    changed = project.folder / "page.html"
    changed.write_text(re.sub(r"(?<=>)114(?=<)", "999", page.read_text("utf-8")), "utf-8")
    ran = gongkai(
        "import", "page.html", "--against", "xixia-justice/2017", "--force", "--year", "2016"
    )
    assert ran.status == 1
    assert "1.2.4 政务微信: 114 → 999 条" in ran.out
    assert re.search(r"\+ (?:error|warning): .*999", ran.out)
    assert "no effect with --against: --year, --force" in ran.err
    ran = gongkai("import", "page.html", "--against", "xixia-justice/2031")
    assert ran.status == 1


def test_numbers_of_the_text_that_are_figures_are_filled_in(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With --fill; each one is said, and a number of another year stays as it is."""
    content, values = report("2021")
    total = values["3.1.total"]
    content[content.index("一、总体情况") + 1] = (
        f"2021年新收政府信息公开申请{total}件，当时只有一个窗口。"
        f"本年度新收政府信息公开申请{total}件。"
    )
    (project.folder / "x.docx").write_bytes(as_word(content))
    ran = gongkai("import", "x.docx", "--agency", "yunxiu", "--fill")
    assert "[import-filled]" in ran.err
    text = (project.params / "yunxiu" / "2023.yaml").read_text("utf-8")
    assert '本年度新收政府信息公开申请{{ v("3.1.total") }}件。' in text
    assert f"2021年新收政府信息公开申请{total}件" in text


@pytest.mark.parametrize(
    "words",
    [
        "本局下属畜牧站新收政府信息公开申请{}件",
        "各乡镇新收政府信息公开申请{}件",
        "三年共新收政府信息公开申请{}件",
        "日均新收政府信息公开申请{}件",
        "新收政府信息公开申请近{}件",
        "新收政府信息公开申请{}余件",
        "新收政府信息公开申请超过{}件",
        "计划新收政府信息公开申请{}件",
    ],
)
def test_a_number_that_only_equals_a_figure_is_not_filled_in(tmp_path: Path, words: str) -> None:
    """Another body's, of several years, an average, a bound."""
    from gongkai.importing.filling import filled

    content, values = report("2021")
    content[content.index("一、总体情况") + 1] = words.format(values["3.1.total"]) + "。"
    path = tmp_path / "x.docx"
    path.write_bytes(as_word(content))
    imported = filled(import_document(path, tmp_path, Options("yunxiu")), tmp_path)
    assert "import-filled" not in {doubt.id for doubt in imported.doubts}


# --- hostile files ----------------------------------------------------------------


def of_kind(kind: bytes, data: bytes) -> bytes:
    """Return a Word file that says its text is of another kind."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"[^\"]+document\.main\+xml", kind, old.read(name)))
    return stream.getvalue()


def locked(data: bytes) -> bytes:
    """Return a PDF that only opens with a password."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("x", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def scanned(pages: int) -> bytes:
    """Return a PDF of which no page has a letter."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "empty.pdf": (b"", "the file is empty"),
    "blank.docx": (as_word([]), "it contains no text"),
    "scan.pdf": (scanned(3), "3 pages hold no text, only pictures: a scan; the figures have to be typed"),
    "picture.docx": (b"\xff\xd8\xff\xe0" + bytes(100), "this is a picture"),
    "cut.docx": (as_word(["x"])[:2000], "damaged"),
    "kind.docx": (of_kind(b"application/xml", as_word(["x"])), "damaged"),
    "cut.pdf": (as_pdf(["一、总体情况"])[:300], "damaged"),
    "cut.xlsx": (as_excel(["x"])[:2000], "damaged"),
    "bomb.docx": (b"", "would unpack to more than"),
    "locked.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0"),
        "encrypted",
    ),
    "locked.pdf": (locked(as_pdf(["一、总体情况"])), "encrypted"),
    "noise.txt": (bytes(range(256)) * 40, "a report cannot be imported from this format"),
    "archive.html": (b"MIME-Version: 1.0\nContent-Type: multipart/related", "web archive"),
    "mail.mht": (b"Content-Type: multipart/related;\n boundary=x\nMIME-Version: 1.0", "web archive"),
    "deep.html": (b"<html>" + b"<div>" * 5000 + b"x" + b"</div>" * 5000, "nested too deeply"),
    "unseen.html": (b"<p>x</p><div hidden>" + b"<div>" * 5000 + b"</div>" * 5001 + b"<p>y", "nested too deeply"),
    "spans.html": (
        "<table><tr><td rowspan=999999 colspan=999999>规章</td><td>1</td></tr></table>".encode() * 2000,
        "",
    ),
    "wide.html": (b"<html><table><tr>" + b"<td colspan=200>1</td>" * 2000 + b"</tr></table>", "cells"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_with_a_sentence_and_nothing_is_written(
    project: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """Whatever it is, and whatever it is called."""
    data, sentence = HOSTILE[name]
    (project.folder / name).write_bytes(bomb(400) if name == "bomb.docx" else data)
    ran = gongkai("import", name, "--agency", "hostile")
    assert ran.status == 1
    assert sentence in ran.err
    assert "Traceback" not in ran.err
    assert not (project.params / "hostile").exists()


@pytest.mark.parametrize("begins", [b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"text"])
def test_a_file_of_half_a_gigabyte_is_refused_before_it_is_read(
    project: Sandbox, gongkai: Callable[..., Ran], begins: bytes
) -> None:
    """Whatever it begins with."""
    with (project.folder / "large").open("wb") as file:
        file.write(begins)
        file.truncate(500_000_000)
    ran = gongkai("import", "large", "--agency", "hostile")
    assert (ran.status, ran.err.splitlines()) == (
        1,
        ["large: the file is larger than 60 MB; a report needs far less"],
    )
    assert not (project.params / "hostile").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "gb18030", "utf-8-sig"])
@pytest.mark.parametrize("kind", ["html", "txt"])
def test_a_text_is_read_in_the_encodings_that_programs_write(
    tmp_path: Path, kind: str, encoding: str
) -> None:
    """UTF-16 without its mark, too."""
    content, values = report("2021")
    data = FORMATS[kind](content).decode().replace('<meta charset="utf-8">', "").encode(encoding)
    assert texts(drafted(tmp_path, f"x.{kind}", data, 2023)) == values


def test_a_damaged_byte_is_doubted_where_it_is(tmp_path: Path) -> None:
    """The rest of the text is read."""
    content, values = report("2021")
    data = FORMATS["txt"](content).replace("2.重复申请".encode(), "2.重复".encode() + b"\xff", 1)
    draft = drafted(tmp_path, "x.txt", data, 2023)
    assert texts(draft) == values
    assert {item.id for item in draft.doubts} == {"import-unreadable-characters", "import-row-near"}
    [line] = {item.place.line for item in draft.doubts}
    assert "2.重复" in data.decode("utf-8", "replace").split("\n")[line - 1]


def test_a_folder_that_cannot_be_looked_into_is_named(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents beside it are imported."""
    (project.folder / "in" / "shut").mkdir(parents=True)
    document.rename(project.folder / "in" / "report.docx")
    listed = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    ran = gongkai("import", "in", "--agency", "yunxiu-justice")
    assert (ran.status, ran.out) == (1, "1 imported with 0 doubts, 1 not imported\n")
    assert "in/shut: cannot be read: Permission denied" in ran.err


def test_an_external_entity_is_not_followed(tmp_path: Path) -> None:
    """What stands in other files of the machine comes into no report."""
    import io
    import zipfile

    good = as_word(["一、总体情况"])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                body = data.partition(b"?>")[2].replace("一、总体情况".encode(), b"&x;")
                data = ENTITY + body
            new.writestr(name, data)
    path = tmp_path / "x.docx"
    path.write_bytes(stream.getvalue())
    try:
        blocks = read_document(path).source.blocks
    except KitError:
        return
    assert "root:" not in str(blocks)


def test_the_text_after_an_entity_is_kept_and_the_entity_doubted(tmp_path: Path) -> None:
    """Nothing of a cell or sentence is lost without a word, and a comment in it hides nothing."""
    content, values = report("2021")
    figure = values["3.1.total"]
    data = changed_word(as_word(content), figure, f"{figure[:1]}<!-- x -->{figure[1:]}")
    draft = drafted(tmp_path, "x.docx", data, 2023)
    assert (texts(draft), doubts(draft)) == (values, [])
    for old, new in ((f"{figure[:1]}<!-- x -->", "&x;"), ("说明本机关", "&x;说明本机关")):
        edited = edited_word(
            data,
            lambda text, old=old, new=new: (  # type: ignore[misc]
                ENTITY.decode() + text.partition("?>")[2].replace(old, new, 1)
            ),
        )
        draft = drafted(tmp_path, "y.docx", edited, 2023)
        assert "import-unreadable-characters" in [item.id for item in draft.doubts]
        shown = str(list(draft.prose.sections.values()))
        assert shown.count("在这一年里做了什么") == len(draft.form.parts)


def test_a_text_that_repeats_without_end_is_not_lost(tmp_path: Path) -> None:
    """Bold type that was printed several times is read once; what nothing prints so is kept."""
    content, _ = report("2021")
    lines = [item for item in content if isinstance(item, str)]
    page = "\n".join([*lines[:4], "一是一是一是加强公开。", "一、" * 3_000])
    draft = drafted(tmp_path, "x.txt", page.encode(), 2023)
    read = [text.text for part in draft.prose.sections.values() for text in part]
    assert "一是加强公开。" in read
    assert "一、" * 3_000 in read


def test_what_a_reader_put_onto_a_pdf_is_a_doubt(tmp_path: Path) -> None:
    """A note, a strike-out: they change nothing, and are said; a link is no such thing."""
    content, values = report("2021")
    with pikepdf.open(io.BytesIO(as_pdf(content))) as pdf:
        kinds = (("Text", "此数有误"), ("StrikeOut", ""), ("Link", "x"))
        notes = [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name(f"/{kind}"),
                Rect=[50, 50, 90, 60],
                Contents=pikepdf.String(text),
                P=pdf.pages[0].obj,
            )
            for kind, text in kinds
        ]
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array(notes))
        pdf.save(tmp_path / "marked.pdf")
    draft = read_draft(read_document(tmp_path / "marked.pdf").source, 2023)
    said = [(item.id, str(item.place), item.details["text"]) for item in draft.doubts]
    assert said == [("import-note", "p. 1", "此数有误"), ("import-note", "p. 1", "StrikeOut")]
    assert texts(draft) == values


def with_field(data: bytes, value: str, *, flags: int = 4, grouped: bool = False) -> bytes:
    """A PDF with a field to fill in where a figure of its first table would be printed."""
    with pdfplumber.open(io.BytesIO(data)) as read:
        page = read.pages[0]
        rows = [row for table in page.find_tables() for row in table.rows]
        boxes = [[box for box in row.cells if box] for row in rows]
        row = next(row for row in boxes if "规章" in page.crop(row[0]).extract_text())
        left, top, right, bottom = row[1]
        height = page.height
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        text: dict[str, Any] = {"V": pikepdf.String(value), "FT": pikepdf.Name.Tx}
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            Rect=[left + 2, height - bottom + 2, right - 2, height - top - 2],
            F=flags,
            P=pdf.pages[0].obj,
            **({} if grouped else text),
        )
        field = pdf.make_indirect(widget)
        if grouped:
            group = pikepdf.Dictionary(**text, Kids=pikepdf.Array([field]))
            field.Parent = pdf.make_indirect(group)
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.save(made)
    return made.getvalue()


@pytest.mark.parametrize("grouped", [False, True])
def test_a_figure_in_a_field_of_a_pdf_is_doubted_in_its_cell(tmp_path: Path, grouped: bool) -> None:
    """It is shown and printed, but is no text of the page; a hidden field is neither."""
    form = editions.load_form("2021")
    values = {**figures(form, Random(7)), "2.rules.issued": ""}  # noqa: S311
    blank = as_pdf(pieces(form, values, NAME, 2023))
    draft = drafted(tmp_path, "x.pdf", with_field(blank, "４７１", grouped=grouped), 2023)
    [doubt] = draft.doubts
    assert (doubt.id, doubt.codes, doubt.details["text"]) == (
        "import-field",
        ("2.rules.issued",),
        "４７１",
    )
    assert texts(draft) == values
    for hidden in (with_field(blank, "471", flags=2), with_field(blank, "")):
        assert drafted(tmp_path, "x.pdf", hidden, 2023).doubts == []


def test_a_pdf_that_draws_without_end_is_refused_before_it_is_drawn(tmp_path: Path) -> None:
    """Some kilobytes of a PDF may say to draw some hundred megabytes of lines."""
    lines = zlib.compress(b"0 0 m " * 2_000_000)
    path = tmp_path / "x.pdf"
    path.write_bytes(
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n" % (len(lines), lines)
    )
    with pytest.raises(KitError, match="page 1 has too many objects"):
        read_document(path)


def test_a_document_of_ten_thousand_pages_is_refused(tmp_path: Path) -> None:
    """Before any of them is read."""
    path = tmp_path / "x.pdf"
    path.write_bytes(as_pdf(["一、总体情况"] * 22 * 400))
    with pytest.raises(KitError, match="pages"):
        read_document(path)


# --- mutations --------------------------------------------------------------------


def test_of_many_mutations_no_figure_is_wrong_without_a_doubt() -> None:
    """Some of those that `python tests/mutations.py` counts."""
    import mutations

    wrong = [ended for ended in mutations.run(64, seed=5) if ended.wrong]
    assert wrong == []


# --- our own pages ----------------------------------------------------------------


def test_a_review_copy_is_not_taken_for_a_report(
    all_built: Path, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Its findings would become sentences of the report."""
    page = (all_built / "shuyang-county" / "2025.review.html").read_bytes()
    (project.folder / "x.html").write_bytes(page)
    ran = gongkai("import", "x.html", "--agency", "yunxiu-justice")
    assert ran.status == 1
    assert "this is a review copy" in ran.err


def test_our_own_pages_come_back_as_they_were(all_built: Path, tmp_path: Path) -> None:
    """Every figure, every sentence and every key that a page prints, of every example."""
    from gongkai.compare.content import report_content
    from gongkai.compare.reports import compare

    for page in sorted(all_built.glob("*/[0-9][0-9][0-9][0-9].html")):
        slug, year = page.parent.name, int(page.stem)
        imported = imported_into(tmp_path, page, agency=slug)
        ours, theirs = (
            report_content(load_report(slug, year, folder), ())
            for folder in (ROOT / "params", tmp_path / "params")
        )
        found = compare(ours, theirs)
        assert (found.figures, found.text, imported.unplaced) == ((), (), ()), page
        lost = {item.name.partition(".")[0] for item in found.particulars}
        assert lost <= {"facts", "breakdowns", "accepted", "period", "year_on_year"}, page


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["doc", "rtf", "odt"])
def test_the_files_of_other_programs_are_read_through_libreoffice(
    tmp_path: Path, kind: str, libreoffice: Callable[..., None]
) -> None:
    """Every figure, also where the program has left a stripe between two columns."""
    content, values = report("2021")
    (tmp_path / "x.docx").write_bytes(as_word(content))
    libreoffice(tmp_path, kind, "x.docx")
    draft = read_draft(read_document(tmp_path / f"x.{kind}").source, 2023)
    assert (texts(draft), doubts(draft)) == (values, [])


@pytest.mark.skipif(os.name == "nt", reason="a program is another kind of file on Windows")
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("", "rtf files are read with LibreOffice, which is not installed; save it as docx"),
        ("exit 1", "LibreOffice could not read it; save it as docx"),
        ("exit 0", "LibreOffice could not read it; save it as docx"),
    ],
)  # fmt: skip
def test_where_libreoffice_is_missing_or_writes_nothing_the_document_is_named(
    project: Sandbox,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    program: str,
    said: str,
) -> None:
    """And what to do instead; nothing is written."""
    (project.folder / "x.rtf").write_bytes(b"{\\rtf1 x}")
    monkeypatch.setenv("PATH", str(project.folder))
    if program:
        (project.folder / "soffice").write_text(f"#!/bin/sh\n{program}\n", "utf-8")
        (project.folder / "soffice").chmod(0o755)
    ran = gongkai("import", "x.rtf", "--agency", "yunxiu-justice")
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"x.rtf: {said}")
    assert not (project.params / "yunxiu-justice").exists()


# --- real documents ---------------------------------------------------------------


@published
def test_the_report_that_began_this_project_comes_in_whole(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """58 figures, nine parts, who signed; the checks find 164 ≠ 163 by themselves."""
    expected = load_report("xixia-justice", 2017, ROOT / "params")
    for path in project.example.iterdir():
        path.unlink()
    ran = gongkai("import", str(SHARED / "xixia-justice-2017.txt"))
    assert ran.status == 0, ran.err
    found = load_report("xixia-justice", 2017, project.params)
    assert {c: v.printed for c, v in found.values.items()} == {
        c: v.printed for c, v in expected.values.items()
    }
    assert all(found.is_written(part.id) for part in found.form.parts)
    assert found.parameters.signatures == expected.parameters.signatures
    assert found.parameters.signed == expected.parameters.signed
    assert (found.agency.telephone, found.agency.postcode) == ("0951-2078858", "756000")
    lines = gongkai("check", "xixia-justice").lines
    assert any("34 + 11 + 4 + 4 + 1 + 1 + 108 add up to 163" in line for line in lines)


@published
def test_a_real_pdf_comes_in_with_every_cell_and_one_doubt(tmp_path: Path) -> None:
    """Breaks, cut labels, one row for （六）, a framed page."""
    draft = read_draft(read_document(SHARED / "hongze-district-2024.pdf").source, 2024)
    assert len(draft.cells) == 186
    assert all(found.text for found in draft.cells.values())
    assert [doubt.id for doubt in draft.doubts] == ["import-row-near"]
    got = texts(draft)
    assert (got["2.licences.decisions"], got["3.1.total"], got["3.3.4.1.total"]) == (
        "9487",
        "95",
        "31",
    )
    assert got["4.litigation_after_reconsideration.total"] == "3"
    assert all(draft.prose.sections[part] for part in ("overview", "problems", "other"))


@published
def test_the_blank_official_form_comes_in_blank(tmp_path: Path) -> None:
    """200 blanks, none of them 0, and no doubt."""
    draft = read_draft(read_document(SHARED / "form-2021-blank.docx").source, 2024)
    assert set(texts(draft).values()) == {""}
    assert len(draft.cells) == 200
    assert doubts(draft) == []


def test_a_workbook_with_a_sheet_for_each_table_is_read(tmp_path: Path) -> None:
    """Text on the first sheet, tables on others."""
    content, values = report("2021")
    draft = drafted(tmp_path, "x.xlsx", as_excel(content, sheets=True), 2023)
    assert texts(draft) == values


def test_a_finding_says_where_an_imported_figure_was_printed(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Until the cell is edited."""
    gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    printed = "一、本年新收政府信息公开申请数量 / 总计: table 2, row 3, column 10"
    lines = gongkai("check", "yunxiu-justice").lines
    assert any("(printed like this in the document: " in line and printed in line for line in lines)
    path = project.params / "yunxiu-justice" / "2023.csv"
    rows = path.read_text("utf-8").split("\n")
    number = next(i for i, row in enumerate(rows) if row.startswith("3.1.total,"))
    rows[number] = rows[number].rpartition(",")[0] + ",1"
    path.write_text("\n".join(rows), "utf-8")
    assert printed not in gongkai("check", "yunxiu-justice").out


def test_the_review_copy_tells_printed_contradictions_from_doubts_of_reading(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It names the place of either, and is built anew when the source file changes."""
    label = "（七）总计"
    content = change(report("2021")[0], label, "（七）总数")
    (project.folder / "report.docx").write_bytes(as_word(content))
    assert gongkai("import", "report.docx", "--agency", "yunxiu-justice").status == 0
    found = gongkai("check", "yunxiu-justice").lines
    said = "(reading uncertain; compare the document: "
    assert any(said in line and f"{label} / " in line for line in found)
    gongkai("build", "yunxiu-justice")
    page = (project.outputs / "yunxiu-justice" / "2023.review.html").read_text("utf-8")
    assert "原文即如此：一、本年新收政府信息公开申请数量 / 总计：" in page
    doubted = f"（“（七）总数”这一行按所在位置读作“{label}”）"
    assert re.search(rf"读入存疑，请核对原件：[^<]*{label} / 总计：[^<]*{doubted}", page)
    assert "up to date" in gongkai("list", "yunxiu-justice").out
    source = project.params / "yunxiu-justice" / "2023.source.yaml"
    source.write_text(source.read_text("utf-8").replace("table 2", "table 9"), "utf-8")
    assert "2023.source.yaml" in gongkai("list", "yunxiu-justice").out


def test_a_finding_of_an_edited_cell_is_not_said_to_be_printed_so(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """The other cells of the sum are the document's still, the contradiction is not."""
    gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    row = "一、本年新收政府信息公开申请数量"
    total = f"document: {row} / 总计: table 2, row 3, column 10, "
    assert f"{total}{row} / 自然人: " in gongkai("check", "yunxiu-justice").out
    path = project.params / "yunxiu-justice" / "2023.csv"
    text = re.sub(r"(3\.1\.natural_person,.*),.*", r"\1,1", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    assert f"{total}{row}" not in gongkai("check", "yunxiu-justice").out


def test_a_source_file_that_was_damaged_is_said_with_its_line(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Else places and doubts would be missing from the findings, without a word of why."""
    gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    source = project.params / "yunxiu-justice" / "2023.source.yaml"
    written = source.read_text("utf-8")
    said = "is not as the import wrote it"
    assert said not in gongkai("check", "yunxiu-justice").out
    lines = written.splitlines()
    for line in ("<<<<<<< ours", "  1.1: {"):
        source.write_text("\n".join([*lines[:9], line, *lines[9:]]), "utf-8")
        ran = gongkai("check", "yunxiu-justice")
        assert f"params/yunxiu-justice/2023.source.yaml:10: warning: this {said}" in ran.out
    for damaged in (written.partition("\ncells:")[0], "\x00"):
        source.write_text(damaged, "utf-8")
        ran = gongkai("check", "yunxiu-justice")
        assert f"params/yunxiu-justice/2023.source.yaml: warning: this {said}" in ran.out
    source.write_bytes(written.replace("\n", "\r\n").encode())
    assert said not in gongkai("check", "yunxiu-justice").out


def test_of_two_documents_of_one_report_the_first_one_is_imported(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """In the order of the command line, also where they are written over."""
    (project.folder / "another.html").write_bytes(as_html(report("2021")[0]))
    ran = gongkai(
        "import",
        "report.docx",
        "another.html",
        "--agency",
        "yunxiu-justice",
        "--force",
        "--jobs",
        "2",
    )
    assert ran.status == 1
    assert "another.html: report.docx was already imported as yunxiu-justice/2023" in ran.err
    source = project.params / "yunxiu-justice" / "2023.source.yaml"
    assert "source: report.docx" in source.read_text("utf-8")
    assert [path.name for path in project.params.iterdir() if path.name.startswith(".")] == []


def test_a_document_that_is_named_twice_is_imported_once(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """By whatever path: 1 imported."""
    words = ("report.docx", "./report.docx", "--agency", "yunxiu-justice")
    assert gongkai("import", *words).lines[-1].startswith("1 imported")


def test_a_name_that_is_not_written_is_a_doubt(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """The agency of the folder has one already."""
    words = ("import", "report.docx", "--agency", "yunxiu-justice", "--force")
    gongkai(*words)
    ran = gongkai(*words, "--name", "云岫县财政局")
    said = "“云岫县财政局” was not written: agency.yaml already calls the agency “云岫县司法局”"
    assert said in ran.err


def test_last_years_document_is_doubted_where_it_names_another_agency(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """`gongkai new --from` prints doubts as the import does."""
    ran = gongkai("new", "xixia-justice", "2024", "--from", "report.docx")
    assert ran.status == 0, ran.err
    assert f"“{NAME}”" in ran.out
    assert ran.out.count("[import-name-differs]") == 1


SHEET = """
.gone { display: none } table td > .pale { color: #FFFFFF } .content .tiny { font: 1px/1 serif }
.far { position: absolute; left: -9999px } .old { text-decoration: line-through red }
.reader { position: absolute; width: 1px; height: 1px; overflow: hidden; clip: rect(0, 0, 0, 0) }
.note { vertical-align: super } .nine::before { content: "9" } .icon::after { content: "▶" } @media print { .printed, td { display: none } }
"""


@pytest.mark.parametrize(
    ("new", "doubt"),
    [
        ("<sup>1</sup>", "import-raised"),
        ("<sub>1</sub>", "import-raised"),
        ("<ruby><rp>(</rp><rt>5</rt><rp>)</rp></ruby>", "import-guide"),
        ("<b style='vertical-align: sub'>1</b>", "import-raised"),
        ("<del>5</del>", "import-struck-through"),
        ("<b class='gone'>5</b>", "import-hidden"),
        ("<b hidden>5</b>", "import-hidden"),
        ("<b style='display: none'>5</b>", "import-hidden"),
        ("<b class='pale'>5</b>", "import-invisible"),
        ("<b class='tiny'>5</b>", "import-invisible"),
        ("<b class='far'>5</b>", "import-invisible"),
        ("<b class='reader'>5</b>", "import-invisible"),
        ("<b class='old'>5</b>", "import-struck-through"),
        ("<b class='note'>5</b>", "import-raised"),
        ("<i class='nine'></i>", "import-added-by-style"),
        ("<i class='icon'></i>", ""),
        ("<i class='pale' style='color: black'></i>", ""),
        ("<b class='printed'></b>", ""),
        ("<b style='font-size: 0'>5</b>", "import-invisible"),
        ("<b style='FONT: 1px serif'>5</b>", "import-invisible"),
        ("<b style='color: #fff'>5</b>", "import-invisible"),
        ("<b style='color: rgba(9, 9, 9, 0)'>5</b>", "import-invisible"),
        ("<b style='opacity:0.0'>5</b>", "import-invisible"),
        ("<font color='white'>5</font>", "import-invisible"),
        ("<b style='background: #eee; color: #eeeeee'>5</b>", "import-invisible"),
    ],
)
def test_what_is_raised_struck_or_hidden_does_not_join_a_figure_of_a_page(
    tmp_path: Path, new: str, doubt: str
) -> None:
    """It is left out, and doubted."""
    content, values = report("2021")
    page = as_html(content).decode()
    figure = values["3.1.total"]
    page = page.replace("<body>", f"<style>{SHEET}</style><body>", 1)
    page = page.replace(f">{figure}<", f">{figure}{new}<", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ([doubt] if doubt else [])


def test_what_another_site_s_page_describes_a_figure_with_is_no_remark(tmp_path: Path) -> None:
    """Only the kit's own pages print remarks there; elsewhere it may be any help for readers."""
    content, values = report("2021")
    page = as_html(content, foot='<p id="help">说明：以网站为准</p>').decode()
    figure = f">{values['3.1.total']}<"
    page = page.replace(figure, f' aria-describedby="help"{figure}', 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == values
    assert doubts(draft) == []


def test_raised_words_that_refer_to_no_note_stay_in_the_text(tmp_path: Path) -> None:
    """Though they begin with a number, as a note's would."""
    page = as_html(report("2021")[0]).decode().replace("这是第1部分", "这是<sup>1月</sup>的部分", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert draft.prose.sections["overview"][0].text.startswith("这是1月的部分的文字")
    assert doubts(draft) == []


@pytest.mark.parametrize(
    "sheet",
    [
        "".join(f".c{number} p {{ display: none }}" for number in range(40_000)),
        "".join(f"* *:not(.c{number}) {{ color: red }}" for number in range(6_000)),
        "td" + ":not(" * 3000 + "a" + ")" * 3000 + "{ display: none }",
        "td" + " ~ td" * 300 + "{ display: none }",
        f"td {{ font-size: {'9' * 5000}px }}",
        "td { color: " + "(" * 5000 + "}",
        "",
    ],
    ids=["many", "slow", "deep", "long", "digits", "brackets", "of an element"],
)
def test_style_sheets_that_are_too_much_are_doubted(tmp_path: Path, sheet: str) -> None:
    """The figures are read all the same, as if all of them were shown."""
    content, values = report("2021")
    page = as_html(content).decode().replace("<body>", f"<style>{sheet}</style><body>", 1)
    if not sheet:
        page = page.replace("<td", f"<td style='font-size: {'9' * 5000}px'", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ["import-looks-unread"]


def test_a_long_line_of_coloured_words_takes_linear_time(
    gongkai: Callable[..., Ran], tmp_path: Path
) -> None:
    """As PDFs are turned into pages: each word once took a look at all others, some minutes."""
    content, _ = report("2021")
    words = "".join(f"<i style='color: #fff'>{number}</i>" for number in range(30_000))
    lines = "".join(f"<p hidden>公开{number}。</p>" for number in range(10_000))
    more = f"<div class='x'>{words}</div>{lines}</body>"
    page = as_html(content).decode().replace("</body>", more)
    (tmp_path / "x.html").write_text(page)
    ran = gongkai(
        "import", str(tmp_path / "x.html"), "--agency", "x", "--year", "2023", "--dry-run"
    )
    assert ran.status == 0


@pytest.mark.parametrize(
    "look",
    ["style='color: white'", "style='visibility: hidden'", "class='pale'", "style='font-size: 0'"],
)
@pytest.mark.parametrize("tag", ["td", "tr"])
def test_a_cell_or_row_that_cannot_be_seen_moves_no_other(
    tmp_path: Path, tag: str, look: str
) -> None:
    """Its figures are left out, and doubted; those beside and below it are read."""
    content, values = report("2021")
    page = as_html(content).decode().replace("<body>", "<style>.pale { color: #fff }</style><body>")
    begin, end = page.split(f">{values['3.1.total']}<", 1)[0].rsplit(f"<{tag}", 1)
    page = page.replace(f"{begin}<{tag}{end}", f"{begin}<{tag} {look}{end}", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    lost = {code for code, text in texts(draft).items() if text != values[code]}
    assert lost == {code for code in values if code.startswith("3.1.")} & (
        {"3.1.total"} if tag == "td" else set(values)
    )
    assert all(texts(draft)[code] == "" for code in lost)
    assert {item.id for item in draft.doubts} >= {"import-invisible"}
    assert lost <= {code for item in draft.doubts for code in item.codes}


@pytest.mark.parametrize(("name", "make"), [("x.html", as_html), ("x.docx", as_word)])
def test_a_figure_that_is_shown_turned_around_is_not_read(
    tmp_path: Path, name: str, make: Callable[[list[Piece]], bytes]
) -> None:
    """U+202E has 743 shown as 347: which of them was meant is doubted, and the cell is blank."""
    content, values = report("2021")
    tables = [piece for piece in content if isinstance(piece, Table)]
    boxes = [box for table in tables for row in table.rows for box in row]
    box = next(box for box in boxes if box.text == values["3.1.total"])
    object.__setattr__(box, "text", f"\u202e{box.text}")
    draft = drafted(tmp_path, name, make(content), 2023)
    assert texts(draft) == {**values, "3.1.total": ""}
    assert [item.id for item in draft.doubts] == ["import-not-a-figure"]


@pytest.mark.parametrize(
    ("before", "inside", "doubt"),
    [
        ("", "\u200b", ""),
        ("", "\u00ad", ""),
        ("\u200e", "", ""),
        ("\u2067", "\u2069", ""),
        ("", "\u00a0", "import-spaces-in-figure"),
        ("\u202e", "", "import-not-a-figure"),
    ],
)
def test_invisible_characters_in_a_figure_of_a_text_move_no_other_figure(
    tmp_path: Path, before: str, inside: str, doubt: str
) -> None:
    """As text that was copied from a page has them: the figure is that of its own line."""
    content, values = report("2014")
    text, figure = as_text(content).decode(), values["1.1"]
    assert text.count(f" {figure}\n") == 1
    text = text.replace(f" {figure}\n", f" {before}{figure[0]}{inside}{figure[1:]}\n")
    draft = drafted(tmp_path, "x.txt", text.encode(), 2016)
    assert texts(draft) == {**values, "1.1": "" if doubt == "import-not-a-figure" else figure}
    assert [item.id for item in draft.doubts] == ([doubt] if doubt else [])


@pytest.mark.parametrize(
    "new",
    [
        "<bdo dir='RTL'>{}</bdo>",
        "<span style='direction: rtl; unicode-bidi: bidi-override'>{}</span>",
        "<span class='turned'>{}</span>",
    ],
)
def test_a_figure_that_a_page_turns_around_is_not_read(tmp_path: Path, new: str) -> None:
    """By an element, by its style, by the page's own style sheet."""
    content, values = report("2021")
    sheet = "<style>.turned { unicode-bidi: isolate-override; direction: rtl }</style><body>"
    figure = values["3.1.total"]
    page = as_html(content).decode().replace("<body>", sheet, 1)
    page = page.replace(f">{figure}<", f">{new.format(figure)}<", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == {**values, "3.1.total": ""}
    assert [item.id for item in draft.doubts] == ["import-not-a-figure"]


def test_what_is_raised_or_struck_in_word_does_not_join_a_figure(tmp_path: Path) -> None:
    """A reference to a note, a figure that was replaced."""
    content, values = report("2021")
    word = docx.Document(io.BytesIO(as_word(content)))
    cell = next(
        cell
        for table in word.tables
        for row in table.rows
        for cell in row.cells
        if cell.text == values["3.1.total"]
    )
    cell.paragraphs[0].add_run("1").font.superscript = True
    cell.paragraphs[0].add_run("23").font.strike = True
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ["import-raised", "import-struck-through"]


def figure_in_word(content: list[Piece], figure: str) -> tuple[Any, Paragraph]:
    """A report in Word, and the paragraph of its figure."""
    word = docx.Document(io.BytesIO(as_word(content)))
    cells = (cell for table in word.tables for row in table.rows for cell in row.cells)
    return word, next(cell for cell in cells if cell.text == figure).paragraphs[0]


@pytest.mark.parametrize("half_points", [6, -6])
def test_what_is_raised_or_lowered_by_half_points_joins_no_figure(
    tmp_path: Path, half_points: int
) -> None:
    """As what is a superscript or a subscript by name."""
    content, values = report("2021")
    word, paragraph = figure_in_word(content, values["3.1.total"])
    position = parse_xml(f'<w:position {W} w:val="{half_points}"/>')
    paragraph.add_run("1")._r.get_or_add_rPr().append(position)
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ["import-raised"]


@pytest.mark.parametrize("side", ["rtl", "ltr"])
def test_a_figure_that_word_turns_around_is_not_read(tmp_path: Path, side: str) -> None:
    """It shows 743 as 347."""
    content, values = report("2021")
    word, paragraph = figure_in_word(content, values["3.1.total"])
    turned = parse_xml(f'<w:bdo {W} w:val="{side}"/>')
    for run in list(paragraph.runs):
        turned.append(run._r)
    paragraph._p.append(turned)
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    if side == "ltr":
        assert (texts(draft), draft.doubts) == (values, [])
    else:
        assert texts(draft) == values | {"3.1.total": ""}
        assert [item.id for item in draft.doubts] == ["import-not-a-figure"]


def test_the_automatic_numbers_of_word_are_read_as_word_shows_them(tmp_path: Path) -> None:
    """Lists that share a definition go on with each other's numbers, unless one starts anew."""
    word = docx.Document()
    root = word.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, start, form, text in (
            (0, 1, "chineseCounting", "%1、"), (1, 3, "decimal", "%1-%2."),
        )
    )  # fmt: skip
    root.append(parse_xml(f'<w:abstractNum {W} w:abstractNumId="90">{levels}</w:abstractNum>'))
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    for number, override in ((91, ""), (92, ""), (93, anew)):
        use = f'<w:abstractNumId w:val="90"/>{override}'
        root.append(parse_xml(f'<w:num {W} w:numId="{number}">{use}</w:num>'))
    for text, number, depth in (
        ("甲", 91, 0), ("乙", 91, 1), ("丙", 91, 1), ("丁", 92, 0), ("戊", 92, 1), ("己", 93, 0), ("庚", 93, 0),
    ):  # fmt: skip
        properties = word.add_paragraph(text)._p.get_or_add_pPr()
        numbers = f'<w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/>'
        properties.append(parse_xml(f"<w:numPr {W}>{numbers}</w:numPr>"))
    word.save(str(tmp_path / "x.docx"))
    blocks = read_document(tmp_path / "x.docx").source.blocks
    assert [block.text for block in blocks if not isinstance(block, Grid | Picture)] == [
        "一、甲", "一-3.乙", "一-4.丙", "二、丁", "二-3.戊", "一、己", "二、庚",
    ]  # fmt: skip


SHADED = '<w:shd w:val="clear" w:fill="1F4E79"/>'
RUNS = {
    "white": ('<w:color w:val="FFFFFF"/>', ""),
    "1 pt": ('<w:sz w:val="2"/>', ""),
    "hidden": ("<w:vanish/>", ""),
    "1 % wide": ('<w:w w:val="1"/>', ""),
    "in the colour of its cell": ('<w:color w:val="1E4F78"/>', SHADED),
}


@pytest.mark.parametrize(("look", "cell"), RUNS.values(), ids=RUNS)
def test_invisible_digits_do_not_join_a_figure_in_word(
    tmp_path: Path, look: str, cell: str
) -> None:
    """They are left out, and doubted with their cell."""
    content, values = report("2021")
    figure = values["3.1.total"]
    hidden = f"</w:t></w:r><w:r><w:rPr>{look}</w:rPr><w:t>99</w:t></w:r><w:r><w:t>"
    data = changed_word(as_word(content), figure, f"{figure[:1]}{hidden}{figure[1:]}", cell)
    draft = drafted(tmp_path, "x.docx", data, 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ["import-struck-through"]


def test_a_cell_whose_deletion_waits_moves_no_figure(tmp_path: Path) -> None:
    """Word keeps such a cell in its row until the change is accepted; the figures are doubted."""
    content, values = report("2021")
    word = docx.Document(io.BytesIO(as_word(content)))
    figure = next(
        text for text in word.element.body.iter(qn("w:t")) if text.text == values["3.1.total"]
    )
    cell = next(figure.iterancestors(qn("w:tc")))
    deletion = '<w:tcPr><w:cellDel w:id="1" w:author="x"/></w:tcPr>'
    cell.addprevious(parse_xml(f"<w:tc {W}>{deletion}<w:p><w:r><w:t>9</w:t></w:r></w:p></w:tc>"))
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ["import-tracked-changes"]


STYLES = {
    "white": '<w:color w:val="FFFFFF"/>',
    "1 pt": '<w:sz w:val="2"/>',
    "hidden": "<w:vanish/>",
    "struck": "<w:strike/>",
    "raised": '<w:vertAlign w:val="superscript"/>',
    "lowered": '<w:vertAlign w:val="subscript"/>',
}


@pytest.mark.parametrize("look", STYLES)
def test_a_look_that_a_style_gives_counts_as_one_of_its_own(tmp_path: Path, look: str) -> None:
    """A style of characters, or of paragraphs, that is based on the one with the look."""
    content, values = report("2021")
    kind = WD_STYLE_TYPE.PARAGRAPH if look == "white" else WD_STYLE_TYPE.CHARACTER
    word = docx.Document(io.BytesIO(as_word(content)))
    based, style = (word.styles.add_style(name, kind) for name in "甲乙")
    based.element.append(parse_xml(f"<w:rPr {W}>{STYLES[look]}</w:rPr>"))
    style.base_style = based
    figure = next(
        text for text in word.element.body.iter(qn("w:t")) if text.text == values["3.1.total"]
    )
    paragraph = Paragraph(next(figure.iterancestors(qn("w:p"))), word)
    if look == "white":
        paragraph.insert_paragraph_before("9", style)
    else:
        paragraph.add_run("9", style)
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert texts(draft) == values
    assert [(item.id, item.codes) for item in draft.doubts] == [
        (
            "import-raised" if look in ("raised", "lowered") else "import-struck-through",
            ("3.1.total",),
        )
    ]


def test_white_text_on_a_dark_ground_is_read(tmp_path: Path) -> None:
    """As in the heads of many tables, in Word and on pages."""
    content, values = report("2021")
    figure = values["3.1.total"]
    white = f'</w:t></w:r><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>{figure}'
    data = changed_word(as_word(content), figure, white, SHADED)
    draft = drafted(tmp_path, "x.docx", data, 2023)
    assert (texts(draft), doubts(draft)) == (values, [])
    page = as_html(content).decode()
    for white in (
        f" style='background-color: navy'><b style='color: #fff'>{figure}</b><",
        f" bgcolor='#003366'><font color='white'>{figure}</font><",
        f" class='head'><b style='color: white'>{figure}</b><",
        f" style='font-size: 0'><b style='font-size: 12pt'>{figure}</b><",
    ):
        draft = drafted(tmp_path, "x.html", page.replace(f">{figure}<", white, 1).encode(), 2023)
        assert (texts(draft), doubts(draft)) == (values, [])


def test_a_table_in_a_dark_style_of_words_own_is_read(tmp_path: Path) -> None:
    """Its text is white, and what the style shades is not white."""
    content, values = report("2021")
    word = docx.Document(io.BytesIO(as_word(content)))
    word.tables[1].style = "Dark List"
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert (texts(draft), doubts(draft)) == (values, [])


def changed_word(data: bytes, old: str, new: str, cell: str = "") -> bytes:
    """Return a Word file with other XML in the place of the text of a cell, and in its look."""

    def change_it(text: str) -> str:
        begin, _, rest = text.partition(f">{old}</w:t>")
        if cell:
            head, _, tail = begin.rpartition("</w:tcPr>")
            begin = f"{head}{cell}</w:tcPr>{tail}"
        return f"{begin}>{new}</w:t>{rest}"

    return edited_word(data, change_it)


def edited_word(data: bytes, edit: Callable[[str], str]) -> bytes:
    """Return a Word file with the XML of its body edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            is_body = name == "word/document.xml"
            after.writestr(name, edit(text.decode()).encode() if is_body else text)
    return out.getvalue()


NOT_IN_A_PAGE = ["<img src='x.png'>", "<input value='37'>", "<math><mn>37</mn></math>"]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
NOT_IN_WORD = {
    "import-equation": f"<m:oMath {W.replace('w=', 'm=').replace('wordprocessingml', 'officeDocument').replace('main', 'math')}><m:r><m:t>37</m:t></m:r></m:oMath>",
    "import-picture-in-cell": f"<w:r {W}><w:pict/></w:r>",
    "import-text-box-in-cell": f"<w:r {W}><w:pict><w:txbxContent><w:p><w:r><w:t>37</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    "import-unreadable-characters": f'<w:r {W}><w:sym w:font="Wingdings" w:char="F081"/></w:r>',
    "import-note": f'<w:r {W}><w:footnoteReference w:id="2"/></w:r>',
}


@pytest.mark.parametrize("shown", NOT_IN_A_PAGE)
def test_a_figure_of_a_page_that_is_no_text_is_doubted_with_its_cell(
    tmp_path: Path, shown: str
) -> None:
    """A picture, a field to fill in, an equation: the cell is blank, and named."""
    content, values = report("2021")
    page = as_html(content).decode().replace(f">{values['3.1.total']}<", f">{shown}<", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert [(str(item.place), item.codes) for item in draft.doubts] == [
        ("table 2, row 3, column 10", ("3.1.total",))
    ]


def test_a_picture_in_a_cell_of_a_pdf_is_doubted_with_its_cell(tmp_path: Path) -> None:
    """Also on a page that the table only goes on to."""
    content, values = report("2021")
    letters = values["3.4.total"].encode("utf-16-be").hex().encode()
    picture = rb"q 5 0 0 5 \1 cm BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI Q"
    data, count = re.subn(
        rb"BT /F1 7 Tf ([0-9. ]+) Td <" + letters + rb"> Tj ET",
        lambda found: found.expand(picture).ljust(len(found[0])),
        as_pdf(content, breaks=(30,)),
    )
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert count == 1
    assert [(item.id, item.codes) for item in draft.doubts] == [
        ("import-picture-in-cell", ("3.4.total",))
    ]


def test_a_figure_that_a_ruling_line_of_a_pdf_cuts_is_doubted_whole(tmp_path: Path) -> None:
    """It may be the figures of two cells; neither piece of it becomes a figure."""
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{figure.encode('utf-16-be').hex()}>"

    def cut(item: str) -> str:
        if letters not in item:
            return item
        x, y = (float(number) for number in item.partition(" Td")[0].split()[-2:])
        return f"{item}\n{x + 7} {y - 6} m {x + 7} {y + 12} l S"

    draft = drafted(tmp_path, "x.pdf", as_pdf(content, edit=cut), 2023)
    assert texts(draft) == values | {"3.1.total": ""}
    said = {item.id: item.problem().text("en") for item in draft.doubts}
    assert set(said) == {"import-figure-cut", "import-figure-unplaced", "import-cell-missing"}
    assert said["import-figure-cut"].startswith(f"a ruled line goes through “{figure}”")


DRAWN = {
    "not painted": ("BT", "BT 3 Tr"),
    "white": ("BT", "1 1 1 rg BT"),
    "1 pt": (" 7 Tf", " 1 Tf"),
}


@pytest.mark.parametrize("look", DRAWN)
def test_invisible_digits_of_a_pdf_join_no_figure(tmp_path: Path, look: str) -> None:
    """They are left out and quoted, and their page's figures doubted; white on a colour is read."""
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{'79'.encode('utf-16-be').hex()}>"

    def drawn(item: str) -> str:
        return f"q {item.replace(*DRAWN[look])} Q" if letters in item else item

    changed = change(content, figure, f"{figure}\n79")
    draft = drafted(tmp_path, "x.pdf", as_pdf(changed, edit=drawn), 2023)
    assert texts(draft) == values
    [doubt] = draft.doubts
    assert (doubt.id, doubt.details["text"], "3.1.total" in doubt.codes) == (
        "import-invisible",
        "79",
        True,
    )
    white = as_pdf(content, edit=lambda item: f"0 0 .5 rg 0 0 595 842 re f 1 g {item}")
    assert texts(drafted(tmp_path, "x.pdf", white, 2023)) == values


def test_a_figure_of_a_pdf_that_was_painted_over_is_not_read(tmp_path: Path) -> None:
    """An editor covers it and types another; a mark in colour behind a figure covers nothing."""
    content, values = report("2021")
    old, new = "79", values["3.1.total"]
    letters = f"<{old.encode('utf-16-be').hex()}>"

    def corrected(item: str) -> str:
        if letters not in item:
            return item
        x, y = map(float, item.split()[4:6])
        anew = item.replace(old.encode("utf-16-be").hex(), new.encode("utf-16-be").hex())
        area = f"{x - 1} {y - 2} 20 10 re f"
        return f"1 0 0 rg {area} 0 g {item} q 1 1 1 rg {area} Q {anew}"

    covered = change(content, new, old)
    draft = drafted(tmp_path, "x.pdf", as_pdf(covered, edit=corrected), 2023)
    assert texts(draft) == values
    [doubt] = draft.doubts
    assert (doubt.id, doubt.details["text"], "3.1.total" in doubt.codes) == (
        "import-invisible",
        old,
        True,
    )
    marked = as_pdf(content, edit=lambda item: f"1 1 0 rg 70 60 400 12 re f 0 g {item}")
    assert texts(drafted(tmp_path, "x.pdf", marked, 2023)) == values


@pytest.mark.parametrize("state", [{}, {"ca": 0.4}, {"BM": pikepdf.Name.Multiply}])
def test_what_shows_through_a_highlighter_is_read(tmp_path: Path, state: dict[str, Any]) -> None:
    """A mark that is not opaque covers no figure; one that is does."""
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{figure.encode('utf-16-be').hex()}>"

    def marked(item: str) -> str:
        if letters not in item:
            return item
        x, y = map(float, item.split()[4:6])
        return f"{item} q /G gs 1 1 0 rg {x - 1} {y - 2} 20 10 re f Q"

    with pikepdf.open(io.BytesIO(as_pdf(content, edit=marked))) as pdf:
        for page in pdf.pages:
            page.add_resource(pikepdf.Dictionary(**state), pikepdf.Name.ExtGState, pikepdf.Name.G)
        pdf.save(tmp_path / "marked.pdf")
    draft = read_draft(read_document(tmp_path / "marked.pdf").source, 2023)
    read = texts(draft)["3.1.total"]
    assert (read, [item.id for item in draft.doubts]) == (
        (figure, []) if state else ("", ["import-invisible"])
    )


def test_the_text_of_a_scan_that_a_program_recognised_is_doubted_whole(tmp_path: Path) -> None:
    """Each figure, page by page, though a program has printed the pages' numbers."""
    content, values = report("2021")
    running = [(20, "第 # 页，共 4 页")]
    data = as_pdf(
        content, edit=lambda item: f"q {item.replace('BT', 'BT 3 Tr')} Q", running=running
    )
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert {item.id for item in draft.doubts} == {"import-text-layer"}
    assert {code for item in draft.doubts for code in item.codes} == set(values)


def test_a_running_title_of_a_pdf_lands_in_no_text(tmp_path: Path) -> None:
    """Nor does a page number between words; the title is named once. A table goes on below it."""
    content, values = report("2021")
    running = [(815, f"{NAME}政府信息公开"), (20, "第 # 页，共 4 页")]
    data = as_pdf(content, breaks=(22,), running=running)
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert texts(draft) == values
    assert (draft.prose.name, draft.prose.unplaced) == (NAME, [])
    assert [len(text) for text in draft.prose.sections.values()] == [1] * len(draft.form.parts)
    assert doubts(draft) == [("import-page-edge", "p. 1")]
    # Where only the running title names the agency and the year, it is the title.
    data = as_pdf(content[1:], running=[(815, str(content[0]))])
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert (draft.prose.name, draft.prose.stated_year) == (NAME, 2023)


def test_a_text_box_that_word_keeps_in_two_ways_is_read_once(tmp_path: Path) -> None:
    """For itself, and for programs that know only the older one."""
    word = docx.Document(io.BytesIO(as_word(report("2021")[0])))
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>框里</w:t><w:br/><w:t>的话。</w:t></w:r></w:p></w:txbxContent>"
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    paragraph = next(item for item in word.paragraphs if item.text.startswith("这是第1部分"))
    kept = f"<w:r {W} {mc}><mc:AlternateContent>{both}</mc:AlternateContent></w:r>"
    paragraph._p.append(parse_xml(kept))
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert [item.text for item in draft.prose.sections["overview"]][1:] == ["框里", "的话。"]
    [doubt] = draft.doubts
    assert (doubt.id, doubt.details["text"]) == ("import-text-box", "框里 的话。")  # on one line


def test_a_document_that_is_embedded_in_another_is_said_with_its_place(tmp_path: Path) -> None:
    """Word shows its text as if it were the report's own; what is around it is read."""
    content, values = report("2021")
    word = docx.Document(io.BytesIO(as_word(content)))
    paragraph = next(item for item in word.paragraphs if item.text.startswith("这是第1部分"))
    paragraph._p.addnext(parse_xml(f"<w:altChunk {W}/>"))
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert texts(draft) == values
    assert doubts(draft) == [("import-embedded", "paragraph 4")]


def word_with(xml: str) -> bytes:
    """Return a Word file with something in the cell of the total of new requests."""
    content, values = report("2021")
    word = docx.Document(io.BytesIO(as_word(content)))
    cells = [cell for table in word.tables for row in table.rows for cell in row.cells]
    cell = next(cell for cell in cells if cell.text == values["3.1.total"])
    cell.paragraphs[0]._p.append(parse_xml(xml))
    word.sections[0].header.paragraphs[0].text = "第一页眉"
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("doubt", NOT_IN_WORD)
def test_what_word_has_beside_a_figure_is_doubted_with_its_cell(tmp_path: Path, doubt: str) -> None:
    """Notes, equations, boxes, pictures, letters of a font of signs; and a header of the page."""
    draft = drafted(tmp_path, "x.docx", word_with(NOT_IN_WORD[doubt]), 2023)
    assert texts(draft) == report("2021")[1]
    assert {item.id: str(item.place) for item in draft.doubts} == {
        doubt: "table 2, row 3, column 10",
        "import-page-edge": "document",
    }
    assert [item.codes for item in draft.doubts if item.id == doubt] == [("3.1.total",)]


def test_what_a_workbook_hides_or_has_beside_a_figure_is_doubted(tmp_path: Path) -> None:
    """Hidden rows and columns, comments, text boxes, errors, raised characters in a cell."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("年报")
    table = table_of(editions.load_form("2014"), "statistics", report("2014")[1])
    for row, boxes in enumerate(table.rows):
        sheet.write_row(row, 0, [box.text for box in boxes])
    raised = book.add_format({"font_script": 1})
    lowered = book.add_format({"font_script": 2})
    sheet.write_rich_string("C5", "37", raised, "1")
    sheet.write_rich_string("C7", "37", lowered, "1")
    sheet.set_row(7, None, None, {"hidden": True})
    sheet.set_column("B:B", None, None, {"hidden": True})
    sheet.write_comment("C9", "应为38")
    sheet.insert_textbox("C11", "文字")
    sheet.write_formula("C13", "=1/0", None, "#DIV/0!")
    book.close()
    draft = drafted(tmp_path, "x.xlsx", stream.getvalue(), 2016)
    found = {item.id: (str(item.place), item.codes) for item in draft.doubts}
    assert found["import-hidden-row"] == ("年报!8:8", ("1.2.2",))
    assert found["import-hidden-column"][0] == "年报!B:B"
    places = [str(item.place) for item in draft.doubts if item.id == "import-raised-in-sheet"]
    assert places == ["年报!C5", "年报!C7"]
    assert found["import-note"][0] == "年报!C9"
    assert found["import-text-box-in-cell"][0] == "年报!C11"
    assert (found["import-error-value"][0], len(found["import-error-value"][1])) == ("年报!C13", 1)


def test_of_a_sheet_a_year_the_one_of_the_year_is_read(tmp_path: Path) -> None:
    """In the columns of the kit's own CSV, with places; the other one, and what differs in it, is a doubt."""
    form = editions.load_form("2014")
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    for year, figure in ((2015, "7"), (2016, "8")):
        sheet = book.add_worksheet(f"{year}年")
        sheet.write_row(0, 0, ["code", "indicator", "unit", "value"])
        for row, (code, cell) in enumerate(form.cells.items(), 1):
            sheet.write_row(row, 0, [code, cell.label, cell.unit, figure])
    book.close()
    draft = drafted(tmp_path, "x.xlsx", stream.getvalue(), 2016)
    assert {found.text for found in draft.cells.values()} == {"8"}
    places = [str(found.place) for found in draft.cells.values()]
    assert places == [f"2016年!D{row}" for row in range(2, len(form.cells) + 2)]
    twice = next(item for item in draft.doubts if item.id == "import-table-twice")
    assert (str(twice.place), len(twice.codes)) == ("2015年!A1", len(form.cells))


def test_rows_that_are_not_the_forms_are_doubted(tmp_path: Path) -> None:
    """Of two rows with one code the first is read; a label and a unit that differ are named."""
    form = editions.load_form("2014")
    rows = [[code, cell.label, cell.unit, "8"] for code, cell in form.cells.items()]
    rows[3][1], rows[4][2] = "别的指标", "万元"
    rows.append([*rows[5][:3], "9"])
    text = "\n".join(",".join(row) for row in [["code", "indicator", "unit", "value"], *rows])
    draft = drafted(tmp_path, "2016.csv", text.encode(), 2016)
    assert {found.text for found in draft.cells.values()} == {"8"}
    assert {item.id: item.codes for item in draft.doubts if item.codes} == {
        "import-own-label": (rows[3][0],),
        "import-own-unit": (rows[4][0],),
        "import-code-twice": (rows[5][0],),
    }


def test_marks_of_a_workbook_that_cannot_be_read_are_doubted(tmp_path: Path) -> None:
    """After a height that is no number it is not known which rows are hidden."""
    content, values = report("2021")
    whole, damaged = zipfile.ZipFile(io.BytesIO(as_excel(content))), io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as book:
        for name in whole.namelist():
            data = whole.read(name)
            book.writestr(name, data.replace(b"<row ", b'<row ht="x" ', 1))
    draft = drafted(tmp_path, "x.xlsx", damaged.getvalue(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ["import-sheet-damaged"]


def test_a_figure_that_a_workbook_shows_otherwise_is_doubted(tmp_path: Path) -> None:
    """White, tiny, struck, hidden by a number format, rounded, in tens of thousands, with digits beside it; and no other."""
    looks: dict[str, tuple[dict[str, object], float, str]] = {
        "C3": ({"font_color": "white"}, 5, "import-unseen-in-sheet"),
        "C4": ({"font_size": 1}, 5, "import-unseen-in-sheet"),
        "C5": ({"num_format": ";;;"}, 5, "import-unseen-in-sheet"),
        "C6": ({"num_format": "0;-0;;@"}, 0, "import-unseen-in-sheet"),
        "C7": ({"font_strikeout": True}, 5, "import-struck-in-sheet"),
        "C8": ({"num_format": '0!.0,"万"'}, 52_000, "import-shown-otherwise"),
        "C9": ({"num_format": "0"}, 5.4, "import-shown-otherwise"),
        "C10": ({"font_color": "white", "bg_color": "#1F4E79"}, 5, ""),
        "C11": ({"num_format": '#,##0"件"'}, 5_000, ""),
        "C12": ({"num_format": "0.00"}, 5, ""),
        "C13": ({"num_format": '"1"0'}, 23, "import-shown-otherwise"),
        "C14": ({"num_format": "0!5"}, 23, "import-shown-otherwise"),
        "C15": ({"num_format": '0"万"'}, 23, "import-shown-otherwise"),
        "C16": ({"num_format": '0;-0;"0"'}, 0, ""),
        "C17": ({"num_format": "[$-804]_10"}, 23, ""),
        "C18": ({"num_format": "yyyy-mm-dd"}, 45_000, ""),
    }
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("年报")
    table = table_of(editions.load_form("2014"), "statistics", report("2014")[1])
    for row, boxes in enumerate(table.rows):
        sheet.write_row(row, 0, [box.text for box in boxes])
    for place, (look, value, _) in looks.items():
        sheet.write_number(place, value, book.add_format(look))
    sheet.set_row(19, 0.1)
    sheet.hide_zero()
    book.close()
    draft = drafted(tmp_path, "x.xlsx", stream.getvalue(), 2016)
    known = {"import-figure-in-heading", "import-not-a-figure"}  # of the values themselves
    found = {(kind, at) for kind, at in doubts(draft) if "!C" in at and kind not in known}
    assert found == {(doubt, f"年报!{place}") for place, (*_, doubt) in looks.items() if doubt}
    assert {("import-hidden-row", "年报!20:20"), ("import-zeros-hidden", "年报")} <= set(
        doubts(draft)
    )


@pytest.mark.parametrize("edge", ["XFD1048576", "XFD1", "A1048576"])
def test_a_workbook_with_a_value_in_its_last_cell_is_answered_with_a_sentence(
    project: Sandbox, edge: str
) -> None:
    """And with nothing else: what a library prints when it has no memory is not for users."""
    path = project.folder / "far.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for row in range(50):
        sheet.write(row, 0, "x")
        sheet.write(row, 15, 1)
    sheet.write(edge, 1)
    book.close()
    ran = run_command(project.folder, "import", "far.xlsx", "--agency", "far", "--year", "2023")
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "far.xlsx: a table has more than 200000 cells, which no report has"
    ]


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    """It is named instead."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    book.add_worksheet("年报").write(0, 0, "云岫县司法局2023年政府信息公开工作年度报告")
    hidden = book.add_worksheet("旧")
    hidden.write(0, 0, "旧")
    hidden.hide()
    book.close()
    draft = drafted(tmp_path, "x.xlsx", stream.getvalue(), 2023)
    assert ("import-hidden-sheet", "旧") in doubts(draft)


def test_a_sentence_with_the_words_of_a_header_stays_text(tmp_path: Path) -> None:
    """单位 and 统计数 in a sentence do not begin the table of 2014."""
    lines = "云岫县司法局2021年政府信息公开工作年度报告\n本报告结合我单位政府信息公开有关统计数据撰写。\n一、总体情况\n公开5条。\n"
    draft = drafted(tmp_path, "x.txt", lines.encode(), 2021)
    assert [text.text for text in draft.prose.introduction] == [lines.split("\n")[1]]
    assert draft.form.edition == "2021"


@pytest.mark.parametrize(
    "above",
    [
        "政府信息公开",
        "首页 > 政府信息公开 > 年报",
        "当前位置：首页 > 政府信息公开",
        f"法定主动公开内容名称{NAME}2021年政府信息公开工作年度报告\n文号　有效性有效",
        f"名　　称：{NAME}2021年政府信息公开工作年度报告",
    ],
)
def test_navigation_above_the_title_is_no_part_of_the_name(tmp_path: Path, above: str) -> None:
    """The name is that of the title alone, as in a PDF that a browser printed of a site's page."""
    text = f"{above}\n{NAME}2021年政府信息公开工作年度报告\n一、总体情况\n公开5条。\n"
    assert drafted(tmp_path, "x.txt", text.encode(), 2021).prose.name == NAME


def test_a_title_in_two_lines_below_the_headline_of_a_site_is_the_reports_own(
    tmp_path: Path,
) -> None:
    """The text begins below it, and the name is whole."""
    title = "2021年政府信息公开工作年度报告"
    site = f"{NAME}{title}\n发布日期：2022-01-05\n"
    text = f"{NAME[:3]}\n{NAME[3:]}{title}\n根据条例编制本报告。\n一、总体情况\n公开5条。\n"
    prose = drafted(tmp_path, "x.txt", (site + text).encode(), 2021).prose
    assert prose.name == NAME
    assert [item.text for item in prose.introduction] == ["根据条例编制本报告。"]


def test_the_title_of_another_report_below_a_signed_one_is_not_its_own(tmp_path: Path) -> None:
    """A link to last year's report makes nobody doubt the year of one that says whose it is."""
    text = "<h2>一、总体情况</h2><p>公开5条。</p><p>某市司法局</p><p>2022年1月5日</p>"
    link = "<p>某市档案局2020年政府信息公开工作年度报告</p>"
    page = f"<html><body><div>{text}</div>{link}</body></html>"
    draft = drafted(tmp_path, "x.html", page.encode(), 2021)
    assert (draft.prose.name, draft.prose.signed_by) == ("", "某市司法局")
    assert "import-year-differs" not in dict(doubts(draft))


def test_the_lines_of_a_document_without_a_part_are_listed(tmp_path: Path) -> None:
    """None of them is lost: each can be put where it belongs."""
    draft = drafted(tmp_path, "x.txt", "今年公开5条。\n\n请与办公室联系。\n".encode(), 2021)
    assert [(text.text, str(text.place)) for text in draft.prose.unplaced] == [
        ("今年公开5条。", "line 1"), ("请与办公室联系。", "line 3"),
    ]  # fmt: skip


def test_a_radical_becomes_the_character_of_chinese_pages() -> None:
    """Not its traditional form, which Unicode names."""
    assert without_radicals("\u2f3e籍\u2f9e辆\u2faf积") == "户籍车辆面积"


@pytest.mark.parametrize("slug", ["--", "-a", "a-", "con", "lpt1"])
def test_a_folder_name_that_a_command_would_take_for_an_option_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path, slug: str
) -> None:
    """Nothing is written."""
    ran = gongkai("import", "report.docx", f"--agency={slug}")
    assert ran.status == 1
    assert "is not a valid name for an agency's folder" in ran.out + ran.err
    assert not (project.params / slug).exists()


def test_this_years_files_begin_with_last_years_document(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Agency data, last year's text as comments, what was carried over as what is carried in."""
    values = report("2021")[1]
    ran = gongkai("new", "yunxiu-justice", "2024", "--from", "report.docx")
    assert ran.status == 0, ran.err
    folder = project.params / "yunxiu-justice"
    found = load_report("yunxiu-justice", 2024, project.params)
    assert found.agency.name == NAME
    assert found.values["3.2.total"].printed == values["3.4.total"]
    assert found.values["3.1.total"].printed == ""
    text = (folder / "2024.yaml").read_text("utf-8")
    assert "  #   这是第1部分的文字，说明本机关在这一年里做了什么。\n  overview: |\n" in text
    ran = gongkai("new", "yunxiu-justice", "2026", "--from", "report.docx")
    assert (ran.status, ran.err) == (
        2,
        "report.docx: this is the report for 2023; last year's is the one for 2025\n",
    )


def test_a_workbook_beside_the_parameters_is_compared_with_them(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The build reads the CSV alone: the same figures are said, other ones an error."""
    workbook = "params/xixia-justice/2017.xlsx"
    (project.example / "2017.xlsx").write_bytes(as_excel(report("2014")[0]))
    ran = gongkai("check", "xixia-justice")
    assert ran.status == 1
    assert (
        f"{workbook}: does not match the CSV of xixia-justice/2017: 58 other figures (1.1, "
        in ran.err
    )
    ran = gongkai("import", "--force", workbook, "--year", "2017")
    assert ran.status == 0, ran.err
    found = load_report("xixia-justice", 2017, project.params)
    assert found.values["1.1"].printed == report("2014")[1]["1.1"]
    assert f"{workbook} has the same figures" in gongkai("check", "xixia-justice").err
    (project.example / "2017.xlsx").write_bytes(b"PK\x03\x04")
    ran = gongkai("check", "xixia-justice")
    said = "is not read, and could not be compared with the CSV of xixia-justice/2017; only the CSV is used"
    assert f"{workbook} {said}" in ran.err.splitlines()
    assert f"{workbook}: the file is damaged" in ran.err
    (project.example / "2017.csv").unlink()
    assert f"import --force {workbook}" in gongkai("build", "xixia-justice").err
