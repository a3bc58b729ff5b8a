"""Find lists in a sentence: the whole, the words that open the list, the items that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from gongkai.reading.adding import MOST, adds
from gongkai.text.sentences import Counted, Sentence, sentences, without_groups

_OPENER = re.compile(
    r"^[^,;:。()]{0,12}[中里],|^\s?(?:申请|信息|案件|答复|文件|来信|留言|建议|提案|工单)[中里](?=[\u4e00-\u9fff])"
    r"|其中|包括|包含|涵盖|(?:^|[,(:])\s?(?:其中|主要|共|总共|申请|的|内容|信息|类型|事项){0,4}涉及|[(,](?:含|即(?![日时将使便可]))|分别[为是有]|依次[为是]|分[为成](?!别)|[内里当中]有(?=[\u4e00-\u9fff])|[当中][尚仍还]有|[,(]由(?=[\u4e00-\u9fff]{2,10}$)|具体[为是如情]|构成|组成|:(?=.)|[\u4e00-\u9fff]?——(?=[\u4e00-\u9fff])|在[^,;。]{1,16}中,"
)
# These words begin another partition of the same whole.
AGAIN = re.compile(r"按[^,;。]{1,10}分|从[^,;。]{1,12}看")
NO_PART = re.compile(
    r"(?:[二两三四]者|[两三四五][项类]|以上|上述)[^,;。0-9]{0,4}(?:合计|共计|共|相加|之和)|^\s?(?:合计|共计|总计)\s?$|[只仅]计|相同信息的?计|[较比]|同比|环比|增[加长至]|减少|下降|上升|另[有外]|此外|平均|每(?!日[^,;。]{2,4}等|[日周月季年][^,;。]{2,10}信息)|采用|点击|浏览|阅读|(?<!公众|社会|群众)关注|粉丝|访问|转发|由|目标|^\s?(?:并|从而)?(?:引发|引起|导致|引致)"
)
_ANOTHER = re.compile(r"。(?:在|对)[^,;:。]{0,12}$")  # 在已答复的9件申请中，…: a list of these
_GOES_ON = (",", ";", ":", "、")
_NEXT = 2  # characters within which the next sentence of a paragraph begins


class List(NamedTuple):
    """A list: the counts that may be its whole, the nearest one last, and its items in order."""

    wholes: tuple[Counted, ...]
    parts: tuple[Counted, ...]
    adjacent: bool  # whether the opener directly follows the nearest whole


def lists(text: str) -> Iterator[List]:
    """Yield the lists in a text as typed, inner lists after outer ones."""
    found = sentences(text)
    for counts in _paragraphs(found):
        yield from _in_counts(counts)
        for place, count in enumerate(counts):
            if place and _ANOTHER.match(count.before):
                yield from _in_counts(counts[place:])
    for before, sentence in pairwise(found):  # an item of a list may have its own list
        if before.text.rstrip().endswith(_GOES_ON):
            yield from _in_counts(list(sentence.counts))


def _paragraphs(found: Sequence[Sentence]) -> Iterator[list[Counted]]:
    """Yield the counts of each sentence together with those of sentences that continue it."""
    counts: list[Counted] = []
    passed = last = 0
    goes_on = False  # a line that ends with a comma continues in the next one
    for sentence in found:
        own = list(sentence.counts)
        passed = 0 if own else passed + 1
        if not own and passed == 1 and sentence.start - last < _NEXT:
            last = sentence.end
            continue  # 收到申请12件。均按规定办理。其中，…
        unfinished, last = goes_on, sentence.end
        goes_on = sentence.text.rstrip().endswith(_GOES_ON)
        if (sentence.continues or unfinished) and own and counts:
            joined = "。" if sentence.continues else counts[-1].after
            own[0] = own[0]._replace(before=joined + own[0].before)
        elif counts:
            yield counts
            counts = []
        counts += own
    if counts:
        yield counts


def _in_counts(counts: list[Counted]) -> Iterator[List]:
    for depth, runs in sorted(_runs(counts).items()):
        for run in runs:
            yield from _in_level([counts[place] for place in run])
        for run in runs:
            if depth and run[0] and counts[run[0] - 1].depth == depth - 1:
                yield from _bracketed([counts[place] for place in (run[0] - 1, *run)])


def _runs(counts: list[Counted]) -> dict[int, list[list[int]]]:
    """Return the runs of indices at each depth, split where a shallower count intervenes."""
    runs: dict[int, list[list[int]]] = {}
    open_depths: list[int] = []  # depths whose last run may continue
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
    """Yield the first list among counts of one depth: its wholes, and the items from the opener."""
    for place in range(1, len(counts)):
        opener = opened(counts[place])
        if opener is None or _is_one_more(counts, place, opener[0]):
            continue
        last = counts[place - 1]
        words = (last.before if last.quantity.spelt else "") + counts[place].before
        if opener[0].startswith("分别") and ";" in words:
            continue  # 上半年298条；三、四季度分别为171条和185条: of the kinds named before
        if NO_PART.search(last.clause) and adds(last.quantity, counts[place:]):
            return  # 转发344条，其中动态244条、公告100条: a list of what is no whole otherwise
        wholes = [item for item in counts[:place] if _may_be_whole(item)]
        if wholes:
            near = not counts[place].before[: opener.start()].strip(" ,;:。")
            adjacent = near and not counts[place].before.startswith("。")
            yield List(tuple(wholes[-6:]), tuple(counts[place : place + MOST + 1]), adjacent)
        return


def _may_be_whole(count: Counted) -> bool:
    """Whether a number may have parts: not 只计一条, and not a change or an average."""
    one = count.quantity.spelt and count.quantity.value == 1
    return not one and not NO_PART.search(count.clause)


def _is_one_more(counts: list[Counted], place: int, opener: str) -> bool:
    """Whether 涉及 begins another item of a list: 公告30条，动态70条，涉及民生的信息12条."""
    if place < 2 or opener.strip(" ,") != "涉及":
        return False
    before, last = counts[place - 2], counts[place - 1]
    return last.before.startswith((",", "、")) and before.quantity.unit == last.quantity.unit


def opened(count: Counted) -> re.Match[str] | None:
    """Return the words before a number that open a list; None if there are none."""
    words = without_groups(count.before)  # 微信（含转发）85条 does not open a list
    at = words.rfind(";") + 1  # 40条，涵盖公告等内容；公众号发布135条: its list has no numbers
    return _OPENER.search(words, at) or AGAIN.search(words, at)


def nests(count: Counted) -> bool:
    """Whether a number begins a nested list."""
    words = without_groups(count.before)
    return _OPENER.search(words, words.rfind(";") + 1) is not None


def _bracketed(counts: list[Counted]) -> Iterator[List]:
    """Yield the list in a bracket after its whole, which is the first of the counts."""
    whole, *parts = counts
    if len(parts) > 1 or opened(parts[0]) is not None:
        yield List((whole,), tuple(parts), adjacent=True)


def stop(parts: Sequence[Counted]) -> int:
    """Return the number of items before the first semicolon of a list; 0 if it has none."""
    return next((n for n in range(1, len(parts)) if ";" in parts[n].before), 0)


def ends(parts: tuple[Counted, ...], first: int) -> Iterator[int]:
    """Yield where a nested list may end: after each item up to a semicolon."""
    for end in range(first + 1, len(parts) + 1):
        yield end
        if end < len(parts) and ";" in parts[end].before:
            return


def closed(parts: tuple[Counted, ...]) -> tuple[Counted, ...]:
    """Return items without the words with which the first one opens a nested list."""
    if not parts or not nests(parts[0]):
        return parts
    plain = parts[0]._replace(before=_OPENER.sub("", parts[0].before))
    return (plain, *parts[1:])
