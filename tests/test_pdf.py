"""The print: official paper, tagged, the same bytes each time, and said when it cannot be had."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pdfplumber
import pikepdf
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from pypdf.generic import ArrayObject, Destination, DictionaryObject, IndirectObject

from conftest import ROOT, Ran, Sandbox, needs_chromium
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document
from gongkai.office.seal import with_own_digest
from gongkai.report.provenance import maker
from gongkai.show import printer as printing
from gongkai.show.pdf import as_typed, finished, has_fangsong, read_sheets
from gongkai.show.printer import Printer
from round_trip import differences

MILLIMETRE = 72 / 25.4
REPORTS = ["xixia-justice/2017", "shanghai-office/2019", "shanghai-office/2025"]


@pytest.fixture(scope="module")
def printed(all_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of each form, printed by one browser; the folder of the pages and the PDFs."""
    folder = tmp_path_factory.mktemp("printed")
    with Printer() as printer:
        for name in REPORTS:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(all_built / f"{name}.html", folder / f"{name}.html")
            printer.print_page(folder / f"{name}.html", folder / f"{name}.pdf")
    return folder


def objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Return every dictionary of a PDF."""
    for number in range(1, int(str(reader.trailer["/Size"]))):
        item = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(item, DictionaryObject):
            yield item


def text_of(reader: PdfReader) -> str:
    """Return the text of a PDF without blanks."""
    return re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in reader.pages))


@needs_chromium
@pytest.mark.parametrize("name", REPORTS)
def test_every_sheet_is_a4_and_keeps_the_margins_of_the_standard(printed: Path, name: str) -> None:
    """GB/T 9704: 37 mm above, 28 mm left, an area of 156 by 225 mm; seen in the drawn sheet."""
    from PIL import Image

    pdf = printed / f"{name}.pdf"
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm on this machine: the margins were not measured")
    drawn = printed / "drawn"
    subprocess.run(["pdftoppm", "-r", "127", "-gray", "-png", pdf, drawn], check=True)
    sheets = sorted(printed.glob("drawn-*.png"))
    assert len(sheets) == len(PdfReader(pdf).pages)
    for number, path in enumerate(sheets, start=1):
        with Image.open(path) as image:
            width, height = image.size
            ink = image.point(lambda level: 255 if level < 128 else 0)
        assert (round(width / 5), round(height / 5)) == (210, 297)
        left, top, right, bottom = ink.crop((0, 0, width, 262 * 5 + 2)).getbbox() or (0, 0, 0, 0)
        assert left / 5 >= 28 - 0.4
        assert top / 5 >= 37 - 0.4
        assert right / 5 <= 210 - 26 + 0.4
        assert bottom / 5 <= 262 + 0.4
        folio = ink.crop((0, 262 * 5 + 3, width, height)).getbbox()
        assert folio is not None
        dash = ink.crop((folio[0], 262 * 5, folio[0] + 8, height)).getbbox()
        assert dash is not None
        assert dash[1] / 5 == pytest.approx(7, abs=0.6), "its dash stands 7 mm below the text"
        # One character (14 pt, 4.9 mm) from the outer edge: odd at the right, even at the left.
        outside = 210 - 26 - folio[2] / 5 if number % 2 else folio[0] / 5 - 28
        assert outside == pytest.approx(4.9, abs=0.7)
        path.unlink()


@needs_chromium
@pytest.mark.parametrize("name", REPORTS)
def test_the_pdf_is_tagged_and_says_what_it_is(printed: Path, name: str) -> None:
    """A screen reader hears its title, its language, headings and tables, charts among them."""
    reader = PdfReader(printed / f"{name}.pdf")
    page = BeautifulSoup((printed / f"{name}.html").read_text("utf-8"), "html.parser")
    root: dict[object, object] = dict(reader.root_object)
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"] == {"/Type": "/MarkInfo", "/Marked": True}
    assert root["/ViewerPreferences"] == {"/Type": "/ViewerPreferences", "/DisplayDocTitle": True}
    elements = [item for item in objects(reader) if item.get("/Type") == "/StructElem"]
    kinds = {str(item["/S"]) for item in elements}
    assert kinds >= {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"}
    assert reader.metadata is not None
    assert reader.metadata.title == page.title.get_text() if page.title else ""
    signed = page.select_one(".signature p")
    assert signed is not None
    assert reader.metadata.author == signed.get_text()
    assert reader.metadata.creation_date is None


@needs_chromium
@pytest.mark.parametrize("name", REPORTS)
def test_a_printed_report_is_imported_as_it_was(printed: Path, name: str) -> None:
    """Figures, sentences and keys; the tables of its charts are no text of it."""
    assert list(differences(printed / f"{name}.pdf", ROOT / "params")) == []


@needs_chromium
def test_what_was_typed_onto_a_printed_report_as_no_part_of_it_is_said(
    printed: Path, tmp_path: Path
) -> None:
    """A number amid the page may stand for another; one at its edge counts the pages."""
    path = tmp_path / "typed.pdf"
    with pikepdf.open(printed / "xixia-justice/2017.pdf") as pdf:
        page = pdf.pages[2]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.add_resource(font, pikepdf.Name.Font, pikepdf.Name.Fx)
        typed = "".join(
            f"/Artifact BMC BT /Fx 12 Tf 300 {y} Td ({text}) Tj ET EMC\n"
            for y, text in ((400, "999"), (20, "7"))
        )
        page.contents_coalesce()
        before = page.Contents.read_bytes()
        page.Contents = pdf.make_stream(b"q " + before + b" Q\n" + typed.encode())
        pdf.save(path)
    doubts = read_draft(read_document(path).source, 2017).doubts
    assert [(item.id, item.details["text"]) for item in doubts] == [("import-artifact", "999")]


@needs_chromium
def test_a_dash_that_was_painted_over_in_a_printed_report_is_said(
    printed: Path, tmp_path: Path
) -> None:
    """It stands for no figure, and is two letters in one character."""
    path = tmp_path / "covered.pdf"
    with pdfplumber.open(printed / "xixia-justice/2017.pdf") as pdf:
        page = next(page for page in pdf.pages if "——" in [char["text"] for char in page.chars])
        box = next(char for char in page.chars if char["text"] == "——")
        left, foot, number = box["x0"], float(page.height) - box["bottom"], page.page_number
    with pikepdf.open(printed / "xixia-justice/2017.pdf") as pdf:
        area = f"Q 1 1 1 rg {left - 1} {foot - 1} 30 {box['height'] + 2} re f"
        pdf.pages[number - 1].contents_add(b"q", prepend=True)
        pdf.pages[number - 1].contents_add(area.encode())
        pdf.save(path)
    doubts = read_draft(read_document(path).source, 2017).doubts
    assert [(item.id, item.details["text"]) for item in doubts] == [("import-invisible", "——")]


@needs_chromium
@pytest.mark.parametrize("name", REPORTS)
def test_the_headings_are_bookmarks(printed: Path, name: str) -> None:
    """The title, below it the parts, in their order."""
    page = BeautifulSoup((printed / f"{name}.html").read_text("utf-8"), "html.parser")
    title, below = PdfReader(printed / f"{name}.pdf").outline
    assert isinstance(title, Destination)
    assert isinstance(below, list)
    assert title.title == (page.h1.get_text() if page.h1 else "")
    parts = [item.title for item in below if isinstance(item, Destination)]
    assert parts == [heading.get_text() for heading in page.select("main .headline h2, .annex h2")]


@needs_chromium
@pytest.mark.parametrize("name", REPORTS)
def test_every_figure_of_the_official_tables_is_in_the_pdf(printed: Path, name: str) -> None:
    """Cell by cell, in the order of the table; a remark's mark may follow a figure."""
    page = BeautifulSoup((printed / f"{name}.html").read_text("utf-8"), "html.parser")
    text = text_of(PdfReader(printed / f"{name}.pdf"))
    figures = [cell.get_text(strip=True) for cell in page.select(".official td.number")]
    with (ROOT / "params" / f"{name}.csv").open(encoding="utf-8-sig") as file:
        filled = [row["value"] for row in csv.DictReader(file) if row["value"]]
    assert len(figures) >= len(filled)
    for table in page.select(".official table"):
        for row in table.select("tr"):
            cells = [cell.get_text(strip=True) for cell in row.select("td.number")]
            wanted = r"(?:注\d+)?".join(re.escape(cell) for cell in cells)
            assert re.search(wanted, text), cells


