"""Check that the text names as many things as it announces: parts, documents, channels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.forms.vocabulary import vocabulary
from gongkai.report.model import Report
from gongkai.text.around import ending
from gongkai.text.numbers import plain
from gongkai.text.numerals import numeral
from gongkai.text.quantities import Quantity, half_width
from gongkai.text.sentences import Sentence, sentences
from gongkai.text.span import Span

_PARTS = re.compile(r"(?:由|包括|包含|分为|涵盖|分)(.{8,400})$")
_OPENS = re.compile("包括|包含|分为|涵盖")
_CHANNELS = re.compile(r"(?:主要)?(?:渠道|平台|方式|载体|途径|形式|媒介)")
_THROUGH = re.compile(r"(?:通过|利用|依托|采取|采用)([^,;。:0-9和及与()“”]{4,80}?)等?$")
# A conjunction or comma inside the name of one part: 收到和处理, 行政复议、行政诉讼.
_PART_NAMES = re.compile(
    r"(?<=收到)和(?=处理)|(?<=问题)[和及](?=改进)|(?<=复议)[、,和及](?=(?:被?提起)?(?:行政)?诉讼)"
)
# One part in the form, two in some reports: 行政复议、行政诉讼.
_MAYBE_APART = re.compile(r"(?<=复议)[、,](?=(?:行政)?诉讼[、,和及与])")
_IN_ALL_PARTS = re.compile(r",\s?(?:一?共|共计)$")  # 甲，乙，丙，共三个部分: not a part itself
_TITLES = re.compile(r"(?:《[^《》]{1,60}》[、和及]?){2,20}$")
_LONGEST_TITLES = 1_300  # characters of its longest match
_DOCUMENTS = re.compile(r"(?:规章|政策性?|配套)?(?:制度|办法|文件|规定|方案|规范)(?!中|里)")
_OPENED = re.compile(r"(?:开设|设置|设有|设立|新设|开辟|推出|增设)(?:了|有)?([^,;。:0-9]{4,80})$")
_COLUMNS = re.compile(r"(?:一级|二级)?(?:栏目|专栏|专题|板块)")
_QUOTED = re.compile(r"《[^《》]{1,60}》|“[^“”]{1,60}”|\"[^\"]{1,60}\"")
_AND = re.compile(r"以及|[和及与]")
_JOINS = re.compile(r"以及|[和及与、]")
_LISTED = re.compile(r"[^,;。:0-9]{0,6}:([^;。]{8,400})$")
# 账号两个，分别为“甲”“乙”“丙”
_QUOTED_EACH = re.compile(r",?\s?(?:分别|具体)[为是]:?((?:“[^“”]{1,20}”[、和]?){2,12})")
# The things listed right before their number: 甲、乙、丙、丁四类信息
_NAMED_FIRST = re.compile(
    r"(?:^|[,;。:(]|在|由|抓好|对|形成|设立|成立|建立|围绕|用好|依托|聚焦|紧扣|紧盯|抓住|推行|实行|执行|组织|构建|做好|推进|突出)"
    r"([^,;。:()0-9在对]{1,16}(?:、(?:(?!在(?![线建]))[^,;。:()0-9、]){1,16}){1,9})[“”\"]?$"
)
_DIGITS_TOO = ("方面", "领域", "社区")  # 5个方面, but 县级部门、乡镇36个单位
_OF_THOSE_NAMED = re.compile(
    r"(?:大|个)?(?:重点|行业|主要|关键|民生|基层|区级|县级|市级){0,3}"
    r"(?:领域|方面|乡镇|街道|部门|单位|村|社区|小组|工作小组|工作组|环节|载体|渠道|信息|制度|平台|机制|账号)"
    r"(?![级员长支民委组法化区])|步(?:工作法|法|走|流程)|位?一体"
)
# How the items of a list are numbered, after what announces them: 一是, 1. (and not 1.5), (1), ①.
_IN_WORDS = re.compile(r"[^,;:。0-9]{0,10}[:,。]\s{0,4}")
_IN_DIGITS = re.compile(r"[^,;:。0-9]{0,20}[:。]\s{0,4}")
_NUMERALS, _DIGITS = "一二三四五六七八九十", range(1, 21)
_STYLES = tuple(
    (announced, tuple(re.compile(mark % order) for order in orders))
    for announced, mark, orders in (
        (_IN_WORDS, "%s是", _NUMERALS),
        (_IN_WORDS, "第%s[,、]", _NUMERALS),
        (_IN_WORDS, "(?:%s)", ("首先", "其次", "再次|然后|第三", "最后|第四", "第五")),
        (_IN_DIGITS, r"(?<![0-9.])%s\.(?![0-9])", _DIGITS),
        (_IN_DIGITS, "(?<![0-9])%s、", _DIGITS),
        (_IN_DIGITS, r"\(%s\)", _DIGITS),
        (_IN_DIGITS, r"\(%s\)", _NUMERALS),
        (_IN_DIGITS, "%s", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    )
)
_FAR = 2_000  # characters after a number in which to look for the things that it announces
# 三种渠道公开：网站、公众号、公示栏
_KINDS_LISTED = re.compile(
    r"(?:渠道|方式|途径|形式|平台|载体|媒介|机制|环节|领域|专栏|栏目|专题|板块)[^,;。:0-9]{0,8}:([^;。:0-9]{6,200})(?=[;。]|$)"
)
# 开放日活动3场，分别走进市图书馆、市博物馆、市美术馆
_VISITED = re.compile(
    r",\s?(?:分别(?:走进|深入|前往|赴|到)|主题(?:分别|依次)为)([^,;。:0-9]{4,80})(?=[,;。]|$)"
)
# 四个到位：思想认识到位、组织领导到位
_SLOGAN = re.compile(r"([\u4e00-\u9fff]{2,3}):([^;。:0-9]{6,120})(?=[;。]|$)")
_PARTS_OF_ALL = ("个部分", "部分", "大部分")
_ANNOUNCED_IN = ("项", "个", "个部分", "方面", "类", "点")
# “四统一”，即统一受理、统一登记; “三个及时”：及时更新、及时解读
_SLOGAN_IN_QUOTES = re.compile(
    r"“(?P<number>[两二三四五六七八九十])个?(?P<word>[\u4e00-\u9fff]{2})”"
    r"[^,;:。()]{0,8}(?:,即|:|\(|,(?=(?P=word)))(?P<items>[^;。:,()“”]{4,120})(?=[;。)]|$)"
)
_BETWEEN_ITEMS = re.compile("[、和与]|及(?!时)")
_SHORT = 8  # characters; an item this short may not be the name of a part by itself
_OF_REPORT = re.compile(r"(?:报告|年报|全文)[^,;。]{0,40}(?:由|包括|包含|分为|涵盖|分)$")
_BEFORE_OTHERS = re.compile("、(?=其他)")  # A情况，B情况，C措施、其他需要报告的事项


class _Number(NamedTuple):
    """A number of things, its sentence, and what follows it in the text."""

    sentence: Sentence
    quantity: Quantity
    rest: str

    @property
    def own(self) -> str:
        """What follows it in its sentence."""
        return self.rest[: self.sentence.end - self.quantity.end]

    @property
    def at(self) -> int:
        """Where it begins in its sentence."""
        return self.quantity.start - self.sentence.start

    def before(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return what a pattern that ends with `$` matches right before it."""
        return ending(pattern, self.sentence.text, self.at)


