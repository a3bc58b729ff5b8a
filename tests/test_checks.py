"""The checks find what a careful reader would find, and say where."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from decimal import Decimal

import pytest

from conftest import ROOT, Sandbox
from gongkai.checks import CHECKS, check, check_in_context
from gongkai.checks.findings import Context, Finding
from gongkai.checks.table import identities
from gongkai.report.model import CLOSING, INTRODUCTION, Past, Value
from gongkai.report.reader import load_past, load_report
from gongkai.text.agency_names import Names, agency_names
from gongkai.text.placeholders import TypedText


def found(project: Sandbox) -> list[tuple[str, str, str, str]]:
    """Return severity, id, place and sentence of everything found in the example."""
    report = load_report("xixia-justice", 2017, project.params)
    findings = check_in_context(report, load_past(report), agency_names(project.params))
    root = f"{project.params.as_posix()}/xixia-justice/"
    return [
        (item.severity, item.id, item.problem.where.removeprefix(root), item.text("en"))
        for item in findings
    ]


AS_PUBLISHED = [
    (
        "warning",
        "breakdown-sum",
        "2017.yaml:30",
        "“区政府门户网站公开信息的分类”: the parts add up to 163, but the total 1.2.2 is 164",
    ),
    (
        "note",
        "channels-do-not-overlap",
        "2017.csv:2",
        "1.1 (346) is exactly the sum of 1.2.1 + 1.2.2 + 1.2.3 + 1.2.4 + 1.2.5, as if no item had "
        "been published on two channels",
    ),
    (
        "note",
        "channel-not-in-narrative",
        "2017.csv:9",
        "其他方式 (1.2.5): 68 条 in the table, but the text does not state it",
    ),
]


def test_the_published_report_has_three_findings_and_no_error(project: Sandbox) -> None:
    """What does not add up in the report of 2017 is found without being told."""
    assert found(project) == AS_PUBLISHED


def new(project: Sandbox) -> list[tuple[str, str, str, str]]:
    """Return what is found beyond what the published report has."""
    return [item for item in found(project) if item not in AS_PUBLISHED]


@pytest.mark.parametrize(
    ("code", "value", "finding"),
    [
        ("8.3.2", "3", ("error", "identity-sum", "2017.csv:53", "工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 3; they must be equal")),
        ("3.1.2", "1", ("error", "identity-sum", "2017.csv:18", "收到申请: 3.1 = 0, but 3.1.1 + 3.1.2 + 3.1.3 + 3.1.4 = 1; they must be equal")),
        ("3.2.1", "4", ("error", "identity-sum", "2017.csv:23", "申请办结: 3.2 = 0, but 3.2.1 + 3.2.2 = 4; they must be equal")),
        ("4.3", "1", ("error", "identity-sum", "2017.csv:41", "行政复议: 4 = 0, but 4.1 + 4.2 + 4.3 = 1; they must be equal")),
        ("5.2", "1", ("error", "identity-sum", "2017.csv:45", "行政诉讼: 5 = 0, but 5.1 + 5.2 + 5.3 = 1; they must be equal")),
        ("1.1.1", "400", ("error", "identity-at-most", "2017.csv:3", "主动公开规范性文件: 1.1.1 = 400 is more than 1.1 = 346")),
        ("2.2.1.1", "2", ("error", "identity-at-most", "2017.csv:12", "主要负责同志参加新闻发布会: 2.2.1.1 = 2 is more than 2.2.1 = 0")),
        ("3.3.4.2", "1", ("warning", "identity-sum", "2017.csv:30", "不同意公开: 3.3.4 = 0, but 3.3.4.1 + 3.3.4.2 + 3.3.4.3 + 3.3.4.4 + 3.3.4.5 + 3.3.4.6 = 1; they must be equal")),
        ("1.1", "400", ("warning", "identity-at-most", "2017.csv:2", "主动公开政府信息: 1.1 = 400 is more than 1.2.1 + 1.2.2 + 1.2.3 + 1.2.4 + 1.2.5 = 346")),
    ],
)  # fmt: skip
def test_a_sum_that_does_not_hold_is_named_with_its_line_and_both_sides(
    project: Sandbox, code: str, value: str, finding: tuple[str, str, str, str]
) -> None:
    """An identity of the form breaks when one of its figures is changed."""
    project.set_value(code, value)
    assert finding in new(project)


@pytest.mark.parametrize("target", [("xixia-justice", 2017), ("shanghai-office", 2025)])
def test_both_sides_of_a_sum_that_does_not_hold_are_called_by_name(target: tuple[str, int]) -> None:
    """上年结转 beside last year's 结转下年度, not 3.2 beside 3.4: each by what sets it apart."""
    report = load_report(*target, ROOT / "params")
    cells = enumerate(report.values)
    odd = {code: Value(Decimal(10 ** (n % 9)), "", 1) for n, code in cells}
    last_year = replace(report, year=report.year - 1, values=odd)
    context = Context(last_year)
    found = [item for item in identities(replace(report, values=odd), context) if item.values]
    assert len(found) > 10
    for item in found:
        left, right = (side.name for side in item.sides("zh"))
        assert left != right
        assert not re.search(r"[a-z_]|[0-9]\.[0-9]", left + right)
        assert len(left + right) < 90
    carried = [item for item in found if item.id == "identity-carried"]
    names = [side.name for item in carried[:1] for side in item.sides("zh")]
    assert names in ([], ["本年二、上年结转政府信息公开申请数量", "上年四、结转下年度继续办理"])


