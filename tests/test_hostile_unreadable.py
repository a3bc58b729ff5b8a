"""Whatever cannot be read: it is one report's problem, said in a sentence, and nothing is removed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import How, run_command, run_program
from conftest import ROOT, Ran, Sandbox, hashes
from hostile_helpers import SECONDS, TARGET, unix

# Root without its two capabilities to read everything: it reads what is its own.
LIKE_OTHERS = How(under=("setpriv", "--bounding-set=-dac_override,-dac_read_search"))
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="not root, or no setpriv: no folder of somebody else's could be made",
)


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
    """An agency in both folders is listed as not compared, not as added or removed."""
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
        for name in ("2017.data.json", ".copies.json"):
            (there / name).unlink()
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


@unix
@as_root
def test_whoever_may_only_read_the_outputs_publishes_them(fresh: Sandbox) -> None:
    """As the account of a web server does; where they cannot be read, they are named."""
    for path in (fresh.outputs, *fresh.outputs.rglob("*")):
        os.chown(path, 65534, 65534)
    done = like_others(fresh.folder, "site", "site")
    assert (done.returncode, done.stderr) == (0, "")
    assert (fresh.folder / "site" / TARGET.slug / "2017.html").exists()
    fresh.outputs.chmod(0o700)
    assert like_others(fresh.folder, "check").returncode == 0  # which needs none of them
    done = like_others(fresh.folder, "site", "other")
    said = "outputs: the folder cannot be read: Permission denied\n"
    assert (done.returncode, done.stderr) == (1, said)
    fresh.outputs.chmod(0o755)
    (fresh.outputs / TARGET.slug).chmod(0o700)
    done = like_others(fresh.folder, "site", "site")
    assert done.returncode == 1
    assert "outputs/xixia-justice: the folder cannot be read: Permission denied" in done.stderr


@unix
def test_a_folder_in_the_place_of_an_output_is_named(fresh: Sandbox) -> None:
    fresh.output(".html").unlink()
    fresh.output(".html").mkdir()
    done = run_command(fresh.folder, "build", timeout=SECONDS)
    assert done.returncode == 1
    assert "cannot write to outputs/xixia-justice/2017.html: Is a directory" in done.stderr
