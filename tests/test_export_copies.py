"""`gongkai export`: which copies are written, collected, withdrawn, named and left alone."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from conftest import EXAMPLES, NOTEBOOK, Ran, Sandbox
from gongkai.errors import KitError
from gongkai.office.copies import put_beside


def test_only_what_changed_is_written(examples: Path, gongkai: Callable[..., Ran]) -> None:
    """A second run writes nothing; a file that somebody changed is written again."""
    wanted = ("export", "--to", "docx,csv", "--jobs", "1", "xixia-justice")
    assert gongkai(*wanted).lines == ["2 written, 0 up to date, 0 without a public page, 0 failed"]
    before = {path: path.stat().st_mtime_ns for path in examples.glob("xixia-justice/*")}
    assert gongkai(*wanted).lines == ["0 written, 2 up to date, 0 without a public page, 0 failed"]
    assert {path: path.stat().st_mtime_ns for path in examples.glob("xixia-justice/*")} == before
    (examples / "xixia-justice" / "2017.docx").write_bytes(b"PK")
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


def _changed_by_a_script(file: Path) -> None:
    """Change a word inside the archive, as an archiver does: its properties stay as they are."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data.replace("司法".encode(), "执法".encode()))


@pytest.mark.parametrize("name", ["2017.docx", "2017.xlsx"])
def test_a_copy_that_a_script_has_changed_is_kept_though_no_date_of_saving_says_so(
    examples: Path, gongkai: Callable[..., Ran], name: str
) -> None:
    """Also in the folder of what is handed on."""
    command = ("export", "--to", Path(name).suffix[1:], "xixia-justice", "--into", "报送")
    assert gongkai(*command).status == 0
    for file in (examples / "xixia-justice" / name, *Path("报送").iterdir()):
        made = file.read_bytes()
        _changed_by_a_script(file)
        changed = file.read_bytes()
        ran = gongkai(*command)
        assert (ran.status, "was saved by someone" in ran.err) == (1, True)
        assert file.read_bytes() == changed
        file.write_bytes(made)
    assert gongkai(*command).status == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2017.docx", ("--to", "docx")),
        ("2017.xlsx", ("--to", "xlsx")),
        ("2017.review.docx", ("--to", "docx", "--review")),
    ],
)
def test_a_copy_that_somebody_has_saved_since_is_neither_replaced_nor_collected(
    examples: Path, gongkai: Callable[..., Ran], name: str, words: tuple[str, ...]
) -> None:
    """A remark, or a figure that was changed by hand; --force writes over it."""
    command = ("export", *words, "xixia-justice")
    assert gongkai(*command).status == 0
    file = examples / "xixia-justice" / name
    _saved_by_somebody(file)
    edited = file.read_bytes()
    ran = gongkai(*command, "--into", "报送")
    said = f"xixia-justice/2017: outputs/xixia-justice/{name} was saved by someone after"
    assert (ran.status, said in ran.err) == (1, True)
    assert ran.lines[0] == "0 written, 0 up to date, 0 without a public page, 1 failed"
    assert (file.read_bytes(), [*Path("报送").iterdir()]) == (edited, [])
    assert gongkai(*command, "--force").lines[0].startswith("1 written")
    assert gongkai(*command).lines[0].startswith("0 written, 1 up to date")


