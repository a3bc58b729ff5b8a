"""A report beside its past: the trend over years and editions, and this year beside the last."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from conftest import Ran, Sandbox
from gongkai.forms.editions import edition_for
from gongkai.page import charts
from gongkai.page.review import figures_beside
from gongkai.report import history
from gongkai.report.highlights import highlights
from gongkai.report.model import Past, Report, Value
from gongkai.report.reader import load_past, load_report
from gongkai.text.templates import Markup

# Applications received, answered, granted and carried out, in each year that there is a report of.
YEARS = {
    2017: (5, 5, 3, 0),
    2018: (8, 8, 4, 0),
    2019: (12, 10, 6, 2),
    2021: (20, 20, 9, 0),
    2022: (15, 14, 7, 1),
}


def figures(year: int, received: int, answered: int, granted: int, carried: int) -> dict[str, int]:
    """Return the figures of a year by the codes of its form, all consistent."""
    other = answered - granted
    if year < 2019:
        return {"3.1": received, "3.1.3": received, "3.2": answered, "3.2.1": answered,
                "3.3": answered, "3.3.2": granted, "3.3.4": other, "3.3.4.6": other}  # fmt: skip
    rows = {"3.1": received, "3.3.1": granted, "3.3.3.1": other, "3.3.7": answered, "3.4": carried}
    return {
        f"{row}.{who}": number
        for row, number in rows.items()
        for who in ("natural_person", "total")
    }


@pytest.fixture
def agency(project: Sandbox) -> Path:
    """An agency with reports of 2017, 2018, 2019, 2021 and 2022; none of 2020."""
    folder = project.params / "long-office"
    folder.mkdir()
    (folder / "agency.yaml").write_text("name: 某某办公室\n", "utf-8")
    for year, row in YEARS.items():
        stated = figures(year, *row)
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["code", "indicator", "unit", "value"])
            for code, cell in edition_for(year).cells.items():
                writer.writerow([code, cell.label, cell.unit, stated.get(code, 0)])
        (folder / f"{year}.yaml").write_text(json.dumps({"year": year}), "utf-8")
    return folder


def test_the_trend_has_a_point_a_year_and_nothing_where_there_is_none(agency: Path) -> None:
    """Across three editions by the crosswalk; 2020 is a gap."""
    report = load_report("long-office", 2022, agency.parent)
    series = history.series((*load_past(report).reports, report))
    points = {item.id: [point.number for point in item.points] for item in series}
    assert points["applications_received"] == [5, 8, 12, None, 20, 15]
    assert points["granted"] == [3, 4, 6, None, 9, 7]
    assert points["refused"] == [2, 4, 4, None, 11, 7]
    assert "litigations" not in points


def no_markup(_: str) -> Markup:
    """Nothing of its own for any chart, and no marks."""
    return Markup("")


def trend(report: Report, *past: Report) -> BeautifulSoup:
    """Return the figures over the years as the page shows them; nothing where there are none."""
    html = charts.charts_of(report, Past(past), report.form.trend, no_markup, no_markup)
    page = BeautifulSoup("".join(map(str, html)), "html.parser")
    return BeautifulSoup(str(page.select_one("#chart-trend") or ""), "html.parser")


def table(page: BeautifulSoup) -> list[list[str]]:
    """Return the rows of a table, its headers first."""
    return [[cell.get_text() for cell in row.select("th, td")] for row in page.select("tr")]


def test_the_trend_is_a_table_of_the_years_with_a_line_and_the_change(agency: Path) -> None:
    """A column a year with a report; the line has the gap of 2020."""
    report = load_report("long-office", 2022, agency.parent)
    page = trend(report, *load_past(report).reports)
    rows = table(page)
    assert rows[0] == ["指标", "2017年", "2018年", "2019年", "2021年", "2022年", "趋势", "比上年"]
    assert rows[1] == ["新收申请（件）", "5", "8", "12", "20", "15", "", "减少5"]
    assert page.select_one(".says p").get_text() == "新收申请15件，比上年减少5件"  # type: ignore[union-attr]


def test_a_sum_over_a_blank_is_marked_and_no_line_or_change_is_drawn_from_it(
    agency: Path,
) -> None:
    """What is known of it stands in its column, and the note names what it is without."""
    direct, after = "4.litigation_direct.total", "4.litigation_after_reconsideration.total"
    stated = {2018: ("0", "0"), 2019: ("9", ""), 2021: ("4", "2"), 2022: ("5", "")}
    reports = []
    for year, texts in stated.items():
        report, values = load_report("long-office", year, agency.parent), {}
        for code, text in zip((direct, after), texts, strict=True):
            values[code] = Value(Decimal(text) if text else None, text, 1)
        reports.append(
            replace(report, values={**report.values, **values}) if year > 2018 else report
        )
    page = trend(reports[-1], *reports[:-1])
    row = next(row for row in table(page) if row[0].startswith("行政诉讼"))
    assert row == ["行政诉讼（件）", "0", "9*", "6", "5*", "", "—"]
    note = page.select_one(".statistic")
    assert note is not None
    assert "*2019年行政诉讼不含未填报的复议后起诉" in note.get_text()
    assert "*2022年行政诉讼不含未填报的复议后起诉" in note.get_text()
    figures = [history.series_figures(report)["litigations"] for report in reports]
    assert figures == ["0", "", "6", ""]
    assert "行政诉讼" not in [item.name for item in history.changes(*reports[2:0:-1])]


def test_the_trend_breaks_where_the_form_changed_and_joins_nothing_over_a_gap(agency: Path) -> None:
    """Two lines in each row: 2017–2018 and 2021–2022; two dashed breaks, in the table too."""
    report = load_report("long-office", 2022, agency.parent)
    page = trend(report, *load_past(report).reports)
    rows = page.select("tbody tr")
    assert [str(row.select_one(".line[d]")["d"]).count("L") for row in rows] == [2] * len(rows)  # type: ignore[index]
    assert [len(row.select("path.break")) for row in rows] == [2] * len(rows)
    assert [len(row.select("td.breaks")) for row in rows] == [2] * len(rows)
    assert "表式改版" in page.get_text()


def test_a_part_of_a_year_is_compared_with_no_year(agency: Path) -> None:
    """Neither the trend, nor a key figure, nor a sentence, nor the table of both years."""
    path = agency / "2022.yaml"
    path.write_text(
        json.dumps({"year": 2022, "period": {"from": "2022-03-01", "to": "2022-12-31"}}), "utf-8"
    )
    report = load_report("long-office", 2022, agency.parent)
    past = load_past(report).reports
    page = trend(report, *past)
    assert "比上年" not in page.get_text()
    assert {row[1:] for row in beside(report, past[-1]).values()} == {("?", "?")}
    assert not any("上年" in item.text for item in highlights(report, past[-1]))
    assert history.changes(report, past[-1]) == ()
    assert "统计期间不同，不作比较" in str(figures_beside(report, past[-1]))


def test_a_school_year_is_compared_with_the_one_before(agency: Path) -> None:
    """A university counts from September to August; beside a calendar year that is no year."""
    for year in (2021, 2022):
        period = {"from": f"{year - 1}-09-01", "to": f"{year}-08-31"}
        content = json.dumps({"year": year, "period": period})
        (agency / f"{year}.yaml").write_text(content, "utf-8")
    past = load_past(load_report("long-office", 2022, agency.parent)).reports
    reports = [*past, load_report("long-office", 2022, agency.parent)]
    assert history.changes(reports[-1], reports[-2])
    assert history.changes(reports[-2], reports[-3]) == ()


def test_a_first_report_has_no_trend(agency: Path) -> None:
    """One point is no line."""
    report = load_report("long-office", 2017, agency.parent)
    assert table(trend(report, *load_past(report).reports)) == []


def test_a_report_does_not_know_later_years(agency: Path) -> None:
    """The report of 2018 stays what it was when 2019 is added."""
    report = load_report("long-office", 2018, agency.parent)
    assert [past.year for past in load_past(report).reports] == [2017]


def test_an_unreadable_earlier_year_is_a_gap_and_is_said(
    agency: Path, gongkai: Callable[..., Ran]
) -> None:
    """It stops nothing."""
    (agency / "2018.csv").write_text("", "utf-8")
    ran = gongkai("check", "long-office/2022")
    assert ran.status == 0
    assert "[previous-unreadable]" in ran.out
    report = load_report("long-office", 2022, agency.parent)
    assert [past.year for past in load_past(report).reports] == [2017, 2019, 2021]


def test_within_an_edition_every_figure_is_compared_with_last_years(agency: Path) -> None:
    """Change and percentage, and nothing that is 0 in both years."""
    now, before = (load_report("long-office", year, agency.parent) for year in (2022, 2021))
    rows = {row.name: row[2:6] for row in history.changes(now, before)}
    assert rows["一、本年新收政府信息公开申请数量 / 总计"] == ("20", "15", "-5", "-25.0%")
    assert rows["四、结转下年度继续办理 / 总计"] == ("0", "1", "+1", "")
    assert not any(Decimal(row[0]) == Decimal(row[1]) == 0 for row in rows.values())


def test_a_total_that_is_not_known_is_compared_with_nothing(agency: Path) -> None:
    """Blank like one of its parts, it may be any number: it has not fallen to 0."""
    path = agency / "2022.csv"
    lines = path.read_text("utf-8").splitlines()
    blank = ("3.1.natural_person,", "3.1.total,")
    lines = [f"{line.rpartition(',')[0]}," if line.startswith(blank) else line for line in lines]
    path.write_text("\n".join(lines), "utf-8")
    now, before = (load_report("long-office", year, agency.parent) for year in (2022, 2021))
    compared = [row.name for row in history.changes(now, before)]
    assert not [name for name in compared if name.startswith("一、本年新收")]
    assert [name for name in compared if name.startswith("（一）予以公开")]


def test_across_editions_only_what_is_comparable_is_compared(agency: Path) -> None:
    """The crosswalk says what; all else is left out."""
    now, before = (load_report("long-office", year, agency.parent) for year in (2019, 2018))
    assert [(row.name, row.before, row.now) for row in history.changes(now, before)] == [
        ("新收申请", "8", "12"),
        ("办理结果总数", "8", "10"),
        ("予以公开", "4", "6"),
        ("不予公开", "4", "4"),
    ]


def test_what_there_was_none_of_on_the_other_form_is_compared_too(agency: Path) -> None:
    """0 is a figure; only a blank is compared with nothing."""
    path = agency / "2018.csv"
    granted = "3.3.2,2.同意公开答复数,件,"
    path.write_text(path.read_text("utf-8").replace(f"{granted}4", f"{granted}0"), "utf-8")
    now, before = (load_report("long-office", year, agency.parent) for year in (2019, 2018))
    rows = [(row.name, row.before, row.now) for row in history.changes(now, before)]
    assert ("予以公开", "0", "6") in rows


def test_what_did_not_change_is_a_number_below_what_did(agency: Path) -> None:
    """The reviewer sees the largest changes first, and how many figures stayed."""
    now, before = (load_report("long-office", year, agency.parent) for year in (2019, 2018))
    page = BeautifulSoup(figures_beside(now, before, changed=True), "html.parser")
    names = [tag.get_text() for tag in page.select("tbody th")]
    assert names == ["新收申请", "办理结果总数", "予以公开"]
    assert [tag.get_text() for tag in page.select("p.same")] == ["另有1个数据与上一年相同。"]


def beside(report: Report, previous: Report) -> dict[str, tuple[str, ...]]:
    """Return this year's key figures, last year's, and the change."""
    return {
        figure.name: (
            figure.printed,
            figure.before.printed if figure.before else "?",
            figure.change.change if figure.change else "?",
        )
        for figure in history.key_figures(report, previous)
    }


def test_each_key_figure_stands_beside_last_years(agency: Path) -> None:
    """Within an edition all of them; what is blank has no change."""
    text = (agency / "2021.csv").read_text("utf-8")
    blank = re.sub(r"(2\.normative_documents\.issued,.*),0", r"\1,", text)
    (agency / "2021.csv").write_text(blank, "utf-8")
    now, before = (load_report("long-office", year, agency.parent) for year in (2022, 2021))
    assert beside(now, before) == {
        "新收申请": ("15", "20", "-5"),
        "办结申请": ("14", "20", "-6"),
        "予以公开和部分公开": ("7", "9", "-2"),
        "行政复议和行政诉讼": ("0", "0", "0"),
        "制发行政规范性文件": ("0", "", "?"),
    }


def test_across_editions_a_key_figure_is_compared_where_it_is_a_sum_of_series(
    agency: Path,
) -> None:
    """Applications are; a figure of no series is not, and the page says so."""
    now, before = (load_report("long-office", year, agency.parent) for year in (2019, 2018))
    assert beside(now, before) == {
        "新制作规范性文件": ("0", "0", "0"),
        "新收申请": ("12", "8", "+4"),
        "办结申请": ("10", "8", "+2"),
        "予以公开和部分公开": ("6", "4", "+2"),
        "行政复议和行政诉讼": ("0", "0", "0"),
    }
    form = now.form.model_copy(update={"key_figures": ("新收申请", "自然人")})
    assert beside(replace(now, form=form), before) == {
        "新收申请": ("12", "8", "+4"),
        "自然人": ("12", "?", "?"),
    }


def test_the_page_says_how_the_key_figures_changed(
    agency: Path, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """In words, not by a colour or an arrow."""
    assert gongkai("build", "long-office/2022").status == 0
    page = BeautifulSoup(
        (project.outputs / "long-office" / "2022.html").read_text("utf-8"), "html.parser"
    )
    assert [tag.get_text() for tag in page.select(".key .before")] == [
        "比上年减少5件（25.0%）",
        "比上年减少6件（30.0%）",
        "比上年减少2件",
        "与上年持平",
        "与上年持平",
    ]
    assert [tag.get_text() for tag in page.select(".highlights li p")] == [
        "新收申请15件，比上年减少5件（25.0%），其中自然人提出15件（100.0%）。",
        "办结申请14件，其中予以公开和部分公开7件（50.0%）；结转下年度1件。",
        "本年度未发生行政复议和行政诉讼。",
    ]


def test_a_year_with_errors_has_no_figures_in_the_public_pages_of_later_years(
    agency: Path, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It has no public page of its own; a note names the year, the review copy compares with it."""
    (agency / "2022.yaml").write_text(json.dumps({"year": 2022, "year_on_year": True}), "utf-8")
    path = agency / "2021.csv"
    row = next(row for row in path.read_text("utf-8").splitlines() if row.startswith("3.1.total,"))
    wrong = row.removesuffix("20") + "9876"
    path.write_text(path.read_text("utf-8").replace(row, wrong), "utf-8")
    assert gongkai("build", "long-office/2022").status == 0
    assert "the report of 2021 has errors" in gongkai("check", "long-office/2022").out
    outputs = project.outputs / "long-office"
    page = BeautifulSoup((outputs / "2022.html").read_text("utf-8"), "html.parser")
    years = [head.get_text() for head in page.select("#chart-trend thead th")]
    assert years[1:5] == ["2017年", "2018年", "2019年", "2022年"]
    assert "9876" not in str(page)
    assert not page.select(".key .before, #changes, #about a[href*='2021']")
    assert "9876" in (outputs / "2022.review.html").read_text("utf-8")


