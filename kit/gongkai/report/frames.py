"""A report's figures as a data frame, for an analyst.

The home of pandas.
"""

from __future__ import annotations

import pandas as pd

from gongkai.forms.tables import Code
from gongkai.report.model import Report


def indicators(report: Report) -> pd.DataFrame:
    """Return the whole indicator table, one row per figure, in print order.

    Index: code. Columns: indicator (str), unit (str), value (float; NaN if the cell has
    no number), printed (str, as in the table).
    """
    cells = report.form.cells
    return pd.DataFrame(
        {
            "indicator": [line.label for line in cells.values()],
            "unit": [line.unit for line in cells.values()],
            "value": [_float(report, code) for code in cells],
            "printed": [report.values[code].printed for code in cells],
        },
        index=pd.Index(cells, name="code"),
    )


def _float(report: Report, code: Code) -> float:
    number = report.values[code].number
    return float("nan") if number is None else float(number)
