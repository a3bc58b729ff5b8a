"""Word documents as people make them: looks, numbers, text boxes, and what is no text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from documents import (
    Piece,
    as_html,
    as_word,
)
from gongkai.importing.blocks import Grid, Picture
from gongkai.importing.formats.documents import read_document
from import_helpers import (
    changed_word,
    doubts,
    drafted,
    report,
    texts,
)


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


@pytest.mark.parametrize("name", ["Caption", "题注"])
def test_a_paragraph_in_the_style_of_a_caption_is_text(tmp_path: Path, name: str) -> None:
    """People type remarks, years and what a picture shows in it; the caption itself is left out."""
    word = docx.Document(io.BytesIO(as_word(report("2021")[0])))
    if name not in [style.name for style in word.styles]:
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    table = word.tables[0]
    for text in ("注：规章数含上年制发的。", "图1 各月的申请"):
        remark = word.add_paragraph(text, style=name)
        table._tbl.addnext(remark._p)
    before = word.add_paragraph("（2022年度）", style=name)
    table._tbl.addprevious(before._p)
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    read = [text.text for lines in draft.prose.parts.values() for text in lines]
    assert {"注：规章数含上年制发的。", "图1 各月的申请"} <= set(read)
    assert "import-table-year-differs" in [item.id for item in draft.doubts]


def test_a_line_in_the_style_of_contents_that_is_no_heading_is_doubted(tmp_path: Path) -> None:
    """A paragraph got the style by mistake; the lines of the contents repeat headings."""
    word = docx.Document(io.BytesIO(as_word(report("2021")[0])))
    word.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    heads = [item.text for item in word.paragraphs if item.text.startswith(("一、", "二、"))]
    for text in (
        "目  录",
        *(f"{head}……\t{page}" for page, head in enumerate(heads, 2)),
        "全年无申请。",
    ):
        word.paragraphs[0].insert_paragraph_before(text, style="toc 1")
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    left_out = [item for item in draft.doubts if item.id == "import-contents-left-out"]
    assert len(heads) >= 2
    assert [item.details["text"] for item in left_out] == ["全年无申请。"]


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


def test_a_figure_below_in_a_merged_cell_is_not_read(tmp_path: Path) -> None:
    """Word shows the text of the first of the cells alone; what a template left in others is said."""
    content, values = report("2021")
    begin = '<w:vMerge w:val="restart"/>'
    data = changed_word(as_word(content), values["3.1.total"], values["3.1.total"], begin)
    data = changed_word(data, values["3.2.total"], values["3.2.total"], "<w:vMerge/>")
    draft = drafted(tmp_path, "x.docx", data, 2023)
    hidden = [item for item in draft.doubts if item.id == "import-struck-through"]
    assert [item.details["text"] for item in hidden] == [values["3.2.total"]]
    assert texts(draft)["3.2.total"] == ""


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


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
NOT_IN_WORD = {
    "import-equation": f"<m:oMath {W.replace('w=', 'm=').replace('wordprocessingml', 'officeDocument').replace('main', 'math')}><m:r><m:t>37</m:t></m:r></m:oMath>",
    "import-picture-in-cell": f"<w:r {W}><w:pict/></w:r>",
    "import-text-box-in-cell": f"<w:r {W}><w:pict><w:txbxContent><w:p><w:r><w:t>37</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    "import-unreadable-characters": f'<w:r {W}><w:sym w:font="Wingdings" w:char="F081"/></w:r>',
    "import-note": f'<w:r {W}><w:footnoteReference w:id="2"/></w:r>',
}


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


@pytest.mark.parametrize("xml", ["<w:altChunk {}/>", "<w:p {}><w:subDoc/></w:p>"])
def test_a_document_that_is_embedded_in_another_is_said_with_its_place(
    tmp_path: Path, xml: str
) -> None:
    """Word shows its text as if it were the report's own; what is around it is read."""
    content, values = report("2021")
    word = docx.Document(io.BytesIO(as_word(content)))
    paragraph = next(item for item in word.paragraphs if item.text.startswith("这是第1部分"))
    paragraph._p.addnext(parse_xml(xml.format(W)))
    word.save(str(tmp_path / "y.docx"))
    draft = drafted(tmp_path, "x.docx", (tmp_path / "y.docx").read_bytes(), 2023)
    assert texts(draft) == values
    assert doubts(draft) in ([("import-embedded", f"paragraph {place}")] for place in (4, 5))


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
