"""The optional extras: what to install for a command whose libraries are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import requires

from gongkai.errors import KitError, Problem, first_line

# The message for each extra whose libraries are not installed.
_MISSING = {
    "cluster": "cluster-extra",
    "import": "import-package",
    "lab": "lab-extra-missing",
    "office": "office-extra-missing",
    "pdf": "pdf-extra-missing",
}


class LibraryMissing(KitError):
    """A library of an extra is not installed, or does not load."""


@contextmanager
def needing(extra: str, file: str = "") -> Iterator[None]:
    """Convert the error of importing a library that does not load to LibraryMissing.

    It is not installed, or a file is missing that it is linked to. The library belongs to an
    extra; `file` is what needs it.
    """
    try:
        yield
    except ImportError as error:
        if str(error.name).startswith("gongkai"):
            raise
        if isinstance(error, ModuleNotFoundError):
            raise LibraryMissing(missing_extra(extra, file)) from None
        details = {"library": error.name or extra, "reason": first_line(error)}
        problem = Problem("library-broken", file, **details, packages=packages_of(extra))
        raise LibraryMissing(problem) from None


def missing_extra(extra: str, file: str = "") -> Problem:
    """Return the problem that an extra is not installed, with the fix; `file` is what needs it."""
    return Problem(_MISSING[extra], file, packages=packages_of(extra))


def packages_of(extra: str) -> str:
    """Return the requirements of one of the kit's extras, as arguments of `pip install`.

    They name the packages themselves, because `gongkai-kit[…]` would ask an index for the kit.
    """
    found = (line.partition(";") for line in requires("gongkai-kit") or ())
    ours = f'extra == "{extra}"'
    named = (name.strip() for name, _, marker in found if ours in marker.replace("'", '"'))
    return " ".join(f'"{name}"' for name in named)
