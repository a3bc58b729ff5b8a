"""Find what a text says exists without its number: 仍有部分申请尚未办结, 申请按时答复率为100%."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from gongkai.forms.form import Form
from gongkai.forms.tables import Code
from gongkai.reading.claims import Statement
from gongkai.reading.matching import measures_of
from gongkai.reading.phrases import WHO, Features, Phrase
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Sentence

_SOME = re.compile(
    r"(?:[仍尚还]有|存在)(?:部分|个别|少量|少数|若干|一些)"
    r"(?P<what>[^,;:。0-9]{0,16}(?:申请|案件|复议|诉讼)[^,;:。0-9]{2,16})"
)
_BOTH = re.compile(
    r"申请[^。;0-9]{0,12}既有(?P<one>[^,;:。0-9]{2,12}?)(?:提出|提交)?的?,"
    r"也有(?P<other>[^,;:。0-9]{2,12}?)(?:提出|提交)?的?(?=[,;。]|$)"
)
# A rate of requests says that there were some, but not that of other matters: 低保申请办结率.
_RATE = re.compile(
    r"(?:^|(?<=[,;年度局委到]))(?:政府)?信息公开申请(?:件|,申请)?的?(?:按时|按期|及时)?(?:答复|办结|办理)率"
    r"(?:均|保持|达到?|为|是|连续[^,;。0-9]{1,4}年){0,2}\s?(?=[0-9])"
)
_PLANS = re.compile("下一步|今后|力争|确保|目标|将[^,;。]{0,8}(?:提高|提升|保持|达到)")
_HINTS = ("仍有", "尚有", "还有", "存在", "既有", "率")
_UNDONE = re.compile("(?:尚?未|没有|尚待)(?:办结|办理完毕|办理|答复|处理完毕|审结)")
_NUMBER = Quantity("count", 0, 0, Decimal(1), Decimal(1), Decimal(1), unit="件")
_ANSWERED: Features = {"object": ("application",), "act": ("finished",)}
_ASKED: Features = {"object": ("application",), "act": ("received",)}


def existing(form: Form, sentence: Sentence) -> Iterator[Statement]:
    """Yield what a sentence says exists, each with the cells of which one must not be 0."""
    if not any(hint in sentence.text for hint in _HINTS):
        return
    for found in _SOME.finditer(sentence.text):
        undone = _UNDONE.search(found["what"])
        phrase = Phrase(form, _UNDONE.sub("", found["what"]))
        features = _pending(phrase.features) if undone else phrase.features
        if not phrase.gap:
            yield from _statement(form, sentence, found.span(), features)
    for found in () if _PLANS.search(sentence.text) else _RATE.finditer(sentence.text):
        yield from _statement(form, sentence, found.span(), _ANSWERED)
    for found in _BOTH.finditer(sentence.text):
        for name in ("one", "other"):
            named = Phrase(form, f"{found[name]}提出").features
            who = {key: named[key] for key in WHO if key in named}
            if who:
                yield from _statement(form, sentence, found.span(name), _ASKED | who)


def _pending(features: Features) -> Features:
    """Return the features of what is not done yet: applications are carried over."""
    if features.get("object") == ("application",):
        return {"object": features["object"], "act": ("carried_out",)}
    return {**features, "outcome": ("pending",)}


def _statement(
    form: Form, sentence: Sentence, span: tuple[int, int], features: Features
) -> Iterator[Statement]:
    """Yield a statement about the plainest figure that features identify, if they do."""
    measures = measures_of(form, features, _NUMBER) if len(features) > 1 else ()
    if measures:
        codes: tuple[Code, ...] = form.expanded(measures[0].codes)
        start, end = (sentence.start + place for place in span)
        yield Statement(start, end, codes)
