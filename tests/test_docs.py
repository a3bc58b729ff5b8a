"""The documents are true: every example runs, every named file and command is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import draw_map
import pytest

from commands import How, run_program
from conftest import BIN, NOTEBOOK, ROOT, copy_example
from documents import word_for_the_readme
from gongkai.checks import CHECKS
from gongkai.cli.command import COMMANDS, load

BLOCK = re.compile(r"^```(console|yaml|csv)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDES = {"en": ("README.md", "docs/guide.md"), "zh": ("README.zh-CN.md", "docs/guide.zh-CN.md")}


def run(words: str, folder: Path, lang: str) -> list[str]:
    """Run a command of a document, and return what is printed."""
    how = How(environment={"GONGKAI_LANG": lang}, together=True)
    return run_program(folder, *words.split(), how=how).stdout.splitlines()


def fits(printed: list[str], written: list[str]) -> bool:
    """Whether what was printed is what is written; … stands for the rest of a line, or lines."""
    if not written:
        return not printed
    head, rest = written[0], written[1:]
    if head == "…":
        return any(fits(printed[skip:], rest) for skip in range(len(printed) + 1))
    if not printed:
        return False
    same = printed[0].startswith(head[:-1]) if head.endswith("…") else printed[0] == head
    return same and fits(printed[1:], rest)


def fill_in(folder: Path, block: str) -> None:
    """Do with a file what a block says: fill in lines of a CSV, or write a whole YAML."""
    lines = block.splitlines()
    path = folder / lines[0].removeprefix("# ")
    if path.suffix == ".yaml":
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return
    text = path.read_text("utf-8-sig")
    for line in lines[1:]:
        blank = line.rpartition(",")[0] + ","
        assert f"{blank}\n" in text
        text = text.replace(f"{blank}\n", f"{line}\n")
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("lang", GUIDES)
def test_a_newcomer_who_does_what_readme_and_guide_say_sees_what_they_show(
    tmp_path: Path, lang: str
) -> None:
    """Every example, from top to bottom, in a fresh copy of the project."""
    copy_example(tmp_path)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, tmp_path / "notebooks")
    (tmp_path / "report.docx").write_bytes(word_for_the_readme())
    ran = 0
    for kind, text in BLOCK.findall("".join((ROOT / it).read_text("utf-8") for it in GUIDES[lang])):
        if kind != "console":
            fill_in(tmp_path, text)
            continue
        for example in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            words, *written = example.splitlines()
            printed = run(words, tmp_path, lang)
            assert fits(printed, written), "\n".join([words, *printed])
            ran += 1
    assert ran >= 10
    if lang == "en":  # it makes the page by hand, too
        page = (tmp_path / "outputs" / "xixia-justice" / "2017.html").read_bytes()
        assert page == (tmp_path / "x.html").read_bytes()


def test_the_readme_lets_the_error_be_mended_as_it_says(tmp_path: Path) -> None:
    """With 3.1.4 = 1 the public page is there."""
    copy_example(tmp_path)
    run("gongkai new xixia-civil 2017 --name 西夏区民政局", tmp_path, "en")
    for kind, text in BLOCK.findall((ROOT / "README.md").read_text("utf-8")):
        if kind != "console":
            fill_in(tmp_path, text)
    fill_in(tmp_path, "# params/xixia-civil/2017.csv\n3.1.4,4.信函申请数,件,1")
    assert run("gongkai check xixia-civil", tmp_path, "en")[-1].startswith("1 report: 0 errors")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    """No document speaks of a file that is not there."""
    text = re.sub("`[^`\n]+`", "", path.read_text("utf-8"))  # what is quoted is no link
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("http") or (path.parent / link).exists(), link
    for name in re.findall(r"`((?:kit|docs|tests|notebooks)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("lang", GUIDES)
def test_the_guide_names_every_command(lang: str) -> None:
    """A command that nobody hears of does not exist."""
    text = (ROOT / GUIDES[lang][1]).read_text("utf-8")
    for command in COMMANDS:
        assert re.search(rf"`gongkai {command}[ `]", text), command


def test_every_make_target_of_the_documents_exists() -> None:
    """`make x` in a text is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z]+)`", path.read_text("utf-8")))
        assert named <= targets


def test_make_help_lists_every_target_with_what_it_is_for() -> None:
    """All that a person can ask for, and nothing else."""
    text = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    words = ["make", "--no-print-directory", "help"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r"^  make (\w+) +\S", ran.stdout, re.MULTILINE) == phony.split()


WORKFLOWS = ROOT / "kit" / "gongkai" / "templates" / "init"  # what `gongkai init` writes
SCHEMAS = {
    "vendor.github-workflows": [
        WORKFLOWS / "github.yml",
        *(ROOT / ".github" / "workflows").iterdir(),
    ],
    "vendor.gitlab-ci": [WORKFLOWS / "gitlab.yml"],
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_workflow_is_what_its_platform_takes(schema: str) -> None:
    """By the schema of GitHub, or of GitLab."""
    words = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, *map(str, SCHEMAS[schema])]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_the_workflow_for_gitee_has_the_shape_of_one() -> None:
    """There is no schema of it: stages of steps, each with its kind, a version and commands."""
    import yaml

    whole = yaml.safe_load((WORKFLOWS / "gitee.yml").read_text("utf-8"))
    assert whole.keys() == {"version", "name", "displayName", "triggers", "variables", "stages"}
    for stage in whole["stages"]:
        assert {"name", "displayName", "strategy", "trigger", "steps"} <= stage.keys()
        for step in stage["steps"]:
            assert {"step", "name", "displayName", "pythonVersion", "commands"} <= step.keys()
            assert all(isinstance(words, str) for words in step["commands"])


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml", "gitee.yml"])
def test_a_workflow_runs_commands_that_there_are(name: str) -> None:
    """Each call of the kit is a command with options of its own, and all run the same four."""
    text = re.sub(r"^ *#.*", "", (WORKFLOWS / name).read_text("utf-8"), flags=re.MULTILINE)
    called = [words.split() for words in re.findall(r"\bgongkai ([a-z]+[^|>\n]*)", text)]
    assert {words[0] for words in called} == {"check", "build", "verify", "site"}
    for command, *options in called:
        known = {option for param in load(command).params for option in param.opts}
        assert {word for word in options if word.startswith("--")} <= known


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").iterdir()), ids=str)
def test_a_workflow_of_this_project_runs_what_there_is(path: Path) -> None:
    """Targets of the Makefile, programs of .ci/ that can be run, and what these write into dist/."""
    text = re.sub(r"^ *#.*", "", path.read_text("utf-8"), flags=re.MULTILINE)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    made = re.findall(r"\bmake ([a-z]+)", text)
    programs = [ROOT / name for name in re.findall(r"(?<![\w/])\.ci/\w+", text)]
    assert made or programs
    assert set(made) <= set(targets)
    assert all(os.access(program, os.X_OK) for program in programs)
    release = (ROOT / ".ci" / "release").read_text("utf-8")
    for name in re.findall(r"dist/(\S+)", text):
        assert name in release


def test_the_containerfile_has_no_fault_that_its_linter_knows() -> None:
    """hadolint says nothing: of a base without a version, say, or of a command in a wrong form."""
    if sys.platform == "win32":
        pytest.skip("there is no hadolint for Windows in a package")
    words = [str(BIN / "hadolint"), "--no-color", str(ROOT / "Containerfile")]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_container_holds_the_locked_packages_and_runs_as_nobody_special() -> None:
    """What it copies is there, pip checks each hash or fetches nothing, the last user is not root."""
    text = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    steps = [line.split() for line in text.splitlines() if line and line[0] != "#"]
    copied = [word for first, *words in steps if first == "COPY" for word in words[:-1]]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    installed = re.findall(r"pip install [^&\n]*", text)
    assert installed
    for command in installed:
        assert "--require-hashes" in command or {"--no-deps", "."} <= set(command.split())
    users = [words[0] for first, *words in steps if first == "USER"]
    assert users[-1].isdecimal()
    assert int(users[-1]) > 0


def test_the_map_of_packages_is_drawn_from_the_imports() -> None:
    """`make map` would change nothing: picture and table are those of today's imports."""
    written = draw_map.ARCHITECTURE.read_text("utf-8")
    assert "show --> pipeline" in written
    assert written == draw_map.with_map(written)


def test_every_decision_has_a_date_its_parts_and_a_place_in_the_list() -> None:
    """Context, decision, and what was rejected; its row has title, date and status."""
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    files = {path.name: path.read_text("utf-8") for path in folder.glob("*-*.md")}
    assert len(re.findall(r"^\| \[", index, re.MULTILINE)) == len(files)
    for name, text in files.items():
        title, _, date, _, *rest = text.split("\n")
        assert title.startswith("# ")
        assert name.startswith(f"{date}-")
        assert f"| [{title[2:]}]({name}) | {date} | in force" in index
        parts = re.findall(r"^\*\*(\w+)\.\*\* \S", "\n".join(rest), re.MULTILINE)
        assert parts == ["Context", "Decision", "Rejected"], name


def test_every_check_is_documented() -> None:
    """Each one is named with the duty that it serves."""
    duties = (ROOT / "docs" / "duties.md").read_text("utf-8")
    for run_check in CHECKS:
        assert f"`{run_check.__name__}`" in duties, run_check.__name__


def test_the_licences_name_every_dependency() -> None:
    """What the project stands on is named, with its licence."""
    import tomllib

    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = pyproject["project"]
    extras = [*project["optional-dependencies"].values(), *pyproject["dependency-groups"].values()]
    wanted = [*project["dependencies"], *(item for extra in extras for item in extra)]
    licences = (ROOT / "docs" / "licences.md").read_text("utf-8")
    for requirement in wanted:
        assert f"| {re.split('[><=; ]', requirement)[0]} |" in licences, requirement
