"""Work that is done by processes forked one for each task, and what became of each.

The home of `os.fork`.

A child begins as a copy of this process, with all that it has imported, and ends with its
task: nothing that a task leaves behind reaches the next. A child may raise, hang, exit, be
killed or eat all memory; the others go on, and the parent says what happened and where.
"""

from __future__ import annotations

import ctypes
import gc
import mmap
import os
import pickle
import selectors
import signal
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

POSSIBLE = hasattr(os, "fork")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
GLANCE = 0.1  # seconds between two looks at clocks and at children that ended without a word
GRACE = 0.5  # seconds in which a child that took too long may still send what it has
_SIZE = struct.Struct("<Q")
_UNTIMED = 1 << 63  # set in the number of a step that has no limit of time
_HEAD = struct.Struct("<Q?")  # of a frame in a pipe: its bytes, and whether it is the last
_PR_SET_PDEATHSIG = 1

Task = TypeVar("Task")


class Died(NamedTuple):
    """Why a child gave no result: `hung`, `signal`, `exit` or `raised`, and what is known of it."""

    how: str
    detail: str = ""


class Outcome(NamedTuple, Generic[Task]):
    """What became of a task: its result, or why there is none; and what it took.

    `notes` is what a child that died had sent until then.
    """

    task: Task
    value: Any
    died: Died | None
    step: int
    seconds: float
    peak: int  # bytes of memory
    worker: int
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What a child may take: seconds a step, and bytes of memory; None is without a limit."""

    seconds: float | None = None
    memory: int | None = None


class _Step:
    """Which step a child has come to, in memory that it shares with its parent."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _SIZE.size)

    def set(self, step: int) -> None:
        self._shared[:] = _SIZE.pack(step)

    def get(self) -> int:
        return int(_SIZE.unpack(self._shared[:])[0])

    def close(self) -> None:
        self._shared.close()


class _Mine:
    """What a child has of its parent: the step that it shares, and a pipe to write to."""

    def __init__(self, step: _Step, pipe: int) -> None:
        self.step, self._pipe = step, pipe
        self._process, self._lock = os.getpid(), threading.Lock()
        self.terminal = 2  # a descriptor

    def write(self, data: bytes, *, last: bool = False) -> None:
        """Write a frame, whole; processes that a task forks for itself have no part in it."""
        if os.getpid() != self._process:
            return
        left = _HEAD.pack(len(data), last) + data
        with self._lock:
            while left:
                left = left[os.write(self._pipe, left) :]


_mine: _Mine | None = None


def is_child() -> bool:
    """Whether this process was forked for a task, and ends with it."""
    return _mine is not None


def at_step(step: int) -> None:
    """Say which step the task of this process has come to; its clock begins anew."""
    if _mine is not None:
        _mine.step.set(step)


def send(note: object) -> None:
    """Send the parent a note at once: it has it, whatever becomes of this process."""
    if _mine is not None:
        _mine.write(pickle.dumps(note))


def say(line: str) -> None:
    """Print a line where the parent prints its messages, past what the cells print to."""
    if _mine is not None:
        with suppress(OSError):
            os.write(_mine.terminal, f"{line}\n".encode("utf-8", "backslashreplace"))


def untimed() -> None:
    """Say that the step of this process has no limit of time any more: it may wait for others."""
    if _mine is not None:
        _mine.step.set(_mine.step.get() | _UNTIMED)


