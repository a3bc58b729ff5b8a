"""The Word document of a public page: every word of it, in the form that is signed and filed."""

from __future__ import annotations

import io
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
from bs4 import BeautifulSoup
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree
from PIL import Image

from gongkai.importing.blocks import Paragraph as Line
from gongkai.importing.formats.word import read_word
from gongkai.office.content import Run, Runs, words_of
from gongkai.office.copies import copy_of
from gongkai.office.line_ends import letters, line_ends
from gongkai.office.tables import with_ends
from office_helpers import made, words

# What a sheet of paper leaves out: ways through the page, and what it says twice.
ON_SCREEN_ALONE = ".anchor, .byline, .filled, .in-words, .key, .rail, .skip, .tools, details, svg"


def word(page: bytes) -> Any:
    """The Word document of a page."""
    return docx.Document(io.BytesIO(made("docx", page)))


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
