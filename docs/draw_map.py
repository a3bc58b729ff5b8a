"""Draw the map of packages in docs/architecture.md from what the packages import.

`make map` writes it; `tests/test_docs.py` compares it with what is there.
"""

from __future__ import annotations

import ast
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PACKAGE = "gongkai"
START, END = "<!-- map: make map -->\n", "<!-- /map -->\n"


def main() -> None:
    """Write the map into docs/architecture.md."""
    ARCHITECTURE.write_text(with_map(ARCHITECTURE.read_text("utf-8")), "utf-8")


def with_map(text: str) -> str:
    """Return a document with today's map between its two marks."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{_picture()}\n{_table()}\n{END}{after}"


def _contracts() -> list[dict[str, list[str]]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: list[dict[str, list[str]]] = project["tool"]["importlinter"]["contracts"]
    return found


def _layers() -> list[list[str]]:
    """Return the packages of each layer, from the highest to the lowest."""
    (layers,) = (one["layers"] for one in _contracts() if "layers" in one)
    return [line.split(" | ") for line in layers if line != "__main__"]


def _protected() -> list[tuple[str, list[str]]]:
    """Return each library that has a home, and the packages that may import it."""
    return [
        (name.removeprefix(f"{PACKAGE}."), [it.removeprefix(f"{PACKAGE}.") for it in importers])
        for one in _contracts()
        if (importers := one.get("allowed_importers"))
        for name in one["protected_modules"]
    ]


def _imports() -> dict[str, set[str]]:
    """Return for each package the packages that it imports."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    packages = [name for layer in _layers() for name in layer]
    return {
        name: {lower for lower in packages if lower != name and _imports_it(graph, name, lower)}
        for name in packages
    }


def _imports_it(graph: grimp.ImportGraph, name: str, lower: str) -> bool:
    return graph.direct_import_exists(
        importer=f"{PACKAGE}.{name}", imported=f"{PACKAGE}.{lower}", as_packages=True
    )


def _direct(may: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Return the arrows that do not follow from others: the transitive reduction."""
    reach: dict[str, set[str]] = {}
    for name in TopologicalSorter(may).static_order():
        reach[name] = may[name].union(*(reach[lower] for lower in may[name]))
    return [
        (name, lower)
        for name in may
        for lower in sorted(may[name])
        if not any(lower in reach[other] for other in may[name] - {lower})
    ]


def _picture() -> str:
    """Return the packages as a Mermaid graph; an arrow leads to what a package builds on."""
    arrows = "".join(f"    {name} --> {lower}\n" for name, lower in _direct(_imports()))
    return f"```mermaid\ngraph TD\n{arrows}```\n"


def _table() -> str:
    """Return a line a package: what it is, what it imports, and its libraries."""
    may, homes = _imports(), _protected()
    lines = ["| package | what it is | imports | home of |", "|---|---|---|---|"]
    for layer in _layers():
        for name in layer:
            lower = ", ".join(other for other in may if other in may[name])
            libraries = [library for library, importers in homes if name in importers]
            own = ", ".join(library for library in libraries if library not in may)
            lines.append(f"| `{_file(name)}` | {_summary(name)} | {lower} | {own} |")
    return "\n".join(lines) + "\n"


def _file(name: str) -> str:
    folder = f"kit/{PACKAGE}/{name}"
    return f"{folder}/" if (ROOT / folder).is_dir() else f"{folder}.py"


def _summary(name: str) -> str:
    """Return the first line of a package's documentation, without its full stop."""
    path = ROOT / _file(name)
    path = path / "__init__.py" if path.is_dir() else path
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return text.partition("\n")[0].removesuffix(".")


if __name__ == "__main__":
    main()