def test_a_collected_copy_that_somebody_has_saved_since_is_not_replaced(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """The last correction before it is handed on, in the folder of what is handed on."""
    command = ("export", "--to", "docx,json", "xixia-justice", "--into", "报送")
    assert gongkai(*command).status == 0
    (file,) = Path("报送").glob("*.docx")
    made = file.read_bytes()
    _saved_by_somebody(file)
    edited = file.read_bytes()
    ran = gongkai(*command)
    assert (ran.status, f"{file.as_posix()}: was saved by someone since" in ran.err) == (1, True)
    assert (file.read_bytes(), "1 file in 报送" in ran.out) == (edited, True)
    assert gongkai(*command, "--force").status == 0
    assert file.read_bytes() == made
    assert gongkai(*command).status == 0


def test_a_copy_that_somebody_has_saved_since_outlives_its_page(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """Where findings withdraw the page it has another name; where its report is removed it stays."""
    gongkai("export", "--to", "docx,xlsx", "xixia-justice")
    folder = examples / "xixia-justice"
    _saved_by_somebody(folder / "2017.docx")
    edited = (folder / "2017.docx").read_bytes()
    table = Path("params/xixia-justice/2017.csv")
    text = table.read_text("utf-8")
    lines = [f"{line[:-1]}9" if line.startswith("8.3,") else line for line in text.split("\n")]
    table.write_text("\n".join(lines), "utf-8")
    ran = gongkai("build", "xixia-justice")
    assert (
        "2017.edited.docx: a copy that someone has saved since, or that is open in a program, is kept"
        in ran.err
    )
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


@pytest.mark.parametrize("name", ["2017.data.csv", "2017.data.json"])
def test_data_that_somebody_has_saved_since_are_kept_as_documents_are(
    examples: Path, gongkai: Callable[..., Ran], name: str
) -> None:
    """They stay when the page or the report goes; unedited ones are replaced and removed with it."""
    command = ("export", "--to", name.rpartition(".")[2], "xixia-justice")
    file, table = examples / "xixia-justice" / name, Path("params/xixia-justice/2017.csv")
    text = table.read_text("utf-8")

    def build(*, wrong: bool) -> str:
        table.write_text(re.sub(r"(?m)^(8\.3,.*)$", r"\g<1>9", text) if wrong else text, "utf-8")
        return gongkai("build", "xixia-justice").err

    assert gongkai(*command, "--force").status == 0
    table.write_text(text.replace("条,346", "条,347"), "utf-8")
    gongkai("build", "xixia-justice")
    assert gongkai(*command).lines[0].startswith("1 written")  # that of the earlier page is ours
    build(wrong=True)
    assert not [*examples.glob("xixia-justice/2017*.data.*")]
    build(wrong=False)
    gongkai(*command)
    edited = file.read_bytes().replace(b"346", b"999")
    file.write_bytes(edited)
    ran = gongkai(*command)
    assert (ran.status, f"{name} was saved by someone after" in ran.err) == (1, True)
    assert file.read_bytes() == edited
    kept = file.with_name(name.replace(".data", ".edited.data"))
    assert f"{kept.name}: a copy that someone has saved since" in build(wrong=True)
    assert (kept.read_bytes(), file.exists()) == (edited, False)
    build(wrong=False)
    gongkai(*command)
    file.write_bytes(edited)
    shutil.rmtree(table.parent)
    assert f"{name}: has no parameters, but was not made by" in gongkai("build", "--prune").err
    assert file.read_bytes() == edited


def test_data_of_which_nothing_is_recorded_are_kept_unless_the_page_gives_the_same(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whoever copied the outputs may have left out what is hidden."""
    command = ("export", "--to", "csv,json", "xixia-justice")
    folder = examples / "xixia-justice"
    for text in (None, "[]", "{"):
        assert gongkai(*command, "--force").status == 0
        (folder / ".copies.json").unlink()
        if text:
            (folder / ".copies.json").write_text(text, "utf-8")
        assert gongkai(*command).lines[0].startswith("2 written")
        assert gongkai(*command).lines[0].startswith("0 written, 2 up to date")
    (folder / ".copies.json").unlink()
    (folder / "2017.data.csv").write_text("theirs", "utf-8")
    assert gongkai(*command).status == 1
    assert (folder / "2017.data.csv").read_text("utf-8") == "theirs"


# What may be in the place of a copy and is no copy of the kit: with a password, Office and WPS
# save a container of another format; scanners begin a PDF with a blank line, or fill its end.
WITH_PASSWORD = (
    bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le")
)
OTHERS = {
    "a document with a password": ("2017.docx", WITH_PASSWORD),
    "a workbook with a password": ("2017.xlsx", WITH_PASSWORD),
    "a document of an older format": ("2017.docx", b"{\\rtf1 x}"),
    "a file that is too large to be read": ("2017.docx", bytes(100_000_001)),
    "a scan that begins with a line break": ("2017.pdf", b"\n%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"),
    "a scan that ends with blanks": ("2017.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n" + b" " * 2_000),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_in_the_place_of_a_copy_that_the_kit_did_not_write_is_kept(
    examples: Path, gongkai: Callable[..., Ran], name: str
) -> None:
    """It is somebody's work, perhaps the signed one, and there may be no other copy of it."""
    file = examples / "xixia-justice" / OTHERS[name][0]
    data = OTHERS[name][1]
    file.write_bytes(data)
    if file.suffix != ".pdf":
        ran = gongkai("export", "--to", file.suffix[1:], "xixia-justice")
        assert (ran.status, "was saved by someone after" in ran.err) == (1, True)
        assert file.read_bytes() == data
    table = Path("params/xixia-justice/2017.csv")
    text = table.read_text("utf-8")
    table.write_text(re.sub(r"(?m)^(8\.3,.*)$", r"\g<1>9", text), "utf-8")
    gongkai("build", "xixia-justice")
    assert not (examples / "xixia-justice" / "2017.html").exists()
    assert not file.exists()
    assert file.with_name(f"2017.edited{file.suffix}").read_bytes() == data


def test_copies_leave_under_the_names_that_people_give(
    examples: Path, gongkai: Callable[..., Ran], tmp_path: Path
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
    examples: Path, gongkai: Callable[..., Ran]
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
    examples: Path, gongkai: Callable[..., Ran]
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


def test_a_copy_of_a_body_that_has_another_name_now_is_named(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """It would be handed on beside its successor.

    Other people's files and copies of the project's other reports are not named.
    """
    wanted = ("export", "--to", "docx,xlsx,csv,json", "--into", "out")
    assert gongkai(*wanted).status == 0
    Path("out/说明.csv").write_text("a,b\n", "utf-8")
    Path("out/说明.docx").write_bytes(b"PK")
    assert "no report of this project has this file name" not in gongkai(*wanted).err
    before = sorted(Path("out").glob("银川市西夏区司法局*"))
    assert {path.suffix for path in before} == {".docx", ".xlsx", ".csv", ".json"}
    body = Path("params/xixia-justice/agency.yaml")
    body.write_text(
        body.read_text("utf-8").replace("name: 银川市西夏区司法局", "name: 银川市西夏区司法行政局"),
        "utf-8",
    )
    assert gongkai("build", "xixia-justice", "--notebook", str(NOTEBOOK)).status == 0
    ran = gongkai(*wanted, "xixia-justice")
    said = [line for line in ran.err.splitlines() if "has this file name" in line]
    assert [line.partition(":")[0] for line in said] == [
        path.as_posix() for path in sorted(before, key=lambda path: path.suffix)
    ]
    assert (ran.status, all(path.exists() for path in before)) == (0, True)


def test_a_form_to_fill_in_is_no_copy_of_another_body(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """It bears the short name, and lies in the same folder."""
    forms = ("export", "--to", "xlsx", "--form", "--into", "out", "xixia-justice")
    assert gongkai(*forms).status == 0
    copies = ("export", "--to", "xlsx", "--into", "out", "xixia-justice")
    assert gongkai(*copies).status == 0
    ran = gongkai(*copies)
    assert ran.err == "xixia-justice/2017: outputs/xixia-justice/2017.xlsx is up to date\n"


@pytest.mark.parametrize(
    "pattern",
    [
        *("{name}", "{year}/{slug}.{ext}", "{slug.__class__}.{ext}", "{", "{ext:>99999999}"),
        *("{year}：{ext}?", "{year}: {name}.{ext}", "-{year}.{ext}", "{year}.{ext} "),
        "{year}\n.{ext}",
    ],
)
def test_a_pattern_that_is_none_is_refused(
    pattern: str, examples: Path, gongkai: Callable[..., Ran]
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
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """A copy carries what was checked, and nothing else."""
    page = examples / "xixia-justice" / "2017.html"
    page.write_bytes(page.read_bytes().replace(b"756000", b"756001"))
    ran = gongkai("export", "--to", "docx,json", "xixia-justice")
    assert ran.status == 1
    assert "2017.html: is not the page that was built" in ran.err
    assert not list(examples.glob("xixia-justice/*.docx"))


def test_copies_go_with_the_page_that_findings_withdraw(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """There is no Word file of a page that may not be published."""
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
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """They have another name everywhere, and `verify` does not take them for copies."""
    assert (
        gongkai("export", "--to", "docx", "--review", "xixia-justice", "--into", "out").status == 0
    )
    assert [path.name for path in examples.glob("xixia-justice/*.docx")] == ["2017.review.docx"]
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


def test_verify_names_a_copy_that_is_not_made_of_its_page(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """One of an earlier page, or changed by somebody, would be signed for another."""
    notebook = ("--notebook", str(NOTEBOOK))
    assert gongkai("export", "--to", "docx,csv", "xixia-justice").status == 0
    assert "csv" not in gongkai("verify", "xixia-justice", *notebook).err
    copy = examples / "xixia-justice" / "2017.data.csv"
    copy.write_bytes(copy.read_bytes().replace(b",346", b",347"))
    ran = gongkai("verify", "xixia-justice", *notebook)
    assert ran.status == 1
    assert "2017.data.csv: was not made from the current page; gongkai export" in ran.err
    assert "--to csv xixia-justice/2017 writes it again" in ran.err
    assert "2017.docx" not in ran.err


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
    page: bytes, examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whoever can forge a page and its manifest gets a sentence; so does `verify`."""
    words = ("docx", "--jobs", "1", "xixia-justice", "shuyang-ndrc")
    forge(examples, page)
    ran = gongkai("export", "--to", *words)
    assert ran.status == 1
    assert "xixia-justice/2017.docx was not written" in ran.err
    assert ran.lines == ["1 written, 0 up to date, 0 without a public page, 1 failed"]
    (examples / "xixia-justice" / "2017.docx").write_bytes(b"PK")
    ran = gongkai("verify", "xixia-justice", "--notebook", str(NOTEBOOK))
    assert ran.status == 1
    assert "2017.docx: was not made from the current page" in ran.err


@pytest.mark.parametrize("notebook", ["", "[]", '{"cells": 1}', '{"cells": [{"outputs": [5]}]}'])
def test_a_notebook_that_is_none_of_ours_is_said(
    notebook: str, examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """The document for review is made of it."""
    manifest = examples / "xixia-justice" / "2017.json"
    data = json.loads(manifest.read_bytes())
    data["outputs"]["2017.ipynb"] = hashlib.sha256(notebook.encode()).hexdigest()
    manifest.write_text(json.dumps(data), "utf-8")
    (examples / "xixia-justice" / "2017.ipynb").write_text(notebook, "utf-8")
    ran = gongkai("export", "--to", "docx", "--review", "--jobs", "1", "xixia-justice")
    assert ran.status == 1
    assert "2017.review.docx was not written" in ran.err
    assert ran.lines == ["0 written, 0 up to date, 0 without a public page, 1 failed"]


def test_a_copy_that_cannot_be_withdrawn_stops_no_other_report(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """Here a folder stands in its place."""
    manifest = examples / "shanghai-office" / "2019.json"
    data = json.loads(manifest.read_bytes())
    del data["outputs"]["2019.html"]
    manifest.write_text(json.dumps(data), "utf-8")
    (examples / "shanghai-office" / "2019.data.csv").mkdir()
    ran = gongkai("export", "--to", "csv", "--jobs", "1")
    assert ran.status == 1
    assert "2019.data.csv: the system refused: Is a directory" in ran.err
    assert ran.lines[0] == "4 written, 0 up to date, 0 without a public page, 1 failed"


def test_no_copy_is_written_of_a_page_that_was_withdrawn_meanwhile(examples: Path) -> None:
    """It takes a moment to make one; what findings forbid in that moment is not published."""
    page = examples / "xixia-justice" / "2017.html"
    data, copy = page.read_bytes(), page.with_suffix(".docx")
    for change in (lambda: page.write_bytes(data + b" "), page.unlink):
        change()
        with pytest.raises(KitError, match="withdrawn or rebuilt meanwhile"):
            put_beside(page, data, copy, b"PK")
        assert not copy.exists()
    assert not list(examples.rglob(".building-*"))


@pytest.mark.parametrize(
    "folder", ["params/xixia-justice", "outputs/xixia-justice", "link", "outputs"]
)
def test_copies_are_not_collected_among_parameters_or_results(
    folder: str, examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """There they would take the place of 2017.csv, or of a manifest."""
    Path("link").symlink_to("params/xixia-justice")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    words = ("--to", "csv,json", "--into", folder, "--name", "{year}.{ext}", "xixia-justice")
    ran = gongkai("export", *words)
    assert (ran.status, ran.out) == (2, "")
    assert f"{folder} is inside" in ran.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_prune_removes_the_copies_of_a_report_too(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """The Word file of a deleted report is deleted too; another file of such a name stays."""
    assert (
        gongkai("export", "--to", "docx,xlsx,csv,json", "xixia-justice", "shuyang-ndrc").status == 0
    )
    foreign = examples / "shuyang-ndrc" / "2023.data.csv"
    foreign.write_text("a,b\n1,2\n", "utf-8")
    for slug in ("xixia-justice", "shuyang-ndrc"):
        shutil.rmtree(Path("params") / slug)
    ran = gongkai("build", "--prune", "--notebook", str(NOTEBOOK))
    assert ran.status == 0
    assert not list(examples.glob("xixia-justice/2017*"))
    assert list(examples.glob("shuyang-ndrc/2023*")) == [foreign]
    assert "2023.data.csv: has no parameters, but was not made by gongkai" in ran.err


def test_a_copy_that_cannot_be_removed_keeps_no_page_published(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Word has it open, for which a folder stands here; the site takes the page away too."""
    assert gongkai("site", "site").status == 0
    fresh.output(".docx").mkdir()
    fresh.set_value("3.1", "99")
    ran = gongkai("build")
    assert ran.status == 1
    assert "0 failed" in ran.out
    assert "outputs/xixia-justice/2017.docx: a copy that someone has saved since, or" in ran.err
    assert gongkai("list").lines == ["xixia-justice/2017: up to date, no public page"]
    gongkai("site", "site")
    assert not (fresh.folder / "site" / "xixia-justice" / "2017.html").exists()
