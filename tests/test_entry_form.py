"""Forms to fill in: the official tables as workbooks, which check their sums and come back."""

from __future__ import annotations

import dataclasses
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from docx import Document
from pypdf import PdfReader

from conftest import ROOT, Ran, Sandbox, elsewhere
from gongkai.forms.tables import cells_of
from gongkai.office.copies import entry_form
from gongkai.office.printed import Box
from gongkai.office.sums import references
from gongkai.report.entry_form import form_of, last_figures, name_of
from gongkai.report.reader import load_past, load_report

PARAMS = ROOT / "params"
EDITIONS = (("xixia-justice", 2017), ("shanghai-office", 2019), ("shanghai-office", 2025))
EXAMPLES = (*EDITIONS, ("shuyang-county", 2025), ("shuyang-ndrc", 2023))
BLANK = ROOT.parent / "shared" / "published" / "form-2021-blank.docx"
HONGZE = BLANK.with_name("hongze-district-2024.pdf")
GRID = "收到和处理政府信息公开申请情况"
RED = re.compile(rb"0\.9568\d* 0\.7137\d* 0\.7137\d* rg")  # the colour of a wrong total in a PDF


@cache
def form(slug: str, year: int, **figures: str) -> bytes:
    """The form of a report, with some other figures than its own."""
    report = load_report(slug, year, PARAMS)
    content = form_of(report, load_past(report).last_year(report))
    return entry_form(dataclasses.replace(content, figures={**content.figures, **figures}))


def test_a_sheet_has_as_much_of_a_long_caption_as_excel_allows() -> None:
    """A name of a sheet has at most 31 characters."""
    report = load_report("xixia-justice", 2017, PARAMS)
    content = form_of(report, None)
    table, *others = content.form.tables
    long = table.model_copy(update={"caption": "政府信息公开情况统计" * 4})
    changed = content.form.model_copy(update={"tables": (long, *others)})
    book = Book(entry_form(dataclasses.replace(content, form=changed)))
    assert ("政府信息公开情况统计" * 4)[:31] in book.sheets


