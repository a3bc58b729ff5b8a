"""An analyst's own cells: what each kind of output becomes in the page, and what is said of it."""

from __future__ import annotations

import base64
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from conftest import (
    NOTEBOOK,
    Ran,
    Sandbox,
    axe_finds,
    copy_example,
    elsewhere,
    needs_chromium,
    opened,
)
from gongkai.export import pages
from gongkai.export.own import own_output, own_words
from gongkai.manifest import read_manifest
from gongkai.office.copies import copy_of
from gongkai.project import Target

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAA"
    "AElFTkSuQmCC"
)
MONTHS = "月,件\n1月,3\n2月,0\n3月,12\n"
# The worked example of docs/guide.md: a table of one's own, drawn and described.
DRAWN = """
from gongkai.page import figure
from matplotlib import pyplot
import pandas

months = pandas.read_csv(page.file(f"{year}.months.csv"))
most = months.loc[months["件"].idxmax()]
with figure(alt=f"各月收到的申请，最多的是{most.月}，{most.件}件", caption="各月收到的申请（件）"):
    pyplot.bar(months["月"], months["件"])
"""
# A cell of each kind: its source, its tags, and what stands in the page, or the reason why not.
KINDS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "figure": (DRAWN, ("public",), 'aria-label="各月收到的申请，最多的是3月，12件"'),
    "matplotlib": (
        "#| fig-alt: 折线逐月上升\n#| fig-cap: 折线\npyplot.plot([1, 2, 3]);",
        ("public",),
        'alt="折线逐月上升">',
    ),
    "matplotlib without words": ("pyplot.plot([1, 2, 3]);", ("public",), "left-out-alt"),
    "data frame": (
        'display(months, metadata={"caption": "各月的申请"})',
        ("public",),
        "<caption>各月的申请</caption>",
    ),
    "long data frame": ("pandas.DataFrame({'a': range(99)})", ("public",), "left-out-shortened"),
    "long words": (
        "pandas.DataFrame({'事项': ['甲' * 60 + '末尾']})",
        ("public",),
        f"<td>{'甲' * 60}末尾</td>",
    ),
    "long list": (
        "pandas.DataFrame({'编号': [list(range(101, 250))]})",
        ("public",),
        ", 248, 249]</td>",
    ),
    "rounded": ("pandas.DataFrame({'元': [1234567.891234]})", ("public",), "left-out-shortened"),
    "markdown": (
        "from IPython.display import HTML, SVG, Image, Latex, Markdown\n"
        'Markdown(f"共**{months.件.sum()}**件")',
        ("public",),
        "<p>共<strong>15</strong>件</p>",
    ),
    "html": ('HTML("<p>一段</p>")', ("public",), "<p>一段</p>"),
    "script": ('HTML("<p>乙<script>1</script></p>")', ("public",), "left-out-html"),
    "svg": (
        'SVG(\'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>方块</title>'
        '<rect width="5" height="5"/></svg>\')',
        ("public", "alt: 一个方块"),
        'role="img" aria-label="一个方块"><svg',
    ),
    "picture": (
        f'import base64\nImage(base64.b64decode("{PIXEL}"), format="png", alt="一点")',
        ("public",),
        f'<img src="data:image/png;base64,{PIXEL}" alt="一点">',
    ),
    "print": ('print("核对：\\x1b[31m十五\\x1b[0m")', ("public",), "left-out-printed"),
    "value": ("months.件.sum()", (), "left-out-printed"),
    "warning": ("import warnings; warnings.warn('旧')", (), "left-out-printed"),
    "plotly": (
        'display({"application/vnd.plotly.v1+json": {}, "text/html": "<script>1</script>"}, raw=True)',
        ("public",),
        "left-out-interactive",
    ),
    "widget": (
        'display({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider()"}, raw=True)',
        ("public",),
        "left-out-interactive",
    ),
    "turned around": ("Markdown('合计\\u202e643\\u202c件')", ("public",), "left-out-invisible"),
    "unseen in a figure": (
        "pandas.DataFrame({'件': ['3\\u200b46']})",
        ("public",),
        "left-out-invisible",
    ),
    "unseen in a caption": (
        f'Image(base64.b64decode("{PIXEL}"), format="png", alt="一\\u200b点")',
        ("public",),
        "left-out-invisible",
    ),
    "formula": ('Markdown("设$x^2$")', ("public",), "left-out-formula"),
    "latex": ('Latex("$x$")', ("public",), "left-out-type"),
    "untagged": ("months", (), "left-out-untagged"),
}  # fmt: skip


def with_own_cells(notebook: NotebookNode) -> NotebookNode:
    """Return the template with a cell of each kind in the place for them, and one of words."""
    place = next(index for index, cell in enumerate(notebook.cells) if cell.id == "own")
    new = nbformat.v4
    cells = [
        new.new_code_cell(source, id=f"own-{number}", metadata={"tags": list(tags)})  # type: ignore[no-untyped-call]
        for number, (source, tags, _) in enumerate(KINDS.values())
    ]
    words = "# 各月的申请\n\n集中在**年初**。\n\n![一点](attachment:a%20b.png)"
    attachments = {"a b.png": {"image/png": PIXEL}}
    tags = {"tags": ["public"]}
    cells.append(
        new.new_markdown_cell(words, id="own-words", metadata=tags, attachments=attachments)  # type: ignore[no-untyped-call]
    )
    notebook.cells[place : place + 1] = cells
    return notebook


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """The example with an own notebook and an own table, built by the command."""
    folder = tmp_path_factory.mktemp("own")
    copy_example(folder)
    sandbox = Sandbox(folder)
    (sandbox.example / "2017.months.csv").write_text(MONTHS, "utf-8")
    sandbox.edit("2017.yaml", "facts:", "files: [2017.months.csv]\nfacts:")
    sandbox.edit("agency.yaml", "name: ", "notebook: own.ipynb\nname: ")
    (folder / "notebooks").mkdir()
    notebook = with_own_cells(nbformat.read(NOTEBOOK, as_version=4))  # type: ignore[no-untyped-call]
    nbformat.write(notebook, folder / "notebooks" / "own.ipynb")  # type: ignore[no-untyped-call]
    ran = elsewhere(folder, "gongkai", "build")
    assert ran.returncode == 0, ran.stderr
    return sandbox


