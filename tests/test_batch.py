"""Many reports at once: the same bytes however they are built, and every failure named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands import run_program
from conftest import COUNT, NOTEBOOK, Ran, Sandbox, build_province, build_words, elsewhere, hashes
from gongkai.errors import Problem
from gongkai.manifest import FindingRow, LeftOutRow
from gongkai.pipeline import batch
from gongkai.pipeline.batch import LOG
from gongkai.pipeline.build import Result
from gongkai.pipeline.stale import Reason
from gongkai.project import Target, all_targets
from gongkai.report.demo import write_demo

TWO = ("demo-0000-justice/2016", "demo-0000-justice/2019")  # of two editions


def test_more_jobs_give_the_same_bytes(province: Path, whole: Path, tmp_path: Path) -> None:
    """In whatever order the reports come."""
    assert build_province(province, tmp_path, "--jobs", "5").returncode == 0
    assert hashes(tmp_path) == hashes(whole)


def test_a_kernel_gives_the_same_bytes(province: Path, whole: Path, tmp_path: Path) -> None:
    """An engine is how, never what."""
    ran = build_province(province, tmp_path, "--engine", "kernel", *TWO)
    assert ran.returncode == 0, ran.stderr
    assert len(hashes(tmp_path)) == 8
    assert hashes(tmp_path).items() <= hashes(whole).items()


def test_where_there_is_no_fork_one_process_builds_report_after_report(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """As on Windows: the second report begins with the template as the first one found it."""
    words = build_words(tmp_path, "--engine", "kernel", *TWO)[1:]
    without = "import os; from gongkai import cli; from gongkai.engine import pool; pool.POSSIBLE = False; del os.fork; cli.main()"
    ran = run_program(province, "python", "-c", without, *words)
    assert ran.stdout.startswith("2 built"), ran.stderr
    assert len(hashes(tmp_path)) == 8
    assert hashes(tmp_path).items() <= hashes(whole).items()


def test_all_shards_together_are_the_whole(province: Path, whole: Path, tmp_path: Path) -> None:
    """Each report is in exactly one of them."""
    counts = []
    for number in range(1, 6):
        ran = build_province(province, tmp_path, "--shard", f"{number}/5")
        counts.append(int(ran.stdout.split()[0]))
    assert counts == [3, 3, 2, 2, 2]
    assert hashes(tmp_path) == hashes(whole)
    assert (tmp_path / "index.html").read_bytes() == (whole / "index.html").read_bytes()


@pytest.mark.parametrize("shard", ["0/5", "6/5", "1", "a/b", "1/2/3", "1/0"])
def test_a_shard_that_is_none_is_refused(
    shard: str, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A slip in an array job must not leave reports out."""
    ran = gongkai("build", "--shard", shard)
    assert (ran.status, ran.err.splitlines()[0]) == (
        2,
        "--shard: invalid value; expected: the I-th of N parts, such as 2/8",
    )


def test_the_invented_agencies_are_the_same_everywhere(province: Path, tmp_path: Path) -> None:
    """`gongkai demo` twice is the same bytes, of every edition."""
    write_demo(COUNT, tmp_path)
    assert hashes(tmp_path / "params") == hashes(province / "params")
    codes = {path.read_text("utf-8").split()[1][:3] for path in province.glob("params/*/*.csv")}
    assert codes == {"1.1", "2.r"}


def test_the_invented_agencies_break_no_rule(province: Path) -> None:
    """Neither within a year nor from one to the next."""
    ran = elsewhere(province, "gongkai", "check", "--format", "json")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.returncode, ran.stderr.splitlines()[-1].split(":")[0]) == (
        0,
        f"{COUNT} reports",
    )
    assert rows
    assert [row for row in rows if row["severity"] == "error"] == []
    assert [row for row in rows if row["id"].startswith("identity")] == []


BAD = """
import os, time
fault = {fault!r}.get(f"{{agency}}/{{year}}")
if fault == "raise":
    raise ValueError("the sky fell")
if fault == "hang":
    time.sleep(600)
if fault == "exit":
    os._exit(7)
if fault == "kill":
    os.kill(os.getpid(), 9)
if fault == "memory":
    heap = []
    while True:
        heap.append(bytearray(50_000_000))
"""


