"""A report's figures as data frames: for charts, for their data tables, for an analyst.

The home of pandas. Imports: errors, form, report.
"""

from __future__ import annotations

import pandas as pd

from kit.form import Code
from kit.report import Breakdown, Report


def indicators(report: Report) -> pd.DataFrame:
    """Return the whole indicator table, a row a figure, in print order.

    Index: code. Columns: indicator (str), unit (str), value (float; NaN where the cell has
    no number), printed (str, as it stands in the table).
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


def figures(report: Report, panels: dict[str, tuple[Code, ...]]) -> pd.DataFrame:
    """Return the figures of a chart, a row a bar.

    Columns: panel (str), name (str, the short name), unit (str), value (float, 0 where the
    cell has no number), printed (str).
    """
    table = indicators(report)
    rows = [(panel, code) for panel, codes in panels.items() for code in codes]
    chosen = table.loc[[code for _, code in rows]].reset_index(drop=True)
    chosen.insert(0, "panel", [panel for panel, _ in rows])
    chosen.insert(1, "name", [report.form.cells[code].name for _, code in rows])
    return chosen.fillna({"value": 0.0}).drop(columns="indicator")


def parts(breakdown: Breakdown) -> pd.DataFrame:
    """Return a stated breakdown as the figures of a chart, the columns those of `figures`."""
    values = pd.Series({name: float(number) for name, number in breakdown.items.items()})
    return pd.DataFrame(
        {
            "panel": "数量" + (f"（{breakdown.unit}）" if breakdown.unit else ""),
            "name": values.index,
            "unit": breakdown.unit,
            "value": values.to_numpy(),
            "printed": [f"{number:f}" for number in breakdown.items.values()],
        }
    )
