"""Read the quantities in a Chinese text: each number phrase as a value, an interval and a unit.

Years, dates, document numbers, ordinals, telephone numbers and names with digits are read too,
so that they are not taken for counts. The text is read once, from its first
character to its last.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from gongkai.text.numerals import TENS, VALUES, in_digits, numeral
from gongkai.text.quantity_words import BIG, FAMILIES, TIME, TOKEN, YEAR

# Full-width signs are read as their half-width equivalents, one character each, so a place in
# the typed text is the same place in the converted text.
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(typed): ord(read)
    for typed, read in zip("\u3000\u00a0﹣−﹪｡﹝﹞\t", "  --%。〔〕 ", strict=True)
}

Kind = Literal["count", "money", "percent", "ratio", "time", "year", "date", "document", "name"]
INFINITE = Decimal("Infinity")

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
_NAMES = ("address", "contact", "place", "document", "ordinal", "phone", "letters")
_A_YEAR = re.compile(YEAR)
_TOGETHER = re.compile(r"占|合计|共占|之和|相加|加起来|共\s?[0-9]")
_NAMED_GROUND = re.compile("内部事务|过程性")  # 三类内部事务信息 is the name of a ground
_A_MATTER = re.compile("事(?![项宜件])")
_LEADING = re.compile(r"[-+]?[0-9]++(?:\.[0-9]++)?")
_ROUND = Decimal(10_000)


class Quantity(NamedTuple):
    """A number phrase: its place, and every value that it can mean.

    `start` and `end` enclose number and unit in the text; `low` and `high` are the least and the
    greatest value. `exact` is False if words such as 余, 近 or 以上 make it a bound. A `money`
    is in 元, a `percent` in hundredths, a `ratio` a factor (1.5倍 is 1.5). `titled` means that it
    is in the title of a document, 《…》.
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
        """Whether it is a count or a sum of money."""
        return self.kind in ("count", "money")

    def may_be(self, number: Decimal) -> bool:
        """Whether the phrase can mean a number."""
        return self.low <= number <= self.high

    def meets(self, other: Quantity) -> bool:
        """Whether the two can mean the same number."""
        return self.low <= other.high and other.low <= self.high

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

    Cached, because nearly every check needs it, and it takes as long as many of them.
    """
    return text.translate(HALF_WIDTH)


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the number phrases of a text in half-width signs, in order."""
    titles = [found.span() for found in _TITLE.finditer(text)]
    titles.reverse()
    result = []
    for found in TOKEN.finditer(text):
        while titles and titles[-1][1] <= found.start():
            titles.pop()
        quantity = _read(found, text)
        if quantity and titles and titles[-1][0] <= quantity.start:
            quantity = quantity._replace(titled=True)
        if quantity:
            result.append(quantity)
    return tuple(result)


def _read(found: re.Match[str], text: str) -> Quantity | None:
    """Return the quantity of a match; None for a spelt numeral without a value, such as 百件."""
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
    if name == "ordinal" and found[0][0] != "第" and found[0][-1] != "次":
        before = text[max(0, found.start() - 12) : found.start()]
        if not _STARTS_LINE.search(before):
            value = Decimal(found[0][:-1])
            return Quantity("count", found.start(), found.end() - 1, value, value, value)
    zero = Decimal(0)
    return Quantity(kind, *found.span(), zero, zero, zero)


def _dated(found: re.Match[str]) -> Quantity:
    """Return a year or a date; its value is the (last) year, or 0 if none is named."""
    text = found[0]
    year = year_of(text)
    value = Decimal(year)
    kind: Kind = "date" if found["date"] else "year"
    return Quantity(kind, *found.span(), value, Decimal(year_of(text, first=True)), value)


def year_of(text: str, *, first: bool = False) -> int:
    """Return the first or the last year that a phrase names, or 0 if it names none."""
    years = _A_YEAR.findall(text)
    if not years:
        return 0
    year = years[0 if first else -1]
    return int(in_digits(year))


