"""The pages of the example: what a person reads, and what the public never sees."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup, Tag

from conftest import ROOT, Ran, Sandbox
from gongkai.errors import KitError
from gongkai.page import charts, metadata, tables
from gongkai.report import frames
from gongkai.report.reader import load_report

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


REPORTS = [
    "shanghai-office/2019",
    "shanghai-office/2025",
    "shuyang-county/2025",
    "shuyang-ndrc/2023",
    "xixia-justice/2017",
]


def opened(folder: Path, name: str) -> BeautifulSoup:
    """Return a built page of the repository."""
    return BeautifulSoup((folder / f"{name}.html").read_text("utf-8"), "html.parser")


@pytest.mark.parametrize("name", REPORTS)
def test_every_page_weighs_less_than_150_kilobytes(all_built: Path, name: str) -> None:
    """With its tables as files inside it."""
    assert (all_built / f"{name}.html").stat().st_size < 150_000


@pytest.mark.parametrize("name", REPORTS)
def test_headings_are_in_order(all_built: Path, name: str) -> None:
    """One title, and no level left out below it: who listens finds the way by headings."""
    levels = [int(tag.name[1]) for tag in opened(all_built, name).find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(now <= before + 1 for before, now in itertools.pairwise(levels))


@pytest.mark.parametrize("name", REPORTS)
def test_each_part_table_and_chart_has_a_link_of_its_own(all_built: Path, name: str) -> None:
    """The link is called after its place, and leads there; so does the one that skips."""
    page = opened(all_built, name)
    links = {str(tag["href"]).removeprefix("#"): tag for tag in page.select("a.anchor")}
    places = {str(tag["id"]) for tag in page.select(".part, .annex, .official table, figure")}
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
    assert shown == {
        "主动公开政府信息": "346条",
        "收到申请": "0件",
        "申请答复": "0件",
        "行政复议": "0件",
        "行政诉讼": "0件",
    }
    places = [str(tag["href"]) for tag in public.select(".key a")]
    assert places == ["#c-1.1", "#c-3.1", "#c-3.3", "#c-4", "#c-5"]
    assert all(public.find(id=place.removeprefix("#")) for place in places)
    assert not public.select(".key .before")


def test_a_key_figure_that_is_blank_is_said_to_be_blank(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Never 0."""
    project.set_value("4", "")
    for code in ("4.1", "4.2", "4.3"):
        project.set_value(code, "/")
    assert gongkai("build").status == 0
    page = BeautifulSoup(project.output(".html").read_text("utf-8"), "html.parser")
    assert words(page.select_one(".key div:nth-child(4) .now")) == "空白"
    assert "行政复议" not in str(page.select_one("meta[name=Description]"))


def test_a_form_that_names_a_key_figure_there_is_not_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With the line."""
    forms = project.folder / "forms"
    forms.mkdir()
    form = (ROOT / "kit" / "gongkai" / "forms" / "2014.yaml").read_text("utf-8")
    form = form.replace("edition: 2014", "edition: mine").replace(
        "[1.1, 3.1, 3.3", "[1.1, 3.1, 3.7"
    )
    (forms / "mine.yaml").write_text(form, "utf-8")
    project.edit("2017.yaml", "year: 2017", "year: 2017\nedition: mine")
    ran = gongkai("check", "--forms", "forms")
    assert ran.status == 1
    assert re.search(r"forms/mine\.yaml:\d+: .*3\.7", ran.out + ran.err)


# --- what is taken along ----------------------------------------------------------


def taken(page: BeautifulSoup) -> dict[str, bytes]:
    """Return the files inside a page, by their names."""
    links = page.select(".tools a[download]")
    return {str(tag["download"]): b64decode(str(tag["href"]).partition(",")[2]) for tag in links}


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_holds_its_tables_as_files(all_built: Path, name: str) -> None:
    """Together they are the indicator CSV, line by line, with a byte order mark for Excel."""
    files = taken(opened(all_built, name))
    assert all(data.startswith(b"\xef\xbb\xbf") for data in files.values())
    found = [list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) for data in files.values()]
    assert all(lines[0] == ["code", "indicator", "unit", "value"] for lines in found)
    with (ROOT / "params" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row[0]: row for row in list(csv.reader(file))[1:]}
    assert {row[0]: row for lines in found for row in lines[1:]} == written


def test_the_file_of_a_table_is_named_as_a_person_would_name_it(
    all_built: Path, public: BeautifulSoup
) -> None:
    """Agency, year, and the table's own name; what a link leads to is heard."""
    assert list(taken(public)) == ["西夏区司法局2017年政府信息公开情况统计表.csv"]
    page = opened(all_built, "shuyang-county/2025")
    assert list(taken(page)) == [
        "沭阳县人民政府2025年主动公开政府信息情况.csv",
        "沭阳县人民政府2025年收到和处理政府信息公开申请情况.csv",
        "沭阳县人民政府2025年政府信息公开行政复议、行政诉讼情况.csv",
    ]
    link = page.select_one(".tools a[download]")
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
            "主动公开政府信息346条，收到申请0件，申请答复0件，行政复议0件，行政诉讼0件。",
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
    project.edit("agency.yaml", "https://www.ycxixia.gov.cn:443/gk", "http://[x")
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
            "#part-proactive",
        ),
        (
            "主动公开政府信息1.1（346）恰好等于政府公报1.2.1+ 政府网站1.2.2+ 政务微博1.2.3+ "
            "政务微信1.2.4+ 其他方式1.2.5之和，即没有一条信息同时在两个渠道公开",
            "#c-1.1",
        ),
        ("其他方式（1.2.5）表中有68条，正文从未提及", "#c-1.2.5"),
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


