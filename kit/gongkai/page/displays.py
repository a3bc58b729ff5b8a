"""Watch what the cells of the running notebook display: of which reading, and each its own.

A copy of the notebook shows an output only if the tags of its cell allow it, and an analyst's own
one only if it was displayed after the report was last read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython

from gongkai.errors import KitError, Problem
from gongkai.outputs import KEY, READ

_watchers: WeakKeyDictionary[Any, _Watcher] = WeakKeyDictionary()


def watch_displays(report: str, digest: str) -> None:
    """Note in all that is displayed from now on that a report was read, by the digest of its facts.

    Reading it again, after its files were corrected, takes the place of the reading before.
    Lets each cell of the running notebook change only displays that the same cell made: Jupyter
    replaces an output by its `display_id` wherever it is, so a cell without a tag would write into
    the output of a public one.
    """
    shell: Any = get_ipython()
    if shell is not None:
        watcher = _watchers.get(shell)
        if watcher is None:
            watcher = _watchers[shell] = _Watcher(shell)
        watcher.read[report] = digest


class _Watcher:
    """Stands before the two ways in which a shell shows something: a display, and a last value."""

    def __init__(self, shell: Any) -> None:
        self.read: dict[str, str] = {}  # the digests of the reports that were opened
        self._inputs = shell.user_ns
        self._makers: dict[str, str] = {}  # the source of the cell that made each display, by id
        self._publish: Callable[..., None] = shell.display_pub.publish
        self._formatted: Callable[..., tuple[Any, Any]] = shell.displayhook.compute_format_data
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
        return own if KEY in own else {**own, READ: sorted(self.read.values())}

    def _refuse_other_cell(self, name: str, *, is_update: bool) -> None:
        """Raise KitError if another cell than the running one made a display."""
        source = self._inputs["In"][-1]  # a cell may be run again
        if self._makers.setdefault(name, "" if is_update else source) != source:
            raise KitError(Problem("display-of-another", name=name))
