"""The forked engine: what a real kernel gives, and a fresh process for each notebook."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from commands import start_command
from conftest import Sandbox, elsewhere
from gongkai.cli.watch import COMMAND
from gongkai.engine import kernel
from gongkai.engine.run import execute
from gongkai.page import bars

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
    "a process of its own": [
        "import os, time\n_ = os.system('echo from a shell')\ntime.sleep(0.5)"
    ],
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
    "cells that are not to run": ["print('never') #skipped", "", " \n", "print('goes on')"],
    "a syntax error": ["x = = 1"],
    "its own traceback": [
        "class Told(Exception):\n"
        "    def _render_traceback_(self):\n"
        "        return ['only this']\n"
        "raise Told()"
    ],
    "system exit": ["import sys\nsys.exit(3)"],
    "quiet system exit": ["import sys\nsys.exit()", "print('not reached')"],
    "what is no JSON": [
        "display({'text/plain': 'x', 'application/json': {1}}, raw=True)",
        "class X: pass\ntry:\n    display({'application/json': X()}, raw=True)\nexcept ValueError:\n    print('no JSON')",
        "import sys\ntry:\n    sys.stdout.write(5)\nexcept TypeError as error:\n    print(error)",
        "print('goes on')",
    ],
    "input": ["input('name?')"],
    "matplotlib inline": [
        "%matplotlib inline",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn')",
        "%matplotlib",
        "%gui\nfigure, axes = plt.subplots()",
    ],
    "matplotlib without pictures": [
        "%matplotlib agg\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.get_backend()",
        "%gui asyncio",
        "%gui nonsense",
    ],
    "a running loop": [
        "import asyncio\nloop = asyncio.get_running_loop()\nloop.is_running()",
        "async def later():\n    await asyncio.sleep(0)\n    return 7\ntask = asyncio.create_task(later())",
        "await task, asyncio.get_running_loop() is loop",
        "coroutine = later()\ntry:\n    asyncio.run(coroutine)\nexcept RuntimeError as error:\n    print(error)\n"
        "finally:\n    coroutine.close()",
    ],
    "a kernel": [
        "kernel = get_ipython().kernel\ntype(kernel).__name__, type(get_ipython()).__name__",
        "kernel.get_parent()['content']['code'].splitlines()[0], kernel.execution_count",
        "kernel.session.send(kernel.iopub_socket, 'stream', {'name': 'stdout', 'text': 'sent'},\n"
        "    kernel.get_parent())\nNone",
    ],
    "displays that a kernel changes": [
        "handle = display('first', display_id='there')",
        "kernel = get_ipython().kernel\ncontent = {'data': {'text/plain': 'second'}, 'metadata': {},\n"
        "    'transient': {'display_id': 'there'}}\n"
        "_ = kernel.session.send(kernel.iopub_socket, 'update_display_data', content,\n"
        "    kernel.get_parent())",
    ],
    "a widget that catches outputs": [
        "from comm import create_comm\nimport comm\n"
        "class Output:\n"
        "    def __init__(self):\n"
        "        state = {'_model_module': '@jupyter-widgets/output', '_model_name': 'OutputModel',\n"
        "            'outputs': [], 'msg_id': ''}\n"
        "        self.seen = []\n"
        "        self.comm = create_comm(target_name='jupyter.widget', comm_id='out',\n"
        "            data={'state': state}, buffers=[])\n"
        "        self.comm.on_msg(lambda message: self.seen.append(message['content']['data']))\n"
        "    def set(self, msg_id):\n"
        "        self.comm.send({'method': 'update', 'state': {'msg_id': msg_id}})\n"
        "    def __enter__(self):\n"
        "        self.set(get_ipython().kernel.get_parent()['header']['msg_id'])\n"
        "    def __exit__(self, kind, error, trace):\n"
        "        if kind:\n            get_ipython().showtraceback((kind, error, trace))\n"
        "        self.set('')\n        return True\n"
        "out = Output()",
        "print('before')\nwith out:\n    print('caught')\n    raise ValueError('caught too')",
        "print('after')",
        "[len(data['state']['outputs']) for data in out.seen]",
    ],
    "the state of widgets": [
        "from comm import create_comm\n"
        "state = {'_model_name': 'SliderModel', '_model_module': 'own', 'value': 3}\n"
        "slider = create_comm(target_name='jupyter.widget', comm_id='slider',\n"
        "    data={'state': state, 'buffer_paths': [['image']]}, buffers=[b'bytes'])",
        "slider.send({'method': 'update', 'state': {'value': 4}})\n"
        "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'slider'},\n"
        "    'text/plain': 'slider'}, raw=True)",
    ],
    "a process that a cell forks": [
        "import os, sys, time\nchild = os.fork()\n"
        "if not child:\n    print('forked', flush=True)\n    os._exit(0)\n"
        "_ = os.waitpid(child, 0)\ntime.sleep(0.5)\nprint('waited', file=sys.stderr)",
    ],
}


# To start a kernel takes longer than any of these: they are run one after the other in one notebook.
# The others end it, or need a session that has no figures and no widgets yet.
TOGETHER = (
    "streams and results",
    "display metadata",
    "displays that change",
    "a process of its own",
    "magics",
    "tables",
    "async",
    "cells that are not to run",
    "what is no JSON",
    "a running loop",
    "a kernel",
    "displays that a kernel changes",
    "a process that a cell forks",
)
ALONE = [name for name in NOTEBOOKS if name not in TOGETHER]


# Run where papermill is at home: in a process that pytest has not got its hands on.
RUN = """
import json, sys, nbformat, papermill
from pathlib import Path
from papermill.exceptions import PapermillExecutionError
folder, engines = Path(sys.argv[1]), json.loads(sys.argv[2])
first, parts = map(int, sys.argv[4:])
for source in sorted(folder.glob("*.in.ipynb"))[first::parts]:
    for engine in engines:
        out = folder / f"{source.name.partition('.')[0]}.{engine}.ipynb"
        how = {"engine_name": engine, "progress_bar": False, "cwd": str(folder)}
        try:
            papermill.execute_notebook(source, str(out), **how, execution_timeout=int(sys.argv[3]))
        except PapermillExecutionError:
            pass
        except Exception as error:
            out.with_suffix(".error").write_text(f"{type(error).__name__}: {error}")
