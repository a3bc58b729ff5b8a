"""What is computed of a year: right in every figure, and silent where nothing can be said."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from gongkai.checks import CHECKS, ERRORS, may_be_public
from gongkai.checks.findings import Context
from gongkai.forms.computed import CHOSEN, Clause, Slot, parsed
from gongkai.forms.form import ChartSpec, Computed
from gongkai.page.charts import breakdown_chart, form_chart, in_words
from gongkai.report.highlights import computed, highlights, is_nil
from gongkai.report.history import Point, Series, key_figures, share_of
from gongkai.report.model import Breakdown, Report, Value
from gongkai.report.parameters import Order, Period
from gongkai.report.reader import load_past, load_report
from gongkai.report.rollup import ReportFigures
from gongkai.report.trend import trend_of
from test_cases import CASES as FOUND
from test_cases import YEARS, write_year

SAID = yaml.load((Path(__file__).parent / "said.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only


def written(folder: Path, case: dict[str, Any]) -> tuple[Report, Report | None]:
    """Return the report of a case, and last year's."""
    agency = folder / "case"
    agency.mkdir()
    (agency / "agency.yaml").write_text("name: 某市某局\n", "utf-8")
    year = YEARS[case["edition"]]
    write_year(agency, case, year, case["indicators"], "今年的总体情况写在这里。")
    if "previous" in case:
        write_year(agency, case, year - 1, case["previous"], "去年的总体情况写在这里。")
    report = load_report("case", year, folder)
    return report, load_past(report).last_year(report)


@pytest.mark.parametrize("case", SAID, ids=lambda case: case["name"])
def test_a_year_is_said_to_have_been_what_it_was(tmp_path: Path, case: dict[str, Any]) -> None:
    """Every sentence of the case, and no other."""
    report, previous = written(tmp_path, case)
    assert [item.text for item in highlights(report, previous)] == case["highlights"]
    charts = {spec.id: form_chart(spec, report, previous) for spec in report.form.charts}
    for name, says in case.get("charts", {}).items():
        assert "".join(word.text + word.unit for word in charts[name].says) == says


ORDERS: tuple[Order, ...] = ("size", "given")

# --- properties -------------------------------------------------------------------

BASES = {
    "2021": ("shuyang-county", 2025),
    "2019": ("shanghai-office", 2019),
    "2014": ("xixia-justice", 2017),
}
figure = st.one_of(st.none(), st.just(0), st.integers(0, 12), st.integers(0, 2_000_000))


@st.composite
def years(draw: st.DrawFn) -> tuple[Report, Report | None]:
    """Draw a report of any figures, blanks among them, and perhaps one of the year before."""
    base = load_report(*BASES[draw(st.sampled_from(sorted(BASES)))], ROOT / "params")
    few = sorted({code for item in _sentences(base) for code in _codes(base, item)})

    def filled(report: Report) -> Report:
        drawn = draw(st.lists(figure, min_size=len(few), max_size=len(few)))
        numbers = dict.fromkeys(report.values, 0) | dict(zip(few, drawn, strict=True))
        values = {code: _value(number) for code, number in numbers.items()}
        return replace(report, values=values)

    previous = filled(replace(base, year=base.year - 1)) if draw(st.booleans()) else None
    return filled(base), previous


def _value(number: int | None) -> Value:
    return Value(
        None if number is None else Decimal(number), "" if number is None else str(number), 1
    )


def _sentences(report: Report) -> tuple[Computed, ...]:
    return (*report.form.highlights, *report.form.charts)


def _slots(pieces: Any) -> list[Slot]:
    found = []
    for piece in pieces:
        if isinstance(piece, Clause):
            found += [slot for choice in piece.choices for slot in _slots(choice)]
        elif isinstance(piece, Slot):
            found.append(piece)
    return found


def _codes(report: Report, sentence: Computed) -> set[str]:
    named = {name for slot in _slots(parsed(sentence.says)) for name in (slot.name, slot.whole)}
    names = (named - {"", *CHOSEN}) | set(sentence.largest)
    if isinstance(sentence, ChartSpec):
        names |= {name for panel in sentence.panels for name in (*panel.lines, panel.whole) if name}
    return {
        code for name in names for code in report.form.expanded(report.form.measure(name).codes)
    }


NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?%?")
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(years())
def test_every_number_of_a_sentence_is_one_of_the_figures(
    pair: tuple[Report, Report | None],
) -> None:
    """A figure that is known, a share of two that are, or a change between two: nothing else."""
    report, previous = pair
    for sentence in _sentences(report):
        words = computed(sentence, report, previous)
        said = "".join(word.text + word.unit for word in words)
        assert all(word.text for word in words), said
        known = {
            name: report.exact(report.form.measure(name).codes)
            for slot in _slots(parsed(sentence.says))
            for name in (slot.name, slot.whole)
            if name not in ("", *CHOSEN)
        } | {name: report.exact(report.form.measure(name).codes) for name in sentence.largest}
        numbers = [number for number in known.values() if number is not None]
        shares = {share_of(part, whole).strip("不足超过") for part in numbers for whole in numbers}
        before = [
            previous.exact(previous.form.measure(name).codes) if previous else None
            for name in known
        ]
        changes = {
            abs(now - then)
            for now, then in zip(known.values(), before, strict=True)
            if now is not None and then is not None
        }
        rates = {
            f"{abs(now - then) / then * 100:.1f}"[:-1]
            for now, then in zip(known.values(), before, strict=True)
            if now is not None and then
        }
        for number in NUMBER.findall(said):
            if number.endswith("%"):
                assert number in shares or number[:-2] in rates or _is_near(number, rates), said
            else:
                assert Decimal(number) in {*numbers, *changes}, said


def _is_near(number: str, rates: set[str]) -> bool:
    """Whether a rounded rate is one of those that were cut."""
    return any(abs(Decimal(number[:-1]) - Decimal(rate or 0)) <= 1 for rate in rates)


@quick
@given(years())
def test_nothing_is_said_of_a_blank_and_nothing_compared_without_a_year_before(
    pair: tuple[Report, Report | None],
) -> None:
    """Blank one cell after the other: its figure, its share and its change are said no more."""
    report, previous = pair
    for item in highlights(report, None):
        assert "比上年" not in item.text
    if previous is None:
        return
    other_form = previous.form.model_copy(update={"edition": "x", "series": {}})
    first, last = (datetime.date(previous.year, *day) for day in ((1, 1), (6, 30)))
    half = Period.model_validate({"from": first, "to": last})
    incomparable = (
        replace(previous, form=other_form),
        replace(previous, parameters=previous.parameters.model_copy(update={"period": half})),
        replace(previous, values={code: _value(None) for code in previous.values}),
    )
    for before in incomparable:
        assert all("比上年" not in item.text for item in highlights(report, before))
        assert all(figure.change is None for figure in key_figures(report, before))
        charts = [form_chart(spec, report, before) for spec in report.form.charts]
        bars = [bar for chart in charts for group in chart.groups for bar in group.bars]
        assert all(bar.before is None for bar in bars)


@quick
@given(years())
def test_a_sentence_without_its_figures_is_not_said(pair: tuple[Report, Report | None]) -> None:
    """Of a report of blanks nothing is said at all."""
    report, previous = pair
    blank = replace(report, values={code: _value(None) for code in report.values})
    assert highlights(blank, previous) == ()
    assert not is_nil(blank)
    assert all(computed(item, blank, previous) == () for item in _sentences(blank))


@st.composite
def blanked(draw: st.DrawFn) -> tuple[Report, Report]:
    """Draw a report whose sums are right, and the same with some of its cells left blank."""
    base = load_report(*BASES[draw(st.sampled_from(sorted(BASES)))], ROOT / "params")
    equal = [rule for rule in base.form.rules if rule.relation == "=" and not rule.previous]
    sums = [rule for rule in equal if len(rule.left) == 1]
    codes = sorted({code for rule in sums for code in (*rule.left, *rule.right)})
    size = st.one_of(st.just(0), st.integers(0, 40))
    drawn = draw(st.lists(size, min_size=len(codes), max_size=len(codes)))
    numbers = dict.fromkeys(base.values, 0) | dict(zip(codes, drawn, strict=True))
    for rule in sums * 3:  # a total may be the sum of totals
        numbers[rule.left[0]] = sum(numbers[code] for code in rule.right)
    full = {code: _value(number) for code, number in numbers.items()}
    left = draw(st.floats(0, 1))
    blanks = {code: _value(None) for code in codes if draw(st.floats(0, 1)) < left}
    return replace(base, values=full), replace(base, values=full | blanks)


@quick
@given(blanked())
def test_what_is_concluded_of_a_blank_is_what_was_left_out(pair: tuple[Report, Report]) -> None:
    """Whichever cells are blank, a figure is the right one or none, and that of the strip."""
    full, gaps = pair
    for code in full.values:
        assert gaps.exact((code,)) in (None, full.exact((code,)))
        assert gaps.exact((code,)) in (None, gaps.figure((code,)) or 0)
    if is_nil(gaps):
        assert is_nil(full)


