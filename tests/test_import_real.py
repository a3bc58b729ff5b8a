"""What real documents do: Word, web pages, workbooks and PDFs as people and programs make them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
import xlsxwriter
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from commands import run_command
from conftest import ROOT, Ran, Sandbox
from documents import (
    Piece,
    Table,
    as_excel,
    as_html,
    as_pdf,
    as_text,
    as_word,
    table_of,
)
from gongkai.forms import editions
from gongkai.importing.blocks import Grid, Picture
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document
from gongkai.importing.labels import without_radicals
from gongkai.report.reader import load_report
from import_helpers import (
    NAME,
    SHARED,
    change,
    changed_word,
    doubts,
    drafted,
    published,
    report,
    texts,
)


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
.hidden { display: none } table td > .pale { color: #FFFFFF } .content .tiny { font: 1px/1 serif }
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
        ("<b class='hidden'>5</b>", "import-hidden"),
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


@pytest.mark.parametrize("unit", ["", "件"])
def test_a_figure_that_a_ruling_line_of_a_pdf_cuts_is_doubted_whole(
    tmp_path: Path, unit: str
) -> None:
    """It may be the figures of two cells; neither piece of it becomes a figure."""
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{figure.encode('utf-16-be').hex()}>"

    def cut(item: str) -> str:
        if letters not in item:
            return item
        x, y = (float(number) for number in item.partition(" Td")[0].split()[-2:])
        item = item.replace(letters, f"<{(figure + unit).encode('utf-16-be').hex()}>")
        return f"{item}\n{x + 7} {y - 6} m {x + 7} {y + 12} l S"

    draft = drafted(tmp_path, "x.pdf", as_pdf(content, edit=cut), 2023)
    assert texts(draft) == values | {"3.1.total": ""}
    said = {item.id: item.problem().text("en") for item in draft.doubts}
    assert set(said) == {"import-figure-cut", "import-figure-unplaced", "import-cell-missing"}
    assert said["import-figure-cut"].startswith(f"a ruled line goes through “{figure}{unit}”")


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
    """A link to last year's report raises no doubt about the year of a report that states its own."""
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