"""


# How a cell ends that has a tag.
TAGS = {"#raises": "raises-exception", "#skipped": "skip-execution"}


def write_notebook(cells: list[str], path: Path) -> None:
    """Write a notebook with these cells."""
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    for source in cells:
        cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
        tag = TAGS.get(source.rpartition(" ")[2])
        if tag:
            cell.metadata["tags"] = [tag]
        notebook.cells.append(cell)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def run_all(
    notebooks: list[list[str]],
    folder: Path,
    engines: list[str | None],
    timeout: int = 20,
    parts: int = 1,
) -> None:
    """Run notebooks with each engine: of each part, one after the other in a process of papermill."""
    for number, cells in enumerate(notebooks):
        write_notebook(cells, folder / f"{number:02}.in.ipynb")
    words = ["python", "-c", RUN, str(folder)]
    running = [
        start_command(folder, *words, json.dumps([engine]), str(timeout), str(first), str(parts))
        for engine in engines
        for first in range(parts)
    ]
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said


def read(folder: Path, number: int, engine: str | None) -> NotebookNode:
    """Return an executed notebook."""
    path = folder / f"{number:02}.{engine}.ipynb"
    notebook: NotebookNode = nbformat.read(path, nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return notebook


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every notebook of the list, by a kernel and by the forked engine."""
    folder = tmp_path_factory.mktemp("engines")
    together = [cell for name in TOGETHER for cell in NOTEBOOKS[name]]
    # To start a kernel, and to see that it has ended, is mostly waiting.
    run_all([together, *(NOTEBOOKS[name] for name in ALONE)], folder, [None, "gongkai"], parts=3)
    return folder


