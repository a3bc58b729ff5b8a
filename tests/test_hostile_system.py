"""Whatever the system refuses: files, memory, room on the disk, names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import BIN, Ran, Sandbox
from gongkai import disk
from gongkai.engine.failed import without_paths
from hostile_helpers import TARGET, ended, started, unix


@unix
@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("-n 12", "the system refused: Too many open files"),
        ("-n 7", "the system refused: Too many open files"),
        ("-v 60000", "memory"),
        ("-v 200000", ""),
        ("-v 230000", ""),
    ],
)
def test_a_system_without_files_or_memory_is_a_sentence(
    fresh: Sandbox, limit: str, said: str
) -> None:
    """Wherever it ends: while the command is loaded, or while a report is built."""
    words = ["sh", "-c", f"ulimit {limit}; exec {BIN / 'gongkai'} build --force --jobs 1"]
    ran = started(fresh.folder, *words, OPENBLAS_NUM_THREADS="1")
    assert "Traceback" not in ran.stderr
    assert "unexpected error" not in ran.stderr
    assert said in ran.stderr
    if said or ran.returncode:  # how much memory it takes is another thing on another machine
        assert (ran.returncode, bool(ran.stderr.strip())) == (1, True)
    assert json.loads(fresh.output(".json").read_bytes())["report"] == str(TARGET)


@pytest.mark.parametrize("words", [("build",), ("lab", "xixia-justice", "2017", "--no-open")])
def test_a_notebook_without_end_is_not_read(fresh: Sandbox, words: tuple[str, ...]) -> None:
    """Three gigabytes of nothing cost neither memory nor time."""
    notebook = fresh.folder / "large.ipynb"
    with notebook.open("wb") as file:
        file.truncate(3_000_000_000)
    ran = ended(fresh.folder, *words, "--notebook", "large.ipynb")
    assert ran.returncode == 1
    assert "large.ipynb: the file is larger than 20 MB" in ran.stderr


@pytest.fixture
def without_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whom the system does not know, as in a container or a job of cron's."""

    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)


@pytest.mark.usefixtures("without_home")
@pytest.mark.parametrize("words", [("export", "--to", "pdf"), ("lab", "xixia-justice", "2017")])
def test_a_user_without_a_home_folder_is_told_to_set_one(
    project: Sandbox, gongkai: Callable[..., Ran], words: tuple[str, ...]
) -> None:
    """Instead of the trace of a library."""
    project.output(".html").parent.mkdir(parents=True)
    project.output(".html").write_text("<p>a page</p>", "utf-8")
    ran = gongkai(*words)
    sentence = "this user has no home folder, which this needs; set HOME to a folder that can be written to\n"
    assert (ran.status, ran.err) == (2, sentence)


@pytest.mark.usefixtures("without_home")
def test_a_report_that_fails_for_a_user_without_a_home_folder_keeps_what_ran(
    tmp_path: Path,
) -> None:
    """Its notebook is written without the paths of this machine, as any other."""
    assert without_paths(f'"{tmp_path}/a.ipynb"', tmp_path) == '"a.ipynb"'


def test_a_name_that_the_system_cannot_write_is_a_refusal(tmp_path: Path) -> None:
    """As 出.csv where the system knows ASCII alone; here half a character."""
    with pytest.raises(OSError):  # noqa: PT011 - whichever the system's words are
        disk.write_whole(tmp_path / "\ud800", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_no_public_copy_that_has_an_error(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is withdrawn before anything is written, and that is said."""
    fresh.set_value("8.3.2", "3")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ran = gongkai("build")
    assert ran.status == 1
    assert ran.err.splitlines()[:4] == [
        "xixia-justice/2017: failed",
        "  cannot write to outputs: No space left on device",
        "  params/xixia-justice/2017.csv:53: 工作人员: 8.3 = 2, but 8.3.1 + 8.3.2 = 3; "
        "they must be equal",
        "  outputs/xixia-justice/2017.html and its copies were withdrawn until this is fixed",
    ]
    assert not fresh.output(".html").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists what is open")
def test_no_file_that_was_read_stays_open(tmp_path: Path) -> None:
    """A system allows a process about a thousand; a province has more reports than that."""
    path = tmp_path / "whole"
    path.write_bytes(b"whole")
    before = os.listdir("/proc/self/fd")
    assert disk.read_file(path) == b"whole"
    for refused, limit in ((tmp_path, 5), (path, 4)):
        with pytest.raises(OSError, match=r"directory|larger"):
            disk.read_file(refused, limit)
    assert os.listdir("/proc/self/fd") == before


def test_no_pipe_or_device_is_replaced_by_a_file(tmp_path: Path) -> None:
    """`diff -o /dev/null` would otherwise take it from the whole machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(disk.NotARegularFile):
        disk.write_whole(pipe, "x")
    assert pipe.is_fifo()