def test_every_kind_of_output_arrives_in_the_page_or_is_named(own: Sandbox) -> None:
    """Nothing vanishes: neither in the page, nor in the list of what it lacks."""
    page = own.output(".html").read_text("utf-8")
    manifest = read_manifest(own.outputs, Target("xixia-justice", 2017))
    assert manifest
    cells = nbformat.read(own.folder / "notebooks" / "own.ipynb", as_version=4).cells  # type: ignore[no-untyped-call]
    numbers = {cell.id: number for number, cell in enumerate(cells, start=1)}
    executed = nbformat.read(own.output(".ipynb"), as_version=4)  # type: ignore[no-untyped-call]
    reasons = {(item.cell, item.reason.id) for item in pages.Copies(executed).left_out}
    for number, (kind, (_, _, said)) in enumerate(KINDS.items()):
        if said.startswith("left-out-"):
            assert (numbers[f"own-{number}"], said) in reasons, kind
        else:
            assert said in page, kind
    assert len(manifest.left_out) == sum(said[2].startswith("left-out-") for said in KINDS.values())
    assert "<h3>各月的申请</h3>\n<p>集中在<strong>年初</strong>。</p>" in page


def test_a_word_document_has_all_that_the_page_has_of_them(own: Sandbox, tmp_path: Path) -> None:
    """Each picture and drawing with its words, and every word of tables and text."""
    page = own.output(".html").read_bytes()
    file = tmp_path / "own.docx"
    file.write_bytes(copy_of("docx", page))
    document = docx.Document(str(file))
    written = "".join(document.element.body.itertext())
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    sections = BeautifulSoup(page, "lxml").select("section.own")
    shown = [item for section in sections for item in section.select("img, [role=img]")]
    assert len(shown) > 4
    for item in shown:
        assert (item.get("alt") or item.get("aria-label")) in described
    for section in sections:
        for svg in section.select("svg, style"):
            svg.decompose()
        for word in section.get_text(" ").split():
            assert word in written, word


def test_own_cells_stand_in_the_order_of_the_notebook_between_the_parts(own: Sandbox) -> None:
    """Where the analyst put them: behind the last part, before the signature."""
    page = own.output(".html").read_text("utf-8")
    shown = [said for _, _, said in KINDS.values() if not said.startswith("left-out-")]
    places = [page.index(said) for said in shown]
    assert places == sorted(places)
    assert page.index('id="part-other"') < places[0]
    assert places[-1] < page.index(' class="signature"')


def test_the_public_page_with_own_cells_runs_and_loads_nothing(own: Sandbox) -> None:
    """No script, no address, no style that reaches further; every picture has words."""
    soup = BeautifulSoup(own.output(".html").read_text("utf-8"), "html.parser")
    parts = soup.select(".own")
    assert len(parts) == 1 + sum(not said.startswith("left-out-") for _, _, said in KINDS.values())
    for part in parts:
        assert not part.find_all(["script", "iframe", "link", "object"])
        for element in part.find_all(True):
            assert not [name for name in element.attrs if name.startswith("on")]
            assert str(element.get("src", "data:")).startswith("data:")
        assert all(image.get("alt") for image in part.find_all("img"))
        for drawing in part.find_all("svg"):
            box = drawing.parent
            assert isinstance(box, Tag)
            assert box.get("aria-label")


@needs_chromium
@pytest.mark.parametrize("suffix", [".html", ".review.html"])
def test_axe_finds_nothing_in_a_page_with_own_cells(
    own: Sandbox, browser: Browser, suffix: str
) -> None:
    """WCAG 2.2 A and AA and axe's own advice, for what an analyst adds too."""
    page, _ = opened(browser, own.output(suffix))
    assert axe_finds(page) == []


def test_the_review_copy_says_which_parts_are_the_analyst_s_own(own: Sandbox) -> None:
    """And which of them the public page lacks; what was printed stands there alone."""
    review = own.output(".review.html").read_text("utf-8")
    assert review.count('class="own-label"') == len(
        BeautifulSoup(review, "html.parser").select(".own.marked")
    )
    assert re.search(r"分析人员自己的内容（第\d+单元）　公开本收入</p>", review)
    assert "公开本未收入：该单元没有标签public，只列入审阅本" in review
    assert "<pre>核对：十五</pre>" in review
    assert "核对：" not in own.output(".html").read_text("utf-8")
    assert "ipykernel_" not in review


def test_papermill_and_nbconvert_by_hand_give_the_same_pages(own: Sandbox) -> None:
    """With a kernel, from the notebook that the analyst keeps."""
    folder = own.folder
    ran = elsewhere(folder, "papermill", "notebooks/own.ipynb", "x.ipynb", "--no-progress-bar")
    assert ran.returncode == 0, ran.stderr
    for exporter, suffix in (("gongkai", ".html"), ("gongkai_review", ".review.html")):
        ran = elsewhere(folder, "jupyter", "nbconvert", "--to", exporter, "x.ipynb")
        assert ran.returncode == 0, ran.stderr
        assert (folder / f"x{suffix}").read_bytes() == own.output(suffix).read_bytes()


