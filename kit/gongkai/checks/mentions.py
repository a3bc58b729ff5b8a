"""The numbers of a narrative, and which figure of the form each one speaks of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from gongkai.forms.form import Form, Measure
from gongkai.forms.tables import Code
from gongkai.forms.vocabulary import FOREIGN, Hit, vocabulary
from gongkai.report.model import Filled, Report, Span
from gongkai.text.lists import opened
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, Sentence, sentences

Features = dict[str, tuple[str, ...]]  # several values of one dimension are a sum

_CHANGE = re.compile(
    r"(增加|增长|上升|上涨|提高|提升|减少|下降|降低|(?<![至不很许极])多|(?<![至不很极])少)了?(?:约|近)?\s?$"
)
DISPUTES = ("reconsideration", "litigation")
VAGUE = ("",)  # an object that the words restrict in a way that cannot be decided
_UNKNOWN = (FOREIGN, "")  # what is counted has a name that no word of the vocabulary is
_LESS = ("减少", "下降", "降低", "少")
_NOT_ALONE = re.compile(
    r"每|平均|目标|计划|拟|(?<!今年)以来|历年|历史|[一二三四五两]年来|至今|(?<!年度)(?<!全年)(?<!本年)(?<!当年)累计(?!办理|受理|收)|[比较](?:上|去)年|(?<![与转])上(?:一)?年(?!度?结转|度?转)|去年(?!结转)|比.{0,20}多"
)
_WORDS = re.compile(r"[\u4e00-\u9fff]+")
_JOINED = re.compile(r"[、,和及与或并以者\s]{1,3}")
_CLAUSE_END = re.compile(r"[，。；！？、\n（）(),;]")
_OF_ALL = tuple("均都全已皆也占同比较")  # what stands so after a number is said of all of them
_LONGEST = 40  # characters of a quote
_MOST_BEFORE = 40  # numbers of a sentence; one with more is a table that was pasted


class Mention(NamedTuple):
    """A number of the narrative, and the figures that it may be meant as, the plainest first.

    `before` are the numbers before it in its sentence, and in the one whose list goes on in it.
    `features` are what the words around it say. `typed` is False where the number was filled in.
    `change` is 1 or -1 where it says by how much something rose or fell, else 0. `other_year`
    means that it is said of another year than the report's, `part_of_year` of some months of it,
    `wider_body` of more than the report's own body: 全市, 全系统.
    """

    part: str
    sentence: Sentence
    before: tuple[Quantity, ...]
    counted: Counted
    filled: Filled
    typed: bool
    features: Features
    measures: tuple[Measure, ...]
    change: int = 0
    other_year: bool = False
    part_of_year: bool = False
    wider_body: bool = False

    @property
    def quantity(self) -> Quantity:
        """The number phrase."""
        return self.counted.quantity

    @property
    def line(self) -> int:
        """The line of the file that it stands on."""
        return self.filled.line_at(self.quantity.start)

    @property
    def quote(self) -> str:
        """The words around it, as far as its clause goes."""
        return quote_of(self.filled.text, self.quantity.start, self.quantity.end)

    @property
    def span(self) -> Span:
        """Where the number phrase stands in its part."""
        return Span(self.part, self.quantity.start, self.quantity.end)

    @property
    def comparable(self) -> bool:
        """Whether it is a number of the report's own body for the whole of its year."""
        return not (self.other_year or self.part_of_year or self.wider_body)

    @property
    def foreign(self) -> bool:
        """Whether it speaks of something that the form does not count."""
        return FOREIGN in self.features.get("object", ())


@lru_cache(maxsize=4)
def mentions(report: Report) -> tuple[Mention, ...]:
    """Return the numbers of a narrative that say how many, or how much money, in their order."""
    return tuple(item for part in report.sections for item in _in_part(report, part))


@lru_cache(maxsize=4)
def by_place(report: Report) -> dict[tuple[str, int], Mention]:
    """Return the numbers of a narrative by their part, and where they begin in it."""
    return {(item.part, item.quantity.start): item for item in mentions(report)}


@lru_cache(maxsize=4)
def by_sentence(report: Report) -> dict[tuple[str, int], list[Mention]]:
    """Return the numbers of a narrative by their part, and where their sentence begins in it."""
    found: dict[tuple[str, int], list[Mention]] = {}
    for item in mentions(report):
        found.setdefault((item.part, item.sentence.start), []).append(item)
    return found


