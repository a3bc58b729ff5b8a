"""The page: what the notebook's cells show, piece by piece.

Imports: errors, manifest, text, forms, report, checks, outputs.
"""

from gongkai.page.cells import open_report

__all__ = ["open_report"]
