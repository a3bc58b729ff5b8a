"""The parts of a report's text: by the words of their headings, then by their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gongkai.forms.form import Form, Part
from gongkai.importing.blocks import Doubt, Paragraph, Place
from gongkai.importing.labels import NEAR, bare, key, likeness

_NUMBERED = re.compile(r"\s*([一二三四五六七八九十]{1,3})\s*[、.．，,]\s*(\S.*)")
_LONGEST = 50  # characters of a heading
_SENTENCE = ("。", "；", "，", ";", ",")


class Heading(NamedTuple):
    """A paragraph that may head a part: its number in the document, its numeral, its words."""

    number: int
    numeral: str
    words: str
    level: int


class Outline(NamedTuple):
    """Where each part begins, by its id, and what is doubtful about it."""

    parts: dict[str, int]
    doubts: tuple[Doubt, ...]
    others: tuple[int, ...]


def headings_of(paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Return the paragraphs that could head a part."""
    found = []
    for number, paragraph in enumerate(paragraphs):
        text = paragraph.text.strip()
        if not text or len(text) > _LONGEST or text.endswith(_SENTENCE):
            continue
        match = _NUMBERED.fullmatch(text)
        numeral, words = (match[1], match[2]) if match else ("", text)
        found.append(Heading(number, numeral, words, paragraph.level))
    return found


def outline(paragraphs: Sequence[Paragraph], form: Form, year: int) -> Outline:
    """Return where the parts begin. A missing, doubled or renumbered one is a doubt."""
    headings = headings_of(paragraphs)
    scores = [[_score(part, heading, year) for heading in headings] for part in form.parts]
    chosen = _chosen(scores)
    parts = {form.parts[part].id: headings[index].number for part, index in chosen.items()}
    doubts: list[Doubt] = []
    for index, part in enumerate(form.parts):
        heading = headings[chosen[index]] if index in chosen else None
        if heading is None:
            title = part.titled(year)
            doubts.append(Doubt("import-part-missing", Place(), (), {"heading": title}))
            continue
        place = paragraphs[heading.number].place
        doubts += _about(part, heading, place, year)
        again = _doubled(scores[index], chosen[index], set(chosen.values()), headings)
        about = {"heading": part.titled(year)}
        doubts += [
            Doubt("import-heading-twice", paragraphs[number].place, (), about) for number in again
        ]
    first, last = min(parts.values(), default=0), max(parts.values(), default=-1)
    others = [
        heading.number
        for heading in headings
        if heading.numeral and first < heading.number and heading.number not in parts.values()
    ]
    for number in others:
        if number < last:
            about = {"heading": paragraphs[number].text.strip()}
            doubts.append(Doubt("import-heading-extra", paragraphs[number].place, (), about))
    return Outline(parts, tuple(doubts), tuple(others))


def _score(part: Part, heading: Heading, year: int) -> float:
    """Return how well a heading fits a part, by its words and its number; 0 if it does not."""
    wanted, words = bare(part.titled(year)), key(heading.words)
    near = 1.0 if wanted == words else likeness(wanted, words)
    if near < NEAR or (not heading.numeral and near < 1):
        return 0.0
    if len(words) < 3 and near < 1:
        return 0.0
    numbered = bool(heading.numeral) + part.heading.startswith(f"{heading.numeral}、")
    return near + numbered + (heading.level > 0) * 0.1


def _chosen(scores: list[list[float]]) -> dict[int, int]:
    """Return the heading of each part, in order; of equal ones the last: the first are contents."""
    height, width = len(scores), len(scores[0]) if scores else 0
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for one in range(1, height + 1):
        for two in range(1, width + 1):
            best[one][two] = max(best[one - 1][two], best[one][two - 1])
            score = scores[one - 1][two - 1]
            if score:
                best[one][two] = max(best[one][two], best[one - 1][two - 1] + score)
    found: dict[int, int] = {}
    one, two = height, width
    while one and two:
        score = scores[one - 1][two - 1]
        if score and best[one][two] == best[one - 1][two - 1] + score:
            found[one - 1] = two - 1
            one, two = one - 1, two - 1
        elif best[one][two] == best[one - 1][two]:
            one -= 1
        else:
            two -= 1
    return found


def _about(part: Part, heading: Heading, place: Place, year: int) -> list[Doubt]:
    """Return what is doubtful about a heading: other words, another number."""
    words = f"{heading.numeral}、{heading.words}".lstrip("、")
    about = {"heading": words, "expected": part.titled(year)}
    doubts = []
    if bare(part.titled(year)) != key(heading.words):
        doubts.append(Doubt("import-heading-near", place, (), about))
    if heading.numeral and not part.heading.startswith(f"{heading.numeral}、"):
        doubts.append(Doubt("import-heading-number", place, (), about))
    return doubts


def _doubled(
    scores: list[float], chosen: int, taken: set[int], headings: list[Heading]
) -> list[int]:
    """Return the other headings that are just as good for a part, but those in the contents."""
    return [
        headings[other].number
        for other, score in enumerate(scores)
        if other not in taken and score >= scores[chosen] and not _is_listed(headings, other)
    ]


def _is_listed(headings: list[Heading], other: int) -> bool:
    """Whether another heading stands right before or behind a heading, as in the contents."""
    numbers = {heading.number for heading in headings if heading.numeral}
    number = headings[other].number
    return bool({number - 1, number + 1} & numbers)
