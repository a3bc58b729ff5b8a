"""The pages of the example: what a person reads, and what the public never sees."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup, Tag

from conftest import EXAMPLES, ROOT, Ran, Sandbox
from gongkai.forms.editions import editions, load_form
from gongkai.page import charts, metadata, tables
from gongkai.page.bars import Strip, strips
from gongkai.page.downloads import csv_file
from gongkai.report import frames
from gongkai.report.model import Past, Report
from gongkai.report.reader import load_report
from gongkai.text.templates import Markup, breakable, grouped
from gongkai.text.whole_words import whole

PUBLISHED = Path(__file__).parent / "published"


@pytest.fixture(scope="module")
def public(built: Sandbox) -> BeautifulSoup:
    """The public page."""
    return BeautifulSoup(built.output(".html").read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def review(built: Sandbox) -> BeautifulSoup:
    """The review copy."""
    return BeautifulSoup(built.output(".review.html").read_text("utf-8"), "html.parser")


def rows(name: str) -> list[dict[str, str]]:
    """Return a published table, a dictionary a row."""
    with (PUBLISHED / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def words(tag: Tag | None) -> str:
    """Return the text of an element."""
    assert tag is not None
    return tag.get_text(strip=True)


def test_the_nine_parts_stand_in_the_published_order(public: BeautifulSoup) -> None:
    """The headings are the form's, word for word."""
    assert [words(tag) for tag in public.select("section.part > .headline > h2")] == [
        "一、总体工作情况",
        "二、推进重点领域政府信息公开情况",
        "三、主动公开政府信息的情况",
        "四、依申请公开和不予公开情况",
        "五、政策解读情况",
        "六、回应社会关切情况",
        "七、人大代表建议和政协提案办理结果公开情况",
        "八、存在的主要问题及2018年改进工作的思路措施",
        "九、其他需要报告的事项",
    ]


def test_the_official_table_holds_the_published_labels_units_and_figures(
    public: BeautifulSoup,
) -> None:
    """65 rows in print order; 7 headings print —— twice."""
    figures = {row["code"]: row["value"] for row in rows("xixia-justice-2017.csv")}
    expected = [
        (row["label"], row["unit"], figures.get(row["code"], "——")) for row in rows("form-2014.csv")
    ]
    found = [
        tuple(words(cell) for cell in row.find_all(["th", "td"]))
        for row in public.select("table.list tbody tr")
    ]
    assert found == expected
    assert len(found) == 65
    assert sum(row[1:] == ("——", "——") for row in found) == 7


def test_the_official_table_is_a_table_for_every_reader(public: BeautifulSoup) -> None:
    """A caption, column headers and a row header in each row, all with their scope."""
    table = public.select_one("table.list")
    assert table is not None
    assert words(table.caption).startswith("政府信息公开情况统计表（2017年度）")
    assert [tag["scope"] for tag in table.select("thead th")] == ["col"] * 3
    assert [tag["scope"] for tag in table.select("tbody th")] == ["row"] * 65


def test_the_foot_names_who_answers_for_the_table(public: BeautifulSoup) -> None:
    """Three signatories, a telephone and a date."""
    foot = public.select_one("dl.foot")
    assert foot is not None
    names = [words(tag) for tag in foot.find_all("dt")]
    values = [words(tag) for tag in foot.find_all("dd")]
    assert dict(zip(names, values, strict=True)) == {
        "单位负责人": "高峰",
        "审核人": "李英",
        "填报人": "苏珊",
        "联系电话": "2078858",
        "填报日期": "2018年1月4日",
    }


def test_the_contents_lead_to_every_part_and_the_annex(public: BeautifulSoup) -> None:
    """Each entry's link has its target."""
    links = [str(tag["href"]) for tag in public.select("nav.contents a")]
    assert len(links) == 10
    assert all(public.find(id=link.removeprefix("#")) for link in links)


@pytest.mark.parametrize(
    ("count", "said"), [(999, "999\u00a0B"), (1000, "1\u00a0KB"), (2600, "3\u00a0KB")]
)
def test_a_file_to_take_along_has_its_size_beside_it(count: int, said: str) -> None:
    """As a reader on a telephone wants to know it before."""
    assert csv_file("2017", "x" * count).size == said


def test_the_public_page_shows_no_finding_no_code_and_no_provenance(
    built: Sandbox, public: BeautifulSoup
) -> None:
    """What reviewers discuss stays with reviewers."""
    text = built.output(".html").read_text("utf-8")
    for inner in ("breakdown-sum", "page.part", "open_report", "SHA-256", "params/", "校验"):
        assert inner not in text
    assert not public.select("#findings, #provenance, details.code, .banner")


