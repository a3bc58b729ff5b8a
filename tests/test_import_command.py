"""`gongkai import`: what it writes, asks, refuses and says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import BIN, ROOT, Ran, Sandbox
from documents import (
    Table,
    as_html,
    as_pdf,
    as_word,
)
from gongkai.importing.blocks import Source
from gongkai.importing.draft import Draft, read_draft
from gongkai.importing.run import Options, import_document
from import_helpers import (
    NAME,
    YEARS,
    report,
)


def test_a_word_file_becomes_a_report_that_builds(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Four files, and the page of it."""
    ran = gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    assert (ran.status, ran.out) == (0, "1 imported with 0 doubts, 0 not imported\n")
    folder = project.params / "yunxiu-justice"
    assert sorted(path.name for path in folder.iterdir()) == [
        "2023.csv",
        "2023.source.yaml",
        "2023.yaml",
        "agency.yaml",
    ]
    source = yaml.safe_load((folder / "2023.source.yaml").read_text("utf-8"))
    assert source["cells"]["3.1.total"]["place"] == "table 2, row 3, column 10"
    assert len(source["sha256"]) == 64
    assert source["doubts"] == []
    assert gongkai("list", "yunxiu-justice").lines == ["yunxiu-justice/2023: never built"]


def test_a_single_line_that_belongs_to_no_part_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With the file that has it, for somebody to put where it should be."""
    page = as_html(report("2021")[0], foot="<p>主办单位：某某县人民政府</p>")
    (project.folder / "x.html").write_bytes(page)
    ran = gongkai("import", "x.html", "--agency", "yunxiu-justice")
    assert "  1 line of text belongs to no part; see 2023.source.yaml" in ran.err.splitlines()


def test_files_that_are_there_are_left_as_they_are(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Unless --force is given; --dry-run writes nothing at all."""
    words = ("import", "report.docx", "--agency", "yunxiu-justice")
    assert gongkai(*words, "--dry-run").status == 0
    assert not (project.params / "yunxiu-justice").exists()
    gongkai(*words)
    path = project.params / "yunxiu-justice" / "2023.yaml"
    path.write_text("mine", "utf-8")
    ran = gongkai(*words)
    assert ran.status == 1
    assert "params/yunxiu-justice/2023.yaml: already exists" in ran.err
    tried = gongkai(*words, "--dry-run")
    assert (tried.status, tried.out) == (
        1,
        "0 would be imported with 0 doubts, 1 would not; nothing was written\n",
    )
    assert "would be written" not in tried.err
    assert path.read_text("utf-8") == "mine"
    assert gongkai(*words, "--force").status == 0
    assert path.read_text("utf-8") != "mine"


@pytest.mark.parametrize("name", ["2023.yaml", "2023.csv", "2023.source.yaml"])
@pytest.mark.parametrize("dry_run", [["--dry-run"], []])
def test_a_folder_with_the_name_of_a_file_to_write_is_never_removed(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path, name: str, dry_run: list[str]
) -> None:
    """With --force neither: what is in it is somebody's."""
    note = project.params / "yunxiu-justice" / name / "notes.txt"
    note.parent.mkdir(parents=True)
    note.write_text("mine", "utf-8")
    ran = gongkai("import", "report.docx", "--agency", "yunxiu-justice", "--force", *dry_run)
    refused = f"cannot write to params/yunxiu-justice/{name}: Is a directory"
    assert (ran.status, refused in ran.err) == (1, True), ran.err
    assert note.read_text("utf-8") == "mine"
    assert [path.name for path in note.parents[1].iterdir()] == [name]


