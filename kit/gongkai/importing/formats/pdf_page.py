"""One page of a PDF: ruled tables to cells, the rest to lines; what is doubtful about either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfplumber.utils.text import extract_text, extract_words

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Doubt, Grid, Picture
from gongkai.importing.formats.invisible import SMALLEST
from gongkai.importing.formats.pdf_tags import ARTIFACT, Tags
from gongkai.importing.labels import characters, key
from gongkai.importing.lines import is_page_number, is_reference, shortened
from gongkai.importing.tables.layout import titles
from gongkai.report.places import Place

MOST_OBJECTS = 150_000  # characters and lines of one page
NEAR = 4.0  # points by which the same ruling line may differ from page to page
_FEWEST = 2  # upright lines; fewer are a frame
_MARGIN = 0.12  # of a page's height, that may have its number or a running title
_LAYER = 0.5  # of the letters: if so many are not painted, they were recognised in a picture
_PALE = 0.06  # of the full light: colours that differ by less look the same
UNPAINTED = "unpainted"  # the colour of letters that are there to be found, not to be seen


@dataclass(frozen=True)
class Line:
    """A line of text: where it begins and ends, its size, its level as a heading."""

    text: str
    left: float
    right: float
    top: float
    size: float
    level: int
    place: Place


@dataclass(frozen=True)
class Ruled:
    """A ruled table of one page: its cells as boxes with their texts; some hold a picture."""

    boxes: tuple[tuple[float, float, float, float], ...]
    texts: tuple[str, ...]
    pictured: frozenset[int]
    page: int
    number: int
    top: float

    @property
    def left(self) -> float:
        """Where it begins."""
        return min(box[0] for box in self.boxes)

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(box[2] for box in self.boxes)


@dataclass(frozen=True)
class Tagged:
    """A tagged table, and the height of its first cell."""

    grid: Grid
    top: float


@dataclass
class Page:
    """What is on one page, from top to bottom; `letters` counts the characters.

    `levels` are those of headings, by the marks of a tagged PDF, and `marked` the characters of
    tagged cells by theirs; `artifacts` are the lines that it marks as no text of the document.
    `text` is all that is read.
    """

    number: int
    height: float
    width: float
    letters: int
    levels: Mapping[int, int]
    doubts: list[Doubt] = field(default_factory=list)
    marked: dict[int, list[Any]] = field(default_factory=dict)
    items: list[Line | Ruled | Tagged | Picture] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    text: str = ""

    def is_edge(self, top: float) -> bool:
        """Whether a line of text is so high or so low on the page that it may be repeated there."""
        return not _MARGIN * self.height < top < (1 - _MARGIN) * self.height

    def cells(self, chars: list[Any], tagged: set[int]) -> list[Any]:
        """Keep the characters of tagged cells by their marks; return the others."""
        loose = []
        for char in chars:
            if char.get("mcid") in tagged:
                self.marked.setdefault(char["mcid"], []).append(char)
            else:
                loose.append(char)
        left = []
        for char in loose:  # a reference to a note, which a style sheet has added
            beside = [found for found in self.marked.values() if _is_beside(found[-1], char)]
            if len(beside) == 1:
                beside[0].append(char)
            else:
                left.append(char)
        return left

    def tables(self, page: Any, chars: list[Any]) -> list[Any]:
        """Take in the ruled tables that have some of these characters; return the others."""
        left = chars
        number = 0
        for found in page.find_tables(_closed(page)):
            boxes = _without_frames(
                sorted(set(found.cells), key=lambda box: (box[1], box[0])), left
            )
            inside = [_box_of(char, boxes) for char in left]
            if len({round(box[0]) for box in boxes}) < 2 or not any(
                at is not None for at in inside
            ):
                continue  # a frame around text, or a table that is tagged
            number += 1
            raised: set[int] = set()
            for index in range(len(boxes)):
                cell = [char for char, at in zip(left, inside, strict=True) if at == index]
                raised |= set(map(id, self.raised(cell, Place(self.number, number))))
            left = [char for char in left if id(char) not in raised]
            inside = [_box_of(char, boxes) for char in left]
            texts = tuple(
                text_of([char for char, at in zip(left, inside, strict=True) if at == index])
                for index in range(len(boxes))
            )
            self.say_cut(left, inside, number)
            left = [char for char, at in zip(left, inside, strict=True) if at is None]
            pictured = {at for image in page.images if (at := _box_of(image, boxes)) is not None}
            self.items.append(
                Ruled(tuple(boxes), texts, frozenset(pictured), self.number, number, boxes[0][1])
            )
        return left

    def seen(self, page: Any) -> list[Any]:
        """Return the characters of a page that can be seen; the others are left out, and doubted.

        Where most are not painted, a program has recognised them in a picture: all are kept, with
        one doubt.
        """
        chars: list[Any] = page.chars
        unpainted = [char for char in chars if char["non_stroking_color"] == (UNPAINTED,)]
        if unpainted and len(unpainted) > _LAYER * len(chars):
            self.doubts.append(Doubt("import-text-layer", Place(page=self.number)))
            return chars
        unseen = {id(char) for char in unpainted}
        unseen |= {id(char) for char in chars if char["size"] < SMALLEST}
        pale = [char for char in chars if _is_white(char["non_stroking_color"])]
        grounds = _grounds(page) if pale else []
        unseen |= {id(char) for char in pale if _box_of(char, grounds) is None}
        lost = [char for char in chars if id(char) in unseen and char["text"].strip()]
        left = [char for char in chars if id(char) not in unseen]
        for words in _lines_of(lost):
            about = {"text": shortened(words), "whole": shortened(self._beside(words, lost, left))}
            self.doubts.append(Doubt("import-invisible", Place(page=self.number), (), about))
        return left

    @staticmethod
    def _beside(words: str, lost: list[Any], left: list[Any]) -> str:
        """Return the line that invisible letters stand in, or themselves."""
        first = next(char for char in lost if char["text"] == words.strip()[0])
        middle = (first["top"] + first["bottom"]) / 2
        line = [char for char in left if char["top"] <= middle <= char["bottom"]]
        return "".join(_lines_of(line)) or words

    def raised(self, chars: list[Any], place: Place) -> list[Any]:
        """Return the small raised characters of a cell that refer to a note, with a doubt."""
        sizes = Counter(round(char["size"], 1) for char in chars)
        usual = max(sizes, default=0.0)
        large = [char for char in chars if char["size"] > 0.9 * usual]
        small = [char for char in chars if char["size"] <= 0.9 * usual]
        raised = [
            char
            for char in small
            if any(
                abs(float(char["x0"]) - float(one["x1"])) < usual
                and one["top"] - 0.4 * usual < char["top"] < one["bottom"]
                and char["bottom"] < one["bottom"] - 0.1 * usual
                for one in large
            )
        ]
        text = "".join(char["text"] for char in raised)
        if not raised or not is_reference(text):
            return []
        about = {"text": text, "whole": text_of([char for char in chars if char not in raised])}
        self.doubts.append(Doubt("import-raised", place, (), about))
        return raised

    def say_cut(self, chars: list[Any], inside: list[int | None], number: int) -> None:
        """Doubt a word with figures that a ruling line goes through."""
        places = {id(char): at for char, at in zip(chars, inside, strict=True)}
        near = [char for char, at in zip(chars, inside, strict=True) if at is not None]
        for word in extract_words(near, x_tolerance=0.5, return_chars=True):
            cut = {places[id(char)] for char in word["chars"] if id(char) in places}
            if len(cut) > 1 and any(character.isdecimal() for character in word["text"]):
                place = Place(page=self.number, table=number)
                self.doubts.append(Doubt("import-figure-cut", place, (), {"text": word["text"]}))

    def lines(self, chars: list[Any]) -> None:
        """Take in the lines outside of tables, without the page's number."""
        words = extract_words(chars, return_chars=True, x_tolerance=2, use_text_flow=False)
        rows: list[list[Any]] = []
        for word in sorted(
            words, key=lambda word: ((word["top"] + word["bottom"]) / 2, word["x0"])
        ):
            middle = (word["top"] + word["bottom"]) / 2
            if rows and rows[-1][0]["top"] <= middle <= rows[-1][0]["bottom"]:
                rows[-1].append(word)
            else:
                rows.append([word])
        for count, row in enumerate(rows, start=1):
            row.sort(key=lambda word: word["x0"])
            self.line(row, count)

    def line(self, row: list[Any], count: int) -> None:
        """Take in one line."""
        text = characters(" ".join(word["text"] for word in row))
        top = min(word["top"] for word in row)
        if is_page_number(text) or (self.is_edge(top) and text.strip().isdecimal()):
            return
        place = Place(page=self.number, line=count)
        if "(cid:" in text:
            self.doubts.append(
                Doubt("import-unreadable-characters", place, (), {"text": text[:40]})
            )
        chars = [char for word in row for char in word["chars"]]
        levels = {self.levels.get(char.get("mcid"), 0) for char in chars}
        size = Counter(round(char["size"], 1) for char in chars).most_common(1)[0][0]
        ends = (row[0]["x0"], row[-1]["x1"])
        level = levels.pop() if len(levels) == 1 else 0
        self.items.append(Line(text, *ends, top, size, level, place))


