"""A command that was killed: what it leaves belongs to its user, and not for long."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from conftest import BIN, ROOT
from gongkai.disk import SCRATCH, STAGING, machine, remove_abandoned_staging, scratch
from hostile_helpers import SECONDS, ended, unix


def runs_with(folder: Path) -> bool:
    """Whether a process of this machine has the folder in its command line."""
    running = psutil.process_iter(["cmdline"])
    return any(str(folder) in word for process in running for word in process.info["cmdline"] or ())


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