def test_nothing_is_written_through_a_link_that_leads_out_of_the_parameters(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path, tmp_path: Path
) -> None:
    """Neither by an import with --force nor by the files to fill in."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project.params / "linked").symlink_to(elsewhere)
    said = "params/linked: this link points outside params; put the file itself there"
    for words in (
        ("import", "report.docx", "--agency", "linked", "--force"),
        ("import", "report.docx", "--agency", "linked", "--dry-run"),
        ("new", "linked", "2018", "--name", NAME),
    ):
        ran = gongkai(*words)
        assert ran.status in (1, 2)
        assert said in ran.err.splitlines()
        assert "written" not in ran.err.replace("nothing was written", "")
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("dry_run", [["--dry-run"], []])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_report_of_another_body_in_the_same_folder_is_a_doubt(
    project: Sandbox, gongkai: Callable[..., Ran], jobs: str, dry_run: list[str]
) -> None:
    """However many documents are read at once, and before any of them is written."""
    folder = project.folder / "in"
    folder.mkdir()
    for edition, name in (("2019", NAME), ("2021", "东篱县财政局")):
        (folder / f"{edition}.docx").write_bytes(as_word(report(edition, name)[0]))
    ran = gongkai("import", "in", "--agency", "yx", "--jobs", jobs, *dry_run)
    said = f"the document calls the agency “东篱县财政局”, but agency.yaml calls it “{NAME}”"
    assert (ran.status, said in ran.err) == (0, True), ran.err
    source = project.params / "yx" / "2023.source.yaml"
    assert dry_run or "import-name-differs" in source.read_text("utf-8")


def test_a_name_that_is_given_but_not_the_one_in_the_document_is_a_doubt(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Also where there is no agency.yaml yet."""
    words = ("import", "report.docx", "--agency", "yx", "--dry-run", "--name")
    said = f"the document calls the agency “{NAME}”, but agency.yaml calls it “东篱县财政局”"
    assert said in gongkai(*words, "东篱县财政局").err
    assert "0 doubts" in gongkai(*words, NAME).err


