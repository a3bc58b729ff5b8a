"""Nothing is read twice, and nothing that changed is taken for what it was."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from conftest import NOTEBOOK, build_province, elsewhere
from gongkai.pipeline.hashes import CACHE_FILE, Hashes
from gongkai.report.provenance import digest

AGES = 10**10  # nanoseconds


def older(path: Path, text: str) -> Path:
    """Write a file as if that was long ago."""
    path.write_text(text, "utf-8")
    then = path.stat().st_mtime_ns - AGES
    os.utime(path, ns=(then, then))
    return path


def test_a_file_that_is_the_same_is_not_read_again(
    province: Path, whole: Path, tmp_path: Path
) -> None:
    """Whoever spoils the memory sees that it was asked; without it all is read, and is fresh."""
    outputs = shutil.copytree(whole, tmp_path / "outputs")
    memory = outputs / CACHE_FILE
    memory.unlink()
    page = next(iter(outputs.glob("*/2016.html")))
    older(page, page.read_text("utf-8"))
    assert build_province(province, outputs).stdout.startswith("0 built")
    seen = json.loads(memory.read_bytes())
    assert seen[str(page)][1] == digest(page.read_bytes())
    seen[str(page)][1] = "0" * 64
    memory.write_text(json.dumps(seen))
    name = page.relative_to(outputs).with_suffix("").as_posix()
    folders = ["--params", "params", "--outputs", str(outputs), "--notebook", str(NOTEBOOK)]
    words = ["gongkai", "list", *folders, name]
    assert "2016.html is missing or was changed" in elsewhere(province, *words).stdout
    memory.unlink()
    assert elsewhere(province, *words).stdout == f"{name}: fresh\n"


def test_what_was_changed_or_put_in_its_place_is_read(tmp_path: Path) -> None:
    """Also where size and time are what they were."""
    path = older(tmp_path / "a", "one")
    with Hashes(tmp_path) as hashes:
        assert hashes.of(path) == digest(b"one")
    older(path, "two")
    assert Hashes(tmp_path).of(path) == digest(b"two")
    then = path.stat().st_mtime_ns
    with Hashes(tmp_path) as hashes:
        hashes.of(path)
    other = older(tmp_path / "b", "six")
    os.utime(other, ns=(then, then))
    os.replace(other, path)
    assert Hashes(tmp_path).of(path) == digest(b"six")


def test_the_memory_does_not_grow_with_the_builds(tmp_path: Path) -> None:
    """A file that is put in its place again and again is remembered once."""
    for text in ("one", "two", "three"):
        os.replace(older(tmp_path / "aside", text), tmp_path / "a")
        with Hashes(tmp_path) as hashes:
            assert hashes.of(tmp_path / "a") == digest(text.encode())
    assert len(json.loads((tmp_path / CACHE_FILE).read_text())) == 1


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path) -> None:
    """It may be written again before its time is another."""
    (tmp_path / "a").write_text("one")
    with Hashes(tmp_path) as hashes:
        assert hashes.of(tmp_path / "a") == digest(b"one")
    assert not (tmp_path / CACHE_FILE).exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"1:1": 3}', '{"1:1": [[], ""]}', "[" * 9999])
def test_a_broken_memory_costs_a_reading_and_no_more(tmp_path: Path, text: str) -> None:
    """And is written anew."""
    (tmp_path / CACHE_FILE).write_text(text)
    path = older(tmp_path / "a", "one")
    with Hashes(tmp_path) as hashes:
        assert hashes.of(path) == digest(b"one")
        assert hashes.of(tmp_path / "none") == ""
    assert len(json.loads((tmp_path / CACHE_FILE).read_text())) == 1


def test_a_build_remembers_what_it_wrote(whole: Path) -> None:
    """The next one, with nothing to do, begins with it."""
    seen = json.loads((whole / CACHE_FILE).read_text())
    for page in whole.glob("*/[0-9]*.html"):
        assert seen[str(page)][1] == digest(page.read_bytes())
