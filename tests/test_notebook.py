"""The template: thin, readable, and honest when it is given what it does not know."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from commands import run_program
from conftest import NOTEBOOK, copy_example

BIN = Path(sys.executable).parent


def read(path: Path) -> NotebookNode:
    """Return a notebook."""
    found: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return found


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    """The template as it is in the repository."""
    return read(NOTEBOOK)


def code(notebook: NotebookNode) -> list[str]:
    """Return the source of each code cell."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_the_template_is_thin(notebook: NotebookNode) -> None:
    """No definition, no loop, no condition; one call a cell."""
    busy = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Lambda, ast.ListComp)
    for source in code(notebook):
        tree = ast.parse(source)
        assert not [node for node in ast.walk(tree) if isinstance(node, busy)]
        assert sum(isinstance(node, ast.Call) for node in ast.walk(tree)) <= 1


def test_the_template_keeps_no_outputs(notebook: NotebookNode) -> None:
    """Nobody's figures are in the repository by accident."""
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_the_template_reads_as_a_document(notebook: NotebookNode) -> None:
    """A title first, and a sentence before each step."""
    assert notebook.cells[0].source.startswith("# 政府信息公开工作年度报告")
    assert "parameters" in notebook.cells[1].metadata.tags
    headings = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert len(headings) >= 5


def papermill(folder: Path, parameter: str, engine: str) -> subprocess.CompletedProcess[str]:
    """Run the template as an analyst does."""
    copy_example(folder)
    words = ["-p", *parameter.split("="), *(["--engine", engine] if engine else [])]
    return run_program(folder, "papermill", str(NOTEBOOK), "x.ipynb", *words)


@pytest.mark.parametrize(
    ("parameter", "engine", "sentence"),
    [
        ("agnecy=xixia-justice", "", "unknown parameter agnecy; did you mean agency?"),
        ("agency=xixia-police", "gongkai", "there is no agency xixia-police in params; did you mean xixia-justice?"),
        ("year=2016", "gongkai", "params/xixia-justice: xixia-justice has no data for 2016; known years: 2017"),
        ("params=parms", "gongkai", "there is no folder parms here or in any parent folder"),
        ("year=last", "gongkai", "the year last is not a whole number such as 2017"),
    ],
)  # fmt: skip
def test_what_the_template_does_not_know_fails_in_one_sentence(
    tmp_path: Path, parameter: str, engine: str, sentence: str
) -> None:
    """In the terminal, and in the notebook that papermill leaves behind; with a kernel, too."""
    ran = papermill(tmp_path, parameter, engine)
    assert ran.returncode == 1
    assert ran.stderr.rstrip().splitlines()[-1] == sentence
    left = read(tmp_path / "x.ipynb")
    errors = [
        out for cell in left.cells for out in cell.get("outputs", []) if out.output_type == "error"
    ]
    assert [error.traceback for error in errors] == [[sentence]]
    if engine:
        return
    made = run_program(tmp_path, "jupyter", "nbconvert", "--to", "gongkai", "x.ipynb")
    assert made.returncode == 1
    assert "Traceback" not in made.stderr
    assert made.stderr.rstrip().endswith(
        "this is not an executed report: first run the notebook, with papermill or gongkai build"
    )
    assert not (tmp_path / "x.html").exists()


def test_papermill_shows_what_can_be_set() -> None:
    """With types and the comments of the template."""
    ran = run_program(NOTEBOOK.parent, "papermill", "--help-notebook", str(NOTEBOOK))
    said = " ".join(ran.stdout.split())
    assert 'agency: str (default "xixia-justice") params/ 下机关文件夹的名称' in said
    assert "year: int (default 2017) 报告年份" in said


def test_a_parameter_of_ones_own_can_be_set_and_a_misspelt_one_is_refused(tmp_path: Path) -> None:
    """The notebook has what its tagged cell assigns, and no more."""
    copy_example(tmp_path)
    notebook = read(NOTEBOOK)
    notebook.cells[1].source += "\nquarter: int = 4"
    notebook.cells.append(nbformat.v4.new_code_cell("quarter"))  # type: ignore[no-untyped-call]
    nbformat.write(notebook, tmp_path / "own.ipynb")  # type: ignore[no-untyped-call]

    def run(name: str) -> subprocess.CompletedProcess[str]:
        words = ["--engine", "gongkai", "own.ipynb", "x.ipynb", "-p", name, "3"]
        return run_program(tmp_path, "papermill", *words)

    ran = run("quarter")
    assert ran.returncode == 0, ran.stderr
    assert read(tmp_path / "x.ipynb").cells[-1].outputs[0].data["text/plain"] == "3"
    ran = run("qarter")
    assert ran.returncode == 1
    assert ran.stderr.rstrip().endswith("unknown parameter qarter; did you mean quarter?")