@pytest.mark.parametrize(("other", "ids"), [("0", []), ("5", ["channels-do-not-overlap"])])
def test_channels_that_add_up_to_the_whole_are_noted_if_there_are_several(
    project: Sandbox, other: str, ids: list[str]
) -> None:
    """What was published on one channel alone was published once."""
    for code in ("1.2.1", "1.2.3", "1.2.5"):
        project.set_value(code, "0")
    project.set_value("1.2.2", "164")
    project.set_value("1.2.4", other)
    project.set_value("1.1", str(164 + int(other)))
    assert [item[1] for item in found(project) if item[1].startswith("channels-")] == ids


@pytest.mark.parametrize(("value", "blank"), [("", ""), ("/", "/"), ("—", "—")])
def test_cells_without_a_number_are_named_once_for_them_all(
    project: Sandbox, value: str, blank: str
) -> None:
    """A blank, / and — are no number, count as 0 in sums, and are said."""
    project.set_value("2.1", value)
    project.set_value("6", value)
    sentence = "2 cells without a number, counted as 0 in sums: 2.1, 6"
    assert new(project) == [("warning", "blank-cells", "2017.csv:10", sentence)]
    assert load_report("xixia-justice", 2017, project.params).values["6"].printed == blank


def test_what_was_read_although_written_otherwise_is_said(project: Sandbox) -> None:
    """Full-width digits and thousands separators are accepted, and nobody is deceived."""
    project.set_value("9.3", "１２")
    project.set_value("6", '"1,234"')
    assert new(project) == [
        ("note", "csv-number-rewritten", "2017.csv:49", "6: “1,234” was read as 1234"),
        ("note", "csv-number-rewritten", "2017.csv:59", "9.3: “１２” was read as 12"),
    ]


CONTRADICTIONS = [
    ("全年通过微信公众号公开信息100条。", "政务微信 (1.2.4) is 114 in the table"),
    ("区政府门户网站公开信息163条。", "政府网站 (1.2.2) is 164 in the table"),
    ("本年度主动公开政府信息 1,346 条。", "主动公开政府信息 (1.1) is 346 in the table"),
    ("本年度收到政府信息公开申请3件。", "收到申请 (3.1) is 0 in the table"),
    ("发生行政复议2件。", "行政复议 (4) is 0 in the table"),
    ("共有兼职人员3名。", "兼职人员 (8.3.2) is 2 in the table"),
    ("投入专项经费0.8万元。", "专项经费 (8.4) is 0.5 in the table"),
    ("门户网站公开信息１５０条。", "政府网站 (1.2.2) is 164 in the table"),
    ("最近开通的政府网站公开150条。", "政府网站 (1.2.2) is 164 in the table"),
    ("公开100条政务微信信息。", "政务微信 (1.2.4) is 114 in the table"),
]


@pytest.mark.parametrize(("text", "contradiction"), CONTRADICTIONS)
def test_a_typed_number_that_contradicts_the_table_is_found(
    project: Sandbox, text: str, contradiction: str
) -> None:
    """A number with its unit, next to a word of the form, is held against the table."""
    project.write_section("other", text)
    quote = text.rstrip("。")
    sentence = f"the text says “{quote}”, but {contradiction}"
    assert [item[1::2] for item in new(project)] == [("narrative-contradicts-table", sentence)]


def test_a_number_at_the_end_of_a_paragraph_is_quoted_without_the_next_heading(
    project: Sandbox,
) -> None:
    """As in the last line of a table that was pasted."""
    project.write_section("other", "收到申请\t3\n\n### 主动公开\n\n按要求公开。")
    said = [item[3] for item in new(project) if item[1] == "narrative-contradicts-table"]
    assert [text.partition("”")[0] for text in said] == ["the text says “收到申请\t3"]


@pytest.mark.parametrize(
    "text",
    [
        "通过微信公众号公开信息114条。",
        "门户网站公开信息164条，其中部门文件34条。",
        "微信公众号比上年增加20条。",
        "2016年的预算和决算各1份。",
        "公开栏更新12条。",
        "办理提案1件，办复率100%。",
        "2016年门户网站公开信息300条。",
        "门户网站累计公开信息2560条。",
        "办结人大代表建议12件。",
        "比上年的门户网站公开97条多。",
        "详见www.example.gov.cn/xxgk/，工作有待补充完善，[请点击](http://a.cn)。",
    ],
)
def test_a_typed_number_that_agrees_or_speaks_of_something_else_is_let_pass(
    project: Sandbox, text: str
) -> None:
    """A check that cries at every number is switched off within a week."""
    project.write_section("other", text)
    assert new(project) == []


@pytest.mark.parametrize(
    ("text", "id", "said"),
    [
        (
            '全年主动公开政府信息{{ v("1.2.2") }}条。',
            "placeholder-of-another-figure",
            "the text says “全年主动公开政府信息164条”: the placeholder fills in 政府网站 (1.2.2), but "
            "the words mean 主动公开政府信息 (1.1), which is 346",
        ),
        (
            '公开的信息中，动态类50条，占总数的{{ share("1.2.4", of="1.1") }}。',
            "narrative-share",
            "the text says “动态类50条” and gives 32.95%, but its share of 346 is 14.45%",
        ),
        (
            '通过微信公众号公开信息{{ fact("revised_rules") }}条。',
            "narrative-contradicts-table",
            "the text says “通过微信公众号公开信息2条”, but 政务微信 (1.2.4) is 114 in the table",
        ),
    ],
)
def test_a_placeholder_that_names_the_wrong_figure_is_found_as_a_typed_number_is(
    project: Sandbox, text: str, id: str, said: str
) -> None:
    """A wrong code, and a fact that is not the table's figure, make a wrong public number."""
    project.write_section("other", text)
    assert [item[1::2] for item in new(project)] == [(id, said)]


