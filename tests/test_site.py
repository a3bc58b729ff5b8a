"""The page of all reports and a page an agency: what they show, when they are written, how fast."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup

from commands import run_command
from conftest import ROOT, Ran, Sandbox, axe_finds, needs_chromium, opened
from gongkai import locks
from gongkai.project import Target
from gongkai.report.history import Point
from gongkai.report.trend import sparkline
from gongkai.show.index import CACHE_FILE, INDEX_LOCK, Written, write_index
from gongkai.show.site import SITE_LOCK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DISTRICTS = ("xixia", "helan", "yongning", "lingwu")


def finding(severity: str) -> dict[str, Any]:
    said = {"id": "x", "severity": severity, "accepted": None, "file": "", "line": 0, "part": ""}
    return {**said, "codes": [], "values": [], "zh": "句" * 40, "en": "s"}


def write_manifest(folder: Path, slug: str, year: int, **changed: Any) -> Path:
    """Write the manifest of a report that was built, as `gongkai build` does."""
    manifest = {
        "report": f"{slug}/{year}",
        "title": "题",
        "edition": "2014" if year < 2019 else "2019" if year < 2021 else "2021",
        "name": f"{slug}局",
        "district": slug.partition("-")[0],
        "figures": {"applications_received": "5", "litigations": ""},
        "cells": {},
        "sentences": {},
        "fingerprint": "",
        "schema": 2,
        "page": "",
        "findings": [],
        "left_out": [],
        "execute": {},
        "export": {"templates": "", "strict": False},
        "outputs": {f"{year}{suffix}": "" for suffix in (".html", ".ipynb", ".review.html")},
        **changed,
    }
    path = folder / slug / f"{year}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Results of two agencies, one with two years."""
    folder = tmp_path / "outputs"
    write_manifest(folder, "helan-civil", 2018)
    figures = {"applications_received": "9", "litigations": "0"}
    write_manifest(folder, "helan-civil", 2019, figures=figures)
    found = [finding("error"), finding("warning"), finding("warning")]
    made = {"2017.ipynb": "", "2017.review.html": ""}
    write_manifest(folder, "xixia-justice", 2017, findings=found, outputs=made)
    return folder


