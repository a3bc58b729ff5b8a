"""Read YAML files as models, with the line of each problem; write models as JSON.

The home of pydantic.
"""

from __future__ import annotations

import datetime
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError, to_json

from gongkai.errors import KitError
from gongkai.spelling import nearest
from gongkai.text.agency_names import OWN_NOTEBOOK
from gongkai.text.files import MAX_BYTES, shortened
from gongkai.text.yaml_files import Document, Key, read_yaml

__all__ = [
    "Date",
    "Email",
    "Field",
    "Invalid",
    "Model",
    "ModelT",
    "MonthDay",
    "Name",
    "OwnNotebook",
    "Prose",
    "Reason",
    "Short",
    "Template",
    "Website",
    "Year",
    "day_after",
    "indented_json",
    "read_model",
    "says_nothing",
]


Invalid = ValidationError
_FOUR_DIGITS = re.compile("[1-9][0-9]{3}")
# Typed for a reason or a name that is still to come, or as if a yes or no was expected.
_NO_ANSWER = re.compile(
    r"(?:false|true|no|yes|n|y|na|none|null|tbd|todo|x+|是|否|无|不|有|暂无|暂缺|略|同上|原因|理由"
    r"|某+|未定|待[定填写补]|待(?:补充|填写|核实|确认|说明))",
    re.IGNORECASE,
)
# A scheme, but not a host with a port: www.example.gov.cn:8080
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,63}):(?![0-9]{1,5}(?:/|$))", re.IGNORECASE)
# www.example.gov.cn, with or without a path; in letters of any script.
_HOST = re.compile(
    r"(?:https?://)?(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}(?::[0-9]{1,5})?(?:[/?#]\S*)?", re.I
)
_EMAIL = re.compile(r"(?!mailto:)[^@\s:/、，,;；]+@(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}", re.I)
_MESSAGES = {
    "missing": "yaml-key-missing",
    "date": "yaml-date",
    "month_day": "yaml-month-day",
    "year": "yaml-year",
    "website": "yaml-website",
    "email": "yaml-email",
    "notebook": "yaml-notebook",
    "placeholder": "yaml-placeholder",
    "reason": "yaml-reason",
    "string_type": "yaml-text",
    "string_pattern_mismatch": "yaml-one-line",
    "string_too_long": "yaml-too-long",
    "string_too_short": "yaml-blank",
    "too_long": "yaml-too-many",
    "too_short": "yaml-blank",
    "int_parsing": "yaml-whole-number",
    "int_parsing_size": "yaml-whole-number",
    "int_type": "yaml-whole-number",
    "greater_than_equal": "yaml-at-least",
    "less_than_equal": "yaml-at-most",
    "bool_parsing": "yaml-true-or-false",
    "bool_type": "yaml-true-or-false",
    "dict_type": "yaml-mapping",
    "model_type": "yaml-mapping",
    "list_type": "yaml-list",
    "tuple_type": "yaml-list",
    "literal_error": "yaml-choice",
}


class Model(BaseModel):
    """A part of a YAML file: frozen, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    def changed(self, **fields: object) -> Self:
        """Return a copy with other fields; `model_copy` would keep the old cached properties."""
        copied = self.model_copy(update=fields)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


def _date(value: object) -> object:
    """Read dates like 2018-01-04 and nothing else; pydantic would read '2018' as seconds."""
    if value in ("", None) or isinstance(value, datetime.date):
        return value or None
    try:
        return datetime.datetime.strptime(str(value), "%Y-%m-%d").date()
    except ValueError:
        raise PydanticCustomError("date", "not a date") from None


Date = Annotated[datetime.date | None, BeforeValidator(_date)]


def _year(value: object) -> object:
    """Refuse anything but a year of four digits, for example 2026-03."""
    if not _FOUR_DIGITS.fullmatch(str(value)):
        raise PydanticCustomError("year", "not a year")
    return value


def _month_day(value: str) -> str:
    """Refuse anything but a day that every year has, written like 01-31."""
    with suppress(ValueError):
        if datetime.date.fromisoformat(f"2001-{value}").strftime("%m-%d") == value:
            return value
    raise PydanticCustomError("month_day", "not a day of the year")


def _without_placeholder(value: str) -> str:
    """Refuse a placeholder in a field that is not filled in: it would be printed as typed."""
    if "{{" in value or "{%" in value:
        raise PydanticCustomError("placeholder", "a placeholder")
    return value


# A line of text, in which placeholders are filled in, and one in which they are not.
Template = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Short = Annotated[Template, AfterValidator(_without_placeholder)]
Year = Annotated[int, BeforeValidator(_year)]


def day_after(year: int, day: str) -> datetime.date:
    """Return a MonthDay of the year after a report's, or of 9999, the last year that dates have."""
    return datetime.date.fromisoformat(f"{min(year + 1, datetime.MAXYEAR):04}-{day}")