class Book:
    """A workbook that was read: its sheets by name, its names, its formats."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            read = {name: BeautifulSoup(archive.read(name), "xml") for name in archive.namelist()}
        names = [str(item["name"]) for item in read["xl/workbook.xml"].find_all("sheet")]
        self.sheets = {
            name: read[f"xl/worksheets/sheet{number}.xml"]
            for number, name in enumerate(names, start=1)
        }
        self.names = {
            str(item["name"]): item.text.replace("$", "").replace("'", "")
            for item in read["xl/workbook.xml"].find_all("definedName")
        }
        self._shared = [item.text for item in read["xl/sharedStrings.xml"].find_all("si")]
        formats = read["xl/styles.xml"].find("cellXfs")
        assert isinstance(formats, Tag)
        self._formats = formats.find_all("xf")

    def cell(self, place: str) -> Tag:
        """A cell by its place: sheet!E12."""
        sheet, _, name = place.rpartition("!")
        found = self.sheets[sheet].find("c", r=name)
        assert isinstance(found, Tag), place
        return found

    def text(self, cell: Tag) -> str:
        """What a cell shows."""
        value = cell.find("v")
        text = value.text if isinstance(value, Tag) else ""
        return self._shared[int(text)] if cell.get("t") == "s" else text

    def is_locked(self, cell: Tag) -> bool:
        """Whether a cell is locked once its sheet is protected."""
        protection = self._formats[int(str(cell.get("s", "0")))].find("protection")
        return not (isinstance(protection, Tag) and protection.get("locked") == "0")

    def indent(self, cell: Tag) -> int:
        """How far the text of a cell is indented."""
        alignment = self._formats[int(str(cell.get("s", "0")))].find("alignment")
        return int(str(alignment.get("indent", "0"))) if isinstance(alignment, Tag) else 0

    def texts(self, sheet: str) -> list[str]:
        """Every text of a sheet, in order."""
        return [self.text(cell) for cell in self.sheets[sheet].find_all("c")]


def typed(data: bytes, cells: Mapping[str, str]) -> bytes:
    """A workbook with other cells, each by its place as the XML inside the cell."""
    book = Book(data)
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for place, inside in cells.items():
                sheet, _, cell = place.rpartition("!")
                number = list(book.sheets).index(sheet) + 1
                if name == f"xl/worksheets/sheet{number}.xml":
                    opening = rf'<c r="{cell}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)'
                    kind = ' t="str"' if inside.startswith("<is>") else ""
                    inline = inside.replace("<is>", "<v>").replace("</is>", "</v>")
                    text = re.sub(
                        opening, rf'<c r="{cell}"\1{kind}>{inline}</c>', text.decode()
                    ).encode()
            new.writestr(name, text)
    return made.getvalue()


def words(text: str) -> str:
    """A text without its blanks."""
    return "".join(text.split())


@pytest.mark.parametrize(("slug", "year"), EDITIONS)
def test_what_is_typed_in_is_unlocked_and_accepts_figures_all_else_is_locked(
    slug: str, year: int
) -> None:
    """Each cell has the name of its code; counts are whole, money may have decimals."""
    book = Book(form(slug, year))
    cells = load_report(slug, year, PARAMS).form.cells
    places = {code: book.names[name_of(code)] for code in cells}
    free = {
        f"{name}!{cell['r']}"
        for name, sheet in book.sheets.items()
        for cell in sheet.find_all("c")
        if not book.is_locked(cell)
    }
    assert set(places.values()) <= free
    others = free - set(places.values())  # the rest of a cell that is several columns wide
    assert {place.rpartition("!")[0] for place in others} <= {"主动公开政府信息情况"}
    assert len(others) <= 10
    assert all(sheet.find("sheetProtection", sheet="1") for sheet in book.sheets.values())
    for code, place in places.items():
        name, _, where = place.rpartition("!")
        (rule,) = [
            item
            for item in book.sheets[name].find_all("dataValidation")
            if where in str(item["sqref"]).split()
        ]
        kind = cells[code].kind
        assert rule["type"] == ("decimal" if kind == "amount" else "whole"), code
        assert len(str(rule.get("prompt", ""))) <= 255
        least = rule.find("formula1")
        assert isinstance(least, Tag)
        assert (least.text == "0") == (kind != "signed")


@pytest.mark.parametrize(("slug", "year"), EDITIONS)
def test_the_grid_is_that_of_the_official_form(slug: str, year: int) -> None:
    """A sheet a table, under its official heading, with every label in order."""
    book, form_ = Book(form(slug, year)), load_report(slug, year, PARAMS).form
    assert list(book.sheets) == ["填写说明", *(table.caption for table in form_.tables)]
    for table in form_.tables:
        said = "".join(map(words, book.texts(table.caption)))
        place = 0
        for cell in cells_of(table):
            place = said.index(words(cell.label.partition(" / ")[0]), place)


def test_a_line_of_a_list_has_its_unit_and_to_the_right_of_that_its_figure() -> None:
    """In the columns of the official form."""
    book, cells = (
        Book(form("xixia-justice", 2017)),
        load_report("xixia-justice", 2017, PARAMS).form.cells,
    )
    for code, cell in cells.items():
        sheet, _, place = book.names[name_of(code)].rpartition("!")
        row = place.removeprefix("C")
        assert book.text(book.cell(f"{sheet}!B{row}")) == cell.unit


def test_a_line_of_a_list_is_indented_below_the_one_that_it_is_part_of() -> None:
    """By one step each, as on the page."""
    book = Book(form("xixia-justice", 2017))
    for code in load_report("xixia-justice", 2017, PARAMS).form.cells:
        label = book.cell(book.names[name_of(code)].replace("!C", "!A"))
        assert book.indent(label) == code.count("."), code


def test_heads_of_narrow_columns_end_their_lines_between_words() -> None:
    """Not within 组织 or 机构, and no bracket alone in a line."""
    texts = Book(form("shanghai-office", 2025)).texts("收到和处理政府信息公开申请情况")
    assert {"社会公益\n组织", "法律服务\n机构"} <= set(texts)
    (corner,) = [text for text in texts if text.startswith("（本列数据")]
    assert min(map(len, corner.split("\n"))) > 10


@pytest.mark.skipif(not BLANK.exists(), reason="no blank official form on this machine")
def test_the_grid_of_2021_has_the_words_of_the_blank_official_form() -> None:
    """Those of every cell of its tables, and no other label inside the grid."""
    book = Book(form("shanghai-office", 2025))
    official = [
        {words(cell.text) for row in table.rows for cell in row.cells} - {""}
        for table in Document(str(BLANK)).tables
    ]
    for sheet, expected in zip(list(book.sheets)[1:], official, strict=True):
        assert expected <= set(map(words, book.texts(sheet))), sheet


def test_a_wrong_total_is_marked_beside_it_below_it_and_on_top() -> None:
    """In words too; every formula has the value that it has for the figures written with it."""
    right, wrong = (
        Book(form("shanghai-office", 2025)),
        Book(form("shanghai-office", 2025, **{"3.3.1.total": "216"})),
    )
    for book, marks, verdict in (
        (right, 0, "单位：件。核对：没有不符的地方。"),
        (wrong, 2, "单位：件。核对：有2处不符，见变色的格。"),
    ):
        texts = book.texts(GRID)
        assert texts.count("不符") == marks
        assert verdict in texts
        for sheet in book.sheets.values():
            for formula in sheet.find_all("f"):
                cell = formula.find_parent("c")
                assert isinstance(cell, Tag)
                assert cell.find("v") is not None
    row = int(wrong.names[name_of("3.3.1.total")].rpartition("!")[2].lstrip("ABCDEFGHIJ"))
    beside = wrong.cell(f"{GRID}!K{row}")
    assert (wrong.text(beside), beside.get("t")) == ("206", None)  # a number: what the parts make
    assert wrong.text(wrong.cell(f"{GRID}!L{row}")) == "不符"


def test_a_form_to_begin_with_has_no_sums_of_nothing() -> None:
    """A sum of blanks is blank, and nothing is wrong."""
    blank = dict.fromkeys(load_report("shanghai-office", 2025, PARAMS).form.cells, "")
    book = Book(form("shanghai-office", 2025, **blank))
    values = [
        book.text(item.find_parent("c"))  # type: ignore[arg-type]
        for sheet in book.sheets.values()
        for item in sheet.find_all("f")
    ]
    assert {value for value in values if "核对" not in value} == {""}


@pytest.mark.slow
def test_libreoffice_shows_a_wrong_total_red(
    tmp_path: Path, libreoffice: Callable[..., None]
) -> None:
    """On the sheet of the table and on no other; and it saves a form that is still read."""
    (tmp_path / "right.xlsx").write_bytes(form("shanghai-office", 2025))
    wrong = form("shanghai-office", 2025, **{"3.3.1.total": "216"})
    (tmp_path / "wrong.xlsx").write_bytes(wrong)
    libreoffice(tmp_path, "pdf", "right.xlsx", "wrong.xlsx")
    libreoffice(tmp_path, "xlsx", "wrong.xlsx", to="saved")
    red = {}
    for name in ("right", "wrong"):
        pages = PdfReader(tmp_path / f"{name}.pdf").pages
        contents = [item for page in pages if (item := page.get_contents()) is not None]
        marked = [RED.search(item.get_data()) is not None for item in contents]
        red[name] = [
            GRID in page.extract_text()
            for page, is_red in zip(pages, marked, strict=True)
            if is_red
        ]
    assert red == {"right": [], "wrong": [True]}
    shutil.copytree(PARAMS / "shanghai-office", tmp_path / "params" / "shanghai-office")
    ran = elsewhere(tmp_path, "gongkai", "import", "--force", "saved/wrong.xlsx")
    assert "199 of 200 cells have a figure, 0 doubts" in ran.stderr  # the report has a blank
    assert "3.3.1.total,（一）予以公开 / 总计,件,216" in (
        tmp_path / "params" / "shanghai-office" / "2025.csv"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    ("places", "names"),
    [
        ([(2, 1)], "B3"),
        ([(2, 1), (3, 1), (4, 1)], "B3:B5"),
        ([(2, 1), (2, 2), (4, 1)], "B3:C3,B5"),
        ([(2, 1), (4, 1), (4, 2), (4, 3)], "B3,B5:D5"),
    ],
)
def test_cells_in_a_row_are_added_up_as_one_range(
    places: list[tuple[int, int]], names: str
) -> None:
    """Short formulas, and no cell of another row or column in them."""
    boxes = [Box(row, column) for row, column in places]
    assert references(boxes) == names


def test_forms_have_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """In another folder, time zone and locale too."""
    code = (
        "from pathlib import Path; from gongkai.office.copies import entry_form; "
        "from gongkai.report.entry_form import form_of; "
        "from gongkai.report.reader import load_past, load_report; import sys; "
        "report = load_report('shanghai-office', 2025, Path(sys.argv[1])); "
        "last = load_past(report).last_year(report); "
        "Path('form').write_bytes(entry_form(form_of(report, last)))"
    )
    environment = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "5"}
    ran = elsewhere(tmp_path, "python", "-c", code, str(PARAMS), **environment)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "form").read_bytes() == form("shanghai-office", 2025)


# --- out and back -----------------------------------------------------------------


@pytest.fixture
def offices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the parameters of all examples, and its folder as the working directory."""
    shutil.copytree(PARAMS, tmp_path / "params")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "params"


