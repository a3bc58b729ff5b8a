"""What comes back in Word: figures and sentences go into the report's files, the rest is asked."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph as Paragraph_

from conftest import ROOT, Ran
from documents import as_word, figures, pieces
from gongkai.cli import against, documents
from gongkai.errors import KitError
from gongkai.forms.editions import load_form
from gongkai.importing.blocks import Grid, Paragraph
from gongkai.importing.edited.merge import Figures, merged
from gongkai.importing.edited.tokens import NotPlaced
from gongkai.importing.formats.documents import read_document
from gongkai.office.copies import copy_of
from gongkai.report.csv_file import with_values
from gongkai.report.places import Place
from gongkai.text.placeholders import Fact, Figure, Segment, TypedText
from gongkai.text.yaml_edit import with_texts
from gongkai.text.yaml_files import parse_yaml

TARGET = "xixia-justice/2017"

# --- a text -----------------------------------------------------------------------

FIGURES = {"1": "164", "2": "114", "3": "", "name": "张三"}
TEXT = """### （一）门户网站

公开{{ v("1") }}条，其中**微信**{{ v("2") }}条。负责人{{ fact("name") }}。

### （二）培训

加强培训。
"""


def says(figures: dict[str, str]) -> Callable[[Segment], str]:
    """What a placeholder fills in."""

    def text(segment: Segment) -> str:
        match segment:
            case Figure(codes=(code, *_)):
                return figures[code]
            case Fact(name=name):
                return figures[name]
            case TypedText(text=text):
                return text
        return ""

    return text


def paragraphs(*lines: str) -> list[Paragraph]:
    """The paragraphs of a document; # begins a heading, - an item."""
    return [
        Paragraph(
            line.lstrip("#-"),
            Place(paragraph=number),
            3 * line.startswith("#"),
            "-" * line.startswith("-"),
        )
        for number, line in enumerate(lines, start=1)
    ]


