"""Find the features that the words around a number state, in its clause and those before it."""

from __future__ import annotations

import re

from gongkai.forms.form import Form
from gongkai.forms.vocabulary import FOREIGN
from gongkai.reading.clauses import corrected
from gongkai.reading.phrases import IN_OUR_NAME, PUBLISHED, UNKNOWN, VAGUE, Features, Phrase
from gongkai.text.sentences import Counted

_ASKED_BY = re.compile(r"\s?(?:为|系|由)([^,;。]{2,16}?)(?:提出|提交|申请)(?:的|$)?")
_OF_ALL = tuple("均都全已皆也占同比较")  # words after a number that begin so are about all
OF_ALL_OF_THEM = re.compile(r"均|都|全部|一律|皆|已(?!获取|取得|经获取|主动公开)")
_IN_BRACKET = re.compile(r"\((含|包括|包含|即|归入|属于)([^()0-9,;。]{4,30})\)[^()0-9,;:。]{0,6}$")
_FEWEST_INCLUDED = 2  # outcomes
# A bracket that begins so says what was counted, in the form's words.
_SAME = ("即", "归入", "属于")
_OF_ONE_OF_THEM = {"outcome", "applicant", "organisation"}  # true of all, they name no part
_EITHER_STAFF = ("assigned",)  # full-time or part-time
# 医疗机构执业、公共场所卫生等各类行政许可: the kinds are examples of all that are meant.
_EXAMPLES_OF = re.compile(r"(?<=作出|办理|发布)[^,;:。0-9]{2,40}等(?:[各多][类项种]|(?=政策))")
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
# 对重复申请，告知申请人，全年共5件
_OF_A_KIND = re.compile(r"对(?:于|所)?([^,;:。0-9]{2,40}申请),")
_NAME_OF_ACCOUNT = re.compile(r"(?<=[号博信站台])“[^“”]{1,20}”")  # 公众号“漪川环保”发布462条
# 开展规范性文件清理，废止3件; 定期清理规范性文件，全年制发3件
_CLEARED_UP = re.compile(
    "(?<=规范性文件)(?:(?:开展|进行|组织)了?)?(?:专项|集中|全面|定期|年度)?清理(?:工作)?|(?:定期|及时|集中|全面)?清理(?=(?:行政)?规范性文件)"
)
_AT_THE_END = re.compile(r"截[至止](?:20[0-9]{2}年)?12月31日")  # 截至12月31日已办结29件
_OUTCOME = re.compile("被|获得?|予以|经?(?:法院|复议)[^,;。]{0,6}(?:维持|纠正)")
_EXCEPT = re.compile("[以之]?外$")  # 除2件结转下年度继续办理外
TOWARDS = ("对", "将")  # what is counted follows its number: 对2件申请
_APPLICANTS = re.compile(r"(?:^|,)申请人")
_CARRIED = re.compile(
    r"(?:申请)?(?:因[^,;。]{2,20}?)?(?:(?:尚?未|没有)(?:办结|办理完毕|答复)|[尚还]?未[满到](?:法定)?(?:答复|办理)?期限?"
    r"|[尚仍还]?在(?:法定)?期限内|(?:正在?|[尚仍]在)[^,;。]{2,14}),已?(?:依规|依法|按规定)?((?:结转|转结|顺延|转入)[^,;。]*)"
)


def features_of(
    form: Form, count: Counted, head: tuple[str, ...], own: tuple[str, ...] = ()
) -> Features:
    """Return the features stated around a number, completed by inherited and implied ones.

    `head` is the object mentioned before, `own` has the agency's own names.
    """
    near = _nearest(form, count, head, own)
    features = _stated(near)
    named = bool(count.clause.strip())
    following = _following(form, count, features if named else {})
    if named:
        features = _with_following(features, following.features)
    else:  # 没有逾期答复的申请，5件按时办结: its own words come first
        features = {**features, **following.features}
    if not features:  # a number without any features is a part, or something else
        features["object"] = UNKNOWN if near.unknown or following.unknown else VAGUE
    elif "object" not in features and (item := _object_of(form, features, count, head)):
        vague = near.unknown and not features.keys() & {"outcome", "ground", "applicant"}
        features["object"] = VAGUE if vague else item
    for name, value in {**following.implied, **near.implied}.items():
        features.setdefault(name, (value,))
    return corrected(form, features, count)


def _with_following(features: Features, following: Features) -> Features:
    """Return the features stated before a number, completed by those after it."""
    if "organisation" in following and features.get("organisation") == _EITHER_STAFF:
        del features["organisation"]  # 专门配备5名兼职工作人员
    carried = {*following.get("act", ())} & {"carried_in", "carried_out"}
    if carried and features.get("act") == ("taken_in",):
        del features["act"]  # 年底收到的2件结转下年度办理
    if "object" in following and features.get("object") == PUBLISHED:
        del features["object"]  # 公开6件规范性文件
    return {**following, **features}


def _stated(near: Phrase) -> Features:
    """Return the features that the words before a number state, as far as they can be decided."""
    features = dict(near.features)
    if (near.gap or near.another_body) and FOREIGN not in features.get("object", ()):
        features["object"] = UNKNOWN
    elif near.with_more:
        features["object"] = VAGUE
    return features


def _nearest(form: Form, count: Counted, head: tuple[str, ...], own: tuple[str, ...]) -> Phrase:
    """Return the phrase before a number in its clause; if that is empty, in earlier clauses."""
    about = _object_before(form, count) or head
    clause = _AT_THE_END.sub("", _NAME_OF_ACCOUNT.sub("", count.clause))
    clause = IN_OUR_NAME.sub("", _EACH_OF_SEVERAL.sub("", _EXAMPLES_OF.sub("", clause)))
    near = _last_of(form, Phrase(form, _without(clause, own), own, about=about), clause)
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
    """Return the outcomes that a bracket names.

    公开类答复（含予以公开和部分公开）3件; 提供所申请的信息（即予以公开）2件.
    """
    bracket = _IN_BRACKET.search(count.before)
    phrase = Phrase(form, bracket[2]) if bracket else None
    if bracket is None or phrase is None or phrase.unknown:
        return {}
    fewest = 1 if bracket[1] in _SAME else _FEWEST_INCLUDED
    if len(phrase.features.get("outcome", ())) < fewest:
        return {}
    return {name: (value,) for name, value in phrase.implied.items()} | phrase.features


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
    if "除" in count.before:
        words = _EXCEPT.sub("", words)
    found = Phrase(form, words, backwards=True)
    if (
        found.features.keys() & _OF_ONE_OF_THEM
    ):  # 收到的两件申请均予以公开, 全部由自然人提出: of all
        found = Phrase(form, OF_ALL_OF_THEM.split(words, maxsplit=1)[0], backwards=True)
    # 对2件申请征求意见: some, but not which; 对2件申请予以公开, 对2件文件予以废止 are decided
    decided = "outcome" in found.features or "repealed" in found.features.get("act", ())
    vague = count.clause.strip().endswith("对") and not decided
    return Phrase(form, "") if found.gap or vague else found
