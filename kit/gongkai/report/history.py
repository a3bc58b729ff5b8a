"""A report compared with its past: series over the years, and this year with the last."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gongkai.forms.form import Measure, written_out
from gongkai.forms.tables import Code
from gongkai.report.model import Report
from gongkai.text.models import Model, read_model
from gongkai.text.numbers import plain, rounded

SERIES = Path(__file__).with_name("series.yaml")
BRIEF = 12  # characters of a remark that fit next to a key figure
FEW = 10  # a share or rate of fewer would be misleading


class SeriesName(Model):
    """The name of a series; `overview`: the page of all reports shows it."""

    label: str
    unit: str
    overview: bool = False


class _Crosswalk(Model):
    series: dict[str, SeriesName]


@cache
def crosswalk() -> dict[str, SeriesName]:
    """Return all series by their ids, in the order in which they are shown."""
    return read_model(SERIES, _Crosswalk)[0].series


def series_figures(report: Report) -> dict[str, str]:
    """Return a report's figure in each series, as a plain number; '' if it is not fully known."""
    numbers = {key: report.exact(report.form.series.get(key, ())) for key in crosswalk()}
    return {key: "" if number is None else plain(number) for key, number in numbers.items()}


class Point(NamedTuple):
    """A series in one year; without a report, edition is '' and number None.

    A sum with a blank in it has no number: `printed` is the known part of it, and `without`
    names the rest.
    """

    year: int
    number: Decimal | None
    printed: str
    edition: str
    without: tuple[str, ...] = ()


class Series(NamedTuple):
    """A figure that can be compared over the years and across editions."""

    id: str
    label: str
    unit: str
    points: tuple[Point, ...]


def series(reports: tuple[Report, ...]) -> tuple[Series, ...]:
    """Return all series that have a figure other than 0, from the first year to the last."""
    by_year = {report.year: report for report in reports}
    years = range(min(by_year), max(by_year) + 1)
    found = [
        Series(key, named.label, named.unit, tuple(_point(key, year, by_year) for year in years))
        for key, named in crosswalk().items()
    ]
    return tuple(
        item for item in found if any(point.printed not in ("", "0") for point in item.points)
    )


def _point(series: str, year: int, by_year: dict[int, Report]) -> Point:
    report = by_year.get(year)
    if report is None:
        return Point(year, None, "", "")
    codes = report.form.series.get(series, ())
    known = _known_of(codes, report)
    return Point(year, report.exact(codes), known.printed, report.form.edition, known.without)


class _Known(NamedTuple):
    """The known part of a sum as printed, '' if there is none, and the names of the rest."""

    printed: str
    without: tuple[str, ...]


def _known_of(codes: tuple[Code, ...], report: Report) -> _Known:
    cells = report.form.expanded(codes)
    known = tuple(code for code in cells if report.exact((code,)) is not None)
    if not known:
        return _Known("", ())
    return _Known(
        report.printed(known) or plain(report.total(known)),
        tuple(report.form.called((code,)).name for code in cells if code not in known),
    )


class Change(NamedTuple):
    """A figure of this year and last year; `percent` is '' if it cannot be given.

    `within` is the label of its group of rows in a grid.
    """

    name: str
    unit: str
    before: str
    now: str
    change: str
    percent: str
    within: str = ""

    @property
    def size(self) -> Decimal:
        """The absolute value of the change."""
        return abs(Decimal(self.change))


def changes(report: Report, previous: Report) -> tuple[Change, ...]:
    """Return the changes of figures that can be compared and are not 0 in both years.

    Within an edition these are all figures except the parts of a row that has a total; across
    editions they are the series. Half a year is compared with nothing.
    """
    if not report.compares_with(previous):
        return ()
    found = []
    for same in _counted_in_both(report, previous):
        before, now = previous.exact(same.before), report.exact(same.now)
        if before is not None and now is not None and (before or now):
            found.append(change(same.name, same.unit, before, now)._replace(within=same.within))
    return tuple(found)


class KeyFigure(NamedTuple):
    """A figure that readers look for first, its first cell, and last year's figure.

    `printed` is '' for a blank. `of` is what it is a share of, and `share` the percentage, ''
    if there is none. `before` is None if there is nothing to compare with, and has no
    number if last year's is not known. For a sum with a blank in it, `printed` is the known
    part, `without` names the rest, and nothing is compared. `remark` is the remark that the report
    has on each of its cells.
    """

    name: str
    unit: str
    code: Code
    printed: str
    before: Point | None
    change: Change | None
    of: str = ""
    share: str = ""
    without: tuple[str, ...] = ()
    remark: str = ""


