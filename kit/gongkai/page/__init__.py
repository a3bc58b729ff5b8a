"""The page: what the notebook's cells show, piece by piece."""

from gongkai.page.cells import open_report
from gongkai.page.figure import figure

__all__ = ["figure", "open_report"]