@pytest.mark.parametrize(
    "text",
    [
        '主动公开政府信息{{ v("1.1") }}，举办培训5次。',
        '主动公开政府信息{{ v("1.1") }}条，其中微信公众号{{ v("1.2.4") }}条，占{{ share("1.2.4", of="1.1") }}。',
    ],
)
def test_a_placeholder_of_the_figure_that_its_words_mean_is_let_pass(
    project: Sandbox, text: str
) -> None:
    """Whatever else its sentence counts."""
    project.write_section("other", text)
    assert new(project) == []


def test_the_line_of_a_finding_is_the_line_of_its_sentence(project: Sandbox) -> None:
    """The tenth line of a text is found on its own line of the YAML."""
    project.write_section("other", "没有。\n\n共有兼职人员3名。")
    lines = (project.example / "2017.yaml").read_text("utf-8").splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "兼职人员3名" in text)
    assert [item[2] for item in new(project)] == [f"2017.yaml:{line}"]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("公开信息100条，其中动态60条，公告20条，其他10条。", "warning"),
        ("公开信息200条，其中动态60条、公告50条、解读30条、会议25条、人事20条、规划10条。", "note"),
    ],
)
def test_parts_that_fall_short_are_only_a_note_where_some_may_not_be_named(
    project: Sandbox, text: str, severity: str
) -> None:
    """其他 says that all are named, so that nothing can be missing."""
    project.write_section("other", text)
    assert [item[:2] for item in new(project)] == [(severity, "narrative-sum")]


def test_a_part_that_leaves_out_what_the_form_asks_for_is_called_by_its_heading() -> None:
    """Whether a fee was charged has to be said, although there was none."""
    report = load_report("shanghai-office", 2025, ROOT / "params")
    sections = {**report.sections, "other": (TypedText("没有其他事项。", 1),)}
    changed = replace(report, sections=sections)
    said = [item.text("en") for item in check_in_context(changed, Past(), Names({}))]
    assert [text for text in said if "must be mentioned" in text] == [
        "the part “六、其他需要报告的事项” contains none of the words 信息处理费, 收费, 费用, "
        "收取; this must be mentioned even if it is nil"
    ]


def test_a_channel_that_the_text_mentions_is_not_noted(project: Sandbox) -> None:
    """The 68 items of other channels, once they are in the text, are no finding."""
    project.write_section("other", '通过其他方式公开{{ v("1.2.5") }}条。')
    assert "channel-not-in-narrative" not in [item[1] for item in found(project)]


def with_last_year(project: Sandbox) -> None:
    """Give the example a report of 2016, with other figures."""
    for suffix in (".yaml", ".csv"):
        shutil.copy(project.example / f"2017{suffix}", project.example / f"2016{suffix}")
    path = project.example / "2016.yaml"
    path.write_text(path.read_text("utf-8").replace("year: 2017", "year: 2016", 1), "utf-8")
    csv = project.example / "2016.csv"
    csv.write_text(csv.read_text("utf-8").replace("条,114", "条,97"), "utf-8")


def test_last_years_number_left_in_the_text_is_recognised(project: Sandbox) -> None:
    """A clerk who copies last year's text leaves last year's numbers."""
    with_last_year(project)
    project.write_section("other", "推送消息97条。")
    assert [item[1::2] for item in new(project) if item[1] == "leftover-number"] == [
        (
            "leftover-number",
            "the text says “推送消息97条”; 97 was last year's figure of 政务微信 (1.2.4), which is now 114",
        )
    ]


def test_a_figure_that_jumped_is_said_from_last_year_to_this_year(project: Sandbox) -> None:
    """Ten of last year, then 114 of this year."""
    with_last_year(project)
    csv = project.example / "2016.csv"
    csv.write_text(csv.read_text("utf-8").replace("条,97", "条,10"), "utf-8")
    report = load_report("xixia-justice", 2017, project.params)
    (jump,) = [
        item for item in check_in_context(report, load_past(report), Names({})) if item.id == "jump"
    ]
    assert [tuple(side) for side in jump.sides("en")] == [("last year", "10"), ("this year", "114")]


@pytest.mark.parametrize("name", ["", "2017.yml", "2017年.yaml", "2017.yaml.txt"])
def test_last_year_without_its_yaml_is_a_gap_that_is_said(project: Sandbox, name: str) -> None:
    """A table that was kept from last year would not be found, and the page be public."""
    for suffix in (".yaml", ".csv"):
        this = (project.example / "2017").with_suffix(suffix).read_text("utf-8")
        text = this.replace("year: 2017", "year: 2018")
        (project.example / "2018").with_suffix(suffix).write_text(text, "utf-8")
    before = {item.id for item in found_of(project, 2018)}
    assert "repeated-table" in before
    last = project.example / "2017.yaml"
    if name:
        last.rename(last.with_name(name))
    else:
        last.unlink()
    assert "previous-unreadable" in {item.id for item in found_of(project, 2018)}


def found_of(project: Sandbox, year: int) -> tuple[Finding, ...]:
    """What is found in a year's report, beside those before it."""
    report = load_report("xixia-justice", year, project.params)
    return check_in_context(report, load_past(report), Names({}))


