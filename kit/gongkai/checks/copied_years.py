"""Find sentences that were copied from the report of another year."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.previous_year import own_sentences
from gongkai.checks.text_findings import text_finding
from gongkai.checks.years import NOT_YET
from gongkai.report.model import Filled, Report
from gongkai.text.quantities import Quantity, half_width, quantities
from gongkai.text.sentences import excerpt
from gongkai.text.span import Span

# A sentence that begins with a year speaks of what was done in it: 2016年，…; 2016年我局…
_NUMBERED = re.compile(r"\s{0,9}[（(]?\w{0,3}[）)、.]?\s{0,9}")
# A heading in the line of its text: （三）政府信息管理情况：2021年，…
_HEADED = re.compile(
    r"\s{0,9}[（(]?[一二三四五六七八九十0-9]{1,3}[）)、.]\s{0,3}[\u4e00-\u9fff]{2,16}(?:\s{0,3}:\s{0,3}|\s{1,3}|(?<=情况)|(?<=方面))"
)
_SPEAKS_OF = re.compile(
    r"(?<=年)(?:全年)?(?:共|累计){1,2}(?:主动公开|收到|受理|办理|办结)[^,;。0-9]{0,12}[0-9]"
    r"|(?<=年度)(?:共|累计)?(?:主动公开|收到|受理|办理|办结)[^,;。0-9]{0,12}[0-9]"
    r"|(?:度|全年)?(?:,|[我本](?:局|委|办|机关|单位|部门|院|所|中心|[省市县区镇乡]|街道)|全[局委系省市县区])"
)
_ALREADY = re.compile(r"(?:20[0-9]{2}年度?,)?[^,;。\n]{0,16}(?:就|即|便)(?!业|将|时|可)")
_LINE_END = re.compile(r"\n")
_NEXT = re.compile(r"下一步(?:工作)?(?:中|打算|计划)?[,:]\s?")
# What may come before the year with which a sentence begins; the last one always matches.
_LEADS = (
    re.compile(r"(?:此外|另外|同时),(?=20)"),
    re.compile(r"(?:一年来,[^,;。0-9]{2,40}|[^,;。0-9]{2,12}方面),(?=20)"),
    _NEXT,
    _HEADED,
    _NUMBERED,
)
_PAST = re.compile(
    r"度?,?[我本全][^;。]{0,20}(?:共|累计|全年|通过[^;。]{0,12}(?:公开|发布))[^;。将拟]{0,16}[0-9]"
    r"|度?,?[我本全][^;。将拟]{0,12}(?:未|没有)(?:收到|接到|受理|发生)"
)
_PLANS = re.compile(
    r",?[^,;。]{0,10}将(?:继续|进一步|着力|重点|不断|持续|坚持|围绕|分批|努力|力争|加大|加强|强化|深化|推进|健全|完善|拓宽|提升|从|在|把)"
)
_BODY_WILL = re.compile(r"[\u4e00-\u9fff]{1,12}(?:[省市县区旗局委镇乡办院厅]|街道)将")
_CLAUSE = re.compile(r"[^\s。；！？][^。；！？\n]*")  # from its first sign on
_STOP = re.compile(r"[。\n]")
_THIS_YEAR = re.compile(r"(?:今年|本年度?|当年)[^,;。\n]{0,8}[0-9]")  # 2024年收到400件，今年为476件


def copied_years(report: Report, context: Context) -> Iterator[Finding]:
    """Find sentences left over from an earlier year: copied, or beginning with that year.

    A sentence that names this year too compares the two. One that begins with this year and says
    what will be done was last year's outlook.
    """
    before = set(own_sentences(context.previous)) if context.previous else set()
    for part in report.headings:
        filled = report.filled(part)
        others = _SpokenYears(filled, report.year)
        for found in _CLAUSE.finditer(filled.text):
            sentence, start = found.group().rstrip(), found.start()
            copied = sentence in before and f"{report.year - 1}年" in sentence
            plans = others.is_outlook(start) or others.is_too_late(start, sentence)
            if copied or others.is_earlier(start) or plans:
                yield text_finding(
                    report,
                    "leftover-year",
                    Span(part, start, start + len(sentence)),
                    quote=excerpt(sentence, 0, min(len(sentence), 30)),
                    year=report.year,
                )


class _SpokenYears:
    """Tells which sentences of a text are about another year; ask in text order."""

    def __init__(self, filled: Filled, year: int) -> None:
        self._text = half_width(filled.text)
        self._year = year
        found = quantities(self._text)
        years = [item for item in found if item.kind == "year"]
        # where a sentence begins with this year, and where paragraphs end
        self._this = [
            item.start
            for item in years
            if item.value == year and self._text[item.start - 1 : item.start] in ("。", " ", "")
        ]
        self._ends = [found.start() for found in _LINE_END.finditer(self._text)]
        self._counts = [item.start for item in found if item.counts]
        self._years = {item.start: item for item in years}
        self._stop = -1  # of the last sentence asked for: none is read twice
        self._last = -1  # where it names this year for the last time

    def _first(self, start: int) -> Quantity | None:
        """Return the year that a sentence begins with, after any list number or heading."""
        lead = next(filter(None, (it.match(self._text, start) for it in _LEADS)))
        ends = (start, lead.end())
        return next((self._years[end] for end in ends if end in self._years), None)

    def is_earlier(self, start: int) -> bool:
        """Whether a sentence names only an earlier year, including after a semicolon."""
        first = self._first(start)
        if (
            first is None
            or first.value >= self._year
            or not _SPEAKS_OF.match(self._text, first.end)
        ):
            return False
        if start >= self._stop:
            stop = _STOP.search(self._text, start)
            self._stop = stop.start() if stop else len(self._text)
            self._last = self._text.rfind(f"{self._year}年", start, self._stop)
        compares = _THIS_YEAR.search(self._text, first.end, self._stop) is not None
        return self._last < start and not compares and not self._looks_back(start)

    def _looks_back(self, start: int) -> bool:
        """Whether a sentence without numbers recalls the past, and a later one is about this year.

        2021年，我局被评为优秀单位。2022年，我局…: the second says which year the report is of.
        2008年，我局就成立了领导小组: since then there is one.
        """
        if bisect_left(self._counts, start) != bisect_left(self._counts, self._stop):
            return False
        if _ALREADY.match(self._text, start):
            return True
        following = self._first(self._stop + 1)
        if following is not None and following.value == self._year:
            return True
        later = bisect_left(self._this, self._stop)
        end = bisect_left(self._ends, self._stop)
        ends = self._ends[end] if end < len(self._ends) else len(self._text)
        return later < len(self._this) and self._this[later] < ends

    def is_outlook(self, start: int) -> bool:
        """Whether a sentence announces what will be done in this year: last year's outlook."""
        first = self._first(start)
        following = _NEXT.match(self._text, start)
        speaks = first and (
            _SPEAKS_OF.match(self._text, first.end) or _BODY_WILL.match(self._text, first.end)
        )
        if first is None or (following and not speaks):
            return False  # 下一步，2022年印发的制度将继续执行
        return first.value == self._year and _PLANS.match(self._text, first.end) is not None

    def is_too_late(self, start: int, sentence: str) -> bool:
        """Whether a sentence tells what was done in the next year."""
        first = self._first(start)
        return (
            first is not None
            and first.value == self._year + 1
            and _PAST.match(self._text, first.end) is not None
            and not NOT_YET.search(sentence)
        )