def table(outputs: Path) -> list[list[str]]:
    """Return what the table of all reports says without a script, a list a row."""
    page = BeautifulSoup((outputs / "index.html").read_text("utf-8"), "html.parser")
    return [
        [cell.get_text("", strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.select("table.matrix tr")
    ]


# --- what it shows ----------------------------------------------------------------


def test_each_agency_has_a_row_and_each_year_a_shape_with_a_word(outputs: Path) -> None:
    """The newest year first, the worst agency first; a year before the first report is not missing."""
    assert write_index(outputs) == Written(3, 3)
    assert table(outputs) == [
        ["机关", "2019", "2018", "2017", "错误", "警告"],
        ["xixia-justice局", "○缺报", "○缺报", "✕1项错误，无公开本", "1", "2"],
        ["helan-civil局", "●已公开", "●已公开", "", "0", "0"],
    ]
    page = BeautifulSoup((outputs / "index.html").read_text("utf-8"), "html.parser")
    assert [link["href"] for link in page.select("tbody a")] == [
        "xixia-justice/index.html",
        "xixia-justice/2017.review.html",
        "helan-civil/index.html",
        "helan-civil/2019.html",
        "helan-civil/2018.html",
    ]


def test_what_cannot_be_read_and_what_failed_is_not_missing(outputs: Path) -> None:
    """Somebody has to look; a report that was built before it failed is shown as it is."""
    (outputs / "helan-civil" / "2019.json").write_text("{", "utf-8")
    (outputs / "xixia-justice" / "2018.failed.ipynb").write_text("{}", "utf-8")
    (outputs / "helan-civil" / "2018.failed.ipynb").write_text("{}", "utf-8")
    assert write_index(outputs).reports == 4
    assert [row[:4] for row in table(outputs)[1:]] == [
        ["helan-civil局", "？无法读取", "●已公开", ""],
        ["xixia-justice局", "○缺报", "？无法读取", "✕1项错误，无公开本"],
    ]


def test_what_was_never_built_is_shown_as_such(
    outputs: Path,
) -> None:
    """A report that has parameters and no manifest; it is another page once it has one."""
    known = [Target("helan-civil", 2017), Target("helan-civil", 2019), Target("lingwu-audit", 2019)]
    write_index(outputs, known)
    assert [row[:4] for row in table(outputs)[1:]] == [
        ["lingwu-audit", "□未生成", "", ""],
        ["xixia-justice局", "○缺报", "○缺报", "✕1项错误，无公开本"],
        ["helan-civil局", "●已公开", "●已公开", "□未生成"],
    ]
    assert not (outputs / "lingwu-audit").exists()
    assert write_index(outputs, known) == Written(3, 0)
    assert write_index(outputs, known[:2]) == Written(3, 1)


def test_the_commands_know_what_was_never_built(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """From the parameters, in each command that writes the page of all reports or compares it."""
    assert gongkai("new", "xixia-justice", "2018").status == 0
    assert gongkai("build", "xixia-justice/2017").status == 0
    row = ["银川市西夏区司法局", "□未生成", "▲1项警告"]
    assert row in [cells[:3] for cells in table(project.outputs)]
    assert gongkai("index").lines == ["outputs/index.html: up to date (1 report)"]
    assert gongkai("verify", "xixia-justice/2017").status == 0


def test_a_folder_of_which_nothing_can_be_read_gets_no_page(outputs: Path) -> None:
    """It may be anybody's; the page of all reports names it, without a link."""
    for path in (outputs / "helan-civil").glob("*.json"):
        path.write_text("{}", "utf-8")
    write_index(outputs)
    assert not (outputs / "helan-civil" / "index.html").exists()
    assert ["helan-civil", "？无法读取"] in [row[:2] for row in table(outputs)]
    page = BeautifulSoup((outputs / "index.html").read_text("utf-8"), "html.parser")
    assert [link["href"] for link in page.select("tbody th a")] == ["xixia-justice/index.html"]


def test_a_year_with_warnings_is_public_and_says_how_many(outputs: Path) -> None:
    """One that --strict kept back for its warnings is not."""
    found = [finding("warning")] * 2
    write_manifest(outputs, "helan-civil", 2019, findings=found)
    made = {"2019.ipynb": "", "2019.review.html": ""}
    write_manifest(outputs, "xixia-justice", 2019, findings=found, outputs=made)
    write_index(outputs)
    assert [row[:2] for row in table(outputs)[1:]] == [
        ["xixia-justice局", "✕2项警告，无公开本"],
        ["helan-civil局", "▲2项警告"],
    ]


def test_an_agencys_page_has_its_years_side_by_side_and_its_trends(outputs: Path) -> None:
    """The year is the link; what is nil in all years has no drawing, nor what cannot be joined."""
    write_index(outputs)
    text = (outputs / "helan-civil" / "index.html").read_text("utf-8")
    assert "<svg" not in text
    assert "比上年" not in BeautifulSoup(text, "html.parser").get_text()
    write_manifest(outputs, "helan-civil", 2018, edition="2019")
    write_manifest(outputs, "helan-civil", 2016)
    write_index(outputs)
    page = BeautifulSoup((outputs / "helan-civil" / "index.html").read_text("utf-8"), "html.parser")
    rows = [
        [cell.get_text() for cell in row.select("th, td")] for row in page.select(".figures tr")
    ]
    assert rows[0] == ["指标", "历年", "2019年", "比上年", "2018年", "2017年", "2016年"]
    assert ["新收申请（件）", "", "9", "+4 +80.0%", "5", "—", "5"] in rows
    assert ["行政诉讼（件）", "", "0", "—", "空白", "—", "空白"] in rows
    assert len(page.select("svg")) == 1
    years = [[cell.get_text() for cell in row.select("th, td")] for row in page.select(".years tr")]
    assert years[1:] == [
        ["2019年", "●已公开", "0", "0", "0", "2019版", "审阅本 与上年比较"],
        ["2018年", "●已公开", "0", "0", "0", "2019版", "审阅本 与上年比较"],
        ["2017年", "○缺报", "", "", "", "", ""],
        ["2016年", "●已公开", "0", "0", "0", "2014版", "审阅本"],
    ]
    links = [link["href"] for link in page.select(".years tbody tr:first-child a")]
    assert links == ["2019.html", "2019.html", "2019.review.html", "2019.review.html#since"]


def test_the_index_of_real_reports(all_built: Path, tmp_path: Path) -> None:
    """The name, the district and the findings come from the notebook, by way of the manifest."""
    shutil.copytree(all_built, tmp_path / "outputs")
    write_index(tmp_path / "outputs")
    rows = {row[0]: row[1:] for row in table(tmp_path / "outputs")}
    assert rows["机关"] == ["2025", "2023", "2019", "2017", "错误", "警告"]
    assert rows["上海市人民政府办公厅"] == ["▲3项警告", "○缺报", "▲7项警告", "", "0", "10"]
    page = BeautifulSoup((tmp_path / "outputs" / "index.html").read_text("utf-8"), "html.parser")
    assert [option.get_text() for option in page.select("[name=district] option")] == [
        "全部", "上海市", "沭阳县", "银川市",
    ]  # fmt: skip


def test_a_district_that_is_stated_comes_before_that_of_the_name(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """`district:` of agency.yaml; no public page changes by it."""
    assert gongkai("build").status == 0
    before = project.output(".html").read_bytes()
    assert "<option>银川市</option>" in (project.outputs / "index.html").read_text("utf-8")
    path = project.example / "agency.yaml"
    path.write_text(path.read_text("utf-8") + "district: 西夏区\n", "utf-8")
    assert gongkai("build").status == 0
    assert "<option>西夏区</option>" in (project.outputs / "index.html").read_text("utf-8")
    assert project.output(".html").read_bytes() == before


def test_what_has_no_manifest_of_ours_is_not_shown(outputs: Path) -> None:
    """A page without one; a file that only has its name cannot be read."""
    (outputs / "helan-civil" / "2017.html").write_text("", "utf-8")
    write_manifest(outputs, "No-Slug", 2018)
    assert write_index(outputs).reports == 3
    for number, text in enumerate(["", "[]", "{}", '{"findings": [1]}', "\xff"]):
        (outputs / "helan-civil" / f"200{number}.json").write_text(text, "latin-1")
    assert write_index(outputs).reports == 8
    said = next(row for row in table(outputs) if row[0] == "helan-civil局")
    assert said.count("？无法读取") == 5


def test_nothing_of_a_manifest_is_markup(outputs: Path) -> None:
    """A name is shown letter by letter, in the page's table and where it is kept for the script."""
    hostile = '</noscript></script><img src=x onerror="alert(1)">&'
    figures = {"applications_received": hostile, "granted": "7"}
    for year in range(1900, 2010):
        write_manifest(outputs, "xixia-justice", year, name=hostile, figures=figures)
    write_manifest(outputs, "xixia-justice", 2017, name=hostile, edition=hostile)
    write_index(outputs)
    for name in ("index.html", "xixia-justice/index.html"):
        html = (outputs / name).read_text("utf-8")
        assert "<img" not in html
        assert "&lt;/noscript&gt;&lt;/script&gt;&lt;img src=x" in html


# --- when it is written -----------------------------------------------------------


def stamps(outputs: Path) -> dict[str, int]:
    return {
        path.relative_to(outputs).as_posix(): path.stat().st_mtime_ns
        for path in outputs.rglob("*")
        if path.name in ("index.html", CACHE_FILE)
    }


def test_what_did_not_change_is_not_written_again(outputs: Path) -> None:
    """The second call touches no file; a new manifest touches its agency's page and the index."""
    write_index(outputs)
    before = stamps(outputs)
    assert write_index(outputs) == Written(3, 0)
    assert stamps(outputs) == before
    write_manifest(outputs, "helan-civil", 2020)
    assert write_index(outputs) == Written(4, 2)
    assert stamps(outputs)["xixia-justice/index.html"] == before["xixia-justice/index.html"]


def test_a_report_that_was_built_again_with_the_same_result_changes_no_page(outputs: Path) -> None:
    """Another time of a manifest alone is no reason to write."""
    write_index(outputs)
    write_manifest(outputs, "helan-civil", 2018)
    assert write_index(outputs) == Written(3, 0)


@pytest.mark.parametrize("page", ["index.html", "helan-civil/index.html"])
def test_a_page_that_was_lost_or_changed_is_written_again(outputs: Path, page: str) -> None:
    """Nobody has to know what to delete."""
    write_index(outputs)
    whole = (outputs / page).read_bytes()
    for harm in (Path.unlink, lambda path: path.write_text("x", "utf-8")):
        harm(outputs / page)
        assert write_index(outputs) == Written(3, 1)
        assert (outputs / page).read_bytes() == whole


def test_an_agency_whose_reports_are_gone_loses_its_page(outputs: Path) -> None:
    """And its rows; a page of somebody else's in that folder stays."""
    write_index(outputs)
    for path in (outputs / "helan-civil").glob("*.json"):
        path.unlink()
    (outputs / "helan-civil" / "mine.html").write_text("", "utf-8")
    assert write_index(outputs) == Written(1, 1)
    assert [path.name for path in (outputs / "helan-civil").iterdir()] == ["mine.html"]


def test_a_page_of_an_agency_that_is_gone_goes_without_the_memory_too(outputs: Path) -> None:
    """As after an upgrade; a page that somebody else wrote under that name stays."""
    write_index(outputs)
    (outputs / CACHE_FILE).unlink()
    for path in (outputs / "helan-civil").glob("*.json"):
        path.unlink()
    (outputs / "theirs").mkdir()
    (outputs / "theirs" / "index.html").write_text("<p>ours</p>", "utf-8")
    write_index(outputs)
    assert not (outputs / "helan-civil" / "index.html").exists()
    assert (outputs / "theirs" / "index.html").exists()


def test_the_bytes_are_those_of_the_manifests_alone(outputs: Path, tmp_path: Path) -> None:
    """Neither the folder, nor the order or time of calls matters; nothing is left aside."""
    write_index(outputs)
    write_manifest(outputs, "yongning-civil", 2020)
    write_index(outputs)
    other = tmp_path / "elsewhere"
    for path in sorted(outputs.glob("*/*.json"), reverse=True):
        (other / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, other / path.parent.name)
    write_index(other)
    names = {path.relative_to(other).as_posix() for path in other.rglob("*") if path.is_file()}
    assert names == {
        path.relative_to(outputs).as_posix() for path in outputs.rglob("*") if path.is_file()
    }
    for name in names - {CACHE_FILE, INDEX_LOCK}:  # which say when
        assert (other / name).read_bytes() == (outputs / name).read_bytes(), name


@pytest.mark.parametrize("text", ["", "[]", '{"kit": 1}', '{"manifests": 7}'])
def test_a_broken_memory_costs_a_reading_and_no_more(outputs: Path, text: str) -> None:
    """It can be deleted or spoiled at any time."""
    write_index(outputs)
    (outputs / CACHE_FILE).write_text(text, "utf-8")
    assert write_index(outputs) == Written(3, 0)


def test_what_is_remembered_of_one_report_is_said_of_no_other(outputs: Path) -> None:
    """A memory that has it under the name of another's file is read anew."""
    write_index(outputs)
    memory = json.loads((outputs / CACHE_FILE).read_text("utf-8"))
    kept = memory["manifests"]
    kept["xixia-justice/2017.json"][1] = kept["helan-civil/2018.json"][1]
    (outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    write_manifest(outputs, "yongning-civil", 2020)
    assert write_index(outputs).reports == 4
    said = {row[0] for row in table(outputs)[1:]}
    assert said == {"helan-civil局", "xixia-justice局", "yongning-civil局"}


def test_the_index_loads_none_of_the_heavy_libraries() -> None:
    """Every build ends with it."""
    heavy = ("pandas", "matplotlib", "papermill", "nbconvert", "IPython")
    program = (
        f"import sys, gongkai.show.index; print([name for name in {heavy} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def test_the_command_says_what_it_wrote(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """And that there is nothing to do, and that there is no folder yet."""
    ran = gongkai("index")
    assert (ran.status, ran.err) == (
        2,
        "there is no folder outputs; gongkai build creates it\n",
    )
    write_manifest(project.outputs, "xixia-justice", 2017)
    assert gongkai("index").lines == ["written: outputs/index.html (1 report; pages written: 2)"]
    assert gongkai("index").lines == ["outputs/index.html: up to date (1 report)"]


def test_a_report_that_was_built_again_is_in_the_index_as_it_is_now(tmp_path: Path) -> None:
    """Also for those who trust what was read of its manifest before."""
    write_manifest(tmp_path, "xixia-justice", 2017, name="西夏区司法局")
    write_index(tmp_path)
    write_manifest(tmp_path, "xixia-justice", 2017, name="西夏区法制局")
    write_index(tmp_path)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert ("西夏区法制局" in page, "西夏区司法局" in page) == (True, False)


def test_a_report_that_is_not_built_is_in_the_index_as_long_as_it_has_parameters(
    project: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A build that has nothing to do brings both pages up to date: no manifest changes with it."""
    shutil.copytree(built.outputs, project.outputs)
    words = ("build", "xixia-justice/2017")
    assert gongkai(*words).lines[0].startswith("0 built, 1 up to date")
    pages = [project.outputs / "index.html", project.outputs / "xixia-justice/index.html"]
    before = [page.read_bytes() for page in pages]
    shutil.copy(project.example / "2017.yaml", project.example / "2018.yaml")
    gongkai(*words)
    assert all("2018" in page.read_text("utf-8") for page in pages)
    (project.example / "2018.yaml").unlink()
    gongkai(*words)
    assert [page.read_bytes() for page in pages] == before


# --- the small drawings -----------------------------------------------------------


def test_a_line_joins_years_of_one_form_only() -> None:
    """2018 | 2019—2020, a year without a report, then 2022; a dashed line where the form changed."""
    points = [
        Point(2018, Decimal(1), "1", "2014"),
        Point(2019, Decimal(2), "2", "2019"),
        Point(2020, Decimal(4), "4", "2019"),
        Point(2021, None, "", ""),
        Point(2022, Decimal(0), "0", "2021"),
    ]
    drawing = BeautifulSoup(sparkline(points), "html.parser")
    assert [line["d"] for line in drawing.select(".line")] == ["M24 13L40 4"]
    assert [line["d"] for line in drawing.select(".break")] == ["M16 1V22", "M64 1V22"]
    assert len(drawing.select(".dot, .last")) == 4
    assert sparkline(points[:2]) == sparkline([points[0], *points[3:]]) == ""


def test_no_line_leads_to_a_year_whose_figure_is_blank() -> None:
    """It is no 0, though the report is there and on the same form."""
    numbers = (1, 2, None, 4)
    points = [
        Point(2021 + place, None if number is None else Decimal(number), "", "2021")
        for place, number in enumerate(numbers)
    ]
    drawing = BeautifulSoup(sparkline(points), "html.parser")
    (line,) = drawing.select(".line")
    assert str(line["d"]).count("M") == 1
    assert len(drawing.select(".dot, .last")) == 3


def test_the_first_lines_name_who_is_waited_for(tmp_path: Path) -> None:
    """谁还没交, 谁有错: of the last year, three by name and how many there are."""
    for number, kind in enumerate("mmmmewc"):
        slug, name = f"office-{number}", f"第{number}局"
        write_manifest(tmp_path, slug, 2024, name=name)
        found = {"e": [finding("error")], "w": [finding("warning")]}.get(kind, [])
        if kind != "m":
            write_manifest(tmp_path, slug, 2025, name=name, findings=found)
    write_index(tmp_path)
    page = BeautifulSoup((tmp_path / "index.html").read_text("utf-8"), "html.parser")
    said = "2025年 缺报：第0局、第1局、第2局等4个机关；无公开本：第4局。"
    assert page.select_one(".latest").get_text() == said  # type: ignore[union-attr]


# --- in a browser -----------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize("scripts", [True, False])
def test_of_more_than_ten_years_the_latest_have_a_column_and_the_others_a_link(
    browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    """On a desk it is a matrix still; an earlier year is a click away, and is in the filters."""
    for slug in ("xixia-justice", "helan-justice"):
        for year in range(2013, 2026):
            broken = [finding("error")] if (slug, year) == ("xixia-justice", 2013) else []
            write_manifest(tmp_path, slug, year, findings=broken)
    write_index(tmp_path)
    path = tmp_path / "index.html"
    page = opened(browser, path)[0] if scripts else without_scripts(browser, path)
    heads = [text.rstrip("↕") for text in page.locator("thead th:visible").all_inner_texts()]
    assert heads == ["机关", *(str(year) for year in range(2025, 2015, -1)), "错误", "警告"]
    row = page.locator("table.matrix tbody tr:visible").first
    assert row.evaluate("row => getComputedStyle(row).display") == "table-row"
    assert row.locator("td:visible").count() == 12
    assert page.locator(".earlier a").all_inner_texts() == ["2015", "2014", "2013"]
    if scripts:
        page.click(".earlier a:last-child")
        page.wait_for_function("document.querySelector('[name=year]').value === '2013'")
        assert page.locator("table.matrix tbody tr:visible").first.inner_text().split()[1] == "✕1"
        assert page.locator("thead th:visible").all_inner_texts()[1] == "2013"
        assert path.as_uri() in page.url
        assert page.input_value("[name=year]") == "2013"


def write_manifests(outputs: Path, agencies: int, years: range) -> None:
    """Write the manifests of agencies of four districts, some with findings."""
    for number in range(agencies):
        for year in years:
            sign = (number * 7 + year) % 100
            write_manifest(
                outputs,
                f"{DISTRICTS[number % 4]}-office-{number:04}",
                year,
                name=f"第{number}办公室",
                findings=[finding("warning")] * (sign % 5) + [finding("error")] * (sign == 50),
                figures={"applications_received": str(sign * number % 997), "granted": "3"},
            )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10,000 reports: 1,000 agencies of four districts, ten years."""
    outputs = tmp_path_factory.mktemp("many") / "outputs"
    write_manifests(outputs, 1000, range(2016, 2026))
    started = time.perf_counter()
    write_index(outputs)
    first = time.perf_counter() - started
    write_index(outputs)
    print(f"\nindex of 10,000: {first:.2f} s, again {time.perf_counter() - started - first:.2f} s")
    return outputs


@pytest.fixture(scope="module")
def two_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many agencies as need a second page to turn to, and a published, a warned and an erring one."""
    outputs = tmp_path_factory.mktemp("two") / "outputs"
    write_manifests(outputs, 51, range(2024, 2026))
    write_index(outputs)
    return outputs


def without_scripts(browser: Browser, path: Path) -> Page:
    """Open a page where scripts do not run."""
    page = browser.new_context(
        offline=True, java_script_enabled=False, viewport={"width": 1280, "height": 900}
    ).new_page()
    page.goto(path.as_uri())
    return page


def shown(page: Page, cells: int = 1) -> list[str]:
    """Return the first cells of each row that is to be seen."""
    rows = page.locator("#list tbody tr:visible")
    return rows.evaluate_all(  # type: ignore[no-any-return]
        f"rows => rows.map(row => [...row.cells].slice(0, {cells}).map(cell => cell.innerText).join(' '))"
    )


@needs_chromium
def test_ten_thousand_reports_are_searched_and_filtered(browser: Browser, many: Path) -> None:
    """By words of name and folder, by district, year and state; the count is announced."""
    page, heard = opened(browser, many / "index.html")
    status = page.locator("[role=status]")
    assert status.inner_text() == "1000个机关，现为第1—50"
    page.fill("input", "第７办公室")  # full-width digits are digits
    assert shown(page) == ["第7办公室"]
    assert status.inner_text() == "1个机关"
    assert not page.locator(".pages").is_visible()
    page.fill("input", "nothing")
    assert shown(page) == ["没有符合条件的报告 清除条件"]
    page.click("text=清除条件")
    page.wait_for_selector("text=1000个机关，现为第1—50")  # the address changes first
    assert len(shown(page)) == 50
    page.select_option("[name=district]", "yongning")
    page.select_option("[name=year]", "2020")
    page.select_option("[name=state]", "error")
    heads = page.locator(".matrix thead th:visible").all_inner_texts()
    assert [head.rstrip("↕↑↓") for head in heads] == ["机关", "2020", "错误", "警告"]
    rows = shown(page, 2)
    assert rows
    assert all("✕1" in row for row in rows)
    assert page.locator("[data-state=error] dd").inner_text() == str(len(rows))
    page.select_option("[name=view]", "list")
    assert [row.split()[1] for row in shown(page, 2)] == ["2020"] * len(rows)
    assert heard == [(many / "index.html").as_uri()]


@needs_chromium
def test_a_figure_at_the_top_is_a_filter(browser: Browser, many: Path) -> None:
    """Pressed once it shows the reports that it counts, pressed again all; by keyboard too."""
    page, _ = opened(browser, many / "index.html")
    tile = page.locator("[data-state=error] button")
    count = int(page.locator("[data-state=error] dd").inner_text())
    page.select_option("[name=view]", "list")
    tile.focus()
    page.keyboard.press("Enter")
    assert tile.get_attribute("aria-pressed") == "true"
    assert page.locator("[role=status]").inner_text().startswith(f"{count}份报告")
    page.keyboard.press("Enter")
    assert tile.get_attribute("aria-pressed") == "false"
    assert page.locator("[role=status]").inner_text().startswith("10000份报告")


@needs_chromium
def test_a_header_sorts_and_says_so(browser: Browser, many: Path) -> None:
    """By keyboard too; the largest first, then the least; blanks last; pages can be turned."""
    page, _ = opened(browser, many / "index.html")
    page.select_option("[name=view]", "list")
    head = page.locator(".reports thead th", has_text="新收申请")
    head.locator("button").focus()
    figures = "[...document.querySelectorAll('.reports tbody td:nth-child(7)')].map(cell => +cell.innerText)"
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    found = page.evaluate(figures)
    assert found == sorted(found, reverse=True) != [0] * 50
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.evaluate(figures)[0] == 0
    first = shown(page, 2)
    page.click("text=下一页")
    assert page.locator("[role=status]").inner_text() == "10000份报告，现为第51—100"
    assert not set(first) & set(shown(page, 2))
    page.click("text=上一页")
    assert shown(page, 2) == first
    page.click(".reports thead th:first-child button")
    assert shown(page, 2)[:2] == ["第0办公室 2025", "第0办公室 2024"]


@needs_chromium
def test_what_is_asked_stands_in_the_address(browser: Browser, many: Path) -> None:
    """So that it can be sent, and is there again on the way back."""
    page, _ = opened(browser, many / "index.html")
    page.select_option("[name=district]", "helan")
    page.fill("input", "办公室")
    page.click(".matrix thead th:last-child button")
    asked, rows = page.url, shown(page, 12)
    other, heard = opened(browser, many / "index.html")
    assert shown(other, 12) != rows
    other.goto("about:blank")
    other.goto(asked)
    assert shown(other, 12) == rows
    assert other.locator("[name=district]").input_value() == "helan"
    totals = [int(row.split()[-1]) for row in rows]
    assert totals == sorted(totals, reverse=True)
    other.goto("about:blank")
    other.goto(asked.partition("#")[0] + "#district=nowhere&sort=nothing+up&year=1")
    assert len(shown(other)) == 50
    assert [said for said in heard if not said.startswith(("file:", "about:"))] == []


@needs_chromium
def test_on_paper_there_are_all_rows_and_no_controls(browser: Browser, many: Path) -> None:
    """Paper has no pages to turn."""
    page, _ = opened(browser, many / "index.html")
    page.select_option("[name=district]", "helan")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(shown(page)) == 250
    assert page.locator("input:visible, select:visible, .pages:visible").count() == 0


@needs_chromium
def test_without_scripts_it_is_a_table_of_all_reports(browser: Browser, many: Path) -> None:
    """No form and no button that would do nothing."""
    page = without_scripts(browser, many / "index.html")
    assert page.locator("table.matrix tbody tr").count() == 1000
    assert page.locator("table.matrix tbody td:not(.sum)").count() == 10_000
    assert page.locator("button:visible, input:visible, select:visible").count() == 0


FRAMES = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(0);
  }));
  const timed = async act => { await frame(); const start = performance.now(); act(); await frame(); return performance.now() - start; };
  const view = document.querySelector("[name=view]"), input = document.querySelector("input"), heads = document.querySelectorAll(".reports thead button");
  const type = words => () => { input.value = words; input.dispatchEvent(new Event("input", {bubbles: true})); };
  const taken = {search: [], sort: []};
  for (const words of ["第", "第1", "第12", "第12 2", "xixia", "zzz", ""]) taken.search.push(await timed(type(words)));
  taken.search.push(await timed(() => { view.value = "list"; view.dispatchEvent(new Event("input", {bubbles: true})); }));
  for (const place of [0, 1, 3, 6, 6, 0]) taken.sort.push(await timed(() => heads[place].click()));
  return {search: Math.max(...taken.search), sort: Math.max(...taken.sort), elements: document.querySelectorAll("*").length};
}"""


@needs_chromium
def test_a_keystroke_and_a_sort_among_ten_thousand_are_answered_at_once(
    browser: Browser, many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the slowest took until it was painted is printed; 100 ms feel like at once."""
    page, _ = opened(browser, many / "index.html")
    taken = page.evaluate(FRAMES)
    with capsys.disabled():
        print(f"\n10,000 reports: keystroke {taken['search']:.0f} ms, sort {taken['sort']:.0f} ms")
    assert taken["elements"] < 2000


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("name", ["index.html", "xixia-office-0000/index.html"])
def test_the_pages_fit_their_window_and_stand_out(
    browser: Browser, many: Path, name: str, width: int, scheme: str
) -> None:
    """Nobody scrolls sideways; a contrast of 4.5 to 1 at least; what can be pressed is large enough."""
    page, _ = opened(browser, many / name, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CONTRASTS) >= 4.5
    small = "[...document.querySelectorAll('a, button, select, input')].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 20).length"
    assert page.evaluate(small) == 0


@needs_chromium
@pytest.mark.parametrize("width", [1060, 900, 700, 390, 320])
def test_on_a_narrow_screen_the_years_stand_below_the_name(
    browser: Browser, many: Path, width: int
) -> None:
    """All ten, each with its year, inside the window; the head's orders are in a list."""
    page, _ = opened(browser, many / "index.html", width)
    row = page.locator("table.matrix tbody tr").first
    years = row.locator("td:visible").evaluate_all(
        "cells => cells.map(cell => getComputedStyle(cell, '::before').content.slice(1, -1))"
    )
    assert years == [str(year) for year in range(2025, 2015, -1)]
    wide = "(() => { const list = document.querySelector('.wide'); return list.scrollWidth - list.clientWidth; })()"
    assert page.evaluate(wide) == 0
    page.select_option(".sorts select", label="2020，升序")
    assert page.locator("table.matrix tbody tr").first.locator("td").nth(5).inner_text()
    page.select_option("[name=year]", "2020")
    alone = page.locator("table.matrix tbody td:visible").first
    assert alone.evaluate("cell => getComputedStyle(cell, '::before').content") == "none"


@pytest.fixture(scope="module")
def difference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of `gongkai diff` for two years of two forms."""
    path = tmp_path_factory.mktemp("difference") / "difference.html"
    words = ["shanghai-office/2019", "shanghai-office/2025", "--params", str(ROOT / "params")]
    run_command(path.parent, "diff", *words, "--format", "html", "-o", str(path))
    return path


@needs_chromium
@pytest.mark.parametrize("name", ["index.html", "xixia-office-0000/index.html", "difference"])
def test_axe_finds_nothing(
    browser: Browser, many: Path, two_pages: Path, difference: Path, name: str
) -> None:
    """WCAG 2.2 A and AA and axe's own advice, all unfolded, by day and by night, on three screens."""
    paths = {"difference": difference, "index.html": two_pages / name}
    path = paths.get(name, many / name)
    page, heard = opened(browser, path)
    assert axe_finds(page) == []
    assert heard == [path.as_uri()]
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width


CONTRASTS = """() => {
  const channel = value => { value /= 255; return value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4 };
  const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) };
  const under = element => { while (element) { const colour = getComputedStyle(element).backgroundColor; if (colour !== 'rgba(0, 0, 0, 0)') return light(colour); element = element.parentElement } };
  const seen = [...document.querySelectorAll('h1, h2, p, td, th, a, b, i, dt, dd, label, button, input, select, figcaption, svg text')];
  return Math.min(...seen.map(element => {
    const style = getComputedStyle(element), ground = under(element);
    const ink = light(element.tagName === 'text' ? style.fill : style.color);
    return (Math.max(ink, ground) + .05) / (Math.min(ink, ground) + .05);
  }));
}"""


def test_a_site_that_somebody_else_is_writing_is_a_failure_and_no_misuse(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 1: the same command may be repeated as it is."""
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    with locks.locked(fresh.outputs / SITE_LOCK):
        ran = gongkai("site", "public")
    assert ran.status == 1
    assert "gave up waiting" in ran.err
