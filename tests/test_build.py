"""Building: real kernels, the same bytes everywhere, and nothing half done."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import (
    NOTEBOOK,
    ROOT,
    Ran,
    Sandbox,
    copy_example,
    elsewhere,
    hashes,
    make_signed_demo,
)
from gongkai.errors import KitError
from gongkai.export import pages
from gongkai.manifest import Manifest
from gongkai.pipeline import build, stale
from gongkai.pipeline.write import move_into_place
from gongkai.project import Project, Target
from gongkai.report import provenance
from gongkai.show import index
from gongkai.text.agency_names import agency_names
from gongkai.text.templates import Markup, style_sheet


def test_a_build_leaves_four_files_a_report(built: Sandbox) -> None:
    """The public page, the review copy, the executed notebook and the manifest, no more."""
    assert list(hashes(built.outputs)) == [
        "xixia-justice/2017.html",
        "xixia-justice/2017.ipynb",
        "xixia-justice/2017.json",
        "xixia-justice/2017.review.html",
    ]


def test_another_machine_gives_the_same_bytes_of_every_file(built: Sandbox, tmp_path: Path) -> None:
    """Another folder, locale, language, time zone, hash seed and clock."""
    copy_example(tmp_path)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, tmp_path / "notebooks")
    ran = elsewhere(
        tmp_path,
        "gongkai",
        "build",
        LC_ALL="C",
        TZ="Asia/Urumqi",
        PYTHONHASHSEED="12345",
        GONGKAI_LANG="zh",
    )
    assert ran.returncode == 0, ran.stderr
    assert hashes(tmp_path / "outputs") == hashes(built.outputs)


def test_papermill_and_nbconvert_by_themselves_give_the_same_public_page(
    built: Sandbox, tmp_path: Path
) -> None:
    """The two commands that every data team knows, byte for byte."""
    copy_example(tmp_path)
    environment = {"LC_ALL": "C.UTF-8", "TZ": "America/Lima", "PYTHONHASHSEED": "7"}
    parameters = ["-p", "agency", "xixia-justice", "-p", "year", "2017"]
    run = elsewhere(tmp_path, "papermill", str(NOTEBOOK), "x.ipynb", *parameters, **environment)
    assert run.returncode == 0, run.stderr
    for exporter in ("gongkai", "gongkai_review"):
        made = elsewhere(
            tmp_path, "jupyter", "nbconvert", "--to", exporter, "x.ipynb", **environment
        )
        assert made.returncode == 0, made.stderr
    assert (tmp_path / "x.html").read_bytes() == built.output(".html").read_bytes()
    assert (tmp_path / "x.review.html").read_bytes() == built.output(".review.html").read_bytes()


def test_no_path_and_no_clock_get_into_an_output(built: Sandbox) -> None:
    """Neither the folder of the build nor the run's times are anybody's business."""
    for name, data in hashes(built.outputs).items():
        assert str(built.folder).encode() not in data, name
        assert str(ROOT).encode() not in data, name
        assert b"start_time" not in data, name
        assert b"duration" not in data, name


def test_an_error_stops_the_public_copy_and_removes_an_older_one(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The review copy is written, for a reviewer must be able to see the error."""
    fresh.set_value("8.3.2", "3")
    ran = gongkai("build")
    assert ran.status == 1
    assert ran.err.splitlines() == [
        "xixia-justice/2017: no public page, 1 error, 1 warning; review copy: "
        "outputs/xixia-justice/2017.review.html",
        "  params/xixia-justice/2017.csv:53: 工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 3; "
        "they must be equal",
        "  outputs/xixia-justice/2017.html and its copies were withdrawn until this is fixed",
    ]
    assert ran.out == "0 built, 0 up to date, 1 without a public page, 0 failed\n"
    assert not fresh.output(".html").exists()
    review = re.sub(r"<[^>]*>", "", fresh.output(".review.html").read_text("utf-8"))
    assert "工作人员：8.3＝2，而各项之和为3（8.3.1 + 8.3.2）" in review
    manifest = json.loads(fresh.output(".json").read_text("utf-8"))
    assert next(finding["id"] for finding in manifest["findings"]) == "identity-sum"
    assert gongkai("list").lines == ["xixia-justice/2017: up to date, no public page"]
    assert gongkai("build").status == 1


