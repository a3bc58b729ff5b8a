"""What a drawing of the page is drawn with: its font, its size, and settings of no machine.

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
WIDTH = 4.7  # inches: text of 10.5 points stays readable on a telephone, and fits a column
SIZE = 10.5  # points
INK, BARS, AXIS = "#111111", "#222222", "#333333"


@cache
def _font() -> FontProperties:
    """Return the font that text is measured with, once matplotlib knows it."""
    fontManager.addfont(drawing_font())
    return FontProperties(fname=drawing_font(), size=SIZE)


def own_settings(more: Mapping[str, Any] = {}) -> AbstractContextManager[None]:
    """Let what is drawn inside not depend on what a machine or a user has set."""
    return mpl.rc_context(_settings() | more)


def font_name() -> str:
    """Return the name of the font that text is measured with; matplotlib knows it from now on."""
    return _font().get_name()


@cache
def _settings() -> Any:
    """Return matplotlib's own settings with ours, whatever a machine or a user has set."""
    default: Any = mpl.rcParamsDefault
    ours: Any = mpl.rc_params_from_file(STYLE, use_default_template=False)
    return {key: default[key] for key in default if key.startswith(USED)} | dict(ours)
