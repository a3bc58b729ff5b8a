"""Find the features that the words around a number state, in its clause and those before it."""

from __future__ import annotations

import re

from gongkai.forms.form import Form
from gongkai.forms.vocabulary import FOREIGN
from gongkai.reading.phrases import DISPUTES, IN_OUR_NAME, UNKNOWN, VAGUE, Features, Phrase
from gongkai.text.sentences import Counted

_ASKED_BY = re.compile(r"\s?(?:为|系|由)([^,;。]{2,16}?)(?:提出|提交|申请)(?:的|$)?")
_OF_ALL = tuple("均都全已皆也占同比较")  # words after a number that begin so are about all
OF_ALL_OF_THEM = re.compile(r"均|都|全部|一律|皆|已")
_IN_BRACKET = re.compile(r"\((?:含|包括|包含|即)([^()0-9,;。]{4,30})\)[^()0-9,;:。]{0,6}$")
_MIN_OUTCOMES = 2
PUBLISHED = ("information",)  # 公开 alone: information of any kind
_EITHER_STAFF = ("assigned",)  # full-time or part-time
_ETC_ORGANISATIONS = re.compile(r"等(?:各类)?(?:其他|法人或其他)?(?:组织|单位)")
_ETC_CHANNELS = re.compile(r"等(?:多种|各种|各类)?(?:渠道|方式|平台|途径|载体|媒体|形式)")
# 医疗机构执业、公共场所卫生等各类行政许可: the kinds are examples of all that are meant.
_EXAMPLES_OF = re.compile(r"(?:(?<=作出)|(?<=办理))[^,;:。0-9]{2,40}等(?:各类|各项|多项|各种)")
# 通过网络、来信、当面等途径: by all of them; 因不掌握、需另行制作等原因: for any of these.
_EACH_OF_SEVERAL = re.compile(
    r"(?:通过|利用|依托|采取|采用|经由?|从|以)[^,;:。0-9]{2,60}[、和及][^,;:。0-9]{1,30}"
    r"等(?:多种|各种|各类|不同)?(?:渠道|方式|平台|途径|载体|媒体|形式)(?=共|累计|合计|一共|总共|收|接|受理|新收)"
    r"|因[^,;:。0-9]{2,60}[、或及和][^,;:。0-9]{1,40}等(?:多种|各种)?(?:原因|情形|情况|理由)"
)
# 对12件不再适用的文件予以废止: which ones they were.
_OF_THOSE_THAT = re.compile(
    r"^[^,;:。0-9]{2,16}?的(?=[^,;:。0-9]{2,16}(?:予以|进行|宣布)?(?:废止|失效))"
)
_MAINLY = re.compile(r"以([^,;:。0-9]{2,12})为主,[^,;:。0-9]{0,8}$")  # 以自然人为主，共提出申请38件
WHO = ("applicant", "organisation")
# 对重复申请，告知申请人，全年共5件
_OF_A_KIND = re.compile(r"对(?:于|所)?([^,;:。0-9]{2,40}申请),")
_SOME_VERB = re.compile("公开|发布|推送")
_OF_SUCH = re.compile("[\u4e00-\u9fff]{2}信息")
_NAME_OF_ACCOUNT = re.compile(r"(?<=[号博信站台])“[^“”]{1,20}”")  # 公众号“漪川环保”发布462条
_CLEARED_UP = re.compile(
    "(?<=规范性文件)(?:专项|集中)?清理(?:工作)?"
)  # 开展规范性文件清理，废止3件
_OUTCOME = re.compile("被|获得?|予以|经?(?:法院|复议)[^,;。]{0,6}(?:维持|纠正)")
TOWARDS = ("对", "将")  # what is counted follows its number: 对2件申请
_APPLICANTS = re.compile(r"(?:^|,)申请人")
_CARE = ("把关", "审查", "审核", "管理", "答复")  # 对依法不应公开的信息严格把关: no ground
_WERE_CARRIED = re.compile(r"\s?(?:为|系|是|属于?)上年度?(?:结转|转结)")
_SOME_IN_TIME = re.compile(r"\s?在(?:年内|当年|本年|年底前)已?(?:依法)?(?:答复|办结)")
_CAME_OUT_AS = re.compile(r"\s?(?:办理|处理|答复)?结果为")
_SEVERAL = re.compile(r"[或和及、][^,;。]{0,24}(?:原因|情形|情况|理由)")
_REASON = re.compile(r"^(?:对(?!于)|因(?!此)|由于|鉴于|为(?!进)|属于?|涉及).|的$")
_CARRIED = re.compile(
    r"(?:申请)?(?:因[^,;。]{2,20}?)?(?:(?:尚?未|没有)(?:办结|办理完毕|答复)|[尚还]?未[满到](?:法定)?(?:答复|办理)?期限?"
    r"|[尚仍还]?在(?:法定)?期限内),(?:依规|依法|按规定)?((?:结转|转结|顺延|转入)[^,;。]*)"
)


