"""Refuse to change in one cell what another one displays: the tags of that one say who sees it."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from IPython.core.getipython import get_ipython

from gongkai.errors import KitError, Problem

_guarded: WeakSet[Any] = WeakSet()


def keep_displays_apart() -> None:
    """Let each cell of the running notebook change only displays that the same cell made.

    Jupyter replaces an output by its `display_id` wherever it is. So a cell without a tag would
    write into the output of a public one.
    """
    shell: Any = get_ipython()
    if shell is None or shell.display_pub in _guarded:
        return
    _guarded.add(shell.display_pub)
    publish = shell.display_pub.publish
    makers: dict[str, str] = {}  # the source of the cell that made each display, by its id

    def guarded(*args: Any, **how: Any) -> None:
        name = (how.get("transient") or {}).get("display_id")
        if name is not None:
            source = shell.user_ns["In"][-1]  # a cell may be run again
            if makers.setdefault(name, "" if how.get("update") else source) != source:
                raise KitError(Problem("display-of-another", name=name))
        publish(*args, **how)

    shell.display_pub.publish = guarded
