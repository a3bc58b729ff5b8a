"""Correct the features of a number by what the words of its clause, and those around it, mean."""

from __future__ import annotations

import re

from gongkai.forms.form import Form
from gongkai.reading.phrases import DISPUTES, PUBLISHED, VAGUE, WHO, Features, Phrase
from gongkai.text.sentences import Counted

_ETC_ORGANISATIONS = re.compile(r"等(?:各类)?(?:其他|法人或其他)?(?:组织|单位)")
_ETC_CHANNELS = re.compile(r"等(?:多种|各种|各类)?(?:渠道|方式|平台|途径|载体|媒体|形式)")
_ONE_OF_SEVERAL = re.compile(
    r"[或和及、][^,;。]{0,24}(?:原因|(?<!其他)(?<!公开)情形|情况|理由|等(?=无法|不予))"
)
# Words that make a dimension mean more than the values named for it, and how many there must be.
_WIDER = (
    ("organisation", 1, _ETC_ORGANISATIONS),  # 法律服务机构等其他组织4件: of all of them
    ("channel", 2, _ETC_CHANNELS),  # 网站、微博等渠道公开3226条: by all of them
    ("ground", 1, _ONE_OF_SEVERAL),  # 因不掌握或需要加工等原因无法提供5件: for one of these
)
_CAME_OUT_AS = re.compile(r"\s?(?:办理|处理|答复)?结果为")
_WERE_CARRIED = re.compile(r"\s?(?:为|系|是|属于?)上年度?(?:结转|转结)")
_SOME_IN_TIME = re.compile(
    r"\s?在(?:年内|当年|本年|年底前)已?(?:依法)?(?:答复|办结)|\s?在(?:年底|年末|12月)[^,;。]{0,6}(?:收到|受理|接收)"
)
# 除3件尚未审结外，其余27件行政复议案件均已作出决定; 仍有2件复议、1件诉讼未审结
_OF_THE_REST = re.compile("^(?:其余|剩余|余下|其他|另外)$|(?:仍有|尚有|还有)$")
_OF_THESE = re.compile("(?:此类|这类|该类|这些|上述)")  # 此类申请全年5件
# 律所和企业各提出1件: not both together
_EACH_OF_THEM = re.compile("各(?:自|有|提出|提交|收到|受理)")
# 以自然人为主，共提出申请38件; 自然人仍占绝大多数，全年提出申请38件
_MAINLY = re.compile(
    r"(?:以(?P<of>[^,;:。0-9]{2,12})为主|(?P<most>[^,;:。0-9]{2,10}?)仍?(?:占(?:绝大)?多数|居多|是(?:最?主要的?)?申请(?:主体|人))),[^,;:。0-9]{0,8}$"
)
_SOME_VERB = re.compile("公开|发布|推送")
_OF_SUCH = re.compile("[\u4e00-\u9fff]{2}信息")
_CARE = ("把关", "审查", "审核", "管理", "答复")  # 对依法不应公开的信息严格把关: no ground
_REASON = re.compile(r"^(?:对(?!于)|因(?!此)|由于|鉴于|为(?!进)|属于?|涉及).|的$")


def corrected(form: Form, features: Features, count: Counted) -> Features:
    """Return the features stated around a number as its clause and the others correct them."""
    wider = {
        name
        for name, least, words in _WIDER
        if len(features.get(name, ())) >= least and words.search(count.clause)
    }
    corrected = {name: values for name, values in features.items() if name not in wider}
    rest = _OF_THE_REST.search(count.clause.strip()) and "outcome" not in features
    disputes = {*features.get("object", ())} & {*DISPUTES}
    these = _OF_THESE.match(count.clause.strip())
    each = _EACH_OF_THEM.search(count.clause) and len(features.get("organisation", ())) > 1
    if (rest and disputes) or these or each or _is_of_some(features, count.following):
        corrected["object"] = VAGUE
    corrected |= _named_before(form, corrected, count)
    stated = "ground" in corrected or not count.earlier
    return corrected if stated else _on_ground(form, corrected, count)


def _is_of_some(features: Features, following: str) -> bool:
    """Whether the words after a number say that it is about some only: 有5件为上年结转的."""
    if _CAME_OUT_AS.match(following) and "outcome" not in features:
        return True  # 办理结果为依申请公开: an outcome that the form does not have
    done = features.get("act", ("",))[0] in ("answered", "finished")
    return bool((done and _WERE_CARRIED.match(following)) or _SOME_IN_TIME.match(following))


def _named_before(form: Form, features: Features, count: Counted) -> Features:
    """Return the channel, or the applicants, that a clause before a number gives for it."""
    if features.get("object") == PUBLISHED and "act" not in features:
        return _published_before(form, features, count)
    mainly = _MAINLY.search(count.before) if "applicant" not in features else None
    who = Phrase(form, mainly["of"] or mainly["most"]).features if mainly else {}
    return {name: who[name] for name in WHO if name in who}


def _published_before(form: Form, features: Features, count: Counted) -> Features:
    """Return what the clause before says of what was published.

    政务微信发展，公开信息388条: by this channel; 环评信息全过程公开，在网站公开422条: of a kind.
    """
    subject = Phrase(form, count.earlier.rpartition(",")[2])
    of_such = "信息" not in count.clause and _SOME_VERB.search(count.clause)
    if of_such and _OF_SUCH.search(count.earlier) and subject.unknown:
        return {"object": VAGUE}
    channels = subject.features.get("channel", ()) if "channel" not in features else ()
    return {"channel": channels} if len(channels) == 1 and not subject.before_end else {}


def _on_ground(form: Form, features: Features, count: Counted) -> Features:
    """Return an outcome with the ground that the clause right before it gives.

    为保护第三方合法权益，不予公开5件; 因材料不齐，无法提供3件: a ground that is not in the form.
    """
    clause = count.earlier.rsplit(",", 1)[-1].strip()
    apart = clause.endswith(_CARE) or "," not in count.before.rpartition(";")[2]
    if "outcome" not in features or not clause or apart:
        return features
    reason = Phrase(form, clause).features
    if reason.keys() & {*WHO} and "outcome" not in reason:
        return features  # 对自然人提出的申请，予以公开2件
    if {*reason.get("object", ())} & {*DISPUTES}:  # 因政府信息公开被申请行政复议，维持4件
        return features
    if "ground" in reason and reason.get("outcome") == features["outcome"]:
        return {**features, "ground": reason["ground"]}
    return {**features, "object": VAGUE} if _REASON.search(clause) else features
