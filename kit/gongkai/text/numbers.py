"""Read figures as people type them: which are accepted, how they are printed, which are refused."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from gongkai.text.quantities import half_width

_NO_NUMBER = {"": "", "/": "/", "—": "—", "——": "——", "-": "—", "–": "—", "--": "——", "－": "—"}
NO_NUMBER = frozenset(("", "/", "／", "—", "——"))  # printed unchanged
_ZERO = ("无", "零", "没有")
_MAX_DIGITS = 15
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?: [0-9]{3})+")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_NEGATIVE = re.compile(r"[-−﹣－][0-9.]+")
_NOTHING_BEHIND = re.compile(r"\.0+$")
_SIGNS = {"+": "+", "-": "-", "−": "-", "增加": "+", "增": "+", "减少": "-", "减": "-"}
_UNCHANGED = ("未增未减", "无增减", "无变化", "持平", "不变")
# What spreadsheets or people put around a number so that it is not changed: '3, ="3".
_QUOTED = re.compile(r"'([0-9.,]{1,20})|=\"([0-9.,]{1,20})\"")
_WITH_UNIT = re.compile(
    r"([-+0-9][-+0-9., ]{0,24}?)\s?\(?(?:(?:计量)?单位\s?:?\s?)?([\u4e00-\u9fff]{1,4})\)?"
)
# A number, perhaps with its unit, and a remark in brackets or beginning with 其中. A bracket
# with only the unit is not a remark.
_REMARK = re.compile(r"(?=[^（(0-9０-９]*+[0-9０-９])([^（(]*+)[（(](.+)[）)]")
_AMONG = re.compile(r"([0-9０-９,，.]{1,20})[\s,，;；]{1,3}((?:其中|含|包括).{1,200})")
_UNIT_IS = re.compile(r"^\s*(?:计量)?单位\s?[:：]?\s?")


def parse_number(
    text: str, kind: str, unit: str = "", alike: tuple[str, ...] = ()
) -> tuple[Decimal | None, str, str]:
    """Read a figure: return its number, how it is printed, and a problem's id or ''.

    Accepted: 12, １２, 1,234, 447 228, 无, 零, '3, ="3" and, if `kind` is `amount`, 0.5; a
    blank, `/` and dashes are not numbers. If `kind` is `signed`, a sign, 增 or 减 may come before
    it, and 未增未减 is 0. The cell's own `unit`, or a measure word of `alike`, may come after it;
    元 in a cell of 万元 is converted, and vice versa. Everything else is refused: no
    other figure of the forms can be negative.
    """
    text = half_width(text).strip()
    if text in _NO_NUMBER:
        return None, _NO_NUMBER[text], ""
    typed, power = _without_unit(_unquoted(text), unit, alike)
    sign, digits = _split_sign(typed, kind)
    if digits in _ZERO or (kind == "signed" and digits in _UNCHANGED):
        sign, digits = "", "0"
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "").replace(" ", "")
    if kind != "amount":
        digits = _NOTHING_BEHIND.sub("", digits)
    problem = _problem(digits, kind)
    if problem:
        return None, text, problem
    if power:
        digits = plain(Decimal(digits).scaleb(power))
    number = Decimal(sign + digits)
    return number, digits if kind == "amount" else sign + plain(abs(number)), ""


def _unquoted(text: str) -> str:
    """Return a number without the quoting that keeps a spreadsheet from changing it."""
    found = _QUOTED.fullmatch(text)
    return (found[1] or found[2]) if found else text


def _without_unit(text: str, unit: str, alike: tuple[str, ...]) -> tuple[str, int]:
    """Return a number without its unit, and the power of ten by which to convert it."""
    found = _WITH_UNIT.fullmatch(text)
    if not found:
        return text, 0
    if found[2] in (unit, *alike) and found[2] != "元":
        return found[1].strip(), 0
    money = {"元": 0, "万元": 4}
    if unit in money and found[2] in money:
        return found[1].strip(), money[found[2]] - money[unit]
    return text, 0


def _split_sign(text: str, kind: str) -> tuple[str, str]:
    """Split off a sign if the kind allows one."""
    if kind == "signed":
        for typed, sign in _SIGNS.items():
            if text.startswith(typed) and text != typed:
                return sign, text.removeprefix(typed).strip()
    return "", text


def _problem(digits: str, kind: str) -> str:
    """Return why digits are not a figure of this kind, as a message's id, or ''."""
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


def without_remark(text: str, units: tuple[str, ...] = ()) -> tuple[str, str]:
    """Split 22（其中修订16件） into the figure and the remark; a unit alone is not a remark."""
    found = _REMARK.fullmatch(text) or _AMONG.fullmatch(text)
    if not found or _UNIT_IS.sub("", found.group(2)).strip() in (*units, "元", "万元"):
        return text, ""
    return found.group(1).strip(), found.group(2).strip()


def rounded(number: Decimal, places: int) -> Decimal:
    """Return a number rounded to `places` decimals, halves up, as people round."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def are_exchanged(one: Decimal, other: Decimal) -> bool:
    """Whether two numbers differ only in that two digits beside each other are exchanged."""
    if one == other or abs(one - other) % 9:
        return False  # exchanging two digits changes a number by a multiple of nine
    first, second = plain(one), plain(other)
    pairs = enumerate(zip(first, second, strict=False))
    places = [place for place, (a, b) in pairs if a != b]
    adjacent = len(places) == 2 and places[1] - places[0] == 1
    return adjacent and sorted(first) == sorted(second)
