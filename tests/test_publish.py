"""`gongkai site`: what may be published and nothing else, in a folder of its own."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import posixpath
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree

import html5lib
import pytest
from bs4 import BeautifulSoup

from commands import How, run_command
from conftest import Ran, Sandbox, axe_finds, build_words, elsewhere, needs_chromium, opened
from gongkai.disk import machine
from gongkai.project import COPIES, PUBLIC, SITE_RECORD
from gongkai.report.bodies import load_bodies
from gongkai.show import site as show_site
from gongkai.show import site_files
from gongkai.show.site_files import Record
from gongkai.show.site_tree import Published, directory, tree_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

URL = "https://www.example.gov.cn/nianbao"
FIRST, SECOND = "demo-0000-justice", "demo-0000-civil"  # agencies, with four reports each
NAMES = {FIRST: "云岫县司法局", SECOND: "云岫区民政局"}
THIRD = "demo-0000-education"
KEPT = (
    "stays as published before: "
    "not all of params could be read, so its parameters may still be there"
)
BODIES = f"""
bodies:
  - {{key: city, name: 云岫市人民政府}}
  - {{key: {THIRD}, name: 云岫市教育局, parent: city}}
  - {{key: quarter, name: 云岫市新区办事处, parent: city, kind: 派出机构}}
  - {{key: {SECOND}, name: 云岫区民政局, parent: quarter, kind: 派出机构, district: 云岫市}}
  - {{key: without, name: 云岫市体育局, parent: city}}
  - {{key: {FIRST}, name: 云岫县司法局, parent: {THIRD}}}
"""
Gongkai = Callable[..., Ran]


@pytest.fixture(scope="module")
def published(province: Path, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of twelve reports with copies of some, and its site."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(province / "params", folder / "params")
    (folder / "params" / "bodies.yaml").write_text(BODIES, "utf-8")
    shutil.copytree(whole, folder / "outputs")
    for words in (
        ["export", "--to", "csv,json", "--jobs", "1"],
        ["export", "--to", "docx,xlsx", "--jobs", "1", f"{FIRST}/2016"],
        ["site", "site", "--url", URL],
    ):
        ran = elsewhere(folder, "gongkai", *words)
        assert ran.returncode == 0, ran.stderr
    return folder


@pytest.fixture
def folder(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that project to change, as the working directory."""
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(site: Path) -> dict[str, bytes]:
    """Return what a site has, the record apart."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.name != SITE_RECORD
    }


def states(site: Path) -> dict[str, tuple[int, int]]:
    """Return each file with what another writing of it would change."""
    stats = {path: path.stat() for path in sorted(site.rglob("*"))}
    return {str(path): (stat.st_ino, stat.st_mtime_ns) for path, stat in stats.items()}


def links(site: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each link of a page to a place of the site: the page, the file, the anchor in it."""
    for name in files(site):
        if not name.endswith(".html"):
            continue
        page = BeautifulSoup((site / name).read_bytes(), "html.parser")
        addresses = [item.get("href") or item.get("src") for item in page.select("[href], [src]")]
        for address in map(str, addresses):
            if ":" in address:
                continue
            path, _, anchor = address.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path)))
            yield name, target if path else name, unquote(anchor)


# --- what is in it ----------------------------------------------------------------


def test_the_site_has_the_public_pages_their_copies_and_lists_of_them_and_nothing_else(
    published: Path,
) -> None:
    """Reports lie at agency/year, with the bytes that were built."""
    site, outputs = files(published / "site"), published / "outputs"
    public = {
        path.relative_to(outputs).as_posix(): path.read_bytes()
        for suffix in (PUBLIC, *COPIES)
        for path in outputs.glob(f"*/[0-9][0-9][0-9][0-9]{suffix}")
    }
    assert len(public) == 12 * 3 + 2
    assert public.items() <= site.items()
    years = {f"{year}.html" for year in range(2015, 2026)} & site.keys()
    lists = {f"{slug}/index.html" for slug in (FIRST, SECOND, THIRD)} | years
    assert site.keys() - public.keys() == lists | {
        "data.csv", "datapackage.json", "data.csv-metadata.json",
        "index.html", "site.css", "search.js", "robots.txt", "sitemap.xml", "feed.xml",
    }  # fmt: skip
    assert years >= {"2016.html", "2019.html"}