def counted_things(report: Report, _: Context) -> Iterator[Finding]:
    """Find announced numbers of things, such as parts, that differ from the number named."""
    for part in report.sections:
        text = half_width(report.filled(part).text)
        for start, end, stated, counted in (*_slogans(text), *_announced(report, part, text)):
            yield text_finding(
                report,
                "narrative-count",
                Span(part, start, end),
                severity="note",
                stated=plain(stated),
                counted=str(counted),
            )


_Differs = tuple[int, int, Decimal, Decimal]  # the span of a number, the number, and the right one


def _announced(report: Report, part: str, text: str) -> Iterator[_Differs]:
    """Yield the numbers that differ from how many things are named before or after them."""
    for sentence in sentences(report.filled(part).text):
        for count in sentence.counts:
            own = count.quantity
            number = _Number(sentence, own, text[own.end : own.end + _FAR])
            named = next(filter(None, (read(number) for read in _READINGS)), None)
            if named and own.value not in named:
                yield own.start, own.end, own.value, max(named)


def _slogans(text: str) -> Iterator[_Differs]:
    """Yield the numbers in slogans that differ from the number of their items."""
    for found in _SLOGAN_IN_QUOTES.finditer(text):
        items = [item.strip() for item in _BETWEEN_ITEMS.split(found["items"])]
        number = numeral(found["number"])
        alike = all(it.startswith(found["word"]) or it.endswith(found["word"]) for it in items)
        if number and len(items) > 1 and alike and len(items) != number:
            yield *found.span("number"), number, Decimal(len(items))


