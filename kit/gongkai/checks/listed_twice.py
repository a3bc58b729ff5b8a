"""Find items that a list of the text names twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.reading.lists import opened
from gongkai.report.model import Report
from gongkai.text.numbers import plain
from gongkai.text.sentences import Counted, excerpt, sentences
from gongkai.text.span import Span

# Joins an item to the one before it, after whose share it may come: 14条，占13.6%；规划类6条.
_JOINED = re.compile(
    r"(?P<share>[,(]?约?占[^,;。0-9]{0,12}[0-9.]{1,8}%\)?)?(?P<sign>[、,;])\s?[^、,;:。()]{2,24}"
)
_OPENING = re.compile(r"^(?:其中|包括|包含|含|主动公开|公开|发布)+")
_KIND = re.compile(r"的?类?(?:政府)?信息$|类$")
# A clause with one of these describes an action, and is not the name of a kind.
_NO_NAME = re.compile(
    r"其他|其它|其余|公开|发布|推送|转载|更新|收到|受理|办[结理]|答复|举办|召开|开展|完成|组织(?!机构|人事|架构|领导)|印发|制定|维持|纠正|审结"
)
# Four or more bare names; one with 的 or 和 would be two things.
_NAMES = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,24}、(?:[\u4e00-\u9fff]{2,8}、){2,40}(?:[\u4e00-\u9fff]{2,17}?(?=等|[两三四五六七八九十]{1,2}[个大]?[类种项])|)"
)
_BETWEEN = re.compile("、|(?<=.{4})和(?=[^、]{4,12}$)")  # 甲、乙、丙、养老服务和区划地名等
_NOT_BARE = re.compile("[的和及与或]")
_VERB = re.compile("^.{0,18}(?:公开|公布|发布|涵盖|包括|包含|涉及)(?=.{2})")
_WAY_IN = re.compile(
    "^.{0,6}?(?:开设|设置|设立|开辟|增设)了?|^(?:通过|(?:综合|充分)?运用|利用|依托|围绕|聚焦|采取|(?:重点|主要|及时)?(?:公开|公布|发布|推进|做好|包括|涵盖|涉及))"
)


def listed_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find kinds that one list names twice, with the same number or with different ones."""
    for part in report.sections:
        filled = report.filled(part)
        for first, second in _pairs(filled.text):
            one, other = first.quantity, second.quantity
            if not filled.is_typed(other.start, other.end):
                continue
            quotes = [excerpt(filled.text, item.start, item.end) for item in (one, other)]
            span = Span(part, other.start, other.end)
            if one.value == other.value:
                yield text_finding(report, "listed-twice", span, severity="note", quote=quotes[1])
            else:
                yield text_finding(
                    report,
                    "narrative-twice",
                    span,
                    first=quotes[0],
                    quote=quotes[1],
                    one=plain(one.value),
                    other=plain(other.value),
                )


def names_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find names that one list without numbers has twice: 机构职能、工作动态、…、工作动态."""
    for part in report.sections:
        filled = report.filled(part)
        for found in _NAMES.finditer(filled.text):
            start, seen = found.start(), set[str]()
            for typed in filter(None, _BETWEEN.split(found[0])):
                span, name = Span(part, start, start + len(typed)), _WAY_IN.sub("", typed)
                name = name if seen else _VERB.sub("", name)
                if name in seen and filled.is_typed(span.start, span.end):
                    yield text_finding(report, "listed-twice", span, severity="note", quote=name)
                if not _NOT_BARE.search(name):
                    seen.add(name)
                start = span.end + 1


def _pairs(text: str) -> Iterator[tuple[Counted, Counted]]:
    """Yield pairs of numbers of one kind: both in one list, or one in the sentence after it."""
    before: dict[str, Counted] = {}
    last = 0
    for sentence in sentences(text):
        if "\n" in text[last : sentence.start]:
            before = {}
        last = sentence.end
        counts = sentence.counts
        if counts and counts[0].before.strip().endswith("类"):
            first = before.get(_name(counts[0]))
            if first and first.quantity.value != counts[0].quantity.value:
                yield first, counts[0]
        listed: dict[str, Counted] = {}
        for run in _runs(counts):
            yield from _in_run(run)
            listed |= {_name(item): item for item in run} if len(run) > 1 else {}
        before = listed


def _in_run(run: Sequence[Counted]) -> Iterator[tuple[Counted, Counted]]:
    seen: dict[str, Counted] = {}
    for item in run if len(run) > 2 else ():
        name = _name(item)
        if name and seen.setdefault(name, item) is not item:
            yield seen[name], item


def _runs(counts: Sequence[Counted]) -> Iterator[list[Counted]]:
    """Yield the runs of items in a sentence that are joined by the same sign, or by shares."""
    run: list[Counted] = []
    sign = ""
    for item in counts:
        joined = _JOINED.fullmatch(item.before)
        same = joined and (joined["share"] or joined["sign"] == (sign or joined["sign"]))
        goes_on = run and same and not opened(item)
        alike = run and (item.depth, item.quantity.unit) == (run[-1].depth, run[-1].quantity.unit)
        if joined and goes_on and alike:
            sign = joined["sign"]
            run.append(item)
        else:
            yield run
            run, sign = [item], ""
    yield run


def _name(item: Counted) -> str:
    """Return the kind that an item counts; "" if its words do not name one."""
    words = item.clause.strip(" 、和及")
    if _NO_NAME.search(_OPENING.sub("", words)):
        return ""
    name = _KIND.sub("", _OPENING.sub("", words))
    return name if len(name) > 1 else ""