def test_the_public_page_is_one_light_file(built: Sandbox, public: BeautifulSoup) -> None:
    """No script that runs, nothing to load, at most 100 KB."""
    assert built.output(".html").stat().st_size < 100_000
    assert not public.find_all(["link", "iframe", "img", "object", "embed"])
    assert [tag.get("type") for tag in public.find_all("script")] == ["application/ld+json"]
    text = built.output(".html").read_text("utf-8")
    assert not re.search(r"(src|srcset|action)=|@import|url\(", text)


def opened(folder: Path, name: str) -> BeautifulSoup:
    """Return a built page of the repository."""
    return BeautifulSoup((folder / f"{name}.html").read_text("utf-8"), "html.parser")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_page_with_its_charts_weighs_at_most_120_kilobytes(
    all_built: Path, name: str
) -> None:
    """With its tables as files inside it."""
    assert (all_built / f"{name}.html").stat().st_size <= 120_000


@pytest.mark.parametrize("name", EXAMPLES)
def test_headings_are_in_order(all_built: Path, name: str) -> None:
    """One title, and no level left out below it: who listens finds the way by headings."""
    levels = [int(tag.name[1]) for tag in opened(all_built, name).find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(now <= before + 1 for before, now in itertools.pairwise(levels))


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_part_table_and_chart_has_a_link_of_its_own(all_built: Path, name: str) -> None:
    """The link is called after its place, and leads there; so does the one that skips."""
    page = opened(all_built, name)
    links = {str(tag["href"]).removeprefix("#"): tag for tag in page.select("a.anchor")}
    places = {str(tag["id"]) for tag in page.select(".part, .annex, .official table, .chart")}
    assert set(links) == places
    assert all(page.find(id=place) for place in links)
    names = [str(tag["aria-label"]) for tag in page.select(".headline .anchor")]
    assert names[0] == f"“{words(page.select_one('.part h2'))}”的链接"
    skip = page.select_one("body > a")
    assert skip is not None
    assert words(skip) == "跳到正文"
    assert page.find(id=str(skip["href"]).removeprefix("#")) == page.select_one(".part")


# --- key figures ------------------------------------------------------------------


def test_the_key_figures_stand_first_and_lead_to_their_cells(public: BeautifulSoup) -> None:
    """Five of the form, each a link to where it comes from; a first report has no last year."""
    shown = {words(item.dt): words(item.select_one(".now")) for item in public.select(".key div")}
    assert list(shown.items()) == [
        ("收到申请", "0件"),
        ("申请答复", "0件"),
        ("主动公开政府信息", "346条"),
        ("行政复议", "0件"),
        ("行政诉讼", "0件"),
    ]
    places = [str(tag["href"]) for tag in public.select(".key a")]
    assert places == ["#c-3.1", "#c-3.3", "#c-1.1", "#c-4", "#c-5"]
    assert all(public.find(id=place.removeprefix("#")) for place in places)
    assert not public.select(".key .before")


def test_what_is_blank_is_said_once_and_in_no_sentence(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Never 0."""
    project.set_value("4", "")
    for code in ("4.1", "4.2", "4.3"):
        project.set_value(code, "/")
    assert gongkai("build").status == 0
    page = BeautifulSoup(project.output(".html").read_text("utf-8"), "html.parser")
    assert words(page.select_one(".key .blank")) == "未填报：行政复议。"
    assert "行政复议" not in words(page.select_one(".key dl"))
    assert [words(item) for item in page.select(".highlights li")][1:] == [
        "本年度未收到政府信息公开申请。"
    ]
    assert "行政复议" not in str(page.select_one("meta[name=Description]"))


def test_a_form_that_names_a_key_figure_there_is_not_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With the line."""
    forms = project.folder / "forms"
    forms.mkdir()
    form = (ROOT / "kit" / "gongkai" / "forms" / "2014.yaml").read_text("utf-8")
    form = form.replace("edition: 2014", "edition: mine").replace(
        "[3.1, 3.3, 1.1", "[3.1, 3.7, 1.1"
    )
    (forms / "mine.yaml").write_text(form, "utf-8")
    project.edit("2017.yaml", "year: 2017", "year: 2017\nedition: mine")
    ran = gongkai("check", "--forms", "forms")
    assert ran.status == 1
    assert re.search(r"forms/mine\.yaml:\d+: .*3\.7", ran.out + ran.err)


# --- what is taken along ----------------------------------------------------------


def taken(page: BeautifulSoup) -> dict[str, bytes]:
    """Return the files of figures inside a page, by their names."""
    links = page.select(".official .tools a[download], .about a[download]")
    return {str(tag["download"]): b64decode(str(tag["href"]).partition(",")[2]) for tag in links}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_page_holds_its_tables_as_files(all_built: Path, name: str) -> None:
    """All figures in one, a small table by itself too, with a byte order mark for Excel."""
    page = opened(all_built, name)
    files = taken(page)
    assert all(data.startswith(b"\xef\xbb\xbf") for data in files.values())
    found = [list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) for data in files.values()]
    assert all(lines[0] == ["code", "indicator", "unit", "value"] for lines in found)
    with (ROOT / "params" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row[0]: row for row in list(csv.reader(file))[1:]}
    assert {row[0]: row for row in found[0][1:]} == written
    assert all(written[row[0]] == row for lines in found for row in lines[1:])


def test_the_file_of_a_table_is_named_as_a_person_would_name_it(
    all_built: Path, public: BeautifulSoup
) -> None:
    """Agency, year, and the table's own name; what a link leads to is heard."""
    assert list(taken(public)) == [
        "西夏区司法局2017年政府信息公开工作年度报告全部数据.csv",
        "西夏区司法局2017年政府信息公开情况统计表.csv",
    ]
    page = opened(all_built, "shuyang-county/2025")
    assert list(taken(page)) == [
        "沭阳县人民政府2025年政府信息公开工作年度报告全部数据.csv",
        "沭阳县人民政府2025年主动公开政府信息情况.csv",
        "沭阳县人民政府2025年政府信息公开行政复议、行政诉讼情况.csv",
    ]
    assert words(page.select_one("#part-on_request .official .tools")) == "下载全部数据，含本表"
    link = page.select_one(".official .tools a[download]")
    assert link is not None
    assert str(link["aria-label"]).startswith(words(link))
    assert str(link["aria-label"]).endswith("：主动公开政府信息情况")


def test_a_file_taken_from_a_page_can_be_read_as_indicators_again(project: Sandbox) -> None:
    """Remarks, blanks and signs survive the way to the public and back."""
    for code, text in {"1.1": "346（含转载）", "6": "", "7": "/"}.items():
        project.set_value(code, text)
    before = load_report("xixia-justice", 2017, project.params)
    text = tables.table_csv(before, before.form.tables[0])
    (project.example / "2017.csv").write_text(text, "utf-8")
    after = load_report("xixia-justice", 2017, project.params)
    assert [replace(value, line=0) for value in after.values.values()] == [
        replace(value, line=0) for value in before.values.values()
    ]


# --- what machines read -----------------------------------------------------------


def test_the_page_carries_the_meta_elements_of_government_sites(public: BeautifulSoup) -> None:
    """《政府网站发展指引》: the site's, the column's, the article's."""
    found = [(tag["name"], tag["content"]) for tag in public.select("meta[name]")]
    assert found[2][0] == "gongkai-fingerprint"
    assert found[3:] == [
        ("SiteName", "西夏区政府门户网站"),
        ("SiteDomain", "www.ycxixia.gov.cn"),
        ("ColumnName", "政府信息公开年报"),
        ("ColumnType", "政府信息公开"),
        ("ArticleTitle", "西夏区司法局2017年政府信息公开工作年度报告"),
        ("PubDate", "2018-01-04"),
        ("ContentSource", "银川市西夏区司法局"),
        ("Keywords", "政府信息公开,年度报告,西夏区司法局,2017年"),
        (
            "Description",
            "西夏区司法局2017年政府信息公开工作年度报告，统计期限2017年1月1日至2017年12月31日。"
            "收到申请0件，申请答复0件，主动公开政府信息346条，行政复议0件，行政诉讼0件。",
        ),
    ]


def test_what_is_not_known_of_a_site_is_not_said(project: Sandbox, all_built: Path) -> None:
    """No site, no date: no element. A code of the site and a whole address are carried over."""
    names = [tag["name"] for tag in opened(all_built, "shuyang-county/2025").select("meta[name]")]
    assert not {"SiteName", "SiteDomain", "SiteIDCode", "PubDate"} & set(names)
    address = "website: https://www.ycxixia.gov.cn:443/gk\nsite_id_code: 6401050001"
    project.edit("agency.yaml", "website: www.ycxixia.gov.cn", address)
    report = load_report("xixia-justice", 2017, project.params)
    assert metadata.meta_elements(report)[1:3] == [
        ("SiteDomain", "www.ycxixia.gov.cn"),
        ("SiteIDCode", "6401050001"),
    ]
    publisher = metadata.linked_data(report)["publisher"]
    assert publisher["url"] == "https://www.ycxixia.gov.cn:443/gk"
    project.edit("agency.yaml", "website: https://www.ycxixia.gov.cn:443/gk", "website:")
    report = load_report("xixia-justice", 2017, project.params)
    assert metadata.meta_elements(report)[1][0] == "SiteIDCode"


def linked(page: BeautifulSoup) -> dict[str, Any]:
    """Return the schema.org description of a page."""
    script = page.find("script", type="application/ld+json")
    assert isinstance(script, Tag)
    found: dict[str, Any] = json.loads(script.get_text())
    return found


def test_the_page_describes_itself_as_a_report_with_data_sets(public: BeautifulSoup) -> None:
    """schema.org: what, who, when, which period, which tables."""
    data = linked(public)
    assert data["@type"] == "Report"
    assert data["temporalCoverage"] == "2017-01-01/2017-12-31"
    assert data["datePublished"] == "2018-01-04"
    assert data["publisher"] == {
        "@type": "GovernmentOrganization",
        "name": "银川市西夏区司法局",
        "address": "西夏区贺兰山路480号",
        "telephone": "0951-2078858",
        "email": "xxqsfjbgs@163.com",
    }
    (table,) = data["hasPart"]
    assert table["@type"] == "Dataset"
    assert table["name"] == "西夏区司法局2017年政府信息公开情况统计表"
    assert "共58个数据项" in table["description"]
    assert table["distribution"] == {"@type": "DataDownload", "encodingFormat": "text/csv"}
    assert public.find(id=unquote(table["@id"]).removeprefix("#"))


def test_a_name_cannot_break_out_of_the_data(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Tags and quotes of an agency's name stay text, in the elements and in the data."""
    name = """甲</script><b title="1">&'乙"""
    project.edit("agency.yaml", "name: 银川市西夏区司法局", f"name: {json.dumps(name)}")
    assert gongkai("build").status == 0
    page = BeautifulSoup(project.output(".html").read_text("utf-8"), "html.parser")
    assert linked(page)["publisher"]["name"] == name
    assert page.select_one("meta[name=ContentSource]")["content"] == name  # type: ignore[index]
    assert len(page.find_all("script")) == 1


def test_the_review_copy_is_no_published_page(review: BeautifulSoup) -> None:
    """No description for machines; it asks not to be indexed."""
    assert not review.find_all("script")
    assert [tag["content"] for tag in review.select("meta[name=robots]")] == ["noindex"]
    assert not review.select("meta[name=ArticleTitle]")


def test_no_id_stands_twice(public: BeautifulSoup, review: BeautifulSoup) -> None:
    """A link to a place leads to one place."""
    for page in (public, review):
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids))


