"""The pieces of the page, as the notebook's cells show them."""

from gongkai.page.cells import open_report
from gongkai.page.figure import figure

__all__ = ["figure", "open_report"]
