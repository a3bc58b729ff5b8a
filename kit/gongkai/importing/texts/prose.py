"""Read the text of a report: title, introduction, parts, closing, and unplaced paragraphs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gongkai.forms.form import Form
from gongkai.forms.tables import all_rows, blocks_of
from gongkai.importing.blocks import Doubt, Paragraph
from gongkai.importing.labels import bare, key
from gongkai.importing.lines import without_page
from gongkai.importing.texts import particulars
from gongkai.importing.texts.outline import outline
from gongkai.importing.texts.particulars import Title
from gongkai.report.model import INTRODUCTION
from gongkai.report.places import Place

_MENU = re.compile(r"(?:名\s*称|标\s*题|公开|内容|年报|指南|制度|目录|首页)\s*[:：]?\s*\Z")
_TAIL = re.compile(r"\s*(?:附件|附表|附[:：])")
_OF_ANNEX = re.compile(r"(?:附件|附表|附)\s*[0-9一二三四五]{0,2}\s*[:：.．、]?\s*")
_FOOTER = re.compile(
    r"扫一扫|打印(?:本页|此页)?|关闭(?:窗口|本页)|分享|上一篇|下一篇|责任编辑|版权所有|主办单位|承办单位|主办[:：]"
    r"|网站标识码|ICP备|公网安备|相关链接|附件下载|返回顶部|网站地图|联系我们"
)
_ABOUT = re.compile(
    r"\s*(?:发布(?:时间|日期|机构)|发文(?:机关|日期|字号)|成文日期|生成日期|来源|信息来源|浏览|点击|阅读|访问量|字号|字体|索引号|文号"
    r"|主题(?:分类|词)|分类|公开(?:方式|形式|时限|范围)|有效性|名称|标题|关键词|作者|时间|日期|组配分类)\s*[:：次]"
)
_TABLE_NOTE = re.compile(
    r"\s*+[（(]?\s*+(?:续(?:上|下)?表?.{0,20}|(?:计量)?单位[:：]\s*+\S{1,4}|[0-9]{4}\s*+年?\s*+度|填报单位.*|统计表|附表?)\s*+[）)]?\s*+"
)
_CONTINUED = re.compile(r"\s*+(.{1,60}?)\s*[（(]续[）)]\s*")
_ASIDE = re.compile(r"[（(].{0,12}?[）)]|填报单位.*")
_FOOT = re.compile(rf"\s*(?:{particulars.SIGNATORY})")
_BYLINE = re.compile(r"(?P<name>\S{2,60})\s+(?P<date>[0-9]{4}\s*年[0-9\s]+月[0-9\s]+日)")
# What a sentence has and the name of a body has not; but 无锡市, 未央区.
_OF_SENTENCE = re.compile(
    r"[。，；：！？,;:!?]|\A\s*(?:无\s*\Z|(?:无|未|没有|暂无)(?:其他|其它|上述|此类|需要|收取|发生|有)|本年度?|本报告|我[局委办]|特此)"
)
LONGEST_TITLE = 90  # characters
# The sentences that the kit prints if no introduction was written.
_GENERATED = re.compile(
    r"本报告依据.*的要求编制，由.{1,3}个部分(?:和所附统计表)?组成。所列数据的统计期限为.*至.*。"
    r"|本报告的电子版可在.*查阅。|对本报告有疑问的，请与.*联系。"
    r"|(?:地址|邮政编码|联系电话|电子邮箱)[:：]?.*"
)


@dataclass
class Prose:
    """The recognised parts of a text. `unplaced` are the paragraphs that belong to no part.

    `name` is the body in the title, `signed_by` in the signature, `published_by` on a cover.
    `path` is the path of the innermost element of a page that contains all the headings.
    """

    name: str = ""
    signed_by: str = ""
    published_by: str = ""
    stated_year: int = 0
    introduction: list[Paragraph] = field(default_factory=list)
    sections: dict[str, list[Paragraph]] = field(default_factory=dict)
    signed: datetime.date | None = None
    contact: dict[str, str] = field(default_factory=dict)
    period: tuple[datetime.date, datetime.date] | None = None
    basis: list[str] = field(default_factory=list)
    signatories: dict[str, str] = field(default_factory=dict)
    unplaced: list[Paragraph] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    path: tuple[int, ...] = ()

    @property
    def parts(self) -> dict[str, list[Paragraph]]:
        """The paragraphs of each part, the introduction first."""
        return {INTRODUCTION: self.introduction, **self.sections}

    @property
    def has_text(self) -> bool:
        """Whether a part has text other than the report's title, which each sheet may repeat."""
        paragraphs = [paragraph for texts in self.parts.values() for paragraph in texts]
        return any(text.text.strip() and not titled_years([text]) for text in paragraphs)


