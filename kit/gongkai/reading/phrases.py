"""Read the features that a phrase states, and the words that the form does not know."""

from __future__ import annotations

import re

from gongkai.forms.form import Form
from gongkai.forms.vocabulary import FOREIGN, Hit
from gongkai.text.agency_names import abbreviates

Features = dict[str, tuple[str, ...]]  # by dimension; several values of a dimension are added up
VAGUE = ("",)  # an object with a restriction that cannot be decided
WHO = ("applicant", "organisation")  # the dimensions of applicants
PUBLISHED = ("information",)  # 公开 alone: information of any kind
UNKNOWN = (FOREIGN, "")  # the name of what is counted is not in the vocabulary
DISPUTES = ("reconsideration", "litigation")
ENTERPRISES = ("enterprise",)  # 企业: the form's 商业企业, or every legal person

_DONE_WITH = ("handled", "answered", "finished")
_KINDS = {"applicant", "organisation", "outcome", "channel"}

_WORDS = re.compile(r"[\u4e00-\u9fff]+")
_JOINED = re.compile(r"[、,和及与或并以者\s]{1,3}")
_QUOTE_ENDS = re.compile(r"[”’」』》\"]?")
# A body other than the report's: 市公安局, 各乡镇; but not 我局, nor all bodies of a place.
_BODY = re.compile(
    r"各(?:县|区|乡镇|镇|街道|部门|单位)|[\u4e00-\u9fff]{1,10}"
    r"(?:局|委|委员会|办公室|政府办|(?<!大)厅|镇|乡|街道|部门|分局|中队|支队)"
    r"|[省市县区][\u4e00-\u9fff]{2,4}办(?=共|累计|全年|主动|公开|收到|受理|$)"
)
_OWN_BODY = re.compile(
    r"[我本全][局委办厅镇乡院]|[我本全](?:街道|单位|机关)|全[市县区省镇]|各级|我[市县区省]|政府[及和与](?:其|所属|各)"
    r"|各(?:行政|综合)?执法(?:部门|单位|机构)|^(?:镇|乡|街道)综合(?:行政)?执法"
)
_SINCE = re.compile(r"^(?:今年以来|一年来|全年|本年度?|年内|当年)?(?:通过|经由?|由|在|从)?")
IN_OUR_NAME = re.compile(
    r"[^,;:。0-9]{0,30}以(?:[我本](?:局|委|厅|办|院|机关|单位)|[省市县区](?:人民)?政府[及和][^,;:。0-9]{0,12})名义"
)
_KINDS_OF_BODY = ("街道", "镇", "乡", "局")


class Phrase:
    """The features that some words state, and the words without meaning.

    `gap` are the words without meaning between the first with one and the number; `unknown` are
    those of the whole text. `backwards` is for text after a number; `about` is the object named
    before, for words that mean something within its text alone. `another_body` means
    that it is about another agency. `end` is where the last word with a meaning ends,
    `before_end` the words without meaning before that. `with_more` means that a kind is named
    together with one that is not in the form: 视频号和公众号.
    """

    def __init__(
        self,
        form: Form,
        text: str,
        own: tuple[str, ...] = (),
        *,
        about: tuple[str, ...] = (),
        backwards: bool = False,
    ) -> None:
        self.features: Features = {}
        self.implied: dict[str, str] = {}
        self._ends: dict[str, int] = {}
        self._text = text
        hits = _in_place(text, list(form.meanings.lexicon.hits(text)) if text else [], about)
        unknown = _uncovered(text, hits)
        # A weak word has no meaning right after a word without meaning: 猫狗申请, “猫狗”申请.
        ends = {_QUOTE_ENDS.match(text, at + len(words)).end() for at, words in unknown}  # type: ignore[union-attr]
        meant = [
            hit for hit in hits if hit.word.means and not (hit.word.weak and hit.start in ends)
        ]
        for hit in meant:
            self._take(hit)
        first, last = (meant[0].start, meant[-1].start) if meant else (len(text), 0)
        self.end = meant[-1].end if meant else 0
        self.before_end = "".join(words for at, words in unknown if at < self.end)
        self.unknown = "".join(words for _, words in unknown)
        self.gap = "".join(
            words for at, words in unknown if (at < last if backwards else at > first)
        )
        self.with_more = any(_joins_unknown(text, hit, unknown) for hit in meant)
        self.another_body = bool(meant) and names_another(text[:first], own)

    def _take(self, hit: Hit) -> None:
        for name, value in hit.word.means.items():
            before = self.features.get(name, ())
            if FOREIGN in before or (before and value == "listed"):
                continue  # 无结转下年度事项: what was carried over, whatever it is called
            if before == ("received",) and value == "taken_in":
                continue  # 新收申请中自然人提出20件: new ones
            if "carried_in" in before and value in _DONE_WITH:
                self.features["object"] = (FOREIGN,)  # 上年结转申请办结2件: not of all
            between = self._text[self._ends.get(name, 0) : hit.start]
            pair = name == "channel" or {*before, value} <= {*DISPUTES}
            joined = _JOINED.fullmatch(between) or (pair and not between)
            if before and value not in before and joined:  # 微博微信: both
                self.features[name] = (*before, value)
            elif before and value not in before and name == "outcome":
                self.features["object"] = (FOREIGN,)  # 不属于本机关，无法提供: only some of them
            else:
                self.features[name] = tuple(value.split("+"))
            self._ends[name] = hit.end
        self.implied.update(hit.word.implies)


def _in_place(text: str, hits: list[Hit], about: tuple[str, ...]) -> list[Hit]:
    """Return the hits without the words whose meaning another object than the text's has."""
    plain = [hit for hit in hits if not hit.word.within]
    if len(plain) == len(hits):
        return hits
    objects = {*about, *(hit.word.means.get("object", "") for hit in plain)}
    known = [hit for hit in hits if not hit.word.within or objects & {*hit.word.within}]
    return plain if _uncovered(text, known) else known


def _joins_unknown(text: str, hit: Hit, unknown: list[tuple[int, str]]) -> bool:
    """Whether a kind is joined to a word without meaning right before it."""
    joined = text[hit.start - 1 : hit.start] in tuple("和及与或、") if hit.start else False
    kind = not _KINDS.isdisjoint(hit.word.means)
    return joined and kind and any(at + len(words) == hit.start - 1 for at, words in unknown)


def names_another(text: str, own: tuple[str, ...]) -> bool:
    """Whether a text names a body other than the one with the names `own`."""
    body = _BODY.search(text)
    if body is None or _OWN_BODY.search(text):
        return False
    name = _SINCE.sub("", body[0])  # 今年以来街道共收到: the report's own body
    return name not in _KINDS_OF_BODY and not _shortens(name, own)


def _shortens(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text ends with a short form of a name: 区司法局 for 银川市西夏区司法局."""
    return any(abbreviates(text[-4:], name) for name in names if name)


def _uncovered(text: str, hits: list[Hit]) -> list[tuple[int, str]]:
    """Return the words that no hit covers, with their places; signs and digits are not words."""
    found, at = [], 0
    for hit in [*hits, Hit(len(text), len(text), hits[0].word)] if hits else []:
        if at < hit.start:
            found += [(word.start(), word[0]) for word in _WORDS.finditer(text, at, hit.start)]
        at = hit.end
    return found if hits else [(word.start(), word[0]) for word in _WORDS.finditer(text)]