@needs_chromium
@pytest.mark.parametrize("name", REPORTS)
def test_what_was_typed_is_what_a_search_finds(printed: Path, name: str) -> None:
    """Fonts draw 人 and the radical ⼈ with one glyph; the PDF says 人."""
    page = (printed / f"{name}.html").read_text("utf-8")
    assert set(text_of(PdfReader(printed / f"{name}.pdf"))) <= set(page)


HANZI = [
    bytes([row, column]).decode("gb2312", "ignore")
    for row in range(0xB0, 0xF8)
    for column in range(0xA1, 0xFF)
]


@needs_chromium
@pytest.mark.parametrize("font", ["Noto Serif CJK SC", "Noto Sans CJK SC"])
def test_every_common_character_can_be_searched_for(tmp_path: Path, font: str) -> None:
    """All 6763 characters of GB 2312, one by one and in their order."""
    page = tmp_path / "hanzi.html"
    typed = "".join(HANZI)
    lines = [f"<p>{typed[start : start + 28]}</p>" for start in range(0, len(typed), 28)]
    style = f"<body style=\"font-family: '{font}'\">"
    page.write_text(f'<html lang="zh-CN">{style}{"".join(lines)}<p>——，／</p>', "utf-8")
    with Printer() as printer:
        printer.print_page(page, tmp_path / "hanzi.pdf")
    assert text_of(PdfReader(tmp_path / "hanzi.pdf")) == typed + "——，／"


