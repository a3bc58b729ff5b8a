"""Find what a text says did not happen: 未收到申请, 无结转, 行政复议零发生."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import product

from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.forms.vocabulary import FOREIGN, vocabulary
from gongkai.reading.claims import AND_MORE, CLAUSE, Statement
from gongkai.reading.phrases import DISPUTES, ENTERPRISES, Features, Phrase, names_another
from gongkai.reading.scope import speaks_for_place
from gongkai.report.model import Report
from gongkai.text.around import blanked
from gongkai.text.sentences import Counted, Sentence

# 已审结的13件中没有一件被纠正; 收到的18件申请均未延期办理
_NONE_OF = re.compile(
    r"[^,;。]{0,60}?[0-9]{1,6}\s?[件条个起][^,;。0-9]{0,8}(?:中(?=没有|无|未)|(?:均|都|全部)(?=未))"
)
_ASKED_FOR = re.compile("(?:提出|提交|递交)的?[^,;。]{0,8}申请")  # 没有收到社会组织提出的申请
_HINTS = ("未", "没", "无", "零", "不存在")
_NOTHING = ("无", "没有", "零")
_HEADING = re.compile(
    r"(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.]\s?)?(?:20[0-9]{2}年度?,?)?([^,;。0-9]{2,40}?)(?:的?(?:有关|相关)?情[况形])?"
)
# 未出现需要征求第三方意见的申请: only such applications are denied.
_OF_SOME = re.compile(r"[^,;:]{0,6}(?:需要?|须|难以)[^,;:]{2,24}的")
# 市政府本级未发生行政诉讼, 部分县区未收到申请: the others may have had some.
_SOME_BODIES = re.compile(r"本级|(?:部分|个别|多数|少数|有的|各)(?![级类种项方])")
# 市图书馆等二级单位未收到申请; but 我局及下属单位 includes the agency itself.
_BODIES_BELOW = re.compile(r"(?:二级|下属|所属|直属|基层)(?:事业)?单位|(?:乡镇|村|社区|站所)$")
_OWN_TOO = re.compile(r"[我本][局委办院厅镇乡县市区]|(?:机关|本级)[及和与、]")
_COST = re.compile(r".{0,10}?(?:费|支出|的占)")  # 未产生与诉讼有关的费用
# 未对申请人收费, 未受理的申请, 未作为申请统计 deny no application; 不存在对申请不予公开的情形
# denies a case.
_TOWARDS = re.compile(r"[就的]|作为|计入|纳入|列入|对(?!(?!应)[^,;:]{0,20}的(?:情形|情况|现象)$)")
_OF_OUR_WORK = re.compile(
    r"针对[^,;。]{1,12}信息公开(?:事务|工作)|(?:涉及|针对|关于)(?:(?:本|我)(?:部门|机关|单位|街道|[局委办院厅镇乡县市区省])|(?:政府)?信息公开|政务公开)"
)
# 没有复议机关对我委政府信息公开答复作出纠正决定的情况
_OF_OUR_DECISION = re.compile(
    r"对[我本](?:[局委办院厅镇乡县市区]|机关|单位|街道)[^,;。]{0,10}(?:答复|决定|行为|告知书)(?=作出|予以)"
)
# 尚未答复的申请，于2024年继续办理: which ones, and not that there were none
_WHICH_ARE_PENDING = re.compile(
    r"(?<!没有)(?<!无)(?<!上年)(?<!年度)尚?未(?:答复|办结|办理|审结|处理|完成)[^,;。]{0,4}的(?!情)"
)
_CASES = re.compile(r"的(?:情形|情况|现象),$")  # 逾期未补正的情形，全年没有发生
_NEAR = 12  # characters before 、
# 复议案件，本年度没有
_HAD_NONE = re.compile("(?:本年度?|今年|全年|年内|当年)?(?:均|都|也)?(?P<no>没有|无)$")
_CLAUSE_BEFORE = re.compile("[,;:]")
_FAR = 40  # characters before a clause that are searched for the name of a dispute
_NOT_ONE = re.compile(r"(?<=没有)一[件起例宗个次]?|(?<=无)一[件起例宗个次]?")
_NOT_OPENED = ("未开设", "没有开设", "未开通", "没有开通")
# Acts that are denied as such; denying any other act denies the object as a whole.
_ITEMISED = ("licence", "penalty", "coercive_measure")
_DENIED = (
    "carried_in",
    "carried_out",
    "repealed",
    "charged",
    "issued",
    "published",
    "decided",
    "valid",
)
# 第一季度没有收到申请, 并非没有复议案件, 力争明年零复议
_NOT_OF_ALL = re.compile(r"季度|[上下]半年|明年|下一年|力争|争取|努力|(?:并非|不是|并不是)\s?$")
# Nothing but the denial: 复议案件，本年度没有; 局机关没有收到过; 未出现相关案件
_NOTHING_ELSE = re.compile(r"过?|(?:相关|此类|该类|上述|类似)(?:案件|情况|情形|申请|事项)")
_OF_COUNTED = {"complaint", "response"}  # objects of a form whose names limit other denials


def denied(report: Report, sentence: Sentence) -> Iterator[Statement]:
    """Yield a statement for each negation in a sentence, with the cells that are 0."""
    if not any(hint in sentence.text for hint in _HINTS) or _other_year(sentence, report.year):
        return
    for clause in CLAUSE.finditer(sentence.text):
        words, skipped = _without_asides(clause.group())
        begins = clause.start() + skipped
        earlier = sentence.text[max(0, begins - _FAR) : begins]
        negation = None
        if not _counts_in(sentence, begins, clause.end()):
            negation = _negation(report.form, words, earlier)
        if negation is None or _TOWARDS.match(words, negation[1]):
            continue
        start, end = negation
        joined = sentence.text[begins - 1 : begins] == "、"
        if _NOT_OF_ALL.search(earlier[-_NEAR:] + words[:start] if joined else words[:start]):
            continue
        phrase, end = _negated(report.form, words, start, end, earlier)
        asked_for = phrase.before_end != "" and _ASKED_FOR.search(words, end)
        # 除国家秘密2件外，未出现其他不予公开的情形
        limited = asked_for or words.startswith("其他", end) or _is_limited(report.form, words, end)
        if _COST.match(words, end + phrase.end) or _of_other_body(report, words[:start]):
            continue
        zero = (
            (() if limited else _denied_cells(report.form, phrase, alone=not sentence.counts))
            or _denied_beside(report.form, words[end:])
            or _never_opened(report.form, words[start:end], phrase)
        )
        if zero:
            at = sentence.start + clause.start()
            yield Statement(at + start, at + end + phrase.end, zero)


def _without_asides(words: str) -> tuple[str, int]:
    """Return words with blanks for what is no denial, and the length of what is counted first.

    已审结的13件中没有一件被纠正: the first words say of which cases.
    """
    for pattern in (_NOT_ONE, _OF_OUR_DECISION, _WHICH_ARE_PENDING):
        words = pattern.sub(blanked, words)
    of_them = _NONE_OF.match(words)
    if of_them is None:
        return words, 0
    return blanked(of_them) + words[of_them.end() :], of_them.end()


def under_heading(form: Form, heading: Sentence | None, sentence: Sentence) -> Iterator[Statement]:
    """Yield the statement of a heading followed by nothing but 无: 四、行政复议情况：无."""
    before, _, last = sentence.text.rpartition(":")
    if last.strip() not in _NOTHING or (heading is None and not before):
        return
    words = before or (heading.text if heading is not None else "")
    named = _HEADING.fullmatch(words.strip())
    phrase = Phrase(form, named[1]) if named else None
    zero = _denied_cells(form, phrase) if phrase and not phrase.unknown else ()
    if zero:
        first = sentence if before or heading is None else heading
        yield Statement(first.start, sentence.end, zero)


def _negated(form: Form, words: str, start: int, end: int, earlier: str) -> tuple[Phrase, int]:
    """Return the phrase that a negation denies, and the offset that its end is relative to."""
    phrase, before = Phrase(form, words[end:]), Phrase(form, words[:start])
    if "carried" in phrase.features.get("act", ()):  # 上年无结转申请
        return Phrase(form, words[:start] + words[end:]), end - start
    bare = _NOTHING_ELSE.fullmatch(words[end:].strip())
    if not phrase.features and (bare or words[start:end] in vocabulary().negations.after):
        of_earlier = _CASES.search(earlier) or (bare and not before.unknown)
        if of_earlier and not before.features:
            named = Phrase(form, _CLAUSE_BEFORE.split(earlier.rstrip(" ,;:"))[-1])
            return named, end - named.end
        return before, end - before.end
    if phrase.features.get("act") == ("decided",) and "object" not in phrase.features:
        phrase.features |= _named(before, "object")  # 行政处罚均无处理决定
    if "outcome" in phrase.features and "object" not in {**phrase.implied, **phrase.features}:
        named = before if words[:start].strip() else Phrase(form, earlier)
        phrase.features |= _named(named, "object", "route")  # 行政复议未出现被纠正的情况
    undated = "timing" in phrase.features or "repealed" in phrase.features.get("act", ())
    if undated and "object" not in phrase.features:
        phrase.features |= _named(Phrase(form, earlier), "object")  # 新制发7件，没有废止的文件
    if phrase.features.get("object") == ("application",) and not before.unknown:
        # 法人和其他组织没有提出过申请
        phrase.features |= _named(before, "applicant", "organisation")
    return phrase, end


def _named(before: Phrase, *names: str) -> Features:
    """Return the features of the words before a negation in these dimensions."""
    return {name: before.features[name] for name in names if name in before.features}


def _is_limited(form: Form, words: str, end: int) -> bool:
    """Whether a denial that ends at `end` concerns only some cases: 未出现需要延期的申请.

    The name of a ground does not limit it, even if it contains such words: 逾期未补正.
    """
    bare = _OF_OUR_WORK.sub("", words)
    for hit in reversed([*form.meanings.lexicon.hits(bare)]):
        counted = hit.word.means.get("object") in _OF_COUNTED and form.meanings.counts(
            hit.word.means["object"]
        )
        if counted or "ground" in hit.word.means:
            bare = bare[: hit.start] + bare[hit.end :]
    limited = any(limit in bare for limit in vocabulary().limiting)
    return limited or _OF_SOME.match(words, end) is not None


def _of_other_body(report: Report, words: str) -> bool:
    """Whether the words before a denial name other bodies than the reporting agency."""
    agency = report.agency
    if _BODIES_BELOW.search(words) and not _OWN_TOO.search(words):
        return True
    if not speaks_for_place(agency.name):
        return False
    some = _SOME_BODIES.search(words) is not None
    return some or names_another(words, (agency.name, agency.short_name))


def _denied_beside(form: Form, words: str) -> tuple[Code, ...]:
    """Return the cells of what is listed after other things: 举报、投诉和行政复议."""
    phrases = (Phrase(form, item) for item in AND_MORE.split(words)[1:])
    zero = (_denied_cells(form, phrase) for phrase in phrases if not phrase.unknown)
    return tuple(code for codes in zero for code in codes)


def _never_opened(form: Form, negation: str, phrase: Phrase) -> tuple[Code, ...]:
    """Return the cells of publication by a channel that was not opened: 未开设政务微信."""
    if negation not in _NOT_OPENED or phrase.features.keys() != {"channel"}:
        return ()
    channels = phrase.features["channel"]
    cells = (form.meanings.codes({"object": "information", "channel": way}) for way in channels)
    return tuple(code for codes in cells for code in codes)


def _counts_in(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a stretch of a sentence states a number that is not 0."""
    counts = sentence.counts
    begins, ends = (bisect_left(counts, sentence.start + at, key=_start) for at in (first, last))
    return any(count.quantity.value for count in counts[begins:ends])


