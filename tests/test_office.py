"""Copies for office programs: what the public page says, in a form that is signed and filed."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import csvw
import docx
import frictionless
import pytest
from bs4 import BeautifulSoup, Tag
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree
from PIL import Image
from pypdf import PdfReader

from conftest import NOTEBOOK, ROOT, Ran, Sandbox, elsewhere
from gongkai.compare.content import report_content
from gongkai.compare.reports import compare
from gongkai.errors import KitError
from gongkai.export.pages import MarkedPage, page_with_marks
from gongkai.importing.blocks import Paragraph as Line
from gongkai.importing.formats.word import read_word, texts_beside
from gongkai.kinds import KINDS
from gongkai.manifest import Acceptance
from gongkai.office.content import Run, Runs, words_of
from gongkai.office.copies import copy_of, put_beside, review_of
from gongkai.office.dataset import Source, write_dataset
from gongkai.office.line_ends import letters, line_ends
from gongkai.office.tables import with_ends
from gongkai.report.reader import load_report
from gongkai.text.pictures import data_url

MADE = [kind.name for kind in KINDS.values() if kind.maker]
EXAMPLES = (
    "shanghai-office/2019",
    "shanghai-office/2025",
    "shuyang-county/2025",
    "shuyang-ndrc/2023",
    "xixia-justice/2017",
)
# What a sheet of paper leaves out: ways through the page, and what it says twice.
ON_SCREEN_ALONE = ".anchor, .byline, .filled, .in-words, .key, .rail, .skip, .tools, details, svg"


@pytest.fixture(scope="module", params=EXAMPLES)
def page(request: pytest.FixtureRequest, all_built: Path) -> bytes:
    """The public page of an example."""
    return (all_built / f"{request.param}.html").read_bytes()


@cache
def made(kind: str, page: bytes) -> bytes:
    """A copy of a page, made once."""
    return copy_of(kind, page)


def word(page: bytes) -> Any:
    """The Word document of a page."""
    return docx.Document(io.BytesIO(made("docx", page)))


def words(text: str) -> str:
    """A text without its blanks."""
    return "".join(text.replace("\u200b", "").split())


def test_every_word_of_the_page_is_in_the_document_once_and_in_order(page: bytes) -> None:
    """What paper shows is there; what only a screen can do is not."""
    main = BeautifulSoup(page, "lxml").main
    assert main is not None
    for part in main.select(ON_SCREEN_ALONE):
        part.decompose()
    said = words("".join(text.text or "" for text in word(page).element.body.iter(qn("w:t"))))
    place = 0
    for part in main.select("h1, h2, h3, p, caption, figcaption, th, td, dt, dd"):
        text = words("".join(part.find_all(string=True)))
        if part.name in ("h2", "th", "td"):
            assert text in said
        else:  # tables stand before their charts, as on paper
            in_order = part.name == "p" and part.find_parent(class_="evidence") is None
            found = said.find(text, place if in_order else 0)
            assert found >= 0, text
            place = found if in_order else place


def test_the_document_has_the_structure_of_an_official_one(page: bytes) -> None:
    """Styles with outline levels, page numbers on the outside, the language, a contents field."""
    made = word(page)
    headings = [item for item in made.paragraphs if item.style.name.startswith("Heading")]
    assert [item.style.name for item in made.paragraphs if item.style.name == "Title"] == ["Title"]
    assert {item.style.name for item in headings} >= {"Heading 1"}
    for level in range(1, 4):
        outline = made.styles[f"Heading {level}"].element.pPr.find(qn("w:outlineLvl"))
        assert outline.get(qn("w:val")) == str(level - 1)
    section = made.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert made.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        assert footer.paragraphs[0].text == "— 1 —"
        assert footer.paragraphs[0].style.font.size.pt == 14  # 4号
        assert footer.paragraphs[0]._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
    instructions = [item.text for item in made.element.body.iter(qn("w:instrText"))]
    assert instructions == [' TOC \\o "1-1" \\n \\h \\z \\u ']
    assert made.core_properties.language == "zh-CN"
    assert made.core_properties.title.endswith("政府信息公开工作年度报告")
    language = made.styles.element.find(f".//{qn('w:lang')}")
    assert language.get(qn("w:eastAsia")) == "zh-CN"
    for fonts in made.styles.element.iter(qn("w:rFonts")):
        assert fonts.get(qn("w:eastAsiaTheme")) is None


def test_the_contents_lead_to_each_part(page: bytes) -> None:
    """Each entry is the heading's words and a link to it."""
    made = word(page)
    marks = {
        item.get(qn("w:name")): item.getparent()
        for item in made.element.body.iter(qn("w:bookmarkStart"))
    }
    entries = [item for item in made.paragraphs if item.style.name == "toc 1"]
    parts = [item.text for item in made.paragraphs if item.style.name == "Heading 1"]
    assert [item.text for item in entries] == parts
    for entry in entries:
        (link,) = entry._p.findall(qn("w:hyperlink"))
        assert Paragraph(marks[link.get(qn("w:anchor"))], made).text == entry.text


def test_the_official_tables_are_tables_of_word(page: bytes) -> None:
    """Widths that fill the page, heads that repeat, rows that do not split, a caption to read."""
    made = word(page)
    assert made.tables
    for table in made.tables:
        properties = table._tbl.tblPr
        assert properties.find(qn("w:tblCaption")) is not None
        assert properties.find(qn("w:tblDescription")) is not None
        widths = [int(item.get(qn("w:w"))) for item in table._tbl.tblGrid]
        assert sum(widths) == 8845
        assert min(widths) >= 380
        for row in table._tbl.tr_lst:
            assert row.trPr.find(qn("w:cantSplit")) is not None
            spans = [cell.tcPr.gridSpan for cell in row.tc_lst]
            wide = [1 if span is None else span.val for span in spans]
            assert sum(wide) == len(widths)
    heads = [table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) for table in made.tables]
    assert any(head is not None for head in heads)


def test_table_three_is_headed_as_it_is_printed(page: bytes) -> None:
    """申请人情况 over the seven columns, which the page leaves out; 2014 has no such table."""
    tables = [item for item in word(page).tables if "申请人情况" in words_in(item._tbl)]
    assert len(tables) == ("第二十条" in page.decode())
    for table in tables:
        banner = next(tc for tc in table._tbl.iter(qn("w:tc")) if words_in(tc) == "申请人情况")
        assert banner.tcPr.gridSpan.val == 7
        heads = [row.trPr.find(qn("w:tblHeader")) is not None for row in table._tbl.tr_lst]
        assert heads[:4] == [True, True, True, False]


def test_a_caption_is_in_one_style_and_never_the_heading_again(page: bytes) -> None:
    """What the heading above a table says is not said again; what is counted is set smaller."""
    paragraphs = word(page).paragraphs
    for above, below in pairwise(paragraphs):
        if below.style.name == "Caption":
            assert not above.text.endswith(below.text)
    captions = [item for item in paragraphs if item.style.name == "Caption"]
    assert not any(run.bold for item in captions for run in item.runs)
    for item in captions:
        small = "".join(run.text for run in item.runs if run.style.name == "Small Words")
        assert small.count("\n") <= 1
        assert item.text.endswith(small)
        assert small or "\n" not in item.text