def put_back(text: str, *lines: str, **now: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The text with what a document says, and what is asked: placeholder, ours, theirs."""
    figures = Figures(says(FIGURES), says({**FIGURES, **{key[1:]: now[key] for key in now}}))
    found = merged(text, paragraphs(*lines), figures)
    return found.text, [(item.placeholder, item.before, item.after) for item in found.questions]


AS_IT_IS = (
    "#（一）门户网站",
    "公开164条，其中微信114条。负责人张三。",
    "#（二）培训",
    "加强培训。",
)


def test_a_text_that_nobody_changed_stays_byte_for_byte() -> None:
    """Its placeholders, its Markdown, its line ends."""
    assert put_back(TEXT, *AS_IT_IS) == (TEXT, [])


@pytest.mark.parametrize(
    ("lines", "old", "new"),
    [
        ((*AS_IT_IS[:3], "加强业务培训。"), "加强培训", "加强业务培训"),
        ((*AS_IT_IS, "今后按季度检查。"), "加强培训。\n", "加强培训。\n\n今后按季度检查。\n"),
        (("新的一段。", *AS_IT_IS), "### （一）", "新的一段。\n\n### （一）"),
        (AS_IT_IS[1:], "### （一）门户网站\n\n", ""),
        (
            (AS_IT_IS[0], "公开164条，其中微信114条。", "负责人张三。", *AS_IT_IS[2:]),
            "条。负责人",
            "条。\n\n负责人",
        ),
        (
            (AS_IT_IS[0], "公开164条，其中公众号114条。负责人张三。", *AS_IT_IS[2:]),
            "**微信**",
            "**公众号**",
        ),
        (
            (AS_IT_IS[0], "公开164条，其中微信114条。", *AS_IT_IS[2:]),
            '负责人{{ fact("name") }}。',
            "",
        ),
        (
            (*AS_IT_IS, "收费{{ 1.5 }}万元，见*号。"),
            "加强培训。\n",
            "加强培训。\n\n收费｛｛ 1.5 ｝｝万元，见*号。\n",
        ),
    ],
)
def test_only_what_was_changed_is_another(lines: tuple[str, ...], old: str, new: str) -> None:
    """A word, a sentence, a paragraph, a break; placeholders and bold type beside it stay."""
    assert put_back(TEXT, *lines) == (TEXT.replace(old, new, 1), [])


@pytest.mark.parametrize(
    ("text", "lines", "after"),
    [
        ("加强培训。", ["今年加强培训。"], "今年加强培训。"),
        ('收{{ v("1") }}条，公开。', ["共收164条，公开。"], '共收{{ v("1") }}条，公开。'),
        ("加强培训。", ["今年开局良好。", "加强培训。"], "今年开局良好。\n\n加强培训。"),
    ],
)
def test_what_is_put_before_everything_comes_back(text: str, lines: list[str], after: str) -> None:
    """Words before the first sentence, or a paragraph of their own."""
    assert put_back(text, *lines) == (after, [])


def test_a_sentence_that_was_moved_takes_its_placeholders_along() -> None:
    """It is not typed again."""
    lines = (AS_IT_IS[0], "负责人张三。", *AS_IT_IS[2:], "公开164条，其中微信114条。")
    text, asked = put_back(TEXT, *lines)
    assert asked == []
    assert text.endswith('加强培训。\n\n公开{{ v("1") }}条，其中**微信**{{ v("2") }}条。\n')


def test_a_figure_typed_over_a_placeholder_is_asked_and_its_sentence_stays() -> None:
    """Whatever else was changed in that sentence; other sentences are written."""
    lines = (
        AS_IT_IS[0],
        "共公开165条，其中微信114条。负责人张三。",
        AS_IT_IS[2],
        "加强业务培训。",
    )
    assert put_back(TEXT, *lines) == (
        TEXT.replace("加强培训", "加强业务培训"),
        [('{{ v("1") }}', "164", "165")],
    )


def test_a_figure_that_the_table_of_the_document_has_too_is_no_question() -> None:
    """The placeholder fills it in, once the table is written."""
    lines = (AS_IT_IS[0], "公开165条，其中微信114条。负责人张三。", *AS_IT_IS[2:])
    assert put_back(TEXT, *lines, v1="165") == (TEXT, [])
    assert put_back(TEXT, *AS_IT_IS, v1="165") == (TEXT, [])


def test_a_placeholder_that_is_half_of_a_number_stays() -> None:
    """The document says 164.50 in one piece."""
    text = '收费{{ v("1") }}.50万元，已上缴。'
    assert put_back(text, "收费164.50万元，已缴清。") == (text.replace("上缴", "缴清"), [])


def test_lists_and_what_no_document_gives_back_stay() -> None:
    """An item is added to a list; a table of Markdown and a blank figure are left alone."""
    text = '要点：\n\n- 网站{{ v("1") }}条；\n- 微信{{ v("2") }}条。\n\n| 甲 |\n|---|\n| 1 |\n\n结束{{ v("3") }}语。'
    lines = ("要点：", "-网站164条；", "-微信114条。", "结束语。")
    assert put_back(text, *lines) == (text, [])
    more = (*lines[:2], "-今日头条3条；", *lines[2:])
    assert put_back(text, *more) == (text.replace("\n- 微信", "\n- 今日头条3条；\n- 微信"), [])


def test_what_was_changed_here_since_stays_and_is_asked_where_both_were() -> None:
    """The document still has the old words of a sentence that somebody has mended here."""
    made = paragraphs("甲已经完成。", "乙已经完成。")
    figures = Figures(says(FIGURES), says(FIGURES))
    here = "甲已经全部完成。\n\n乙已经完成。"
    found = merged(here, paragraphs("甲已经完成。", "乙按时完成。"), figures, made)
    assert (found.text, found.questions) == ("甲已经全部完成。\n\n乙按时完成。", ())
    found = merged(here, paragraphs("甲按时完成。", "乙已经完成。"), figures, made)
    assert found.text == here
    assert [(item.before, item.after) for item in found.questions] == [
        ("甲已经全部完成。", "甲按时完成。")
    ]


def test_a_text_whose_words_cannot_be_found_in_it_is_left_alone() -> None:
    """A placeholder that strips the blanks beside it, for one."""
    with pytest.raises(NotPlaced):
        put_back('公开 {{- v("1") }}条。', "公开164件。")


# --- the files --------------------------------------------------------------------

YAML = """# 年度报告
year: 2017   # 年份
sections:
  overview: |   # 第一部分

    第一段。

    第二段。

  # 请领导审阅
  other: '没有收费。'
  empty:
  short: 没有  # 待定
  folded: >
    折行的
    文字。
signed: 2018-01-04
"""


@pytest.mark.parametrize(
    ("part", "text", "old", "new"),
    [
        (
            "overview",
            "\n第一段。\n\n新的一段。\n\n第二段。",
            "第一段。\n",
            "第一段。\n\n    新的一段。\n",
        ),
        ("other", "收费：'1'元。", "'没有收费。'", "'收费：''1''元。'"),
        ("empty", "甲。\n\n乙。", "  empty:", "  empty: |\n    甲。\n\n    乙。"),
        ("short", "有", "没有  # 待定", "有  # 待定"),
        ("short", "有: 1", "没有  # 待定", "|  # 待定\n    有: 1"),
        ("folded", "一行。", ">\n    折行的\n    文字。", "|\n    一行。"),
        ("new", "新。", "    文字。\n", "    文字。\n  new: |\n    新。\n"),
    ],
)
def test_a_text_of_a_yaml_file_is_replaced_where_it_stands(
    part: str, text: str, old: str, new: str
) -> None:
    """Comments, order, blank lines and every other line stay as they were."""
    assert with_texts(YAML, "2017.yaml", "sections", {part: text}) == YAML.replace(old, new, 1)


@pytest.mark.parametrize(
    "source",
    ["sections: {a: 甲, b: 乙}\n", "year: 1\n", "year: 1\nsections:\n", 'sections:\n  a: "甲"'],
)
def test_a_text_finds_its_place_in_any_notation(source: str) -> None:
    """In one line, without any text yet, in quotes."""
    data = parse_yaml(with_texts(source, "f", "sections", {"a": "甲: {1}\n\n乙"}), "f").data
    assert data["sections"]["a"].strip() == "甲: {1}\n\n乙"


def test_a_file_that_cannot_be_changed_by_itself_is_refused() -> None:
    """With a sentence that names the key."""
    with pytest.raises(KitError, match=r"sections\.a cannot be replaced"):
        with_texts("sections: [a, b]\n", "f", "sections", {"a": "甲"})


def test_a_figure_of_a_csv_is_replaced_in_its_cell() -> None:
    """Separators, quotes, columns beside it and a label over two lines stay."""
    text = '统计表\n代码;指标;单位;数值;备注\n1;"甲\n乙";件;"0";x\n2;丙;件; 5 ;y\n'
    assert with_values(text, {3: "1;2", 5: "6"}) == text.replace('"0"', '"1;2"').replace(" 5 ", "6")
    numbered = "序号,代码,指标,单位,数值\n1,1,甲,件,0\n"
    assert with_values(numbered, {2: "7"}) == numbered.replace(",0", ",7")


# --- the command ------------------------------------------------------------------


VBA = "application/vnd.ms-office.vbaProject"


class Edited:
    """A project with the example, and its Word document to be edited."""

    def __init__(self, folder: Path, all_built: Path, gongkai: Callable[..., Ran]) -> None:
        self.folder, self._gongkai = folder, gongkai
        shutil.copytree(ROOT / "params" / "xixia-justice", folder / "params" / "xixia-justice")
        shutil.copytree(all_built / "xixia-justice", folder / "outputs" / "xixia-justice")
        page = (all_built / f"{TARGET}.html").read_bytes()
        self.file = folder / "edited.docx"
        self.document = docx.Document(io.BytesIO(copy_of("docx", page)))

    def apply(self, *words: str) -> Ran:
        """Save the document, and put it back."""
        self.document.save(str(self.file))
        return self._gongkai("import", self.file.name, "--against", TARGET, "--apply", *words)

    def run(self, *words: str) -> Ran:
        """Run a command in the project."""
        return self._gongkai(*words)

    def params(self, name: str) -> str:
        """One of the files of the parameters."""
        return (self.folder / "params" / "xixia-justice" / name).read_text("utf-8")

    def paragraph(self, begin: str) -> Any:
        """The paragraph of the text that begins so."""
        found = (item for item in self.document.paragraphs if item.text.startswith(begin))
        return next(item for item in found if item._p.pPr is None or item._p.style != "toc1")

    def retype(self, begin: str, old: str, new: str) -> None:
        """Replace words of a paragraph."""
        paragraph = self.paragraph(begin)
        assert old in paragraph.text
        paragraph.text = paragraph.text.replace(old, new)

    def set_figure(self, label: str, value: str) -> None:
        """Give a row of the table another figure."""
        rows = (row for table in self.document.tables for row in table.rows)
        row = next(row for row in rows if row.cells[0].text.startswith(label))
        row.cells[2].paragraphs[0].text = value


@pytest.fixture
def edited(
    all_built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gongkai: Callable[..., Ran],
) -> Edited:
    """The example's Word document, as it was made."""
    monkeypatch.chdir(tmp_path)
    return Edited(tmp_path, all_built, gongkai)


def edit(edited: Edited) -> dict[str, str]:
    """Change two figures and a sentence, add a paragraph; the files as they have to be then."""
    edited.set_figure("（一）收到申请数", "3")
    edited.set_figure("3.网络申请数", "3")
    edited.retype("本年度修订了", "须经审核", "由局领导审核")
    there = edited.paragraph("本年度未制发政策性文件")
    there._p.addnext(deepcopy(there._p))
    again = there._p.getnext()
    for run in again.findall(qn("w:r")):
        again.remove(run)
    Paragraph_(again, there._parent).add_run("今后将按季度解读。")
    yaml, csv = edited.params("2017.yaml"), edited.params("2017.csv")
    sentence = "因此没有需要解读的事项。\n"
    return {
        "2017.yaml": yaml.replace("信息发布前须经审核", "信息发布前由局领导审核").replace(
            sentence, f"{sentence}\n    今后将按季度解读。\n"
        ),
        "2017.csv": csv.replace("（一）收到申请数,件,0", "（一）收到申请数,件,3").replace(
            "3.网络申请数,件,0", "3.网络申请数,件,3"
        ),
    }


def test_an_unchanged_document_changes_nothing(edited: Edited) -> None:
    """Exit status 0, and no file is touched."""
    ran = edited.apply()
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines == ["0 figures and 0 parts of the text changed, 0 questions"]


def test_exactly_what_was_edited_comes_back(edited: Edited) -> None:
    """Two figures, a sentence, a paragraph, as `gongkai diff` shows them; then nothing more."""
    wanted = edit(edited)
    before = {name: edited.params(name) for name in wanted}
    ran = edited.apply("--dry-run")
    assert ran.status == 1
    assert "3.1.3 网络申请: 0 → 3 件 (+3)" in ran.out
    assert "    + 今后将按季度解读。" in ran.lines[-2]
    assert ran.lines[-1].startswith("2 figures and 2 parts of the text would change, 0 questions")
    assert {name: edited.params(name) for name in wanted} == before
    ran = edited.apply()
    assert ran.status == 1
    assert "written: params/xixia-justice/2017.yaml" in ran.lines
    assert {name: edited.params(name) for name in wanted} == wanted
    assert edited.apply().lines == ["0 figures and 0 parts of the text changed, 0 questions"]


def test_what_libreoffice_saved_again_comes_back_the_same(
    edited: Edited, libreoffice: Callable[..., None]
) -> None:
    """Runs are parted otherwise there, and styles have other names."""
    wanted = edit(edited)
    (edited.folder / "mine").mkdir()
    edited.document.save(str(edited.folder / "mine" / "edited.docx"))
    libreoffice(edited.folder, "docx:MS Word 2007 XML", "mine/edited.docx")
    edited.document = docx.Document(str(edited.file))
    ran = edited.apply()
    assert ran.lines[-1] == "2 figures and 2 parts of the text changed, 0 questions"
    assert {name: edited.params(name) for name in wanted} == wanted


def test_what_is_typed_over_a_placeholder_is_a_question_with_its_place(edited: Edited) -> None:
    """With the placeholder and both values; nothing of that sentence is written."""
    edited.retype("在区政府门户网站公开", "164", "165")
    yaml = edited.params("2017.yaml")
    ran = edited.apply()
    assert ran.status == 1
    line = (
        yaml.split("\n").index(next(it for it in yaml.split("\n") if "门户网站公开信息{{" in it))
        + 1
    )
    assert f"params/xixia-justice/2017.yaml:{line}: paragraph " in ran.err
    assert '“165” was typed where {{ v("1.2.2") }} fills in 164' in ran.err
    assert edited.params("2017.yaml") == yaml


def test_a_sentence_that_was_changed_in_both_is_a_question_with_both(edited: Edited) -> None:
    """In the document and, since it was made, here: neither is lost."""
    path = edited.folder / "params" / "xixia-justice" / "2017.yaml"
    here = edited.params("2017.yaml").replace("信息发布前须经审核", "信息发布前须经双人审核")
    path.write_text(here, "utf-8")
    edited.retype("本年度修订了", "须经审核", "由局领导审核")
    ran = edited.apply()
    assert ran.status == 1
    [said] = [line for line in ran.err.splitlines() if "both were changed since" in line]
    assert said.index("信息发布前由局领导审核") < said.index("信息发布前须经双人审核")
    assert edited.params("2017.yaml") == here


def test_a_document_on_another_form_is_not_written_into_the_report(edited: Edited) -> None:
    """Of the same agency and year: its cells are those of other tables."""
    form = load_form("2021")
    name = "银川市西夏区司法局"
    content = pieces(form, figures(form, Random(7)), name, 2017)  # noqa: S311
    edited.document = docx.Document(io.BytesIO(as_word(content)))
    before = edited.params("2017.yaml"), edited.params("2017.csv")
    ran = edited.apply()
    assert ran.status == 1
    said = "the document has the tables of form 2021, but the report has those of 2014; nothing was written"
    assert said in ran.err
    assert (edited.params("2017.yaml"), edited.params("2017.csv")) == before


def test_tracked_changes_count_as_made_and_comments_change_nothing(edited: Edited) -> None:
    """The document is read as its reviewer proposes it; both are said."""
    paragraph = edited.paragraph("本年度没有其他")
    for run in list(paragraph._p.findall(qn("w:r"))):
        paragraph._p.remove(run)
    stamp = 'w:id="9" w:author="李四" w:date="2018-01-05T00:00:00Z"'
    for piece in (
        "<w:r><w:t>本年度</w:t></w:r>",
        f"<w:del {stamp}><w:r><w:delText>没有其他</w:delText></w:r></w:del>",
        f"<w:ins {stamp}><w:r><w:t>还有一件</w:t></w:r></w:ins>",
        "<w:r><w:t>需要报告的事项。</w:t></w:r>",
    ):
        tag, rest = piece[: piece.index(">")].split(" ", 1) if " " in piece[:8] else (piece[:4], "")
        head = f"{tag} {nsdecls('w')} {rest}".rstrip()
        paragraph._p.append(parse_xml(head + piece[piece.index(">") :]))
    edited.document.add_comment(paragraph.runs, text="请核实", author="王五", initials="王")
    ran = edited.apply()
    assert "+ 本年度还有一件需要报告的事项。" in ran.out
    assert (
        "there are tracked changes; the document was read as if they were all accepted" in ran.err
    )
    assert "王五 comments here: “请核实”; comments change nothing" in ran.err
    assert "本年度还有一件需要报告的事项。" in edited.params("2017.yaml")


def test_a_guide_above_a_figure_and_a_field_that_computes_one_are_doubted(tmp_path: Path) -> None:
    """12 above 1259 is no part of it; what Word once computed may be out of date."""
    made = docx.Document()
    row = made.add_table(1, 2).rows[0]
    space = nsdecls("w")
    row.cells[0].paragraphs[0]._p.append(
        parse_xml(
            f"<w:r {space}><w:ruby><w:rt><w:r><w:t>12</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>1259</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        )
    )
    field = f'<w:fldSimple {space} w:instr=" =SUM(LEFT) "><w:r><w:t>7</w:t></w:r></w:fldSimple>'
    row.cells[1].paragraphs[0]._p.append(parse_xml(field))
    made.save(str(tmp_path / "x.docx"))
    source = read_document(tmp_path / "x.docx").source
    (grid,) = (block for block in source.blocks if isinstance(block, Grid))
    assert [cell.text for cell in grid.cells] == ["1259", "7"]
    assert [doubt.id for doubt in source.doubts] == ["import-guide", "import-computed-field"]


def test_a_row_that_was_deleted_with_its_mark_alone_is_no_row(tmp_path: Path) -> None:
    """Word may mark the row and not the words in it; that a row changed is said."""
    made = docx.Document()
    table = made.add_table(3, 2)
    for row, words in zip(table.rows, ("规章", "规范性文件", "行政许可"), strict=True):
        row.cells[0].text, row.cells[1].text = words, "1"
    stamp = 'w:id="9" w:author="李四" w:date="2018-01-05T00:00:00Z"'
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')} {stamp}/>"))
    made.save(str(tmp_path / "x.docx"))
    source = read_document(tmp_path / "x.docx").source
    (grid,) = (block for block in source.blocks if isinstance(block, Grid))
    assert [cell.text for cell in grid.cells] == ["规章", "1", "行政许可", "1"]
    assert "import-tracked-changes" in [doubt.id for doubt in source.doubts]


@pytest.mark.parametrize(
    "kind",
    [
        "vnd.ms-word.document.macroEnabled.main",
        "vnd.ms-word.template.macroEnabledTemplate.main",
        "vnd.openxmlformats-officedocument.wordprocessingml.template.main",
    ],
)
def test_a_document_with_macros_or_a_template_is_read_as_any_other(
    edited: Edited, kind: str
) -> None:
    """Macros are said, and not run."""
    edited.set_figure("3.网络申请数", "3")
    part = edited.document.part
    part._content_type = f"application/{kind}+xml"
    if "macro" in kind:
        macros = Part(PackURI("/word/vbaProject.bin"), VBA, b"macro", part.package)
        part.relate_to(macros, "http://schemas.microsoft.com/office/2006/relationships/vbaProject")
    ran = edited.apply()
    assert ran.lines[-1] == "1 figure and 0 parts of the text changed, 0 questions"
    assert ("macros; they were not run" in ran.err) == ("macro" in kind)


def test_what_belongs_to_no_part_is_said_and_not_written(edited: Edited) -> None:
    """A telephone number, a title of a chart, a figure in a chart, the introduction."""
    edited.retype("联系电话", "2078858", "2078859")
    edited.retype("“部门动态”最多", "108", "109")
    ran = edited.apply()
    assert ran.status == 1
    assert ran.lines[-1].startswith("0 figures and 0 parts of the text changed")
    assert "“联系电话：0951-2078859” is new in the document, but belongs to no part" in ran.err
    assert "“部门动态”最多，109条" in ran.err


def test_who_signs_is_said_and_not_written_though_the_page_is_another_by_now(
    edited: Edited,
) -> None:
    """Then the document is compared with the parameters alone; these say who signs."""
    page = edited.folder / "outputs" / f"{TARGET}.html"
    page.write_bytes(page.read_bytes() + b" ")
    before = edited.params("2017.yaml")
    edited.retype("单位负责人", "高峰", "高山")
    ran = edited.apply()
    said = "signatures.head is 高峰 here and 高山 in the document; it is neither a figure nor the text of a part, so it was not written"
    assert ran.status == 1
    assert ran.err.splitlines()[1:] == [f"params/{TARGET}.yaml: {said}"]
    assert edited.params("2017.yaml") == before


def test_what_another_reviewer_corrected_is_not_undone_by_an_earlier_copy(edited: Edited) -> None:
    """Two people correct copies of one export, and the report was built in between."""
    page = edited.folder / "outputs" / f"{TARGET}.html"
    page.write_bytes(page.read_bytes() + b" ")
    before = edited.params("2017.csv")
    edited.set_figure("3.网络申请数", "3")
    ran = edited.apply()
    assert ran.status == 1
    assert "exported from an earlier page, so nothing is written" in ran.err
    assert edited.params("2017.csv") == before
    assert edited.apply("--force").status == 1
    assert edited.params("2017.csv") != before


@pytest.mark.parametrize(
    "order", [(1, 0, 2), (2, 0, 1), (2, 1, 0), (1, 2, 0), (0, 1, 2, 0), (0, 2, 1)]
)
def test_sentences_that_were_moved_or_repeated_are_all_there(
    all_built: Path,
    tmp_path: Path,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    order: tuple[int, ...],
) -> None:
    """In their new order, with their placeholders; none is deleted, and none typed anew."""
    monkeypatch.chdir(tmp_path)
    edited = Edited(tmp_path, all_built, gongkai)
    path = tmp_path / "params" / "xixia-justice" / "2017.yaml"
    sentences = ("先做培训。", '收到申请{{ v("3.1") }}件。', "再做检查。")
    text = path.read_text("utf-8")
    start = text.index("  other: |\n") + len("  other: |\n")
    path.write_text(text[:start] + "    " + "".join(sentences) + "\n", "utf-8")
    assert gongkai("build", "xixia-justice").status == 0
    page = (tmp_path / "outputs" / f"{TARGET}.html").read_bytes()
    edited.document = docx.Document(io.BytesIO(copy_of("docx", page)))
    said = ("先做培训。", "收到申请0件。", "再做检查。")
    edited.paragraph("先做培训").text = "".join(said[number] for number in order)
    ran = edited.apply()
    assert ran.lines[-1] == "0 figures and 1 part of the text changed, 0 questions"
    assert "".join(sentences[number] for number in order) in edited.params("2017.yaml")


@pytest.mark.parametrize("now", ["收到申请7件。", "收到申请7件；", "共收到申请7件。"])
def test_a_figure_in_a_sentence_that_was_moved_is_asked(
    all_built: Path,
    tmp_path: Path,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    now: str,
) -> None:
    """Its sentence is written nowhere else, and its placeholder stays; also with another word."""
    monkeypatch.chdir(tmp_path)
    edited = Edited(tmp_path, all_built, gongkai)
    path = tmp_path / "params" / "xixia-justice" / "2017.yaml"
    text = path.read_text("utf-8")
    start = text.index("  other: |\n") + len("  other: |\n")
    sentences = '先做培训。收到申请{{ v("3.1") }}件。再做检查。'
    path.write_text(f"{text[:start]}    {sentences}\n", "utf-8")
    assert gongkai("build", "xixia-justice").status == 0
    page = (tmp_path / "outputs" / f"{TARGET}.html").read_bytes()
    edited.document = docx.Document(io.BytesIO(copy_of("docx", page)))
    edited.paragraph("先做培训").text = f"先做培训。再做检查。{now}"
    ran = edited.apply()
    assert ran.status == 1
    assert ran.lines[-1] == "0 figures and 0 parts of the text changed, 1 question"
    assert '收到申请{{ v("3.1") }}件' in edited.params("2017.yaml")
    assert "7件" not in edited.params("2017.yaml")


@pytest.fixture
def with_table(edited: Edited) -> Edited:
    """The document of a report whose text has a table and a link."""
    path = edited.folder / "params" / "xixia-justice" / "2017.yaml"
    text = path.read_text("utf-8")
    start = text.index("  other: |\n") + len("  other: |\n")
    added = "    | 季度 | 件数 |\n    |---|---|\n    | 一季度 | 471 |\n\n    见[公开指南](https://www.example.gov.cn/zn)。\n"
    path.write_text(text[:start] + added, "utf-8")
    assert edited.run("build", "xixia-justice").status == 0
    page = (edited.folder / "outputs" / f"{TARGET}.html").read_bytes()
    edited.document = docx.Document(io.BytesIO(copy_of("docx", page)))
    return edited


def _figure_of_the_text(document: Any) -> None:
    cells = (cell for table in document.tables for row in table.rows for cell in row.cells)
    next(cell for cell in cells if cell.text == "471").paragraphs[0].text = "472"


def _table_of_the_text(document: Any) -> None:
    table = next(it for it in document.tables if "471" in it._tbl.xpath("string(.)"))
    table._tbl.getparent().remove(table._tbl)


def _address(document: Any) -> None:
    for part in document.part.rels.values():
        if part.is_external and part.target_ref.endswith("/zn"):
            part._target = "https://www.example.com/"


def _picture(document: Any) -> None:
    drawn = next(document.element.body.iter(qn("a:blip")))
    document.part.rels[drawn.get(qn("r:embed"))].target_part._blob = b"another"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_figure_of_the_text, "this table is not part of the form and was changed"),
        (_table_of_the_text, "a table that is not part of the form was removed"),
        (_address, "a link or a picture was changed"),
        (_picture, "a link or a picture was changed"),
    ],
)
def test_what_is_no_sentence_and_no_figure_of_the_form_is_asked(
    with_table: Edited, change: Callable[[Any], None], said: str
) -> None:
    """A table of the text, an address, a picture: silence would mean that it was written."""
    before = with_table.params("2017.yaml")
    ran = with_table.apply()
    assert (ran.status, ran.lines[-1]) == (
        0,
        "0 figures and 0 parts of the text changed, 0 questions",
    )
    change(with_table.document)
    ran = with_table.apply()
    assert (ran.status, said in ran.err) == (1, True), ran.err
    assert with_table.params("2017.yaml") == before


