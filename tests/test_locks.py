"""Locks: who waits is told for whom, and not for ever."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from commands import Command, run_program, start_command
from conftest import NOTEBOOK, Ran, Sandbox
from gongkai import disk, locks
from gongkai.locks import locked
from gongkai.project import OUTPUTS_LOCK
from gongkai.show.index import INDEX_LOCK
from gongkai.show.site import SITE_LOCK
from hostile_helpers import SECONDS, ended, unix


def patched(folder: Path, patch: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command after a line of Python, in a process of its own."""
    code = f"{patch}; from gongkai import cli; cli.main()"
    return run_program(folder, "python", "-c", code, *words, timeout=SECONDS)


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


@unix
@pytest.mark.parametrize("number", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (OUTPUTS_LOCK, ("build", "--force")),
        (OUTPUTS_LOCK, ("export", "--to", "csv", "xixia-justice")),
        (INDEX_LOCK, ("index",)),
        (SITE_LOCK, ("site", "site")),
    ],
)
def test_on_a_file_system_without_locks_the_command_ends_at_once_and_names_the_file(
    fresh: Sandbox, number: str, lock: str, words: tuple[str, ...]
) -> None:
    """Some network drives have none; waiting would not help, and the folder can be written."""
    no = f"import errno, fcntl\ndef no(*_): raise OSError(errno.{number}, 'no locks')\n"
    ran = patched(fresh.folder, f"{no}fcntl.flock = no", *words)
    assert ran.returncode == 1
    said = (
        f"outputs/{lock}: this file cannot be locked on this file system (no locks); use a folder"
    )
    assert said in ran.stderr
    assert "cannot write" not in ran.stderr
    assert "waiting" not in ran.stderr + ran.stdout


@unix
def test_on_a_file_system_without_permissions_there_are_locks_all_the_same(
    fresh: Sandbox,
) -> None:
    """A USB stick or a Windows share: the mode of a file keeps no one out there."""
    patch = "import os\ndef no(*_): raise PermissionError(1, 'Operation not permitted')\n"
    ran = patched(fresh.folder, f"{patch}os.fchmod = no", "index")
    assert ran.returncode == 0, ran.stderr


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
def test_a_time_zone_that_does_not_exist_stops_no_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only since when the lock is held is then unknown."""
    monkeypatch.setenv("TZ", "garbage+99")
    time.tzset()
    try:
        with locked(tmp_path / ".lock"):
            assert (tmp_path / ".lock").exists()
    finally:
        monkeypatch.undo()
        time.tzset()
