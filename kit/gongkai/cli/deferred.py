"""Lazy import of a module that a library imports but hardly ever uses."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

GRAMMAR = "rfc3987_syntax"


def defer_grammar() -> None:
    """Make jsonschema import the grammar of IRIs on first use, not when it is itself imported.

    JupyterLab installs that grammar. It is built when it is imported, which takes a third of
    the time to load the build command, and the schemas of notebooks have no format that needs it.
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
        # Attributes that a kernel, and the import system, read from every module.
        __file__=spec.origin,
        __spec__=spec,
        __path__=spec.submodule_search_locations,
        __getattr__=lambda name: getattr(loaded(), name),
        is_valid_syntax=is_valid_syntax,
    )
    sys.modules[GRAMMAR] = deferred
