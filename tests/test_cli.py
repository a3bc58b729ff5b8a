"""The command: what a person types, what is answered, and the exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from random import Random

import pytest

from conftest import Ran, Sandbox, elsewhere
from documents import as_html, figures, pieces
from gongkai.cli.summary import summed_up
from gongkai.forms.editions import load_form
from gongkai.report.reader import load_report
from gongkai.text.agency_names import notebook_in

# Ctrl-C while the command is still being loaded.
EARLY = """
import os, signal, sys
class Loading:
    @staticmethod
    def find_spec(name, *_):
        if name == "gongkai.cli.build":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Loading)
from gongkai.cli import main
main()
"""
HEAVY = ("pandas", "matplotlib", "papermill", "nbconvert", "IPython")


@pytest.mark.parametrize(
    "words", [["--help"], ["list"], ["build", "--help"], ["build", "--dry-run"]]
)
def test_help_and_list_import_none_of_the_heavy_libraries(
    project: Sandbox, words: list[str]
) -> None:
    """They answer at once."""
    program = (
        "import sys\n"
        "from gongkai.cli import main\n"
        f"sys.argv = ['gongkai', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout
    assert ran.stderr.strip() == ""


COMMANDS = (
    "build",
    "check",
    "list",
    "status",
    "rollup",
    "new",
    "count",
    "import",
    "verify",
    "diff",
    "export",
    "index",
    "site",
    "lab",
    "watch",
    "notebook",
    "init",
    "doctor",
    "rap",
    "demo",
)
USAGE = [
    (["bulid"], "there is no command bulid; did you mean build?"),
    (["xyz"], f"there is no command xyz; known commands: {', '.join(COMMANDS)}"),
    (["build", "--strct"], "there is no option --strct; did you mean --strict?"),
    (["build", "--forse"], "there is no option --forse; did you mean --force?"),
    (["build", "--jobs"], "Option '--jobs' requires an argument."),
    (["build", "--zzz"], "there is no option --zzz"),
    (["check", "--format", "xml"], "--format: invalid value; expected: text, json, github, sarif, gitlab, junit, markdown"),
    (["build", "--timeout", "0"], "--timeout: invalid value; expected: a whole number from 1 up"),
    (["new"], "AGENCY is missing"),
    (["new", "a", "next"], "YEAR: invalid value; expected: a four-digit year"),
    (["new", "a", "20180"], "YEAR: invalid value; expected: a four-digit year"),
    (["new", "xixia-civil", "2018"], "params/xixia-civil/agency.yaml: the agency is new; give its name with --name 名称, at most 200 characters on one line"),
    (["new", "../x", "2018", "--name", "x"], "../x is not a valid name for an agency's folder; use lower-case letters, digits and hyphens, but no device name such as con or nul"),
    (["new", "xixia-justice", "2007"], "no form is known for the report year 2007"),
    (["build", "xixia-justce"], "there is no report xixia-justce; did you mean xixia-justice?"),
    *(
        ([command, "--notebook", "x.ipynb"], "the notebook x.ipynb, named by --notebook or by notebook: in agency.yaml, does not exist")
        for command in ("build", "verify", "list")
    ),
    (["demo"], "give COUNT and FOLDER, or --district FOLDER"),
    (["demo", "3", "y", "--district", "y"], "--district has its own folder, and takes no COUNT"),
    (["export", "--to", "csv", "--into", "params/y"], "params/y is inside params, which the kit manages itself; name another folder with --into"),
    (["notebook"], "notebooks/annual_report.ipynb: already exists and was left unchanged"),
    (["check", "2031"], "there is no report 2031; did you mean 2017?"),
    (["check", "zzz"], "there is no report zzz"),
    (["list", "--params", "nowhere"], "there is no folder nowhere; run this in the project's folder, or pass another one with --params"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "sentence"), USAGE)
def test_a_command_used_wrongly_says_so_and_ends_with_2(
    project: Sandbox, gongkai: Callable[..., Ran], words: list[str], sentence: str
) -> None:
    """One sentence, the nearest name where there is one."""
    ran = gongkai(*words)
    assert (ran.status, ran.out, ran.err.splitlines()[0]) == (2, "", sentence)
    assert not (project.folder.parent / "x").exists()


def test_the_command_alone_shows_the_help_in_lines_and_ends_with_2(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The same lines as `gongkai --help` and `gongkai -h`."""
    ran, asked = gongkai(), gongkai("--help")
    assert (ran.status, asked.status) == (2, 0)
    assert ran.err == asked.out == gongkai("-h").out
    assert ran.err.startswith("Usage: ")


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["build", "--help"], ["用法: gongkai build", "选项:", "[默认: params]"]),
        (["--help"], ["用法: gongkai", "命令:"]),
        (["new", "a", "2018", "b"], ["多出了参数：b"]),
        (["new", "a", "2018", "b", "c"], ["多出了这些参数：b c"]),
        (["build", "--jobs"], ["选项--jobs后面缺少值。"]),
        (["build", "--force=3"], ["选项--force后面不能带值。"]),
    ],
)
def test_click_s_own_words_are_in_the_reader_s_language(
    project: Sandbox, words: list[str], printed: list[str]
) -> None:
    """`--lang zh` holds for what click says by itself, too."""
    ran = elsewhere(project.folder, "gongkai", "--lang", "zh", *words)
    for text in printed:
        assert text in ran.stdout + ran.stderr
    assert not re.search("Usage|Options|Commands|default|Got|Option", ran.stdout + ran.stderr)