def stated_title(paragraphs: Sequence[Paragraph]) -> tuple[str, int]:
    """Return the agency's name and the year in the report's title, '' and 0 if missing.

    A document with nothing but the statistics table names them above it.
    """
    found = _title(paragraphs)
    if found:
        return found.name, found.year
    return particulars.filed_by(paragraph.text for paragraph in paragraphs)


def left_out_of_title(paragraphs: Sequence[Paragraph]) -> Iterator[Doubt]:
    """Yield a doubt about each piece of the report's title that no file of the report will have."""
    title = _title(paragraphs)
    place = paragraphs[title.first].place if title else Place()
    if title and title.part:
        yield Doubt("import-part-of-year", place, text=title.part, year=title.year)
    if title and title.rest:
        yield Doubt("import-title-rest", place, text=title.rest, name=title.name)


def titled_years(paragraphs: Sequence[Paragraph]) -> dict[int, Place]:
    """Return the years named by one-line titles, each with the place of its first title."""
    found: dict[int, Place] = {}
    for paragraph in paragraphs:
        short = len(paragraph.text) <= LONGEST_TITLE
        title = particulars.title_of({0: paragraph.text}) if short else None
        if title and title.year:
            found.setdefault(title.year, paragraph.place)
    return found


def _title(paragraphs: Sequence[Paragraph]) -> Title | None:
    """Return the title of a report; of several, the one nearest to its text."""
    lines = {
        number: paragraph.text
        for number, paragraph in enumerate(paragraphs[:400])
        if paragraph.text.strip() and len(paragraph.text) <= LONGEST_TITLE
    }
    # All lines of a title are in one element of a page: lines above it may be a menu.
    groups = {number: paragraphs[number].path[:-1] for number in lines}
    found = particulars.title_of(lines, groups)
    while found:  # a site's navigation and the head of a page may repeat the title
        rest = {number: text for number, text in lines.items() if number > found.last}
        again = particulars.title_of(rest, groups)
        alone = particulars.title_of({again.last: lines[again.last]}) if again else None
        if alone and alone.name and _is_above(found, alone.name):
            again = alone
        if not again or not _may_follow(found, again.name):
            return found
        found = again if again.name else again._replace(name=found.name)
    return None


def _may_follow(title: Title, name: str) -> bool:
    """Whether a title with a name, below another one, may be that of the same report."""
    nearer = name.endswith(title.name) or title.name in ("", name)
    return not name or nearer or _is_above(title, name)


def _is_above(title: Title, name: str) -> bool:
    """Whether a title's text before a name is the site's: on other lines, or menu words."""
    before = title.name.removesuffix(name)
    return before != title.name and (title.first < title.last or bool(_MENU.search(before)))


