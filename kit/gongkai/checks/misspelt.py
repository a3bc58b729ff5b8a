"""Find words and titles in which a character was typed for another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding, typed_matches
from gongkai.forms.vocabulary import set_phrases, slips
from gongkai.forms.wordlists import with_gap, word_lists
from gongkai.report.model import Report
from gongkai.text.span import Span

_HAN = re.compile("[\u4e00-\u9fff]{2,}")
_TITLE = re.compile(r"[《〈]([\u4e00-\u9fff()〔〕]{8,60})[》〉]")
# The rest of the number of a document, or of the name of a place: 办发〔2024〕5号, 熟溪北路.
_OF_A_NAME = re.compile("[\u4e00-\u9fff]{0,4}[〔\\[［(（﹝]|[东南西北中]?[路街巷村镇乡]")
_KIND = "条例|办法|规定|通知|意见|方案|规范|标准|细则|要点|格式"
_SHORT_NAME = re.compile(
    rf"《[^《》]{{2,80}}(?P<kind>{_KIND})(?:\(试行\))?》\s?\((?:以下|下)?简称[:“]?"
    rf"《?(?P<called>(?P<name>[\u4e00-\u9fff]{{0,20}}?)(?P<short>{_KIND}))[》”]"
)
_STREETS = ("路", "街", "巷")


class Slip(NamedTuple):
    """What was typed from `start` on, and what was probably meant."""

    start: int
    typed: str
    meant: str

    @property
    def end(self) -> int:
        """Return where it ends in the text."""
        return self.start + len(self.typed)


def misspelt_words(report: Report, _: Context) -> Iterator[Finding]:
    """Find known slips, non-words and unusual pairs of words, each once per part."""
    for part in report.sections:
        filled = report.filled(part)
        reported: set[str] = set()
        end = 0
        for slip in sorted(_slips(filled.text, report.agency.name), key=lambda it: it.start):
            is_new = slip.typed not in reported and slip.start >= end
            if is_new and filled.is_typed(slip.start, slip.end):
                reported.add(slip.typed)
                end = slip.end
                yield text_finding(
                    report,
                    "misspelt",
                    Span(part, slip.start, slip.end),
                    severity="note",
                    quote=slip.typed,
                    meant=slip.meant,
                )


def _slips(text: str, names: str) -> Iterator[Slip]:
    """Yield the slips in a text, except for parts of the names in `names`."""
    for hit in slips().hits(text):
        typed, meant = text[hit.start : hit.end], hit.word.means["meant"]
        if not _is_within(text, hit.start, typed, meant):
            yield Slip(hit.start, typed, meant)
    for stretch in _HAN.finditer(text):
        for slip in (*_non_words(stretch[0]), *_unusual_pairs(stretch[0])):
            start = stretch.start() + slip.start
            is_name = slip.typed in names or slip.typed.endswith(_STREETS)
            if not is_name and not _OF_A_NAME.match(text, start + len(slip.typed)):
                yield slip._replace(start=start)


def _is_within(text: str, start: int, typed: str, meant: str) -> bool:
    """Whether what is typed is only a part of what was meant: 极推进 in 积极推进."""
    at = meant.find(typed)
    return at >= 0 and text.startswith(meant, max(0, start - at))


def _non_words(text: str) -> Iterator[Slip]:
    """Yield two characters that are not a word, but sound or look like a word of reports.

    Not where either character forms a word with its other neighbour (工开 in 施工开始), nor in a
    phrase whose characters alternate (通保 in 保通保畅).
    """
    lists = word_lists()
    are_words = lists.are_words(text)
    for at, (one, two) in enumerate(pairwise(text)):
        alternate = text[at - 1 : at] == two or text[at + 2 : at + 3] == one
        if any(are_words[max(0, at - 1) : at + 2]) or one in lists.alone or alternate:
            continue
        seconds = {one + it for it in lists.last.get(one, "") if lists.are_alike(two, it)}
        firsts = {it + two for it in lists.first.get(two, "") if lists.are_alike(one, it)}
        if meant := sorted(seconds | firsts):
            yield Slip(at, one + two, "/".join(meant))


def _unusual_pairs(text: str) -> Iterator[Slip]:
    """Yield two words of which one is not of reports, but like one that goes with the other.

    Not where a character of that one forms a word with what is beside the pair: 真对政府, for
    针对政府, in 认真对政府信息进行分类.
    """
    lists = word_lists()
    ours = [text[at : at + 2] in lists.of_reports for at in range(len(text))]
    for at in range(len(text) - 3):
        if ours[at] == ours[at + 2]:
            continue
        pair = text[at : at + 4]
        beside = at + 3 if ours[at] else at - 1
        meant = [
            pair[:place] + it + pair[place + 1 :]
            for place in ((2, 3) if ours[at] else (0, 1))
            for it in lists.pairs.get(with_gap(pair, place), "")
            if lists.are_alike(pair[place], it)
        ]
        if meant and not any(lists.are_words(text[max(0, beside) : beside + 2])):
            yield Slip(at, pair, "/".join(meant))


def misspelt_titles(report: Report, _: Context) -> Iterator[Finding]:
    """Find titles that differ in a single character from one that reports cite."""
    titles = set_phrases().titles
    for span, found in typed_matches(report, _TITLE, half=True):
        meant = next((it for it in titles if _differ_by_one(found[1], it)), None)
        if meant and found[1] not in titles and not any(slips().hits(found[0])):
            title = Span(span.part, *found.span(1))
            yield text_finding(
                report, "misspelt", title, severity="note", quote=found[1], meant=meant
            )


def unlike_short_names(report: Report, _: Context) -> Iterator[Finding]:
    """Find short names of another kind of document: 《公开办法》（以下简称《公开规定》）."""
    for span, found in typed_matches(report, _SHORT_NAME, half=True):
        if found["kind"] != found["short"]:
            typed, title = found["name"] + found["short"], Span(span.part, *found.span("called"))
            meant = found["name"] + found["kind"]
            yield text_finding(report, "misspelt", title, severity="note", quote=typed, meant=meant)


def _differ_by_one(one: str, other: str) -> bool:
    """Whether two texts of one length differ in exactly one character."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