def test_an_own_output_from_before_a_file_was_corrected_is_left_out_and_named(
    own: Sandbox, tmp_path: Path
) -> None:
    """Here the other cells were run again; the kit's pieces are refused where they were not."""
    copied = shutil.copytree(own.folder, tmp_path / "own")
    table = copied / "params" / "xixia-justice" / "2017.months.csv"
    table.write_text(MONTHS.replace("12", "13"), "utf-8")
    ran = elsewhere(copied, "papermill", "notebooks/own.ipynb", "x.ipynb", "--no-progress-bar")
    assert ran.returncode == 0, ran.stderr
    before = nbformat.read(own.output(".ipynb"), as_version=4)  # type: ignore[no-untyped-call]
    now = nbformat.read(copied / "x.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    mixed = {cell.id: cell for cell in before.cells if cell.id.startswith("own-")}
    now.cells = [mixed.get(cell.id, cell) for cell in now.cells]
    left_out = pages.Copies(now).left_out
    late = {item.source for item in left_out if item.reason.id == "left-out-outdated"}
    usual = {source for source, _, said in KINDS.values() if not said.startswith("left-out-")}
    assert late == {*usual, "months"}
    with pytest.raises(pages.PageRefused, match="as they are now; run the notebook again"):
        pages.public_page(now, strict=True)


DRAWING = "from matplotlib import pyplot\npyplot.plot([1, 2]); pyplot.title({!r}); pyplot.show()"
INTO_MEMORY = (
    "import io; from IPython.display import HTML, Image; from base64 import b64encode\n"
    "data = io.BytesIO(); pyplot.plot([1, 2]); pyplot.title('走势'); pyplot.savefig(data)\n"
    "pyplot.close(); data = data.getvalue()"
)
EMBEDDED = 'HTML(f\'<img alt="走势图" src="data:image/png;base64,{b64encode(data).decode()}">\')'


def test_a_drawing_whose_font_lacks_its_letters_is_left_out_and_named(
    own: Sandbox, tmp_path: Path
) -> None:
    """It would have boxes in the page: however it is drawn and shown, warnings hidden or not."""
    shutil.copytree(own.folder / "params", tmp_path / "params")
    shutil.copytree(own.folder / "notebooks", tmp_path / "notebooks")
    file = tmp_path / "notebooks" / "own.ipynb"
    notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    place = next(index for index, cell in enumerate(notebook.cells) if cell.id == "own-0")
    end = next(index for index, cell in enumerate(notebook.cells) if cell.id == "own-words")
    lacking = (
        DRAWING.format("走势"),
        "import warnings; warnings.filterwarnings('ignore')\n" + DRAWING.format("走势"),
        "import logging; logging.captureWarnings(True)\n" + DRAWING.format("走势 $x$"),
        f"{INTO_MEMORY}\nImage(data)",
        "Image(data)",
        EMBEDDED,
        "captured.outputs[0].display()",
    )
    cells = [(f"%%capture captured\n{DRAWING.format('走势')}", "notebook")]
    cells += [(f"#| fig-alt: 走势图\n{source}", "public") for source in lacking]
    cells += [("#| fig-alt: trend图\n" + DRAWING.format("trend"), "public")]
    notebook.cells[place : end + 1] = [
        nbformat.v4.new_code_cell(source, id=f"drawn-{number}", metadata={"tags": [tag]})  # type: ignore[no-untyped-call]
        for number, (source, tag) in enumerate(cells)
    ]
    nbformat.write(notebook, file)  # type: ignore[no-untyped-call]
    ran = elsewhere(tmp_path, "gongkai", "build")
    named = "was left out of the page: its font has no 走势 and shows boxes instead"
    assert (ran.returncode, ran.stderr.count(named)) == (0, len(lacking)), ran.stderr
    page = Sandbox(tmp_path).output(".html").read_text("utf-8")
    assert ('alt="走势图"' in page, 'alt="trend图"' in page) == (False, True)


def test_settings_of_a_machine_for_matplotlib_change_no_figure(
    own: Sandbox, tmp_path: Path
) -> None:
    """Neither that of a machine, a user nor a folder; what a cell itself sets stays."""
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: red\nfont.size: 30\n", "utf-8")
    cold = {"MATPLOTLIBRC": str(tmp_path), "PYTHONHASHSEED": "0"}
    ran = elsewhere(own.folder, "gongkai", "verify", **cold)
    assert not re.search(r"html:\d+: differs", ran.stdout + ran.stderr), ran.stderr
    assert "reproduced" in ran.stdout
    code = (
        "import matplotlib\nmatplotlib.rcParams['font.size'] = 7\n"
        "from gongkai.page import open_report\nopen_report('xixia-justice', 2017)\n"
        "print(matplotlib.rcParams['axes.facecolor'], matplotlib.rcParams['font.size'])"
    )
    ran = elsewhere(own.folder, "python", "-c", code, **cold)
    assert ran.stdout.splitlines()[-1] == "white 7.0", ran.stderr


def test_the_own_table_and_the_own_notebook_are_inputs(
    own: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`gongkai list` says which of them changed."""
    monkeypatch.chdir(own.folder)
    manifest = read_manifest(own.outputs, Target("xixia-justice", 2017))
    assert manifest
    assert {"own.ipynb (notebook)", "params/xixia-justice/2017.months.csv"} <= set(manifest.execute)
    assert gongkai("list").out == "xixia-justice/2017: fresh\n"
    for path in (own.folder / "notebooks" / "own.ipynb", own.example / "2017.months.csv"):
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        said = gongkai("list").out
        path.write_bytes(before)
        assert said.startswith(f"xixia-justice/2017: stale: {'own.ipynb (notebook)' if path.suffix == '.ipynb' else 'params/xixia-justice/2017.months.csv'} changed")  # fmt: skip


READING = """
import glob, os, sqlite3, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import pandas
sys.path.append('helpers')
import ours, more.theirs
open(os.path.join("notes", "a.txt")).read()
(Path("notes") / "b.txt").read_bytes()
open(f"notes/{agency}.txt").read()
[open(path).read() for path in glob.glob("listed/*.txt")]
pandas.read_csv(Path.cwd() / "table.csv")
open("../beside.txt").read()
sqlite3.connect("base.db").execute("select 1")
sqlite3.connect("file:ro.db?mode=ro", uri=True).execute("select 1")
sqlite3.connect(":memory:").execute("select 1")
open("more.txt", "r+").read()
with ThreadPoolExecutor() as threads:
    list(threads.map(pandas.read_csv, ["in_a_thread.csv"]))
open("made.txt", "w").write("1")
open("made.txt").read()
%run -i run.py
"""


def test_files_that_own_cells_read_are_inputs(own: Sandbox, tmp_path: Path) -> None:
    """However they are named: modules, scripts, tables, a file beside the project, in a thread.

    A file that the cells have written themselves is none, and the listing of a folder is one.
    """
    folder = shutil.copytree(own.folder, tmp_path / "own")
    files = """helpers/ours.py helpers/more/theirs.py notes/a.txt notes/b.txt
        notes/xixia-justice.txt listed/c.txt table.csv ../beside.txt base.db in_a_thread.csv run.py more.txt ro.db"""
    for name in files.split():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("" if name.endswith(".db") else "1\n", "utf-8")
    path = folder / "notebooks" / "own.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    first = nbformat.v4.new_code_cell("opened = open('first.txt').read()", id="first")  # type: ignore[no-untyped-call]
    (folder / "first.txt").write_text("1\n", "utf-8")
    reads = nbformat.v4.new_code_cell(READING + "'read'", id="reads", metadata={"tags": ["public"]})  # type: ignore[no-untyped-call]
    notebook.cells[:] = [first, *notebook.cells, reads]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    (tmp_path / "temporary").mkdir()  # where the project is not
    ran = elsewhere(folder, "gongkai", "build", TMPDIR=str(tmp_path / "temporary"))
    assert ran.returncode == 0, ran.stderr
    manifest = read_manifest(folder / "outputs", Target("xixia-justice", 2017))
    assert manifest
    read = {name.removesuffix(" (read in notebook)") for name in manifest.execute}
    assert {"first.txt", "listed/", *files.split()} <= read
    assert not {name for name in read if name.startswith(("made", "/", "params/*/"))} - {
        "params/*/agency.yaml (names)"
    }
    assert elsewhere(folder, "gongkai", "list").stdout == "xixia-justice/2017: fresh\n"
    for name in (
        "helpers/more/theirs.py",
        "../beside.txt",
        "in_a_thread.csv",
        "first.txt",
        "more.txt",
    ):
        (folder / name).write_text("2\n", "utf-8")
        said = elsewhere(folder, "gongkai", "list").stdout
        assert said == f"xixia-justice/2017: stale: {name} (read in notebook) changed\n"
        (folder / name).write_text("1\n", "utf-8")
    (folder / "listed" / "d.txt").write_text("1\n", "utf-8")
    said = elsewhere(folder, "gongkai", "list").stdout
    assert said == "xixia-justice/2017: stale: listed/ (read in notebook) changed\n"


SILENT = """
import pandas, sqlite3
assert int(open("limit.txt").read()) < 200
connection = sqlite3.connect("scratch.db")
pandas.DataFrame({"a": [1]}).to_sql("t", connection, if_exists="replace")
connection.commit()
try:
    open("absent.txt")
except FileNotFoundError:
    pass
"""


def test_what_a_cell_reads_without_showing_it_is_an_input(own: Sandbox, tmp_path: Path) -> None:
    """A check of the analyst's own; a file that is not there; no database that the cell writes."""
    folder = shutil.copytree(own.folder, tmp_path / "own")
    (folder / "limit.txt").write_text("100\n", "utf-8")
    path = folder / "notebooks" / "own.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.append(nbformat.v4.new_code_cell(SILENT, id="silent"))  # type: ignore[no-untyped-call]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    for _ in range(2):
        ran = elsewhere(folder, "gongkai", "build", "--force")
        assert ran.returncode == 0, ran.stderr
    assert elsewhere(folder, "gongkai", "list").stdout == "xixia-justice/2017: fresh\n"
    for name in ("absent.txt", "limit.txt"):
        (folder / name).write_text("300\n", "utf-8")
        said = elsewhere(folder, "gongkai", "list").stdout
        assert f"{name} (read in notebook) changed" in said
    assert "AssertionError" in elsewhere(folder, "gongkai", "build").stderr


def test_a_file_of_one_name_that_the_cells_of_several_reports_write_is_each_ones_own(
    own: Sandbox, tmp_path: Path
) -> None:
    """Built at once by several processes; none is out of date afterwards."""
    folder = shutil.copytree(own.folder, tmp_path / "own")
    code = (
        "import time\nfrom pathlib import Path\nfrom IPython.display import Markdown\n"
        "Path('t.txt').write_text(agency)\ntime.sleep(0.3)\n"
        "Markdown(f'甲{Path(\"t.txt\").read_text()}乙')"
    )
    path = folder / "notebooks" / "own.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    cell = nbformat.v4.new_code_cell(code, id="scratch", metadata={"tags": ["public"]})  # type: ignore[no-untyped-call]
    notebook.cells.append(cell)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    for slug in ("b", "c"):
        other = shutil.copytree(folder / "params" / "xixia-justice", folder / "params" / slug)
        (other / "agency.yaml").write_text(f"name: {slug}县司法局\nnotebook: own.ipynb\n", "utf-8")
    ran = elsewhere(folder, "gongkai", "build", "--jobs", "3")
    assert ran.returncode == 0, ran.stderr
    for slug in ("xixia-justice", "b", "c"):
        page = (folder / "outputs" / slug / "2017.html").read_text("utf-8")
        assert f"甲{slug}乙" in page
    assert set(re.findall(r": (\w+)", elsewhere(folder, "gongkai", "list").stdout)) == {"fresh"}


def test_a_file_that_a_cell_reads_under_a_name_that_is_not_utf_8_is_refused(
    own: Sandbox, tmp_path: Path
) -> None:
    """As an archive from Windows unpacks: no manifest could hold its name."""
    folder = shutil.copytree(own.folder, tmp_path / "own")
    (folder / "data").mkdir()
    Path(os.fsdecode(os.fsencode(folder / "data") + b"/\xb1\xed.txt")).write_text("1\n", "utf-8")
    path = folder / "notebooks" / "own.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = "import glob\nopen(glob.glob('data/*.txt')[0]).read()"
    notebook.cells.append(nbformat.v4.new_code_cell(code, id="gbk"))  # type: ignore[no-untyped-call]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    ran = elsewhere(folder, "gongkai", "build")
    assert (ran.returncode, "data/" in ran.stderr) == (1, True)
    assert "name" in ran.stderr


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_a_file_that_changes_while_a_cell_reads_it_is_read_again(
    own: Sandbox, tmp_path: Path, engine: str
) -> None:
    """The page has what the manifest has: the cell itself saves the file once."""
    folder = shutil.copytree(own.folder, tmp_path / "own")
    (folder / "x.txt").write_text("11\n", "utf-8")
    path = folder / "notebooks" / "own.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = (
        "import subprocess\nfrom IPython.display import Markdown\nnumber = open('x.txt').read()\n"
        "subprocess.run(['sh', '-c', 'echo 222 > x.txt'])\nMarkdown(f'数为{number}')"
    )
    notebook.cells.append(
        nbformat.v4.new_code_cell(code, id="x", metadata={"tags": ["public"]})  # type: ignore[no-untyped-call]
    )
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    ran = elsewhere(folder, "gongkai", "build", "--engine", engine)
    assert ran.returncode == 0, ran.stderr
    assert "数为222" in Sandbox(folder).output(".html").read_text("utf-8")


def test_a_report_that_own_cells_read_for_its_figures_is_an_input(
    own: Sandbox, tmp_path: Path
) -> None:
    """However it is named: a cell may read those of all bodies in a loop."""
    folder = shutil.copytree(own.folder, tmp_path / "own")
    other = folder / "params" / "other"
    shutil.copytree(folder / "params" / "xixia-justice", other)
    (other / "agency.yaml").write_text("name: 乙县司法局\n", "utf-8")
    path = folder / "notebooks" / "own.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = (
        "from gongkai.page import open_report\nfrom IPython.display import Markdown\n"
        "there = open_report('oth' + 'er', 2017).indicators().value\n"
        "Markdown(f'另一机关{there[\"1.2.2\"]}条')"
    )
    cell = nbformat.v4.new_code_cell(code, id="other", metadata={"tags": ["public"]})  # type: ignore[no-untyped-call]
    notebook.cells.append(cell)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    ran = elsewhere(folder, "gongkai", "build", "xixia-justice")
    assert ran.returncode == 0, ran.stderr
    assert elsewhere(folder, "gongkai", "list", "xixia-justice").stdout.endswith(": fresh\n")
    table = (other / "2017.csv").read_text("utf-8-sig")
    (other / "2017.csv").write_text(re.sub(r"(?m)^(1\.2\.2,.*),164", r"\1,165", table), "utf-8-sig")
    said = elsewhere(folder, "gongkai", "list", "xixia-justice").stdout
    assert (
        said == "xixia-justice/2017: stale: params/other/2017 (report read in notebook) changed\n"
    )
    elsewhere(folder, "gongkai", "build", "xixia-justice")
    assert "另一机关165.0条" in Sandbox(folder).output(".html").read_text("utf-8")


