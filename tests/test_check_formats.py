"""`gongkai check` on a platform: formats, what changed since a revision, and how much is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import ROOT, Ran, Sandbox, make_signed_demo
from gongkai import checks
from gongkai.checks.findings import Context, Finding
from gongkai.forms.editions import FORMS
from gongkai.report.model import Report

Gongkai = Callable[..., Ran]
ACCEPTED = """accepted:
  - finding: breakdown-sum
    place: [proactive, 区政府门户网站公开信息的分类, 1.2.2]
    values: [163, 164]
    reason: 原稿如此
    by: 张三
"""


def git(folder: Path, *words: str) -> None:
    names = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(project: Sandbox) -> Sandbox:
    """The example in a git repository, as its branch main has it."""
    git(project.folder, "init", "--initial-branch", "main")
    git(project.folder, "add", ".")
    git(project.folder, "commit", "-m", "first")
    return project


def accept(project: Sandbox) -> None:
    """Accept the warning of the example in its YAML."""
    path = project.example / "2017.yaml"
    text = path.read_text("utf-8").replace("accepted: []\n", "")
    path.write_text(text + ACCEPTED, "utf-8")


# --- formats ----------------------------------------------------------------------


@pytest.mark.parametrize("style", ["json", "junit", "sarif", "gitlab"])
def test_what_programs_read_is_utf_8_where_people_read_another_encoding(
    project: Sandbox, style: str
) -> None:
    """As on a Chinese Windows, whose console has GBK."""
    assert "区政府门户网站公开信息的分类" in in_gbk(project, "check", "--format", style)


def test_a_comparison_for_programs_is_utf_8_too(project: Sandbox) -> None:
    shutil.copytree(project.example, project.params / "other")
    page = in_gbk(project, "diff", "xixia-justice/2017", "other/2017", "--format", "html")
    assert "没有任何不同" in page


def in_gbk(project: Sandbox, *words: str) -> str:
    """Return what a command prints in UTF-8 where Python writes GBK."""
    command = [sys.executable, "-m", "gongkai", *words]
    environment = {**os.environ, "PYTHONIOENCODING": "gbk"}
    ran = subprocess.run(
        command, cwd=project.folder, env=environment, stdout=subprocess.PIPE, check=False
    )
    return ran.stdout.decode("utf-8")


def test_strict_makes_warnings_a_failure_unless_they_are_accepted(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """In every format, as in a build."""
    assert gongkai("check").status == 0
    for style in ("text", "junit", "markdown"):
        assert gongkai("check", "--strict", "--format", style).status == 1
    accept(project)
    assert gongkai("check", "--strict").status == 0


@pytest.mark.parametrize("name", ["2017.XLSX", "2017.xlsm", "2017.ods"])
def test_a_workbook_of_any_kind_beside_the_parameters_is_said(
    project: Sandbox, gongkai: Gongkai, name: str
) -> None:
    """One that cannot be compared may say anything: `--strict` ends with 1."""
    accept(project)
    (project.example / name).write_bytes(b"damaged")
    said = f"params/xixia-justice/{name} is not read, and could not be compared"
    for options, status in (((), 0), (("--strict",), 1)):
        ran = gongkai("check", *options)
        assert (ran.status, said in ran.err) == (status, True)
    (project.example / "2017.csv").unlink()
    assert f"import --force params/xixia-justice/{name}" in gongkai("build").err


def test_junit_has_a_test_for_each_report_that_fails_where_the_command_does(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """What does not fail it stands there as output; what cannot be read is an error."""
    project.set_value("8.3.1", "7")
    shutil.copy(project.example / "2017.csv", project.example / "2018.csv")
    shutil.copytree(ROOT / "params" / "shuyang-ndrc", project.params / "shuyang-ndrc")
    ran = gongkai("check", "--format", "junit")
    assert ran.status == 1
    whole = ElementTree.fromstring(ran.out)  # noqa: S314 - ours
    assert whole.attrib == {"tests": "3", "failures": "1", "errors": "1"}
    cases = {f"{case.get('classname')}/{case.get('name')}": case for case in whole.iter("testcase")}
    assert cases.keys() == {"shuyang-ndrc/2023", "xixia-justice/2017", "xixia-justice/2018"}
    failure = cases["xixia-justice/2017"].find("failure")
    assert failure is not None
    assert (failure.text or "").startswith(
        "params/xixia-justice/2017.csv:53: error: 工作人员: 8.3 = 2"
    )
    assert "[breakdown-sum]" in (cases["xixia-justice/2017"].findtext("system-out") or "")
    assert cases["xixia-justice/2018"].find("error") is not None
    assert cases["shuyang-ndrc/2023"].find("failure") is None
    strict = ElementTree.fromstring(gongkai("check", "--strict", "--format", "junit").out)  # noqa: S314
    assert (strict.find(".//testcase[@name='2017']/failure").text or "").count("[") >= 2  # type: ignore[union-attr]


def test_junit_is_xml_whatever_a_folder_is_called(project: Sandbox, gongkai: Gongkai) -> None:
    """Its name is an attribute, and adds no element of its own."""
    names = ('a"><system-out>b', "c&d<e", "f\x1b[2J")
    for name in names:
        shutil.copytree(project.example, project.params / name)
    ran = gongkai("check", "--format", "junit")
    cases = ElementTree.fromstring(ran.out).iter("testcase")  # noqa: S314 - ours
    expected = {"xixia-justice", *names[:2], r"f\x1b[2J"}
    assert {case.get("classname") for case in cases} == expected


def test_junit_is_xml_whatever_folder_the_command_names(project: Sandbox, gongkai: Gongkai) -> None:
    """The options of the command belong to the commands that a line suggests, not to the XML."""
    project.params.rename("甲 & 乙")
    ran = gongkai("check", "--params", "甲 & 乙", "--format", "junit")
    suites = ElementTree.fromstring(ran.out)  # noqa: S314 - ours
    assert [suite.get("name") for suite in suites] == ["gongkai check"]


def test_sarif_has_each_finding_with_its_rule_and_place(project: Sandbox, gongkai: Gongkai) -> None:
    """What is accepted is suppressed, with the reason."""
    accept(project)
    log = json.loads(gongkai("check", "--format", "sarif").out)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({result["ruleId"] for result in run["results"]})
    assert all(rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        place = result["locations"][0]["physicalLocation"]
        assert (project.folder / place["artifactLocation"]["uri"]).is_file()
        assert place["region"]["startLine"] >= 1
    (accepted,) = (result for result in run["results"] if "suppressions" in result)
    assert accepted["ruleId"] == "breakdown-sum"
    assert accepted["suppressions"] == [{"kind": "external", "justification": "原稿如此"}]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("style", ["json", "github", "sarif", "gitlab", "junit", "markdown"])
def test_a_folder_s_name_that_is_not_utf_8_can_be_reported(
    project: Sandbox, gongkai: Gongkai, style: str
) -> None:
    """As an old archive unpacks it; in an address each of its bytes is escaped."""
    folder = project.params.rename(project.folder / os.fsdecode(b"\xd2\xf8"))
    ran = gongkai("check", "--params", str(folder), "--format", style)
    assert ran.status == 0
    if style == "sarif":
        [run] = json.loads(ran.out)["runs"]
        [place] = run["results"][0]["locations"]
        uri = place["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.partition("/xixia")[0].endswith("%D2%F8")


def test_gitlab_knows_a_finding_again_when_it_moves_to_another_line(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """Each fingerprint stands once; those of other values are others."""
    first = json.loads(gongkai("check", "--format", "gitlab").out)
    known = {issue["fingerprint"]: issue for issue in first}
    assert len(known) == len(first) == 3
    for issue in first:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "critical")
        assert issue["location"]["lines"]["begin"] >= 1
    yaml = project.example / "2017.yaml"
    yaml.write_text("# one line more\n" + yaml.read_text("utf-8"), "utf-8")
    moved = json.loads(gongkai("check", "--format", "gitlab").out)
    assert {issue["fingerprint"] for issue in moved} == known.keys()
    assert moved != first
    project.edit("2017.yaml", "parts:\n", "parts:\n      另一类: 5\n")
    other = json.loads(gongkai("check", "--format", "gitlab").out)
    assert len({issue["fingerprint"] for issue in other} & known.keys()) == 2


def test_annotations_are_at_most_ten_of_each_severity(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub shows no more; the tenth says how many there are of which kind."""
    monkeypatch.chdir(ROOT)
    lines = gongkai("check", "--format", "github").lines
    text = gongkai("check").lines
    for severity, command in (("warning", "::warning"), ("note", "::notice")):
        there = sum(f": {severity}: " in line for line in text)
        shown = [line for line in lines if line.startswith(command)]
        assert len(shown) == min(there, 10)
    more = [line for line in lines if line.startswith("::warning::")]
    assert len(more) == 1
    assert more[0].startswith("::warning::7 more; run gongkai check without")


