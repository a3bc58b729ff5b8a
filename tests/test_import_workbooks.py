"""Workbooks as people keep them: hidden sheets, a sheet a year, formats, stray values."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from commands import run_command
from conftest import Ran, Sandbox
from documents import (
    as_excel,
    table_of,
)
from gongkai.forms import editions
from gongkai.report.reader import load_report
from import_helpers import (
    doubts,
    drafted,
    report,
    texts,
)
from office_helpers import made


def test_a_workbook_with_a_sheet_for_each_table_is_read(tmp_path: Path) -> None:
    """Text on the first sheet, tables on others."""
    content, values = report("2021")
    draft = drafted(tmp_path, "x.xlsx", as_excel(content, sheets=True), 2023)
    assert texts(draft) == values


def book_of_2014() -> tuple[io.BytesIO, Any, Any]:
    """Where a workbook is written to, the workbook, and its sheet, with the table of 2014."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("年报")
    table = table_of(editions.load_form("2014"), "statistics", report("2014")[1])
    for row, boxes in enumerate(table.rows):
        sheet.write_row(row, 0, [box.text for box in boxes])
    return stream, book, sheet


def test_what_a_workbook_hides_or_has_beside_a_figure_is_doubted(tmp_path: Path) -> None:
    """Hidden rows and columns, comments, text boxes, errors, raised characters in a cell."""
    stream, book, sheet = book_of_2014()
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


def test_comments_are_found_whatever_a_program_calls_their_part(tmp_path: Path) -> None:
    """Scripts that write workbooks have comments/comment1.xml, where Excel has comments1.xml."""
    stream, book, sheet = book_of_2014()
    sheet.write_comment("C9", "应为38")
    book.close()
    renamed = io.BytesIO()
    names = (
        (b"xl/comments1.xml", b"xl/comments/comment1.xml"),
        (b"../comments1", b"/xl/comments/comment1"),
    )
    with zipfile.ZipFile(stream) as before, zipfile.ZipFile(renamed, "w") as after:
        for name in before.namelist():
            data, path = before.read(name), name.encode()
            for old, new in names:
                data, path = data.replace(old, new), path.replace(old, new)
            after.writestr(path.decode(), data)
    draft = drafted(tmp_path, "x.xlsx", renamed.getvalue(), 2016)
    assert [str(item.place) for item in draft.doubts if item.id == "import-note"] == ["年报!C9"]


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
    stream, book, sheet = book_of_2014()
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


@pytest.mark.parametrize("inline", [False, True], ids=["shared", "inline"])
def test_a_part_of_a_figure_that_a_workbook_shows_otherwise_is_doubted(
    tmp_path: Path, inline: bool
) -> None:
    """7702, with a 9 behind it that is white, tiny or struck: among all texts, or in its cell."""
    stream, book, sheet = book_of_2014()
    looks = {"C3": {"font_color": "white"}, "C4": {"font_size": 1}, "C5": {"font_strikeout": True}}
    for place, look in looks.items():
        sheet.write_rich_string(place, "7702", book.add_format(look), "9")
    book.close()
    data = as_inline(stream.getvalue()) if inline else stream.getvalue()
    draft = drafted(tmp_path, "x.xlsx", data, 2016)
    unseen, struck = "import-unseen-in-sheet", "import-struck-in-sheet"
    expected = {(unseen, "年报!C3"), (unseen, "年报!C4"), (struck, "年报!C5")}
    assert expected <= set(doubts(draft))


def as_inline(data: bytes) -> bytes:
    """Return a workbook with its shared texts in the cells themselves."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        shared = old.read("xl/sharedStrings.xml").decode()
        texts = re.findall(r"<si>(.*?)</si>", shared, re.DOTALL)
        for name in old.namelist():
            text = old.read(name).decode()
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(
                    r't="s"><v>([0-9]+)</v>',
                    lambda found: f't="inlineStr"><is>{texts[int(found[1])]}</is>',
                    text,
                )
            new.writestr(name, text)
    return made.getvalue()


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


def test_what_was_written_beside_a_published_figure_or_merged_with_it_is_doubted(
    built: Sandbox, tmp_path: Path
) -> None:
    """Excel keeps the upper figure of merged cells; a correction beside one is in no column."""
    published = io.BytesIO(made("xlsx", built.output(".html").read_bytes()))
    edited = io.BytesIO()
    with zipfile.ZipFile(published) as old, zipfile.ZipFile(edited, "w") as new:
        for name in old.namelist():
            sheet = old.read(name).decode() if name.endswith(".xml") else ""
            row = re.search(r'<row r="6"[^>]*>.*?</row>', sheet, re.DOTALL)
            if 'r="D6"' in sheet and row:
                beside = '<c r="G6" t="inlineStr"><is><t>应为805</t></is></c></row>'
                sheet = sheet.replace(row[0], row[0].replace("</row>", beside))
                merged = '</sheetData><mergeCells count="1"><mergeCell ref="D4:D5"/></mergeCells>'
                sheet = re.sub(r"<mergeCells.*?</mergeCells>", "", sheet, flags=re.DOTALL)
                sheet = sheet.replace("</sheetData>", merged)
            new.writestr(name, sheet or old.read(name))
    found = doubts(drafted(tmp_path, "x.xlsx", edited.getvalue(), 2017))
    kinds = {(kind, place.rpartition("!")[2]) for kind, place in found}
    assert {("import-beside", "G6"), ("import-cell-spans", "D4")} <= kinds


def test_a_column_beside_those_of_a_csv_is_doubted(project: Sandbox, tmp_path: Path) -> None:
    """A fifth column with a header of its own, with a corrected figure."""
    lines = (project.example / "2017.csv").read_text("utf-8").splitlines()
    edited = [f"{line},{'核对' if not number else 805 if number == 4 else ''}" for number, line in enumerate(lines)]  # fmt: skip
    draft = drafted(tmp_path, "x.csv", "\n".join(edited).encode(), 2017)
    (doubt,) = [doubt for doubt in draft.doubts if doubt.id == "import-beside"]
    assert doubt.codes == (lines[4].partition(",")[0],)


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
