"""Keep what a sentence or a clause begins with for the numbers after it that do not state it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from gongkai.forms.form import Form
from gongkai.reading.phrases import WHO, Features, Phrase
from gongkai.text.sentences import Counted

_DONE = ("act", "outcome", "ground")
_ASKED = ("taken_in", "received", "handled", "")  # acts that tell nothing of the result
# 在商业企业提出的申请中，予以公开3件; 未经复议直接起诉的案件中，维持3件
_OF_WHICH = re.compile(
    r"(?:。|^)?[^,;:。0-9]{0,2}?在?([^,;:。0-9]{2,20}?)"
    r"(?:(?:提出|提交|递交)的申请(?:件)?|的(?:行政)?(?:诉讼)?案件)[中里],"
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

    def _named(self, names: tuple[str, ...], count: Counted) -> Features:
        """Return the features of those among whom a number is: 在商业企业提出的申请中."""
        found = _OF_WHICH.match(count.before.rpartition(";")[2])
        return _only(names, Phrase(self._form, found[1]).features) if found else {}

    @abstractmethod
    def _begun(self, features: Features, count: Counted) -> Features | None:
        """Return the features that a number begins a topic with, none to end it, or None."""

    @abstractmethod
    def _applies(self, features: Features) -> bool:
        """Whether a number can inherit the topic."""


class Done(Topic):
    """What became of applications: 结转下年度继续办理的4件，自然人3件、商业企业1件."""

    def _begun(self, features: Features, count: Counted) -> Features | None:
        if begins(count):
            return _only(_DONE, features) if count.clause.rstrip().endswith("的") else {}
        decided = features.keys() & {"outcome", "ground"} or not _is_asked(features)
        return {} if decided else None

    def _applies(self, features: Features) -> bool:
        return bool(features.keys() & {*WHO}) and features.get("object") == ("application",)


class Applicants(Topic):
    """Who applied: 企业提出申请9件，办结7件; 在商业企业提出的申请中，予以公开3件."""

    def _begun(self, features: Features, count: Counted) -> Features | None:
        stated = _only(WHO, features)
        named = self._named(WHO, count)
        if named and not stated:
            return named
        if begins(count):
            return stated if _is_asked(features) or "提出的申请" in count.clause else {}
        return {} if stated else None

    def _applies(self, features: Features) -> bool:
        done = bool(features.keys() & {"act", "outcome"})
        return done and features.get("object") == ("application",)


class Route(Topic):
    """The route of litigation named last, if only one was.

    复议后起诉12件，维持9件，其他结果3件; but 直接起诉11件，复议后起诉12件，维持17件.
    """

    def _begun(self, features: Features, count: Counted) -> Features | None:
        if "route" in features:
            alone = "outcome" not in features and (begins(count) or "outcome" in self._last)
            return _only(("route",), features) if alone else {}
        named = self._named(("route",), count)
        return named if named or begins(count) or "outcome" not in features else None

    def _applies(self, features: Features) -> bool:
        return "outcome" in features


def begins(count: Counted) -> bool:
    """Whether a number is the first of its sentence, or of what a semicolon divides."""
    return count.first or ";" in count.before


def _is_asked(features: Features) -> bool:
    return features.get("act", ("",))[0] in _ASKED


def _only(names: tuple[str, ...], features: Features) -> Features:
    return {name: features[name] for name in names if name in features}