def key_figures(report: Report, previous: Report | None) -> tuple[KeyFigure, ...]:
    """Return the figures that the form puts first, compared with last year's if possible."""
    return tuple(_key_figure(report, previous, *named) for named in report.form.key_measures)


def _key_figure(
    report: Report, previous: Report | None, measure: Measure, whole: Measure | None
) -> KeyFigure:
    cells, known = report.form.expanded(measure.codes), _known_of(measure.codes, report)
    now, before, changed = report.exact(measure.codes), None, None
    codes = _same_measure(measure.codes, report, previous) if previous else ()
    if previous and codes:
        number = previous.exact(codes)
        before = Point(previous.year, number, previous.printed(codes), previous.form.edition)
        if number is not None and now is not None:
            changed = change(measure.name, measure.unit, number, now)
    return KeyFigure(
        measure.name,
        measure.unit,
        cells[0],
        known.printed,
        before,
        changed,
        whole.name if whole else "",
        share_of(now, report.exact(whole.codes)) if whole else "",
        known.without,
        _remark_of(cells, report),
    )


def _remark_of(cells: tuple[Code, ...], report: Report) -> str:
    """Return the remark shared by all cells of a figure; '' if they differ, or it is long."""
    remarks = {value.remark for value in (report.values[code] for code in cells) if value.printed}
    remark = remarks.pop() if len(remarks) == 1 else ""
    return remark if len(remark) <= BRIEF else ""


def share_of(part: Decimal | None, whole: Decimal | None) -> str:
    """Return a share in percent with one decimal; '' if it cannot be given.

    It is not given for a blank, for a whole below FEW, or for a part greater than the whole. A
    part above 0 is never rounded to 0.0 %, nor one below the whole to 100.0 %.
    """
    if part is None or whole is None or whole < FEW or not 0 <= part <= whole:
        return ""
    percent = rounded(part / whole * 100, 1)
    if part and not percent:
        return "不足0.1%"
    if part < whole and percent == 100:
        return "超过99.9%"
    return f"{percent}%"


def last_years_figure(
    codes: tuple[Code, ...], report: Report, previous: Report | None
) -> Decimal | None:
    """Return last year's figure if both years count the same thing and it is not blank."""
    found = _same_measure(codes, report, previous) if previous else ()
    return previous.exact(found) if previous and found else None


def _same_measure(codes: tuple[Code, ...], report: Report, previous: Report) -> tuple[Code, ...]:
    """Return the codes with which last year's report counts the same thing; () if none do.

    Across editions, a measure can be compared if it is the sum of complete series. A part of a
    year is not compared with a year.
    """
    if not report.compares_with(previous):
        return ()
    if report.is_on_form_of(previous):
        return codes if all(previous.form.expanded((code,)) for code in codes) else ()
    within = {key: named for key, named in report.form.series.items() if set(named) <= set(codes)}
    if sorted(code for named in within.values() for code in named) != sorted(codes):
        return ()
    if not all(key in previous.form.series for key in within):
        return ()
    return tuple(code for key in within for code in previous.form.series[key])


def _parts_of_rows(report: Report) -> set[str]:
    """Return the cells that are parts of a total in the same row of a grid."""
    rows = [rule for rule in report.form.identities if rule.each == "row"]
    return {
        code
        for rule in rows
        for written in written_out(rule, report.form.tables)
        for code in written.right
    }


class _Same(NamedTuple):
    """What two reports count: its name and unit, and its codes in each."""

    name: str
    unit: str
    before: tuple[Code, ...]
    now: tuple[Code, ...]
    within: str = ""


def _counted_in_both(report: Report, previous: Report) -> Iterator[_Same]:
    if report.is_on_form_of(previous):
        known = previous.form.cells.keys() - _parts_of_rows(report)
        for code, cell in report.form.cells.items():
            if code in known:
                yield _Same(cell.name, cell.unit, (code,), (code,), cell.within)
        return
    before, now = previous.form.series, report.form.series
    for key, named in crosswalk().items():
        yield _Same(named.label, named.unit, before.get(key, ()), now.get(key, ()))


def change(name: str, unit: str, before: Decimal, now: Decimal) -> Change:
    """Return two numbers with their difference, also in percent of the first number.

    A percentage of 0 or of a negative number would be meaningless, so it is left out.
    """
    difference = now - before
    sign = "+" if difference > 0 else ""
    percent = ""
    if before > 0:
        percent = f"{sign}{rounded(difference / before * 100, 1)}%"
    return Change(name, unit, plain(before), plain(now), f"{sign}{plain(difference)}", percent)
