"""Find numbers of persons that no public page may have: of identity cards, and of mobile phones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import agency_texts, text_finding, texts, typed_matches
from gongkai.report.model import INTRODUCTION, Report
from gongkai.text.quantities import half_width
from gongkai.text.span import Span

# How people part the digits, and what Markdown has between them: 640105 19900307 1232.
_SIGNS = r"\s\u00b7\u2010-\u2014\u2022\u2027\u30fb-"
_GAP = rf"(?:[*`\\{_SIGNS}]|&#?[0-9a-z]{{2,6}};){{0,3}}"
_BETWEEN = re.compile(_GAP)
# Place, day of birth, order, and a check digit: GB 11643-1999. The older numbers have two digits
# for the year and no check digit; only the words before them show what they are.
_NUMBERS = (
    re.compile(rf"(?<![0-9])(?=([1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx])(?![0-9]))"),
    re.compile(rf"身份证(?=[^0-9,。;\n]{{0,8}}([1-9](?:{_GAP}[0-9]){{14}})(?![0-9]))"),
)
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_SHAPES = (rf"[0-9]{{6}}(?:19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9Xx]", rf"[0-9]{{8}}{_DAY}[0-9]{{3}}")
_IDENTITY = re.compile("|".join(_SHAPES))
_OLD = 15  # digits
_CHECK_DIGITS = "10X98765432"
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z.-])1[3-9][0-9](?P<gap>[{_SIGNS}]?)[0-9]{{4}}(?P=gap)[0-9]{{4}}"
    r"(?![0-9A-Za-z.]|\s?[元条件人次万亿])"
)


def private_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Find the numbers of identity cards, errors wherever they are printed, and of mobile phones.

    Of these only in the narrative: an office may have one. They are not quoted whole, since a log
    may be public too.
    """
    agency = ((INTRODUCTION, filled) for filled in agency_texts(report).values())
    for part, filled in (*texts(report), *agency):
        for place, number in _identity_numbers(half_width(filled.text)):
            yield text_finding(
                report,
                "identity-number",
                Span(part, *place),
                severity="error",
                filled=filled,
                quote=_shortened(number),
            )
    for span, found in typed_matches(report, _MOBILE, half=True):
        yield text_finding(report, "mobile-number", span, quote=_shortened(found[0]))


def _shortened(number: str) -> str:
    return f"{number[:3]}…{number[-2:]}"


def _identity_numbers(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the place and the digits of each number of an identity card."""
    for pattern in _NUMBERS:
        for found in pattern.finditer(text):
            number = _BETWEEN.sub("", found[1])
            if _IDENTITY.fullmatch(number) and (len(number) == _OLD or _has_check_digit(number)):
                yield found.span(1), number


def _has_check_digit(number: str) -> bool:
    """Whether the last digit is the one that ISO 7064, MOD 11-2, has for the others."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:-1]))
    return _CHECK_DIGITS[total % 11] == number[-1].upper()
