"""Lists in a sentence: a whole, its parts, and whether any natural reading adds up.

A list is said to be wrong only where every reading that a careful reader could choose is wrong:
another whole named before, a list inside a list that ends sooner or later, one partition after
another, 件 among 条, kinds that are named only as examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, Sentence, sentences, without_groups

Reason = Literal["more", "short", "little"]

_OPENER = re.compile(
    r"^[^,;:。()]{0,12}中,|其中|包括|包含|涵盖|(?<![;。])涉及|[(,](?:含|即(?![日时将使便可]))|分别[为是有]|具体[为是如情]|构成|组成|:(?=.)|在[^,;。]{1,16}中,"
)
# Begins another partition of the same whole.
_AGAIN = re.compile(r"按[^,;。]{1,10}分|从[^,;。]{1,12}看")
_NO_PART = re.compile(
    r"[较比]|同比|环比|增[加长至]|减少|下降|上升|另[有外]|此外|平均|每(?!日[^,;。]{2,4}等)|采用|点击|浏览|阅读|(?<!公众|社会|群众)关注|粉丝|访问|转发|由|目标"
)
_REST = re.compile(
    r"(?:^|[,;、:。(])\s?(?:以?及|和)?(?:其他|其它|其余)|的其他信息(?:共计|合计|共)?\s?$"
)
_ACTS = re.compile(
    r"答复|办结|结转|受理|收到|回复|举办|召开|开展|组织|印发|制发|处理|完成|接待|接受|修订|废止"
)
_EXAMPLES = re.compile(r"\s*(?:左右)?等")
MOST = 40  # parts of a list; a longer one is a table that was pasted
MOST_INNER = 3  # lists inside a list; with more of them there are too many readings
MOST_READINGS = 10_000  # of a list whose inner lists may end at any item; more cannot be tried


class Sum(NamedTuple):
    """A whole and parts that do not add up in any reading, and why.

    `more`: the parts exceed it. `short`: they fall short although the list is complete.
    `little`: they fall short by very little. `total` is what the parts come to.
    """

    whole: Counted
    parts: tuple[Counted, ...]
    total: Decimal
    reason: Reason


class List(NamedTuple):
    """A list: the counts that may be its whole, the nearest last, and its items in order."""

    wholes: tuple[Counted, ...]
    parts: tuple[Counted, ...]
    adjacent: bool  # whether the opener stands right after the nearest whole


def lists(text: str) -> Iterator[List]:
    """Yield the lists of a text as typed, the inner ones after the outer."""
    for counts in _paragraphs(sentences(text)):
        yield from _in_counts(counts)


def wrong_sums(text: str) -> Iterator[Sum]:
    """Yield the lists of a text as typed that add up in no reading."""
    yield from _totals_after(text)
    yield from _unopened(text)
    for found in lists(text):
        units = (count.quantity.unit for count in found.wholes)
        for whole in dict.fromkeys(filter(None, units)):  # what nothing is counted in is a name
            wrong = _judged(found, whole)
            # 50件申请中，答复48件，补正30件: what became of them, not their kinds
            loose = wrong and _AMONG.match(found.parts[0].before) and not _of_one_sort(wrong)
            if wrong and (not loose or _just_over(wrong.whole.quantity, _summed(wrong.parts))):
                yield wrong


_TOTAL = re.compile(
    r"[,;]?\s?(?:以上|各类|几项|三项|两项|四项|全年)?(?:共计|合计|总计)(?:公开|发布)?(?:信息)?\s?$"
    r"|,共\s?$"
)
# May be a total of more than what is named before it: only a sum that is nearly it is one.
_TOTAL_OF_ACTS = re.compile(
    r",(?:全年)?(?:累计|总)?共(?:召开|公开|举办|开展|发布|组织)(?:各类)?([\u4e00-\u9fff]{0,6})$"
)
_PERIODS = (
    ("上半年", "下半年"),
    ("前三季度", "四季度"),
    ("一季度", "二季度", "三季度", "四季度"),
)
_MOST_PERIODS = 4


def _totals_after(text: str) -> Iterator[Sum]:
    """Yield the totals after their parts that no run of numbers before them comes to."""
    for sentence in sentences(text):
        alike: dict[tuple[int, str], _Row] = {}
        for count in sentence.counts:
            row = alike.setdefault((count.depth, count.quantity.unit), _Row())
            own = row.counts
            if _is_total(count, row) and not _ends_add(count.quantity, own):
                total = _summed(own)
                reason: Reason = "more" if total.low > count.quantity.high else "short"
                yield Sum(count, tuple(own), total.value, reason)
            row.add(count)


def _is_total(count: Counted, row: _Row) -> bool:
    """Whether a number is said to be the total of those before it."""
    if row.may_be_parts() and _TOTAL.fullmatch(count.before):
        return True
    found = _TOTAL_OF_ACTS.fullmatch(count.before)
    if not found or not (row.of_whole_year() or row.called_alike(found[1])):
        return False
    total = _summed(row.counts)
    return abs(total.value - count.quantity.value) <= max(Decimal(1), count.quantity.value / 10)


class _Row:
    """The counts of one depth and unit in a sentence, in their order."""

    def __init__(self) -> None:
        self.counts: list[Counted] = []
        self._points = True  # whether nothing but what joins a list stands between them
        self._joins: tuple[str, ...] = ("、", "和", "及")

    def add(self, count: Counted) -> None:
        """Add the next one."""
        if not self.counts and _LISTS.search(count.before):
            self._joins = (*self._joins, ",")  # 分布如下：概况类12条，动态类230条
        joined = not self.counts or count.before.startswith(self._joins)
        self._points = self._points and joined
        self.counts.append(count)

    def may_be_parts(self) -> bool:
        """Whether they may be the parts of a total after them."""
        return 1 < len(self.counts) <= MOST and (self._points or self.of_whole_year())

    def of_whole_year(self) -> bool:
        """Whether they are those of the periods that a year consists of."""
        clauses = [item.clause for item in self.counts[:_MOST_PERIODS]]
        return any(
            len(periods) == len(self.counts)
            and all(period in clause for period, clause in zip(periods, clauses, strict=True))
            for periods in _PERIODS
        )

    def called_alike(self, name: str) -> bool:
        """Whether each of them, and the total, is called by the same last character: 会."""
        return self.may_be_parts() and all(item.clause[-1:] in name for item in self.counts)


_LISTS = re.compile(r"如下:|分布[^,;。0-9]{0,4}:|(?:分别|具体)[为是]:?|^[^,;。0-9]{0,12}:")


def _ends_add(whole: Quantity, parts: Sequence[Counted]) -> bool:
    """Whether the last two parts, or more of the last, can come to a whole of their unit."""
    low = high = Decimal(0)
    for number, part in enumerate(reversed(parts), 1):
        low, high = low + part.quantity.low, high + part.quantity.high
        if number > 1 and low <= whole.high and high >= whole.low:
            return True
    return False


def _unopened(text: str) -> Iterator[Sum]:
    """Yield wholes right after which kinds of the same name follow, and do not come to them.

    政策解读24次，文字解读12次、图文解读8次、视频解读6次: 其中 is left out, but each part is called
    as the whole is.
    """
    for sentence in sentences(text):
        for place, whole in enumerate(sentence.counts[:-2]):
            parts: list[Counted] = []
            for item in sentence.counts[place + 1 : place + MOST]:
                if not item.before.startswith(("、", ",") if parts else ",") or opened(item):
                    break
                parts.append(item)
            last = parts[0].clause[-2:] if parts else ""
            name = last if last in whole.clause else whole.clause[-2:]
            kinds = len(parts) > 2 and len(name) == 2 and name not in _EVERYWHERE
            alike = (item.clause.endswith(name) and len(item.clause) > 2 for item in parts)
            same_unit = all(item.quantity.unit == whole.quantity.unit for item in parts)
            if kinds and same_unit and all(alike) and not _adds(whole.quantity, parts):
                total = _summed(parts)
                if _just_over(whole.quantity, total):
                    yield Sum(whole, tuple(parts), total.value, "more")


def _just_over(whole: Quantity, total: Quantity) -> bool:
    """Whether parts exceed a whole by so little that nothing but a slip explains it."""
    most = max(Decimal(1), whole.value / 10)
    return total.low > whole.high and total.value - whole.value <= most


def _of_one_sort(wrong: Sum) -> bool:
    """Whether many parts exceed a whole by less than another partition of it would."""
    acts = any(_ACTS.search(item.clause) for item in wrong.parts)
    most = wrong.whole.quantity.value * 3 / 2
    return len(wrong.parts) > 3 and not acts and wrong.total < most


_AMONG = re.compile(r"[^,;:。()]{0,12}中,(?!其中)")
_EVERYWHERE = ("公开", "信息", "发布", "共计", "合计", "办理", "申请", "其中")


def _paragraphs(found: Sequence[Sentence]) -> Iterator[list[Counted]]:
    """Yield the counts of each sentence, together with those of the sentences that go on."""
    counts: list[Counted] = []
    passed = last = 0
    for sentence in found:
        own = list(sentence.counts)
        passed = 0 if own else passed + 1
        if not own and passed == 1 and sentence.start - last < _NEXT:
            last = sentence.end
            continue  # 收到申请12件。均按规定办理。其中，…
        last = sentence.end
        if sentence.continues and own and counts:
            own[0] = own[0]._replace(before="。" + own[0].before)
        elif counts:
            yield counts
            counts = []
        counts += own
    if counts:
        yield counts


_NEXT = 2  # so near begins the next sentence of a paragraph


def _in_counts(counts: list[Counted]) -> Iterator[List]:
    for depth, runs in sorted(_runs(counts).items()):
        for run in runs:
            yield from _in_level([counts[place] for place in run])
        for run in runs:
            if depth and run[0] and counts[run[0] - 1].depth == depth - 1:
                yield from _bracketed([counts[place] for place in (run[0] - 1, *run)])


def _runs(counts: list[Counted]) -> dict[int, list[list[int]]]:
    """Return the places of each depth, cut where a shallower count stands between."""
    runs: dict[int, list[list[int]]] = {}
    open_depths: list[int] = []  # whose last run may go on
    for place, count in enumerate(counts):
        while open_depths and open_depths[-1] > count.depth:
            open_depths.pop()
        if open_depths and open_depths[-1] == count.depth:
            runs[count.depth][-1].append(place)
        else:
            open_depths.append(count.depth)
            runs.setdefault(count.depth, []).append([place])
    return runs


def _in_level(counts: list[Counted]) -> Iterator[List]:
    """Yield the first list of counts in a row, and what follows an opener further on."""
    for place in range(1, len(counts)):
        opener = opened(counts[place])
        if opener is None:
            continue
        wholes = [item for item in counts[:place] if not _NO_PART.search(item.clause)]
        if wholes:
            near = not counts[place].before[: opener.start()].strip(" ,;:。")
            adjacent = near and not counts[place].before.startswith("。")
            yield List(tuple(wholes[-6:]), tuple(counts[place : place + MOST + 1]), adjacent)
        return


def opened(count: Counted) -> re.Match[str] | None:
    """Return the words that open a list before a number; None where there are none."""
    words = without_groups(count.before)  # 微信（含转发）85条 opens none
    return _OPENER.search(words) or _AGAIN.search(words)


def _nests(count: Counted) -> bool:
    """Whether a number begins a list inside a list."""
    return _OPENER.search(without_groups(count.before)) is not None


def _bracketed(counts: list[Counted]) -> Iterator[List]:
    """Yield the list that a bracket holds after its whole, the first of some counts."""
    whole, *parts = counts
    if len(parts) > 1 or opened(parts[0]) is not None:
        yield List((whole,), tuple(parts), adjacent=True)


# --- whether a list adds up -------------------------------------------------------


def _judged(found: List, unit: str) -> Sum | None:
    """Return how a list of one unit is wrong in every reading; None where it may be right."""
    wholes = [count for count in found.wholes if count.quantity.unit == unit]
    parts = _of_one_kind(_without_others(found.parts))
    nearest = wholes[-1]
    own = [count for count in parts if count.quantity.unit == unit]
    if not own or len(parts) > MOST or sum(map(_nests, own[1:])) > MOST_INNER:
        return None
    if len(parts) ** sum(map(_nests, parts[1:])) > MOST_READINGS:
        return None
    complete = _sibling_adds(found, unit) or _NAMELY.match(found.parts[0].before) is not None
    complete = complete or _all_levels(nearest, own)
    for number in (2, 3):
        together = wholes[-number:]
        if len(together) == number and _adds(_summed(together), own):
            return None
    some = _SOME.search(without_groups(found.parts[0].before)) is not None
    for whole in wholes:
        strict = found.adjacent and whole is not nearest
        reader = _Reader(whole.quantity, complete=complete, some=some)
        if reader.natural(tuple(parts), exactly=strict):
            return None
    return _wrong(nearest, own, complete=complete)


def _without_others(parts: Sequence[Counted]) -> list[Counted]:
    """Return the items that may be parts; a semicolon before another one is before the next."""
    kept: list[Counted] = []
    ended = False
    for item in parts:
        ended = ended or ";" in item.before
        if _NO_PART.search(item.clause):
            continue
        lost = ended and ";" not in item.before
        kept.append(item._replace(before=";" + item.before) if lost else item)
        ended = False
    return kept


def _of_one_kind(parts: list[Counted]) -> list[Counted]:
    """Return items without 原创 among kinds of another sort: news may be one's own, or not."""
    own = [item for item in parts if "原创" in item.clause]
    mixed = own and not any("转" in item.clause for item in parts[: _stop(parts) or None])
    return [item for item in parts if "原创" not in item.clause] if mixed else parts