def read_page(page: Any, tags: Tags) -> Page:
    """Return what is on a page. Raises KitError where it is made of too many pieces."""
    number = page.page_number
    if sum(len(objects) for objects in page.objects.values()) > MOST_OBJECTS:
        raise KitError(Problem("import-page-too-full", details={"page": number}))
    levels = {mark: level for (at, mark), level in tags.levels.items() if at == number}
    found = Page(number, float(page.height), float(page.width), len(page.chars), levels)
    shown = _without_pictures(page, tags).dedupe_chars()
    seen = found.seen(shown)
    marks = (mark for table in tags.tables for cell in table for mark in cell.marks)
    tagged = {mark for at, mark in marks if at == number}
    found.text = "".join(char["text"] for char in seen)
    if tags.levels or tags.tables:
        found.artifacts = _lines_of([item for item in page.chars if item.get("mcid") == ARTIFACT])
    chars = found.cells(seen, tagged)
    if tags.unclear or not tags.tables:
        chars = found.tables(shown, chars)
    found.lines(chars)
    found.items.sort(key=lambda item: getattr(item, "top", found.height))
    area = sum(float(image["width"]) * float(image["height"]) for image in page.images)
    if area > 0.05 * found.width * found.height:
        found.items.append(Picture(Place(page=number)))
    return found


