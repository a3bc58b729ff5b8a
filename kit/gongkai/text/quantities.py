"""The quantities of a Chinese text: each number phrase as a value, an interval and a unit.

Years, dates, numbers of documents, ordinals, telephones and names with digits are read too, as
what they are, so that nothing else takes them for a count. The text is read once, from its first
character to its last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

# A full-width sign and its half-width twin are one sign. Each is one character, so a place in
# the text as typed is the same place in the text as read.
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(typed): ord(read) for typed, read in zip("\u3000\u00a0﹣−﹪｡\t", "  --%。 ", strict=True)
}

Kind = Literal["count", "money", "percent", "ratio", "time", "year", "date", "document", "name"]
INFINITE = Decimal("Infinity")

# Measure words that count the same things: 件 stands among 条, 名 among 人.
FAMILIES: tuple[tuple[str, ...], ...] = (
    *(("件", "条", "份", "篇", "则", "个", "项", "宗", "起", "部", "批", "封", "例", "类", "种"),),
    *(("人", "名", "位"), ("次", "场", "期", "回", "场次", "轮", "届", "堂", "讲", "节")),
    *(("家", "处", "个", "台", "座", "站"), ("幅", "张", "版", "页", "册", "本", "套")),
)
_COUNTED = [
    *("人次", "场次", "批次", "件次", "条次", "篇次", "个部分", "部分", "方面"),
    *"人名位件条份篇则个项宗起部批封例类种次场期回轮届堂讲节家处台座站幅张版页册本套户笔辆款字通段章栋亩",
]
_TIME = [
    *("个工作日", "工作日", "个月", "小时", "分钟", "公里", "平方米"),
    *"天周日月年岁级度米吨",
]
# What 一 to 十 stand before where they count; after them 日, 月 or 级 name and do not count.
# Four big ones: 四大领域, 七大部分; a part of nearly all is 一大部分.
_BIG = [
    f"大{noun}" for noun in ("领域", "部分", "方面", "板块", "平台", "举措", "任务", "环节", "类")
]
_SPOKEN = [
    *_BIG,
    "点",  # 主要有四点; 8点 is an hour
    *(unit for unit in _COUNTED if unit not in ("章", "版", "段", "页", "字", "度", "节", "届")),
]


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}(?![0-9])|[0-9]{1,15})"
_PLAIN = rf"{_DIGITS}(?:\.[0-9]{{1,6}})?"
_SPELT = "零〇○一二两三四五六七八九十百千万亿"
_SCALE = "千万|百万|十万|万|亿"
_UNIT = rf"个百分点|百分点|[%‰倍成番]|(?:{_any([*_COUNTED, *_TIME, '元'])})"
_YEAR = r"(?:(?:19|20)[0-9]{2}|[一二][〇○零九][〇○零一二三四五六七八九]{2})"
_TOKEN = re.compile(
    r"(?=[0-9A-Za-z《〔\[第百负零〇○一二两三四五六七八九十翻邮电传过])(?:"
    r"(?P<address>(?:https?://|www\.)[^\s,;。、()<>\[\]“”\"']{1,200}+"
    r"|(?<![\w.+-])[A-Za-z0-9.+-]{1,64}+@[\w.-]{1,200}+)"
    # A postcode, a telephone or a room: 电话20350个 is none, as it counts.
    r"|(?P<contact>(?:邮政编码|邮编|电话|传真)(?:号码)?[:为是]?\s?[0-9][-0-9—()]{4,30}+(?![余多]?[个次件通条人])"
    r"(?:[、/][0-9][-0-9—]{6,30}+)?)"
    r"|(?P<place>(?<![0-9.])[0-9]{1,5}(?:-[0-9]{1,5})?(?:号楼|室|楼|层|单元|弄|幢))"
    r"|(?P<document>(?<=[〔\[(])\s?(?:19|20)[0-9]{2}\s?[〕\])]\s?第?[0-9]{1,6}\s?号"
    r"|[〔\[]\s?(?:19|20)[0-9]{2}\s?[〕\]]\s?第?[0-9]{1,6}\s?号"
    r"|第?[0-9]{1,6}\s?号)"
    rf"|(?P<date>{_YEAR}\s?年\s?[0-9]{{1,2}}\s?月(?:\s?[0-9]{{1,2}}\s?日)?"
    r"|(?:19|20)[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2}\s?月(?:份|\s?[0-9]{1,2}\s?日)?)"
    rf"|(?P<year>{_YEAR}(?:\s?[-—~至]{{1,2}}\s?{_YEAR})?\s?年度?)"
    rf"|(?P<ordinal>第\s?\(?[0-9{_SPELT}]{{1,9}}+\)?(?:{_any([*_COUNTED, *_TIME])})?"
    r"|(?<![0-9.])[0-9]{1,2}[.、)](?=[^0-9\s]))"
    r"|(?P<phone>0[0-9]{2,3}[-—]{1,2}[0-9]{7,8}|1[0-9]{4}(?=(?:政务|市民|便民|服务|热线|平台|”)))"
    r"|(?P<letters>(?<![A-Za-z])[A-Za-z]++[-0-9.]{0,20}[0-9]|(?<![0-9.])[0-9]++(?:\.[0-9]++)?[A-Za-z]+)"
    rf"|(?P<hundredth>百分之(?:{_PLAIN}|[{_SPELT}]{{1,6}}+))"
    r"|(?P<doubled>翻(?:了?[一两二三四1-4]|了)?番)"
    r"|(?P<half>过半(?!数?[年天月])|(?<=[少降减占超近到])(?:低|了)?一半(?![年天月]))"
    r"|(?P<fraction>(?<![百千万])[二三四五六七八九十]分之[一二两三四五六七八九])"
    rf"|(?P<number>(?<![0-9.A-Za-z])(?:[-+](?=[0-9]))?{_PLAIN}"
    rf"(?:\s?[-—~至到]{{1,2}}\s?(?={_DIGITS})(?P<until>{_PLAIN}))?)"
    rf"\s*+(?P<about>[余多几]?)\s?(?P<scale>{_SCALE})?(?P<about2>[余多]?)\s?(?P<unit>{_UNIT})?"
    rf"|(?P<spelt>(?<![{_SPELT}第之唯统同任每某另哪逐进])[{_SPELT}]{{1,12}}+)"
    rf"(?P<about3>[余多几]?)(?P<unit2>成[{_SPELT}半]|[成倍](?![立为效果])|{_any([*_SPOKEN, '元'])})"
    r")"
)
_TITLE = re.compile(r"《[^《》\n]{1,200}》")
_STARTS_LINE = re.compile(r"(?:^|[\n。;:!?)])[ #*>-]{0,9}$")
_BEFORE = re.compile(
    r"(?P<near>(?<![最附亲就])近|将近|接近|(?<![预违公条节特])约|大约|大概)?"
    r"(?P<over>超过?|逾|突破|不少于|不低于|至少|高于|多于|超出)?"
    r"(?P<under>不足|不到|少于|低于|不超过|最多|不多于)?(?:[达到了]|达到)?\s?$"
)
_AFTER = re.compile(
    r"\s?(?:条|件)?(?:(?P<more>余|多(?!\s?[0-9出收])|以上|之多)|(?P<less>以下|以内)|(?P<near>左右|上下))"
)
_SCALES = {"万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}
_VALUES = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}
_TENS = {"十": 10, "百": 100, "千": 1000}


class Quantity(NamedTuple):
    """A number phrase: its place, and every value that it can mean.

    `start` and `end` enclose number and unit in the text; `low` and `high` are the least and the
    greatest value. `exact` is False where words such as 余, 近 or 以上 make it a bound. A `money`
    is in 元, a `percent` in hundredths, a `ratio` in times (1.5倍 is 1.5). `titled` means that it
    stands in the title of a document, 《…》.
    """

    kind: Kind
    start: int
    end: int
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str = ""
    exact: bool = True
    places: int = 0
    titled: bool = False
    spelt: bool = False

    @property
    def counts(self) -> bool:
        """Whether it says how many, or how much money."""
        return self.kind in ("count", "money")

    def may_be(self, number: Decimal) -> bool:
        """Whether the phrase can mean a number."""
        return self.low <= number <= self.high

    def like(self, other: Quantity) -> bool:
        """Whether the two count with measure words that are interchangeable."""
        if self.kind != other.kind:
            return False
        if self.unit == other.unit or not (self.unit and other.unit):
            return True
        return any(self.unit in family and other.unit in family for family in FAMILIES)


@lru_cache(maxsize=256)
def half_width(text: str) -> str:
    """Return a text with half-width signs; every character keeps its place.

    Nearly every check asks for it, and it takes as long as many of them.
    """
    return text.translate(HALF_WIDTH)


@lru_cache(maxsize=256)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the number phrases of a text in half-width signs, in their order."""
    titles = [found.span() for found in _TITLE.finditer(text)]
    titles.reverse()
    result = []
    for found in _TOKEN.finditer(text):
        while titles and titles[-1][1] <= found.start():
            titles.pop()
        quantity = _read(found, text)
        if quantity and titles and titles[-1][0] <= quantity.start:
            quantity = quantity._replace(titled=True)
        if quantity:
            result.append(quantity)
    return tuple(result)


