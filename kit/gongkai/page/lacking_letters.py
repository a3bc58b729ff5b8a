"""Record which letters the fonts of own drawings lack: matplotlib draws a box in their place.

Its warnings cannot be relied on: a notebook may hide, redirect or capture them.
A home of matplotlib.
"""

from __future__ import annotations

import logging
from functools import cache

from matplotlib import _text_helpers
from matplotlib.backend_bases import FigureCanvasBase


class Drawings:
    """What was drawn since it was made. One for a process: it changes matplotlib's functions."""

    def __init__(self) -> None:
        self._lacking: dict[str, None] = {}  # in the whole process
        self._here: dict[str, None] = {}  # in the running cell
        self._draws = False  # whether the running cell drew a figure
        self._record_plain_text()
        self._record_formulas()
        self._record_figures()

    def begin_cell(self, *_: object) -> None:
        """Forget what was drawn in the cell before."""
        self._here, self._draws = {}, False

    def lacking(self) -> str:
        """Return the letters that a picture displayed now may lack.

        One in a cell that draws nothing was drawn in any cell before.
        """
        return "".join(self._here if self._draws else self._lacking)

    def _record(self, letter: str) -> None:
        self._lacking[letter] = self._here[letter] = None

    def _record_plain_text(self) -> None:
        warn = _text_helpers.warn_on_missing_glyph

        def record(codepoint: int, fontnames: str) -> None:
            self._record(chr(codepoint))
            warn(codepoint, fontnames)

        _text_helpers.warn_on_missing_glyph = record

    def _record_formulas(self) -> None:
        """Record letters in a text with a formula: matplotlib writes a line to its log for each."""

        def record(line: logging.LogRecord) -> bool:
            if "does not have a glyph" in str(line.msg) and isinstance(line.args, tuple):
                self._record(chr(int(str(line.args[-1]))))
            return True

        logging.getLogger("matplotlib.mathtext").addFilter(record)

    def _record_figures(self) -> None:
        draw = FigureCanvasBase.print_figure

        def print_figure(*args: object, **how: object) -> object:
            self._draws = True
            return draw(*args, **how)  # type: ignore[arg-type]

        FigureCanvasBase.print_figure = print_figure  # type: ignore[method-assign]


@cache  # matplotlib is changed only once
def drawings() -> Drawings:
    """Return the record of this process, which begins with the first call."""
    return Drawings()
