"""The copy that people review: what was accepted, what changed, where each number comes from."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, Ran, Sandbox
from gongkai.checks import check_in_context
from gongkai.checks.accepted import entry_for
from gongkai.checks.findings import COMPARISONS, REQUIRED_VALUES, Finding
from gongkai.export.content import with_marks
from gongkai.export.pages import public_page, review_copy
from gongkai.forms.editions import edition_for
from gongkai.manifest import fingerprint_of, stated_fingerprint
from gongkai.messages import catalogue, rules
from gongkai.page.cells import Page
from gongkai.page.narrative import PartText
from gongkai.report import provenance
from gongkai.report.model import Report
from gongkai.report.reader import load_past, load_report
from gongkai.text.agency_names import Names
from gongkai.text.markdown import MarkdownText, Piece
from gongkai.text.placeholders import Fact, Figure, Share
from gongkai.text.sentence_diff import compared, split_sentences
from gongkai.text.templates import mark, split_marks

BREAKDOWN = """
accepted:
  - finding: breakdown-sum
    place: [proactive, 区政府门户网站公开信息的分类, 1.2.2]
    values: [163, 164]
    reason: 原稿如此，已核对
    by: 张三
"""

BARE = re.sub(r" {4}(?:place|values): .*\n", "", BREAKDOWN)


def public_text(report: Report, part: str) -> str:
    """Return a part's text as the public page has it."""
    return split_marks(PartText(report, part).marked()).html


def accept(project: Sandbox, text: str) -> int:
    """Write what is accepted at the end of the example's YAML; return the line of its first entry."""
    path = project.example / "2017.yaml"
    before = path.read_text("utf-8")
    path.write_text(before + text, "utf-8")
    return before.count("\n") + 3


def found(project: Sandbox) -> tuple[Finding, ...]:
    """Return what the checks find in the example."""
    report = load_report("xixia-justice", 2017, project.params)
    return check_in_context(report, load_past(report), Names({}))


def review_of(html: str) -> str:
    """Return HTML as the review copy has it."""
    return with_marks(*split_marks(html))


def opened(project: Sandbox, year: int = 2017) -> Page:
    """Return a page of the example, without a notebook."""
    report = load_report("xixia-justice", year, project.params)
    past = load_past(report)
    inputs = provenance.inputs(project.params, report.slug, year, Names({}))
    return Page(report, past, check_in_context(report, past, Names({})), inputs)


def soup(html: object) -> BeautifulSoup:
    """Return HTML to look into."""
    return BeautifulSoup(str(html), "html.parser")


# --- what was accepted ------------------------------------------------------------