_NAMES = ("address", "contact", "place", "document", "ordinal", "phone", "letters")


def _read(found: re.Match[str], text: str) -> Quantity | None:
    """Return what a match is; None for a spelt numeral that says nothing, such as 百件."""
    for name in _NAMES:
        if found[name] is not None:
            return _named(found, name, text)
    if found["date"] or found["year"]:
        return _dated(found)
    for name, read in _SHARES.items():
        if found[name]:
            return read(found, text)
    if found["spelt"]:
        return _spelt(found, text)
    return _number(found, text)


def _named(found: re.Match[str], name: str, text: str) -> Quantity | None:
    kind: Kind = "document" if name == "document" else "name"
    if name == "ordinal" and found[0][0] != "第":
        before = text[max(0, found.start() - 12) : found.start()]
        if not _STARTS_LINE.search(before):
            value = Decimal(found[0][:-1])
            return Quantity("count", found.start(), found.end() - 1, value, value, value)
    zero = Decimal(0)
    return Quantity(kind, *found.span(), zero, zero, zero)


def _dated(found: re.Match[str]) -> Quantity:
    """Return a year or a date; its value is the (last) year, or 0 where none is named."""
    text = found[0]
    year = year_of(text)
    value = Decimal(year)
    kind: Kind = "date" if found["date"] else "year"
    return Quantity(kind, *found.span(), value, Decimal(year_of(text, first=True)), value)


