"""Forked processes: one for a task, or one for several, and none to blame for another's fault."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import build_province, hashes
from gongkai.engine import pool
from gongkai.engine.pool import MOST_TASKS, Limits, Sharing

pytestmark = pytest.mark.skipif(not pool.POSSIBLE, reason="this system has no fork")
EVERY = Sharing(may=lambda _: True, is_good=lambda value: value != "bad")
_done: list[int] = []  # in a child: the tasks that it did


def first_or(end: Callable[[], object]) -> Callable[[int], int]:
    """Return work that does well in a fresh process, and for task 5 ends otherwise in a used one."""

    def work(task: int) -> int:
        if task == 5 and _done:
            end()
        _done.append(task)
        return task * task

    return work


def test_a_process_that_may_does_several_tasks_in_turn() -> None:
    """A new one begins after so many."""

    def work(_: int) -> int:
        return os.getpid()

    outcomes = list(pool.run(range(MOST_TASKS + 1), work, sharing=EVERY))
    assert sorted(Counter(item.value for item in outcomes).values()) == [1, MOST_TASKS]
    alone = list(pool.run(range(4), work))
    assert len({item.value for item in alone}) == 4


@pytest.mark.parametrize(
    "end",
    [
        lambda: os._exit(7),
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: time.sleep(60),
        lambda: bytearray(1 << 33),
    ],
    ids=["exits", "is killed", "hangs", "takes all memory"],
)
def test_a_task_that_fails_in_a_used_process_is_done_again_alone(end: Callable[[], object]) -> None:
    """What others left behind is not its fault, and no task is lost or done for nothing twice."""
    limits = Limits(seconds=1, memory=1 << 30)
    outcomes = list(pool.run(range(9), first_or(end), limits=limits, sharing=EVERY))
    assert sorted(item.value for item in outcomes) == [task * task for task in range(9)]
    assert not any(item.died for item in outcomes)


def test_a_task_over_its_time_is_gone_when_its_outcome_is_there(tmp_path: Path) -> None:
    """Though it does not end when it is asked to: it would keep its memory from the others."""

    def work(task: str) -> bool:
        if task == "hangs":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            (tmp_path / "pid").write_text(str(os.getpid()))
            time.sleep(60)
        try:
            os.kill(int((tmp_path / "pid").read_text()), 0)
        except ProcessLookupError:
            return False
        return True

    hung, following = pool.run(["hangs", "looks"], work, limits=Limits(seconds=0.5))
    assert hung.died is not None
    assert (hung.died.how, following.value) == ("hung", False)
    assert hung.peak > 1_000_000  # bytes, for the log of the build


def test_a_result_that_is_not_good_is_made_again_alone_before_it_counts() -> None:
    """In a process of its own it is just as bad: only then is it said, and once."""

    def work(task: int) -> str:
        _done.append(task)
        return "bad" if task == 5 else f"{len(_done)}"

    outcomes = {item.task: item for item in pool.run(range(9), work, sharing=EVERY)}
    assert len(outcomes) == 9
    assert outcomes[5].value == "bad"
    assert outcomes[6].value == "1"  # the process of a bad result is given no other task


def test_tasks_that_may_not_share_have_a_process_each() -> None:
    """Also between others that may."""
    some = Sharing(may=lambda task: task % 3 != 0, is_good=lambda _: True)
    outcomes = list(pool.run(range(9), lambda _: os.getpid(), sharing=some))
    pids = {item.task: item.value for item in outcomes}
    assert [item.task for item in outcomes] == list(range(9))
    assert all(list(pids.values()).count(pids[task]) == 1 for task in (0, 3, 6))
    assert pids[1] == pids[2]


@pytest.mark.slow
def test_reports_are_the_same_bytes_from_processes_of_their_own(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """What one report leaves in its process does not reach the next."""
    assert build_province(province, tmp_path, "--isolate").returncode == 0
    assert hashes(tmp_path) == hashes(whole)