def test_an_accepted_warning_no_longer_stops_a_strict_build(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """163 is not 164; somebody knows, and says why."""
    assert gongkai("build", "--strict").status == 1
    accept(project, BREAKDOWN)
    ran = gongkai("build", "--strict")
    assert ran.status == 0
    assert "(0 warnings, 2 notes" in ran.err
    row = json.loads(project.output(".json").read_text("utf-8"))["findings"][-1]
    assert (row["id"], row["severity"]) == ("breakdown-sum", "warning")
    assert row["accepted"] == {"reason": "原稿如此，已核对", "by": "张三"}
    assert "up to date" in gongkai("build", "--strict").err


@pytest.mark.parametrize("name", ["guide.md", "guide.zh-CN.md"])
def test_the_example_of_the_guide_is_accepted(project: Sandbox, name: str) -> None:
    """What is shown there works as it stands."""
    shown = re.search(
        r"```text\n(accepted:.*?)```", (ROOT / "docs" / name).read_text("utf-8"), re.DOTALL
    )
    assert shown is not None
    accept(project, shown[1])
    assert [item.id for item in found(project) if item.accepted] == ["breakdown-sum"]


def test_what_was_accepted_stands_in_a_group_of_its_own_with_reason_and_name(
    project: Sandbox,
) -> None:
    """It is moved, and never hidden."""
    accept(project, BREAKDOWN)
    page = soup(opened(project).findings().html)
    assert page.select_one(".tally").get_text() == "错误0项，警告0项，提示2项；已认可1项。"  # type: ignore[union-attr]
    groups = [[item["class"] for item in group.find_all("li")] for group in page.find_all("ol")]
    assert groups == [[["note"], ["note"]], [["accepted"]]]
    moved = page.select_one("h3#accepted + ol")
    assert moved is not None
    assert "原稿如此，已核对（张三）" in moved.get_text()
    assert "※3 警告" in moved.get_text()


def test_the_category_put_right_makes_the_acceptance_a_finding(project: Sandbox) -> None:
    """With 109 the parts make 164: nothing is left to accept, and the entry must go."""
    line = accept(project, BREAKDOWN)
    project.edit("2017.yaml", "部门动态: 108", "部门动态: 109")
    first = found(project)[0]
    assert (first.severity, first.id) == ("warning", "accepted-obsolete")
    assert first.problem.where.endswith(f"2017.yaml:{line}")
    assert first.text("en") == (
        "breakdown-sum is accepted here, but is no longer found; remove the entry"
    )
    assert first.text("zh") == "这里认可的breakdown-sum已不再出现，请删去这一条"


def test_what_is_accepted_twice_is_accepted_once(project: Sandbox) -> None:
    """The second entry has nothing left to accept: whose reason counts would be a guess."""
    again = BREAKDOWN.partition("accepted:\n")[2].replace("张三", "李四")
    line = accept(project, BREAKDOWN + again) + 5
    items = found(project)
    assert [item.accepted.by for item in items if item.accepted] == ["张三"]
    assert [item.problem.line for item in items if item.id.startswith("accepted-")] == [line]


def test_check_marks_what_was_accepted_in_each_format(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """For a person, for a program, for GitHub; it is counted apart."""
    accept(project, BREAKDOWN)
    ran = gongkai("check")
    assert ran.lines[-1] == (
        "params/xixia-justice/2017.yaml:30: warning: “区政府门户网站公开信息的分类”: the parts add "
        "up to 163, but the total 1.2.2 is 164 (accepted by 张三: 原稿如此，已核对) [breakdown-sum]"
    )
    assert ran.err.splitlines() == [
        "1 report: 0 errors, 0 warnings, 2 notes, 0 unreadable",
        "accepted: 1",
    ]
    row = json.loads(gongkai("check", "--format", "json").lines[-1])
    assert row["accepted"] == {"reason": "原稿如此，已核对", "by": "张三"}
    assert row["values"] == ["163", "164"]
    github = gongkai("check", "--format", "github").lines[-1]
    assert github.startswith("::notice file=params/xixia-justice/2017.yaml,line=30,")
    assert github.endswith("(accepted by 张三: 原稿如此，已核对)")


def test_other_values_are_another_finding(project: Sandbox) -> None:
    """Who accepted 163 did not accept 162."""
    accept(project, BREAKDOWN)
    assert [item.id for item in found(project) if item.accepted] == ["breakdown-sum"]
    project.edit("2017.yaml", "部门动态: 108", "部门动态: 107")
    items = found(project)
    assert not any(item.accepted for item in items)
    assert [item.text("en") for item in items if item.id == "accepted-elsewhere"] == [
        "breakdown-sum is accepted here, but is no longer found in this place or with these "
        'values; found now: {place: ["proactive", "区政府门户网站公开信息的分类", "1.2.2"], '
        'values: ["162", "164"]}'
    ]


TWO = "微信公众号公开信息100条。\n\n门户网站公开信息150条。"


QUOTED = "微信公众号公开信息100条"


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (f"place: [other, {QUOTED}, 1.2.4]\n    values: [100, 114]", ""),
        (f"place: [{QUOTED}, other, 1.2.4]\n    values: [100, 114]", ""),
        ("place:", "accepted-several"),
        ("place: other", "accepted-several"),
        ("values: [100, 114]", "accepted-values"),
        ("place: other\n    values: [100, 114]", "accepted-values"),
        (f"place: {QUOTED}\n    values: [100, 114]", "accepted-values"),
        (f"place: [other, {QUOTED}, 1.2.4]", "accepted-values"),
        ("place: [other, 公开信息100条, 1.2.4]\n    values: [100, 114]", "accepted-elsewhere"),
        (f"place: [overview, {QUOTED}, 1.2.4]\n    values: [100, 114]", "accepted-elsewhere"),
    ],
)
def test_an_entry_states_all_that_was_seen_or_says_what_it_lacks(
    project: Sandbox, stated: str, said: str
) -> None:
    """Part, words, code and values; the finding about an entry that says less shows the rest."""
    project.write_section("other", TWO)
    entry = BARE.replace("breakdown-sum", "narrative-contradicts-table")
    accept(project, entry.replace("    reason", f"    {stated}\n    reason"))
    items = found(project)
    accepted = [item.problem.details["quote"] for item in items if item.accepted]
    assert accepted == ([] if said else [QUOTED])
    about = [item for item in items if item.id.startswith("accepted-")]
    assert [item.id for item in about] == ([said] if said else [])
    for item in about:
        whole = f'{{place: ["other", "{QUOTED}", "1.2.4"], values: ["100", "114"]}}'
        assert whole in item.text("zh"), item


# What an entry is written for, and the same words or numbers in another place, as texts of parts,
# figures, and words replaced in the YAML.
ELSEWHERE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "narrative-contradicts-table": (
        {"problems": "微信公众号公开信息100条。"},
        {"1.2.3": "114", "problems": "政务微博公开信息100条。"},
    ),
    "placeholder": (
        {"problems": "由XX负责。"},
        {"problems": "没有其他事项。", "proposals": "由XX负责。"},
    ),
    "breakdown-sum": ({}, {"title: 区政府门户网站": "title: 门户网站"}),
    "channel-not-in-narrative": ({}, {"1.2.5": "0", "1.2.3": "68"}),
}


def _change(project: Sandbox, changes: dict[str, str]) -> None:
    for what, new in changes.items():
        if what in ("problems", "proposals"):
            project.write_section(what, new)
        elif what[0].isdigit():
            project.set_value(what, new)
        else:
            project.edit("2017.yaml", what, new)


def _accept_all(project: Sandbox, kind: str) -> None:
    """Accept each finding of a kind, as the review copy proposes it."""
    items = found(project)
    entries = (entry_for(item, items) for item in items if item.id == kind)
    filled = "\n".join(entries).replace("reason:", "reason: 已核对").replace("by:", "by: 张三")
    accept(project, f"\naccepted:\n{filled}\n")


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_what_is_accepted_in_one_place_is_not_accepted_in_another(
    project: Sandbox, kind: str
) -> None:
    """The same numbers for another figure, the same words in another part, another breakdown."""
    before, after = ELSEWHERE[kind]
    _change(project, before)
    _accept_all(project, kind)
    assert {bool(item.accepted) for item in found(project) if item.id == kind} == {True}
    _change(project, after)
    items = found(project)
    assert {bool(item.accepted) for item in items if item.id == kind} == {False}
    assert "accepted-elsewhere" in {item.id for item in items}


