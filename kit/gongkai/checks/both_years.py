"""Find last year's numbers in a sentence, and the numbers compared with them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise

from gongkai.checks.changes import Change
from gongkai.reading.lists import opened
from gongkai.reading.mentions import Mention

_FROM_TO = re.compile(r"(?:由|从)(?:20[0-9]{2}年)?[^,;。0-9]{0,16}$")
_TO = re.compile(
    r"(?:增加|增长|提高|减少|降低|扩大|调整|精简|压[减缩]|缩减|核减|增|升|降|减)[至到为]|(?:到|至)[^,;。0-9]{0,10}$"
)
_OF_LAST = re.compile(
    r"(?:上年|去年|上一年|上年度)(?:[^0-9,;]{0,4}的|(?:度|同期)?(?:仅|只)?(?:为|是|有))$"
    r"|[是为](?:上年|去年|上一年)度?(?:同期)?$"
    r"|[比较](?:上年|去年|上一年|上季度|上个?月)度?(?:同期)?的?$|[比较](?:上半年|[一二三]季度)的?$"
)
# 比上年（42件）下降
_IN_BRACKET = re.compile(r"[比较与同](?:上年|去年|上一年|20[0-9]{2}年)度?\s?\($")
_OF_YEAR = re.compile(r"(20[0-9]{2})年")
_BASE_OF = re.compile(r"[较比](?:年初|上年末|上年底|去年底|去年末)的?")
_LAST_STATED = re.compile(r"(?<![比较与和同])(?:上年|去年|上一年)(?!度?(?:结转|转))")
_THIS = re.compile(r"本年|今年|当年")
# 网站1180条，占总数1560条的78.6%，增加180条
_OF_WHICH_SHARE = re.compile(r"^\s?约?占[^,;。]{0,16}$")
_IN_A_ROW = re.compile("[^,;]{0,99}?(?:分别|(?=[0-9.]{1,9}%[、和及与]))(?P<row>[^,;]{0,99})")
_NUMBER = re.compile("[0-9][0-9.]*")
TOTAL = re.compile("总(?:数|量)")  # 总数比上年增加3件: of the whole, not of the last part
MOST_LISTED = 12  # numbers before a rate, of which one may be the whole of a list
_NEAR = 6  # numbers before a change among which its base is looked for


class Numbers:
    """The numbers of one sentence, with an index of the numbers that precede each."""

    def __init__(self, found: list[Mention]) -> None:
        self.found = found
        self.part, self.sentence = found[0].part, found[0].sentence
        self.ends = [mention.quantity.end for mention in found]
        # For each number, the last one before it that is neither a change nor in deeper brackets;
        # then, before each number and at the end of the sentence, the last one outside brackets.
        self.levels: list[Mention | None] = []
        self.outer: list[Mention | None] = [None]
        self.last_years: list[Mention | None] = [None]  # the last one described as last year's
        levels: list[Mention] = []  # sorted by depth
        for mention in found:
            depth = mention.counted.depth
            place = bisect_right(levels, depth, key=_depth)
            self.levels.append(levels[place - 1] if place else None)
            if not (
                mention.change
                or mention.other_year
                or _OF_WHICH_SHARE.search(mention.counted.clause)
            ):
                del levels[bisect_left(levels, depth, key=_depth) :]
                levels.append(mention)
            self.outer.append(levels[0] if levels and not _depth(levels[0]) else None)
            self.last_years.append(mention if _of_last_year(mention) else self.last_years[-1])

    def _goes_on(self, before: int) -> bool:
        """Whether something else is counted after the pair: 由96项减为90项，决定214件."""
        last = self.found[(self.pair or 0) + 1].quantity
        after = self.found[(self.pair or 0) + 2 : before]
        return any(
            not it.change and (it.quantity.unit != last.unit or ";" in it.counted.before)
            for it in after
        )

    def level_of(self, place: int) -> Mention | None:
        """Return the base of a change: the last number before it that counts the same things.

        采购15项，金额624.5万元，较上年多3项: the base is 15项, not the amount.
        """
        each = self.of_each(self.found[place].quantity.start)
        if each or TOTAL.search(self.found[place].counted.clause):
            return each or self.whole(place)
        base, own = self.levels[place], self.found[place].quantity
        if base is None or base.quantity.like(own):
            return base
        before = reversed(self.found[max(0, place - _NEAR) : place])
        return next((it for it in before if not it.change and it.quantity.like(own)), base)

    def whole(self, place: int) -> Mention | None:
        """Return the whole that a total before a place means: 复议7件，维持5件，总数增加3件."""
        near = self.found[max(0, place - MOST_LISTED) : place]
        first = max((n for n, it in enumerate(near) if ";" in it.counted.before), default=0)
        before = [it for it in near[first:] if not it.change]
        parts = [it.quantity.value for it in before[1:] if it.quantity.like(before[0].quantity)]
        alike = before and before[0].features.get("object") == before[-1].features.get("object")
        return before[0] if alike and before[0].quantity.value >= sum(parts) else None

    def of_each(self, start: int) -> Mention | None:
        """Return the number that a change is of: 许可5件、处罚3件，分别增加1件、2件."""
        text, first = self.sentence.text, self.sentence.start
        begin = max(text.rfind(sign, 0, start - first) for sign in ",;") + 1
        clause = _IN_A_ROW.match(text, begin)
        if clause is None or clause.end() <= start - first:
            return None
        place, row = bisect_left(self.ends, begin + first), clause.start("row")
        before = [it for it in self.found[max(0, place - MOST_LISTED) : place] if not it.change]
        size, at = (len(_NUMBER.findall(text, row, end)) for end in (clause.end(), start - first))
        return before[at - size] if 1 < size <= len(before) else None

    @cached_property
    def pair(self) -> int | None:
        """The index of the first number of a pair such as 由100条增至150条; None without a pair."""
        before = [mention.counted.before for mention in self.found]
        pairs = enumerate(pairwise(before))
        return next((n for n, (a, b) in pairs if _FROM_TO.search(a) and _TO.search(b)), None)

    def both_years(self, before: int) -> list[Change]:
        """Return the change between two of the first `before` numbers, if they are of both years.

        These are a pair such as 由100条增至150条, or else the last two numbers. Last year's number
        after a list may be that of the whole, or of any part: 14件，其中维持8件；上年为10件.
        """
        if self.pair is not None and self.pair + 2 <= before and not self._goes_on(before):
            first, second = self.found[self.pair : self.pair + 2]
            return [between(first, second)]
        near = [it for it in self.found[max(0, before - MOST_LISTED) : before] if not it.change]
        if not near:
            return []
        *near, last = near
        is_list = ";" in last.counted.before or any(opened(item.counted) for item in near)
        firsts = reversed(near) if is_list else near[-1:]
        return [change for item in firsts if (change := change_of_both(item, last))]


def between(last: Mention, this: Mention) -> Change:
    """Return the change from one number to another."""
    return Change(None, last.quantity.value, this.quantity.value)


def _depth(mention: Mention) -> int:
    return mention.counted.depth


def _of_last_year(mention: Mention) -> bool:
    """Whether a number is described as last year's: 上年的112条, 2021年的10件."""
    clause = mention.counted.clause
    return not mention.change and bool(
        (mention.other_year and clause.endswith("的"))
        or _OF_LAST.search(clause)
        or _IN_BRACKET.search(mention.counted.before)
    )


