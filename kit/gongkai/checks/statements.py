"""Statements without a number: of what did not happen, and of what is true of all."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from gongkai.checks.findings import Context, Finding
from gongkai.checks.text_findings import text_finding
from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.forms.vocabulary import FOREIGN, vocabulary
from gongkai.reading.phrases import DISPUTES, Features, Phrase, names_another
from gongkai.reading.scope import speaks_for_place
from gongkai.report.model import Report, Span
from gongkai.text.sentences import Counted, Sentence, sentences

# A clause; 、无… begins one, and 未发生行政复议，提起行政诉讼的情况 is one.
_CLAUSE = re.compile(
    r"(?:[^,;:、]|、(?!无|未|没有))+(?:,(?:或者?|和|及|被)?提起(?:[^,;:、]|、(?!无|未|没有))*情况)?"
)
_HINTS = ("未", "没", "无", "零", "不存在")
# What is true of all; 所有办结的申请中，予以公开9件 says which ones are meant, and nothing of all.
_ALL = re.compile(
    r"均|一律|都|(?:全部|(?<!各)所有)(?!(?:已经?|均已)?(?:按时|按期|依法)?"
    r"(?:办结|答复|回复|办理完[毕成结]|审结)(?:的|[^,;:]{0,12}中(?![心止])))"
)
_AND_MORE = re.compile(r"[和及与或、]")
_EXCEPT = re.compile(r"除[^,;]{0,20}外|以外|其他|其余|部分")
# Negations that may stand after what they deny: 行政复议、行政诉讼均未发生.
_OF_BEFORE = (
    "为零",
    "零发生",
    "未发生",
    "没有发生",
    "未收到",
    "没有收到",
    "未产生",
    "未出现",
    "没有出现",
)
# What a negation of an object denies: the act that is meant where the object as a whole is denied.
_WHOLE = {
    "application": "received",
    "normative_document": "issued",
    "rules": "issued",
    "licence": "decided",
    "penalty": "decided",
    "coercive_measure": "decided",
    "fees": "charged",
    "procurement": "listed",
    "press_conference": "",
    "reconsideration": "",
    "litigation": "",
}


class _Statement(NamedTuple):
    """A statement: where it stands, and the cells that it says are 0."""

    start: int
    end: int
    zero: tuple[Code, ...]


def claims(report: Report, _: Context) -> Iterator[Finding]:
    """Compare what is said of no case, or of all cases, with the table."""
    for part in report.sections:
        found_in = sentences(report.filled(part).text)
        for before, sentence in zip((None, *found_in), found_in, strict=False):
            of_heading = _under_heading(report.form, before, sentence)
            stated = (*_denied(report, sentence), *_of_all(report.form, sentence), *of_heading)
            known: set[Code] = set()
            for found in stated:
                contrary = [code for code in found.zero if report.figure((code,))]
                if not known.issuperset(contrary):  # 全部按时办结，没有延期的: said twice
                    known |= {*contrary}
                    yield _claim(report, Span(part, found.start, found.end), contrary)


def _claim(report: Report, span: Span, contrary: list[Code]) -> Finding:
    numbers = [report.printed((code,)) for code in contrary]
    figures = [
        f"{report.form.cells[code].name} {code} = {number}"
        for code, number in zip(contrary, numbers, strict=True)
    ]
    words = " ".join(report.filled(span.part).text[span.start : span.end].split())
    return text_finding(
        report,
        "narrative-claim",
        span,
        codes=tuple(contrary),
        quote=words,
        figures=figures,
        numbers=numbers,
    )


def _other_year(sentence: Sentence, year: int) -> bool:
    years = {item.value for item in sentence.others if item.kind in ("year", "date") and item.value}
    return bool(years) and year not in years


# --- of what did not happen -------------------------------------------------------


def _denied(report: Report, sentence: Sentence) -> Iterator[_Statement]:
    """Yield what the negations of a sentence say is 0."""
    if not any(hint in sentence.text for hint in _HINTS) or _other_year(sentence, report.year):
        return
    for clause in _CLAUSE.finditer(sentence.text):
        words = clause.group()
        negation = None if _counts_in(sentence, clause) else _negation(report.form, words)
        if negation is None or _TOWARDS.match(words, negation[1]):
            continue
        start, end = negation
        said, end = _said(report.form, words, start, end)
        limited = _is_limited(report.form, words, end)
        alone = not sentence.counts
        zero = () if limited else _denied_cells(report.form, said, alone=alone)
        if _COST.match(words, end + said.end) or _of_other_body(report, words[:start]):
            continue
        zero = zero or _denied_beside(report.form, words[end:])
        if zero:
            at = sentence.start + clause.start()
            yield _Statement(at + start, at + end + said.end, zero)


def _under_heading(
    form: Form, heading: Sentence | None, sentence: Sentence
) -> Iterator[_Statement]:
    """Yield what a heading says where nothing but 无 stands after it: 四、行政复议情况：无."""
    before, _, last = sentence.text.rpartition(":")
    if last.strip() not in _NOTHING or (heading is None and not before):
        return
    words = before or (heading.text if heading is not None else "")
    named = _HEADING.fullmatch(words.strip())
    said = Phrase(form, named[1]) if named else None
    zero = _denied_cells(form, said) if said and not said.unknown else ()
    if zero:
        first = sentence if before or heading is None else heading
        yield _Statement(first.start, sentence.end, zero)


def _said(form: Form, words: str, start: int, end: int) -> tuple[Phrase, int]:
    """Return what a negation denies, and where the words begin from which that is counted."""
    said, before = Phrase(form, words[end:]), Phrase(form, words[:start])
    if "carried" in said.features.get("act", ()):  # 上年无结转申请
        return Phrase(form, words[:start] + words[end:]), end - start
    if not said.features and words[start:end] in _OF_BEFORE:
        return before, end - before.end
    if "outcome" in said.features and "object" not in {**said.implied, **said.features}:
        named = before.features.get("object", ())  # 行政复议未出现被纠正的情况
        said.features |= {"object": named} if named else {}
    return said, end


_NOTHING = ("无", "没有", "零")
_HEADING = re.compile(
    r"(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.]\s?)?(?:20[0-9]{2}年度?,?)?([^,;。0-9]{2,40}?)(?:的?(?:有关|相关)?情[况形])?"
)


def _is_limited(form: Form, words: str, end: int) -> bool:
    """Whether a denial that ends there is of some cases only: 未出现需要延期的申请.

    The name of a ground says which ones are meant, and limits nothing: 逾期未补正.
    """
    bare = _OF_OUR_WORK.sub("", words)
    for hit in reversed([*form.meanings.lexicon.hits(bare)]):
        bare = bare[: hit.start] + bare[hit.end :] if "ground" in hit.word.means else bare
    limited = any(limit in bare for limit in vocabulary().limiting)
    return limited or _OF_SOME.match(words, end) is not None


def _of_other_body(report: Report, words: str) -> bool:
    """Whether words before a denial name other bodies of the place that a report is of."""
    agency = report.agency
    if not speaks_for_place(agency.name):
        return False
    some = _SOME_BODIES.search(words) is not None
    return some or names_another(words, (agency.name, agency.short_name))


# 未出现需要征求第三方意见的申请: only such applications are denied.
_OF_SOME = re.compile(r"[^,;:]{0,6}(?:需要?|须|难以)[^,;:]{2,24}的")
# 市政府本级未发生行政诉讼, 部分县区未收到申请: the others may have had some.
_SOME_BODIES = re.compile(r"本级|(?:部分|个别|多数|少数|有的|各)(?![级类种项方])")
_COST = re.compile(r".{0,10}?(?:费|支出|的占)")  # 未产生与诉讼有关的费用
# 未对申请人收费, 未受理的申请: nothing is denied of these; 不存在对申请不予公开的情形: a case is.
_TOWARDS = re.compile(r"[就的]|对(?!(?!应)[^,;:]{0,20}的(?:情形|情况|现象)$)")
_OF_OUR_WORK = re.compile(
    r"针对[^,;。]{1,12}信息公开(?:事务|工作)|(?:涉及|针对|关于)(?:(?:本|我)(?:部门|机关|单位|街道|[局委办院厅镇乡县市区省])|(?:政府)?信息公开|政务公开)"
)


def _denied_beside(form: Form, words: str) -> tuple[Code, ...]:
    """Return the cells of the disputes in a list of other things: 举报、投诉和行政复议."""
    zero: list[Code] = []
    for item in _AND_MORE.split(words)[1:]:
        said = Phrase(form, item)
        if not said.unknown and {*said.features.get("object", ())} <= {*DISPUTES}:
            zero += _denied_cells(form, said)
    return tuple(zero)


def _counts_in(sentence: Sentence, clause: re.Match[str]) -> bool:
    """Whether a clause states a number that is not 0."""
    first, last = sentence.start + clause.start(), sentence.start + clause.end()
    counts = sentence.counts
    begins, ends = (bisect_left(counts, at, key=_start) for at in (first, last))
    return any(count.quantity.value for count in counts[begins:ends])


def _start(count: Counted) -> int:
    return count.quantity.start


def _negation(form: Form, words: str) -> tuple[int, int] | None:
    """Return where the first negation of a clause begins and ends, in no other word."""
    negations = vocabulary().negations
    covered = [(hit.start, hit.end) for hit in form.meanings.lexicon.hits(words) if hit.word.means]
    for word in negations.anywhere:
        at = words.find(word)
        if at >= 0 and not any(first < at < last for first, last in covered):
            return at, at + len(word)
    for word in negations.before:
        at = words.find(word)
        if at < 0 or any(first <= at < last for first, last in covered):
            continue
        said = Phrase(form, words[at + len(word) :])
        if {**said.implied, **said.features}.get("object") and not said.before_end:
            return at, at + len(word)
    return None


def _denied_cells(form: Form, said: Phrase, *, alone: bool = False) -> tuple[Code, ...]:
    """Return the cells that are 0 where there was nothing of what is said.

    Where it is said `alone`, by which way nothing came is left out in a form that does not ask.
    """
    features: Features = dict(said.features)
    for name, value in said.implied.items():
        features.setdefault(name, (value,))
    objects = features.pop("object", ())
    acts = features.pop("act", ())
    if set(features.get("applicant", ())) == {"natural_person", "legal_person"}:
        del features["applicant"]
    if alone and not any("channel" in cell.means for cell in form.cells.values()):
        features.pop("channel", None)
    details = {name: values[0] for name, values in features.items() if len(values) == 1}
    if FOREIGN in objects or len(details) < len(features):
        return ()
    found: list[Code] = []
    for item in objects:
        for act in _acts(item, acts, details):
            found += form.meanings.codes(
                {"object": item, **({"act": act} if act else {}), **details}
            )
    return tuple(found)


# Acts that are denied as such; another act of an object means the object as a whole.
_ITEMISED = ("licence", "penalty", "coercive_measure")
_DENIED = ("carried_in", "carried_out", "repealed", "charged", "issued", "decided")


def _acts(item: str, acts: tuple[str, ...], details: dict[str, str]) -> tuple[str, ...]:
    """Return the acts that are denied of an object: '' for the object itself, () for none."""
    if item == "application" and "outcome" in details:
        return ("answered",)
    if item == "application" and "timing" in details:
        return ("finished",)
    if item == "staff" and "organisation" in details:
        return ("",)
    if "carried" in acts or ("added" in acts and item in _ITEMISED):
        return ()  # 无结转申请: from last year, or to the next; 未新增行政许可事项: of the items
    own = tuple(act for act in acts if act in _DENIED)
    if own and item not in DISPUTES:
        return own
    return (_WHOLE[item],) if item in _WHOLE else ()


# --- of what is true of all -------------------------------------------------------


def _of_all(form: Form, sentence: Sentence) -> Iterator[_Statement]:
    """Yield what 均, 全部 and the like say of the other outcomes; of each clause the last one."""
    for clause in _CLAUSE.finditer(sentence.text):
        words = clause.group()
        if _EXCEPT.search(words):
            continue
        found = reversed([*_ALL.finditer(words)][-_MOST_ALL:])
        stated = (_said_of_all(form, sentence, clause, item) for item in found)
        yield from islice(filter(None, stated), 1)


def _said_of_all(
    form: Form, sentence: Sentence, clause: re.Match[str], found: re.Match[str]
) -> _Statement | None:
    """Return what one such word of a clause says; None where it says nothing of the table."""
    words = clause.group()
    after = words[found.end() :]
    bare = after.startswith(("审结", "结案"))  # 全部审结 is 全部已审结
    said = Phrase(form, f"已{after}" if bare else after)
    if said.before_end or not said.features.keys() - {"object"}:
        return None
    if _AND_MORE.match(words, found.end() + said.end):
        return None  # 均为自然人和企业: not only the first is said of all
    if "channel" in said.features and not _SUBMITTED.match(after):
        return None  # 均书面答复: by which way they were answered
    before = sentence.text[
        max(0, clause.start() + found.start() - _FAR) : clause.start() + found.start()
    ]
    if _only_carried_in(form, before):
        return None
    nearest = before.rpartition(";")[2]  # 复议5件，纠正1件；诉讼3件，均维持
    objects = Phrase(form, nearest).features.get("object", ())
    objects = objects or Phrase(form, before).features.get("object", ())
    if not objects:
        far = sentence.text[max(0, clause.end() - _FAR) : clause.end()]
        objects = Phrase(form, far).features.get("object", ())
    if not objects and "申请人" in words[: found.start()]:
        objects = ("application",)
    zero = _others(form, said, objects)
    if _CONCLUDED.search(words[: found.start()]):
        zero = tuple(code for code in zero if form.cells[code].means.get("outcome") != "pending")
    at = sentence.start + clause.start()
    end = at + found.end() + said.end - bare
    return _Statement(at + found.start(), end, zero) if zero else None


def _only_carried_in(form: Form, before: str) -> bool:
    """Whether what is said of all is said of what came from last year: 上年结转2件全部办结."""
    own = before.rpartition(";")[2]
    acts = {hit.word.means.get("act") for hit in form.meanings.lexicon.hits(own)}
    return "carried_in" in acts and not acts & {"received", "taken_in", "handled", "added"}


_CONCLUDED = re.compile(r"(?<!未)(?:审结|结案)的?")
_MOST_ALL = 8  # words such as 均 in a clause
_FAR = 400  # characters before the end of a clause, beyond which nothing is its object any more
_SUBMITTED = re.compile(r"(?!.*(?:答复|送达|收到)).*(?:提交|提出|递交)")


def _others(form: Form, said: Phrase, objects: tuple[str, ...]) -> tuple[Code, ...]:
    """Return the cells that are 0 where all that is spoken of is as said."""
    outcomes = said.features.get("outcome", ("",))
    outcome = outcomes[0] if len(outcomes) == 1 else ""
    disputes = [item for item in objects if item in DISPUTES]
    if outcome == "concluded":
        cells = (form.meanings.codes({"object": it, "outcome": "pending"}) for it in disputes)
        return tuple(code for codes in cells for code in codes)
    if outcome in ("upheld", "corrected", "other_result"):
        of = disputes or list(DISPUTES)
        return _with_others(form, tuple(of), outcome)
    if "route" in said.features:
        return _by_other(form, "litigation", said, "route")
    return _other_applications(form, said, outcome) if "application" in objects else ()


def _other_applications(form: Form, said: Phrase, outcome: str) -> tuple[Code, ...]:
    """Return the cells of applications that are 0 where all of them are as said."""
    if outcome:
        return _with_others(form, ("application",), outcome)
    if said.features.get("timing") == ("on_time",):
        late = {"object": "application", "act": "finished", "timing": "extended"}
        return form.meanings.codes(late)
    if "finished" in said.features.get("act", ()):
        return form.meanings.codes({"object": "application", "act": "carried_out"})
    for name in ("applicant", "channel"):
        if name in said.features:
            return _by_other(form, "application", said, name)
    return ()


def _by_other(form: Form, item: str, said: Phrase, name: str) -> tuple[Code, ...]:
    """Return the cells of an object that differ in one dimension from what is said of all."""
    values = said.features.get(name, ())
    whole = {"object": item} if item in DISPUTES else {"object": item, "act": "received"}
    others = {cell.means[name] for cell in form.cells.values() if name in cell.means}
    if len(values) != 1 or values[0] not in others or "organisation" in said.features:
        return ()
    cells = [form.meanings.codes({**whole, name: other}) for other in sorted(others - {*values})]
    return tuple(code for codes in cells for code in codes)


def _with_others(form: Form, objects: tuple[str, ...], outcome: str) -> tuple[Code, ...]:
    """Return the cells of some objects with every other outcome, no applicant apart."""
    return tuple(
        cell.code
        for cell in form.cells.values()
        if cell.means.get("object") in objects
        and cell.means.get("outcome", outcome) != outcome
        and "applicant" not in cell.means
    )
