"""What a notebook was given: its parameters, as papermill or a person wrote them.

The home of IPython.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from IPython.core.getipython import get_ipython

from gongkai.errors import KitError, Problem, nearest

PARAMETERS = ("agency", "year", "params")
INJECTED = "# Parameters"
PAPERMILL = "PAPERMILL_"  # what `papermill --inject-paths` adds


def whole_year(year: object) -> int:
    """Return a year. Raises KitError where it is none."""
    try:
        return int(str(year))
    except ValueError:
        raise KitError(Problem("parameter-year", value=year)) from None


def find_folder(folder: Path) -> Path:
    """Return a folder named from here or, when a notebook runs in its own folder, from above."""
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / folder).is_dir():
            return (above / folder).resolve()
    raise KitError(Problem("params-missing", folder=folder.as_posix()))


def forms_folder() -> Path | None:
    """Return the folder of forms that GONGKAI_FORMS names; None where it is not set.

    This is the only way in which a notebook learns of forms of one's own: a parameter for them
    would stand in every notebook. `gongkai build --forms` sets the variable for its kernels.
    """
    named = os.environ.get("GONGKAI_FORMS", "")
    return Path(named).resolve() if named else None


def refuse_unknown() -> None:
    """Refuse names that papermill injected and the notebook does not have.

    papermill itself only logs a warning, and a misspelt `-p yaer 2018` would quietly give
    the report of the default year. What the notebook has, the cells before the injected one
    assign: papermill puts it after the cell tagged `parameters`.
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
    """Yield the names that a cell assigns; none of a cell that is not plain Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):  # a magic, an await: parameters have neither
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