def test_ctrl_c_in_the_first_moment_is_answered_too(project: Sandbox) -> None:
    """A sentence, and no traceback."""
    words = [sys.executable, "-c", EARLY, "build"]
    ran = subprocess.run(words, cwd=project.folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr == "stopped; what was finished is kept; run the same command to continue\n"


def test_new_leaves_existing_files_as_they_are(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nobody's work is written over; both files are named."""
    before = (project.example / "2017.yaml").read_bytes()
    ran = gongkai("new", "xixia-justice", "2017")
    assert (ran.status, ran.err.splitlines()) == (
        2,
        [
            "params/xixia-justice/2017.yaml: already exists and was left unchanged",
            "params/xixia-justice/2017.csv: already exists and was left unchanged",
        ],
    )
    assert (project.example / "2017.yaml").read_bytes() == before


@pytest.mark.parametrize(("lost", "kept"), [("yaml", "csv"), ("csv", "yaml")])
def test_new_writes_the_one_file_of_a_year_that_is_missing(
    project: Sandbox, gongkai: Callable[..., Ran], lost: str, kept: str
) -> None:
    """The other one is left as it is, and named."""
    (project.example / f"2017.{lost}").unlink()
    before = (project.example / f"2017.{kept}").read_bytes()
    ran = gongkai("new", "xixia-justice", "2017")
    assert (ran.status, ran.lines[:2]) == (
        0,
        [
            f"written: params/xixia-justice/2017.{lost}",
            f"params/xixia-justice/2017.{kept}: already exists and was left unchanged",
        ],
    )
    assert (project.example / f"2017.{kept}").read_bytes() == before


def test_new_puts_no_blank_table_beside_a_workbook_that_was_filled_in(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The workbook has the figures: it is to be imported."""
    (project.example / "2018.xlsx").write_bytes(b"filled in")
    ran = gongkai("new", "xixia-justice", "2018")
    first, taken_over, left = ran.lines[:3]
    assert (ran.status, first) == (0, "written: params/xixia-justice/2018.yaml")
    assert taken_over.startswith("taken over from the report of 2017")
    assert left == "params/xixia-justice/2018.xlsx: already exists and was left unchanged"
    assert not (project.example / "2018.csv").exists()


def test_a_new_year_has_what_the_last_one_carried_over_and_its_words_as_comments(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """With their placeholders; nothing of it is printed before somebody has written it over."""
    assert gongkai("new", "xixia-justice", "2018").status == 0
    text = (project.example / "2018.yaml").read_text("utf-8")
    (name, *_) = load_report("xixia-justice", 2017, project.params).parameters.basis
    assert f"# basis:\n#   - {name}\n" in text
    assert "  #   ### （一）组织领导\n" in text
    assert re.search(r'^  #   .*[{][{] v[(]"', text, re.MULTILINE)
    report = load_report("xixia-justice", 2018, project.params)
    assert not any(report.is_written(part) for part in report.headings)


def test_new_says_that_a_year_has_not_begun(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """It may be mistyped; the files are written all the same."""
    ran = gongkai("new", "xixia-justice", "9017")
    said = "the year 9017 has not begun; if it is mistyped, remove these files"
    assert (ran.status, said in ran.err.splitlines()) == (0, True)
    assert (project.example / "9017.csv").exists()
    assert "has not begun" not in gongkai("new", "xixia-justice", "2018").err


def test_new_does_not_rename_an_agency(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Another name with a known folder may mean another folder."""
    ran = gongkai("new", "xixia-justice", "2018", "--name", "西夏区财政局")
    said = "the agency is already called 银川市西夏区司法局; 西夏区财政局 was not written"
    assert (ran.status, f"params/xixia-justice/agency.yaml: {said}" in ran.err) == (2, True)
    assert not (project.example / "2018.yaml").exists()


def test_new_says_that_another_folder_has_the_name(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One body is there twice from now on."""
    ran = gongkai("new", "xixia-law", "2018", "--name", "银川市西夏区司法局")
    assert ran.status == 0
    assert "xixia-justice, xixia-law" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--outputs", ""), "--outputs"),
        (("--params", ""), "--params"),
        (("--forms", ""), "--forms"),
        (
            ("--outputs", "params"),
            "params is the folder of the parameters; use --outputs to name another folder",
        ),
        (("--outputs", "./notebooks/../params/"), "is the folder of the parameters"),
    ],
)
def test_a_folder_that_is_none_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran], words: tuple[str, str], said: str
) -> None:
    """An empty word is what a variable that is not set leaves of a command."""
    before = sorted(project.folder.rglob("*"))
    ran = gongkai("build", *words)
    assert (ran.status, said in ran.err) == (2, True)
    assert sorted(project.folder.rglob("*")) == before


def test_a_backend_of_matplotlib_that_is_not_there_stops_nothing(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's notebooks want one in every terminal; ours draw by themselves."""
    monkeypatch.setenv("MPLBACKEND", "module://nobody_has_it.backend")
    ran = gongkai("build", "xixia-justice/2017")
    assert (ran.status, ran.out) == (
        0,
        "1 built, 0 up to date, 0 without a public page, 0 failed\n",
    )


def test_new_that_cannot_write_one_file_leaves_none(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """As on a full disk: the next time, no empty file is in the way."""
    folder = project.folder / "params" / "abc"
    folder.mkdir()
    (folder / "2023.csv").symlink_to("nowhere")
    ran = gongkai("new", "abc", "2023", "--name", "云岫县司法局")
    assert ran.status == 1
    assert [path.name for path in folder.iterdir()] == ["2023.csv"]


def test_a_folder_without_reports_is_said(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """There is nothing to do: exit status 2."""
    (project.folder / "empty").mkdir()
    ran = gongkai("build", "--params", "empty")
    assert (ran.status, ran.err) == (
        2,
        "there are no reports in empty; create one with gongkai new --params empty AGENCY YEAR\n",
    )


TARGETS = [(), ("xixia-justice",), ("xixia-justice/2017",), ("2017",)]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_an_agency_a_year_or_both(
    project: Sandbox, gongkai: Callable[..., Ran], target: tuple[str, ...]
) -> None:
    """None means all."""
    assert gongkai("list", *target).lines == ["xixia-justice/2017: never built"]


def test_check_prints_findings_for_a_person(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Place, severity, sentence, id; what was found without an error ends with 0."""
    ran = gongkai("check", "xixia-justice/2017")
    assert (ran.status, ran.lines[0]) == (
        0,
        "params/xixia-justice/2017.yaml:30: warning: “区政府门户网站公开信息的分类”: the parts "
        "add up to 163, but the total 1.2.2 is 164 [breakdown-sum]",
    )
    assert ran.err == "1 report: 0 errors, 1 warning, 2 notes, 0 unreadable\n"


def test_check_prints_findings_for_a_program(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """One object a line, in both languages."""
    rows = [json.loads(line) for line in gongkai("check", "--format", "json").lines]
    assert [row["id"] for row in rows] == [
        "breakdown-sum",
        "channels-do-not-overlap",
        "channel-not-in-narrative",
    ]
    assert [row["part"] for row in rows] == ["proactive", "", ""]
    assert rows[2] == {
        "report": "xixia-justice/2017",
        "id": "channel-not-in-narrative",
        "severity": "note",
        "accepted": None,
        "file": "params/xixia-justice/2017.csv",
        "line": 9,
        "codes": ["1.2.5"],
        "part": "",
        "spans": [],
        "values": ["68"],
        "zh": "其他方式（1.2.5）表中有68条，正文没有写到这个数",
        "en": "其他方式 (1.2.5): 68 条 in the table, but the text does not state it",
    }


def test_of_many_kinds_of_failure_the_ten_most_frequent_are_printed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The most frequent first; below them, how many more there are, and where."""
    project.set_value("2.2.5", "三")
    shutil.copytree(project.example, project.params / "xixia-water")
    online = [f"1.2.{number}" for number in range(1, 6)]
    answered = [f"2.2.{number}" for number in range(1, 5)]
    for code in ("1.1", *online, "2.1", *answered):
        project.set_value(code, "三")
    shutil.copytree(project.example, project.params / "xixia-civil")
    ran = gongkai("build")
    groups = [line.split(":")[:2] for line in ran.err.splitlines() if " reports: " in line]
    assert (ran.status, len(groups)) == (1, 10)
    assert groups[:2] == [["3 reports", " 2.2.5"], ["2 reports", " 1.1"]]
    assert ran.err.splitlines()[-1] == "and 2 more kinds of failure: see build.log.jsonl"


def test_of_many_findings_of_a_report_a_hundred_are_printed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The errors first, and how many more there are; programs get all of them."""
    lines = (f"全年主动公开政府信息{1000 + n}条。" for n in range(150))
    project.write_section("other", "\n\n".join(lines))
    rows = gongkai("check", "--format", "json").lines
    ran = gongkai("check")
    assert ran.lines[100:] == [f"xixia-justice/2017: and {len(rows) - 100} more"]
    assert len(rows) > 150


def test_of_many_wrong_rules_a_hundred_are_printed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The same where no report can be checked at all."""
    rules = project.folder / "rules"
    rules.mkdir()
    (rules / "city.yaml").write_text("rules:\n" + "  - {colour: red}\n" * 300, encoding="utf-8")
    said = gongkai("check").err.splitlines()
    assert len(said) == 101
    assert re.fullmatch(r"rules/city\.yaml: and \d+ more", said[-1])


def test_of_many_doubts_of_a_document_a_hundred_are_printed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The summary has the number of all."""
    form = load_form("2021")
    values = dict.fromkeys(figures(form, Random(1)), "7件")  # noqa: S311 - figures, no secrets
    document = project.folder / "report.html"
    document.write_bytes(as_html(pieces(form, values, "云岫县司法局", 2023)))
    ran = gongkai("import", "--agency", "yunxiu", "report.html")
    doubts = [line for line in ran.err.splitlines() if "[import-unit-in-cell]" in line]
    assert len(doubts) == 100
    assert "report.html: and 100 more" in ran.err
    assert "200 doubts" in ran.out


def test_check_prints_findings_for_github(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """A workflow command a finding, so that it stands beside its line."""
    project.set_value("8.3.2", "3")
    ran = gongkai("check", "--format", "github")
    assert ran.status == 1
    assert ran.lines[0] == (
        "::error file=params/xixia-justice/2017.csv,line=53,title=identity-sum::"
        "工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 3; they must be equal"
    )
    assert [line.split(" ")[0] for line in ran.lines] == [
        "::error",
        "::warning",
        "::notice",
        "::notice",
    ]


@pytest.mark.parametrize(
    ("environment", "words", "sentence"),
    [
        ({"LANG": "zh_CN.UTF-8"}, [], f"没有命令x，现有：{'、'.join(COMMANDS)}"),
        ({"LANG": "de_DE.UTF-8"}, [], f"there is no command x; known commands: {', '.join(COMMANDS)}"),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang", "en"], f"there is no command x; known commands: {', '.join(COMMANDS)}"),
        ({"LANG": "C"}, ["--lang=zh"], f"没有命令x，现有：{'、'.join(COMMANDS)}"),
    ],
)  # fmt: skip
def test_the_language_is_the_readers(
    environment: dict[str, str], words: list[str], sentence: str
) -> None:
    """--lang first, then the locale."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    clean.pop("GONGKAI_LANG", None)
    ran = subprocess.run(
        [sys.executable, "-c", "from gongkai.cli import main; main()", *words, "x"],
        env={**clean, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (ran.returncode, ran.stderr.splitlines()[0]) == (2, sentence)


def test_the_help_is_in_the_readers_language(gongkai: Callable[..., Ran]) -> None:
    """A clerk reads Chinese."""
    assert "只校验数据和正文" in gongkai("check", "--lang", "zh", "--help").out
    assert "Check figures and text" in gongkai("check", "--help").out


def test_an_agency_gets_a_notebook_of_its_own_that_its_yaml_names(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Filled in for its last year; one that was worked on is kept without its outputs."""
    ran = gongkai("notebook", "xixia-justice")
    own = project.folder / "notebooks" / "xixia-justice.ipynb"
    assert ran.lines == [
        "written: notebooks/xixia-justice.ipynb",
        "written: params/xixia-justice/agency.yaml",
    ]
    assert notebook_in(project.example / "agency.yaml") == own.name
    cells = json.loads(own.read_text("utf-8"))["cells"]
    assert 'agency: str = "xixia-justice"' in "".join(cells[1]["source"])
    cells[3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "张三"}]
    cells[3]["source"] = "1 + 1"
    worked = {**json.loads(own.read_text("utf-8")), "cells": cells}
    (project.folder / "worked.ipynb").write_text(json.dumps(worked), "utf-8")
    before = own.read_bytes()
    ran = gongkai("notebook", "xixia-justice", "--from", "worked.ipynb")
    assert (ran.status, own.read_bytes()) == (2, before)
    assert ran.err == "notebooks/xixia-justice.ipynb: already exists and was left unchanged\n"
    ran = gongkai("notebook", "xixia-justice", "--from", "worked.ipynb", "--force")
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines == ["written: notebooks/xixia-justice.ipynb"]
    kept = own.read_text("utf-8")
    assert "1 + 1" in kept
    assert "张三" not in kept
    assert gongkai("notebook", "2017").err == (
        "2017 is not an agency; name one, such as xixia-justice\n"
    )


def test_where_a_line_cannot_name_the_notebook_the_file_stays_and_the_line_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """In an agency.yaml of one line in braces, another line would be no YAML."""
    path = project.example / "agency.yaml"
    path.write_text("{name: 银川市西夏区司法局}\n", "utf-8")
    ran = gongkai("notebook", "xixia-justice")
    assert (ran.status, ran.out) == (1, "written: notebooks/xixia-justice.ipynb\n")
    said = "could not be edited; add the line notebook: xixia-justice.ipynb"
    assert ran.err == f"params/xixia-justice/agency.yaml: {said}\n"
    assert path.read_text("utf-8") == "{name: 银川市西夏区司法局}\n"


def test_last_years_figures_that_cannot_be_read_are_not_in_the_form(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The form is written all the same, and it is said why they are not beside the new ones."""
    project.set_value("9.3", "一百")
    ran = gongkai("new", "xixia-justice", "2018", "--xlsx")
    assert ran.status == 0
    assert (project.example / "2018.xlsx").exists()
    assert (
        ran.err.splitlines()[0]
        == "the report for 2017 cannot be read, so its figures are not in the form"
    )
    assert ran.err.splitlines()[1].startswith(
        "params/xixia-justice/2017.csv:59: 9.3: “一百” is not a number"
    )


def test_of_many_reports_what_is_alike_is_said_once() -> None:
    """Up to twenty a line each; then the ten most frequent causes, each with three examples, and how many more."""
    few = [(f"a-{number}/2017", "because") for number in range(20)]
    assert summed_up(few, "site-removed")[19] == "a-19/2017: removed from the site: because"
    causes = [(f"a-{n}/2017", f"cause {min(n // 2, 12)}") for n in range(28)]
    lines = summed_up(causes, "site-removed")
    assert (
        lines[0]
        == "4 reports (a-24/2017, a-25/2017, a-26/2017, …): removed from the site: cause 12"
    )
    assert lines[1] == "2 reports (a-0/2017, a-1/2017): removed from the site: cause 0"
    assert (len(lines), lines[-1]) == (11, "and 3 other causes, affecting 6 reports")
    differ = summed_up(
        [(f"{n}.html", "differs") for n in range(21)], "verify-cause", "summary-files"
    )
    assert differ == ["21 files (0.html, 1.html, 2.html, …): differs"]


def test_a_notebook_of_an_agency_is_a_plain_name_and_is_there(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Parameters choose among the notebooks of the project, and no others."""
    path = project.example / "agency.yaml"
    before = path.read_text("utf-8")
    for name in ("../x.ipynb", "/x.ipynb", ".x.ipynb", "x.py"):
        path.write_text(f"{before}notebook: {name}\n", "utf-8")
        assert notebook_in(path) == ""
        said = gongkai("check").out
        assert f"notebook: {name} is not the name of a file in notebooks/" in said
    path.write_text(f"{before}notebook: x.ipynb\n", "utf-8")
    ran = gongkai("build")
    assert ran.status == 1
    assert "the notebook notebooks/x.ipynb, named by --notebook or by notebook:" in ran.err


@pytest.mark.parametrize(
    "words", [("new", "a", "2025"), ("import", "README.md", "--agency", "a")], ids=["new", "import"]
)
def test_a_name_that_is_no_text_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran], words: tuple[str, ...]
) -> None:
    """A script saved in GBK, where the locale has UTF-8."""
    ran = gongkai(*words, "--name", os.fsdecode("某局".encode("gbk")))
    assert ran.status == 2
    assert "--name: invalid value; expected: text in the encoding of the locale" in ran.err
    assert not (project.params / "a").exists()


def test_a_dry_run_is_json_where_that_is_asked_for(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    (row,) = map(json.loads, gongkai("build", "--dry-run", "--format", "json").lines)
    assert (row["report"], row["state"]) == ("xixia-justice/2017", "never-built")