def test_who_fills_in_an_annexed_table_stands_in_a_line_below_its_title(all_built: Path) -> None:
    """And not in the title, too."""
    paragraphs = word((all_built / "xixia-justice" / "2017.html").read_bytes()).paragraphs
    at = next(n for n, item in enumerate(paragraphs) if item.style.name == "Annex Title")
    assert [item.text for item in paragraphs[at : at + 2]] == [
        "政府信息公开情况统计表（2017年度）",
        "填报单位（盖章）：银川市西夏区司法局",
    ]


def test_a_bar_begins_beside_the_longest_label_in_the_colours_of_paper(page: bytes) -> None:
    """No gap to cross; a label that is very long has three eighths of the width, and two lines."""
    made = word(page)
    for table in (item for item in made.tables if item._tbl.xpath(".//w:drawing")):
        labels = [Paragraph(row.tc_lst[0].find(qn("w:p")), made) for row in table._tbl.tr_lst[1:]]
        longest = max(letters(label.text) for label in labels)
        first = int(table._tbl.tblGrid[0].get(qn("w:w")))
        assert first <= max((longest + 3) * 210 + 180, 0.38 * 8845)
    for shape in made.inline_shapes:
        (picture,) = shape._inline.iter(qn("a:blip"))
        with Image.open(
            io.BytesIO(made.part.related_parts[picture.get(qn("r:embed"))].blob)
        ) as bar:
            inked = bar.convert("RGB").getpixel((0, bar.height // 2))
        assert inked in ((0x99, 0x99, 0x99), (0x33, 0x33, 0x33))


def test_the_figures_of_a_chart_end_below_one_another(all_built: Path) -> None:
    """At a tab that counts from the right, after their bars."""
    body = word((all_built / "xixia-justice" / "2017.html").read_bytes()).element.body
    figures = [item for item in body.iter(qn("w:p")) if item.style == "ChartFigures"]
    tabs = [item.xpath("./w:pPr/w:tabs/w:tab/@w:val") for item in figures]
    assert tabs == [["right"]] * 10


def test_the_bars_of_a_group_are_further_in_than_its_name(all_built: Path) -> None:
    """行政复议 and 行政诉讼 each have four."""
    made = word((all_built / "shanghai-office" / "2025.html").read_bytes())
    table = made.tables[-1]
    cells = [Paragraph(row.tc_lst[0].find(qn("w:p")), made) for row in table._tbl.tr_lst[1:]]
    level = [cell._p.xpath("./w:pPr/w:ind") != [] for cell in cells]
    assert level == [False, True, True, True, True] * 2


def test_each_bar_is_a_picture_with_its_figures_in_words(page: bytes) -> None:
    """300 dots an inch, and an alternative text that says what the row says."""
    made = word(page)
    shown = BeautifulSoup(page, "lxml")
    rows = [svg.find_parent("tr") for svg in shown.select(".part table svg")]
    drawn = ["，".join(filter(None, (words(cell.text) for cell in row or ()))) for row in rows]
    assert [shape._inline.docPr.get("descr") for shape in made.inline_shapes] == drawn
    style = made.styles["Chart Figures"].paragraph_format
    assert (style.alignment, style.first_line_indent) == (WD_ALIGN_PARAGRAPH.LEFT, 0)
    for shape in made.inline_shapes:  # every bar begins where the others do
        paragraph = next(shape._inline.iterancestors(qn("w:p")))
        assert paragraph.pPr.pStyle.val == "ChartFigures"
        assert paragraph.index(next(shape._inline.iterancestors(qn("w:r")))) == 1
        (picture,) = shape._inline.iter(qn("a:blip"))
        part = made.part.related_parts[picture.get(qn("r:embed"))]
        assert part.image.content_type == "image/png"
        assert 295 <= part.image.px_width / shape.width.inches <= 305


def test_elements_stand_in_the_order_that_word_demands(page: bytes) -> None:
    """Word calls a file damaged whose properties stand in another order than the standard's."""
    order = {
        "pPr": [
            "pStyle",
            "keepNext",
            "keepLines",
            "pageBreakBefore",
            "widowControl",
            "tabs",
            "autoSpaceDE",
            "autoSpaceDN",
            "snapToGrid",
            "spacing",
            "ind",
            "jc",
            "outlineLvl",
            "rPr",
        ],
        "rPr": [
            "rStyle",
            "rFonts",
            "b",
            "bCs",
            "i",
            "iCs",
            "color",
            "spacing",
            "sz",
            "szCs",
            "vertAlign",
            "lang",
        ],
        "tcPr": ["tcW", "gridSpan", "vMerge", "tcBorders", "vAlign"],
        "tblPr": [
            "tblStyle",
            "tblW",
            "jc",
            "tblBorders",
            "tblLayout",
            "tblCellMar",
            "tblLook",
            "tblCaption",
            "tblDescription",
        ],
    }
    with zipfile.ZipFile(io.BytesIO(made("docx", page))) as archive:
        names = [name for name in archive.namelist() if name.startswith("word/")]
        roots = [etree.fromstring(archive.read(name)) for name in names if name.endswith(".xml")]
    assert any(root.tag == qn("w:document") for root in roots)
    for root in roots:
        for name, expected in order.items():
            for properties in root.iter(qn(f"w:{name}")):
                found = [etree.QName(child).localname for child in properties]
                known = [item for item in found if item in expected]
                assert known == sorted(known, key=expected.index), (name, found)
                if root.tag == qn("w:document"):
                    assert known == found


def lines_and_room(document: Any) -> list[tuple[list[str], float]]:
    """The lines of each cell that was broken, and how many characters have room in one."""
    found = []
    for table in document.tables:
        margins = table._tbl.tblPr.find(qn("w:tblCellMar"))
        sides = sum(int(margins.find(qn(f"w:{side}")).get(qn("w:w"))) for side in ("left", "right"))
        for cell in table._tbl.iter(qn("w:tc")):
            paragraph = Paragraph(cell.find(qn("w:p")), document)
            assert paragraph.style is not None
            room = int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) - sides
            found.append((paragraph.text.split("\n"), room / paragraph.style.font.size.pt / 20))
    return found


def test_labels_are_broken_into_no_more_lines_than_they_need(page: bytes) -> None:
    """No two lines would fit into one, and only a head or a narrow column has any."""
    for lines, room in lines_and_room(word(page)):
        assert all(letters(one + two) > room for one, two in pairwise(lines)), lines
        assert all(letters(line) <= room for line in lines if len(lines) > 1), lines


def test_a_label_is_broken_between_words() -> None:
    """As few lines as there can be, equally long; one that no line has room for is left alone."""
    labels = {
        ("第一项\u200b加\u200b第二项\u200b之和", 6): "第一项加/第二项之和",
        ("三、本年度\u200b办理\u200b结果", 4): "三、/本年度/办理结果",
        ("社会\u200b公益\u200b组织", 3): "社会/公益/组织",
        ("社会\u200b公益\u200b组织", 1.5): "社会公益组织",
        ("（三）不予\u200b公开", 8): "（三）不予公开",
    }
    for (label, room), said in labels.items():
        assert shown(with_ends((Run(label),), line_ends(label, room))) == said


def shown(runs: Runs) -> str:
    """Words with / for the end of a line."""
    return words_of(runs).replace("\n", "/")


def words_in(element: Any) -> str:
    """The words in an element of a document."""
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


def test_a_document_can_be_edited_by_its_styles(page: bytes) -> None:
    """No run is empty, none looks like the one before it, and none has a size of its own."""
    for paragraph in word(page).element.body.iter(qn("w:p")):
        runs = [item for item in paragraph if item.tag == qn("w:r")]
        assert all(len(run) > (run.find(qn("w:rPr")) is not None) for run in runs)
        for one, two in pairwise(runs):
            if one.getnext() is two and one.find(qn("w:t")) is not None is not two.find(qn("w:t")):
                looks = [
                    etree.tostring(run.find(qn("w:rPr"))) if len(run) > 1 else b""
                    for run in (one, two)
                ]
                assert looks[0] != looks[1], words_in(paragraph)
    assert not list(word(page).element.body.iter(qn("w:sz")))
    assert not [item for item in word(page).paragraphs if not item._p.xpath(".//w:r")]


def test_no_style_has_blanks_between_chinese_and_digits(all_built: Path) -> None:
    """Normal says so, and every other style of a paragraph is based on it."""
    styles = word((all_built / "xixia-justice" / "2017.html").read_bytes()).styles
    normal = styles["Normal"]
    assert normal.element.pPr.find(qn("w:autoSpaceDN")).get(qn("w:val")) == "0"
    others = [style for style in styles if style.type == normal.type and style.name != "Normal"]
    assert {style.base_style.name for style in others} == {"Normal"}


LONG_NAME = "巴音郭楞蒙古自治州\u200b和静县\u200b巴音布鲁克景区\u200b管理委员会\u200b综合行政执法局"


def with_changes(all_built: Path, report: str, *changes: tuple[str, str]) -> Any:
    """The Word document of an example's page with other words."""
    text = (all_built / f"{report}.html").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return docx.Document(io.BytesIO(copy_of("docx", text.encode())))


def test_a_long_name_is_signed_in_lines_of_its_own_centred_on_the_date(all_built: Path) -> None:
    """Source: GB/T 9704—2012, 7.3.5.1; the title has as few lines as it can."""
    name = "<wbr>".join(LONG_NAME.split("\u200b"))
    old = "<p>银川市<wbr>西夏区<wbr>司法局</p>"
    made = with_changes(all_built, "xixia-justice/2017", (old, f"<p>{name}</p>"))
    signed = [item for item in made.paragraphs if item.style.name == "Signature"]
    first, second = signed[0].text.split("\n")
    assert first + second == LONG_NAME.replace("\u200b", "")
    assert letters(first) <= 24
    assert signed[1].text == "2018年1月4日"
    assert {item.alignment or item.style.paragraph_format.alignment for item in signed} == {
        WD_ALIGN_PARAGRAPH.CENTER
    }
    (indent,) = {item._p.pPr.find(qn("w:ind")).get(qn("w:leftChars")) for item in signed}
    assert 28 - int(indent) / 100 == letters(first) + 2  # the print area has 28 characters
    read = [block.text for block in read_word(saved(made)).blocks if isinstance(block, Line)]
    assert LONG_NAME.replace("\u200b", "") in read


def test_a_signature_is_never_alone_on_a_page(page: bytes) -> None:
    """From the last text on, each paragraph stays on the page of the next, up to the date."""
    paragraphs = word(page).paragraphs
    first = next(at for at, item in enumerate(paragraphs) if item.style.name == "Signature")
    assert paragraphs[first - 1].style.name == "Normal"
    signed = [item for item in paragraphs if item.style.name == "Signature"]
    for item in (paragraphs[first - 1], *signed[:-1]):
        assert item.paragraph_format.keep_with_next


def saved(document: Any) -> bytes:
    """The bytes of a document."""
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def test_figures_of_seven_digits_have_room_in_one_line(all_built: Path) -> None:
    """With a note too, and beside a bar."""
    figures = (
        (">1295<", ">1295000<"),
        (">12<", ">12000<"),
        (">22<", ">22000<"),
        (">564<", ">564000<"),
    )
    made = with_changes(all_built, "shanghai-office/2025", *figures)
    for lines, room in lines_and_room(made):
        if lines[0].strip().partition("注")[0].isdigit():
            number, note, _ = lines[0].strip().partition("注")
            assert letters(number) + 0.65 * 1.5 * bool(note) <= room


def test_columns_of_long_figures_leave_room_for_the_words_beside_them(all_built: Path) -> None:
    """Twelve of nine digits each would fill the page: they are broken, and the words are not."""
    figures = "<td>123456789</td>" * 12
    own = f'<table><tr><th scope="row">第一季度</th>{figures}</tr></table></main>'
    made = with_changes(all_built, "xixia-justice/2017", ("</main>", own))
    widths = [int(column.get(qn("w:w"))) for column in made.tables[-1]._tbl.tblGrid]
    assert widths[0] >= 4 * 10.5 * 20
    assert sum(widths) == 8845


def test_the_years_are_parted_where_the_form_is_another(all_built: Path) -> None:
    """The caption says 虚线处表式改版."""
    made = word((all_built / "shanghai-office" / "2025.html").read_bytes())
    (table,) = [item for item in made.tables if item.cell(0, 0).text == "指标"]
    lines = [tc.tcPr.find(qn("w:tcBorders")) for tc in table._tbl.iter(qn("w:tc"))]
    dashed = [item.find(qn("w:left")).get(qn("w:val")) for item in lines if item is not None]
    assert dashed == ["dashed"] * len(table.rows)


def test_a_table_of_the_author_has_its_words_left_and_its_figures_right(all_built: Path) -> None:
    """What paper does not unfold is not in the document either."""
    own = (
        "<table><thead><tr><th>月份</th><th>条数</th><th>说明</th></tr></thead><tbody>"
        "<tr><td>1月</td><td>1,234</td><td>春节前</td></tr>"
        "<tr><td>2月</td><td></td><td></td></tr></tbody></table>"
        '<div class="chart"><details><summary>其余</summary><p>八类</p></details></div></main>'
    )
    made = with_changes(all_built, "xixia-justice/2017", ("</main>", own))
    styles = [[tc.paragraphs[0].style.name for tc in row.cells] for row in made.tables[-1].rows]
    assert styles[0] == ["Table Labels", "Data Heads", "Table Labels"]
    assert styles[1] == ["Table Labels", "Data Figures", "Table Labels"]
    assert made.tables[-1]._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
    assert "八类" not in "".join(item.text for item in made.paragraphs)


@pytest.mark.parametrize("kind", MADE)
def test_copies_have_the_same_bytes_everywhere(kind: str, all_built: Path, tmp_path: Path) -> None:
    """In another folder, time zone and locale too: nothing says when or where."""
    page = all_built / "shanghai-office" / "2025.html"
    code = (
        "import sys; from pathlib import Path; from gongkai.office.copies import copy_of; "
        f"Path('copy').write_bytes(copy_of({kind!r}, Path(sys.argv[1]).read_bytes()))"
    )
    environment = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "5"}
    ran = elsewhere(tmp_path, "python", "-c", code, str(page), **environment)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "copy").read_bytes() == copy_of(kind, page.read_bytes())


