"""Read one page of a PDF: ruled tables as cells, the rest as lines, with doubts about both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfplumber.utils.text import extract_words

from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Doubt, Grid, Picture
from gongkai.importing.formats.pdf_annotations import Field, fields_of
from gongkai.importing.formats.pdf_characters import (
    Box,
    box_at,
    box_of,
    by_box,
    in_boxes,
    lines_of,
    middle_of,
    text_of,
)
from gongkai.importing.formats.pdf_tags import ARTIFACT, Tags
from gongkai.importing.formats.pdf_visible import visible_of
from gongkai.importing.labels import key, without_radicals
from gongkai.importing.lines import is_page_number, is_reference, shortened
from gongkai.importing.pairs import grouped
from gongkai.importing.tables.layout import titles
from gongkai.report.places import Place

MOST_OBJECTS = 150_000  # characters and lines of one page
NEAR = 4.0  # points by which the same ruling line may differ from page to page
_FRAME = 2  # vertical lines that make a frame; a table has more
_MARGIN = 0.12  # of a page's height at top and foot, where a page number or running title may be


@dataclass(frozen=True)
class Line:
    """A line of text. Positions are in points; `level` is that of a heading, else 0."""

    text: str
    left: float
    right: float
    top: float
    size: float
    level: int
    place: Place


@dataclass(frozen=True)
class Ruled:
    """A ruled table of one page: its cells as boxes with their texts.

    `pictured` are the indexes of the cells that have a picture, `fields` the texts of fields to
    fill in by the indexes of their cells; `number` counts the page's tables.
    """

    boxes: tuple[Box, ...]
    texts: tuple[str, ...]
    pictured: frozenset[int]
    page: int
    number: int
    top: float
    fields: Mapping[int, str]

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
    """A table that a tagged PDF marks, and the top of its first cell."""

    grid: Grid
    top: float


@dataclass
class Page:
    """What is on one page, from top to bottom; `letters` counts the characters.

    `levels` are those of headings, by the marks of a tagged PDF, and `marked` the characters of
    tagged cells by theirs; `artifacts` are the lines that it marks as not being content,
    each with whether it is at the edge of the page. `fields` are those to fill in that are in no
    ruled table read so far.
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
    artifacts: list[tuple[str, bool]] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    text: str = ""

    def is_edge(self, top: float) -> bool:
        """Whether a line at this height may be a running title, or the number of the page."""
        return not _MARGIN * self.height < top < (1 - _MARGIN) * self.height

    def take_tagged_cells(self, chars: list[Any], tagged: set[int]) -> list[Any]:
        """Collect the characters of tagged cells by their marks; return the remaining ones."""
        untagged = []
        for char in chars:
            if char.get("mcid") in tagged:
                self.marked.setdefault(char["mcid"], []).append(char)
            else:
                untagged.append(char)
        others = []
        for char in untagged:  # a reference to a note may have been added by a style sheet
            beside = [found for found in self.marked.values() if _is_beside(found[-1], char)]
            if len(beside) == 1:
                beside[0].append(char)
            else:
                others.append(char)
        return others

    def take_ruled_tables(self, page: Any, chars: list[Any]) -> list[Any]:
        """Add the ruled tables that contain any of these characters; return the remaining ones."""
        number = 0
        for found in page.find_tables(_closed(page)):
            cells = sorted(set(found.cells), key=lambda box: (box[1], box[0]))
            boxes = _without_frames(cells, chars)
            inside = in_boxes(chars, boxes)
            columns = {round(box[0]) for box in boxes}
            if len(columns) < 2 or not inside:
                continue  # a frame around text, or a table that is tagged
            number += 1
            self._take_ruled_table(boxes, inside, number, page.images)
            taken = {id(char) for char, _ in inside}
            chars = [char for char in chars if id(char) not in taken]
        return chars

    def _take_ruled_table(
        self, boxes: list[Box], inside: list[tuple[Any, int]], number: int, images: Sequence[Any]
    ) -> None:
        """Add a table of these cells, and of the characters inside them."""
        place = Place(page=self.number, table=number)
        references: set[int] = set()
        for cell in by_box(inside, boxes):
            references |= set(map(id, self.note_references(cell, place)))
        inside = [(char, index) for char, index in inside if id(char) not in references]
        self.doubt_cut_figures(inside, place)
        texts = tuple(map(text_of, by_box(inside, boxes)))
        pictured = frozenset(
            index for image in images if (index := box_of(image, boxes)) is not None
        )
        fields = self._take_fields(boxes)
        self.items.append(
            Ruled(tuple(boxes), texts, pictured, self.number, number, boxes[0][1], fields)
        )

    def _take_fields(self, boxes: Sequence[Box]) -> dict[int, str]:
        """Return the texts of the fields in a table by the indexes of their cells."""
        found: dict[int, str] = {}
        others = []
        for item in self.fields:
            index = box_at(item.x, item.y, boxes)
            if index is None:
                others.append(item)
            else:
                found[index] = f"{found[index]} {item.text}" if index in found else item.text
        self.fields = others
        return found

    def note_references(self, chars: list[Any], place: Place) -> list[Any]:
        """Return a cell's superscript note references, and add a doubt about them."""
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
        self.doubts.append(Doubt("import-raised", place, **about))
        return raised

    def doubt_cut_figures(self, inside: list[tuple[Any, int]], place: Place) -> None:
        """Add a doubt for each number that a ruling line of a table cuts through."""
        indexes = {id(char): index for char, index in inside}
        chars = [char for char, _ in inside]
        for word in extract_words(chars, x_tolerance=0.5, return_chars=True):
            cells = {indexes[id(char)] for char in word["chars"] if id(char) in indexes}
            if len(cells) > 1 and any(character.isdecimal() for character in word["text"]):
                self.doubts.append(Doubt("import-figure-cut", place, text=word["text"]))

    def take_lines(self, chars: list[Any]) -> None:
        """Add the lines outside tables, without the page number."""
        words = extract_words(chars, return_chars=True, x_tolerance=2, use_text_flow=False)
        words = sorted(words, key=lambda word: (middle_of(word), word["x0"]))
        rows = grouped(words, lambda row, it: row[0]["top"] <= middle_of(it) <= row[0]["bottom"])
        for count, row in enumerate(rows, start=1):
            self._take_line(sorted(row, key=lambda word: word["x0"]), count)

    def _take_line(self, row: list[Any], count: int) -> None:
        """Add the words of one line, the `count`-th of the page."""
        text = without_radicals(" ".join(word["text"] for word in row))
        top = min(word["top"] for word in row)
        if is_page_number(text) or (self.is_edge(top) and text.strip().isdecimal()):
            return
        place = Place(page=self.number, line=count)
        if "(cid:" in text:
            self.doubts.append(Doubt("import-unreadable-characters", place, text=text[:40]))
        chars = [char for word in row for char in word["chars"]]
        levels = {self.levels.get(char.get("mcid"), 0) for char in chars}
        size = Counter(round(char["size"], 1) for char in chars).most_common(1)[0][0]
        ends = (row[0]["x0"], row[-1]["x1"])
        level = levels.pop() if len(levels) == 1 else 0
        self.items.append(Line(text, *ends, top, size, level, place))