_SOME = re.compile(r"其中|包括|包含|含")  # names some of its kinds, 分为 or ： all
_NAMELY = re.compile(r"\s?[,(]即(?![日时将使便可])")  # all parts are named


def _complete(parts: Sequence[Counted]) -> bool:
    """Whether the rest is named, so that nothing is missing: 其他3件; 采纳19条，未采纳7条."""
    if len(parts) == 2:
        one, other = (_DONE.sub("", item.clause.strip()) for item in parts)
        if len(one) > 1 and other in (f"未{one}", f"不{one}", f"未予{one}", f"不予{one}"):
            return True
    return any(_REST.search(count.before) for count in parts)


def _all_levels(whole: Counted, parts: Sequence[Counted]) -> bool:
    """Whether the parts are those of every level below a whole: 全镇18个，其中镇级1个、村级16个."""
    place = _PLACE.search(whole.clause)
    levels = {item.clause.strip(" 、和及").removeprefix("其中") for item in parts}
    if place is None or f"{place[1]}级" not in levels or not levels & _LOWEST:
        return False
    return place[1] in _TOWNSHIPS or len(levels) > 2


_PLACE = re.compile(r"[全我](镇|乡|街道|县|区|市)")
_TOWNSHIPS = ("镇", "乡", "街道")
_LOWEST = {"村级", "社区级", "村居级", "村社级"}


