"""Find the number that a later one states again: 上述5场新闻发布会, 该公众号, 召开的5场发布会.

Or probably states again, with two digits exchanged: 23640条 … 23460条.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from gongkai.reading.lists import opened
from gongkai.reading.mentions import Mention
from gongkai.text.numbers import are_exchanged, plain
from gongkai.text.sentences import Counted

NEAR = 12  # numbers before one among which to look for the one that it states again
_MARKS = re.compile(r"[“”\"‘’\s]")
_ADVERBS = re.compile("全年|年内|各类|累计|总计|总共|一共|共计|共|已")
_HELD = re.compile("(?:组织|举办|召开|举行|开展){1,2}")
_NOUN = re.compile(
    r"《[^《》]{2,30}》"
    r"|[\u4e00-\u9fff]{2,14}?(?=[均都全已共由在经中的也将被所内累]|结束后|$)"
)
_POINTS = re.compile(r"(?:上述|以上|前述|该)$")  # 上述5场新闻发布会
# 这5场, 召开的5场, 在召开5场发布会的基础上: all, or some
_PERHAPS_SOME = re.compile(
    r"这$|通过$|通过(?P<done>[^,;:。0-9的]{2,4})$|(?:[^,;:。0-9]{0,16}[对在把将])?(?P<act>[^,;:。0-9]{2,12})的$"
)
_EVERYWHERE = re.compile(
    "(?:[我本]?[市县区局委]|全[市县区省州镇乡局]|全系统|(?:目录|清单)(?:所列|中列出|收录))?的?"
)
_PLACE = re.compile("[中内里]$")  # 对目录中的36项公开事项
# 20个政务公开专区均配备查询终端; 38场宣讲活动共发放资料; 21场宣讲结束后均收集意见
_EACH = re.compile("均|都|皆|全部|共|累计|结束后")
_AMONG = re.compile("[中里],?")  # 在162篇解读材料中
_OF_THE_PLACE = re.compile(r"(?:全[省市县区州镇乡]|全街道|下?辖|共有)$")  # 全乡14个行政村
_SAME_NOUN = 3  # characters with which two nouns begin, or end
_NAMED_BEHIND = 10  # characters behind a number that name what it counts
_NO_THING = re.compile("公开|发布|推送|信息|申请|收到|受理|办结|答复|提出|维持|纠正|其他")
_ON_THIS_BASIS = re.compile("[^,;。]{2,16}的基础上")
_THAT = re.compile(r"(?:^|,)(?:该|上述|这个|这一)(?P<words>[^,;:。0-9]{6,40})$")  # 该公众号推送信息
_VERB = 2  # characters
_ENOUGH = 4  # characters of a noun that tell it from others
# How much of a number one that refers to it has at least, unless it has the same digits: it may be
# all of them, most likely is, or can only be wrong if there are more of them.
_ALL, _MOST, _MORE = Decimal(0), Decimal("0.6"), Decimal(1)


# Of numbers with exchanged digits: 23640条 … 23460条.
_LEAST = 20  # smaller numbers are not compared: two of them often have each other's digits
_LARGE = 100  # from here on, similar words are enough
_IN_ALL = re.compile(r"全年|本年|共|累计")
_ACCOUNT = re.compile("“[^“”]{2,20}”(?:微信|微博|政务|公众|视频|抖音)")
_KIND = re.compile("原创|转发|转载|编发|视频|图文|推文")  # of one account, each has its number
_SAME_WORDS = 6  # characters of a clause that says what it counts
_SHORT_NOUN = 2
_LEADS = re.compile("^$|[对将](?:全[省市县区州镇乡])?$")  # 对全市164个账号开展检查
_OF_ANY_KIND = re.compile(r"(?:公开|发布|推送|主动|政府|政务|各类|信息|申请|收到|受理|办结|答复)+")


class _Reference(NamedTuple):
    """Words that refer to a number before: what was counted, and what was done with it."""

    noun: str
    act: str = ""
    ends: bool = False  # whether the clause of the number before ends with all these words
    least: Decimal = _ALL
    inside: bool = False  # whether the clause of the number before may have the noun anywhere

    @property
    def acts(self) -> tuple[str, ...]:
        """What was done, also without 在, 对 or 通过 before it."""
        return (self.act, *filter(None, (self.act[1:], self.act[2:]))) if self.act else ("",)

    def fits(self, count: Counted) -> bool:
        """Whether a number may be the one referred to."""
        clause, after = bare(count.clause), bare(count.following)
        if self.ends:
            return clause.endswith(self.noun)
        lengths = range(min(_ENOUGH, len(self.noun)), len(self.noun) + 1)
        named = (
            any(clause.endswith(self.noun[:length]) for length in lengths)
            or after.startswith(self.noun[:_ENOUGH])
            or ((self.least == _ALL or self.inside) and self.noun in clause)
            or (self.least == _MORE and self.noun in after[:_NAMED_BEHIND])
        )
        return named and any(act in f"{clause},{after}" for act in self.acts)


def named_again(mention: Mention, earlier: list[Mention]) -> Mention | None:
    """Return the number that another one states again, or None if it is not certain which."""
    if mention.change or mention.measures or mention.other_year or mention.part_of_year:
        return None
    alike = [
        item
        for item in earlier
        if item.part == mention.part and item.quantity.unit == mention.quantity.unit
        if not (item.change or item.other_year or item.part_of_year)
    ]
    reference = _reference(mention.counted) if alike else None
    if reference is None:
        again = (
            item for item in alike if _are_more_than_all(mention, item) or _goes_on(mention, item)
        )
        return next(again, None)
    found = [item for item in alike if reference.fits(item.counted)]
    return found[0] if len(found) == 1 and _is_slip(mention, found[0], reference.least) else None


def _goes_on(mention: Mention, first: Mention) -> bool:
    """Whether a clause begins with more of the same things: 培训班3期，…，4期培训班实现全覆盖."""
    before, named = bare(first.counted.clause), bare(first.counted.following)[:_NAMED_BEHIND]
    noun = bare(mention.counted.following)[:_SAME_NOUN]
    if bare(mention.counted.clause) or not before or mention.quantity.low <= first.quantity.high:
        return False
    same = len(noun) == _SAME_NOUN and not _NO_THING.search(noun)
    return same and (noun in before[-_ENOUGH:] or noun in named)


def _are_more_than_all(mention: Mention, first: Mention) -> bool:
    """Whether there are more than all of a place: 全乡14个行政村 … 每季度检查16个行政村."""
    noun, again = (bare(item.counted.following)[:_SAME_NOUN] for item in (first, mention))
    noun = noun.rstrip(",、;")
    of_all = _OF_THE_PLACE.search(bare(first.counted.clause)) is not None
    same = again.startswith(noun) and len(noun) >= _SHORT_NOUN
    return of_all and same and mention.quantity.low > first.quantity.high


def _reference(count: Counted) -> _Reference | None:
    """Return the words of a number that refer to one before it, or None."""
    clause, found = bare(count.clause), _NOUN.match(_MARKS.sub("", count.following))
    that = _THAT.search(count.clause.strip())
    if that:
        return _Reference(bare(that["words"]), ends=True)
    if not found:
        return None
    if _POINTS.search(clause):
        return _Reference(found[0])
    noun, after = found[0], _MARKS.sub("", count.following)
    if _EVERYWHERE.fullmatch(clause) and _EACH.match(after, found.end()):
        return _Reference(noun, least=_MORE if len(noun) < _ENOUGH else _MOST)
    if clause.endswith("在") and _AMONG.match(after, found.end()):
        return _Reference(noun, least=_MORE)
    basis = _ON_THIS_BASIS.match(count.following)
    some = _PERHAPS_SOME.search(f"{clause[-_VERB:]}的" if basis else clause)
    act = (some["act"] or some["done"] or "") if some else ""
    act = "" if _PLACE.search(act) else act
    inside = clause.endswith("这") and len(noun) >= _SAME_NOUN
    return _Reference(noun, act, least=_MOST, inside=inside) if some else None


def bare(words: str) -> str:
    """Return words without quotation marks and words for the whole year, synonyms as one."""
    return _HELD.sub("开展", _ADVERBS.sub("", _MARKS.sub("", words.strip())))


def _is_slip(mention: Mention, first: Mention, least: Decimal) -> bool:
    """Whether a number is likely another one mistyped: of its digits, or at least a part of it."""
    one, other = (plain(item.quantity.value) for item in (mention, first))
    return mention.quantity.value >= first.quantity.value * least or sorted(one) == sorted(other)


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
    if first.sentence is second.sentence or opened(second.counted):
        return False  # 乙镇办理来信90件。其中工单68件: of another whole
    is_large = second.quantity.value >= _LARGE
    accounts = {*_ACCOUNT.findall(first.counted.clause)}
    one_kind = _KIND.findall(first.counted.clause) == _KIND.findall(second.counted.clause)
    if is_large and one_kind and accounts & {*_ACCOUNT.findall(second.counted.clause)}:
        return True  # “三农”公众号推送信息428条 … “三农”公众号发布信息482条
    if not (first.comparable and second.comparable):
        return False
    before, own = bare(first.counted.clause), bare(second.counted.clause).strip("、和及与")
    common = own[len(own) - _common_end(before, own) :]
    is_certain = is_large or _IN_ALL.search(second.counted.clause)
    if is_certain and len(common) > _SAME_NOUN and not _OF_ANY_KIND.fullmatch(common):
        return True
    return _LEADS.search(own) is not None and _names_behind(before, bare(second.counted.following))


def _names_behind(before: str, after: str) -> bool:
    """Whether what follows a number names what precedes another one: 公示牌126块 … 162块公示牌."""
    nouns = (before[-_SAME_NOUN:], before[-_SHORT_NOUN:])
    near = (after[:_NAMED_BEHIND], after[:_SHORT_NOUN])  # 来信1126件 … 1162件来信的平均时长
    return any(
        noun in words and len(noun) >= _SHORT_NOUN and not _OF_ANY_KIND.search(noun)
        for noun, words in zip(nouns, near, strict=True)
    )


def _common_end(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their ends."""
    pairs = enumerate(zip(reversed(one), reversed(other), strict=False))
    return next((n for n, (left, right) in pairs if left != right), min(len(one), len(other)))