def test_a_module_that_is_saved_after_its_import_is_imported_again(
    own: Sandbox, tmp_path: Path
) -> None:
    """The report is run again from the files as they are now, in the same process."""
    folder = shutil.copytree(own.folder, tmp_path / "own")
    module = folder / "helpers" / "ours.py"
    module.parent.mkdir()
    module.write_text("N = 11\n", "utf-8")
    path = folder / "notebooks" / "own.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = (
        "import sys\nfrom pathlib import Path\nfrom IPython.display import Markdown\n"
        "sys.path.append('helpers')\nimport ours\n"
        "if ours.N == 11:\n    Path('helpers/ours.py').write_text('N = 222\\n')\n"
        "Markdown(f'模块{ours.N}')"
    )
    cell = nbformat.v4.new_code_cell(code, id="module", metadata={"tags": ["public"]})  # type: ignore[no-untyped-call]
    notebook.cells.append(cell)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    ran = elsewhere(folder, "gongkai", "build")
    assert ran.returncode == 0, ran.stderr
    assert "模块222" in Sandbox(folder).output(".html").read_text("utf-8")
    assert elsewhere(folder, "gongkai", "list").stdout == "xixia-justice/2017: fresh\n"


# --- single outputs ------------------------------------------------------------------


def shown(data: dict[str, str], said: object = None, **cell: Any) -> str:
    """Return the HTML of an output without a flaw."""
    output = {"output_type": "display_data", "data": data, "metadata": said or {}}
    own = own_output(output, {"source": "", "metadata": {}, **cell})
    assert own
    assert not own.flaws, own.flaws
    return own.html


