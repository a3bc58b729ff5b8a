"""The cases in `tests/cases/`, which an official can read and add to."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gongkai.checks import check_in_context
from gongkai.forms.editions import load_form
from gongkai.report.reader import load_past, load_report
from gongkai.text.agency_names import Names

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
]
YEARS = {"2014": 2017, "2019": 2020, "2021": 2022}
SAID = ("第一句写的是各个部分自己的内容。", "本年度没有收取信息处理费。")


def write_year(
    folder: Path, case: dict[str, Any], year: int, figures: dict[str, str], text: str
) -> None:
    """Write a year's files: every figure 0 but the given ones, a sentence in every part."""
    form = load_form(case["edition"])
    cells = {code: (cell.label, cell.unit) for code, cell in form.cells.items()}
    for group in case.get("collapsed", ()):
        cells = {code: item for code, item in cells.items() if not code.startswith(f"{group}.")}
        cells |= {
            f"{group}.{code.removeprefix('3.1.')}": (cell.label.replace("一、本年新收政府信息公开申请数量", "（六）其他处理"), cell.unit)
            for code, cell in form.cells.items()
            if code.startswith("3.1.")
        }  # fmt: skip
    for extra in case.get("extra_lines", ()):
        if form.tables[0].lines:
            cells[extra["code"]] = (extra["label"], extra["unit"])
        else:
            cells |= {
                f"{extra['code']}.{code.removeprefix('3.1.')}": (f"{extra['label']} / {cell.label.partition(' / ')[2]}", cell.unit)
                for code, cell in form.cells.items()
                if code.startswith("3.1.")
            }  # fmt: skip
    with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "indicator", "unit", "value"])
        for code, (label, unit) in cells.items():
            writer.writerow([code, label, unit, figures.get(code, "0")])
    sections = {part.id: f"{year}{SAID[0]}{year}{SAID[1]}" for part in form.parts}
    sections[form.parts[0].id] = text
    if "other" in case:
        sections["other"] = case["other"]
    parameters = {
        "year": year,
        "edition": case["edition"],
        "signed": f"{year + 1}-01-20",
        "signatures": dict.fromkeys(("head", "reviewer", "compiler", "telephone"), "甲") | {"date": f"{year + 1}-01-20"},
        "sections": sections,
    }  # fmt: skip
    (folder / f"{year}.yaml").write_text(json.dumps(parameters, ensure_ascii=False), "utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_has_the_findings_that_it_names(tmp_path: Path, case: dict[str, Any]) -> None:
    """All of them, and no other."""
    folder = tmp_path / "case"
    folder.mkdir()
    agency = dict.fromkeys(("office", "address", "telephone"), "甲")
    agency |= {
        "website": "www.example.gov.cn",
        "name": case.get("agency", "某市某局"),
        "extra_lines": case.get("extra_lines", []),
    }
    (folder / "agency.yaml").write_text(json.dumps(agency, ensure_ascii=False), "utf-8")
    year = int(case.get("year", YEARS[case["edition"]]))
    write_year(folder, case, year, case["indicators"], case.get("text", "今年的总体情况写在这里。"))
    if "previous" in case:
        text = case.get("previous_text", "去年的总体情况写在这里。")
        write_year(folder, case, year - 1, case["previous"], text)
    report = load_report("case", year, tmp_path)
    found = check_in_context(report, load_past(report), Names({}))
    expected = case["findings"]
    assert sorted(item.id for item in found if item.id != "channels-do-not-overlap") == sorted(
        item["id"] for item in expected
    ), [item.text("zh") for item in found]
    for item in expected:
        codes = tuple(item["codes"])
        assert any(other.id == item["id"] and other.codes[: len(codes)] == codes for other in found)
    for code, printed in case.get("printed", {}).items():
        assert report.values[code].printed == printed
    for code, remark in case.get("remarks", {}).items():
        assert report.values[code].remark == remark


def test_no_case_stands_twice() -> None:
    """A name says what a case is about."""
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))
