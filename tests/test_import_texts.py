"""The parts, names and dates of a document become texts and parameters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from documents import (
    FORMATS,
    Piece,
    Table,
    as_excel,
    as_html,
    as_word,
    unmerged,
)
from gongkai.importing.run import Options, import_document
from gongkai.report.reader import load_report
from import_helpers import (
    NAME,
    doubts,
    drafted,
    imported_into,
    report,
    texts,
)


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


@pytest.mark.parametrize(("name", "year"), [("云岫县教育局", 2023), (NAME, 2022)])
@pytest.mark.parametrize("extension", ["docx", "html", "pdf", "txt"])
def test_of_a_volume_the_first_report_is_read_and_the_second_is_a_doubt(
    tmp_path: Path, extension: str, name: str, year: int
) -> None:
    """Figures and text are of one report, that of another body or year is said to be left out."""
    content, values = report("2021")
    title = f"{name}{year}年政府信息公开工作年度报告"
    second = [
        title,
        *("另一份的文字。" if str(item).endswith("。") else item for item in content[1:]),
    ]
    write = FORMATS[extension]
    draft = drafted(tmp_path, f"x.{extension}", write([*content, *second]), 2023)
    first = drafted(tmp_path, f"first.{extension}", write(content), 2023)
    assert (texts(draft), draft.texts, draft.prose.name) == (values, first.texts, NAME)
    (doubt,) = (item for item in draft.doubts if item not in first.doubts)
    assert (doubt.id, doubt.details["heading"]) == ("import-second-report", title)


def test_a_report_that_names_others_in_titles_of_their_own_is_read_whole(tmp_path: Path) -> None:
    """As a page that links to them, or a table of contents does."""
    content, values = report("2021")
    other = "云岫县教育局2023年政府信息公开工作年度报告"
    contents = [item for item in content if str(item)[1:2] == "、"]
    draft = drafted(tmp_path, "x.docx", as_word([content[0], *contents, *content, other]), 2023)
    assert texts(draft) == values
    assert all(draft.texts.values())
    assert not [item for item in draft.doubts if item.id == "import-second-report"]


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


@pytest.mark.parametrize("line", ["浏览次数：123次", "责任编辑 李四", "索引号：000014349"])
def test_what_a_site_prints_below_the_title_is_no_introduction(tmp_path: Path, line: str) -> None:
    """Also where no markup sets it off; it is listed with the other text of no part."""
    content, _ = report("2021")
    draft = drafted(tmp_path, "x.docx", as_word([content[0], line, *content[1:]]), 2023)
    assert line not in [text.text for text in draft.prose.introduction]
    assert line in [text.text for text in draft.prose.unplaced]


@pytest.mark.parametrize(
    "begins", ["附件公开方面", "设置“联系我们”栏目方面", "清理“打印本页”按钮方面"]
)
def test_a_long_paragraph_with_words_of_a_site_stays_in_its_part(
    tmp_path: Path, begins: str
) -> None:
    """A short line with them, below the last part, is a site's own."""
    content, _ = report("2021")
    long = f"{begins}，本机关对门户网站各栏目逐项核对，统一了文件下载、页面打印和意见反馈的位置与名称，并安排专人每周检查一次，发现问题及时整改。"
    at = content.index("这是第6部分的文字，说明本机关在这一年里做了什么。") + 1
    content[at:at] = [long, "附件：统计表"]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    assert [text.text for text in list(draft.prose.parts.values())[-1]] == [content[at - 1], long]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("附件反映的问题共4321件，已全部整改。", "text"),
        ("附件：更正后应为4321件。", "text"),
        ("附件1：收费情况说明（4321万元）", "unplaced"),
        ("附：应为4321件", "unplaced"),
        ("附件4321件另行说明", "unplaced"),
        ("2024年2月29日", "unplaced"),
        ("附件：统计表", ""),
        ("附件", ""),
    ],
)
def test_a_line_below_the_last_part_is_text_or_is_listed(
    tmp_path: Path, line: str, kept: str
) -> None:
    """A sentence belongs to the part; what only announces the table is left out."""
    content, _ = report("2021")
    at = content.index("这是第6部分的文字，说明本机关在这一年里做了什么。") + 1
    content[at:at] = [line] if kept == "text" else ["2024年1月20日", line]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    found = {
        "text": [text.text for text in list(draft.prose.parts.values())[-1]],
        "unplaced": [text.text for text in draft.prose.unplaced],
    }
    assert [name for name, lines in found.items() if line in lines] == ([kept] if kept else [])


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