_A_YEAR = re.compile(_YEAR)


def year_of(text: str, *, first: bool = False) -> int:
    """Return the first or the last year that a phrase names; 0 where it names none."""
    years = _A_YEAR.findall(text)
    if not years:
        return 0
    year = years[0 if first else -1]
    return int(in_digits(year))


def in_digits(text: str) -> str:
    """Return a text with each Chinese numeral below ten as a digit: 二〇二四 is 2024."""
    return "".join(str(_VALUES.get(char, char)) for char in text)


def _hundredth(found: re.Match[str]) -> Quantity | None:
    digits = found[0][3:]
    value = Decimal(digits) if digits[0].isascii() else numeral(digits)
    if value is None:
        return None
    places = len(digits.partition(".")[2])
    return Quantity("percent", *found.span(), value, value, value, "%", places=places)


def _doubled(found: re.Match[str]) -> Quantity:
    """Return 翻两番 as four times; 翻番 is 翻一番."""
    times = found[0].strip("翻了番") or "一"
    value = Decimal(2) ** (int(times) if times.isdigit() else _VALUES[times])
    return Quantity("ratio", *found.span(), value, value, value, "番")


def _half(found: re.Match[str], text: str) -> Quantity:
    """Return 一半 as 50 %, as loosely as it is used; 过半 as more than that."""
    start = found.end() - 2
    half = Decimal(50)
    low, high = _tenths_between(found, text, half, Decimal(5))
    if found["half"].startswith("过半"):
        low, high = half, Decimal(100)
    return Quantity("percent", start, found.end(), half, low, high, "%", False)