def test_last_year_that_cannot_be_read_is_said_and_stops_nothing(project: Sandbox) -> None:
    """This year's report does not fail for last year's file."""
    with_last_year(project)
    (project.example / "2016.csv").write_text("", "utf-8")
    assert [item[1] for item in new(project)] == ["previous-unreadable"]


@pytest.mark.parametrize(
    ("text", "id", "sentence"),
    [
        ("现公布2016年政府信息公开工作年度报告。", "leftover-year", "the text says “2016年政府信息公开工作年度报告”; this is the report for 2017"),
        ("统计期限自2016年1月1日起。", "leftover-year", "the text says “2016年1月1日”; this is the report for 2017"),
        ("由XX局负责。", "placeholder", "the text still contains the placeholder “XX”"),
        ("经费为____万元。", "placeholder", "the text still contains the placeholder “____”"),
        ("此处待补充。", "placeholder", "the text still contains the placeholder “待补充”"),
        ("规章类信息2条，占18%；规划类信息，占9%。", "incomplete-number", "“规划类信息” lacks a number, or the measure word of its number"),
    ],
)  # fmt: skip
def test_what_was_left_standing_is_found(
    project: Sandbox, text: str, id: str, sentence: str
) -> None:
    """Another year's title, another year's period, and blanks of a template."""
    project.write_section("other", text)
    assert [item[1::2] for item in new(project)] == [(id, sentence)]


@pytest.mark.parametrize("unit", "条件份个次篇人")
def test_a_share_without_its_number_is_found_after_every_measure_word(
    project: Sandbox, unit: str
) -> None:
    """As in 3次占, whatever was counted."""
    project.write_section("other", f"办理其他事项3{unit}占，均已办结。")
    sentence = f"“办理其他事项3{unit}占” lacks a number, or the measure word of its number"
    assert [item[1::2] for item in new(project)] == [("incomplete-number", sentence)]


def test_each_sentence_of_another_year_is_found_where_it_stands(project: Sandbox) -> None:
    """The second time too, and after one that compares the two years."""
    text = "2016年我局开展培训，2017年又开展。\n2016年我局开展培训。\n\n2016年我局开展培训。"
    project.write_section("other", text)
    lines = [item[2] for item in new(project) if item[1] == "leftover-year"]
    first = int(lines[0].rpartition(":")[2])
    assert lines == [f"2017.yaml:{first}", f"2017.yaml:{first + 2}"]


def test_another_year_in_a_title_stands_beside_the_reports_own(project: Sandbox) -> None:
    """Both years are said: the one that is written, and the one that it should be."""
    title = "2016年门户网站公开信息的分类"
    project.edit("2017.yaml", "title: 区政府门户网站公开信息的分类", f"title: {title}")
    sentence = f"the text says “{title}”; this is the report for 2017"
    assert ("leftover-year", sentence) in [item[1::2] for item in new(project)]


def test_a_bracket_without_a_partner_is_found_in_every_part(project: Sandbox) -> None:
    """In the last one as in the first."""
    report = load_report("xixia-justice", 2017, project.params)
    opened = {part: (TypedText("开展培训（线上。", 1),) for part in report.sections}
    found = check_in_context(replace(report, sections=opened), Past(), Names({}))
    parts = [item.part for item in found if item.id == "unpaired-mark"]
    assert sorted(parts) == sorted(report.sections)


@pytest.mark.parametrize(
    "text",
    ["西夏区民政局没有其他事项。", "在西夏区民政局网站转发消息。西夏区民政局没有其他事项。"],
)
def test_another_agencys_name_is_found(project: Sandbox, text: str) -> None:
    """A text copied from a neighbour still names the neighbour, and not only its website."""
    neighbour = project.params / "xixia-civil"
    neighbour.mkdir()
    (neighbour / "agency.yaml").write_text("name: 西夏区民政局\n", "utf-8")
    project.write_section("other", text)
    assert [item[1::2] for item in new(project)] == [
        ("leftover-agency", "the text names 西夏区民政局, which is another agency of this project")
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("结合自然资源部重点领域目录，做好公开。", 0),
        ("结合自然资源部重点领域目录，做好公开。自然资源部收到申请。", 1),
        ("自然资源部网站公开信息。", 0),
    ],
)
def test_a_body_above_whose_rules_are_followed_is_not_left_over(
    project: Sandbox, text: str, count: int
) -> None:
    """It may have a folder in the same project."""
    (project.params / "natural-resources").mkdir()
    (project.params / "natural-resources" / "agency.yaml").write_text("name: 自然资源部\n", "utf-8")
    project.write_section("other", text)
    assert [item[1] for item in new(project)] == ["leftover-agency"] * count


def test_a_report_signed_before_its_year_was_over_is_found(project: Sandbox) -> None:
    """The figures of a year are known when it has ended."""
    project.edit("2017.yaml", "signed: 2018-01-04", "signed: 2017-12-20")
    assert [item[1::2] for item in new(project)] == [
        ("signed-early", "signed on 2017-12-20, before the period ended on 2017-12-31")
    ]


def test_a_table_signed_before_its_year_was_over_is_found(project: Sandbox) -> None:
    """The foot of the table has a day of its own."""
    project.edit("2017.yaml", "  date: 2018-01-04", "  date: 2017-12-31")
    assert [item[1] for item in new(project)] == ["signed-early"]