def _all_in_bracket(parts: Sequence[Counted]) -> bool:
    """Whether a bracket names all parts, and joins the last by a word: （预算3条以及决算6条）."""
    first, last = parts[0], parts[-1]
    joined = len(parts) > 1 and first.depth > 0 and _JOINS_LAST.match(last.before) is not None
    return joined and not _SOME.search(first.before) and not _EXAMPLES.match(last.after)


_JOINS_LAST = re.compile(r"\s?[,、]?(?:以及|和|及|与)")
_DONE = re.compile(r"^(?:其中)?(?:已经?|予以)?")


def _sibling_adds(found: List, unit: str) -> bool:
    """Whether the same list adds up in another unit, so that none of its kinds is missing."""
    for other in {count.quantity.unit for count in found.wholes} - {unit}:
        wholes = [count for count in found.wholes if count.quantity.unit == other]
        parts = [count for count in found.parts if count.quantity.unit == other]
        own = [count for count in found.parts if count.quantity.unit == unit]
        if len(parts) > 1 and len(parts) == len(own) and _adds(wholes[-1].quantity, parts):
            return True
    return False


def _summed(counts: Sequence[Counted]) -> Quantity:
    """Return one quantity for several."""
    first = counts[0].quantity
    low = sum((count.quantity.low for count in counts), Decimal(0))
    high = sum((count.quantity.high for count in counts), Decimal(0))
    value = sum((count.quantity.value for count in counts), Decimal(0))
    return first._replace(value=value, low=low, high=high)