def test_a_total_of_totals_that_are_blank_too_is_the_sum_of_all() -> None:
    """Not of those of its parts that are stated; a roll-up adds the same."""
    full = load_report("shuyang-county", 2025, ROOT / "params")
    left = ("3.3.7.natural_person", "3.3.7.total")
    gaps = replace(full, values={**full.values, **dict.fromkeys(left, _value(None))})
    assert full.figure(left[:1])
    assert gaps.figure(left[1:]) == gaps.exact(left[1:]) == full.figure(left[1:])
    numbers = {code: value.number for code, value in gaps.values.items()}
    assert ReportFigures(gaps.form, numbers).figure(left[1:]) == full.figure(left[1:])


@quick
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_share_is_of_the_whole_or_is_not_said(part: int, whole: int) -> None:
    """Never more than all, never 0.0 % of something, never 100.0 % of less."""
    share = share_of(Decimal(part), Decimal(whole))
    if whole < 10 or part > whole:
        assert share == ""
    elif part == whole:
        assert share == "100.0%"
    elif part == 0:
        assert share == "0.0%"
    else:
        stated = Decimal(share.strip("不足超过%"))
        assert 0 < stated < 100
        assert abs(stated - Decimal(part) / whole * 100) <= Decimal("0.1")


@quick
@given(years())
def test_a_bar_has_a_share_of_known_figures_and_the_largest_is_larger_than_all_others(
    pair: tuple[Report, Report | None],
) -> None:
    """No share of a sum with a blank in it; one largest bar, or none."""
    report, previous = pair
    for spec in report.form.charts:
        groups = form_chart(spec, report, previous).groups
        for panel, group in zip(spec.panels, groups, strict=True):
            exact = [report.exact(report.form.measure(name).codes) for name in panel.lines]
            whole = report.exact(report.form.measure(panel.whole).codes) if panel.whole else None
            assert [bar.share for bar in group.bars] == [share_of(part, whole) for part in exact]
            most = [bar for bar in group.bars if bar.largest]
            assert len(most) <= 1
            for bar in most:
                assert all(other is bar or other.value < bar.value for other in group.bars)  # type: ignore[operator]
                assert len(group.sizes) > 1


@quick
@given(years())
def test_a_sentence_in_the_place_of_a_chart_has_each_figure_and_no_blank(
    pair: tuple[Report, Report | None],
) -> None:
    """Every figure with its share, every blank as one; then only is the rest 0."""
    report, previous = pair
    for spec in report.form.charts:
        for group in form_chart(spec, report, previous).groups:
            said = in_words([group])
            for bar in group.bars:
                share = f"（{bar.share}）" if bar.share else ""
                figure = "未填报" if bar.value is None else f"{bar.printed}{group.unit}{share}"
                assert (f"{bar.label}{figure}" in said) == (bool(group.sizes) and bar.value != 0)
            zero = any(bar.value == 0 for bar in group.bars)
            assert ("其余为0" in said) == (bool(group.sizes) and zero)


@quick
@given(years())
def test_a_key_figure_has_the_share_and_the_change_that_a_sentence_would_have(
    pair: tuple[Report, Report | None],
) -> None:
    """No share of what is not known; no change of what is not all known; a blank part is named."""
    report, previous = pair
    form = report.form
    for item, (measure, whole) in zip(
        key_figures(report, previous), form.key_measures, strict=True
    ):
        share = share_of(report.exact(measure.codes), report.exact(whole.codes)) if whole else ""
        assert item.share == share
        cells = [report.exact((code,)) for code in form.expanded(measure.codes)]
        known = [number for number in cells if number is not None]
        assert (Decimal(item.printed) if item.printed else None) == (sum(known) if known else None)
        assert len(item.without) == (cells.count(None) if known else 0)
        if item.change:
            assert previous
            now, then = (which.exact(measure.codes) for which in (report, previous))
            assert Decimal(item.change.change) == now - then  # type: ignore[operator]


@quick
@given(years())
def test_what_is_carried_is_said_where_it_is_more_than_nothing(
    pair: tuple[Report, Report | None],
) -> None:
    """With what came in and what was finished; a 0 and a blank are not spoken of."""
    report, previous = pair
    said = "".join(item.text for item in highlights(report, previous))
    for name, behind in (("上年结转", "新收申请"), ("结转下年度", "办结申请")):
        if not any(item.name == name for item in report.form.measures):
            continue
        carried, counted = (
            report.exact(report.form.measure(item).codes) for item in (name, behind)
        )
        assert (name in said) == bool(counted and carried)
        assert f"；{name}{carried}件。" in said or name not in said


REMARKS: dict[tuple[str, ...], str] = {
    ("含上年结转的案件",) * 3: "含上年结转的案件",
    ("含上年结转的案件", "", ""): "",
    ("",) * 3: "",
    ("其中一件由上级机关提级审理，另有一件撤回",) * 3: "",
}


