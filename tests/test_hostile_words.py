"""Whatever a name, a cell or an argument says: it is shown as signs, or refused in a sentence."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from conftest import BIN, NOTEBOOK, ROOT, Ran, Sandbox
from gongkai.cli.command import COMMANDS, load
from gongkai.cli.options import YearType
from gongkai.cli.usage_errors import expected_of
from gongkai.messages import json_line, printable
from gongkai.pipeline.batch import LOG
from gongkai.project import INDEX
from hostile_helpers import ended, started, unix

GBK = b"\xd2\xf8\xb4\xa8"  # 银川, as an old archive unpacks it


@unix
def test_a_name_that_is_not_utf_8_is_one_reports_problem(fresh: Sandbox) -> None:
    """The others are built, the index is written, the log has it; every command says it."""
    strange = os.path.join(os.fsencode(fresh.params), GBK)
    os.mkdir(strange)
    for path in fresh.example.iterdir():
        shutil.copy(path, os.fsdecode(strange))
    fresh.edit("2017.yaml", "涉密", "保密")
    ran = ended(fresh.folder, "build")
    assert ran.returncode == 1
    assert "1 built, 0 up to date, 0 without a public page, 1 failed" in ran.stdout
    assert r"params/\xd2\xf8\xb4\xa8/2017.csv: this name is not UTF-8" in ran.stderr
    assert (fresh.outputs / "index.html").exists()
    records = [json.loads(line) for line in (fresh.outputs / LOG).read_text("utf-8").splitlines()]
    assert os.fsdecode(GBK) + "/2017" in {record["report"] for record in records}
    for words in (
        ["list"],
        ["check"],
        ["check", "--format", "json"],
        ["verify"],
        ["export", "--to", "pdf"],
    ):
        ran = ended(fresh.folder, *words)
        said = ran.stdout + ran.stderr
        assert r"\xd2\xf8\xb4\xa8" in said or r"\udcd2\udcf8" in said, words


@unix
def test_a_folder_of_parameters_that_is_not_utf_8_is_said(fresh: Sandbox) -> None:
    """No page could hold its name."""
    os.rename(os.fsencode(fresh.params), os.path.join(os.fsencode(fresh.folder), GBK))
    ran = ended(fresh.folder, "build", "--params", os.fsdecode(GBK))
    assert ran.returncode == 1
    assert r"\xd2\xf8\xb4\xa8/xixia-justice/2017.csv: this name is not UTF-8" in ran.stderr


HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\n::error::fake\n##[error]fake\u2028\u202efdp"


def test_a_hostile_text_is_one_line_of_signs() -> None:
    """For a person it is written out; a program gets it back."""
    for text in (printable(HOSTILE), json_line({HOSTILE: HOSTILE})):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", text)
    assert printable("\x1b\x9b\n银川\udcd2 a\\n") == r"\x1b\x9b\n银川\xd2 a\n"
    assert json.loads(json_line({HOSTILE: HOSTILE})) == {HOSTILE: HOSTILE}


@unix
def test_nothing_out_of_a_cell_or_a_name_reaches_the_terminal_or_the_log(fresh: Sandbox) -> None:
    """No control characters, no line of its own, no command to GitHub, in any command."""
    cell = HOSTILE.replace("\r", "").replace('"', "")
    fresh.set_value("6", f'"{cell}"')
    shutil.copytree(fresh.example, fresh.params / "::add-mask::x")
    shutil.copytree(fresh.example, fresh.params / "\n::error::y\x1b[31m")
    for words in (
        ["check"],
        ["check", "--format", "json"],
        ["check", "--format", "github"],
        ["list"],
        ["build", "--dry-run"],
        ["build"],
        ["build", "--format", "json"],
        ["diff", "params", "params"],
    ):
        ran = ended(fresh.folder, *words)
        for line in (ran.stdout + ran.stderr).split("\n"):
            assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u202e]", line), (words, line)
            github = "github" in words and re.match(r"::(error|warning|notice) file=[^,]+,", line)
            assert github or not line.lstrip().startswith("::"), (words, line)
            assert github or "##[" not in line, (words, line)


@unix
def test_a_terminal_gets_signs_only_beside_what_the_bar_draws(fresh: Sandbox) -> None:
    """Through the library that draws it, too."""
    if shutil.which("script") is None:
        pytest.skip("no `script` on this machine: no terminal")
    fresh.set_value("6", '"\x1b]0;owned\x07"')
    words = ["script", "-qec", f"{BIN / 'gongkai'} build", "/dev/null"]
    ran = started(fresh.folder, *words, TERM="xterm")
    assert "owned" in ran.stdout
    assert "\x1b]0;" not in ran.stdout


def test_a_year_is_one_from_1000_to_9999(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """A file of another name is said, and taken for no report's; foreign files stay."""
    shutil.copy(fresh.example / "2017.csv", fresh.example / "0017.csv")
    ran = gongkai("build")
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == (
        "params/xixia-justice/0017.csv: this is not a year from 1000 to 9999, so the file does "
        "not belong to a report"
    )
    (fresh.example / "0017.csv").unlink()
    old = fresh.outputs / "old"
    old.mkdir()
    for name in ("0017.json", "2017.json", "2018.html"):
        (old / name).write_text("not made here", "utf-8")
    ran = gongkai("build", "--prune")
    assert "outputs/old/2018.html: has no parameters, but was not made by gongkai" in ran.err
    assert "were removed" not in ran.err
    left = {path.name for path in old.iterdir()} - {INDEX}  # the index shows what it cannot read
    assert left == {"0017.json", "2017.json", "2018.html"}