# Findings that cannot be accepted: errors, and what is wrong with an acceptance.
NEVER_ACCEPTED = {
    "draft",
    "unsigned-sum",
    *(f"accepted-{why}" for why in ("obsolete", "elsewhere", "values", "several", "error")),
}


def test_each_kind_of_finding_quotes_words_or_has_values_to_accept() -> None:
    """Without either, an entry would accept whatever is found by that name later."""
    said = catalogue("en")
    kinds = {name.removeprefix("rule-") for name in said if name.startswith("rule-")} & said.keys()
    quoting = {kind for kind in kinds if re.search(r"\{(?:quote|heading|title)\b", said[kind])}
    known = (
        quoting | {"leftover-agency"} | COMPARISONS.keys() | REQUIRED_VALUES.keys() | NEVER_ACCEPTED
    )
    assert kinds - known == set()
    assert kinds >= NEVER_ACCEPTED


def _with_last_year(project: Sandbox, suffix: str, text: str) -> None:
    """Give the example a file of the year before."""
    (project.example / f"2016{suffix}").write_text(text, "utf-8")


def _damage_source(project: Sandbox, *rows: str) -> None:
    """Give the example the source file of an import, with these rows."""
    text = "\n".join(["# 2017.docx", "", "cells:", *rows, "", "doubts:", ""])
    (project.example / "2017.source.yaml").write_text(text, "utf-8")


# Findings that quote no words: what somebody accepts, and what comes after it.
CHANGED: dict[str, tuple[Callable[[Sandbox], object], Callable[[Sandbox], object]]] = {
    "previous-unreadable": (
        lambda project: _with_last_year(project, ".csv", "code,label,unit,value\n1.1,,,一百\n"),
        lambda project: _with_last_year(project, ".yaml", "<<<<<<< HEAD\n"),
    ),
    "source-damaged": (
        lambda project: _damage_source(project, "  1.1: {", '  1.2: {"place": "table 1"}'),
        lambda project: _damage_source(project, "  1.1: {", "  1.2: {"),
    ),
    "other-period": (
        lambda project: project.edit("2017.yaml", "from: 2017-01-01,", "from: 2016-12-01,"),
        lambda project: project.edit("2017.yaml", "from: 2016-12-01,", "from: 2016-01-01,"),
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_an_entry_that_quotes_no_words_accepts_what_was_seen_and_nothing_else(
    project: Sandbox, name: str
) -> None:
    """Neither another file or reason, nor further damage, nor another day."""
    before, after = CHANGED[name]
    before(project)
    items = found(project)
    for item in items:
        if item.id == name:
            entry = (
                entry_for(item, items)
                .replace("reason:", "reason: 已核对")
                .replace("by:", "by: 张三")
            )
            assert "values:" in entry
            listed = (
                ""
                if "\naccepted:" in (project.example / "2017.yaml").read_text("utf-8")
                else "\naccepted:\n"
            )
            accept(project, f"{listed}{entry}\n")
    assert {bool(item.accepted) for item in found(project) if item.id == name} == {True}
    after(project)
    assert not all(item.accepted for item in found(project) if item.id == name)


def test_every_entry_that_is_proposed_says_what_was_seen(project: Sandbox) -> None:
    """Words, or values; only a finding that has neither is named by its kind alone."""
    project.write_section(
        "other", "与西夏区民政局会签。全年公开信息XX条。微信公众号公开信息100条。"
    )
    report = load_report("xixia-justice", 2017, project.params)
    items = check_in_context(report, load_past(report), Names({"a": ("西夏区民政局",)}))
    entries = [entry_for(item, items) for item in items if item.severity != "error"]
    assert len(entries) > 3
    assert all("place:" in entry or "values:" in entry for entry in entries if entry), entries


def test_an_error_is_mended_and_not_accepted(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """The public page of a table that does not add up is not to be had with a signature."""
    project.set_value("8.3.2", "3")
    accept(project, BARE.replace("breakdown-sum", "identity-sum"))
    assert gongkai("build").status == 1
    assert not project.output(".html").exists()
    assert [item.text("en") for item in found(project) if item.id == "accepted-error"] == [
        "identity-sum is an error and cannot be accepted; fix it"
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("finding: breakdown-sum", "finding: breakdown-sums", "there is no kind of finding breakdown-sums; did you mean breakdown-sum?"),
        ("finding: breakdown-sum", "finding: 全部", "there is no kind of finding 全部"),
        ("reason: 原稿如此，已核对", "reason: ' '", "accepted.0.reason: must not be blank"),
        ("by: 张三", "by:", "accepted.0.by: must not be blank"),
        ("reason: 原稿如此，已核对", "reason: ……", "accepted.0.reason: “……” explains nothing; write it out in words"),
        ("reason: 原稿如此，已核对", "reason: 待核实", "accepted.0.reason: “待核实” explains nothing"),
        ("by: 张三", "by: 某某某", "accepted.0.by: “某某某” explains nothing"),
        ("by: 张三", "bye: 张三", "unknown key accepted.0.bye; did you mean by?"),
        ("    reason: 原稿如此，已核对\n", "", "the key accepted.0.reason is missing"),
    ],
)  # fmt: skip
def test_an_acceptance_that_says_too_little_is_refused_with_its_line(
    project: Sandbox, gongkai: Callable[..., Ran], old: str, new: str, sentence: str
) -> None:
    """Nobody accepts anything without a reason and a name."""
    line = accept(project, BREAKDOWN.replace(old, new))
    printed = gongkai("check")
    assert printed.status == 1
    assert any(sentence in text for text in printed.lines), printed.lines
    assert all(
        line <= int(text.split(":")[1]) <= line + 4 for text in printed.lines if sentence in text
    )


def test_each_kind_of_finding_has_a_rule_and_its_two_sides() -> None:
    """A reviewer reads what was expected, not only what is wrong."""
    code = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "kit" / "gongkai").glob("checks/*.py")
    )
    used = {name for name in catalogue("en") if f'"{name}"' in code}
    of_files = {"accepted-unknown", "accepted-meant"}  # what is wrong in a file is no finding
    of_files |= {
        "local-kinds",
        "local-twice",
        "local-part",
        "local-code",
        "local-file-name",
        "local-folder",
        "local-place",
    }
    of_files |= {"local-bounds", "local-agencies", "file-missing"}
    of_files.add("rollup-from")  # a clause of findings
    assert used - of_files <= set(rules())
    for kind in COMPARISONS:
        assert {f"left-{kind}", f"right-{kind}"} <= set(catalogue("en"))