def _fraction(found: re.Match[str], text: str) -> Quantity:
    """Return 三分之一 as 33.3 %, as loosely as it is used."""
    parts, _, some = found[0].partition("分之")
    whole = _TENS.get(parts) or _VALUES[parts]
    share = (Decimal(100) * _VALUES[some] / whole).quantize(Decimal("0.1"))
    slack = Decimal(5 if _is_near(found, text) else 2)
    return Quantity("percent", *found.span(), share, share - slack, share + slack, "%", False)


_SHARES: dict[str, Callable[[re.Match[str], str], Quantity | None]] = {
    "hundredth": lambda found, _: _hundredth(found),
    "fraction": _fraction,
    "half": _half,
    "doubled": lambda found, _: _doubled(found),
}


def _is_near(found: re.Match[str], text: str) -> bool:
    """Whether words before a number make it a bound: 近三成, 超过三分之一."""
    loose = _BEFORE.search(text, max(0, found.start() - 6), found.start())
    return loose is not None and loose[0].strip() != ""


def _spelt(found: re.Match[str], text: str) -> Quantity | None:
    value, unit2 = numeral(found["spelt"]), found["unit2"]
    together = found["spelt"] == "一" and unit2 in ("起", "批", "类", "位", *_BIG)
    named = _A_MATTER.match(text, found.end()) and unit2 == "件"  # 高效办成一件事
    none = value == 1 and text.endswith(("没有", "无", "未有"), 0, found.start())  # 没有一件败诉
    sum_of_all = unit2 in ("项", "个", "类") and _TOGETHER.match(text, found.end())
    ground = _NAMED_GROUND.match(text, found.end()) and unit2 == "类"
    if (
        not value or together or named or none or sum_of_all or ground
    ):  # 两项占60%: of those just named
        return None
    if unit2[0] == "成":
        tenths = value * 10 + (Decimal(_VALUES.get(unit2[1:], 5)) if unit2[1:] else 0)
        # Of 25% one says 近三成, but 四分之一 rather than 三成.
        slack = Decimal(1) if unit2[1:] else Decimal(5 if _is_near(found, text) else "4.4")
        low, high = _tenths_between(found, text, tenths, slack)
        return Quantity("percent", *found.span(), tenths, low, high, "%", False)
    step = _step(value) if found["about3"] else Decimal(0)
    return _bounded(found, text, _Stated(value, step, 0, unit2), spelt=True)


def _tenths_between(
    found: re.Match[str], text: str, tenths: Decimal, slack: Decimal
) -> tuple[Decimal, Decimal]:
    """Return the bounds of 七成: words beside it may make it the least, or the most."""
    before = _BEFORE.search(text, max(0, found.start() - 6), found.start())
    after = _AFTER.match(text, found.end())
    if (after and after["more"]) or (before and before["over"]):
        return tenths, Decimal(100)
    if (after and after["less"]) or (before and before["under"]):
        return Decimal(0), tenths
    return tenths - slack, tenths + slack


_TOGETHER = re.compile(r"占|合计|共占|之和|相加|加起来|共\s?[0-9]")
_NAMED_GROUND = re.compile("内部事务|过程性")  # 三类内部事务信息 is the name of a ground
_A_MATTER = re.compile("事(?![项宜件])")


class _Stated(NamedTuple):
    """A number as stated: `step` is what 余 may add, `places` its decimals."""

    value: Decimal
    step: Decimal
    places: int
    unit: str


