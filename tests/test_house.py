"""The house rules: who may import whom, one home a library, short functions."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from conftest import BIN, ROOT

KIT = ROOT / "kit" / "gongkai"
# The package's own two files stand outside the layers: one says what it is, one runs the command.
OUTSIDE = {KIT / "__init__.py", KIT / "__main__.py"}
MODULES = sorted(path for path in KIT.rglob("*.py") if path not in OUTSIDE)
# What the packages of notebooks share; both that run and that export them speak in it.
COMMON = {"nbformat", "traitlets"}


def rung(path: Path) -> str:
    """Return the rung that a module stands on: its own, or its package's."""
    return path.relative_to(KIT).parts[0].removesuffix(".py")


# Each rung and what it may import of the kit beside itself, as docs/design.md shows it.
RUNG = re.compile(r"^\| `kit/gongkai/(\w+)(?:\.py|/)`[^|]*\|[^|]*\| ([^|]*) \|$", re.MULTILINE)
LADDER = {
    found[1]: set(found[2].replace("–", "").split(", ")) - {""}
    for found in RUNG.finditer((ROOT / "docs" / "design.md").read_text("utf-8"))
}

# Each third-party library, and its one home.
HOMES = {
    "yaml": "text",
    "pydantic": "text",
    "pydantic_core": "text",
    "jinja2": "text",
    "markdown_it": "text",
    "markupsafe": "text",
    "pandas": "report",
    "matplotlib": "page",
    "IPython": "page",
    "papermill": "engine",
    "nbclient": "engine",
    "ipykernel": "engine",
    "jupyter_client": "engine",
    "distributed": "pipeline",
    "filelock": "disk",
    "nbconvert": "export",
    "nh3": "text",
    "jupyterlab": "show",
    "tornado": "show",
    "watchfiles": "show",
    "playwright": "show",
    "pypdf": "show",
    "click": "cli",
    "rich": "cli",
}
# A type in a signature is no second home, nor is what a shell would import a moment later.
GUESTS = {("page", "pandas"), ("engine", "IPython"), ("engine", "tornado")}


def imports(path: Path) -> set[tuple[str, str]]:
    """Return what a module imports, wherever in it: the package and, of the kit, the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {(name.partition(".")[0], name.partition(".")[2]) for name in names}
    return found


def name(path: Path) -> str:
    """Return what a module is called in an import, below the kit; a package is one too."""
    parts = path.relative_to(KIT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


NAMES = {name(path) for path in MODULES}


def imported(path: Path) -> set[str]:
    """Return the modules of the kit that one imports, itself not."""
    found = {module for package, module in imports(path) if package == "gongkai"}
    found |= {module.rpartition(".")[0] for module in found - NAMES}
    return found & NAMES - {name(path)}


def used(path: Path) -> set[str]:
    """Return the rungs that a module imports, its own not."""
    names = {module.partition(".")[0] for package, module in imports(path) if package == "gongkai"}
    return names - {rung(path), ""}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_a_module_imports_only_from_the_rungs_below_it(path: Path) -> None:
    """The ladder of docs/design.md, read from the imports themselves."""
    assert used(path) <= LADDER[rung(path)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_a_module_says_what_it_imports(path: Path) -> None:
    """One line of its documentation names the packages, and no other; a package says it for all."""
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    found = re.search(r"Imports( nothing of the kit|: ([a-z,\s]+))\.", said)
    assert found
    listed = set((found[2] or "").replace(",", " ").split())
    if path.name == "__init__.py":
        assert listed == set().union(*(used(module) for module in path.parent.glob("*.py")))
    else:
        assert listed == used(path)


def test_no_module_imports_itself_by_a_detour() -> None:
    """Inside a package too, what is read first is imported first."""
    below = {name(path): imported(path) for path in MODULES}
    while below:
        free = {module for module, others in below.items() if not others & below.keys()}
        assert free, f"in a circle: {sorted(below)}"
        below = {module: others for module, others in below.items() if module not in free}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_each_library_has_one_home(path: Path) -> None:
    """A library that is to be replaced is replaced in one place."""
    known = {"gongkai", *sys.stdlib_module_names, *COMMON}
    for package in {package for package, _ in imports(path)} - known:
        assert (rung(path), package) in GUESTS or HOMES[package] == rung(path)


def test_each_home_is_lived_in() -> None:
    """The table above speaks of the code that there is."""
    lived = {(item[0], rung(path)) for path in MODULES for item in imports(path)}
    assert set(HOMES.items()) <= lived
    assert {rung(path) for path in MODULES} == set(LADDER)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_a_function_fits_a_screen(path: Path) -> None:
    """Forty lines at the most, its documentation apart."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = len((ast.get_docstring(node) or "").splitlines())
            length = (node.end_lineno or 0) - node.lineno - documented
            assert length <= 40, f"{path.stem}.{node.name}"


def test_no_file_of_the_project_names_a_machine_or_a_package_host() -> None:
    """The lock names versions and hashes alone."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > lock.count("==")


def test_the_hooks_of_a_commit_run_only_what_is_installed() -> None:
    """No hook names an address to fetch from, and each program is one that .venv has."""
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert "://" not in text
    for program in re.findall(r"entry: \.venv/bin/(\S+)", text):
        assert (BIN / program).exists(), program
    assert text.count("entry: ") == text.count("entry: .venv/bin/")