# --- marks ------------------------------------------------------------------------


def test_the_review_copy_is_the_public_page_with_marks_put_in(built: Sandbox) -> None:
    """What is reviewed is what is published, to the letter."""
    notebook = json.loads(built.output(".ipynb").read_text("utf-8"))
    review = built.output(".review.html").read_text("utf-8")
    public = built.output(".html").read_text("utf-8")
    marked = 0
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            html = "".join(output["data"].get("text/html", ""))
            marks = output["metadata"].get("gongkai", {}).get("marks", [])
            if not marks:
                continue
            marked += 1
            rest = review[review.index(html[: marks[0][0]]) :]
            for start, (place, text) in zip([0, *(item[0] for item in marks)], marks, strict=False):
                assert rest.startswith(html[start:place] + text)
                rest = rest[place - start + len(text) :]
            assert html in public
    assert marked >= 5
    assert "review-mark" not in review + public
    for sign in ('class="from', 'class="tip"', 'class="mark', "※"):
        assert sign not in public
        assert sign in review


def test_a_number_says_where_it_comes_from(project: Sandbox) -> None:
    """From the table with its code and name, from a fact, as a share, or from somebody's hand."""
    project.set_value("3.1", "8")
    project.set_value("3.1.1", "2")
    project.write_section(
        "other",
        '共{{ v("1.2.2", "1.2.4") }}条，微信{{ v("1.2.4") }}条，关注{{ fact("wechat_followers") }}人，'
        '占{{ share("3.1.1", of="3.1") }}，另有25条、1,346件和12.5%，A4纸、5G和H5不是数。',
    )
    report = load_report("xixia-justice", 2017, project.params)
    text = PartText(report, "other")
    page = soup(review_of(text.marked()))
    assert [(tag["class"][1], tag.get("href"), tag.get_text("|")) for tag in page.select(".from")] == [
        ("figure", "#c-1.2.2", "278|政府网站 164 + 政务微信 114 |1.2.2 + 1.2.4"),
        ("figure", "#c-1.2.4", "114|政务微信 |1.2.4"),
        ("fact", None, "1429|年度参数里的事实 |wechat_followers 2017.yaml:21"),
        ("share", "#c-3.1.1", "25.00%|当面申请 2 ÷ 收到申请 8 |3.1.1 ÷ 3.1"),
        ("typed", None, "25|手写"),
        ("typed", None, "1,346|手写"),
        ("typed", None, "12.5%|手写"),
    ]  # fmt: skip
    assert text.origins == {Figure: 2, Fact: 1, Share: 1}
    assert [item.clause for item in text.typed] == [
        "另有25条",
        "1,346件和12.5%",
        "1,346件和12.5%",
    ]


def test_a_number_at_the_beginning_of_a_long_paragraph_keeps_its_clause(project: Sandbox) -> None:
    """In the list of typed numbers it is found by these words."""
    project.write_section("other", "另有25条，" + "其余为工作动态，" * 50)
    report = load_report("xixia-justice", 2017, project.params)
    assert [item.clause for item in PartText(report, "other").typed] == ["另有25条"]


def test_typed_numbers_are_listed_beside_the_figures_they_were_held_against(
    project: Sandbox,
) -> None:
    """What the checks could compare, and what only a person can."""
    project.write_section("other", TWO + "\n\n兼职人员2名，编印材料30份。")
    page = soup(opened(project).numbers().html)
    assert [item.get_text() for item in page.select(".legend li")][-1] == (
        "12 手写：6个，2个与统计表不一致，1个与统计表一致，3个须人工核对"
    )
    listed = [item.get_text() for item in page.select(".typed-list li")]
    assert [listed[:2], listed[4:]] == [
        [
            "微信公众号公开信息100条 与政务微信（114）不一致 1.2.4",
            "门户网站公开信息150条 与政府网站（164）不一致 1.2.2",
        ],
        ["兼职人员2名 与兼职人员一致 8.3.2", "编印材料30份"],
    ]
    marks = soup(review_of(opened(project)._text("other")))
    assert [str(mark.contents[0]) for mark in marks.select(".from.typed.differs")] == ["100", "150"]