def with_faults(faults: dict[str, str], path: Path) -> Path:
    """Write the template with a cell that fails some reports."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    place = next(
        number
        for number, cell in enumerate(notebook["cells"])
        if cell["metadata"].get("tags") == ["parameters", "notebook"]
    )
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "faults",
        "execution_count": None,
        "outputs": [],
    }
    cell |= {"metadata": {"tags": ["notebook"]}, "source": BAD.format(fault=faults)}
    notebook["cells"].insert(place + 1, cell)
    path.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")
    return path


def test_every_failure_is_named_and_the_others_are_built(province: Path, tmp_path: Path) -> None:
    """A report raises, hangs, exits, is killed, eats all memory, cannot be read."""
    ways = ["raise", "raise", "hang", "exit", "kill", "memory"]
    names = [str(target) for target in all_targets(province / "params")]
    notebook = with_faults(dict(zip(names, ways, strict=False)), tmp_path / "bad.ipynb")
    broken = tmp_path / "params"
    shutil.copytree(province / "params", broken)
    (broken / f"{names[-1]}.csv").write_text("code\n", "utf-8")
    outputs = tmp_path / "outputs"
    words = ["--notebook", str(notebook), "--timeout", "8", "--memory", "900", "--jobs", "4"]
    ran = build_province(tmp_path, outputs, *words)
    assert ran.returncode == 1
    good = COUNT - len(ways) - 1
    assert ran.stdout == f"{good} built, 0 up to date, 0 without a public page, 7 failed\n"
    assert len(list(outputs.glob("*/[0-9]*.html"))) == 2 * good
    rows = [json.loads(line) for line in (outputs / LOG).read_text("utf-8").splitlines()]
    failed = {row["report"]: row["problems"][0] for row in rows if row["status"] == "failed"}
    said = [(failed[name]["id"], failed[name]["details"].get("cell")) for name in names[:6]]
    assert said == [
        ("notebook-failed", 3),
        ("notebook-failed", 3),
        ("died-hung", 3),
        ("died-exit", 3),
        ("died-signal", 3),
        ("notebook-failed", 3),
    ]
    assert failed[names[5]]["details"]["reason"].startswith("MemoryError")
    (peak,) = (row["peak"] for row in rows if row["report"] == names[5])
    assert peak < 1_200_000_000  # it was allowed 900 MB of its own, beside what it was forked with
    group = f"2 reports: the notebook failed in cell 3: ValueError: the sky fell ({names[0]}"
    assert group in ran.stderr
    assert f"params/{names[-1]}.csv:1: the first line must be" in ran.stderr
    assert "cell 3 took longer than 8 s and was stopped" in ran.stderr
    assert "the process exited by itself in cell 3 (exit status 7)" in ran.stderr
    assert "the process was killed in cell 3 (SIGKILL; " in ran.stderr
    assert list(outputs.glob(".building-*")) == []
    left = {name: outputs / f"{name}.failed.ipynb" for name in names[:6]}
    assert set(outputs.glob("*/*.failed.ipynb")) == set(left.values())
    for name, path in left.items():
        assert f"  what had run until then, with its outputs: {path}" in ran.stderr
        check_what_is_left(path, name)
    before = {path: path.read_bytes() for path in left.values()}
    build_province(tmp_path, outputs, *words, names[0], names[3])
    assert {path: path.read_bytes() for path in left.values()} == before
    index = (outputs / "index.html").read_text("utf-8")
    assert "failed.ipynb" not in index
    (broken / f"{names[1]}.csv").unlink()
    (broken / f"{names[1]}.yaml").unlink()
    pruned = build_province(tmp_path, outputs, "--prune", names[0], names[1])
    assert f"{names[1]}: its outputs were removed" in pruned.stderr
    assert not left[names[0]].exists()
    assert not left[names[1]].exists()
    assert left[names[2]].exists()


def check_what_is_left(path: Path, name: str) -> None:
    """Hold a notebook that failed to what is promised of it: all that ran, no clock, no path."""
    text = path.read_text("utf-8")
    notebook = json.loads(text)
    cells = [cell for cell in notebook["cells"] if "papermill" in cell["metadata"]]
    statuses = [cell["metadata"]["papermill"]["status"] for cell in cells]
    assert statuses == ["completed"] * 3 + ["failed"] + ["pending"] * (len(cells) - 4)
    assert cells[3]["outputs"][-1]["output_type"] == "error"
    assert name.partition("/")[0] in "".join(cells[2]["source"])
    for machine in (str(path.parents[2]), "site-packages", "start_time", "duration"):
        assert machine not in text


@pytest.mark.parametrize("megabytes", ["255", "99999999999999"])
def test_memory_that_no_system_has_is_refused(
    megabytes: str, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """In bytes it would be no number that a limit can take."""
    ran = gongkai("build", "--memory", megabytes)
    assert (ran.status, ran.err.splitlines()[0]) == (
        2,
        "--memory: invalid value; expected: a whole number from 256 to 1000000000",
    )


def test_the_log_has_a_line_a_report(whole: Path) -> None:
    """Status, reason, seconds of each stage, peak memory, worker."""
    rows = [json.loads(line) for line in (whole / LOG).read_text("utf-8").splitlines()]
    assert sorted(row["report"] for row in rows) == [
        path.relative_to(whole).with_suffix("").as_posix()
        for path in sorted(whole.glob("*/*.json"))
    ]
    for row in rows:
        assert (row["status"], row["reasons"], row["worker"]) == ("built", [["list-never", ""]], 1)
        assert list(row["stages"]) == ["execute", "export", "write"]
        assert 0 < sum(row["stages"].values()) <= row["seconds"]
        assert row["peak"] > 1_000_000


def test_json_is_a_line_a_report(province: Path, whole: Path, tmp_path: Path) -> None:
    """For a program; the summary then stands on standard error."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    ran = build_province(province, tmp_path, "--format", "json")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [row["status"] for row in rows] == ["fresh"] * COUNT
    assert f"0 built, {COUNT} up to date" in ran.stderr