def _are_of_two_years(first: Mention, second: Mention) -> bool:
    """Whether two numbers are dated one year and the next: 2021年250条，2022年300条."""
    named = [_OF_YEAR.search(item.counted.clause) for item in (first, second)]
    years = [int(found[1]) for found in named if found]
    return len(years) == 2 and years[1] - years[0] == 1


def change_of_both(first: Mention, second: Mention) -> Change | None:
    """Return the change if one of two numbers is last year's and the other this year's.

    新收12件，比上年的10件增长20%; 上年80条，本年100条，同比增长25%; 9600人，较年初8000人增长20%.
    None for rounded numbers.
    """
    one, two = first.quantity, second.quantity
    if not (one.like(two) and one.exact and two.exact):
        return None
    # 较上年的14件增加2件；复议较上年的13件增长10%: both are last year's, of different things
    first_is_last = _LAST_STATED.search(first.counted.clause) or _of_last_year(first)
    if _are_of_two_years(first, second):
        return between(first, second)
    if (_of_last_year(second) or _is_base(second)) and not first_is_last:
        return between(second, first)
    if first_is_last and _THIS.search(second.counted.clause):
        return between(first, second)
    return None


def _is_base(mention: Mention) -> bool:
    """Whether a number is the base of a comparison: 较年初8000人增长1600人."""
    return _BASE_OF.fullmatch(mention.counted.clause.strip()) is not None