def _hundredth(found: re.Match[str]) -> Quantity | None:
    digits = found[0][3:]
    value = Decimal(digits) if digits[0].isascii() else numeral(digits)
    if value is None:
        return None
    places = len(digits.partition(".")[2])
    return Quantity("percent", *found.span(), value, value, value, "%", places=places)


def _doubled(found: re.Match[str]) -> Quantity:
    """Return 翻两番 as a factor of four; 翻番 is 翻一番."""
    times = found[0].strip("翻了番") or "一"
    value = Decimal(2) ** (int(times) if times.isdigit() else VALUES[times])
    return Quantity("ratio", *found.span(), value, value, value, "番")


def _half(found: re.Match[str], text: str) -> Quantity:
    """Return 一半 as 50 %, with the tolerance of everyday use; 过半 as more than that."""
    start = found.end() - 2
    half = Decimal(50)
    low, high = _tenths_between(found, text, half, Decimal(5))
    if found["half"].startswith("过半"):
        low, high = half, Decimal(100)
    return Quantity("percent", start, found.end(), half, low, high, "%", False)


def _fraction(found: re.Match[str], text: str) -> Quantity:
    """Return 三分之一 as 33.3 %, with the tolerance of everyday use."""
    parts, _, some = found[0].partition("分之")
    whole = TENS.get(parts) or VALUES[parts]
    share = (Decimal(100) * VALUES[some] / whole).quantize(Decimal("0.1"))
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
    together = found["spelt"] == "一" and unit2 in ("起", "批", "类", "位", *BIG)
    named = _A_MATTER.match(text, found.end()) and unit2 == "件"  # 高效办成一件事
    none = value == 1 and text.endswith(("没有", "无", "未有"), 0, found.start())  # 没有一件败诉
    sum_of_all = unit2 in ("项", "个", "类") and _TOGETHER.match(text, found.end())
    ground = _NAMED_GROUND.match(text, found.end()) and unit2 == "类"
    if (
        not value or together or named or none or sum_of_all or ground
    ):  # 两项占60%: of those just named
        return None
    if unit2[0] == "成":
        tenths = value * 10 + (Decimal(VALUES.get(unit2[1:], 5)) if unit2[1:] else 0)
        # 25% may be called 近三成, but is 四分之一 rather than 三成.
        slack = Decimal(1) if unit2[1:] else Decimal(5 if _is_near(found, text) else "4.4")
        low, high = _tenths_between(found, text, tenths, slack)
        return Quantity("percent", *found.span(), tenths, low, high, "%", False)
    step = _step(value) if found["about3"] else Decimal(0)
    return _bounded(found, text, _Stated(value, step, 0, unit2), spelt=True)


def _tenths_between(
    found: re.Match[str], text: str, tenths: Decimal, slack: Decimal
) -> tuple[Decimal, Decimal]:
    """Return the bounds of 七成: words around it may make it the minimum or the maximum."""
    before = _BEFORE.search(text, max(0, found.start() - 6), found.start())
    after = _AFTER.match(text, found.end())
    if (after and after["more"]) or (before and before["over"]):
        return tenths, Decimal(100)
    if (after and after["less"]) or (before and before["under"]):
        return Decimal(0), tenths
    return tenths - slack, tenths + slack


class _Stated(NamedTuple):
    """A number as stated; `step` is what 余 may add, `places` its last digit's power of 10."""

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
    return "time" if unit in TIME or unit.endswith("百分点") or unit == "‰" else "count"


def _bounded(found: re.Match[str], text: str, stated: _Stated, *, spelt: bool = False) -> Quantity:
    """Return a quantity with the bounds that the words around it give to its value."""
    value, step, power, unit = stated
    start, end = found.start(), found.start() + len(found[0].rstrip())
    low, high, exact = value, value + max(step - 1, Decimal(0)), not step
    if power > 0 or (power < 0 and unit == "元" and value >= _ROUND):
        slack = Decimal(1).scaleb(power)  # 3.5万 may be rounded or truncated
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


def _step(value: Decimal) -> Decimal:
    """Return the place value of the last non-zero digit of a number: 100 for 1200."""
    whole = int(abs(value))
    step = 1
    while whole and whole % 10 == 0:
        whole //= 10
        step *= 10
    return Decimal(step)
