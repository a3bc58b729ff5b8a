"""Run tasks in forked processes, and report the outcome of each.

The home of `os.fork`.

A child starts as a copy of this process, with everything that it has imported. It ends with its
task, so that no task affects the next; it runs several, one after the other, only if the caller
allows that. A child may raise, hang, exit, be killed or use up its memory; the
others go on, and the parent reports what happened and where.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from gongkai.engine import child as child_process
from gongkai.engine.child import HEAD, MAXRSS_UNIT, UNTIMED, Answer, Ends, Step

POSSIBLE = hasattr(os, "fork")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
GLANCE = 0.1  # seconds between checks for children that are over their time or have ended silently
GRACE = 0.5  # seconds in which a child over its time limit may still send what it has
MOST_TASKS = 25  # per child; its memory grows with each

Task = TypeVar("Task")


class Died(NamedTuple):
    """Why a child gave no result: `hung`, `signal`, `exit` or `raised`, and the details."""

    how: str
    detail: str = ""


class Outcome(NamedTuple, Generic[Task]):
    """The outcome of a task: its result, or why there is none, and the resources used.

    `notes` are those that a child sent before it died.
    """

    task: Task
    value: Any
    died: Died | None
    step: int
    seconds: float
    peak: int  # bytes of memory: the most that its process had used by then
    worker: int
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Limits:
    """The limits of a child: seconds per step, and bytes of memory; None for no limit."""

    seconds: float | None = None
    memory: int | None = None


class Sharing(NamedTuple):
    """Which tasks may share a child with others, and which results are good.

    A child whose task fails is given no other. A task that fails, or whose child dies, in a
    process that ran others before is run again alone, so that those cannot be the cause.
    """

    may: Callable[[Any], bool]
    is_good: Callable[[Any], bool]


ALONE = Sharing(may=lambda _: False, is_good=lambda _: True)


def bound_threads() -> None:
    """Keep native libraries from starting threads, since children share the cores.

    Call it before they are imported. Variables set in the environment are kept.
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")


def run(
    tasks: Iterable[Task],
    work: Callable[[Task], Any],
    jobs: int = 1,
    limits: Limits = Limits(),
    sharing: Sharing = ALONE,
    idle: Callable[[], object] | None = None,
) -> Generator[Outcome[Task], None, None]:
    """Run `work` for each task in a separate child, or as `sharing` allows; yield the outcomes.

    There are `jobs` children at a time; each takes a task as soon as it is free. `idle` is called
    about ten times a second. When the caller stops listening, or is interrupted, every child is
    ended. Raises OSError if the system cannot start another process.
    """
    queue = _Queue(tasks, sharing)
    free = list(range(jobs, 0, -1))
    with _Children() as children:
        while True:
            while free and (order := queue.next()) is not None:
                children.begin(order, work, free.pop(), limits)
            if not children.running:
                return
            for child in children.over():
                outcome, was_used = child.outcome(), child.count > 1
                good = queue.is_good(outcome)
                following = queue.next_to_share() if good and child.may_go_on() else None
                if following is not None:  # it goes on while the caller handles the outcome
                    child.give(following)
                else:
                    children.end(child)
                    free.append(child.worker)
                if good or not was_used:
                    yield outcome
                else:
                    queue.add_alone(outcome.task)
            if idle:
                idle()


def follow(
    work: Callable[[None], Any], limits: Limits = Limits()
) -> Generator[Any, None, Outcome[None]]:
    """Run `work` in a child, yield its notes as they come, and return the outcome."""
    with _Children() as children:
        child = children.begin(_Order(None), work, 1, limits)
        while not children.over():
            yield from child.notes()
        yield from child.notes()
        outcome = child.outcome()
        yield from outcome.notes
        return outcome


class _Order(NamedTuple, Generic[Task]):
    """A task, and whether it may share a child with others."""

    task: Task
    shares: bool = False


class _Queue(Generic[Task]):
    """The tasks that no child has yet: first those to be run again, then the others in order."""

    def __init__(self, tasks: Iterable[Task], sharing: Sharing) -> None:
        self._tasks, self._sharing = iter(tasks), sharing
        self._orders: deque[_Order[Task]] = deque()

    def is_good(self, outcome: Outcome[Task]) -> bool:
        """Whether a task succeeded."""
        return outcome.died is None and self._sharing.is_good(outcome.value)

    def add_alone(self, task: Task) -> None:
        """Put a task back, to be run in a process that runs nothing else."""
        self._orders.appendleft(_Order(task))

    def next(self) -> _Order[Task] | None:
        """Return the next task, or None if there is none left."""
        if not self._orders:
            self._orders += [
                _Order(task, self._sharing.may(task)) for task in islice(self._tasks, 1)
            ]
        return self._orders.popleft() if self._orders else None

    def next_to_share(self) -> _Order[Task] | None:
        """Return the next task if a child may run it after others, else None."""
        order = self.next()
        if order is not None and not order.shares:
            self._orders.appendleft(order)
            return None
        return order


