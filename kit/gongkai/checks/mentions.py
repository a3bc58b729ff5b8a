"""The numbers of a narrative, and which figure of the form each one speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from gongkai.forms.form import Measure
from gongkai.report.model import Filled, Report, Span
from gongkai.text.numbers import DIGITS

_CLAUSE = re.compile(r"[^，。；！？、\n（）()]+")
_NUMBER = r"(?<![0-9.,])([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(\.[0-9]{1,4})?\s*+"
_DIGIT = re.compile("[0-9]")
_SHARE = re.compile(
    r"[，,]?[（(]?(?:约?占[^0-9，。；%％]{0,10})?([0-9]{1,15}+(?:\.[0-9]{1,15}+)?)[%％]"
)
_GROWTH = re.compile(
    r"[，,]?[（(]?(?:同比|比上一?年度?|较上一?年度?)(增长|上升|增加|下降|减少|降低)了?约?"
    r"([0-9]{1,15}+(?:\.[0-9]{1,15}+)?)[%％]"
)
_APART = re.compile(
    r"每|平均|同比|环比|增加|减少|新增|累计|[较比]上年|上年的|去年"
)  # such a number is another one
_FAR = 14
_YEAR = re.compile(r"(20[0-9]{2})年")
# What may stand between a word and its number: words that only carry the phrase along.
_CARRIED = re.compile(
    r"公众号|公众平台|平台|账号|网站|栏目|政务|主动|依法|公开|发布|推送|刊登|发放|政府|各类|信息|消息|文章|稿件|文件"
    r"|申请|案件|事项|人员|工作|会议|数量|总量|总数|数|共计|合计|总计|共|计|达到|达|为|是|了|有|的|投入|安排|均|已|：|:|[\s“”]|全年|本年度?|提出|作出|处理|决定|案"
)


class Mention(NamedTuple):
    """A number with a unit of the form, and the measures whose words stand next to it.

    `typed` is False where the number was filled in. `share` is the percentage behind it, as
    typed, or ''; `growth` the change on last year, with its sign. `like_unit` are all measures
    that the unit may count.
    """

    span: Span
    quote: str
    number: Decimal
    typed: bool
    share: str
    share_span: Span | None
    growth: str
    measures: tuple[Measure, ...]
    like_unit: tuple[Measure, ...]


def mentions(report: Report) -> Iterator[Mention]:
    """Yield each number with a unit of the form that stands in the narrative."""
    units = _units(report)
    if not units:
        return
    pattern = counted(tuple(units))
    for part in report.sections:
        filled = report.filled(part)
        for clause in _CLAUSE.finditer(filled.text):
            yield from _in_clause(clause, part, filled, pattern, units, report.year)


@cache
def counted(units: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a number with one of these units behind it, the longest unit first."""
    longest_first = sorted(units, key=len, reverse=True)
    return re.compile(rf"{_NUMBER}({'|'.join(map(re.escape, longest_first))})")


def _units(report: Report) -> dict[str, tuple[Measure, ...]]:
    """Return, by each measure word that a text may use, the measures that it may count."""
    units: dict[str, tuple[Measure, ...]] = {}
    for measure in report.form.spoken:
        for unit in report.form.same_unit(measure.unit):
            units[unit] = (*units.get(unit, ()), measure)
    return units


def _in_clause(
    clause: re.Match[str],
    part: str,
    filled: Filled,
    pattern: re.Pattern[str],
    units: Mapping[str, tuple[Measure, ...]],
    year: int,
) -> Iterator[Mention]:
    text = clause.group().translate(DIGITS)
    other_year = any(int(stated) != year for stated in _YEAR.findall(text))
    quote = clause.group().strip()[:40]
    after_last = 0
    for found in pattern.finditer(text):
        start, end = clause.start() + found.start(), clause.start() + found.end()
        before, behind = text[after_last : found.start()], text[found.end() : found.end() + _FAR]
        after_last = found.end()
        like_unit = units[found.group(3)]
        share = _typed_share(filled, end)
        yield Mention(
            span=Span(part, start, start + len(found.group(1) + (found.group(2) or ""))),
            quote=quote,
            number=Decimal((found.group(1) + (found.group(2) or "")).replace(",", "")),
            typed=filled.is_typed(start, end),
            share=share.group(1) if share else "",
            share_span=Span(part, share.start(1), share.end(1) + 1) if share else None,
            growth=_typed_growth(filled, end),
            measures=() if other_year else _spoken_of(before, behind, like_unit),
            like_unit=like_unit,
        )


def _typed_share(filled: Filled, end: int) -> re.Match[str] | None:
    """Return the percentage that stands right behind a number, if it was typed by hand."""
    found = _SHARE.match(filled.text, end)
    return found if found and filled.is_typed(*found.span(1)) else None


def _typed_growth(filled: Filled, end: int) -> str:
    """Return the change on last year that stands right behind a number, if it was typed."""
    found = _GROWTH.match(filled.text, end)
    if found is None or not filled.is_typed(found.start(2), found.end(2)):
        return ""
    falls = found.group(1) in ("下降", "减少", "降低")
    return f"-{found.group(2)}" if falls else found.group(2)


def _spoken_of(before: str, behind: str, measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """Return the measures whose words stand next to a number: before it, or else behind it."""
    if _APART.search(before[-_FAR:]):
        return ()
    until_next = _DIGIT.split(behind)[0]
    for text, from_end in ((before[-_FAR - 10 :], True), (until_next, False)):
        near = [
            (_distance(text, word, from_end=from_end), -len(word), index)
            for index, measure in enumerate(measures)
            for word in measure.words
            if word in text
        ]
        near = [item for item in near if item[0] <= _FAR and _is_carried(text, item, from_end)]
        if near:
            nearest = min(near)[:2]
            return tuple(measures[item[2]] for item in near if item[:2] == nearest)
    return ()


def _is_carried(text: str, near: tuple[int, int, int], from_end: bool) -> bool:
    """Whether nothing but carrying words stands between the word and the number."""
    between = text[len(text) - near[0] :] if from_end else text[: near[0]]
    return not _CARRIED.sub("", between)


def _distance(text: str, word: str, *, from_end: bool) -> int:
    if from_end:
        return len(text) - text.rindex(word) - len(word)
    return text.index(word)


SENTENCE = re.compile(r"[。；！？\n]")
_WORDS = 10  # a shorter sentence is nobody's own


def sentences_of(report: Report) -> list[str]:
    """Return the sentences of the narrative that are long enough to be somebody's words."""
    text = "\n".join(report.filled(part).text for part in report.headings)
    found = (sentence.strip() for sentence in SENTENCE.split(text))
    return [sentence for sentence in found if len(sentence) >= _WORDS]