def _named_before(number: _Number) -> set[Decimal]:
    """Return the possible counts of a list before its number: 由甲、乙、丙3个部分组成."""
    are_aspects = number.quantity.unit == "方面" or number.own.startswith("方面")
    if number.quantity.unit not in _PARTS_OF_ALL and not are_aspects:
        return set()
    found = number.before(_PARTS)
    if not found or (are_aspects and not _OF_REPORT.search(found.string[: found.start(1)])):
        return set()
    listed = _OPENS.split(found[1])[-1]  # 由某局编制，全文包括甲、乙
    if not listed.endswith("等"):
        return _how_many(listed)
    named = _how_many(listed.removesuffix("等"))
    if not named:
        return set()
    if _parts_of_report(listed.removesuffix("等")):
        return (
            named if max(named) + 1 >= number.quantity.value else set()
        )  # a report names all of them
    # 甲、乙、丙等两部分: there may be more than the list names, but not fewer.
    return {min(named)} if min(named) > number.quantity.value else set()


def _how_many(named: str) -> set[Decimal]:
    """Return the possible numbers of things named, separated by commas, 、 or 和.

    If there are several quotations or titles, these are counted.
    """
    quoted = _QUOTED.findall(named)
    if len(quoted) > 1:
        return {Decimal(len(quoted))} if not _QUOTED.sub("", named).strip("、,和及与以 ") else set()
    named = _IN_ALL_PARTS.sub("", named)
    apart = len(_MAYBE_APART.findall(named))
    named = _PART_NAMES.sub("", named)
    parts = _parts_of_report(named)
    if parts:
        return parts | {max(parts) + more for more in range(1, apart + 1)}
    commas, points = named.count(","), named.count("、")
    if not commas + points or named.rstrip(",、和及与共").endswith("等"):
        return set()
    fewest = (commas or points) + 1
    most = commas + points + 1 + len(_AND.findall(named)) + apart
    return {Decimal(number) for number in range(fewest, most + 1)}


def _parts_of_report(named: str) -> set[Decimal]:
    """Return the possible counts of parts with the usual endings: A情况、B和C情况、D情况及E打算.

    和 separates two parts only if the words before it also end like a part, or 附件 follows. A
    short item that does not may belong to the next (行政复议、举报投诉情况). If there are many
    commas, a 、 is inside an item.
    """
    listed = _BEFORE_OTHERS.sub(",", named)
    items = (listed if named.count(",") > 2 else listed.replace("、", ",")).split(",")
    ended = sum(map(_is_a_part, items))
    if ended <= 2 or not _is_a_part(items[-1]) or len(items) > 2 * ended:
        return set()
    joined = sum(
        item[: both.start()].endswith(vocabulary().parts) or item[both.end() :].startswith("附")
        for item in items
        for both in _JOINS.finditer(item)
    )
    short = sum(len(item) <= _SHORT and not _is_a_part(item) for item in items)
    return set(map(Decimal, range(len(items) - short, len(items) + joined + 1)))


def _is_a_part(item: str) -> bool:
    return item.strip().endswith(vocabulary().parts) or item.strip().startswith("其他需要报告")


def _channels_before(number: _Number) -> set[Decimal]:
    """Return the count of channels named before a smaller number: 通过甲、乙、丙等两种渠道."""
    found = number.before(_THROUGH) if _CHANNELS.match(number.own) else None
    named = Decimal(found[1].count("、") + 1) if found and "、" in found[1] else Decimal(0)
    return {named} if named > number.quantity.value else set()