def flaws(data: dict[str, str], **cell: Any) -> list[str]:
    """Return what is wrong with an output."""
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    own = own_output(output, {"source": "", "metadata": {}, **cell})
    return [flaw.id for flaw in own.flaws] if own else []


def test_a_picture_is_said_in_the_metadata_a_tag_or_a_line_of_the_cell() -> None:
    """What the output itself says comes first; a file's name says nothing."""
    data = {"image/png": PIXEL}
    said = {
        "甲": shown(data, {"alt": "甲"}, metadata={"alt": "乙"}),
        "乙": shown(data, metadata={"alt": "乙", "tags": ["alt: 丙"]}),
        "丙": shown(data, metadata={"tags": ["public", "alt：丙"]}, source="#| fig-alt: 丁"),
        "丁": shown(data, source='\n#| fig-cap: 图\n#| fig-alt: "丁"\nplot()'),
        "戊&lt;": shown(data, {"image/png": {"alt": "戊<"}}),
    }
    for alt, html in said.items():
        assert f' alt="{alt}">' in html
    assert flaws(data) == ["left-out-alt"]
    assert flaws(data, source='text = """\n#| fig-alt: 己\n"""\nplot()') == ["left-out-alt"]
    assert flaws(data, metadata={"alt": "image.png"}) == ["left-out-alt"]
    assert flaws({"text/html": f'<img src="data:image/png;base64,{PIXEL}">'}) == ["left-out-alt"]
    assert flaws({"text/html": "<svg></svg>"}) == ["left-out-alt"]


