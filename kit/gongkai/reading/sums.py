"""Find lists whose parts do not add up to their whole.

A list is said to be wrong only where every reading that a careful reader could choose is wrong:
another whole named before, a list inside a list that ends sooner or later, one partition after
another, 件 among 条, kinds that are named only as examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate

from gongkai.reading.adding import MOST, Reason, Sum, adds, beginnings_add, just_over, summed
from gongkai.reading.channels import channel, channel_named
from gongkai.reading.complete import (
    EXAMPLES,
    RESTS,
    SOME,
    all_in_bracket,
    counts_kinds,
    names_all,
    names_the_rest,
)
from gongkai.reading.lists import NO_PART, List, closed, ends, lists, nests, opened, stop
from gongkai.reading.totals import unopened
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, without_groups

_ACTS = re.compile(
    r"答复|办结|结转|受理|收到|回复|举办|召开|开展|组织|印发|制发|处理|完成|接待|接受|修订|废止"
)
MOST_INNER = 3  # lists inside a list; with more of them there are too many readings
MOST_READINGS = 10_000  # of a list whose inner lists may end at any item; more cannot be tried
_AMONG = re.compile(r"[^,;:。()]{0,12}[中里],(?!其中)")
# Those that are done early, in time and late are all that are done.
_BY_TIME = re.compile(r"(?:提前|按期|按时|如期|延期|延后|逾期|超期)后?(办结|答复|办理|完成)")
_ALL_KINDS = 6
_MANY = 4  # parts of a list
_LARGE = Decimal(100)  # a whole of which a part may be forgotten
_SLIPS = (10, 100, 1000)
_FORGOTTEN = Decimal(2)  # what a forgotten part of a large whole has at the most
_STATEMENT = re.compile(r"\s?(?:通过|利用|依托|在|全年|累计|共)")
_INFORMATION = {"条", "篇", "则"}
_ATTENDS = re.compile(r"出席|参加|列席")
_DISPUTE = re.compile("(?:发生|引发|提起|被申请|涉及)[^,;。]{0,8}(?:复议|诉讼)")
_NEARLY = Decimal("0.02")  # of the whole
_FAR_MORE = 2  # times the whole; what was mistyped is seldom as far
_THROUGH = re.compile(r"(?:通过|利用|依托|借助|在)[^,;:。]{0,30}(?:公开|发布|推送|播|刊|更新)")
_PUBLISHED = re.compile("[^,;:。]{0,6}(?:公开|发布|推送|张贴)")
_ANEW = re.compile(r"\s?(?:全年|本年|年内|同时|此外|另外)")
_PUBLISHES = re.compile(r"\s?(?:已|共|均|主动)?(?:公开|发布|公布|采纳|参加|满意|回访)")
# 71件中八成由自然人提出，企业提出11件
_IS_SHARE = re.compile(
    r"(?:[一二三四五六七八九]成|[0-9]%|过半|半数)[^,;:。]{0,6}(?:由|是|为|来自|属)"
)
_OF_THOSE = re.compile(r"(?:已|上述|该|这)[^,;:。]{0,8}的$")  # 已办理的3件均属…: of those named
# What is so of some of them, behind their number.
_IS_SO = re.compile(
    r"\s?(?:已|均|全部)?(?:配备|提供|设置|设有|邀请|采用|采取|配发|涉及|开设|接入|在|通过|为|是|支持|具备|安排|建有)"
)
_DOCUMENTS = re.compile("(?:行政)?规范性文件|政策文件|文件")


def wrong_sums(text: str) -> Iterator[Sum]:
    """Yield the lists of a text as typed that add up in no reading."""
    seen: set[int] = set()
    for item in unopened(text):
        if item.whole.quantity.start not in seen:
            seen.add(item.whole.quantity.start)
            yield item
    for found in lists(text):
        units = (count.quantity.unit for count in found.wholes)
        for unit in dict.fromkeys(filter(None, units)):  # a number without a unit is part of a name
            for wrong in _wrong_in(found, unit):
                over = just_over(wrong.whole.quantity, summed(wrong.parts))
                # 50件申请中，答复48件，补正30件: what became of them, not their kinds
                loose = _AMONG.match(found.parts[0].before) and not _is_of_kinds(wrong)
                if (over or not loose) and wrong.whole.quantity.start not in seen:
                    seen.add(wrong.whole.quantity.start)
                    yield wrong


def _wrong_in(found: List, unit: str) -> Iterator[Sum]:
    """Yield the wrong sums of a list in one unit: an inner one first, then the list without it."""
    wrong = _judged(found, unit) or _in_twin_words(found, unit)
    while wrong is not None:
        yield wrong
        inner = {item.quantity.start for item in wrong.parts}
        rest = tuple(item for item in found.parts if item.quantity.start not in inner)
        if not rest or any(it.quantity.start == wrong.whole.quantity.start for it in found.wholes):
            return
        found = found._replace(parts=rest)
        wrong = _judged(found, unit)


def _in_twin_words(found: List, unit: str) -> Sum | None:
    """Return the sum if the parts exceed a whole counted in a synonym of their measure word.

    公开120条，其中网站72篇、公众号63篇. If only some have another measure word, all are channels.
    """
    whole = found.wholes[-1]
    units = {item.quantity.unit for item in found.parts}
    if whole.quantity.unit != unit or len(found.parts) < _MANY - 1:
        return None
    alike = found.parts[0].quantity.like(whole.quantity) and unit in _INFORMATION
    if not alike or not units <= _INFORMATION or units == {unit}:
        return None
    if len(units) > 1 and not all(channel().search(item.clause) for item in found.parts):
        return None
    parts = [it._replace(quantity=it.quantity._replace(unit=unit)) for it in found.parts]
    wrong = _judged(found._replace(parts=tuple(parts)), unit)
    return wrong if wrong and wrong.reason == "more" else None


def _is_of_kinds(wrong: Sum) -> bool:
    """Whether the parts are kinds of the whole, which cases may not have in common.

    There are many, which exceed it by too little to be a second partition of it; or the last is
    the rest (其余57件以电子方式送达); or they say when what the whole counts was done: 53件中，
    提前办结20件，按期30件.
    """
    parts = wrong.parts
    if parts[-1].name.startswith("其余"):
        return True
    acts = any(_ACTS.search(item.clause) for item in parts)
    if len(parts) > 3 and not acts and wrong.total < wrong.whole.quantity.value * 3 / 2:
        return True
    in_time = [_BY_TIME.search(item.clause) for item in parts]
    return all(item and item[1] in wrong.whole.before for item in in_time)


def _judged(found: List, unit: str) -> Sum | None:
    """Return the wrong sum of a list in one unit, or None if some reading of it adds up."""
    wholes = [count for count in found.wholes if count.quantity.unit == unit]
    wholes = [count for count in wholes if count.quantity.high] or wholes  # 0条 has no kinds
    nearest = wholes[-1]
    parts = _of_one_way(_of_one_kind(_without_others(found.parts)))
    parts = _without_disputes(_of_statement(parts, nearest.quantity), nearest)
    own = [count for count in parts if count.quantity.unit == unit]
    parts = [count for count in parts if not counts_kinds(count, own)]
    if not own or len(parts) > MOST or sum(map(nests, own[1:])) > MOST_INNER:
        return None
    if len(parts) ** sum(map(nests, parts[1:])) > MOST_READINGS:
        return None
    if any(_adds_in_any_unit(nearest.quantity, items) for items in (parts, found.parts)):
        return None
    complete = names_all(found, nearest, own)
    together = [summed(wholes[-number:]) for number in (2, 3) if len(wholes) >= number]
    # 建议22件、提案13件，其中主办21件、会办14件，重点督办6件: the first ones may be all
    firsts = [own[:end] for end in range(2, len(own) + 1)] or [own]
    if any(adds(whole, items) for whole in together for items in firsts):
        return None
    some = SOME.search(without_groups(found.parts[0].before)) is not None
    for whole in wholes:
        strict = found.adjacent and whole is not nearest
        reader = _Reader(whole.quantity, complete=complete, some=some)
        if reader.natural(tuple(parts), exactly=strict):
            return None
    wrong = _wrong(nearest, own, complete=complete)
    return None if any(doubts(found, wrong) for doubts in _DOUBTS) else wrong


def _is_unknown(_: List, wrong: Sum) -> bool:
    """Whether a part is not stated as one number: 内部事务信息和行政执法案卷各1件."""
    of_each = any(item.clause.rstrip().endswith("各") for item in wrong.parts)
    return wrong.reason != "more" and bool(of_each or _IS_SHARE.search(wrong.parts[0].before))


def _is_mixed(found: List, wrong: Sum) -> bool:
    """Whether other things are counted between the parts: 动态24条、文件16份、公告8条.

    In published reports such lists were read wrongly five times out of six. Two lists that go
    together, each with its whole, are read: 3件收取500元，其中甲局1件120元；乙镇2件280元.
    """
    first, last = wrong.parts[0].quantity.start, wrong.parts[-1].quantity.start
    between = (item.quantity for item in found.parts if first < item.quantity.start < last)
    units = {"", *(item.quantity.unit for item in found.wholes)}
    return any(item.unit not in units for item in between)


def _is_elsewhere(_: List, wrong: Sum) -> bool:
    """Whether the only part is a separate statement: 公开31条；办件35件，其中甲7件；答复5896条."""
    first = wrong.parts[0]
    return len(wrong.parts) == 1 and ";" in first.before and not opened(first)


def _may_meet(_: List, wrong: Sum) -> bool:
    """Whether parts may have cases in common: 发布会12场，其中局长出席9场、专家出席11场."""
    least = min(item.quantity.value for item in (wrong.whole, *wrong.parts))
    fits = max(item.quantity.value for item in wrong.parts) <= wrong.whole.quantity.value
    return fits and least > 0 and all(_ATTENDS.search(item.clause) for item in wrong.parts)


def _may_overlap(_: List, wrong: Sum) -> bool:
    """Whether parts may have cases in common, as they say what is so of each.

    查阅点18处，其中12处配备电脑，9处提供打印; 3件文件，其中文字解读3件、视频解读2件.
    """
    of_each = all(_IS_SO.match(item.following) for item in wrong.parts)
    documents = _DOCUMENTS.match(wrong.whole.following) or _DOCUMENTS.search(wrong.whole.clause)
    explained = documents and all("解读" in item.clause for item in wrong.parts)
    return wrong.reason == "more" and bool(of_each or explained)


def _is_of_both(found: List, wrong: Sum) -> bool:
    """Whether parts may be of two wholes together: 建议22件、提案13件，其中主办21件，督办6件."""
    joined = wrong.whole.before.strip().startswith(("、", "和", "及"))
    wholes = [item for item in found.wholes if item.quantity.unit == wrong.whole.quantity.unit]
    return joined and wrong.reason == "more" and wrong.total <= summed(wholes[-2:]).high


def _was_attended(_: List, wrong: Sum) -> bool:
    """Whether the first parts add up, and the last says who came.

    发布会7场，其中部门主办5场、联合主办2场，主要负责人出席3场.
    """
    firsts = (wrong.parts[:end] for end in range(2, len(wrong.parts)))
    attended = _ATTENDS.search(wrong.parts[-1].clause)
    return bool(attended) and any(adds(wrong.whole.quantity, items) for items in firsts)


def _is_open(_: List, wrong: Sum) -> bool:
    """Whether what is left is said without its number: 1月4件、6月7件，其余月份均在3件以下."""
    return wrong.reason != "more" and any(not item.quantity.exact for item in wrong.parts)


def _are_more(_: List, wrong: Sum) -> bool:
    """Whether a list with 其他 in its middle ends with 等, so that it names only some kinds."""
    last = wrong.parts[-1]
    closes = last.name.startswith(RESTS)
    return wrong.reason != "more" and not closes and EXAMPLES.match(last.after) is not None


def _without_others(parts: Sequence[Counted]) -> list[Counted]:
    """Return the items that may be parts; the semicolon of a dropped item moves to the next."""
    kept: list[Counted] = []
    ended = False
    for item in parts:
        ended = ended or ";" in item.before
        if NO_PART.search(item.clause):
            continue
        lost = ended and ";" not in item.before
        kept.append(item._replace(before=";" + item.before) if lost else item)
        ended = False
    return kept


def _of_one_kind(parts: list[Counted]) -> list[Counted]:
    """Return items without 原创 if the others are another classification: it cuts across them."""
    own = [item for item in parts if "原创" in item.clause]
    mixed = 0 < len(own) < len(parts)
    mixed = mixed and not any("转" in item.clause for item in parts[: stop(parts) or None])
    return [item for item in parts if "原创" not in item.clause] if mixed else parts


def _of_one_way(parts: list[Counted]) -> list[Counted]:
    """Drop the items from the first one published through another channel on.

    网站发布40条，其中动态25条、公告15条，公示栏公开12条. Of applications it may be an outcome:
    已通过网站公开1件.
    """
    ways = (
        n
        for n, item in enumerate(parts)
        if n and item.quantity.unit != "件" and _is_of_another_way(item.clause)
    )
    place = next(ways, len(parts))
    named = any(channel().search(item.clause) for item in parts[:place])
    return parts if named else parts[:place]


def _is_of_another_way(clause: str) -> bool:
    """Whether a clause says through which channel something was published."""
    channels = channel_named().finditer(clause)
    return bool(_THROUGH.search(clause)) or any(
        _PUBLISHED.match(clause, found.end()) for found in channels
    )


def _of_statement(parts: list[Counted], whole: Quantity) -> list[Counted]:
    """Return parts up to a semicolon after which one is far more than the whole.

    财政收入31亿元，其中预算收入21亿元；农业产值4亿元；工业产值351亿元.
    """
    end = stop(parts)
    far = any(item.quantity.low > _FAR_MORE * whole.high for item in parts[end:])
    return parts[:end] if end and far else parts


def _without_disputes(parts: list[Counted], whole: Counted) -> list[Counted]:
    """Return parts up to a case of another kind: 其中网络5件、信函5件，发生行政复议1件."""
    if _DISPUTE.search(whole.clause) or _DISPUTE.search(parts[0].clause if parts else ""):
        return parts
    ends = (place for place, item in enumerate(parts) if _DISPUTE.search(item.clause))
    return parts[: next(ends, len(parts))]


def _names_a_part_again(found: List, wrong: Sum) -> bool:
    """Whether a list repeats an earlier item, followed by that item's own parts.

    县网站469条，…。其中县网站469条，…: the first item is the sum of the others.
    """
    first, *rest = (item.quantity for item in wrong.parts)
    before = (item.quantity for item in (*found.wholes, *found.parts))
    again = any(it.value == first.value and it.start < first.start for it in before)
    return again and len(rest) > 1 and first.value == sum(item.value for item in rest)


# Why a list that does not add up need not be wrong.
_DOUBTS = (
    _is_elsewhere, _are_more, _may_meet, _is_mixed, _names_a_part_again, _is_unknown,
    _may_overlap,
    _is_of_both,
    _was_attended,
    _is_open,
)  # fmt: skip


def _adds_in_any_unit(whole: Quantity, parts: Sequence[Counted]) -> bool:
    """Whether all items come to the whole, whatever they are called or counted in.

    共2698条，其中动态1201条、调查16期、其他1481条; 169条，其中原创60条、转发49条、其他60条.
    """
    counts = (item.quantity for item in parts if item.quantity.kind == "count")
    return sum(item.value for item in counts) == whole.value


class _Reader:
    """Looks for a natural reading of items after a whole."""

    def __init__(self, whole: Quantity, *, complete: bool, some: bool = True) -> None:
        self.whole = whole
        self.complete = complete
        # The shortfall up to which a sum is still meant to equal the whole.
        self.little = max(Decimal(1), whole.value // (100 if some else 20))

    def natural(self, parts: tuple[Counted, ...], *, exactly: bool = False) -> bool:
        """Whether some reading of the items is right; `exactly` means that they must add up."""
        inner = next((n for n in range(1, len(parts)) if nests(parts[n])), None)
        if inner is None:
            return self._flat(parts, exactly=exactly)
        return self._again(parts, inner) or any(
            self.inner(parts, inner, end)
            and self.natural((*parts[:inner], *closed(parts[end:])), exactly=exactly)
            for end in ends(parts, inner)
        )

    def _again(self, parts: tuple[Counted, ...], inner: int) -> bool:
        """Whether an inner list is in fact a second list of the whole.

        答复13件，包括上年结转2件。其中，予以公开6件…: a sentence of its own need not name all.
        """
        rest = closed(parts[inner:])
        ended = parts[inner].before.startswith("。")
        return self._flat(parts[:inner], exactly=False) and (
            self.natural(rest) if ended else adds(self.whole, rest)
        )

    def inner(self, parts: tuple[Counted, ...], first: int, end: int) -> bool:
        """Whether the items from `first` to `end` can be a list of the item before them."""
        own = parts[first:end]
        return _Reader(parts[first - 1].quantity, complete=False).natural(closed(own))

    def _flat(self, parts: tuple[Counted, ...], *, exactly: bool) -> bool:
        own = [item for item in parts if item.quantity.unit in (self.whole.unit, "")]
        if adds(self.whole, parts) or adds(self.whole, _outermost(parts)):
            return True
        if not own:
            return not exactly
        if not exactly and self._open(own):
            return True
        return self._parted(parts)

    def _open(self, own: list[Counted]) -> bool:
        """Whether the items can be some kinds of many, named as examples."""
        total = summed(own)
        # Of a tenth of a whole or less, 其他 among the first kinds is the rest of these alone.
        last = own[-2:] if total.high * 10 <= self.whole.low else own
        if total.low > self.whole.high or self.complete or names_the_rest(last):
            return False
        short = self.whole.value - total.value
        if all_in_bracket(own) and short <= max(Decimal(1), self.whole.value / 10):
            return False
        if EXAMPLES.match(own[-1].after):
            return True
        if (
            short in _SLIPS
            and len(own) >= _MANY - 1
            and min(it.quantity.value for it in own) > short
        ):
            return False  # 9460条，其中网站5218条、公众号2934条、微博1208条: a digit was mistyped
        if len(own) < _MANY - 1:  # two kinds of many, of which a third would be one or two
            return self.whole.value < _LARGE or short > _FORGOTTEN
        return short > self._slip(own)

    def _slip(self, own: list[Counted]) -> Decimal:
        """Return the shortfall up to which a sum is still meant to equal the whole.

        With many kinds, a remainder of two is below the smallest worth naming; with six or more
        that nearly add up, the remainder would have been named.
        """
        nearly = self.whole.value * 3 / 100
        if len(own) >= _ALL_KINDS and self.whole.value >= _LARGE:
            return max(self.little, _FORGOTTEN, nearly)
        many = len(own) >= _MANY and self.whole.value >= _LARGE
        least = min(count.quantity.value for count in own)
        return max(self.little, _FORGOTTEN) if many and least > _FORGOTTEN else self.little

    def _parted(self, parts: tuple[Counted, ...]) -> bool:
        """Whether the items are one partition up to some place, and something else after it."""
        wrong: set[tuple[int, int]] = set()
        adds = dict(enumerate(beginnings_add(self.whole, parts[:-1]), 1))
        if any(adds[n] and self._apart(parts[:n], parts[n:], wrong) for n in adds):
            return True
        return any(
            n in adds and not adds[n] and self._stops(parts, n) and self._open(list(parts[:n]))
            for n in (len(parts) - 1, stop(parts))
        )

    def _stops(self, parts: tuple[Counted, ...], place: int) -> bool:
        """Whether the items from an index on need not be kinds of the whole."""
        rest = parts[place:]
        if len(rest) == 1 and (adds(self.whole, rest) or (place == 1 and ";" in rest[0].before)):
            return True
        if place != stop(parts) or self._is_whole_list(parts, rest):
            return False
        return place > 1 or _is_statement(parts[0], rest)

    def _is_whole_list(self, parts: tuple[Counted, ...], rest: tuple[Counted, ...]) -> bool:
        """Whether items after a semicolon end a list with the rest, which nearly adds up."""
        near = abs(summed(parts).value - self.whole.value) <= self.whole.value * _NEARLY
        return near and rest[-1].name.startswith(RESTS)

    def _apart(
        self,
        first: tuple[Counted, ...],
        rest: tuple[Counted, ...],
        wrong: set[tuple[int, int]],
    ) -> bool:
        """Whether the items after a partition form another partition or a separate statement.

        `wrong` memoises the failures by the lengths of both: `rest` always ends with the list, so
        the two lengths identify the items, and no pair is examined twice.
        """
        lengths = len(first), len(rest)
        if lengths in wrong or self._another(first, rest):
            return lengths not in wrong
        wrong.add(lengths)
        return any(
            adds(self.whole, rest[:place]) and self._apart(rest[:place], rest[place:], wrong)
            for place in range(1, len(rest))
        )

    def _another(self, first: tuple[Counted, ...], rest: tuple[Counted, ...]) -> bool:
        """Whether all items after a partition form one partition or a separate statement."""
        acts = set(_ACTS.findall(rest[0].clause))
        known = {act for item in first for act in _ACTS.findall(item.clause)}
        parted = ";" in rest[0].before and not any(";" in item.before for item in first[1:])
        return (
            adds(self.whole, rest)
            or bool(acts - known)
            or (parted and len(first) > 1)
            or (len(first) > 1 and (_is_apart(first, rest[0]) or _ends_row(first, rest[0])))
            or _is_beside(first, rest[0])
        )


def _outermost(parts: tuple[Counted, ...]) -> tuple[Counted, ...]:
    """Return items without those that add up to the one before them: 420条、310条、110条."""
    kept: list[Counted] = []
    at = 0
    while at < len(parts):
        kept.append(parts[at])
        sums = accumulate(item.quantity.value for item in parts[at + 1 :])
        inner = next((n for n, total in enumerate(sums, 1) if total == parts[at].quantity.value), 0)
        at += 1 + (inner if inner > 1 else 0)
    return tuple(kept)


def _is_apart(first: Sequence[Counted], item: Counted) -> bool:
    """Whether a partition is complete: it ends with the rest, or a new statement follows.

    其中网站268条，其他方式292条，规范性文件1条; 其中概况605条、动态2380条，全年解读42条.
    """
    closed_by_rest = first[-1].name.startswith(RESTS)
    own_total = item.clause.rstrip().endswith(("共", "共计", "总计"))  # 发布依申请公开信息共28条
    return closed_by_rest or own_total or _ANEW.match(item.clause) is not None


def _ends_row(first: Sequence[Counted], item: Counted) -> bool:
    """Whether an item with an act ends a row of bare names: 建议3件、提案4件，公开5件."""
    row = all(it.before.startswith("、") for it in first[1:])
    acts = [_PUBLISHES.match(it.clause.removeprefix("其中")) is not None for it in (*first, item)]
    return row and item.before.startswith(",") and acts[-1] and not any(acts[:-1])


def _is_beside(first: Sequence[Counted], item: Counted) -> bool:
    """Whether an item after a partition is introduced as additional: 5件为网络申请，且1件….

    网站20条，公众号10条，通过公开栏等公开15条: the same again, by another way.
    """
    words = item.clause.lstrip()
    by_way = words.startswith("通过") and len(first) > 1
    again = by_way and not any("通过" in other.clause for other in first)
    return again or words.startswith(("且", "并且", "同时")) or _OF_THOSE.match(words) is not None


def _is_statement(first: Counted, rest: Sequence[Counted]) -> bool:
    """Whether items after a semicolon are a separate statement rather than more kinds.

    其中：通过网站发布7条；通过微信发布9条: these begin alike, and are kinds.
    """
    commas = any(";" not in item.before for item in rest[1:])
    found = _STATEMENT.match(rest[0].clause)
    begun = found and _STATEMENT.match(first.clause.removeprefix("其中").lstrip(":"))
    return commas or (found is not None and not (begun and begun[0] == found[0]))


def _wrong(whole: Counted, own: list[Counted], *, complete: bool) -> Sum:
    """Return the simplest reading as a wrong sum: the items up to an inner list."""
    reader = _Reader(whole.quantity, complete=complete)
    parts = tuple(own)
    inner = next((n for n in range(1, len(parts)) if nests(parts[n])), None)
    if inner is not None and parts[inner].before.startswith("。"):
        return _wrong(whole, list(closed(parts[inner:])), complete=complete)
    if inner is not None:
        end = list(ends(parts, inner))[-1]
        if not reader.inner(parts, inner, end):
            return _wrong(parts[inner - 1], list(closed(parts[inner:end])), complete=False)
        parts = (*parts[:inner], *parts[end:])
    parts = parts[: stop(parts)] if stop(parts) > 1 else parts
    total = summed(parts)
    reason: Reason = "little"
    if total.low > whole.quantity.high:
        reason = "more"
    elif complete or names_the_rest(parts):
        reason = "short"
    return Sum(whole, parts, total.value, reason)