@pytest.mark.parametrize(
    "last",
    [
        "无。",
        "无",
        "本年度未收取信息处理费。",
        "未发生其他需要报告的事项",
        "本年度我局未收费，无其他事项",
    ],
)
def test_a_sentence_right_before_the_date_is_no_signature(tmp_path: Path, last: str) -> None:
    """It stays in its part; the name is that of the title, also of 无锡市 and 未央区."""
    title, *content = report("2021")[0]
    content = [item for item in content if item not in (NAME, "2024年1月20日")]
    draft = drafted(tmp_path, "x.docx", as_word([title, *content, last, "2024年1月20日"]), 2023)
    assert draft.prose.sections["other"][-1].text == last
    assert (draft.prose.name, draft.prose.signed_by) == (NAME, "")
    assert str(draft.prose.signed) == "2024-01-20"
    for name in ("无锡市司法局", "未央区司法局"):
        draft = drafted(tmp_path, "x.docx", as_word([*content, name, "2024年1月20日"]), 2023)
        assert draft.prose.signed_by == name


@pytest.mark.parametrize(
    "text",
    [
        "二〇二四年一月二十日",
        "二0二四年一月二十日",
        "二Ｏ二四年元月二十日",
        "2024年元月20日",
        "2024.1.20",
    ],
)
def test_a_date_is_read_as_it_is_usually_typed(tmp_path: Path, text: str) -> None:
    """Also with a digit or a letter for the zero among numerals, and with 元月."""
    content = [item for item in report("2021")[0] if item != "2024年1月20日"]
    draft = drafted(tmp_path, "x.docx", as_word([*content, text]), 2023)
    assert str(draft.prose.signed) == "2024-01-20"


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
        f"2023{NAME}2023年度政府信息公开工作年度报告",
    ],
)
def test_titles_are_known_in_their_usual_wordings(tmp_path: Path, title: str) -> None:
    """The agency and the year, and nothing of the title in the text."""
    text = f"{title}\n一、总体情况\n公开5条。\n"
    prose = drafted(tmp_path, "x.txt", text.encode(), 2023).prose
    assert (prose.name, prose.stated_year, prose.introduction) == (NAME, 2023, [])


@pytest.mark.parametrize("with_text", [True, False], ids=["text", "tables alone"])
@pytest.mark.parametrize(
    ("title", "said"),
    [
        (f"{NAME}2023年上半年政府信息公开工作报告", "上半年"),
        (f"{NAME}2023年度半年度政府信息公开工作报告", "半年度"),
        (f"{NAME}2023年第三季度政府信息公开工作年度报告", "第三季度"),
        (f"{NAME}2023年1—6月政府信息公开工作情况报告", "1—6月"),
        (f"{NAME}2023年十月份政府信息公开工作情况报告", "十月份"),
        (f"2023年上半年{NAME}政府信息公开工作报告", "上半年"),
        (f"{NAME}\n2023年上半年\n政府信息公开工作报告", "上半年"),
        (f"{NAME}2023年办公室政府信息公开工作年度报告", "办公室"),
        (f"{NAME}2023年政府信息公开工作年度报告", ""),
        (f"2023年{NAME}政府信息公开工作年度报告", ""),
    ],
)
def test_what_a_title_says_beside_name_and_year_is_not_left_out_without_a_word(
    tmp_path: Path, title: str, said: str, with_text: bool
) -> None:
    """A report of half a year is no annual report, and a name may go on behind the year."""
    text = f"{title}\n一、总体情况\n公开5条。\n" if with_text else f"{title}\n"
    draft = drafted(tmp_path, "x.txt", text.encode(), 2023)
    assert (draft.prose.name, draft.prose.stated_year) == (NAME, 2023)
    doubted = [
        item for item in draft.doubts if item.id in ("import-part-of-year", "import-title-rest")
    ]
    assert [item.details["text"] for item in doubted] == ([said] if said else [])


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


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("可在县政府门户网站（www.example.gov.cn）查阅", "县政府门户网站"),
        ("可在“县政府门户网站”（http://www.example.gov.cn）查阅", "县政府门户网站"),
        ("可在县政府门户网站下载（网址：www.example.gov.cn）", "县政府门户网站"),
        ("可在我局门户网站（www.example.gov.cn）查阅", None),
    ],
)
def test_the_name_of_a_website_is_what_others_call_it(
    tmp_path: Path, said: str, name: str | None
) -> None:
    """Without what is done there, and never 我局: the name goes into agency.yaml."""
    text = f"{NAME}2023年政府信息公开工作年度报告\n本报告{said}。\n一、总体情况\n公开5条。\n"
    contact = drafted(tmp_path, "x.txt", text.encode(), 2023).prose.contact
    assert contact.get("website_name") == name
