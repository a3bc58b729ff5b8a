"""The child side of a forked process: it does its tasks in turn, and reports to its parent.

Answers are written to one pipe, and the next task is read from another. A process whose
parent gives it no more tasks ends.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import pickle
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

HEAD = struct.Struct("<Q?")  # header of a frame: its size in bytes, and whether it is an answer
UNTIMED = 1 << 63  # flag in the number of a step that has no time limit
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes
_SIZE = struct.Struct("<Q")
_PR_SET_PDEATHSIG = 1


class Step:
    """The step that a child has reached, in memory that it shares with its parent."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _SIZE.size)

    def set(self, step: int) -> None:
        """Set the number of the step."""
        self._shared[:] = _SIZE.pack(step)

    def get(self) -> int:
        """Return the number of the step, with the flag `UNTIMED` if that was set."""
        return int(_SIZE.unpack(self._shared[:])[0])

    def close(self) -> None:
        """Release the memory."""
        self._shared.close()


class Ends(NamedTuple):
    """A child's links to its parent: the shared step, a pipe for answers and one for tasks."""

    step: Step
    answers: int
    tasks: int


class Answer(NamedTuple):
    """The outcome of a task: its result or what it raised, and the memory of its process."""

    value: Any
    raised: str = ""
    peak: int = 0  # bytes


class _Parent:
    """The parent, as its child sees it."""

    def __init__(self, ends: Ends) -> None:
        self.step, self._answers, self._tasks = ends
        self._process, self._lock = os.getpid(), threading.Lock()
        self.terminal = os.dup(2)  # a copy, because the output of the cells will be redirected

    def write(self, data: bytes, *, is_answer: bool = False) -> None:
        """Write a whole frame; does nothing in a process that a task has forked itself."""
        if os.getpid() == self._process:
            with self._lock:
                write_whole(self._answers, HEAD.pack(len(data), is_answer) + data)

    def next_task(self) -> bytes:
        """Wait for the next task, and return it pickled; b"" if there are no more."""
        size = self._read(_SIZE.size)
        return self._read(_SIZE.unpack(size)[0]) if size else b""

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = os.read(self._tasks, size - len(data))
            if not piece:
                return b""
            data += piece
        return data


_parent: _Parent | None = None


def write_whole(pipe: int, data: bytes) -> None:
    """Write all of the data into a pipe."""
    while data:
        data = data[os.write(pipe, data) :]


def task_frame(task: object) -> bytes:
    """Return a task in the format that a child reads."""
    data = pickle.dumps(task)
    return _SIZE.pack(len(data)) + data


def is_child() -> bool:
    """Whether this process was forked to do tasks."""
    return _parent is not None


def at_step(step: int) -> None:
    """Record the step that the task of this process has reached; this restarts its time limit."""
    if _parent is not None:
        _parent.step.set(step)


def untimed() -> None:
    """Lift the time limit of this process's current step: it may wait for other processes."""
    if _parent is not None:
        _parent.step.set(_parent.step.get() | UNTIMED)


def send(note: object) -> None:
    """Send the parent a note at once, so that it arrives even if this process dies."""
    if _parent is not None:
        _parent.write(pickle.dumps(note))


def say(line: str) -> None:
    """Print a line where the parent prints its messages, whatever the cells' output goes to."""
    if _parent is not None:
        with suppress(OSError):
            os.write(_parent.terminal, f"{line}\n".encode("utf-8", "backslashreplace"))


def live(
    ends: Ends, task: Any, work: Callable[[Any], Any], memory: int | None, parent: int
) -> NoReturn:
    """Do the task and those that follow, and exit without returning to the parent's code.

    `memory` is its limit in bytes, `parent` the process ID of the parent.
    """
    global _parent  # noqa: PLW0603 - a process has one parent
    try:
        _parent = _Parent(ends)

        def settle_and_work(task: Any) -> Any:
            _settle(parent, memory)
            return work(task)

        _parent.write(_answered(settle_and_work, task), is_answer=True)
        while data := _parent.next_task():
            _parent.write(_answered(work, pickle.loads(data)), is_answer=True)  # noqa: S301 - ours
        os._exit(0)
    finally:
        os._exit(1)


def _answered(work: Callable[[Any], Any], task: Any) -> bytes:
    """Do a task, and return its pickled answer; an exception is part of the answer."""
    try:
        return pickle.dumps(Answer(work(task), peak=_peak()))
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(last.filename)}:{last.lineno}"
        return pickle.dumps(Answer(None, f"{type(error).__name__}: {error} ({place})", _peak()))


def _peak() -> int:
    """Return the peak memory of this process, in bytes."""
    import resource  # not on Windows, which has no fork either

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def end_with_parent() -> None:
    """Make Linux kill this process as soon as its parent ends, even if that is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _settle(parent: int, memory: int | None) -> None:
    """Set up the process: its own process group, a memory limit, and its end with the parent."""
    os.setpgid(0, 0)  # Ctrl-C is for the parent, which ends the children
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent()
    if sys.platform == "linux":
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")  # if memory runs out, Linux kills a child, not the parent
    if os.getppid() != parent:
        os._exit(0)
    if memory is not None:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        soft = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