def test_what_nobody_filled_in_is_named(project: Sandbox) -> None:
    """Blank signatures and contacts are named by their keys, file by file."""
    project.edit("2017.yaml", "  head: 高峰", "  head:")
    project.edit("agency.yaml", "telephone: 0951-2078858", "telephone:")
    assert [item[1:] for item in new(project)] == [
        ("blank-parameters", "2017.yaml:9", "not filled in: signatures.head"),
        ("blank-parameters", "agency.yaml", "not filled in: telephone"),
    ]


@pytest.mark.parametrize("words", ["待确认", "待核实", "未定", "暂无"])
def test_words_for_what_is_not_known_yet_are_no_contact(project: Sandbox, words: str) -> None:
    """The page would say: 请与待确认联系."""
    project.edit("agency.yaml", "telephone: 0951-2078858", f"telephone: {words}")
    assert [item[1] for item in new(project)] == ["placeholder-in"]


def test_what_nobody_filled_in_is_shown_where_it_is_printed(project: Sandbox) -> None:
    """Signatures at the end of the page, contacts in its introduction."""
    project.edit("2017.yaml", "  head: 高峰", "  head:")
    project.edit("agency.yaml", "telephone: 0951-2078858", "telephone:")
    report = load_report("xixia-justice", 2017, project.params)
    found = check_in_context(report, Past(), Names({}))
    parts = [item.part for item in found if item.id == "blank-parameters"]
    assert parts == [CLOSING, INTRODUCTION]


def test_an_empty_part_without_a_standard_sentence_is_found(project: Sandbox) -> None:
    """Nobody can know from figures what the problems of an agency are."""
    project.write_section("problems", "")
    sentence = "the part “八、存在的主要问题及2018年改进工作的思路措施” is empty, and the figures do not justify a standard sentence"
    assert [item[1::2] for item in new(project)] == [("empty-part", sentence)]


def test_an_empty_part_that_the_figures_speak_for_is_no_finding(project: Sandbox) -> None:
    """No application, no review, no litigation: the standard sentence says so."""
    project.write_section("on_request", "")
    assert new(project) == []


def test_a_blank_cell_justifies_no_standard_sentence(project: Sandbox) -> None:
    """A blank may stand for any number."""
    project.write_section("on_request", "")
    project.set_value("3.1", "")
    assert "empty-part" in [item[1] for item in new(project)]


def test_a_figure_without_a_number_in_the_text_is_found(project: Sandbox) -> None:
    """Otherwise the sentence would have a hole."""
    project.set_value("9.3", "")
    assert ("narrative-blank-figure", "the text uses 9.3, which have no number") in [
        item[1::2] for item in new(project)
    ]


def test_every_check_says_what_it_does() -> None:
    """A check without a sentence cannot be explained to an official."""
    assert all(run.__doc__ for run in CHECKS)


def test_a_text_without_end_is_checked_to_its_end(project: Sandbox) -> None:
    """Patterns that backtrack would take hours for what somebody pasted into a text."""
    project.write_section("other", "[请" * 20_000 + "1," + "111," * 10_000)
    assert new(project) == []


@pytest.mark.parametrize("date", ["2081-01-04", "2016-12-31"])
def test_a_date_that_does_not_fit_the_year_is_found(project: Sandbox, date: str) -> None:
    """The signature's date is copied as easily as the report's."""
    project.edit("2017.yaml", "  date: 2018-01-04", f"  date: {date}")
    assert [item[1] for item in new(project)] == ["signed-late"]


@pytest.mark.parametrize(
    ("first", "last"), [("2016-01-01", "2016-12-31"), ("2017-12-31", "2017-01-01")]
)
def test_a_period_that_is_not_the_years_is_found(project: Sandbox, first: str, last: str) -> None:
    """Copied from another year, or turned round."""
    project.edit("2017.yaml", "from: 2017-01-01, to: 2017-12-31", f"from: {first}, to: {last}")
    assert "other-period" in [item[1] for item in new(project)]


def test_another_years_document_in_the_basis_is_found(project: Sandbox) -> None:
    """The notice of last year's reports."""
    project.edit("2017.yaml", "做好2017年政府信息公开", "做好2016年政府信息公开")
    assert [item[1:3] for item in new(project)] == [("leftover-year", "2017.yaml:5")]


@pytest.mark.parametrize(
    ("remark", "said"),
    [
        ("共XX件", "the text still contains the placeholder “XX”"),
        ("待核实", "the text still contains the placeholder “（待核实）”"),
        ("海原县司法局报送", "the text names 海原县司法局, which is another agency"),
        ("含2016年{{ v('3.1') }}件", "“{{ v('3.1') }}”"),
    ],
)
def test_the_remark_of_a_figure_is_read_as_a_text_is(
    project: Sandbox, remark: str, said: str
) -> None:
    """It is printed in the public table; the place is that of the CSV."""
    folder = project.params / "haiyuan-justice"
    shutil.copytree(project.example, folder)
    (folder / "agency.yaml").write_text("name: 海原县司法局\n", "utf-8")
    project.set_value("1.1", f"346（{remark}）")
    report = load_report("xixia-justice", 2017, project.params)
    names = agency_names(project.params)
    found = check_in_context(report, load_past(report), names)
    problems = [str(item.problem) for item in found if item.problem.file.endswith("2017.csv")]
    assert any("2017.csv:2:" in text and said in text for text in problems), problems


