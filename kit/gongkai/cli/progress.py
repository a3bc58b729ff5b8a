"""Progress of long work, on standard error: a bar on a terminal, plain lines elsewhere.

The home of rich.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

from gongkai.cli.printing import echo, printable_line
from gongkai.messages import say

FEW = 20  # up to so many reports, a terminal shows a line for each, even if it went well
REFRESH = 0.2  # seconds


class Progress:
    """A bar with count, rate, time left and failures so far. It starts no thread."""

    def __init__(self, total: int, message: str) -> None:
        self._total = total
        self._message = message
        self._bar: Any = None
        self._failed = 0
        self._drawn = 0.0

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task(
                say(self._message), total=self._total, rate="", failed=""
            )
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(
        self,
        lines: Iterable[str],
        *,
        failed: bool,
        quiet: bool = True,
        idle: bool = False,
    ) -> None:
        """Count one more, and print its lines; with a bar, only if not `quiet`, or few in all.

        Without a bar, the lines of many items that needed nothing (`idle`) are left out. Lines
        from a generator are made only if they are printed.
        """
        self._failed += failed
        quiet = quiet and not failed
        if self._bar is None:
            if not (idle and quiet) or self._total <= FEW:
                echo(*lines, err=True)
            return
        if not quiet or self._total <= FEW:
            self._print(lines)
        counted = say("progress-failed", count=self._failed) if self._failed else ""
        self._bar.update(self._task, advance=1, failed=counted)
        self.refresh()

    def print(self, line: str) -> None:
        """Print a line that belongs to the last one."""
        self._print([f"  {line}"])

    def _print(self, lines: Iterable[str]) -> None:
        if self._bar is None:
            echo(*lines, err=True)
            return
        for line in lines:
            self._bar.console.print(
                printable_line(line), markup=False, highlight=False, soft_wrap=True
            )

    def refresh(self) -> None:
        """Redraw the bar, at most a few times a second."""
        now = time.monotonic()
        if self._bar is not None and now - self._drawn > REFRESH:
            self._drawn = now
            speed = self._bar.tasks[0].speed
            self._bar.update(self._task, rate=f"{speed:.1f}/s" if speed else "")
            self._bar.refresh()


def _bar() -> Any:
    """Return a bar that is drawn on request and removed at the end."""
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TimeRemainingColumn(compact=True),
        progress.TextColumn("{task.fields[failed]}"),
        console=Console(stderr=True, force_jupyter=False),
        transient=True,
        auto_refresh=False,
    )
