"""Read YAML with the line of every value.

The home of PyYAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gongkai.errors import Problem
from gongkai.text.characters import (
    HiddenCharacters,
    Origin,
    reveal_hidden,
    without_noncharacters,
)
from gongkai.text.files import MAX_BYTES, brief_problem, read_text
from gongkai.text.yaml_slips import looks_indented, with_indent, with_visible_indent, without_slips

MAX_DEPTH = 16
# What YAML allows in no text, or takes for the end of a line, though editors show none: Word's line
# and page breaks among them.
_SIGN = re.compile(f"[\x85\u2028\u2029]|{yaml.reader.Reader.NON_PRINTABLE.pattern}")
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # after YAML 1.1, 4.2
Key = tuple[str | int, ...]
_CUT = re.compile(r"(?<![ \t])[ \t]++#[^\s#]")
_NULL = ("~", "null", "Null", "NULL")  # YAML 1.2, 10.3.2: no value


@dataclass
class Document:
    """A YAML file: its values, all scalars as text, and the line of each key.

    Invisible characters are removed from the values; `hidden` records where. `indented`
    are the lines of texts pasted without indentation, which are read as if they had it.
    """

    path: str
    data: Any = None
    lines: dict[Key, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    hidden: list[HiddenCharacters] = field(default_factory=list)
    indented: list[int] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)  # of the text, if it has a #

    def line(self, key: Key) -> int:
        """Return the line of a key, or of its nearest existing ancestor."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def refuse(self, problem: str, line: int, **details: object) -> None:
        """Record a problem; reading continues."""
        self.problems.append(brief_problem(problem, self.path, line, **details))

    def reveal(self, text: str, line: int, key: Key, *, alone: bool) -> str:
        """Return a scalar without invisible characters, and record them."""
        clean, hidden = reveal_hidden(text, Origin(self.path, line, key), alone=alone)
        if hidden:
            self.hidden.append(hidden)
        return clean


def read_yaml(path: Path, limit: int = MAX_BYTES) -> Document:
    """Read one YAML mapping of at most `limit` bytes.

    YAML problems are collected in the document, not raised. Raises
    KitError if there is no such file, or no text in it.
    """
    return parse_yaml(read_text(path, limit), path.as_posix())


def parse_yaml(text: str, file: str) -> Document:
    """Read one YAML mapping from the text of a file, as `read_yaml` does."""
    document = Document(file)
    text, document.indented = with_indent(text)
    document.rows = _LINE_END.split(text) if "#" in text else []
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        events = iter(_contents(yaml.parse(text, Loader=loader)))
        first = next(events, None)
        if first:
            document.data = _value(first, events, document, ())
        second = next(events, None)
        if second:
            document.refuse("yaml-second-document", _line(second))
    except _TooDeep as deep:
        document.refuse("yaml-too-deep", deep.line, limit=MAX_DEPTH)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        sign = _SIGN.search(text)
        if sign:
            line = text.count("\n", 0, sign.start()) + 1
            document.refuse("yaml-sign", line, sign=f"U+{ord(sign[0]):04X}")
        elif isinstance(error, yaml.MarkedYAMLError):
            _refuse_syntax(document, error, ["", *_LINE_END.split(text), ""])
        else:
            document.refuse("yaml-syntax", 1, reason=error.reason)
    if not document.problems and not isinstance(document.data, dict):
        document.refuse("yaml-not-a-mapping", 1)
    return document


def _refuse_syntax(document: Document, error: yaml.MarkedYAMLError, lines: list[str]) -> None:
    """Refuse YAML that cannot be parsed, with a corrected line if there is one.

    `lines` are those of the text, from 1; a missing end is reported after the last.
    """
    begun = error.context == "while scanning a simple key"
    mark = error.context_mark if begun else error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    if 1 < line <= len(lines) and looks_indented(lines[line - 1]):
        line -= 1  # the parser misses such an indent only at the next line
    typed = lines[min(line, len(lines) - 1)]
    mended = without_slips(typed)
    if mended == typed:
        document.refuse("yaml-syntax", line, reason=error.problem or error.context or "")
        return
    document.refuse("yaml-mended", line, quote=with_visible_indent(typed), mended=mended)


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


def _contents(events: Iterator[yaml.Event]) -> list[yaml.Event]:
    """Return the events of the documents' contents. Raises _TooDeep for endless nesting."""
    contents: list[yaml.Event] = []
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _TooDeep(_line(event))
        if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            contents.append(event)
    return contents


def _value(
    event: yaml.Event, events: Iterator[yaml.Event], document: Document, key: Key
) -> dict[str, Any] | list[Any] | str:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        document.refuse("yaml-alias", line)
    tag = getattr(event, "tag", None)
    if tag not in (None, "!"):
        document.refuse("yaml-tag", line, tag=tag)
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, document, key)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, document, key)
    if isinstance(event, yaml.ScalarEvent):
        document.lines[key] = line
        if document.rows and event.value and not event.style:
            _refuse_cut(document, event)
        text = without_noncharacters(str(event.value))  # an escape may produce one
        if not event.style and text in _NULL:
            text = ""
        below = _lines_before_text(event)
        return document.reveal(text, line + below, key, alone=not below)
    return ""


def _refuse_cut(document: Document, event: yaml.ScalarEvent) -> None:
    """Refuse a value that YAML cuts off at a #, as a comment: 清溪路8号 #3号楼."""
    end = event.end_mark
    row = document.rows[end.line] if end and end.line < len(document.rows) else ""
    if end and _CUT.match(row, end.column):
        document.refuse("yaml-cut", end.line + 1, quote=row[end.column :].strip())


def _mapping(events: Iterator[yaml.Event], document: Document, key: Key) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        line = _line(event)
        name = _value(event, events, document, (*key, "?"))
        if not isinstance(name, str):
            document.refuse("yaml-key", line)
            name = repr(name)
        name = name.strip()  # also U+3000, as typed before a colon
        if name in mapping:
            first = document.lines.get((*key, name), line)
            document.refuse("yaml-key-twice", line, key=name, first=first)
        content = next(events)
        mapping[name] = _value(content, events, document, (*key, name))
        document.lines[(*key, name)] = line + _lines_before_text(content)
    return mapping


def _sequence(events: Iterator[yaml.Event], document: Document, key: Key) -> list[Any]:
    sequence: list[Any] = []
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            break
        index = len(sequence)
        document.lines[(*key, index)] = _line(event)
        sequence.append(_value(event, events, document, (*key, index)))
    return sequence


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _lines_before_text(event: yaml.Event) -> int:
    """Return 1 for a block scalar: its text begins on the line after its key."""
    return int(isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"))
