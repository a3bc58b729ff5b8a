"""Find an earlier number of the same thing with two digits exchanged: 23640条 … 23460条."""

from __future__ import annotations

import re

from gongkai.checks.named_again import bare
from gongkai.reading.lists import opened
from gongkai.reading.mentions import Mention
from gongkai.text.numbers import are_exchanged

_LEAST = 20  # smaller numbers are not compared: two of them often have each other's digits
_LARGE = 100  # from here on, similar words are enough
_IN_ALL = re.compile(r"全年|本年|共|累计")
_ACCOUNT = re.compile("“[^“”]{2,20}”(?:微信|微博|政务|公众|视频|抖音)")
_KIND = re.compile("原创|转发|转载|编发|视频|图文|推文")  # of one account, each has its number
_SAME_WORDS = 6  # characters of a clause that says what it counts
_NOUN_END = 3  # characters at the end of a noun that tell it from others
_SHORT_NOUN = 2
_NEAR_NOUN = 8  # characters behind a number in which its noun is named
_OF_ANY_KIND = re.compile(r"(?:公开|发布|推送|主动|政府|政务|各类|信息|申请|收到|受理|办结|答复)+")


def same_with_exchanged_digits(mention: Mention, earlier: list[Mention]) -> Mention | None:
    """Return the first of some earlier numbers that is probably the same, mistyped; or None."""
    own = mention.quantity
    if own.value < _LEAST or mention.change or mention.measures:
        return None
    alike = (
        item
        for item in earlier
        if item.part == mention.part and item.quantity.unit == own.unit and not item.change
        if are_exchanged(item.quantity.value, own.value)
    )
    same = (it for it in alike if _in_the_same_words(it, mention) or _names_the_same(it, mention))
    return next(same, None)


def _in_the_same_words(first: Mention, second: Mention) -> bool:
    """Whether the clause of a large number ends in the whole clause of another one."""
    words = bare(second.counted.clause)
    enough = len(words) >= _SAME_WORDS and second.quantity.value >= _LARGE
    return enough and bare(first.counted.clause).endswith(words)


def _names_the_same(first: Mention, second: Mention) -> bool:
    """Whether numbers of two sentences have a noun in common: 规划公示牌126块 … 162块现场公示牌."""
    if first.sentence is second.sentence or not (first.comparable and second.comparable):
        return False
    if opened(second.counted):  # 乙镇办理来信90件。其中工单68件: of another whole
        return False
    is_large = second.quantity.value >= _LARGE
    accounts = {*_ACCOUNT.findall(first.counted.clause)}
    one_kind = _KIND.findall(first.counted.clause) == _KIND.findall(second.counted.clause)
    if is_large and one_kind and accounts & {*_ACCOUNT.findall(second.counted.clause)}:
        return True  # “三农”公众号推送信息428条 … “三农”公众号发布信息482条
    before, own = bare(first.counted.clause), bare(second.counted.clause).strip("、和及与")
    common = own[len(own) - _common_end(before, own) :]
    is_certain = is_large or _IN_ALL.search(second.counted.clause)
    if is_certain and len(common) > _NOUN_END and not _OF_ANY_KIND.fullmatch(common):
        return True
    leads = not own or own.endswith(("对", "将"))
    return leads and _names_behind(before, bare(second.counted.following))


def _names_behind(before: str, after: str) -> bool:
    """Whether what follows a number names what precedes another one: 公示牌126块 … 162块公示牌."""
    nouns = (before[-_NOUN_END:], before[-_SHORT_NOUN:])
    near = (after[:_NEAR_NOUN], after[:_SHORT_NOUN])  # 来信1126件 … 1162件来信的平均时长
    return any(
        noun in words and len(noun) >= _SHORT_NOUN and not _OF_ANY_KIND.search(noun)
        for noun, words in zip(nouns, near, strict=True)
    )


def _common_end(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their ends."""
    pairs = enumerate(zip(reversed(one), reversed(other), strict=False))
    return next((n for n, (left, right) in pairs if left != right), min(len(one), len(other)))
