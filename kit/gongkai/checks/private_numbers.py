"""Find numbers of persons that no public page may have: of identity cards, and of mobile phones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding, texts, typed_matches
from gongkai.report.model import Report
from gongkai.text.quantities import half_width
from gongkai.text.span import Span

# Place, day of birth, order, and a check digit: GB 11643-1999.
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_CHECK_DIGITS = "10X98765432"
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z.-])1[3-9][0-9](?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4}"
    r"(?![0-9.]|\s?[元条件人次万亿])"
)


def private_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Find the numbers of identity cards, errors wherever they are printed, and of mobile phones.

    Of these only in the narrative: an office may have one. They are not quoted whole, since a log
    may be public too.
    """
    for part, filled in texts(report):
        for found in _IDENTITY.finditer(half_width(filled.text)):
            if _has_check_digit(found[0]):
                yield text_finding(
                    report,
                    "identity-number",
                    Span(part, *found.span()),
                    severity="error",
                    filled=filled,
                    quote=_shortened(found[0]),
                )
    for span, found in typed_matches(report, _MOBILE, half=True):
        yield text_finding(report, "mobile-number", span, quote=_shortened(found[0]))


def _shortened(number: str) -> str:
    return f"{number[:3]}…{number[-2:]}"


def _has_check_digit(number: str) -> bool:
    """Whether the last digit is the one that ISO 7064, MOD 11-2, has for the others."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:-1]))
    return _CHECK_DIGITS[total % 11] == number[-1].upper()