def _in_part(report: Report, part: str) -> Iterator[Mention]:
    filled = report.filled(part)
    reader = _Reader(report, part, filled)
    last = 0
    before: tuple[Quantity, ...] = ()
    for sentence in sentences(filled.text):
        if "\n" in filled.text[last : sentence.start]:
            reader.head = reader.known = ()
        before = before if sentence.continues else ()
        around = _Around(sentence)
        for count in sentence.counts:
            yield reader.read(around, count, before)
            before = (*before[-_MOST_BEFORE:], count.quantity)
        last = sentence.end


def quote_of(text: str, start: int, end: int) -> str:
    """Return the words around a place, as far as its clause goes; no number is cut."""
    before = [found.end() for found in _CLAUSE_END.finditer(text, max(0, start - 200), start)]
    after = _CLAUSE_END.search(text, end, end + 200)
    first = before[-1] if before else max(0, start - 200)
    last = after.start() if after else min(len(text), end + 200)
    if last - first > _LONGEST:
        first = max(first, min(start, end - _LONGEST))
        last = max(end, min(last, first + _LONGEST))
        while first < start and text[first - 1 : first + 1].isdigit():
            first += 1
        while last > end and text[last - 1 : last + 1].isdigit():
            last -= 1
    return text[first:last].strip()


class _Reader:
    """Reads the counts of a part in their order; each may speak of what the one before did."""

    def __init__(self, report: Report, part: str, filled: Filled) -> None:
        self.report = report
        self.part = part
        self.filled = filled
        self.head: tuple[str, ...] = ()  # the object that was spoken of last
        self.known: tuple[str, ...] = ()  # the last one that a word of the vocabulary names
        self.last: Features = {}
        self.whole: Features | None = None  # of the list that is being read
        self.first_part: Quantity
        # How a text names the agency whose report this is carries a phrase along.
        self.own = (report.agency.name, report.agency.short_name)
        self.own_place = _OF_A_PLACE.search(report.agency.name)

    def read(self, around: _Around, count: Counted, before: tuple[Quantity, ...]) -> Mention:
        sentence, quantity = around.sentence, count.quantity
        start, end = quantity.start, quantity.end
        change = _CHANGE.search(count.before)
        said = self._said(count, changed=change is not None)
        part_of_year = around.in_part_of_year(quantity)
        if self.own_place is None:
            wider = _WIDER.search(count.clause) is not None
        else:  # 全区受理80件，区政府本级受理20件: the second is of a part
            at = start - sentence.start
            wider = _NARROWER.search(sentence.text, max(0, at - _LONGEST_NARROWER), at) is not None
        if _of_a_kind(around, quantity, said) or around.names_topic(quantity, said):
            said = {**said, "object": (FOREIGN,)}
        apart = part_of_year or wider or _apart(count)
        measures = () if apart else measures_of(self.report.form, said, quantity)
        return Mention(
            part=self.part,
            sentence=sentence,
            before=before,
            counted=count,
            filled=self.filled,
            typed=self.filled.is_typed(start, end),
            features=said,
            measures=measures,
            change=0 if change is None else (-1 if change[1] in _LESS else 1),
            other_year=around.years.get(start, self.report.year) != self.report.year,
            part_of_year=part_of_year,
            wider_body=wider,
        )

    def _as_part(self, said: Features, whole: Features) -> Features:
        """Return what a part of a list is: it was done with it what was done with the whole."""
        if "act" in whole and whole.get("object", VAGUE) in (VAGUE, said["object"]):
            return {**said, "act": whole["act"]}
        same = set(said["object"]) <= set(whole.get("object", ()))
        return said if same or FOREIGN in said["object"] else {**said, "object": VAGUE}

    def _said(self, count: Counted, *, changed: bool) -> Features:
        """Return the features of a number; a change is one of what was spoken of last."""
        form, named = self.report.form, self._years_named(count)
        said = _in_bracket(form, count) or features_of(form, named, self.head, self.own)
        said = self._part_of_applications(said, count)
        if count.first or opened(count):
            self.whole = self.last if opened(count) and not count.first else None
            self.first_part = count.quantity
        if self.whole is not None and ";" in count.before:
            ended = said.get("object", VAGUE) not in (VAGUE, self.whole.get("object", VAGUE))
            self.whole = None if ended else self.whole
        in_list = self.whole is not None and count.quantity.like(self.first_part)
        if self.whole is not None and in_list and "object" in said:
            said = said if "act" in said else self._as_part(said, self.whole)
            said = {**said, "object": VAGUE} if said == self.whole else said
        if changed and said.get("object", VAGUE) in (VAGUE, (FOREIGN,), _UNKNOWN):
            return self.last
        if said.get("object", VAGUE) != VAGUE:
            self.head = said["object"]
            self.known = self.known if self.head == _UNKNOWN else self.head
        self.last = said
        return said

    def _years_named(self, count: Counted) -> Counted:
        """Return a number with 结转2025年 before it as 结转下年, and 2023年结转 as 上年结转."""
        if "转" not in count.before:
            return count
        words = _TO_YEAR.sub(self._next_year, count.before)
        return count._replace(before=_FROM_YEAR.sub(self._last_year, words))

    def _next_year(self, found: re.Match[str]) -> str:
        return "下年" if int(found[1]) == self.report.year + 1 else found[0]

    def _last_year(self, found: re.Match[str]) -> str:
        return "上年" if int(found[1]) == self.report.year - 1 else found[0]

    def _part_of_applications(self, said: Features, count: Counted) -> Features:
        """Return what is said of a part of the applications spoken of, by what comes of no other.

        逾期未补正2件，其他处理5件，结转下年16件: whatever the first is called, the others are of
        applications. 3件申请征求了意见: it is not said which these are.
        """
        if said.get("object") == _UNKNOWN and self.known == ("application",):
            outcomes, acts = said.get("outcome", ()), said.get("act", ())
            if {*outcomes} & _OF_APPLICATIONS or {*acts} & {"carried_in", "carried_out"}:
                return {**said, "object": self.known}
        if said != {"object": ("application",)}:
            return said
        form = self.report.form
        some = count.first and count.before.strip().startswith("其中")
        some = some or not Said(form, count.clause).features
        return {**said, "object": VAGUE} if some and Said(form, count.following).unknown else said


