"""A report's figures as a data frame, for an analyst.

The home of pandas.
"""

from __future__ import annotations

import pandas as pd

from gongkai.report.model import Report


def indicators(report: Report) -> pd.DataFrame:
    """Return the whole indicator table, one row per figure, in print order.

    Index: code. Columns: indicator (str), unit (str), value (float; NaN if the cell has
    no number), printed (str, as in the table).
    """
    cells = report.form.cells
    numbers = [report.values[code].number for code in cells]
    return pd.DataFrame(
        {
            "indicator": [line.label for line in cells.values()],
            "unit": [line.unit for line in cells.values()],
            "value": [float("nan") if it is None else float(it) for it in numbers],
            "printed": [report.values[code].printed for code in cells],
        },
        index=pd.Index(cells, name="code"),
    )