def test_a_page_that_gets_another_name_is_said_and_the_year_can_keep_its_own(
    fresh: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A body that is renamed has reports of earlier years, which were published under its old name."""
    agency = fresh.folder / "params" / "xixia-justice" / "agency.yaml"
    text = agency.read_text("utf-8")
    for old in ("name: 银川市西夏区司法局", "short_name: 西夏区司法局"):
        assert old in text
        text = text.replace(old, old.replace("司法局", "司法行政局"))
    agency.write_text(text, "utf-8")
    assert gongkai("build").err.splitlines()[1:] == [
        "  the page now says 银川市西夏区司法行政局 instead of 银川市西夏区司法局; if the body "
        "still had its old name in this year, write name: 银川市西夏区司法局 in "
        "params/xixia-justice/2017.yaml",
    ]
    year = agency.with_name("2017.yaml")
    names = "name: 银川市西夏区司法局\nshort_name: 西夏区司法局\n"
    year.write_text(names + year.read_text("utf-8"), "utf-8")
    gongkai("build")
    assert fresh.output(".html").read_bytes() == built.output(".html").read_bytes()


def test_a_report_that_cannot_be_read_keeps_its_older_outputs(
    fresh: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A slip in a file costs nobody the last good report."""
    fresh.set_value("8.3.2", "三")
    ran = gongkai("build")
    assert ran.status == 1
    assert ran.err.splitlines() == [
        "xixia-justice/2017: failed",
        "  params/xixia-justice/2017.csv:55: 8.3.2: “三” is not a number; write digits, or 0; if "
        "there is no number, leave it blank or write “/” or “—”",
        "  the earlier outputs were left unchanged",
    ]
    assert hashes(fresh.outputs) == hashes(built.outputs)


def test_strict_lets_a_warning_stop_the_public_copy(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """163 is not 164: under --strict that is enough."""
    ran = gongkai("build", "--strict")
    assert (ran.status, project.output(".html").exists()) == (1, False)
    assert "0 errors, 1 warning" in ran.err


def test_what_is_up_to_date_is_not_built_again(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """And what is not, says why."""
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]
    ran = gongkai("build")
    assert (ran.err, ran.out) == (
        "xixia-justice/2017: up to date\n",
        "0 built, 1 up to date, 0 without a public page, 0 failed\n",
    )
    fresh.edit("2017.yaml", "涉密", "保密")
    fresh.output(".html").write_text("", "utf-8")
    reasons = (
        "xixia-justice/2017: stale: params/xixia-justice/2017.yaml changed, "
        "2017.html is missing or was changed"
    )
    assert gongkai("list").lines == [reasons]
    assert gongkai("build", "--dry-run").lines == [reasons]
    fresh.output(".json").write_text("{", "utf-8")
    assert gongkai("list").lines == ["xixia-justice/2017: stale: its manifest cannot be read"]
    shutil.rmtree(fresh.outputs)
    assert gongkai("list").lines == ["xixia-justice/2017: never built"]
    assert not fresh.outputs.exists()


Change = Callable[[Sandbox, pytest.MonkeyPatch], object]


def write(path: str, text: str) -> Change:
    """Write a file of the project, in a folder that may be new."""

    def change(project: Sandbox, _: pytest.MonkeyPatch) -> None:
        goal = project.folder / path
        goal.parent.mkdir(exist_ok=True)
        goal.write_text(text, "utf-8")

    return change


def use_a_form(project: Sandbox, patch: pytest.MonkeyPatch) -> None:
    """Let a folder of forms be known."""
    form = (ROOT / "kit" / "gongkai" / "forms" / "2021.yaml").read_text("utf-8")
    write("forms/2099.yaml", form.replace("2021\n", "2099\n"))(project, patch)
    patch.setenv("GONGKAI_FORMS", str(project.folder / "forms"))


OLDER = {**provenance.versions(), "matplotlib": "0.1"}
TEMPLATE = "notebooks/annual_report.ipynb"
STALE: dict[str, Change] = {
    "params/xixia-justice/2017.csv changed": lambda project, _: project.set_value("6", "1"),
    "params/xixia-justice/agency.yaml changed": write(
        "params/xixia-justice/agency.yaml", "name: a\n"
    ),
    "params/xixia-justice/2015.yaml is new": write(
        "params/xixia-justice/2015.yaml", "year: 2015\n"
    ),
    "params/*/agency.yaml (names) changed": write(
        "params/xixia-civil/agency.yaml", "name: 自治区\n"
    ),
    "annual_report.ipynb (notebook) changed": write(TEMPLATE, "{}"),
    "kit changed": lambda _, patch: patch.setattr(
        "gongkai.report.provenance.kit_digest", lambda: "another"
    ),
    "matplotlib changed": lambda _, patch: patch.setattr(
        "gongkai.report.provenance.versions", lambda: OLDER
    ),
    "forms/2099.yaml is new": use_a_form,
    "its inputs cannot be read": write("rules", "a file in the place of the folder"),
    "2017.ipynb is missing or was changed": write("outputs/xixia-justice/2017.ipynb", "{}"),
}


@pytest.mark.parametrize("reason", STALE)
def test_everything_that_a_report_depends_on_makes_it_stale(
    fresh: Sandbox,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    reason: str,
) -> None:
    """Each input by itself, with its name as the reason."""
    STALE[reason](fresh, monkeypatch)
    said = gongkai("list", "xixia-justice/2017").out
    assert said.startswith("xixia-justice/2017: stale: ")
    assert reason in said


def test_a_name_that_yaml_escapes_is_an_input_too(project: Sandbox) -> None:
    r"""海原县司法局 may be typed as \\u6d77…: the text has it, and the file does not."""
    typed = "海原县司法局".encode("unicode_escape").decode()
    project.edit("2017.yaml", "facts:", f'basis: ["{typed}"]\nfacts:')
    read = (project.params, "xixia-justice", 2017)
    before = provenance.inputs(*read, agency_names(project.params))
    (project.params / "haiyuan").mkdir()
    (project.params / "haiyuan" / "agency.yaml").write_text("name: 海原县司法局\n", "utf-8")
    after = provenance.inputs(*read, agency_names(project.params))
    assert before != after


def test_a_strict_build_of_a_report_without_findings_is_a_success(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With a public page: nothing is out of date, and nothing else is amiss."""
    make_signed_demo(gongkai)
    ran = gongkai("build", "--strict", "--params", "x/params", "demo-0000-justice/2016")
    assert (ran.status, ran.lines[0]) == (
        0,
        "1 built, 0 up to date, 0 without a public page, 0 failed",
    )


def test_a_new_agency_leaves_alone_what_does_not_name_it(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A province gains an agency, and one report is built: the new one's."""
    write("params/xixia-civil/agency.yaml", "name: 西夏区民政局\n")(fresh, pytest.MonkeyPatch())
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]


def test_a_change_of_the_style_executes_nothing(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages are made anew from the executed notebook, whose template is not even there."""
    monkeypatch.setattr("gongkai.report.provenance.export_digest", lambda: "another")
    stale = ["xixia-justice/2017: stale (pages only): templates changed"]
    assert gongkai("list").lines == stale
    style = Markup(f"{style_sheet('page.css')}.gongkai{{--new:1}}")
    monkeypatch.setattr(pages, "style_sheet", lambda *_: style)
    parameters = "gongkai.engine.run.execute"
    monkeypatch.setattr(parameters, lambda *_, **__: pytest.fail("a cell was run"))
    assert gongkai("build").status == 0
    for suffix in (".html", ".review.html", ".ipynb"):
        assert "--new:1" in fresh.output(suffix).read_text("utf-8")
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]


def test_each_file_of_the_package_counts_where_it_decides_something() -> None:
    """Styles and exporters for the export, the command and the index for neither, the rest for all."""
    export = set(names_of(provenance.EXPORT_FILES))
    assert export == {
        "export/__init__.py",
        "export/content.py",
        "export/data_frames.py",
        "export/exporters.py",
        "export/own.py",
        "export/pages.py",
        "templates/gongkai/public.html.j2",
        "templates/gongkai/review.html.j2",
        "templates/lab.css",
        "templates/own.css",
        "templates/page.css",
        "templates/print.css",
        "templates/review.css",
        "text/cell_markdown.py",
        "text/sanitizer.py",
    }
    machinery = set(names_of(provenance.MACHINERY_FILES))
    assert not machinery & export
    parts = {"cli", "compare", "importing", "office", "pipeline", "show"}
    assert {f"{part}/__init__.py" for part in parts} <= machinery
    packaged = {NOTEBOOK.name}  # a file of the package where it was installed from the wheel
    for pattern in {*provenance.EXPORT_FILES, *provenance.MACHINERY_FILES, *index.OWN} - packaged:
        assert names_of((pattern,)), f"{pattern} names no file"
    everything = set(names_of(("*",)))
    assert everything - machinery - export >= {
        "engine/run.py",
        "engine/shell.py",
        "forms/2014.yaml",
        "messages/zh.toml",
        "page/cells.py",
        "page/charts.py",
        "report/history.py",
        "report/series.yaml",
        "templates/page/part.html.j2",
        "templates/tables/grid.html.j2",
        "text/sentence_diff.py",
    }


def names_of(patterns: tuple[str, ...]) -> list[str]:
    """Return the package's files that patterns name."""
    found = (path for path in provenance._package_files() if provenance._is_one_of(path, patterns))
    return [path.relative_to(provenance.PACKAGE).as_posix() for path in found]


def test_what_is_left_of_a_removed_year_is_listed_and_pruned(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nothing is removed before somebody says so."""
    assert gongkai("new", "xixia-civil", "2018", "--name", "西夏区民政局").status == 0
    shutil.rmtree(fresh.example)
    scan = fresh.outputs / "xixia-justice" / "2017.signed-scan.pdf"
    scan.write_bytes(b"not made here")
    orphan = (
        "xixia-justice/2017: orphan: it has no parameters; "
        "gongkai build --prune removes its files, except those that someone has saved since"
    )
    assert gongkai("list").lines == ["xixia-civil/2018: never built", orphan]
    assert fresh.output(".html").exists()
    assert gongkai("build").err.splitlines()[-1] == (
        "1 report in the outputs has no parameters (xixia-justice/2017); gongkai list shows them "
        "all, gongkai build --prune removes their files, except those that someone has saved since"
    )
    ran = gongkai("build", "--prune", "--dry-run")
    assert (ran.lines[-1], fresh.output(".html").exists()) == (orphan, True)
    ran = gongkai("build", "--prune")
    assert "xixia-justice/2017: its outputs were removed" in ran.err
    assert [name for name in hashes(fresh.outputs) if "justice" in name] == [
        "xixia-justice/2017.signed-scan.pdf"
    ]
    assert (fresh.outputs / "xixia-civil" / "2018.review.html").exists()


@pytest.mark.parametrize("cells", ["5", "[5]", '"x"', "[[]]", "[" * 5000])
def test_a_notebook_that_is_none_is_named(
    project: Sandbox, gongkai: Callable[..., Ran], cells: str
) -> None:
    """Whatever is wrong with it, a sentence says which file."""
    text = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": ' + cells + "}"
    (project.folder / "bad.ipynb").write_text(text, "utf-8")
    ran = gongkai("build", "--notebook", "bad.ipynb")
    assert ran.status == 1
    assert "bad.ipynb: " in ran.err
    assert "Traceback" not in ran.err


def test_cells_with_one_id_or_none_make_the_same_bytes_each_time(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """As a merge or an editor leaves them; a library would draw ids by lot, and warn."""
    notebook = json.loads((project.folder / "notebooks/annual_report.ipynb").read_text("utf-8"))
    first, second = ({**notebook["cells"][-1], "source": []} for _ in range(2))
    del second["id"]
    notebook["cells"] += [first, second]
    (project.folder / "odd.ipynb").write_text(json.dumps(notebook), "utf-8")
    executed = project.outputs / "xixia-justice" / "2017.ipynb"
    both = []
    for _ in range(2):
        ran = gongkai("build", "--force", "--notebook", "odd.ipynb")
        assert "Warning" not in ran.err
        assert "CellId" not in ran.err
        both.append(executed.read_bytes())
    assert both[0] == both[1]


def test_force_and_strict_are_reasons_of_their_own(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What would be built is said with the options that it would be built with."""
    assert gongkai("build", "--force", "--dry-run").lines == ["xixia-justice/2017: stale: --force"]
    assert gongkai("build", "--strict", "--dry-run").lines == [
        "xixia-justice/2017: stale (pages only): --strict changed"
    ]
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]


def test_force_builds_what_is_up_to_date(
    fresh: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """To the same bytes."""
    ran = gongkai("build", "--force")
    assert ran.out == "1 built, 0 up to date, 0 without a public page, 0 failed\n"
    assert hashes(fresh.outputs) == hashes(built.outputs)


def test_an_unreadable_past_gives_the_same_bytes_in_both_languages(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of a report does not depend on who built it."""
    shutil.copy(project.example / "2017.yaml", project.example / "2016.yaml")
    pages = []
    for lang in ("zh", "en"):
        assert gongkai("build", "xixia-justice/2017", "--force", "--lang", lang).status == 0
        pages.append(hashes(project.outputs))
    assert pages[0] == pages[1]
    assert "上一年的报告无法读取" in project.output(".review.html").read_text("utf-8")


def test_a_manifest_that_is_none_is_no_obstacle(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The report counts as stale, and says why."""
    for text in ('{"inputs": {}, "outputs": {}, "findings": [1]}', "[" * 100_000, '"x"', ""):
        fresh.output(".json").write_text(text, "utf-8")
        said = gongkai("list").lines
        assert said == ["xixia-justice/2017: stale: its manifest cannot be read"]


def test_a_new_report_is_a_draft_that_is_reviewed_and_not_published(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What `new` writes can be read as it stands, each blank is named, and no page is public."""
    begun = gongkai("new", "xixia-civil", "2018", "--name", '西夏区"民政": 局 #1')
    assert (begun.status, begun.lines) == (
        0,
        [
            "written: params/xixia-civil/agency.yaml",
            "written: params/xixia-civil/2018.yaml",
            "written: params/xixia-civil/2018.csv",
            "Fill in these files, then: gongkai build xixia-civil/2018",
        ],
    )
    ran = gongkai("build", "xixia-civil")
    assert ran.status == 1
    assert "xixia-civil/2018: no public page, 1 error" in ran.err
    assert not (project.outputs / "xixia-civil" / "2018.html").exists()
    assert (project.outputs / "xixia-civil" / "2018.review.html").is_file()
    rows = [json.loads(line) for line in gongkai("check", "xixia-civil", "--format", "json").lines]
    assert [row["en"] for row in rows if row["severity"] == "error"] == [
        "this is a draft: 0 of 58 cells have a number, and 0 parts have a text;"
        " fill in the CSV and the YAML before it is published"
    ]
    assert [len(row["codes"]) for row in rows if row["id"] == "blank-cells"] == [58]
    assert [row["id"] for row in rows].count("empty-part") == 9
    blank = [row["en"] for row in rows if row["id"] == "blank-parameters"]
    assert "signatures.head" in blank[0]
    assert "telephone" in blank[1]


def test_one_reports_failure_never_stops_another(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Ten megabytes of text in one agency's file, and the other agency is built."""
    assert gongkai("new", "xixia-civil", "2017", "--name", "西夏区民政局").status == 0
    path = project.params / "xixia-civil" / "2017.yaml"
    path.write_text(path.read_text("utf-8") + "# 长" * 3_000_000, "utf-8")
    ran = gongkai("build")
    assert ran.status == 1
    assert ran.out == "1 built, 0 up to date, 0 without a public page, 1 failed\n"
    assert "  params/xixia-civil/2017.yaml: the file is larger than 1 MB" in ran.err
    assert project.output(".html").is_file()


HOSTILE = "</style><script>alert(1)</script>\"'><b onclick=x>"


def test_hostile_text_in_every_parameter_runs_nothing(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Names, signatures, facts, breakdowns and narrative are text, whatever they hold."""
    quoted = json.dumps(HOSTILE)
    agency = ["name", "short_name", "office", "address", "postcode", "telephone"]
    lines = [f"{key}: {quoted}" for key in (*agency, "website_name")]
    bare = "".join(HOSTILE.split())  # addresses have no blanks
    lines += [f"website: {json.dumps(f'a.cn/{bare}')}", 'email: "<b>\'\\"x@a.cn"']
    (project.example / "agency.yaml").write_text("\n".join(lines), "utf-8")
    for old in ("高峰", "李英", "苏珊"):
        project.edit("2017.yaml", old, quoted)
    project.edit("2017.yaml", "title: 区政府门户网站公开信息的分类", f"title: {quoted}")
    project.edit("2017.yaml", "部门动态: 108", f"{quoted}: 108")
    project.edit(
        "2017.yaml", "  - 自治区关于做好2017年政府信息公开工作年度报告的通知", f"  - {quoted}"
    )
    project.edit("2017.yaml", "wechat_menus: 3", f"wechat_menus: {quoted}")
    project.write_section("other", HOSTILE)
    assert gongkai("build").status == 0
    for suffix in (".html", ".review.html"):
        page = project.output(suffix).read_text("utf-8")
        data = '<script type="application/ld+json">'
        assert page.count("<script") == page.count(data) == page.count("</script>") <= 1
        assert "onclick=x>" not in page.replace("onclick=x&gt;", "")
        assert page.count("</style>") == 1


def test_a_notebook_that_fails_or_hangs_takes_down_its_report_only(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The reason and the cell are named; what ran of it is left until it is known to be of no use."""
    path = project.folder / "notebooks" / "annual_report.ipynb"
    whole = path.read_text("utf-8")
    path.write_text(whole.replace('"page.part(3)"', '"import time; time.sleep(60)"'), "utf-8")
    ran = gongkai("build", "--timeout", "2")
    assert (ran.status, ran.err.splitlines()[0]) == (1, "xixia-justice/2017: failed")
    assert "cell 16 took longer than 2 s and was stopped" in ran.err
    path.write_text(whole.replace('"page.part(3)"', '""'), "utf-8")
    ran = gongkai("build")
    assert ran.status == 1
    assert "the notebook shows only 8 of 9 parts; add a cell page.part(3)" in ran.err
    assert list(hashes(project.outputs)) == ["xixia-justice/2017.failed.ipynb"]
    path.write_text("{", "utf-8")
    assert "the notebook cannot be read: " in gongkai("build").err
    assert hashes(project.outputs) == {}


def test_a_notebook_without_the_parameters_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """papermill would only warn, and give the report of the notebook's defaults."""
    path = project.folder / "notebooks" / "annual_report.ipynb"
    path.write_text(
        path.read_text("utf-8").replace("year: int = 2017", "yaer: int = 2017"), "utf-8"
    )
    ran = gongkai("build")
    assert ran.err.splitlines() == [
        "xixia-justice/2017: failed",
        "  notebooks/annual_report.ipynb: unknown parameter year; did you mean yaer?",
    ]


def test_nothing_half_written_is_left_when_the_disk_refuses(
    project: Sandbox, built: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A move that fails leaves no manifest, so that nobody takes the mixture for whole."""
    place = Project(project.params, project.outputs, NOTEBOOK)
    target = Target("xixia-justice", 2017)
    outputs = {".review.html": "a", ".ipynb": "b", ".html": "c"}
    manifest = Manifest.model_validate(
        {**json.loads(built.output(".json").read_text("utf-8")), "outputs": {}}
    )
    move_into_place(place, target, outputs, manifest)
    real = os.replace

    def full(source: Path, goal: Path) -> None:
        if goal.suffix == ".ipynb":
            raise OSError(28, "No space left on device")
        real(source, goal)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(KitError, match="No space left"):
        move_into_place(place, target, outputs, manifest)
    assert not project.output(".json").exists()
    assert list(project.outputs.glob(".building-*")) == []


def test_an_outputs_folder_that_cannot_be_written_is_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A file stands where the folder should be."""
    project.outputs.write_text("", "utf-8")
    ran = gongkai("build")
    assert ran.status == 1
    assert ran.err.splitlines()[1].startswith("  cannot write to outputs: ")


def test_a_copy_kept_beside_the_files_is_no_input(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nor an obstacle: 2017.old.csv and 2016.bak.yaml stop nothing."""
    for name in ("2017.old.csv", "2016.bak.yaml", "2016 .csv"):
        (fresh.example / name).write_text("?", "utf-8")
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]


def test_forms_named_by_a_relative_path_are_the_forms_that_are_read(
    project: Sandbox,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The cells run in another folder than the command; a folder that is not there is named."""
    own = tmp_path_factory.mktemp("elsewhere")
    (own / "forms").mkdir()
    shipped = (provenance.PACKAGE / "forms" / "2014.yaml").read_text("utf-8")
    text = shipped.replace("（一）收到申请数", "（一）收到申请总数")
    (own / "forms" / "2014.yaml").write_text(text, "utf-8")
    project.edit("2017.csv", "（一）收到申请数", "（一）收到申请总数")
    monkeypatch.chdir(own)
    folders = ["--params", str(project.params), "--outputs", str(project.outputs)]
    words = ["build", *folders, "--notebook", str(project.folder / TEMPLATE)]
    monkeypatch.setenv("GONGKAI_FORMS", "forms")
    cli_ran = elsewhere(own, "gongkai", *words, GONGKAI_FORMS="forms")
    assert cli_ran.returncode == 0, cli_ran.stderr
    page = project.output(".html").read_text("utf-8").replace("<wbr>", "")
    assert "（一）收到申请总数" in page
    ran = elsewhere(own, "gongkai", *words, GONGKAI_FORMS="froms")
    assert (ran.returncode, ran.stderr) == (2, "the folder of forms froms does not exist\n")


def test_a_problem_is_named_by_a_path_that_opens_from_where_the_command_runs(
    project: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The parameters may lie in another folder; the review copy is the same from everywhere."""
    project.set_value("8.3.2", "3")
    folders = ["--params", str(project.params), "--outputs", str(project.outputs)]
    words = ["gongkai", "build", *folders, "--notebook", str(project.folder / TEMPLATE)]
    ran = elsewhere(tmp_path_factory.mktemp("elsewhere"), *words, GONGKAI_LANG="en")
    place = f"{project.params.as_posix()}/xixia-justice/2017.csv:53: "
    assert [line for line in ran.stderr.splitlines() if line.startswith(f"  {place}")]


def test_only_the_notebook_that_the_manifest_speaks_of_is_exported_anew(
    fresh: Sandbox, built: Sandbox
) -> None:
    """Another build may have put its own there since the manifest was read."""
    here = Project(fresh.params, fresh.outputs, fresh.folder / TEMPLATE)
    target, names = Target("xixia-justice", 2017), agency_names(fresh.params)
    state = stale.state_of(here, target, names, strict=True)
    assert (state.execute, len(state.export)) == ((), 1)
    notebook = fresh.output(".ipynb")
    notebook.write_text(notebook.read_text("utf-8").replace("346", "347"), "utf-8")
    result = build.build(here, target, names, state=state)
    assert result.status == "built"
    assert fresh.output(".html").read_bytes() == built.output(".html").read_bytes()


def test_what_an_editor_leaves_in_the_package_is_no_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A style sheet that is open in an editor executes nothing."""
    shutil.copytree(provenance.PACKAGE, tmp_path / "kit", ignore=shutil.ignore_patterns("__py*"))
    monkeypatch.setattr("gongkai.report.provenance.PACKAGE", tmp_path / "kit")
    before = provenance.kit_digest.__wrapped__()
    for name in ("templates/.page.css.swp", ".DS_Store", "page.py~"):
        (tmp_path / "kit" / name).write_text("?", "utf-8")
    assert provenance.kit_digest.__wrapped__() == before
    (tmp_path / "kit" / "page.py").write_text("?", "utf-8")
    assert provenance.kit_digest.__wrapped__() != before


def test_nothing_is_pruned_where_a_report_that_is_there_cannot_be_read(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Files renamed to another year still say their own inside: nothing was removed."""
    shutil.copytree(project.example, project.params / "xixia-civil")
    assert gongkai("build").status == 0
    for suffix in (".yaml", ".csv"):
        path = project.example / f"2017{suffix}"
        path.rename(path.with_name(f"2016{suffix}"))
    ran = gongkai("build", "--prune")
    assert ran.status == 1
    assert "the file has year: 2017, but its name says 2016" in ran.err
    assert "nothing was removed, because not all of params could be read" in ran.err
    assert project.output(".html").exists()


def test_a_removed_report_can_be_named_to_be_listed_and_pruned(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Also where no other is left; and nothing else can be done with it."""
    shutil.rmtree(fresh.example)
    (line,) = gongkai("list", "xixia-justice/2017").lines
    assert line.startswith("xixia-justice/2017: orphan: ")
    assert gongkai("build", "xixia-justice").status == 2
    ran = gongkai("build", "--prune", "xixia-justice")
    assert (ran.status, hashes(fresh.outputs)) == (0, {})
    assert gongkai("list", "xixia-justice").status == 2


def test_what_the_system_refuses_is_a_sentence(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """No traceback: here a folder whose name is longer than any may be."""
    ran = gongkai("list", "--outputs", "o" * 300)
    assert (ran.status, ran.err.endswith(": the system refused: File name too long\n")) == (1, True)


def test_what_another_build_writes_aside_is_no_report(
    fresh: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It is neither listed nor pruned, nor compared."""
    aside = fresh.outputs / ".building-elsewhere-1-0"
    shutil.copytree(fresh.outputs / "xixia-justice", aside)
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]
    assert gongkai("build", "--prune").status == 0
    assert len(list(aside.iterdir())) == 4
    assert gongkai("diff", str(built.outputs), str(fresh.outputs)).status == 0


def test_pages_exported_anew_have_the_manifest_of_a_whole_build(
    fresh: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Byte by byte, so that they verify: strict and back again runs no cell."""
    assert gongkai("build", "--strict").status == 1
    assert gongkai("build").status == 0
    assert hashes(fresh.outputs) == hashes(built.outputs)


def test_pruning_refuses_to_remove_the_results_of_other_parameters(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A forgotten --outputs costs nothing; who names the reports is obeyed."""
    assert gongkai("demo", "1", "province").status == 0
    (fresh.folder / "empty").mkdir()
    for params, count in (("empty", "1 report"), ("province/params", "2 reports")):
        words = ("build", "--prune", "--params", params)
        ran = gongkai(*words)
        assert (ran.status, ran.err) == (
            2,
            f"of outputs, {count} would be removed and 0 kept, so these may not be the outputs of "
            f"{params}; nothing was removed; name what to remove, or pass --outputs\n",
        )
        if params == "empty":
            shutil.copytree(fresh.outputs / "xixia-justice", fresh.outputs / "helan-justice")
    assert len(hashes(fresh.outputs)) == 8
    assert gongkai(*words, "helan-justice").status == 0
    assert {name.split("/")[0] for name in hashes(fresh.outputs)} == {"xixia-justice"}


def test_pruning_refuses_where_the_results_of_another_project_have_one_report_in_common(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """More would be removed than kept; who names them is obeyed."""
    for slug in ("helan-justice", "helan-civil"):
        shutil.copytree(fresh.outputs / "xixia-justice", fresh.outputs / slug)
    before = hashes(fresh.outputs)
    for words in ((), ("--dry-run",)):
        ran = gongkai("build", "--prune", *words)
        assert (ran.status, "2 reports would be removed and 1 kept" in ran.err) == (2, True)
        assert hashes(fresh.outputs) == before
    assert gongkai("build", "--prune", "helan-civil").status == 0
    assert gongkai("build", "--prune").status == 0  # as many are kept as removed
    assert {name.partition("/")[0] for name in hashes(fresh.outputs)} == {"xixia-justice"}