def test_the_review_copy_opens_with_the_findings_each_linked_to_its_place(
    review: BeautifulSoup,
) -> None:
    """163 is not 164, and one click shows where."""
    section = review.select_one("#findings")
    assert section is not None
    found = [
        (words(item.select_one(".sentence")), str(item.select_one("a")["href"]))  # type: ignore[index]
        for item in section.select("li")
    ]
    assert found == [
        (
            "“区政府门户网站公开信息的分类”各项合计163，而总数政府网站1.2.2是164",
            "#at-1",
        ),
        (
            "主动公开政府信息1.1（346）恰好等于政府公报1.2.1+ 政府网站1.2.2+ 政务微博1.2.3+ "
            "政务微信1.2.4+ 其他方式1.2.5之和，即没有一条信息同时在两个渠道公开",
            "#c-1.1",
        ),
        ("其他方式（1.2.5）表中有68条，正文没有写到这个数", "#c-1.2.5"),
    ]
    assert all(review.find(id=place.removeprefix("#")) for _, place in found)
    titles = [tag.name for tag in review.select("#findings, h1")]
    assert titles == ["h1", "section", "h1"]


def test_one_switch_shows_the_code_of_each_part(review: BeautifulSoup) -> None:
    """Where does this come from? From this call."""
    assert len(review.select("input#show-code")) == 1
    code = [words(tag) for tag in review.select("pre.code code")]
    assert [f"page.part({number})" in code for number in range(1, 10)] == [True] * 9
    assert code[0] == "page.findings()"
    assert code[-2:] == ["page.sign_off()", "page.provenance()"]


