"""Rules of a city or province in `rules/*.yaml`: what a report does not keep is a finding."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from conftest import Ran, Sandbox
from gongkai.forms.editions import editions

Gongkai = Callable[..., Ran]
HEAD = "source: 某市年度报告编制要求\nrules:\n"


def write(project: Sandbox, rules: str, name: str = "city.yaml") -> None:
    folder = project.folder / "rules"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(HEAD + rules, "utf-8")


def found(gongkai: Gongkai, *words: str) -> list[str]:
    """Return the findings of local rules, from the message on."""
    lines = gongkai("check", *words).lines
    return [line.split(": ", 1)[1] for line in lines if "[local-" in line]


def test_a_rule_says_how_long_a_text_is_what_it_says_and_in_which_order(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """Each finding names the rule and the document; what is kept says nothing."""
    project.write_section(
        "overview", '门户网站公开信息{{ v("1.2.2") }}条，其后是平台建设，再后是主动公开。'
    )
    write(
        project,
        """  - {name: 字数, article: 第三条, part: overview, characters: {least: 300, most: 800}}
  - {name: 不长, part: overview, characters: {most: 20}}
  - {name: 长短合适, part: overview, characters: {least: 5, most: 800}}
  - {name: 数字, part: overview, numbers: ["1.2.2", "1.1", "3.1"]}
  - {name: 顺序, severity: note, part: overview, order: [主动公开, 依申请公开, 平台建设]}
  - {name: 数字齐全, part: overview, numbers: ["1.2.2"]}
  - {name: 顺序无误, part: overview, order: [门户网站, 平台建设, 主动公开]}
  - {name: 期限, signed_by: 01-03}
  - {name: 不早于落款, signed_by: 12-31}
""",
    )
    source = "某市年度报告编制要求"
    assert found(gongkai) == [
        f"warning: 29 characters; at least 300 are required (rule “字数”: {source}，第三条) [local-too-short]",
        f"warning: 29 characters; at most 20 are allowed (rule “不长”: {source}) [local-too-long]",
        "warning: not mentioned: 主动公开政府信息 1.1 = 346, 收到申请 3.1 = 0 "
        f"(rule “数字”: {source}) [local-number]",
        f"warning: signed on 2018-01-04; required by 2018-01-03 (rule “期限”: {source}) [local-late]",
        f"note: the text does not mention 依申请公开 (rule “顺序”: {source}) [local-missing]",
        "note: the text has 平台建设, 主动公开 in this order; the required order is 主动公开, 依申请公开, 平台建设 "
        f"(rule “顺序”: {source}) [local-order]",
    ]


def test_a_rule_limits_what_is_repeated_from_last_year(project: Sandbox, gongkai: Gongkai) -> None:
    """Word for word, in per cent of the text."""
    for name in ("2018.yaml", "2018.csv"):
        text = (project.example / name.replace("2018", "2017")).read_text("utf-8")
        (project.example / name).write_text(text.replace("year: 2017", "year: 2018"), "utf-8")
    write(project, "  - {name: 新写, repeated_at_most: 50}\n")
    assert found(gongkai, "2017") == []
    (said,) = found(gongkai, "2018")
    assert said.startswith("warning: 100% of the text is last year’s word for word; at most 50%")


@pytest.mark.parametrize(
    ("limit", "count"),
    [
        ("first_year: 2018", 0),
        ("last_year: 2016", 0),
        ("agencies: [another]", 0),
        ("part: disputes", 0),  # a part of another edition
        ("first_year: 2017, last_year: 2017, agencies: [xixia-justice], part: overview", 1),
    ],
)
def test_a_rule_holds_for_its_years_agencies_and_parts(
    project: Sandbox, gongkai: Gongkai, limit: str, count: int
) -> None:
    """Where nothing is said, for all."""
    write(project, f"  - {{name: x, characters: {{least: 9999}}, {limit}}}\n")
    assert len(found(gongkai)) == count


def test_a_rule_may_name_a_part_of_a_form_of_the_project(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """A part that no official edition has is known to check and build."""
    text = editions()["2021"].read_text("utf-8").replace("2021\n", "2099\n")
    forms = project.folder / "forms"
    forms.mkdir()
    (forms / "2099.yaml").write_text(text.replace("- id: problems\n", "- id: plans\n"), "utf-8")
    write(project, "  - {name: 字数, part: plans, characters: {least: 9}}\n")
    for command in ("check", "build"):
        assert gongkai(command, "--forms", "forms").status == 0


def test_everything_that_is_wrong_with_rules_is_said_at_once(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """Every file, with its lines; no report is checked, and none is built."""
    write(
        project,
        """  - {name: nothing}
  - {name: two, order: [a], signed_by: 01-31}
  - {name: two, part: nowhere, characters: {least: 3}}
  - name: code
    numbers: ["99.9"]
  - {name: text, characters: {}}
  - {name: long, characters: {least: 800, most: 300}}
  - {name: years, order: [a], first_year: 2024, last_year: 2020}
