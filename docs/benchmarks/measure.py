"""Measure how fast reports are built, beside the other ways to do it, and write the result down.

Eight ways, with the same notebook and the same invented agencies, interleaved and repeated:

    a  the papermill command, then the nbconvert command
    b  papermill's and nbconvert's API in one process, a kernel a report
    c  ploomber-engine and nbconvert's API in one process
    d  gongkai build --jobs 1
    e  gongkai build --jobs 2
    f  the limit: the same figures and tables drawn in one warm process, with no notebook
    g  R Markdown, whose Python cells draw the same figures and tables, a process a report
    h  the same in one process

a, b and c make the public page alone, g and h an HTML page with what is on it; d and e make the review copy, the notebook and the
manifest too. Then a hundred Word documents of pages that are built, ten thousand reports in one
run, and the same again with nothing to do; then what a report costs by what it is made of.
It writes the page, a plot, and all numbers as JSON, so that a later run can be compared.

    python docs/benchmarks/measure.py [--repeats 5] [--reports 120] [--word 100] [--large 10000]

With `--only-word`, only the Word documents are made, and their line of the page is printed.
With `--compare OLD NEW`, two such JSON files are set side by side, in relation to way b of each.
With `--quick FILE`, each way but those in R is measured once, into a JSON file alone, and set beside the
one in this folder: that is what CI keeps.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import cost
from ways import BIN, FIRST, NOTEBOOK, ROOT, WAYS, Taken, is_there, measured, reports, run

PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = Path(__file__).with_name("cost.svg")
RESULT = Path(__file__).with_name("result.json")
APART = "<!-- measured by hand -->"  # what stands below it in the page stays
QUICK = 50  # reports
IN_R = ("g", "h")
INDEX = -1  # at the end, while the page of all reports is written

COST = (
    f"Each point is the median of {cost.BUILT} reports with one job. Where a notebook has cells of an analyst's own, each "
    "report has a process of its own. All numbers are in [result.json](benchmarks/result.json); "
    "`python docs/benchmarks/measure.py --compare OLD NEW` sets two such files side by side."
)


# --- copies -----------------------------------------------------------------------


def word(folder: Path, count: int) -> float:
    """Return the seconds of so many Word documents with two jobs; their pages are built before."""
    targets = [f"{slug}/{year}" for slug, year in reports(folder, count)]
    run("gongkai", "build", "--jobs", 2, "--notebook", NOTEBOOK, *targets, folder=folder)
    return run("gongkai", "export", "--to", "docx", "--jobs", 2, *targets, folder=folder)


def word_line(count: int, seconds: float) -> str:
    """Return what the Word documents took, as the page says it."""
    each = f"{seconds / count:.2f} s each"
    return f"* {count} Word documents of built pages, `--jobs 2`: {seconds:.0f} s ({each})."


# --- many -------------------------------------------------------------------------


class Large(NamedTuple):
    """A large build: seconds of all, of the first and last thousand; the parent's memory."""

    count: int
    seconds: float
    first: float
    last: float
    memory: dict[int, int]  # bytes, by the number of reports built, and by INDEX
    idle: float
    size: int
    failed: int