def _adds(whole: Quantity, parts: Sequence[Counted]) -> bool:
    """Whether parts can come to a whole; those in a twin of its measure word may be left out."""
    like = [count for count in parts if count.quantity.like(whole)]
    own = [count for count in like if count.quantity.unit == whole.unit]
    for chosen in (own, like) if len(own) < len(like) else (own,):
        low = sum((count.quantity.low for count in chosen), _ZERO)
        high = sum((count.quantity.high for count in chosen), _ZERO)
        if chosen and low <= whole.high and high >= whole.low:
            return True
    return False


_ZERO = Decimal(0)


def _beginnings_add(whole: Quantity, parts: Sequence[Counted]) -> list[bool]:
    """Return whether the first part, the first two and so on can come to a whole, as `_adds`."""
    like = [count.quantity.like(whole) for count in parts]
    own = [
        yes and count.quantity.unit == whole.unit for yes, count in zip(like, parts, strict=True)
    ]
    adds = [False] * len(parts)
    for chosen in (own, like):
        low = high = _ZERO
        some = False
        for place, (yes, count) in enumerate(zip(chosen, parts, strict=True)):
            if yes:
                some, low, high = True, low + count.quantity.low, high + count.quantity.high
            adds[place] = adds[place] or (some and low <= whole.high and high >= whole.low)
    return adds


