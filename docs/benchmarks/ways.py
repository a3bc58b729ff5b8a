"""The ways to make reports that are measured beside each other; each is measured alone."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "annual_report.ipynb"
BIN = Path(sys.executable).parent
RSCRIPT = shutil.which("Rscript") or ""
PEER = Path(__file__).with_name("peer.Rmd")
FEW, SOME = 2, 6  # reports that the slowest ways are measured with
FIRST = 26  # reports that d and e build before those that are measured
WAYS = {
    "a": "papermill command + nbconvert command",
    "b": "papermill API + nbconvert API, one process",
    "c": "ploomber-engine + nbconvert API, one process",
    "d": "`gongkai build --jobs 1`",
    "e": "`gongkai build --jobs 2`",
    "f": "figures and tables alone, no notebook",
    "g": "R Markdown with reticulate, a process a report",
    "h": "R Markdown with reticulate, one process",
}


class Taken(NamedTuple):
    """What a way took: seconds a report, and bytes of memory of its largest process.

    `stages` gives, for a build, the seconds of each stage of a report by its log.
    """

    seconds: float
    memory: int
    stages: dict[str, float] = {}


# --- ways that run in a process of their own: see `alone` -------------------------


def one_by_one(make: Callable[[str, int, Path], None], folder: Path, count: int) -> float:
    """Return the seconds a report, after a first one that warms the process."""
    from gongkai.text.agency_names import kept_names

    targets = reports(folder, count + 1)
    make(*targets[0], folder)
    begun = time.perf_counter()
    with kept_names(folder / "params"):  # what can be read once for all is; a kernel cannot know
        for slug, year in targets[1:]:
            make(slug, year, folder)
    return (time.perf_counter() - begun) / count


def with_papermill(slug: str, year: int, folder: Path) -> None:
    """b: a kernel a report."""
    import papermill

    from gongkai.export import pages

    parameters = {"agency": slug, "year": year}
    notebook = papermill.execute_notebook(
        NOTEBOOK, None, parameters, cwd=folder, progress_bar=False, log_output=False
    )
    (folder / "page.html").write_text(pages.public_page(notebook), "utf-8")


def with_ploomber(slug: str, year: int, folder: Path) -> None:
    """c: a shell in this process. It drops the metadata of outputs, so they are put back here."""
    from ploomber_engine import execute_notebook

    from gongkai.export import pages
    from gongkai.outputs import outputs_of
    from gongkai.page.fragment import Fragment

    shown = Fragment._repr_mimebundle_
    kept: dict[str, dict[str, Any]] = {}

    def show_and_keep(self: Fragment, **given: object) -> tuple[dict[str, str], dict[str, Any]]:
        data, metadata = shown(self, **given)
        kept[data["text/html"]] = metadata
        return data, metadata

    os.chdir(folder)
    parameters = {"agency": slug, "year": year}
    Fragment._repr_mimebundle_ = show_and_keep  # type: ignore[method-assign]
    try:
        notebook = execute_notebook(
            NOTEBOOK, None, parameters=parameters, progress_bar=False, verbose=False
        )
    finally:
        Fragment._repr_mimebundle_ = shown  # type: ignore[method-assign]
    for output in outputs_of(notebook):
        output["metadata"] = kept.get(output.get("data", {}).get("text/html"), {})
    (folder / "page.html").write_text(pages.public_page(notebook), "utf-8")


def drawn_alone(slug: str, year: int, folder: Path) -> None:
    """f: every piece of the page, one after the other."""
    from gongkai.page.cells import page_of, pieces

    page = page_of(slug, year, folder / "params")
    text = "".join(str(piece.html) for piece in pieces(page))
    table = page.indicators().to_html(max_rows=60)
    (folder / "page.html").write_text(text + table, "utf-8")


ALONE = {"b": with_papermill, "c": with_ploomber, "f": drawn_alone}


def alone(way: str, folder: Path, count: int) -> None:
    """Measure a way in this process, and print what it took."""
    import resource

    seconds = one_by_one(ALONE[way], folder, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"seconds": seconds, "memory": max(peak, children) * 1024}))


# --- ways that are commands -------------------------------------------------------


def reports(folder: Path, count: int) -> list[tuple[str, int]]:
    """Return the first reports of a folder."""
    found = islice(sorted((folder / "params").glob("*/[0-9]*.yaml")), count)
    return [(path.parent.name, int(path.stem)) for path in found]


def run(*words: object, folder: Path) -> float:
    """Run a command of the environment, and return its seconds."""
    begun = time.perf_counter()
    subprocess.run(
        [BIN / str(words[0]), *map(str, words[1:])], cwd=folder, check=True, capture_output=True
    )
    return time.perf_counter() - begun


def with_commands(folder: Path, count: int) -> Taken:
    """Measure a: two commands a report."""
    seconds = 0.0
    for slug, year in reports(folder, count):
        parameters = ["-p", "agency", slug, "-p", "year", year]
        seconds += run("papermill", NOTEBOOK, "x.ipynb", *parameters, folder=folder)
        seconds += run("jupyter", "nbconvert", "--to", "gongkai", "x.ipynb", folder=folder)
    return Taken(seconds / count, 0)


def with_build(jobs: int, folder: Path, count: int) -> Taken:
    """d, e: the time of many reports less that of the first ones, so that the start is not in it.

    With ten reports or more a command draws some invented ones first, and makes shells for a
    process that runs 25: the first ones are as many as let it do all of that.
    """
    outputs = folder / "outputs"
    targets = [f"{slug}/{year}" for slug, year in reports(folder, count + FIRST)]
    options = ["--jobs", jobs, "--notebook", NOTEBOOK]
    shutil.rmtree(outputs, ignore_errors=True)
    first = run("gongkai", "build", *options, *targets[:FIRST], folder=folder)
    shutil.rmtree(outputs)
    all_of_them = run("gongkai", "build", *options, *targets, folder=folder)
    rows = [json.loads(line) for line in (outputs / "build.log.jsonl").open()]
    stages = {
        name: statistics.median(row["stages"][name] for row in rows)
        for name in ("execute", "export", "write")
    }
    return Taken((all_of_them - first) / count, max(row["peak"] for row in rows), stages)


# --- R Markdown -------------------------------------------------------------------


def is_there(way: str) -> bool:
    """Whether a way can be measured here: c needs what `make bench` installs, g and h need R."""
    if way == "c":
        return (ROOT / ".bench").is_dir()
    if way not in "gh":
        return True
    needed = "quit(status = !all(sapply(c('rmarkdown', 'reticulate'), requireNamespace, quietly = TRUE)))"
    words = [RSCRIPT, "-e", needed]
    return bool(RSCRIPT) and not subprocess.run(words, capture_output=True, check=False).returncode


def with_rmarkdown(folder: Path, count: int, *, processes: bool) -> Taken:
    """g, h: the same figures and tables in a parameterised R Markdown document."""
    copy = folder / PEER.name
    shutil.copy(PEER, copy)
    calls = [
        f"rmarkdown::render('{copy}', output_file='page.html', quiet=TRUE, envir=new.env(), "
        f"params=list(agency='{slug}', year={year}, folder='{folder / 'params'}'))"
        for slug, year in reports(folder, count + 1)
    ]
    environment = {**os.environ, "RETICULATE_PYTHON": sys.executable}

    def render(script: str) -> str:
        words = [RSCRIPT, "-e", script]
        ran = subprocess.run(
            words, cwd=folder, check=True, capture_output=True, text=True, env=environment
        )
        return ran.stdout

    if processes:
        begun = time.perf_counter()
        for call in calls[1:]:
            render(call)
        return Taken((time.perf_counter() - begun) / count, 0)
    rest = "; ".join(calls[1:])
    timed = f"{calls[0]}; begun <- proc.time()[3]; {rest}; cat('\n', proc.time()[3] - begun)"
    return Taken(float(render(timed).split()[-1]) / count, 0)


# --- any of them ------------------------------------------------------------------


def measured(way: str, folder: Path, count: int) -> Taken:
    """Measure one way once."""
    if way == "a":
        return with_commands(folder, FEW)
    if way in "gh":
        return with_rmarkdown(folder, SOME if way == "h" else FEW, processes=way == "g")
    if way in "de":
        return with_build(1 if way == "d" else 2, folder, count)
    count = SOME if way == "b" else count
    words = [sys.executable, __file__, way, str(folder), str(count)]
    quiet = {**os.environ, "PLOOMBER_STATS_ENABLED": "false"}
    if way == "c":
        folders = [str(ROOT / ".bench"), quiet.get("PYTHONPATH", "")]  # see the Makefile
        quiet["PYTHONPATH"] = os.pathsep.join(folders)
    ran = subprocess.run(words, check=True, capture_output=True, text=True, env=quiet, cwd=folder)
    return Taken(**json.loads(ran.stdout.splitlines()[-1]))


if __name__ == "__main__":
    alone(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
