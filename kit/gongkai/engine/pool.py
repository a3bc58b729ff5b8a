"""Work that is done by forked processes, and what became of each task.

The home of `os.fork`.

A child begins as a copy of this process, with all that it has imported. It ends with its task,
so that nothing a task leaves behind reaches the next; only where the caller says so does it do
several, one after the other. A child may raise, hang, exit, be killed or eat all memory; the
others go on, and the parent says what happened and where.
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
from typing import Any, Generic, NamedTuple, TypeVar

from gongkai.engine import child as child_process
from gongkai.engine.child import HEAD, MAXRSS_UNIT, UNTIMED, Answer, Ends, Step

POSSIBLE = hasattr(os, "fork")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
GLANCE = 0.1  # seconds between two looks at clocks and at children that ended without a word
GRACE = 0.5  # seconds in which a child that took too long may still send what it has
MOST_TASKS = 25  # of one child; its memory grows with each

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
    peak: int  # bytes of memory of its process, until then
    worker: int
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What a child may take: seconds a step, and bytes of memory; None is without a limit."""

    seconds: float | None = None
    memory: int | None = None


class Sharing(NamedTuple):
    """Which tasks may be done by a child that does others, and which results are good.

    A child whose task fails is given no other. A task that fails, or whose child dies, in a
    process that others had before is done once more, alone: so it is never to blame for them.
    """

    may: Callable[[Any], bool]
    is_good: Callable[[Any], bool]


ALONE = Sharing(may=lambda _: False, is_good=lambda _: True)


def bound_threads() -> None:
    """Let native libraries start no threads of their own: children share the cores.

    To be called before they are imported; what the environment asks for stays.
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
    """Do `work` for each task in a child of its own, or as `sharing` says; yield as they end.

    There are `jobs` children at a time; tasks are taken as they become free. `idle` is called
    about ten times a second. When the caller stops listening, or is interrupted, every child is
    ended. Raises OSError where the system has no room for another process.
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
                if following is not None:  # it works on while the caller handles the last one
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
    """Do `work` in a child, yield its notes as they come, and return what became of it."""
    with _Children() as children:
        child = children.begin(_Order(None), work, 1, limits)
        while not children.over():
            yield from child.notes()
        yield from child.notes()
        outcome = child.outcome()
        yield from outcome.notes
        return outcome


class _Order(NamedTuple, Generic[Task]):
    """A task, and whether its child may do others after it."""

    task: Task
    shares: bool = False


class _Queue(Generic[Task]):
    """The tasks that no child has yet: those to be done again, then the others in their order."""

    def __init__(self, tasks: Iterable[Task], sharing: Sharing) -> None:
        self._tasks, self._sharing = iter(tasks), sharing
        self._orders: deque[_Order[Task]] = deque()

    def is_good(self, outcome: Outcome[Task]) -> bool:
        """Whether a task ended well."""
        return outcome.died is None and self._sharing.is_good(outcome.value)

    def add_alone(self, task: Task) -> None:
        """Take a task back, to be done in a process that does nothing else."""
        self._orders.appendleft(_Order(task))

    def next(self) -> _Order[Task] | None:
        """Return the next task, None where there is none left."""
        if not self._orders:
            self._orders += [_Order(task, self._sharing.may(task)) for task in self._one()]
        return self._orders.popleft() if self._orders else None

    def next_to_share(self) -> _Order[Task] | None:
        """Return the next task where a child may do it after others, else None."""
        order = self.next()
        if order is not None and not order.shares:
            self._orders.appendleft(order)
            return None
        return order

    def _one(self) -> Iterator[Task]:
        for task in self._tasks:
            yield task
            return


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
        self, order: _Order[Task], work: Callable[[Task], Any], worker: int, limits: Limits
    ) -> _Child[Task]:
        """Fork a child for a task. Raises OSError where the system has no room for it."""
        with _undisturbed():
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
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait: a child that was forked, and is not known yet, would never be ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Child(Generic[Task]):
    """A forked process, as its parent sees it; `count` is how many tasks it was given."""

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
        with suppress(OSError):  # the child does the same: whoever comes first
            os.setpgid(self.pid, self.pid)

    def _take(self, order: _Order[Task]) -> None:
        self._order, self.count = order, self.count + 1
        self._notes: list[bytes] = []
        self._last: bytes | None = None
        self._hung: float | None = None  # since when it is asked to end
        self._step.set(0)
        self._seen, self._begun = 0, time.monotonic()
        self._moved = self._begun

    def may_go_on(self) -> bool:
        """Whether the child waits for another task, and may do one."""
        return self._order.shares and self._last is not None and self.count < MOST_TASKS

    def give(self, order: _Order[Task]) -> None:
        """Let the child do another task."""
        self._take(order)
        with suppress(BrokenPipeError):  # it has just died, which is seen in a moment
            child_process.write_whole(self._tasks, child_process.task_frame(order.task))

    def read(self) -> None:
        """Take what the child has written so far."""
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
        if self._last is not None or self._has_ended():
            return True
        step, now = self._step.get(), time.monotonic()
        if step != self._seen:
            self._seen, self._moved = step, now
        if self._hung is None:
            limit = None if step & UNTIMED else self._limits.seconds
            if limit is not None and now - self._moved > limit:
                self._hung = now
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGTERM)
            return False
        return now - self._hung > GRACE

    def _has_ended(self) -> bool:
        if self._ended is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self._ended = (status, usage)
                self.read()
        return self._ended is not None

    def outcome(self) -> Outcome[Task]:
        """Say what became of its task; a child that gave no answer is ended."""
        if self._last is None:
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
        """End the child, and give back what it had."""
        self._kill()
        os.close(self.pipe)
        os.close(self._tasks)
        self._step.close()

    def _answer(self) -> tuple[Answer, Died | None]:
        """Return the child's answer; where it raised, or there is none, why."""
        if self._last is not None:
            try:
                answer: Answer = pickle.loads(self._last)  # noqa: S301 - our own child
            except Exception as error:  # a cell has written into the pipe, or made its own types
                answer = Answer(None, f"{type(error).__name__}: {error}")
            return answer, Died("raised", answer.raised) if answer.raised else None
        none = Answer(None)
        if self._hung is not None:
            return none, Died("hung", f"{self._limits.seconds:g}")
        status = self._ended[0] if self._ended else 0
        if os.WIFSIGNALED(status):
            return none, Died("signal", signal.Signals(os.WTERMSIG(status)).name)
        return none, Died("exit", str(os.waitstatus_to_exitcode(status)))
