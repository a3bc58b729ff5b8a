"""Every edition: the official form, the published figures, and the rules that hold them."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, Ran, Sandbox
from gongkai.checks import check
from gongkai.forms.editions import edition_for, editions, load_form, read_form
from gongkai.forms.form import Identity
from gongkai.report.model import Report, Value
from gongkai.report.reader import load_report

PUBLISHED = Path(__file__).parent / "published"
REPORTS = [
    ("shanghai-office", 2019),
    ("shanghai-office", 2025),
    ("shuyang-ndrc", 2023),
    ("shuyang-county", 2025),
    ("xixia-justice", 2017),
]


def rows(name: str) -> list[dict[str, str]]:
    """Return a published table, a dictionary a row."""
    with (PUBLISHED / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_form_has_the_official_cells_in_print_order(edition: str) -> None:
    """Codes, labels and units are those of the published form."""
    found = [(cell.code, cell.label, cell.unit) for cell in load_form(edition).cells.values()]
    expected = [
        (row["code"], f"{row['row_label']} / {row['column_label']}", row["unit"])
        for row in rows(f"form-{edition}.csv")
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("year", "edition"), [(2018, "2014"), (2019, "2019"), (2020, "2019"), (2021, "2021"), (2031, "2021")]
)  # fmt: skip
def test_a_report_year_finds_the_form_in_force(year: int, edition: str) -> None:
    """The forms changed in 2019 and in 2021."""
    assert edition_for(year).edition == edition


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_the_parts_are_the_six_official_ones(edition: str) -> None:
    """In order, with the tables inside parts two, three and four."""
    form = load_form(edition)
    assert [part.heading for part in form.parts] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]
    assert [table.part for table in form.tables] == [part.id for part in form.parts[1:4]]
    assert form.annexed == ()


# --- the published reports --------------------------------------------------------


def cell(page: BeautifulSoup, code: str) -> str:
    """Return what a page prints for a code."""
    found = page.find(id=f"c-{code}")
    assert isinstance(found, Tag)
    number = found if found.name == "td" else found.find("td", class_="number")
    assert isinstance(number, Tag)
    return number.get_text(strip=True)


@pytest.mark.parametrize(("slug", "year"), REPORTS)
def test_the_tables_hold_the_published_figures_cell_by_cell(
    all_built: Path, slug: str, year: int
) -> None:
    """Read from the HTML; what was blank in print is blank here."""
    page = BeautifulSoup((all_built / slug / f"{year}.html").read_text("utf-8"), "html.parser")
    published = {row["code"]: row["value"] for row in rows(f"{slug}-{year}.csv")}
    assert {code: cell(page, code) for code in published} == published
    assert len(page.select("td.number[id], tr[id] td.number")) >= len(published)


@pytest.mark.parametrize(("slug", "year"), REPORTS)
def test_every_figure_of_a_grid_names_its_headers(all_built: Path, slug: str, year: int) -> None:
    """`headers` points at header cells of the same table, those of its row and its column."""
    page = BeautifulSoup((all_built / slug / f"{year}.html").read_text("utf-8"), "html.parser")
    report = load_report(slug, year, ROOT / "params")
    for table in page.select("table.grid"):
        heads = {tag["id"]: tag.get_text(strip=True) for tag in table.select("th[id]")}
        for number in table.select("td.number"):
            named = [heads[anchor] for anchor in number.get_attribute_list("headers")]
            label = report.form.cells[str(number["id"])[2:]].label
            for step in label.split(" / "):
                assert step in named or all(name in named for name in step.split("/"))


@pytest.mark.parametrize(("slug", "year"), REPORTS)
def test_a_grid_has_no_hole_and_no_overlap(all_built: Path, slug: str, year: int) -> None:
    """The spans of each row add up to the width of its table."""
    page = BeautifulSoup((all_built / slug / f"{year}.html").read_text("utf-8"), "html.parser")
    for table in page.select("table.grid"):
        for body in table.select("tbody"):
            taken: set[tuple[int, int]] = set()
            widths = set()
            lines = body.select("tr")
            for line, row in enumerate(lines):
                place = 0
                for part in row.find_all(["th", "td"]):
                    while (line, place) in taken:
                        place += 1
                    wide, high = (
                        int(str(part.get("colspan", "1"))),
                        int(str(part.get("rowspan", "1"))),
                    )
                    spots = set(
                        itertools.product(range(line, line + high), range(place, place + wide))
                    )
                    assert not spots & taken
                    taken |= spots
                widths.add(max(x for y, x in taken if y == line) + 1)
            assert len(widths) == 1
            assert max(y for y, _ in taken) == len(lines) - 1


def found(slug: str, year: int, gongkai: Callable[..., Ran]) -> list[str]:
    """Return what check says of a report of the repository, without severity and place."""
    ran = gongkai("check", f"{slug}/{year}", "--params", str(ROOT / "params"))
    assert ran.status == 0
    return [line.split(": warning: ")[-1] for line in ran.lines]


def test_the_contradictions_of_a_published_report_are_found(gongkai: Callable[..., Ran]) -> None:
    """Text and table of 2019 disagree three times; its 135 blanks are said once."""
    said = found("shanghai-office", 2019, gongkai)
    assert sum("without a number" in line for line in said) == 1
    assert any("135 cells without a number" in line for line in said)
    for sentence in (
        "the text says “予以公开及部分公开258件”, but 予以公开和部分公开 (3.3.1.total + 3.3.2.total) is 275 in the table [narrative-contradicts-table]",
        "the text says “无法提供265件”, but 无法提供 (3.3.4.total) is 337 in the table [narrative-contradicts-table]",
        "the text says “均予维持”, but the table has 行政复议 / 尚未审结 4.reconsideration.pending = 2, 未经复议直接起诉 / 尚未审结 4.litigation_direct.pending = 1 [narrative-claim]",
        "the text says “予以公开及部分公开258件” and gives 33.9%, but its share of 805 is 32.05% [narrative-share]",
    ):
        assert sentence in said


@pytest.mark.parametrize(
    ("slug", "year"), [("shuyang-ndrc", 2023), ("shuyang-county", 2025), ("shanghai-office", 2025)]
)
def test_a_published_report_that_adds_up_has_no_error_and_no_contradiction(
    gongkai: Callable[..., Ran], slug: str, year: int
) -> None:
    """Only what was left blank is said."""
    ids = [line.rpartition("[")[2] for line in found(slug, year, gongkai)]
    assert set(ids) <= {"blank-cells]", "blank-parameters]"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("17.46%", "17.64%", "the text says “予以公开和部分公开208件” and gives 17.64%, but its share of 1191 is 17.46%"),
        ("6.72%", "6.7%", None),
        ("6.72%", "6.8%", "the text says “不予处理80件” and gives 6.8%, but its share of 1191 is 6.72%"),
        ("319件", "318件", "the text says “其他处理318件”, but 其他处理 (3.3.6.total) is 319 in the table"),
    ],
)  # fmt: skip
def test_the_percentages_of_the_text_are_held_against_the_table(
    tmp_path: Path, gongkai: Callable[..., Ran], old: str, new: str, sentence: str | None
) -> None:
    """Rounded as they were typed."""
    import shutil

    shutil.copytree(ROOT / "params" / "shanghai-office", tmp_path / "shanghai-office")
    path = tmp_path / "shanghai-office" / "2025.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    said = gongkai("check", "2025", "--params", str(tmp_path)).lines
    contradictions = [line for line in said if "narrative-" in line]
    assert any(sentence in line for line in contradictions) if sentence else not contradictions


# --- the identities of every edition ----------------------------------------------

EXAMPLES = {
    "2014": ("xixia-justice", 2017),
    "2019": ("shanghai-office", 2019),
    "2021": ("shuyang-county", 2025),
}
REPORT = {
    edition: load_report(slug, year, ROOT / "params") for edition, (slug, year) in EXAMPLES.items()
}


def consistent(draw: st.DrawFn, edition: str) -> dict[str, Decimal]:
    """Draw figures that keep every rule of a form within one year."""
    form = load_form(edition)
    figures = {code: Decimal(draw(st.integers(0, 500))) for code in form.cells}
    if edition == "2014":
        _keep_the_list(draw, figures)
        return figures
    applicants = [code.removeprefix("3.1.") for code in form.cells if code.startswith("3.1.")][:-1]
    outcomes = [
        code.removesuffix(".total")
        for code in form.cells
        if code.startswith("3.3.") and code.endswith(".total") and code != "3.3.7.total"
    ]
    for who in applicants:
        done = sum((figures[f"{row}.{who}"] for row in outcomes), Decimal(0))
        figures[f"3.3.7.{who}"] = done
        figures[f"3.2.{who}"] = min(figures[f"3.2.{who}"], done)
        figures[f"3.1.{who}"] = done + figures[f"3.4.{who}"] - figures[f"3.2.{who}"]
    for row in (*outcomes, "3.1", "3.2", "3.3.7", "3.4"):
        figures[f"{row}.total"] = sum((figures[f"{row}.{who}"] for who in applicants), Decimal(0))
    for block in ("reconsideration", "litigation_direct", "litigation_after_reconsideration"):
        results = ("upheld", "corrected", "other", "pending")
        figures[f"4.{block}.total"] = sum(
            (figures[f"4.{block}.{item}"] for item in results), Decimal(0)
        )
    return figures


def _keep_the_list(draw: st.DrawFn, figures: dict[str, Decimal]) -> None:
    sums = [rule for rule in load_form("2014").rules if rule.relation == "="]
    for rule in sorted(sums, key=lambda item: -len(item.left[0])):
        figures[rule.left[0]] = sum((figures[code] for code in rule.right), Decimal(0))
    channels = [figures[f"1.2.{number}"] for number in range(1, 6)]
    figures["1.1"] = Decimal(draw(st.integers(int(max(channels)), int(sum(channels)))))
    for part, whole in (("1.1.1", "1.1"), ("2.2.1.1", "2.2.1"), ("2.2.2.1", "2.2.2")):
        figures[part] = min(figures[part], figures[whole])


def with_figures(report: Report, figures: dict[str, Decimal]) -> Report:
    """Return a report with these figures and no narrative."""
    values = {code: Value(number, f"{number:f}", 2) for code, number in figures.items()}
    return replace(report, values=values, sections={})


def broken(figures: dict[str, Decimal], edition: str) -> set[tuple[tuple[str, ...], str, str]]:
    """Return cells and sums of the rules that do not hold, reckoned by themselves."""

    def side(codes: tuple[str, ...]) -> Decimal:
        return sum((figures[code] for code in codes), Decimal(0))

    def holds(rule: Identity) -> bool:
        left, right = side(rule.left), side(rule.right)
        return left == right if rule.relation == "=" else left <= right

    return {
        ((*rule.left, *rule.right), f"{side(rule.left):f}", f"{side(rule.right):f}")
        for rule in load_form(edition).rules
        if not rule.previous and not holds(rule)
    }


def named(report: Report) -> set[tuple[tuple[str, ...], str, str]]:
    """Return cells and sums of the identities that the checks name."""
    return {
        (item.codes, str(item.problem.details["left"]), str(item.problem.details["right"]))
        for item in check(report)
        if item.id.startswith("identity-")
    }


@pytest.mark.parametrize("edition", EXAMPLES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_consistent_form_breaks_no_identity(edition: str, data: st.DataObject) -> None:
    """Whatever the figures are, rules that hold are not complained of."""
    figures = data.draw(st.composite(consistent)(edition))
    assert named(with_figures(REPORT[edition], figures)) == set()


@pytest.mark.parametrize("edition", EXAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_changing_any_figure_of_a_sum_is_always_found(edition: str, data: st.DataObject) -> None:
    """Every identity that breaks is named, with its cells and both sums, and no other."""
    figures = data.draw(st.composite(consistent)(edition))
    sums = [rule for rule in load_form(edition).rules if rule.relation == "=" and not rule.previous]
    code = data.draw(
        st.sampled_from(sorted({c for rule in sums for c in (*rule.left, *rule.right)}))
    )
    figures[code] += data.draw(st.integers(1, 9))
    expected = broken(figures, edition)
    assert expected
    assert named(with_figures(REPORT[edition], figures)) == expected


# --- an edition of one's own ------------------------------------------------------

FORM_2030 = """
edition: 2030
first_year: 2030
source: {document: 二〇三〇年的通知}
basis: 《中华人民共和国政府信息公开条例》
parts:
  - {id: all, heading: 一、全部情况, guidance: 写全部情况。}
  - {id: requests, heading: 二、申请, guidance: 写申请。}
