"""Check that the documents that the text cites, and the form itself, were in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import occurrences, text_finding, texts
from gongkai.errors import Problem
from gongkai.forms.editions import editions, load_form
from gongkai.forms.form import Source
from gongkai.forms.vocabulary import vocabulary
from gongkai.report.model import Filled, Report
from gongkai.text.around import ending
from gongkai.text.quantities import half_width
from gongkai.text.span import Span

_LONG_NAME = 5
_OF_OFFICES = re.compile(r"([^〔〕]+)〔([0-9]{4})〕([0-9]+号)")
_BRACKETS = str.maketrans("[]()【】", "〔〕〔〕〔〕")
_LONGEST_TITLE = 80  # characters before a number in which its title is looked for
# 自2008年《条例》（…）施行以来, 不再沿用原条例（…）
_OF_ITS_TIME = re.compile(
    r"[自从](?:19|20)[0-9]{2}年[^,，;；。\n]{0,30}$"
    r"|(?:原|旧|修订前的?)《?(?:中华人民共和国)?(?:政府信息公开)?条例》?\s?[（(]?$"
)
_NUMBER = re.compile("[0-9]+")
# 《中华人民共和国政府信息公开条例》（国务院令第711号）
_DECREE = re.compile(
    r"政府信息公开条例》?\s?\((?:中华人民共和国)?国务院令?第?\s?([0-9]{1,5})\s?([号条])"
)


def superseded(report: Report, _: Context) -> Iterator[Finding]:
    """Find the document of another edition cited as the basis, and a form used after its years."""
    form = report.form
    forms = [load_form(name, report.forms) for name in editions(report.forms)]
    numbers = {item.source.number: item.source for item in forms if item.source.number}
    for part, filled in texts(report):
        text = half_width(filled.text)
        for number, source in numbers.items():
            cited = _cited(number).search(text)
            if cited and number != form.source.number:
                if _cited_beside(form.source.number, cited):
                    continue
                yield text_finding(
                    report,
                    "superseded-document",
                    Span(part, *cited.span()),
                    filled=filled,
                    quote=filled.text[cited.start() : cited.end()],
                    current=form.source.number,
                    year=report.year,
                )
            elif cited and (wrong := _wrongly_cited(cited, source, numbers)):
                span = Span(part, wrong.start, cited.end())
                yield _wrong_number(report, filled, span, wrong.expected)
        yield from _misnumbered(report, part, filled, numbers)
    yield from _replaced(report)
    if form.last_year and report.year > form.last_year + 1:  # in the first year many still use it
        details = {"edition": form.edition, "last": form.last_year, "year": report.year}
        line = report.line("edition")
        yield Finding("warning", Problem("superseded-form", report.file("year"), line, **details))


def _cited_beside(number: str, cited: re.Match[str]) -> bool:
    """Whether the sentence of a citation also cites the document with a given number."""
    text = cited.string
    first = max(text.rfind(stop, 0, cited.start()) for stop in "。\n") + 1
    ends = [at for stop in "。\n" if (at := text.find(stop, cited.end())) >= 0]
    last = min(ends, default=len(text))
    return number != "" and _cited(number).search(text, first, last) is not None


@lru_cache(maxsize=8)
def _cited(number: str) -> re.Pattern[str]:
    """Return a pattern for the number of a document, also with one character mistyped.

    In 国办公开办函〔2021〕30号 one character of the name may be missing, the last may be the
    look-alike 涵, and brackets may be round, square or left out. A number of another kind, in a
    form of one's own, is looked for as it is.
    """
    parts = _OF_OFFICES.fullmatch(number)
    if not parts:
        return re.compile(re.escape(number))
    name, year, rest = parts.groups()
    names = {name}
    if len(name) >= _LONG_NAME:  # 国发 is another series of documents than 国办发
        names |= {name[:place] + name[place + 1 :] for place in range(1, len(name) - 1)}
        names.add(name[:-1] + "涵")
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?:{either})\s?[〔\[(【]?\s?{year}\s?[〕\])】]?\s?第?{rest}")


class _Citation(NamedTuple):
    """A wrong citation: where it begins, and the correct text."""

    start: int
    expected: str


def _wrongly_cited(
    cited: re.Match[str], source: Source, known: Mapping[str, Source]
) -> _Citation | None:
    """Return the correction of a number or of the title before it; None if both are right."""
    if not _same_number(cited[0], source.number):
        return _Citation(cited.start(), source.number)
    before = cited.string[max(0, cited.start() - _LONGEST_TITLE) : cited.start()]
    for other in known.values():
        title = other.document.rpartition("关于")[2]
        at = before.rfind(title)
        if other is not source and at >= 0 and not before[at + len(title) :].strip("》( "):
            start = cited.start() - len(before) + at
            return _Citation(start, f"{source.document}（{source.number}）")
    return None


def _same_number(cited: str, number: str) -> bool:
    """Whether a number is right, whatever its brackets look like."""
    return "".join(cited.replace("第", "").split()).translate(_BRACKETS) == number


def _wrong_number(report: Report, filled: Filled, span: Span, expected: str) -> Finding:
    quote = filled.text[span.start : span.end]
    return text_finding(
        report,
        "document-number",
        span,
        filled=filled,
        severity="note",
        quote=quote,
        expected=expected,
    )


def _misnumbered(
    report: Report, part: str, filled: Filled, known: Mapping[str, Source]
) -> Iterator[Finding]:
    """Find numbers in the bracket after a document's title that are not that document's.

    Documents of other offices may have the same title: only a number that begins with 国 is
    compared. One that is recognised in spite of a slip is found by `_wrongly_cited`.
    """
    text = half_width(filled.text)
    for number, source in known.items():
        for found in _titled(source.document).finditer(text):
            if not any(_cited(other).search(found[1]) for other in known):
                yield _wrong_number(report, filled, Span(part, *found.span(1)), number)


@lru_cache(maxsize=8)
def _titled(document: str) -> re.Pattern[str]:
    """Return a pattern for a document's title, whoever issued it, and the number after it."""
    title = re.escape(document.rpartition("关于")[2])
    if "《" in document:  # 《…年度报告格式》 alone
        inner = document.partition("《")[2].partition("》")[0]
        title = f"(?:{title}|(?<!印发)《{re.escape(inner)}》)"
    title = title.replace("《", "[《〈<]?").replace("》", "[》〉>]?")
    return re.compile(rf"{title}[》〉>]{{0,2}}\s?\((国[^(),;\n]{{2,24}}号)(?=[),;])")