def features_of(
    form: Form, count: Counted, head: tuple[str, ...], own: tuple[str, ...] = ()
) -> Features:
    """Return the features stated around a number, completed by inherited and implied ones.

    `head` is the object mentioned before, `own` has the agency's own names.
    """
    near = _nearest(form, count, own)
    features = _stated(near)
    following = _following(form, count, features)
    features = _with_following(features, following.features)
    if not features:  # a number without any features is a part, or something else
        features["object"] = UNKNOWN if near.unknown or following.unknown else VAGUE
    elif "object" not in features and (named := _object_of(form, features, count, head)):
        vague = near.unknown and not features.keys() & {"outcome", "ground", "applicant"}
        features["object"] = VAGUE if vague else named
    for name, value in {**following.implied, **near.implied}.items():
        features.setdefault(name, (value,))
    _correct(features, count)
    features |= _before(form, features, count)
    if "ground" in features or not count.earlier:
        return features
    return _on_ground(form, features, count)


def _with_following(features: Features, following: Features) -> Features:
    """Return the features stated before a number, completed by those after it."""
    if "organisation" in following and features.get("organisation") == _EITHER_STAFF:
        del features["organisation"]  # 专门配备5名兼职工作人员
    if "object" in following and features.get("object") == PUBLISHED:
        del features["object"]  # 公开6件规范性文件
    return {**following, **features}


def _before(form: Form, features: Features, count: Counted) -> Features:
    """Return the channel, or the applicants, that a clause before a number gives for it."""
    if features.get("object") == PUBLISHED and "act" not in features:
        return _topic_before(form, features, count)
    mainly = _MAINLY.search(count.before) if "applicant" not in features else None
    who = Phrase(form, mainly[1]).features if mainly else {}
    return {name: who[name] for name in WHO if name in who}


def _correct(features: Features, count: Counted) -> None:
    """Remove features from words that mean more than they name, or something else."""
    if _ETC_ORGANISATIONS.search(count.clause):  # 法律服务机构等其他组织4件: of all of them
        features.pop("organisation", None)
    if len(features.get("channel", ())) > 1 and _ETC_CHANNELS.search(count.clause):
        del features["channel"]  # 网站、微博等渠道公开3226条: by all of them
    if _CAME_OUT_AS.match(count.following) and "outcome" not in features:
        features["object"] = VAGUE  # 办理结果为依申请公开: an outcome that the form does not have
    done = features.get("act", ("",))[0] in ("answered", "finished")
    carried = done and _WERE_CARRIED.match(count.following)
    if carried or _SOME_IN_TIME.match(count.following):
        features["object"] = VAGUE  # 办结的申请中，有5件为上年结转的: of these alone
    if "ground" in features and _SEVERAL.search(count.clause):
        del features["ground"]  # 因不掌握或需要加工等原因无法提供5件: one of several


def _stated(near: Phrase) -> Features:
    """Return the features that the words before a number state, as far as they can be decided."""
    features = dict(near.features)
    if (near.gap or near.another_body) and FOREIGN not in features.get("object", ()):
        features["object"] = UNKNOWN
    elif near.with_more:
        features["object"] = VAGUE
    return features


def _nearest(form: Form, count: Counted, own: tuple[str, ...]) -> Phrase:
    """Return the phrase before a number in its clause; if that is empty, in earlier clauses."""
    clause = _NAME_OF_ACCOUNT.sub("", count.clause)
    clause = IN_OUR_NAME.sub("", _EACH_OF_SEVERAL.sub("", _EXAMPLES_OF.sub("", clause)))
    near = _last_of(form, Phrase(form, _without(clause, own), own), clause)
    own_statement = count.before.rstrip().endswith(";")  # 无法提供10件；1件属于其他处理
    object_follows = clause.rstrip().endswith(TOWARDS) and bool(count.following.strip())
    if not clause.strip() and _OUTCOME.match(count.following):
        return near  # 半数获得维持，8件被依法纠正
    if near.features or near.unknown or count.label or own_statement or object_follows:
        return near
    topic = _OF_A_KIND.match(count.earlier) if count.first else None
    return Phrase(form, _without(topic[1] if topic else count.earlier, own), own)


