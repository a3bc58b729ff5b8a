"""Keep what a sentence or a clause begins with for the numbers after it that do not state it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from gongkai.forms.form import Form
from gongkai.reading.phrases import WHO, Features, Phrase
from gongkai.text.sentences import Counted

_DONE = ("act", "outcome", "ground")
_ASKED = ("taken_in", "received", "handled", "")  # acts that tell nothing of the result
_ASKED_FOR = re.compile(
    r"(?:。|^)?[^,;:。0-9]{0,2}?在?([^,;:。0-9]{2,20}?)(?:提出|提交|递交)的申请(?:件)?[中里],"
)


class Topic(ABC):
    """Features that later numbers of a sentence or a clause inherit from its beginning."""

    def __init__(self) -> None:
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

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def _begun(self, features: Features, count: Counted) -> Features | None:
        stated = _only(WHO, features)
        named = _ASKED_FOR.match(count.before.rpartition(";")[2])
        if named and not stated:
            return _only(WHO, Phrase(self._form, named[1]).features)
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
