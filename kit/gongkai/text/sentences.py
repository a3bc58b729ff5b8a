"""Split a text into sentences, and find the counts in each with the words around them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from gongkai.text.quantities import Quantity, half_width, quantities

_STOP = re.compile(r"[。!?\n]")
_CLAUSE = re.compile(r"[,;:。!?\n()]")
# 3件维持、1件纠正; 3名专职人员和2名兼职人员
_AFTER = re.compile(r"[^、,;:。()]+?(?=、|(?:以及|[和及与])$)")
_POINTED = re.compile(r"[^、,;:。()]{1,24}[、和及与]")
_CLAUSE_END = re.compile(r"[，。；！？、\n（）(),;]")
_JOINERS = " 、,和及"
_LONGEST_EXCERPT = 40  # characters
_GROUP = re.compile(r"\([^()]*\)")
# A sentence that begins like this continues the list of the one before.
CONTINUES = re.compile(
    r"\s*(?:[“\"][^”\"]{2,20}[”\"]的?\s?(?=[0-9])|其中|包括|分别|具体|主要(?:包括|有|为)|按[^,;:。]{1,10}分|从[^,;:。]{1,12}看|在[^,;:。]{0,12}(?:信息|申请|件|条)中?,|在[^,;:。]{1,12}中|(?:主动)?公开的?(?:主要)?(?:内容|类别|信息类别)(?:有|包括|为)[:,]?)"
)
_PERCENT_OF = re.compile(
    r"[\s,、(]*约?(?:占(?!比分别|比依次)[^0-9,;。]{0,16}|比例[为是]?|[^0-9,;。()]{0,8}(?:率|比例|比重)[为达到是]{0,2}(?:超过?|逾|近|不足)?|(?:超过?|不到|不足)[^0-9,;。]{2,14}的)?\s?$"
    # 有71件属于本机关不掌握，占比83.5%
    r"|[^0-9,;:。()]{2,20},占(?:比|其)(?:例|中的)?[为达到]{0,2}\s?$"
    # 对20项进行了公告，公告率达80%
    r"|[^0-9,;。()]{0,10}?([\u4e00-\u9fff]{2})[^0-9,;。()]{0,4}[,(]\s?\1(?:率|比例)[为达到是]{0,2}(?:超过?|逾|近|不足)?\s?$"
)
# Words in bold or italics, with a number in them: 收到**31**件, *31件*. Asterisks that stand for
# a blank to fill in, **件, do not enclose a number.
_EMPHASIS = re.compile(r"(\*{1,3})(?=[^*\s])([^*\n]{1,200})(?<![*\s])\1(?!\*)")
_DIGIT = re.compile("[0-9]")
_NEGATION = 12  # characters
_NO = re.compile("(?:没有|未|无)(?:收到|接到|发生|作出|受理|出现)?$")
_COUNTED_ONCE = re.compile("相同的?信息的?[只仅]?计$")
# 一件也没有; 一份申请可能涉及多项信息
_NOT_EVEN = re.compile("[也都](?:没|未|无)|[\u4e00-\u9fff]{1,6}(?:可能|可以|往往|通常)")
_AS_NAMED = re.compile(
    "(?:情形|原因|情况|理由)?(?:而|中|里)?(?:合计|共|之和|不予|无法|予以|部分公开|不同意|被|收到)"
)
_CHANGED = ("增加", "减少")
_EACH_CHANGED = re.compile("分别(?:比|较)?(?:上年|去年)?(?:同期)?(?:增加|减少|增长|下降)了?$")
_OF_ALL = re.compile("(?:公开|发布|推送)的?(?:各类)?(?:政府|政务)?信息(?:数量|数|总数)?$")
_EACH = re.compile(
    r"^(.*)(?:分别|依次)(?:公开|办理|发布)?"
    r"((?:提出|提交|收到|受理|接收|新收|不予公开|予以公开|部分公开|无法提供|不予处理|维持|纠正)"
    r"[^,;:。0-9]{0,8}?)?(?:了|为|是|有|达)?$"
)
_BETWEEN = re.compile(r"[、和及与]")
# 许可由700件增至742件: both count the same, the second those of this year
_FROM = re.compile(r"([^由从]{2,30}?)[由从](?:(?:上|去|上一)年)?(?:度|同期)?的?")
_TO = re.compile(r"\s?[上下]?(?:[增升提减降压缩扩]|调整|精简|核减).?[到至为了]{1,2}\s?")


def without_groups(text: str) -> str:
    """Return a text without complete pairs of brackets and their content."""
    return _GROUP.sub("", text.replace("专(兼)职", "专兼职")) if ")" in text else text


class Counted(NamedTuple):
    """A number of things, or an amount of money, and its context in the sentence.

    `before` is the text from the previous number, or from the beginning of the sentence;
    `after` is the text up to the next number, or the end; `closed`: its clause ends before
    that. `depth` counts the brackets around it. `share` is the percentage given for it. If
    several numbers follow 分别为, `label` is what this one counts.
    """

    quantity: Quantity
    before: str
    after: str
    depth: int
    closed: bool = True
    share: Quantity | None = None
    label: str = ""
    first: bool = False

    @property
    def clause(self) -> str:
        """The words of its clause before it, without those in brackets."""
        if self.label:
            return self.label
        words = without_groups(self.before)
        after = _AFTER.match(words)
        if after and not self.first:  # 维持 belongs to the number before
            words = words[after.end() :]
        return _CLAUSE.split(words)[-1]

    @property
    def name(self) -> str:
        """The clause without the punctuation and words that only join it to the previous one."""
        return self.clause.strip(_JOINERS)

    @property
    def earlier(self) -> str:
        """The words of the clauses before its own, except the clause of the previous number."""
        clauses = _CLAUSE.split(without_groups(self.before))[:-1]
        return ",".join(clauses if self.first else clauses[1:])

    @property
    def following(self) -> str:
        """The words of its clause after it."""
        return _CLAUSE.split(self.after, maxsplit=1)[0]


class Sentence(NamedTuple):
    """A sentence: its start in the text, its words, and its counts in order.

    `continues` means that it continues the list of the sentence before it.
    """

    start: int
    text: str
    counts: tuple[Counted, ...]
    others: tuple[Quantity, ...]
    continues: bool

    @property
    def end(self) -> int:
        """The end of the sentence in the text."""
        return self.start + len(self.text)


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text as typed; positions refer to the text as typed."""
    read = _without_emphasis(half_width(text))
    found = quantities(read)
    starts = [item.start for item in found]
    result = []
    for start, end in _spans(read):
        inside = found[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
        words = read[start:end]
        counts = tuple(_aligned(list(_counts(read, start, end, inside))))
        others = tuple(item for item in inside if not item.counts)
        result.append(Sentence(start, words, counts, others, bool(CONTINUES.match(words))))
    return tuple(result)


def _without_emphasis(text: str) -> str:
    """Return a text with the marks of emphasis around numbers replaced by spaces."""
    return _EMPHASIS.sub(_unmarked, text) if "*" in text else text


def _unmarked(found: re.Match[str]) -> str:
    blanks = " " * len(found[1])
    return f"{blanks}{found[2]}{blanks}" if _DIGIT.search(found[2]) else found[0]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence, without its full stop."""
    start = 0
    for stop in _STOP.finditer(text):
        if text[start : stop.start()].strip():
            yield start, stop.start()
        start = stop.end()
    if text[start:].strip():
        yield start, len(text)


def _counts(text: str, start: int, end: int, inside: tuple[Quantity, ...]) -> Iterator[Counted]:
    counting = [item for item in inside if item.counts and not _only_repeats(item, text)]
    shares = [item for item in inside if item.kind == "percent"]
    depth, at, share_at = 0, start, 0
    for place, item in enumerate(counting):
        last = counting[place - 1].end if place else start
        following = counting[place + 1].start if place + 1 < len(counting) else end
        depth += text.count("(", at, item.start) - text.count(")", at, item.start)
        at = item.start
        while share_at < len(shares) and shares[share_at].start < item.end:
            share_at += 1
        share = shares[share_at] if share_at < len(shares) else None
        if share and (
            share.start > following or not _PERCENT_OF.match(text[item.end : share.start])
        ):
            share = None
        stop = _CLAUSE.search(text, item.end, following)
        # The words up to 、 or 和 belong to the number before them.
        pointed = _POINTED.fullmatch(text, item.end, following) is not None
        closed = following == end or stop is not None or pointed
        before, after = text[last : item.start], text[item.end : following]
        yield Counted(item, before, after, max(depth, 0), closed, share, first=not place)


def _only_repeats(item: Quantity, text: str) -> bool:
    """Whether a number is in a title, or counts what was just named.

    国家秘密和个人隐私两种情形共3件; 水务局、民政局两家收到的申请合计9件.
    """
    named = item.spelt and item.unit in ("项", "种", "类", "家")
    none = item.value == 1 and _is_denied(item, text)
    return item.titled or none or (named and _AS_NAMED.match(text, item.end) is not None)


def _is_denied(item: Quantity, text: str) -> bool:
    """Whether there is not even one, or any: 没有收到一份申请, 一件也没有, 一份申请可能涉及几项.

    Nor is one counted that says how to count: （不同渠道公开相同信息计1条）.
    """
    before = text[max(0, item.start - _NEGATION) : item.start]
    once = text.startswith(")", item.end) and _COUNTED_ONCE.search(before)
    none = item.spelt and (_NOT_EVEN.match(text, item.end) or _NO.search(before))
    return bool(once or none)


def _aligned(counts: list[Counted]) -> list[Counted]:
    """Return the counts, with labels for those after 分别为."""
    for first, count in enumerate(counts):
        found = _EACH.search(count.before)
        if not found:
            continue
        last = first + 1
        while last < len(counts) and not counts[last].before.strip(_JOINERS):
            last += 1
        listed = [words for words in _CLAUSE.split(found[1]) if words.strip()]
        names = _BETWEEN.split(listed[-1].removesuffix("的"))[first - last :] if listed else [""]
        of_all = _OF_ALL.search(names[-1])  # 网站、微博公开信息分别为8条、5条
        names = [*(f"{name}{of_all[0]}" for name in names[:-1]), names[-1]] if of_all else names
        for place in range(first, last) if last - first > 1 else ():
            known = len(names) == last - first
            label = names[place - first] + (found[2] or "") if known else "各项"
            # A percentage behind them all is of no one: 分别38件、9件，占比为80%和20%.
            counts[place] = counts[place]._replace(label=label, share=None)
    for place, (one, other) in enumerate(pairwise(counts), 1):
        risen = _FROM.fullmatch(one.clause) if _TO.fullmatch(other.before) else None
        if risen:
            counts[place] = other._replace(label=risen[1])
        changed = _EACH_CHANGED.search(one.before) or one.label in _CHANGED
        if changed and not other.label and not other.before.strip(_JOINERS):
            counts[place] = other._replace(label=_CHANGED[0])  # 分别增加1件、2件
    return counts


def excerpt(text: str, start: int, end: int) -> str:
    """Return the words around a position, within its clause, without cutting a number."""
    before = [found.end() for found in _CLAUSE_END.finditer(text, max(0, start - 200), start)]
    after = _CLAUSE_END.search(text, end, end + 200)
    first = before[-1] if before else max(0, start - 200)
    last = after.start() if after else min(len(text), end + 200)
    if last - first > _LONGEST_EXCERPT:
        first = max(first, min(start, end - _LONGEST_EXCERPT))
        last = max(end, min(last, first + _LONGEST_EXCERPT))
        while first < start and text[first - 1 : first + 1].isdigit():
            first += 1
        while last > end and text[last - 1 : last + 1].isdigit():
            last -= 1
    return text[first:last].strip()