def test_a_part_of_a_figure_is_not_said_to_agree_with_it(project: Sandbox) -> None:
    """One here and one there are the two of the table: no contradiction, and no equality."""
    project.write_section("other", "办公室配备1名兼职人员。窗口配备1名兼职人员。")
    page = soup(opened(project).numbers().html)
    listed = [item.get_text() for item in page.select(".typed-list li")]
    assert [item for item in listed if "兼职人员" in item] == [
        f"{place}配备1名兼职人员 不是兼职人员（2）的全部，未见矛盾 8.3.2"
        for place in ("办公室", "窗口")
    ]
    assert "一致" not in page.select(".legend li")[-1].get_text()


def test_a_number_that_was_compared_with_nothing_is_left_to_a_person(project: Sandbox) -> None:
    """Another year's, some months', a change: that one equals a figure says nothing."""
    apart = "2016年兼职人员2名。上半年兼职人员2名。兼职人员同比增加2名。2017年兼职人员2名。"
    project.write_section("other", apart)
    page = soup(opened(project).numbers().html)
    listed = [item.get_text() for item in page.select(".typed-list li")]
    agreeing = [item for item in listed if "兼职人员" in item and "一致" in item]
    assert agreeing == ["2017年兼职人员2名 与兼职人员一致 8.3.2"]


def test_a_share_of_a_number_of_the_text_is_left_to_a_person(project: Sandbox) -> None:
    """It was compared, but with no figure of the table whose name could stand beside it."""
    project.write_section("other", "征集意见50条，其中采纳20条，占40%。")
    page = soup(opened(project).numbers().html)
    listed = [item.get_text() for item in page.select(".typed-list li")]
    assert [item for item in listed if "40%" in item] == ["占40%"]


def test_a_typed_share_is_listed_beside_what_it_is_a_share_of(all_built: Path) -> None:
    """33.9 % of 805 it is not; 17.46 % of 1191 it is."""
    listed = []
    for year in (2019, 2025):
        html = (all_built / "shanghai-office" / f"{year}.review.html").read_text("utf-8")
        listed += [item.get_text() for item in soup(html).select(".typed-list li")]
    assert "占33.9% 占办结申请的比例（32.05%）不一致 3.3.7.total" in listed
    assert "17.46% 占办结申请的比例一致 3.3.7.total" in listed


HOSTILE = '"><script>alert(1)</script>'


def test_a_mark_shows_names_letter_by_letter(project: Sandbox) -> None:
    """The name of a fact is text, in a mark too."""
    name = HOSTILE.replace('"', "'")
    project.edit("2017.yaml", "  proposals: 1", f'  proposals: 1\n  "{name}": 7')
    project.write_section("other", f'值{{{{ fact("{name}") }}}}。')
    report = load_report("xixia-justice", 2017, project.params)
    html = PartText(report, "other").marked()
    assert "<script" not in html
    tip = soup(review_of(html)).select_one(".tip")
    assert tip is not None
    assert tip.get_text().startswith(f"年度参数里的事实 {name}")


def test_a_figure_inside_a_link_is_no_link_in_a_link(project: Sandbox) -> None:
    """Nor does a mark get into an address or a title."""
    text = '[共{{ v("1.1") }}条](https://a.cn/{{ v("1.1") }}?y=2017 "{{ v("1.1") }}条")'
    project.write_section("other", text)
    report = load_report("xixia-justice", 2017, project.params)
    public = '<p><a href="https://a.cn/346?y=2017" title="346条">共346条</a></p>'
    part = PartText(report, "other")
    assert public_text(report, "other").strip() == public
    assert len(soup(review_of(part.marked())).find_all("a")) == 1
    assert (part.origins, part.typed) == ({Figure: 1}, ())


def test_a_sign_of_our_own_in_a_text_is_no_sign(project: Sandbox) -> None:
    """Nobody can hide words from the public page that a reviewer sees, or the other way."""
    project.edit("2017.yaml", "proposals: 1", r'proposals: "\uFDD01\uFDD1"')
    project.write_section("other", '\ufdd0藏\ufdd1{{ fact("proposals") }}。')
    report = load_report("xixia-justice", 2017, project.params)
    assert public_text(report, "other").strip() == "<p>\ufffd藏\ufffd\ufffd1\ufffd。</p>"


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.text(alphabet="0123a%.,，。 *_`[]()#<>&;|-\n公开件年", max_size=12),
        min_size=1,
        max_size=4,
    )
)
def test_marks_change_no_letter_of_the_public_text(pieces: list[str]) -> None:
    """Whatever is written, the review copy without its marks is the public page."""
    values = ["", "12", "-5%", "a|b", "**"]
    filled = [Piece(values[number % 5], filled=True) for number in range(len(pieces))]
    text = MarkdownText(
        item for pair in zip(map(Piece, pieces), filled, strict=True) for item in pair
    )
    whole = "".join(piece.text for piece in text.pieces)
    assert all(whole[number.start : number.end] == number.text for number in text.numbers())
    tags = (mark("<i>"), mark("</i>"))
    marked = text.html(around=lambda _: tags, notes=[(0, mark("<b>1</b>"))])
    public, marks = split_marks(marked)
    assert public == text.html()
    assert with_marks(public, marks) == re.sub("</?review-mark>", "", marked)


def test_a_finding_and_its_place_lead_to_each_other(built: Sandbox) -> None:
    """There and back, for every finding and every mark."""
    page = soup(built.output(".review.html").read_text("utf-8"))
    for item in page.select("#findings li"):
        places = [str(link["href"])[1:] for link in item.select(".where a")]
        assert places
        assert all(page.find(id=place) for place in places)
    marks = [str(link["href"])[1:] for link in page.select("a.mark")]
    assert set(marks) == {"finding-1", "finding-2", "finding-3"}
    cell = page.select_one("tr#c-1\\.2\\.2 td.number")
    assert cell is not None
    assert cell.get_text() == "164※1※2"


