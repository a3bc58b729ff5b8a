"""Find the features of each number of a text: what its words state, and what it inherits."""

from __future__ import annotations

import re
from decimal import Decimal

from gongkai.forms.vocabulary import FOREIGN
from gongkai.reading.lists import opened
from gongkai.reading.phrases import DISPUTES, PUBLISHED, UNKNOWN, VAGUE, Features, Phrase
from gongkai.reading.relative_years import with_relative_years
from gongkai.reading.stated import OF_ALL_OF_THEM, TOWARDS, features_of, in_bracket
from gongkai.reading.topics import Applicants, Done, Opening, Route
from gongkai.report.model import Report
from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted

_OF_APPLICATIONS = {"unavailable", "not_processed", "other"}  # outcomes that only applications have
_DOCUMENTS = ("normative_document",)
_ACTS_OF_ALL = ("carried_in", "carried_out", "answered", "finished")
_KIND_OF_ALL = ("applicant", "channel", "organisation")
OF_ALL_CASES = re.compile("(?:案件|申请|收件)(?:总?量|总?数量?)")  # 案件量较上年减少1件
_REVISED = re.compile(r"[、,]\s?(?:修订|修改|修正)")
_BARE = ("", "有", "另有")  # 有3件申请征求了意见
_PUBLISHED_ONES = re.compile("(?:经审[查核]后?|依法|已)?主动公开")
_DEALT_WITH = re.compile("进行|开展|予以|作出|加以|征求")