def test_what_is_wrong_with_a_file_as_a_whole_is_shown_at_its_first_line(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """Platforms show nothing of what stands on no line."""
    (project.example / "2017.csv").unlink()
    (line,) = (line for line in gongkai("check", "--format", "github").lines if "csv" in line)
    assert line.startswith("::error file=params/xixia-justice/2017.csv,line=1,title=")
    (issue,) = json.loads(gongkai("check", "--format", "gitlab").out)
    assert issue["location"]["lines"] == {"begin": 1}


# --- since a revision -------------------------------------------------------------


def test_a_summary_says_what_is_new_resolved_accepted_and_unchanged(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """For whoever reviews the change, and nothing else."""
    ran = gongkai("check", "--since", "main", "--format", "markdown")
    assert (ran.status, ran.lines) == (
        0,
        [
            "## Annual reports: 0 new findings, 0 resolved, 0 accepted, 0 unchanged",
            "",
            "No report changed since main.",
        ],
    )
    committed.set_value("8.3.1", "7")
    committed.set_value("1.2.5", "0")
    accept(committed)
    ran = gongkai("check", "--since", "main", "--format", "markdown")
    assert ran.status == 1
    assert ran.lines[:3] == [
        "## Annual reports: 2 new findings, 2 resolved, 1 accepted, 0 unchanged",
        "",
        "1 report changed since main: `xixia-justice/2017`",
    ]
    sections = {line: ran.lines[n + 2] for n, line in enumerate(ran.lines) if line[:3] == "###"}
    assert sections["### New: 2"] == (
        "- ❌ error `params/xixia-justice/2017.csv:53`: 工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 9; "
        "they must be equal `identity-sum`"
    )
    assert "`channels-do-not-overlap`" in sections["### Resolved: 2"]
    assert "(accepted by 张三: 原稿如此) `breakdown-sum`" in sections["### Accepted: 1"]
    assert str(committed.folder) not in ran.out
    assert "gongkai-" not in ran.out  # the folder in which the revision was read


def test_a_report_that_cannot_be_read_on_one_side_has_no_findings_to_compare(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """What was found before is not resolved by a slip of typing, nor new once it is corrected."""
    words = ("check", "--since", "HEAD", "--format", "markdown")
    whole = (committed.example / "2017.csv").read_bytes()
    committed.set_value("8.3.1", "一百")
    ran = gongkai(*words)
    assert ran.lines[:5] == [
        "## Annual reports: 1 new finding, 0 resolved, 0 accepted, 0 unchanged",
        "",
        "1 report changed since HEAD: `xixia-justice/2017`",
        "",
        "1 report cannot be read, so it is unknown which earlier findings are resolved: `xixia-justice/2017`",
    ]
    git(committed.folder, "commit", "-am", "slip")
    (committed.example / "2017.csv").write_bytes(whole)
    ran = gongkai(*words)
    assert ran.lines[:5] == [
        "## Annual reports: 0 new findings, 1 resolved, 0 accepted, 0 unchanged",
        "",
        "1 report changed since HEAD: `xixia-justice/2017`",
        "",
        "1 report could not be read at HEAD, so it is unknown which findings are new: `xixia-justice/2017`",
    ]
    assert "<details><summary>Not compared: 3</summary>" in ran.lines
    committed.set_value("8.3.1", "二百")
    ran = gongkai(*words)
    assert ran.lines[0].startswith("## Annual reports: 1 new finding, 0 resolved, ")


def test_a_sum_is_said_to_be_out_of_date_by_a_change_below_it(
    county: Path, gongkai: Gongkai
) -> None:
    """And nothing else of it: what is wrong with it, the change has not made."""
    assert gongkai("rollup", "yunxiu-police", "2025").status == 0
    for words in (("init", "--initial-branch", "main"), ("add", "."), ("commit", "-m", "first")):
        git(county.parent, *words)
    table = county / "yunxiu-traffic" / "2025.csv"
    lines = table.read_text("utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("2.licences.decisions,"))
    lines[place] = lines[place].rpartition(",")[0] + ",7"
    table.write_text("\n".join(lines) + "\n", "utf-8")
    ran = gongkai("check", "--since", "main", "--format", "markdown")
    said = "1 report differs from what was added up (云岫县公安局交通警察大队); add up again: "
    assert (ran.status, ran.lines[2:]) == (
        0,
        [
            "2 reports changed since main: `yunxiu-traffic/2025`, `yunxiu-police-area/2025`",
            "",
            "### New: 1",
            "",
            "- ⚠️ warning `params/yunxiu-police-area/2025.rollup.yaml`: "
            f"{said}gongkai rollup yunxiu-police 2025 `rollup-outdated`",
        ],
    )
    assert said in gongkai("check", "yunxiu-police-area").out
    gongkai("rollup", "yunxiu-police", "2025")
    assert said not in gongkai("check", "yunxiu-police-area").out


def test_only_what_changed_and_what_depends_on_it_is_checked(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """A later year of the agency, and another agency whose text has a name that is new."""
    committed.write_section("overview", "与沭阳县发展和改革局一起公开。")
    for name in ("2018.yaml", "2018.csv"):
        text = (committed.example / name.replace("2018", "2017")).read_text("utf-8")
        (committed.example / name).write_text(text.replace("year: 2017", "year: 2018"), "utf-8")
    git(committed.folder, "add", ".")
    git(committed.folder, "commit", "-m", "second")

    def checked() -> list[str]:
        out = gongkai("check", "--since", "HEAD", "--format", "markdown").lines[2]
        return [word.strip("`") for word in out.partition(": ")[2].split(", ") if word]

    assert checked() == []
    committed.set_value("1.2.5", "67")
    assert checked() == ["xixia-justice/2017", "xixia-justice/2018"]
    git(committed.folder, "checkout", ".")
    with (committed.example / "2018.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert checked() == ["xixia-justice/2018"]
    git(committed.folder, "checkout", ".")
    shutil.copytree(ROOT / "params" / "shuyang-county", committed.params / "shuyang-county")
    assert checked() == ["shuyang-county/2025"]
    shutil.copytree(ROOT / "params" / "shuyang-ndrc", committed.params / "shuyang-ndrc")
    assert checked() == [
        "shuyang-county/2025",
        "shuyang-ndrc/2023",
        "xixia-justice/2017",
        "xixia-justice/2018",
    ]


def test_a_workbook_beside_the_figures_that_changed_is_compared(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """New figures that were not imported: the CSV is as it was, and is not what the clerk sent."""
    accept(committed)
    git(committed.folder, "add", ".")
    git(committed.folder, "commit", "-m", "accepted")
    words = ("check", "--strict", "--since", "HEAD")
    assert gongkai(*words).status == 0
    (committed.example / "2017.xlsx").write_bytes(b"damaged")
    for command in (words, ("build", "--strict")):
        ran = gongkai(*command)
        assert (ran.status, "2017.xlsx is not read" in ran.err) == (1, True)
    assert not committed.output(".html").exists()


@pytest.mark.parametrize("kept", [True, False], ids=["in git", "outside"])
def test_a_form_of_ones_own_that_changed_changes_its_reports(
    committed: Sandbox, gongkai: Gongkai, tmp_path_factory: pytest.TempPathFactory, kept: bool
) -> None:
    """As a build would call them stale. Where git does not have the forms, nothing is known."""
    forms = committed.folder / "own" if kept else tmp_path_factory.mktemp("own")
    forms.mkdir(exist_ok=True)
    form = forms / "2014x.yaml"
    text = (FORMS / "2014.yaml").read_text("utf-8").replace("edition: 2014", "edition: 2014x")
    form.write_text(text, "utf-8")
    committed.edit("2017.yaml", "year: 2017", "year: 2017\nedition: 2014x")
    git(committed.folder, "add", ".")
    git(committed.folder, "commit", "-m", "a form of our own")
    words = ("check", "--forms", str(forms), "--since", "HEAD")
    assert gongkai(*words).err.startswith("0 reports: ")
    stricter = '\nidentities:\n  - {left: ["1.1"], is: "=", right: ["1.2.1"], severity: error}'
    form.write_text(text.replace("\nidentities:", stricter, 1), "utf-8")
    assert gongkai("check", "--forms", str(forms)).status == 1
    assert gongkai(*words).status == kept
    lines = gongkai(*words, "--format", "markdown").lines
    if kept:
        assert lines[0] == "## Annual reports: 1 new finding, 0 resolved, 0 accepted, 3 unchanged"


def test_where_there_were_no_reports_yet_all_are_new(project: Sandbox, gongkai: Gongkai) -> None:
    """The first import into a repository that has only a README."""
    git(project.folder, "init", "--initial-branch", "main")
    git(project.folder, "commit", "--allow-empty", "-m", "first")
    ran = gongkai("check", "--since", "main", "--format", "markdown")
    assert ran.lines[0] == "## Annual reports: 3 new findings, 0 resolved, 0 accepted, 0 unchanged"


def test_reports_that_were_removed_are_named(committed: Sandbox, gongkai: Gongkai) -> None:
    """Nothing of them was resolved."""
    shutil.copytree(ROOT / "params" / "shuyang-ndrc", committed.params / "shuyang-ndrc")
    shutil.rmtree(committed.example)
    ran = gongkai("check", "--since", "main", "--format", "markdown")
    assert "1 report was removed: `xixia-justice/2017`" in ran.lines
    assert " 0 resolved" in ran.lines[0]


def test_of_many_findings_the_first_fifty_are_listed_and_all_are_counted(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """The comment of a platform holds no more; the rest are named by their kind."""
    wrong = "\n\n".join(f"门户网站公开信息{number}条。" for number in range(900, 960))
    committed.write_section("overview", wrong)
    lines = gongkai("check", "--since", "main", "--format", "markdown").lines
    assert lines[0].startswith("## Annual reports: 119 new findings,")
    assert "### New: 119" in lines
    assert "- and 69 more: `narrative-twice` 59, `narrative-contradicts-table` 10" in lines


def test_text_of_a_report_is_no_markup_in_a_summary(committed: Sandbox, gongkai: Gongkai) -> None:
    """No HTML, no picture, no link, no table, and nobody is called."""
    committed.write_section(
        "overview",
        "门户网站公开信息99条（@everyone，[x](http://x.cn)，<b>，![](y.png)，`a`，#1|2）。",
    )
    out = gongkai("check", "--since", "main", "--format", "markdown").out
    assert "@everyone" not in out
    assert "<b>" not in out
    assert "](http" not in out.replace("\\]", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "nowhere"), "there is no git revision nowhere"),
        (("--since", "--help"), "there is no git revision --help"),
        (("--since", ""), "there is no git revision “”"),
    ],
)
def test_a_revision_that_is_none_is_said(
    committed: Sandbox, gongkai: Gongkai, words: tuple[str, ...], said: str
) -> None:
    """It is no option of git either."""
    ran = gongkai("check", *words)
    assert (ran.status, ran.err) == (2, said + "\n")


def test_lines_that_end_otherwise_are_no_change_since_a_revision(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """As git checks them out on Windows."""
    for path in committed.example.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    ran = gongkai("check", "--since", "main", "--format", "markdown")
    assert ran.lines[2] == "No report changed since main."


def test_a_name_that_the_list_of_bodies_had_at_a_revision_counts_then(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """A body in the list and in a text is no news; taken off the list, it changes the report."""
    listed = committed.params / "bodies.yaml"
    own = "{key: xixia-justice, name: 银川市西夏区司法局}"
    listed.write_text(f"bodies: [{own}, {{key: other, name: 西夏区教育局}}]\n", "utf-8")
    path = committed.example / "2017.yaml"
    text = path.read_text("utf-8").replace("本年度没有其他需要", "西夏区教育局没有其他需要")
    path.write_text(text, "utf-8")
    git(committed.folder, "add", ".")
    git(committed.folder, "commit", "-m", "a list")
    since = ("check", "--since", "HEAD", "--format", "markdown")
    assert gongkai(*since).lines[2] == "No report changed since HEAD."
    listed.write_text(f"bodies: [{own}]\n", "utf-8")
    ran = gongkai(*since)
    assert ran.lines[2] == "1 report changed since HEAD: `xixia-justice/2017`"
    assert "### Resolved: 1" in ran.lines
    listed.write_text("bodies: [\n", "utf-8")
    git(committed.folder, "add", ".")
    git(committed.folder, "commit", "-m", "a broken list")
    listed.write_text(f"bodies: [{own}]\n", "utf-8")
    assert gongkai(*since).status == 0


def test_a_folder_that_was_copied_with_its_name_is_said(project: Sandbox, gongkai: Gongkai) -> None:
    """Its report would stand under the address of another body."""
    shutil.copytree(project.example, project.params / "xixia-civil")
    said = "银川市西夏区司法局 is the name of several agencies: xixia-civil, xixia-justice"
    for words in (
        ["check"],
        ["build"],
        ["check", "xixia-civil"],
        ["build", "--force", "xixia-civil"],
    ):
        assert said in gongkai(*words).err
    for word in ("check", "build"):
        ran = gongkai(word, "--strict", "xixia-civil")
        assert (ran.status, said in ran.err) == (1, True)
    assert "xixia-civil" not in gongkai("build", "--strict").out


@pytest.mark.parametrize(
    "other", ["西夏区\u3000人口局", "西夏区人口局\xa0", "西夏区\u2f08\u2f1d局"]
)
def test_a_name_in_another_spelling_is_the_same_name(
    project: Sandbox, gongkai: Gongkai, other: str
) -> None:
    """Readers, and those who look for the body, see one name."""
    shutil.copytree(project.example, project.params / "xixia-civil")
    for slug, called in (("xixia-civil", other), ("xixia-justice", "西夏区人口局")):
        path = project.params / slug / "agency.yaml"
        text = path.read_text("utf-8").replace("银川市西夏区司法局", f'"{called}"', 1)
        path.write_text(text, "utf-8")
    ran = gongkai("check", "--strict")
    assert "is the name of several agencies: xixia-civil, xixia-justice" in ran.err


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("西夏区人口局", "西夏区人口局"), "西夏区人口局 is the name"),
        (("西夏区第1局", "西夏区第１局"), "西夏区第"),
        ((None, "\u3000银川市西夏区司法局"), "银川市西夏区司法局 is the name"),
        (("西夏区人口局", "西夏区统计局"), ""),
    ],
)
def test_two_reports_of_a_year_with_one_name_are_said(
    project: Sandbox, gongkai: Gongkai, names: tuple[str | None, str], said: str
) -> None:
    """A folder was copied, agency.yaml was corrected, but not the name that the body had then."""
    shutil.copytree(project.example, project.params / "xixia-civil")
    file = project.params / "xixia-civil" / "agency.yaml"
    file.write_text(file.read_text("utf-8").replace("司法局", "民政局"), "utf-8")
    for slug, name in zip(("xixia-justice", "xixia-civil"), names, strict=True):
        if name:
            with (project.params / slug / "2017.yaml").open("a", encoding="utf-8") as year:
                year.write(f"\nname: {name}\n")
    whose = "/2017, xixia-"
    for words in (["check"], ["check", "xixia-civil"], ["build", "--strict", "xixia-civil"]):
        ran = gongkai(*words)
        assert (whose in ran.err, said in ran.err) == (bool(said), True), ran.err
    assert ran.status == 1


def test_a_name_that_another_body_had_in_another_year_is_no_name_of_two(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """Bodies are renamed, and their names go to others."""
    shutil.copytree(project.example, project.params / "xixia-civil")
    file = project.params / "xixia-civil" / "agency.yaml"
    file.write_text(file.read_text("utf-8").replace("司法局", "民政局"), "utf-8")
    past = project.params / "xixia-civil" / "2016.yaml"
    past.write_text("year: 2016\nname: 银川市西夏区司法局\n", "utf-8")
    assert "several agencies" not in gongkai("check").err


def test_a_fault_of_a_check_stops_no_other_report(
    project: Sandbox, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said with its place in the kit, counts as unreadable, and is no traceback."""
    shutil.copytree(project.example, project.params / "xixia-civil")

    def faulty(report: Report, _: Context) -> Iterator[Finding]:
        if report.slug == "xixia-civil":
            raise ValueError("a fault")
        yield from ()

    monkeypatch.setattr(checks, "CHECKS", (faulty, *checks.CHECKS))
    ran = gongkai("check")
    said = "params/xixia-civil: error: an unexpected error, not in the report: ValueError: a fault (test_check_formats.py:"
    assert (ran.status, "Traceback" in ran.err) == (1, False)
    assert any(line.startswith(said) for line in ran.lines)
    assert "params/xixia-justice/2017.yaml:30: warning" in ran.out
    assert "1 unreadable" in ran.err


def test_outside_of_a_repository_that_is_said(project: Sandbox, gongkai: Gongkai) -> None:
    ran = gongkai("check", "--since", "main")
    assert (ran.status, ran.err) == (
        2,
        "params is not in a git repository, so it has no revisions\n",
    )


def test_where_nothing_is_found_markdown_says_so(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """An empty comment on a pull request would look like a check that did not run."""
    make_signed_demo(gongkai)
    words = ("check", "--params", "x/params", "--format", "markdown", "demo-0000-justice/2016")
    ran = gongkai(*words)
    assert (ran.status, ran.lines[-1]) == (0, "No findings.")