@pytest.mark.parametrize("label", ["XX转来的申请", "海原县司法局转来的申请"])
def test_the_label_of_an_extra_line_is_read_as_a_text_is(project: Sandbox, label: str) -> None:
    """It is printed in the public table; the place is that of agency.yaml."""
    folder = project.params / "haiyuan-justice"
    shutil.copytree(project.example, folder)
    (folder / "agency.yaml").write_text("name: 海原县司法局\n", "utf-8")
    line = f"{{edition: '2014', code: 1.1.9, label: {label}, parent: '1.1', unit: 条}}"
    project.edit("agency.yaml", "name: ", f"extra_lines: [{line}]\nname: ")
    project.edit("2017.csv", "1.1,", f"1.1.9,{label},条,3\n1.1,")
    report = load_report("xixia-justice", 2017, project.params)
    found = check_in_context(report, load_past(report), agency_names(project.params))
    places = [str(item.problem) for item in found if "agency.yaml:" in str(item.problem)]
    assert any(label[:2] in text for text in places), places


def test_a_placeholder_in_a_signature_is_found(project: Sandbox) -> None:
    """XXX signs no table."""
    project.edit("2017.yaml", "  head: 高峰", "  head: XXX")
    assert [item[1:3] for item in new(project)] == [("placeholder", "2017.yaml:9")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "name: 西夏区司法局（公章）",
            "name: “（公章）” is not part of a name: “西夏区司法局（公章）”",
        ),
        (
            "name: 西夏区司法局2017年政府信息公开工作年度报告",
            "name: “2017年政府信息公开工作年度报告” is not part of a name: "
            "“西夏区司法局2017年政府信息公开工作年度报告”",
        ),
        (
            "name: 西夏区司法局年度报告",
            "name: “年度报告” is not part of a name: “西夏区司法局年度报告”",
        ),
        (
            "office: 西夏区民政局办公室",
            "the text says “西夏区民政局”, but this is the report of 银川市西夏区司法局",
        ),
        ("address: XX路XX号", "address: “XX路XX号” has blanks that were not filled in"),
        ("telephone: XXXX-XXXXXXX", "telephone: “XXXX-XXXXXXX” has blanks that were not filled in"),
        ("telephone: 待补充", "telephone: “待补充” has blanks that were not filled in"),
        ("email: xx@163.com", "email: “xx@163.com” has blanks that were not filled in"),
        ("website: www.xxx.gov.cn", "website: “www.xxx.gov.cn” has blanks that were not filled in"),
        ("office: 西夏区司法局政务公开科", ""),
        ("email: xxqxxgk@xx-county.gov.cn", ""),
    ],
)
def test_what_the_agency_file_leaves_blank_or_has_of_another_is_found(
    project: Sandbox, line: str, said: str
) -> None:
    """It is printed in every year's report."""
    file = project.example / "agency.yaml"
    key = line.partition(":")[0]
    lines = [it for it in file.read_text("utf-8").splitlines() if not it.startswith(f"{key}:")]
    file.write_text("\n".join([*lines, line]) + "\n", "utf-8")
    place = f"agency.yaml:{len(lines) + 1}"
    found = [item for item in new(project) if item[2].startswith("agency.yaml")]
    assert [item[2:] for item in found] == ([(place, said)] if said else [])


def test_a_name_that_the_years_file_states_is_found_there(project: Sandbox) -> None:
    """An agency may have had another name in that year."""
    file = project.example / "2017.yaml"
    file.write_text("name: 西夏区司法局（公章）\n" + file.read_text("utf-8"), "utf-8")
    assert [item[2] for item in new(project) if item[1] == "not-of-name"] == ["2017.yaml:1"]


