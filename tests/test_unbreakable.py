"""Killed, raced, interrupted, out of disk: never half a report, and the next run completes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from commands import Command, start_command
from conftest import COUNT, NOTEBOOK, build_province, build_words, elsewhere, hashes
from gongkai.locks import locked
from gongkai.project import FAILED_NOTEBOOK, OUTPUTS_LOCK
from gongkai.report import provenance
from gongkai.report.demo import write_demo

RACES = int(os.environ.get("GONGKAI_RACES", "1"))  # more of them: GONGKAI_RACES=20
KILLS = int(os.environ.get("GONGKAI_KILLS", "8"))  # more of them: GONGKAI_KILLS=200
LONGEST = 1.2  # seconds: about what the reports take


def started(province: Path, outputs: Path, *words: str) -> Command:
    """Start a build in a process group of its own."""
    return start_command(province, *build_words(outputs, *words))


def children(process: int) -> list[int]:
    """Return the processes that a process has forked."""
    try:
        return [
            int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    except OSError:
        return []


def hold_whole(outputs: Path, whole: Path) -> None:
    """Assert that every file is the right one, and that whoever has a manifest has all of it."""
    right = hashes(whole)
    for name, data in hashes(outputs).items():
        if name.endswith(FAILED_NOTEBOOK):
            assert json.loads(data)["cells"]
        elif not name.startswith(".building-"):
            assert data == right[name], f"{name} is no file of a whole report"
    for path in outputs.glob("[!.]*/[0-9]*.json"):  # what is aside may be half
        for name, digest in json.loads(path.read_bytes())["outputs"].items():
            assert provenance.digest((path.parent / name).read_bytes()) == digest


def test_a_kill_at_any_moment_leaves_no_half_report(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """kill -9 of the parent or of a child; the next run completes to the same bytes."""
    random = Random(20171231)  # noqa: S311 - the same moments each time
    outputs = tmp_path / "outputs"
    halfway = 0
    for _ in range(KILLS):
        process = started(province, outputs, "--jobs", "2")
        while not children(process.pid) and process.poll() is None:  # until it is at its reports
            time.sleep(0.01)
        time.sleep(random.uniform(0, LONGEST))
        forked = children(process.pid)
        victim = random.choice(forked) if forked and random.random() < 0.5 else process.pid
        with suppress(ProcessLookupError):  # it was quicker
            os.kill(victim, signal.SIGKILL)
        process.communicate(timeout=60)
        hold_whole(outputs, whole)
        halfway += 0 < len(list(outputs.glob("*/[0-9]*.json"))) < COUNT
        if len(hashes(outputs)) >= 4 * COUNT:
            shutil.rmtree(outputs)
    assert halfway  # or the kills hit nothing
    assert build_province(province, outputs).returncode == 0
    assert hashes(outputs) == hashes(whole)
    assert list(outputs.glob(".building-*")) == []


def test_children_end_with_their_parent(province: Path, tmp_path: Path) -> None:
    """Nobody goes on writing behind the back of the next run."""
    process = started(province, tmp_path / "outputs", "--jobs", "2")
    forked: list[int] = []
    while not forked and process.poll() is None:
        forked = children(process.pid)
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    end = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in forked) and time.monotonic() < end:
        time.sleep(0.05)
    assert forked
    assert not any(Path(f"/proc/{pid}").exists() for pid in forked)


@pytest.mark.parametrize("words", [("export", "--to", "docx", "--force"), ("check",)])
def test_processes_of_other_commands_end_with_it_too(
    words: tuple[str, ...], whole: Path, tmp_path: Path
) -> None:
    """No process goes on, or waits for ever, whose command was killed."""
    write_demo(400 if words == ("check",) else COUNT, tmp_path)
    shutil.copytree(whole, tmp_path / "outputs")
    jobs = () if words == ("check",) else ("--jobs", "2")
    process = start_command(tmp_path, "gongkai", *words, *jobs, "--notebook", str(NOTEBOOK))
    forked: list[int] = []
    while len(forked) < 2 and process.poll() is None:
        forked = children(process.pid)
        time.sleep(0.01)
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in forked) and time.monotonic() < end:
        time.sleep(0.05)
    assert len(forked) >= 2
    left = [pid for pid in forked if Path(f"/proc/{pid}").exists()]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def test_two_builds_at_once_make_one_whole(province: Path, whole: Path, tmp_path: Path) -> None:
    """On the same outputs, at the same time."""
    racers = [started(province, tmp_path, "--force", "--jobs", "2") for _ in range(2)]
    for racer in racers:
        racer.communicate(timeout=120)
        assert racer.returncode == 0
    assert hashes(tmp_path) == hashes(whole)


def test_two_builds_of_different_figures_never_mix(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """Each report is wholly the one's or wholly the other's."""
    other, outputs = tmp_path / "other", tmp_path / "outputs"
    shutil.copytree(province / "params", other / "params")
    for path in other.glob("params/*/agency.yaml"):
        path.write_text(path.read_text("utf-8").replace("办公室", "综合科"), "utf-8")
    assert build_province(other, tmp_path / "whole").returncode == 0
    racers = [started(folder, outputs, "--force", "--jobs", "2") for folder in (province, other)]
    for racer in racers:
        racer.communicate(timeout=120)
        assert racer.returncode == 0
    found, sides = hashes(outputs), (hashes(whole), hashes(tmp_path / "whole"))
    assert len(found) == 4 * COUNT
    for manifest in (name for name in found if name.endswith(".json")):
        stem = manifest.removesuffix(".json")
        report = {name: data for name, data in found.items() if name.startswith(f"{stem}.")}
        assert any(report.items() <= side.items() for side in sides), stem


def test_prune_removes_nothing_whose_parameters_are_there_again(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """It looks again once it has the lock, for which it may have waited."""
    shutil.copytree(province / "params", tmp_path / "params")
    outputs = shutil.copytree(whole, tmp_path / "outputs")
    agency = min((tmp_path / "params").glob("demo-*"))
    agency.rename(tmp_path / "aside")
    with locked(outputs / OUTPUTS_LOCK):
        process = started(tmp_path, outputs, "--prune", "--no-index")
        while "waiting" not in process.stderr.read_text("utf-8") and process.poll() is None:
            time.sleep(0.01)
        (tmp_path / "aside").rename(agency)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert hashes(outputs) == hashes(whole)


def test_builders_that_prune_while_an_agency_is_away_lose_nothing(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """Two and three of them: no part of a report, and each that was always there is there."""
    random = Random(20181231)  # noqa: S311 - the same moments each time
    for race in range(RACES):
        folder = tmp_path / str(race)
        shutil.copytree(province / "params", folder / "params")
        outputs = shutil.copytree(whole, folder / "outputs")
        agency = random.choice(sorted((folder / "params").glob("demo-*")))
        words = [("--prune", "--force"), ("--prune",), ("--prune", "--force")][: 2 + race % 2]
        racers = [started(folder, outputs, "--jobs", "2", *which) for which in words]
        while any(racer.poll() is None for racer in racers):
            time.sleep(random.uniform(0, LONGEST / 4))
            agency.rename(folder / "aside")
            time.sleep(random.uniform(0, LONGEST / 4))
            (folder / "aside").rename(agency)
        for racer in racers:
            _, said = racer.communicate(timeout=120)
            assert racer.returncode in (0, 1, 2), said
            assert "Traceback" not in said
        hold_whole(outputs, whole)
        always = {name for name in hashes(whole) if not name.startswith(f"{agency.name}/")}
        assert always <= hashes(outputs).keys()
        assert build_province(folder, outputs).returncode == 0
        assert hashes(outputs) == hashes(whole)
        assert list(outputs.glob(".building-*")) == []
        shutil.rmtree(folder)


# Ctrl-C between a fork and the moment at which its parent knows of it.
AT_ONCE = """
import os, signal, time
from gongkai.engine import pool
fork, forked = os.fork, []
def then_interrupt():
    forked.append(fork())
    if forked[-1]:
        os.kill(os.getpid(), signal.SIGINT)
    return forked[-1]