def test_a_line_of_the_table_is_not_the_same_line_of_the_text(project: Sandbox) -> None:
    """What the CSV has on the line on which the YAML has a chart leads to its cells alone."""
    project.set_value("3.3.4.1", "2")  # line 30 has 3.3.4 there, and the breakdown here
    items = soup(opened(project).findings().html).select("#findings li")
    (item,) = (item for item in items if "2017.csv:30" in item.get_text())
    assert {str(link["href"])[:3] for link in item.select(".where a")} == {"#c-"}


def test_a_finding_marks_the_paragraph_that_it_is_about(project: Sandbox) -> None:
    """Not the first of its part, but the one with the sentence."""
    project.write_section("other", "没有。\n\n- 甲\n- 微信公众号公开信息100条。")
    fragment = opened(project).part(9)
    assert fragment is not None
    page = soup(review_of(fragment.html))
    item = page.select_one("#at-1") or page.select_one("#at-2")
    assert item is not None
    held = item.find_parent("li")
    assert held is not None
    assert held.get_text().startswith("微信公众号公开信息100")


def test_the_exporter_puts_marks_back_in_their_places() -> None:
    """By offset, the first first."""
    assert with_marks("<p>公开5条</p>", [(5, "<b>"), (6, "</b>")]) == "<p>公开<b>5</b>条</p>"


# --- what changed -----------------------------------------------------------------


def test_sentences_that_are_new_gone_or_reworded_are_told_apart() -> None:
    """A number is never cut in two, and what stands unchanged is counted."""
    before = "第一句没有变。公开信息114条，方便查阅。这一句今年没有了。"
    now = "第一句没有变。公开信息164条，方便查阅。另一件事是新近发生的！"
    assert [(item.kind, [tuple(piece) for piece in item.pieces]) for item in compared(before, now)] == [
        ("same", [("same", "第一句没有变。")]),
        ("reworded", [("same", "公开信息"), ("removed", "114"), ("new", "164"), ("same", "条，方便查阅。")]),
        ("removed", [("removed", "这一句今年没有了。")]),
        ("new", [("new", "另一件事是新近发生的！")]),
    ]  # fmt: skip


@settings(deadline=None)
@given(*[st.text(alphabet="甲乙丙。12\n", max_size=60)] * 2)
def test_a_comparison_holds_both_texts_whole(before: str, now: str) -> None:
    """Without the new it is last year's text, without the gone this year's."""
    pieces = [piece for passage in compared(before, now) for piece in passage.pieces]
    old = "".join(piece.text for piece in pieces if piece.kind != "new")
    new = "".join(piece.text for piece in pieces if piece.kind != "removed")
    assert sorted(old) == sorted("".join(split_sentences(before)))
    assert new == "".join(split_sentences(now))


def test_a_text_without_end_is_compared_to_its_end() -> None:
    """What somebody pasted must not stop the others' reports."""
    assert len(compared("甲。" * 40_000, "乙。" * 40_000)) == 80_000
    assert compared("甲" * 90_000 + "。", "甲" * 89_999 + "。")


def with_last_year(project: Sandbox, old: str, new: str) -> None:
    """Give the example a report of 2016 whose YAML differs in one place."""
    for suffix in (".yaml", ".csv"):
        shutil.copy(project.example / f"2017{suffix}", project.example / f"2016{suffix}")
    path = project.example / "2016.yaml"
    text = path.read_text("utf-8").replace("year: 2017", "year: 2016", 1)
    text = text.replace("2017-01-01", "2016-01-01").replace("2017-12-31", "2016-12-31")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_review_copy_says_what_changed_in_the_text(project: Sandbox) -> None:
    """With words for it, not by colour alone; parts without a change are named in one line."""
    with_last_year(project, "没有其他需要报告的事项", "没有需要另行报告的情况")
    page = soup(opened(project).changes().html)
    assert [tag.get_text() for tag in page.select("#wording h3")] == ["九、其他需要报告的事项"]
    changed = page.select_one(".passages")
    assert changed is not None
    assert changed.get_text(strip=True).startswith("改本年度没有增")
    assert changed.find_all("ins")
    assert changed.find_all("del")
    same = page.select_one("#wording p.same")
    assert same is not None
    assert same.get_text().startswith("与上一年一字不差的部分：一、总体工作情况；")
    figures = page.select_one("#changes p.same")
    assert figures is not None
    assert figures.get_text() == "全部9个数据与上一年相同。"


def test_without_a_report_of_last_year_it_is_said(project: Sandbox) -> None:
    """A reviewer knows that nothing was compared."""
    assert "没有可以比较的2016年报告。" in opened(project).changes().html


