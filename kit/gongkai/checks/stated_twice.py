"""Find things for which the text states two different numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.checks.findings import Context, Finding
from gongkai.checks.named_again import NEAR, named_again, same_with_exchanged_digits
from gongkai.checks.text_findings import text_finding
from gongkai.reading.mentions import Mention, agrees, mentions
from gongkai.report.model import Report
from gongkai.text.numbers import plain

_FAR = 400  # characters; a number further into its sentence does not stand on its own
_IN_ALL = re.compile(r"全年|本年|共|累计")
_COMMA = re.compile(r"[,;:]")
_ASPECT = re.compile(
    r"[^,0-9]{2,10}(?:方面|上)|为[^,0-9]{2,14}|截至[^,0-9]{0,4}(?:年[底末]|12月(?:底|31日))|总的看|总体看|总体来看|总体上|综上|此外|一年来|(?:20[0-9]{2}年)?(?:全年)?"
)
_PEOPLE = ("参训", "参加", "受训", "参训人员", "参加人员", "受训人员")
_STATED = re.compile(
    r"(?:虽然?|尽管|但|目前)?(?:20[0-9]{2}年|全年|年内|本年度?|[我全本][局委镇乡市县区]|我街道|共|累计){0,4}"
    r"(?P<act>举办|召开|开展|组织|组织开展|举行|答复|回复|发布|设立|设置|设有|设)?(?:各类|共|了){0,3}"
    r"(?:(?:线上线下)?(?:举办)?(?:政务公开|(?:政府)?信息公开)(?=业务培训|培训)|(?:政府)?信息(?:公开)?(?=查阅点))?"
    r"(?P<thing>培训班|培训|业务培训|新闻发布会|在线访谈|网民留言|主动公开(?:政府)?信息|(?:参训|参加|受训)(?:人员)?|政策解读|查阅点)"
    r"(?:共计|共|达到?|为)?"
)
_COLUMN = re.compile(r"([\u4e00-\u9fff]{2,12}?)(?:栏目|专栏|板块|子栏目|模块)")
# What comes before the name of a column: 我局通过县政府网站.
_INTRODUCED = re.compile(r"^.*(?:通过|在)(?:.*(?:网站|平台|公众号|门户)(?=.{2}))?")
_LONG_ENOUGH = 8  # characters that are enough to identify a thing
_SUBJECT = re.compile(
    r"^(?:(?:20[0-9]{2}年|全年|年内|本年度?|一年来|[我全本][局委镇乡市县区办]|我街道|共|累计|总共|合计),?){0,5}"
)
_LINKING_VERB = re.compile(r"(?:达到?|为|有|共|共计)$")
_ACT = re.compile(
    r"公开|发布|推送|组织|举办|召开|开展|受理|办理|收到|答复|回复|印发|制定|报送|编发|播出|播放|接受|接待|粉丝|关注|访问|浏览|点击"
)
_SOME_OF = re.compile(r"上半年|下半年|季度|[0-9一二三四五六七八九十]月|新增|平均|每")
_WHO_CAME = re.compile(r",\s?(?:参加|参训|受训|培训)(?:人员|人次|干部)?\s?[0-9]")


def narrative_twice(report: Report, _: Context) -> Iterator[Finding]:
    """Find things for which the text states two different numbers."""
    seen: dict[tuple[str, str], Mention] = {}
    before: Mention | None = None
    earlier: list[Mention] = []  # the last numbers, in order
    for mention in mentions(report):
        unit = mention.quantity.unit
        again = _same_words(mention, report, again=True)
        phrases = (
            _thing(mention),
            _alone(mention, before, report),
            _same_words(mention, report),
            again if (again, unit) in seen else "",
            _whole_year(mention),
        )
        keys = [(words, unit) for words in phrases if words]
        first = (
            next((seen[key] for key in keys if key in seen), None)
            or named_again(mention, earlier)
            or same_with_exchanged_digits(mention, earlier)
        )
        before = mention
        earlier = [*earlier[1 - NEAR :], mention]
        if first is None and _of_an_aspect(mention):
            continue  # 监督方面，举办培训班3期: another area of work may have its own number
        for key in keys:
            seen.setdefault(key, mention)
        if first and not first.quantity.meets(mention.quantity):
            yield text_finding(
                report,
                "narrative-twice",
                mention.span,
                quote=mention.quote,
                first=first.quote,
                one=plain(first.quantity.value),
                other=plain(mention.quantity.value),
            )


def _alone(mention: Mention, before: Mention | None, report: Report) -> str:
    """Return what a number counts if its clause names nothing else, or '': 全年举办培训班3期.

    Earlier clauses of its sentence may only name the area of work. A number of participants
    belongs to the trainings right before it.
    """
    found = _STATED.fullmatch(mention.counted.clause.strip())
    at = mention.quantity.start - mention.sentence.start
    excluded = at > _FAR or mention.change or not mention.comparable or mention.sentence.continues
    if not found or excluded or (mention.measures and agrees(mention, report)):
        return ""
    earlier = mention.sentence.text[:at]
    rest = [words for words in _COMMA.split(earlier)[:-1] if not _ASPECT.fullmatch(words.strip())]
    act = "answered" if found["act"] in ("答复", "回复") else "held"
    thing = f"{act} {found['thing'].removeprefix('业务')}"
    if not rest:  # 召开新闻发布会1场，介绍防汛 may be one of several
        stops = not mention.sentence.text[mention.quantity.end - mention.sentence.start :].strip()
        return thing if stops or _IN_ALL.search(earlier) else ""
    if found["thing"] not in _PEOPLE or len(rest) > 1 or before is None:
        return ""
    near = before.sentence is mention.sentence and before.counted.first
    events = _STATED.fullmatch(before.counted.clause.strip()) if near else None
    return f"{thing} {events['thing']} {before.quantity.value}" if events else ""


def _same_words(mention: Mention, report: Report, *, again: bool = False) -> str:
    """Return the words of a clause that states by itself a number for the whole year, or ''.

    全年受理热线工单86件 … 全年共受理热线工单68件: clauses with the same words count the same
    thing. With `again`, the words must be longer, but the sentence may go on after the number.
    """
    at = mention.quantity.start - mention.sentence.start
    part = at > _FAR or mention.change or not mention.comparable or mention.sentence.continues
    if part or not mention.counted.first or (mention.measures and agrees(mention, report)):
        return ""
    *earlier, own = _COMMA.split(mention.sentence.text[:at])
    if not all(_ASPECT.fullmatch(words.strip()) for words in earlier):
        return ""
    words = _LINKING_VERB.sub("", _SUBJECT.sub("", own.strip()))
    after = mention.sentence.text[mention.quantity.end - mention.sentence.start :]
    sums_up = any("总" in words or "综上" in words for words in earlier)
    whole = sums_up or not after.strip() or _IN_ALL.search(own) or _WHO_CAME.match(after)
    stated = bool(whole) or again
    enough = _LONG_ENOUGH + 2 if again else _LONG_ENOUGH - 2 * bool(_IN_ALL.search(own))
    named = len(words) >= enough and _ACT.search(words) and not _SOME_OF.search(words)
    return f"words {words}" if stated and named else ""


def _whole_year(mention: Mention) -> str:
    """Return the words of a clause that says that its number is of the whole year, or ''."""
    words = mention.counted.clause.strip()
    named = words.startswith("全年") and len(words) >= _LONG_ENOUGH + 2 and _ACT.search(words)
    elsewhere = (
        mention.change or not mention.comparable or mention.measures or mention.counted.depth
    )
    return f"all {words}" if named and not elsewhere else ""


def _of_an_aspect(mention: Mention) -> bool:
    """Whether a sentence limits a number to one area of work (方面), not to the whole year."""
    before = mention.sentence.text[: mention.quantity.start - mention.sentence.start]
    return "方面" in before and not _IN_ALL.search(before)


def _thing(mention: Mention) -> str:
    """Return what a number counts if that is named, such as a column of a website, or ''.

    Items of a list, changes and other years' numbers are left out.
    """
    alone = len(mention.sentence.counts) == 1 and not mention.change and mention.comparable
    alone = alone and not mention.foreign  # 公开征地管理信息3条: a kind, one of many
    if alone and not mention.measures and mention.features.keys() == {"object", "channel"}:
        return "+".join((*mention.features["object"], *mention.features["channel"])).strip("+")
    named = _COLUMN.search(mention.counted.clause)
    if not named or mention.change or not mention.comparable or len(mention.sentence.counts) > 1:
        return ""
    return _INTRODUCED.sub("", named[1])