def cells_of(name: str) -> tuple[int, slice]:
    """Return the number of the notebook that has the cells of a name, and which they are."""
    if name in ALONE:
        return 1 + ALONE.index(name), slice(None)
    before = sum(len(NOTEBOOKS[other]) for other in TOGETHER[: TOGETHER.index(name)])
    return 0, slice(before, before + len(NOTEBOOKS[name]))


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
    number, cells = cells_of(name)
    by_kernel, by_fork = read(both, number, None), read(both, number, "gongkai")
    assert name in ALONE or not by_fork.metadata.papermill.exception  # all of them were run
    found = normalised(by_fork)[cells]
    assert name in ALONE or [source for source, *_ in found] == NOTEBOOKS[name]
    assert found == normalised(by_kernel)[cells]
    for key in ("language_info", "widgets"):
        assert by_fork.metadata.get(key) == by_kernel.metadata.get(key)


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
import gongkai.page.bars
gongkai.page.bars.WIDTH = -1
"""
LOOK = """
import matplotlib as mpl, matplotlib.pyplot as plt, numpy, os, pandas, random, sys, builtins
import gongkai.page.bars
print(
    mpl.rcParams["font.size"], pandas.get_option("display.max_rows"), plt.get_fignums(),
    os.environ.get("LEFT"), os.getcwd() == "/", hasattr(builtins, "left"), hasattr(sys, "left"),
    "/left" in sys.path, gongkai.page.bars.WIDTH, "left" in globals(),
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
    assert before == f"10.0 60 [] None False False False False {bars.WIDTH} False\n"
    drawn = [
        read(tmp_path, number, "gongkai").cells[-1].outputs[0].data["text/plain"]
        for number in (1, 3)
    ]
    assert drawn[0] != drawn[1]


def test_what_a_shell_prints_stands_where_it_was_printed(tmp_path: Path) -> None:
    """A kernel reads it in a thread, and may put it anywhere in the cell."""
    cell = "import os\nprint('one')\n_ = os.system('echo two')\nprint('three')"
    run_all([[cell]], tmp_path, ["gongkai"])
    assert read(tmp_path, 0, "gongkai").cells[0].outputs[0].text == "one\ntwo\nthree\n"


DEATHS = {
    "print('seen')\nimport time\ntime.sleep(60)": "CellTimeoutError: A cell timed out while it was being executed, after 6 seconds.\nThe message was: Cell execution timed out.",
    "import os\nos._exit(3)": "DeadKernelError: Kernel died",
    "import os\nos.kill(os.getpid(), 9)": "DeadKernelError: Kernel died",
}


def how_it_ended(folder: Path, number: int, engine: str | None) -> str:
    """Return the exception that papermill raised."""
    return (folder / f"{number:02}.{engine}.error").read_text("utf-8")


def test_a_cell_that_asks_the_kernel_to_end_ends_the_notebook(tmp_path: Path) -> None:
    """A kernel may or may not get to the next cell before it is gone."""
    run_all([["exit", "2"]], tmp_path, ["gongkai"])
    assert how_it_ended(tmp_path, 0, "gongkai") == "DeadKernelError: Kernel died"


def test_a_notebook_that_hangs_or_dies_ends_as_with_a_kernel(tmp_path: Path) -> None:
    """papermill's own exceptions, whichever engine runs; what ran before stays in the notebook."""
    run_all([["1", cell, "2"] for cell in DEATHS], tmp_path, [None, "gongkai"], timeout=6, parts=3)
    for number, said in enumerate(DEATHS.values()):
        by_kernel, by_fork = (how_it_ended(tmp_path, number, it) for it in (None, "gongkai"))
        assert by_fork.startswith(said)
        assert by_fork == by_kernel
        notebook = read(tmp_path, number, "gongkai")
        assert notebook.cells[0].outputs[0].data == {"text/plain": "1"}
        assert [
            (cell.metadata.papermill.status, cell.metadata.papermill.exception)
            for cell in notebook.cells
        ] == [("completed", False), ("failed", True), ("pending", None)]
        assert notebook.metadata.papermill.exception
    assert read(tmp_path, 0, "gongkai").cells[1].outputs[0].text == "seen\n"


def test_the_bar_and_the_log_are_papermills_and_in_no_cell(tmp_path: Path) -> None:
    """The terminal shows what it shows with a kernel; the outputs are the cells' own."""
    write_notebook(
        ["print('one')", "2", "import sys\nprint('err', file=sys.stderr)"], tmp_path / "x.ipynb"
    )
    logs, outputs = [], []
    for number, engine in enumerate(([], ["--engine", "gongkai"])):
        out = tmp_path / f"{number}.ipynb"
        words = ["papermill", "x.ipynb", out.name, "--log-output", "--progress-bar", *engine]
        ran = elsewhere(tmp_path, *words)
        assert "3/3 [" in ran.stderr, ran.stderr
        lines = re.split(r"[\r\n]+", re.sub(r"Executing: .*?(cell/s|s/cell)\]", "", ran.stderr))
        logs.append(
            [line for line in lines if line and out.name not in line and "kernel" not in line]
        )
        outputs.append(normalised(nbformat.read(out, nbformat.NO_CONVERT)))  # type: ignore[no-untyped-call]
    assert logs[1] == logs[0]
    assert "one" in logs[1]
    assert outputs[1] == outputs[0]


INNER = """
import papermill
_ = papermill.execute_notebook("inner.ipynb", "out.ipynb", engine_name="gongkai", progress_bar=False)
print("ran")
"""


def test_a_notebook_runs_another_and_goes_on(tmp_path: Path) -> None:
    """The inner one has a process of its own; what the outer one shows afterwards is there."""
    draw = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\nprint('drawn')"
    write_notebook([draw, "'x' in globals()"], tmp_path / "inner.ipynb")
    run_all([["x = 1", f"figure = 1\n{draw}", INNER, "print('after')\nx"]], tmp_path, ["gongkai"])
    outer = [cell.outputs for cell in read(tmp_path, 0, "gongkai").cells]
    inner = [cell.outputs for cell in nbformat.read(tmp_path / "out.ipynb", 4).cells]  # type: ignore[no-untyped-call]
    assert [len(outputs) for outputs in (*outer, *inner)] == [0, 2, 1, 2, 2, 1]
    assert (outer[2][0].text, outer[3][0].text, outer[3][1].data["text/plain"]) == (
        "ran\n",
        "after\n",
        "1",
    )
    assert "image/png" in outer[1][1].data
    assert "image/png" in inner[0][1].data
    assert inner[1][0].data["text/plain"] == "False"


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the forked engine does not do, each in a notebook."""
    folder = tmp_path_factory.mktemp("refused")
    run_all([[source] for source in REFUSED], folder, ["gongkai"])
    return folder


REFUSED = ("%connect_info", "%qtconsole", "%subshell", "%gui tk")


@pytest.mark.parametrize("source", REFUSED)
def test_what_needs_a_socket_or_a_window_is_refused_in_a_sentence(
    source: str, refused: Path
) -> None:
    """It says which engine has them; where IPython itself goes on without a window, so it does."""
    notebook = read(refused, REFUSED.index(source), "gongkai")
    (said,) = (output for cell in notebook.cells for output in cell.get("outputs", []))
    sentence = (
        f"{source} needs a kernel's sockets or a window, and the forked engine has neither; "
        "run the notebook with --engine kernel (with papermill: without --engine gongkai)"
    )
    if source == "%gui tk":
        assert said.text == f"ERROR:root:{sentence}\n"
    else:
        assert said.traceback == [sentence]


EXECUTE = """
import sys
from pathlib import Path
from gongkai.engine import run
from gongkai.errors import KitError
engine, timeout, *names = sys.argv[1:]
for name in names:
    try:
        executed = run.execute(Path(name), {}, Path("."), engine=engine, timeout=int(timeout))
        print(executed.notebook.cells[-1].outputs[0].text.strip())
    except KitError as error:
        print(error)
"""


def executed(folder: Path, *names: str, timeout: int = 60, **environment: str) -> list[str]:
    """Return what the last cell of each notebook printed, by a kernel and forked, or what failed."""
    running = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", EXECUTE, engine, str(timeout), *names],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for engine in ("kernel", "forked")
    ]
    said = [process.communicate() for process in running]
    assert [errors for _, errors in said] == ["", ""]
    return [line for printed, _ in said for line in printed.splitlines()]


def test_nothing_around_a_notebook_decides_what_its_cells_are(tmp_path: Path) -> None:
    """No profile, start-up file, installed kernel, or module of the current folder."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    for folder in (startup, kernel, tmp_path / "gongkai"):
        folder.mkdir(parents=True)
    other = "import builtins; builtins.print = lambda *_: None\n"
    for path in (startup / "00.py", tmp_path / "start.py", tmp_path / "gongkai" / "__init__.py"):
        path.write_text(other, "utf-8")
    (tmp_path / "pandas.py").write_text(other, "utf-8")
    argv = {"argv": ["false", "{connection_file}"], "display_name": "", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(argv), "utf-8")
    cell = "import gongkai, os, pandas, sys\nprint(pandas.DataFrame.__name__, {'', os.getcwd()} & {*sys.path})"
    for name in ("python3", "myvenv", None):
        path = tmp_path / f"{name}.ipynb"
        write_notebook([cell], path)
        notebook = json.loads(path.read_text("utf-8"))
        notebook["metadata"] = {"kernelspec": {"name": name, "display_name": ""}} if name else {}
        path.write_text(json.dumps(notebook), "utf-8")
    said = executed(
        tmp_path,
        "python3.ipynb",
        "myvenv.ipynb",
        "None.ipynb",
        IPYTHONDIR=str(tmp_path / "ipython"),
        JUPYTER_PATH=str(tmp_path / "jupyter"),
        PYTHONSTARTUP=str(tmp_path / "start.py"),
    )
    assert said == ["DataFrame set()"] * 6


def test_the_build_that_watch_runs_is_not_that_of_the_current_folder(tmp_path: Path) -> None:
    """`python -m` would take a module of the folder it is started in."""
    (tmp_path / "gongkai.py").write_text("raise SystemExit('another')", "utf-8")
    ran = subprocess.run([*COMMAND, "--help"], cwd=tmp_path, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


FAILURES = {
    "%no_such_magic": "the notebook failed in cell 2: UsageError: Line magic function `%no_such_magic` not found.",
    "import time\ntime.sleep(60)": "cell 2 took longer than 4 s and was stopped",
    "import sys\nsys.exit()": "cell 2 ended the notebook with exit(); the later cells were not run",
    "import os\nos._exit(3)": "the kernel ended in cell 2, or was killed",
}


def test_either_engine_names_what_failed_and_where(tmp_path: Path) -> None:
    """The same sentences: a magic that is not known, a cell that exits, one that hangs, and others."""
    names = [f"{number}.ipynb" for number in range(len(FAILURES))]
    for name, cell in zip(names, FAILURES, strict=True):
        write_notebook(["1", cell, "2"], tmp_path / name)
    write_notebook(["1"], tmp_path / "r.ipynb")
    text = (tmp_path / "r.ipynb").read_text("utf-8").replace('"python"', '"R"')
    (tmp_path / "r.ipynb").write_text(text, "utf-8")
    said = [f"{name}: {text}" for name, text in zip(names, FAILURES.values(), strict=True)]
    said += ["r.ipynb: this notebook is for R; only Python notebooks can be run"]
    assert executed(tmp_path, *names, "r.ipynb", timeout=4) == said * 2


def test_a_kernel_that_does_not_start_is_one_reports_problem(project: Sandbox) -> None:
    """Here another module is in the way of ipykernel's; no cell is blamed, and nothing is written."""
    (project.folder / "ipykernel_launcher.py").write_text("raise ImportError('no kernel')", "utf-8")
    path = os.pathsep.join([str(project.folder), os.environ.get("PYTHONPATH", "")])
    ran = elsewhere(project.folder, "gongkai", "build", "--engine", "kernel", PYTHONPATH=path)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[:2] == [
        "xixia-justice/2017: failed",
        "  notebooks/annual_report.ipynb: the notebook did not run to its end: Kernel died before replying to kernel_info: ImportError: no kernel",
    ]
    assert not (project.outputs / "xixia-justice").exists()


@pytest.mark.parametrize(
    ("written", "reason"),
    [(None, "no answer"), ("\n \n", "no answer"), ("a\nwarning\n\n", "no answer: warning")],
)
def test_what_a_kernel_wrote_last_is_added_to_why_it_did_not_start(
    tmp_path: Path, written: str | None, reason: str
) -> None:
    """A debugger's warning must not take the place of the reason; there may be no file at all."""
    errors = tmp_path / kernel.ERRORS
    if written is not None:
        errors.write_text(written, "utf-8")
    with pytest.raises(RuntimeError) as raised, kernel._with_last_words(errors):
        raise RuntimeError("no answer")
    assert str(raised.value) == reason


def test_what_a_kernel_writes_about_itself_is_no_part_of_what_a_build_prints(
    project: Sandbox,
) -> None:
    """ipykernel may write a traceback of its sockets while it is shut down."""
    code = "import atexit, os\natexit.register(os.write, 2, b'closed')\nfrom ipykernel import kernelapp\n"
    code += "kernelapp.launch_new_instance()\n"
    (project.folder / "ipykernel_launcher.py").write_text(code, "utf-8")
    ran = elsewhere(
        project.folder, "gongkai", "build", "--engine", "kernel", PYTHONPATH=str(project.folder)
    )
    assert ran.returncode == 0
    assert ran.stderr.startswith("xixia-justice/2017: built ")
    assert ran.stderr.count("\n") == 1


def test_a_kernel_runs_where_the_temporary_folder_has_a_long_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path of a socket may have 104 bytes on some systems."""
    far = tmp_path / ("临时" * 20)
    far.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(far))
    path = tmp_path / "x.ipynb"
    write_notebook(["1 + 1"], path)
    *_, cell = execute(path, {}, tmp_path).notebook.cells
    assert cell.outputs[0].data["text/plain"] == "2"
    assert list(far.iterdir()) == []


def test_a_shell_that_is_prepared_leaves_the_environment_as_it_is() -> None:
    """IPython sets a terminal and a pager, which other programs would get as well."""
    code = """
import os
from gongkai.engine import shell
before = dict(os.environ)
shell.make_ready(1)
print({**before} == {**os.environ})
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("True\n", "")


def test_a_command_ends_at_once_however_many_shells_it_made() -> None:
    """IPython would have each shell clean up at the end, for a tenth of a second."""
    code = """
from gongkai.engine import shell
shell.ZMQInteractiveShell.reset = lambda *_, **__: print("cleaned up")
shell.make_ready(2)
print(len(shell._ready))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("2\n", "")