def test_libreoffice_shows_the_document_and_the_workbook(
    all_built: Path, tmp_path: Path, libreoffice: Callable[..., None]
) -> None:
    """As sheets with the title, each part's heading and the last row of the table."""
    page = (all_built / "shanghai-office" / "2025.html").read_bytes()
    for kind in ("docx", "xlsx"):
        (tmp_path / f"{kind}.{kind}").write_bytes(copy_of(kind, page))
    libreoffice(tmp_path, "pdf", "docx.docx", "xlsx.xlsx")
    text = "".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "docx.pdf").pages)
    for said in ("三、收到和处理政府信息公开申请情况", "四、结转下年度继续办理", "1191"):
        assert said in words(text)
    assert len(PdfReader(tmp_path / "xlsx.pdf").pages) >= 6


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


def test_data_has_every_figure_as_it_is_printed(page: bytes) -> None:
    """The CSV is in the shape that reports are read in; the JSON has numbers and the text too."""
    csv, data = made("csv", page).decode("utf-8-sig"), json.loads(made("json", page))
    figures = [figure for table in data["tables"] for figure in table["figures"]]
    assert len(csv.splitlines()) == len(figures) + 1
    shown = BeautifulSoup(page, "lxml")
    for figure in figures:
        code, printed = figure["code"], figure["printed"]
        assert f"{code}," in csv
        if figure["number"] is not None:
            assert printed.startswith(figure["number"]), printed
    assert data["title"] == shown.title.string.strip()  # type: ignore[union-attr]
    paragraphs = [line for part in data["text"] for line in part["paragraphs"]]
    narrative = shown.select(".part > p:not(.remark, .in-words)")
    assert {words(item.text) for item in narrative} <= set(map(words, paragraphs))