def test_the_review_copy_ends_with_the_hash_of_each_input(
    built: Sandbox, review: BeautifulSoup
) -> None:
    """A reviewer can tell which files this copy was made from."""
    import hashlib

    section = review.select_one("#provenance")
    assert section is not None
    shown = {words(row.th): words(row.td) for row in section.select("tbody tr") if row.td}
    for name in ("agency.yaml", "2017.yaml", "2017.csv"):
        digest = hashlib.sha256((built.example / name).read_bytes()).hexdigest()
        assert shown[f"params/xixia-justice/{name}"] == digest
    form, versions = (words(line) for line in section.select(".versions"))
    assert "国办发〔2014〕32号" in form
    assert "gongkai-kit 0.1.0，" in versions


# --- charts -----------------------------------------------------------------------


def drawn(report: Report, part: str, *past: Report) -> BeautifulSoup:
    """Return the charts of a part."""
    html = charts.charts_of(report, Past(past), part, lambda _: Markup(""), lambda _: Markup(""))
    return BeautifulSoup("".join(map(str, html)), "html.parser")


def bars(chart: Tag | None) -> list[list[str]]:
    """Return the rows of a chart: label, figure, and what is beside it."""
    assert chart is not None
    rows = chart.select("tbody tr:not(.group)")
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in rows]


