"""Find what a sentence limits its numbers to: another year, some months, other bodies, a kind."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from gongkai.forms.vocabulary import vocabulary
from gongkai.reading.channels import channel_named
from gongkai.reading.phrases import DISPUTES, IN_OUR_NAME, Features
from gongkai.text.around import blanked, ending
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, Sentence

_NOT_ALONE = re.compile(
    r"每|平均|目标|计划|拟|(?<!今年)以来|历年|历史|[二三四五两]年来|至今|(?<!年度)(?<!全年)(?<!本年)(?<!当年)累计(?!办[理结]|受理|收|答复|作出|达)|[比较](?:上|去)年|(?<![与转])上(?:一)?年(?!度?结转|度?转)|去年(?!结转)|比.{0,20}多"
    r"|(?:围绕|针对|聚焦|结合|就)[^,;:。0-9、等]{2,30}(?:发布|召开|开展).{0,9}(?:解读|发布会|访谈)"
)
# What the applications were about.
_TOPICS = re.compile(
    r"申请(?:公开)?的?(?:主要)?(?:内容|事项|信息|类型|主题|领域)[^,;。0-9]{0,12}(?:涉及|集中|包括|关于|聚焦|分布)"
    r"|申请,?主要(?:涉及|集中|围绕|关于|聚焦|分布)"
)
# Documents by access: 制发公文10件，其中主动公开5件，依申请公开3件，不予公开2件.
_ACCESS = r"(?:主动公开|依申请公开|不予?公开)\s?(?:的|为)?\s?[0-9]+\s?[件份条篇]"
_BY_PUBLICITY = re.compile(
    rf"(?=[^;]{{0,80}}依申请公开\s?[0-9])(?=[^;]{{0,80}}主动公开){_ACCESS}[、,和]\s?{_ACCESS}"
)

# A body that reports for a whole place, and words for several bodies of a place. 在全市率先
# only compares the body with others.
_OF_A_PLACE = re.compile(r"(?:政府|政府办公室|政府办公厅|管理委员会|管委会|街道办事处)$")
_WIDER = re.compile(
    r"(?<![在为向对])(?:全[市县区省州盟]|我[市县区省州])(?!率先|首)|全系统|[市县区省]系统"
)
_NARROWER = re.compile(r"全[市县区省州盟][^。]{0,120}本级[^。全]{0,40}$")
_IN_ALL = re.compile(r"全[市县区省州盟]|[合共总]计")
# Some months of a year, and words for the whole year. The day from which a document is in force
# is neither.
_PERIOD = re.compile(
    r"(?P<part>(?<![每各按分])季度|[上下]半年|前[0-9一二三四五六七八九十]{1,2}个?月"
    r"|(?<!12)(?<!十二)月[份底末]?+(?!(?:[0-9]{1,2}日)?起?(?:印发|修订|修改|施行|实施|出台|公布))(?<![个岁每逐累上本当]月)"
    r"|(?:12|十二)月(?!底|末|31日|三十一日))"
    r"|(?P<whole>(?:12|十二)月(?:底|末|31日|三十一日)|全年|本年|当年|今年|年度|一年来|年内|年底)"
)


# Disputes about any matter, of which some are about access to information.
_OF_WHICH_OURS = re.compile(r"其中,?(?:因|涉及?|属于?|关于|有关)?(?:政府)?信息公开")
_ANY_DISPUTES = re.compile(
    r"(?:受理|办理|审理|审结|办结)(?:各类)?行政复议(?:案件|申请)?\s?[0-9]+件?[、,和]\s?[^,;。0-9]{0,10}$"
)
_NOT_OURS = re.compile(
    r"与(?:政府)?信息公开(?:工作|申请)?无关|非(?:政府)?信息公开(?:类|方面|事项)?(?:的?行政|的?复议)"
)
_ALIKE = re.compile(r"(?:年度?)?(?:同期)?(?:相比|持平|相当|一致|相同|一样)")
_NEXT_CLAUSE = re.compile(r"[,;:]")
# The bodies of one level in a place: 省政府及省直单位, 各市政府.
_ONE_LEVEL = re.compile(
    r"[省市县区州]直(?:属|各)?(?:单位|部门|机关)|各[市县区州旗](?!级?(?:各|领域))"
)
_PUBLISHED = re.compile(r"(?:公开|发布|推送)(?:各类)?(?:政府|政务)?信息")
_FAR = 60  # characters of a sentence to search on either side of a number
_QUOTED = re.compile(r"《[^《》]*》|“[^“”]*”")


# 去年收到申请20件，今年23件.
_LAST_YEARS = re.compile(
    r"^\s?(?:而|其中)?(?:去年|上一?年度?)(?!度?(?:结转|转结|转入|转)|相比|同期|的)"
    r"|^\s?年初(?:现行|尚|结|共?有|存)"
)


_FROM = re.compile(r"[由从][^,;。0-9]{0,6}$")
_TO = re.compile(r"\s?[上下]?(?:[增升提减降压缩扩]|调整|精简|核减).?[到至为]")
_LAST_YEAR = re.compile(r"[比较与同]?(?:去年|上一?年)度?(?:同期)?(?:相比)?")
_DISPUTE = re.compile("(?:行政)?(?:复议|诉讼)")
_FAR = 120  # characters
_ALL_OF_PLACE = re.compile("全[省市县区州镇乡系]")
# The place itself, without its bodies.
_OWN_LEVEL = re.compile("[省市县区州](?:人民)?(?:政府)?本级(?![及和与、])")
_WITHOUT = re.compile(r"不[含计](?:上年)?结转[^,;。]{0,6}$|(?:围绕|聚焦)[^,;:。0-9、等]{2,30}$")
_SINCE = re.compile(r"(?<!今年)(?<!本年)(?<!年初)以来(?:,|$)")  # 《条例》实施以来，累计收到163件


def is_of_last_year(count: Counted) -> bool:
    """Whether a number is stated as last year's, like the first one in 由10件增至12件."""
    rose = _FROM.search(count.before) and _TO.match(count.after)
    return bool(rose) or _LAST_YEARS.match(count.clause) is not None


