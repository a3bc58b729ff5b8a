"""From an executed notebook to a page: what gets in, what stays out, and that it is said."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from conftest import NOTEBOOK, ROOT, Ran, Sandbox, copy_example, elsewhere
from gongkai.engine.run import parsed
from gongkai.errors import KitError
from gongkai.export import pages
from gongkai.outputs import KEY, READINGS, NotAReport, metadata_of, opening_of
from gongkai.page.cells import Page, page_of
from gongkai.page.fragment import Fragment
from gongkai.text.plain_text import html_as_text
from gongkai.text.sanitizer import cleaned


def read(path: Path) -> NotebookNode:
    """Return a notebook."""
    found: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return found


@pytest.fixture
def executed(built: Sandbox) -> NotebookNode:
    """The example's executed notebook, to change."""
    return read(built.output(".ipynb"))


@pytest.fixture(scope="session")
def public(built: Sandbox) -> str:
    """The example's public page."""
    return built.output(".html").read_text("utf-8")


def cell_of(notebook: NotebookNode, source: str) -> NotebookNode:
    """Return the cell with this source."""
    found: NotebookNode = next(cell for cell in notebook.cells if cell.source == source)
    return found


def add_own_cell(
    notebook: NotebookNode, *outputs: dict[str, Any], tags: tuple[str, ...] = ()
) -> None:
    """Append a cell of an analyst's own, with outputs displayed after the report was read."""
    cell = own_cell(*outputs, tags=tags)
    for output in cell.outputs:
        output.setdefault("metadata", {})[READINGS] = [opening_of(notebook).report]
    notebook.cells.append(cell)


def own_cell(*outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> NotebookNode:
    """Return a cell of an analyst's own, with outputs."""
    cell = nbformat.v4.new_code_cell("own()", metadata={"tags": list(tags)})  # type: ignore[no-untyped-call]
    cell.outputs = [nbformat.from_dict(output) for output in outputs]  # type: ignore[no-untyped-call]
    return cell  # type: ignore[no-any-return]


def shows(**data: str) -> dict[str, Any]:
    """Return an output that shows data: `html` is text/html, `png` image/png and so on."""
    names = {"html": "text/html", "png": "image/png", "plain": "text/plain"}
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {names[kind]: value for kind, value in data.items()},
    }


# --- configurations of nbconvert ---------------------------------------------------

# What somebody's configuration file says, in the hope of a review part, a script or an
# address in the public page; the page stays the same to the byte.
CONFIGURATIONS = {
    "another tag to remove": "c.TagRemovePreprocessor.remove_cell_tags = {'hide'}",
    "no tag to remove": "c.TagRemovePreprocessor.enabled = False",
    "all outputs removed": "c.TagRemovePreprocessor.remove_all_outputs_tags = {'review'}",
    "metadata cleared": "c.ClearMetadataPreprocessor.enabled = True",
    "outputs cleared": "c.ClearOutputPreprocessor.enabled = True",
    "cells removed by pattern": "c.RegexRemovePreprocessor.patterns = ['page.part']",
    "a preprocessor of one's own": "c.PublicExporter.preprocessors = ['hostile.Leaking']",
    "other default preprocessors": "c.Exporter.default_preprocessors = ['hostile.Leaking']",
    "a template": "c.TemplateExporter.template_name = 'lab'",
    "a template's file": "c.PublicExporter.template_file = 'hostile.html.j2'",
    "a template in words": "c.TemplateExporter.raw_template = '<script>1</script>'",
    "folders of templates": "c.TemplateExporter.extra_template_basedirs = ['.']",
    "a filter": "c.TemplateExporter.filters = {'e': 'hostile.leak'}",
    "the code shown": "c.TemplateExporter.exclude_input = False",
    "the audience": "c.PublicExporter.audience = 'review'",
    "tags that hide": "c.PublicExporter.hidden = ()",
}
HOSTILE = """
from nbconvert.preprocessors import Preprocessor
class Leaking(Preprocessor):
    def preprocess(self, nb, resources):
        for cell in nb.cells:
            cell.metadata = {}
            for output in cell.get("outputs", ()):
                output.metadata = {}
        return nb, resources
def leak(text):
    return text + "<script>1</script>"
"""
CONVERT = """
import json, logging, sys
from pathlib import Path
from traitlets.config import Config
import nbformat
from gongkai.export.exporters import PublicExporter
notebook = nbformat.read(sys.argv[1], 4)
said = []
class Kept(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())
results = {}
for name, source in json.loads(Path("configurations.json").read_text("utf-8")).items():
    said.clear()
    c = Config()
    exec(source)
    exporter = PublicExporter(config=c)
    exporter.log.handlers = [Kept()]
    page, _ = exporter.from_notebook_node(notebook)
    results[name] = [page, list(said)]
Path("results.json").write_text(json.dumps(results), "utf-8")
"""