def bound_threads() -> None:
    """Let native libraries start no threads of their own: children share the cores.

    To be called before they are imported; what the environment asks for stays.
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")


def run(
    tasks: Iterable[Task],
    work: Callable[[Task], Any],
    *,
    jobs: int = 1,
    limits: Limits = Limits(),
    idle: Callable[[], object] | None = None,
) -> Generator[Outcome[Task], None, None]:
    """Do `work` for each task in a child of its own, `jobs` at a time; yield as they end.

    Tasks are taken as children become free. `idle` is called about ten times a second.
    When the caller stops listening, or is interrupted, every child is ended. Raises OSError
    where the system has no room for another process.
    """
    waiting = iter(tasks)
    free = list(range(jobs, 0, -1))
    with _Children() as children:
        while True:
            while free and (task := next(waiting, None)) is not None:
                children.begin(task, work, free.pop(), limits)
            if not children.running:
                return
            for outcome in children.ended():
                free.append(outcome.worker)
                yield outcome
            if idle:
                idle()


def follow(
    work: Callable[[None], Any], limits: Limits = Limits()
) -> Generator[Any, None, Outcome[None]]:
    """Do `work` in a child, yield its notes as they come, and return what became of it."""
    with _Children() as children:
        child = children.begin(None, work, 1, limits)
        while True:
            ended = list(children.ended())
            yield from child.notes()
            if ended:
                yield from ended[0].notes
                return ended[0]


class _Children:
    """The children of this process: whatever happens, all are ended with it."""

    def __enter__(self) -> _Children:
        self.running: list[_Child[Any]] = []
        self._selector = selectors.DefaultSelector()
        gc.collect()
        gc.freeze()  # what the parent has is not looked through, and so not copied, by its children
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.running:
            child.end()
        self._selector.close()
        gc.unfreeze()

    def begin(
        self, task: Task, work: Callable[[Task], Any], worker: int, limits: Limits
    ) -> _Child[Task]:
        """Fork a child for a task. Raises OSError where the system has no room for it."""
        with _undisturbed():
            child = _Child(task, work, worker, limits)
            self.running.append(child)
        self._selector.register(child.pipe, selectors.EVENT_READ, child)
        return child

    def ended(self) -> Iterator[Outcome[Any]]:
        """Wait a moment, read what children write, and yield the outcome of those that ended."""
        for key, _ in self._selector.select(GLANCE):
            key.data.read()
        for child in [child for child in self.running if child.is_over()]:
            self._selector.unregister(child.pipe)
            outcome = child.end()
            self.running.remove(child)
            yield outcome


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait: a child that was forked, and is not known yet, would never be ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass
class _Child(Generic[Task]):
    """A forked process, as its parent sees it."""

    task: Task
    work: Callable[[Task], Any]
    worker: int
    limits: Limits
    pid: int = field(init=False)
    pipe: int = field(init=False)

    def __post_init__(self) -> None:
        self._step, self._seen = _Step(), 0
        self._begun = self._moved = time.monotonic()
        self._data = bytearray()
        self._notes: list[bytes] = []
        self._last: bytes | None = None
        self._ended: tuple[int, Any] | None = None
        self._hung: float | None = None  # since when it is asked to end
        sys.stdout.flush()
        sys.stderr.flush()
        self.pipe, answer = os.pipe()
        parent = os.getpid()
        try:
            self.pid = os.fork()
        except OSError:
            for end in (self.pipe, answer):
                os.close(end)
            self._step.close()
            raise
        if self.pid == 0:
            os.close(self.pipe)
            _live(self, answer, parent)
        os.close(answer)
        os.set_blocking(self.pipe, False)
        with suppress(OSError):  # the child does the same: whoever comes first
            os.setpgid(self.pid, self.pid)

    def read(self) -> None:
        """Take what the child has written so far."""
        with suppress(BlockingIOError):
            while piece := os.read(self.pipe, 1 << 16):
                self._data += piece
        while len(self._data) >= _HEAD.size:
            size, last = _HEAD.unpack_from(self._data)
            end = _HEAD.size + size
            if len(self._data) < end:
                return
            frame = bytes(self._data[_HEAD.size : end])
            del self._data[:end]
            if last:
                self._last = frame
            else:
                self._notes.append(frame)

    def notes(self) -> Iterator[Any]:
        """Yield what the child has sent since the last time."""
        while self._notes:
            try:
                note = pickle.loads(self._notes.pop(0))  # noqa: S301 - our own child
            except Exception:  # noqa: S112 - one note less of a child that is to blame for it
                continue
            yield note

    def is_over(self) -> bool:
        """Whether there is nothing more to wait for: an answer, an end, or a limit."""
        if self._last is not None or self._is_gone():
            return True
        step, now = self._step.get(), time.monotonic()
        if step != self._seen:
            self._seen, self._moved = step, now
        if self._hung is None:
            limit = None if step & _UNTIMED else self.limits.seconds
            if limit is not None and now - self._moved > limit:
                self._hung = now
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGTERM)
            return False
        return now - self._hung > GRACE

    def _is_gone(self) -> bool:
        if self._ended is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self._ended = (status, usage)
                self.read()
        return self._ended is not None

    def end(self) -> Outcome[Task]:
        """End the child and what it started, and say what became of it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._ended is None:
            self._ended = os.wait4(self.pid, 0)[1:]
        self.read()
        os.close(self.pipe)
        step = self._step.get() & ~_UNTIMED
        self._step.close()
        value, died = self._answer()
        return Outcome(
            self.task,
            value,
            died,
            step,
            time.monotonic() - self._begun,
            self._ended[1].ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            self.worker,
            tuple(self.notes()) if died else (),
        )

    def _answer(self) -> tuple[Any, Died | None]:
        if self._last is not None:
            try:
                raised, value = pickle.loads(self._last)  # noqa: S301 - our own child
            except Exception as error:  # a cell has written into the pipe, or made its own types
                raised, value = True, f"{type(error).__name__}: {error}"
            return (None, Died("raised", value)) if raised else (value, None)
        if self._hung is not None:
            return None, Died("hung", f"{self.limits.seconds:g}")
        status = self._ended[0] if self._ended else 0
        if os.WIFSIGNALED(status):
            return None, Died("signal", signal.Signals(os.WTERMSIG(status)).name)
        return None, Died("exit", str(os.waitstatus_to_exitcode(status)))


def _live(child: _Child[Any], pipe: int, parent: int) -> None:
    """Do the task, answer, and end: nothing of the parent runs on in this process."""
    global _mine  # noqa: PLW0603 - a process is one task
    _mine = _Mine(child._step, pipe)
    _mine.terminal = os.dup(2)  # the cells' own prints will go elsewhere
    try:
        try:
            _settle(parent, child.limits)
            answer = pickle.dumps((False, child.work(child.task)))
        except BaseException as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{os.path.basename(last.filename)}:{last.lineno}"
            answer = pickle.dumps((True, f"{type(error).__name__}: {error} ({place})"))
        _mine.write(answer, last=True)
        os._exit(0)
    finally:
        os._exit(1)


def _settle(parent: int, limits: Limits) -> None:
    """Take a place in the system: a group of its own, limits, and an end with the parent."""
    os.setpgid(0, 0)  # Ctrl-C is for the parent, who ends the children
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")  # where memory runs out, a child goes first, never the parent
    if os.getppid() != parent:
        os._exit(0)
    if limits.memory is not None:
        import resource  # Windows has none, and no fork

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        soft = limits.memory if hard == resource.RLIM_INFINITY else min(limits.memory, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
