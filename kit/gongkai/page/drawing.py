"""The settings that drawings on the page are made with, the same on every machine.

The home of matplotlib, with `bars.py` and `figure.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl

STYLE = Path(__file__).with_name("report.mplstyle")
OF_THE_NOTEBOOK = ("backend", "interactive")  # what the notebook itself sets
USED = ("figure.", "font.", "lines.", "patch.", "path.", "savefig.", "svg.", "text.")


def use_defaults() -> None:
    """Replace what a matplotlibrc of a machine, a user or a folder sets by matplotlib's defaults.

    Figures of own cells are drawn with these. What a cell has set stays.
    """
    default: Any = mpl.rcParamsDefault
    read: Any = mpl.rcParamsOrig
    for key in default:
        if not key.startswith(OF_THE_NOTEBOOK) and mpl.rcParams[key] == read[key] != default[key]:
            mpl.rcParams[key] = default[key]


def own_settings(more: Mapping[str, Any] = {}) -> AbstractContextManager[None]:
    """Return a context in which drawings do not depend on a machine's or a user's settings."""
    return mpl.rc_context(_settings() | more)


@cache
def _settings() -> Any:
    """Return matplotlib's defaults with ours, ignoring a machine's or a user's settings."""
    default: Any = mpl.rcParamsDefault
    ours: Any = mpl.rc_params_from_file(STYLE, use_default_template=False)
    return {key: default[key] for key in default if key.startswith(USED)} | dict(ours)
