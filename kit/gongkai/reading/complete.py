"""Decide whether a list names every kind of its whole, so that its parts must add up to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.reading.adding import adds
from gongkai.reading.lists import List
from gongkai.text.numerals import numeral
from gongkai.text.sentences import Counted

_KINDS = ("类", "项", "种", "部分", "个部分")
_REST = re.compile(
    r"(?:^|[,;、:。(])\s?(?:以?及|和)?(?:其他|其它|其余)|的其他信息(?:共计|合计|共)?\s?$"
)
_NAMELY = re.compile(r"\s?[,(]即(?![日时将使便可])")  # all parts are named
_MADE_OF, _MAKE_UP = re.compile(r"[,(]由[^,;。]{2,12}$"), re.compile(r"(?:构成|组成)")
# 省、市两级建议66件（省级4件，市级61件）
_ANNOUNCED = re.compile(r"([两二三四五六])[级类项种]")
_PLACE = re.compile(r"[全我](镇|乡|街道|县|区|市)")
_TOWNSHIPS = ("镇", "乡", "街道")
_LOWEST = {"村级", "社区级", "村居级", "村社级"}
_JOINS_LAST = re.compile(r"\s?[,、]?(?:以及|和|及|与)")
_DONE = re.compile(r"^(?:其中)?(?:已经?|予以)?")
# Pairs that leave no third kind.
_COMPLEMENTS = (("专职", "兼职"), ("线上", "线下"), ("上半年", "下半年"), ("网上", "网下"))
SOME = re.compile(r"其中|包括|包含|含")  # introduces some of the kinds; 分为 or ： all of them
RESTS = ("其他", "其它", "其余")  # begin the name of the remaining kinds
EXAMPLES = re.compile(r"\s*(?:左右)?等")
_BETWEEN = 8  # characters allowed between two names: 建议和政协提案


def names_all(found: List, whole: Counted, parts: Sequence[Counted]) -> bool:
    """Whether a list names every kind of its whole, with parts in the same unit."""
    first, last = found.parts[0], found.parts[-1]
    announced = _ANNOUNCED.search(whole.clause)
    each = any(item.before.rstrip().endswith("各") for item in parts)  # 17个村各1名
    return bool(
        _NAMELY.match(first.before)
        or (_MADE_OF.search(first.before) and _MAKE_UP.match(last.after))
        or any(counts_kinds(it, parts) for it in (found.wholes[-1], first))
        or (not each and announced and numeral(announced[1]) == len(parts))
        or _all_levels(whole, parts)
        or _both_named(whole, parts)
        or _sibling_adds(found, whole.quantity.unit)
    )


def counts_kinds(count: Counted, parts: Sequence[Counted]) -> bool:
    """Whether a number says how many parts there are: 分为四类：就业412条、社保386条、…."""
    number = count.quantity
    return number.spelt and number.unit in _KINDS and number.value == len(parts)


def names_the_rest(parts: Sequence[Counted]) -> bool:
    """Whether the rest is named, so that nothing is missing: 其他3件; 采纳19条，未采纳7条."""
    if len(parts) == 2:
        one, other = (_DONE.sub("", item.name) for item in parts)
        if other in (f"未{one}", f"不{one}", f"未予{one}", f"不予{one}"):
            return True
        if complements(parts):
            return True
    return any(_REST.search(count.before) for count in parts)


def complements(parts: Sequence[Counted]) -> bool:
    """Whether two parts leave no third kind: 专职2人、兼职5人."""
    one, other = (item.clause for item in parts)
    return any(first in one and second in other for first, second in _COMPLEMENTS)


def _all_levels(whole: Counted, parts: Sequence[Counted]) -> bool:
    """Whether the parts are those of every level below a whole: 全镇18个，其中镇级1个、村级16个."""
    place = _PLACE.search(whole.clause)
    levels = {item.clause.strip(" 、和及").removeprefix("其中") for item in parts}
    if place is None or f"{place[1]}级" not in levels or not levels & _LOWEST:
        return False
    return place[1] in _TOWNSHIPS or len(levels) > 2


def _both_named(whole: Counted, parts: Sequence[Counted]) -> bool:
    """Whether a whole names both of its parts: 建议和提案30件，其中建议18件、提案12件."""
    if len(parts) != 2:
        return False
    one, other = (item.name.removeprefix("其中") for item in parts)
    first, second = whole.clause.find(one), whole.clause.rfind(other)
    between = whole.clause[first + len(one) : second]
    named = min(first, second) >= 0 and min(len(one), len(other)) > 1
    joined = not between or any(sign in between for sign in "、和及与")  # 投诉举报: both
    return named and len(between) < _BETWEEN and joined


def all_in_bracket(parts: Sequence[Counted]) -> bool:
    """Whether a bracket names all parts, and joins the last by a word: （预算3条以及决算6条）."""
    first, last = parts[0], parts[-1]
    joined = len(parts) > 1 and first.depth > 0 and _JOINS_LAST.match(last.before) is not None
    return joined and not SOME.search(first.before) and not EXAMPLES.match(last.after)


def _sibling_adds(found: List, unit: str) -> bool:
    """Whether the same list adds up in another unit, so that none of its kinds is missing."""
    for other in {count.quantity.unit for count in found.wholes} - {unit}:
        wholes = [count for count in found.wholes if count.quantity.unit == other]
        parts = [count for count in found.parts if count.quantity.unit == other]
        own = [count for count in found.parts if count.quantity.unit == unit]
        if len(parts) > 1 and len(parts) == len(own) and adds(wholes[-1].quantity, parts):
            return True
    return False