os.fork = then_interrupt
try:
    list(pool.run([1], lambda _: time.sleep(60)))
except KeyboardInterrupt:
    print(os.path.exists(f"/proc/{forked[0]}"))
"""


def test_ctrl_c_in_the_moment_of_a_fork_leaves_no_child_behind() -> None:
    """Nobody would end it, and on some systems it would go on to write."""
    ran = subprocess.run(
        [sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.stdout, ran.stderr) == ("False\n", "")


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """The next run does the rest."""
    process = started(province, tmp_path, "--jobs", "1")
    while "\n" not in (first := process.stderr.read_text("utf-8")) and process.poll() is None:
        time.sleep(0.01)
    forked = children(process.pid)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.splitlines()[-1] == (
        "stopped; what was finished is kept; run the same command to continue"
    )
    assert not any(Path(f"/proc/{pid}").exists() for pid in forked)
    done = len(list(tmp_path.glob("*/[0-9]*.json")))
    assert first.split(":")[0] in {
        path.relative_to(tmp_path).with_suffix("").as_posix()
        for path in tmp_path.glob("*/[0-9]*.json")
    }
    assert 1 <= done < COUNT
    assert list(tmp_path.glob(".building-*")) == []
    ran = build_province(province, tmp_path)
    assert ran.stdout.startswith(f"{COUNT - done} built, {done} up to date")
    assert hashes(tmp_path) == hashes(whole)


def test_what_a_killed_build_left_aside_is_swept(province: Path, tmp_path: Path) -> None:
    """A folder or a file of a process that is gone goes; that of one that lives stays."""
    from gongkai.disk import STAGING, machine, remove_abandoned_staging

    gone = subprocess.Popen(["true"])
    gone.wait()
    dead = tmp_path / f"{STAGING}{machine()}-{gone.pid}-0"
    mine = tmp_path / f"{STAGING}{machine()}-{os.getpid()}-0"
    elsewhere_ = tmp_path / f"{STAGING}another-machine-{gone.pid}-0"
    for folder in (dead, mine, elsewhere_):
        folder.mkdir()
    page = tmp_path / f"{STAGING}{machine()}-{gone.pid}-1"
    page.write_text("half an ind")
    remove_abandoned_staging(tmp_path)
    assert not page.exists()
    assert [folder.exists() for folder in (dead, mine, elsewhere_)] == [False, True, True]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux says so")
def test_a_process_that_was_never_reaped_keeps_nothing(tmp_path: Path) -> None:
    """Where the first process of a container does not wait for others, they stay in the table."""
    from gongkai.disk import STAGING, machine, remove_abandoned_staging

    ended = subprocess.Popen(["true"])
    while Path(f"/proc/{ended.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    (tmp_path / f"{STAGING}{machine()}-{ended.pid}-0").mkdir()
    remove_abandoned_staging(tmp_path)
    ended.wait()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A disk with room for a few reports."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = ["-o", "size=700k"]
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", *size, "tmpfs", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_costs_no_finished_report(
    province: Path, whole: Path, small_disk: Path, tmp_path: Path
) -> None:
    """What does not fit is named, what was there is whole, and with room the rest is built."""
    ran = build_province(province, small_disk, "--jobs", "2")
    assert ran.returncode == 1
    assert f"cannot write to {small_disk}: No space left on device" in ran.stderr
    hold_whole(small_disk, whole)
    built = len(list(small_disk.glob("*/[0-9]*.json")))
    assert 0 < built < COUNT
    again = build_province(province, small_disk, "--force", "--jobs", "2")
    assert again.returncode == 1
    hold_whole(small_disk, whole)
    room = tmp_path / "room"
    shutil.copytree(small_disk, room)
    assert build_province(province, room).returncode == 0
    assert hashes(room) == hashes(whole)


def test_an_engine_by_itself_leaves_no_process(province: Path, tmp_path: Path) -> None:
    """`papermill --engine gongkai` builds the same page as the command."""
    parameters = ["-p", "agency", "demo-0000-justice", "-p", "year", "2016"]
    words = [str(NOTEBOOK), str(tmp_path / "x.ipynb"), *parameters]
    ran = elsewhere(province, "papermill", "--engine", "gongkai", *words)
    assert ran.returncode == 0, ran.stderr
    made = elsewhere(tmp_path, "jupyter", "nbconvert", "--to", "gongkai", "x.ipynb")
    assert made.returncode == 0, made.stderr
    assert build_province(province, tmp_path / "o", "demo-0000-justice/2016").returncode == 0
    page = tmp_path / "o" / "demo-0000-justice" / "2016.html"
    assert (tmp_path / "x.html").read_bytes() == page.read_bytes()
