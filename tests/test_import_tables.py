"""What documents do to the tables of a report, and what an import makes of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from documents import (
    Box,
    Piece,
    Table,
    as_excel,
    as_html,
    as_pdf,
    as_text,
    as_word,
    figures,
    pieces,
    size,
    table_of,
)
from gongkai.errors import KitError
from gongkai.forms import editions
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document
from import_helpers import (
    NAME,
    YEARS,
    change,
    doubts,
    drafted,
    report,
    texts,
)


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
    "line", ["单位：万件", "（单位：百件）", "金额单位：元", "单位：件", "单位：某某局"]
)
def test_a_unit_that_the_form_does_not_have_is_doubted(tmp_path: Path, line: str) -> None:
    """The figures would be ten thousand times too small, or too large."""
    content, _ = report("2021")
    place = next(n for n, piece in enumerate(content) if not isinstance(piece, str))
    document = as_word([*content[:place], line, *content[place:]])
    draft = drafted(tmp_path, "x.docx", document, 2023)
    found = [doubt.details["unit"] for doubt in draft.doubts if doubt.id == "import-unit-differs"]
    expected = {"单位：万件": ["万件"], "（单位：百件）": ["百件"], "金额单位：元": ["元"]}
    assert found == expected.get(line, [])


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
    """Letters lost in extraction: the figures are kept, and a doubt names the place."""
    content, values = report("2021")
    content = change(content, "2.其他法律行政法规禁止公开", "2.其他法律行政止公开")
    draft = drafted(tmp_path, "x.html", as_html(content), 2023)
    assert texts(draft) == values
    assert doubts(draft) == [("import-row-near", "table 2, row 8, column 3")]
    assert "3.3.3.2.total" in draft.doubts[0].codes


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("（五）不予处理", "（五）不予处理（含撤回7391件）"),
        ("法人或其他组织", "法人或其他组织（不含驻外机构）"),
        ("未经复议直接起诉", "未经复议直接起诉 另有7391件"),
        ("三、本年度办理结果", "三、上半年办理结果"),
        ("行政复议", "行政复议含上级机关"),
    ],
)
def test_other_words_in_the_label_of_a_group_or_in_a_header_are_doubted(
    tmp_path: Path, words: str, more: str
) -> None:
    """They may say that figures below it count something else."""
    content, _ = report("2021")
    draft = drafted(tmp_path, "x.docx", as_word(change(content, words, more)), 2023)
    assert [doubt.id for doubt in draft.doubts] == ["import-label-other"]


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_sections_of_a_list_in_another_order_are_read_with_doubts(
    tmp_path: Path, kind: str
) -> None:
    """Some of their rows have labels that two sections have."""
    content, values = report("2014")
    place = next(n for n, piece in enumerate(content) if isinstance(piece, Table))
    table = content[place]
    assert isinstance(table, Table)
    start = next(n for n, row in enumerate(table.rows) if "四、行政复议" in row[0].text)
    rows = [*table.rows[:1], *table.rows[start:], *table.rows[1:start]]
    content[place] = dataclasses.replace(table, rows=rows)
    write = {"docx": as_word, "html": as_html}[kind]
    draft = drafted(tmp_path, f"x.{kind}", write(content), 2017)
    found = texts(draft)
    assert {"import-row-out-of-order", "import-row-twice"} & {it.id for it in draft.doubts}
    assert found["1.1"] == values["1.1"]


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


def test_a_row_that_may_hold_the_figures_of_the_next_row_is_a_doubt_about_that_row(
    tmp_path: Path,
) -> None:
    """The cells that it left blank are the ones to look at, and no others."""
    content, values = report("2021")
    table = next(item for item in content if isinstance(item, Table) and len(item.rows) > 20)
    label, *numbers = table.rows[3]
    table.rows[3:4] = [
        [dataclasses.replace(label, text="往年遗留事项"), *numbers],
        [label, *(dataclasses.replace(number, text="") for number in numbers)],
    ]
    draft = drafted(tmp_path, "x.docx", as_word(content), 2023)
    blank = {code for code, text in texts(draft).items() if not text}
    assert blank == {code for code in values if code.startswith("3.2.")}
    (doubt,) = draft.doubts
    assert (doubt.id, set(doubt.codes)) == ("import-row-extra", blank)


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


def test_every_sheet_with_the_table_again_is_named(tmp_path: Path) -> None:
    """As in a workbook of three bodies: a sheet that nothing named would seem to be read."""
    content, values = report("2021")
    table = next(item for item in content if isinstance(item, Table))
    places = sum(isinstance(item, Table) for item in content)
    data = as_excel([*content, table, table], sheets=True)
    draft = drafted(tmp_path, "x.xlsx", data, 2023)
    assert texts(draft) == values
    sheets = [f"Sheet{places + number}!A1" for number in (2, 3)]  # the first one has the text
    assert doubts(draft) == [("import-table-twice", sheet) for sheet in sheets]


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
    """区政府, 区直, 乡镇: the import does not guess which."""
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


@pytest.mark.parametrize("head", ["更正后", "其中：下半年"])
def test_a_further_column_of_figures_that_was_left_out_is_named(tmp_path: Path, head: str) -> None:
    """It may have the right figures."""
    content, values = report("2014")
    table = next(item for item in content if isinstance(item, Table))
    for number, row in enumerate(table.rows):
        row.append(Box("5" if number else head))
    draft = drafted(tmp_path, "x.docx", as_word(content), 2016)
    assert texts(draft) == values
    (doubt,) = draft.doubts
    assert (doubt.id, doubt.details["found"]) == ("import-column-left-out", head)


@pytest.mark.parametrize("is_list", [True, False], ids=["list", "the kit's columns"])
@pytest.mark.parametrize(
    ("beyond", "said"),
    [
        ("1,259", ["import-figure-divided"]),
        ("3,5,,", ["import-figure-divided"]),
        ("7,已核对,,", []),
        ("7,,,", []),
    ],
)
def test_a_figure_that_its_comma_divides_in_a_csv_is_not_read_as_its_first_digits(
    tmp_path: Path, beyond: str, said: list[str], is_list: bool
) -> None:
    """As 1,259 without quotation marks; of what cannot be a figure nothing is feared."""
    form = editions.load_form("2014")
    header = ["统计指标", "单位", "统计数"] if is_list else ["code", "indicator", "unit", "value"]
    rows = [header]
    for code, cell in form.cells.items():
        rows.append([*([] if is_list else [code]), cell.label, cell.unit, "6"])
        if code == "1.1":
            rows[-1][-1:] = beyond.split(",")
    data = "\n".join(map(",".join, rows)).encode()
    draft = drafted(tmp_path, "x.csv", data, 2016)
    figure = "" if said else "7"
    assert texts(draft) == {**dict.fromkeys(form.cells, "6"), "1.1": figure}
    about = [doubt for doubt in draft.doubts if doubt.codes == ("1.1",)]
    assert [doubt.id for doubt in about] == said


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


def test_a_table_in_markdown_is_read_as_one_with_tabs(tmp_path: Path) -> None:
    """As chat programs and editors put out a table: cells between | and a rule below the head."""
    content, _ = report("2021")
    tabbed = as_text(content).decode().split("\n")
    first = next(number for number, line in enumerate(tabbed) if "\t" in line)
    lines = [f"| {' | '.join(line.split(chr(9)))} |" if "\t" in line else line for line in tabbed]
    lines.insert(first + 1, "|" + "---|" * lines[first].count("|"))
    lines = [f"## {line}" if line.startswith("一、总体") else line for line in lines]
    lines = [f"**{line}**" if line.startswith("五、") else line for line in lines]
    draft = drafted(tmp_path, "x.txt", "\n".join(lines).encode(), 2023)
    found = draft.cells
    assert draft.prose.sections.keys() == {part.id for part in draft.form.parts}
    expected = drafted(tmp_path, "y.txt", "\n".join(tabbed).encode(), 2023).cells
    assert {code: cell.text for code, cell in found.items()} == {
        code: cell.text for code, cell in expected.items()
    }
    assert found["3.1.total"].text


def test_a_column_is_asked_for_where_a_table_has_one_alone(tmp_path: Path) -> None:
    """It would have no effect, and the figures of several bodies would be read as of one."""
    content, _ = report("2021")
    path = tmp_path / "x.docx"
    path.write_bytes(as_word(content))
    with pytest.raises(KitError, match="--column 甲局: only a table of 2014"):
        read_draft(read_document(path).source, 2023, column="甲局")