@pytest.fixture(scope="module")
def configured(
    built: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[str, list[str]]]:
    """The public page under each configuration, and what was said of it."""
    folder = tmp_path_factory.mktemp("configured")
    (folder / "hostile.py").write_text(HOSTILE, "utf-8")
    (folder / "hostile.html.j2").write_text("<script>1</script>", "utf-8")
    (folder / "configurations.json").write_text(json.dumps(CONFIGURATIONS), "utf-8")
    words = [sys.executable, "-c", CONVERT, str(built.output(".ipynb"))]
    subprocess.run(words, check=True, cwd=folder)
    found = json.loads((folder / "results.json").read_text("utf-8"))
    return {name: (page, said) for name, (page, said) in found.items()}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_no_configuration_changes_the_public_page(
    name: str, configured: dict[str, tuple[str, list[str]]], public: str
) -> None:
    """Not a byte of it; and the setting is said to have no effect."""
    page, said = configured[name]
    assert page == public
    setting = CONFIGURATIONS[name].removeprefix("c.").partition(" ")[0]
    sentence = "has no effect: this exporter makes its page only from the outputs"
    assert f"the setting {setting} {sentence}" in said


def test_the_nbconvert_command_takes_no_template_from_the_environment(
    built: Sandbox, tmp_path: Path, public: str
) -> None:
    """A personal configuration, a template on JUPYTER_PATH and options of the command at once."""
    templates = tmp_path / "jupyter" / "nbconvert" / "templates" / "base"
    templates.mkdir(parents=True)
    (templates / "null.j2").write_text("<script>1</script>", "utf-8")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_nbconvert_config.py").write_text(
        "c = get_config()\nc.TagRemovePreprocessor.remove_cell_tags = {'hide'}\n", "utf-8"
    )
    made = elsewhere(
        tmp_path,
        *("jupyter", "nbconvert", "--to", "gongkai", "--template", "lab", "--no-prompt"),
        *("--output-dir", "out", str(built.output(".ipynb"))),
        JUPYTER_PATH=str(tmp_path / "jupyter"),
        JUPYTER_CONFIG_DIR=str(tmp_path / "config"),
    )
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "out" / "2017.html").read_text("utf-8") == public
    for setting in ("TagRemovePreprocessor.remove_cell_tags", "TemplateExporter.template_name"):
        assert f"the setting {setting} has no effect" in made.stderr


def test_a_template_is_asked_for_and_the_answer_names_the_exporter(
    built: Sandbox, tmp_path: Path
) -> None:
    """`--to html --template gongkai` is a natural mistake."""
    words = ("jupyter", "nbconvert", "--to", "html", "--template", "gongkai", "--output-dir", "out")
    made = elsewhere(tmp_path, *words, str(built.output(".ipynb")))
    assert made.returncode == 1
    assert made.stderr.rstrip().endswith(
        "gongkai is an exporter, not a template:"
        " jupyter nbconvert --to gongkai NOTEBOOK (or --to gongkai_review)"
    )