@pytest.mark.parametrize("remarks", REMARKS)
def test_a_key_figure_has_the_short_remark_that_all_its_cells_have(
    remarks: tuple[str, ...],
) -> None:
    """Cases of earlier years among those of a year are not to be taken for new ones."""
    base = load_report(*BASES["2021"], ROOT / "params")
    cells = base.form.measure("行政复议和行政诉讼").codes
    values = {
        code: replace(_value(2), remark=remark) for code, remark in zip(cells, remarks, strict=True)
    }
    report = replace(base, values={**base.values, **values})
    figures = {item.name: item.remark for item in key_figures(report, None)}
    assert figures.pop("行政复议和行政诉讼") == REMARKS[remarks]
    assert not any(figures.values())


parts = st.dictionaries(
    st.text("甲乙丙丁", min_size=1), st.integers(0, 50).map(Decimal), min_size=1
)


@quick
@given(parts, st.one_of(st.none(), st.integers(0, 200).map(Decimal)), st.sampled_from(ORDERS))
def test_a_breakdown_says_its_total_and_its_largest_part_or_neither(
    items: dict[str, Decimal], stated: Decimal | None, order: Order
) -> None:
    """A total and shares only where the parts come to it; the largest only where there is one."""
    total = sum(items.values(), Decimal(0)) if stated == 0 else stated
    chart = breakdown_chart("b", Breakdown("题", "overview", "条", "1.1", total, items, 1, order))
    said = "".join(word.text + word.unit for word in chart.says)
    bars = chart.groups[0].bars
    right = total == sum(items.values())
    assert ("共" in said) == right
    assert all(bar.share == (share_of(bar.value, total) if right else "") for bar in bars)
    top = max(items.values())
    single = [name for name, size in items.items() if size == top]
    named = len(single) == 1 and sum(items.values()) > top
    assert ("最多" in said) == named
    assert not named or f"“{single[0]}”最多" in said
    assert sum(bar.value or 0 for bar in bars) == sum(items.values())
    shown = [bar for bar in bars if bar.label in items]
    assert all(items[bar.label] == bar.value for bar in (*shown, *chart.folded))
    assert len(shown) + len(chart.folded) == len(items)
    if order == "given":
        assert [bar.label for bar in bars] == list(items)


points = st.tuples(st.one_of(st.none(), st.integers(0, 99)), st.sampled_from(["2019", "2021", ""]))


@quick
@given(st.lists(points, min_size=2, max_size=7), st.booleans())
def test_the_table_of_the_years_compares_two_years_of_one_form_only(
    drawn: list[tuple[int | None, str]], comparable: bool
) -> None:
    """The title has the last figure and the difference on the year before, or no figure."""
    years = [
        Point(2018 + place, None if number is None or not edition else Decimal(number), "" if number is None or not edition else str(number), edition)
        for place, (number, edition) in enumerate(drawn)
    ]  # fmt: skip
    trend = trend_of((Series("a", "新收申请", "件", tuple(years)),), comparable=comparable)
    if trend is None:
        assert sum(bool(point.edition) for point in years) < 2
        return
    before, now = years[-2:]
    same = before.edition == now.edition != "" and None not in (before.number, now.number)
    if not (same and comparable):
        assert trend.title == "历年主要数据"
        assert trend.rows[0].change == ""
    else:
        verb = {-1: "减少", 0: "持平", 1: "增加"}[(now.number > before.number) - (now.number < before.number)]  # type: ignore[operator]  # fmt: skip
        changed = f"{abs(now.number - before.number)}件" if verb != "持平" else ""  # type: ignore[operator]
        said = f"比上年{verb}{changed}" if changed else "与上年持平"
        assert trend.title == f"新收申请{now.number}件，{said}"


# --- which of the earlier reports can be public -----------------------------------


def test_no_other_check_finds_an_error(tmp_path: Path) -> None:
    """A page asks only those of ERRORS whether an earlier report may be public."""
    others = [check for check in CHECKS if check not in ERRORS]
    for number, case in enumerate(FOUND):
        folder = tmp_path / str(number) / "case"
        folder.mkdir(parents=True)
        (folder / "agency.yaml").write_text("name: 某市某局\n", "utf-8")
        if "extra_lines" in case or "collapsed" in case:
            continue
        year = int(case.get("year", YEARS[case["edition"]]))
        write_year(folder, case, year, case["indicators"], case.get("text", "写在这里。"))
        report = load_report("case", year, folder.parent)
        found = [item for check in others for item in check(report, Context())]
        assert all(item.severity != "error" for item in found)
        errors = [item for check in CHECKS for item in check(report, Context())]
        assert may_be_public(report) == all(item.severity != "error" for item in errors)
