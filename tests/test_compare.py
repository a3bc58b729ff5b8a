"""`gongkai diff`: what differs between two years, two revisions, two builds, and what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from conftest import ROOT, Ran, Sandbox, hashes
from gongkai.compare.content import VersionContent, report_content
from gongkai.compare.reports import compare, marked
from gongkai.forms.editions import load_form
from gongkai.manifest import PartWords
from gongkai.project import Target
from gongkai.report.reader import load_report
from gongkai.text.markdown import MarkdownText, Piece
from gongkai.text.sentence_diff import split_sentences

REPORT = "xixia-justice/2017"
Gongkai = Callable[..., Ran]


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.autocrlf=false")
    ran = subprocess.run(
        ["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return ran.stdout


@pytest.fixture
def committed(project: Sandbox) -> Sandbox:
    """A project whose parameters are committed, in a folder below the repository's top."""
    git(project.folder, "init", "-q")
    git(project.folder, "add", "params")
    git(project.folder, "commit", "-qm", "first")
    return project


def test_a_revision_is_read_in_a_hook_of_git(
    committed: Sandbox, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells a hook where its repository is, in a word that holds in the hook's folder alone."""
    committed.set_value("8.3.2", "3")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert (
        gongkai("diff", f"HEAD:{REPORT}", REPORT).lines[2] == "  figures: 1 differ, 57 are the same"
    )


# --- two years --------------------------------------------------------------------


def test_two_editions_are_compared_by_what_is_followed_across_them_and_the_rest_is_said(
    gongkai: Gongkai,
) -> None:
    """859 applications against 1295; 209 figures are not comparable, each counted on its side."""
    params = str(ROOT / "params")
    ran = gongkai("diff", "shanghai-office/2019", "shanghai-office/2025", "--params", params)
    assert (ran.status, ran.err) == (1, "0 the same, 1 different\n")
    assert ran.lines[:14] == [
        "shanghai-office/2019 → shanghai-office/2025",
        "  forms: 2019 and 2021; 8 figures can be compared, namely those that can be followed across the forms",
        "  figures: 8 differ, 0 are the same",
        "    applications_received 新收申请: 859 → 1295 件 (+436, +50.8%)",
        "    applications_answered 办理结果总数: 805 → 1191 件 (+386, +48.0%)",
        "    granted 予以公开: 272 → 206 件 (-66, -24.3%)",
        "    granted_in_part 部分公开: 3 → 2 件 (-1, -33.3%)",
        "    refused 不予公开: 35 → 20 件 (-15, -42.9%)",
        "    reconsiderations 行政复议: 7 → 55 件 (+48, +685.7%)",
        "    litigations 行政诉讼: (blank) → 34 件",
        "    normative_documents 制发规范性文件: 60 → 34 件 (-26, -43.3%)",
        "  not comparable: 25 figures only on the left, form 2019: 2.rules.made, 2.rules.published, 2.rules.total_public, 2.normative_documents.published, 2.normative_documents.total_public, …",
        "  not comparable: 27 figures only on the right, form 2021: 2.rules.issued, 2.rules.repealed, 2.rules.valid, 2.normative_documents.repealed, 2.normative_documents.valid, …",
        "  not comparable: 157 figures with the same code in both forms, but not followed across them: 2.licences.decisions, 2.penalties.decisions, 2.coercive_measures.decisions, 3.1.natural_person, 3.1.commercial_enterprise, …",
    ]
    assert "      + 举办新闻发布会42场、新闻通气会19场。" in ran.lines
    assert ran.lines[-1] == "    - facts.down_on_last_year: 12.3% → (blank)"


def test_the_parts_of_two_outlines_are_read_in_one_order(gongkai: Gongkai) -> None:
    """What only one outline has stands where a reader of either would look for it."""
    params = str(ROOT / "params")
    words = ("xixia-justice/2017", "shanghai-office/2019", "--params", params, "--format", "json")
    rows = map(json.loads, gongkai("diff", *words).lines)
    parts = list(dict.fromkeys(row["part"] for row in rows if row["kind"] == "text"))
    assert len(parts) > 6
    for outline in ("2014", "2019"):
        outlined = [part.id for part in load_form(outline).parts]
        assert [part for part in parts if part in outlined] == [
            part for part in outlined if part in parts
        ]


def test_every_figure_of_both_forms_is_compared_or_said_not_to_be() -> None:
    """None is passed over: series, left, right and both make up both tables."""
    left, right = (
        report_content(load_report("shanghai-office", year, ROOT / "params"), ())
        for year in (2019, 2025)
    )
    found = compare(left, right)
    joined = [
        {code for codes, _ in side.series.values() for code in codes} for side in (left, right)
    ]
    both = {item.code for item in found.uncompared["both"]}
    assert {item.code for item in found.uncompared["left"]} | both | joined[0] == set(left.figures)
    assert {item.code for item in found.uncompared["right"]} | both | joined[1] == set(
        right.figures
    )


# --- revisions --------------------------------------------------------------------


def test_a_revision_beside_what_stands_there_now(committed: Sandbox, gongkai: Gongkai) -> None:
    """Figures, findings, text and particulars, each as a line that needs no colour."""
    committed.set_value("8.3.2", "3")
    committed.set_value("1.2.4", "/")
    committed.edit("2017.yaml", "signed: 2018-01-04", "signed: 2018-01-05")
    committed.write_section("other", "本年度没有其他需要报告的事项。\n另有一事说明。")
    ran = gongkai("diff", f"HEAD:{REPORT}", REPORT)
    assert ran.status == 1
    assert ran.lines == [
        "HEAD:xixia-justice/2017 → xixia-justice/2017",
        "  form: 2014; 58 figures can be compared",
        "  figures: 2 differ, 56 are the same",
        "    1.2.4 政务微信: 114 → / 条",
        "    8.3.2 兼职人员: 2 → 3 人 (+1, +50.0%)",
        "  findings: 4 new, 1 removed, 0 reworded, 2 unchanged",
        "    + error: 工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 3; they must be equal [identity-sum]",
        "    + warning: 主动公开政府信息: 1.1 = 346 is more than 1.2.1 + 1.2.2 + 1.2.3 + 1.2.4 + 1.2.5 = 232 [identity-at-most]",
        "    + warning: 1 cell without a number, counted as 0 in sums: 1.2.4 [blank-cells]",
        "    + warning: the text uses 1.2.4, which have no number [narrative-blank-figure]",
        "    - note: 1.1 (346) is exactly the sum of 1.2.1 + 1.2.2 + 1.2.3 + 1.2.4 + 1.2.5, as if no item had been published on two channels [channels-do-not-overlap]",
        "  text: 1 sentence new, 0 removed, 2 reworded",
        "    一、总体工作情况",
        "      - 全局有2名兼职人员从事这项工作，其中1人负责信息公开，1人负责微信公众号的编辑和发布；",
        "      + 全局有3名兼职人员从事这项工作，其中1人负责信息公开，1人负责微信公众号的编辑和发布；",
        "    三、主动公开政府信息的情况",
        "      - 通过微信公众号公开信息114条。",
        "      + 通过微信公众号公开信息条。",
        "    九、其他需要报告的事项",
        "      + 另有一事说明。",
        "  particulars: 1 differ",
        "    ~ signed: 2018-01-04 → 2018-01-05",
    ]


def test_a_computed_sentence_that_was_left_out_is_a_difference(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """Highlights and titles of charts: one of your own, and "" for none."""
    path = committed.example / "2017.yaml"
    added = 'highlights:\n  requests: ""\ncharts:\n  channels: 公开渠道\n'
    path.write_text(path.read_text("utf-8") + added, "utf-8")
    ran = gongkai("diff", f"HEAD:{REPORT}", REPORT)
    assert ran.status == 1
    assert ran.lines[-3:] == [
        "  particulars: 2 differ",
        '    + highlights.requests: (blank) → ""',
        "    + charts.channels: (blank) → 公开渠道",
    ]


def test_a_link_that_leads_elsewhere_is_a_difference(committed: Sandbox, gongkai: Gongkai) -> None:
    """Its words are the same."""
    file = committed.example / "2017.yaml"
    text = file.read_text("utf-8")
    for address in ("https://a.example/", "https://b.example/"):
        changed = text.replace("全年主动公开政府信息", f"全年[主动公开政府信息]({address})", 1)
        file.write_text(changed, "utf-8")
        if address.startswith("https://a"):
            git(committed.folder, "commit", "-qam", "a link")
    ran = gongkai("diff", f"HEAD:{REPORT}", REPORT)
    assert ran.status == 1
    assert "https://a.example/ → https://b.example/" in ran.out


def test_a_picture_that_was_replaced_under_its_name_is_a_difference(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """So are the data of a cell of one's own: the text names both files, and is the same."""
    committed.write_section("other", "![办事大厅门口的公示栏](board.png)")
    path = committed.example / "2017.yaml"
    path.write_text(path.read_text("utf-8") + "files: [monthly.csv]\n", "utf-8")
    picture, data = committed.example / "board.png", committed.example / "monthly.csv"
    Image.new("RGB", (2, 2), "red").save(picture)
    data.write_text("month,requests\n1,3\n", "utf-8")
    git(committed.folder, "add", "params")
    git(committed.folder, "commit", "-qm", "with files")
    assert gongkai("diff", f"HEAD:{REPORT}", REPORT).status == 0
    Image.new("RGB", (2, 2), "blue").save(picture)
    data.write_text("month,requests\n1,4\n", "utf-8")
    ran = gongkai("diff", f"HEAD:{REPORT}", REPORT)
    assert ran.status == 1
    changed = [line.partition(":")[0] for line in ran.lines[-3:]]
    assert changed == ["  files, versions and outputs", "    ~ board.png", "    ~ monthly.csv"]


def test_a_finding_whose_numbers_changed_is_one_finding_with_other_words(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """It is not gone and another one new."""
    committed.set_value("8.3.2", "3")
    git(committed.folder, "commit", "-qam", "second")
    committed.set_value("8.3.2", "4")
    lines = gongkai("diff", f"HEAD:{REPORT}", REPORT).lines
    assert lines[4:6] == [
        "  findings: 0 new, 0 removed, 1 reworded, 3 unchanged",
        "    ~ error: 工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 4; they must be equal [identity-sum]",
    ]


ONE_KIND: dict[str, Callable[[Sandbox], None]] = {
    "text: 0 sentences new, 0 removed, 1 reworded": lambda it: it.write_section(
        "other", "本年度没有其他事项。"
    ),
    "figures: 1 differ, 57 are the same": lambda it: it.set_value("2.2.4", "7"),
    "particulars: 1 differ": lambda it: it.edit("agency.yaml", "telephone: ", "telephone: 0"),
}


@pytest.mark.parametrize("said", ONE_KIND)
def test_a_change_of_one_kind_is_a_difference(
    committed: Sandbox, gongkai: Gongkai, said: str
) -> None:
    """Nothing else has to differ: no finding is new, removed or reworded."""
    ONE_KIND[said](committed)
    ran = gongkai("diff", f"HEAD:{REPORT}", REPORT)
    assert (ran.status, f"  {said}" in ran.lines) == (1, True), ran.out
    assert "  findings: 0 new, 0 removed, 0 reworded, 3 unchanged" in ran.lines


def test_what_only_moved_is_no_difference(committed: Sandbox, gongkai: Gongkai) -> None:
    """A comment in the YAML moves every finding by a line; nothing is new for it."""
    path = committed.example / "2017.yaml"
    path.write_text("# checked by the office\n" + path.read_text("utf-8"), "utf-8")
    ran = gongkai("diff", f"HEAD:{REPORT}", REPORT)
    assert (ran.status, ran.out, ran.err) == (0, "", "1 the same, 0 different\n")


def test_a_whole_folder_beside_a_revision(committed: Sandbox, gongkai: Gongkai) -> None:
    """What is new, what is gone, what differs; what is the same is only counted."""
    assert gongkai("diff", "HEAD:", "params").status == 0
    shutil.copytree(committed.example, committed.params / "helan-justice")
    git(committed.folder, "add", "params")
    git(committed.folder, "commit", "-qm", "second")
    shutil.rmtree(committed.params / "helan-justice")
    assert gongkai("new", "xixia-civil", "2017", "--name", "西夏区民政局").status == 0
    ran = gongkai("diff", "HEAD:", "params")
    assert (ran.status, ran.err) == (1, "1 the same, 2 different\n")
    assert ran.lines == [
        "- HEAD:helan-justice/2017: only on the left",
        "+ xixia-civil/2017: only on the right",
    ]


def test_a_revision_that_cannot_be_read_is_said_by_its_own_name(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """No temporary folder is named; the status is 1, for nobody knows whether it differs."""
    committed.set_value("8.3.2", "many")
    git(committed.folder, "commit", "-qam", "broken")
    ran = gongkai("diff", f"HEAD:{REPORT}", f"HEAD~1:{REPORT}")
    assert ran.status == 1
    assert ran.err.splitlines()[0].startswith("HEAD:xixia-justice/2017.csv:55: 8.3.2: “many” is")
    assert ran.lines == [
        "! HEAD:xixia-justice/2017 → HEAD~1:xixia-justice/2017: not compared, because one of them cannot be read"
    ]


ATTRIBUTES = """\
2017.csv export-ignore
2017.yaml ident
agency.yaml filter=run
"""


def test_a_revision_is_what_was_committed_whatever_its_attributes_say(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """Nothing is left out, rewritten or run as git hands out the files of a revision."""
    ran = committed.folder / "ran"
    committed.edit("2017.yaml", "signed:", "# $Id$\nsigned:")
    git(committed.folder, "commit", "-qam", "second")
    (committed.params / ".gitattributes").write_text(ATTRIBUTES, "utf-8")
    git(committed.folder, "add", "params/.gitattributes")
    git(committed.folder, "commit", "-qm", "attributes")
    git(committed.folder, "config", "filter.run.smudge", f"touch {ran}; cat")
    assert gongkai("diff", f"HEAD~1:{REPORT}", f"HEAD:{REPORT}").status == 0
    assert not ran.exists()


def test_of_a_revision_only_plain_files_of_parameters_are_read(
    committed: Sandbox, gongkai: Gongkai
) -> None:
    """What is large is refused unread, a link is not followed, and other files are left alone."""
    large = committed.params / "xixia-justice" / "2016.yaml"
    large.write_bytes(b"x" * 2_000_000)
    (committed.params / "xixia-justice" / "notes.bin").write_bytes(b"x" * 2_000_000)
    (committed.params / "xixia-justice" / "2015.yaml").symlink_to("/etc/hostname")
    (committed.params / "xixia-justice" / "2015.csv").symlink_to("2017.csv")
    git(committed.folder, "add", "params")
    git(committed.folder, "commit", "-qm", "second")
    ran = gongkai("diff", f"HEAD:{REPORT}", "HEAD:xixia-justice/2016")
    assert "HEAD:xixia-justice/2016.yaml: the file is larger than 1 MB" in ran.out + ran.err
    ran = gongkai("diff", f"HEAD:{REPORT}", "HEAD:xixia-justice/2015")
    assert (ran.status, ran.out) == (2, "")
    assert "HEAD:xixia-justice/2015.csv: this is a symbolic link; " in ran.err


# --- builds -----------------------------------------------------------------------


def test_two_builds_are_told_apart_without_their_parameters(
    built: Sandbox, project: Sandbox, gongkai: Gongkai
) -> None:
    """A figure, the sentence that it stands in, the finding, the input and the outputs."""
    before = str(built.outputs)
    assert gongkai("diff", before, before).status == 0
    project.set_value("1.2.4", "32")
    project.edit("2017.yaml", "signed: 2018-01-04", "signed: 2018-01-05")
    assert gongkai("build").status == 0
    shutil.rmtree(project.params)
    ran = gongkai("diff", f"{before}/{REPORT}", f"outputs/{REPORT}")
    assert ran.status == 1
    assert "    1.2.4 政务微信: 114 → 32 条 (-82, -71.9%)" in ran.lines
    assert ran.lines[-5:] == [
        "    ~ params/xixia-justice/2017.csv",
        "    ~ params/xixia-justice/2017.yaml",
        "    ~ 2017.html",
        "    ~ 2017.ipynb",
        "    ~ 2017.review.html",
    ]
    assert "  text: 0 sentences new, 0 removed, 1 reworded" in ran.lines


@pytest.mark.parametrize(
    ("slug", "year"),
    [("xixia-justice", 2017), ("shanghai-office", 2019), ("shanghai-office", 2025)],
)
def test_a_build_says_what_its_parameters_say(all_built: Path, slug: str, year: int) -> None:
    """The figures, the text of each part and the findings are read back from the manifest."""
    from gongkai.compare.content import built_content

    report = load_report(slug, year, ROOT / "params")
    stated, found = report_content(report, ()), built_content(all_built, Target(slug, year))
    assert list(found.figures.items()) == list(stated.figures.items())
    assert found.series == stated.series
    for part in report.headings:
        assert found.parts[part].heading == stated.parts[part].heading
        assert stated.parts[part].sentences == found.parts[part].sentences


BROKEN = ["{}", "[]", "nothing", '{"cells": [1]}', '{"cells": [{"outputs": [{"metadata": 1}]}]}']


@pytest.mark.parametrize("text", BROKEN)
def test_a_build_that_is_none_is_said(
    built: Sandbox, tmp_path: Path, gongkai: Gongkai, text: str
) -> None:
    """One sentence with the file, no traceback."""
    outputs = tmp_path / "results"
    shutil.copytree(built.outputs, outputs)
    (outputs / "xixia-justice" / "2017.json").write_text(text, "utf-8")
    ran = gongkai("diff", f"{built.outputs}/{REPORT}", f"{outputs}/{REPORT}")
    assert ran.status == 1
    assert ran.err.splitlines()[0] == (
        f"{outputs}/{REPORT}.json: this is not a build that can be compared; "
        "build it again with gongkai build --force"
    )


# --- the other formats ------------------------------------------------------------


def test_json_is_an_object_a_line_with_stable_keys(committed: Sandbox, gongkai: Gongkai) -> None:
    """A program reads each difference by its kind."""
    committed.set_value("8.3.2", "3")
    ran = gongkai("diff", f"HEAD:{REPORT}", REPORT, "--format", "json")
    rows = [json.loads(line) for line in ran.lines]
    sides = {"left": f"HEAD:{REPORT}", "right": REPORT}
    assert rows[:3] == [
        {**sides, "kind": "report", "outcome": "compared", "differs": True},
        {**sides, "kind": "forms", "editions": ["2014", "2014"], "comparable": 58, "unchanged": 57, "not_comparable": {"left": 0, "right": 0, "both": 0}},
        {**sides, "kind": "figure", "code": "8.3.2", "name": "兼职人员", "unit": "人", "before": "2", "after": "3", "change": "+1", "percent": "+50.0%"},
    ]  # fmt: skip
    assert [row["change"] for row in rows[3:]] == ["new", "same", "same", "same", "changed"]
    assert rows[-1].keys() == {"left", "right", "kind", "part", "heading", "change", "before", "after"}  # fmt: skip
    assert rows[3].keys() == {"left", "right", "kind", "id", "severity", "codes", "part", "change", "before", "after"}  # fmt: skip


def test_the_page_is_whole_in_one_file_and_has_no_script(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """Nothing is loaded, and nothing of a report is markup."""
    hostile = "<script>alert(1)</script>"
    gongkai("new", "helan-justice", "2017", "--name", "贺兰县司法局")
    for name in ("2017.yaml", "2017.csv"):
        shutil.copy(project.example / name, project.params / "helan-justice" / name)
    project.write_section("other", f"本年度无其他{hostile}事项。")
    ran = gongkai("diff", "helan-justice/2017", REPORT, "--format", "html", "-o", "difference.html")
    assert (ran.status, ran.out) == (1, "")
    html = (project.folder / "difference.html").read_text("utf-8")
    page = BeautifulSoup(html, "html.parser")
    assert page.find("script") is None
    assert hostile in page.get_text()
    assert not page.select("link, img, iframe, [src], [onclick]")
    assert not [link for link in page.select("a") if not str(link["href"]).startswith("#")]
    ids = [str(tag["id"]) for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    named = {
        name
        for tag in page.select("[aria-labelledby]")
        for name in str(tag["aria-labelledby"]).split()
    }
    assert named <= set(ids)


def test_a_result_is_written_whole_or_not_at_all(project: Sandbox, gongkai: Gongkai) -> None:
    """A folder that is not there is said, with status 2."""
    words = ("diff", REPORT, REPORT, "--format", "json")
    assert gongkai(*words, "-o", "rows.jsonl").out == ""
    assert (project.folder / "rows.jsonl").read_text("utf-8") == gongkai(*words).out
    ran = gongkai(*words, "-o", "nowhere/rows.jsonl")
    assert (ran.status, ran.err) == (
        2,
        "cannot write to nowhere/rows.jsonl: No such file or directory\n",
    )
    assert sorted(path.name for path in project.folder.iterdir()) == [
        "notebooks",
        "params",
        "rows.jsonl",
    ]


def test_a_result_that_names_a_folder_is_refused(committed: Sandbox, gongkai: Gongkai) -> None:
    """Before anything is written."""
    ran = gongkai("diff", REPORT, f"HEAD:{REPORT}", "-o", ".")
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith("cannot write to .: ")


def test_a_result_replaces_earlier_results_and_nothing_else(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """Neither parameters, also through a link, nor a file of somebody else without --force."""
    (project.folder / "alias").symlink_to("params")
    before = hashes(project.params)
    for name in (f"params/{REPORT}.yaml", "params/new.html", "alias/new.html"):
        ran = gongkai("diff", REPORT, REPORT, "--format", "html", "-o", name, "--force")
        assert (ran.status, ran.err.count("\n")) == (2, 1)
        assert ran.err.startswith(f"{name}: this is inside params")
    assert hashes(project.params) == before
    mine = project.folder / "mine.html"
    mine.write_text("mine", "utf-8")
    for style in ("text", "html", "json"):
        words = ("diff", REPORT, REPORT, "--format", style, "-o", "mine.html")
        ran = gongkai(*words)
        assert (ran.status, mine.read_text("utf-8")) == (2, "mine")
        assert ran.err.startswith("mine.html: already exists")
    for style in ("html", "json", "html"):
        words = ("diff", REPORT, REPORT, "--format", style, "-o", "mine.html")
        assert gongkai(*words, "--force").status == 0
        assert gongkai(*words).status == 0


# --- what is refused --------------------------------------------------------------

UNKNOWN = "{} does not name anything to compare; write agency/year, FOLDER, FOLDER/agency/year, REVISION: or REVISION:agency/year"
REFUSED = [
    (["nothing", REPORT], UNKNOWN.format("nothing")),
    (["xixia-justice/2016", REPORT], "there is no report xixia-justice/2016; did you mean xixia-justice/2017?"),
    (["HEAD:xixia-justice/2016", REPORT], "there is no report HEAD:xixia-justice/2016; did you mean HEAD:xixia-justice/2017?"),
    (["HEAD:../params", REPORT], UNKNOWN.format("HEAD:../params")),
    (["nix:", "params"], "there is no git revision nix"),
    (["--", "--all:", "params"], "there is no git revision --all"),
    (["notebooks", "params"], "notebooks has neither parameters nor built reports"),
    ([REPORT, "params"], "xixia-justice/2017 and params cannot be compared: one is a report, the other a whole folder"),
    (["built", "params"], "built and params cannot be compared: one has parameters, the other built reports"),
    (["params", f"built/{REPORT}"], "params and built/xixia-justice/2017 cannot be compared: one has parameters, the other built reports"),
    (["HEAD:", "other", "--params", "notebooks"], "there are no reports in notebooks at the git revision HEAD"),
    (["HEAD:", "params", "--params", "nowhere"], "there is no folder nowhere; run this in the project's folder, or pass another one with --params"),
    ([REPORT], "RIGHT is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_words_that_name_no_pair_are_refused_with_a_sentence(
    committed: Sandbox, built: Sandbox, gongkai: Gongkai, words: list[str], sentence: str
) -> None:
    """Exit status 2, and what was expected."""
    (committed.folder / "built").symlink_to(built.outputs)
    ran = gongkai("diff", *words)
    assert (ran.status, ran.out, ran.err.splitlines()[0]) == (2, "", sentence)


def test_a_repository_of_somebody_else_is_said_to_be_that(
    project: Sandbox, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container of CI; git tells how it is allowed."""
    subprocess.run(["git", "init", "--quiet"], cwd=project.folder, check=True)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    ran = gongkai("diff", "HEAD:", "params")
    assert ran.status == 2
    assert "its repository belongs to another user; to allow it, run git config --global" in ran.err


@pytest.mark.parametrize("kept", [None, 20, -1])
@pytest.mark.parametrize("name", ["params/xixia-justice/2017.csv", "rules/county.yaml"])
def test_a_repository_that_lacks_a_file_is_said_to_be_damaged(
    committed: Sandbox, gongkai: Gongkai, name: str, kept: int | None
) -> None:
    """As after a full disk, or in part of a clone; nothing is compared as if the file had not been."""
    rule = "{name: 字数, part: overview, characters: {least: 1}}"
    (committed.folder / "rules").mkdir()
    (committed.folder / "rules" / "county.yaml").write_text(
        f"source: 甲\nrules: [{rule}]\n", "utf-8"
    )
    git(committed.folder, "add", "rules")
    git(committed.folder, "commit", "-qm", "second")
    assert gongkai("diff", "HEAD:", "params").status == 0
    digest = git(committed.folder, "rev-parse", f"HEAD:{name}").strip()
    path = committed.folder / ".git" / "objects" / digest[:2] / digest[2:]
    data = path.read_bytes()
    path.unlink()
    if kept:
        path.write_bytes(data[:kept])
    said = "git cannot read everything in params and the rules beside it at the git revision HEAD: "
    for words in (("diff", "HEAD:", "params"), ("check", "--since", "HEAD")):
        ran = gongkai(*words)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert ran.err.startswith(said)


def test_a_git_that_ends_before_it_is_asked_for_a_file_is_said(
    committed: Sandbox, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it lacks memory: a sentence and exit status 2, not a broken pipe."""
    start = subprocess.Popen

    def ended(words: list[str], **options: Any) -> subprocess.Popen[Any]:
        process = start(["false"] if "--batch" in words else words, **options)
        if "--batch" in words:
            process.wait()
        return process

    monkeypatch.setattr(subprocess, "Popen", ended)
    ran = gongkai("diff", "HEAD:", "params")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("git cannot read everything in params and the rules beside it")


def test_without_a_repository_and_without_git_it_is_said(
    project: Sandbox, gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither ends with a traceback."""
    ran = gongkai("diff", "HEAD:", "params")
    assert (ran.status, ran.err) == (
        2,
        "params is not in a git repository, so it has no revisions\n",
    )
    monkeypatch.setenv("PATH", "")
    ran = gongkai("diff", "HEAD:", "params")
    assert (ran.status, ran.err) == (
        2,
        "git is not installed, so revisions cannot be compared\n",
    )


# --- text -------------------------------------------------------------------------


def test_a_text_is_split_where_its_sentences_end() -> None:
    """The signs of Markdown are no words; a closing quotation mark stays with its sentence."""
    lines = MarkdownText([Piece("## 一、总体\n\n- 公开5条；另有“2条。”结束！\n1. 第三句")]).lines()
    assert [sentence for line in lines for sentence in split_sentences(line)] == [
        "一、总体",
        "公开5条；",
        "另有“2条。”",
        "结束！",
        "第三句",
    ]


def test_a_number_is_marked_whole() -> None:
    """12 to 13 is not 1 and then 2 to 3."""
    assert marked("公开12条", "公开13条") == (
        [(False, "公开"), (True, "12"), (False, "条")],
        [(False, "公开"), (True, "13"), (False, "条")],
    )


TEXTS = st.lists(st.sampled_from([f"公开政府信息{n}条。" for n in range(4)] + ["无。", "有事。"]))


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_old_text_and_changes_make_the_new_text(old: list[str], new: list[str]) -> None:
    """No sentence is lost, none is invented; equal texts have no change."""
    sides = [
        VersionContent(
            "",
            "2014",
            {},
            {},
            (),
            {"other": PartWords(heading="其他", sentences=tuple(text))},
            {},
            {},
        )
        for text in (old, new)
    ]
    changes = compare(*sides).text
    gone = Counter(item.before for item in changes if item.before)
    came = Counter(item.after for item in changes if item.after)
    assert Counter(old) - gone + came == Counter(new)
    assert gone <= Counter(old)
    assert bool(changes) == (old != new)


def test_every_line_of_a_text_is_compared() -> None:
    """Of a paragraph, of a list inside a list, of a table and of code."""
    text = "首行\n次行\n\n- 外层\n  - 内层\n\n  其后\n\n| 甲 | 1 |\n|---|---|\n| 乙 | 2 |\n\n```\n原样\n```"
    assert MarkdownText([Piece(text)]).lines() == [
        "首行",
        "次行",
        "外层",
        "内层",
        "其后",
        "甲",
        "1",
        "乙",
        "2",
        "原样",
        "",
    ]
