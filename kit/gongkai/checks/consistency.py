"""Whether the text agrees with itself: lists with their wholes, one thing stated twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.reading.mentions import Mention, agrees, by_place, mentions
from gongkai.reading.sums import wrong_sums
from gongkai.report.model import Report, Span
from gongkai.text.numbers import plain
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence, sentences

ZERO = Decimal(0)


def narrative_sums(report: Report, _: Context) -> Iterator[Finding]:
    """Find lists whose parts do not come to their whole in any reading."""
    for part in report.sections:
        filled = report.filled(part)
        for wrong in wrong_sums(filled.text):
            whole = wrong.whole.quantity
            numbers = [whole, *(count.quantity for count in wrong.parts)]
            typed = any(filled.is_typed(item.start, item.end) for item in numbers)
            if not typed or _as_in_table(report, part, numbers):
                continue
            parts = " + ".join(plain(count.quantity.value) for count in wrong.parts)
            yield text_finding(
                report,
                "narrative-sum",
                Span(part, whole.start, whole.end),
                severity="note"
                if wrong.reason == "little" and wrong.total + 1 < whole.value
                else "warning",
                total=plain(whole.value),
                unit=whole.unit,
                parts=parts,
                sum=plain(wrong.total),
            )


def _as_in_table(report: Report, part: str, numbers: list[Quantity]) -> bool:
    """Whether every number of a list is the table's own, which may count one item twice."""
    known = by_place(report)
    found = (known.get((part, item.start)) for item in numbers)
    return all(item.measures and agrees(item, report) for item in found if item)