def speaks_for_place(agency: str) -> bool:
    """Whether an agency with this name reports for a whole place, not only for itself."""
    return _OF_A_PLACE.search(agency) is not None


def counts_something_else(count: Counted, *, dated: bool) -> bool:
    """Whether a number is an average, is about all years, or does not say what it counts.

    With `dated`, last year may be named: 比上年减少4件, 上年未办结的4件.

    A number without a measure word ends its clause; one in the middle is from a pasted
    table.
    """
    quantity, following = count.quantity, count.following
    clause = _LAST_YEAR.sub("", count.clause) if dated else count.clause
    return bool(
        (not quantity.unit and following.strip())
        # 行政复议和行政诉讼各1件: not both together
        or count.before.rstrip().endswith(("各", "各有"))
        # 除3件复议、1件诉讼未审结外
        or (count.before.endswith("除") and _DISPUTE.match(following))
        # 规范性文件和规章两个项目: the things just named
        or (quantity.spelt and following.startswith(("项目", "指标", "方面", "环节")))
        # 依申请公开等4个板块
        or (quantity.unit == "个" and count.clause.rstrip().endswith("等"))
        # 不含上年结转，办结21件
        or _WITHOUT.search(count.earlier)
        or ("累计" in count.clause and _SINCE.search(count.earlier))
        or _NOT_ALONE.search(clause)
    )


