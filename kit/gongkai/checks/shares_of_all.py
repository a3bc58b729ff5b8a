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
from gongkai.checks.text_findings import sentences_of, text_finding
from gongkai.reading.complete import RESTS
from gongkai.report.model import Report
from gongkai.text.around import ending
from gongkai.text.numbers import plain
from gongkai.text.numerals import numeral
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence
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
    for part, _text, sentence in sentences_of(report):
        shares = _wrong_shares(sentence)
        if shares:
            yield text_finding(
                report,
                "narrative-shares",
                Span(part, shares[0].start, shares[-1].end),
                shares=" + ".join(f"{plain(item.value)}%" for item in shares),
                sum=f"{plain(_off_hundred(shares))}%",
                whole="100%",
            )


def _wrong_shares(sentence: Sentence) -> list[Quantity]:
    """Return the shares of a sentence if they should add up to 100 % and do not."""
    each, shares = _shares_of_kinds(sentence), percents(sentence)
    if "多选" in sentence.text:  # a question with several answers
        return []
    if _off_hundred(each):
        return each
    total = _off_hundred(shares)
    # Those after a number are compared one by one.
    alone = len(shares) > 1 and not any(count.share for count in sentence.counts)
    exceed = alone and (total > 100 or _REST.search(sentence.text))
    every = _names_every_kind(sentence, shares) or (exceed and _are_shares(sentence, shares))
    return shares if total and every else []


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


def _are_shares(sentence: Sentence, shares: list[Quantity]) -> bool:
    """Whether percentages are shares whose numbers are not stated."""
    ends = [found.end() for found in _COMMA.finditer(sentence.text)]
    places = [item.start - sentence.start for item in shares]
    begin = [max(ends[n - 1] if (n := bisect_right(ends, at)) else 0, at - _FAR) for at in places]
    return all(
        ending(_SHARE_OF, sentence.text, at) and not any(map(str.isdigit, sentence.text[first:at]))
        for first, at in zip(begin, places, strict=True)
    )


def _off_hundred(shares: list[Quantity]) -> Decimal:
    """Return the sum of the shares beyond those that round to 100 %; 0 if there are none."""
    total = slack = Decimal(0)
    for share in shares:
        total += share.value
        slack += Decimal(1).scaleb(-share.places) / 2
        if abs(total - 100) <= slack:
            total = slack = Decimal(0)
    return total