LIGHT = """
import sys
from gongkai.cli import main
sys.argv = ["gongkai", "build", "--params", "params", "--outputs", sys.argv[1],
            "--notebook", sys.argv[2]]
main()
heavy = {"pandas", "matplotlib", "papermill", "nbconvert", "IPython", "numpy"} & set(sys.modules)
assert not heavy, heavy
"""


def test_nothing_to_do_loads_nothing_heavy(province: Path, whole: Path, tmp_path: Path) -> None:
    """What is up to date is found so by its hashes alone."""
    outputs = shutil.copytree(whole, tmp_path / "outputs")
    words = [sys.executable, "-c", LIGHT, str(outputs), str(NOTEBOOK)]
    ran = subprocess.run(words, cwd=province, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (
        0,
        f"0 built, {COUNT} up to date, 0 without a public page, 0 failed\n",
    ), ran.stderr


def test_a_build_loads_no_grammar_that_it_never_uses(province: Path, tmp_path: Path) -> None:
    """It is made when it is imported, which takes as long as all else that a build loads."""
    left = "assert not {'lark', 'rfc3987_syntax.syntax_helpers'} & set(sys.modules)"
    program = f"import sys; from gongkai.cli import main; main(); {left}"
    words = build_words(tmp_path, "demo-0000-justice/2019")[1:]
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=province,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout[:7]) == (0, "1 built"), ran.stderr


def test_a_terminal_shows_a_bar_and_what_failed(province: Path, tmp_path: Path) -> None:
    """Count, rate, time left and failures so far, in a real terminal."""
    names = [str(target) for target in all_targets(province / "params")]
    notebook = with_faults({names[0]: "raise"}, tmp_path / "bad.ipynb")
    command = f"gongkai build --outputs {tmp_path}/o --notebook {notebook}"
    words = ["script", "-qec", f"stty cols 120; {command}", "/dev/null"]
    environment = {"TERM": "xterm", "COLUMNS": "120"}
    ran = subprocess.run(
        words,
        cwd=province,
        env={**dict(path_environment()), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "building" in ran.stdout
    assert f"{COUNT}/{COUNT}" in ran.stdout
    assert re.search(r"[0-9]\.[0-9]/s", ran.stdout)
    assert "1 not built" in ran.stdout
    assert "ValueError: the sky fell" in ran.stdout


def path_environment() -> dict[str, str]:
    """Return the environment with the environment's commands on the path."""
    import os

    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def test_what_a_failure_left_goes_when_the_report_is_up_to_date_again(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Also where the notebook was put back, so that nothing has to be built."""
    template = fresh.folder / "notebooks" / "annual_report.ipynb"
    good = template.read_bytes()
    template.write_bytes(good.replace(b"page.title()", b"page.title(1 / 0)"))
    assert gongkai("build").status == 1
    assert fresh.output(".failed.ipynb").exists()
    template.write_bytes(good)
    ran = gongkai("build")
    assert ran.out == "0 built, 1 up to date, 0 without a public page, 0 failed\n"
    assert not fresh.output(".failed.ipynb").exists()


FINDING: dict[str, Any] = {
    "id": "identity-sum",
    "severity": "error",
    "file": "params/xixia-justice/2017.csv",
    "line": 3,
    "zh": "不等",
    "en": "unequal",
}


def test_a_record_comes_back_from_another_machine_as_it_was_sent() -> None:
    """Every field, also which edited copies were kept; only what was seen of files stays there."""
    result = Result(
        Target("xixia-justice", 2017),
        "blocked",
        ("error", "note"),
        (Problem("build-copy-kept", file="2017.edited.docx"),),
        {"execute": 0.5},
        {},
        withdrawn=True,
        kept=("outputs/xixia-justice/2017.edited.docx",),
        left_out=(LeftOutRow(cell=1, types=("text/html",), zh="左", en="left"),),
        errors=(FindingRow(**FINDING),),
        renamed=("甲局", "乙局"),
    )
    assert [name for name, value in result._asdict().items() if not value] == ["seen"]
    sent = batch.BuildRecord(result, (Reason("reason-input", "kit"),), 1.5, 2048, 3)
    back = batch.record_of_row(json.loads(json.dumps(batch.row(sent))))
    assert batch.row(back) == batch.row(sent)
    assert back.result._replace(problems=result.problems) == result
