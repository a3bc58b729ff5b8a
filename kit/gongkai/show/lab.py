"""Open a copy of the template in JupyterLab, filled in for one report; the template stays clean.

The home of jupyterlab. Imports: errors.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gongkai.errors import KitError, Problem


def write_copy(notebook: Path, parameters: Mapping[str, str | int], copy: Path) -> Path | None:
    """Write a notebook with its parameters filled in; return where an earlier copy was kept.

    An earlier copy whose cells somebody changed is set aside, not overwritten. Raises KitError
    where the notebook is missing, cannot be read, or lacks one of the parameters.
    """
    if not notebook.is_file():
        raise KitError(Problem("notebook-missing", details={"notebook": notebook.as_posix()}))
    content = _read(notebook)
    _fill_in(content, parameters, notebook)
    copy.parent.mkdir(parents=True, exist_ok=True)
    kept = _set_aside(copy, content)
    copy.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return kept


def serve(copy: Path, folder: Path, *, open_browser: bool) -> None:
    """Serve a notebook in JupyterLab on the loopback interface until it is ended.

    `folder` is what the file browser shows; the notebook must lie below it. Nothing is asked
    of the network: no news, no search for updates.
    """
    from jupyterlab.labapp import LabApp

    place = quote(copy.relative_to(folder).as_posix())
    LabApp.launch_instance(
        argv=[
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.root_dir={folder}",
            f"--ServerApp.open_browser={open_browser}",
            f"--LabApp.default_url=/lab/tree/{place}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            # Ctrl-C ends it without a question, and without a word but warnings before that.
            "--ServerApp.answer_yes=True",
            "--Application.log_level=30",
            # In a container people are often root, and the server is theirs alone.
            "--ServerApp.allow_root=True",
            *([] if os.name == "nt" else ["--KernelManager.transport=ipc"]),
        ]
    )


def _read(notebook: Path) -> dict[str, Any]:
    """Return a notebook. Raises KitError where it is none."""
    try:
        content = json.loads(notebook.read_text("utf-8"))
        if isinstance(content["cells"], list):
            return dict(content)
        reason = "cells"
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = str(error)
    raise KitError(Problem("notebook-unreadable", notebook.as_posix(), details={"reason": reason}))


def _fill_in(content: dict[str, Any], parameters: Mapping[str, str | int], notebook: Path) -> None:
    """Put values into the cell tagged `parameters`, and leave its comments as they are."""
    tagged = (
        cell
        for cell in content["cells"]
        if "parameters" in cell.get("metadata", {}).get("tags", [])
    )
    cell: dict[str, Any] = next(tagged, {"source": ""})
    try:
        source, missing = _with_values("".join(cell["source"]), parameters)
    except SyntaxError as error:
        details = {"reason": error.msg}
        raise KitError(
            Problem("notebook-unreadable", notebook.as_posix(), details=details)
        ) from None
    if missing:
        where = notebook.as_posix()
        raise KitError(*(Problem("lab-parameter", where, details={"name": it}) for it in missing))
    cell["source"] = source.splitlines(keepends=True)


def _with_values(source: str, parameters: Mapping[str, str | int]) -> tuple[str, list[str]]:
    """Return a cell with the values of its assignments replaced, and the names it lacks."""
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
            line = lines[value.lineno - 1]
            filled = json.dumps(parameters[name], ensure_ascii=False).encode()
            lines[value.lineno - 1] = (
                line[: value.col_offset] + filled + line[value.end_col_offset :]
            )
            found.add(name)
    return b"".join(lines).decode(), [name for name in parameters if name not in found]


def _set_aside(copy: Path, content: dict[str, Any]) -> Path | None:
    """Keep an earlier copy where its cells are no longer those of the template."""
    try:
        if not copy.exists() or _sources(_read(copy)) == _sources(content):
            return None
    except KitError:
        pass  # whatever it is, it is not ours to throw away
    kept = next(path for path in _names_beside(copy) if not path.exists())
    copy.replace(kept)
    return kept


def _names_beside(copy: Path) -> Iterator[Path]:
    """Yield names for what is set aside; nothing that was set aside before is written over."""
    yield copy.with_suffix(".earlier.ipynb")
    for number in count(2):
        yield copy.with_suffix(f".earlier-{number}.ipynb")


def _sources(content: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in content["cells"]]