def test_this_year_beside_the_last_is_for_the_review_unless_the_year_asks_for_it(
    agency: Path, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Once in each page that has it."""
    outputs = project.outputs / "long-office"

    def shown() -> list[int]:
        assert gongkai("build", "long-office/2022").status == 0
        pages = [
            (outputs / f"2022{suffix}").read_text("utf-8") for suffix in (".html", ".review.html")
        ]
        return [len(BeautifulSoup(page, "html.parser").select("#changes")) for page in pages]

    assert shown() == [0, 1]
    (agency / "2022.yaml").write_text(json.dumps({"year": 2022, "year_on_year": "true"}), "utf-8")
    assert shown() == [1, 1]
    page = BeautifulSoup((outputs / "2022.html").read_text("utf-8"), "html.parser")
    table = page.select_one("#changes table")
    assert isinstance(table, Tag)
    assert table.get_text(" ", strip=True).startswith("2021年与2022年")
    (agency / "2021.csv").write_text(
        (agency / "2021.csv").read_text("utf-8").replace(",20\n", ",21\n"), "utf-8"
    )
    assert "2021.csv changed" in gongkai("list", "long-office/2022").out


def test_of_signed_figures_there_are_no_per_cents_of_what_fell() -> None:
    """From −5 to +5 is no growth by −200 %."""
    changes = [
        history.change("本年增/减", "件", Decimal(before), Decimal(now))
        for before, now in ((-5, 5), (-5, -10), (0, 3), (8, 6))
    ]
    assert [(item.change, item.percent) for item in changes] == [
        ("+10", ""),
        ("-5", ""),
        ("+3", ""),
        ("-2", "-25.0%"),
    ]


def test_a_long_trend_has_columns_for_the_last_years_and_a_line_for_all(agency: Path) -> None:
    """Of fifteen years five stand in figures."""
    for year in range(2008, 2017):
        for suffix in (".yaml", ".csv"):
            shutil.copy(agency / f"2017{suffix}", agency / f"{year}{suffix}")
        (agency / f"{year}.yaml").write_text(json.dumps({"year": year}), "utf-8")
    report = load_report("long-office", 2022, agency.parent)
    page = trend(report, *load_past(report).reports)
    assert table(page)[0][1:6] == ["2017年", "2018年", "2019年", "2021年", "2022年"]
    assert len(page.select_one("tbody svg").select(".dot, .last")) == 14  # type: ignore[union-attr]


def test_nothing_is_said_of_years_of_nothing(agency: Path) -> None:
    """Neither where all is 0, nor where it is blank."""
    for year in YEARS:
        path = agency / f"{year}.csv"
        lines = path.read_text("utf-8").splitlines()
        zeros = [lines[0], *(line.rpartition(",")[0] + ",0" for line in lines[1:])]
        path.write_text("\n".join(zeros) + "\n", "utf-8")
    for blank in ("0", "/"):
        path = agency / "2022.csv"
        path.write_text(path.read_text("utf-8").replace(",0\n", f",{blank}\n"), "utf-8")
        now = load_report("long-office", 2022, agency.parent)
        assert table(trend(now, *load_past(now).reports)) == []


def test_years_that_cannot_be_joined_have_no_line_and_no_change(agency: Path) -> None:
    """Two points far apart are no line: 2019 and 2022 stand side by side."""
    for year in (2017, 2018, 2021):
        (agency / f"{year}.yaml").unlink()
        (agency / f"{year}.csv").unlink()
    report = load_report("long-office", 2022, agency.parent)
    page = trend(report, *load_past(report).reports)
    assert page.select("svg") == []
    assert table(page)[:2] == [["指标", "2019年", "2022年"], ["新收申请（件）", "12", "15"]]
    assert page.select_one(".says p").get_text() == "历年主要数据"  # type: ignore[union-attr]