def test_a_paragraph_of_two_lines_is_written_and_nothing_else_is_said(edited: Edited) -> None:
    """Shift and Enter in Word: each line is a paragraph of the text."""
    added = edited.paragraph("本年度没有其他").insert_paragraph_before()
    run = added.add_run("第一行写培训。")
    run.add_break()
    run.add_text("第二行写检查。")
    ran = edited.apply()
    assert "belongs to no part" not in ran.err
    assert ran.lines[-1] == "0 figures and 1 part of the text changed, 0 questions"
    assert "第二行写检查。" in edited.params("2017.yaml")


def test_a_title_with_other_words_is_said_and_not_written(edited: Edited) -> None:
    """The page gets its title from the parameters."""
    edited.document.paragraphs[0].add_run("（送审稿）")
    ran = edited.apply()
    assert "（送审稿）” is new in the document, but belongs to no part" in ran.err
    assert "0 figures and 0 parts of the text changed" in ran.out


def test_a_heading_that_is_gone_stops_every_text(edited: Edited) -> None:
    """Otherwise one part's text would be written into another."""
    heading = edited.paragraph("五、政策解读情况")._p
    heading.getparent().remove(heading)
    before = edited.params("2017.yaml")
    ran = edited.apply()
    assert "the heading “五、政策解读情况” is not in the document" in ran.err
    assert edited.params("2017.yaml") == before