def test_nbconvert_executes_the_template_and_an_executed_notebook(
    built: Sandbox, tmp_path: Path, public: str
) -> None:
    """`--execute --to gongkai` from the notebook's own folder, without papermill."""
    copy_example(tmp_path)
    (tmp_path / "notebooks").mkdir()
    fresh = tmp_path / "notebooks" / "fresh.ipynb"
    fresh.write_bytes(NOTEBOOK.read_bytes())
    again = tmp_path / "notebooks" / "again.ipynb"
    again.write_bytes(built.output(".ipynb").read_bytes())
    words = ("jupyter", "nbconvert", "--execute", "--to", "gongkai")
    made = elsewhere(tmp_path, *words, str(fresh), str(again))
    assert made.returncode == 0, made.stderr
    for notebook in (fresh, again):
        assert notebook.with_suffix(".html").read_text("utf-8") == public


def test_a_notebook_run_in_its_own_folder_gives_the_same_review_copy(
    built: Sandbox, tmp_path: Path
) -> None:
    """As JupyterLab, voila and nbval run it; papermill's own paths may be injected, too."""
    copy_example(tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "x.ipynb").write_bytes(NOTEBOOK.read_bytes())
    folder = tmp_path / "notebooks"
    ran = elsewhere(folder, "papermill", "--inject-paths", "x.ipynb", "y.ipynb")
    assert ran.returncode == 0, ran.stderr
    made = elsewhere(folder, "jupyter", "nbconvert", "--to", "gongkai_review", "y.ipynb")
    assert made.returncode == 0, made.stderr
    assert (folder / "y.review.html").read_bytes() == built.output(".review.html").read_bytes()


def test_the_review_exporter_has_its_earlier_name_too(built: Sandbox, tmp_path: Path) -> None:
    """Scripts that say `--to gongkai-review` go on working."""
    words = ("jupyter", "nbconvert", "--to", "gongkai-review", "--output-dir", str(tmp_path))
    made = elsewhere(tmp_path, *words, str(built.output(".ipynb")))
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "2017.review.html").read_bytes() == built.output(".review.html").read_bytes()


# --- hand-made notebooks -----------------------------------------------------------

Change = Callable[[NotebookNode], object]


def _each_output(change: Callable[[NotebookNode], object]) -> Change:
    return lambda notebook: [
        change(output) for cell in notebook.cells for output in cell.get("outputs", ())
    ]


def _set(source: str, **said: object) -> Change:
    def change(notebook: NotebookNode) -> None:
        cell_of(notebook, source).outputs[0].metadata[KEY].update(said)

    return change


def _set_facts(**said: object) -> Change:
    """Change what the first output says of the report."""
    return lambda notebook: cell_of(notebook, OPEN).outputs[0].metadata[KEY]["facts"].update(said)


def _rewrite(source: str, html: str) -> Change:
    """Put HTML into an output, with a digest that fits it."""

    def change(notebook: NotebookNode) -> None:
        output = cell_of(notebook, source).outputs[0]
        output.data["text/html"] = html
        output.metadata[KEY].pop("marks", None)
        report = output.metadata[KEY]["report"]
        output.metadata[KEY].update(metadata_of(html, "public", report)[KEY])

    return change