def read_prose(
    paragraphs: Sequence[Paragraph], form: Form, year: int, above: frozenset[int]
) -> Prose:
    """Return the text of a report, split into its parts.

    `above` are the numbers of the paragraphs directly above a table.
    """
    prose = Prose()
    parts, prose.doubts = outline(paragraphs, form, year)
    if not parts:
        prose.unplaced += [text for text in paragraphs if text.text.strip()]
        return prose
    prose.path = _common(paragraphs, parts.values())
    inside = {
        number
        for number, paragraph in enumerate(paragraphs)
        if paragraph.path[: len(prose.path)] == prose.path
    }
    first = min(parts.values())
    headings = {bare(part.titled(year)) for part in form.parts} | {key("目录")}
    headings |= {bare(paragraphs[number].text) for number in parts.values()}
    _read_head(paragraphs, first, inside, headings, prose)
    _read_introduction(form, prose)
    starts = sorted(parts.items(), key=lambda item: item[1])
    for (part, start), (_, end) in zip(starts, [*starts[1:], ("", len(paragraphs))], strict=True):
        body = list(range(start + 1, end))
        prose.unplaced += [paragraphs[number] for number in body if number not in inside]
        captions = _captions(paragraphs, body, above, form)
        texts = [paragraphs[number] for number in body if number in inside - captions]
        if end == len(paragraphs):
            texts = _read_tail(texts, form, prose)
        prose.sections[part] = texts
    if prose.signed_by and _is_above(Title(0, 0, prose.name, 0), prose.signed_by):
        prose.name = prose.signed_by  # the title included lines of the site
    prose.doubts += _second_report(prose.unplaced, form, year)
    return prose


def _second_report(unplaced: Sequence[Paragraph], form: Form, year: int) -> Iterator[Doubt]:
    """Yield a doubt if text that belongs to no part has parts of its own, as in a volume.

    Headings next to each other are a table of contents.
    """
    parts, _ = outline(unplaced, form, year)
    numbers = sorted(parts.values())
    if any(number + 1 < after for number, after in pairwise(numbers)):
        first = unplaced[numbers[0]]
        yield Doubt("import-second-report", first.place, heading=first.text.strip())


def _captions(
    paragraphs: Sequence[Paragraph], body: Sequence[int], above: frozenset[int], form: Form
) -> set[int]:
    """Return the paragraphs above a table that are its caption, or belong to it.

    A group of rows is named again, with （续）, if a table continues on another sheet.
    """
    rows = {
        key(row.label)
        for block in blocks_of(form.tables)
        for row in all_rows(block.rows)
        if row.label
    }
    again = ((number, _CONTINUED.fullmatch(paragraphs[number].text)) for number in body)
    found = {number for number, row in again if row and key(row[1]) in rows}
    for number in reversed(body):
        if (number in above or number + 1 in found) and _is_caption(paragraphs[number].text, form):
            found.add(number)
    return found


def _is_caption(text: str, form: Form) -> bool:
    """Whether a text is a table's caption, or a remark next to it: its year, its unit."""
    captions = {key(table.caption) for table in form.tables}
    captions |= {key(block.title) for block in blocks_of(form.tables)} - {""}
    bare_text = _ASIDE.sub("", text)
    return {key(text), key(bare_text)} & captions != set() or bool(_TABLE_NOTE.fullmatch(text))


def _common(paragraphs: Sequence[Paragraph], headings: Iterable[int]) -> tuple[int, ...]:
    """Return the path of the innermost element of a page that contains all the headings."""
    paths = [paragraphs[number].path for number in headings]
    common = paths[0][:-1] if paths else ()
    for path in paths:
        same = [one == other for one, other in zip(common, path, strict=False)]
        common = common[: same.index(False) if False in same else len(same)]
    return common


def _read_head(
    paragraphs: Sequence[Paragraph], first: int, inside: set[int], headings: set[str], prose: Prose
) -> None:
    """Read the title and the introduction; other paragraphs there are left unplaced.

    `headings` has the keys of the lines of a table of contents.
    """
    title = _title(paragraphs[:first])
    prose.doubts += left_out_of_title(paragraphs[:first])
    start = 0
    if title:
        start = title.last + 1
        prose.name, prose.stated_year = title.name, title.year
        prose.unplaced += [text for text in paragraphs[: title.first] if text.text.strip()]
    for number in range(start, first):
        text = paragraphs[number]
        byline = _BYLINE.fullmatch(text.text.strip())
        if byline:
            prose.signed_by, prose.signed = byline["name"], particulars.date_of(byline["date"])
        elif particulars.date_of(text.text):
            prose.signed = particulars.date_of(text.text)
        elif number not in inside or _ABOUT.match(text.text) or _FOOTER.search(text.text):
            prose.unplaced.append(text)
        elif bare(without_page(text.text)) not in headings:
            prose.introduction.append(text)


