"""Open a copy of the template in JupyterLab, filled in for one report; the template stays clean.

The home of jupyterlab (extra `lab`).
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

from gongkai.disk import home_folder
from gongkai.engine.template import notebook_text
from gongkai.errors import KitError, Problem, first_line
from gongkai.extras import missing_extra

SETTINGS = Path(__file__).with_name("jupyter")  # JupyterLab settings that differ from its defaults
# The kernel of the environment that JupyterLab is started from, which has the kit. A notebook may
# have been saved with the name of a kernel that only one machine has.
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
INJECTED = "injected-parameters"  # papermill's own cell
RUN_METADATA = ("papermill", "execution", "collapsed", "scrolled")  # what a run leaves on a cell
# Who may come in is decided here, not by the user's own Jupyter settings, which on many machines
# ask for no token because something in front of the server asks for a password.
_ACCESS = (
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.login_handler_class=jupyter_server.auth.login.LoginHandler",
    "--ServerApp.identity_provider_class=jupyter_server.auth.PasswordIdentityProvider",
)


def write_copy(notebook: Path, parameters: Mapping[str, str | int], copy: Path) -> Path | None:
    """Write a notebook with its parameters filled in; return where an earlier copy was moved to.

    The copy runs in the kit's own kernel. An earlier copy whose cells somebody changed is moved
    aside, not overwritten; None is returned where there was none. Raises KitError where the
    notebook cannot be read, or lacks one of the parameters.
    """
    content = _read(notebook)
    _fill_in(content, parameters, notebook)
    content.metadata.kernelspec = KERNEL
    copy.parent.mkdir(parents=True, exist_ok=True)
    kept = _set_aside(copy, content)
    copy.write_text(nbformat.writes(content) + "\n", "utf-8")  # type: ignore[no-untyped-call]
    return kept


def kept_copy(notebook: Path, parameters: Mapping[str, str | int]) -> str:
    """Return a notebook's text for keeping in a project: with its parameters, without outputs.

    Raises KitError where it cannot be read, or lacks one of the parameters.
    """
    content = _read(notebook)
    tagged = (cell for cell in content.cells if INJECTED in cell.metadata.get("tags", []))
    for injected in list(tagged):
        content.cells.remove(injected)
    _fill_in(content, parameters, notebook)
    for cell in content.cells:
        for name in RUN_METADATA:
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    content.metadata.pop("papermill", None)
    content.metadata.kernelspec = KERNEL
    return str(nbformat.writes(content)) + "\n"  # type: ignore[no-untyped-call]


def require_jupyterlab() -> None:
    """Raise KitError where JupyterLab, an extra, is not installed, or could not start."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise KitError(missing_extra("lab"))
    if home_folder() is None:
        raise KitError(Problem("home-missing"))


def serve(
    copy: Path, folder: Path, started: Callable[[str], object], *, open_browser: bool
) -> None:
    """Serve a notebook in JupyterLab on the loopback interface until it is ended.

    `folder` is what the file browser shows; the notebook must lie below it. `started` gets the
    address, with its token. Nothing is asked of the network: no news, no search for updates.
    """
    from jupyterlab.labapp import LabApp

    # Without our settings JupyterLab asks to fetch news; the user's own settings take precedence.
    own = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, (str(SETTINGS), own)))
    path, token = quote(copy.relative_to(folder).as_posix()), secrets.token_hex(24)
    server = LabApp.initialize_server(
        argv=[
            *_ACCESS,
            f"--PasswordIdentityProvider.token={token}",
            f"--ServerApp.root_dir={folder}",
            f"--ServerApp.open_browser={open_browser}",
            f"--LabApp.default_url=/lab/tree/{path}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            # Ctrl-C ends it without a question, and it prints nothing but warnings.
            "--ServerApp.answer_yes=True",
            "--Application.log_level=30",
            # In a container people are often root, and the server is theirs alone.
            "--ServerApp.allow_root=True",
            *([] if os.name == "nt" else ["--KernelManager.transport=ipc"]),
        ]
    )
    # JupyterLab prints its address only with a token that it made itself.
    started(f"{server.local_url.partition('?')[0]}?token={token}")
    server.start()


def _read(notebook: Path) -> NotebookNode:
    """Return a notebook. Raises KitError where the file is not one."""
    text = notebook_text(notebook)
    try:
        content: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(content)
        return content
    except (ValueError, nbformat.ValidationError) as error:
        reason = first_line(error)
    except MemoryError:
        raise
    except Exception:  # nbformat can raise anything on malformed input
        reason = "not valid nbformat"
    raise KitError(Problem("notebook-unreadable", notebook.as_posix(), reason=reason))


def _fill_in(content: NotebookNode, parameters: Mapping[str, str | int], notebook: Path) -> None:
    """Put values into the cell tagged `parameters`; its comments stay.

    Raises KitError if the cell is not Python, or does not assign one of the parameters.
    """
    tagged = (cell for cell in content.cells if "parameters" in cell.metadata.get("tags", []))
    cell = next(tagged, NotebookNode(source=""))  # type: ignore[no-untyped-call]
    try:
        source, missing = _with_values(cell.source, parameters)
    except SyntaxError as error:
        details = {"reason": error.msg}
        raise KitError(Problem("notebook-unreadable", notebook.as_posix(), **details)) from None
    if missing:
        file = notebook.as_posix()
        raise KitError(*(Problem("lab-parameter", file, name=it) for it in missing))
    cell.source = source


def _with_values(source: str, parameters: Mapping[str, str | int]) -> tuple[str, list[str]]:
    """Return a cell with its assigned values replaced, and the parameters it does not assign."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    found = set()
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        if name in parameters and value.lineno == value.end_lineno:
            line = lines[value.lineno - 1]  # as bytes: so ast counts columns
            filled = json.dumps(parameters[name], ensure_ascii=False).encode()
            lines[value.lineno - 1] = (
                line[: value.col_offset] + filled + line[value.end_col_offset :]
            )
            found.add(name)
    return b"".join(lines).decode(), [name for name in parameters if name not in found]


def _set_aside(copy: Path, content: NotebookNode) -> Path | None:
    """Move an earlier copy aside if its cells differ from the template; return the new path."""
    try:
        if not copy.exists() or _work_in(_read(copy)) == _work_in(content):
            return None
    except KitError:
        pass  # not a notebook, but still somebody's file
    kept = next(path for path in _names_beside(copy) if not path.exists())
    copy.replace(kept)
    return kept


def _names_beside(copy: Path) -> Iterator[Path]:
    """Yield names for an earlier copy, endlessly; the caller takes the first free one."""
    yield copy.with_suffix(".earlier.ipynb")
    for number in count(2):
        yield copy.with_suffix(f".earlier-{number}.ipynb")


def _work_in(content: NotebookNode) -> list[dict[str, Any]]:
    """Return what people write into cells: all but what a run leaves in them."""
    return [
        {
            "type": cell.cell_type,
            "source": cell.source,
            "attachments": cell.get("attachments"),
            "metadata": {key: it for key, it in cell.metadata.items() if key not in RUN_METADATA},
        }
        for cell in content.cells
    ]
