"""A report's figures as data frames: for charts, for their data tables, for an analyst.

The home of pandas.
"""

from __future__ import annotations

import pandas as pd

from gongkai.forms.form import Code
from gongkai.report.history import Series
from gongkai.report.model import Breakdown, Report


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


def figures(report: Report, panels: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return the figures of a chart, a row a bar: `panels` names codes or measures.

    Columns: panel (str), name (str, the short name), unit (str), value (float, 0 where there is
    no number), printed (str).
    """
    rows = [(panel, report.form.measure(name)) for panel, names in panels.items() for name in names]
    return pd.DataFrame(
        {
            "panel": [panel for panel, _ in rows],
            "name": [measure.name for _, measure in rows],
            "unit": [measure.unit for _, measure in rows],
            "value": [float(report.figure(measure.codes) or 0) for _, measure in rows],
            "printed": [report.printed(measure.codes) for _, measure in rows],
        }
    )


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


def trend(series: tuple[Series, ...]) -> pd.DataFrame:
    """Return series over the years, a row a year of a series, the columns those of `figures`.

    A year without a report, or without a number, is a gap: value NaN, printed ''. The column
    edition is '' for a year without a report.
    """
    return pd.DataFrame(
        [
            {
                "panel": f"{item.label}（{item.unit}）",
                "name": f"{point.year}年",
                "unit": item.unit,
                "value": float("nan") if point.number is None else float(point.number),
                "printed": point.printed,
                "edition": point.edition,
            }
            for item in series
            for point in item.points
        ]
    )