def misnumbered_decrees(report: Report, _: Context) -> Iterator[Finding]:
    """Find decree numbers after the title of the Regulations that no version of them has."""
    versions = [name for old in vocabulary().replaced for name in (old.document, old.by)]
    known = {number for name in versions for number in _NUMBER.findall(name)}
    current = vocabulary().replaced[0]
    for part, filled in texts(report):
        for found in _DECREE.finditer(half_width(filled.text)):
            too_early = report.year < current.since - 1 and found[1] in _NUMBER.findall(current.by)
            if found[1] not in known or found[2] != "号" or too_early:
                expected = current.by if report.year >= current.since else current.document
                yield _wrong_number(report, filled, Span(part, *found.span(1)), expected)


def _replaced(report: Report) -> Iterator[Finding]:
    """Find citations of a regulation that had been replaced by the report's year."""
    for part, filled in texts(report):
        for old in vocabulary().replaced:
            if report.year < old.since or old.by in filled.text:
                continue
            cited = occurrences(filled.text, old.document)
            basis = next((it for it in cited if not ending(_OF_ITS_TIME, filled.text, it[0])), None)
            if basis:
                yield text_finding(
                    report,
                    "superseded-document",
                    Span(part, *basis),
                    filled=filled,
                    quote=old.document,
                    current=old.by,
                    year=report.year,
                )
