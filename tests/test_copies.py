"""Copies of every kind: the same bytes everywhere, figures that come back, pictures, and what none can show."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader

from conftest import EXAMPLES, ROOT, Ran, Sandbox, elsewhere
from gongkai.compare.content import report_content
from gongkai.compare.reports import compare
from gongkai.errors import KitError
from gongkai.kinds import KINDS
from gongkai.office.copies import copy_of
from gongkai.report.reader import load_report
from gongkai.text.pictures import data_url
from office_helpers import made, words

MADE = [kind.name for kind in KINDS.values() if kind.maker]


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


def test_data_has_the_items_of_lists_quoted_words_and_lines_of_code(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """In their order among the paragraphs of their part, with the signs that mark them."""
    text = (
        "举措如下：\n\n- 开设专栏。\n  - 政策问答。\n- 编制指南。\n\n> 依法公开。\n\n"
        "```\n路径一\n```\n\n以上各项均已完成。"
    )
    project.write_section("other", text)
    assert gongkai("build").status == 0
    data = json.loads(copy_of("json", project.output(".html").read_bytes()))
    items = [
        "举措如下：",
        "•开设专栏。",
        "　•政策问答。",
        "•编制指南。",
        "依法公开。",
        "路径一",
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
    picture: bytes, examples: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """Also one whose header python-docx does not know."""
    page = (examples / "xixia-justice" / "2017.html").read_text("utf-8")
    image = f'<p><img src="{data_url(picture)}" alt="办事窗口"></p></main>'
    made = docx.Document(io.BytesIO(copy_of("docx", page.replace("</main>", image).encode())))
    assert made.inline_shapes[-1]._inline.docPr.get("descr") == "办事窗口"
    assert not recwarn.list


@pytest.mark.parametrize("name", ["cut", "many"])
def test_a_picture_that_cannot_be_shown_is_named(name: str, examples: Path) -> None:
    """One that was cut off, one that would fill the memory: a sentence with what it should show."""
    many = io.BytesIO()
    if name == "many":
        Image.new("1", (12000, 8000)).save(many, "PNG")
    picture = many.getvalue() or png(dots_a_metre=1)[:60]
    page = (examples / "xixia-justice" / "2017.html").read_text("utf-8")
    image = f'<p><img src="{data_url(picture)}" alt="办事窗口"></p></main>'
    with pytest.raises(KitError, match="the picture “办事窗口” cannot be shown") as refused:
        copy_of("docx", page.replace("</main>", image).encode())
    assert " at 0x" not in str(refused.value)