def large(folder: Path, count: int) -> Large:
    """Build very many reports with two jobs, and then again, with nothing to do."""
    command = [BIN / "gongkai", "build", "--jobs", "2", "--notebook", NOTEBOOK]
    begun = time.perf_counter()
    stamps, memory = [], {}
    with subprocess.Popen(
        [*command, "--format", "json"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout
        for number, _ in enumerate(process.stdout, start=1):
            stamps.append(time.perf_counter() - begun)
            if number in {100, 1000, count}:
                memory[number] = resident(process.pid)
            if number == count:
                break
        while process.poll() is None:  # it writes the page of all reports
            memory[INDEX] = max(memory.get(INDEX, 0), resident(process.pid))
            time.sleep(0.02)
    rows = map(json.loads, (folder / "outputs" / "build.log.jsonl").open(encoding="utf-8"))
    failed = [row for row in rows if row["status"] != "built"]
    for row in failed[:5]:
        print(row, file=sys.stderr)
    part = min(1000, count // 2)
    outputs = folder / "outputs"
    size = sum(path.stat().st_size for path in outputs.glob("*/*") if path.is_file())
    return Large(
        count=count,
        seconds=stamps[-1],
        first=part / (stamps[part - 1] - stamps[0]),
        last=part / (stamps[-1] - stamps[-part - 1]),
        memory=memory,
        idle=run(*command[0:1], *command[1:], folder=folder),
        size=size // count,
        failed=len(failed),
    )


def resident(process: int) -> int:
    """Return the bytes of memory of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    size = status.partition("VmRSS:")[2].split()[:1]
    return int(size[0]) * 1024 if size else 0  # it has just ended


# --- the page ---------------------------------------------------------------------


def machine() -> str:
    """Return what this was measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {memory} GiB, {system}"


def page(taken: dict[str, list[Taken]], repeats: int, words: str, many: Large | None) -> str:
    """Return docs/benchmarks.md."""
    middle = {way: statistics.median(one.seconds for one in found) for way, found in taken.items()}
    lines = [
        "# Benchmarks",
        "",
        f"Measured by `make bench` on: {machine()}. {repeats} repeats, interleaved; the same notebook and the same",
        "invented agencies (`gongkai demo`). a, b and c make the public page alone; d and e all four files of a report; g and h",
        "an HTML page with the same figures and tables.",
        "",
        "| way | | s a report, median | least – most | reports/s | × a | memory, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for way, found in taken.items():
        seconds = sorted(one.seconds for one in found)
        memory = max(one.memory for one in found) >> 20
        lines.append(
            f"| {way} | {WAYS[way]} | {middle[way]:.3f} | {seconds[0]:.3f} – {seconds[-1]:.3f} "
            f"| {1 / middle[way]:.2f} | {middle['a'] / middle[way]:.1f} | {memory or '–'} |"
        )
    lines += ["", *ratios(middle), spent(middle, taken["d"]), words, others(middle)]
    if many:
        lines += ["", *many_lines(many)]
    lines += ["", "## What a report costs, and by what", ""]
    lines += [
        "![Milliseconds a report by agencies, years, lines and cells](benchmarks/cost.svg)",
        "",
    ]
    lines += [COST]
    return "\n".join(lines) + "\n"


def ratios(middle: dict[str, float]) -> list[str]:
    """Return the ratios that the project holds itself to."""
    return [
        f"* e is {middle['a'] / middle['e']:.0f} times as fast as a, and {middle['b'] / middle['e']:.1f} times as b.",
        f"* d takes {middle['d'] / middle['c']:.2f} times as long as c, and {middle['d'] / middle['f']:.2f} times as long as f.",
    ]


def others(middle: dict[str, float]) -> str:
    """Return what there is to say of documents of other kinds."""
    quarto = (
        "Quarto is downloaded from its makers, by its PyPI package too; it was not to be had here."
    )
    if "g" not in middle:
        return f"* R Markdown was not measured: Rscript, rmarkdown or reticulate is missing here. {quarto}"
    return (
        f"* R Markdown takes {middle['g'] / middle['d']:.0f} times as long as d with a process a report, "
        f"{middle['h'] / middle['d']:.1f} times in one process; its pages have the same figures and tables. {quarto}"
    )


def spent(middle: dict[str, float], builds: list[Taken]) -> str:
    """Return where the time of a build goes, beside the limit."""
    stages = {
        name: statistics.median(build.stages[name] for build in builds) * 1000
        for name in builds[0].stages
    }
    rest = middle["d"] * 1000 - sum(stages.values())
    return (
        f"* Of the {middle['d'] * 1000:.0f} ms of d, {stages['execute']:.0f} run the notebook (f: {middle['f'] * 1000:.0f}), "
        f"{stages['export']:.0f} make the two pages and the notebook's text, {stages['write']:.0f} write the four files, "
        f"and {rest:.0f} fork, end and log the process."
    )


def result(taken: dict[str, list[Taken]], many: Large | None, costs: cost.Costs) -> str:
    """Return every number that was measured, as JSON."""
    data = {
        "machine": machine(),
        "ways": {way: [one._asdict() for one in found] for way, found in taken.items()},
        "large": many._asdict() if many else None,
        "cost": costs,
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def compared(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return how fast each way was in two runs, in relation to way b: machines differ."""
    lines = [f"old: {old['machine']}", f"new: {new['machine']}", "way   old   new  (b = 1)"]
    for way in old["ways"].keys() & new["ways"].keys():
        rates = [
            statistics.median(one["seconds"] for one in run["ways"]["b"])
            / statistics.median(one["seconds"] for one in run["ways"][way])
            for run in (old, new)
        ]
        lines.append(f"{way}   {rates[0]:6.2f}{rates[1]:6.2f}")
    return "\n".join([*lines[:3], *sorted(lines[3:])])


def many_lines(many: Large) -> list[str]:
    """Return what the large build showed."""
    small, big = many.memory[100] >> 20, many.memory[many.count] >> 20
    return [
        f"## {many.count:,} reports in one run",
        "",
        f"* {many.seconds:.0f} s with two jobs: {many.count / many.seconds:.1f} reports/s; {many.failed} not built.",
        f"* The first thousand at {many.first:.2f} reports/s, the last at {many.last:.2f} ({many.last / many.first:.0%}).",
        f"* The parent's memory: {small} MB after 100 reports, {big} MB after the last ({big / small:.2f} times); "
        f"at most {many.memory.get(INDEX, 0) >> 20} MB while it wrote the page of all of them.",
        f"* {many.size / 1000:.0f} kB of outputs a report.",
        f"* The same command again, with nothing to do: {many.idle:.1f} s, 1/{many.seconds / many.idle:.0f} of the build.",
    ]


def quick(file: Path) -> None:
    """Measure each way once, write the numbers to a file and print them beside the old ones."""
    taken = {}
    with tempfile.TemporaryDirectory() as name:
        run("gongkai", "demo", QUICK + FIRST, name, folder=Path(name))
        for way in WAYS:
            if is_there(way) and way not in IN_R:
                taken[way] = [measured(way, Path(name), QUICK)]
    file.write_text(result(taken, None, {}), "utf-8")
    print(compared(json.loads(RESULT.read_text("utf-8")), json.loads(file.read_text("utf-8"))))


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--reports", type=int, default=120)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument("--word", type=int, default=100)
    parser.add_argument("--only-word", action="store_true")
    parser.add_argument("--quick", type=Path, metavar="FILE")
    parser.add_argument("--compare", nargs=2, type=Path, metavar=("OLD", "NEW"))
    chosen = parser.parse_args()
    if chosen.compare:
        print(compared(*(json.loads(path.read_text("utf-8")) for path in chosen.compare)))
        return
    if chosen.only_word:
        with tempfile.TemporaryDirectory() as name:
            run("gongkai", "demo", chosen.word, name, folder=Path(name))
            print(word_line(chosen.word, word(Path(name), chosen.word)))
        return
    if chosen.quick:
        quick(chosen.quick)
        return
    taken: dict[str, list[Taken]] = {way: [] for way in WAYS if is_there(way)}
    many = None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        most = max(chosen.reports + FIRST, chosen.word, chosen.large)
        run("gongkai", "demo", most, folder, folder=folder)
        for repeat in range(chosen.repeats):
            for way, found in taken.items():
                found.append(measured(way, folder, chosen.reports))
                said = f"{found[-1].seconds:.3f} s a report"
                print(f"{repeat + 1}/{chosen.repeats} {way}: {said}", file=sys.stderr)
        words = word_line(chosen.word, word(folder, chosen.word))
        shutil.rmtree(folder / "outputs", ignore_errors=True)
        if chosen.large:
            many = large(folder, chosen.large)
        costs = cost.measured(folder / "cost", NOTEBOOK, lambda said: print(said, file=sys.stderr))
    cost.draw(costs, PLOT)
    RESULT.write_text(result(taken, many, costs), "utf-8")
    text = page(taken, chosen.repeats, words, many)
    _, mark, apart = PAGE.read_text("utf-8").partition(APART)
    PAGE.write_text(f"{text}\n{mark}{apart}" if mark else text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