class _Children:
    """The child processes; all of them are ended on leaving the context."""

    def __enter__(self) -> _Children:
        self.running: list[_Child[Any]] = []
        self._selector = selectors.DefaultSelector()
        gc.freeze()  # children do not scan, and thereby copy, the parent's objects
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.running:
            child.end()
        self._selector.close()
        gc.unfreeze()

    def begin(
        self, order: _Order[Task], work: Callable[[Task], Any], worker: int, limits: Limits
    ) -> _Child[Task]:
        """Fork a child for a task. Raises OSError if the system cannot."""
        with _sigint_blocked():
            child = _Child(order, work, worker, limits)
            self.running.append(child)
        self._selector.register(child.pipe, selectors.EVENT_READ, child)
        return child

    def over(self) -> list[_Child[Any]]:
        """Wait a moment, read what children write, and return those whose task is over."""
        for key, _ in self._selector.select(GLANCE):
            key.data.read()
        return [child for child in self.running if child.is_over()]

    def end(self, child: _Child[Any]) -> None:
        """End a child, and what it started."""
        self._selector.unregister(child.pipe)
        child.end()
        self.running.remove(child)


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Delay Ctrl-C: a child that is forked but not yet registered would never be ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Child(Generic[Task]):
    """A forked process, seen from its parent; `count` is the number of tasks it was given."""

    def __init__(
        self, order: _Order[Task], work: Callable[[Task], Any], worker: int, limits: Limits
    ) -> None:
        self.worker, self._limits = worker, limits
        self._step, self.count = Step(), 0
        self._data = bytearray()
        self._ended: tuple[int, Any] | None = None
        self._take(order)
        sys.stdout.flush()
        sys.stderr.flush()
        self.pipe, answers = os.pipe()
        tasks, self._tasks = os.pipe()
        parent = os.getpid()
        try:
            self.pid = os.fork()
        except OSError:
            for end in (self.pipe, answers, tasks, self._tasks):
                os.close(end)
            self._step.close()
            raise
        if self.pid == 0:
            os.close(self.pipe)
            os.close(self._tasks)
            ends = Ends(self._step, answers, tasks)
            child_process.live(ends, order.task, work, limits.memory, parent)
        os.close(answers)
        os.close(tasks)
        os.set_blocking(self.pipe, False)
        with suppress(OSError):  # the child does the same, whichever is first
            os.setpgid(self.pid, self.pid)

    def _take(self, order: _Order[Task]) -> None:
        self._order, self.count = order, self.count + 1
        self._notes: list[bytes] = []
        self._answer_frame: bytes | None = None
        self._sigterm_at: float | None = None  # when it was asked to end
        self._step.set(0)
        self._seen, self._begun = 0, time.monotonic()
        self._moved = self._begun

    def may_go_on(self) -> bool:
        """Whether the child is waiting for another task, and may run one."""
        return self._order.shares and self._answer_frame is not None and self.count < MOST_TASKS

    def give(self, order: _Order[Task]) -> None:
        """Give the child another task."""
        self._take(order)
        with suppress(BrokenPipeError):  # it has just died, which is noticed soon
            child_process.write_whole(self._tasks, child_process.task_frame(order.task))

    def read(self) -> None:
        """Read what the child has written so far."""
        with suppress(BlockingIOError):
            while piece := os.read(self.pipe, 1 << 16):
                self._data += piece
        while len(self._data) >= HEAD.size:
            size, is_answer = HEAD.unpack_from(self._data)
            end = HEAD.size + size
            if len(self._data) < end:
                return
            frame = bytes(self._data[HEAD.size : end])
            del self._data[:end]
            if is_answer:
                self._answer_frame = frame
            else:
                self._notes.append(frame)

    def notes(self) -> Iterator[Any]:
        """Yield the notes that the child has sent since the last call."""
        while self._notes:
            try:
                note = pickle.loads(self._notes.pop(0))  # noqa: S301 - our own child
            except Exception:  # noqa: S112 - a note that the child itself made unreadable
                continue
            yield note

    def is_over(self) -> bool:
        """Whether the task is over: answered, ended with the child, or beyond its limit."""
        if self._answer_frame is not None or self._has_ended():
            return True
        step, now = self._step.get(), time.monotonic()
        if step != self._seen:
            self._seen, self._moved = step, now
        if self._sigterm_at is None:
            limit = None if step & UNTIMED else self._limits.seconds
            if limit is not None and now - self._moved > limit:
                self._sigterm_at = now
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGTERM)
            return False
        return now - self._sigterm_at > GRACE

    def _has_ended(self) -> bool:
        if self._ended is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self._ended = (status, usage)
                self.read()
        return self._ended is not None

    def outcome(self) -> Outcome[Task]:
        """Return the outcome of its task; a child that gave no answer is ended."""
        if self._answer_frame is None:
            self._kill()
        answer, died = self._answer()
        return Outcome(
            self._order.task,
            answer.value,
            died,
            self._step.get() & ~UNTIMED,
            time.monotonic() - self._begun,
            answer.peak or (self._ended[1].ru_maxrss * MAXRSS_UNIT if self._ended else 0),
            self.worker,
            tuple(self.notes()) if died else (),
        )

    def _kill(self) -> None:
        """End the child and what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._ended is None:
            self._ended = os.wait4(self.pid, 0)[1:]
        self.read()

    def end(self) -> None:
        """End the child, and release its resources."""
        self._kill()
        os.close(self.pipe)
        os.close(self._tasks)
        self._step.close()

    def _answer(self) -> tuple[Answer, Died | None]:
        """Return the child's answer and, if it raised or there is none, why."""
        if self._answer_frame is not None:
            try:
                answer: Answer = pickle.loads(self._answer_frame)  # noqa: S301 - our own child
            except Exception as error:  # a cell wrote into the pipe, or returned its own types
                answer = Answer(None, f"{type(error).__name__}: {error}")
            return answer, Died("raised", answer.raised) if answer.raised else None
        none = Answer(None)
        if self._sigterm_at is not None:
            return none, Died("hung", f"{self._limits.seconds:g}")
        status = self._ended[0] if self._ended else 0
        if os.WIFSIGNALED(status):
            return none, Died("signal", signal.Signals(os.WTERMSIG(status)).name)
        return none, Died("exit", str(os.waitstatus_to_exitcode(status)))
