"""Find typing slips: brackets and quotation marks without a partner, and repeated words."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from itertools import combinations, islice

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import agency_texts, text_finding, texts, typed_matches
from gongkai.report.model import INTRODUCTION, Report
from gongkai.text.quantities import half_width
from gongkai.text.span import Span

# The brackets of 〔2021〕30号 are checked with the number of the document.
_PARTNERS = {")": "(", "”": "“", "》": "《", "】": "【"}
_MARK = re.compile("[" + "".join((*_PARTNERS, *_PARTNERS.values())) + "]")
# The number of an item, such as 1) or 二）, has no opening bracket.
_ITEM = re.compile(r"(?:^|[\s。；：，;:,、])[0-9A-Za-z一二三四五六七八九十]{1,3}$")
_TURNED = re.compile("“(?=[、,;。:)])")  # “甲“、“乙”: it should be a closing mark
_LONGEST_ITEM = 4  # the most characters that _ITEM can match
# Not slips: 一条一条, 逐项逐项; 的通知的通知, in a document about another; 县政府政府信息公开,
# by the county's government; 年度报告报告如下, a noun and a verb.
_TWICE = re.compile(
    r"(?!(?<=[民省市县区旗州镇乡])政府政府(?:信息|网站|门户)|报告报告如下)((?![的每逐])[\u4e00-\u9fff]{2,6})\1|([\u4e00-\u9fff]{4,16})、\2|(?<![,;、。])([,;、。])\3(?!\3)"
    r"|(地址|电话|邮编|传真):\s?(?:联系)?\4:"
    r"|(?<=[一二三四五六七八九十])是是|性性|申申请|政政府|公公开|年年度(?!假)|报报告(?<!报告报告)|于于|(?<![参给赋])与与|的的(?!确)|及及(?!时)|把把(?!关)|(?<![一每两几])对对|被被|(?<![行作名认视因以成称所])为为|(?<![存所现正实旨意内潜])在在|将将(?![来就])"
    # A clause that is repeated whole: 对报告有意见，对报告有意见，请联系….
    r"|(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,20})([,:])\5(?=[,:])"
)
# Two punctuation marks in a row, one of them superfluous: 63969195，。
_MARKS_IN_ROW = re.compile(r"(?<=[\u4e00-\u9fff0-9)》”])(?:[,、;][。,、;:]|。[,、;:])(?![,、;:。])")
_LONGEST_PAIR = 5  # characters of a word of two that may be meant twice, and a mark
_REPEATABLE = re.compile(r"[一二三四五六七八九十百千万每逐年月日]|研究|讨论|商量|考虑")
# Slips next to a number: a missing 至 or 年, 余 after an exact number, a measure word before it.
_OF_NUMBERS = (
    (re.compile(r"([0-9]日起?)、?(20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日)(?=止)"), r"\1至\2"),
    (re.compile(r"([0-9]日)(20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日)(?!止)"), r"\1至\2"),
    (re.compile(r"(20[0-9]{2}年度?)、((?:政府)?信息公开)"), r"\1\2"),
    (re.compile(r"(?<![0-9.〔\[(])(20[0-9]{2})(全[省市县区州旗乡镇])"), r"\1年\2"),
    (
        re.compile(r"(?<![0-9.〔\[(/-])(20[0-9]{2})(以来|[我本](?:[局委办院镇乡]|街道|单位|机关))"),
        r"\1年\2",
    ),
    (
        re.compile(
            r"([我本](?:[局委办院镇乡]|街道|单位|机关)20[0-9]{2})"
            r"(?=(?![年余多万元千百]|人次|[条件份篇次个项人名场期户家])[\u4e00-\u9fff])"
        ),
        r"\1年",
    ),
    (re.compile(r"(信息|动态|文章|公告)([条件篇份])([0-9]{1,9}\2)"), r"\1\3"),
    (
        re.compile(
            r"(?<![A-Za-z0-9])(?=[0-9]{0,8}[lIOo])(?=[lIOo]{0,8}[0-9])[0-9lIOo]{2,9}(?=[条件份篇])"
        ),
        "",
    ),
    (re.compile(r"逾([0-9]{3,9}(?<=[1-9]))(?=[条件份篇次个项人名])"), r"\1"),
    (re.compile(r"(?<![0-9.])([0-9]{2,9}(?<=[1-9]))[多余]([条件份篇次个项人名])"), r"\1\2"),
)
_AS_DIGITS = str.maketrans("lIOo", "1100")  # l65条: letters that look like digits
_DAY = re.compile(
    r"(?<![0-9.])(?:(20[0-9]{2})\s?年\s?)?([0-9]{1,2})\s?月\s?([0-9]{1,2})\s?日(?![均常])"
)
# UTF-8 read as GBK, uninitialized memory, \u653f, %E6%94%BF, characters of one font only.
_GARBLED = re.compile(
    r"锟斤拷|烫烫烫|屯屯屯|\\u[0-9a-fA-F]{4}|(?:%[0-9A-F]{2}){3,60}|[\ue000-\uf8ff]{1,60}"
)
_TITLE = re.compile(r"[《〈]([\u4e00-\u9fff()〔〕]{8,60})[》〉]")
_MOST_TITLES = 60  # titles of a report that are compared with one another
_FEW = 2  # characters that a title may lack by mistake


def marks_in_row(report: Report, _: Context) -> Iterator[Finding]:
    """Find the first two punctuation marks in a row of each kind and part that differ."""
    for span, quote in _once_a_part(report, _MARKS_IN_ROW):
        if quote[0] != quote[1]:
            yield text_finding(report, "marks-in-row", span, severity="note", marks=quote)


def _once_a_part(report: Report, pattern: re.Pattern[str]) -> Iterator[tuple[Span, str]]:
    """Yield what a pattern matches, as it was typed, at its first place in each part."""
    seen = set()
    for span, _ in typed_matches(report, pattern, half=True):
        quote = report.filled(span.part).text[span.start : span.end]
        if (span.part, quote) not in seen:
            seen.add((span.part, quote))
            yield span, quote


def unpaired_marks(report: Report, _: Context) -> Iterator[Finding]:
    """Find the first bracket or quotation mark of each kind and part that has no partner."""
    for part in report.sections:
        text = half_width(report.filled(part).text)
        first: dict[str, int] = {}
        for at in sorted(_unpaired(text)):
            kind = _PARTNERS.get(text[at], text[at])
            if first.setdefault(kind, at) == at:
                yield text_finding(
                    report, "unpaired-mark", Span(part, at, at + 1), severity="note", mark=text[at]
                )


def _unpaired(text: str) -> Iterator[int]:
    """Yield the positions of marks without a partner in a text of half-width characters."""
    yield from (found.start() for found in _TURNED.finditer(text))
    waiting: dict[str, list[int]] = {opening: [] for opening in _PARTNERS.values()}
    for found in _MARK.finditer(text):
        at, mark = found.start(), found[0]
        if mark in waiting:
            waiting[mark].append(at)
        elif waiting[_PARTNERS[mark]]:
            waiting[_PARTNERS[mark]].pop()
        elif mark != ")" or not _ITEM.search(text, max(0, at - _LONGEST_ITEM), at):
            yield at
    for places in waiting.values():
        yield from places


def slips_of_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Find numbers next to which a character is missing or superfluous."""
    for part in report.sections:
        filled = report.filled(part)
        for pattern, meant in _OF_NUMBERS:
            for found in pattern.finditer(filled.text):
                if filled.is_typed(*found.span()):
                    span = Span(part, *found.span())
                    right = found.expand(meant) if meant else found[0].translate(_AS_DIGITS)
                    yield text_finding(
                        report, "misspelt", span, severity="note", quote=found[0], meant=right
                    )