def test_a_form_comes_back_as_the_figures_that_it_was_made_of(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """In all editions, without a doubt; the text stays as it was written."""
    ran = gongkai("export", "--to", "xlsx", "--form")
    assert (ran.status, ran.lines[-1]) == (0, "5 forms written, 0 up to date, 0 failed")
    assert gongkai("export", "--to", "xlsx", "--form").lines[-1].startswith("0 forms written, 5 up")
    before = {target: load_report(*target, offices) for target in EXAMPLES}
    texts = {
        target: (offices / target[0] / f"{target[1]}.yaml").read_bytes() for target in EXAMPLES
    }
    for slug, year in EXAMPLES:
        file = f"params/{slug}/{year}.xlsx"
        ran = gongkai("import", file)
        assert f"params/{slug}/{year}.csv: already exists" in ran.err
        ran = gongkai("import", "--force", file)
        assert ran.status == 0, ran.err
        assert ", 0 doubts" in ran.err
        assert (
            f"left unchanged, because the document has no text: params/{slug}/{year}.yaml"
            in ran.err
        )
        now = load_report(slug, year, offices)
        assert {code: value.number for code, value in now.values.items()} == {
            code: value.number for code, value in before[slug, year].values.items()
        }
        assert (offices / slug / f"{year}.yaml").read_bytes() == texts[slug, year]
        source = (offices / slug / f"{year}.source.yaml").read_text("utf-8")
        assert '"place": "' in source


def test_a_wrong_total_in_a_form_is_the_finding_that_it_is_in_the_csv(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """With the cell in which it was typed."""
    (offices.parent / "back.xlsx").write_bytes(
        form("shanghai-office", 2025, **{"3.3.1.total": "216"})
    )
    assert gongkai("import", "--force", "back.xlsx").status == 0
    from_form = gongkai("check", "shanghai-office/2025")
    found = [line for line in from_form.lines if "[identity-sum]" in line]
    assert len(found) == 2
    assert f"（一）予以公开 / 总计: {GRID}!J" in found[0]
    (offices / "shanghai-office" / "2025.source.yaml").unlink()
    from_csv = [line for line in gongkai("check", "shanghai-office/2025").lines if "-sum]" in line]
    assert [re.sub(r" \(printed like this .*\)", "", line) for line in found] == from_csv


@pytest.mark.skipif(not HONGZE.exists(), reason="no published report on this machine")
def test_a_published_report_becomes_a_form_and_comes_back(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """Its group that is printed as one row stays one row."""
    assert gongkai("import", str(HONGZE), "--agency", "hongze-district").status == 0
    csv = (offices / "hongze-district" / "2024.csv").read_bytes()
    assert gongkai("export", "--to", "xlsx", "--form", "hongze-district").status == 0
    file = "params/hongze-district/2024.xlsx"
    assert "186 of 186 cells have a figure, 0 doubts" in gongkai("import", "--force", file).err
    assert (offices / "hongze-district" / "2024.csv").read_bytes() == csv


def test_a_year_begins_with_a_form_that_knows_the_last(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """上年结转 is last year's 结转下年度; nothing is built until the form is imported."""
    ran = gongkai("new", "shanghai-office", "2026", "--xlsx")
    file = "params/shanghai-office/2026.xlsx"
    assert ran.lines == [
        "written: params/shanghai-office/2026.yaml",
        f"written: {file}",
        "taken over from the report of 2025: what it carried over, as figures, and its text, as comments to write over",
        f"Fill in {file} and the text, then: gongkai import {file}",
    ]
    book = Book((offices / "shanghai-office" / "2026.xlsx").read_bytes())
    assert book.text(book.cell(book.names[name_of("3.2.natural_person")])) == "290"
    assert not book.text(book.cell(book.names[name_of("3.1.natural_person")]))
    assert "上年（2025年）" in book.texts(GRID)
    hints = "".join(book.texts("填写说明"))
    assert "已经照上年报告填好" in hints
    prompts = [str(rule.get("prompt")) for rule in book.sheets[GRID].find_all("dataValidation")]
    assert any(
        prompt.endswith("应当等于上年的四、结转下年度继续办理。上年报告为290。")
        for prompt in prompts
    )
    ran = gongkai("build", "shanghai-office/2026")
    assert f"a workbook has to be imported first: gongkai import --force {file}" in ran.err
    ran = gongkai("check", "shanghai-office/2026")
    assert f"a workbook has to be imported first: gongkai import --force {file}" in ran.out
    assert gongkai("import", file).status == 0
    csv = (offices / "shanghai-office" / "2026.csv").read_text("utf-8")
    assert "3.2.natural_person,二、上年结转政府信息公开申请数量 / 自然人,件,290" in csv


def test_a_rule_with_last_years_figure_is_the_hint_of_what_is_in_force_now() -> None:
    """现行有效, which is compared with last year's; 制发 and 废止 are only terms of that sum."""
    report = load_report("shanghai-office", 2025, PARAMS)
    book = Book(entry_form(form_of(report, dataclasses.replace(report, year=2024))))
    hints = {}
    for column in ("issued", "repealed", "valid"):
        sheet, _, place = book.names[name_of(f"2.rules.{column}")].rpartition("!")
        rules = book.sheets[sheet].find_all("dataValidation")
        (rule,) = [item for item in rules if place in str(item["sqref"]).split()]
        hints[column] = str(rule.get("prompt", ""))
    assert hints["valid"].endswith("本年制发件数＋上年的规章 / 现行有效件数。")
    assert hints["issued"] == hints["repealed"] == ""


def test_what_is_not_as_last_year_left_it_turns_orange(tmp_path: Path) -> None:
    """It says so in words, too; where the last report is on another form, nothing is compared."""
    report = load_report("shanghai-office", 2025, PARAMS)
    last = dataclasses.replace(report, year=2024)
    book = Book(entry_form(form_of(report, last)))
    assert "与上年不符" in book.texts(GRID)
    other = Book(entry_form(form_of(report, load_report("xixia-justice", 2017, PARAMS))))
    assert "上年（2024年）" not in other.texts(GRID)


def test_a_cell_that_the_last_form_called_otherwise_has_no_figure_of_last_year() -> None:
    """处理决定数量 of 2019 is not 本年处理决定数量 of 2021; all that is called the same has one."""
    last = load_report("shanghai-office", 2019, PARAMS)
    found = last_figures(load_report("shanghai-office", 2025, PARAMS).form, last)
    assert found["3.1.total"] == "859"
    assert "2.licences.decisions" not in found


def test_a_form_that_may_be_filled_in_is_not_written_over(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """Beside the CSV, and in a folder of forms under names that people give."""
    for words_ in ((), ("--into", "forms")):
        wanted = ("export", "--to", "xlsx", "--form", "xixia-justice", *words_)
        assert gongkai(*wanted).status == 0
        folder = Path("forms") if words_ else offices / "xixia-justice"
        (file,) = folder.glob("*2017*.xlsx")
        filled = form("xixia-justice", 2017, **{"1.1": "347"})
        file.write_bytes(filled)
        ran = gongkai(*wanted)
        assert ran.status == 1
        assert "perhaps filled in; --force overwrites it" in ran.err
        assert file.read_bytes() == filled
        assert gongkai(*wanted, "--force").status == 0
        assert file.read_bytes() == form("xixia-justice", 2017)
    assert gongkai("export", "--to", "docx,xlsx", "--form").status == 2


@pytest.mark.parametrize("typed", ["347", "346（其中修订2件）"])
def test_a_form_beside_its_csv_is_compared_with_it(
    offices: Path, gongkai: Callable[..., Ran], typed: str
) -> None:
    """The same is said; another figure or remark is an error, with the command that takes it over."""
    file = offices / "xixia-justice" / "2017.xlsx"
    file.write_bytes(form("xixia-justice", 2017))
    assert "has the same figures as the CSV" in gongkai("check", "xixia-justice").err
    file.write_bytes(form("xixia-justice", 2017, **{"1.1": typed}))
    ran = gongkai("check", "xixia-justice")
    assert ran.status == 1
    assert "does not match the CSV of xixia-justice/2017: 1 other figure (1.1)" in ran.err


# --- what a form cannot be --------------------------------------------------------


def said(file: bytes, folder: Path, gongkai: Callable[..., Ran], *words_: str) -> list[str]:
    """What an import says of a form, which writes nothing."""
    (folder / "form.xlsx").write_bytes(file)
    before = sorted(folder.rglob("*.csv"))
    ran = gongkai("import", "form.xlsx", *words_)
    assert sorted(folder.rglob("*.csv")) == before
    assert ran.status == 1
    return ran.err.splitlines()


def test_text_in_number_cells_is_named_cell_by_cell(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """Every one at once, and nothing is written."""
    wrong = form(
        "shanghai-office", 2025, **{"3.3.1.total": "二百", "4.reconsideration.upheld": "约3"}
    )
    book = Book(wrong)
    grid, disputes = (
        book.names[name_of(code)] for code in ("3.3.1.total", "4.reconsideration.upheld")
    )
    assert said(wrong, offices.parent, gongkai) == [
        f"form.xlsx: {grid}: “二百” is not a figure (三、本年度办理结果 / （一）予以公开 / 总计); "
        "type only the number, or leave the cell blank",
        f"form.xlsx: {disputes}: “约3” is not a figure (行政复议 / 结果维持); "
        "type only the number, or leave the cell blank",
    ]


def test_a_figure_that_was_dragged_to_another_cell_is_doubted(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """In Excel the name goes along with the cell, and the other cell's name is lost."""
    made = BytesIO()
    data = form("shanghai-office", 2025, **{"3.1.commercial_enterprise": "36"})
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/workbook.xml":
                to = Book(data).names["_3.1.research_institution"].rpartition("!")[2]
                book = re.sub(r"(\"_3\.1\.research_institution\">)[^<]*", r"\1#REF!", text.decode())
                place = rf"\g<1>${to[0]}${to[1:]}"
                text = re.sub(
                    r"(\"_3\.1\.commercial_enterprise\">[^<]*!)[^<]*", place, book
                ).encode()
            new.writestr(name, text)
    grid = "收到和处理政府信息公开申请情况"
    moved = typed(made.getvalue(), {f"{grid}!{to}": "<v>36</v>"})
    (offices.parent / "form.xlsx").write_bytes(moved)
    ran = gongkai("import", "--force", "form.xlsx", "--dry-run")
    row = "一、本年新收政府信息公开申请数量 / 法人或其他组织"
    assert (
        f"{grid}!{to}: “36” was read as {row}/商业企业, by the name of its cell, but is at {row}/科研机构"
    ) in ran.err
    assert "the form lacks 1 cell (3.1.research_institution)" in ran.err


def test_last_years_form_under_this_years_name_replaces_nothing(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """Filled in anew and saved as 2026.xlsx it still is the form of 2025, and says so."""
    gongkai("new", "shanghai-office", "2026")
    (offices / "shanghai-office" / "2026.csv").unlink()
    file = "params/shanghai-office/2026.xlsx"
    Path(file).write_bytes(form("shanghai-office", 2025, **{"3.1.natural_person": "1300"}))
    before = (offices / "shanghai-office" / "2025.csv").read_bytes()
    ran = gongkai("import", "--force", file)
    assert ran.status == 1
    said = "is where the workbook of shanghai-office/2026 would be, but is the form for shanghai-office/2025"
    assert said in ran.err
    assert (offices / "shanghai-office" / "2025.csv").read_bytes() == before


@pytest.mark.parametrize("named", [(), ("--agency", "shanghai-office", "--year", "2026")])
def test_whoever_saved_last_years_form_under_this_years_name_is_shown_the_way_to_this_years(
    offices: Path, gongkai: Callable[..., Ran], named: tuple[str, ...]
) -> None:
    """The command that is named writes it, once the wrong file has been moved elsewhere."""
    gongkai("new", "shanghai-office", "2026", "--xlsx")
    path = offices / "shanghai-office" / "2026.xlsx"
    path.write_bytes(form("shanghai-office", 2025))
    ran = gongkai("import", "--force", "params/shanghai-office/2026.xlsx", *named)
    assert ran.status == 1
    said, _, command = ran.err.splitlines()[0].partition(", run: ")
    assert "move it elsewhere" in said
    path.unlink()
    assert gongkai(*command.split()[1:]).status == 0
    assert gongkai("import", "--force", "params/shanghai-office/2026.xlsx").status == 0


def test_a_form_whose_header_was_overwritten_is_read_by_the_names_of_its_cells(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """The printed headers are for people; what a cell is, its name says. The new one is said."""
    data = typed(form("xixia-justice", 2017), {"政府信息公开情况统计表!C4": "<is>本年</is>"})
    (offices.parent / "form.xlsx").write_bytes(data)
    ran = gongkai("import", "--force", "form.xlsx", "--dry-run")
    assert ran.status == 0
    assert "58 of 58 cells have a figure, 1 doubt" in ran.err
    assert "and left out: 本年;" in ran.err


def with_cells(data: bytes, sheet: str, cells: Mapping[str, str]) -> bytes:
    """A workbook with further cells to the right of a sheet's rows, or below them."""
    number, made = list(Book(data).sheets).index(sheet) + 1, BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for place, typed_ in cells.items() if name.endswith(f"/sheet{number}.xml") else ():
                row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                kind = "n" if typed_.rpartition("=")[2].isdecimal() else "str"
                formula, _, value = typed_.rpartition("=")
                computed = f"<f>{formula}</f>" if formula else ""
                cell = f'<c r="{place}" t="{kind}">{computed}<v>{value}</v></c>'
                whole, there = text.decode(), rf'(<row r="{row}"(?: [^>]*)?>.*?)</row>'
                if not re.search(there, whole):
                    whole = whole.replace("</sheetData>", f'<row r="{row}"></row></sheetData>')
                text = re.sub(there, rf"\1{cell}</row>", whole, count=1).encode()
            new.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize(
    ("sheet", "cells", "said", "doubted"),
    [
        (GRID, {"A60": "行政处罚听证", "D60": "4321"}, "行政处罚听证, 4321", False),
        (GRID, {"T7": "应为41件"}, "应为41件", True),
        (GRID, {"T7": "41"}, "41", True),
        (GRID, {"T7": "4300+21=4321"}, "4321", True),
        (GRID, {"T4": "说明"}, "说明", False),
        ("填写说明", {"C2": "请以附件为准"}, "请以附件为准", False),
        ("副本", {"A60": "联系人"}, "联系人", False),
    ],
    ids=["row", "remark", "figure", "formula", "header", "hints", "another sheet"],
)
def test_what_was_written_beside_the_cells_of_a_form_is_said(
    offices: Path,
    gongkai: Callable[..., Ran],
    sheet: str,
    cells: Mapping[str, str],
    said: str,
    doubted: bool,
) -> None:
    """It is taken over nowhere; beside a figure it is about this figure."""
    data = with_copied_sheet(form("shanghai-office", 2025), GRID, after=True)
    (offices.parent / "form.xlsx").write_bytes(with_cells(data, sheet, cells))
    ran = gongkai("import", "--force", "form.xlsx")
    assert "199 of 200 cells have a figure, 1 doubt" in ran.err
    assert f"not part of the form as it is now, and left out: {said};" in ran.err
    source = (offices / "shanghai-office" / "2025.source.yaml").read_text("utf-8")
    assert ("3.1.natural_person" in source.partition("doubts:")[2]) is doubted


@pytest.mark.parametrize("place", ["A7", "D7", "T7"], ids=["label", "figure", "beside"])
def test_a_comment_anywhere_on_a_form_is_doubted(
    offices: Path, gongkai: Callable[..., Ran], place: str
) -> None:
    """A reviewer comments on a row at its label, or beside it; the kit itself writes none."""
    data, made = form("shanghai-office", 2025), BytesIO()
    number = list(Book(data).sheets).index(GRID) + 1
    sheet = f"xl/worksheets/sheet{number}.xml"
    office = "http://schemas.openxmlformats.org/"
    parts = {
        sheet.replace("sheets/", "sheets/_rels/") + ".rels": (
            f'<Relationships xmlns="{office}package/2006/relationships"><Relationship Id="c" '
            f'Type="{office}officeDocument/2006/relationships/comments" Target="/xl/c.xml"/>'
            "</Relationships>"
        ),
        "xl/c.xml": (
            f'<comments xmlns="{office}spreadsheetml/2006/main"><commentList>'
            f'<comment ref="{place}"><text><t>应为4321</t></text></comment></commentList></comments>'
        ),
    }
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for name, text in parts.items():
            assert name not in old.namelist()
            new.writestr(name, text)
    (offices.parent / "form.xlsx").write_bytes(made.getvalue())
    ran = gongkai("import", "--force", "form.xlsx")
    assert f"{GRID}!{place}: a note or comment here, “应为4321”, was left out" in ran.err


@pytest.mark.parametrize(
    ("label", "unit", "doubts", "said"),
    [
        ("9.抖音号发布条数", "条", 2, "left out: 9.接待来访人数;"),
        ("9.抖音号发布条数", "人次", 1, "left out: 9.接待来访人数;"),
        ("9.接待来访人数", "条", 1, "the unit is “人次” here, but “条” in the form"),
        ("9.接待来访人数", "人次", 0, ""),
    ],
)
def test_a_line_that_is_another_one_by_the_time_its_form_comes_back_is_doubted(
    offices: Path, gongkai: Callable[..., Ran], label: str, unit: str, doubts: int, said: str
) -> None:
    """Its code is the same, and so is the name of its cell; what was counted is not."""
    agency, table = (offices / "xixia-justice" / name for name in ("agency.yaml", "2017.csv"))
    before, text = agency.read_text("utf-8"), table.read_text("utf-8-sig")

    def with_line(label: str, unit: str, figure: str) -> None:
        line = f'{{edition: "2014", code: "1.2.9", label: {label}, unit: {unit}, parent: "1.2"}}'
        agency.write_text(f"{before}extra_lines:\n  - {line}\n", "utf-8")
        last = next(line for line in text.splitlines() if line.startswith("1.2.5,"))
        further = f"{last}\n1.2.9,{label},{unit},{figure}"
        table.write_text(text.replace(last, further), "utf-8")

    with_line("9.接待来访人数", "人次", "512")
    gongkai("export", "--to", "xlsx", "--form", "--into", "forms", "xixia-justice/2017")
    with_line(label, unit, "")
    (file,) = Path("forms").iterdir()
    ran = gongkai("import", "--force", str(file))
    assert f"59 of 59 cells have a figure, {doubts} doubt" in ran.err
    assert said in ran.err
    source = (offices / "xixia-justice" / "2017.source.yaml").read_text("utf-8")
    assert ("1.2.9" in source.partition("doubts:")[2]) is bool(said)


def test_formulas_in_cells_to_type_in_are_doubted(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """With the value of the last saving; without one the cell is left blank. The sums are not."""
    data = form("shanghai-office", 2025)
    names = Book(data).names
    first, second = names[name_of("3.1.natural_person")], names[name_of("3.3.1.natural_person")]
    cells = {first: "<f>1000+259</f><v>1259</v>", second: "<f>SUM(Z1:Z9)</f>"}
    Path("form.xlsx").write_bytes(typed(data, cells))
    ran = gongkai("import", "--force", "form.xlsx")
    assert [line.strip() for line in ran.err.splitlines()[1:3]] == [
        f"{first}: this cell is a formula; “1259”, its value when the file was last saved, "
        "was read [import-formula]",
        f"{second}: this cell is a formula without a saved value; it was left blank "
        "[import-formula-without-value]",
    ]
    assert "198 of 200 cells have a figure, 2 doubts" in ran.err  # the report has a blank


def test_a_form_of_another_report_or_edition_is_one_sentence(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """As is one whose title was changed for another year; an unknown edition is named."""
    data = form("shanghai-office", 2025)
    assert said(data, offices.parent, gongkai, "--year", "2024") == [
        "form.xlsx: this is the form for shanghai-office/2025, not for shanghai-office/2024; to "
        "write a form for it, run: gongkai new shanghai-office 2024 --xlsx"
    ]
    (offices / "shanghai-office" / "2024.csv").touch()
    (line,) = said(data, offices.parent, gongkai, "--year", "2024")
    assert line.endswith("run: gongkai export --to xlsx --form shanghai-office/2024")
    title = f"{list(Book(data).sheets)[1]}!A1"
    reused = typed(data, {title: "<is>上海市人民政府办公厅2026年政府信息公开工作年度报告</is>"})
    (line,) = said(reused, offices.parent, gongkai)
    assert "made for shanghai-office/2025, but its title says 2026" in line
    year = offices / "shanghai-office" / "2025.yaml"
    year.write_text(year.read_text("utf-8").replace("year: 2025", "year: 2025\nedition: 2019"))
    (line,) = said(data, offices.parent, gongkai)
    assert "of edition 2021, but params/shanghai-office/2025.yaml uses 2019" in line


def test_a_form_that_comes_back_after_its_folder_was_renamed_is_doubted(
    offices: Path, gongkai: Callable[..., Ran]
) -> None:
    """A second folder of the same name would be written, and the first one not be changed."""
    (offices.parent / "form.xlsx").write_bytes(form("shanghai-office", 2025))
    (offices / "shanghai-office").rename(offices / "shanghai")
    ran = gongkai("import", "form.xlsx", "--dry-run")
    assert "“上海市人民政府办公厅” is already shanghai; as shanghai-office it will be" in ran.err


def test_macros_are_said_and_not_run(offices: Path, gongkai: Callable[..., Ran]) -> None:
    """A workbook saved as .xlsm is read as any other."""
    Path("form.xlsm").write_bytes(form("xixia-justice", 2017))
    with zipfile.ZipFile("form.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    ran = gongkai("import", "--force", "form.xlsm")
    assert ran.status == 0
    assert "macros; they were not run" in ran.err


def test_a_workbook_without_text_leaves_the_text_of_the_year(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Of any workbook, not of forms alone: `check` proposes this import."""
    import xlsxwriter

    text = (project.example / "2017.yaml").read_bytes()
    csv = (project.example / "2017.csv").read_text("utf-8-sig").splitlines()
    file = project.example / "2017.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("统计表")
        for row, line in enumerate(csv):
            sheet.write_row(row, 0, line.split(",") if line.count(",") == 3 else [line])
    ran = gongkai("import", "--force", "params/xixia-justice/2017.xlsx")
    assert ran.status == 0, ran.err
    assert (project.example / "2017.yaml").read_bytes() == text


def with_copied_sheet(data: bytes, sheet: str, *, after: bool) -> bytes:
    """A workbook with a copy of a sheet, and its names again for the cells of the copy.

    Excel writes these before or after the names of the workbook, LibreOffice after them.
    """
    book, made = Book(data), BytesIO()
    number = list(book.sheets).index(sheet) + 1
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        parts = {name: old.read(name).decode() for name in old.namelist() if name[-4:] != ".png"}
        root = parts["xl/workbook.xml"]
        own = re.findall(rf"<definedName name=\"_\d[^>]*>'?{sheet}'?![^<]*</definedName>", root)
        names = re.sub(rf"'?{sheet}'?!", "'副本'!", "".join(own))
        names = names.replace("<definedName ", f'<definedName localSheetId="{len(book.sheets)}" ')
        edge = "</definedNames>" if after else "<definedNames>"
        root = root.replace(edge, f"{names}{edge}" if after else f"{edge}{names}")
        root = root.replace("</sheets>", '<sheet name="副本" sheetId="99" r:id="rId99"/></sheets>')
        parts["xl/workbook.xml"] = root
        path, copy = (f"worksheets/sheet{n}.xml" for n in (number, len(book.sheets) + 1))
        links, kinds = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
        (link,) = re.findall(rf'<Relationship [^>]*Target="{path}"/>', parts[links])
        again = re.sub(r'Id="\w+"', 'Id="rId99"', link.replace(path, copy))
        parts[links] = parts[links].replace(link, link + again)
        (kind,) = re.findall(rf'<Override PartName="/xl/{path}"[^>]*/>', parts[kinds])
        parts[kinds] = parts[kinds].replace(kind, kind + kind.replace(path, copy))
        parts[f"xl/{copy}"] = parts[f"xl/{path}"]
        for name, text in parts.items():
            new.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize("after", [True, False])
def test_the_copy_of_a_sheet_does_not_replace_the_sheet_itself(
    offices: Path, gongkai: Callable[..., Ran], after: bool
) -> None:
    """In Excel a copied sheet has all names again, for its own cells."""
    data = with_copied_sheet(form("shanghai-office", 2025), GRID, after=after)
    file = offices.parent / "form.xlsx"
    file.write_bytes(data)
    ran = gongkai("import", "--force", "form.xlsx", "--dry-run")
    assert (ran.status, ", 0 doubts" in ran.err) == (0, True), ran.err  # both have the same text
    place = Book(form("shanghai-office", 2025)).names[name_of("3.1.natural_person")]
    file.write_bytes(typed(data, {place: "<v>4711</v>"}))
    ran = gongkai("import", "--force", "form.xlsx")
    assert "副本: this sheet has the names of" in ran.err
    assert "other text in 1 cell (3.1.natural_person)" in ran.err
    assert load_report("shanghai-office", 2025, offices).number("3.1.natural_person") == 4711


def without_names(data: bytes) -> bytes:
    """A workbook without its defined names, as another format or program leaves it."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/workbook.xml":
                text = re.sub(rb"<definedNames>.*</definedNames>", b"", text, flags=re.DOTALL)
            new.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize(("slug", "year"), EXAMPLES)
def test_the_words_of_a_form_without_its_names_are_no_text_of_a_report(
    offices: Path, gongkai: Callable[..., Ran], slug: str, year: int
) -> None:
    """Its hints, titles and checks; the year's own text stays, and the figures are read."""
    text = (offices / slug / f"{year}.yaml").read_bytes()
    values = load_report(slug, year, offices).values
    (offices.parent / "form.xlsx").write_bytes(without_names(form(slug, year)))
    ran = gongkai("import", "--force", "--agency", slug, "--year", str(year), "form.xlsx")
    assert ran.status == 0, ran.err
    assert "the names of its cells are missing" in ran.err
    assert (offices / slug / f"{year}.yaml").read_bytes() == text
    now = load_report(slug, year, offices).values
    assert sum(now[code].number == value.number for code, value in values.items()) > 50


def test_a_title_on_every_sheet_is_no_text(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Sheets with a heading of the report above each table are figures alone."""
    import xlsxwriter

    text = (project.example / "2017.yaml").read_bytes()
    report = load_report("xixia-justice", 2017, project.params)
    with xlsxwriter.Workbook(str(project.example / "2017.xlsx")) as book:
        for part in report.form.parts:
            sheet = book.add_worksheet()
            title = "西夏区司法局2017年政府信息公开工作年度报告"
            sheet.write_column(0, 0, [title, part.titled(2017)])
        for number, cell in enumerate(report.form.cells.values(), start=4):
            sheet.write_row(number, 0, [cell.label, cell.unit, 1])
    ran = gongkai("import", "--force", "params/xixia-justice/2017.xlsx")
    assert ran.status == 0, ran.err
    assert (project.example / "2017.yaml").read_bytes() == text