_TO_YEAR = re.compile(r"(?<=[转至入到])(20[0-9]{2})年度?")
_FROM_YEAR = re.compile(r"(20[0-9]{2})年度?(?=[结转])")
_OF_APPLICATIONS = {"unavailable", "not_processed", "other"}  # outcomes of nothing else


def _apart(count: Counted) -> bool:
    """Whether a number counts something else: an average, all years; or has nothing it counts.

    A number without a measure word ends its clause; one in the middle is of a table that was
    pasted.
    """
    loose = not count.quantity.unit and bool(count.following.strip())
    each = count.before.rstrip().endswith("各")  # 行政复议和行政诉讼各1件: not both together
    return loose or each or _NOT_ALONE.search(count.clause) is not None


class _Around:
    """The whole sentence around its numbers: what of it is said of each."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence

    @cached_property
    def of_kinds(self) -> bool:
        """Whether it is a sentence of kinds of information."""
        return any(word in self.sentence.text for word in vocabulary().kinds.said)

    @cached_property
    def by_publicity(self) -> bool:
        """Whether it is a sentence of documents by who may see them."""
        return _BY_PUBLICITY.search(self.sentence.text) is not None

    def names_topic(self, quantity: Quantity, said: Features) -> bool:
        """Whether a number counts the applications about a matter, and not the matter itself.

        申请内容主要涉及征地（5件）、行政处罚（3件）.
        """
        topics = {*vocabulary().kinds.objects} & {*said.get("object", ())}
        at = quantity.start - self.sentence.start
        return bool(topics) and self._topics < at

    @cached_property
    def _topics(self) -> int:
        """Where the sentence begins to say what the applications are about; its end for nowhere."""
        found = _TOPICS.search(self.sentence.text)
        return found.end() if found else len(self.sentence.text)

    @cached_property
    def years(self) -> dict[int, Decimal]:
        """The last year named before each count, by where the count begins.

        A bracket closed before the number says nothing of it: 177件（含2022年结转的3件），其中…
        """
        named = [
            item
            for item in self.sentence.others
            if item.kind in ("year", "date") and item.value and not item.titled
            if not self._of_carrying(item)
        ]
        found: dict[int, Decimal] = {}
        if not named:
            return found
        years: list[tuple[int, Decimal]] = []  # each with the brackets around its end, which rise
        depth, at = 0, self.sentence.start
        counts = [count.quantity for count in self.sentence.counts]
        for item in sorted([*named, *counts], key=lambda item: item.start):
            place = item.start if item.counts else item.end
            depth, at = depth + self._brackets(at, place), place
            if item.counts:
                outer = bisect_right(years, depth, key=lambda year: year[0])
                found |= {item.start: years[outer - 1][1]} if outer else {}
            else:
                del years[bisect_left(years, depth, key=lambda year: year[0]) :]
                years.append((depth, item.value))
        return found

    def _of_carrying(self, item: Quantity) -> bool:
        """Whether a year says to where, or from where, something was carried over."""
        first, last = item.start - self.sentence.start, item.end - self.sentence.start
        before, after = self.sentence.text[max(0, first - 2) : first], self.sentence.text[last:]
        return before.endswith(("结转", "转至", "转入", "转到")) or after.startswith(
            ("结转", "转结")
        )

    def _brackets(self, start: int, end: int) -> int:
        """Return how many more brackets are opened than closed between two places of the text."""
        first, last = start - self.sentence.start, end - self.sentence.start
        text = self.sentence.text
        return text.count("(", first, last) - text.count(")", first, last)

    def in_part_of_year(self, quantity: Quantity) -> bool:
        """Whether the last period named before a number is shorter than the year."""
        at = quantity.start - self.sentence.start
        before = [_last_before(periods, at) for periods in self._periods]
        said = [period for period in before if period and at < period.until]
        return bool(said) and said[0].part

    @cached_property
    def _periods(self) -> tuple[list[_Period], list[_Period]]:
        """The periods in quotations, each said of the numbers of its own, and all others."""
        text = self.sentence.text
        if not any(sign in text for sign in "季半月"):
            return [], []
        quoted = [
            _Period(found.start(), quotation.end(), found["part"] is not None)
            for quotation in _QUOTED.finditer(text)
            for found in _PERIOD.finditer(text, *quotation.span())
        ]
        others = _PERIOD.finditer(_QUOTED.sub(_blanked, text))
        return quoted, [
            _Period(found.start(), len(text), found["part"] is not None) for found in others
        ]


class _Period(NamedTuple):
    """A period: where it begins, up to where it is said of numbers, whether of part of a year."""

    start: int
    until: int
    part: bool


def _last_before(periods: list[_Period], at: int) -> _Period | None:
    place = bisect_left(periods, at, key=lambda period: period.start)
    return periods[place - 1] if place else None


def _of_a_kind(around: _Around, quantity: Quantity, said: Features) -> bool:
    """Whether a number counts published information of a kind, and not what the kind is of."""
    kinds, objects = vocabulary().kinds, said.get("object", ())
    counts = quantity.unit in kinds.units and not set(objects).isdisjoint(kinds.objects)
    return (counts and around.of_kinds) or ("application" in objects and around.by_publicity)


# What the applications were about.
_TOPICS = re.compile(
    r"申请(?:公开)?的?(?:主要)?(?:内容|事项|信息|类型|主题|领域)[^,;。0-9]{0,12}(?:涉及|集中|包括|关于|聚焦|分布)"
)
# Documents by who may see them: 制发公文10件，其中主动公开5件，依申请公开3件，不予公开2件.
_BY_PUBLICITY = re.compile(
    r"(?:制[发作]|公文|发文|文件|属性)[^。]{0,40}主动公开[^。]{0,40}依申请公开[^。]{0,40}不予?公开"
)


# A body that reports for a whole place, and words for more than one body of a place. 在全市率先
# compares the body with others, and counts nothing of theirs.
_OF_A_PLACE = re.compile(r"(?:政府|政府办公室|政府办公厅|管理委员会|管委会|街道办事处)$")
_WIDER = re.compile(
    r"(?<![在为向对])(?:全[市县区省州盟]|我[市县区省州])(?!率先|首)|全系统|[市县区省]系统"
)
_NARROWER = re.compile(r"全[市县区省州盟][^。]{0,120}本级[^。全]{0,40}$")
_LONGEST_NARROWER = 170  # characters that it can find
# Some months of a year, and words for the whole of it. The day from which a document is in force
# is neither.
_PERIOD = re.compile(
    r"(?P<part>季度|[上下]半年|前[0-9一二三四五六七八九十]{1,2}个?月"
    r"|(?<!12)(?<!十二)月(?:份|底|末)?(?:[0-9]{1,2}日)?(?!起?(?:印发|修订|修改|施行|实施|出台|公布|起))(?<![个岁每逐累上本当]月)"
    r"|(?:12|十二)月(?!底|末|31日|三十一日))"
    r"|(?P<whole>(?:12|十二)月(?:底|末|31日|三十一日)|全年|本年|当年|今年|年度|一年来|年内|年底)"
)


_QUOTED = re.compile(r"《[^《》]*》|“[^“”]*”")


def _blanked(found: re.Match[str]) -> str:
    return " " * len(found[0])


# --- features ---------------------------------------------------------------------


def features_of(
    form: Form, count: Counted, head: tuple[str, ...], own: tuple[str, ...] = ()
) -> Features:
    """Return what the words around a number say; what they leave open is inherited or implied.

    `head` is the object that was spoken of before, `own` how the agency itself is called.
    """
    near = Said(form, _without(count.clause, own), own)
    said = dict(near.features)
    if not said and not near.unknown and not count.label:
        near = Said(form, _without(count.earlier, own), own)
        said = dict(near.features)
    if near.gap or near.another_body:
        said["object"] = said["object"] if FOREIGN in said.get("object", ()) else _UNKNOWN
    following = _following(form, count, said)
    for name, values in following.features.items():
        said.setdefault(name, values)
    if not said:  # a number of which nothing is said is a part, or something else
        said["object"] = _UNKNOWN if near.unknown or following.unknown else VAGUE
    elif "object" not in said and (named := _object_before(form, count) or head):
        vague = near.unknown and not said.keys() & {"outcome", "ground", "applicant"}
        said["object"] = VAGUE if vague else named
    for name, value in {**following.implied, **near.implied}.items():
        said.setdefault(name, (value,))
    if "ground" in said and _SEVERAL.search(count.clause):
        del said["ground"]  # 因不掌握或需要加工等原因无法提供5件: one of several
    return said if "ground" in said or not count.earlier else _on_ground(form, said, count)


def _in_bracket(form: Form, count: Counted) -> Features:
    """Return the outcomes that a bracket names: 公开类答复（含予以公开和部分公开）."""
    bracket = _IN_BRACKET.search(count.before)
    said = Said(form, bracket[1]) if bracket else None
    if said is None or said.unknown or len(said.features.get("outcome", ())) < _SOME:
        return {}
    return {name: (value,) for name, value in said.implied.items()} | said.features


_IN_BRACKET = re.compile(r"\((?:含|包括|包含|即)([^()0-9,;。]{4,30})\)[^()0-9,;:。]{0,6}$")
_SOME = 2


def _on_ground(form: Form, said: Features, count: Counted) -> Features:
    """Return an outcome with the ground that the clause right before it gives.

    为保护第三方合法权益，不予公开5件; 因材料不齐，无法提供3件: of one that the form does not have.
    """
    clause = count.earlier.rsplit(",", 1)[-1].strip()
    if "outcome" not in said or not clause:
        return said
    reason = Said(form, clause).features
    if "ground" in reason and reason.get("outcome") == said["outcome"]:
        return {**said, "ground": reason["ground"]}
    return {**said, "object": VAGUE} if _REASON.search(clause) else said


_SEVERAL = re.compile(r"[或和及、][^,;。]{0,24}(?:原因|情形|情况|理由)")
_REASON = re.compile(r"^(?:对(?!于)|因(?!此)|由于|鉴于|为(?!进)|属于?|涉及).|的$")


def _object_before(form: Form, count: Counted) -> tuple[str, ...]:
    """Return the object that the clauses before a number's own name last: 复议案件中，维持3件."""
    return Said(form, count.earlier).features.get("object", ()) if count.earlier else ()


