"""Find unfinished text: headings with nothing below them, pasted tables, unsupported markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding, typed_matches
from gongkai.report.model import Filled, Report
from gongkai.text.span import Span
from gongkai.text.unshown import is_content

# Two lines or more with tabs, as a word processor pastes a table; the page would run them together.
_TABBED = re.compile(r"(?:^[^\n\t]*+\t[^\n]*+(?:\n|\Z)){2,}", re.MULTILINE)
_MAY_HIDE = re.compile(r"[|`~\]]")  # tables, blocks of code and links
_QUOTED = 40  # characters of what is not shown
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ ]++\S.*$", re.MULTILINE)
# A line that is typed as a heading: （三）政府信息管理情况; other numbered lines are list items.
_TYPED_HEADING = re.compile(
    r"^[ \u3000]{0,9}[(（][一二三四五六七八九十]{1,2}[)）]([^\s。，；：,;:]{2,24})[ \u3000]{0,9}$",
    re.MULTILINE,
)
_NAMES_A_TOPIC = re.compile(r"(?:情况|方面|主动公开|依申请公开|信息管理|平台建设|监督保障)$")


# What other programs treat as markup and this one prints: comments, notes, struck-out text, HTML,
# and links to pictures and files in a form that is not supported.
_MARKUP = re.compile(
    r"<!--|\{#|\[//\]:|\[\^[^\]\s]{1,20}\]|~~[^~\n]{1,200}~~"
    r"|</?(?:span|div|p|br|center|font|table|td|tr|b|i|u|strong|img|a)(?=[\s/>])[^<>\n]{0,200}>"
    r"|&(?:nbsp|lt|gt|amp|quot|[lr]dquo|mdash)(?![a-z;])"  # with its semicolon it is a sign
    # Headings without text, with more signs than there are levels, or with full-width signs.
    r"|(?m:^) {0,3}(?:#{1,6}[ \t]{0,9}(?m:$)|#{7,20}[ \t]|＃{1,20})"
    r"|!\[[^\[\]\n]{0,100}\](?!\()"
    r"|!\[[^\[\]\n]{0,100}\]\([^()<>\n\"'\s]{1,200}[ \u3000][^()<>\n\"']{0,200}\)"
    r"|(?<!!)\[[^\[\]\n]{1,100}\]\(\s{0,20}\)"
    r"|(?<!!)\[[^\[\]\n]{1,100}\]\((?!https?:|mailto:|#|\.?/(?!/))[^()\s]{1,200}(?:\([^()\s]{0,99}\))?\)"
)
# What Markdown reads as a quotation, a list or a numbered item at the start of a line.
_LINE_SIGN = re.compile(
    r"^ {0,3}(?:(>)(?= ?[0-9])|([-+])(?=[ \t]+[0-9.]{1,12}\s?(?:[%‰℃倍]|个百分点)))", re.MULTILINE
)
_LIST_ITEM = re.compile(r"( {0,3})([0-9]{1,9})[.)][ \t]")


def raw_markup(report: Report, _: Context) -> Iterator[Finding]:
    """Find unsupported markup, which would be printed literally."""
    for span, found in typed_matches(report, _MARKUP):
        yield text_finding(report, "raw-markup", span, quote=found[0])


def signs_at_line_starts(report: Report, _: Context) -> Iterator[Finding]:
    """Find signs and numbers at the start of lines that are not printed as typed."""
    for part in report.sections:
        filled = report.filled(part)
        for found in _LINE_SIGN.finditer(filled.text):
            sign = found[1] or found[2]
            if filled.is_typed(*found.span()):
                span = Span(part, found.end() - 1, found.end())
                yield text_finding(report, "line-sign", span, sign=sign)
        for start, end, number in _renumbered(filled.text):
            stated = filled.text[start:end]
            yield text_finding(
                report, "list-number", Span(part, start, end), stated=stated, number=number
            )


def _renumbered(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the span of each list number that is printed differently, and the number printed."""
    place = number = 0  # number: of the last item in the current list, 0 outside a list
    indent = ""
    for line in text.split("\n"):
        found = _LIST_ITEM.match(line)
        if found and not number:
            indent, number = found[1], int(found[2])
        elif found and found[1] == indent:
            number += 1
            if int(found[2]) != number:
                yield place + found.start(2), place + found.end(2), number
        elif line.strip() and not line.startswith((" ", "\u3000")):
            number = 0
        place += len(line) + 1


def unshown_words(report: Report, _: Context) -> Iterator[Finding]:
    """Find words that no page shows, such as cells beyond the columns of a table's head."""
    for part in report.sections:
        filled = report.filled(part)
        lost = tuple(report.markdown(part).unshown()) if _MAY_HIDE.search(filled.text) else ()
        for words, (start, end) in zip(lost, _places(filled.text, lost), strict=True):
            quote = filled.text[start:end] or words[:_QUOTED]
            known = filled if end else Filled(words, (), filled.line)
            span = Span(part, start, end)
            yield text_finding(
                report, "not-shown", span, severity="error", filled=known, quote=quote
            )


def _places(text: str, lost: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where each of the words is in a text; (0, 0) if it was typed otherwise, as &copy; was.

    Of many characters the first are enough. Signs alone, such as -, come last.
    """
    places = [place for place, character in enumerate(text) if is_content(character)]
    letters, at = "".join(text[place] for place in places), 0
    for words in lost:
        if not any(map(is_content, words)):
            start = text.rfind(words)
            yield (start, start + len(words)) if start >= 0 else (0, 0)
            continue
        found = letters.find(words, at)
        at = max(found, at)
        last = found + min(len(words), _QUOTED) - 1
        yield (places[found], places[last] + 1) if found >= 0 else (0, 0)


def unfinished_text(report: Report, _: Context) -> Iterator[Finding]:
    """Find headings with nothing below them, and tables pasted with tabs."""
    for part in report.sections:
        text = report.filled(part).text
        for found in (*_empty_headings(text), *_empty_typed_headings(text)):
            quote = found[0].strip("# ") if found.re is _HEADING else found[0].strip()
            yield text_finding(report, "empty-heading", Span(part, *found.span()), quote=quote)
        for found in _TABBED.finditer(text):
            quote = " | ".join(found[0].partition("\n")[0].split("\t"))[:40]
            yield text_finding(report, "text-table", Span(part, *found.span()), quote=quote)


def _empty_headings(text: str) -> Iterator[re.Match[str]]:
    """Yield the Markdown headings with nothing below them, not even a deeper heading."""
    headings = list(_HEADING.finditer(text))
    for found, following in zip_longest(headings, headings[1:]):
        below = text[found.end() : following.start() if following else len(text)]
        deeper = following is not None and len(following[1]) > len(found[1])
        if not below.strip() and not deeper:
            yield found


def _empty_typed_headings(text: str) -> Iterator[re.Match[str]]:
    """Yield typed headings with nothing below them, if their neighbours do have text.

    Several in a row without text are a list of topics, not headings.
    """
    found = list(_TYPED_HEADING.finditer(text))
    ends = [*(item.start() for item in found[1:]), len(text)][: len(found)]
    below = [text[item.end() : end].strip() for item, end in zip(found, ends, strict=True)]
    for index, item in enumerate(found):
        beside = [*below[max(0, index - 1) : index], *below[index + 1 : index + 2]]
        if not below[index] and beside and all(beside) and _NAMES_A_TOPIC.search(item[1]):
            yield item