def test_each_chart_has_a_caption_words_and_a_table_that_agree(public: BeautifulSoup) -> None:
    """The alternative text names every figure of the table below the drawing."""
    figures = public.select("figure:has(svg)")
    assert [tag["id"] for tag in figures] == ["chart-breakdown-1", "chart-channels"]
    for figure in figures:
        drawing = figure.select_one("[role=img]")
        assert drawing is not None
        assert words(figure.figcaption) in str(drawing["aria-label"])
        for row in figure.select("tbody tr"):
            _, name, unit, number = (words(cell) for cell in row.find_all(["td", "th"]))
            assert f"{name}{number}{unit}" in str(drawing["aria-label"])


def test_the_drawing_shows_the_figures_of_its_table(public: BeautifulSoup) -> None:
    """Names and numbers stand in the SVG as text, so they can be found and copied."""
    figure = public.select_one("#chart-channels")
    assert figure is not None
    drawn = [words(tag) for tag in figure.select("svg text")]
    table = [words(row.select_one("td.number")) for row in figure.select("tbody tr")]
    assert table == ["0", "164", "0", "114", "68"]
    assert [text for text in drawn if text.isdigit()] == table


def test_a_chart_of_nothing_but_zeros_is_a_sentence(public: BeautifulSoup) -> None:
    """No application, no review: nothing is drawn, and it is said."""
    assert [words(tag) for tag in public.select("#part-on_request .no-chart")] == [
        "本年度收到和答复的申请均为0件，图略。",
        "本年度行政复议和行政诉讼均为0件，图略。",
    ]


def test_a_chart_appears_with_the_second_figure_that_is_not_zero(project: Sandbox) -> None:
    """A lone figure is said, for its bar would be as long as any; with two there is a chart."""
    project.set_value("3.1.3", "1")
    report = load_report("xixia-justice", 2017, project.params)
    said, _ = (str(html) for html in charts.charts_of(report, (), "on_request"))
    assert "<svg" not in said
    assert "网络申请1件" in said
    project.set_value("3.1.1", "2")
    report = load_report("xixia-justice", 2017, project.params)
    drawn = [str(html) for html in charts.charts_of(report, (), "on_request")]
    assert ["<svg" in html for html in drawn] == [True, False]


def test_bars_of_one_unit_are_drawn_to_one_scale(project: Sandbox) -> None:
    """114 is 114/164 as long as 164."""
    report = load_report("xixia-justice", 2017, project.params)
    spec = next(chart for chart in report.form.charts if chart.id == "channels")
    chart = charts.form_chart(spec, report)
    assert chart is not None
    corners = re.findall(r'<path d="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*z"', chart.svg)
    lengths = [float(right) - float(left) for left, right in corners]
    assert lengths[1] / lengths[0] == pytest.approx(114 / 164, abs=0.002)
    assert lengths[2] / lengths[0] == pytest.approx(68 / 164, abs=0.002)


def test_a_label_without_a_glyph_is_an_error_and_no_empty_box(project: Sandbox) -> None:
    """The sign is named, so that it can be written otherwise."""
    project.edit("2017.yaml", "部门动态: 108", "部门𠮷动态: 108")
    report = load_report("xixia-justice", 2017, project.params)
    with pytest.raises(KitError) as caught:
        charts.breakdown_chart("b", report.breakdowns[0])
    assert str(caught.value) == "“部门𠮷动态”: the chart font has no glyph for 𠮷"


def test_a_label_is_drawn_as_letters_not_as_mathematics_or_markup(project: Sandbox) -> None:
    """Dollars and tags in a label stay what they are."""
    project.edit("2017.yaml", "部门动态: 108", '"$x^2$<b>": 108')
    report = load_report("xixia-justice", 2017, project.params)
    assert "$x^2$&lt;b&gt;" in charts.breakdown_chart("b", report.breakdowns[0]).svg


@pytest.mark.parametrize("blank", ["", "/", "—"])
def test_nothing_is_said_of_figures_that_are_blank(project: Sandbox, blank: str) -> None:
    """A blank may stand for any number: neither a chart nor a sentence that all is 0."""
    for code in ("4.1", "4.2", "4.3"):
        project.set_value(code, blank)
    report = load_report("xixia-justice", 2017, project.params)
    said = "".join(str(html) for html in charts.charts_of(report, (), "on_request"))
    assert "收到和答复的申请均为0件" in said
    assert "行政复议和行政诉讼均为0件" not in said


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
    html = str(tables.official_table(report, report.form.tables[0]))
    row = BeautifulSoup(html, "html.parser").find("tr", id="c-6")
    assert words(row.find("td", class_="number")) == text  # type: ignore[union-attr]


def test_a_remark_is_taken_along_as_it_was_written(project: Sandbox) -> None:
    """With quotes and signs that HTML writes otherwise."""
    project.edit("2017.csv", ",164", ',"164（含""双公示""&<其他>）"')
    report = load_report("xixia-justice", 2017, project.params)
    rows = list(csv.reader(tables.table_csv(report, report.form.tables[0]).splitlines()))
    assert [row[3] for row in rows if row[0] == "1.2.2"] == ['164（含"双公示"&<其他>）']