def _start(count: Counted) -> int:
    return count.quantity.start


def _negation(form: Form, words: str, earlier: str) -> tuple[int, int] | None:
    """Return the start and end of a clause's first negation that is not inside another word."""
    if alone := _HAD_NONE.match(words.strip()):
        at = words.rindex(alone["no"])
        return at, at + len(alone["no"])
    negations = vocabulary().negations
    covered = [(hit.start, hit.end) for hit in form.meanings.lexicon.hits(words) if hit.word.means]
    for word in negations.anywhere:
        at = words.find(word)
        if at >= 0 and not any(first < at < last for first, last in covered):
            return at, at + len(word)
    return _negation_before(form, words, earlier, covered)


def _negation_before(
    form: Form, words: str, earlier: str, covered: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """Return the first negation right before what it denies; `covered` are the words of others."""
    for word in vocabulary().negations.before:
        at = words.find(word)
        if at < 0 or any(first <= at < last for first, last in covered):
            continue
        phrase = Phrase(form, words[at + len(word) :])
        stated = {**phrase.implied, **phrase.features}
        if "outcome" in stated and "object" not in stated:  # 行政诉讼无一被纠正
            named = Phrase(form, words[:at].strip() or earlier).features.get("object", ())
            stated |= {"object": tuple(item for item in named if item in DISPUTES)}
        undated = "timing" in stated or "repealed" in stated.get("act", ())
        if undated and "object" not in stated:  # 18件申请均未延期办理
            stated |= _named(Phrase(form, earlier), "object")
        if stated.get("object") and not phrase.before_end:
            return at, at + len(word)
    return None


def _denied_cells(form: Form, phrase: Phrase, *, alone: bool = False) -> tuple[Code, ...]:
    """Return the cells that are 0 if what a phrase describes did not happen.

    In a sentence without numbers (`alone`), the channel is ignored if the form has no channels.
    """
    features: Features = dict(phrase.features)
    for name, value in phrase.implied.items():
        features.setdefault(name, (value,))
    objects = features.pop("object", ())
    acts = features.pop("act", ())
    without = alone and not any("channel" in cell.means for cell in form.cells.values())
    if without and features.pop("channel", None) == ("other",):
        return ()  # 网络申请占八成，信函申请占两成，没有通过其他渠道提出的
    several = features.pop("organisation", ("",))  # 法律服务机构和其他组织均未提出申请
    several = ("commercial_enterprise",) if several == ENTERPRISES else several
    details = {name: values[0] for name, values in features.items() if len(values) == 1}
    if FOREIGN in objects or len(details) < len(features):
        return ()
    found: list[Code] = []
    for item, organisation in product(objects, several):
        if organisation:
            details["organisation"] = organisation
        for act in _acts(item, acts, details):
            found += form.meanings.codes(
                {"object": item, **({"act": act} if act else {}), **details}
            )
    return tuple(found)


def _acts(item: str, acts: tuple[str, ...], details: dict[str, str]) -> tuple[str, ...]:
    """Return the acts that are denied of an object: '' for the object itself, () for none."""
    if item == "application" and "outcome" in details:
        return ("answered",)
    if "timing" in details:
        return ("finished",)
    if item == "staff" and "organisation" in details:
        return ("",)
    if "carried" in acts or ("added" in acts and item in _ITEMISED):
        return ()  # 无结转申请: from last year, or to the next; 未新增行政许可事项: of the items
    own = tuple(act for act in acts if act in _DENIED)
    if own and item not in DISPUTES:
        return own
    whole = vocabulary().denied
    return (whole[item],) if item in whole else ()


def _other_year(sentence: Sentence, year: int) -> bool:
    years = {item.value for item in sentence.others if item.kind in ("year", "date") and item.value}
    return bool(years - {year + 1}) and year not in years  # 结转2021年4件, in a report of 2020