tables:
  - id: items
    caption: 公开情况
    columns: [指标, 单位, 数量]
    lines:
      - code: 1
        label: 公开总数
        unit: 条
        lines:
          - {code: 1.1, label: 网上, unit: 条}
          - {code: 1.2, label: 网下, unit: 条}
  - id: requests
    part: requests
    caption: 申请情况
    blocks:
      - columns: [{id: people, label: 个人}, {id: firms, label: 单位}, {id: all, label: 合计}]
        rows: [{code: 2.1, label: 收到}, {code: 2.2, label: 答复}]
identities:
  - {left: [1], is: "=", right: [1.1, 1.2], severity: error}
  - {left: [1.1], is: "<=", previous: [1.1], severity: note}
  - {table: requests, each: row, left: [all], is: "=", right: [people, firms], severity: error}
  - {table: requests, each: column, left: [2.2], is: "<=", right: [2.1], severity: warning}
"""


def test_an_invented_edition_goes_all_the_way_without_a_line_of_python(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One YAML in a folder: new, check, build, list, diff; and its rules are held."""
    forms = project.folder / "forms"
    forms.mkdir()
    (forms / "2030.yaml").write_text(FORM_2030, "utf-8")
    use = ["--forms", "forms"]
    assert gongkai("new", "moon-office", "2030", "--name", "月球办公室", *use).status == 0
    path = project.params / "moon-office" / "2030.csv"
    text = path.read_text("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == [
        "1", "1.1", "1.2", "2.1.people", "2.1.firms", "2.1.all", "2.2.people", "2.2.firms", "2.2.all",
    ]  # fmt: skip
    lines = text.splitlines()
    figures = ["5", "3", "2", "4", "1", "5", "4", "2", "6"]
    filled = [lines[0], *(line + value for line, value in zip(lines[1:], figures, strict=True))]
    path.write_text("\n".join(filled), "utf-8")
    ran = gongkai("check", "moon-office", *use)
    assert ran.status == 0
    assert "单位: 答复 = 2 is more than 收到 = 1" in ran.out
    assert gongkai("build", "moon-office", *use).status == 0
    page = BeautifulSoup(
        (project.outputs / "moon-office" / "2030.html").read_text("utf-8"), "html.parser"
    )
    assert [cell(page, code) for code in ("1", "2.2.all")] == ["5", "6"]
    assert gongkai("export", "--to", "xlsx", "--form", "moon-office", *use).status == 0
    workbook = path.with_suffix(".xlsx").relative_to(project.folder).as_posix()
    assert f"{workbook} has the same figures" in gongkai("check", "moon-office", *use).err
    path.with_suffix(".xlsx").unlink()
    shutil.copytree(project.params, "before")
    path.write_text("\n".join(filled).replace("条,5", "条,6"), "utf-8")
    assert gongkai("list", "moon-office", *use).lines == [
        "moon-office/2030: stale: params/moon-office/2030.csv changed"
    ]
    ran = gongkai("check", "moon-office", *use)
    assert ran.status == 1
    assert "公开总数: 1 = 6, but 1.1 + 1.2 = 5; they must be equal" in ran.out
    ran = gongkai("diff", "before", "params", *use)
    assert ran.status == 1
    assert "    1 公开总数: 5 → 6 条 (+1, +20.0%)" in ran.lines
    assert gongkai("diff", *["outputs/moon-office/2030"] * 2, *use).status == 0


