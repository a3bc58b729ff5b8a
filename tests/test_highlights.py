"""What is computed of a year: right in every figure, and silent where nothing can be said."""

from __future__ import annotations

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
from gongkai.forms.computed import LARGEST, Optional, Slot, parsed
from gongkai.forms.form import Computed
from gongkai.page.charts import form_chart
from gongkai.report.highlights import computed, highlights, is_nil
from gongkai.report.history import share_of
from gongkai.report.model import Report, Value
from gongkai.report.reader import load_past, load_report
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
        if isinstance(piece, Optional):
            found += _slots(piece.pieces)
        elif isinstance(piece, Slot):
            found.append(piece)
    return found


def _codes(report: Report, sentence: Computed) -> set[str]:
    named = {name for slot in _slots(parsed(sentence.says)) for name in (slot.name, slot.whole)}
    names = (named - {"", LARGEST}) | set(sentence.largest)
    return {
        code for name in names for code in report.form.expanded(report.form.measure(name).codes)
    }


NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?%?")
quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(years())
def test_every_number_of_a_sentence_is_one_of_the_figures(
    pair: tuple[Report, Report | None],
) -> None:
    """A figure that is known, a share of two that are, or a change between two: nothing else."""
    report, previous = pair
    for sentence in _sentences(report):
        said = "".join(word.text + word.unit for word in computed(sentence, report, previous))
        known = {
            name: report.exact(report.form.measure(name).codes)
            for slot in _slots(parsed(sentence.says))
            for name in (slot.name, slot.whole)
            if name not in ("", LARGEST)
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
        assert "上年" not in item.text
    if previous is None:
        return
    apart = replace(previous, form=previous.form.model_copy(update={"edition": "x", "series": {}}))
    for item in (
        *highlights(report, apart),
        *highlights(
            report, replace(previous, values={code: _value(None) for code in previous.values})
        ),
    ):
        assert "上年" not in item.text


@quick
@given(years())
def test_a_sentence_without_its_figures_is_not_said(pair: tuple[Report, Report | None]) -> None:
    """Of a report of blanks nothing is said at all."""
    report, previous = pair
    blank = replace(report, values={code: _value(None) for code in report.values})
    assert highlights(blank, previous) == ()
    assert not is_nil(blank)
    assert all(computed(item, blank, previous) == () for item in _sentences(blank))


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
def test_the_largest_bar_of_a_chart_is_larger_than_all_others(
    pair: tuple[Report, Report | None],
) -> None:
    """One, or none; and it is the one that the title names."""
    report, previous = pair
    for spec in report.form.charts:
        for group in form_chart(spec, report, previous).groups:
            most = [bar for bar in group.bars if bar.largest]
            assert len(most) <= 1
            for bar in most:
                assert all(other is bar or other.value < bar.value for other in group.bars)  # type: ignore[operator]


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
