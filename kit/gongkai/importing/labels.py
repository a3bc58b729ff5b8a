"""Normalize labels and headings for comparison: no spaces, numbering or punctuation."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache

# Radicals that PDF text contains instead of characters, and that NFKC does not replace.
_RADICALS = str.maketrans(
    "⺠⺟⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻥⻦⻨⻩⻬⻮⻰⻳⺌⺝⺼",
    "民母西见角贝车长门青页风飞食马骨鱼鸟麦黄齐齿龙龟小月月",
)
# NFKC gives these radicals in their traditional form, which no report of the mainland uses.
_SIMPLIFIED = str.maketrans(
    "戶見貝車長門韋頁風飛馬魚鳥鹵麥黃齊齒龍龜靑", "户见贝车长门韦页风飞马鱼鸟卤麦黄齐齿龙龟青"
)
_SIGNS = re.compile(r"[\W_]+")
# 一、  （一）  (1)  1.  1、  其中：
_NUMBERING = re.compile(
    r"^\s*(?:[（(]\s*[一二三四五六七八九十0-9]{1,3}\s*[）)]|[一二三四五六七八九十]{1,3}\s*[、.．，,]"
    r"|[0-9]{1,2}\s*[、.．，,](?![0-9]))?\s*(?:其中\s*[:：])?"
)
# Pairs of names for the same thing.
_SAME = (("行政规范性文件", "规范性文件"), ("三安全一稳定", "三安全、一稳定"), ("合计", "总计"))
NEAR = 0.6  # labels with a lower likeness are not matched


def without_radicals(text: str) -> str:
    """Return a text with each radical as the character it represents; nothing else is changed."""
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize("NFKC", character).translate(_SIMPLIFIED)
        if "\u2f00" <= character <= "\u2fdf"
        else character
        for character in text.translate(_RADICALS)
    )


@cache
def key(label: str) -> str:
    """Return the comparison key of a label: its letters and digits, NFKC-normalized."""
    text = unicodedata.normalize("NFKC", without_radicals(label))
    text = _SIGNS.sub("", text)
    for long, short in _SAME:
        text = text.replace(long, short)
    return text.lower()


@cache
def bare(label: str) -> str:
    """Return the comparison key of a label without its numbering, which may differ or be lost."""
    text = unicodedata.normalize("NFKC", without_radicals(label))
    return key(_NUMBERING.sub("", text, count=1))


@cache
def likeness(one: str, other: str) -> float:
    """Return the similarity of two keys, from 0 to 1; a prefix or suffix counts as near."""
    if not one or not other:
        return 0.0
    ratio = SequenceMatcher(None, one, other).ratio()
    short, long = sorted((one, other), key=len)
    begins = len(short) >= 2 and (long.startswith(short) or long.endswith(short))
    return max(ratio, NEAR + 0.05) if begins else ratio