class FeatureReader:
    """Reads the features of a part's numbers in their order.

    A number inherits the features that it does not state: from the object mentioned last, or from
    the list that it is part of.
    """

    def __init__(self, report: Report) -> None:
        self.form = report.form
        self.year = report.year
        self.own = (report.agency.name, report.agency.short_name)
        self._head: tuple[str, ...] = ()  # the object mentioned last
        self._known: tuple[str, ...] = ()  # the object named last by a word of the vocabulary
        self._last: Features = {}
        self._last_number = Decimal(0)
        self._depth, self._outer = 0, Features()  # of brackets; the number before the bracket
        self._opening, self._done = Opening(self.form), Done(self.form)
        self._applicants = Applicants(self.form)
        self._route = Route(self.form)
        self.plain: Features = {}  # the last number's without the topic, where it has one
        self._some = False  # whether a sentence is about some applications only
        self._whole: Features | None = None  # the whole of the current list
        self._first_part: Quantity

    def new_paragraph(self) -> None:
        """Forget the object mentioned last: each paragraph names its own."""
        self._head = self._known = ()

    def read(self, count: Counted, *, changed: bool) -> Features:
        """Return the features of a number; a change without an object has those of the last one."""
        relative = with_relative_years(count, self.year)
        features = in_bracket(self.form, count) or features_of(
            self.form, relative, self._head, self.own
        )
        features = self._as_part(self._of_applications(features, count), count)
        features = self._opening.inherit(features, count)
        on_topic = self._applicants.inherit(self._done.inherit(features, count), count)
        self.plain = features if on_topic != features else {}
        features = self._of_what_was_named(on_topic, count)
        if changed and self._known and OF_ALL_CASES.search(count.clause):
            return {"object": self._known}
        if changed and features.get("object", VAGUE) in (VAGUE, (FOREIGN,), UNKNOWN):
            return features if "总" in count.clause else self._last  # 总数增加3件
        if features.get("object", VAGUE) != VAGUE:
            self._head = features["object"]
            self._known = self._known if self._head == UNKNOWN else self._head
        elif count.clause.rstrip().endswith(TOWARDS):  # 对38件规范性文件进行清理，废止5件
            named = Phrase(self.form, _DEALT_WITH.split(count.following, maxsplit=1)[0])
            self._head = named.features.get("object", self._head)
        self._last, self._last_number = features, count.quantity.high
        return features

    def _as_part(self, features: Features, count: Counted) -> Features:
        """Return the features with those that a part of a list inherits from its whole."""
        if count.first or opened(count):
            self._whole = self._opened(count)
            self._first_part = count.quantity
        whole = self._whole
        if whole is None:
            return features
        if _of_another_dispute(features, whole):
            self._whole = None  # 复议6件和诉讼3件，其中复议维持5件，尚未审结1件
            return features
        if ";" in count.before and _is_of_another_whole(features, whole):
            self._whole = None
            return features
        if "object" not in features or not count.quantity.like(self._first_part):
            return features
        asked = features.get("act") == ("taken_in",) and "applicant" in features
        if asked and whole.get("act", ("",))[0] in _ACTS_OF_ALL:  # 结转30件，其中19件由自然人提出
            features = {**features, "act": whole["act"]}
        of_items = (features["object"], whole.get("object")) == (_DOCUMENTS, PUBLISHED)
        if of_items and count.quantity.unit == "条":
            return features  # 公开信息1560条，其中规范性文件11条
        features = _with_outcome(_with_route(features, whole), whole)
        features = features if "act" in features else _with_act(features, whole)
        return {**features, "object": VAGUE} if features == whole else features

    def _opened(self, count: Counted) -> Features | None:
        """Return the features of the whole of a list that opens with a number, None if none opens.

        诉讼9件（直接起诉3件），其中维持5件: of all nine, and not by the route in the bracket.
        """
        if count.first or not opened(count):
            return None
        if ";" in count.before and self._whole:  # 直接起诉5件、复议后起诉8件；从结果看，维持10件
            return self._whole
        # 直接起诉的11件、复议后起诉的12件，其中维持17件: of both routes
        if count.depth < self._depth or count.quantity.low > self._last_number:
            return {name: values for name, values in self._last.items() if name != "route"}
        return self._last

    def _of_what_was_named(self, features: Features, count: Counted) -> Features:
        """Return the features with those that depend on what was named earlier in the sentence.

        复议7件，其中维持5件、其他1件 is another result; 法律服务机构提出的6件申请，办结4件 of
        these six.
        """
        if count.first:
            of_some = count.before.rstrip().endswith("的") and count.following.startswith("申请")
            carried = features.get("act", ("",))[0] in ("carried_in", "carried_out")
            self._some = of_some and (carried or any(name in features for name in _KIND_OF_ALL))
        elif self._some and features.get("object") == ("application",):
            return {**features, "object": VAGUE}
        if count.depth > self._depth:
            self._outer = self._last
        self._depth = count.depth
        features = self._route.inherit(features, count)
        if count.depth:  # 直接起诉2件（维持1件）; 结转3件（自然人2件、商业企业1件）
            features = _with_outcome(_with_route(features, self._outer), self._outer)
            if "applicant" in features and "act" not in features:
                features = _with_act(features, self._outer)
        words = count.name.removeprefix("其中")
        if words in ("其他", "其它") and len(self._known) == 1 and self._known[0] in DISPUTES:
            return {"outcome": ("other_result",), "object": self._known}
        return _as_joined(features, count, self._last)

    def _of_applications(self, features: Features, count: Counted) -> Features:
        """Return the features with an object inferred, or made vague if only some are meant.

        逾期未补正2件，其他处理5件，结转下年16件: whatever the first is about, the others are about
        applications. 3件申请征求了意见: it does not state which these are, nor does a sentence that
        begins with 1件申请经补正.
        """
        if features.get("object") == ("application",) and features.get("outcome") == ("pending",):
            return {"object": features["object"], "act": ("carried_out",)}  # 未办结的4件申请
        grounded = "ground" in features and FOREIGN not in self._known
        if features.get("object") == UNKNOWN and (grounded or self._known == ("application",)):
            outcomes, acts = features.get("outcome", ()), features.get("act", ())
            if {*outcomes} & _OF_APPLICATIONS or {*acts} & {"carried_in", "carried_out"}:
                return {**features, "object": ("application",)}
        if features != {"object": ("application",)}:
            return features
        form = self.form
        bare = count.clause.strip() in _BARE and not OF_ALL_OF_THEM.search(count.following)
        clause = Phrase(form, count.clause)
        if count.clause.endswith("的") and clause.unknown and clause.features.keys() <= {"object"}:
            return {**features, "object": VAGUE}  # 内容描述不清的3件申请: which ones
        some = count.first and count.before.strip().startswith("其中")
        some = some or bare or not clause.features
        if (bare and count.following.strip()) or (some and Phrase(form, count.following).unknown):
            return {**features, "object": VAGUE}
        return features


