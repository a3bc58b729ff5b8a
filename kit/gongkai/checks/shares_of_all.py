"""Check that shares listed without numbers add up to 100 %."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from gongkai.checks.findings import Context, Finding
from gongkai.checks.rates import percents
from gongkai.checks.shares_of_each import are_joined
from gongkai.checks.text_findings import text_finding
from gongkai.reading.complete import RESTS
from gongkai.report.model import Report
from gongkai.text.around import ending
from gongkai.text.numbers import plain
from gongkai.text.numerals import numeral
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence, sentences
from gongkai.text.span import Span

_EACH_SHARE = re.compile(
    r"(?P<kinds>[三四五六七八九十])(?:大?类|种)[^。;0-9]{0,20}(?:分别占|占比分别[为是]|比例分别[为是])[^0-9,;。各]{0,8}(?=[0-9])"
)
_NAMED_SHARES = re.compile(
    r"(?:^|[,;:])([^,;:。0-9]{1,80}[、和及与][^,;:。0-9]{1,40})分别占[^0-9,;。各]{0,8}(?=[0-9])"
)
_BETWEEN_KINDS = re.compile("[、和及与]")
_SHARE_OF = re.compile(r"占(?:比|全部|总数|总量)?[^0-9,;]{0,6}$")
_REST = re.compile(r"(?:其他|其它|其余)[^,;。]{0,8}占")
_FAR = 400  # characters before a percentage in which its number is looked for
_COMMA = re.compile(r"[,;:、]")
_FEWEST = 3
_NEXT_KIND = re.compile(r"[、,]\s?[\u4e00-\u9fff]{1,8}")


def shares_of_all(report: Report, _: Context) -> Iterator[Finding]:
    """Find lists of shares without numbers that should add up to 100 % and do not."""
    for part in report.sections:
        for sentence in filter(_is_single_choice, sentences(report.filled(part).text)):
            each = _shares_of_kinds(sentence)
            total = _off_hundred(each)
            if total:
                yield _not_hundred(report, part, each, total)
                continue
            shares = percents(sentence)
            if _names_every_kind(sentence, shares) and (total := _off_hundred(shares)):
                yield _not_hundred(report, part, shares, total)
                continue
            if len(shares) < 2 or any(count.share for count in sentence.counts):
                continue  # those are compared one by one
            ends = [found.end() for found in _COMMA.finditer(sentence.text)]
            if not all(_is_share(sentence, item, ends) for item in shares):
                continue
            total = _off_hundred(shares)
            rest = _REST.search(sentence.text) is not None
            if total > 100 or (rest and total):
                yield _not_hundred(report, part, shares, total)


def _is_single_choice(sentence: Sentence) -> bool:
    """Whether a sentence is not about a question with several answers (多选)."""
    return "多选" not in sentence.text


def _not_hundred(report: Report, part: str, shares: list[Quantity], total: Decimal) -> Finding:
    return text_finding(
        report,
        "narrative-shares",
        Span(part, shares[0].start, shares[-1].end),
        shares=" + ".join(f"{plain(item.value)}%" for item in shares),
        sum=f"{plain(total)}%",
        whole="100%",
    )


def _shares_of_kinds(sentence: Sentence) -> list[Quantity]:
    """Return the shares after 分别占, if there is one for each of the kinds announced.

    If the kinds are named, not counted, only shares that add up to more than 100 %.
    """
    named = _NAMED_SHARES.search(sentence.text)
    if named:
        shares = percents(sentence, sentence.start + named.end())
        number = len(_BETWEEN_KINDS.split(named[1]))
        if len(shares) == number and are_joined(sentence, shares) and _off_hundred(shares) > 100:
            return shares
    found = _EACH_SHARE.search(sentence.text)
    kinds = numeral(found["kinds"]) if found else None
    if not found or kinds is None:
        return []
    shares = percents(sentence, sentence.start + found.end())
    return shares if len(shares) == kinds and are_joined(sentence, shares) else []


def _names_every_kind(sentence: Sentence, shares: list[Quantity]) -> bool:
    """Whether shares form a complete list that ends with the rest: 网站43%、微信39%、其他18%."""
    if len(shares) < _FEWEST or sentence.counts:
        return False
    at = sentence.start
    between = [sentence.text[a.end - at : b.start - at] for a, b in pairwise(shares)]
    return all(map(_NEXT_KIND.fullmatch, between)) and between[-1].strip("、,").startswith(RESTS)


def _is_share(sentence: Sentence, item: Quantity, ends: list[int]) -> bool:
    """Whether a percentage is a share whose number is not stated.

    `ends` are the places after the commas of the sentence.
    """
    at = item.start - sentence.start
    if not ending(_SHARE_OF, sentence.text, at):
        return False
    place = bisect_right(ends, at)
    clause = sentence.text[max(ends[place - 1] if place else 0, at - _FAR) : at]
    return not any(char.isdigit() for char in clause)


def _off_hundred(shares: list[Quantity]) -> Decimal:
    """Return the sum of the shares beyond those that round to 100 %; 0 if there are none."""
    total = slack = Decimal(0)
    for share in shares:
        total += share.value
        slack += Decimal(1).scaleb(-share.places) / 2
        if abs(total - 100) <= slack:
            total = slack = Decimal(0)
    return total
