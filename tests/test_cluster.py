"""A Dask cluster: a real scheduler and two real workers on this machine, one of them killed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import BIN, NOTEBOOK, Ran, Sandbox, build_province, hashes
from gongkai.pipeline.batch import LOG

AGENCY, REPORTS = "demo-0000-justice", 4


@pytest.fixture
def cluster(
    tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, it and its two workers; a parameter is in their environment."""
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, **getattr(request, "param", {})}
    quiet = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    scheduler = subprocess.Popen([BIN / "dask", *words, "--scheduler-file", file], **quiet)  # type: ignore[call-overload]
    processes = [scheduler]
    try:
        end = time.monotonic() + 60
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        processes += [
            subprocess.Popen([BIN / "dask", "worker", address, *options], env=environment, **quiet)  # type: ignore[call-overload]
            for _ in range(2)
        ]
        yield address, processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_cluster_builds_the_same_bytes_though_a_worker_is_lost(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    province: Path,
    whole: Path,
    tmp_path: Path,
) -> None:
    """The reports of a lost worker go to another; nothing is lost, nothing is built amiss."""
    address, (_, worker, _) = cluster
    outputs = tmp_path / "outputs"
    words = ["--params", "params", "--outputs", str(outputs), "--scheduler", address]
    command = [str(BIN / "gongkai"), "build", *words, "--notebook", str(NOTEBOOK), AGENCY]
    process = subprocess.Popen(
        command, cwd=province, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 120
    while not list(outputs.glob("*/[0-9]*.json")) and time.monotonic() < end:
        time.sleep(0.05)
    assert process.poll() is None
    assert len(list(outputs.glob("*/[0-9]*.json"))) < REPORTS
    worker.kill()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    counts = [int(word.split()[0]) for word in out.split(",")]
    assert (sum(counts), counts[2:]) == (REPORTS, [0, 0])  # what was lost in the end was finished
    assert len(hashes(outputs)) == 4 * REPORTS
    assert hashes(outputs).items() <= hashes(whole).items()
    ran = build_province(province, outputs, AGENCY)
    assert ran.stdout.startswith(f"0 built, {REPORTS} up to date")


def test_a_cluster_that_is_not_there_is_named(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One sentence, and the exit status of a command that was used wrongly."""
    ran = gongkai("build", "--scheduler", "nonsense://x")
    assert ran.status == 2
    assert ran.err.splitlines()[-1].startswith("there is no scheduler at nonsense://x: ")


def test_a_port_that_does_not_answer_is_not_waited_for_forever(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a scheduler that hangs, or of another program."""
    monkeypatch.setattr("gongkai.pipeline.cluster.PATIENCE", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        ran = gongkai("build", "--scheduler", address)
    assert ran.status == 2
    assert ran.err.splitlines()[-1] == (f"there is no scheduler at {address}: no answer within 2 s")


def test_a_sign_that_ends_a_line_for_unicode_ends_no_answer_of_a_worker() -> None:
    """A text pasted from the web may hold U+2028; JSON leaves it as it is."""
    from gongkai.pipeline import cluster

    rows = [{"report": "a/2017"}, {"report": "b/2017", "text": "一\u2028二\x85三"}]
    printed = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    assert [json.loads(line) for line in cluster._lines(printed)] == rows
    assert cluster._lines("") == []


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("workers", "the scheduler at {} has no workers"),
        ("scheduler", "the scheduler at {} has ended"),
    ],
)
def test_a_cluster_that_ends_while_it_builds_is_said_in_a_sentence(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    province: Path,
    tmp_path: Path,
    ends: str,
    said: str,
) -> None:
    """It waits no longer than `PATIENCE` for another worker, and prints no traceback."""
    address, (scheduler, *workers) = cluster
    patient = "from gongkai import cli; from gongkai.pipeline import cluster; cluster.PATIENCE = 5; cli.main()"
    words = ["--params", "params", "--outputs", str(tmp_path / "o"), "--notebook", str(NOTEBOOK)]
    process = subprocess.Popen(
        [BIN / "python", "-c", patient, "build", *words, "--scheduler", address],
        cwd=province,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 120
    while not list((tmp_path / "o").glob("*/[0-9]*.json")) and time.monotonic() < end:
        time.sleep(0.05)
    for one in workers if ends == "workers" else [scheduler]:
        one.kill()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert err.splitlines()[-1].startswith(said.format(address))
    assert "Traceback" not in err


@pytest.mark.parametrize("cluster", [{"GONGKAI_FORMS": "nowhere"}], indirect=True)
def test_reports_that_no_worker_could_build_are_failed_with_what_the_last_one_said(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    project: Sandbox,
    gongkai: Callable[..., Ran],
) -> None:
    """Here the workers are set up wrongly; the log has the reason, too."""
    ran = gongkai("build", "--scheduler", cluster[0])
    assert ran.status == 1
    assert ran.err.splitlines()[:2] == [
        "xixia-justice/2017: failed",
        "  no worker of the cluster could build it: exit status 2: the folder of forms nowhere does not exist",
    ]
    assert ran.out == "0 built, 0 up to date, 0 without a public page, 1 failed\n"
    [row] = map(json.loads, (project.outputs / LOG).read_text("utf-8").splitlines())
    assert row["problems"][0]["id"] == "cluster-lost"