def test_a_document_of_another_body_than_the_list_has_for_its_folder_is_a_doubt(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Before there is an agency.yaml, the list of bodies says whose folder it is."""
    bodies = project.params / "bodies.yaml"
    bodies.write_text("bodies:\n  - {key: yx, name: 东篱县财政局}\n", "utf-8")
    words = ("import", "report.docx", "--agency", "yx", "--dry-run")
    said = f"bodies.yaml lists the agency as “东篱县财政局”, but “{NAME}” was written"
    assert said in gongkai(*words).err
    bodies.write_text(f"bodies:\n  - {{key: yx, name: {NAME}}}\n", "utf-8")
    assert "0 doubts" in gongkai(*words).err


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    """Without a clock, in whatever folder."""
    path = tmp_path / "x.docx"
    path.write_bytes(as_word(report("2019")[0]))
    first = import_document(path, tmp_path / "a", Options("yunxiu"))
    assert first.files == import_document(path, tmp_path / "b", Options("yunxiu")).files


def test_another_year_of_the_same_agency_may_be_written_at_the_same_time(
    tmp_path: Path, all_built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document belongs to the agency that was not there when its name was looked up."""
    page = all_built / "shuyang-county" / "2025.html"
    agency = ROOT / "params" / "shuyang-county" / "agency.yaml"

    def write_meanwhile(*_: object) -> str:
        (tmp_path / "params" / "shuyang").mkdir(parents=True)
        shutil.copy(agency, tmp_path / "params" / "shuyang")
        return ""

    monkeypatch.setattr("gongkai.importing.run._proposed", write_meanwhile)
    document = tmp_path / "x2025.html"
    shutil.copy(page, document)
    assert import_document(document, tmp_path / "params", Options()).slug == "shuyang"


def test_a_body_that_is_listed_is_known_by_its_name(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Sixty bureaus send files with Chinese names; the list of bodies says whose folder is whose."""
    document = project.folder / "年报.docx"
    document.write_bytes(as_word(report("2021")[0]))
    name = f"“{NAME}” is not an agency in params/; list it in bodies.yaml, or give its folder"
    assert name in gongkai("import", "年报.docx").err  # and not the name of the county's website
    tree = project.params / "bodies.yaml"
    tree.write_text(f"bodies:\n  - {{key: of-the-list, name: {NAME}, parent: a}}\n", "utf-8")
    shutil.copy(document, project.folder / "又一份.docx")
    ran = gongkai("import", "年报.docx", "又一份.docx")  # the list is wrong once, not twice
    assert (ran.status, ran.err.count("params/bodies.yaml:2: ")) == (2, 1)
    tree.write_text(f"bodies:\n  - {{key: of-the-list, name: {NAME}}}\n", "utf-8")
    assert gongkai("import", "年报.docx").out == "1 imported with 0 doubts, 0 not imported\n"
    assert (project.params / "of-the-list" / "2023.csv").exists()
    ran = gongkai("import", "年报.docx", "--agency", "another")
    assert f"“{NAME}” is already of-the-list; as another it will be there twice" in ran.err


def test_a_document_that_names_two_bodies_is_doubted_with_both_names(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A text that was copied from another body has its name left in the title."""
    content, _ = report("2021")
    content[content.index(NAME)] = "云岫县水务局"
    (project.folder / "x.docx").write_bytes(as_word(content))
    ran = gongkai("import", "x.docx", "--agency", "yunxiu-water")
    said = (
        "the title names “云岫县司法局”, the signature “云岫县水务局”; “云岫县水务局” was written"
    )
    assert f"  the whole document: {said} [import-two-names]" in ran.err.splitlines()
    agency = yaml.safe_load((project.params / "yunxiu-water" / "agency.yaml").read_text("utf-8"))
    assert agency["name"] == "云岫县水务局"


def test_a_document_without_a_year_is_imported_with_the_one_that_is_given(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nothing is guessed from the day on which it was signed."""
    title, _, *rest = report("2021")[0]
    content = [str(title).replace("2023年", ""), *rest]
    (project.folder / "x.docx").write_bytes(as_word(content))
    words = ("import", "x.docx", "--agency", "yunxiu-justice")
    ran = gongkai(*words)
    said = "neither the title nor the file name states which year the report covers; give it with --year"
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"x.docx: {said}")
    assert not (project.params / "yunxiu-justice").exists()
    assert gongkai(*words, "--year", "2023").status == 0
    assert (project.params / "yunxiu-justice" / "2023.csv").exists()


def test_a_document_that_names_nobody_is_imported_with_the_name_that_is_given(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A folder's name alone is no agency's."""
    tables = [item for item in report("2021")[0] if isinstance(item, Table)]
    (project.folder / "x.docx").write_bytes(as_word(tables))
    words = ("import", "x.docx", "--agency", "yunxiu-justice", "--year", "2023")
    ran = gongkai(*words)
    said = "the document does not state whose report it is; give the agency's full name with --name"
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"x.docx: {said}")
    assert not (project.params / "yunxiu-justice").exists()
    assert gongkai(*words, "--name", NAME).status == 0
    assert f"name: {NAME}" in (project.params / "yunxiu-justice/agency.yaml").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="documents are read without bounds elsewhere")
@pytest.mark.parametrize(
    ("bound", "value", "said"),
    [
        ("SECONDS", 0.01, "took longer than 0.01 s and was stopped"),
        ("MEMORY", 20_000_000, "took more than 20 MB of memory and was stopped"),
    ],
)
def test_a_document_that_takes_too_much_is_named_and_nothing_is_written(
    project: Sandbox,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    value: float,
    said: str,
) -> None:
    """Here with bounds that are those of no machine; as large as that, a file gets memory of its own."""
    monkeypatch.setattr(f"gongkai.cli.documents.{bound}", value)
    (project.folder / "x.pdf").write_bytes(as_pdf(report("2021")[0]) + b" " * 40_000_000)
    ran = gongkai("import", "x.pdf", "--agency", "yunxiu-justice")
    assert ran.status == 1
    assert ran.err.startswith(f"x.pdf: reading it {said}")
    assert not (project.params / "yunxiu-justice").exists()


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_a_fault_of_the_kit_is_not_called_one_of_the_document(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    """It is named with its cause, is no traceback, and stops no other document."""
    (project.folder / "in").mkdir()
    for year in (2022, 2023):
        (project.folder / f"in/yunxiu-justice-{year}.docx").write_bytes(as_word(report("2021")[0]))

    def faulty(source: Source, year: int, *others: Any) -> Draft:
        if year == 2022:
            raise ValueError("a fault")
        return read_draft(source, year, *others)

    monkeypatch.setattr("gongkai.importing.run.read_draft", faulty)
    monkeypatch.setattr("gongkai.importing.run.stated_by", lambda _: ("", 0))
    monkeypatch.setattr("sys.platform", system)
    ran = gongkai("import", "in")
    assert (ran.status, "Traceback" in ran.err) == (1, False)
    said = (
        "in/yunxiu-justice-2022.docx: an unexpected error, not in the document: ValueError: a fault"
    )
    assert any(line.startswith(said) for line in ran.err.splitlines())
    assert ran.lines[-1].startswith("1 imported")
    assert (project.params / "yunxiu-justice/2023.csv").exists()


def test_a_document_of_an_agency_whose_file_does_not_fit_is_not_imported(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """What is wrong is in the agency's file, which is named with its line; nothing is written."""
    folder = project.params / "yunxiu-justice"
    folder.mkdir()
    extra = "{edition: '1998', parent: '1.1', label: 其他, code: '1.1.9'}"
    text = (project.example / "agency.yaml").read_text("utf-8")
    (folder / "agency.yaml").write_text(f"{text}extra_lines:\n  - {extra}\n", "utf-8")
    ran = gongkai("import", str(document), "--agency", "yunxiu-justice")
    line = text.count("\n") + 2
    assert (ran.status, ran.err) == (
        1,
        f"{document.as_posix()}: what was read is not a valid report: agency.yaml, line {line}: "
        "there is no edition 1998 of the form; known editions: 2014, 2019, 2021\n",
    )
    assert [path.name for path in folder.iterdir()] == ["agency.yaml"]


def test_many_documents_are_read_and_those_that_cannot_be_are_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One summary; nothing half written; the folder's name is proposed from the file's."""
    folder = project.folder / "in"
    folder.mkdir()
    for edition, year in YEARS.items():
        (folder / f"yunxiu-justice-{year}.docx").write_bytes(as_word(report(edition)[0]))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing")
    ran = gongkai("import", "in")
    assert (ran.status, ran.out) == (1, "3 imported with 0 doubts, 1 not imported\n")
    assert "in/broken.pdf: " in ran.err
    found = sorted(path.name for path in (project.params / "yunxiu-justice").glob("*.csv"))
    assert found == ["2016.csv", "2020.csv", "2023.csv"]


def test_files_of_other_kinds_in_a_folder_are_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """An official document in OFD would otherwise be missing without a word."""
    folder = project.folder / "in"
    folder.mkdir()
    (folder / "yunxiu-justice-2023.docx").write_bytes(as_word(report("2021")[0]))
    for name in ("2022.ofd", "2021.pages", ".hidden", "~$x.docx", "2020.yaml", "Thumbs.db"):
        (folder / name).write_bytes(b"x")
    ran = gongkai("import", "in")
    assert (ran.status, ran.out) == (0, "1 imported with 0 doubts, 0 not imported\n")
    assert "2 files of other kinds were not read: in/2021.pages, in/2022.ofd\n" in ran.err
    (folder / "yunxiu-justice-2023.docx").unlink()
    ran = gongkai("import", "in")
    assert (ran.status, "in/2022.ofd" in ran.err) == (2, True)


def test_a_folder_without_a_document_is_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A picture, what Word leaves beside an open document and our own review copies are none."""
    folder = project.folder / "in"
    folder.mkdir()
    for name in ("扫描.jpg", "~$报告.docx", ".报告.docx", "2017.review.html", "index.html"):
        (folder / name).write_bytes(b"x")
    ran = gongkai("import", "in")
    said = "1 file of another kind was not read: in/扫描.jpg\n"
    said += "in contains no document that could be a report\n"
    assert (ran.status, ran.out, ran.err) == (2, "", said)


def test_a_terminal_shows_how_many_of_the_documents_are_read(project: Sandbox) -> None:
    """A bar with their count, in a real terminal."""
    (project.folder / "in").mkdir()
    for edition, year in YEARS.items():
        (project.folder / "in" / f"{year}.html").write_bytes(as_html(report(edition)[0]))
    ran = subprocess.run(
        ["script", "-qec", "stty cols 120; gongkai import in --agency yunxiu-justice", "/dev/null"],
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "TERM": "xterm"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 imported" in ran.stdout
    counts = dict.fromkeys(re.findall(r"importing .*?m([0-9]+/[0-9]+)\x1b", ran.stdout))
    assert [*counts][:2] == ["0/3", "1/3"]


def test_a_published_page_is_compared_with_what_was_approved(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """0 where it is the same, 1 where a figure is another; said what was not compared."""
    apart = (
        "  key figures, highlights, charts, the introduction and whatever else the kit derived "
        "were not compared, nor an address, a telephone or the like that the document lacks"
    )
    assert gongkai("build", "xixia-justice").status == 0
    page = project.output(".html")
    words = ("import", str(page), "--against", "xixia-justice/2017")
    ran = gongkai(*words)
    same = "1 the same, 0 different\n"
    assert (ran.status, ran.err) == (0, f"{apart}\n{same}")
    assert gongkai(*words[:-1], "西夏区司法局/2017").err == ran.err
    project.set_value("1.2.4", "115")
    ran = gongkai(*words)
    assert (ran.status, ran.err.splitlines()[1]) == (1, "0 the same, 1 different")
    assert "1.2.4 政务微信: 115 → 114 条 (-1, -0.9%)" in ran.out
    assert gongkai("export", "--to", "docx,xlsx", "xixia-justice").status == 0
    for kind in (".docx", ".xlsx"):
        ran = gongkai("import", str(project.output(kind)), "--against", "xixia-justice/2017")
        assert apart in ran.err


def test_that_addresses_of_links_were_not_compared_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Documents may have lost them."""
    project.edit("2017.yaml", "全年主动公开政府信息", "全年[主动公开政府信息](https://a.example/)")
    assert gongkai("build", "xixia-justice").status == 0
    ran = gongkai("import", str(project.output(".html")), "--against", "xixia-justice/2017")
    assert "  where 1 link of the report leads was not compared" in ran.err


def test_tables_and_pictures_of_a_text_make_no_difference_and_are_said_not_to_be_compared(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """An import leaves them out, so an unedited copy has the same content as its report."""
    shutil.copy(ROOT / "docs" / "pictures" / "review.png", project.example / "q.png")
    table = "| 季度 | 件数 |\n|---|---|\n| 一季度 | 十二 |"
    project.write_section("other", f"如下表、下图：\n\n{table}\n\n![各季度的件数](q.png)\n\n如上。")
    assert gongkai("build", "xixia-justice").status == 0
    assert gongkai("export", "--to", "docx,xlsx", "xixia-justice").status == 0
    for kind in (".html", ".docx", ".xlsx"):
        ran = gongkai("import", str(project.output(kind)), "--against", "xixia-justice/2017")
        assert ran.status == 0, ran.out
        said = "  2 tables and pictures in the text of the report were not compared"
        assert said in ran.err.splitlines()


def test_a_zero_at_the_end_of_an_amount_makes_no_difference(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A workbook has the number 12.5 for 12.50."""
    project.set_value("7", "12.50")
    assert gongkai("build", "xixia-justice").status == 0
    assert gongkai("export", "--to", "xlsx", "xixia-justice").status == 0
    ran = gongkai("import", str(project.output(".xlsx")), "--against", "xixia-justice/2017")
    assert "12.5" not in ran.out, ran.out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("银川市西夏区司法局", "银川市西夏区民政局"),
        ("<wbr>2017年<wbr>", "<wbr>2016年<wbr>"),
        ("贺兰山路480号", "贺兰山路408号"),
        ("六、回应<wbr>社会<wbr>关切<wbr>情况", "六、回应<wbr>关切<wbr>情况"),
    ],
)
def test_a_document_of_another_name_year_address_or_heading_is_not_the_same(
    built: Sandbox, project: Sandbox, gongkai: Callable[..., Ran], old: str, new: str
) -> None:
    """What was approved was not published under it, whatever its figures and sentences are."""
    page = project.folder / "page.html"
    words = ("import", "page.html", "--against", "xixia-justice/2017")
    text = built.output(".html").read_text("utf-8")
    page.write_text(text, "utf-8")
    assert gongkai(*words).status == 0
    assert old in text
    page.write_text(text.replace(old, new), "utf-8")
    ran = gongkai(*words)
    assert (ran.status, "0 the same, 1 different" in ran.err) == (1, True), ran.err


@pytest.mark.parametrize(
    ("cell", "text", "said"),
    [
        ("A1", "西夏区司法局2016年政府信息公开工作年度报告", "the cover calls the report"),
        ("A1", "西夏区民政局2017年政府信息公开工作年度报告", "the cover calls the report"),
        ("A2", "发布机构：银川市西夏区民政局", "calls the agency “银川市西夏区民政局”"),
    ],
)
def test_a_workbook_with_another_cover_is_not_the_same(
    project: Sandbox, gongkai: Callable[..., Ran], cell: str, text: str, said: str
) -> None:
    """The cover is what its readers see first, and no other sheet repeats who publishes it."""
    gongkai("build", "xixia-justice")
    assert gongkai("export", "--to", "xlsx", "xixia-justice").status == 0
    with zipfile.ZipFile(project.output(".xlsx")) as archive:
        entries = {name: archive.read(name).decode() for name in archive.namelist()}
    cover = "xl/worksheets/sheet1.xml"
    typed = f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'
    entries[cover], found = re.subn(f'<c r="{cell}".*?</c>', typed, entries[cover])
    assert found == 1
    with zipfile.ZipFile(project.folder / "x.xlsx", "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    words = ("--against", "xixia-justice/2017")
    ran = gongkai("import", str(project.output(".xlsx")), *words)
    assert (ran.status, "1 the same" in ran.err) == (0, True), ran.err
    for more in ([], ["--apply"]):
        ran = gongkai("import", "x.xlsx", *words, *more)
        assert (ran.status, said in ran.err) == (1, True), ran.err


@pytest.mark.parametrize(("line", "status"), [("您的位置：首页", 0), ("999", 1)])
def test_lines_that_were_not_compared_are_said(
    built: Sandbox, project: Sandbox, gongkai: Callable[..., Ran], line: str, status: int
) -> None:
    """A site's own words differ in nothing; a number alone may stand in a cell that is blank."""
    text = built.output(".html").read_text("utf-8")
    (project.folder / "page.html").write_text(text.replace("<h1", f"<p>{line}</p><h1", 1), "utf-8")
    ran = gongkai("import", "page.html", "--against", "xixia-justice/2017")
    said = f"1 line of text that belongs to no part, not compared: {line}"
    assert (ran.status, said in ran.err) == (status, True), ran.err


def test_a_comparison_with_nothing_writes_nothing(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """As a script asks for it whose variable is empty: it is no import."""
    (project.folder / "a.txt").write_text("某某局2017年政府信息公开工作年度报告", "utf-8")
    ran = gongkai("import", "a.txt", "--agency", "new", "--against", "")
    assert (ran.status, ran.out) == (2, "")
    assert "--against takes one document and AGENCY/YEAR" in ran.err
    assert not (project.params / "new").exists()


def test_what_the_checks_find_in_a_published_page_is_said_beside_the_approved_report(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A figure of the page that no longer adds up; options that change nothing are named."""
    assert gongkai("build", "xixia-justice").status == 0
    page = project.output(".html")
    changed = project.folder / "page.html"
    changed.write_text(re.sub(r"(?<=>)114(?=<)", "999", page.read_text("utf-8")), "utf-8")
    ran = gongkai(
        "import", "page.html", "--against", "xixia-justice/2017", "--force", "--year", "2016"
    )
    assert ran.status == 1
    assert "1.2.4 政务微信: 114 → 999 条" in ran.out
    assert re.search(r"\+ (?:error|warning): .*999", ran.out)
    assert "no effect with --against: --year, --force" in ran.err
    ran = gongkai("import", "page.html", "--against", "xixia-justice/2031")
    assert ran.status == 1


def test_numbers_of_the_text_that_are_figures_are_filled_in(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With --fill; each one is said. A number of another year stays, and one that differs."""
    content, values = report("2021")
    total = values["3.1.total"]
    content[content.index("一、总体情况") + 1] = (
        f"2021年新收政府信息公开申请{total}件，当时只有一个窗口。"
        f"本年度新收政府信息公开申请{total}件。行政处罚888件。"
    )
    (project.folder / "x.docx").write_bytes(as_word(content))
    ran = gongkai("import", "x.docx", "--agency", "yunxiu", "--fill")
    assert "[import-filled]" in ran.err
    text = (project.params / "yunxiu" / "2023.yaml").read_text("utf-8")
    assert '本年度新收政府信息公开申请{{ v("3.1.total") }}件。' in text
    assert f"2021年新收政府信息公开申请{total}件" in text
    assert "行政处罚888件" in text


@pytest.mark.parametrize(
    "words",
    [
        "本局下属畜牧站新收政府信息公开申请{}件",
        "各乡镇新收政府信息公开申请{}件",
        "三年共新收政府信息公开申请{}件",
        "日均新收政府信息公开申请{}件",
        "新收政府信息公开申请近{}件",
        "新收政府信息公开申请{}余件",
        "新收政府信息公开申请超过{}件",
        "计划新收政府信息公开申请{}件",
    ],
)
def test_a_number_that_only_equals_a_figure_is_not_filled_in(tmp_path: Path, words: str) -> None:
    """Another body's, of several years, an average, a bound."""
    from gongkai.importing.filling import filled

    content, values = report("2021")
    content[content.index("一、总体情况") + 1] = words.format(values["3.1.total"]) + "。"
    path = tmp_path / "x.docx"
    path.write_bytes(as_word(content))
    imported = filled(import_document(path, tmp_path, Options("yunxiu")), tmp_path)
    assert "import-filled" not in {doubt.id for doubt in imported.doubts}


def test_what_a_replaced_csv_had_beside_its_figures_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Columns and lines of the office's own, which an import with --force does not write again."""
    table = project.example / "2017.csv"
    lines = table.read_text("utf-8-sig").splitlines()
    own = [f"{line},{'备注' if line.startswith('code') else '已核对'}" for line in lines]
    table.write_text("\n".join(["某某局统计表,,,,", *own, "填表人：张三,,,,", ""]), "utf-8")
    (project.folder / "again.csv").write_text("\n".join([*lines, ""]), "utf-8")
    wanted = ("import", "--force", "again.csv", "--agency", "xixia-justice", "--year", "2017")
    said = "also has what an import does not write: the lines above the header, 备注, 填表人：张三"
    assert said in gongkai(*wanted, "--dry-run").err
    assert said in gongkai(*wanted).err
    assert "also has" not in gongkai(*wanted).err


def test_figures_and_remarks_that_an_import_replaces_by_others_are_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A form may come back after its CSV was corrected."""
    table = project.example / "2017.csv"
    shutil.copy(table, project.folder / "old.csv")
    project.set_value("1.1", "9999")
    project.set_value("1.2.5", "68（含重复）")
    wanted = ("import", "--force", "old.csv", "--agency", "xixia-justice", "--year", "2017")
    said = "2 figures of the existing CSV differ in the document, so the import replaces them or their remarks: 1.1 = 9999 → "  # fmt: skip
    for words in (["--dry-run"], []):
        ran = gongkai(*wanted, *words)
        assert (ran.status, said in ran.err) == (0, True), ran.err
        assert "1.2.5 = 68（含重复） → " in ran.err
    assert "differ in the document" not in gongkai(*wanted).err


def test_figures_that_an_import_replaces_by_blanks_are_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With what they were: a colleague's half of a form may come back before one's own."""
    table = project.example / "2017.csv"
    text = table.read_text("utf-8-sig")
    half = re.sub(r"(?m)^(1\.1|8\.3),(.*),([^,]*)$", r"\1,\2,", text)
    figures = [
        f"{code} = {text.split(f'{code},')[1].splitlines()[0].rsplit(',')[-1]}"
        for code in ("1.1", "8.3")
    ]
    (project.folder / "half.csv").write_text(half, "utf-8")
    wanted = ("import", "--force", "half.csv", "--agency", "xixia-justice", "--year", "2017")
    said = f"so the import replaces them by blanks: {', '.join(figures)}"
    for words in (["--dry-run"], []):
        ran = gongkai(*wanted, *words)
        assert (ran.status, said in ran.err) == (0, True), ran.err
    assert "2 figures of the existing CSV are blank" not in gongkai(*wanted).err


def test_a_name_of_several_agencies_is_said_with_their_folders(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """A folder was copied; a third one, by the name of the file, would not be better."""
    for slug in ("yunxiu-justice", "copy-of-it"):
        assert gongkai("import", "report.docx", "--agency", slug).status == 0
    document.rename(document.with_name("newslug.docx"))
    ran = gongkai("import", "newslug.docx")
    assert ran.status == 1
    said = f"newslug.docx: “{NAME}” is the name of several agencies: copy-of-it, yunxiu-justice; "
    assert ran.err.startswith(said)
    assert not (project.params / "newslug").exists()
    assert gongkai("import", "newslug.docx", "--agency", "copy-of-it", "--force").status == 0


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_two_versions_of_one_report_are_of_one_agency(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path, dry: tuple[str, ...]
) -> None:
    """Both are new, and each file has a name that a folder may have."""
    (project.folder / "in").mkdir()
    for name in ("final.docx", "final-2.docx"):
        shutil.copy(document, project.folder / "in" / name)
    ran = gongkai("import", "in", *dry)
    assert ran.status == 1
    taken = "in/final.docx: in/final-2.docx was already imported as final-2/2023, so this document"
    assert taken in ran.err
    assert (project.params / "final-2").exists() is (dry == ())
    assert not (project.params / "final").exists()


def test_a_letter_behind_a_report_signs_nothing(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Whoever sent the report would be on its public page, with a private telephone."""
    signed = "单位负责人：张三　审核人：李四　填报人：王五　填报日期：2018年1月10日"
    letter = ("关于报送年度报告的函", "填报人：赵六", "（联系人：赵六", "联系电话：13900000000）")
    for lines in ((signed, *letter), letter[2:]):
        (project.folder / "x.docx").write_bytes(as_word([*report("2014")[0], *lines]))
        ran = gongkai("import", "x.docx", "--agency", "x", "--year", "2017", "--force")
        assert "lines of text belong to no part" in ran.err
        folder = project.params / "x"
        source = yaml.safe_load((folder / "2017.source.yaml").read_text("utf-8"))
        assert [*letter[2:]] == [it["text"] for it in source["unplaced"]][-2:]
        read = (folder / "2017.yaml").read_text("utf-8")
        assert "13900000000" not in read
        assert "赵六" not in read
