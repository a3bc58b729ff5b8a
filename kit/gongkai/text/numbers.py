"""Figures as people type them: which are read, how they are printed, and which are refused."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_NO_NUMBER = {"": "", "/": "/", "／": "/", "—": "—", "——": "——"}
DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_HALF_WIDTH = DIGITS | str.maketrans("，．", ",.")
_MAX_DIGITS = 15
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_NEGATIVE = re.compile(r"[-−﹣－][0-9.]+")
_NOTHING_BEHIND = re.compile(r"\.0+$")
_SIGNS = {"+": "+", "＋": "+", "-": "-", "−": "-", "－": "-", "﹣": "-"}


def parse_number(text: str, kind: str) -> tuple[Decimal | None, str, str]:
    """Read a figure: return its number, how it is printed, and a problem's id or ''.

    Accepted: 12, １２, 1,234 and, where `kind` is `amount`, 0.5; a blank, `/` and `—` are
    no number. Where `kind` is `signed`, a sign may stand before it and is printed. Everything
    else is refused: no other figure of the forms can be negative.
    """
    text = text.strip()
    if text in _NO_NUMBER:
        return None, _NO_NUMBER[text], ""
    sign, digits = _split_sign(text.translate(_HALF_WIDTH), kind)
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if kind != "amount":
        digits = _NOTHING_BEHIND.sub("", digits)
    problem = _problem(digits, kind)
    if problem:
        return None, text, problem
    number = Decimal(sign + digits)
    return number, digits if kind == "amount" else sign + plain(abs(number)), ""


def _split_sign(text: str, kind: str) -> tuple[str, str]:
    """Split a sign off where there may be one."""
    if kind == "signed" and text[0] in _SIGNS:
        return _SIGNS[text[0]], text[1:]
    return "", text


def _problem(digits: str, kind: str) -> str:
    """Return why digits are no figure of a kind, as a message's id, or ''."""
    if _NEGATIVE.fullmatch(digits):
        return "csv-negative"
    if not _NUMBER.fullmatch(digits):
        return "csv-not-a-number"
    if len(digits) > _MAX_DIGITS:
        return "csv-too-many-digits"
    return "csv-not-whole" if kind != "amount" and "." in digits else ""


def plain(number: Decimal) -> str:
    """Return a number as people write it: no exponent, no trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# A digit somewhere before the first bracket; nothing is looked at twice.
_REMARK = re.compile(r"(?=[^（(0-9０-９]*+[0-9０-９])([^（(]*+)[（(](.+)[）)]")


def without_remark(text: str) -> tuple[str, str]:
    """Split 22（其中修订16件） into the figure and the remark."""
    found = _REMARK.fullmatch(text)
    return (found.group(1).strip(), found.group(2).strip()) if found else (text, "")


def rounded(number: Decimal, places: int) -> Decimal:
    """Return a number with so many decimals; a half goes up, as people round."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
