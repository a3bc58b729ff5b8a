"""Join lines that were broken for a page into paragraphs, and clean up extraction artefacts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from gongkai.importing.blocks import Paragraph
from gongkai.importing.labels import without_radicals

# 一是一是一是一是: bold type imitated by printing the text several times, slightly offset.
_REPEATED = re.compile(r"([\u4e00-\u9fff（）、]{2,6}?)\1{2,}")
_MAX_OVERPRINTS = 10
_PAGE_NUMBER = re.compile(
    r"\s*(?:[-—–－─]{1,2}\s*[0-9]{1,4}\s*[-—–－─]{1,2}|第\s*[0-9]{1,4}\s*页(?:\s*[/，,]?\s*共\s*[0-9]{1,4}\s*页)?)\s*"
)
_CHINESE = "[\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef“”‘’—…]"
_SPACES = re.compile(rf"(?<={_CHINESE})[ \t\xa0]+|(?<![ \t\xa0])[ \t\xa0]++(?={_CHINESE})")
BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]|附件|附表)"
)
_TITLE = re.compile(r"年度?报告$|统计表$")
ENDS = tuple("。！？：；.!?:;")
_ITEM = re.compile(r"(•|[0-9]{1,9}[.])\s+(?=\S)")
_SLACK = 4  # half-width columns by which a full line may be shorter than the longest
_LEADERS = " \t\u00a0\u3000.．·…‥—-"  # between a title and its page number in a table of contents


# 37¹, 37[1], 37*: references to a note. 注1 is excluded: tables/notes.py handles it.
_REFERENCE = re.compile(
    r"\s*+[\[［(（]?\s*+(?:[0-9０-９]{1,3}|[①-⑳]|[*＊†‡#]{1,3})\s*+[\]］)）]?\s*+"
)


def split_item(text: str) -> tuple[str, str]:
    """Return the Markdown marker of a list item, or '', and the text after it.

    The kit's own documents write the marker as text: `• 一是` and `1. 一是`.
    """
    item = _ITEM.match(text)
    if not item:
        return "", text
    return "-" if item[1] == "•" else item[1], text[item.end() :]


def shortened(text: str) -> str:
    """Return a text as quoted in a doubt: on one line, cut to 40 characters."""
    words = " ".join(text.split())
    return words if len(words) <= 40 else f"{words[:39]}…"


def is_reference(text: str) -> bool:
    """Whether a superscript is only a reference to a note, not part of the figure next to it."""
    return bool(_REFERENCE.fullmatch(text))


def is_page_number(text: str) -> bool:
    """Whether a line is nothing but a page number."""
    return bool(_PAGE_NUMBER.fullmatch(text))


def mended(text: str) -> str:
    """Return a text without the spaces, repetitions and radicals that extraction leaves."""
    return _REPEATED.sub(_printed_once, _SPACES.sub("", without_radicals(text)).strip())


def _printed_once(found: re.Match[str]) -> str:
    """Return a repeated text once, or unchanged if it repeats too often for overprinting."""
    times = len(found[0]) // len(found[1])
    return found[1] if times <= _MAX_OVERPRINTS else found[0]


def _width(text: str) -> int:
    """Return the display width of a text, in half-width columns."""
    wide = sum(unicodedata.east_asian_width(character) in "WFA" for character in text)
    return len(text) + wide


def joined(lines: Sequence[Paragraph]) -> list[Paragraph]:
    """Return lines joined into paragraphs; each keeps the place of its first line.

    A line about as long as the longest ones continues in the next, unless a heading begins
    there. If lines were not broken for a page, each is a paragraph already.
    """
    longest = _usual_width(lines)
    if not longest:
        return list(lines)
    paragraphs: list[Paragraph] = []
    goes_on = False
    for line in lines:
        if goes_on and not BEGINS.match(line.text):
            last = paragraphs[-1]
            paragraphs[-1] = replace(last, text=together(last.text, line.text))
        else:
            paragraphs.append(line)
        goes_on = _goes_on(line.text, longest)
    return paragraphs


def _goes_on(text: str, longest: int) -> bool:
    """Whether a line is full, or at least half full and ends within a sentence."""
    width = _width(text)
    if width >= longest - _SLACK:
        return True
    unfinished = not text.endswith(ENDS) and not BEGINS.match(text) and not _TITLE.search(text)
    return unfinished and 2 * width >= longest


def together(one: str, other: str) -> str:
    """Join two pieces of a sentence, with a space between Latin letters."""
    ends = one[-1:] + other[:1]
    latin = len(ends) == 2 and ends.isascii() and ends.isalpha()
    return f"{one} {other}" if latin else one + other


def _usual_width(lines: Sequence[Paragraph]) -> int:
    """Return the width of a full line, or 0 if the lines were not broken for a page."""
    widths = [_width(line.text) for line in lines]
    long = sorted(width for width in widths if width >= 30)
    if len(long) < 5 or long[-1] > 160:
        return 0
    usual = long[len(long) * 3 // 4]
    pairs = zip(lines, widths, strict=True)
    full = [line for line, width in pairs if abs(width - usual) <= _SLACK]
    broken = [line for line in full if not line.text.rstrip().endswith(ENDS)]
    return usual if len(full) >= 5 and 3 * len(broken) >= len(full) else 0


def without_page(text: str) -> str:
    """Return a line of a table of contents without its page number."""
    line = text.rstrip()
    title = line.rstrip("0123456789")
    return title.rstrip(_LEADERS) if 0 < len(line) - len(title) <= 3 else text