def test_a_data_frame_becomes_a_table_of_the_page() -> None:
    """Figures to the right, words to the left, one row of headers, nothing of pandas' own style."""
    import pandas as pd

    frame = pd.DataFrame({"渠道": ["网站", "<当面>"], "件": [1234, 5], "占比": ["99.6%", "0.4%"]})
    html = shown({"text/html": frame.set_index("渠道")._repr_html_()}, {"caption": "渠道"})  # type: ignore[operator]
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("style") is None
    assert [row.get_text("|") for row in soup.find_all("tr")] == [
        "渠道|件|占比",
        "网站|1234|99.6%",
        "<当面>|5|0.4%",
    ]
    assert [cell.get_text() for cell in soup.select(".number")] == [
        "件",
        "占比",
        "1234",
        "99.6%",
        "5",
        "0.4%",
    ]
    assert [head["scope"] for head in soup.find_all("th")] == ["col"] * 3 + ["row"] * 2
    assert soup.caption
    assert soup.caption.get_text() == "渠道"


def test_a_data_frame_may_have_columns_of_two_levels() -> None:
    """As `pivot_table` and `agg` make them."""
    import pandas as pd

    frame = (
        pd.DataFrame({"区": ["甲", "乙"], "件": [1, 2]}).groupby("区").agg({"件": ["sum", "max"]})
    )
    data = {"text/html": frame._repr_html_()}  # type: ignore[operator]
    assert flaws(data) == []
    rows = BeautifulSoup(shown(data), "html.parser").find_all("tr")
    assert [row.get_text("|").strip("|") for row in rows[:2]] == ["件", "sum|max"]


def test_a_data_frame_may_have_line_breaks_within_a_cell() -> None:
    """As formatters of the notebook's author may write them; figures are right-aligned as ever."""
    head = "<thead><tr><th>渠道</th><th>件</th></tr></thead>"
    body = "<tbody><tr><td>网站\n和公众号</td><td>1234</td></tr></tbody>"
    html = shown({"text/html": f'<table class="dataframe">{head}{body}</table>'})
    soup = BeautifulSoup(html, "html.parser")
    assert [cell.get_text() for cell in soup.select(".number")] == ["件", "1234"]
    assert [cell.get_text() for cell in soup.select("td:not(.number)")] == ["网站\n和公众号"]


def test_a_table_that_is_no_data_frame_stays_as_it_was_written() -> None:
    """Only those of pandas are rewritten, even where one stands beside it."""
    own = '<table class="plan"><tbody><tr><th>网站</th><td>12</td></tr></tbody></table>'
    assert shown({"text/html": own}, {"caption": "渠道"}) == own
    frame = '<table class="dataframe"><tbody><tr><th>网站</th><td>12</td></tr></tbody></table>'
    html = shown({"text/html": own + frame}, {"caption": "渠道"})
    assert html.startswith(own)
    assert html.count("<caption>渠道</caption>") == 1


def test_a_table_that_only_calls_itself_a_data_frame_loses_no_word() -> None:
    """It stays as it is where it could not be rewritten whole."""
    table = '<table class="dataframe"><tbody><tr><td>甲<table><tr><td>乙</td></tr></table>丙</td></tr></tbody></table>'
    html = shown({"text/html": table})
    assert "".join(BeautifulSoup(html, "html.parser").get_text().split()) == "甲乙丙"
    assert html.count("<table") == 2


