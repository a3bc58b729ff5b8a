"""Find what a report states about itself: its agency, its period, whom to contact."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gongkai.importing.labels import key
from gongkai.report.parameters import SIGNATORIES
from gongkai.text.numerals import in_digits, numeral

# In numerals the zero is often typed as a digit or as a letter: 二0二六, 二O二六.
_YEAR = r"(?P<year>[0-9０-９]{4}|[〇○零ＯOo0０一二三四五六七八九]{4})"
_DASH = re.compile(r"(?<!\s)\s*+[—－–]\s*+")
_REPORT = r"政府信息公开\s{0,9}(?:工作)?\s{0,9}(?:情况)?的?\s{0,9}"
_ANNUAL = r"(?:年?度?\s{0,9}(?:工作)?报告|年报)"
_NAME = r"(?P<name>(?!\s)[^0-9０-９《》。，]{0,40}?)\s{0,9}"
_MONTH = r"(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,2})"
# 上半年, 第三季度, 1—6月: a report of part of a year
_PART = (
    r"(?P<part>[上下]?半年度?|[第前]?[一二三四1-4]季度"
    rf"|{_MONTH}\s{{0,9}}(?:月份?)?\s{{0,9}}[至到—－–-]\s{{0,9}}{_MONTH}\s{{0,9}}月份?|{_MONTH}\s{{0,9}}月份?)?"
)
_TITLES = (
    # X局2023年政府信息公开工作年度报告, 2023年X局政府信息公开年报, 2023X局2023年度…
    re.compile(
        rf"(?:20[0-9]{{2}}年?\s{{0,9}})?{_NAME}{_YEAR}\s{{0,9}}年?度?\s{{0,9}}{_PART}\s{{0,9}}(?P<office>[^0-9《》。，]{{0,30}}?)\s{{0,9}}{_REPORT}{_ANNUAL}"
    ),
    # X局政府信息公开工作2023年度报告, X局政府信息公开工作年度报告（2023年）
    re.compile(
        rf"{_NAME}{_REPORT}(?:{_ANNUAL}\s{{0,9}})?[（(]?\s{{0,9}}{_YEAR}\s{{0,9}}(?:{_ANNUAL}|年?度?\s{{0,9}}[）)])"
        r"(?P<part>)(?P<office>)"
    ),
)
# X局2016年政府信息公开情况统计表, and what is printed beside one: 填报单位：X局　2016年度
_TABLES = (
    re.compile(
        rf"{_NAME}{_YEAR}\s{{0,9}}年?度?\s{{0,9}}政府信息公开(?:工作)?(?:情况)?统计(?:报|年报)?表"
    ),
    re.compile(
        rf"\s*(?:填报|报送)单位(?:[（(]盖章[）)])?\s*[:：]\s*(?P<name>\S{{2,40}})\s+[（(]?\s*{_YEAR}\s*年度?\s*[）)]?.{{0,9}}"
    ),
)
# A navigation line above the title, and what separates the words of a breadcrumb.
_NAVIGATION = re.compile(
    r"(?:首页|网站首页|政府信息公开(?:专栏|平台|目录|指南|制度|年报|年度报告)?|信息公开)"
)
_NAVIGATED = re.compile(r"[>＞»›|｜]|首页|(?:您的?)?(?:当前|所在)(?:的?位置)?(?:是|在)?\s*[:：]")
_NAMED = re.compile(r"^(?:信息)?(?:名\s*称|标\s*题)\s*[:：]?\s*")  # in the block above a title
_DATE = re.compile(
    r"(?P<year>[0-9]{4}|[〇○零Oo0一二三四五六七八九]{4})\s*[年./-]\s*(?P<month>[0-9]{1,2}|[一二三四五六七八九十]{1,2}|元)"
    r"\s*[月./-]\s*(?P<day>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*日?"
)
_PERIOD = re.compile(
    r"(?:期限|时间|时限|期间)[^。；]{0,12}?(?P<from>[0-9]{4}年[0-9]+月[0-9]+日)起?\s*[至到\-—]+\s*(?P<to>[0-9]{4}年[0-9]+月[0-9]+日)"
)
_BETWEEN = r"[^，,；;。）)、\n]"
_CONTACT = {
    "address": re.compile(rf"(?:联系|通信|通讯|办公)?地址\s*[:：]?\s*({_BETWEEN}{{2,80}})"),
    "postcode": re.compile(r"(?:邮政编码|邮编)\s*[:：]?\s*([0-9]{6})"),
    "telephone": re.compile(r"电\s*话\s*[:：]?\s*([0-9（(][0-9 \-—－–（）()转]{5,30}[0-9])"),
    "email": re.compile(
        r"(?:邮箱|[Ee]-?mail)\s*[:：]?\s*([A-Za-z0-9._+-]+@[A-Za-z0-9.-]*[A-Za-z0-9])"
    ),
    "website": re.compile(r"((?:https?://)?www\.[A-Za-z0-9.-]*[A-Za-z0-9])"),
    "website_name": re.compile(
        r"可?在[“\"]?([^，。（(在“”\"]{2,40}?)[”\"]?\s*(?:上?(?:下载|查阅|查询|浏览))?[（(]\s*(?:网址\s*[:：]?\s*)?(?:https?://|www\.)"
    ),
    "office": re.compile(r"请[与和向]\s*([^，。（(]{2,60}?)\s*联系"),
}
_NAMES = {"website_name", "office"}
_DOCUMENT = re.compile(r"《([^《》]{2,120})》")
SIGNATORY = "|".join(SIGNATORIES.values())  # a pattern of what is printed before each signature
_SIGNATURE = re.compile(rf"({SIGNATORY})\s{{0,9}}[:：]?(.*?)(?={SIGNATORY}|$)")
_RESTS_ON = re.compile(r"要求|编制|规定")


def year_of(text: str) -> int:
    """Return a year of four digits or numerals."""
    half = unicodedata.normalize("NFKC", text)
    return int(in_digits(half.replace("O", "0").replace("o", "0")))


def _day_or_month(text: str) -> int:
    """Return a day or a month: 10, 十, 二十一, 元 as in 元月; 0 if the text is not one."""
    if text == "元":
        return 1
    return int(text) if text.isdecimal() else int(numeral(text) or 0)


def date_of(text: str) -> datetime.date | None:
    """Return the date if a text consists of one and nothing else, or None."""
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    try:
        return datetime.date(
            year_of(found["year"]), _day_or_month(found["month"]), _day_or_month(found["day"])
        )
    except (ValueError, KeyError):
        return None


def period_of(text: str) -> tuple[datetime.date, datetime.date] | None:
    """Return the days that the statistics count, as a text states them."""
    found = _PERIOD.search("".join(text.split()))
    first, last = (date_of(found[name]) for name in ("from", "to")) if found else (None, None)
    return (first, last) if first and last else None


def contact_of(text: str) -> dict[str, str]:
    """Return address, postcode, telephone, e-mail, website and office, as far as stated."""
    found = {name: pattern.search(text) for name, pattern in _CONTACT.items()}
    stated = {name: match[1].strip() for name, match in found.items() if match}
    for name in _NAMES & stated.keys():
        if stated[name].startswith(("我", "本")):  # 我局政府网站: no name
            del stated[name]
    if "telephone" in stated:
        stated["telephone"] = _DASH.sub("-", stated["telephone"])
    return {name: value for name, value in stated.items() if len(value) <= 200}


def documents_of(text: str, basis: str) -> list[str]:
    """Return the documents besides `basis` that a report is based on, in its order."""
    outside = _DOCUMENT.sub(lambda found: "〇" * len(found[0]), text)
    rests = _RESTS_ON.search(outside)
    names = _DOCUMENT.findall(text[: rests.start()] if rests else "")
    return [name for name in names if len(name) > 4 and key(name) != key(basis)]


def signatories_of(text: str) -> dict[str, str]:
    """Return the signatures below the statistics table, by key, as far as they are there."""
    pairs = _SIGNATURE.findall(text.replace("\n", " "))
    names = {label: name for name, label in SIGNATORIES.items()}
    return {names[label]: value.strip() for label, value in pairs}


def filed_by(lines: Iterable[str]) -> tuple[str, int]:
    """Return the agency and the year that a statistics table alone names; '' and 0 for none."""
    found = [match for line in lines for item in _TABLES if (match := item.fullmatch(line.strip()))]
    named = next((match["name"].strip() for match in found if match["name"].strip()), "")
    return named, year_of(found[0]["year"]) if found else 0


def _titled(text: str) -> re.Match[str] | None:
    return next((found for title in _TITLES if (found := title.fullmatch(text))), None)


class Title(NamedTuple):
    """A title: the numbers of its first and last line, the agency's name, the year.

    The name is '' and the year 0 where it has none. `part` is the part of the year that the title
    names, `rest` what is behind the year where the name is before it.
    """

    first: int
    last: int
    name: str
    year: int
    part: str = ""
    rest: str = ""


def title_of(lines: Mapping[int, str], groups: Mapping[int, object] | None = None) -> Title | None:
    """Return the first title among some lines; a title never spans several `groups`."""
    numbers = list(lines)
    for start, number in enumerate(numbers):
        line = lines[number].strip()
        breadcrumb = _NAVIGATED.search(line) and not any(title.search(line) for title in _TITLES)
        if breadcrumb or _NAVIGATION.fullmatch(line):
            continue
        for count in (1, 2, 3, 4):
            some = numbers[start : start + count]
            text = "".join(lines[item] for item in some)
            if groups and len({groups[item] for item in some}) > 1:
                break
            if len(some) == count and (found := _titled(text.strip())):
                name = _NAVIGATED.split(found["name"] or found["office"])[-1]
                bare, labelled = _NAMED.subn("", name.strip(), count=1)
                name = bare if labelled else name.removesuffix("关于")
                rest = found["office"] if found["name"] else ""
                part = found["part"] or ""
                return Title(number, some[-1], name, year_of(found["year"]), part, rest)
    return None
