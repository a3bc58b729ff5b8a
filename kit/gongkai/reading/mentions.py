"""Find the numbers in a narrative, and the figures of the form that each may refer to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from gongkai.forms.form import Form, Measure
from gongkai.forms.vocabulary import FOREIGN
from gongkai.reading.features import FeatureReader
from gongkai.reading.lists import opened
from gongkai.reading.matching import figure_of, measures_of
from gongkai.reading.phrases import Features, Phrase
from gongkai.reading.scope import Scope, counts_something_else, is_of_last_year
from gongkai.report.model import Filled, Report
from gongkai.report.once import once
from gongkai.text.placeholders import Figure, Share
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted, Sentence, excerpt, sentences
from gongkai.text.span import Span

_CHANGE = re.compile(
    r"(净?增加|净?增长|上升|上涨|提高|提升|净?减少|下降|降低|净增|净减|增收|减收|增支|减支|(?<![至不很许极])多(?:收|出|收到|受理|办理|制发|废止)?|(?<![至不很极])少(?:收|收到|受理|办理|制发|废止)?)了?(?:约|近)?\s?$"
)
_LESS = ("减", "下降", "降低", "少")
_MOST_BEFORE = 40  # numbers in a sentence; one with more is a pasted table
_RECEIVED = re.compile("受理|收到|接到|接收")
_TOPICS = ("项", "类", "大类")
_TELLING = 10  # a smaller number may agree with the table by chance
_OWN = re.compile("[我本](?:局|委|办|厅|院|校|镇|乡|街道|机关|单位|部门|中心|支?队|所)")
_SOME = re.compile(r"中有?\s?$")
_REST = ("其余", "其余的", "余下", "剩余")  # 除1件仍在审理外，其余6件
_FOR_A_REASON = ("", "有", "其中", "其中有")
_BY_REASON = re.compile(r"\s?(?:是|系)?(?:因为?|由于)")  # 被纠正的7件，有4件是因答复不完整
# 制作6件，全部主动公开; or of some: 制发8件，主动公开7件
_ARE_PUBLISHED = re.compile(
    r"[,、;]\s?(?:其中)?主动公开(?:(?:行政|部门)?规范性文件)?\s?$|(?P<all>[\u4e00-\u9fff]{0,8}[,(]?\s?(?:年内|当年)?(?:现?已)?(?:均|全部|都|一律)(?:已|予以|依法|及时|按规定|按要求|向社会|对外|在[^,;。0-9]{0,10}){0,3}(?:主动)?公开(?![^,;。)]{0,8}部分))"
)
_OF_LAST_YEAR = {"carried_in", "previous"}  # acts of cells that are about last year
_MADE_OR_PUBLISHED = 2  # figures


class Mention(NamedTuple):
    """A number in the narrative, and the figures that it may refer to, the simplest first.

    `before` are the numbers before it in its sentence, and those of the previous sentence if this
    one continues its list.
    `features` come from the words around it. `placeholder` is set if the table fills it in.
    `change` is 1 or -1 if it states by how much something rose or fell, else 0. `other_year`
    means that it is about another year than the report's, `part_of_year` about some months of
    it, `wider_body` about more than the report's own body: 全市, 全系统.
    """

    part: str
    sentence: Sentence
    before: tuple[Quantity, ...]
    counted: Counted
    filled: Filled
    placeholder: Figure | Share | None
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
    def typed(self) -> bool:
        """Whether it was typed by hand, in the text or as a fact."""
        return self.placeholder is None

    @property
    def line(self) -> int:
        """Its line in the file."""
        return self.filled.line_at(self.quantity.start)

    @property
    def quote(self) -> str:
        """The words around it, up to the ends of its clause."""
        return excerpt(self.filled.text, self.quantity.start, self.quantity.end)

    @property
    def span(self) -> Span:
        """The place of the number phrase in its part."""
        return Span(self.part, self.quantity.start, self.quantity.end)

    @property
    def comparable(self) -> bool:
        """Whether it is about the report's own body and the whole of its year."""
        return not (self.other_year or self.part_of_year or self.wider_body)

    @property
    def foreign(self) -> bool:
        """Whether it counts something that the form does not."""
        return FOREIGN in self.features.get("object", ())