def test_a_table_that_is_gone_stops_every_text(edited: Edited) -> None:
    """What is printed above a table or below a chart would be written as a part's text."""
    for table in edited.document.tables:
        body = table._tbl.getparent()
        assert body is not None
        body.remove(table._tbl)
    before = {name: edited.params(name) for name in ("2017.yaml", "2017.csv")}
    ran = edited.apply()
    assert ran.status == 1
    assert "2017.csv: the table “政府信息公开情况统计表" in ran.err
    assert {name: edited.params(name) for name in before} == before
    assert "was read as —" not in ran.err


@pytest.mark.parametrize(
    ("slug", "year", "name"),
    [("xixia-justice", 2017, "西夏区教育局"), ("xixia-justice", 2016, "西夏区司法局")],
    ids=["of another agency", "of another year"],
)
def test_a_document_of_another_report_is_not_written_into_this_one(
    edited: Edited, slug: str, year: int, name: str
) -> None:
    """Its figures would take the place of this report's."""
    page = edited.folder / "outputs" / f"{TARGET}.html"
    page.write_bytes(page.read_bytes() + b" ")  # it is not known what the document was made of
    edited.set_figure("（一）收到申请数", "3")
    for paragraph in edited.document.paragraphs:
        if "年政府信息公开工作年度报告" in paragraph.text.replace("\n", ""):
            paragraph.text = f"{name}{year}年政府信息公开工作年度报告"
    before = edited.params("2017.csv")
    ran = edited.apply()
    assert ran.status == 1
    assert "the title of this document is that of a report other than xixia-justice" in ran.err
    assert edited.params("2017.csv") == before


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("由局\u200b领导审核", "由局领导审核"),
        ("由3\u200b2人审核", ""),
        ("由\u202e23\u202c人审核", ""),
    ],
    ids=["zero width", "in a number", "turning"],
)
def test_invisible_characters_of_a_document_are_left_out_or_asked(
    edited: Edited, typed: str, written: str
) -> None:
    """The rest is written all the same, and asked no second time."""
    edited.set_figure("（一）收到申请数", "3")
    edited.retype("本年度修订了", "须经审核", typed)
    before = edited.params("2017.yaml")
    ran = edited.apply()
    after = before.replace("信息发布前须经审核", f"信息发布前{written}") if written else before
    assert edited.params("2017.yaml") == after
    assert "（一）收到申请数,件,3" in edited.params("2017.csv")
    assert ran.lines[-1].endswith("0 questions" if written else "1 question")
    if written:
        assert edited.apply().lines == ["0 figures and 0 parts of the text changed, 0 questions"]


