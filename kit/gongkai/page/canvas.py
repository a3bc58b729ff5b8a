"""The font, size and settings of drawings on the page, the same on every machine.

The home of matplotlib, with `bars.py` and `figure.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, fontManager

from gongkai.text.font import drawing_font

STYLE = Path(__file__).with_name("report.mplstyle")
USED = ("figure.", "font.", "lines.", "patch.", "path.", "savefig.", "svg.", "text.")
WIDTH = 4.7  # inches: text of 10.5 points stays readable on a phone, and fits a column
SIZE = 10.5  # points
INK, BARS, AXIS = "#111111", "#222222", "#333333"


@cache
def _font() -> FontProperties:
    """Return the font that text is measured with, once matplotlib knows it."""
    fontManager.addfont(drawing_font())
    return FontProperties(fname=drawing_font(), size=SIZE)


def own_settings(more: Mapping[str, Any] = {}) -> AbstractContextManager[None]:
    """Return a context in which drawings do not depend on a machine's or a user's settings."""
    return mpl.rc_context(_settings() | more)


def font_name() -> str:
    """Register the font that text is measured with in matplotlib, and return its name."""
    return _font().get_name()


@cache
def _settings() -> Any:
    """Return matplotlib's defaults with ours, ignoring a machine's or a user's settings."""
    default: Any = mpl.rcParamsDefault
    ours: Any = mpl.rc_params_from_file(STYLE, use_default_template=False)
    return {key: default[key] for key in default if key.startswith(USED)} | dict(ours)
