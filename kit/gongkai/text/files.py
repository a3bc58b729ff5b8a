"""Files as people save them: their encoding, and YAML whose every value knows its line.

The home of PyYAML and pydantic. Imports: errors.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from gongkai.errors import KitError, Problem, nearest
from gongkai.text.encoding import decoded

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
Key = tuple[str | int, ...]
# Noncharacters of Unicode stand for nothing in a text; `markup` makes its signs of them.
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")

__all__ = [
    "Date",
    "Document",
    "Field",
    "Key",
    "Model",
    "ModelT",
    "Name",
    "Prose",
    "Short",
    "read_model",
    "read_text",
]


# --- bytes and text ---------------------------------------------------------------


def read_text(path: Path) -> str:
    """Return the text of a file saved by a person, at most a megabyte of it.

    Raises KitError where there is no such file, or no text in it.
    """
    data = _read_bytes(path)
    if data.startswith(b"PK\x03\x04"):
        raise KitError(Problem("file-is-a-workbook", path.as_posix()))
    text = decoded(data)
    if text is None:
        raise KitError(Problem("file-encoding", path.as_posix()))
    if not text.strip():
        raise KitError(Problem("file-empty", path.as_posix()))
    return _NONCHARACTERS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise KitError(Problem("file-too-large", path.as_posix(), details={"limit": MAX_BYTES}))
        return path.read_bytes()
    except FileNotFoundError:
        raise KitError(Problem("file-missing", path.as_posix())) from None
    except IsADirectoryError:
        raise KitError(Problem("file-is-a-folder", path.as_posix())) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise KitError(
            Problem("file-unreadable", path.as_posix(), details={"reason": reason})
        ) from None


# --- YAML with lines --------------------------------------------------------------


@dataclass
class Document:
    """A YAML file: its values, all scalars as text, and the line of each key."""

    path: str
    data: Any = None
    lines: dict[Key, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, key: Key) -> int:
        """Return the line of a key, or of the nearest key above it that is there."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def refuse(self, problem: str, line: int, **details: object) -> None:
        """Note a problem and go on reading."""
        self.problems.append(Problem(problem, self.path, line, details))


def _read_yaml(path: Path) -> Document:
    """Read one YAML mapping. Problems are collected in the document, not raised."""
    text = read_text(path)
    document = Document(path.as_posix())
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        events = iter(_contents(yaml.parse(text, Loader=loader)))
        for first in events:
            document.data = _value(first, events, document, ())
            break
        for second in events:
            document.refuse("yaml-second-document", _line(second))
            break
    except _TooDeep as deep:
        document.refuse("yaml-too-deep", deep.line, limit=MAX_DEPTH)
    except yaml.MarkedYAMLError as error:
        begun = error.context == "while scanning a simple key"
        mark = error.context_mark if begun else error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        document.refuse("yaml-syntax", line, reason=error.problem or error.context or "")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        document.refuse("yaml-syntax", line, reason=error.reason)
    if not document.problems and not isinstance(document.data, dict):
        document.refuse("yaml-not-a-mapping", 1)
    return document


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


def _contents(events: Iterator[yaml.Event]) -> list[yaml.Event]:
    """Return the events of the documents' contents, refusing to follow endless nesting."""
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
        return _NONCHARACTERS.sub("\ufffd", str(event.value))  # an escape may write one
    return ""


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
        elif name in mapping:
            document.refuse("yaml-key-twice", line, key=name)
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


# --- models -----------------------------------------------------------------------


class Model(BaseModel):
    """A part of a YAML file: frozen, and with no room for unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


def _date(value: object) -> object:
    """Read 2018-01-04 and nothing else; pydantic would take '2018' for seconds."""
    if value in ("", None) or isinstance(value, datetime.date):
        return value or None
    try:
        return datetime.datetime.strptime(str(value), "%Y-%m-%d").date()
    except ValueError:
        raise PydanticCustomError("date", "not a date") from None


Date = Annotated[datetime.date | None, BeforeValidator(_date)]
Short = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Name = Annotated[Short, StringConstraints(min_length=1)]
Prose = Annotated[str, StringConstraints(max_length=100_000)]

ModelT = TypeVar("ModelT", bound=Model)


def read_model(path: Path, model: type[ModelT]) -> tuple[ModelT, Document]:
    """Read a YAML file as a model, with the document that knows its lines.

    Raises KitError with every problem of the file.
    """
    document = _read_yaml(path)
    if document.problems:
        raise KitError(*document.problems)
    try:
        return model.model_validate(document.data), document
    except ValidationError as error:
        for item in error.errors(include_url=False):
            _refuse_item(document, model, item)
        raise KitError(*sorted(document.problems, key=lambda problem: problem.line)) from None


_MESSAGES = {
    "missing": "yaml-key-missing",
    "date": "yaml-date",
    "string_type": "yaml-text",
    "string_pattern_mismatch": "yaml-one-line",
    "string_too_long": "yaml-too-long",
    "string_too_short": "yaml-blank",
    "too_long": "yaml-too-many",
    "too_short": "yaml-blank",
    "int_parsing": "yaml-whole-number",
    "int_type": "yaml-whole-number",
    "bool_parsing": "yaml-true-or-false",
    "dict_type": "yaml-mapping",
    "model_type": "yaml-mapping",
    "list_type": "yaml-list",
    "tuple_type": "yaml-list",
    "literal_error": "yaml-choice",
}


def _refuse_item(document: Document, model: type[Model], item: Any) -> None:
    """Turn one of pydantic's errors into a problem with a line."""
    key: Key = item["loc"]
    details = {
        "key": ".".join(str(step) for step in key),
        "value": _shown(item["input"]),
        "limit": item.get("ctx", {}).get("max_length", ""),
        "expected": item.get("ctx", {}).get("expected", ""),
    }
    if item["type"] == "extra_forbidden":
        meant = nearest(str(key[-1]), _keys(model, key[:-1]))
        document.refuse(
            "yaml-key-meant" if meant else "yaml-key-unknown",
            document.line(key),
            **details,
            meant=meant,
        )
        return
    message = _MESSAGES.get(item["type"], "yaml-value")
    document.refuse(message, document.line(key), **details, reason=item["msg"])


def _shown(value: object) -> str:
    """Return a value as it may stand in a sentence: short, and on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:39] + "…"


def _keys(model: type[Model], path: Key) -> list[str]:
    """Return the keys that a model takes at a path."""
    for step in path:
        annotation = model.model_fields[step].annotation if step in model.model_fields else None
        inner = getattr(annotation, "__args__", (annotation,))
        found = [item for item in inner if isinstance(item, type) and issubclass(item, Model)]
        model = found[0] if found else model
    return [info.alias or name for name, info in model.model_fields.items()]