def test_a_folder_of_forms_that_is_not_there_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Exit status 2."""
    ran = gongkai("check", "--forms", "nowhere")
    assert (ran.status, ran.err) == (2, "the folder of forms nowhere does not exist\n")


# --- what one report may change ---------------------------------------------------


def test_new_writes_the_local_lines_of_an_agency_from_their_first_year(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """An agency that declared a line finds it in the blank CSV."""
    agency = project.params / "county" / "agency.yaml"
    agency.parent.mkdir()
    extra = "{edition: 2021, code: 3.3.5.6, label: 6.本地情形, parent: 3.3.5, first_year: 2023}"
    agency.write_text(f"name: 某县人民政府\nextra_lines:\n  - {extra}\n", "utf-8")
    for year, cells in ((2022, 0), (2023, 7)):
        assert gongkai("new", "county", str(year)).status == 0
        text = (agency.parent / f"{year}.csv").read_text("utf-8-sig")
        assert text.count("6.本地情形") == cells
    said = [json.loads(line)["id"] for line in gongkai("check", "county", "--format", "json").lines]
    own = {"draft", "blank-cells", "empty-part", "blank-parameters"}
    assert set(said) == {*own, "previous-errors"}


def test_new_begins_a_report_on_another_edition(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Some bodies went on using the older form."""
    assert gongkai("new", "county", "2021", "--name", "某县", "--edition", "2019").status == 0
    assert load_report("county", 2021, project.params).form.edition == "2019"
    ran = gongkai("new", "county", "2022", "--edition", "1999")
    assert (ran.status, ran.err) == (
        2,
        "there is no edition 1999 of the form; known editions: 2014, 2019, 2021\n",
    )