def lengths(chart: Tag | None) -> list[float]:
    """Return how long each bar is drawn, of 400 units; 0 for none."""
    assert chart is not None
    found = [row.select_one("path") for row in chart.select("tbody tr:not(.group)")]
    return [float(re.findall(r"L ([\d.]+)", str(path["d"]))[0]) if path else 0.0 for path in found]


def test_a_chart_says_what_it_shows_and_is_a_table(public: BeautifulSoup) -> None:
    """A statement, what is counted and in which unit, and a row a bar; nothing is said twice."""
    assert [tag["id"] for tag in public.select(".chart")] == ["chart-breakdown-1", "chart-channels"]
    chart = public.select_one("#chart-channels")
    assert chart is not None
    assert words(chart.select_one(".says")) == "主动公开政府信息346条，政府网站公开的最多，164条"
    assert words(chart.select_one(".statistic")) == "公开的信息按渠道分，一条信息可以有几个渠道，条"
    assert bars(chart) == [
        ["政府公报", "0"], ["政府网站", "164"], ["政务微博", "0"], ["政务微信", "114"], ["其他方式", "68"],
    ]  # fmt: skip
    assert [words(row.th) for row in chart.select("tr.largest")] == ["政府网站"]
    assert len(chart.select("figure, figcaption, details, [role=img]")) == 0


def test_bars_of_one_unit_are_drawn_to_one_scale(public: BeautifulSoup) -> None:
    """114 is 114/164 as long as 164, and 0 is no bar."""
    assert lengths(public.select_one("#chart-channels")) == pytest.approx(
        [0, 400, 0, 400 * 114 / 164, 400 * 68 / 164], abs=0.1
    )


def test_a_chart_can_be_taken_along(public: BeautifulSoup) -> None:
    """Its rows as a CSV, with what is folded."""
    link = public.select_one("#chart-channels .tools a[download]")
    assert link is not None
    lines = b64decode(str(link["href"]).partition(",")[2]).decode("utf-8-sig").splitlines()
    assert lines[0] == "类别,项目,单位,数量,占比,上年"
    assert lines[2] == ",政府网站,条,164,,"


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_page_says_that_a_chart_was_left_out(all_built: Path, name: str) -> None:
    """图略 is a tool speaking of itself."""
    assert "图略" not in opened(all_built, name).get_text()


def test_where_one_figure_is_nearly_all_a_sentence_says_as_much(all_built: Path) -> None:
    """97 % in one bar is not worth a drawing; nothing but 0 is not worth a sentence."""
    page = opened(all_built, "shanghai-office/2025")
    assert words(page.select_one(".in-words")) == (
        "新收的申请按申请人分：自然人1259件（97.2%），商业企业36件（2.8%），其余为0。"
    )
    assert page.select("#chart-applicants svg") == []


def test_a_chart_appears_with_the_second_figure_that_is_not_zero(project: Sandbox) -> None:
    """A lone bar would be as long as any, and the table has its figure."""
    project.set_value("3.1.3", "1")
    report = load_report("xixia-justice", 2017, project.params)
    assert drawn(report, "on_request").get_text(strip=True) == ""
    project.set_value("3.1.1", "2")
    report = load_report("xixia-justice", 2017, project.params)
    page = drawn(report, "on_request")
    assert [tag["id"] for tag in page.select(".chart")] == ["chart-applications"]
    assert [words(row) for row in page.select(".group")] == ["收到申请"]


