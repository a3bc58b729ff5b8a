"""Mark what the cells of the running notebook display, and let none change another's output.

A copy of the notebook shows an output only if the tags of its cell allow it, and an analyst's own
one only if it was displayed after the report was last read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from IPython.core.getipython import get_ipython

from gongkai.errors import KitError, Problem
from gongkai.outputs import KEY, LACKING, READINGS
from gongkai.page.lacking_letters import drawings


def watch_displays(report: str, digest: str) -> None:
    """Mark all that is displayed from now on with the digest of the facts of a report just read.

    Reading it again, after its files were corrected, replaces its digest.

    Lets each cell of the running notebook change only displays that the same cell made: Jupyter
    replaces an output by its `display_id` wherever it is, so a cell without a tag would write into
    the output of a public one.
    """
    shell: Any = get_ipython()
    if shell is not None:
        _watcher_of(shell).read[report] = digest


@cache  # a shell is changed only once
def _watcher_of(shell: Any) -> _Watcher:
    return _Watcher(shell)


class _Watcher:
    """Wraps the two functions with which a shell shows something: a display, and a last value."""

    def __init__(self, shell: Any) -> None:
        self.read: dict[str, str] = {}  # the digests of the reports that were opened
        self._shell = shell
        self._makers: dict[str, str] = {}  # the source of the cell that made each display, by id
        self._publish: Callable[..., None] = shell.display_pub.publish
        self._formatted: Callable[..., tuple[Any, Any]] = shell.displayhook.compute_format_data
        self._drawings = drawings()
        shell.events.register("pre_run_cell", self._drawings.begin_cell)
        shell.display_pub.publish = self._publish_marked
        shell.displayhook.compute_format_data = self._marked_value

    def _publish_marked(self, data: Any, metadata: Any = None, *args: Any, **how: Any) -> None:
        name = (how.get("transient") or {}).get("display_id")
        if name is not None:
            self._refuse_other_cell(name, is_update=bool(how.get("update")))
        self._publish(data, self._marked(metadata), *args, **how)

    def _marked_value(self, value: object) -> tuple[Any, Any]:
        data, metadata = self._formatted(value)
        return data, self._marked(metadata)

    def _marked(self, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return metadata with what had been read; the kit's own pieces say it themselves."""
        own = dict(metadata or {})
        if KEY in own:
            return own
        lacking = {LACKING: letters} if (letters := self._drawings.lacking()) else {}
        return {**own, READINGS: sorted(self.read.values()), **lacking}

    def _refuse_other_cell(self, name: str, *, is_update: bool) -> None:
        """Raise KitError if another cell than the running one made a display."""
        source = self._shell.user_ns["In"][-1]  # a cell may be run again
        if self._makers.setdefault(name, "" if is_update else source) != source:
            raise KitError(Problem("display-of-another", name=name))