MonthDay = Annotated[Short, AfterValidator(_month_day)]
Name = Annotated[Short, StringConstraints(min_length=1)]
Prose = Annotated[str, StringConstraints(max_length=100_000)]


def _as_list(value: object) -> object:
    """Return a text as a list of one, and a blank as an empty one."""
    return value if isinstance(value, list) else [value] if value else []


OneOrMore = Annotated[tuple[Short, ...], BeforeValidator(_as_list)]


def says_nothing(text: str) -> bool:
    """Whether a text has no words, or only stand-ins for an answer: ……, 待定, XX, n/a."""
    words = "".join(filter(str.isalpha, text))
    return not words or bool(_NO_ANSWER.fullmatch(words))


def _reason(value: str) -> str:
    """Refuse a stand-in for a reason; a blank reason has a separate message."""
    if value and says_nothing(value):
        raise PydanticCustomError("reason", "not a reason")
    return value


Reason = Annotated[Name, AfterValidator(_reason)]


def _website(value: str) -> str:
    """Refuse anything but a web address with the scheme http or https, or with none."""
    scheme = _SCHEME.match(value)
    other = scheme and not value.lower().startswith(("http://", "https://"))
    if value and (other or not _HOST.fullmatch(value)):
        raise PydanticCustomError("website", "not a web address")
    return value


def _email(value: str) -> str:
    """Refuse anything but a single e-mail address."""
    if value and not _EMAIL.fullmatch(value):
        raise PydanticCustomError("email", "not an address of mail")
    return value


Website = Annotated[Short, AfterValidator(_website)]
Email = Annotated[Short, AfterValidator(_email)]


def _own_notebook(value: str) -> str:
    """Refuse anything but the name of a file in notebooks/, the only folder to choose from."""
    if value and not OWN_NOTEBOOK.fullmatch(value):
        raise PydanticCustomError("notebook", "not the name of a notebook")
    return value


OwnNotebook = Annotated[Short, AfterValidator(_own_notebook)]

ModelT = TypeVar("ModelT", bound=Model)


def read_model(path: Path, model: type[ModelT], limit: int = MAX_BYTES) -> tuple[ModelT, Document]:
    """Read a YAML file of at most `limit` bytes as a model, with the document that knows its lines.

    Raises KitError with every problem of the file.
    """
    document = read_yaml(path, limit)
    if document.problems:
        raise KitError(*document.problems)
    try:
        return model.model_validate(document.data), document
    except ValidationError as error:
        for item in error.errors(include_url=False):
            _refuse_item(document, model, item)
        raise KitError(*sorted(document.problems, key=lambda problem: problem.line)) from None


def _refuse_item(document: Document, model: type[Model], item: Any) -> None:
    """Turn one of pydantic's errors into a problem with a line."""
    key: Key = item["loc"]
    limits = item.get("ctx", {})
    details = {
        "key": ".".join(str(step) for step in key),
        "value": shortened(item["input"]),
        "limit": limits.get("max_length", limits.get("ge", limits.get("le", ""))),
        "expected": limits.get("expected", ""),
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


def _keys(model: type[Model], path: Key) -> list[str]:
    """Return the keys that a model accepts at a path."""
    for step in path:
        annotation = model.model_fields[step].annotation if step in model.model_fields else None
        inner = getattr(annotation, "__args__", (annotation,))
        found = [item for item in inner if isinstance(item, type) and issubclass(item, Model)]
        model = found[0] if found else model
    return [info.alias or name for name, info in model.model_fields.items()]


def indented_json(value: object) -> str:
    """Return a value as JSON, one item per line, indented by one space, with sorted keys.

    The bytes are those of `json.dumps` with these options, which takes three times as long; only
    numbers with an exponent are written shorter. Raises ValueError if JSON cannot hold a value.
    """
    return to_json(_sorted(value), indent=1).decode() + "\n"


def _sorted(value: Any) -> Any:
    """Return a value as plain lists and dicts, with sorted keys."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value