@once
def mentions(report: Report) -> tuple[Mention, ...]:
    """Return the counts and sums of money in a narrative, in order."""
    return tuple(item for part in report.sections for item in _in_part(report, part))


@once
def by_place(report: Report) -> dict[tuple[str, int], Mention]:
    """Return the numbers in a narrative by their part, and where they begin in it."""
    return {(item.part, item.quantity.start): item for item in mentions(report)}


@once
def by_sentence(report: Report) -> dict[tuple[str, int], list[Mention]]:
    """Return the numbers in a narrative by their part, and where their sentence begins in it."""
    found: dict[tuple[str, int], list[Mention]] = {}
    for item in mentions(report):
        found.setdefault((item.part, item.sentence.start), []).append(item)
    return found


class _Part(NamedTuple):
    """A part of a report that is being read."""

    report: Report
    name: str
    filled: Filled
    features: FeatureReader


def _in_part(report: Report, name: str) -> Iterator[Mention]:
    part = _Part(report, name, report.filled(name), FeatureReader(report))
    text, last = part.filled.text, 0
    before: tuple[Quantity, ...] = ()
    for sentence in sentences(text):
        if "\n" in text[last : sentence.start]:
            part.features.new_paragraph()
        before = before if sentence.continues else ()
        scope = Scope(sentence, report.agency.name)
        of_wider, whole_is_wider, of_one_way = False, False, False
        for count in _without_topics(sentence.counts):
            if opened(count):
                of_wider = whole_is_wider
            elif count.first or ";" in count.before:
                of_wider = of_one_way = False
            mention = _mention(part, scope, count, before, of_wider=of_wider)
            if _RECEIVED.search(count.clause):
                of_one_way = "channel" in mention.features
            elif of_one_way and "channel" not in mention.features:  # 受理线上申请65件，办结62件
                mention = mention._replace(measures=())
            yield mention
            whole_is_wider = mention.wider_body
            before = (*before[-_MOST_BEFORE:], count.quantity)
        last = sentence.end


def _without_topics(counts: tuple[Counted, ...]) -> Iterator[Counted]:
    """Yield numbers, except counts of topics right before a count of items: 16项65条."""
    topics: Counted | None = None
    for count, following in zip_longest(counts, counts[1:]):
        own = count._replace(before=topics.before, first=topics.first) if topics else count
        joined = following is not None and following.quantity.start == count.quantity.end
        topics = own if joined and count.quantity.unit in _TOPICS else None
        if topics is None:
            yield own


def _mention(
    part: _Part, scope: Scope, count: Counted, before: tuple[Quantity, ...], *, of_wider: bool
) -> Mention:
    """Return a mention of a number; `of_wider` means that it is a part of a wider body's."""
    quantity, year = count.quantity, part.report.year
    changed = _CHANGE.search(count.before)
    features = part.features.read(count, changed=changed is not None)
    if scope.is_of_another_kind(quantity, features):
        features = {**features, "object": (FOREIGN,)}
    part_of_year = scope.is_of_part_of_year(quantity)
    of_last = not _OF_LAST_YEAR.isdisjoint(features.get("act", ()))
    own = _OWN.search(count.clause) is not None
    wider = scope.is_of_wider_body(count) or (of_wider and not own)
    elsewhere = (
        part_of_year
        or counts_something_else(count, dated=changed is not None or of_last)
        or scope.is_of_own_level(count)
        or _is_of_some(count, part.report.form)
        or _is_rest(count, features)
    )
    measures = () if elsewhere else measures_of(part.report.form, features, quantity)
    if measures and part.features.plain:  # 企业提出9件，办结7件: theirs, or all
        measures = (*measures, *measures_of(part.report.form, part.features.plain, quantity))
    mention = Mention(
        part=part.name,
        sentence=scope.sentence,
        before=before,
        counted=count,
        filled=part.filled,
        placeholder=part.filled.placeholder(quantity.start, quantity.end),
        features=features,
        measures=_published(part.report.form, measures, count),
        change=0 if changed is None else (-1 if any(word in changed[1] for word in _LESS) else 1),
        other_year=scope.years.get(quantity.start, year) != year
        or (is_of_last_year(count) and not of_last),
        part_of_year=part_of_year,
        wider_body=wider,
    )
    return _of_whom(mention, part.report) if wider else mention