@pytest.mark.parametrize(
    ("old", "new_words", "id"),
    [
        (
            "title: 区政府门户网站公开信息的分类",
            "title: 2016年门户网站公开信息的分类",
            "leftover-year",
        ),
        (
            "title: 区政府门户网站公开信息的分类",
            "title: 门户网站公开信息的分类（待补充）",
            "placeholder",
        ),
        ("      人事信息: 4", "      XX信息: 4", "placeholder"),
        ("title: 区政府门户网站公开信息的分类", "title: 2017年门户网站公开信息的分类", ""),
    ],
)
def test_what_a_breakdown_names_is_read_as_the_text_is(
    project: Sandbox, old: str, new_words: str, id: str
) -> None:
    """Its title and its labels stand in the chart, and in the table beside it."""
    project.edit("2017.yaml", old, new_words)
    found = [item[1] for item in new(project) if item[1] != "breakdown-sum"]
    assert found == ([id] if id else [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("西夏区司法局2017年政府信息公开工作年度报告\n\n没有其他事项。", ["printed-already"]),
        ("没有其他事项。\n\n西夏区司法局\n\n2018年1月4日", ["printed-already"] * 2),
        ("**九、其他需要报告的事项**\n\n没有其他事项。", ["printed-already"]),
        ("其他需要报告的事项\n\n没有其他事项。", ["printed-already"]),
        ("（一）主动公开政府信息情况\n\n按时公开了应当公开的信息。", []),
        ("2018年1月4日\n\n召开了会议。\n\n没有其他事项。", []),
        ("***\n\n没有其他事项。", []),
        ("今年没有其他需要报告的事项，请社会监督。\n\n今年没有其他需要报告的事项，请社会监督。", ["paragraph-twice"]),
        ("没有。\n\n没有。", []),
        ("没有其他事项。\n\naccepted:\n  - finding: breakdown-sum", ["yaml-in-text"]),
        ("没有其他事项。\n\nsigned： 2018-01-04", ["yaml-in-text"]),
        ("没有其他事项。\n\n\u00a0\u00a0problems: |\n    公开不够及时。", ["yaml-in-text"]),
        ("没有其他事项。\n\n\u3000reading：|\n    解读不够深入。", ["yaml-in-text"]),
        ("没有其他事项。\n\n    overview:\n    已制定指南。", ["yaml-in-text"]),
        ("没有其他事项。\n\nsome_part: >-\n    已制定指南。", ["yaml-in-text"]),
        ("没有其他事项。\n\nEmail: a@example.gov.cn", []),
        ("名称 | 件数\n--|--\nAPP: | 七 |", []),
        ("没有其他事项。 # 张三说要删", ["yaml-in-text"]),
        ("| 类别 | 件数 |\n|---|---|\n| 甲类 | 七 | 另见乙表 |", ["not-shown"]),
        ("类别 | 件数\n--|--\n甲类 | 七 | 另见乙表", ["not-shown"]),
        ("| 类别 | 件数 |\n|---|---|\n| 甲类 | 七 | / |", ["not-shown"]),
        ("> | 类别 | 件数 |\n> |---|---|\n> | 甲类 | 七 | 乙 |", ["not-shown"]),
        ("    | 类别 | 件数 |\n    |---|---|\n    | 甲类 | 七 | 另见乙表 |", ["not-shown"]),
        ("<center>\n| 类别 | 件数 |\n|---|---|\n| 甲类 | 七 | 乙 |", ["not-shown", "raw-markup"]),
        ("| 类别 | 公开 |\n|---|---|\n| 甲类 | √ | ★ |", ["not-shown"]),
        ("| 类别 | 公开 |\n|---|---|\n| 甲类 | 是 | —— |", ["not-shown"]),
        ("~~~ ※★\n内容\n~~~", ["not-shown"]),
        ("| 类别 | 公开 |\n|---|---|\n| 甲类 | √（增50%80项） |", []),
        ("```密语一二三\n内容\n```", ["not-shown"]),
        ("- 第一项已完成。\n类别 | 件数\n--- | ---\n甲类 | 七 | 另见乙表", ["not-shown"]),
        ("> 引文如下。\n类别 | 件数\n--- | ---\n甲类 | 七 | 另见乙表", ["not-shown"]),
        ("见[指南](https://www.example.gov.cn \"内部说明\")。", ["not-shown"]),
        ("见[指南](https://www.example.gov.cn/甲%20乙)和<https://www.example.gov.cn/x>。", []),
        ("1. 甲&nbsp;乙\n2. 丙\\*丁", []),
        ("服务时间9:00~17:00，见https://www.example.gov.cn/list?id=1&section=2&copy=3&currentPage=4。", []),
        ("服务时间9:00~17:00，见https://www.example.gov.cn/?q=%41%E5%85%AC。", []),
        ("见[指南](https://www.example.gov.cn/list?id=1&section=2&times=%41%2541)。", []),
        ("服务时间9:00~17:00，&#65;类&copy;甲。", []),
        ("见[指南](https://示例.政务.cn/甲)和`&copy;`。", []),
        ("```\n内容\n```", []),
        ("见[公开指南]()。", ["raw-markup"]),
        ("见[公开指南](Https://www.example.gov.cn)。", ["raw-markup"]),
        ("| 类别 | 件数 |\n|---|---|\n| 甲\\|乙类 | 七 |  |", []),
        ("### 其他事项 # 一\n\n没有其他事项，见3 #楼。", []),
    ],
)  # fmt: skip
def test_what_was_pasted_with_the_text_would_be_printed_twice(
    project: Sandbox, text: str, said: list[str]
) -> None:
    """Title, headings, name and date are the page's; keys and comments belong to the YAML."""
    project.write_section("other", text)
    assert [item[1] for item in new(project)] == said


def test_words_that_no_page_shows_are_quoted_as_they_read_where_they_were_typed_otherwise(
    project: Sandbox,
) -> None:
    """An entity stands in the text; a quotation of its first words would accuse what is shown."""
    project.write_section(
        "other", '没有其他事项。见[指南](https://www.example.gov.cn "内部&copy;稿")。'
    )
    (found,) = (
        item
        for item in check(load_report("xixia-justice", 2017, project.params))
        if item.id == "not-shown"
    )
    assert (found.problem.details["quote"], found.spans) == ("内部©稿", ())


def test_a_short_name_that_shortens_another_name_is_found(project: Sandbox) -> None:
    """A folder was copied, and only the name was changed."""
    project.edit("agency.yaml", "name: 银川市西夏区司法局", "name: 银川市西夏区卫生局")
    assert "other-short-name" in [item[1] for item in new(project)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-8"])
def test_a_neighbours_short_name_is_found_in_any_encoding(project: Sandbox, encoding: str) -> None:
    """However the neighbour's file was saved."""
    neighbour = project.params / "xixia-civil"
    neighbour.mkdir()
    text = "name: 银川市西夏区民政局\nshort_name: 西夏区民政局\n"
    (neighbour / "agency.yaml").write_bytes(text.encode(encoding))
    project.write_section("other", "西夏区民政局没有其他事项。")
    assert [item[1] for item in new(project)] == ["leftover-agency"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("根据《西夏区民政局关于做好年度报告编制的通知》要求编制。", []),
        ("根据西夏区民政局《年度报告编制办法》要求编制。", []),
        ("遵照西夏区民政局《年度报告编制办法》要求编制。", []),
        ("组织学习《西夏区民政局印发年度报告格式的通知》。", []),
        ("组织学习《西夏区民政局转发年度报告格式的通知》。", []),
        ("今年认真做好了西夏区民政局关于年度工作的各项安排。", ["leftover-agency"]),
        ("根据西夏区民政局《年度报告编制办法》编制，由西夏区民政局负责。", ["leftover-agency"]),
    ],
)
def test_the_issuer_of_a_document_is_no_leftover(
    project: Sandbox, text: str, said: list[str]
) -> None:
    """In its title, or before it; elsewhere the name is another agency's."""
    neighbour = project.params / "xixia-civil"
    neighbour.mkdir()
    (neighbour / "agency.yaml").write_text("name: 西夏区民政局\n", "utf-8")
    project.write_section("other", text)
    assert [item[1] for item in new(project)] == said


