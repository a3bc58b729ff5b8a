"""What a notebook was given: its parameters, as papermill or a person wrote them.

The home of IPython. Imports: errors.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path

from IPython.core.getipython import get_ipython

from gongkai.errors import KitError, Problem, nearest

PARAMETERS = ("agency", "year", "params")
INJECTED = "# Parameters"


def whole_year(year: object) -> int:
    """Return a year. Raises KitError where it is none."""
    try:
        return int(str(year))
    except ValueError:
        raise KitError(Problem("parameter-year", details={"value": year})) from None


def find_folder(folder: Path) -> Path:
    """Return a folder named from here or, when a notebook runs in its own folder, from above."""
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / folder).is_dir():
            return Path(os.path.relpath(above / folder, here))
    raise KitError(Problem("params-missing", details={"folder": folder.as_posix()}))


def refuse_unknown() -> None:
    """Refuse names that papermill injected and the notebook does not know.

    papermill itself only logs a warning, and a misspelt `-p yaer 2018` would quietly give
    the report of the default year.
    """
    shell = get_ipython()
    cells = shell.user_ns.get("In", []) if shell else []
    injected = [cell for cell in cells if cell.startswith(INJECTED)]
    problems = [
        _unknown(target.id)
        for cell in injected
        for statement in ast.parse(cell).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id not in PARAMETERS
    ]
    if problems:
        raise KitError(*problems)


def _unknown(name: str) -> Problem:
    meant = nearest(name, PARAMETERS)
    message = "parameter-meant" if meant else "parameter-unknown"
    return Problem(message, details={"name": name, "known": list(PARAMETERS), "meant": meant})
