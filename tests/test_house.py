"""The house rules: import contracts, short functions, hooks and locks."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

from conftest import BIN, ROOT, elsewhere
from gongkai.manifest import schema

KIT = ROOT / "kit" / "gongkai"
MODULES = sorted(KIT.rglob("*.py"))


def contracts() -> list[dict[str, Any]]:
    """Return the import contracts of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return found


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a folder that has pyproject.toml and the package."""
    return elsewhere(folder, "lint-imports", "--no-cache", PYTHONPATH=str(folder / "kit"))


def test_every_import_keeps_the_contracts_of_pyproject() -> None:
    """Layers, circles, and the one home of each library."""
    ran = lint_imports(ROOT)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("text/plain_text.py", "from gongkai.report import model", "Each layer imports only from"),
        ("text/plain_text.py", "from gongkai.text import markdown", "No module imports itself"),
        ("checks/previous_year.py", "def late():\n    import pandas", "The home of pandas"),
    ],
)
def test_an_import_that_breaks_a_contract_is_named(
    tmp_path: Path, module: str, line: str, broken: str
) -> None:
    """Also inside a function, and of a library outside of its home."""
    shutil.copytree(KIT, tmp_path / "kit" / "gongkai")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "kit" / "gongkai" / module
    path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")
    (tmp_path / "kit" / "gongkai" / "text" / "markdown.py").open("a").write(
        "\nfrom gongkai.text import plain_text\n"
    )
    ran = lint_imports(tmp_path)
    assert ran.returncode == 1
    assert re.search(rf"^{broken}.* BROKEN$", ran.stdout, re.MULTILINE), ran.stdout


def test_every_library_has_a_home() -> None:
    """A new library is imported by one package alone, which a contract names."""
    graph = grimp.build_graph("gongkai", include_external_packages=True, cache_dir=None)
    libraries = {name for name in graph.modules if not name.startswith("gongkai")}
    kept = [name for one in contracts() for name in one.get("protected_modules", ())]
    assert sorted(kept) == sorted(libraries - sys.stdlib_module_names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_a_function_fits_a_screen(path: Path) -> None:
    """Forty lines at the most, its documentation apart."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = len((ast.get_docstring(node) or "").splitlines())
            length = (node.end_lineno or 0) - node.lineno - documented
            assert length <= 40, f"{path.stem}.{node.name}"


def test_only_the_command_and_the_notebook_read_the_environment() -> None:
    """All else is handed a Project. Kernels and JupyterLab are given theirs; messages follow the locale."""
    readers = {"cli/options.py", "cli/command.py", "page/parameters.py", "messages/__init__.py"}
    given = {"show/lab.py", "engine/pool.py", "engine/kernel.py", "engine/shell.py"}
    found = {
        path.relative_to(KIT).as_posix()
        for path in MODULES
        if re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))
    }
    assert found == readers | given


def locked(name: str) -> dict[str, str]:
    """Return the version of each package of a lock; two where they depend on Python's."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    found: dict[str, str] = {}
    for package, version in sorted(pins):
        found[package] = f"{found[package]} {version}" if package in found else version
    return found


def test_the_locks_name_versions_and_hashes_but_no_address() -> None:
    """Whoever installs chooses the index, and gets the same files from each."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text("utf-8")
        assert "://" not in lock
        assert lock.count("--hash=sha256:") > lock.count("==")


def test_tests_run_with_the_versions_that_build_the_reports() -> None:
    """The lock for development has all of the other, in the same versions, and more."""
    running, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert running.items() < development.items()


def test_reports_are_built_without_what_only_some_commands_need() -> None:
    """A browser's driver, JupyterLab and a cluster are installed by those who use them."""
    assert (
        not {"playwright", "jupyterlab", "distributed", "pytest"}
        & locked("requirements.lock").keys()
    )


def test_the_hooks_of_a_commit_run_only_what_is_installed() -> None:
    """No hook names an address to fetch from, and each program is one that .venv has."""
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert "://" not in text
    for program in re.findall(r"entry: \.venv/bin/(\S+)", text):
        assert (BIN / program).exists(), program
    assert text.count("entry: ") == text.count("entry: .venv/bin/")


def test_the_schema_of_a_manifest_is_that_of_the_docs() -> None:
    """`make schema` writes it anew."""
    assert (ROOT / "docs" / "manifest.schema.json").read_text("utf-8") == schema()


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*-*.md"))
OF_A_USER = {"pandas.py", "kit.py"}  # files in somebody's folder, not the package's


@pytest.mark.parametrize(
    "document",
    [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md", *DECISIONS],
    ids=lambda path: path.stem,
)
def test_every_file_that_a_newcomer_is_sent_to_is_there(document: Path) -> None:
    """A path is complete, or the end of one (`formats/word.py`); a function is in its module."""
    text = document.read_text("utf-8")
    packaged = [f"/{path.relative_to(KIT).as_posix()}" for path in KIT.rglob("*") if path.is_file()]
    for named in re.findall(r"`((?:kit/gongkai|tests)/[\w/.-]+|[\w/]+\.(?:py|toml))`", text):
        found = [path for path in packaged if path.endswith(f"/{named}")]
        assert found or (ROOT / named).exists() or named in OF_A_USER, named
    for function, module in re.findall(
        r"`([A-Za-z_]+)` (?:of|in) `(kit/gongkai/[\w/]+\.py)`", text
    ):
        assert re.search(rf"\b{function}\b", (ROOT / module).read_text("utf-8")), (function, module)
    for module, function in re.findall(r"`(\w+/\w+\.py)`, `([A-Za-z_.]+)`", text):
        source = (KIT / module).read_text("utf-8")
        assert all(f" {part}(" in source or f"{part}:" in source for part in function.split(".")), (
            function
        )
    for module, name in re.findall(r"`([a-z_]+)\.(?!py`|css`|toml`|yaml`)([A-Za-z_]+)`", text):
        defined = re.compile(rf"^ *(?:(?:def|class) )?{name}\b", re.MULTILINE)
        sources = [path.read_text("utf-8") for path in MODULES if path.stem == module]
        assert not sources or any(map(defined.search, sources)), name