def test_data_has_the_items_of_lists_and_quoted_words(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """In their order among the paragraphs of their part, with the signs that mark them."""
    text = "举措如下：\n\n- 开设专栏。\n  - 政策问答。\n- 编制指南。\n\n> 依法公开。\n\n以上各项均已完成。"
    project.write_section("other", text)
    assert gongkai("build").status == 0
    data = json.loads(copy_of("json", project.output(".html").read_bytes()))
    items = [
        "举措如下：",
        "•开设专栏。",
        "　•政策问答。",
        "•编制指南。",
        "依法公开。",
        "以上各项均已完成。",
    ]
    assert items in [part["paragraphs"] for part in data["text"]]


def test_labels_like_formulas_are_text_in_every_copy_and_come_back(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The CSV guards them once, as the page's own does; workbook and JSON need no guard."""
    lines = {"1.8": ("'=HYPERLINK(1)", "件"), "1.9": ("=cmd|'/C calc'!A0", "@SUM(1)")}
    with (project.example / "agency.yaml").open("a", encoding="utf-8") as file:
        file.write("extra_lines:\n")
        for code, (label, unit) in lines.items():
            row = {"edition": "2014", "code": code, "label": label, "unit": unit, "parent": "1.2"}
            file.write(f"  - {json.dumps(row, ensure_ascii=False)}\n")
    own = project.example / "2017.csv"
    own.write_text(
        own.read_text("utf-8") + "1.8,''=HYPERLINK(1),件,2\n1.9,'=cmd|'/C calc'!A0,'@SUM(1),1\n",
        "utf-8",
    )
    assert gongkai("build", "--no-index").status == 0
    page = project.output(".html").read_bytes()
    figures = [
        it for table in json.loads(copy_of("json", page))["tables"] for it in table["figures"]
    ]
    found = {it["code"]: (it["label"], it["unit"]) for it in figures if it["code"] in lines}
    assert found == lines
    with zipfile.ZipFile(io.BytesIO(copy_of("xlsx", page))) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
        shown = archive.read("xl/sharedStrings.xml").decode()
    assert all(f">{label}<" in shown for label, _ in lines.values())

    def printed() -> dict[str, str]:
        values = load_report("xixia-justice", 2017, project.params).values
        return {code: value.printed for code, value in values.items()}

    before = printed()
    own.write_bytes(copy_of("csv", page))
    assert printed() == before


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_copy_comes_back_as_the_report_that_it_was_made_of(
    all_built: Path, tmp_path: Path, kind: str
) -> None:
    """Every figure with its remark, and every sentence of the text; of charts only a doubt."""
    for target in EXAMPLES:
        slug, _, year = target.partition("/")
        file = tmp_path / f"{slug}-{year}.{kind}"
        file.write_bytes(copy_of(kind, (all_built / f"{target}.html").read_bytes()))
        ran = elsewhere(tmp_path, "gongkai", "import", file.name, "--agency", slug)
        assert ran.returncode == 0, ran.stderr
        ours, theirs = (
            report_content(load_report(slug, int(year), folder), ())
            for folder in (ROOT / "params", tmp_path / "params")
        )
        found = compare(ours, theirs)
        assert (found.figures, found.text) == ((), ()), target
        doubts = re.findall(r"\[(import-[a-z-]+)\]", ran.stdout + ran.stderr)
        assert set(doubts) <= {"import-picture-left-out", "import-table-unknown"}


def test_what_a_workbook_has_not_is_said(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """A table of the text; a paragraph that no cell can hold makes no workbook at all."""
    project.write_section("other", "| 季度 | 件数 |\n|---|---|\n| 一季度 | 471 |")
    assert gongkai("build").status == 0
    ran = gongkai("export", "--to", "xlsx,json,docx")
    lacks = "  1 table besides those of the form: not included here, but in the Word copy"
    assert (ran.status, ran.err.splitlines().count(lacks)) == (0, 2)
    project.write_section("other", "公开" * 20_000)
    assert gongkai("build").status == 0
    ran = gongkai("export", "--to", "xlsx,docx")
    assert ran.status == 1
    said = "the paragraph “公开公开公开公开公开公开公开公开公开公开…” has 40000 characters, but an Excel cell holds at most 32767"
    assert said in ran.out + ran.err


def test_nbconvert_makes_the_same_document(all_built: Path, tmp_path: Path) -> None:
    """By hand as by command; a report with errors is refused as its page is."""
    notebook = all_built / "xixia-justice" / "2017.ipynb"
    words = ("nbconvert", "--to", "gongkai_docx", str(notebook), "--output-dir", ".")
    ran = elsewhere(tmp_path, "jupyter", *words)
    assert ran.returncode == 0, ran.stderr
    page = notebook.with_suffix(".html").read_bytes()
    assert (tmp_path / "2017.docx").read_bytes() == copy_of("docx", page)


def test_structure_is_said_and_not_only_shown(page: bytes) -> None:
    """Heads that repeat where there are any, widths, the language, words for every picture."""
    made = word(page)
    for table in made.tables:
        heads = [row.trPr.find(qn("w:tblHeader")) is not None for row in table._tbl.tr_lst]
        assert heads == sorted(heads, reverse=True)
        assert len(list(table._tbl.tblGrid)) == len(table.columns)
    official = [it for it in made.tables if it._tbl.tblPr.find(qn("w:tblStyle")) is None]
    for table in official:  # one of several blocks has heads for each, which are no others'
        first = table._tbl.tr_lst[0]
        assert (first.trPr.find(qn("w:tblHeader")) is not None) == (len(first.tc_lst) > 1)
    described = [item.get("descr") for item in made.element.body.iter(qn("wp:docPr"))]
    assert all(described)
    assert len(described) == len(list(made.element.body.iter(qn("a:blip"))))
    used = {item.get(qn("w:val")) for item in made.element.body.iter(qn("w:pStyle"))}
    assert used <= {style.style_id for style in made.styles}
    (language,) = made.styles.element.findall(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert (language.get(qn("w:val")), language.get(qn("w:eastAsia"))) == ("en-US", "zh-CN")


# --- for review -------------------------------------------------------------------


def marked(target: str, outputs: Path) -> MarkedPage:
    """A report's page with the marks of its findings."""
    return page_with_marks(json.loads((outputs / f"{target}.ipynb").read_text("utf-8")))


def commented(document: Any) -> dict[str, str]:
    """The words that each comment is about, by the beginning of the comment."""
    found = {}
    for comment in document.comments:
        body = document.element.body
        mark = next(
            it
            for it in body.iter(qn("w:commentRangeStart"))
            if int(it.get(qn("w:id"))) == comment.comment_id
        )
        words = ""
        for following in mark.itersiblings():
            if following.tag == qn("w:commentRangeEnd"):
                break
            words += "".join(text.text or "" for text in following.iter(qn("w:t")))
        found[comment.text.partition(" ")[0]] = words
    return found


def test_each_finding_is_a_comment_at_its_number(all_built: Path) -> None:
    """The document is the public one word by word; what has no place stands at the title."""
    found = marked("shanghai-office/2019", all_built)
    made = review_of(found.page, found.marked, found.findings)
    public = copy_of("docx", found.page.encode())
    assert [text for text, _ in texts_beside(made)] == [text for text, _ in texts_beside(public)]
    assert made == review_of(found.page, found.marked, found.findings)
    document = docx.Document(io.BytesIO(made))
    about = commented(document)
    assert set(about) == {f"※{number}" for number in range(1, len(found.findings) + 1)}
    assert [about[f"※{number}"] for number in (1, 2)] == ["258", "265"]
    assert about["※7"] == document.paragraphs[0].text.replace("\n", "")
    # Word shows no comment without a reference to it.
    shown = {int(it.get(qn("w:id"))) for it in document.element.iter(qn("w:commentReference"))}
    assert shown == {comment.comment_id for comment in document.comments}
    said = next(it.text for it in document.comments if it.text.startswith("※1 "))
    assert said.startswith(f"※1 警告：{found.findings[0].zh}\n规则：")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert b"w:date" not in archive.read("word/comments.xml")


def test_accepted_findings_are_resolved_and_say_by_whom(all_built: Path) -> None:
    """In Word, and in programs that do not show it, in words."""
    found = marked("xixia-justice/2017", all_built)
    accepted = Acceptance(reason="原件如此", by="张三")
    findings = (found.findings[0].model_copy(update={"accepted": accepted}), *found.findings[1:])
    made = review_of(found.page, found.marked, findings)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        rows = BeautifulSoup(archive.read("word/commentsExtended.xml"), "xml").find_all("commentEx")
        comments = BeautifulSoup(archive.read("word/comments.xml"), "xml").find_all("comment")
    done = {row["w15:paraId"]: row["w15:done"] for row in rows}
    resolved = [item for item in comments if done[item.find_all("p")[-1]["w14:paraId"]] == "1"]
    assert [item.text.partition("）")[0] for item in resolved] == ["已认可：原件如此（张三"]
    assert len(comments) == len(findings) > 1


# --- the command ------------------------------------------------------------------


@pytest.fixture
def built(all_built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the examples built; the outputs."""
    shutil.copytree(ROOT / "params", tmp_path / "params")
    shutil.copytree(all_built, tmp_path / "outputs")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "outputs"


def test_only_what_changed_is_written(built: Path, gongkai: Callable[..., Ran]) -> None:
    """A second run writes nothing; a file that somebody changed is written again."""
    wanted = ("export", "--to", "docx,csv", "--jobs", "1", "xixia-justice")
    assert gongkai(*wanted).lines == ["2 written, 0 up to date, 0 without a public page, 0 failed"]
    before = {path: path.stat().st_mtime_ns for path in built.glob("xixia-justice/*")}
    assert gongkai(*wanted).lines == ["0 written, 2 up to date, 0 without a public page, 0 failed"]
    assert {path: path.stat().st_mtime_ns for path in built.glob("xixia-justice/*")} == before
    (built / "xixia-justice" / "2017.docx").write_bytes(b"PK")
    assert gongkai(*wanted).lines[0].startswith("1 written, 1 up to date")


def _saved_by_somebody(file: Path) -> None:
    """Save a document or a workbook anew with a word more, as an office would."""
    if file.suffix == ".docx":
        document = docx.Document(str(file))
        document.paragraphs[0].add_run("改")
        document.save(str(file))
        return
    entries = {}
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    now = b"2026-01-05T08:00:00Z</dcterms:modified>"
    core = entries["docProps/core.xml"]
    entries["docProps/core.xml"] = core.replace(b"2000-01-01T00:00:00Z</dcterms:modified>", now)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2017.docx", ("--to", "docx")),
        ("2017.xlsx", ("--to", "xlsx")),
        ("2017.review.docx", ("--to", "docx", "--review")),
    ],
)
def test_a_copy_that_somebody_has_saved_since_is_neither_replaced_nor_collected(
    built: Path, gongkai: Callable[..., Ran], name: str, words: tuple[str, ...]
) -> None:
    """A remark, or a figure that was changed by hand; --force writes over it."""
    command = ("export", *words, "xixia-justice")
    assert gongkai(*command).status == 0
    file = built / "xixia-justice" / name
    _saved_by_somebody(file)
    edited = file.read_bytes()
    ran = gongkai(*command, "--into", "报送")
    said = f"xixia-justice/2017: outputs/xixia-justice/{name} was saved by someone after"
    assert (ran.status, said in ran.err) == (1, True)
    assert ran.lines[0] == "0 written, 0 up to date, 0 without a public page, 1 failed"
    assert (file.read_bytes(), [*Path("报送").iterdir()]) == (edited, [])
    assert gongkai(*command, "--force").lines[0].startswith("1 written")
    assert gongkai(*command).lines[0].startswith("0 written, 1 up to date")


def test_a_copy_that_somebody_has_saved_since_outlives_its_page(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """Where findings withdraw the page it has another name; where its report is removed it stays."""
    gongkai("export", "--to", "docx,xlsx", "xixia-justice")
    folder = built / "xixia-justice"
    _saved_by_somebody(folder / "2017.docx")
    edited = (folder / "2017.docx").read_bytes()
    table = Path("params/xixia-justice/2017.csv")
    text = table.read_text("utf-8")
    lines = [f"{line[:-1]}9" if line.startswith("8.3,") else line for line in text.split("\n")]
    table.write_text("\n".join(lines), "utf-8")
    ran = gongkai("build", "xixia-justice")
    assert "2017.edited.docx: a copy that someone has saved since is kept" in ran.err
    assert (folder / "2017.edited.docx").read_bytes() == edited
    assert not [*folder.glob("2017.docx"), *folder.glob("2017.xlsx"), *folder.glob("2017.html")]
    table.write_text(text, "utf-8")
    gongkai("build", "xixia-justice")
    gongkai("export", "--to", "docx,xlsx", "--force", "xixia-justice")
    _saved_by_somebody(folder / "2017.xlsx")
    shutil.rmtree("params/xixia-justice")
    ran = gongkai("build", "--prune")
    assert (
        "2017.xlsx: has no parameters, but was not made by gongkai, or someone has saved" in ran.err
    )
    assert [path.name for path in sorted(folder.iterdir())] == ["2017.edited.docx", "2017.xlsx"]


def test_copies_leave_under_the_names_that_people_give(
    built: Path, gongkai: Callable[..., Ran], tmp_path: Path
) -> None:
    """In a folder of their own; two files of one name are both kept back and named."""
    assert gongkai("export", "--to", "json", "--into", "out", "--jobs", "2").status == 0
    names = {path.name for path in Path("out").iterdir()}
    assert "沭阳县人民政府2025年政府信息公开工作年度报告.json" in names
    assert len(names) == len(EXAMPLES)
    ran = gongkai("export", "--to", "json", "--into", "by-year", "--name", "{year}.{ext}")
    assert ran.status == 1
    assert "2025.json would be the name of several files" in ran.err
    assert {path.name for path in Path("by-year").iterdir()} == {
        "2017.json",
        "2019.json",
        "2023.json",
    }


def test_a_copy_that_cannot_be_put_under_its_name_keeps_no_other_back(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """The first ones in order, one whose name is taken by a folder, and those after it."""
    wanted = ("export", "--to", "json", "--into", "out", "--name", "{slug}-{year}.{ext}")
    Path("out/shanghai-office-2025.json").mkdir(parents=True)
    ran = gongkai(*wanted)
    assert ran.status == 1
    assert "out/shanghai-office-2025.json: cannot be written: Is a directory" in ran.err
    assert f"{len(EXAMPLES) - 1} files in out" in ran.out
    written = {path.stem for path in Path("out").iterdir() if path.is_file()}
    assert written == {name.replace("/", "-") for name in EXAMPLES} - {"shanghai-office-2025"}


def test_a_copy_that_was_collected_before_its_page_was_withdrawn_is_named(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """It lies among those to be handed on, and only its owner may remove it."""
    wanted = ("export", "--to", "json", "--into", "out", "xixia-justice")
    gongkai(*wanted)
    (left,) = Path("out").iterdir()
    table = Path("params/xixia-justice/2017.csv")
    before = table.read_text("utf-8-sig")
    lines = [line[:-1] + "77" if line.startswith("3.1,") else line for line in before.splitlines()]
    table.write_text("\n".join(lines) + "\n", "utf-8")
    gongkai("build", "xixia-justice", "--notebook", str(NOTEBOOK))
    ran = gongkai(*wanted)
    assert ran.status == 1
    assert f"{left.as_posix()}: is from an earlier run and was left unchanged" in ran.err
    assert left.exists()


@pytest.mark.parametrize(
    "pattern", ["{name}", "{year}/{slug}.{ext}", "{slug.__class__}.{ext}", "{", "{ext:>99999999}"]
)
def test_a_pattern_that_is_none_is_refused(
    pattern: str, built: Path, gongkai: Callable[..., Ran]
) -> None:
    """With a sentence that says what may stand in it, before anything is written."""
    ran = gongkai("export", "--to", "csv", "--into", "out", "--name", pattern)
    assert (ran.status, ran.out) == (2, "")
    assert "is not a valid pattern for file names" in ran.err
    assert not Path("out").exists()


def test_a_kind_that_there_is_not_is_refused(gongkai: Callable[..., Ran]) -> None:
    """And those that there are stand in the sentence."""
    ran = gongkai("export", "--to", "docx,odt")
    assert ran.status == 2
    assert "--to: invalid value; expected: pdf, docx, xlsx, csv, json" in ran.err


def test_nothing_is_made_of_a_page_that_was_changed_by_hand(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """A copy carries what was checked, and nothing else."""
    page = built / "xixia-justice" / "2017.html"
    page.write_bytes(page.read_bytes().replace(b"756000", b"756001"))
    ran = gongkai("export", "--to", "docx,json", "xixia-justice")
    assert ran.status == 1
    assert "2017.html: is not the page that was built" in ran.err
    assert not list(built.glob("xixia-justice/*.docx"))


def test_copies_go_with_the_page_that_findings_withdraw(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nobody finds a Word file of a page that may not be published."""
    gongkai("build")
    assert gongkai("export", "--to", "docx,xlsx,csv,json").status == 0
    assert len(list(project.outputs.glob("*/2017.*"))) == 8
    project.set_value("3.1", "7")
    gongkai("build")
    assert not project.output(".html").exists()
    assert gongkai("export", "--to", "docx", "--review").status == 0  # which needs no page
    document = docx.Document(str(project.output(".review.docx")))
    assert any("3.1 = 7" in comment.text for comment in document.comments)
    project.output(".review.docx").unlink()
    assert sorted(path.name for path in project.outputs.glob("*/2017.*")) == [
        "2017.ipynb",
        "2017.json",
        "2017.review.html",
    ]


def test_documents_for_review_are_kept_apart_from_public_copies(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """They have another name everywhere, and `verify` does not take them for copies."""
    assert (
        gongkai("export", "--to", "docx", "--review", "xixia-justice", "--into", "out").status == 0
    )
    assert [path.name for path in built.glob("xixia-justice/*.docx")] == ["2017.review.docx"]
    assert [path.name for path in Path("out").iterdir()] == [
        "银川市西夏区司法局2017年政府信息公开工作年度报告.review.docx"
    ]
    again = gongkai("export", "--to", "docx", "--review", "xixia-justice")
    assert again.lines == ["0 written, 1 up to date, 0 without a public page, 0 failed"]
    for others in (("docx,xlsx",), ("xlsx", "--form")):
        ran = gongkai("export", "--review", "--to", *others)
        assert (ran.status, ran.err.strip()) == (
            2,
            "--review makes Word documents; use it only with --to docx",
        )


# --- over all reports -------------------------------------------------------------


@pytest.fixture
def dataset(built: Path, gongkai: Callable[..., Ran]) -> Path:
    """The outputs, with the table of all reports."""
    ran = gongkai("export", "--to", "csv", "--jobs", "1")
    assert ran.status == 0
    assert ran.lines[-1] == "outputs/data.csv: 856 figures of 5 reports"
    return built


def test_all_figures_stand_in_one_table_that_describes_itself(dataset: Path) -> None:
    """Frictionless and CSVW read it with the types that are said; each finds a figure that is none."""
    package, metadata = dataset / "datapackage.json", dataset / "data.csv-metadata.json"
    assert frictionless.validate(package).valid
    rows = list(csvw.CSVW(str(metadata), validate=True).t.iterdicts())
    assert csvw.CSVW(str(metadata), validate=True).is_valid
    assert len(rows) == 856
    one = next(row for row in rows if row["printed"] == "22（其中修订16件）")
    assert (one["agency"], one["code"], one["value"]) == ("shanghai-office", "2.rules.issued", 22)
    assert any(row["value"] is None for row in rows)
    table = dataset / "data.csv"
    table.write_bytes(table.read_bytes().replace(b",13,13\n", b",13x,13\n", 1))
    kinds = {error.type for task in frictionless.validate(package).tasks for error in task.errors}
    assert kinds >= {"type-error", "hash-count"}
    assert not csvw.CSVW(str(metadata), validate=True).is_valid


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_table_of_all_reports(
    tmp_path: Path,
) -> None:
    """A name may come from a document that somebody sent."""
    figures = tmp_path / "2017.data.csv"
    figures.write_text("code,label,unit,value\n1.1,公开,条,5\n", "utf-8-sig")
    write_dataset(tmp_path, [Source("a", "=1+1局", 2017, "2014", figures)])
    row = (tmp_path / "data.csv").read_text("utf-8").splitlines()[1]
    assert row.startswith("a,'=1+1局,2017,")


def test_a_report_under_the_name_of_its_year_is_read_back_without_a_difference(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """The agency was renamed since; the document has the name that the year's YAML has."""
    year = Path("params/xixia-justice/2017.yaml")
    year.write_text("name: 西夏区司法处\n" + year.read_text("utf-8"), "utf-8")
    gongkai("build", "xixia-justice", "--notebook", str(NOTEBOOK))
    gongkai("export", "--to", "docx", "xixia-justice")
    file = str(built / "xixia-justice" / "2017.docx")
    ran = gongkai("import", file, "--against", "xixia-justice/2017")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        "  key figures, highlights, charts and whatever else the kit derived from the figures were "
        "not compared",
        "1 the same, 0 different",
    ]


def test_the_table_of_all_reports_has_the_same_bytes_again(
    dataset: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whatever the number of processes; a chosen report leaves it alone, a folder gets it too."""
    names = ("data.csv", "datapackage.json", "data.csv-metadata.json")
    before = [(dataset / name).read_bytes() for name in names]
    gongkai("export", "--to", "csv", "xixia-justice")
    assert [(dataset / name).read_bytes() for name in names] == before
    gongkai("export", "--to", "csv", "--jobs", "2", "--into", "out")
    assert [(dataset / name).read_bytes() for name in names] == before
    assert [(Path("out") / name).read_bytes() for name in names] == before


def test_verify_names_a_table_that_is_not_made_of_the_pages(
    dataset: Path, gongkai: Callable[..., Ran]
) -> None:
    """As one saved again by a spreadsheet, or one with a report that was withdrawn since."""
    notebook = ("--notebook", str(NOTEBOOK))
    table = dataset / "data.csv"
    table.write_bytes(table.read_bytes().replace(b",346,346\n", b",347,346\n"))
    ran = gongkai("verify", *notebook)
    said = "outputs/data.csv: does not match the figures of the pages; gongkai export "
    assert (ran.status, said in ran.err, "datapackage" in ran.err) == (1, True, False)


def test_a_build_says_that_the_table_has_the_figures_of_what_it_withdraws(
    dataset: Path, gongkai: Callable[..., Ran]
) -> None:
    """Removed with --prune, or stopped by an error: the command names the table that has its figures."""
    notebook = ("--notebook", str(NOTEBOOK))
    said = "outputs/data.csv still contains figures of reports that no longer have a public page"
    assert said not in gongkai("build", *notebook).err
    shutil.rmtree("params/shuyang-ndrc")
    assert said in gongkai("build", "--prune", "--no-index", *notebook).err
    assert not (dataset / "shuyang-ndrc").exists()
    csv = Path("params/xixia-justice/2017.csv")
    csv.write_text(csv.read_text("utf-8").replace("收到申请数,件,0", "收到申请数,件,3"), "utf-8")
    assert said in gongkai("build", "xixia-justice", *notebook).err


def test_verify_names_a_copy_that_is_not_made_of_its_page(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """One of an earlier page, or changed by somebody, would be signed for another."""
    notebook = ("--notebook", str(NOTEBOOK))
    assert gongkai("export", "--to", "docx,csv", "xixia-justice").status == 0
    assert "csv" not in gongkai("verify", "xixia-justice", *notebook).err
    copy = built / "xixia-justice" / "2017.data.csv"
    copy.write_bytes(copy.read_bytes().replace(b",346", b",347"))
    ran = gongkai("verify", "xixia-justice", *notebook)
    assert ran.status == 1
    assert "2017.data.csv: was not made from the current page; gongkai export" in ran.err
    assert "--to csv xixia-justice/2017 writes it again" in ran.err
    assert "2017.docx" not in ran.err


# --- pages, pictures and folders that are none of ours -----------------------------


def forge(outputs: Path, page: bytes) -> None:
    """Put a page in the place of the example's, and its hash into the manifest."""
    manifest = outputs / "xixia-justice" / "2017.json"
    data = json.loads(manifest.read_bytes())
    data["outputs"]["2017.html"] = hashlib.sha256(page).hexdigest()
    manifest.write_text(json.dumps(data), "utf-8")
    (outputs / "xixia-justice" / "2017.html").write_bytes(page)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"\xff\xfe",
        b"<p>no page of ours</p>",
        b'<main><ol start="x"><li>a</li></ol></main>',
        b"<main><p>\x0b</p></main>",
    ],
    ids=["empty", "no text", "no page", "odd number", "control character"],
)
def test_a_page_that_is_none_of_ours_is_said_and_the_others_are_copied(
    page: bytes, built: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whoever can forge a page and its manifest gets a sentence; so does `verify`."""
    words = ("docx", "--jobs", "1", "xixia-justice", "shuyang-ndrc")
    forge(built, page)
    ran = gongkai("export", "--to", *words)
    assert ran.status == 1
    assert "xixia-justice/2017.docx was not written" in ran.err
    assert ran.lines == ["1 written, 0 up to date, 0 without a public page, 1 failed"]
    (built / "xixia-justice" / "2017.docx").write_bytes(b"PK")
    ran = gongkai("verify", "xixia-justice", "--notebook", str(NOTEBOOK))
    assert ran.status == 1
    assert "2017.docx: was not made from the current page" in ran.err


@pytest.mark.parametrize("notebook", ["", "[]", '{"cells": 1}', '{"cells": [{"outputs": [5]}]}'])
def test_a_notebook_that_is_none_of_ours_is_said(
    notebook: str, built: Path, gongkai: Callable[..., Ran]
) -> None:
    """The document for review is made of it."""
    manifest = built / "xixia-justice" / "2017.json"
    data = json.loads(manifest.read_bytes())
    data["outputs"]["2017.ipynb"] = hashlib.sha256(notebook.encode()).hexdigest()
    manifest.write_text(json.dumps(data), "utf-8")
    (built / "xixia-justice" / "2017.ipynb").write_text(notebook, "utf-8")
    ran = gongkai("export", "--to", "docx", "--review", "--jobs", "1", "xixia-justice")
    assert ran.status == 1
    assert "2017.review.docx was not written" in ran.err
    assert ran.lines == ["0 written, 0 up to date, 0 without a public page, 1 failed"]


def test_a_copy_that_cannot_be_withdrawn_stops_no_other_report(
    built: Path, gongkai: Callable[..., Ran]
) -> None:
    """Here a folder stands in its place."""
    manifest = built / "shanghai-office" / "2019.json"
    data = json.loads(manifest.read_bytes())
    del data["outputs"]["2019.html"]
    manifest.write_text(json.dumps(data), "utf-8")
    (built / "shanghai-office" / "2019.data.csv").mkdir()
    ran = gongkai("export", "--to", "csv", "--jobs", "1")
    assert ran.status == 1
    assert "2019.data.csv: the system refused: Is a directory" in ran.err
    assert ran.lines[0] == "4 written, 0 up to date, 0 without a public page, 1 failed"


def test_no_copy_is_written_of_a_page_that_was_withdrawn_meanwhile(built: Path) -> None:
    """It takes a moment to make one; what findings forbid in that moment is not published."""
    page = built / "xixia-justice" / "2017.html"
    data, copy = page.read_bytes(), page.with_suffix(".docx")
    for change in (lambda: page.write_bytes(data + b" "), page.unlink):
        change()
        with pytest.raises(KitError, match="withdrawn or rebuilt meanwhile"):
            put_beside(page, data, copy, b"PK")
        assert not copy.exists()
    assert not list(built.rglob(".building-*"))


@pytest.mark.parametrize(
    "folder", ["params/xixia-justice", "outputs/xixia-justice", "link", "outputs"]
)
def test_copies_are_not_collected_among_parameters_or_results(
    folder: str, built: Path, gongkai: Callable[..., Ran]
) -> None:
    """There they would take the place of 2017.csv, or of a manifest."""
    Path("link").symlink_to("params/xixia-justice")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    words = ("--to", "csv,json", "--into", folder, "--name", "{year}.{ext}", "xixia-justice")
    ran = gongkai("export", *words)
    assert (ran.status, ran.out) == (2, "")
    assert f"{folder} is inside" in ran.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_prune_removes_the_copies_of_a_report_too(built: Path, gongkai: Callable[..., Ran]) -> None:
    """Nobody finds a Word file of a report that is no more; a foreign file of such a name stays."""
    assert (
        gongkai("export", "--to", "docx,xlsx,csv,json", "xixia-justice", "shuyang-ndrc").status == 0
    )
    foreign = built / "shuyang-ndrc" / "2023.data.csv"
    foreign.write_text("a,b\n1,2\n", "utf-8")
    for slug in ("xixia-justice", "shuyang-ndrc"):
        shutil.rmtree(Path("params") / slug)
    ran = gongkai("build", "--prune", "--notebook", str(NOTEBOOK))
    assert ran.status == 0
    assert not list(built.glob("xixia-justice/2017*"))
    assert list(built.glob("shuyang-ndrc/2023*")) == [foreign]
    assert "2023.data.csv: has no parameters, but was not made by gongkai" in ran.err


@pytest.mark.parametrize(("depth", "is_made"), [(300, True), (5000, False)])
def test_nothing_below_many_elements_is_missing_in_silence(
    depth: int, is_made: bool, all_built: Path
) -> None:
    """HTML of an own cell may be nested deeply: all that follows is in the copy, or there is none."""
    page = (all_built / "xixia-justice" / "2017.html").read_text("utf-8")
    deep = "<div>" * depth + "<p>深处</p>" + "</div>" * depth + "<p>其后</p></main>"
    data = page.replace("</main>", deep).encode()
    if is_made:
        said = "".join(
            line.text for line in docx.Document(io.BytesIO(copy_of("docx", data))).paragraphs
        )
        assert "深处其后" in said
    else:
        with pytest.raises(KitError, match="no copy can be made of this page"):
            copy_of("docx", data)


def jpeg(**how: Any) -> bytes:
    """A small JPEG."""
    made = io.BytesIO()
    Image.new(how.pop("mode", "RGB"), (40, 30)).save(made, "JPEG", **how)
    return made.getvalue()


def png(*, dots_a_metre: int) -> bytes:
    """A small PNG with an odd resolution."""
    made = io.BytesIO()
    Image.new("L", (10, 10)).save(made, "PNG", dpi=(1, 1))
    data = made.getvalue()
    at = data.index(b"pHYs")
    chunk = b"pHYs" + dots_a_metre.to_bytes(4, "big") * 2 + b"\x01"
    return data[:at] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[at + 17 :]


@pytest.mark.parametrize(
    "picture",
    [
        jpeg()[:2] + jpeg()[20:],  # without the header of JFIF, as cameras write it
        jpeg(mode="CMYK"),
        jpeg(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
        png(dots_a_metre=1),
        png(dots_a_metre=2**32 - 1),
    ],
    ids=["no JFIF", "CMYK", "odd Exif", "few dots", "many dots"],
)
def test_every_picture_that_a_browser_shows_is_in_the_document(
    picture: bytes, built: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """Also one whose header python-docx does not know."""
    page = (built / "xixia-justice" / "2017.html").read_text("utf-8")
    image = f'<p><img src="{data_url(picture)}" alt="办事窗口"></p></main>'
    made = docx.Document(io.BytesIO(copy_of("docx", page.replace("</main>", image).encode())))
    assert made.inline_shapes[-1]._inline.docPr.get("descr") == "办事窗口"
    assert not recwarn.list


@pytest.mark.parametrize("name", ["cut", "many"])
def test_a_picture_that_cannot_be_shown_is_named(name: str, built: Path) -> None:
    """One that was cut off, one that would fill the memory: a sentence with what it should show."""
    many = io.BytesIO()
    if name == "many":
        Image.new("1", (12000, 8000)).save(many, "PNG")
    picture = many.getvalue() or png(dots_a_metre=1)[:60]
    page = (built / "xixia-justice" / "2017.html").read_text("utf-8")
    image = f'<p><img src="{data_url(picture)}" alt="办事窗口"></p></main>'
    with pytest.raises(KitError, match="the picture “办事窗口” cannot be shown") as refused:
        copy_of("docx", page.replace("</main>", image).encode())
    assert " at 0x" not in str(refused.value)