def impossible_dates(report: Report, _: Context) -> Iterator[Finding]:
    """Find impossible dates, such as 2月30日; without a year, 2月29日 is allowed."""
    for span, found in typed_matches(report, _DAY, half=True):
        year, month, day = (int(text or 2000) for text in found.groups())
        if not (1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
            quote = report.filled(span.part).text[span.start : span.end]
            yield text_finding(report, "impossible-date", span, quote=quote)


def garbled_text(report: Report, _: Context) -> Iterator[Finding]:
    """Find the first place in each text that was decoded wrongly, or not at all."""
    agency = ((INTRODUCTION, filled) for filled in agency_texts(report).values())
    for part, filled in (*texts(report), *agency):
        found = _GARBLED.search(filled.text)
        if found and "http" not in filled.text[max(0, found.start() - 200) : found.start()]:
            span = Span(part, *found.span())
            yield text_finding(report, "garbled-text", span, filled=filled, quote=found[0])


def typed_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find words and punctuation marks that appear twice in a row, each once per part."""
    for span, quote in _once_a_part(report, _TWICE):
        # 一条一条 is meant, 进一步进一步 is not
        if len(quote) > _LONGEST_PAIR or not _REPEATABLE.search(quote):
            yield text_finding(report, "typed-twice", span, severity="note", quote=quote)


def titles_spelt_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find a title that appears again in the text with one or two characters missing.

    Two such titles in one sentence are taken for two documents.
    """
    texts = ((part, half_width(report.filled(part).text)) for part in report.sections)
    found = ((part, title) for part, text in texts for title in _TITLE.finditer(text))
    titles = list(islice(found, _MOST_TITLES))
    for (part, first), (other, second) in combinations(titles, 2):
        apart = part != other or "。" in first.string[first.end() : second.start()]
        if apart and _lacks_little(*sorted((first[1], second[1]), key=len)):
            span = Span(other, *second.span(1))
            yield text_finding(
                report, "title-twice", span, severity="note", first=first[1], quote=second[1]
            )
            return


def _lacks_little(short: str, title: str) -> bool:
    """Whether `short` is `title` without one or two adjacent characters in its middle."""
    less = len(title) - len(short)
    if not 0 < less <= _FEW:
        return False
    same = next((n for n, (a, b) in enumerate(zip(short, title, strict=False)) if a != b), 0)
    return same > 0 and short[same:] == title[same + less :]