def test_a_label_is_shown_as_it_was_written_and_whole(project: Sandbox) -> None:
    """No mathematics, no markup, no end of three dots; signs of no common font too."""
    label = "$x^2$<b>部门𠮷动态以及一个不止十个字的名称"
    project.edit("2017.yaml", "部门动态: 108", f'"{label}": 108')
    page = drawn(load_report("xixia-justice", 2017, project.params), "proactive")
    assert bars(page.select_one("#chart-breakdown-1"))[0][0] == label
    assert page.select_one("#chart-breakdown-1 table.long")


def breakdown(project: Sandbox, parts: dict[str, str], *lines: str) -> Tag:
    """Return the chart of a breakdown of parts whose total is their sum."""
    total = sum(map(int, parts.values()))
    written = [
        f"  - {{total: 1.1, title: 分类, part: proactive, {''.join(lines)} parts: {json.dumps(parts, ensure_ascii=False)}}}"
    ]
    path = project.example / "2017.yaml"
    text = re.sub(
        r"breakdowns:\n(?: .*\n)+",
        "\n".join(["breakdowns:", *written, ""]),
        path.read_text("utf-8"),
    )
    path.write_text(text, "utf-8")
    project.set_value("1.1", str(total))
    report = load_report("xixia-justice", 2017, project.params)
    chart = drawn(report, "proactive").select_one("#chart-breakdown-1")
    assert chart is not None
    return chart


def test_of_twenty_categories_ten_are_bars_and_the_rest_is_one(project: Sandbox) -> None:
    """Their sum, with its share, and each of them to unfold and to take along."""
    chart = breakdown(project, {f"第{n}类": str(n) for n in range(1, 21)})
    shown = bars(chart)
    assert shown[0] == ["第20类", "20", "9.5%"]
    assert shown[-1] == ["其余10类", "55", "26.2%"]
    assert len(shown) == 11
    assert words(chart.select_one("details p")).startswith("第10类10条（4.8%），第9类9条")
    assert words(chart.select_one(".says")) == "共210条，“第20类”最多，占9.5%"
    link = chart.select_one("a[download]")
    assert link is not None
    lines = b64decode(str(link["href"]).partition(",")[2]).decode("utf-8-sig").splitlines()
    assert len(lines) == 21


def test_months_keep_their_order(project: Sandbox) -> None:
    """All twelve of them."""
    chart = breakdown(
        project, {f"{n}月": str(n * 7 % 12 + 1) for n in range(1, 13)}, "order: given,"
    )
    assert [row[0] for row in bars(chart)] == [f"{n}月" for n in range(1, 13)]


@pytest.mark.parametrize(
    ("label", "above"), [("一二三四五六七八九十", False), ("一二三四五六七八九十类", True)]
)
def test_a_label_of_more_than_ten_characters_stands_above_its_bar(
    project: Sandbox, label: str, above: bool
) -> None:
    """Ten fit beside it."""
    chart = breakdown(project, {label: "3", "其他": "2"})
    assert bool(chart.select("table.bars.long")) is above


def test_parts_that_do_not_come_to_their_total_have_no_shares(public: BeautifulSoup) -> None:
    """With 163 of 164, it would not be clear of which of the two it is a share."""
    chart = public.select_one("#chart-breakdown-1")
    assert words(chart.select_one(".says")) == "“部门动态”最多，108条"  # type: ignore[union-attr]
    assert {len(row) for row in bars(chart)} == {2}