def _number(found: re.Match[str], text: str) -> Quantity:
    digits = found["number"].replace(",", "")
    until = found["until"]
    if until:
        first = Decimal(_LEADING.match(digits)[0])  # type: ignore[index]
        last = Decimal(until.replace(",", ""))
        if first < last and not found["scale"] and _kind(found["unit"] or "") == "count":
            span = found.span()
            return Quantity("count", *span, last, first, last, found["unit"] or "", exact=False)
    return _number_alone(found, digits, text)


_LEADING = re.compile(r"[-+]?[0-9]++(?:\.[0-9]++)?")


def _number_alone(found: re.Match[str], digits: str, text: str) -> Quantity:
    leading = _LEADING.match(digits)
    digits = leading[0] if leading else "0"
    power = _SCALES.get(found["scale"] or "", 0)
    places = len(digits.partition(".")[2])
    value = Decimal(digits).scaleb(power)
    about = found["about"] or found["about2"]
    step = _step(Decimal(digits)).scaleb(power) if about else Decimal(0)
    if about and found["about2"]:
        step = Decimal(1).scaleb(power - places)
    unit = (found["unit"] or "").replace("场次", "场")
    return _bounded(found, text, _Stated(value, step, power - places, unit))


def _kind(unit: str) -> Kind:
    if unit == "元":
        return "money"
    if unit == "%":
        return "percent"
    if unit in ("倍", "番"):
        return "ratio"
    return "time" if unit in _TIME or unit.endswith("百分点") or unit == "‰" else "count"


def _bounded(found: re.Match[str], text: str, stated: _Stated, *, spelt: bool = False) -> Quantity:
    """Return a quantity with the bounds that the words around it make of its value."""
    value, step, power, unit = stated
    start, end = found.start(), found.start() + len(found[0].rstrip())
    low, high, exact = value, value + max(step - 1, Decimal(0)), not step
    if power > 0 or (power < 0 and unit == "元" and value >= _ROUND):
        slack = Decimal(1).scaleb(power)  # 3.5万 may be rounded, or cut
        low, high = value - slack / 2, max(high, value + slack - 1)
    before = _BEFORE.search(text, max(0, start - 6), start)
    after = _AFTER.match(text, end)
    margin = max(min(_step(value) / 2, value / 5), value / 10)
    if before and (before["over"] or before["near"] or before["under"]):
        low = low if before["over"] else (Decimal(0) if before["under"] else value - margin)
        high = INFINITE if before["over"] else (value if before["under"] else value + margin)
        exact = False
    if after:
        low = Decimal(0) if after["less"] else (low if after["more"] else value - margin)
        high = INFINITE if after["more"] == "以上" else max(high, value + 2 * margin)
        high, exact = (value if after["less"] else high), False
    places = max(-power, 0)
    kind = _kind(unit)
    return Quantity(kind, start, end, value, low, high, unit, exact, places, spelt=spelt)


_ROUND = Decimal(10_000)


def _step(value: Decimal) -> Decimal:
    """Return what the last digit before the zeros of a number is worth: 100 for 1200."""
    whole = int(abs(value))
    step = 1
    while whole and whole % 10 == 0:
        whole //= 10
        step *= 10
    return Decimal(step)


def numeral(text: str) -> Decimal | None:
    """Return what a Chinese numeral says: 三千五百 is 3500; None for what is none, such as 百."""
    if all(sign in _VALUES for sign in text):
        digits = "".join(str(_VALUES[sign]) for sign in text)
        return Decimal(digits) if len(digits) == 1 else None
    if text[0] in "百千万亿":
        return None
    total, section, digit = 0, 0, 0
    for sign in text:
        if sign in _VALUES:
            digit = _VALUES[sign]
        elif sign in _TENS:
            section += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            total = (total + section + digit) * (10_000 if sign == "万" else 100_000_000)
            section, digit = 0, 0
    return Decimal(total + section + digit)


def numbers(text: str) -> Iterator[Quantity]:
    """Yield the quantities of a text that say how many or how much money."""
    return (item for item in quantities(text) if item.counts)
