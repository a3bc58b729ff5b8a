"""The parameters of a notebook, as written by papermill or a person.

The home of IPython.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from IPython.core.getipython import get_ipython

from gongkai.errors import KitError, Problem
from gongkai.spelling import nearest

PARAMETERS = ("agency", "year", "params")
INJECTED = "# Parameters"
PAPERMILL = "PAPERMILL_"  # the prefix of names that `papermill --inject-paths` adds


def whole_year(year: object) -> int:
    """Return a year as a number. Raises KitError if it is not one."""
    try:
        return int(str(year))
    except ValueError:
        raise KitError(Problem("parameter-year", value=year)) from None


def find_folder(folder: Path) -> Path:
    """Find a folder by its relative path, from here or from a folder above. Raises KitError."""
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / folder).is_dir():
            return (above / folder).resolve()
    raise KitError(Problem("params-missing", folder=folder.as_posix()))


def forms_folder() -> Path | None:
    """Return the folder of forms named by GONGKAI_FORMS; None if it is not set.

    Only this tells a notebook about a project's own forms: a parameter for them
    would be in every notebook. `gongkai build --forms` sets the variable for its kernels.
    """
    named = os.environ.get("GONGKAI_FORMS", "")
    return Path(named).resolve() if named else None


def refuse_unknown() -> None:
    """Raise KitError if papermill injected names that the notebook does not have.

    papermill itself only logs a warning, and a misspelt `-p yaer 2018` would quietly give
    the report of the default year. The notebook's own names are those that the cells before the
    injected one assign: papermill puts it after the cell tagged `parameters`.
    """
    shell = get_ipython()
    cells = shell.user_ns.get("In", []) if shell else []
    known, problems = list(PARAMETERS), []
    for cell in cells:
        names = list(_assigned(cell))
        if cell.startswith(INJECTED):
            problems += [_unknown(name, known) for name in names if not _is_known(name, known)]
        known += [name for name in names if name not in known]
    if problems:
        raise KitError(*problems)


def _is_known(name: str, known: list[str]) -> bool:
    return name in known or name.startswith(PAPERMILL)


def _assigned(source: str) -> Iterator[str]:
    """Yield the names that a cell assigns; none if it is not plain Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):  # a magic or an await, which parameters do not have
        return
    for statement in body:
        match statement:
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def _unknown(name: str, known: list[str]) -> Problem:
    meant = nearest(name, known)
    message = "parameter-meant" if meant else "parameter-unknown"
    return Problem(message, name=name, known=known, meant=meant)
