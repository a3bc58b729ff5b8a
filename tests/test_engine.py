"""The forked engine: what a real kernel gives, and a fresh process for each notebook."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from conftest import elsewhere
from gongkai.page import sheet

NOTEBOOKS = {
    "streams and results": [
        "import sys\nprint('one')\nprint('two', file=sys.stderr)\n1 + 1",
        "print('before')\ndisplay('shown')\nprint('after')\n'result'",
        "None",
        "",
    ],
    "display metadata": [
        "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'), metadata={'a': 1})",
        "class Rich:\n"
        "    def _repr_mimebundle_(self, **_):\n"
        "        return {'text/html': '<i>', 'text/plain': 'i'}, {'gongkai': {'k': [1]}}\n"
        "Rich()",
        "import json\nprint(json.dumps({'zh': '公开'}, ensure_ascii=False))",
    ],
    "displays that change": [
        "handle = display('first', display_id='d')",
        "handle.update('second')",
        "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
        "print('gone')\nclear_output(wait=True)\nprint('last')",
    ],
    "state of a session": [
        "x = 3\n_ = [x]\nx",
        "In[1].splitlines()[0], Out[1], __name__",
        "%time_it_is_not_known",
        "unreached = 1",
    ],
    "a process of its own": ["import os\n_ = os.system('echo from a shell')"],
    "magics": ["%%capture caught\nprint('kept')", "caught.stdout", "!echo shell"],
    "figures": [
        "import matplotlib.pyplot as plt\nplt.rcParams['svg.hashsalt'] = 'x'",
        "%config InlineBackend.figure_formats = ['svg']\n"
        "%config InlineBackend.print_figure_kwargs = {'metadata': {'Date': None}}",
        "plt.plot([1, 2])\nplt.show()\nprint('after')",
        "figure, axes = plt.subplots()",
    ],
    "tables": ["import pandas as pd\npd.DataFrame({f'column {i}': [i] for i in range(30)})"],
    "async": ["import asyncio\nawait asyncio.sleep(0)\nprint('awaited')"],
    "an exception": ["def fail():\n    raise ValueError('因为')\nfail()", "print('never')"],
    "an exception that is meant": ["1 / 0 #raises", "print('goes on')"],
    "a syntax error": ["x = = 1"],
    "its own traceback": [
        "class Told(Exception):\n"
        "    def _render_traceback_(self):\n"
        "        return ['only this']\n"
        "raise Told()"
    ],
    "system exit": ["import sys\nsys.exit(3)"],
    "quiet system exit": ["import sys\nsys.exit()", "print('not reached')"],
    "input": ["input('name?')"],
}


# Run where papermill is at home: in a process that pytest has not got its hands on.
RUN = """
import json, sys, nbformat, papermill
from pathlib import Path
from papermill.exceptions import PapermillExecutionError
folder, engines = Path(sys.argv[1]), json.loads(sys.argv[2])
for source in sorted(folder.glob("*.in.ipynb")):
    for engine in engines:
        out = folder / f"{source.name.partition('.')[0]}.{engine}.ipynb"
        how = {"engine_name": engine, "progress_bar": False, "cwd": str(folder)}
        try:
            papermill.execute_notebook(source, str(out), **how, execution_timeout=20)
        except PapermillExecutionError:
            pass
        except Exception as error:
            out.write_text(f"{type(error).__name__}: {error}")
"""


def write_notebook(cells: list[str], path: Path) -> None:
    """Write a notebook with these cells."""
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    for source in cells:
        cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
        if source.endswith("#raises"):
            cell.metadata["tags"] = ["raises-exception"]
        notebook.cells.append(cell)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def run_all(notebooks: list[list[str]], folder: Path, engines: list[str | None]) -> None:
    """Run notebooks with each engine, all of them in one process of papermill."""
    for number, cells in enumerate(notebooks):
        write_notebook(cells, folder / f"{number:02}.in.ipynb")
    words = [sys.executable, "-c", RUN, str(folder), json.dumps(engines)]
    plain = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    subprocess.run(words, check=True, capture_output=True, env=plain)


def read(folder: Path, number: int, engine: str | None) -> NotebookNode:
    """Return an executed notebook."""
    path = folder / f"{number:02}.{engine}.ipynb"
    notebook: NotebookNode = nbformat.read(path, nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return notebook


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every notebook of the list, by a kernel and by the forked engine."""
    folder = tmp_path_factory.mktemp("engines")
    run_all(list(NOTEBOOKS.values()), folder, [None, "gongkai"])
    return folder