OPEN = "from gongkai.page import open_report\n\npage = open_report(agency, year, params)"
REFUSED: dict[str, tuple[Change, str]] = {
    "no metadata at all": (
        _each_output(lambda output: output.metadata.clear()),
        "this is not an executed report",
    ),
    "a review part without its metadata": (
        lambda notebook: cell_of(notebook, "page.findings()").outputs[0].update(metadata={}),
        "cell 5 shows a piece of a report, but does not state who may see it",
    ),
    "a public part without its metadata": (
        lambda notebook: cell_of(notebook, "page.part(3)").outputs[0].update(metadata={}),
        "cell 16 shows a piece of a report, but does not state who may see it",
    ),
    "an unknown audience": (
        _set("page.findings()", audience="everybody"),
        "cell 5 shows a piece of a report, but does not state who may see it",
    ),
    "a review part called public": (
        lambda notebook: (
            _set("page.findings()", audience="public")(notebook),
            cell_of(notebook, "page.findings()").metadata.clear(),
        ),
        "data-audience=",
    ),
    "another schema": (_set("page.title()", schema=1), "cell 11 was executed by another version"),
    "another version": (
        _set_facts(version="0.0.1"),
        "the notebook was executed by gongkai-kit 0.0.1",
    ),
    "no findings": (
        _set_facts(findings=[{"severity": "none"}]),
        "does not state which report it is (wrong or missing: findings)",
    ),
    "no title": (_set_facts(title=None), "(wrong or missing: title)"),
    "HTML changed by hand": (
        lambda notebook: (
            cell_of(notebook, "page.title()").outputs[0].data.update({"text/html": "<p>346</p>"})
        ),
        "the output of cell 11 was changed after it was made",
    ),
    "marks changed by hand": (
        _set("page.title()", marks=[[10**9, "<b>"]]),
        "the output of cell 11 was changed after it was made",
    ),
    "a script with a fitting digest": (
        _rewrite("page.title()", "<script>alert(1)</script>"),
        "but contains what no such piece has: <script>",
    ),
    **{
        f"forged: {html}": (_rewrite("page.title()", html), "but contains what no such piece has: ")
        for html in (
            "<p onclick='x()'>x</p>",
            '<img alt="a"onerror=x src="data:x">',
            '<img " onerror=x src=data:x>',
            "<img src=https://example.org/x.png>",
            "<img srcset='data:x 1x, https://example.org 2x'>",
            "<svg><image href='https://example.org'></image></svg>",
            "<svg><filter><feImage href='https://example.org'/></filter></svg>",
            "<style>@import 'x'</style>",
            "<style>@\\69mport 'x'</style>",
            '<p style="background:url(https://example.org)">x</p>',
            "<p style=background:u&#114;l(https://example.org)>x</p>",
            "<iframe srcdoc=x></iframe>",
            "<meta http-equiv=refresh content='0;https://example.org'>",
            '<meta a="b"http-equiv=refresh>',
            '<a href="java&#115;cript:1">x</a>',
            '<a href="#x" ping="https://example.org">x</a>',
            "<SCRIPT>1</SCRIPT>",
            "<plaintext>",
            "<!--",
            '<p id="finding-1">x</p>',
            '<section id="sign-off">x</section>',
            "<p class='mark'>x</p>",
            '<a class="mark warning" href="#x">x</a>',
            '<p data-audience="review">x</p>',
        )
    },
    "findings taken out by hand": (
        _set_facts(findings=[]),
        "the findings or facts of the report were changed in the notebook",
    ),
    "another title": (
        _set_facts(title="x"),
        "the findings or facts of the report were changed in the notebook",
    ),
    "a part that was removed": (
        lambda notebook: notebook.cells.remove(cell_of(notebook, "page.closing()")),
        "does not contain each part of the report once, in the order of the form (see annex, signature)",
    ),
    "a part that is there twice": (
        lambda notebook: notebook.cells.append(cell_of(notebook, "page.part(3)")),
        "(see part-proactive)",
    ),
    "a tag that is no list": (
        lambda notebook: cell_of(notebook, "page.findings()").metadata.update(tags="review"),
        "the tags of cell 5 are not a list of words",
    ),
    "an error at the end": (
        lambda notebook: notebook.cells[-1].outputs.append(
            nbformat.v4.new_output("error", ename="x", evalue="", traceback=[])  # type: ignore[no-untyped-call]
        ),
        "this is not an executed report",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_notebook_that_was_tampered_with_gives_no_public_page(
    name: str, executed: NotebookNode
) -> None:
    """One sentence says why."""
    change, said = REFUSED[name]
    change(executed)
    with pytest.raises(NotAReport) as refused:
        pages.public_page(executed)
    assert said in refused.value.problems[0].text("en")
    assert refused.value.problems[0].text("zh")


def test_findings_stop_the_public_page_and_not_the_review_copy(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Errors always; warnings where they are asked to. How many is said, and where to see them."""
    project.set_value("3.1.1", "5")
    assert gongkai("build").status == 1
    executed = parsed(project.output(".ipynb").read_text("utf-8"))
    for strict, said in (
        (False, ["1 error stops the public page"]),
        (
            True,
            [
                "1 error stops the public page",
                "1 warning stops the public page, because of --strict",
            ],
        ),
    ):
        with pytest.raises(pages.PageRefused) as refused:
            pages.public_page(executed, strict=strict)
        found = [item.text("en") for item in refused.value.problems]
        assert found == [f"{item}; see the review copy (--to gongkai_review)" for item in said]
    assert "审阅" in pages.Copies(executed).review_copy()


def test_the_untouched_notebook_gives_the_page(executed: NotebookNode, public: str) -> None:
    """What the cases above change is what refuses it."""
    assert pages.public_page(executed) == public


def test_one_cell_may_show_several_parts(executed: NotebookNode, public: str) -> None:
    """Each of its outputs is looked at for the parts that a page must have, and have once."""
    first, second = (cell_of(executed, f"page.part({number})") for number in (4, 5))
    first.outputs += second.outputs
    executed.cells.remove(second)
    assert pages.public_page(executed) == public
    first.outputs += second.outputs
    with pytest.raises(NotAReport, match=r"see part-interpretation"):
        pages.public_page(executed)


def test_a_review_part_in_a_cell_without_its_tag_stays_out(
    executed: NotebookNode, public: str
) -> None:
    """The tag is for readers of the notebook; the output says itself who may see it."""
    for cell in executed.cells:
        cell.metadata.pop("tags", None)
        if cell.cell_type == "markdown":
            cell.source = ""
    cell_of(executed, "page.indicators()").outputs = []
    assert pages.public_page(executed) == public


def piece(fragment: Fragment | None) -> NotebookNode:
    """Return a piece of a report as the output of a cell."""
    assert fragment
    data, metadata = fragment._repr_mimebundle_()
    return nbformat.v4.new_output("display_data", data, metadata=metadata)  # type: ignore[no-any-return, no-untyped-call]


# Pieces of another report, with and without places that this one has too.
OF_ANOTHER: dict[str, Callable[[Page], Fragment | None]] = {
    "a part that only its form has": lambda page: page.part(4),
    "a table of contents": Page.contents,
    "its findings": Page.findings,
    "its changes since the year before": Page.changes,
}


@pytest.mark.parametrize("name", OF_ANOTHER)
def test_a_piece_of_another_report_gets_into_neither_copy(
    name: str, executed: NotebookNode
) -> None:
    """What was opened for comparison may be a draft, and its findings are not this page's."""
    other = page_of("shanghai-office", 2025, ROOT / "params")
    executed.cells.insert(2, own_cell(piece(OF_ANOTHER[name](other)), tags=("public",)))
    with pytest.raises(NotAReport, match="cell 3 shows a piece of another report, or of this one"):
        pages.Copies(executed)


def test_another_report_may_be_opened_for_its_figures(executed: NotebookNode, public: str) -> None:
    """The line that opening it shows is for the notebook only."""
    other = page_of("shanghai-office", 2025, ROOT / "params")
    executed.cells.append(own_cell(piece(other.status())))
    assert pages.public_page(executed) == public


def test_pieces_from_before_a_file_was_changed_give_no_page_until_all_cells_run_again(
    executed: NotebookNode, project: Sandbox
) -> None:
    """Otherwise the page would have the findings of the corrected table, and the wrong figures."""
    project.set_value("1.2.5", "69")
    now = page_of("xixia-justice", 2017, project.params)
    cell_of(executed, OPEN).outputs = [piece(now.status())]
    cell_of(executed, "page.title()").outputs = [piece(now.title())]
    with pytest.raises(NotAReport, match=r"before its files were changed: .* run all"):
        pages.Copies(executed)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("page.closing()", r"the page does not contain .* \(see annex, signature\)"),
        ("page.findings()", "the review copy would lack findings"),
        ("page.sign_off()", "the review copy would lack sign-off"),
    ],
)
def test_a_piece_that_a_cell_no_longer_displays_is_missed(
    executed: NotebookNode, source: str, said: str
) -> None:
    """A semicolon behind the call, or a line below it, is enough for that."""
    cell_of(executed, source).outputs = []
    make = pages.public_page if source == "page.closing()" else pages.review_copy
    with pytest.raises(NotAReport, match=said):
        make(executed)


def test_a_strict_export_of_a_report_with_a_warning_is_refused(
    built: Sandbox, tmp_path: Path
) -> None:
    """The setting of the exporter is that of `gongkai build --strict`."""
    shutil.copy(built.output(".ipynb"), tmp_path / "x.ipynb")
    words = ("jupyter", "nbconvert", "--to", "gongkai", "x.ipynb")
    ran = elsewhere(tmp_path, *words, "--PublicExporter.strict=True")
    assert ran.returncode != 0
    assert "1 warning" in ran.stderr
    assert not (tmp_path / "x.html").exists()


def test_a_public_piece_in_a_cell_that_is_tagged_is_left_out_and_named(
    executed: NotebookNode,
) -> None:
    """The more careful of the two decides, however the tag is written."""
    cell_of(executed, "page.contents()").metadata.tags = ["Review "]
    assert '<nav class="contents"' not in pages.public_page(executed)
    (item,) = pages.Copies(executed).left_out
    assert item.problem.text("en") == (
        "cell 12 (page.contents()): text/html was left out of the page: the cell is tagged review"
    )
    with pytest.raises(KitError):
        pages.public_page(executed, strict=True)
    cell_of(executed, "page.part(3)").metadata.tags = ["review"]
    with pytest.raises(NotAReport, match=r"each part of the report once"):
        pages.public_page(executed)


# --- an analyst's own cells ---------------------------------------------------------

OWN: dict[str, tuple[dict[str, Any], str]] = {
    "a picture": (
        shows(png="AAAA", plain="<Figure>"),
        "image/png was left out of the page: the picture is damaged",
    ),
    "a value": (shows(plain="3"), "text/plain was left out of the page: printed text"),
    "a print": (
        {"output_type": "stream", "name": "stdout", "text": "x"},
        "stdout was left out of the page: printed text",
    ),
    "a script": (shows(html="<b>x</b><script>1</script>"), "it contains <script>, but a page"),
    "a handler": (shows(html="<b onclick=x>x</b>"), "it contains onclick,"),
    "an address": (
        shows(html="<img src='https://example.org/x.png'>"),
        "it contains src=https://example.org/x.png,",
    ),
    "a style that loads": (
        shows(html="<style>@import 'x'</style>"),
        "it contains <style> @import 'x',",
    ),
    "a style of the whole page": (
        shows(html="<style>body{display:none}</style>"),
        "it contains <style> body{display:none},",
    ),
    "comments in strings of a style sheet": (
        shows(
            html="<p id='m'>x</p><style>#m::after{content:'/*'} body{color:red} #m::after{content:'*/'}</style>"
        ),
        "it contains <style> #m::after{content:'/*'}",
    ),
    "rules in strings of a style sheet": (
        shows(
            html="<p id='m'>x</p><style>#m::after{content:\"} body{x:y} .dataframe{x:\"}</style>"
        ),
        "it contains <style> #m::after",
    ),
    "a style sheet for what comes beside": (
        shows(html="<p id='m'>x</p><style>#m ~ *{display:none}</style>"),
        "it contains <style> #m ~ *{display:none}",
    ),
    "a comment in a style": (
        shows(html="<p style='position:/**/fixed'>x</p>"),
        "it contains style=position:/**/fixed",
    ),
    "a position by a variable": (
        shows(html="<p style='--p:fixed;position:var(--p)'>x</p>"),
        "it contains style=--p:fixed;position:var(--p)",
    ),
    "a style of what the kit made": (
        shows(html="<b id='part-other'>x</b><style>#part-other{color:red}</style>"),
        "it contains id=part-other, <style> #part-other{color:red},",
    ),
    "a piece of the review": (
        shows(html='<section id="sign-off">x</section>'),
        "it contains id=sign-off,",
    ),
    "a picture beside no HTML": (
        shows(html=" ", png="AAAA"),
        "image/png was left out of the page: the picture is damaged",
    ),
    "a box over the page": (
        shows(html="<p style='position:fixed'>x</p>"),
        "it contains style=position",
    ),
    "a frame": (shows(html="<iframe src=x></iframe>"), "it contains <iframe>, src=x,"),
    "a link that runs": (shows(html="<a href='javascript:1'>x</a>"), "it contains href,"),
}


@pytest.mark.parametrize("name", OWN)
def test_what_no_page_takes_in_is_named_with_its_cell_and_reason(
    name: str, executed: NotebookNode, public: str
) -> None:
    """In the review copy, and under --strict in the place of the public page."""
    output, said = OWN[name]
    add_own_cell(executed, output, tags=("public",))
    number = len(executed.cells) - 1  # papermill's cell is in no file
    (item,) = pages.Copies(executed).left_out
    assert item.problem.text("en").startswith(f"cell {number} (own()): ")
    assert said in item.problem.text("en")
    assert pages.public_page(executed) == public
    assert item.row().cell == number
    review = pages.review_copy(executed)
    assert "公开页未收入的单元输出" in review
    assert f"第{number}单元（own()）：" in review
    with pytest.raises(pages.PageRefused, match=r"was left out of the page"):
        pages.public_page(executed, strict=True)


def test_what_a_tag_keeps_out_is_not_said(executed: NotebookNode, public: str) -> None:
    """Whoever tags a cell knows."""
    add_own_cell(executed, shows(png="AAAA"), tags=("notebook",))
    add_own_cell(executed, shows(html="<b>x</b>"), tags=("review",))
    assert pages.Copies(executed).left_out == ()
    assert pages.public_page(executed) == public
    assert "<b>x</b>" in pages.review_copy(executed)


def test_what_the_review_copy_cannot_show_of_its_own_cells_is_named(
    executed: NotebookNode, public: str
) -> None:
    """A picture in a cell that is tagged for reviewers; the public page has no part in it."""
    add_own_cell(executed, shows(png="AAAA"), tags=("review",))
    (item,) = pages.Copies(executed).left_out
    assert item.types == ("image/png",)
    assert "image/png未收入页面" in pages.review_copy(executed)
    assert pages.public_page(executed) == public


def test_what_is_not_tagged_public_stands_in_the_review_copy_alone_and_is_named(
    executed: NotebookNode, public: str
) -> None:
    """A note to oneself, a table of applicants: only its author knows whether it may."""
    executed.cells.append(nbformat.v4.new_markdown_cell("# 说明"))  # type: ignore[no-untyped-call]
    add_own_cell(executed, shows(html="<table><tr><td>张三</td></tr></table>"))
    assert [item.types for item in pages.Copies(executed).left_out] == [
        ("text/markdown",),
        ("text/html",),
    ]
    assert {item.reason.id for item in pages.Copies(executed).left_out} == {"left-out-untagged"}
    assert pages.public_page(executed) == public
    review = pages.review_copy(executed)
    assert "<h3>说明</h3>" in review
    assert "<td>张三</td>" in review
    with pytest.raises(pages.PageRefused, match="not tagged public"):
        pages.public_page(executed, strict=True)


def test_harmless_html_of_an_own_cell_stands_in_both_copies(executed: NotebookNode) -> None:
    """A Styler, a drawing, a picture that is inside."""
    import pandas as pd

    table = pd.DataFrame({"code": [1]})
    drawing = (
        '<svg viewBox="0 0 1 1" aria-label="方"><clipPath id="a"><path d="M0 0"></path></clipPath>'
        '<g clip-path="url(#a)"></g></svg>'
    )
    pixel = (  # a picture is only shown where it is one
        "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAA"
        "AElFTkSuQmCC"
    )
    picture = f'<img src="data:image/png;base64,{pixel}" alt="图">'
    shown = (table.style.to_html(), drawing, picture)
    add_own_cell(executed, *(shows(html=html) for html in shown), tags=("public",))
    assert pages.Copies(executed).left_out == ()
    for page in (pages.public_page(executed), pages.review_copy(executed)):
        assert '<table id="T_' in page
        assert drawing in page
        assert picture in page


# What is not parsed as it looks: whatever comes out has nothing in it that runs or loads.
CUNNING = [
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=1&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<svg><use href='https://example.org/x.svg#a'/></svg>",
    "<a href=' java\nscript:alert(1)'>x</a>",
    "<img src='data:text/html,<script>1</script>'>",
    "<p style='background:u\\72l(https://example.org)'>x</p>",
    "<svg><a xlink:href='javascript:1'><text>x</text></a></svg>",
    "<template><script>1</script></template>",
    "<<script>script>alert(1)</script>",
    "<img src=x:y onerror\n=alert(1)>",
    "<form><button formaction=javascript:1>x</button></form>",
    "<link rel=stylesheet href=https://example.org>",
    "<video poster=https://example.org><source src=x></video>",
    "<img srcset='https://example.org 1x'>",
    "<table background=https://example.org></table>",
]


@pytest.mark.parametrize("html", CUNNING)
def test_nothing_that_runs_or_loads_comes_through_the_list(html: str) -> None:
    """As a browser would parse it, too."""
    clean = cleaned(html).html
    assert not re.search(r"script|onerror|example\.org|formaction|javascript", clean)
    assert cleaned(clean).html == clean


def test_a_build_names_what_it_leaves_out(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """On the command line, in the manifest and in the log; with --strict there is no public page."""
    template = project.folder / "notebooks" / "annual_report.ipynb"
    notebook = read(template)
    notebook.cells.append(nbformat.v4.new_code_cell("print('own')\npage.findings()"))  # type: ignore[no-untyped-call]
    nbformat.write(notebook, template)  # type: ignore[no-untyped-call]
    ran = gongkai("build")
    number = len(notebook.cells)
    said = (
        f"cell {number} (print('own')): stdout was left out of the page:"
        " printed text and bare values appear only in the review copy;"
        " for the public page show it as Markdown(…)"
    )
    assert ran.status == 0, ran.err
    assert f"  {said}\n" in ran.err
    manifest = json.loads(project.output(".json").read_text("utf-8"))
    assert [(row["cell"], row["types"], row["en"]) for row in manifest["left_out"]] == [
        (number, ["stdout"], said)
    ]
    logged = json.loads((project.outputs / "build.log.jsonl").read_text("utf-8").splitlines()[-1])
    assert logged["left_out"] == manifest["left_out"]
    assert "校验发现" not in project.output(".html").read_text("utf-8")
    ran = gongkai("build", "--strict")
    assert ran.status == 1
    assert said in ran.err
    assert not project.output(".html").exists()


# --- readers that show no HTML -------------------------------------------------------


def test_every_piece_says_in_plain_text_what_it_shows(executed: NotebookNode) -> None:
    """For LaTeX, GitHub's view and nbdiff: words, not the name of an object."""
    texts = [
        output.data["text/plain"]
        for cell in executed.cells
        for output in cell.get("outputs", ())
        if output.metadata.get(KEY)
    ]
    assert len(texts) > 10
    assert not [text for text in texts if not text or "<" in text]
    everything = "\n".join(texts)
    assert "一、总体工作情况" in everything
    assert re.search(r"^（一）主动公开政府信息数.*  条  346$", everything, re.MULTILINE)


def test_the_words_of_a_piece_are_lines_and_rows() -> None:
    """A picture is its alternative text; styles and what is folded away are left out."""
    html = (
        "<style>p{}</style><h2>一、甲</h2><p>公开<b>5</b>条&amp;</p>"
        "<table><tr><th>乙</th><td>1</td></tr><tr><th>丙</th><td>2</td></tr></table>"
        '<div class="plot" role="img" aria-label="丁1件" style="max-width:31em"><svg></svg></div>'
        '<div class="picture" id="own-1" role="img" aria-label="己"><svg><text>1</text></svg></div>'
        "<details><p>戊</p></details>"
    )
    assert html_as_text(html).splitlines() == [
        "一、甲",
        "公开5条&",
        "乙  1",
        "丙  2",
        "丁1件",
        "己",
    ]


def test_the_notebook_has_the_styles_of_the_review_parts(executed: NotebookNode) -> None:
    """The table of versions is not torn letter by letter, and VS Code's dark theme can be read."""
    html = cell_of(executed, OPEN).outputs[0].data["text/html"]
    assert ".gongkai .provenance table.data" in html
    assert "body:is(.vscode-dark" in html


def test_exporting_changes_no_notebook(executed: NotebookNode) -> None:
    """What was handed in is as it was."""
    before = copy.deepcopy(executed)
    pages.public_page(executed)
    pages.review_copy(executed)
    assert executed == before
