"""Keep what a sentence or a clause begins with for the numbers after it that do not state it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from gongkai.forms.form import Form
from gongkai.reading.phrases import DISPUTES, VAGUE, WHO, Features, Phrase
from gongkai.text.sentences import Counted

_DONE = ("act", "outcome", "ground")
_ASKED = ("taken_in", "received", "handled", "")  # acts that tell nothing of the result
_APPLIED = ("application",)
_OF_ANY_RESULT = (*_ASKED, "answered")
_AMONG = ("中,", "里,", "中:")
_CARRIED = {"carried_in", "carried_out"}
_THEIRS = re.compile("的申请|申请的")  # 自然人申请的予以公开3件、部分公开2件
# 未审结的行政复议案件有3件，行政诉讼案件有2件: these, too
_OF_SUCH_DISPUTES = re.compile("的[^,;:。0-9]{0,16}(?:复议|诉讼|起诉)的?(?:案件)?[有共为]?$")
_OF_THESE = re.compile(
    "的(?:申请|案件|件)?[共计]?(?:计|有|达|为)?$"
)  # 办结的申请共30件，自然人20件
# 在商业企业提出的申请中，予以公开3件; 自然人申请方面，新收9件; 未经复议直接起诉的案件中，维持3件
_OF_WHICH = re.compile(
    r"(?:。|^)?[^,;:。0-9]{0,2}?(?:在|就|对于)?(?P<which>[^,;:。0-9]{2,30}?)"
    r"(?:(?:提出|提交|递交)?的?(?:政府信息公开|信息公开|公开)?申请(?:件|的?信息)?(?:方面|[中里])?"
    r"|的?(?:政府信息公开|信息公开)?(?:行政)?(?:诉讼|争议)?案件(?:数|方面|[中里])?"
    r"|的(?:答复|信息|情形)?(?:[中里])?|方面|[中里])(?:而言|来说|来看)?[,:]"
)


class Topic(ABC):
    """Features that later numbers of a sentence or a clause inherit from its beginning."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._held: Features = {}
        self._last: Features = {}  # of the number before

    def inherit(self, features: Features, count: Counted) -> Features:
        """Return the features of a number with those held. Numbers come in their order."""
        begun = self._begun(features, count)
        self._held = self._held if begun is None else begun
        self._last = features
        return {**features, **self._held} if self._applies(features) else features

    @abstractmethod
    def _begun(self, features: Features, count: Counted) -> Features | None:
        """Return the features that a number begins a topic with, none to end it, or None."""

    @abstractmethod
    def _applies(self, features: Features) -> bool:
        """Whether a number can inherit the topic."""


class Opening:
    """What the clause before the first number is about: 予以公开的申请中，自然人27件."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._held: Features = {}

    def inherit(self, features: Features, count: Counted) -> Features:
        """Return the features of a number with those of its opening, in the order of the text."""
        if begins(count):
            self._held = self._named(count.before.rpartition(";")[2])
            if _OF_SUCH_DISPUTES.search(count.clause.strip()):
                self._held = _only(("outcome",), features)
        return {**features, **self._held} if self._applies(features) else features

    def _named(self, before: str) -> Features:
        """Return what the words before a number say of which cases it is about."""
        found = _OF_WHICH.match(before)
        if found is None:
            return {}
        phrase = Phrase(self._form, found["which"], about=_APPLIED)
        held = _only((*WHO, "outcome", "ground", "route"), phrase.features)
        if _CARRIED & {*phrase.features.get("act", ())}:
            held["act"] = phrase.features["act"]
        # 长期未办结的申请中: of some, but not of which
        return held | {"object": VAGUE} if held and phrase.unknown else held

    def _applies(self, features: Features) -> bool:
        held = self._held.keys() - {"object"}
        if not held or held & features.keys() - {"act"}:
            return False
        done = features.keys() & {"act", "outcome"}
        if held <= {*WHO, "route"}:  # 自然人申请方面，新收9件; 直接起诉的案件中，维持3件
            return bool(done)
        # 不属于本机关公开的，答复5件; 结果得到纠正的案件，行政复议2件
        parts = features.keys() & {"applicant"} or features.get("act") == ("answered",)
        parts = parts or {*features.get("object", ())} & {*DISPUTES}
        asked = features.get("act", ("",))[0] in _OF_ANY_RESULT
        return bool(parts) and "outcome" not in features and asked


class Done(Topic):
    """What became of applications: 结转下年度继续办理的4件，自然人3件、商业企业1件."""

    def _begun(self, features: Features, count: Counted) -> Features | None:
        if begins(count):
            done = "outcome" in features or _CARRIED & {*features.get("act", ())}
            among = count.after.startswith(_AMONG)  # 无法提供8件中，个人申请5件
            of_these = among or _OF_THESE.search(count.clause.rstrip())
            held = ("applicant" in features and done) or of_these
            return _only(_DONE, features) if held else {}
        decided = features.keys() & {"outcome", "ground"} or not _is_asked(features)
        return {} if decided else None

    def _applies(self, features: Features) -> bool:
        theirs = features.keys() & {*WHO} and features.get("object") == _APPLIED
        return bool(theirs) and features.get("act") != ("received",)


class Applicants(Topic):
    """Who applied: 企业提出申请9件，办结7件."""

    def _begun(self, features: Features, count: Counted) -> Features | None:
        stated = _only(WHO, features)
        if begins(count):
            return stated if "outcome" not in features or _THEIRS.search(count.clause) else {}
        return {} if stated else None

    def _applies(self, features: Features) -> bool:
        done = bool(features.keys() & {"act", "outcome"})
        return done and features.get("object") == _APPLIED


class Route(Topic):
    """The route of litigation named last, if only one was.

    复议后起诉12件，维持9件，其他结果3件; but 直接起诉11件，复议后起诉12件，维持17件.
    """

    def _begun(self, features: Features, count: Counted) -> Features | None:
        if "route" in features:
            begun = begins(count) or "outcome" in self._last or count.after.startswith("中")
            alone = "outcome" not in features and begun
            return _only(("route",), features) if alone else {}
        return {} if begins(count) or "outcome" not in features else None

    def _applies(self, features: Features) -> bool:
        return "outcome" in features


def begins(count: Counted) -> bool:
    """Whether a number is the first of its sentence, or of what a semicolon divides."""
    return count.first or ";" in count.before


def _is_asked(features: Features) -> bool:
    return features.get("act", ("",))[0] in _ASKED


def _only(names: tuple[str, ...], features: Features) -> Features:
    return {name: features[name] for name in names if name in features}
