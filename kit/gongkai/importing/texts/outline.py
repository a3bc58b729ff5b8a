"""Find the parts of a report's text by the words of their headings, then by their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gongkai.forms.form import Form, Part
from gongkai.importing.blocks import Doubt, Paragraph
from gongkai.importing.labels import NEAR, bare, key, likeness
from gongkai.importing.pairs import last_best_pairs
from gongkai.report.places import Place

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_NUMBERED = re.compile(
    rf"\s*(?:第\s*(?P<whole>{_NUMERAL})\s*(?:部分|章)\s*[、.．，,:：]?|(?P<part>{_NUMERAL})\s*[、.．，,])"
    r"\s*(?P<words>\S.*)"
)
# Instead of 一、; such a number may also be one inside a part.
_COUNTED = re.compile(r"\s*[0-9]{1,2}\s*[、.．，,]\s*(?P<words>\S.*)")
_LONGEST = 50  # characters of a heading
_SENTENCE_ENDS = ("。", "；", "，", ";", ",", "（续）", "(续)")  # or of a continued part


class Heading(NamedTuple):
    """A paragraph that may head a part: its number in the document, its numeral, its words."""

    number: int
    numeral: str
    words: str
    level: int


def _headings(paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Return the paragraphs that could head a part."""
    found = []
    for number, paragraph in enumerate(paragraphs):
        text = paragraph.text.strip()
        if not text or len(text) > _LONGEST or text.endswith(_SENTENCE_ENDS):
            continue
        match = _NUMBERED.fullmatch(text) or _COUNTED.fullmatch(text)
        numeral = match.groupdict().get("part") or match.groupdict().get("whole") if match else ""
        words = match["words"] if match else text
        found.append(Heading(number, numeral or "", words, paragraph.level))
    return found


def outline(
    paragraphs: Sequence[Paragraph], form: Form, year: int
) -> tuple[dict[str, int], list[Doubt]]:
    """Return the number of the paragraph where each part begins, by the part's id, and doubts.

    A missing, doubled or renumbered heading is a doubt.
    """
    headings = _headings(paragraphs)
    names = {part.id: (bare(part.titled(year)), *map(key, part.also)) for part in form.parts}
    scores = [[_score(part, heading, names) for heading in headings] for part in form.parts]
    chosen = last_best_pairs(scores)  # the first ones may be the table of contents
    numbered = {heading.number for heading in headings if heading.numeral}
    parts = {form.parts[part].id: headings[index].number for part, index in chosen.items()}
    doubts: list[Doubt] = []
    doubled: set[int] = set()
    if not parts:  # a document of tables alone
        return {}, [Doubt("import-parts-missing", Place())]
    for index, part in enumerate(form.parts):
        about = {"heading": part.titled(year)}
        if index not in chosen:
            doubts.append(Doubt("import-part-missing", Place(), **about))
            continue
        heading = headings[chosen[index]]
        doubts += _about(part, heading, paragraphs[heading.number].place, year)
        again = _doubled(scores[index], chosen[index], set(chosen.values()), headings, numbered)
        doubts += [
            Doubt("import-heading-twice", paragraphs[number].place, **about) for number in again
        ]
        doubled.update(again)
    others = [heading for heading in headings if heading.number not in doubled]
    doubts += _extra(paragraphs, others, sorted(parts.values()))
    return parts, doubts


def _extra(
    paragraphs: Sequence[Paragraph], headings: Sequence[Heading], starts: Sequence[int]
) -> Iterator[Doubt]:
    """Yield a doubt for each numbered heading among the parts that heads none of them."""
    for number in (heading.number for heading in headings if heading.numeral):
        if starts[0] < number < starts[-1] and number not in starts:
            about = {"heading": paragraphs[number].text.strip()}
            yield Doubt("import-heading-extra", paragraphs[number].place, **about)


def _score(part: Part, heading: Heading, names: Mapping[str, Sequence[str]]) -> float:
    """Return how well a heading fits a part, by its words and its number; 0 if it does not.

    `names` are the keys of the headings of each part, its own first. A heading that is exactly
    one part's does not fit another.
    """
    words = key(heading.words)
    known = words in names[part.id]
    near = 1.0 if known else likeness(names[part.id][0], words)
    if near < NEAR or (not heading.numeral and near < 1):
        return 0.0
    if not known and (len(words) < 3 or any(words in other for other in names.values())):
        return 0.0
    numbered = bool(heading.numeral) + part.heading.startswith(f"{heading.numeral}、")
    return near + numbered + (heading.level > 0) * 0.1


def _about(part: Part, heading: Heading, place: Place, year: int) -> list[Doubt]:
    """Return the doubts about a heading: different words, a different number."""
    words = f"{heading.numeral}、{heading.words}".lstrip("、")
    about = {"heading": words, "expected": part.titled(year)}
    doubts = []
    if bare(part.titled(year)) != key(heading.words):
        doubts.append(Doubt("import-heading-near", place, **about))
    if heading.numeral and not part.heading.startswith(f"{heading.numeral}、"):
        doubts.append(Doubt("import-heading-number", place, **about))
    return doubts


def _doubled(
    scores: list[float], chosen: int, taken: set[int], headings: list[Heading], numbered: set[int]
) -> list[int]:
    """Return the other headings that fit a part equally well, except those in the contents.

    In the contents, headings with numerals are next to each other; `numbered` has all of these.
    """
    return [
        headings[other].number
        for other, score in enumerate(scores)
        if other not in taken
        and score >= scores[chosen]
        and not {headings[other].number - 1, headings[other].number + 1} & numbered
    ]