def test_the_years_yaml_can_say_it_otherwise(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Its sentences take the place of the computed ones; '' leaves one out; the checks read them."""
    project.edit(
        "2017.yaml",
        "sections:",
        'highlights:\n  proactive: 全年公开{{ v("1.1") }}条，微信公开115条。\n  disputes: ""\n'
        "charts:\n  channels: 网站是主要渠道\nsections:",
    )
    ran = gongkai("build", "xixia-justice")
    assert ran.status == 0
    page = BeautifulSoup(project.output(".html").read_text("utf-8"), "html.parser")
    assert [words(item) for item in page.select(".highlights li")] == [
        "全年公开346条，微信公开115条。",
        "本年度未收到政府信息公开申请。",
    ]
    assert words(page.select_one("#chart-channels .says")) == "网站是主要渠道"
    found = gongkai("check", "xixia-justice").out
    line = (
        project.example.joinpath("2017.yaml")
        .read_text("utf-8")
        .splitlines()
        .index('  proactive: 全年公开{{ v("1.1") }}条，微信公开115条。')
    )
    assert f"2017.yaml:{line + 1}: warning: the text says “微信公开115条”" in found
    review = project.output(".review.html").read_text("utf-8")
    assert "本年要点</a>" in review
    page = BeautifulSoup(review, "html.parser")
    assert page.select_one(".highlights .typed.differs")


@pytest.mark.parametrize("key", ["highlights", "charts"])
def test_a_sentence_that_there_is_not_is_refused_with_its_line(
    project: Sandbox, gongkai: Callable[..., Ran], key: str
) -> None:
    """With those that there are."""
    project.edit("2017.yaml", "sections:", f"{key}:\n  nope: 句子\nsections:")
    ran = gongkai("check", "xixia-justice")
    assert ran.status == 1
    assert re.search(
        rf"2017\.yaml:\d+: error: edition 2014 has no {key}\.nope; known names: ",
        ran.out + ran.err,
    )


# --- the way on -------------------------------------------------------------------


def test_the_box_says_what_the_document_is_and_leads_on(all_built: Path) -> None:
    """To all figures, and to the earlier reports that there is a public page of."""
    page = opened(all_built, "shanghai-office/2025")
    shown = {words(item.dt): words(item.dd) for item in page.select(".about div")}
    assert shown["发布机构"] == "上海市人民政府办公厅"
    assert shown["统计期限"] == "2025年1月1日至2025年12月31日"
    assert shown["表式"] == "2021年版（国办公开办函〔2021〕30号）"
    assert [str(tag["href"]) for tag in page.select(".about dd a:not([download])")] == ["2019.html"]
    assert "成文日期" not in shown


def test_a_page_leads_to_no_earlier_report_that_cannot_be_public(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What has an error has no public page; what the agency publishes beside the page is named."""
    for suffix in (".yaml", ".csv"):
        shutil.copy(project.example / f"2017{suffix}", project.example / f"2018{suffix}")
    path = project.example / "2018.yaml"
    path.write_text(path.read_text("utf-8").replace("year: 2017", "year: 2018"), "utf-8")
    project.edit("agency.yaml", "name:", "pdf: true\nname:")
    project.set_value("3.1", "5")

    def ways() -> list[str]:
        assert gongkai("build", "xixia-justice/2018").status == 0
        text = (project.outputs / "xixia-justice" / "2018.html").read_text("utf-8")
        page = BeautifulSoup(text, "html.parser")
        return [str(tag["href"]) for tag in page.select(".about dd a:not([download])")]

    assert ways() == ["2018.pdf"]
    project.set_value("3.1", "0")
    assert ways() == ["2018.pdf", "2017.html"]


def test_the_words_of_the_tables_are_explained(all_built: Path) -> None:
    """To unfold, beside the table that counts them."""
    page = opened(all_built, "shuyang-county/2025")
    terms = [words(tag) for tag in page.select("#part-on_request .terms dt")]
    assert {"予以公开", "无法提供", "其他处理"} <= set(terms)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("某省某市某县人民政府", "某省|某市|某县|人民政府"),
        ("内蒙古自治区某自治州某自治县司法局", "内蒙古自治区|某自治州|某自治县|司法局"),
        ("某市市场监督管理局（知识产权局）", "某市|市场监督管理局|（知识产权局）"),
        ("某区城市管理局", "某区|城市管理局"),
        ("某市<b>", "某市&lt;b&gt;"),
    ],
)
def test_a_long_name_is_broken_where_a_reader_would(name: str, broken: str) -> None:
    """After a province, a prefecture, a county; in no word."""
    assert str(breakable(name)) == broken.replace("|", "<wbr>")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1295件", "1295件"),
        ("34373660件", "34 373 660件"),
        ("0.12345", "0.12345"),
        ("12345.6", "12 345.6"),
    ],
)
def test_a_number_of_more_than_four_digits_is_read_in_threes(text: str, shown: str) -> None:
    """GB/T 15835—2011, 5.1; whoever copies it has the plain number."""
    html = str(grouped(text))
    assert html.replace('<span class="k">', " ").replace("</span>", "") == shown
    assert BeautifulSoup(html, "html.parser").get_text() == text


# What the page itself says of a year, and what is printed as somebody else has written it.
COMPUTED = ".highlights p, .key .now, .key .before, .bars td, .says .seams, .in-words, .trend td"
AS_WRITTEN = ".official td, .part > p"