class Scope:
    """The restrictions of a sentence on its numbers; `agency` is the name of the report's body."""

    def __init__(self, sentence: Sentence, agency: str) -> None:
        self.sentence = sentence
        self._agency_is_place = speaks_for_place(agency)
        self._is_office = agency.endswith(("办公室", "办公厅"))  # of a place, or for itself

    def is_of_another_kind(self, quantity: Quantity, features: Features) -> bool:
        """Whether a number counts a kind of published information, or applications by topic.

        本年发布行政复议案件信息12条 does not count reconsideration cases.
        """
        of_a_kind = self._is_of_kinds(quantity, features) or self._is_topic(quantity, features)
        return of_a_kind or self._is_of_any_dispute(quantity, features)

    def is_of_wider_body(self, count: Counted) -> bool:
        """Whether a number is about more bodies than the report: 全市; or for a place, about fewer.

        全区受理80件，区政府本级受理20件: the second is only a part of the place's number.
        """
        if IN_OUR_NAME.search(count.clause):
            return False
        if not self._agency_is_place or (self._is_office and "各级" in count.clause):
            return _WIDER.search(count.clause) is not None
        at = count.quantity.start - self.sentence.start
        text = self.sentence.text
        if _ONE_LEVEL.search(count.clause):
            return True
        own_level = "本级" in count.clause and _IN_ALL.search(text, at) is not None
        return own_level or ending(_NARROWER, text, at) is not None

    def is_of_own_level(self, count: Counted) -> bool:
        """Whether a number is about a place itself, without its bodies: 区本级新收8件，办结6件."""
        at = count.quantity.start - self.sentence.start
        words = self.sentence.text[max(0, at - _FAR) : at].rpartition(";")[2]
        return _OWN_LEVEL.search(words) is not None and _ALL_OF_PLACE.search(count.clause) is None

    def is_of_part_of_year(self, quantity: Quantity) -> bool:
        """Whether the last period named before a number is shorter than the year."""
        at = quantity.start - self.sentence.start
        before = [_last_before(periods, at) for periods in self._periods]
        covering = [period for period in before if period and at < period.until]
        return bool(covering) and covering[0].part

    @cached_property
    def years(self) -> dict[int, Decimal]:
        """The last year named before each count, by the place where the count begins.

        A bracket closed before the number does not affect it: 177件（含2022年结转的3件），其中…
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
        # Each: the brackets open at its end (ascending), the year, and the end of a base, or 0.
        years: list[tuple[int, Decimal, int]] = []
        depth, at = 0, self.sentence.start
        counts = [count.quantity for count in self.sentence.counts]
        for item in sorted([*named, *counts], key=lambda item: item.start):
            place = item.start if item.counts else item.end
            depth, at = depth + self._brackets(at, place), place
            if item.counts:
                while years and self._is_past_base(years[-1][2], item.start):
                    years.pop()
                outer = bisect_right(years, depth, key=lambda year: year[0])
                found |= {item.start: years[outer - 1][1]} if outer else {}
            else:
                base = self._is_base(item)
                within = bisect_right if base else bisect_left
                del years[within(years, depth, key=lambda year: year[0]) :]
                years.append((depth, item.value, item.end if base else 0))
        return found

    def _is_base(self, item: Quantity) -> bool:
        """Whether a year is only a base of comparison: 较2024年多5件, 与2024年持平."""
        first, last = item.start - self.sentence.start, item.end - self.sentence.start
        before = self.sentence.text[max(0, first - 1) : first]
        beside = before in ("与", "同", "和") and _ALIKE.match(self.sentence.text, last)
        return before in ("较", "比") or bool(beside)

    def _is_past_base(self, end: int, start: int) -> bool:
        """Whether a number is in a later clause than the base of comparison that ends at `end`."""
        first, last = end - self.sentence.start, start - self.sentence.start
        return end > 0 and _NEXT_CLAUSE.search(self.sentence.text, first, last) is not None

    @cached_property
    def _names_kinds(self) -> bool:
        """Whether the sentence names kinds of information."""
        return any(word in self.sentence.text for word in vocabulary().kinds.said)

    @cached_property
    def _is_of_publishing(self) -> bool:
        """Whether the sentence is about publishing."""
        text = self.sentence.text
        return bool(_PUBLISHED.search(text) or channel_named().search(text))

    @cached_property
    def _by_publicity(self) -> bool:
        """Whether the sentence counts documents by access."""
        return _BY_PUBLICITY.search(self.sentence.text) is not None

    def _is_of_kinds(self, quantity: Quantity, features: Features) -> bool:
        kinds, objects = vocabulary().kinds, features.get("object", ())
        of_a_kind = quantity.unit in kinds.units and not set(objects).isdisjoint(kinds.objects)
        return (of_a_kind and (self._names_kinds or self._is_of_publishing)) or (
            "application" in objects and self._by_publicity
        )

    def _is_of_any_dispute(self, quantity: Quantity, features: Features) -> bool:
        """Whether a number counts disputes about any matter.

        收到行政复议申请56件，其中涉及政府信息公开5件; 办理行政复议案件40件、行政诉讼案件30件.
        """
        if not {*DISPUTES} & {*features.get("object", ())}:
            return False
        if _NOT_OURS.search(self.sentence.text):
            return True
        at, text = quantity.start - self.sentence.start, self.sentence.text
        before = text[max(0, at - _FAR) : at]
        if "信息公开" not in before and _OF_WHICH_OURS.search(text, at, at + _FAR):
            return True
        return _ANY_DISPUTES.search(before) is not None

    def _is_topic(self, quantity: Quantity, features: Features) -> bool:
        """Whether a number counts applications about a topic, not the topic itself.

        申请内容主要涉及征地（5件）、行政处罚（3件）.
        """
        topics = {*vocabulary().kinds.objects} & {*features.get("object", ())}
        at = quantity.start - self.sentence.start
        return bool(topics) and self._topics < at

    @cached_property
    def _topics(self) -> int:
        """Where the topics of the applications begin; the sentence's end if there are none."""
        found = _TOPICS.search(self.sentence.text)
        return found.end() if found else len(self.sentence.text)

    def _of_carrying(self, item: Quantity) -> bool:
        """Whether a year is the one to or from which something was carried over."""
        first, last = item.start - self.sentence.start, item.end - self.sentence.start
        before, after = self.sentence.text[max(0, first - 2) : first], self.sentence.text[last:]
        return before.endswith(
            ("结转", "转至", "转入", "转到", "延至", "延到")
        ) or after.startswith(("结转", "转结"))

    def _brackets(self, start: int, end: int) -> int:
        """Return how many more brackets are opened than closed between two places in the text."""
        first, last = start - self.sentence.start, end - self.sentence.start
        text = self.sentence.text
        return text.count("(", first, last) - text.count(")", first, last)

    @cached_property
    def _periods(self) -> tuple[list[_Period], list[_Period]]:
        """The periods in quotations, which apply only to the numbers there, and all others."""
        text = self.sentence.text
        if not any(sign in text for sign in "季半月"):
            return [], []
        quoted = [
            _Period(found.start(), quotation.end(), found["part"] is not None)
            for quotation in _QUOTED.finditer(text)
            for found in _PERIOD.finditer(text, *quotation.span())
        ]
        others = _PERIOD.finditer(_QUOTED.sub(blanked, text))
        return quoted, [
            _Period(found.start(), len(text), found["part"] is not None) for found in others
        ]


class _Period(NamedTuple):
    """A period: where it begins, up to where it applies, whether it is part of a year."""

    start: int
    until: int
    part: bool


def _last_before(periods: list[_Period], at: int) -> _Period | None:
    place = bisect_left(periods, at, key=lambda period: period.start)
    return periods[place - 1] if place else None
