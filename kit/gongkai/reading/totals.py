"""Find sums without an opening word: a total after its parts, parts right after their whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from gongkai.reading.adding import MOST, Reason, Sum, adds, just_over, summed
from gongkai.reading.channels import channel
from gongkai.reading.complete import RESTS, complements
from gongkai.reading.lists import NO_PART, opened
from gongkai.text.numerals import numeral
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, Sentence, sentences, without_groups

_TOTAL = re.compile(
    r"[\u4e00-\u9fff]{0,8}[,;]?\s?(?:以上)?(?:各类|几项|三项|两项|四项|全年)?(?:共计|合计|总计|总数为?)(?:(?:公开|发布)[\u4e00-\u9fff]{0,8})?(?:信息)?\s?$"
    r"|[\u4e00-\u9fff]{0,8}[,;]\s?[\u4e00-\u9fff]{2,10}(?:共计|合计|总计)\s?$"
    r"|[\u4e00-\u9fff]{0,8},(?:全年)?共\s?$|[,;]\s?[两二三四]?[项者]?相加共?(?:计|应)?[\u4e00-\u9fff]{0,6}\s?$"
)
# May total more than what is named before it: it counts only if the sum nearly matches.
_TOTAL_OF_ACTS = re.compile(
    r",(?P<by>(?:政务)?新媒体|各平台|各渠道)?(?:全年)?(?:(?:累计|总)?共|累计|合计)(?:召开|公开|举办|开展|发布|组织|公示|公布|办理|受理)(?:各类)?(?P<what>[\u4e00-\u9fff]{0,6})$"
)
# 网站1185条，公众号462条，两个平台合计发布1647条
_OF_STATED = re.compile(
    r"[\u4e00-\u9fff]{0,8}[,;]\s?([二两三四五])(?:[者项]|类(?:渠道|平台|方式|载体)?|个(?:平台|渠道|方面|账号|部分))"
    r"[\u4e00-\u9fff]{0,6}?(?:合计|共计|总计|共)(?!占)[\u4e00-\u9fff]{0,10}\s?"
)
# 新收67件，上年结转2件，共68件: such a total differs by a slip of typing, or is of something else.
_SLIP, _TENTH = 50, 10
_SO_FAR, _SEVERAL = re.compile(r"[\u4e00-\u9fff]{0,8},(?:全年)?累计\s?"), 3
_PERIODS = (
    ("上半年", "下半年"),
    ("前三季度", "四季度"),
    ("一季度", "二季度", "三季度", "四季度"),
)
_MOST_PERIODS = 4
# 由甲142条和乙158条组成
_MADE_OF = re.compile(r"[,;]\s?由")
_MAKES_UP = re.compile(r"\s?(?:组成|构成)")
_KINDS_OF_PARTS = ("部分", "个部分", "类", "大类", "种", "块", "大块")
_OF_PARTS = 2  # characters of 两类, 三项
_LISTS = re.compile(r"如下:|分布[^,;。0-9]{0,4}:|(?:分别|具体)[为是]:?|^[^,;。0-9]{0,12}:")
# 专职22名、兼职61名，总计83人; 公告9篇、动态56条，共计65条
_TWINS = {"名": "人", "位": "人", "家": "个", "篇": "条", "则": "条"}
# 14个乡镇、32个县直部门共46家单位
_TOTAL_OF_BODIES = re.compile(r"[\u4e00-\u9fff]{2,8}共\s?$")
_BODIES = re.compile(r"(?:单位|部门|机关|乡镇|村|社区|点|人)")
_NOUN_AND_POINT = re.compile(r"[\u4e00-\u9fff]{1,8}[、和及]")
_DONE = re.compile(r",\s?(?:已经?|共)?([\u4e00-\u9fff]{2,4})")
_UNDONE = re.compile(r"[,、]\s?(?:尚?未|没有|尚?待)([\u4e00-\u9fff]{2,4})")
_GOES_ON = re.compile(r"[,、]\s?(?:正在|尚在|仍在)(?:办理|处理|答复|回复)(?:之?中|的)?")
_FINISHED = ("办结", "办理完毕", "处理完毕", "答复", "回复", "完成")
_ATTENDS = re.compile("参加|出席")
_ACT = re.compile(r"受理|收到|答复|办结|办理|处理|回复|完成|接待|公开|发布|印发|制发")
_NEXT_ITEM = re.compile(r"[\u4e00-\u9fff]{0,10}[,、]\s?[\u4e00-\u9fff]{1,12}")
_GRADES = ("优秀", "良好", "合格", "不合格", "一般", "较好", "较差", "好", "差", "优", "良")
_BY_A_WAY = re.compile("通过|当面|现场|网络|网上|邮寄|信函|传真|电子邮件")
_TOPIC = re.compile(r"\s?[\u4e00-\u9fff]{2,10},")


_Wrong = tuple[Counted, Sequence[Counted]]  # a whole, and parts that do not add up to it


def unopened(text: str) -> Iterator[Sum]:
    """Yield the sums of a text without an opening word that do not add up."""
    for rule in (_totals_after, _composed, _done_and_not, _parts_after):
        for sentence in sentences(text):
            for whole, parts in rule(sentence):
                total = summed(parts)
                reason: Reason = "more" if total.low > whole.quantity.high else "short"
                yield Sum(whole, tuple(parts), total.value, reason)


def _totals_after(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield the totals that no run of the numbers before them adds up to."""
    alike: dict[tuple[int, str], _Row] = {}
    for count in _without_counts_of_parts(sentence):
        unit = _TWINS.get(count.quantity.unit, count.quantity.unit)
        row = alike.setdefault((count.depth, unit), _Row())
        if _is_total(count, row) and not _ends_add(count.quantity, row.counts):
            yield count, tuple(row.counts)
        row.add(count)