def narrative_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find one thing of which the text states two numbers."""
    seen: dict[tuple[str, str], Mention] = {}
    before: Mention | None = None
    for mention in mentions(report):
        key = _thing(mention) or _alone(mention, before, report)
        before = mention
        if not key:
            continue
        if (key, mention.quantity.unit) not in seen and _of_an_aspect(mention):
            continue  # 监督方面，举办培训班3期: another part of the work may have its own
        first = seen.setdefault((key, mention.quantity.unit), mention)
        if first is not mention and not _overlap(first.quantity, mention.quantity):
            yield text_finding(
                report,
                "narrative-twice",
                mention.span,
                quote=mention.quote,
                first=first.quote,
                one=plain(first.quantity.value),
                other=plain(mention.quantity.value),
            )


def _alone(mention: Mention, before: Mention | None, report: Report) -> str:
    """Return what a number counts where its clause names nothing else: 全年举办培训班3期.

    What stands before it in its sentence may only say in which part of the work; the people who
    took part are those of the trainings right before them.
    """
    found = _STATED.fullmatch(mention.counted.clause.strip())
    at = mention.quantity.start - mention.sentence.start
    apart = at > _FAR or mention.change or not mention.comparable or mention.sentence.continues
    if not found or apart or (mention.measures and agrees(mention, report)):
        return ""
    earlier = mention.sentence.text[:at]
    rest = [words for words in _COMMA.split(earlier)[:-1] if not _ASPECT.fullmatch(words.strip())]
    act = "answered" if found["act"] in ("答复", "回复") else "held"
    thing = f"{act} {found['thing']}"
    if not rest:  # 召开新闻发布会1场，介绍防汛: one of several
        stops = not mention.sentence.text[mention.quantity.end - mention.sentence.start :].strip()
        own = mention.counted.first and (stops or _IN_ALL.search(earlier))
        return thing if own else ""
    if found["thing"] not in _PEOPLE or len(rest) > 1 or before is None:
        return ""
    if before.sentence is not mention.sentence or not before.counted.first:
        return ""
    events = _STATED.fullmatch(before.counted.clause.strip())
    return f"{thing} {events['thing']} {before.quantity.value}" if events else ""


def _of_an_aspect(mention: Mention) -> bool:
    """Whether a sentence says in which part of the work something was, and not in all."""
    before = mention.sentence.text[: mention.quantity.start - mention.sentence.start]
    return "方面" in before and not _IN_ALL.search(before)


_FAR = 400  # characters before a number in its sentence, with which it does not stand alone
_IN_ALL = re.compile(r"全年|本年|共|累计")
_COMMA = re.compile(r"[,;:]")
_ASPECT = re.compile(
    r"[^,0-9]{2,10}方面|为[^,0-9]{2,14}|总的看|总体看|总体上|综上|一年来|(?:20[0-9]{2}年)?(?:全年)?"
)
_PEOPLE = ("参训人员", "参加人员", "受训人员")
_STATED = re.compile(
    r"(?:20[0-9]{2}年|全年|本年度?|[我全本][局委镇乡市县区]|我街道|共|累计){0,4}"
    r"(?P<act>举办|召开|开展|组织|组织开展|举行|答复|回复|发布|设立|设置|设有|设)?(?:各类|共|了){0,3}"
    r"(?:(?:政务公开|(?:政府)?信息公开)(?=业务培训|培训班)|(?:政府)?信息(?:公开)?(?=查阅点))?"
    r"(?P<thing>培训班|业务培训|新闻发布会|在线访谈|网民留言|主动公开(?:政府)?信息|参训人员|参加人员|受训人员|政策解读|查阅点)"
    r"(?:共计|共|达到?|为)?"
)
_COLUMN = re.compile(r"([\u4e00-\u9fff]{2,12}?)(?:栏目|专栏|板块|子栏目|模块)")


def _thing(mention: Mention) -> str:
    """Return what a number counts where that has a name of its own: the column of a website.

    Parts of a list, changes and other years' numbers are no statement of their own.
    """
    alone = len(mention.sentence.counts) == 1 and not mention.change and mention.comparable
    alone = alone and not mention.foreign  # 公开征地管理信息3条: a kind, one of many
    if alone and not mention.measures and mention.features.keys() == {"object", "channel"}:
        return "+".join((*mention.features["object"], *mention.features["channel"])).strip("+")
    named = _COLUMN.search(mention.counted.clause)
    if not named or mention.change or not mention.comparable or len(mention.sentence.counts) > 1:
        return ""
    return _INTRODUCED.sub("", named[1])


_INTRODUCED = re.compile(r"^.*(?:通过|在)")


def _overlap(first: Quantity, second: Quantity) -> bool:
    return first.low <= second.high and second.low <= first.high


def counted_things(report: Report, _: Context) -> Iterator[Finding]:
    """Find an announced number of things, such as parts, that is not the number of those named."""
    for part in report.sections:
        for sentence in sentences(report.filled(part).text):
            for count in sentence.counts:
                named = _named_before(sentence, count.quantity)
                named = named or _named_after(sentence, count.quantity)
                named = named or _titles_before(sentence, count.quantity)
                named = named or _ways_before(sentence, count.quantity)
                if named and count.quantity.value not in named:
                    yield text_finding(
                        report,
                        "narrative-count",
                        Span(part, count.quantity.start, count.quantity.end),
                        severity="note",
                        stated=plain(count.quantity.value),
                        counted=str(max(named)),
                    )


_PARTS = re.compile(r"(?:由|包括|包含|分为|涵盖|分)(.{8,400})$")
_LONGEST_PARTS = 410  # characters that _PARTS can find
_ORDER = "一二三四五六七八九十"


def _named_before(sentence: Sentence, quantity: Quantity) -> set[Decimal]:
    """Return how many things a list before its number may name: 由甲、乙、丙3个部分组成."""
    if quantity.unit not in ("个部分", "部分"):
        return set()
    at = quantity.start - sentence.start
    found = _PARTS.search(sentence.text, max(0, at - _LONGEST_PARTS), at)
    if not found:
        return set()
    if not found[1].endswith("等"):
        return _how_many(found[1])
    named = _how_many(
        found[1].removesuffix("等")
    )  # 甲、乙、丙等两部分: there may be more, not less
    return {min(named)} if named and min(named) > quantity.value else set()


def _how_many(named: str) -> set[Decimal]:
    """Return how many things words may name: commas or points between them, 和 in them.

    Things in quotes or titles are as many as these are.
    """
    quoted = _QUOTED.findall(named)
    if len(quoted) > 1:
        return {Decimal(len(quoted))} if not _QUOTED.sub("", named).strip("、,和及与以 ") else set()
    named = _PART_NAMES.sub("", _IN_ALL_PARTS.sub("", named))
    commas, points = named.count(","), named.count("、")
    if not commas + points or named.rstrip(",、和及与共").endswith("等"):
        return set()
    fewest = (commas or points) + 1
    most = commas + points + 1 + len(_AND.findall(named))
    return {Decimal(number) for number in range(fewest, most + 1)}


def _ways_before(sentence: Sentence, quantity: Quantity) -> set[Decimal]:
    """Return how many ways are named before a lesser number of them: 通过甲、乙、丙等两种渠道."""
    at, end = quantity.start - sentence.start, quantity.end - sentence.start
    if not _WAYS.match(sentence.text, end):
        return set()
    found = _THROUGH.search(sentence.text, max(0, at - _LONGEST_THROUGH), at)
    number = Decimal(found[1].count("、") + 1) if found and "、" in found[1] else ZERO
    return {number} if number > quantity.value else set()


_WAYS = re.compile(r"(?:主要)?(?:渠道|平台|方式|载体|途径|形式|媒介)")
_THROUGH = re.compile(r"(?:通过|利用|依托|采取|采用)([^,;。:0-9和及与()“”]{4,80}?)等?$")
_LONGEST_THROUGH = 90  # characters that it can find


def _titles_before(sentence: Sentence, quantity: Quantity) -> set[Decimal]:
    """Return how many documents, or columns of a website, stand right before their number.

    制定《甲》《乙》两项制度; 开设甲、乙、丙三个栏目.
    """
    at, end = quantity.start - sentence.start, quantity.end - sentence.start
    if _PAPERS.match(sentence.text, end):
        titles = _TITLES.search(sentence.text, max(0, at - _LONGEST_TITLES), at)
        return {Decimal(titles[0].count("《"))} if titles else set()
    if _COLUMNS.match(sentence.text, end):
        columns = _OPENED.search(sentence.text, max(0, at - _LONGEST_OPENED), at)
        return _how_many(columns[1]) if columns else set()
    return set()


# What stands between two words of one part's own name: 收到和处理, 行政复议、行政诉讼.
_PART_NAMES = re.compile(
    r"(?<=收到)和(?=处理)|(?<=问题)[和及](?=改进)|(?<=复议)[、,和及](?=(?:被?提起)?(?:行政)?诉讼)"
)
_IN_ALL_PARTS = re.compile(r",\s?(?:一?共|共计)$")  # 甲，乙，丙，共三个部分: no part of its own
_TITLES = re.compile(r"(?:《[^《》]{1,60}》[、和及]?){2,20}$")
_LONGEST_TITLES, _LONGEST_OPENED = 1_300, 90  # characters that _TITLES and _OPENED can find
_PAPERS = re.compile(r"(?:规章)?(?:制度|办法|文件|规定|方案|规范)(?!中|里)")
_OPENED = re.compile(r"(?:开设|设置|设有|设立)(?:了|有)?([^,;。:0-9]{4,80})$")
_COLUMNS = re.compile(r"(?:一级|二级)?(?:栏目|专栏|板块)")
_QUOTED = re.compile(r"《[^《》]{1,60}》|“[^“”]{1,60}”|\"[^\"]{1,60}\"")
_AND = re.compile(r"以及|[和及与]")


def _named_after(sentence: Sentence, quantity: Quantity) -> set[Decimal]:
    """Return how many things are numbered after their number: 三项工作：一是…二是…."""
    end = quantity.end - sentence.start
    listed = _LISTED.match(sentence.text, end) if quantity.unit in ("个部分", "部分") else None
    if listed:
        return _how_many(listed[1])
    units = ("项", "个", "个部分", "方面", "类", "点")
    if quantity.unit not in units or not _HEADS.match(sentence.text, end):
        return set()
    number = next((n for n, last in enumerate(_heads(sentence.text)) if last < end), len(_ORDER))
    return {Decimal(number)} if number > 1 else set()


@lru_cache(maxsize=8)
def _heads(text: str) -> tuple[int, ...]:
    """Return where 一是, 二是 and so on stand for the last time in a sentence; -1 for nowhere."""
    return tuple(text.rfind(f"{order}是") for order in _ORDER)


_LISTED = re.compile(r"[^,;。:0-9]{0,6}:([^;。]{8,400})$")
_HEADS = re.compile(r"[^,;。:0-9]{0,10}[:,]\s?一是")
