"""Files and folders under a wrong name, or in another's place: they are named, and stay."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from conftest import Ran, Sandbox
from hostile_helpers import TARGET, unix


def test_prune_says_first_what_it_removes(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Every file; a dry run leaves them all."""
    assert gongkai("new", "xixia-civil", "2018", "--name", "西夏区民政局").status == 0
    shutil.rmtree(fresh.example)
    names = ["json", "html", "review.html", "ipynb"]
    listed = [f"outputs/xixia-justice/2017.{it}: has no parameters; to be removed" for it in names]
    ran = gongkai("build", "--prune", "--dry-run", "xixia-justice")
    assert (ran.err.splitlines(), fresh.output(".html").exists()) == (listed, True)
    ran = gongkai("build", "--prune", "xixia-justice")
    assert ran.err.splitlines()[:5] == [*listed, "xixia-justice/2017: its outputs were removed"]
    assert not fresh.output(".html").exists()


def test_nothing_is_removed_while_a_folder_has_no_agencys_name(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It may be the renamed one of a report that only seems to be removed; nor by the site."""
    assert gongkai("site", "site").status == 0
    fresh.example.rename(fresh.example.with_name("Xixia-Justice"))
    ran = gongkai("build", "--prune")
    assert ran.status == 1
    assert "nothing was removed, because not all of params could be read" in ran.err
    assert fresh.output(".html").exists()
    gongkai("site", "site")
    assert (fresh.folder / "site" / TARGET.slug / "2017.html").exists()


@pytest.mark.parametrize(
    "name",
    [
        "2018年.yaml",
        "２０１８.yaml",
        "2018(1).yaml",
        "2018.yaml.txt",
        "2018.YAML",
        "复件 2018.csv",
        "2018终稿.yaml",
        "2018 2.yaml",
        "Copy of 2018.yaml",
        "2018 (云岫的冲突副本 2026-01-02).yaml",
        "2018.sync-conflict-20260102.yaml",
        "2018年报（终稿）.yaml",
        ".2018.yaml.icloud",
        "2018.csv.downloading",
        "2018.yaml.baiduyun.uploading.cfg",
        ".~lock.2018.yaml#",
        "2018.yaml.",
        "2018.csv.gz",
        "2018.yaml.baiduyun.p.downloading",
        "2018.csv~",
        "#2018.yaml#",
        "2018.yaml [冲突]",
        "2018.yaml.1",
    ],
)
def test_a_years_file_that_is_called_otherwise_is_named(
    fresh: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """Its report would be missing without a word; a copy beside the right one is none of ours."""
    shutil.copy(fresh.example / "2017.yaml", fresh.example / name)
    shutil.copy(fresh.example / "2017.yaml", fresh.example / "2017(1).yaml")
    ran = gongkai("list")
    assert ran.status == 1
    assert ran.err == (
        f"params/xixia-justice/{name}: is not read; "
        "the files of a year must be named 2018.yaml and 2018.csv\n"
    )


def test_a_report_one_folder_too_deep_is_named(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """As an archive unpacks into a folder of its own, or a folder a year was meant."""
    (fresh.params / "2018").mkdir()
    shutil.move(fresh.example, fresh.params / "2018" / "xixia-justice")
    ran = gongkai("check")
    assert ran.status == 1
    assert "params/2018/xixia-justice: this agency's folder is not read; move it up" in ran.err


def test_a_page_whose_files_have_a_wrong_name_stays_in_the_site(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It was not withdrawn: it is not read, and that is said."""
    assert gongkai("site", "site").status == 0
    for suffix in ("yaml", "csv"):
        (fresh.example / f"2017.{suffix}").rename(fresh.example / f"2017年.{suffix}")
    assert gongkai("site", "site").status == 1
    assert (fresh.folder / "site" / TARGET.slug / "2017.html").exists()


@unix
def test_two_agencies_do_not_share_a_folder_of_results(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One would overwrite the other's pages."""
    shutil.copytree(fresh.example, fresh.params / "helan-justice")
    (fresh.outputs / "helan-justice").symlink_to("xixia-justice")
    ran = gongkai("build", "helan-justice")
    assert ran.status == 1
    assert "  outputs/helan-justice: this is a link to the folder of xixia-justice; " in ran.err


@pytest.mark.parametrize("name", ["2018.xlsx", "2018.XLS", "2018.ods", "2018.et"])
def test_a_workbook_without_the_other_files_of_its_year_is_named(
    fresh: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """A form that was filled in and put there, by somebody who never imported it."""
    shutil.copy(fresh.example / "2017.csv", fresh.example / name)
    for words in (("list",), ("check",), ("build",), ("status", "2017")):
        ran = gongkai(*words)
        assert ran.status == 1
        file = f"params/xixia-justice/{name}"
        assert f"{file}: a workbook has to be imported first: gongkai import {file}; " in ran.err
    (fresh.example / name).rename(fresh.example / f"2017{name[4:]}")
    assert gongkai("list").status == 0


@pytest.mark.parametrize(
    "name", ["2017.html", "2017.review.html", "2017.ipynb", "2017.failed.ipynb", "2017.json"]
)
def test_what_others_put_into_the_folder_of_the_outputs_is_not_replaced(
    project: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """A folder with the pages of a website, named as the outputs."""
    page = project.folder / "www" / "xixia-justice" / name
    page.parent.mkdir(parents=True)
    page.write_text("<h1>2017年报告</h1>", "utf-8")
    ran = gongkai("build", "--outputs", "www")
    assert ran.status == 1
    assert f"  www/xixia-justice/{name}: was not made by gongkai, and was left unchanged" in ran.err
    assert page.read_text("utf-8") == "<h1>2017年报告</h1>"
    assert "1 failed" in ran.out


def test_a_file_of_others_that_is_called_like_a_manifest_makes_no_other_one_ours(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Each is named and stays; so does the table of all, which somebody else has put there."""
    www = project.folder / "www"
    names = ["2017.html", "2017.review.html", "2017.ipynb", "2017.failed.ipynb", "2017.json"]
    files = [www / "xixia-justice" / name for name in names]
    (www / "xixia-justice").mkdir(parents=True)
    for file in files:
        file.write_text('{"figures": [1, 2]}', "utf-8")
    ran = gongkai("build", "--outputs", "www")
    said = [f"  {it.relative_to(project.folder)}: was not made by gongkai" for it in files]
    assert [line.partition(",")[0] for line in ran.err.splitlines()[1:]] == said
    table = [www / name for name in ("data.csv", "datapackage.json", "data.csv-metadata.json")]
    for file in table:
        file.write_text('{"figures": [1, 2]}', "utf-8")
    ran = gongkai("export", "--to", "csv", "--outputs", "www")
    assert (ran.status, "www: data.csv, datapackage.json, " in ran.err) == (1, True)
    assert {file.read_text("utf-8") for file in (*files, *table)} == {'{"figures": [1, 2]}'}


def test_a_notebook_of_others_is_kept_where_that_of_a_failed_report_would_be(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Whether the report is up to date, is built or fails."""
    theirs = fresh.output(".failed.ipynb")
    theirs.write_text("{}", "utf-8")
    template = fresh.folder / "notebooks" / "annual_report.ipynb"
    good = template.read_bytes()
    for text in (good, good.replace(b"page.title()", b"page.title(1 / 0)")):
        template.write_bytes(text)
        for words in (("build",), ("build", "--force")):
            assert "what had run until then" not in gongkai(*words).err
            assert theirs.read_text("utf-8") == "{}"


@pytest.mark.parametrize("text", ["{", "\0" * 20])
def test_a_damaged_manifest_beside_what_we_made_is_made_anew(
    fresh: Sandbox, gongkai: Callable[..., Ran], text: str
) -> None:
    """The disk was full, or the power failed."""
    made = fresh.output(".json").read_bytes()
    fresh.output(".json").write_text(text, "utf-8")
    assert gongkai("build").status == 0
    assert fresh.output(".json").read_bytes() == made


def test_a_page_of_others_is_not_withdrawn_either(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It stays, and the report that may not be public fails."""
    page = project.output(".html")
    page.parent.mkdir(parents=True)
    page.write_text("<h1>2017年报告</h1>", "utf-8")
    project.set_value("3.1", "99")
    assert gongkai("build").status == 1
    assert page.read_text("utf-8") == "<h1>2017年报告</h1>"


def test_a_first_page_of_others_is_not_replaced(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It is named each time; once it is moved, ours takes its place."""
    theirs = fresh.outputs / "index.html"
    theirs.write_text("<h1>首页</h1>", "utf-8")
    for words in (("index",), ("build",), ("build",)):
        ran = gongkai(*words)
        assert ran.status == 1
        assert "outputs/index.html: was not made by gongkai, and was left unchanged" in ran.err
    assert theirs.read_text("utf-8") == "<h1>首页</h1>"
    theirs.rename(fresh.folder / "theirs.html")
    assert gongkai("build").status == 0
    assert theirs.exists()


def test_a_site_is_no_folder_for_outputs(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Review copies would be published with it."""
    assert gongkai("site", "site").status == 0
    for words in (("build",), ("index",), ("export", "--to", "csv")):
        ran = gongkai(*words, "--outputs", "site")
        assert (ran.status, ran.err) == (
            2,
            "site is a site to be published; use --outputs to name another folder for the outputs\n",
        )


@pytest.mark.parametrize("name", ["2017.CSV", "2017.YAML", "2017.yml"])
def test_a_file_whose_name_ends_otherwise_is_named_beside_the_other_one(
    project: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """Some program of Windows wrote it; elsewhere it is another file."""
    kind = ".csv" if name.endswith("CSV") else ".yaml"
    (project.example / f"2017{kind}").rename(project.example / name)
    said = f"params/xixia-justice/{name}: error: is not read; the files of a year must be named 2017.yaml and 2017.csv"
    assert said in gongkai("check").out