def test_a_cell_that_is_no_figure_is_asked(edited: Edited) -> None:
    """It does not become a blank."""
    edited.set_figure("（一）收到申请数", "三件")
    before = edited.params("2017.csv")
    ran = edited.apply()
    assert ran.status == 1
    assert "收到申请 (3.1) is 0 here and was read as —" in ran.err
    assert edited.params("2017.csv") == before


def test_encodings_and_line_ends_stay(edited: Edited) -> None:
    """Of a CSV that Excel saved in GB18030, and of a YAML file with the line ends of Windows."""
    folder = edited.folder / "params" / "xixia-justice"
    csv = edited.params("2017.csv").removeprefix("\ufeff").replace("\n", "\r\n").encode("gb18030")
    yaml = edited.params("2017.yaml").replace("\n", "\r\n").encode()
    (folder / "2017.csv").write_bytes(csv)
    (folder / "2017.yaml").write_bytes(yaml)
    edited.set_figure("（一）收到申请数", "3")
    edited.retype("本年度修订了", "须经审核", "由局领导审核")
    assert edited.apply().status == 1
    old, new = ("（一）收到申请数,件,%d".encode("gb18030") % number for number in (0, 3))
    assert (folder / "2017.csv").read_bytes() == csv.replace(old, new)
    old, new = "发布前须经审核".encode(), "发布前由局领导审核".encode()
    assert (folder / "2017.yaml").read_bytes() == yaml.replace(old, new)


