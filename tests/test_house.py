"""The house rules: who may import whom, one home a library, two catalogues, short functions."""

from __future__ import annotations

import ast
import re
import string
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from gongkai.checks.findings import SEVERITIES, SIDES
from gongkai.checks.parameters import CONTACT
from gongkai.errors import LANGUAGES, catalogue, rules
from gongkai.report.model import Signatures

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
    "docx": "importing",
    "lxml": "importing",
    "pdfminer": "importing",
    "pdfplumber": "importing",
    "python_calamine": "importing",
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
    used = re.findall(r'\b(?:say|Problem|Reason|_?refuse)\(\s*"([a-z0-9-]+)"', code)
    assert len(used) > 100
    assert set(used) <= catalogue("en").keys()
    for name in catalogue("en"):
        said = f'"{name}"' in code or f"when_equal: {name}" in forms
        assert said or name in built, name


def test_no_file_of_the_project_names_a_machine_or_a_package_host() -> None:
    """The lock names versions and hashes alone."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > lock.count("==")
