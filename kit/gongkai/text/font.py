"""Find the font in which text in drawings is set and measured."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def drawing_font() -> Path:
    """Return the file of Noto Sans SC (SIL OFL 1.1), which zhplot ships; it is not imported."""
    spec = find_spec("zhplot")
    folder = Path((spec.submodule_search_locations or [""])[0] if spec else "")
    return folder / "fonts" / "NotoSansSC-Regular.ttf"
