"""Whatever stands in folders, cells and results: it is one report's problem, said in a sentence."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import psutil
import pytest
from filelock import FileLock

from commands import Command, How, run_command, run_program, start_command
from conftest import BIN, NOTEBOOK, ROOT, Ran, Sandbox, hashes, needs_chromium
from gongkai import disk, locks
from gongkai.cli.command import cli
from gongkai.cli.options import YearType
from gongkai.cli.usage_errors import expected_of
from gongkai.disk import SCRATCH, STAGING, machine, remove_abandoned_staging, scratch, stamp_of
from gongkai.errors import KitError
from gongkai.locks import locked
from gongkai.manifest import read_manifest
from gongkai.messages import json_line, printable
from gongkai.pipeline.batch import LOG
from gongkai.pipeline.hashes import CACHE_FILE as HASHES
from gongkai.project import INDEX, OUTPUTS_LOCK, Target
from gongkai.show.index import CACHE_FILE, INDEX_LOCK

SECONDS = 120  # that any of these commands may take: a hang is a failure, not a wait
TARGET = Target("xixia-justice", 2017)
GBK = b"\xd2\xf8\xb4\xa8"  # 银川, as an old archive unpacks it
unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names, files or users")
# Root without its two capabilities to read everything: it reads what is its own.
LIKE_OTHERS = How(under=("setpriv", "--bounding-set=-dac_override,-dac_read_search"))
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="not root, or no setpriv: no folder of somebody else's could be made",
)


def ended(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, and assert that it ends, and with no traceback."""
    ran = run_command(folder, *words, timeout=SECONDS, how=How(environment=environment))
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran


def patched(folder: Path, patch: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command after a line of Python, in a process of its own."""
    code = f"{patch}; from gongkai import cli; cli.main()"
    return run_program(folder, "python", "-c", code, *words, timeout=SECONDS)


def runs_with(folder: Path) -> bool:
    """Whether a process of this machine has the folder in its command line."""
    running = psutil.process_iter(["cmdline"])
    return any(str(folder) in word for process in running for word in process.info["cmdline"] or ())


@pytest.fixture
def fresh(project: Sandbox, built: Sandbox) -> Sandbox:
    """A project whose one report is built."""
    shutil.copytree(built.outputs, project.outputs)
    return project


# --- names ------------------------------------------------------------------------


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
    environment = {**os.environ, "TERM": "xterm"}
    ran = subprocess.run(
        words,
        cwd=fresh.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
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
    assert "removed" not in ran.err.replace("removes them", "")
    left = {path.name for path in old.iterdir()} - {INDEX}  # the index shows what it cannot read
    assert left == {"0017.json", "2017.json", "2018.html"}


# --- what cannot be read ----------------------------------------------------------


def like_others(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody who may read only what is their own."""
    return run_command(folder, *words, timeout=SECONDS, how=LIKE_OTHERS)


@unix
@as_root
@pytest.mark.parametrize("mode", [0o700, 0o744], ids=["closed", "its files cannot be looked at"])
def test_a_folder_that_cannot_be_read_is_not_gone(fresh: Sandbox, mode: int) -> None:
    """It is named, exit 1; the others are built, and nothing is pruned."""
    for folder in (fresh.params, fresh.outputs):
        shutil.copytree(folder / TARGET.slug, folder / "helan-justice")
    private = fresh.params / "helan-justice"
    os.chown(private, 65534, 65534)
    private.chmod(mode)
    said = "params/helan-justice: the folder cannot be read: Permission denied"
    before = hashes(fresh.outputs / "helan-justice")

    for words in (
        ["build"],
        ["build", "--prune"],
        ["build", "--prune", "helan-justice"],
        ["build", "--dry-run", "--prune"],
        ["list"],
        ["check"],
        ["verify"],
        ["status", "2017"],
    ):
        done = like_others(fresh.folder, *words)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
        assert said in done.stderr.splitlines(), words
        assert ("--prune" in words) == ("nothing was removed" in done.stderr)
        assert "helan-justice/2017: orphan" not in done.stdout
        assert hashes(fresh.outputs / "helan-justice") == before
    done = like_others(fresh.folder, "list", TARGET.slug)
    assert (done.returncode, done.stderr) == (0, "")


@unix
@as_root
def test_results_that_cannot_be_read_are_said_and_stop_no_other_report(fresh: Sandbox) -> None:
    """Neither those of one agency in the listing, nor the building of the next."""
    shutil.copytree(fresh.example, fresh.params / "yongning-justice")
    folder = fresh.outputs / TARGET.slug
    os.chown(folder, 65534, 65534)
    folder.chmod(0o700)
    said = "outputs/xixia-justice: the folder cannot be read: Permission denied"
    for words in (["list"], ["verify"]):
        done = like_others(fresh.folder, *words)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    done = like_others(fresh.folder, "build")
    assert done.returncode == 1
    assert done.stdout.startswith("1 built, 0 up to date, 0 without a public page, 1 failed")
    assert "outputs: Permission denied" in done.stderr


@unix
@as_root
@pytest.mark.parametrize("command", [("status",), ("rollup", "yunxiu", "2025", "--dry-run")])
def test_a_folder_that_may_not_be_looked_into_is_one_body_s_problem(
    county: Path, command: tuple[str, ...]
) -> None:
    """The reports of all other bodies are counted."""
    folder = county / "yunxiu-civil"
    folder.chmod(0o700)
    os.chown(folder, 65534, 65534)
    ran = like_others(Path.cwd(), *command, "--lang", "en")
    expected = {
        "status": "60 bodies: 50 in (1 with errors, 2 late), 5 missing, 3 unreadable, 2 exempt",
        "rollup": "云岫县人民政府 2025: 37 reports added up, 6 missing or unreadable, 2 exempt",
    }
    assert expected[command[0]] in ran.stdout, ran.stderr


@unix
@as_root
def test_a_file_that_may_not_be_looked_at_is_its_reports_problem(fresh: Sandbox) -> None:
    """By name and reason, for whoever reads the report: the command, and a notebook's cells."""
    os.chown(fresh.example, 65534, 65534)
    fresh.example.chmod(0o744)
    said = "params/xixia-justice/2017.yaml: cannot be read: Permission denied"
    code = "from pathlib import Path; from gongkai.report.reader import load_report as it\n"
    code += (
        "try: it('xixia-justice', 2017, Path('params'))\nexcept Exception as error: print(error)"
    )
    ran = run_program(fresh.folder, "python", "-c", code, how=LIKE_OTHERS)
    assert (ran.returncode, ran.stdout.splitlines()) == (0, [said])


@unix
@as_root
@pytest.mark.parametrize(
    ("name", "mode"), [("params", 0o711), ("params", 0o744), ("outputs", 0o711), ("forms", 0o711)]
)
def test_a_folder_of_the_project_that_cannot_be_read_is_said(
    fresh: Sandbox, name: str, mode: int
) -> None:
    """In every command: the folder, and the system's reason; never what a number should be."""
    folder = fresh.folder / name
    folder.mkdir(exist_ok=True)
    os.chown(folder, 65534, 65534)
    folder.chmod(mode)
    forms = ["--forms", "forms"] if name == "forms" else []
    for words in (
        ["list"],
        ["check"],
        ["build", "--prune"],
        ["verify"],
        ["index"],
        ["export", "--to", "pdf"],
        ["diff", "params", "params"],
        ["diff", "xixia-justice/2017", "xixia-justice/2017"],
        ["lab", "xixia-justice", "2017", "--no-open"] if name == "params" else ["list"],
        ["watch", "xixia-justice/2017", "--no-open"] if name == "params" else ["list"],
        ["new", "xixia-civil", "2018", "--name", "x"],
    ):
        done = like_others(fresh.folder, *words, *forms)
        assert "Traceback" not in done.stderr
        said = done.stdout + done.stderr
        assert "expected:" not in said
        assert "unexpected error" not in said
        if done.returncode:
            assert name in said, words
            assert "Permission denied" in said, (words, said)
        assert done.returncode or name != "params" or words[0] == "index", words


@unix
@as_root
def test_one_report_that_cannot_be_read_is_said_by_whoever_shows_one(fresh: Sandbox) -> None:
    """By the commands for one report, too."""
    os.chown(fresh.example, 65534, 65534)
    fresh.example.chmod(0o700)
    said = "params/xixia-justice: the folder cannot be read: Permission denied"
    for words in (
        ["lab", "xixia-justice", "2017", "--no-open"],
        ["watch", "xixia-justice/2017", "--no-open"],
        ["export", "--to", "pdf", "xixia-justice/2017"],
        ["check", "xixia-justice/2017"],
        ["diff", "xixia-justice/2017", "xixia-justice/2017"],
        ["diff", "params", "params"],
    ):
        done = like_others(fresh.folder, *words)
        assert said in done.stderr.splitlines(), words
        assert done.returncode, words


@unix
@as_root
def test_what_cannot_be_read_is_no_difference(fresh: Sandbox) -> None:
    """An agency that is there on both sides is neither new nor gone, only not compared."""
    other = fresh.folder / "other"
    shutil.copytree(fresh.params, other)
    shutil.copytree(fresh.example, other / "helan-justice")
    shutil.copytree(fresh.example, fresh.params / "helan-justice")
    os.chown(fresh.params / "helan-justice", 65534, 65534)
    (fresh.params / "helan-justice").chmod(0o700)
    done = like_others(fresh.folder, "diff", "params", "other")
    assert done.returncode == 1
    assert done.stdout == (
        "! helan-justice/2017 → helan-justice/2017: not compared, because one of them cannot be read\n"
    )
    assert "params/helan-justice: the folder cannot be read" in done.stderr


def committed(folder: Path) -> None:
    """Make a repository of a folder, and commit all of it."""
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        names = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


@unix
@pytest.mark.parametrize("became", ["a link to a drive", "a loop", "a file"])
def test_a_folder_that_is_a_link_to_nowhere_was_not_removed(
    fresh: Sandbox, gongkai: Callable[..., Ran], became: str
) -> None:
    """The drive may be mounted tomorrow: nothing is deleted, and the page stays in the site."""
    assert gongkai("site", "public").status == 0
    shutil.rmtree(fresh.example)
    if became == "a file":  # as git checks out a link where there are none
        fresh.example.write_text("/mnt/share/xixia-justice", "utf-8")
    else:
        to = "xixia-justice" if became == "a loop" else "/nowhere/xixia-justice"
        fresh.example.symlink_to(to)
    shutil.copytree(ROOT / "params" / "shuyang-ndrc", fresh.params / "shuyang-ndrc")
    assert gongkai("build", "--prune").status == (became != "a file")
    assert fresh.output(".html").exists()
    gongkai("site", "public")
    assert (fresh.folder / "public" / "xixia-justice" / "2017.html").exists()
    if became != "a file":
        assert "params/xixia-justice: " in gongkai("check").err


@unix
@pytest.mark.parametrize(
    ("link", "to"), [("alias", "xixia-justice"), ("xixia-justice/2017.csv", "../figures.csv")]
)
def test_a_link_at_a_revision_is_said_and_not_followed(
    project: Sandbox, gongkai: Callable[..., Ran], link: str, to: str
) -> None:
    """A folder or a file: git holds where it leads, and not what is there."""
    shutil.copy(project.example / "2017.csv", project.params / "figures.csv")
    (project.params / link).unlink(missing_ok=True)
    (project.params / link).symlink_to(to)
    committed(project.folder)
    (project.params / link).unlink()
    shutil.copy(project.params / "figures.csv", project.example / "2017.csv")
    ran = gongkai("diff", "HEAD:", "params")
    assert ran.status == 1
    said = "this is a symbolic link; at a git revision, links are not followed"
    assert f"HEAD:{link}: {said}" in ran.err.splitlines()
    assert not {line[0] for line in ran.lines} & {"+", "-"}
    ran = gongkai("diff", f"HEAD:{link.partition('/')[0]}/2017", "xixia-justice/2017")
    assert (ran.status, ran.err) == (2, f"HEAD:{link}: {said}\n")


OTHER_DISK = "/dev/shm"  # noqa: S108 - of Linux, in memory


@pytest.mark.skipif(not os.path.isdir(OTHER_DISK), reason="there is no other disk")
def test_outputs_of_an_agency_may_be_on_another_disk(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A link to a larger disk: the report is built there, and nothing is left aside."""
    with tempfile.TemporaryDirectory(dir=OTHER_DISK) as folder:
        there = Path(folder) / "xixia-justice"
        shutil.move(fresh.outputs / "xixia-justice", there)
        (fresh.outputs / "xixia-justice").symlink_to(there)
        before = hashes(there)
        ran = gongkai("build", "--force")
        assert ran.status == 0, ran.err
        assert gongkai("export", "--to", "json", "xixia-justice").status == 0
        (there / "2017.data.json").unlink()
        assert hashes(there) == before
        assert gongkai("list").out == "xixia-justice/2017: fresh\n"


@unix
def test_an_agency_that_is_a_link_to_another_is_refused(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It would be built twice; and what is removed under one name is the other's."""
    (fresh.params / "alias").symlink_to("xixia-justice")
    said = (
        "params/alias: this is a link to the folder of xixia-justice; two agencies cannot share one"
    )
    for words in (["list"], ["build"], ["check"], ["build", "alias"], ["verify", "alias/2017"]):
        ran = gongkai(*words)
        assert ran.status == 1, words
        assert said in ran.err.splitlines(), words
    assert not (fresh.outputs / "alias").exists()
    (fresh.params / "alias").unlink()
    (fresh.outputs / "alias").symlink_to("xixia-justice")
    before = hashes(fresh.outputs)
    assert gongkai("build", "--prune").status == 0
    assert hashes(fresh.outputs) == before


def test_each_kind_of_word_is_refused_with_what_it_should_be() -> None:
    """What a number should be is said of numbers alone."""
    kinds = {
        param.type
        for command in cli.commands.values()
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


# --- what the system refuses ------------------------------------------------------


@unix
@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("-n 12", "the system refused: Too many open files"),
        ("-n 7", "the system refused: Too many open files"),
        ("-v 60000", "memory"),
        ("-v 200000", ""),
        ("-v 230000", ""),
    ],
)
def test_a_system_without_files_or_memory_is_a_sentence(
    fresh: Sandbox, limit: str, said: str
) -> None:
    """Wherever it ends: while the command is loaded, or while a report is built."""
    words = ["sh", "-c", f"ulimit {limit}; exec {BIN / 'gongkai'} build --force --jobs 1"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(
        words,
        cwd=fresh.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert "Traceback" not in ran.stderr
    assert "unexpected error" not in ran.stderr
    assert said in ran.stderr
    if said or ran.returncode:  # how much memory it takes is another thing on another machine
        assert (ran.returncode, bool(ran.stderr.strip())) == (1, True)
    assert json.loads(fresh.output(".json").read_bytes())["report"] == str(TARGET)


@pytest.mark.parametrize("words", [("build",), ("lab", "xixia-justice", "2017", "--no-open")])
def test_a_notebook_without_end_is_not_read(fresh: Sandbox, words: tuple[str, ...]) -> None:
    """Three gigabytes of nothing cost neither memory nor time."""
    notebook = fresh.folder / "large.ipynb"
    with notebook.open("wb") as file:
        file.truncate(3_000_000_000)
    ran = ended(fresh.folder, *words, "--notebook", "large.ipynb")
    assert ran.returncode == 1
    assert "large.ipynb: the file is larger than 20 MB" in ran.stderr


def test_prune_says_first_what_it_removes(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """Every file; a dry run leaves them all."""
    assert gongkai("new", "xixia-civil", "2018", "--name", "西夏区民政局").status == 0
    shutil.rmtree(fresh.example)
    names = ["json", "html", "review.html", "ipynb"]
    listed = [f"outputs/xixia-justice/2017.{it}: has no parameters; to be removed" for it in names]
    ran = gongkai("build", "--prune", "--dry-run", "xixia-justice")
    assert (ran.err.splitlines(), fresh.output(".html").exists()) == (listed, True)
    ran = gongkai("build", "--prune", "xixia-justice")
    assert ran.err.splitlines()[:5] == [*listed, "xixia-justice/2017: its outputs were removed"]
    assert not fresh.output(".html").exists()


def test_nothing_is_removed_while_a_folder_has_no_agencys_name(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It may be the renamed one of a report that only seems to be removed; nor by the site."""
    assert gongkai("site", "site").status == 0
    fresh.example.rename(fresh.example.with_name("Xixia-Justice"))
    ran = gongkai("build", "--prune")
    assert ran.status == 1
    assert "nothing was removed, because not all of params could be read" in ran.err
    assert fresh.output(".html").exists()
    gongkai("site", "site")
    assert (fresh.folder / "site" / TARGET.slug / "2017.html").exists()


@pytest.mark.parametrize(
    "name",
    [
        "2018年.yaml",
        "２０１８.yaml",
        "2018(1).yaml",
        "2018.yaml.txt",
        "2018.YAML",
        "复件 2018.csv",
        "2018终稿.yaml",
        "2018 2.yaml",
        "Copy of 2018.yaml",
        "2018 (云岫的冲突副本 2026-01-02).yaml",
        "2018.sync-conflict-20260102.yaml",
        "2018年报（终稿）.yaml",
    ],
)
def test_a_years_file_that_is_called_otherwise_is_named(
    fresh: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """Its report would be missing without a word; a copy beside the right one is none of ours."""
    shutil.copy(fresh.example / "2017.yaml", fresh.example / name)
    shutil.copy(fresh.example / "2017.yaml", fresh.example / "2017(1).yaml")
    ran = gongkai("list")
    assert ran.status == 1
    assert ran.err == (
        f"params/xixia-justice/{name}: is not read; "
        "the files of a year must be named 2018.yaml and 2018.csv\n"
    )


def test_a_report_one_folder_too_deep_is_named(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """As an archive unpacks into a folder of its own, or a folder a year was meant."""
    (fresh.params / "2018").mkdir()
    shutil.move(fresh.example, fresh.params / "2018" / "xixia-justice")
    ran = gongkai("check")
    assert ran.status == 1
    assert "params/2018/xixia-justice: this agency's folder is not read; move it up" in ran.err


def test_a_page_whose_files_have_a_wrong_name_stays_in_the_site(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It was not withdrawn: it is not read, and that is said."""
    assert gongkai("site", "site").status == 0
    for suffix in ("yaml", "csv"):
        (fresh.example / f"2017.{suffix}").rename(fresh.example / f"2017年.{suffix}")
    assert gongkai("site", "site").status == 1
    assert (fresh.folder / "site" / TARGET.slug / "2017.html").exists()


# --- state on the disk ------------------------------------------------------------


def changed(**parts: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda manifest: {**manifest, **parts}


DIGEST = "0" * 64
FINDING = {"id": "x", "severity": "note", "zh": "", "en": ""}
DAMAGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a device": lambda it: {**it, "outputs": {**it["outputs"], "/dev/zero": DIGEST}},
    "a path": lambda it: {**it, "outputs": {**it["outputs"], "../../etc/passwd": DIGEST}},
    "a NUL": lambda it: {**it, "outputs": {**it["outputs"], "2017\0.html": DIGEST}},
    "half a character in a name": lambda it: {**it, "outputs": {"\ud800": DIGEST}},
    "half a character in the agency": changed(name="\ud800"),
    "another year's file": lambda it: {**it, "outputs": {**it["outputs"], "2018.html": DIGEST}},
    "no output": changed(outputs={}),
    "a list of outputs": changed(outputs=["2017.html"]),
    "a number for a hash": lambda it: {**it, "outputs": {**it["outputs"], "2017.html": 7}},
    "a list of inputs": changed(execute=[]),
    "a list for a hash": lambda it: {**it, "execute": {**it["execute"], "kit": []}},
    "a list of exports": changed(export=[["--strict", "True"]]),
    "findings that are none": changed(findings=[1]),
    "a finding of half its fields": changed(findings=[FINDING]),
    "another schema": changed(schema=2),
    "a severity that is a list": lambda it: {
        **it,
        "findings": [{**it["findings"][0], "severity": []}],
    },
    "figures that are numbers": changed(figures={"granted": 7}),
    "an edition that is none": changed(edition=2014),
    "another report's": changed(report="helan-justice/2017"),
    "a list": lambda it: [it],
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_manifest_counts_as_none(
    fresh: Sandbox, gongkai: Callable[..., Ran], damage: str
) -> None:
    """Every reader says so, and nobody follows what stands in it."""
    path = fresh.output(".json")
    whole = path.read_bytes()
    path.write_text(json.dumps(DAMAGED[damage](json.loads(whole))), "utf-8")
    assert read_manifest(fresh.outputs, TARGET) is None
    ran = gongkai("list")
    assert ran.lines == ["xixia-justice/2017: stale: its manifest cannot be read"]
    assert gongkai("index").lines[0].startswith("written: outputs/index.html (1 report")
    assert "无法读取" in (fresh.outputs / "index.html").read_text("utf-8")
    ran = gongkai("diff", str(fresh.outputs / "xixia-justice/2017"), f"{fresh.outputs}/{TARGET}")
    assert "is not a build that can be compared" in ran.err


def test_a_damaged_manifest_is_made_again(fresh: Sandbox, built: Sandbox) -> None:
    """To the very same bytes."""
    path = fresh.output(".json")
    whole = json.loads(path.read_bytes())
    path.write_text(json.dumps(DAMAGED["a NUL"](whole)), "utf-8")
    ran = ended(fresh.folder, "build")
    assert (ran.returncode, ran.stdout.split(",")[0]) == (0, "1 built")
    assert hashes(fresh.outputs) == hashes(built.outputs)


def test_an_agency_whose_manifest_is_damaged_keeps_its_page_for_the_next_build(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It is no page of an agency without reports."""
    assert gongkai("index").status == 0
    fresh.output(".json").write_text("", "utf-8")
    assert gongkai("list").lines == ["xixia-justice/2017: stale: its manifest cannot be read"]


@unix
def test_a_pipe_in_the_place_of_any_file_stops_nobody(fresh: Sandbox, built: Sandbox) -> None:
    """Neither those that are read nor those that are written; what can be made is made again."""
    names = [f"2017{it}" for it in (".html", ".review.html", ".ipynb", ".json", ".pdf")]
    places = [fresh.outputs / TARGET.slug / name for name in names]
    places += [fresh.outputs / name for name in (HASHES, CACHE_FILE, LOG)]
    for path in places:
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    for words in (["list"], ["index"], ["verify"], ["export", "--to", "pdf"], ["build"]):
        ended(fresh.folder, *words)
    assert ended(fresh.folder, "list").stdout == "xixia-justice/2017: fresh\n"
    for suffix in (".html", ".review.html", ".ipynb", ".json"):
        assert fresh.output(suffix).read_bytes() == built.output(suffix).read_bytes()


@unix
def test_a_build_that_cannot_write_the_index_says_so_and_names_the_file(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The reports are as they should be; the page of all of them is not, so the status is 1."""
    for name in (CACHE_FILE, "index.html"):
        (fresh.outputs / name).unlink(missing_ok=True)
        os.mkfifo(fresh.outputs / name)
        ran = gongkai("build")
        assert ran.status == 1
        assert f"cannot write to outputs/{name}: not a regular file" in ran.err.splitlines()
        (fresh.outputs / name).unlink()
    assert gongkai("build").status == 0
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]


FORGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a slug that leads away": lambda it: it["manifests"].update(
        {"../evil/2017.json": it["manifests"].pop("xixia-justice/2017.json")}
    ),
    "an entry that leads away": lambda it: it["manifests"]["xixia-justice/2017.json"][
        1
    ].__setitem__(0, "../evil"),
    "a page that leads away": lambda it: it["pages"].update({"../evil/index.html": [1, 2, 3]}),
    "a stamp that is a text": lambda it: it["pages"].update({"index.html": "now"}),
    "half a character": lambda it: it["manifests"]["xixia-justice/2017.json"][1].__setitem__(
        2, "\ud800"
    ),
    "a list of manifests": lambda it: it.update(manifests=[]),
    "counts that are texts": lambda it: it["manifests"]["xixia-justice/2017.json"][1].__setitem__(
        5, ["1", "2", "3"]
    ),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_the_index_writes_nothing_outside_and_nothing_that_was_forged(
    fresh: Sandbox, gongkai: Callable[..., Ran], forgery: str
) -> None:
    """Its memory is a memory only: what does not fit is read anew."""
    assert gongkai("index").status == 0
    page = (fresh.outputs / "index.html").read_bytes()
    evil = fresh.folder / "evil"
    evil.mkdir()
    (evil / "index.html").write_text("mine", "utf-8")
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    FORGED[forgery](memory)
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    (fresh.outputs / "index.html").unlink()
    assert gongkai("index").status == 0
    assert (fresh.outputs / "index.html").read_bytes() == page
    assert (evil / "index.html").read_text("utf-8") == "mine"


def test_half_a_line_in_the_log_swallows_no_record(tmp_path: Path) -> None:
    """The next record stands on a line of its own."""
    log = tmp_path / LOG
    log.write_text('{"report": "a/2017"}\n{"rep')
    disk.append_line(log, b'{"report": "b/2017"}')
    disk.append_line(log, b'{"report": "c/2017"}')
    assert log.read_text().splitlines()[2:] == ['{"report": "b/2017"}', '{"report": "c/2017"}']


def test_a_log_that_leads_outside_is_not_written(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The reports are built all the same, and the other file stays as it was."""
    other = fresh.folder / "other.txt"
    other.write_text("mine", "utf-8")
    (fresh.outputs / LOG).unlink(missing_ok=True)
    (fresh.outputs / LOG).symlink_to(other)
    assert gongkai("build", "--force").status == 0
    assert other.read_text("utf-8") == "mine"


# --- the lock ---------------------------------------------------------------------

HOLD = "import sys, time; from pathlib import Path; from gongkai.locks import locked\n"
HOLD += "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"


@pytest.fixture
def holder(fresh: Sandbox) -> Iterator[Command]:
    """A process that holds the lock of the outputs."""
    process = start_command(fresh.folder, "python", "-c", HOLD, str(fresh.outputs / OUTPUTS_LOCK))
    while process.stdout.read_text("utf-8") != "held\n":
        assert process.poll() is None
        time.sleep(0.01)
    yield process
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(SECONDS)


def test_who_waits_says_for_whom_and_not_for_ever(fresh: Sandbox, holder: Command) -> None:
    """A sentence after a second, another at the end; waiting is not the cell's time."""
    fresh.edit("2017.yaml", "涉密", "保密")
    patch = "from gongkai import locks; locks.PATIENCE = 4"
    ran = patched(fresh.folder, patch, "build", "--timeout", "3")
    assert ran.returncode == 1
    said = f"process {holder.pid} on "
    lines = [line for line in ran.stderr.splitlines() if said in line and OUTPUTS_LOCK in line]
    waiting = [line for line in lines if "for 4 s" not in line]
    assert len(lines) == len(waiting) + 1
    # The report's process says so, and then the one that writes the log.
    assert 1 <= len(waiting) <= 2
    for line in waiting:
        assert line.startswith("outputs/.lock: waiting; another process is writing here: ")
    assert "took longer" not in ran.stderr
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate(SECONDS)
    assert ended(fresh.folder, "build").stdout.startswith("1 built")


def test_a_report_that_fails_says_why_while_somebody_else_holds_the_lock(
    fresh: Sandbox, holder: Command
) -> None:
    """The notebook of what ran cannot be left there; the failure is no less a failure of its own."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    notebook["cells"].append({**notebook["cells"][-1], "id": "own", "source": "1 / 0"})
    (fresh.folder / "own.ipynb").write_text(json.dumps(notebook), "utf-8")
    patch = "from gongkai import locks; locks.PATIENCE = 2"
    ran = patched(fresh.folder, patch, "build", "--notebook", "own.ipynb")
    assert ran.returncode == 1
    assert "ZeroDivisionError" in ran.stderr
    assert "unexpected" not in ran.stderr


@pytest.mark.parametrize("page", ["somebody's", "edited"])
def test_prune_leaves_a_page_that_the_kit_did_not_make_like_that(
    fresh: Sandbox, gongkai: Callable[..., Ran], page: str
) -> None:
    """gongkai is a word, often in addresses of such pages; and an edited page is somebody's work."""
    path = fresh.output(".html")
    if page == "edited":
        path.write_text(path.read_text("utf-8").replace("</main>", "<p>更正</p></main>"), "utf-8")
    else:
        text = '<html><body><a href="http://www.example.gov.cn/xxgongkai/">公开</a></body></html>'
        path.write_text(text, "utf-8")
    shutil.rmtree(fresh.example)
    ran = gongkai("build", "--prune", "xixia-justice")
    assert path.exists()
    assert not fresh.output(".review.html").exists()
    assert "outputs/xixia-justice/2017.html" in ran.err


@unix
@pytest.mark.parametrize("signed", ["", "one line", "{host}\n999999999\nlong ago\n"])
def test_a_lock_that_nobody_signed_is_held_by_an_unknown_process(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, signed: str
) -> None:
    """By a program that only opened the file; who signed it before, and has ended, is not named."""
    fresh.outputs.mkdir(exist_ok=True)
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    with FileLock(fresh.outputs / INDEX_LOCK):
        (fresh.outputs / INDEX_LOCK).write_text(signed.format(host=socket.gethostname()), "utf-8")
        ran = gongkai("index")
    said = "another process has been writing here for 0.2 s, so this one gave up waiting: an unknown process"
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == f"outputs/{INDEX_LOCK}: {said}"


@unix
@pytest.mark.parametrize("words", [("build",), ("index",), ("build", "--prune")])
def test_where_there_can_be_no_lock_the_command_ends_at_once(
    fresh: Sandbox, words: tuple[str, ...]
) -> None:
    """In /proc no file can be made."""
    if not Path("/proc/self").exists():
        pytest.skip("no /proc on this machine")
    ran = ended(fresh.folder, *words, "--outputs", "/proc")
    assert ran.returncode == 1
    assert "/proc: " in ran.stderr


def test_a_name_that_the_system_cannot_write_is_a_refusal(tmp_path: Path) -> None:
    """As 出.csv where the system knows ASCII alone; here half a character."""
    with pytest.raises(OSError):  # noqa: PT011 - whichever the system's words are
        disk.write_whole(tmp_path / "\ud800", "x")
    assert list(tmp_path.iterdir()) == []


@unix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o600), (0o002, 0o660), (0o077, 0o600)])
def test_a_lock_is_for_those_who_may_write(tmp_path: Path, mask: int, mode: int) -> None:
    """Whoever can open it can hold it: a reader cannot, a group that shares the folder can."""
    before = os.umask(mask)
    try:
        with locked(tmp_path / OUTPUTS_LOCK):
            assert stat.S_IMODE((tmp_path / OUTPUTS_LOCK).stat().st_mode) == mode
        disk.write_whole(tmp_path / "page", "x")
        assert stat.S_IMODE((tmp_path / "page").stat().st_mode) == 0o666 & ~mask
    finally:
        os.umask(before)


@unix
@pytest.mark.parametrize(
    "address", ["foo://x", "tcp://", "x y://", "tls://127.0.0.1:1", "inproc://x"]
)
def test_an_address_that_is_none_ends_the_command(fresh: Sandbox, address: str) -> None:
    """Exit 2, in finite time, and no process stays."""
    ran = ended(fresh.folder, "build", "--scheduler", address)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    assert ran.stderr.startswith(f"there is no scheduler at {address}: ")


# --- drafts -----------------------------------------------------------------------


@unix
def test_drafts_are_their_owners_and_do_not_outlive_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a process that has ended go, those of one that lives stay, whatever the clock says."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended_ = subprocess.Popen(["true"])
    ended_.wait()
    names = {
        f"{SCRATCH}{machine()}-{ended_.pid}-0": False,
        f"{SCRATCH}{machine()}-{os.getpid()}-0": True,
        f"{SCRATCH}another-machine-{ended_.pid}-0": False,
        f"{SCRATCH}mine": True,
    }
    for name in names:
        (tmp_path / name / "2017").mkdir(parents=True)
        long_ago = time.time() - 3 * 24 * 60 * 60
        os.utime(tmp_path / name, (long_ago, long_ago))
    with scratch() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {name: (tmp_path / name).exists() for name in names} == names
    assert not folder.exists()


@unix
def test_a_builder_that_lives_keeps_its_folder_when_the_clock_jumps(tmp_path: Path) -> None:
    """Its process is asked, not the time."""
    mine = tmp_path / f"{STAGING}{machine()}-{os.getpid()}-0"
    mine.mkdir()
    os.utime(mine, (0, 0))
    remove_abandoned_staging(tmp_path)
    assert mine.exists()


KERNEL = ("build", "xixia-justice/2017", "--engine", "kernel")
GIT = shutil.which("git")


@pytest.mark.parametrize(
    ("words", "begun"),
    [
        (("verify",), "*"),
        (("diff", "HEAD:", "params"), "*"),
        (KERNEL, "profile_default/startup/README"),
    ],
    ids=["verify", "diff", "a kernel"],
)
@unix
def test_a_command_that_was_killed_leaves_nothing_for_long(
    tmp_path: Path, words: tuple[str, ...], begun: str
) -> None:
    """The next one removes the drafts, and what a kernel was spoken to through.

    A diff would often have ended before it is killed: here git does not hand over its files. A
    kernel notices within a second or two that its command is dead, and may write until then.
    """
    drafts = tmp_path / "tmp"
    drafts.mkdir()
    environment = {**os.environ, "TMPDIR": str(drafts)}
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\n[ "$1" != cat-file ] || exec sleep {SECONDS}\nexec {GIT} "$@"\n')
    slow.chmod(0o755)
    killed = {**environment, "PATH": f"{slow.parent}{os.pathsep}{os.environ['PATH']}"}
    outputs = ["--outputs", str(tmp_path / "outputs")]
    process = subprocess.Popen(
        [BIN / "gongkai", *words, *outputs], cwd=ROOT, env=killed, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + SECONDS
    while not list(drafts.glob(f"{SCRATCH}*/{begun}")) and time.monotonic() < end:
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert list(drafts.iterdir())
    while runs_with(drafts) and time.monotonic() < end:
        time.sleep(0.05)
    assert not runs_with(drafts)
    ended(ROOT, "diff", "params", "params", *outputs, TMPDIR=str(drafts))
    assert list(drafts.iterdir()) == []


# --- what nobody checked ----------------------------------------------------------


def test_verify_looks_at_everything_that_could_be_taken_for_published(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The index, agencies' pages, pages of no parameters, PDFs, and what others put there."""
    assert gongkai("index").status == 0
    assert gongkai("verify").status == 0
    for page in (fresh.outputs / "index.html", fresh.outputs / TARGET.slug / "index.html"):
        page.write_text(page.read_text("utf-8").replace("西夏区司法局", "西夏区公安局"), "utf-8")
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    for page in memory["pages"]:
        memory["pages"][page] = stamp_of(fresh.outputs / page)
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    (fresh.outputs / "fake").mkdir()
    strays = [fresh.outputs / "fake" / "2017.html", fresh.outputs / TARGET.slug / "2018.html"]
    for path in strays:
        shutil.copy(fresh.output(".html"), path)
    (fresh.outputs / "notice.html").write_text("<p>", "utf-8")
    ran = gongkai("verify")
    assert (ran.status, ran.out) == (1, "1 reproduced, 0 different; 4 other files with a problem\n")
    said = ran.err.splitlines()
    for line in (
        "outputs/index.html: does not match the manifests; gongkai index writes it again",
        "outputs/xixia-justice/index.html: does not match the manifests; gongkai index writes it "
        "again",
        "fake/2017: has no parameters, so it cannot be verified: outputs/fake/2017.html",
        "xixia-justice/2018: has no parameters, so it cannot be verified: "
        "outputs/xixia-justice/2018.html",
        "outputs/notice.html: not verified, because it was not made by gongkai",
    ):
        assert line in said
    assert [line.split(":")[0] for line in gongkai("list").lines] == [
        "xixia-justice/2017",
        "fake/2017",
        "xixia-justice/2018",
    ]
    assert "2 reports in the outputs have no parameters (fake/2017, xixia-justice/2018)" in (
        gongkai("build").err
    )
    assert gongkai("build", "--prune").status == 0
    assert not any(path.exists() for path in strays)


def test_the_index_is_written_anew_whatever_its_memory_says(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Forged pages with forged stamps, forged words of a manifest: verify's advice mends them."""
    assert gongkai("index").status == 0
    pages = [fresh.outputs / "index.html", fresh.outputs / TARGET.slug / "index.html"]
    whole = [page.read_bytes() for page in pages]
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    memory["manifests"]["xixia-justice/2017.json"][1][2] = "西夏区公安局"
    for page in pages:
        page.write_text(page.read_text("utf-8").replace("西夏区司法局", "西夏区公安局"), "utf-8")
        memory["pages"][page.relative_to(fresh.outputs).as_posix()] = stamp_of(page)
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    assert gongkai("verify").err.count("gongkai index writes it again") == 2
    assert gongkai("index").lines == ["written: outputs/index.html (1 report; pages written: 2)"]
    assert [page.read_bytes() for page in pages] == whole
    assert gongkai("verify").status == 0


def test_the_page_of_an_agency_without_a_report_is_seen_and_removed(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """By what it says of itself; a page that the kit did not make is only named."""
    assert gongkai("index").status == 0
    ghost, theirs = (fresh.outputs / name / "index.html" for name in ("ghost", "theirs"))
    page = (fresh.outputs / TARGET.slug / "index.html").read_text("utf-8")
    for words in (("index",), ("build", "--prune")):
        for path, text in ((ghost, page), (theirs, "<p>theirs</p>")):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert gongkai("list").lines[1].startswith("outputs/ghost/index.html: orphan: ")
        ran = gongkai("verify")
        assert ran.status == 1
        assert "outputs/ghost/index.html: is the page of an agency that has no reports" in ran.err
        assert (
            "outputs/theirs/index.html: not verified, because it was not made by gongkai" in ran.err
        )
        assert gongkai("build").status == 0
        assert gongkai(*words).status == 0
        assert (ghost.exists(), theirs.exists()) == (False, True), words


def test_a_forged_memory_removes_nothing_of_others(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It may name any page below the outputs as one that was written before."""
    assert gongkai("index").status == 0
    theirs = fresh.outputs / "theirs" / "index.html"
    theirs.parent.mkdir()
    theirs.write_text("<p>theirs</p>", "utf-8")
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    memory["pages"]["theirs/index.html"] = [1, 2, 3]
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    assert gongkai("build").status == 0
    assert theirs.exists()


def test_a_full_disk_keeps_no_public_copy_that_has_an_error(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is withdrawn before anything is written, and that is said."""
    fresh.set_value("8.3.2", "3")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ran = gongkai("build")
    assert ran.status == 1
    assert ran.err.splitlines()[:4] == [
        "xixia-justice/2017: failed",
        "  cannot write to outputs: No space left on device",
        "  params/xixia-justice/2017.csv:53: 工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 3; "
        "they must be equal",
        "  outputs/xixia-justice/2017.html and its copies were withdrawn until this is fixed",
    ]
    assert not fresh.output(".html").exists()


@unix
def test_two_agencies_do_not_share_a_folder_of_results(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One would overwrite the other's pages."""
    shutil.copytree(fresh.example, fresh.params / "helan-justice")
    (fresh.outputs / "helan-justice").symlink_to("xixia-justice")
    ran = gongkai("build", "helan-justice")
    assert ran.status == 1
    assert "  outputs/helan-justice: this is a link to the folder of xixia-justice; " in ran.err


# --- inputs that move -------------------------------------------------------------


def with_cell(path: Path, source: str) -> Path:
    """Write the template with one more cell, as the first of all that run."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "moving",
        "execution_count": None,
        "outputs": [],
    }
    notebook["cells"].insert(0, {**cell, "metadata": {"tags": ["notebook"]}, "source": source})
    path.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")
    return path


MOVES = """
from pathlib import Path
path, text = Path("params/xixia-justice/2017.csv"), Path("params/xixia-justice/2017.csv").read_text()
if {again} or not Path("moved").exists():
    path.write_text(text + " ")
    path.write_text(text)
    Path("moved").touch()
"""


@pytest.mark.parametrize("again", [False, True])
def test_a_file_that_is_changed_and_put_back_while_a_report_is_built_is_noticed(
    project: Sandbox, gongkai: Callable[..., Ran], again: bool
) -> None:
    """The report is built again from what is there now; where that goes on, it fails."""
    notebook = with_cell(project.folder / "moving.ipynb", MOVES.format(again=again))
    ran = gongkai("build", "--notebook", str(notebook))
    assert ran.status == int(again)
    moved = "its inputs changed while it was being built (params/xixia-justice/2017.csv)"
    assert (moved in ran.err) == again
    if not again:
        assert gongkai("list", "--notebook", str(notebook)).lines[0].endswith(": fresh")


AWAY = """
from pathlib import Path
if not Path("moved").exists():
    Path("params/xixia-justice").rename("aside")
    Path("without-2016").rename("params/xixia-justice")
"""
BACK = """
if Path("aside").exists():
    Path("params/xixia-justice").rename("without-2016")
    Path("aside").rename("params/xixia-justice")
    Path("moved").touch()
"""


def test_a_folder_that_is_moved_away_and_back_while_a_report_is_built_is_noticed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Its files are as they were; the page would lack the year before, and count as fresh."""
    shutil.copytree(project.example, project.folder / "without-2016")
    shutil.copy(project.example / "2017.csv", project.example / "2016.csv")
    text = (project.example / "2017.yaml").read_text("utf-8")
    (project.example / "2016.yaml").write_text(text.replace("year: 2017", "year: 2016"), "utf-8")
    notebook = with_cell(project.folder / "moving.ipynb", AWAY)
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"].append({**content["cells"][0], "id": "back", "source": BACK})
    notebook.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    words = ("build", "xixia-justice/2017", "--notebook", str(notebook))
    assert gongkai(*words).status == 0
    page = project.output(".html").read_bytes()
    assert gongkai(*words, "--force").status == 0
    assert project.output(".html").read_bytes() == page


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


# --- paper ------------------------------------------------------------------------

PAGES = {
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><p>x</p>': "another address",
    '<p style="height: 200000000px">x</p>': "longer than 500 sheets",
    "<style>p{{break-before:page}}</style>" + "<p>a</p>" * 40_000: "longer than 500 sheets",
}


@needs_chromium
def test_pages_that_are_none_of_ours_are_not_printed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """No error page of the browser, no print without end; each is named with its reason."""
    for number, page in enumerate(PAGES):
        shutil.copytree(project.example, project.params / f"office-{number}")
        path = project.outputs / f"office-{number}" / "2017.html"
        path.parent.mkdir(parents=True)
        path.write_text(page, "utf-8")
    shutil.rmtree(project.example)
    ran = gongkai("export", "--to", "pdf")
    assert (ran.status, list(project.outputs.glob("*/*.pdf"))) == (1, [])
    said = ran.err.splitlines()
    for number, reason in enumerate(PAGES.values()):
        name = f"office-{number}/2017"
        place = said.index(f"{name}: outputs/{name}.pdf was not written")
        assert reason in said[place + 1]


@needs_chromium
def test_a_print_that_takes_too_long_is_ended_and_the_next_page_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another browser, for the first may never answer again."""
    from gongkai.show import printer as printing

    slow, page = tmp_path / "slow.html", tmp_path / "page.html"
    slow.write_text("<style>p{break-before:page}</style>" + "<p>a</p>" * 20_000, "utf-8")
    page.write_text("<title>页</title><p>页</p>", "utf-8")
    monkeypatch.setattr(printing, "LONGEST_PRINT", 2.0)
    monkeypatch.setattr(printing, "LONGEST_PAGE", 10**6)
    with printing.Printer() as printer:
        with pytest.raises(KitError, match="printing took longer than 2 s"):
            printer.print_page(slow, tmp_path / "slow.pdf")
        monkeypatch.setattr(printing, "LONGEST_PRINT", 60.0)
        printer.print_page(page, tmp_path / "page.pdf")
    assert [path.name for path in tmp_path.glob("*.pdf")] == ["page.pdf"]


@needs_chromium
def test_scripts_of_a_page_do_not_run_and_a_missing_sandbox_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What is printed is what the file says."""
    from pypdf import PdfReader

    project.output(".html").parent.mkdir(parents=True)
    text = "<title>a</title><p>before</p><script>document.body.textContent = 'after'</script>"
    project.output(".html").write_text(text, "utf-8")
    ran = gongkai("export", "--to", "pdf")
    assert ran.status == 0, ran.err
    assert PdfReader(project.output(".pdf")).pages[0].extract_text() == "before"
    if os.geteuid() == 0:
        assert "Chromium runs without its sandbox: as root, it does not start with one" in ran.err


@needs_chromium
def test_verify_prints_again_what_was_printed(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PDF of other contents with the same metadata differs; without a browser that is said."""
    from pypdf import PdfReader, PdfWriter

    assert gongkai("export", "--to", "pdf").status == 0
    assert gongkai("verify").status == 0
    paper = fresh.output(".pdf")
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata(dict(PdfReader(paper).metadata or {}))
    writer.write(paper)
    ran = gongkai("verify")
    assert ran.status == 1
    assert "outputs/xixia-justice/2017.pdf: was not printed from the current page" in ran.err
    assert "was saved by someone after" in gongkai("export", "--to", "pdf").err
    assert "printed outputs" in gongkai("export", "--to", "pdf", "--force").err
    monkeypatch.setenv("GONGKAI_CHROMIUM", "netscape")
    ran = gongkai("verify")
    assert ran.status == 0
    assert "1 PDF was not verified: GONGKAI_CHROMIUM names netscape" in ran.err


def test_a_demo_has_an_end(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """A slip of the finger fills no disk."""
    ran = gongkai("demo", "99999999999", "zz")
    assert (ran.status, (project.folder / "zz").exists()) == (2, False)
    assert "a whole number from 1 to 1000000" in ran.err


# --- one place --------------------------------------------------------------------


def test_the_command_prints_in_one_place() -> None:
    """What is printed from data goes through it, so that nobody has to think of it."""
    for path in sorted((ROOT / "kit" / "gongkai" / "cli").glob("*.py")):
        own = ("printing.py", "__init__.py")
        if path.name not in own:
            text = path.read_text("utf-8")
            found = re.findall(
                r"click\.echo\((?!text, nl=False)|\bprint\(|sys\.std\w+\.write", text
            )
            assert [it for it in found if it != "print("] == [], path.name


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists what is open")
def test_no_file_that_was_read_stays_open(tmp_path: Path) -> None:
    """A system allows a process about a thousand; a province has more reports than that."""
    path = tmp_path / "whole"
    path.write_bytes(b"whole")
    before = os.listdir("/proc/self/fd")
    assert disk.read_file(path) == b"whole"
    for refused, limit in ((tmp_path, 5), (path, 4)):
        with pytest.raises(OSError, match=r"directory|larger"):
            disk.read_file(refused, limit)
    assert os.listdir("/proc/self/fd") == before


def test_no_pipe_or_device_is_replaced_by_a_file(tmp_path: Path) -> None:
    """`diff -o /dev/null` would otherwise take it from the whole machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(disk.NotARegularFile):
        disk.write_whole(pipe, "x")
    assert pipe.is_fifo()
