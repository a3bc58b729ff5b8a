"""Read Chinese numerals: 三千五百 is 3500, 二〇二四 is 2024."""

from __future__ import annotations

from decimal import Decimal

SPELT = "零〇○一二两三四五六七八九十百千万亿"
VALUES = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}
TENS = {"十": 10, "百": 100, "千": 1000}


def numeral(text: str) -> Decimal | None:
    """Return the value of a Chinese numeral: 三千五百 is 3500; None if invalid, such as 百."""
    if all(sign in VALUES for sign in text):
        digits = "".join(str(VALUES[sign]) for sign in text)
        return Decimal(digits) if len(digits) == 1 else None
    if text[0] in "百千万亿":
        return None
    total, section, digit = 0, 0, 0
    for sign in text:
        if sign in VALUES:
            digit = VALUES[sign]
        elif sign in TENS:
            section += (digit or 1) * TENS[sign]
            digit = 0
        else:
            total = (total + section + digit) * (10_000 if sign == "万" else 100_000_000)
            section, digit = 0, 0
    return Decimal(total + section + digit)


def in_digits(text: str) -> str:
    """Return a text with each Chinese numeral below ten as a digit: 二〇二四 is 2024."""
    return "".join(str(VALUES.get(char, char)) for char in text)