def test_parts_that_only_one_form_has_are_named(project: Sandbox) -> None:
    """2018 and 2019: two forms; what has no counterpart is not compared, and said."""
    for year in (2018, 2019):
        (project.example / f"{year}.yaml").write_text(
            json.dumps({"year": year, "sections": {"problems": f"{year}年的问题。"}}), "utf-8"
        )
        with (project.example / f"{year}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["code", "indicator", "unit", "value"])
            for code, cell in edition_for(year).cells.items():
                writer.writerow([code, cell.label, cell.unit, 0])
    page = soup(opened(project, 2019).changes().html)
    said = page.select_one("#wording > p")
    assert said is not None
    assert said.get_text() == (
        "两年的表式不同，只比较两种表式都有的部分；只有一年有的部分未作比较："
        "二、推进重点领域政府信息公开情况；五、政策解读情况；六、回应社会关切情况；"
        "七、人大代表建议和政协提案办理结果公开情况；四、政府信息公开行政复议、行政诉讼情况。"
    )
    assert "五、存在的主要问题及改进情况" in [tag.get_text() for tag in page.select("#wording h3")]


def test_the_review_copy_answers_in_the_order_of_a_reviewers_questions(built: Sandbox) -> None:
    """The title and a verdict, what is wrong, what changed, whose numbers, the report, who signs."""
    page = soup(built.output(".review.html").read_text("utf-8"))
    places = "h1, .verdict, #findings, #since, #numbers, .same-text, #provenance, #sign-off"
    assert [tag.get("id") or tag.name for tag in page.select(places)] == [
        "h1", "p", "findings", "since", "numbers", "p", "h1", "sign-off", "provenance",
    ]  # fmt: skip
    verdict = page.select_one(".verdict")
    assert verdict is not None
    assert verdict.get_text() == "有1项须处理"
    assert "请编制人逐项核对" in verdict.find_next_sibling("p").get_text()  # type: ignore[union-attr]
    links = [str(link["href"])[1:] for link in page.select(".questions a")]
    assert all(page.find(id=link) for link in links)


def page_of(notebook: Path) -> tuple[str, str]:
    """Return the fingerprint that a review copy asks to sign, and the public page."""
    executed = json.loads(notebook.read_text("utf-8"))
    signed = soup(review_copy(executed)).select_one("#sign-off .page-fingerprint")
    assert signed is not None
    return signed.get_text(), public_page(executed)


def test_what_is_signed_is_named_by_a_fingerprint_of_the_public_page(built: Sandbox) -> None:
    """The same digits on the lines to sign, in the page, in the manifest: and they fit its bytes."""
    signed, page = page_of(built.output(".ipynb"))
    assert re.fullmatch("([0-9a-f]{4} ){7}[0-9a-f]{4}", signed)
    digits = signed.replace(" ", "")
    assert page.encode() == built.output(".html").read_bytes()
    assert soup(page).select_one("meta[name=gongkai-fingerprint]")["content"] == digits  # type: ignore[index]
    assert json.loads(built.output(".json").read_text("utf-8"))["page"] == digits
    assert fingerprint_of(page) == stated_fingerprint(page) == digits
    assert fingerprint_of(page.replace("346", "347", 1)) != digits


def test_a_page_that_errors_forbid_has_a_verdict_and_a_fingerprint_too(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What will be signed once it is mended is another page."""
    project.set_value("8.3.2", "3")
    assert gongkai("build").status == 1
    review = soup(project.output(".review.html").read_text("utf-8"))
    verdict = review.select_one(".verdict.error")
    assert verdict is not None
    assert verdict.get_text().startswith("不能公开：有")
    before = json.loads(project.output(".json").read_text("utf-8"))["page"]
    project.set_value("8.3.2", "2")
    assert gongkai("build").status == 0
    assert json.loads(project.output(".json").read_text("utf-8"))["page"] != before


def test_a_report_without_a_warning_can_be_published(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What was accepted no longer has to be dealt with."""
    accept(project, BREAKDOWN)
    assert gongkai("build").status == 0
    review = soup(project.output(".review.html").read_text("utf-8"))
    assert review.select_one(".verdict.clear").get_text() == "可以公开"  # type: ignore[union-attr]


# --- numbers that are wrong -------------------------------------------------------


def test_a_number_that_is_wrong_is_a_link_to_its_finding(project: Sandbox) -> None:
    """With both values on it, the finding's number, and the finding beside it; once, not twice."""
    project.write_section("other", TWO)
    page = opened(project)
    marks = soup(review_of(page._text("other")))
    boxes = marks.select("a.from.typed.differs")
    findings = {str(box["href"]) for box in boxes}
    assert [str(box.contents[0]) for box in boxes] == ["100", "150"]
    assert [tip.get_text() for tip in marks.select(".differs .tip")] == [
        "正文100，表中114 1.2.4",
        "正文150，表中164 1.2.2",
    ]
    listed = soup(page.findings().html)
    assert all(listed.select_one(place) for place in findings)
    links = [link for link in listed.select(".where a") if link.get_text().startswith("九、")]
    places = [str(link["href"]) for link in links]
    assert all(marks.select_one(place) for place in places)
    assert len(places) == 2
    assert not marks.select("a.mark")
    assert [note.get_text() for note in marks.select(".margin-note[aria-hidden]")] == [
        f"※{place[-1]} 警告 {said}"
        for place, said in zip(places, ("正文100，表中114", "正文150，表中164"), strict=True)
    ]


def test_the_keyboard_reaches_each_number_that_says_where_it_is_from(all_built: Path) -> None:
    """A link or a stop of its own, but for one that stands in a link already."""
    for review in all_built.glob("*/*.review.html"):
        page = soup(review.read_text("utf-8"))
        marked = [tag for tag in page.select(".from") if not tag.find_parent(class_="legend")]
        assert marked
        for number in marked:
            assert number.name == "a" or number.get("tabindex") == "0" or number.find_parent("a")


def test_what_is_named_has_its_name_first_and_its_code_behind(project: Sandbox) -> None:
    """A reviewer need not know the codes; a name that stands there already is not said twice."""
    found = {finding.id: text for finding, text in said_of(opened(project))}
    assert found["channels-do-not-overlap"].startswith(
        "主动公开政府信息 1.1（346）恰好等于政府公报 1.2.1 + 政府网站 1.2.2 + "
    )
    assert found["channel-not-in-narrative"].startswith("其他方式（1.2.5）表中有68条")


def said_of(page: Page) -> list[tuple[Finding, str]]:
    """Return each finding of a page with its sentence as it is read."""
    places = page._places
    return [(item, soup(places.said(item)).get_text()) for _, item in places.numbered]


# --- an entry to copy -------------------------------------------------------------


def test_the_entry_below_a_finding_accepts_it_and_no_other(project: Sandbox) -> None:
    """Copied into the year's file, with a reason and a name, one after the other."""
    project.write_section("other", TWO + "\n\n由某某负责。")
    project.set_value("6", "/")
    count = len([item for item in found(project) if item.severity != "error"])
    for number in range(count):
        items = found(project)
        item = next(item for item in items if item.severity != "error" and not item.accepted)
        entry = entry_for(item, items)
        filled = entry.replace("reason:", "reason: 已核对").replace("by:", "by: 张三")
        accept(project, ("\naccepted:\n" if not number else "\n") + filled + "\n")
        accepted = [finding for finding in found(project) if finding.accepted]
        assert len(accepted) == number + 1, entry
        assert item.text() in [finding.text() for finding in accepted]


def test_an_entry_that_was_not_filled_in_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Copying is not accepting: it needs a reason and a name."""
    items = found(project)
    accept(project, f"\naccepted:\n{entry_for(items[0], items)}\n")
    printed = gongkai("check")
    assert printed.status == 1
    assert "accepted.0.reason: must not be blank" in printed.out


def test_an_error_has_no_entry(project: Sandbox) -> None:
    """It is mended."""
    project.set_value("8.3.2", "3")
    items = found(project)
    errors = [item for item in items if item.severity == "error"]
    assert errors
    assert {entry_for(item, items) for item in errors} == {""}


# --- what else is said ------------------------------------------------------------


def test_another_blank_is_another_finding(project: Sandbox) -> None:
    """One in the place of one: the number of blanks is the same."""
    project.set_value("6", "/")
    entry = BARE.replace("breakdown-sum", "blank-cells")
    accept(project, entry.replace("    reason", "    values: ['6']\n    reason"))
    assert [item.id for item in found(project) if item.accepted] == ["blank-cells"]
    project.set_value("6", "0")
    project.set_value("9.1", "")
    assert not any(item.accepted for item in found(project))


def test_a_blank_more_is_another_finding(project: Sandbox) -> None:
    """Who let two cells stand did not let a third one, or another: an entry says which they were."""
    project.set_value("6", "/")
    project.set_value("9.1", "")
    entry = BARE.replace("breakdown-sum", "blank-cells")
    before = (project.example / "2017.yaml").read_text("utf-8")
    accept(project, entry)
    assert not any(item.accepted for item in found(project))
    (project.example / "2017.yaml").write_text(before, "utf-8")
    accept(project, entry.replace("    reason", "    values: ['6', '9.1']\n    reason"))
    assert [item.id for item in found(project) if item.accepted] == ["blank-cells"]
    project.set_value("9.2", "")
    items = found(project)
    assert not any(item.accepted for item in items)
    assert [item.text("en") for item in items if item.id == "accepted-elsewhere"] == [
        "blank-cells is accepted here, but is no longer found in this place or with these values; "
        'found now: {values: ["6", "9.1", "9.2"]}'
    ]
    project.edit("2017.yaml", "    values: ['6', '9.1']\n", "")
    assert [item.text("en") for item in found(project) if item.id == "accepted-values"] == [
        "blank-cells is accepted here without all that was seen; state it in full, so that another "
        'one is not accepted too: {values: ["6", "9.1", "9.2"]}'
    ]


def test_findings_that_say_the_same_are_accepted_as_one(project: Sandbox) -> None:
    """And two agencies that a part names are told apart by their names."""
    project.write_section(
        "other", "由某某负责。\n\n某某另有说明。与西夏区民政局、西夏区财政局会签。"
    )
    entry = BARE.replace("breakdown-sum", "placeholder")
    other = BARE.replace("breakdown-sum", "leftover-agency").replace("accepted:\n", "")
    entry = entry.replace("    reason", "    place: [other, 某某]\n    reason")
    accept(
        project, entry + other.replace("    reason", "    place: [other, 西夏区财政局]\n    reason")
    )
    names = Names({"a": ("西夏区民政局",), "b": ("西夏区财政局",)})
    report = load_report("xixia-justice", 2017, project.params)
    items = check_in_context(report, load_past(report), names)
    assert [item.id for item in items if item.accepted] == [
        "placeholder",
        "placeholder",
        "leftover-agency",
    ]
    standing = [
        item.text("zh") for item in items if item.id == "leftover-agency" and not item.accepted
    ]
    assert standing == ["正文出现了另一机关的名称：西夏区民政局"]


def test_the_links_beside_headings_are_called_by_the_heading_alone(built: Sandbox) -> None:
    """A mark in a heading gets into no attribute."""
    page = soup(built.output(".review.html").read_text("utf-8"))
    names = [str(link["aria-label"]) for link in page.select("a.anchor")]
    assert "“三、主动公开政府信息的情况”的链接" in names
    assert "的链接" not in page.get_text()