def test_two_drawings_share_no_name_and_style_nothing_but_themselves() -> None:
    """Ids, references and style sheets of a drawing are its own."""
    svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><metadata>x</metadata><style>*{fill:red} #a{stroke:blue}</style><defs><path id="a" d="M0 0"/></defs><use href="#a" style="fill:#abc"/><g clip-path="url(#a)"/></svg>'  # fmt: skip
    one = shown({"image/svg+xml": svg}, {"alt": "甲"})
    two = shown({"image/svg+xml": svg.replace("0 0 9 9", "0 0 8 8")}, {"alt": "乙"})
    names = [set(re.findall(r'id="([^"]+)"', html)) for html in (one, two)]
    assert not names[0] & names[1]
    (place,) = {name for name in names[0] if not name.endswith("-a")}
    assert f'href="#{place}-a"' in one
    assert f"url(#{place}-a)" in one
    assert "fill:#abc" in one
    assert f"#{place} *" in one
    assert "metadata" not in one
    assert flaws({"image/svg+xml": "<svg><script>1</script></svg>"}) == ["left-out-html"]
    assert flaws(
        {"image/svg+xml": '<svg><image href="https://example.org/a.png"/></svg>'},
        metadata={"alt": "甲"},
    ) == ["left-out-html"]


def test_the_still_way_of_an_output_is_taken_where_it_has_one() -> None:
    """A library that shows both a script and a picture arrives as the picture."""
    data = {
        "text/html": "<script>1</script>",
        "image/png": PIXEL,
        "application/vnd.plotly.v1+json": "",
    }
    assert "<img " in shown(data, {"alt": "图"})


def test_damaged_and_mislabelled_pictures_are_named() -> None:
    """A page shows no broken picture."""
    for data in ("AAAA", "!", base64.b64encode(b"GIF89a").decode()):
        assert flaws({"image/png": data}, metadata={"alt": "图"}) == ["left-out-broken"]
    large = base64.b64encode(base64.b64decode(PIXEL) + bytes(2_000_000)).decode()
    assert flaws({"image/png": large}, metadata={"alt": "图"}) == ["left-out-large"]


def test_markdown_may_hold_html_as_far_as_any_output_may() -> None:
    """An address of a picture, a script, a formula, a placeholder: each is named; dollars are none."""

    def of(text: str) -> list[str]:
        own = own_words({"cell_type": "markdown", "source": text})
        return [flaw.id for flaw in own.flaws] if own else []

    assert of("费用$5和$6，`$x$`，[网](https://www.gov.cn)") == []
    assert of("![图](https://example.org/a.png)") == ["left-out-html"]
    assert of("![图](a.png)") == ["left-out-html"]
    assert of("<script>1</script>") == ["left-out-html"]
    assert of("$$x$$") == ["left-out-formula"]
    assert of('共{{ v("3.1.total") }}件') == ["left-out-placeholder"]
    assert of("$$x$$<script>1</script>") == ["left-out-formula", "left-out-html"]
    assert of("![](attachment:a.png)") == ["left-out-html"]
    assert of(" ") == []
    cell = {"cell_type": "markdown", "source": "![图](a.png)"}
    own = own_words({**cell, "attachments": {"a.png": {"image/png": PIXEL}}})
    assert own is not None
    assert [flaw.id for flaw in own.flaws] == ["left-out-html"]


# Data frames of which a part is not shown, and of which all is: as pandas, a Styler and polars
# write them.
SHORTENED = {
    "<p>99 rows × 1 columns</p>": "99 rows × 1 columns",
    '<table><tr><th class="row_heading level0 row_trim">...</th></tr></table>': "...",
    '<table class="dataframe"><tr><td>甲乙...</td></tr></table>': "甲乙...",
    '<table class="dataframe"><tr><td>[1, 2, ...]</td></tr></table>': "[1, 2, ...]",
    '<table class="dataframe"><tr><td>&quot;甲乙&hellip;&quot;</td></tr></table>': '"甲乙…"',
    '<table class="dataframe"><tr><th>&hellip;</th></tr></table>': "…",
    '<table class="dataframe"><tr><td>1.234568e+06</td></tr></table>': "1.234568e+06",
    '<table class="dataframe"><tr><td>甲乙……</td><td>0.25</td><td>2e</td></tr></table>': "",
    "<table><tr><td>甲乙...</td></tr></table>": "",
}


@pytest.mark.parametrize("html", SHORTENED)
def test_a_data_frame_that_its_library_shortened_is_named_with_what_shows_it(html: str) -> None:
    """The reader of the page would not learn what the table lacks."""
    own = own_output({"output_type": "display_data", "data": {"text/html": html}}, {"source": ""})
    assert own
    found = [flaw.text("en") for flaw in own.flaws]
    said = SHORTENED[html]
    assert len(found) == bool(said)
    assert all(text.startswith(f"the table is shortened (“{said}”): show") for text in found)


# Markdown, and the first of its words that no page would show.
UNSHOWN = {
    "| 类别 | 件数 |\n|---|---|\n| 甲类 | 七 | 另见乙表 |": "另见乙表",
    "> 类别 | 件数\n> ---|---\n> 甲类 | 七 | 或 \\| 八": "或 | 八",
    "- 一\n\n  |类别|件数|\n  |-|-|\n  |甲类|7|8|": "8",
    "甲\r\n\r\n类别|件数\r\n-|-\r\n甲类|7\r\n乙类|7|8": "8",
    "[注]: 不含上年结转": "[注]: 不含上年结转",
    "见[甲][1]。\n\n[1]: https://example.org\n[1]: 另见": "[1]: 另见",
    "```说明：以下为例\n甲\n```": "说明：以下为例",
    "| 类别 | 件数 |\n|---|---|\n| 甲类 | 七 ||\n| 乙类 |": "",
    "见[甲][1]、[2]。\n\n[1]: https://example.org/甲\n[2]: https://example.org": "",
    "```python\n1\n```": "",
}


