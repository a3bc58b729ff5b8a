"""The house rules: who may import whom, one home a library, two catalogues, short functions."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from conftest import ROOT

from kit.checks.parameters import CONTACT
from kit.errors import LANGUAGES, catalogue, rules
from kit.findings import SEVERITIES, SIDES
from kit.report import Signatures

KIT = ROOT / "kit"
MODULES = sorted(path for path in KIT.rglob("*.py") if path != KIT / "__init__.py")


def rung(path: Path) -> str:
    """Return the rung that a module stands on: its own, or its package's."""
    return path.relative_to(KIT).parts[0].removesuffix(".py")


# Each module, or package, and what it may import of the kit.
BASE = {"errors"}
FORM = BASE | {"files", "form"}
REPORT = FORM | {"markup", "numbers", "local", "report"}
LADDER = {
    "errors": set(),
    "numbers": set(),
    "names": set(),
    "pool": set(),
    "provenance": {"names"},
    "project": BASE,
    "hashes": BASE | {"files"},
    "stale": {"names", "project", "provenance"},
    "files": BASE,
    "markup": BASE,
    "engine": BASE | {"pool", "engine"},
    "export": BASE,
    "form": BASE | {"files"},
    "editions": FORM,
    "local": FORM,
    "report": REPORT - {"report"},
    "reader": REPORT | {"editions"},
    "history": REPORT,
    "mentions": REPORT,
    "findings": REPORT | {"names"},
    "places": REPORT | {"findings"},
    "wording": set(),
    "narrative": REPORT,
    "tables": REPORT,
    "scaffold": REPORT | {"editions"},
    "compare": REPORT | {"history", "findings", "wording"},
    "built": REPORT | {"editions", "history", "compare"},
    "versions": BASE | {"names", "project"},
    "sparkline": REPORT | {"history"},
    "site": REPORT | {"history", "provenance", "sparkline"},
    "frames": REPORT | {"history"},
    "metadata": REPORT | {"history"},
    "charts": REPORT | {"history", "frames"},
    "checks": REPORT | {"names", "mentions", "findings", "checks"},
    "page": REPORT
    | {"reader", "history", "frames", "findings", "checks", "narrative", "tables", "charts"}
    | {"names", "provenance", "metadata", "places", "wording", "mentions"},
    "demo": REPORT | {"editions"},
    "build": REPORT
    | {"reader", "hashes", "names", "project", "stale", "provenance", "engine", "export"}
    | {"demo", "markup", "page"},
    "batch": BASE | {"files", "hashes", "names", "project", "stale", "pool", "build"},
    "verify": BASE | {"project", "stale", "batch"},
    "cluster": BASE | {"project", "stale", "build", "batch"},
    "pdf": BASE | {"provenance"},
    "lab": BASE,
    "watch": set(),
    "cli": REPORT
    | {"names", "reader", "findings", "checks", "scaffold", "demo", "cli"}
    | {"pool", "hashes", "project", "stale", "build", "batch", "verify", "cluster"}
    | {"compare", "built", "versions", "site", "provenance", "pdf", "lab", "watch"},
}

# Each third-party library, and its one home.
HOMES = {
    "yaml": "files",
    "pydantic": "files",
    "pydantic_core": "files",
    "jinja2": "markup",
    "markdown_it": "markup",
    "markupsafe": "markup",
    "pandas": "frames",
    "matplotlib": "charts",
    "IPython": "page",
    "papermill": "engine",
    "nbclient": "engine",
    "ipykernel": "engine",
    "jupyter_client": "engine",
    "distributed": "cluster",
    "filelock": "files",
    "nbconvert": "export",
    "jupyterlab": "lab",
    "tornado": "watch",
    "watchfiles": "watch",
    "playwright": "pdf",
    "pypdf": "pdf",
    "click": "cli",
    "rich": "cli",
}
# A type in a signature is no second home, nor is what a shell would import a moment later.
GUESTS = {("charts", "pandas"), ("page", "pandas"), ("engine", "IPython")}


def imports(path: Path) -> set[tuple[str, str]]:
    """Return what a module imports, wherever in it: the package and, of the kit, the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "kit":
            names = [f"kit.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        found |= {(name.partition(".")[0], name.partition(".")[2]) for name in names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_a_module_imports_only_from_the_rungs_below_it(path: Path) -> None:
    """The ladder of docs/design.md, read from the imports themselves."""
    used = {module.partition(".")[0] for package, module in imports(path) if package == "kit"}
    assert used <= LADDER[rung(path)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_each_library_has_one_home(path: Path) -> None:
    """A library that is to be replaced is replaced in one place."""
    for package, _ in imports(path):
        if package in HOMES and (rung(path), package) not in GUESTS:
            assert HOMES[package] == rung(path)


def test_each_home_is_lived_in() -> None:
    """The table above speaks of the code that there is."""
    lived = {(item[0], rung(path)) for path in MODULES for item in imports(path)}
    assert set(HOMES.items()) <= lived
    assert {rung(path) for path in MODULES} == set(LADDER)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_a_function_fits_a_screen(path: Path) -> None:
    """Forty lines at the most, its documentation apart; a module says what it may import."""
    tree = ast.parse(path.read_text("utf-8"))
    assert "Imports" in (ast.get_docstring(tree) or "")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            documented = len((ast.get_docstring(node) or "").splitlines())
            length = (node.end_lineno or 0) - node.lineno - documented
            assert length <= 40, f"{path.stem}.{node.name}"


def placeholders(text: str) -> set[str]:
    """Return the names that a message fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_have_the_same_messages_with_the_same_placeholders() -> None:
    """What is said in one language is said in the other."""
    first, second = (catalogue(language) for language in LANGUAGES)
    assert list(first) == list(second)
    for name, text in first.items():
        assert text
        assert placeholders(text) == placeholders(second[name]), name


def test_every_message_is_used_and_every_used_message_exists() -> None:
    """No sentence that nobody says, and none that is missing when it is needed."""
    code = "\n".join(path.read_text("utf-8") for path in MODULES)
    forms = "\n".join(path.read_text("utf-8") for path in KIT.glob("forms/*.yaml"))
    built = {f"severity-{severity}" for severity in SEVERITIES}
    built |= {f"page-has-{severity}s" for severity in SEVERITIES}
    built |= {f"build-{status}" for status in ("built", "fresh", "blocked", "failed")}
    built |= {f"died-{how}" for how in ("hung", "signal", "exit", "raised")}
    built |= {f"pdf-{status}" for status in ("printed", "fresh", "missing", "blocked", "failed")}
    built |= {name for name in catalogue("en") if name.startswith("help-")}
    built |= {f"key-{key}" for key in ("signed", *CONTACT)}
    built |= {f"key-signatures.{key}" for key in Signatures.model_fields}
    built |= {f"rule-{kind}" for kind in rules()} | {
        f"{side}-{kind}" for kind in SIDES for side in ("left", "right")
    }
    for name in catalogue("en"):
        said = f'"{name}"' in code or f"when_equal: {name}" in forms
        assert said or name in built, name


def test_no_file_of_the_project_names_a_machine_or_a_package_host() -> None:
    """The lock names versions and hashes alone."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > lock.count("==")