""",
    )
    write(project, "  - {name: x, signed_by: 31.1., severity: error}\n  - {nam: y}\n", "other.yaml")
    ran = gongkai("check")
    assert (ran.status, ran.out) == (1, "")
    said = [line.partition(": ")[0::2] for line in ran.err.splitlines()]
    assert [place for place, _ in said] == [
        "rules/city.yaml:3", "rules/city.yaml:4", "rules/city.yaml:5", "rules/city.yaml:5",
        "rules/city.yaml:7", "rules/city.yaml:8", "rules/city.yaml:9", "rules/city.yaml:10",
        "rules/other.yaml:3", "rules/other.yaml:3", "rules/other.yaml:4",
        "rules/other.yaml:4",
    ]  # fmt: skip
    assert said[0][1].startswith("the rule nothing must have exactly one of the keys")
    assert said[0][1].endswith("found: —")
    assert said[1][1].endswith("found: order, signed_by")
    assert said[2][1] == "the rule two appears twice"
    assert said[4][1] == "the code 99.9 is not a figure of any edition of the form"
    assert said[5][1].startswith("the rule text must have exactly")
    never = "no report could satisfy this rule"
    assert said[6][1] == f"long: least is 800, more than most, 300; {never}"
    assert said[7][1] == f"years: first_year is 2024, more than last_year, 2020; {never}"
    project.outputs.mkdir()
    for words in (("build",), ("verify",), ("site", "site")):
        again = gongkai(*words)
        assert (again.status, again.out, again.err) == (1, "", ran.err)
    assert not list(project.outputs.glob("xixia-justice/*"))
    assert not (project.folder / "site").exists()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "repeated_at_most: 150",
            "repeated_at_most: 150 is more than the maximum, 100",
        ),
        (
            "characters: {least: -1}",
            "characters.least: -1 is less than the minimum, 0",
        ),
        ("first_year: 24, order: [a]", "first_year: 24 is not a four-digit report year"),
    ],
)
def test_a_number_that_a_rule_cannot_have_is_refused_with_what_it_may_be(
    project: Sandbox, gongkai: Gongkai, rule: str, said: str
) -> None:
    """Only a year is called one."""
    write(project, f"  - {{name: x, {rule}}}\n")
    assert f"rules/city.yaml:3: rules.0.{said}" in gongkai("check").err


def test_a_rule_for_an_agency_that_is_not_here_is_said(project: Sandbox, gongkai: Gongkai) -> None:
    """It may be mistyped, or of another project: so it is said, and nothing fails."""
    agencies = "agencies: [xixia-justise, xixia-justice]"
    write(project, f"  - {{name: 字数, characters: {{least: 9}}, {agencies}}}\n")
    ran = gongkai("check")
    said = "字数: the rule names agencies that do not exist here, and has no effect for them: xixia-justise"
    assert (ran.status, ran.err.splitlines()[-1]) == (0, f"rules: {said}")


@pytest.mark.parametrize("name", ["xixia-sfj", "xixia-justice/", "./xixia-justice", "."])
def test_under_strict_a_rule_that_applies_to_no_agency_keeps_all_back(
    project: Sandbox, gongkai: Gongkai, name: str
) -> None:
    """The folder was renamed, or its path was typed: the rule would not stop its report."""
    write(project, f"  - {{name: 字数, characters: {{least: 9}}, agencies: ['{name}']}}\n")
    said = "rules: 字数: the rule names agencies that do not exist here, and has no effect for them"
    for command in ("check", "build"):
        ran = gongkai(command, "--strict", "xixia-justice")
        assert (ran.status, said in ran.err) == (1, True)
    assert not project.output(".html").exists()
    assert gongkai("check").status == 0


def test_rules_may_lie_behind_a_link(project: Sandbox, gongkai: Gongkai) -> None:
    """A city keeps them on a share for all of its bodies."""
    write(project, "  - {name: 不长, part: overview, characters: {most: 20}}\n")
    (project.folder / "rules").rename(project.folder / "share")
    (project.folder / "rules").symlink_to(project.folder / "share")
    assert [line.rpartition(" ")[2] for line in found(gongkai)] == ["[local-too-long]"]


@pytest.mark.parametrize("name", [".city.yml", "~$city.yaml.docx"])
def test_a_hidden_file_beside_the_rules_is_not_taken_for_one(
    project: Sandbox, gongkai: Gongkai, name: str
) -> None:
    """An editor leaves it there while the file is open."""
    path = project.folder / "rules" / name
    path.parent.mkdir(parents=True)
    path.write_text("", "utf-8")
    assert gongkai("check").status == 0


def test_a_link_to_rules_that_are_not_there_is_said(project: Sandbox, gongkai: Gongkai) -> None:
    """A share that is not mounted has dropped all rules."""
    (project.folder / "rules").symlink_to(project.folder / "share")
    for command in ("check", "build"):
        ran = gongkai(command)
        assert ran.status == 1
        assert "rules: there is no such file" in ran.err + ran.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("city.yml", "city.yml: the name of a file of rules must end in .yaml"),
        ("city.YAML", "city.YAML: the name of a file of rules must end in .yaml"),
        ("city.yaml.txt", "city.yaml.txt: the name of a file of rules must end in .yaml"),
        ("2025/city.yaml", "2025: rules are not read from subfolders"),
    ],
)
def test_a_file_of_rules_that_would_not_be_read_is_said(
    project: Sandbox, gongkai: Gongkai, name: str, said: str
) -> None:
    """Its rules would be skipped silently."""
    path = project.folder / "rules" / name
    path.parent.mkdir(parents=True)
    path.write_text("source: 某市通知\nrules: []\n", "utf-8")
    for command in ("check", "build"):
        ran = gongkai(command)
        assert ran.status != 0
        assert f"rules/{said}" in ran.err + ran.out


@pytest.mark.parametrize(
    "name", ["Rules/city.yaml", "rule/city.yaml", "rules.yaml", "params/rules/city.yaml"]
)
def test_rules_in_another_place_are_said_instead_of_left_out(
    project: Sandbox, gongkai: Gongkai, name: str
) -> None:
    """What they would stop does not become public, whatever their folder is called."""
    path = project.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "  - {name: 字数, characters: {least: 99999}}\n", "utf-8")
    for command in ("check", "build"):
        ran = gongkai(command)
        assert ran.status != 0
        assert "these rules are not read" in ran.err + ran.out
    assert not project.output(".html").exists()


@pytest.mark.parametrize("params", ["..", "../xixia-justice/..", "."])
def test_rules_are_found_however_the_folder_of_parameters_is_named(
    project: Sandbox, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch, params: str
) -> None:
    """Also from within it."""
    write(project, "  - {name: 字数, characters: {least: 99999}}\n")
    monkeypatch.chdir(project.params if params == "." else project.example)
    assert "local-too-short" in gongkai("check", "--params", params).out


def test_a_finding_of_a_rule_can_be_accepted_by_the_name_of_the_rule(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """As any other warning."""
    write(
        project,
        "  - {name: 字数, characters: {least: 99999}}\n  - {name: 总数, characters: {least: 88888}}\n",
    )
    path = project.example / "2017.yaml"
    rows = [json.loads(line) for line in gongkai("check", "--format", "json").lines]
    count, least = next(row["values"] for row in rows if row["id"] == "local-too-short")
    seen = f"place: 字数, values: ['{count}', '{least}']"
    entry = f"accepted:\n  - {{finding: local-too-short, {seen}, reason: 已请示, by: 张三}}\n"
    path.write_text(path.read_text("utf-8").replace("accepted: []\n", "") + entry, "utf-8")
    rows = [json.loads(line) for line in gongkai("check", "--format", "json").lines]
    accepted = {
        row["en"].partition("rule “")[2][:2]: row["accepted"]
        for row in rows
        if "local-" in row["id"]
    }
    assert accepted == {"字数": {"reason": "已请示", "by": "张三"}, "总数": None}
    rules = next((project.folder / "rules").glob("*.yaml"))
    rules.write_text(rules.read_text("utf-8").replace("99999", "99998"), "utf-8")
    rows = [json.loads(line) for line in gongkai("check", "--format", "json").lines]
    assert {row["accepted"] for row in rows if row["id"] == "local-too-short"} == {None}


def test_rules_are_inputs_of_the_reports_and_have_a_past(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """A changed rule makes them stale, changes them since a revision, and is read at it."""
    write(project, "  - {name: 字数, characters: {least: 3}}\n")
    for words in (
        ["init"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-m", "x"],
    ):
        subprocess.run(["git", *words], cwd=project.folder, check=True, capture_output=True)
    assert gongkai("build").status == 0
    assert gongkai("list").out == "xixia-justice/2017: fresh\n"
    assert (
        gongkai("check", "--since", "HEAD").err
        == "0 reports: 0 errors, 0 warnings, 0 notes, 0 unreadable\n"
    )
    write(project, "  - {name: 字数, characters: {least: 99999}}\n")
    assert gongkai("list").out == "xixia-justice/2017: stale: rules/city.yaml changed\n"
    lines = gongkai("check", "--since", "HEAD", "--format", "markdown").lines
    assert lines[0] == "## Annual reports: 1 new finding, 0 resolved, 0 accepted, 3 unchanged"
    diff = gongkai("diff", "HEAD:xixia-justice/2017", "xixia-justice/2017")
    assert "  findings: 1 new, 0 removed, 0 reworded, 3 unchanged" in diff.lines