def _published(form: Form, measures: tuple[Measure, ...], count: Counted) -> tuple[Measure, ...]:
    """Return the figures a number may mean: where all were published, only that of publication.

    Where only some were, it is of those made.
    """
    said = _ARE_PUBLISHED.match(count.after)
    if len(measures) < _MADE_OR_PUBLISHED or said is None:
        return measures
    public = said["all"] is not None
    alone = tuple(
        item
        for item in measures
        if all((form.cells[it].means.get("act") == "published") == public for it in item.codes)
    )
    return alone or measures


def _of_whom(mention: Mention, report: Report) -> Mention:
    """Return a number of a wider body as the report's own if the table has it, or with no figures.

    全系统收到申请42件: if the table has these 42, it covers the whole system too.
    """
    if mention.quantity.value >= _TELLING and agrees(mention, report):
        return mention._replace(wider_body=False)
    return mention._replace(measures=())


def _is_rest(count: Counted, features: Features) -> bool:
    """Whether a number counts the rest of what was named, whatever that is: 其余6件行政诉讼."""
    return count.name in _REST and features.keys() <= {"object"}


def _is_of_some(count: Counted, form: Form) -> bool:
    """Whether a number counts some of those just named by a criterion that no form has.

    28件新收申请中有5件材料不全.
    """
    if not count.first and count.name in _FOR_A_REASON and _BY_REASON.match(count.following):
        return "ground" not in Phrase(form, count.following).features
    if count.first or not _SOME.search(count.clause):
        return False
    phrase = Phrase(form, count.following)
    return bool(phrase.unknown) and not phrase.features


def all_agreeing(mention: Mention, report: Report) -> Iterator[Measure]:
    """Yield the figures that a number agrees with."""
    for measure in mention.measures:
        if mention.quantity.may_be(figure_of(report, measure, mention.quantity) or Decimal(0)):
            yield measure


def agreeing(mention: Mention, report: Report) -> Measure | None:
    """Return the first figure that a number agrees with, or None."""
    return next(all_agreeing(mention, report), None)


def agrees(mention: Mention, report: Report) -> bool:
    """Whether a number agrees with one of the figures that it may mean."""
    return agreeing(mention, report) is not None


def agree_together(found: Iterable[Mention], report: Report) -> bool:
    """Whether numbers agree with figures; if all have equally many readings, in one and the same.

    收到245件，自然人221件: new ones alone, or with those carried in, but not one this and one that.
    Readings come in the same order for all numbers of an act, that of the vocabulary.
    """
    items = list(found)
    if len({len(item.measures) for item in items}) > 1:
        return all(agrees(item, report) for item in items)
    readings = zip(*(item.measures for item in items), strict=True)
    return any(
        all(
            item.quantity.may_be(figure_of(report, measure, item.quantity) or Decimal(0))
            for item, measure in zip(items, reading, strict=True)
        )
        for reading in readings
    )


def change_cells(mention: Mention, report: Report) -> tuple[str, ...]:
    """Return the cells in which a form itself states a change."""
    objects = mention.features.get("object", ())
    codes = report.form.meanings.codes({"object": objects[0], "act": "change"}) if objects else ()
    units = {report.form.cells[code].unit for code in codes}
    return codes if units <= {mention.quantity.unit} else ()