def _without(text: str, names: tuple[str, ...]) -> str:
    for name in filter(None, names):
        text = text.replace(name, "")
    return text


def _following(form: Form, count: Counted, said: Features) -> Said:
    """Return what the words after a number say of it, where they are not about the next one."""
    words = count.following
    if not count.closed or words[:1] in _OF_ALL or ("object" in said and "act" in said):
        return Said(form, "")
    onward = _CARRIED.match(count.after)
    if onward:  # 尚有3件未办结，结转下年度继续办理
        words = onward[1]
    found = Said(form, words, backwards=True)
    vague = count.clause.strip().endswith("对")  # 对2件申请征求意见: of some, it is not said which
    return Said(form, "") if found.gap or vague else found


_QUOTE_ENDS = re.compile(r"[”’」』》\"]?")


_CARRIED = re.compile(r"(?:尚?未|没有)(?:办结|办理完毕|答复),((?:结转|转结|顺延)[^,;。]*)")


class Said:
    """The features that a stretch of words states, and what of it has no meaning.

    `gap` are words without meaning between the first that has one and the number; `unknown` are
    those of the whole stretch. `backwards` reads what stands after a number. `another_body` means
    that what is said is said of another agency. `end` is where the last word with a meaning ends,
    `before_end` the words without meaning before it.
    """

    def __init__(
        self, form: Form, text: str, own: tuple[str, ...] = (), *, backwards: bool = False
    ) -> None:
        self.features: Features = {}
        self.implied: dict[str, str] = {}
        self._ends: dict[str, int] = {}
        self._text = text
        hits = list(form.meanings.lexicon.hits(text)) if text else []
        unknown = _uncovered(text, hits)
        # A weak word means nothing right after a word without meaning: 猫狗申请, “猫狗”申请.
        ends = {_QUOTE_ENDS.match(text, at + len(words)).end() for at, words in unknown}  # type: ignore[union-attr]
        meant = [
            hit for hit in hits if hit.word.means and not (hit.word.weak and hit.start in ends)
        ]
        for hit in meant:
            self._take(hit)
        first, last = (meant[0].start, meant[-1].start) if meant else (len(text), 0)
        self.end = meant[-1].end if meant else 0
        self.before_end = "".join(words for at, words in unknown if at < self.end)
        self.unknown = "".join(words for _, words in unknown)
        self.gap = "".join(
            words for at, words in unknown if (at < last if backwards else at > first)
        )
        self.another_body = bool(meant) and _names_another(text[:first], own)

    def _take(self, hit: Hit) -> None:
        for name, value in hit.word.means.items():
            before = self.features.get(name, ())
            if FOREIGN in before:
                continue
            between = self._text[self._ends.get(name, 0) : hit.start]
            pair = name == "channel" or {*before, value} <= {*DISPUTES}
            joined = _JOINED.fullmatch(between) or (pair and not between)
            if before and value not in before and joined:  # 微博微信: both
                self.features[name] = (*before, value)
            elif before and value not in before and name == "outcome":
                self.features["object"] = (FOREIGN,)  # 不属于本机关，无法提供: some of them
            else:
                self.features[name] = (value,)
            self._ends[name] = hit.end
        self.implied.update(hit.word.implies)