def test_nothing_of_the_house_is_in_the_site(published: Path) -> None:
    """No review copy, notebook, manifest or finding; no path and no name of the machine."""
    words = [".review", ".ipynb", "findings", "finding-", "审阅", "params/", "outputs"]
    words += [str(published), str(Path.home()), machine()]
    for path in (published / "site").rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                data = b"".join(map(archive.read, archive.namelist()))
        assert [word for word in words if word.encode() in data] == [], path
        described = (".data.json", "datapackage.json", ".csv-metadata.json", SITE_RECORD)
        assert path.suffix not in (".ipynb", ".json") or path.name.endswith(described)


def test_no_link_of_the_site_is_broken(published: Path) -> None:
    """Neither a file nor an anchor in one is missing."""
    site = published / "site"
    found = list(links(site))
    anchors: dict[str, set[str]] = {}
    for name, data in files(site).items():
        if name.endswith(".html"):
            page = BeautifulSoup(data, "html.parser")
            anchors[name] = {str(item["id"]) for item in page.find_all(id=True)}
    broken = [
        link for link in found
        if link[1] not in files(site) or (link[2] and link[2] not in anchors[link[1]])
    ]  # fmt: skip
    assert broken == []
    assert len(found) > 100


def test_every_report_is_reached_without_a_script(published: Path) -> None:
    """From the first page by its agency and by its year, and each copy from there."""
    site = published / "site"
    found = list(links(site))
    everything = {name for name in files(site) if "/" in name and not name.endswith("index.html")}
    ways = {"year": [f"{year}.html" for year in range(2015, 2026)], "body": []}
    ways["body"] = [f"{slug}/index.html" for slug in (FIRST, SECOND, THIRD)]
    for pages in ways.values():
        reached = {target for page, target, _ in found if page in pages}
        assert everything <= reached
        assert set(pages) & files(site).keys() <= {
            it for page, it, _ in found if page == "index.html"
        }


def outline(page: Path) -> list[str]:
    """Return what a list has, a line each: headings, and bodies as far in as they are shown."""
    found = BeautifulSoup(page.read_bytes(), "html.parser").select(".place :is(h3, h4, li)")
    return [
        "  " * int(str(item.get("data-level", "0"))) + (item.a or item).get_text()
        if item.name == "li"
        else f"{item.name} {item.get_text()}"
        for item in found
    ]


def test_the_directory_follows_the_tree(published: Path) -> None:
    """Places, in each the kinds, in each the bodies; who is above a report is named without one.

    The page of a body leads to those around it that have a report.
    """
    site = published / "site"
    assert outline(site / "index.html") == [
        "h3 云岫市",
        "h4 部门 1个",
        "云岫市教育局",
        "h4 派出机构 1个",
        "云岫市新区办事处",
        "  云岫区民政局",
        "h3 云岫县",
        "云岫县司法局",
    ]
    assert [line[:11] for line in outline(site / "2019.html")][:3] == [
        "h3 云岫市", "h4 部门 1个", "云岫市教育局2019年",
    ]  # fmt: skip
    around = {
        slug: BeautifulSoup((site / slug / "index.html").read_bytes(), "html.parser").select(
            "#around ~ ul li"
        )
        for slug in (FIRST, SECOND, THIRD)
    }
    assert {slug: [item.get_text() for item in items] for slug, items in around.items()} == {
        FIRST: ["上级：云岫市教育局"],
        SECOND: [],
        THIRD: ["所属：云岫县司法局"],
    }