def _last_of(form: Form, near: Phrase, clause: str) -> Phrase:
    """Return the last item of a list that is read by itself: 时间临近年底、需结转下年的申请."""
    if not near.gap or "、" not in clause:
        return near
    last = Phrase(form, clause.rpartition("、")[2])
    carried = {*last.features.get("act", ())} & {"carried_in", "carried_out"}
    return last if carried and not last.gap and not last.unknown else near


def in_bracket(form: Form, count: Counted) -> Features:
    """Return the outcomes that a bracket names: 公开类答复（含予以公开和部分公开）."""
    bracket = _IN_BRACKET.search(count.before)
    phrase = Phrase(form, bracket[1]) if bracket else None
    if phrase is None or phrase.unknown or len(phrase.features.get("outcome", ())) < _MIN_OUTCOMES:
        return {}
    return {name: (value,) for name, value in phrase.implied.items()} | phrase.features


def _on_ground(form: Form, features: Features, count: Counted) -> Features:
    """Return an outcome with the ground that the clause right before it gives.

    为保护第三方合法权益，不予公开5件; 因材料不齐，无法提供3件: a ground that is not in the form.
    """
    clause = count.earlier.rsplit(",", 1)[-1].strip()
    apart = clause.endswith(_CARE) or "," not in count.before.rpartition(";")[2]
    if "outcome" not in features or not clause or apart:
        return features
    reason = Phrase(form, clause).features
    if {*reason.get("object", ())} & {*DISPUTES}:  # 因政府信息公开被申请行政复议，维持4件
        return features
    if "ground" in reason and reason.get("outcome") == features["outcome"]:
        return {**features, "ground": reason["ground"]}
    return {**features, "object": VAGUE} if _REASON.search(clause) else features


def _topic_before(form: Form, features: Features, count: Counted) -> Features:
    """Return what the clause before says of what was published.

    政务微信发展，公开信息388条: by this channel; 环评信息全过程公开，在网站公开422条: of a kind.
    """
    subject = Phrase(form, count.earlier.rpartition(",")[2])
    of_such = "信息" not in count.clause and _SOME_VERB.search(count.clause)
    if of_such and _OF_SUCH.search(count.earlier) and subject.unknown:
        return {"object": VAGUE}
    channels = subject.features.get("channel", ()) if "channel" not in features else ()
    return {"channel": channels} if len(channels) == 1 and not subject.before_end else {}


def _object_of(
    form: Form, features: Features, count: Counted, head: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the object that a number inherits: that of the clauses before, or the last one.

    制作规范性文件6件，均已公开，对外公开总数40件: only documents have a total that is in force.
    """
    named = _object_before(form, count)
    if not named and "applicant" in features and _APPLICANTS.search(count.earlier):
        return ("application",)  # 申请人以自然人为主，商业企业提出5件
    if named == PUBLISHED and "outcome" in features:
        return head  # 对不应公开的信息严格把关，作出不予公开答复13件
    acts = features.get("act", ())
    if named == PUBLISHED and acts and head and not {*acts} & {*form.meanings.acts(named[0])}:
        return head
    return named or head


def _object_before(form: Form, count: Counted) -> tuple[str, ...]:
    """Return the object named in the clauses before a number's own: 复议案件中，维持3件."""
    earlier = _CLEARED_UP.sub("", count.earlier)
    return Phrase(form, earlier).features.get("object", ()) if earlier else ()


def _without(text: str, names: tuple[str, ...]) -> str:
    for name in filter(None, names):
        text = text.replace(name, "")
    return text


def _following(form: Form, count: Counted, features: Features) -> Phrase:
    """Return the phrase after a number, unless it is about the next number, or about all."""
    words = count.following
    if not count.closed or words[:1] in _OF_ALL or "分别由" in words:
        return Phrase(form, "")
    if "object" in features and "act" in features:  # 新收申请中33件为自然人提出
        asked = _ASKED_BY.match(words)
        return Phrase(form, asked[1] if asked else "")
    onward = _CARRIED.match(count.after)
    if onward:  # 尚有3件未办结，结转下年度继续办理
        words = onward[1]
    if count.clause.rstrip().endswith(TOWARDS):
        words = _OF_THOSE_THAT.sub("", words)
    found = Phrase(form, words, backwards=True)
    if "outcome" in found.features:  # 收到的两件申请均予以公开: of all of them
        found = Phrase(form, OF_ALL_OF_THEM.split(words, maxsplit=1)[0], backwards=True)
    # 对2件申请征求意见: some, but not which; 对2件申请予以公开, 对2件文件予以废止 are decided
    decided = "outcome" in found.features or "repealed" in found.features.get("act", ())
    vague = count.clause.strip().endswith("对") and not decided
    return Phrase(form, "") if found.gap or vague else found