def read_page(page: Any, tags: Tags) -> Page:
    """Return what is on a page. Raises KitError if it has too many objects."""
    number = page.page_number
    if sum(len(objects) for objects in page.objects.values()) > MOST_OBJECTS:
        raise KitError(Problem("import-page-too-full", page=number))
    levels = {mark: level for (at, mark), level in tags.levels.items() if at == number}
    found = Page(number, float(page.height), float(page.width), len(page.chars), levels)
    shown = _without_pictures(page, tags)
    visible, doubts = visible_of(shown)
    found.doubts += doubts
    marks = (mark for table in tags.tables for cell in table for mark in cell.marks)
    tagged = {mark for at, mark in marks if at == number}
    found.text = "".join(char["text"] for char in visible)
    if tags.levels or tags.tables:
        beside = [char for char in page.chars if char.get("mcid") == ARTIFACT]
        for edge in (True, False):
            chars = [char for char in beside if found.is_edge(char["top"]) == edge]
            found.artifacts += [(line, edge) for line in lines_of(chars)]
    chars = found.take_tagged_cells(visible, tagged)
    found.fields = fields_of(page)
    if tags.unclear or not tags.tables:
        chars = found.take_ruled_tables(shown, chars)
    for item in found.fields:  # that are in no cell of a ruled table
        found.doubts.append(Doubt("import-field", Place(page=number), text=shortened(item.text)))
    found.take_lines(chars)
    found.items.sort(key=lambda item: getattr(item, "top", found.height))
    area = sum(float(image["width"]) * float(image["height"]) for image in page.images)
    if area > 0.05 * found.width * found.height:
        found.items.append(Picture(Place(page=number)))
    return found


def _closed(page: Any) -> dict[str, Any]:
    """Return pdfplumber's table settings: horizontal lines where a page break cuts a table.

    A row that goes on from the page before, or on the next page, has no line at that end.
    """
    upright = [edge for edge in page.edges if edge["orientation"] == "v"]
    if not upright:
        return {}
    top = min(float(edge["top"]) for edge in upright)
    foot = max(float(edge["bottom"]) for edge in upright)
    cut = [
        y
        for y, name in ((top, "top"), (foot, "bottom"))
        if sum(abs(float(edge[name]) - y) < NEAR for edge in upright) > _FRAME
    ]
    return {"explicit_horizontal_lines": cut}


def _without_pictures(page: Any, tags: Tags) -> Any:
    """Return a page without what is marked as a picture or as an artifact.

    Ruling lines stay: they may be marked as artifacts too.
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
    gap = float(char["x0"]) - float(last["x1"])
    return -1 <= gap <= 4 and abs(middle_of(last) - middle_of(char)) < 8


def _without_frames(boxes: list[Box], chars: list[Any]) -> list[Box]:
    """Return the cells of a table without boxes around lines of text above and below it.

    Such a box is as wide as the table, and its text is not a table title. A page may have a
    frame around each line.
    """
    left, right = (min(box[0] for box in boxes), max(box[2] for box in boxes)) if boxes else (0, 0)
    wide = [box for box in boxes if box[0] <= left + NEAR and box[2] >= right - NEAR]
    if not wide or len(wide) == len(boxes):
        return [] if wide else boxes
    framed = set()
    known = titles()
    for box, inside in zip(wide, by_box(in_boxes(chars, wide), wide), strict=True):
        text = text_of(inside)
        if text.strip() and not any(title in key(text) for title in known):
            framed.add(box)
    return [box for box in boxes if box not in framed]