WRONG = [
    (
        "edition: 2019\n",
        None,
        "2021.csv: these are the codes of edition 2021, but this report is read as edition 2019. "
        "Set edition: 2021 in the year's YAML, or write a new CSV with gongkai new",
    ),
    (
        "",
        "3.3.6.total,（六）其他处理 / 总计,件,0\n",
        "2021.csv:202: the code 3.3.6.total belongs to a group printed as one row, but its individual "
        "rows are there too; keep one or the other",
    ),
]


@pytest.mark.parametrize(("yaml", "line", "sentence"), WRONG)
def test_a_csv_of_another_form_is_told_apart(
    project: Sandbox, gongkai: Callable[..., Ran], yaml: str, line: str | None, sentence: str
) -> None:
    """One sentence instead of two hundred."""
    gongkai("new", "county", "2021", "--name", "某县")
    folder = project.params / "county"
    year = folder / "2021.yaml"
    year.write_text(yaml + year.read_text("utf-8"), "utf-8")
    table = folder / "2021.csv"
    table.write_text(table.read_text("utf-8-sig") + (line or ""), "utf-8")
    ran = gongkai("check", "county")
    assert ran.status == 1
    assert [item.split(" [")[0].replace(": error:", ":", 1) for item in ran.lines] == [
        f"params/county/{sentence}"
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            "{edition: 2021, code: 2.x, label: 甲, parent: 2.licences}",
            "the extra line 2.x is below 2.licences, which is not a line or group of edition "
            "2021; possible parents: 3.3, 3.3.3, 3.3.4, 3.3.5, 3.3.6 [extra-line-parent]",
        ),
        (
            "{edition: 2020, code: 3.3.5.7, label: 7.本地情形, parent: 3.3.5}",
            "there is no edition 2020 of the form; known editions: 2014, 2019, 2021 [form-unknown]",
        ),
        (
            "{edition: 2021, code: 3.3.5.1, label: 7.另一情形, parent: 3.3.5}",
            "the extra line 3.3.5.1 has a code that edition 2021 already uses [extra-line-code]",
        ),
    ],
    ids=["below what takes none", "of an edition that there is not", "with a code of the form"],
)
def test_a_local_line_that_would_stand_in_no_report_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran], wrong: str, said: str
) -> None:
    """On its own line, with the parents or the editions that there are."""
    gongkai("new", "county", "2021", "--name", "某县")
    agency = project.params / "county" / "agency.yaml"
    right = "{edition: 2021, code: 3.3.5.6, label: 6.本地情形, parent: 3.3.5, first_year: 2023}"
    agency.write_text(f"name: 某县\nextra_lines:\n  - {right}\n  - {wrong}\n", "utf-8")
    assert gongkai("check", "county").lines == [f"params/county/agency.yaml:4: error: {said}"]