def test_a_table_of_signs_is_mended_entry_by_entry() -> None:
    """Ranges, single signs and several letters for one glyph; what is in the page stays."""
    table = "<01> <2F08>\n<02> <04> <2F00>\n<05> <00660069>\n<06> <2E3A>\n<07> <8FD9>"
    assert as_typed(table, set("人一丨丶fi—这")) == (
        "<01> <4EBA>\n<02> <04> [<4E00> <4E28> <4E36>]\n<05> <00660069>\n<06> <20142014>\n<07> <8FD9>"
    )
    assert as_typed("<01> <2F08>", set("⼈人")) == "<01> <2F08>"
    assert as_typed("<01> <2F08>", set("八")) == "<01> <2F08>"


@needs_chromium
def test_the_fonts_that_were_used_are_named(printed: Path) -> None:
    """In the PDF itself, where a program finds them again."""
    page, pdf = printed / f"{REPORTS[0]}.html", printed / f"{REPORTS[0]}.pdf"
    sheets = read_sheets(page, pdf)
    assert sheets is not None
    assert sheets.fonts
    carried = {
        str(item["/FontName"]).partition("+")[2]
        for item in objects(PdfReader(pdf))
        if item.get("/Type") == "/FontDescriptor"
    }
    assert set(sheets.fonts) == carried
    assert sheets.pages == len(PdfReader(pdf).pages)


def test_fangsong_is_known_by_each_of_its_names() -> None:
    """As Windows, macOS and Founder call it."""
    for name in ("FangSong_GB2312", "FangSong", "STFangsong"):
        assert has_fangsong((name,))
    assert not has_fangsong(("NotoSerifCJKsc-Regular",))


PRINT = """
import sys
from pathlib import Path
from gongkai.show.printer import Printer
with Printer() as printer:
    for name in sys.argv[1:]:
        printer.print_page(Path(f"{name}.html"), Path(f"{name}.pdf"))
"""


@needs_chromium
def test_two_runs_give_the_same_bytes_alone_and_among_others(printed: Path, tmp_path: Path) -> None:
    """Another browser, another order, another folder, another time zone."""
    names = [*reversed(REPORTS[:2])]
    for name in names:
        (tmp_path / name).parent.mkdir()
        shutil.copy(printed / f"{name}.html", tmp_path / f"{name}.html")
    environment = {**os.environ, "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"}
    words = [sys.executable, "-c", PRINT, *names]
    subprocess.run(words, cwd=tmp_path, env=environment, check=True)
    for name in names:
        assert (tmp_path / f"{name}.pdf").read_bytes() == (printed / f"{name}.pdf").read_bytes()


