"""Message catalogues in Chinese and English, and escaping of text for terminals."""

from __future__ import annotations

import json
import locale
import os
import re
import string
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
# Control characters, line separators, bidirectional controls and lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_BYTE = 0xDC00  # Python's surrogateescape offset, for bytes of a name that are not UTF-8


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every message of a language, by its stable id."""
    source = Path(__file__).with_name(f"{language}.toml")
    return tomllib.loads(source.read_text("utf-8"))


@cache
def rules() -> tuple[str, ...]:
    """Return the kinds of finding: the ids for which the catalogue states a rule."""
    return tuple(name.removeprefix("rule-") for name in catalogue("en") if name[:5] == "rule-")


def language() -> str:
    """Return the reader's language: GONGKAI_LANG, then the locale, then English."""
    chosen = os.environ.get("GONGKAI_LANG", "")
    if chosen in LANGUAGES:
        return chosen
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), "") or _system_locale()
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def _system_locale() -> str:
    """Return the locale that Windows keeps outside the environment."""
    if os.name != "nt":
        return ""
    locale.setlocale(locale.LC_CTYPE, "")
    return locale.getlocale(locale.LC_CTYPE)[0] or ""


def say(message: str, lang: str | None = None, /, **details: object) -> str:
    """Return the text of a message in the reader's language, or in `lang`."""
    chosen = lang or language()
    words = {key: in_words(value, chosen) for key, value in details.items()}
    return _SENTENCE.vformat(catalogue(chosen)[message], (), words)


class _Sentence(string.Formatter):
    """Formats a message; `{count:report|reports}` is a count with its noun in the right form."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the value; with two forms, followed by the singular or the plural."""
        if "|" not in format_spec:
            return format(value, format_spec)
        one, many = format_spec.split("|")
        return f"{value} {one if value == 1 else many}"


_SENTENCE = _Sentence()


def printable(text: object) -> str:
    r"""Return a text as one line for a terminal or a log, with control characters escaped.

    An escape character is `\x1b`, the end of a line `\n`, a byte of a name that is not UTF-8
    `\xd2`. A text that was written out already stays as it is.
    """
    return _UNPRINTABLE.sub(_written_out, str(text))


def _written_out(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char) - _BYTE if 0x80 <= ord(char) - _BYTE <= 0xFF else ord(char)
    return _SHORT.get(char) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")


def json_line(row: object) -> str:
    """Return a value as one line of JSON that any terminal shows and any file holds.

    What `printable` writes out is escaped as JSON does it, so that a reader gets it back.
    """
    # GitHub would take what follows `##[` in a log for a command.
    text = json.dumps(row, ensure_ascii=False).replace("##[", "\\u0023#[")
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Worded:
    """A detail of a message that has words of its own in each language."""

    __slots__ = ()

    def in_language(self, lang: str) -> str:
        """Return the words that stand for it in a message."""
        raise NotImplementedError


class Key(Worded, str):
    """A key of a parameter file: messages add what it means."""

    __slots__ = ()

    def in_language(self, lang: str) -> str:
        """Return the key with its meaning."""
        return catalogue(lang)[f"key-{self}"]


def in_words(value: object, lang: str) -> object:
    """Return a value as it is put into a message: a sequence as a list of words."""
    if isinstance(value, Worded):
        return value.in_language(lang)
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(str(in_words(item, lang)) for item in value)
    return value


def first_few(items: Iterable[object], most: int) -> list[str]:
    """Return the first items as a message lists them, and … where there are more."""
    names = [str(item) for item in islice(items, most + 1)]
    return [*names[:most], "…"] if len(names) > most else names
