"""Inputs that are changed or moved away while a report is built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import NOTEBOOK, Ran, Sandbox


def with_cell(path: Path, source: str) -> Path:
    """Write the template with one more cell, as the first of all that run."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "moving",
        "execution_count": None,
        "outputs": [],
    }
    notebook["cells"].insert(0, {**cell, "metadata": {"tags": ["notebook"]}, "source": source})
    path.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")
    return path


MOVES = """
from pathlib import Path
path, text = Path("params/xixia-justice/2017.csv"), Path("params/xixia-justice/2017.csv").read_text()
if {again} or not Path("mo" + "ved").exists():
    path.write_text(text + " ")
    path.write_text(text)
    Path("mo" + "ved").touch()
"""


@pytest.mark.parametrize("again", [False, True])
def test_a_file_that_is_changed_and_put_back_while_a_report_is_built_is_noticed(
    project: Sandbox, gongkai: Callable[..., Ran], again: bool
) -> None:
    """The report is built again from what is there now; where that goes on, it fails."""
    notebook = with_cell(project.folder / "moving.ipynb", MOVES.format(again=again))
    ran = gongkai("build", "--notebook", str(notebook))
    assert ran.status == int(again)
    moved = "its inputs changed while it was being built (params/xixia-justice/2017.csv)"
    assert (moved in ran.err) == again
    if not again:
        assert gongkai("list", "--notebook", str(notebook)).lines[0].endswith(": fresh")


AWAY = """
from pathlib import Path
if not Path("mo" + "ved").exists():
    Path("params/xixia-justice").rename("aside")
    Path("without-2016").rename("params/xixia-justice")
"""
BACK = """
if Path("aside").exists():
    Path("params/xixia-justice").rename("without-2016")
    Path("aside").rename("params/xixia-justice")
    Path("mo" + "ved").touch()
"""


def test_a_folder_that_is_moved_away_and_back_while_a_report_is_built_is_noticed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Its files are as they were; the page would lack the year before, and count as fresh."""
    shutil.copytree(project.example, project.folder / "without-2016")
    shutil.copy(project.example / "2017.csv", project.example / "2016.csv")
    text = (project.example / "2017.yaml").read_text("utf-8")
    (project.example / "2016.yaml").write_text(text.replace("year: 2017", "year: 2016"), "utf-8")
    notebook = with_cell(project.folder / "moving.ipynb", AWAY)
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"].append({**content["cells"][0], "id": "back", "source": BACK})
    notebook.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    words = ("build", "xixia-justice/2017", "--notebook", str(notebook))
    assert gongkai(*words).status == 0
    page = project.output(".html").read_bytes()
    assert gongkai(*words, "--force").status == 0
    assert project.output(".html").read_bytes() == page
