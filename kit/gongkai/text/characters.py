"""Find, name and reveal invisible characters, and letters that look like others."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import NamedTuple

from gongkai.errors import Problem
from gongkai.messages import first_few

# Characters that change the direction of writing: after one of them, 346 reads as 643.
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Control characters except tab and line feed, separators, and the characters that Unicode allows
# every font to ignore.
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d"
    "\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# After an ideograph, a variation selector chooses the glyph, as rare names need.
_SELECTOR = "(?<![\u3400-\u9fff\U00020000-\U000323af])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_INVISIBLE = re.compile(f"[{_TURNING}{_HIDDEN}]|{_SELECTOR}")
_TURNS = re.compile(f"[{_TURNING}]")
# Most texts have none, so the first look has to be cheap: both classes are looked up in a table.
_SUSPECT = re.compile(f"[{_TURNING}{_HIDDEN[: _HIDDEN.index(chr(0x1BCA0))]}\ufe00-\ufe0f]")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_RUN = re.compile(f"(?:[{_TURNING}{_HIDDEN}]|{_SELECTOR})+")
HIDDEN = f"{_TURNING}{_HIDDEN}"  # for a character class of another module's pattern
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# They have no meaning in a text, and some writers of XML refuse them.
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_NEAR = 12  # characters quoted on each side of a hidden one
_NAMED = 3  # different characters named in a message


class HiddenCharacters(NamedTuple):
    """The invisible characters in one value; `grave` if they may change how a number reads.

    `key` is the value's key in a YAML file, or its code in a CSV.
    """

    problem: Problem
    grave: bool
    key: tuple[str | int, ...]


class Origin(NamedTuple):
    """The place of a value: its file, the line it begins on, its key."""

    file: str
    line: int
    key: tuple[str | int, ...]


def has_hidden(text: str) -> bool:
    """Whether a text has an invisible character."""
    suspect = _SUSPECT.search(text) or _BEYOND.search(text)
    return bool(suspect and _INVISIBLE.search(text))


def hidden_in(text: str) -> list[str]:
    """Return the names of the invisible characters of a text, each once; of many, the first."""
    found = _INVISIBLE.findall(text) if has_hidden(text) else ()
    return first_few(map(name_of, dict.fromkeys(found)), _NAMED)


def without_hidden(text: str) -> str:
    """Return a text without its invisible characters."""
    return _INVISIBLE.sub("", text)


def without_noncharacters(text: str) -> str:
    """Return a text with the replacement character, �, for each noncharacter of Unicode."""
    return _NONCHARACTERS.sub("\ufffd", text)


def reveal_hidden(
    text: str, place: Origin, *, alone: bool = True
) -> tuple[str, HiddenCharacters | None]:
    """Return a text without its invisible characters, and a description of these.

    A character that changes the direction of writing, or is next to a digit or brace, is grave and
    replaced by its code point; all others are removed. A text that is `alone` may be printed
    next to a number, so its first and last characters count as next to one.
    """
    found: list[tuple[bool, int, str]] = []
    if not has_hidden(text):
        return text, None

    def shown(run: re.Match[str]) -> str:
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        beside = any(_is_near_a_number(side, alone=alone) for side in (before, after))
        grave = [beside or bool(_TURNS.match(char)) for char in run[0]]
        found.extend((not bad, run.start(), char) for bad, char in zip(grave, run[0], strict=True))
        return "".join(_written(char) for bad, char in zip(grave, run[0], strict=True) if bad)

    clean = _RUN.sub(shown, text)
    return clean, _hidden_characters(text, found, place) if found else None


def without_entities(text: str) -> str:
    """Return Markdown in which each HTML entity of an invisible character is that character."""

    def typed(entity: re.Match[str]) -> str:
        char = unescape(entity[0])
        return char if has_hidden(char) else entity[0]

    return _ENTITY.sub(typed, text)


def _is_near_a_number(side: str, *, alone: bool) -> bool:
    return side.isdecimal() or side in ("{", "}") or (alone and not side)


def _hidden_characters(
    text: str, found: list[tuple[bool, int, str]], place: Origin
) -> HiddenCharacters:
    light, start, _ = min(found)
    near = text[max(0, start - _NEAR) : start + _NEAR + 1]
    quote = " ".join(_INVISIBLE.sub(lambda char: _written(char[0]), near).split())
    named = map(name_of, dict.fromkeys(char for _, _, char in sorted(found)))
    characters = first_few(named, _NAMED)
    details = {"quote": quote, "count": len(found), "characters": characters}
    line = place.line + text.count("\n", 0, start)
    return HiddenCharacters(
        Problem("invisible-character", place.file, line, **details), not light, place.key
    )


def _written(char: str) -> str:
    return f"〔U+{ord(char):04X}〕"


def name_of(char: str) -> str:
    """Return a character's code point and its Unicode name, if it has one."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


def foreign_letters(address: str) -> list[str]:
    """Return the letters of an address that are neither ASCII nor Chinese."""
    letters = [char for char in address if not char.isascii() and char.isalpha()]
    return [char for char in dict.fromkeys(letters) if not _is_chinese(char)]


def _is_chinese(char: str) -> bool:
    return unicodedata.name(char, "").startswith(("CJK ", "IDEOGRAPHIC "))
