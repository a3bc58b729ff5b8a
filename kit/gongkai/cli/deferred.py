"""A module that a library imports and that is nearly never used, imported when it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

GRAMMAR = "rfc3987_syntax"


def defer_grammar() -> None:
    """Let jsonschema import the grammar of IRIs when it checks one, not when itself is imported.

    JupyterLab brings that grammar along. It is built when it is imported, which takes a third of
    the time in which a build is loaded, and no schema of a notebook has a format that needs it.
    """
    spec = None if GRAMMAR in sys.modules else find_spec(GRAMMAR)
    if spec is None:
        return
    deferred = ModuleType(GRAMMAR)

    def loaded() -> Any:
        if sys.modules.get(GRAMMAR) is deferred:
            del sys.modules[GRAMMAR]
        return import_module(GRAMMAR)

    def is_valid_syntax(term: str, value: str) -> bool:
        return bool(loaded().is_valid_syntax(term, value))

    vars(deferred).update(
        # What a kernel asks of every module, and the import system.
        __file__=spec.origin,
        __spec__=spec,
        __path__=spec.submodule_search_locations,
        __getattr__=lambda name: getattr(loaded(), name),
        is_valid_syntax=is_valid_syntax,
    )
    sys.modules[GRAMMAR] = deferred