def test_a_body_is_below_the_one_it_reports_to_unless_that_is_its_government(
    tmp_path: Path,
) -> None:
    """In the years of its newest report; a sum beside it; a circle over the years loses nobody."""
    text = """bodies:
  - {key: a, name: 甲县人民政府}
  - {key: b, name: 甲县公安局, parent: a}
  - {key: c, name: 甲县公安局交警队, parent: b}
  - {key: d, name: 甲县乙镇人民政府, parent: a, kind: 乡镇}
  - {key: e, name: 甲县乙镇财政所, parent: d}
  - {key: f, name: 甲县丙中心, parent: b, to: 2020}
  - {key: f, name: 甲县丙中心, parent: a, from: 2021}
  - {key: g, name: 丁县某局, parent: h, to: 2020}
  - {key: g, name: 丁县某局, from: 2021}
  - {key: h, name: 丁县某处, to: 2020}
  - {key: h, name: 丁县某处, parent: g, from: 2021}
"""
    (tmp_path / "bodies.yaml").write_text(text, "utf-8")
    years = {**dict.fromkeys("abcdefgh", 2020), "b-area": 2020, "h": 2021, "new": 2021}
    names = {"b-area": "甲县公安局（汇总）", "new": "戊所"}
    bodies = load_bodies(tmp_path)
    called = {body.key: body.name for body in bodies.entries} | names
    found = {key: Published(called[key], "", year) for key, year in years.items()}
    tree = tree_of(bodies, found)
    assert [
        f"{place.name} {group.name} {row.level} {row.key}"
        for place in directory(found, tree)
        for group in place.groups
        for row in group.rows
    ] == [
        "甲县 人民政府 0 a",
        "甲县 部门 0 b",
        "甲县 部门 1 c",
        "甲县 部门 1 f",
        "甲县 部门 1 b-area",
        "甲县 乡镇 0 d",
        "甲县 乡镇 1 e",
        "丁县  0 g",
        "丁县  0 h",
        "其他  0 new",
    ]


def test_a_kind_is_named_only_where_several_have_a_report(tmp_path: Path) -> None:
    """Those that have none are no reason for a heading."""
    text = """bodies:
  - {key: a, name: 甲县人民政府}
  - {key: b, name: 甲县公安局, parent: a}
  - {key: c, name: 甲县乙镇人民政府, parent: a, kind: 乡镇}
"""
    (tmp_path / "bodies.yaml").write_text(text, "utf-8")
    bodies = load_bodies(tmp_path)
    there = {body.key: Published(body.name, "", 2020) for body in bodies.entries}
    headings = []
    for keys in ("b", "bc", "abc"):
        found = {key: there[key] for key in keys}
        places = directory(found, tree_of(bodies, found))
        headings.append([group.name for place in places for group in place.groups])
    assert headings == [[""], ["部门", "乡镇"], ["人民政府", "部门", "乡镇"]]


def test_the_lists_are_valid_html(published: Path) -> None:
    """As the parser of the standard reads them, without an error."""
    for name, data in files(published / "site").items():
        if name.endswith(".html"):
            html5lib.HTMLParser(strict=True).parse(data, transport_encoding="utf-8")


def test_with_an_address_there_are_a_map_and_a_feed_of_the_reports_own_dates(
    published: Path, folder: Path, gongkai: Gongkai
) -> None:
    """Whole addresses, the newest report first; without an address neither is there."""
    site = folder / "site"
    places = ElementTree.parse(site / "sitemap.xml").getroot()  # noqa: S314 - ours
    listed = {place[0].text: [more.text for more in place[1:]] for place in places}
    pages = [name.removesuffix("index.html") for name in files(site) if name.endswith(".html")]
    assert listed.keys() == {f"{URL}/{name}" for name in pages}
    assert listed[f"{URL}/{FIRST}/2016.html"] == ["2017-01-15"]
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.parse(site / "feed.xml").getroot()  # noqa: S314 - ours
    dates = [entry.findtext(f"{atom}updated") or "" for entry in feed.iter(f"{atom}entry")]
    assert len(dates) == 12
    assert dates == sorted(dates, reverse=True)
    assert feed.findtext(f"{atom}updated") == dates[0]
    assert dates[0].endswith("-01-15T00:00:00+08:00")
    assert f"Sitemap: {URL}/sitemap.xml\n" in (site / "robots.txt").read_text("utf-8")
    assert gongkai("site", "site").out == "site: 12 reports; 2 files written, 2 removed\n"
    assert not (site / "feed.xml").exists()
    assert "Sitemap" not in (site / "robots.txt").read_text("utf-8")
    assert URL not in "".join(map(repr, files(site).values()))


