"""Find statements about all cases: 均已办结, 全部维持; the other outcomes are then 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.reading.claims import AND_MORE, CLAUSE, Statement
from gongkai.reading.phrases import DISPUTES, Phrase
from gongkai.text.around import ending
from gongkai.text.sentences import Sentence

# Words for all cases; 所有办结的申请中，予以公开9件 only tells which ones are meant.
_ALL = re.compile(
    r"均|一律|都|悉数|无一例外|清一色|(?:全部(?!或)|(?<!各)所有)(?!(?:已经?|均已)?(?:按时|按期|依法)?"
    r"(?:办结|答复|回复|办理完[毕成结]|审结)(?:的|[^,;:]{0,12}中(?![心止])))"
)
_EXCEPT = re.compile(r"除[^,;]{0,20}外|以外|其他|其余|部分(?!公开|予以公开)")
_OF_ONE_WAY = re.compile(
    r"(?:受理|收到|接到)[^,;。0-9]{0,4}(?:线上|线下|网络|网上|信函|现场|当面|邮寄|传真)"
    r"[^,;。0-9]{0,12}[0-9]{1,6}\s?件,?[^,;。0-9]{0,4}$"
)
_BY_COURT = re.compile(r"^已?经?由?(?:人民)?法院")
_WHAT_WAS_UPHELD = re.compile(r"(?<=维持)了?(?:我|本|原)[^,;。]*$|(?<=维持)了[^,;。]*$")
_IN_TIME = re.compile(r"^已?在(?:法定|规定)(?:的?办理)?[期时]限内(?=办结)")  # 均已在法定期限内办结
_AND_HOW = re.compile(r"(?<=办结)并[^,;。]*$")  # 全部办结并书面答复
_CONCLUDED = re.compile(r"(?<!未)(?:审结|结案)的?")
_BESIDE = 20  # characters before such a word that say which cases it is about
_FROM_A_YEAR = re.compile("20[0-9]{2}年度?(?:结转|转结)")
_MOST_ALL = 8  # words such as 均 in a clause
_FAR = 400  # characters before the end of a clause that are searched for its object
_SUBMITTED = re.compile(r"(?!.*(?:答复|送达|收到)).*(?:提交|提出|递交)")

_NUMBER = re.compile(r"[0-9]{1,6}\s?[件起宗]")  # 3件复议、2件诉讼，均维持: of both
_REST = re.compile("其余|其他|剩余")
_EXCEPT_BEFORE = re.compile(r"除[^,;。]{2,40}外,$")  # 除结转的30件外，新收和上年结转的均已办结


def of_all(form: Form, sentence: Sentence) -> Iterator[Statement]:
    """Yield what 均, 全部 and the like imply about other outcomes, the last one in each clause."""
    for clause in CLAUSE.finditer(sentence.text):
        words = clause.group()
        excepted = ending(_EXCEPT_BEFORE, sentence.text, clause.start())
        outcomes: tuple[str, ...] = ()
        if excepted and _REST.match(words):
            outcomes = Phrase(form, excepted[0]).features.get("outcome", ())
        if (excepted or _EXCEPT.search(words)) and not outcomes:
            continue
        found = reversed([*_ALL.finditer(words)][-_MOST_ALL:])
        stated = (_statement(form, sentence, clause, item) for item in found)
        known = (_without(form, item, outcomes) for item in stated if item)
        yield from islice(filter(None, known), 1)


def _without(form: Form, found: Statement, outcomes: tuple[str, ...]) -> Statement | None:
    """Return a statement without the outcomes that are excepted from it, None if nothing is left.

    除3件尚未审结外，其余均获维持.
    """
    zero = [code for code in found.zero if form.cells[code].means.get("outcome") not in outcomes]
    return found._replace(zero=tuple(zero)) if zero else None


def _statement(
    form: Form, sentence: Sentence, clause: re.Match[str], found: re.Match[str]
) -> Statement | None:
    """Return the statement that one such word makes; None if not about the table."""
    words = clause.group()
    after, skipped = _after(words[found.end() :])
    bare = after.startswith(("审结", "结案"))  # 全部审结 is 全部已审结
    granted = after.startswith("公开") and words[: found.start()].endswith("予以")  # 予以全部公开
    phrase = Phrase(form, f"已{after}" if bare else f"予以{after}" if granted else after)
    own = Phrase(form, _NUMBER.sub("", words[: found.start()])).features
    of_these = "route" in phrase.features and "outcome" in own  # 纠正的2件均为复议后起诉案件
    if phrase.before_end or of_these or not phrase.features.keys() - {"object"}:
        return None
    if AND_MORE.match(words, found.end() + phrase.end):
        return None  # 均为自然人和企业: the first is not true of all
    at = clause.start() + found.start()
    before = sentence.text[max(0, at - _FAR) : at]
    by_way = "channel" in phrase.features and not _SUBMITTED.match(after)
    if by_way or _OF_ONE_WAY.search(before) or _of_those_named(form, phrase, before):
        return None  # 均书面答复: by which way; 受理线下申请9件，已全部办结: of one way alone
    objects = own.get("object") or _objects(form, sentence, clause, before)
    if not objects and "申请人" in words[: found.start()]:
        objects = ("application",)
    zero = _others(form, phrase, objects)
    if _only_carried_in(form, before):  # 上年结转的申请全部由自然人提出
        zero = _by_other(form, "application", phrase, "applicant", "carried_in")
    route = own.get("route") or _route_before(form, before)
    if route and "reconsideration" not in own.get("object", ()):  # 复议后起诉3件（均维持）
        zero = _of_route(form, zero, route[0])
    if _CONCLUDED.search(before[-_BESIDE:]):  # 目前2件已审结，均为维持
        zero = tuple(code for code in zero if form.cells[code].means.get("outcome") != "pending")
    end = at + len(found[0]) + skipped + phrase.end - bare - 2 * granted
    return Statement(sentence.start + at, sentence.start + end, zero) if zero else None


def _of_those_named(form: Form, phrase: Phrase, before: str) -> bool:
    """Whether all are those with the same outcome: 不予公开的申请3件，均作出“不予公开”的答复."""
    if "申请" not in before or "ground" in phrase.features:  # 不予公开的均因涉及个人隐私
        return False
    named = Phrase(form, before.rpartition(";")[2]).features.get("outcome")
    return named is not None and named == phrase.features.get("outcome")


def _after(words: str) -> tuple[str, int]:
    """Return what is said of all cases, and how many characters were left out before it."""
    after = _IN_TIME.sub("", _BY_COURT.sub("已", words))
    return _AND_HOW.sub("", _WHAT_WAS_UPHELD.sub("", after)), len(words) - len(after)


def _objects(form: Form, sentence: Sentence, clause: re.Match[str], before: str) -> tuple[str, ...]:
    """Return the objects mentioned nearest before: 复议5件，纠正1件；诉讼3件，均维持."""
    far = sentence.text[max(0, clause.end() - _FAR) : clause.end()]
    for words in (before.rpartition(";")[2], before, far):
        objects = Phrase(form, _NUMBER.sub("", words)).features.get("object", ())
        if objects:
            return objects
    return ()


def _route_before(form: Form, before: str) -> tuple[str, ...]:
    """Return the route named last before: 复议后起诉3件，已审结的2件均维持."""
    hits = form.meanings.lexicon.hits(before.rpartition(";")[2])
    routes = [hit.word.means["route"] for hit in hits if "route" in hit.word.means]
    return (routes[-1],) if routes else ()


def _of_route(form: Form, codes: tuple[Code, ...], route: str) -> tuple[Code, ...]:
    return tuple(code for code in codes if form.cells[code].means.get("route") == route)


def _only_carried_in(form: Form, before: str) -> bool:
    """Whether a statement is only about what came from last year: 上年结转2件全部办结."""
    own = before.rpartition(";")[2]
    acts = {hit.word.means.get("act") for hit in form.meanings.lexicon.hits(own)}
    from_last = "carried_in" in acts or _FROM_A_YEAR.search(own) is not None
    return from_last and not acts & {"received", "taken_in", "handled", "added"}


def _others(form: Form, phrase: Phrase, objects: tuple[str, ...]) -> tuple[Code, ...]:
    """Return the cells that are 0 if a phrase is true of all of some objects."""
    outcomes = phrase.features.get("outcome", ("",))
    if "ground" in phrase.features:
        return () if {*objects} & {*DISPUTES} else _on_other_grounds(form, phrase)
    if len(outcomes) > 1 and objects == ("application",):  # 均予以公开或者部分公开
        return _with_others(form, objects, outcomes)
    outcome = outcomes[0] if len(outcomes) == 1 else ""
    disputes = [item for item in objects if item in DISPUTES]
    if outcome == "concluded":
        cells = (form.meanings.codes({"object": it, "outcome": "pending"}) for it in disputes)
        return tuple(code for codes in cells for code in codes)
    if outcome in ("upheld", "corrected", "other_result"):
        of = disputes or list(DISPUTES)
        return _with_others(form, tuple(of), (outcome,))
    if "route" in phrase.features:
        return _by_other(form, "litigation", phrase, "route")
    return _other_applications(form, phrase, outcome) if "application" in objects else ()


def _on_other_grounds(form: Form, phrase: Phrase) -> tuple[Code, ...]:
    """Return the cells of an outcome on other grounds than the one of all: 均涉及个人隐私."""
    outcomes, grounds = phrase.features["outcome"], phrase.features["ground"]
    of_it = [
        cell
        for cell in form.cells.values()
        if cell.means.get("object") == "application"
        and cell.means.get("outcome") in outcomes
        and "ground" in cell.means
        and "applicant" not in cell.means
    ]
    known = {cell.means["ground"] for cell in of_it}
    if not known.issuperset(grounds):
        return ()
    return tuple(cell.code for cell in of_it if cell.means["ground"] not in grounds)


def _other_applications(form: Form, phrase: Phrase, outcome: str) -> tuple[Code, ...]:
    """Return the cells of applications that are 0 if a phrase is true of all of them."""
    if outcome:
        return _with_others(form, ("application",), (outcome,))
    if phrase.features.get("timing") == ("on_time",):
        late = {"object": "application", "act": "finished", "timing": "extended"}
        return form.meanings.codes(late)
    if "finished" in phrase.features.get("act", ()):
        return form.meanings.codes({"object": "application", "act": "carried_out"})
    for name in ("applicant", "channel"):
        if name in phrase.features:
            return _by_other(form, "application", phrase, name)
    return ()


def _by_other(
    form: Form, item: str, phrase: Phrase, name: str, act: str = "received"
) -> tuple[Code, ...]:
    """Return the cells of an object that differ in one dimension from a phrase true of all."""
    values = phrase.features.get(name, ())
    whole = {"object": item} if item in DISPUTES else {"object": item, "act": act}
    others = {cell.means[name] for cell in form.cells.values() if name in cell.means}
    if len(values) != 1 or values[0] not in others or "organisation" in phrase.features:
        return ()
    cells = [form.meanings.codes({**whole, name: other}) for other in sorted(others - {*values})]
    return tuple(code for codes in cells for code in codes)


def _with_others(
    form: Form, objects: tuple[str, ...], outcomes: tuple[str, ...]
) -> tuple[Code, ...]:
    """Return the cells of some objects with any other outcome, except those by applicant."""
    return tuple(
        cell.code
        for cell in form.cells.values()
        if cell.means.get("object") in objects
        and cell.means.get("outcome", outcomes[0]) not in outcomes
        and "applicant" not in cell.means
    )