def test_a_name_that_is_a_part_of_the_agencys_own_is_no_leftover(project: Sandbox) -> None:
    """A district's government may have a folder beside its office."""
    project.edit("agency.yaml", "name: 银川市西夏区司法局", "name: 西夏区人民政府办公室")
    project.edit("agency.yaml", "short_name: 西夏区司法局", "short_name: 西夏区政府办")
    neighbour = project.params / "xixia"
    neighbour.mkdir()
    (neighbour / "agency.yaml").write_text("name: 西夏区人民政府\n", "utf-8")
    project.write_section("other", "西夏区人民政府没有其他事项。")
    assert "leftover-agency" not in [item[1] for item in new(project)]


def test_a_fact_without_a_value_is_found(project: Sandbox) -> None:
    """Otherwise the sentence would have a hole."""
    project.edit("2017.yaml", "wechat_followers: 1429", "wechat_followers:")
    assert [item[1] for item in new(project)] == ["narrative-blank-figure"]


def test_a_blank_total_states_nothing_that_a_breakdown_could_contradict(project: Sandbox) -> None:
    """A blank is not 0."""
    project.set_value("1.2.2", "/")
    assert not [item for item in found(project) if item[1] == "breakdown-sum"]


@pytest.mark.parametrize(
    ("text", "id", "severity"),
    [
        ("申请人李某（身份证号11010519491231002X）对答复不服。", "identity-number", "error"),
        (
            "申请人李某（身份证号１１０１０５１９４９１２３１００２Ｘ）对答复不服。",
            "identity-number",
            "error",
        ),
        ("申请人李某（身份证号110105194912310021）对答复不服。", "", ""),
        ("申请人李某（身份证号110105 19491231 002X）对答复不服。", "identity-number", "error"),
        ("申请人李某（1101-0519-4912-3100-2x）对答复不服。", "identity-number", "error"),
        ("申请人李某（110105\u00a019491231·002X）对答复不服。", "identity-number", "error"),
        ("申请人李某（1101051949\n1231002X）对答复不服。", "identity-number", "error"),
        ("申请人李某（110105**19491231**002X）对答复不服。", "identity-number", "error"),
        ("申请人李某（110105&nbsp;19491231002X）对答复不服。", "identity-number", "error"),
        ("申请人李某（证号ID11010519491231002X）对答复不服。", "identity-number", "error"),
        ("申请人李某（110105********002X）对答复不服。", "", ""),
        ("申请人李某（110105 19491231 0021）对答复不服。", "", ""),
        ("申请人李某（身份证号码：110105 491231 002）对答复不服。", "identity-number", "error"),
        ("受理编号110105491231002的申请已办结。", "", ""),
        ("如需了解情况，可与李某联系（手机139·0000·0000）。", "mobile-number", "warning"),
        ("如需了解情况，可与李某联系（手机139 0000 0000）。", "mobile-number", "warning"),
        ("全年接待群众来访，统一社会信用代码11640105MB0123456X。", "", ""),
        ("全县财政支出13900000000元。", "", ""),
    ],
)
def test_the_number_of_a_person_is_found_and_not_repeated(
    project: Sandbox, text: str, id: str, severity: str
) -> None:
    """The first is a common example; one with another check digit is no number of a card."""
    project.write_section("other", text)
    found = [
        item
        for item in check(load_report("xixia-justice", 2017, project.params))
        if item.id in ("identity-number", "mobile-number")
    ]
    assert [(item.id, item.severity) for item in found] == [(id, severity)] * bool(id)
    assert not any("0000" in item.text("zh") or "1949" in item.text("zh") for item in found)


def test_the_number_of_an_identity_card_is_found_outside_the_narrative_too(
    project: Sandbox,
) -> None:
    """Here in a signature, in the remark of a figure and in what the page prints of the agency."""
    project.edit("2017.yaml", "head: ", "head: 11010519491231002X ")
    project.set_value("1.1", "346（11010519491231002X）")
    for key in ("short_name: ", "office: ", "address: ", "email: ", "website: ", "website_name: "):
        project.edit("agency.yaml", key, f"{key}11010519491231002X")
    found = check(load_report("xixia-justice", 2017, project.params))
    assert [it.severity for it in found if it.id == "identity-number"] == ["error"] * 8


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("2017.yaml", "head: ", "head: \ue863"),
        ("agency.yaml", "office: ", "office: 锟斤拷"),
        ("agency.yaml", "address: ", "address: \ue863"),
    ],
)
def test_letters_that_a_reader_s_font_lacks_are_found_wherever_they_are_printed(
    project: Sandbox, file: str, old: str, new: str
) -> None:
    """As old fonts have them for rare characters of names."""
    project.edit(file, old, new)
    found = check(load_report("xixia-justice", 2017, project.params))
    assert [item.id for item in found if item.id == "garbled-text"] == ["garbled-text"]
