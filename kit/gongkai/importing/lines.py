"""Lines that were broken for a page become paragraphs again; what extraction left is undone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from gongkai.importing.blocks import Paragraph
from gongkai.importing.labels import characters

# 一是一是一是一是: bold type that was printed several times, each a little beside the last.
_REPEATED = re.compile(r"([\u4e00-\u9fff（）、]{2,6}?)\1{2,}")
_MOST_PRINTS = 10
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
_SLACK = 4  # half widths by which a full line may be shorter than the longest


# 37¹, 37[1], 37*: what refers to a note. 注1 is not one: it is put back from the note itself.
_REFERENCE = re.compile(
    r"\s*+[\[［(（]?\s*+(?:[0-9０-９]{1,3}|[①-⑳]|[*＊†‡#]{1,3})\s*+[\]］)）]?\s*+"
)


def split_item(text: str) -> tuple[str, str]:
    """Return the marker of a list's item as Markdown has it, and its words; '' for no marker.

    The kit's own documents write the marker as text: `• 一是` and `1. 一是`.
    """
    item = _ITEM.match(text)
    if not item:
        return "", text
    return "-" if item[1] == "•" else item[1], text[item.end() :]


def shortened(text: str) -> str:
    """Return a text as a doubt quotes it: on one line, and not all of a long one."""
    words = " ".join(text.split())
    return words if len(words) <= 40 else f"{words[:39]}…"


def is_reference(text: str) -> bool:
    """Whether a raised text only refers to a note, so that it belongs to no figure beside it."""
    return bool(_REFERENCE.fullmatch(text))


def is_page_number(text: str) -> bool:
    """Whether a line is the number of a page and nothing else."""
    return bool(_PAGE_NUMBER.fullmatch(text))


def mended(text: str) -> str:
    """Return a text without the blanks, repetitions and radicals that extraction leaves."""
    return _REPEATED.sub(_printed_once, _SPACES.sub("", characters(text)).strip())


def _printed_once(found: re.Match[str]) -> str:
    """Return what was printed several times once; what no printer repeats so often, as it is."""
    times = len(found[0]) // len(found[1])
    return found[1] if times <= _MOST_PRINTS else found[0]


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """Return how wide a text is set, in half widths."""
    wide = sum(unicodedata.east_asian_width(character) in "WFA" for character in text)
    return len(text) + wide


def joined(lines: Sequence[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs that lines were broken from; each keeps the place of its first line.

    A line that is as long as the longest ones goes on in the next, unless a heading begins
    there. Where lines end with their sentences, each is a paragraph already.
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
    """Whether a line is as long as any, or stops in the middle of a sentence."""
    if width(text) >= longest - _SLACK:
        return True
    stops = not text.endswith(ENDS) and not BEGINS.match(text) and not _TITLE.search(text)
    return stops and 2 * width(text) >= longest


def together(one: str, other: str) -> str:
    """Return two pieces of a sentence as one; words of Latin letters keep a blank between."""
    latin = (
        one[-1:].isascii() and one[-1:].isalpha() and other[:1].isascii() and other[:1].isalpha()
    )
    return f"{one} {other}" if latin else one + other


def _usual_width(lines: Iterable[Paragraph]) -> int:
    """Return how wide a full line is; 0 where lines were not broken for a page."""
    widths = sorted(width(line.text) for line in lines)
    long = [number for number in widths if number >= 30]
    if len(long) < 5 or long[-1] > 160:
        return 0
    usual = long[len(long) * 3 // 4]
    full = [line for line in lines if usual - _SLACK <= width(line.text) <= usual + _SLACK]
    broken = [line for line in full if not line.text.rstrip().endswith(ENDS)]
    return usual if len(full) >= 5 and 3 * len(broken) >= len(full) else 0