def test_every_long_number_that_is_computed_is_read_in_threes_and_no_other(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Sentences, key figures, charts and what is in words alike; not the table, not the text."""
    for code, value in {"1.1": 1234567, "1.2.2": 234567, "3.1": 45678, "3.1.1": 40123}.items():
        project.set_value(code, str(value))
    project.write_section("overview", "主动公开{{ v('1.1') }}条。")
    gongkai("build")
    page = soup_of(project.output(".review.html"))
    for tag in page.select(".k"):
        tag.replace_with(f" {tag.get_text()}")
    computed = " ".join(tag.get_text() for tag in page.select(COMPUTED))
    assert not re.search("[0-9]{5}", computed)
    assert {"1 234 567", "234 567", "45 678"} <= set(re.findall("[0-9]+(?: [0-9]{3})+", computed))
    written = " ".join(tag.get_text() for tag in page.select(AS_WRITTEN))
    assert {"1234567", "234567", "45678"} <= set(re.findall("[0-9]+", written))


def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.mark.parametrize(
    ("text", "seams"),
    [
        ("制发行政规范性文件", "制发|行政|规范性|文件"),
        ("，其中结果纠正", "，其中|结果|纠正"),
        ("三、本年度办理结果", "三、本年度|办理|结果"),
        ("（三）不予公开", "（三）不予公开"),
        ("，不予公开最多", "，不予公开|最多"),
        ("五、存在的主要问题及改进情况", "五、存在的|主要|问题|及|改进|情况"),
        ("新收申请数量", "新收|申请|数量"),
        ("甲乙丙1件", "甲|乙|丙1件"),
        ("<b>申请人</b>", "&lt;b&gt;申请人&lt;/b&gt;"),
    ],
)
def test_a_line_may_end_between_words(text: str, seams: str) -> None:
    """What is no known word may be broken anywhere, as browsers do; the words are as they were."""
    assert str(whole(text)).replace("<wbr>", "|") == seams


def test_every_label_of_the_forms_is_made_of_known_words() -> None:
    """A new edition of the form brings its words along; else its labels are broken inside them."""
    for form in (load_form(edition) for edition in editions()):
        labels = [cell.label for cell in form.entries.values()]
        labels += [measure.name for measure in form.measures]
        labels += [part.heading for part in form.parts]
        for label in labels:
            assert not re.search("(<wbr>[\u3400-\u9fff]){3}<wbr>", str(whole(label))), label


def test_a_share_is_rounded_half_up(project: Sandbox) -> None:
    """1 of 800 is 0.13 %, as people round."""
    project.set_value("3.1", "800")
    project.set_value("3.1.1", "1")
    report = load_report("xixia-justice", 2017, project.params)
    assert report.share(("3.1.1",), "3.1") == "0.13%"


# --- frames and tables ------------------------------------------------------------


def test_the_indicators_are_a_tidy_data_frame(project: Sandbox) -> None:
    """An analyst can reckon with them: a blank is no 0."""
    project.set_value("6", "")
    table = frames.indicators(load_report("xixia-justice", 2017, project.params))
    assert list(table.columns) == ["indicator", "unit", "value", "printed"]
    assert table.loc["1.2.1":"1.2.5", "value"].sum() == table.loc["1.1", "value"]
    assert bool(table.loc[["6"], "value"].isna().all())


@pytest.mark.parametrize("text", ["", "/", "—"])
def test_a_cell_without_a_number_is_printed_as_it_stands(project: Sandbox, text: str) -> None:
    """Never as 0."""
    project.set_value("6", text)
    report = load_report("xixia-justice", 2017, project.params)
    html = str(tables.official_table(report, report.form.tables[0], {}))
    row = BeautifulSoup(html, "html.parser").find("tr", id="c-6")
    assert words(row.find("td", class_="number")) == text  # type: ignore[union-attr]


def test_a_remark_is_taken_along_as_it_was_written(project: Sandbox) -> None:
    """With quotes and signs that HTML writes otherwise."""
    project.edit("2017.csv", ",164", ',"164（含""双公示""&<其他>）"')
    report = load_report("xixia-justice", 2017, project.params)
    rows = list(csv.reader(tables.table_csv(report, report.form.tables[0]).splitlines()))
    assert [row[3] for row in rows if row[0] == "1.2.2"] == ['164（含"双公示"&<其他>）']


def test_last_years_mark_is_set_off_from_the_bar_that_it_is_on() -> None:
    """By a line of the page's own ground, which is there in every scheme of colours."""
    shorter, longer, largest = strips([Strip(0.5, before=0.4), Strip(0.3, before=0.4), Strip(0.9)])
    assert [shorter.count("var(--paper)"), longer.count("var(--paper)")] == [1, 0]
    assert shorter.index("--chart-bar") < shorter.index("--paper") < shorter.index("--chart-mark")
    assert "--chart-mark" not in largest
