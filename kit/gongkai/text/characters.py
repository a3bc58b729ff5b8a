"""Signs that cannot be seen, and letters that look like others: found, named, made visible."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import NamedTuple

from gongkai.errors import Problem

# What turns the direction of writing: 346 reads as 643 behind one of them.
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Controls but for tab and line feed, separators, and what Unicode lets every font leave out.
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d"
    "\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# Behind an ideograph a variation selector chooses its shape, as rare names need it.
_SELECTOR = "(?<![\u3400-\u9fff\U00020000-\U000323af])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_UNSEEN = re.compile(f"[{_TURNING}{_HIDDEN}]|{_SELECTOR}")
_TURNS = re.compile(f"[{_TURNING}]")
# A look at a text that has none is to cost nothing: two classes that Python looks up in a table.
_SUSPECT = re.compile(f"[{_TURNING}{_HIDDEN[: _HIDDEN.index(chr(0x1BCA0))]}\ufe00-\ufe0f]")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_RUN = re.compile(f"(?:[{_TURNING}{_HIDDEN}]|{_SELECTOR})+")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NEAR = 12  # so many characters are quoted on each side of a sign
_NAMED = 3  # so many different signs are named


class Unseen(NamedTuple):
    """What of one value cannot be seen; `grave` where a number may read as another for it.

    `key` is the value's key in a YAML file, or its code in a CSV.
    """

    problem: Problem
    grave: bool
    key: tuple[str | int, ...]


class Place(NamedTuple):
    """Where a value stands: its file, the line it begins on, its key."""

    file: str
    line: int
    key: tuple[str | int, ...]


def has_unseen(text: str) -> bool:
    """Whether a text has a sign that cannot be seen."""
    suspect = _SUSPECT.search(text) or _BEYOND.search(text)
    return bool(suspect and _UNSEEN.search(text))


def without_unseen(text: str) -> str:
    """Return a text without any sign that cannot be seen."""
    return _UNSEEN.sub("", text)


def revealed(text: str, place: Place, *, alone: bool = True) -> tuple[str, Unseen | None]:
    """Return a text without signs that cannot be seen, and what was there of them.

    A sign that turns the direction of writing, or stands beside a digit or a brace, is grave:
    its code point is written in its place. All others are left out. Of a text that is `alone`,
    nobody knows what its first and last sign will stand beside.
    """
    found: list[tuple[bool, int, str]] = []
    if not has_unseen(text):
        return text, None

    def shown(run: re.Match[str]) -> str:
        before, behind = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        beside = any(_is_near_a_number(side, alone=alone) for side in (before, behind))
        grave = [beside or bool(_TURNS.match(sign)) for sign in run[0]]
        found.extend((not bad, run.start(), sign) for bad, sign in zip(grave, run[0], strict=True))
        return "".join(_written(sign) for bad, sign in zip(grave, run[0], strict=True) if bad)

    clean = _RUN.sub(shown, text)
    return clean, _unseen(text, found, place) if found else None


def without_entities(text: str) -> str:
    """Return Markdown in which no HTML entity stands for a sign that cannot be seen."""

    def typed(entity: re.Match[str]) -> str:
        sign = unescape(entity[0])
        return sign if has_unseen(sign) else entity[0]

    return _ENTITY.sub(typed, text)


def _is_near_a_number(side: str, *, alone: bool) -> bool:
    return side.isdecimal() or side in ("{", "}") or (alone and not side)


def _unseen(text: str, found: list[tuple[bool, int, str]], place: Place) -> Unseen:
    light, start, _ = min(found)
    near = text[max(0, start - _NEAR) : start + _NEAR + 1]
    quote = " ".join(_UNSEEN.sub(lambda sign: _written(sign[0]), near).split())
    named = [name_of(sign) for sign in dict.fromkeys(sign for _, _, sign in sorted(found))]
    more = ["…"] if len(named) > _NAMED else []
    details = {"quote": quote, "count": len(found), "signs": [*named[:_NAMED], *more]}
    line = place.line + text.count("\n", 0, start)
    return Unseen(Problem("invisible-sign", place.file, line, details), not light, place.key)


def _written(sign: str) -> str:
    return f"〔U+{ord(sign):04X}〕"


def name_of(sign: str) -> str:
    """Return a sign's code point and its name in Unicode, where it has one."""
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".rstrip()


def foreign_letters(address: str) -> list[str]:
    """Return the letters of an address that are neither Latin, as on a keyboard, nor Chinese."""
    letters = [sign for sign in address if not sign.isascii() and sign.isalpha()]
    return [sign for sign in dict.fromkeys(letters) if not _is_chinese(sign)]


def _is_chinese(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith(("CJK ", "IDEOGRAPHIC "))
