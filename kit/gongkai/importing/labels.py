"""Labels and headings as they are compared: without spaces, numbering and punctuation."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache

# Radicals that the text of a PDF has in the place of characters, and that NFKC leaves alone.
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
# What bodies call one thing by two names.
_SAME = (("行政规范性文件", "规范性文件"), ("三安全一稳定", "三安全、一稳定"), ("合计", "总计"))
NEAR = 0.6  # labels that have less in common are not taken for one another


def characters(text: str) -> str:
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
    """Return what a label is compared by: letters and digits alone, in their usual width."""
    text = unicodedata.normalize("NFKC", characters(label))
    text = _SIGNS.sub("", text)
    for long, short in _SAME:
        text = text.replace(long, short)
    return text.lower()


@cache
def bare(label: str) -> str:
    """Return what a label is compared by where its number was lost or is another."""
    text = unicodedata.normalize("NFKC", characters(label))
    return key(_NUMBERING.sub("", text, count=1))


@cache
def likeness(one: str, other: str) -> float:
    """Return how much two keys have in common, from 0 to 1; what begins the other is near it."""
    if not one or not other:
        return 0.0
    ratio = SequenceMatcher(None, one, other).ratio()
    short, long = sorted((one, other), key=len)
    begins = len(short) >= 2 and (long.startswith(short) or long.endswith(short))
    return max(ratio, NEAR + 0.05) if begins else ratio