def _titles_before(number: _Number) -> set[Decimal]:
    """Return how many documents, or columns of a website, are named right before their number.

    制定《甲》《乙》两项制度; 开设甲、乙、丙三个栏目.
    """
    if _DOCUMENTS.match(number.own):
        first = max(0, number.at - _LONGEST_TITLES)
        listed = number.sentence.text[first : number.at].removesuffix("共")
        etc = listed.endswith("等")  # 《甲》《乙》《丙》等两份文件
        titles = _TITLES.search(listed.removesuffix("等"))
        named = Decimal(titles[0].count("《")) if titles else Decimal(0)
        return {named} if named and not (etc and named <= number.quantity.value) else set()
    columns = number.before(_OPENED) if _COLUMNS.match(number.own) else None
    return _how_many(columns[1]) if columns else set()


def _named_after(number: _Number) -> set[Decimal]:
    """Return how many numbered items follow their number: 三项工作：一是…二是…; 1.…；2.…."""
    quantity, own, rest = number.quantity, number.own, number.rest
    quoted = _QUOTED_EACH.match(own)
    if quoted:
        return {Decimal(len(_QUOTED.findall(quoted[1])))}
    listed = _LISTED.match(own) if quantity.unit in _PARTS_OF_ALL else None
    if listed:
        return _how_many(listed[1])
    announces = quantity.unit in _ANNOUNCED_IN or quantity.unit.startswith("大")
    announces = announces or (quantity.unit == "件" and rest.startswith(("事", "大事", "实事")))
    if not announces or quantity.value == 1:  # 再上一个新台阶
        return set()
    styles = [
        marks
        for announced, marks in _STYLES
        if (lead := announced.match(rest)) and marks[0].match(rest, lead.end())
    ]
    found = {_in_order(text, style) for text in (own, rest) for style in styles}
    return found if max(found, default=0) > 1 else set()


def _in_order(text: str, style: Sequence[re.Pattern[str]]) -> Decimal:
    """Return how many marks of a list occur in order, before its first mark occurs again."""
    first = list(islice(style[0].finditer(text), 2))
    end = first[1].start() if len(first) > 1 else len(text)
    at = found = 0
    for mark in style:
        place = mark.search(text, at, end)
        if place is None:
            break
        at, found = place.end(), found + 1
    return Decimal(found)


def _listed_after(number: _Number) -> set[Decimal]:
    """Return how many channels, items of a slogan, or places of events follow their number."""
    quantity, rest = number.quantity, number.rest
    visited = _VISITED.match(rest) if quantity.unit in ("场", "次", "期") else None
    if visited and "、" in visited[1]:
        return _counts_of_list(visited[1])
    listed = _KINDS_LISTED.match(rest)
    if listed:
        return _how_many(listed[1])
    slogan = _SLOGAN.match(rest) if quantity.spelt else None
    items = slogan[2].split("、") if slogan else []
    same = slogan is not None and all(item.strip().endswith(slogan[1]) for item in items)
    return {Decimal(len(items))} if same and len(items) > 1 else set()


def _things_before(number: _Number) -> set[Decimal]:
    """Return the possible counts of things right before their number: 医疗、疾控、老龄四大领域."""
    quantity, rest = number.quantity, number.rest
    big = quantity.unit.startswith("大")  # 四大领域
    several = quantity.spelt or (quantity.unit == "个" and rest.startswith(_DIGITS_TOO))
    if not several or not (big or _OF_THOSE_NAMED.match(rest)):
        return set()
    found = number.before(_NAMED_FIRST)
    named = _counts_of_list(found[1]) if found else set()
    sure = quantity.spelt or not rest.startswith("社区")  # 机关、学校12个社区: of other kinds
    return named if sure or named & {quantity.value - 1, quantity.value + 1} else set()


def _counts_of_list(named: str) -> set[Decimal]:
    """Return the possible counts of things separated by 、, with 和 allowed before the last."""
    number = named.count("、") + 1
    more = len(_AND.findall(named.rpartition("、")[2]))
    return set() if named.endswith("等") else {Decimal(number), Decimal(number + more)}


_READINGS = (
    _named_before, _named_after, _listed_after, _titles_before, _channels_before, _things_before,
)  # fmt: skip
