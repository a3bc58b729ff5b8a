"""What a report costs, by what it is made of and what lies beside it: agencies, years, lines, cells.

Each point is a folder of invented reports of which the same few are built, one after the other.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from matplotlib import rc_context, rcdefaults
from matplotlib.figure import Figure

from gongkai.project import all_targets
from gongkai.report.demo import write_demo

COMMAND = Path(sys.executable).parent / "gongkai"
BUILT = 24  # reports for each point
YEARS_OF_FORM = (2014, 2015, 2016, 2017, 2018)  # of the form of 2014
Costs = dict[str, dict[int, float]]  # seconds a report, by what varies and how much of it there is


def measured(folder: Path, notebook: Path, log: Callable[[str], object]) -> Costs:
    """Return the median of seconds a report for each point of each series.

    `folder` is empty, or does not exist; what is made in there is removed again.
    """
    series: dict[str, tuple[Callable[[Path, Path, int], Path], tuple[int, ...]]] = {
        "agencies in params/": (_with_agencies, (10, 100, 1_000, 3_000)),
        "earlier years of the agency": (_with_years, (0, 1, 2, 3, 4)),
        "lines that the agency adds to the form": (_with_lines, (0, 25, 50, 100)),
        "cells that an analyst adds to the notebook": (_with_cells, (0, 25, 50, 100)),
    }
    costs: Costs = {}
    for name, (make, counts) in series.items():
        costs[name] = {}
        for count in counts:
            own = make(folder, notebook, count)
            costs[name][count] = _seconds(folder, own)
            log(f"{name}, {count}: {costs[name][count]:.4f} s a report")
            shutil.rmtree(folder)
    return costs


def _seconds(folder: Path, notebook: Path) -> float:
    """Build the last report of the first agencies, and return the median of their seconds."""
    last = {target.slug: str(target) for target in all_targets(folder / "params")}
    names = list(last.values())[:BUILT]
    words = [COMMAND, "build", "--jobs", "1", "--no-index", "--notebook", notebook, *names]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    rows = map(json.loads, (folder / "outputs" / "build.log.jsonl").open(encoding="utf-8"))
    return statistics.median(row["seconds"] for row in rows)


def _with_agencies(folder: Path, notebook: Path, count: int) -> Path:
    write_demo(4 * count, folder)  # an agency has four years
    return notebook


def _of_one_form(folder: Path) -> Path:
    """Write agencies with one report each, of the form of 2014; return the folder of these."""
    params = write_demo(4 * 8 * BUILT, folder)
    kept = 0
    for agency in sorted(params.iterdir()):
        year = YEARS_OF_FORM[-1]
        fits = (agency / f"{year}.yaml").exists() and kept < BUILT
        kept += fits
        for path in agency.iterdir() if fits else ():
            if path.stem.isdecimal() and path.stem != str(year):
                path.unlink()
        if not fits:
            shutil.rmtree(agency)
    return params


def _with_years(folder: Path, notebook: Path, count: int) -> Path:
    last = YEARS_OF_FORM[-1]
    for agency in _of_one_form(folder).iterdir():
        text = (agency / f"{last}.yaml").read_text("utf-8")
        for year in YEARS_OF_FORM[:-1][4 - count :]:
            signed = re.sub(rf"^signed: {last + 1}", f"signed: {year + 1}", text, flags=re.M)
            earlier = re.sub(rf"^year: {last}", f"year: {year}", signed, flags=re.M)
            (agency / f"{year}.yaml").write_text(earlier, "utf-8")
            shutil.copy(agency / f"{last}.csv", agency / f"{year}.csv")
    return notebook


def _with_lines(folder: Path, notebook: Path, count: int) -> Path:
    extra: list[dict[str, Any]] = [
        {"edition": "2014", "code": f"1.9.{number}", "label": f"{number}.", "parent": "1.1"}
        for number in range(1, count + 1)
    ]
    for agency in _of_one_form(folder).iterdir():
        with (agency / "agency.yaml").open("a", encoding="utf-8") as file:
            file.write(f"extra_lines: {json.dumps(extra, ensure_ascii=False)}\n")
        with (agency / f"{YEARS_OF_FORM[-1]}.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{line['code']},{line['label']},件,0\n" for line in extra)
    return notebook


def _with_cells(folder: Path, notebook: Path, count: int) -> Path:
    _of_one_form(folder)
    own = nbformat.read(notebook, as_version=4)
    own.cells += [nbformat.v4.new_code_cell(f"total = {number}") for number in range(count + 1)]
    path = folder / "own.ipynb"
    nbformat.write(own, path)
    return path


def draw(costs: Costs, path: Path) -> None:
    """Draw each series into one SVG: milliseconds a report against how much of it there is."""
    rcdefaults()
    with rc_context({"svg.hashsalt": "gongkai", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9, 5.6), layout="constrained")
        for axes, (name, points) in zip(figure.subplots(2, 2).flat, costs.items(), strict=True):
            axes.plot(
                list(points), [1000 * seconds for seconds in points.values()], "o-", color="#1f4e79"
            )
            axes.set_xscale("log" if max(points) > 1000 else "linear")
            axes.set_ylim(bottom=0)
            axes.set_xlabel(name)
            axes.set_ylabel("ms a report")
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(axis="y", color="#ddd")
        figure.savefig(path, metadata={"Date": None, "Creator": None})
