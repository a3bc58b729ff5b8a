"""The workbook of a public page: tables that a spreadsheet can read, sort and print."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from bs4 import BeautifulSoup, Tag

from office_helpers import made


@pytest.fixture(scope="module")
def workbook(page: bytes) -> dict[str, Tag]:
    """The parts of the workbook of a page, by their names."""
    with zipfile.ZipFile(io.BytesIO(made("xlsx", page))) as archive:
        return {name: BeautifulSoup(archive.read(name), "xml") for name in archive.namelist()}


def sheets_of(workbook: dict[str, Tag]) -> dict[str, Tag]:
    """The sheets of a workbook by their names, in order."""
    names = [str(sheet["name"]) for sheet in workbook["xl/workbook.xml"].find_all("sheet")]
    return {
        name: workbook[f"xl/worksheets/sheet{number}.xml"]
        for number, name in enumerate(names, start=1)
    }


def tables_of(workbook: dict[str, Tag]) -> list[Tag]:
    """The marked tables of a workbook, in order."""
    parts = sorted(
        (name for name in workbook if name.startswith("xl/tables/")),
        key=lambda name: int(re.sub(r"\D", "", name)),
    )
    return [table for name in parts if isinstance(table := workbook[name].find("table"), Tag)]


# The tests below are the points of the UK Government Analysis Function's checklist "Making
# spreadsheets accessible", section by section; what only a person can do (spelling) is not here.


def test_tables_of_the_workbook_are_marked_named_and_headed(workbook: dict[str, Tag]) -> None:
    """Tables 1, 2, 5; structure 6: one on each sheet but the cover, with names and unique heads."""
    sheets, tables = sheets_of(workbook), tables_of(workbook)
    assert [len(sheet.find_all("tablePart")) for sheet in sheets.values()] == [0] + [1] * (
        len(sheets) - 1
    )
    names = [str(table["displayName"]) for table in tables]
    assert len(set(names)) == len(names) == len(sheets) - 1
    assert not any(re.fullmatch(r"(?i)table\d*|figures_\d+", name) for name in names)
    for table in tables:
        heads = [str(column["name"]) for column in table.find_all("tableColumn")]
        assert len(set(heads)) == len(heads)
        assert not any(head.startswith("Column") for head in heads)
        assert table.get("headerRowCount", "1") == "1"


def test_tables_of_the_workbook_have_no_gaps_and_hide_nothing(workbook: dict[str, Tag]) -> None:
    """Tables 3, 4, 7, 8, 9; structure 4, 5: to the left, nothing below, no merged or blank cell."""
    for sheet in sheets_of(workbook).values():
        for unwanted in ("mergeCell", "autoFilter", "pane"):
            assert sheet.find(unwanted) is None
        assert not sheet.find_all(["row", "col"], hidden="1")
        rows = sheet.find_all("row")
        assert [row["r"] for row in rows] == [str(row) for row in range(1, len(rows) + 1)]
        assert all(cell.find(["v", "t"]) is not None for row in rows for cell in row.find_all("c"))
    for sheet, table in zip(
        list(sheets_of(workbook).values())[1:], tables_of(workbook), strict=True
    ):
        first, last = str(table["ref"]).split(":")
        rows = sheet.find_all("row")
        assert first.startswith("A")
        assert last.lstrip("ABCDE") == str(len(rows))
        width = ord(last[0]) - ord("A") + 1
        assert all(len(row.find_all("c")) == width for row in rows[int(first[1:]) - 1 :])
        assert table.find("autoFilter") is None


def test_a_printed_workbook_has_no_column_on_another_page(workbook: dict[str, Tag]) -> None:
    """Each sheet is as wide as a page of A4, and its heads are on every one."""
    for name, sheet in sheets_of(workbook).items():
        fitted, setup = sheet.find("pageSetUpPr"), sheet.find("pageSetup")
        assert fitted is not None is not setup
        assert (fitted["fitToPage"], setup["paperSize"], setup["fitToHeight"]) == ("1", "9", "0")
        assert setup.get("fitToWidth", "1") == "1"
        titles = workbook["xl/workbook.xml"].find_all(
            "definedName", attrs={"name": "_xlnm.Print_Titles"}
        )
        assert (name == "封面") != any(name in item.text for item in titles)


def test_notes_of_the_workbook_are_a_table_on_a_sheet_of_notes(workbook: dict[str, Tag]) -> None:
    """Footnotes 1 to 4: shorthand in brackets, remarks in a column of their own, on the right."""
    names = list(sheets_of(workbook))
    assert names[:4] == ["封面", "目录", "说明", "正文"]
    shared = [item.text for item in workbook["xl/sharedStrings.xml"].find_all("si")]
    assert "[无]" in shared
    assert "[空白]" in shared
    for table in tables_of(workbook)[3:]:
        assert [column["name"] for column in table.find_all("tableColumn")][-1] == "备注"
    assert not workbook["xl/sharedStrings.xml"].find_all("vertAlign")


def test_each_table_of_the_workbook_leads_back_to_the_contents(workbook: dict[str, Tag]) -> None:
    """Below its heading, and above the table."""
    for sheet in list(sheets_of(workbook).values())[4:]:
        links = [(link["ref"], link["location"]) for link in sheet.find_all("hyperlink")]
        assert links == [("A3", "'目录'!A1")]


def test_text_of_the_workbook_is_easy_to_read(workbook: dict[str, Tag]) -> None:
    """Formatting 2, 5 to 11: no serifs, no italics, 10 points and more, no fill, nothing floating."""
    styles = workbook["xl/styles.xml"]
    for font in styles.find_all("font"):
        if (name := font.find("name")) is not None:
            assert name["val"] in (
                "黑体",
                "Calibri",
            )  # the second is that of a program's own styles
        assert float(str(font.find("sz")["val"])) >= 10  # type: ignore[index]
        assert font.find("i") is None
    fills = [str(fill["patternType"]) for fill in styles.find_all("patternFill")]
    assert set(fills) <= {"none", "gray125"}  # the two that every workbook begins with
    assert not [name for name in workbook if re.search("drawing|media|vbaProject", name)]
    for sheet in sheets_of(workbook).values():
        assert sheet.find("headerFooter") is None
        assert sheet.find("conditionalFormatting") is None
    for table in tables_of(workbook):
        style = table.find("tableStyleInfo")
        assert isinstance(style, Tag)
        assert style.get("showRowStripes", "0") == "0"


def test_each_sheet_of_the_workbook_has_a_title_that_is_one(workbook: dict[str, Tag]) -> None:
    """Formatting 3; structure 1 to 3: in A1, as Heading 1, and below it what is on the sheet."""
    styles = workbook["xl/styles.xml"]
    heading = styles.find("cellStyle", builtinId="16")
    formats = styles.find("cellXfs")
    assert isinstance(heading, Tag)
    assert isinstance(formats, Tag)
    titles = [
        str(place)
        for place, look in enumerate(formats.find_all("xf"))
        if look["xfId"] == heading["xfId"]
    ]
    shared = [item.text for item in workbook["xl/sharedStrings.xml"].find_all("si")]
    sheets = sheets_of(workbook)
    assert len(set(sheets)) == len(sheets)
    for name, sheet in sheets.items():
        first, second = (sheet.find("c", r=place) for place in ("A1", "A2"))
        assert isinstance(first, Tag)
        assert isinstance(second, Tag)
        assert first["s"] in titles
        assert len(sheet.find_all("c", s=titles)) == 1
        said = shared[int(second.text)]
        assert said.startswith("发布机构：" if name == "封面" else "本工作表有一个表，共")


def test_the_workbook_says_its_title_and_language(workbook: dict[str, Tag]) -> None:
    """Before publishing 3."""
    properties = workbook["docProps/core.xml"]
    title, language = properties.find("title"), properties.find("language")
    assert isinstance(title, Tag)
    assert title.text.endswith("政府信息公开工作年度报告")
    assert isinstance(language, Tag)
    assert language.text == "zh-CN"
