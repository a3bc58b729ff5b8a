"""Documents as people write and name them: published reports, titles, navigation, several of one report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Ran, Sandbox
from documents import (
    as_html,
)
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document
from gongkai.importing.labels import without_radicals
from gongkai.report.reader import load_report
from import_helpers import (
    NAME,
    SHARED,
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