# Another body than the report's own: 市公安局, 各乡镇; but not 我局, nor all of a place's bodies.
_BODY = re.compile(
    r"各(?:县|区|乡镇|镇|街道|部门|单位)|[\u4e00-\u9fff]{1,10}"
    r"(?:局|委|委员会|办公室|政府办|厅|镇|乡|街道|部门|分局|中队|支队)"
)
_OWN_BODY = re.compile(
    r"[我本全][局委办厅镇乡院]|[我本全](?:街道|单位|机关)|全[市县区省镇]|各级|我[市县区省]"
)


def _names_another(text: str, own: tuple[str, ...]) -> bool:
    body = _BODY.search(text)
    if body is None or _OWN_BODY.search(text):
        return False
    return not _shortens(body[0], own)


def _shortens(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text ends as a short form of a name: 区司法局 of 银川市西夏区司法局."""
    return any(in_order(text[-4:], name) for name in names if name)


def in_order(signs: str, name: str) -> bool:
    """Whether a name has some signs in their order, as it has those of its short forms."""
    rest = iter(name)
    return all(sign in rest for sign in signs)


def _uncovered(text: str, hits: list[Hit]) -> list[tuple[int, str]]:
    """Return the words that no hit covers, with their places; signs and digits are no words."""
    found, at = [], 0
    for hit in [*hits, Hit(len(text), len(text), hits[0].word)] if hits else []:
        if at < hit.start:
            found += [(word.start(), word[0]) for word in _WORDS.finditer(text, at, hit.start)]
        at = hit.end
    return found if hits else [(word.start(), word[0]) for word in _WORDS.finditer(text)]


# --- figures ----------------------------------------------------------------------


def measures_of(form: Form, said: Features, quantity: Quantity) -> tuple[Measure, ...]:
    """Return the figures that features single out, the plainest reading first."""
    objects = said.get("object", ())
    if not objects or FOREIGN in objects:
        return ()
    found: dict[tuple[Code, ...], None] = {}
    for acts in _readings(form, said):
        codes = _codes(form, said, acts)
        if codes and all(_counted(form, code, quantity) for code in codes):
            found.setdefault(codes)
    return tuple(form.called(codes) for codes in found)


def _readings(form: Form, said: Features) -> Iterator[tuple[str, ...]]:
    """Yield the sums of acts that the acts said may be meant as; () for no act."""
    first = said["object"][0]
    known = vocabulary().readings.get(first, {})
    if "added" in said.get("act", ()) and "added" not in known:
        return  # 其中新增1人: what came is no figure of the form
    acts = said.get("act", ()) if form.meanings.acts(first) else ()
    if "outcome" in said and first == "application":
        acts = ("answered",)
        known = {}
    if len(acts) > 1:
        yield from (sums for act in acts for sums in known.get(act, ((act,),)))
        yield acts
    elif acts:
        yield from known.get(acts[0], (acts,))
        if first == "information":
            yield ()
    else:
        yield ()
        yield from known[""] if "" in known else _any_act(form, said)


def _any_act(form: Form, said: Features) -> Iterator[tuple[str, ...]]:
    return ((act,) for item in said["object"] for act in form.meanings.acts(item))


def _codes(form: Form, said: Features, acts: tuple[str, ...]) -> tuple[Code, ...]:
    """Return the cells of every combination of what was said; () where one has none."""
    rest = {name: values for name, values in said.items() if name != "act"}
    if set(rest.get("applicant", ())) == {"natural_person", "legal_person"}:
        del rest["applicant"]
    codes: list[Code] = []
    for act in acts or ("",):
        for values in product(*rest.values()):
            wanted = dict(zip(rest, values, strict=True)) | ({"act": act} if act else {})
            found = form.meanings.codes(wanted)
            if not found:
                return ()
            codes += [code for code in found if code not in codes]
    return tuple(codes)


def _counted(form: Form, code: Code, quantity: Quantity) -> bool:
    """Whether a cell counts in a measure word that means the same as that of a number."""
    unit = form.cells[code].unit
    if quantity.kind == "money":
        return unit.endswith("元")
    return not quantity.unit or quantity.unit in form.same_unit(unit)


def figure_of(report: Report, measure: Measure, quantity: Quantity) -> Decimal | None:
    """Return a figure in the unit that a number of the text is in; None where there is none."""
    number = report.figure(measure.codes)
    if number is not None and quantity.kind == "money" and measure.unit == "万元":
        return number * 10_000
    return number


SENTENCE = re.compile(r"[。；！？\n]")
_WORDS_OF_ONES_OWN = 10  # a shorter sentence is anybody's


def sentences_of(report: Report) -> list[str]:
    """Return the sentences of the narrative that are long enough to be somebody's words."""
    text = "\n".join(report.filled(part).text for part in report.headings)
    found = (sentence.strip() for sentence in SENTENCE.split(text))
    own = (sentence for sentence in found if not sentence.startswith("#"))  # no headings
    return [sentence for sentence in own if len(sentence) >= _WORDS_OF_ONES_OWN]


def said_of(features: Mapping[str, tuple[str, ...]], name: str) -> str:
    """Return the one value of a dimension, or ''."""
    return (features.get(name) or ("",))[0]


def agreeing(mention: Mention, report: Report) -> Measure | None:
    """Return the first figure that a number can mean; None where it agrees with none."""
    for measure in mention.measures:
        if mention.quantity.may_be(figure_of(report, measure, mention.quantity) or Decimal(0)):
            return measure
    return None


def agrees(mention: Mention, report: Report) -> bool:
    """Whether a number agrees with one of the figures that it may mean."""
    return agreeing(mention, report) is not None


def change_cells(mention: Mention, report: Report) -> tuple[str, ...]:
    """Return the cell in which a form itself states a change."""
    objects = mention.features.get("object", ())
    codes = report.form.meanings.codes({"object": objects[0], "act": "change"}) if objects else ()
    units = {report.form.cells[code].unit for code in codes}
    return codes if units <= {mention.quantity.unit} else ()