def test_each_kind_of_word_is_refused_with_what_it_should_be() -> None:
    """What a number should be is said of numbers alone."""
    kinds = {
        param.type
        for command in map(load, COMMANDS)
        for param in command.params
        if not getattr(param, "is_flag", False)
    }
    for kind in kinds - {click.STRING}:
        assert expected_of(kind), kind
        number = "whole number" in str(expected_of(kind))
        assert number == (
            isinstance(kind, click.types.IntParamType) and not isinstance(kind, YearType)
        )
    assert expected_of(click.Path(exists=True)) == "the path of a file or folder"
    assert expected_of(click.FLOAT) == ""


@unix
@pytest.mark.parametrize(
    "address", ["foo://x", "tcp://", "x y://", "tls://127.0.0.1:1", "inproc://x"]
)
def test_an_address_that_is_none_ends_the_command(fresh: Sandbox, address: str) -> None:
    """Exit 2, in finite time, and no process stays."""
    ran = ended(fresh.folder, "build", "--scheduler", address)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    assert ran.stderr.startswith(f"there is no scheduler at {address}: ")


@pytest.mark.parametrize("name", ["kit", "pandas"])
def test_a_notebook_may_have_any_name(
    project: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """Also one that the manifest has a use for: a change of it makes the report stale."""
    notebook = project.folder / name
    shutil.copy(NOTEBOOK, notebook)
    words = ("--notebook", str(notebook))
    assert gongkai("build", *words).status == 0
    assert gongkai("list", *words).lines == ["xixia-justice/2017: fresh"]
    notebook.write_text(notebook.read_text("utf-8") + "\n", "utf-8")
    assert gongkai("list", *words).lines == [
        f"xixia-justice/2017: stale: {name} (notebook) changed"
    ]


def test_an_invented_county_fits_into_a_project_that_was_just_begun(
    tmp_path: Path, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`gongkai init` leaves a folder of parameters with nothing in it but a mark for git."""
    monkeypatch.chdir(tmp_path)
    assert gongkai("init", "ours").status == 0
    assert gongkai("demo", "--district", "ours").status == 0
    assert gongkai("demo", "--district", "ours").status == 2


def test_a_demo_has_an_end(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """A slip of the finger fills no disk."""
    ran = gongkai("demo", "99999999999", "zz")
    assert (ran.status, (project.folder / "zz").exists()) == (2, False)
    assert "a whole number from 1 to 1000000" in ran.err


def test_the_command_prints_in_one_place() -> None:
    """All output of data goes through one function, so no caller can forget it."""
    for path in sorted((ROOT / "kit" / "gongkai" / "cli").glob("*.py")):
        own = ("printing.py", "__init__.py")
        if path.name not in own:
            text = path.read_text("utf-8")
            found = re.findall(
                r"click\.echo\((?!text, nl=False)|\bprint\(|sys\.std\w+\.write", text
            )
            assert [it for it in found if it != "print("] == [], path.name
