"""Replace texts in a YAML file in place, keeping comments, order and layout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import yaml

from gongkai.errors import KitError, Problem
from gongkai.text.yaml_files import Document, parse_yaml
from gongkai.text.yaml_slips import with_indent

STEP = 2  # spaces by which a text is indented relative to its key
_HEADER = re.compile(r"[|>][-+0-9]*")


def with_texts(source: str, file: str, group: str, texts: Mapping[str, str]) -> str:
    """Return a YAML file with some texts of a group replaced.

    `group` is a key of the file, such as `sections`, and `texts` are by keys below it; a missing
    key is added. Raises KitError if a text cannot be inserted such that
    everything else is parsed as before.
    """
    text, _ = with_indent(source)
    for name, new in texts.items():
        text = _with_text(text, file, (group, name), new.rstrip("\n"))
    return text


def _with_text(source: str, file: str, key: tuple[str, str], new: str) -> str:
    before = parse_yaml(source, file)
    group, name = key
    there = before.data.get(group) or {}
    if isinstance(there, dict):
        wanted = {**before.data, group: {**there, name: new}}
        for candidate in _candidates(source, key, new):
            read = parse_yaml(candidate, file)
            if not read.problems and _without_end(read, key) == wanted:
                return candidate
    raise KitError(Problem("yaml-not-edited", file, before.line(key), key=".".join(key)))


def _without_end(document: Document, key: tuple[str, str]) -> Any:
    """Return the data of a file, with the line ends after the text in question removed."""
    data, (group, name) = document.data, key
    if isinstance(data, dict) and isinstance(data.get(group), dict) and name in data[group]:
        data[group][name] = str(data[group][name]).rstrip("\n")
    return data


def _candidates(source: str, key: tuple[str, str], new: str) -> Iterator[str]:
    """Yield the file with the new text in different notations, the most readable first."""
    root = yaml.compose(source, Loader=yaml.BaseLoader)
    group = _child(root, key[0])
    node = _child(group[1], key[1]) if group else None
    if node is not None:
        yield from _replaced(source, *node, new)
    elif group is None:
        yield f"{source.rstrip()}\n\n{key[0]}:\n{_entry(STEP, key[1], new)}"
    else:
        yield from _added(source, *group, key[1], new)


def _child(node: Any, name: str) -> tuple[Any, Any] | None:
    """Return the nodes of a key in a mapping and of its value; None if there is no such key."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((key, value) for key, value in pairs if key.value == name), None)


# --- an existing text -------------------------------------------------------------


def _replaced(source: str, key: Any, node: Any, new: str) -> Iterator[str]:
    start, end = node.start_mark.index, node.end_mark.index
    if node.style == "|":
        yield _lines_replaced(source, node, new, key.start_mark.column + STEP)
    elif node.style is None and node.value and "\n" not in new:
        yield source[:start] + new + source[end:]
    elif node.style == "'":
        yield source[:start] + "'" + new.replace("'", "''") + "'" + source[end:]
    if node.style != '"':
        yield _as_block(source, node, new, key.start_mark.column + STEP)
    yield source[:start] + json.dumps(new, ensure_ascii=False) + source[end:]


def _lines_replaced(source: str, node: Any, new: str, indent: int) -> str:
    """Return the file with only the changed lines of a literal block replaced."""
    lines = source.split("\n")
    first = node.start_mark.line + 1
    old = _block_lines(node)
    written = lines[first : first + len(old)]
    widths = [len(there) - len(text) for there, text in zip(written, old, strict=False) if text]
    indent = widths[0] if widths else indent
    wanted = new.split("\n") if new else []
    found: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, wanted, autojunk=False).get_opcodes():
        found += written[i1:i2] if tag == "equal" else _indented(wanted[j1:j2], indent)
    return "\n".join([*lines[:first], *found, *lines[first + len(old) :]])


def _block_lines(node: Any) -> list[str]:
    """Return the lines of a literal block, without blank lines at the end."""
    text = node.value.rstrip("\n")
    return text.split("\n") if text else []


def _as_block(source: str, node: Any, new: str, indent: int) -> str:
    """Return the file with a scalar as a literal block; the rest of its line is kept."""
    start, end = node.start_mark.index, node.end_mark.index
    header = _HEADER.match(source, start) if node.style == ">" else None
    begin = header.end() if header else end
    line_end = source.find("\n", begin)
    line_end = len(source) if line_end < 0 else line_end
    rest = source[begin:line_end]
    after = source[end:] if header else source[line_end:]
    blank = "" if source[start - 1 : start].isspace() else " "
    block = "\n".join(_indented(new.split("\n"), indent))
    return f"{source[:start]}{blank}|{rest}\n{block}\n" + after.removeprefix("\n")


def _indented(lines: list[str], indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in lines]


# --- a new text -------------------------------------------------------------------


def _added(source: str, key: Any, node: Any, name: str, new: str) -> Iterator[str]:
    """Yield the file with a new text after the last one of a group."""
    lines = source.split("\n")
    if not isinstance(node, yaml.MappingNode) or not node.value:
        start, end = node.start_mark.index, node.end_mark.index
        line_end = source.find("\n", end)
        line_end = len(source) if line_end < 0 else line_end
        entry = _entry(key.start_mark.column + STEP, name, new)
        head = source[:start].rstrip(" ") + source[end:line_end]
        yield f"{head}\n{entry}{source[line_end + 1 :]}"
        return
    last_key, last = node.value[-1]
    at = source[: last.end_mark.index].rstrip().count("\n") + 1
    entry = _entry(last_key.start_mark.column, name, new).rstrip("\n")
    yield "\n".join([*lines[:at], entry, *lines[at:]])


def _entry(column: int, name: str, new: str) -> str:
    lines = _indented(new.split("\n"), column + STEP)
    return "\n".join([f"{' ' * column}{name}: |", *lines]) + "\n"