@pytest.mark.parametrize("text", UNSHOWN)
def test_words_that_the_markdown_of_a_cell_does_not_show_are_named(text: str) -> None:
    """Neither copy would have them, and the cell looks whole where it is edited."""
    words = own_words({"cell_type": "markdown", "source": text})
    output = {"output_type": "display_data", "data": {"text/markdown": text}}
    for own in (words, own_output(output, {"source": ""})):
        assert own
        found = [flaw.text("en") for flaw in own.flaws]
        said = UNSHOWN[text]
        assert len(found) == bool(said)
        assert all(text.startswith(f"its Markdown does not show “{said}”: ") for text in found)


def test_each_name_in_a_drawing_is_there_once_and_is_referred_to(own: Sandbox) -> None:
    """Others are none of the page's: two drawings of matplotlib have the same ones."""
    page = BeautifulSoup(own.output(".html").read_bytes(), "lxml")
    named = page.select("section.own svg [id]")
    names = [str(item["id"]) for item in named]
    assert names
    assert len(names) == len(set(names))
    for item in named:
        assert f"#{item['id']}" in str(item.find_parent("svg"))


def test_a_figure_needs_words_and_one_drawing(tmp_path: Path) -> None:
    """What is missing is a sentence, and no figure is left open."""
    from matplotlib import pyplot

    from gongkai.errors import KitError
    from gongkai.page import figure

    with pytest.raises(KitError, match="a figure needs alternative"), figure(alt=" "):
        pass
    with pytest.raises(KitError, match="draw exactly one figure here, not 0"), figure(alt="图"):
        pass
    with pytest.raises(KitError, match="draw exactly one figure here, not 2"), figure(alt="图"):
        [pyplot.figure() for _ in range(2)]
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize(
    ("files", "known"), [("", "—"), ("files: [a.csv, b.csv]\n", "a.csv, b.csv")]
)
def test_a_cell_that_opens_a_file_which_the_year_does_not_name_is_told_which_it_names(
    project: Sandbox, files: str, known: str
) -> None:
    """Such a file is no input: nobody would see that the report is stale when it changes."""
    from gongkai.errors import KitError
    from gongkai.page import open_report

    for name in ("a.csv", "b.csv", "2017.months.csv"):
        (project.example / name).write_text(MONTHS, "utf-8")
    project.edit("2017.yaml", "facts:", f"{files}facts:")
    page = open_report("xixia-justice", 2017)
    said = f"2017.months.csv is not listed under files: in 2017.yaml; listed files: {known}"
    with pytest.raises(KitError, match=f"{re.escape(said)}$"):
        page.file("2017.months.csv")


@pytest.mark.parametrize("left", ['agency = "copied"', 'params = "old/params"'])
def test_a_cell_that_turns_to_another_report_stops_the_build(
    project: Sandbox, gongkai: Callable[..., Ran], left: str
) -> None:
    """What somebody tried out below the parameters and left there is on nobody's public page."""
    shutil.copytree(project.example, project.params / "copied")
    shutil.copytree(project.params, project.folder / "old" / "params")
    project.set_value("1.2.5", "69")
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.insert(2, nbformat.v4.new_code_cell(left, id="left"))  # type: ignore[no-untyped-call]
    path = project.folder / "notebooks" / "annual_report.ipynb"
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    ran = gongkai("build", "xixia-justice")
    assert (ran.status, project.output(".html").exists()) == (1, False)
    assert (
        "notebooks/annual_report.ipynb: the notebook was run for xixia-justice/2017, but shows another report"
    ) in ran.err


@pytest.mark.parametrize(
    ("engine", "tags", "change"),
    [
        ("forked", [], "update_display"),
        ("forked", ["review"], "display"),
        ("kernel", ["review"], "update_display"),
        ("kernel", [], "display"),
    ],
)
def test_a_cell_writes_into_no_display_of_another_one(
    project: Sandbox, gongkai: Callable[..., Ran], engine: str, tags: list[str], change: str
) -> None:
    """What is for reviewers would get into the public page, whose cell it replaces."""
    new = nbformat.v4.new_code_cell
    shown = "from IPython.display import Markdown, display, update_display\n"
    own = f"{shown}display(Markdown('甲一'), display_id='a'); update_display(Markdown('甲二'), display_id='a')"
    other = f"{change}(Markdown('密语'), display_id='a')"
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    place = next(index for index, cell in enumerate(notebook.cells) if cell.id == "own")
    path = project.folder / "notebooks" / "annual_report.ipynb"
    notebook.cells.insert(place, new(own, id="a", metadata={"tags": ["public"]}))  # type: ignore[no-untyped-call]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    assert gongkai("build", "--engine", engine).status == 0
    assert "甲二" in project.output(".html").read_text("utf-8")
    notebook.cells.insert(place + 1, new(other, id="b", metadata={"tags": tags}))  # type: ignore[no-untyped-call]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    ran = gongkai("build", "--engine", engine)
    assert (ran.status, "密语" in project.output(".html").read_text("utf-8")) == (1, False)
    assert "this cell changes what another cell displays (display_id a)" in ran.err
