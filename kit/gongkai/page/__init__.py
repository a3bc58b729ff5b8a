"""The page: what the notebook's cells show, piece by piece."""

from gongkai.page.cells import open_report

__all__ = ["open_report"]