def _lines_of(chars: list[Any]) -> list[str]:
    """Return the lines of some characters as text."""
    return characters(str(extract_text(chars, x_tolerance=2))).split("\n") if chars else []


def _is_white(colour: Any) -> bool:
    """Whether a colour, of grey, of light or of ink, is that of paper."""
    levels = [level for level in colour or () if isinstance(level, int | float)]
    if len(levels) == 4:
        return max(levels) < _PALE
    return bool(levels) and min(levels) > 1 - _PALE


def _grounds(page: Any) -> list[tuple[float, float, float, float]]:
    """Return the areas of a page on which white letters can be seen."""
    filled = [item for item in (*page.rects, *page.curves) if item.get("fill")]
    dark = [item for item in filled if not _is_white(item["non_stroking_color"])]
    return [(item["x0"], item["top"], item["x1"], item["bottom"]) for item in [*dark, *page.images]]


def _closed(page: Any) -> dict[str, Any]:
    """Return how ruled tables are looked for, so that what the page cuts is closed at its edges.

    Of a row or a cell that goes on, the line across is missing at the top or at the foot.
    """
    upright = [edge for edge in page.edges if edge["orientation"] == "v"]
    if not upright:
        return {}
    top = min(float(edge["top"]) for edge in upright)
    foot = max(float(edge["bottom"]) for edge in upright)
    cut = [
        y
        for y, name in ((top, "top"), (foot, "bottom"))
        if sum(abs(float(edge[name]) - y) < NEAR for edge in upright) > _FEWEST
    ]
    return {"explicit_horizontal_lines": cut}


def _without_pictures(page: Any, tags: Tags) -> Any:
    """Return a page without what is marked as a picture, or as no text of the document.

    Ruling lines stay: they may be marked as no text, too.
    """
    apart = {mark for at, mark in tags.pictures if at == page.page_number}
    apart |= {ARTIFACT} if tags.levels or tags.tables else set()
    if not apart:
        return page
    return page.filter(
        lambda item: (
            item.get("mcid") not in apart
            or (item["object_type"] != "char" and item.get("mcid") == ARTIFACT)
        )
    )


def _is_beside(last: Any, char: Any) -> bool:
    """Whether a character is right after another, perhaps a little raised."""
    apart = float(char["x0"]) - float(last["x1"])
    middles = [(one["top"] + one["bottom"]) / 2 for one in (last, char)]
    return -1 <= apart <= 4 and abs(middles[0] - middles[1]) < 8


Box = tuple[float, float, float, float]


def _without_frames(boxes: list[Box], chars: list[Any]) -> list[Box]:
    """Return the cells of a table without the lines of text that are framed above and below it.

    Such a box is as wide as the table and no title of one: a page may have a frame around each
    line.
    """
    left, right = (min(box[0] for box in boxes), max(box[2] for box in boxes)) if boxes else (0, 0)
    wide = [box for box in boxes if box[0] <= left + NEAR and box[2] >= right - NEAR]
    if not wide or len(wide) == len(boxes):
        return [] if wide else boxes
    inside = [_box_of(char, wide) for char in chars]
    framed = set()
    known = titles()
    for index, box in enumerate(wide):
        text = text_of([char for char, at in zip(chars, inside, strict=True) if at == index])
        if text.strip() and not any(title in key(text) for title in known):
            framed.add(box)
    return [box for box in boxes if box not in framed]


def _box_of(char: Any, boxes: Sequence[tuple[float, float, float, float]]) -> int | None:
    """Return the number of the cell that contains the middle of a character."""
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    for index, (left, top, right, bottom) in enumerate(boxes):
        if left <= x < right and top <= y < bottom:
            return index
    return None


def text_of(chars: list[Any]) -> str:
    """Return the text of some characters of a cell, its lines apart; '' where there are none."""
    if not chars:
        return ""
    upright = [char for char in chars if char["upright"]] or chars
    return characters(str(extract_text(upright, x_tolerance=2)))