def test_nothing_is_half_written(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second file cannot be moved into its place, the first one is moved back."""
    wanted = edit(edited)
    before = {name: edited.params(name) for name in wanted}

    def fail(source: Path, target: Path) -> None:
        if Path(target).name == "2017.yaml" and "before" not in str(source):
            raise OSError(28, "No space left on device")
        Path(source).rename(target)

    monkeypatch.setattr(os, "replace", fail)
    ran = edited.apply()
    assert ran.status == 1
    assert "No space left" in ran.err
    assert {name: edited.params(name) for name in wanted} == before


def test_a_notice_says_that_the_document_is_of_another_page(edited: Edited) -> None:
    """Then what was changed here since would look like a change of the document."""
    page = edited.folder / "outputs" / f"{TARGET}.html"
    page.write_bytes(page.read_bytes() + b" ")
    assert (
        "the document was not made from the current outputs/xixia-justice/2017.html"
        in edited.apply().err
    )


def test_apply_needs_a_report(gongkai: Callable[..., Ran], tmp_path: Path) -> None:
    """One sentence says which."""
    ran = gongkai("import", str(tmp_path), "--apply")
    assert (ran.status, ran.err.strip()) == (
        2,
        "--apply needs --against AGENCY/YEAR: the report that the document was made from",
    )


@pytest.mark.parametrize("name", ["2017.csv", "2017.yaml"])
def test_a_file_that_is_saved_while_the_document_is_read_is_left_as_it_is(
    edited: Edited, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The lines to change are those of the file as it was before."""
    edit(edited)
    path = edited.folder / "params" / "xixia-justice" / name
    text = path.read_text("utf-8").replace("\n", "\n\n", 1)
    read = documents.read_document

    def slowly(*words: Any) -> Any:
        path.write_text(text, "utf-8")
        return read(*words)

    monkeypatch.setattr(against, "read_document", slowly)
    other = {"2017.csv": "2017.yaml", "2017.yaml": "2017.csv"}[name]
    before = edited.params(other)
    ran = edited.apply()
    assert (ran.status, f"{name}: was changed while this command ran" in ran.err) == (1, True)
    assert (edited.params(name), edited.params(other)) == (text, before)