def _read_introduction(form: Form, prose: Prose) -> None:
    """Read what the introduction says of the report; drop it if the kit would print the same."""
    whole = "\n".join(text.text for text in prose.introduction)
    prose.contact = particulars.contact_of(whole)
    prose.period = particulars.period_of(whole)
    prose.basis = particulars.documents_of(whole, form.basis)
    if all(is_generated(text.text) for text in prose.introduction):
        prose.introduction = []


def _read_tail(texts: list[Paragraph], form: Form, prose: Prose) -> list[Paragraph]:
    """Read what follows the last part, and return the paragraphs of the part itself."""
    names = {key(name) for name in (prose.name, prose.signed_by) if name}
    ends = (
        number
        for number, text in enumerate(texts)
        if _begins_tail(text.text, names) or _is_signature(texts, number)
    )
    end = next(ends, len(texts))
    foot = _Foot(prose.signatories)
    before = len(prose.unplaced)
    for number in range(end, len(texts)):
        text = texts[number].text.strip()
        date = particulars.date_of(text)
        signs = key(text) in names or (not prose.signed_by and _is_signature(texts, number))
        if date and not prose.signed and len(prose.unplaced) == before:
            prose.signed = date
        elif signs:
            prose.signed_by = text
        elif _FOOT.match(text) and foot.reads(text):
            continue
        elif not (date and date == prose.signed) and not _is_of_table(text, form):
            prose.unplaced.append(texts[number])
            foot.end()
    return texts[:end]


class _Foot:
    """The lines below the statistics table that say who signed it, one after the other.

    What follows other text is of something else, as a letter that was sent with the report, with
    the telephone of whoever wrote it; so is a telephone alone.
    """

    def __init__(self, found: dict[str, str]) -> None:
        self._found = found
        self._has_ended = False

    def reads(self, text: str) -> bool:
        """Whether a line belongs to it; if it does, what it states was added."""
        stated = particulars.signatories_of(text)
        begun = self._found or stated.keys() - {"telephone"}
        again = {name for name in stated if self._found.get(name, stated[name]) != stated[name]}
        if self._has_ended or again or not begun:
            self.end()
            return False
        self._found |= stated
        return True

    def end(self) -> None:
        """Read no further line, if one was read."""
        self._has_ended = bool(self._found)


def _is_of_table(text: str, form: Form) -> bool:
    """Whether a line only announces the table, as 附件：统计表, or is its caption."""
    rest = _OF_ANNEX.sub("", text, count=1)
    return not rest or _is_caption(rest, form)


def _begins_tail(text: str, names: set[str]) -> bool:
    text = text.strip()
    known = key(text) in names or particulars.date_of(text) is not None
    short = len(text) <= 60 and not text.endswith("。")
    of_site = _TAIL.match(text) or _FOOTER.search(text)
    return bool(known or (short and of_site) or _FOOT.match(text))


def _is_signature(texts: list[Paragraph], number: int) -> bool:
    """Whether a short line right before a date may be the name of a body, and is no sentence."""
    following = texts[number + 1].text if number + 1 < len(texts) else ""
    text = texts[number].text
    short = len(text) <= 40 and not _OF_SENTENCE.search(text)
    return short and particulars.date_of(following) is not None


def is_generated(text: str) -> bool:
    """Whether a paragraph is one that the kit prints as the default introduction."""
    return bool(_GENERATED.fullmatch(text.strip()))