def test_totals_that_are_each_other_s_parts_are_checked_like_any(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A form may say twice that two cells are equal; left blank, neither is known."""
    (project.folder / "forms").mkdir()
    pairs = [("1.1", "1.2"), ("1.2", "1.1")]
    equal = "  - {{left: [{}], is: '=', right: [{}], severity: error}}\n"
    rules = "".join(equal.format(*pair) for pair in pairs)
    (project.folder / "forms" / "2030.yaml").write_text(FORM_2030 + rules, "utf-8")
    use = ["--forms", "forms"]
    assert gongkai("new", "moon-office", "2030", "--name", "月球办公室", *use).status == 0
    ran = gongkai("check", "moon-office", *use)
    assert ran.status == 1
    assert "9 cells without a number, counted as 0 in sums: 1, 1.1, 1.2, …" in ran.out
    assert "[identity-sum]" not in ran.out


def test_a_form_in_a_file_of_another_name_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Otherwise it would quietly not be the form that its author thinks of."""
    forms = project.folder / "forms"
    forms.mkdir()
    (forms / "mine.yaml").write_text(FORM_2030, "utf-8")
    ran = gongkai("check", "--forms", "forms")
    assert ran.status == 1
    assert "mine.yaml:2: error: the edition 2030 must be in a file of that name" in ran.out


@pytest.mark.parametrize("number", ["苏政办发2024年12号", "〔2024〕12", "2024-12"])
def test_the_number_of_a_form_s_document_may_be_of_any_kind(
    project: Sandbox, gongkai: Callable[..., Ran], number: str
) -> None:
    """A form of one's own is a city's, whose numbers are not those of the State Council."""
    forms = project.folder / "forms"
    forms.mkdir()
    source = f'document: 二〇三〇年的通知, number: "{number}"'
    text = FORM_2030.replace("document: 二〇三〇年的通知", source)
    (forms / "2030.yaml").write_text(text, "utf-8")
    assert gongkai("check", "--forms", "forms").lines == gongkai("check").lines


def test_a_form_is_read_again_when_its_file_changes(tmp_path: Path) -> None:
    """A long build must not say that it used what it did not."""
    text = editions()["2021"].read_text("utf-8")
    path = tmp_path / "2021.yaml"
    path.write_text(text, "utf-8")
    before = read_form(path)
    path.write_text(text.replace("trend: on_request", "trend: disputes", 1), "utf-8")
    assert read_form(path) != before