def normalised(notebook: NotebookNode) -> list[Any]:
    """Return the cells without clocks, ids, addresses, and how a stream was cut into pieces."""
    cells = []
    for cell in notebook.cells:
        outputs: list[dict[str, Any]] = []
        for output in cell.get("outputs", []):
            last = outputs[-1] if outputs else {}
            if output.output_type == "stream" == last.get("output_type") and (
                output.name == last["name"]
            ):
                last["text"] += output.text
            else:
                outputs.append(dict(output))
        status = {
            key: cell.metadata.get("papermill", {}).get(key) for key in ("exception", "status")
        }
        source = cell.source, cell.get("execution_count"), status
        cells.append([*source, re.sub(r"0x[0-9a-f]{6,}|tmp/[\w/.]+", "…", repr(outputs))])
    return cells


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_forked_engine_gives_what_a_kernel_gives(name: str, both: Path) -> None:
    """Data, metadata, streams, order, counts, errors and tracebacks are the same."""
    number = list(NOTEBOOKS).index(name)
    by_kernel, by_fork = read(both, number, None), read(both, number, "gongkai")
    assert normalised(by_fork) == normalised(by_kernel)
    assert by_fork.metadata.language_info == by_kernel.metadata.language_info


DIRTY = """
import matplotlib as mpl, matplotlib.pyplot as plt, numpy, os, pandas, random, sys, builtins
mpl.rcParams["font.size"] = 99
pandas.set_option("display.max_rows", 1)
plt.figure()
os.environ["LEFT"] = "behind"
os.chdir("/")
random.seed(1); numpy.random.seed(1)
builtins.left = sys.left = True
sys.path.insert(0, "/left")
import gongkai.page.sheet
gongkai.page.sheet.WIDTH = -1
"""
LOOK = """
import matplotlib as mpl, matplotlib.pyplot as plt, numpy, os, pandas, random, sys, builtins
import gongkai.page.sheet
print(
    mpl.rcParams["font.size"], pandas.get_option("display.max_rows"), plt.get_fignums(),
    os.environ.get("LEFT"), os.getcwd() == "/", hasattr(builtins, "left"), hasattr(sys, "left"),
    "/left" in sys.path, gongkai.page.sheet.WIDTH, "left" in globals(),
)
"""


def test_no_state_passes_from_one_notebook_to_the_next(tmp_path: Path) -> None:
    """Settings, globals, environment, folder, figures: a notebook sees none of another's."""
    run_all(
        [[LOOK], [DIRTY, "random.random()"], [LOOK], ["import random\nrandom.random()"]],
        tmp_path,
        ["gongkai"],
    )
    before, after = (
        read(tmp_path, number, "gongkai").cells[0].outputs[0].text for number in (0, 2)
    )
    assert after == before
    assert before == f"10.0 60 [] None False False False False {sheet.WIDTH} False\n"
    drawn = [
        read(tmp_path, number, "gongkai").cells[-1].outputs[0].data["text/plain"]
        for number in (1, 3)
    ]
    assert drawn[0] != drawn[1]


DEATHS = {
    "import time\ntime.sleep(60)": "CellTimeoutError: A cell timed out while it was being executed, after 20 seconds.",
    "import os\nos._exit(3)": "DeadKernelError: Kernel died",
    "import os\nos.kill(os.getpid(), 9)": "DeadKernelError: Kernel died",
}


def test_what_a_shell_prints_stands_where_it_was_printed(tmp_path: Path) -> None:
    """A kernel reads it in a thread, and may put it anywhere in the cell."""
    cell = "import os\nprint('one')\n_ = os.system('echo two')\nprint('three')"
    run_all([[cell]], tmp_path, ["gongkai"])
    assert read(tmp_path, 0, "gongkai").cells[0].outputs[0].text == "one\ntwo\nthree\n"


def test_a_cell_that_asks_the_kernel_to_end_ends_the_notebook(tmp_path: Path) -> None:
    """A kernel may or may not get to the next cell before it is gone."""
    run_all([["exit", "2"]], tmp_path, ["gongkai"])
    out = tmp_path / "00.gongkai.ipynb"
    assert out.read_text("utf-8") == "DeadKernelError: Kernel died"


def test_a_notebook_that_hangs_or_dies_ends_as_with_a_kernel(tmp_path: Path) -> None:
    """papermill's own exceptions, whichever engine runs."""
    run_all([["1", cell, "2"] for cell in DEATHS], tmp_path, [None, "gongkai"])
    for number, said in enumerate(DEATHS.values()):
        for engine in (None, "gongkai"):
            assert (tmp_path / f"{number:02}.{engine}.ipynb").read_text("utf-8").startswith(said)


def test_no_profile_of_a_user_decides_what_a_kernel_gives(tmp_path: Path) -> None:
    """What starts with somebody's own IPython does not start with a report."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("import builtins; builtins.print = lambda *_: None\n", "utf-8")
    notebook = tmp_path / "x.ipynb"
    write_notebook(["print('seen')"], notebook)
    source = (
        "import sys; from pathlib import Path; from gongkai.engine import run;"
        "executed = run.execute(Path(sys.argv[1]), {}, Path('.'));"
        "print(executed.cells[-1].outputs)"
    )
    ran = elsewhere(
        tmp_path, "python", "-c", source, str(notebook), IPYTHONDIR=str(tmp_path / "ipython")
    )
    assert "'text': 'seen\\n'" in ran.stdout, ran.stderr