def _as_joined(features: Features, count: Counted, last: Features) -> Features:
    """Return the features of a number with what the number right before it tells of it."""
    joined = count.before.strip().startswith(("、", "和"))
    done = last.get("act", ("",))[0] in ("decided", "handled")
    if joined and done and features.get("act") == ("listed",):
        return {**features, "act": ("decided",)}  # 办理行政许可5件、其他对外管理服务事项2件
    return _of_documents(features, count, last, joined=joined)


def _of_documents(features: Features, count: Counted, last: Features, *, joined: bool) -> Features:
    """Return the features of a number of documents with what the number before it tells of it."""
    if last.get("object", VAGUE) not in (_DOCUMENTS, ("rules",)):
        return features
    if joined and features == {"object": _DOCUMENTS} and "act" in last:
        return {"object": _DOCUMENTS, "act": last["act"]}  # 废止规章1件、规范性文件3件
    if count.depth and _REVISED.match(count.after):
        return {"object": VAGUE}  # 主动公开规范性文件4件（含新制定1件，修订3件）
    public = _PUBLISHED_ONES.fullmatch(count.name.removeprefix("其中"))
    if public and last["object"] == _DOCUMENTS and count.quantity.unit == "件":
        return {"object": _DOCUMENTS, "act": ("published",)}
    return features


def _of_another_dispute(features: Features, whole: Features) -> bool:
    """Whether a number is about one kind of dispute, and the total before it about another."""
    own, other = set(features.get("object", ())), set(whole.get("object", ()))
    return bool(own) and not own <= other and own | other <= {*DISPUTES}


def _is_of_another_whole(features: Features, whole: Features) -> bool:
    """Whether a number after a semicolon is about another object, or the other route."""
    if features.get("object", VAGUE) not in (VAGUE, whole.get("object", VAGUE)):
        return True
    return "route" in whole and features.get("route", whole["route"]) != whole["route"]


def _with_route(features: Features, whole: Features) -> Features:
    """Return the features of a part with the route of its whole: 复议后起诉4件，其中维持2件."""
    by_route = "outcome" in features and "route" in whole
    return {"route": whole["route"], **features} if by_route else features


def _with_outcome(features: Features, whole: Features) -> Features:
    """Return the features of applicants, or of disputes, with the outcome that their whole states.

    予以公开27件，其中自然人23件; 仍有3件未审结，其中直接起诉2件; 被纠正的5件，其中行政复议4件.
    """
    own = features.keys() & {"outcome", "ground"}
    dispute = {*features.get("object", VAGUE)} <= {*DISPUTES}
    parts = dispute or features.keys() & {"applicant", "route"}
    if own or "outcome" not in whole or not parts:
        return features
    return {**features, **{name: whole[name] for name in ("outcome", "ground") if name in whole}}


def _with_act(features: Features, whole: Features) -> Features:
    """Return the features of a part with the act of its whole, if their objects agree."""
    if "act" in whole and whole.get("object", VAGUE) in (VAGUE, features["object"]):
        return {**features, "act": whole["act"]}
    same = set(features["object"]) <= set(whole.get("object", ()))
    return features if same or FOREIGN in features["object"] else {**features, "object": VAGUE}