def _composed(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield the wholes that are not the sum of what they are made of: 由甲142条和乙158条组成."""
    counts, first = sentence.counts, 0
    for last, count in enumerate(counts):
        first = last if _MADE_OF.match(count.before) else first
        if not 0 < first < last or not _MAKES_UP.match(count.after):
            continue
        end = last if count.quantity.unit in _KINDS_OF_PARTS else last + 1  # 两部分组成
        whole, parts, first = counts[first - 1], counts[first : min(end, first + MOST)], 0
        alike = all(item.quantity.like(whole.quantity) for item in parts)
        if alike and not adds(whole.quantity, parts):
            yield whole, parts


def _without_counts_of_parts(sentence: Sentence) -> Iterator[Counted]:
    """Yield numbers, with the number of parts as a word of the total: ，两类共276件."""
    lead = ""
    for count in sentence.counts:
        at = count.quantity.start - sentence.start
        words = sentence.text[at : at + _OF_PARTS]
        if count.quantity.spelt and count.quantity.unit in ("类", "项", "个"):
            lead = f"{lead}{count.before}{words}"
            continue
        yield count._replace(before=f"{lead}{count.before}")
        lead = ""


def _is_total(count: Counted, row: _Row) -> bool:
    """Whether a number is said to be the total of those before it."""
    stated = _OF_STATED.fullmatch(count.before)
    if stated and len(row.counts) == numeral(stated[1]):
        return True
    is_stated = _TOTAL.fullmatch(count.before) is not None
    if is_stated and (row.may_be_parts() or row.ends_alike()):
        return True
    if is_stated and len(row.counts) > 1 and not opened(row.counts[-1]):
        return _is_near(summed(row.counts).value, count.quantity.value, _SLIP)
    if _TOTAL_OF_BODIES.fullmatch(count.before) and _BODIES.match(count.following):
        return row.may_be_parts()
    found = _TOTAL_OF_ACTS.fullmatch(count.before)
    adds_up = found is not None and bool(
        found["by"] or row.of_whole_year() or row.called_alike(found["what"])
    )
    several = len(row.counts) >= _SEVERAL or row.ends_alike()  # 微博留言36条、微信留言72条
    if not adds_up and not (_SO_FAR.fullmatch(count.before) and several):
        return False
    return _is_near(summed(row.counts).value, count.quantity.value, _TENTH)


def _is_near(total: Decimal, stated: Decimal, share: int) -> bool:
    """Whether a total differs by no more than one of `share` parts of it, or by 1."""
    return abs(total - stated) <= max(Decimal(1), stated / share)


class _Row:
    """The counts of one depth and unit in a sentence, in their order."""

    def __init__(self) -> None:
        self.counts: list[Counted] = []
        self._points = True  # whether only list separators are between them
        self._joins: tuple[str, ...] = ("、", "和", "及")

    def add(self, count: Counted) -> None:
        """Add the next one."""
        if not self.counts and _LISTS.search(count.before):
            self._joins = (*self._joins, ",")  # 分布如下：概况类12条，动态类230条
        named = _NOUN_AND_POINT.fullmatch(count.before)  # 14个乡镇、32个县直部门
        joined = not self.counts or named or count.before.startswith(self._joins)
        self._points = self._points and bool(joined)
        self.counts.append(count)

    def may_be_parts(self) -> bool:
        """Whether they may be the parts of a total after them."""
        if not 1 < len(self.counts) <= MOST:
            return False
        return self._points or self.of_whole_year() or self.of_channels()

    def of_channels(self) -> bool:
        """Whether each came in by a way of its own: 通过网络收到312件，当面提交34件."""
        return all(_BY_A_WAY.search(item.clause) for item in self.counts)

    def ends_alike(self) -> bool:
        """Whether only commas separate them, and all clauses end alike: 电话答复3次，…."""
        if len(self.counts) > MOST:
            return False
        ends = {item.clause[-2:] for item in self.counts}
        commas = all(item.before.startswith((",", "、")) for item in self.counts[1:])
        return len(self.counts) > 1 and commas and len(ends) == 1 and len(ends.pop()) == 2

    def of_whole_year(self) -> bool:
        """Whether they are the counts of the periods that make up a year."""
        clauses = [item.clause for item in self.counts[:_MOST_PERIODS]]
        return any(
            len(periods) == len(self.counts)
            and all(period in clause for period, clause in zip(periods, clauses, strict=True))
            for periods in _PERIODS
        )

    def called_alike(self, name: str) -> bool:
        """Whether each of them, and the total, is called by the same last character: 会."""
        return self.may_be_parts() and all(item.clause[-1:] in name for item in self.counts)


def _ends_add(whole: Quantity, parts: Sequence[Counted]) -> bool:
    """Whether the last two or more parts can add up to a whole in their unit."""
    low = high = Decimal(0)
    for number, part in enumerate(reversed(parts), 1):
        low, high = low + part.quantity.low, high + part.quantity.high
        if number > 1 and low <= whole.high and high >= whole.low:
            return True
    return False


def _done_and_not(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield wholes that the done and the not-done items do not add up to.

    收到留言48条，已答复45条，未答复2条. Of applications some came from last year.
    """
    whole, *parts = sentence.counts[:3] or (None,)
    if whole is None or len(parts) != 2 or opened(parts[0]):
        return
    done = _DONE.fullmatch(parts[0].before)
    undone = _UNDONE.fullmatch(parts[1].before)
    if done and done[1] in _FINISHED and _GOES_ON.fullmatch(parts[1].before):
        undone = done  # 已办结30件，正在办理4件
    same_unit = all(item.quantity.unit == whole.quantity.unit for item in parts)
    if not (done and undone and done[1] == undone[1] and same_unit):
        return
    if "申请" not in whole.clause and not adds(whole.quantity, parts):
        yield whole, parts


def _parts_after(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield wholes that the parts following without 其中 do not add up to."""
    for rule in (_of_periods, _with_the_rest, _in_a_row, _taken_up):
        yield from rule(sentence)


def _of_periods(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield wholes that the parts of the year do not come to: 编发18期，上半年8期，下半年11期."""
    for place, whole in enumerate(sentence.counts):
        for periods in _PERIODS:
            parts = sentence.counts[place + 1 : place + 1 + len(periods)]
            named = len(parts) == len(periods) and all(
                period in part.before and part.quantity.unit in (whole.quantity.unit, "")
                for period, part in zip(periods, parts, strict=True)
            )
            named = named and parts[0].before.startswith((",", ":"))
            if named and not summed(parts).meets(whole.quantity):
                yield whole, parts


def _with_the_rest(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield wholes that a list of channels ending in 其他 misses by a little.

    累计公开280条；通过公报公开75条，网站公开132条，其他媒体公开83条.
    """
    units: set[str] = set()
    for place, whole in enumerate(sentence.counts):
        parts: list[Counted] = []
        if whole.quantity.unit in units:
            continue  # may be a part itself
        units.add(whole.quantity.unit)
        for item in sentence.counts[place + 1 : place + MOST]:
            if opened(item) or item.depth != whole.depth:
                break
            if item.quantity.unit != whole.quantity.unit:
                continue
            parts.append(item)
            name = item.name
            if name.startswith(RESTS):
                total = summed(parts)
                near = abs(total.value - whole.quantity.value) <= whole.quantity.value / 10
                least = 2 if name.startswith("其余") else 3  # 其余 is all of the rest
                if len(parts) >= least and near and not adds(whole.quantity, parts):
                    yield whole, parts
                break


def _in_a_row(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield wholes right after which a row of parts exceeds them by little, or falls just short.

    查阅点5个，市局1个、分局3个、档案馆2个; 38件申请，邮寄12件，网络提交23件，现场递交4件.
    """
    for place, whole in enumerate(sentence.counts[:-1]):
        parts = _row_after(sentence.counts, place)
        if not parts or (place and (_in_row(whole) or opened(whole))):
            continue
        sure = just_over(whole.quantity, summed(parts)) or _are_numbered(parts)
        if sure and not adds(whole.quantity, parts):
            yield whole, parts


def _row_after(counts: Sequence[Counted], place: int) -> list[Counted]:
    """Return the parts right after a whole: joined by 、, named alike, or after 38件申请，."""
    whole = counts[place]
    row: list[Counted] = []
    for item in counts[place + 1 : place + MOST]:
        same = item.quantity.unit == whole.quantity.unit and item.depth == whole.depth
        if not same or opened(item) or not _in_row(item):
            break
        row.append(item)
    return row if _are_parts(whole, row) else []


def _are_parts(whole: Counted, row: list[Counted]) -> bool:
    """Whether a row of numbers right after another one may be its parts."""
    if len(row) < 2 or row[-1].after[:1] in ("等", "余"):
        return False
    if len(row) == 2:
        return complements(row) or _slips_over(whole, row)
    if all(item.clause[-2:] == whole.clause[-2:] for item in row):
        return False  # 文字解读6份、图片解读3份、视频解读1份: one of them
    if all(item.before.startswith("、") for item in row[1:]) or _are_numbered(row):
        return True
    named = without_groups(whole.before).strip(" 。")
    topic = (not named or named.endswith("的")) and bool(_TOPIC.match(whole.after))
    alike = len({item.clause[-2:] for item in row}) == 1
    return topic or alike or all(item.clause.strip() in _GRADES for item in row)


def _slips_over(whole: Counted, pair: Sequence[Counted]) -> bool:
    """Whether two parts exceed a whole by one, ten or a hundred: a figure that was mistyped.

    Ways may overlap, and what was done with all of them is no part: 受理9件，办结8件.
    """
    total = summed(pair).value
    over = total - whole.quantity.value
    apart = "," in pair[0].before
    slip = apart and over in (1, 10, 100, 1000) and over * 8 <= whole.quantity.value
    acts = {frozenset(_ACT.findall(item.clause)) for item in pair}
    ways = any(channel().search(it.clause) or _ATTENDS.search(it.clause) for it in pair)
    exact = all(item.quantity.exact for item in (whole, *pair))
    return slip and exact and len(acts) == 1 and not ways


def _in_row(item: Counted) -> bool:
    """Whether only an item's own short name separates it from the previous one."""
    words = without_groups(item.before)  # 乡镇（街道）收到3件
    return _NEXT_ITEM.fullmatch(words) is not None and not NO_PART.search(item.clause)


def _are_numbered(parts: Sequence[Counted]) -> bool:
    """Whether parts are numbered from the first to the last: 第一期98人、第二期102人."""
    return len(parts) > 1 and all(
        f"第{order}" in part.before
        for part, order in zip(parts, "一二三四五六七八九十", strict=False)
    )


def _taken_up(sentence: Sentence) -> Iterator[_Wrong]:
    """Yield wholes that 采纳, 部分采纳 and 未采纳, which are all there can be, do not come to."""
    counts = sentence.counts
    for place, whole in enumerate(counts[:-3]):
        parts = counts[place + 1 : place + 1 + 3]
        first, part, not_at_all = (item.name for item in parts)
        same = len({item.quantity.unit for item in (whole, *parts)}) == 1
        three = part == f"部分{first}" and not_at_all in (
            f"未{first}",
            f"不{first}",
            f"未予{first}",
        )
        if same and three and not adds(whole.quantity, parts):
            yield whole, parts