@needs_chromium
def test_what_a_browser_did_before_changes_nothing(
    printed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It numbers header cells by a counter that other pages move on; the PDF has names of its own."""
    raws: list[bytes] = []

    def other_numbers(raw: bytes, author: str, page: bytes) -> bytes:
        raws.append(raw)
        return finished(raw.replace(b"(node000", b"(node417"), author, page)

    monkeypatch.setattr(printing, "finished", other_numbers)
    page = printed / f"{REPORTS[-1]}.html"  # the one with most header cells
    with Printer() as printer:
        assert printer.printed(page) == page.with_suffix(".pdf").read_bytes()
    assert b"(node000" in raws.pop()


@needs_chromium
def test_a_cell_is_read_out_with_its_headers(printed: Path) -> None:
    """Each name that a cell gives is that of a header cell, and the PDF finds it by that name."""
    for name in REPORTS:
        reader = PdfReader(printed / f"{name}.pdf")
        found = list(objects(reader))
        cells = [item for item in found if item.get("/Type") == "/StructElem"]
        headers = {str(item["/ID"]): item for item in cells if "/ID" in item}
        named = {
            str(header)
            for item in cells
            for attributes in item.get("/A", ())
            for header in attributes.get("/Headers", ())
        }
        root = cast("DictionaryObject", reader.root_object["/StructTreeRoot"])
        tree = cast("ArrayObject", cast("DictionaryObject", root["/IDTree"])["/Names"])
        assert named
        assert named == headers.keys()
        assert tree[::2] == sorted(headers)
        assert [item.get_object() for item in tree[1::2]] == [
            headers[name] for name in sorted(headers)
        ]


@needs_chromium
def test_the_second_report_of_a_volume_is_said_to_be_left_out(
    printed: Path, tmp_path: Path
) -> None:
    """Its pages are in none of the first report's tags, so none of their text is in a part."""
    volume = tmp_path / "volume.pdf"
    with pikepdf.open(printed / f"{REPORTS[0]}.pdf") as first:
        sheets = len(first.pages)
        with pikepdf.open(printed / f"{REPORTS[0]}.pdf") as second:
            first.pages.extend(second.pages)
        first.save(volume)
    (doubt,) = read_draft(read_document(volume).source, 2017).doubts
    assert (doubt.id, doubt.place.page) == ("import-second-report", sheets + 1)


@needs_chromium
def test_no_row_is_split_and_a_long_table_repeats_its_headers(
    printed: Path, tmp_path: Path
) -> None:
    """The list of 2014 runs over two sheets, a table three that outgrew its sheet over two."""
    listed = PdfReader(printed / "xixia-justice/2017.pdf")
    heads = [sheet for sheet in listed.pages if "统计指标" in sheet.extract_text()]
    assert len(heads) == 2
    page = (printed / "shanghai-office/2025.html").read_text("utf-8")
    start = page.rindex('<tr role="row"', 0, page.index("四、结转<wbr>下年度"))
    row = page[start : page.index("</tr>", start) + 5]
    longer = tmp_path / "2025.html"
    longer.write_text(page.replace(row, row * 14), "utf-8")
    with Printer() as printer:
        printer.print_page(longer, longer.with_suffix(".pdf"))
    sheets = [
        re.sub(r"\s", "", sheet.extract_text())
        for sheet in PdfReader(longer.with_suffix(".pdf")).pages
    ]
    over = [text for text in sheets if "四、结转下年度继续办理" in text]
    assert len(over) == 2
    assert all("法人或其他组织" in text for text in over)
    assert (
        sum(
            text.count("四、结转下年度继续办理290300003293".replace("3293", "293")) for text in over
        )
        == 14
    )


@needs_chromium
def test_the_signature_never_stands_alone_on_a_sheet(printed: Path, tmp_path: Path) -> None:
    """However long the text before it is."""
    page = (printed / "xixia-justice/2017.html").read_text("utf-8")
    last = "<p>本年度没有其他需要报告的事项。</p>"
    assert last in page
    pushed = 0
    with Printer() as printer:
        for lines in range(10, 22, 2):
            path = tmp_path / f"{lines}.html"
            path.write_text(page.replace(last, "<p>另有一行。</p>" * lines + last), "utf-8")
            printer.print_page(path, path.with_suffix(".pdf"))
            sheets = PdfReader(path.with_suffix(".pdf")).pages[3:]  # before them it is not
            number, text = next(
                (number, text)
                for number, sheet in enumerate(sheets, 3)
                if "2018年1月4日" in re.sub(r"\s", "", text := sheet.extract_text())
                and "银川市" in text
            )
            assert "事项" in text
            pushed = max(pushed, number)
    assert pushed == 5, "in one of these cases the signature went over to a sheet of its own"


def said(ran: Ran) -> list[str]:
    """Return what was said of the reports: for root Chromium has no sandbox, which is said too."""
    return [line for line in ran.err.splitlines() if "without its sandbox" not in line]


@needs_chromium
def test_only_what_changed_is_printed(
    built: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A second run prints nothing; another page or kit, --force, a broken PDF: printed anew."""
    shutil.copytree(built.folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    words = ("export", "--to", "pdf", "--notebook", str(ROOT / "notebooks" / "annual_report.ipynb"))
    pdf, page = (Path(f"outputs/xixia-justice/2017.{kind}") for kind in ("pdf", "html"))
    ran = gongkai(*words)
    sheets = read_sheets(page, pdf)
    assert sheets is not None
    assert ran.status == 0
    assert said(ran) == ["xixia-justice/2017: printed outputs/xixia-justice/2017.pdf (7 pages)"]
    assert ran.lines[0] == "1 written, 0 up to date, 0 without a public page, 0 failed"
    assert ran.lines[1].startswith("Fonts in the PDFs: " + ", ".join(sheets.fonts))
    first = pdf.read_bytes()
    ran = gongkai(*words)
    assert ran.err == "xixia-justice/2017: outputs/xixia-justice/2017.pdf is up to date\n"
    assert ran.lines[0] == "0 written, 1 up to date, 0 without a public page, 0 failed"
    with pikepdf.open(pdf) as document:  # as an editor changes it: it still names its page
        del document.pages[-1]
        document.save(tmp_path / "shorter.pdf")
    shorter = (tmp_path / "shorter.pdf").read_bytes()
    for edited in (first + b"\n%%EOF\n", shorter):
        pdf.write_bytes(edited)
        assert read_sheets(page, pdf) is None  # by which the command decides
        ran = gongkai(*words)
        assert (ran.status, "was saved by someone after" in ran.err) == (1, True)
        assert pdf.read_bytes() == edited
    kit = maker().encode()
    by_another_kit = with_own_digest(first.replace(kit, kit[:-1] + b"x"))
    for there in (first[:1000], by_another_kit):
        pdf.write_bytes(there)
        assert gongkai(*words).lines[0].startswith("1 written")
        assert pdf.read_bytes() == first
    assert gongkai(*words, "--force").lines[0].startswith("1 written")
    page.write_text(page.read_text("utf-8").replace("756000", "756001"), "utf-8")
    assert said(gongkai(*words)) == [
        "xixia-justice/2017: printed outputs/xixia-justice/2017.pdf (7 pages)",
        "  this page is older than its inputs; before it is signed, run: "
        f"gongkai build {' '.join(words[3:])} xixia-justice/2017",
    ]
    assert list(Path("outputs/xixia-justice").glob(".printing-*")) == []


@needs_chromium
def test_a_pdf_that_another_chromium_printed_is_said_to_differ(
    project: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It names its page and was not changed since; the sentence says how to print it again."""
    shutil.copytree(built.outputs, project.outputs)
    assert gongkai("export", "--to", "pdf").status == 0
    ran = gongkai("verify")
    assert (ran.status, ran.out) == (0, "1 reproduced, 0 different\n")
    data = project.output(".pdf").read_bytes()
    assert b"/Producer (Skia/PDF m" in data
    by_another = with_own_digest(data.replace(b"/Producer (Skia/PDF m", b"/Producer (Skia/PDF n"))
    project.output(".pdf").write_bytes(by_another)
    ran = gongkai("verify")
    assert (ran.status, said(ran)[1:]) == (
        1,
        [
            "outputs/xixia-justice/2017.pdf: differs from what its page prints here; if it was printed with "
            "other fonts or another Chromium: gongkai export --to pdf --force xixia-justice/2017"
        ],
    )


@needs_chromium
def test_ctrl_c_keeps_the_prints_that_are_finished(all_built: Path, tmp_path: Path) -> None:
    """On a terminal every process hears it; one sentence is said, and nothing is left aside."""
    shutil.copytree(all_built, tmp_path / "outputs")
    words = [
        sys.executable,
        "-m",
        "gongkai",
        "export",
        "--to",
        "pdf",
        "--outputs",
        str(tmp_path / "outputs"),
    ]
    process = subprocess.Popen(
        words, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr
    first = process.stderr.readline()
    time.sleep(0.5)  # in the middle of the next
    os.killpg(process.pid, signal.SIGINT)
    said = process.stderr.read()
    assert process.wait(30) == 1
    assert said.splitlines()[-1].startswith("stopped; what was finished is kept")
    assert "driver" not in said
    printed = list(tmp_path.glob("outputs/*/*.pdf"))
    assert first.split(":")[0] in {f"{pdf.parent.name}/{pdf.stem}" for pdf in printed}
    assert list(tmp_path.glob("outputs/*/.*")) == []


def test_a_report_without_a_page_is_said_and_the_others_go_on(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Exit 1, a sentence that says what to do, no file."""
    ran = gongkai("export", "--to", "pdf")
    assert (ran.status, ran.err) == (
        1,
        "xixia-justice/2017: there is no public page; first run: gongkai build xixia-justice/2017\n",
    )
    assert ran.lines == ["0 written, 0 up to date, 1 without a public page, 0 failed"]


def test_what_findings_have_withdrawn_is_not_printed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """An error stops the page; the print of the page that was does not stay either."""
    project.set_value("3.1", "7")
    assert gongkai("build").status == 1
    project.output(".pdf").write_bytes(b"%PDF of last week")
    ran = gongkai("export", "--to", "pdf")
    assert (ran.status, ran.err) == (
        1,
        "xixia-justice/2017: there is no public page, because findings stop it; gongkai check xixia-justice/2017 lists them\n",
    )
    assert not project.output(".pdf").exists()


@needs_chromium
def test_a_page_in_another_encoding_stops_none_of_the_others(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Somebody saved it again with an editor; it is named, and the next is printed."""
    project.outputs.joinpath("xixia-justice").mkdir(parents=True)
    project.output(".html").write_bytes("<p>公开</p>".encode("gbk"))
    ran = gongkai("export", "--to", "pdf")
    assert ran.status == 1
    assert (
        ran.err.splitlines()[0]
        == "xixia-justice/2017: outputs/xixia-justice/2017.pdf was not written"
    )
    said = "  outputs/xixia-justice/2017.html: Chromium could not print it: 'utf-8' codec"
    assert ran.err.splitlines()[1].startswith(said)
    assert ran.lines[0] == "0 written, 0 up to date, 0 without a public page, 1 failed"


def test_without_a_chromium_a_sentence_says_what_to_do(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2: nothing is wrong with the report."""
    project.outputs.joinpath("xixia-justice").mkdir(parents=True)
    project.output(".html").write_text("<p>a page</p>", "utf-8")
    monkeypatch.setenv("PATH", str(project.folder))
    ran = gongkai("export", "--to", "pdf")
    assert (ran.status, ran.err) == (
        2,
        "no Chromium was found under the names chromium, chromium-browser, google-chrome; install one, or set GONGKAI_CHROMIUM to yours\n",
    )
    monkeypatch.setenv("GONGKAI_CHROMIUM", "netscape")
    ran = gongkai("export", "--to", "pdf")
    assert (ran.status, ran.err) == (
        2,
        "GONGKAI_CHROMIUM names netscape, which is not a program here\n",
    )


def test_a_program_that_is_no_browser_is_named(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, and no traceback of a library."""
    project.outputs.joinpath("xixia-justice").mkdir(parents=True)
    project.output(".html").write_text("<p>a page</p>", "utf-8")
    monkeypatch.setenv("GONGKAI_CHROMIUM", sys.executable)
    ran = gongkai("export", "--to", "pdf")
    assert ran.status == 2
    assert ran.err.startswith(f"{sys.executable} does not start: ")
    assert len(ran.err.splitlines()) == 1


def test_without_the_extra_a_sentence_names_what_to_install(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine where only the kit itself was installed."""
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    ran = gongkai("export", "--to", "pdf")
    assert (ran.status, ran.err) == (
        2,
        'printing needs more packages: pip install "pikepdf>=9" "playwright>=1.64"\n',
    )


@needs_chromium
def test_a_folder_that_cannot_be_written_to_fails_that_report_alone(
    built: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A PDF that is open elsewhere, a folder in its place: a sentence, exit 1."""
    shutil.copytree(built.folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    Path("outputs/xixia-justice/2017.pdf").mkdir()
    ran = gongkai("export", "--to", "pdf")
    assert ran.status == 1
    assert ran.err.splitlines()[:2] == [
        "xixia-justice/2017: outputs/xixia-justice/2017.pdf was not written",
        "  outputs/xixia-justice/2017.pdf: cannot be printed: Is a directory",
    ]