class _Reader:
    """Looks for a natural reading of items after a whole."""

    def __init__(self, whole: Quantity, *, complete: bool, some: bool = True) -> None:
        self.whole = whole
        self.complete = complete
        # How little a sum may fall short and still be meant to reach the whole.
        self.little = max(Decimal(1), whole.value // (100 if some else 20))

    def natural(self, parts: tuple[Counted, ...], *, exactly: bool = False) -> bool:
        """Whether some reading of the items is right; `exactly` means that they must add up."""
        inner = next((n for n in range(1, len(parts)) if _nests(parts[n])), None)
        if inner is None:
            return self._flat(parts, exactly=exactly)
        return self._again(parts, inner) or any(
            self.inner(parts, inner, end)
            and self.natural((*parts[:inner], *_closed(parts[end:])), exactly=exactly)
            for end in _ends(parts, inner)
        )

    def _again(self, parts: tuple[Counted, ...], inner: int) -> bool:
        """Whether a list inside the list is another list of the whole itself.

        答复13件，包括上年结转2件。其中，予以公开6件…: a sentence of its own need not name all.
        """
        rest = _closed(parts[inner:])
        ended = parts[inner].before.startswith("。")
        return self._flat(parts[:inner], exactly=False) and (
            self.natural(rest) if ended else _adds(self.whole, rest)
        )

    def inner(self, parts: tuple[Counted, ...], first: int, end: int) -> bool:
        """Whether the items from `first` to `end` can be a list of the item before them."""
        own = parts[first:end]
        return _Reader(parts[first - 1].quantity, complete=False).natural(_closed(own))

    def _flat(self, parts: tuple[Counted, ...], *, exactly: bool) -> bool:
        own = [item for item in parts if item.quantity.unit in (self.whole.unit, "")]
        if _adds(self.whole, parts):
            return True
        if not own:
            return not exactly
        if not exactly and self._open(own):
            return True
        return self._parted(parts)

    def _open(self, own: list[Counted]) -> bool:
        """Whether the items can be some kinds of many, named as examples."""
        total = _summed(own)
        if total.low > self.whole.high or self.complete or _complete(own):
            return False
        short = self.whole.value - total.value
        if _all_in_bracket(own) and short <= max(Decimal(1), self.whole.value / 10):
            return False
        return len(own) < 3 or bool(_EXAMPLES.match(own[-1].after)) or short > self._slip(own)

    def _slip(self, own: list[Counted]) -> Decimal:
        """Return by how much a sum may fall short and still be meant to reach the whole.

        Of many kinds, a rest of two is less than the least that was worth naming.
        """
        many = len(own) >= _MANY and self.whole.value >= _HUNDRED
        least = min(count.quantity.value for count in own)
        return max(self.little, _TWO) if many and least > _TWO else self.little

    def _parted(self, parts: tuple[Counted, ...]) -> bool:
        """Whether the items are one partition up to some place, and something else after it."""
        wrong: set[tuple[int, int]] = set()
        adds = dict(enumerate(_beginnings_add(self.whole, parts[:-1]), 1))
        if any(adds[n] and self._apart(parts[:n], parts[n:], wrong) for n in adds):
            return True
        return any(
            n in adds and not adds[n] and self._stops(parts, n) and self._open(list(parts[:n]))
            for n in (len(parts) - 1, _stop(parts))
        )

    def _stops(self, parts: tuple[Counted, ...], place: int) -> bool:
        """Whether the items from a place on may be no kinds of the whole."""
        rest = parts[place:]
        if len(rest) == 1 and (_adds(self.whole, rest) or (place == 1 and ";" in rest[0].before)):
            return True
        return place == _stop(parts) and (place > 1 or _is_statement(rest))

    def _apart(
        self,
        first: tuple[Counted, ...],
        rest: tuple[Counted, ...],
        wrong: set[tuple[int, int]],
    ) -> bool:
        """Whether what stands after a partition is another one, or a statement of its own.

        `wrong` collects the lengths of the two that are not: `rest` always ends with the list, so
        these lengths say which items are meant, and no two are looked at twice.
        """
        lengths = len(first), len(rest)
        if lengths in wrong or self._another(first, rest):
            return lengths not in wrong
        wrong.add(lengths)
        return any(
            _adds(self.whole, rest[:place]) and self._apart(rest[:place], rest[place:], wrong)
            for place in range(1, len(rest))
        )

    def _another(self, first: tuple[Counted, ...], rest: tuple[Counted, ...]) -> bool:
        """Whether all of what stands after a partition is one, or a statement of its own."""
        acts = set(_ACTS.findall(rest[0].clause))
        known = {act for item in first for act in _ACTS.findall(item.clause)}
        parted = ";" in rest[0].before and not any(";" in item.before for item in first[1:])
        return (
            _adds(self.whole, rest)
            or bool(acts - known)
            or _AGAIN.search(rest[0].before) is not None
            or (parted and len(first) > 1)
        )


_MANY, _TWO, _HUNDRED = 4, Decimal(2), Decimal(100)


def _stop(parts: Sequence[Counted]) -> int:
    """Return behind how many items a list comes to its first semicolon; 0 where it has none."""
    return next((n for n in range(1, len(parts)) if ";" in parts[n].before), 0)


def _is_statement(rest: Sequence[Counted]) -> bool:
    """Whether items behind a semicolon are a statement of their own rather than more kinds."""
    commas = any(";" not in item.before for item in rest[1:])
    return commas or _STATEMENT.match(rest[0].clause) is not None


_STATEMENT = re.compile(r"\s?(?:通过|利用|依托|在|全年|累计|共)")


def _ends(parts: tuple[Counted, ...], first: int) -> Iterator[int]:
    """Yield where a list inside a list may end: after each item until a semicolon."""
    for end in range(first + 1, len(parts) + 1):
        yield end
        if end < len(parts) and ";" in parts[end].before:
            return


def _closed(parts: tuple[Counted, ...]) -> tuple[Counted, ...]:
    """Return items of which the first opens no list of its own any more."""
    if not parts or not _nests(parts[0]):
        return parts
    plain = parts[0]._replace(before=_OPENER.sub("", parts[0].before))
    return (plain, *parts[1:])


def _wrong(whole: Counted, own: list[Counted], *, complete: bool) -> Sum:
    """Return the plainest reading, which is wrong as all others are: up to an inner list."""
    reader = _Reader(whole.quantity, complete=complete)
    parts = tuple(own)
    inner = next((n for n in range(1, len(parts)) if _nests(parts[n])), None)
    if inner is not None and parts[inner].before.startswith("。"):
        return _wrong(whole, list(_closed(parts[inner:])), complete=complete)
    if inner is not None:
        end = list(_ends(parts, inner))[-1]
        if not reader.inner(parts, inner, end):
            return _wrong(parts[inner - 1], list(_closed(parts[inner:end])), complete=False)
        parts = (*parts[:inner], *parts[end:])
    parts = parts[: _stop(parts)] if _stop(parts) > 1 else parts
    total = _summed(parts)
    reason: Reason = "little"
    if total.low > whole.quantity.high:
        reason = "more"
    elif complete or _complete(parts):
        reason = "short"
    return Sum(whole, parts, total.value, reason)