def test_the_figures_of_all_reports_are_one_table(folder: Path, gongkai: Gongkai) -> None:
    """Of what is published, also as it was published before; made again only when it changes."""

    def reports() -> set[str]:
        with (folder / "site" / "data.csv").open(encoding="utf-8", newline="") as file:
            return {f"{row['agency']}/{row['year']}" for row in csv.DictReader(file)}

    package = json.loads((folder / "site" / "datapackage.json").read_text("utf-8"))
    data = (folder / "site" / "data.csv").read_bytes()
    assert package["resources"][0]["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    everything = reports()
    assert len(everything) == 12
    (folder / "outputs" / FIRST / "2016.html").unlink()  # stays as it was published
    (folder / "outputs" / FIRST / "2016.data.csv").write_text("changed", "utf-8")
    shutil.rmtree(folder / "params" / SECOND)
    assert gongkai("site", "site").status == 0
    assert reports() == {name for name in everything if not name.startswith(SECOND)}
    for path in (folder / "outputs").glob("*/*.data.csv"):
        path.unlink()
    assert gongkai("site", "site").status == 0
    assert reports() == {f"{FIRST}/2016"}


# --- when it is written -----------------------------------------------------------


def test_two_projects_that_publish_to_one_folder_take_turns(
    folder: Path, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two checkouts of one CI, at once: each would take the other's files for somebody's own."""
    entered: list[Ran] = []
    load = site_files.read_record

    def meanwhile(site: Path) -> Record:
        monkeypatch.setattr(show_site, "read_record", load)
        entered.append(gongkai("site", "site", "--outputs", "copied"))
        return load(site)

    shutil.copytree(folder / "outputs", folder / "copied")
    monkeypatch.setattr("gongkai.locks.PATIENCE", 0.1)
    monkeypatch.setattr(show_site, "read_record", meanwhile)
    assert gongkai("site", "site").status == 0
    assert entered[0].status == 1
    assert "another process is writing here" in entered[0].err
    assert gongkai("site", "site", "--outputs", "copied").status == 0


def test_a_second_run_writes_nothing(folder: Path, gongkai: Gongkai) -> None:
    """Neither a file nor the record; into another folder it gives the same bytes."""
    before = states(folder / "site")
    ran = gongkai("site", "site", "--url", f"{URL}/")
    assert (ran.status, ran.out, ran.err) == (0, "site: 12 reports; up to date\n", "")
    assert states(folder / "site") == before
    assert gongkai("site", "again", "--url", URL).status == 0
    assert files(folder / "again") == files(folder / "site")


def test_a_report_that_is_not_up_to_date_stays_as_it_was_published(
    folder: Path, gongkai: Gongkai
) -> None:
    """It is said why; one that was never published is left out. --strict makes it a failure."""
    before = files(folder / "site")
    page = folder / "outputs" / FIRST / "2016.html"
    page.write_text(page.read_text("utf-8").replace("政府", "正府"), "utf-8")
    ran = gongkai("site", "site", "--url", URL)
    said = f"{FIRST}/2016 {NAMES[FIRST]}: stays as published before: stale (pages only): 2016.html is missing or was changed\n"
    assert (ran.status, ran.out, ran.err) == (0, "site: 12 reports; up to date\n", said)
    assert files(folder / "site") == before
    assert gongkai("site", "site", "--url", URL, "--strict").status == 1
    ran = gongkai("site", "new", "--url", URL)
    assert ran.err.startswith(f"{FIRST}/2016 {NAMES[FIRST]}: left out: stale (pages only): ")
    # Later pages lead to this one: they are left out with it, and no link is broken.
    assert (
        f"{FIRST}/2017 云岫县司法局: left out: its page links to {FIRST}/2016.html, which"
        in ran.err
    )
    assert ran.out.startswith("new: 8 reports; ")
    assert [link for link in links(folder / "new") if link[1] not in files(folder / "new")] == []


def test_what_is_withdrawn_is_removed_and_said(folder: Path, gongkai: Gongkai) -> None:
    """Because of an error, or with its parameters; its lists go with the last report."""
    table = folder / "params" / SECOND / "2022.csv"
    lines = table.read_text("utf-8-sig").splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("3.1.total,"))
    lines[place] = lines[place].rpartition(",")[0] + ",99999"
    table.write_text("\n".join(lines) + "\n", "utf-8")
    words = build_words(folder / "outputs", f"{SECOND}/2022")[1:]
    assert gongkai(*words).status == 1
    shutil.rmtree(folder / "params" / FIRST)
    ran = gongkai("site", "site", "--url", URL)
    assert ran.status == 0
    assert ran.err.splitlines()[0] == (
        f"{SECOND}/2022 {NAMES[SECOND]}: removed from the site: errors stop its public page, or warnings with --strict; gongkai check --strict lists them"
    )
    gone = f"{FIRST}/2016 {NAMES[FIRST]}: removed from the site: it no longer has parameters"
    assert gone in ran.err.splitlines()
    left = files(folder / "site")
    assert not [name for name in left if name.startswith((FIRST, f"{SECOND}/2022"))]
    assert not (folder / "site" / FIRST).exists()
    assert f"{SECOND}/2021.html" in left
    assert f"{SECOND}/2022" not in left[f"{SECOND}/index.html"].decode()
    assert FIRST not in left["index.html"].decode()


def test_a_report_whose_folder_is_no_agencys_any_more_stays_as_it_was_published(
    folder: Path, gongkai: Gongkai
) -> None:
    """Its parameters are there, under a name that no report can have; they are not gone."""
    before = files(folder / "site")
    (folder / "params" / FIRST).rename(folder / "params" / "Justice")
    ran = gongkai("site", "site", "--url", URL)
    said = f"{NAMES[FIRST]}: {KEPT}"
    assert ran.err.splitlines()[:4] == [f"{FIRST}/{year} {said}" for year in range(2016, 2020)]
    assert "Justice is not a valid name for an agency's folder" in ran.err.splitlines()[4]
    assert files(folder / "site") == before
    assert ran.status == 1


@pytest.mark.parametrize("moved", [[FIRST], [FIRST, SECOND, THIRD]])
def test_reports_in_a_folder_too_deep_stay_as_they_were_published(
    folder: Path, gongkai: Gongkai, moved: list[str]
) -> None:
    """As an archive unpacks into a folder of its own: some of params/ cannot be read."""
    before = files(folder / "site")
    for agency in moved:
        (folder / "params" / "params").mkdir(exist_ok=True)
        shutil.move(folder / "params" / agency, folder / "params" / "params" / agency)
    ran = gongkai("site", "site", "--url", URL)
    assert (ran.status, ran.out) == (1, "site: 12 reports; up to date\n")
    assert f"{FIRST}/2016 {NAMES[FIRST]}: {KEPT}" in ran.err.splitlines()
    assert files(folder / "site") == before


def test_a_report_whose_files_were_renamed_to_another_year_stays_as_it_was_published(
    folder: Path, gongkai: Gongkai
) -> None:
    """The new file cannot be read, because it states the old year."""
    before = files(folder / "site")
    for suffix in (".yaml", ".csv"):
        old = folder / "params" / FIRST / f"2016{suffix}"
        old.rename(old.with_name(f"2012{suffix}"))
    ran = gongkai("site", "site", "--url", URL)
    assert ran.status == 1
    assert f"{FIRST}/2016 {NAMES[FIRST]}: {KEPT}" in ran.err.splitlines()
    assert files(folder / "site") == before


def test_a_part_of_the_parameters_does_not_empty_the_site(folder: Path, gongkai: Gongkai) -> None:
    """As in a sparse checkout: where more would be removed than kept, nothing is."""
    before = files(folder / "site")
    shutil.rmtree(folder / "params" / FIRST)
    shutil.rmtree(folder / "params" / SECOND)
    ran = gongkai("site", "site", "--url", URL)
    said = "of the reports of the site, 8 would be removed and 4 kept, so this may not be the site "
    assert (ran.status, ran.out, ran.err.startswith(said)) == (2, "", True)
    assert files(folder / "site") == before
    assert gongkai("site", "new", "--url", URL).out.startswith("new: 4 reports; ")


def test_a_page_that_is_built_again_while_the_site_is_written_is_not_mixed_in(
    folder: Path, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided on is published or nothing; the next run does it all."""
    site, page = folder / "site", folder / "outputs" / FIRST / "2016.html"
    write, built = site_files.write_record, page.read_bytes()

    def meanwhile(where: Path, record: Record) -> None:
        monkeypatch.setattr(site_files, "write_record", write)
        page.write_bytes(built + b"\n")
        write(where, record)

    before = files(site)
    monkeypatch.setattr(site_files, "write_record", meanwhile)
    (site / FIRST / "2016.html").unlink()
    ran = gongkai("site", "site", "--url", URL)
    said = "was changed while the site was being written; run the command again"
    assert (ran.status, ran.out, ran.err) == (2, "", f"outputs/{FIRST}/2016.html: {said}\n")
    assert not (site / FIRST / "2016.html").exists()
    page.write_bytes(built)
    assert gongkai("site", "site", "--url", URL).status == 0
    assert files(site) == before


def test_files_that_somebody_else_made_or_changed_stay(folder: Path, gongkai: Gongkai) -> None:
    """Beside the site's own nothing is said; in the place of one it is an error."""
    site = folder / "site"
    (site / "favicon.ico").write_bytes(b"icon")
    (site / FIRST / "notes.txt").write_text("notes", "utf-8")
    changed, kept = site / FIRST / "2016.html", site / f"{SECOND}" / "2022.html"
    for path in (changed, kept):
        path.write_text("changed by hand", "utf-8")
    shutil.rmtree(folder / "params" / FIRST)
    for _ in range(2):  # it is said each time
        ran = gongkai("site", "site", "--url", URL)
        assert ran.status == 1
        said = [line for line in ran.err.splitlines() if line.startswith("site/")]
        assert [line.partition(":")[0] for line in said] == [
            f"site/{SECOND}/2022.html", f"site/{FIRST}/2016.html",
        ]  # fmt: skip
        assert "remove it by hand" in said[1]
    assert changed.read_text("utf-8") == kept.read_text("utf-8") == "changed by hand"
    assert (site / "favicon.ico").read_bytes() == b"icon"
    assert sorted(path.name for path in (site / FIRST).iterdir()) == ["2016.html", "notes.txt"]


def test_a_withdrawn_page_that_an_older_record_does_not_have_is_named(
    folder: Path, gongkai: Gongkai
) -> None:
    """As when the record comes from an older state of a branch of git."""
    site = folder / "site"
    path = site / SITE_RECORD
    record = json.loads(path.read_text("utf-8"))
    del record["reports"][f"{FIRST}/2016"]
    record["files"] = {it: at for it, at in record["files"].items() if f"{FIRST}/2016" not in it}
    path.write_text(json.dumps(record), "utf-8")
    csv = folder / "params" / FIRST / "2016.csv"
    csv.write_text(csv.read_text("utf-8").replace("3.1", "3.x", 1), "utf-8")
    ran = gongkai("site", "site", "--url", URL)
    assert ran.status == 1
    assert f"site/{FIRST}/2016.html: does not belong to the site as it is now" in ran.err
    assert (site / FIRST / "2016.html").exists()


def test_a_copy_that_is_not_made_of_its_page_is_left_out(folder: Path, gongkai: Gongkai) -> None:
    """As `gongkai verify` would say."""
    for name in ("2016.docx", "2016.data.csv"):
        with (folder / "outputs" / FIRST / name).open("ab") as file:
            file.write(b"\n")
    (folder / "outputs" / FIRST / "2017.pdf").write_bytes(b"%PDF-1.7 of another page")
    ran = gongkai("site", "site", "--url", URL)
    assert ran.status == 0
    said = [line.split(": ")[:4] for line in ran.err.splitlines()]
    assert [words[:3] for words in said] == [
        [f"{FIRST}/{file.partition('.')[0]}", "a copy is left out", f"outputs/{FIRST}/{file}"]
        for file in ("2016.docx", "2016.data.csv", "2017.pdf")
    ]
    left = files(folder / "site")
    assert {f"{FIRST}/2016.xlsx", f"{FIRST}/2016.data.json"} <= left.keys()
    assert not {f"{FIRST}/2016.docx", f"{FIRST}/2016.data.csv", f"{FIRST}/2017.pdf"} & left.keys()
    assert gongkai("site", "site", "--strict", "--url", URL).status == 1


def test_a_run_that_was_stopped_is_finished_by_the_next(folder: Path, gongkai: Gongkai) -> None:
    """Some files are of the new state, some of the old, some missing: all of them are ours."""
    site = folder / "site"
    record = Record.model_validate_json((site / SITE_RECORD).read_bytes())
    whole, old = files(site), dict(record.files)
    for name in sorted(old)[::3]:
        (site / name).unlink()
    for name in sorted(old)[1::3]:  # written before the record of it was
        old[name] = "0" * 64
    stopped = record.model_copy(update={"files": old, "writing": record.files})
    (site / SITE_RECORD).write_text(stopped.model_dump_json(), "utf-8")
    ran = gongkai("site", "site", "--url", URL)
    assert (ran.status, ran.err) == (0, "")
    assert files(site) == whole
    assert Record.model_validate_json((site / SITE_RECORD).read_bytes()) == record


def test_a_page_is_not_published_without_the_pdf_that_it_leads_to(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """With `pdf: true` and no PDF there would be a broken link."""
    with (project.example / "agency.yaml").open("a", encoding="utf-8") as file:
        file.write("pdf: true\n")
    assert gongkai("build").status == 0
    ran = gongkai("site", "site")
    assert ran.err == (
        "xixia-justice/2017 银川市西夏区司法局: left out: its page links to xixia-justice/2017.pdf, which the site does not have\n"
    )
    assert "还没有公开的报告" in (project.folder / "site" / "index.html").read_text("utf-8")
    assert gongkai("site", "site", "--strict").status == 1


# --- what is refused --------------------------------------------------------------


@pytest.mark.parametrize("place", [".", "outputs", "params/site", "outputs/site", "notebooks"])
def test_a_folder_that_has_what_is_not_public_cannot_be_the_site(
    folder: Path, gongkai: Gongkai, place: str
) -> None:
    """Nor one in such a folder; nothing is written."""
    (folder / "notebooks").mkdir()
    shutil.copy(Path(build_words(folder)[-1]), folder / "notebooks")
    before = states(folder)
    ran = gongkai("site", place)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"{place} cannot be the site: ")
    assert states(folder) == before


def test_a_record_that_cannot_be_read_stops_it(folder: Path, gongkai: Gongkai) -> None:
    """Also one that names a file outside of the site."""
    record = folder / "site" / SITE_RECORD
    names_others = json.loads(record.read_text("utf-8"))
    names_others["files"]["../params/x.html"] = "0" * 64
    for text in ("{", json.dumps(names_others)):
        record.write_text(text, "utf-8")
        before = states(folder / "site")
        ran = gongkai("site", "site")
        assert ran.status == 2
        assert ran.err.startswith(
            f"site/{SITE_RECORD}: cannot be read, so it is unknown which files"
        )
        assert states(folder / "site") == before


def test_other_parameters_do_not_empty_the_site(folder: Path, gongkai: Gongkai) -> None:
    """Where none of its reports is among them, it is rather the site of another project."""
    assert gongkai("demo", "4", "other").status == 0
    shutil.move(folder / "other/params/demo-0000-justice", folder / "other/params/another")
    before = files(folder / "site")
    ran = gongkai("site", "site", "--params", "other/params")
    said = "so this may not be the site of other/params; nothing was changed; "
    assert (ran.status, said in ran.err) == (2, True)
    assert files(folder / "site") == before


def test_without_parameters_nothing_is_known_and_nothing_written(
    folder: Path, gongkai: Gongkai
) -> None:
    """A mistyped folder neither empties a site nor begins one."""
    for site in ("site", "new"):
        ran = gongkai("site", site, "--params", "parms")
        assert (ran.status, ran.err.startswith("there is no folder parms")) == (2, True)
    assert (folder / "site" / FIRST / "2016.html").exists()
    assert not (folder / "new").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_out_of_the_site_is_not_followed(folder: Path, gongkai: Gongkai) -> None:
    """Nothing is written to where it leads."""
    (folder / "elsewhere").mkdir()
    shutil.rmtree(folder / "site" / FIRST)
    (folder / "site" / FIRST).symlink_to(folder / "elsewhere")
    ran = gongkai("site", "site")
    assert ran.status == 2
    assert "this link points outside site" in ran.err
    assert list((folder / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "example.gov.cn",
        "ftp://x.cn",
        "https://x.cn/?a=1",
        "https://",
        "http://[x",
        "https://x.cn/'",
        "https://x.cn/a b",
    ],
)
def test_an_address_that_is_none_is_refused(folder: Path, gongkai: Gongkai, url: str) -> None:
    """With one that would be right."""
    ran = gongkai("site", "site", "--url", url)
    assert ran.status == 2
    assert (
        ran.err
        == f"{url} is not the address of a site, such as https://www.example.gov.cn/nianbao/\n"
    )


# --- in a browser -----------------------------------------------------------------


@needs_chromium
def test_the_search_finds_agencies_in_files_too(browser: Browser, published: Path) -> None:
    """By words of name, place and year, full width or not; what is asked is in the address."""
    page, _ = opened(browser, published / "site" / "index.html")
    rows = page.locator(".bodies li")
    assert rows.count() == 4  # one has no report, and is above one that has
    page.fill("input[type=search]", "民政　２０２２")
    assert page.locator(".bodies li:visible").count() == 1
    assert (
        page.locator(".bodies li:visible a").first.get_attribute("href") == f"{SECOND}/index.html"
    )
    assert page.locator(".count").inner_text() == "找到1个机关"
    address = page.url
    for words, count in (("派出机构", 1), ("新区", 0), ("云岫市", 2), ("人民政府", 0)):
        page.fill("input[type=search]", words)
        assert page.locator(".bodies li:visible").count() == count
    page.fill("input[type=search]", "没有")
    assert page.locator(".count").inner_text() == "没有符合条件的机关"
    page.goto("about:blank")
    page.goto(address)
    assert page.locator(".bodies li:visible").count() == 1
    without = browser.new_context(offline=True, java_script_enabled=False).new_page()
    without.goto((published / "site" / "index.html").as_uri())
    assert without.locator(".bodies li:visible").count() == 4
    assert not without.locator("form").is_visible()


@needs_chromium
@pytest.mark.parametrize("name", ["index.html", "2019.html", f"{FIRST}/index.html"])
def test_axe_finds_nothing(browser: Browser, published: Path, name: str) -> None:
    """WCAG 2.2 A and AA and axe's own advice, by day and by night, on three screens."""
    assert axe_finds(opened(browser, published / "site" / name)[0]) == []


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit: no full disk")
def test_a_full_disk_keeps_no_page_on_the_site_that_was_withdrawn(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What is removed is removed before anything is written."""
    assert gongkai("site", "site").status == 0
    fresh.set_value("3.1", "99")
    assert gongkai("build").status == 1
    full = How(under=("prlimit", "--fsize=600"))
    ran = run_command(fresh.folder, "site", "site", how=full)
    assert ran.returncode == 1
    assert "cannot write to site" in ran.stderr
    assert not (fresh.folder / "site" / "xixia-justice" / "2017.html").exists()
