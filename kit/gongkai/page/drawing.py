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
USED = ("figure.", "font.", "lines.", "patch.", "path.", "savefig.", "svg.", "text.")


def own_settings(more: Mapping[str, Any] = {}) -> AbstractContextManager[None]:
    """Return a context in which drawings do not depend on a machine's or a user's settings."""
    return mpl.rc_context(_settings() | more)


@cache
def _settings() -> Any:
    """Return matplotlib's defaults with ours, ignoring a machine's or a user's settings."""
    default: Any = mpl.rcParamsDefault
    ours: Any = mpl.rc_params_from_file(STYLE, use_default_template=False)
    return {key: default[key] for key in default if key.startswith(USED)} | dict(ours)
